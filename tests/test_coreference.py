"""Whom pronouns and common nouns mean, on hand-made parses with Universal Dependencies labels."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from pipeline import resources
from pipeline.components.actors import make_actors
from pipeline.components.coreference import Coreference
from pipeline.components.coreference.vocabulary import load_vocabulary
from pipeline.components.events.rules import load_rules
from pipeline.components.events.slots import Slots
from pipeline.components.factuality import Factuality
from pipeline.language import extensions


@pytest.fixture(scope="module")
def actors():
    extensions.register()
    return make_actors(spacy.blank("en"), "pacta_actors")


def meant(doc, at):
    """The names of those whom a token means."""
    return [entity.name for entity in Coreference()(doc)[at]._.referents]


def parse(rows, ents, vocab):
    """Make a Doc of rows "word head dependency part-of-speech [Plur]", heads counted from 0."""
    cells = [row.split() for row in rows]
    doc = Doc(
        vocab,
        words=[c[0] for c in cells],
        heads=[int(c[1]) for c in cells],
        deps=[c[2] for c in cells],
        pos=[c[3] for c in cells],
        lemmas=[c[4] if len(c) > 4 else c[0].lower() for c in cells],
        morphs=["Number=Plur" if "Plur" in c else "" for c in cells],
        tags=["NNS" if "Plur" in c else "NN" for c in cells],
    )
    doc.ents = [doc.char_span(*_where(doc, text, n), label) for text, label, n in ents]
    return doc


def _where(doc, text, n):
    start = -1
    for _ in range(n + 1):
        start = doc.text.index(text, start + 1)
    return start, start + len(text)


MEETING = [
    "German 2 amod ADJ",
    "Foreign 2 amod ADJ",
    "Minister 3 nmod:desc NOUN",
    "Anna 9 nsubj PROPN",
    "Berg 3 flat PROPN",
    "and 8 cc CCONJ",
    "Polish 7 amod ADJ",
    "Minister 8 nmod:desc NOUN",
    "Kowal 3 conj PROPN",
    "met 9 ROOT VERB meet",
    ". 9 punct PUNCT",
]
ENTS = [
    ("German", "NORP", 0),
    ("Anna Berg", "PERSON", 0),
    ("Polish", "NORP", 0),
    ("Kowal", "PERSON", 0),
]


@pytest.mark.parametrize(
    ("rows", "at", "expected"),
    [
        (["They 12 nsubj PRON they Plur", "agreed 12 ROOT VERB"], 11, ["Anna Berg", "Kowal"]),
        (
            ["Both 12 det DET", "ministers 13 nsubj NOUN minister Plur", "left 13 ROOT VERB"],
            12,
            ["Anna Berg", "Kowal"],
        ),
        (
            [
                "The 13 det DET",
                "two 13 nummod NUM",
                "countries 14 nsubj NOUN country Plur",
                "agreed 14 ROOT VERB",
            ],
            13,
            ["Germany", "Poland"],
        ),
        (
            [
                "The 13 det DET",
                "Polish 13 amod ADJ",
                "minister 14 nsubj NOUN minister",
                "left 14 ROOT VERB",
            ],
            13,
            ["Poland"],
        ),
        (
            ["German 12 amod ADJ", "troops 13 nsubj NOUN troop Plur", "left 13 ROOT VERB"],
            12,
            ["Germany"],
        ),
        (["The 12 det DET", "weather 13 nsubj NOUN weather", "changed 13 ROOT VERB"], 12, []),
        (
            [
                "The 13 det DET",
                "three 13 nummod NUM",
                "countries 14 nsubj NOUN country Plur",
                "agreed 14 ROOT VERB",
            ],
            13,
            [],
        ),
    ],
)
def test_after_a_meeting(actors, rows, at, expected):
    ents = [*ENTS]
    for row in rows:
        word = row.split()[0]
        if word in ("Polish", "German"):
            ents.append((word, "NORP", 1))
    doc = parse(MEETING + rows, ents, actors.titles._matcher.vocab)
    doc = actors(doc)
    assert meant(doc, at) == expected


def test_a_name_is_its_entity(actors):
    doc = actors(parse(MEETING, ENTS, actors.titles._matcher.vocab))
    assert meant(doc, 4) == ["Anna Berg"]
    assert meant(doc, 0) == ["Germany"]


def test_relative_pronoun(actors):
    rows = [
        "Spain 5 nsubj PROPN",
        ", 3 punct PUNCT",
        "which 3 nsubj PRON",
        "protested 0 acl:relcl VERB",
        ", 3 punct PUNCT",
        "left 5 ROOT VERB",
    ]
    doc = actors(parse(rows, [("Spain", "GPE", 0)], actors.titles._matcher.vocab))
    assert meant(doc, 2) == ["Spain"]


@pytest.mark.parametrize(
    ("rows", "ents", "at", "found"),
    [
        (  # Rather than condemn Mali, Chad praised it.
            [
                "condemn 0 ROOT VERB",
                "Mali 0 obj PROPN",
                "Chad 3 nsubj PROPN",
                "praised 0 conj VERB praise",
                "it 3 obj PRON",
            ],
            [("Mali", "GPE", 0), ("Chad", "GPE", 0)],
            4,
            ["Mali"],
        ),
        (  # The subject is shared with the first verb.
            [
                "Chad 1 nsubj PROPN",
                "met 1 ROOT VERB meet",
                "Mali 1 obj PROPN",
                "praised 1 conj VERB praise",
                "it 3 obj PRON",
            ],
            [("Chad", "GPE", 0), ("Mali", "GPE", 0)],
            4,
            ["Mali"],
        ),
        (  # In another clause than its antecedent it may be the subject's.
            [
                "Chad 1 nsubj PROPN",
                "says 1 ROOT VERB say",
                "Mali 3 nsubj PROPN",
                "attacked 1 ccomp VERB attack",
                "it 3 obj PRON",
            ],
            [("Chad", "GPE", 0), ("Mali", "GPE", 0)],
            4,
            ["Chad"],
        ),
        (  # Of what belongs to it, it is the subject.
            [
                "Chad 1 nsubj PROPN",
                "praised 1 ROOT VERB praise",
                "its 3 nmod:poss PRON",
                "army 1 obj NOUN",
            ],
            [("Chad", "GPE", 0)],
            2,
            ["Chad"],
        ),
    ],
    ids=["own subject", "shared subject", "another clause", "possessor"],
)
def test_an_object_is_not_its_own_subject(actors, rows, ents, at, found):
    doc = actors(parse(rows, ents, actors.titles._matcher.vocab))
    assert meant(doc, at) == found


def test_nobody_is_guessed(actors):
    rows = ["They 1 nsubj PRON they Plur", "agreed 1 ROOT VERB agree"]
    doc = actors(parse(rows, [], actors.titles._matcher.vocab))
    assert meant(doc, 0) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"he": "him"}, "he: must be a list of words"),
        ({"numbers": {"two": "2"}}, "numbers: must map words to numbers"),
        ({"bodies": {"bank": {"colour": []}}}, "bodies.bank: unknown field colour"),
    ],
)
def test_broken_nominals_are_named(change, message):
    data = resources.document("actors/nominals.yaml")
    classes = resources.document("events/classes.yaml")
    with pytest.raises(resources.KnowledgeError, match=message.replace(".", r"\.")):
        load_vocabulary({**data, **change}, classes)


@pytest.fixture(scope="module")
def articles(nlp, corpus):
    texts = [path.read_text(encoding="utf-8") for path in sorted((corpus / "articles").glob("*"))]
    return list(nlp.pipe(texts))


@pytest.mark.parametrize("order", [list, reversed, lambda tokens: sorted(tokens, key=_scattered)])
def test_the_answer_does_not_depend_on_who_asks_first(articles, order):
    for doc in articles:
        slots = Slots(doc, Factuality(), load_rules().classes)
        asked = {token.i: slots.entities([token]) for token in order(list(doc))}
        fresh = Slots(doc, Factuality(), load_rules().classes)
        assert asked == {token.i: fresh.entities([token]) for token in doc}


def _scattered(token):
    return token.i * 7919 % 104729


def test_a_second_pass_gives_the_same_referents(articles):
    for doc in articles:
        once = [token._.referents for token in doc]
        assert any(once)
        assert [token._.referents for token in Coreference()(doc)] == once
