"""Names whose parts are words of another kind: *Chad Wolf*, *Tom King*, *George Will*, *Erie, Pa.*

Country, title, auxiliary and degree are told from name by what stands beside them and by how the
parse joins it. Token offsets throughout, ends exclusive.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from pipeline.components.actors.patterns import capital
from pipeline.components.actors.surfaces import Hit
from pipeline.components.places.candidates import gazetteer
from pipeline.gazetteers import country_by_name

_DEGREE = re.compile(r"(?:[A-Z][a-z]{0,2}\.){2,}")
_NAME_PARTS = frozenset({"flat", "flat:name"})
_FINITE = frozenset({"VBD", "VBZ"})
_MONTHS = frozenset(name for name in calendar.month_name if name)
_CALENDAR = _MONTHS | frozenset(calendar.day_name)


def given_names(doc: Doc, known: list[Hit], titles: list[Hit], others: frozenset[str]) -> list[Hit]:
    """Return persons whose first name is a country: *met Chad Wolf*.

    The parse joins them as a name, or the model takes both words for one; a second known name, a
    title, a day, one of ``others`` (lower case) or a third capital belongs to something else. What
    the model takes for a landscape (*Mexico Beach*) stays one.
    """
    titled = {hit.start for hit in titles}
    at = {i for hit in known for i in range(hit.start, hit.end)}
    guessed = {(ent.start, ent.end): ent.label_ for ent in doc.ents}
    found = []
    for hit in known:
        if hit.label != "GPE" or len(hit) != 1 or hit.end >= len(doc) or hit.end in at:
            continue
        first, second = doc[hit.start], doc[hit.end]
        if country_by_name(first.text) is None or not first.is_title or hit.end in titled:
            continue
        if second.lower_ in others or second.text in _CALENDAR:
            continue
        guess = guessed.get((hit.start, hit.end + 1), "")
        if guess == "ORG":
            continue
        joined = bool(guess) or (second.dep_ in _NAME_PARTS and second.head == first)
        alone = hit.end + 1 >= len(doc) or not capital(doc[hit.end + 1])
        if joined and alone and second.tag_ == "NNP" and second.is_alpha and second.is_title:
            label = "LOC" if guess == "LOC" else "PERSON"
            found.append(Hit(hit.start, hit.end + 1, label, "title"))
    return found


def title_surnames(doc: Doc, titles: list[Hit], known: list[Hit]) -> list[Hit]:
    """Return persons whose last name is a title: *Tom King, the minister*, but not *Norway's King*.

    The model takes given name and title for one person, and no name follows the title.
    """
    at = {i for hit in known for i in range(hit.start, hit.end)}
    ends = {hit.end: hit for hit in titles if len(hit) == 1 and capital(doc[hit.start])}
    found = []
    for ent in doc.ents:
        title = ends.get(ent.end)
        if ent.label_ != "PERSON" or title is None or len(ent) < 2 or title.start == ent.start:
            continue
        follows = doc[ent.end] if ent.end < len(doc) else None
        named = follows is not None and follows.is_alpha and capital(follows)
        plain = not any(i in at for i in range(ent.start, ent.end))
        first = all(hit.start != ent.start for hit in titles)
        if plain and first and not named:
            found.append(Hit(ent.start, ent.end, "PERSON", "title"))
    return found


def auxiliary_surnames(doc: Doc, persons: list[Hit]) -> list[Hit]:
    """Return persons whose last name was taken for an auxiliary: *George Will visited Dublin*.

    No auxiliary is written with a capital inside a sentence, nor stands before a finite verb.
    """
    found = []
    for hit in persons:
        last = doc[hit.end] if hit.end < len(doc) else None
        if hit.label != "PERSON" or len(hit) != 1 or last is None or last.tag_ != "MD":
            continue
        if last.is_title and last.dep_ == "aux" and last.head.tag_ in _FINITE:
            found.append(Hit(hit.start, hit.end + 1, "PERSON", hit.source))
    return found


def straighten(ent: Span) -> None:
    """Make the words of a person's name parts of one name where the parse has an auxiliary.

    *Elaine May visited Dublin* tells no possibility: its *May* gets tag, relation and head of a
    name, and the verb, read as a participle for its sake, the tag of the past tense.
    """
    for token in ent:
        if token.dep_ != "aux" and token.tag_ != "MD":
            continue
        others = [other for other in ent if other != token]
        if not others:
            continue
        verb, head = token.head, _top(others)
        if verb.tag_ == "VBN" and not any(_helps(c) and c not in ent for c in verb.children):
            verb.tag_ = "VBD"
        token.tag_, token.pos_ = "NNP", "PROPN"
        if head.sent == token.sent and head not in token.subtree:
            token.head = head
            token.dep_ = "flat"


def _top(tokens: list[Token]) -> Token:
    return next((t for t in tokens if t.head not in tokens), tokens[0])


def _helps(token: Token) -> bool:
    return token.dep_ in ("aux", "aux:pass")


def is_degree(doc: Doc, start: int, end: int, persons: set[int]) -> bool:
    """Whether letters behind a person's name are a degree: *Ann Lee, B.A., M.A., met*.

    ``persons`` are the ends of the persons before; degrees may follow each other.
    """
    i = start
    while _DEGREE.fullmatch(doc[i:end].text) and i > 1 and doc[i - 1].text == ",":
        if i - 1 in persons:
            return True
        i, end = i - 2, i - 1
    return False


def is_month(doc: Doc, i: int) -> bool:
    """Whether a name is a month, no surname of the same form: *24 May*, *in May*."""
    if doc[i].text not in _MONTHS:
        return False
    beside = [doc[j] for j in (i - 1, i + 1) if 0 <= j < len(doc)]
    dated = any(token.like_num or token.is_digit for token in beside)
    return dated or (i > 0 and doc[i - 1].pos_ == "ADP" and doc[i].dep_ in ("obl", "nmod"))


def divisions_after_towns(doc: Doc, names: list[Hit]) -> Iterator[Hit]:
    """Yield the abbreviated state or province behind a town: *Erie, Pa., police*."""
    short = gazetteer().abbreviations
    taken = {i for hit in names for i in range(hit.start, hit.end)}
    for hit in names:
        i = hit.end + 1
        if hit.label not in ("GPE", "LOC") or i >= len(doc) or doc[i - 1].text != ",":
            continue
        text = doc[i].text
        whole = text.endswith(".") and text in short
        parted = i + 1 < len(doc) and doc[i + 1].text == "." and text + "." in short
        if (whole or parted) and i not in taken:
            yield Hit(i, i + 1, "GPE", "division")


def towns(doc: Doc, names: list[Hit]) -> list[Hit]:
    """Return the names with towns made whole: *Salt Lake City*, *in Cambridge, Massachusetts*.

    A place grows by the capitalised word behind it where the gazetteer knows both as a town; and
    what stands between a preposition and a comma before a state or province is a town where the
    gazetteer knows one of that name, here or elsewhere.
    """
    taken = {i for hit in names for i in range(hit.start, hit.end)}
    grown = [_grown(doc, hit, taken) for hit in names]
    before = [town for hit in grown if (town := _town_before(doc, hit, taken)) is not None]
    return sorted([*grown, *before], key=lambda hit: hit.start)


def _grown(doc: Doc, hit: Hit, taken: set[int]) -> Hit:
    """Return a place with the word behind it where both are a town, else as it is."""
    after = hit.end
    if hit.label not in ("GPE", "LOC") or after >= len(doc) or after in taken:
        return hit
    named = doc[after].is_title and doc[after].pos_ == "PROPN"
    whole = named and _is(doc[hit.start : after + 1], "city")
    return Hit(hit.start, after + 1, "GPE", hit.source) if whole else hit


def _town_before(doc: Doc, hit: Hit, taken: set[int]) -> Hit | None:
    """Return the town between a preposition and the comma before a state or province."""
    first, end = hit.start - 2, hit.start - 1
    if hit.label != "GPE" or first < 1 or doc[end].text != ",":
        return None
    if not _is(doc[hit.start : hit.end], "division"):
        return None
    while first > 0 and first not in taken and capital(doc[first - 1]):
        first -= 1
    free = not any(i in taken for i in range(first, end))
    placed = first > 0 and doc[first - 1].tag_ == "IN"
    if free and placed and capital(doc[first]) and _is(doc[first:end], "city"):
        return Hit(first, end, "GPE", "division")
    return None


def _is(name: Span, kind: str) -> bool:
    """Whether the gazetteer knows a place of a kind by a name."""
    return any(place.kind == kind for place in gazetteer().find(name.text))
