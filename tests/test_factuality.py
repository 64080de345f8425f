"""Factuality: a table of short sentences, each with the reading that its trigger must have."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from pipeline.components.factuality import Factuality, cues
from pipeline.language import syntax
from pipeline.resources import KnowledgeError

#: Share of the sentences that must be read right; where it falls short, the parse is mostly wrong.
FLOOR = 0.95
TABLE = Path(__file__).parent / "data" / "factuality.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


@pytest.fixture(scope="module")
def misread(nlp) -> list[str]:
    """The sentences that are read wrong."""
    factuality, wrong = Factuality(), []
    for row, doc in zip(ROWS, nlp.pipe([row["sentence"] for row in ROWS]), strict=True):
        [token] = [token for token in doc if token.text == row["trigger"]]
        got = factuality.of(token, nominal=row["kind"] == "noun").value
        if got != row["factuality"]:
            phenomenon, want = row["phenomenon"], row["factuality"]
            wrong.append(f"{phenomenon}: {row['sentence']} ({token}: {got}, not {want})")
    return wrong


def test_the_table_is_broad():
    assert len(ROWS) >= 200
    values = Counter(row["factuality"] for row in ROWS)
    assert min(values[value] for value in cues.VALUES) >= 25


def test_sentences_are_read_right(misread):
    assert len(misread) <= len(ROWS) * (1 - FLOOR), "\n".join(misread)


@pytest.mark.parametrize("phenomenon", sorted({row["phenomenon"] for row in ROWS}))
def test_no_phenomenon_is_missed(misread, phenomenon):
    rows = [row for row in ROWS if row["phenomenon"] == phenomenon]
    wrong = [line for line in misread if line.startswith(f"{phenomenon}:")]
    assert len(wrong) <= max(1, len(rows) * 0.15), "\n".join(wrong)


def test_a_purpose_is_marked(nlp):
    doc = nlp("Norway signed the pact to facilitate trade.")
    [token] = [token for token in doc if token.text == "facilitate"]
    assert syntax.is_verbal(token)
    reading = Factuality().of(token)
    assert (reading.value, reading.purpose) == ("planned", True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw["governing"].pop("offer"), "governing: missing or unknown: offer"),
        (lambda raw: raw["words"].update(odd=[]), "words: missing or unknown: odd"),
        (
            lambda raw: raw["governing"]["offer"].update(effect="likely"),
            "governing: offer: effect or denied is no value",
        ),
        (
            lambda raw: raw["governing"]["offer"]["words"].append("plan"),
            "governing: offer: plan is in intention too",
        ),
    ],
)
def test_a_mistake_in_the_cues_is_named(monkeypatch, change, message):
    raw = yaml.safe_load(cues.FILE.read_text(encoding="utf-8"))
    change(raw)
    monkeypatch.setattr(cues, "document", lambda name: raw)
    with pytest.raises(KnowledgeError, match=re.escape(message)):
        cues.Cues()
