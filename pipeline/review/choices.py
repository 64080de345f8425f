"""What the cells may hold: the closed lists of the guideline, read from ``knowledge/review``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipeline import resources
from pipeline.tables.rows import quad_classes


@dataclass(frozen=True, slots=True)
class EventType:
    """A PLOVER category: its quad class, its modes, what it covers, and what else to mind."""

    quad_class: str
    modes: tuple[str, ...]
    hint: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """The event types by name, and the closed list of values of every other cell that has one."""

    types: dict[str, EventType]
    lists: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def choices() -> Choices:
    """Read ``knowledge/review/choices.yaml`` (once).

    Raises
    ------
    pipeline.resources.KnowledgeError
        The file is no YAML, or an event type has no quad class.
    """
    name = "review/choices.yaml"
    data = resources.document(name)
    quads = quad_classes()
    types = {}
    for event_type, entry in data.pop("types").items():
        if event_type not in quads:
            raise resources.KnowledgeError(name, event_type, "is not in quad_classes.csv")
        types[event_type] = EventType(
            quads[event_type],
            tuple(entry.get("modes", ())),
            entry.get("hint", ""),
            tuple(entry.get("notes", ())),
        )
    return Choices(types, {key: tuple(values) for key, values in data.items()})
