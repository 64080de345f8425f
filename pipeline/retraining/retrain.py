"""One retraining: everything learnt from gold, judged on articles left out, nothing written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.evaluation import calibration
from pipeline.evaluation.figures import Figure, difference, figures
from pipeline.evaluation.found import FoundEvent
from pipeline.evaluation.gold import GoldDocument
from pipeline.evaluation.reading import Reading, extract_events, read, rows_of, rules_of
from pipeline.evaluation.scoring import DocumentScore, Measure, score_document
from pipeline.retraining.book import Trial, with_rules
from pipeline.retraining.folds import folds
from pipeline.retraining.names import FOLDS as NAME_FOLDS
from pipeline.retraining.names import Names, train_names
from pipeline.retraining.refit import Refitted, refit
from pipeline.retraining.repairs import Repair, learn_repairs
from pipeline.retraining.selection import Proposal, learn_rules
from pipeline.retraining.terms import Term, missed_terms

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.components.events.confidence import Confidence
    from pipeline.components.events.rules import Rule, Rulebook

OUTER_FOLDS = 3
INNER_FOLDS = 4
MEASURES = (
    Measure("events", "all", "f1"),
    Measure("sentence events", "all", "f1"),
    Measure("slots", "all", "f1"),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of a retraining to do."""

    rules: bool = True
    confidence: bool = True
    reader: bool = True
    names: bool = True
    terms: bool = True

    @property
    def steps(self) -> int:
        """How often the progress is told."""
        rules = (OUTER_FOLDS + 1) * (INNER_FOLDS + 2) if self.rules else 0
        return 1 + rules + self.confidence + self.reader + (NAME_FOLDS if self.names else 0)


@dataclass(slots=True)
class Calibrated:
    """The confidence before (None where none was stored) and after, on articles left out."""

    confidence: Confidence
    labels: list[bool]
    before: list[float] | None
    after: list[float]


@dataclass(frozen=True, slots=True)
class EventChange:
    """An event that the new rules add (``new``), or no longer make (``gone``)."""

    change: str
    doc_id: str
    event: FoundEvent
    in_gold: bool


@dataclass(slots=True)
class Retrained:
    """What a retraining found, and how it does on articles left out.

    ``before`` and ``after`` are figures over all articles, each scored with what the others
    taught; ``gains`` the differences with 95 % intervals. ``remarks`` say what nothing was proposed
    for, and why.
    """

    documents: int
    before: list[Figure] = field(default_factory=list)
    after: list[Figure] = field(default_factory=list)
    gains: list[tuple[Measure, tuple[float, float, float] | None]] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    changes: list[EventChange] = field(default_factory=list)
    calibrated: Calibrated | None = None
    reader: Refitted | None = None
    names: Names | None = None
    remarks: list[str] = field(default_factory=list)


ENOUGH = 200
"""Gold events from which confidence is learnt: of fewer, a bin of ten holds too few to tell."""


def retrain(
    nlp: Language,
    gold: Sequence[GoldDocument],
    texts: Mapping[str, str],
    parts: Parts,
    seed: int,
    step: Callable[[], object] = lambda: None,
) -> Retrained:
    """Learn from gold what the parts say.

    Parameters
    ----------
    nlp : Language
        As :func:`pipeline.language.load` returns it, with the reader if it is to be refitted;
        left as it was.
    gold : sequence of GoldDocument
        Two articles at least.
    texts : mapping
        Articles by ``doc_id``.
    parts : Parts
        What to do.
    seed : int
        Decides folds and order; the same gold, rules, model and seed give the same result.
    step : callable, optional
        Called :attr:`Parts.steps` times, for a progress bar.

    Raises
    ------
    ValueError
        Fewer than two articles: nothing could be left out.
    """
    if len(gold) < 2:
        raise ValueError("retraining needs two annotated articles at least")
    book, factuality = rules_of(nlp)
    readings = list(read(nlp, gold, texts))
    trial = Trial(readings, factuality)
    step()
    result = Retrained(len(gold))
    learnt = book
    if parts.rules:
        _judge(result, trial, book, seed, step)
        result.proposals, result.repairs = _learn(trial, book, seed, step)
        learnt = with_rules(book, _rules(result.proposals, result.repairs))
        result.changes = _changes(trial, book, learnt)
        if not result.proposals and not result.repairs:
            result.remarks.append(f"no rule is proposed: {_size(gold)} show no pattern that holds")
    if parts.terms:
        result.terms = missed_terms(readings)
    if parts.confidence:
        if sum(len(document.events) for document in gold) >= ENOUGH:
            result.calibrated = _calibrate(trial, learnt)
        else:
            told = f"confidence stays as it is: {_size(gold)} are too little gold"
            result.remarks.append(f"{told} ({ENOUGH} events or more)")
        step()
    if parts.reader:
        _refit(result, nlp, readings, seed)
        step()
    if parts.names:
        result.names = train_names(nlp, gold, texts, seed, step)
    return result


