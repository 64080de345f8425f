"""Scoring: the figures of the reference scorer, every error a row, clear messages for bad gold."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_tables import write_tables

from pipeline.evaluation.figures import difference, figures, summary
from pipeline.evaluation.found import FoundDocument, FoundEvent, found_in_gold, read_output
from pipeline.evaluation.gold import (
    EVENT_TYPES,
    GoldDocument,
    GoldEntity,
    GoldError,
    GoldEvent,
    GoldMention,
    check_texts,
    check_unique,
    read_standoff,
    to_json,
    write_standoff,
)
from pipeline.evaluation.scoring import Measure, score, score_document

CORPUS = Path(__file__).parent.parent / "corpus"
SHARED = Path(os.environ["PACTA_SHARED"]) if "PACTA_SHARED" in os.environ else None
needs_reference = pytest.mark.skipif(SHARED is None, reason="PACTA_SHARED is not set")


@pytest.fixture(scope="module")
def gold() -> list[GoldDocument]:
    return read_standoff(CORPUS / "gold")


@pytest.fixture(scope="module")
def texts(gold) -> dict[str, str]:
    return check_texts(gold, CORPUS / "articles")


def perfect(documents, texts) -> dict[str, FoundDocument]:
    """Gold as rows, with each paragraph as the evidence of the events in it."""
    found = {}
    for document in documents:
        bounds, start = [], 0
        for line in texts[document.doc_id].splitlines(keepends=True):
            bounds.append((start, start + len(line)))
            start += len(line)
        found[document.doc_id] = found_in_gold(document, bounds)
    return found


def disturb(found: dict[str, FoundDocument], seed: int) -> dict[str, FoundDocument]:
    """Break rows at random in every way that scoring must notice."""
    rng = random.Random(seed)

    def mention(row, names, dates):
        draw = rng.random()
        if draw < 0.08:
            return []
        if draw < 0.14:
            return [replace(row, end=row.end + 1, text=row.text + "x")]
        if draw < 0.2:
            return [replace(row, label=rng.choice(["ORG", "GPE", "DATE", "AGREEMENT"]))]
        if draw < 0.26:
            return [replace(row, country=rng.choice(["", "USA"]), sense="place")]
        if draw < 0.34:
            return [replace(row, date=rng.choice(dates), agreement="X-Y:RAA")]
        if draw < 0.38:
            return [row, replace(row, id=row.id + "b", start=row.start + 1, text=row.text[1:])]
        return [row]

    def event(row, names, dates):
        draw = rng.random()
        if draw < 0.1:
            return []
        if draw < 0.2:
            return [replace(row, type=rng.choice(EVENT_TYPES), rule="other")]
        if draw < 0.3:
            return [replace(row, start=row.end + 3, end=row.end + 7)]
        if draw < 0.4:
            return [replace(row, actors=tuple(rng.sample(names, min(2, len(names)))))]
        if draw < 0.5:
            return [replace(row, recipients=row.actors, recipient_codes=row.actor_codes)]
        if draw < 0.55:
            return [replace(row, actor_codes=("USA.GOV",), actors=("Somebody",))]
        if draw < 0.6:
            return [replace(row, recipient_codes=(), place="")]
        if draw < 0.7:
            return [replace(row, date=rng.choice(dates), factuality="negated", stage="signed")]
        if draw < 0.8:
            return [row, replace(row, id=row.id + "b", date=rng.choice(dates), agreement="A:MOU")]
        return [row]

    broken = {}
    for doc_id, document in found.items():
        names = sorted({n for e in document.events for n in e.actors + e.recipients}) or ["Nobody"]
        dates = ["", *sorted({m.date for m in document.mentions if m.date})]
        mentions = [n for m in document.mentions for n in mention(m, names, dates)]
        events = [n for e in document.events for n in event(e, names, dates)]
        rng.shuffle(events)
        broken[doc_id] = FoundDocument(doc_id, rng.random() > 0.1, mentions, events)
    return broken


def test_gold_against_itself_is_perfect(gold, texts):
    scores = score(gold, perfect(gold, texts), texts)
    assert not [error for scored in scores for error in scored.errors]
    for figure in figures(scores):
        assert figure.value == (0 if figure.kind == "count" else 1.0), figure
        assert figure.kind == "count" or figure.low == figure.high == 1.0


def test_which_events_are_told_to_be_one_act():
    kinds = ("talks-1", "talks-1", "talks-1", "")
    gold = GoldDocument("d")
    gold.events = [
        GoldEvent(f"E{n}", "CONSULT", n, n + 1, "x", same_as=k) for n, k in enumerate(kinds)
    ]
    told = ("talks-1", "talks-1", "", "talks-1")
    found = FoundDocument("d", True)
    found.events = [
        FoundEvent(f"F{n}", "CONSULT", n, n + 1, "x", same_as=k) for n, k in enumerate(told)
    ]
    tally = score_document(gold, found).tallies[Measure("same act", "all", "f1")]
    assert (tally.hit, tally.found, tally.gold) == (1, 3, 3)


def test_tables_written_and_read_back_are_the_same(gold, texts, tmp_path):
    found = perfect(gold, texts)
    assert read_output(write_tables(found.values(), tmp_path)) == found


@needs_reference
@pytest.mark.parametrize("part", ["corpus", "dev"])
@pytest.mark.parametrize("seed", range(6))
def test_same_figures_as_the_reference_scorer(part, seed, tmp_path):
    folder, articles = {
        "corpus": (SHARED / "gold", SHARED / "corpus" / "articles"),
        "dev": (SHARED / "dev" / "gold", SHARED / "dev" / "articles"),
    }[part]
    documents = read_standoff(folder)
    texts = check_texts(documents, articles)
    out = write_tables(disturb(perfect(documents, texts), seed).values(), tmp_path)
    reference = subprocess.run(
        [
            *(sys.executable, SHARED / "tools" / "score.py", "--json"),
            *("--gold", folder, "--out", out, "--articles", articles),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    ours = summary(score(documents, read_output(out), texts))
    assert ours == json.loads(reference.stdout)
    assert ours["events"]["f1"] < 0.95


def tiny(**changes) -> GoldDocument:
    """Gold of ``Foxland praised Owlia on 3 May 2020.`` with one event."""
    event = GoldEvent(
        "E1", "SUPPORT", 8, 15, "praised", actors=("Foxland",), recipients=("Owlia",),
        date="2020-05-03",
    )  # fmt: skip
    return GoldDocument(
        "tiny",
        entities={
            "Foxland": GoldEntity("Foxland", "GPE", "FOX", "GOV"),
            "Owlia": GoldEntity("Owlia", "GPE", "OWL", "GOV"),
        },
        mentions=[
            GoldMention("T1", "GPE", 0, 7, "Foxland", entity="Foxland", sense="actor"),
            GoldMention("T2", "GPE", 16, 21, "Owlia", entity="Owlia", sense="actor"),
            GoldMention("T3", "DATE", 25, 35, "3 May 2020", value="2020-05-03"),
        ],
        events=[replace(event, **changes)],
        source="tiny.json",
    )


def errors_of(document: GoldDocument, **changes) -> set[tuple]:
    found = found_in_gold(document)
    found.events = [replace(row, **changes) for row in found.events]
    (scored,) = score([document], {"tiny": found})
    return {(e.layer, e.error, e.slot, e.gold, e.found) for e in scored.errors}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, set()),
        ({"date": "2020-05"}, {("slots", "wrong", "date", "2020-05-03", "2020-05")}),
        ({"mode": "visit"}, {("modes", "wrong", "mode", "", "visit")}),
        ({"actors": ("foxland",)}, set()),
        ({"actors": ("Some Minister",), "actor_codes": ("FOX.MIL",)}, set()),
        (
            {"actors": ("Some Minister",), "actor_codes": ("CAT.GOV",)},
            {("slots", "wrong", "actors", "Foxland", "Some Minister")},
        ),
        (
            {"recipients": (), "recipient_codes": ()},
            {("slots", "wrong", "recipients", "Owlia", "")},
        ),
        (
            {"type": "AID"},
            {
                ("events", "missed", "span", "Foxland → Owlia", ""),
                ("events", "extra", "span", "", "Foxland → Owlia"),
            },
        ),
    ],
)
def test_each_error_is_a_row(changes, errors):
    assert errors_of(tiny(), **changes) == errors


def test_alternatives_count_as_right():
    assert not errors_of(tiny(alternatives=("2020-05",)), date="2020-05")


def test_events_that_share_a_trigger_are_paired_by_their_slots():
    document = tiny()
    document.events.append(replace(document.events[0], id="E2", date="2021-06-01"))
    found = found_in_gold(document)
    found.events.reverse()
    (scored,) = score([document], {"tiny": found})
    assert not scored.errors


def test_a_document_that_was_not_run_is_missing():
    (scored,) = score([tiny()], {})
    assert scored.tallies[Measure("documents", "missing", "count")].hit == 1
    assert summary([scored])["events"] == {
        "precision": 0.0, "recall": 0.0, "f1": 0.0, "gold": 1, "found": 0
    }  # fmt: skip


def test_zones_and_wrong_offsets_are_errors():
    document = tiny()
    document.zones = [("boilerplate", 8, 15)]
    (scored,) = score(
        [document],
        {"tiny": found_in_gold(document)},
        {"tiny": "Foxland PRAISED Owlia on 3 May 2020"},
    )
    assert {(e.slot, e.text) for e in scored.errors} == {
        ("zone", "praised"),
        ("offsets", "praised"),
    }


def test_gold_of_events_alone_scores_no_mentions():
    document = tiny()
    document.has_mentions = False
    (scored,) = score([document], {"tiny": found_in_gold(document)})
    assert not any(m.layer in ("mentions", "dates", "entities") for m in scored.tallies)


def test_intervals_are_the_same_every_time_and_hold_the_value(gold, texts):
    scores = score(gold, disturb(perfect(gold, texts), 3), texts)
    first, second = figures(scores), figures(scores)
    assert first == second
    events = next(f for f in first if (f.layer, f.name) == ("events", "all"))
    assert events.low < events.value < events.high


def test_difference_is_paired(gold, texts):
    good, bad = score(gold, perfect(gold, texts)), score(gold, disturb(perfect(gold, texts), 1))
    measure = Measure("events", "all", "f1")
    gain, low, high = difference(good, bad, measure)
    assert 0 < low <= gain <= high
    assert difference(good, good, measure) == (0, 0, 0)


def test_gold_written_and_read_back_is_the_same(gold, tmp_path):
    write_standoff(gold, tmp_path)
    assert read_standoff(tmp_path) == gold


def bad(change) -> dict:
    data = json.loads(json.dumps(to_json(tiny())))
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["mentions"][0].update(start=1), "tiny: T1: offsets 1-7 give 'oxland'"),
        (lambda d: d["mentions"][0].update(start=9), "mention T1: offsets 9-7 are no span"),
        (lambda d: d["mentions"][1].update(label="CITY"), "mention T2: unknown label 'CITY'"),
        (lambda d: d["mentions"][1].update(entity="X"), "mention T2: entity 'X' is no entity"),
        (lambda d: d["mentions"][1].update(id="T1"), "T1: the id stands twice"),
        (lambda d: d["mentions"][2].pop("value"), "mention T3: field value is missing"),
        (lambda d: d["events"][0].update(type="PRAISE"), "event E1: unknown type 'PRAISE'"),
        (lambda d: d["events"][0].update(factuality="sure"), "event E1: unknown factuality 'sure'"),
        (lambda d: d["events"][0].update(stage="dead"), "event E1: unknown stage 'dead'"),
        (lambda d: d["events"][0].update(actors="Foxland"), "event E1: field actors is 'Foxland'"),
        (lambda d: d["events"][0].pop("trigger"), "event E1: field trigger is missing"),
        (lambda d: d["events"][0]["trigger"].update(end=14), "tiny: E1: offsets 8-14 give"),
        (lambda d: d.pop("doc_id"), "document: field doc_id is missing"),
        (lambda d: d.update(zones=[{"kind": "advert"}]), "zone 1: unknown kind 'advert'"),
        (lambda d: d.update(doc_id="other"), "other.txt is missing"),
    ],
)
def test_bad_gold_is_named_in_one_line(change, message, tmp_path):
    (tmp_path / "tiny.json").write_text(json.dumps(bad(change)), encoding="utf-8")
    (tmp_path / "tiny.txt").write_text("Foxland praised Owlia on 3 May 2020.", encoding="utf-8")
    with pytest.raises(GoldError) as raised:
        check_texts(read_standoff(tmp_path), tmp_path)
    assert str(raised.value).startswith("tiny.json: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_annotations_of_one_article(tmp_path):
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(to_json(tiny())), encoding="utf-8")
    with pytest.raises(GoldError, match=r"^b\.json: tiny: the article is annotated in a\.json"):
        check_unique(read_standoff(tmp_path))


@pytest.mark.parametrize(
    ("content", "message"),
    [("[1]", "file: is no JSON object"), ("{", "no readable JSON"), ('{"mentions": 3}', "doc_id")],
)
def test_gold_that_is_no_gold(content, message, tmp_path):
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        read_standoff(tmp_path)


@pytest.mark.parametrize(
    ("table", "spoil", "message"),
    [
        ("events.csv", lambda t: t.replace("trigger_start", "start_of_trigger", 1), "no column"),
        ("events.csv", lambda t: t.replace("SUPPORT,", "SUPPORT", 1), "row 1: wrong number"),
        ("mentions.csv", lambda t: t.replace(",16,", ",x,", 1), "row 2: start: 'x' is no integer"),
        ("events.csv", lambda t: t.replace(",", ";"), "parted by commas"),
        ("events.csv", lambda t: t.replace("2020-05-03", "03/05/2020"), "'03/05/2020' is no date"),
        ("documents.csv", None, "no such table"),
    ],
)
def test_bad_output_tables_are_named(table, spoil, message, tmp_path):
    write_tables([found_in_gold(tiny())], tmp_path)
    path = tmp_path / table
    if spoil:
        path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        path.unlink()
    with pytest.raises(GoldError, match=message) as raised:
        read_output(tmp_path)
    assert str(raised.value).startswith(table)
