"""Finding articles: what the paths of a command line hold, one :class:`Source` an article.

Order is the order of the paths; a folder is walked by name. Nothing found is ever dropped in
silence: a file that cannot be opened is a source with an error, which becomes a ``failed`` row.
"""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.articles import containers
from pipeline.articles.decoding import read_bounded
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
    """

    doc_id: str
    path: str
    kind: str
    data: bytes = b""
    row: dict[str, Any] | None = None
    error: str = ""
    note: str = ""


@dataclass(slots=True)
class Found:
    """The files behind the paths of a command, and what was left aside (endings, counted)."""

    files: list[tuple[Path, bool]] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def find(paths: Iterable[str | Path], fields: Fields = Fields()) -> Iterator[Source]:
    """Find the articles of some paths, lazily and in order.

    Parameters
    ----------
    paths : iterable of str or Path
        Files, folders (walked by name), glob patterns, or ``-`` for standard input.
    fields : Fields
        Column names of JSON, CSV and Parquet input.

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
    taken: set[str] = set()
    for path, named in list_files(paths).files:
        for source in _open(path, named, fields):
            yield _with_unique_id(source, taken)
    if STDIN in [str(path) for path in paths]:
        yield _with_unique_id(_standard_input(), taken)


def list_files(paths: Iterable[str | Path]) -> Found:
    """List the files of some paths without opening any (standard input is left out).

    The flag of each file tells whether it was named by the user or met in a folder.
    """
    found = Found()
    for path in paths:
        if str(path) == STDIN:
            continue
        for name in _expand(str(path)):
            if os.path.isdir(name):
                _walk(Path(name), found, set())
            else:
                found.files.append((Path(name), True))
    return found


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
        raise InputError(f"{folder} cannot be listed: {error.strerror}") from None
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
            found.files.append((path, False))
        else:
            found.ignored[path.suffix or name] += 1


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    last = suffixes[-1] if suffixes else ""
    return SINGLE.get(last) or CONTAINERS.get(last, "")


def _stem(path: Path) -> str:
    """File name without its ending (and without ``.gz``); other dots belong to the name."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem, dot, ending = name.rpartition(".")
    return stem if dot and f".{ending.lower()}" in SINGLE | CONTAINERS else name


def _open(path: Path, named: bool, fields: Fields) -> Iterator[Source]:
    kind = _kind(path) or "text"
    stem = _clean(_stem(path)) or "unnamed"
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("no regular file; give its content on standard input with '-'")
        if kind in CONTAINERS.values():
            yield from _rows(path, kind, stem, named, fields)
        else:
            with containers.open_binary(path) as stream:
                data = read_bounded(stream)
            yield Source(stem, str(path), kind, data=data)
    except UnreadableError as error:
        yield Source(stem, str(path), kind, error=str(error))
    except OSError as error:
        yield Source(stem, str(path), kind, error=f"cannot be read: {error.strerror or error}")


def _rows(path: Path, kind: str, stem: str, named: bool, fields: Fields) -> Iterator[Source]:
    """Yield the records of a container; ids come from the id field or count the records."""
    number = 0
    for number, record in enumerate(containers.records(path, kind), start=1):
        fallback = stem if record.alone else f"{stem}-{number:06d}"
        if record.error:
            yield Source(fallback, str(path), kind, error=record.error)
            continue
        try:
            row = containers.pick(record.row, fields)
        except InputError as error:
            uniform = kind in ("csv", "parquet") or fields != Fields()
            if named and number == 1 and uniform:
                raise InputError(f"{path}: {error}") from None
            yield Source(fallback, str(path), kind, error=str(error))
            continue
        yield Source(_clean(row.pop("id")) or fallback, str(path), kind, row=row)
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


def _with_unique_id(source: Source, taken: set[str]) -> Source:
    wanted, number = source.doc_id, 2
    while source.doc_id in taken:
        source.doc_id = f"{wanted}-{number}"
        number += 1
    if source.doc_id != wanted:
        source.note = f"the id {wanted} was taken"
    taken.add(source.doc_id)
    return source
