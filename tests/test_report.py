"""The report page and its figures: what they hold, that nothing in them is markup, bad input."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import escape
from typer.testing import CliRunner

from pipeline import gazetteers
from pipeline.cli import app
from pipeline.report import charts, figures, outputs, page, reviewed, views
from pipeline.review import matching
from pipeline.review.store import Store
from pipeline.tables.reading import OutputError
from pipeline.tables.schema import TABLES, Row

ROOT = Path(__file__).parents[1]
OUTPUTS = ROOT / "outputs"
EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Outline(HTMLParser):
    """The elements of a page, their attributes and ids; complains about what is left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        wanted = attributes.items()
        return [a for name, a in self.tags if name == tag and wanted <= dict(a).items()]


def write(folder: Path, **tables: Sequence[Row]) -> Path:
    """Write an output folder; tables that are not given are empty."""
    folder.mkdir(exist_ok=True)
    for name, table in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, table.columns, restval="")
            writer.writeheader()
            writer.writerows(tables.get(name, ()))
    return folder


def act(**cells: str) -> Row:
    row = {"event_type": "CONSULT", "factuality": "actual", "actors": "Japan; Germany"}
    row |= {"actor_codes": "JPN.GOV; DEU.GOV", "documents": "a", "event_ids": "e"}
    row |= cells
    return dict.fromkeys(TABLES["clusters"].columns, "") | row


def evil(folder: Path) -> Path:
    """An output folder whose every cell of text is an attack."""
    sentence = f"They signed it. {EVIL}"
    event = dict.fromkeys(TABLES["events"].columns, EVIL) | {
        "event_id": "e",
        "doc_id": "d",
        "event_type": "SUPPORT",
        "trigger": "signed",
        "trigger_start": "5",
        "trigger_end": "11",
        "evidence": sentence,
        "evidence_start": "0",
        "evidence_end": str(len(sentence)),
    }
    parties = {"actors": f"{EVIL}; Japan", "actor_codes": "; JPN.GOV", "recipients": "Ann <b>"}
    cells = {"date": EVIL, "date_start": "2024-05-02", "place": EVIL, "agreement_id": EVIL}
    spot = {"latitude": "1.5", "longitude": "2"}
    agreement = dict.fromkeys(TABLES["agreements"].columns, EVIL)
    agreement |= {"stage": "signed", "event_ids": "e"}
    documents = [
        dict.fromkeys(TABLES["documents"].columns, EVIL) | numbers | {"doc_id": "d", "status": "ok"}
        for numbers in [{"mentions": "1", "events": "1"}]
    ]
    documents.append(documents[0] | {"doc_id": EVIL, "status": "failed"})
    return write(
        folder,
        documents=documents,
        events=[event],
        clusters=[act(event_type=EVIL), act(**parties, **cells, **spot)],
        agreements=[agreement],
    )


@pytest.fixture(scope="module")
def corpus_page() -> str:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    return page.render(outputs.read(OUTPUTS))


def test_the_page_of_the_corpus_is_whole(corpus_page: str) -> None:
    found = outputs.read(OUTPUTS)
    outline = Outline(corpus_page)
    assert outline.open == []
    for section in ("found", "timeline", "agreements", "map", "network", "conflicts", "documents"):
        assert outline.all("section", id=section), section
        assert outline.all("a", href=f"#{section}"), section
    targets = {str(a.get("id")) for _, a in outline.tags}
    links = [a["href"] for a in outline.all("a")]
    assert all(str(link).removeprefix("#") in targets for link in links)
    drawn = [a["data-chart"] for _, a in outline.tags if "data-chart" in a]
    assert drawn == [f"data-{c.name}" for c in page.CHARTS]
    names = [life.agreement_id for life in page.lives(found)]
    assert all(f"<h3>{html.escape(name)}</h3>" in corpus_page for name in names)
    for title, count in page.counts(found):
        assert f"<dt>{title}</dt><dd>{count}</dd>" in corpus_page


def test_the_page_needs_nothing_from_elsewhere(corpus_page: str) -> None:
    outline = Outline(corpus_page)
    for tag, attributes in outline.tags:
        for name in ("src", "href", "action", "data"):
            value = attributes.get(name) or ""
            assert value.startswith(("#", "data:")) or not value, (tag, value)
    assert "@import" not in corpus_page
    assert "url(" not in (page.HERE / "templates" / "report.css").read_text(encoding="utf-8")


