"""The sentences of an article for showing errors, without the trained model."""

from __future__ import annotations

from collections.abc import Callable

Bounds = list[tuple[int, int]]


def splitter() -> Callable[[str], Bounds]:
    """Make a function from a text to the ``(start, end)`` of its sentences.

    Punctuation and line ends close a sentence (spaCy's tokenizer knows abbreviations); offsets
    leave out white space around a sentence.
    """
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.max_length = 10**9

    def split(text: str) -> Bounds:
        bounds: Bounds = []
        start = 0
        for line in text.splitlines(keepends=True):
            for sentence in nlp(line).sents:
                stripped = sentence.text.strip()
                if stripped:
                    begin = start + sentence.start_char + sentence.text.index(stripped)
                    bounds.append((begin, begin + len(stripped)))
            start += len(line)
        return bounds

    return split


def sentence_at(text: str, bounds: Bounds, offset: int) -> str:
    """The sentence that covers an offset, on one line; empty where none does."""
    for start, end in bounds:
        if start <= offset < end:
            return " ".join(text[start:end].split())
    return ""
