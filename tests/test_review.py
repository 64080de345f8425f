"""The review page without a browser: decisions, re-runs, exports, agreement, safety, speed."""

from __future__ import annotations

import csv
import html
import io
import itertools
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

pytest.importorskip("starlette", reason="the review extra is not installed")
import review_tables
from starlette.testclient import TestClient

from pipeline.articles import reading, sources
from pipeline.evaluation.formats import read_gold
from pipeline.evaluation.found import read_output
from pipeline.evaluation.gold import GoldError, check_texts, read_standoff
from pipeline.evaluation.report import evaluate
from pipeline.review import assignments, edits, edtf, export, matching, tables
from pipeline.review.agreement import between_all, kappa
from pipeline.review.book import Book
from pipeline.review.choices import choices
from pipeline.review.desk import Desk
from pipeline.review.query import Query
from pipeline.review.server import application
from pipeline.review.store import Store
from pipeline.review.suggestions import Names
from pipeline.review.texts import Text
from pipeline.running.shard import Result
from pipeline.running.store import Store as RunStore

ROOT = Path(__file__).parents[1]
GOLD, ARTICLES = ROOT / "corpus" / "gold", ROOT / "corpus" / "articles"
DOCUMENT = "pistorius-proposes-raa-yokosuka"
PORT = 8321
HERE = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return review_tables.from_gold(GOLD, ARTICLES, tmp_path_factory.mktemp("made"))


@pytest.fixture
def output(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out"


class Reviewer:
    """A reviewer at the page, through HTTP."""

    def __init__(self, desk: Desk, name: str = "Ana", **options: Any) -> None:
        self.app = application(desk, name, PORT, **options)
        self.client = TestClient(self.app, base_url=HERE, follow_redirects=False)
        self.name, self.sent = name, 0

    def get(self, path: str, **query: str) -> Any:
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, body: dict, path: str = "/api/decide", **headers: str) -> Any:
        sent = {"origin": HERE, "x-pacta-csrf": self.app.csrf, **headers}
        return self.client.post(path, json=body, headers=sent)

    def do(self, action: str, **fields: Any) -> dict:
        self.sent += 1
        body = {"id": f"{self.name}-{self.sent:08}", "reviewer": self.name, "action": action}
        answer = self.post(body | fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, action: str, status: int = 422, **fields: Any) -> str:
        self.sent += 1
        body = {"id": f"{self.name}-{self.sent:08}", "reviewer": self.name, "action": action}
        answer = self.post(body | fields)
        assert answer.status_code == status, answer.text
        return answer.json()["problem"]

    def rows(self, **query: str) -> list[dict]:
        return self.get("/api/events", limit="200", **query)["rows"]

    def uid(self, trigger: str, start: int, doc: str = DOCUMENT) -> str:
        found = [r["uid"] for r in self.rows(doc=doc) if f":{start}-" in r["uid"]]
        assert found, f"no event {trigger} at {start}"
        return found[0]


@pytest.fixture
def ana(output: Path) -> Reviewer:
    return Reviewer(Desk(output))


def rewrite(output: Path, change: Any) -> None:
    """Write events.csv anew, as a re-run with other rules would."""
    rows = list(csv.DictReader((output / "events.csv").open(encoding="utf-8", newline="")))
    review_tables.write(output / "events.csv", tables.EVENT_COLUMNS, list(change(rows)))


# --- reading -------------------------------------------------------------------------------------


def test_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(tables.OutputError, match=r"no documents\.csv.*pacta run"):
        tables.read(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace("trigger_start", "begin", 1), "no column trigger_start"),
        (lambda t: t + "a,b\n", r"events.csv: line \d+: 2 cells"),
        (lambda t: t.replace(",214,218,", ",x,218,"), "trigger_start is no integer: 'x'"),
        (lambda t: t.replace(",214,218,", ",,218,"), "trigger_start, trigger_end are no offsets"),
        (lambda t: t.replace(DOCUMENT, "unknown-document"), "not in documents.csv"),
    ],
)
def test_broken_table_is_named(output: Path, change: Any, message: str) -> None:
    path = output / "events.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(tables.OutputError, match=message):
        tables.read(output)


@pytest.mark.parametrize(
    ("value", "start", "end", "precision"),
    [
        ("2026-03-22", "2026-03-22", "2026-03-22", "day"),
        ("2024-02", "2024-02-01", "2024-02-29", "month"),
        ("XXXX-03-22", "", "", "day"),
        ("197X", "1970-01-01", "1979-12-31", "decade"),
        ("2023-33", "2023-01-01", "2023-03-31", "quarter"),
        ("2012/..", "2012-01-01", "", "interval"),
        ("2026-03-16/2026-03-22", "2026-03-16", "2026-03-22", "week"),
    ],
)
def test_dates_are_read(value: str, start: str, end: str, precision: str) -> None:
    assert edtf.read(value) == edtf.Reading(start, end, precision)


@pytest.mark.parametrize(
    "value",
    ["2026-02-30", "2025-02-29", "2024-13", "24-01-01", "../..", "2024/2023", "May", "1X99"],
)
def test_wrong_dates_are_refused(value: str) -> None:
    with pytest.raises(edtf.EdtfError):
        edtf.read(value)


def test_article_is_cut_without_loss(ana: Reviewer) -> None:
    text = (ARTICLES / f"{DOCUMENT}.txt").read_bytes().decode("utf-8")
    shown = ana.get("/api/document", doc=DOCUMENT)
    assert "".join(p["text"] for p in shown["pieces"]) == text
    assert all(text[p["start"] :].startswith(p["text"]) for p in shown["pieces"])
    triggers = {u for p in shown["pieces"] for u in p.get("events", ())}
    assert triggers == {e["uid"] for e in shown["events"]}
    assert {p["mention"] for p in shown["pieces"] if "mention" in p} == {
        m["key"] for m in shown["mentions"]
    }
    assert [p for p in shown["pieces"] if p.get("zone") == "boilerplate"]


def test_changed_article_shows_evidence_only(output: Path, tmp_path: Path) -> None:
    moved = tmp_path / "articles"
    moved.mkdir()
    (moved / f"{DOCUMENT}.txt").write_text("Another text.", encoding="utf-8")
    rewritten = (output / "documents.csv").read_text(encoding="utf-8").replace(str(ARTICLES), "/no")
    (output / "documents.csv").write_text(rewritten, encoding="utf-8")
    shown = Reviewer(Desk(output, moved)).get("/api/document", doc=DOCUMENT)
    assert "has changed" in shown["notice"]
    said = "".join(p["text"] for p in shown["pieces"])
    assert "visited Yokosuka on 22 March to meet" in said
    assert "Another text" not in said


