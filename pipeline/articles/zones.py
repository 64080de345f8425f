"""What of an article is no part of its body: boilerplate and word-for-word repeats.

Boilerplate is found line by line, by the rules of ``knowledge/articles/zones.yaml`` and by
position: names between a headline and the time stamp or byline below it are credits. Repeats are
sentences or lines that stood in the article before. In doubt text stays body, because a hidden
event is lost while a credit only costs a wrong mention.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from pipeline import resources
from pipeline.articles.plain import BLOB, plain
from pipeline.records import Zone

_FILE = "articles/zones.yaml"
_MAX_LINE = 300
_HEAD_LINES = 15
_TAIL_SHARE = 0.6
_REST_SHARE = 0.5
_MIN_BODY = 3
_NAME = (
    r"(?:[A-Z][\w.'’&-]*)"
    r"(?:\s+(?:[A-Z(][\w.'’&)-]*|of|the|and|de|del|der|den|van|von|al|bin|la|le)){0,7}"
)
_SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*$")
_BULLET = re.compile(r"\s*[-*•·–—>»▪◦]\s")
_BOUNDARY = re.compile(r"[.!?][\"”’')\]]*\s+(?=[“\"'‘(\[]?[A-Z])|\s*\n\s*")
_WORD = re.compile(r"\w+")
_MIN_REPEAT, _MIN_REPEAT_WORDS = 60, 8
_MIN_LINE, _MIN_LINE_WORDS = 25, 4


@dataclass(frozen=True, slots=True)
class Rule:
    """A line rule: what it matches, where it may stand and how much it covers."""

    id: str
    where: str
    covers: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None

    def matches(self, line: str) -> bool:
        """Whether the rule takes a line (given without blanks at its ends)."""
        return bool(self.pattern.fullmatch(line)) and not (
            self.unless and self.unless.fullmatch(line)
        )


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str
    in_head: bool = False
    rule: Rule | None = None
    kind: str = ""


def find(text: str, preface: int = 0) -> list[Zone]:
    """Find the zones of an article.

    Parameters
    ----------
    text : str
        The article as read.
    preface : int
        Length of a front matter at its head, which is boilerplate as a whole.

    Returns
    -------
    list of Zone
        Sorted, not overlapping, without blanks at their ends; ``text[zone.start:zone.end]``.
    """
    paragraphs = plain(text)
    zones = _of_paragraphs(paragraphs.text, paragraphs.spot(preface, preface)[0])
    zones = [Zone(zone.kind, *paragraphs.origin(zone.start, zone.end)) for zone in zones]
    zones += _blobs(text, zones)
    return sorted(zones, key=lambda zone: zone.start)


def _of_paragraphs(text: str, preface: int) -> list[Zone]:
    """Find the zones of a text whose every line is a paragraph."""
    lines = _lines(text, preface)
    _mark_rules(lines, len(text))
    _mark_credits(lines)
    _mark_end(lines)
    zones = _merge(lines)
    if text[:preface].strip():
        zones.insert(0, Zone("boilerplate", 0, len(text[:preface].rstrip())))
    return zones + _repeats(text, zones)


@functools.cache
def rules() -> tuple[Rule, ...]:
    """Read the line rules.

    Raises
    ------
    KnowledgeError
        A rule lacks a field, names an unknown one, or its pattern is no regular expression.
    """
    return tuple(_rule(record) for record in resources.document(_FILE)["rules"])


def _rule(record: dict[str, object]) -> Rule:
    name = str(record.get("id", "a rule without id"))
    for key, known in (
        ("where", ("head", "tail", "end", "anywhere")),
        ("covers", ("line", "list", "rest")),
    ):
        if record.get(key) not in known:
            raise resources.KnowledgeError(_FILE, name, f"{key} must be one of {', '.join(known)}")
    flags = 0 if record.get("case") else re.IGNORECASE
    try:
        patterns = {
            key: re.compile(
                str(record[key]).replace("{name}", _NAME).replace("{sep}", r"\s*[:–—-]"), flags
            )
            for key in ("pattern", "unless")
            if key in record
        }
        return Rule(name, str(record["where"]), str(record["covers"]), **patterns)
    except (re.error, TypeError) as error:
        raise resources.KnowledgeError(_FILE, name, f"pattern: {error}") from None


def _lines(text: str, start: int) -> list[_Line]:
    """Split a text into lines without blanks at their ends (an empty one has no text)."""
    lines, in_head, filled = [], True, 0
    for piece in text[start:].splitlines(keepends=True):
        stripped = piece.strip()
        begin = start + (piece.find(stripped) if stripped else 0)
        if stripped:
            filled += 1
            in_head = in_head and filled <= _HEAD_LINES and not _is_prose(stripped)
        lines.append(_Line(begin, begin + len(stripped), stripped, in_head))
        start += len(piece)
    return lines


def _is_prose(line: str) -> bool:
    """Whether a line is a sentence of the body: no headline, credit or list item."""
    if _BULLET.match(line):
        return False
    return len(line) >= 200 or (len(line) >= 60 and bool(_SENTENCE_END.search(line)))


def _mark_rules(lines: list[_Line], length: int) -> None:
    number = 0
    while number < len(lines):
        line = lines[number]
        line.rule = _rule_for(line, length)
        if line.rule is None:
            number += 1
            continue
        end = _covered(lines, number, line.rule, length)
        for covered in lines[number:end]:
            covered.kind = "boilerplate"
        number = end if line.rule.covers == "rest" else number + 1


def _rule_for(line: _Line, length: int) -> Rule | None:
    if not line.text or len(line.text) > _MAX_LINE:
        return None
    in_tail = line.start >= _TAIL_SHARE * length
    for rule in rules():
        if rule.where == "end":
            continue
        fits = rule.where == "anywhere" or (line.in_head if rule.where == "head" else in_tail)
        if fits and rule.matches(line.text):
            return rule
    return None


def _covered(lines: list[_Line], number: int, rule: Rule, length: int) -> int:
    """Return the number of the line after the last one that a rule covers."""
    if rule.covers == "rest":
        if lines[number].start >= _REST_SHARE * length:
            return len(lines)
        return next(
            (later for later in range(number + 1, len(lines)) if not lines[later].text), len(lines)
        )
    end = number + 1
    if rule.covers == "list":
        while end < len(lines) and not _is_prose(lines[end].text):
            end += 1
        # A headline list never runs into a lone heading above prose: that heading is the body's.
        if end < len(lines) and not any(_BULLET.match(line.text) for line in lines[end - 1 : end]):
            while end > number + 1 and not _ends_list(lines, end):
                end -= 1
    return end


def _ends_list(lines: list[_Line], end: int) -> bool:
    """Whether an empty line or a list item stands just before a line number."""
    last = lines[end - 1].text
    return not last or bool(_BULLET.match(last))


def _mark_credits(lines: list[_Line]) -> None:
    """Mark the names that stand next to a byline or time stamp, below the headline."""
    head = [line for line in lines if line.text and line.in_head]
    for neighbours in (head[1:], head[:0:-1]):
        credit = False
        for line in neighbours:
            if line.rule:
                credit = line.rule.id in ("byline", "stamp")
            elif credit := credit and _is_name(line.text):
                line.kind = "boilerplate"


def _mark_end(lines: list[_Line]) -> None:
    """Mark the line that tells, below the last one of the body, who has written it."""
    body = [line for line in lines if line.text and not line.kind]
    if len(body) < _MIN_BODY:
        return
    *before, last = body
    for rule in rules():
        if rule.where == "end" and len(last.text) <= _MAX_LINE and rule.matches(last.text):
            match = rule.pattern.fullmatch(last.text)
            surname = match["name"].split()[-1] if match else ""
            if not any(surname in line.text for line in before):
                last.kind = "boilerplate"


def _is_name(line: str) -> bool:
    return len(line) <= 50 and bool(re.fullmatch(_NAME, line))


def _merge(lines: list[_Line]) -> list[Zone]:
    """Join marked lines that follow each other, across empty lines, into zones."""
    zones: list[Zone] = []
    joined = False
    for line in lines:
        if not line.text:
            continue
        if line.kind and joined:
            zones[-1] = Zone(line.kind, zones[-1].start, line.end)
        elif line.kind:
            zones.append(Zone(line.kind, line.start, line.end))
        joined = bool(line.kind)
    return zones


def _blobs(text: str, taken: list[Zone]) -> list[Zone]:
    return [
        Zone("boilerplate", *blob.span())
        for blob in BLOB.finditer(text)
        if not any(zone.start < blob.end() and blob.start() < zone.end for zone in taken)
    ]


@dataclass(slots=True)
class _Unit:
    """A sentence, or a line without one, outside boilerplate."""

    start: int
    end: int
    words: int
    whole_line: bool
    repeated: bool


def _repeats(text: str, taken: list[Zone]) -> list[Zone]:
    """Find runs of sentences that all stood in the article before, word for word."""
    zones: list[Zone] = []
    run: list[_Unit] = []
    for unit in [*_units(text, taken), None]:
        if unit is not None and unit.repeated:
            run.append(unit)
            continue
        if run and _long_enough(run):
            zones.append(Zone("duplicate", run[0].start, run[-1].end))
        run = []
    return zones


def _long_enough(run: list[_Unit]) -> bool:
    size, words = sum(u.end - u.start for u in run), sum(u.words for u in run)
    if all(unit.whole_line for unit in run):
        return size >= _MIN_LINE and words >= _MIN_LINE_WORDS
    return size >= _MIN_REPEAT and words >= _MIN_REPEAT_WORDS


def _units(text: str, taken: list[Zone]) -> list[_Unit]:
    seen: set[str] = set()
    units = []
    for start, end in _spans(text):
        if any(zone.start <= start < zone.end for zone in taken):
            continue
        words = _WORD.findall(text[start:end])
        # Line breaks, blanks and quotation marks may differ between copies; words may not.
        key = " ".join(words)
        whole = _at_line_start(text, start) and _at_line_end(text, end)
        units.append(_Unit(start, end, len(words), whole, bool(words) and key in seen))
        seen.add(key)
    return units


def _spans(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for boundary in _BOUNDARY.finditer(text):
        end = boundary.start() + len(boundary.group().rstrip())
        spans.append((start, end))
        start = boundary.end()
    spans.append((start, len(text.rstrip())))
    return [
        (first + len(text[first:last]) - len(text[first:last].lstrip()), last)
        for first, last in spans
        if text[first:last].strip()
    ]


def _at_line_start(text: str, start: int) -> bool:
    return not text[max(0, start - 20) : start].rpartition("\n")[2].strip()


def _at_line_end(text: str, end: int) -> bool:
    return not text[end : end + 20].partition("\n")[0].strip()
