"""Which proposals stay: those that gain on articles they were not learnt from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.retraining.book import Count, Trial, one, with_rules
from pipeline.retraining.folds import folds
from pipeline.retraining.induction import GOOD, Draft, Shape, induce

if TYPE_CHECKING:
    from pipeline.components.events.rules import Rule, Rulebook

PREFIX = "learnt"
ENOUGH = 3
"""Events on articles left out that are evidence for or against a family of words."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule with its provenance: the draft, and what its like did on articles left out."""

    rule: Rule
    draft: Draft
    left_out: Count

    @property
    def support(self) -> int:
        """Missed events that it was learnt from."""
        return sum(len(seeds) for seeds in self.draft.lemmas.values())

    @property
    def documents(self) -> list[str]:
        """Articles that it was learnt from."""
        seeds = (seed for found in self.draft.lemmas.values() for seed in found)
        return sorted({seed.reading.gold.doc_id for seed in seeds})


@dataclass(slots=True)
class Tallies:
    """What proposals did on articles left out, by family and by family and lemma."""

    families: dict[tuple, Count] = field(default_factory=lambda: defaultdict(Count))
    lemmas: dict[tuple, Count] = field(default_factory=lambda: defaultdict(Count))


def learn_rules(
    trial: Trial,
    book: Rulebook,
    seed: int,
    step: Callable[[], object] = lambda: None,
) -> list[Proposal]:
    """Propose rules and keep those that gain in leave-documents-out cross-validation.

    Rules are learnt from all folds but one and tried on the one left out, for each fold. A lemma
    of a rule learnt from all articles stays if :data:`~pipeline.retraining.induction.GOOD` of the
    events that it made there were right, which raises F1 whatever it was before; if it made none,
    its family must have done so: the words of the same category and kind, or where these made too
    few events to tell, of the same kind, learnt from one missed event or from several.

    Parameters
    ----------
    trial : Trial
        Annotated articles.
    book : Rulebook
        The rules to be completed.
    seed : int
        Decides the folds.
    step : callable, optional
        Called after every fold and once at the end, for a progress bar.
    """
    tallies = Tallies()
    for part in folds([reading.gold.doc_id for reading in trial.readings], seed):
        inside, outside = trial.split(part)
        _judge(induce(outside, book), inside, book, tallies)
        step()
    proposals = _named(_chosen(induce(trial, book), tallies), book, tallies)
    step()
    return proposals


def _judge(drafts: Sequence[Draft], left_out: Trial, book: Rulebook, tallies: Tallies) -> None:
    """Count what drafts do on articles left out."""
    by_id = {f"{PREFIX}-{number}": draft for number, draft in enumerate(drafts)}
    tried = with_rules(book, [draft.rule(id, book) for id, draft in by_id.items()])
    for made in left_out.made(tried):
        draft = by_id.get(made.row.rule)
        if draft is None:
            continue
        lemma = _lemma(draft, made, tried)
        tallies.lemmas[draft.shape.families[0], lemma].add(one(made))
        for family in _families(draft, lemma):
            tallies.families[family].add(one(made))


def _lemma(draft: Draft, made, book: Rulebook) -> str:
    from pipeline.evaluation.rules import token_at

    token = token_at(made.reading, made.row.start, made.row.end)
    lemma = book.lemma(token, draft.shape.kind) if token is not None else ""
    return next((phrase for phrase in draft.lemmas if phrase.split()[0] == lemma), lemma)


def _families(draft: Draft, lemma: str) -> list[tuple]:
    """The families of a word, the narrower first."""
    several = len(draft.lemmas.get(lemma, ())) > 1
    return [(*family, several) for family in draft.shape.families]


def _chosen(drafts: Sequence[Draft], tallies: Tallies) -> list[Draft]:
    """The drafts with those of their lemmas that are right often enough."""
    chosen = []
    for draft in drafts:
        lemmas = {
            lemma: seeds
            for lemma, seeds in draft.lemmas.items()
            if _evidence(draft, lemma, tallies).precision >= GOOD
        }
        if lemmas:
            chosen.append(Draft(draft.shape, lemmas))
    return chosen


def _evidence(draft: Draft, lemma: str, tallies: Tallies) -> Count:
    """What a lemma did on articles left out, or its narrowest family of which enough was seen."""
    own = tallies.lemmas[draft.shape.families[0], lemma]
    if own.found:
        return own
    families = (tallies.families[family] for family in _families(draft, lemma))
    return next((count for count in families if count.found >= ENOUGH), own)


def _named(drafts: Sequence[Draft], book: Rulebook, tallies: Tallies) -> list[Proposal]:
    """Give each draft an id that says what it is: ``learnt-support-verb-treaty-signed``."""
    used = set(book.rules)
    proposals = []
    for draft in drafts:
        stem = _id(draft.shape)
        id, number = stem, 1
        while id in used:
            number += 1
            id = f"{stem}-{number}"
        used.add(id)
        left_out = Count()
        for lemma in draft.lemmas:
            left_out.add(tallies.lemmas[draft.shape.families[0], lemma])
        proposals.append(Proposal(draft.rule(id, book), draft, left_out))
    return proposals


def _id(shape: Shape) -> str:
    parts = [PREFIX, shape.type, shape.kind, shape.frame, shape.stage]
    parts += ["if"] * bool(shape.when or shape.unless)
    return "-".join(part.lower().replace("_", "-") for part in parts if part)
