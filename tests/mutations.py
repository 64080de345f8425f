"""Whether the tests notice: single changes of behaviour, each of which must break a unit test.

``make mutants`` makes each change in a copy of the repository and runs there the tests named with
it, which need no model or little of it. A change that no test notices is a behaviour that nobody
guards; one that no longer fits the code must be written anew for what took its place.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).parent.parent
COPIED = (
    "pipeline",
    "tests",
    "scripts",
    "docs",
    "corpus",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
)
LINKED = ("models",)
"""What is large and no mutation touches."""


class MisfitError(Exception):
    """A mutation does not fit the code as it is."""


@dataclass(frozen=True)
class Edit:
    """One piece of a file's text, which stands there once, becomes another."""

    file: str
    old: str
    new: str

    def __call__(self, text: str) -> str:
        if text.count(self.old) != 1:
            raise MisfitError(f"{self.file}: {text.count(self.old)} times {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Gut:
    """A function or method does nothing but one statement."""

    file: str
    function: str
    body: str

    def __call__(self, text: str) -> str:
        found = [
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.name == self.function
        ]
        if len(found) != 1:
            raise MisfitError(f"{self.file}: {len(found)} functions named {self.function}")
        first, last = found[0].body[0], found[0].end_lineno
        lines = text.splitlines(keepends=True)
        lines[first.lineno - 1 : last] = [" " * first.col_offset + self.body + "\n"]
        return "".join(lines)


@dataclass(frozen=True)
class DropWords:
    """A rule loses some of the words of one of its lists, the last ones."""

    file: str
    rule: str
    words: str
    count: int

    def __call__(self, text: str) -> str:
        head, found, rest = text.partition(f"- id: {self.rule}\n")
        rule, _, after = rest.partition("\n- id: ")
        listed = re.search(rf"^  {self.words}: \[([^\]]*)\]", rule, re.MULTILINE)
        words = listed[1].split(",") if listed else []
        if not found or len(words) <= self.count:
            raise MisfitError(f"{self.file}: {self.rule} has no {self.count} {self.words} to lose")
        assert listed is not None
        kept = rule[: listed.start(1)] + ",".join(words[: -self.count]) + rule[listed.end(1) :]
        return head + found + kept + ("\n- id: " + after if after else "")


@dataclass(frozen=True)
class Mutation:
    """A change of behaviour and the tests of which one must fail for it."""

    name: str
    change: Edit | Gut | DropWords
    tests: tuple[str, ...]


EVENTS = "pipeline/components/events/"
COREFERENCE = "pipeline/components/coreference/"
MUTATIONS = (
    Mutation(
        "“both ministers” are the first two named, not the last",
        Edit(COREFERENCE + "nominals.py", "return holders[-number:]", "return holders[:number]"),
        ("tests/test_coreference_titles.py::test_whom_a_word_means",),
    ),
    Mutation(
        "no title before a name belongs to the person",
        Gut(COREFERENCE + "titled.py", "titled", "return {}"),
        ("tests/test_coreference_titles.py::test_a_title_reaches_as_far_as_its_words",),
    ),
    Mutation(
        "events.csv has a column that nothing fills and no page explains",
        Edit("pipeline/tables/schema.py", "same_as cluster_id rule_id", "same_as extra cluster_id"),
        ("tests/test_tables.py::test_the_page_lists_the_columns_of_the_code_in_order",),
    ),
    Mutation(
        "acts of one document in different places are one",
        Gut("pipeline/components/acts/comparison.py", "places_meet", "return True"),
        ("tests/test_acts.py",),
    ),
    Mutation(
        "acts of one document on different days are one",
        Gut("pipeline/components/acts/comparison.py", "dates_meet", "return True"),
        ("tests/test_acts.py",),
    ),
    Mutation(
        "ten days are few enough to identify an act",
        Edit(
            "pipeline/linking/acts.py", "FEW, WEEK, MONTH, WIDE = 3", "FEW, WEEK, MONTH, WIDE = 10"
        ),
        ("tests/test_linking.py::test_few_days_make_one_act_many_do_not",),
    ),
    Mutation(
        "an act without parties takes them from however far before",
        Edit("pipeline/components/acts/grouping.py", "STORY = 1500", "STORY = 10**9"),
        ("tests/test_acts.py",),
    ),
    Mutation(
        "an act without parties takes none from before",
        Edit("pipeline/components/acts/grouping.py", "STORY = 1500", "STORY = 0"),
        ("tests/test_acts.py",),
    ),
    Mutation(
        "any one act of violence makes an article one of an outbreak",
        Edit("pipeline/components/acts/context.py", "OUTBREAK = 0.4", "OUTBREAK = 0.0"),
        ("tests/test_acts.py",),
    ),
    Mutation(
        "no article is one of an outbreak",
        Edit("pipeline/components/acts/context.py", "OUTBREAK = 0.4", "OUTBREAK = 1.1"),
        ("tests/test_acts.py",),
    ),
    Mutation(
        "a quotation that goes on blames nobody",
        Gut(EVENTS + "quotations.py", "continued", "yield from ()"),
        ("tests/test_events_by_hand.py",),
    ),
    Mutation(
        "blame of an attack meets who suffers it",
        Gut(EVENTS + "parties.py", "spare_victims", "return"),
        ("tests/test_events_by_hand.py",),
    ),
    Mutation(
        "blame of “the move” meets nobody",
        Gut(EVENTS + "parties.py", "aim_at_deed", "return"),
        ("tests/test_events_by_hand.py",),
    ),
    Mutation(
        "a ship called by its name is of no state",
        Gut(COREFERENCE + "affiliation.py", "of_machine", "return []"),
        ("tests/test_coreference_titles.py::test_whom_a_word_means",),
    ),
    Mutation(
        "a rule loses fourteen verbs",
        DropWords("pipeline/knowledge/events/rules/aid.yaml", "aid-provide", "verbs", 14),
        ("tests/test_rule_words.py::test_every_word_of_a_rule_is_tried",),
    ),
    Mutation(
        "a rule has a word that no sentence tries",
        Edit(
            "pipeline/knowledge/events/rules/consult.yaml",
            "- id: consult-meet\n",
            "- id: consult-meet\n  adjectives: [untried]\n",
        ),
        ("tests/test_rule_words.py::test_every_word_of_a_rule_is_tried",),
    ),
)


def mutated(mutation: Mutation, root: Path = ROOT) -> str:
    """Return the text that a mutation makes of its file.

    Raises
    ------
    MisfitError
        The code is no longer what the mutation changes.
    """
    return mutation.change((root / mutation.change.file).read_text(encoding="utf-8"))


def survivors(mutations: Sequence[Mutation]) -> list[str]:
    """Try mutations in a copy of the repository; return those that no test noticed."""
    with tempfile.TemporaryDirectory(prefix="pacta-mutants-") as folder:
        copy = Path(folder)
        _copy(copy)
        tests = sorted({test for mutation in mutations for test in mutation.tests})
        if not _pass(tests, copy, sys.stderr):
            raise SystemExit("The tests fail without any mutation: mend them first.")
        return [mutation.name for mutation in mutations if not _is_noticed(mutation, copy)]


def _copy(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)


def _is_noticed(mutation: Mutation, copy: Path) -> bool:
    path = copy / mutation.change.file
    before = path.read_text(encoding="utf-8")
    path.write_text(mutated(mutation, copy), encoding="utf-8")
    try:
        noticed = not _pass(mutation.tests, copy)
    finally:
        path.write_text(before, encoding="utf-8")
    print(f"{'noticed ' if noticed else 'SURVIVED'}  {mutation.name}", flush=True)
    return noticed


def _pass(tests: Sequence[str], folder: Path, told: TextIO | None = None) -> bool:
    """Whether tests of the copy pass; bytecode is not kept, for it would outlive a mutation.

    What fails is written to ``told``.
    """
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"The tests could not run:\n{done.stdout}{done.stderr}")
    if done.returncode and told is not None:
        told.write(done.stdout)
    return done.returncode == 0


def main() -> None:
    """Try the mutations whose names hold a word given, or all; fail where one survives."""
    wanted = [m for m in MUTATIONS if all(word in m.name for word in sys.argv[1:])]
    left = survivors(wanted)
    print(f"{len(wanted) - len(left)} of {len(wanted)} mutations break a test.")
    sys.exit(bool(left))


if __name__ == "__main__":
    main()
