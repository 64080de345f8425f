"""Which events stand: rule and reader propose, one calibrated model decides.

A logistic model over a few named features gives each proposed event, that is a word and a
category, the probability to be right. Of several categories of one word the likeliest stands; what
is less likely than the model's threshold does not. The probability is the event's ``confidence``.
The numbers are fitted by :mod:`pipeline.evaluation.deciding` and stored as ``decision.json``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, Token

from pipeline.components.events.evidence import READER, Evidence, Weights, log_odds
from pipeline.components.events.rules import FOLDER
from pipeline.language.syntax import is_headline
from pipeline.records import Event
from pipeline.resources import KnowledgeError

FILE = "decision.json"
RIVAL = 0.1
"""The least share of a category that no rule reads at a word where a rule reads another."""


def features(event: Event, token: Token, evidence: Evidence, rules: Iterable[str]) -> dict:
    """Describe a proposed event by what makes it likely.

    Parameters
    ----------
    event : Event
        With its parties.
    token : Token
        Its trigger.
    evidence : Evidence
        The reader's view of the document.
    rules : iterable of str
        The categories that rules read at this word.

    Returns
    -------
    dict of str to float
        Values by name; one that is absent is 0. The rule's own record is added by the model.
    """
    reading = evidence.reading
    own = reading.share(token, event.event_type)
    rival = max(
        (share for category, share in reading.best(token, 2) if category != event.event_type),
        default=0.0,
    )
    by_rule = event.rule_id != READER
    quoted = sum(t.text in '"“”' for t in token.doc[token.sent.start : token.i]) % 2 == 1
    values = {
        "reader: category": log_odds(own),
        "reader: any act": log_odds(1 - reading.share(token, "NONE")),
        "reader: best other category": log_odds(rival),
        "rule": by_rule,
        "rule: another category": any(category != event.event_type for category in rules),
        "rule, reader: category": by_rule * log_odds(own),
        "noun": token.pos_ != "VERB",
        "headline": is_headline(token.sent),
        "quoted": quoted,
        "planned": event.factuality == "planned",
        "proposed": event.factuality == "proposed",
        "negated or hypothetical": event.factuality in ("negated", "hypothetical"),
        "no actor": not event.actors,
        "actor certain": evidence.certainty(event),
        "no recipient": not event.recipients,
        "person acts": any(actor.type == "PERSON" for actor in event.actors),
        "agreement": event.agreement is not None,
    }
    return {name: float(value) for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Decision:
    """The fitted model.

    ``weights`` belong to :func:`features`, to ``record`` and to ``bias``; ``records`` are the log
    odds of each rule's events to be right, ``types`` those of a category's rules, for rules not
    seen. Events less likely than ``threshold`` don't stand. ``parties`` are the weights by which
    actors and recipients are chosen (:meth:`Evidence.party_features`).
    """

    weights: Mapping[str, float]
    records: Mapping[str, float]
    types: Mapping[str, float]
    threshold: float
    parties: Weights = ({}, {})

    def probability(self, rule: str, type: str, values: Mapping[str, float]) -> float:
        """The probability that trigger and category of a proposed event are right."""
        record = 0.0 if rule == READER else self.records.get(rule, self.types.get(type, 0.0))
        score = self.weights["bias"] + self.weights["record"] * record
        score += sum(self.weights.get(name, 0.0) * value for name, value in values.items())
        return 1 / (1 + exp(-score))

    def judge(
        self, doc: Doc, events: list[Event], evidence: Evidence
    ) -> Iterator[tuple[Token, list[Event]]]:
        """Give each proposed event its ``confidence``; the likeliest of a word come first.

        Parameters
        ----------
        doc : Doc
            Their document.
        events : list of Event
            What rules read.
        evidence : Evidence
            What the reader adds.
        """
        for token, told in proposed(doc, events, evidence):
            read = {event.event_type for event in told if event.rule_id != READER}
            for event in told:
                values = features(event, token, evidence, read)
                sure = self.probability(event.rule_id, event.event_type, values)
                event.confidence = round(sure, 4)
            yield token, sorted(told, key=lambda event: (-event.confidence, event.event_type))

    def decide(self, doc: Doc, events: list[Event], evidence: Evidence) -> list[Event]:
        """The events that stand, in text order, with their ``confidence``; see :meth:`judge`."""
        kept = []
        for token, told in self.judge(doc, events, evidence):
            for event in told:
                if event.event_type == told[0].event_type and event.confidence >= self.threshold:
                    event.reasons["event_type"] = evidence.summary(token)
                    kept.append(event)
        return kept


def proposed(
    doc: Doc, events: list[Event], evidence: Evidence
) -> Iterable[tuple[Token, list[Event]]]:
    """All events that come into question, by trigger, in text order.

    What a rule reads is also tried with the reader's best category, if that is another.
    """
    found: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        found[evidence.trigger(event).i].append(event)
    for at, told in found.items():
        category, share = evidence.reading.best(doc[at])[0]
        rival = share >= RIVAL and all(event.event_type != category for event in told)
        if rival and evidence.admits(doc[at], category):
            factuality = evidence.factuality(doc[at], category)
            other = replace(
                told[0],
                event_type=category,
                rule_id=READER,
                mode="",
                contexts=(),
                factuality=factuality,
                reasons=dict(told[0].reasons),
            )
            told.append(other)
    for event in evidence.proposals(events):
        found[evidence.trigger(event).i].append(event)
    return [(doc[at], found[at]) for at in sorted(found)]


def load_decision(path: Path = FOLDER / FILE) -> Decision:
    """Read the stored model.

    Raises
    ------
    KnowledgeError
        The file is not as :mod:`pipeline.evaluation.deciding` writes it.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Decision(
            data["weights"],
            data["records"],
            data["types"],
            data["threshold"],
            (data["actors"], data["recipients"]),
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise KnowledgeError(path, "file", f"no stored decision ({error!r})") from None
