"""Which proposals stay: those that gain on articles they were not learnt from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.retraining.book import Count, Made, Trial, one, with_rules
from pipeline.retraining.folds import folds
from pipeline.retraining.induction import induce
from pipeline.retraining.shapes import Draft, Evidence, Shape

if TYPE_CHECKING:
    from pipeline.components.events.rules import Rule, Rulebook

PREFIX = "learnt"
KEEP = 0.4
"""Precision that a lemma must be expected to have: whatever lies above half of it raises F1."""
WEIGHT = 2
"""Events that what is expected of a lemma weighs against what it did on articles left out."""
PRIOR = 0.5
"""Precision expected of a derived word before any was tried."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule with its provenance: the draft, and what its like did on articles left out."""

    rule: Rule
    draft: Draft
    left_out: Count

    @property
    def support(self) -> int:
        """Missed events that it was learnt from."""
        return sum(len(evidence.seeds) for evidence in self.draft.lemmas.values())

    @property
    def documents(self) -> list[str]:
        """Articles that it was learnt from."""
        seeds = (seed for evidence in self.draft.lemmas.values() for seed in evidence.seeds)
        return sorted({seed.reading.gold.doc_id for seed in seeds})


@dataclass(slots=True)
class Tallies:
    """What proposals did on articles left out, by lemma, and by family with one vote a lemma."""

    families: dict[tuple, list[float]] = field(default_factory=lambda: defaultdict(list))
    lemmas: dict[tuple, Count] = field(default_factory=lambda: defaultdict(Count))


def learn_rules(
    trial: Trial,
    book: Rulebook,
    seed: int,
    step: Callable[[], object] = lambda: None,
) -> list[Proposal]:
    """Propose rules and keep those that gain in leave-documents-out cross-validation.

    Rules are learnt from all folds but one and tried on the one left out, for each fold. A lemma
    of a rule learnt from all articles stays if :data:`KEEP` of its events are expected to be
    right, after what the lemma, and words like it, did on the articles left out.

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
    own: dict[tuple[str, str], Count] = defaultdict(Count)
    for made in left_out.made(tried):
        if made.row.rule in by_id:
            own[made.row.rule, _lemma(by_id[made.row.rule], made, tried)].add(one(made))
    for (id, lemma), count in own.items():
        draft = by_id[id]
        tallies.lemmas[_own(draft, lemma)].add(count)
        for family in _families(draft, lemma):
            tallies.families[family].append(count.precision)


def _lemma(draft: Draft, made: Made, book: Rulebook) -> str:
    """The lemma of a draft, with its particle if it has one, that made an event."""
    lemma = book.lemma(made.token, draft.shape.kind)
    return next((phrase for phrase in draft.lemmas if phrase.split()[0] == lemma), lemma)


def _own(draft: Draft, lemma: str) -> tuple[str, str, str]:
    """What a lemma is recognised by when it is learnt again from other articles."""
    return draft.shape.type, draft.shape.kind, lemma


def _families(draft: Draft, lemma: str) -> tuple[tuple, ...]:
    """What a lemma is judged with: the words as telling and learnt from as much; of these those
    that have kin as it has or not; and those of its category and kind."""
    evidence = draft.lemmas.get(lemma, Evidence())
    telling, several = min(2, round(3 * evidence.expected)), min(2, len(evidence.seeds))
    wide = (telling, several)
    return wide, (*wide, evidence.kin), (*wide, draft.shape.type, draft.shape.kind)


def _chosen(drafts: Sequence[Draft], tallies: Tallies) -> list[Draft]:
    """The drafts with those of their lemmas that are right often enough."""
    chosen = []
    for draft in drafts:
        lemmas = {
            lemma: evidence
            for lemma, evidence in draft.lemmas.items()
            if _evidence(draft, lemma, tallies) >= KEEP
        }
        if lemmas:
            chosen.append(Draft(draft.shape, lemmas))
    return chosen


def _evidence(draft: Draft, lemma: str, tallies: Tallies) -> float:
    """Precision expected of a lemma after the articles left out; 0 where nothing like it was tried.

    What the articles learnt from let expect is drawn towards the precision that each of its
    families had, the widest first, and then towards what the lemma itself did (with
    :data:`WEIGHT` pseudo-events each).
    """
    families = [tallies.families[family] for family in _families(draft, lemma)]
    own = tallies.lemmas[_own(draft, lemma)]
    if not families[0] and not own.found:
        return 0.0
    share = draft.lemmas[lemma].expected or PRIOR
    tried = [(sum(family), len(family)) for family in families]
    for right, found in (*tried, (own.hits, own.found)):
        share = (right + WEIGHT * share) / (found + WEIGHT)
    return share


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
            left_out.add(tallies.lemmas[_own(draft, lemma)])
        proposals.append(Proposal(draft.rule(id, book), draft, left_out))
    return proposals


def _id(shape: Shape) -> str:
    parts = [PREFIX, shape.type, shape.kind, shape.frame, shape.stage]
    parts += ["if"] * bool(shape.when or shape.unless)
    return "-".join(part.lower().replace("_", "-") for part in parts if part)
