"""Finding articles: what the paths of a command line hold, one :class:`Source` an article.

Order is the order of the paths; a folder is walked by name. Nothing found is ever dropped in
silence: a file that cannot be opened is a source with an error, which becomes a ``failed`` row.
A path may be a URL of shared storage (:mod:`pipeline.storage`).
"""

from __future__ import annotations

import contextlib
import glob
import gzip
import io
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

from pipeline import storage
from pipeline.articles import containers, published
from pipeline.articles.decoding import MAX_BYTES, read_bounded
from pipeline.articles.errors import InputError, UnreadableError

SINGLE = {".txt": "text", ".text": "text", ".md": "markdown", ".html": "html", ".htm": "html"}
CONTAINERS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
STDIN = "-"
_MAX_USELESS, _MAX_RATIO = 10_000, 200
"""Records in a row without text, and how many times the size of its file the text of a container
may have: packed text is a tenth of its size, what unpacks to more was made to fill a disk."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the columns that hold an article's parts; empty means the usual names."""

    text: str = ""
    id: str = ""
    date: str = ""
    title: str = ""


@dataclass(slots=True)
class Source:
    """An article found but not yet read.

    ``data`` holds the bytes of a file, or ``row`` the record of a container (JSON Lines, CSV,
    Parquet), or ``error`` says why there is neither. ``note`` becomes part of the message.
    ``stamp`` is set where the file is still to be read (:func:`fetch`), and changes with it.
    ``date_order`` tells how its date is written where this cannot be seen from the date itself
    (:func:`.published.parse`).
    """

    doc_id: str
    path: str
    kind: str
    data: bytes = b""
    row: dict[str, Any] | None = None
    error: str = ""
    note: str = ""
    stamp: str = ""
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a listing.

    ``named`` tells whether the user named it or it was met in a folder; ``size`` is in bytes.
    ``error`` says why it is known already that it cannot be read.
    """

    path: str
    named: bool
    size: int = 0
    stamp: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePath(self.path).name


@dataclass(slots=True)
class Found:
    """The files behind the paths of a command, and what was left aside (endings, counted)."""

    files: list[File] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Meter:
    """How many bytes of the input there are, how many have been read, and how many worked on."""

    total: int = 0
    read: int = 0
    done: int = 0

    @property
    def share(self) -> float | None:
        """The part that is done, 0 to 1; None where the whole is not known."""
        return min(1.0, self.done / self.total) if self.total else None


def find(
    paths: Iterable[str | Path],
    fields: Fields = Fields(),
    meter: Meter | None = None,
    defer: bool = False,
    date_order: str = "",
) -> Iterator[Source]:
    """Find the articles of some paths, lazily and in order.

    Parameters
    ----------
    paths : iterable of str or Path
        Files, folders (walked by name), glob patterns, or ``-`` for standard input.
    fields : Fields
        Column names of JSON, CSV and Parquet input.
    meter : Meter, optional
        Is kept up to date while articles are taken.
    defer : bool
        Leave files that are one article unread: each is read where it is worked on.
    date_order : str
        ``DMY`` or ``MDY`` for dates in numbers; empty where the other dates of a file shall tell.

    Yields
    ------
    Source
        With a ``doc_id`` unique within this call: the file's name without its ending or the id
        field; a second article of the same name gets ``-2`` and a note.

    Raises
    ------
    InputError
        A path does not exist, a pattern matches nothing, or a named column is missing.
    """
    paths = list(paths)
    taken: dict[str, int] = {}
    files = list_files(paths).files
    meter = meter or Meter()
    meter.total = sum(file.size for file in files)
    for file in files:
        before = meter.read
        column = _DateColumn(file, fields, date_order)
        for source in _open(file, fields, meter, defer):
            source.date_order = column.order(source)
            yield with_unique_id(source, taken)
        # Parquet is not read from its first byte to its last.
        meter.read = before + file.size
    if STDIN in [str(path) for path in paths]:
        yield with_unique_id(_standard_input(), taken)


def list_files(paths: Iterable[str | Path]) -> Found:
    """List the files of some paths without opening any (standard input is left out)."""
    found = Found()
    for path in map(str, paths):
        if path == STDIN:
            continue
        if storage.is_url(path):
            _list_url(path, found)
            continue
        for name in _expand(path):
            if os.path.isdir(name):
                _walk(Path(name), found, set())
            else:
                found.files.append(_local_file(Path(name), named=True))
    return found


def fetch(source: Source) -> bytes:
    """Read the file of a source that :func:`find` has left unread.

    Raises
    ------
    UnreadableError
        It cannot be read, is too large, or a damaged gzip file.
    """
    try:
        with _opened(source.path, Meter()) as stream:
            return read_bounded(stream)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from None


def from_row(
    row: dict[str, Any],
    fallback: str,
    path: str = "",
    kind: str = "row",
    fields: Fields = Fields(),
) -> Source:
    """Make a source of one record; ``fallback`` is its ``doc_id`` where the record has none.

    Raises
    ------
    InputError
        It has no text column, or this holds no text.
    UnreadableError
        Its text is bytes that cannot be decoded.
    """
    parts = containers.pick(row, fields)
    return Source(_clean(parts.pop("id")) or fallback, path, kind, row=parts)


def _local_file(path: Path, named: bool) -> File:
    try:
        status = path.stat()
    except OSError:
        return File(str(path), named)
    return File(str(path), named, status.st_size, f"{status.st_size} {status.st_mtime_ns}")


def _list_url(url: str, found: Found) -> None:
    for entry in storage.listing(url):
        named = entry.url.rstrip("/") == url.rstrip("/")
        if named or _kind(entry.url):
            found.files.append(File(entry.url, named, entry.size, entry.stamp))
        else:
            found.ignored[PurePath(entry.url).suffix or PurePath(entry.url).name] += 1


def _expand(pattern: str) -> list[str]:
    """Return the paths a name stands for: itself, or what matches it as a glob pattern."""
    if os.path.lexists(pattern):
        return [pattern]
    matches = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []
    if not matches:
        problem = "matches nothing" if glob.has_magic(pattern) else "does not exist"
        raise InputError(f"{pattern} {problem}")
    return matches


def _walk(folder: Path, found: Found, seen: set[tuple[int, int]]) -> None:
    """Collect the articles below a folder; a folder met twice (a link loop) is entered once."""
    try:
        status = folder.stat()
        names = sorted(os.listdir(folder))
    except OSError as error:
        found.files.append(
            File(str(folder), named=False, error=f"cannot be listed: {error.strerror}")
        )
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    for name in names:
        path = folder / name
        if name.startswith("."):
            continue
        if path.is_dir():
            _walk(path, found, seen)
        elif _kind(path):
            found.files.append(_local_file(path, named=False))
        else:
            found.ignored[path.suffix or name] += 1


def _kind(path: str | Path) -> str:
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    last = suffixes[-1] if suffixes else ""
    return SINGLE.get(last) or CONTAINERS.get(last, "")


def _stem(name: str) -> str:
    """File name without its ending (and without ``.gz``); other dots belong to the name."""
    name = name[:-3] if name.lower().endswith(".gz") else name
    stem, dot, ending = name.rpartition(".")
    return stem if dot and f".{ending.lower()}" in SINGLE | CONTAINERS else name


def _open(file: File, fields: Fields, meter: Meter, defer: bool) -> Iterator[Source]:
    kind = _kind(file.path) or "text"
    stem = _clean(_stem(file.name)) or "unnamed"
    try:
        if file.error:
            raise UnreadableError(file.error)
        if not storage.is_url(file.path) and not stat.S_ISREG(os.stat(file.path).st_mode):
            raise UnreadableError("no regular file; give its content on standard input with '-'")
        if defer and kind in SINGLE.values():
            yield Source(stem, file.path, kind, stamp=file.stamp)
            return
        with _opened(file.path, meter) as stream:
            if kind in CONTAINERS.values():
                yield from _rows(stream, file, kind, stem, fields)
            else:
                yield Source(stem, file.path, kind, data=read_bounded(stream))
    except UnreadableError as error:
        yield Source(stem, file.path, kind, error=str(error))
    except OSError as error:
        yield Source(stem, file.path, kind, error=f"cannot be read: {error.strerror or error}")
    except InputError:
        raise
    except Exception as error:
        # Whatever a library stumbles over is one file's failure, never that of the run.
        yield Source(stem, file.path, kind, error=f"cannot be read: {_first_line(error)}")


class _DateColumn:
    """How the dates of a file are written; all of them are looked at when one does not tell."""

    def __init__(self, file: File, fields: Fields, order: str) -> None:
        self._file, self._fields, self._order = file, fields, order
        self._is_known = bool(order)

    def order(self, source: Source) -> str:
        """How the date of an article of the file is written."""
        date = source.row["date"] if source.row is not None else ""
        if not self._is_known and published.needs_order(date):
            self._order, self._is_known = published.order_of(self._dates()), True
        return self._order

    def _dates(self) -> Iterator[str]:
        others = _open(self._file, self._fields, Meter(), defer=False)
        return (source.row["date"] for source in others if source.row is not None)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


@contextlib.contextmanager
def _opened(path: str, meter: Meter) -> Iterator[BinaryIO]:
    """Open a file, unpacking it where its name ends in ``.gz``."""
    with _raw(path) as raw, io.BufferedReader(_Metered(raw, meter)) as stream:
        if path.lower().endswith(".gz"):
            with gzip.open(stream, "rb") as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            yield stream


def _raw(path: str) -> BinaryIO:
    if storage.is_url(path):
        return storage.open_url(path)
    return cast(BinaryIO, open(path, "rb", buffering=0))


class _Metered(io.RawIOBase):
    """Counts the bytes that are read from a file."""

    def __init__(self, raw: Any, meter: Meter) -> None:
        self._raw, self._meter = raw, meter

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self._meter.read += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._raw.seek(offset, whence))

    def tell(self) -> int:
        return int(self._raw.tell())


def _rows(stream: BinaryIO, file: File, kind: str, stem: str, fields: Fields) -> Iterator[Source]:
    """Yield the records of a container; ids come from the id field or count the records."""
    number, path, useless, size = 0, file.path, 0, 0
    for number, record in enumerate(containers.records(stream, kind), start=1):
        fallback = stem if record.alone else f"{stem}-{number:06d}"
        if useless == _MAX_USELESS:
            reason = f"{useless:,} records in a row without text; the rest is not read"
            yield Source(fallback, path, kind, error=reason)
            return
        useless += 1
        if record.error:
            yield Source(fallback, path, kind, error=record.error)
            continue
        try:
            source = from_row(record.row, fallback, path, kind, fields)
        except InputError as error:
            uniform = kind in ("csv", "parquet") or fields != Fields()
            if file.named and number == 1 and uniform:
                raise InputError(f"{path}: {error}") from None
            yield Source(fallback, path, kind, error=str(error))
            continue
        text = source.row["text"] if source.row else ""
        useless, size = 0 if text.strip() else useless, size + len(text)
        if size > max(MAX_BYTES, _MAX_RATIO * file.size):
            reason = f"unpacks to more than {_MAX_RATIO} times its size; the rest is not read"
            yield Source(fallback, path, kind, error=reason)
            return
        yield source
    if not number:
        raise UnreadableError("holds no articles")


def _clean(doc_id: str) -> str:
    """Take out of an id what would break a line or a list of a table."""
    return "".join(char if char.isprintable() and char != ";" else "_" for char in doc_id.strip())


def _standard_input() -> Source:
    try:
        return Source("stdin", STDIN, "text", data=read_bounded(sys.stdin.buffer))
    except UnreadableError as error:
        return Source("stdin", STDIN, "text", error=str(error))


def with_unique_id(source: Source, taken: dict[str, int]) -> Source:
    """Give an article an id of its own; ``taken`` says which number to try next for each id."""
    wanted = source.doc_id
    if wanted in taken:
        number = taken[wanted]
        while f"{wanted}-{number}" in taken:
            number += 1
        source.doc_id = f"{wanted}-{number}"
        taken[wanted] = number + 1
        source.note = f"the id {wanted} was taken"
    taken[source.doc_id] = 2
    return source
