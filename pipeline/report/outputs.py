"""What a run wrote into its output folder, as far as a report tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.tables.reading import OutputError, read_rows
from pipeline.tables.schema import AGREEMENTS, CLUSTERS, DOCUMENTS, EVENTS, Row, Table

# What the page reckons with; any other cell is shown as it stands.
_RECKONED = {
    "documents": ("mentions",),
    "events": ("trigger_start", "trigger_end", "evidence_start"),
    "clusters": ("date_start", "date_end", "latitude", "longitude"),
}


@dataclass(frozen=True, slots=True)
class Outputs:
    """The tables of one run; ``events`` by their id, ``facts`` what run.json holds.

    ``review`` is how many events have which verdict, where the tables are those of a review.
    """

    name: str
    documents: dict[str, Row]
    events: dict[str, Row]
    acts: list[Row]
    agreements: list[Row]
    facts: dict[str, Any]
    review: list[tuple[str, int]] = field(default_factory=list)


def read(folder: Path) -> Outputs:
    """Read an output folder.

    Raises
    ------
    OutputError
        A table is missing or is not what a run writes; the message says which.
    """
    return Outputs(
        folder.resolve().name,
        {row["doc_id"]: row for row in _rows(folder, DOCUMENTS)},
        {row["event_id"]: row for row in _rows(folder, EVENTS)},
        _rows(folder, CLUSTERS),
        _rows(folder, AGREEMENTS),
        _facts(folder / "run.json"),
    )


def _rows(folder: Path, table: Table) -> list[Row]:
    kinds = {column: table.types[column] for column in _RECKONED.get(table.name, ())}
    return read_rows(folder / f"{table.name}.csv", table.columns, kinds)


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise OutputError(f"{path.name}: {error}") from None
    return facts if isinstance(facts, dict) else {}
