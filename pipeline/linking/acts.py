"""Which events of different documents are one act.

The events of a document that share ``same_as`` are one unit; a unit joins the one cluster that it
can belong to and stays apart where several are equally likely: a wrong merger costs more than a
missing one. Two things decide. *Compatible*: type, factuality, kind of act, parties, mode, date,
place, agreement and stage contradict each other nowhere. *Supported*: the dates say the same, or
more than the parties agrees (see :func:`_supported`). Without a date an agreement and its stage
identify an act (a treaty is signed once, talks are held every year), the same sentence in both
documents, and who took part in an act that other documents of these days date.

Units are taken from the most to the least specific, in an order given by their content, so the
clusters depend on the set of events alone: neither on their order nor on how the set grew.
Candidates come from blocks (type with agreement and stage, type with parties) sorted by date, and
no more than :data:`CANDIDATES` are weighed, so the cost grows almost linearly. A block holds one
set of parties: documents that name different sets meet by an agreement alone. The thresholds are
chosen on judged pairs of press releases (``tests/data/act_pairs.csv``).
"""

from __future__ import annotations

import datetime
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pipeline import gazetteers
from pipeline.categories import categories
from pipeline.components.places.names import is_one_name
from pipeline.linking import parties
from pipeline.linking.days import FIRST, When, plain, read
from pipeline.tables.schema import Row

ONCE = frozenset({"concluded", "signed", "ratified", "in_force", "terminated"})
"""Stages that an agreement reaches once, so that they need no date to be one act."""
FEW, WEEK, MONTH, WIDE = 3, 7, 31, 366
"""Days of a date: up to ``WIDE`` it can identify an act, up to ``FEW`` without the same persons."""
NEWS = 7
"""Days around its publication in which an act without date is taken to have taken place."""
COPIED = 40
"""Characters from which on a sentence that two documents share is no formula of thanks."""
CANDIDATES = 64
"""How many clusters a unit is compared with; among more, it joins only its like."""

SIDES = ("actor", "recipient")

