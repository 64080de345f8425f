"""Rule books with rules added, and what each rule then does on annotated articles."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.evaluation.found import FoundEvent
from pipeline.evaluation.gold import GoldEvent
from pipeline.evaluation.reading import Reading, extract_events, rows_of
from pipeline.evaluation.rules import token_at
from pipeline.evaluation.scoring import entity_forms, score_document, slots_agreeing

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.components.events.rules import Rule, Rulebook
    from pipeline.components.factuality import Factuality


@dataclass(slots=True)
class Count:
    """Events of a rule or a whole book: made, held by gold, and held with their parties right."""

    found: int = 0
    hits: int = 0
    sides: int = 0

    def add(self, other: Count) -> None:
        """Add another count."""
        self.found += other.found
        self.hits += other.hits
        self.sides += other.sides

    @property
    def false(self) -> int:
        """Events that gold does not hold."""
        return self.found - self.hits

    @property
    def precision(self) -> float:
        """Share held by gold; 0 where none was made."""
        return self.hits / self.found if self.found else 0.0


@dataclass(frozen=True, slots=True)
class Made:
    """An event that a rule book made, and the gold event it is, if any."""

    reading: Reading
    row: FoundEvent
    gold: GoldEvent | None
    sides: int

    @property
    def token(self) -> Token:
        """The word on which the rule fired."""
        token = token_at(self.reading, self.row.start, self.row.end)
        assert token is not None
        return token


class Trial:
    """Runs rule books over annotated articles; the article's Docs are read once.

    Parameters
    ----------
    readings : sequence of Reading
        The articles.
    factuality : Factuality
        As the events component has it.
    """

    def __init__(self, readings: Sequence[Reading], factuality: Factuality) -> None:
        self.readings, self.factuality = readings, factuality
        self.gold = sum(len(reading.gold.events) for reading in readings)

    def split(self, part: Container[str]) -> tuple[Trial, Trial]:
        """Two trials: over the articles of a part, and over all others."""
        inside = [r for r in self.readings if r.gold.doc_id in part]
        outside = [r for r in self.readings if r.gold.doc_id not in part]
        return Trial(inside, self.factuality), Trial(outside, self.factuality)

    def made(self, book: Rulebook) -> Iterator[Made]:
        """Every event that a book makes."""
        for reading in self.readings:
            rows = [r for _, r in rows_of(reading, extract_events(reading, book, self.factuality))]
            forms = entity_forms(reading.gold)
            right = {}
            for event, row in score_document(reading.gold, reading.found(rows)).pairs:
                agrees = slots_agreeing(event, row, reading.gold, forms)
                right[row.id] = (event, agrees["actors"] + agrees["recipients"])
            for row in rows:
                gold, sides = right.get(row.id, (None, 0))
                yield Made(reading, row, gold, sides)

    def missed(self, book: Rulebook) -> list[tuple[Reading, GoldEvent]]:
        """The gold events that a book does not make, and that no event of it stands on."""
        reached: set[tuple[str, str]] = set()
        taken: set[tuple[str, int]] = set()
        for made in self.made(book):
            doc_id = made.reading.gold.doc_id
            taken.update((doc_id, offset) for offset in range(made.row.start, made.row.end))
            if made.gold is not None:
                reached.add((doc_id, made.gold.id))
        return [
            (reading, event)
            for reading in self.readings
            for event in reading.gold.events
            if (reading.gold.doc_id, event.id) not in reached
            and (reading.gold.doc_id, event.start) not in taken
        ]

    def whole(self, book: Rulebook) -> Count:
        """What a book does in all."""
        return counted(self.made(book))

    def f1(self, count: Count) -> float:
        """F1 of a count on these articles."""
        size = count.found + self.gold
        return 2 * count.hits / size if size else 0.0


def one(made: Made) -> Count:
    """A single event as a count."""
    return Count(1, int(made.gold is not None), made.sides)


def counted(events: Iterable[Made]) -> Count:
    """Events as one count."""
    count = Count()
    for made in events:
        count.add(one(made))
    return count


def gain(before: Count, change: Count, gold: int) -> float:
    """What F1 gains when a change is added to what was there."""
    old, new = before.found + gold, before.found + change.found + gold
    if not old or not new:
        return 0.0
    return 2 * (before.hits + change.hits) / new - 2 * before.hits / old


def with_rules(book: Rulebook, rules: Iterable[Rule]) -> Rulebook:
    """A rule book with rules added after those it has; one with a known id replaces it."""
    from pipeline.components.events.rules import index_rules

    merged = book.rules | {rule.id: rule for rule in rules}
    kept = {name: rule for name, rule in merged.items() if not rule.off}
    return replace(book, rules=kept, index=index_rules(kept.values(), book.frames, book.classes))
