"""What retraining is worth, shown on annotated articles.

``python -m pipeline.retraining.experiments GOLD... [--draws 5] [--seed 0] [--only PART]``

Recovery: a third of the rules is taken away at random; retraining on one half of the articles
must bring back what it can of the F1 lost on the other half. Each draw has its own halves, and each
half is learnt from to judge the other. Learning curve: the rules without that third learn from 0,
5, 10, 20 and 30 articles and are scored on the rest; each number is a mean over the draws. Nothing
but rules is learnt here. What can come back is bounded: of the events lost, about half have a
trigger that the articles learnt from do not have.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.evaluation import formats
from pipeline.evaluation.reading import read, rules_of, without
from pipeline.retraining.book import Count, Trial, with_rules
from pipeline.retraining.folds import folds
from pipeline.retraining.selection import learn_rules

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from pipeline.components.events.rules import Rulebook

SIZES = (0, 5, 10, 20, 30)
PARTS = ("recovery", "curve")


@dataclass(slots=True)
class Draw:
    """One draw of a third of the rules: counts with all rules, without, and after retraining."""

    full: Count = field(default_factory=Count)
    cut: Count = field(default_factory=Count)
    after: Count = field(default_factory=Count)
    gold: int = 0

    def f1(self, count: Count) -> float:
        """F1 of one of the counts."""
        return 2 * count.hits / (count.found + self.gold)

    @property
    def lost(self) -> float:
        """F1 that the missing rules cost."""
        return self.f1(self.full) - self.f1(self.cut)

    @property
    def back(self) -> float:
        """Share of the F1 lost that came back."""
        return (self.f1(self.after) - self.f1(self.cut)) / self.lost


def recovery(trial: Trial, book: Rulebook, seeds: Sequence[int]) -> Iterator[Draw]:
    """Take away a third of the rules, learn on half of the articles, score on the other half.

    Parameters
    ----------
    trial : Trial
        Annotated articles.
    book : Rulebook
        The rules.
    seeds : sequence of int
        One draw each, of rules and of halves; both halves are learnt from and judged.
    """
    for seed in seeds:
        cut = _cut(book, seed)
        draw = Draw()
        for half in folds([reading.gold.doc_id for reading in trial.readings], seed, 2):
            learn, judge = trial.split(half)
            learnt = [proposal.rule for proposal in learn_rules(learn, cut, seed)]
            draw.full.add(judge.whole(book))
            draw.cut.add(judge.whole(cut))
            draw.after.add(judge.whole(with_rules(cut, learnt)))
            draw.gold += judge.gold
        yield draw


def curve(trial: Trial, book: Rulebook, seeds: Sequence[int]) -> dict[int, float]:
    """F1 on the articles that are left, by the number of articles learnt from."""
    ids = sorted(reading.gold.doc_id for reading in trial.readings)
    sizes = [size for size in SIZES if size < len(ids)]
    means: dict[int, float] = {}
    for size in sizes:
        values = []
        for seed in seeds:
            order = list(ids)
            random.Random(seed).shuffle(order)
            learn, _ = trial.split(frozenset(order[:size]))
            # What lies behind the largest size is the test for every size.
            judge, _ = trial.split(frozenset(order[sizes[-1] :]))
            cut = _cut(book, seed)
            learnt = learn_rules(learn, cut, seed) if size else []
            values.append(judge.f1(judge.whole(with_rules(cut, [p.rule for p in learnt]))))
        means[size] = sum(values) / len(values)
    return means


def _cut(book: Rulebook, seed: int) -> Rulebook:
    ids = sorted(book.rules)
    return without(book, random.Random(seed).sample(ids, len(ids) // 3))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    from rich.console import Console

    from pipeline.language import load

    parser = argparse.ArgumentParser(prog="python -m pipeline.retraining.experiments")
    parser.add_argument("gold", type=Path, nargs="+", help="gold folders")
    parser.add_argument("--articles", type=Path, help="folder of the articles")
    parser.add_argument("--draws", type=int, default=5, help="how many draws")
    parser.add_argument("--only", choices=PARTS, help="one of the tables")
    options = parser.parse_args(arguments)
    documents, texts = formats.read_gold(options.gold, options.articles)
    nlp = load(reader=False)
    book, factuality = rules_of(nlp)
    trial = Trial(list(read(nlp, documents, texts)), factuality)
    seeds = range(options.draws)
    console = Console(highlight=False)
    console = console if console.is_terminal else Console(highlight=False, width=140)
    if options.only in (None, "recovery"):
        _print_recovery(list(recovery(trial, book, seeds)), console)
    if options.only in (None, "curve"):
        table = _table("Learning curve", "articles learnt from", "events F1 on the others")
        for size, f1 in curve(trial, book, seeds).items():
            table.add_row(str(size), f"{f1:.3f}")
        console.print(table)


def _print_recovery(draws: Sequence[Draw], console: Console) -> None:
    header = ("draw", "F1 all rules", "without a third", "retrained", "back")
    table = _table("A third of the rules taken away", *header, "precision", "without", "retrained")
    for number, draw in enumerate(draws):
        f1 = [f"{draw.f1(c):.3f}" for c in (draw.full, draw.cut, draw.after)]
        precision = [f"{c.precision:.3f}" for c in (draw.full, draw.cut, draw.after)]
        table.add_row(str(number), *f1, f"{draw.back:.0%}", *precision)
    mean = sum(draw.back for draw in draws) / len(draws)
    fall = sum(draw.cut.precision - draw.after.precision for draw in draws) / len(draws)
    console.print(table)
    console.print(f"mean share of the F1 lost that came back: {mean:.3f}")
    console.print(f"mean fall of precision by retraining: {fall:.3f}")


def _table(title: str, *columns: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


if __name__ == "__main__":
    main()
