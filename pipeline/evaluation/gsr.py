"""Measure the events on the PLOVER gold standard sentences.

``python -m pipeline.evaluation.gsr plover-gsr.jsonl [--errors] [--model M] [--rules DIR]``

Every record holds one sentence, one event of it (``event_2021`` is its category of today) and the
sources and targets with ISO3 codes. Definitions:

typed
    the pipeline finds an event of this category in the sentence.
right
    such an event whose actors and recipients cover the record's countries: every source country
    among its actors', every target country among its recipients'. Where the act is mutual (the
    record says so, the category is CONSULT or COOPERATE, or the event found has joint actors and
    no recipient) the countries of both sides are taken together.
exact
    right, and no further country on a side.

A record's body without a country (IGO and the like) is met by any international body; militants
without a country (codes IMG, ISM) ask for nothing. A record without an author of the act is left
out, as the annotation guideline codes no such event; the other ``problems`` concern the record's
markup, sectors and misspelt codes (``code_iso3`` has them mended) and spoil no figure here. No
publication date is given to the sentences.

The sentences are the project's development set for events: figures say how well rules hold that
were widened on them, not how well they hold on text never seen.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.records import Article, Entity, Event

if TYPE_CHECKING:
    from rich.table import Table

SPOILT = frozenset({"no_source"})
BODIES = frozenset({"IGO", "UNO", "EUR", "NGO", "MNC"})
BODY = "body"
MUTUAL = frozenset({"CONSULT", "COOPERATE"})


@dataclass(frozen=True, slots=True)
class Record:
    """One gold standard sentence; ``sources`` and ``targets`` are countries or :data:`BODY`."""

    id: str
    text: str
    type: str
    sources: frozenset[str]
    targets: frozenset[str]
    reciprocal: bool
    problems: tuple[str, ...]

    @property
    def spoilt(self) -> bool:
        """Whether a problem of the record makes it useless as a measure."""
        return any(problem.split(":")[0] in SPOILT for problem in self.problems)


@dataclass(slots=True)
class Outcome:
    """What the pipeline found in the sentence of a record, each event with its trigger word."""

    record: Record
    events: list[tuple[Event, str]] = field(default_factory=list)

    @property
    def of_type(self) -> list[Event]:
        """The events of the right category."""
        return [event for event, _ in self.events if event.event_type == self.record.type]

    @property
    def typed(self) -> bool:
        """Whether an event of the right category is there."""
        return bool(self.of_type)

    @property
    def right(self) -> bool:
        """Whether such an event covers the record's countries."""
        return any(self._agrees(event, exact=False) for event in self.of_type)

    @property
    def exact(self) -> bool:
        """Whether such an event has the record's countries and no more."""
        return any(self._agrees(event, exact=True) for event in self.of_type)

    def _agrees(self, event: Event, exact: bool) -> bool:
        sides = [
            (self.record.sources, countries(event.actors)),
            (self.record.targets, countries(event.recipients)),
        ]
        joint = len(event.actors) > 1 and not event.recipients
        if self.record.reciprocal or self.record.type in MUTUAL or joint:
            sides = [(sides[0][0] | sides[1][0], sides[0][1] | sides[1][1])]
        return all(want == found if exact else want <= found for want, found in sides)


def read(path: Path) -> list[Record]:
    """Read the records.

    Raises
    ------
    ValueError
        A line is no JSON or lacks a field; the message names file and line.
    """
    records = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                records.append(_record(json.loads(line)))
            except (KeyError, TypeError, json.JSONDecodeError) as error:
                raise ValueError(f"{path.name}: line {number}: {error!r}") from None
    return records


def countries(entities: Iterable[Entity]) -> frozenset[str]:
    """The countries of the entities, international bodies as one."""
    return frozenset(
        BODY if entity.country in BODIES else entity.country
        for entity in entities
        if entity.country
    )


