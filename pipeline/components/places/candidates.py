"""Which places a name can mean: the tables of ``knowledge/places``, the countries, GeoNames."""

from __future__ import annotations

import lzma
import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import fuzz

from pipeline import gazetteers, resources
from pipeline.components.places.names import place_key
from pipeline.resources import KnowledgeError

FOLDER = resources.KNOWLEDGE / "places"
TABLES = ("disputed.csv", "divisions.csv", "cities.csv", "waters.csv", "land.csv", "bases.csv")
COLUMNS = ("name", "aliases", "kind", "country", "latitude", "longitude", "source")
EXTRACT = "geonames.tsv.xz"
_KINDS = {b"c": "city", b"1": "division", b"2": "district"}
# Two entries of one name closer than this are one place in two tables.
SAME_PLACE_KM = 60.0
SAME_AREA_KM = 500.0
# An alternate name calls a place to mind less readily than its own name does, the less the less it
# looks like it.
ALTERNATE, UNLIKE = 0.8, 2.0
# Names are alike from this share of common letters (normalised indel similarity, in per cent).
LIKE = 45


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a name can mean.

    ``country`` is the ISO3 code of the state it belongs to (empty for seas and the like),
    ``division`` the first-level division's GeoNames code. Coordinates are WGS 84 degrees, None
    where the place has no middle ("the West"). ``weight`` is how readily a reader thinks of it,
    on the scale of log10 of a population. ``unlike`` marks a find under an alternate name that
    does not resemble the name: it needs the article's support.
    """

    name: str
    kind: str
    country: str = ""
    division: str = ""
    latitude: float | None = None
    longitude: float | None = None
    weight: float = 0.0
    geonames_id: str = ""
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """How readily a kind of place is thought of, and the mention label it usually has."""

    weight: float
    label: str


class Extract:
    """The extract of GeoNames: sorted lines, searched in place.

    A line is ``key, kind, name, country, division, latitude, longitude, weight, id`` separated
    by tabs, an empty name standing for the key in title case; or ``key, =other key, country and
    kind`` for an alternate name. Keys are those of :func:`~pipeline.components.places.names
    .place_key`. Unpacking takes about 0.3 s and 10 MB; a lookup about 20 µs.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    @classmethod
    def read(cls, path: Path = FOLDER / EXTRACT) -> Extract:
        """Unpack the extract.

        Raises
        ------
        KnowledgeError
            The file is missing or no xz archive.
        """
        try:
            return cls(lzma.decompress(path.read_bytes()))
        except FileNotFoundError:
            raise KnowledgeError(
                path, "file", "missing; scripts/build_places.py makes it"
            ) from None
        except lzma.LZMAError as error:
            raise KnowledgeError(path, "file", f"no xz archive: {error}") from None

    def find(self, key: str) -> list[Candidate]:
        """Return the places with this key, under main and alternate names."""
        found: list[Candidate] = []
        for cells in self._lines(key):
            if cells[1].startswith(b"="):
                target, country, kind = cells[1][1:], cells[2][:3], cells[2][3:]
                unlike = kind == b"c" and fuzz.ratio(target, cells[0]) < LIKE
                behind = UNLIKE if unlike else ALTERNATE
                found.extend(
                    replace(place, weight=place.weight - behind, unlike=unlike)
                    for line in self._lines(target.decode())
                    if line[1] == kind and line[3] == country
                    for place in (self._candidate(line),)
                )
            else:
                found.append(self._candidate(cells))
        # Cities before the districts named after them, the populous first.
        return sorted(found, key=lambda c: (c.kind, -c.weight, c.geonames_id))

    def _lines(self, key: str) -> list[list[bytes]]:
        prefix = key.encode() + b"\t"
        position = bisect_left(range(len(self._data) - 1), prefix, key=self._line)
        found = []
        while (line := self._line(position)).startswith(prefix):
            found.append(line.split(b"\t"))
            position = self._data.find(b"\n", position) + 1
        return found

    def _line(self, position: int) -> bytes:
        start = self._data.find(b"\n", position) + 1
        return self._data[start : self._data.find(b"\n", start)]

    @staticmethod
    def _candidate(cells: list[bytes]) -> Candidate:
        key, kind, name, country, division, latitude, longitude, weight, ident = cells
        return Candidate(
            name=name.decode() or key.decode().title(),
            kind=_KINDS[kind],
            country=country.decode(),
            division=division.decode(),
            latitude=float(latitude),
            longitude=float(longitude),
            weight=float(weight) - (0.3 if kind == b"2" else 0.0),
            geonames_id=ident.decode(),
        )


