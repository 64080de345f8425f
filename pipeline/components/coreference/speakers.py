"""Who says it: whom *I* means, and for whom *we* speaks.

A quotation is said by the subject of the verb beside it, behind (*"…", said Lee*), before (*Lee
said: "…"*) or between its halves; without one by whoever says the quotation before it in the
paragraph or, of a statement over several paragraphs, before and after; else by the last subject of
the paragraph. A turn of a transcript is of whom its label names; outside quotations *we* are the
author's.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from pipeline.components.coreference.affiliation import as_states
from pipeline.components.coreference.discourse import SUBJECTS, Discourse, Resolve, is_person
from pipeline.components.coreference.quotations import Quotation
from pipeline.language import syntax
from pipeline.language.words import lemma
from pipeline.records import Entity

_BESIDE = 16
"""How many tokens from a quotation its verb of saying may stand."""
_HALVES = 50
"""How many quotations before or behind may be of the same statement."""
_GOES_ON = frozenset({",", "?", "!", "—", "–", "-", "…"})
"""Marks at the end of a quotation behind which the sentence goes on with its speaker."""


def speaker(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return whom "I" means, or the country or body that "we" speaks for."""
    number = discourse.quotation_at(token)
    if number is None:
        if discourse.turns:
            return as_states(discourse.turn_at(token), discourse)
        return _reported(token, discourse, resolve) or discourse.author
    found = _said_by(number, discourse, resolve) or discourse.last_subject(token)
    alone = token.lower_ in ("i", "me", "my", "myself")
    return found if alone else as_states(found, discourse)


def _said_by(number: int, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return who says a quotation, by the words beside it or beside those it belongs to."""
    for other in _of_one_statement(number, discourse):
        for verb in _verbs_beside(discourse.quotations[other], discourse):
            for subject in _subjects_of(verb, discourse):
                found = resolve(subject)
                if len(found) == 1:
                    return found
    return []


def _of_one_statement(number: int, discourse: Discourse) -> Iterator[int]:
    """Yield a quotation and those of its paragraph or statement, nearest first, before behind."""
    yield number
    quotations = discourse.quotations
    first = last = number
    start, end = max(0, number - _HALVES), min(len(quotations), number + _HALVES + 1)
    while first > start and _belong(quotations[first - 1], quotations[first], discourse):
        first -= 1
        yield first
    while last + 1 < end and _belong(quotations[last], quotations[last + 1], discourse):
        last += 1
        yield last


def _belong(one: Quotation, other: Quotation, discourse: Discourse) -> bool:
    """Whether two quotations are of one statement: of one paragraph, or one runs on."""
    if discourse.paragraph(one.end - 1) == discourse.paragraph(other.start):
        return True
    return one.open and discourse.doc[one.end : other.start - 1].text.strip() == ""


def _verbs_beside(quotation: Quotation, discourse: Discourse) -> Iterator[Token]:
    """Yield the verbs that may say a quotation, the likelier side first."""
    behind = _verb_behind(quotation, discourse)
    before = _verb_before(quotation, discourse)
    goes_on = discourse.doc[quotation.end - 1].text in _GOES_ON or (
        quotation.end + 1 < len(discourse.doc) and discourse.doc[quotation.end + 1].text == ","
    )
    for verb in (behind, before) if goes_on else (before, behind):
        if verb is not None:
            yield verb


def _verb_behind(quotation: Quotation, discourse: Discourse) -> Token | None:
    """Return the verb in *"…", said Lee* or *"…", Lee sighed*; any verb will do there."""
    seen = False
    for token in discourse.doc[quotation.end + 1 : quotation.end + 1 + _BESIDE]:
        if "\n" in token.text or token.text == "." or discourse.is_quoted(token):
            break
        if _is_verb(token):
            close = not seen and bool(_subjects_of(token, discourse))
            return token if close or lemma(token) in discourse.words.saying else None
        seen = seen or token.pos_ in ("VERB", "CCONJ", "SCONJ")
    return None


def _verb_before(quotation: Quotation, discourse: Discourse) -> Token | None:
    """Return the verb in *Lee said: "…"*, *Lee called it "…"*."""
    for token in reversed(discourse.doc[max(0, quotation.start - 1 - _BESIDE) : quotation.start]):
        if "\n" in token.text or token.text in (".", ";") or discourse.is_quoted(token):
            break
        if _is_verb(token):
            return token
    return None


def _is_verb(token: Token) -> bool:
    return token.pos_ in ("VERB", "") and syntax.is_verbal(token)


def _subjects_of(verb: Token, discourse: Discourse) -> list[Token]:
    """Return the subjects of a verb of saying outside quotations, shared ones too."""
    return [
        subject
        for subject in _subject_of(verb)
        if subject.lower_ not in discourse.words.we and not discourse.is_quoted(subject)
    ]


def _reported(token: Token, discourse: Discourse, resolve: Resolve) -> list[Entity]:
    """Return the person who says a sentence without quotation marks: *Lee said we would*."""
    for t in token.sent:
        if lemma(t) not in discourse.words.saying or t.pos_ not in ("VERB", ""):
            continue
        for subject in _subjects_of(t, discourse):
            found = [e for e in resolve(subject) if is_person(e)]
            if len(found) == 1:
                return found
    return []


def _subject_of(verb: Token) -> list[Token]:
    """Return the subjects of a verb, those above where it has none (*…, adding that*)."""
    found = [child for child in verb.children if child.dep_ in SUBJECTS]
    if not found and verb.dep_ in ("advcl", "xcomp", "conj") and verb.head != verb:
        return _subject_of(verb.head)
    return found
