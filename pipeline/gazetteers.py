"""The country table: names, demonyms and capitals to countries.

``knowledge/countries.csv`` holds one row for each ISO 3166-1 code, for Kosovo (``XKX``), and for
former states. Lookups ignore case, accents, a leading "the" and the form of apostrophes, except
that abbreviations (``US``, ``CAR``) must be in capitals, so that "us" and "car" stay words. The
table is read once, on the first lookup.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from pipeline import resources

FILE = "countries.csv"
COLUMNS = (
    "iso3",
    "iso2",
    "name",
    "aliases",
    "demonyms",
    "capital",
    "status",
    "sovereign",
    "latitude",
    "longitude",
    "geonames_id",
)
STATUSES = ("state", "territory", "disputed", "unclaimed", "former")


@dataclass(frozen=True, slots=True)
class Country:
    """A row of the country table.

    ``iso3`` and ``iso2`` are ISO 3166-1 codes; a former state has its one successor's ``iso3``, or
    none. ``capitals`` are the seats of government, the usual name first. ``status`` is state,
    territory, disputed, unclaimed or former. ``sovereign`` is the ISO3 code that output rows hold:
    the state a territory belongs to (``DNK`` for Greenland), else ``iso3``. Coordinates are WGS 84
    degrees of a central point.
    """

    name: str
    iso3: str
    iso2: str
    aliases: tuple[str, ...]
    demonyms: tuple[str, ...]
    capitals: tuple[str, ...]
    status: str
    sovereign: str
    latitude: float
    longitude: float
    geonames_id: str


def key(text: str) -> str:
    """Return the form under which a name is looked up.

    Abbreviations (no lower-case letter, at most six signs) keep their capitals and lose their
    stops; other names lose case, accents, hyphens and a leading "the".
    """
    text = " ".join(text.replace("’", "'").replace("`", "'").replace("-", " ").split())
    if len(text) <= 6 and text.isupper() and " " not in text:
        return text.replace(".", "")
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return plain.removeprefix("the ").replace("-", " ").strip()


def countries() -> tuple[Country, ...]:
    """Return all rows of the table, states of today first, each part in the table's order."""
    return _tables().rows


def country(iso3: str) -> Country | None:
    """Return the present-day country with an ISO 3166-1 alpha-3 code (or ``XKX``), else None."""
    return _tables().by_code.get(iso3)


def country_by_name(text: str) -> Country | None:
    """Return the country or former state with this name or alias, else None.

    "Congo" is the Democratic Republic and "Korea" the South: the bare name's usual reader.
    """
    return _find(_tables().by_name, text)


def country_by_demonym(text: str) -> Country | None:
    """Return the country whose people or adjective this is (``German``, ``Britons``), else None."""
    return _find(_tables().by_demonym, text)


def country_by_capital(text: str) -> Country | None:
    """Return the country whose government a capital's name can stand for, else None."""
    return _find(_tables().by_capital, text)


@dataclass(frozen=True, slots=True)
class _Tables:
    rows: tuple[Country, ...]
    by_code: dict[str, Country]
    by_name: dict[str, Country]
    by_demonym: dict[str, Country]
    by_capital: dict[str, Country]


def _find(index: dict[str, Country], text: str) -> Country | None:
    # A headline in capitals (CHINA) is no abbreviation.
    return index.get(key(text)) or index.get(key(text.capitalize()))


@cache
def _tables() -> _Tables:
    rows = sorted(load(), key=lambda row: row.status == "former")
    by_code: dict[str, Country] = {}
    by_name: dict[str, Country] = {}
    by_demonym: dict[str, Country] = {}
    by_capital: dict[str, Country] = {}
    for row in rows:
        if row.status != "former":
            by_code[row.iso3] = row
        for index, names in (
            (by_name, (row.name, *row.aliases)),
            (by_demonym, row.demonyms),
            # A dependent territory's seat speaks for no state.
            (by_capital, row.capitals if row.status in ("state", "disputed", "former") else ()),
        ):
            for name in names:
                index.setdefault(key(name), row)
    return _Tables(tuple(rows), by_code, by_name, by_demonym, by_capital)


def load(folder: resources.Path = resources.KNOWLEDGE) -> list[Country]:
    """Read and check the country table.

    Raises
    ------
    KnowledgeError
        A column, code, status or coordinate is missing or wrong, or a name stands in two rows.
    """
    found: list[Country] = []
    owner: dict[tuple[str, str], str] = {}
    for number, cells in enumerate(resources.table(FILE, COLUMNS, folder), start=2):
        row = _row(cells, f"line {number} ({cells['name']})")
        for field, names in (
            ("aliases", (row.name, *row.aliases)),
            ("demonyms", row.demonyms),
        ):
            for name in names:
                other = owner.setdefault((field, key(name)), row.name)
                if other != row.name:
                    raise resources.KnowledgeError(
                        FILE, f"line {number} ({row.name})", f"{field}: {name!r} is {other} too"
                    )
        found.append(row)
    return found


def _row(cells: dict[str, str], where: str) -> Country:
    def fail(problem: str) -> resources.KnowledgeError:
        return resources.KnowledgeError(FILE, where, problem)

    if not cells["name"]:
        raise fail("name: empty")
    if cells["status"] not in STATUSES:
        raise fail(f"status: {cells['status']!r} is none of {', '.join(STATUSES)}")
    if not cells["iso3"] and cells["status"] != "former":
        raise fail("iso3: empty")
    for field in ("iso3", "sovereign"):
        if cells[field] and not (len(cells[field]) == 3 and cells[field].isupper()):
            raise fail(f"{field}: {cells[field]!r} is no alpha-3 code")
    return Country(
        name=cells["name"],
        iso3=cells["iso3"],
        iso2=cells["iso2"],
        aliases=tuple(resources.items(cells["aliases"])),
        demonyms=tuple(resources.items(cells["demonyms"])),
        capitals=tuple(resources.items(cells["capital"])),
        status=cells["status"],
        sovereign=cells["sovereign"],
        latitude=_degrees(cells, "latitude", 90, where),
        longitude=_degrees(cells, "longitude", 180, where),
        geonames_id=cells["geonames_id"],
    )


def _degrees(cells: dict[str, str], field: str, limit: int, where: str) -> float:
    try:
        value = float(cells[field])
    except ValueError:
        raise resources.KnowledgeError(
            FILE, where, f"{field}: {cells[field]!r} is no number"
        ) from None
    if not -limit <= value <= limit:
        raise resources.KnowledgeError(FILE, where, f"{field}: {value} is outside ±{limit}")
    return value
