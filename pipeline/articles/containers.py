"""Files that hold many articles: JSON, JSON Lines, CSV and Parquet, read as a stream.

A broken record never hides the ones after it: it comes out as a record with an error.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline.articles.decoding import MAX_BYTES, decode, read_bounded, wide_encoding
from pipeline.articles.errors import InputError, UnreadableError

if TYPE_CHECKING:
    from pipeline.articles.sources import Fields

USUAL_NAMES = {
    "text": ("text", "body", "content", "article"),
    "id": ("doc_id", "id"),
    "date": ("published", "date", "publication_date", "date_published"),
    "title": ("title", "headline"),
}
"""Column names tried, in this order, where the user names none."""

_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character, as JSON can hold and UTF-8 cannot."""

_SEPARATORS = (",", ";", "\t", "|")
_MAX_RECORD_LINES = 20_000
_MAX_EMPTY_LINES, _MAX_OBJECTS = 100_000, 1_000_000
"""Nobody writes so many empty lines in a row, nor so many objects into one JSON document."""
_PARQUET_ROWS = 8
"""Rows unpacked at a time: a few bytes of a dictionary may stand for many megabytes in each."""


@dataclass(slots=True)
class Record:
    """A record of a container; ``alone`` where the file is one article."""

    row: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    alone: bool = False


def records(stream: BinaryIO, kind: str) -> Iterator[Record]:
    """Read the records of an open file of the given kind."""
    readers = {"json": _json, "jsonl": _jsonl, "csv": _csv, "parquet": _parquet}
    return readers[kind](stream)


def pick(row: dict[str, Any], fields: Fields) -> dict[str, Any]:
    """Take an article's parts out of a record.

    Returns
    -------
    dict
        ``text``, ``id``, ``date``, ``title``; all strings, empty where the record has none.

    Raises
    ------
    InputError
        A column the user named is missing, or there is no text column.
    """
    parts = {}
    for part, usual in USUAL_NAMES.items():
        wanted = getattr(fields, part)
        if wanted and wanted not in row:
            raise InputError(f"no column {wanted!r}; there are: {_columns(row)}")
        name = wanted or _usual(row, usual)
        if part == "text" and not name:
            raise InputError(f"no text column (--text-field); there are: {_columns(row)}")
        value = row.get(name)
        if part == "text" and isinstance(value, bytes):
            value, _ = decode(value)
        if part == "text" and not isinstance(value, str | None):
            raise InputError(f"the column {name!r} holds no text but {type(value).__name__}")
        parts[part] = "" if value is None else _SURROGATE.sub("\ufffd", str(value))
    return parts


def _usual(row: dict[str, Any], usual: Iterable[str]) -> str:
    """Return the column that has a usual name, in capitals or not; empty where there is none."""
    for name in usual:
        if name in row:
            return name
    lower = {str(name).strip().lower(): name for name in row}
    return next((lower[name] for name in usual if name in lower), "")


def _columns(row: dict[str, Any]) -> str:
    """The names of columns for a message of one line, whatever stands in them."""
    names = ("".join(c if c.isprintable() else "\ufffd" for c in str(name)) for name in row)
    return ", ".join(names) or "none"


def _json(stream: BinaryIO) -> Iterator[Record]:
    text, _ = decode(read_bounded(stream))
    if text.count("{") + text.count("[") > _MAX_OBJECTS:
        raise UnreadableError(f"more than {_MAX_OBJECTS:,} objects in one JSON document")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {_reason(error)}") from None
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, dict):
            yield Record(item, alone=not isinstance(content, list))
        else:
            yield Record(error="not a JSON object", alone=not isinstance(content, list))


def _jsonl(stream: BinaryIO) -> Iterator[Record]:
    for number, line, error in _lines(stream):
        if error:
            yield Record(error=f"line {number}: {error}")
        elif line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as problem:
                yield Record(error=f"line {number} is not JSON: {_reason(problem)}")
                continue
            if isinstance(row, dict):
                yield Record(row)
            else:
                yield Record(error=f"line {number} is not a JSON object")


