"""Who acts, and upon whom: the parties of a match by its frame, else by its clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from spacy.tokens import Token

from pipeline.categories import categories
from pipeline.components.events.matching import Match
from pipeline.components.events.rules import Rulebook
from pipeline.components.events.slots import Slots
from pipeline.gazetteers import country
from pipeline.language import syntax
from pipeline.records import Agreement, Entity, Event

STATEMENT = 600
"""Characters over which a text goes on with what somebody is accused of."""
MEETING = 2000
"""Characters over which the account of one meeting goes on."""
DEEDS = 500
"""How many acts told before are looked at for who did most of them: more than an article tells,
so that the time does not grow with the square of a book's."""


def before(events: list[Event], within: int) -> Iterator[Event]:
    """Yield the events before the last one, from the nearest back.

    Parameters
    ----------
    events : list of Event
        In the order of their sentences.
    within : int
        The first offset in characters that the sentence of an event may reach to.
    """
    for i in range(len(events) - 2, -1, -1):
        if events[i].evidence[1] < within:
            return
        yield events[i]


def parties(
    token: Token,
    kind: str,
    order: list[str],
    slots: Slots,
    joint: bool,
    exclude: Iterable[Entity] = (),
) -> list[Entity]:
    """Return the actors in the relations of a frame: of all for joint acts, else of the first.

    Of these the first that the parse gives goes before any that only the order of words gives.
    """
    left_out = set(exclude)
    found: dict[Entity, None] = {}
    for fill in (slots.fill,) if joint else (slots.attached, slots.fill):
        for relation in order:
            for entity in slots.entities(fill(token, kind, relation)):
                if entity not in left_out:
                    found[entity] = None
            if found and not joint:
                return list(found)
    return list(found)


def clause_parties(match: Match, slots: Slots, event: Event) -> list[Entity]:
    """Return who acts in the clause of a noun that names no parties of its own."""
    if match.trigger.kind != "noun" or syntax.possessor(match.token):
        return []
    verb = syntax.clause_head(match.token)
    carried = slots.is_a(verb, "light_verb") or not match.trigger.frame.needs_carrier
    if slots.is_a(verb, "onlooking_verb") or not carried:
        return []
    found = slots.entities(syntax.agent(verb))
    found = [entity for entity in found if entity not in event.recipients]
    return [] if match.trigger.frame.joint and len(found) < 2 else found


def all_of_them(match: Match, slots: Slots) -> bool:
    """Whether all who met go on: *they discussed*, *the officials reviewed*, nobody named."""
    subjects = syntax.agent(match.token) if match.trigger.kind == "verb" else []
    if len(subjects) != 1 or syntax.named_owner(subjects[0]):
        return False
    word = subjects[0]
    named = any(child.ent_type_ for child in word.children)
    return slots.is_a(word, "participant") and not named and len(syntax.conjuncts(word)) == 1


def other_side(events: list[Event], everybody: bool = False) -> list[Entity]:
    """Return all who met where the text goes on with one of them: *Lee also discussed trade*.

    They are those of the meeting told last, if whoever speaks was there, or ``everybody`` does.
    """
    event = events[-1]
    if not everybody and len(event.actors) != 1:
        return []
    for earlier in before(events, within=event.trigger[0] - MEETING):
        near = event.trigger[0] - earlier.trigger[0] < MEETING
        if earlier.event_type == "CONSULT" and len(earlier.actors) > 1 and near:
            there = earlier.factuality == event.factuality == "actual"
            met = everybody or set(event.actors) < set(earlier.actors)
            return earlier.actors if there and met else []
    return []


def first_named(token: Token, relation: str, slots: Slots, actors: list[Entity]) -> list[Entity]:
    """Return the first other party among the words of a relation, with those listed beside it."""
    states = {country_of(actor) for actor in actors}
    for word in slots.fill(token, "verb", relation):
        found = [
            entity
            for entity in slots.entities([word])
            if entity not in actors
            and (entity.type == "PERSON" or country_of(entity) not in states)
        ]
        if found:
            return found
    return []


def spare_victims(event: Event, match: Match, by_token: dict[int, Match], slots: Slots) -> None:
    """Let blame of an act not meet those who suffer it: *condemned the attack on Chad*."""
    if not match.trigger.frame.spares_victims:
        return
    for deed in slots.fill(match.token, match.trigger.kind, "object"):
        act = by_token.get(deed.i)
        if act is not None and act.trigger.kind == "noun" and not act.trigger.frame.joint:
            order = act.trigger.frame.noun_recipients
            victims = parties(deed, "noun", order, slots, joint=True)
            event.recipients = [e for e in event.recipients if e not in victims]


