"""When and where: the date and the place that govern an act's clause.

The words that say where and when are those of ``knowledge/events/setting.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from spacy.tokens import Span, Token

from pipeline import resources
from pipeline.language import syntax
from pipeline.language.extensions import dateline
from pipeline.records import DateValue, Event

FILE = "setting.yaml"
SHARED = frozenset({"xcomp", "advcl", "conj"})
FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
PAUSES = frozenset({",", ";", ":", "—", "(", "\n"})
CLOSE = 5
PARTIES = frozenset({"ORG", "NORP"})
FINE = ("city", "town", "base", "building")
NAMING = frozenset({"nmod", "nmod:desc", "compound", "appos", "flat"})
"""How a name hangs on the word for what it names: *the town of X*, *X province*."""
BARE = frozenset({"appos", "flat", "dep", "nmod:unmarked", "obl:unmarked"})
"""How a day without a preposition hangs: often on the noun beside it, *The court Friday ruled*."""


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists of ``setting.yaml``; see there for what each is for."""

    where: frozenset[str]
    spots: frozenset[str]
    apart: frozenset[str]
    ties: frozenset[str]
    reason: frozenset[str]
    hours: frozenset[str]
    starting: frozenset[str]
    meanwhile: frozenset[str]
    onwards: frozenset[str]
    perfect: frozenset[str]
    relative: frozenset[str]
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
    return Words(**resources.word_sets(data, Words.__dataclass_fields__, FILE))


def set_date(event: Event, act: Token, dates: Iterable[Span], is_said: bool = False) -> None:
    """Give an event the date of its clause, else that of the entry of a chronology it stands in."""
    span, origin = governing_date(act, dates, is_said), "clause"
    if span is None and event.factuality == "actual":
        line, origin = dateline(act.doc, act.idx), "context"
        span = line if line is not None and line.label_ == "DAY" else None
    if span is not None:
        event.date, event.date_from = lasting(span), origin
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
    alone = len(spans) == 1 and act.dep_ == "ROOT" and (not is_said or spans[0].start < act.i)
    return _nearest(act, spans, is_said) or next(
        (s for s in spans if _opens(s, act) or (alone and not _verb_between(act, s))), None
    )


def lasting(span: Span) -> DateValue:
    """Return what a date says of an act: *since 2012* that it goes on from then, ``2012/..``."""
    date: DateValue = span._.date
    if syntax.preposition(_day(span)) not in words().onwards or "/" in date.edtf:
        return date
    return replace(date, edtf=f"{date.edtf}/..", end="", precision="interval")


def governing_place(act: Token, names: Iterable[Span], is_said: bool = False) -> Span | None:
    """Return the most specific place named in the clause of the act, or None.

    ``names`` are those of the sentence; ``is_said`` as in :func:`governing_date`.
    """
    names = list(_places(names))
    found = [s for s in names if _says_where(act, s)]
    best = _nearest(act, found, is_said) or _antecedent(act, names)
    if best is not None and is_one_of_several(best):
        return None
    if best is None:
        return None if is_said else _right_behind(act, found)
    level = _distance(act, _top(best), is_said)
    for span in found:
        if _distance(act, _top(span), is_said) == level and span._.place.kind in FINE:
            return span
    return best


def _antecedent(act: Token, names: list[Span]) -> Span | None:
    """Return the place that a clause with *where* describes: *arrived in Peru, where he signed*."""
    clause = act if syntax.is_verbal(act) else syntax.clause_head(act)
    if clause.dep_ != "acl:relcl" or all(c.lower_ not in words().relative for c in clause.children):
        return None
    return next((s for s in names if _named_spot(s.root) == clause.head), None)


def is_one_of_several(span: Span) -> bool:
    """Whether a place is named beside others, of which none is where it was: *in Peru and Chile*.

    *Lima, Peru* is one place.
    """
    first = _top(span)
    first = first.head if first.dep_ == "conj" else first
    named = [t for t in (first, *syntax.children(first, "conj")) if t.ent_type_ in ("GPE", "LOC")]
    return len(named) > 1 and any(c.dep_ == "cc" for t in named for c in t.children)


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
    """Whether another clause lies between an act and a date, in the order of words."""
    first, last = sorted((act.i, span.start))
    return any(syntax.is_verbal(token) for token in act.doc[first + 1 : last])


