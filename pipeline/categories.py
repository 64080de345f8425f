"""What sets PLOVER categories and kinds of acts apart, from ``categories.yaml`` and ``acts.yaml``.

>>> event.event_type in categories("said")
>>> event.act in acts("journey")
"""

from __future__ import annotations

from functools import cache

from pipeline.resources import KnowledgeError, document, table


def categories(having: str) -> frozenset[str]:
    """Return the PLOVER categories that have a property.

    Raises
    ------
    KnowledgeError
        There is no such property, or the file names something that is no category.
    """
    return _members("categories.yaml", having)


def acts(having: str) -> frozenset[str]:
    """Return the kinds of acts (``act`` of a rule) that have a property.

    Raises
    ------
    KnowledgeError
        There is no such property, or the file is wrong.
    """
    return _members("acts.yaml", having)


@cache
def _members(file: str, having: str) -> frozenset[str]:
    known = _properties(file)
    if having not in known:
        raise KnowledgeError(file, having, "no such property")
    return known[having]


@cache
def _properties(file: str) -> dict[str, frozenset[str]]:
    """Read a file of properties: a list of names each."""
    known = {row["event_type"] for row in table("quad_classes.csv", ("event_type",))}
    found = {}
    for name, members in document(file).items():
        if not isinstance(members, list) or not all(isinstance(one, str) for one in members):
            raise KnowledgeError(file, name, "must be a list of names")
        unknown = sorted(set(members) - known) if file == "categories.yaml" else []
        if unknown:
            raise KnowledgeError(file, name, f"no category {unknown[0]}")
        found[name] = frozenset(members)
    return found
