"""From text to dated spans: match the grammar, survey the article, then resolve date by date."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pipeline.components.dates import edtf, posts
from pipeline.components.dates.context import Context
from pipeline.components.dates.edtf import Interval, Point, Value
from pipeline.components.dates.grammar import NOTHING, Grammar, Match
from pipeline.components.dates.lexer import Lexemes
from pipeline.components.dates.normalisers import NORMALISERS
from pipeline.components.dates.posts import Post
from pipeline.components.dates.resolution import Reading
from pipeline.components.dates.survey import survey
from pipeline.components.dates.tense import Cues, from_words
from pipeline.records import DateValue

#: Tells where the verb governing the characters from start to end points; None: cannot tell.
Governor = Callable[[int, int], str | None]
#: Tells that the match at the characters from start to end is to be left out.
Skip = Callable[[int, int, Match], bool]
RANGE = "range"
#: Lexemes within which a date stands at the beginning of its sentence.
LEAD = 4
#: Parts that name the year, so that a date which has them needs none from its partner in a range.
_YEAR_PARTS = ("y", "rel", "ana")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date expression: character offsets and value."""

    start: int
    end: int
    value: DateValue


@dataclass(slots=True)
class _Read:
    """A date as read, before it is written out; lexeme indices as in its match."""

    match: Match
    first: int
    last: int
    reading: Reading
    direction: str
    rule: str


