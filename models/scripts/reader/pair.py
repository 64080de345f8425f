"""Train the comparison of pairs on a finished student, whose encoder stays as it is.

    python -m scripts.reader.pair STUDENT.pt OUT.pt --encoder FOLDER --gold GOLD.jsonl

The vectors of all words are computed once, for several cuts of the articles; a pass then takes
seconds, so that pairs can be learnt longer than the encoder can bear.
"""

import argparse
import random
from pathlib import Path

import torch
from scripts.reader.network import Reader, read_lines
from scripts.reader.train import Step, of_gold, role_figures, steps
from torch.nn import functional

from pipeline.components.reader.windows import Pieces
from pipeline.components.reader.wordpiece import WordPiece

CUTS = 3
TOGETHER = 256
"""Pairs of a step."""


def vectors(model: Reader, prepared: list[Step]) -> tuple[torch.Tensor, ...]:
    """Triggers, candidates, categories, facts and marks of all pairs, a row each."""
    found = []
    with torch.no_grad():
        for step in prepared:
            if len(step.marks):
                with torch.autocast("cpu", torch.bfloat16):
                    words = model.words(step.batch)
                found.append(
                    (
                        words[step.triggers[:, 0], step.triggers[:, 1]].float(),
                        words[step.candidates[:, 0], step.candidates[:, 1]].float(),
                        step.categories,
                        step.facts,
                        step.marks,
                    )
                )
    return tuple(torch.cat(column) for column in zip(*found, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("student", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--fold", type=int, nargs=2, metavar=("K", "N"), help="leave a fold out")
    parser.add_argument("--test", nargs="*", default=[], help="parts never trained on")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    pieces = Pieces(WordPiece(args.encoder / "vocab.txt"))
    articles = [of_gold(line) for line in read_lines(args.gold)]
    training = [a for a in articles if a.line["part"] not in args.test]
    test = {part: [a for a in articles if a.line["part"] == part] for part in args.test}
    if args.fold:
        k, n = args.fold
        test["fold"] = training[k::n]
        training = [a for i, a in enumerate(training) if i % n != k]
    model = Reader(args.encoder, (args.depth,), args.depth, roles=True)
    model.load_state_dict(torch.load(args.student, map_location="cpu"))
    model.eval()
    prepared = [step for _ in range(CUTS) for step in steps(pieces, training, 1600, rng)]
    triggers, candidates, categories, facts, marks = vectors(model, prepared)
    optimizer = torch.optim.AdamW(model.roles.parameters(), lr=args.rate, weight_decay=0.05)
    total, done = args.epochs * (len(marks) // CUTS // TOGETHER + 1), 0
    model.roles.train()
    while done < total:
        rows = torch.randint(len(marks), (TOGETHER,))
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1.0, (done + 1) / 100) * (1 - done / total)
        scores = model.roles(triggers[rows], candidates[rows], categories[rows], facts[rows])
        wanted = marks[rows]
        each = functional.binary_cross_entropy_with_logits(
            scores, wanted.clamp(min=0), reduction="none"
        )
        loss = (each * (wanted >= 0)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        done += 1
    for part, held in test.items():
        print(part, role_figures(model, pieces, held), flush=True)
    torch.save(model.state_dict(), args.out)


if __name__ == "__main__":
    main()
