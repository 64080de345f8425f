"""Refitting the reader's last layer and the decision to gold, drawn towards what is installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.components.events.decision import load_decision
from pipeline.components.reader.labels import CATEGORIES
from pipeline.components.reader.model import VOCABULARY, WEIGHTS, Model
from pipeline.evaluation import formats
from pipeline.evaluation.reading import read
from pipeline.language import model_path
from pipeline.retraining import output
from pipeline.retraining.refit import READER, Words, fit_layer, refit, words_of
from pipeline.retraining.retrain import Parts, Retrained, retrain

CORPUS = Path(__file__).parent.parent / "corpus"
ONLY_READER = Parts(rules=False, confidence=False, reader=True, names=False, terms=False)


@pytest.fixture(scope="module")
def gold():
    return formats.read_gold([CORPUS / "gold"])


@pytest.fixture(scope="module")
def renamed(gold):
    """Gold of coders to whom every consultation is cooperation."""
    documents, texts = gold
    changed = [
        replace(
            document,
            events=[
                replace(event, type="COOPERATE") if event.type == "CONSULT" else event
                for event in document.events
            ],
        )
        for document in documents
    ]
    return changed, texts


@pytest.fixture(scope="module")
def readings(reading_nlp, renamed):
    return list(read(reading_nlp, *renamed))


@pytest.fixture(scope="module")
def refitted(reading_nlp, readings):
    return refit(reading_nlp, readings, seed=1)


def test_what_coders_mean_by_a_category_is_learnt(refitted):
    assert refitted.accepted
    assert refitted.after > refitted.before + 0.1
    assert refitted.weights is not None


def test_refitting_twice_gives_the_same_numbers(reading_nlp, readings, refitted):
    again = refit(reading_nlp, readings, seed=1)
    assert again.decision == refitted.decision
    for name, values in refitted.weights.items():
        assert np.array_equal(values, again.weights[name])


def test_the_pipeline_stays_as_it_was(reading_nlp, readings, refitted):
    model = reading_nlp.get_pipe(READER).model
    assert all(reading.doc._.reading.model is model for reading in readings)
    with np.load(model_path() / "reader" / WEIGHTS) as stored:
        assert all(np.array_equal(stored[name], model.weights[name]) for name in stored)


def test_gold_that_the_reader_agrees_with_changes_nothing(reading_nlp, gold):
    documents, texts = gold
    result = retrain(reading_nlp, documents, texts, ONLY_READER, seed=1)
    if result.reader is None:
        [remark] = result.remarks
        assert remark.startswith("the reader stays as it is: ")
    else:
        assert result.reader.after > result.reader.before


def test_one_sided_gold_is_refused_in_words(reading_nlp, gold):
    documents, texts = gold
    empty = [replace(document, events=[]) for document in documents[:2]]
    result = retrain(reading_nlp, empty, texts, ONLY_READER, seed=1)
    assert result.reader is None
    assert result.remarks == [
        "the reader stays as it is: the decision needs right and wrong events in two articles at "
        "least"
    ]


def _some_words(model: Model, category: int) -> Words:
    """Forty words with one direction in common, all of one category."""
    rng = np.random.default_rng(3)
    width = model.weights["out.weight"].shape[1]
    features = rng.normal(0, 0.1, (40, width))
    features[:, 0] += 3
    rows = np.arange(40)
    return Words(features, np.full(40, category), rows, np.zeros(40, np.int64))


def test_a_layer_is_drawn_towards_the_installed_one(reading_nlp):
    model = reading_nlp.get_pipe(READER).model
    words = [_some_words(model, CATEGORIES.index("AID"))]
    apart = [
        np.abs(fit_layer(model, words, strength)["out.weight"] - model.weights["out.weight"]).max()
        for strength in (1.0, 100.0, 1e9)
    ]
    assert apart[0] > apart[1] > apart[2]
    assert apart[2] < 1e-5
    fitted = model.with_weights(fit_layer(model, words, 1.0))
    shares, factuality = fitted.shares(words[0].features.astype(np.float32))
    assert (shares.argmax(1) == CATEGORIES.index("AID")).all()
    assert (factuality.argmax(1) == 0).all()


def test_the_first_of_two_events_of_a_word_is_its_category(readings):
    reading = next(one for one in readings if one.gold.events)
    event = reading.gold.events[0]
    twice = replace(reading.gold, events=[event, replace(event, id="again", type="ASSAULT")])
    words = words_of(replace(reading, gold=twice))
    assert len(words.triggers) == 1
    assert words.categories[words.triggers[0]] == CATEGORIES.index(event.type)


def test_layers_and_decision_are_written_and_applied_whole(
    reading_nlp, refitted, tmp_path, monkeypatch
):
    folder = tmp_path / "learnt"
    output.write(Retrained(5, reader=refitted), reading_nlp, folder)
    assert load_decision(folder / "decision.json").threshold == refitted.decision.threshold

    installed = tmp_path / "model"
    (installed / "reader").mkdir(parents=True)
    for name in ("reader.onnx", VOCABULARY):
        (installed / "reader" / name).symlink_to(model_path() / "reader" / name)
    rules = tmp_path / "events"
    rules.mkdir()
    monkeypatch.setattr("pipeline.language.model_path", lambda: installed)
    monkeypatch.setattr("pipeline.components.events.rules.FOLDER", rules)
    written = output.apply(folder)
    assert written == [installed / "reader" / WEIGHTS, rules / "decision.json"]
    model = Model(installed / "reader")
    assert np.array_equal(model.weights["out.weight"], refitted.weights["out.weight"])
    assert set(model.weights) == set(reading_nlp.get_pipe(READER).model.weights)

    assert "Reader and decision: F1" in (folder / "report.html").read_text(encoding="utf-8")

    output.write(Retrained(5), reading_nlp, folder)
    assert not (folder / "decision.json").exists()
