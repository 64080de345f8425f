"""Who stands in one list: A, B and C; a person with all his titles counts as one member."""

from __future__ import annotations

from spacy.tokens import Doc, Span, Token

from pipeline.components.coreference.discourse import ACTING
from pipeline.components.coreference.titled import titled
from pipeline.components.coreference.vocabulary import vocabulary
from pipeline.language import syntax

_LINKS = frozenset({",", "and", "&", ", and", "–", "-", "/"})
_PARTS = frozenset({"CCONJ", "DET", "ADJ", "NOUN", "PROPN", "PRON", "PUNCT"})
_OWNING = frozenset({"nmod", "nmod:poss", "amod", "compound"})
_MODIFYING = frozenset({"amod", "compound", "nmod:poss", "nmod:desc"})
_OBJECTS = frozenset({"obj", "iobj", "obl", "nmod"})
_BETWEEN_NAMES = 8
"""The most tokens between two names of a list."""
_LISTED = 60
"""How many names a list may go on before and behind one of them."""
_BETWEEN_PERSONS = 12
"""The most tokens between two persons of a list, the title of the second apart."""


class Lists:
    """The lists of names in a text.

    The parse breaks long lists with titles; the order of words does not.

    Parameters
    ----------
    doc : Doc
        Parsed, with names in ``doc.ents`` and titles in ``doc.spans["titles"]``.
    """

    def __init__(self, doc: Doc) -> None:
        self.titled = titled(doc)
        self._words = vocabulary()
        self.names = [name for name in doc.ents if name.label_ in ACTING]
        self._name_at = {token.i: name for name in self.names for token in name}
        self._members = [
            name
            for name in self.names
            if name.start not in self.titled
            and (name.root.dep_ not in _MODIFYING or name.label_ == "PERSON")
        ]
        self._place = {token.i: n for n, name in enumerate(self._members) for token in name}
        self._persons = [name for name in self._members if name.label_ == "PERSON"]
        self._number = {token.i: n for n, name in enumerate(self._persons) for token in name}
        self._start = {name.start: name.start for name in self._persons}
        for i, name in self.titled.items():
            self._start[name.start] = min(i, self._start.get(name.start, i))

    def name_at(self, token: Token) -> Span | None:
        """Return the name of a possible party that a token is part of."""
        return self._name_at.get(token.i)

    def name_from(self, i: int) -> Span | None:
        """Return the name that begins, title and all, at a token index."""
        person = self.titled.get(i)
        name = self._name_at.get(i)
        return person or (name if name is not None and name.start == i else None)

    def called(self, word: Token) -> Token:
        """Return the person of whose title a word is part, else the word itself.

        ``Ambassador`` to Chad Ann Lee is Ann Lee, and so is every other word of it.
        """
        person = self.titled.get(word.i)
        if person is not None:
            return person.root
        if word.pos_ == "NOUN":
            for child in syntax.children(word, "appos", "flat", "nmod:desc", "compound"):
                name = self._name_at.get(child.i)
                if name is not None and name.label_ == "PERSON":
                    return name.root
        return word

    def beside(self, word: Token) -> list[Token]:
        """Return further words that name parties beside a word, wherever the parse hangs them.

        Those in one list with a name, and with the name that makes a nominal somebody's:
        ``delegations of Cyprus, Greece and Israel``, ``the Polish and Czech governments``.
        """
        if word.i in self._name_at:
            return self._listed_with(word) + self._company(word)
        placed = self._words.is_group(word)
        owners = [
            c
            for c in word.children
            if c.i in self._name_at
            and c.dep_ in _OWNING
            and not (placed and syntax.preposition(c) == "in")
        ]
        found = [
            other for one in owners for other in syntax.conjuncts(one)[1:] + self._listed_with(one)
        ]
        return found or self._modifiers(word)

    def _modifiers(self, noun: Token) -> list[Token]:
        """Return the names before the one right before a noun: *Indian and U.S. officials*."""
        found: list[Token] = []
        name = self._name_at.get(noun.i - 1)
        while name is not None and name.label_ in ("NORP", "GPE") and name.start > 1:
            link = noun.doc[name.start - 1].lower_
            other = self._name_at.get(name.start - 2) if link in ("and", ",", "&") else None
            name = other if other is not None and other.label_ in ("NORP", "GPE") else None
            if name is not None:
                found.append(name.root)
        return found[::-1]

    def _company(self, word: Token) -> list[Token]:
        """Return who is said to act along with somebody: *France, along with Britain, called*."""
        return [
            party
            for child in syntax.children(word, "nmod", "obl")
            if syntax.preposition(child) in self._words.besides
            for party in syntax.conjuncts(child)
        ]

    def _listed_with(self, word: Token) -> list[Token]:
        if word.i in self._number:
            at, row, joined = self._number[word.i], self._persons, self._joins_persons
        elif word.i in self._place:
            at, row, joined = self._place[word.i], self._members, self._joins_names
        else:
            return []
        first = last = at
        while last + 1 < min(len(row), at + _LISTED) and joined(row[last], row[last + 1]):
            last += 1
        while first > max(0, at - _LISTED) and joined(row[first - 1], row[first]):
            first -= 1
        return [row[n].root for n in range(first, last + 1) if n != at]

    def _joins_persons(self, one: Span, other: Span) -> bool:
        """Whether only offices, states and a comma or *and* stand between two persons."""
        if one.sent.start != other.sent.start:
            return False
        between = one.doc[one.end : max(one.end, self._start[other.start])]
        joined = any(token.lower_ in ("and", "&", ",") for token in between)
        # "After a call with Ada King, Bo Berg said": the comma ends a phrase, not a list.
        apart = other.root.dep_ in syntax.SUBJECTS and one.root.head not in other.root.ancestors
        return (
            joined
            and not (apart and between.text.strip() == ",")
            and len(between) <= _BETWEEN_PERSONS
            and all(t.pos_ in _PARTS or t.lower_ in ("of", "the", "'s", "’s") for t in between)
        )

    def _joins_names(self, one: Span, other: Span) -> bool:
        """Whether a name and the next one are members of one list (``A, B and C``)."""
        between = one.doc[one.end : other.start]
        if not between or len(between) > _BETWEEN_NAMES or one.sent.start != other.sent.start:
            return False
        if one.label_ != other.label_ and "PERSON" in (one.label_, other.label_):
            return False
        joined = any(token.lower_ in ("and", "&") for token in between)
        if (joined or between.text == ",") and self._parts_clauses(one, other):
            return False
        if between.text.strip() in _LINKS:
            return True
        return joined and all(token.pos_ in _PARTS for token in between)

    def _parts_clauses(self, one: Span, other: Span) -> bool:
        """Whether what links two names joins clauses: *shelled Chad and Niger protested*.

        It does not where the first name already stands in a list or behind *between*.
        """
        if one.root.dep_ not in _OBJECTS or other.root.dep_ not in syntax.SUBJECTS:
            return False
        comma = one.start > 1 and one.doc[one.start - 1].text == ","
        listed = comma and one.start - 2 in self._name_at
        return not listed and syntax.preposition(one.root) != "between"
