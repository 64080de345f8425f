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

from pipeline import gazetteers
from pipeline.components.agreements import knowledge
from pipeline.components.agreements.finder import Finder
from pipeline.components.agreements.identity import Resolver
from pipeline.components.agreements.ids import agreement_for
from pipeline.components.agreements.names import Found
from pipeline.components.agreements.text import is_state
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
        """Write ``doc.spans["agreements"]``; names and dates inside one are no mentions."""
        spans = []
        covered: set[int] = set()
        for found in self.process(doc):
            span = Span(doc, found.start, found.end, label=LABEL)
            span._.agreement = Agreement(generic=found.generic, rule=found.rule)
            spans.append(span)
            covered.update(range(found.start, found.end))
        doc.spans[extensions.AGREEMENTS] = spans
        if covered:
            ents = [part for ent in doc.ents for part in _remains(ent, covered)]
            doc.set_ents(ents, default="outside")
            if extensions.DATES in doc.spans:
                dates = doc.spans[extensions.DATES]
                doc.spans[extensions.DATES] = [d for d in dates if d.start not in covered]
        return doc


def _remains(ent: Span, covered: set[int]) -> list[Span]:
    """Return what is left of a name beside agreements: all of it, or the countries in it.

    Where a recogniser took "Germany–Japan Reciprocal Access Agreement" for one body, the two
    countries are mentions of their own.
    """
    if not any(i in covered for i in range(ent.start, ent.end)):
        return [ent]
    doc, parts = ent.doc, []
    for i in range(ent.start, ent.end):
        if i not in covered and is_state(doc[i].text):
            label = "GPE" if gazetteers.country_by_name(doc[i].text) else "NORP"
            parts.append(Span(doc, i, i + 1, label=label))
    return parts


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
