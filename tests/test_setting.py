"""When and where acts take place: read in their clause, taken from context, or left empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from spacy.language import Language

from pipeline import extract
from pipeline.components.acts import telling
from pipeline.components.events import setting
from pipeline.resources import KnowledgeError

CASES = yaml.safe_load((Path(__file__).parent / "data/settings.yaml").read_text(encoding="utf-8"))
FIELDS = ("date", "date_from", "place", "place_from")


@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda case: str(case[1])[:60]
)
def test_when_and_where(case: list[Any], nlp: Language) -> None:
    published, text, trigger, *wanted = case
    events = extract([{"text": text, "published": published}], nlp).events
    row = events[events["trigger"] == trigger].iloc[-1]
    found = [row[name] if isinstance(row[name], str) else "" for name in FIELDS]
    assert found == [str(value) for value in wanted]


@pytest.mark.parametrize("module", [setting, telling])
def test_a_list_of_words_is_missing(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.resources.document", lambda *_: {})
    with pytest.raises(KnowledgeError, match="missing, or not a list of words"):
        module.words.__wrapped__()


@pytest.mark.parametrize(
    ("text", "word", "manner"),
    [
        ("Chad signed the pact.", "signed", telling.PAST),
        ("Chad has signed the pact.", "signed", telling.PERFECT),
        ("The pact was signed by Chad.", "signed", telling.PAST),
        ("Chad is signing the pact.", "signing", telling.PRESENT),
        ("Chad will sign the pact.", "sign", telling.AHEAD),
        ("French President Emmanuel Macron visits Kenya", "visits", telling.PAST),
        ("Officials of Chad met to sign the pact.", "sign", telling.PAST),
        ("The talks ended.", "talks", telling.NOUN),
    ],
)
def test_how_an_act_is_told(text: str, word: str, manner: str, nlp: Language) -> None:
    token = next(token for token in nlp(text) if token.text == word)
    assert telling.manner(token) == manner
