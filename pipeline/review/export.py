"""What a review leads to: a reviewed table for spreadsheets and gold for evaluation and retraining.

``events_reviewed.csv`` has the columns of events.csv and ``status``, ``reviewer``,
``reviewed_at``, ``comment``. A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or
``@`` as a formula, so such a cell gets an apostrophe in front, unless it is a plain number (a
longitude). :func:`pipeline.tables.spreadsheet.restore` takes it off again;
:func:`read_reviewed` does so for a whole file, and so do ``pacta evaluate`` and ``pacta retrain``.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

from pipeline.evaluation.formats import write_gold as write_gold_as
from pipeline.evaluation.formats.reviewed import REVIEW_COLUMNS
from pipeline.evaluation.gold import (
    GoldDocument,
    GoldEntity,
    GoldEvent,
    GoldMention,
    write_standoff,
)
from pipeline.resources import items
from pipeline.review.desk import Desk
from pipeline.review.entries import Entry, View
from pipeline.review.tables import EVENT_COLUMNS, coded, zones
from pipeline.tables.reading import dict_reader
from pipeline.tables.schema import Row
from pipeline.tables.spreadsheet import harmless, restore
from pipeline.tables.writing import write_whole

COLUMNS = (*EVENT_COLUMNS, *REVIEW_COLUMNS)
NAME = "events_reviewed.csv"
DOWNLOADS = {"standoff": "gold", "labelstudio": "labelstudio.json", "doccano": "doccano.jsonl"}
"""The formats that gold can be downloaded in, and the file or folder that each writes."""


class ExportError(ValueError):
    """There is no gold to write; the message says why."""


def read_reviewed(path: Path) -> list[Row]:
    """Read an ``events_reviewed.csv`` with all cells as the reviewer saw them."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{c: restore(v) for c, v in row.items()} for row in dict_reader(file)]


def reviewed_rows(desk: Desk, reviewer: str = "") -> list[Row]:
    """The rows of ``events_reviewed.csv``, in the order of the documents and triggers.

    Undecided events are among them with that status; rejected ones too; events that a reviewer
    added and withdrew are not.

    Parameters
    ----------
    desk : Desk
        The review.
    reviewer : str, optional
        Whose decisions to write; else everybody's count.
    """
    view = desk.only(reviewer)
    rows = []
    for entry in view.ordered("document"):
        state = entry.state
        if entry.status == "withdrawn":
            continue
        rows.append(
            {
                **{column: entry.cells[column] for column in EVENT_COLUMNS},
                "status": entry.status,
                "reviewer": state.reviewer if state else "",
                "reviewed_at": state.at if state else "",
                "comment": state.comment if state else "",
            }
        )
    return rows


def reviewed_table(desk: Desk, reviewer: str = "") -> str:
    """``events_reviewed.csv`` as text: the rows of :func:`reviewed_rows`, cells made harmless."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = reviewed_rows(desk, reviewer)
    writer.writerows([harmless(row[column]) for column in COLUMNS] for row in rows)
    return buffer.getvalue()


def write_reviewed(desk: Desk, path: Path, reviewer: str = "") -> int:
    """Write ``events_reviewed.csv`` whole or not at all; return the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, reviewed_table(desk, reviewer))
    return len(reviewed_rows(desk, reviewer))


def gold(desk: Desk, reviewer: str = "", partial: bool = False) -> list[GoldDocument]:
    """Gold annotation of the documents that have been reviewed.

    A document counts when every event of it is decided, or a reviewer marked it as read; what the
    program wrote and nobody looked at is not gold. Rejected events go along as negative examples.

    Parameters
    ----------
    desk : Desk
        The review.
    reviewer : str, optional
        Whose decisions to take; else everybody's count.
    partial : bool, optional
        Take documents with undecided events too; these events are left out.
    """
    view = desk.only(reviewer)
    touched = {e.cells["doc_id"] for e in view.entries.values() if e.status != "undecided"}
    return [
        document(desk, view, doc_id)
        for doc_id in desk.tables.documents
        if desk.document_done(view, doc_id) or (partial and doc_id in touched)
    ]


def unfinished(desk: Desk, reviewer: str = "") -> list[str]:
    """Documents of which something is decided, but not everything."""
    view = desk.only(reviewer)
    touched = {e.cells["doc_id"] for e in view.entries.values() if e.status != "undecided"}
    return [d for d in desk.tables.documents if d in touched and not desk.document_done(view, d)]


def write_gold(desk: Desk, folder: Path, reviewer: str = "", partial: bool = False) -> list[str]:
    """Write the gold of the reviewed documents, a JSON file each; return their ids."""
    documents = gold(desk, reviewer, partial)
    if documents:
        write_standoff(documents, folder)
    return [d.doc_id for d in documents]


