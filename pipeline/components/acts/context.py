"""When and where things are said and done, where only the acts around them tell."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import pairwise

from spacy.tokens import Doc, Span, Token

from pipeline.categories import acts, categories
from pipeline.components.acts.comparison import (
    dates_meet,
    gap,
    places_meet,
    take_date,
    take_place,
    take_setting,
    tells_days,
    vague,
)
from pipeline.components.acts.telling import (
    LEAD,
    NOUN,
    PAST,
    PERFECT,
    PRESENT,
    is_told_again,
    manner,
    token_of,
    words,
)
from pipeline.gazetteers import country
from pipeline.language.extensions import DATES
from pipeline.language.syntax import is_headline
from pipeline.records import DateValue, Entity, Event

NEAR = 800
OCCASION = 2500
"""Characters within which what is said belongs to a meeting of those who say it."""
OUTBREAK = 0.4
STATES = frozenset({"country", "former", "territory", "unrecognised"})
"""Kinds of places that are a state or act as one."""
FRESH = 7
"""Days before publication within which a day is that of the news."""


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
    published = doc._.published.isoformat() if doc._.published else ""
    told = [event for event in events if is_told_again(event, doc)]
    then = [event for event in told if manner(token_of(event, doc)) in (PAST, NOUN)]
    meetings = [e for e in events if e.event_type == "CONSULT" and not _is_ahead(e, published)]
    said = [e for e in then if e.is_said and e.agreement_stage in ("", "proposed")]
    again = {id(event) for event in told}
    retold = [[event for event in group if id(event) in again] for group in groups]
    _date_meetings(meetings, said)
    for group in retold:
        _share_context(group)
    _said_at_meetings(meetings, [e for e in then if e.event_type == "CONSULT"], said)
    _spoken_now(events, doc)
    _said_on([e for e in said if not e.agreement_stage])
    for group in retold:
        _share_context(group)
    _one_outbreak(events, told)
    _begun(events, doc)
    lands = {span._.place.name: span for span in doc.ents if _is_land(span)}
    for event in events:
        _arrive(event)
        _strike_home(event)
        if token_of(event, doc).lemma_.lower() in words().wars:
            _suffer(event, lands)
        _protest_at_home(event, lands)


def _date_meetings(meetings: list[Event], said: list[Event]) -> None:
    """Give a meeting the setting of what those who met said in the same sentence."""
    beside: dict[tuple[int, int], list[Event]] = defaultdict(list)
    for event in said:
        beside[event.evidence].append(event)
    for meeting in meetings:
        for event in beside[meeting.evidence]:
            if event.date_from == "clause" and _took_part(event, meeting):
                take_setting(meeting, event, "what was said at the meeting")


class _Row:
    """Events in the order of the text, of which those around another one are asked for."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._order = sorted(range(len(events)), key=lambda n: events[n].trigger[0])
        self._starts = [events[n].trigger[0] for n in self._order]

    def around(self, event: Event) -> list[Event]:
        """Return the events less than :data:`OCCASION` off, in the order they were given."""
        first = bisect_right(self._starts, event.trigger[0] - OCCASION)
        last = bisect_left(self._starts, event.trigger[0] + OCCASION)
        return [self._events[n] for n in sorted(self._order[first:last])]


def _said_at_meetings(meetings: list[Event], consulted: list[Event], said: list[Event]) -> None:
    """Give what participants of a meeting or visit said and discussed there its date and place."""
    spoken = [e for e in said if e.date_from == e.place_from == "clause"]
    occasions = _Row(meetings + spoken)
    for event in [e for e in consulted if e.date is None or e.place is None] + said:
        there = [
            m
            for m in occasions.around(event)
            if m is not event
            and (
                m.event_type == "CONSULT"
                or m.trigger < event.trigger
                or m.event_type == event.event_type
            )
            and (m.date or m.place)
            and _took_part(event, m)
            and dates_meet(event, m)
            and places_meet(event.place, m.place)
        ]
        own = set(event.actors)
        meeting = min(
            there,
            key=lambda m: (own.isdisjoint(m.actors), vague(m), *gap([m], event)),
            default=None,
        )
        if meeting is not None:
            dated = event.date is not None
            take_date(event, meeting, "the meeting that it belongs to")
            if meeting.date is not None or not dated:
                take_place(event, meeting, "the meeting that it belongs to")


def _share_context(group: list[Event]) -> None:
    """Give the setting that one mention of an act took from its context to the later ones."""
    for before, event in pairwise(group):
        if before.actors and event.actors:
            take_setting(event, before, "an earlier mention of the same act")


