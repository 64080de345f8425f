"""Whom a pronoun means: he, she, it, they, and relative pronouns.

Method: agreement in number and kind, subjects before other arguments, the nearest sentence first
(the ranking of Hobbs 1978 and of centering theory, without their full machinery).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from spacy.tokens import Span, Token

from pipeline.components.coreference.discourse import (
    SUBJECTS,
    Discourse,
    Fits,
    Resolve,
    is_body,
    is_person,
)
from pipeline.components.coreference.gender import gender
from pipeline.components.coreference.nominals import together
from pipeline.language import syntax
from pipeline.language.words import is_plural, lemma
from pipeline.records import Entity

_LATELY = 4
"""How many mentions of persons before a pronoun must all be one for it to mean him."""


def is_relative(token: Token, discourse: Discourse) -> bool:
    """Whether a word is a relative pronoun, not a conjunction or article of the same form."""
    return (
        token.lower_ in discourse.words.relative
        and token.pos_ in ("PRON", "SCONJ", "DET", "")
        and token.dep_ not in ("mark", "det")
    )


def relative(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom *who* or *which* means: the noun that its clause modifies."""
    clause = token.head
    while clause.dep_ in ("xcomp", "conj", "aux"):
        clause = clause.head
    if clause.dep_ != "acl:relcl":
        return []
    antecedent = clause.head
    found = list(resolve(antecedent))
    if is_plural(clause):
        for other in antecedent.conjuncts:
            if antecedent.i < other.i < clause.i:
                found += resolve(other)
    return found


