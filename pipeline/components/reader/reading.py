"""What the reader makes of one document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from spacy.tokens import Doc, Token

from pipeline.components.reader.labels import CATEGORIES, FACTUALITY
from pipeline.components.reader.pairs import facts
from pipeline.components.reader.windows import cut, sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.components.reader.model import Features, Model

DIGITS = 3
"""Decimals of a probability: processors differ beyond these in the sums of the graph."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Evidence for the words of a document.

    ``shares`` (tokens, 17) are the probabilities of :data:`CATEGORIES`, ``factuality`` (tokens, 5)
    those of :data:`FACTUALITY` if the word is a trigger. Blanks and words of zones are read as no
    event. ``features`` are those of the words that were read, ``row`` finds a token among them.
    """

    shares: NDArray[np.float32]
    factuality: NDArray[np.float32]
    features: Features | None
    row: dict[int, int]
    model: Model

    def share(self, token: Token, category: str) -> float:
        """The probability that a word tells an act of a category (or ``NONE``)."""
        return float(self.shares[token.i, CATEGORIES.index(category)])

    def best(self, token: Token, count: int = 1) -> list[tuple[str, float]]:
        """The likeliest categories of a word with their probabilities, ``NONE`` left out."""
        row = self.shares[token.i]
        order = sorted(range(1, len(CATEGORIES)), key=lambda i: (-row[i], i))
        return [(CATEGORIES[i], float(row[i])) for i in order[:count]]

    def likely_factuality(self, token: Token) -> str:
        """The likeliest factuality of the act that a word tells, if it tells one."""
        return FACTUALITY[int(self.factuality[token.i].argmax())]

    def roles(
        self, trigger: Token, category: str, candidates: list[Token]
    ) -> list[tuple[float, float]]:
        """How likely each of some words names an actor, and a recipient, of a trigger."""
        at = self.row.get(trigger.i)
        rows = [self.row.get(candidate.i) for candidate in candidates]
        known = {i: row for i, row in enumerate(rows) if row is not None}
        found = [(0.0, 0.0)] * len(candidates)
        if self.features is None or at is None or not known:
            return found
        scores = self.model.roles(
            self.features.triggers[at],
            self.features.candidates[list(known.values())],
            CATEGORIES.index(category),
            facts(trigger, [candidates[i] for i in known]),
        )
        for i, (actor, recipient) in zip(known, scores.round(DIGITS), strict=True):
            found[i] = float(actor), float(recipient)
        return found


def read(doc: Doc, model: Model) -> Reading:
    """Read one document."""
    words = sentences(doc)
    if not words:
        return _reading(len(doc), None, {}, model)
    lengths = [[model.pieces.length(token.text) for token in sentence] for sentence in words]
    windows, order = [], []
    for places in cut(lengths):
        tokens = [words[s][w] for s, w in places]
        windows.append(model.pieces.window([token.text for token in tokens]))
        order += [token.i for token in tokens]
    features = model.features(windows)
    return _reading(len(doc), features, {i: row for row, i in enumerate(order)}, model)


def read_again(reading: Reading, model: Model) -> Reading:
    """What the last layers of another model of the same graph make of a document read before."""
    return _reading(len(reading.shares), reading.features, reading.row, model)


def _reading(size: int, features: Features | None, row: dict[int, int], model: Model) -> Reading:
    shares = np.zeros((size, len(CATEGORIES)), np.float32)
    shares[:, 0] = 1
    kinds = np.zeros((size, len(FACTUALITY)), np.float32)
    if features is not None:
        categories, factuality = model.shares(features.words)
        shares[list(row)] = categories.round(DIGITS)
        kinds[list(row)] = factuality.round(DIGITS)
    return Reading(shares, kinds, features, row, model)
