"""From what a rule has bound to a value: one small function for each kind of date expression.

Every function takes the parts of a match and the context and returns a :class:`Reading`, or None
where the parts make no date (31 February, a two-digit number that is no year).

Parts have the same meaning everywhere: ``y`` year, ``m`` month, ``d`` day, ``wd`` weekday (1 is
Monday), ``n`` a count, ``unit`` a unit, ``rel`` units from the time of writing, ``ana`` units from
the last date of the text, ``mod`` early, mid or late.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pipeline.components.dates import edtf
from pipeline.components.dates.context import TEXT, Context
from pipeline.components.dates.edtf import Interval, Point, Value

Parts = dict[str, Any]
#: A month said with "last" that lies this near is that of the year before (guideline, section 3).
RECENT_MONTHS = 3
#: A weekday of this week said with "last" that lies this near is that of the week before.
RECENT_DAYS = 3
#: Years that a bare number may lie from the last date of a story to be a year.
STORY_REACH = 30


@dataclass(frozen=True, slots=True)
class Reading:
    """A value and what resolved it: ``publication``, ``text`` or, if it stands by itself, empty."""

    value: Value
    anchor: str = ""


Normaliser = Callable[[Parts, Context], Reading | None]


# -- the year of a date ------------------------------------------------------------------------


def _said_year(parts: Parts, context: Context) -> tuple[int | None, str] | None:
    """The year that the expression names, if it names one: ``2024``, ``last year``, ``that year``."""
    if "y" in parts:
        return _full_year(parts, context), ""
    if "rel" in parts:
        year, anchor = context.here_year()
        return (None if year is None else year + parts["rel"]), anchor
    if "ana" in parts:
        if context.last is not None and context.last.year is not None:
            return context.last.year + parts["ana"], TEXT
        year, anchor = context.here_year()
        return (None if year is None else year + parts["ana"]), anchor
    return None


def _full_year(parts: Parts, context: Context) -> int:
    number = parts["y"]
    if isinstance(number, str):  # '82
        number = int(number.strip("'’‘"))
    if parts.get("short"):
        pivot = (context.now.year if context.now else 2030) + 20
        number += 2000 if 2000 + number <= pivot else 1900
    return 1 - number if parts.get("era") == -1 else number


def _year_of(
    parts: Parts, context: Context, month: int, day: int | None, slack: int = 0
) -> tuple[int | None, str]:
    """The year of a month or day: as said, near the last date of a story, or by tense.

    ``slack`` is how many months from now still count as now: 1 for the middle month of a season.
    """
    said = _said_year(parts, context)
    if said is not None:
        return said
    if context.last is not None and _leans_on_text(context):
        return _year_near(context.last, month), TEXT
    if context.now is None:
        return context.year, TEXT if context.year else ""
    now = context.now
    years = [y for y in (now.year - 1, now.year, now.year + 1) if edtf.valid(y, month, day)]
    if "wd" in parts and day is not None:
        fitting = [y for y in years if datetime.date(y, month, day).isoweekday() == parts["wd"]]
        years = fitting or years

    def distance(year: int) -> int:
        if day is None:
            months = (year - now.year) * 12 + month - now.month
            return 0 if abs(months) <= slack else months
        return (datetime.date(year, month, day) - now).days

    return _nearest(years, distance, context.direction), context.now_from


def _nearest(years: list[int], distance: Callable[[int], int], direction: str) -> int | None:
    side = [
        year
        for year in years
        if (direction != "past" or distance(year) <= 0)
        and (direction != "future" or distance(year) >= 0)
    ]
    return min(side or years, key=lambda year: abs(distance(year)), default=None)


def _leans_on_text(context: Context) -> bool:
    """Whether a date without a year goes with the date before it, not with the publication."""
    if context.last is None or context.last.year is None:
        return False
    if context.narrative:
        return True
    return context.close and (context.now is None or context.last.year < context.now.year - 1)


def _year_near(last: Point, month: int) -> int | None:
    """The year that brings a month nearest to the last date of a story, which mostly runs on."""
    if last.year is None or last.month is None or last.level not in ("day", "month"):
        return last.year
    gap = month - last.month
    if gap <= -8:
        return last.year + 1
    return last.year - 1 if gap >= 10 else last.year


# -- days, months, years -----------------------------------------------------------------------


def calendar_day(parts: Parts, context: Context) -> Reading | None:
    """``22 March 2026``, ``March 22``, ``March 20 last year``."""
    month, day = parts["m"], parts["d"]
    if not edtf.valid(None, month, day):
        return None
    year, anchor = _year_of(parts, context, month, day)
    if not edtf.valid(year, month, day):
        return None
    return Reading(Point("day", year, month, day), anchor)


def calendar_month(parts: Parts, context: Context) -> Reading | None:
    """``March 2026``, ``early November``, ``December of that year``."""
    year, anchor = _year_of(parts, context, parts["m"], None)
    return Reading(Point("month", year, parts["m"]), anchor)


def calendar_year(parts: Parts, context: Context) -> Reading | None:
    """``2024``, ``mid-2024``, ``480 BC``, ``last year``, ``the same year``."""
    if parts.get("bare") and not context.before_christ:
        return None
    if parts.get("bare"):
        parts = {**parts, "era": -1}
    said = _said_year(parts, context)
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
    year = _full_year({"y": int(cells[2]), "short": len(cells[2]) == 2}, context)
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
    month, day = choices.pop() if len(choices) == 1 else (None, None)
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
    start, end = _full_year(parts, context), parts["z"]
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
    year, anchor = _year_of(parts, context, parts["q"] * 3 - 1, None, slack=1)
    return Reading(Point("quarter", year, 32 + parts["q"]), anchor)


def half_year(parts: Parts, context: Context) -> Reading | None:
    """``H1 2025``, ``the second half of 2008``."""
    half = 2 if parts["h"] in (-1, "late") else 1 if parts["h"] == "early" else parts["h"]
    if half not in (1, 2):
        return None
    year, anchor = _year_of(parts, context, 3 if half == 1 else 9, None)
    value = Interval(Point("month", year, 1), Point("month", year, 12))
    return Reading(_half(value, half), anchor)


def _half(value: Interval, half: Any) -> Interval:
    assert value.start is not None and value.end is not None
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
    """``fiscal 2024``, ``FY24``: the year it is named after (states begin it in different months)."""
    if isinstance(parts.get("y"), str):
        digits = parts["y"].upper().lstrip("FY'’")
        parts = {**parts, "y": int(digits), "short": len(digits) == 2}
    return calendar_year(parts, context)


def season(parts: Parts, context: Context) -> Reading | None:
    """``spring 2022``, ``the summer``, ``autumn of last year``."""
    middle = {21: 4, 22: 7, 23: 10, 24: 1}[parts["s"]]
    year, anchor = _year_of(parts, context, middle, None, slack=1)
    return Reading(Point("season", year, parts["s"]), anchor)


def relative_season(parts: Parts, context: Context) -> Reading | None:
    """``last summer``, ``this spring``, ``next winter``."""
    now, anchor = context.here()
    if now is None:
        return Reading(Point("season", None, parts["s"]))
    first = {21: 3, 22: 6, 23: 9, 24: 12}[parts["s"]]
    year = now.year
    if parts["rel"] < 0 and now.month < first + 3:
        year -= 1
    elif parts["rel"] > 0 and now.month >= first:
        year += 1
    return Reading(Point("season", year, parts["s"]), anchor)


def holiday(parts: Parts, context: Context) -> Reading | None:
    """``Christmas 2024``, ``New Year's Eve``: feasts of a fixed day."""
    month, day = (int(part) for part in str(parts.get("feast", "12-31")).split("-"))
    date = datetime.date(2001, month, day) + edtf.DAY * parts.get("eve", 0)
    return calendar_day({**parts, "m": date.month, "d": date.day}, context)


