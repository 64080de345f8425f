"""The form under which place names are looked up."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and a sign.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i",
     "ə": "a", "ħ": "h", "ŋ": "n"}
    | dict.fromkeys("'’‘ʻʼʿʾ`´ʹ", "")
)  # fmt: skip
_SHORT = re.compile(r"\b(st|ste|mt|ft)\b")
_LONG = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_BREAKS = re.compile(r"[\s\-‐-―/.,]+")


def place_key(text: str) -> str:
    """Fold a place name to its lookup form.

    Case, accents, apostrophes, hyphens, stops and a leading "the" do not count, and ``St.``,
    ``Mt.``, ``Ft.`` are written out.

    >>> place_key("the St.-Étienne’s"), place_key("Łódź")
    ('saint etiennes', 'lodz')
    """
    folded = text
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded)
        folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    folded = folded.casefold().translate(_LETTERS)
    folded = _BREAKS.sub(" ", folded).strip().removeprefix("the ")
    return _SHORT.sub(lambda match: _LONG[match[0]], folded)
