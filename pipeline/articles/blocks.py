"""The text of an HTML element, a line for each of its blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl"}
    | {"dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_SILENT = frozenset(
    ["head", "iframe", "noscript", "script", "select", "style", "svg", "template", "textarea"]
)


def lines(element: Any) -> list[str]:
    """Write an element as lines: each block is one, and cells of a table are divided by bars.

    Parameters
    ----------
    element : lxml.html.HtmlElement
        An element, as the parser made it.

    Returns
    -------
    list of str
        Without empty ones; blanks within a line are one.
    """
    return list(filled("".join(_parts(element))))


def filled(text: str, mark: str = "") -> Iterator[str]:
    """Yield the lines of a text that hold something; ``mark`` stands before the first."""
    for line in text.split("\n"):
        if words := " ".join(line.split()).removesuffix(" |"):
            yield f"{mark}{words}"
            mark = ""


def _parts(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in _SILENT:
        return
    block = element.tag in BLOCKS
    yield "\n" if block or element.tag == "br" else ""
    yield _unbroken(element.text)
    for child in element:
        yield from _parts(child)
        yield _unbroken(child.tail)
    yield "\n" if block else " | " if element.tag in ("td", "th") else ""


def _unbroken(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\r", " ")
