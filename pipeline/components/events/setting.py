"""When and where: the date and the place that govern an act's clause.

The words that say where and when are those of ``knowledge/events/setting.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Span, Token

from pipeline import resources
from pipeline.language import syntax
from pipeline.language.extensions import dateline
from pipeline.records import Event
from pipeline.resources import KnowledgeError

FILE = "setting.yaml"
SHARED = frozenset({"xcomp", "advcl", "conj"})
FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
PAUSES = frozenset({",", ";", ":", "—", "(", "\n"})
CLOSE = 5
PARTIES = frozenset({"ORG", "NORP"})
FINE = ("city", "town", "base", "building")
NAMING = frozenset({"nmod", "nmod:desc", "compound", "appos", "flat"})
"""How a name hangs on the word for what it names: *the town of X*, *X province*."""


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists of ``setting.yaml``; see there for what each is for."""

    where: frozenset[str]
    spots: frozenset[str]
    apart: frozenset[str]
    occasion: frozenset[str]


@cache
def words() -> Words:
    """Read and check the word lists.

    Raises
    ------
    KnowledgeError
        A list is missing or no text.
    """
    data = resources.document(FILE, resources.KNOWLEDGE / "events")
    for name in Words.__dataclass_fields__:
        if not isinstance(data.get(name), str):
            raise KnowledgeError(FILE, name, "missing, or not a list of words")
    return Words(**{name: frozenset(data[name].split()) for name in Words.__dataclass_fields__})


def set_date(event: Event, act: Token, dates: Iterable[Span], is_said: bool = False) -> None:
    """Give an event the date of its clause, else that of the entry of a chronology it stands in."""
    span, origin = governing_date(act, dates, is_said), "clause"
    if span is None and event.factuality == "actual":
        line, origin = dateline(act.doc, act.idx), "context"
        span = line if line is not None and line.label_ == "DAY" else None
    if span is not None:
        event.date, event.date_from = span._.date, origin
        event.date_span = span.start_char, span.end_char


def governing_date(act: Token, dates: Iterable[Span], is_said: bool = False) -> Span | None:
    """Return the date expression nearest to the act in its clause, or None.

    Parameters
    ----------
    act : Token
        The act.
    dates : iterable of Span
        The dates of its sentence, in text order.
    is_said : bool
        Whether the act is one of words (*called for*, *discussed*): then a date inside what is said
        is not that of saying it.
    """
    spans = [span for span in dates if _says_when(act, span)]
    alone = len(spans) == 1 and act.dep_ == "ROOT"
    return _nearest(act, spans, is_said) or next(
        (s for s in spans if _opens(s, act) or (alone and not _verb_between(act, s))), None
    )


def governing_place(act: Token, names: Iterable[Span], is_said: bool = False) -> Span | None:
    """Return the most specific place named in the clause of the act, or None.

    ``names`` are those of the sentence; ``is_said`` as in :func:`governing_date`.
    """
    found = [s for s in _places(names) if _says_where(act, s)]
    best = _nearest(act, found, is_said)
    if best is None:
        return None if is_said else _right_behind(act, found)
    level = _distance(act, _top(best), is_said)
    for span in found:
        if _distance(act, _top(span), is_said) == level and span._.place.kind in FINE:
            return span
    return best


def _right_behind(act: Token, spans: list[Span]) -> Span | None:
    """Return the place close behind an act, with no clause or pause between.

    Long phrases break the parse; *the “dialogue” held in Tokyo* stays in order.
    """
    for span in spans:
        between = act.doc[act.i + 1 : span.start]
        near = span.start > act.i and len(between) <= CLOSE
        if near and not any(t.tag_ in FINITE or t.text in PAUSES for t in between):
            return span
    return None


def _verb_between(act: Token, span: Span) -> bool:
    """Tell whether another clause lies between an act and a date, in the order of words."""
    first, last = sorted((act.i, span.start))
    return any(syntax.is_verbal(token) for token in act.doc[first + 1 : last])


