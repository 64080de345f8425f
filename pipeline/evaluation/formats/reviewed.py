"""A reviewed events table: the columns of events.csv and ``status``, ``reviewer``,
``reviewed_at``, ``comment``.

``accepted``, ``corrected`` and ``added`` rows are gold events, ``rejected`` ones negative
examples. A document with an ``undecided`` or ``unsure`` row is not reviewed to its end and is left
out. The table says nothing of mentions, so that only events are scored against it.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula; such a cell
carries an apostrophe in front, which reading takes off (:mod:`pipeline.tables.spreadsheet`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pipeline.evaluation.gold import (
    EVENT_TYPES,
    FACTUALITIES,
    STAGES,
    GoldDocument,
    GoldEntity,
    GoldError,
    GoldEvent,
)
from pipeline.evaluation.sentences import splitter
from pipeline.resources import items
from pipeline.tables.reading import dict_reader, missing_columns, rewritten
from pipeline.tables.schema import EVENTS, join
from pipeline.tables.spreadsheet import harmless, restore
from pipeline.tables.writing import write_whole

REVIEW_COLUMNS = ("status", "reviewer", "reviewed_at", "comment")
STANDING = ("accepted", "corrected", "added")
OPEN = ("undecided", "unsure")
STATUSES = (*STANDING, "rejected", *OPEN)


def recognise(path: Path) -> bool:
    """Whether a path is a CSV file."""
    return path.is_file() and path.suffix == ".csv"


def read(path: Path) -> tuple[list[GoldDocument], dict[str, str]]:
    """Read the table; it carries no texts.

    Raises
    ------
    GoldError
        A column is missing, a value is not known, an entity has two codes, or no document is
        reviewed to its end.
    """
    documents: dict[str, GoldDocument] = {}
    unfinished: set[str] = set()
    for number, row in _rows(path):
        where = f"row {number} ({row['doc_id']}, {row['trigger']!r})"
        for name, allowed in _CHECKED.items():
            if row[name] not in allowed:
                raise GoldError(path, where, f"unknown {name} {row[name]!r}")
        document = documents.setdefault(
            row["doc_id"],
            GoldDocument(row["doc_id"], row["published"], has_mentions=False, source=path.name),
        )
        if row["status"] in OPEN:
            unfinished.add(row["doc_id"])
            continue
        event = _event(row, path, where, document)
        (document.rejected if row["status"] == "rejected" else document.events).append(event)
    finished = [document for id_, document in documents.items() if id_ not in unfinished]
    if not finished:
        raise GoldError(path, "", "no document is reviewed to its end")
    return finished, {}


def write(documents: Iterable[GoldDocument], texts: Mapping[str, str], path: Path) -> None:
    """Write the events of gold as a reviewed table, with the sentence as evidence."""
    path.parent.mkdir(parents=True, exist_ok=True)
    split = splitter()
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(
        buffer, [*EVENTS.columns, *REVIEW_COLUMNS], restval="", lineterminator="\n"
    )
    writer.writeheader()
    for document in documents:
        text = texts[document.doc_id]
        sentences = split(text)
        for status, events in (("accepted", document.events), ("rejected", document.rejected)):
            for event in events:
                row = _row(event, document) | {"status": status}
                start, end = next(
                    ((s, e) for s, e in sentences if s <= event.start < e),
                    (event.start, event.end),
                )
                row |= {"evidence": text[start:end], "evidence_start": str(start)}
                row |= {"evidence_end": str(end)}
                writer.writerow({name: harmless(cell) for name, cell in row.items()})
    write_whole(path, buffer.getvalue())


_CHECKED = {
    "status": STATUSES,
    "event_type": EVENT_TYPES,
    "factuality": FACTUALITIES,
    "agreement_stage": ("", *STAGES),
}


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = dict_reader(file)
        if missing := missing_columns((*EVENTS.columns, "status"), reader.fieldnames):
            raise GoldError(path, "header", missing)
        for number, row in enumerate(reader, start=1):
            if None in row or None in row.values():
                raise GoldError(path, f"row {number}", "wrong number of cells")
            cells = {name: restore(cell) for name, cell in row.items()}
            if problem := rewritten(EVENTS, cells):
                raise GoldError(path, f"row {number}", problem)
            yield number, cells


def _event(row: dict[str, str], path: Path, where: str, document: GoldDocument) -> GoldEvent:
    try:
        start, end = int(row["trigger_start"]), int(row["trigger_end"])
    except ValueError as error:
        raise GoldError(path, where, str(error)) from None
    for side, codes in (("actors", "actor_codes"), ("recipients", "recipient_codes")):
        for name, code in _coded(row[side], row[codes]):
            _note_entity(name, code, path, where, document)
    if row["place"]:
        document.entities.setdefault(
            row["place"], GoldEntity(row["place"], "", row["place_country"])
        )
    return GoldEvent(
        id=row["event_id"] or where,
        type=row["event_type"],
        start=start,
        end=end,
        text=row["trigger"],
        factuality=row["factuality"],
        mode=row["mode"],
        actors=tuple(items(row["actors"])),
        recipients=tuple(items(row["recipients"])),
        date=row["date"],
        date_from=row["date_from"],
        place=row["place"],
        place_from=row["place_from"],
        agreement=row["agreement_id"],
        stage=row["agreement_stage"],
        same_as=row["same_as"],
    )


def _coded(names: str, codes: str) -> list[tuple[str, str]]:
    """Names with their codes; an empty code keeps its place in the list (``; DEU.GOV``)."""
    parties, known = items(names), [code.strip() for code in codes.split(";")]
    if len(parties) != len(known):
        known = [""] * len(parties)
    return list(zip(parties, known, strict=True))


def _note_entity(name: str, code: str, path: Path, where: str, document: GoldDocument) -> None:
    country, _, sector = code.partition(".")
    known = document.entities.setdefault(name, GoldEntity(name, "", country, sector))
    if country and known.country and known.country != country:
        raise GoldError(path, where, f"{name} is {country} here, {known.country} elsewhere")
    known.country, known.sector = known.country or country, known.sector or sector


def _row(event: GoldEvent, document: GoldDocument) -> dict[str, str]:
    place = document.entities.get(event.place)
    return {
        "event_id": f"{document.doc_id}:{event.id}",
        "doc_id": document.doc_id,
        "published": document.published,
        "event_type": event.type,
        "mode": event.mode,
        "factuality": event.factuality,
        "actors": join(event.actors),
        "actor_codes": join([document.code(name) for name in event.actors]),
        "recipients": join(event.recipients),
        "recipient_codes": join([document.code(name) for name in event.recipients]),
        "date": event.date,
        "date_from": event.date_from,
        "place": event.place,
        "place_country": place.country if place else "",
        "place_from": event.place_from,
        "agreement_id": event.agreement,
        "agreement_stage": event.stage,
        "trigger": event.text,
        "trigger_start": str(event.start),
        "trigger_end": str(event.end),
        "same_as": event.same_as,
    }
