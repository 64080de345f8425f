"""The reader's last layer and the decision, refitted to gold and drawn towards what is installed.

The encoder stays as it is, so that neither torch nor much time is needed: its features of the
words of an article are read once, and what follows them is two regressions. A reader that was
refitted to an article is no evidence about it: the decision is fitted on what readers make of
articles left out of their refitting, and both are judged on articles that neither has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.components.events import Events
from pipeline.components.events.decision import Decision
from pipeline.components.reader import Reader
from pipeline.components.reader.labels import CATEGORIES, FACTUALITY
from pipeline.components.reader.model import Model
from pipeline.components.reader.reading import read_again
from pipeline.evaluation.deciding import Article, article_of, f1, fit_towards, judged
from pipeline.evaluation.reading import EVENTS, Reading
from pipeline.evaluation.rules import token_at
from pipeline.retraining.folds import folds

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language

READER = "pacta_reader"
STRENGTHS = (10.0, 100.0, 1000.0)
"""How strongly the layer is drawn towards the installed one: what is tried, in words of gold."""
ROUNDS = 300
STILL = 1e-5
"""A change of weights below which the fit has come to rest."""
WEIGHT, BIAS = "out.weight", "out.bias"


@dataclass(frozen=True, slots=True)
class Refitted:
    """A reader's last layer and a decision.

    ``weights`` is None where no refitting reads articles left out better than the installed layer.
    ``before`` and ``after`` are the F1 of triggers and categories on articles left out.
    ``told_before`` and ``told_after`` are the probabilities of the likeliest category of each word
    in question there, with whether gold holds it.
    """

    weights: dict[str, NDArray[np.float32]] | None
    decision: Decision
    before: float
    after: float
    told_before: list[tuple[float, bool]]
    told_after: list[tuple[float, bool]]

    @property
    def accepted(self) -> bool:
        """Whether it is better on articles left out than what is installed."""
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an article: features (words, width), and what gold says of each.

    ``categories`` are indices into CATEGORIES; ``triggers`` the rows of those that tell an act,
    ``factuality`` the indices into FACTUALITY of these.
    """

    features: NDArray[np.float64]
    categories: NDArray[np.int64]
    triggers: NDArray[np.int64]
    factuality: NDArray[np.int64]


def refit(nlp: Language, readings: Sequence[Reading], seed: int) -> Refitted:
    """Refit reader and decision of a pipeline to annotated articles; the pipeline stays as it was.

    Parameters
    ----------
    nlp : Language
        With the reader.
    readings : sequence of Reading
        Articles that it has read; each is given back with the reading it came with.
    seed : int
        Deals the articles into folds.

    Raises
    ------
    ValueError
        Fewer than two articles, or nothing right or nothing wrong in them.
    """
    reader, events = nlp.get_pipe(READER), nlp.get_pipe(EVENTS)
    assert isinstance(reader, Reader)
    assert isinstance(events, Events)
    model, installed = reader.model, events.decision
    words = {reading.gold.doc_id: words_of(reading) for reading in readings}
    parts = folds(words, seed)
    strength = _strength(model, words, parts)
    came = [reading.doc._.reading for reading in readings]
    try:
        told_before = judged(_articles(readings, events), installed)
        for part in parts:
            if strength is None:
                break
            others = [words[name] for name in words if name not in part]
            changed = model.with_weights(fit_layer(model, others, strength))
            for reading in readings:
                if reading.gold.doc_id in part:
                    reading.doc._.reading = read_again(reading.doc._.reading, changed)
        articles = _articles(readings, events)
    finally:
        for reading, one in zip(readings, came, strict=True):
            reading.doc._.reading = one
    told_after, stands = [], []
    for part in parts:
        decision = fit_towards(installed, [a for a in articles if a.doc_id not in part])
        told = judged([a for a in articles if a.doc_id in part], decision)
        told_after += told
        stands += [one for one in told if one[0] >= decision.threshold]
    gold = sum(article.gold for article in articles)
    return Refitted(
        fit_layer(model, list(words.values()), strength) if strength else None,
        fit_towards(installed, articles),
        f1(told_before, installed.threshold, gold),
        f1(stands, 0.0, gold),
        told_before,
        told_after,
    )