class Reader:
    """Reads the dates of a text; holds knowledge only, nothing of any article.

    Parameters
    ----------
    grammar : Grammar
        The rules.
    cues : Cues
        The words that tell a direction where there is no parse.
    """

    def __init__(self, grammar: Grammar, cues: Cues) -> None:
        self.grammar = grammar
        self.cues = cues
        self._stops = frozenset(grammar.vocabulary.codes("STOP|BREAK"))
        self._joins = frozenset(grammar.vocabulary.codes("JOIN"))
        self._coordinate = frozenset(grammar.vocabulary.codes("COORDINATE"))
        self._and = frozenset(grammar.vocabulary.codes("JOINBETWEEN"))
        self._locative = frozenset(grammar.vocabulary.codes("LOCATIVE|BREAK"))
        self._the = frozenset(grammar.vocabulary.codes("the"))
        self._between = frozenset(grammar.vocabulary.codes("BETWEEN"))

    def read(
        self,
        text: str,
        published: datetime.date | None = None,
        skip: Skip | None = None,
        governor: Governor | None = None,
        attribute: Callable[[int, int], bool] | None = None,
    ) -> list[Dated]:
        """Find and resolve every date expression; as :meth:`read_posts`, without the posts."""
        return self.read_posts(text, published, skip, governor, attribute)[0]

    def read_posts(
        self,
        text: str,
        published: datetime.date | None = None,
        skip: Skip | None = None,
        governor: Governor | None = None,
        attribute: Callable[[int, int], bool] | None = None,
    ) -> tuple[list[Dated], list[Post]]:
        """Find and resolve every date expression, and find the lines that date what is below them.

        Parameters
        ----------
        text : str
            The article.
        published : date, optional
            Its publication date.
        skip : callable, optional
            Given character offsets and the match, tells that it is to be left out (a zone, a name).
        governor : callable, optional
            Given character offsets, the direction of the governing verb; None leaves it to words.
        attribute : callable, optional
            Given character offsets, whether the date belongs to a noun or a relative clause, so
            that a story does not move to its year.

        Returns
        -------
        dates : list of Dated
            In order of the text, not overlapping.
        posts : list of Post
            In order; those left out as dates among them.
        """
        lexemes = self.grammar.vocabulary.lex(text)
        found = list(self._candidates(lexemes))
        heads = posts.find([matches[0] for matches in found], lexemes, published, self.cues)
        candidates = [
            matches for matches in found if skip is None or not skip(*_span(matches[0], lexemes))
        ]
        if not candidates:
            return [], heads
        context = survey([each[0] for each in candidates], lexemes, published, self.cues)
        context.narrative = context.narrative and not heads
        waiting = deque(heads)
        reads: list[_Read] = []
        for matches in candidates:
            while waiting and waiting[0].start <= lexemes.starts[matches[0].first]:
                context.turn_to(waiting.popleft().day)
            self._take(matches, context, lexemes, reads, governor, attribute)
        return [_dated(read, lexemes) for read in reads if not _is_stray(read)], heads

    def _take(
        self,
        matches: list[Match],
        context: Context,
        lexemes: Lexemes,
        reads: list[_Read],
        governor: Governor | None,
        attribute: Callable[[int, int], bool] | None,
    ) -> None:
        """Read the date at one place and add it to those before, or join it with the last."""
        read = self._resolve(matches, context, lexemes, reads, governor)
        if read is None:
            return
        joined = self._join(reads[-1], read, lexemes) if reads else None
        if joined is not None:
            reads[-1] = joined
        else:
            self._share_year(reads, read, lexemes)
            reads.append(read)
        if not (context.narrative and self._is_mention(read, lexemes)):
            start, end = lexemes.starts[read.first], lexemes.ends[read.last - 1]
            in_passing = (
                attribute is not None and not self._leads(read, lexemes) and attribute(start, end)
            )
            context.remember(reads[-1].reading.value, in_passing)

    def _candidates(self, lexemes: Lexemes) -> Iterator[list[Match]]:
        """Position by position, the rules that fit, longest first; negative ones taken out."""
        position = 1
        while True:
            position, matches = self.grammar.matches(lexemes, position)
            if not matches:
                return
            longest = matches[0]
            position = longest.last
            if longest.rule.normaliser != NOTHING:
                yield [match for match in matches if match.rule.normaliser != NOTHING]

    def _resolve(
        self,
        matches: list[Match],
        context: Context,
        lexemes: Lexemes,
        reads: list[_Read],
        governor: Governor | None,
    ) -> _Read | None:
        """The reading of the first match that makes a date."""
        first, last = matches[0].first, matches[0].last
        direction = None
        if governor is not None:
            direction = governor(lexemes.starts[first], lexemes.ends[last - 1])
        if direction is None:
            direction = from_words(self.cues, lexemes, first, last)
        context.direction = direction
        context.close = bool(reads) and not self._stops.intersection(
            lexemes.codes[reads[-1].last : first]
        )
        for match in matches:
            reading = NORMALISERS[match.rule.normaliser](match.parts, context)
            if reading is not None:
                return _Read(match, match.first, match.last, reading, direction, match.rule.name)
        return None

    def _join(self, one: _Read, two: _Read, lexemes: Lexemes) -> _Read | None:
        """``A to B``, ``A – B``, ``between A and B`` as one interval, if that is what they are."""
        between = lexemes.codes[one.last : two.first]
        if len(between) == 2 and between[1] in self._the:
            between = between[0]
        if len(between) != 1 or one.rule == RANGE:
            return None
        first = one.first
        if between in self._and:
            before = first - 1 - (lexemes.codes[first - 1] in self._the)
            if lexemes.codes[before] not in self._between:
                return None
            first = before
        elif between not in self._joins:
            return None
        start = _with_year_of(one, two)
        left, right = _first(start.value), _last(two.reading.value)
        if one.rule == two.rule == "weekday":
            left, right = _weekdays_in_order(one, two)
        if left is None or right is None or not _ordered(left, right):
            return None
        reading = Reading(Interval(left, right), start.anchor or two.reading.anchor)
        return _Read(two.match, first, two.last, reading, two.direction, RANGE)

    def _leads(self, read: _Read, lexemes: Lexemes) -> bool:
        """Whether a date opens its sentence: ``In early 1917``."""
        return bool(self._stops.intersection(lexemes.codes[max(0, read.first - LEAD) : read.first]))

    def _is_mention(self, read: _Read, lexemes: Lexemes) -> bool:
        """Whether a year is only spoken of ("plans for 1976"): a story does not move there."""
        value = read.reading.value
        moves = lexemes.codes[read.first - 1] in self._locative
        return isinstance(value, Point) and value.level == "year" and not moves

    def _share_year(self, reads: list[_Read], read: _Read, lexemes: Lexemes) -> None:
        """Give dates listed before one with a year its year: ``in April and June 1955``."""
        partner = read
        for index in range(len(reads) - 1, -1, -1):
            one = reads[index]
            between = lexemes.codes[one.last : partner.first]
            if not between or len(between) > 2 or not self._coordinate.issuperset(between):
                return
            shared = _listed_with(one, read)
            if shared is None:
                return
            reads[index] = partner = replace(one, reading=shared)


