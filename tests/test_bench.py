"""The benchmark: what it prints and writes, and the page that is filled from it."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from pipeline.running import bench, measures

ROOT = Path(__file__).parent.parent


@pytest.fixture
def articles(tmp_path, corpus):
    """The corpus as a file of JSON Lines."""
    path = tmp_path / "articles.jsonl"
    texts = [file.read_text(encoding="utf-8") for file in sorted(corpus.glob("articles/*.txt"))]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return path


def run_bench(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
    bench.main()


def test_every_figure_is_measured(articles, tmp_path, monkeypatch, capsys):
    pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'pacta[store]'")
    monkeypatch.setitem(bench.TARGETS, "worker_memory_ratio", 2.0)
    output = tmp_path / "bench.json"
    run_bench(monkeypatch, articles, "--count", 4, "--many", 5, "-o", output)
    figures = json.loads(output.read_text())
    assert set(bench.TARGETS) <= set(figures)
    assert figures["articles"] == 4
    assert figures["failed"] == 0
    assert figures["two_workers_same_bytes"] == 1
    assert figures["whole_to_model_ratio"] > 1
    shares = [value for name, value in figures.items() if name.startswith("share_")]
    assert sum(shares) == pytest.approx(1, abs=0.01)
    assert all(value > 0 for name, value in figures.items() if "second" in name)
    printed = capsys.readouterr().out
    assert all(name in printed for name in figures)


def test_changes_and_missed_targets_are_named(tmp_path, monkeypatch, capsys):
    found = {"worker_memory_ratio": 1.05, "words_per_second": 3000.0, "import_seconds": 0.4}
    monkeypatch.setattr(bench, "measure", lambda *given: found)
    output = tmp_path / "bench.json"
    output.write_text('{"words_per_second": 4000, "import_seconds": 0.39, "other": 1}')
    (tmp_path / "a.jsonl").write_text("")
    run_bench(monkeypatch, tmp_path, "-o", output)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["worker_memory_ratio", "1.05", "≤", "1.1:", "met"],
        ["words_per_second", "3,000.0", "was", "4,000", "worse"],
        ["import_seconds", "0.4", "≤", "0.3:", "MISSED", "was", "0.39"],
    ]
    assert json.loads(output.read_text()) == found | {"other": 1}


def test_growing_memory_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(measures, "memory", lambda *given: {"worker_memory_ratio": 1.2})
    (tmp_path / "a.jsonl").write_text("")
    with pytest.raises(SystemExit, match="memory of a worker grows"):
        run_bench(monkeypatch, tmp_path / "a.jsonl", "--memory")


def test_the_page_on_scaling_has_the_figures_of_the_benchmark():
    """Else: ``python scripts/scaling_figures.py docs/bench.json``."""
    script = runpy.run_path(str(ROOT / "scripts" / "scaling_figures.py"))
    figures = json.loads((ROOT / "docs" / "bench.json").read_text())
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    assert script["measured"](figures) in page
    assert script["needed"](figures) in page
