"""Long articles go through the model in pieces; nothing of them is lost."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc

from pipeline import language
from pipeline.articles import Source, read
from pipeline.language import pieces
from pipeline.records import Article

SENTENCE = "Germany and Japan met in Berlin . "


class Spy(TrainablePipe):
    """Stands for a trained component: notes how much it is given at once."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def __call__(self, doc: Doc) -> Doc:
        self.given.append(len(doc))
        return doc

    def pipe(self, stream, *, batch_size=128):
        docs = list(stream)
        self.given.append(sum(map(len, docs)))
        return docs


@Language.factory("spy")
def make_spy(nlp, name):
    return Spy()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(pieces, "AT_ONCE", 50)


@pytest.fixture
def blank():
    nlp = spacy.blank("en")
    nlp.add_pipe("spy")
    return nlp


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 40,
        "word " * 333,
        "[](){}" * 90,
        ("Line one\n\n" + SENTENCE * 3 + "\n\n") * 9,
        " \n" * 200,
        "a",
    ],
)
def test_the_model_is_given_little_at_once(small, blank, text):
    article = Article("a", text)
    [(_, doc)] = language.annotate(blank, [article])
    assert doc.text == doc._.plain.text
    assert max(blank.get_pipe("spy").given) <= 50
    assert sum(blank.get_pipe("spy").given) == len(doc)


def test_many_short_articles_are_given_in_batches(small, blank):
    articles = [Article(f"a{n}", SENTENCE * (1 + n % 9)) for n in range(60)]
    found = list(language.annotate(blank, articles))
    assert [article for article, _ in found] == articles
    assert all(doc.text == article.text for article, doc in found)
    assert max(blank.get_pipe("spy").given) <= 63


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("word " * 80, 50),
        ("word " * 40 + ". " + "word " * 80, 41),
        ("word " * 10 + ". " + "word " * 80, 50),
    ],
)
def test_a_piece_ends_with_a_sentence_where_it_can(small, blank, text, first):
    assert next(pieces.cuts(blank.make_doc(text))) == (0, first)


def test_a_piece_ends_with_a_paragraph_where_it_can(small, blank):
    doc = blank.make_doc("word " * 30 + "word . " * 40)
    doc[35].is_sent_start = True
    assert next(pieces.cuts(doc)) == (0, 35)


def test_an_article_in_pieces_is_read_as_a_whole(nlp, monkeypatch):
    row = {"text": "Foreign ministers met in Oslo on 3 May 2024.\n\n" + SENTENCE * 12, "id": "a"}
    article = read(Source("a", "", "row", row=row))
    [(_, whole)] = language.annotate(nlp, [article])
    monkeypatch.setattr(pieces, "AT_ONCE", 40)
    [(_, cut)] = language.annotate(nlp, [article])
    assert [(t.text, t.tag_, t.head.i) for t in cut] == [(t.text, t.tag_, t.head.i) for t in whole]
    assert [(e.text, e.label_) for e in cut.ents] == [(e.text, e.label_) for e in whole.ents]
    assert cut._.published == whole._.published
    assert len(cut._.events) == len(whole._.events) > 0
