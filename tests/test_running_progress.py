"""The progress bar: what it is told, what it shows, and that it is quiet where nobody looks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_fakes import ENGLISH, pacta, use_fakes

from pipeline.running import Options, State, run

ROOT = Path(__file__).parent.parent


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(60):
        (folder / f"a{number:02d}.txt").write_text(f"{number} ZZSLOW {ENGLISH * 20}")
    (folder / "bad.txt").write_bytes(b"")
    return folder


def told(tmp_path, *paths):
    """Return copies of the states that a run tells of."""
    states = []

    def note(state):
        states.append(State(state.articles, state.reused, state.failed, state.share))

    run(Options(tuple(map(str, paths)), tmp_path / "out", workers=2, time_limit=0), note)
    return states


def test_states_go_up_to_the_end(tmp_path, articles, monkeypatch):
    use_fakes(monkeypatch, tmp_path)
    states = told(tmp_path, articles)
    assert len(states) > 3
    assert [s.articles for s in states] == sorted(s.articles for s in states)
    shares = [s.share for s in states]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5 < shares[-1] <= 1
    assert (states[-1].articles, states[-1].failed, states[-1].reused) == (61, 1, 0)
    assert states[-1].share == pytest.approx(1)
    again = told(tmp_path, articles)
    assert (again[-1].articles, again[-1].reused) == (61, 61)


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "csv"])
def test_the_share_of_files_that_hold_many_articles(tmp_path, monkeypatch, ending):
    import gzip

    use_fakes(monkeypatch, tmp_path)
    rows = [f'{{"text": "{n} {ENGLISH * 9}"}}' for n in range(200)]
    if ending == "csv":
        rows = ["text", *(f'"{n} {ENGLISH * 9}"' for n in range(200))]
    data = "\n".join(rows).encode()
    path = tmp_path / f"many.{ending}"
    path.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    states = told(tmp_path, path)
    assert states[-1].articles == 200
    assert states[-1].share > 0.7
    if not ending.endswith("gz"):
        middle = next(state for state in states if state.articles >= 100)
        assert middle.share == pytest.approx(middle.articles / 200, abs=0.25)


def _in_terminal(words):
    """Run a command in a terminal; return what it wrote there, without its control codes."""
    import pty

    parent, child = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=child, cwd=ROOT, env=environment
    )
    os.close(child)
    seen = b""
    while True:
        try:
            part = os.read(parent, 4096)
        except OSError:  # Linux says so when the other end is closed.
            break
        if not part:
            break
        seen += part
    assert process.wait(60) == 0
    os.close(parent)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())


@pytest.mark.skipif(sys.platform == "win32", reason="needs terminals of Unix")
def test_rate_time_left_and_failures_in_a_terminal(tmp_path, articles):
    words = pacta(tmp_path, "run", articles, "-o", tmp_path / "out", "--workers", 2)
    shown = _in_terminal(words)
    lines = [line for line in re.split(r"[\r\n]+", shown) if line.startswith("articles")]
    assert len(lines) > 3
    assert any(re.search(r"\d+  \d+\.\d/s", line) for line in lines)
    assert any(re.search(r"0:00:0\d", line) for line in lines)
    assert "1 failed" in lines[-1]


def test_quiet_where_there_is_no_terminal(tmp_path, articles):
    for path in list(articles.iterdir())[5:]:
        path.unlink()
    words = pacta(tmp_path, "run", articles, "-o", tmp_path / "out")
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0
    assert "━" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_the_rate_counts_no_reused_articles(monkeypatch):
    from pipeline.cli.run import _Progress

    clock = iter([0.0, 0.0, 1.0, 3.0])  # the first is when the display was made
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    progress = _Progress()
    assert progress._rate(State(articles=90, reused=90)) == ""
    assert progress._rate(State(articles=100, reused=100)) == ""
    assert progress._rate(State(articles=112, reused=100)) == "4.0/s"
