"""The command line over the corpus, and the Python interface: the same rows both ways."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUN = "import sys; from pipeline.cli import app; app(sys.argv[1:], prog_name='pacta')"


def pacta(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    arguments = ("run", "corpus/articles", "--metadata", "corpus/documents.csv", "-o", out)
    return arguments, out, pacta(*arguments)


def test_run_over_the_corpus(finished):
    _, out, result = finished
    assert result.returncode == 0, result.stderr
    assert result.stderr == "1 article without a date of publication\n"
    assert "5 articles" in result.stdout
    assert "\x1b[" not in result.stdout
    rows = [line for line in result.stdout.splitlines() if "AGREE" in line or "CONSULT" in line]
    assert 0 < len(rows) <= 12
    with (out / "events.csv").open(newline="", encoding="utf-8") as file:
        events = list(csv.DictReader(file))
    assert len(events) > 30
    for row in events:
        text = (ROOT / "corpus" / "articles" / f"{row['doc_id']}.txt").read_bytes().decode()
        assert text[int(row["trigger_start"]) : int(row["trigger_end"])] == row["trigger"]
        assert text[int(row["evidence_start"]) : int(row["evidence_end"])] == row["evidence"]


def test_run_again_has_nothing_to_do(finished):
    arguments, out, _ = finished
    before = {path: path.stat().st_mtime_ns for path in out.glob("[a-z]*")}
    result = pacta(*arguments)
    assert result.returncode == 0
    assert "up to date: 5 articles" in result.stdout
    assert {path: path.stat().st_mtime_ns for path in out.glob("[a-z]*")} == before


def test_extract_gives_the_rows_of_the_command(finished, reading_nlp):
    import pipeline
    from pipeline.articles import find, read
    from pipeline.articles.reading import read_metadata
    from pipeline.tables import TABLES
    from pipeline.tables.frames import read_csv

    _, out, _ = finished
    metadata = read_metadata(ROOT / "corpus" / "documents.csv")
    articles = [read(source, metadata) for source in find([ROOT / "corpus" / "articles"])]
    tables = pipeline.extract(articles, reading_nlp)
    for name, table in TABLES.items():
        written, made = read_csv(table, out), getattr(tables, name)
        if name == "documents":
            written, made = written.drop(columns="path"), made.drop(columns="path")
        assert made.equals(written), name


def test_extract_takes_texts_and_mappings(nlp):
    import pipeline

    texts = [
        "Germany and Japan signed the agreement in Tokyo on Monday.",
        {"doc_id": "mine", "text": "Ministers of Japan visited Berlin.", "published": "2024-03-24"},
        {"doc_id": "empty", "text": ""},
    ]
    tables = pipeline.extract(texts, nlp)
    assert list(tables.documents["doc_id"]) == ["article-000001", "mine", "empty"]
    assert list(tables.documents["status"]) == ["ok", "ok", "failed"]
    assert set(tables.mentions["doc_id"]) == {"article-000001", "mine"}


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, pipeline; print([m for m in ('spacy', 'pandas', 'numpy') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_help_is_quick_and_names_every_command():
    code = f"{RUN.replace('app(sys', 'app(args=sys')}"
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert all(command in result.stdout for command in ("run", "evaluate", "review", "rules"))
    assert "spacy" not in result.stderr
    assert "pandas" not in result.stderr
