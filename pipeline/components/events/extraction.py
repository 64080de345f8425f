"""From rule matches to events: parties, factuality, setting and agreement of each act."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc, Span, Token

from pipeline.components.events import setting
from pipeline.components.events.admission import (
    FUTURE_AS_AGREE,
    is_generic,
    is_somebody_else,
    is_ultimatum,
    read_act,
    refusal,
)
from pipeline.components.events.authority import acting_state
from pipeline.components.events.matching import Match, matches
from pipeline.components.events.parties import (
    aim_at_deed,
    clause_parties,
    first_named,
    is_alone,
    is_half,
    is_judged,
    is_of_own_deed,
    other_side,
    parties,
    spare_victims,
    states,
)
from pipeline.components.events.quotations import continued
from pipeline.components.events.rules import Rulebook
from pipeline.components.events.slots import Slots
from pipeline.components.events.treaties import (
    distributed,
    set_agreement,
    set_partner_date,
    subject_matter,
)
from pipeline.components.factuality import Factuality, Reading
from pipeline.language import syntax
from pipeline.records import Entity, Event

MEETING_PREPOSITIONS = frozenset({"for", "in", "at", "during", "after", "before", "following"})
"""Prepositions by which somebody is said to be at a meeting."""
PAST = frozenset({"VBD", "VBN"})


def extract(
    doc: Doc, book: Rulebook, factuality: Factuality, slots: Slots | None = None
) -> list[Event]:
    """Return the events of one document in text order.

    Events whose actors the sentence does not give are returned with empty ``actors``: a later
    stage may know them from another mention of the same act, and drops them otherwise. ``slots``
    are those of an earlier extraction from the document with other rules, to save their work.
    """
    slots = slots or Slots.of(doc, book, factuality)
    found = list(matches(doc, book, slots))
    by_token = {match.token.i: match for match in found}
    events: list[Event] = []
    for match in found:
        reading = read_act(match, factuality, slots)
        if reading is None or refusal(match, by_token, reading, book, slots):
            continue
        events.extend(_events(doc, match, by_token, reading, slots))
        _inherit_setting(events, match.token)
        if match.trigger.rule.frame == "deliberation" and len(events[-1].actors) == 1:
            met = other_side(events[-1], events[:-1])
            if met:
                events[-1].actors = list(met)
                events[-1].reasons["actors"] = "goes on with the meeting told before"
        spare_victims(events[-1], match, by_token, slots)
        aim_at_deed(events, match, book, slots)
        if is_judged(match.token, by_token):
            events[-1].actors = []
        if not events[-1].actors:
            events[-1].actors = clause_parties(match, slots, events[-1])
            if is_generic(match) or is_somebody_else(match):
                events.pop()
                continue
        if not events[-1].actors and match.trigger.rule.by_state:
            events[-1].actors = acting_state(events[-1], events[:-1], doc, book)
        alone = match.trigger.rule.needs_partner and is_alone(events[-1])
        if alone or is_of_own_deed(events[-1], match, slots):
            events.pop()
    return sorted([*events, *continued(doc, events, book, slots)], key=lambda e: e.trigger)


def _inherit_setting(events: list[Event], token: Token) -> None:
    """Let what one travels to do take place where and when one travels: *flew there to meet*."""
    event = events[-1]
    if token.dep_ not in ("advcl", "xcomp", "conj") or event.place is not None:
        return
    for earlier in events[:-1]:
        if earlier.trigger[0] == token.head.idx and earlier.place is not None:
            event.place, event.place_span = earlier.place, earlier.place_span
            event.place_from = "clause" if token.dep_ != "conj" else "context"


def _events(
    doc: Doc, match: Match, by_token: dict[int, Match], reading: Reading, slots: Slots
) -> list[Event]:
    """Return the acts under one trigger: several where it carries several agreements."""
    event = _event(match, reading, slots)
    token = match.token
    _set_date(event, token)
    _set_place(event, match, slots)
    _expect(event, match, doc)
    if match.trigger.rule.frame != "treaty":
        spans, stage = subject_matter(match, by_token, slots)
        set_agreement(event, match, spans, stage)
        return [event]
    found = []
    for partners, span in distributed(match, event, slots):
        single = replace(event, actors=partners)
        set_agreement(single, match, [span] if span is not None else [])
        set_partner_date(single, partners, match.token.sent, slots)
        found.append(single)
    return found


def _expect(event: Event, match: Match, doc: Doc) -> None:
    """Plan what the present tense or a noun puts on a day after publication: *meets in May*."""
    ahead = (
        event.factuality == "actual"
        and event.date is not None
        and doc._.published is not None
        and event.date.start > doc._.published.isoformat()
    )
    if ahead and match.token.tag_ not in PAST and match.trigger.rule.type in FUTURE_AS_AGREE:
        event.factuality = "planned"
        event.event_type = match.trigger.rule.planned_as or "AGREE"
        event.mode = ""


def _event(match: Match, reading: Reading, slots: Slots) -> Event:
    """Return the event with its parties, without date, place and agreement."""
    token, trigger = match.token, match.trigger
    rule, frame = trigger.rule, trigger.frame
    verbal = trigger.kind != "noun"
    order = frame.verb_actors if verbal else frame.noun_actors
    actors = parties(token, trigger.kind, order, slots, frame.joint)
    if rule.frame == "joint" and trigger.kind == "noun" and is_half(actors, token, slots):
        actors = _both_sides(actors, token, slots)
    recipients: list[Entity] = []
    if rule.frame == "verdict":
        recipients = first_named(token, "reported", slots, actors) or parties(
            token, trigger.kind, frame.verb_recipients, slots, False, exclude=actors
        )
    elif not frame.joint:
        order = frame.verb_recipients if verbal else frame.noun_recipients
        recipients = parties(token, trigger.kind, order, slots, False, exclude=actors)
    offered = rule.type != "CONSULT" or reading.value != "actual"
    if frame.joint and offered and (rule.governs or rule.needs_partner) and len(actors) == 1:
        recipients = first_named(token, "content", slots, actors)
    elif verbal and not recipients and not frame.joint:
        recipients = first_named(token, "belonging", slots, actors)
        if not recipients:
            recipients = first_named(token, "content", slots, actors)
    elif not recipients and rule.frame in ("sanction", "criticism"):
        recipients = first_named(token, "content", slots, actors)
    event_type, value = rule.type, reading.value
    if value in ("planned", "proposed"):
        event_type = rule.planned_as or ("AGREE" if rule.type in FUTURE_AS_AGREE else rule.type)
    if is_ultimatum(match):
        event_type = "THREATEN"
    if event_type == "AGREE" and value == "actual":
        value = "planned"
    event = Event(
        event_type=event_type,
        trigger=(token.idx, token.idx + len(token)),
        evidence=_trimmed(token.sent),
        rule_id=rule.id,
        act=rule.act or rule.id,
        mode=rule.mode if event_type == rule.type else "",
        contexts=tuple(rule.context),
        factuality=value,
        actors=actors,
        recipients=states(recipients),
    )
    if frame.joint and event_type == "CONSULT" and not event.mode and _many(actors):
        event.mode = "multilateral"
    return event


def _both_sides(named: list[Entity], noun: Token, slots: Slots) -> list[Entity]:
    """Add to the side that a noun names the one that its clause names: *is in Oslo for talks with*.

    Nobody is returned where the clause names no other side.
    """
    if syntax.preposition(noun) not in MEETING_PREPOSITIONS:
        return []
    others = [e for e in slots.entities(syntax.agent(noun.head)) if e not in named]
    return [*others, *named] if others else []


def _many(actors: list[Entity]) -> bool:
    return len({actor.country or actor.name for actor in actors}) > 2


def _trimmed(sentence: Span) -> tuple[int, int]:
    text = sentence.text
    start = sentence.start_char + len(text) - len(text.lstrip())
    return start, sentence.start_char + len(text.rstrip())


def _set_date(event: Event, token: Token) -> None:
    span = setting.governing_date(token)
    if span is not None:
        event.date = span._.date
        event.date_span = (span.start_char, span.end_char)
        event.date_from = "clause"


def _set_place(event: Event, match: Match, slots: Slots) -> None:
    """Attach where the act takes place: named in its clause, or the party it goes to or hits."""
    span = setting.governing_place(match.token, slots.names_in(match.token.sent)) or _goal(
        match, slots
    )
    if span is not None:
        event.place = span._.place
        event.place_span = (span.start_char, span.end_char)
        event.place_from = "clause"


def _goal(match: Match, slots: Slots) -> Span | None:
    """Return the place among the words to which the frame says that the act goes."""
    places = [
        e for e in slots.names_in(match.token.sent) if e.label_ in ("GPE", "LOC") and e._.place
    ]
    for relation in match.trigger.frame.places:
        for head in slots.fill(match.token, match.trigger.kind, relation):
            for span in places:
                if span.start <= head.i < span.end:
                    return span
    return None
