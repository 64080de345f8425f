"""Label unannotated passages with a teacher.

    python -m scripts.reader.label RAW.jsonl OUT.npy TEACHER.pt… --encoder FOLDER

Writes float16 (words, OUTPUTS) for all words of the passages in their order: probabilities of the
categories, then of factuality. Several teachers of one encoder are averaged.
"""

import argparse
import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from scripts.reader.network import OUTPUTS, Batch, Reader, make_windows, read_lines
from scripts.reader.train import TYPES

from pipeline.components.reader.windows import Pieces, batches
from pipeline.components.reader.wordpiece import WordPiece

TOGETHER = 64
"""Passages whose windows are batched by length."""


@torch.no_grad()
def label(models: list[Reader], pieces: Pieces, passages: list[dict]) -> np.ndarray:
    """Probabilities for the words of some passages, in order."""
    made = [w for passage in passages for w in make_windows(pieces, passage)]
    found: list[np.ndarray] = [np.zeros((0, OUTPUTS))] * len(made)
    for group in batches([len(w.pieces) for w, _ in made], 3000):
        batch = Batch([made[i][0] for i in group])
        shares = 0
        for model in models:
            with torch.autocast("cpu", torch.bfloat16):
                scores = model(batch).float()
            shares = shares + torch.cat(
                [scores[..., :TYPES].softmax(-1), scores[..., TYPES:].softmax(-1)], -1
            ) / len(models)
        for row, i in zip(shares.numpy(), group, strict=True):
            found[i] = row[: len(made[i][1])]
    return np.concatenate(found).astype(np.float16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("teachers", type=Path, nargs="+")
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--taps", type=int, nargs="+", default=[6, 9, 12])
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--part", type=int, nargs=2, default=[0, 1], metavar=("K", "N"))
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    pieces = Pieces(WordPiece(args.encoder / "vocab.txt"))
    models = []
    for path in args.teachers:
        model = Reader(args.encoder, tuple(args.taps), args.depth)
        model.load_state_dict(torch.load(path, map_location="cpu"))
        # The encoder's weights in the precision it is run in: cast once, not for every batch.
        model.encoder.to(torch.bfloat16)
        models.append(model.eval())
    started, words = time.time(), 0
    k, n = args.part
    passages = islice(read_lines(args.raw), k, None, n)
    chunks = []
    while chunk := list(islice(passages, TOGETHER)):
        chunks.append(label(models, pieces, chunk))
        words += len(chunks[-1])
        np.save(args.out, np.concatenate(chunks))
        print(f"{words} words, {words / (time.time() - started):.0f} a second", flush=True)


if __name__ == "__main__":
    main()
