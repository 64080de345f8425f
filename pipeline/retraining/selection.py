"""Which proposals stay: those that gain on articles they were not learnt from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.retraining.book import Count, Trial, gain, one, with_rules
from pipeline.retraining.folds import folds
from pipeline.retraining.induction import Draft, Lexicon, Shape, induce

if TYPE_CHECKING:
    from pipeline.components.events.rules import Rule, Rulebook

PREFIX = "learnt"
ENOUGH = 3
"""Events on articles left out that are evidence for or against a family of rules."""


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

    base: Count = field(default_factory=Count)
    families: dict[tuple, Count] = field(default_factory=lambda: defaultdict(Count))
    lemmas: dict[tuple, Count] = field(default_factory=lambda: defaultdict(Count))


def learn_rules(
    trial: Trial,
    book: Rulebook,
    lexicon: Lexicon | None,
    seed: int,
    step: Callable[[], object] = lambda: None,
) -> list[Proposal]:
    """Propose rules and keep those that gain in leave-documents-out cross-validation.

    Rules are learnt from all folds but one and tried on the one left out, for each fold; a rule
    learnt from all articles stays if its family raised F1 there, and a lemma of it if it raised F1
    itself or made no event there. The family is that of rules for the same category and kind of
    word, or where these made too few events to tell, for the same kind of word.

    Parameters
    ----------
    trial : Trial
        Annotated articles.
    book : Rulebook
        The rules to be completed.
    lexicon : Lexicon, optional
        Finds words of similar meaning.
    seed : int
        Decides the folds.
    step : callable, optional
        Called after every fold and once at the end, for a progress bar.
    """
    tallies = Tallies()
    for part in folds([reading.gold.doc_id for reading in trial.readings], seed):
        inside, outside = trial.split(part)
        _judge(induce(outside, book, lexicon), inside, book, tallies)
        step()
    proposals = _named(_chosen(induce(trial, book, lexicon), tallies, trial.gold), book, tallies)
    step()
    return proposals


def _judge(drafts: Sequence[Draft], left_out: Trial, book: Rulebook, tallies: Tallies) -> None:
    """Count what drafts do on articles left out, and what the book does there without them."""
    by_id = {f"{PREFIX}-{number}": draft for number, draft in enumerate(drafts)}
    rules = [draft.rule(id, book) for id, draft in by_id.items()]
    tallies.base.add(left_out.whole(book))
    tried = with_rules(book, rules)
    for made in left_out.made(tried):
        draft = by_id.get(made.row.rule)
        if draft is None:
            continue
        families, lemma = draft.shape.families, _lemma(draft, made, tried)
        tallies.lemmas[families[0], lemma].add(one(made))
        for family in families:
            tallies.families[family].add(one(made))


def _lemma(draft: Draft, made, book: Rulebook) -> str:
    from pipeline.evaluation.rules import token_at

    token = token_at(made.reading, made.row.start, made.row.end)
    lemma = book.lemma(token, draft.shape.kind) if token is not None else ""
    return next((phrase for phrase in draft.lemmas if phrase.split()[0] == lemma), lemma)


def _chosen(drafts: Sequence[Draft], tallies: Tallies, gold: int) -> list[Draft]:
    """The drafts, and of each the lemmas, that gain."""
    chosen = []
    for draft in drafts:
        whole = _gains(draft.shape, tallies, gold)

        def stays(lemma: str, shape: Shape = draft.shape, whole: bool = whole) -> bool:
            own = tallies.lemmas[shape.families[0], lemma]
            return gain(tallies.base, own, gold) > 0 if own.found else whole

        lemmas = {lemma: seeds for lemma, seeds in draft.lemmas.items() if stays(lemma)}
        if lemmas:
            chosen.append(Draft(draft.shape, lemmas, draft.near))
    return chosen


def _gains(shape: Shape, tallies: Tallies, gold: int) -> bool:
    """Whether rules of a shape gained, by the narrowest family of which enough was seen."""
    for family in shape.families:
        count = tallies.families[family]
        if count.found >= ENOUGH:
            return gain(tallies.base, count, gold) > 0
    return False


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
    parts += ["if"] * bool(shape.when or shape.unless) + ["similar"] * shape.similar
    return "-".join(part.lower().replace("_", "-") for part in parts if part)
