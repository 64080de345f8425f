"""A document as the agreement finder sees it: words, word classes, names in the way."""

from __future__ import annotations

from functools import lru_cache

from spacy.tokens import Doc, Token

from pipeline import gazetteers
from pipeline.components.agreements.knowledge import Terms, words
from pipeline.language import extensions

HYPHENS = frozenset("-‐‑–—")
QUOTES = frozenset("\"“”‘’'«»`")
_CITIES = ("GPE", "LOC")


class Text:
    """A spaCy Doc with the look-ups that finding an agreement needs.

    ``domestic`` tells that entities are known and fewer than two states or international bodies
    are among them.

    Parameters
    ----------
    doc : Doc
        Tokenised; part-of-speech tags, sentence starts and entities are used where present.
    terms : Terms
    memo : dict
        Words of token texts already split; shared by documents.
    """

    def __init__(self, doc: Doc, terms: Terms, memo: dict[str, tuple[str, ...]]) -> None:
        self.doc = doc
        self.terms = terms
        self.tagged = doc.has_annotation("POS") or doc.has_annotation("TAG")
        self.form = [token.text for token in doc]
        self.lower = [form.lower() for form in self.form]
        self.words: list[str] = []
        self.token_of: list[int] = []
        self.first_word: list[int] = []
        for i, form in enumerate(self.form):
            self.first_word.append(len(self.words))
            split = memo.get(form)
            if split is None:
                split = memo[form] = words(form, terms.spelling)
            self.words.extend(split)
            self.token_of.extend([i] * len(split))
        self.first_word.append(len(self.words))
        self.label: dict[int, str] = {}
        self.state: set[int] = set()
        states: set[str] = set()
        for ent in doc.ents:
            if ent.label_ == "ORG" and ent[-1].lower_ in terms.heads:
                continue  # a treaty taken for a body must not stand in its own way
            state = ent.label_ in ("NORP", "GPE", "LOC", "ORG") and is_state(ent.text)
            if state:
                states.add(state_code(ent.text))
            elif capital := gazetteers.country_by_capital(ent.text):
                states.add(capital.sovereign)
            elif terms.has("international", ent.text.lower()):
                states.add(ent.text.lower())
            for i in range(ent.start, ent.end):
                self.label[i] = ent.label_
                if state or ent.label_ == "NORP":
                    self.state.add(i)
        self.domestic = bool(doc.ents) and len(states) < 2
        for span in doc.spans.get(extensions.DATES, ()):
            for i in range(span.start, span.end):
                self.label[i] = "DATE"

    def __len__(self) -> int:
        return len(self.lower)

    def word(self, i: int) -> str:
        """Return the lower-case form of token ``i``, empty outside the document."""
        return self.lower[i] if 0 <= i < len(self.lower) else ""

    def capital(self, i: int) -> bool:
        """Whether token ``i`` starts with a capital letter."""
        return self.form[i][:1].isupper()

    def pos(self, i: int) -> str:
        """Return the universal part of speech, guessed from closed classes without a tagger."""
        token = self.doc[i]
        if self.tagged:
            return token.pos_
        return self._guess(token)

    def _guess(self, token: Token) -> str:
        if token.is_punct or token.is_space or token.lower_ in QUOTES:
            return "PUNCT"
        if token.like_num or token.text[:1].isdigit():
            return "NUM"
        if self.terms.has("function_words", token.lower_):
            return "FUNC"
        return "PROPN" if token.text[:1].isupper() else "NOUN"

    def is_verb(self, i: int) -> bool:
        """Whether token ``i`` is tagged as a verb (never without a tagger)."""
        return self.tagged and self.doc[i].pos_ in ("VERB", "AUX")

    def is_finite(self, i: int) -> bool:
        """Whether token ``i`` is tagged as a finite verb, the mark of a clause."""
        return self.tagged and self.doc[i].tag_ in ("VBD", "VBZ", "VBP", "MD")

    def glued(self, i: int) -> bool:
        """Whether token ``i`` is a hyphen or dash without blanks around it."""
        return (
            0 < i < len(self) - 1
            and self.form[i] in HYPHENS
            and not self.doc[i].whitespace_
            and not self.doc[i - 1].whitespace_
        )

    def sentence_start(self, i: int) -> bool:
        """Whether token ``i`` opens a sentence, a line or a list item."""
        if i == 0 or self.doc[i].is_sent_start is True:
            return True
        before = self.doc[i - 1]
        return before.is_space or before.text in ".!?:•" or self.lower[i - 1] in QUOTES

    def title_case(self, i: int) -> bool:
        """Whether the line around ``i`` is a headline with most words capitalised."""
        doc = self.doc
        left = right = i
        while left > 0 and not doc[left - 1].is_space and i - left < 30:
            left -= 1
        while right < len(doc) - 1 and not doc[right + 1].is_space and right - i < 30:
            right += 1
        if any(doc[k].text in ".!?" or self.lower[k] == "the" for k in range(left, right)):
            return False
        long_words = [doc[k] for k in range(left, right + 1) if doc[k].is_alpha and len(doc[k]) > 3]
        capitals = sum(token.text[0].isupper() for token in long_words)
        return len(long_words) >= 4 and capitals >= 0.8 * len(long_words)


def is_state(text: str) -> bool:
    """Whether a name is that of a country or its people, as a party would be named."""
    return bool(state_code(text))


@lru_cache(maxsize=4096)
def state_code(text: str) -> str:
    """Return the ISO3 code of a country by name or demonym, or an empty string."""
    found = gazetteers.country_by_name(text) or gazetteers.country_by_demonym(text)
    return found.sovereign if found else ""
