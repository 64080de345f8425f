"""The errors of an evaluation as one HTML page that needs nothing else: figures, texts, rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline.evaluation.gold import GoldDocument
from pipeline.evaluation.report import MAIN, Comparison, Evaluation
from pipeline.evaluation.scoring import DocumentScore, ErrorRow


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text to highlight: its classes, and what to say of it."""

    start: int
    end: int
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text under the same marks; ``anchor`` where a mark begins here."""

    text: str
    classes: str
    note: str
    anchor: str


def render(evaluation: Evaluation, comparison: Comparison | None = None) -> str:
    """Render the page; everything that comes from articles or tables is escaped.

    Parameters
    ----------
    evaluation : Evaluation
        Figures and errors; where it holds the articles they are shown with the errors marked.
    comparison : Comparison, optional
        Rows won and lost against another output.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("pipeline.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = lambda value: "" if value is None else f"{value:.3f}"
    errors: dict[str, list[ErrorRow]] = {}
    for error in evaluation.errors:
        errors.setdefault(error.doc_id, []).append(error)
    scored = {scored.doc_id: scored for scored in evaluation.scores}
    documents = [
        _section(document, scored[document.doc_id], errors.get(document.doc_id, []), evaluation)
        for document in evaluation.gold
    ]
    return environment.get_template("errors.html").render(
        figures=evaluation.figures,
        main=[f"{m.layer} {m.name}" if m.name != "all" else m.layer for m in MAIN],
        rows=evaluation.documents(),
        documents=documents,
        comparison=comparison,
    )


def _section(
    document: GoldDocument, scored: DocumentScore, errors: list[ErrorRow], evaluation: Evaluation
) -> dict[str, Any]:
    """What the page shows of one article."""
    text = evaluation.texts.get(document.doc_id, "")
    return {
        "doc_id": document.doc_id,
        "errors": sorted(errors, key=lambda e: (e.start, e.layer)),
        "pieces": pieces(text, marks(document, scored, errors)) if text else [],
    }


def marks(document: GoldDocument, scored: DocumentScore, errors: Iterable[ErrorRow]) -> list[Mark]:
    """What to highlight in an article: matched triggers, errors and zones."""
    made = [Mark(start, end, "zone", kind) for kind, start, end in document.zones]
    for event, row in scored.pairs:
        note = f"{event.type}: {'; '.join(event.actors)} ({row.rule})"
        made.append(Mark(event.start, event.end, "hit", note))
    made += [Mark(e.start, e.end, f"{e.error} {_group(e)}", describe(e)) for e in errors if e.end]
    return made


def describe(error: ErrorRow) -> str:
    """An error in a few words."""
    if error.error == "wrong":
        return (
            f"{error.label} {error.slot}: {error.found or '(empty)'}, not {error.gold or '(empty)'}"
        )
    return f"{error.error} {error.label}: {error.gold or error.found}"


def pieces(text: str, spans: Iterable[Mark]) -> list[Piece]:
    """Cut a text at the borders of its marks, which may overlap."""
    spans = [mark for mark in spans if 0 <= mark.start < mark.end <= len(text)]
    borders = sorted({0, len(text), *(m.start for m in spans), *(m.end for m in spans)})
    cut = []
    for start, end in pairwise(borders):
        over = [mark for mark in spans if mark.start <= start and end <= mark.end]
        classes = sorted({name for mark in over for name in mark.kind.split()})
        notes = list(dict.fromkeys(mark.note for mark in over))
        begins = any(mark.start == start for mark in over)
        cut.append(
            Piece(
                text[start:end], " ".join(classes), "\n".join(notes), str(start) if begins else ""
            )
        )
    return cut


def _group(error: ErrorRow) -> str:
    return "event" if error.layer in ("events", "slots", "modes") else "mention"