def _span(match: Match, lexemes: Lexemes) -> tuple[int, int, Match]:
    """A match behind its character offsets."""
    return lexemes.starts[match.first], lexemes.ends[match.last - 1], match


def _listed_with(one: _Read, two: _Read) -> Reading | None:
    """A date as it reads in a list that ends with another, or None where it stands by itself."""
    value, end = one.reading.value, two.reading.value
    if not isinstance(value, Point) or not isinstance(end, Point):
        return None
    if one.match.rule.normaliser == "day_in_list":
        known = end.level == "day" and edtf.valid(end.year, end.month, value.day)
        return Reading(replace(end, day=value.day), two.reading.anchor) if known else None
    if "y" not in two.match.parts or value.level == "year" or value.level != end.level:
        return None
    return _with_year_of(one, two)


def _with_year_of(one: _Read, two: _Read) -> Reading:
    """The start of a range, which takes its year from the end if it names none itself."""
    parts = one.match.parts
    end = _last(two.reading.value)
    in_list = one.match.rule.normaliser == "next_day_in_list"
    if not in_list and "m" not in parts and "s" not in parts and "q" not in parts:
        return one.reading
    if any(name in parts for name in _YEAR_PARTS) or end is None or end.year is None:
        return one.reading
    value = one.reading.value
    if not isinstance(value, Point):
        return one.reading
    later = value.month is not None and end.month is not None and value.month > end.month
    year = end.year - 1 if later else end.year
    if not edtf.valid(year, *_month_day(value)):
        return one.reading
    return Reading(replace(value, year=year), two.reading.anchor)


def _weekdays_in_order(one: _Read, two: _Read) -> tuple[Point | None, Point | None]:
    """Both ends of ``Monday through Wednesday``, the second after the first."""
    left, right = one.reading.value, two.reading.value
    if not isinstance(left, Point) or not isinstance(right, Point) or not left.known:
        return None, None
    days = (two.match.parts["wd"] - one.match.parts["wd"]) % 7
    if one.direction == "past":
        return _moved(right, -days), right
    return left, _moved(left, days)


def _moved(point: Point, days: int) -> Point:
    value = edtf.shift(point, days, "day")
    assert isinstance(value, Point)
    return value


def _month_day(point: Point) -> tuple[int | None, int | None]:
    return (point.month, point.day) if point.level == "day" else (None, None)


def _first(value: Value) -> Point | None:
    return value.start if isinstance(value, Interval) else value


def _last(value: Value) -> Point | None:
    return value.end if isinstance(value, Interval) else value


def _ordered(one: Point, two: Point) -> bool:
    """Whether a range may run from one point to the other."""
    if "decade" in (one.level, two.level):
        return one.level == two.level and str(one) < str(two)
    if one.year is None or two.year is None:
        return one.year == two.year and one.level == two.level and str(one) != str(two)
    left = (one.year, one.month or 0, one.day or 0)
    right = (two.year, two.month or 99, two.day or 99)
    return left < right and one != two


def _is_stray(read: _Read) -> bool:
    """Whether a number looked like a day in a list of days, but no month followed."""
    value = read.reading.value
    return read.rule == "day_in_list" and isinstance(value, Point) and value.month is None


def _dated(read: _Read, lexemes: Lexemes) -> Dated:
    value, anchor = read.reading.value, read.reading.anchor
    start, end = edtf.bounds(value)
    date = DateValue(str(value), start, end, value.level, read.direction, anchor, read.rule)
    return Dated(lexemes.starts[read.first], lexemes.ends[read.last - 1], date)
