"""The front of the command line: help, completion, colour and pipes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli import app

RUN = "import sys; from pipeline.cli import app; app(sys.argv[1:], prog_name='pacta')"
COLOUR = re.compile(r"\x1b\[(?:\d;)?3\d")
TERMINAL = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "100"}


def commands(command: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with the words that call it."""
    yield names, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from commands(child, (*names, name))


COMMANDS = [
    pytest.param(names, command, id=" ".join(("pacta", *names)))
    for names, command in commands(typer.main.get_command(app))
]


@pytest.mark.parametrize(("names", "command"), COMMANDS)
def test_every_help_reads_on_a_narrow_terminal(names, command):
    result = CliRunner().invoke(app, [*names, "--help"], env={"COLUMNS": "80"})
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "Usage: pacta" in result.stdout or "Usage: root" in result.stdout
    summary = (command.help or "").split("\n")[0]
    assert 20 < len(summary) <= 100, summary
    assert summary.endswith(".")


@pytest.mark.parametrize(("names", "command"), COMMANDS)
def test_every_parameter_is_explained_once(names, command):
    given = Counter(
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.strip()
    )
    assert [option for option, count in given.items() if count > 1] == []
    for parameter in command.params:
        assert parameter.help, parameter.name
        assert parameter.help.endswith(".") or parameter.name.endswith("_completion")


def pacta(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        capture_output=True,
        text=True,
        env=inherited | environment,
        timeout=300,
        check=False,
    )


def test_no_color_is_respected():
    assert COLOUR.search(pacta("--help", **TERMINAL).stdout)
    plain = pacta("--help", **TERMINAL, NO_COLOR="1")
    assert plain.returncode == 0
    assert not COLOUR.search(plain.stdout)


def test_a_pipe_gets_plain_text(tmp_path):
    article = tmp_path / "a.txt"
    article.write_text("Norway and Iceland signed a treaty in Oslo on 3 May 2024.")
    result = pacta("run", str(article), "-o", str(tmp_path / "out"))
    assert result.returncode == 0
    assert "SUPPORT" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell):
    script = pacta("--show-completion", shell)
    assert script.returncode == 0
    assert "_PACTA_COMPLETE" in script.stdout


def test_completion_names_the_commands():
    result = pacta(_PACTA_COMPLETE="complete_bash", COMP_WORDS="pacta r", COMP_CWORD="1")
    assert {"run", "review", "report", "retrain", "rules"} <= set(result.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Usage"),
        (("rnu",), "No such command 'rnu'"),
        (("run",), "Missing argument"),
        (("run", "nowhere", "-o", "out"), "nowhere"),
    ],
)
def test_errors_say_what_to_do(arguments, message):
    result = pacta(*arguments)
    assert result.returncode != 0
    assert message in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
