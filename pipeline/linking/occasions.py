"""When and where things are said and done, where only the acts around them tell."""

from __future__ import annotations

from itertools import pairwise

from spacy.tokens import Doc, Token

from pipeline.gazetteers import country
from pipeline.language.syntax import is_headline
from pipeline.linking.mentions import dates_meet, gap, places_meet, take_setting, vague
from pipeline.records import DateValue, Entity, Event

DONE = frozenset({"plan", "talks", "visit", "treaty", "trade", "deployment"})
"""Acts that are done, not said: when planned, they take place on another day than the saying."""
NEAR = 800
VIOLENT = frozenset({"ASSAULT", "COERCE", "MOBILIZE", "PROTEST"})
OCCASION = 2500
"""Characters within which what is said belongs to a meeting of those who say it."""
DOMESTIC = frozenset({"COERCE", "PROTEST"})
OUTBREAK = 0.4
LEAD = 400
"""Characters at the head of an article whose events may take date and place from later ones."""
REPORTED = frozenset({"AGREE", "SUPPORT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "CONCEDE"})


def settle(events: list[Event], groups: list[list[Event]], doc: Doc) -> None:
    """Give acts their day, place and target from the acts told around them.

    Parameters
    ----------
    events : list of Event
        The events of a document that have actors, in text order; changed in place.
    groups : list of list of Event
        The mentions of each act, in text order.
    doc : Doc
        The document, for its publication date and the tense of its verbs.
    """
    _said_at_meetings(events, doc._.published.isoformat() if doc._.published else "")
    _spoken_now(events, doc)
    _said_on(events)
    for group in groups:
        _share_context(group)
    _one_outbreak(events)
    for event in events:
        _arrive(event)
        _strike_home(event)


def _said_at_meetings(events: list[Event], published: str) -> None:
    """Give what participants of a meeting or visit said there its date and place, and back."""
    said = [
        e
        for e in events
        if e.event_type in REPORTED and e.agreement_stage in ("", "proposed") and e.act not in DONE
    ]
    meetings = [e for e in events if e.event_type == "CONSULT" and not _is_ahead(e, published)]
    for visited in meetings:
        for event in said:
            beside = event.evidence == visited.evidence and event.date_from == "clause"
            if beside and _took_part(event, visited):
                take_setting(visited, event)
    for event in [e for e in meetings if e.date is None] + said:
        there = [
            m
            for m in meetings + [e for e in said if e.date_from == e.place_from == "clause"]
            if m is not event
            and (m in meetings or m.trigger < event.trigger or m.event_type == event.event_type)
            and (m.date or m.place)
            and _took_part(event, m)
            and dates_meet(event, m)
            and places_meet(event.place, m.place)
            and abs(m.trigger[0] - event.trigger[0]) < OCCASION
        ]
        own = set(event.actors)
        meeting = min(
            there,
            key=lambda m: (own.isdisjoint(m.actors), vague(m), *gap([m], event)),
            default=None,
        )
        if meeting is not None and (event in said or _is_one_occasion(event, meeting)):
            take_setting(event, meeting)


def _share_context(group: list[Event]) -> None:
    """Give the setting that one mention of an act took from its context to the later ones."""
    for before, event in pairwise(group):
        if before.actors and event.actors:
            take_setting(event, before)


def _one_outbreak(events: list[Event]) -> None:
    """Set all that happened in an article about one day's violence, protest or raids there.

    It is such an article where a good part of its acts are such; the lead says when and where.
    """
    violent = [e for e in events if e.event_type in VIOLENT and e.factuality == "actual"]
    if len(violent) < OUTBREAK * len(events):
        return
    lead = [event for event in violent if event.trigger[0] <= LEAD]
    dated = next((e for e in lead if e.date_from == "clause"), None)
    placed = next((e for e in lead if e.place_from == "clause"), None)
    for event in violent:
        if dated is not None and event.date is None:
            event.date, event.date_span, event.date_from = dated.date, dated.date_span, "context"
        if placed is not None and event.place is None:
            event.place, event.place_span = placed.place, placed.place_span
            event.place_from = "context"


def _arrive(event: Event) -> None:
    """Let a visit whose place is known go to the state of that place."""
    if event.act != "visit" or event.recipients or event.place is None:
        return
    state = country(event.place.country)
    if state is not None and all(actor.country != state.iso3 for actor in event.actors):
        event.recipients = [Entity(state.name, "GPE", state.iso3, "GOV")]


def _strike_home(event: Event) -> None:
    """Aim protest and coercion that name no target at the state where they take place."""
    if event.event_type not in DOMESTIC or event.recipients or not event.actors:
        return
    home = event.place.country if event.place is not None else event.actors[0].country
    state = country(home)
    if state is not None:
        event.recipients = [Entity(state.name, "GPE", state.iso3, "")]


def _said_on(events: list[Event]) -> None:
    """Date what somebody goes on to say to the day of what he said just before."""
    said = [
        e
        for e in events
        if e.event_type in REPORTED and not e.agreement_stage and e.act not in DONE
    ]
    for before, event in pairwise(said):
        near = event.trigger[0] - before.trigger[1] < NEAR
        if near and event.actors == before.actors:
            take_setting(event, before)


def _is_ahead(event: Event, published: str) -> bool:
    if event.date is None or not event.date.start or not published:
        return False
    return event.date.start > published


def _is_one_occasion(event: Event, other: Event) -> bool:
    """Tell whether two meetings of the same people can be parts of one visit."""
    return event.place is not None and other.place is not None and event.act != other.act


def _took_part(event: Event, meeting: Event) -> bool:
    present = set(meeting.actors) | set(meeting.recipients)
    countries = {e.country or e.name for e in present}
    return all(a in present or (a.country or a.name) in countries for a in event.actors)


def _spoken_now(events: list[Event], doc: Doc) -> None:
    """Date what a statement says in the present tense (``we urge``) to its publication."""
    if doc._.published is None:
        return
    own = _own_words(doc)
    if not any(token.lower_ in ("i", "we", "our") for token in own.values()):
        return
    today = doc._.published.isoformat()
    value = DateValue(today, today, today, "day", anchor="publication", rule="spoken-now")
    for event in events:
        if event.date is not None or event.event_type not in REPORTED or event.agreement_stage:
            continue
        token = own.get(event.trigger[0])
        if token is not None and not is_headline(token.sent) and token.tag_ in ("VBP", "VBZ"):
            event.date = value
            event.date_from = "context"


def _own_words(doc: Doc) -> dict[int, Token]:
    """Return the words outside quotation marks by their offset."""
    words, quoted = {}, False
    for token in doc:
        if token.text in ("“", "``") or (token.text == '"' and not quoted):
            quoted = True
        elif token.text in ("”", "''", '"'):
            quoted = False
        elif not quoted:
            words[token.idx] = token
    return words