Key = tuple[Any, ...]
Order = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a rule reads: the kind of act (*sign* and *signing* are one) and the category."""

    act: str
    type: str


@dataclass(slots=True)
class Unit:
    """The mentions of one act in one document.

    ``is_told`` says whether the clause of the act gives its date; ``around`` are the days in which
    an act without date was news; ``said`` is what is quoted of it: sentence and trigger.
    """

    rows: list[Row]
    document: str
    type: str
    factuality: str
    mode: str
    act: str
    actors: frozenset[str]
    recipients: frozenset[str]
    names: parties.Named
    when: When | None
    is_told: bool
    around: When | None
    place: str
    country: str
    agreement: str
    stage: str
    is_spoken: bool
    said: frozenset[tuple[str, str]]
    published: int

    @property
    def is_placed(self) -> bool:
        """Whether the place is known more precisely than by its country."""
        return bool(self.place) and not _is_country(self.place, self.country)


@dataclass(slots=True)
class Cluster:
    """Units that are one act, with what together they know of it."""

    units: list[Unit]
    documents: set[str]
    mode: str
    actors: frozenset[str]
    recipients: frozenset[str]
    names: parties.Named
    when: When | None
    is_told: bool
    around: When | None
    place: str
    country: str
    agreement: str
    stage: str
    said: frozenset[tuple[str, str]]
    published: set[int]

    @property
    def is_placed(self) -> bool:
        """Whether the place is known more precisely than by its country."""
        return bool(self.place) and not _is_country(self.place, self.country)

    @property
    def rows(self) -> list[Row]:
        """The rows of all units, in an order that depends on their content alone."""
        return sorted((row for unit in self.units for row in unit.rows), key=order)

    def add(self, unit: Unit) -> None:
        """Take in a unit that :func:`_compatible` allows."""
        self.units.append(unit)
        self.documents.add(unit.document)
        self.mode = self.mode or unit.mode
        self.actors |= unit.actors
        self.recipients |= unit.recipients
        self.names = parties.union(self.names, unit.names)
        self.when = _meeting(self.when, unit.when)
        self.is_told |= unit.is_told
        self.around = _meeting(self.around, unit.around)
        self.said |= unit.said
        self.published.add(unit.published)
        if not self.place or (unit.is_placed and _is_country(self.place, self.country)):
            self.place, self.country = unit.place, unit.country
        self.agreement = self.agreement or unit.agreement
        self.stage = self.stage or unit.stage


@dataclass(slots=True)
class _Block:
    """The clusters of one block by the day on which their first date starts."""

    starts: list[tuple[int, int]] = field(default_factory=list)
    longest: int = 0
    yearless: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    everything: list[int] = field(default_factory=list)

    def add(self, number: int, when: When | None) -> None:
        self.everything.append(number)
        if when is None or when.length > WIDE:
            return
        if when.known:
            insort(self.starts, (when.first, number))
            self.longest = max(self.longest, when.length)
        for month in _months(when):
            self.yearless[month].append(number)

    def near(self, when: When | None, undated: bool) -> list[int]:
        """Return the clusters that can meet a date (``undated``: all), or one too many."""
        if undated:
            return self.everything[: CANDIDATES + 1]
        if when is None or when.length > WIDE:
            return []
        if not when.known:
            return self.yearless[when.month][: CANDIDATES + 1]
        low = bisect_left(self.starts, (when.first - self.longest + 1, -1))
        high = bisect_left(self.starts, (when.last + 1, -1))
        return [number for _, number in self.starts[low : min(high, low + CANDIDATES + 1)]]


def cluster(events: Iterable[Row], kind_of: Callable[[str], Kind]) -> list[Cluster]:
    """Group event rows into acts.

    Parameters
    ----------
    events : iterable of dict
        Rows of events.csv from any number of documents, in any order; their ``event_id`` must
        differ.
    kind_of : callable
        Gives the kind of act that the rule of a ``rule_id`` reads.

    Returns
    -------
    list of Cluster
        Sorted by their first event (see :func:`order`).
    """
    clusters: list[Cluster] = []
    blocks: dict[Key, _Block] = defaultdict(_Block)
    alike: dict[Key, int] = {}
    for unit in sorted(_units(events, kind_of), key=_specific_first):
        number = _choose(unit, clusters, blocks, alike)
        if number is None:
            number = len(clusters)
            clusters.append(_open(unit))
            for key in _keys(unit):
                blocks[key].add(number, unit.when or unit.around)
        else:
            clusters[number].add(unit)
        alike.setdefault(_signature(unit), number)
    return sorted(clusters, key=lambda found: order(found.rows[0]))


def block_keys(events: Iterable[Row]) -> Iterator[tuple[list[Row], list[Key]]]:
    """Yield the units of some events with their blocks: first that of the parties.

    Events of different documents can only be one act if their units share a block.
    """
    for unit in _units(events, lambda rule_id: Kind("", "")):
        yield unit.rows, list(_keys(unit))


def order(row: Row) -> Order:
    """Return the sort key of an event row: document, offset, id."""
    return row["doc_id"], int(row["trigger_start"] or 0), row["event_id"]


def _units(events: Iterable[Row], kind_of: Callable[[str], Kind]) -> Iterator[Unit]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in events:
        own = ("group", row["same_as"]) if row["same_as"] else ("event", row["event_id"])
        groups[row["doc_id"], *own].append(row)
    for rows in groups.values():
        rows.sort(key=order)
        yield _unit(rows, kind_of)


def _unit(rows: list[Row], kind_of: Callable[[str], Kind]) -> Unit:
    first = rows[0]
    placed = min(
        (row for row in rows if row["place"]),
        key=lambda row: _is_country(row["place"], row["place_country"]),
        default=first,
    )
    bound = next((row for row in rows if row["agreement_id"]), first)
    sides = [(row[f"{side}s"], row[f"{side}_codes"]) for row in rows for side in SIDES]
    actors, recipients = _sides(rows)
    kind, when = kind_of(first["rule_id"]), _best_date(rows)
    return Unit(
        rows=rows,
        document=first["doc_id"],
        type=first["event_type"],
        factuality=first["factuality"],
        mode=next((row["mode"] for row in rows if row["mode"]), ""),
        act=kind.act,
        actors=actors,
        recipients=recipients,
        names=parties.named(sides),
        when=when,
        is_told=any(when == _date(row) for row in rows if row["date_from"] == "clause"),
        around=_news(first) if when is None else None,
        place=placed["place"],
        country=placed["place_country"],
        agreement=bound["agreement_id"],
        stage=bound["agreement_stage"],
        is_spoken=kind.type in categories("said") and not bound["agreement_stage"],
        said=frozenset(
            (row["evidence"], row["trigger"]) for row in rows if len(row["evidence"]) >= COPIED
        ),
        published=_published(first),
    )


def _sides(rows: list[Row]) -> tuple[frozenset[str], frozenset[str]]:
    """Return actors and recipients; beside two known ones somebody of no known country is left out.

    The only actor or recipient always counts, known or not: it is whom the act is about.
    """
    known = [_side(rows, side, parties.known) for side in SIDES]
    every = [_side(rows, side, parties.parties) for side in SIDES]
    if len(known[0] | known[1]) < 2:
        return every[0], every[1]
    return known[0] or every[0], known[1] or every[1]


def _side(rows: list[Row], side: str, of: Callable[[str, str], tuple[str, ...]]) -> frozenset[str]:
    return frozenset(party for r in rows for party in of(r[f"{side}s"], r[f"{side}_codes"]))


def _best_date(rows: list[Row]) -> When | None:
    """Return the most specific date of a document's mentions, of those the one told most often."""
    told: dict[When, int] = defaultdict(int)
    for row in rows:
        when = _date(row)
        if when is not None:
            told[when] += 1
    return min(told, key=lambda w: (not w.known, w.length, -told[w], w.edtf), default=None)


