"""Whom a common noun means: "both ministers", "the alliance", "the German side"."""

from __future__ import annotations

from itertools import islice

from spacy.tokens import Token

from pipeline.components.actors.lexicon import fold
from pipeline.components.coreference import affiliation
from pipeline.components.coreference.discourse import (
    SUBJECTS,
    Discourse,
    Fits,
    Resolve,
    is_person,
    is_state,
)
from pipeline.language import syntax
from pipeline.language.words import is_plural, lemma
from pipeline.records import Entity

_BODIES = 200
"""Among how many names of bodies before it the one is looked for that a noun means."""
_TREATED = frozenset({"obj", "iobj", "nsubj:pass"})
"""Relations of those to whom something is done: people without a name are those of the land."""
_LEADERS = 12
"""How many sentences back "the two leaders" may have been named, their own counted."""


def noun(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom a common noun means, by its own words before what was told before.

    Swedish protesters in Lima are Sweden's; protesters in Lima belong to Peru alone.
    """
    group = discourse.words.is_group(token)
    owned = affiliation.by_modifier(token, discourse)
    placed = affiliation.from_place(token, discourse) if group else []
    found = placed if set(owned) <= set(placed) else []
    if group and not owned and not syntax.is_definite(token):
        found = found or affiliation.by_place(token, discourse)
    found = found or told_before(token, discourse, resolve) or owned
    if not found and discourse.words.is_acting(token):
        found = affiliation.by_whole(token, discourse, resolve)
    if not found and group:
        found = affiliation.by_place(token, discourse)
    if not found and token.dep_ in _TREATED and discourse.words.is_people(token):
        found = discourse.home()
    return found


def told_before(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return the apposed person, the owners, or those spoken of before whom a noun fits."""
    words = discourse.words
    title = discourse.short_titles.get(token.lower_.removesuffix("s"), lemma(token))
    person = _apposed(token, discourse)
    if person:
        return person
    owners = affiliation.owners(token, discourse, resolve)
    if owners:
        return owners if title in words.of_state else []
    number = _number(token, discourse)
    if title in words.offices and (held := _office(token, title, number, discourse)):
        return held
    if is_plural(token) or number > 1:
        if title in words.offices and (persons := _officers(token, number, discourse)):
            return persons
        if (title in words.states or title in words.offices) and (number > 1 or _definite(token)):
            found = together(token, number, is_state, discourse)
            if found:
                return found
    elif _definite(token):
        if title in words.bodies and (body := _body(token, title, discourse)):
            return body
        if title in words.single_state:
            return _last_state(token, discourse)
        if title in words.government:
            if token.text[0].isupper() and discourse.author:
                return discourse.author  # "The Government" of a statement is its own.
            return _last_state(token, discourse) or discourse.home()
    if title in words.domestic and (_definite(token) or token.dep_ in SUBJECTS):
        return discourse.home()
    return []


def together(token: Token, number: int, fits: Fits, discourse: Discourse) -> list[Entity]:
    """Return the so many states or persons last spoken of together."""
    wanted = number or 2
    for sent in discourse.back(token):
        named = discourse.entities_in(sent, token, fits)
        if len(named) == wanted:
            return named
        if len(named) > wanted:
            break
    return discourse.principals(wanted) if fits is is_state else []


def _apposed(token: Token, discourse: Discourse) -> list[Entity]:
    """Return the person in "his Japanese counterpart Taro Yamada"."""
    for child in token.children:
        if child.dep_ in ("appos", "flat", "nmod:desc", "nmod") and child.i > token.i:
            name = discourse.name_at(child)
            if name is None or name.label_ not in ("PERSON", "ORG"):
                continue
            apart = any(c.dep_ == "case" for c in child.children)
            if not apart and name._.entity is not None:
                return [name._.entity]
    name = discourse.name_at(token.head)
    described = token.dep_ in ("nmod:desc", "compound", "appos")
    if described and name is not None and name.label_ == "PERSON" and name._.entity is not None:
        return [name._.entity]
    return []


def _office(token: Token, title: str, number: int, discourse: Discourse) -> list[Entity]:
    """Return the persons before a token who hold an office: "both ministers".

    Who is called by the title goes before who is known to hold such an office.
    """
    plural = number > 1 or is_plural(token)
    if not plural and not _definite(token):
        return []
    whole = " ".join(t.lower_ for t in token.lefts if t.dep_ in ("compound", "amod"))
    for known in (False, True):
        holders = discourse.holders(token, title, whole, known)
        if not plural and holders:
            return holders[-1:]
        if number > 1 and len(holders) >= number:
            return holders[-number:]
        if plural and number <= 1 and len(holders) in (2, 3):
            return holders
    return []


def _officers(token: Token, number: int, discourse: Discourse) -> list[Entity]:
    """Return the persons last named so many at a time: *the two leaders*, *both ministers*."""
    if number < 2:
        return []
    for sent in discourse.back(token, _LEADERS):
        named = discourse.entities_in(sent, token, is_person)
        if len(named) >= number:
            return named if len(named) == number else []
    return []


def _body(token: Token, title: str, discourse: Discourse) -> list[Entity]:
    """Return the body last named that a noun fits: "the alliance", "the airline"."""
    fits = discourse.words.bodies[title]
    for name in islice(discourse.names_before(token, "ORG"), _BODIES):
        entity = name._.entity
        if entity is None or entity.type != "ORG":
            continue
        known = discourse.lexicon.by_body.get(fold(entity.name), [])
        if (
            entity.sector in fits.get("sectors", ())
            or any(body.kind in fits.get("kinds", ()) for body in known)
            or any(word in entity.name.split() for word in fits.get("words", ()))
        ):
            return [entity]
    return []


def _last_state(token: Token, discourse: Discourse) -> list[Entity]:
    """Return the one state of the sentence so far, else that of the nearest one before it."""
    for sent in discourse.back(token):
        subjects = [e for e in discourse.subjects(sent, token) if is_state(e)]
        named = discourse.entities_in(sent, token, is_state)
        for found in (list(dict.fromkeys(subjects)), named):
            if len(found) == 1:
                return found
        if named:
            return []
    return []


def _number(token: Token, discourse: Discourse) -> int:
    for child in token.children:
        if child.i < token.i and child.lower_ in discourse.words.numbers:
            return discourse.words.numbers[child.lower_]
    return 0


def _definite(token: Token) -> bool:
    """Whether an article or pronoun says which is meant: *the Secretary and Minister*."""
    if any(c.lower_ in ("the", "this", "these", "both", "that") for c in token.children):
        return True
    return token.dep_ == "conj" and not is_plural(token) and _definite(token.head)
