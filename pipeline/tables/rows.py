"""From an annotated article to the rows of the tables."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline import resources
from pipeline.records import Article, DateValue, Event, Place
from pipeline.tables.schema import DOCUMENTS, EVENTS, MENTIONS, Row, join, number

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_NAMES = ("PERSON", "ORG", "GPE", "LOC", "NORP")
_WORD = re.compile(r"\w+")


def event_rows(article: Article, doc: Doc) -> list[Row]:
    """Make the rows of events.csv for one article, in the order of their triggers.

    Parameters
    ----------
    article : Article
        As read.
    doc : Doc
        The article through all components; ``doc._.events`` holds the events.

    Returns
    -------
    list of dict
        ``cluster_id`` is still empty: it needs the whole run.
    """
    return [_event_row(article, event, event_id) for event_id, event in _named(article, doc)]


def event_reasons(article: Article, doc: Doc) -> dict[str, dict[str, str]]:
    """Return why slots of events hold what no word of their clause says: by event id and slot."""
    return {
        event_id: dict(event.reasons) for event_id, event in _named(article, doc) if event.reasons
    }


def _named(article: Article, doc: Doc) -> list[tuple[str, Event]]:
    laid_back = (_laid_back(event, doc) for event in doc._.events)
    events = sorted(laid_back, key=lambda event: (event.trigger, event.event_type))
    ids = _ids(f"{article.doc_id}:{event.event_type}:{event.trigger[0]}" for event in events)
    return list(zip(ids, events, strict=True))


def mention_rows(article: Article, doc: Doc) -> list[Row]:
    """Make the rows of mentions.csv for one article, in the order of their offsets."""
    from pipeline.language.extensions import AGREEMENTS, DATES

    spans = [
        *(ent for ent in doc.ents if ent.label_ in _NAMES),
        *doc.spans.get(DATES, ()),
        *doc.spans.get(AGREEMENTS, ()),
    ]
    placed = [(_origin(doc, (span.start_char, span.end_char)), span) for span in spans]
    placed.sort(key=lambda pair: (pair[0], pair[1].label_))
    ids = _ids(f"{article.doc_id}:{span.label_}:{start}" for (start, _), span in placed)
    return [
        _mention_row(article, span, where, span_id)
        for (where, span), span_id in zip(placed, ids, strict=True)
    ]


def document_row(article: Article, mentions: int = 0, events: int = 0) -> Row:
    """Make an article's row of documents.csv; skipped and failed articles have one, too."""
    zones = [f"{zone.kind}:{zone.start}-{zone.end}" for zone in article.zones]
    hidden = sum(zone.end - zone.start for zone in article.zones)
    row = dict.fromkeys(DOCUMENTS.columns, "")
    row |= {
        "doc_id": article.doc_id,
        "path": article.path,
        "title": article.title,
        "published": _day(article),
        "published_from": article.published_from,
        "language": article.language,
        "characters": str(len(article.text)),
        "words": str(sum(1 for _ in _WORD.finditer(article.text))),
        "body_characters": str(len(article.text) - hidden),
        "zones": join(zones),
        "mentions": str(mentions),
        "events": str(events),
        "status": article.status,
        "message": article.message,
    }
    return row


def _origin(doc: Doc, span: tuple[int, int]) -> tuple[int, int]:
    """Return where a span of a doc stands in its article."""
    return doc._.plain.origin(*span) if doc._.plain else span


def _laid_back(event: Event, doc: Doc) -> Event:
    """Return an event with the offsets of its article in place of those of its doc."""
    if not doc._.plain:
        return event
    return replace(
        event,
        trigger=_origin(doc, event.trigger),
        evidence=_origin(doc, event.evidence),
        date_span=event.date_span and _origin(doc, event.date_span),
        place_span=event.place_span and _origin(doc, event.place_span),
        agreement_span=event.agreement_span and _origin(doc, event.agreement_span),
    )


