"""The tables: rows of an article, columns and types, writing whole files."""

from __future__ import annotations

import csv
import datetime
import json
import re
from pathlib import Path

import pytest
import spacy

from pipeline.language import extensions
from pipeline.records import Agreement, Article, DateValue, Entity, Event, Place, Zone
from pipeline.tables import FORMATS, TABLES, FolderWriter, document_row, event_rows, mention_rows
from pipeline.tables.frames import frame, read_csv
from pipeline.tables.schema import join, number, typed

ROOT = Path(__file__).parent.parent
TEXT = "German minister Ann Lee signed the RAA in Windhoek, Namibia, on 4 May 2024."
GERMANY = Entity("Germany", "GPE", "DEU", "GOV")


@pytest.fixture
def article():
    return Article(
        "doc-1",
        TEXT,
        path="in/doc-1.txt",
        title="Signed; sealed",
        published=datetime.date(2024, 5, 6),
        published_from="metadata",
        language="en",
        zones=[Zone("boilerplate", 0, 6)],
    )


@pytest.fixture
def doc():
    extensions.register()
    doc = spacy.blank("en")(TEXT)
    day = DateValue("2024-05-04", "2024-05-04", "2024-05-04", "day")
    place = Place("Windhoek", "NAM", -22.559414, 17.083230, "3352136", "city")
    agreement = Agreement("DEU-NAM:RAA", "RAA", ("DEU", "NAM"))

    def span(text, label):
        start = TEXT.index(text)
        return doc.char_span(start, start + len(text), label=label)

    person, city = span("Ann Lee", "PERSON"), span("Windhoek", "GPE")
    person._.entity = Entity("Ann Lee", "PERSON", "DEU", "GOV")
    city._.entity, city._.place, city._.sense = Entity("Windhoek", "GPE", "NAM"), place, "place"
    doc.ents = [person, city]
    date, treaty = span("4 May 2024", "DATE"), span("RAA", "AGREEMENT")
    date._.date, treaty._.agreement = day, agreement
    doc.spans["dates"], doc.spans["agreements"] = [date], [treaty]

    def offsets(text):
        return TEXT.index(text), TEXT.index(text) + len(text)

    signed = Event(
        "SUPPORT",
        offsets("signed"),
        (0, len(TEXT)),
        "sign-treaty",
        contexts=("military", "diplomatic"),
        actors=[Entity("Ann Lee", "PERSON", "DEU", "GOV"), Entity("Namibia", "GPE", "NAM")],
        date=day,
        date_span=offsets("4 May 2024"),
        date_from="clause",
        place=place,
        place_span=offsets("Windhoek"),
        place_from="clause",
        agreement=agreement,
        agreement_span=offsets("RAA"),
        agreement_stage="signed",
        same_as="1",
        confidence=0.87654,
    )
    doc._.events = [Event("SUPPORT", offsets("signed"), (0, 5), "other"), signed]
    return doc


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_page_lists_the_columns_of_the_code_in_order(table):
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    section = page.split(f"## {table.name}.csv")[1].split("\n## ")[0].partition("\n")[2]
    if table.name == "events":
        cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
        listed = ",".join(cells[1:])
    else:
        listed = re.sub(r"\([^()]*\)", "", section)
    assert [column.strip() for column in listed.split(",")] == list(table.columns)


def test_event_rows(article, doc):
    first, second = event_rows(article, doc)
    assert [first["event_id"], second["event_id"]] == [
        "doc-1:SUPPORT:24",
        "doc-1:SUPPORT:24-2",
    ]
    assert list(second) == list(TABLES["events"].columns)
    assert {key: value for key, value in second.items() if value} == {
        "event_id": "doc-1:SUPPORT:24-2",
        "doc_id": "doc-1",
        "published": "2024-05-06",
        "event_type": "SUPPORT",
        "quad_class": "verbal cooperation",
        "context": "military; diplomatic",
        "factuality": "actual",
        "actors": "Ann Lee; Namibia",
        "actor_codes": "DEU.GOV; NAM",
        "date_text": "4 May 2024",
        "date": "2024-05-04",
        "date_start": "2024-05-04",
        "date_end": "2024-05-04",
        "date_precision": "day",
        "date_from": "clause",
        "place_text": "Windhoek",
        "place": "Windhoek",
        "place_country": "NAM",
        "latitude": "-22.5594",
        "longitude": "17.0832",
        "geonames_id": "3352136",
        "place_from": "clause",
        "agreement_text": "RAA",
        "agreement_id": "DEU-NAM:RAA",
        "agreement_type": "RAA",
        "agreement_stage": "signed",
        "trigger": "signed",
        "trigger_start": "24",
        "trigger_end": "30",
        "evidence": TEXT,
        "evidence_start": "0",
        "evidence_end": str(len(TEXT)),
        "same_as": "1",
        "rule_id": "sign-treaty",
        "confidence": "0.8765",
    }


