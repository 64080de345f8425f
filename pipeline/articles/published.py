"""When an article was published: a metadata value, or what the head or tail of its text says."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline import resources

_FILE = "articles/published.yaml"
_HEAD_LINES, _TAIL_LINES, _LINE = 12, 4, 400
_TIME = (
    r"(?:,?\s*(?:at\s+|[-–|·T]\s*)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:\(?[A-Z]{1,5}\)?)?)?"
)


_ZONE = r"(?:\s+\(?[A-Z]{2,5}\)?)?"
_UPDATED = (
    rf"{_ZONE}(?:\s*[.,;|/–-]?\s*\(?"
    r"(?i:(?:last )?(?:updated|modified|changed|edited|revised))\b.{0,80})?"
)
ORDERS = ("DMY", "MDY")
"""In which order day, month and year are written in numbers."""
UNREAD = "was not understood"
"""What a message says of a date that was given and could not be read."""
SERIAL = "serial"
"""How a spreadsheet stores a day: their number since the end of 1899."""
_NUMBERS = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})[./-](?:\d\d){1,2}(?!\d)"
)
_MONTHS, _MODERN, _CENTURY_TURNS = 12, 100, 70
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?$")
_SERIAL_EPOCH = datetime.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class _LineRule:
    id: str
    where: str
    pattern: re.Pattern[str]


def parse(value: str, order: str = "") -> datetime.date | None:
    """Read a date written in full in one of the known forms; None where it is none.

    Parameters
    ----------
    value : str
        ISO 8601, RFC 822 or 2822, JavaScript's and spreadsheets' forms, seconds or milliseconds
        since 1970 (the day in UTC), or words. A time of day or a zone after a date is left out of
        account: the day is that of the place where it was written.
    order : str
        ``DMY`` or ``MDY`` for numbers that could be either, as ``8/5/2024``; empty leaves these
        unread. ``8.5.2024`` has the day first everywhere. ``serial`` for days of a spreadsheet.
    """
    value = _weekday().sub("", value.strip())
    if order == SERIAL and _SERIAL.match(value):
        return _SERIAL_EPOCH + datetime.timedelta(days=int(float(value)))
    for pattern in _forms():
        match = pattern.match(value)
        if match and (date := _date(match, order)):
            return date
    return None


def order_of(values: Iterable[str]) -> str:
    """How the dates of one column are written.

    Parameters
    ----------
    values : iterable of str
        The column, or as much of it as is known.

    Returns
    -------
    str
        ``DMY`` or ``MDY`` by those that can be read in one way only, ``serial`` where all are days
        of a spreadsheet, empty where the values do not tell or contradict each other.
    """
    found, serial, filled = set(), True, False
    for value in map(str.strip, values):
        if not value:
            continue
        filled = True
        serial = serial and bool(_SERIAL.match(value))
        if (match := _NUMBERS.match(value)) and match["mark"] != ".":
            first, second = int(match["first"]), int(match["second"])
            if (first > _MONTHS) != (second > _MONTHS):
                found.add("DMY" if first > _MONTHS else "MDY")
    if filled and serial:
        return SERIAL
    return found.pop() if len(found) == 1 else ""


def needs_order(value: str) -> bool:
    """Whether a value can only be read with the others of its column: *8/5/2024*, *45420*."""
    value = value.strip()
    return bool(_SERIAL.match(value) or _NUMBERS.match(value)) and parse(value) is None


def not_understood(value: str) -> str:
    """Say that a date was given and not read."""
    orders = {str(date) for order in ORDERS if (date := parse(value, order))}
    if len(orders) > 1:
        return f"the date {value[:40]!r} {UNREAD}: {' or '.join(sorted(orders))} (--date-order)"
    return f"the date {value[:40]!r} {UNREAD} (YYYY-MM-DD is)"


def from_text(text: str, order: str = "") -> datetime.date | None:
    """Read the publication date out of the first or last lines of an article.

    Parameters
    ----------
    text : str
        The article.
    order : str
        As in :func:`parse`.

    Returns
    -------
    datetime.date or None
        None where no line states one; a date inside a sentence is never taken.
    """
    head, tail = _outer_lines(text)
    # A statement of publication outranks a dateline, which may be the day of the event.
    for lines, where in ((head, "anywhere"), (tail, "anywhere"), (tail, "tail"), (head, "head")):
        for line in lines:
            if date := _match(line, where, order):
                return date
    return None


def _outer_lines(text: str) -> tuple[list[str], list[str]]:
    head = [line.strip()[:_LINE] for line in text[:4000].splitlines() if line.strip()]
    tail = [line.strip() for line in text[-2000:].splitlines() if 0 < len(line.strip()) < _LINE]
    return head[:_HEAD_LINES], tail[-_TAIL_LINES:]


def _match(line: str, where: str, order: str) -> datetime.date | None:
    for rule in _lines():
        if rule.where != where or not (match := rule.pattern.match(line)):
            continue
        if date := _date(match, order):
            return date
    return None


def _date(match: re.Match[str], order: str = "") -> datetime.date | None:
    """Build the date of the one form that took part in a match."""
    groups = {
        name.rstrip("0123456789"): value for name, value in match.groupdict().items() if value
    }
    try:
        if seconds := groups.get("seconds") or groups.get("milliseconds", "")[:-3]:
            return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).date()
        if "first" in groups:
            groups |= _in_order(groups, order)
        month, year = groups["month"], int(groups["year"])
        number = int(month) if month.isdigit() else _months()[month.casefold()]
        if year < _MODERN:
            year += 2000 if year < _CENTURY_TURNS else 1900
        return datetime.date(year, number, int(groups["day"]))
    except (ValueError, KeyError, OverflowError, OSError):
        return None


def _in_order(groups: dict[str, str], order: str) -> dict[str, str]:
    """Return day and month of a date in numbers; nothing where both orders are possible."""
    first, second = groups["first"], groups["second"]
    if groups["mark"] == "." or int(first) > _MONTHS:
        order = "DMY"
    elif int(second) > _MONTHS:
        order = "MDY"
    elif first == second:
        order = "DMY"
    if order == "DMY":
        return {"day": first, "month": second}
    return {"day": second, "month": first} if order == "MDY" else {}


@functools.cache
def _months() -> dict[str, int]:
    names = resources.document(_FILE)["months"]
    return {name.casefold(): number for number, words in names.items() for name in words}


@functools.cache
def _form_patterns(kind: str) -> list[str]:
    data = resources.document(_FILE)
    months = sorted((w for words in data["months"].values() for w in words), key=len, reverse=True)
    month = f"(?:(?i:{'|'.join(months)}))"
    return [form["pattern"].replace("{month}", month) for form in data[kind]]


@functools.cache
def _forms() -> list[re.Pattern[str]]:
    patterns = [*_form_patterns("forms"), *_form_patterns("column_forms")]
    return [re.compile(pattern) for pattern in patterns]


@functools.cache
def _weekday() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(resources.document(_FILE)['weekdays'])})\b\.?,?\s*", re.I)


@functools.cache
def _lines() -> list[_LineRule]:
    data = resources.document(_FILE)
    # A group name may occur once in a pattern, so the forms' groups are numbered.
    numbered = [
        re.sub(r"\?P<(\w+)>", rf"?P<\g<1>{number}>", form)
        for number, form in enumerate(_form_patterns("forms"))
    ]
    weekday = rf"(?:(?i:{'|'.join(data['weekdays'])})\.?,?\s+)?"
    rules = []
    for record in data["lines"]:
        pattern = (
            record["pattern"]
            .replace("{date}", f"(?:{'|'.join(numbered)})")
            .replace("{weekday}", weekday)
            .replace("{time}", _TIME)
            .replace("{updated}", _UPDATED)
        )
        ending = "" if record.get("start") else r"\s*[.|]?$"
        try:
            rules.append(_LineRule(record["id"], record["where"], re.compile(pattern + ending)))
        except re.error as error:
            raise resources.KnowledgeError(_FILE, record["id"], f"pattern: {error}") from None
    return rules
