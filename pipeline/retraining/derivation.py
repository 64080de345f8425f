"""Kin of the words that rules have as triggers: *negotiate* and *negotiation*, *ban* and *to ban*.

A word of the articles that shares its stem with a trigger of a rule mostly tells the same act. The
endings and prefixes are data (``knowledge/retraining/derivation.yaml``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.resources import KNOWLEDGE, document
from pipeline.retraining.shapes import Shape, Word

if TYPE_CHECKING:
    from pipeline.components.events.rules import Rule, Rulebook

FILE = "derivation.yaml"
KINDS = ("verb", "noun")


class Kin:
    """The rules of a book by the stems of their triggers.

    Parameters
    ----------
    book : Rulebook
        Its verbs and nouns of one word are used.
    """

    def __init__(self, book: Rulebook) -> None:
        self._data = document(FILE, KNOWLEDGE / "retraining")
        self._rules: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
        for rule in book.rules.values():
            if rule.when:
                continue
            for lemma in (*rule.verbs, *rule.nouns):
                if " " not in lemma:
                    for stem in self._stems(lemma):
                        self._rules[stem].append((lemma, rule))

    def shape(self, word: Word) -> Shape | None:
        """The category, frame and so on of the rules whose triggers are kin to a word.

        None for a word without kin and for one that is neither verb nor noun. Rules that fire
        only under conditions (``when``) give no kin: conditions of a verb are not its noun's.
        """
        if word.kind not in KINDS or not word.lemma.isalpha():
            return None
        rules = {
            rule.id: rule
            for stem in self._stems(word.lemma)
            for lemma, rule in self._rules.get(stem, ())
            if abs(len(lemma) - len(word.lemma)) <= self._data["difference"]
        }
        types = Counter(rule.type for rule in rules.values())
        if not types:
            return None
        type = max(types, key=lambda type: (types[type], type))
        rule = rules[min(id for id in rules if rules[id].type == type)]
        return Shape(type, word.kind, rule.frame, rule.mode, rule.stage, rule.factuality)

    def type(self, word: Word) -> str:
        """The category of the rules whose triggers are kin to a word; empty without any."""
        shape = self.shape(word)
        return shape.type if shape is not None else ""

    def _stems(self, lemma: str) -> Iterator[str]:
        """What may be left of a word without a prefix and an ending."""
        bases = [lemma]
        bases += [
            lemma[len(prefix) :] for prefix in self._data["prefixes"] if lemma.startswith(prefix)
        ]
        for base in bases:
            for ending in self._data["endings"]:
                stem = base.removesuffix(ending)
                if base.endswith(ending) and len(stem) >= self._data["stem"]:
                    yield stem
        yield lemma
