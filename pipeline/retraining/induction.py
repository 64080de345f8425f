"""New event rules out of the gold events that the rules miss.

For each trigger lemma of missed events the category is that of its gold events, the frame the one
that reads most of their parties rightly, and conditions are learnt from its false alarms. Lemmas
that agree in all of this make one rule. Words that no missed event has are not proposed: those that
the vectors of the model, or the word classes of the rules, put beside a trigger were right in one
of ten cases on articles left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.evaluation.gold import GoldDocument, GoldEvent
from pipeline.evaluation.reading import Reading, slots_of
from pipeline.evaluation.rules import kind_of, token_at
from pipeline.evaluation.scoring import entity_forms, normalise
from pipeline.retraining.book import Count, Made, Trial, one, with_rules
from pipeline.retraining.conditions import Conditions, learn

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.components.events.rules import Frame, Rule, Rulebook
    from pipeline.components.events.slots import Slots

GOOD = 0.5
"""Precision on the training articles that a trigger needs."""
TELLING = 0.25
"""Share of a word's occurrences that must be triggers, two occurrences more being granted."""
FUTURE = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID"})
"""Categories whose future acts are coded AGREE."""


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
    def families(self) -> tuple[tuple[str, ...], ...]:
        """What a rule is recognised by when its like is learnt from other articles: its category,
        kind of word and way of learning; or, wider, without the category."""
        way = "if" * bool(self.when or self.unless)
        return (self.type, self.kind, way), (self.kind, way)


class Word(NamedTuple):
    """A trigger: its lemma and whether it is a verb, a noun or an adjective."""

    lemma: str
    kind: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A gold event that no rule makes, and its trigger."""

    reading: Reading
    event: GoldEvent
    token: Token
    word: Word


@dataclass(slots=True)
class Draft:
    """A rule as proposed, with the seeds of each lemma."""

    shape: Shape
    lemmas: dict[str, list[Seed]] = field(default_factory=dict)

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


def induce(trial: Trial, book: Rulebook) -> list[Draft]:
    """Propose rules for what a book misses on the articles of a trial.

    Parameters
    ----------
    trial : Trial
        Annotated articles.
    book : Rulebook
        The rules to be completed.

    Returns
    -------
    list of Draft
        In a fixed order.
    """
    slots = SlotsOf(trial, book)
    occurrences = _occurrences(trial)
    shapes = {
        word: _shape(word, seeds, slots, book)
        for word, seeds in sorted(_by_word(seeds_of(trial, book, slots), book).items())
        if len(seeds) >= TELLING * (occurrences[seeds[0].word] - 2)
    }
    words = {word: shape for word, (shape, _) in shapes.items() if shape is not None}
    kept = _tried(trial, book, words, slots)
    drafts: dict[Shape, Draft] = {}
    for word, shape in kept.items():
        draft = drafts.setdefault(shape, Draft(shape))
        draft.lemmas[word.lemma] = shapes[word][1]
    return list(drafts.values())


def seeds_of(trial: Trial, book: Rulebook, slots: SlotsOf) -> Iterator[Seed]:
    """The missed events on whose trigger no rule fires: it may become one of a new rule."""
    from pipeline.components.events.matching import matches

    fired = {
        (reading.gold.doc_id, match.token.i)
        for reading in trial.readings
        for match in matches(reading.doc, book, slots[reading])
    }
    for reading, event in trial.missed(book):
        token = token_at(reading, event.start, event.end)
        if token is None or (reading.gold.doc_id, token.i) in fired:
            continue
        kind = kind_of(token)
        if kind and token.lemma_.isalpha():
            yield Seed(reading, event, token, Word(token.lemma_.lower(), kind))


def _occurrences(trial: Trial) -> Counter[Word]:
    """How often each word stands in the bodies of the articles."""
    from pipeline.language.extensions import in_zone

    return Counter(
        Word(token.lemma_.lower(), kind_of(token))
        for reading in trial.readings
        for token in reading.doc
        if not in_zone(reading.doc, token.idx)
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


def _by_word(seeds: Iterable[Seed], book: Rulebook) -> dict[Word, list[Seed]]:
    """Seeds by trigger; a verb takes along the preposition that all its seeds have."""
    by_word: dict[Word, list[Seed]] = defaultdict(list)
    for seed in seeds:
        by_word[seed.word].append(seed)
    phrases: dict[Word, list[Seed]] = {}
    for word, found in by_word.items():
        shared = set.intersection(*(_particles(seed.token, book) for seed in found))
        if word.kind == "verb" and len(found) > 1 and shared:
            phrases[Word(f"{word.lemma} {min(shared)}", word.kind)] = found
        else:
            phrases[word] = found
    return phrases


def _particles(verb: Token, book: Rulebook) -> set[str]:
    """Adverbs and prepositions that hang on a verb or introduce what hangs on it."""
    words = {child.lower_ for child in verb.children if child.dep_ == "compound:prt"}
    for child in verb.children:
        if child.dep_ in ("obl", "obl:agent"):
            words |= {case.lower_ for case in child.children if case.dep_ == "case"}
    return words & book.classes["particle"]


def _shape(
    word: Word, seeds: Sequence[Seed], slots: SlotsOf, book: Rulebook
) -> tuple[Shape | None, list[Seed]]:
    """Category, frame, mode and stage of a word, and the seeds that speak for them."""
    type, kept = _category(seeds)
    frame = _frame(kept, slots, book, type)
    if frame is None:
        return None, kept
    modes = Counter(s.event.mode for s in kept if s.event.type == type)
    stages = Counter(s.event.stage for s in kept if s.event.stage)
    stage = stages.most_common(1)[0][0] if stages and stages.total() * 2 > len(kept) else ""
    mode = modes.most_common(1)[0][0] if modes else ""
    return Shape(type, word.kind, frame, mode, stage, _fixed_factuality(kept, slots, type)), kept


def _category(seeds: Sequence[Seed]) -> tuple[str, list[Seed]]:
    """The commonest category; its planned acts, coded AGREE, count for it."""
    counts = Counter(seed.event.type for seed in seeds)
    own = [type for type in counts if type in FUTURE]
    if own and "AGREE" in counts:
        counts[max(own, key=lambda type: (counts[type], type))] += counts.pop("AGREE")
    type = max(counts, key=lambda type: (counts[type], type))
    kinds = {type, "AGREE"} if type in FUTURE else {type}
    return type, [seed for seed in seeds if seed.event.type in kinds]


def _frame(seeds: Sequence[Seed], slots: SlotsOf, book: Rulebook, type: str) -> str | None:
    """The frame that reads most parties of the seeds rightly; of equals, the category's own."""
    if not seeds:
        return None
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


