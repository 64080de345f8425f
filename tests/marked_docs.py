"""Docs written by hand, one word after the other, so that a test needs no model.

``[Ann/PROPN/nsubj>2 Lee/PROPN/flat>0|PERSON] left/VERB/ROOT#leave ./PUNCT``: a word is
``form/POS/relation>head#lemma``, its head counted from 0 in its sentence; relation, head (then the
root) and lemma (then the form) may be left out. Names stand in brackets with their label; ``+Plur``
behind the POS marks a plural; verbs stand in the past; ``‖`` begins a sentence, ``¶`` is the end of
a paragraph.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

WORD = re.compile(
    r"(?P<form>.+?)/(?P<pos>[A-Z]+)(?P<plural>\+Plur)?(?:/(?P<dep>[a-z:A-Z]+)(?:>(?P<head>\d+))?)?"
    r"(?:#(?P<lemma>\S+))?$",
    re.DOTALL,
)
TAGS = {"VERB": "VBD", "NOUN": "NN", "PROPN": "NNP"}


def marked_doc(vocab: Vocab, text: str) -> Doc:
    """Make the Doc that a marked text describes.

    Raises
    ------
    ValueError
        A word is not written ``form/POS…``.
    """
    words: list[re.Match[str]] = []
    spans: list[tuple[int, int, str]] = []
    starts = [0]
    opened = 0
    for part in text.split():
        if part == "‖":
            starts.append(len(words))
            continue
        if part.startswith("["):
            opened = len(words)
        part, _, label = part.removeprefix("[").partition("|")
        match = WORD.match(part.replace("¶", "\n\n/SPACE"))
        if match is None:
            raise ValueError(f"not form/POS: {part!r}")
        words.append(match)
        if label:
            spans.append((opened, len(words), label.rstrip("]")))
    doc = Doc(
        vocab,
        words=[word["form"] for word in words],
        pos=[word["pos"] for word in words],
        tags=["NNS" if word["plural"] else TAGS.get(word["pos"], "") for word in words],
        deps=[word["dep"] or "dep" for word in words],
        heads=list(_heads(words, [*starts, len(words)])),
        lemmas=[word["lemma"] or word["form"].lower() for word in words],
        morphs=["Number=Plur" if word["plural"] else "" for word in words],
    )
    doc.ents = [Span(doc, start, end, label=label) for start, end, label in spans]
    return doc


def _heads(words: list[re.Match[str]], starts: list[int]) -> Iterator[int]:
    for start, end in itertools.pairwise(starts):
        roots = [i for i in range(start, end) if words[i]["dep"] == "ROOT"]
        for word in words[start:end]:
            yield start + int(word["head"]) if word["head"] else (roots or [start])[0]