def _date(row: Row) -> When | None:
    return read(row["date"], row["date_start"], row["date_end"])


def _published(row: Row) -> int:
    """Return the day of publication as an ordinal, 0 where it is not known."""
    published = plain(row["published"])
    return published.first if published else 0


def _news(row: Row) -> When | None:
    """Return the days of an act without date: just before its publication, or after, if planned."""
    day = _published(row)
    if not day or row["date"] or row["factuality"] not in ("actual", "planned"):
        return None
    ahead = row["factuality"] == "planned"
    return When("", day, day + NEWS) if ahead else When("", max(day - NEWS, FIRST), day)


def _specific_first(unit: Unit) -> Key:
    persons = sum(len(names) for (_, level), names in unit.names.items() if level == "person")
    return (
        unit.when is None,
        unit.when is not None and not unit.when.known,
        unit.when.length if unit.when else 0,
        not unit.agreement,
        not unit.is_placed,
        not unit.place,
        -persons,
        order(unit.rows[0]),
    )


def _open(unit: Unit) -> Cluster:
    return Cluster(
        [unit],
        {unit.document},
        unit.mode,
        unit.actors,
        unit.recipients,
        unit.names,
        unit.when,
        unit.is_told,
        unit.around,
        unit.place,
        unit.country,
        unit.agreement,
        unit.stage,
        unit.said,
        {unit.published},
    )


def _keys(unit: Unit) -> Iterator[Key]:
    """Yield the blocks of a unit: that of its parties and that of its agreement."""
    yield unit.type, unit.factuality, unit.actors | unit.recipients
    if unit.agreement:
        yield _stage_key(unit)


def _stage_key(unit: Unit) -> Key:
    return unit.type, unit.factuality, unit.agreement, unit.stage


def _signature(unit: Unit) -> Key:
    """Return all that is compared; units that share it differ in nothing."""
    return (
        unit.type,
        unit.factuality,
        unit.mode,
        unit.act,
        unit.actors,
        unit.recipients,
        frozenset(unit.names.items()),
        unit.when.edtf if unit.when else "",
        unit.place,
        unit.agreement,
        unit.stage,
    )


