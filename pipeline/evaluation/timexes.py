"""Benchmark of the dates on outside data: WikiWars and MEANTIME.

``python -m pipeline.evaluation.timexes [--model DIR] [--errors] FILE...`` prints a table a file.
A file has a JSON object a line: ``text``, ``dct`` (day of publication, or empty) and ``timex``,
a list of ``start``, ``end``, ``type``, ``value`` (TIMEX2 or TIMEX3) and ``text``.

How their values map to EDTF
----------------------------
======================================  =====================================================
``1939-09-01``, ``1939-09``, ``1939``   the same
``196`` (decade), ``19`` (century)      ``196X``; ``1901/2000``
``1941-SU``, ``-SP``, ``-FA``, ``-WI``  ``1941-22``, ``-21``, ``-23``, ``-24``
``2006-Q4``, ``2008-H2``                ``2006-36``; ``2008-07/2008-12``
``2004-W47``, ``2010-W04-WE``           Monday to Sunday; Saturday and Sunday
``BC0480``, ``BC0480-08``, ``BC048``    astronomical years: ``-0479``, ``-0479-08``, ``-048X``
``FY2007``                              ``2007``
``2011-06-XX``                          ``2011-06``
``1965-02-07TMO``, ``2009-12-15T18:00`` left out: clock times are no dates, though the day within
                                        is read; and so are all other values: durations, sets,
                                        ``PRESENT_REF``, ``XXXX-WI``, empty or null values
======================================  =====================================================

Modifiers (START, MID, END) are dropped: their own guideline gives "early 1941" the value 1941 too.
Where the guidelines differ ("late 1960s" is 1965/1969 with us, "a week ago" the week, "later this
year" the year) ours is counted wrong; no value is accepted beside the annotated one.
Two annotated ends of one range of ours ("between 2014 and 2016") count as the two ends. The
creation time of MEANTIME's articles is annotated where it stands in the text and counts.

What counts
-----------
Found and annotated expressions are paired one to one by overlap, longest first. ``value F1``: a
pair with the same value is right; a found expression that overlaps only annotations that are left
out is not looked at, since there the guidelines differ, not the values. ``strict F1`` counts those
as wrong too. The headline for WikiWars is over day, month, year and decade values; ``absolute``
are those whose annotated text itself names the year.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SEASONS = {"SP": "21", "SU": "22", "FA": "23", "WI": "24"}
HEADLINE = ("day", "month", "year", "decade", "interval")
_ABSOLUTE = re.compile(r"(?<!\d)[12]\d{3}(?!\d)|\d+ BC|\d{3}0s")


@dataclass(frozen=True)
class Timex:
    """One expression: offsets, EDTF value, its kind, and whether its text names the year."""

    start: int
    end: int
    value: str
    kind: str
    absolute: bool


def to_edtf(value: str | None) -> tuple[str, str]:
    """EDTF and kind (day, month, year, decade, week, season, quarter, century) of a TIMEX value.

    Both are empty for a value that has no EDTF counterpart among calendar expressions.
    """
    if not value:
        return "", ""
    value = value.removeprefix("FY")
    if found := re.fullmatch(r"(\d\d)-(\d\d)-(\d{4})", value):  # a slip in one file
        value = "-".join(reversed(found.groups()))
    if value.startswith("BC"):
        return _before_christ(value[2:])
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value, "day"
    if found := re.fullmatch(r"(\d{4}-\d\d)(-XX)?", value):
        return found[1], "month"
    if re.fullmatch(r"\d{4}", value):
        return value, "year"
    if re.fullmatch(r"\d{3}", value):
        return value + "X", "decade"
    if re.fullmatch(r"\d{2}", value):
        return f"{int(value)}01/{int(value) + 1}00", "century"
    if found := re.fullmatch(r"(\d{4})-(SP|SU|FA|WI)", value):
        return f"{found[1]}-{SEASONS[found[2]]}", "season"
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", value):
        return f"{found[1]}-{32 + int(found[2])}", "quarter"
    if found := re.fullmatch(r"(\d{4})-H([12])", value):
        first, last = ("01", "06") if found[2] == "1" else ("07", "12")
        return f"{found[1]}-{first}/{found[1]}-{last}", "interval"
    if found := re.fullmatch(r"(\d{4})-W(\d\d)(-WE)?", value):
        days = (6, 7) if found[3] else (1, 7)
        year, week = int(found[1]), int(found[2])
        ends = (datetime.date.fromisocalendar(year, week, day).isoformat() for day in days)
        return "/".join(ends), "week"
    return "", ""


def _before_christ(value: str) -> tuple[str, str]:
    if found := re.fullmatch(r"(\d{4})(-\d\d)?", value):
        year = 1 - int(found[1])
        return f"-{-year:04d}{found[2] or ''}", "month" if found[2] else "year"
    if re.fullmatch(r"\d{3}", value):
        return f"-{value}X", "decade"
    return "", ""


@dataclass
class Tally:
    """Counts of one table: by group, how many were annotated, found and right."""

    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def row(self, group: str) -> str:
        """One line: annotated, overlapped, right, precision, recall, F1."""
        gold, found, right = self.gold[group], self.found[group], self.right[group]
        precision, recall = right / found if found else 0.0, right / gold if gold else 0.0
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        return (
            f"{group:<14}{gold:>7}{self.seen[group]:>8}{right:>7}"
            f"{precision:>8.3f}{recall:>8.3f}{f1:>8.3f}"
        )


def score(
    gold: list[Timex], left_out: list[tuple[int, int]], found: list[Timex], text: str, tally: Tally
) -> None:
    """Add one article to a tally (see the module for what counts)."""
    found = list(_split_ranges(found, gold))
    pairs = sorted(
        (min(one.end, two.end) - max(one.start, two.start), -i, -j)
        for i, one in enumerate(gold)
        for j, two in enumerate(found)
        if one.start < two.end and two.start < one.end
    )
    of_gold: dict[int, int] = {}
    for _, i, j in reversed(pairs):
        if -i not in of_gold and -j not in of_gold.values():
            of_gold[-i] = -j
    of_found = {j: i for i, j in of_gold.items()}
    for i, one in enumerate(gold):
        two = found[of_gold[i]] if i in of_gold else None
        right = two is not None and two.value == one.value
        for group in _groups(one):
            tally.gold[group] += 1
            tally.seen[group] += two is not None
            tally.found[group] += two is not None
            tally.right[group] += right
        if not right:
            line = text[max(0, one.start - 45) : one.end + 25].replace("\n", "/")
            got = two.value if two else "-"
            tally.errors.append(f"want {one.value:<24} got {got:<24} {line}")
    for j, two in enumerate(found):
        if j in of_found:
            continue
        ignored = any(start < two.end and two.start < end for start, end in left_out)
        tally.found["strict"] += 1
        if ignored:
            continue
        for group in ("all", "headline", "absolute") if two.absolute else ("all", "headline"):
            tally.found[group] += 1
        line = text[max(0, two.start - 45) : two.end + 25].replace("\n", "/")
        tally.errors.append(f"want {'-':<24} got {two.value:<24} {line}")


def _groups(timex: Timex) -> list[str]:
    groups = ["all", "strict", timex.kind]
    if timex.kind in HEADLINE:
        groups.append("headline")
        if timex.absolute:
            groups.append("absolute")
    return groups


def _split_ranges(found: Iterable[Timex], gold: list[Timex]) -> Iterator[Timex]:
    """Our range over two annotated ends as its two ends."""
    for timex in found:
        inside = [g for g in gold if g.start < timex.end and timex.start < g.end]
        if len(inside) == 2 and "/" in timex.value:
            for end, value in zip(inside, timex.value.split("/"), strict=True):
                yield Timex(end.start, end.end, value, "", timex.absolute)
        else:
            yield timex


def measure(path: Path, nlp: Any) -> Tally:
    """Run the dates over one file of articles and compare."""
    tally = Tally()
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        text = record["text"]
        gold, left_out = [], []
        for timex in record["timex"]:
            value, kind = to_edtf(timex["value"])
            if kind and timex["type"] in ("DATE", "SET"):
                absolute = bool(_ABSOLUTE.search(timex["text"]))
                gold.append(Timex(timex["start"], timex["end"], value, kind, absolute))
            elif timex["start"] is not None:
                left_out.append((timex["start"], timex["end"]))
        doc = nlp.make_doc(text)
        doc._.published = _date(record["dct"])
        spans = nlp(doc).spans["dates"]
        found = [
            Timex(s.start_char, s.end_char, s._.date.edtf, "", bool(_ABSOLUTE.search(s.text)))
            for s in spans
        ]
        score(gold, left_out, found, text, tally)
    return tally


def _date(written: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat((written or "")[:10])
    except ValueError:
        return None


def main(arguments: list[str]) -> None:
    """Print one table for each file named."""
    import spacy

    import pipeline.components.dates.component  # noqa: F401  (registers the factory)

    errors = "--errors" in arguments
    names = [name for name in arguments if name != "--errors"]
    model = names.pop(names.index("--model") + 1) if "--model" in names else ""
    names = [name for name in names if name != "--model"]
    if not names:
        sys.exit("usage: python -m pipeline.evaluation.timexes [--model DIR] [--errors] FILE...")
    nlp = spacy.load(model, exclude=["ner"]) if model else spacy.blank("en")
    nlp.add_pipe("pacta_dates")
    for name in names:
        tally = measure(Path(name), nlp)
        print(f"\n{Path(name).name}")
        print(f"{'values':<14}{'gold':>7}{'overlap':>8}{'right':>7}{'P':>8}{'R':>8}{'F1':>8}")
        kinds = sorted(set(tally.gold) - {"all", "strict", "headline", "absolute"})
        for group in ["headline", "absolute", "all", "strict", *kinds]:
            print(tally.row(group))
        if errors:
            print("\n".join(tally.errors))


if __name__ == "__main__":
    main(sys.argv[1:])
