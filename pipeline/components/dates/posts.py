"""Lines that hold a date and nothing else, and so date what stands under them.

A live blog heads each post with the time it was written, a chronology each entry with its day:
*today* under such a line is not the day on which the whole was published.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.components.dates.context import Context
from pipeline.components.dates.edtf import Point
from pipeline.components.dates.grammar import Match
from pipeline.components.dates.lexer import Lexemes
from pipeline.components.dates.normalisers import NORMALISERS
from pipeline.components.dates.survey import day_of
from pipeline.components.dates.tense import PAST, Cues

_MAX_LINE = 80
_MIN_WORDS = 3
_PIECE = re.compile(
    r"(?P<clock>\d{1,2}(?:[:.]\d\d){1,2}|\d{1,2}(?= ?[AaPp]\.?[Mm]))|(?P<word>[\w.]+)"
)
_ZONE = re.compile(r"[A-Z]{2,5}")


@dataclass(frozen=True, slots=True)
class Post:
    """A line that dates what follows it: offsets of its date, its day, whether it has a time."""

    start: int
    end: int
    day: datetime.date
    timed: bool


def find(
    matches: Iterable[Match], lexemes: Lexemes, published: datetime.date | None, cues: Cues
) -> list[Post]:
    """Find the lines that date what stands under them.

    Parameters
    ----------
    matches : iterable of Match
        The longest match at each place, in order of the text.
    lexemes : Lexemes
        The text.
    published : date, optional
        The day from which a line without a year is seen.
    cues : Cues
        ``stamps`` are the words that may stand beside such a date.

    Returns
    -------
    list of Post
        In order; empty unless two lines of different days each have text below them: a single one
        is the dateline of the article.
    """
    found = [post for match in matches if (post := _post(match, lexemes, published, cues))]
    text = lexemes.text
    starts = [*(post.start for post in found), len(text)]
    heads = [
        post
        for post, below in zip(found, starts[1:], strict=True)
        if _has_text(text[post.end : below])
    ]
    return heads if len({post.day for post in heads}) > 1 else []


def _post(
    match: Match, lexemes: Lexemes, published: datetime.date | None, cues: Cues
) -> Post | None:
    start, end = lexemes.starts[match.first], lexemes.ends[match.last - 1]
    text = lexemes.text
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    if stop - begin > _MAX_LINE:
        return None
    pieces = list(_PIECE.finditer(f"{text[begin:start]} | {text[end:stop]}"))
    if not all(piece["clock"] or _is_stamp(piece["word"], cues) for piece in pieces):
        return None
    day = day_of(match) or _day_seen_from(match, published)
    timed = any(piece["clock"] for piece in pieces) or ":" in text[start:end]
    return Post(start, end, day, timed) if day else None


def _is_stamp(word: str, cues: Cues) -> bool:
    return word.lower().strip(".") in cues.stamps or bool(_ZONE.fullmatch(word))


def _day_seen_from(match: Match, published: datetime.date | None) -> datetime.date | None:
    """The day of a line without a year (*Tuesday, 7 May*), on or before the publication."""
    if match.rule.normaliser != "calendar_day" or published is None:
        return None
    context = Context(now=published, direction=PAST)
    reading = NORMALISERS[match.rule.normaliser](match.parts, context)
    if reading is None or not isinstance(reading.value, Point):
        return None
    return Context.day_of(reading.value)


def _has_text(text: str) -> bool:
    """Whether a line of some words stands below a date."""
    return any(len(line.split()) >= _MIN_WORDS for line in text.split("\n")[1:])
