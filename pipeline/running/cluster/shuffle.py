"""Rows on their way from the tasks that make them to the tasks that need them.

They lie in the driver's temporary folder, a file for each bucket, so that the driver's memory does
not depend on how many there are.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
from pyarrow import ipc


class Shuffle:
    """Tables dealt out to buckets.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of all tables.
    buckets : int
        How many buckets there are.
    """

    def __init__(self, schema: Any, buckets: int) -> None:
        self.buckets, self._schema = buckets, schema
        self._folder = tempfile.TemporaryDirectory(prefix="pacta-")
        self._writers: dict[int, Any] = {}

    def add(self, table: Any, bucket_of_row: Any = 0) -> None:
        """Add the rows of a table, each to its bucket (one number, or an array of them)."""
        numbers = np.broadcast_to(np.asarray(bucket_of_row), table.num_rows)
        order = np.argsort(numbers, kind="stable")
        table, numbers = table.take(arrow.array(order)), numbers[order]
        edges = [*np.flatnonzero(np.diff(numbers, prepend=-1)), len(numbers)]
        for start, end in itertools.pairwise(edges):
            self._writer(int(numbers[start])).write_table(table.slice(start, end - start))

    def tables(self, bucket: int = 0) -> Iterator[Any]:
        """Go through the tables of a bucket as they were added; nothing can be added any more."""
        self._finish()
        if self._path(bucket).exists():
            with ipc.open_stream(self._path(bucket)) as reader:
                for batch in reader:
                    yield arrow.Table.from_batches([batch])

    def table(self, bucket: int) -> Any:
        """Return all rows of a bucket as one table."""
        return arrow.concat_tables([self._schema.empty_table(), *self.tables(bucket)])

    def close(self) -> None:
        """Delete the rows."""
        self._finish()
        self._folder.cleanup()

    def _writer(self, bucket: int) -> Any:
        if bucket not in self._writers:
            packed = ipc.IpcWriteOptions(compression="zstd")
            path = str(self._path(bucket))
            self._writers[bucket] = ipc.new_stream(path, self._schema, options=packed)
        return self._writers[bucket]

    def _finish(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _path(self, bucket: int) -> Path:
        return Path(self._folder.name) / f"{bucket}.arrows"


class Groups:
    """Which keys belong together, because something has two of them (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Put the two keys of each pair into one group."""
        for one, other in pairs:
            first, second = sorted((self._root(one), self._root(other)))
            self._parent[second] = first

    def of(self, keys: Any) -> Any:
        """Return the group of each key of an array; a key that nothing joined is its own."""
        joined = np.fromiter(sorted(self._parent), dtype=np.int64, count=len(self._parent))
        if not len(joined):
            return keys
        roots = np.fromiter(map(self._root, joined.tolist()), dtype=np.int64, count=len(joined))
        places = np.minimum(np.searchsorted(joined, keys), len(joined) - 1)
        return np.where(joined[places] == keys, roots[places], keys)

    def _root(self, key: int) -> int:
        path = []
        while (parent := self._parent.setdefault(key, key)) != key:
            path.append(key)
            key = parent
        for passed in path:
            self._parent[passed] = key
        return key
