"""Web pages: which lines, headline and date are read, and what of them is no body."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from pipeline.articles import Source, UnreadableError, read

trafilatura = pytest.importorskip("trafilatura")
from pipeline.articles.pages import read_page  # noqa: E402

DATA = yaml.safe_load(
    (Path(__file__).parent / "data" / "articles" / "pages.yaml").read_text(encoding="utf-8")
)
PAGES = DATA["pages"]


def _html(case):
    page = case["page"].format(**DATA["paragraphs"])
    return page if page.startswith("<html") else f"<html><body>{page}</body></html>"


def _lines(case, name="lines"):
    return [line.format(**DATA["paragraphs"]) for line in case.get(name) or case["lines"]]


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case["name"])
def test_page(case):
    page = read_page(_html(case))
    assert page.text.split("\n") == _lines(case)
    if "title" in case:
        assert page.title == case["title"]
    if "date" in case:
        assert page.date == case["date"]


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case["name"])
def test_body_of_page(case):
    article = read(Source("a", "a.html", "html", data=_html(case).encode()))
    zones = [article.text[zone.start : zone.end].split("\n") for zone in article.zones]
    hidden = [line for lines in zones for line in lines]
    body = [line for line in article.text.split("\n") if line not in hidden]
    assert body == _lines(case, "body")


def _f1(found, wanted):
    """Words in common, as suites of page extractors score them."""
    one, other = (Counter(re.findall(r"\w+", text)) for text in (found, wanted))
    common = (one & other).total()
    return 2 * common / (one.total() + other.total())


def test_no_page_reads_worse_than_by_trafilatura_alone():
    ours, theirs = [], []
    for case in PAGES:
        html, wanted = _html(case), "\n".join(_lines(case, "body"))
        article = read(Source("a", "a.html", "html", data=html.encode()))
        text = "".join(
            char
            for at, char in enumerate(article.text)
            if not any(zone.start <= at < zone.end for zone in article.zones)
        )
        ours.append(_f1(text, wanted))
        theirs.append(_f1(trafilatura.extract(html, include_comments=False) or "", wanted))
    print(f"text F1 of {len(ours)} pages: {_mean(ours):.3f}; trafilatura {_mean(theirs):.3f}")
    assert _mean(ours) > 0.99
    assert _mean(ours) > _mean(theirs)


def _mean(values):
    return sum(values) / len(values)


@pytest.mark.parametrize("html", ["", "<html></html>", "<!-- -->", "no markup", "<p> </p>", "\x00"])
def test_pages_without_an_article(html):
    with pytest.raises(UnreadableError, match="no article found"):
        read_page(html)


def test_declared_encodings():
    body = "<article><h1>Pacte signé</h1><p>Česká vláda signed it in Plzeň on Monday.</p></article>"
    page = f"<html><head><meta charset='iso-8859-2'></head><body>{body}</body></html>"
    article = read(Source("a", "a.html", "html", data=page.encode("iso-8859-2")))
    assert "Česká vláda" in article.text
    assert article.message == "read as iso8859-2"
