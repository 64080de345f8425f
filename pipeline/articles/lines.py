"""Which line breaks of a text end a paragraph, and which only a line.

A text that was broken at a fixed width is told by two things: lines go on in the middle of a
sentence (the next one starts with a small letter, or the line ends in a comma, a hyphen or a
preposition), and they are full: the first word of the next line would not have fitted. The first
is evidence for one break by itself; with it known in which width a text was broken, the second
decides about the breaks before a capital or a number.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from itertools import pairwise, repeat

from pipeline import resources

BREAK = re.compile("(?:\r?\n[ \t]*\f|\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])")
"""One line break in any of the forms that Unicode knows (annex 14), or a page break."""

_FILE = "articles/lines.yaml"
_BULLET = re.compile(r"[-*–—>»#|+]\s|[•·▪◦●○‣]|\(?(?:[a-z]|[ivx]{1,4})[.)]\s")
_NUMBERED = re.compile(r"\(?(\d{1,3})[.)]\s")
_DASHED = re.compile(r"[–—]\s[a-z]")
_SPEAKER = re.compile(r"[A-Z][A-Z .'’-]+(?:\([^)]{1,40}\))?:\s")
_TERMINAL = re.compile(r"[.!?:;…]['\"”’»)\]]*$")
_SMALL = re.compile(r"[\"'“‘(\[]?[a-zà-öø-ÿ][a-zà-öø-ÿ'’]*(?![\w-]*[A-Z\d])")
_HYPHEN = re.compile(r"\w[-\u2010\u00ad]$")
_SENTENCE_END = re.compile(r"[a-z][.!?]['\"”’)]* ['\"“‘(]?[A-Z]")
_MIN_WIDTH, _MIN_LINES = 20, 3
_EVIDENT_IN_TEXT = 2
_FULL_SHARE = 0.7


@dataclass(slots=True)
class _Line:
    """A line without the blanks at its ends; ``end`` is the offset behind its last character."""

    start: int
    end: int
    text: str
    indent: int

    @property
    def width(self) -> int:
        return self.indent + len(self.text)


def soft_breaks(text: str) -> list[tuple[int, int]]:
    """Find the line breaks inside paragraphs.

    Parameters
    ----------
    text : str
        An article as read.

    Returns
    -------
    list of tuple of int
        ``(start, end)`` character offsets of each, from behind the last character of its line to
        the first of the next one: blanks around the break belong to it.
    """
    blocks = _blocks(text)
    evident = [_evident(block) for block in blocks]
    in_text = sum(map(len, evident))
    widths = [_width(block, found) for block, found in zip(blocks, evident, strict=True)]
    usual = max(widths, default=0) if in_text >= _EVIDENT_IN_TEXT else 0
    breaks = []
    for block, found, width in zip(blocks, evident, widths, strict=True):
        soft = found | _full(block, width or usual)
        breaks += [(block[i].end, block[i + 1].start) for i in sorted(soft)]
    return breaks


def _blocks(text: str) -> list[list[_Line]]:
    """Split a text at its empty lines; a block of one line has no break to judge."""
    blocks: list[list[_Line]] = [[]]
    start = 0
    for end, following in [*(match.span() for match in BREAK.finditer(text)), (len(text), 0)]:
        line = text[start:end]
        bare = line.strip()
        if bare:
            indent = len(line) - len(line.lstrip())
            begin = start + indent
            blocks[-1].append(_Line(begin, begin + len(bare), bare, indent))
        elif blocks[-1]:
            blocks.append([])
        start = following
    return [block for block in blocks if len(block) > 1]


def _evident(block: list[_Line]) -> set[int]:
    """Return the numbers of the lines that plainly go on in the next one."""
    found = set()
    for number, (line, following) in enumerate(pairwise(block)):
        if _starts_anew(block, number + 1):
            continue
        small = bool(_SMALL.match(following.text) or _DASHED.match(following.text))
        if _HYPHEN.search(line.text):
            goes_on = following.text[0].isalnum()
        elif _TERMINAL.search(line.text):
            goes_on = False
        elif line.text.endswith(","):
            goes_on = small or _is_full(line, following, max(each.width for each in block))
        else:
            goes_on = small or (
                line.text.rpartition(" ")[2].casefold() in _words("open_words")
                and _is_full(line, following, line.width)
            )
        if goes_on:
            found.add(number)
    return found


def _starts_anew(block: list[_Line], number: int) -> bool:
    """Whether a line is the first of a list item, or of what another speaker says."""
    before, line = block[number - 1], block[number]
    text = line.text
    if _SPEAKER.match(text) and _TERMINAL.search(before.text):
        return True
    if _DASHED.match(text) and not _TERMINAL.search(before.text):
        return not _is_full(before, line, max(each.width for each in block))
    if numbered := _NUMBERED.match(text):
        # "2024. The" or "6. The" at the start of a line is the end of a date, not an item.
        wanted = int(numbered[1]) - 1
        earlier = (_NUMBERED.match(line.text) for line in block[:number])
        return not wanted or any(match and int(match[1]) == wanted for match in earlier)
    return bool(_BULLET.match(text))


def _width(block: list[_Line], evident: set[int]) -> int:
    """Return the width in which a block was broken; 0 where it is not known."""
    widest = max(line.width for line in block)
    if not evident:
        return widest if _runs_on(block, widest) else 0
    full = sum(_is_full(block[i], block[i + 1], widest) for i in evident)
    if full >= _FULL_SHARE * len(evident):
        return widest
    return max(block[i].width for i in evident)


def _runs_on(block: list[_Line], width: int) -> bool:
    """Whether all lines of a block are full, and a sentence ends inside one of them."""
    return (
        len(block) >= _MIN_LINES
        and all(map(_is_full, block, block[1:], repeat(width)))
        and not all(_TERMINAL.search(line.text) for line in block[:-1])
        and any(_SENTENCE_END.search(line.text) for line in block)
    )


def _full(block: list[_Line], width: int) -> set[int]:
    """Return the numbers of the lines that end where their width ends."""
    if width < _MIN_WIDTH:
        return set()
    return {
        number
        for number, (line, following) in enumerate(pairwise(block))
        if _is_full(line, following, width)
        and following.indent <= line.indent
        and not _starts_anew(block, number + 1)
    }


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    """Whether the first word of the next line had no room on a line."""
    first = following.text.split(maxsplit=1)[0]
    return line.width <= width < line.width + 1 + len(first)


def joint(text: str, span: tuple[int, int]) -> tuple[int, int, str]:
    """Say how two lines are put together again.

    Parameters
    ----------
    text : str
        The article.
    span : tuple of int
        A break of :func:`soft_breaks`.

    Returns
    -------
    start, end, joint : int, int, str
        What stands from ``start`` to ``end`` is replaced by ``joint``: a blank, or nothing where a
        word was broken, together with its hyphen where that was put in by the breaking.
    """
    start, end = span
    if not _HYPHEN.search(text[max(0, start - 2) : start]):
        return start, end, " "
    first = re.split(r"[\s(\"'“‘]", text[max(0, start - 40) : start - 1])[-1]
    second = text[end : end + 40].split(maxsplit=1)[0]
    second = re.split(r"[^\w'’]", second, maxsplit=1)[0]
    keeps = text[start - 1] != "\u00ad" and _keeps_hyphen(first, second, text)
    return start if keeps else start - 1, end, ""


def _keeps_hyphen(first: str, second: str, text: str) -> bool:
    """Whether a hyphen at the end of a line belongs to the word."""
    if not second[:1].islower() or not first.isalpha() or first.isupper():
        return True
    if re.search(rf"\b{re.escape(first + second)}\b", text):
        return False
    known = first.casefold() in _words("hyphen_first") or second in _words("hyphen_second")
    return known or bool(re.search(rf"\b{re.escape(f'{first}-{second}')}\b", text))


@functools.cache
def _words(name: str) -> frozenset[str]:
    words = resources.words(resources.document(_FILE), name, _FILE)
    return frozenset(word.casefold() for word in words)
