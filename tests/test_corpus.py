"""The five articles, end to end: what comes out, how right it is, and that it is the same twice."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.evaluation.figures import summary
from pipeline.evaluation.found import read_output
from pipeline.evaluation.gold import check_texts, read_standoff
from pipeline.evaluation.scoring import score

TABLES = ("events", "mentions", "agreements", "clusters", "documents")


def run(corpus, folder):
    arguments = ["run", str(corpus / "articles"), "--metadata", str(corpus / "documents.csv")]
    result = CliRunner().invoke(app, [*arguments, "-o", str(folder), "--workers", "1"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def output(corpus, tmp_path_factory):
    return run(corpus, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def figures(corpus, output):
    gold = read_standoff(corpus / "gold")
    texts = check_texts(gold, corpus / "articles")
    return summary(score(gold, read_output(output), texts))


def rows(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def without_paths(found):
    return [{**row, "path": ""} for row in found]


def shown(folder, table, columns):
    return [" | ".join(row[column] for column in columns) for row in rows(folder, table)]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (
            "events",
            ("doc_id", "trigger", "event_type", "mode", "factuality", "actors", "recipients",
             "date", "place", "agreement_id", "agreement_stage", "same_as", "rule_id"),
        ),
        ("mentions", ("doc_id", "label", "text", "entity", "country", "date", "agreement_id")),
        ("agreements", ("agreement_id", "stage", "date", "documents", "conflict")),
        ("clusters", ("event_type", "factuality", "actors", "date", "place", "documents")),
    ],
)  # fmt: skip
def test_what_comes_out(output, data_regression, table, columns):
    """A change of behaviour shows as a readable diff of these snapshots."""
    data_regression.check(shown(output, table, columns))


@pytest.mark.parametrize(
    ("path", "least"),
    [
        (("mentions", "f1"), 0.93),
        (("entity_country",), 0.95),
        (("dates", "value", "f1"), 0.92),
        (("agreements", "id", "f1"), 0.88),
        (("events", "f1"), 0.88),
        (("slot", "f1"), 0.82),
    ],
)
def test_how_right_it_is(figures, path, least):
    value = figures
    for key in path:
        value = value[key]
    assert value >= least


def test_nothing_from_zones_and_no_wrong_offset(figures):
    assert figures["in_zone"] == 0
    assert figures["bad_offsets"] == 0


def test_the_same_bytes_twice(corpus, output, tmp_path):
    again = run(corpus, tmp_path / "again")
    for table in TABLES:
        assert (again / f"{table}.csv").read_bytes() == (output / f"{table}.csv").read_bytes()


def test_committed_output_is_what_comes_out(corpus, output):
    """``outputs/`` in the repository is never older than the code."""
    committed = corpus.parent / "outputs"
    for table in TABLES:
        assert without_paths(rows(committed, table)) == without_paths(rows(output, table))


def test_the_reference_scorer_says_the_same(shared, corpus, output, figures):
    command = [sys.executable, str(shared / "tools" / "score.py"), "--json"]
    command += ["--gold", str(corpus / "gold"), "--out", str(output)]
    command += ["--articles", str(corpus / "articles")]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    reference = json.loads(said)
    assert {key: figures[key] for key in reference} == reference
