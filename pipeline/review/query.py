"""Which events to show, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pipeline.report import views
from pipeline.resources import items

if TYPE_CHECKING:
    from pipeline.review.entries import Entry


@dataclass(frozen=True, slots=True)
class Query:
    """Which events to show, and in what order.

    Empty fields filter nothing. ``actor`` and ``other`` look at both sides, for a name or a state;
    ``low`` and ``high`` bound the confidence; ``day`` is the beginning of an EDTF date, or of the
    first day it can mean (``2026-03``); ``dyad`` is who acts on whom (``DEU → JPN``);
    ``assigned`` the reviewer whom a document is for; ``q`` holds words that must all occur
    somewhere in the row.
    """

    doc: str = ""
    type: str = ""
    status: str = ""
    agreement: str = ""
    stage: str = ""
    actor: str = ""
    other: str = ""
    dyad: str = ""
    assigned: str = ""
    place: str = ""
    rule: str = ""
    cluster: str = ""
    group: str = ""
    day: str = ""
    low: float | None = None
    high: float | None = None
    q: str = ""
    sort: str = "document"
    descending: bool = False

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Query:
        """Read a query from request parameters; what cannot be read filters nothing."""
        known: dict[str, Any] = {}
        for name in (f.name for f in fields(cls)):
            value = values.get(name, "").strip()
            if not value:
                continue
            if name in ("low", "high"):
                try:
                    known[name] = float(value)
                except ValueError:
                    continue
            else:
                known[name] = value == "true" if name == "descending" else value
        if known.get("sort") not in SORTS:
            known.pop("sort", None)
        return cls(**known)

    @property
    def filters(self) -> dict[str, str]:
        """What it filters by: the fields that are set, without the order."""
        given = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {
            name: str(value)
            for name, value in given
            if value not in ("", None) and name not in ("sort", "descending")
        }

    def test(self) -> Callable[[Entry], bool]:
        """The predicate that an event must pass."""
        tests: list[Callable[[Entry], bool]] = []
        for value, column in (
            (self.doc, "doc_id"),
            (self.type, "event_type"),
            (self.agreement, "agreement_id"),
            (self.stage, "agreement_stage"),
            (self.place, "place"),
            (self.rule, "rule_id"),
            (self.cluster, "cluster_id"),
            (self.group, "same_as"),
        ):
            if value:
                tests.append(_cell_test(column, value))
        tests += [_party_test(name) for name in (self.actor, self.other) if name]
        if self.assigned:
            tests.append(lambda e: self.assigned in e.assigned)
        if self.dyad:
            tests.append(lambda e: any(d.name == self.dyad for d in views.dyads(e.cells)))
        if self.day:
            tests.append(_day_test(self.day))
        if self.low is not None or self.high is not None:
            low, high = self.low or 0.0, 1.0 if self.high is None else self.high
            tests.append(lambda e: low <= e.confidence <= high)
        if self.status:
            tests.append(_status_test(self.status))
        words = self.q.lower().split()
        if words:
            tests.append(lambda e: all(word in e.haystack for word in words))
        return lambda entry: all(test(entry) for test in tests)


def _cell_test(column: str, value: str) -> Callable[[Entry], bool]:
    return lambda e: e.cells[column] == value


def _day_test(day: str) -> Callable[[Entry], bool]:
    return lambda e: any(e.cells[c].startswith(day) for c in ("date", "date_start"))


def _party_test(name: str) -> Callable[[Entry], bool]:
    """Look for a party by its name, or by the state or body it stands for (``DEU``)."""
    columns = ("actors", "recipients", "actor_codes", "recipient_codes")

    def test(entry: Entry) -> bool:
        cells = entry.cells
        if not any(name in cells[column] for column in columns):
            return False
        named = items(cells["actors"]) + items(cells["recipients"])
        return name in named or name in views.states(cells)

    return test


def _status_test(status: str) -> Callable[[Entry], bool]:
    if status == "second look":
        return lambda e: bool(e.second_look)
    if status == "decided":
        return lambda e: e.decided
    if status == "commented":
        return lambda e: bool(e.state and e.state.comment)
    return lambda e: e.status == status


def _at_end(value: str) -> tuple[bool, str]:
    return (not value, value)


SORTS: dict[str, Callable[[Entry], Any]] = {
    "document": lambda e: 0,
    "confidence": lambda e: e.confidence,
    "date": lambda e: _at_end(e.cells["date_start"] or e.cells["date"]),
    "type": lambda e: e.cells["event_type"],
    "trigger": lambda e: e.cells["trigger"].lower(),
    "actors": lambda e: _at_end(e.cells["actors"].lower()),
    "place": lambda e: _at_end(e.cells["place"].lower()),
    "agreement": lambda e: _at_end(e.cells["agreement_id"]),
    "rule": lambda e: _at_end(e.cells["rule_id"]),
    "status": lambda e: e.status,
    "reviewed": lambda e: _at_end(e.state.at if e.state else ""),
}
