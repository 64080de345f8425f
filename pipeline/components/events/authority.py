"""Which state acts where nobody is named: *he was arrested*, *two journalists were released*.

Arrest, charge, trial, sentence and release are acts of a state by their nature. Where the text
names no court, police or government, it is the state in which the act is said to take place, the
one that did the last such act to the same people, or the one that the article is about.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from spacy.tokens import Doc

from pipeline.components.events.parties import before
from pipeline.components.events.rules import Rulebook
from pipeline.gazetteers import country
from pipeline.records import Entity, Event

REACH = 1500
"""Characters within which the state that acted last is taken to act again."""
AHEAD = 2
"""How many times as often as any other a state must be named to be what the article is about."""


class Home:
    """The state to which most names of an article belong, counted when first asked for.

    Parameters
    ----------
    doc : Doc
        With entities.
    """

    def __init__(self, doc: Doc) -> None:
        self._doc = doc

    @cached_property
    def code(self) -> str:
        """Its ISO 3166-1 alpha-3 code, empty where no state stands out."""
        named = Counter(
            ent._.entity.country
            for ent in self._doc.ents
            if ent._.entity is not None and ent._.entity.country
        )
        ranked = [(code, n) for code, n in named.most_common() if country(code) is not None]
        if not ranked or (len(ranked) > 1 and ranked[0][1] < AHEAD * ranked[1][1]):
            return ""
        return ranked[0][0]


def acting_state(events: list[Event], home: Home, book: Rulebook) -> list[Entity]:
    """Return the state whose authorities act, or nobody where the text leaves it open.

    Parameters
    ----------
    events : list of Event
        The last is an act of a state without actors; those told before it stand before it, in
        text order.
    home : Home
        The state that the article is about.
    book : Rulebook
        For the rules that made the earlier events.
    """
    event = events[-1]
    if event.place is not None and event.place.country:
        event.reasons["actors"] = "the state in which it took place"
        return _state(event.place.country)
    for earlier in before(events, within=event.trigger[0] - REACH):
        near = event.trigger[0] - earlier.trigger[0] < REACH
        rule = book.rules.get(earlier.rule_id)
        if near and rule is not None and rule.by_state and earlier.actors:
            event.reasons["actors"] = "the state that acted before"
            return list(earlier.actors)
    event.reasons["actors"] = "the state that the article is about"
    return _state(home.code)


def _state(code: str) -> list[Entity]:
    state = country(code)
    return [Entity(state.name, "GPE", state.iso3, "GOV")] if state is not None else []
