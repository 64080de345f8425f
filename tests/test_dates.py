"""The dates component: examples of the rules, phrases by publication and tense, any text."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
import spacy
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from pipeline.components.dates import grammar
from pipeline.components.dates.component import Dates, shared_reader
from pipeline.components.dates.normalisers import NORMALISERS
from pipeline.language.extensions import written_on
from pipeline.records import DateValue, Zone
from pipeline.resources import KnowledgeError

TUESDAY = datetime.date(2026, 3, 24)
PHRASES = yaml.safe_load(
    (Path(__file__).parent / "data" / "dates_phrases.yaml").read_text(encoding="utf-8")
)
#: One EDTF date of levels 0 to 2 as this project writes it, and an interval of them.
POINT = r"-?(?:\d{4}|\d{3}X|XXXX)(?:-(?:[0-9]{2}|XX)(?:-(?:[0-3]\d|XX))?)?"
EDTF = re.compile(rf"{POINT}(?:/(?:{POINT}|\.\.))?|\.\./{POINT}")


def read(text: str, published: datetime.date | None = TUESDAY) -> list[tuple[str, DateValue]]:
    """The dates of a text as (expression, value)."""
    return [(text[d.start : d.end], d.value) for d in shared_reader().read(text, published)]


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("pacta_dates")
    return pipeline


# -- knowledge -----------------------------------------------------------------------------------

EXAMPLES = [
    pytest.param(example, id=f"{rule.name}: {example.text}")
    for rule in shared_reader().grammar.rules
    for example in rule.examples
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_rules_hold(example):
    found = [(text, value.edtf) for text, value in read(example.text)]
    if example.span:
        assert (example.span, example.value) in found
    else:
        assert found == []


def test_every_rule_has_an_example():
    assert [rule.name for rule in shared_reader().grammar.rules if not rule.examples] == []


# -- phrases -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "text", "expression", "value"),
    [row for group, rows in PHRASES.items() if group != "no_date" for row in rows],
)
def test_phrases(published, text, expression, value):
    date = datetime.date.fromisoformat(published) if published else None
    assert (expression, value) in [(found, v.edtf) for found, v in read(text, date)]


def test_numbers_after_a_day_are_no_list_of_days():
    found = read("They met on June 4, 20 and 30 men came.")
    assert [text for text, _ in found] == ["June 4"]


@pytest.mark.parametrize("text", [row[1] for row in PHRASES["no_date"]])
def test_what_is_no_date(text):
    assert read(text) == []


def test_there_are_at_least_150_phrases():
    assert sum(len(rows) for group, rows in PHRASES.items() if group != "no_date") >= 150


# -- what a value says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end", "precision", "anchor"),
    [
        ("It was signed on 22 March 2026.", "2026-03-22", "2026-03-22", "day", ""),
        ("It was signed in February 2024.", "2024-02-01", "2024-02-29", "month", ""),
        ("It was signed in 2024.", "2024-01-01", "2024-12-31", "year", ""),
        ("It was signed in the 1990s.", "1990-01-01", "1999-12-31", "decade", ""),
        ("It was signed in spring 2022.", "2022-03-01", "2022-05-31", "season", ""),
        ("It was signed in Q3 2025.", "2025-07-01", "2025-09-30", "quarter", ""),
        ("It was signed last week.", "2026-03-16", "2026-03-22", "week", "publication"),
        ("It was signed on Monday.", "2026-03-23", "2026-03-23", "day", "publication"),
        ("It lasted from 2019 to 2021.", "2019-01-01", "2021-12-31", "interval", ""),
        ("It was signed in 493 BC.", "", "", "year", ""),
    ],
)
def test_days_precision_and_anchor(text, start, end, precision, anchor):
    [(_, value)] = read(text)
    assert (value.start, value.end, value.precision, value.anchor) == (
        start,
        end,
        precision,
        anchor,
    )
    assert value.rule


def test_without_a_year_there_are_no_days():
    [(_, value)] = read("They met on 22 March.", None)
    assert (value.edtf, value.start, value.end) == ("XXXX-03-22", "", "")


@pytest.mark.parametrize(
    ("text", "direction"),
    [("They met on Monday.", "past"), ("They will meet on Monday.", "future"), ("Monday", "")],
)
def test_direction(text, direction):
    [(_, value)] = read(text)
    assert value.direction == direction


def test_an_anchor_of_the_text_is_named():
    values = dict(read("Tokyo, 22 March 2026\n\nThey met on Friday.", None))
    assert values["Friday"].anchor == "text"


# -- the article decides -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "On 14 May 2025 the defence ministry wrote. The letter of 05/06/2025 followed.",
            "2025-06-05",
        ),
        ("On May 14, 2025 the Pentagon wrote. The letter of 05/06/2025 followed.", "2025-05-06"),
        ("One of 25/06/2025 was lost. The letter of 05/06/2025 followed.", "2025-06-05"),
        ("One of 06/25/2025 was lost. The letter of 05/06/2025 followed.", "2025-05-06"),
        ("The Labour programme favoured it. The letter of 05/06/2025 followed.", "2025-06-05"),
        ("The Pentagon program honored it. The letter of 05/06/2025 followed.", "2025-05-06"),
        ("The letter of 05/06/2025 followed.", "2025-XX-XX"),
    ],
)
def test_day_and_month_are_told_apart_by_the_article(text, value):
    assert read(f"{text} The letter of 05/06/2025 followed.")[-1][1].edtf == value


def test_a_story_of_times_past_runs_on():
    text = (
        "In September 1939 the war began. In 1940 the front moved. By April it reached the coast. "
        "In December 1941 it widened. In January the fleet sailed. A study of 2004 disagrees. "
        "In March it turned back. In 1943 it ended."
    )
    values = [value.edtf for _, value in read(text)]
    assert values == [
        "1939-09", "1940", "1940-04", "1941-12", "1942-01", "2004", "1942-03", "1943",
    ]  # fmt: skip


def test_a_year_told_in_passing_does_not_move_the_story():
    text = (
        "In 1791 a law was passed. On 2 June 1793 the city rose. On 10 June the club met. In 1793 "
        "too, the leader of the rising of August 1792 was removed. On 24 June the text was adopted."
    )

    def attribute(start: int, end: int) -> bool:
        return text[start:end] == "August 1792"

    reader = shared_reader()
    values = [
        [dated.value.edtf for dated in reader.read(text, TUESDAY, attribute=given)][-1]
        for given in (None, attribute)
    ]
    assert values == ["1792-06-24", "1793-06-24"]


# -- the component -------------------------------------------------------------------------------


def test_spans_are_labelled_and_in_order(nlp):
    doc = nlp.make_doc("On 14–16 March 2026, and on 2026-04-01, they met (until 2012).")
    spans = nlp(doc).spans["dates"]
    assert [(s.text, s.label_, s._.date.edtf) for s in spans] == [
        ("14–16 March 2026", "DATE", "2026-03-14/2026-03-16"),
        ("2026-04-01", "DATE", "2026-04-01"),
        ("2012", "DATE", "2012"),
    ]


def test_nothing_in_a_zone(nlp):
    doc = nlp.make_doc("They met on 22 March 2026. Related: 3 May 2025.")
    doc._.zones = [Zone("boilerplate", 27, len(doc.text))]
    assert [s.text for s in nlp(doc).spans["dates"]] == ["22 March 2026"]


def test_nothing_in_the_address_of_a_page(nlp):
    doc = nlp("See https://example.org/2019/05/12/pact and t.co/2003, signed 22/03/2026.")
    assert [s.text for s in doc.spans["dates"]] == ["22/03/2026"]


def test_nothing_within_a_name(nlp):
    doc = nlp.make_doc("The Sunday Herald Group met in March 2026.")
    doc.ents = [Span(doc, 1, 4, label="ORG")]
    assert [s.text for s in nlp(doc).spans["dates"]] == ["March 2026"]


@pytest.mark.parametrize(
    "text", ["On 2026-03-22 and 14–16 March they met.", "22/03/2026", "Q3 2025"]
)
def test_tokens_do_not_matter(nlp, text):
    whole = Doc(nlp.vocab, words=text.split(" "))
    pieces = Doc(
        nlp.vocab,
        words=(parts := re.findall(r"\w|[^\w\s]", text)),
        spaces=[bool(re.match(r"\s", text[m.end() :])) for m in re.finditer(r"\w|[^\w\s]", text)],
    )
    assert len(parts) > len(whole)
    dates = Dates()
    values = [[s._.date.edtf for s in dates(doc).spans["dates"]] for doc in (whole, pieces)]
    assert values[0] == values[1] == [value.edtf for _, value in read(text, None)]


def test_a_parse_decides_the_tense(nlp):
    words = ["Officials", "announced", "talks", "to", "take", "place", "Friday"]
    doc = Doc(
        nlp.vocab,
        words=words,
        tags=["NNS", "VBD", "NNS", "TO", "VB", "NN", "NNP"],
        heads=[1, 1, 1, 4, 2, 4, 4],
        deps=["nsubj", "ROOT", "obj", "mark", "acl", "obj", "obl"],
    )
    doc._.published = TUESDAY
    [span] = Dates()(doc).spans["dates"]
    assert (span._.date.edtf, span._.date.direction) == ("2026-03-27", "future")


def test_today_may_mean_these_times(nlp):
    doc = Doc(
        nlp.vocab,
        words=["Today", ",", "Japan", "is", "a", "large", "partner"],
        tags=["NN", ",", "NNP", "VBZ", "DT", "JJ", "NN"],
        pos=["NOUN", "PUNCT", "PROPN", "AUX", "DET", "ADJ", "NOUN"],
        heads=[6, 6, 6, 6, 6, 6, 6],
        deps=["obl:unmarked", "punct", "nsubj", "cop", "det", "amod", "ROOT"],
    )
    doc._.published = TUESDAY
    assert list(Dates()(doc).spans["dates"]) == []


def test_memory_does_not_grow_with_publication_dates():
    text = "They met on Monday, and will meet on 3 May, next week and in the coming year (05MAR26)."

    def run(first: int, last: int) -> None:
        for days in range(first, last):
            assert len(read(text, TUESDAY - datetime.timedelta(days))) == 5

    run(0, 200)
    tracemalloc.start()
    run(200, 400)
    before = tracemalloc.get_traced_memory()[0]
    run(400, 2400)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 20_000


# -- the long tail -------------------------------------------------------------------------------


def test_dateparser_is_loaded_only_for_a_form_that_needs_it():
    code = (
        "import sys; from pipeline.components.dates.component import shared_reader as reader;"
        "reader().read('They met on 5 March 2026, 2026-03-05 and last Monday.');"
        "print('dateparser' in sys.modules);"
        "reader().read('Dated 05MAR2026.'); print('dateparser' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("published", [None, datetime.date(1999, 1, 1), TUESDAY])
def test_a_written_form_does_not_lean_on_the_publication(published):
    [(_, value)] = read("Dated 2020-Apr-05 at noon.", published)
    assert (value.edtf, value.anchor, value.rule) == ("2020-04-05", "", "written_day")


@pytest.mark.parametrize(
    ("published", "value"),
    [(datetime.date(1985, 6, 1), "1989-03-05"), (TUESDAY, "1989-03-05"), (None, "1989-03-05")],
)
def test_the_century_of_a_written_form(published, value):
    assert read("Dated 05MAR89 at noon.", published)[0][1].edtf == value


# -- any text ------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    (Path(__file__).parent / "data" / "dates_words.txt").read_text(encoding="utf-8").split(" ")
)


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)),
    st.one_of(st.none(), st.dates()),
)
def test_any_text(text, published):
    end = 0
    for dated in shared_reader().read(text, published):
        assert end <= dated.start < dated.end <= len(text)
        end = dated.end
        assert text[dated.start : dated.end].strip() == text[dated.start : dated.end]
        assert EDTF.fullmatch(dated.value.edtf), dated
        for bound in (dated.value.start, dated.value.end):
            assert not bound or datetime.date.fromisoformat(bound)
        if dated.value.start and dated.value.end:
            assert dated.value.start <= dated.value.end


# -- mistakes in knowledge -----------------------------------------------------------------------

RULE = {"rule": "r", "pattern": "m=MONTH", "value": "calendar_month", "examples": []}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pattern": "m=MONHT"}, "rules.yaml: rule r: no class MONHT"),
        ({"pattern": "{moon}"}, "rules.yaml: rule r: pattern: no macro {moon}"),
        ({"pattern": "the?"}, "rules.yaml: rule r: pattern: it matches nothing at all"),
        ({"value": "calender"}, "rules.yaml: rule r: value: no normaliser calender"),
        ({"befor": ["the"]}, "rules.yaml: rule r: unknown field befor"),
        (
            {"examples": [["text", 2026]]},
            "rules.yaml: rule r: examples: ['text', 2026] is no three",
        ),
    ],
)
def test_a_mistake_in_a_rule_is_named(tmp_path, change, message):
    terms = (grammar.FOLDER / "terms.yaml").read_text(encoding="utf-8")
    (tmp_path / "terms.yaml").write_text(terms, encoding="utf-8")
    rules = yaml.safe_dump({"rules": [RULE | change]})
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(message)):
        grammar.load(tmp_path, NORMALISERS)


# -- posts and chronologies ----------------------------------------------------------------------

LIVE = (
    "Live\n\n{0}\n\nPeru closed its border with Chile today.\n\n"
    "{1}\n\nChile recalled its envoy today.\n"
)


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("24 March 2026, 18:05", "23 March 2026, 23:40", ["2026-03-24", "2026-03-23"]),
        ("18:05 GMT, 24 March 2026", "23:40 GMT, 23 March 2026", ["2026-03-24", "2026-03-23"]),
        ("Mon, 23 March 2026 at 6 p.m.", "Sun, 22 March 2026", ["2026-03-23", "2026-03-22"]),
        ("**Monday, 23 March 2026**", "**Sunday, 22 March**", ["2026-03-23", "2026-03-22"]),
        ("Updated March 23, 9:15 am ET", "March 20, 7:30 pm ET", ["2026-03-23", "2026-03-20"]),
        # one day only, a sentence, a title: none of these dates what is below
        ("24 March 2026, 18:05", "24 March 2026, 17:00", ["2026-03-24", "2026-03-24"]),
        ("24 March 2026, 18:05", "They met on 23 March 2026", ["2026-03-24", "2026-03-24"]),
        ("The pact of 3 March 2026", "The pact of 4 March 2026", ["2026-03-24", "2026-03-24"]),
    ],
)
def test_today_is_the_day_of_the_post(first, second, days):
    found = [value.edtf for text, value in read(LIVE.format(first, second)) if text == "today"]
    assert found == days


def test_lines_of_a_stamp_are_no_posts():
    text = "Pact signed\n23 March 2026\nUpdated 24 March 2026\nThey signed it today, he said.\n"
    assert read(text)[-1][1].edtf == "2026-03-24"


def test_a_date_line_in_a_zone_dates_its_post(nlp):
    text = LIVE.format("24 March 2026, 18:05", "23 March 2026, 23:40")
    doc = nlp.make_doc(text)
    doc._.published = TUESDAY
    doc._.zones = [Zone("boilerplate", s, s + 20) for s in (text.index("24"), text.index("23 M"))]
    doc = nlp(doc)
    assert [span._.date.edtf for span in doc.spans["dates"]] == ["2026-03-24", "2026-03-23"]
    assert [span.label_ for span in doc.spans["posts"]] == ["POST", "POST"]
    assert written_on(doc, text.index("Chile recalled")) == datetime.date(2026, 3, 23)
    assert written_on(doc, 0) == TUESDAY
