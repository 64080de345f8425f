"""A tiny pipeline in place of the trained one: fast, and with articles that misbehave on order."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import extensions
from pipeline.records import Entity, Event

_PACTA = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parent)!r}]
from pathlib import Path
import pytest
from running_fakes import use_fakes
from pipeline.cli import app
use_fakes(pytest.MonkeyPatch(), Path(sys.argv[1]))
app(sys.argv[2:], prog_name="pacta")
"""


def pacta(folder: Path, *given: object) -> list[str]:
    """Return the words that start ``pacta`` in a process of its own, with the tiny pipeline."""
    return [sys.executable, "-c", _PACTA, str(folder), *map(str, given)]


@Language.component("fake_events")
def fake_events(doc: Doc) -> Doc:
    """One SUPPORT event a word ``signed``; ZZKILL, ZZRAISE, ZZHANG and ZZSLOW do what they say.

    ZZREGEX is matched with an expression that takes exponential time.
    """
    extensions.register()
    if "ZZKILL" in doc.text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "ZZRAISE" in doc.text:
        raise ValueError("no good")
    if "ZZHANG" in doc.text:
        time.sleep(60)
    if "ZZREGEX" in doc.text:
        re.match("(a+)+$", "a" * 60 + "b")
    if "ZZSLOW" in doc.text:
        time.sleep(0.2)
    doc._.events = [
        Event(
            "SUPPORT",
            (token.idx, token.idx + len(token)),
            (token.sent.start_char, token.sent.end_char)
            if doc.has_annotation("SENT_START")
            else (0, len(doc.text)),
            "fake",
            actors=[Entity("Germany", "GPE", "DEU", "GOV"), Entity("Japan", "GPE", "JPN", "GOV")],
        )
        for token in doc
        if token.text == "signed" and not extensions.in_zone(doc, token.idx)
    ]
    return doc


def fake_load(model=None, rules=None, reader=True, min_confidence=0.0) -> Language:
    """Stand in for pipeline.language.load."""
    extensions.register()
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("fake_events")
    return nlp


def use_fakes(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """Put the tiny pipeline in the place of the trained one."""
    model = tmp_path / "model"
    model.mkdir(exist_ok=True)
    (model / "config.cfg").write_text("")
    # A program of its own, so that editing the real one does not look like a change.
    program = tmp_path / "program"
    (program / "knowledge").mkdir(parents=True, exist_ok=True)
    (program / "knowledge" / "rules.yaml").write_text("rules: []")
    monkeypatch.setattr("pipeline.running.fingerprint._PROGRAM", program)
    monkeypatch.setattr("pipeline.language.load", fake_load)
    monkeypatch.setattr("pipeline.language.model_path", lambda: model)
    monkeypatch.setattr(
        "pipeline.linking.link_run",
        lambda events: SimpleNamespace(events=events, clusters=[], agreements=[]),
        raising=False,
    )


ENGLISH = (
    "The two governments signed the agreement in the capital on Monday after long talks. "
    "Ministers of both countries said that the text would be sent to parliament this year. "
)