class Gazetteer:
    """All places by name. Build it once (:func:`gazetteer`): it holds some 12 MB."""

    def __init__(
        self,
        tables: dict[str, list[Candidate]],
        abbreviations: dict[str, Candidate],
        kinds: dict[str, Kind],
        extract: Extract,
    ) -> None:
        self.kinds = kinds
        self.abbreviations = abbreviations
        self._tables = tables
        self._extract = extract
        self._find = lru_cache(maxsize=20_000)(self._look_up)

    def find(self, text: str) -> tuple[Candidate, ...]:
        """Return what a name can mean, most prominent first; nothing where it is not known."""
        return self._find(text)

    def _look_up(self, text: str) -> tuple[Candidate, ...]:
        key = place_key(text)
        if not key:
            return ()
        found = list(self._tables.get(key, ()))
        if text in self.abbreviations:
            _add(found, self.abbreviations[text])
        if (country := gazetteers.country_by_name(text)) is not None:
            _add(found, self._country(country))
        # Names of three letters or less in capitals are abbreviations, never towns.
        if not (text.isupper() and len(text) <= 3):
            for candidate in self._extract.find(key):
                # A state's bare name is never its town of that name (Mexico, Luxembourg).
                if country is None or candidate.country != country.sovereign:
                    _add(found, candidate)
        found = [_behind_its_capital(c, found) for c in found]
        return tuple(sorted(found, key=lambda c: (-c.weight, c.country, c.name, c.geonames_id)))

    def _country(self, row: gazetteers.Country) -> Candidate:
        if row.status in ("territory", "unclaimed"):
            kind = "territory"
        else:
            kind = "former" if row.status == "former" else "country"
        return Candidate(
            name=row.name,
            kind=kind,
            country=row.sovereign,
            latitude=row.latitude,
            longitude=row.longitude,
            weight=self.kinds[kind].weight,
            geonames_id=row.geonames_id,
        )


@cache
def gazetteer() -> Gazetteer:
    """Read all tables, once."""
    kinds = read_kinds()
    tables, abbreviations = read_tables(kinds)
    return Gazetteer(tables, abbreviations, kinds, Extract.read())


def read_kinds(folder: Path = FOLDER) -> dict[str, Kind]:
    """Read the kinds of places from ``resolution.yaml``."""
    file = "resolution.yaml"
    found = {}
    for name, entry in resources.document(file, folder)["kinds"].items():
        try:
            found[name] = Kind(float(entry["weight"]), entry["label"])
        except (KeyError, TypeError, ValueError) as error:
            raise KnowledgeError(
                file, f"kinds: {name}", f"needs weight and label ({error})"
            ) from None
        if found[name].label not in ("GPE", "LOC"):
            raise KnowledgeError(file, f"kinds: {name}", "label: must be GPE or LOC")
    return found


def read_tables(
    kinds: dict[str, Kind], folder: Path = FOLDER
) -> tuple[dict[str, list[Candidate]], dict[str, Candidate]]:
    """Read the tables people edit.

    Returns
    -------
    tables : dict
        Key to the places of that name.
    abbreviations : dict
        ``Ga.`` and the like, as written after a comma, to the division.

    Raises
    ------
    KnowledgeError
        Naming file, line and field of what is wrong.
    """
    tables: dict[str, list[Candidate]] = {}
    abbreviations: dict[str, Candidate] = {}
    for file in TABLES:
        for number, row in enumerate(resources.table(file, COLUMNS, folder), start=2):
            candidate = _row(row, kinds, file, f"line {number} ({row['name']})")
            for name in dict.fromkeys([row["name"], *resources.items(row["aliases"])]):
                _add(tables.setdefault(place_key(name), []), candidate)
            for short in resources.items(row.get("abbreviations", "")):
                abbreviations.setdefault(short, candidate)
    return tables, abbreviations


