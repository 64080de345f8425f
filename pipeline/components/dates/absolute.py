"""Normalisers of dates that name a calendar unit: days, months, years, seasons, feasts.

Each takes the parts of a match and the context and returns a Reading, or None where the parts make
no date (31 February).
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from pipeline.components.dates import edtf
from pipeline.components.dates.context import TEXT, Context
from pipeline.components.dates.edtf import Interval, Point
from pipeline.components.dates.resolution import (
    Parts,
    Reading,
    full_year,
    said_year,
    unknown,
    year_of,
)

#: Years that a bare number may lie from the last date of a story to be a year.
STORY_REACH = 30


def calendar_day(parts: Parts, context: Context) -> Reading | None:
    """``22 March 2026``, ``March 22``, ``March 20 last year``."""
    month, day = parts["m"], parts["d"]
    if not edtf.valid(None, month, day):
        return None
    year, anchor = year_of(parts, context, month, day)
    if not edtf.valid(year, month, day):
        return None
    return Reading(Point("day", year, month, day), anchor)


def calendar_month(parts: Parts, context: Context) -> Reading | None:
    """``March 2026``, ``early November``, ``December of that year``."""
    year, anchor = year_of(parts, context, parts["m"], None)
    return Reading(Point("month", year, parts["m"]), anchor)


def calendar_year(parts: Parts, context: Context) -> Reading | None:
    """``2024``, ``mid-2024``, ``480 BC``, ``last year``, ``the same year``."""
    if parts.get("bare") and not context.before_christ:
        return None
    if parts.get("bare"):
        parts = {**parts, "era": -1}
    said = said_year(parts, context)
    return None if said is None else Reading(edtf.year(said[0]), said[1])


def iso(parts: Parts, context: Context) -> Reading | None:
    """``2026-03-22``."""
    year, month, day = (int(part) for part in parts["date"][:10].split("-"))
    if not edtf.valid(year, month, day):
        return None
    return Reading(Point("day", year, month, day))


def numeric(parts: Parts, context: Context) -> Reading | None:
    """``22/03/2026`` and ``03/22/2026``; where day and month cannot be told apart, both are X."""
    cells = parts["date"].replace(".", "/").replace("-", "/").split("/")
    if len(cells[0]) == 4:
        year, month, day = (int(cell) for cell in cells)
        known = edtf.valid(year, month, day)
        return Reading(Point("day", year, month, day)) if known else None
    one, two = int(cells[0]), int(cells[1])
    year = full_year({"y": int(cells[2]), "short": len(cells[2]) == 2}, context)
    fits = {
        order: (month, day)
        for order, month, day in (("DMY", two, one), ("MDY", one, two))
        if edtf.valid(year, month, day)
    }
    if not fits:
        return None
    choices = set(fits.values())
    if len(choices) > 1 and context.numeric_order in fits:
        choices = {fits[context.numeric_order]}
    if len(choices) > 1:
        return Reading(Point("day", year))
    month, day = choices.pop()
    return Reading(Point("day", year, month, day))


def days_of_month(parts: Parts, context: Context) -> Reading | None:
    """``14–16 March 2026``, ``March 14 to 16``."""
    if parts["d"] >= parts["e"]:
        return None
    start = calendar_day(parts, context)
    if start is None or not isinstance(start.value, Point):
        return None
    end = replace(start.value, day=parts["e"])
    if not edtf.valid(end.year, end.month, end.day):
        return None
    return Reading(Interval(start.value, end), start.anchor)


def day_in_list(parts: Parts, context: Context) -> Reading | None:
    """The 3 of ``3 and 5 May``: month and year come with the date it is listed with."""
    return Reading(Point("day", None, None, parts["d"]))


def next_day_in_list(parts: Parts, context: Context) -> Reading | None:
    """The 5 of ``May 3 and 5``: of the month before it."""
    last = context.last_read
    if last is None or last.level != "day" or last.month is None:
        return None
    if not edtf.valid(last.year, last.month, parts["d"]):
        return None
    return Reading(replace(last, day=parts["d"]), TEXT)


def day_of_month(parts: Parts, context: Context) -> Reading | None:
    """``the 28th of that month``, ``on the 5th``: of the month of the text, else of the writing."""
    if "rel" in parts and context.now is not None:
        month, anchor = edtf.shift(edtf.day(context.now), parts["rel"], "month"), context.now_from
        assert isinstance(month, Point)
    elif context.last is not None and context.last.level in ("day", "month"):
        month, anchor = context.last, TEXT
    else:
        return Reading(Point("day", None, None, parts["d"]))
    if not edtf.valid(month.year, month.month, parts["d"]):
        return None
    return Reading(Point("day", month.year, month.month, parts["d"]), anchor)


def year_of_story(parts: Parts, context: Context) -> Reading | None:
    """``the 1777 campaign``: a number that is a year only among others like it."""
    last = context.last
    if not context.narrative or last is None or last.year is None:
        return None
    return Reading(edtf.year(parts["y"])) if abs(parts["y"] - last.year) <= STORY_REACH else None


def years(parts: Parts, context: Context) -> Reading | None:
    """``2021-22``, ``1939–45``, ``1914-1918``."""
    start, end = full_year(parts, context), parts["z"]
    if end < 100:
        end += start // 100 * 100
    if not start < end <= start + 100:
        return None
    return Reading(Interval(edtf.year(start), edtf.year(end)))


def years_before_christ(parts: Parts, context: Context) -> Reading | None:
    """``499–493 BC``."""
    if parts["y"] <= parts["z"]:
        return None
    return Reading(Interval(edtf.year(1 - parts["y"]), edtf.year(1 - parts["z"])))


def decade(parts: Parts, context: Context) -> Reading | None:
    """``the 1990s``, ``the nineties``, ``'90s``, ``late 90s``, ``this decade``."""
    anchor = ""
    if "decade" in parts:
        number = int(str(parts["decade"]).strip("'’‘s"))
        year: int | None = number if number >= 1000 else _decade_year(number, context)
        if parts.get("era") == -1:
            year = -number
    else:
        year, anchor = context.here_year()
        year = None if year is None else year // 10 * 10 + 10 * parts["rel"]
    if parts.get("mod") == "late" and year is not None:
        return Reading(Interval(edtf.year(year + 5), edtf.year(year + 9)), anchor)
    return Reading(Point("decade", year), anchor)


