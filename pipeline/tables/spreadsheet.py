"""Tables for spreadsheets: a spreadsheet runs a cell that begins with ``=`` as a formula.

So it does with ``+``, ``-`` and ``@``. Names and sentences of articles come from anybody; the
tables of a run hold them exactly, the copies made here begin such a cell with an apostrophe.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

from pipeline.tables.reading import LONGEST_CELL
from pipeline.tables.schema import TABLES

FOLDER = "spreadsheet"
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def harmless(cell: str) -> str:
    """Make a cell harmless for spreadsheets; :func:`restore` undoes it.

    Examples
    --------
    >>> harmless('=HYPERLINK("x")'), harmless("-12.5"), harmless("'=a")
    ('\\'=HYPERLINK("x")', '-12.5', "''=a")
    """
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def restore(cell: str) -> str:
    """The cell that :func:`harmless` was given."""
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell


def write_copies(folder: Path) -> Path:
    """Write a harmless copy of each CSV table of a folder into its folder ``spreadsheet``.

    Returns
    -------
    Path
        The folder of the copies; each of them appears whole.
    """
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    csv.field_size_limit(LONGEST_CELL)
    for name in (f"{table}.csv" for table in TABLES):
        aside = target / f".{name}.new"
        with (
            (folder / name).open(encoding="utf-8", newline="") as source,
            aside.open("w", encoding="utf-8", newline="") as copy,
        ):
            rows = csv.writer(copy, lineterminator="\n")
            rows.writerows([harmless(cell) for cell in row] for row in csv.reader(source))
        os.replace(aside, target / name)
    return target