def _csv(stream: BinaryIO) -> Iterator[Record]:
    """Read CSV records; one with broken quoting costs itself only.

    A record may span lines inside quotes. Lines are added to it until it parses with the header's
    number of cells; if that never happens, its first line is the broken record, and reading goes
    on with the line after it.
    """
    csv.field_size_limit(MAX_BYTES)
    lines = _Pushback(_lines(stream))
    header: list[str] = []
    mark = ","
    for number, line, error in lines:
        if error:
            yield Record(error=f"line {number}: {error}")
            continue
        if not line.strip():
            continue
        if not header:
            mark = separator(line)
        cells = _whole_record(line, lines, len(header), mark)
        if cells is None:
            yield Record(error=f"line {number}: broken quoting or wrong number of cells")
        elif header:
            yield Record(dict(zip(header, cells, strict=True)))
        else:
            header = [cell.strip() for cell in cells]
    if not header:
        raise UnreadableError("empty")


def separator(text: str) -> str:
    """Return what divides the cells of a table by its first line: a comma, semicolon or tab."""
    head = text.lstrip("\ufeff").partition("\n")[0]
    return max(_SEPARATORS, key=head.count)


def _whole_record(first: str, lines: _Pushback, width: int, mark: str) -> list[str] | None:
    """Return the cells of the record that starts with ``first``, taking further lines as needed."""
    taken: list[tuple[int, str, str]] = []
    parts, quotes = [first], first.count('"')
    while True:
        if quotes % 2 == 0 or not taken:
            cells = _parse_csv("".join(parts), mark)
            if cells is not None and (not width or len(cells) == width):
                return cells
            if quotes % 2 == 0:
                break
        following = next(lines, None)
        if following is None or following[2] or len(taken) >= _MAX_RECORD_LINES:
            if following is not None:
                taken.append(following)
            break
        taken.append(following)
        parts.append(following[1])
        quotes += following[1].count('"')
    lines.push(taken)
    return None


def _parse_csv(text: str, mark: str) -> list[str] | None:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


class _Pushback:
    """An iterator that takes items back."""

    def __init__(self, items: Iterator[tuple[int, str, str]]) -> None:
        self._items, self._back = items, list[tuple[int, str, str]]()

    def __iter__(self) -> _Pushback:
        return self

    def __next__(self) -> tuple[int, str, str]:
        return self._back.pop() if self._back else next(self._items)

    def push(self, items: list[tuple[int, str, str]]) -> None:
        self._back.extend(reversed(items))


def _parquet(stream: BinaryIO) -> Iterator[Record]:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise InputError("reading Parquet needs pyarrow: pip install 'pacta[store]'") from None
    try:
        with parquet.ParquetFile(stream) as file:
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
                for row in batch.to_pylist():
                    yield Record(row)
    except arrow.ArrowException as error:
        raise UnreadableError(f"not a Parquet file: {_reason(error)}") from None


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str, str]]:
    """Yield line number, line (with its end) and error.

    A line is decoded by itself, so that one in another encoding harms no other; but the lines of
    UTF-16 and UTF-32 can only be told apart after decoding.
    """
    number = empty = 0
    try:
        wide = wide_encoding(stream.read(4))
        stream.seek(0)
        lines: Any = io.TextIOWrapper(stream, wide, "replace", newline="") if wide else stream
        while line := lines.readline(MAX_BYTES + 1):
            number += 1
            if len(line) > MAX_BYTES:
                yield number, "", f"longer than {MAX_BYTES // 2**20} MB; the rest is not read"
                return
            empty = empty + 1 if line.isspace() else 0
            if empty > _MAX_EMPTY_LINES:
                message = f"more than {_MAX_EMPTY_LINES:,} empty lines; the rest is not read"
                yield number, "", message
                return
            yield number, *_decoded(line)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield number + 1, "", f"damaged gzip file: {error}"


def _decoded(line: bytes | str) -> tuple[str, str]:
    if isinstance(line, str):
        return line.removeprefix("\ufeff"), ""
    try:
        return decode(line)[0], ""
    except UnreadableError as error:
        return "", str(error)


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
