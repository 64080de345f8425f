"""The spaCy component ``pacta_places``."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from pipeline import gazetteers
from pipeline.components.places.candidates import gazetteer
from pipeline.components.places.resolve import Resolver, Words
from pipeline.components.places.sense import SenseRules
from pipeline.language import extensions

LABELS = ("GPE", "LOC")
_CAPITALISED = re.compile(r"\b[A-Z][a-z]{2,}\b")


@Language.factory(
    "pacta_places",
    requires=["doc.ents"],
    assigns=["span._.place", "span._.sense"],
)
def create_places(nlp: Language, name: str) -> Places:
    """Make the component.

    Examples
    --------
    >>> import spacy, pipeline.components.places
    >>> nlp = spacy.blank("en")
    >>> _ = nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Kyiv"}])
    >>> _ = nlp.add_pipe("pacta_places")
    >>> nlp("They met in Kyiv.").ents[0]._.place.country
    'UKR'
    """
    return Places()


class Places:
    """Gives every GPE and LOC entity its place, and GPE entities their sense.

    Reads ``doc.ents`` (and, where they are there, tags, lemmas and the parse, for the sense).
    Entities in the article's zones are left alone. It holds no state between documents.
    """

    def __init__(self) -> None:
        extensions.register()
        self._resolver = Resolver(gazetteer(), Words.read())
        self._senses = SenseRules.read()

    def __call__(self, doc: Doc) -> Doc:
        spans = [
            span
            for span in doc.ents
            if span.label_ in LABELS and not extensions.in_zone(doc, span.start_char)
        ]
        if not spans:
            return doc
        found = self._resolver.resolve(
            doc.text,
            [(span.start_char, span.end_char, span.label_) for span in spans],
            demonyms(doc.text),
        )
        before = None
        for span, place in zip(spans, found, strict=True):
            span._.place = place
            if span.label_ == "GPE":
                span._.sense = self._senses.judge(doc, span, place, before)
            before = span
        return doc


def demonyms(text: str) -> list[str]:
    """Return the codes of the countries that a text speaks of by adjective or people."""
    words = dict.fromkeys(_CAPITALISED.findall(text))
    found = (gazetteers.country_by_demonym(word) for word in words)
    return list(dict.fromkeys(country.iso3 for country in found if country and country.iso3))
