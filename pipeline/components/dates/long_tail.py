"""Written forms outside the grammar, read by dateparser: ``2020-Apr-05``, ``05MAR2020``.

The grammar knows such a form by its shape (``forms`` in ``knowledge/dates/terms.yaml``) and hands
over its letters alone. dateparser is bound to what it does well: English, absolute dates in which
day, month and year all stand. Its fallback for missing parts and its clock are thereby never asked,
and its one set of settings keeps its memory constant, whatever the publication dates.
"""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any

from pipeline.components.dates import edtf
from pipeline.components.dates.context import Context
from pipeline.components.dates.resolution import Parts, Reading, full_year

SETTINGS: dict[str, Any] = {
    "PARSERS": ["absolute-time"],
    "STRICT_PARSING": True,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "DATE_ORDER": "DMY",
    "PREFER_LOCALE_DATE_ORDER": False,
    "RELATIVE_BASE": datetime.datetime(2000, 1, 1),
    "TIMEZONE": "UTC",
}
#: Forms kept, so that one that returns in a run is read once.
KEPT = 1024
_SHORT_YEAR = re.compile(r"(?<!\d)\d\d$")


def written_day(parts: Parts, context: Context) -> Reading | None:
    """``2020-Apr-05``, ``05MAR20``; None where there is no such day (31-Feb-2020)."""
    text = parts["date"]
    date = _read(text)
    if date is None:
        return None
    year = date.year
    if _SHORT_YEAR.search(text) and not text[:4].isdigit():
        year = full_year({"y": year % 100}, context)
    if not edtf.valid(year, date.month, date.day):
        return None
    return Reading(edtf.Point("day", year, date.month, date.day))


@functools.lru_cache(maxsize=KEPT)
def _read(text: str) -> datetime.date | None:
    """The day that an explicit form names, in the year that dateparser gives it.

    Parameters
    ----------
    text : str
        A date with day, month and year, in English, day before month where both are numbers.
    """
    found = _parser().get_date_data(text).date_obj
    return found.date() if found else None


@functools.cache
def _parser() -> Any:
    """dateparser's, made when the first form asks for it, since its import takes a while."""
    from dateparser.date import DateDataParser

    return DateDataParser(languages=["en"], settings=SETTINGS)
