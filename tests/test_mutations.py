"""The mutations of ``make mutants`` fit the code: each changes it, and names tests that exist."""

from __future__ import annotations

import pytest
from mutations import MUTATIONS, ROOT, DropWords, Edit, Gut, MisfitError, mutated


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_fits_the_code(mutation):
    before = (ROOT / mutation.change.file).read_text(encoding="utf-8")
    after = mutated(mutation)
    assert after != before
    if mutation.change.file.endswith(".py"):
        compile(after, mutation.change.file, "exec")
    for test in mutation.tests:
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")


TEXT = "def one():\n    # a comment\n    x = 1\n    return x\n\n\ndef two(): return 2\n"
RULES = "- id: a\n  verbs: [b, c, d]\n- id: e\n  verbs: [f]\n"


@pytest.mark.parametrize(
    ("change", "text", "expected"),
    [
        (Edit("f", "x = 1", "x = 2"), TEXT, TEXT.replace("x = 1", "x = 2")),
        (Gut("f", "one", "return 0"), TEXT, TEXT.replace("x = 1\n    return x", "return 0")),
        (DropWords("f", "a", "verbs", 2), RULES, RULES.replace("b, c, d", "b")),
    ],
)
def test_changes(change, text, expected):
    assert change(text) == expected


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Edit("f", "return", "yield"), TEXT),
        (Edit("f", "x = 3", "x = 2"), TEXT),
        (Gut("f", "three", "return 0"), TEXT),
        (DropWords("f", "e", "verbs", 1), RULES),
        (DropWords("f", "a", "nouns", 1), RULES),
        (DropWords("f", "g", "verbs", 1), RULES),
    ],
)
def test_what_no_longer_fits_is_told(change, text):
    with pytest.raises(MisfitError, match="f: "):
        change(text)
