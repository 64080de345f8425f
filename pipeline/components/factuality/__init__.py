"""Whether an act happened, is planned, proposed or only thought of, or expressly did not happen.

The reading goes from the trigger outwards: first what stands beside the act itself (auxiliaries,
negation, markers: :mod:`.marks`), then what governs it (``plans to meet``, ``failed to sign``,
``hopes of a meeting``), then the clause that this stands in. The words are data:
``knowledge/factuality/cues.yaml``. The composition of governing words with their own negation
follows the two-way implicatives of Karttunen (1971, *Implicative Verbs*): who *did not fail to
sign* has signed.
"""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.components.factuality.cues import Cues, Group
from pipeline.components.factuality.marks import Marks, Reading, has_auxiliary
from pipeline.language import syntax

__all__ = ["Factuality", "Reading"]

ACTUAL = Reading("actual")
#: Steps outwards after which a sentence is no longer followed.
DEPTH = 6
#: Relations of a verb to the word that governs it.
COMPLEMENTS = frozenset({"xcomp", "ccomp", "csubj", "csubj:pass", "obl", "acl", "advcl"})
#: Relations of a noun to the verb of which it is an argument.
ARGUMENTS = frozenset({"obj", "nsubj:pass", "nsubj", "obl"})
#: Tokens within which a participle after a governing verb is its complement, whatever the parse.
NEAR = 3
_NEGATING = frozenset({"failure", "sure_failure", "cancelling"})
_SUBJUNCTIVE = frozenset({"VB", "VBP"})


