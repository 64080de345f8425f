"""A read-only view of an article for those who ask whom a word means.

What the article names, sentence by sentence and before a word, who is a subject there, what
stands in quotation marks, whose turn it is in a transcript, what the article is about.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property

from spacy.tokens import Doc, Span, Token

from pipeline import gazetteers
from pipeline.components.actors.entities import signer, state
from pipeline.components.actors.lexicon import Lexicon, packaged
from pipeline.components.coreference.quotations import quotations
from pipeline.components.coreference.vocabulary import vocabulary
from pipeline.language import syntax
from pipeline.language.words import lemma
from pipeline.records import Entity

SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "obl:agent")
_WINDOW = 3
"""How many sentences back an antecedent may lie, its own counted."""
_DOMINANT = 0.6
"""The share of an article's country names that makes it an article about that country."""
_AHEAD = 1.5
"""How much oftener than the next state the states must be named that an article is about."""
_LEAD = 3
"""How many sentences, the headline among them, tell what an article is about."""
_LABEL = 6
"""Tokens of the longest label over a turn of a transcript."""
HOLDERS = 6
"""How many holders of a title may be meant together: six is the highest number read."""
_TRANSCRIPT = 6
"""How many turns with labels that recur make a transcript."""

Fits = Callable[[Entity], bool]
Resolve = Callable[[Token], list[Entity]]
"""How a strategy asks whom another word means."""
Tell = Callable[[Token, "Discourse"], list[Entity]]
"""What a text tells of a word by itself."""
ACTING = frozenset({"PERSON", "ORG", "GPE", "NORP"})
"""Labels of the names that may be parties."""


