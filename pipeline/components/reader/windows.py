"""How a document is cut into what the encoder reads at once.

A window is a run of whole sentences of at most :data:`LIMIT` word pieces, so that a word is read
with the sentences around it. Training and run time cut alike, by this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from pipeline.components.reader.wordpiece import WordPiece

LIMIT = 190
"""Word pieces of a window, without the two that mark its ends."""
KNOWN = 100_000
"""Words whose pieces are remembered; the memory is emptied when it is full."""
CASES = 7
"""Shapes of letters told apart by :func:`case_of`: the encoder's vocabulary is lower case."""


@dataclass(slots=True)
class Window:
    """Word pieces of a window and where its words begin.

    ``pieces`` are ids of the vocabulary with the two end marks; ``first`` is, for each word, the
    index of its first piece; ``cases`` the shape of its letters.
    """

    pieces: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)


class Pieces:
    """Word pieces of words, with a memory of the words met."""

    def __init__(self, vocabulary: WordPiece) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, tuple[int, ...]] = {}

    def of(self, word: str) -> tuple[int, ...]:
        """The ids of a word's pieces, at least one."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            ids = self._vocabulary.encode(word)[:LIMIT]
            found = self._known[word] = tuple(ids) or (self._vocabulary.unknown,)
        return found

    def window(self, words: Sequence[str]) -> Window:
        """The window of some words."""
        made = Window([self._vocabulary.opening])
        for word in words:
            made.first.append(len(made.pieces))
            made.pieces.extend(self.of(word))
            made.cases.append(case_of(word))
        made.pieces.append(self._vocabulary.closing)
        return made

    def length(self, word: str) -> int:
        """How many pieces a word has."""
        return len(self.of(word))


def case_of(word: str) -> int:
    """The shape of a word's letters, from 0 (no letters) to :data:`CASES` - 1."""
    if word.islower():
        return 1
    if word.isupper():
        return 2 if len(word) > 1 else 3
    if word[:1].isupper():
        return 4 if word[1:].islower() else 5
    return 6 if any(character.isupper() for character in word) else 0


def sentences(doc: Doc) -> list[list[Token]]:
    """The words of a document by sentence, without blanks and without its zones."""
    zones = [(zone.start, zone.end) for zone in doc._.zones or ()]
    found = []
    for sentence in doc.sents:
        words = [
            token
            for token in sentence
            if not token.is_space and not any(start <= token.idx < end for start, end in zones)
        ]
        if words:
            found.append(words)
    return found


def cut(lengths: Sequence[Sequence[int]], first: int = LIMIT) -> Iterator[list[tuple[int, int]]]:
    """Cut sentences into windows.

    Parameters
    ----------
    lengths
        The number of pieces of each word, by sentence.
    first : int
        The limit of the first window; a smaller one shifts all others.

    Yields
    ------
    list of (int, int)
        The words of a window as (sentence, word). A sentence longer than the limit is cut.
    """
    window: list[tuple[int, int]] = []
    size, limit = 0, first
    for s, sentence in enumerate(lengths):
        if window and size + sum(sentence) > limit:
            yield window
            window, size, limit = [], 0, LIMIT
        for w, length in enumerate(sentence):
            if window and size + length > LIMIT:
                yield window
                window, size, limit = [], 0, LIMIT
            window.append((s, w))
            size += length
    if window:
        yield window


def batches(
    sizes: Sequence[int], budget: int, key: Callable[[int], float] | None = None
) -> list[list[int]]:
    """Group windows of like length into batches of at most ``budget`` padded pieces."""
    order = sorted(range(len(sizes)), key=key or (lambda i: sizes[i]))
    found: list[list[int]] = []
    longest = 0
    for i in order:
        longest = max(longest, sizes[i])
        if not found or longest * (len(found[-1]) + 1) > budget:
            found.append([])
            longest = sizes[i]
        found[-1].append(i)
    return found
