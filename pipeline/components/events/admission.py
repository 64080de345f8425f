"""Which matches are acts at all: not aims, topics, kinds of act, or what another act speaks of."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.categories import categories
from pipeline.components.events.matching import Match
from pipeline.components.events.rules import Rule, Rulebook
from pipeline.components.events.senses import Senses
from pipeline.components.events.slots import Slots
from pipeline.components.factuality import Factuality, Reading
from pipeline.language import syntax
from pipeline.language.extensions import AGREEMENTS

DETERMINING = frozenset({"det", "nmod:poss", "nummod"})
OWED = "ratified"
"""The stage that an agreement needs by law: what must still be ratified is planned to be."""


def refusal(
    match: Match,
    by_token: dict[int, Match],
    reading: Reading | None,
    book: Rulebook,
    slots: Slots,
    senses: Senses,
) -> str:
    """Return why a match is no act by itself, in words for a person; empty where it is one.

    ``reading`` is what :func:`read_act` says of it.
    """
    if only_carries(match, by_token, book, slots):
        return "the noun that it carries tells the same act"
    if only_meets(match, by_token):
        return "the verb that it is subject of tells the same meeting"
    if reading is None:
        return "it is told as an aim, a use or a condition, not as an act"
    if is_governed(match.token, by_token, book):
        return "another act speaks of it, and only that one counts"
    if is_topic(match, book):
        return "it only names what something is about, for or part of"
    if is_undone(match, slots):
        return "it is lifted, eased or evaded, not imposed"
    return senses.figure(match.token, match.trigger.rule.type)


def is_undone(match: Match, slots: Slots) -> bool:
    """Whether a measure is taken back by its governor: *lifted sanctions*, *their removal*.

    The words between do not matter: containers (*a round of*) and coordination are followed.
    """
    noun = match.token
    if match.trigger.kind != "noun" or match.trigger.rule.type not in categories("measure"):
        return False
    if any(c.tag_ == "VBG" and slots.is_a(c, "undoing") for c in syntax.children(noun, "amod")):
        return True
    while noun.dep_ in ("nmod", "conj", "compound") and not syntax.is_verbal(noun.head):
        noun = noun.head
        if slots.is_a(noun, "undoing"):
            return True
    verb = syntax.governor(noun)
    return verb is not None and noun.dep_ in ("obj", "nsubj:pass") and slots.is_a(verb, "undoing")


def only_carries(match: Match, by_token: dict[int, Match], book: Rulebook, slots: Slots) -> bool:
    """Whether its noun tells a verb's act: of *imposed sanctions* only the noun counts."""
    if match.trigger.kind != "verb" or not slots.is_a(match.token, "light_verb"):
        return False
    if _takes_in_noun(match.trigger.rule):
        return False
    carried = [by_token.get(word.i) for word in slots.words(match.token, "verb", "object")]
    return any(
        other is not None
        and other.trigger.kind == "noun"
        and other.trigger.rule.type == match.trigger.rule.type
        and not is_governed(other.token, by_token, book)
        and not is_topic(other, book)
        for other in carried
    )


def _takes_in_noun(rule: Rule) -> bool:
    """Whether a rule's verb stands for the act that its object names: *ordered an inquiry*."""
    return rule.governs and "object" in rule.when


def only_meets(match: Match, by_token: dict[int, Match]) -> bool:
    """Whether the verb of a meeting tells it, too: of *the summit meets* only the verb counts."""
    verb = by_token.get(match.token.head.i)
    return (
        match.token.dep_ == "nsubj"
        and match.trigger.rule.type == "CONSULT"
        and verb is not None
        and verb.trigger.rule.type == "CONSULT"
    )