def _opens(span: Span, act: Token) -> bool:
    """Whether the sentence of an act begins with a date, whatever the parse hangs it on.

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
    """Whether a date is the clause's, not one that describes a thing (*the 2016 exports*)."""
    root = _day(span)
    describes = root.dep_ in ("compound", "amod", "nummod", "nmod:poss")
    return len(span) > 1 or not describes or root.head == act or _of_occasion(root)


def _day(span: Span) -> Token:
    """Return the word by which a date hangs in its clause: *morning* of *Monday morning*."""
    root = span.root
    return root.head if root.dep_ == "compound" and root.head.lower_ in words().hours else root


def _of_occasion(day: Token) -> bool:
    """Whether a day says when an occasion was: *seized it during Thursday's clashes*."""
    before = syntax.preposition(day.head)
    if day.dep_ == "nmod:poss":
        return before in words().occasion
    return before in words().meanwhile


def _places(names: Iterable[Span]) -> Iterator[Span]:
    for span in names:
        if span.label_ in ("GPE", "LOC") and span._.place is not None and span._.sense != "actor":
            yield span


def _says_where(act: Token, span: Span) -> bool:
    """Whether a place is the clause's, not one that tells a party (*the Houthis in Yemen*)."""
    named = _named_spot(span.root)
    party = named.head
    describes = named.dep_ == "nmod" and party.i < span.start and party.ent_type_ in PARTIES
    if describes and not _after_comma(named):
        return False
    if syntax.preposition(named) in words().where:
        return True
    if named.dep_ == "obj" and named.head == act:
        return named.lower_ in words().spots
    return span.root.dep_ == "compound" and span.root.head == act


def _after_comma(noun: Token) -> bool:
    """Whether a comma parts a phrase with a preposition from the noun before it."""
    start = noun.left_edge
    return start.i > start.sent.start and start.nbor(-1).text == ","


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
    return _day(span) if span.label_ == "DATE" else _named_spot(span.root)


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
    while reached != act and _is_passed(reached) and reached.head != reached:
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
        if syntax.is_verbal(verb) and not _shares(verb):
            return None
        level += 1
        if above == reached:
            beside = not syntax.is_verbal(act) and phrase.i > above.i and _is_content(word, phrase)
            return None if (content or beside) and not _holds(phrase, act) else level
        verb = above


def _is_passed(word: Token) -> bool:
    """Whether a date or place may hang on a word in its clause: *held in Oslo, starting Monday*."""
    return not syntax.is_verbal(word) or (word.tag_ == "VBG" and word.lemma_ in words().starting)


def _is_content(word: Token, phrase: Token) -> bool:
    """Whether a phrase of a word of saying is what is said, not the occasion of saying it.

    ``word`` lies in it; one that stands before all else opens the sentence and belongs to the
    clause, whatever the parse hangs it on: *In Oslo, Lavrov and his counterpart agreed to …*.
    """
    opens = word.i < phrase.i
    misread = word.dep_ in BARE and not syntax.preposition(word)
    within = phrase != word and not opens and not misread and not syntax.is_verbal(phrase)
    return within and syntax.preposition(phrase) not in words().occasion


def _holds(phrase: Token, word: Token) -> bool:
    """Whether a word is the head of a phrase or hangs in it."""
    return phrase == word or phrase in syntax.ancestors(word)


def _shares(verb: Token) -> bool:
    """Whether a verb has the time and place of the clause above it.

    One that gives a reason has not (*freed on Monday because they were wrongly charged*), nor one
    told in another tense (*seized nine last month but has freed six*).
    """
    if verb.dep_ not in SHARED:
        return False
    if verb.dep_ == "conj":
        return _is_perfect(verb) == _is_perfect(verb.head)
    return not any(c.lower_ in words().reason for c in syntax.children(verb, "mark", "case"))


def _is_perfect(verb: Token) -> bool:
    """Whether a verb has an auxiliary of the perfect; a shared one stands with the first."""
    helpers = list(syntax.children(verb, "aux"))
    if not helpers and verb.dep_ == "conj" and verb.tag_ == "VBN" and not syntax.has_subject(verb):
        return _is_perfect(verb.head)
    return any(helper.lower_ in words().perfect for helper in helpers)


def _is_apart(noun: Token, clause: Token) -> bool:
    """Whether a preposition sets a noun apart from its clause: *left after the talks*.

    Several words may stand for the preposition: *met in response to the attack*.
    """
    act = noun
    while noun != clause and noun.head != noun:
        before = syntax.preposition(noun)
        if before in words().apart or (noun != act and before and noun.lower_ in words().ties):
            return True
        noun = noun.head
    return False
