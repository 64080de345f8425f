"""Writing tables into a folder: CSV, JSON Lines, Parquet or PLOVER, whole or not at all.

Every file is written beside its place, flushed to the disk and renamed, so that a reader never
meets half a table.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from pipeline.tables.plover import plover_event
from pipeline.tables.schema import (
    BOOLEAN,
    DATE,
    FLOAT,
    INTEGER,
    LIST,
    STRING,
    TABLES,
    Row,
    Table,
    typed,
)

FORMATS = ("csv", "parquet", "jsonl", "plover")
_ENDINGS = ("csv", "parquet", "jsonl")
_PARQUET_ROWS = 10_000


class FolderWriter:
    """Writes the tables of a run; a context manager.

    Leaving it normally puts all files in their places; leaving it with an exception leaves the
    folder as it was.

    Parameters
    ----------
    folder : Path
        Where the tables go.
    aside : Path
        A folder on the same file system for the files in the making.
    format : str
        One of ``csv``, ``parquet``, ``jsonl``, ``plover`` (events as PLOVER records, the other
        tables as JSON Lines).
    """

    def __init__(self, folder: Path, aside: Path, format: str = "csv") -> None:
        self.folder, self.aside = folder, aside
        self._streams = contextlib.ExitStack()
        self._sinks: dict[str, Callable[[Row], None]] = {}
        self._paths: dict[str, Path] = {}
        aside.mkdir(parents=True, exist_ok=True)
        for table in TABLES.values():
            self._open(table, format)

    @property
    def files(self) -> list[str]:
        """Names of the files, in the order of the tables."""
        return [path.name for path in self._paths.values()]

    def write(self, table: str, row: Row) -> None:
        """Add a row to a table."""
        self._sinks[table](row)

    def __enter__(self) -> FolderWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._streams.close()
            if kind is None:
                for path in self._paths.values():
                    sync(path)
                for path in self._paths.values():
                    os.replace(path, self.folder / path.name)
                sync(self.folder)
        finally:
            for path in self._paths.values():
                path.unlink(missing_ok=True)

    def _open(self, table: Table, format: str) -> None:
        ending = {"csv": "csv", "parquet": "parquet"}.get(format, "jsonl")
        path = self.aside / f"{table.name}.{ending}"
        self._paths[table.name] = path
        if format == "parquet":
            sink = self._streams.enter_context(_parquet(table, path))
        else:
            file = self._streams.enter_context(path.open("w", encoding="utf-8", newline=""))
            if format == "csv":
                sink = _csv(table, file)
            elif format == "plover" and table.name == "events":
                sink = _json(lambda row: plover_event(row), file)
            else:
                sink = _json(lambda row: typed(table, row), file)
        self._sinks[table.name] = sink


def is_table(name: str) -> bool:
    """Whether a file of this name is a table that :class:`FolderWriter` writes."""
    stem, _, ending = name.partition(".")
    return stem in TABLES and ending in _ENDINGS


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole: aside, flushed, renamed."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_bytes(data)
        sync(aside)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _csv(table: Table, file: IO[str]) -> Callable[[Row], None]:
    writer = csv.DictWriter(file, table.columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    return lambda row: writer.writerow(_without_surrogates(row))


def _json(shape: Callable[[Row], dict[str, Any]], file: IO[str]) -> Callable[[Row], None]:
    def write(row: Row) -> None:
        values = shape(_without_surrogates(row))
        file.write(json.dumps(values, ensure_ascii=False, default=str) + "\n")

    return write


def parquet_file(table: Table, rows: Iterable[Row]) -> bytes:
    """Return rows as the content of a Parquet file."""
    buffer = io.BytesIO()
    with _parquet(table, buffer) as write:
        for row in rows:
            write(row)
    return buffer.getvalue()


@contextlib.contextmanager
def _parquet(table: Table, path: Path | IO[bytes]) -> Iterator[Callable[[Row], None]]:
    import pyarrow as arrow
    from pyarrow import parquet

    types = {
        STRING: arrow.string(),
        INTEGER: arrow.int64(),
        FLOAT: arrow.float64(),
        BOOLEAN: arrow.bool_(),
        DATE: arrow.date32(),
        LIST: arrow.list_(arrow.string()),
    }
    schema = arrow.schema([(column, types[kind]) for column, kind in table.types.items()])
    waiting: list[dict[str, Any]] = []
    with parquet.ParquetWriter(path, schema) as writer:

        def flush() -> None:
            writer.write_table(arrow.Table.from_pylist(waiting, schema))
            waiting.clear()

        def write(row: Row) -> None:
            waiting.append(typed(table, _without_surrogates(row)))
            if len(waiting) >= _PARQUET_ROWS:
                flush()

        yield write
        flush()


def _without_surrogates(row: Row) -> Row:
    """Replace lone surrogates, which JSON input may hold and UTF-8 cannot."""
    if all(cell.isascii() for cell in row.values()):
        return row
    return {column: without_surrogates(cell) for column, cell in row.items()}


def without_surrogates(text: str) -> str:
    """Replace lone surrogates: those of JSON, and those by which Python names odd files."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
