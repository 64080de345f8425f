"""Average the weights of several checkpoints of one run.

    python scripts/average.py OUT CHECKPOINT CHECKPOINT...

Checkpoints of one run lie close together; their mean is steadier than any of them. The callback
``pacta.keep.v1`` keeps them, as spaCy itself keeps the best and the last only.
"""

import argparse
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import spacy
from spacy.language import Language
from spacy.util import registry


@registry.callbacks("pacta.keep.v1")
def keep(folder: str) -> Callable[[Language], Language]:
    """``[training.before_to_disk]``: a copy of every checkpoint in ``folder``: 00, 01, 02..."""
    numbers = itertools.count()

    def save(nlp: Language) -> Language:
        copy = Path(folder) / f"{next(numbers):02d}"
        copy.mkdir(parents=True, exist_ok=True)
        nlp.to_disk(copy)
        return nlp

    return save


def average(paths: list[Path]) -> Language:
    """The pipeline of the first path with the mean of all weights."""
    pipelines = [spacy.load(path) for path in paths]
    first = pipelines[0]
    for name in first.pipe_names:
        nodes = [list(nlp.get_pipe(name).model.walk()) for nlp in pipelines]
        for same in zip(*nodes, strict=True):
            for parameter in same[0].param_names:
                if same[0].has_param(parameter):
                    values = [node.get_param(parameter) for node in same]
                    same[0].set_param(parameter, np.mean(values, axis=0).astype("float32"))
    return first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    args = parser.parse_args()
    average(args.checkpoints).to_disk(args.out)


if __name__ == "__main__":
    main()
