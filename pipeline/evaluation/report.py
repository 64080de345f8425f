"""An evaluation as a whole: scored documents, their errors with sentences, and files of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace

from pipeline.evaluation.figures import Figure, difference, document_figures, figures
from pipeline.evaluation.found import FoundDocument
from pipeline.evaluation.gold import GoldDocument
from pipeline.evaluation.scoring import DocumentScore, ErrorRow, Measure, score
from pipeline.evaluation.sentences import Bounds, sentence_at, splitter

MAIN = (
    Measure("mentions", "all", "f1"),
    Measure("dates", "value", "f1"),
    Measure("agreements", "id", "f1"),
    Measure("events", "all", "f1"),
    Measure("sentence events", "all", "f1"),
    Measure("slots", "all", "f1"),
)
"""The measures that stand for a document, and that a comparison is about."""


@dataclass(slots=True)
class Evaluation:
    """What came of holding an output against gold.

    ``texts`` are the articles where they are known; ``errors`` carry the sentence they are in.
    """

    gold: list[GoldDocument]
    texts: Mapping[str, str]
    scores: list[DocumentScore]
    figures: list[Figure]
    errors: list[ErrorRow]

    def documents(self) -> list[list]:
        """One row a document: ``doc_id`` and the values of :data:`MAIN`."""
        return document_figures(self.scores, MAIN)


@dataclass(slots=True)
class Comparison:
    """What one output gains on another: rows it gets right where the other errs, and the reverse.

    ``gains`` holds, for each of :data:`MAIN`, the difference and its 95 % interval.
    """

    won: list[ErrorRow]
    lost: list[ErrorRow]
    gains: list[tuple[Measure, tuple[float, float, float] | None]]


def evaluate(
    gold: Sequence[GoldDocument],
    found: Mapping[str, FoundDocument],
    texts: Mapping[str, str] | None = None,
) -> Evaluation:
    """Score an output and say in which sentence each error is.

    Parameters
    ----------
    gold : sequence of GoldDocument
        The annotation.
    found : mapping
        What was found, by ``doc_id``.
    texts : mapping, optional
        Articles by ``doc_id``: offsets are checked against them and sentences taken from them.
        Without them only errors in a found event carry its evidence.
    """
    texts = texts or {}
    scores = score(gold, found, texts)
    errors = [error for scored in scores for error in scored.errors]
    return Evaluation(
        list(gold), texts, scores, figures(scores), _with_sentences(errors, found, texts)
    )


def compare(now: Evaluation, other: Evaluation) -> Comparison:
    """Hold two evaluations of the same gold against each other.

    An error is the same in both where document, layer, record and slot are; what was found in its
    place may differ.
    """
    ours = {_identity(error): error for error in now.errors}
    theirs = {_identity(error): error for error in other.errors}
    return Comparison(
        won=[error for key, error in theirs.items() if key not in ours],
        lost=[error for key, error in ours.items() if key not in theirs],
        gains=[(measure, difference(now.scores, other.scores, measure)) for measure in MAIN],
    )


def errors_csv(errors: Iterable[ErrorRow]) -> str:
    """The errors as a CSV table, one row an error."""
    return _csv([f.name for f in fields(ErrorRow)], map(astuple, errors))


def figures_csv(rows: Iterable[Figure]) -> str:
    """The figures as a CSV table, one row a figure."""
    return _csv([f.name for f in fields(Figure)], map(astuple, rows))


def comparison_csv(comparison: Comparison) -> str:
    """The rows won and lost as a CSV table."""
    rows = [("won", *astuple(e)) for e in comparison.won]
    rows += [("lost", *astuple(e)) for e in comparison.lost]
    return _csv(["change", *(f.name for f in fields(ErrorRow))], rows)


def _identity(error: ErrorRow) -> tuple:
    return (
        *(error.doc_id, error.layer, error.error, error.label, error.slot),
        *(error.start, error.end, error.gold_id, error.text),
    )


def _with_sentences(
    errors: Iterable[ErrorRow], found: Mapping[str, FoundDocument], texts: Mapping[str, str]
) -> list[ErrorRow]:
    evidence = {e.id: e.evidence for document in found.values() for e in document.events}
    split = splitter() if texts else None
    bounds: dict[str, Bounds] = {}
    made = []
    for error in errors:
        sentence = error.sentence or evidence.get(error.found_id, "")
        if not sentence and split and error.doc_id in texts:
            text = texts[error.doc_id]
            if error.doc_id not in bounds:
                bounds[error.doc_id] = split(text)
            sentence = sentence_at(text, bounds[error.doc_id], error.start)
        made.append(replace(error, sentence=" ".join(sentence.split())))
    return made


def _csv(header: Iterable[str], rows: Iterable[Iterable]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()
