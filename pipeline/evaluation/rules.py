"""What each event rule does on gold: support, precision, what it alone catches, what none does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING

from pipeline.evaluation.found import FoundDocument
from pipeline.evaluation.gold import GoldEvent
from pipeline.evaluation.reading import Reading, extract_events, rows_of, slots_of
from pipeline.evaluation.scoring import score_document

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.components.events.matching import Match
    from pipeline.components.events.rules import Rulebook, Trigger
    from pipeline.components.events.slots import Slots
    from pipeline.components.factuality import Factuality

NO_RULE = "no rule has this trigger"
TOKEN_RELATIONS = frozenset(
    {
        "nsubj",
        "nsubj:pass",
        "obj",
        "iobj",
        "obl",
        "obl:agent",
        "nmod",
        "nmod:poss",
        "xcomp",
        "ccomp",
    }
)


@dataclass(slots=True)
class RuleFigures:
    """How a rule did: events it made, those that gold holds, those that no other rule would make.

    ``rivals`` counts the rules of another category that hold on the same words.
    """

    id: str
    type: str
    fired: int = 0
    hits: int = 0
    alone: int = 0
    documents: set[str] = field(default_factory=set)
    rivals: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float | None:
        """Share of its events that gold holds; None where it made none."""
        return self.hits / self.fired if self.fired else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the precision (Wilson 1927)."""
        return wilson(self.hits, self.fired)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A gold event that no rule makes: its trigger lemma, its frame, and why."""

    doc_id: str
    type: str
    lemma: str
    kind: str
    frame: str
    why: str
    rule: str
    sentence: str


@dataclass(slots=True)
class RulesReport:
    """The figures of all rules and the gold events that none of them reaches."""

    rules: list[RuleFigures]
    unreached: list[Unreached]

    @property
    def silent(self) -> list[RuleFigures]:
        """Rules that made no event."""
        return [figures for figures in self.rules if not figures.fired]


def report(
    readings: Iterable[Reading],
    book: Rulebook,
    factuality: Factuality,
    output: Mapping[str, FoundDocument] | None = None,
) -> RulesReport:
    """Run a rule book over annotated articles and hold each of its events against gold.

    Parameters
    ----------
    readings : iterable of Reading
        The articles.
    book : Rulebook
        The rules.
    factuality : Factuality
        As the events component has it.
    output : mapping of str to FoundDocument, optional
        What a run found, by ``doc_id``; else the rules are run on the readings.
    """
    figures = {rule.id: RuleFigures(rule.id, rule.type) for rule in book.rules.values()}
    unreached: list[Unreached] = []
    for reading in readings:
        if output is None:
            events = extract_events(reading, book, factuality)
            found = reading.found([row for _, row in rows_of(reading, events)])
        else:
            doc_id = reading.gold.doc_id
            found = output.get(doc_id) or FoundDocument(doc_id)
        scored = score_document(reading.gold, found)
        slots = slots_of(reading, book, factuality)
        hits = {row.id for _, row in scored.pairs}
        for row in found.events:
            rule = figures.setdefault(row.rule, RuleFigures(row.rule, row.type))
            rule.fired += 1
            rule.documents.add(reading.gold.doc_id)
            token = token_at(reading, row.start, row.end)
            others = [t.rule for t in holding(token, book, slots)] if token is not None else []
            rule.rivals.update({r.id for r in others if r.type != rule.type})
            if row.id in hits:
                rule.hits += 1
                rule.alone += not any(r.type == rule.type and r.id != rule.id for r in others)
        reached = {event.id for event, _ in scored.pairs}
        missed = [event for event in reading.gold.events if event.id not in reached]
        unreached += diagnose(reading, missed, book, slots)
    return RulesReport(
        sorted(figures.values(), key=lambda f: (f.hits - f.fired, -f.hits, f.id)), unreached
    )


def diagnose(
    reading: Reading, missed: Sequence[GoldEvent], book: Rulebook, slots: Slots
) -> Iterator[Unreached]:
    """Say of each missed event how far the rules got with it."""
    from pipeline.components.events.matching import matches

    fired = {match.token.i: match for match in matches(reading.doc, book, slots)}
    for event in missed:
        token = token_at(reading, event.start, event.end)
        if token is None:
            continue
        why, rule = _why(event, token, fired.get(token.i), book, slots)
        yield Unreached(
            reading.gold.doc_id,
            event.type,
            token.lemma_.lower(),
            kind_of(token),
            frame_of(token),
            why,
            rule,
            " ".join(token.sent.text.split()),
        )


def groups(unreached: Iterable[Unreached]) -> list[tuple[tuple[str, str, str], list[Unreached]]]:
    """Missed events by category, trigger lemma and frame, the largest group first."""
    by_key: dict[tuple[str, str, str], list[Unreached]] = defaultdict(list)
    for one in unreached:
        by_key[one.type, one.lemma, one.frame].append(one)
    return sorted(by_key.items(), key=lambda item: (-len(item[1]), item[0]))


def wilson(hits: int, size: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a proportion after Wilson (1927); 0 to 1 where nothing was seen."""
    if not size:
        return 0.0, 1.0
    share, square = hits / size, z * z / size
    centre = (share + square / 2) / (1 + square)
    half = z / (1 + square) * sqrt(share * (1 - share) / size + square / (4 * size))
    return max(0.0, centre - half), min(1.0, centre + half)


