"""When and where: the date and the place that govern an act's clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.tokens import Span, Token

from pipeline.language import syntax
from pipeline.language.extensions import DATES

SHARED = frozenset({"xcomp", "advcl", "conj"})
LOCATIVE = frozenset(
    {"in", "at", "near", "inside", "outside", "off", "around", "across", "over", "throughout"}
)
FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
PAUSES = frozenset({",", ";", ":", "—", "(", "\n"})
CLOSE = 5
PARTIES = frozenset({"ORG", "NORP", "PERSON"})
FINE = ("city", "town", "base", "building")


def governing_date(trigger: Token) -> Span | None:
    """Return the date expression nearest to the act in its clause, or None."""
    sentence = trigger.sent
    spans = [
        span
        for span in trigger.doc.spans.get(DATES, [])
        if sentence.start <= span.start < sentence.end and _says_when(trigger, span)
    ]
    alone = len(spans) == 1 and trigger.dep_ == "ROOT"
    return _nearest(trigger, spans) or next(
        (s for s in spans if _opens(s, trigger) or (alone and not _verb_between(trigger, s))), None
    )


def governing_place(trigger: Token, names: Iterable[Span]) -> Span | None:
    """Return the most specific place named in the clause of the act, or None.

    ``names`` are those of the sentence.
    """
    found = [s for s in _places(names) if _says_where(trigger, s)]
    best = _nearest(trigger, found)
    if best is None:
        return _right_behind(trigger, found)
    level = _distance(trigger, best.root)
    for span in found:
        if _distance(trigger, span.root) == level and span._.place.kind in FINE:
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


def _verb_between(trigger: Token, span: Span) -> bool:
    """Tell whether another clause lies between an act and a date, in the order of words."""
    first, last = sorted((trigger.i, span.start))
    return any(syntax.is_verbal(token) for token in trigger.doc[first + 1 : last])


def _opens(span: Span, trigger: Token) -> bool:
    """Tell a date with which the sentence of an act begins, whatever the parse hangs it on.

    No finite verb stands between but that of the act: *In 2017, a pact was signed*.
    """
    own = (trigger, syntax.clause_head(trigger))
    between = span.doc[span.end : trigger.i]
    if any(t.tag_ in FINITE and t not in own and t.head not in own for t in between):
        return False
    before = span.doc[span.sent.start : span.start]
    begun = [t for t in before if t.text == ":" or t.is_space]
    words = span.doc[begun[-1].i + 1 : span.start] if begun else before
    return span.end <= trigger.i and all(t.pos_ in ("ADP", "DET", "ADV", "PUNCT") for t in words)


def _says_when(trigger: Token, span: Span) -> bool:
    """Tell a date of the clause from one that only describes a thing (*the 2016 exports*)."""
    root = span.root
    describes = root.dep_ in ("compound", "amod", "nummod", "nmod:poss")
    return len(span) > 1 or not describes or root.head == trigger


def _places(names: Iterable[Span]) -> Iterator[Span]:
    for span in names:
        if span.label_ in ("GPE", "LOC") and span._.place is not None and span._.sense != "actor":
            yield span


def _says_where(trigger: Token, span: Span) -> bool:
    """Tell a place of the clause from one that says whose a party is (*the Houthis in Yemen*)."""
    word = syntax.preposition(span.root)
    party = span.root.head
    if span.root.dep_ == "nmod" and party.i < span.start and party.ent_type_ in PARTIES:
        return False
    if word in LOCATIVE:
        return True
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
    if reached.dep_ in ("acl", "acl:relcl") and reached.head == trigger:
        return 1
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
