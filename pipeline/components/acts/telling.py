"""How an article tells of an act: as past, as a state of affairs, as news at its head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc, Token

from pipeline import resources
from pipeline.categories import acts
from pipeline.language import syntax
from pipeline.records import Event

FILE = "telling.yaml"

LEAD = 400
"""Characters at the head of an article whose events may take date and place from later ones."""
PAST, PERFECT, PRESENT, AHEAD, NOUN = "past", "perfect", "present", "ahead", "noun"
CHAINED = frozenset({"xcomp", "advcl", "conj", "acl"})
CHAIN = 4
"""Verbs up which the tense of an infinitive or participle is looked for."""
MODIFIERS = frozenset({"det", "amod", "nmod:poss", "advmod"})


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists of ``telling.yaml``; see there for what each is for."""

    ahead: frozenset[str]
    perfect: frozenset[str]
    past: frozenset[str]
    present: frozenset[str]
    another: frozenset[str]
    wars: frozenset[str]


@cache
def words() -> Words:
    """Read and check the word lists.

    Raises
    ------
    KnowledgeError
        A list is missing or no text.
    """
    data = resources.document(FILE, resources.KNOWLEDGE / "events")
    return Words(**resources.word_sets(data, Words.__dataclass_fields__, FILE))


def token_of(event: Event, doc: Doc) -> Token:
    """Return the word of the trigger."""
    span = doc.char_span(*event.trigger, alignment_mode="expand")
    assert span is not None
    return span.root


def manner(word: Token, depth: int = 0) -> str:
    """Return how a trigger stands in time.

    ``past`` for what is told as done then, ``perfect`` for what has been done by now, ``present``,
    ``ahead`` for what is to come or only could, ``noun`` for an act named by a noun. The present
    tense of a headline is past; a verb without a tense of its own has that of the verb it goes with
    (*met to discuss*).
    """
    if not syntax.is_verbal(word):
        return NOUN
    helpers = {c.lower_ for c in syntax.children(word, "aux", "aux:pass", "cop")}
    known = words()
    if helpers & known.ahead:
        return AHEAD
    if helpers & known.perfect:
        return PERFECT
    if word.tag_ == "VBD" or helpers & known.past:
        return PAST
    if word.tag_ in ("VBZ", "VBP") or helpers & known.present:
        return PAST if syntax.is_headline(word.sent) else PRESENT
    if word.dep_ in CHAINED and word.head != word and depth < CHAIN:
        return manner(word.head, depth + 1)
    return PAST if word.tag_ == "VBN" else AHEAD


def leads(event: Event, doc: Doc) -> bool:
    """Whether an event stands in a headline or the lead, which later text explains."""
    sentence = doc.char_span(*event.evidence)
    return event.evidence[0] < LEAD or (sentence is not None and syntax.is_headline(sentence))


def is_told_again(event: Event, doc: Doc) -> bool:
    """Whether an act can be one told elsewhere in the article with its day and place.

    What has happened by now (*has killed hundreds*), what goes on and acts of a kind (*attacks*,
    *an earlier protest*) are background where they do not lead the article.
    """
    if leads(event, doc) or event.act in acts("named_once"):
        return True
    word = token_of(event, doc)
    how = manner(word)
    if how != NOUN:
        return how in (PAST, AHEAD)
    about = [c for c in word.children if c.dep_ in MODIFIERS]
    if any(c.lower_ in words().another for c in about):
        return False
    return any(c.dep_ in ("det", "nmod:poss") and c.lower_ not in ("a", "an") for c in about)
