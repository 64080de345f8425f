"""When an article was published: a metadata value, or what the head or tail of its text says."""

from __future__ import annotations

import datetime
import functools
import re
from dataclasses import dataclass

from pipeline import resources

_FILE = "articles/published.yaml"
_HEAD_LINES, _TAIL_LINES, _LINE = 12, 4, 400
_TIME = (
    r"(?:,?\s*(?:at\s+|[-–|·T]\s*)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:\(?[A-Z]{1,5}\)?)?)?"
)


@dataclass(frozen=True, slots=True)
class _LineRule:
    id: str
    where: str
    pattern: re.Pattern[str]


def parse(value: str) -> datetime.date | None:
    """Read a date written in full in one of the known forms; None where it is none.

    A time of day or a time zone after it is left out of account.
    """
    value = value.strip()
    for pattern in _forms():
        match = pattern.match(value)
        if match and (date := _date(match)):
            return date
    return None


def from_text(text: str) -> datetime.date | None:
    """Read the publication date out of the first or last lines of an article.

    Returns
    -------
    datetime.date or None
        None where no line states one; a date inside a sentence is never taken.
    """
    head, tail = _outer_lines(text)
    # A statement of publication outranks a dateline, which may be the day of the event.
    for lines, where in ((head, "anywhere"), (tail, "anywhere"), (tail, "tail"), (head, "head")):
        for line in lines:
            if date := _match(line, where):
                return date
    return None


def _outer_lines(text: str) -> tuple[list[str], list[str]]:
    head = [line.strip()[:_LINE] for line in text[:4000].splitlines() if line.strip()]
    tail = [line.strip() for line in text[-2000:].splitlines() if 0 < len(line.strip()) < _LINE]
    return head[:_HEAD_LINES], tail[-_TAIL_LINES:]


def _match(line: str, where: str) -> datetime.date | None:
    for rule in _lines():
        if rule.where == where and (match := rule.pattern.match(line)) and (date := _date(match)):
            return date
    return None


def _date(match: re.Match[str]) -> datetime.date | None:
    """Build the date of the one form that took part in a match."""
    groups = {
        name.rstrip("0123456789"): value for name, value in match.groupdict().items() if value
    }
    month = groups["month"]
    try:
        number = int(month) if month.isdigit() else _months()[month.casefold()]
        return datetime.date(int(groups["year"]), number, int(groups["day"]))
    except (ValueError, KeyError):
        return None


@functools.cache
def _months() -> dict[str, int]:
    names = resources.document(_FILE)["months"]
    return {name.casefold(): number for number, words in names.items() for name in words}


@functools.cache
def _form_patterns() -> list[str]:
    data = resources.document(_FILE)
    months = sorted((w for words in data["months"].values() for w in words), key=len, reverse=True)
    month = f"(?:(?i:{'|'.join(months)}))"
    return [form["pattern"].replace("{month}", month) for form in data["forms"]]


@functools.cache
def _forms() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in _form_patterns()]


@functools.cache
def _lines() -> list[_LineRule]:
    data = resources.document(_FILE)
    # A group name may occur once in a pattern, so the forms' groups are numbered.
    numbered = [
        re.sub(r"\?P<(\w+)>", rf"?P<\g<1>{number}>", form)
        for number, form in enumerate(_form_patterns())
    ]
    weekday = rf"(?:(?i:{'|'.join(data['weekdays'])})\.?,?\s+)?"
    rules = []
    for record in data["lines"]:
        pattern = (
            record["pattern"]
            .replace("{date}", f"(?:{'|'.join(numbered)})")
            .replace("{weekday}", weekday)
            .replace("{time}", _TIME)
        )
        ending = "" if record.get("start") else r"\s*[.|]?$"
        try:
            rules.append(_LineRule(record["id"], record["where"], re.compile(pattern + ending)))
        except re.error as error:
            raise resources.KnowledgeError(_FILE, record["id"], f"pattern: {error}") from None
    return rules
