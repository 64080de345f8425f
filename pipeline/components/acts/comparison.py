"""Whether two mentions can be one act, and what one may lend the other."""

from __future__ import annotations

from collections import defaultdict

from pipeline.categories import acts
from pipeline.components.places.names import is_one_name
from pipeline.records import DateValue, Entity, Event, Place

DAY = 2
"""Hyphens in the EDTF of a day: ``2024-01-29``, ``XXXX-XX-XX``."""
SPOTS = frozenset({"city", "town", "base", "building"})


def gap(group: list[Event], event: Event) -> tuple[bool, int]:
    here = event.trigger[0]
    before = [here - other.trigger[0] for other in group if other.trigger[0] <= here]
    after = [other.trigger[0] - here for other in group if other.trigger[0] > here]
    return (False, min(before)) if before else (True, min(after))


def agreements_meet(one: Event, other: Event) -> bool:
    """Whether two mentions can be about one agreement at one stage.

    Talks and treaties of which one mention does not say the agreement can be about the other's.
    """
    ids = [e.agreement.agreement_id if e.agreement is not None else "" for e in (one, other)]
    if one.act in acts("named_once") or (not all(ids) and one.act in acts("between_states")):
        return not all(ids) or ids[0] == ids[1]
    return ids[0] == ids[1] and one.agreement_stage == other.agreement_stage


def parties_meet(some: list[Entity], others: list[Entity]) -> bool:
    """Whether two lists can name the same parties: a minister stands for the state."""
    if not some or not others:
        return True
    left = {entity.country or entity.name for entity in some}
    right = {entity.country or entity.name for entity in others}
    return left <= right or right <= left


def sides_meet(one: Event, other: Event) -> bool:
    """Whether two mentions can be one meeting: of two states each, or more, all are the same.

    Who met one other state did not meet both at once; a body may stand beside those who meet in it.
    """
    states = [{p.country or p.name for p in e.actors if p.type != "ORG"} for e in (one, other)]
    return min(map(len, states)) < 2 or states[0] == states[1]


def persons_meet(some: list[Entity], others: list[Entity]) -> bool:
    """Whether two lists do not name different persons of one state."""
    left, right = _persons(some), _persons(others)
    return all(
        left[state] <= right[state] or right[state] <= left[state] for state in left.keys() & right
    )


def _persons(entities: list[Entity]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for entity in entities:
        if entity.type == "PERSON" and entity.country:
            found[entity.country].add(entity.name)
    return found


def dates_meet(one: Event, other: Event) -> bool:
    if one.date is None or other.date is None:
        return True
    if one.date.start and other.date.start:
        last = [event.date.end or "9999" for event in (one, other) if event.date]
        return one.date.start <= last[1] and other.date.start <= last[0]
    return one.date.edtf == other.date.edtf


def places_meet(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None or one.name == other.name:
        return True
    same_country = bool(one.country) and one.country == other.country
    apart = one.kind in SPOTS and other.kind in SPOTS and not is_one_name(one.name, other.name)
    return same_country and not apart


def vague(event: Event) -> int:
    """Count what is not known of the date, most where there is none."""
    return event.date.edtf.count("X") if event.date is not None else 99


def take_setting(event: Event, other: Event, reason: str) -> None:
    """Fill the date and the place of an event from another one, where it has none, saying why."""
    take_date(event, other, reason)
    take_place(event, other, reason)


def take_date(event: Event, other: Event, reason: str) -> None:
    """Fill the date of an event from another one that tells the day, or days, of its act.

    A month or a year is too vague to be lent: it is that of a longer story in most cases.
    """
    if event.date is None and other.date is not None and tells_days(other.date):
        event.date, event.date_span, event.date_from = other.date, other.date_span, "context"
        event.reasons["date"] = reason


def tells_days(date: DateValue) -> bool:
    """Whether a date names its first and last day: a day, or an interval of days."""
    return all(end.count("-") == DAY for end in date.edtf.split("/"))


def take_place(event: Event, other: Event, reason: str) -> None:
    if event.place is None and other.place is not None:
        event.place, event.place_span, event.place_from = other.place, other.place_span, "context"
        event.reasons["place"] = reason
