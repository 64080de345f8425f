"""From a source to an article: text, metadata, language, zones."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.articles import languages, markup, published, zones
from pipeline.articles.containers import separator
from pipeline.articles.decoding import MAX_BYTES, declared_encoding, decode
from pipeline.articles.errors import InputError, UnreadableError
from pipeline.articles.pages import read_page
from pipeline.articles.plain import plain
from pipeline.articles.sources import Source, fetch
from pipeline.records import Article

MAX_CHARACTERS = 1_000_000
"""Longer texts are no articles, and the parser's memory grows with the text."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What ``--metadata`` says of one article."""

    published: datetime.date | None = None
    title: str = ""
    note: str = ""


def read(
    source: Source,
    metadata: Mapping[str, Metadata] | None = None,
    published_option: datetime.date | None = None,
) -> Article:
    """Read an article; never raises.

    Parameters
    ----------
    source : Source
        An article as found.
    metadata : mapping of str to Metadata, optional
        By ``doc_id``; goes before what the file says of itself.
    published_option : datetime.date, optional
        Publication date for articles whose metadata and own fields have none.

    Returns
    -------
    Article
        ``status`` is ``ok``; ``skipped`` (not English); or ``failed``, with the reason in
        ``message``.
    """
    # A name of a file need not be UTF-8; a table is.
    path = source.path.encode("utf-8", "replace").decode("utf-8")
    article = Article(source.doc_id, "", path=path)
    notes = [source.note]
    try:
        fields, preface, note = _content(source)
        notes.append(note)
        article.text = fields["text"]
        _check_text(article.text)
        known = (metadata or {}).get(source.doc_id) or Metadata()
        _set_metadata(article, fields, known, published_option, source.date_order)
        given = fields.get("date", "").strip()
        if known.note:
            notes.append(known.note)
        if given and not known.published and published.parse(given, source.date_order) is None:
            notes.append(published.not_understood(given))
        article.zones = zones.find(article.text, preface)
        article.language = languages.recognise(body(article))
        if article.language not in ("", languages.ENGLISH):
            article.status = "skipped"
            notes.append(f"not English: {article.language}")
    except UnreadableError as error:
        article.status = "failed"
        notes.append(str(error))
    # One line, whatever a library says of the file.
    article.message = " ".join("; ".join(note for note in notes if note).split())
    return article


def read_metadata(path: Path, date_order: str = "") -> dict[str, Metadata]:
    """Read a metadata table (CSV with ``doc_id``, and ``published`` and ``title`` if known).

    Parameters
    ----------
    path : Path
        The table.
    date_order : str
        ``DMY`` or ``MDY``; empty where the values shall tell (:func:`.published.order_of`).

    Raises
    ------
    InputError
        The file cannot be read or has no ``doc_id`` column. A date that is none is noted in the
        message of its article.
    """
    try:
        text, _ = decode(path.read_bytes())
    except (OSError, UnreadableError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"metadata {path} cannot be read: {reason}") from None
    csv.field_size_limit(MAX_BYTES)
    # Only line ends divide rows: a title may hold any other character.
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator(text))
    rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or []]
    if "doc_id" not in rows.fieldnames:
        there = ", ".join(rows.fieldnames) or "none"
        raise InputError(f"metadata {path} has no column doc_id; there are: {there}")
    try:
        table = list(rows)
    except csv.Error as error:
        raise InputError(f"metadata {path} cannot be read: {error}") from None
    order = date_order or published.order_of(row.get("published") or "" for row in table)
    found: dict[str, Metadata] = {}
    for row in table:
        value = (row.get("published") or "").strip()
        date = published.parse(value, order)
        notes = [published.not_understood(value)] if value and date is None else []
        if row["doc_id"] in found:
            notes.append("its id stands twice in the metadata; the last row counts")
        found[row["doc_id"]] = Metadata(date, (row.get("title") or "").strip(), "; ".join(notes))
    return found


def _content(source: Source) -> tuple[dict[str, str], int, str]:
    """Return an article's parts, the length of its front matter, and a note on its encoding."""
    if source.error:
        raise UnreadableError(source.error)
    if source.row is not None:
        return source.row, 0, ""
    data = fetch(source) if source.stamp else source.data
    text, note = decode(data, declared_encoding(data) if source.kind == "html" else "")
    if source.kind == "html":
        page = read_page(text)
        return {"text": page.text, "title": page.title, "date": page.date}, 0, note
    if source.kind == "markdown":
        values, preface = markup.front_matter(text)
        return {**values, "text": text}, preface, note
    return {"text": text}, 0, note


def _check_text(text: str) -> None:
    if not text.strip():
        raise UnreadableError("empty")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(f"{len(text):,} characters; the limit is {MAX_CHARACTERS:,}")


def _set_metadata(
    article: Article,
    fields: Mapping[str, str],
    known: Metadata,
    option: datetime.date | None,
    date_order: str,
) -> None:
    article.title = known.title or fields.get("title", "")
    article.published = known.published or published.parse(fields.get("date", ""), date_order)
    article.published_from = "metadata"
    if article.published is None:
        article.published, article.published_from = option, "option"
    if article.published is None:
        article.published, article.published_from = (
            published.from_text(plain(article.text).text, date_order),
            "text",
        )
    if article.published is None:
        article.published_from = ""


def body(article: Article) -> str:
    """Return the text outside the zones."""
    parts, start = [], 0
    for zone in article.zones:
        parts.append(article.text[start : zone.start])
        start = zone.end
    return "".join([*parts, article.text[start:]])
