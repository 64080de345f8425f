"""Words of force in their other senses: *crushed them in the final*, *a price war*, *shot down the
bill*.

What governs and surrounds such a word tells which sense it has. The words that tell are those of
``knowledge/events/senses.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from spacy.tokens import Doc, Span, Token

from pipeline import resources
from pipeline.categories import categories
from pipeline.components.events.slots import Slots
from pipeline.language import syntax
from pipeline.language.words import readings
from pipeline.resources import KnowledgeError

FILE = "senses.yaml"
MANY = 4
"""Words of contests that make an article one about sport ..."""
MORE = 2
"""... if they are so many times as many as those of real force."""
COMPANY = "BUS"
PARTY = "PTY"
LISTS = (
    "played", "earnest", "bystander", "contest_nouns", "contest_not", "beside_contest",
    "untouchable", "topic", "means", "arena", "outcome", "figure_modifier", "figure_of", "struggle",
    "harmless", "outplaying", "cause", "storming", "leaving", "aimed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SenseWords:
    """The lists of ``senses.yaml``; see there for what each is for."""

    lists: dict[str, frozenset[str]]
    contest: re.Pattern[str]

    def has(self, name: str, *words: Token) -> bool:
        """Whether one of the words stands in a list, by its lemma, its form or its singular."""
        return any(not self.lists[name].isdisjoint(readings(word)) for word in words)


@cache
def sense_words() -> SenseWords:
    """Read and check the lists.

    Raises
    ------
    KnowledgeError
        A list is missing, no text, or holds no regular expressions where it should.
    """
    data = resources.document(FILE, resources.KNOWLEDGE / "events")
    lists = resources.word_sets(data, LISTS, FILE)
    patterns = data.get("contest")
    if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
        raise KnowledgeError(FILE, "contest", "missing, or not a list of regular expressions")
    try:
        contest = re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)")
    except re.error as error:
        raise KnowledgeError(FILE, "contest", f"no regular expression ({error})") from None
    return SenseWords(lists, contest)


class Senses:
    """In which sense the words of force of one document are meant."""

    def __init__(self, doc: Doc, slots: Slots) -> None:
        self._doc = doc
        self._slots = slots
        self._words = sense_words()

    def figure(self, token: Token, category: str) -> str:
        """Return why a word tells no act of a category of force; empty where it may tell one.

        Parameters
        ----------
        token : Token
            The trigger.
        category : str
            The PLOVER category of the act that it is taken for.
        """
        noun = token.pos_ in ("NOUN", "PROPN")
        if category in categories("unrest") and not noun and self._is_outcome(token):
            return "it only tells who won, or who left"
        if category not in categories("played"):
            return ""
        if category in categories("bodily"):
            reason = self._of_noun(token) if noun else self._of_verb(token)
            if reason:
                return reason
        if not self._words.has("played", token) or self._is_in_earnest(token, noun):
            return ""
        return self._by_surroundings(token, noun)

    # -- by what the word governs ----------------------------------------------------------------

    def _of_verb(self, verb: Token) -> str:
        objects = self._objects(verb)
        if self._words.has("harmless", *(one for one in syntax.agent(verb) if not one.ent_type_)):
            return "who does it does not come with weapons"
        if objects and all(self._is_idea(one) for one in objects):
            return f"nobody can attack a {objects[0].lemma_.lower()}"
        if not self._words.has("played", verb):
            return ""
        if any(one.pos_ == "NOUN" and self._of_noun(one) for one in objects):
            return "what is fought is no fight with weapons"
        if self._words.has("means", *self._behind(verb, "with")):
            return "it is done with what hurts nobody"
        topics = self._behind(verb, "over", "for", "about")
        if self._is_quarrel(topics):
            return "it is a quarrel about what nobody fights for with weapons"
        if self._words.has("arena", *self._behind(verb, "at", "in", "on", "before")):
            return "it takes place where nobody is hurt"
        beaten = self._slots.entities(one for one in objects if one.ent_type_)
        states = any(entity.type == "GPE" for entity in beaten)
        # "Spain beat Italy" is a game, "Chad beat back Mali" is none.
        particle = any(c.i == verb.i + 1 and c.pos_ in ("ADP", "ADV") for c in verb.children)
        plays = self._words.has("outplaying", verb) and states and not particle
        return "it tells a game" if plays else ""

    def _is_outcome(self, verb: Token) -> bool:
        """Whether a verb tells who won or left: *stormed to victory*, *stormed out of the room*."""
        ends = self._behind(verb, "to", "into")
        if self._words.has("storming", verb):
            if self._words.has("leaving", *_around(verb)):
                return True
            ends += syntax.children(verb, "xcomp")  # "to victory", taken for an infinitive
        return self._words.has("played", verb) and self._words.has("outcome", *ends)

    def _objects(self, verb: Token) -> list[Token]:
        """Return what is hit, behind a particle that was taken for a preposition too."""
        heads = syntax.patient(verb) or [
            child
            for child in syntax.children(verb, "obl")
            if syntax.preposition(child) in self._words.lists["aimed"]
        ]
        return [one for head in heads for one in syntax.conjuncts(head)]

    def _is_idea(self, noun: Token) -> bool:
        """Whether something is made of words, numbers or values; a name is not."""
        bodiless = self._words.has("untouchable", noun) or self._words.has("cause", noun)
        return bodiless and not noun.ent_type_

    def _is_quarrel(self, topics: list[Token]) -> bool:
        """Whether one of the things fought for is one of peace; for freedom, people go to war."""
        common = [one for one in topics if not one.ent_type_]
        return self._words.has("topic", *common) or self._words.has("untouchable", *common)

    def _of_noun(self, noun: Token) -> str:
        if not self._words.has("played", noun) and not self._words.has("struggle", noun):
            return ""
        modifiers = [c for c in syntax.children(noun, "amod", "compound") if not c.ent_type_]
        if self._words.has("figure_modifier", *modifiers):
            return "it is a fight without weapons"
        if self._words.has("figure_of", *self._behind(noun, "of")):
            return "it is a fight without weapons"
        foes = self._fought(noun, "on", "against")
        topics = [*foes, *self._fought(noun, "over", "for", "about")]
        if self._is_quarrel(topics) or any(map(self._is_idea, foes)):
            return "it is about what nobody fights for with weapons"
        if self._words.has("arena", *self._behind(noun, "at", "in", "on", "before")):
            return "it takes place where nobody is hurt"
        fought = self._words.has("struggle", noun) and foes
        return "its enemy is a thing" if fought and not any(map(self._is_foe, foes)) else ""

    def _fought(self, noun: Token, *words: str) -> list[Token]:
        """Return the nominals behind prepositions, those of a light verb too: *waged war on it*."""
        return [one for word in words for one in self._slots.words(noun, "noun", word)]

    def _is_foe(self, word: Token) -> bool:
        """Whether a word may mean somebody or somewhere to be attacked."""
        classes = ("people", "group_noun", "force_noun", "acting_noun", "territory", "building")
        if word.pos_ == "PRON" or word._.referents or any(w.ent_type_ for w in word.subtree):
            return True
        return any(self._slots.is_a(word, name) for name in classes)

    def _behind(self, token: Token, *words: str) -> list[Token]:
        """Return the nominals behind prepositions, coordination unfolded."""
        heads = syntax.prepositional(token, frozenset(words))
        return [one for head in heads for one in syntax.conjuncts(head)]

    # -- by what surrounds it --------------------------------------------------------------------

    def _is_in_earnest(self, token: Token, noun: bool) -> bool:
        """Whether the sentence tells of weapons, soldiers or the dead, or of fans in the street."""
        others = (word for word in token.sent if word.i != token.i)
        if any(self._words.has("earnest", word) for word in others):
            return True
        kind = "noun" if noun else "verb"
        sides = [w for slot in ("subject", "object") for w in self._slots.words(token, kind, slot)]
        classes = ("people", "force_noun", "weapon_noun")
        return any(
            self._words.has("bystander", word)
            or (word.pos_ == "NOUN" and any(self._slots.is_a(word, name) for name in classes))
            for word in sides
        )

    def _by_surroundings(self, token: Token, noun: bool) -> str:
        sides = ("owner", "holder", "between") if noun else ("subject",)
        kind = "noun" if noun else "verb"
        acting = self._slots.entities(
            word for slot in sides for word in self._slots.words(token, kind, slot)
        )
        if acting and all(entity.sector == COMPANY for entity in acting):
            return "it tells what a company does in its market"
        if self._is_in_contest(token):
            return "it tells a game"
        return "the article is about sport" if self._is_about_sport else ""

    def _is_in_contest(self, token: Token) -> bool:
        """Whether the sentence tells a contest of which the word is a part."""
        ways = ("compound", "amod", "nmod:poss")
        named = {w.i for one in syntax.patient(token) for w in syntax.children(one, *ways)}
        return any(
            word.i not in named and word != token and not self._is_beside(word)
            for word in self._contests(token.sent)
        )

    def _is_beside(self, contest: Token) -> bool:
        """Whether something only happens at the time of a contest: *invaded after the match*."""
        above = (contest, *syntax.ancestors(contest))
        beside = self._words.lists["beside_contest"]
        return any(syntax.preposition(one) in beside for one in above)

    def _contests(self, span: Span) -> Iterator[Token]:
        """Yield the words of a stretch of the document that tell a contest."""
        for match in self._words.contest.finditer(span.text):
            found = span.char_span(*match.span(), alignment_mode="expand")
            if found is not None:
                yield found.root
        for word in span:
            if word.pos_ == "NOUN" and self._words.has("contest_nouns", word):
                before = syntax.children(word, "amod", "compound")
                if not self._words.has("contest_not", *before):
                    yield word

    @cached_property
    def _is_about_sport(self) -> bool:
        contests = {word.i for word in self._contests(self._doc[:])}
        earnest = sum(self._words.has("earnest", word) for word in self._doc)
        return len(contests) >= max(MANY, MORE * earnest + 1)


def _around(verb: Token) -> Iterator[Token]:
    """Yield the words beside a verb and the prepositions of its phrases."""
    for child in verb.children:
        yield child
        yield from syntax.children(child, "case")