def aim_at_deed(events: list[Event], match: Match, book: Rulebook, slots: Slots) -> None:
    """Let praise or blame of ``the move`` meet whoever did what was told before."""
    event = events[-1]
    frame = match.trigger.frame
    if event.recipients or not (frame.judges or frame.recipient_in_report):
        return
    kind = match.trigger.kind
    objects = [word for slot in ("object", "of") for word in slots.fill(match.token, kind, slot)]
    objects = objects or _right_behind(match.token)
    blamed = [
        slots.agreement_at[word.i]._.agreement for word in objects if word.i in slots.agreement_at
    ]
    if blamed and blamed[0] is not None:
        event.recipients = _parties_of(blamed[0], event)
        return
    if not any(word.lemma_.lower() in book.classes["deed"] for word in objects):
        return
    blames = frame.spares_victims or frame.recipient_in_report
    meant = categories("blamed") if blames else categories("praised")
    doers = Counter(
        doer
        for earlier in events[-DEEDS - 1 : -1]
        for doer in earlier.actors
        if earlier.event_type in meant and doer not in event.actors
    )
    if doers:
        event.recipients = [doers.most_common(1)[0][0]]
        event.reasons["recipients"] = "who did most of what was told before"


def answer_accuser(events: list[Event], match: Match) -> None:
    """Let a denial meet whoever laid the act to the charge of those who deny it."""
    event = events[-1]
    if event.recipients or not match.trigger.frame.answers_accuser:
        return
    deniers = {country_of(actor) for actor in event.actors}
    for earlier in before(events, within=event.trigger[0] - STATEMENT):
        accused = {country_of(entity) for entity in earlier.recipients}
        if earlier.event_type == "ACCUSE" and accused & deniers:
            event.recipients = [e for e in earlier.actors if country_of(e) not in deniers]
            event.reasons["recipients"] = "who accused before"
            return


def own_people(match: Match, slots: Slots, event: Event) -> list[Entity]:
    """Return the state whose own people an act meets: *rebels killed soldiers*, *urged lawmakers*.

    A state or its people may act upon each other: the act runs from the one entity to itself.
    """
    if event.event_type not in categories("within_state"):
        return []
    kind, frame = match.trigger.kind, match.trigger.frame
    for relation in frame.noun_recipients if kind == "noun" else frame.verb_recipients:
        for word in slots.words(match.token, kind, relation):
            people = word.pos_ == "NOUN" and (
                slots.is_a(word, "group_noun") or slots.is_a(word, "acting_noun")
            )
            found = [e for e in word._.referents if e in event.actors and e.type != "PERSON"]
            if people and found:
                return found
    return []


def _right_behind(token: Token) -> list[Token]:
    """Return the noun that follows with nothing but its article and adjectives between."""
    for word in token.doc[token.i + 1 : token.sent.end]:
        if word.pos_ == "NOUN":
            return [word]
        if word.pos_ not in ("DET", "ADJ"):
            break
    return []


def _parties_of(agreement: Agreement, event: Event) -> list[Entity]:
    """Return the states of an agreement that are not those who speak of it."""
    own = {actor.country for actor in event.actors}
    others = [country(code) for code in agreement.parties if code not in own]
    return [Entity(state.name, "GPE", state.iso3, "GOV") for state in others if state is not None]


def is_of_own_deed(event: Event, match: Match, slots: Slots) -> bool:
    """Whether it is one's own act: *defended his decision* is nobody else's praise."""
    if not match.trigger.frame.judges or not event.actors:
        return False
    objects = slots.fill(match.token, match.trigger.kind, "object")
    owners = slots.entities(owner for thing in objects for owner in syntax.possessor(thing))
    return bool(owners) and set(owners) <= set(event.actors)


def is_judged(deed: Token, by_token: dict[int, Match]) -> bool:
    """Whether it is not done by whoever praises or blames it: *deplored a decision to attack*."""
    verb = syntax.governor(deed) if deed.pos_ == "NOUN" else deed
    if verb is None or verb.dep_ != "acl" or not syntax.is_infinitive(verb):
        return False
    noun = verb.head
    if syntax.named_owner(noun):
        return False
    judge = by_token.get(noun.head.i) if noun.dep_ in ("obj", "nsubj:pass") else None
    return judge is not None and judge.trigger.frame.judges


def is_alone(event: Event) -> bool:
    return not event.recipients and len(event.actors) < 2


def is_half(actors: list[Entity], noun: Token, slots: Slots) -> bool:
    """Whether a noun like *talks* names one state or person only, and nobody who holds them.

    The other side may be known from another mention; a body (*the G7 summit*) meets by itself.
    """
    return len(actors) == 1 and actors[0].type != "ORG" and not slots.holder(noun)


def country_of(entity: Entity) -> str:
    """Return what two entities of one state share: the country code, else the name."""
    return entity.country or entity.name


def states(entities: list[Entity], actors: Iterable[Entity] = ()) -> list[Entity]:
    """Replace towns by their states: who visits or shells Lima does it to Peru.

    A state of a federation that acts against another one meets that one: *Texas sued Colorado*.
    """
    found: dict[Entity, None] = {}
    within = {a.country for a in actors if a.type == "GPE" and not a.sector}
    for entity in entities:
        is_town = entity.type == "GPE" and not entity.sector and entity.country not in within
        state = country(entity.country) if is_town else None
        found[Entity(state.name, "GPE", state.iso3, "GOV") if state else entity] = None
    return list(found)
