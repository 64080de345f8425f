"""The spaCy component ``pacta_events``: who did what to whom, by rules over the parse."""

from __future__ import annotations

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.acts.grouping import link_document
from pipeline.components.events.confidence import load_confidence, places_of
from pipeline.components.events.decision import load_decision
from pipeline.components.events.evidence import Evidence
from pipeline.components.events.extraction import extract
from pipeline.components.events.rules import load_rules
from pipeline.components.events.slots import Slots
from pipeline.components.factuality import Factuality
from pipeline.language.extensions import register
from pipeline.records import Event


class Events:
    """Writes ``doc._.events``. Needs a UD parse, entities, dates, places and agreements.

    With a reading (``pacta_reader``) rule and reader propose and the decision decides; without,
    what rules read stands.

    Parameters
    ----------
    rules : str, optional
        A folder with the user's own rule files, read after the packaged ones.
    min_confidence : float
        Events less likely than this are left out.
    """

    def __init__(self, rules: str | None = None, min_confidence: float = 0.0) -> None:
        register()
        self.min_confidence = min_confidence
        self.book = load_rules(Path(rules) if rules else None)
        self.factuality = Factuality()
        self.confidence = load_confidence()
        self.decision = load_decision()

    def __call__(self, doc: Doc) -> Doc:
        slots = Slots.of(doc, self.book, self.factuality)
        events = extract(doc, self.book, self.factuality, slots)
        events = (
            self._linked(events, doc)
            if doc._.reading is None
            else self._decided(events, doc, slots)
        )
        doc._.events = [event for event in events if event.confidence >= self.min_confidence]
        return doc

    def _linked(self, events: list[Event], doc: Doc) -> list[Event]:
        """What rules read, as it stands."""
        linked = link_document(events, doc, doc._.principals)
        named = places_of(doc)
        for event in linked:
            event.confidence = self.confidence.of(event, doc, named)
        return linked

    def _decided(self, events: list[Event], doc: Doc, slots: Slots) -> list[Event]:
        """What stands of that which rules read and the reader adds."""
        evidence = Evidence(doc, self.book, slots, doc._.reading, self.decision.parties)
        decided = self.decision.decide(doc, events, evidence)
        linked = link_document(decided, doc, doc._.principals, evidence.find_actors)
        for event in linked:
            evidence.fill_recipients(event)
        return linked


@Language.factory(
    "pacta_events",
    assigns=["doc._.events"],
    requires=["doc.ents", "token.dep", "token.lemma"],
    default_config={"rules": None, "min_confidence": 0.0},
)
def make_events(nlp: Language, name: str, rules: str | None, min_confidence: float) -> Events:
    """Build the component; ``rules`` is a folder of user rules or None."""
    return Events(rules, min_confidence)
