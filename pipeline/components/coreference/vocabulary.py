"""The words of referring expressions: pronouns, offices, nouns that stand for a state or body."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from spacy.tokens import Token

from pipeline import resources
from pipeline.language.words import readings

_FILE = "actors/nominals.yaml"
_CLASSES = "events/classes.yaml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The word lists of nominals.yaml, and three word classes of the event rules.

    ``acting`` are people, bodies and machines that act for a state or body, ``groups`` people
    who belong to a state even where only a place tells which, ``people`` those of the land to whom
    something is done.
    """

    of_state: frozenset[str]
    offices: frozenset[str]
    states: frozenset[str]
    single_state: frozenset[str]
    government: frozenset[str]
    domestic: frozenset[str]
    bodies: dict[str, dict[str, list[str]]]
    he: frozenset[str]
    she: frozenset[str]
    it: frozenset[str]
    they: frozenset[str]
    we: frozenset[str]
    relative: frozenset[str]
    numbers: dict[str, int]
    saying: frozenset[str]
    reasons: frozenset[str]
    upon: frozenset[str]
    leading: frozenset[str]
    stances: frozenset[str]
    besides: frozenset[str]
    acting: frozenset[str]
    groups: frozenset[str]
    people: frozenset[str]

    def is_acting(self, word: Token) -> bool:
        """Whether a noun means people, bodies or machines that act for a state or body."""
        return not self.acting.isdisjoint(readings(word))

    def is_people(self, word: Token) -> bool:
        """Whether a noun means people to whom something may be done."""
        return not self.people.isdisjoint(readings(word))

    def is_group(self, word: Token) -> bool:
        """Whether a noun means people who belong to the state in which they act."""
        return not self.groups.isdisjoint(readings(word))


@cache
def vocabulary() -> Vocabulary:
    """Return the packaged word lists, read and checked once."""
    return load_vocabulary(resources.document(_FILE), resources.document(_CLASSES))


def load_vocabulary(nominals: object, classes: dict[str, list[str]]) -> Vocabulary:
    """Check the content of nominals.yaml and take the word classes that referents need.

    Raises
    ------
    KnowledgeError
        A list or map is missing or of the wrong form.
    """
    if not isinstance(nominals, dict):
        raise resources.KnowledgeError(_FILE, "file", "must be a map")

    def words(key: str) -> frozenset[str]:
        return frozenset(resources.words(nominals, key, _FILE))

    for noun, fits in nominals.get("bodies", {}).items():
        unknown = set(fits) - {"sectors", "kinds", "words"}
        if unknown:
            raise resources.KnowledgeError(
                _FILE, f"bodies.{noun}", f"unknown field {unknown.pop()}"
            )
    numbers = nominals.get("numbers")
    if not isinstance(numbers, dict) or not all(isinstance(n, int) for n in numbers.values()):
        raise resources.KnowledgeError(_FILE, "numbers", "must map words to numbers")
    elsewhere = ("bodies", "numbers", "acting", "groups", "people")
    return Vocabulary(
        **{key: words(key) for key in Vocabulary.__slots__ if key not in elsewhere},
        bodies=nominals["bodies"],
        numbers=numbers,
        acting=frozenset(classes["acting_noun"]),
        groups=frozenset(classes["group_noun"]),
        people=frozenset(classes["people"]),
    )
