"""What the reading of one date may lean on: the time of writing and the dates read before it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from pipeline.components.dates import edtf
from pipeline.components.dates.edtf import Interval, Point, Value

PUBLICATION = "publication"
TEXT = "text"
#: Years from the last date of a story beyond which a single date is an aside.
ASIDE = 8


@dataclass(slots=True)
class Context:
    """The state of one article while its dates are read from first to last.

    Attributes
    ----------
    now : date or None
        When the article was written; ``now_from`` says whether that is the publication date or was
        taken from the text (dateline).
    year : int or None
        The year it was written in, which may be known where the day is not.
    narrative : bool
        The article tells of times long past, so that dates lean on those before them.
    numeric_order : str
        ``DMY``, ``MDY`` or empty: how the article writes 5/6/2026.
    before_christ : bool
        The article has years before Christ, so that a bare number may be one.
    weekdays : dict
        Weekday (1 is Monday) to the day that the article gives in full beside it.
    last_read : Point or None
        The last date read, whatever is known of it.
    last, last_day : Point or None
        The last date read whose year is known, and the last such day.
    aside : int or None
        A year far from those of a story, of which one more makes a new chapter.
    close : bool
        ``last`` stands in the same sentence as the date now read.
    direction : str
        Where the tense of the date now read points.
    """

    now: datetime.date | None = None
    now_from: str = ""
    year: int | None = None
    narrative: bool = False
    numeric_order: str = ""
    before_christ: bool = False
    weekdays: dict[int, Point] = field(default_factory=dict)
    last_read: Point | None = None
    last: Point | None = None
    last_day: Point | None = None
    aside: int | None = None
    close: bool = False
    direction: str = ""

    def here(self) -> tuple[datetime.date | None, str]:
        """The day that "this week" is seen from, and what it was taken from."""
        if self.now is not None:
            return self.now, self.now_from
        date = self.day_of(self.last_day) if self.narrative else None
        return date, TEXT if date else ""

    def here_year(self) -> tuple[int | None, str]:
        """The year that "next year" is seen from."""
        if self.now is not None:
            return self.now.year, self.now_from
        year = self.last.year if self.narrative and self.last is not None else self.year
        return year, TEXT if year is not None else ""

    @staticmethod
    def day_of(point: Point | None) -> datetime.date | None:
        """A fully known day as a date."""
        if point is None or point.level != "day" or not point.known:
            return None
        if not 1 <= (point.year or 0) <= 9990:
            return None
        return datetime.date(point.year or 1, point.month or 1, point.day or 1)

    def turn_to(self, date: datetime.date) -> None:
        """Go on under a line that dates what follows: it is written as if on that day."""
        self.now, self.now_from = date, TEXT
        self.remember(edtf.day(date))

    def _is_aside(self, year: int, in_passing: bool) -> bool:
        """Whether a year of a story stands alone: far from the others, or told in passing.

        "A 2004 study found" is far; "the leader of the rising of 1792 was removed" is in passing.
        """
        if not self.narrative or self.last is None or self.last.year is None:
            return False
        in_passing = in_passing and year != self.last.year
        if abs(year - self.last.year) <= ASIDE and not in_passing:
            self.aside = None
            return False
        if self.aside is not None and abs(year - self.aside) <= (0 if in_passing else ASIDE):
            self.aside = None
            return False
        self.aside = year
        return True

    def remember(self, value: Value, in_passing: bool = False) -> None:
        """Note a date that was read, for those after it; ``in_passing``: it dates a mere noun."""
        point = value
        if isinstance(value, Interval):
            point = value.end or value.start or Point("year")
            if value.level == "century":
                return
        assert isinstance(point, Point)
        if point.level == "season" and point.year is not None and point.month is not None:
            point = edtf.middle_month(point)
        self.last_read = point
        if point.year is None or point.level == "decade" or self._is_aside(point.year, in_passing):
            return
        self.last = point
        if point.level == "day" and point.known:
            self.last_day = point
