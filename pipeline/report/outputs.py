"""What a run wrote into its output folder, as far as a report tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.tables.reading import OutputError, read_rows
from pipeline.tables.schema import AGREEMENTS, CLUSTERS, DOCUMENTS, EVENTS, Row


@dataclass(frozen=True, slots=True)
class Outputs:
    """The tables of one run; ``events`` by their id, ``facts`` what run.json holds."""

    name: str
    documents: dict[str, Row]
    events: dict[str, Row]
    acts: list[Row]
    agreements: list[Row]
    facts: dict[str, Any]


def read(folder: Path) -> Outputs:
    """Read an output folder.

    Raises
    ------
    OutputError
        A table is missing or is not what a run writes; the message says which.
    """
    return Outputs(
        folder.resolve().name,
        {row["doc_id"]: row for row in read_rows(folder / "documents.csv", DOCUMENTS.columns)},
        {row["event_id"]: row for row in read_rows(folder / "events.csv", EVENTS.columns)},
        read_rows(folder / "clusters.csv", CLUSTERS.columns),
        read_rows(folder / "agreements.csv", AGREEMENTS.columns),
        _facts(folder / "run.json"),
    )


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise OutputError(f"{path.name}: {error}") from None
    return facts if isinstance(facts, dict) else {}
