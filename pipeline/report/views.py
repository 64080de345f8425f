"""What pictures of events show: who acts on whom, months, categories, places.

The review page and the report draw from these figures. An item is whatever the caller draws (a
row of clusters.csv, an event under review); ``cells`` gives its cells. Persons, ministries and
towns count as their states.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple, TypeVar

from pipeline.linking import parties
from pipeline.tables.rows import quad_classes
from pipeline.tables.schema import Row

T = TypeVar("T")
Cells = Callable[[T], Row]
Side = tuple[str, str]
"""The names and the codes of the actors, or of the recipients."""

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


class Dyad(NamedTuple):
    """Who acts on whom: two states or bodies, or one alone.

    ``mutual`` where both do it together (talks, an exercise): then the two are in order of their
    names, and neither is the target.
    """

    source: str
    target: str = ""
    mutual: bool = False

    @property
    def name(self) -> str:
        """``DEU → JPN``, ``DEU – JPN`` where it is mutual, ``DEU`` alone."""
        return (" – " if self.mutual else " → ").join(filter(None, self[:2]))

    def shortened(self, length: int) -> str:
        """The name, with no more of each of the two than so many characters."""
        return self._replace(
            source=shortened(self.source, length), target=shortened(self.target, length)
        ).name


def shortened(text: str, length: int) -> str:
    """Shorten a text to what a picture has room for.

    Examples
    --------
    >>> shortened("Organisation of Islamic Cooperation", 12)
    'Organisatio…'
    >>> shortened("Zanzibar", 8)
    'Zanzibar'
    """
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def dyads(row: Row) -> list[Dyad]:
    """Return who acts on whom in an item, sorted; one alone is with nobody.

    Every actor acts on every recipient. Of actors without a recipient each two act together if the
    act is one of cooperation; those who do something hostile side by side are no pair, for
    whoever it is aimed at is not told.

    Examples
    --------
    >>> sides = {"actors": "Chad; Mali", "actor_codes": "TCD.GOV; MLI.GOV"}
    >>> nobody = {"recipients": "", "recipient_codes": ""}
    >>> [dyad.name for dyad in dyads({"event_type": "CONSULT", **sides, **nobody})]
    ['MLI – TCD']
    >>> [dyad.name for dyad in dyads({"event_type": "ACCUSE", **sides, **nobody})]
    ['MLI', 'TCD']
    """
    quad = quad_classes().get(row["event_type"], "")
    sides = (row["actors"], row["actor_codes"]), (row["recipients"], row["recipient_codes"])
    return _dyads(*sides, quad in COOPERATION)


@lru_cache(maxsize=65_536)
def _dyads(actors: Side, recipients: Side, is_cooperation: bool) -> list[Dyad]:
    sources, targets = parties.states(*actors), parties.states(*recipients)
    if targets:
        return sorted({Dyad(one, other) for one in sources or ("",) for other in targets})
    if len(sources) > 1 and is_cooperation:
        return [Dyad(one, other, mutual=True) for one, other in combinations(sources, 2)]
    return [Dyad(one) for one in sources]


def lanes(found: Iterable[T], cells: Cells[T]) -> list[Dyad]:
    """Return the dyads with dated items, the busiest first; after them those alone."""
    counts = Counter(
        dyad for item in found if cells(item)["date_start"] for dyad in dyads(cells(item))
    )
    return sorted(counts, key=lambda dyad: (not dyad.target, -counts[dyad], dyad))


def dots(found: Iterable[T], cells: Cells[T]) -> dict[tuple[Dyad, str, str], list[T]]:
    """Group dated items by dyad, month (``YYYY-MM``) and quad class."""
    groups: dict[tuple[Dyad, str, str], list[T]] = defaultdict(list)
    for item in found:
        row = cells(item)
        if row["date_start"]:
            quad = quad_classes().get(row["event_type"], "")
            for dyad in dyads(row):
                groups[dyad, row["date_start"][:7], quad].append(item)
    return dict(groups)


def trend(rows: Sequence[Row], most: int) -> tuple[list[str], Counter[tuple[str, str]]]:
    """Count items by month and category.

    Parameters
    ----------
    rows : sequence of dict
        The items.
    most : int
        How many months to count at most: the last ones, of those few years in which nearly all
        items lie (:class:`Years`).

    Returns
    -------
    months, counts
        The months (``YYYY-MM``) from the first to the last with an item, without a gap; and the
        items by month and event type.
    """
    days = [row["date_start"] for row in rows if row["date_start"]]
    years = Years.of(days)
    inside = sorted({day[:7] for day in days if years.first <= int(day[:4]) <= years.last})
    months = _months(inside[0], inside[-1])[-most:]
    shown = set(months)
    counts = Counter(
        (row["date_start"][:7], row["event_type"]) for row in rows if row["date_start"][:7] in shown
    )
    return months, counts


def _months(first: str, last: str) -> list[str]:
    numbers = [int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last)]
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(numbers[0], numbers[1] + 1)]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of events: its name, WGS 84 degrees, how many; ``labelled`` where there is room."""

    place: str
    longitude: float
    latitude: float
    count: int
    labelled: bool


def spots(rows: Iterable[Row], room: tuple[float, float], most: int = 0) -> list[Spot]:
    """Count items by place, most first; names need ``room`` (degrees) to the next one.

    ``most`` is how many places to return at most; 0: all.
    """
    counts = Counter(
        (row["place"], float(row["longitude"]), float(row["latitude"]))
        for row in rows
        if row["place"] and row["longitude"] and row["latitude"]
    )
    found: list[Spot] = []
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    for (place, x, y), count in ranked[: most or None]:
        is_free = all(
            abs(x - other.longitude) > room[0] or abs(y - other.latitude) > room[1]
            for other in found
            if other.labelled
        )
        found.append(Spot(place, x, y, count, is_free))
    return found


@dataclass(slots=True)
class Tie:
    """What one state or body does to another, or both together: items by quad class, and when."""

    dyad: Dyad
    quads: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""

    @property
    def count(self) -> int:
        """How many items."""
        return self.quads.total()

    @property
    def conflict(self) -> int:
        """How many of them are conflict."""
        return self.count - sum(self.quads[quad] for quad in COOPERATION)

    def add(self, row: Row) -> None:
        """Count an item."""
        self.quads[quad_classes().get(row["event_type"], "")] += 1
        day = row["date_start"]
        if day:
            self.first = min(self.first or day, day)
            self.last = max(self.last, day)


def ties(rows: Iterable[Row]) -> list[Tie]:
    """Count items for every dyad of two, the strongest tie first; a state may act on itself."""
    found: dict[Dyad, Tie] = {}
    for row in rows:
        for dyad in dyads(row):
            if dyad.source and dyad.target:
                found.setdefault(dyad, Tie(dyad)).add(row)
    return sorted(found.values(), key=lambda tie: (-tie.count, tie.dyad))
