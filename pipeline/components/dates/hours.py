"""Parts of a day, like *last night*: no dates of the calendar, yet they date an act.

The phrases are those of ``knowledge/dates/hours.yaml``.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import cache

from spacy.tokens import Doc, Span

from pipeline import resources
from pipeline.language.extensions import in_zone, written_on
from pipeline.records import DateValue
from pipeline.resources import KnowledgeError

FILE = "hours.yaml"
UNKNOWN = "XXXX-XX-XX"


@cache
def phrases() -> dict[tuple[str, ...], int]:
    """Read the phrases, as lower-case words, with their days from the day of writing.

    Raises
    ------
    KnowledgeError
        A phrase has no whole number of days.
    """
    days = resources.document(FILE, resources.KNOWLEDGE / "dates").get("days")
    if not isinstance(days, dict):
        raise KnowledgeError(FILE, "days", "missing, or no phrases with their days")
    for phrase, count in days.items():
        if not isinstance(count, int):
            raise KnowledgeError(FILE, str(phrase), "wants a whole number of days")
    return {tuple(phrase.split()): count for phrase, count in days.items()}


def find(doc: Doc) -> Iterator[Span]:
    """Yield the parts of a day of a Doc outside its zones, with ``span._.date`` set."""
    known = phrases()
    longest = max(map(len, known))
    words = [token.lower_ for token in doc]
    for start in range(len(words)):
        for length in range(longest, 0, -1):
            count = known.get(tuple(words[start : start + length]))
            if count is None or in_zone(doc, doc[start].idx):
                continue
            span = Span(doc, start, min(start + length, len(doc)), label="DATE")
            span._.date = _value(written_on(doc, span.start_char), count)
            yield span


def _value(written: datetime.date | None, days: int) -> DateValue:
    if written is None:
        return DateValue(UNKNOWN, precision="day", rule="hours")
    day = (written + datetime.timedelta(days=days)).isoformat()
    return DateValue(day, day, day, "day", anchor="publication", rule="hours")
