"""Every token's referents, found in one pass in text order.

As eyecite resolves citations, each kind of referring expression has a strategy of its own: a
function of the token, the discourse and the resolver, of which it may ask whom another word
means. What is found for a word is kept, and the pass goes through the text in its order, so the
answers don't depend on who asks first.
"""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.components.coreference import affiliation, nominals, pronouns, speakers
from pipeline.components.coreference.discourse import Discourse
from pipeline.records import Entity

_DEPTH = 24
"""How many references may lead to one another; real text needs five."""
_SILENT = frozenset({"PUNCT", "SPACE", "ADP", "AUX", "CCONJ", "PART", "SYM", "INTJ"})
"""Parts of speech that never stand for a party."""


class Resolver:
    """Finds the referents of every token of an article.

    Parameters
    ----------
    discourse : Discourse
        The article.
    """

    def __init__(self, discourse: Discourse) -> None:
        self.discourse = discourse
        self._found: dict[int, list[Entity]] = {}
        self._depth = 0

    def run(self) -> dict[int, list[Entity]]:
        """Return the referents of all tokens that have any, by token index."""
        for token in self.discourse.doc:
            if token.pos_ not in _SILENT or token.ent_type_:
                self.resolve(token)
        return {i: found for i, found in self._found.items() if found}

    def resolve(self, token: Token) -> list[Entity]:
        """Return whom a token means, in order of mention; empty where the text does not settle it.

        Coordination is the caller's: of "Strelsau and Hentzau" each head is asked for by itself.
        """
        if token.i not in self._found:
            if self._depth >= _DEPTH:
                return []
            self._found[token.i] = []  # a reference to itself means nobody
            self._depth += 1
            self._found[token.i] = list(dict.fromkeys(self._strategy(token)))
            self._depth -= 1
        return self._found[token.i]

    def _strategy(self, token: Token) -> list[Entity]:
        """Ask the strategy for the kind of referring expression that a token is."""
        discourse, words, word = self.discourse, self.discourse.words, token.lower_
        if discourse.name_at(token) is not None:
            entity = discourse.entity_at(token)
            return [entity] if entity is not None else []
        if pronouns.is_relative(token, discourse):
            return pronouns.relative(token, discourse, self.resolve)
        if word in words.we:
            return speakers.speaker(token, discourse, self.resolve)
        if word in words.he:
            return pronouns.he(token, discourse, self.resolve)
        if word in words.it:
            return pronouns.it(token, discourse)
        if word in words.they or (word in words.numbers and token.pos_ != "ADV"):
            return pronouns.they(token, discourse, self.resolve)
        found = nominals.noun(token, discourse, self.resolve)
        if not found and token.pos_ == "PROPN":
            return affiliation.of_machine(token, discourse)
        return found
