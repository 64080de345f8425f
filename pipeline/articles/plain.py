"""The text as the language model reads it, and the way back to the offsets of the article.

An article stays exactly as it was read, and so do the offsets of everything found in it. But a
tokenizer takes a line break for a word, a soft hyphen for a letter, and half of *Ser-/bia* for a
name; so what is no part of the words is taken out before, and what is found is laid back.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from pipeline.articles.lines import BREAK, joint, soft_breaks

BLOB = re.compile(r"\S{1000,}")
"""What is no words at all: encoded pictures, rows of signs. A tokenizer's time grows with the
square of its length."""

_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
)
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SPECIAL = re.compile(
    rf"(?P<break>{BREAK.pattern})"
    rf"|(?P<invisible>[{_INVISIBLE}]+)"
    rf"|(?P<blank> ?[{_BLANKS}][ {_BLANKS}]*)"
    r"|(?P<composed>\w[\u0300-\u036f]+|[\ufb00-\ufb06])"
    rf"|(?P<blob>{BLOB.pattern})"
)
_ORDINARY = re.compile(r"[\n -~¡-¬®-\u02ff‐-‟]*")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text for the language model, aligned with the article it stands for.

    ``_pieces`` are ``(offset here, offset there, end there, verbatim)``, sorted; empty where both
    texts are the same. All offsets are characters, ends exclusive.
    """

    text: str
    _pieces: list[tuple[int, int, int, bool]] = field(default_factory=list)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of this text stands in the article."""
        if not self._pieces:
            return start, end
        if end <= start:
            begin = self._char(start)[0]
            return begin, begin
        return self._char(start)[0], self._char(end - 1)[1]

    def spot(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the article stands in this text."""
        if not self._pieces:
            return start, end
        return self._spot(start), self._spot(end)

    def _char(self, offset: int) -> tuple[int, int]:
        here, there, end, verbatim = self._pieces[_at(self._pieces, 0, offset)]
        if verbatim:
            return there + offset - here, there + offset - here + 1
        return there, end

    def _spot(self, offset: int) -> int:
        number = _at(self._pieces, 1, offset)
        here, there, _, verbatim = self._pieces[number]
        after = self._pieces[number + 1][0] if number + 1 < len(self._pieces) else len(self.text)
        if verbatim:
            return min(here + max(0, offset - there), after)
        return here if offset <= there else after


def plain(text: str) -> Plain:
    """Make the text that the language model reads.

    Lines of one paragraph are joined, with words that were hyphenated at their ends; every other
    line break is ``\\n``. Characters that cannot be seen are left out, no-break and other blanks
    are blanks, decomposed letters and ligatures are written as usual (Unicode annex 15), and what
    is no words at all is one blank.

    Parameters
    ----------
    text : str
        An article as read.

    Returns
    -------
    Plain
        The text and its alignment.
    """
    pieces: list[tuple[int, int, int, bool]] = []
    parts: list[str] = []
    here = there = 0
    for start, end, new in _edits(text):
        if start > there:
            pieces.append((here, there, start, True))
            parts.append(text[there:start])
            here += start - there
        if new:
            pieces.append((here, start, end, False))
            parts.append(new)
            here += len(new)
        there = end
    if not there:
        return Plain(text)
    pieces.append((here, there, len(text), True))
    parts.append(text[there:])
    return Plain("".join(parts), pieces)


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield what is replaced: start, end, and by what; in order and never overlapping."""
    if "\n" not in text and _ORDINARY.fullmatch(text) and not BLOB.search(text):
        return
    lines = (
        (begin, 0, end, new) for begin, end, new in map(partial(joint, text), soft_breaks(text))
    )
    others = ((m.start(), 1, m.end(), _instead(m)) for m in _SPECIAL.finditer(text))
    done = 0
    for begin, _, end, new in heapq.merge(lines, others):
        start = max(begin, done)
        if start < end and text[start:end] != new:
            yield start, end, new
            done = end


def _instead(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match.group()
    if kind == "break":
        return "\n"
    if kind in ("blank", "blob"):
        return " "
    if kind == "composed":
        return unicodedata.normalize("NFKC" if found > "\ufaff" else "NFC", found)
    return ""


def _at(pieces: list[tuple[int, int, int, bool]], side: int, offset: int) -> int:
    return max(0, bisect_right(pieces, offset, key=lambda piece: piece[side]) - 1)