def read_act(match: Match, factuality: Factuality, slots: Slots) -> Reading | None:
    """Return the factuality of an act, or None where the text reports no act at all."""
    nominal = match.trigger.kind == "noun"
    if is_ultimatum(match):
        return Reading("actual", match.token)
    reading = factuality.of(match.token, nominal=nominal)
    rule = match.trigger.rule
    if rule.stage == OWED and reading.cue is not None and slots.is_a(reading.cue, "owing"):
        return Reading("planned", reading.cue)
    if reading.purpose or _serves(match.token):
        return None
    if reading.value == "hypothetical" and not reading.conditional:
        return None
    if rule.factuality and (reading.value != "negated" or "factuality" in rule.when):
        return Reading(rule.factuality, reading.cue)
    if nominal and reading.value == "actual" and rule.type in categories("agreed_ahead"):
        return _ahead(match.token, factuality, slots) or reading
    return reading


def is_ultimatum(match: Match) -> bool:
    """Whether an act is threatened: *said it would boycott the vote unless the rules change*."""
    if match.trigger.rule.type not in categories("hostile") or match.token.tag_ != "VB":
        return False
    clauses = syntax.children(match.token, "advcl")
    negated = any(child.morph.get("Polarity", []) == ["Neg"] for child in match.token.children)
    return not negated and any(
        mark.lower_ == "unless" for clause in clauses for mark in clause.children
    )


def _serves(token: Token) -> bool:
    """Whether a word tells a use, no act: *a line for sharing intelligence*."""
    return token.tag_ == "VBG" and any(
        child.dep_ == "mark" and child.lower_ == "for" for child in token.children
    )


def _ahead(noun: Token, factuality: Factuality, slots: Slots) -> Reading | None:
    """Read a meeting still to come: *will travel for talks*, *ahead of talks*."""
    while noun.dep_ == "nmod" and slots.is_a(noun.head, "container"):
        noun = noun.head
    if _is_ahead_of(noun):
        return Reading("planned", noun)
    verb = syntax.governor(noun)
    if verb is None:
        return None
    held = noun.dep_ == "obj" and slots.is_a(verb, "light_verb") and not slots.is_a(verb, "ending")
    aim = noun.dep_ == "obl" and syntax.preposition(noun) == "for"
    if not (held or aim or noun.dep_ in syntax.SUBJECTS):
        return None
    reading = factuality.of(verb)
    return reading if reading.value == "planned" and not reading.purpose else None


def _is_ahead_of(noun: Token) -> bool:
    """Whether something is told as before a meeting to come: *ahead of talks*."""
    return "ahead" in (syntax.preposition(noun), noun.head.lower_)


def is_governed(token: Token, by_token: dict[int, Match], book: Rulebook) -> bool:
    """Whether a speech act speaks of this one, so that only the speech act counts.

    Force told of before is not what is promised or asked for: *urged an end to the shelling*.
    """
    if _is_told_before(token, by_token):
        return False
    below = token
    for above in syntax.ancestors(token):
        if below.dep_ == "acl" and below.lemma_.lower() in book.classes["aiming"]:
            return True
        if below.dep_ == "acl:relcl" or (below.dep_ == "acl" and below.tag_ == "VBN"):
            return False
        beside = syntax.preposition(below) in book.classes["beside_preposition"]
        if below.dep_ in ("obl", "nmod") and beside:
            return False
        if below.dep_ == "ccomp" and above.lemma_.lower() in book.classes["quoting"]:
            return False
        if _is_prevented(below):
            return True
        match = by_token.get(above.i)
        if match is not None and match.trigger.rule.governs and _speaks_of(match, below):
            return True
        below = above
    return False


def _is_told_before(token: Token, by_token: dict[int, Match]) -> bool:
    match = by_token.get(token.i)
    return (
        match is not None
        and match.trigger.kind == "noun"
        and match.trigger.rule.type in categories("force")
        and (syntax.is_definite(token) or bool(syntax.possessor(token)))
    )


def _is_prevented(gerund: Token) -> bool:
    """Whether an act is one that somebody is kept from: *stopped Chad from attacking*."""
    return gerund.tag_ == "VBG" and syntax.is_introduced(gerund, "from")


