"""Columns of the output tables, in order, with the type each cell has in typed formats."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

Row = dict[str, str]

STRING, INTEGER, FLOAT, BOOLEAN, DATE, LIST = (
    "string",
    "integer",
    "float",
    "boolean",
    "date",
    "list",
)
SEPARATOR = "; "
# Nine digits are more than any offset or count; a year of more than four digits, or one before
# the year 1, is a day that `typed` gives up on but a table may hold.
_FORMS = {
    INTEGER: re.compile(r"[0-9]{1,9}"),
    FLOAT: re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?"),
    BOOLEAN: re.compile(r"true|false"),
    DATE: re.compile(r"-?[0-9]{4,9}-[0-9]{2}-[0-9]{2}"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and its columns with their types."""

    name: str
    types: dict[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(self.types)

    @property
    def formed(self) -> dict[str, str]:
        """The columns whose cells have a form (number, truth value, day), with their kind."""
        return {column: kind for column, kind in self.types.items() if kind in _FORMS}


def _table(name: str, layout: str) -> Table:
    """Build a table from a layout of words: ``column`` or ``column:type``."""
    types = {}
    for word in layout.split():
        column, _, kind = word.partition(":")
        types[column] = kind or STRING
    return Table(name, types)


EVENTS = _table(
    "events",
    """event_id doc_id published:date event_type mode quad_class context:list factuality
    actors:list actor_codes:list recipients:list recipient_codes:list
    date_text date date_start:date date_end:date date_precision date_from
    place_text place place_country latitude:float longitude:float geonames_id place_from
    agreement_text agreement_id agreement_type agreement_stage
    trigger trigger_start:integer trigger_end:integer
    evidence evidence_start:integer evidence_end:integer
    same_as cluster_id rule_id confidence:float""",
)
MENTIONS = _table(
    "mentions",
    """mention_id doc_id label text start:integer end:integer entity country sector sense
    date date_start:date date_end:date date_precision latitude:float longitude:float geonames_id
    agreement_id agreement_type generic:boolean confidence:float""",
)
AGREEMENTS = _table(
    "agreements",
    """agreement_id agreement_type parties:list stage factuality date date_start:date
    date_end:date documents:list event_ids:list conflict""",
)
CLUSTERS = _table(
    "clusters",
    """cluster_id event_type mode factuality actors:list actor_codes:list recipients:list
    recipient_codes:list date date_start:date date_end:date place place_country latitude:float
    longitude:float agreement_id agreement_stage documents:list event_ids:list mentions:integer
    confidence:float""",
)
DOCUMENTS = _table(
    "documents",
    """doc_id path title published:date published_from language characters:integer words:integer
    body_characters:integer zones:list mentions:integer events:integer status message""",
)
TABLES = {table.name: table for table in (EVENTS, MENTIONS, AGREEMENTS, CLUSTERS, DOCUMENTS)}


def join(items: list[str] | tuple[str, ...]) -> str:
    """Write a list as one cell; a semicolon inside an item would split it and becomes a comma."""
    return SEPARATOR.join(item.replace(";", ",") for item in items)


def number(value: float | None) -> str:
    """Write a number with at most four decimals; empty for None."""
    if value is None:
        return ""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def fits(kind: str, cell: str) -> bool:
    """Whether a cell that is not empty has the form of its kind (text and lists have none)."""
    return kind not in _FORMS or _FORMS[kind].fullmatch(cell) is not None


def typed(table: Table, row: Row) -> dict[str, Any]:
    """Turn a row's cells into values: lists, numbers, booleans, dates; None for an empty cell.

    An empty list column is an empty list; a day outside the calendar of Python's dates
    (before the year 1) is None.
    """
    return {column: _value(kind, row.get(column, "")) for column, kind in table.types.items()}


def _value(kind: str, cell: str) -> Any:
    if kind == LIST:
        return cell.split(SEPARATOR) if cell else []
    if cell == "":
        return None
    if kind == INTEGER:
        return int(cell)
    if kind == FLOAT:
        return float(cell)
    if kind == BOOLEAN:
        return cell == "true"
    if kind == DATE:
        return _day(cell)
    return cell


def _day(cell: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(cell)
    except ValueError:
        return None
