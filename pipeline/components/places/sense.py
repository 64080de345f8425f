"""Whether a place name stands for an actor or for a place, judged by the words around it.

The annotation guideline: ``actor`` where the name stands for the state, its government or its
people acting, else ``place``. A country is an actor and a town a place unless the words around say
otherwise: a preposition of place, a word of motion, a noun that only lands or only governments
have. The capital of a state is an actor where nothing makes it a place.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from pipeline import gazetteers, resources
from pipeline.components.places.candidates import FOLDER
from pipeline.records import Place

FILE = "sense.yaml"
ACTOR, PLACE = "actor", "place"
# How far before a preposition its governing word is looked for, in tokens.
REACH = 6
STATES = ("country", "former", "territory", "unrecognised")
_OPENERS = {"the", "a", "an", "both", '"', "“", "'", "‘", "("}
_LIST_WORDS = {",", "and", "or", "&", "/", "-", "–", "—", "the", "both", "as", "well", "("}
_DATELINE = {",", "(", "-", "–", "—", "--", ":"}
_DASHES = {"-", "–", "—"}
_POSSESSIVE = {"'s", "’s", "'", "’"}


@dataclass(frozen=True)
class SenseRules:
    """The word lists of ``sense.yaml``; see there for what each is for."""

    where: frozenset[str]
    not_where: frozenset[str]
    direction: frozenset[str]
    motion: frozenset[str]
    acts_on_place: frozenset[str]
    place_of: frozenset[str]
    place_between: frozenset[str]
    parts: frozenset[str]
    place_nouns: frozenset[str]
    city_nouns: frozenset[str]
    actor_nouns: frozenset[str]
    topics: frozenset[str]
    done_to_towns: frozenset[str]
    lists_of_places: frozenset[str]

    @classmethod
    def read(cls, folder: resources.Path = FOLDER) -> SenseRules:
        """Read and check the word lists.

        Raises
        ------
        KnowledgeError
            A list is missing or no text.
        """
        data = resources.document(FILE, folder)
        return cls(**resources.word_sets(data, cls.__dataclass_fields__, FILE))

    def judge(self, doc: Doc, span: Span, place: Place, before: Span | None) -> str:
        """Return ``actor`` or ``place`` for a GPE mention.

        ``before`` is the place name before this one, already judged: names in a list and the
        country after a city share its sense.
        """
        state = place.kind in STATES
        # In "the A–B war" the states wage it; in "the A war" it is fought on A's soil.
        noun = set() if state and _is_paired(doc, span) else _noun_after(doc, span)
        if not state and _is_dateline(doc, span):
            return PLACE
        if noun & self.actor_nouns:
            return ACTOR
        if noun & self.place_nouns:
            return PLACE
        if span.end < len(doc) and doc[span.end].text in _POSSESSIVE:
            return ACTOR
        if before is not None and before._.sense and _in_list(doc, before, span):
            return before._.sense
        if state and noun and span[0].pos != 0:
            # "through U.S. programs": the preposition is the programs'.
            return ACTOR
        if said := self._by_words_before(doc, span, state):
            return said
        modifies = bool(noun & self.city_nouns) or (bool(noun) and span[0].pos != 0)
        return ACTOR if state or (_is_capital(place) and not modifies) else PLACE

    def _by_words_before(self, doc: Doc, span: Span, state: bool) -> str:
        position = span.start - 1
        while position >= 0 and doc[position].lower_ in _OPENERS:
            position -= 1
        if position >= 0 and doc[position].lower_ in self.parts:
            return PLACE
        if position < 0:
            return ""
        word = doc[position].lower_
        governors, wider = _governors(doc, span, position)
        if word in self.where:
            return "" if governors & self.not_where else PLACE
        if word in self.direction and wider & self.motion:
            return PLACE
        if word == "of" and _forms(doc[position - 1] if position else None) & self.place_of:
            return PLACE
        if word == "between" and wider & self.place_between:
            return PLACE
        if word in ("on", "about", "over", "regarding") and governors & self.topics:
            return PLACE
        if word in ("including", "included") and wider & self.lists_of_places:
            return PLACE
        if _forms(doc[position]) & (self.acts_on_place | self.place_of):
            return PLACE
        if word == "-":
            return ACTOR
        if not state and governors & self.done_to_towns:
            return PLACE
        return ""


def _is_capital(place: Place) -> bool:
    capital = gazetteers.country_by_capital(place.name)
    return capital is not None and capital.sovereign == place.country


def _is_dateline(doc: Doc, span: Span) -> bool:
    """Whether the name opens a line as its dateline: ``KYIV, March 3 -``, or fills it."""
    opens = span.start == 0 or "\n" in doc[span.start - 1].text_with_ws
    after = doc[span.end].text if span.end < len(doc) else "\n"
    return opens and (after in _DATELINE or "\n" in after)


def _forms(token: Token | None) -> set[str]:
    """The forms under which a token is found in a word list: as written, and its lemma."""
    return set() if token is None else {token.lower_, token.lemma_.lower()}


def _is_parsed(span: Span) -> bool:
    # Asking the document would walk over all its tokens.
    return span[0].dep != 0


def _noun_after(doc: Doc, span: Span) -> set[str]:
    """The noun that the name stands before, as its possessor or its modifier."""
    end = span.end
    if end < len(doc) and doc[end].text in _POSSESSIVE:
        end += 1
    if end >= len(doc):
        return set()
    head = span.root.head if _is_parsed(span) else doc[end]
    if not end <= head.i < end + REACH or not head.text[:1].isalpha():
        return set()
    if head.pos_ and head.pos_ not in ("NOUN", "PROPN"):
        return set()
    return _forms(head)


def _governors(doc: Doc, span: Span, position: int) -> tuple[set[str], set[str]]:
    """The words that a preposition before the name can depend on, and these with their heads."""
    if _is_parsed(span):
        root = span.root
        while root.dep_ in ("conj", "appos", "flat") and root.head.i < root.i:
            root = root.head
        near = [root.head, *doc[max(0, position - 1) : position]]
        wide = [*near, root.head.head]
    else:
        near = wide = list(doc[max(0, position - REACH) : position])
    return (
        {form for token in near for form in _forms(token)},
        {form for token in wide for form in _forms(token)},
    )


def _is_paired(doc: Doc, span: Span) -> bool:
    """Whether a dash joins the name to a neighbour, as in ``A-B relations``."""
    around = [*doc[max(0, span.start - 1) : span.start], *doc[span.end : span.end + 1]]
    return any(token.text in _DASHES for token in around)


def _in_list(doc: Doc, before: Span, span: Span) -> bool:
    """Whether only commas and conjunctions stand between two names."""
    gap = doc[before.end : span.start]
    return 0 < len(gap) <= 4 and all(token.lower_ in _LIST_WORDS for token in gap)
