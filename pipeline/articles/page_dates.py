"""When a web page was published, by what it states of itself.

Sought in this order: JSON-LD and the head of the page, the lines around the headline, then, by
htmldate, the elements of the body. What dates a later change or another article is left out.
"""

from __future__ import annotations

import copy
import datetime
import functools
import re
from collections.abc import Iterable
from typing import Any

from pipeline import resources
from pipeline.articles import blocks, linked_data, published

_LINES_BEFORE, _LINES_AFTER = 4, 6
_SIDE = ("ul", "ol", "aside", "nav", "footer")
_DATED = re.compile(r"\b(?:date|time|posted|published)\b")


def find(tree: Any, data: Iterable[dict[str, Any]]) -> datetime.date | None:
    """Find the date of publication.

    Parameters
    ----------
    tree : lxml.html.HtmlElement
        The page; it is not changed.
    data : iterable of dict
        Its articles in JSON-LD (:func:`pipeline.articles.linked_data.read`).

    Returns
    -------
    datetime.date or None
        The day as the page writes it, in the time zone that it names; None where the page does
        not say. A date inside a sentence is never taken.
    """
    for value in linked_data.values(data, "datePublished"):
        if date := published.parse(value):
            return date
    page = copy.deepcopy(tree)
    _drop_changes(page)
    head = page.find("head")
    return (
        (_by_htmldate(head) if head is not None else None)
        or _by_lines(page)
        or _by_htmldate(_without_side_lists(page))
    )


def _drop_changes(page: Any) -> None:
    """Take out what dates a change: meta elements, and the value of an element of the body."""
    for element in page.iter("meta", "time", "span", "p", "div", "abbr"):
        names = (element.get(key, "").lower() for key in ("property", "name", "itemprop"))
        if _modified().isdisjoint(names):
            continue
        for key in ("datetime", "content", "itemprop"):
            element.attrib.pop(key, None)


def _by_htmldate(tree: Any) -> datetime.date | None:
    import htmldate
    from lxml.html import HtmlElement, document_fromstring, tostring

    assert isinstance(tree, HtmlElement)
    whole = tree if tree.tag == "html" else document_fromstring(tostring(tree))
    # An extensive search makes up a date from the body where the page states none.
    found = htmldate.find_date(whole, extensive_search=False, original_date=True)
    return datetime.date.fromisoformat(found) if found else None


def _by_lines(page: Any) -> datetime.date | None:
    """Read the lines around the first heading."""
    lines = blocks.lines(page)
    headings = {" ".join(each.text_content().split()) for each in page.iter("h1", "h2")}
    at = next((i for i, line in enumerate(lines) if line in headings), None)
    if at is None:
        return None
    around = lines[max(0, at - _LINES_BEFORE) : at + _LINES_AFTER]
    return published.from_text("\n".join(around))


def _without_side_lists(page: Any) -> Any:
    """Take out lists that date several articles, of which this is none."""
    for element in list(page.iter(*_SIDE)):
        dated = [each for each in element.iter() if isinstance(each.tag, str) and _is_dated(each)]
        if len(dated) > 1 and element.getparent() is not None:
            element.drop_tree()
    return page


def _is_dated(element: Any) -> bool:
    return element.tag == "time" or bool(_DATED.search(element.get("class", "").lower()))


@functools.cache
def _modified() -> frozenset[str]:
    return frozenset(resources.document("articles/pages.yaml")["modified"])
