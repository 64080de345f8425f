"""The work on a shard: sources in, results out, one each and in order, whatever happens."""

from __future__ import annotations

import contextlib
import datetime
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.articles import Source, read
from pipeline.articles.reading import Metadata
from pipeline.records import Article
from pipeline.running import similar
from pipeline.tables.rows import document_row, event_reasons, event_rows, mention_rows
from pipeline.tables.schema import Row

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


@dataclass(slots=True)
class Result:
    """All rows of one article, and the sketch by which near-identical articles are found.

    ``reasons`` say by event and slot why a value stands that the clause does not give.
    """

    document: Row
    mentions: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    sketch: list[int] = field(default_factory=list)
    reasons: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A source with what the command line says of it, ready to be sent to a worker."""

    source: Source
    metadata: Metadata | None = None
    published_option: datetime.date | None = None

    def read(self) -> Article:
        """Read the article."""
        known: Mapping[str, Metadata] = {self.source.doc_id: self.metadata} if self.metadata else {}
        return read(self.source, known, self.published_option)


class OutOfTimeError(Exception):
    """An article took longer than the limit."""


def process(nlp: Language, items: Sequence[Item], time_limit: float = 0) -> list[Result]:
    """Read and annotate the articles of a shard.

    Parameters
    ----------
    nlp : Language
        The pipeline, of :func:`pipeline.language.load`.
    items : sequence of Item
        The shard.
    time_limit : float
        Seconds for one article (0: none). An article that takes longer, or breaks a component,
        becomes a ``failed`` result; the others of its shard are not affected.

    Returns
    -------
    list of Result
        One for every item, in order.
    """
    return process_articles(nlp, [_read(item, time_limit) for item in items], time_limit)


def _read(item: Item, time_limit: float) -> Article:
    """Read an article; one that takes too long has failed (a page can be made to take hours)."""
    try:
        with _alarm(time_limit):
            return item.read()
    except OutOfTimeError:
        article = Article(item.source.doc_id, "", path=item.source.path)
        article.status, article.message = "failed", _too_long(time_limit)
        return article


def process_articles(
    nlp: Language, articles: Sequence[Article], time_limit: float = 0
) -> list[Result]:
    """Annotate articles already read; as :func:`process`."""
    good = [article for article in articles if article.status == "ok"]
    done: dict[str, Result] = {}
    # Words of one shard are forgotten with it: else the vocabulary would grow with the run.
    with _memory_zone(nlp):
        try:
            with _alarm(time_limit):
                done = _annotate(nlp, good)
        except Exception:
            for article in good:
                done[article.doc_id] = _alone(nlp, article, time_limit)
    return [done.get(article.doc_id) or Result(document_row(article)) for article in articles]


def failed(item: Item, reason: str) -> Result:
    """Make the result of an article that could not be worked on at all."""
    article = Article(item.source.doc_id, "", path=item.source.path)
    article.status, article.message = "failed", reason
    return Result(document_row(article))


def _alone(nlp: Language, article: Article, time_limit: float) -> Result:
    try:
        with _alarm(time_limit):
            return _annotate(nlp, [article])[article.doc_id]
    except OutOfTimeError:
        reason = _too_long(time_limit)
    except Exception as error:
        first = str(error).partition("\n")[0]
        reason = f"{type(error).__name__}: {first}" if first else type(error).__name__
    article.status = "failed"
    article.message = "; ".join(filter(None, [article.message, reason]))
    return Result(document_row(article))


def _too_long(time_limit: float) -> str:
    return f"took longer than {time_limit:g} seconds"


def _annotate(nlp: Language, articles: Sequence[Article]) -> dict[str, Result]:
    from pipeline import language

    annotated = language.annotate(nlp, articles)
    return {
        article.doc_id: rows_of(article, doc)
        for article, (_, doc) in zip(articles, annotated, strict=True)
    }


def rows_of(article: Article, doc: Doc) -> Result:
    """Make the rows of an annotated article."""
    mentions, events = mention_rows(article, doc), event_rows(article, doc)
    return Result(
        document_row(article, len(mentions), len(events)),
        mentions,
        events,
        similar.sketch(article),
        event_reasons(article, doc),
    )


def mark(result: Result, index: similar.Index) -> Row:
    """Return an article's row of documents.csv, with a note if an earlier article is like it."""
    row = result.document
    return noted(row, index.note(row["doc_id"], result.sketch))


def noted(row: Row, note: str) -> Row:
    """Return a row of documents.csv with a note in its message."""
    return row | {"message": "; ".join(filter(None, [row["message"], note]))}


def _memory_zone(nlp: Language) -> contextlib.AbstractContextManager[Any]:
    return nlp.memory_zone() if hasattr(nlp, "memory_zone") else contextlib.nullcontext()


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise :class:`OutOfTimeError` after some seconds (where the platform has timers)."""
    usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not seconds or not usable:
        yield
        return

    def ring(*_: object) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
