"""The spaCy component ``pacta_paragraphs``: the end of a paragraph ends a sentence.

Headlines, datelines and bullets have no full stop, and a parser that reads on over the end of a
line makes the dateline the subject of the first sentence. The parser keeps to sentence starts
that are set before it. A break inside a paragraph (:mod:`pipeline.articles.lines`) ends nothing.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.articles.lines import BREAK, soft_breaks


@Language.factory("pacta_paragraphs", assigns=["token.is_sent_start"])
def make_paragraphs(nlp: Language, name: str) -> Paragraphs:
    """Build the component; it goes before the parser."""
    return Paragraphs()


class Paragraphs:
    """Marks the first word of every paragraph as the start of a sentence."""

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        inside = {end for _, end in soft_breaks(text)}
        end = 0
        for token in doc:
            if token.is_space:
                continue
            if token.idx not in inside and BREAK.search(text, end, token.idx):
                token.is_sent_start = True
            end = token.idx + len(token)
        return doc
