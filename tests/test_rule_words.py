"""Every word of every rule has a sentence in which the rule fires on it.

The sentences are those of the rules themselves and of ``tests/data/events/words.csv``, which
``python scripts/rule_words.py`` completes. Some words never come out, most of them because another
rule is always before theirs; these are listed, and the list should only shrink.
"""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path

import pytest

from pipeline.components.events.rules import load_rules

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data" / "events"
UNTRIED = {
    tuple(line.split("\t"))
    for line in (DATA / "untried_words.tsv").read_text(encoding="utf-8").splitlines()
}
with (DATA / "words.csv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table))


@pytest.fixture(scope="module")
def script():
    """The script that makes the sentences, as a module."""
    spec = importlib.util.spec_from_file_location("rule_words", ROOT / "scripts" / "rule_words.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["rule_words"] = module
    spec.loader.exec_module(module)
    return module


def test_every_word_of_a_rule_is_tried(script):
    every = {word.key: word for word in script.words(load_rules())}
    tried = {(row["rule"], row["kind"], row["word"]) for row in ROWS}
    irregular = script.irregular_forms()
    bare = {key for key, word in every.items() if not script.has_example(word, irregular)}
    assert sorted(bare - tried - UNTRIED) == [], "run scripts/rule_words.py"
    assert sorted((tried | UNTRIED) - set(every)) == [], "no longer words of a rule"
    assert sorted(UNTRIED & (tried | (set(every) - bare))) == [], "tried by now: off the list"


def test_each_sentence_is_read_by_its_rule(nlp):
    docs = nlp.pipe(row["text"] for row in ROWS)
    wrong = [
        f"{row['rule']}, {row['word']}: {row['text']}"
        for row, doc in zip(ROWS, docs, strict=True)
        if (row["rule"], row["trigger"])
        not in {(event.rule_id, doc.text[slice(*event.trigger)]) for event in doc._.events}
    ]
    assert wrong == [], "a better sentence, or a rule to mend (scripts/rule_words.py RULE)"
