"""From tallies to figures: precision, recall, F1, shares, and their bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.evaluation.scoring import SLOTS, DocumentScore, Measure, Tally, total

SAMPLES = 1000
SEED = 20260322
LAYERS = (
    *("mentions", "entities", "dates", "agreements", "events", "sentence events", "triggers"),
    *("slots", "modes", "same act", "rules", "spans", "documents"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its 95 % interval; None where there is nothing to divide by."""

    layer: str
    name: str
    kind: str
    value: float | None
    low: float | None
    high: float | None
    precision: float | None
    recall: float | None
    hit: int
    found: int
    gold: int


def figures(scores: Sequence[DocumentScore], samples: int = SAMPLES) -> list[Figure]:
    """All figures of a scored set, by layer, the whole before its parts.

    Parameters
    ----------
    scores : sequence of DocumentScore
        The documents.
    samples : int
        Bootstrap samples (documents drawn with replacement; Efron & Tibshirani 1993, percentile
        interval). The seed is fixed, so that the same scores give the same intervals.
    """
    tallies = total(scores)
    bounds = _intervals(scores, list(tallies), samples)
    made = [
        Figure(
            *measure,
            value(measure, tally),
            *bounds[measure],
            _ratio(tally.hit, tally.found),
            _ratio(tally.hit, tally.gold),
            tally.hit,
            tally.found,
            tally.gold,
        )
        for measure, tally in tallies.items()
    ]
    return sorted(made, key=lambda f: (LAYERS.index(f.layer), f.name != "all", _rank(f), f.name))


def document_figures(scores: Iterable[DocumentScore], measures: Sequence[Measure]) -> list[list]:
    """One row a document: ``doc_id``, then the value of each measure (None where it has none)."""
    return [
        [scored.doc_id, *(value(m, scored.tallies.get(m, Tally())) for m in measures)]
        for scored in scores
    ]


def value(measure: Measure, tally: Tally) -> float | None:
    """The number that a tally comes to; None where there is nothing to divide by."""
    return _ratio(*_parts(measure, tally.hit, tally.found, tally.gold))


def difference(
    scores: Sequence[DocumentScore],
    other: Sequence[DocumentScore],
    measure: Measure,
    samples: int = SAMPLES,
) -> tuple[float, float, float] | None:
    """What ``scores`` gain on ``other`` in a measure, with a paired bootstrap interval.

    Both must hold the same documents in the same order.
    """
    import numpy as np

    ours, theirs = (_drawn(side, [measure], samples)[measure] for side in (scores, other))
    now = value(measure, total(scores).get(measure, Tally()))
    before = value(measure, total(other).get(measure, Tally()))
    if now is None or before is None:
        return None
    low, high = np.nanpercentile(ours - theirs, (2.5, 97.5))
    return round(now - before, 4), round(float(low), 4), round(float(high), 4)


def summary(scores: Sequence[DocumentScore]) -> dict[str, Any]:
    """The figures under the names that the reference scorer gives them, without intervals."""
    tallies = total(scores)

    def share(layer: str, name: str) -> float | None:
        measure = Measure(layer, name, "share")
        return value(measure, tallies.get(measure, Tally()))

    def f1(layer: str, name: str = "all") -> dict[str, Any]:
        measure = Measure(layer, name, "f1")
        tally = tallies.get(measure, Tally())
        return {
            "precision": _ratio(tally.hit, tally.found) or 0.0,
            "recall": _ratio(tally.hit, tally.gold) or 0.0,
            "f1": value(measure, tally) or 0.0,
            "gold": tally.gold,
            "found": tally.found,
        }

    def count(layer: str, name: str) -> int:
        return tallies.get(Measure(layer, name, "count"), Tally()).hit

    labels = sorted(m.name for m in tallies if m.layer == "mentions" and m.name != "all")
    return {
        "mentions": f1("mentions"),
        "mentions_by_label": {label: f1("mentions", label) for label in labels},
        "entity_country": share("entities", "country"),
        "gpe_sense": share("entities", "sense"),
        "dates": {
            "found": share("dates", "found"),
            "value_of_found": share("dates", "value of found"),
            "value": f1("dates", "value"),
        },
        "agreements": {
            "found": share("agreements", "found"),
            "id_of_found": share("agreements", "id of found"),
            "id": f1("agreements", "id"),
        },
        "events": f1("events"),
        "sentence_events": f1("sentence events"),
        "triggers": f1("triggers"),
        "slots": {slot: share("slots", slot) for slot in SLOTS},
        "slot": f1("slots"),
        "in_zone": count("spans", "in zone"),
        "bad_offsets": count("spans", "bad offsets"),
        "missing_documents": count("documents", "missing"),
    }


def _rank(figure: Figure) -> int:
    return SLOTS.index(figure.name) if figure.name in SLOTS else len(SLOTS)


def _parts(measure: Measure, hit, found, gold):
    """Numerator and denominator of a measure, for numbers as for arrays of them."""
    if measure.kind == "f1":
        return 2 * hit, found + gold
    if measure.kind == "count":
        return hit, 1
    return hit, gold if measure.kind == "share" else found


def _ratio(numerator: int, denominator: int) -> float | None:
    return round(numerator / denominator, 4) if denominator else None


def _intervals(
    scores: Sequence[DocumentScore], measures: Sequence[Measure], samples: int
) -> Mapping[Measure, tuple[float | None, float | None]]:
    import numpy as np

    bounds: dict[Measure, tuple[float | None, float | None]] = {}
    for measure, values in _drawn(scores, measures, samples).items():
        if measure.kind == "count" or not np.isfinite(values).any():
            bounds[measure] = (None, None)
        else:
            low, high = np.nanpercentile(values, (2.5, 97.5))
            bounds[measure] = (round(float(low), 4), round(float(high), 4))
    return bounds


def _drawn(scores: Sequence[DocumentScore], measures: Sequence[Measure], samples: int):
    """For each measure its value in every bootstrap sample of the documents (nan: undefined).

    All measures are ratios of sums over documents, so a sample is a vector of how often each
    document was drawn, and all samples at once are one matrix product.
    """
    import numpy as np

    generator = np.random.default_rng(SEED)
    size = len(scores)
    drawn = generator.multinomial(size, [1 / size] * size, size=samples) if size else None
    values = {}
    for measure in measures:
        counts = [scored.tallies.get(measure, Tally()) for scored in scores]
        sums = drawn @ np.array([(t.hit, t.found, t.gold) for t in counts], dtype=float)
        above, below = _parts(measure, sums[:, 0], sums[:, 1], sums[:, 2])
        below = np.broadcast_to(below, above.shape)
        values[measure] = np.divide(above, below, out=np.full(samples, np.nan), where=below > 0)
    return values
