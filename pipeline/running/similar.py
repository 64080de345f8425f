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
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.articles.reading import body
from pipeline.records import Article

SIMILAR = 0.8
MOST = 50
"""Articles with one hash that a later article is compared with, the first of them."""
_SHINGLE, _SKETCH, _INDEXED = 5, 64, 8
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


def similarity(one: Sequence[int], other: Sequence[int]) -> float:
    """Estimate the Jaccard similarity of two texts from the hashes of their sketches, 0 to 1."""
    union = sorted({*one, *other})[: min(_SKETCH, max(len(one), len(other)))]
    both = {*one} & {*other}
    return sum(value in both for value in union) / len(union)


class Earlier(NamedTuple):
    """An article that stands before another in a run: its place there, its id, its sketch."""

    place: tuple[int, ...]
    doc_id: str
    sketch: Sequence[int]


class Likeness(NamedTuple):
    """How like an earlier article is, so that the least is the likest: the same text first."""

    differs: bool
    distance: float
    place: tuple[int, ...]
    doc_id: str

    @property
    def note(self) -> str:
        """What documents.csv says of it."""
        said = "near-identical to" if self.differs else "same text as"
        return f"{said} {self.doc_id}"


def indexed(new: list[int]) -> list[int]:
    """Return the hashes of a sketch by which like articles are found."""
    return new[1 : 1 + _INDEXED]


def likest(new: list[int], earlier: Iterable[Earlier]) -> Likeness | None:
    """Return the likest of earlier articles; None where none is nearly the same.

    Of each hash of :func:`indexed`, the first :data:`MOST` articles that have it are to be
    offered, in any order and any number of times.
    """
    found = (
        Likeness(new[0] != one.sketch[0], 1 - similarity(new[1:], one.sketch[1:]), *one[:2])
        for one in earlier
    )
    near = (likeness for likeness in found if likeness.distance <= 1 - SIMILAR)
    return min(near, default=None)


class Index:
    """The sketches of the articles seen so far, in a temporary database."""

    def __init__(self) -> None:
        # An empty name makes a private file that SQLite deletes; in memory it would grow.
        self._data = sqlite3.connect("", isolation_level=None)
        self._data.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE hashes (hash INTEGER, number INTEGER);"
            "CREATE INDEX by_hash ON hashes (hash, number);"
            "CREATE TABLE sketches (number INTEGER PRIMARY KEY, doc_id TEXT, sketch TEXT);"
        )

    def note(self, doc_id: str, new: list[int]) -> str:
        """Add an article and say which earlier one it nearly equals (empty where none)."""
        if not new:
            return ""
        best = likest(new, self._candidates(new))
        cursor = self._data.execute(
            "INSERT INTO sketches (doc_id, sketch) VALUES (?, ?)",
            (doc_id, " ".join(map(str, new))),
        )
        self._data.executemany(
            "INSERT INTO hashes VALUES (?, ?)",
            [(value, cursor.lastrowid) for value in indexed(new)],
        )
        return best.note if best else ""

    def _candidates(self, new: list[int]) -> Iterator[Earlier]:
        numbers = {
            number
            for value in indexed(new)
            for (number,) in self._data.execute(
                "SELECT number FROM hashes WHERE hash = ? ORDER BY number LIMIT ?", (value, MOST)
            )
        }
        for number in numbers:
            row = "SELECT doc_id, sketch FROM sketches WHERE number = ?"
            doc_id, cells = self._data.execute(row, (number,)).fetchone()
            yield Earlier((number,), doc_id, list(map(int, cells.split())))

    def close(self) -> None:
        """Delete the index."""
        self._data.close()
