"""Fit the confidence of events on annotated articles, judged on articles left out.

``python -m pipeline.evaluation.calibration GOLD... [--articles DIR] [--model M] [-o FILE]``

A ridge logistic regression over the features of :mod:`pipeline.components.events.confidence` and
the rule's own record, which is shrunk towards that of its category and, in fitting, counted
without the article at hand. Its scores for articles left out are then calibrated: Platt scaling
(Platt 1999) below :data:`ISOTONIC_FROM` events, isotonic regression (Zadrozny & Elkan 2002) above.
All that is stored are plain numbers.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.evaluation.reading import Reading, extract_events, read, rows_of, rules_of
from pipeline.evaluation.scoring import entity_forms, score_document, slots_agreeing

if TYPE_CHECKING:
    import numpy as np
    from rich.table import Table

    from pipeline.components.events.confidence import Confidence
    from pipeline.components.events.rules import Rulebook
    from pipeline.components.factuality import Factuality

ISOTONIC_FROM = 1000
RIDGE = 3.0
SHRINK = 4.0
FOLDS = 10
BINS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Case:
    """An extracted event and whether gold says that type, actors and recipients are right."""

    doc_id: str
    rule: str
    type: str
    right: bool
    features: dict[str, float] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model and, for each case, the probability that a model gave it which had not seen
    its article."""

    confidence: Confidence
    left_out: list[float]


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases whose probability lies in a range: their mean probability and the share right."""

    low: float
    high: float
    cases: int
    predicted: float
    right: float


def cases(readings: Iterable[Reading], book: Rulebook, factuality: Factuality) -> list[Case]:
    """Extract the events of annotated articles and judge each by gold."""
    from pipeline.components.events.confidence import features, places_of

    made = []
    for reading in readings:
        pairs = rows_of(reading, extract_events(reading, book, factuality))
        forms = entity_forms(reading.gold)
        right = set()
        for want, row in score_document(reading.gold, reading.found([r for _, r in pairs])).pairs:
            agreeing = slots_agreeing(want, row, reading.gold, forms)
            if agreeing["actors"] and agreeing["recipients"]:
                right.add(row.id)
        named = places_of(reading.doc)
        made += [
            Case(
                reading.gold.doc_id,
                row.rule,
                row.type,
                row.id in right,
                features(event, reading.doc, named),
            )
            for event, row in pairs
        ]
    return made


def fit(all_cases: Sequence[Case]) -> Fit:
    """Fit the model and calibrate it on articles left out.

    Raises
    ------
    ValueError
        The cases are all right, all wrong, or of one article only: there is nothing to learn.
    """
    from dataclasses import replace

    documents = list(dict.fromkeys(case.doc_id for case in all_cases))
    if len(documents) < 2 or len({case.right for case in all_cases}) < 2:
        raise ValueError("confidence needs right and wrong events in two articles at least")
    scores = [0.0] * len(all_cases)
    number = min(FOLDS, len(documents))
    for start in range(number):
        part = frozenset(documents[start::number])
        model = _regression([case for case in all_cases if case.doc_id not in part])
        for i, case in enumerate(all_cases):
            if case.doc_id in part:
                scores[i] = model.score(case.rule, case.type, case.features)
    labels = [case.right for case in all_cases]
    isotonic = len(all_cases) >= ISOTONIC_FROM
    points, shares = _isotonic(scores, labels) if isotonic else _platt(scores, labels)
    confidence = replace(_regression(all_cases), scores=points, shares=shares)
    return Fit(confidence, [confidence.calibrated(score) for score in scores])


def reliability(probabilities: Sequence[float], labels: Sequence[bool]) -> list[Bin]:
    """Cases by probability: how often they are right against how often they claim to be."""
    bins = []
    for low, high in pairwise(BINS):
        last = high == BINS[-1]
        inside = [i for i, p in enumerate(probabilities) if low <= p < high or (last and p == high)]
        if inside:
            predicted = sum(probabilities[i] for i in inside) / len(inside)
            right = sum(labels[i] for i in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), round(predicted, 3), round(right, 3)))
    return bins


def brier(probabilities: Sequence[float], labels: Sequence[bool]) -> float:
    """Mean squared error of the probabilities (Brier 1950)."""
    pairs = zip(probabilities, labels, strict=True)
    return round(sum((p - right) ** 2 for p, right in pairs) / len(labels), 4)


def ranking(probabilities: Sequence[float], labels: Sequence[bool]) -> float:
    """Chance that a right event has a higher probability than a wrong one (area under ROC)."""
    right = [p for p, label in zip(probabilities, labels, strict=True) if label]
    wrong = [p for p, label in zip(probabilities, labels, strict=True) if not label]
    above = sum((r > w) + 0.5 * (r == w) for r in right for w in wrong)
    return round(above / (len(right) * len(wrong)), 4)


def to_json(confidence: Confidence) -> str:
    """The model as the text of ``confidence.json``, in a fixed order."""
    data = {
        "weights": _rounded(confidence.weights),
        "rules": _rounded(confidence.rules),
        "types": _rounded(confidence.types),
        "scores": [round(x, 4) for x in confidence.scores],
        "shares": [round(x, 4) for x in confidence.shares],
    }
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def _rounded(values: Any) -> dict[str, float]:
    return {name: round(value, 4) for name, value in sorted(values.items())}


def _log_odds(right: float, size: float, prior: float, worth: float = SHRINK) -> float:
    """Log odds of a share shrunk towards a prior that is worth so many cases."""
    share = (right + worth * prior) / (size + worth)
    share = min(max(share, 0.02), 0.98)
    return log(share / (1 - share))


class Records:
    """How often the events of each rule and category were right."""

    def __init__(self, all_cases: Sequence[Case]) -> None:
        self.counts: Counter[tuple] = Counter()
        for case in all_cases:
            self.counts.update(self._keys(case))

    @staticmethod
    def _keys(case: Case) -> list[tuple]:
        scopes = [(), (case.type,), (case.type, case.rule)]
        scopes += [(case.doc_id, "in", *scope) for scope in scopes]
        return [(*scope, "n") for scope in scopes] + [
            (*scope, "right") for scope in scopes if case.right
        ]

    def odds(self, type: str, rule: str, but: str = "") -> float:
        """Log odds of a rule, or with no rule of its category, without the article ``but``."""
        right, size = self._count((), but)
        prior = (right + 1) / (size + 2)
        for scope in ((type,), (type, rule)) if rule else ((type,),):
            odds = _log_odds(*self._count(scope, but), prior)
            prior = 1 / (1 + exp(-odds))
        return log(prior / (1 - prior))

    def odds_from(self, known: float, worth: float, type: str, rule: str, but: str = "") -> float:
        """The same, shrunk towards log odds known before that are worth so many cases."""
        scope = (type, rule) if rule else (type,)
        return _log_odds(*self._count(scope, but), 1 / (1 + exp(-known)), worth)

    def _count(self, scope: tuple[str, ...], but: str) -> tuple[int, int]:
        """How many cases of a scope are right, and how many there are, without an article."""
        own = (but, "in", *scope)
        return (
            self.counts[(*scope, "right")] - (self.counts[(*own, "right")] if but else 0),
            self.counts[(*scope, "n")] - (self.counts[(*own, "n")] if but else 0),
        )


def _regression(all_cases: Sequence[Case]) -> Confidence:
    """Ridge logistic regression by Newton's method; the bias and the rule are not shrunk."""
    import numpy as np

    from pipeline.components.events.confidence import Confidence

    records = Records(all_cases)
    names = sorted({name for case in all_cases for name in case.features})
    rows = [
        [1.0, records.odds(c.type, c.rule, but=c.doc_id), *(c.features.get(n, 0.0) for n in names)]
        for c in all_cases
    ]
    x, y = np.array(rows), np.array([c.right for c in all_cases], dtype=float)
    start = np.zeros(x.shape[1])
    start[1] = 1.0
    weights = newton(x, y, start, np.array([1e-3, 1e-3, *[RIDGE] * len(names)]))
    rules = {c.rule: records.odds(c.type, c.rule) for c in all_cases}
    types = {c.type: records.odds(c.type, "") for c in all_cases}
    fitted = dict(zip(["bias", "rule", *names], map(float, weights), strict=True))
    return Confidence(fitted, rules, types, (), ())


