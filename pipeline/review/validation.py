"""What a decision may hold: checked before it is written, and again when a log is read.

A log of decisions outlives the program that wrote it and may have been written to by others. A
row of it that cannot be replayed would close a shared review to everybody; it is set aside and
named instead (:attr:`pipeline.review.store.Store.aside`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeline.review.tables import is_offset
from pipeline.tables.schema import EVENTS, MENTIONS, Row, Table, fits

PLACE = (
    *("doc_id", "trigger", "trigger_start", "trigger_end"),
    *("evidence", "evidence_start", "evidence_end"),
)
"""The columns that say where in which article an event stands."""
_NEEDED = {
    "events": ("event_id", "doc_id", "event_type", "trigger"),
    "mentions": ("doc_id", "label", "text"),
}


class InvalidError(ValueError):
    """A decision holds something that it may not; the message says what."""


def is_text(value: object) -> bool:
    """Whether a value is text that can be written as UTF-8 (JSON can hold lone surrogates)."""
    if not isinstance(value, str):
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_unicode(value: object) -> bool:
    """Whether all text in a value read from JSON, however deep, can be written as UTF-8."""
    left = [value]
    while left:
        match left.pop():
            case str() as text:
                if not is_text(text):
                    return False
            case dict() as pairs:
                left += [*pairs, *pairs.values()]
            case list() as members:
                left += members
    return True


def check_cells(table: Table, cells: object) -> Row:
    """Cells that a reviewer gave, if they may stand in a table.

    Parameters
    ----------
    table : Table
        Whose cells they are.
    cells : object
        As read from JSON.

    Raises
    ------
    InvalidError
        They are no cells, a column is not known, or a number, offset or day has no such form.
    """
    row = _texts(cells, "cells")
    for column, cell in row.items():
        kind = table.types.get(column)
        if kind is None:
            raise InvalidError(f"there is no column {column!r}")
        if cell and not fits(kind, cell):
            raise InvalidError(f"{column} cannot hold {cell[:40]!r}")
    return row


def check(action: str, doc_id: object, subject: object, payload: object) -> None:
    """Check that a decision can be replayed.

    Parameters
    ----------
    action, doc_id, subject, payload
        As in :class:`pipeline.review.store.Decision`, not yet known to be of these types.

    Raises
    ------
    InvalidError
        It cannot; the message says why.
    """
    verb = _CHECKS.get(action)
    if verb is None:
        raise InvalidError(f"there is no action {action!r}")
    if not is_text(doc_id) or not is_text(subject):
        raise InvalidError("document or subject is no text")
    if not isinstance(payload, dict) or not is_unicode(payload):
        raise InvalidError("its content is no JSON object of text")
    verb(doc_id, subject, payload)


def _texts(value: object, what: str) -> Row:
    if not isinstance(value, dict) or not all(is_text(v) for pair in value.items() for v in pair):
        raise InvalidError(f"its {what} are no texts by column")
    return value


def _row(value: object, doc_id: str, table: Table, offsets: tuple[str, str]) -> None:
    """Check the row that a decision was taken on; it may hold columns of another version."""
    row = _texts(value, "row")
    missing = [column for column in (*_NEEDED[table.name], *offsets) if column not in row]
    if missing:
        raise InvalidError(f"its row lacks {', '.join(missing)}")
    if row["doc_id"] != doc_id:
        raise InvalidError(f"its row is of another document, {row['doc_id']!r}")
    check_cells(table, {column: cell for column, cell in row.items() if column in table.types})
    _offsets(row, offsets)


def _offsets(row: Mapping[str, str], columns: Iterable[str]) -> None:
    for column in columns:
        if not is_offset(row[column]):
            raise InvalidError(f"{column} is no offset: {row[column]!r}")


def _event_row(value: object, doc_id: str) -> None:
    _row(value, doc_id, EVENTS, ("trigger_start", "trigger_end"))


def _event_cells(value: object, doc_id: str) -> None:
    cells = check_cells(EVENTS, value)
    if cells.get("doc_id", doc_id) != doc_id:
        raise InvalidError("it would move the event to another document")
    _offsets(cells, (c for c in ("trigger_start", "trigger_end") if c in cells))


def _on_event(doc_id: str, subject: str, payload: dict) -> None:
    _event_row(payload.get("row"), doc_id)


def _verdict(doc_id: str, subject: str, payload: dict) -> None:
    _event_row(payload.get("row"), doc_id)
    _event_cells(payload.get("cells", {}), doc_id)


def _edit(doc_id: str, subject: str, payload: dict) -> None:
    _event_row(payload.get("row"), doc_id)
    _event_cells(payload.get("cells"), doc_id)
    _texts(payload.get("before", {}), "cells before")


def _comment(doc_id: str, subject: str, payload: dict) -> None:
    _event_row(payload.get("row"), doc_id)
    if not is_text(payload.get("text")):
        raise InvalidError("its comment is no text")


def _group(doc_id: str, subject: str, payload: dict) -> None:
    if payload.get("column") not in ("same_as", "cluster_id"):
        raise InvalidError("its group is none of same_as, cluster_id")
    value, rows = _texts(payload.get("value"), "members"), payload.get("rows")
    if not isinstance(rows, dict) or not set(value) <= set(rows) or not value:
        raise InvalidError("it lacks the rows of its members")
    for row in rows.values():
        _event_row(row, _texts(row, "row").get("doc_id", ""))


def _bulk(doc_id: str, subject: str, payload: dict) -> None:
    if payload.get("verdict") not in ("accept", "reject"):
        raise InvalidError("its verdict is none of accept, reject")
    rows, cells, kept = (payload.get(name) for name in ("rows", "cells", "kept"))
    if not isinstance(rows, dict) or not rows:
        raise InvalidError("it lacks the rows of its events")
    if (
        not isinstance(cells, dict)
        or not isinstance(kept, list)
        or not is_text(payload.get("told"))
    ):
        raise InvalidError("it lacks the cells of its events")
    for uid, row in rows.items():
        own = _texts(row, "row").get("doc_id", "")
        _event_row(row, own)
        _event_cells(cells.get(uid, {}), own)


def _mention(doc_id: str, subject: str, payload: dict) -> None:
    _row(payload.get("row"), doc_id, MENTIONS, ("start", "end"))
    cells = check_cells(MENTIONS, payload.get("cells", {}))
    if not {"doc_id", "start", "end"}.isdisjoint(cells):
        raise InvalidError("it would move the mention")


def _document(doc_id: str, subject: str, payload: dict) -> None:
    if not isinstance(payload.get("done"), bool):
        raise InvalidError("it does not say whether the document was read")


def _take_back(doc_id: str, subject: str, payload: dict) -> None:
    if not is_offset(subject):
        raise InvalidError(f"it takes back {subject!r}, which is no decision")


_CHECKS: dict[str, Callable[[Any, Any, dict], None]] = {
    "accept": _verdict,
    "reject": _verdict,
    "unsure": _verdict,
    "bulk": _bulk,
    "reopen": _on_event,
    "edit": _edit,
    "comment": _comment,
    "add_event": _on_event,
    "group": _group,
    "mention": _mention,
    "document": _document,
    "undo": _take_back,
    "redo": _take_back,
}