def test_roles_and_reasons(ana: Reviewer) -> None:
    event = ana.get("/api/event", uid=ana.uid("meet", 214))
    roles = {(r["role"], key) for key, r in event["roles"].items() if r["reach"] == "sentence"}
    assert ("actor", "166-181:PERSON") in roles
    assert ("actor", "245-261:PERSON") in roles
    assert ("date", "202-210:DATE") in roles
    assert ("place", "190-198:GPE") in roles
    reasons = event["reasons"]
    assert "consult-meet" in reasons["event_type"]
    assert "“Boris Pistorius” (166–181) in the sentence" in reasons["actors"]
    assert "in the clause" in reasons["date"]
    assert reasons["recipients"].startswith("Blank: an act done together")
    assert "“Reciprocal Access Agreement”" in reasons["agreement_id"]
    proposed = ana.get("/api/event", uid=ana.uid("proposed", 374))
    assert "from the context" in proposed["reasons"]["date"]


def test_the_form_tells_what_the_run_itself_says(output: Path) -> None:
    desk = Desk(output)
    row = next(r for r in desk.tables.events if r["doc_id"] == DOCUMENT)
    why = {row["event_id"]: {"actors": "the parties of what was told before"}}
    (output / ".pacta").mkdir()
    store = RunStore(output / ".pacta" / "results.sqlite")
    for doc_id in desk.tables.documents:
        store.list(doc_id.encode())
        kept = Result({"doc_id": doc_id}, reasons=why if doc_id == DOCUMENT else {})
        store.put([(doc_id.encode(), kept)])
    store.close()
    reviewer = Reviewer(Desk(output))
    told = {r["uid"]: reviewer.get("/api/event", uid=r["uid"]) for r in reviewer.rows(doc=DOCUMENT)}
    with_why = [e for e in told.values() if "Why:" in e["reasons"]["actors"]]
    assert [e["machine"]["event_id"] for e in with_why] == [row["event_id"]]
    assert with_why[0]["reasons"]["actors"].endswith("Why: the parties of what was told before.")
    reviewer.do("edit", uid=with_why[0]["uid"], column="actors", value="Norway")
    edited = reviewer.get("/api/event", uid=with_why[0]["uid"])
    assert "Why:" not in edited["reasons"]["actors"]


# --- deciding ------------------------------------------------------------------------------------


def test_verdicts_undo_redo(ana: Reviewer) -> None:
    first = ana.get("/api/step", move="undecided")
    assert first["uid"] == ana.rows()[0]["uid"]
    assert ana.do("accept", uid=first["uid"])["event"]["status"] == "accepted"
    second = ana.get("/api/step", move="undecided", uid=first["uid"])
    assert second["uid"] != first["uid"]
    assert ana.do("reject", uid=second["uid"])["event"]["status"] == "rejected"
    back = ana.do("undo")
    assert (back["subject"], back["event"]["status"]) == (second["uid"], "undecided")
    assert ana.do("undo")["event"]["uid"] == first["uid"]
    assert "nothing to undo" in ana.refused("undo")
    assert ana.do("redo")["event"]["status"] == "accepted"
    assert ana.do("redo")["event"]["status"] == "rejected"
    assert "nothing to redo" in ana.refused("redo")
    assert ana.get("/api/state")["progress"] == {
        "undecided": 90, "accepted": 1, "rejected": 1, "second look": 0,
    }  # fmt: skip


def test_any_decision_can_be_taken_back(ana: Reviewer) -> None:
    uid = ana.uid("meet", 214)
    edit = ana.do("edit", uid=uid, column="mode", value="visit")
    ana.do("accept", uid=uid)
    ana.do("undo", decision=edit["decision"])
    event = ana.get("/api/event", uid=uid)
    assert event["status"] == "corrected", "the verdict holds the values that were seen"
    assert "nothing to undo" in ana.refused("undo", decision=edit["decision"])


def test_edits_bring_what_follows(ana: Reviewer) -> None:
    uid = ana.uid("meet", 214)
    date = ana.do("edit", uid=uid, column="date", value="2026-04")["event"]
    assert {c: date["cells"][c] for c in ("date", "date_start", "date_end", "date_precision")} == {
        "date": "2026-04", "date_start": "2026-04-01", "date_end": "2026-04-30",
        "date_precision": "month",
    }  # fmt: skip
    assert date["status"] == "undecided", "an edit is no verdict"
    assert "Pacta had 2026-03-22" in date["reasons"]["date"]
    actors = ana.do("edit", uid=uid, column="actors", value="Shinjiro Koizumi; France")["event"]
    assert actors["cells"]["actor_codes"] == "JPN.GOV; FRA.GOV"
    place = ana.do("edit", uid=uid, column="place", value="Indonesia")["event"]["cells"]
    assert place["place_country"] == "IDN"
    kind = ana.do("edit", uid=uid, column="event_type", value="ASSAULT")["event"]["cells"]
    assert (kind["quad_class"], kind["mode"]) == ("material conflict", "")
    treaty = ana.do("edit", uid=uid, column="agreement_id", value="JPN-USA:ACSA:1996")["event"]
    assert treaty["cells"]["agreement_type"] == "ACSA"
    cleared = ana.do("edit", uid=uid, column="date", value="")["event"]["cells"]
    assert not any(cleared[c] for c in cleared if c.startswith("date"))
    assert ana.do("accept", uid=uid)["event"]["status"] == "corrected"


def test_impossible_edits_change_nothing(ana: Reviewer) -> None:
    uid = ana.uid("meet", 214)
    before = len(ana.get("/api/event", uid=uid)["history"])
    assert "no 2026-02-30" in ana.refused("edit", uid=uid, column="date", value="2026-02-30")
    assert "no event type" in ana.refused("edit", uid=uid, column="event_type", value="PARTY")
    assert "cannot be edited" in ana.refused("edit", uid=uid, column="doc_id", value="x")
    assert "nothing changes" in ana.refused("edit", uid=uid, column="date", value="2026-03-22")
    assert "no such action" in ana.refused("drop table", uid=uid)
    assert len(ana.get("/api/event", uid=uid)["history"]) == before


def test_checks_of_the_guideline(ana: Reviewer) -> None:
    uid = ana.uid("proposed", 275)
    event = ana.do("edit", uid=uid, column="factuality", value="actual")["event"]
    assert {"column": "factuality"}.items() <= event["checks"][0].items()
    empty = ana.do("edit", uid=uid, column="actors", value="")["event"]
    assert "actors" in {c["column"] for c in empty["checks"]}