class Discourse:
    """What an article says around and before a word.

    Parameters
    ----------
    doc : Doc
        Parsed, with ``ent._.entity`` written (component ``pacta_actors``).
    lexicon : Lexicon, optional
        Known bodies and titles; the packaged ones by default.
    """

    def __init__(self, doc: Doc, lexicon: Lexicon | None = None) -> None:
        self.doc = doc
        self.lexicon = lexicon or packaged()
        self.words = vocabulary()
        self.names = list(doc.ents)
        self._name_at = {token.i: name for name in self.names for token in name}
        self.sentences = list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]
        self._number = [n for n, sent in enumerate(self.sentences) for _ in sent]
        self._names_of: list[list[Span]] = [[] for _ in self.sentences]
        for name in self.names:
            self._names_of[self._number[name.start]].append(name)
        self.states = Counter(
            e for name in self.names if is_state(e := name._.entity) and e is not None
        )
        self._by_name = {entity.name: entity for entity in doc._.entities}
        # ``pacta_actors`` knows by what titles the article calls its persons.
        self.titles, self.offices = doc.user_data.get("pacta_titles", ({}, {}))
        self.quotations = quotations(doc)
        self._quotation_at = {
            i: n for n, one in enumerate(self.quotations) for i in range(one.start, one.end)
        }
        self._paragraph = _paragraphs(doc)
        self._holders: dict[tuple[str, str, bool], tuple[list[int], list[tuple[Entity, ...]]]] = {}
        self._principals: dict[int, list[Entity]] = {}
        self._told: dict[str, list[list[Entity]]] = {}

    # Names

    def name_at(self, token: Token) -> Span | None:
        """Return the name that a token is part of."""
        return self._name_at.get(token.i)

    def entity_at(self, token: Token) -> Entity | None:
        """Return the entity of the name that a token is part of."""
        name = self._name_at.get(token.i)
        return name._.entity if name is not None else None

    def actor_at(self, token: Token) -> Span | None:
        """Return the name that a token is part of, if names of its kind can be parties."""
        name = self._name_at.get(token.i)
        return name if name is not None and name.label_ in ACTING else None

    def is_stance(self, name: Span) -> bool:
        """Whether a name only says for or against whom somebody is: *pro-Syrian lawmakers*."""
        doc = self.doc
        if name.start < 2 or doc[name.start - 1].text not in ("-", "–"):
            return False
        return doc[name.start - 2].lower_ in self.words.stances

    def country(self, found: gazetteers.Country) -> Entity:
        """Return the article's entity of a country."""
        return self._by_name.get(found.name) or state(found)

    def names_before(self, token: Token, label: str) -> Iterator[Span]:
        """Yield the names of one label before a token, the nearest first."""
        names, starts = self._by_label[label]
        return (names[n] for n in range(bisect_left(starts, token.i) - 1, -1, -1))

    @cached_property
    def _by_label(self) -> dict[str, tuple[list[Span], list[int]]]:
        """The names of each label, and the tokens with which they begin."""
        found: dict[str, tuple[list[Span], list[int]]] = defaultdict(lambda: ([], []))
        for name in self.names:
            names, starts = found[name.label_]
            names.append(name)
            starts.append(name.start)
        return found

    def holders(self, token: Token, noun: str, whole: str, known: bool) -> list[Entity]:
        """Return who is called by a title before a token, who was named last at the end.

        Parameters
        ----------
        token : Token
            The word before which they must be named.
        noun : str
            The noun of the title: *minister*.
        whole : str
            What the title holds beside it: *foreign*.
        known : bool
            Whether those count, too, who are known to hold such an office.

        Returns
        -------
        list of Entity
            The last :data:`HOLDERS` at most.
        """
        key = noun, whole, known
        if key not in self._holders:
            self._holders[key] = self._holders_of(noun, whole, known)
        starts, last = self._holders[key]
        at = bisect_left(starts, token.i)
        return list(last[at - 1]) if at else []

    def _holders_of(
        self, noun: str, whole: str, known: bool
    ) -> tuple[list[int], list[tuple[Entity, ...]]]:
        """Return where holders of a title are named, and who are the last of them up to there."""
        fits: dict[Entity, bool] = {}
        starts: list[int] = []
        found: list[tuple[Entity, ...]] = []
        for name in self._by_label["PERSON"][0]:
            entity = name._.entity
            if entity not in fits:
                titles = self.titles.get(entity, set())
                titles = titles | self.offices.get(entity, set()) if known else titles
                fits[entity] = any(_noun_of(t) == noun and whole in t for t in titles if t)
            if fits[entity]:
                others = (one for one in (found[-1] if found else ()) if one != entity)
                found.append((*others, entity)[-HOLDERS:])
                starts.append(name.start)
        return starts, found

    def last_told(self, word: Token, tell: Tell) -> list[Entity]:
        """Return what is told of the last word of one form, up to and with a word of that form.

        Parameters
        ----------
        word : Token
            The word.
        tell : callable
            What the text tells of one such word, often nothing; asked once for each.
        """
        at = self._forms[word.text]
        told = self._told.setdefault(word.text, [])
        number = bisect_right(at, word.i)
        while len(told) < number:
            found = tell(self.doc[at[len(told)]], self)
            told.append(found or (told[-1] if told else []))
        return list(told[number - 1])

    @cached_property
    def _forms(self) -> dict[str, list[int]]:
        """Where each form of a word stands."""
        found: dict[str, list[int]] = defaultdict(list)
        for token in self.doc:
            found[token.text].append(token.i)
        return found

    # Sentences

    def names_in(self, sent: Span) -> list[Span]:
        """Return the names of a sentence."""
        return self._names_of[self._number[sent.start]]

    def back(self, token: Token, window: int = _WINDOW) -> Iterator[Span]:
        """Yield the sentence of a token and those before it, nearest first, ``window`` in all."""
        number = self._number[token.i]
        for n in range(number, max(-1, number - window), -1):
            yield self.sentences[n]

    def distance(self, token: Token, sent: Span) -> int:
        """Return how many sentences before that of a token a sentence lies."""
        return self._number[token.i] - self._number[sent.start]

    def paragraph(self, i: int) -> int:
        """Return the number of the paragraph of a token index."""
        return self._paragraph[i]

    def quotation_at(self, token: Token) -> int | None:
        """Return the number of the quotation that a token stands in."""
        return self._quotation_at.get(token.i)

    def is_quoted(self, token: Token) -> bool:
        """Whether a token stands between quotation marks."""
        return token.i in self._quotation_at

    # Who is told of before a token

    def entities_in(self, sent: Span, token: Token, fits: Fits) -> list[Entity]:
        """Return the entities of a kind that a sentence names before a token.

        The subject of a pronoun's own verb is no antecedent of it (binding principle B).
        """
        barred = _barred(token)
        found = [
            entity
            for name in self.names_in(sent)
            if name.end <= token.i and (entity := name._.entity) is not None and fits(entity)
            if not any(t in barred for t in name)
        ]
        return list(dict.fromkeys(found))

    def subjects(self, sent: Span, token: Token) -> list[Entity]:
        """Return the named subjects of a sentence before a token, outermost clause first."""
        barred = _barred(token)
        heads = [
            t
            for name in self.names_in(sent)
            for t in name
            if t.dep_ in SUBJECTS and t.i < token.i and t not in barred
        ]
        heads.sort(key=lambda t: (sum(1 for _ in t.ancestors), t.i))
        return [entity for t in heads if (entity := self.entity_at(t)) is not None]

    # What the article is about

    def home(self) -> list[Entity]:
        """Return the state that the article is about, where one stands out."""
        total = sum(self.states.values())
        best = self.states.most_common(1)
        return [best[0][0]] if best and best[0][1] >= _DOMINANT * total else []

    def principals(self, wanted: int) -> list[Entity]:
        """Return the so many states that the article is about, where they stand out.

        They are the only ones of its headline or lead, else those named far oftener than others.
        """
        if wanted not in self._principals:
            self._principals[wanted] = self._find_principals(wanted)
        return list(self._principals[wanted])

    def _find_principals(self, wanted: int) -> list[Entity]:
        for names in self._names_of[:_LEAD]:
            told = [e for name in names if is_state(e := name._.entity)]
            if len(set(told)) == wanted:
                return list(dict.fromkeys(told))
        ranked = self.states.most_common(wanted + 1)
        if len(ranked) == wanted or (
            len(ranked) > wanted and ranked[wanted - 1][1] >= _AHEAD * ranked[wanted][1]
        ):
            order = {e: n for n, e in enumerate(self.doc._.entities)}
            return sorted((e for e, _ in ranked[:wanted]), key=lambda e: order.get(e, 0))
        return []

    @cached_property
    def turns(self) -> list[Span]:
        """The labels of the turns (*MR KING:*) of a transcript, none of other texts."""
        return _turns(self.doc)

    def turn_at(self, token: Token) -> list[Entity]:
        """Return the persons whose turn it is in a transcript, by the label above a token."""
        at = bisect_right(self._turn_starts, token.i)
        return self._turn_persons[at - 1] if at else []

    @cached_property
    def _turn_starts(self) -> list[int]:
        return [label.start for label in self.turns]

    @cached_property
    def _turn_persons(self) -> list[list[Entity]]:
        return [
            list(dict.fromkeys(e for e in map(self.entity_at, label) if e and is_person(e)))
            for label in self.turns
        ]

    def last_subject(self, token: Token) -> list[Entity]:
        """Return the last person before a token in its paragraph who is a subject, unquoted."""
        starts, persons = self._person_subjects
        at = bisect_left(starts, token.i)
        near = at > 0 and self._paragraph[starts[at - 1]] == self._paragraph[token.i]
        return [persons[at - 1]] if near else []

    @cached_property
    def _person_subjects(self) -> tuple[list[int], list[Entity]]:
        """The words by which persons are subjects outside quotations, and the persons."""
        found = [
            (t.i, entity)
            for name in self.names
            if is_person(entity := name._.entity) and entity is not None
            for t in name
            if t.dep_ in SUBJECTS and not self.is_quoted(t)
        ]
        return [i for i, _ in found], [entity for _, entity in found]

    @cached_property
    def author(self) -> list[Entity]:
        """The country or body for which a statement's *we* speaks."""
        selves = _named_selves(self)
        if selves:
            return selves
        country = gazetteers.country(signer(self.doc, self.lexicon))
        return [self.country(country)] if country is not None else _usual_subject(self)

    @cached_property
    def short_titles(self) -> dict[str, str]:
        """What *NSAs* abbreviates in *three National Security Advisors (NSAs)*."""
        found = {}
        for token in self.doc[2:-1]:
            held = token.nbor(-1).text == "(" and token.nbor(1).text == ")"
            if held and token.text[:2].isupper():
                noun = lemma(token.nbor(-2))
                if noun in self.words.offices:
                    found[token.lower_.removesuffix("s")] = noun
        return found


