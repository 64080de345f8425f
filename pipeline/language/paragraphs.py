"""The spaCy component ``pacta_paragraphs``: a line break ends a sentence.

Headlines, datelines and bullets have no full stop, and a parser that reads on over the end of a
line makes the dateline the subject of the first sentence. The parser keeps to sentence starts
that are set before it. In a text whose lines are broken at a fixed width only blank lines count.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

NARROW, WIDE = 50, 100
"""Characters between which the lines of a text broken at a fixed width lie."""
CLOSING = (".", "!", "?", ":", "”", '"', "…")


@Language.factory("pacta_paragraphs", assigns=["token.is_sent_start"])
def make_paragraphs(nlp: Language, name: str) -> Paragraphs:
    """Build the component; it goes before the parser."""
    return Paragraphs()


class Paragraphs:
    """Marks the first word of every line (or paragraph) as the start of a sentence."""

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        wrapped = is_wrapped(text)
        end = 0
        for token in doc:
            if token.is_space:
                continue
            gap = text[end : token.idx]
            if "\n" in gap and (not wrapped or gap.count("\n") > 1):
                token.is_sent_start = True
            end = token.idx + len(token)
        return doc


def is_wrapped(text: str) -> bool:
    """Tell whether most lines of a text break off in the middle of a sentence."""
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    if len(lines) < 5:
        return False
    broken = [
        line for line in lines[:-1] if NARROW <= len(line) <= WIDE and not line.endswith(CLOSING)
    ]
    return len(broken) > len(lines) / 2