def test_every_stage_is_proved_by_its_sentences() -> None:
    found = outputs.read(OUTPUTS)
    told = [(life, stage) for life in page.lives(found) for stage in life.stages]
    assert len(told) == len(found.agreements)
    for life, stage in told:
        assert stage.quotes, (life.agreement_id, stage.row["stage"])
        for quote in stage.quotes:
            assert quote.trigger
            evidence = quote.before + quote.trigger + quote.after
            assert any(evidence == event["evidence"] for event in found.events.values())


def test_the_same_tables_make_the_same_page(corpus_page: str) -> None:
    assert page.render(outputs.read(OUTPUTS)) == corpus_page


def test_markup_in_the_tables_stays_text(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    text = page.render(outputs.read(evil(tmp_path)))
    outline = Outline(text)
    assert outline.open == []
    assert not outline.all("img")
    assert "alert" not in "".join(str(a) for _, a in outline.tags)
    scripts = outline.all("script")
    assert [a for a in scripts if a.get("type") != "application/json"] == [{}]
    assert str(escape(EVIL)) in text
    for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.S):
        assert "<" not in block
        json.loads(block)


def test_what_was_not_read_is_told(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    text = page.render(outputs.read(evil(tmp_path)))
    assert "1 document could not be used" in text
    assert "1 failed, 1 ok." in text


def test_a_run_that_found_nothing_has_a_page(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    text = page.render(outputs.read(write(tmp_path)))
    assert "No act was found." in text
    assert not [a for _, a in Outline(text).tags if "data-chart" in a]


def test_acts_without_dates_have_a_page(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    text = page.render(outputs.read(write(tmp_path, clusters=[act(date="XXXX-03-22")])))
    assert "No act has a date with a known year." in text
    assert [a for _, a in Outline(text).tags if a.get("data-chart") == "data-types"]


# --- figures --------------------------------------------------------------------------------------


def test_figures_are_svg_and_png(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    written = figures.write(outputs.read(OUTPUTS), tmp_path / "new" / "figures")
    names = {path.name for path in written}
    assert names == {f"{n}.{e}" for n in _figures() for e in ("svg", "png")}
    for path in written:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        else:
            drawing = path.read_text(encoding="utf-8")
            assert ET.fromstring(drawing).tag.endswith("svg")
            assert "var(--" not in drawing
    timeline = (tmp_path / "new" / "figures" / "timeline.svg").read_text(encoding="utf-8")
    assert "DEU → JPN" in timeline


def _figures() -> list[str]:
    return [*(chart.name for chart in page.CHARTS), "agreements"]


# --- what is counted ------------------------------------------------------------------------------


def remarks(spec: charts.Spec) -> list[str]:
    title = spec.get("title", [])
    return [title] if isinstance(title, str) else title


def sides(kind: str, actors: str, codes: str, recipients: str = "", theirs: str = "") -> Row:
    cells = {"actors": actors, "actor_codes": codes}
    cells |= {"recipients": recipients, "recipient_codes": theirs}
    return act(event_type=kind, **cells)


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (sides("CONSULT", "Boris Pistorius; Kenji Sato", "DEU.GOV; JPN.GOV"), ["DEU – JPN"]),
        (sides("SUPPORT", "Japan", "JPN.GOV", "NATO", "IGO"), ["JPN → NATO"]),
        (sides("SUPPORT", "NATO", "IGO", "Japan", "JPN.GOV"), ["NATO → JPN"]),
        (sides("CONSULT", "Japan", "JPN.GOV"), ["JPN"]),
        (
            sides("ACCUSE", "Britain; Canada", "GBR.GOV; CAN.GOV"),
            ["CAN", "GBR"],  # side by side against somebody who is not told, no opponents
        ),
        (
            sides("ACCUSE", "Britain; Canada", "GBR.GOV; CAN.GOV", "China", "CHN.GOV"),
            ["CAN → CHN", "GBR → CHN"],
        ),
        (
            sides("CONSULT", "A; B; C", "ARG.GOV; BRA.GOV; CHL.GOV"),
            ["ARG – BRA", "ARG – CHL", "BRA – CHL"],
        ),
        (sides("COERCE", "Iran", "IRN.COP", "Iran", "IRN.CVL"), ["IRN → IRN"]),
    ],
)
def test_who_acts_on_whom(row: Row, names: list[str]) -> None:
    assert [dyad.name for dyad in views.dyads(row)] == names


def test_lanes_hold_the_busiest_dyads_and_then_those_alone() -> None:
    alone = act(actors="Japan", actor_codes="JPN.GOV", date_start="2024-01-01")
    pair = act(date_start="2024-01-01")
    undated = act(actors="France", actor_codes="FRA.GOV")
    lanes = views.lanes([alone, alone, pair, undated], lambda row: row)
    assert [lane.name for lane in lanes] == ["DEU – JPN", "JPN"]


def test_years_leave_few_outside() -> None:
    days = ["1945-05-08"] + ["2021-06-01"] * 30 + ["2022-01-01"] * 30 + ["2050-12-31"]
    assert views.Years.of(days) == views.Years(2021, 2022)
    assert views.Years.of(["2024-02-29"]) == views.Years(2024, 2024)


def test_ties_are_directed_and_know_their_quad_classes_and_days() -> None:
    blamed = sides("ACCUSE", "Japan", "JPN.GOV", "Germany", "DEU.GOV")
    rows = [blamed | {"date_start": day} for day in ("2024-05-02", "", "2023-01-01")]
    rows += [act(), act(event_type="ACCUSE"), sides("AID", "Germany", "DEU.GOV", "Japan", "JPN")]
    found = views.ties(rows)
    assert [(tie.dyad.name, tie.count, tie.conflict) for tie in found] == [
        ("JPN → DEU", 3, 3), ("DEU → JPN", 1, 0), ("DEU – JPN", 1, 0),
    ]  # fmt: skip
    assert (found[0].first, found[0].last) == ("2023-01-01", "2024-05-02")
    assert found[0].quads == {"verbal conflict": 3}


def test_a_trend_counts_months_without_a_gap() -> None:
    days = ["2024-01-05", "2024-03-31", "2024-03-01"]
    months, counts = views.trend([act(date_start=day) for day in days] + [act()], 36)
    assert months == ["2024-01", "2024-02", "2024-03"]
    assert counts == {("2024-01", "CONSULT"): 1, ("2024-03", "CONSULT"): 2}
    assert views.trend([act(date_start=day) for day in days], 2)[0] == ["2024-02", "2024-03"]


def test_an_arrow_leads_to_the_target_alone() -> None:
    rows = [act(), sides("ACCUSE", "Japan", "JPN.GOV", "Germany", "DEU.GOV")]
    rows.append(sides("COERCE", "Iran", "IRN.COP", "Iran", "IRN.CVL"))
    links = charts.network(rows)["data"][0]["values"]
    told = {link["who"]: (link["mutual"], link["colour"]) for link in links}
    assert told == {
        "Germany – Japan": (True, "var(--vc)"),
        "Japan → Germany": (False, "var(--mx)"),
    }


def test_what_a_picture_leaves_out_is_said_in_it() -> None:
    countries = [(country.name, country.iso3) for country in gazetteers.countries()[:80]]
    rows = [
        sides("ACCUSE", name, f"{code}.GOV", "Japan", "JPN.GOV") | {"date_start": "2024-02-03"}
        for name, code in countries
    ]
    rows.append(act())
    said = {draw.__name__: remarks(draw(rows)) for draw in (
        charts.timeline, charts.network, charts.actors, charts.world_map, charts.trend,
    )}  # fmt: skip
    assert "The first 24 of 80 dyads, the busiest." in said["timeline"]
    assert "1 of 81 acts have no date with a known year." in said["timeline"]
    assert "1 of 81 acts have no date with a known year." in said["trend"]
    assert said["network"][0].startswith("The first ")
    assert "of 81 actors" in said["actors"][0] or "of 82 actors" in said["actors"][0]
    assert said["world_map"] == ["81 of 81 acts have no place with coordinates."]


def test_a_stage_that_is_only_planned_is_hollow(tmp_path: Path) -> None:
    agreement = dict.fromkeys(TABLES["agreements"].columns, "")
    stages = [
        ("DEU-JPN:RAA", "DEU; JPN", "concluded", "actual"),
        ("DEU-JPN:RAA", "DEU; JPN", "signed", "planned"),
        ("AUS-JPN:RAA", "AUS; JPN", "signed", "proposed"),
    ]
    columns = ("agreement_id", "parties", "stage", "factuality")
    folder = write(
        tmp_path,
        clusters=[act(agreement_id="DEU-JPN:RAA", agreement_stage="signed", factuality="planned")],
        agreements=[agreement | dict(zip(columns, cells, strict=True)) for cells in stages],
    )
    lives = {life.agreement_id: life for life in page.lives(outputs.read(folder))}
    assert [(s.row["stage"], s.reached) for s in lives["DEU-JPN:RAA"].stages] == [
        ("concluded", True), ("signed", False),
    ]  # fmt: skip
    assert lives["AUS-JPN:RAA"].parties == ["Australia", "Japan"]
    assert [s.reached for s in lives["AUS-JPN:RAA"].stages] == [False]
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    text = page.render(outputs.read(folder))
    assert [a["class"] for a in Outline(text).all("li")] == ["stage", "stage ahead", "stage ahead"]


def test_a_reviewed_report_counts_what_reviewers_left() -> None:
    columns = [*TABLES["events"].columns, "status"]
    told = dict.fromkeys(columns, "") | {"event_type": "CONSULT", "factuality": "actual"}
    told |= {"doc_id": "a", "actors": "Japan", "cluster_id": "c", "status": "accepted"}
    rows = [
        told | {"event_id": "1", "date": "2024-05"},
        told | {"event_id": "2", "doc_id": "b", "date": "2024-06", "status": "corrected"},
        told | {"event_id": "3", "doc_id": "c", "date": "2024-06", "status": "undecided"},
        told | {"event_id": "4", "cluster_id": "", "status": "added", "actors": "Chad"},
        told | {"event_id": "5", "cluster_id": "d", "status": "rejected"},
    ]
    found = reviewed.reviewed(outputs.read(OUTPUTS), rows)
    assert [(a["actors"], a["date"], a["documents"]) for a in found.acts] == [
        ("Japan", "2024-06", "a; b; c"), ("Chad", "", "a"),
    ]  # fmt: skip
    assert list(found.events) == ["1", "2", "3", "4"]
    assert ("rejected", 1) in found.review


@pytest.mark.parametrize(
    "days",
    [
        ["2024-02-29"],
        ["0001-01-01", "9999-12-31"],
        ["2021-01-01", "2022-12-31"] * 40 + ["1200-07-01"],
    ],
)
def test_any_dates_can_be_drawn(days: list[str]) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    acts = [act(date_start=day, date=day) for day in days]
    for draw in (charts.timeline, charts.over_time):
        assert figures.to_svg(draw(acts)).startswith("<svg")


# --- the command ----------------------------------------------------------------------------------


def test_the_command_writes_the_page_into_the_folder(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    shutil.copytree(OUTPUTS, tmp_path / "run", ignore=shutil.ignore_patterns(".pacta"))
    ran = CliRunner().invoke(app, ["report", str(tmp_path / "run")])
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.strip() == str(tmp_path / "run" / "report.html")
    assert (tmp_path / "run" / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_folder_without_tables_is_told(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert ran.exit_code == 2
    assert "documents.csv" in ran.output
    with pytest.raises(OutputError, match=r"clusters\.csv: header"):
        outputs.read(_without_header(write(tmp_path)))


def _without_header(folder: Path) -> Path:
    (folder / "clusters.csv").write_text("a,b\n", encoding="utf-8")
    return folder


def test_the_command_wants_a_review_for_a_reviewed_report(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'pacta[report]'")
    shutil.copytree(OUTPUTS, tmp_path / "run", ignore=shutil.ignore_patterns(".pacta"))
    command = ["report", str(tmp_path / "run"), "--reviewed"]
    ran = CliRunner().invoke(app, command)
    assert ran.exit_code == 2
    assert "was not reviewed yet" in ran.output
    store = Store(tmp_path / "run")
    row = next(iter(outputs.read(OUTPUTS).events.values()))
    store.add("Ana", "reject", row["doc_id"], matching.uid(row, 1), {"row": row, "cells": {}})
    store.close()
    ran = CliRunner().invoke(app, command)
    assert ran.exit_code == 0, ran.output
    text = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "As reviewed" in text
    assert "1 rejected" in text


def test_a_missing_extra_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    ran = CliRunner().invoke(app, ["report", str(OUTPUTS), "--to", str(tmp_path / "x.html")])
    assert ran.exit_code == 1
    assert "pip install 'pacta[report]'" in ran.output
    assert not list(tmp_path.iterdir())