def test_selected_words_fill_slots(ana: Reviewer) -> None:
    uid = ana.uid("talks", 1908)
    actor = ana.do("select", uid=uid, role="actor", start=1944, end=1951)["event"]
    assert actor["cells"]["actors"] == "Kawasaki Heavy Industries; Germany"
    assert actor["cells"]["actor_codes"] == "JPN.BUS; DEU.GOV"
    date = ana.do("select", uid=uid, role="date", start=2717, end=2725)["event"]["cells"]
    assert (date["date_text"], date["date"], date["date_from"]) == (
        "21 April", "2025-04-21", "context",
    )  # fmt: skip
    place = ana.do("select", uid=uid, role="place", start=2126, end=2138)["event"]["cells"]
    assert place["place"] == "Indo-Pacific"
    treaty = ana.do("select", uid=uid, role="agreement", start=1678, end=1681)["event"]["cells"]
    assert (treaty["agreement_id"], treaty["agreement_text"]) == ("DEU-JPN:RAA", "RAA")
    moved = ana.do("select", uid=uid, role="trigger", start=1917, end=1927)["event"]["cells"]
    assert moved["trigger"] == "co-develop"
    assert moved["evidence"].startswith("Reported areas include cruise missiles")
    assert "select some text" in ana.refused("select", uid=uid, role="actor", start=5, end=5)


def test_missed_event(ana: Reviewer) -> None:
    missed = {"doc_id": DOCUMENT, "start": 2666, "end": 2674, "event_type": "CONCEDE"}
    added = ana.do("add_event", **missed, actors="Japan; Shinjiro Koizumi")["event"]
    cells = added["cells"]
    text = (ARTICLES / f"{DOCUMENT}.txt").read_bytes().decode("utf-8")
    assert added["status"] == "added"
    assert text[int(cells["trigger_start"]) : int(cells["trigger_end"])] == cells["trigger"]
    assert text[int(cells["evidence_start"]) : int(cells["evidence_end"])] == cells["evidence"]
    assert (cells["quad_class"], cells["confidence"]) == ("verbal cooperation", "")
    assert cells["actor_codes"] == "JPN.GOV; JPN.GOV"
    assert ana.do("undo")["event"] is None
    assert added["uid"] not in {r["uid"] for r in ana.rows(doc=DOCUMENT)}
    ana.do("redo")
    assert ana.do("reject", uid=added["uid"])["event"]["status"] == "withdrawn"


def test_a_missed_event_without_an_actor_is_refused_with_the_nearest_names(ana: Reviewer) -> None:
    missed = {"doc_id": DOCUMENT, "start": 1908, "end": 1913, "event_type": "CONSULT"}
    problem = ana.refused("add_event", **missed, actors=" ; ")
    assert problem.startswith("an event without an actor is no event; the nearest names: Kawasaki")


def test_an_article_is_read_to_its_end_whatever_the_order(ana: Reviewer) -> None:
    """In any order the next event to decide stands below in the article, then in the next one."""
    for query in ({"sort": "document"}, {"sort": "confidence"}, {"sort": "type"}):
        documents, starts = [], []
        event = ana.get("/api/step", move="undecided", **query)
        while event is not None and len(starts) < 40:
            documents.append(event["cells"]["doc_id"])
            starts.append(int(event["cells"]["trigger_start"]))
            ana.do("accept", uid=event["uid"])
            event = ana.get("/api/step", move="undecided", uid=event["uid"], **query)
        visits = [d for d, before in zip(documents, ["", *documents], strict=False) if d != before]
        assert len(visits) == len(set(visits)), "no article is left and come back to"
        for doc_id in visits:
            inside = [s for s, d in zip(starts, documents, strict=True) if d == doc_id]
            turns = sum(b < a for a, b in itertools.pairwise(inside))
            assert turns <= (query["sort"] != "document"), "at most once back to the top"
        for _ in starts:
            ana.do("undo")


def test_least_certain_first_begins_with_the_article_that_has_it(ana: Reviewer) -> None:
    lowest = min(float(r["confidence"]) for r in ana.rows())
    first = ana.get("/api/step", move="undecided", sort="confidence")
    assert float(first["cells"]["confidence"]) == lowest


def test_unsure_returns_at_the_end(ana: Reviewer) -> None:
    first = ana.get("/api/step", move="undecided", doc=DOCUMENT)
    told = ana.do("unsure", uid=first["uid"])
    assert told["event"]["status"] == "unsure"
    assert told["progress"]["unsure"] == 1
    assert [r["uid"] for r in ana.rows(status="unsure")] == [first["uid"]]
    assert first["uid"] not in {r["uid"] for r in ana.rows(status="decided")}
    seen = [first["uid"]]
    while len(set(seen)) == len(seen):
        event = ana.get("/api/step", move="undecided", uid=seen[-1], doc=DOCUMENT)
        seen.append(event["uid"])
        if event["status"] == "undecided":
            ana.do("accept", uid=event["uid"])
    assert seen[-1] == first["uid"], "it comes back"
    assert len(seen) == len(ana.rows(doc=DOCUMENT)) + 1, "after all others"
    ana.do("accept", uid=first["uid"])
    assert ana.get("/api/event", uid=first["uid"])["status"] == "accepted"


def test_a_document_with_an_unsure_event_is_no_gold(output: Path) -> None:
    desk = Desk(output)
    ana = Reviewer(desk)
    rows = ana.rows(doc=DOCUMENT)
    ana.do("bulk", verdict="accept", query={"doc": DOCUMENT})
    assert [d.doc_id for d in export.gold(desk)] == [DOCUMENT]
    ana.do("unsure", uid=rows[3]["uid"])
    assert export.gold(desk) == []
    export.write_reviewed(desk, output / "reviewed.csv")
    with pytest.raises(GoldError, match="no document is reviewed to its end"):
        read_gold([output / "reviewed.csv"])


def test_bulk_verdicts_are_one_decision(ana: Reviewer) -> None:
    sure = ana.rows(low="0.8")
    ana.do("reject", uid=sure[0]["uid"])
    told = ana.do("bulk", verdict="accept", query={"low": "0.8"}, expected=len(sure) - 1)
    assert told["progress"]["accepted"] == len(sure) - 1, "what was decided stays"
    assert "low 0.8" in ana.get("/api/event", uid=sure[1]["uid"])["history"][0]["what"]
    assert ana.do("undo")["progress"].get("accepted", 0) == 0, "one undo"
    assert ana.do("redo")["progress"]["accepted"] == len(sure) - 1
    marked = [row["uid"] for row in ana.rows(type="SUPPORT")[:3]]
    edited = ana.do("edit", uid=marked[0], column="date", value="2020")["event"]
    assert edited["cells"]["date"] == "2020"
    ana.do("bulk", verdict="accept", uids=marked)
    assert ana.get("/api/event", uid=marked[0])["status"] == "corrected", "with its values"
    ana.do("bulk", verdict="reject", uids=marked)
    assert {ana.get("/api/event", uid=uid)["status"] for uid in marked} == {"rejected"}
    for problem, fields in (
        ("set a filter first", {"query": {"sort": "date"}}),
        ("events now, not 3", {"query": {"type": "AGREE"}, "expected": 3}),
        ("no undecided event", {"query": {"status": "rejected"}}),
        ("not in the tables any more", {"uids": ["nothing"]}),
    ):
        assert problem in ana.refused("bulk", verdict="accept", **fields)
    assert "accepted or rejected" in ana.refused("bulk", 400, verdict="unsure", uids=marked)
    assert "neither events nor a filter" in ana.refused("bulk", 400, verdict="accept")


