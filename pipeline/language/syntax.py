"""Grammatical relations read off a Universal Dependencies parse.

The parse says which word hangs on which; the rules speak of subject, object and preposition *by
meaning*: the subject of a passive is its object, the subject of ``agreed to meet`` is that of
``meet`` too, and the party behind ``talks`` is who holds them. This module translates between
the two and knows nothing of rules or actors.

Relation labels are those of UD English (de Marneffe et al. 2021, *Universal Dependencies*).
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Span, Token

SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer"})
NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM"})
FINITE_ONLY = frozenset({"on", "against", "at", "for", "to", "with"})


def children(token: Token, *relations: str) -> Iterator[Token]:
    """Yield the children of a token that stand in one of the relations."""
    for child in token.children:
        if child.dep_ in relations:
            yield child


def is_verbal(token: Token) -> bool:
    """Whether a token heads a clause (a verb, or an auxiliary standing for one)."""
    return token.tag_.startswith("VB") or token.tag_ == "MD"


def is_passive(verb: Token) -> bool:
    """Whether the surface subject of a verb is its logical object."""
    for child in verb.children:
        if child.dep_ in ("nsubj:pass", "aux:pass"):
            return True
    if verb.tag_ != "VBN":
        return False
    if any(child.dep_ in ("aux", "cop") for child in verb.children):
        return False
    if any(child.dep_ == "nsubj" for child in verb.children):
        if verb.dep_ == "ROOT" and not is_headline(verb.sent):
            return False
        return not any(child.dep_ in ("obj", "iobj", "xcomp", "ccomp") for child in verb.children)
    if verb.dep_ == "conj" and is_verbal(verb.head) and not has_subject(verb):
        return is_passive(verb.head)
    if _is_misread_clause(verb):
        return False
    return verb.dep_ in ("acl", "amod", "advcl", "xcomp", "ROOT") and not has_object(verb)


def _is_misread_clause(verb: Token) -> bool:
    """Whether what is parsed as a participle is a past tense: *Prisoners rioted on Monday.*

    Such a "participle" hangs on the noun that heads the whole sentence and has what only a
    finite verb has. Headlines do write so (*Man held in Rome*), sentences do not.
    """
    whole = verb.head.dep_ in ("ROOT", "ccomp", "parataxis") and verb.head.i < verb.i
    finite = any(
        child.dep_ in ("obj", "iobj", "ccomp", "xcomp") or preposition(child) in FINITE_ONLY
        for child in verb.children
    )
    return (
        verb.dep_ == "acl"
        and whole
        and finite
        and verb.sent.text.rstrip().endswith((".", "”", '"'))
        and not any(by_agent(verb))
    )


def has_subject(verb: Token) -> bool:
    """Whether a verb has a subject of its own."""
    return any(child.dep_ in SUBJECTS for child in verb.children)


def has_object(verb: Token) -> bool:
    """Whether a verb has a direct object of its own."""
    return any(child.dep_ == "obj" for child in verb.children)


def conjuncts(token: Token) -> list[Token]:
    """Return a nominal and everything coordinated with it, in order.

    An apposition of several names after a plural (``three states: A, B and C``) is followed too.
    """
    found = [token]
    for child in token.children:
        listed = child.dep_ == "appos" and token.pos_ == "NOUN" and child.pos_ == "PROPN"
        joined = child.dep_ == "conj" and not is_verbal(child) and not _is_contrasted(child)
        if listed or joined:
            found.extend(conjuncts(child))
    return found


def _is_contrasted(conjunct: Token) -> bool:
    """Whether *but* sets a nominal apart: it belongs to a clause that the parse broke."""
    return any(child.dep_ == "cc" and child.lower_ == "but" for child in conjunct.children)


def antecedent(token: Token) -> Token:
    """Return what a relative pronoun stands for; any other token is returned as it is."""
    if token.lower_ not in ("who", "whom", "which", "that"):
        return token
    verb = token.head
    while verb.dep_ in ("conj", "xcomp", "ccomp") and verb.head != verb:
        verb = verb.head
    return verb.head if verb.dep_ in ("acl:relcl", "advcl:relcl") else token


def surface_subject(verb: Token, depth: int = 0) -> list[Token]:
    """Return the grammatical subject of a verb, its own or the one it shares.

    A shared subject comes from the coordinated verb before it, from the verb that governs an
    infinitive (its object where that verb acts upon somebody: ``urged Iran to stop``), from the
    noun that a participle or relative clause modifies, or from the main clause of an adjunct.

    Returns
    -------
    list of Token
        Nominal heads, mostly one; empty where the sentence has none.
    """
    own = [antecedent(child) for child in verb.children if child.dep_ in SUBJECTS]
    own = own or _expletive(verb)
    if own:
        return own
    head = verb.head
    if head == verb or depth > 6:
        return []
    if verb.dep_ in ("acl:relcl", "acl") and head.pos_ in NOMINAL:
        if verb.dep_ == "acl" and is_infinitive(verb):
            return issuer(head, depth)
        return [head]
    if verb.dep_ in ("xcomp", "ccomp", "advcl", "parataxis", "conj", "obl", "dep", "acl"):
        if verb.dep_ == "ccomp" and verb.tag_ != "VBG" and not is_infinitive(verb):
            return []
        if not is_verbal(head):
            own = [h for h in head.children if h.dep_ in SUBJECTS]
            return own[:1] or _expletive(head) or possessor(head)
        if verb.dep_ == "xcomp":
            controlled = [c for c in head.children if c.dep_ in ("obj", "iobj")]
            if controlled and head.lemma_ != "become" and is_infinitive(verb):
                return controlled[:1]
        blamed = verb.tag_ == "VBG" and is_introduced(verb, "of", "for")
        if blamed and verb.dep_ in ("advcl", "obl"):
            charged = patient(head)
            if charged and charged[0].i < verb.i:
                return charged[:1]
        if verb.dep_ == "advcl" and is_passive(head) and not is_infinitive(verb):
            agent = list(by_agent(head))
            if agent:
                return agent
        return surface_subject(head, depth + 1)
    return []


def _expletive(predicate: Token) -> list[Token]:
    """Return *it* of reported speech, which the parser takes for an expletive.

    ``Cuba said it was ready``: the pronoun means Cuba.
    """
    if predicate.dep_ != "ccomp":
        return []
    return [child for child in children(predicate, "expl") if child.lower_ == "it"]


def is_introduced(verb: Token, *words: str) -> bool:
    """Whether one of some prepositions stands before a verb: *accused of attacking*."""
    return any(child.lower_ in words for child in children(verb, "mark", "case"))


def is_infinitive(verb: Token) -> bool:
    """Whether a verb stands with ``to``."""
    return any(c.dep_ == "mark" and c.lower_ == "to" for c in verb.children)


def issuer(noun: Token, depth: int = 0) -> list[Token]:
    """Return whose a noun is or who brings it forth: *Chad's decision*, *Chad made a decision*."""
    owners = named_owner(noun)
    verb = noun.head
    if not owners and noun.dep_ in ("obj", "obl", "nsubj:pass") and is_verbal(verb):
        return agent(verb, depth + 1)
    return owners


