"""The definitions of the benchmark on the PLOVER gold standard sentences."""

from __future__ import annotations

import json

import pytest

from pipeline.evaluation.gsr import Outcome, Record, explain, read
from pipeline.records import Entity, Event

FOX, OWL, UN = (
    Entity("Foxland", "GPE", "FOX", "GOV"),
    Entity("Owlia", "GPE", "OWL", "GOV"),
    Entity("United Nations", "ORG", "UNO"),
)


def outcome(
    kind, actors, recipients, type="ACCUSE", reciprocal=False, sources="FOX", targets="OWL"
):
    record = Record(
        "R1", "Foxland blamed Owlia.", type, frozenset(sources.split()), frozenset(targets.split()),
        reciprocal, (),
    )  # fmt: skip
    event = Event(kind, (8, 14), (0, 21), "rule", actors=actors, recipients=recipients)
    return Outcome(record, [(event, "blamed")])


@pytest.mark.parametrize(
    ("kind", "actors", "recipients", "record", "typed", "right", "exact"),
    [
        ("ACCUSE", [FOX], [OWL], {}, True, True, True),
        ("ACCUSE", [FOX, UN], [OWL], {}, True, True, False),
        ("ACCUSE", [OWL], [FOX], {}, True, False, False),
        ("ACCUSE", [FOX], [], {}, True, False, False),
        ("ACCUSE", [FOX], [], {"targets": ""}, True, True, True),
        ("REJECT", [FOX], [OWL], {}, False, False, False),
        ("ACCUSE", [UN], [OWL], {"sources": "body"}, True, True, True),
        ("ACCUSE", [OWL], [FOX], {"reciprocal": True}, True, True, True),
        ("CONSULT", [OWL], [FOX], {"type": "CONSULT"}, True, True, True),
        ("AGREE", [FOX, OWL], [], {"type": "AGREE"}, True, True, True),
        ("AGREE", [OWL], [FOX], {"type": "AGREE"}, True, False, False),
    ],
)
def test_what_counts_as_right(kind, actors, recipients, record, typed, right, exact):
    result = outcome(kind, actors, recipients, **record)
    assert (result.typed, result.right, result.exact) == (typed, right, exact)


def test_a_miss_in_words():
    words = explain(outcome("ACCUSE", [OWL], []))
    assert "WRONG COUNTRIES" in words
    assert "Owlia (OWL.GOV) → –  'blamed' by rule" in words


def test_records_are_read(tmp_path):
    record = {
        "id": "R1", "text": "{Foxland blamed Owlia.}", "event_2021": "ACCUSE", "reciprocal": False,
        "sources": [{"code": "IGO", "code_iso3": None}, {"code": "IMG", "code_iso3": None}],
        "targets": [{"code": "OWW", "code_iso3": "OWL"}], "problems": ["code_typo:OWW"],
    }  # fmt: skip
    spoilt = record | {"id": "R2", "sources": [], "problems": ["no_source"]}
    path = tmp_path / "gsr.jsonl"
    path.write_text("\n".join(map(json.dumps, (record, spoilt))), encoding="utf-8")
    first, second = read(path)
    assert first.text == "Foxland blamed Owlia."
    assert (first.sources, first.targets) == ({"body"}, {"OWL"})
    assert (first.spoilt, second.spoilt) == (False, True)


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "gsr.jsonl"
    path.write_text('{"id": "R1"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"gsr\.jsonl: line 1: KeyError\('text'\)"):
        read(path)