def _decade_year(number: int, context: Context) -> int:
    """The nineties of which century: the last that had begun when the article was written."""
    now = (context.now.year if context.now else context.year) or 2029
    return 2000 + number if 2000 + number <= now else 1900 + number


def century(parts: Parts, context: Context) -> Reading | None:
    """``the 19th century`` (1801/1900), ``second half of this century``."""
    anchor, number = "", parts.get("n")
    if number is None:
        year, anchor = context.here_year()
        if year is None:
            return Reading(Point("year"))
        number = (year + 99) // 100 + parts["rel"]
    if number == 0 or number > 30:
        return None
    value = edtf.century(number * parts.get("era", 1))
    return Reading(_half(value, parts["half"]) if "half" in parts else value, anchor)


def turn_of_century(parts: Parts, context: Context) -> Reading | None:
    """``the turn of the century``: the last one before the article was written."""
    year, anchor = context.here_year()
    return Reading(edtf.year(None if year is None else year // 100 * 100), anchor)


def quarter(parts: Parts, context: Context) -> Reading | None:
    """``Q3 2025``, ``the third quarter of last year``, ``the last quarter``."""
    if parts["q"] == -1:
        parts = {**parts, "q": 4}
    if not 1 <= parts["q"] <= 4:
        return None
    year, anchor = year_of(parts, context, parts["q"] * 3 - 1, None, slack=1)
    return Reading(Point("quarter", year, 32 + parts["q"]), anchor)


def half_year(parts: Parts, context: Context) -> Reading | None:
    """``H1 2025``, ``the second half of 2008``."""
    half = 2 if parts["h"] in (-1, "late") else 1 if parts["h"] == "early" else parts["h"]
    if half not in (1, 2):
        return None
    year, anchor = year_of(parts, context, 3 if half == 1 else 9, None)
    value = Interval(Point("month", year, 1), Point("month", year, 12))
    return Reading(_half(value, half), anchor)


def _half(value: Interval, half: Any) -> Interval:
    assert value.start is not None
    assert value.end is not None
    second = half in (2, -1, "late")
    if value.start.level == "month":
        return Interval(
            replace(value.start, month=7 if second else 1),
            replace(value.end, month=12 if second else 6),
        )
    middle = (value.start.year or 0) + 50
    start, end = (edtf.year(middle), value.end) if second else (value.start, edtf.year(middle - 1))
    return Interval(start, end)


def fiscal_year(parts: Parts, context: Context) -> Reading | None:
    """``fiscal 2024``, ``FY24``: the year it is named after, whatever month it begins in."""
    if isinstance(parts.get("y"), str):
        digits = parts["y"].upper().lstrip("FY'’")
        parts = {**parts, "y": int(digits), "short": len(digits) == 2}
    return calendar_year(parts, context)


def season(parts: Parts, context: Context) -> Reading | None:
    """``spring 2022``, ``the summer``, ``autumn of last year``."""
    middle = {21: 4, 22: 7, 23: 10, 24: 1}[parts["s"]]
    year, anchor = year_of(parts, context, middle, None, slack=1)
    return Reading(Point("season", year, parts["s"]), anchor)


def holiday(parts: Parts, context: Context) -> Reading | None:
    """``Christmas 2024``, ``New Year's Eve``: feasts of a fixed day."""
    month, day = (int(part) for part in str(parts.get("feast", "12-31")).split("-"))
    date = datetime.date(2001, month, day) + edtf.DAY * parts.get("eve", 0)
    return calendar_day({**parts, "m": date.month, "d": date.day}, context)


def week_of(parts: Parts, context: Context) -> Reading | None:
    """``the week of March 9``: the one from Monday to Sunday that holds it."""
    day = calendar_day(parts, context)
    date = context.day_of(day.value) if day and isinstance(day.value, Point) else None
    if day is None:
        return None
    return Reading(edtf.week(date), day.anchor) if date else Reading(unknown("week"))


def week_of_month(parts: Parts, context: Context) -> Reading | None:
    """``the last week of March``: weeks belong to the month of their Thursday."""
    month = calendar_month(parts, context)
    if month is None or not isinstance(month.value, Point) or month.value.year is None:
        return Reading(Interval(Point("day"), Point("day"), "week"))
    year, number = month.value.year, parts["n"]
    mondays = [
        monday
        for start in range(-6, 32)
        if (monday := edtf.shift_date(datetime.date(year, parts["m"], 1), start)).weekday() == 0
        and edtf.shift_date(monday, 3).month == parts["m"]
    ]
    index = number if number < 0 else number - 1
    if not -len(mondays) <= index < len(mondays):
        return None
    return Reading(edtf.week(mondays[index]), month.anchor)


def weekday_of_month(parts: Parts, context: Context) -> Reading | None:
    """``the first Monday of May 2026``."""
    month = calendar_month(parts, context)
    if month is None or not isinstance(month.value, Point) or month.value.year is None:
        return Reading(Point("day", None, parts["m"]))
    first = datetime.date(month.value.year, parts["m"], 1)
    days = [
        date
        for step in range(31)
        if (date := first + edtf.DAY * step).month == parts["m"]
        and date.isoweekday() == parts["wd"]
    ]
    index = parts["n"] if parts["n"] < 0 else parts["n"] - 1
    return Reading(edtf.day(days[index]), month.anchor) if index < len(days) else None