def test_bulk_verdicts_survive_a_re_run(output: Path, ana: Reviewer) -> None:
    ana.do("bulk", verdict="accept", query={"doc": DOCUMENT})
    rewrite(output, lambda rows: [row | {"event_id": "n" + row["event_id"]} for row in rows])
    assert {row["status"] for row in ana.rows(doc=DOCUMENT)} == {"accepted"}


def test_the_pace_leaves_pauses_out(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(output)
    ana = Reviewer(desk)
    assert ana.get("/api/state")["pace"] == {"done": 0, "left": 92, "hourly": 0}
    # 12 s an event, with an hour for lunch
    times = [12 * n + (3600 if n > 5 else 0) for n in range(12)]
    for seconds, row in zip(times, ana.rows(), strict=False):
        clock = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(seconds=seconds)
        monkeypatch.setattr("pipeline.review.store.datetime", _Clock(clock))
        pace = ana.do("accept", uid=row["uid"])["pace"]
    assert pace == {"done": 12, "left": 80, "hourly": 300}


class _Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self, zone: object) -> datetime:
        return self._now


def test_documents_are_assigned_by_a_column(output: Path) -> None:
    other = "germany-japan-operational-partnership"
    (output / "assignments.csv").write_text(
        f"doc_id,title,reviewer\n{DOCUMENT},x,Ana; Ben\n{other},y,Ben\nno-such,z,Ana\n", "utf-8"
    )
    ana, ben = Reviewer(Desk(output)), Reviewer(Desk(output), "Ben")
    assert {row["doc_id"] for row in ana.rows(assigned="Ana")} == {DOCUMENT}
    assert {row["doc_id"] for row in ben.rows(assigned="Ben")} == {DOCUMENT, other}
    assert ana.get("/api/state")["pace"]["left"] == len(ana.rows(doc=DOCUMENT))
    assert '"assigned": true' in ana.client.get("/").text
    (output / "assignments.csv").write_text("document,reviewer\n", "utf-8")
    with pytest.raises(tables.OutputError, match=r"assignments\.csv: no column doc_id"):
        Desk(output)


def test_assignments_may_stand_beside_long_cells(tmp_path: Path) -> None:
    cells = f"doc_id,title,reviewer\na,{'x' * 200_000},Ana\n"
    (tmp_path / "assignments.csv").write_text(cells, "utf-8")
    csv.field_size_limit(131_072)
    assert assignments.read(tmp_path) == {"a": ("Ana",)}


def test_the_page_exports_what_annotation_tools_read(output: Path, tmp_path: Path) -> None:
    ana = Reviewer(Desk(output))
    early = ana.client.get("/export/doccano")
    assert early.status_code == 409
    assert "No document is reviewed to its end yet" in early.text
    ana.do("bulk", verdict="accept", query={"doc": DOCUMENT})
    for form, name in (("labelstudio", "gold.json"), ("doccano", "gold.jsonl")):
        path = tmp_path / name
        path.write_bytes(ana.client.get(f"/export/{form}").content)
        documents, texts = read_gold([path])
        assert [d.doc_id for d in documents] == [DOCUMENT]
        assert len(documents[0].events) == len(ana.rows(doc=DOCUMENT))
        assert texts[DOCUMENT] == (ARTICLES / f"{DOCUMENT}.txt").read_bytes().decode("utf-8")
    archive = zipfile.ZipFile(io.BytesIO(ana.client.get("/export/standoff").content))
    archive.extractall(tmp_path)
    assert [d.doc_id for d in read_standoff(tmp_path / "gold")] == [DOCUMENT]
    page = ana.client.get("/exports").text
    assert "1 document reviewed to the end" in page
    assert all(f'href="/export/{form}"' in page for form in export.DOWNLOADS)


@pytest.mark.parametrize("path", ["/nothing", "/export/nothing", "/history/1"])
def test_an_address_that_is_none_leads_back(ana: Reviewer, path: str) -> None:
    answer = ana.client.get(path)
    assert answer.status_code == 404
    assert '<a href="/">Back to the review</a>' in answer.text
    assert ana.client.get("/api/nothing").json() == {"problem": "no such address"}


def test_every_type_has_a_guideline() -> None:
    assert all(kind.hint and kind.notes for kind in choices().types.values())


def test_mentions(ana: Reviewer) -> None:
    ana.do("mention", doc_id=DOCUMENT, start=1972, end=1989, cells={"label": "ORG"})
    ana.do("mention", doc_id=DOCUMENT, key="0-9:PERSON", cells={"entity": "B. Pistorius"})
    ana.do("mention", doc_id=DOCUMENT, key="19-26:GPE", rejected=True)
    known = {m["key"]: m for m in ana.get("/api/document", doc=DOCUMENT)["mentions"]}
    assert known["1972-1989:ORG"]["status"] == "added"
    assert known["0-9:PERSON"]["entity"] == "B. Pistorius"
    assert known["19-26:GPE"]["status"] == "rejected"
    problem = ana.refused("mention", doc_id=DOCUMENT, start=27, end=40, cells={"label": "ORG"})
    assert "do not overlap" in problem
    ana.do("undo")
    known = {m["key"]: m for m in ana.get("/api/document", doc=DOCUMENT)["mentions"]}
    assert known["19-26:GPE"]["status"] == "undecided"


def test_merge_and_split(ana: Reviewer) -> None:
    visit, meeting = ana.uid("visited", 182), ana.uid("meet", 214)
    ana.do("merge", column="same_as", uids=[visit, meeting])
    groups = {r["uid"]: r["same_as"] for r in ana.rows(doc=DOCUMENT)}
    assert sum(g == "visit" for g in groups.values()) == 6, "both groups whole"
    ana.do("split", column="same_as", uids=[meeting])
    assert ana.get("/api/event", uid=meeting)["cells"]["same_as"] == ""
    ana.do("undo")
    ana.do("undo")
    assert ana.get("/api/event", uid=meeting)["cells"]["same_as"] == "meeting"
    other = ana.rows(doc="germany-japan-operational-partnership")[0]["uid"]
    assert "within one document" in ana.refused("merge", column="same_as", uids=[visit, other])
    ana.do("merge", column="cluster_id", uids=[visit, other])
    event = ana.get("/api/event", uid=visit)
    assert [c["uid"] for c in event["cluster"]] == [other]
    ana.do("split", column="cluster_id", uids=[visit])
    assert not ana.get("/api/event", uid=visit)["cluster"]


