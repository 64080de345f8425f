"""Reading what lies in ``pipeline/knowledge``: tables (CSV) and rule files (YAML).

Knowledge is data that people edit, so every mistake in it ends in one line that names the file,
the record and the field. Nothing is read at import.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import stat
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

KNOWLEDGE = Path(__file__).parent / "knowledge"
MAX_BYTES, MAX_DEPTH, MAX_VALUES = 20_000_000, 50, 1_000_000
"""How large a YAML file of knowledge may be; how deeply nested and of how many values one that
does not come with the program."""


class KnowledgeError(ValueError):
    """A file of knowledge is wrong; the message names file, record and field."""

    def __init__(self, file: Path | str, where: str, problem: str) -> None:
        super().__init__(f"{Path(file).name}: {where}: {problem}")


def table(name: str, columns: Iterable[str], folder: Path = KNOWLEDGE) -> list[dict[str, str]]:
    """Read a CSV table (plain or ``.gz``) whose header must hold ``columns``.

    Parameters
    ----------
    name : str
        File name below ``folder``, e.g. ``countries.csv``.
    columns : iterable of str
        The columns the caller reads; a table may hold more.

    Returns
    -------
    list of dict
        One dict a row, all values strings.

    Raises
    ------
    KnowledgeError
        A column is missing, or a row has more or fewer cells than the header.
    """
    path = folder / name
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [c for c in columns if c not in (reader.fieldnames or [])]
    if missing:
        raise KnowledgeError(path, "header", f"no column {', '.join(missing)}")
    rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise KnowledgeError(path, f"line {number}", "wrong number of cells")
    return rows


def items(cell: str) -> list[str]:
    """Split a list cell of a table (``a; b``) into its items."""
    return [item for part in cell.split(";") if (item := part.strip())]


def words(source: Any, name: str, file: Path | str) -> list[str]:
    """Take a list of words out of a map that was read from a YAML file.

    Raises
    ------
    KnowledgeError
        The list is missing, or holds something else: a number, or an unquoted ``true``.
    """
    found = source.get(name) if isinstance(source, dict) else None
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise KnowledgeError(file, name, "must be a list of words")
    return found


def word_sets(source: Any, names: Iterable[str], file: Path | str) -> dict[str, frozenset[str]]:
    """Take lists of words out of a map that was read from a YAML file, each written as one text.

    Raises
    ------
    KnowledgeError
        A list is missing or no text.
    """
    found = {}
    for name in names:
        if not isinstance(source.get(name), str):
            raise KnowledgeError(file, name, "missing, or not a list of words")
        found[name] = frozenset(source[name].split())
    return found


def document(name: str | Path, folder: Path = KNOWLEDGE) -> Any:
    """Read a YAML file with the safe loader; ``on``, ``off``, ``yes`` and ``no`` are words.

    Raises
    ------
    KnowledgeError
        The file cannot be read, is not plain YAML (broken syntax, or a tag that asks for an
        object), or is larger, deeper or more repetitive than people write.
    """
    import yaml

    path = folder / name
    try:
        text = _read(path)
        if not path.is_relative_to(KNOWLEDGE):
            _check_shape(path, text)
        return yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "file"
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise KnowledgeError(path, where, problem) from None


def _read(path: Path) -> str:
    """Read a file of knowledge: a pipe would block for ever, a device never end."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise KnowledgeError(path, "file", "is no regular file")
        if status.st_size > MAX_BYTES:
            raise KnowledgeError(path, "file", f"is larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(path, "file", f"cannot be read: {error.strerror}") from None


def _check_shape(path: Path, text: str) -> None:
    """Refuse YAML that would break the loader or grow without bound when it is read.

    Its events come one by one, so that depth costs nothing here. An alias counts as many values
    as it stands for: nine lists of nine aliases each are a billion values ("billion laughs").
    """
    import yaml

    sizes, names, anchors = [0], [""], dict[str, int]()
    for event in yaml.parse(text, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            sizes.append(1)
            names.append(event.anchor or "")
        elif isinstance(event, yaml.CollectionEndEvent):
            size = sizes.pop()
            anchors[names.pop()] = size
            sizes[-1] += size
        elif isinstance(event, yaml.AliasEvent):
            sizes[-1] += anchors.get(event.anchor, 1)
        elif isinstance(event, yaml.ScalarEvent):
            anchors[event.anchor or ""] = 1
            sizes[-1] += 1
        where = f"line {event.start_mark.line + 1}"
        if len(sizes) > MAX_DEPTH:
            raise KnowledgeError(path, where, f"nested deeper than {MAX_DEPTH} levels")
        if sizes[-1] > MAX_VALUES:
            raise KnowledgeError(path, where, f"more than {MAX_VALUES:,} values")


@cache
def _loader() -> type:
    """Return a safe loader for which only ``true`` and ``false`` are booleans.

    YAML 1.1 reads the prepositions *on* and *off* as booleans too, which no rule file means.
    """
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    Loader.yaml_implicit_resolvers = {
        letter: [(tag, test) for tag, test in resolvers if tag != "tag:yaml.org,2002:bool"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
    )
    return Loader
