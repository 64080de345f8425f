"""Normalisers of dates that name a calendar unit: days, months, years, seasons, feasts.

Each takes the parts of a match and the context and returns a Reading, or None where the parts make
no date (31 February).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

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

Item = TypeVar("Item")
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
    """``2026-03-22``, ``20260322T1015Z``."""
    digits = parts["date"].replace("-", "")
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
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
    year = full_year({"y": int(cells[2])}, context)
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
    """``14–16 March 2026``, ``March 14 to 16``, ``5/6 March``."""
    if "pair" in parts:
        one, two = (int(cell) for cell in parts["pair"].split("/"))
        parts = {**parts, "d": one, "e": two}
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
    """The 5 of ``May 3 and 5`` or ``May 3 and 5, 2022``: of the month before it."""
    last = context.last_read
    if last is None or last.level != "day" or last.month is None:
        return None
    if said_year(parts, context) is not None:
        return calendar_day({**parts, "m": last.month}, context)
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
    """``2021-22``, ``1939–45``, ``2024/25``; ``2026-03`` is a month where it can be no range."""
    if "pair" in parts:
        parts = {"y": int(parts["pair"][:4]), "z": int(parts["pair"][5:])}
    start, end = full_year(parts, context), parts["z"]
    if 1 <= end <= 12 and end <= start % 100:
        return Reading(Point("month", start, end))
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
    if parts.get("mod") == "late" and year is not None and "era" not in parts:
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
    """``Q3 2025``, ``2025Q3``, ``the third quarter of last year``, ``the last quarter``."""
    if isinstance(parts["q"], str):
        one, two = parts["q"].split("Q")
        cells = (one, two) if len(one) == 1 else (two, one)
        parts = {**parts, "q": int(cells[0]), "y": int(cells[1])}
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
        parts = {**parts, "y": int(digits)}
    return calendar_year(parts, context)


def season(parts: Parts, context: Context) -> Reading | None:
    """``spring 2022``, ``the summer``, ``autumn of last year``, ``the winter of 1941-42``."""
    middle = (parts["s"] - 20) * 3 + 1  # winter has the year in which it begins
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
    first, anchor = _first_of_month(parts, context)
    if first is None:
        return Reading(unknown("week"))
    mondays = [
        monday
        for step in range(-6, 32)
        if (monday := edtf.shift_date(first, step)).weekday() == 0
        and edtf.shift_date(monday, 3).month == first.month
    ]
    found = _nth(mondays, parts["n"])
    return Reading(edtf.week(found), anchor) if found else None


def week_of_year(parts: Parts, context: Context) -> Reading | None:
    """``the first week of 2027``: weeks belong to the year of their Thursday (ISO 8601)."""
    said = said_year(parts, context)
    if said is None or said[0] is None or not 1 <= said[0] <= 9998:
        return Reading(unknown("week"))
    last = datetime.date(said[0], 12, 28).isocalendar().week
    number = _nth(list(range(1, last + 1)), parts["n"])
    if number is None:
        return None
    return Reading(edtf.week(datetime.date.fromisocalendar(said[0], number, 1)), said[1])


def day_of_counted_month(parts: Parts, context: Context) -> Reading | None:
    """``the first Monday of May 2026``, ``the last day of next month``."""
    first, anchor = _first_of_month(parts, context)
    if first is None:
        return Reading(Point("day", None, parts.get("m")))
    return _nth_day(Point("month", first.year, first.month), parts, anchor)


def day_of_counted_year(parts: Parts, context: Context) -> Reading | None:
    """``the first day of next year``, ``the last Friday of 2024``."""
    said = said_year(parts, context)
    if said is None or said[0] is None or not edtf.bounds(edtf.year(said[0]))[0]:
        return Reading(Point("day"))
    return _nth_day(edtf.year(said[0]), parts, said[1])


def _nth_day(period: Point, parts: Parts, anchor: str) -> Reading | None:
    """The n-th day of a period, or the n-th of its days that are such a weekday."""
    first, last = (datetime.date.fromisoformat(end) for end in edtf.bounds(period))
    days = [
        date
        for step in range((last - first).days + 1)
        if (date := edtf.shift_date(first, step)).isoweekday() == parts.get("wd", date.isoweekday())
    ]
    found = _nth(days, parts["n"])
    return Reading(edtf.day(found), anchor) if found else None


def _first_of_month(parts: Parts, context: Context) -> tuple[datetime.date | None, str]:
    """The first day of the month that is named, or that lies ``rel`` months from now."""
    if "m" in parts:
        year, anchor = year_of(parts, context, parts["m"], None)
        return edtf.date_of(Point("month", year, parts["m"])), anchor
    if context.now is None:
        return None, ""
    month = edtf.shift(edtf.day(context.now), parts["rel"], "month")
    assert isinstance(month, Point)
    return edtf.date_of(month), context.now_from


def _nth(items: Sequence[Item], number: int) -> Item | None:
    """The first, second or, for -1, last, for -2, last but one of some."""
    index = number if number < 0 else number - 1
    return items[index] if -len(items) <= index < len(items) else None


def part_of_year(parts: Parts, context: Context) -> Reading | None:
    """``the first nine months of 2025``, ``the last two quarters of last year``."""
    said = said_year(parts, context)
    count = parts["n"] * {"month": 1, "quarter": 3}.get(parts["unit"], 0)
    if said is None or not 0 < count < 12:
        return None
    first, last = (1, count) if parts["which"] == 1 else (13 - count, 12)
    year, anchor = said
    return Reading(Interval(Point("month", year, first), Point("month", year, last)), anchor)


def distance_from_day(parts: Parts, context: Context) -> Reading | None:
    """``two weeks before May 13, 1999``, ``two days after tomorrow``: as fine as the unit."""
    if "from" in parts:
        if context.now is None:
            return Reading(unknown(parts["unit"]))
        day = Reading(edtf.day(edtf.shift_date(context.now, parts["from"])), context.now_from)
    else:
        found = calendar_day(parts, context)
        if found is None:
            return None
        day = found
    assert isinstance(day.value, Point)
    unit = "year" if parts["unit"] == "century" else parts["unit"]
    count = parts["n"] * parts["sign"] * (100 if parts["unit"] == "century" else 1)
    return Reading(edtf.shift(day.value, count, unit), day.anchor)


def ago_from_day(parts: Parts, context: Context) -> Reading | None:
    """``one year ago today``: that very day."""
    if context.now is None:
        return Reading(Point("day"))
    date, unit, count = edtf.shift_date(context.now, parts["from"]), parts["unit"], parts["n"]
    if unit in edtf.DAYS:
        moved = edtf.shift_date(date, -count * edtf.DAYS[unit])
        return Reading(edtf.day(moved), context.now_from)
    months = date.year * 12 + date.month - 1 - count * edtf.MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    if year < 1 or not edtf.valid(year, month, date.day):
        return None
    return Reading(Point("day", year, month, date.day), context.now_from)


def weekday_and_day(parts: Parts, context: Context) -> Reading | None:
    """``Friday the 20th``: the nearest such day in the direction of the tense."""
    if not 1 <= parts["d"] <= 31:
        return None
    if context.now is None:
        return Reading(Point("day", None, None, parts["d"]))
    now = context.now
    days = [
        date
        for step in range(-370, 371)
        if (date := edtf.shift_date(now, step)).day == parts["d"]
        and date.isoweekday() == parts["wd"]
        and (context.direction != "future" or date >= now)
        and (context.direction == "future" or date <= now)
    ]
    nearest = min(days, key=lambda date: abs((date - now).days), default=None)
    return Reading(edtf.day(nearest), context.now_from) if nearest else None
