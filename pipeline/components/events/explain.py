"""Telling a person what the rules made of a text, word by word."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Token

from pipeline.components.events import Events
from pipeline.components.events.admission import is_generic, is_somebody_else, read_act, refusal
from pipeline.components.events.evidence import Evidence
from pipeline.components.events.extraction import extract
from pipeline.components.events.matching import Match, NearMatch, forms, matches, near_matches
from pipeline.components.events.senses import Senses
from pipeline.components.events.slots import Slots
from pipeline.records import Event

TRIGGERS = frozenset({"VERB", "NOUN", "ADJ"})
"""The parts of speech of the words that a rule may list as triggers."""
NEAR = 6
"""How many rules are told of for one word: a verb like *hold* begins some twenty."""


def explain_text(nlp: Language, text: str, published: datetime.date | None = None) -> Iterator[str]:
    """Yield lines: each event with its slots, then each other word and what came of it.

    Of a word that rules know, it is told which of them fired and why no event came of it, or by
    which condition each failed and what stood in the slot; of any other, that no rule knows it.

    Parameters
    ----------
    nlp : Language
        As :func:`pipeline.language.load` returns it.
    text : str
        Any text.
    published : datetime.date, optional
        Its publication date, for relative dates.
    """
    doc = nlp.make_doc(text)
    doc._.published = published
    doc = nlp(doc)
    if not any(token.is_alpha for token in doc):
        yield "the text holds no word"
        return
    for event in doc._.events:
        yield from _told(event, text)
    component = nlp.get_pipe("pacta_events")
    assert isinstance(component, Events)
    yield from _words(doc, component)


def _told(event: Event, text: str) -> Iterator[str]:
    yield (
        f"{event.event_type}{' ' + event.mode if event.mode else ''} ({event.factuality}) "
        f"on “{text[slice(*event.trigger)]}” by rule {event.rule_id}"
    )
    for side, entities in (("actors", event.actors), ("recipients", event.recipients)):
        if entities:
            yield f"  {side}: " + "; ".join(f"{e.name} [{e.code}]" for e in entities)
    if event.date is not None:
        yield f"  date: {event.date.edtf} ({event.date_from}, {event.date.rule})"
    if event.place is not None:
        yield f"  place: {event.place.name} ({event.place_from})"
    if event.agreement is not None:
        told = event.agreement.agreement_id or "without an id"
        yield f"  agreement: {told} {event.agreement_stage}".rstrip()
    for slot, reason in event.reasons.items():
        yield f"  {slot}: {reason}"


def _words(doc: Doc, component: Events) -> Iterator[str]:
    """Describe the words that no event came of."""
    told = Words(doc, component)
    told_of = {event.trigger[0] for event in doc._.events}
    quiet = [token for token in doc if token.idx not in told_of]
    lines = [(token, list(told.of(token))) for token in quiet]
    for token, found in lines:
        if found:
            yield f"“{token.text}”: {analysis(token)}"
            yield from (f"  {line}" for line in found)
    if not told_of and not any(found for _, found in lines):
        yield "only names and small words: nothing that a rule could list as a trigger"


def analysis(token: Token) -> str:
    """Return the tags, the lemma and the place in the parse of a word."""
    head = "root" if token.head == token else f"{token.dep_} of “{token.head.text}”"
    return f"{token.pos_} {token.tag_}, lemma {token.lemma_}, {head}"


class Words:
    """What came of each word of a document, in lines for a person."""

    def __init__(self, doc: Doc, component: Events) -> None:
        self._book, self._factuality = component.book, component.factuality
        self._slots = Slots.of(doc, self._book, self._factuality)
        self._senses = Senses(doc, self._slots)
        self._near: dict[int, list[NearMatch]] = defaultdict(list)
        for near in near_matches(doc, self._book, self._slots):
            self._near[near.token.i].append(near)
        self._fired = {match.token.i: match for match in matches(doc, self._book, self._slots)}
        acts = extract(doc, self._book, self._factuality, self._slots)
        self._acts = {event.trigger[0] for event in acts}
        self._threshold = component.decision.threshold
        self._judged: dict[int, Event] = {}
        self._evidence: Evidence | None = None
        if doc._.reading is not None:
            self._evidence = Evidence(
                doc, self._book, self._slots, doc._.reading, component.decision.parties
            )
            judged = component.decision.judge(doc, acts, self._evidence)
            self._judged = {token.i: told[0] for token, told in judged}

    def of(self, token: Token) -> Iterator[str]:
        """Yield the lines on one word; none for names and small words."""
        match, near = self._fired.get(token.i), self._near.get(token.i, [])
        known = any((token.lemma_.lower(), kind) in self._book.index for kind in ("verb", "noun"))
        if match is not None:
            yield (
                f"rule {match.trigger.rule.id} ({match.trigger.rule.type}) fires, but no event: "
                f"{self._dropped(match)}"
            )
        elif token.ent_type_:
            if known and token.pos_ in TRIGGERS:
                yield f"no trigger: it is part of a name ({token.ent_type_})"
        elif near:
            lines = list(self._nearly(near))
            yield from lines[:NEAR]
            if len(lines) > NEAR:
                yield f"and {len(lines) - NEAR} more rules that know this word"
        elif token.pos_ in TRIGGERS:
            yield "no rule knows this word"
        if self._evidence is not None and token.i in self._judged:
            yield self._evidence.summary(token)

    def _nearly(self, found: list[NearMatch]) -> Iterator[str]:
        """Yield a line for each rule: what was not met, last those that want another word."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for near in found:
            rule = near.trigger.rule
            name = f"not {rule.id} ({rule.type})"
            if near.slot:
                yield f"{name}: {near.missing}; {self._held(near)}"
            else:
                wanted[name].append(near.missing.removeprefix("needs "))
        for name, words in wanted.items():
            yield f"{name}: needs {' or '.join(words)}"

    def _held(self, near: NearMatch) -> str:
        """Return what stood in the slot that a condition asked for."""
        if near.slot == "factuality":
            return f"it is {self._factuality.of(near.token).value}"
        if near.slot == "form":
            return (
                f"its form is {' '.join(forms(near.token)) or 'none of those that rules ask for'}"
            )
        return self._filled(near.token, near.trigger.kind, near.slot)

    def _filled(self, token: Token, kind: str, slot: str) -> str:
        words = self._slots.words(token, kind, slot) or self._slots.fill(token, kind, slot)
        if not words:
            return f"{slot} is empty"
        held = []
        for word in words:
            means = self._slots.entities([word])
            names = f" ({', '.join(entity.name for entity in means)})" if means else ""
            held.append(f"“{word.text}”{names}")
        return f"{slot} holds {', '.join(held)}"

    def _dropped(self, match: Match) -> str:
        """Return why no event came of a rule that fired."""
        reading = read_act(match, self._factuality, self._slots)
        refused = refusal(match, self._fired, reading, self._book, self._slots, self._senses)
        if refused:
            return refused
        judged = self._judged.get(match.token.i)
        if judged is not None and judged.confidence < self._threshold:
            return (
                f"rule and reader together make it {judged.confidence:.2f} likely, "
                f"less than {self._threshold}"
            )
        if match.token.idx in self._acts:
            return f"nobody in the text is its actor ({self._sought(match)})"
        if is_somebody_else(match):
            return "who does it is a speaker or listener whom the text does not name"
        if is_generic(match, self._book):
            return f"it has no parties and names a kind of act ({self._sought(match)})"
        if match.trigger.rule.needs_partner:
            return "it needs somebody on the other side, and nobody is named there"
        return "it is what its own actor says or does of the actor's own act"

    def _sought(self, match: Match) -> str:
        """Return what stood where the frame looks for the actors of an act."""
        frame, kind = match.trigger.frame, match.trigger.kind
        relations = frame.noun_actors if kind == "noun" else frame.verb_actors
        return "; ".join(self._filled(match.token, kind, relation) for relation in relations)