def _one_outbreak(events: list[Event], told: list[Event]) -> None:
    """Set all that happened in an article about one day's violence, protest or raids there.

    It is such an article where a good part of its acts are such; the lead says when and where.
    """
    violent = [
        e for e in events if e.event_type in categories("unrest") and e.factuality == "actual"
    ]
    if len(violent) < OUTBREAK * len(events):
        return
    lead = [event for event in violent if event.trigger[0] <= LEAD]
    dated = next((e for e in lead if e.date_from == "clause"), None)
    placed = next((e for e in lead if e.place_from == "clause"), None)
    for event in [
        e for e in told if e.event_type in categories("unrest") and e.factuality == "actual"
    ]:
        if dated is not None and places_meet(event.place, dated.place):
            take_date(event, dated, "the outbreak that the lead tells of")
        if placed is not None and dates_meet(event, placed):
            take_place(event, placed, "the outbreak that the lead tells of")


def _arrive(event: Event) -> None:
    """Let a visit whose place is known go to the state of that place."""
    if event.act not in acts("journey") or event.recipients or event.place is None:
        return
    state = country(event.place.country)
    if state is not None and all(actor.country != state.iso3 for actor in event.actors):
        event.recipients = [Entity(state.name, "GPE", state.iso3, "GOV")]


def _strike_home(event: Event) -> None:
    """Aim protest and coercion that name no target at the state where they take place."""
    if event.event_type not in categories("domestic") or event.recipients or not event.actors:
        return
    home = event.place.country if event.place is not None else event.actors[0].country
    state = country(home)
    if state is not None:
        event.recipients = [Entity(state.name, "GPE", state.iso3, "")]


def _is_land(span: Span) -> bool:
    return span._.place is not None and span._.place.kind in STATES


def _suffer(event: Event, lands: dict[str, Span]) -> None:
    """Let a war on one state take place there: *the war on Chad*."""
    if event.place is not None or event.factuality != "actual" or len(event.recipients) != 1:
        return
    land = lands.get(event.recipients[0].name)
    if land is not None:
        event.place, event.place_from = land._.place, "context"
        event.place_span = (land.start_char, land.end_char)
        event.reasons["place"] = "the land of those it is done to"


def _protest_at_home(event: Event, lands: dict[str, Span]) -> None:
    """Let people protest in their own state where it is their government that they protest to."""
    own = {entity.country for entity in (*event.actors, *event.recipients)}
    homely = event.event_type in categories("at_home") and len(own) == 1
    if not homely or event.place is not None:
        return
    state = country(own.pop())
    land = lands.get(state.name) if state is not None and event.recipients else None
    if land is not None:
        event.place, event.place_from = land._.place, "context"
        event.place_span = (land.start_char, land.end_char)
        event.reasons["place"] = "the state of those who protest, and to which"


def _said_on(events: list[Event]) -> None:
    """Date what somebody goes on to say to the day of what he said just before."""
    said = [e for e in events if e.is_said and not e.agreement_stage]
    for before, event in pairwise(said):
        near = event.trigger[0] - before.trigger[1] < NEAR
        if near and event.actors == before.actors:
            take_setting(event, before, "what the same speaker said just before")


def _is_ahead(event: Event, published: str) -> bool:
    if event.date is None or not event.date.start or not published:
        return False
    return event.date.start > published


def _took_part(event: Event, meeting: Event) -> bool:
    present = set(meeting.actors) | set(meeting.recipients)
    countries = {e.country or e.name for e in present}
    near = abs(event.trigger[0] - meeting.trigger[0]) < NEAR
    return all(a in present or (near and (a.country or a.name) in countries) for a in event.actors)


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
        if (
            event.date is not None
            or event.event_type not in categories("performed")
            or event.agreement_stage
        ):
            continue
        token = own.get(event.trigger[0])
        if token is not None and token.dep_ == "obj":
            token = token.head  # "is imposing sanctions"
        if token is not None and not is_headline(token.sent) and manner(token) == PRESENT:
            event.date = value
            event.date_from = "context"
            event.reasons["date"] = "said in the present tense of a statement"


def _begun(events: list[Event], doc: Doc) -> None:
    """Date the news of headline and lead (*has signed*) to the day told next.

    The lead is the first full sentence; what stands in the perfect below it is background.
    """
    lead = next((s for s in doc.sents if not is_headline(s)), None)
    day = _story_day(doc)
    if lead is None or day is None:
        return
    for event in events:
        word = token_of(event, doc)
        how = manner(word)
        news = how == PERFECT or (how == PAST and is_headline(word.sent))
        if event.date is None and word.i < lead.end and news:
            event.date, event.date_from = day._.date, "context"
            event.date_span = (day.start_char, day.end_char)
            event.reasons["date"] = "the day that the article goes on to tell"


def _story_day(doc: Doc) -> Span | None:
    """Return the first day told at the head of an article, no later than its publication."""
    for span in doc.spans.get(DATES, []):
        date = span._.date
        if span.start_char > 2 * LEAD:
            return None
        fits = tells_days(date) and date.precision == "day" and date.direction != "future"
        if not fits or is_headline(span.sent):
            continue
        if doc._.published is None:
            return span if not date.start else None
        if date.start:
            age = (doc._.published - datetime.date.fromisoformat(date.start)).days
            return span if 0 <= age <= FRESH else None
    return None


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