def test_comments_are_searched(ana: Reviewer) -> None:
    uid = ana.uid("meet", 214)
    ana.do("comment", uid=uid, text="Ask the desk in Berlin about wombats")
    assert [r["uid"] for r in ana.rows(q="WOMBATS berlin")] == [uid]
    assert ana.get("/api/event", uid=uid)["status"] == "undecided", "a comment is no verdict"


def test_filters_and_order(ana: Reviewer) -> None:
    everything = ana.rows()
    assert len(everything) == 92
    places = [(r["doc_id"], int(r["uid"].split(":")[1].split("-")[0])) for r in everything]
    assert places == sorted(places), "an article is read once, from its top"
    sure = [float(r["confidence"]) for r in ana.rows(sort="confidence")]
    assert sure == sorted(sure)
    assert {r["event_type"] for r in ana.rows(type="SUPPORT")} == {"SUPPORT"}
    assert all("RAA" in r["agreement_id"] for r in ana.rows(agreement="DEU-JPN:RAA"))
    parties = ana.rows(actor="Boris Pistorius", other="Japan")
    assert parties
    assert all("Boris Pistorius" in r["actors"] for r in parties)
    assert all(0.5 <= float(r["confidence"]) <= 0.6 for r in ana.rows(low="0.5", high="0.6"))
    assert all("acsa" in json.dumps(r).lower() for r in ana.rows(q="acsa signed"))
    dates = [r["date"] for r in ana.rows(sort="date", descending="true") if r["date"]]
    assert dates[0] >= dates[-1]
    assert {r["rule_id"] for r in ana.rows(rule="consult-meet")} == {"consult-meet"}
    assert len(ana.rows(low="nonsense", sort="nonsense")) == 92


def test_type_ahead(ana: Reviewer) -> None:
    def ask(**query: str) -> list[tuple[str, str]]:
        return [(s["value"], s["source"]) for s in ana.get("/api/suggest", doc=DOCUMENT, **query)]

    assert ask(column="actors", q="Germany; Koi")[0] == ("Shinjiro Koizumi", "document")
    near = ask(column="actors", q="", near="1900")
    assert near[0] == ("Kawasaki Heavy Industries", "document"), "the nearest name first"
    assert ask(column="actors", q="jpn")[0][0] != "Germany", "a code finds its name"
    assert ask(column="date", q="", near="2720")[0] == ("2025-04-21", "document")
    assert ask(column="date", q="22 mar")[0] == ("2026-03-22", "document")
    assert ("Takeshi Iwaya", "run") in ask(column="actors", q="iwa")
    assert ("Norway", "countries") in ask(column="actors", q="Norw")
    assert ask(column="place", q="yok")[0] == ("Yokosuka", "document")
    assert ("DEU-JPN:ACSA", "run") in ask(column="agreement_id", q="acsa")
    assert ask(column="mode", q="", type="PROTEST")[0][0] == "demo"
    assert ask(column="event_type", q="sa")[0] == ("SANCTION", "guideline")
    found = ana.get("/api/values", column="doc", q="yokosuka")
    assert found[0]["value"] == DOCUMENT


def test_a_decision_sent_twice_is_stored_once(ana: Reviewer) -> None:
    body = {"id": "twice-twice", "reviewer": "Ana", "action": "accept", "uid": ana.uid("meet", 214)}
    first, second = ana.post(body).json(), ana.post(body).json()
    assert first["decision"] == second["decision"]


