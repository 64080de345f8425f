"""Repairs of the rules there are: exceptions learnt from their false alarms, and retirements.

Both are judged as new rules are: learnt without a part of the articles, they must raise F1 on
that part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.retraining.book import Count, Made, Trial, counted, gain, one
from pipeline.retraining.conditions import Conditions, exceptions, meets
from pipeline.retraining.folds import folds
from pipeline.retraining.shapes import SlotsOf

if TYPE_CHECKING:
    from pipeline.components.events.rules import Rule, Rulebook

LEAST = 3
"""Events that a rule must have made to be judged at all."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A changed or retired rule, and the events that it takes away from articles left out."""

    rule: Rule
    what: str
    spared: Count
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What to do with a rule: retire it, or add exceptions."""

    retired: bool
    unless: Conditions = ()


def learn_repairs(
    trial: Trial, book: Rulebook, seed: int, step: Callable[[], object] = lambda: None
) -> list[Repair]:
    """Propose changes to rules of a book and keep those that gain on articles left out.

    Parameters
    ----------
    trial : Trial
        Annotated articles.
    book : Rulebook
        The rules to be repaired.
    seed : int
        Decides the folds.
    step : callable, optional
        Called once, for a progress bar.
    """
    slots = SlotsOf(trial, book)
    events: dict[str, list[Made]] = defaultdict(list)
    whole = Count()
    for made in trial.made(book):
        whole.add(one(made))
        events[made.row.rule].append(made)
    parts = folds([reading.gold.doc_id for reading in trial.readings], seed)
    repairs = []
    for id, own in sorted(events.items()):
        change = _change(own, whole, trial.gold, book, slots)
        if change is None:
            continue
        spared = Count()
        for part in parts:
            inside = [m for m in own if m.reading.gold.doc_id in part]
            outside = [m for m in own if m.reading.gold.doc_id not in part]
            learnt = _change(outside, whole, trial.gold, book, slots)
            for event in inside:
                if learnt is not None and _meets(event, learnt, book, slots):
                    spared.add(one(event))
        if spared.found and gain(whole, _less(spared), trial.gold) > 0:
            documents = tuple(sorted({m.reading.gold.doc_id for m in own if m.gold is None}))
            repairs.append(_repair(book.rules[id], change, spared, documents))
    step()
    return repairs


def _change(
    made: Sequence[Made], whole: Count, gold: int, book: Rulebook, slots: SlotsOf
) -> Change | None:
    """Retire a rule without which F1 is higher; else look for exceptions."""
    count = counted(made)
    if count.found < LEAST or not count.false:
        return None
    if gain(whole, _less(count), gold) > 0:
        return Change(retired=True)
    right = [event.token for event in made if event.gold is not None]
    wrong = [event.token for event in made if event.gold is None]
    own = {event.token: slots[event.reading] for event in made}
    found = exceptions(right, wrong, _kind(made[0], book), own, book)
    return Change(retired=False, unless=found) if found else None


def _meets(event: Made, change: Change, book: Rulebook, slots: SlotsOf) -> bool:
    """Whether a change takes an event away."""
    kind = _kind(event, book)
    return change.retired or meets(event.token, kind, change.unless, slots[event.reading], book)


def _repair(rule: Rule, change: Change, spared: Count, documents: tuple[str, ...]) -> Repair:
    if change.retired:
        return Repair(rule.model_copy(update={"off": True}), "retired", spared, documents)
    unless = {slot: list(tests) for slot, tests in rule.unless.items()}
    for slot, tests in change.unless:
        unless[slot] = [*unless.get(slot, []), *tests]
    added = "; ".join(f"{slot}: {', '.join(tests)}" for slot, tests in change.unless)
    changed = rule.model_copy(update={"unless": unless})
    return Repair(changed, f"new exceptions ({added})", spared, documents)


def _kind(event: Made, book: Rulebook) -> str:
    """As what kind of word the rule took the trigger."""
    from pipeline.components.events.matching import kinds

    rule = book.rules[event.row.rule]
    for kind in kinds(event.token, book):
        lemma = book.lemma(event.token, kind)
        if any(t.rule.id == rule.id for t in book.candidates(lemma, kind)):
            return kind
    return "verb"


def _less(count: Count) -> Count:
    """Events taken away; one right event more is granted to them, since few were seen."""
    return Count(-count.found, -count.hits - 1, -count.sides)
