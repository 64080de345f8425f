"""From rule matches to events: parties, factuality, setting and agreement of each act."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc, Span, Token

from pipeline.categories import acts, categories
from pipeline.components.events import setting
from pipeline.components.events.admission import (
    is_generic,
    is_somebody_else,
    is_ultimatum,
    read_act,
    refusal,
)
from pipeline.components.events.authority import Home, acting_state
from pipeline.components.events.gapping import gapped
from pipeline.components.events.matching import Match, matches
from pipeline.components.events.parties import (
    aim_at_deed,
    all_of_them,
    answer_accuser,
    before,
    clause_parties,
    country_of,
    first_named,
    is_alone,
    is_half,
    is_judged,
    is_of_own_deed,
    other_side,
    own_people,
    parties,
    spare_victims,
    states,
)
from pipeline.components.events.quotations import continued
from pipeline.components.events.rules import Rule, Rulebook
from pipeline.components.events.senses import Senses
from pipeline.components.events.slots import Slots
from pipeline.components.events.treaties import (
    distributed,
    set_agreement,
    set_partner_date,
    subject_matter,
)
from pipeline.components.factuality import Factuality, Reading
from pipeline.language import syntax
from pipeline.language.extensions import written_on
from pipeline.records import Entity, Event

MEETING_PREPOSITIONS = frozenset(
    {"for", "in", "at", "during", "after", "before", "following", "ahead"}
)
"""Prepositions by which somebody is said to be at a meeting."""
PAST = frozenset({"VBD", "VBN"})
PRESENT = frozenset({"VBZ", "VBP"})
AGAIN = 1000
"""Characters within which a meeting told as to come is meant again."""


def extract(
    doc: Doc, book: Rulebook, factuality: Factuality, slots: Slots | None = None
) -> list[Event]:
    """Return the events of one document in text order.

    Events whose actors the sentence does not give are returned with empty ``actors``: a later
    stage may know them from another mention of the same act, and drops them otherwise. ``slots``
    are those of an earlier extraction from the document with other rules, to save their work.
    """
    slots = slots or Slots.of(doc, book, factuality)
    senses = Senses(doc, slots)
    found = list(matches(doc, book, slots))
    by_token = {match.token.i: match for match in found}
    home = Home(doc)
    events: list[Event] = []
    for match in found:
        reading = read_act(match, factuality, slots)
        if reading is None or refusal(match, by_token, reading, book, slots, senses):
            continue
        events.extend(_events(doc, match, by_token, reading, slots))
        _inherit_setting(events, match.token)
        if match.trigger.frame.continues_meeting:
            met = other_side(events, all_of_them(match, slots))
            if met:
                events[-1].actors = list(met)
                events[-1].reasons["actors"] = "goes on with the meeting told before"
        spare_victims(events[-1], match, by_token, slots)
        aim_at_deed(events, match, book, slots)
        answer_accuser(events, match)
        if is_judged(match.token, by_token):
            events[-1].actors = []
        if not events[-1].actors:
            events[-1].actors = _blamed(match, events) or clause_parties(match, slots, events[-1])
            if is_generic(match, book) or is_somebody_else(match):
                events.pop()
                continue
        if not events[-1].actors and match.trigger.rule.by_state:
            events[-1].actors = acting_state(events, home, book)
        _decide(events[-1], match, slots)
        alone = match.trigger.rule.needs_partner and is_alone(events[-1])
        if alone or _stays_home(events[-1], match) or is_of_own_deed(events[-1], match, slots):
            events.pop()
            continue
        if match.trigger.frame.joint and not _is_offered(events[-1], match):
            events[-1].recipients = []
        events.extend(gapped(events[-1], match.token, slots))
    _await(events, doc, book)
    return sorted([*events, *continued(doc, events, book, slots)], key=lambda e: e.trigger)


def _is_offered(event: Event, match: Match) -> bool:
    """Whether one side offers or agrees to act with another, which has not said so itself."""
    return event.factuality == "proposed" or match.trigger.rule.governs


def _inherit_setting(events: list[Event], token: Token) -> None:
    """Let what one travels to do take place where and when one travels: *flew there to meet*."""
    event = events[-1]
    if token.dep_ not in ("advcl", "xcomp", "conj") or event.place is not None:
        return
    for earlier in before(events, within=event.evidence[0]):
        if earlier.trigger[0] == token.head.idx and earlier.place is not None:
            event.place, event.place_span = earlier.place, earlier.place_span
            event.place_from = "clause" if token.dep_ != "conj" else "context"
            return


def _events(
    doc: Doc, match: Match, by_token: dict[int, Match], reading: Reading, slots: Slots
) -> list[Event]:
    """Return the acts under one trigger: several where it carries several agreements."""
    event = _event(match, reading, slots)
    _set_date(event, match, slots)
    _set_place(event, match, slots)
    _expect(event, match, doc)
    if not match.trigger.frame.per_agreement:
        spans, stage = subject_matter(match, by_token, slots)
        set_agreement(event, match, spans, slots, stage)
        return [event]
    found = []
    for partners, span in distributed(match, event, slots):
        single = replace(event, actors=partners)
        set_agreement(single, match, [span] if span is not None else [], slots)
        set_partner_date(single, partners, match.token.sent, slots)
        found.append(single)
    return found


def _expect(event: Event, match: Match, doc: Doc) -> None:
    """Plan what the present tense or a noun puts on a day to come: *meets in May*.

    A day counts as to come when it lies after publication; in an undated article the present
    tense with a day says so (*arrives on Monday*).
    """
    if event.factuality != "actual" or event.date is None:
        return
    published, tag = written_on(doc, match.token.idx), match.token.tag_
    if published is not None:
        ahead = event.date.start > published.isoformat() and tag not in PAST
    else:
        ahead = tag in PRESENT and not syntax.is_headline(match.token.sent)
    if ahead and match.trigger.rule.type in categories("agreed_ahead"):
        _plan(event, match.trigger.rule)


def _plan(event: Event, rule: Rule) -> None:
    event.factuality = "planned"
    event.event_type = rule.planned_as or "AGREE"
    event.mode = ""


def _blamed(match: Match, events: list[Event]) -> list[Entity]:
    """Return who is blamed for an act: *accused Chad of the raid*, *blamed Chad for the raid*."""
    if match.trigger.kind != "noun" or match.trigger.rule.type not in categories("force"):
        return []
    above = {token.idx for token in (match.token.head, match.token.head.head)}
    for event in before(events, within=events[-1].evidence[0]):
        if event.event_type == "ACCUSE" and event.mode == "allege" and event.trigger[0] in above:
            return list(event.recipients)
    return []


def _decide(event: Event, match: Match, slots: Slots) -> None:
    """Make the vote the trigger of what it decides: *voted to send troops*."""
    verb = match.token.head
    if not (syntax.is_infinitive(match.token) and slots.is_a(verb, "deciding")):
        return
    event.trigger = (verb.idx, verb.idx + len(verb))
    if event.event_type in categories("voted") and event.factuality == "planned":
        event.factuality = "actual"


def _stays_home(event: Event, match: Match) -> bool:
    """Whether somebody only travels in his own country: *flew to Magnitogorsk*."""
    own = {country_of(actor) for actor in event.actors}
    there = {country_of(entity) for entity in event.recipients}
    visits = match.trigger.frame.abroad and match.trigger.kind == "verb"
    return visits and event.event_type == "CONSULT" and bool(there) and there <= own


def _await(events: list[Event], doc: Doc, book: Rulebook) -> None:
    """Plan the further mentions of a meeting that is only to come: *the talks will ... the talks*.

    A mention belongs to it where the same parties are told to meet before and not yet to have met.
    """
    coming: dict[str, Event] = {}
    for event in events:
        rule = book.rules.get(event.rule_id)
        if rule is None or rule.type != "CONSULT":
            continue
        before = coming.get(event.act)
        if event.event_type == "AGREE" and event.factuality == "planned":
            coming[event.act] = event
        elif event.factuality != "actual":
            continue
        elif before is not None and _is_mentioned(event, doc) and _may_be_same(before, event):
            _plan(event, rule)
        else:
            coming.pop(event.act, None)


def _is_mentioned(event: Event, doc: Doc) -> bool:
    """Whether a noun only names a meeting, without a date or a verb that says that it was held."""
    span = doc.char_span(*event.trigger)
    if event.date is not None or span is None or span.root.pos_ not in ("NOUN", "PROPN"):
        return False
    return span.root.head.tag_ not in PAST or span.root.dep_ not in (*syntax.SUBJECTS, "obj")


def _may_be_same(before: Event, event: Event) -> bool:
    """Whether a mention names no other parties than the one before it."""
    known = {country_of(entity) for entity in (*before.actors, *before.recipients)}
    named = {country_of(entity) for entity in event.actors}
    return bool(known) and named <= known and event.trigger[0] - before.trigger[0] < AGAIN


def _event(match: Match, reading: Reading, slots: Slots) -> Event:
    """Return the event with its parties, without date, place and agreement."""
    token, rule, frame = match.token, match.trigger.rule, match.trigger.frame
    actors, recipients = _sides(match, reading, slots)
    event_type, value = rule.type, reading.value
    if value in ("planned", "proposed", "hypothetical"):
        event_type = rule.planned_as or (
            "AGREE" if rule.type in categories("agreed_ahead") else rule.type
        )
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
        recipients=states(recipients, actors),
    )
    if not frame.joint and not event.recipients:
        event.recipients = own_people(match, slots, event)
    if frame.joint and event_type == "CONSULT" and not event.mode and _many(actors):
        event.mode = "multilateral"
    return event


def _sides(match: Match, reading: Reading, slots: Slots) -> tuple[list[Entity], list[Entity]]:
    """Return who acts and who is acted upon, by the frame of a match."""
    token, trigger = match.token, match.trigger
    rule, frame, verbal = trigger.rule, trigger.frame, trigger.kind != "noun"
    order = frame.verb_actors if verbal else frame.noun_actors
    actors = parties(token, trigger.kind, order, slots, frame.joint)
    if not frame.joint:
        return actors, _recipients(match, actors, slots)
    if frame.needs_other_side and not verbal and is_half(actors, token, slots):
        return _both_sides(actors, token, slots), []
    if verbal and reading.value == "proposed" and rule.type == "CONSULT":
        asking = parties(token, trigger.kind, ["subject"], slots, joint=False)
        asked = [actor for actor in actors if actor not in asking]
        if asking and asked:
            return asking, asked
    offered = rule.type != "CONSULT" or reading.value != "actual"
    if offered and (rule.governs or rule.needs_partner) and len(actors) == 1:
        return actors, first_named(token, "content", slots, actors)
    return actors, []


def _recipients(match: Match, actors: list[Entity], slots: Slots) -> list[Entity]:
    """Return who is acted upon: in the relations of the frame, else in what the act is about."""
    token, trigger = match.token, match.trigger
    frame, verbal = trigger.frame, trigger.kind != "noun"
    order = frame.verb_recipients if verbal else frame.noun_recipients
    found = first_named(token, "reported", slots, actors) if frame.recipient_in_report else []
    found = found or parties(token, trigger.kind, order, slots, joint=False, exclude=actors)
    about: tuple[str, ...] = ("belonging", "content") if verbal else ()
    if not verbal and frame.recipient_in_content:
        about = ("content",)
    for relation in about:
        found = found or first_named(token, relation, slots, actors)
    return found


def _both_sides(named: list[Entity], noun: Token, slots: Slots) -> list[Entity]:
    """Add to the side that a noun names the one that its clause names: *is in Oslo for talks with*.

    Nobody is returned where the clause names no other side.
    """
    ahead = noun.head.lower_ == "ahead"
    if not ahead and syntax.preposition(noun) not in MEETING_PREPOSITIONS:
        return []
    head = noun.head if syntax.has_subject(noun.head) else syntax.clause_head(noun.head)
    others = [e for e in slots.entities(syntax.agent(head)) if e not in named]
    return [*others, *named] if others else []


def _many(actors: list[Entity]) -> bool:
    return len({actor.country or actor.name for actor in actors}) > 2


def _trimmed(sentence: Span) -> tuple[int, int]:
    text = sentence.text
    start = sentence.start_char + len(text) - len(text.lstrip())
    return start, sentence.start_char + len(text.rstrip())


def _is_said(event: Event, match: Match) -> bool:
    """Whether an act is one of words, so that its clause tells of other acts too."""
    trigger = match.trigger
    talks = trigger.kind == "noun" and event.act in acts("negotiation")
    return talks or trigger.frame.continues_meeting or event.is_said


def _set_date(event: Event, match: Match, slots: Slots) -> None:
    dates = slots.dates_in(match.token.sent)
    setting.set_date(event, match.token, dates, _is_said(event, match))


def _set_place(event: Event, match: Match, slots: Slots) -> None:
    """Attach where the act takes place: named in its clause, or the party it goes to or hits."""
    names = slots.names_in(match.token.sent)
    span = setting.governing_place(match.token, names, _is_said(event, match)) or _goal(
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
                    return None if setting.is_one_of_several(span) else span
    return None
