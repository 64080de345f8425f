"""Output tables out of FoundDocuments, for tests that need tables where no run has made any."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from pipeline.evaluation.found import EVENT_COLUMNS, MENTION_COLUMNS, FoundDocument


def write_tables(documents: Iterable[FoundDocument], folder: Path) -> Path:
    """Write events.csv, mentions.csv and documents.csv with the columns that scoring reads."""
    documents = list(documents)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "documents.csv", ["doc_id"], ([d.doc_id] for d in documents if d.listed))
    _write(
        folder / "mentions.csv",
        MENTION_COLUMNS,
        (
            [
                *(m.id, d.doc_id, m.label, m.text, m.start, m.end),
                *(m.entity, m.country, m.sense, m.date, m.agreement),
            ]
            for d in documents
            for m in d.mentions
        ),
    )
    _write(
        folder / "events.csv",
        EVENT_COLUMNS,
        (
            [
                *(e.id, d.doc_id, e.type, e.mode, e.factuality),
                *map("; ".join, (e.actors, e.actor_codes, e.recipients, e.recipient_codes)),
                *(e.date, e.place, e.agreement, e.stage, e.text, e.start, e.end),
                *(e.evidence, e.evidence_start, e.evidence_end, e.same_as, e.rule),
            ]
            for d in documents
            for e in d.events
        ),
    )
    return folder


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
