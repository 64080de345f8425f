"""Hashes of what a result depends on besides the article: program, model, rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path

import pipeline
from pipeline.running.shard import Item

_PROGRAM = Path(pipeline.__file__).parent
_NO_PART = {"cli", "evaluation", "map", "report", "retraining", "review", "world.py"}
"""Parts of the program and of its knowledge that no result depends on: what is done with results,
and the shapes of the map."""
READER = "reader"
"""The folder of the reader in that of the language model."""


def engine(
    rules: Path | None = None,
    model: Path | None = None,
    reader: bool = True,
    min_confidence: float = 0.0,
) -> dict[str, str]:
    """Return the content hashes of program, model and rules.

    Parameters
    ----------
    rules : Path, optional
        A folder of the user's own rules.
    model : Path, optional
        The folder of a trained pipeline in place of the packaged one.
    reader : bool
        Whether the learned reader reads beside the rules.
    min_confidence : float
        The least confidence of events that are written.

    Returns
    -------
    dict
        ``version``, ``program``, ``model``, ``rules``, ``reader``, ``min_confidence``: what
        changes them changes results.
    """
    from pipeline.language import model_path

    knowledge = _PROGRAM / "knowledge"
    code = _parts(_PROGRAM, "*.py")
    rule_files = _parts(knowledge, "*")
    if rules is not None:
        rule_files += [path for path in rules.rglob("*") if path.is_file()]
    model = model or model_path()
    return {
        "version": pipeline.__version__,
        "program": _files(code, _PROGRAM),
        "model": _files(
            (p for p in _parts(model, "*") if p.relative_to(model).parts[0] != READER), model
        ),
        "rules": _files(rule_files, knowledge),
        "reader": _files(_reader_files(), model_path()) if reader else "",
        "min_confidence": str(min_confidence),
    }


def _parts(folder: Path, pattern: str) -> list[Path]:
    """The files below a folder but for those in its parts that no result depends on."""
    found = (path for path in folder.rglob(pattern) if path.is_file())
    return [path for path in found if path.relative_to(folder).parts[0] not in _NO_PART]


def _reader_files() -> list[Path]:
    """The packaged reader's files: it reads beside other language models too."""
    from pipeline.language import model_path

    return [path for path in (model_path() / READER).rglob("*") if path.is_file()]


def key(item: Item, engine_hash: str) -> bytes:
    """Return the key of an article's result: a hash of its content, options and the engine."""
    source = item.source
    digest = hashlib.sha256(engine_hash.encode())
    origin = (source.doc_id, source.path, source.kind, source.stamp, source.date_order)
    known = (*origin, source.row, source.error, source.note)
    options = (
        [str(part) for part in astuple(item.metadata)] if item.metadata else None,
        str(item.published_option),
    )
    digest.update(json.dumps([known, options], sort_keys=True, default=str).encode())
    digest.update(source.data)
    return digest.digest()


def combined(parts: dict[str, str]) -> str:
    """Return one hash for several named ones."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _files(paths: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if "__pycache__" in path.parts:
            continue
        name = path.relative_to(root) if path.is_relative_to(root) else path.name
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
