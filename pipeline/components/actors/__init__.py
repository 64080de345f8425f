"""Actors: names in the text (``pacta_names``) and the entities they mean (``pacta_actors``)."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.components.actors.entities import Resolution
from pipeline.components.actors.lexicon import Lexicon, packaged
from pipeline.components.actors.surfaces import Hit
from pipeline.components.actors.titles import Titles
from pipeline.language import extensions


@Language.factory("pacta_actors", requires=["doc.ents"])
def make_actors(nlp: Language, name: str) -> Actors:
    """Build the component with the packaged tables."""
    return Actors(nlp, packaged())


class Actors:
    """Resolve every name of a text to an :class:`~pipeline.records.Entity`.

    Writes ``ent._.entity`` for each of ``doc.ents`` and ``doc._.entities``, in order of first
    mention, and the titles that it finds as ``doc.spans["titles"]``. Mentions of one thing share
    one object. ``doc._.published`` bounds terms of office.

    Parameters
    ----------
    nlp : Language
        The pipeline whose tokeniser the texts come from.
    lexicon : Lexicon
        Known bodies, offices, holders and groups.
    """

    def __init__(self, nlp: Language, lexicon: Lexicon) -> None:
        extensions.register()
        self.lexicon = lexicon
        self.titles = Titles(nlp, lexicon.offices)

    def __call__(self, doc: Doc) -> Doc:
        """Write the entities of a text."""
        titles = self.titles(doc)
        doc.spans[extensions.TITLES] = [self._span(doc, hit) for hit in titles]
        resolution = Resolution(doc, titles, self.lexicon)
        doc._.entities = resolution.run()
        # Coreference asks which person "the minister" is.
        doc.user_data["pacta_titles"] = (resolution.titles, resolution.offices)
        return doc

    def _span(self, doc: Doc, hit: Hit) -> Span:
        text = doc[hit.start : hit.end].text.lower()
        address = text in self.lexicon.offices.address
        return Span(doc, hit.start, hit.end, label="ADDRESS" if address else "OFFICE")
