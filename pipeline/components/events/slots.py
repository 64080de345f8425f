"""Filling the slots of a rule: which words stand in a relation to a trigger, and which of the
document's entities they mean."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from pipeline.components.events.rules import Rulebook
from pipeline.components.factuality import Factuality
from pipeline.gazetteers import country_by_name
from pipeline.language import syntax
from pipeline.language.extensions import AGREEMENTS, DATES
from pipeline.language.words import readings
from pipeline.records import Entity

ACTING = frozenset({"PERSON", "ORG", "GPE", "NORP"})
LINKS = frozenset({",", "and", "&", ", and", "–", "-", "/"})
LIST_PARTS = frozenset({"CCONJ", "DET", "ADJ", "NOUN", "PROPN", "PRON", "PUNCT"})
OWNING = frozenset({"nmod", "nmod:poss", "amod", "compound"})
BESIDES = frozenset(
    {"outside", "without", "than", "despite", "beyond", "unlike", "under", "before", "after"}
)
MOST_BETWEEN_PERSONS = 12
CONTENT = frozenset(
    {"obj", "iobj", "obl", "obl:agent", "nmod", "nsubj", "nmod:poss", "amod", "compound", "conj"}
)
ATTRIBUTE_TAGS = frozenset({"JJ", "NN", "VBN", "VBG", "RB", "CC", "CD", ",", "POS"})
FINITE = frozenset({"VBD", "VBZ", "VBP"})
ASIDES = frozenset({"acl:relcl", "advcl", "parataxis", "advcl:relcl", "appos"})
SURE_BEHIND_VERBS = frozenset({"to", "from", "with", "against"})
MODIFYING = frozenset({"amod", "compound", "nmod:poss", "nmod:desc"})
MODIFIERS = ("amod", "compound", "nmod", "nmod:desc", "obl:unmarked")
OBJECTS = frozenset({"obj", "iobj", "obl", "nmod"})
HOLDING = frozenset({"obj", "obl", "nsubj:pass", "conj", "xcomp", "obl:agent"})


class Slots:
    """The slots around the triggers of one document.

    Parameters
    ----------
    doc : Doc
        Parsed, with entities, agreements and ``token._.referents``.
    factuality : Factuality
        Reads the factuality of a trigger.
    classes : dict of str to frozenset of str
        The word classes of the rule book.
    """

    def __init__(
        self,
        doc: Doc,
        factuality: Factuality,
        classes: dict[str, frozenset[str]],
    ) -> None:
        self.factuality = factuality
        self.classes = classes
        self._date_tokens = {t.i for span in doc.spans.get(DATES, []) for t in span}
        self.agreements = list(doc.spans.get(AGREEMENTS, []))
        self.agreement_at = {t.i: span for span in self.agreements for t in span}
        self._ents = list(doc.ents)
        self._starts = [ent.start for ent in self._ents]
        self._names = [e for e in self._ents if e.label_ in ACTING]
        self._members = [
            e for e in self._names if e.root.dep_ not in MODIFYING or e.label_ == "PERSON"
        ]
        self._member_at = {t.i: n for n, name in enumerate(self._members) for t in name}
        self._mere_places = {
            t.i for e in self._ents if e.label_ == "GPE" and e._.sense == "place" for t in e
        }
        self._name_at = {t.i: n for n, name in enumerate(self._names) for t in name}

    @classmethod
    def of(cls, doc: Doc, book: Rulebook, factuality: Factuality) -> Slots:
        """Build the slots of a document from the word classes of a rule book."""
        return cls(doc, factuality, book.classes)

    def names_in(self, span: Span) -> list[Span]:
        """Return the names of a stretch of the document, kept at hand: spaCy rebuilds them all."""
        first = bisect_left(self._starts, span.start)
        return self._ents[first : bisect_left(self._starts, span.end)]

    def fill(self, token: Token, kind: str, slot: str) -> list[Token]:
        """Return the head words in a slot of a trigger, coordination not yet unfolded."""
        found = self.attached(token, kind, slot)
        loose = slot in self.classes["particle"] and (kind == "noun" or slot in SURE_BEHIND_VERBS)
        return found if found or not loose else self._following(token, slot)

    def attached(self, token: Token, kind: str, slot: str) -> list[Token]:
        """Return those words in a slot that the parse puts there."""
        if slot == "subject":
            if kind == "noun":
                return list(syntax.children(token, "nsubj"))
            return self._through_text(syntax.agent(token)) or self._name_before(token)
        if slot == "object":
            return syntax.patient(token) if kind != "noun" else []
        if slot == "indirect":
            return list(syntax.children(token, "iobj"))
        if slot == "complement":
            return [
                child
                for child in syntax.children(token, "xcomp", "ccomp", "acl", "advcl")
                if child.dep_ in ("xcomp", "ccomp") or syntax.is_infinitive(child)
            ]
        if slot == "infinitive":
            clauses = syntax.children(token, "xcomp", "ccomp", "acl", "advcl")
            return [clause for clause in clauses if syntax.is_infinitive(clause)]
        if slot == "owner":
            return syntax.possessor(token) or _owner_before(token)
        if slot == "modifier":
            return [
                word
                for child in syntax.children(token, *MODIFIERS)
                if not syntax.preposition(child) and child.i < token.i
                for word in (child, *syntax.children(child, "amod", "compound"))
                if word.i not in self._mere_places
            ]
        if slot == "holder":
            return self.holder(token)
        if slot == "head":
            return [token.head] if token.dep_ == "amod" else []
        if slot == "parties":
            return [
                owner
                for relation in ("object", "subject", "of", "on")
                for word in self.words(token, kind, relation)
                if self.is_agreement(word)
                for owner in _parties(word)
            ]
        if slot == "doer":
            return _doers(token) or self._author(token)
        if slot == "reported":
            return _said(token)
        if slot == "verdict":
            return [word for word in _said(token) if is_predicate(word, token)]
        if slot == "obligation":
            return _obligations(token)
        if slot == "told":
            clauses = syntax.children(token, "ccomp", "xcomp")
            return [word for clause in clauses for word in _own_subject(clause)]
        if slot == "content":
            return _content(token)
        if slot == "sufferer":
            verb = syntax.governor(token)
            if verb is None or not self.is_a(verb, "undergoing"):
                return []
            return syntax.surface_subject(verb)
        if slot == "authors":
            return next((found for o in syntax.patient(token) if (found := self._authors(o))), [])
        if slot == "belonging":
            return [o for head in syntax.patient(token) for o in _owners(head)]
        if slot == "carrier":
            verb = syntax.governor(token)
            return [verb] if verb is not None and token.dep_ != "nsubj" else []
        words = frozenset({slot})
        found = list(syntax.prepositional(token, words))
        if not found and kind == "noun":
            verb = self.light_verb(token) or self._happening(token)
            if verb is not None:
                found = list(syntax.prepositional(verb, words))
        return [one for one in found if one != token and one.i not in self._date_tokens]

    def _through_text(self, subject: list[Token]) -> list[Token]:
        """Return who speaks in a text that is said to act: *Chad issued a statement praising*."""
        if len(subject) != 1 or not self.is_a(subject[0], "text"):
            return subject
        text = subject[0]
        verb = syntax.governor(text)
        issued = verb is not None and self.is_a(verb, "issuing")
        return (syntax.issuer(text) if issued else syntax.possessor(text)) or subject

    def _name_before(self, verb: Token) -> list[Token]:
        """Return the name before a finite verb to which the parse gave no subject, if it is near.

        Titles, brackets and datelines break the parse; a name that stands before the verb with no
        other verb between and no preposition before it is its subject all the same.
        """
        if verb.tag_ not in FINITE or syntax.is_passive(verb):
            return []
        for token in reversed(verb.doc[verb.sent.start : verb.i]):
            if token.tag_ in FINITE and token.pos_ != "AUX":
                return []
            place = self._name_at.get(token.i)
            if place is not None:
                name = self._names[place]
                return [] if _behind_preposition(name) else [name.root]
        return []

    def words(self, token: Token, kind: str, slot: str) -> list[Token]:
        """Return all words in a slot, coordination unfolded, behind measure words too.

        ``Twenty tons of wheat and rice`` gives *tons*, *wheat*, *rice*.
        """
        found = [w for head in self.fill(token, kind, slot) for w in syntax.conjuncts(head)]
        return self._behind_measures(found)

    def _behind_measures(self, words: list[Token]) -> list[Token]:
        found = list(words)
        for word in words:
            if word.pos_ == "NUM" or self.is_a(word, "container"):
                inner = syntax.prepositional(word, frozenset({"of"}))
                heads = [w for head in inner for w in syntax.conjuncts(head)]
                found.extend(self._behind_measures(heads))
        return found

    def light_verb(self, noun: Token) -> Token | None:
        """Return the verb that carries a noun without a meaning of its own (*held* talks)."""
        if noun.dep_ == "compound" or (noun.dep_ == "nmod" and self.is_a(noun.head, "container")):
            noun = noun.head
        verb = syntax.governor(noun)
        if (
            verb is not None
            and syntax.preposition(noun) == "with"
            and self.is_a(verb, "responding")
        ):
            return verb
        if (
            verb is not None
            and verb.lemma_.lower() in self.classes["light_verb"]
            and noun.dep_ in HOLDING
        ):
            return verb
        return None

    def _happening(self, noun: Token) -> Token | None:
        """Return the verb that says of an act only that it goes on: *fighting broke out*."""
        verb = syntax.governor(noun)
        happens = noun.dep_ == "nsubj" and verb is not None and self.is_a(verb, "happening")
        return verb if happens else None

    def holder(self, noun: Token) -> list[Token]:
        """Return who holds the talks, pays the visit or is in negotiation."""
        own = [syntax.antecedent(child) for child in syntax.children(noun, "nsubj")]
        if own:
            held = syntax.preposition(noun) in ("in", "on") or self._misread_verb(noun, own[0])
            return own if held else []
        if (
            noun.dep_ == "nmod"
            and syntax.preposition(noun) == "in"
            and noun.head.i in self._name_at
        ):
            return [noun.head]
        verb = self.light_verb(noun)
        return syntax.agent(verb) if verb is not None else []

    def _misread_verb(self, noun: Token, subject: Token) -> bool:
        """Tell a light verb that was taken for a participle: *Chile today imposed sanctions.*"""
        return any(
            child.tag_ in ("VBN", "VBD")
            and subject.i < child.i < noun.i
            and self.is_a(child, "light_verb")
            for child in syntax.children(noun, "amod")
        )

    def _authors(self, deed: Token) -> list[Token]:
        """Return who did what is praised or blamed: *Chad's raid*, *aid from Chad*."""
        ways = (
            syntax.possessor(deed),
            list(syntax.prepositional(deed, frozenset({"by", "from"}))),
            list(syntax.children(deed, "amod", "compound")),
        )
        return next((way for way in ways if self.entities(way)), [])

    def _author(self, noun: Token) -> list[Token]:
        """Return who claims an act or has it laid to his charge: *claimed by*, *attributed to*."""
        if noun.dep_ == "nmod" and self.is_a(noun.head, "responsibility"):
            verb = syntax.governor(noun.head)
            return syntax.agent(verb) if verb is not None else []
        verb = syntax.governor(noun)
        if (
            verb is None
            or noun.dep_ not in ("obj", "nsubj:pass")
            or not self.is_a(verb, "authorship")
        ):
            return []
        charged = list(syntax.prepositional(verb, frozenset({"to", "on"})))
        return charged or (syntax.agent(verb) if verb.lemma_ in self.classes["claiming"] else [])

    def entities(self, heads: Iterable[Token]) -> list[Entity]:
        """Return the actors that nominal heads and all that is coordinated with them mean."""
        found: dict[tuple[str, str], Entity] = {}
        for head in heads:
            words = self._behind_measures(syntax.conjuncts(head))
            words = [self._person_called(word) or word for word in words]
            for word in words + [w for one in words for w in self._more(one)]:
                if self.is_agreement(word):
                    continue
                for entity in word._.referents:
                    sea = entity.type == "LOC" and word.ent_type_ == "LOC" and not entity.country
                    unknown = (
                        entity.type == "GPE"
                        and not entity.country
                        and country_by_name(entity.name) is None
                    )
                    if not (sea or unknown) and (entity.type in ACTING or word.pos_ == "NOUN"):
                        found.setdefault((entity.name, entity.type), entity)
        return list(found.values())

    def _more(self, word: Token) -> list[Token]:
        """Return further words that name parties beside a word, wherever the parse hangs them.

        Those in one list with a name, and with the name that makes a nominal somebody's:
        ``delegations of Cyprus, Greece and Israel``, ``the Polish and Czech governments``.
        """
        if word.i in self._name_at:
            return self._listed_with(word)
        owners = [c for c in word.children if c.i in self._name_at and c.dep_ in OWNING]
        return [
            other for one in owners for other in syntax.conjuncts(one)[1:] + self._listed_with(one)
        ]

    def _person_called(self, word: Token) -> Token | None:
        """Return the person whose office a common noun names (*ambassador to Chad Ann Lee*)."""
        if word.pos_ != "NOUN":
            return None
        for child in word.children:
            if (
                child.dep_ in ("appos", "flat", "nmod:desc", "compound")
                and child.i in self._name_at
            ):
                name = self._names[self._name_at[child.i]]
                if name.label_ == "PERSON":
                    return name.root
        return None

    def _listed_with(self, word: Token) -> list[Token]:
        """Return the names that stand in one list with a name, whatever the parse makes of it."""
        if word.ent_type_ == "PERSON":
            return self._persons_with(word)
        place = self._member_at.get(word.i)
        if place is None:
            return []
        last = first = place
        while last + 1 < len(self._members) and self._listed(last):
            last += 1
        while first > 0 and self._listed(first - 1):
            first -= 1
        return [self._members[i].root for i in range(first, last + 1) if i != place]

    def _persons_with(self, word: Token) -> list[Token]:
        """Return the persons in one list with a person, their offices and states between them."""
        persons = [e for e in self._names if e.label_ == "PERSON" and e.sent == word.sent]
        here = next((n for n, e in enumerate(persons) if e.start <= word.i < e.end), None)
        if here is None:
            return []
        first = last = here
        while last + 1 < len(persons) and _listed_persons(persons[last], persons[last + 1]):
            last += 1
        while first > 0 and _listed_persons(persons[first - 1], persons[first]):
            first -= 1
        return [person.root for n, person in enumerate(persons) if first <= n <= last and n != here]

    def _listed(self, place: int) -> bool:
        """Tell whether a name and the next one are members of one list (``A, B and C``)."""
        one, other = self._members[place], self._members[place + 1]
        between = one.doc[one.end : other.start]
        if not between or len(between) > 8 or one.sent.start != other.sent.start:
            return False
        if one.label_ != other.label_ and "PERSON" in (one.label_, other.label_):
            return False
        joined = any(token.lower_ in ("and", "&") for token in between)
        if joined and self._parts_clauses(one, other):
            return False
        if between.text.strip() in LINKS:
            return True
        return joined and all(token.pos_ in LIST_PARTS for token in between)

    def _parts_clauses(self, one: Span, other: Span) -> bool:
        """Tell whether *and* between two names joins clauses: *shelled Chad and Niger protested*.

        It does not where the first name already stands in a list or behind *between*.
        """
        if one.root.dep_ not in OBJECTS or other.root.dep_ not in syntax.SUBJECTS:
            return False
        comma = one.start > 1 and one.doc[one.start - 1].text == ","
        listed = comma and one.start - 2 in self._name_at
        return not listed and syntax.preposition(one.root) != "between"

    def _following(self, noun: Token, word: str) -> list[Token]:
        """Return the name behind the next such preposition before another verb, if any.

        Long titles and chains of phrases break the parse; the words stay in order.
        """
        seen = False
        for token in noun.doc[noun.i + 1 : noun.sent.end]:
            if token.pos_ in ("VERB", "AUX") or token.text in (";", "."):
                return []
            if token.lower_ == word:
                seen = True
            elif seen and (token.ent_type_ in ACTING or token.i in self.agreement_at):
                return [token]
        return []

    def is_a(self, word: Token, name: str) -> bool:
        """Tell whether a word belongs to a word class, in the singular or as it stands."""
        return not self.classes[name].isdisjoint(readings(word))

    def is_agreement(self, word: Token) -> bool:
        """Tell whether a nominal names an agreement."""
        return word.i in self.agreement_at or self.is_a(word, "agreement_noun")


