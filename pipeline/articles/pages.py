"""The article of a web page: its text, headline and date of publication.

trafilatura finds which elements are the article. Three things are done around it, on the tree and
never on the source: elements inside a sentence that it takes for controls (``time``, ``button``)
are unwrapped before, lists and cards of other articles are taken out before, and its elements are
written as lines here, since its text of a short page has lost the breaks between them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline import resources
from pipeline.articles import blocks, linked_data, page_dates
from pipeline.articles.errors import UnreadableError

_MAX_DEPTH = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_UNCLOSED = frozenset(
    ["area", "br", "col", "embed", "hr", "img", "input", "li", "link", "meta", "p", "source", "wbr"]
)
_INLINE = ("time", "label", "output", "button", "abbr", "acronym", "address", "center", "data", "q")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_RUNNING = (
    _HEADINGS
    | frozenset(
        ("p", "li", "dd", "dt", "td", "th", "blockquote", "figcaption")  # blocks of running text
    )
    | frozenset(("em", "strong", "b", "i", "a", "span"))
)
_SEPARATOR = re.compile(r"\s+[|–—•·»-]+\s+|\s*(?:::|»|\|)\s*")
_SITE_WORDS = 5
_COUNTED = re.compile(r"\s*\d+\s*(?:/|of)\s*\d+\b")
_FEW, _CARD, _SAME = 250, 400, 0.9


@dataclass(slots=True)
class Page:
    """What a page says: ``text`` with the headline first, ``date`` as ``YYYY-MM-DD`` or empty."""

    text: str
    title: str
    date: str


def read_page(html: str) -> Page:
    """Take an article out of a web page.

    Parameters
    ----------
    html : str
        The page.

    Returns
    -------
    Page
        The headline, then paragraphs, headings, list items (behind ``- ``) and rows of tables
        (cells behind `` | ``), each on a line of its own.

    Raises
    ------
    UnreadableError
        trafilatura is not installed, or there is no article in the page.
    """
    try:
        import trafilatura
    except ImportError:
        raise UnreadableError("reading HTML needs trafilatura: pip install 'pacta[html]'") from None
    if _depth(html) > _MAX_DEPTH:
        raise UnreadableError(f"HTML nested deeper than {_MAX_DEPTH} elements")
    tree = trafilatura.load_html(html)
    if tree is None:
        raise UnreadableError("no article found in the HTML page")
    data = linked_data.read(tree)
    date = page_dates.find(tree, data)
    title = _headline(tree, data)
    _unwrap(tree)
    _drop_other_articles(tree)
    _wrap_loose_text(tree)
    lines = _article_lines(tree, data)
    if not lines:
        raise UnreadableError("no article found in the HTML page")
    if title and not any(_same(line, title) for line in lines[:3]):
        lines.insert(0, title)
    return Page("\n".join(lines), title, date.isoformat() if date else "")


# The tree before extraction ------------------------------------------------------------------


def _unwrap(tree: Any) -> None:
    """Take the tags off what stands inside a sentence; only a block of its own is a control."""
    for element in list(tree.iter(*_INLINE)):
        before, parent = element.getprevious(), element.getparent()
        if parent is None:
            continue
        goes_on = bool((element.tail or "").strip())
        if element.tag in ("center", "address") and goes_on and _is_open(before):
            _join(before, element)
        elif parent.tag in _RUNNING or element.tag == "q":
            element.drop_tag()


def _is_open(element: Any) -> bool:
    """Whether a paragraph breaks off: the parser has closed it before an element inside it."""
    if element is None or element.tag != "p":
        return False
    text = element.text_content().strip()
    return bool(text) and text[-1] not in ".!?:;”\"'"


def _join(paragraph: Any, element: Any) -> None:
    """Give a paragraph back what stood in it, with the rest of its sentence."""
    rest, element.tail = element.tail, None
    paragraph.append(element)
    element.tail = rest
    element.drop_tag()


def _wrap_loose_text(tree: Any) -> None:
    """Make paragraphs of the text that stands between the blocks of an article."""
    for article in list(tree.iter("article", "main", "section")):
        children = list(article)
        if not any(child.tag in blocks.BLOCKS for child in children):
            continue
        paragraph = article.makeelement("p")
        paragraph.text, article.text = article.text, None
        place = 0
        for child in [*children, None]:
            if child is not None and child.tag not in blocks.BLOCKS:
                paragraph.append(child)
                continue
            if paragraph.text_content().strip():
                article.insert(place, paragraph)
                place += 1
            if child is not None:
                paragraph = article.makeelement("p")
                paragraph.text, child.tail = child.tail, None
                place += 1


def _drop_other_articles(tree: Any) -> None:
    """Take out picture galleries, newsletters, paywalls and cards that lead to other articles."""
    for element in list(tree.iter("div", "section", "ul", "ol", "aside", "figure", "form")):
        if element.getparent() is not None and (
            _names(element) & _furniture() or _is_counted(element) or _is_card(element)
        ):
            element.drop_tree()


@functools.cache
def _furniture() -> frozenset[str]:
    return frozenset(resources.document("articles/pages.yaml")["furniture"])


def _names(element: Any) -> set[str]:
    words = f"{element.get('class', '')} {element.get('id', '')}".lower()
    return set(re.split(r"[\s_-]+", words))


def _is_counted(element: Any) -> bool:
    """Whether the items of a list are numbered like pictures: *1/12*, *2/12*."""
    items = [item.text_content() for item in element if item.tag == "li"]
    return bool(items) and all(map(_COUNTED.match, items))


def _is_card(element: Any) -> bool:
    """Whether an element is the teaser of another article: a heading that is a link, few words."""
    headings = [child for child in element if child.tag in _HEADINGS]
    if not headings or len(element.text_content()) > _CARD * len(headings):
        return False
    return all(_is_link(heading) for heading in headings)


def _is_link(heading: Any) -> bool:
    words = heading.text_content().strip()
    linked = "".join(link.text_content() for link in heading.iter("a")).strip()
    return bool(words) and words == linked and heading.tag != "h1"


# The lines of the article --------------------------------------------------------------------


def _article_lines(tree: Any, data: Iterable[dict[str, Any]]) -> list[str]:
    """Choose the fullest reading: that of trafilatura unless it is short or without its lines."""
    chosen = _extracted(tree)
    few = sum(map(len, chosen)) < _FEW
    for lines in (linked_data.text(data), _plain_lines(tree) if few else []):
        length, found = sum(map(len, chosen)), sum(map(len, lines))
        is_flat = len(chosen) == 1 < len(lines) and found > _SAME * length
        if is_flat or found > max(2 * length, length + _FEW) or (lines and not chosen):
            chosen = lines
    return chosen


def _extracted(tree: Any) -> list[str]:
    import trafilatura
    from trafilatura.settings import use_config

    config = use_config()
    # Below this size trafilatura gives the text of the page without its blocks.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    found = trafilatura.bare_extraction(tree, include_comments=False, config=config)
    body = getattr(found, "body", None)
    return [] if body is None else list(_lines(body))


def _lines(element: Any) -> Iterator[str]:
    """Write the elements of trafilatura's document as lines."""
    for child in element:
        if child.tag == "row":
            cells = (" ".join(" ".join(cell.itertext()).split()) for cell in child.iter("cell"))
            yield from blocks.filled(" | ".join(filter(None, cells)))
        elif child.tag == "item":
            yield from blocks.filled(_joined(child), "- ")
        elif child.tag in ("p", "head", "code", "ab") or not len(child):
            yield from blocks.filled(_joined(child))
        else:
            yield from blocks.filled(child.text or "")
            yield from _lines(child)
        if child.tail and child.tag not in ("p", "head", "item"):
            yield from blocks.filled(child.tail)