def is_person(entity: Entity | None) -> bool:
    """Whether an entity is a person."""
    return entity is not None and entity.type == "PERSON"


def is_body(entity: Entity | None) -> bool:
    """Whether an entity is a state, place or body."""
    return entity is not None and entity.type in ("GPE", "ORG")


def is_state(entity: Entity | None) -> bool:
    """Whether an entity is a state that acts, or the European Union."""
    return entity is not None and (
        (entity.type == "GPE" and entity.sector == "GOV") or entity.country == "EUR"
    )


def _noun_of(title: str) -> str:
    """Return the word that says what somebody is: *secretary* of *secretary of state*."""
    return re.split(" of | for ", title)[0].split()[-1]


def _paragraphs(doc: Doc) -> list[int]:
    number, found = 0, []
    for token in doc:
        found.append(number)
        number += token.text.count("\n")
    return found


def _turns(doc: Doc) -> list[Span]:
    found, start = [], 0
    for token in doc:
        if "\n" in token.text:
            start = token.i + 1
        elif token.text == ":" and token.i - start <= _LABEL:
            label = doc[start : token.i]
            if len(label) and all(t.text[0].isupper() or len(t) < 4 for t in label):
                found.append(label)
    names = Counter(label.text for label in found)
    repeated = sum(count for count in names.values() if count > 1)
    return found if repeated >= _TRANSCRIPT else []


