"""Normalisers of distances in several units: ``a year and a half ago``, ``a week and a day``."""

from __future__ import annotations

import datetime

from pipeline.components.dates import edtf
from pipeline.components.dates.context import TEXT, Context
from pipeline.components.dates.edtf import Point, Value
from pipeline.components.dates.resolution import Parts, Reading

#: Half of a unit as (count, smaller unit); half a week or a day is no whole number of days.
HALVES = {
    "month": (2, "week"),
    "year": (6, "month"),
    "decade": (5, "year"),
    "century": (50, "year"),
}
#: Names under which a pattern binds the count and the unit of each distance.
NAMES = (("n", "unit"), ("more", "part"), ("rest", "piece"))

Distance = tuple[int, str]


def compound_distance(parts: Parts, context: Context) -> Reading | None:
    """``two months and three days ago``, ``two and a half years from now``."""
    distances = _distances(parts)
    if distances is None:
        return None
    now, anchor = context.here()
    return Reading(_moved(now, distances), anchor if now else "")


def compound_later(parts: Parts, context: Context) -> Reading | None:
    """``a month and two days later``: after the last day of the text."""
    distances = _distances(parts)
    if distances is None:
        return None
    date = context.day_of(context.last_day)
    return Reading(_moved(date, distances), TEXT if date else "")


def _distances(parts: Parts) -> list[Distance] | None:
    """The counts, signed, with their units; None where a half is of no use."""
    sign = parts["sign"]
    told = [(parts[n] * sign, parts[unit]) for n, unit in NAMES if n in parts and unit in parts]
    if "half" in parts:
        if parts["unit"] not in HALVES:
            return None
        count, unit = HALVES[parts["unit"]]
        told.append((count * sign, unit))
    return told


def _moved(date: datetime.date | None, distances: list[Distance]) -> Value:
    """``date`` moved by the greatest unit first, as fine as the smallest."""
    order = sorted(distances, key=lambda told: edtf.LEVELS.index(_level(told[1])), reverse=True)
    for count, unit in order:
        date = None if date is None else edtf.step(date, count, unit)
    return edtf.shift(Point("day") if date is None else edtf.day(date), 0, order[-1][1])


def _level(unit: str) -> str:
    return "week" if unit == "fortnight" else unit
