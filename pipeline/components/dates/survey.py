"""What an article as a whole says about its dates, found before any of them is resolved."""

from __future__ import annotations

import datetime
from collections import Counter

from pipeline.components.dates import edtf
from pipeline.components.dates.context import PUBLICATION, TEXT, Context
from pipeline.components.dates.edtf import Point
from pipeline.components.dates.grammar import Match
from pipeline.components.dates.lexer import Lexemes
from pipeline.components.dates.normalisers import NORMALISERS
from pipeline.components.dates.resolution import is_short
from pipeline.components.dates.tense import Cues

#: Characters from the beginning within which a dateline stands.
HEAD = 600
#: Characters of its paragraph that may stand before and after the date of a dateline.
DATELINE_BEFORE, DATELINE_AFTER = 60, 30
#: A story of times past has at least so many years that are not near the publication ...
STORY_YEARS = 4
#: ... and so many of them for each "yesterday" and "on Monday".
STORY_SHARE = 3
#: Normalisers of dates that stand in full: day, month and year.
_WRITTEN_IN_FULL = frozenset({"iso", "written_day"})
#: Rules whose dates are seen from the day of writing.
_SEEN_FROM_NOW = frozenset(
    {"deictic_day", "weekday", "relative_weekday", "ago", "relative_period", "relative_month"}
)


def survey(
    matches: list[Match], lexemes: Lexemes, published: datetime.date | None, cues: Cues
) -> Context:
    """The context that the first date of the article meets.

    Parameters
    ----------
    matches : list of Match
        The longest match at each place, in order of the text.
    """
    context = Context()
    dateline = None if published else _dateline(matches, lexemes)
    context.now = published or dateline
    context.now_from = PUBLICATION if published else TEXT if dateline else ""
    years = [match.parts["y"] for match in matches if _names_year(match)]
    context.before_christ = any(match.parts.get("era") == -1 for match in matches)
    context.weekdays = _weekdays(matches)
    context.narrative = context.before_christ or _tells_story(matches, years, context.now)
    if context.now is None and not context.narrative:
        context.year = _title_year(matches, years, lexemes)
    if any(match.rule.normaliser == "numeric" for match in matches):
        context.numeric_order = _numeric_order(matches, lexemes, cues)
    return context


def _names_year(match: Match) -> bool:
    return isinstance(match.parts.get("y"), int) and not is_short(match.parts)


def _is_full_day(match: Match) -> bool:
    return match.rule.normaliser == "calendar_day" and _names_year(match)


def day_of(match: Match) -> datetime.date | None:
    """The day of a date that stands in full; None for any other."""
    if match.rule.normaliser not in _WRITTEN_IN_FULL and not _is_full_day(match):
        return None
    reading = NORMALISERS[match.rule.normaliser](match.parts, Context())
    return Context.day_of(reading.value) if reading and isinstance(reading.value, Point) else None


def _dateline(matches: list[Match], lexemes: Lexemes) -> datetime.date | None:
    """The date of a line at the head of the article that holds little else."""
    for match in matches:
        start, end = lexemes.starts[match.first], lexemes.ends[match.last - 1]
        if start > HEAD:
            return None
        date = day_of(match)
        if date is None:
            continue
        text = lexemes.text
        before = text[text.rfind("\n", 0, start) + 1 : start]
        line_end = text.find("\n", end)
        after = text[end : line_end if line_end >= 0 else len(text)].strip()
        opens = after[:1] in ("-", "–", "—", "(", ":", "|") or len(after) <= DATELINE_AFTER
        if len(before) <= DATELINE_BEFORE and opens and not _reads_as_sentence(before):
            return date
    return None


def _reads_as_sentence(before: str) -> bool:
    """Whether the words before a date begin a sentence (a preposition or verb in small letters)."""
    words = before.replace(",", " ").split()
    small = [word for word in words if word[:1].islower()]
    return bool(small) and words[-1] in small


def _weekdays(matches: list[Match]) -> dict[int, Point]:
    """Weekday to the one day that stands in full beside it; a weekday with two days is left out."""
    days: dict[int, set[datetime.date]] = {}
    for match in matches:
        date = day_of(match)
        if date is not None and match.parts.get("wd") == date.isoweekday():
            days.setdefault(date.isoweekday(), set()).add(date)
    return {number: edtf.day(min(found)) for number, found in days.items() if len(found) == 1}


def _tells_story(matches: list[Match], years: list[int], now: datetime.date | None) -> bool:
    """Whether the article tells of times past: many old years, few days seen from today."""
    old = [year for year in years if now is None or abs(year - now.year) > 1]
    deictic = sum(match.rule.normaliser in _SEEN_FROM_NOW for match in matches)
    enough = STORY_YEARS if now else STORY_YEARS - 1
    return len(old) >= enough and len(old) * 2 > len(years) and deictic * STORY_SHARE < len(old)


def _title_year(matches: list[Match], years: list[int], lexemes: Lexemes) -> int | None:
    """The year an undated article speaks of in its head, if none later follows."""
    for match in matches:
        if lexemes.starts[match.first] > HEAD // 2:
            return None
        if _names_year(match):
            year: int = match.parts["y"]
            return year if year == max(years) else None
    return None


def _numeric_order(matches: list[Match], lexemes: Lexemes, cues: Cues) -> str:
    """``DMY`` or ``MDY``, from the other dates of the article, else from its English."""
    votes: Counter[str] = Counter()
    for match in matches:
        if match.rule.normaliser == "numeric":
            cells = match.parts["date"].replace(".", "/").replace("-", "/").split("/")
            if len(cells[0]) <= 2:
                votes["DMY"] += 5 * (int(cells[0]) > 12)
                votes["MDY"] += 5 * (int(cells[1]) > 12)
        elif match.rule.name in ("day_month", "month_day"):
            votes["DMY" if match.rule.name == "day_month" else "MDY"] += 1
    if votes["DMY"] == votes["MDY"]:
        words = Counter(lexemes.text.lower().split())
        votes["DMY"] += sum(words[word] for word in cues.british)
        votes["MDY"] += sum(words[word] for word in cues.american)
    if votes["DMY"] == votes["MDY"]:
        return ""
    return "DMY" if votes["DMY"] > votes["MDY"] else "MDY"
