"""Extraction inside a Python program: articles in, pandas data frames out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.records import Article

if TYPE_CHECKING:
    import pandas as pd
    from spacy.language import Language

_SHARD = 32


@dataclass(frozen=True, slots=True)
class Tables:
    """The five output tables (SCHEMA.md) as data frames with typed columns.

    Lists are Python lists, days ``datetime64[s]``, numbers nullable; what is not known is missing.
    """

    events: pd.DataFrame
    mentions: pd.DataFrame
    agreements: pd.DataFrame
    clusters: pd.DataFrame
    documents: pd.DataFrame


def extract(
    articles: Iterable[Article | str | Path | Mapping[str, Any]], nlp: Language | None = None
) -> Tables:
    """Extract events, mentions and agreements from articles, in this process.

    Parameters
    ----------
    articles : iterable
        Each a text; a mapping with ``text`` and, if known, ``doc_id``, ``published``
        (``YYYY-MM-DD`` or a date) and ``title``; a Path of a file or folder; or an
        :class:`~pipeline.records.Article`.
    nlp : Language, optional
        The pipeline of :func:`pipeline.load`, to load it once for several calls.

    Returns
    -------
    Tables
        The same rows as ``pacta run`` writes. An article that cannot be read or is not English
        has a row in ``documents`` that says why.

    Raises
    ------
    InputError
        A path does not exist.
    """
    from pipeline import language
    from pipeline.linking import link_run
    from pipeline.running.shard import mark, process_articles
    from pipeline.running.similar import Index
    from pipeline.tables import TABLES
    from pipeline.tables.frames import frame

    nlp = nlp or language.load()
    index = Index()
    documents, mentions, events = [], [], []
    waiting = _read(articles)
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


def _read(articles: Iterable[Article | str | Path | Mapping[str, Any]]) -> Iterator[Article]:
    from pipeline.articles import Source, find, read

    for number, article in enumerate(articles, start=1):
        if isinstance(article, Article):
            yield article
        elif isinstance(article, Path):
            yield from map(read, find([article]))
        else:
            given = {"text": article} if isinstance(article, str) else article
            row = {
                "text": str(given.get("text") or ""),
                "date": str(given.get("published") or ""),
                "title": str(given.get("title") or ""),
            }
            doc_id = str(given.get("doc_id") or f"article-{number:06d}")
            yield read(Source(doc_id, "", "row", row=row))
