"""Which state acts where nobody is named: *he was arrested*, *two journalists were released*.

Arrest, charge, trial, sentence and release are acts of a state by their nature. Where the text
names no court, police or government, it is the state in which the act is said to take place, the
one that did the last such act to the same people, or the one that the article is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spacy.tokens import Doc

from pipeline.components.events.rules import Rulebook
from pipeline.gazetteers import country
from pipeline.records import Entity, Event

REACH = 1500
"""Characters within which the state that acted last is taken to act again."""
AHEAD = 2
"""How many times as often as any other a state must be named to be what the article is about."""


def acting_state(event: Event, told: Sequence[Event], doc: Doc, book: Rulebook) -> list[Entity]:
    """Return the state whose authorities act, or nobody where the text leaves it open.

    Parameters
    ----------
    event : Event
        An act of a state without actors.
    told : sequence of Event
        The events before it, in text order.
    doc : Doc
        With entities.
    book : Rulebook
        For the rules that made the earlier events.
    """
    if event.place is not None and event.place.country:
        event.reasons["actors"] = "the state in which it took place"
        return _state(event.place.country)
    for earlier in reversed(told):
        near = event.trigger[0] - earlier.trigger[0] < REACH
        rule = book.rules.get(earlier.rule_id)
        if near and rule is not None and rule.by_state and earlier.actors:
            event.reasons["actors"] = "the state that acted before"
            return list(earlier.actors)
    event.reasons["actors"] = "the state that the article is about"
    return _home(doc)


def _home(doc: Doc) -> list[Entity]:
    """Return the state to which most names of an article belong, where one stands out."""
    named = Counter(
        ent._.entity.country
        for ent in doc.ents
        if ent._.entity is not None and ent._.entity.country
    )
    ranked = [(code, n) for code, n in named.most_common() if country(code) is not None]
    if not ranked or (len(ranked) > 1 and ranked[0][1] < AHEAD * ranked[1][1]):
        return []
    return _state(ranked[0][0])


def _state(code: str) -> list[Entity]:
    state = country(code)
    return [Entity(state.name, "GPE", state.iso3, "GOV")] if state is not None else []
