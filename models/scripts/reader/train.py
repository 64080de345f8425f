"""Train a reader: a teacher or student on gold, or a student on a teacher's answers.

    python -m scripts.reader.train OUT.pt --encoder FOLDER --gold GOLD.jsonl …
    python -m scripts.reader.train OUT.pt --encoder FOLDER --taught RAW.jsonl LABELS.npy K N …
    python -m scripts.reader.train OUT.pt … --gold … --taught … --mix PASSAGES

Figures on the parts named by ``--test`` are printed after each pass over the text; they choose
nothing.
"""

import argparse
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from scripts.reader.network import (
    OUTPUTS,
    Batch,
    Reader,
    make_windows,
    read_lines,
    shuffled_batches,
)
from torch.nn import functional

from pipeline.components.reader.labels import CATEGORIES
from pipeline.components.reader.pairs import FACTS
from pipeline.components.reader.windows import Pieces, batches
from pipeline.components.reader.wordpiece import WordPiece

TYPES = len(CATEGORIES)
FACTUALITY_WEIGHT = 2.0
"""Of the loss of factuality, which few words have, against that of the category."""
ROLES_WEIGHT = 0.05
"""Of the loss of pairs against that of the category."""


class Article:
    """The words of an article with what is to be learnt of each.

    ``targets`` (words, OUTPUTS) are probabilities of category and of factuality; the latter are
    all 0 where nothing is known. ``pairs`` maps a trigger's place to its category and its pairs.
    """

    def __init__(self, line: dict, targets: np.ndarray) -> None:
        self.line = line
        self.targets = targets
        places = [(s, w) for s, words in enumerate(line["words"]) for w in range(len(words))]
        self.row = {place: i for i, place in enumerate(places)}
        self.pairs: dict[tuple[int, int], tuple[int, list]] = {}


def of_gold(line: dict) -> Article:
    """An annotated article: the first of several events of a trigger is its category."""
    count = sum(map(len, line["words"]))
    article = Article(line, np.zeros((count, OUTPUTS), dtype=np.float32))
    article.targets[:, 0] = 1
    for (s, w, category, factuality), pairs in zip(line["labels"], line["pairs"], strict=True):
        row = article.row[s, w]
        if article.targets[row, 0]:
            article.targets[row, 0] = 0
            article.targets[row, category] = 1
            article.targets[row, TYPES + factuality] = 1
            article.pairs[s, w] = category, pairs
    return article


def taught(raw: Path, labels: Path, part: int, parts: int) -> list[Article]:
    """Passages and the teacher's answers, as far as it has come."""
    answers = np.load(labels).astype(np.float32)
    found, at = [], 0
    for line in islice(read_lines(raw), part, None, parts):
        count = sum(map(len, line["words"]))
        if at + count > len(answers):
            break
        targets = answers[at : at + count]
        targets[:, TYPES:] *= 1 - targets[:, :1]
        found.append(Article(line, targets))
        at += count
    return found