def measure(
    records: Iterable[Record],
    model: str | None = None,
    rules: Path | None = None,
    reader: bool = True,
) -> Iterator[Outcome]:
    """Run the whole pipeline over the sentences, spoilt records left out."""
    from pipeline.language import annotate, load

    used = [record for record in records if not record.spoilt]
    articles = (Article(doc_id=record.id, text=record.text) for record in used)
    annotated = annotate(load(model, rules, reader), articles)
    for record, (_, doc) in zip(used, annotated, strict=True):
        events = [(event, doc.text[slice(*event.trigger)]) for event in doc._.events]
        yield Outcome(record, events)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables; with ``--errors`` also each miss with what was found instead."""
    from rich.console import Console

    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.gsr")
    parser.add_argument("file", type=Path, help="plover-gsr.jsonl")
    parser.add_argument("--errors", action="store_true", help="print each miss")
    parser.add_argument("--model", help="another spaCy pipeline than the packaged one")
    parser.add_argument("--rules", type=Path, help="folder with further rules")
    parser.add_argument("--no-reader", action="store_true", help="the rules alone")
    options = parser.parse_args(arguments)
    try:
        records = read(options.file)
        outcomes = list(measure(records, options.model, options.rules, not options.no_reader))
    except (OSError, ValueError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    console = Console(highlight=False, width=None if Console().is_terminal else 140)
    if options.errors:
        for outcome in outcomes:
            if not outcome.right:
                console.print(explain(outcome), markup=False, soft_wrap=True)
    console.print(_by_type(outcomes))
    console.print(_confusions(outcomes))
    console.print(_whole(outcomes))
    spoilt = [record for record in records if record.spoilt]
    console.print(f"{len(spoilt)} of {len(records)} records left out:")
    for record in spoilt:
        console.print(f"  {record.id}: {', '.join(record.problems)}", markup=False)


def explain(outcome: Outcome) -> str:
    """A miss in words: the sentence, what the record says, and every event found."""
    record = outcome.record
    verdict = "WRONG COUNTRIES" if outcome.typed else "WRONG TYPE" if outcome.events else "NOTHING"
    want = f"{record.type}  {_join(record.sources)} → {_join(record.targets)}"
    lines = [f"{verdict}  {record.id}", f"  {record.text}", f"  gold   {want}"]
    for event, trigger in outcome.events:
        sides = f"{_sides(event.actors)} → {_sides(event.recipients)}"
        lines.append(f"  found  {event.event_type}  {sides}  {trigger!r} by {event.rule_id}")
    return "\n".join(lines) + "\n"


def _record(data: dict) -> Record:
    return Record(
        id=data["id"],
        text=data["text"].strip("{}"),
        type=data["event_2021"],
        sources=_codes(data["sources"]),
        targets=_codes(data["targets"]),
        reciprocal=data["reciprocal"],
        problems=tuple(data["problems"]),
    )


def _codes(actors: Iterable[dict]) -> frozenset[str]:
    codes = set()
    for actor in actors:
        if actor["code_iso3"]:
            codes.add(actor["code_iso3"])
        elif actor["code"] in BODIES:
            codes.add(BODY)
    return frozenset(codes)


def _by_type(outcomes: Sequence[Outcome]) -> Table:
    table = _table("By category", "category", "sentences", "typed", "right", "exact", "no event")
    for kind, size in Counter(o.record.type for o in outcomes).most_common():
        part = [o for o in outcomes if o.record.type == kind]
        table.add_row(
            kind,
            str(size),
            str(sum(o.typed for o in part)),
            str(sum(o.right for o in part)),
            str(sum(o.exact for o in part)),
            str(sum(not o.events for o in part)),
        )
    return table


def _confusions(outcomes: Sequence[Outcome]) -> Table:
    found = Counter(
        (o.record.type, event.event_type) for o in outcomes if not o.typed for event, _ in o.events
    )
    table = _table("Found in place of the right category", "gold", "found", "events")
    for (gold, other), count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(gold, other, str(count))
    return table


def _whole(outcomes: Sequence[Outcome]) -> Table:
    size = len(outcomes)
    table = _table("All sentences", "", "number", "share")
    for name, number in (
        ("sentences", size),
        ("an event of the right category (typed)", sum(o.typed for o in outcomes)),
        ("with source and target countries (right)", sum(o.right for o in outcomes)),
        ("with these countries and no others (exact)", sum(o.exact for o in outcomes)),
        ("no event at all", sum(not o.events for o in outcomes)),
        ("events", sum(len(o.events) for o in outcomes)),
    ):
        table.add_row(name, str(number), f"{number / size:.3f}" if size else "")
    return table


def _table(title: str, *columns: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="left" if column in ("", "category", "gold") else "right")
    return table


def _join(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)) or "–"


def _sides(entities: Iterable[Entity]) -> str:
    return ", ".join(f"{entity.name} ({entity.code or '?'})" for entity in entities) or "–"


if __name__ == "__main__":
    main()
