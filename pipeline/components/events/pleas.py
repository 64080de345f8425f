"""Requests in quotation marks: *"Will Mali please go?" asked Chad*, *"Go!" Chad told Mali*."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from spacy.tokens import Span, Token

from pipeline.components.coreference.quotations import Quotation
from pipeline.language import syntax

_BESIDE = 12
"""How many tokens behind a quotation its verb of saying may stand."""


def quoted_before(verb: Token, quotations: Sequence[Quotation]) -> Span | None:
    """Return what stands in quotation marks right before a verb of saying and its subject."""
    last = bisect_left(quotations, verb.i, key=lambda quotation: quotation.end) - 1
    if last < 0 or quotations[last].open or verb.i > quotations[last].end + _BESIDE:
        return None
    quotation = quotations[last]
    between = verb.doc[quotation.end + 1 : verb.i]
    if any(token.text in (".", ";") or "\n" in token.text for token in between):
        return None
    return verb.doc[quotation.start : quotation.end]


def asked(quoted: Span, polite: frozenset[str]) -> list[Token]:
    """Return the verbs by which a quotation asks somebody to act.

    An imperative (a bare verb without subject), or what is politely asked of *you* or of a name.
    """
    politely = any(token.lower_ in polite for token in quoted)
    found = []
    for verb in quoted:
        if verb.tag_ != "VB" or syntax.is_infinitive(verb):
            continue
        subjects = list(syntax.children(verb, "nsubj"))
        helped = any(True for _ in syntax.children(verb, "aux"))
        bare = not subjects and not helped and verb.dep_ in ("ROOT", "ccomp", "parataxis")
        if bare or (politely and subjects):
            found.append(verb)
    return found


def addressees(quoted: Span) -> list[Token]:
    """Return who is addressed in a quotation: *"Mali, would you …"*, *"Will Mali please …"*."""
    return [token for token in quoted if token.dep_ in ("vocative", "nsubj") and token.ent_type_]
