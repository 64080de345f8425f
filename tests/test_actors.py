"""Entities of names with country and sector; the knowledge behind them is checked on load."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest
import spacy
import yaml
from spacy.tokens import Span

from pipeline import gazetteers, resources
from pipeline.components.actors import lexicon as lexicons
from pipeline.components.actors import make_actors
from pipeline.components.actors.names import make_names
from pipeline.language import extensions

DATA = Path(__file__).parent / "data/actors"
ROWS = yaml.safe_load((DATA / "entities.yaml").read_text("utf-8"))
CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("en")
    extensions.register()
    return nlp


@pytest.fixture(scope="module")
def names(nlp):
    return make_names(nlp, "pacta_names")


@pytest.fixture(scope="module")
def actors(nlp):
    return make_actors(nlp, "pacta_actors")


@pytest.mark.parametrize("row", ROWS, ids=[row["text"][:50] for row in ROWS])
def test_names_mean_entities(nlp, names, actors, row):
    doc = nlp.make_doc(row["text"])
    doc._.published = row.get("published")
    doc = actors(names(doc))
    got = {ent.text: ent._.entity for ent in doc.ents}
    for text, (name, country, sector) in row["entities"].items():
        assert text in got, f"{text!r} was not found"
        entity = got[text]
        assert (entity.name, entity.country, entity.sector) == (name, country, sector)


def test_mentions_of_one_thing_share_one_object_in_order(nlp, names, actors):
    doc = actors(names(nlp("Japan and Germany met. Japanese aid reached Germany.")))
    assert [e.name for e in doc._.entities] == ["Japan", "Germany"]
    first, *_, last = doc.ents
    assert doc.ents[0]._.entity is doc.ents[2]._.entity
    assert first._.entity is not last._.entity


@pytest.mark.parametrize("odd", ["II", "Jr.", "(", "X"])
def test_what_is_no_name_breaks_no_article(nlp, actors, odd):
    doc = nlp(f"Ann Lee and {odd} met. Lee left.")
    places = [(0, 2), (3, 4), (len(doc) - 3, len(doc) - 2)]
    doc.ents = [Span(doc, start, end, label="PERSON") for start, end in places]
    doc = actors(doc)
    assert doc.ents[0]._.entity is doc.ents[2]._.entity
    assert doc.ents[1]._.entity is not doc.ents[0]._.entity


def test_a_capital_that_acts_is_the_country(nlp, actors):
    doc = nlp("Berlin agreed with Paris.")
    doc.ents = [doc.char_span(0, 6, "GPE"), doc.char_span(19, 24, "GPE")]
    doc.ents[0]._.sense = "actor"
    doc = actors(doc)
    assert [e._.entity.name for e in doc.ents] == ["Germany", "Paris"]


def test_countries_of_the_corpus_with_gold_names(nlp, actors):
    """With the names of the gold, at least 95 of 100 have the country of the gold."""
    right = total = 0
    for file in sorted((CORPUS / "gold").glob("*.json")):
        gold = json.loads(file.read_text("utf-8"))
        text = (CORPUS / "articles" / f"{gold['doc_id']}.txt").read_bytes().decode("utf-8")
        doc = nlp.make_doc(text)
        mentions = [
            m for m in gold["mentions"] if m["label"] in ("PERSON", "ORG", "GPE", "LOC", "NORP")
        ]
        spans = [doc.char_span(m["start"], m["end"], m["label"]) for m in mentions]
        doc.ents = spans
        for mention, ent in zip(mentions, doc.ents, strict=True):
            ent._.sense = mention.get("sense", "")
        doc = actors(doc)
        for mention, ent in zip(mentions, doc.ents, strict=True):
            if mention["label"] != "LOC":
                wanted = gold["entities"][mention["entity"]].get("country", "")
                right += ent._.entity.country == wanted
                total += 1
    assert right / total >= 0.95


def test_terms_are_bounded_by_dates():
    term = lexicons.Term("A", (), "DEU", "head of state", "2021-12", "2025-05")
    assert term.covers(datetime.date(2021, 12, 1))
    assert term.covers(datetime.date(2025, 5, 31))
    assert not term.covers(datetime.date(2021, 11, 30))
    assert term.ended_before(datetime.date(2025, 6, 1))
    assert not term.ended_before(datetime.date(2025, 5, 1))


def test_sixty_countries_have_leaders_and_ministers():
    terms = lexicons.packaged().terms
    states = {t.country for t in terms if gazetteers.country(t.country)}
    ministers = {t.country for t in terms if t.office in ("foreign minister", "defence minister")}
    assert len(states) >= 60
    assert len(ministers & states) >= 60


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("organisations.csv", "NATO,", ",", "organisations.csv: line 2 ()"),
        ("organisations.csv", ",IGO,,alliance", ",IGX,,alliance", "country: 'IGX' is no code"),
        ("organisations.csv", ",USA,GOV,", ",USA,GOW,", "sector: 'GOW' is no PLOVER sector"),
        ("office_holders.csv", "1993-01,2001-01", "1993-13,2001-01", "from: '1993-13'"),
        ("office_holders.csv", "1993-01,2001-01", "1993-01,1992", "to: before from"),
        ("office_holders.csv", "head of state", "head of sea", "office: 'head of sea' is unknown"),
        ("groups.csv", "Muslims,NORP", "Muslims,NORD", "type: 'NORD' is no entity type"),
        ("offices.yaml", "  GOV:", "  GOVT:", "offices.yaml: titles.GOVT: is no PLOVER sector"),
        ("offices.yaml", "particles:", "particle:", "offices.yaml: particles: missing"),
        ("bodies.yaml", "ships: [", "ships: [1, ", "bodies.yaml: ships: must be a list of words"),
    ],
)
def test_broken_knowledge_is_named(tmp_path, file, old, new, message):
    folder = tmp_path / "actors"
    shutil.copytree(lexicons.FOLDER, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(resources.KnowledgeError) as error:
        lexicons.load(folder)
    assert message in str(error.value)
