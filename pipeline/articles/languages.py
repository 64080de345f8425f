"""In which language an article is written."""

from __future__ import annotations

import functools
from typing import Any

ENGLISH = "en"
_SAMPLE = 2_000
_MIN_LETTERS = 40
_CERTAIN = 0.9


def recognise(text: str) -> str:
    """Name the language of a text.

    Parameters
    ----------
    text : str
        The body of an article; its first 2,000 characters are looked at.

    Returns
    -------
    str
        ISO 639-1 code; empty where the text is too short, or the answer too uncertain, to tell.
    """
    sample = text[:_SAMPLE]
    letters = sum(char.isalpha() for char in sample)
    # A character of Chinese, Japanese or Korean says as much as several Latin letters.
    wide = sum("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" for char in sample)
    if letters + 3 * wide < _MIN_LETTERS:
        return ""
    language, probability = load().classify(sample)
    return str(language) if probability >= _CERTAIN else ""


@functools.cache
def load() -> Any:
    """Load the recogniser (half a second, once a process)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