def named_owner(noun: Token) -> list[Token]:
    """Return whose a noun is, told by a name or pronoun: *its decision*, *a decision of Chad*."""
    return possessor(noun) or [t for t in prepositional(noun, frozenset({"of"})) if t.ent_type_]


def by_agent(verb: Token) -> Iterator[Token]:
    """Yield the ``by`` phrase of a passive."""
    for child in verb.children:
        if child.dep_ == "obl:agent" or (child.dep_ == "obl" and preposition(child) == "by"):
            yield child


def agent(verb: Token, depth: int = 0) -> list[Token]:
    """Return who does it: the subject of an active verb, the ``by`` phrase of a passive one."""
    if is_passive(verb):
        return list(by_agent(verb))
    return surface_subject(verb, depth)


def patient(verb: Token) -> list[Token]:
    """Return who it is done to: the object of an active verb, the subject of a passive one."""
    if is_passive(verb):
        if verb.dep_ == "amod":
            return [verb.head]
        return surface_subject(verb)
    found = [antecedent(child) for child in verb.children if child.dep_ in ("obj", "iobj")]
    if not found:
        # A second subject, behind the verb, is an object that the parser misread.
        subjects = [child for child in verb.children if child.dep_ == "nsubj"]
        found = [child for child in subjects[1:] if subjects[0].i < verb.i < child.i]
    if not found and verb.dep_ == "acl:relcl":
        subject = surface_subject(verb)
        if subject and subject[0] != verb.head:
            return [verb.head]
    return found or _shared_object(verb)


def _shared_object(verb: Token) -> list[Token]:
    """The object of *attacked and threatened Oman* for the verb that it was not hung on."""
    if verb.dep_ == "conj" and is_verbal(verb.head):
        other = verb.head
        objects = [o for o in children(other, "obj") if o.left_edge.i > verb.i]
    else:
        other = next((c for c in children(verb, "conj") if is_verbal(c)), verb)
        objects = list(children(other, "obj"))
    first, last = sorted((verb, other))
    between = verb.doc[first.i + 1 : last.i]
    beside = all(t.dep_ in ("cc", "advmod", "fixed", "aux") for t in between)
    return [antecedent(o) for o in objects] if beside and not is_passive(other) else []


def preposition(nominal: Token) -> str:
    """Return the preposition that introduces a nominal, its first word if it has several."""
    for child in nominal.children:
        if child.dep_ == "case" and child.lower_ not in ("'s", "’s", "'", "’"):
            return child.lower_
    return ""


def prepositional(token: Token, words: frozenset[str]) -> Iterator[Token]:
    """Yield nominals that hang on a token, or on a verb's object, by one of the prepositions."""
    for child in token.children:
        if (
            child.dep_ in ("obl", "nmod", "obl:agent", "obl:unmarked")
            and preposition(child) in words
        ):
            yield antecedent(child)
        elif (child.dep_ == "obj" and is_verbal(token)) or (
            child.dep_ == "nmod" and preposition(child) == "of"
        ):
            yield from prepositional(child, words)


def is_definite(noun: Token) -> bool:
    """Whether a noun means somebody or something told of before: *the protesters*."""
    return any(
        child.dep_ == "det" and child.lower_ in ("the", "this", "that", "these", "those")
        for child in noun.children
    )


def possessor(noun: Token) -> list[Token]:
    """Return whose a noun is: ``Russia's invasion``, ``their talks``."""
    return list(children(noun, "nmod:poss"))


def governor(noun: Token) -> Token | None:
    """Return the verb of which a noun is an argument, through coordination, or None."""
    while noun.dep_ == "conj" and noun.head != noun and not is_verbal(noun):
        noun = noun.head
    head = noun.head
    if head == noun or not is_verbal(head):
        return None
    return head


def clause_head(token: Token) -> Token:
    """Return the verb (or root) of the smallest clause that a token belongs to."""
    while not is_verbal(token) and token.head != token:
        token = token.head
    return token


def ancestors(token: Token) -> Iterator[Token]:
    """Yield the token's heads from the nearest upwards."""
    while token.head != token:
        token = token.head
        yield token


def is_headline(sentence: Span) -> bool:
    """Whether a sentence ends without a stop: its present tense means the past."""
    return not sentence.text.rstrip().rstrip("”\"’'").endswith((".", "!", "?", ";", ","))