class Step:
    """A batch with its targets and pairs."""

    def __init__(self, windows: list, articles: list[Article]) -> None:
        self.batch = Batch([window for window, _ in windows])
        self.targets = torch.zeros(*self.batch.first.shape, OUTPUTS)
        triggers, candidates, categories, facts, marks = [], [], [], [], []
        for i, ((_, places), article) in enumerate(zip(windows, articles, strict=True)):
            rows = [article.row[place] for place in places]
            self.targets[i, : len(rows)] = torch.from_numpy(article.targets[rows])
            column = {place: j for j, place in enumerate(places)}
            for place, (category, pairs) in article.pairs.items():
                if place not in column:
                    continue
                for s, w, holding, actor, recipient in pairs:
                    if (s, w) in column:
                        triggers.append((i, column[place]))
                        candidates.append((i, column[s, w]))
                        categories.append(category)
                        facts.append(holding)
                        marks.append((actor, recipient))
        self.triggers = torch.tensor(triggers, dtype=torch.long).reshape(-1, 2)
        self.candidates = torch.tensor(candidates, dtype=torch.long).reshape(-1, 2)
        self.categories = functional.one_hot(
            torch.tensor(categories, dtype=torch.long), TYPES
        ).float()
        self.facts = torch.zeros(len(facts), len(FACTS))
        for row, holding in enumerate(facts):
            self.facts[row, holding] = 1
        self.marks = torch.tensor(marks, dtype=torch.float).reshape(-1, 2)

    def loss(self, model: Reader) -> torch.Tensor:
        """Mean over the words of the batch; pairs and factuality by their weights."""
        with torch.autocast("cpu", torch.bfloat16):
            words = model.words(self.batch)
            scores = model.score(words, self.batch)
        scores = scores.float()
        count = self.batch.present.sum()
        told = -(self.targets[..., :TYPES] * scores[..., :TYPES].log_softmax(-1)).sum()
        kinds = -(self.targets[..., TYPES:] * scores[..., TYPES:].log_softmax(-1)).sum()
        loss = (told + FACTUALITY_WEIGHT * kinds) / count
        if model.roles is not None and len(self.marks):
            scored = model.roles(
                words[self.triggers[:, 0], self.triggers[:, 1]].float(),
                words[self.candidates[:, 0], self.candidates[:, 1]].float(),
                self.categories,
                self.facts,
            )
            each = functional.binary_cross_entropy_with_logits(
                scored, self.marks.clamp(min=0), reduction="none"
            )
            loss = loss + ROLES_WEIGHT * (each * (self.marks >= 0)).sum() / len(self.marks) * 4
        return loss


def steps(
    pieces: Pieces, articles: list[Article], budget: int, rng: random.Random
) -> Iterator[Step]:
    """The steps of one pass, windows cut and mixed anew."""
    made = [(w, article) for article in articles for w in make_windows(pieces, article.line, rng)]
    for group in shuffled_batches([w for (w, _), _ in made], budget, rng):
        yield Step([made[i][0] for i in group], [made[i][1] for i in group])


@torch.no_grad()
def predict(model: Reader, pieces: Pieces, line: dict) -> np.ndarray:
    """Probabilities of the categories (words, TYPES)."""
    made = make_windows(pieces, line)
    found: list = [None] * len(made)
    for group in batches([len(w.pieces) for w, _ in made], 2048):
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(Batch([made[i][0] for i in group])).float()
        for row, i in zip(scores, group, strict=True):
            found[i] = row[: len(made[i][1]), :TYPES].softmax(-1).numpy()
    return np.concatenate(found)


def figures(model: Reader, pieces: Pieces, articles: list[Article]) -> str:
    """Precision, recall and F1 of words and categories at several thresholds."""
    model.eval()
    shares = np.concatenate([predict(model, pieces, article.line) for article in articles])
    gold = np.concatenate([article.targets[:, :TYPES].argmax(-1) for article in articles])
    best = shares[:, 1:].argmax(-1) + 1
    told = []
    for threshold in (0.3, 0.4, 0.5):
        said = shares[np.arange(len(best)), best] >= threshold
        right = int((said & (best == gold)).sum())
        precision, recall = right / max(1, said.sum()), right / max(1, (gold > 0).sum())
        told.append(
            f"{threshold}: P {precision:.3f} R {recall:.3f} "
            f"F {2 * precision * recall / max(1e-9, precision + recall):.3f}"
        )
    model.train()
    return " | ".join(told)


@torch.no_grad()
def role_figures(model: Reader, pieces: Pieces, articles: list[Article]) -> str:
    """How well pairs are told apart, at one half: F1 of actors and of recipients."""
    model.eval()
    counts = np.zeros((2, 3))
    for article in articles:
        for window in make_windows(pieces, article.line):
            step = Step([window], [article])
            if not len(step.marks):
                continue
            words = model.words(step.batch)
            said = (
                model.roles(
                    words[step.triggers[:, 0], step.triggers[:, 1]],
                    words[step.candidates[:, 0], step.candidates[:, 1]],
                    step.categories,
                    step.facts,
                )
                > 0
            )
            known, right = step.marks >= 0, step.marks == 1
            for role in (0, 1):
                one = said[:, role] & known[:, role]
                counts[role] += [
                    float((one & right[:, role]).sum()),
                    float(one.sum()),
                    float(right[:, role].sum()),
                ]
    model.train()
    return " ".join(
        f"{name} F {2 * tp / max(1, said + gold):.3f}"
        for name, (tp, said, gold) in zip(("actors", "recipients"), counts, strict=True)
    )


