"""The spaCy component ``pacta_repairs``: a parse that its own tags contradict is put right.

The parser now and then reads a finite verb as an attribute of its object (*Haiti requested
assistance*, with *requested* a modifier of *assistance*), although the tagger has seen the past
tense. The tagger is right far more often (accuracy 0.94 against 0.82 for labelled attachment, see
``models/metrics.json``), so the verb gets its place and its arguments back.
"""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc, Token

from pipeline.language import syntax

FINITE = frozenset({"VBD", "VBZ", "VBP"})
CLOSING = frozenset({"”", '"', "»", "’’", "''"})
DASHES = frozenset({"-", "–", "—", "/"})
VERBAL = FINITE | {"MD"}
UNFINITE = frozenset({"VB", "VBG"})
NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM"})


@Language.factory("pacta_repairs", assigns=["token.head", "token.dep"])
def make_repairs(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """Build the component; it goes right behind the parser."""
    return repair


def repair(doc: Doc) -> Doc:
    """Give clauses back what the parser took from them; space relates to nothing."""
    for token in doc:
        if token.is_sent_start and token.i and _is_broken(token):
            _rejoin(token)
        if token.is_space and token.dep_ not in ("", "ROOT"):
            token.dep_ = "dep"
        if token.dep_ == "amod" and token.head.i > token.i and _is_clause(token):
            _lift(token)
        elif token.dep_ == "nsubj:pass" and _is_active(token.head):
            _activate(token)
        elif token.dep_ == "nsubj" and token.head.dep_ == "advmod":
            token.head = token.head.head
        elif token.dep_ == "nsubj" and token.pos_ in ("NOUN", "PROPN"):
            _entitle(token)
            _unquote(token)
            _appose(token)
        elif token.lemma_ == "have" and token.tag_ in FINITE and token.dep_ != "aux":
            _complete(token)
        elif token.dep_ == "conj" and token.head.tag_ in UNFINITE and _is_past(token):
            _join_finite(token)
        elif token.dep_ == "conj" and token.pos_ == "PROPN":
            _list(token)
        elif token.dep_ == "appos" and token.pos_ == "PROPN":
            _locate(token)
        elif token.dep_ in ("acl", "amod") and (_is_only_verb(token) or _is_main_verb(token)):
            _assert(token)
        elif token.dep_ == "obj" and _is_introduced(token):
            token.dep_ = "obl"
        elif token.dep_ == "obj" and _is_inverted(token):
            token.dep_ = "nsubj"
        elif token.dep_ == "case" and token.tag_ == "RP":
            _separate(token)
        elif token.dep_ == "case" and token.head.i > token.i:
            _introduce(token)
        elif token.dep_ == "iobj":
            _direct(token)
        if token.tag_ in FINITE and _has_lost_subject(token):
            _part(token)
    return doc


def _is_broken(start: Token) -> bool:
    """Whether a sentence begins inside a compound: *Germany–*, *Japan pact signed*."""
    before = start.nbor(-1)
    return before.text in DASHES and not before.whitespace_ and not start.is_space


def _rejoin(start: Token) -> None:
    """Hang the second half of a compound, and its sentence, on the first half's sentence."""
    before = start.nbor(-1)
    root = start
    while root.head != root:
        root = root.head
    first = before.head if before.head != before else before
    root.head = first
    root.dep_ = "parataxis"


def _is_clause(attribute: Token) -> bool:
    """Whether an attribute must be a verb: it is finite, or a participle with a subject.

    The subject may have been hung on the noun: *Chad, by contrast, lifted sanctions*, *Chad is
    lifting sanctions*.
    """
    if attribute.tag_ in FINITE:
        return True
    if attribute.tag_ == "VBN" and any(c.dep_ == "nsubj" for c in attribute.children):
        return True
    before = [child for child in attribute.head.children if child.i < attribute.i]
    if attribute.head.tag_ != "NNS" or not any(child.dep_ == "nsubj" for child in before):
        return False
    copula = any(child.dep_ == "cop" for child in before)
    marked = any(child.dep_ in ("det", "nmod:poss", "aux") for child in before)
    return not marked and attribute.tag_ == ("VBG" if copula else "VBN")


def _entitle(office: Token) -> None:
    """Hang an office on the name behind it where the parse made subjects of both.

    In *party leader Ada King resigned* the leader is the person, not a second subject.
    """
    if office.i + 1 == len(office.doc):
        return
    name = office.nbor(1)
    if name.dep_ == "nsubj" and name.head == office.head and name.pos_ == "PROPN":
        office.head = name
        office.dep_ = "nmod:desc"


def _appose(noun: Token) -> None:
    """Hang on a name what commas set behind it: *Jane Duke, the Canadian minister, criticised*."""
    start, end, doc = noun.left_edge.i, noun.right_edge.i + 1, noun.doc
    inside = [i for i in (start, end - 1) if doc[i].text == ","]
    opened = start in inside or (start > 0 and doc[start - 1].text == ",")
    closed = end - 1 in inside or (end < noun.head.i and doc[end].text == ",")
    if opened and closed and noun.pos_ == "NOUN":
        first = start if start in inside else start - 1
        name = doc[first - 1] if first > 0 else noun
        while name.dep_ == "flat":
            name = name.head
        if name.dep_ == "nsubj" and name.head == noun.head and name.pos_ == "PROPN":
            noun.head, noun.dep_ = name, "appos"


def _is_inverted(noun: Token) -> bool:
    """Whether a speaker behind a quotation was taken for an object: *"…?" asked the envoy*."""
    verb = noun.head
    quoted = verb.i > 0 and verb.nbor(-1).text in CLOSING
    alone = not any(c.dep_ in ("nsubj", "iobj") for c in verb.children)
    return quoted and verb.tag_ in FINITE and verb.i < noun.i and alone


def _unquote(noun: Token) -> None:
    """Give a quoted verb back its object that the verb of saying took: *"We hit Chad," said Lee*.

    A verb has no subject before a closing quotation mark where it has another one behind.
    """
    verb = noun.head
    others = [c for c in verb.children if c.dep_ == "nsubj" and c.i > verb.i]
    between = noun.doc[noun.i + 1 : verb.i]
    quoted = [c for c in verb.children if c.dep_ == "ccomp" and c.i < noun.i]
    closed = any(t.text in CLOSING for t in between)
    if others and quoted and closed and not any(c.dep_ == "obj" for c in quoted[-1].children):
        noun.head, noun.dep_ = quoted[-1], "obj"


def _has_lost_subject(verb: Token) -> bool:
    """Whether the name right before a finite verb with an object was listed with an object before.

    *Chad thanked Mali and Niger praised Togo* has two clauses, not two that Chad thanked.
    """
    if verb.i < 3 or verb.pos_ != "VERB":
        return False
    name, link = verb.nbor(-1), verb.nbor(-2)
    listed = name.dep_ in ("conj", "appos") and name.head.i < link.i
    governor = name.head.head
    return (
        listed
        and name.pos_ == "PROPN"
        and link.lower_ in ("and", "but", "while", ",")
        and name.head.dep_ in ("obj", "obl", "conj")
        and governor.i < name.head.i
        and not any(c.dep_ in ("nsubj", "nsubj:pass", "mark") for c in verb.children)
        and any(c.dep_ == "obj" and c.i > verb.i for c in verb.children)
    )


def _part(verb: Token) -> None:
    """Make the name before a verb its subject, and the verb the head of a clause of its own."""
    name = verb.nbor(-1)
    above = name.head.head
    while above.tag_ not in FINITE and above.head != above:
        above = above.head
    name.head, name.dep_ = verb, "nsubj"
    for link in [c for c in name.children if c.dep_ in ("cc", "punct") and c.i < name.i]:
        link.head = verb
    if verb.head != verb:
        verb.head, verb.dep_ = above, "conj"


def _complete(have: Token) -> None:
    """Make one verb of *have* and the participle behind it, read as an attribute of its object.

    *Warplanes have bombed rebel camps* has no camps that are bombed, it bombs them.
    """
    verb = have
    while verb.i + 1 < len(have.doc) and (verb == have or verb.tag_ == "RB"):
        verb = verb.nbor(1)
    noun = verb.head
    if verb.tag_ != "VBN" or verb.dep_ != "amod" or noun.head != have or noun.dep_ != "obj":
        return
    is_root = have.head == have
    verb.head = verb if is_root else have.head
    verb.dep_ = "ROOT" if is_root else have.dep_
    for child in list(have.children):
        child.head = verb
    have.head = verb
    have.dep_ = "aux"


def _is_past(verb: Token) -> bool:
    """Whether a verb is finite, or a past tense taken for a participle beside an infinitive."""
    if verb.tag_ in FINITE:
        return True
    auxiliary = any(child.dep_ in ("aux", "aux:pass") for child in verb.children)
    return verb.tag_ == "VBN" and verb.head.tag_ == "VB" and not auxiliary


def _is_only_verb(participle: Token) -> bool:
    """Whether a participle stands behind the head of a full sentence without another verb."""
    noun = participle.head
    root = noun.head
    if participle.tag_ != "VBN" or noun.i > participle.i:
        return False
    if root.head != root or root.pos_ not in NOMINAL:
        return False
    sentence = participle.sent
    return sentence.text.rstrip().endswith(".") and not any(t.tag_ in VERBAL for t in sentence)


def _is_introduced(noun: Token) -> bool:
    """Whether an object has a preposition: *broke out between the troops*."""
    return any(child.dep_ == "case" and child.lower_ == "between" for child in noun.children)


def _is_main_verb(verb: Token) -> bool:
    """Whether a finite verb was hung on the noun before it: *Talks resumed between them.*"""
    noun = verb.head
    dependent = any(child.dep_ in ("mark", "nsubj", "nsubj:pass") for child in verb.children)
    bare = noun.i < verb.i and noun.head == noun and noun.pos_ in NOMINAL
    if verb.tag_ not in FINITE or not bare or dependent:
        return False
    others = (t for t in verb.sent if t.tag_ in VERBAL and t != verb and verb not in t.ancestors)
    return all(any(a.dep_ == "acl:relcl" for a in (t, *t.ancestors)) for t in others)


def _assert(verb: Token) -> None:
    """Make the past tense that was taken for a participle the head: *Two blasts killed five.*"""
    subject = verb.head.head
    verb.head = verb
    verb.dep_ = "ROOT"
    subject.head = verb
    subject.dep_ = "nsubj"


def _list(name: Token) -> None:
    """Join a name with the name before it, not with the noun that both describe.

    *Police in Lima, Quito and Oslo* are in three towns.
    """
    start, noun = name.left_edge.i, name.head
    before = name.doc[start - 1] if start else name
    first = before
    while first.dep_ == "conj" and first.pos_ == "PROPN":
        first = first.head
    described = first.dep_ == "nmod" and first.head == noun and noun.pos_ == "NOUN"
    if before.pos_ == "PROPN" and described:
        name.head = before


def _locate(name: Token) -> None:
    """Hang a region on the town that it holds, not on the noun: *police in Dover, Del., arrested*.

    Whoever is *of* a state may be named behind it: *the president of Rwanda, Paul Kagame*.
    """
    start = name.left_edge.i
    start -= name.doc[start].text != ","
    if start <= 0 or name.doc[start].text != ",":
        return
    town = name.doc[start - 1]
    inside = town.dep_ == "nmod" and syntax.preposition(town) == "in"
    if inside and town.head == name.head and town.pos_ in ("PROPN", "NOUN"):
        name.head = town


def _is_active(verb: Token) -> bool:
    """Whether a participle without an auxiliary shares the object of the verb behind it.

    *neither attacked nor threatened Oman*: a passive would leave no object to share.
    """
    children = list(verb.children)
    if verb.tag_ != "VBN" or any(
        c.dep_ in ("aux", "aux:pass", "obj", "obl:agent") for c in children
    ):
        return False
    others = [c for c in children if c.dep_ == "conj" and c.tag_ in ("VBN", "VBD")]
    return any(c.dep_ == "obj" for other in others for c in other.children)


def _activate(subject: Token) -> None:
    """Make past tenses of coordinated participles, and their subject one that acts."""
    subject.dep_ = "nsubj"
    for verb in (subject.head, *(c for c in subject.head.children if c.dep_ == "conj")):
        if verb.tag_ == "VBN":
            verb.tag_ = "VBD"


def _join_finite(verb: Token) -> None:
    """Coordinate a finite verb with the finite clause, not with an infinitive inside it.

    In *urged them to reconsider and spoke* the tenses tell what belongs together.
    """
    above = verb.head
    while above.tag_ not in FINITE and above.head != above:
        above = above.head
    if above.tag_ in FINITE and above.i < verb.i:
        verb.head = above


def _introduce(preposition: Token) -> None:
    """Hang a preposition on the whole phrase behind it, not on a word inside the phrase.

    *Spoke with Solomon Islands Foreign Minister Ada King* is with King, whatever the islands are.
    """
    inner = preposition.head
    phrase = inner.head
    if (
        phrase.i > inner.i
        and phrase.dep_ in ("obl", "nmod")
        and phrase.left_edge == preposition
        and not any(child.dep_ == "case" for child in phrase.children)
    ):
        preposition.head = phrase


def _separate(particle: Token) -> None:
    """Give a particle back to its verb, and the verb its object: *broke off relations*."""
    noun, before = particle.head, particle.nbor(-1) if particle.i else particle
    if noun.dep_ == "obl" and noun.head == before and noun.i > particle.i:
        particle.head = before
        particle.dep_ = "compound:prt"
        if not any(child.dep_ == "obj" for child in before.children):
            noun.dep_ = "obj"


def _direct(person: Token) -> None:
    """Hang on the verb what somebody is told or allowed to do: *allowed the trucks to enter*."""
    verb = person.head
    for clause in list(person.children):
        marks = [child for child in clause.children if child.dep_ == "mark"]
        if clause.dep_ == "acl" and any(mark.tag_ == "TO" for mark in marks):
            clause.head, clause.dep_ = verb, "xcomp"
            person.dep_ = "obj"


def _lift(verb: Token) -> None:
    """Let a verb change places with the noun that it was hung on, which becomes its object."""
    noun = verb.head
    before = [child for child in noun.children if child.i < verb.i]
    is_root = noun.head == noun
    verb.head = verb if is_root else noun.head
    verb.dep_ = "ROOT" if is_root else noun.dep_
    noun.head = verb
    noun.dep_ = "obj"
    has_subject = any(child.dep_ in ("nsubj", "nsubj:pass") for child in verb.children)
    for child in reversed(before):
        child.head = verb
        if child.dep_ == "cop":
            child.dep_ = "aux"
        bare = child.pos_ in NOMINAL and not any(c.dep_ == "case" for c in child.children)
        if bare and not has_subject:
            child.dep_ = "nsubj"
            has_subject = True
