"""spaCy's DocBin: gold as Docs, for training and for a look in displaCy.

Names are ``doc.ents``, dates and agreements ``doc.spans`` as the components write them, triggers
``doc.spans["events"]`` with the event type as label. Tokens of zones count as not annotated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.evaluation.gold import ENTITY_LABELS, GoldDocument, GoldError, GoldEvent, GoldMention

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

EVENTS = "events"


def write(documents: Iterable[GoldDocument], texts: Mapping[str, str], path: Path) -> None:
    """Write the documents, tokenised as the trained model does where it is there."""
    from spacy.tokens import DocBin

    path.parent.mkdir(parents=True, exist_ok=True)
    docs = to_docs(documents, texts, _tokenizer())
    DocBin(docs=docs, store_user_data=True).to_disk(path)


def to_docs(
    documents: Iterable[GoldDocument], texts: Mapping[str, str], nlp: Language
) -> Iterator[Doc]:
    """Make a Doc of each document.

    A span that does not begin and end with a token is widened to the tokens it touches; where
    two names would then share a token, the longer one stays. ``doc.user_data`` holds ``doc_id``
    and ``published``.
    """
    from spacy.util import filter_spans

    from pipeline.language.extensions import AGREEMENTS, DATES

    for document in documents:
        doc = nlp.make_doc(texts[document.doc_id])
        doc.user_data["doc_id"] = document.doc_id
        doc.user_data["published"] = document.published
        by_label: dict[str, list[Span]] = {"": [], DATES: [], AGREEMENTS: []}
        group = {"DATE": DATES, "AGREEMENT": AGREEMENTS} | dict.fromkeys(ENTITY_LABELS, "")
        for mention in document.mentions:
            by_label[group[mention.label]].append(_span(doc, mention, mention.label))
        names = by_label.pop("")
        zones = [
            span
            for _, start, end in document.zones
            if (span := doc.char_span(start, end, alignment_mode="contract"))
        ]
        doc.set_ents(filter_spans(names), missing=zones)
        for key, spans in by_label.items():
            doc.spans[key] = spans
        doc.spans[EVENTS] = [_span(doc, event, event.type) for event in document.events]
        yield doc


def _span(doc: Doc, record: GoldMention | GoldEvent, label: str) -> Span:
    span = doc.char_span(record.start, record.end, label=label, alignment_mode="expand")
    if span is None:
        raise GoldError("gold", f"{doc.user_data['doc_id']}: {record.id}", "lies outside the text")
    return span


def _tokenizer() -> Language:
    import spacy

    from pipeline.language import model_path

    try:
        return spacy.load(model_path())
    except FileNotFoundError:
        return spacy.blank("en")
