"""Points and stretches of time, their EDTF form and the days they span.

Only the part of EDTF (ISO 8601-2:2019, levels 0 to 2) that news needs: days, months, years,
decades (``199X``), seasons (``2026-21`` to ``-24``), quarters (``2026-33`` to ``-36``), ``X`` for
what is not known, and intervals with open ends (``2012/..``).
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, replace

DAY = datetime.timedelta(days=1)
LEVELS = ("day", "week", "month", "season", "quarter", "year", "decade", "century")
#: Months in a unit that is a whole number of months.
MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}
#: Days in a unit that is a whole number of days.
DAYS = {"day": 1, "week": 7, "fortnight": 14}


@dataclass(frozen=True, slots=True)
class Point:
    """One calendar unit: a day, month, season, quarter, year or decade.

    ``year`` is astronomical (1 BC is 0); a decade has its first year. ``month`` holds 1 to 12, for
    a season 21 to 24, for a quarter 33 to 36. None is a part that is not known.
    Of level ``week`` is only a week of which nothing is known, written as its day would be:
    ``XXXX-XX-XX``.
    """

    level: str
    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        year = "XXXX" if self.year is None else f"{'-' * (self.year < 0)}{abs(self.year):04d}"
        if self.level == "decade":
            return year[:-1] + "X"
        if self.level == "year":
            return year
        month = "XX" if self.month is None else f"{self.month:02d}"
        if self.level not in ("day", "week"):
            return f"{year}-{month}"
        return f"{year}-{month}-" + ("XX" if self.day is None else f"{self.day:02d}")

    @property
    def known(self) -> bool:
        """Whether every part of it is known."""
        return None not in (
            self.year,
            self.month if self.level not in ("year", "decade") else 1,
            self.day if self.level == "day" else 1,
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """From the first day of ``start`` to the last of ``end``; None is an open end."""

    start: Point | None
    end: Point | None
    level: str = "interval"

    def __str__(self) -> str:
        return f"{self.start or '..'}/{self.end or '..'}"

    @property
    def known(self) -> bool:
        """Whether every part of both ends is known."""
        return all(end is None or end.known for end in (self.start, self.end))


Value = Point | Interval


def year(number: int | None) -> Point:
    """A year."""
    return Point("year", number)


def day(date: datetime.date) -> Point:
    """The point of a calendar day."""
    return Point("day", date.year, date.month, date.day)


def valid(year: int | None, month: int | None, day: int | None) -> bool:
    """Whether there is such a day (29 February passes where the year is not known)."""
    if month is None or day is None:
        return True
    return 1 <= month <= 12 and 1 <= day <= _month_length(2000 if year is None else year, month)


def date_of(point: Point) -> datetime.date | None:
    """The first day of a point within the years 1 to 9999, where it is known; else None."""
    bounds = _bounds(point)
    return bounds[0] if bounds else None


def week(date: datetime.date, weeks: int = 0) -> Interval:
    """The week, Monday to Sunday, that holds ``date``, moved by ``weeks``."""
    monday = shift_date(date, weeks * 7 - date.weekday())
    return Interval(day(monday), day(shift_date(monday, 6)), "week")


def weekend(date: datetime.date, weeks: int = 0) -> Interval:
    """Saturday and Sunday of the week that holds ``date``, moved by ``weeks``."""
    monday = shift_date(date, weeks * 7 - date.weekday())
    return Interval(day(shift_date(monday, 5)), day(shift_date(monday, 6)))


def century(number: int) -> Interval:
    """The ``number``-th century (the 19th is 1801/1900), negative ones before Christ."""
    first = number * 100 - 99 if number > 0 else number * 100 + 1
    return Interval(year(first), year(first + 99))


def shift_date(date: datetime.date, days: int) -> datetime.date:
    """``date`` moved by days, kept within the years that ``datetime`` knows."""
    ordinal = min(max(date.toordinal() + days, 1), datetime.date.max.toordinal())
    return datetime.date.fromordinal(ordinal)


def step(date: datetime.date, count: int, unit: str) -> datetime.date | None:
    """The day ``count`` units from ``date``, at the latest the last of its month.

    None where it lies outside the years that ``datetime`` knows.
    """
    if unit in DAYS:
        return shift_date(date, count * DAYS[unit])
    year, month = divmod(date.year * 12 + date.month - 1 + count * MONTHS[unit], 12)
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        return None
    return datetime.date(year, month + 1, min(date.day, _month_length(year, month + 1)))


def coarsen(point: Point, level: str) -> Point:
    """The month, quarter, year or decade that holds a point."""
    if point.level == level:
        return point
    if level == "decade":
        return Point("decade", None if point.year is None else point.year // 10 * 10)
    if level == "year":
        return Point("year", point.year)
    if level == "quarter":
        month = point.month if point.level in ("day", "month") else None
        return Point("quarter", point.year, None if month is None else 33 + (month - 1) // 3)
    if level == "month":
        return Point("month", point.year, point.month)
    return point


def middle_month(season: Point) -> Point:
    """The middle month of a season of a known year: April of spring, January of winter."""
    assert season.year is not None
    assert season.month is not None
    month = (season.month - 20) * 3 + 1
    return Point("month", season.year + month // 13, month % 12 or 12)


def shift(point: Point, count: int, unit: str) -> Value:
    """Move a point by ``count`` units; the result is as fine as the unit, at most as the point.

    A day moved by weeks gives a week, by months a month, by years a year. What is not known of the
    point stays unknown.
    """
    if unit in DAYS:
        if point.level != "day" or not point.known:
            return Point("day") if unit == "day" else Point("week")
        date = date_of(point)
        if date is None:
            return Point("day", point.year)
        moved = shift_date(date, count * DAYS[unit])
        return day(moved) if unit == "day" else week(moved)
    base = coarsen(point, unit)
    if base.year is None:
        return replace(base, month=None)
    if base.level in ("year", "decade"):
        return replace(base, year=base.year + count * MONTHS[unit] // 12)
    if base.month is None:
        return replace(base, year=None)
    first, size = (33, 4) if base.level == "quarter" else (1, 12)
    total = base.year * size + base.month - first + count
    return Point(base.level, total // size, total % size + first)


def bounds(value: Value) -> tuple[str, str]:
    """First and last day (``YYYY-MM-DD``) that a value can mean.

    Empty where an end is open, its year is not known, or it lies before the year 1. Seasons are
    those of the northern calendar (spring is March to May); "winter" of a year may be the one it
    begins with or the one it ends with, so it spans both.
    """
    if isinstance(value, Interval):
        start = _bounds(value.start) if value.start else None
        end = _bounds(value.end) if value.end else None
    else:
        start = end = _bounds(value)
    return (start[0].isoformat() if start else "", end[1].isoformat() if end else "")


def _bounds(point: Point) -> tuple[datetime.date, datetime.date] | None:
    if point.year is None or not 1 <= point.year <= 9990:
        return None
    if point.level == "decade":
        return _months(point.year, 1, 120)
    if point.month is None or point.level == "year":
        return _months(point.year, 1, 12)
    if point.level == "season":
        if point.month == 24:
            return _months(point.year, 1, 14)
        return _months(point.year, (point.month - 20) * 3, 3)
    if point.level == "quarter":
        return _months(point.year, (point.month - 33) * 3 + 1, 3)
    if point.day is None:
        return _months(point.year, point.month, 1)
    if not valid(point.year, point.month, point.day):
        return None
    date = datetime.date(point.year, point.month, point.day)
    return date, date


def _months(year: int, month: int, count: int) -> tuple[datetime.date, datetime.date]:
    last = year * 12 + month - 1 + count - 1
    end_year, end_month = last // 12, last % 12 + 1
    return (
        datetime.date(year, month, 1),
        datetime.date(end_year, end_month, _month_length(end_year, end_month)),
    )


def _month_length(year: int, month: int) -> int:
    return (
        28 + (month == 2 and calendar.isleap(year))
        if month == 2
        else 30 + (month in (1, 3, 5, 7, 8, 10, 12))
    )