def keep_below(model: Reader, prepared: list[Step]) -> None:
    """Run the frozen layers once: they give the same in every pass."""
    model.eval()
    for step in prepared:
        with torch.autocast("cpu", torch.bfloat16):
            step.batch.below = model.below(step.batch)
    model.train()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--gold", type=Path)
    parser.add_argument(
        "--taught", nargs=4, action="append", default=[], metavar=("RAW", "LABELS", "K", "N")
    )
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--taps", type=int, nargs="+", default=[6])
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--roles", action="store_true")
    parser.add_argument("--frozen", type=int, default=0)
    parser.add_argument("--keep", action="store_true", help="run the frozen layers only once")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=3e-5)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=0.9)
    parser.add_argument("--budget", type=int, default=800, help="pieces of a step")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--fold", type=int, nargs=2, metavar=("K", "N"), help="leave a fold out")
    parser.add_argument(
        "--mix", type=int, default=0, help="taught passages read beside gold in each pass"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the training articles")
    parser.add_argument("--test", nargs="*", default=[], help="parts never trained on")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    pieces = Pieces(WordPiece(args.encoder / "vocab.txt"))
    training, test = [], {}
    if args.gold:
        articles = [of_gold(line) for line in read_lines(args.gold)]
        training = [a for a in articles if a.line["part"] not in args.test]
        test = {p: [a for a in articles if a.line["part"] == p] for p in args.test}
        if args.share < 1:
            rng.shuffle(training)
            training = training[: round(args.share * len(training))]
        if args.fold:
            k, n = args.fold
            test["fold"] = training[k::n]
            training = [a for i, a in enumerate(training) if i % n != k]
    passages = [
        article
        for raw, labels, k, n in args.taught
        for article in taught(Path(raw), Path(labels), int(k), int(n))
    ]
    if args.taught:
        print(sum(len(a.targets) for a in passages), "words taught", flush=True)
    if not args.mix:
        training = passages or training
    hidden_dropout = 0.1 if args.gold else 0.0
    model = Reader(
        args.encoder, tuple(args.taps), args.depth, args.roles, hidden_dropout=hidden_dropout
    )
    if args.start:
        known = torch.load(args.start, map_location="cpu")
        missing = model.load_state_dict(known, strict=False).missing_keys
        print("not in the weights to start from:", missing, flush=True)
    model.freeze_below(args.frozen)
    optimizer = torch.optim.AdamW(
        model.groups(args.rate, args.head_rate, args.decay), weight_decay=0.01
    )
    started, done, total = time.time(), 0, 0
    kept: list[Step] = []
    for epoch in range(args.epochs):
        model.train()
        if not args.keep or not kept:
            now = [*training, *rng.sample(passages, args.mix)]
            kept = list(steps(pieces, now, args.budget, rng))
            if args.keep:
                keep_below(model, kept)
                print(f"frozen layers done, {time.time() - started:.0f} s", flush=True)
        rng.shuffle(kept)
        total = total or len(kept) * args.epochs
        average = 0.0
        for step in kept:
            share = min(1.0, (done + 1) / (0.08 * total)) * max(0.0, 1 - done / total)
            for parameters in optimizer.param_groups:
                parameters["lr"] = parameters["base"] * share
            loss = step.loss(model)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            done += 1
            cost = float(loss.detach())
            average = 0.98 * average + 0.02 * cost if average else cost
            if done % 50 == 0:
                spent = time.time() - started
                print(f"step {done}/{total} loss {average:.4f} {spent:.0f} s", flush=True)
        for part, held in test.items():
            told = figures(model, pieces, held)
            if args.roles:
                told += " | " + role_figures(model, pieces, held)
            print(f"epoch {epoch + 1} {part}: {told}", flush=True)
        torch.save(model.state_dict(), args.out)


if __name__ == "__main__":
    main()
