"""The confidence: fitted numbers that mean what they say, stored plainly, the same every time."""

from __future__ import annotations

import random
from math import exp

import pytest

from pipeline.components.events.confidence import Confidence, load_confidence
from pipeline.evaluation.calibration import (
    Case,
    brier,
    fit,
    ranking,
    reliability,
    to_json,
)
from pipeline.resources import KnowledgeError


def drawn(size: int, seed: int = 7) -> list[Case]:
    """Cases whose chance to be right is known: by the rule, less the farther the actor."""
    rng = random.Random(seed)
    made = []
    for number in range(size):
        rule = rng.choice(["good", "middling", "bad"])
        distance = rng.random() * 3
        chance = 1 / (1 + exp(-({"good": 2.5, "middling": 0.8, "bad": -1.0}[rule] - distance / 2)))
        values = {"actor distance": distance, "noise": rng.random()}
        made.append(Case(f"d{number % 40}", rule, "AGREE", rng.random() < chance, values))
    return made


@pytest.mark.parametrize("size", [400, 1500])
def test_the_confidence_is_reliable_on_articles_left_out(size):
    cases = drawn(size)
    labels = [case.right for case in cases]
    fitted = fit(cases)
    share = sum(labels) / size
    assert brier(fitted.left_out, labels) < brier([share] * size, labels)
    assert ranking(fitted.left_out, labels) > 0.7
    error = sum(b.cases * abs(b.predicted - b.right) for b in reliability(fitted.left_out, labels))
    assert error / size < 0.05
    assert fitted.confidence.weights["actor distance"] < -0.2
    assert abs(fitted.confidence.weights["noise"]) < 0.4


def test_a_rule_is_judged_by_its_own_record_and_an_unknown_one_by_its_category():
    confidence = fit(drawn(400)).confidence
    good, bad, unknown = (
        confidence.calibrated(confidence.score(rule, "AGREE", {"actor distance": 1.0}))
        for rule in ("good", "bad", "never seen")
    )
    assert bad < unknown < good


def test_calibration_never_turns_around():
    for size in (300, 1200):
        confidence = fit(drawn(size)).confidence
        probabilities = [confidence.calibrated(score / 10) for score in range(-80, 80)]
        assert probabilities == sorted(probabilities)
        assert 0 < probabilities[0] < probabilities[-1] < 1


def test_stored_and_read_back_it_says_the_same(tmp_path):
    confidence = fit(drawn(400)).confidence
    path = tmp_path / "confidence.json"
    path.write_text(to_json(confidence), encoding="utf-8")
    read = load_confidence(path)
    for score in (-3.0, 0.0, 1.5):
        assert read.calibrated(score) == pytest.approx(confidence.calibrated(score), abs=2e-3)
    assert to_json(read) == to_json(confidence) == to_json(fit(drawn(400)).confidence)


def test_without_calibration_the_score_is_a_log_odds():
    plain = Confidence({"bias": 0.0, "rule": 1.0}, {"r": 2.0}, {}, (), ())
    assert plain.calibrated(plain.score("r", "AGREE", {})) == 0.8808


@pytest.mark.parametrize(
    "cases",
    [
        [],
        [Case("a", "r", "AGREE", True, {}), Case("b", "r", "AGREE", True, {})],
        [Case("a", "r", "AGREE", True, {}), Case("a", "r", "AGREE", False, {})],
    ],
)
def test_nothing_to_learn(cases):
    with pytest.raises(ValueError, match="right and wrong events in two articles"):
        fit(cases)


@pytest.mark.parametrize("content", ["{", "{}", "[]"])
def test_a_spoilt_file_is_named(content, tmp_path):
    (tmp_path / "confidence.json").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"confidence\.json: file"):
        load_confidence(tmp_path / "confidence.json")


def test_measures():
    assert brier([1.0, 0.0, 0.5], [True, False, True]) == pytest.approx(0.0833, abs=1e-4)
    assert ranking([0.9, 0.4, 0.6], [True, False, False]) == 1.0
    (row,) = reliability([0.85, 0.87], [True, False])
    assert (row.low, row.cases, row.predicted, row.right) == (0.8, 2, 0.86, 0.5)
