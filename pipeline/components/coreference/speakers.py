"""Who says it: whom *I* means, and for whom *we* speaks.

A quotation's speaker is the subject of the verb of saying around it, else the last subject of
its paragraph; a turn of a transcript is of whom its label names; outside quotations *we* are the
author's.
"""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.components.coreference.affiliation import as_states
from pipeline.components.coreference.discourse import SUBJECTS, Discourse, Resolve, is_person
from pipeline.language.words import lemma
from pipeline.records import Entity


def speaker(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom "I" means, or the country "we" speaks for."""
    if not discourse.is_quoted(token):
        if discourse.turns:
            return _turn(token, discourse)
        return _reported(token, discourse, resolve) or discourse.author
    found = _reported(token, discourse, resolve) or _quoting(token, discourse)
    alone = token.lower_ in ("i", "me", "my", "myself")
    return found if alone else as_states(found, discourse)


def _turn(token: Token, discourse: Discourse) -> list[Entity]:
    """Return the country that "I" or "we" speaks for in a transcript, by the label above."""
    spoken = [label for label in discourse.turns if label.start <= token.i]
    persons = [
        person
        for label in spoken[-1:]
        for name in label.ents
        if (person := name._.entity) is not None and is_person(person)
    ]
    return as_states(persons, discourse)


def _reported(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return the person who says the sentence of a token, or a quotation's next sentences."""
    for sent in discourse.around(token):
        for t in sent:
            if lemma(t) not in discourse.words.saying or t.pos_ not in ("VERB", ""):
                continue
            for child in _subject_of(t):
                if child.lower_ in discourse.words.we:
                    continue
                found = [e for e in resolve(child) if is_person(e)]
                if len(found) == 1:
                    return found
    return []


def _quoting(token: Token, discourse: Discourse) -> list[Entity]:
    """Return the last person before the quotation in its paragraph who is a subject."""
    for t in reversed(discourse.doc[: token.i]):
        if "\n" in t.text:
            break
        person = discourse.entity_at(t)
        subject = is_person(person) and t.dep_ in SUBJECTS
        if person is not None and subject and not discourse.is_quoted(t):
            return [person]
    return []


def _subject_of(verb: Token) -> list[Token]:
    """Return the subjects of a verb, those above where it has none (*…, adding that*)."""
    found = [child for child in verb.children if child.dep_ in SUBJECTS]
    if not found and verb.dep_ in ("advcl", "xcomp", "conj") and verb.head != verb:
        return _subject_of(verb.head)
    return found
