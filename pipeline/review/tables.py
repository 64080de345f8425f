"""Reading the tables of an output folder (docs/tables.md) into memory.

Cells stay strings: what the reviewer sees is what the file holds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.resources import items
from pipeline.tables.reading import OutputError, read_rows
from pipeline.tables.schema import EVENTS, MENTIONS, Row

EVENT_COLUMNS, MENTION_COLUMNS = EVENTS.columns, MENTIONS.columns
DOCUMENT_COLUMNS = ("doc_id", "path", "title", "published", "characters", "zones", "status")
FILES = ("documents.csv", "events.csv", "mentions.csv", "agreements.csv", "run.json")


@dataclass(slots=True)
class Tables:
    """The tables of one run.

    ``events`` is in file order; ``mentions`` maps a document to its rows; ``order`` gives each
    document's place on the input. ``stamp`` changes whenever a file of the folder was rewritten.
    """

    folder: Path
    documents: dict[str, Row]
    events: list[Row]
    mentions: dict[str, list[Row]]
    agreements: list[Row]
    stamp: tuple = ()
    order: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = {doc_id: number for number, doc_id in enumerate(self.documents)}


def stamp(folder: Path) -> tuple:
    """Size and time of change of each table: equal while no run has rewritten the folder."""
    marks: list[tuple[int, int] | None] = []
    for name in FILES:
        try:
            status = (folder / name).stat()
        except OSError:
            marks.append(None)
        else:
            marks.append((status.st_mtime_ns, status.st_size))
    return tuple(marks)


def is_offset(cell: str) -> bool:
    """Whether a cell holds a character offset: up to nine digits 0 to 9."""
    return cell.isascii() and cell.isdecimal() and len(cell) < 10


def _offsets(rows: list[Row], name: str, pairs: tuple[tuple[str, str], ...]) -> None:
    for number, row in enumerate(rows, start=2):
        for first, last in pairs:
            cells = row[first], row[last]
            if not all(map(is_offset, cells)) or int(cells[0]) > int(cells[1]):
                raise OutputError(
                    f"{name}: record {number}: {first}, {last} are no offsets: "
                    f"{row[first]!r}, {row[last]!r}"
                )


def read(folder: Path) -> Tables:
    """Read the tables that a run wrote into ``folder``.

    Parameters
    ----------
    folder : Path
        The output folder: documents.csv, events.csv and mentions.csv must be there;
        agreements.csv may be missing.

    Returns
    -------
    Tables

    Raises
    ------
    OutputError
        A table is missing, lacks a column, is no CSV, or an event has no valid offsets.
    """
    mark = stamp(folder)
    documents = {
        row["doc_id"]: row for row in read_rows(folder / "documents.csv", DOCUMENT_COLUMNS)
    }
    events = read_rows(folder / "events.csv", EVENT_COLUMNS, EVENTS.formed)
    _offsets(
        events,
        "events.csv",
        (("trigger_start", "trigger_end"), ("evidence_start", "evidence_end")),
    )
    rows = read_rows(folder / "mentions.csv", MENTION_COLUMNS, MENTIONS.formed)
    _offsets(rows, "mentions.csv", (("start", "end"),))
    mentions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        mentions[row["doc_id"]].append(row)
    for row in events:
        if row["doc_id"] not in documents:
            raise OutputError(f"events.csv: {row['doc_id']} is not in documents.csv")
    agreements = []
    if (folder / "agreements.csv").exists():
        agreements = read_rows(folder / "agreements.csv", ("agreement_id", "stage", "date"))
    return Tables(folder, documents, events, dict(mentions), agreements, mark)


def coded(row: Row, names: str, codes: str) -> list[tuple[str, str]]:
    """Pair the names of a list cell with their codes; an empty code keeps its place."""
    parties, known = items(row[names]), [code.strip() for code in row[codes].split(";")]
    if len(parties) != len(known):
        known = [""] * len(parties)
    return list(zip(parties, known, strict=True))


def zones(cell: str) -> list[dict]:
    """Parse the ``zones`` cell of documents.csv (``boilerplate:10-20; duplicate:30-40``)."""
    out = []
    for item in items(cell):
        kind, _, span = item.rpartition(":")
        first, _, last = span.partition("-")
        if kind and is_offset(first) and is_offset(last):
            out.append({"kind": kind, "start": int(first), "end": int(last)})
    return out
