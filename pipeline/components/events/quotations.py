"""Quotations that go on: who has just blamed somebody and is quoted again blames him still.

News splits one statement over several sentences (*he added*, *she continued*), of which only the
first may hold a word of blame.
"""

from __future__ import annotations

from collections import deque
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
    ahead = deque(sorted(events, key=lambda event: event.trigger))
    last: Event | None = None
    for token in doc:
        while ahead and ahead[0].trigger[0] < token.idx:
            event = ahead.popleft()
            # Of several acts under one trigger the first counts.
            last = event if last is None or event.trigger > last.trigger else last
        if token.tag_ not in TELLING or token.idx in triggers or last is None:
            continue
        quoting = token.lemma_.lower() in book.classes["quoting"] and _is_quoting(token)
        if quoting and _goes_on(last, token, slots):
            last = _said_again(last, token)
            yield last


def _is_quoting(verb: Token) -> bool:
    return any(token.text in QUOTES for token in verb.sent)


def _goes_on(last: Event, verb: Token, slots: Slots) -> bool:
    """Whether the act told last before a verb is blame that the subject of the verb voiced."""
    blames = last.event_type == "ACCUSE" and last.factuality == "actual"
    near = verb.idx - REACH < last.trigger[0]
    return blames and near and slots.entities(syntax.agent(verb)) == last.actors


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
