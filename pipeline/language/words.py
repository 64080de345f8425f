"""What a word may be listed as in a table of words: its lemma, its form, its singular."""

from __future__ import annotations

from spacy.tokens import Token

PLURALS = (("men", "man"), ("ies", "y"), ("es", ""), ("s", ""))
"""Endings of plurals, and what stands there in the singular."""


def lemma(token: Token) -> str:
    """Return the lemma of a word in lower case, its form where it has none."""
    return (token.lemma_ or token.lower_).lower()


def readings(token: Token) -> list[str]:
    """Return what a word may be listed as: its lemma, its form, and singulars of the form.

    The lemmatiser leaves some plurals as they stand (*supplies*, *Nurses*, *policemen*).
    """
    form = token.lower_
    found = [token.lemma_.lower(), form]
    for ending, singular in PLURALS:
        if form.endswith(ending):
            found.append(form.removesuffix(ending) + singular)
    return found


def is_plural(token: Token) -> bool:
    """Whether a noun, pronoun or verb is plural by its morphology, else by its tag."""
    number = token.morph.get("Number", [])
    return number == ["Plur"] if number else token.tag_ in ("NNS", "NNPS", "VBP")
