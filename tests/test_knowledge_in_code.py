"""No knowledge in code: word lists, sets of categories, kinds of acts and frames are data.

What the language of an article may say belongs to ``pipeline/knowledge``, where it can be read,
edited and tested; code names grammar (labels of the parse, tags, classes, properties). A walk over
the syntax tree finds what breaks this. What still stands in code from before is listed in
``tests/data/words_in_code.txt``: nothing may be added to it, and what has moved must leave it
(``python tests/test_knowledge_in_code.py`` writes it anew). ``names_in_code.txt`` beside it lists
what only looks like words: columns of tables, fields of YAML files, keys of dictionaries.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from pipeline.components.events import rules
from pipeline.components.factuality.cues import VALUES
from pipeline.components.reader.labels import CATEGORIES
from pipeline.resources import KNOWLEDGE, document

ROOT = Path(__file__).parent.parent
LISTED = ROOT / "tests" / "data" / "words_in_code.txt"
NAMES = ROOT / "tests" / "data" / "names_in_code.txt"
FILES = sorted(
    path
    for folder in ("components", "linking", "language")
    for path in (ROOT / "pipeline" / folder).rglob("*.py")
)
PLOVER = set(get_args(rules.Category))
DEFINING = {"pipeline/components/events/rules.py", "pipeline/components/reader/labels.py"}
"""Where the categories themselves are named: the rule language, the order of a model's outputs."""


def _names() -> Iterator[str]:
    """Yield the names of sections in files of knowledge and of fields of classes."""
    for file in KNOWLEDGE.rglob("*.yaml"):
        read = document(file.name, file.parent)
        if isinstance(read, dict):
            yield from read
    for section in document("factuality/cues.yaml").values():
        yield from section
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id


TECHNICAL = (
    set((ROOT / "tests" / "data" / "terms_of_code.txt").read_text(encoding="utf-8").split())
    | set(VALUES)
    | set(get_args(rules.Stage))
    | rules.SLOTS
)
"""Relations of the parse, columns and their values, slots of rules: the program's own words."""
OWN = set(_names())
"""A list of nothing but these is one of names."""
WORD = re.compile(r"[a-z][a-z'’]*(?:[ -][a-z]+)*")
ASKED = {"lower_", "lemma_", "text"}
"""Attributes of a token that hold its word."""


def _strings(node: ast.AST) -> list[str]:
    """Return the members of a display of constant strings; none for any other expression."""
    if not isinstance(node, ast.Set | ast.Tuple | ast.List) or not node.elts:
        return []
    values = [e.value for e in node.elts if isinstance(e, ast.Constant)]
    strings = [value for value in values if isinstance(value, str)]
    return strings if len(strings) == len(node.elts) else []


def _compared(node: ast.AST) -> tuple[str, list[str]]:
    """Return of a comparison the attribute asked, if any, and the strings it is held against."""
    if not isinstance(node, ast.Compare):
        return "", []
    sides = [node.left, *node.comparators]
    attribute = next((s.attr for s in sides if isinstance(s, ast.Attribute)), "")
    constants = [s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str)]
    return attribute, constants + [word for side in sides for word in _strings(side)]


def words_in(path: Path) -> Iterator[str]:
    """Yield the word lists and the comparisons with single words of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(ROOT)
    for node in ast.walk(tree):
        words = [w for w in _strings(node) if WORD.fullmatch(w) and w not in TECHNICAL]
        if len(words) > 1 and not OWN.issuperset(words):
            yield f"{name}: {' '.join(sorted(words))}"
        attribute, compared = _compared(node)
        if attribute in ASKED and len(compared) == 1 and WORD.fullmatch(compared[0]):
            yield f"{name}: {attribute} {compared[0]}"


def lines(path: Path) -> set[str]:
    return set(path.read_text(encoding="utf-8").splitlines())


def found() -> set[str]:
    return {line for path in FILES for line in words_in(path)}


def test_no_words_come_into_the_code():
    listed = lines(LISTED) | lines(NAMES)
    assert sorted(found() - listed) == [], "put it under pipeline/knowledge"
    assert sorted(listed - found()) == [], "no longer in code: take it off the list"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sets_of_categories(path):
    if str(path.relative_to(ROOT)) in DEFINING:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    sets = [words for node in ast.walk(tree) if len(words := _strings(node)) > 1]
    assert [words for words in sets if PLOVER.issuperset(words)] == [], "categories.yaml"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_kinds_of_acts_frames_or_rules_by_name(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = [_compared(node) for node in ast.walk(tree)]
    named = {"act": "acts.yaml", "frame": "frames.yaml", "rule_id": "the rule"}
    assert [(named[a], words) for a, words in asked if a in named and words] == []


def test_the_reader_has_the_categories_of_the_rules():
    assert set(CATEGORIES) == PLOVER | {"NONE"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('X = frozenset({"plan", "wish"})', ["plan wish"]),
        ('X = ("nsubj", "obj", "VBD")', []),
        ('word.lower_ == "unless"', ["lower_ unless"]),
        ('word.lemma_ in ("plan", "wish")', ["plan wish"]),
        ('word.dep_ == "obj"', []),
        ('date.precision in ("day", "week")', []),
    ],
)
def test_what_counts_as_words_in_code(tmp_path, monkeypatch, code, expected):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "m.py").write_text(code)
    assert list(words_in(tmp_path / "m.py")) == [f"m.py: {words}" for words in expected]


if __name__ == "__main__":
    kept = sorted(found() - lines(NAMES))
    LISTED.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
