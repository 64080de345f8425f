"""Date cells of rows as stretches of days that can be compared."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

FIRST, LAST = 1, datetime.date.max.toordinal()
_YEARLESS = re.compile(r"XXXX-([0-9]{2})(?:-([0-9]{2}|XX))?")
_PLAIN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class When:
    """The days a date can mean.

    ``first`` and ``last`` are proleptic ordinals (:meth:`datetime.date.toordinal`), both 0 where
    the year is not known; then ``month`` and ``day`` (0 for any) say which days of a year.
    """

    edtf: str
    first: int = 0
    last: int = 0
    month: int = 0
    day: int = 0

    @property
    def known(self) -> bool:
        """Whether the year is known."""
        return self.first > 0

    @property
    def length(self) -> int:
        """The number of days; for a date without its year, of those in one year."""
        if self.known:
            return self.last - self.first + 1
        return 1 if self.day else 31

    def meets(self, other: When) -> bool:
        """Whether both can mean one day: ``XXXX-03-22`` meets ``2026-03``."""
        if self.known and other.known:
            return self.first <= other.last and other.first <= self.last
        if not self.known and not other.known:
            days = {self.day, other.day} - {0}
            return self.month == other.month and len(days) < 2
        known, yearless = (self, other) if self.known else (other, self)
        return bool(yearless.years(known))

    def years(self, known: When) -> list[int]:
        """Return the years, at most two, that this date without year can have inside another."""
        start = datetime.date.fromordinal(known.first).year
        end = datetime.date.fromordinal(known.last).year
        found: list[int] = []
        for year in range(start, min(end, start + 8) + 1):
            span = _span(year, self.month, self.day)
            if span and span[0] <= known.last and known.first <= span[1]:
                found.append(year)
        return found[:2]


def read(edtf: str, start: str, end: str) -> When | None:
    """Read the cells ``date``, ``date_start`` and ``date_end`` of a row.

    Returns
    -------
    When or None
        None without a date, and for one that says neither year nor month (``XXXX-XX-XX``) or
        lies outside the years 1 to 9999.
    """
    if not edtf:
        return None
    if start or end:
        first = _ordinal(start) if start else FIRST
        last = _ordinal(end) if end else LAST
        return When(edtf, first, last) if 0 < first <= last else None
    match = _YEARLESS.fullmatch(edtf)
    if match is None:
        return None
    month, day = int(match[1]), match[2] or ""
    return When(edtf, month=month, day=int(day) if day.isdigit() else 0) if month <= 12 else None


@lru_cache(maxsize=4096)
def plain(edtf: str) -> When | None:
    """Read ``2024``, ``2024-01`` or ``2024-01-29``, as the register writes its dates."""
    match = _PLAIN.fullmatch(edtf)
    if match is None:
        return None
    span = _span(int(match[1]), int(match[2] or 0), int(match[3] or 0))
    return When(edtf, *span) if span else None


def with_year(yearless: When, year: int) -> tuple[str, str, str]:
    """Return ``date``, ``date_start`` and ``date_end`` of a date whose year has become known."""
    span = _span(year, yearless.month, yearless.day)
    edtf = f"{year:04d}-{yearless.month:02d}" + (f"-{yearless.day:02d}" if yearless.day else "")
    return (edtf, iso(span[0]), iso(span[1])) if span else (yearless.edtf, "", "")


def iso(ordinal: int) -> str:
    """Write an ordinal as ``YYYY-MM-DD``; empty for an open end or an unknown day."""
    return datetime.date.fromordinal(ordinal).isoformat() if FIRST < ordinal < LAST else ""


@lru_cache(maxsize=65536)
def _ordinal(cell: str) -> int:
    try:
        return datetime.date.fromisoformat(cell).toordinal()
    except ValueError:
        return 0


@lru_cache(maxsize=65536)
def _span(year: int, month: int, day: int) -> tuple[int, int] | None:
    """Return the first and last day of a year, month or day; None where it does not exist."""
    try:
        start = datetime.date(year, month or 1, day or 1)
        if not month:
            end = datetime.date(year, 12, 31)
        else:
            end = datetime.date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError:
        return None
    return start.toordinal(), end.toordinal()
