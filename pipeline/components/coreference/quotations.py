"""What stands between quotation marks: of every kind, nested, left open, over paragraphs."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Token

_PAIRS = {"“": "”", "„": "“”", "«": "»", "‘": "’", '"': '"', "'": "'", "``": "''"}
"""Marks that open a quotation, and those that may close it."""
_SINGLE = frozenset({"‘", "'"})
"""Marks that are apostrophes, too: they open only behind a space and before a word."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation: the indices of its first token and of the one behind its last, marks apart.

    One that is ``open`` ends with its paragraph and no mark; the next paragraph goes on with it
    where it begins with a mark.
    """

    start: int
    end: int
    open: bool = False


def quotations(doc: Doc) -> list[Quotation]:
    """Return the outermost quotations of a text, in order."""
    found: list[Quotation] = []
    start, closing = -1, ""
    for token in doc:
        if start < 0:
            if _opens(token):
                start, closing = token.i + 1, _PAIRS[token.text]
        elif "\n" in token.text:
            found.append(Quotation(start, token.i, open=True))
            start = -1
        elif token.text in closing and _closes(token):
            found.append(Quotation(start, token.i))
            start = -1
    if start >= 0:
        found.append(Quotation(start, len(doc), open=True))
    return [quotation for quotation in found if quotation.start < quotation.end]


def _opens(token: Token) -> bool:
    if token.text not in _PAIRS or token.i + 1 == len(token.doc):
        return False
    if token.text not in _SINGLE:
        return True
    free = token.i == 0 or bool(token.nbor(-1).whitespace_) or token.nbor(-1).is_space
    return free and not token.whitespace_


def _closes(token: Token) -> bool:
    """Whether a mark ends a quotation: an apostrophe stands inside a word or behind an s."""
    if token.text not in ("’", "'"):
        return True
    return token.tag_ != "POS" and (token.i == 0 or not token.nbor(-1).whitespace_)
