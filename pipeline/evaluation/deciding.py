"""Fit the decision of rule and reader on annotated articles, judged on articles left out.

A ridge logistic regression over the features of :mod:`pipeline.components.events.decision` and
the record of the rule, which is shrunk towards that of its category and, in fitting, counted
without the article at hand. The threshold is the one with the best F1 on articles left out. The
reader must not have been trained on the articles: its probabilities of those are no evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.articles.plain import Plain
from pipeline.evaluation.calibration import RIDGE, Case, Records, newton
from pipeline.evaluation.scoring import normalise

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.components.events.decision import Decision
    from pipeline.components.events.evidence import Evidence, Weights
    from pipeline.components.events.rules import Rulebook
    from pipeline.components.factuality import Factuality
    from pipeline.evaluation.gold import GoldDocument, GoldEvent
    from pipeline.evaluation.reading import Reading
    from pipeline.records import Event

FOLDS = 10
KNOWN = 30.0
"""How many events of a rule, or weights' ridge, a record or weight known before is worth."""
THRESHOLDS = tuple(round(0.2 + 0.02 * i, 2) for i in range(21))


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of an article and what it may tell; at most one of the categories is right."""

    doc_id: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """An entity near a trigger that gold annotates, and whether it plays a role (0, 1) there."""

    role: int
    right: bool
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Article:
    """An article's choices and its gold events, of which some no choice may reach."""

    doc_id: str
    choices: tuple[Choice, ...]
    gold: int
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """The decision, and what it makes of each choice of articles left out.

    ``stands`` are the probabilities of what stands and whether each is right; ``gold`` the number
    of gold events.
    """

    decision: Decision
    stands: list[tuple[float, bool]]
    gold: int

    @property
    def f1(self) -> float:
        """F1 of triggers and categories on articles left out."""
        return f1(self.stands, self.decision.threshold, self.gold)


def article_of(
    reading: Reading, book: Rulebook, factuality: Factuality, weights: Weights = ({}, {})
) -> Article:
    """What rules and reader propose in an annotated article, each judged by gold.

    ``weights`` choose the parties, on which the decision about an event depends.
    """
    from pipeline.components.events.decision import features, proposed
    from pipeline.components.events.evidence import READER, Evidence
    from pipeline.components.events.extraction import extract
    from pipeline.evaluation.reading import slots_of
    from pipeline.evaluation.scoring import entity_forms

    doc, gold = reading.doc, reading.gold
    plain = doc._.plain or Plain(doc.text)
    slots = slots_of(reading, book, factuality)
    evidence = Evidence(doc, book, slots, doc._.reading, weights)
    forms = entity_forms(gold)

    def wanted(token: Token) -> list[GoldEvent]:
        start, end = plain.origin(token.idx, token.idx + len(token))
        return [want for want in gold.events if want.start < end and start < want.end]

    events = extract(doc, book, factuality, slots)
    parties = tuple(
        party
        for token, event in before_settling(events, evidence)
        for want in wanted(token)
        if want.type == event.event_type
        for party in _parties(event, want, gold, forms, evidence)
    )
    choices = []
    for token, told in proposed(doc, events, evidence):
        read = {event.event_type for event in told if event.rule_id != READER}
        right = {want.type for want in wanted(token)}
        cases = tuple(
            Case(
                gold.doc_id,
                event.rule_id,
                event.event_type,
                event.event_type in right,
                features(event, token, evidence, read),
            )
            for event in told
        )
        choices.append(Choice(gold.doc_id, cases))
    return Article(gold.doc_id, tuple(choices), len(gold.events), parties)


def before_settling(events: Sequence[Event], evidence: Evidence) -> Iterator[tuple[Token, Event]]:
    """What rules read, with the parties of the rules, and what the reader adds, with none."""
    for event in events:
        yield evidence.trigger(event), replace(event)
    for event in evidence.proposals(events):
        yield evidence.trigger(event), replace(event, actors=[], recipients=[])


def _parties(
    event: Event,
    want: GoldEvent,
    gold: GoldDocument,
    forms: Mapping[str, set[str]],
    evidence: Evidence,
) -> Iterator[Party]:
    """Yield the entities near a trigger, each with whether it is the gold event's party.

    An entity is it by its name, or by its country where none near bears the name.
    """
    for role, names in enumerate((want.actors, want.recipients)):
        told = evidence.party_features(event, role)
        named = {
            entity for entity in told if any(normalise(entity.name) in forms[n] for n in names)
        }
        met = {n for n in names if any(normalise(entity.name) in forms[n] for entity in named)}
        missing = {gold.entities[name].country for name in names if name not in met} - {""}
        for entity, values in told.items():
            yield Party(role, entity in named or entity.country in missing, values)


