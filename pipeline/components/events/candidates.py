"""The words near a trigger that may name its parties."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.components.reader.pairs import BEFORE
from pipeline.records import Entity

_WORDS = frozenset({"NOUN", "PRON", "PROPN", "DET"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word and the entities that it means, by name or by reference."""

    token: Token
    entities: tuple[Entity, ...]


class Candidates:
    """The candidates of a document, found sentence by sentence when they are asked for.

    Parameters
    ----------
    sentences
        The words of the document, with ``token._.referents`` written (``pacta_coreference``).
    """

    def __init__(self, sentences: list[list[Token]]) -> None:
        self._sentences = sentences
        self._found: dict[int, list[Candidate]] = {}
        self._number = {
            token.i: number for number, words in enumerate(sentences) for token in words
        }

    def near(self, trigger: Token) -> list[Candidate]:
        """The candidates of the trigger's sentence and the few before it, in text order."""
        at = self._number.get(trigger.i)
        if at is None:
            return []
        return [
            candidate
            for number in range(max(0, at - BEFORE), at + 1)
            for candidate in self._of(number)
            if candidate.token != trigger
        ]

    def _of(self, number: int) -> list[Candidate]:
        if number not in self._found:
            found = []
            for token in self._sentences[number]:
                if token.ent_type_ and token.head.ent_iob_ != "O" and _inside(token):
                    continue
                if (token.pos_ in _WORDS or token.ent_type_) and token._.referents:
                    found.append(Candidate(token, token._.referents))
            self._found[number] = found
        return self._found[number]


def _inside(token: Token) -> bool:
    """Whether a word of a name hangs on another word of the same name."""
    head = token.head
    if head == token or not head.ent_type_:
        return False
    left, right = sorted((token.i, head.i))
    return all(t.ent_iob_ == "I" for t in token.doc[left + 1 : right + 1])
