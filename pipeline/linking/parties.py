"""Who took part in an act, as far as rows of different documents can be compared.

A person is part of a ministry, a ministry of a state: all three stand for the state, and two
names contradict each other only on the same level (two persons, two bodies).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from pipeline import gazetteers, resources
from pipeline.tables.schema import SEPARATOR

STATE = frozenset({"", "GOV", "MIL", "LEG", "JUD", "COP", "SPY"})
"""PLOVER sectors whose members act for their state."""
SELVES = frozenset({"EUR", "UNO"})
"""Codes that name one international body, not a class of them (IGO, NGO, MNC)."""

Name = frozenset[str]
Named = dict[tuple[str, str], frozenset[Name]]
"""Names by party and level (``body`` or ``person``); a name is the set of its words."""
NOBODY: frozenset[Name] = frozenset()
_WORD = re.compile(r"[^\W_]+")


def parties(names: str, codes: str) -> tuple[str, ...]:
    """Return the parties of a cell of names and its cell of codes: ISO3 codes or names, sorted."""
    return tuple(sorted({_party(name, code) for name, code in _pairs(names, codes)}))


def known(names: str, codes: str) -> tuple[str, ...]:
    """Return the parties that have a code: states, and bodies of a known kind."""
    return tuple(sorted({_party(name, code) for name, code in _pairs(names, codes) if code}))


def states(names: str, codes: str) -> tuple[str, ...]:
    """Return the states (ISO3 codes) and other bodies (names) of a cell of names and its codes.

    Whatever belongs to a state, also an opposition or a company, stands for it here.
    """
    return tuple(sorted({_state(name, code) for name, code in _pairs(names, codes)}))


def named(cells: Iterable[tuple[str, str]]) -> Named:
    """Return the persons and bodies that cells of names (and of codes) mention by name."""
    found: dict[tuple[str, str], set[Name]] = {}
    for names, codes in cells:
        for name, code in _pairs(names, codes):
            level = _level(name, code)
            if level:
                found.setdefault((_party(name, code), level), set()).add(_words(name))
    return {key: frozenset(value) for key, value in found.items()}


def contradict(some: Named, others: Named) -> bool:
    """Whether a party is stood for by different persons, or by different bodies."""
    return any(key in others and not _common(some[key], others[key]) for key in some)


def shared(some: Named, others: Named) -> int:
    """Count the persons of the one that the other names, too."""
    return sum(
        _common(frozenset({name}), others.get(key, NOBODY))
        for key, names in some.items()
        if key[1] == "person"
        for name in names
    )


def same_persons(some: Named, others: Named) -> bool:
    """Whether both name the same persons, and at least one."""
    persons = {key for key in {*some, *others} if key[1] == "person"}
    return bool(persons) and all(
        key in some
        and key in others
        and len(some[key]) == len(others[key])
        and _common(some[key], others[key])
        for key in persons
    )


def settled(found: Iterable[str], some: Named, others: Named) -> bool:
    """Whether for each of the parties both name the same person or body."""
    return all(
        not _is_code(party)
        or any(_common(some.get(key, NOBODY), others.get(key, NOBODY)) for key in _levels(party))
        for party in found
    )


def union(some: Named, others: Named) -> Named:
    """Return the names of both."""
    if not others or some == others:
        return some
    keys = some.keys() | others.keys()
    return {key: some.get(key, frozenset()) | others.get(key, frozenset()) for key in keys}


def _levels(party: str) -> tuple[tuple[str, str], ...]:
    return (party, "body"), (party, "person")


def _common(some: frozenset[Name], others: frozenset[Name]) -> bool:
    """Whether a name is the same, or part of the other ("Merz", "Friedrich Merz")."""
    return bool(some & others) or any(a <= b or b <= a for a in some for b in others)


def _pairs(names: str, codes: str) -> list[tuple[str, str]]:
    listed = names.split(SEPARATOR) if names else []
    coded = codes.split(SEPARATOR) if codes else []
    coded += [""] * (len(listed) - len(coded))
    return list(zip(listed, coded, strict=False))


@lru_cache(maxsize=65536)
def _party(name: str, code: str) -> str:
    country, _, sector = code.partition(".")
    if country in SELVES or gazetteers.country(country):
        return country if sector in STATE else code
    return name


@lru_cache(maxsize=65536)
def _is_code(party: str) -> bool:
    """Whether a party is told by its code, not by a name that says who it is."""
    country, _, _ = party.partition(".")
    return country in SELVES or (gazetteers.country(country) is not None and len(country) == 3)


@lru_cache(maxsize=65536)
def _state(name: str, code: str) -> str:
    country = code.partition(".")[0]
    return country if country in SELVES or gazetteers.country(country) else name


@lru_cache(maxsize=65536)
def _level(name: str, code: str) -> str:
    country = gazetteers.country(code[:3])
    if _party(name, code) == name or (country is not None and country.name == name):
        return ""
    if gazetteers.key(name) in _bodies() or not _body_nouns().isdisjoint(name.split()):
        return "body"
    return "person" if " " in name else ""


@lru_cache(maxsize=65536)
def _words(name: str) -> Name:
    return frozenset(_WORD.findall(name.casefold()))


@cache
def _bodies() -> frozenset[str]:
    rows = resources.table("organisations.csv", ("name",), resources.KNOWLEDGE / "actors")
    return frozenset(gazetteers.key(row["name"]) for row in rows)


@cache
def _body_nouns() -> frozenset[str]:
    by_sector = resources.document("bodies.yaml", resources.KNOWLEDGE / "actors")["nouns"]
    return frozenset(noun for nouns in by_sector.values() for noun in nouns)
