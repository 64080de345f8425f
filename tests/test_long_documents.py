"""The time that a document takes grows with its length, not with the square of it.

What is counted are the lines that run, which no other work on the machine changes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import spacy
from marked_docs import marked_doc

import pipeline
from pipeline.components.actors import make_actors
from pipeline.components.acts.grouping import link_document
from pipeline.components.agreements import AgreementFinder, AgreementIds
from pipeline.components.coreference import Coreference
from pipeline.components.events.confidence import features, places_of
from pipeline.components.events.extraction import extract
from pipeline.components.events.rules import load_rules
from pipeline.components.factuality import Factuality
from pipeline.language import extensions

FEW, MANY = 60, 240
"""How often the text stands in a document."""
TEXT = """
[Chad/PROPN/nsubj>1|GPE] attacked/VERB/ROOT#attack [Niger/PROPN/obj>1|GPE] ./PUNCT/punct>1 ‖
[Peru/PROPN/nsubj>1|GPE] condemned/VERB/ROOT#condemn the/DET/det>3 move/NOUN/obj>1 ./PUNCT/punct>1 ‖
The/DET/det>1 army/NOUN/nsubj>2 signed/VERB/ROOT#sign a/DET/det>4 truce/NOUN/obj>2 with/ADP/case>6
[Niger/PROPN/obl>2|GPE] ./PUNCT/punct>2 ‖
Two/NUM/nummod>1 journalists/NOUN+Plur/nsubj:pass>3#journalist were/AUX/aux:pass>3#be
arrested/VERB/ROOT#arrest ./PUNCT/punct>3 ‖
[Ann/PROPN/nsubj>2 Lee/PROPN/flat>0|PERSON] met/VERB/ROOT#meet
[Bo/PROPN/obj>2 Berg/PROPN/flat>3|PERSON] ./PUNCT/punct>2 ‖
She/PRON/nsubj>1 praised/VERB/ROOT#praise the/DET/det>3 truce/NOUN/obj>1 ./PUNCT/punct>1 ‖
“/PUNCT/punct>2 We/PRON/nsubj>2#we want/VERB/ROOT#want peace/NOUN/obj>2 ,/PUNCT/punct>2
”/PUNCT/punct>2 he/PRON/nsubj>7 said/VERB/parataxis>2#say ./PUNCT/punct>2 ‖
The/DET/det>1 Boxer/PROPN/nsubj>2 fired/VERB/ROOT#fire on/ADP/case>5 a/DET/det>5
boat/NOUN/obl>2 ./PUNCT/punct>2 ‖
"""


@pytest.fixture(scope="module")
def stages():
    """Return the components in their order, by name, each to be called with a Doc."""
    extensions.register()
    nlp = spacy.blank("en")
    factuality, book = Factuality(), load_rules()

    def read(doc):
        doc._.events = extract(doc, book, factuality)

    def link(doc):
        doc._.events = link_document(doc._.events, doc, doc._.principals)
        named = places_of(doc)
        for event in doc._.events:
            features(event, doc, named)

    actors = make_actors(nlp, "pacta_actors")
    return actors.titles._matcher.vocab, {
        "agreements": AgreementFinder(nlp),
        "actors": actors,
        "agreement ids": AgreementIds(nlp),
        "coreference": Coreference(),
        "events": read,
        "linking": link,
    }


def lines_run(call, doc):
    """Return how many lines of the package a call runs."""
    count = 0
    package = str(Path(pipeline.__file__).parent)

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.startswith(package):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(doc)
    finally:
        sys.settrace(before)
    return count


def test_four_times_the_text_is_four_times_the_work(stages):
    vocab, components = stages
    few, many = (marked_doc(vocab, TEXT * times) for times in (FEW, MANY))
    work = {name: (lines_run(c, few), lines_run(c, many)) for name, c in components.items()}
    assert len(many._.events) >= 3 * MANY
    growth = {name: round(more / less, 1) for name, (less, more) in work.items()}
    # Sixteen times the work is what comparing all with all would take.
    assert max(growth.values()) < 1.6 * MANY / FEW, (growth, work)