def _refit(result: Retrained, nlp: Language, readings: list[Reading], seed: int) -> None:
    """Refit reader and decision; kept only where articles left out gain by it."""
    try:
        refitted = refit(nlp, readings, seed)
    except ValueError as error:
        result.remarks.append(f"the reader stays as it is: {error}")
        return
    change = f"F1 {refitted.before:.3f} → {refitted.after:.3f} on articles left out"
    if refitted.accepted:
        result.reader = refitted
        result.remarks.append(f"reader and decision refitted: {change}")
    else:
        result.remarks.append(f"the reader stays as it is: refitted to this gold, {change}")


def _size(gold: Sequence[GoldDocument]) -> str:
    return f"{len(gold)} articles with {sum(len(document.events) for document in gold)} events"


def _learn(
    trial: Trial, book: Rulebook, seed: int, step: Callable[[], object]
) -> tuple[list[Proposal], list[Repair]]:
    proposals = learn_rules(trial, book, seed, step)
    return proposals, learn_repairs(trial, book, seed, step)


def _rules(proposals: Sequence[Proposal], repairs: Sequence[Repair]) -> list[Rule]:
    return [proposal.rule for proposal in proposals] + [repair.rule for repair in repairs]


def _judge(
    result: Retrained,
    trial: Trial,
    book: Rulebook,
    seed: int,
    step: Callable[[], object],
) -> None:
    """Score each article before and after, after with what the other folds taught."""
    before: list[DocumentScore] = []
    after: list[DocumentScore] = []
    ids = [reading.gold.doc_id for reading in trial.readings]
    for part in folds(ids, seed + 1, OUTER_FOLDS):
        inside, outside = trial.split(part)
        changed = with_rules(book, _rules(*_learn(outside, book, seed, step)))
        for reading in inside.readings:
            before.append(_scored(reading, book, trial))
            after.append(_scored(reading, changed, trial))
    result.before, result.after = figures(before), figures(after)
    result.gains = [(measure, difference(after, before, measure)) for measure in MEASURES]


def _scored(reading: Reading, book: Rulebook, trial: Trial) -> DocumentScore:
    rows = [row for _, row in rows_of(reading, extract_events(reading, book, trial.factuality))]
    scored = score_document(reading.gold, reading.found(rows))
    events = ("events", "sentence events", "triggers", "slots", "modes", "rules")
    for measure in [m for m in scored.tallies if m.layer not in events]:
        del scored.tallies[measure]
    return scored


def _changes(trial: Trial, book: Rulebook, learnt: Rulebook) -> list[EventChange]:
    """The difference of the events table on the articles at hand."""
    tables = []
    for rules in (book, learnt):
        made = trial.made(rules)
        tables.append(
            {(m.reading.gold.doc_id, m.row.type, m.row.start, m.row.actors): m for m in made}
        )
    old, new = tables
    changed = [("gone", old[key]) for key in old.keys() - new.keys()]
    changed += [("new", new[key]) for key in new.keys() - old.keys()]
    changes = [
        EventChange(what, made.reading.gold.doc_id, made.row, made.gold is not None)
        for what, made in changed
    ]
    return sorted(changes, key=lambda c: (c.doc_id, c.event.start, c.change, c.event.type))


def _calibrate(trial: Trial, book: Rulebook) -> Calibrated | None:
    """Fit the confidence on the events of a book; None where there is nothing to learn."""
    from pipeline.components.events.confidence import FILE, load_confidence
    from pipeline.components.events.rules import FOLDER

    found = calibration.cases(trial.readings, book, trial.factuality)
    try:
        fitted = calibration.fit(found)
    except ValueError:
        return None
    stored = load_confidence() if Path(FOLDER / FILE).is_file() else None
    before = (
        [stored.calibrated(stored.score(c.rule, c.type, c.features)) for c in found]
        if stored
        else None
    )
    return Calibrated(fitted.confidence, [case.right for case in found], before, fitted.left_out)
