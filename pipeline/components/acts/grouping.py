"""Mentions of one act inside one document: found, named, and made to share what one of them says.

``The talks in Tokyo`` of the first paragraph and ``the discussions`` of the third are one act.
They get the same ``same_as``; a mention without its own parties, date or place takes those of the
group (``date_from`` and ``place_from`` say ``context``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from spacy.tokens import Doc

from pipeline.categories import acts, categories
from pipeline.components.acts.comparison import (
    SPOTS,
    agreements_meet,
    dates_meet,
    gap,
    parties_meet,
    persons_meet,
    places_meet,
    sides_meet,
    take_date,
    take_place,
    vague,
)
from pipeline.components.acts.context import settle
from pipeline.components.acts.retelling import can_be_retold, is_named_again
from pipeline.components.acts.telling import is_told_again, leads
from pipeline.records import Entity, Event

GROUPS, MENTIONS = 40, 30
"""How many acts of a category and factuality may be meant again, the last of them, and how often
an act is told: far more than in any article, so that the time of a book is no square of its
length."""
STORY = 1500
"""Characters within which an act without parties belongs to the acts told before it."""


def link_document(
    events: list[Event],
    doc: Doc,
    principals: Sequence[Entity] = (),
    find_parties: Callable[[Event], object] = lambda event: None,
) -> list[Event]:
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
    find_parties : callable, optional
        Fills the parties of an event that neither its clause nor other mentions of the act name.

    Returns
    -------
    list of Event
        The events that have actors, in text order.
    """
    groups: list[list[Event]] = []
    alike: dict[tuple[str, str], list[list[Event]]] = defaultdict(list)
    for event in events:
        near = alike[event.event_type, event.factuality]
        group = _find(near[-GROUPS:], event, doc)
        if group is None:
            groups.append([event])
            near.append(groups[-1])
        else:
            group.append(event)
    for group in groups:
        group.sort(key=lambda e: e.trigger)
        _share(group, doc)
    _take_parties(events, principals)
    for event in events:
        if not event.actors:
            find_parties(event)
    kept = [event for event in events if event.actors]
    for event in kept:
        _part_sides(event)
    _name(groups)
    settle(kept, groups, doc)
    for event in kept:
        if event.agreement is None or not event.agreement.agreement_id:
            event.agreement_stage = ""  # of an agreement that is not known there is no life to tell
    return kept


def _find(groups: list[list[Event]], event: Event, doc: Doc) -> list[Event] | None:
    """Return the group whose every member can be the same act, the last one told before it.

    An act without parties below the lead takes them from what was told before, never from later.
    """
    leading = leads(event, doc)
    possible = [
        group
        for group in groups
        if len(group) < MENTIONS
        and all(_same(event, other, doc) and _retold(event, other, doc) for other in group)
        and (event.actors or leading or min(o.trigger for o in group) < event.trigger)
    ]
    return min(possible, key=lambda group: gap(group, event), default=None)


def _same(one: Event, other: Event, doc: Doc) -> bool:
    return (
        one.event_type == other.event_type
        and one.factuality == other.factuality
        and agreements_meet(one, other)
        and (
            is_named_again(one, other, doc)
            or (parties_meet(one.actors, other.actors) and _can_be_called_so(one, other))
        )
        and parties_meet(one.recipients, other.recipients)
        and persons_meet(one.actors, other.actors)
        and dates_meet(one, other)
        and places_meet(one.place, other.place)
    )


def _can_be_called_so(one: Event, other: Event) -> bool:
    """Whether two mentions of a category can be one act though they call it by other words."""
    return (
        one.event_type in categories("told_again")
        and (one.act == other.act or one.event_type in categories("many_names"))
        and (one.event_type not in categories("met") or sides_meet(one, other))
    )


def _retold(one: Event, other: Event, doc: Doc) -> bool:
    earlier, later = sorted((one, other), key=lambda event: event.trigger)
    return can_be_retold(earlier, later, doc)


