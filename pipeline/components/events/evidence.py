"""What the reader adds to the rules: acts no rule knows, and the parties that no rule found.

The reader's probabilities (:mod:`pipeline.components.reader`) are evidence, not events. Here they
become events to be decided on (:mod:`.decision`): with the parties that the reader's comparison of
words makes likely, and date and place from the clause as for any event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import exp, log

from spacy.tokens import Doc, Token

from pipeline import gazetteers
from pipeline.components.actors.entities import state
from pipeline.components.events import setting
from pipeline.components.events.candidates import Candidate, Candidates
from pipeline.components.events.matching import kinds
from pipeline.components.events.rules import Rule, Rulebook
from pipeline.components.events.senses import Senses
from pipeline.components.events.slots import Slots
from pipeline.components.reader.reading import Reading
from pipeline.language.extensions import in_zone
from pipeline.records import Entity, Event

Weights = tuple[Mapping[str, float], Mapping[str, float]]

READER = "reader"
"""What stands as ``rule_id`` of an event that no rule read."""
FLOOR = 0.1
"""The least probability of any act at which a word is looked at; below it one in fifty is one."""
LIKELY_ACTOR, LIKELY_RECIPIENT = 0.6, 0.45
"""From here on an entity is an actor, a recipient."""
POSSIBLE = 0.3
"""From here on the likeliest entity is the actor, if none is likely."""
SURE = 0.001
"""Shares are no closer to 0 and 1 than this: the reader is never that sure."""


class Evidence:
    """The reader's view of one document, in the terms of events.

    ``weights`` are those of :meth:`party_features` for actors and for recipients, log odds.
    """

    def __init__(
        self, doc: Doc, book: Rulebook, slots: Slots, reading: Reading, weights: Weights
    ) -> None:
        self.doc = doc
        self._weights = weights
        self.reading = reading
        self._book = book
        self._slots = slots
        self._senses = Senses(doc, slots)
        self._at = {token.idx: token for token in doc}
        self._candidates = Candidates([list(sentence) for sentence in doc.sents])
        self._scored: dict[tuple[int, str], list[tuple[Candidate, float, float]]] = {}

    def trigger(self, event: Event) -> Token:
        """The token that triggers an event."""
        return self._at[event.trigger[0]]

    def proposals(self, events: Iterable[Event]) -> list[Event]:
        """Acts of words that trigger none of the given events, in text order."""
        taken = {event.trigger[0] for event in events}
        none = self.reading.shares[:, 0]
        found = []
        for token in self.doc:
            if none[token.i] > 1 - FLOOR or token.idx in taken or in_zone(self.doc, token.idx):
                continue
            category, _ = self.reading.best(token)[0]
            if self.admits(token, category):
                found.append(self._event(token, category))
        return found

    def admits(self, token: Token, category: str) -> bool:
        """Whether a word may tell an act of a category: force not where it is only a game."""
        return not self._senses.figure(token, category)

    def find_actors(self, event: Event) -> None:
        """Give an event its likely actors, else the likeliest possible one, else none.

        For the reader's own events, and for those of rules whose actors neither the clause nor
        another mention of the act tells: where these do, they are right more often. Whom a rule
        reads as the one that an act is done to does not do it.
        """
        met = () if event.rule_id == READER else event.recipients
        scores = {e: score for e, score in self.parties(event, 0).items() if e not in met}
        found = [entity for entity, score in scores.items() if score >= LIKELY_ACTOR]
        best = max(scores, key=lambda entity: scores[entity], default=None)
        if not found and best is not None and scores[best] >= POSSIBLE:
            found = [best]
        if found:
            event.actors = _acting(found)
            event.recipients = [entity for entity in event.recipients if entity not in found]
            event.reasons["actors"] = "likeliest by the reader"

    def fill_recipients(self, event: Event) -> None:
        """Give an event that has no recipient the likely ones, if any.

        For what stands in the end: rules, places and retellings have had their say, and what they
        found is right more often than what the reader would put in its place.
        """
        if not event.recipients:
            self._find_recipients(event)
            if event.recipients:
                event.reasons["recipients"] = "likeliest by the reader"

    def _find_recipients(self, event: Event) -> None:
        scores = self.parties(event, 1)
        found = _acting(entity for entity, score in scores.items() if score >= LIKELY_RECIPIENT)
        event.recipients = [entity for entity in found if entity not in event.actors]

    def parties(self, event: Event, role: int) -> dict[Entity, float]:
        """How likely each entity near a trigger is its actor (role 0) or its recipient (1)."""
        weights = self._weights[role]
        return {
            entity: _sigmoid(sum(weights.get(name, 0.0) * x for name, x in values.items()))
            for entity, values in self.party_features(event, role).items()
        }

    def party_features(self, event: Event, role: int) -> dict[Entity, dict[str, float]]:
        """Describe each entity that may play a role in an event.

        Parameters
        ----------
        event : Event
            With the parties that its rule found; none for an event of the reader's.
        role : int
            0 for actor, 1 for recipient.

        Returns
        -------
        dict
            Features by entity: those of the rule first, the others in text order.
        """
        sides = (event.actors, event.recipients)
        read = self._read(self.trigger(event), event.event_type, role)
        by_rule = event.rule_id != READER
        return {
            entity: {
                "bias": 1.0,
                "reader": log_odds(read.get(entity, 0.0)),
                "rule": float(entity in sides[role]),
                "rule: the other side": float(entity in sides[1 - role]),
                "rule names others": float(bool(sides[role]) and entity not in sides[role]),
                "rule leaves it empty": float(by_rule and not sides[role]),
            }
            for entity in dict.fromkeys([*sides[role], *read])
        }

    def certainty(self, event: Event) -> float:
        """How likely, by the reader, the least likely actor of an event is one; 0 for none."""
        scores = self._read(self.trigger(event), event.event_type, 0)
        return min((scores.get(actor, 0.0) for actor in event.actors), default=0.0)

    def summary(self, token: Token) -> str:
        """The reader's three best categories of a word, for a person."""
        best = ", ".join(f"{name} {share:.2f}" for name, share in self.reading.best(token, 3))
        return f"the reader says {best}; no act {self.reading.share(token, 'NONE'):.2f}"

    def _read(self, token: Token, category: str, role: int) -> dict[Entity, float]:
        """What the reader gives each entity that a word near a trigger means, at its best word."""
        found: dict[Entity, float] = defaultdict(float)
        for candidate, *scores in self._scores(token, category):
            for entity in candidate.entities:
                found[entity] = max(found[entity], scores[role])
        return found

    def _scores(self, token: Token, category: str) -> list[tuple[Candidate, float, float]]:
        key = token.i, category
        if key not in self._scored:
            near = self._candidates.near(token)
            scores = self.reading.roles(token, category, [one.token for one in near])
            self._scored[key] = [
                (one, actor, recipient)
                for one, (actor, recipient) in zip(near, scores, strict=True)
            ]
        return self._scored[key]

    def _event(self, token: Token, category: str) -> Event:
        rule = self._kin(token, category)
        event = Event(
            event_type=category,
            trigger=(token.idx, token.idx + len(token)),
            evidence=_trimmed(token),
            rule_id=READER,
            act=(rule.act or rule.id) if rule else f"{category.lower()}-{token.lemma_.lower()}",
            mode=rule.mode if rule else "",
            contexts=tuple(rule.context) if rule else (),
            factuality=self.factuality(token, category),
        )
        self.find_actors(event)
        self._find_recipients(event)
        setting.set_date(event, token, self._slots.dates_in(token.sent))
        place = setting.governing_place(token, self._slots.names_in(token.sent))
        if place is not None:
            event.place, event.place_from = place._.place, "clause"
            event.place_span = place.start_char, place.end_char
        return event

    def factuality(self, token: Token, category: str) -> str:
        """The likeliest factuality; what is pledged or agreed is still to come."""
        found = self.reading.likely_factuality(token)
        return "planned" if category == "AGREE" and found == "actual" else found

    def _kin(self, token: Token, category: str) -> Rule | None:
        """The rule of the category that knows the word, though its conditions don't hold here."""
        for kind in kinds(token, self._book):
            for trigger in self._book.candidates(self._book.lemma(token, kind), kind):
                if trigger.rule.type == category and not trigger.particle and not trigger.partner:
                    return trigger.rule
        return None


def _acting(parties: Iterable[Entity]) -> list[Entity]:
    """Parties with the state of a town in its place: *protests in Nairobi* are Kenya's."""
    found = []
    for entity in parties:
        place = entity.type == "GPE" and not entity.sector
        country = gazetteers.country(entity.country) if place else None
        found.append(entity if country is None else state(country))
    return list(dict.fromkeys(found))


def _trimmed(token: Token) -> tuple[int, int]:
    sentence = token.sent
    text = sentence.text
    start = sentence.start_char + len(text) - len(text.lstrip())
    return start, sentence.start_char + len(text.rstrip())


def log_odds(share: float) -> float:
    """The log odds of a share, kept from infinity."""
    share = min(max(share, SURE), 1 - SURE)
    return log(share / (1 - share))


def _sigmoid(score: float) -> float:
    return 1 / (1 + exp(-score))