def _opens(span: Span, act: Token) -> bool:
    """Tell a date with which the sentence of an act begins, whatever the parse hangs it on.

    No finite verb stands between but that of the act: *In 2017, a pact was signed*.
    """
    own = (act, syntax.clause_head(act))
    between = span.doc[span.end : act.i]
    if any(t.tag_ in FINITE and t not in own and t.head not in own for t in between):
        return False
    before = span.doc[span.sent.start : span.start]
    begun = [t for t in before if t.text == ":" or t.is_space]
    words = span.doc[begun[-1].i + 1 : span.start] if begun else before
    return span.end <= act.i and all(t.pos_ in ("ADP", "DET", "ADV", "PUNCT") for t in words)


def _says_when(act: Token, span: Span) -> bool:
    """Tell a date of the clause from one that only describes a thing (*the 2016 exports*)."""
    root = span.root
    describes = root.dep_ in ("compound", "amod", "nummod", "nmod:poss")
    return len(span) > 1 or not describes or root.head == act


def _places(names: Iterable[Span]) -> Iterator[Span]:
    for span in names:
        if span.label_ in ("GPE", "LOC") and span._.place is not None and span._.sense != "actor":
            yield span


def _says_where(act: Token, span: Span) -> bool:
    """Tell a place of the clause from one that says whose a party is (*the Houthis in Yemen*)."""
    named = _named_spot(span.root)
    party = named.head
    if named.dep_ == "nmod" and party.i < span.start and party.ent_type_ in PARTIES:
        return False
    if syntax.preposition(named) in words().where:
        return True
    return span.root.dep_ == "compound" and span.root.head == act


def _named_spot(name: Token) -> Token:
    """Return the noun that says what a place is, over its name: *the town of X*, else the name."""
    while (
        name.dep_ in NAMING
        and (name.head.lower_ in words().spots or name.dep_ in ("appos", "flat"))
        and syntax.preposition(name) in ("", "of")
        and name.head.pos_ in syntax.NOMINAL
    ):
        name = name.head
    return name


def _top(span: Span) -> Token:
    """Return the word by which a date or place hangs in its clause."""
    return span.root if span.label_ == "DATE" else _named_spot(span.root)


def _nearest(act: Token, spans: Iterable[Span], is_said: bool) -> Span | None:
    ranked = [
        (level, abs(span.root.i - act.i), span.start, span)
        for span in spans
        if (level := _distance(act, _top(span), is_said)) is not None
    ]
    return min(ranked, key=lambda one: one[:3])[3] if ranked else None


def _distance(act: Token, word: Token, is_said: bool) -> int | None:
    """Return how many clauses lie between a word and the act; None if they are unrelated."""
    reached, phrase = word, word
    while reached != act and not syntax.is_verbal(reached) and reached.head != reached:
        phrase, reached = reached, reached.head
    content = is_said and _is_content(word, phrase)
    if reached == act:
        return None if content else 0
    if reached.dep_ in ("acl", "acl:relcl") and reached.head == act:
        return None if content else 1
    verb, level = act, 0
    while True:
        above = syntax.clause_head(verb.head) if verb.head != verb else verb
        if level == 0 and not syntax.is_verbal(verb):
            above = syntax.clause_head(verb)
            if _is_apart(act, above):
                return None
        if above == verb:
            return None
        if syntax.is_verbal(verb) and verb.dep_ not in SHARED:
            return None
        level += 1
        if above == reached:
            return None if content and not _holds(phrase, act) else level
        verb = above


def _is_content(word: Token, phrase: Token) -> bool:
    """Tell whether a phrase of a word of saying is what is said, not the occasion of saying it.

    ``word`` lies in it; one that stands before all else opens the sentence and belongs to the
    clause, whatever the parse hangs it on: *In Oslo, Lavrov and his counterpart agreed to …*.
    """
    opens = word.i < phrase.i
    return phrase != word and not opens and syntax.preposition(phrase) not in words().occasion


def _holds(phrase: Token, word: Token) -> bool:
    """Tell whether a word is the head of a phrase or hangs in it."""
    return phrase == word or phrase in syntax.ancestors(word)


def _is_apart(noun: Token, clause: Token) -> bool:
    """Tell whether a preposition sets a noun apart from its clause: *left after the talks*."""
    while noun != clause and noun.head != noun:
        if syntax.preposition(noun) in words().apart:
            return True
        noun = noun.head
    return False