def _joined(element: Any) -> str:
    """Join the text of an element; only its line breaks and blocks inside it break lines."""
    parts = [element.text or ""]
    for child in element:
        breaks = "\n" if child.tag in ("lb", "list", "quote", "p", "item", "table", "row") else ""
        inline = child.tag == "quote" and element.tag in ("p", "head")
        mark = "" if inline else breaks
        parts += [mark, _joined(child), "" if child.tag == "lb" else mark, child.tail or ""]
    return "".join(parts)


def _plain_lines(tree: Any) -> list[str]:
    """Write the largest article of a page, else all of it, block by block."""
    from trafilatura.baseline import basic_cleaning

    articles = [article for article in tree.iter("article") if article.text_content().strip()]
    bodies = articles or list(tree.iter("main")) or list(tree.iter("body")) or [tree]
    chosen = max(bodies, key=lambda each: len(each.text_content()))
    return blocks.lines(basic_cleaning(chosen))


# The headline --------------------------------------------------------------------------------


def _headline(tree: Any, data: Iterable[dict[str, Any]]) -> str:
    """Choose the headline: the heading that the page's own title repeats, without the site's name.

    A title in the head of a page carries the name of the site, before or behind it; a first
    heading may advertise something else. Where both say the same, that is the headline; else it
    is the one first heading inside the article, or the title.
    """
    stated = list(_stated_titles(tree, data))
    headings = [" ".join(h.text_content().split()) for h in tree.iter("h1", "h2")]
    for title in stated:
        fitting = [h for h in headings if h and _same(h, title, part=True)]
        if fitting:
            return max(fitting, key=len)
    own = [h for each in tree.iter("article", "main") for h in each.iter("h1")]
    if len(own) == 1 and (heading := " ".join(own[0].text_content().split())):
        return heading
    sites = linked_data.publishers(data) | set(_metas(tree, "og:site_name", "application-name"))
    if stated:
        return _without_site(stated[0], sites)
    first = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    return next(filter(None, first), "")


