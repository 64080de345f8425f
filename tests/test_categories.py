"""Properties of categories and kinds of acts: each is asked for, each kind of act is a rule's."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipeline import categories, resources
from pipeline.components.events.rules import load_rules
from pipeline.resources import KnowledgeError

SOURCE = Path(resources.KNOWLEDGE).parent


def asked(function: str) -> set[str]:
    """Return the properties that the code asks a function of the module for."""
    return {
        node.args[0].value
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("name", ["categories", "acts"])
def test_every_property_is_asked_for_and_there(name):
    assert asked(name) == set(resources.document(f"{name}.yaml"))


def test_the_kinds_of_acts_are_those_of_rules():
    known = {rule.act or rule.id for rule in load_rules().rules.values()}
    told = set().union(*resources.document("acts.yaml").values())
    assert sorted(told - known) == []


def test_what_is_asked_for_must_be_there():
    with pytest.raises(KnowledgeError, match=r"categories\.yaml: loud: no such property"):
        categories.categories("loud")


@pytest.mark.parametrize(
    ("members", "problem"),
    [("AID", "must be a list of names"), (["AID", "HELP"], "no category HELP")],
)
def test_mistakes_name_the_property(monkeypatch, members, problem):
    monkeypatch.setattr(categories, "document", lambda file: {"loud": members})
    with pytest.raises(KnowledgeError, match=rf"categories\.yaml: loud: {problem}"):
        categories._properties.__wrapped__("categories.yaml")
