"""What a new rule may look like: category, frame and the rest, read off missed events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.evaluation.gold import GoldDocument, GoldEvent
from pipeline.evaluation.reading import Reading, slots_of
from pipeline.evaluation.scoring import entity_forms, normalise
from pipeline.retraining.book import Trial
from pipeline.retraining.conditions import Conditions

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.components.events.rules import Frame, Rule, Rulebook
    from pipeline.components.events.slots import Slots

FUTURE = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID"})
"""Categories whose future acts are coded AGREE."""
SEVERAL = 3
"""Missed events of a verb of which each tells a particle that the verb may need."""


class Shape(NamedTuple):
    """What triggers must have in common to stand in one rule."""

    type: str
    kind: str
    frame: str
    mode: str = ""
    stage: str = ""
    factuality: str = ""
    when: Conditions = ()
    unless: Conditions = ()

    @property
    def conditional(self) -> bool:
        """Whether conditions were learnt for it."""
        return bool(self.when or self.unless)


class Word(NamedTuple):
    """A trigger: its lemma, with a particle or without, and what kind of word it is."""

    lemma: str
    kind: str

    @property
    def bare(self) -> Word:
        """The word without its particle."""
        return Word(self.lemma.partition(" ")[0], self.kind)


@dataclass(frozen=True, slots=True)
class Seed:
    """A gold event that no rule makes, and its trigger."""

    reading: Reading
    event: GoldEvent
    token: Token
    word: Word


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A word in a shape, and the missed events that speak for it."""

    word: Word
    shape: Shape
    seeds: tuple[Seed, ...] = ()


class Evidence(NamedTuple):
    """What speaks for a lemma: its missed events, the share of right events that these let
    expect, and whether rules of the category have kin of it.

    A derived lemma has kin only, and nothing is expected of it (0) until it was tried.
    """

    seeds: tuple[Seed, ...] = ()
    expected: float = 0.0
    kin: bool = True


@dataclass(slots=True)
class Draft:
    """A rule as proposed: what its lemmas have in common, and what speaks for each."""

    shape: Shape
    lemmas: dict[str, Evidence] = field(default_factory=dict)

    def rule(self, id: str, book: Rulebook) -> Rule:
        """The draft as a rule of the rule language."""
        from pipeline.components.events.rules import Rule

        shape = self.shape
        return Rule.model_validate(
            {
                "id": id,
                "type": shape.type,
                "mode": shape.mode,
                f"{shape.kind}s": sorted(self.lemmas),
                "frame": shape.frame,
                "stage": shape.stage,
                "factuality": shape.factuality,
                "governs": governs(shape.type, shape.kind, book),
                "when": {slot: list(tests) for slot, tests in shape.when},
                "unless": {slot: list(tests) for slot, tests in shape.unless},
            }
        )


class SlotsOf:
    """The slots of each article of a trial."""

    def __init__(self, trial: Trial, book: Rulebook) -> None:
        self._slots = {
            reading.gold.doc_id: slots_of(reading, book, trial.factuality)
            for reading in trial.readings
        }

    def __getitem__(self, reading: Reading) -> Slots:
        return self._slots[reading.gold.doc_id]


def governs(type: str, kind: str, book: Rulebook) -> bool:
    """Whether most rules of a category speak of other acts, so that these do not count."""
    votes = [r.governs for r in book.rules.values() if r.type == type and getattr(r, f"{kind}s")]
    return kind == "verb" and sum(votes) * 2 > len(votes)


def candidates(
    seeds: Sequence[Seed], kin: str, slots: SlotsOf, book: Rulebook
) -> Iterator[Candidate]:
    """The shapes that the missed events of one word may teach, the likelier first.

    One for each category that they have; a verb is offered bare and with its particles.

    Parameters
    ----------
    seeds : sequence of Seed
        The missed events of the word.
    kin : str
        Category of the rules whose triggers are kin to the word, or nothing.
    slots : SlotsOf
        Of the articles of the events.
    book : Rulebook
        The rules to be completed.
    """
    for type, own in _senses(seeds, kin):
        for word, shared in _phrases(own, book):
            shape = _shape(type, word.kind, shared, slots, book)
            yield Candidate(word, shape, tuple(shared))


