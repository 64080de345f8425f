"""Documents left out: the same folds for the same seed, whatever the order of the documents."""

from __future__ import annotations

import random
from collections.abc import Iterable

FOLDS = 4


def folds(ids: Iterable[str], seed: int, number: int = FOLDS) -> list[frozenset[str]]:
    """Deal documents into folds of equal size; there are no more folds than documents."""
    order = sorted(ids)
    random.Random(seed).shuffle(order)
    parts = (frozenset(order[start::number]) for start in range(number))
    return [part for part in parts if part]
