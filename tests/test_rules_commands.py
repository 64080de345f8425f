"""``pacta rules``: what its commands tell a person who writes rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.components.events.check import failing_examples
from pipeline.components.events.explain import explain_text
from pipeline.components.events.rules import load_rules
from pipeline.language import load

EXPLAINED = (
    # a text, and what its explanation must hold, in this order
    ("", ["the text holds no word"]),
    ("Norway", ["only names and small words"]),
    (
        "The weather was nice.",
        ["“weather”: NOUN NN, lemma weather, nsubj of “nice”", "no rule knows this word"],
    ),
    (
        "Norway signed the pact with Iceland.",
        [
            "SUPPORT (actual) on “signed” by rule support-sign",
            "actors: Norway [NOR.GOV]",
            "“pact”: NOUN",
        ],
    ),
    (
        "It was signed yesterday.",
        [
            "“signed”: VERB VBN",
            "not support-sign (SUPPORT): when object: agreement",
            "object holds “It”",
        ],
    ),
    (
        "The report met expectations.",
        [
            "unless object: $goal; object holds “expectations”",
            "not consult-meet (CONSULT): needs “up” or “with”",
        ],
    ),
    (
        "It bombed the museum.",
        ["fires, but no event: nobody in the text is its actor (subject holds “It”)"],
    ),
    (
        "Norway called for a meeting with Iceland.",
        ["REQUEST", "“meeting”", "fires, but no event: another act speaks of it"],
    ),
    ("Chad hosts visits.", ["“visits”: NOUN NNS", "it has no parties and names a kind of act"]),
    ("The Peace Talks Group of Norway rose.", ["no trigger: it is part of a name (ORG)"]),
)


@pytest.mark.parametrize(("text", "wanted"), EXPLAINED)
def test_explain_says_why(nlp, text: str, wanted: list[str]) -> None:
    told = "\n".join(explain_text(nlp, text))
    place = 0
    for words in wanted:
        place = told.find(words, place)
        assert place >= 0, f"{words!r} is not told in order of:\n{told}"


def test_explain_never_prints_nothing_and_ends_in_no_error(nlp) -> None:
    for text in ("!?", "a", "12", "ok", "\n\n", "🤝", "of the"):
        assert list(explain_text(nlp, text))


def own_rules(folder: Path, record: str) -> Path:
    folder.mkdir()
    (folder / "own.yaml").write_text(record, encoding="utf-8")
    return folder


def test_check_says_why_an_example_fails(tmp_path: Path) -> None:
    folder = own_rules(
        tmp_path / "rules",
        """
- id: own-toast
  type: SUPPORT
  verbs: [toast]
  when: {object: [$law]}
  examples:
    - {text: "Norway toasted Iceland.", trigger: toasted, actors: [Norway]}
    - {text: "Norway danced.", trigger: toasted}
  counterexamples: ["Norway toasted the law on peace with Iceland."]
""",
    )
    lines = [
        line
        for line in failing_examples(load(rules=folder), load_rules(folder))
        if line.startswith("own-toast")
    ]
    assert len(lines) == 3
    assert "when object: $law; object holds “Iceland”" in lines[0]
    assert "“toasted” is no word of the example" in lines[1]
    assert "fires on “toasted”, but must not" in lines[2]


def test_a_piped_list_is_one_line_a_rule() -> None:
    result = CliRunner().invoke(app, ["rules", "list"])
    lines = [line.split("\t") for line in result.output.splitlines()]
    assert [line[0] for line in lines] == list(load_rules().rules)
    assert {len(line) for line in lines} == {5}
    assert all(line[4] for line in lines), "its words"


@pytest.mark.parametrize("command", [["list"], ["check"], ["explain", "Chad met Libya."]])
def test_a_folder_that_is_none_and_a_wrong_file_are_told(
    tmp_path: Path, command: list[str]
) -> None:
    missing = CliRunner().invoke(app, ["rules", *command, "--rules", str(tmp_path / "none")])
    assert missing.exit_code == 2
    assert "--rules" in missing.output
    folder = own_rules(tmp_path / "rules", "- {id: own, type: PARTY, verbs: [dance]}")
    wrong = CliRunner().invoke(app, ["rules", *command, "--rules", str(folder)])
    assert wrong.exit_code == 1
    assert "own.yaml: rule own, field type" in wrong.output


def test_report_judges_the_events_of_a_run(corpus: Path) -> None:
    outputs = Path(__file__).parent.parent / "outputs"
    result = CliRunner().invoke(
        app, ["rules", "report", str(outputs), "--gold", str(corpus / "gold"), "--lines", "2"]
    )
    assert result.exit_code == 0, result.output
    assert "Rules, most false alarms first" in result.output
    assert "support-sign" in result.output