def _choose(
    unit: Unit, clusters: list[Cluster], blocks: dict[Key, _Block], alike: dict[Key, int]
) -> int | None:
    """Return the number of the cluster that a unit belongs to, if exactly one is the likeliest."""
    twin = alike.get(_signature(unit))
    numbers = {} if twin is None else {twin: None}
    for key in _keys(unit):
        if key in blocks:
            is_once = unit.stage in ONCE and key == _stage_key(unit)
            near = blocks[key].near(unit.when or unit.around, is_once)
            if len(near) <= CANDIDATES:
                numbers |= dict.fromkeys(near)
    ranked = sorted(
        (
            (_evidence(unit, clusters[number], number == twin), number)
            for number in numbers
            if _compatible(unit, clusters[number]) and _supported(unit, clusters[number])
        ),
        reverse=True,
    )
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _compatible(unit: Unit, other: Cluster) -> bool:
    """Whether nothing known of the one contradicts the other."""
    same_agreement = bool(unit.agreement) and unit.agreement == other.agreement
    return (
        unit.document not in other.documents
        and (same_agreement or unit.act == other.units[0].act or _is_meeting(unit, other))
        and _equal_or_unknown(unit.agreement, other.agreement)
        and _equal_or_unknown(unit.stage, other.stage)
        and _equal_or_unknown(unit.mode, other.mode)
        and _part_of(unit.actors, other.actors)
        and _part_of(unit.recipients, other.recipients)
        and (unit.when is None or other.when is None or unit.when.meets(other.when))
        and _places_meet(unit, other)
        and not parties.contradict(unit.names, other.names)
    )


def _is_meeting(unit: Unit, other: Cluster) -> bool:
    """Whether both are a meeting of the same persons, called so or by who received whom."""
    together = unit.actors | other.actors
    return (
        unit.type == "CONSULT"
        and not (unit.recipients or other.recipients)
        and len(together) > 1
        and parties.settled(together, unit.names, other.names)
    )


def _supported(unit: Unit, other: Cluster) -> bool:
    """Whether there is enough to say that compatible events are one act.

    A stage that an agreement reaches once, and a sentence that both documents have, are enough.
    What is said must be dated by its own clause. Acts of which a day sees many need the place.
    Otherwise the dates decide (:func:`_dates_support`), or the news (:func:`_news_supports`).
    """
    same_agreement = bool(unit.agreement) and unit.agreement == other.agreement
    if same_agreement and unit.stage == other.stage and unit.stage in ONCE:
        return unit.stage != "concluded" or _is_one_conclusion(unit, other)
    if unit.said & other.said and _at_one_time(unit, other):
        return True
    if unit.when is None or other.when is None:
        return not unit.is_spoken and _news_supports(unit, other)
    if same_agreement:
        return max(unit.when.length, other.when.length) <= WIDE
    if unit.is_spoken and not (unit.is_told and other.is_told):
        return False
    return _dates_support(unit, unit.when, other, other.when)


def _at_one_time(unit: Unit, other: Cluster) -> bool:
    """Whether a sentence was copied, not said again: in one week, or with one date."""
    if unit.when is not None and other.when is not None:
        return True
    return any(abs(unit.published - day) <= NEWS for day in other.published)


def _is_one_conclusion(unit: Unit, other: Cluster) -> bool:
    """Whether an agreement was concluded once: drafts are, again and again, without date."""
    if unit.when is not None or other.when is not None:
        return True
    return bool(unit.around and other.around and unit.around.meets(other.around))