def _share(group: list[Event], doc: Doc) -> None:
    """Give parties, date and place to the mentions of an act that lack them."""
    told = next((e for e in group if e.actors), None)
    aimed = next((e for e in group if e.recipients), None)
    named = next((e for e in group if e.agreement is not None), None)
    dated = min(
        (e for e in group if e.date is not None and e.date_from == "clause"),
        key=lambda e: (vague(e), _precision(e.date.precision if e.date else "")),
        default=None,
    )
    placed = [e for e in group if e.place is not None and e.place_from == "clause"]
    for event in group:
        if not event.actors and told is not None:
            event.actors = list(told.actors)
            event.reasons["actors"] = "another mention of the same act"
            event.recipients = event.recipients or list(told.recipients)
            if event.act in acts("between_states"):
                _join_sides(event)
        if event.act in acts("two_sided"):
            _join_sides(event)
        elif not event.recipients and aimed is not None:
            event.recipients = list(aimed.recipients)
            event.reasons["recipients"] = "another mention of the same act"
        if event.agreement is None and named is not None:
            event.agreement, event.agreement_span = named.agreement, named.agreement_span
            event.agreement_stage = named.agreement_stage
        if not is_told_again(event, doc):
            continue
        if dated is not None and (dated.trigger < event.trigger or leads(event, doc)):
            take_date(event, dated, "another mention of the same act")
        if not event.is_said and event.event_type != "SANCTION":
            _take_place(event, placed, leads(event, doc))


def _join_sides(event: Event) -> None:
    """Let both sides of a fight act: *the fighting*, told before as an attack of one of them."""
    others = [e for e in event.recipients if all(e.name != a.name for a in event.actors)]
    event.actors = [*event.actors, *others]
    event.recipients = []


def _take_place(event: Event, placed: list[Event], leading: bool) -> None:
    """Place an act where another mention of it says: a town rather than its country, the last one.

    A mention at the head of the article may take it from later ones.
    """
    before = [e for e in placed if e.trigger < event.trigger]
    for other in sorted([*reversed(before), *(placed if leading else [])], key=_is_wide):
        take_place(event, other, "another mention of the same act")


def _is_wide(event: Event) -> bool:
    return event.place is None or event.place.kind not in SPOTS


def _take_parties(events: list[Event], principals: Sequence[Entity]) -> None:
    """Let a protest without parties take those of the protest told last, any act those of the next.

    Talks and treaties of which the article names no parties at all are those of the two states
    that it is about, where it tells any act that they did together. Other acts told before lend
    nothing: measured on news, the act told last is somebody else's two times out of three.
    """
    sides = {entity.country for entity in principals}
    together = any(sides <= {actor.country for actor in event.actors} for event in events)
    told: dict[str, Event] = {}
    for event in events:
        last = told.get(event.act)
        if event.actors:
            told[event.act] = event
        elif event.event_type in categories("voiced") or event.act in acts("own_parties"):
            continue
        elif (
            last is not None
            and event.event_type in categories("goes_on")
            and event.trigger[0] - last.trigger[0] < STORY
        ):
            _take(event, last, "parties of the last such act told before")
    following: dict[str, Event] = {}
    for event in reversed(events):
        if event.actors:
            following[event.act] = event
        elif event.act in acts("between_states") and together:
            event.actors = list(principals)
            event.reasons["actors"] = "the two states that the article is about"
        elif event.act in following and event.event_type not in categories("voiced"):
            _take(event, following[event.act], "parties of the next such act told")


def _take(event: Event, other: Event, reason: str) -> None:
    event.actors = list(other.actors)
    event.reasons["actors"] = reason
    if event.act == other.act:
        event.recipients = event.recipients or list(other.recipients)
    if event.act in acts("two_sided"):
        _join_sides(event)


def _part_sides(event: Event) -> None:
    """Take those who act from the recipients.

    A state meets itself by force or protest; otherwise where its clause names both of its sides.
    """
    actors = {actor.name for actor in event.actors}
    told = not event.reasons.keys() & {"actors", "recipients"}
    event.recipients = [
        entity
        for entity in event.recipients
        if entity.name not in actors
        or ((told or event.event_type in categories("unrest")) and entity.type in ("GPE", "NORP"))
    ]


def _precision(name: str) -> int:
    order = ("day", "week", "month", "season", "quarter", "year", "decade", "interval")
    return order.index(name) if name in order else len(order)


def _name(groups: list[list[Event]]) -> None:
    counts: dict[str, int] = defaultdict(int)
    for group in sorted(groups, key=lambda members: members[0].trigger):
        members = [event for event in group if event.actors]
        if len(members) > 1:
            act = members[0].act
            counts[act] += 1
            for event in members:
                event.same_as = f"{act}-{counts[act]}"
