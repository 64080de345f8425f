"""Normalisers of dates seen from the time of writing: ``yesterday``, ``last July``."""

from __future__ import annotations

from pipeline.components.dates import edtf
from pipeline.components.dates.absolute import calendar_year, century, decade
from pipeline.components.dates.context import TEXT, Context
from pipeline.components.dates.edtf import Interval, Point
from pipeline.components.dates.resolution import Parts, Reading, unknown

#: A month said with "last" that lies this near is that of the year before (guideline, section 3).
RECENT_MONTHS = 3
#: A weekday of this week said with "last" that lies this near is that of the week before.
RECENT_DAYS = 3


def relative_season(parts: Parts, context: Context) -> Reading | None:
    """``last summer``, ``this spring``, ``next winter``."""
    now, anchor = context.here()
    if now is None:
        return Reading(Point("season", None, parts["s"]))
    first = (parts["s"] - 20) * 3
    year = now.year
    if parts["rel"] < 0 and now.month < first + 3:
        year -= 1
    elif parts["rel"] > 0 and now.month >= first:
        year += 1
    return Reading(Point("season", year, parts["s"]), anchor)


def deictic_day(parts: Parts, context: Context) -> Reading | None:
    """``today``, ``yesterday``, ``the day after tomorrow``."""
    if context.now is None:
        return Reading(Point("day"))
    moved = edtf.shift_date(context.now, parts["rel"] + parts.get("more", 0))
    return Reading(edtf.day(moved), context.now_from)


def weekday(parts: Parts, context: Context) -> Reading | None:
    """``on Monday``: the nearest in the direction of the tense, on its own day that day.

    ``this past Monday`` and ``the coming Monday`` say themselves where they point.
    """
    if context.now is None:
        return _weekday_of_text(parts["wd"], context)
    ahead = (parts["wd"] - context.now.isoweekday()) % 7
    future = parts["rel"] > 0 if "rel" in parts else context.direction == "future"
    if "rel" in parts and ahead == 0:
        ahead = 7 if future else -7
    elif not future:
        ahead -= 7 if ahead else 0
    return Reading(edtf.day(edtf.shift_date(context.now, ahead)), context.now_from)


def relative_weekday(parts: Parts, context: Context) -> Reading | None:
    """``last Friday``, ``this Wednesday``, ``next Monday``."""
    if context.now is None:
        return _weekday_of_text(parts["wd"], context)
    ahead = parts["wd"] - context.now.isoweekday()  # within this week, Monday to Sunday
    if parts["rel"] < 0:
        ahead -= 7 if ahead >= 0 or ahead >= -RECENT_DAYS else 0
    elif parts["rel"] > 0:
        ahead += 7
    elif context.direction == "past" and ahead > 0:
        ahead -= 7
    elif context.direction == "future" and ahead < 0:
        ahead += 7
    return Reading(edtf.day(edtf.shift_date(context.now, ahead)), context.now_from)


def weekend(parts: Parts, context: Context) -> Reading | None:
    """``over the weekend``: the last that has begun, or the coming one, by tense."""
    if context.now is None:
        return Reading(unknown("weekend"))
    begun = context.now.isoweekday() >= 6
    weeks = -1 if context.direction != "future" and not begun else 0
    return Reading(edtf.weekend(context.now, weeks), context.now_from)


def weekday_of_week(parts: Parts, context: Context) -> Reading | None:
    """``Monday last week``, ``Tuesday of next week``."""
    if context.now is None:
        return Reading(Point("day"))
    ahead = parts["wd"] - context.now.isoweekday() + 7 * parts["rel"]
    return Reading(edtf.day(edtf.shift_date(context.now, ahead)), context.now_from)


def counted_weekday(parts: Parts, context: Context) -> Reading | None:
    """``two Sundays ago``, ``three Fridays from now``: the first is the nearest but today."""
    if context.now is None:
        return Reading(Point("day"))
    sign = parts["sign"]
    days = sign * (parts["wd"] - context.now.isoweekday()) % 7 or 7
    moved = edtf.shift_date(context.now, sign * (days + 7 * (parts["n"] - 1)))
    return Reading(edtf.day(moved), context.now_from)


