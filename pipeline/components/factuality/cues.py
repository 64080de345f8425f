"""The words that tell factuality, from ``knowledge/factuality/cues.yaml``."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.resources import KNOWLEDGE, KnowledgeError, document

FILE = KNOWLEDGE / "factuality" / "cues.yaml"
VALUES = ("actual", "planned", "proposed", "hypothetical", "negated")
GOVERNING = (
    "intention", "offer", "request", "supposition", "failure", "sure_failure", "cancelling",
    "passing", "motion",
)  # fmt: skip
WORDS = (
    "negation", "contrast", "near_miss", "negative_determiner", "negated_occasion",
    "replacing", "negative_pronoun",
    "future_auxiliary", "conditional_auxiliary", "possible_auxiliary", "ability_auxiliary",
    "obligation_auxiliary", "possible_adverb", "condition_marker", "inversion",
    "temporal_marker", "question_word", "future_modifier", "future_time", "proposed_modifier",
    "possible_modifier", "cancelled_modifier", "reporting", "ranking", "carrying", "occurring",
    "purpose", "container", "remaining", "performative", "wishing", "speaker",
    "link", "occasion", "looking_back", "cancelling_particle", "definite",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """What a governing word does to an act: ``effect`` affirmed, ``denied`` when negated itself.

    An empty effect hands on the factuality of the governing word.
    """

    name: str
    effect: str
    denied: str


class Cues:
    """The cues of factuality, asked by token.

    Raises
    ------
    KnowledgeError
        A group is missing, unknown or not of the documented shape, or a word stands in two
        governing groups.
    """

    def __init__(self) -> None:
        raw = document("factuality/cues.yaml")
        for section, names in (("governing", GOVERNING), ("words", WORDS)):
            given = raw.get(section) if isinstance(raw, dict) else None
            odd = sorted(set(given or ()) ^ set(names))
            if odd:
                raise KnowledgeError(FILE, section, f"missing or unknown: {', '.join(odd)}")
        self._groups: dict[str, Group] = {}
        for name, entry in raw["governing"].items():
            group = Group(name, entry.get("effect", ""), entry.get("denied", "negated"))
            if group.effect not in (*VALUES, "") or group.denied not in VALUES:
                raise KnowledgeError(FILE, f"governing: {name}", "effect or denied is no value")
            for word in entry["words"]:
                if word in self._groups:
                    other = self._groups[word].name
                    raise KnowledgeError(FILE, f"governing: {name}", f"{word} is in {other} too")
                self._groups[word] = group
        self._words = {name: frozenset(words) for name, words in raw["words"].items()}

    def governing(self, token: Token) -> Group | None:
        """The group of a word that may govern an act, if need be with the word after it."""
        following = token.doc[token.i + 1].lower_ if token.i + 1 < len(token.doc) else ""
        lemma = token.lemma_.lower()
        for written in (f"{lemma} {following}", token.lower_, lemma):
            if written in self._groups:
                return self._groups[written]
        return None

    def has_phrase(self, name: str, token: Token) -> bool:
        """Whether a token begins or ends one of the two-word phrases of a group."""
        i, doc = token.i, token.doc
        pairs = (doc[at : at + 2].text.lower() for at in (i, i - 1) if 0 <= at < len(doc) - 1)
        return any(pair in self._words[name] for pair in pairs)

    def words(self, name: str) -> frozenset[str]:
        """The words of a group, as its file has them."""
        return self._words[name]

    def has(self, name: str, token: Token) -> bool:
        """Whether a token's lemma or form is one of the words of a group."""
        return token.lemma_.lower() in self._words[name] or token.lower_ in self._words[name]
