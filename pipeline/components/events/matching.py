"""Which rule fires on which word of a document.

Every content word is looked up by its lemma in the rule book, so the cost grows with the words
that are triggers, not with the number of rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.components.events.rules import Rulebook, Trigger
from pipeline.components.events.slots import Slots
from pipeline.language import syntax
from pipeline.language.extensions import in_zone
from pipeline.language.words import readings

NOMINAL_PLACES = frozenset({"compound", "nsubj", "nsubj:pass", "obj", "nmod", "obl"})


@dataclass(frozen=True, slots=True)
class Match:
    """A rule and the word on which it fired."""

    token: Token
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A rule whose trigger word is there, and the first condition that does not hold.

    ``slot`` is the slot that the condition is about, empty where a word of the trigger is missing.
    """

    token: Token
    trigger: Trigger
    missing: str
    slot: str = ""


def matches(doc: Doc, book: Rulebook, slots: Slots) -> Iterator[Match]:
    """Yield at most one match a word, the most specific rule that holds, in text order.

    A word of a date is no trigger: *22 March* is no demonstration.
    """
    for token in doc:
        if slots.is_date(token):
            continue
        for kind in kinds(token, book):
            fired = next(
                (
                    t
                    for t in book.candidates(book.lemma(token, kind), kind)
                    if failure(token, t, book, slots) is None
                ),
                None,
            )
            if fired is not None:
                if not in_zone(doc, token.idx):
                    yield Match(token, fired)
                break


def near_matches(doc: Doc, book: Rulebook, slots: Slots) -> Iterator[NearMatch]:
    """Yield the rules that nearly fired, with the reason why they did not."""
    for token in doc:
        for kind in kinds(token, book):
            for trigger in book.candidates(book.lemma(token, kind), kind):
                near = unmet(token, trigger, book, slots)
                if near is not None:
                    yield near


def kinds(token: Token, book: Rulebook) -> tuple[str, ...]:
    """Return as what kinds of trigger a word may serve, the likeliest first."""
    if token.tag_ == "VBG" and token.pos_ == "ADJ" and syntax.has_object(token):
        return ("verb",)
    if _is_misread_infinitive(token):
        return ("verb",)
    if token.pos_ in ("ADJ", "ADV") or (token.dep_ == "amod" and _is_attribute(token)):
        return ("adjective",)
    if token.pos_ == "VERB" or _is_rare_verb(token) or _is_gerund(token):
        if token.tag_ == "VBG" and (token.dep_ in NOMINAL_PLACES or _is_nominal(token)):
            return ("noun", "verb")
        if _stands_between(token):
            return ("noun", "verb")
        # The tagger takes some nouns of headlines for verbs.
        known = book.candidates(book.lemma(token, "verb"), "verb")
        return ("verb",) if known else ("noun",)
    if token.pos_ in ("NOUN", "PROPN"):
        return ("noun",) if not token.ent_type_ else ()
    return ("verb",) if token.pos_ == "AUX" and token.dep_ == "ROOT" else ()


def _is_gerund(token: Token) -> bool:
    """Whether what is tagged a noun is a gerund, by its object: *after meeting Ada King*."""
    return token.pos_ == "NOUN" and token.lower_.endswith("ing") and syntax.has_object(token)


def _is_misread_infinitive(token: Token) -> bool:
    """Whether what is tagged an adjective is an infinitive: *promised to free the hostages*."""
    return token.pos_ == "ADJ" and syntax.is_infinitive(token) and syntax.has_object(token)


def _is_attribute(participle: Token) -> bool:
    """Whether this is a participle before its noun (*proposed treaty*), no verb misread."""
    arguments = ("nsubj", "nsubj:pass", "obj", "obl", "aux", "xcomp", "ccomp")
    return participle.i < participle.head.i and not any(
        child.dep_ in arguments for child in participle.children
    )


def _is_rare_verb(token: Token) -> bool:
    """Whether only the fine-grained tag and the parse take a word for a verb: *retook a town*."""
    return (
        token.pos_ in ("NOUN", "PROPN")
        and token.tag_ in ("VB", "VBD", "VBP", "VBZ")
        and syntax.has_object(token)
        and any(child.dep_ == "nsubj" for child in token.children)
    )


def _stands_between(token: Token) -> bool:
    """Whether what is tagged a verb is a noun: *Clashes between Chad and Libya resumed.*"""
    arguments = ("nsubj", "nsubj:pass", "obj", "aux", "aux:pass")
    return any(
        child.dep_ in ("obl", "nmod")
        and child.i > token.i
        and syntax.preposition(child) == "between"
        for child in token.children
    ) and not any(child.dep_ in arguments for child in token.children)


def _is_nominal(gerund: Token) -> bool:
    if any(child.dep_ in ("nsubj", "aux", "aux:pass") for child in gerund.children):
        return False
    return any(
        child.dep_ in ("det", "nmod:poss", "amod")
        or (child.dep_ in ("nmod", "obl") and syntax.preposition(child) == "of")
        for child in gerund.children
    )


