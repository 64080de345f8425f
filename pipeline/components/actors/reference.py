"""Whom a pronoun or a common noun means: "they", "both ministers", "the German side".

Used by rules that ask for the actor at a token. The answer is a list of the article's entities,
empty where the text does not settle it: a wrong actor is worse than none. Method: agreement in
number and kind, subjects before other arguments, the nearest sentence first (the ranking of
Hobbs 1978 and of centering theory, without their full machinery).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc, Span, Token

from pipeline import gazetteers, resources
from pipeline.components.actors.entities import signer, state
from pipeline.components.actors.lexicon import Lexicon, fold, packaged
from pipeline.language import syntax
from pipeline.records import Entity

_FILE = "actors/nominals.yaml"
_WINDOW = 3
"""How many sentences back an antecedent may lie."""
_DOMINANT = 0.6
"""The share of an article's country names that makes it an article about that country."""
_AHEAD = 1.5
"""How much oftener than the next state the states must be named that an article is about."""
_LEAD = 3
"""How many sentences, the headline among them, tell what an article is about."""
_LABEL = 6
"""Tokens of the longest label over a turn of a transcript."""
_TRANSCRIPT = 6
"""How many turns with labels that recur make a transcript."""
_DEPTH = 4
"""How many references may lead to one another."""
_SUBJECTS = ("nsubj", "nsubj:pass", "csubj", "obl:agent")
_MODIFIERS = ("amod", "compound", "nmod", "nmod:poss", "nmod:desc", "det:poss", "flat", "appos")


@dataclass(frozen=True, slots=True)
class Nominals:
    """The word lists of nominals.yaml."""

    of_state: frozenset[str]
    offices: frozenset[str]
    states: frozenset[str]
    single_state: frozenset[str]
    government: frozenset[str]
    domestic: frozenset[str]
    bodies: dict[str, dict[str, list[str]]]
    he: frozenset[str]
    it: frozenset[str]
    they: frozenset[str]
    we: frozenset[str]
    relative: frozenset[str]
    numbers: dict[str, int]
    saying: frozenset[str]
    reasons: frozenset[str]
    upon: frozenset[str]
    leading: frozenset[str]


@cache
def nominals() -> Nominals:
    """Return the packaged word lists, read and checked once."""
    return load_nominals(resources.document(_FILE))


def load_nominals(data: object) -> Nominals:
    """Check the content of nominals.yaml.

    Raises
    ------
    KnowledgeError
        A list or map is missing or of the wrong form.
    """
    if not isinstance(data, dict):
        raise resources.KnowledgeError(_FILE, "file", "must be a map")

    def words(key: str) -> frozenset[str]:
        found = data.get(key)
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise resources.KnowledgeError(_FILE, key, "must be a list of words")
        return frozenset(found)

    for noun, fits in data.get("bodies", {}).items():
        unknown = set(fits) - {"sectors", "kinds", "words"}
        if unknown:
            raise resources.KnowledgeError(
                _FILE, f"bodies.{noun}", f"unknown field {unknown.pop()}"
            )
    numbers = data.get("numbers")
    if not isinstance(numbers, dict) or not all(isinstance(n, int) for n in numbers.values()):
        raise resources.KnowledgeError(_FILE, "numbers", "must map words to numbers")
    return Nominals(
        **{key: words(key) for key in Nominals.__slots__ if key not in ("bodies", "numbers")},
        bodies=data["bodies"],
        numbers=numbers,
    )


