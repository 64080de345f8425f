"""Parts of a day: the phrases of hours.yaml, and what they say without a publication date."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc

from pipeline import resources
from pipeline.components.dates import hours
from pipeline.records import Zone
from pipeline.resources import KnowledgeError

EXAMPLES = resources.document(hours.FILE, resources.KNOWLEDGE / "dates")["examples"]


def read(text: str, published: datetime.date | None, zones: list[Zone] | None = None) -> Doc:
    nlp = spacy.blank("en")
    nlp.add_pipe("pacta_dates")
    doc = nlp.make_doc(text)
    doc._.published, doc._.zones = published, zones or []
    return nlp(doc)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example[1]))
def test_part_of_a_day(example: list[str]) -> None:
    text, phrase, day = example
    doc = read(text, datetime.date(2026, 3, 24))
    assert [(s.text, s._.date.edtf) for s in doc.spans["hours"]] == [(phrase, day)]
    assert not doc.spans["dates"]


def test_without_a_publication_date() -> None:
    doc = read("They met last night.", None)
    assert [span._.date.edtf for span in doc.spans["hours"]] == ["XXXX-XX-XX"]


def test_none_in_a_zone() -> None:
    text = "They met last night."
    doc = read(text, datetime.date(2026, 3, 24), [Zone("boilerplate", 0, len(text))])
    assert not doc.spans["hours"]


@pytest.mark.parametrize("days", [None, ["tonight"], {"tonight": "today"}])
def test_a_phrase_without_days(days: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.resources.document", lambda *_: {"days": days})
    with pytest.raises(KnowledgeError):
        hours.phrases.__wrapped__()
