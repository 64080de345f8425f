"""Requests in quotation marks, on Docs made by hand."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from pipeline.components.coreference.quotations import quotations
from pipeline.components.events.pleas import addressees, asked, quoted_before


def doc_of(rows: str) -> Doc:
    """Make a Doc of lines "word tag relation head [label]", heads counted from 0."""
    cells = [row.split() for row in " ".join(rows.split()).split(" / ")]
    return Doc(
        spacy.blank("en").vocab,
        words=[c[0] for c in cells],
        tags=[c[1] for c in cells],
        deps=[c[2] for c in cells],
        heads=[int(c[3]) for c in cells],
        ents=[f"B-{c[4]}" if len(c) > 4 else "O" for c in cells],
    )


PLEASE = """
" `` punct 3 / Will MD aux 4 / Mali NNP nsubj 4 GPE / please UH discourse 4 / leave VB ROOT 4 /
? . punct 4 / " '' punct 4 / Chad NNP nsubj 8 GPE / asked VBD ROOT 8
"""
ORDER = """
" `` punct 1 / Leave VB ROOT 1 / ! . punct 1 / " '' punct 1 / Chad NNP nsubj 5 GPE /
said VBD ROOT 5
"""
PROMISE = """
" `` punct 3 / We PRP nsubj 3 / will MD aux 3 / leave VB ROOT 3 / , , punct 3 / " '' punct 3 /
Chad NNP nsubj 7 GPE / said VBD ROOT 7
"""
ENDED = """
" `` punct 1 / Leave VB ROOT 1 / " '' punct 1 / . . punct 1 / He PRP nsubj 5 / said VBD ROOT 5
"""


@pytest.mark.parametrize(
    ("rows", "verbs", "whom"),
    [(PLEASE, ["leave"], ["Mali"]), (ORDER, ["Leave"], []), (PROMISE, [], [])],
)
def test_what_quoted_words_ask(rows, verbs, whom):
    doc = doc_of(rows)
    quoted = quoted_before(doc[-1], quotations(doc))
    assert [t.text for t in asked(quoted, frozenset({"please"}))] == verbs
    assert [t.text for t in addressees(quoted)] == whom


def test_a_quotation_of_the_sentence_before_is_not_what_a_verb_says():
    doc = doc_of(ENDED)
    assert quoted_before(doc[-1], quotations(doc)) is None
