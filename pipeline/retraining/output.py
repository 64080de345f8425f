"""Writing what a retraining found: a folder to read, edit and strike from, and applying it."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.evaluation import calibration
from pipeline.evaluation.deciding import to_json
from pipeline.evaluation.figures import Figure
from pipeline.retraining.names import component, weights_of
from pipeline.retraining.retrain import EventChange, Retrained
from pipeline.retraining.selection import Proposal
from pipeline.retraining.terms import COLUMNS
from pipeline.retraining.writing import proposals_yaml, repairs_yaml
from pipeline.tables.writing import write_whole

if TYPE_CHECKING:
    from spacy.language import Language

LEARNT, REPAIRED = "rules/learnt.yaml", "rules/repaired.yaml"
CONFIDENCE, NER, REPORT = "confidence.json", "ner", "report.html"
LAYER, DECISION = "reader/weights.npz", "decision.json"
TERMS, CHANGES, FIGURES = "terms.csv", "events_diff.csv", "figures.csv"
OUTPUTS = (LEARNT, REPAIRED, CONFIDENCE, LAYER, DECISION, NER, TERMS, CHANGES, FIGURES, REPORT)


def write(result: Retrained, nlp: Language, folder: Path) -> None:
    """Write rules, confidence, name weights, terms, figures, changes and the report.

    Everything is written beside the folder first and put in its place at the end, so that an
    interruption leaves what was there.

    Parameters
    ----------
    result : Retrained
        What was found.
    nlp : Language
        The pipeline it was found with; used to check examples of the new rules.
    folder : Path
        Where to write. Files of an earlier retraining that have no successor are removed, other
        files stay.
    """
    folder = folder.resolve()
    with _aside(folder) as new:
        _write(result, nlp, new)
        folder.mkdir(parents=True, exist_ok=True)
        for name in OUTPUTS:
            if (new / name).exists():
                _move(new / name, folder / name)
            elif (folder / name).exists():
                _move(folder / name, new / name)


def _write(result: Retrained, nlp: Language, folder: Path) -> None:
    from pipeline.retraining.page import render

    for name, content in _files(result, nlp):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
    write_whole(folder / REPORT, render(result, folder))
    if result.names is not None and result.names.weights is not None:
        ner = component(nlp)
        old = weights_of(nlp)
        ner.from_bytes(result.names.weights)
        ner.to_disk(folder / NER, exclude=["vocab"])
        ner.from_bytes(old)


def apply(folder: Path) -> list[Path]:
    """Take what a retraining wrote into the installed knowledge and model.

    Every file and the folder of the name model are replaced whole or stay as they were.

    Returns
    -------
    list of Path
        What was written there.

    Raises
    ------
    OSError
        The installation may not be written to.
    """
    from pipeline.components.events.rules import FOLDER
    from pipeline.language import model_path

    written = []
    for name in (LEARNT, REPAIRED):
        if (folder / name).is_file():
            # Rule files are read in the order of their names; these must come after all others.
            target = _free(FOLDER / "rules", f"zz-{Path(name).stem}")
            write_whole(target, (folder / name).read_bytes())
            written.append(target)
    if (folder / CONFIDENCE).is_file():
        write_whole(FOLDER / CONFIDENCE, (folder / CONFIDENCE).read_bytes())
        written.append(FOLDER / CONFIDENCE)
    for name, target in ((LAYER, model_path() / LAYER), (DECISION, FOLDER / DECISION)):
        if (folder / name).is_file():
            write_whole(target, (folder / name).read_bytes())
            written.append(target)
    if (folder / NER).is_dir():
        target = model_path() / NER
        with _aside(target) as new:
            shutil.copytree(folder / NER, new / NER)
            _move(new / NER, target)
        written.append(target)
    return written


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A folder beside a target, on the same file system, that is gone afterwards."""
    aside = target.with_name(f".{target.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    """Put a file or folder in the place of another, which ends where the source was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        os.replace(target, source.with_name(f"{source.name}.old"))
    os.replace(source, target)


def _free(folder: Path, stem: str) -> Path:
    number = 1
    while (folder / f"{stem}-{number:03d}.yaml").exists():
        number += 1
    return folder / f"{stem}-{number:03d}.yaml"


def _files(result: Retrained, nlp: Language) -> Iterator[tuple[str, str | bytes]]:
    if result.proposals:
        with _using(nlp, result.proposals) as changed:
            yield LEARNT, proposals_yaml(result.proposals, changed)
    if result.repairs:
        yield REPAIRED, repairs_yaml(result.repairs)
    if result.calibrated is not None:
        yield CONFIDENCE, calibration.to_json(result.calibrated.confidence)
    if result.reader is not None:
        if result.reader.weights is not None:
            yield LAYER, _layers(nlp, result.reader.weights)
        yield DECISION, to_json(result.reader.decision)
    yield TERMS, _csv(COLUMNS, (term.row() for term in result.terms))
    yield CHANGES, _csv(CHANGE_COLUMNS, map(_change, result.changes))
    names = [f.name for f in fields(Figure)]
    rows = [("before", *astuple(f)) for f in result.before]
    rows += [("after", *astuple(f)) for f in result.after]
    yield FIGURES, _csv(["when", *names], rows)


def _layers(nlp: Language, weights: Mapping[str, Any]) -> bytes:
    """All layers behind the reader's graph, those refitted among them, as they are stored."""
    import numpy as np

    from pipeline.components.reader import Reader
    from pipeline.retraining.refit import READER

    reader = nlp.get_pipe(READER)
    assert isinstance(reader, Reader)
    buffer = io.BytesIO()
    np.savez(buffer, **reader.model.with_weights(weights).weights)
    return buffer.getvalue()


@contextmanager
def _using(nlp: Language, proposals: Sequence[Proposal]) -> Iterator[Language]:
    """The pipeline with the rules proposed and no reader, for their examples; then as it was."""
    from pipeline.components.events import Events
    from pipeline.evaluation.reading import EVENTS
    from pipeline.retraining.book import with_rules
    from pipeline.retraining.refit import READER

    events = nlp.get_pipe(EVENTS)
    assert isinstance(events, Events)
    book = events.book
    events.book = with_rules(book, [proposal.rule for proposal in proposals])
    try:
        with nlp.select_pipes(disable=[READER] if READER in nlp.pipe_names else []):
            yield nlp
    finally:
        events.book = book


CHANGE_COLUMNS = (
    *("change", "in_gold", "doc_id", "event_type", "trigger", "trigger_start"),
    *("actors", "recipients", "rule_id", "evidence"),
)


def _change(change: EventChange) -> tuple[str, ...]:
    event = change.event
    return (
        *(change.change, "true" if change.in_gold else "false", change.doc_id, event.type),
        *(event.text, str(event.start), "; ".join(event.actors), "; ".join(event.recipients)),
        *(event.rule, " ".join(event.evidence.split())),
    )


def _csv(header: Iterable[str], rows: Iterable[Iterable]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()
