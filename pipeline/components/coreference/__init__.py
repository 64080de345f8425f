"""Whom each word means (``pacta_coreference``): names, pronouns and common nouns, in one room.

``token._.referents`` holds the entities of every token that is a party or stands for one, and
``doc._.principals`` the two states that an article is about. :mod:`.discourse` is the article as
the strategies see it; :mod:`.pronouns`, :mod:`.speakers`, :mod:`.nominals` and
:mod:`.affiliation` hold one kind of referring expression each; :mod:`.resolver` asks them in one
pass in text order.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.coreference.discourse import Discourse
from pipeline.components.coreference.resolver import Resolver
from pipeline.language import extensions


@Language.factory(
    "pacta_coreference",
    assigns=["token._.referents", "doc._.principals"],
    requires=["doc.ents", "token.dep", "token.lemma"],
)
def make_coreference(nlp: Language, name: str) -> Coreference:
    """Build the component with the packaged word lists."""
    return Coreference()


class Coreference:
    """Writes ``token._.referents`` and ``doc._.principals``. Needs a UD parse and entities."""

    def __init__(self) -> None:
        extensions.register()

    def __call__(self, doc: Doc) -> Doc:
        """Write whom every word of a text means."""
        discourse = Discourse(doc)
        for i, found in Resolver(discourse).run().items():
            doc[i]._.referents = tuple(found)
        doc._.principals = tuple(discourse.principals(2))
        return doc
