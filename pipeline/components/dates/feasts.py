"""Feasts that move with Easter."""

from __future__ import annotations

import datetime

from pipeline.components.dates import edtf
from pipeline.components.dates.context import Context
from pipeline.components.dates.edtf import Point
from pipeline.components.dates.resolution import Parts, Reading, said_year


def moving_feast(parts: Parts, context: Context) -> Reading | None:
    """``last Easter``, ``Good Friday 2024``: so many days (``days``) from Easter Sunday.

    *Last* and *next* say on which side of the day of writing it is, else the tense does.
    """
    said = said_year(parts, context)
    if said is not None and said[0] is not None:
        return Reading(edtf.day(_feast(said[0], parts["days"])), said[1])
    if said is not None or context.now is None:
        return Reading(Point("day"))
    now = context.now
    around = range(max(datetime.MINYEAR, now.year - 1), min(datetime.MAXYEAR, now.year + 1) + 1)
    days = [_feast(year, parts["days"]) for year in around]
    turn = parts.get("turn", {"past": -1, "future": 1}.get(context.direction, 0))
    side = [day for day in days if (day - now).days * turn >= 0]
    return Reading(edtf.day(min(side or days, key=lambda day: abs(day - now))), context.now_from)


def _feast(year: int, days: int) -> datetime.date:
    return _easter(year) + datetime.timedelta(days=days)


def _easter(year: int) -> datetime.date:
    """Return Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher algorithm)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - leap + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return datetime.date(year, month, day + 1)