def fit(articles: Sequence[Article]) -> Fitted:
    """Fit the decision, its threshold on articles left out.

    Raises
    ------
    ValueError
        Fewer than two articles, or nothing right or nothing wrong in them.
    """
    cases = _cases(articles)
    number = min(FOLDS, len(articles))
    told: list[tuple[float, bool]] = []
    for start in range(number):
        left_out = articles[start::number]
        names = {article.doc_id for article in left_out}
        told += judged(left_out, _regression([c for c in cases if c.doc_id not in names]))
    gold = sum(article.gold for article in articles)
    threshold = max(THRESHOLDS, key=lambda t: (f1(told, t, gold), t))
    decision = replace(_regression(cases), threshold=threshold, parties=fit_parties(articles))
    return Fitted(decision, [one for one in told if one[0] >= threshold], gold)


def fit_towards(known: Decision, articles: Sequence[Article]) -> Decision:
    """Fit a decision that is drawn towards one from other articles, whose threshold it keeps.

    Raises
    ------
    ValueError
        As :func:`fit`.
    """
    fitted = _regression(_cases(articles), known)
    parties = fit_parties(articles, known.parties)
    return replace(fitted, threshold=known.threshold, parties=parties)


def _cases(articles: Sequence[Article]) -> list[Case]:
    cases = [case for article in articles for choice in article.choices for case in choice.cases]
    if len(articles) < 2 or len({case.right for case in cases}) < 2:
        raise ValueError("the decision needs right and wrong events in two articles at least")
    return cases


def judged(articles: Iterable[Article], decision: Decision) -> list[tuple[float, bool]]:
    """The probability of the likeliest category of each word, and whether it is right."""
    return [best(choice, decision) for article in articles for choice in article.choices]


def f1(told: Iterable[tuple[float, bool]], threshold: float, gold: int) -> float:
    """F1 of what a threshold lets stand, given the number of gold events."""
    stands = [right for probability, right in told if probability >= threshold]
    return 2 * sum(stands) / max(1, len(stands) + gold)


def fit_parties(articles: Sequence[Article], known: Weights = ({}, {})) -> Weights:
    """The weights by which actors and recipients are chosen, drawn towards known ones."""
    import numpy as np

    found = []
    for role in (0, 1):
        told = [p for article in articles for p in article.parties if p.role == role]
        names = sorted({name for party in told for name in party.features} | set(known[role]))
        x = np.array([[p.features.get(name, 0.0) for name in names] for p in told])
        y = np.array([p.right for p in told], dtype=float)
        towards = np.array([known[role].get(name, 0.0) for name in names])
        ridge = np.full(len(names), KNOWN if known[role] else RIDGE)
        weights = newton(x, y, towards, ridge, towards) if told else towards
        found.append(dict(zip(names, map(float, weights), strict=True)))
    return found[0], found[1]


def best(choice: Choice, decision: Decision) -> tuple[float, bool]:
    """The probability of the likeliest category of a word, and whether it is right."""
    return max(
        (decision.probability(case.rule, case.type, case.features), case.right)
        for case in choice.cases
    )


def _regression(cases: Sequence[Case], known: Decision | None = None) -> Decision:
    import numpy as np

    from pipeline.components.events.decision import Decision
    from pipeline.components.events.evidence import READER

    by_rule = [case for case in cases if case.rule != READER]
    records = Records(by_rule)

    def odds(type: str, rule: str, but: str = "") -> float:
        before = known.records.get(rule, known.types.get(type)) if known else None
        if before is None:
            return records.odds(type, rule, but)
        return records.odds_from(before, KNOWN, type, rule, but)

    weights = known.weights if known else {}
    names = sorted(
        ({name for case in cases for name in case.features} | set(weights)) - {"bias", "record"}
    )
    rows = [
        [
            1.0,
            odds(case.type, case.rule, but=case.doc_id) if case.rule != READER else 0.0,
            *(case.features.get(name, 0.0) for name in names),
        ]
        for case in cases
    ]
    x, y = np.array(rows), np.array([case.right for case in cases], dtype=float)
    towards = np.array([weights.get(name, 0.0) for name in ["bias", "record", *names]])
    ridge = [KNOWN] * len(towards) if known else [1e-3, 1e-3, *[RIDGE] * len(names)]
    fitted = newton(x, y, towards, np.array(ridge), towards)
    return Decision(
        dict(zip(["bias", "record", *names], map(float, fitted), strict=True)),
        {**(known.records if known else {}), **{c.rule: odds(c.type, c.rule) for c in by_rule}},
        {**(known.types if known else {}), **{c.type: odds(c.type, "") for c in by_rule}},
        0.5,
    )


def to_json(decision: Decision) -> str:
    """The model as the text of ``decision.json``, in a fixed order."""

    def rounded(values) -> dict[str, float]:
        return {name: round(value, 4) for name, value in sorted(values.items())}

    data = {
        "weights": rounded(decision.weights),
        "records": rounded(decision.records),
        "types": rounded(decision.types),
        "threshold": decision.threshold,
        "actors": rounded(decision.parties[0]),
        "recipients": rounded(decision.parties[1]),
    }
    return json.dumps(data, indent=1, sort_keys=True) + "\n"