def test_history_is_never_rewritten(output: Path, ana: Reviewer) -> None:
    ana.do("accept", uid=ana.uid("meet", 214))
    database = sqlite3.connect(output / "review.sqlite")
    for statement in ("UPDATE decisions SET reviewer = 'x'", "DELETE FROM decisions"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            database.execute(statement)
    assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_replaying_the_log_gives_the_same_state(ana: Reviewer, output: Path) -> None:
    uid = ana.uid("meet", 214)
    ana.do("edit", uid=uid, column="mode", value="visit")
    ana.do("accept", uid=uid)
    ana.do("undo")
    missed = {"doc_id": DOCUMENT, "start": 2666, "end": 2674, "event_type": "CONCEDE"}
    ana.do("add_event", **missed, actors="Japan")
    ana.do("document", doc_id=DOCUMENT, done=True)
    step_by_step = Desk(output).everybody()
    at_once = Book()
    at_once.replay(Store(output).since())
    assert at_once.events == step_by_step.events
    assert at_once.documents == step_by_step.documents


def test_two_processes_see_each_other(output: Path) -> None:
    ana, ben = Reviewer(Desk(output), "Ana"), Reviewer(Desk(output), "Ben")
    uid = ana.uid("meet", 214)
    ana.do("accept", uid=uid)
    assert ben.get("/api/event", uid=uid)["reviewer"] == "Ana"
    assert ben.get("/api/state")["version"] == ana.get("/api/state")["version"]


# --- a later run ---------------------------------------------------------------------------------


def test_decisions_survive_a_re_run(output: Path, ana: Reviewer) -> None:
    meet, visited, gone = ana.uid("meet", 214), ana.uid("visited", 182), ana.uid("tour", 2139)
    australia = next(r for r in ana.rows(doc=DOCUMENT) if "Australia" in r["actors"])["uid"]
    ana.do("edit", uid=meet, column="date", value="2026-03-23")
    for uid in (meet, visited, gone, australia):
        ana.do("accept", uid=uid)
    missed = {"doc_id": DOCUMENT, "start": 2666, "end": 2674, "event_type": "CONCEDE"}
    added = ana.do("add_event", **missed, actors="Japan")

    def other_rules(rows: list[dict]) -> Iterator[dict]:
        for row in rows:
            if row["trigger"] == "tour":
                continue
            row["event_id"] = "new-" + row["event_id"]
            row["rule_id"] = "another-rule"
            if row["trigger_start"] == "182" and row["doc_id"] == DOCUMENT:
                row["place"], row["confidence"] = "Tokyo", "0.99"
            yield row
        carried = (
            *("doc_id", "event_type", "trigger", "trigger_start", "trigger_end"),
            *("evidence", "evidence_start", "evidence_end"),
        )
        found = {column: added["event"]["cells"][column] for column in carried}
        yield rows[0] | found | {"event_id": "found-now", "rule_id": "another-rule"}

    rewrite(output, other_rules)
    for reviewer in (ana, Reviewer(Desk(output), "Ana")):  # the running page and a fresh one
        event = reviewer.get("/api/event", uid=meet)
        assert (event["status"], event["cells"]["date"]) == ("corrected", "2026-03-23")
        assert event["machine"]["rule_id"] == "another-rule"
        assert reviewer.get("/api/event", uid=gone)["second_look"] == "gone"
        changed = reviewer.get("/api/event", uid=visited)
        assert changed["second_look"] == "changed"
        assert (changed["cells"]["place"], changed["machine"]["place"]) == ("Yokosuka", "Tokyo")
        kept = reviewer.get("/api/event", uid=australia)
        assert "AUS-JPN:RAA" in kept["machine"]["agreement_id"], "told apart by its slots"
        same = reviewer.get("/api/event", uid=added["subject"])
        assert (same["status"], same["machine"]["event_id"]) == ("added", "found-now")
        looks = {r["uid"] for r in reviewer.rows(status="second look")}
        assert looks == {gone, visited}
    ana.do("accept", uid=gone)
    ana.do("accept", uid=visited)
    assert not ana.rows(status="second look")
    assert ana.get("/api/event", uid=gone)["status"] == "accepted", "never lost"


def test_a_correction_that_the_rules_learn_finds_its_event(output: Path, ana: Reviewer) -> None:
    uid = ana.uid("talks", 1908)
    ana.do("edit", uid=uid, column="event_type", value="COOPERATE")
    ana.do("accept", uid=uid)

    def learnt(rows: list[dict]) -> list[dict]:
        for row in rows:
            if row["trigger_start"] == "1908" and row["doc_id"] == DOCUMENT:
                row["event_type"] = "COOPERATE"
        return rows

    rewrite(output, learnt)
    event = ana.get("/api/event", uid=uid)
    assert (event["status"], event["second_look"]) == ("corrected", "")
    assert event["machine"]["event_type"] == "COOPERATE"


def test_late_decision_on_an_event_that_is_gone(output: Path, ana: Reviewer) -> None:
    event = ana.get("/api/event", uid=ana.uid("tour", 2139))
    rewrite(output, lambda rows: [r for r in rows if r["trigger"] != "tour"])
    answer = ana.do("accept", uid=event["uid"], seen=event["cells"])
    assert answer["event"]["second_look"] == "gone"
    assert "not hold the row" in ana.refused("accept", 400, uid="elsewhere", seen="x")


def test_half_written_tables_are_waited_for(output: Path, ana: Reviewer) -> None:
    whole = (output / "events.csv").read_text(encoding="utf-8")
    (output / "events.csv").write_text(whole[:5000], encoding="utf-8")
    assert len(ana.rows()) == 92
    (output / "events.csv").write_text(whole, encoding="utf-8")
    assert len(ana.rows()) == 92


def test_matching_is_one_to_one() -> None:
    row = dict.fromkeys(tables.EVENT_COLUMNS, "") | {
        "doc_id": "d", "trigger_start": "5", "trigger_end": "9", "trigger": "sign",
        "event_type": "SUPPORT",
    }  # fmt: skip
    rows = [dict(row, event_id=f"e{n}", agreement_id=a) for n, a in enumerate("AB")]
    assert matching.match(rows, []) == {0: "d:5-9:SUPPORT#1", 1: "d:5-9:SUPPORT#2"}


# --- out of it -----------------------------------------------------------------------------------


def accept_all(reviewer: Reviewer) -> None:
    for row in reviewer.rows():
        reviewer.do("accept", uid=row["uid"])


def test_accept_all_exports_the_gold(ana: Reviewer, output: Path, tmp_path: Path) -> None:
    accept_all(ana)
    assert len(export.write_gold(Desk(output), tmp_path / "gold")) == 5
    documents = read_standoff(tmp_path / "gold")
    check_texts(documents, ARTICLES)
    evaluation = evaluate(documents, read_output(output), {})
    assert evaluation.errors == []
    for document in documents:
        record = json.loads((GOLD / f"{document.doc_id}.json").read_text(encoding="utf-8"))
        gold = {(e["trigger"]["start"], e["type"], e.get("date", "")) for e in record["events"]}
        assert {(e.start, e.type, e.date) for e in document.events} == gold
        assert len(document.events) == len(record["events"])
        assert len(document.mentions) == len(record["mentions"])


def test_export_stays_in_its_folder_whatever_the_ids(output: Path, tmp_path: Path) -> None:
    ids = iter(["../../name", str(tmp_path / "elsewhere"), "https://a.org/b?c=d", "x" * 300, ".."])
    files = [output / name for name in ("documents.csv", "mentions.csv", "events.csv")]
    known = [row["doc_id"] for row in csv.DictReader(files[0].open(encoding="utf-8", newline=""))]
    new = dict(zip(known, ids, strict=True))
    for path in files:
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        rows = [row | {"doc_id": new[row["doc_id"]]} for row in rows]
        review_tables.write(path, tuple(rows[0]), rows)
    reviewer = Reviewer(Desk(output))
    for doc_id in new.values():
        reviewer.do("document", doc_id=doc_id, done=True)
    target = tmp_path / "a" / "b" / "gold"
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert export.write_gold(Desk(output), target) == list(new.values())
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {path.parent for path in made} == {target}
    assert {gold.doc_id for gold in read_standoff(target)} == set(new.values())


def test_the_reference_scorer_agrees(ana: Reviewer, output: Path, tmp_path: Path) -> None:
    scorer = review_tables.reference_scorer()
    if scorer is None:
        pytest.skip("PACTA_SHARED does not say where the reference scorer is")
    accept_all(ana)
    export.write_gold(Desk(output), tmp_path / "gold")
    command = [sys.executable, scorer, "--gold", tmp_path / "gold", "--out", output, "--json"]
    figures = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert {figures[k]["f1"] for k in ("mentions", "events", "slot")} == {1.0}
    assert figures["entity_country"] == figures["gpe_sense"] == 1.0


def test_the_reviewed_table_is_gold_too(ana: Reviewer, output: Path) -> None:
    accept_all(ana)
    export.write_reviewed(Desk(output), output / export.NAME)
    documents, _ = read_gold([output / export.NAME], None)
    assert evaluate(documents, read_output(output), {}).errors == []


def test_gold_holds_what_was_reviewed_alone(ana: Reviewer, output: Path, tmp_path: Path) -> None:
    rows = ana.rows(doc=DOCUMENT, sort="document")
    for row in rows[:-1]:
        ana.do("reject" if row["trigger"] == "talks" else "accept", uid=row["uid"])
    desk = Desk(output)
    assert export.gold(desk) == []
    assert export.unfinished(desk) == [DOCUMENT]
    assert len(export.gold(desk, partial=True)[0].events) == len(rows) - 2
    ana.do("accept", uid=rows[-1]["uid"])
    (document,) = export.gold(desk)
    assert [e.text for e in document.rejected] == ["talks"]
    other = "japan-germany-sign-acsa"
    ana.do("document", doc_id=other, done=True)
    assert {d.doc_id for d in export.gold(desk)} == {DOCUMENT, other}


def test_reviewed_table(ana: Reviewer, output: Path) -> None:
    uid = ana.uid("meet", 214)
    ana.do("comment", uid=uid, text='=HYPERLINK("http://x")')
    ana.do("accept", uid=uid)
    ana.do("reject", uid=ana.uid("visited", 182))
    missed = {"doc_id": DOCUMENT, "start": 2666, "end": 2674, "event_type": "CONCEDE"}
    ana.do("add_event", **missed, actors="Japan")
    path = output / export.NAME
    assert export.write_reviewed(Desk(output), path) == 93
    raw = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    assert tuple(raw[0]) == (*tables.EVENT_COLUMNS, "status", "reviewer", "reviewed_at", "comment")
    commented = next(r for r in raw if r["comment"])
    assert commented["comment"] == '\'=HYPERLINK("http://x")'
    rows = export.read_reviewed(path)
    assert next(r["comment"] for r in rows if r["comment"]) == '=HYPERLINK("http://x")'
    statuses = [r["status"] for r in rows]
    assert {s: statuses.count(s) for s in set(statuses)} == {
        "accepted": 1, "rejected": 1, "added": 1, "undecided": 90,
    }  # fmt: skip
    assert next(r for r in rows if r["status"] == "accepted")["reviewer"] == "Ana"
    before = path.read_bytes()
    export.write_reviewed(Desk(output), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "cell", ["", "a", "=1+1", "+a", "-a", "@x", "'=1", "''+", "'plain", "\t=x", "-77.03", "+5", "-"]
)
def test_cells_are_harmless_and_come_back(cell: str) -> None:
    written = export.harmless(cell)
    assert export.restore(written) == cell
    number = cell.lstrip("+-").replace(".", "").isdigit()
    assert number or not written.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_table_can_be_downloaded(ana: Reviewer, output: Path) -> None:
    ana.do("accept", uid=ana.uid("meet", 214))
    answer = ana.client.get("/export")
    export.write_reviewed(Desk(output), output / export.NAME)
    assert answer.content == (output / export.NAME).read_bytes()
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize("kind", ["jsonl", "html"])
def test_articles_of_other_kinds_are_shown(output: Path, tmp_path: Path, kind: str) -> None:
    text = "One minister met another.\nThey talked in Oslo."
    if kind == "jsonl":
        lines = [{"id": "a", "text": "x" * len(text)}, {"id": "b", "text": text}]
        content = "".join(json.dumps(line) + "\n" for line in lines)
    else:
        paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        content = f"<html><body><article><h1>Title</h1>{paragraphs}</article></body></html>"
    path = tmp_path / f"b.{kind}"
    path.write_text(content, encoding="utf-8")
    if kind == "html":
        pytest.importorskip("trafilatura")
        text = reading.read(next(sources.find([path]))).text
    document = {"doc_id": "b", "path": str(path), "characters": str(len(text)), "status": "ok"}
    review_tables.write(output / "documents.csv", review_tables.DOCUMENT_COLUMNS, [document])
    for table in ("events.csv", "mentions.csv"):
        lines = (output / table).read_text(encoding="utf-8").split("\n")
        (output / table).write_text(lines[0] + "\n", encoding="utf-8")
    shown = Reviewer(Desk(output)).get("/api/document", doc="b")
    assert "".join(p["text"] for p in shown["pieces"]) == text
    assert not shown["notice"]


# --- several reviewers ---------------------------------------------------------------------------


def test_kappa_of_the_textbook() -> None:
    # Cohen (1960) as worked in Fleiss: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no gives 0.4.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([("y", "y")] * 3) is None


def test_double_coding_hides_the_other(output: Path) -> None:
    ana = Reviewer(Desk(output, double_coding=True), "Ana")
    ben = Reviewer(Desk(output), "Ben")
    uids = [r["uid"] for r in ana.rows(doc=DOCUMENT, sort="document")][:6]
    for uid in uids:
        ana.do("accept", uid=uid)
    for number, uid in enumerate(uids):
        ben.do("reject" if number == 0 else "accept", uid=uid)
    ana.do("comment", uid=uids[0], text="a secret remark")
    assert ben.get("/api/event", uid=uids[0])["comment"] == ""
    assert ben.get("/api/state")["progress"]["rejected"] == 1
    assert "secret" not in ben.client.get("/history").text
    assert "secret" not in ben.client.get("/export").text
    nobody = Reviewer(Desk(output), "")
    assert nobody.get("/api/state")["progress"]["undecided"] == 92
    assert nobody.post({"id": "no-name-yet", "reviewer": " "}).status_code == 422
    assert "nothing to undo" in ben.refused("undo", decision=1)
    (pair,) = between_all(Desk(output))
    figures = {f.question: f for f in pair.figures}
    assert (figures["event or not"].judged, figures["event or not"].same) == (6, 5)
    assert figures["event type"].kappa is not None
    assert figures["date"].judged == 5
    assert "Ana and Ben" in ana.client.get("/agreement").text


# --- safety --------------------------------------------------------------------------------------


def test_strangers_are_refused(ana: Reviewer) -> None:
    uid = ana.uid("meet", 214)
    body = {"id": "forged-forged", "reviewer": "Eve", "action": "accept", "uid": uid}
    assert ana.client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert ana.client.get("/", headers={"host": "127.0.0.1:1"}).status_code == 421
    assert ana.post(body, origin="http://evil.example").status_code == 403
    assert ana.post(body, origin="null").status_code == 403
    assert ana.post(body, **{"x-pacta-csrf": "guess"}).status_code == 409
    assert ana.post(body, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert ana.post(body, **{"content-type": "text/plain"}).status_code == 415
    assert ana.post({"id": "x" * 1_100_000}).status_code == 413
    assert ana.client.delete("/api/decide").status_code == 405
    assert ana.get("/api/event", uid=uid)["history"] == []


@pytest.mark.parametrize("path", ["/", "/api/state", "/history", "/map", "/nowhere"])
def test_every_answer_is_guarded(ana: Reviewer, path: str) -> None:
    answer = ana.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_token_lets_in(output: Path) -> None:
    token = "a-token-of-some-length"
    reviewer = Reviewer(Desk(output), hosts=("review.example",), token=token)
    client = TestClient(
        reviewer.app, base_url=f"http://review.example:{PORT}", follow_redirects=False
    )
    assert client.get("/").status_code == 401
    assert client.get("/api/state").status_code == 401
    assert client.get("/", params={"token": "wrong"}).status_code == 401
    entered = client.get("/%2Fevil.example", params={"token": token, "type": "AGREE"})
    assert entered.status_code == 303
    assert entered.headers["location"] == "/evil.example?type=AGREE"
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert token not in cookie
    assert client.get("/").status_code == 200


def test_nothing_in_a_request_becomes_a_path(ana: Reviewer) -> None:
    for path in (
        "/static/x/../server.py",
        "/static/x/%2e%2e%2fserver.py",
        "/static/x/review.sqlite",
    ):
        assert ana.client.get(path).status_code == 404
    for name in ("../../etc/passwd", "/etc/passwd", "\x00"):
        shown = ana.get("/api/document", doc=name)
        assert shown["pieces"] == []


def test_markup_in_articles_stays_text(tmp_path: Path) -> None:
    folder = review_tables.hostile(tmp_path)
    reviewer = Reviewer(Desk(folder), '<b onclick="x">')
    for path in ("/", "/timeline", "/agreements", "/map", "/charts", "/history"):
        page = reviewer.client.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b onclick" not in page
    event = reviewer.rows()[0]
    reviewer.do("comment", uid=event["uid"], text="<script>alert(1)</script>")
    assert "<script>alert" not in reviewer.client.get("/history").text


def test_sql_is_parameters(ana: Reviewer) -> None:
    text = "'); DROP TABLE decisions; --"
    uid = ana.uid("meet", 214)
    ana.do("comment", uid=uid, text=text)
    assert ana.get("/api/event", uid=uid)["comment"] == text
    assert ana.rows(q="' OR 1=1 --") == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 100_000, b'{"id":1}', b'{"id":"12345678"}']
)
def test_nonsense_is_answered_politely(ana: Reviewer, body: bytes) -> None:
    headers = {"origin": HERE, "x-pacta-csrf": ana.app.csrf, "content-type": "application/json"}
    assert ana.client.post("/api/decide", content=body, headers=headers).status_code in (400, 422)