def failure(token: Token, trigger: Trigger, book: Rulebook, slots: Slots) -> str | None:
    """Return the first condition of a trigger that a word does not meet, or None."""
    near = unmet(token, trigger, book, slots)
    return near.missing if near is not None else None


def unmet(token: Token, trigger: Trigger, book: Rulebook, slots: Slots) -> NearMatch | None:
    """Return by which condition a trigger fails on a word, or None where all hold."""
    if trigger.particle and not _has_particle(token, trigger):
        needed = f"{trigger.particle} {trigger.partner}".rstrip()
        return NearMatch(token, trigger, f"needs “{needed}”")
    if trigger.partner and not trigger.particle and not _has_partner(token, trigger, slots):
        return NearMatch(token, trigger, f"needs “{trigger.partner}”")
    rule = trigger.rule
    for slot, tests in rule.when.items():
        if not _holds(token, trigger.kind, slot, tests, book, slots):
            return NearMatch(token, trigger, f"when {slot}: {', '.join(tests)}", slot)
    for slot, tests in rule.unless.items():
        if _holds(token, trigger.kind, slot, tests, book, slots):
            return NearMatch(token, trigger, f"unless {slot}: {', '.join(tests)}", slot)
    return None


def _has_particle(token: Token, trigger: Trigger) -> bool:
    partner = trigger.partner
    after = token.doc[token.i + 1 : token.i + 2]
    if not partner and after.text.lower() == trigger.particle and after[0].tag_ != "TO":
        return True
    for child in token.children:
        own = child.tag_ == "TO" and child.i < token.i  # "to condemn" is no "condemn to"
        if (
            child.lower_ == trigger.particle
            and child.dep_ in ("compound:prt", "advmod", "mark")
            and not own
        ):
            carried = syntax.children(token, "obj", "obl", "nsubj:pass")
            if not partner or any(c.lemma_.lower() == partner for c in carried):
                return True
        if child.dep_ in ("obl", "nmod", "obl:agent", "advcl"):
            case = any(
                c.lower_ == trigger.particle and (c.tag_ != "TO" or trigger.rule.governs)
                for c in syntax.children(child, "case", "mark")
            )
            if case and partner in ("", child.lemma_.lower()):
                return True
    return False


def _has_partner(token: Token, trigger: Trigger, slots: Slots) -> bool:
    if trigger.kind == "noun":
        words = list(syntax.children(token, "compound", "amod", "nmod"))
    else:
        words = slots.words(token, trigger.kind, "object")
        words += syntax.children(token, "xcomp", "advmod", "compound:prt")
    return any(word.lemma_.lower() == trigger.partner for word in words)


def _holds(
    token: Token, kind: str, slot: str, tests: list[str], book: Rulebook, slots: Slots
) -> bool:
    if slot == "factuality":
        return slots.factuality.of(token).value in tests
    if slot == "form":
        return any(test in forms(token) for test in tests)
    heads = slots.fill(token, kind, slot)
    words = slots.words(token, kind, slot)
    common = [word for word in words if slot != "subject" or not _ends_name(word)]
    listed = {reading for word in common for reading in readings(word)}
    for test in tests:
        if test == "none":
            if not heads:
                return True
        elif test == "any":
            if heads:
                return True
        elif test == "actor":
            if slots.entities(heads):
                return True
        elif test == "agreement":
            if any(slots.is_agreement(word) or _of_agreement(word, slots) for word in words):
                return True
        elif test.isupper():
            labelled = any(word.ent_type_ == test for word in words)
            if labelled or any(entity.sector == test for entity in slots.entities(heads)):
                return True
        elif test.startswith("$"):
            if not slots.classes[test[1:]].isdisjoint(listed):
                return True
        elif test in listed:
            return True
    return False


def _ends_name(word: Token) -> bool:
    """Whether this is the noun of a name (*the World Food Programme*), not one by itself."""
    return bool(word.ent_type_) and word.i > 0 and word.nbor(-1).ent_type_ == word.ent_type_


def forms(token: Token) -> list[str]:
    """Return the forms of a trigger that rules may ask for.

    ``singular``, ``plural`` and ``definite`` of a noun; ``future`` and ``present`` (outside
    headlines, where the present means the past) of a verb.
    """
    found = []
    if any(c.dep_ == "aux" and c.lower_ in ("will", "wo", "shall", "'ll") for c in token.children):
        found.append("future")
    if token.tag_ in ("NN", "NNP"):
        found.append("singular")
    if token.tag_ in ("NNS", "NNPS"):
        found.append("plural")
    if token.tag_ in ("VBP", "VBZ") and not syntax.is_headline(token.sent):
        found.append("present")
    if syntax.is_definite(token):
        found.append("definite")
    return found


def _of_agreement(word: Token, slots: Slots) -> bool:
    """Whether this is the partner in *the pact with Chile, which was signed*."""
    return word.dep_ == "nmod" and slots.is_agreement(word.head)
