"""A document as the agreement finder sees it: words for matching, word classes, names in the way."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from pipeline import gazetteers
from pipeline.components.agreements.knowledge import Terms, words
from pipeline.language import extensions

HYPHENS = frozenset("-‐‑–—")
QUOTES = frozenset("\"“”‘’'«»`")
_CITIES = ("GPE", "LOC")


class Text:
    """A spaCy Doc with the look-ups that finding an agreement needs.

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
        self.lower = [token.lower_ for token in doc]
        self.words: list[str] = []
        self.token_of: list[int] = []
        self.first_word: list[int] = []
        for token in doc:
            self.first_word.append(len(self.words))
            text = token.text
            split = memo.get(text)
            if split is None:
                split = memo[text] = words(text, terms.spelling)
            self.words.extend(split)
            self.token_of.extend([token.i] * len(split))
        self.first_word.append(len(self.words))
        self.label: dict[int, str] = {}
        self.state: set[int] = set()
        for ent in doc.ents:
            state = ent.label_ in ("NORP", "GPE", "LOC", "ORG") and is_state(ent.text)
            for i in range(ent.start, ent.end):
                self.label[i] = ent.label_
                if state or ent.label_ == "NORP":
                    self.state.add(i)
        for span in doc.spans.get(extensions.DATES, ()):
            for i in range(span.start, span.end):
                self.label[i] = "DATE"

    def __len__(self) -> int:
        return len(self.lower)

    def capital(self, i: int) -> bool:
        """Whether token ``i`` starts with a capital letter."""
        return self.doc[i].text[:1].isupper()

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

    def glued(self, i: int) -> bool:
        """Whether token ``i`` is a hyphen or dash without blanks around it."""
        return (
            0 < i < len(self) - 1
            and self.doc[i].text in HYPHENS
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
    """Tell whether a name is that of a country or its people, as a party would be named."""
    return bool(gazetteers.country_by_name(text) or gazetteers.country_by_demonym(text))
