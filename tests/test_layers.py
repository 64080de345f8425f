"""One direction: a component knows nothing of what comes after it, nor of the program around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline

PACKAGE = Path(pipeline.__file__).parent
BELOW = ("linking", "running", "review", "report", "evaluation", "retraining", "cli", "extraction")
"""What stands below the components; they may not import it."""


def imports(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a folder of the package and each module of the package they import."""
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((str(path.relative_to(PACKAGE)), name) for name in names)


@pytest.mark.parametrize("folder", ["articles", "language", "components"])
def test_nothing_is_imported_from_below(folder: str) -> None:
    below = tuple(f"pipeline.{name}" for name in BELOW)
    assert [(file, name) for file, name in imports(folder) if name.startswith(below)] == []


def test_linking_reads_rows_alone() -> None:
    """Linking works on tables, on machines that never load a model."""
    documents = ("spacy", "pipeline.language")
    assert [one for one in imports("linking") if one[1].startswith(documents)] == []