def weekday_of_counted_week(parts: Parts, context: Context) -> Reading | None:
    """``Friday two weeks ago``: of that week."""
    return weekday_of_week({"wd": parts["wd"], "rel": parts["n"] * parts["sign"]}, context)


def weeks_from_weekday(parts: Parts, context: Context) -> Reading | None:
    """``a week ago Tuesday``, ``two weeks from Friday``: so far from the nearest such day."""
    return counted_weekday({**parts, "n": parts["n"] + 1}, context)


def _weekday_of_text(number: int, context: Context) -> Reading:
    """A weekday without a publication date: the day the text gives in full beside it, if any."""
    if number in context.weekdays:
        return Reading(context.weekdays[number], TEXT)
    return Reading(Point("day"))


def relative_month(parts: Parts, context: Context) -> Reading | None:
    """``last July``, ``next March``, ``this April``, ``last 5 May``."""
    now, anchor = context.here()
    month, day = parts["m"], parts.get("d")
    level = "month" if day is None else "day"
    if now is None:
        return Reading(Point(level, None, month, day))
    year = now.year
    recent = 0 if parts.get("nearest") else RECENT_MONTHS
    if parts["rel"] < 0 and (month >= now.month or now.month - month <= recent):
        year -= 1
    elif parts["rel"] > 0 and month <= now.month:
        year += 1
    if not edtf.valid(year, month, day):
        return None
    return Reading(Point(level, year, month, day), anchor)


def relative_period(parts: Parts, context: Context) -> Reading | None:
    """``this week``, ``last month``, ``the coming year``, ``next quarter``, ``this weekend``."""
    unit, count = parts["unit"], parts["rel"]
    if unit == "year":
        return calendar_year(parts, context)
    if unit == "decade":
        return decade(parts, context)
    if unit == "century":
        return century(parts, context)
    now, anchor = context.here()
    if unit in ("week", "weekend"):
        if now is None:
            return Reading(unknown("week"))
        value = edtf.week(now, count) if unit == "week" else edtf.weekend(now, count)
        return Reading(value, anchor)
    if now is None:
        year, anchor = context.here_year() if count == 0 else (None, "")
        return Reading(Point(unit, year), anchor)
    return Reading(edtf.shift(edtf.day(now), count, unit), anchor)


def ago(parts: Parts, context: Context) -> Reading | None:
    """``two weeks ago``, ``in three days``, ``a year from now``: as fine as the unit."""
    count, unit = parts["n"] * parts["sign"], parts["unit"]
    now, anchor = context.here()
    if now is None:
        year, anchor = context.here_year()
        if unit not in ("year", "decade") or year is None:
            return Reading(edtf.shift(Point("day"), count, unit))
        return Reading(edtf.shift(edtf.year(year), count, unit), anchor)
    if unit == "century":
        return calendar_year({"rel": count * 100}, context)
    return Reading(edtf.shift(edtf.day(now), count, unit), anchor)


def window(parts: Parts, context: Context) -> Reading | None:
    """``the next five years`` (2023/2028 said in 2023), ``the past two weeks``."""
    unit, count = parts["unit"], parts["n"] * parts["sign"]
    if unit == "century":
        unit, count = "year", count * 100
    elif unit == "decade":
        unit, count = "year", count * 10
    now, anchor = context.here()
    if unit == "year":
        year, anchor = context.here_year()
        here: Point = edtf.year(year)
        there = edtf.year(None if year is None else year + count)
    elif unit in edtf.DAYS:
        here = Point("day") if now is None else edtf.day(now)
        step = count * edtf.DAYS[unit]
        there = Point("day") if now is None else edtf.day(edtf.shift_date(now, step))
    else:
        here = Point(unit) if now is None else edtf.coarsen(edtf.day(now), unit)
        moved = edtf.shift(here, count, unit)
        assert isinstance(moved, Point)
        there = moved
    return Reading(Interval(here, there) if count > 0 else Interval(there, here), anchor)