def _speaks_of(match: Match, below: Token) -> bool:
    """Whether what hangs on a speech act by this word is what the act is about."""
    category = match.trigger.rule.type
    if (
        below.dep_ == "obj"
        and _takes_in_noun(match.trigger.rule)
        and category in categories("takes_in_noun")
    ):
        return True
    if below.dep_ in ("obj", "obl", "nmod"):
        return category in categories("speaks_of_nouns")
    if category == "CONSULT":
        return False
    if below.dep_ in ("xcomp", "ccomp"):
        return True
    behind = below.i > match.token.i
    return category in categories("speaks_of_clauses") and (
        below.dep_ == "acl" or (below.dep_ == "advcl" and behind)
    )


def is_topic(match: Match, book: Rulebook) -> bool:
    """Whether a noun only names what something is about, for or part of."""
    token = match.token
    if token.pos_ not in ("NOUN", "PROPN"):
        return False
    if _is_part_of_name(token) or _is_in_title(token, book):
        return True
    if any(
        c.dep_ == "amod" and c.lemma_.lower() in book.classes["enabling"] for c in token.children
    ):
        return True
    if token.dep_ == "compound":
        return token.head.lemma_.lower() not in book.classes["act_carrier"]
    verb = syntax.governor(token)
    permitted = verb is not None and verb.lemma_.lower() in book.classes["enabling"]
    aimed = token.dep_ in ("obj", "conj", "nsubj:pass") or (verb is not None and verb.dep_ == "acl")
    if permitted and aimed:
        return True
    nominal = token
    while nominal.dep_ == "conj" and nominal.head != nominal:
        nominal = nominal.head
    word = syntax.preposition(nominal)
    above = (nominal.head, nominal.head.head)
    answered = any(book.lemma(head, "verb") in book.classes["answering"] for head in above)
    aim = word == "for" and match.trigger.rule.type != "CONSULT" and not answered
    return aim or word in book.classes["topic_preposition"]


def _is_part_of_name(token: Token) -> bool:
    """Whether a capitalised noun ends a proper name: ``the Iran–Iraq War``."""
    sentence = token.sent
    if token.is_lower or token.i <= sentence.start + 1:
        return False
    headline = sum(t.is_title or t.is_upper for t in sentence) > len(sentence) / 2
    before = token.nbor(-1)
    return not headline and before.is_title and before.dep_ in ("compound", "amod", "flat")


def _is_in_title(noun: Token, book: Rulebook) -> bool:
    """Whether a noun only describes inside the title of an agreement."""
    return noun.lemma_.lower() not in book.classes["agreement_noun"] and any(
        span.start <= noun.i < span.end - 1 for span in noun.doc.spans.get(AGREEMENTS, [])
    )


def is_generic(match: Match, book: Rulebook) -> bool:
    """Whether a noun without parties names a kind of act and not one act.

    ``Regular consultations`` and ``such visits`` do; ``the talks``, ``a raid``, ``after lengthy
    negotiations`` and the nouns of headlines, which drop their articles, do not.
    """
    token = match.token
    if (
        match.trigger.kind != "noun"
        or _is_told(token)
        or match.trigger.rule.type in categories("force")
    ):
        return False
    if token.dep_ == "compound":
        token = token.head
    if any(child.dep_ == "cop" for child in token.children):
        return False
    marks = [child for child in token.children if child.dep_ in DETERMINING]
    if marks:
        return any(child.lower_ == "such" for child in marks)
    word = "ahead" if _is_ahead_of(token) else syntax.preposition(token)
    predicative = word == "in" and any(syntax.children(token, "nmod"))  # "in support of Angola"
    occasion = word in book.classes["occasion_preposition"]
    return not (predicative or syntax.is_headline(token.sent) or occasion)


def _is_told(noun: Token) -> bool:
    """Whether the past is told of a noun (*discussions included trade*)."""
    return noun.dep_ in syntax.SUBJECTS and noun.head.tag_ == "VBD"


def is_somebody_else(match: Match) -> bool:
    """Whether an act is an unknown speaker's or listener's: *you suggest*, *our visit*."""
    token = match.token
    who = syntax.possessor(token) if match.trigger.kind == "noun" else syntax.agent(token)
    return any(word.morph.get("Person", []) in (["1"], ["2"]) for word in who)
