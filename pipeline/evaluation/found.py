"""What a run found: its output tables read back for scoring, or gold in their place.

The tables are those of docs/tables.md; only the columns that scoring needs are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.evaluation.gold import GoldDocument, GoldError, GoldMention
from pipeline.resources import items
from pipeline.tables import TABLES
from pipeline.tables.reading import dict_reader, missing_columns, rewritten


@dataclass(frozen=True, slots=True)
class FoundMention:
    """A row of mentions.csv."""

    id: str
    label: str
    start: int
    end: int
    text: str
    entity: str = ""
    country: str = ""
    sense: str = ""
    date: str = ""
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """A row of events.csv; ``evidence`` is the sentence with its offsets."""

    id: str
    type: str
    start: int
    end: int
    text: str
    mode: str = ""
    factuality: str = ""
    actors: tuple[str, ...] = ()
    actor_codes: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    recipient_codes: tuple[str, ...] = ()
    date: str = ""
    place: str = ""
    agreement: str = ""
    stage: str = ""
    evidence: str = ""
    evidence_start: int = 0
    evidence_end: int = 0
    same_as: str = ""
    rule: str = ""


Row = TypeVar("Row", FoundMention, FoundEvent)


@dataclass(slots=True)
class FoundDocument:
    """The rows of one article, in the order of the tables; ``listed`` in documents.csv or not."""

    doc_id: str
    listed: bool = True
    mentions: list[FoundMention] = field(default_factory=list)
    events: list[FoundEvent] = field(default_factory=list)


def read_output(folder: Path) -> dict[str, FoundDocument]:
    """Read events.csv, mentions.csv and documents.csv of an output folder.

    Returns
    -------
    dict
        The rows by ``doc_id``, in the order of documents.csv.

    Raises
    ------
    GoldError
        A table is missing or lacks a column, or an offset is no number.
    """
    documents = {
        row["doc_id"]: FoundDocument(row["doc_id"])
        for row in _rows(folder / "documents.csv", ("doc_id",))
    }

    def document(doc_id: str) -> FoundDocument:
        return documents.setdefault(doc_id, FoundDocument(doc_id, listed=False))

    for doc_id, mention in _records(folder / "mentions.csv", MENTION_COLUMNS, mention_of_row):
        document(doc_id).mentions.append(mention)
    for doc_id, event in _records(folder / "events.csv", EVENT_COLUMNS, event_of_row):
        document(doc_id).events.append(event)
    return documents


def found_in_gold(
    document: GoldDocument, sentences: Iterable[tuple[int, int]] = ()
) -> FoundDocument:
    """Gold as a run would have written it: what a faultless extraction finds.

    Parameters
    ----------
    document : GoldDocument
        The annotation.
    sentences : iterable of (start, end)
        Sentence offsets for ``evidence_start`` and ``evidence_end``; without them the evidence
        of an event is its trigger.
    """
    bounds = list(sentences)
    found = FoundDocument(document.doc_id)
    for mention in document.mentions:
        found.mentions.append(_mention_of(mention, document))
    for event in document.events:
        inside = (b for b in bounds if b[0] <= event.start < b[1])
        start, end = next(inside, (event.start, event.end))
        found.events.append(
            FoundEvent(
                id=f"{document.doc_id}-{event.id}",
                type=event.type,
                start=event.start,
                end=event.end,
                text=event.text,
                mode=event.mode,
                factuality=event.factuality,
                actors=event.actors,
                actor_codes=tuple(filter(None, map(document.code, event.actors))),
                recipients=event.recipients,
                recipient_codes=tuple(filter(None, map(document.code, event.recipients))),
                date=event.date,
                place=event.place,
                agreement=event.agreement,
                stage=event.stage,
                evidence_start=start,
                evidence_end=end,
                same_as=event.same_as,
                rule="gold",
            )
        )
    return found


def _mention_of(mention: GoldMention, document: GoldDocument) -> FoundMention:
    entity = document.entities.get(mention.entity)
    return FoundMention(
        id=f"{document.doc_id}-{mention.id}",
        label=mention.label,
        start=mention.start,
        end=mention.end,
        text=mention.text,
        entity=mention.entity,
        country=entity.country if entity else "",
        sense=mention.sense,
        date=mention.value,
        agreement=mention.agreement,
    )


MENTION_COLUMNS = (
    *("mention_id", "doc_id", "label", "text", "start", "end"),
    *("entity", "country", "sense", "date", "agreement_id"),
)
EVENT_COLUMNS = (
    *("event_id", "doc_id", "event_type", "mode", "factuality", "actors", "actor_codes"),
    *("recipients", "recipient_codes", "date", "place", "agreement_id", "agreement_stage"),
    *("trigger", "trigger_start", "trigger_end", "evidence", "evidence_start", "evidence_end"),
    *("same_as", "rule_id"),
)


def mention_of_row(row: dict[str, str]) -> FoundMention:
    """A row of mentions.csv as a record; raises ValueError where an offset is no number."""
    return FoundMention(
        id=row["mention_id"],
        label=row["label"],
        start=int(row["start"]),
        end=int(row["end"]),
        text=row["text"],
        entity=row["entity"],
        country=row["country"],
        sense=row["sense"],
        date=row["date"],
        agreement=row["agreement_id"],
    )


def event_of_row(row: dict[str, str]) -> FoundEvent:
    """A row of events.csv as a record; raises ValueError where an offset is no number."""
    return FoundEvent(
        id=row["event_id"],
        type=row["event_type"],
        start=int(row["trigger_start"]),
        end=int(row["trigger_end"]),
        text=row["trigger"],
        mode=row["mode"],
        factuality=row["factuality"],
        actors=tuple(items(row["actors"])),
        actor_codes=tuple(items(row["actor_codes"])),
        recipients=tuple(items(row["recipients"])),
        recipient_codes=tuple(items(row["recipient_codes"])),
        date=row["date"],
        place=row["place"],
        agreement=row["agreement_id"],
        stage=row["agreement_stage"],
        evidence=row["evidence"],
        evidence_start=int(row["evidence_start"]),
        evidence_end=int(row["evidence_end"]),
        same_as=row["same_as"],
        rule=row["rule_id"],
    )


def _records(
    path: Path, columns: Iterable[str], make: Callable[[dict[str, str]], Row]
) -> Iterator[tuple[str, Row]]:
    for number, row in enumerate(_rows(path, columns), start=1):
        try:
            yield row["doc_id"], make(row)
        except ValueError as error:
            raise GoldError(path, f"row {number}", str(error)) from None


def _rows(path: Path, columns: Iterable[str]) -> Iterator[dict[str, str]]:
    if not path.is_file():
        raise GoldError(path, "", f"no such table in {path.parent}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = dict_reader(file)
        if missing := missing_columns(columns, reader.fieldnames):
            raise GoldError(path, "header", missing)
        for number, row in enumerate(reader, start=1):
            if None in row or None in row.values():
                raise GoldError(path, f"row {number}", "wrong number of cells")
            if problem := rewritten(TABLES[path.stem], row):
                raise GoldError(path, f"row {number}", problem)
            yield row
