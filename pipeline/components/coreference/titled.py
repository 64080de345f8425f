"""The whole phrase by which a text calls a person: his title with all that belongs to it.

In "U.S. Secretary of State Ann Lee" and "Minister of Trade and Industry Bo Berg" every word means
the one person, whatever the parse makes of the chain: neither the United States nor a ministry
stands beside her. A title stands before the name, with or without a comma, and reaches as far back
as only words of titles, their complements (*of*, *for*, *to*) and nationalities follow each other.
"""

from __future__ import annotations

from spacy.tokens import Doc, Span, Token

from pipeline.language.extensions import DATES, TITLES

_REACH = 18
"""How many tokens a title with its complements may take; "Deputy Assistant and Senior Adviser to
the President for Energy and Investment" takes eleven."""
_COMPLEMENT = frozenset({"of", "for", "to", "at", "in"})
_GENITIVE = frozenset({"'s", "’s", "'", "’"})
_OWNERS = frozenset({"GPE", "NORP", "ORG", "LOC"})
_DETERMINERS = frozenset({"the", "his", "her", "their", "its", "our", "my"})
_INNER = frozenset({"NOUN", "PROPN", "ADJ", "DET"})


def titled(doc: Doc) -> dict[int, Span]:
    """Return, by token index, the person of whose title a token is part (the name's apart).

    Parameters
    ----------
    doc : Doc
        With names in ``doc.ents`` and titles in ``doc.spans["titles"]`` (``pacta_actors``).
    """
    titles = {span.end: span for span in doc.spans.get(TITLES, ())}
    if not titles:
        return {}
    chain = _Chain(doc, titles)
    found: dict[int, Span] = {}
    for name in chain.names:
        if name.label_ == "PERSON":
            for i in range(chain.start(name), name.start):
                found[i] = name
    return found


class _Chain:
    """Walks back from a person's name over the words of the title."""

    def __init__(self, doc: Doc, titles: dict[int, Span]) -> None:
        self.doc = doc
        self.titles = titles
        self.names = list(doc.ents)
        self._name_at = {t.i: name for name in self.names for t in name}
        self._dates = {t.i for span in doc.spans.get(DATES, ()) for t in span}

    def start(self, name: Span) -> int:
        """Return where the title before a name begins; where the name does, without one."""
        i = self._back(self._whole(name))
        closed = name.end == len(self.doc) or self.doc[name.end].text in (",", ".", ";")
        if closed and i > name.sent.start + 1 and self.doc[i - 1].text == ",":
            first = self._back(i - 1)
            return first if first < i - 1 and self._is_definite(first) else i
        return i

    def _whole(self, name: Span) -> int:
        """Return where a name begins of which the model left out the first part."""
        i = name.start
        while i > name.sent.start and self._is_forename(self.doc[i - 1], name):
            i -= 1
        return i

    def _is_forename(self, token: Token, name: Span) -> bool:
        inside = token.dep_ in ("flat", "compound") or name.root.head == token
        free = token.i not in self._name_at and token.i not in self._dates
        return token.pos_ == "PROPN" and inside and free and token.i + 1 not in self.titles

    def _is_definite(self, first: int) -> bool:
        """Whether a title says whose it is or which: *Chad's envoy, A. Lee,*; *the envoy, …*."""
        owned = self._name_at.get(first) is not None
        return owned or (first > 0 and self.doc[first - 1].lower_ in _DETERMINERS)

    def _back(self, end: int) -> int:
        """Return where the title begins that ends before a token; ``end`` if there is none."""
        first, i, office = end, end, False
        while i > 0 and end - i < _REACH:
            title = self.titles.get(i)
            if title is not None and self._continues(title, first, office, end):
                office = office or title.label_ == "OFFICE"
                i = first = title.start
                continue
            step = self._step(self.doc[i - 1], first < end and i == first)
            if step is None:
                break
            i = step
        return self._with_owner(first) if first < end else end

    def _continues(self, title: Span, first: int, office: bool, end: int) -> bool:
        """Whether a title farther back is the person's, too: *Minister to the President A. Lee*.

        A spokesman for President Lee is not the president; an *Adviser to the President* is one
        title.
        """
        if first == end or title.end == first:
            return True
        between = self.doc[title.end : first]
        if between.text.lower() in ("and", "&"):
            return True
        one = title[-1].text[0].isupper() and "the" in {t.lower_ for t in between}
        return one or not office

    def _step(self, token: Token, at_title: bool) -> int | None:
        """Return where to go on before a word that may stand inside a title, or None."""
        name = self._name_at.get(token.i)
        if name is not None:
            return name.start if name.label_ in _OWNERS else None
        if token.i in self._dates:
            return None
        if token.lower_ in _COMPLEMENT or token.text == "-" or token.lower_ in _GENITIVE:
            return token.i
        if token.lower_ in ("and", "&"):
            return None if at_title and not self._holds_two(token) else token.i
        return token.i if token.pos_ in _INNER else None

    def _holds_two(self, link: Token) -> bool:
        """Whether a person has a title on both sides of *and*: *Crown Prince and Premier Lee*."""
        title = self.titles.get(link.i)
        if title is None or not all(token.text[0].isupper() for token in title):
            return False
        return title.start == 0 or self.doc[title.start - 1].lower_ not in _DETERMINERS

    def _with_owner(self, first: int) -> int:
        """Return where the nationality or body begins that stands before a title, if one does."""
        i = first
        while i > 0 and first - i < _REACH:
            token = self.doc[i - 1]
            name = self._name_at.get(token.i)
            if name is not None:
                return name.start if name.label_ in _OWNERS else first
            inner = token.pos_ in ("ADJ", "NOUN", "PROPN") and token.i not in self._dates
            if not inner and token.lower_ not in _GENITIVE and token.text != "-":
                return first
            i -= 1
        return first
