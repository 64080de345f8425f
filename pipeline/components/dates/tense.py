"""Where the verb that governs a date points: past, future or unknown.

With tags and a Universal Dependencies parse, it is the verb that the date depends on, and its
auxiliaries and form tell. Without them, the words of the sentence tell: the nearest verb form or
other cue of ``cues.yaml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from spacy.tokens import Span, Token

from pipeline.components.dates.lexer import Lexemes
from pipeline.resources import KNOWLEDGE, document, words

FOLDER = KNOWLEDGE / "dates"
PAST, FUTURE, UNKNOWN = "past", "future", ""
#: Lexemes looked at on either side of a date within its sentence.
REACH = 25
#: Lexemes after a modal within which a participle belongs to it ("will be held").
VERB_GROUP = 4
#: How much farther a cue after the date counts than one before it.
AFTER = 1.5
#: Lexemes within which a past verb outweighs "until" and "by" before the date.
NEAR = 8

#: Steps up from a date to look for its verb.
CLIMB = 6
_HELPERS = frozenset({"aux", "aux:pass", "cop", "mark"})
_ATTRIBUTES = frozenset({"compound", "nmod", "nmod:poss", "nmod:unmarked", "amod", "appos"})
_VERBS = frozenset({"VBD", "VBN", "VBZ", "VBP", "VB", "JJ"})
_HAVE = frozenset({"have", "has", "had", "ve", "been"})


@dataclass(frozen=True, slots=True)
class Cues:
    """The words of ``cues.yaml``, in lower case."""

    past: frozenset[str]
    auxiliaries: frozenset[str]
    present: frozenset[str]
    future: frozenset[str]
    modals: frozenset[str]
    to_future: frozenset[str]
    points_ahead: frozenset[str]
    points_back: frozenset[str]
    not_past: frozenset[str]
    timetable: frozenset[str]
    articles: frozenset[str]
    ends: frozenset[str]
    british: frozenset[str]
    american: frozenset[str]
    stamps: frozenset[str]


def load(folder: Path = FOLDER) -> Cues:
    """Read ``cues.yaml``.

    Raises
    ------
    KnowledgeError
        A section is missing or is no list of words.
    """
    source: Any = document("cues.yaml", folder)
    names = [field.name for field in fields(Cues)]
    path = folder / "cues.yaml"
    return Cues(**{name: frozenset(words(source, name, path)) for name in names})


def from_words(cues: Cues, lexemes: Lexemes, first: int, last: int) -> str:
    """The direction that the words around the lexemes ``first`` to ``last`` (exclusive) tell.

    The nearest cue of the sentence counts, one before the date more than one after it.
    """
    before = _word(lexemes, first - 1)
    if before in cues.points_back:
        return PAST
    best, direction = REACH + 1.0, UNKNOWN
    for index, points in _cues_around(cues, lexemes, first, last):
        distance = first - index if index < first else (index - last + 1) * AFTER
        if distance < best:
            best, direction = distance, points
    if before in cues.points_ahead and (direction != PAST or best > NEAR):
        return FUTURE
    return direction


def _cues_around(cues: Cues, lexemes: Lexemes, first: int, last: int) -> list[tuple[int, str]]:
    """Every cue of the sentence, as (lexeme, direction)."""
    start, end = first, last
    while first - start < REACH and not _ends_sentence(cues, lexemes, start - 1):
        start -= 1
    while end - last < REACH and not _ends_sentence(cues, lexemes, end):
        end += 1
    found: list[tuple[int, str]] = []
    modal = start - VERB_GROUP - 1
    for index in [*range(start, first), *range(last, end)]:
        word = _word(lexemes, index)
        if lexemes.word(index) == "May":
            continue  # the month, but for a question's first word
        if word in cues.modals or (word == "to" and _leads_ahead(cues, lexemes, index)):
            found.append((index, FUTURE))
            modal = index
        elif (
            word in cues.future
            or _is_present_ahead(cues, lexemes, index)
            or (word == "to" and not found and _is_headline(cues, lexemes, index))
        ):
            found.append((index, FUTURE))
        elif _is_past_form(cues, word) and not _is_of_other_verb(cues, lexemes, index):
            found.append((index, FUTURE if index - modal <= VERB_GROUP else PAST))
    return found


def _leads_ahead(cues: Cues, lexemes: Lexemes, index: int) -> bool:
    """Whether a "to" makes a future: "is due to begin", "to be held"."""
    return _word(lexemes, index - 1) in cues.to_future or _word(lexemes, index + 1) == "be"


def _is_headline(cues: Cues, lexemes: Lexemes, index: int) -> bool:
    """Whether a "to" stands for a future: "Germany to host talks", not "According to an aide"."""
    before, after = lexemes.word(index - 1), lexemes.word(index + 1)
    return (
        before[:1].isupper()
        and not before.endswith("ing")
        and after.isalpha()
        and after.islower()
        and after not in cues.articles
    )


def _is_present_ahead(cues: Cues, lexemes: Lexemes, index: int) -> bool:
    """Whether a present form points ahead beside a date: "is meeting", "begins"."""
    word, before = _word(lexemes, index), _word(lexemes, index - 1)
    if word.endswith("ing"):
        return before in cues.present
    return word.endswith("s") and word in cues.timetable and before not in cues.articles


def _is_of_other_verb(cues: Cues, lexemes: Lexemes, index: int) -> bool:
    """Whether a past form tells nothing: "has been scheduled", "remains closed"."""
    if _word(lexemes, index - 1) in cues.present:
        return True
    following = (_word(lexemes, index + step) in cues.future for step in (1, 2))
    return _word(lexemes, index) in cues.auxiliaries and any(following)


def _is_past_form(cues: Cues, word: str) -> bool:
    regular = len(word) > 4 and word.endswith("ed") and word not in cues.not_past
    return regular or word in cues.past


def _ends_sentence(cues: Cues, lexemes: Lexemes, index: int) -> bool:
    if not 0 < index < len(lexemes.starts) - 1:
        return True
    word = lexemes.word(index)
    if word == ".":  # after a capital or a short capitalised word it is mostly an abbreviation's
        return not re.fullmatch(r"[A-Z][a-z]{0,2}", lexemes.word(index - 1))
    return word in cues.ends or "\n" in word


def _word(lexemes: Lexemes, index: int) -> str:
    return lexemes.word(index).lower() if 0 <= index < len(lexemes.starts) else ""


def from_parse(cues: Cues, date: Span) -> str:
    """The direction of the verb that a date depends on.

    Parameters
    ----------
    date : Span
        The date expression in a Doc with tags (Penn Treebank) and dependencies.
    """
    token, through_noun = date.root, False
    before = date.doc[date.start - 1].lower_ if date.start else ""
    if before in cues.points_back:
        return PAST
    direction = UNKNOWN
    for _ in range(CLIMB):
        direction = _of_verb(cues, token)
        if direction or token.head == token:
            break
        through_noun = through_noun or token.dep_ in _ATTRIBUTES
        token = token.head
    held = direction == PAST and any(child.dep_ == "cop" for child in token.children)
    if through_noun and (direction == FUTURE or before in cues.points_ahead) and not held:
        direction = UNKNOWN  # "will vote on the March 3 proposal" does not say when 3 March was
    return FUTURE if direction == UNKNOWN and before in cues.points_ahead else direction


def _of_verb(cues: Cues, token: Token) -> str:
    """Where a verb with its auxiliaries points; unknown leaves it to the verb above."""
    helpers = [child for child in token.children if child.dep_ in _HELPERS]
    words = {child.lower_.strip("'’") for child in helpers}
    tags = {child.tag_ for child in helpers}
    if words & cues.modals or "MD" in tags:
        return FUTURE
    if token.tag_ in _VERBS and token.lower_ in cues.future:
        return FUTURE
    if "to" in words and not words & _HAVE:
        return _of_infinitive(cues, token, words)
    if token.tag_ == "VBD" or "VBD" in tags or (tags and token.tag_ == "VBN" and words & _HAVE):
        return PAST
    if token.tag_ == "VBN" and not tags and token.dep_ in ("acl", "ROOT"):
        return PAST
    if token.tag_ == "VBG" and tags & {"VBZ", "VBP"}:
        return FUTURE
    if token.tag_ in ("VBZ", "VBP") and token.lower_ in cues.timetable:
        return FUTURE
    return UNKNOWN


def _of_infinitive(cues: Cues, token: Token, words: set[str]) -> str:
    """``is due to begin``, ``talks to be held``, a headline's ``Germany to host``: ahead."""
    ahead = token.head.lower_ in cues.to_future or "be" in words
    return FUTURE if ahead or token.dep_ in ("ROOT", "acl") else UNKNOWN


def is_attribute(date: Span) -> bool:
    """Whether a date belongs to a noun or a relative clause: "the leader of the 1792 rising"."""
    root = date.root
    above = [root, *islice(root.ancestors, 3)]
    of_noun = root.dep_ in _ATTRIBUTES and root.head.pos_ not in ("VERB", "AUX")
    return of_noun or any(token.dep_ == "acl:relcl" for token in above)


def means_these_times(date: Span) -> bool:
    """Whether a "today" means our times: "Today, Japan is our second-largest partner".

    It does beside a noun that a present copula says of something; "today is the day" has it as
    subject and means the day.
    """
    head = date.root.head
    return (
        head.pos_ == "NOUN"
        and not date.root.dep_.startswith("nsubj")
        and any(child.dep_ == "cop" and child.tag_ in ("VBZ", "VBP") for child in head.children)
    )