def _behind_preposition(name: Span) -> bool:
    """Tell whether a name is part of a prepositional phrase, its article and adjectives apart."""
    for token in reversed(name.doc[name.sent.start : name.start]):
        if token.pos_ == "ADP":
            return True
        if token.pos_ not in ("DET", "ADJ", "NOUN", "PROPN"):
            return False
    return False


def _said(verb: Token) -> list[Token]:
    """Return the words that a verb of speech reports: its complement, or the quotation it ends."""
    heads = list(syntax.children(verb, "ccomp", "xcomp", "parataxis", "obj", "obl"))
    heads += [
        c for c in syntax.children(verb, "advcl") if any(w.lower_ == "as" for w in c.children)
    ]
    words = {word.i for head in heads for word in head.subtree}
    if verb.dep_ == "parataxis":
        words |= {w.i for w in verb.head.subtree} - {w.i for w in verb.subtree}
    return [verb.doc[i] for i in sorted(words)]


def is_predicate(word: Token, verb: Token) -> bool:
    """Tell whether a word says something of somebody: a verb, or what somebody is called."""
    if syntax.is_verbal(word) or any(child.dep_ == "cop" for child in word.children):
        return word.dep_ != "amod"
    called = word.head == verb and word.dep_ in ("xcomp", "obj", "ccomp", "advcl")
    return called or (word.dep_ in ("obl", "conj") and syntax.preposition(word) in ("as", ""))