def download(desk: Desk, form: str, reviewer: str = "") -> bytes:
    """The gold of the reviewed documents as one file of a format.

    Parameters
    ----------
    desk : Desk
        The review.
    form : str
        A key of :data:`DOWNLOADS`.
    reviewer : str, optional
        Whose decisions to take; else everybody's count.

    Raises
    ------
    ExportError
        No document is reviewed to its end, or the article of one that is cannot be read.
    """
    documents = gold(desk, reviewer)
    if not documents:
        raise ExportError("No document is reviewed to its end yet.")
    texts = {d.doc_id: _whole(desk, d.doc_id) for d in documents}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / DOWNLOADS[form]
        if form == "standoff":
            write_standoff(documents, path)
            return _zipped(path)
        write_gold_as(documents, texts, path, form)
        return path.read_bytes()


def _whole(desk: Desk, doc_id: str) -> str:
    """The article, which the formats of annotation tools hold."""
    text = desk.texts.get(doc_id)
    if text.notice or len(text.pieces) != 1:
        raise ExportError(f"{doc_id}: {text.notice or 'the article is empty'}")
    return text.pieces[0][1]


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"gold/{path.name}")
    return buffer.getvalue()


def document(desk: Desk, view: View, doc_id: str) -> GoldDocument:
    """The gold of one document: its zones, standing mentions and entities, decided events."""
    facts = desk.tables.documents[doc_id]
    mentions = [m["cells"] for m in desk.mentions(view, doc_id) if m["status"] != "rejected"]
    entries = desk.of_document(view, doc_id)
    standing = [e for e in entries if e.status in ("accepted", "corrected", "added")]
    rejected = [e for e in entries if e.status == "rejected"]
    return GoldDocument(
        doc_id=doc_id,
        published=facts["published"],
        zones=[(z["kind"], z["start"], z["end"]) for z in zones(facts["zones"])],
        entities=_entities(mentions, [*standing, *rejected]),
        mentions=[_mention(row, number) for number, row in enumerate(mentions, start=1)],
        events=[_event(entry, f"E{n}") for n, entry in enumerate(standing, start=1)],
        rejected=[_event(entry, f"R{n}") for n, entry in enumerate(rejected, start=1)],
    )


def _entities(mentions: list[Row], entries: list[Entry]) -> dict[str, GoldEntity]:
    """The entities that mentions and events name; of differing readings the commonest counts."""
    readings: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    types: dict[str, Counter[str]] = defaultdict(Counter)
    for row in mentions:
        if row["label"] not in ("DATE", "AGREEMENT"):
            name = row["entity"] or row["text"]
            readings[name][row["country"], row["sector"]] += 1
            types[name][row["label"]] += 1
    for cells in (entry.cells for entry in entries):
        for side, codes in (("actors", "actor_codes"), ("recipients", "recipient_codes")):
            for name, code in coded(cells, side, codes):
                if name not in readings:
                    country, _, sector = code.partition(".")
                    readings[name][country, sector] += 1
        if cells["place"] and cells["place"] not in readings:
            readings[cells["place"]][cells["place_country"], ""] += 1
    return {
        name: GoldEntity(name, _entity_type(types[name]), *reading.most_common(1)[0][0])
        for name, reading in readings.items()
    }


def _entity_type(labels: Counter[str]) -> str:
    """A country is a GPE although most of its mentions may be ``German``."""
    for label in ("GPE", "LOC", "ORG", "PERSON"):
        if labels[label]:
            return label
    return "NORP" if labels else "GPE"


def _mention(row: Row, number: int) -> GoldMention:
    mention = GoldMention(
        f"T{number}", row["label"], int(row["start"]), int(row["end"]), row["text"]
    )
    if row["label"] == "DATE":
        mention.value = row["date"]
    elif row["label"] == "AGREEMENT":
        mention.agreement = row["agreement_id"]
        mention.generic = row["generic"] == "true"
    else:
        mention.entity = row["entity"] or row["text"]
        mention.sense = row["sense"]
    return mention


def _event(entry: Entry, number: str) -> GoldEvent:
    cells = entry.cells
    return GoldEvent(
        id=number,
        type=cells["event_type"],
        start=entry.start,
        end=int(cells["trigger_end"]),
        text=cells["trigger"],
        factuality=cells["factuality"],
        mode=cells["mode"],
        actors=tuple(items(cells["actors"])),
        recipients=tuple(items(cells["recipients"])),
        date=cells["date"],
        date_from=cells["date_from"] if cells["date"] else "",
        place=cells["place"],
        place_from=cells["place_from"] if cells["place"] else "",
        agreement=cells["agreement_id"],
        stage=cells["agreement_stage"],
        same_as=cells["same_as"],
    )