def _senses(seeds: Sequence[Seed], kin: str) -> Iterator[tuple[str, list[Seed]]]:
    """Categories with their events, the commonest first.

    A planned act of some categories is coded AGREE: for these its events count too, unless they
    are the greater part. Where the kin of the word is of such a category, they are planned acts
    of it and nothing else.
    """
    by_type: dict[str, list[Seed]] = defaultdict(list)
    for seed in seeds:
        by_type[seed.event.type].append(seed)
    if kin in FUTURE and "AGREE" in by_type:
        by_type[kin] += by_type.pop("AGREE")
    for type in sorted(by_type, key=lambda type: (-len(by_type[type]), type)):
        planned = by_type["AGREE"] if type in FUTURE and "AGREE" in by_type else []
        yield type, by_type[type] + (planned if len(planned) <= len(by_type[type]) else [])


def _phrases(seeds: Sequence[Seed], book: Rulebook) -> Iterator[tuple[Word, list[Seed]]]:
    """The word by itself and, for a verb, with each particle that its seeds have.

    The particle of a single seed is none of the word's unless there are :data:`SEVERAL` seeds.
    """
    word = seeds[0].word
    yield word, list(seeds)
    if word.kind == "verb":
        with_particle: dict[str, list[Seed]] = defaultdict(list)
        for seed in seeds:
            for particle in _particles(seed.token, book):
                with_particle[particle].append(seed)
        for particle, own in sorted(with_particle.items()):
            if len(own) > 1 or len(seeds) >= SEVERAL:
                yield Word(f"{word.lemma} {particle}", word.kind), own


def _particles(verb: Token, book: Rulebook) -> set[str]:
    """Adverbs and prepositions that hang on a verb or introduce what hangs on it."""
    words = {child.lower_ for child in verb.children if child.dep_ == "compound:prt"}
    for child in verb.children:
        if child.dep_ in ("obl", "obl:agent"):
            words |= {case.lower_ for case in child.children if case.dep_ == "case"}
    return words & book.classes["particle"]


def _shape(type: str, kind: str, seeds: Sequence[Seed], slots: SlotsOf, book: Rulebook) -> Shape:
    """Frame, mode and stage that most of the seeds have."""
    frame = _frame(seeds, slots, book, type)
    modes = Counter(s.event.mode for s in seeds if s.event.type == type)
    stages = Counter(s.event.stage for s in seeds if s.event.stage)
    stage = stages.most_common(1)[0][0] if stages and stages.total() * 2 > len(seeds) else ""
    mode = modes.most_common(1)[0][0] if modes else ""
    return Shape(type, kind, frame, mode, stage, _fixed_factuality(seeds, slots, type))


def _frame(seeds: Sequence[Seed], slots: SlotsOf, book: Rulebook, type: str) -> str:
    """The frame that reads most parties of the seeds rightly; of equals, the category's own."""
    usual = Counter(r.frame for r in book.rules.values() if r.type == type)
    scores = {
        name: sum(_parties_right(seed, slots, frame) for seed in seeds)
        for name, frame in book.frames.items()
    }
    return max(scores, key=lambda name: (scores[name], usual[name], name))


def _parties_right(seed: Seed, slots: SlotsOf, frame: Frame) -> int:
    """Two for right actors, one more for right recipients; none without right actors."""
    from pipeline.components.events.parties import parties

    token, kind, own = seed.token, seed.word.kind, slots[seed.reading]
    verbal = kind == "verb"
    order = frame.verb_actors if verbal else frame.noun_actors
    actors = parties(token, kind, order, own, frame.joint)
    if not actors or not _same(actors, seed.event.actors, seed.reading.gold):
        return 0
    order = frame.verb_recipients if verbal else frame.noun_recipients
    recipients = [] if frame.joint else parties(token, kind, order, own, False, exclude=actors)
    return 2 + _same(recipients, seed.event.recipients, seed.reading.gold)


def _same(found: Sequence, wanted: Sequence[str], gold: GoldDocument) -> bool:
    """Whether entities are those of gold, by name or by country."""
    forms = entity_forms(gold)
    names = [normalise(entity.name) for entity in found]
    if len(names) == len(wanted) and all(any(n in forms[w] for w in wanted) for n in names):
        return True
    countries = sorted(entity.country for entity in found)
    return countries == sorted(gold.entities[name].country for name in wanted)


def _fixed_factuality(seeds: Sequence[Seed], slots: SlotsOf, type: str) -> str:
    """A factuality that gold always gives and the reading of the verb never does."""
    wanted = {seed.event.factuality for seed in seeds}
    if len(wanted) != 1 or len(seeds) < 2:
        return ""
    read = Counter(slots[seed.reading].factuality.of(seed.token).value for seed in seeds)
    (value,) = wanted
    usual = "planned" if type == "AGREE" else "actual"
    return value if value != usual and not read[value] else ""
