"""Telling a person what the rules made of a text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from spacy.language import Language

from pipeline.components.events import Events
from pipeline.components.events.matching import near_matches
from pipeline.components.events.slots import Slots
from pipeline.records import Event


def explain_text(nlp: Language, text: str, published: datetime.date | None = None) -> Iterator[str]:
    """Yield lines: each event with its slots, then each rule that nearly fired and why not.

    Parameters
    ----------
    nlp : Language
        As :func:`pipeline.language.load` returns it.
    text : str
        Any text.
    published : datetime.date, optional
        Its publication date, for relative dates.
    """
    doc = nlp.make_doc(text)
    doc._.published = published
    doc = nlp(doc)
    for event in doc._.events:
        yield from _told(event, text)
    component = nlp.get_pipe("pacta_events")
    assert isinstance(component, Events)
    slots = Slots.of(doc, component.book, component.factuality)
    fired = {event.trigger[0] for event in doc._.events}
    for near in near_matches(doc, component.book, slots):
        if near.token.idx not in fired:
            yield f"not {near.trigger.rule.id} on “{near.token.text}”: {near.missing}"


def _told(event: Event, text: str) -> Iterator[str]:
    yield (
        f"{event.event_type}{' ' + event.mode if event.mode else ''} ({event.factuality}) "
        f"on “{text[slice(*event.trigger)]}” by rule {event.rule_id}"
    )
    for side, entities in (("actors", event.actors), ("recipients", event.recipients)):
        if entities:
            yield f"  {side}: " + "; ".join(f"{e.name} [{e.code}]" for e in entities)
    if event.date is not None:
        yield f"  date: {event.date.edtf} ({event.date_from}, {event.date.rule})"
    if event.place is not None:
        yield f"  place: {event.place.name} ({event.place_from})"
    if event.agreement is not None:
        yield f"  agreement: {event.agreement.agreement_id} {event.agreement_stage}"
    for slot, reason in event.reasons.items():
        yield f"  {slot}: {reason}"
