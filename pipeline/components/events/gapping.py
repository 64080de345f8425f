"""Acts whose verb is left out: *thanked Chile on Monday and Bolivia on Tuesday* are two.

The parser hangs the second party on the first date, the only word that it can be joined with, and
the second date on the verb (gapping: Universal Dependencies would call the party an orphan).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Span, Token

from pipeline.components.events.slots import Slots
from pipeline.language import syntax
from pipeline.records import Entity, Event

NEAR = 2
"""Words between the second party and its date: a preposition and an article."""
WITH = frozenset({"with"})


def gapped(event: Event, verb: Token, slots: Slots) -> Iterator[Event]:
    """Yield the acts after the first that a verb tells by a party and a day each.

    Parameters
    ----------
    event : Event
        The first, with its parties.
    verb : Token
        Its trigger.
    slots : Slots
        Of the document.
    """
    for day in syntax.children(verb, "obl", "obl:unmarked"):
        told = _party_before(event, verb, day, slots)
        if told is None or not _is_date(day, slots):
            continue
        for word in syntax.children(day, "conj"):
            if syntax.preposition(word) not in ("", *WITH):
                continue  # "on Monday and in Quito": a place
            named = [word] if word.ent_type_ else list(syntax.prepositional(word, WITH))
            others = slots.entities(named)
            date = _date_behind(named[-1], slots) if named else None
            if len(others) == 1 and date is not None:
                yield _retold(event, told, others[0], date, (verb.idx, day.idx))


def _party_before(event: Event, verb: Token, day: Token, slots: Slots) -> Entity | None:
    """The party of an act that is named last between its verb and a day."""
    parties = (*event.actors, *event.recipients)
    named = slots.names_in(verb.doc[verb.i : day.i]) if verb.i < day.i else []
    found = [name._.entity for name in named if name._.entity in parties]
    return found[-1] if found else None


def _is_date(day: Token, slots: Slots) -> bool:
    spans = slots.dates_in(day.sent)
    return any(span.start <= day.i < span.end for span in spans)


def _date_behind(party: Token, slots: Slots) -> Span | None:
    """The date that follows a party, before anything else does."""
    doc, end = party.doc, party.i + 1
    spans = slots.dates_in(doc[end : party.sent.end])
    if not spans or spans[0].start - end > NEAR:
        return None
    between = doc[end : spans[0].start]
    return spans[0] if all(t.dep_ in ("case", "det") for t in between) else None


def _retold(
    event: Event, told: Entity, other: Entity, date: Span, before: tuple[int, int]
) -> Event:
    """The act with another party and day; a place named between verb and first day is the first's.

    ``before`` are the characters from the verb to that day.
    """

    def side(entities: list[Entity]) -> list[Entity]:
        return [other if entity == told else entity for entity in entities]

    made = replace(
        event,
        actors=side(event.actors),
        recipients=side(event.recipients),
        reasons=dict(event.reasons),
        date=date._.date,
        date_from="clause",
        date_span=(date.start_char, date.end_char),
    )
    if event.place_span is not None and before[0] < event.place_span[0] < before[1]:
        made.place, made.place_span, made.place_from = None, None, ""
    return made