def newton(
    x: np.ndarray,
    y: np.ndarray,
    start: np.ndarray,
    ridge: np.ndarray,
    towards: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Minimise the ridge-penalised log loss; a step that does not lower it is halved.

    ``ridge`` penalises the squared distance of each weight from ``towards``.
    """
    import numpy as np

    def loss(weights: np.ndarray) -> float:
        z = x @ weights
        apart = (ridge * (weights - towards) ** 2).sum() / 2
        return float((np.logaddexp(0, z) - y * z).sum() + apart)

    weights, now = start, loss(start)
    for _ in range(100):
        p = _sigmoid(x @ weights)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, x.T @ (p - y) + ridge * (weights - towards))
        while loss(weights - step) > now and np.abs(step).max() > 1e-9:
            step = step / 2
        weights, before, now = weights - step, now, loss(weights - step)
        if before - now < 1e-10:
            break
    return weights


def _sigmoid(z: np.ndarray) -> np.ndarray:
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


def _platt(
    scores: Sequence[float], labels: Sequence[bool]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Platt's sigmoid with his smoothed targets, as points that interpolate it."""
    import numpy as np

    s, y = np.array(scores), np.array(labels, dtype=float)
    positive, negative = y.sum(), len(y) - y.sum()
    target = np.where(y == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    x = np.column_stack([s, np.ones_like(s)])
    a, b = newton(x, target, start=np.array([1.0, 0.0]), ridge=np.array([1e-3, 1e-3]))
    points = np.linspace(s.min(), s.max(), 21)
    shares = _sigmoid(a * points + b)
    return tuple(map(float, points)), tuple(map(float, shares))


def _isotonic(
    scores: Sequence[float], labels: Sequence[bool]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Pool adjacent violators; each pool becomes a point at its mean score. None is certain."""
    pools: list[list[float]] = []
    for score, label in sorted(zip(scores, labels, strict=True)):
        pools.append([score, float(label), 1.0])
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return (
        tuple(total / size for total, _, size in pools),
        tuple(min(max(right / size, 0.01), 0.99) for _, right, size in pools),
    )


def reliability_table(title: str, probabilities: Sequence[float], labels: Sequence[bool]) -> Table:
    """The reliability table for a terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in ("confidence", "events", "mean confidence", "share right"):
        table.add_column(column, justify="right")
    for row in reliability(probabilities, labels):
        table.add_row(
            f"{row.low:.1f}–{row.high:.1f}",
            str(row.cases),
            f"{row.predicted:.3f}",
            f"{row.right:.3f}",
        )
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print the reliability on articles left out, and write the numbers with ``-o``."""
    from rich.console import Console

    from pipeline.evaluation import formats
    from pipeline.language import load
    from pipeline.tables.writing import write_whole

    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.calibration")
    parser.add_argument("gold", type=Path, nargs="+", help="gold folders")
    parser.add_argument("--articles", type=Path, help="folder of the articles")
    parser.add_argument("--model", help="another spaCy pipeline than the packaged one")
    parser.add_argument("-o", "--output", type=Path, help="confidence.json to write")
    options = parser.parse_args(arguments)
    documents, texts = formats.read_gold(options.gold, options.articles)
    nlp = load(options.model, reader=False)
    found = cases(read(nlp, documents, texts), *rules_of(nlp))
    fitted = fit(found)
    if options.output:
        write_whole(options.output, to_json(fitted.confidence))
    labels = [case.right for case in found]
    console = Console(highlight=False)
    console.print(reliability_table("Articles left out", fitted.left_out, labels))
    share = sum(labels) / len(labels)
    console.print(f"{len(labels)} events, {share:.3f} of them right")
    always = brier([share] * len(labels), labels)
    console.print(f"Brier {brier(fitted.left_out, labels)} (always the mean: {always})")
    console.print(f"area under ROC {ranking(fitted.left_out, labels)}")
    for name, weight in sorted(fitted.confidence.weights.items(), key=lambda w: -abs(w[1])):
        console.print(f"  {weight:+.2f}  {name}")


if __name__ == "__main__":
    main()
