"""What pictures of events show: pairs of states, months, places, who acts with whom.

The review page and the report draw from these figures. An item is whatever the caller draws (a
row of clusters.csv, an event under review); ``cells`` gives its cells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pipeline.linking import parties
from pipeline.tables.rows import quad_classes
from pipeline.tables.schema import Row

T = TypeVar("T")
Cells = Callable[[T], Row]
Dyad = tuple[str, str]

OUTSIDE = 0.05
"""The share of the dated items that may lie before, and after, the years of a time axis."""
COOPERATION = ("verbal cooperation", "material cooperation")


@dataclass(frozen=True, slots=True)
class Years:
    """The years of a time axis: ``first`` and ``last``; few dates lie before or after them."""

    first: int
    last: int

    @classmethod
    def of(cls, days: Iterable[str]) -> Years:
        """Choose the years for days (``YYYY-MM-DD``), of which there is at least one."""
        years = sorted(int(day[:4]) for day in days)
        few = int(len(years) * OUTSIDE)
        return cls(years[few], years[-1 - few])


def states(row: Row) -> list[str]:
    """Return the states (ISO3 codes) and other bodies (names) of an item's two sides, sorted."""
    sides = ("actors", "actor_codes"), ("recipients", "recipient_codes")
    return sorted({state for side in sides for state in parties.states(*(row[c] for c in side))})


def dyad(row: Row) -> Dyad:
    """Return the pair of an item, the first two of several; one alone is with nobody."""
    found = states(row)
    return (found[0], found[1]) if len(found) > 1 else (found[0] if found else "", "")


def lanes(found: Iterable[T], cells: Cells[T], most: int) -> list[Dyad]:
    """Return the pairs with most dated items, the busiest first; after them those alone."""
    counts = Counter(dyad(cells(item)) for item in found if cells(item)["date_start"])
    ranked = sorted(counts, key=lambda pair: (not pair[1], -counts[pair], pair))
    return [pair for pair in ranked if pair[0]][:most]


def dots(found: Iterable[T], cells: Cells[T]) -> dict[tuple[Dyad, str, str], list[T]]:
    """Group dated items by pair, month (``YYYY-MM``) and quad class."""
    groups: dict[tuple[Dyad, str, str], list[T]] = defaultdict(list)
    for item in found:
        row = cells(item)
        if row["date_start"]:
            quad = quad_classes().get(row["event_type"], "")
            groups[dyad(row), row["date_start"][:7], quad].append(item)
    return dict(groups)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of events: its name, WGS 84 degrees, how many; ``labelled`` where there is room."""

    place: str
    longitude: float
    latitude: float
    count: int
    labelled: bool


def spots(rows: Iterable[Row], room: tuple[float, float]) -> list[Spot]:
    """Count items by place, most first; names need ``room`` (degrees) to the next one."""
    counts = Counter(
        (row["place"], float(row["longitude"]), float(row["latitude"]))
        for row in rows
        if row["place"] and row["longitude"] and row["latitude"]
    )
    found: list[Spot] = []
    for (place, x, y), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        is_free = all(
            abs(x - other.longitude) > room[0] or abs(y - other.latitude) > room[1]
            for other in found
            if other.labelled
        )
        found.append(Spot(place, x, y, count, is_free))
    return found


@dataclass(frozen=True, slots=True)
class Tie:
    """How often two states or bodies act together or towards each other, and how."""

    pair: Dyad
    count: int
    conflict: int


def ties(rows: Iterable[Row]) -> list[Tie]:
    """Count items for every two parties of each, the strongest tie first."""
    counts: Counter[Dyad] = Counter()
    conflicts: Counter[Dyad] = Counter()
    for row in rows:
        found = states(row)
        is_conflict = quad_classes().get(row["event_type"], "") not in COOPERATION
        for number, one in enumerate(found):
            for other in found[number + 1 :]:
                counts[one, other] += 1
                conflicts[one, other] += is_conflict
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Tie(pair, count, conflicts[pair]) for pair, count in ranked]
