"""Type-ahead: names, places and agreements of the document, then of the run, then gazetteers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.resources import items
from pipeline.review.choices import choices
from pipeline.review.rulebook import purposes
from pipeline.review.tables import Tables
from pipeline.tables.schema import Row, number

ACTOR_LABELS = ("PERSON", "ORG", "GPE", "NORP", "LOC")
PLACE_LABELS = ("GPE", "LOC")
LIMIT = 12
CLOSED = {
    "factuality": "factualities",
    "agreement_stage": "stages",
    "agreement_type": "agreement_types",
    "date_from": "date_from",
    "place_from": "place_from",
    "label": "labels",
    "sense": "senses",
    "sector": "sectors",
}


@dataclass(slots=True)
class Suggestion:
    """A value to offer: what it is (a code, a country) and where it is known from."""

    value: str
    note: str = ""
    source: str = ""


@dataclass(slots=True)
class _Index:
    """What one document, or the whole run, names."""

    entities: dict[str, Row] = field(default_factory=dict)
    places: dict[str, Row] = field(default_factory=dict)
    agreements: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        if row["label"] in ACTOR_LABELS and row["entity"]:
            name = row["entity"]
            self.counts[name] += 1
            if name not in self.entities or row["label"] != "NORP":
                self.entities.setdefault(name, row)
            if row["label"] in PLACE_LABELS and not self.places.get(name, {}).get("latitude"):
                self.places[name] = row
        elif row["label"] == "AGREEMENT" and row["agreement_id"]:
            self.agreements[row["agreement_id"]] += 1


class Names:
    """The names known in each document and in the run.

    Parameters
    ----------
    tables : Tables
        The tables of the run.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._documents: dict[str, _Index] = {}
        self._whole: _Index | None = None

    def _document(self, doc_id: str) -> _Index:
        if doc_id not in self._documents:
            index = _Index()
            for row in self._tables.mentions.get(doc_id, ()):
                index.add(row)
            self._documents[doc_id] = index
        return self._documents[doc_id]

    def _run(self) -> _Index:
        if self._whole is None:
            self._whole = _Index()
            for rows in self._tables.mentions.values():
                for row in rows:
                    self._whole.add(row)
            for row in (*self._tables.events, *self._tables.agreements):
                if row["agreement_id"]:
                    self._whole.agreements[row["agreement_id"]] += 1
        return self._whole

    def code(self, doc_id: str, name: str) -> str:
        """The PLOVER code of an actor (``DEU.GOV``), empty where it is not known."""
        for index in (self._document(doc_id), self._run()):
            row = index.entities.get(name)
            if row is not None and row["country"]:
                # A country named as a place still acts as a government (guideline, section 3).
                sector = row["sector"] or ("GOV" if _is_state(name) else "")
                return f"{row['country']}.{sector}" if sector else row["country"]
        country = _country(name)
        return f"{country.iso3}.GOV" if country is not None and country.iso3 else ""

    def place(self, doc_id: str, name: str, country: str = "") -> Row:
        """Country, coordinates and GeoNames id of a place, as far as they are known.

        The document's own reading goes first, then the run's, then the gazetteer's; ``country``
        asks for the place of that name there.
        """
        for index in (self._document(doc_id), self._run()):
            row = index.places.get(name)
            if row is not None and country in ("", row["country"]):
                known = {c: row[c] for c in ("latitude", "longitude", "geonames_id")}
                return {"place_country": row["country"], **known}
        for found in _candidates(name):
            if country in ("", found.country):
                return {
                    "place_country": found.country,
                    "latitude": number(found.latitude),
                    "longitude": number(found.longitude),
                    "geonames_id": found.geonames_id,
                }
        return {}

    def suggest(
        self, column: str, typed: str, doc_id: str = "", event_type: str = "", near: int = 0
    ) -> list[dict]:
        """Values to offer for a cell while it is typed, best first.

        Parameters
        ----------
        column : str
            A column of events.csv.
        typed : str
            What has been typed; of a list only the last item counts.
        doc_id, event_type : str
            The document, whose names come first, and the type, which decides the modes.
        near : int, optional
            An offset in the document: of its names and dates the nearest come first.

        Returns
        -------
        list of dict
            ``value``, ``note``, ``source``, and ``begins``: whether it, one of its words or its
            note begins with what was typed.
        """
        if column in ("actors", "recipients"):
            typed = typed.rpartition(";")[2]
            found = self._actors(doc_id, near)
        elif column == "date":
            found = self._dates(doc_id, near)
        elif column == "place":
            found = self._places(doc_id, typed)
        elif column == "agreement_id":
            found = self._agreements(doc_id)
        else:
            found = (Suggestion(v, n, "guideline") for v, n in closed(column, event_type))
        return _best(found, typed)

    def nearest(self, doc_id: str, near: int) -> list[str]:
        """The names of a document that can act, the one mentioned nearest to an offset first."""
        rows = self._nearest(doc_id, ACTOR_LABELS, near)
        return list(dict.fromkeys(row["entity"] for row in rows if row["entity"]))

    def _nearest(self, doc_id: str, labels: tuple[str, ...], near: int) -> list[Row]:
        rows = [r for r in self._tables.mentions.get(doc_id, ()) if r["label"] in labels]
        return sorted(rows, key=lambda r: (abs(int(r["start"]) - near), int(r["start"])))

    def _dates(self, doc_id: str, near: int) -> Iterator[Suggestion]:
        for row in self._nearest(doc_id, ("DATE",), near):
            if row["date"]:
                yield Suggestion(row["date"], row["text"], "document")

    def _actors(self, doc_id: str, near: int) -> Iterator[Suggestion]:
        document, run = self._document(doc_id), self._run()
        ranked = self.nearest(doc_id, near), [name for name, _ in run.counts.most_common()]
        for index, names, source in zip((document, run), ranked, ("document", "run"), strict=True):
            for name in names:
                row = index.entities[name]
                code = ".".join(filter(None, (row["country"], row["sector"])))
                yield Suggestion(name, code, source)
        for country in _countries():
            yield Suggestion(country.name, f"{country.iso3}.GOV", "countries")

    def _places(self, doc_id: str, typed: str) -> Iterator[Suggestion]:
        for index, source in ((self._document(doc_id), "document"), (self._run(), "run")):
            for name, row in index.places.items():
                yield Suggestion(name, row["country"], source)
        for country in _countries():
            yield Suggestion(country.name, country.iso3, "countries")
        for found in _candidates(typed.strip())[:3]:
            yield Suggestion(found.name, found.country, "gazetteer")

    def _agreements(self, doc_id: str) -> Iterator[Suggestion]:
        for index, source in ((self._document(doc_id), "document"), (self._run(), "run")):
            for name, count in index.agreements.most_common():
                yield Suggestion(name, f"{count}×", source)


