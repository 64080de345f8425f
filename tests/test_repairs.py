"""What the parser took from clauses is given back, on parses made by hand."""

from __future__ import annotations

import pytest
import spacy
from marked_docs import marked_doc

from pipeline.language import extensions, syntax
from pipeline.language.repairs import repair

VOCAB = spacy.blank("en").vocab
extensions.register()


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        (
            "[Iran/PROPN/nsubj:pass>2|GPE] neither/ADV/advmod>2 attacked/VERB/ROOT#attack "
            "nor/CCONJ/cc>4 threatened/VERB/conj>2#threaten [Oman/PROPN/obj>4|GPE] ./PUNCT",
            "nsubj",
        ),
        (
            "[Iran/PROPN/nsubj:pass>1|GPE] attacked/VERB/ROOT#attack and/CCONJ/cc>3 "
            "threatened/VERB/conj>1#threaten ./PUNCT",
            "nsubj:pass",
        ),
        (
            "[Iran/PROPN/nsubj:pass>2|GPE] was/AUX/aux:pass>2#be attacked/VERB/ROOT#attack "
            "and/CCONJ/cc>4 threatened/VERB/conj>2#threaten [Oman/PROPN/obj>4|GPE] ./PUNCT",
            "nsubj:pass",
        ),
    ],
    ids=["shared object", "no object", "auxiliary"],
)
def test_participles_that_share_an_object_are_active(text, relation):
    doc = marked_doc(VOCAB, text)
    for token in doc:
        if token.pos_ == "VERB":
            token.tag_ = "VBN"
    repair(doc)
    assert doc[0].dep_ == relation
    active = relation == "nsubj"
    assert {t.tag_ for t in doc if t.pos_ == "VERB"} == {"VBD" if active else "VBN"}
    if active:
        assert [t.text for t in syntax.patient(doc[2])] == ["Oman"]


@pytest.mark.parametrize(
    ("preposition", "head"), [("in", "Dover"), ("of", "Police")], ids=["region", "person"]
)
def test_a_region_belongs_to_its_town(preposition, head):
    text = (
        f"Police/NOUN/nsubj>6 {preposition}/ADP/case>2 [Dover/PROPN/nmod>0|GPE] ,/PUNCT/punct>4 "
        "[Del./PROPN/appos>0|GPE] ,/PUNCT/punct>0 arrested/VERB/ROOT#arrest them/PRON/obj>6"
    )
    doc = repair(marked_doc(VOCAB, text))
    assert doc[4].head.text == head


def test_a_list_of_towns_is_one_list():
    text = (
        "Police/NOUN/nsubj>7 in/ADP/case>2 [Lima/PROPN/nmod>0|GPE] ,/PUNCT/punct>4 "
        "[Quito/PROPN/conj>2|GPE] and/CCONJ/cc>6 [Oslo/PROPN/conj>0|GPE] "
        "met/VERB/ROOT#meet them/PRON/obj>7"
    )
    doc = repair(marked_doc(VOCAB, text))
    assert doc[6].head.text == "Quito"