# --- speed ---------------------------------------------------------------------------------------


def test_twenty_thousand_events_open_and_page_fast(tmp_path: Path) -> None:
    # The time of this process, not the clock's: what else a machine does is not the page's doing.
    folder = review_tables.large(tmp_path, documents=2_000, events=10)
    started = time.process_time()
    desk = Desk(folder)
    reviewer = Reviewer(desk)
    page = reviewer.get("/api/events")
    reviewer.get("/api/step", move="undecided")
    opened = time.process_time() - started
    assert page["total"] == 20_000
    assert opened < 2, f"opened in {opened:.2f} s"
    uid = page["rows"][30]["uid"]
    reviewer.rows(q="warm up")
    asked = {
        "page": lambda: reviewer.get("/api/events", offset="10000"),
        "search": lambda: reviewer.get("/api/events", q="minister talks"),
        "filter": lambda: reviewer.get("/api/events", type="AGREE", status="undecided"),
        "sort": lambda: reviewer.get("/api/events", sort="date"),
        "pair": lambda: reviewer.get("/api/events", actor="DEU", other="JPN"),
        "event": lambda: reviewer.get("/api/event", uid=uid),
        "document": lambda: reviewer.get("/api/document", doc="doc-00007"),
        "accept": lambda: reviewer.do("accept", uid=uid),
        "step": lambda: reviewer.get("/api/step", uid=uid, move="undecided"),
        "page after": lambda: reviewer.get("/api/events", around=uid),
    }
    slow = {}
    for name, ask in asked.items():
        started = time.process_time()
        ask()
        seconds = time.process_time() - started
        print(f"{name}: {seconds * 1000:.0f} ms")
        if seconds > 0.15:
            slow[name] = round(seconds, 3)
    assert not slow


