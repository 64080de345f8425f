"""Files of rules and metadata that nobody means well with: one line at once, no waiting."""

from __future__ import annotations

import os
import time

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.components.events.rules import load_rules
from pipeline.resources import KNOWLEDGE, KnowledgeError, document

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
TEXTS = {
    "lists": ("[" * 50_000 + "]" * 50_000, "nested deeper than 50"),
    "open lists": ("[" * 50_000, "nested deeper than 50"),
    "maps": ("{a: " * 50_000 + "}" * 50_000, "nested deeper than 50"),
    "dashes": ("- " * 50_000 + "x", "nested deeper than 50"),
    "indents": ("".join(" " * n + "a:\n" for n in range(2_000)), "nested deeper than 50"),
    "laughs": (LAUGHS, "more than 1,000,000 values"),
    "itself": ("&a [*a]", "own.yaml"),
    "tag": ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
    "NUL": ("a: \0", "not allowed|special characters"),
    "tabs": ("a:\n\t- b", "cannot start any token"),
    "two": ("a: 1\n---\nb: 2", "found another document"),
}


@pytest.mark.parametrize(("text", "message"), TEXTS.values(), ids=TEXTS)
def test_yaml_that_is_no_rule_file(tmp_path, text, message, record_property):
    (tmp_path / "own.yaml").write_text(text)
    started = time.process_time()
    with pytest.raises(KnowledgeError, match=message) as refused:
        load_rules(tmp_path)
    record_property("result", str(refused.value))
    assert time.process_time() - started < 5


def test_a_file_that_is_not_utf8(tmp_path):
    (tmp_path / "own.yaml").write_bytes(b"a: \xff")
    with pytest.raises(KnowledgeError, match="utf-8"):
        load_rules(tmp_path)


def test_a_file_that_never_ends_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.resources.MAX_BYTES", 100)
    (tmp_path / "own.yaml").write_text("# " + "x" * 200)
    with pytest.raises(KnowledgeError, match="larger than"):
        load_rules(tmp_path)


def _pipe(path):
    os.mkfifo(path)


def _dangling(path):
    path.symlink_to(path.parent / "nowhere")


def _circle(path):
    path.symlink_to(path)


def _folder(path):
    path.mkdir()


MADE = [_pipe, _dangling, _circle, _folder]


@pytest.mark.parametrize("make", MADE)
def test_a_rule_file_that_is_no_file(tmp_path, make):
    make(tmp_path / "own.yaml")
    with pytest.raises(KnowledgeError, match=r"own\.yaml: file: (is no regular|cannot be read)"):
        load_rules(tmp_path)


@pytest.mark.parametrize("make", [*MADE, lambda path: None])
def test_metadata_that_is_no_file(tmp_path, make):
    make(tmp_path / "meta.csv")
    (tmp_path / "a.txt").write_text("Norway and Iceland signed a treaty.")
    arguments = ["run", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, "--metadata", str(tmp_path / "meta.csv")])
    assert result.exit_code == 2
    assert "--metadata" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["check", "list"])
@pytest.mark.parametrize("make", [_folder, _pipe, _dangling, _circle, lambda path: None])
def test_rules_that_are_no_folder_of_rules(tmp_path, make, command):
    make(tmp_path / "rules")
    result = CliRunner().invoke(app, ["rules", command, "--rules", str(tmp_path / "rules")])
    assert result.exit_code != 0
    assert "rules" in result.output
    assert "Traceback" not in result.output


def test_the_knowledge_of_the_program_stays_readable():
    assert document("events/frames.yaml", KNOWLEDGE)
