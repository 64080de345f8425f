"""What the commands say: counts, acts shown once, a log's progress, errors in words, help."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.cli import run as command
from pipeline.cli.errors import reason
from pipeline.running import State, Summary
from pipeline.tables.schema import TABLES


def event(**cells: str) -> dict[str, str]:
    return dict.fromkeys(TABLES["events"].columns, "") | {"event_type": "CONSULT"} | cells


def test_an_act_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    shown = [
        event(trigger="met", actors="Chad", date="2024-05-02"),
        event(trigger="meeting", actors="Chad", date="2024-05-02"),
        event(trigger="met", actors="Mali", date="2024-05-02"),
    ]
    table = command._table(SimpleNamespace(shown=shown))
    assert table.row_count == 2
    triggers = list(table.columns[list(command._COLUMNS).index("trigger")].cells)
    assert [str(cell) for cell in triggers] == ["met", "met"], "by its first mention"


@pytest.mark.parametrize(
    ("articles", "events", "line"),
    [(1, 1, "1 article; 1 event, 0 mentions in out"), (2, 0, "2 articles; 0 events, 0 mentions")],
)
def test_one_is_no_plural(
    articles: int, events: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    none = dict.fromkeys(("skipped", "failed", "lost", "mentions"), 0)
    facts = {"shown": [], "up_to_date": False, "ignored": {}, **none}
    command._report(Summary(articles=articles, events=events, **facts), "out")
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        ({}, []),
        ({"undated": 1}, ["1 article without a date of publication"]),
        (
            {"unread_dates": 2, "undated": 2},
            [
                "the date given for 2 articles was not understood (column message)",
                "2 articles without a date of publication",
            ],
        ),
        (
            {"metadata": 9, "unmatched": ["b"]},
            ["1 of 9 rows of the metadata match no article, by doc_id: b"],
        ),
        (
            {"metadata": 6, "unmatched": list("abcdef")},
            ["no row of the metadata matches an article, by doc_id: a, b, c, d, e, …"],
        ),
    ],
)
def test_a_run_warns_of_dates_and_metadata(facts: dict[str, Any], lines: list[str]) -> None:
    assert list(command._warnings(Summary(**facts))) == lines


def test_a_log_of_a_long_run_has_progress_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter(range(0, 10_000, 25))
    monkeypatch.setattr(command.time, "monotonic", lambda: float(next(clock)))
    with command._Progress() as progress:
        for articles in range(100, 1_100, 100):
            progress.show(State(articles, 0, 1, articles / 2_000))
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) < 10, "one a minute, not one a step"
    assert re.search(r"\d+%  [\d,]+  .*1 failed", lines[-1])


def test_errors_are_words(tmp_path: Path) -> None:
    missing = OSError(errno.ENOENT, os.strerror(errno.ENOENT), "gold.csv")
    assert reason(missing) == "gold.csv: No such file or directory"
    assert reason(OSError("odd")) == "odd"
    assert reason(ValueError("no date")) == "no date"
    (tmp_path / "file").write_text("")
    to = tmp_path / "file" / "report.html"
    outputs = Path(__file__).parent.parent / "outputs"
    ran = CliRunner().invoke(app, ["report", str(outputs), "--to", str(to)])
    assert ran.exit_code == 2
    assert "Errno" not in ran.output


def test_help_of_review_shows_its_options() -> None:
    ran = CliRunner().invoke(app, ["review", "--help"], env={"COLUMNS": "200"})
    assert ran.exit_code == 0
    assert all(word in ran.output for word in ("--double-coding", "--port", "export", "agreement"))
