"""Whose people, forces, cities and machines a noun means: parts for the whole they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Span, Token

from pipeline import gazetteers
from pipeline.components.coreference.discourse import Discourse, Resolve
from pipeline.language import syntax
from pipeline.language.words import lemma
from pipeline.records import Entity

_MODIFIERS = ("amod", "compound", "nmod", "nmod:poss", "nmod:desc", "det:poss", "flat", "appos")
_OWNING = frozenset({"nmod", "nmod:poss", "amod", "compound"})


def as_states(entities: Iterable[Entity], discourse: Discourse) -> list[Entity]:
    """Return the states of persons; other entities as they are."""
    found = []
    for entity in entities:
        country = gazetteers.country(entity.country) if entity.type == "PERSON" else None
        if country is not None:
            found.append(discourse.country(country))
        elif entity.type != "PERSON":
            found.append(entity)
    return found


def owners(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return what the modifiers of a noun name: "Ruritanian", "of Ruritania", "their"."""
    found: list[Entity] = []
    leading = [c for c in syntax.children(token, "amod") if c.lower_ in discourse.words.leading]
    parts = [w for c in [*syntax.children(token, "compound"), *leading] for w in c.children]
    for child in [*token.children, *parts]:
        led = child.head in leading
        if (child.dep_ not in _MODIFIERS and not led) or not _owns(token, child, discourse):
            continue
        found += _owner(token, child, discourse, resolve)
        for other in child.conjuncts:
            names = (discourse.name_at(child), discourse.name_at(other))
            if other.i > child.i and names[0] is not None and names[1] is not None:
                found += _as_owner(names[1], discourse)
    beside = discourse.name_at(token.nbor(-1)) if token.i > 0 else None
    if not found and beside is not None and beside.label_ in ("NORP", "GPE"):
        # The parser may attach "Ruritanian" in "Ruritanian troops" elsewhere.
        found = _as_owner(beside, discourse)
    return list(dict.fromkeys(found))


def _owner(noun: Token, child: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom one modifier of a noun means."""
    words, name = discourse.words, discourse.name_at(child)
    if name is not None:
        return _as_owner(name, discourse)
    own = lemma(noun) != "counterpart"
    if child.lower_ in words.it or child.lower_ in words.they:
        return resolve(child) if own else []
    if child.lower_ in words.he:
        return as_states(resolve(child), discourse) if own else []
    if child.lower_ in words.we:
        return resolve(child)
    if child.pos_ == "NOUN" and child.dep_ in ("nmod", "nmod:poss", "compound"):
        return as_states(resolve(child), discourse)
    return []


def _owns(noun: Token, child: Token, discourse: Discourse) -> bool:
    """Whether a modifier is the noun's state or body, not its place or topic."""
    if child.dep_ not in ("nmod", "appos"):
        return True
    case = next((c.lower_ for c in child.children if c.dep_ == "case"), "")
    if case == "in" and lemma(noun) in discourse.words.government:
        return True
    if case == "from" and any(
        c.dep_ == "amod" and discourse.name_at(c) is not None for c in noun.children
    ):
        return False  # "French troops from Mali" are France's.
    return case in ("of", "from", "for") or (not case and child.i < noun.i)


def _as_owner(name: Span, discourse: Discourse) -> list[Entity]:
    entity = name._.entity
    if entity is None or discourse.is_stance(name):
        return []
    capital = gazetteers.country_by_capital(name.text) if name.label_ == "GPE" else None
    if capital is not None and entity.name != capital.name:
        return [discourse.country(capital)]  # "Strelsau's ambassador" is Ruritania's.
    return as_states([entity], discourse) if name.label_ == "PERSON" else [entity]


def by_modifier(noun: Token, discourse: Discourse) -> list[Entity]:
    """Return the body or state whose people, forces or machines a common noun means."""
    if noun.pos_ != "NOUN":
        return []
    acting = discourse.words.is_acting(noun)
    parts = [w for c in syntax.children(noun, "compound") for w in c.children]
    for child in [*noun.children, *parts]:
        name = discourse.actor_at(child)
        attached = child.dep_ in _OWNING or child.dep_ in ("flat", "nmod:desc")
        if name is None or not attached or name._.entity is None or discourse.is_stance(name):
            continue
        prepositional = child.dep_ == "nmod" and syntax.preposition(child)
        if name.label_ == "ORG" and not prepositional:
            return [name._.entity]
        if acting and name.label_ in ("GPE", "NORP"):
            return _state_around(name) or [name._.entity]
    return []


def by_whole(noun: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom people belong to by way of what they lead: *leaders of the Kenyan army*."""
    for whole in syntax.prepositional(noun, frozenset({"of"})):
        if whole.pos_ == "NOUN" and discourse.words.is_acting(whole):
            return resolve(whole) or from_place(whole, discourse)
    return []


def from_place(noun: Token, discourse: Discourse) -> list[Entity]:
    """Return the state of people who are said to be in a place: *students in Lima*."""
    for place in syntax.prepositional(noun, frozenset({"in"})):
        states = [
            state
            for one in syntax.conjuncts(place)
            if (name := discourse.name_at(one)) is not None and name.label_ == "GPE"
            for state in _state_around(name)
        ]
        if states:
            return list(dict.fromkeys(states))
    return []


def by_place(noun: Token, discourse: Discourse) -> list[Entity]:
    """Return the state in which people without a name act: *protesters in Lima*.

    It is that of the places of the sentence, where they lie in one state.
    """
    codes = {
        name._.place.country
        for name in discourse.names_in(noun.sent)
        if name.label_ in ("GPE", "LOC") and name._.sense == "place" and name._.place is not None
    }
    return _people(codes.pop()) if len(codes) == 1 else []


def of_machine(word: Token, discourse: Discourse) -> list[Entity]:
    """Return the state of a ship or unit called by its name, which it was last said to be of."""
    return discourse.last_told(word, _flag)


def _flag(word: Token, discourse: Discourse) -> list[Entity]:
    """Return the state of a machine as the words that hang on its name tell it."""
    parts = [child for child in word.subtree if discourse.words.is_acting(child)]
    states = [
        name
        for child in word.subtree
        if (name := discourse.name_at(child)) is not None and name.label_ == "NORP"
    ]
    entity = states[0]._.entity if parts and states else None
    return [entity] if entity is not None else []


def _state_around(name: Span) -> list[Entity]:
    """Return the state in which a place lies."""
    return _people(name._.place.country) if name._.place is not None else []


def _people(iso3: str) -> list[Entity]:
    """Return those who belong to a state without acting for its government."""
    country = gazetteers.country(iso3)
    return [Entity(country.name, "GPE", country.iso3, "")] if country is not None else []