def token_at(reading: Reading, start: int, end: int) -> Token | None:
    """The token of a trigger: the one that covers the start of it; None outside the text."""
    start, end = reading.doc._.plain.spot(start, end)
    span = reading.doc.char_span(start, end, alignment_mode="expand")
    return span[0] if span is not None and len(span) else None


def kind_of(token: Token) -> str:
    """Verb, noun or adjective: as what a rule would list the word; empty for other words."""
    if token.dep_ == "amod" and token.pos_ in ("ADJ", "VERB"):
        return "adjective"
    kinds = {"VERB": "verb", "AUX": "verb", "NOUN": "noun", "PROPN": "noun"}
    return kinds.get(token.pos_, "adjective" if token.pos_ in ("ADJ", "ADV") else "")


def frame_of(token: Token) -> str:
    """The relations in which the arguments of a trigger stand, in order: ``nsubj obl:with``."""
    from pipeline.language.syntax import preposition

    relations = []
    for child in token.children:
        if child.dep_ in TOKEN_RELATIONS:
            word = preposition(child) if child.dep_ in ("obl", "nmod") else ""
            relations.append(f"{child.dep_}:{word}" if word else child.dep_)
    return " ".join(dict.fromkeys(relations))


def holding(token: Token, book: Rulebook, slots: Slots) -> list[Trigger]:
    """All triggers that hold on a word, not only the first, which fires."""
    from pipeline.components.events.matching import failure, kinds

    return [
        trigger
        for kind in kinds(token, book)
        for trigger in book.candidates(book.lemma(token, kind), kind)
        if failure(token, trigger, book, slots) is None
    ]


def _why(
    event: GoldEvent, token: Token, match: Match | None, book: Rulebook, slots: Slots
) -> tuple[str, str]:
    from pipeline.components.events.matching import failure, kinds

    if match is not None:
        rule = match.trigger.rule
        if rule.type == event.type or event.type == "AGREE":
            return "the rule fires, but the act is governed, not real or has no actor", rule.id
        return f"taken for {rule.type}", rule.id
    near = [
        (trigger, failure(token, trigger, book, slots))
        for kind in kinds(token, book)
        for trigger in book.candidates(book.lemma(token, kind), kind)
    ]
    for trigger, missing in near:
        if trigger.rule.type == event.type and missing:
            return f"not met: {missing}", trigger.rule.id
    if near:
        return f"only rules of other categories, not met: {near[0][1]}", near[0][0].rule.id
    return NO_RULE, ""
