"""The form under which place names are looked up, and which writings of a name are usual."""

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
_SAINT = re.compile(r"\b(Ste?|Sainte?)\b")
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


def is_fuller(text: str, name: str) -> bool:
    """Whether a place is written with its name and more, or with its saint the other way.

    Both are usual English names, unlike a former name, a spelling or an abbreviation. Capitals
    throughout (a dateline) and common nouns (``New York city``) are not taken for a name.

    >>> is_fuller("New York City", "New York"), is_fuller("St. Petersburg", "Saint Petersburg")
    (True, True)
    >>> is_fuller("NYC", "New York"), is_fuller("Leningrad", "Saint Petersburg")
    (False, False)
    """
    words = text.split()
    if text.isupper() or not (words and words[0][0].isupper() and words[-1][0].isupper()):
        return False
    written, usual = place_key(text), place_key(name)
    if written == usual:
        return _SAINT.search(text) is not None
    return f" {usual} " in f" {written} "


def is_one_name(one: str, other: str) -> bool:
    """Whether two names of places in one country are the same name, be one the fuller.

    >>> is_one_name("Washington", "Washington, D.C."), is_one_name("Delhi", "Mumbai")
    (True, False)
    """
    return one == other or is_fuller(one, other) or is_fuller(other, one)
