"""Gold articles read by the pipeline up to the events, which may then be extracted many times.

Trying a changed rule book on annotated articles costs only the event step: parse, names, dates,
agreements and places stay as they were read.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.evaluation.found import FoundDocument, FoundEvent, event_of_row, mention_of_row
from pipeline.evaluation.gold import GoldDocument
from pipeline.records import Article, Event, Zone

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.components.events.rules import Rulebook
    from pipeline.components.events.slots import Slots
    from pipeline.components.factuality import Factuality

EVENTS = "pacta_events"


@dataclass(slots=True)
class Reading:
    """An annotated article and the Doc that the pipeline made of it, without events.

    ``slots`` are kept from the first extraction for the next ones: who the words of an article
    mean does not depend on the rules.
    """

    gold: GoldDocument
    article: Article
    doc: Doc
    slots: Slots | None = None

    def found(self, events: list[FoundEvent]) -> FoundDocument:
        """Rows of this article, without mentions."""
        return FoundDocument(self.gold.doc_id, events=events)


def rules_of(nlp: Language) -> tuple[Rulebook, Factuality]:
    """The rule book and the factuality reader of a loaded pipeline."""
    from pipeline.components.events import Events

    events = nlp.get_pipe(EVENTS)
    assert isinstance(events, Events)
    return events.book, events.factuality


def read(
    nlp: Language, gold: Iterable[GoldDocument], texts: Mapping[str, str]
) -> Iterator[Reading]:
    """Run all components but the events over gold articles, lazily and in order.

    Publication date and zones are those of the annotation, so that what is measured is the
    reading of the text, not that of the file.

    Parameters
    ----------
    nlp : Language
        As :func:`pipeline.language.load` returns it.
    gold : iterable of GoldDocument
        The annotation.
    texts : mapping
        Articles by ``doc_id``.
    """
    from pipeline.language import annotate

    by_id = {document.doc_id: document for document in gold}
    articles = (_article(document, texts[document.doc_id]) for document in by_id.values())
    with nlp.select_pipes(disable=[EVENTS]):
        for article, doc in annotate(nlp, articles):
            yield Reading(by_id[article.doc_id], article, doc)


def extract_events(reading: Reading, book: Rulebook, factuality: Factuality) -> list[Event]:
    """Extract the events of an article with a rule book, as the component does."""
    from pipeline.components.acts.grouping import link_document
    from pipeline.components.events.extraction import extract

    slots = slots_of(reading, book, factuality)
    events = extract(reading.doc, book, factuality, slots)
    return link_document(events, reading.doc, reading.doc._.principals)


def slots_of(reading: Reading, book: Rulebook, factuality: Factuality) -> Slots:
    """The slots of an article, built once; all rule books must share their word classes."""
    from pipeline.components.events.slots import Slots

    if reading.slots is None:
        reading.slots = Slots.of(reading.doc, book, factuality)
    return reading.slots


def rows_of(reading: Reading, events: Iterable[Event]) -> list[tuple[Event, FoundEvent]]:
    """Each event with its row as a run would write it, in the order of the table."""
    from pipeline.tables.rows import event_rows

    reading.doc._.events = sorted(events, key=lambda event: (event.trigger, event.event_type))
    rows = map(event_of_row, event_rows(reading.article, reading.doc))
    return list(zip(reading.doc._.events, rows, strict=True))


def found_document(reading: Reading, events: Iterable[Event]) -> FoundDocument:
    """What a run would write of the article, as scoring takes it."""
    from pipeline.tables.rows import mention_rows

    found = reading.found([row for _, row in rows_of(reading, events)])
    found.mentions = [mention_of_row(row) for row in mention_rows(reading.article, reading.doc)]
    return found


def without(book: Rulebook, ids: Iterable[str]) -> Rulebook:
    """A rule book without some of its rules."""
    off = frozenset(ids)
    return replace(
        book,
        rules={name: rule for name, rule in book.rules.items() if name not in off},
        index={
            key: kept
            for key, triggers in book.index.items()
            if (kept := tuple(t for t in triggers if t.rule.id not in off))
        },
    )


def _article(document: GoldDocument, text: str) -> Article:
    published = document.published
    return Article(
        doc_id=document.doc_id,
        text=text,
        published=datetime.date.fromisoformat(published) if published else None,
        published_from="metadata" if published else "",
        zones=[Zone(*zone) for zone in document.zones],
    )
