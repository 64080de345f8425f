"""The year of a date that names none, and what a normaliser hands back."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.components.dates import edtf
from pipeline.components.dates.context import TEXT, Context
from pipeline.components.dates.edtf import Point, Value

#: What the atoms of a rule have bound: ``y`` year, ``m`` month, ``d`` day, ``wd`` weekday (1 is
#: Monday), ``n`` a count, ``unit`` a unit, ``rel`` units from the time of writing, ``ana`` units
#: from the last date of the text, ``mod`` early, mid or late.
Parts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A value and what resolved it: ``publication``, ``text`` or, if it stands by itself, empty."""

    value: Value
    anchor: str = ""


Normaliser = Callable[[Parts, Context], Reading | None]


def said_year(parts: Parts, context: Context) -> tuple[int | None, str] | None:
    """The year that the expression names, if any: ``2024``, ``last year``, ``that year``."""
    if "y" in parts:
        return full_year(parts, context), ""
    if "rel" in parts:
        year, anchor = context.here_year()
        return (None if year is None else year + parts["rel"]), anchor
    if "ana" in parts:
        last = context.last_read if parts["ana"] == 0 else context.last
        last = last if last is not None and last.year is not None else context.last
        if last is not None and last.year is not None:
            return last.year + parts["ana"], TEXT
        year, anchor = context.here_year()
        return (None if year is None else year + parts["ana"]), anchor
    return None


def full_year(parts: Parts, context: Context) -> int:
    """The year in full; 82 is 1982 and 26 is 2026, but for those of an era (AD 43)."""
    number: int = parts["y"]
    if is_short(parts):
        pivot = (context.now.year if context.now else 2030) + 20
        number += 2000 if 2000 + number <= pivot else 1900
    return 1 - number if parts.get("era") == -1 else number


def is_short(parts: Parts) -> bool:
    """Whether the year stands without its century: ``'82``, ``FY24``."""
    return isinstance(parts.get("y"), int) and parts["y"] < 100 and "era" not in parts


def year_of(
    parts: Parts, context: Context, month: int, day: int | None, slack: int = 0
) -> tuple[int | None, str]:
    """The year of a month or day: as said, near the last date of a story, or by tense.

    ``slack`` is how many months from now still count as now: 1 for the middle month of a season.
    """
    said = said_year(parts, context)
    if said is not None:
        return said
    if context.last is not None and _leans_on_text(context):
        return _year_near(context.last, month), TEXT
    if context.now is None:
        return context.year, TEXT if context.year else ""
    now = context.now
    around = range(max(1, now.year - 1), min(9999, now.year + 1) + 1)
    years = [y for y in around if edtf.valid(y, month, day)]
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


def unknown(unit: str) -> Value:
    if unit in ("week", "weekend", "fortnight"):
        return Point("week")
    return Point({"century": "year"}.get(unit, unit))
