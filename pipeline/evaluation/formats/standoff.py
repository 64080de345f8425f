"""Our own stand-off JSON as a gold format like the others (see :mod:`pipeline.evaluation.gold`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.evaluation.gold import GoldDocument, read_standoff, write_standoff

Texts = Mapping[str, str]


def recognise(path: Path) -> bool:
    """Whether a path is a folder of stand-off JSON."""
    return path.is_dir() and any(path.glob("*.json"))


def read(path: Path) -> tuple[list[GoldDocument], dict[str, str]]:
    """Read the folder; the texts stay with the articles."""
    return read_standoff(path), {}


def write(documents: Iterable[GoldDocument], texts: Texts, path: Path) -> None:
    """Write one JSON file a document into the folder ``path``."""
    write_standoff(documents, path)