def _event_row(article: Article, event: Event, event_id: str) -> Row:
    row = dict.fromkeys(EVENTS.columns, "")
    row |= {
        "event_id": event_id,
        "doc_id": article.doc_id,
        "published": _day(article),
        "event_type": event.event_type,
        "mode": event.mode,
        "quad_class": quad_classes().get(event.event_type, ""),
        "context": join(event.contexts),
        "factuality": event.factuality,
        "actors": join([actor.name for actor in event.actors]),
        "actor_codes": join([actor.code for actor in event.actors]),
        "recipients": join([recipient.name for recipient in event.recipients]),
        "recipient_codes": join([recipient.code for recipient in event.recipients]),
        "same_as": event.same_as,
        "rule_id": event.rule_id,
        "confidence": number(event.confidence) if event.confidence else "",
    }
    row |= _quoted(article, "trigger", event.trigger)
    row |= _quoted(article, "evidence", event.evidence)
    if event.date is not None:
        row |= _date_cells(event.date)
        row |= {"date_text": _cut(article, event.date_span), "date_from": event.date_from}
    if event.place is not None:
        row |= _place_cells(event.place)
        row |= {
            "place": event.place.name,
            "place_country": event.place.country,
            "place_text": _cut(article, event.place_span),
            "place_from": event.place_from,
        }
    if event.agreement is not None:
        row |= {
            "agreement_text": _cut(article, event.agreement_span),
            "agreement_id": event.agreement.agreement_id,
            "agreement_type": event.agreement.agreement_type,
            "agreement_stage": event.agreement_stage,
        }
    return row


def _mention_row(article: Article, span: Span, where: tuple[int, int], mention_id: str) -> Row:
    row = dict.fromkeys(MENTIONS.columns, "")
    row |= {
        "mention_id": mention_id,
        "doc_id": article.doc_id,
        "label": span.label_,
        "text": _cut(article, where),
        "start": str(where[0]),
        "end": str(where[1]),
    }
    if span.label_ == "DATE" and span._.date is not None:
        row |= _date_cells(span._.date)
    elif span.label_ == "AGREEMENT" and span._.agreement is not None:
        row |= {
            "agreement_id": span._.agreement.agreement_id,
            "agreement_type": span._.agreement.agreement_type,
            "generic": "true" if span._.agreement.generic else "false",
        }
    elif span._.entity is not None:
        row |= {
            "entity": span._.entity.name,
            "country": span._.entity.country,
            "sector": span._.entity.sector,
        }
    if span.label_ == "GPE":
        row["sense"] = span._.sense or ""
    if span.label_ in ("GPE", "LOC") and span._.place is not None:
        row |= _place_cells(span._.place)
    return row


def _ids(wanted: Iterable[str]) -> list[str]:
    """Number ids that occur more than once: the second is ``...-2``."""
    seen: Counter[str] = Counter()
    ids = []
    for base in wanted:
        seen[base] += 1
        ids.append(base if seen[base] == 1 else f"{base}-{seen[base]}")
    return ids


def _date_cells(date: DateValue) -> Row:
    return {
        "date": date.edtf,
        "date_start": date.start,
        "date_end": date.end,
        "date_precision": date.precision,
    }


def _place_cells(place: Place) -> Row:
    return {
        "latitude": number(place.latitude),
        "longitude": number(place.longitude),
        "geonames_id": place.geonames_id,
    }


def _quoted(article: Article, name: str, span: tuple[int, int]) -> Row:
    return {name: _cut(article, span), f"{name}_start": str(span[0]), f"{name}_end": str(span[1])}


def _cut(article: Article, span: tuple[int, int] | None) -> str:
    return article.text[span[0] : span[1]] if span else ""


def _day(article: Article) -> str:
    return article.published.isoformat() if article.published else ""


@functools.cache
def quad_classes() -> dict[str, str]:
    """Return the quad class of each event type, as ``knowledge/quad_classes.csv`` has it."""
    rows = resources.table("quad_classes.csv", ("event_type", "quad_class"))
    return {row["event_type"]: row["quad_class"] for row in rows}
