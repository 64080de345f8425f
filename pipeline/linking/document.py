"""Mentions of one act inside one document: found, named, and made to share what one of them says.

``The talks in Tokyo`` of the first paragraph and ``the discussions`` of the third are one act.
They get the same ``same_as``; a mention without its own parties, date or place takes those of the
group (``date_from`` and ``place_from`` say ``context``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from spacy.tokens import Doc, Token

from pipeline.components.events.syntax import is_headline
from pipeline.gazetteers import country
from pipeline.records import DateValue, Entity, Event, Place

ONCE = frozenset({"CONSULT", "SUPPORT", "AGREE", "COOPERATE", "ASSAULT", "SANCTION", "MOBILIZE",
                  "RETREAT", "PROTEST", "REQUEST", "AID", "COERCE"})  # fmt: skip
NAMED_ONCE = frozenset({"offer"})
BETWEEN_STATES = frozenset({"talks", "treaty"})
DONE = frozenset({"plan", "talks", "visit", "treaty", "trade", "deployment"})
"""Acts that are done, not said: when planned, they take place on another day than the saying."""
SPOTS = frozenset({"city", "town", "base", "building"})
NEAR = 800
VIOLENT = frozenset({"ASSAULT", "COERCE", "MOBILIZE", "PROTEST"})
STORY = 1500
"""Characters within which an act without parties belongs to the acts told before it."""
OCCASION = 2500
"""Characters within which what is said belongs to a meeting of those who say it."""
VOICED = frozenset({"ACCUSE", "REJECT", "REQUEST", "THREATEN"})
"""Types of which somebody must be the voice: an act without a subject has none."""
DOMESTIC = frozenset({"COERCE", "PROTEST"})
OUTBREAK = 0.4
LEAD = 400
"""Characters at the head of an article whose events may take date and place from later ones."""
REPORTED = frozenset({"AGREE", "SUPPORT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "CONCEDE"})


def link_document(events: list[Event], doc: Doc, principals: Sequence[Entity] = ()) -> list[Event]:
    """Group the mentions of one act and complete each from its group.

    Parameters
    ----------
    events : list of Event
        In text order; events may lack actors.
    doc : Doc
        The document, for its publication date and the tense of its verbs.
    principals : sequence of Entity
        The two states that the article is about, where it is about two: they hold the talks and
        conclude the treaties of which it names no other party.

    Returns
    -------
    list of Event
        The events that have actors, in text order.
    """
    groups: list[list[Event]] = []
    for event in events:
        group = _find(groups, event, _leads(event, doc))
        if group is None:
            groups.append([event])
        else:
            group.append(event)
    for group in groups:
        group.sort(key=lambda e: e.trigger)
        _share(group, doc)
    _take_parties(events, principals)
    kept = [event for event in events if event.actors]
    _name(groups)
    _said_at_meetings(kept, doc._.published.isoformat() if doc._.published else "")
    _spoken_now(kept, doc)
    _said_on(kept)
    for group in groups:
        _share_context(group)
    _one_outbreak(kept)
    for event in kept:
        _arrive(event)
        _strike_home(event)
    return kept


def _find(groups: list[list[Event]], event: Event, leads: bool) -> list[Event] | None:
    """Return the group whose every member can be the same act, the last one told before it.

    An act without parties below the lead takes them from what was told before, never from later.
    """
    possible = [
        group
        for group in groups
        if all(_same(event, other) for other in group)
        and (event.actors or leads or min(o.trigger for o in group) < event.trigger)
    ]
    return min(possible, key=lambda group: _gap(group, event), default=None)


def _gap(group: list[Event], event: Event) -> tuple[bool, int]:
    here = event.trigger[0]
    before = [here - other.trigger[0] for other in group if other.trigger[0] <= here]
    after = [other.trigger[0] - here for other in group if other.trigger[0] > here]
    return (False, min(before)) if before else (True, min(after))


def _same(one: Event, other: Event) -> bool:
    return (
        one.event_type == other.event_type
        and one.event_type in ONCE
        and one.act == other.act
        and one.factuality == other.factuality
        and (one.agreement_stage == other.agreement_stage or one.act in NAMED_ONCE)
        and _agreements_meet(one, other)
        and _parties_meet(one.actors, other.actors)
        and _parties_meet(one.recipients, other.recipients)
        and _dates_meet(one, other)
        and _places_meet(one.place, other.place)
    )


def _agreements_meet(one: Event, other: Event) -> bool:
    if one.agreement is None or other.agreement is None:
        return one.agreement is other.agreement or one.act in NAMED_ONCE
    return one.agreement.agreement_id == other.agreement.agreement_id


def _parties_meet(some: list[Entity], others: list[Entity]) -> bool:
    """Tell whether two lists can name the same parties: a minister stands for the state."""
    if not some or not others:
        return True
    left = {entity.country or entity.name for entity in some}
    right = {entity.country or entity.name for entity in others}
    return left <= right or right <= left


def _dates_meet(one: Event, other: Event) -> bool:
    if one.date is None or other.date is None:
        return True
    if one.date.start and other.date.start:
        last = [event.date.end or "9999" for event in (one, other) if event.date]
        return one.date.start <= last[1] and other.date.start <= last[0]
    return one.date.edtf == other.date.edtf


def _places_meet(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None or one.name == other.name:
        return True
    same_country = bool(one.country) and one.country == other.country
    return same_country and not (one.kind in SPOTS and other.kind in SPOTS)


def _share(group: list[Event], doc: Doc) -> None:
    """Give parties, date and place to the mentions of an act that lack them."""
    told = next((e for e in group if e.actors), None)
    aimed = next((e for e in group if e.recipients), None)
    named = next((e for e in group if e.agreement is not None), None)
    dated = min(
        (e for e in group if e.date is not None and e.date_from == "clause"),
        key=lambda e: (_vague(e), _precision(e.date.precision if e.date else "")),
        default=None,
    )
    placed = min(
        (e for e in group if e.place is not None and e.place_from == "clause"),
        key=lambda e: e.place is not None and e.place.kind == "country",
        default=None,
    )
    for event in group:
        if not event.actors and told is not None:
            event.actors, event.recipients = list(told.actors), list(told.recipients)
        if not event.recipients and aimed is not None:
            event.recipients = list(aimed.recipients)
        if event.agreement is None and named is not None:
            event.agreement, event.agreement_span = named.agreement, named.agreement_span
            event.agreement_stage = named.agreement_stage
        for other in (dated, placed):
            if other is not None and (other.trigger < event.trigger or _leads(event, doc)):
                _take_setting(event, other)


def _take_parties(events: list[Event], principals: Sequence[Entity]) -> None:
    """Let an act without parties take those of the act of its kind or type told last, else next.

    Talks and treaties of which the article names no parties at all are those of the two states
    that it is about.
    """
    told: dict[str, Event] = {}
    for event in events:
        last = told.get(event.act) or told.get(event.event_type)
        if event.actors:
            told[event.act] = told[event.event_type] = event
        elif event.event_type in VOICED or event.act in ("praise", "pledge"):
            continue
        elif last is not None and event.trigger[0] - last.trigger[0] < STORY:
            _take(event, last, "parties of the last such act told before")
    following: dict[str, Event] = {}
    for event in reversed(events):
        if event.actors:
            following[event.act] = event
        elif event.act in BETWEEN_STATES:
            event.actors = list(principals)
            event.reasons["actors"] = "the two states that the article is about"
        elif event.act in following and event.event_type not in VOICED:
            _take(event, following[event.act], "parties of the next such act told")


def _take(event: Event, other: Event, reason: str) -> None:
    event.actors = list(other.actors)
    event.reasons["actors"] = reason
    if event.act == other.act:
        event.recipients = event.recipients or list(other.recipients)


def _leads(event: Event, doc: Doc) -> bool:
    """Tell whether an event stands in a headline or the lead, which later text explains."""
    sentence = doc.char_span(*event.evidence)
    return event.evidence[0] < LEAD or (sentence is not None and is_headline(sentence))


def _precision(name: str) -> int:
    order = ("day", "week", "month", "season", "quarter", "year", "decade", "interval")
    return order.index(name) if name in order else len(order)


def _name(groups: list[list[Event]]) -> None:
    counts: dict[str, int] = defaultdict(int)
    for group in sorted(groups, key=lambda members: members[0].trigger):
        members = [event for event in group if event.actors]
        if len(members) > 1:
            counts[members[0].act] += 1
            for event in members:
                event.same_as = f"{event.act}-{counts[event.act]}"


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
                _take_setting(visited, event)
    for event in [e for e in meetings if e.date is None] + said:
        there = [
            m
            for m in meetings + [e for e in said if e.date_from == e.place_from == "clause"]
            if m is not event
            and (m.date or m.place)
            and _took_part(event, m)
            and _dates_meet(event, m)
            and _places_meet(event.place, m.place)
            and abs(m.trigger[0] - event.trigger[0]) < OCCASION
        ]
        own = set(event.actors)
        meeting = min(
            there,
            key=lambda m: (own.isdisjoint(m.actors), _vague(m), *_gap([m], event)),
            default=None,
        )
        if meeting is not None and (event in said or _is_one_occasion(event, meeting)):
            _take_setting(event, meeting)


def _share_context(group: list[Event]) -> None:
    """Give the setting that one mention of an act took from its context to the later ones."""
    for before, event in pairwise(group):
        if before.actors and event.actors:
            _take_setting(event, before)


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
            _take_setting(event, before)


def _is_ahead(event: Event, published: str) -> bool:
    if event.date is None or not event.date.start or not published:
        return False
    return event.date.start > published


def _is_one_occasion(event: Event, other: Event) -> bool:
    """Tell whether two meetings of the same people can be parts of one visit."""
    return event.place is not None and other.place is not None and event.act != other.act


def _vague(event: Event) -> int:
    """Count what is not known of the date, most where there is none."""
    return event.date.edtf.count("X") if event.date is not None else 99


def _take_setting(event: Event, other: Event) -> None:
    """Fill the date and the place of an event from another one, where it has none."""
    if event.date is None and other.date is not None:
        event.date, event.date_span, event.date_from = other.date, other.date_span, "context"
    if event.place is None and other.place is not None:
        event.place, event.place_span, event.place_from = other.place, other.place_span, "context"


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