class References:
    """Resolves tokens of one article to its entities.

    Parameters
    ----------
    doc : Doc
        A parsed text with ``ent._.entity`` written (component ``pacta_actors``).
    lexicon : Lexicon, optional
        Known bodies and titles; the packaged ones by default.
    """

    def __init__(self, doc: Doc, lexicon: Lexicon | None = None) -> None:
        self.doc = doc
        self._author_found: list[Entity] | None = None
        self.lexicon = lexicon or packaged()
        self.words = nominals()
        self._ents = list(doc.ents)
        self._ent = {token.i: ent for ent in self._ents for token in ent}
        self._sents = list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]
        self._sent_of = {token.i: n for n, sent in enumerate(self._sents) for token in sent}
        self._ents_of: list[list[Span]] = [[] for _ in self._sents]
        for ent in self._ents:
            self._ents_of[self._sent_of[ent.start]].append(ent)
        self._states: Counter[Entity] = Counter(
            e for ent in self._ents if _is_state(e := ent._.entity)
        )
        self._by_name = {entity.name: entity for entity in doc._.entities}
        self._titles, self._offices = _titles_of_persons(doc)
        self._memory: dict[int, list[Entity]] = {}
        self._short_titles = self._abbreviated()
        self._turns = self._labels()

    def resolve(self, token: Token) -> list[Entity]:
        """Return the entities that a token stands for, in order of mention; empty if unsettled.

        ``token`` is the head of a name, a pronoun or a noun phrase. Coordination is the caller's:
        for "Strelsau and Hentzau" each head is asked for by itself.
        """
        return self._resolve(token, _DEPTH)

    def _resolve(self, token: Token, depth: int) -> list[Entity]:
        if depth == 0:
            return []
        if token.i not in self._memory:
            self._memory[token.i] = []  # a reference to itself means nobody
            self._memory[token.i] = list(dict.fromkeys(self._find(token, depth)))
        return self._memory[token.i]

    def _find(self, token: Token, depth: int) -> list[Entity]:
        name = self._ent.get(token.i)
        if name is not None:
            return self._named(token, name, depth)
        word = token.lower_
        if word in self.words.relative and _is_pronoun(token):
            return self._relative(token, depth)
        if word in self.words.we:
            return self._speaker(token)
        if word in self.words.he:
            return self._treated(token, _is_person) or self._he(token, depth)
        if word in self.words.it:
            return self._treated(token, _is_body) or self._it(token, depth)
        if word in self.words.they or (word in self.words.numbers and token.pos_ != "ADV"):
            return self._they(token, self.words.numbers.get(word, 0), depth)
        return self._noun(token, depth)

    def _abbreviated(self) -> dict[str, str]:
        """Return what "NSAs" abbreviates in "three National Security Advisors (NSAs)"."""
        found = {}
        for token in self.doc[1:-1]:
            before, after = self.doc[token.i - 1], self.doc[token.i + 1]
            if (
                before.text == "("
                and after.text == ")"
                and token.i > 1
                and token.text[:2].isupper()
            ):
                noun = _lemma(self.doc[token.i - 2])
                if noun in self.words.offices:
                    found[token.lower_.removesuffix("s")] = noun
        return found

    # Names

    def _named(self, token: Token, name: Span, depth: int) -> list[Entity]:
        entity = name._.entity
        return [entity] if entity is not None else []

    # Nouns

    def _noun(self, token: Token, depth: int) -> list[Entity]:
        lemma = _lemma(token)
        lemma = self._short_titles.get(token.lower_.removesuffix("s"), lemma)
        person = self._apposed(token)
        if person:
            return person
        owners = self._owners(token, depth)
        if owners:
            return owners if lemma in self.words.of_state else []
        number = self._number(token)
        if lemma in self.words.offices and self._office(token, lemma, number):
            return self._office(token, lemma, number)
        if self._plural(token) or number > 1:
            if lemma in self.words.states or lemma in self.words.offices:
                together = self._together(token, number, _is_state)
                if together and (number > 1 or self._definite(token)):
                    return together
        elif self._definite(token):
            if lemma in self.words.bodies:
                body = self._body(token, lemma)
                if body:
                    return body
            if lemma in self.words.single_state:
                return self._last_state(token)
            if lemma in self.words.government:
                return self._last_state(token) or self._home()
        if lemma in self.words.domestic and (self._definite(token) or token.dep_ in _SUBJECTS):
            return self._home()
        return []

    def _apposed(self, token: Token) -> list[Entity]:
        """Return the person in "his Japanese counterpart Taro Yamada"."""
        for child in token.children:
            if child.dep_ in ("appos", "flat", "nmod:desc", "nmod") and child.i > token.i:
                name = self._ent.get(child.i)
                if name is None or name.label_ not in ("PERSON", "ORG"):
                    continue
                apart = any(c.dep_ == "case" for c in child.children)
                if not apart and name._.entity is not None:
                    return [name._.entity]
        head = token.head
        if token.dep_ in ("nmod:desc", "compound", "appos") and head.i in self._ent:
            name = self._ent[head.i]
            if name.label_ == "PERSON" and name._.entity is not None:
                return [name._.entity]
        return []

    def _owners(self, token: Token, depth: int) -> list[Entity]:
        """Return what the modifiers of a noun name: "Ruritanian", "of Ruritania", "their"."""
        found: list[Entity] = []
        leading = [c for c in syntax.children(token, "amod") if c.lower_ in self.words.leading]
        parts = [w for c in [*syntax.children(token, "compound"), *leading] for w in c.children]
        for child in [*token.children, *parts]:
            led = child.head in leading
            if (child.dep_ not in _MODIFIERS and not led) or not self._owns(token, child):
                continue
            name = self._ent.get(child.i)
            if name is not None:
                found += self._as_owner(name)
            elif child.lower_ in self.words.it or child.lower_ in self.words.they:
                found += self._resolve(child, depth - 1) if _lemma(token) != "counterpart" else []
            elif child.lower_ in self.words.he:
                if _lemma(token) != "counterpart":
                    found += self._as_states(self._resolve(child, depth - 1))
            elif child.lower_ in self.words.we:
                found += self._resolve(child, depth - 1)
            elif child.pos_ == "NOUN" and child.dep_ in ("nmod", "nmod:poss", "compound"):
                found += self._as_states(self._resolve(child, depth - 1))
            for other in child.conjuncts:
                if other.i in self._ent and child.i in self._ent and other.i > child.i:
                    found += self._as_owner(self._ent[other.i])
        beside = self._ent.get(token.i - 1)
        if not found and beside is not None and beside.label_ in ("NORP", "GPE"):
            # The parser may attach "Ruritanian" in "Ruritanian troops" elsewhere.
            found = self._as_owner(beside)
        return list(dict.fromkeys(found))

    def _owns(self, noun: Token, child: Token) -> bool:
        """Tell whether a modifier is the noun's state or body, not its place or topic."""
        if child.dep_ not in ("nmod", "appos"):
            return True
        case = next((c.lower_ for c in child.children if c.dep_ == "case"), "")
        if case == "in" and _lemma(noun) in self.words.government:
            return True
        if case == "from" and any(c.dep_ == "amod" and c.i in self._ent for c in noun.children):
            return False  # "French troops from Mali" are France's.
        return case in ("of", "from", "for") or (not case and child.i < noun.i)

    def _as_owner(self, name: Span) -> list[Entity]:
        entity = name._.entity
        if entity is None:
            return []
        capital = gazetteers.country_by_capital(name.text) if name.label_ == "GPE" else None
        if capital is not None and entity.name != capital.name:
            # "Strelsau's ambassador" is Ruritania's.
            return [self._by_name.get(capital.name) or state(capital)]
        return self._as_states([entity]) if name.label_ == "PERSON" else [entity]

    def _as_states(self, entities: Iterable[Entity]) -> list[Entity]:
        """Return the states of persons; other entities as they are."""
        found = []
        for entity in entities:
            country = gazetteers.country(entity.country) if entity.type == "PERSON" else None
            if country is not None:
                found.append(self._by_name.get(country.name) or state(country))
            elif entity.type != "PERSON":
                found.append(entity)
        return found

    def _office(self, token: Token, lemma: str, number: int) -> list[Entity]:
        """Return the persons before a token who hold an office: "both ministers".

        Who is called by the title goes before who is known to hold such an office.
        """
        plural = number > 1 or self._plural(token)
        if not plural and not self._definite(token):
            return []
        title = " ".join(t.lower_ for t in token.lefts if t.dep_ in ("compound", "amod"))
        for known in (False, True):
            holders = self._holders(token, title, lemma, known)
            if not plural and holders:
                return holders[-1:]
            if number > 1 and len(holders) >= number:
                return holders[-number:]
            if plural and number <= 1 and len(holders) in (2, 3):
                return holders
        return []

    def _holders(self, token: Token, title: str, lemma: str, known: bool) -> list[Entity]:
        """Return whom a title fits, the last named last; ``known``: by his office, too."""
        holders: dict[Entity, None] = {}
        for ent in reversed(self._before(token, "PERSON")):
            entity = ent._.entity
            titles = self._titles.get(entity, set())
            if known:
                titles = titles | self._offices.get(entity, set())
            if any(_noun_of(t) == lemma and title in t for t in titles if t):
                holders[entity] = None
        return list(holders)[::-1]

    def _body(self, token: Token, lemma: str) -> list[Entity]:
        """Return the body last named that a noun fits: "the alliance", "the airline"."""
        fits = self.words.bodies[lemma]
        for ent in reversed(self._before(token, "ORG")):
            entity = ent._.entity
            if entity is None or entity.type != "ORG":
                continue
            known = self.lexicon.by_body.get(fold(entity.name), [])
            if (
                entity.sector in fits.get("sectors", ())
                or any(body.kind in fits.get("kinds", ()) for body in known)
                or any(word in entity.name.split() for word in fits.get("words", ()))
            ):
                return [entity]
        return []

    def _last_state(self, token: Token) -> list[Entity]:
        """Return the one state of the sentence so far, else that of the nearest one before it."""
        for sent in self._back(token):
            subjects = [e for e in self._subjects(sent, token) if _is_state(e)]
            named = self._named_in(sent, token, _is_state)
            for found in (list(dict.fromkeys(subjects)), named):
                if len(found) == 1:
                    return found
            if named:
                return []
        return []

    def _home(self) -> list[Entity]:
        """Return the state that the article is about, where one stands out."""
        total = sum(self._states.values())
        best = self._states.most_common(1)
        return [best[0][0]] if best and best[0][1] >= _DOMINANT * total else []

    # Pronouns

    def _relative(self, token: Token, depth: int) -> list[Entity]:
        clause = token.head
        while clause.dep_ not in ("acl:relcl", "ROOT") and clause.dep_ in ("xcomp", "conj", "aux"):
            clause = clause.head
        if clause.dep_ != "acl:relcl":
            return []
        antecedent = clause.head
        found = self._resolve(antecedent, depth - 1)
        for other in antecedent.conjuncts:
            if other.i < clause.i and other.i > antecedent.i:
                found = found + self._resolve(other, depth - 1) if _is_plural(clause) else found
        return found

    def _he(self, token: Token, depth: int) -> list[Entity]:
        """Return the person meant: a subject before, else the only person of the sentence."""
        for sent in self._back(token):
            persons = self._named_in(sent, token, _is_person)
            subjects = [e for e in self._subjects(sent, token) if _is_person(e)]
            if subjects:
                return [subjects[-1] if sent.start == token.sent.start else subjects[0]]
            if len(persons) == 1:
                return persons
            unnamed = self._unnamed(sent, token, depth)
            if unnamed and not persons:
                return unnamed
            pronouns = [
                t for t in sent
                if t.i < token.i and t.lower_ in self.words.he and t.dep_ in _SUBJECTS
            ]  # fmt: skip
            for other in pronouns:
                found = self._resolve(other, depth - 1)
                if found:
                    return found
            if persons:
                return []
        lately = {e._.entity for e in self._before(token, "PERSON")[-4:]}
        return list(lately) if len(lately) == 1 and None not in lately else []

    def _treated(self, token: Token, fits: Callable[[Entity], bool]) -> list[Entity]:
        """Return whose a thing is for which one is treated so: *praised Chad for its restraint*.

        Of two things in a row the second is whose the first is: *Chad's raid and its losses*.
        """
        below = token.head
        if token.dep_ != "nmod:poss":
            return []
        if below.dep_ == "conj":
            return self._fitting(syntax.children(below.head, "nmod:poss"), token, fits)
        while below.head != below and not any(syntax.children(below, *_SUBJECTS)):
            above = below.head
            because = syntax.children(below, "case", "mark")
            if below.dep_ == "xcomp" or any(w.lower_ in self.words.reasons for w in because):
                found = self._fitting([above, *self._met(above)], token, fits)
                if found:
                    return found
            below = above
        return []

    def _met(self, verb: Token) -> list[Token]:
        """Return whom an act meets: its object, and upon whom it is: *sanctions on Chad*."""
        objects = list(syntax.children(verb, "obj", "iobj"))
        upon = [
            *syntax.children(verb, "obl"),
            *(n for o in objects for n in syntax.children(o, "nmod")),
        ]
        cases = {n: {c.lower_ for c in syntax.children(n, "case")} for n in upon}
        return objects + [n for n in upon if cases[n] & self.words.upon]

    def _fitting(
        self, heads: Iterable[Token], before: Token, fits: Callable[[Entity], bool]
    ) -> list[Entity]:
        """Return the entity of the last of some names before a token, if it is of the kind."""
        names = [t for t in heads if t.i < before.i and t.i in self._ent]
        found = [e for t in names[-1:] if (e := self._ent[t.i]._.entity) is not None]
        return [entity for entity in found if fits(entity)]

    def _unnamed(self, sent: Span, token: Token, depth: int) -> list[Entity]:
        """Return whom the subject "the Ruritanian minister" stands for."""
        for t in sent:
            if t.i < token.i and t.dep_ in _SUBJECTS and _lemma(t) in self.words.offices:
                return self._resolve(t, depth - 1)
        return []

    def _it(self, token: Token, depth: int) -> list[Entity]:
        """Return the state or body meant: the subject before, if there is one."""
        for sent in self._back(token):
            subjects = [e for e in self._subjects(sent, token) if _is_body(e)]
            if subjects:
                return [subjects[-1] if sent.start == token.sent.start else subjects[0]]
            named = self._named_in(sent, token, _is_body)
            if named:
                return named if len(named) == 1 else []
        return []

    def _they(self, token: Token, number: int, depth: int) -> list[Entity]:
        """Return those who acted together before: the subjects, else the last coordination."""
        for sent in self._back(token):
            groups = [self._with_others(t, depth) for t in sent if self._heads_group(t, token)]
            groups = [g for g in groups if len(g) >= max(2, number)]
            if groups:
                group = groups[-1] if sent.start == token.sent.start else groups[0]
                return group if not number or len(group) == number else []
            if not number and self._sent_of[token.i] - self._sent_of[sent.start] < 2:
                alone = [e for e in self._subjects(sent, token) if e.type in ("ORG", "NORP")]
                alone += [
                    e for t in sent if _is_many(t, token) for e in self._resolve(t, depth - 1)
                ]
                if alone:
                    return [alone[0]]
        return self._together(token, number or 2, _is_person) if number else []

    def _heads_group(self, t: Token, before: Token) -> bool:
        return t.i < before.i and t.dep_ != "conj" and (
            t.dep_ in (*_SUBJECTS, "obj", "obl", "nmod") or t.dep_ == "ROOT"
        )  # fmt: skip

    def _with_others(self, token: Token, depth: int) -> list[Entity]:
        """Return the entities of a coordination, or of a plural noun or pronoun."""
        found = list(self._resolve(token, depth - 1))
        for other in token.conjuncts:
            if other.i > token.i:
                found += self._resolve(other, depth - 1)
        kinds = {"PERSON" if _is_person(e) else "body" for e in found}
        return list(dict.fromkeys(found)) if len(kinds) == 1 else []

    def _speaker(self, token: Token) -> list[Entity]:
        """Return whom "I" means, or the country "we" speaks for."""
        if not self._quoted(token):
            if self._turns:
                return self._turn(token)
            return self._reported(token) or self._author()
        speaker = self._reported(token) or self._quoting(token)
        alone = token.lower_ in ("i", "me", "my", "myself")
        return speaker if alone else self._as_states(speaker)

    def _turn(self, token: Token) -> list[Entity]:
        """Return the country that "I" or "we" speaks for in a transcript, by the label above."""
        spoken = [label for label in self._turns if label.start <= token.i]
        persons = [
            person
            for label in spoken[-1:]
            for ent in label.ents
            if (person := ent._.entity) is not None and _is_person(person)
        ]
        return self._as_states(persons)

    def _labels(self) -> list[Span]:
        """Return the labels of the turns (*MR KING:*) of a transcript, none of other texts."""
        found = []
        start = 0
        for token in self.doc:
            if "\n" in token.text:
                start = token.i + 1
            elif token.text == ":" and token.i - start <= _LABEL:
                label = self.doc[start : token.i]
                if len(label) and all(t.text[0].isupper() or len(t) < 4 for t in label):
                    found.append(label)
        names = Counter(label.text for label in found)
        repeated = sum(count for count in names.values() if count > 1)
        return found if repeated >= _TRANSCRIPT else []

    def _reported(self, token: Token) -> list[Entity]:
        """Return the person who says the sentence of a token, or a quotation's next sentences."""
        for sent in self._around(token):
            for t in sent:
                if _lemma(t) not in self.words.saying or t.pos_ not in ("VERB", ""):
                    continue
                for child in _subject_of(t):
                    if child.lower_ in self.words.we:
                        continue
                    found = [e for e in self._resolve(child, _DEPTH - 1) if _is_person(e)]
                    if len(found) == 1:
                        return found
        return []

    def _quoting(self, token: Token) -> list[Entity]:
        """Return the last person before the quotation in its paragraph who is a subject."""
        for t in reversed(self.doc[: token.i]):
            if "\n" in t.text:
                break
            name = self._ent.get(t.i)
            person = name._.entity if name is not None else None
            subject = _is_person(person) and t.dep_ in _SUBJECTS
            if person is not None and subject and not self._quoted(t):
                return [person]
        return []

    def _around(self, token: Token) -> list[Span]:
        """Return a token's sentence and, in a quotation, its paragraph's, nearest first."""
        number = self._sent_of[token.i]
        found = [self._sents[number]]
        if not self._quoted(token):
            return found
        for step in range(1, 6):
            for n in (number - step, number + step):
                if 0 <= n < len(self._sents) and self._paragraph(n) == self._paragraph(number):
                    found.append(self._sents[n])
        return found

    def _paragraph(self, number: int) -> int:
        return self.doc.text.count("\n", 0, self._sents[number][-1].idx)

    def _quoted(self, token: Token) -> bool:
        """Tell whether a token stands between quotation marks of its paragraph."""
        opened = False
        for t in reversed(self.doc[: token.i]):
            if "\n" in t.text:
                break
            if t.text in ("“", "”"):
                return t.text == "“"
            if t.text == '"':
                opened = not opened
        return opened

    def _author(self) -> list[Entity]:
        """Return the country of a statement's author, found once for a document."""
        if self._author_found is None:
            self._author_found = self._find_author()
        return self._author_found

    def _find_author(self) -> list[Entity]:
        """Return who names himself, the country at a statement's head, or its usual subject."""
        selves = self._named_selves()
        if selves:
            return selves
        country = gazetteers.country(signer(self.doc, self.lexicon))
        if country is not None:
            return [self._by_name.get(country.name) or state(country)]
        met = {ent._.entity.country for ent in self._ents if _is_person(ent._.entity)}
        subjects: Counter[Entity] = Counter()
        for sent in self._sents:
            for entity in self._subjects(sent, self.doc[-1]):
                if _is_state(entity) and entity.country not in met:
                    subjects[entity] += 1
        ranked = subjects.most_common(2)
        if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
            return [ranked[0][0]]
        return []

    def _named_selves(self) -> list[Entity]:
        """Return who they are that say *we, the Leaders of the Group of Seven, condemn*."""
        for token in self.doc[:-1]:
            apposed = token.lower_ in self.words.we and token.nbor(1).text == ","
            if apposed and token.dep_ in _SUBJECTS and not self._quoted(token):
                names = (e for e in self._ents if token.i < e.start < token.head.i)
                found = [entity for e in names if _is_body(entity := e._.entity)]
                if found:
                    return list(dict.fromkeys(found))
        return []

    # What the text says before a token

    def _back(self, token: Token) -> Iterator[Span]:
        """Yield the sentence of a token and those before it, nearest first."""
        number = self._sent_of[token.i]
        for n in range(number, max(-1, number - _WINDOW), -1):
            yield self._sents[n]

    def _before(self, token: Token, label: str) -> list[Span]:
        return [e for e in self._ents if e.label_ == label and e.start < token.i]

    def _named_in(self, sent: Span, token: Token, fits: Callable[[Entity], bool]) -> list[Entity]:
        found = [
            ent._.entity
            for ent in self._ents_of[self._sent_of[sent.start]]
            if ent.end <= token.i and ent._.entity is not None and fits(ent._.entity)
        ]
        return list(dict.fromkeys(found))

    def _subjects(self, sent: Span, token: Token) -> list[Entity]:
        """Return the named subjects of a sentence before a token, outermost clause first."""
        heads = [
            t
            for t in sent
            if t.dep_ in _SUBJECTS
            and t.i < token.i
            and t.i in self._ent
            and t.head is not token.head
        ]
        heads.sort(key=lambda t: (sum(1 for _ in t.ancestors), t.i))
        return [e for t in heads if (e := self._ent[t.i]._.entity) is not None]

    def _together(self, token: Token, number: int, fits: Callable[[Entity], bool]) -> list[Entity]:
        """Return the so many states or persons last spoken of together."""
        wanted = number or 2
        for sent in self._back(token):
            named = self._named_in(sent, token, fits)
            if len(named) == wanted:
                return named
            if len(named) > wanted:
                break
        return self.principal(wanted) if fits is _is_state else []

    def principal(self, wanted: int) -> list[Entity]:
        """Return the so many states that the article is about, where they stand out.

        They are the only ones of its headline or lead, else those named far oftener than others.
        """
        for ents in self._ents_of[:_LEAD]:
            named = [e for ent in ents if _is_state(e := ent._.entity)]
            if len(set(named)) == wanted:
                return list(dict.fromkeys(named))
        ranked = self._states.most_common(wanted + 1)
        if len(ranked) == wanted or (
            len(ranked) > wanted and ranked[wanted - 1][1] >= _AHEAD * ranked[wanted][1]
        ):
            order = {e: n for n, e in enumerate(self.doc._.entities)}
            return sorted((e for e, _ in ranked[:wanted]), key=lambda e: order.get(e, 0))
        return []

    # Grammar of a noun phrase

    def _number(self, token: Token) -> int:
        for child in token.children:
            if child.i < token.i and child.lower_ in self.words.numbers:
                return self.words.numbers[child.lower_]
        return 0

    def _definite(self, token: Token) -> bool:
        """Tell whether an article or pronoun says which is meant: *the Secretary and Minister*."""
        if any(c.lower_ in ("the", "this", "these", "both", "that") for c in token.children):
            return True
        return token.dep_ == "conj" and not self._plural(token) and self._definite(token.head)

    def _plural(self, token: Token) -> bool:
        return _is_plural(token)


