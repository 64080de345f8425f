"""What is known of actors before an article is read: bodies, offices, holders, groups.

The tables lie in ``pipeline/knowledge/actors`` (see its README); this module reads and checks
them once and answers lookups. Names are looked up under :func:`fold`: without case, accents,
stops and a leading "the".
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline import gazetteers, resources

FOLDER = resources.KNOWLEDGE / "actors"
INTERNATIONAL = ("IGO", "UNO", "EUR", "NGO", "MNC")
SECTORS = (
    "GOV", "MIL", "LEG", "JUD", "PTY", "OPP", "COP", "SPY", "REB", "BUS", "CVL", "EDU", "JRN",
    "MED", "ELI", "REF", "REL", "LAB", "CRM",
)  # fmt: skip
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ß": "ss", "æ": "ae", "ı": "i"})
_ALIKE = str.maketrans("zqcw", "skkv")
"""Consonants that stand for each other in transliterations."""
_MONTH = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return the form under which a name is looked up.

    >>> fold("The U.S. Fifth Fleet"), fold("Mevlüt Çavuşoğlu"), fold("al-Assad")
    ('us fifth fleet', 'mevlut cavusoglu', 'al assad')
    """
    text = text.casefold().translate(_LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"[.'’‘ʻ`]", "", text)
    return re.sub(r"[^\w&+]+", " ", text).strip().removeprefix("the ")


@lru_cache(maxsize=65536)
def sound(text: str) -> str:
    """Return what the spellings of a transliterated name have in common: its consonants.

    >>> sound("Zelenskyy") == sound("Selenskyj"), sound("Mohammed"), sound("Mohamad")
    (True, 'mhmd', 'mhmd')
    """
    words = []
    for word in fold(text).split():
        plain = re.sub(r"(?<=[bcdgkpst])h", "", word).translate(_ALIKE)
        words.append(re.sub(r"[aeiouyj]", "", re.sub(r"(.)\1+", r"\1", plain)) or plain)
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Body:
    """A row of organisations.csv; ``doubtful`` aliases need a second sign that it is meant."""

    name: str
    aliases: tuple[str, ...]
    doubtful: tuple[str, ...]
    country: str
    sector: str
    kind: str


@dataclass(frozen=True, slots=True)
class Term:
    """One holder's time in one office; ``begin`` and ``end`` as ``YYYY`` or ``YYYY-MM``."""

    name: str
    aliases: tuple[str, ...]
    country: str
    office: str
    begin: str
    end: str

    def covers(self, day: datetime.date) -> bool:
        """Whether the holder was in office on that day; a month or year counts whole."""
        written = day.isoformat()
        begun = written[: len(self.begin)] >= self.begin
        return begun and (not self.end or written[: len(self.end)] <= self.end)

    def ended_before(self, day: datetime.date) -> bool:
        """Whether the term was over on that day."""
        return bool(self.end) and day.isoformat()[: len(self.end)] > self.end


@dataclass(frozen=True, slots=True)
class Group:
    """A row of groups.csv: adjectives and plurals that name a people, a faith, a party, a region.

    ``doubtful`` surfaces are common words too and need the recogniser's agreement.
    """

    surfaces: tuple[str, ...]
    doubtful: tuple[str, ...]
    entity: str
    type: str
    countries: tuple[str, ...]
    sector: str


@dataclass(frozen=True, slots=True)
class Offices:
    """Titles of persons; all phrases are lower case."""

    sector_of: dict[str, str]
    kin: frozenset[str]
    posted_to: frozenset[str]
    former: frozenset[str]
    adverbs: frozenset[str]
    address: frozenset[str]
    particles: frozenset[str]
    suffixes: frozenset[str]
    honours: frozenset[str]
    portfolios: frozenset[str]
    answers: dict[str, frozenset[str]]
    office_sectors: dict[str, str]


