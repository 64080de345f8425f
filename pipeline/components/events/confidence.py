"""How sure an event is: a calibrated probability that type, actors and recipients are right.

A logistic model over a few plain features, fitted on annotated articles by
:mod:`pipeline.evaluation.calibration` and stored as numbers in ``confidence.json`` of the event
knowledge.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from math import exp, log
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, Span

from pipeline.components.events.rules import FOLDER
from pipeline.records import Entity, Event
from pipeline.resources import KnowledgeError

FILE = "confidence.json"
FAR = 40


Places = Mapping[Entity, Sequence[tuple[int, int]]]
"""Where the mentions of an entity stand: first and behind the last token."""


def places_of(doc: Doc) -> Places:
    """Return where the entities of a document are named; made once for all its events."""
    found: dict[Entity, list[tuple[int, int]]] = {}
    for ent in doc.ents:
        if ent._.entity is not None:
            found.setdefault(ent._.entity, []).append((ent.start, ent.end))
    return found


def features(event: Event, doc: Doc, named: Places) -> dict[str, float]:
    """Describe an event by what makes it certain or doubtful.

    Parameters
    ----------
    event : Event
        As the component leaves it, linked inside its document.
    doc : Doc
        Its document, with entities.
    named
        Where those are named, see :func:`places_of`.

    Returns
    -------
    dict
        Feature values by name; a feature that is absent is 0. The rule's own record is no
        feature here: the model adds it.
    """
    trigger = doc.char_span(*event.trigger, alignment_mode="expand")
    sentence = doc.char_span(*event.evidence, alignment_mode="expand")
    if trigger is None or sentence is None:
        return {}
    actors = [_distance(trigger, sentence, named.get(actor, ())) for actor in event.actors]
    recipients = [_distance(trigger, sentence, named.get(one, ())) for one in event.recipients]
    values = {
        "one actor": len(event.actors) == 1,
        "many actors": len(event.actors) > 2,
        "no recipient": not event.recipients,
        "noun": trigger[0].pos_ != "VERB",
        "root": trigger[0].dep_ == "ROOT",
        "headline": sentence.text[-1:] not in ".!?”\"’'",
        "actor elsewhere": None in actors,
        "recipient elsewhere": None in recipients,
        "actor distance": log(1 + max((d for d in actors if d is not None), default=0)),
        "recipient distance": log(1 + max((d for d in recipients if d is not None), default=0)),
        "no country": any(not party.country for party in event.actors + event.recipients),
        "same country": _same_country(event),
        "person": any(party.type == "PERSON" for party in event.actors),
        "not actual": event.factuality != "actual",
        "dated": event.date_from == "clause",
        "placed": event.place_from == "clause",
        "agreement": event.agreement is not None,
        "long sentence": max(0.0, len(sentence) / FAR - 1),
    }
    return {name: float(value) for name, value in values.items() if value}


def _distance(trigger: Span, sentence: Span, places: Sequence[tuple[int, int]]) -> int | None:
    """Tokens between a trigger and the nearest mention of a party in its sentence, or None."""
    first = bisect_left(places, (sentence.start,))
    inside = takewhile(lambda place: place[0] < sentence.end, islice(places, first, None))
    return min(
        (max(start - trigger.end, trigger.start - end, 0) for start, end in inside), default=None
    )


def _same_country(event: Event) -> bool:
    actors = {party.country for party in event.actors if party.country}
    return bool(actors & {party.country for party in event.recipients})


@dataclass(frozen=True, slots=True)
class Confidence:
    """The fitted model.

    ``rules`` are the log odds of each rule's events to be right, ``types`` those of a category,
    for rules not seen; ``weights`` belong to :func:`features`, to ``rule`` and to ``bias``.
    ``scores`` and ``shares`` are the thresholds of the calibration: between two scores the share
    right is interpolated, beyond them it is constant.
    """

    weights: Mapping[str, float]
    rules: Mapping[str, float]
    types: Mapping[str, float]
    scores: tuple[float, ...]
    shares: tuple[float, ...]

    def score(self, rule: str, type: str, values: Mapping[str, float]) -> float:
        """The uncalibrated score of an event, a log odds."""
        prior = self.rules.get(rule, self.types.get(type, self.types.get("", 0.0)))
        score = self.weights["bias"] + self.weights["rule"] * prior
        return score + sum(self.weights.get(name, 0.0) * x for name, x in values.items())

    def of(self, event: Event, doc: Doc, named: Places) -> float:
        """The probability that type, actors and recipients of an event are right."""
        values = features(event, doc, named)
        return self.calibrated(self.score(event.rule_id, event.event_type, values))

    def calibrated(self, score: float) -> float:
        """The share right among events of such a score."""
        if not self.scores:
            return round(1 / (1 + exp(-score)), 4)
        right = bisect_right(self.scores, score)
        if right in (0, len(self.scores)):
            return self.shares[max(0, right - 1)]
        left = right - 1
        part = (score - self.scores[left]) / (self.scores[right] - self.scores[left])
        return round(self.shares[left] + part * (self.shares[right] - self.shares[left]), 4)


def load_confidence(path: Path = FOLDER / FILE) -> Confidence:
    """Read the stored model.

    Raises
    ------
    KnowledgeError
        The file is not as :mod:`pipeline.evaluation.calibration` writes it.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Confidence(
            data["weights"],
            data["rules"],
            data["types"],
            tuple(data["scores"]),
            tuple(data["shares"]),
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise KnowledgeError(path, "file", f"no stored confidence ({error!r})") from None
