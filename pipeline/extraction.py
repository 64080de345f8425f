"""Extraction inside a Python program: articles in, pandas data frames out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.records import Article

if TYPE_CHECKING:
    import pandas as pd
    from spacy.language import Language

    from pipeline.articles import Source

Given = Article | str | Path | Mapping[str, Any]
"""What stands for an article, or a Path for those of a file or folder."""

_SHARD = 32
_WANTED = (
    "extract() wants a pandas DataFrame with a column text, a list of dicts, texts, Paths or "
    "Articles, or one text"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """The five output tables (docs/tables.md) as data frames with typed columns.

    Lists are Python lists, days ``datetime64[s]``, numbers nullable; what is not known is missing.
    """

    events: pd.DataFrame
    mentions: pd.DataFrame
    agreements: pd.DataFrame
    clusters: pd.DataFrame
    documents: pd.DataFrame


def extract(articles: pd.DataFrame | Iterable[Given] | str, nlp: Language | None = None) -> Tables:
    """Extract events, mentions and agreements from articles, in this process.

    Parameters
    ----------
    articles : DataFrame, iterable or str
        A data frame, one article a row; a list of which each is a text, a mapping, a Path of a
        file or folder, or an :class:`~pipeline.records.Article`; or one text. Columns and keys
        are those of the command line's input: ``text`` and, if known, ``doc_id`` or ``id``,
        ``published`` or ``date`` (``YYYY-MM-DD``, or a date; 8/5/2024 is read as the others of its
        column are), ``title``; the other usual names
        (``body``, ``headline``, …) are known, too. What pandas takes for missing is missing.
    nlp : Language, optional
        The pipeline of :func:`pipeline.load`, to load it once for several calls.

    Returns
    -------
    Tables
        The same rows as ``pacta run`` writes. An article that cannot be read or is not English
        has a row in ``documents`` that says why; so has one whose date is not understood. An id
        that is taken gets ``-2``, none at all ``article-`` and the article's number from 1.

    Raises
    ------
    TypeError
        ``articles``, or one of them, is something else; nothing has been read then.
    InputError
        A path does not exist, or a data frame has no text column.
    """
    from pipeline import language
    from pipeline.linking import link_run
    from pipeline.running.shard import mark, process_articles
    from pipeline.running.similar import Index
    from pipeline.tables import TABLES
    from pipeline.tables.frames import frame

    given = _listed(articles)
    nlp = nlp or language.load()
    index = Index()
    documents, mentions, events = [], [], []
    waiting = _read(given)
    while shard := list(itertools.islice(waiting, _SHARD)):
        for result in process_articles(nlp, shard):
            documents.append(mark(result, index))
            mentions += result.mentions
            events += result.events
    index.close()
    linked = link_run(events)
    rows = {
        "events": linked.events,
        "mentions": mentions,
        "agreements": linked.agreements,
        "clusters": linked.clusters,
        "documents": documents,
    }
    return Tables(**{name: frame(table, rows[name]) for name, table in TABLES.items()})


def _listed(articles: pd.DataFrame | Iterable[Given] | str) -> list[Given]:
    """List the articles, once it is known that all are something that can be read."""
    import pandas as pd

    from pipeline.articles import Fields
    from pipeline.articles.containers import pick

    if isinstance(articles, pd.DataFrame):
        # Without a text column no row can be read: that is said once, and not in every row.
        pick(dict.fromkeys(articles.columns), Fields())
        # Whole numbers beside a missing one are floats in pandas: an id 7 would become 7.0.
        return list(articles.convert_dtypes().to_dict("records"))
    if isinstance(articles, str):
        return [articles]
    if isinstance(articles, Mapping | bytes | bytearray) or not isinstance(articles, Iterable):
        raise TypeError(f"{_WANTED}; this is {type(articles).__name__}")
    listed = list(articles)
    for number, article in enumerate(listed, start=1):
        if not isinstance(article, Article | str | Path | Mapping):
            raise TypeError(f"{_WANTED}; number {number} is {type(article).__name__}")
    return listed


def _read(articles: Sequence[Given]) -> Iterator[Article]:
    from pipeline.articles import find, published, read
    from pipeline.articles.sources import with_unique_id

    taken: dict[str, int] = {}
    rows = {
        number: _source({"text": one} if isinstance(one, str) else one, f"article-{number:06d}")
        for number, one in enumerate(articles, start=1)
        if isinstance(one, str | Mapping)
    }
    order = published.order_of(source.row["date"] for source in rows.values() if source.row)
    for number, article in enumerate(articles, start=1):
        if isinstance(article, Article):
            taken.setdefault(article.doc_id, 2)
            yield article
            continue
        if isinstance(article, Path):
            sources: Iterable[Source] = find([article])
        else:
            rows[number].date_order = order
            sources = [rows[number]]
        for source in sources:
            yield read(with_unique_id(source, taken))


def _source(row: Mapping[str, Any], fallback: str) -> Source:
    from pandas import isna
    from pandas.api.types import is_scalar

    from pipeline.articles import InputError, Source, UnreadableError
    from pipeline.articles.sources import from_row

    known = {
        name: None if is_scalar(value) and isna(value) else value for name, value in row.items()
    }
    try:
        return from_row(known, fallback)
    except (InputError, UnreadableError) as error:
        return Source(fallback, "", "row", error=str(error))
