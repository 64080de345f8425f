"""The trained reader: an encoder as a quantised graph, and the last layers as plain numbers.

The graph maps word pieces to features of words; what it is and how it was trained stands in
``models/README.md``. Activations are quantised by their range over all windows that are read
together, so a result depends on these: the windows of one document, never of several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.components.reader.labels import CATEGORIES
from pipeline.components.reader.windows import Pieces, Window, batches
from pipeline.components.reader.wordpiece import WordPiece

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRAPH, WEIGHTS, VOCABULARY = "reader.onnx", "weights.npz", "vocab.txt"
BUDGET = 2048
"""Padded word pieces that are read at once: more costs memory and gains no speed."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the graph makes of words, a row each.

    ``words`` feed the last layer; ``triggers`` and ``candidates`` the comparison of pairs.
    """

    words: NDArray[np.float32]
    triggers: NDArray[np.float32]
    candidates: NDArray[np.float32]


class Model:
    """The reader's graph and last layers.

    Parameters
    ----------
    folder : Path
        With ``reader.onnx``, ``weights.npz`` and ``vocab.txt``.

    Raises
    ------
    FileNotFoundError
        One of the three files is missing.
    """

    def __init__(self, folder: Path) -> None:
        # Imported here: pipelines without the reader don't pay for them.
        import onnxruntime

        for name in (GRAPH, WEIGHTS, VOCABULARY):
            if not (folder / name).is_file():
                raise FileNotFoundError(f"the reader's {name} is missing in {folder}")
        options = onnxruntime.SessionOptions()
        # One thread: workers are processes, and more threads change the order of sums.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The arena keeps what the largest article needed: a third of a worker's memory, no faster.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        self._graph = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self.pieces = Pieces(WordPiece(folder / VOCABULARY))
        with np.load(folder / WEIGHTS) as stored:
            self.weights = dict(stored)
        self._folder = folder

    def __deepcopy__(self, memo: dict) -> Model:
        """Itself: a copy of a document keeps the model that read it."""
        return self

    def __reduce__(self) -> tuple:
        """Where it lies: the graph of a stored document is loaded anew."""
        return Model, (self._folder,)

    def with_weights(self, weights: Mapping[str, NDArray[np.float32]]) -> Model:
        """The same graph with other last layers; ``weights`` holds those that change."""
        changed = object.__new__(Model)
        changed.__dict__ = {**self.__dict__, "weights": {**self.weights, **weights}}
        return changed

    def features(self, windows: list[Window]) -> Features:
        """Read the windows of one document.

        Returns
        -------
        Features
            A row for each word of the windows, in their order.
        """
        found: list[list[NDArray[np.float32]]] = [[] for _ in windows]
        for group in batches([len(window.pieces) for window in windows], BUDGET):
            outputs = self._graph.run(None, _padded([windows[i] for i in group]))
            for row, i in enumerate(group):
                count = len(windows[i].first)
                found[i] = [output[row, :count] for output in outputs]
        return Features(*(np.concatenate([one[k] for one in found]) for k in range(3)))

    def shares(self, words: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Probabilities of the categories and of factuality, (words, 17) and (words, 5)."""
        scores = words @ self.weights["out.weight"].T + self.weights["out.bias"]
        return _softmax(scores[:, : len(CATEGORIES)]), _softmax(scores[:, len(CATEGORIES) :])

    def roles(
        self,
        trigger: NDArray[np.float32],
        candidates: NDArray[np.float32],
        category: int,
        facts: list[list[int]],
    ) -> NDArray[np.float32]:
        """Probabilities that candidates are actor and recipient of a trigger, (candidates, 2).

        Parameters
        ----------
        trigger, candidates
            Rows of :class:`Features`.
        category : int
            Index into :data:`CATEGORIES`.
        facts
            For each candidate, what holds of it (:func:`pipeline.components.reader.pairs.facts`).
        """
        weights = self.weights
        held = np.stack([weights["facts.weight"][:, holding].sum(1) for holding in facts])
        added = trigger + candidates + weights["category.weight"][:, category] + held
        met = _gelu(np.concatenate([added, trigger * candidates], 1))
        hidden = _gelu(met @ weights["hidden.weight"].T + weights["hidden.bias"])
        return 1 / (1 + np.exp(-(hidden @ weights["roles.weight"].T + weights["roles.bias"])))


def _padded(windows: list[Window]) -> dict[str, NDArray[np.int64]]:
    pieces = max(len(window.pieces) for window in windows)
    words = max(len(window.first) for window in windows)
    made = {
        "pieces": np.zeros((len(windows), pieces), np.int64),
        "mask": np.zeros((len(windows), pieces), np.int64),
        "first": np.zeros((len(windows), words), np.int64),
        "cases": np.zeros((len(windows), words), np.int64),
    }
    for i, window in enumerate(windows):
        made["pieces"][i, : len(window.pieces)] = window.pieces
        made["mask"][i, : len(window.pieces)] = 1
        made["first"][i, : len(window.first)] = window.first
        made["cases"][i, : len(window.cases)] = window.cases
    return made


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gaussian error linear units (Hendrycks & Gimpel 2016), by the tanh approximation."""
    return 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