def words_of(reading: Reading) -> Words:
    """The words that the reader has read of an article, with gold; of two events the first."""
    read = reading.doc._.reading
    features = read.features.words if read.features is not None else np.zeros((0, 1))
    categories = np.zeros(len(features), np.int64)
    told: dict[int, int] = {}
    for event in sorted(reading.gold.events, key=lambda event: (event.start, event.end)):
        token = token_at(reading, event.start, event.end)
        row = None if token is None else read.row.get(token.i)
        if row is not None and row not in told:
            categories[row] = CATEGORIES.index(event.type)
            told[row] = FACTUALITY.index(event.factuality)
    return Words(
        features.astype(np.float64),
        categories,
        np.array(list(told), np.int64),
        np.array(list(told.values()), np.int64),
    )


def fit_layer(
    model: Model, articles: Sequence[Words], strength: float
) -> dict[str, NDArray[np.float32]]:
    """The last layer fitted to articles, drawn towards that of a model."""
    articles = [one for one in articles if len(one.features)]
    features = np.concatenate([one.features for one in articles])
    triggers = np.concatenate([one.features[one.triggers] for one in articles])
    weight = np.column_stack([model.weights[WEIGHT], model.weights[BIAS]]).astype(np.float64)
    kinds = len(CATEGORIES)
    fitted = np.concatenate(
        [
            _multinomial(
                features,
                np.concatenate([one.categories for one in articles]),
                weight[:kinds],
                strength,
            ),
            _multinomial(
                triggers,
                np.concatenate([one.factuality for one in articles]),
                weight[kinds:],
                strength,
            ),
        ]
    ).astype(np.float32)
    return {WEIGHT: fitted[:, :-1], BIAS: fitted[:, -1]}


def _strength(
    model: Model, words: dict[str, Words], parts: Sequence[frozenset[str]]
) -> float | None:
    """The strength whose layers read articles left out best; None if the installed one does."""

    def loss(strength: float | None) -> float:
        total = 0.0
        for part in parts:
            others = [words[name] for name in words if name not in part]
            layer = {} if strength is None else fit_layer(model, others, strength)
            changed = model.with_weights(layer)
            for name in part:
                shares, _ = changed.shares(words[name].features.astype(np.float32))
                own = shares[np.arange(len(shares)), words[name].categories]
                total -= float(np.log(np.maximum(own, 1e-6)).sum())
        return total

    return min((None, *STRENGTHS), key=loss)


def _multinomial(
    features: NDArray[np.float64],
    classes: NDArray[np.int64],
    towards: NDArray[np.float64],
    strength: float,
) -> NDArray[np.float64]:
    """Multinomial logistic regression, drawn towards weights (classes, width + 1).

    By the bound optimisation of Böhning (1992): every step divides by the same upper bound of the
    curvature, so that none can overshoot.
    """
    x = np.column_stack([features, np.ones(len(features))])
    wanted = np.eye(len(towards))[classes]
    bound = np.linalg.inv(x.T @ x / 2 + strength * np.eye(x.shape[1]))
    weights = towards
    for _ in range(ROUNDS):
        scores = x @ weights.T
        powers = np.exp(scores - scores.max(1, keepdims=True))
        errors = powers / powers.sum(1, keepdims=True) - wanted
        step = (errors.T @ x + strength * (weights - towards)) @ bound
        weights = weights - step
        if np.abs(step).max() < STILL:
            break
    return weights


def _articles(readings: Sequence[Reading], events: Events) -> list[Article]:
    """What rules and reader propose in each article."""
    parties = events.decision.parties
    return [article_of(one, events.book, events.factuality, parties) for one in readings]
