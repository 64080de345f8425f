"""The spaCy component ``pacta_events``: who did what to whom, by rules over the parse."""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.events.confidence import load_confidence, places_of
from pipeline.components.events.extraction import extract
from pipeline.components.events.rules import load_rules
from pipeline.components.events.slots import Slots
from pipeline.components.factuality import Factuality
from pipeline.language.extensions import register
from pipeline.linking.document import link_document


class Events:
    """Writes ``doc._.events``. Needs a UD parse, entities, dates, places and agreements.

    Parameters
    ----------
    rules : str, optional
        A folder with the user's own rule files, read after the packaged ones.
    """

    def __init__(self, rules: str | None = None) -> None:
        register()
        self.book = load_rules(Path(rules) if rules else None)
        self.factuality = Factuality()
        self.confidence = load_confidence()

    def __call__(self, doc: Doc) -> Doc:
        slots = Slots.of(doc, self.book, self.factuality)
        events = extract(doc, self.book, self.factuality, slots)
        doc._.events = link_document(events, doc, doc._.principals)
        named = places_of(doc)
        for event in doc._.events:
            event.confidence = self.confidence.of(event, doc, named)
        return doc


@Language.factory(
    "pacta_events",
    assigns=["doc._.events"],
    requires=["doc.ents", "token.dep", "token.lemma"],
    default_config={"rules": None},
)
def make_events(nlp: Language, name: str, rules: str | None) -> Events:
    """Build the component; ``rules`` is a folder of user rules or None."""
    return Events(rules)
