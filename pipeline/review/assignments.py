"""Whose documents are whose: a table with the columns ``doc_id`` and ``reviewer``.

``assignments.csv`` in the output folder; any other column is ignored, so that a list of documents
with a column for the reviewer will do. Several reviewers of one document are parted by semicolons.
"""

from __future__ import annotations

import csv
from pathlib import Path

from pipeline.resources import items
from pipeline.review.tables import OutputError
from pipeline.tables.reading import dict_reader, missing_columns

NAME = "assignments.csv"
COLUMNS = ("doc_id", "reviewer")


def read(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the reviewers of each document; none where there is no table.

    Raises
    ------
    pipeline.review.tables.OutputError
        The table lacks a column, or is no table of text.
    """
    path = folder / NAME
    if not path.exists():
        return {}
    found: dict[str, tuple[str, ...]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = dict_reader(file)
            if missing := missing_columns(COLUMNS, reader.fieldnames):
                raise OutputError(f"{NAME}: {missing}")
            for row in reader:
                names = items(row["reviewer"] or "")
                found[row["doc_id"]] = tuple(dict.fromkeys([*found.get(row["doc_id"], ()), *names]))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OutputError(f"{NAME}: {error}") from None
    return found