def he(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return the person meant: a subject before, else the only person of the sentence.

    Of several persons those whose gender the pronoun fits come into question.
    """
    treated = _agreeing(_treated(token, is_person, discourse), token, discourse)
    if treated:
        return treated
    for sent in discourse.back(token):
        persons = _agreeing(discourse.entities_in(sent, token, is_person), token, discourse)
        subjects = [e for e in discourse.subjects(sent, token) if is_person(e)]
        subjects = _agreeing(subjects, token, discourse)
        if subjects:
            return [subjects[-1] if sent.start == token.sent.start else subjects[0]]
        if len(persons) == 1:
            return persons
        found = (not persons and _unnamed(sent, token, discourse, resolve)) or _said_before(
            sent, token, discourse, resolve
        )
        if found or persons:
            return found
    lately = {n._.entity for n in islice(discourse.names_before(token, "PERSON"), _LATELY)}
    lately &= {None, *_agreeing([e for e in lately if e is not None], token, discourse)}
    return list(lately) if len(lately) == 1 and None not in lately else []


def _said_before(sent: Span, token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom a pronoun of the kind means that is a subject earlier in the sentence."""
    for t in sent:
        if t.i < token.i and t.lower_ in discourse.words.he and t.dep_ in SUBJECTS:
            found = _agreeing(resolve(t), token, discourse)
            if found:
                return found
    return []


def _agreeing(persons: list[Entity], pronoun: Token, discourse: Discourse) -> list[Entity]:
    """Return those whom a pronoun fits by gender: whom it surely fits, else of whom it may."""
    wanted = "female" if pronoun.lower_ in discourse.words.she else "male"
    known = {e: gender(e, discourse.titles.get(e, ())) for e in persons}
    sure = [e for e in persons if known[e] == wanted]
    return sure or [e for e in persons if not known[e]]


def _unnamed(sent: Span, token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom the subject "the Ruritanian minister" stands for."""
    for t in sent:
        if t.i < token.i and t.dep_ in SUBJECTS and lemma(t) in discourse.words.offices:
            return resolve(t)
    return []


def it(token: Token, discourse: Discourse) -> list[Entity]:
    """Return the state or body meant: the subject before, if there is one."""
    treated = _treated(token, is_body, discourse)
    if treated:
        return treated
    for sent in discourse.back(token):
        subjects = [e for e in discourse.subjects(sent, token) if is_body(e)]
        if subjects:
            return [subjects[-1] if sent.start == token.sent.start else subjects[0]]
        named = discourse.entities_in(sent, token, is_body)
        if named:
            return named if len(named) == 1 else []
    return []


def they(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return those who acted together before: the subjects, else the last coordination."""
    number = discourse.words.numbers.get(token.lower_, 0)
    for sent in discourse.back(token):
        groups = [_with_others(t, resolve) for t in sent if _heads_group(t, token)]
        groups += [g for t in sent if t.i < token.i and (g := _met_with(t, resolve))]
        groups = [g for g in groups if len(g) >= max(2, number)]
        if groups:
            group = groups[-1] if sent.start == token.sent.start else groups[0]
            return group if not number or len(group) == number else []
        if not number and discourse.distance(token, sent) < 2:
            alone = [e for e in discourse.subjects(sent, token) if e.type in ("ORG", "NORP")]
            alone += [e for t in sent if _is_many(t, token) for e in resolve(t)]
            if alone:
                return [alone[0]]
    return together(token, number, is_person, discourse) if number else []


def _heads_group(t: Token, before: Token) -> bool:
    group = t.dep_ in (*SUBJECTS, "obj", "obl", "nmod", "ROOT")
    return t.i < before.i and group


def _with_others(token: Token, resolve: Resolve) -> list[Entity]:
    """Return the entities of a coordination, or of a plural noun or pronoun."""
    found = list(resolve(token))
    for other in token.conjuncts:
        if other.i > token.i:
            found += resolve(other)
    kinds = {is_person(e) for e in found}
    return list(dict.fromkeys(found)) if len(kinds) == 1 else []


def _met_with(subject: Token, resolve: Resolve) -> list[Entity]:
    """Return two persons of whom one did something with the other: *Lee spoke with Berg*."""
    if subject.dep_ not in SUBJECTS:
        return []
    found = list(resolve(subject))
    for partner in syntax.prepositional(subject.head, frozenset({"with"})):
        found += resolve(partner)
    found = list(dict.fromkeys(found))
    return found if len(found) == 2 and all(is_person(e) for e in found) else []


def _is_many(token: Token, before: Token) -> bool:
    """Whether a plural noun is a subject before a word (*Kenyan officials said they*)."""
    subject = token.dep_ in SUBJECTS and token.pos_ == "NOUN"
    return token.i < before.i and subject and is_plural(token)


# Whose a thing is for which somebody is treated


def _treated(token: Token, fits: Fits, discourse: Discourse) -> list[Entity]:
    """Return whose a thing is for which one is treated so: *praised Chad for its restraint*.

    Of two things in a row the second is whose the first is: *Chad's raid and its losses*.
    """
    below = token.head
    if token.dep_ != "nmod:poss":
        return []
    if below.dep_ == "conj":
        return _fitting(syntax.children(below.head, "nmod:poss"), token, fits, discourse)
    while below.head != below and not any(syntax.children(below, *SUBJECTS)):
        above = below.head
        because = syntax.children(below, "case", "mark")
        if below.dep_ == "xcomp" or any(w.lower_ in discourse.words.reasons for w in because):
            found = _fitting([above, *_met(above, discourse)], token, fits, discourse)
            if found:
                return found
        below = above
    return []


def _met(verb: Token, discourse: Discourse) -> list[Token]:
    """Return whom an act meets: its object, and upon whom it is: *sanctions on Chad*."""
    objects = list(syntax.children(verb, "obj", "iobj"))
    upon = [
        *syntax.children(verb, "obl"),
        *(n for o in objects for n in syntax.children(o, "nmod")),
    ]
    cases = {n: {c.lower_ for c in syntax.children(n, "case")} for n in upon}
    return objects + [n for n in upon if cases[n] & discourse.words.upon]


def _fitting(
    heads: Iterable[Token], before: Token, fits: Fits, discourse: Discourse
) -> list[Entity]:
    """Return the entity of the last of some names before a token, if it is of the kind."""
    names = [t for t in heads if t.i < before.i and discourse.name_at(t) is not None]
    found = [e for t in names[-1:] if (e := discourse.entity_at(t)) is not None]
    return [entity for entity in found if fits(entity)]