def _dates_support(unit: Unit, own: When, other: Cluster, when: When) -> bool:
    """Whether dates that meet are enough.

    They are between two or more parties, where both are of few days or say the same stretch of
    days. If one is vaguer, more must agree: a specific place, if only with its country, or who
    stood for each party (for the one that acts, if it acts on the other).
    """
    same_days = (own.first, own.last) == (when.first, when.last) and own.known
    is_narrow = max(own.length, when.length) <= FEW
    same_place = unit.is_placed and _is_same_place(unit, other)
    if unit.type in categories("unrest"):
        is_sure = same_days and is_narrow and unit.is_told and other.is_told
        same_word = {word for _, word in unit.said} & {word for _, word in other.said}
        return (same_place and (is_narrow or same_days)) or bool(is_sure and same_word)
    together = unit.actors | unit.recipients
    sides = unit.actors if unit.recipients and other.recipients else together
    length = max(own.length, when.length)
    if same_place or (len(together) > 1 and parties.settled(sides, unit.names, other.names)):
        return length <= WIDE
    if len(together) < 2 and not parties.shared(unit.names, other.names):
        return False
    if not (unit.is_told or other.is_told):
        return False
    most = WEEK if unit.type in categories("many_a_year") else WIDE
    in_place = (unit.is_placed or other.is_placed) and _are_placed(unit, other)
    return is_narrow or (same_days and length <= most) or (in_place and length <= MONTH)


def _are_placed(unit: Unit, other: Cluster) -> bool:
    return bool(unit.place and other.place)


def _news_supports(unit: Unit, other: Cluster) -> bool:
    """Whether an act without date is one that was news on the same days.

    Who took part must be nearly settled: by name, by three parties or more, or by a specific place.
    What is to come may lie far ahead, so that the same persons must be named.
    """
    mine, theirs = unit.when or unit.around, other.when or other.around
    if mine is None or theirs is None or not (mine.known and theirs.known):
        return False
    if max(mine.length, theirs.length) > NEWS + 1 or not mine.meets(theirs):
        return False
    together = unit.actors | unit.recipients
    if unit.type in categories("unrest") or len(together) < 2:
        return False
    if unit.factuality == "planned":
        return parties.same_persons(unit.names, other.names)
    same_place = unit.is_placed and _is_same_place(unit, other)
    same_visit = unit.mode == other.mode == "visit" and _are_placed(unit, other)
    named = parties.shared(unit.names, other.names) > 0
    return len(together) > 2 or same_place or same_visit or named


def _evidence(unit: Unit, other: Cluster, is_twin: bool) -> Key:
    """Return how much speaks for a cluster, for comparing candidates."""
    same_when = unit.when and other.when and unit.when.edtf == other.when.edtf
    return (
        bool(unit.agreement) and unit.agreement == other.agreement,
        unit.is_placed and _is_same_place(unit, other),
        parties.shared(unit.names, other.names),
        is_twin,
        bool(same_when),
        unit.mode == other.mode,
    )


def _equal_or_unknown(one: str, other: str) -> bool:
    return one == other or not one or not other


def _part_of(some: frozenset[str], others: frozenset[str]) -> bool:
    return some <= others or others <= some


def _places_meet(unit: Unit, other: Cluster) -> bool:
    if not unit.place or not other.place or _is_same_place(unit, other):
        return True
    return unit.country == other.country and (
        _is_country(unit.place, unit.country) or _is_country(other.place, other.country)
    )


def _is_same_place(unit: Unit, other: Cluster) -> bool:
    if unit.place == other.place:
        return True
    return unit.country == other.country and _is_one_name(unit.place, other.place)


_is_one_name = lru_cache(maxsize=65536)(is_one_name)


@lru_cache(maxsize=65536)
def _is_country(place: str, iso3: str) -> bool:
    country = gazetteers.country(iso3)
    return country is not None and country.name == place


def _meeting(one: When | None, other: When | None) -> When | None:
    """Return the days that both dates can mean, named as the narrower of the two."""
    if one is None or other is None or not (one.known and other.known):
        known = [when for when in (one, other) if when is not None]
        return min(known, key=lambda when: not when.known, default=None)
    narrow = min(one, other, key=lambda when: (when.length, when.edtf))
    return When(narrow.edtf, max(one.first, other.first), min(one.last, other.last))


def _months(when: When) -> list[int]:
    """Return the months that a date without a year can be compared in: of up to a month's days."""
    if not when.known:
        return [when.month]
    if when.length > MONTH:
        return []
    days = (datetime.date.fromordinal(day) for day in (when.first, when.last))
    return sorted({day.month for day in days})
