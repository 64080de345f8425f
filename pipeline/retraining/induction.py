"""New event rules out of the gold events that the rules miss.

For each trigger of missed events every category that these have is tried, bare and with the
particle they share, in the frame that reads most of their parties rightly; where it makes false
alarms, conditions are learnt from them. The best of these is proposed. Words of the articles that
are kin to a trigger of the rules (:mod:`.derivation`) are proposed in its shape. Words that agree
in everything make one rule.

Words that the vectors of the model, or the word classes of the rules, put beside a trigger are not
proposed: they were right in one of ten cases on articles left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.evaluation.reading import Reading
from pipeline.evaluation.rules import kind_of, token_at
from pipeline.retraining.book import Made, Trial, counted, with_rules
from pipeline.retraining.conditions import learn
from pipeline.retraining.derivation import Kin
from pipeline.retraining.shapes import (
    Candidate,
    Draft,
    Evidence,
    Seed,
    Shape,
    SlotsOf,
    Word,
    candidates,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.components.events.rules import Rulebook

GOOD = 0.5
"""Precision on the training articles that a trigger needs."""
TELLING = 0.25
"""Share of a word's occurrences that must be triggers, two occurrences more being granted."""

Occurrences = Mapping[Word, Sequence[tuple[Reading, "Token"]]]


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
    by_word: dict[Word, list[Seed]] = defaultdict(list)
    for seed in seeds_of(trial, book, slots):
        by_word[seed.word].append(seed)
    kin = Kin(book)
    offered = {
        word: [
            candidate
            for candidate in candidates(seeds, kin.type(word), slots, book)
            if _telling(candidate, occurrences, book, slots)
        ]
        for word, seeds in sorted(by_word.items())
    }
    chosen = _best(trial, book, offered, slots)
    chosen += _derived(trial, book, kin, occurrences.keys() - by_word.keys())
    drafts: dict[Shape, Draft] = {}
    for candidate in chosen:
        draft = drafts.setdefault(candidate.shape, Draft(candidate.shape))
        draft.lemmas[candidate.word.lemma] = Evidence(
            candidate.seeds,
            _expected(candidate, occurrences, book, slots),
            kin.type(candidate.word.bare) == candidate.shape.type,
        )
    return list(drafts.values())


def seeds_of(trial: Trial, book: Rulebook, slots: SlotsOf) -> Iterator[Seed]:
    """The missed events on whose trigger no rule fires: it may become one of a new rule.

    A verb of saying (``$quoting``) may not: the quotation tells the act.
    """
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
        word = Word(token.lemma_.lower(), kind_of(token))
        quotes = word.kind == "verb" and word.lemma in book.classes["quoting"]
        if word.kind and word.lemma.isalpha() and not quotes:
            yield Seed(reading, event, token, word)


def _occurrences(trial: Trial) -> Occurrences:
    """Where each word stands in the bodies of the articles."""
    from pipeline.language.extensions import in_zone

    found: dict[Word, list[tuple[Reading, Token]]] = defaultdict(list)
    for reading in trial.readings:
        for token in reading.doc:
            if not in_zone(reading.doc, token.idx):
                found[Word(token.lemma_.lower(), kind_of(token))].append((reading, token))
    return found


def _fits(
    candidate: Candidate, occurrences: Occurrences, book: Rulebook, slots: SlotsOf
) -> list[Token]:
    """The occurrences of a word on which the candidate would fire."""
    from pipeline.components.events.matching import failure
    from pipeline.components.events.rules import index_rules

    rule = Draft(candidate.shape, {candidate.word.lemma: Evidence()}).rule("fits", book)
    index = index_rules([rule], book.frames, book.classes)
    (trigger,) = index[candidate.word.bare]
    return [
        token
        for reading, token in occurrences[candidate.word.bare]
        if failure(token, trigger, book, slots[reading]) is None
    ]


