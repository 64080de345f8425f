"""Checking a date as a reviewer types it: EDTF (ISO 8601-2) as the guideline uses it.

The reading of days and precision is that of :mod:`pipeline.components.dates.edtf`; here a string
becomes its points, with a message for each way in which it can be wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.components.dates.edtf import Interval, Point, Value, bounds, valid, week

_POINT = re.compile(r"(?P<year>[0-9X]{4})(?:-(?P<month>[0-9X]{2})(?:-(?P<day>[0-9X]{2}))?)?")
_LEVELS = {**dict.fromkeys(range(21, 25), "season"), **dict.fromkeys(range(33, 37), "quarter")}


class EdtfError(ValueError):
    """A string is no EDTF date of the guideline; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """First and last day a date can mean (``YYYY-MM-DD`` or empty) and its precision."""

    start: str
    end: str
    precision: str


def read(value: str) -> Reading:
    """Read an EDTF string.

    Parameters
    ----------
    value : str
        ``2026-03-22``, ``2024-07``, ``XXXX-03-22``, ``197X``, ``2023-21``, ``2023/2028``,
        ``2012/..``.

    Returns
    -------
    Reading
        Days are empty where the year is not known or an end is open.

    Raises
    ------
    EdtfError
        The string is none of these, or names a day that no calendar has.
    """
    found = _interval(value) if "/" in value else _point(value)
    return Reading(*bounds(found), found.level)


def _interval(value: str) -> Value:
    first, _, last = value.partition("/")
    start = None if first == ".." else _point(first)
    end = None if last == ".." else _point(last)
    if start is None and end is None:
        raise EdtfError("an interval has at least one end")
    days = bounds(Interval(start, end))
    if all(days) and days[0] > days[1]:
        raise EdtfError(f"{first} is after {last}")
    return Interval(start, end, "week" if start and end and _is_week(start, end) else "interval")


def _is_week(start: Point, end: Point) -> bool:
    import datetime

    if start.level != "day" or end.level != "day" or not (start.known and end.known):
        return False
    monday = week(datetime.date(start.year or 1, start.month or 1, start.day or 1))
    return (start, end) == (monday.start, monday.end)


def _point(value: str) -> Point:
    found = _POINT.fullmatch(value)
    if found is None:
        raise EdtfError("write YYYY, YYYY-MM or YYYY-MM-DD, X for unknown digits, a/b from a to b")
    if found["year"][:3].isdigit() and found["year"][3] == "X" and not found["month"]:
        return Point("decade", int(found["year"][:3]) * 10)
    year = _number(found["year"], "XXXX")
    if not found["month"]:
        return Point("year", year)
    month = _number(found["month"], "XX")
    day = _number(found["day"], "XX") if found["day"] else None
    level = "day" if found["day"] else _LEVELS.get(month or 0, "month")
    if month is not None and level in ("day", "month") and not 1 <= month <= 12:
        raise EdtfError(f"there is no month {month:02d}")
    if day is not None and not (1 <= day <= 31 and valid(year, month, day)):
        raise EdtfError(f"there is no {value} in the calendar")
    return Point(level, year, month, day)


def _number(digits: str, unknown: str) -> int | None:
    if digits == unknown:
        return None
    if "X" in digits:
        raise EdtfError(f"write {unknown} for {digits}: it is known whole or not at all")
    return int(digits)
