"""A trigger and a word that may name one of its parties: what the parse says of the two.

The reader scores such pairs from the vectors of both words and from these few facts, so that a
party far from its verb is judged by where it stands, not only by what it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from spacy.tokens import Token

from pipeline.language import syntax

BEFORE = 2
"""Sentences before the trigger's in which a party is looked for."""
DISTANCES = (1, 2, 3, 5, 8, 13, 21)
"""Words between trigger and candidate: the upper ends of the classes told apart."""
RELATIONS = (
    "nsubj",
    "nsubj:pass",
    "obj",
    "iobj",
    "obl:agent",
    "obl",
    "nmod",
    "nmod:poss",
    "amod",
    "compound",
    "appos",
    "conj",
)
"""Universal Dependencies between the two that are told apart, on either side."""
PREPOSITIONS = ("by", "to", "with", "from", "against", "in", "of", "on", "for", "at", "between")
KINDS = ("PERSON", "ORG", "GPE", "NORP", "LOC", "PRON", "NOUN")
"""What a candidate is: the label of a name, a pronoun, or another noun."""
_FLAGS = (
    "other sentence",
    "sentence before that",
    "before the trigger",
    "agent",
    "patient",
    "subject of the governor",
    "possessor of an argument",
    "in the same argument",
    "passive trigger",
    "nominal trigger",
    "quoted apart",
    "nearest before",
)
FACTS = (
    _FLAGS
    + tuple(f"kind {kind}" for kind in KINDS)
    + tuple(f"{kind} of the trigger" for kind in RELATIONS)
    + tuple(f"trigger is its {kind}" for kind in RELATIONS)
    + tuple(f"behind {word}" for word in PREPOSITIONS)
    + tuple(f"distance class {i}" for i in range(len(DISTANCES) + 1))
)
"""The names of the facts, in the order of the reader's weights."""
_INDEX = {name: i for i, name in enumerate(FACTS)}
_QUOTES = frozenset('"“”')


def kind_of(token: Token) -> str:
    """What a candidate is, one of :data:`KINDS`."""
    if token.ent_type_ in KINDS:
        return token.ent_type_
    return "PRON" if token.pos_ in ("PRON", "DET") else "NOUN"


def facts(trigger: Token, candidates: Iterable[Token]) -> list[list[int]]:
    """The facts that hold of a trigger and each of some candidates, as indices of FACTS.

    Parameters
    ----------
    trigger : Token
        In a parsed document.
    candidates : iterable of Token
        In text order: heads of names, pronouns, nouns.
    """
    candidates = list(candidates)
    verbal = syntax.is_verbal(trigger)
    agents = set(syntax.agent(trigger)) if verbal else set(syntax.possessor(trigger))
    patients = set(syntax.patient(trigger)) if verbal else set()
    governor = syntax.governor(trigger) if not verbal else None
    governing = set(syntax.agent(governor)) if governor is not None else set()
    children = {child.i: child for child in trigger.children}
    before = max((c.i for c in candidates if c.i < trigger.i), default=-1)
    passive = verbal and syntax.is_passive(trigger)
    found = []
    for candidate in candidates:
        holds = [f"kind {kind_of(candidate)}", f"distance class {_distance(trigger, candidate)}"]
        apart = candidate.sent.start != trigger.sent.start
        if apart:
            near = candidate.sent.end == trigger.sent.start
            holds.append("other sentence" if near else "sentence before that")
        if candidate.i < trigger.i:
            holds.append("before the trigger")
        holds += [
            name
            for name, there in (
                ("agent", candidate in agents),
                ("patient", candidate in patients),
                ("subject of the governor", candidate in governing),
                ("passive trigger", passive),
                ("nominal trigger", not verbal),
                ("nearest before", candidate.i == before),
                ("quoted apart", _is_quoted_apart(trigger, candidate)),
            )
            if there
        ]
        if not apart:
            holds += _relations(trigger, candidate, children)
        preposition = syntax.preposition(candidate)
        if preposition in PREPOSITIONS:
            holds.append(f"behind {preposition}")
        found.append(sorted(_INDEX[name] for name in holds))
    return found


def _distance(trigger: Token, candidate: Token) -> int:
    return bisect_right(DISTANCES, abs(trigger.i - candidate.i) - 1)


def _is_quoted_apart(trigger: Token, candidate: Token) -> bool:
    """Whether an odd number of quotation marks stands between the two: one is in the quotation."""
    left, right = sorted((trigger.i, candidate.i))
    return sum(t.text in _QUOTES for t in trigger.doc[left:right]) % 2 == 1


def _relations(trigger: Token, candidate: Token, children: dict[int, Token]) -> list[str]:
    found = []
    if candidate.i in children and candidate.dep_ in RELATIONS:
        found.append(f"{candidate.dep_} of the trigger")
    if trigger.head == candidate and trigger.dep_ in RELATIONS:
        found.append(f"trigger is its {trigger.dep_}")
    if candidate.i not in children:
        for above in (candidate.head, candidate.head.head):
            if above.i in children:
                owned = candidate.dep_ in ("nmod:poss", "nmod", "amod", "compound")
                found.append("possessor of an argument" if owned else "in the same argument")
                break
    return found