def closed(column: str, event_type: str = "") -> list[tuple[str, str]]:
    """The closed list of values of a cell, each with a note; empty where there is none."""
    known = choices()
    if column == "event_type":
        return [(name, kind.hint) for name, kind in known.types.items()]
    if column == "mode":
        kind = known.types.get(event_type)
        return [(mode, "") for mode in kind.modes] if kind else []
    return [(value, "") for value in known.lists[CLOSED[column]]] if column in CLOSED else []


def values(rows: Iterable[Row], column: str, typed: str, titles: dict[str, str]) -> list[dict]:
    """Values that occur in a column, most frequent first, for a filter's type-ahead."""
    counts: Counter[str] = Counter()
    for row in rows:
        if column == "actor":
            counts.update({*items(row["actors"]), *items(row["recipients"])})
        elif row[column]:
            counts[row[column]] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    found = (
        Suggestion(value, f"{count}" + (f" · {titles[value]}" if titles.get(value) else ""), "")
        for value, count in ranked
    )
    return _best(found, typed)


def _best(found: Iterable[Suggestion], typed: str) -> list[dict[str, Any]]:
    """The first few that hold what was typed; at the beginning of a word counts more."""
    typed = typed.strip().lower()
    ranked: dict[str, tuple[int, int, Suggestion]] = {}
    for place, suggestion in enumerate(found):
        if suggestion.value in ranked:
            continue
        rank = _rank(suggestion, typed)
        if rank is not None:
            ranked[suggestion.value] = (rank, place, suggestion)
    best = sorted(ranked.values(), key=lambda r: r[:2])[:LIMIT]
    return [
        {"value": s.value, "note": s.note, "source": s.source, "begins": rank < INSIDE}
        for rank, _, s in best
    ]


INSIDE = 3
_WORDS = re.compile(r"[\s:-]+")


def _rank(suggestion: Suggestion, typed: str) -> int | None:
    """Where what was typed stands: at the beginning, of a word, of the note (a code); inside."""
    value = suggestion.value.lower()
    if not typed or value.startswith(typed):
        return 0
    if any(word.startswith(typed) for word in _WORDS.split(value)):
        return 1
    if suggestion.note.lower().startswith(typed):
        return 2
    return INSIDE if typed in value else None


def _countries() -> tuple:
    from pipeline import gazetteers

    return gazetteers.countries()


def _country(name: str) -> Any:
    from pipeline import gazetteers

    return gazetteers.country_by_name(name)


def _candidates(name: str) -> tuple:
    from pipeline.components.places.candidates import gazetteer

    return gazetteer().find(name)


def warm() -> None:
    """Read gazetteers and rules ahead of the first look-up; they take a second or two."""
    purposes()
    _countries()
    _candidates("Paris")


def _is_state(name: str) -> bool:
    return _country(name) is not None