def _obligations(verb: Token) -> list[Token]:
    """Return the modals by which a reported sentence tells somebody else what to do."""
    found = []
    for word in _said(verb):
        if word.dep_ == "aux" and word.lemma_.lower() in ("must", "should", "ought"):
            told = [c for c in word.head.children if c.dep_ in ("nsubj", "nsubj:outer")]
            if told and told[0].lower_ not in ("i", "we", "it", "there", "this", "that"):
                found.append(word)
    return found


def _owners(noun: Token) -> list[Token]:
    """Return whose a thing is: ``Haiti's efforts``, ``an Indian offer``, ``a call from Chad``."""
    owners = list(syntax.children(noun, "nmod:poss"))
    owners += syntax.prepositional(noun, frozenset({"from", "by", "of", "in"}))
    owners += syntax.children(noun, "amod", "compound")
    return owners


def _content(verb: Token) -> list[Token]:
    """Return the names in what an act is about: ``offered to talk with Peru``, ``fed refugees
    in Chad``; not those of relative and other finite clauses beside it."""
    found: list[Token] = []
    for part in syntax.children(verb, "obj", "xcomp", "ccomp", "obl", "nmod", "advcl"):
        if part.dep_ != "advcl" or syntax.is_infinitive(part):
            _collect_content(part, found)
    return sorted(found, key=lambda word: word.i)