def _row(row: dict[str, str], kinds: dict[str, Kind], file: str, where: str) -> Candidate:
    if not row["name"]:
        raise KnowledgeError(file, where, "name: empty")
    if row["kind"] not in kinds:
        raise KnowledgeError(file, where, f"kind: {row['kind']!r} is not in resolution.yaml")
    country = gazetteers.country(row["country"])
    if row["country"] and country is None:
        raise KnowledgeError(file, where, f"country: {row['country']!r} is not in countries.csv")
    kind = row["kind"]
    return Candidate(
        name=row["name"],
        kind=kind,
        country=row["country"],
        division=row.get("codes", ""),
        latitude=_degrees(row, "latitude", 90, file, where),
        longitude=_degrees(row, "longitude", 180, file, where),
        weight=_prior(row, kinds[kind].weight, file, where),
        geonames_id=row.get("geonames_id", ""),
    )


def _prior(row: dict[str, str], default: float, file: str, where: str) -> float:
    if not row.get("prior"):
        return default
    try:
        return float(row["prior"])
    except ValueError:
        raise KnowledgeError(file, where, f"prior: {row['prior']!r} is no number") from None


def _degrees(row: dict[str, str], field: str, limit: int, file: str, where: str) -> float | None:
    if not row[field]:
        return None
    try:
        value = float(row[field])
    except ValueError:
        raise KnowledgeError(file, where, f"{field}: {row[field]!r} is no number") from None
    if not -limit <= value <= limit:
        raise KnowledgeError(file, where, f"{field}: {value} is outside ±{limit}")
    return value


def _add(found: list[Candidate], new: Candidate) -> None:
    """Add a place unless a table read earlier has it; that one then takes over the GeoNames id."""
    for index, old in enumerate(found):
        if _same(old, new):
            if new.geonames_id and not old.geonames_id and new.kind == old.kind:
                old = replace(old, geonames_id=new.geonames_id)
            if new.division and not old.division:
                old = replace(old, division=new.division)
            old = replace(old, weight=max(old.weight, new.weight))
            found[index] = old
            return
    found.append(new)


def _behind_its_capital(place: Candidate, others: list[Candidate]) -> Candidate:
    """A province bears its capital's name: the bare name is the city (Herat, Kharkiv)."""
    if place.kind not in ("division", "district"):
        return place
    capitals = [
        c.weight - 0.1
        for c in others
        if c.kind == "city"
        and c.country == place.country
        and c.division == place.division != ""
        and place_key(c.name) == place_key(place.name)
    ]
    return replace(place, weight=min([place.weight, *capitals]))


def _same(old: Candidate, new: Candidate) -> bool:
    apart = distance(old, new)
    settled = [c.kind in ("city", "district", "base") for c in (old, new)]
    if old.kind in ("disputed", "unrecognised"):
        # A table that gives a disputed land to one side does not settle the dispute.
        return apart is not None and apart < (SAME_PLACE_KM if any(settled) else SAME_AREA_KM)
    if old.country != new.country and (old.kind != new.kind or (old.country and new.country)):
        return False
    if apart is None:
        return old.country == new.country
    if any(settled):
        # A town may bear the name of the province around it: both stay.
        return all(settled) and apart < SAME_PLACE_KM
    return apart < SAME_AREA_KM


def distance(a: Candidate, b: Candidate) -> float | None:
    """Great-circle distance in kilometres, None where a place has no coordinates."""
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return None
    return kilometres(a.latitude, a.longitude, b.latitude, b.longitude)


def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance (haversine, mean Earth radius 6,371 km) between WGS 84 points."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(half)))