# --- small parts ---------------------------------------------------------------------------------


def test_sentences() -> None:
    text = "First one. The U.S. met Mr. X (twice)! Last\nNew line"
    whole = Text(((0, text),))
    start = text.index("met")
    first, last = edits.sentence(whole, start, start + 3)
    assert text[first:last].endswith("(twice)!")
    first, last = edits.sentence(whole, text.index("New"), text.index("New") + 3)
    assert text[first:last] == "New line"


def test_names_of_states_act_as_governments(output: Path) -> None:
    names = Names(tables.read(output))
    assert names.code(DOCUMENT, "Germany") == "DEU.GOV"
    assert names.code(DOCUMENT, "Norway") == "NOR.GOV"
    assert names.code(DOCUMENT, "Nowhere at all") == ""


def test_every_mark_leads_to_its_events(ana: Reviewer) -> None:
    for path in ("/timeline", "/charts"):
        page = ana.client.get(path).text
        for href, label in re.findall(r'<a href="/\?([^"]*)" aria-label="([^"]*)"', page):
            query = dict(parse_qsl(html.unescape(href)))
            told = re.search(r": (\d+)( events|$)", html.unescape(label))
            if told and "day" not in query:
                assert len(ana.rows(**query)) == int(told[1]), label
            assert ana.rows(**query), label


def test_a_state_finds_those_who_act_for_it(ana: Reviewer) -> None:
    found = ana.rows(actor="DEU", other="JPN")
    assert {"Boris Pistorius", "Germany"} <= {a for r in found for a in r["actors"].split("; ")}
    assert len(found) > len(ana.rows(actor="Germany", other="Japan"))


def test_query_reads_what_it_can() -> None:
    query = Query.of({"low": "0.4", "high": "x", "descending": "true", "sort": "date", "q": " a "})
    assert (query.low, query.high, query.descending, query.sort, query.q) == (
        0.4, None, True, "date", "a",
    )  # fmt: skip


def test_command_line(output: Path, ana: Reviewer) -> None:
    from typer.testing import CliRunner

    from pipeline.cli.review import app

    accept_all(ana)
    run = CliRunner().invoke(app, ["export", str(output)])
    assert run.exit_code == 0, run.output
    assert "92 events" in run.output
    assert len(list((output / "gold").glob("*.json"))) == 5
    assert (output / export.NAME).exists()
    failed = CliRunner().invoke(app, ["agreement", str(output)])
    assert failed.exit_code == 1
    assert "nobody to agree with" in failed.output
    empty = CliRunner().invoke(app, [str(output.parent), "--no-browser"])
    assert empty.exit_code == 1
    assert "no documents.csv" in empty.output
    short = CliRunner().invoke(app, [str(output), "--token", "short", "--no-browser"])
    assert "16 characters" in short.output
