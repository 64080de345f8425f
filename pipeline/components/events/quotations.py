"""Quotations that go on: who has just blamed somebody and is quoted again blames him still.

News splits one statement over several sentences (*he added*, *she continued*), of which only the
first may hold a word of blame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc, Token

from pipeline.components.events.rules import Rulebook
from pipeline.components.events.slots import Slots
from pipeline.language import syntax
from pipeline.records import Event

REACH = 500
"""Characters within which a quotation belongs to the statement before it."""
TELLING = frozenset({"VBD", "VBZ", "VBP", "VBG"})
QUOTES = frozenset({'"', "“", "”", "``", "''"})


def continued(doc: Doc, events: list[Event], book: Rulebook, slots: Slots) -> Iterator[Event]:
    """Yield an act of blame for every further quotation of somebody who has just blamed.

    Parameters
    ----------
    doc : Doc
        The parsed document.
    events : list of Event
        Its events so far, in text order; not changed.
    book, slots
        As for the extraction.
    """
    triggers = {event.trigger[0] for event in events}
    told = list(events)
    for token in doc:
        if token.tag_ not in TELLING or token.idx in triggers:
            continue
        if token.lemma_.lower() in book.classes["quoting"] and _is_quoting(token):
            blame = _last_blame(told, token, slots)
            if blame is not None:
                told.append(_said_again(blame, token))
                yield told[-1]


def _is_quoting(verb: Token) -> bool:
    return any(token.text in QUOTES for token in verb.sent)


def _last_blame(events: list[Event], verb: Token, slots: Slots) -> Event | None:
    """Return the blame just voiced by the subject of a verb, if nobody else acted in between."""
    near = [e for e in events if verb.idx - REACH < e.trigger[0] < verb.idx]
    last = max(near, key=lambda event: event.trigger, default=None)
    if last is None or last.event_type != "ACCUSE" or last.factuality != "actual":
        return None
    return last if slots.entities(syntax.agent(verb)) == last.actors else None


def _said_again(blame: Event, verb: Token) -> Event:
    sentence = verb.sent.text
    start = verb.sent.start_char + len(sentence) - len(sentence.lstrip())
    return replace(
        blame,
        trigger=(verb.idx, verb.idx + len(verb)),
        evidence=(start, verb.sent.start_char + len(sentence.rstrip())),
        date=None,
        date_span=None,
        date_from="",
        place=None,
        place_span=None,
        place_from="",
        reasons={"actors": "goes on with the statement quoted before"},
    )
