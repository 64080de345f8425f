"""Agreements: finding their mentions and telling which treaty each one means.

Two spaCy components. ``pacta_agreements`` writes ``doc.spans["agreements"]`` and takes overlapped
names out of ``doc.ents``; ``pacta_agreement_ids``, after the entities are known, fills
``span._.agreement``.

Examples
--------
>>> import spacy
>>> import pipeline.components.agreements
>>> nlp = spacy.blank("en")
>>> _ = nlp.add_pipe("pacta_agreements")
>>> doc = nlp("Both sides want to renew the New START treaty.")
>>> [span.text for span in doc.spans["agreements"]]
['New START treaty']
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components.agreements import knowledge
from pipeline.components.agreements.finder import Finder, Found
from pipeline.components.agreements.identity import Resolver, agreement_for
from pipeline.language import extensions
from pipeline.records import Agreement

LABEL = "AGREEMENT"

__all__ = ["LABEL", "AgreementFinder", "AgreementIds", "agreement_for"]


@Language.factory(
    "pacta_agreements",
    assigns=["doc.spans", "doc.ents", "span._.agreement"],
    default_config={},
)
class AgreementFinder:
    """spaCy component: the AGREEMENT mentions of a document.

    Needs tokens; better with part-of-speech tags, entities, dates and zones.
    """

    def __init__(self, nlp: Language, name: str = "pacta_agreements") -> None:
        extensions.register()
        self.name = name
        self.finder = Finder(knowledge.load())

    def process(self, doc: Doc) -> list[Found]:
        """Return the mentions of a document without writing them."""
        return self.finder.find(doc)

    def __call__(self, doc: Doc) -> Doc:
        """Write ``doc.spans["agreements"]`` and remove the names it overlaps from ``doc.ents``."""
        spans = []
        covered: set[int] = set()
        for found in self.process(doc):
            span = Span(doc, found.start, found.end, label=LABEL)
            span._.agreement = Agreement(generic=found.generic, rule=found.rule)
            spans.append(span)
            covered.update(range(found.start, found.end))
        doc.spans[extensions.AGREEMENTS] = spans
        if covered:
            kept = [e for e in doc.ents if not any(i in covered for i in range(e.start, e.end))]
            if len(kept) < len(doc.ents):
                doc.set_ents(kept, default="outside")
        return doc


@Language.factory(
    "pacta_agreement_ids",
    requires=["doc.spans", "doc.ents"],
    assigns=["span._.agreement"],
    default_config={},
)
class AgreementIds:
    """spaCy component: which agreement each mention means (id, type, parties)."""

    def __init__(self, nlp: Language, name: str = "pacta_agreement_ids") -> None:
        extensions.register()
        self.name = name
        self.resolver = Resolver(knowledge.load())

    def process(self, doc: Doc) -> list[Agreement]:
        """Return the agreement of each mention, in order, without writing it."""
        return self.resolver.resolve(doc)

    def __call__(self, doc: Doc) -> Doc:
        """Write ``span._.agreement`` of all spans in ``doc.spans["agreements"]``."""
        spans = doc.spans.get(extensions.AGREEMENTS, ())
        for span, agreement in zip(spans, self.process(doc), strict=True):
            span._.agreement = agreement
        return doc
