"""Annotation kept without its texts (models/annotation) becomes articles with gold again."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.components.reader.labels import CATEGORIES, FACTUALITY
from pipeline.evaluation.gold import check_texts, read_standoff

MODELS = Path(__file__).parents[1] / "models"
ANNOTATION = MODELS / "annotation" / "events.jsonl"
FIRST = "Chad praised Mali on Monday."
TEXT = f"{FIRST} It left.\nThey met.\n"


@pytest.fixture(scope="module")
def annotated() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "annotated", MODELS / "scripts" / "reader" / "annotated.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The sources, each with an article or two."""
    bank = [
        {"id": f"gmb-{number}", "source": "gmb", "text": text}
        for number, text in ((7, f" {FIRST}"), (9, "It left."), (10, "They met."))
    ]
    files = {
        "ner/train.jsonl": bank[:2],
        "ner/dev.jsonl": [*bank[2:], {"id": "ewt-8", "source": "uner-ewt", "text": "No."}],
        "places/geovirus.jsonl": [{"text": "Peru was ill."}],
        "dates/meantime_wikinews.jsonl": [{"text": "Oman sold."}],
    }
    for name, rows in files.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with gzip.open(tmp_path / "data" / "raw-text.txt.gz", "wt", encoding="utf-8") as file:
        file.write("We met.\f\nWe left.\n\n")
    return tmp_path / "data"


def line(annotated: ModuleType, **changes: object) -> dict:
    return {
        "source": "gmb",
        "id": "7-10",
        "sha1": annotated.digest(TEXT),
        "entities": [["GPE", "TCD", "GOV", [[0, 4]]], ["GPE", "MLI", "GOV", [[13, 17]]]],
        "events": [[5, 12, "SUPPORT", "actual", [0], [1], []]],
    } | changes


def test_article_and_gold_come_back(annotated: ModuleType, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert annotated.write([line(annotated)], data, out) == []
    (gold,) = read_standoff(out / "gold")
    check_texts([gold], out / "articles")
    (event,) = gold.events
    assert (event.text, event.type, event.actors, event.recipients) == (
        "praised",
        "SUPPORT",
        ("Chad",),
        ("Mali",),
    )
    assert (out / "articles" / "gmb-7-10.txt").read_text(encoding="utf-8") == TEXT
    assert "gmb-7-10,,,gmb" in (out / "documents.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "id", "text"),
    [
        ("statements", "1", "We left.\n"),
        ("geovirus", "0", "Peru was ill."),
        ("meantime", "0", "Oman sold."),
    ],
)
def test_every_source(
    annotated: ModuleType, data: Path, tmp_path: Path, source: str, id: str, text: str
) -> None:
    row = line(annotated, source=source, id=id, sha1=annotated.digest(text), entities=[], events=[])
    assert annotated.write([row], data, tmp_path / "out") == []
    assert (tmp_path / "out" / "articles" / f"{source}-{id}.txt").read_text() == text


def test_another_state_of_a_source_is_told(
    annotated: ModuleType, data: Path, tmp_path: Path
) -> None:
    other = line(annotated, sha1="0" * 16)
    assert annotated.write([other], data, tmp_path / "out") == ["gmb-7-10"]
    assert not list((tmp_path / "out" / "articles").iterdir())


def test_two_entities_of_one_form_stay_two(annotated: ModuleType) -> None:
    entities = [["GPE", "GEO", "GOV", [[0, 4]]], ["GPE", "USA", "", [[0, 4]]]]
    events = [[5, 12, "SUPPORT", "actual", [0], [1], [1]]]
    gold = annotated.gold_of(line(annotated, entities=entities, events=events), "d", TEXT)
    assert list(gold["entities"]) == ["Chad", "Chad (1)"]
    assert gold["events"][0]["place"] == "Chad (1)"


def test_what_is_kept_is_whole_and_holds_no_text() -> None:
    text = ANNOTATION.read_text(encoding="utf-8")
    lines = [json.loads(row) for row in text.splitlines()]
    assert len({(row["source"], row["id"]) for row in lines}) == len(lines) > 100
    for row in lines:
        assert set(row) == {"source", "id", "sha1", "entities", "events"}
        for kind, country, sector, spans in row["entities"]:
            assert re.fullmatch("PERSON|ORG|GPE|LOC|NORP", kind)
            assert re.fullmatch("([A-Z]{3})?", country)
            assert re.fullmatch("([A-Z]{3})?", sector)
            assert spans
            assert all(0 <= start < end for start, end in spans)
        for start, end, category, factuality, *parties in row["events"]:
            assert 0 <= start < end
            assert category in CATEGORIES[1:]
            assert factuality in FACTUALITY
            assert all(0 <= i < len(row["entities"]) for role in parties for i in role)
            assert len(parties) == 3
