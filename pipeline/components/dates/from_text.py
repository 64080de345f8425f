"""Normalisers of dates seen from another date of the text: ``a year earlier``, ``that day``."""

from __future__ import annotations

from dataclasses import replace

from pipeline.components.dates import edtf
from pipeline.components.dates.context import TEXT, Context
from pipeline.components.dates.edtf import Point
from pipeline.components.dates.from_writing import relative_period, weekday
from pipeline.components.dates.resolution import Parts, Reading, unknown


def later(parts: Parts, context: Context) -> Reading | None:
    """``a year earlier``, ``two days later``, ``the following week``, ``that day``."""
    unit, count = parts["unit"], parts.get("n", 1) * parts["sign"]
    if unit == "same":  # the same period, a year earlier
        last = context.last
        if last is None or last.year is None:
            return None
        return Reading(replace(last, year=last.year + count), TEXT)
    base = context.last_day if unit in (*edtf.DAYS, "weekend") else context.last
    if base is None:
        if parts.get("or_now") and context.now is not None:
            return relative_period({"unit": unit, "rel": count}, context)
        return Reading(unknown(unit))
    if unit == "weekend":
        date = context.day_of(base)
        return Reading(edtf.weekend(date, count) if date else unknown(unit), TEXT)
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


def weekday_of_that_day(parts: Parts, context: Context) -> Reading | None:
    """``3 May 2024 (Friday)``: the day just told, where it is such a weekday."""
    date = context.day_of(context.last_day)
    if date is None or context.last_read != context.last_day or date.isoweekday() != parts["wd"]:
        return weekday(parts, context)
    return Reading(edtf.day(date), TEXT)


def later_weekday(parts: Parts, context: Context) -> Reading | None:
    """``the following Monday``, ``the previous Friday``: nearest to the last day of the text."""
    date = context.day_of(context.last_day)
    anchor = TEXT
    if date is None:
        date, anchor = context.now, context.now_from
    if date is None:
        return Reading(Point("day"))
    ahead = (parts["wd"] - date.isoweekday()) % 7 or 7
    days = ahead if parts["ana"] > 0 else ahead - 7 if ahead < 7 else -7
    return Reading(edtf.day(edtf.shift_date(date, days)), anchor)


def later_season(parts: Parts, context: Context) -> Reading | None:
    """``the following spring``, ``the previous winter``."""
    if context.last is None or context.last.year is None:
        return Reading(Point("season", None, parts["s"]))
    year, month = context.last.year, context.last.month or 1
    first = (parts["s"] - 20) * 3
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
