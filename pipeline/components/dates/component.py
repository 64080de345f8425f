"""The spaCy component ``pacta_dates``: dates of an article as spans with EDTF values."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components.dates import grammar, hours, tense
from pipeline.components.dates.grammar import Match
from pipeline.components.dates.normalisers import NORMALISERS
from pipeline.components.dates.posts import Post
from pipeline.components.dates.reader import Dated, Reader
from pipeline.language import extensions
from pipeline.records import DateValue

#: Entity labels whose names may hold a month, a weekday or a year that is no date by itself.
NAMES = frozenset({"PERSON", "ORG", "GPE", "LOC", "NORP", "PRODUCT", "WORK_OF_ART"})


class Dates:
    """Find the date expressions of a Doc and say which days they mean.

    Writes ``doc.spans["dates"]`` (label DATE), parts of a day (*last night*) to
    ``doc.spans["hours"]``, and ``span._.date``, a :class:`~pipeline.records.DateValue`, to both;
    and ``doc.spans["posts"]``, the date lines of a live blog (label POST) or of a chronology (label
    DAY). Reads ``doc._.published`` and ``doc._.zones``; uses tags and parse for the tense where
    they are there, names (``doc.ents``) to leave out dates that are part of one.

    Examples
    --------
    >>> import datetime, spacy
    >>> nlp = spacy.blank("en")
    >>> _ = nlp.add_pipe("pacta_dates")
    >>> doc = nlp.make_doc("They met on Monday.")
    >>> doc._.published = datetime.date(2026, 3, 24)
    >>> [(span.text, span._.date.edtf) for span in nlp(doc).spans["dates"]]
    [('Monday', '2026-03-23')]
    """

    def __init__(self) -> None:
        extensions.register()
        self.reader = shared_reader()

    def __call__(self, doc: Doc) -> Doc:
        """Write the dates of a Doc on it."""
        spans: list[Span] = []
        dates, posts = self.process(doc)
        for dated in dates:
            span = doc.char_span(dated.start, dated.end, label="DATE", alignment_mode="expand")
            if span is None or (spans and span.start < spans[-1].end):
                continue
            span._.date = dated.value
            spans.append(span)
        doc.spans[extensions.DATES] = spans
        doc.spans[extensions.POSTS] = list(_post_spans(doc, posts))
        doc.spans[extensions.HOURS] = list(hours.find(doc))
        return doc

    def process(self, doc: Doc) -> tuple[list[Dated], list[Post]]:
        """The dates of a Doc outside its zones and names, and its posts, by character offsets."""
        names = [(ent.start_char, ent.end_char) for ent in doc.ents if ent.label_ in NAMES]
        parsed = doc.has_annotation("DEP") and doc.has_annotation("TAG")

        def skip(start: int, end: int, match: Match) -> bool:
            if extensions.in_zone(doc, start):
                return True
            if "/" in doc.text[max(0, start - 1) : end + 1] and _in_address(doc, start, end):
                return True
            if parsed and match.rule.normaliser == "deictic_day" and match.parts["rel"] == 0:
                span = doc.char_span(start, end, alignment_mode="expand")
                return span is not None and tense.means_these_times(span)
            return _inside(names, start, end) and not match.is_dated

        def governor(start: int, end: int) -> str | None:
            span = doc.char_span(start, end, alignment_mode="expand")
            return tense.from_parse(self.reader.cues, span) or None if span else None

        def attribute(start: int, end: int) -> bool:
            span = doc.char_span(start, end, alignment_mode="expand")
            return span is not None and tense.is_attribute(span)

        callbacks = (governor, attribute) if parsed else (None, None)
        return self.reader.read_posts(doc.text, doc._.published, skip, *callbacks)


def _post_spans(doc: Doc, posts: Iterable[Post]) -> Iterator[Span]:
    """Mark the dates of posts on a Doc, each with its day as value."""
    for post in posts:
        label = "POST" if post.timed else "DAY"
        span = doc.char_span(post.start, post.end, label=label, alignment_mode="expand")
        if span is not None:
            day = post.day.isoformat()
            span._.date = DateValue(day, day, day, "day")
            yield span


def _in_address(doc: Doc, start: int, end: int) -> bool:
    """Whether characters lie in the address of a page: *example.org/2019/05/12/pact*."""
    span = doc.char_span(start, end, alignment_mode="expand")
    return span is not None and any(token.like_url for token in span)


def _inside(names: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch of characters lies within one of the names, which are in order."""
    index = bisect.bisect_right(names, start, key=lambda name: name[0]) - 1
    return index >= 0 and end <= names[index][1]


@functools.cache
def shared_reader() -> Reader:
    """The reader of the packaged knowledge, built once."""
    return Reader(grammar.load(normalisers=NORMALISERS), tense.load())


@Language.factory("pacta_dates", assigns=["doc.spans", "span._.date"])
def create(nlp: Language, name: str) -> Dates:
    """Build the component; ``nlp`` and ``name`` are spaCy's."""
    return Dates()