def _tried(
    trial: Trial, book: Rulebook, words: Mapping[Word, Shape], slots: SlotsOf
) -> dict[Word, Shape]:
    """Keep the words that make more right than wrong events, some only under conditions."""
    counts, events = _try(trial, book, words)
    kept = {
        word: shape
        for word, shape in words.items()
        if not counts[word].found or counts[word].precision >= GOOD
    }
    doubtful = {}
    for word in words:
        if word not in kept and counts[word].hits:
            right = [_token(m) for m in events[word] if m.gold is not None]
            wrong = [_token(m) for m in events[word] if m.gold is None]
            conditions = learn(right, wrong, word.kind, slots_at(events[word], slots), book)
            if conditions:
                doubtful[word] = words[word]._replace(
                    when=conditions.when, unless=conditions.unless
                )
    if doubtful:
        counts, _ = _try(trial, book, kept | doubtful)
        kept |= {w: shape for w, shape in doubtful.items() if counts[w].precision >= GOOD}
    return kept


def slots_at(events: Iterable[Made], slots: SlotsOf) -> dict[Token, Slots]:
    """The slots that belong to the trigger of each event."""
    return {_token(made): slots[made.reading] for made in events}


def _token(made: Made) -> Token:
    token = token_at(made.reading, made.row.start, made.row.end)
    assert token is not None
    return token


def _try(
    trial: Trial, book: Rulebook, words: Mapping[Word, Shape]
) -> tuple[dict[Word, Count], dict[Word, list[Made]]]:
    """What each word makes when all of them are rules together."""
    order = {f"try-{number}": word for number, word in enumerate(words)}
    rules = [Draft(words[w], {w.lemma: []}).rule(id, book) for id, w in order.items()]
    counts = {word: Count() for word in words}
    events: dict[Word, list[Made]] = {word: [] for word in words}
    for made in trial.made(with_rules(book, rules)):
        if made.row.rule in order:
            word = order[made.row.rule]
            counts[word].add(one(made))
            events[word].append(made)
    return counts, events