def test_mention_rows(article, doc):
    rows = mention_rows(article, doc)
    assert [(row["label"], row["text"]) for row in rows] == [
        ("PERSON", "Ann Lee"),
        ("AGREEMENT", "RAA"),
        ("GPE", "Windhoek"),
        ("DATE", "4 May 2024"),
    ]
    person, treaty, city, date = rows
    assert (person["entity"], person["country"], person["sector"]) == ("Ann Lee", "DEU", "GOV")
    assert (treaty["agreement_id"], treaty["generic"]) == ("DEU-NAM:RAA", "false")
    assert (city["sense"], city["latitude"], city["geonames_id"]) == (
        "place",
        "-22.5594",
        "3352136",
    )
    assert (date["date"], date["date_precision"], date["entity"]) == ("2024-05-04", "day", "")
    assert all(TEXT[int(row["start"]) : int(row["end"])] == row["text"] for row in rows)
    assert len({row["mention_id"] for row in rows}) == len(rows)


def test_document_row(article):
    row = document_row(article, mentions=4, events=2)
    assert row["zones"] == "boilerplate:0-6"
    assert (row["characters"], row["body_characters"]) == (str(len(TEXT)), str(len(TEXT) - 6))
    assert (row["words"], row["mentions"], row["events"]) == ("14", "4", "2")


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (0.0, "0"), (-0.00001, "0"), (12.0, "12"), (35.28333, "35.2833"), (1e-3, "0.001")],
)
def test_numbers(value, cell):
    assert number(value) == cell


def test_a_semicolon_in_a_name_does_not_split_a_list():
    assert join(["A; B", "C"]) == "A, B; C"


def test_typed_values():
    row = dict.fromkeys(TABLES["mentions"].columns, "") | {
        "country": "NA",
        "start": "3",
        "generic": "true",
        "date_start": "0044-03-15",
        "latitude": "1.5",
    }
    values = typed(TABLES["mentions"], row)
    assert (values["country"], values["start"], values["generic"]) == ("NA", 3, True)
    assert (values["date_start"], values["date_end"]) == (datetime.date(44, 3, 15), None)
    assert typed(TABLES["mentions"], row | {"date_start": "-0044-03-15"})["date_start"] is None


@pytest.fixture
def rows(article, doc):
    return event_rows(article, doc)


def _write(folder: Path, rows, format="csv"):
    with FolderWriter(folder, folder / ".aside", format) as tables:
        for row in rows:
            tables.write("events", row)
    return tables


def test_csv(tmp_path, rows):
    _write(tmp_path, rows)
    raw = (tmp_path / "events.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.decode().startswith("event_id,doc_id,published,event_type,")
    with (tmp_path / "events.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == rows
    for name, table in TABLES.items():
        header = (tmp_path / f"{name}.csv").read_text().splitlines()[0]
        assert header == ",".join(table.columns)


def test_jsonl(tmp_path, rows):
    _write(tmp_path, rows, "jsonl")
    [_, event] = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert event["actors"] == ["Ann Lee", "Namibia"]
    assert (event["published"], event["latitude"], event["mode"]) == ("2024-05-06", -22.5594, None)


def test_parquet(tmp_path, rows):
    parquet = pytest.importorskip("pyarrow.parquet")
    _write(tmp_path, rows, "parquet")
    [_, event] = parquet.read_table(tmp_path / "events.parquet").to_pylist()
    assert event["actor_codes"] == ["DEU.GOV", "NAM"]
    assert (event["published"], event["trigger_start"]) == (datetime.date(2024, 5, 6), 24)


def test_plover(tmp_path, rows):
    _write(tmp_path, rows, "plover")
    [_, event] = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert event["source"] == [
        {"name": "Ann Lee", "country": "DEU", "sector": "GOV"},
        {"name": "Namibia", "country": "NAM", "sector": None},
    ]
    assert (event["event"], event["date"], event["reciprocal"]) == ("SUPPORT", "2024-05-04", True)


@pytest.mark.parametrize("format", FORMATS)
def test_a_failed_write_leaves_the_folder_as_it_was(tmp_path, rows, format):
    _write(tmp_path, rows, format)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}
    with pytest.raises(KeyError), FolderWriter(tmp_path, tmp_path / ".aside", format) as tables:
        tables.write("no such table", rows[0])
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before
    assert list((tmp_path / ".aside").iterdir()) == []


def test_lone_surrogates_do_not_stop_a_run(tmp_path, rows):
    _write(tmp_path, [rows[0] | {"trigger": "a\ud800b"}])
    assert "a\ufffd" in (tmp_path / "events.csv").read_text()


def test_frames(tmp_path, rows):
    _write(tmp_path, [*rows, rows[0] | {"place_country": "NA"}])
    events = read_csv(TABLES["events"], tmp_path)
    assert list(events.columns) == list(TABLES["events"].columns)
    assert events["place_country"].iloc[2] == "NA"
    assert events["actors"].iloc[1] == ["Ann Lee", "Namibia"]
    assert str(events["published"].dtype) == "datetime64[s]"
    assert str(events["trigger_start"].dtype) == "Int64"
    assert str(events["confidence"].dtype) == "Float64"
    assert str(frame(TABLES["events"], [])["actors"].dtype) == "object"