@dataclass(frozen=True, slots=True)
class BodyNouns:
    """Nouns and forms that make a capitalised name a body or a landscape."""

    sector_of: dict[str, str]
    alone: frozenset[str]
    needs_name: frozenset[str]
    state: frozenset[str]
    public: frozenset[str]
    links: frozenset[str]
    descriptions: dict[str, str]
    landform_last: frozenset[str]
    landform_first: tuple[str, ...]
    directions: frozenset[str]
    never_first: frozenset[str]
    not_bodies: frozenset[str]
    ships: frozenset[str]
    locative: frozenset[str]
    things: frozenset[str]
    incorporated: frozenset[str]
    never_names: frozenset[str]
    bases_before: frozenset[str]
    bases_after: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Lexicon:
    """All of it, with the indexes that the components ask."""

    bodies: list[Body]
    terms: list[Term]
    groups: list[Group]
    offices: Offices
    nouns: BodyNouns
    by_body: dict[str, list[Body]] = field(default_factory=dict)
    by_person: dict[str, list[Term]] = field(default_factory=dict)
    by_sound: dict[str, list[Term]] = field(default_factory=dict)
    by_surname: dict[str, list[Term]] = field(default_factory=dict)
    by_group: dict[str, Group] = field(default_factory=dict)

    def holders(self, words: list[str]) -> list[Term]:
        """Return the terms of the one person with this full name, however it is spelled.

        Parameters
        ----------
        words : list of str
            The folded words of the name, given name or family name first.
        """
        name = " ".join(words)
        found = self.by_person.get(name) or self.by_person.get(" ".join(reversed(words)), [])
        if found or len(words) < 2:
            return found
        found = self.by_sound.get(sound(name), [])
        return found if len({term.name for term in found}) == 1 else []

    def __post_init__(self) -> None:
        for body in self.bodies:
            for name in (body.name, *body.aliases, *body.doubtful):
                rows = self.by_body.setdefault(fold(name), [])
                if body not in rows:
                    rows.append(body)
        for term in self.terms:
            for name in (term.name, *term.aliases):
                self.by_person.setdefault(fold(name), []).append(term)
                if " " in name:
                    self.by_sound.setdefault(sound(name), []).append(term)
            for surname in surnames(term, self.offices):
                self.by_surname.setdefault(surname, []).append(term)
        for group in self.groups:
            for surface in (*group.surfaces, *group.doubtful):
                self.by_group[fold(surface)] = group


# Where the family name is written first, as news in English write it too.
_FAMILY_FIRST = ("CHN", "KOR", "PRK", "TWN", "HKG")


def surnames(term: Term, offices: Offices) -> set[str]:
    """Return the folded short names under which news speak of a holder."""
    own = _surname(term.name, term.country, offices)
    others = {_surname(name, term.country, offices) for name in term.aliases if " " in name}
    found = {own, *(other for other in others if sound(other) == sound(own))}
    words = fold(term.name).split()
    if len(words) > 2 and words[-2] in offices.particles:
        found.add(" ".join(words[-2:]))
    return found


def _surname(name: str, country: str, offices: Offices) -> str:
    """Return the folded family name: *alliot marie* of *Michèle Alliot-Marie*."""
    parts = [fold(part) for part in name.split() if fold(part)]
    suffixes = {fold(s) for s in offices.suffixes}
    while len(parts) > 1 and parts[-1] in suffixes:
        parts.pop()
    if country in _FAMILY_FIRST:
        return parts[0].split()[0]
    words = parts[-1].split()
    return words[-1] if words[0] in offices.particles else parts[-1]


@cache
def packaged() -> Lexicon:
    """Return the packaged tables, read and checked once."""
    return load(FOLDER)


def load(folder: Path) -> Lexicon:
    """Read and check the tables of a folder.

    Raises
    ------
    KnowledgeError
        A file, record or field is wrong; the message names all three.
    """
    offices = _offices(folder)
    terms = list(_terms(folder, offices))
    return Lexicon(
        bodies=list(_bodies(folder)),
        terms=terms,
        groups=list(_groups(folder)),
        offices=offices,
        nouns=_body_nouns(folder),
    )


def _check(file: str, where: str, country: str, sector: str) -> None:
    known = country in INTERNATIONAL or gazetteers.country(country) is not None
    if country and not known:
        raise resources.KnowledgeError(file, where, f"country: {country!r} is no code")
    if sector and sector not in SECTORS:
        raise resources.KnowledgeError(file, where, f"sector: {sector!r} is no PLOVER sector")


def _bodies(folder: Path) -> Iterator[Body]:
    file = "organisations.csv"
    seen = set()
    for number, row in enumerate(
        resources.table(file, ("name", "aliases", "country", "sector", "kind"), folder), start=2
    ):
        where = f"line {number} ({row['name']})"
        _check(file, where, row["country"], row["sector"])
        if not row["name"] or row["name"] in seen:
            raise resources.KnowledgeError(file, where, "name: empty or in the table twice")
        seen.add(row["name"])
        aliases = resources.items(row["aliases"])
        yield Body(
            row["name"],
            tuple(a for a in aliases if not a.endswith("?")),
            tuple(a.removesuffix("?") for a in aliases if a.endswith("?")),
            row["country"],
            row["sector"],
            row["kind"],
        )


