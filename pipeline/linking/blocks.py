"""Cutting the events of a run into blocks that can be linked each by itself.

Two events can only be one act if they share the block of their parties or that of their agreement
(:mod:`.acts`). So the connected components of events and such keys have no act in common, and
linking them one by one gives what linking all at once gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pipeline.linking.acts import block_keys
from pipeline.tables.schema import Row


def keys(events: Sequence[Row]) -> list[tuple[int, int]]:
    """Return the keys of the events of one document.

    Parameters
    ----------
    events : sequence of dict
        Rows of events.csv.

    Returns
    -------
    list of tuple
        For each event the hash of its parties' block and that of its agreement's block, 0 for
        none. Events that share one of them belong together, and so on through others.
    """
    found = {}
    for rows, named in block_keys(events):
        hashes = [_hash(key) for key in named]
        for row in rows:
            found[row["event_id"]] = (hashes[0], hashes[1] if len(hashes) > 1 else 0)
    return [found[row["event_id"]] for row in events]


def _hash(key: tuple[object, ...]) -> int:
    parts = [sorted(part) if isinstance(part, frozenset) else part for part in key]
    digest = hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1
