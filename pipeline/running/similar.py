"""Near-identical articles of a run.

An article's sketch is the smallest hashes of its five-word sequences (bottom-k sketch, Broder
1997): two sketches estimate how much of two texts is the same without the texts, so that the
search runs over millions of articles on an index on disk.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zlib
from typing import TYPE_CHECKING

from pipeline.articles.reading import body
from pipeline.records import Article
from pipeline.tables.schema import Row

if TYPE_CHECKING:
    from pipeline.running.shard import Result

SIMILAR = 0.8
_SHINGLE, _SKETCH, _INDEXED, _CANDIDATES = 5, 64, 8, 50
_MIN_WORDS = 30
_WORD = re.compile(r"\w+")


def sketch(article: Article) -> list[int]:
    """Return the sketch of an article's body.

    Returns
    -------
    list of int
        A hash of all its words in order, then at most 64 sorted hashes of word sequences; empty
        where the body is too short to compare.
    """
    words = _WORD.findall(body(article).casefold())
    if len(words) < _MIN_WORDS:
        return []
    whole = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=7).digest()
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}
    hashes = sorted(zlib.crc32(text.encode("utf-8", "replace")) for text in shingles)
    return [int.from_bytes(whole, "big"), *hashes[:_SKETCH]]


def similarity(one: list[int], other: list[int]) -> float:
    """Estimate the Jaccard similarity of two texts from the hashes of their sketches, 0 to 1."""
    union = sorted({*one, *other})[: min(_SKETCH, max(len(one), len(other)))]
    both = {*one} & {*other}
    return sum(value in both for value in union) / len(union)


def mark(result: Result, index: Index) -> Row:
    """Return an article's row of documents.csv, with a note if an earlier article is like it."""
    row = result.document
    note = index.note(row["doc_id"], result.sketch)
    return row | {"message": "; ".join(filter(None, [row["message"], note]))}


class Index:
    """The sketches of the articles seen so far, in a temporary database."""

    def __init__(self) -> None:
        # An empty name makes a private file that SQLite deletes; in memory it would grow.
        self._data = sqlite3.connect("", isolation_level=None)
        self._data.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE hashes (hash INTEGER, number INTEGER);"
            "CREATE INDEX by_hash ON hashes (hash);"
            "CREATE TABLE sketches (number INTEGER PRIMARY KEY, doc_id TEXT, sketch TEXT);"
        )

    def note(self, doc_id: str, new: list[int]) -> str:
        """Add an article and say which earlier one it nearly equals (empty where none)."""
        if not new:
            return ""
        whole, hashes = new[0], new[1:]
        best_id, best, same = "", 0.0, False
        marks = ",".join("?" * len(hashes[:_INDEXED]))
        query = (
            "SELECT doc_id, sketch FROM sketches WHERE number IN (SELECT number FROM hashes"
            f" WHERE hash IN ({marks}) GROUP BY number ORDER BY COUNT(*) DESC, number"
            f" LIMIT {_CANDIDATES}) ORDER BY number"
        )
        for other_id, cells in self._data.execute(query, hashes[:_INDEXED]):
            other_whole, *other = map(int, cells.split())
            found = similarity(hashes, other)
            if found > best or (whole == other_whole and not same):
                best_id, best, same = other_id, found, whole == other_whole
        cursor = self._data.execute(
            "INSERT INTO sketches (doc_id, sketch) VALUES (?, ?)",
            (doc_id, " ".join(map(str, new))),
        )
        self._data.executemany(
            "INSERT INTO hashes VALUES (?, ?)",
            [(value, cursor.lastrowid) for value in hashes[:_INDEXED]],
        )
        if best < SIMILAR:
            return ""
        return f"same text as {best_id}" if same else f"near-identical to {best_id}"

    def close(self) -> None:
        """Delete the index."""
        self._data.close()
