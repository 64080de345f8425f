"""Filling the slots of a rule: which words stand in a relation to a trigger, and which of the
document's entities they mean."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property

from spacy.tokens import Doc, Span, Token

from pipeline.components.actors.lexicon import packaged
from pipeline.components.coreference.coordination import Lists
from pipeline.components.coreference.discourse import ACTING
from pipeline.components.coreference.quotations import quotations
from pipeline.components.events.pleas import addressees, asked, quoted_before
from pipeline.components.events.rules import Rulebook
from pipeline.components.factuality import Factuality
from pipeline.gazetteers import country_by_name
from pipeline.language import syntax
from pipeline.language.extensions import AGREEMENTS, DATES, HOURS
from pipeline.language.words import readings
from pipeline.records import Entity

BESIDES = frozenset(
    {"outside", "without", "than", "despite", "beyond", "unlike", "under", "before", "after"}
)
CONTENT = frozenset(
    {"obj", "iobj", "obl", "obl:agent", "nmod", "nsubj", "nmod:poss", "amod", "compound", "conj"}
)
ATTRIBUTE_TAGS = frozenset({"JJ", "NN", "VBN", "VBG", "RB", "CC", "CD", ",", "POS"})
FINITE = frozenset({"VBD", "VBZ", "VBP"})
ASIDES = frozenset({"acl:relcl", "advcl", "parataxis", "advcl:relcl", "appos"})
SURE_BEHIND_VERBS = frozenset({"to", "from", "with", "against"})
ELLIPSIS = 60
"""Tokens within which a verb goes on with its object: *signed one, will sign another*."""
MODIFIERS = ("amod", "compound", "nmod", "nmod:desc", "obl:unmarked")
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
        days = [span for name in (DATES, HOURS) for span in doc.spans.get(name, [])]
        self._dates = sorted(days, key=lambda span: span.start)
        self._date_starts = [span.start for span in self._dates]
        self._date_tokens = {t.i for span in self._dates for t in span}
        self.agreements = sorted(doc.spans.get(AGREEMENTS, []), key=lambda span: span.start)
        self._agreement_starts = [span.start for span in self.agreements]
        self._entities = doc._.entities
        self.agreement_at = {t.i: span for span in self.agreements for t in span}
        self._quotations = quotations(doc)
        self._polite = classes["polite"]
        self._ents = list(doc.ents)
        self._starts = [ent.start for ent in self._ents]
        self.lists = Lists(doc)
        self._kin = packaged().offices.kin
        self._mere_places = {
            t.i for e in self._ents if e.label_ == "GPE" and e._.sense == "place" for t in e
        }

    @classmethod
    def of(cls, doc: Doc, book: Rulebook, factuality: Factuality) -> Slots:
        """Build the slots of a document from the word classes of a rule book."""
        return cls(doc, factuality, book.classes)

    def names_in(self, span: Span) -> list[Span]:
        """Return the names of a stretch of the document, kept at hand: spaCy rebuilds them all."""
        first = bisect_left(self._starts, span.start)
        return self._ents[first : bisect_left(self._starts, span.end)]

    def dates_in(self, span: Span) -> list[Span]:
        """Return the dates that begin in a stretch of the document, in text order."""
        first = bisect_left(self._date_starts, span.start)
        return self._dates[first : bisect_left(self._date_starts, span.end)]

    def agreements_before(self, i: int) -> int:
        """Return how many of the agreements begin before a token index."""
        return bisect_left(self._agreement_starts, i)

    @cached_property
    def agreements_told(self) -> list[int]:
        """How many agreements, by their ids, the first so many mentions name: of none, one, …"""
        ids: set[str] = set()
        told = [0]
        for span in self.agreements:
            if span._.agreement is not None and span._.agreement.agreement_id:
                ids.add(span._.agreement.agreement_id)
            told.append(len(ids))
        return told

    @cached_property
    def governments(self) -> dict[str, Entity]:
        """The states of the document that act, by their ISO 3166-1 alpha-3 codes."""
        return {e.country: e for e in self._entities if e.type == "GPE" and e.sector == "GOV"}

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
            owners = syntax.possessor(token) or _owner_before(token)
            return [] if self._suffers(owners, token) else owners
        if slot == "modifier":
            return (
                []
                if self._victims(token)
                else [
                    word
                    for child in syntax.children(token, *MODIFIERS)
                    if not syntax.preposition(child) and child.i < token.i
                    for word in (child, *syntax.children(child, "amod", "compound"))
                    if word.i not in self._mere_places
                ]
            )
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
        if slot in ("plea", "addressee"):
            quoted = quoted_before(token, self._quotations)
            if quoted is None:
                return []
            return addressees(quoted) if slot == "addressee" else asked(quoted, self._polite)
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
            return [
                owner
                for head in syntax.patient(token)
                for owner in _owners(head)
                if not (self._is_staff(head) and owner.ent_type_ in ("PERSON", ""))
            ]
        if slot == "receiver":
            return self._receiver(token)
        if slot == "carrier":
            verb = syntax.governor(token)
            return [verb] if verb is not None and token.dep_ != "nsubj" else []
        if slot == "of" and kind == "noun" and (victims := self._victims(token)):
            return victims
        words = frozenset({slot})
        found = list(syntax.prepositional(token, words))
        if not found and kind == "noun":
            verb = self.light_verb(token) or self._happening(token)
            if verb is not None:
                found = list(syntax.prepositional(verb, words))
        found = [self._behind_case(one, slot) for one in found]
        return [one for one in found if one != token and one.i not in self._date_tokens]

    def _is_staff(self, noun: Token) -> bool:
        """Whether a noun means people of somebody, who are not that person: *Lee's bodyguard*."""
        return not self._kin.isdisjoint(readings(noun))

    def _victims(self, noun: Token) -> list[Token]:
        """Return the person killed or seized: *Mr. Lee's murder*, *the Lee assassination*."""
        named = [*syntax.possessor(noun), *syntax.children(noun, "compound")]
        return named if self._suffers(named, noun) else []

    def _suffers(self, owners: list[Token], noun: Token) -> bool:
        """Whether a noun's person is whom the act hits: *Lee's murder*, not *Lee's murder of*."""
        if not owners or not self.is_a(noun, "killing"):
            return False
        of = any(syntax.preposition(c) == "of" for c in syntax.children(noun, "nmod"))
        people = [e for owner in owners for e in self.lists.called(owner)._.referents]
        return not of and bool(people) and all(e.type == "PERSON" for e in people)

    def _behind_case(self, nominal: Token, word: str) -> Token:
        """Return the name right behind a preposition where the parse hung that on a later noun.

        In *met with Ann Lee of Chad on the margins* the margins may get both prepositions.
        """
        cases = list(syntax.children(nominal, "case"))
        for case, later in itertools.pairwise(cases):
            name = self.lists.name_from(case.i + 1) if case.lower_ == word else None
            if name is not None and name.end <= later.i:
                return name.root
        return nominal

    def _through_text(self, subject: list[Token]) -> list[Token]:
        """Return who speaks in a text that is said to act: *Chad issued a statement praising*.

        Likewise who made the raid or fired the missiles that kill.
        """
        if len(subject) != 1:
            return subject
        if self.is_a(subject[0], "operation") or self.is_a(subject[0], "weapon_fired"):
            return self._authors(subject[0]) or subject
        if not self.is_a(subject[0], "text"):
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
            name = self.lists.name_at(token)
            if name is not None:
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

    def _receiver(self, noun: Token) -> list[Token]:
        """Return who gets what somebody else gives: *Chad has Mali's promise*, *was given aid*."""
        verb = syntax.governor(noun)
        if verb is None or noun.dep_ != "obj":
            return []
        given = syntax.is_passive(verb) and self.is_a(verb, "giving")
        return syntax.surface_subject(verb) if given or self.is_a(verb, "receiving") else []

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
            and self.lists.name_at(noun.head) is not None
        ):
            return [noun.head]
        verb = self.light_verb(noun)
        return syntax.agent(verb) if verb is not None else []

    def _misread_verb(self, noun: Token, subject: Token) -> bool:
        """Whether a seeming participle is a light verb: *Chile today imposed sanctions.*"""
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
            words = [self.lists.called(word) for word in words]
            for word in words + [w for one in words for w in self.lists.beside(one)]:
                if self.is_agreement(word):
                    continue
                for entity in _more(word, found.values()):
                    sea = entity.type == "LOC" and word.ent_type_ == "LOC" and not entity.country
                    unknown = (
                        entity.type == "GPE"
                        and not entity.country
                        and country_by_name(entity.name) is None
                    )
                    if not (sea or unknown) and (entity.type in ACTING or word.pos_ == "NOUN"):
                        found.setdefault((entity.name, entity.type), entity)
        return list(found.values())

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
        """Whether a word belongs to a word class, in the singular or as it stands."""
        return not self.classes[name].isdisjoint(readings(word))

    def is_date(self, word: Token) -> bool:
        """Whether a word is part of a date."""
        return word.i in self._date_tokens

    def is_agreement(self, word: Token) -> bool:
        """Whether a nominal names an agreement, or leaves it out: *they signed another*."""
        named = word.i in self.agreement_at or self.is_a(word, "agreement_noun")
        return named or (self.is_a(word, "elliptic") and self._names_agreement_before(word))

    def _names_agreement_before(self, word: Token) -> bool:
        """Whether the object of the same verb shortly before names an agreement."""
        verb = syntax.governor(word)
        if verb is None or word.dep_ != "obj":
            return False
        for earlier in reversed(verb.doc[max(0, verb.i - ELLIPSIS) : verb.i]):
            if earlier.lemma_ == verb.lemma_ and syntax.is_verbal(earlier):
                objects = (o for o in syntax.patient(earlier) if o.i < verb.i)
                return any(self.is_agreement(o) for o in objects)
        return False


def _more(word: Token, named: Iterable[Entity]) -> list[Entity]:
    """Return whom a word adds to a list: *with Ann Lee and six ministers* nobody but her."""
    persons = {entity.country for entity in named if entity.type == "PERSON"}
    unnamed = word.pos_ == "NOUN" and word.dep_ == "conj"
    return [
        e for e in word._.referents if not (unnamed and e.type == "GPE" and e.country in persons)
    ]


def _behind_preposition(name: Span) -> bool:
    """Whether a name is part of a prepositional phrase, its article and adjectives apart."""
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
    """Whether a word says something of somebody: a verb, or what somebody is called."""
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
    clauses = ("acl",) if verb.pos_ == "NOUN" else ()
    for part in syntax.children(verb, "obj", "xcomp", "ccomp", "obl", "nmod", "advcl", *clauses):
        if part.dep_ != "advcl" or syntax.is_infinitive(part) or syntax.is_introduced(part, "to"):
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