# -- relative to the time of writing -----------------------------------------------------------


def deictic_day(parts: Parts, context: Context) -> Reading | None:
    """``today``, ``yesterday``, ``the day after tomorrow``."""
    if context.now is None:
        return Reading(Point("day"))
    moved = edtf.shift_date(context.now, parts["rel"] + parts.get("more", 0))
    return Reading(edtf.day(moved), context.now_from)


def weekday(parts: Parts, context: Context) -> Reading | None:
    """``on Monday``: the nearest in the direction of the tense, on its own day that day."""
    if context.now is None:
        return _weekday_of_text(parts["wd"], context)
    ahead = (parts["wd"] - context.now.isoweekday()) % 7
    if context.direction != "future":
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
        return Reading(_unknown("weekend"))
    begun = context.now.isoweekday() >= 6
    weeks = -1 if context.direction != "future" and not begun else 0
    return Reading(edtf.weekend(context.now, weeks), context.now_from)


def weekday_of_week(parts: Parts, context: Context) -> Reading | None:
    """``Monday last week``, ``Tuesday of next week``."""
    if context.now is None:
        return Reading(Point("day"))
    ahead = parts["wd"] - context.now.isoweekday() + 7 * parts["rel"]
    return Reading(edtf.day(edtf.shift_date(context.now, ahead)), context.now_from)


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
    if parts["rel"] < 0 and (month >= now.month or now.month - month <= RECENT_MONTHS):
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
            return Reading(Interval(Point("day"), Point("day"), "week"))
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


