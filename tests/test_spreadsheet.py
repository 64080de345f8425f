"""Copies of the tables that a spreadsheet can open without running a cell."""

from __future__ import annotations

import csv

import pytest
from running_fakes import ENGLISH, use_fakes
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.tables import TABLES
from pipeline.tables.spreadsheet import restore

ATTACKS = ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "'=1"]


@pytest.fixture
def articles(tmp_path, monkeypatch):
    use_fakes(monkeypatch, tmp_path)
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "text", "title"))
        rows.writerows((attack, ENGLISH, attack) for attack in ATTACKS)
    return path


def _rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_tables_are_exact_and_copies_harmless(tmp_path, articles):
    arguments = ["run", str(articles), "-o", str(tmp_path / "out"), "--workers", "1"]
    result = CliRunner().invoke(app, [*arguments, "--spreadsheet"])
    assert result.exit_code == 0, result.output
    exact = _rows(tmp_path / "out" / "documents.csv")
    assert {"=1+1", "@SUM(A1)"} <= {row[0] for row in exact}
    for name in (f"{table}.csv" for table in TABLES):
        copy = _rows(tmp_path / "out" / "spreadsheet" / name)
        cells = [cell for row in copy for cell in row]
        assert not [c for c in cells if c.startswith(("=", "+", "@")) or c[:2] in ("-2", "\t=")]
        restored = [[restore(cell) for cell in row] for row in copy]
        assert restored == _rows(tmp_path / "out" / name)


def test_without_being_asked_no_copy_is_made(tmp_path, articles):
    CliRunner().invoke(app, ["run", str(articles), "-o", str(tmp_path / "out"), "--workers", "1"])
    assert (tmp_path / "out" / "documents.csv").exists()
    assert not (tmp_path / "out" / "spreadsheet").exists()


def test_copies_are_made_of_csv_alone(tmp_path, articles):
    arguments = ["run", str(articles), "-o", str(tmp_path / "out"), "--format", "jsonl"]
    result = CliRunner().invoke(app, [*arguments, "--spreadsheet"])
    assert result.exit_code == 2
    assert "--spreadsheet" in result.output
