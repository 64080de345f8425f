"""The text as the language model reads it: lines, broken words, what cannot be seen."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.lines import soft_breaks
from pipeline.articles.plain import plain
from pipeline.records import Article

DATA = Path(__file__).parent / "data" / "articles"
CASES = yaml.safe_load((DATA / "plain.yaml").read_text(encoding="utf-8"))
CORPUS = sorted((Path(__file__).parent.parent / "corpus" / "articles").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_plain_text(case):
    found = plain(case["text"])
    assert found.text == (case["text"] if case.get("same") else case["plain"])


@pytest.mark.parametrize("width", [32, 45, 60, 72, 80, 100])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem[:20])
def test_articles_broken_at_any_width_are_whole_again(path, end, width):
    """Of the breaks put in one, or one in two hundred, may be missed; paragraphs stay apart."""
    paragraphs = [" ".join(line.split()) for line in path.read_text("utf-8").splitlines() if line]
    wrapped = [textwrap.wrap(p, width, break_long_words=False) for p in paragraphs]
    text = (end * 2).join(end.join(lines) for lines in wrapped)
    put_in = sum(len(lines) - 1 for lines in wrapped if lines)
    assert abs(len(soft_breaks(text)) - put_in) <= max(1, 0.005 * put_in)
    assert plain(text).text.count("\n\n") == len(paragraphs) - 1


def test_offsets_lead_back():
    text = "Officials of Slo-\r\nvenia met\u00a0on 7\u200b May."
    found = plain(text)
    for word, origin in {
        "Officials": "Officials",
        "Slovenia": "Slo-\r\nvenia",
        "venia met": "venia met",
        "7": "7",
        "May": "May",
        "met on": "met\u00a0on",
    }.items():
        start = found.text.index(word)
        begin, end = found.origin(start, start + len(word))
        assert text[begin:end] == origin
        assert found.spot(begin, end) == (start, start + len(word))


ALPHABET = "ab Cé.,-\n\r\t\f\u00a0\u00ad\u200b\u2028\u0301\ufb01👍"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=120), st.data())
def test_any_span_leads_there_and_back(text, data):
    found = plain(text)
    if not found.text:
        return
    start = data.draw(st.integers(0, len(found.text) - 1))
    end = data.draw(st.integers(start + 1, len(found.text)))
    begin, finish = found.origin(start, end)
    assert 0 <= begin < finish <= len(text)
    first, last = found.spot(begin, finish)
    # Of a ligature, which is one character there and two here, only the whole leads back.
    assert start - 1 <= first <= start
    assert end <= last <= end + 1
    assert (first, last) == (start, end) or "\ufb01" in text[begin:finish]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab C.\n", max_size=200))
def test_ordinary_text_keeps_its_length(text):
    """Without broken words only blanks change: what stands where is the same."""
    found = plain(text).text.split()
    assert "".join(found) == "".join(text.split())


def test_a_long_row_of_signs_is_one_blank():
    assert plain("one " + "=" * 5000 + " two").text == "one   two"
    assert plain("one " + "=" * 5000 + "-\ntwo").text.split() == ["one", "two"]


def test_rows_quote_the_article_and_hold_values_of_its_plain_text(nlp):
    from pipeline.running.shard import process_articles

    text = (
        "The foreign ministers of Alba-\r\nnia and of the whole United\r\n"
        "Kingdom met in Tirana, on 6\r\nMay 2024, and signed a border\r\ntreaty."
    )
    [result] = process_articles(nlp, [Article("a", text)])
    mentions = {row["text"]: row for row in result.mentions}
    assert mentions["Alba-\r\nnia"]["country"] == "ALB"
    assert mentions["United\r\nKingdom"]["entity"] == "United Kingdom"
    assert mentions["6\r\nMay 2024"]["date"] == "2024-05-06"
    for row in result.mentions:
        assert text[int(row["start"]) : int(row["end"])] == row["text"]
    signed = next(row for row in result.events if row["trigger"] == "signed")
    assert signed["actors"] == "Albania; United Kingdom"
    assert signed["agreement_text"] == "border\r\ntreaty"
    assert text[int(signed["evidence_start"]) : int(signed["evidence_end"])] == signed["evidence"]


def test_zones_lead_to_the_plain_text(nlp):
    from pipeline.language import annotate
    from pipeline.records import Zone

    text = "Ghana met To-\ngo.\n\nShare this article\n\nTogo thanked Ghana."
    start = text.index("Share")
    zone = Zone("boilerplate", start, start + len("Share this article"))
    [(_, doc)] = annotate(nlp, [Article("a", text, zones=[zone])])
    [found] = doc._.zones
    assert doc.text[found.start : found.end] == "Share this article"