def _telling(
    candidate: Candidate, occurrences: Occurrences, book: Rulebook, slots: SlotsOf
) -> bool:
    """Whether enough of the occurrences of a candidate are triggers."""
    fits = len(_fits(candidate, occurrences, book, slots))
    return len(candidate.seeds) >= TELLING * (fits - 2)


def _expected(
    candidate: Candidate, occurrences: Occurrences, book: Rulebook, slots: SlotsOf
) -> float:
    """The share of its occurrences that are missed events, one false alarm more being granted,
    and one for conditions, which were chosen to fit."""
    if not candidate.seeds:
        return 0.0
    fits = _fits(candidate, occurrences, book, slots)
    right = len({seed.token for seed in candidate.seeds} & set(fits))
    return right / (len(fits) + 1 + candidate.shape.conditional)


def _derived(trial: Trial, book: Rulebook, kin: Kin, words: Iterable[Word]) -> list[Candidate]:
    """The words without missed events and rules of their own that are kin to triggers."""
    found = []
    for word in sorted(words):
        shape = kin.shape(word) if not book.candidates(*word) else None
        if shape is not None:
            found.append(Candidate(word, shape))
    made = _try(trial, book, found)
    return [c for c in found if not made[c] or counted(made[c]).precision >= GOOD]


def _best(
    trial: Trial, book: Rulebook, offered: Mapping[Word, list[Candidate]], slots: SlotsOf
) -> list[Candidate]:
    """The candidate of each word that makes most right and fewest wrong events.

    What is right in less than :data:`GOOD` of the cases is tried again under conditions. A word
    of which no candidate makes any event (its parties are not found) keeps its first.
    """
    tried: dict[Word, list[tuple[int, Candidate]]] = defaultdict(list)
    queues = {word: list(found) for word, found in offered.items() if found}
    while queues:
        heads = {word: queue.pop(0) for word, queue in queues.items()}
        made = _try(trial, book, heads.values())
        for word, candidate in heads.items():
            count = counted(made[candidate])
            if not count.found or count.precision >= GOOD:
                tried[word].append((count.hits - count.false, candidate))
            elif count.hits and not candidate.shape.conditional:
                queues[word] += _conditional(candidate, made[candidate], slots, book)
        queues = {word: queue for word, queue in queues.items() if queue}
    return [candidate for _, found in sorted(tried.items()) for candidate in _compatible(found)]


def _compatible(found: list[tuple[int, Candidate]]) -> Iterator[Candidate]:
    """The best of the candidates of a word; where it has a particle, the best of each particle."""
    best = max(found, key=lambda pair: pair[0])[1]
    yield best
    seen = {best.word}
    if best.word != best.word.bare:
        for _, candidate in sorted(found, key=lambda pair: -pair[0]):
            if candidate.word not in seen and candidate.word != candidate.word.bare:
                seen.add(candidate.word)
                yield candidate


def _conditional(
    candidate: Candidate, made: Sequence[Made], slots: SlotsOf, book: Rulebook
) -> list[Candidate]:
    """A candidate under conditions that tell its right events from its false alarms, if any do."""
    right = [m.token for m in made if m.gold is not None]
    wrong = [m.token for m in made if m.gold is None]
    own = {m.token: slots[m.reading] for m in made}
    found = learn(right, wrong, candidate.word.kind, own, book)
    if found is None:
        return []
    shape = candidate.shape._replace(when=found.when, unless=found.unless)
    return [Candidate(candidate.word, shape, candidate.seeds)]


def _try(trial: Trial, book: Rulebook, offered: Iterable[Candidate]) -> dict[Candidate, list[Made]]:
    """What each candidate makes when all of them are rules together."""
    order = {f"try-{number}": candidate for number, candidate in enumerate(offered)}
    rules = [Draft(c.shape, {c.word.lemma: Evidence()}).rule(id, book) for id, c in order.items()]
    events: dict[Candidate, list[Made]] = {candidate: [] for candidate in order.values()}
    for made in trial.made(with_rules(book, rules)):
        if made.row.rule in order:
            events[order[made.row.rule]].append(made)
    return events