# -- relative to another date of the text ------------------------------------------------------


def later(parts: Parts, context: Context) -> Reading | None:
    """``a year earlier``, ``two days later``, ``the following week``, ``that day``, ``the month``."""
    unit, count = parts["unit"], parts.get("n", 1) * parts["sign"]
    if unit == "same":  # the same period, a year earlier
        last = context.last
        known = last is not None and last.year is not None
        return Reading(replace(last, year=last.year + count), TEXT) if known else None
    base = context.last_day if unit in (*edtf.DAYS, "weekend") else context.last
    if base is None:
        if parts.get("or_now") and context.now is not None:
            return relative_period({"unit": unit, "rel": count}, context)
        return Reading(_unknown(unit))
    if unit == "weekend":
        date = context.day_of(base)
        return Reading(edtf.weekend(date, count) if date else _unknown(unit), TEXT)
    if unit in ("month", "quarter") and base.month is None:
        return Reading(Point(unit, base.year if count == 0 else None), TEXT)
    if unit == "century":
        unit, count = "year", count * 100
    return Reading(edtf.shift(base, count, unit), TEXT)


def later_in_story(parts: Parts, context: Context) -> Reading | None:
    """``the end of the year``, ``earlier in the month``: of the story told, else of the writing."""
    if context.narrative or context.now is None:
        return later({**parts, "sign": 0}, context)
    return relative_period({"unit": parts["unit"], "rel": 0}, context)


def _unknown(unit: str) -> Value:
    if unit in ("week", "weekend", "fortnight"):
        return Interval(Point("day"), Point("day"), "week")
    return Point({"century": "year"}.get(unit, unit))


def later_season(parts: Parts, context: Context) -> Reading | None:
    """``the following spring``, ``the previous winter``."""
    if context.last is None or context.last.year is None:
        return Reading(Point("season", None, parts["s"]))
    year, month = context.last.year, context.last.month or 1
    first = {21: 3, 22: 6, 23: 9, 24: 12}[parts["s"]]
    if context.last.level not in ("day", "month"):
        year += parts["ana"]
    elif parts["ana"] > 0 and month >= first:
        year += 1
    elif parts["ana"] < 0 and month <= first:
        year -= 1
    return Reading(Point("season", year, parts["s"]), TEXT)


def later_month(parts: Parts, context: Context) -> Reading | None:
    """``the following March``, ``the previous November``."""
    if context.last is None or context.last.year is None:
        return Reading(Point("month", None, parts["m"]))
    year, month = context.last.year, context.last.month or 1
    if context.last.level in ("day", "month"):
        if parts["ana"] > 0 and parts["m"] <= month:
            year += 1
        elif parts["ana"] < 0 and month - parts["m"] < 6:
            year -= 1
    else:
        year += parts["ana"]
    return Reading(Point("month", year, parts["m"]), TEXT)


def week_of(parts: Parts, context: Context) -> Reading | None:
    """``the week of March 9``: the one from Monday to Sunday that holds it."""
    day = calendar_day(parts, context)
    date = context.day_of(day.value) if day and isinstance(day.value, Point) else None
    if day is None:
        return None
    return Reading(edtf.week(date), day.anchor) if date else Reading(_unknown("week"))


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


NORMALISERS: dict[str, Normaliser] = {
    function.__name__: function
    for function in (
        calendar_day, calendar_month, calendar_year, iso, numeric, days_of_month, years,
        years_before_christ, decade, century, turn_of_century, quarter, half_year, fiscal_year,
        season, relative_season, holiday, deictic_day, weekday, relative_weekday, weekday_of_week,
        relative_month, relative_period, ago, window, later, later_in_story, later_season,
        day_in_list, next_day_in_list, day_of_month, year_of_story, weekend, later_month, week_of, week_of_month, weekday_of_month,
    )
}  # fmt: skip
