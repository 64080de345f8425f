"""Bounding the memory of the model: long articles go through it in pieces, many in batches.

The network keeps some 16 kB a token while it reads (measured), so that what it is given at once
decides how much memory a worker takes: an article of 200,000 signs would take three gigabytes.
The components that follow read the article whole again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

AT_ONCE = 10_000
"""Tokens that the model reads at once: more than an article of a newspaper ever has."""
_PARAGRAPHS = "pacta_paragraphs"
_ENDS = frozenset(".!?")


def batches(docs: Iterable[tuple[Doc, Any]]) -> Iterator[list[tuple[Doc, Any]]]:
    """Bundle docs, with what belongs to each, up to :data:`AT_ONCE` tokens; a longer one alone."""
    batch: list[tuple[Doc, Any]] = []
    size = 0
    for doc, other in docs:
        if batch and size + len(doc) > AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append((doc, other))
        size += len(doc)
    if batch:
        yield batch


def annotate_long(nlp: Language, doc: Doc) -> Doc:
    """Run a long doc through a pipeline: what is trained on pieces, what follows on the whole.

    Returns
    -------
    Doc
        Another doc with the same text, tokens and attributes.
    """
    from spacy.pipeline import TrainablePipe
    from spacy.tokens import Doc

    components = list(nlp.pipeline)
    if nlp.has_pipe(_PARAGRAPHS):
        doc = components.pop(0)[1](doc)
    trained = [n for n, (_, one) in enumerate(components, 1) if isinstance(one, TrainablePipe)]
    model, others = components[: max(trained, default=0)], components[max(trained, default=0) :]
    if not model:
        return _through(others, doc)
    pieces = [_through(model, doc[start:end].as_doc()) for start, end in cuts(doc)]
    whole = Doc.from_docs(pieces, ensure_whitespace=False)
    assert whole is not None
    whole.user_data.update(doc.user_data)
    return _through(others, whole)


def cuts(doc: Doc) -> Iterator[tuple[int, int]]:
    """Where to cut a doc: token offsets, end exclusive.

    A piece has :data:`AT_ONCE` tokens at most. It ends with a paragraph where one ends in its
    second half, else with a sign that ends a sentence, else wherever it is full.
    """
    start = 0
    while start < len(doc):
        full = start + AT_ONCE
        end = len(doc) if full >= len(doc) else _end(doc, start + AT_ONCE // 2, full)
        yield start, end
        start = end


def _end(doc: Doc, low: int, full: int) -> int:
    back = range(full, low, -1)
    paragraph = next((i for i in back if doc[i].is_sent_start), None)
    sentence = next((i for i in back if doc[i - 1].text in _ENDS), None)
    return paragraph or sentence or full


def _through(components: list[tuple[str, Any]], doc: Doc) -> Doc:
    for _, component in components:
        doc = component(doc)
    return doc
