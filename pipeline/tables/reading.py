"""Reading the CSV tables of an output folder back, cell by cell as they stand in the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.tables.schema import Row, Table, fits

LONGEST_CELL = 1_000_000_000
"""Characters of a cell; what a run writes (a title, a list of zones) has no bound of its own."""


_DAY = r"-?[\dX]{4}(?:-[\dX]{2}){0,2}"
_EDTF = re.compile(rf"(?:{_DAY}|\.\.)(?:/(?:{_DAY}|\.\.))?")


class OutputError(ValueError):
    """An output folder cannot be read; the message says which file and why."""


def dict_reader(file: Iterable[str]) -> csv.DictReader:
    """Read a CSV table whose cells may be longer than the csv module allows by itself."""
    csv.field_size_limit(LONGEST_CELL)
    return csv.DictReader(file)


def missing_columns(columns: Iterable[str], header: Iterable[str] | None) -> str:
    """Say which columns a header lacks, and why where a spreadsheet parted cells by semicolons."""
    there = list(header or ())
    missing = [column for column in columns if column not in there]
    if missing and len(there) == 1 and max(map(there[0].count, ";\t")) > 1:
        return "its cells are not parted by commas: save it as comma-separated CSV in UTF-8"
    return f"no column {', '.join(missing)}" if missing else ""


def rewritten(table: Table, row: Mapping[str, str]) -> str:
    """Say which cell of a row has no form that a run writes; empty where all have theirs.

    Spreadsheets store days and numbers in a form of their own: ``08/05/2024``, ``0,7244``.
    """
    for column, kind in table.formed.items():
        cell = row.get(column, "")
        if cell and not fits(kind, cell):
            return f"{column}: {cell[:40]!r} is no {kind}{_SPREADSHEET}"
    date = row.get("date", "")
    if date and "date" in table.types and not _EDTF.fullmatch(date):
        return f"date: {date[:40]!r} is no date in EDTF (2024-05-08){_SPREADSHEET}"
    return ""


_SPREADSHEET = "; if a spreadsheet has rewritten the table, import its columns as text"


def read_rows(
    path: Path, columns: Iterable[str], kinds: Mapping[str, str] | None = None
) -> list[Row]:
    """Read a table of an output folder.

    Parameters
    ----------
    path : Path
        The CSV file.
    columns : iterable of str
        The columns that must be there; a table may hold more.
    kinds : mapping of str to str, optional
        Columns whose cells are numbers, days or truth values, where they are not empty.

    Returns
    -------
    list of dict
        One dict a row, in file order; all cells are strings.

    Raises
    ------
    OutputError
        The file is missing, is no CSV in UTF-8, lacks a column, a row has more or fewer cells than
        the header, or a cell is none of what its column holds.
    """
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            missing = [column for column in columns if column not in header]
            if missing:
                raise OutputError(f"{path.name}: header: no column {', '.join(missing)}")
            rows = []
            for cells in reader:
                if len(cells) != len(header):
                    raise OutputError(
                        f"{path.name}: line {reader.line_num}: {len(cells)} cells, "
                        f"the header has {len(header)}"
                    )
                row = dict(zip(header, cells, strict=True))
                for column, kind in (kinds or {}).items():
                    if row.get(column) and not fits(kind, row[column]):
                        raise OutputError(
                            f"{path.name}: line {reader.line_num}: {column} is no {kind}: "
                            f"{row[column][:40]!r}"
                        )
                rows.append(row)
            return rows
    except FileNotFoundError:
        raise OutputError(
            f"{path.parent} holds no {path.name}: it is no output folder of a run "
            "(pacta run ARTICLES -o FOLDER makes one)"
        ) from None
    except UnicodeDecodeError as error:
        raise OutputError(f"{path.name}: not UTF-8 at byte {error.start}") from None
    except csv.Error as error:
        raise OutputError(f"{path.name}: {error}") from None