def _subject_of(verb: Token) -> list[Token]:
    """Return the subjects of a verb, those above where it has none (*…, adding that*)."""
    found = [child for child in verb.children if child.dep_ in _SUBJECTS]
    if not found and verb.dep_ in ("advcl", "xcomp", "conj") and verb.head != verb:
        return _subject_of(verb.head)
    return found


def _lemma(token: Token) -> str:
    return (token.lemma_ or token.lower_).lower()


def _noun_of(title: str) -> str:
    """Return the word that says what somebody is: *secretary* of *secretary of state*."""
    return re.split(" of | for ", title)[0].split()[-1]


def _is_plural(token: Token) -> bool:
    number = token.morph.get("Number", [])
    return number == ["Plur"] if number else token.tag_ in ("NNS", "NNPS", "VBP")


def _is_many(token: Token, before: Token) -> bool:
    """Tell a plural common noun that is a subject before a word (*Kenyan officials said they*)."""
    return (
        token.i < before.i
        and token.dep_ in _SUBJECTS
        and token.pos_ == "NOUN"
        and _is_plural(token)
    )


def _is_pronoun(token: Token) -> bool:
    return token.pos_ in ("PRON", "SCONJ", "DET", "") and token.dep_ not in ("mark", "det")


def _is_person(entity: Entity | None) -> bool:
    return entity is not None and entity.type == "PERSON"


def _is_body(entity: Entity | None) -> bool:
    return entity is not None and entity.type in ("GPE", "ORG")


def _is_state(entity: Entity | None) -> bool:
    return entity is not None and (
        (entity.type == "GPE" and entity.sector == "GOV") or entity.country in ("EUR",)
    )


def _titles_of_persons(doc: Doc) -> tuple[dict[Entity, set[str]], dict[Entity, set[str]]]:
    """Return the titles that the article gives its persons, and those of their known offices.

    ``pacta_actors`` has written them.
    """
    return doc.user_data.get("pacta_titles", ({}, {}))
