"""Names found without a recogniser: tables and forms alone, one pattern a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import spacy
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Span

from pipeline.components.actors.names import make_names
from pipeline.language import extensions
from pipeline.records import Zone

ROWS = yaml.safe_load((Path(__file__).parent / "data/actors/names.yaml").read_text("utf-8"))
MARK = re.compile(r"\[([^|\]]+)\|(\w+)\]")


@pytest.fixture(scope="module")
def nlp():
    return spacy.blank("en")


@pytest.fixture(scope="module")
def names(nlp):
    return make_names(nlp, "pacta_names")


def found(doc):
    return [(ent.text, ent.label_) for ent in doc.ents]


@pytest.mark.parametrize("row", ROWS)
def test_marked_names_are_found_and_no_others(nlp, names, row):
    doc = names(nlp(MARK.sub(r"\1", row)))
    assert found(doc) == MARK.findall(row)


def test_nothing_is_named_in_a_zone(nlp, names):
    text = "Germany agreed.\nRelated: France and Spain"
    doc = nlp.make_doc(text)
    doc._.zones = [Zone("boilerplate", text.index("Related"), len(text))]
    assert found(names(doc)) == [("Germany", "GPE")]


@pytest.mark.parametrize(
    ("text", "guess", "expected"),
    [
        (
            "He met German Chancellor Anna Berg today.",
            (2, 6, "PERSON"),
            [("German", "NORP"), ("Anna Berg", "PERSON")],
        ),
        ("They saw the Zedtown's mayor.", (2, 5, "GPE"), [("Zedtown", "GPE")]),
        (
            "Officials from Germany and Japan met.",
            (2, 5, "ORG"),
            [("Germany", "GPE"), ("Japan", "GPE")],
        ),
        ("Chad Michael Smith sang.", (0, 3, "PERSON"), [("Chad Michael Smith", "PERSON")]),
        ("The Monday talks failed.", (1, 2, "ORG"), []),
        ("He is the National Security Advisor here.", (3, 6, "ORG"), []),
        ("The Blue Fin pipeline leaks.", (1, 3, "ORG"), []),
    ],
)
def test_guesses_of_the_model_are_corrected(nlp, names, text, guess, expected):
    doc = nlp(text)
    start, end, label = guess
    doc.ents = [Span(doc, start, end, label=label)]
    assert found(names(doc)) == expected


def test_a_surname_counts_everywhere_once_the_person_is_named(nlp, names):
    doc = nlp("Foreign Minister Ines Quiroga left. Nobody asked why. Quiroga smiled.")
    assert found(names(doc)) == [("Ines Quiroga", "PERSON"), ("Quiroga", "PERSON")]


def test_any_text_passes(nlp, names):
    @settings(max_examples=60, deadline=None, database=None)
    @given(st.text(alphabet="aB .'’-()\n\"“”,é1\u200b中", max_size=60))
    def passes(text):
        assert all(ent.text.strip() for ent in names(nlp(text)).ents)

    passes()


def test_corpus_names_without_a_model(nlp, names):
    """Tables and forms alone reach nine tenths of the names of the five articles."""
    import json

    root = Path(__file__).parent.parent / "corpus"
    right = gold = given_ = 0
    for file in sorted((root / "gold").glob("*.json")):
        data = json.loads(file.read_text("utf-8"))
        text = (root / "articles" / f"{data['doc_id']}.txt").read_bytes().decode("utf-8")
        doc = nlp.make_doc(text)
        doc._.zones = [Zone(z["kind"], z["start"], z["end"]) for z in data["zones"]]
        agreements = [m for m in data["mentions"] if m["label"] == "AGREEMENT"]
        wanted = {
            (m["start"], m["end"], m["label"])
            for m in data["mentions"]
            if m["label"] in ("PERSON", "ORG", "GPE", "LOC", "NORP")
        }
        got = {
            (e.start_char, e.end_char, e.label_)
            for e in names(doc).ents
            if not any(a["start"] < e.end_char and e.start_char < a["end"] for a in agreements)
        }
        right += len(wanted & got)
        gold += len(wanted)
        given_ += len(got)
    assert right / given_ >= 0.97
    assert right / gold >= 0.90


def test_extensions_are_registered_when_built(nlp):
    make_names(nlp, "pacta_names")
    assert spacy.tokens.Doc.has_extension("zones")
    assert extensions.in_zone(nlp("x"), 0) is False
