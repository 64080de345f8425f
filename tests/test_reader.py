"""The learned reader: how it cuts, what it says of pairs, and that it only gives evidence."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from marked_docs import marked_doc
from spacy.tokens import Doc

from pipeline.components.reader.labels import CATEGORIES, FACTUALITY
from pipeline.components.reader.model import Model
from pipeline.components.reader.pairs import DISTANCES, FACTS, facts
from pipeline.components.reader.reading import read
from pipeline.components.reader.windows import LIMIT, Pieces, batches, case_of, cut, sentences
from pipeline.components.reader.wordpiece import WordPiece
from pipeline.language.extensions import register
from pipeline.records import Zone

register()
VOCAB = spacy.blank("en").vocab


@given(st.lists(st.lists(st.integers(1, LIMIT), min_size=1, max_size=9), max_size=9))
def test_windows_hold_every_word_once_in_order_and_never_too_many_pieces(lengths):
    windows = list(cut(lengths))
    places = [place for window in windows for place in window]
    assert places == [(s, w) for s, words in enumerate(lengths) for w in range(len(words))]
    assert all(0 < sum(lengths[s][w] for s, w in window) <= LIMIT for window in windows)


def test_a_sentence_is_cut_only_where_it_is_longer_than_a_window():
    windows = list(cut([[100], [100], [60] * 4]))
    assert [{s for s, _ in window} for window in windows] == [{0}, {1}, {2}, {2}]


@given(st.lists(st.integers(1, 200), max_size=30), st.integers(200, 900))
def test_batches_hold_every_window_once_within_the_budget(sizes, budget):
    found = batches(sizes, budget)
    assert sorted(i for group in found for i in group) == list(range(len(sizes)))
    assert all(max(sizes[i] for i in group) * len(group) <= budget for group in found)


@pytest.mark.parametrize(
    ("word", "case"),
    [("told", 1), ("NATO", 2), ("A", 3), ("Chad", 4), ("McKay", 5), ("iPhone", 6), ("12", 0)],
)
def test_the_shape_of_letters_is_told_apart(word, case):
    assert case_of(word) == case


def test_blanks_and_zones_are_not_read():
    starts = [True, False, False, True]
    doc = Doc(VOCAB, words=["Chad", "left", "\n\n", "Share"], sent_starts=starts)
    doc._.zones = [Zone("boilerplate", doc[3].idx, len(doc.text))]
    assert [[t.text for t in words] for words in sentences(doc)] == [["Chad", "left"]]


PRAISE = (
    "[Chad/PROPN/nsubj>3|GPE] ,/PUNCT/punct>0 [Peru/PROPN/appos>0|GPE] thanked/VERB/ROOT#thank "
    "[Mali/PROPN/nmod:poss>5|GPE] army/NOUN/obj>3 in/ADP/case>7 [Rome/PROPN/obl>3|GPE]"
)


@pytest.mark.parametrize(
    ("word", "there", "missing"),
    [
        ("Chad", ["nsubj of the trigger", "before the trigger", "kind GPE"], ["patient"]),
        ("Peru", ["in the same argument", "nearest before"], ["nsubj of the trigger"]),
        ("Mali", ["possessor of an argument"], ["in the same argument", "before the trigger"]),
        ("army", ["patient", "obj of the trigger", "kind NOUN"], ["agent"]),
        ("Rome", ["behind in", "obl of the trigger"], ["behind to", "other sentence"]),
    ],
)
def test_facts_say_how_a_word_stands_to_a_trigger(word, there, missing):
    doc = marked_doc(VOCAB, PRAISE)
    for token in doc:
        token.tag_ = {"VERB": "VBD"}.get(token.pos_, "NN")
    found = facts(doc[3], [t for t in doc if t.text in {"Chad", "Peru", "Mali", "army", "Rome"}])
    order = ["Chad", "Peru", "Mali", "army", "Rome"]
    names = {FACTS[i] for i in found[order.index(word)]}
    assert set(there) <= names
    assert not set(missing) & names


def test_facts_tell_sentences_and_quotations_apart():
    doc = marked_doc(
        VOCAB,
        "[Chad/PROPN/nsubj>1|GPE] left/VERB/ROOT ‖ [Mali/PROPN/nsubj>1|GPE] said/VERB/ROOT ‖ "
        "“/PUNCT/punct>2 They/PRON/nsubj>2 attacked/VERB/ROOT ”/PUNCT/punct>2",
    )
    chad, mali, they = facts(doc[6], [doc[0], doc[2], doc[5]])
    told = [{FACTS[i] for i in one} for one in (chad, mali, they)]
    assert "sentence before that" in told[0]
    assert "other sentence" not in told[0]
    assert "other sentence" in told[1]
    assert "quoted apart" in told[1]
    assert "quoted apart" not in told[2]
    assert "kind PRON" in told[2]


def test_distances_rise_with_the_words_between():
    doc = marked_doc(VOCAB, "met/VERB/ROOT " + " ".join(["so/ADV/dep>0"] * 40))
    classes = [
        next(FACTS[i] for i in one if FACTS[i].startswith("distance"))
        for one in facts(doc[0], doc[1:])
    ]
    assert classes == sorted(classes, key=lambda name: int(name.split()[-1]))
    assert len(set(classes)) == len(DISTANCES) + 1


def test_a_reading_gives_probabilities_for_every_word(reading_nlp):
    doc = reading_nlp("Rebels killed 12 soldiers in Mali.\n\nPeru thanked Chile for its help.")
    shares = doc._.reading.shares
    assert shares.shape == (len(doc), len(CATEGORIES))
    assert doc._.reading.factuality.shape == (len(doc), len(FACTUALITY))
    assert np.allclose(shares.sum(1), 1, atol=0.02)
    killed, thanked = (next(t for t in doc if t.text == word) for word in ("killed", "thanked"))
    assert doc._.reading.best(killed)[0][0] == "ASSAULT"
    assert doc._.reading.best(thanked)[0][0] == "SUPPORT"
    assert doc._.reading.share(doc[3], "NONE") > 0.5


def test_who_did_it_is_told_from_whom_it_was_done_to(reading_nlp):
    doc = reading_nlp("Peru condemned Chile on Monday.")
    peru, chile = doc._.reading.roles(doc[1], "ACCUSE", [doc[0], doc[2]])
    assert peru[0] > 0.5 > chile[0]
    assert chile[1] > 0.5 > peru[1]


def test_a_word_outside_what_was_read_has_no_role(reading_nlp):
    doc = reading_nlp.make_doc("Peru condemned Chile.\n\nFollow us")
    doc._.zones = [Zone("boilerplate", 22, 33)]
    doc = reading_nlp(doc)
    outside = next(t for t in doc if t.text == "us")
    assert doc._.reading.roles(doc[1], "ACCUSE", [outside]) == [(0.0, 0.0)]
    assert doc._.reading.share(outside, "NONE") == 1


def test_a_text_without_words_is_read_as_nothing(reading_nlp):
    assert reading_nlp("")._.reading.row == {}


def test_results_do_not_depend_on_what_is_read_together(reading_nlp):
    texts = [
        "Peru condemned Chile on Monday.",
        "Rebels killed 12 soldiers in Mali. " * 30,
        "The ministers met in Rome and signed a treaty.",
    ]
    alone = [reading_nlp(text)._.reading.shares for text in texts]
    together = [doc._.reading.shares for doc in reading_nlp.pipe(texts, batch_size=3)]
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_a_document_that_was_read_can_be_copied_and_stored(reading_nlp):
    doc = reading_nlp("Peru condemned Chile on Monday.")
    copied = doc.copy()._.reading
    assert copied.model is doc._.reading.model
    stored = pickle.loads(pickle.dumps(doc._.reading))
    roles = stored.roles(doc[1], "ACCUSE", [doc[0]])
    assert roles == doc._.reading.roles(doc[1], "ACCUSE", [doc[0]])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"reader\.onnx"):
        Model(tmp_path)


def test_the_component_can_be_used_alone():
    import pipeline.components.reader  # noqa: F401 - registers the factory

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("pacta_reader")
    doc = nlp("Rebels killed 12 soldiers in Mali.")
    assert doc._.reading.best(doc[1])[0][0] == "ASSAULT"
    assert doc._.events == []


class Flat:
    """A model to which all words are alike."""

    class pieces:  # noqa: N801 - stands for an attribute
        length = staticmethod(lambda word: 1)
        window = staticmethod(lambda words: words)

    def features(self, windows):
        self.read = windows
        return type("F", (), {"words": np.zeros((sum(map(len, windows)), 1), np.float32)})()

    def shares(self, words):
        return (
            np.full((len(words), len(CATEGORIES)), 1 / 3, np.float32),
            np.full((len(words), len(FACTUALITY)), 0.2, np.float32),
        )


def test_probabilities_are_rounded_so_that_processors_agree():
    doc = marked_doc(VOCAB, "Chad/PROPN left/VERB/ROOT")
    assert read(doc, Flat()).shares[0, 1] == np.float32(0.333)


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "vocab.txt"
    pieces = ["[UNK]", "[CLS]", "[SEP]", "sao", "sign", "##ed", "##s", "-", "$", "5", "東"]
    path.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return WordPiece(path)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("signed", ["sign", "##ed"]),
        ("SIGNS", ["sign", "##s"]),
        ("São", ["sao"]),
        ("$5", ["$", "5"]),
        ("sign-sign", ["sign", "-", "sign"]),
        ("東東", ["東", "東"]),
        ("signing", ["[UNK]"]),
        ("sign\u00ads", ["sign", "##s"]),
        ("s" * 101, ["[UNK]"]),
        ("\u200b", []),
    ],
)
def test_words_are_cut_into_the_longest_known_pieces(vocabulary, tmp_path, word, pieces):
    lines = (tmp_path / "vocab.txt").read_text(encoding="utf-8").split()
    assert [lines[i] for i in vocabulary.encode(word)] == pieces


def test_a_window_begins_and_ends_with_its_marks_and_has_a_piece_for_every_word(vocabulary):
    window = Pieces(vocabulary).window(["signed", "\u200b", "São"])
    assert window.pieces == [1, 4, 5, 0, 3, 2]
    assert window.first == [1, 3, 4]
    assert window.cases == [1, 0, 4]
