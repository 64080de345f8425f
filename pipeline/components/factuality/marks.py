"""What stands beside an act itself: auxiliaries, negation and its scope, markers, modifiers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.components.factuality.cues import Cues
from pipeline.language import syntax

_NEGATORS = frozenset({"advmod", "neg", "aux", "aux:pass", "cc", "cc:preconj", "det"})


@dataclass(frozen=True, slots=True)
class Reading:
    """The factuality of an act, and the word that decided it (None: nothing spoke against it).

    ``purpose`` marks an act that is only named as an aim (``to facilitate …``), ``conditional``
    one that somebody is said to do on a condition (``if they attack, …``) or perhaps (``may``).
    """

    value: str
    cue: Token | None = None
    purpose: bool = False
    conditional: bool = False


class Marks:
    """Reads the marks beside verbs and nouns; None where there are none."""

    def __init__(self, cues: Cues) -> None:
        self._cues = cues

    def of_verb(self, verb: Token) -> Reading | None:
        """Read the marks of a verb, or of an adjective or noun with its copula."""
        return (
            self._open(verb)
            or self._negated(verb)
            or self._never(verb)
            or self._replaced(verb)
            or self._able(verb)
            or self._planned(verb)
        )  # fmt: skip

    def of_noun(self, noun: Token) -> Reading | None:
        """Read ``no talks``, ``without an accord``, ``proposed talks``, ``talks planned for``."""
        for child in noun.children:
            if child.dep_ == "det" and self._cues.has("negative_determiner", child):
                return Reading("negated", child)
            if child.dep_ == "case" and child.lower_ == "without":
                return Reading("negated", child)
        replaced = self._replaced(noun)
        if replaced is not None:
            return replaced
        for child in _modifiers(noun):
            for group, value in (
                ("proposed_modifier", "proposed"),
                ("future_modifier", "planned"),
                ("possible_modifier", "hypothetical"),
                ("cancelled_modifier", "negated"),
            ):
                if self._cues.has(group, child):
                    return Reading(value, child)
        for child in syntax.children(noun, "acl"):
            governing = self._cues.governing(child)
            if (
                child.tag_ in ("VBN", "VBD")
                and governing is not None
                and governing.name == "intention"
            ):
                return Reading("planned", child)
        return None

    def occurrence(self, verb: Token) -> Token | None:
        """The ``resume`` of ``talks are expected to resume``."""
        for child in syntax.children(verb, "xcomp"):
            if syntax.is_infinitive(child) and self._cues.has("occurring", child):
                return child
        return None

    # -- parts -----------------------------------------------------------------------------------

    def _open(self, verb: Token) -> Reading | None:
        """Read what leaves open whether it happens: conditions, questions, "may", "perhaps"."""
        inverted = self._inversion(verb)
        if inverted is not None:
            return Reading("hypothetical", inverted, conditional=True)
        for child in verb.children:
            if child.dep_ in ("mark", "advmod") and self._is_condition(verb, child):
                return Reading("hypothetical", child, conditional=self._is_if(child))
        for child in verb.children:
            possible = child.dep_ == "aux" and self._cues.has("possible_auxiliary", child)
            bound = child.dep_ == "aux" and self._cues.has("obligation_auxiliary", child)
            perhaps = child.dep_ == "advmod" and self._cues.has("possible_adverb", child)
            if possible or bound or perhaps:
                open_yet = possible and not any(c.lower_ == "have" for c in verb.children)
                return Reading("hypothetical", child, conditional=open_yet)
        if self._is_asked(verb):
            return Reading("hypothetical", verb)
        return None

    def _inversion(self, verb: Token) -> Token | None:
        """The first word of ``Had they met, …``, if the verb stands in that clause."""
        first = verb.sent[0]
        if not self._cues.has("inversion", first) or verb.sent.text.rstrip().endswith("?"):
            return None
        clause = verb.doc[first.i : verb.i]
        return first if first.text[:1].isupper() and "," not in clause.text else None

    def _is_condition(self, verb: Token, child: Token) -> bool:
        """Whether a marker makes a condition: ``if``, ``in case``, ``once ratified``."""
        if child.dep_ == "mark" and self._cues.has("condition_marker", child):
            return True
        if not self._cues.has("temporal_marker", child):
            return False
        perfect = any(c.dep_ == "aux" and c.lower_ in ("has", "have") for c in verb.children)
        # "when a missile struck": a past tense that was taken for a participle has a subject.
        active = any(c.dep_ == "nsubj" for c in verb.children)
        return perfect or (verb.tag_ == "VBN" and not has_auxiliary(verb) and not active)

    def _is_if(self, marker: Token) -> bool:
        """Whether a marker states a condition and leaves no question open (``whether``)."""
        return self._cues.has("condition_marker", marker) and marker.lower_ != "whether"

    def _is_asked(self, verb: Token) -> bool:
        """Whether a question asks if it happened; one that asks why or where takes it as given."""
        while verb.dep_ in ("conj", "xcomp") and verb.head != verb:
            verb = verb.head
        sentence = verb.sent
        return (
            verb.dep_ == "ROOT"
            and sentence.text.rstrip("\"'”’ \n").endswith("?")
            and not any(self._cues.has("question_word", child) for child in verb.children)
        )

    def _negated(self, verb: Token) -> Reading | None:
        for child in verb.children:
            if child.dep_ in _NEGATORS and self._is_negation(verb, child):
                return Reading("negated", child)
            if child.dep_ == "advmod" and self._cues.has("near_miss", child):
                return Reading("negated", child)
            if child.dep_ == "mark" and child.lower_ == "without":
                return Reading("negated", child)
            if child.dep_ in ("nsubj", "nsubj:pass", "obj"):
                if self._cues.has("negative_pronoun", child):
                    return Reading("negated", child)
                for word in syntax.children(child, "det", "cc:preconj", "cc", "advmod"):
                    if self._cues.has("negative_determiner", word):
                        return Reading("negated", word)
        return None

    def _never(self, verb: Token) -> Reading | None:
        """Read ``at no time did they attack``; the phrase may hang on the subject before it."""
        subjects = syntax.children(verb, *syntax.SUBJECTS)
        behind = (w for s in subjects for w in syntax.children(s, "nmod") if s.i < w.i < verb.i)
        for phrase in (*syntax.children(verb, "obl", "obl:unmarked"), *behind):
            if self._cues.has("negated_occasion", phrase):
                for word in syntax.children(phrase, "det"):
                    if word.lower_ == "no":
                        return Reading("negated", word)
        return None

    def _replaced(self, act: Token) -> Reading | None:
        """Read ``rather than condemn``, ``instead of talks``: something else happened."""
        for child in syntax.children(act, "mark", "cc", "case"):
            if self._cues.has_phrase("replacing", child):
                return Reading("negated", child)
        return None

    def _is_negation(self, verb: Token, child: Token) -> bool:
        """Whether a word negates the act, and not only a part of the sentence."""
        following = child.nbor() if child.i + 1 < len(child.doc) else child
        if child.lower_ == "longer" and child.nbor(-1).lower_ == "no":
            return True
        if not self._cues.has("negation", child) or self._cues.has("contrast", following):
            return False
        return not any(_is_corrected(part) for part in verb.children)

    def _able(self, verb: Token) -> Reading | None:
        for child in syntax.children(verb, "aux"):
            if self._cues.has("ability_auxiliary", child):
                return Reading("hypothetical", child)
        return None

    def _planned(self, verb: Token) -> Reading | None:
        """Read the future in its forms, and the conditional, which reported speech puts for it."""
        if syntax.is_infinitive(verb):
            if any(c.dep_ in ("aux", "cop") and c.lemma_ == "be" for c in verb.children):
                unreal = verb.tag_ == "VBN" and any(c.lower_ == "have" for c in verb.children)
                pending = any(c.lower_ == "yet" for c in verb.children)
                return Reading("negated" if unreal or pending else "planned", verb)
            if verb.dep_ == "ROOT":  # a headline: "Germany to send tanks"
                return Reading("planned", verb)
        for child in syntax.children(verb, "aux"):
            if self._cues.has("future_auxiliary", child):
                conditional = self._has_condition(verb)
                value = "hypothetical" if conditional else "planned"
                return Reading(value, child, conditional=conditional)
            if self._cues.has("conditional_auxiliary", child):
                reported = verb.dep_ in ("ccomp", "conj") and self._cues.has("reporting", verb.head)
                value = "planned" if reported else "hypothetical"
                return Reading(value, child, conditional=self._has_condition(verb))
        if verb.tag_ in ("VBZ", "VBP", "VBG"):
            for child in syntax.children(verb, "obl", "obl:unmarked", "advmod", "nmod:unmarked"):
                if self._is_ahead(child):
                    return Reading("planned", child)
        return None

    def _has_condition(self, verb: Token) -> bool:
        """Whether a clause with a subject of its own says on what condition it will happen."""
        return any(
            syntax.has_subject(clause)
            and any(
                c.dep_ == "mark" and self._cues.has("condition_marker", c) for c in clause.children
            )
            for clause in syntax.children(verb, "advcl")
        )

    def _is_ahead(self, time: Token) -> bool:
        """Whether a time lies ahead: ``tomorrow``, ``next week``."""
        return self._cues.has("future_time", time) or any(
            self._cues.has("future_modifier", word) for word in syntax.children(time, "amod")
        )


def has_auxiliary(verb: Token) -> bool:
    """Whether a verb has an auxiliary of its own."""
    return any(child.dep_ in ("aux", "aux:pass") for child in verb.children)


def _modifiers(noun: Token) -> Iterator[Token]:
    """Yield what modifies a noun or the first part of its name: ``proposed merger talks``."""
    for child in syntax.children(noun, "amod", "compound", "advmod"):
        yield child
        yield from syntax.children(child, "amod")


def _is_corrected(part: Token) -> bool:
    """Whether a negation is about one part only: ``not in Oslo but in Bonn``, ``not until May``."""
    if part.dep_ in ("obl", "advcl", "obl:unmarked") and any(
        child.dep_ in ("case", "mark") and child.lower_ == "until" for child in part.children
    ):
        return True
    parts = [part] if part.pos_ in syntax.NOMINAL and part.dep_ == "conj" else part.children
    return part.dep_ in ("obl", "advmod", "conj") and any(
        child.dep_ == "conj" and any(c.dep_ == "cc" and c.lower_ == "but" for c in child.children)
        for child in parts
    )
