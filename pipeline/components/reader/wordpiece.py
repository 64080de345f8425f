"""WordPiece: a word as the longest known pieces, as BERT cuts it (Devlin et al. 2019, appendix A).

Forty lines in place of a library that brings a network client along. Letters are lower-cased and
lose their accents; signs stand for themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

LONGEST = 100
"""Characters beyond which a run of letters is not looked up: no word is that long."""
_ENDS = (("<s>", "[CLS]"), ("</s>", "[SEP]"))
_UNKNOWN = "[UNK]"


class WordPiece:
    """Cuts words by a vocabulary file: a piece a line, ``##`` before those within a word."""

    def __init__(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").split("\n")
        self._ids = {piece: i for i, piece in enumerate(lines) if piece}
        self.unknown = self._ids[_UNKNOWN]
        self.opening, self.closing = (
            next(self._ids[name] for name in names if name in self._ids) for names in _ENDS
        )

    def encode(self, word: str) -> list[int]:
        """The ids of a word's pieces; none if it holds nothing that is read."""
        return [i for part in _parts(word) for i in self._pieces(part)]

    def _pieces(self, part: str) -> list[int]:
        if len(part) > LONGEST:
            return [self.unknown]
        found, start = [], 0
        while start < len(part):
            for end in range(len(part), start, -1):
                known = self._ids.get(("##" if start else "") + part[start:end])
                if known is not None:
                    found.append(known)
                    start = end
                    break
            else:
                return [self.unknown]
        return found


def _parts(word: str) -> Iterator[str]:
    """Runs of letters and digits, and single signs."""
    letters = ""
    for character in unicodedata.normalize("NFD", word.lower()):
        category = unicodedata.category(character)
        if category == "Mn" or category.startswith("C"):
            continue
        alone = category[0] in "PZ" or character in "$+<=>^`|~" or _is_ideograph(character)
        if alone and letters:
            yield letters
            letters = ""
        if not alone:
            letters += character
        elif not category.startswith("Z"):
            yield character
    if letters:
        yield letters


def _is_ideograph(character: str) -> bool:
    """Whether a character is of the blocks of CJK ideographs, which BERT reads one by one."""
    return unicodedata.name(character, "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEO"))
