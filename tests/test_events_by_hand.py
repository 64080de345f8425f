"""The acts of a text, on Docs made by hand (tests/data/events/acts.yaml): no model decides here."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
import yaml
from marked_docs import marked_doc

from pipeline.components.actors import make_actors
from pipeline.components.coreference import Coreference
from pipeline.components.events.extraction import extract
from pipeline.components.events.rules import load_rules
from pipeline.components.factuality import Factuality
from pipeline.language import extensions

CASES = yaml.safe_load((Path(__file__).parent / "data/events/acts.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def acts():
    """Return the acts of a marked text, as ``trigger CATEGORY actors > recipients``."""
    extensions.register()
    find_actors = make_actors(spacy.blank("en"), "pacta_actors")
    coreference, factuality = Coreference(), Factuality()

    def read(text):
        doc = coreference(find_actors(marked_doc(find_actors.titles._matcher.vocab, text)))
        found = []
        for event in extract(doc, load_rules(), factuality):
            actors, recipients = (
                ", ".join(entity.name for entity in side)
                for side in (event.actors, event.recipients)
            )
            words = (doc.text[slice(*event.trigger)], event.event_type, actors, ">", recipients)
            found.append(" ".join(word for word in words if word))
        return found

    return read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_acts(acts, case):
    assert acts(case["text"]) == case["acts"]
