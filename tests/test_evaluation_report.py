"""The command, its files and its page."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import typer
from evaluation_tables import write_tables
from typer.testing import CliRunner

from pipeline.cli.evaluate import evaluate as command
from pipeline.evaluation.annotators import agreement, kappa
from pipeline.evaluation.found import found_in_gold
from pipeline.evaluation.gold import (
    GoldDocument,
    GoldEntity,
    GoldEvent,
    GoldMention,
    write_standoff,
)
from pipeline.evaluation.page import Mark, pieces, render
from pipeline.evaluation.report import compare, errors_csv, evaluate

TEXT = "The <b>Foxland</b> minister visited Owlia. He praised it.\n\nOwlia thanked him.\n"


def document() -> GoldDocument:
    def span(quote: str, after: int = 0) -> tuple[int, int, str]:
        start = TEXT.index(quote, after)
        return start, start + len(quote), quote

    return GoldDocument(
        "fox",
        entities={
            "Foxland": GoldEntity("Foxland", "GPE", "FOX", "GOV"),
            "Owlia": GoldEntity("Owlia", "GPE", "OWL", "GOV"),
        },
        mentions=[
            GoldMention("T1", "GPE", *span("Foxland"), entity="Foxland", sense="actor"),
            GoldMention("T2", "GPE", *span("Owlia"), entity="Owlia", sense="place"),
            GoldMention("T3", "GPE", *span("Owlia", 50), entity="Owlia", sense="actor"),
        ],
        events=[
            GoldEvent("E1", "CONSULT", *span("visited"), actors=("Foxland",), mode="visit"),
            GoldEvent("E2", "SUPPORT", *span("praised"), actors=("Foxland",)),
            GoldEvent("E3", "SUPPORT", *span("thanked"), actors=("Owlia",)),
        ],
    )


@pytest.fixture
def gold_folder(tmp_path):
    write_standoff([document()], tmp_path / "gold")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "fox.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "gold"


def output(folder, drop: int, **changes):
    found = found_in_gold(document())
    found.events = [replace(e, **changes) for e in found.events if e.start != drop]
    return write_tables([found], folder)


def run(*arguments):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_figures_are_printed_and_files_written(gold_folder, tmp_path):
    out = output(tmp_path / "out", document().events[1].start)
    result = run(out, "--gold", gold_folder, "-o", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert " events " in result.output
    with (tmp_path / "report" / "errors.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["error"], row["label"], row["text"]) == ("missed", "SUPPORT", "praised")
    assert row["sentence"] == "He praised it."
    with (tmp_path / "report" / "figures.csv").open(newline="", encoding="utf-8") as file:
        figures = {(r["layer"], r["name"]): r["value"] for r in csv.DictReader(file)}
    assert figures["events", "all"] == "0.8"


def test_what_a_change_won_and_lost(gold_folder, tmp_path):
    events = document().events
    now, before = (output(tmp_path / str(e.start), e.start) for e in (events[1], events[2]))
    result = run(now, "--gold", gold_folder, "--compare", before, "-o", tmp_path / "report")
    assert result.exit_code == 0, result.output
    with (tmp_path / "report" / "comparison.csv").open(newline="", encoding="utf-8") as file:
        rows = {(r["change"], r["text"]) for r in csv.DictReader(file)}
    assert rows == {("won", "thanked"), ("lost", "praised")}


def test_two_annotations_are_held_against_each_other(gold_folder, tmp_path):
    other = document()
    other.events[0].type = "AGREE"
    write_standoff([other], tmp_path / "second")
    result = run(tmp_path / "second", "--gold", gold_folder)
    assert result.exit_code == 0, result.output
    assert "annotated twice" in result.output
    rows = {r.measure: r.value for r in agreement([document()], [other], {"fox": TEXT}).rows}
    assert rows["F1, trigger and type"] == pytest.approx(2 / 3, abs=1e-4)
    assert rows["F1, trigger"] == 1
    assert rows["kappa, type of triggers both marked"] == 0.4


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([], None),
        ([("a", "a"), ("a", "a")], None),
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
    ],
)
def test_kappa(labels, expected):
    assert kappa(labels) == expected


def test_bad_gold_ends_in_one_line_and_writes_nothing(gold_folder, tmp_path):
    data = json.loads((gold_folder / "fox.json").read_text(encoding="utf-8"))
    data["mentions"][0]["end"] += 1
    (gold_folder / "fox.json").write_text(json.dumps(data), encoding="utf-8")
    out = output(tmp_path / "out", -1)
    result = run(out, "--gold", gold_folder, "-o", tmp_path / "report")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "fox.json: fox: T1: offsets" in result.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("missing", ["gold", "output"])
def test_missing_folders_are_named(missing, gold_folder, tmp_path):
    out = output(tmp_path / "out", -1)
    nowhere = tmp_path / "nowhere"
    result = (
        run(out, "--gold", nowhere) if missing == "gold" else run(nowhere, "--gold", gold_folder)
    )
    assert result.exit_code == 2
    assert "nowhere" in result.stderr


class Page(HTMLParser):
    """Collects tags and the text that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marked: dict[str, list[str]] = {}
        self._open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "mark":
            self._open.append(dict(attrs)["class"])

    def handle_endtag(self, tag):
        if tag == "mark":
            self._open.pop()

    def handle_data(self, data):
        for kind in self._open:
            self.marked.setdefault(kind, []).append(data)


def test_the_page_marks_the_text_and_escapes_it(gold_folder, tmp_path):
    gold, found = document(), found_in_gold(document())
    found.events[0] = replace(found.events[0], place="<script>alert(1)</script>")
    found.events[2] = replace(found.events[2], type="AID", rule='"><img src=x>')
    evaluation = evaluate([gold], {"fox": found}, {"fox": TEXT})
    html = render(evaluation, compare(evaluation, evaluation))
    page = Page()
    page.feed(html)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "b" not in page.tags
    assert "&lt;b&gt;" in html
    assert "http" not in html
    assert page.marked["event hit wrong"] == ["visited"]
    assert page.marked["event extra missed"] == ["thanked"]
    assert "praised" in page.marked["hit"]


def test_the_page_does_without_articles():
    evaluation = evaluate([document()], {"fox": found_in_gold(document())})
    assert "fox: 0 errors" in render(evaluation)


def test_overlapping_marks_are_cut_and_nothing_is_lost():
    marks = [Mark(0, 5, "a", "one"), Mark(3, 8, "b", "two"), Mark(3, 5, "c", "one")]
    cut = pieces("0123456789", marks)
    assert [(p.text, p.classes, p.anchor) for p in cut] == [
        ("012", "a", "0"), ("34", "a b c", "3"), ("567", "b", ""), ("89", "", "")
    ]  # fmt: skip
    assert cut[1].note == "one\ntwo"


def test_errors_as_csv_are_the_same_every_time():
    found = found_in_gold(document())
    found.events.pop()
    first, second = (errors_csv(evaluate([document()], {"fox": found}).errors) for _ in range(2))
    assert first == second
    assert first.startswith("doc_id,layer,error,label,slot,text,start,end,gold,found,sentence,rule")
