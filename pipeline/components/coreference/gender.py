"""Whether *he* or *she* can mean a person: by given name and titles, where these tell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pipeline import resources
from pipeline.components.actors.lexicon import fold
from pipeline.records import Entity

_FILE = "actors/genders.yaml"


def gender(entity: Entity, titles: Iterable[str]) -> str:
    """Return ``female`` or ``male`` as titles, else the given name tell; empty if neither does.

    Parameters
    ----------
    entity : Entity
        A person, by his full name as far as the article tells it.
    titles : iterable of str
        By which the article calls him.
    """
    known = _genders()
    told = {known[0][title] for title in titles if title in known[0]}
    if len(told) == 1:
        return told.pop()
    given, _, surname = fold(entity.name).partition(" ")
    return known[1].get(given, "") if surname else ""


@cache
def _genders() -> tuple[dict[str, str], dict[str, str]]:
    """Read the gender of each title and of each given name.

    Raises
    ------
    KnowledgeError
        A list is missing, or a word stands under both genders.
    """
    data = resources.document(_FILE)
    titles: dict[str, str] = {}
    names: dict[str, str] = {}
    for which in ("female", "male"):
        record = data.get(which) if isinstance(data, dict) else None
        if not isinstance(record, dict) or record.keys() != {"titles", "names"}:
            raise resources.KnowledgeError(_FILE, which, "must have titles and names")
        for found, words in ((titles, record["titles"]), (names, record["names"].split())):
            for word in words:
                if found.setdefault(word, which) != which:
                    raise resources.KnowledgeError(_FILE, which, f"{word} stands under both")
    return titles, names