def _collect_content(word: Token, found: list[Token]) -> None:
    if syntax.preposition(word) in BESIDES:
        return
    if word.dep_ in CONTENT:
        found.append(word)
    for child in word.children:
        if child.dep_ not in ASIDES:
            _collect_content(child, found)


def _doers(noun: Token) -> list[Token]:
    """Return by whom the act of a noun is said to be done: *an attack carried out by rebels*."""
    found: list[Token] = []
    for clause in syntax.children(noun, "acl", "acl:relcl", "appos", "parataxis"):
        if clause.tag_ == "VBN":
            found.extend(syntax.by_agent(clause))
            found.extend(syntax.prepositional(clause, frozenset({"to", "on"})))
    return found


def _parties(agreement: Token) -> list[Token]:
    """Return whose agreement it is: ``the pact between A and B``, ``Japan's pact with India``."""
    partners = frozenset({"between", "with", "among", "of", "by"})
    return [
        *syntax.children(agreement, "nmod:poss", "amod", "compound"),
        *syntax.prepositional(agreement, partners),
    ]


def _listed_persons(one: Span, other: Span) -> bool:
    """Tell whether only offices, states and a comma or *and* stand between two persons."""
    between = one.doc[one.end : other.start]
    joined = any(token.lower_ in ("and", "&", ",") for token in between)
    # "After a call with Ada King, Bo Berg said": the comma ends a phrase, not a list.
    apart = other.root.dep_ in syntax.SUBJECTS and one.root.head not in other.root.ancestors
    return (
        joined
        and not (apart and between.text.strip() == ",")
        and len(between) <= MOST_BETWEEN_PERSONS
        and all(t.pos_ in LIST_PARTS or t.lower_ in ("of", "the", "'s", "’s") for t in between)
    )


def _own_subject(clause: Token) -> list[Token]:
    return [child for child in clause.children if child.dep_ in syntax.SUBJECTS]


def _owner_before(noun: Token) -> list[Token]:
    """Return whose a noun is where the parse hung the owner on an attribute of the noun.

    ``Their peace talks``, ``Peru's unprovoked, unjustified attack``: only attributes stand between.
    """
    for word in reversed(noun.doc[max(noun.sent.start, noun.i - 8) : noun.i]):
        if word.dep_ == "nmod:poss":
            return [word]
        if word.tag_ not in ATTRIBUTE_TAGS:
            return []
    return []
