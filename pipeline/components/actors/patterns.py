"""Names by their form: bodies by their noun, persons after their title, landscape, acronyms.

Each function yields :class:`~pipeline.components.actors.surfaces.Hit` over a text whose known
names were found before; the word lists come from the lexicon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from spacy.tokens import Doc, Token

from pipeline.components.actors.lexicon import Lexicon
from pipeline.components.actors.surfaces import Hit, KnownPlaces

_LONGEST_NAME = 6


def capital(token: Token) -> bool:
    """Whether a token begins with a capital letter."""
    return token.text[0].isupper()


def headings(doc: Doc) -> list[bool]:
    """Return for each token whether it stands in a line where (nearly) all words have capitals."""
    flags = [False] * len(doc)
    start = 0
    for i in range(len(doc) + 1):
        if i == len(doc) or "\n" in doc[i].text:
            line = doc[start:i]
            words = [t for t in line if t.is_alpha and len(t) > 3]
            titled = sum(capital(t) for t in words)
            if len(words) >= 4 and titled >= 0.75 * len(words) and line[-1].text != ".":
                flags[start:i] = [True] * (i - start)
            start = i + 1
    return flags


class Patterns:
    """Finds names by form. Build it once a pipeline."""

    def __init__(self, lexicon: Lexicon, places: KnownPlaces) -> None:
        self.lexicon = lexicon
        self._places = places
        nouns = lexicon.nouns
        self._body_words = {noun.split()[-1]: noun for noun in nouns.sector_of}
        self._multi = [noun.split() for noun in nouns.sector_of if " " in noun]
        self._alone = {tuple(name.split()) for name in nouns.alone}
        self._landform_first: dict[str, list[tuple[str, ...]]] = {}
        for name in nouns.landform_first:
            words = tuple(name.split())
            self._landform_first.setdefault(words[0], []).append(words)
        # Words of known bodies' names: in a heading only these may join a body's noun.
        counts = Counter(w for body in lexicon.bodies for w in set(body.name.split()))
        self._name_words = {word for word, count in counts.items() if count > 1}

    def usual(self, word: str) -> bool:
        """Whether a word is usual in names of bodies, so that it alone names none."""
        return word in self._name_words

    # Bodies

    def bodies(
        self, doc: Doc, known: dict[int, Hit], titled: set[int], heading: list[bool]
    ) -> Iterator[Hit]:
        """Yield names with a body's noun: "Ruritanian Coast Guard", "Ministry of Fisheries"."""
        for token in doc:
            noun = self._noun_at(doc, token.i)
            if not noun or (token.i in titled and token.i + 1 in titled):
                continue
            first = token.i - len(noun) + 1
            start = self._left(doc, first, titled, heading)
            end = token.i + 1
            if (
                doc[first].text + "." in self._body_words
                and end < len(doc)
                and doc[end].text == "."
            ):
                end += not token.whitespace_
            if self.lexicon.nouns.sector_of[" ".join(noun)] not in ("BUS", "JRN"):
                end = self._right(doc, end, known, titled)
            else:
                end = self._incorporated(doc, end)
            if self._is_body(doc, start, end, first, token.i + 1, known):
                yield Hit(start, end, "ORG", "body")

    def _incorporated(self, doc: Doc, end: int) -> int:
        """Extend a company's name over ", Inc." """
        if end + 1 < len(doc) and doc[end].text == "," and not doc[end - 1].whitespace_:
            if doc[end + 1].text.rstrip(".") not in self.lexicon.nouns.incorporated:
                return end
            end += 2
            if end < len(doc) and doc[end].text == "." and not doc[end - 1].whitespace_:
                end += 1
        return end

    def _noun_at(self, doc: Doc, i: int) -> list[str]:
        """Return the words of the body noun that ends at a token, the longest one."""
        if doc[i].text not in self._body_words:
            return []
        for words in self._multi:
            if i + 1 >= len(words) and [t.text for t in doc[i + 1 - len(words) : i + 1]] == words:
                return words
        return [doc[i].text] if doc[i].text in self.lexicon.nouns.sector_of else []

    def _left(self, doc: Doc, i: int, titled: set[int], heading: list[bool]) -> int:
        """Return where the capitalised words before a noun begin."""
        while i > 0:
            before = doc[i - 1]
            if before.text in ("-", "&") and i > 1 and capital(doc[i - 2]):
                if before.text == "-" and (before.whitespace_ or doc[i - 2].whitespace_):
                    break
                i -= 2
                continue
            if not capital(before) or (not before.text[-1].isalnum() and before.text[-1] != "."):
                break
            if before.lower_ in self.lexicon.nouns.never_first or (i - 1) in titled:
                break
            if heading[i - 1] and before.text not in self._name_words:
                break
            i -= 1
        return i

    def _right(self, doc: Doc, i: int, known: dict[int, Hit], titled: set[int]) -> int:
        """Return where the complement after a noun ends ("… of Fisheries of Ruritania")."""
        while i + 1 < len(doc) and doc[i].lower_ in self.lexicon.nouns.links:
            j = i + 1 + (doc[i + 1].lower_ == "the")
            if j in known and known[j].start == j:
                i = known[j].end
                continue
            end = self._capitals(doc, j, titled)
            if end == j:
                break
            i = self._list(doc, end, known, titled)
        return i

    def _capitals(self, doc: Doc, i: int, titled: set[int]) -> int:
        while i < len(doc) and i not in titled and _name_word(doc, i):
            if doc[i].lower_ in self.lexicon.nouns.never_first or doc[i].text == "No.":
                break
            i += 1
        return i

    def _list(self, doc: Doc, i: int, known: dict[int, Hit], titled: set[int]) -> int:
        """Extend "Economy" over ", Trade and Industry" if the list closes with "and"."""
        j = i
        while j + 1 < len(doc) and doc[j].text in (",", "and", "&"):
            closing = doc[j].text != ","
            k = j + 1 + (doc[j].text == "," and doc[j + 1].text == "and")
            closing = closing or k == j + 2
            end = self._capitals(doc, k, titled)
            nouns = {w for n in range(k, end) for w in self._noun_at(doc, n)}
            if end == k or k in known or nouns - self.lexicon.nouns.needs_name:
                return i
            j = end
            if closing:
                return j
        return i

    def _is_body(
        self, doc: Doc, start: int, end: int, first: int, last: int, known: dict[int, Hit]
    ) -> bool:
        words = [t.text for t in doc[start:end]]
        if any(word in self.lexicon.nouns.ships for word in words):
            return False
        after = doc[end] if end < len(doc) else None
        if after is not None and capital(after) and after.lower_ in self.lexicon.nouns.not_bodies:
            return False
        if not capital(doc[start]) or words[-1].lower() in self.lexicon.nouns.not_bodies:
            return False
        bare = start == first and end == last
        if bare or tuple(words) in self._alone:
            opening = first == 0 or doc[first - 1].is_punct or doc[first - 1].is_space
            return tuple(words) in self._alone and not opening
        noun = doc[last - 1].text
        if noun in self.lexicon.nouns.needs_name and end == last:
            # "Banking Union" says which union; "German Group" does not.
            return any(capital(t) and t.i not in known for t in doc[start:first])
        return True

    # Persons

    def persons(
        self, doc: Doc, titles: list[Hit], known: dict[int, Hit], heading: list[bool]
    ) -> Iterator[Hit]:
        """Yield the names after titles: "Foreign Minister Anna Berg" gives "Anna Berg"."""
        after = {hit.end for hit in titles}
        inside = {i for hit in titles for i in range(hit.start, hit.end)}
        for start in sorted(after):
            if start >= len(doc) or start in inside or heading[start - 1]:
                continue
            if doc[start - 1].whitespace_ == "":
                continue
            end = self.person_end(doc, start, known)
            if end > start and doc[end - 1].lower_ not in self.lexicon.nouns.not_bodies:
                yield Hit(start, end, "PERSON", "title")

    def person_end(self, doc: Doc, start: int, known: dict[int, Hit]) -> int:
        """Return where a person's name that begins at a token ends; ``start`` if none does."""
        offices = self.lexicon.offices
        i = start
        while i < len(doc) and i - start <= _LONGEST_NAME:
            token = doc[i]
            if i > start and token.lower_ in offices.honours:
                break
            hit = known.get(i)
            if hit and hit.start == i and hit.label != "PERSON" and not hit.doubtful:
                break
            if self._noun_at(doc, i) and i > start:
                break
            if i > start and token.lower_ in self.lexicon.nouns.never_first:
                break
            if _name_word(doc, i) and (capital(token) or i > start):
                i += 1
            elif token.lower_ in offices.particles and i + 1 < len(doc):
                follows = doc[i + 1]
                if not (capital(follows) or follows.text in ("-", "'")):
                    break
                i += 1
            elif token.text in ("-", "–") and i > start and not doc[i - 1].whitespace_:
                # "Min-seo", "al-Assad"
                i += 2 if i + 1 < len(doc) and doc[i + 1].is_lower and not token.whitespace_ else 1
            elif token.text == "," and i + 1 < len(doc) and doc[i + 1].lower_ in offices.suffixes:
                i += 2
            else:
                break
        while i > start and not capital(doc[i - 1]):
            if doc[i - 1].text.isalpha() and doc[i - 2].text == "-":
                break
            i -= 1
        return i if any(capital(t) and len(t) > 1 for t in doc[start:i]) else start

    # Landscape

    def landscape(self, doc: Doc, titled: set[int], heading: list[bool]) -> Iterator[Hit]:
        """Yield "Sirion Valley", "Lake Sirion", "Gulf of Sirion", "North and South Sirion Seas"."""
        nouns = self.lexicon.nouns
        for token in doc:
            if heading[token.i]:
                continue
            if token.text in nouns.landform_last:
                start = self._left(doc, token.i, titled, heading)
                start = self._and_before(doc, start) if token.text.endswith("s") else start
                if start < token.i and doc[start].text not in nouns.ships:
                    yield Hit(start, token.i + 1, "LOC", "landscape")
            for words in self._landform_first.get(token.text, ()):
                i = token.i + len(words)
                if tuple(t.text for t in doc[token.i : i]) == words:
                    end = self._capitals(doc, i, titled)
                    if i < end <= i + 3:
                        yield Hit(token.i, end, "LOC", "landscape")

    def _and_before(self, doc: Doc, start: int) -> int:
        if start > 1 and doc[start - 1].text == "and" and capital(doc[start - 2]):
            return start - 2
        return start

    def directions(self, doc: Doc, known: dict[int, Hit]) -> Iterator[Hit]:
        """Yield "Northern Ruritania" (LOC), and "North" in "North and South Korea" (GPE)."""
        for hit in list(known.values()):
            if hit.label not in ("GPE", "LOC") or hit.source != "gazetteer" or not hit.start:
                continue
            before = doc[hit.start - 1]
            if before.text in self.lexicon.nouns.directions and before.whitespace_:
                # "Northern Ireland" has a government, "Northern Ruritania" has none.
                text = doc[hit.start - 1 : hit.end].text
                yield Hit(hit.start - 1, hit.end, self._places.label(text, 0) or "LOC", "direction")
            elif hit.start > 1 and before.text == "and" and hit.label == "GPE":
                twin = doc[hit.start - 2]
                both = {twin.text, doc[hit.start].text} <= self.lexicon.nouns.directions
                if both and len(hit) == 2:
                    yield Hit(twin.i, twin.i + 1, "GPE", "direction")

    def bases(self, doc: Doc) -> Iterator[Hit]:
        """Yield the place an airfield or camp is named after ("Wittering" in "RAF Wittering")."""
        nouns = self.lexicon.nouns
        openings = {words[0] for words in nouns.bases_after}
        texts = [token.text for token in doc]
        for i, text in enumerate(texts[:-1]):
            if text in nouns.bases_before and doc[i + 1].is_title:
                yield Hit(i + 1, i + 2, "GPE", "base")
            if texts[i + 1] not in openings or not text[0].isupper() or not text.isalpha():
                continue
            named = any(
                tuple(texts[i + 1 : i + 1 + len(words)]) == words for words in nouns.bases_after
            )
            if named and text not in openings and text.lower() not in nouns.never_first:
                yield Hit(i, i + 1, "GPE", "base")

    # Acronyms

    def meaningless(self, doc: Doc, names: dict[int, Hit]) -> set[str]:
        """Return the acronyms in "some long form (SLF)" whose long form is no name."""
        found = set()
        for token in doc[1:-2]:
            if token.text != "(" or token.i - 1 in names:
                continue
            short = doc[token.i + 1].text
            if short[:2].isupper():
                words = [t for t in doc[max(0, token.i - len(short) * 2) : token.i] if t.is_alpha]
                letters = "".join(t.text[0].upper() for t in words)
                if letters.endswith(short.rstrip("s")) or _in_order(short.rstrip("s"), letters):
                    found.add(short)
        return found

    def acronyms(self, doc: Doc, names: dict[int, Hit]) -> Iterator[Hit]:
        """Yield the acronym in "Long Form of Name (LFN)" with its long form's label."""
        for token in doc:
            if token.text != "(" or token.i + 2 >= len(doc) or token.i == 0:
                continue
            short, close = doc[token.i + 1], doc[token.i + 2]
            long = names.get(token.i - 1)
            if not long or close.text != ")" or long.label == "PERSON":
                continue
            acronym = short.text.isupper() and 2 <= len(short) <= 10 and short.is_alpha
            if acronym and initials(doc, long, short.text):
                yield Hit(short.i, short.i + 1, long.label, "acronym")


def _in_order(short: str, letters: str) -> bool:
    """Whether an acronym's letters stand among the last initials, in order."""
    rest = iter(letters[-len(short) - 3 :])
    return len(short) > 1 and all(letter in rest for letter in short)


def initials(doc: Doc, name: Hit, short: str) -> bool:
    """Whether an acronym's letters begin words of the name, in order."""
    letters = iter(
        "".join(t.text[0] for t in doc[name.start : name.end] if t.text[0].isalpha()).upper()
    )
    first = doc[name.start].text[0].upper()
    matched = sum(letter in letters for letter in short)
    return matched == len(short) or (short[0] == first and matched >= len(short) - 1)


def _name_word(doc: Doc, i: int) -> bool:
    token = doc[i]
    return capital(token) and not token.is_space and (token.is_alpha or token.text[-1] != ",")