class Factuality:
    """Reads the factuality of trigger words.

    Raises
    ------
    KnowledgeError
        The cues are not of the documented shape.
    """

    def __init__(self) -> None:
        self._cues = Cues()
        self._marks = Marks(self._cues)

    def of(self, token: Token, nominal: bool = False) -> Reading:
        """Return the factuality of the act that a trigger word expresses.

        Parameters
        ----------
        token : Token
            The trigger, in a Doc with tags and Universal Dependencies.
        nominal : bool
            The word is a noun, whatever its tag.
        """
        verbal = syntax.is_verbal(token) or syntax.is_infinitive(token)
        if not nominal and verbal and token.dep_ != "amod":
            return self._of_verb(token, 0)
        return self._of_noun(token, 0)

    # -- verbs -----------------------------------------------------------------------------------

    def _of_verb(self, verb: Token, depth: int) -> Reading:
        if depth > DEPTH:
            return ACTUAL
        own = self._marks.of_verb(verb)
        if own is None:
            return self._governed(verb, depth) or ACTUAL
        if own.value in ("actual", "planned") and verb.dep_ in COMPLEMENTS:
            return self._in_that_clause(verb, verb.head, depth) or own
        return own

    def _governed(self, verb: Token, depth: int) -> Reading | None:
        """Read what stands over the verb: coordination, a governing verb, noun or adjective."""
        head = verb.head
        if head == verb:
            return None
        if verb.dep_ == "conj" and syntax.is_verbal(head):
            if syntax.has_subject(verb) or not _same_form(verb, head):
                return None
            return self._of_verb(head, depth + 1)
        if verb.dep_ not in COMPLEMENTS:
            return None
        if verb.tag_ == "VBG" and not syntax.has_subject(verb):
            return self._under_gerund(verb, head, depth)
        if syntax.is_infinitive(verb) or verb.dep_ == "xcomp":
            return self._under_infinitive(verb, head, depth)
        return self._in_that_clause(verb, head, depth)

    def _under_infinitive(self, verb: Token, head: Token, depth: int) -> Reading | None:
        if not syntax.is_verbal(head) and any(self._cues.has("ranking", c) for c in head.children):
            return Reading("actual", head)
        if self._is_performed(verb, head):
            return ACTUAL
        head = self._promised(verb, head)
        above = self._above(head, depth)
        if head.lemma_ == "become":
            return above
        group = self._cues.governing(head)
        infinitive = next((c for c in verb.children if c.dep_ == "mark" and c.lower_ == "to"), None)
        if verb.dep_ == "advcl" and head == verb.head and infinitive is not None:
            return self._as_aim(verb, head, group, above, infinitive)
        if group is not None:
            return _under(group, above, head)
        if infinitive is None:
            return above if syntax.is_verbal(head) else None
        if head.lemma_ == "be":
            return Reading("planned", head)
        journey = syntax.clause_head(head)
        going = self._cues.governing(journey)
        if verb.dep_ == "acl" and going is not None and going.name == "motion":
            return self._of_verb(journey, depth + 1)
        return Reading("planned", infinitive, purpose=True)

    def _is_performed(self, verb: Token, head: Token) -> bool:
        """Whether saying it does it: ``I would like to thank the envoy``."""
        return (
            self._cues.has("performative", verb)
            and self._cues.has("wishing", head)
            and any(self._cues.has("speaker", c) for c in syntax.children(head, "nsubj"))
            and not any(self._cues.has("negation", c) for c in head.children)
        )

    def _promised(self, verb: Token, head: Token) -> Token:
        """The noun before an infinitive that was hung on the verb: ``dropped its plan to meet``."""
        before = verb.doc[verb.left_edge.i - 1] if verb.left_edge.i else head
        if verb.dep_ != "advcl" or before.dep_ != "obj" or before.head != head:
            return head
        group = self._cues.governing(before)
        return before if group is not None and group.effect else head

    def _as_aim(
        self, verb: Token, head: Token, group: Group | None, above: Reading, infinitive: Token
    ) -> Reading:
        """Read an adverbial infinitive: ``flew to meet``, ``urged both to sign``, an aim."""
        name = group.name if group is not None else ""
        asked = name == "request" or (name == "offer" and head.lemma_ == "invite")
        if group is not None and (name == "motion" or asked or name in _NEGATING):
            return _under(group, above, head)
        if head.lemma_ == "be" or name == "intention":
            return Reading("planned", head)
        return Reading("planned", infinitive, purpose=True)

    def _under_gerund(self, verb: Token, head: Token, depth: int) -> Reading | None:
        """Read ``proposed holding``, ``refrained from attacking``, ``will travel, meeting``."""
        group = self._cues.governing(head)
        links = self._cues.words("link")
        linked = any(c.dep_ in ("mark", "case") and c.lower_ in links for c in verb.children)
        near = verb.dep_ == "xcomp" or linked or 0 < verb.i - head.i <= NEAR
        above = self._above(head, depth)
        if group is not None and near:
            passed_on = group.effect or verb.dep_ == "xcomp" or not syntax.is_verbal(head)
            return _under(group, above, head) if passed_on else None
        if verb.dep_ == "xcomp" and syntax.is_verbal(head):
            return above
        bare = not any(c.dep_ in ("mark", "case") for c in verb.children)
        follows = verb.dep_ == "advcl" and bare and above.value == "planned" and not above.purpose
        return above if follows else None

    def _in_that_clause(self, verb: Token, head: Token, depth: int) -> Reading | None:
        """Read a finite clause: ``denied that they met``, ``proposed that both sign``."""
        group = self._cues.governing(head)
        if group is None or verb.dep_ in ("advcl", "xcomp", "obl"):
            return self._while(verb, head, depth)
        above = self._above(head, depth)
        if group.name in ("offer", "request"):
            wished = verb.tag_ in _SUBJUNCTIVE and not has_auxiliary(verb)
            return _under(group, above, head) if wished else None
        if group.name == "passing":
            return above if above.value == "negated" and not syntax.is_verbal(head) else None
        if group.name in _NEGATING or group.name == "supposition":
            return _under(group, above, head)
        return None

    def _while(self, verb: Token, head: Token, depth: int) -> Reading | None:
        """Read ``when they meet``: as far off as what happens then."""
        present = verb.tag_ in ("VBZ", "VBP")
        timed = any(self._cues.has("temporal_marker", c) for c in verb.children)
        if verb.dep_ != "advcl" or not (present and timed):
            return None
        above = self._above(head, depth)
        return above if above.value == "planned" else None

    def _above(self, head: Token, depth: int) -> Reading:
        """The reading of a governing word itself."""
        if syntax.is_verbal(head):
            return self._of_verb(head, depth + 1)
        if any(child.dep_ == "cop" for child in head.children) or head.pos_ == "ADJ":
            return self._marks.of_verb(head) or ACTUAL
        return self._of_noun(head, depth + 1)

    # -- nouns -----------------------------------------------------------------------------------

    def _of_noun(self, noun: Token, depth: int) -> Reading:
        own = self._marks.of_noun(noun)
        if depth > DEPTH or (own is not None and own.value == "negated"):
            return own or ACTUAL
        outer = self._around_noun(noun, depth)
        return outer if own is None or outer.value == "negated" else own

    def _around_noun(self, noun: Token, depth: int) -> Reading:
        """Read what stands over a noun: ``cancelled the planned visit``, ``hopes of talks``."""
        first = noun
        while first.dep_ == "conj" and first.head != first and not syntax.is_verbal(first.head):
            first = first.head
        if first.dep_ == "nmod":
            return self._under_noun(first, first.head, depth) or ACTUAL
        verb = syntax.governor(noun)
        if verb is not None:
            return self._as_argument(first, verb, depth) or ACTUAL
        return self._as_subject(first, first.head, depth) or ACTUAL

    def _under_noun(self, noun: Token, head: Token, depth: int) -> Reading | None:
        """Read ``a plan for an embargo``, ``hopes of a meeting``, ``lack of talks``."""
        if self._cues.has("container", head):
            return self._of_noun(head, depth + 1)
        group = self._cues.governing(head)
        if group is None or syntax.preposition(noun) not in self._cues.words("link"):
            return None
        return _under(group, self._of_noun(head, depth + 1), head)

    def _as_argument(self, noun: Token, verb: Token, depth: int) -> Reading | None:
        if noun.dep_ not in ARGUMENTS:
            return None
        if noun.dep_ == "obl" and syntax.preposition(noun) in self._cues.words("looking_back"):
            return None
        status = self._status(noun, verb)
        if status is not None:
            return status
        coming = self._marks.occurrence(verb) if noun.dep_ in syntax.SUBJECTS else None
        if coming is not None:
            return self._of_verb(coming, depth + 1)
        group = self._cues.governing(verb)
        above = self._of_verb(verb, depth + 1)
        if group is not None and self._takes(group, verb, noun):
            return _under(group, above, verb)
        if noun.dep_ == "obl" and syntax.preposition(noun) in self._cues.words("occasion"):
            return above if above.value == "planned" and not above.purpose else None
        if self._cues.has("carrying", verb) or self._is_journey(group, noun):
            told_of = (
                noun.dep_ == "obl" and above.value == "negated" and not self._is_indefinite(noun)
            )
            return None if told_of else above
        if above.value == "hypothetical" and noun.dep_ != "obj" and self._is_indefinite(noun):
            return above
        return None

    def _takes(self, group: Group, verb: Token, noun: Token) -> bool:
        """Whether a noun is what the verb is about: ``fear an attack``, ``called for talks``."""
        passive = noun.dep_ == "nsubj:pass" or (noun.dep_ == "nsubj" and syntax.is_passive(verb))
        if not group.effect or (noun.dep_ == "nsubj" and not passive):
            return False
        if noun.dep_ == "obl" and syntax.preposition(noun) in self._cues.words(
            "cancelling_particle"
        ):
            return group.name == "cancelling"  # "called off the visit", as the parser may have it
        if noun.dep_ == "obl":
            asked = group.name in ("intention", "request", "offer", "supposition")
            return asked and syntax.preposition(noun) in self._cues.words("link")
        if group.name in ("failure", "sure_failure"):
            return self._is_indefinite(noun)  # "denied any attack"; "denied the request" was made
        if passive and self._cues.has("purpose", verb):
            return False
        return group.name != "request"

    def _is_indefinite(self, noun: Token) -> bool:
        """Whether a noun names no act told before: ``an attack``, ``any strike``, ``talks``."""
        definite = self._cues.words("definite")
        return not any(
            child.dep_ == "nmod:poss" or (child.dep_ == "det" and child.lower_ in definite)
            for child in noun.children
        )

    def _is_journey(self, group: Group | None, noun: Token) -> bool:
        """Whether a noun is what somebody goes for: ``will leave for talks``."""
        aim = noun.dep_ == "obl" and syntax.preposition(noun) == "for"
        return group is not None and group.name == "motion" and aim

    def _status(self, noun: Token, verb: Token) -> Reading | None:
        """Read what a subject is or remains: ``is pending``, ``remains at the proposal stage``."""
        if noun.dep_ != "nsubj":
            return None
        if verb.tag_ == "VBG" and self._cues.has("future_modifier", verb):
            return Reading("planned", verb)
        if not self._cues.has("remaining", verb):
            return None
        for child in syntax.children(verb, "xcomp", "obj", "obl", "nmod"):
            for word in (child, *syntax.children(child, "compound", "amod")):
                group = self._cues.governing(word)
                if group is not None and group.name in ("offer", "supposition", "intention"):
                    return _under(group, self._of_verb(verb, DEPTH), word)
        return None

    def _as_subject(self, noun: Token, predicate: Token, depth: int) -> Reading | None:
        """Read ``a withdrawal is possible``, ``the signing is pending``."""
        if noun.dep_ not in syntax.SUBJECTS or predicate == noun:
            return None
        coming = self._marks.occurrence(predicate)
        if coming is not None:
            return self._of_verb(coming, depth + 1)
        group = self._cues.governing(predicate)
        told = predicate.pos_ == "ADJ" or (group is not None and group.name == "offer")
        if group is None or not group.effect or not told:
            return None
        return _under(group, self._above(predicate, depth), predicate)


def _under(group: Group, above: Reading, cue: Token) -> Reading:
    """Compose what a governing word does with the reading of that word itself."""
    if not group.effect:
        return above
    if above.value == "negated":
        return Reading(group.denied, above.cue)
    if above.value == "hypothetical" or (above.value == "proposed" and group.effect == "planned"):
        return above
    return Reading(group.effect, cue)


def _same_form(verb: Token, other: Token) -> bool:
    """Whether coordinated verbs share their auxiliary (``will meet and sign``)."""
    if has_auxiliary(verb):
        return False
    return verb.tag_ == other.tag_ or verb.tag_ in ("VB", "VBN", "VBG")
