"""What a web page says of its article in JSON-LD (schema.org)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

_ARTICLES = ("Article", "Posting", "Report", "Review", "CreativeWork")
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage")
_MAX_OBJECTS = 1_000


def read(tree: Any) -> list[dict[str, Any]]:
    """Return the objects of a page that describe articles.

    Parameters
    ----------
    tree : lxml.html.HtmlElement
        The page.

    Returns
    -------
    list of dict
        As they stand; what is no JSON is left out.
    """
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            content = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        found += (item for item in _objects(content) if _is_article(item))
    return found


def values(data: Iterable[dict[str, Any]], name: str) -> Iterator[str]:
    """Yield the texts that the objects have under a name."""
    for item in data:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            yield " ".join(value.split())


def publishers(data: Iterable[dict[str, Any]]) -> set[str]:
    """Return the names of those who publish the article."""
    found = (item.get("publisher") for item in data)
    names = (one.get("name") for one in found if isinstance(one, dict))
    return {name for name in names if isinstance(name, str)}


def text(data: Iterable[dict[str, Any]]) -> list[str]:
    """Return the lines of the longest article body (markup in it taken away)."""
    bodies = [item["articleBody"] for item in data if isinstance(item.get("articleBody"), str)]
    body = max(bodies, key=len, default="")
    if "</" in body or "<br" in body:
        from lxml.html import fragment_fromstring

        root = fragment_fromstring(body, create_parent="div")
        for element in root.iter("p", "br", "li", "div", "h1", "h2", "h3", "h4"):
            element.tail = "\n" + (element.tail or "")
        body = root.text_content()
    lines = (" ".join(line.split()) for line in body.splitlines())
    return [line for line in lines if line]


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [content], 0
    while waiting and seen < _MAX_OBJECTS:
        seen += 1
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            yield item
            waiting += [
                item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in item
            ]


def _is_article(item: dict[str, Any]) -> bool:
    kinds = item.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(_ARTICLES) for kind in kinds)
