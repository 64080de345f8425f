"""What is pinned is what is needed, and its licences are told."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
_QUOTED = re.compile(r"`([^`]+)`")
#: What ``make run`` installs, and what ``make extras`` adds to it.
LOCK, EXTRAS_LOCK = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("requirements.lock", "requirements-extras.lock")
)
FIRST = ("html", "review")
"""Extras that ``make run`` installs."""


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _needed(*extras: str) -> set[str]:
    """Everything that the project asks for with some extras or all, and what that asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    left = [project["dependencies"], *(optional[extra] for extra in extras or optional)]
    asked = [Requirement(line) for group in left for line in group]
    seen: set[tuple[str, frozenset[str]]] = set()
    while asked:
        requirement = asked.pop()
        one = _name(requirement.name), frozenset(requirement.extras)
        if one in seen or one[0] == "pacta":
            continue
        seen.add(one)
        for line in importlib.metadata.requires(requirement.name) or []:
            further = Requirement(line)
            extras = ("", *requirement.extras)
            if further.marker is None or any(further.marker.evaluate({"extra": e}) for e in extras):
                asked.append(further)
    return {name for name, _ in seen}


def _pinned(lock: str = LOCK + EXTRAS_LOCK) -> set[str]:
    return {_name(line.split("==")[0]) for line in lock.splitlines() if "==" in line}


def test_the_locks_hold_what_is_needed_and_nothing_else():
    first, every = _needed(*FIRST), _needed()
    for needed, lock in ((first, LOCK), (every - first, EXTRAS_LOCK)):
        pinned = _pinned(lock)
        assert sorted(needed - pinned) == [], "needed, but not pinned"
        assert sorted(pinned - needed) == [], "pinned, but not needed"


def test_the_licence_of_everything_pinned_is_told():
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    table = page[page.index("| licence |") :].split("\n\n")[0]
    told = [_name(name) for name in _QUOTED.findall(table)]
    assert sorted(told) == sorted(set(told)), "told twice"
    assert sorted(_pinned() - set(told)) == []
    bound = {"MPL", "GPL", "LGPL"}
    for name in sorted(_pinned()):
        about = importlib.metadata.metadata(name)
        licence = about.get("License-Expression") or " ".join(
            [about.get("License", "")[:60], *about.get_all("Classifier", [])]
        )
        found = bound & set(re.findall(r"[A-Z]+", licence))
        row = next(line for line in table.splitlines() if name in map(_name, _QUOTED.findall(line)))
        assert found == bound & set(re.findall(r"[A-Z]+", row.split("|")[1])), name