def _named_selves(discourse: Discourse) -> list[Entity]:
    """Return who they are that say *we, the Leaders of the Group of Seven, condemn*."""
    for token in discourse.doc[:-1]:
        apposed = token.lower_ in discourse.words.we and token.nbor(1).text == ","
        if apposed and token.dep_ in SUBJECTS and not discourse.is_quoted(token):
            names = (n for n in discourse.names if token.i < n.start < token.head.i)
            found = [entity for n in names if is_body(entity := n._.entity)]
            if found:
                return list(dict.fromkeys(found))
    return []


def _usual_subject(discourse: Discourse) -> list[Entity]:
    """Return the state that is the subject of a statement most often, no guest's among them."""
    met = {name._.entity.country for name in discourse.names if is_person(name._.entity)}
    subjects: Counter[Entity] = Counter()
    for sent in discourse.sentences:
        for entity in discourse.subjects(sent, discourse.doc[-1]):
            if is_state(entity) and entity.country not in met:
                subjects[entity] += 1
    ranked = subjects.most_common(2)
    if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
        return [ranked[0][0]]
    return []


def _barred(pronoun: Token) -> list[Token]:
    """Return what is no antecedent of a pronoun: the subject of the verb whose argument it is."""
    verb = pronoun.head
    argument = pronoun.dep_ in ("obj", "iobj", "obl") and verb.pos_ == "VERB"
    return syntax.agent(verb) if argument else []
