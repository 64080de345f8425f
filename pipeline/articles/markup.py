"""Main text, title and date out of HTML; the front matter of Markdown."""

from __future__ import annotations

import re

from pipeline.articles.errors import UnreadableError

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|$)", re.DOTALL)
_MAX_DEPTH = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_UNCLOSED = frozenset(
    ["area", "br", "col", "embed", "hr", "img", "input", "li", "link", "meta", "p", "source", "wbr"]
)


def main_text(html: str) -> dict[str, str]:
    """Take an article out of a web page.

    Parameters
    ----------
    html : str
        The page.

    Returns
    -------
    dict
        ``text`` (headline first, paragraphs on lines of their own), ``title``, ``date``
        (``YYYY-MM-DD``); empty where the page does not say.

    Raises
    ------
    UnreadableError
        trafilatura is not installed, or finds no article in the page.
    """
    try:
        import trafilatura
    except ImportError:
        raise UnreadableError("reading HTML needs trafilatura: pip install 'pacta[html]'") from None
    if _depth(html) > _MAX_DEPTH:
        raise UnreadableError(f"HTML nested deeper than {_MAX_DEPTH} elements")
    # Without these settings a date is made up from the body where the page states none.
    found = trafilatura.bare_extraction(
        html,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    text, title, date = (str(getattr(found, part, "") or "") for part in ("text", "title", "date"))
    if not text.strip():
        raise UnreadableError("no article found in the HTML page")
    if title and not text.lstrip().startswith(title):
        text = f"{title}\n{text}"
    return {"text": text, "title": title, "date": date}


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Read the YAML block at the head of a Markdown file.

    Returns
    -------
    values, end : dict, int
        The block's plain values by lower-case key, and the offset where the body starts (0 and
        nothing where there is no block).
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, 0
    import yaml

    try:
        block = yaml.safe_load(match.group(1))
    except yaml.YAMLError:
        return {}, 0
    if not isinstance(block, dict):
        return {}, 0
    plain = {str(k).lower(): str(v) for k, v in block.items() if not isinstance(v, list | dict)}
    return plain, match.end()


def _depth(html: str) -> int:
    """Return how deep elements are nested (libxml2 and the recursion above it have limits)."""
    depth = deepest = 0
    for closing, name, empty in _TAG.findall(html):
        if empty or name.lower() in _UNCLOSED:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest
