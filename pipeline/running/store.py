"""Results on disk, kept by a hash of everything they depend on.

A result is found again by its key, so resuming, adding articles or changing one of them redoes
just what has no result yet. SQLite keeps what was committed through a kill at any moment.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from pipeline.running.shard import Result

WORK, RESULTS = ".pacta", "results.sqlite"
"""Folder below the output folder, and the file in it, with the results kept for the next run."""


class Store:
    """The results of a folder, and the list of articles of the current run.

    Parameters
    ----------
    path : Path
        The database file.
    """

    def __init__(self, path: Path) -> None:
        self._data = sqlite3.connect(path)
        self._data.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;"
            "DROP TABLE IF EXISTS inputs;"
            "CREATE TABLE inputs (number INTEGER PRIMARY KEY, key BLOB);"
        )

    def list(self, key: bytes) -> bool:
        """Add an article to the list of this run; tell whether its result is there."""
        self._data.execute("INSERT INTO inputs (key) VALUES (?)", (key,))
        found = self._data.execute("SELECT 1 FROM results WHERE key = ?", (key,)).fetchone()
        return found is not None

    def put(self, results: Iterable[tuple[bytes, Result]]) -> None:
        """Keep results; they are safe when this returns."""
        self._data.executemany(
            "INSERT OR REPLACE INTO results VALUES (?, ?)",
            [(key, _pack(result)) for key, result in results],
        )
        self._data.commit()

    def results(self) -> Iterator[Result]:
        """Go through the results of this run's list, in its order."""
        query = "SELECT value FROM inputs JOIN results USING (key) ORDER BY number"
        for (value,) in self._data.execute(query):
            yield _unpack(value)

    def everything(self) -> Iterator[Result]:
        """Go through all results, in no order that means anything."""
        for (value,) in self._data.execute("SELECT value FROM results ORDER BY key"):
            yield _unpack(value)

    def size(self) -> int:
        """Return the bytes that all results take."""
        query = "SELECT COALESCE(SUM(LENGTH(value)), 0) FROM results"
        return int(self._data.execute(query).fetchone()[0])

    def count(self) -> int:
        """Return the length of this run's list."""
        return int(self._data.execute("SELECT COUNT(*) FROM inputs").fetchone()[0])

    def prune(self) -> None:
        """Forget results that this run's list has no use for."""
        self._data.execute("DELETE FROM results WHERE key NOT IN (SELECT key FROM inputs)")
        self._data.commit()

    def close(self) -> None:
        """Close the file."""
        self._data.commit()
        self._data.close()


def kept(path: Path, number: int) -> Result | None:
    """Return the result of one article of the latest run, without touching the file.

    Parameters
    ----------
    path : Path
        The database file; it may be missing (a run on many machines has none).
    number : int
        The place of the article in the run, from 1.
    """
    query = "SELECT value FROM inputs JOIN results USING (key) WHERE number = ?"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as data:
            row = data.execute(query, (number,)).fetchone()
    except sqlite3.Error:
        return None
    return _unpack(row[0]) if row else None


def _pack(result: Result) -> bytes:
    return zlib.compress(json.dumps(asdict(result), ensure_ascii=True).encode("ascii"), 3)


def _unpack(value: bytes) -> Result:
    return Result(**json.loads(zlib.decompress(value)))
