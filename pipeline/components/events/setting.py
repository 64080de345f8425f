"""When and where: the date and the place that govern an act's clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.tokens import Span, Token

from pipeline.components.events import syntax
from pipeline.language.extensions import DATES

SHARED = frozenset({"xcomp", "advcl", "conj"})
LOCATIVE = frozenset(
    {"in", "at", "near", "inside", "outside", "off", "around", "across", "over", "throughout"}
)
FINE = ("city", "town", "base", "building")


def governing_date(trigger: Token) -> Span | None:
    """Return the date expression nearest to the act in its clause, or None."""
    sentence = trigger.sent
    spans = [
        s for s in trigger.doc.spans.get(DATES, []) if sentence.start <= s.start < sentence.end
    ]
    return _nearest(trigger, (s for s in spans if _says_when(trigger, s)))


def governing_place(trigger: Token, taken: Iterable[str]) -> Span | None:
    """Return the most specific place named in the clause of the act, or None.

    Parameters
    ----------
    trigger : Token
        The word that expresses the act.
    taken : iterable of str
        Names of the parties; a party is where the act takes place only if a preposition says so.
    """
    names = set(taken)
    found = [s for s in _places(trigger.sent) if _says_where(trigger, s, names)]
    best = _nearest(trigger, found)
    if best is None:
        return None
    level = _distance(trigger, best.root)
    for span in found:
        if _distance(trigger, span.root) == level and span._.place.kind in FINE:
            return span
    return best


def _says_when(trigger: Token, span: Span) -> bool:
    """Tell a date of the clause from one that only describes a thing (*the 2016 exports*)."""
    root = span.root
    return root.dep_ not in ("compound", "amod", "nummod", "nmod:poss") or root.head == trigger


def _places(sentence: Span) -> Iterator[Span]:
    for span in sentence.ents:
        if span.label_ in ("GPE", "LOC") and span._.place is not None and span._.sense != "actor":
            yield span


def _says_where(trigger: Token, span: Span, parties: set[str]) -> bool:
    word = syntax.preposition(span.root)
    if word in LOCATIVE:
        return True
    if word in ("to", "from", "into"):
        return span._.place.name not in parties
    return span.root.dep_ == "compound" and span.root.head == trigger


def _nearest(trigger: Token, spans: Iterable[Span]) -> Span | None:
    ranked = [
        (level, abs(span.root.i - trigger.i), span.start, span)
        for span in spans
        if (level := _distance(trigger, span.root)) is not None
    ]
    return min(ranked, key=lambda one: one[:3])[3] if ranked else None


def _distance(trigger: Token, word: Token) -> int | None:
    """Return how many clauses lie between a word and the act; None if they are unrelated."""
    reached = word
    while reached != trigger and not syntax.is_verbal(reached) and reached.head != reached:
        reached = reached.head
    if reached == trigger:
        return 0
    verb, level = trigger, 0
    while True:
        above = syntax.clause_head(verb.head) if verb.head != verb else verb
        if level == 0 and not syntax.is_verbal(verb):
            above = syntax.clause_head(verb)
        if above == verb:
            return None
        if syntax.is_verbal(verb) and verb.dep_ not in SHARED:
            return None
        level += 1
        if above == reached:
            return level
        verb = above
