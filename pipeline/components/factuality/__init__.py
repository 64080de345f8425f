"""Whether an act happened, is planned, proposed or only thought of, or expressly did not happen.

The reading goes from the trigger outwards: its own auxiliaries and negation, then what governs it
(``plans to meet``, ``failed to sign``, ``will hold talks``), then the clause it stands in (``if``).
The words are data: ``knowledge/factuality/cues.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.components.events import syntax
from pipeline.resources import KnowledgeError, document

GROUPS = (
    "negation", "negative_determiner", "future_auxiliary", "conditional_auxiliary",
    "possible_auxiliary", "obligation_auxiliary", "intention", "offer", "attempt", "failure",
    "continuing", "condition_marker", "future_modifier", "proposed_modifier",
    "possible_modifier", "cancelling", "reporting", "motion", "ranking",
    "carrying",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """The factuality of an act, and the word that decided it (None: nothing spoke against it).

    ``purpose`` marks an act that is only named as an aim (``to facilitate …``).
    """

    value: str
    cue: Token | None = None
    purpose: bool = False


class Factuality:
    """Reads the factuality of trigger words.

    Raises
    ------
    KnowledgeError
        A group of cues is missing or unknown.
    """

    def __init__(self) -> None:
        raw = document("factuality/cues.yaml")
        if sorted(raw) != sorted(GROUPS):
            odd = sorted(set(raw) ^ set(GROUPS))
            raise KnowledgeError(
                "cues.yaml", "file", f"groups missing or unknown: {', '.join(odd)}"
            )
        self.cues = {name: frozenset(words) for name, words in raw.items()}

    def of(self, token: Token, nominal: bool = False) -> Reading:
        """Return the factuality of the act that a trigger word expresses.

        ``nominal`` says that the word is a noun, whatever its tag.
        """
        if not nominal and syntax.is_verbal(token) and token.dep_ != "amod":
            return self._of_verb(token, 0)
        return self._of_noun(token)

    def _has(self, group: str, token: Token) -> bool:
        return token.lemma_.lower() in self.cues[group] or token.lower_ in self.cues[group]

    def _of_verb(self, verb: Token, depth: int) -> Reading:
        own = self._own(verb)
        if own is not None:
            return own
        if depth > 5:
            return Reading("actual")
        return self._governed(verb, depth) or Reading("actual")

    def _own(self, verb: Token) -> Reading | None:
        """Read the auxiliaries, negation and markers of the verb itself."""
        for child in verb.children:
            if child.dep_ in ("advmod", "neg", "aux", "cc:preconj") and self._has(
                "negation", child
            ):
                return Reading("negated", child)
            if child.dep_ in ("nsubj", "nsubj:pass", "obj"):
                for word in child.children:
                    if word.dep_ == "det" and self._has("negative_determiner", word):
                        return Reading("negated", word)
            if child.dep_ == "mark" and child.lower_ == "without":
                return Reading("negated", child)
        for child in verb.children:
            if child.dep_ == "mark" and self._has("condition_marker", child):
                return Reading("hypothetical", child)
        for child in verb.children:
            if child.lower_ in ("when", "once") and verb.tag_ == "VBN" and not _has_auxiliary(verb):
                return Reading("hypothetical", child)
        if syntax.is_infinitive(verb) and any(
            child.dep_ in ("aux", "cop") and child.lemma_ == "be" for child in verb.children
        ):
            return Reading("planned", verb)
        for child in verb.children:
            if child.dep_ != "aux":
                continue
            if self._has("future_auxiliary", child):
                return Reading("planned", child)
            if self._has("conditional_auxiliary", child):
                reported = verb.dep_ in ("ccomp", "conj") and self._has("reporting", verb.head)
                return Reading("planned" if reported else "hypothetical", child)
            if self._has("possible_auxiliary", child) or self._has("obligation_auxiliary", child):
                return Reading("hypothetical", child)
        return None

    def _governed(self, verb: Token, depth: int) -> Reading | None:
        """Read what stands over the verb: a governing verb or noun, or coordination."""
        head = verb.head
        if head == verb:
            return None
        if verb.dep_ == "conj" and syntax.is_verbal(head):
            if any(c.dep_ in syntax.SUBJECTS for c in verb.children):
                return None
            if _same_form(verb, head):
                return self._of_verb(head, depth + 1)
            return None
        infinitive = next((c for c in verb.children if c.dep_ == "mark" and c.lower_ == "to"), None)
        if verb.dep_ in ("xcomp", "ccomp", "csubj", "obl", "acl", "advcl"):
            return self._under(verb, head, infinitive, depth)
        return None

    def _under(
        self, verb: Token, head: Token, infinitive: Token | None, depth: int
    ) -> Reading | None:
        if not syntax.is_verbal(head) and any(self._has("ranking", c) for c in head.children):
            return Reading("actual", head)
        if head.lemma_ == "become":
            return self._of_verb(head, depth + 1)
        if verb.dep_ == "advcl" and infinitive is not None:
            above = self._of_verb(head, depth + 1) if syntax.is_verbal(head) else Reading("actual")
            if self._has("motion", head):
                return above
            if head.lemma_ == "be" or self._has("intention", head):
                return Reading("planned", head)
            return Reading("planned", infinitive, purpose=True)
        if infinitive is None and verb.dep_ in ("ccomp", "advcl", "acl"):
            return None
        for group, value in (
            ("failure", "negated"),
            ("offer", "proposed"),
            ("continuing", ""),
            ("motion", ""),
            ("attempt", "hypothetical"),
            ("intention", "planned"),
        ):
            if not self._has(group, head):
                continue
            above = self._of_verb(head, depth + 1) if syntax.is_verbal(head) else Reading("actual")
            if not value or above.value in ("negated", "hypothetical"):
                return above
            return Reading(value, head)
        if infinitive is None:
            return self._of_verb(head, depth + 1) if syntax.is_verbal(head) else None
        if head.lemma_ == "be":
            return Reading("planned", head)
        journey = syntax.clause_head(head)
        if verb.dep_ == "acl" and self._has("motion", journey):
            return self._of_verb(journey, depth + 1)
        return Reading("planned", infinitive, purpose=True)

    def _of_noun(self, noun: Token) -> Reading:
        for child in noun.children:
            if child.dep_ == "det" and self._has("negative_determiner", child):
                return Reading("negated", child)
            if child.dep_ in ("amod", "compound", "advmod"):
                for group, value in (
                    ("proposed_modifier", "proposed"),
                    ("future_modifier", "planned"),
                    ("possible_modifier", "hypothetical"),
                ):
                    if self._has(group, child):
                        return Reading(value, child)
        verb = syntax.governor(noun)
        if verb is None:
            return Reading("actual")
        if noun.dep_ in ("obj", "nsubj:pass") and self._has("cancelling", verb):
            return Reading("negated", verb)
        if noun.dep_ in ("obj", "nsubj:pass", "nsubj", "obl"):
            if noun.dep_ == "obj" and self._has("offer", verb):
                return Reading("proposed", verb)
            if noun.dep_ == "obj" and self._has("intention", verb):
                above = self._of_verb(verb, 1)
                return above if above.value != "actual" else Reading("planned", verb)
            if self._has("carrying", verb):
                return self._of_verb(verb, 1)
        return Reading("actual")


def _same_form(verb: Token, other: Token) -> bool:
    """Tell whether coordinated verbs share their auxiliary (``will meet and sign``)."""
    if _has_auxiliary(verb):
        return False
    return verb.tag_ == other.tag_ or verb.tag_ in ("VB", "VBN", "VBG")


def _has_auxiliary(verb: Token) -> bool:
    return any(child.dep_ in ("aux", "aux:pass") for child in verb.children)
