"""Zones: every rule's examples, repeats, and the gold zones of the corpus."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import resources
from pipeline.articles import zones

CORPUS = Path(__file__).parent.parent / "corpus"
RECORDS = resources.document("articles/zones.yaml")["rules"]
BODY = (
    "The ministers of both countries met in the capital on Monday and agreed to meet again.",
    "They spoke about trade, fisheries and the border that divides their two countries.",
    "A second round of talks will be held next year, the foreign ministry said in a note.",
)


def _examples(kind):
    rules = {rule.id: rule for rule in zones.rules()}
    return [
        pytest.param(rules[record["id"]], line, id=f"{record['id']}: {line[:40]}")
        for record in RECORDS
        for line in record["examples"][kind]
    ]


@pytest.mark.parametrize(("rule", "line"), _examples("take"))
def test_rule_takes(rule, line):
    assert rule.matches(line)


@pytest.mark.parametrize(("rule", "line"), _examples("leave"))
def test_rule_leaves(rule, line):
    assert not rule.matches(line)


@pytest.mark.parametrize("line", BODY)
def test_no_rule_takes_a_sentence(line):
    assert [rule.id for rule in zones.rules() if rule.matches(line)] == []


def cut(text, preface=0):
    return [(zone.kind, text[zone.start : zone.end]) for zone in zones.find(text, preface)]


def test_credits_between_headline_and_stamp():
    text = f"Pact signed\n\nExample Wire\nAnn Lee\n2021-03-04 10:15:00\n\n{BODY[0]}\n{BODY[1]}"
    assert cut(text) == [("boilerplate", "Example Wire\nAnn Lee\n2021-03-04 10:15:00")]


def test_headline_dateline_and_key_points_are_body():
    text = f"Pact Signed\nGeneva, 4 March 2021\nKey points\n- Two sides agree\n{BODY[0]}\n{BODY[1]}"
    assert cut(text) == []


def test_headlines_after_a_related_heading():
    text = "\n".join(
        [*BODY, "Related News", "Storm hits coast", "- Cup final tonight", "Comments", "No comment"]
    )
    assert cut(text) == [("boilerplate", text[text.index("Related") :])]


def test_body_goes_on_after_a_list_of_headlines():
    text = "\n".join([BODY[0], "Read more", "- Storm hits coast", BODY[1], BODY[2]])
    assert cut(text) == [("boilerplate", "Read more\n- Storm hits coast")]


def test_heading_of_the_body_after_a_list_is_kept():
    lines = [BODY[0], "Related stories", "- Storm hits coast", "", "What comes next", *BODY[1:]]
    text = "\n".join(lines)
    assert cut(text) == [("boilerplate", "Related stories\n- Storm hits coast")]


def test_notice_in_the_second_half_runs_to_the_end():
    notice = "Legal Disclaimer:\nThe content is provided\nas it is.\n\nWe accept no liability."
    assert cut("\n".join([*BODY, notice])) == [("boilerplate", notice)]


def test_repeated_paragraphs():
    text = "\n".join([*BODY, *BODY[1:]])
    start = text.index(BODY[1], len(BODY[0]) + len(BODY[1]) + 2)
    assert zones.find(text) == [zones.Zone("duplicate", start, len(text))]


def test_repeat_with_other_line_breaks():
    text = f"{BODY[0]} {BODY[1]}\n\n{BODY[0]}\n{BODY[1]}"
    assert cut(text) == [("duplicate", f"{BODY[0]}\n{BODY[1]}")]


def test_repeated_headline():
    headline = "Two sides sign border pact"
    assert cut(f"{headline}\n{headline}\n{BODY[0]}") == [("duplicate", headline)]


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY[0]} It was clear. {BODY[1]} It was clear.",
        "Yes.\nNo.\nYes.\nNo.",
        f"{BODY[0]}\n{BODY[0][:-1]} in spring.",
    ],
)
def test_what_is_no_repeat(text):
    assert zones.find(text) == []


def test_what_is_no_words_is_left_out():
    blob = "data:image/png;base64," + "iVBORw0KGgo" * 200
    text = f"{BODY[0]} ![]({blob}) {BODY[1]}"
    assert cut(text) == [("boilerplate", f"![]({blob})")]


def _gold():
    folders = [CORPUS]
    if shared := os.environ.get("PACTA_SHARED"):
        folders.append(Path(shared) / "dev")
    return [path for folder in folders for path in sorted((folder / "gold").glob("*.json"))]


@pytest.mark.parametrize("path", _gold(), ids=lambda path: path.stem)
def test_gold_zones(path):
    text = (path.parent.parent / "articles" / f"{path.stem}.txt").read_bytes().decode("utf-8")
    gold = {(z["kind"], z["start"], z["end"]) for z in json.loads(path.read_text())["zones"]}
    assert {(z.kind, z.start, z.end) for z in zones.find(text)} == gold


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"id": "x", "where": "middle", "covers": "line", "pattern": "a"}, "where must be one of"),
        ({"id": "x", "where": "head", "covers": "page", "pattern": "a"}, "covers must be one of"),
        ({"id": "x", "where": "head", "covers": "line", "pattern": "("}, "pattern: "),
        ({"id": "x", "where": "head", "covers": "line"}, "pattern: "),
    ],
)
def test_wrong_rules_are_named(record, problem):
    with pytest.raises(resources.KnowledgeError, match=f"zones.yaml: x: {problem}"):
        zones._rule(record)


def test_lines_of_a_notice_broken_at_a_width_are_one():
    wrapped = "This article was first published by\nExample News and may have been edited."
    text = f"{BODY[0]}\n\n{BODY[1]}\n\n{wrapped}\n\n{BODY[2]}"
    assert cut(text) == [("boilerplate", wrapped)]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab.\n \t-By#\u2028\u00a0“)]:é2024"), max_size=300))
def test_zones_are_sorted_and_inside(text):
    found = zones.find(text)
    assert all(0 <= zone.start < zone.end <= len(text) for zone in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
    assert all(text[zone.start : zone.end].strip() == text[zone.start : zone.end] for zone in found)


@pytest.mark.parametrize("rule", zones.rules(), ids=lambda rule: rule.id)
def test_no_rule_backtracks(rule):
    """A line of 300 characters costs a rule microseconds, whatever it repeats."""
    pieces = [
        "Aa ",
        "and ",
        "By ",
        "By Aa and ",
        "Aa, ",
        "12 ",
        "# ",
        "- ",
        "on ",
        "the ",
        "share ",
    ]
    lines = [(one + two * 300)[:298] + "!" for one in pieces for two in pieces]
    start = time.process_time()
    for line in lines:
        rule.matches(line)
    assert time.process_time() - start < 1