def _terms(folder: Path, offices: Offices) -> Iterator[Term]:
    file = "office_holders.csv"
    columns = ("name", "aliases", "country", "office", "from", "to")
    for number, row in enumerate(resources.table(file, columns, folder), start=2):
        where = f"line {number} ({row['name']})"
        _check(file, where, row["country"], "")
        if not row["name"] or not row["country"]:
            raise resources.KnowledgeError(file, where, "name or country: empty")
        if row["office"] not in offices.answers:
            raise resources.KnowledgeError(file, where, f"office: {row['office']!r} is unknown")
        for column in ("from", "to"):
            if not _MONTH.fullmatch(row[column]) and (row[column] or column == "from"):
                raise resources.KnowledgeError(
                    file, where, f"{column}: {row[column]!r} is no YYYY or YYYY-MM"
                )
        if row["to"] and row["to"] < row["from"][: len(row["to"])]:
            raise resources.KnowledgeError(file, where, "to: before from")
        yield Term(
            row["name"],
            tuple(resources.items(row["aliases"])),
            row["country"],
            row["office"],
            row["from"],
            row["to"],
        )


def _groups(folder: Path) -> Iterator[Group]:
    file = "groups.csv"
    columns = ("surface", "entity", "type", "countries", "sector")
    for number, row in enumerate(resources.table(file, columns, folder), start=2):
        where = f"line {number} ({row['surface']})"
        countries = tuple(resources.items(row["countries"]))
        for code in countries:
            _check(file, where, code, row["sector"])
        if not row["surface"] or not row["entity"]:
            raise resources.KnowledgeError(file, where, "surface or entity: empty")
        if row["type"] not in ("NORP", "ORG", "GPE", "LOC"):
            raise resources.KnowledgeError(file, where, f"type: {row['type']!r} is no entity type")
        surfaces = resources.items(row["surface"])
        yield Group(
            tuple(s for s in surfaces if not s.endswith("?")),
            tuple(s.removesuffix("?") for s in surfaces if s.endswith("?")),
            row["entity"],
            row["type"],
            countries,
            row["sector"],
        )


def _words(data: Any, file: str, *path: str) -> list[str]:
    """Return the list of strings at a path of a YAML file, or say what is wrong there."""
    for key in path:
        if not isinstance(data, dict) or key not in data:
            raise resources.KnowledgeError(file, ".".join(path), "missing")
        data = data[key]
    if not isinstance(data, list) or not all(isinstance(word, str) for word in data):
        raise resources.KnowledgeError(file, ".".join(path), "must be a list of words")
    return data


def _by_sector(data: Any, file: str, key: str, others: tuple[str, ...]) -> dict[str, str]:
    """Turn sector → words into word → sector; ``others`` are keys that are no sectors."""
    found: dict[str, str] = {}
    if not isinstance(data.get(key), dict):
        raise resources.KnowledgeError(file, key, "must map sectors to words")
    for sector in data[key]:
        if sector not in SECTORS and sector not in others:
            raise resources.KnowledgeError(file, f"{key}.{sector}", "is no PLOVER sector")
        for word in _words(data, file, key, sector):
            found.setdefault(word, sector)
    return found


def _offices(folder: Path) -> Offices:
    file = "offices.yaml"
    data = resources.document(file, folder)

    def words(*path: str) -> frozenset[str]:
        return frozenset(_words(data, file, *path))

    return Offices(
        sector_of=_by_sector(data, file, "titles", ("body",)),
        kin=words("kin"),
        posted_to=words("posted_to"),
        former=words("former"),
        adverbs=words("adverbs"),
        address=words("address"),
        particles=words("particles"),
        suffixes=words("suffixes"),
        honours=words("honours"),
        portfolios=words("portfolios"),
        answers={office: words("offices", office) for office in data.get("offices", ())},
        office_sectors=_office_sectors(data, file),
    )


def _office_sectors(data: Any, file: str) -> dict[str, str]:
    found = data.get("office_sectors")
    if not isinstance(found, dict):
        raise resources.KnowledgeError(file, "office_sectors", "must map offices to sectors")
    for office, sector in found.items():
        if office not in data["offices"] or sector not in SECTORS:
            raise resources.KnowledgeError(file, f"office_sectors.{office}", "unknown")
    return found


def _body_nouns(folder: Path) -> BodyNouns:
    file = "bodies.yaml"
    data = resources.document(file, folder)

    def words(*path: str) -> frozenset[str]:
        return frozenset(_words(data, file, *path))

    sectors = _by_sector(data, file, "nouns", ("empty",))
    return BodyNouns(
        sector_of={noun: "" if sector == "empty" else sector for noun, sector in sectors.items()},
        alone=words("alone"),
        needs_name=words("needs_name"),
        state=words("state"),
        public=words("public"),
        links=words("links"),
        descriptions=_by_sector(data, file, "descriptions", ()),
        landform_last=words("landforms", "last"),
        landform_first=tuple(_words(data, file, "landforms", "first")),
        directions=words("directions"),
        never_first=words("never_first"),
        not_bodies=words("not_bodies"),
        ships=words("ships"),
        locative=words("locative"),
        things=words("things"),
        incorporated=words("incorporated"),
        never_names=words("never_names"),
        bases_before=words("bases", "before"),
        bases_after=tuple(tuple(name.split()) for name in _words(data, file, "bases", "after")),
    )