def _stated_titles(tree: Any, data: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield from linked_data.values(data, "headline")
    yield from _metas(tree, "og:title", "twitter:title", "dc.title", "title")
    for element in tree.iter("title"):
        if (text := " ".join(element.text_content().split())) and element.getparent().tag == "head":
            yield text


def _metas(tree: Any, *names: str) -> Iterator[str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        found.setdefault(name, " ".join(meta.get("content", "").split()))
    yield from (found[name] for name in names if found.get(name))


def _same(one: str, other: str, part: bool = False) -> bool:
    """Whether two headlines have the same words; with ``part``, whether one is a part of another.

    Parts are what separators divide: a bar, a dash between blanks, a colon behind a site's name.
    """
    key = _key(one)
    if not part:
        return key == _key(other)
    parts = _SEPARATOR.split(other)
    wholes = [other, *parts, *other.split(": ", 1)]
    wholes += [other[: -len(parts[-1])], other[len(parts[0]) :]]
    return bool(key) and any(key == _key(whole) for whole in wholes)


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _without_site(title: str, sites: set[str]) -> str:
    """Take the name of the site off a title: a known one, or a last part that is far shorter."""
    keys = {_key(site) for site in sites}
    first, found, rest = title.partition(": ")
    if found and _key(first) in keys:
        return rest
    ends = [match.span() for match in _SEPARATOR.finditer(title)]
    if not ends:
        return title
    (start, _), (_, after) = ends[-1], ends[0]
    if _key(title[: ends[0][0]]) in keys:
        return title[after:]
    last = title[ends[-1][1] :]
    is_short = len(last.split()) <= min(_SITE_WORDS, len(title[:start].split()) / 2)
    if _key(last) in keys or (is_short and last[:1].isupper()):
        return title[:start]
    return title


def _depth(html: str) -> int:
    """Return how deep elements are nested (libxml2 and the recursion above it have limits)."""
    depth = deepest = 0
    for closing, name, empty in _TAG.findall(html):
        if empty or name.lower() in _UNCLOSED:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest
