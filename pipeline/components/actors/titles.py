"""Titles and descriptions around a person's name, and the names that go with them."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, Token

from pipeline.components.actors.lexicon import Offices
from pipeline.components.actors.surfaces import Hit, longest

_REACH = 8
"""How many tokens a title's modifiers may take before it."""
_APPOSITION = 16
"""How many tokens an apposition after a name may take until its title."""


class Titles:
    """Finds titles and forms of address in a text. Build it once a pipeline."""

    def __init__(self, nlp: Language, offices: Offices) -> None:
        self._matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        # The tokeniser keeps "Capt." whole and parts "capt.": both forms are patterns.
        titles = {*offices.sector_of, *offices.address}
        phrases = sorted(titles | {title.title() for title in titles if "." in title})
        self._matcher.add("title", [nlp.make_doc(phrase) for phrase in phrases])

    def __call__(self, doc: Doc) -> list[Hit]:
        """Return titles and forms of address, longest first at each place."""
        return longest([Hit(start, end, "TITLE") for _, start, end in self._matcher(doc)])


@dataclass(frozen=True, slots=True)
class Clue:
    """What the words around one mention say of a person.

    ``title`` is lower case. ``of`` is the name the title belongs to ("Ruritanian" in "the
    Ruritanian minister Anna Berg"), ``beside`` a person in the same office before an "and",
    ``own`` tells that a pronoun stands there instead ("her husband").
    """

    title: str
    of: Span | None = None
    beside: Span | None = None
    own: bool = False
    former: bool = False
    under: str = ""


class Clues:
    """Reads the clues around the names of one text.

    Parameters
    ----------
    doc : Doc
        A text with ``doc.ents``; tags help, and are not needed.
    titles : list of Hit
        Its titles.
    offices : Offices
        Titles that belong to persons, adverbs and words for former holders.
    """

    def __init__(self, doc: Doc, titles: list[Hit], offices: Offices) -> None:
        self.doc = doc
        self.offices = offices
        self._ends = {hit.end: hit for hit in titles}
        self._starts = {hit.start: hit for hit in titles}
        self._ent = {token.i: ent for ent in doc.ents for token in ent}

    def of(self, ent: Span) -> list[Clue]:
        """Return the clues before and after a mention, the surer one first."""
        found = (self._before(ent), self._after(ent))
        return [clue for clue in found if clue is not None]

    # Before the name

    def _before(self, ent: Span) -> Clue | None:
        i = ent.start
        if i and self.doc[i - 1].text == ",":
            i -= 1
        title = self._ends.get(i)
        if title is not None:
            if i < ent.start and not self._possessed(title):
                return None
            return self._modified(title, self._complement_after(ent))
        return self._long_title(ent)

    def _complement_after(self, ent: Span) -> Span | None:
        """Return the name in "President Anna Berg of Ruritania"."""
        i = ent.end
        if i + 1 < len(self.doc) and self.doc[i].lower_ in ("of", "from"):
            i += 2 if self.doc[i + 1].lower_ == "the" else 1
            name = self._ent.get(i)
            if name is not None and name.label_ in ("GPE", "ORG"):
                return name
        return None

    def _long_title(self, ent: Span) -> Clue | None:
        """Read "ambassador to Ruritania Anna Berg", "commander of the Third Fleet Anna Berg"."""
        name = self._ent.get(ent.start - 1)
        if name is None or name.label_ not in ("GPE", "ORG"):
            return None
        i = name.start - 1
        if i > 0 and self.doc[i].lower_ == "the":
            i -= 1
        if i <= 0 or self.doc[i].lower_ not in ("of", "to", "for", "in"):
            return None
        title = self._ends.get(i)
        if title is None:
            return None
        posted = self._text(title) in self.offices.posted_to and self.doc[i].lower_ != "of"
        return self._modified(title, None if posted else name)

    def _modified(self, title: Hit, complement: Span | None) -> Clue:
        """Return a clue with what stands before the title: country or body, "former", a twin."""
        former = False
        i = title.start - 1
        for _ in range(_REACH):
            if i < 0:
                break
            token = self.doc[i]
            name = self._ent.get(i)
            if name is not None:
                if name.label_ == "PERSON" and not self._possessive(i + 1):
                    break
                if name.label_ != "LOC":
                    former = former or self._former_before(name.start)
                    return Clue(self._text(title), name, former=former)
                i = name.start - 1
                continue
            if token.lower_ in self.offices.former:
                former = True
            elif token.lower_ in ("and", ",") and self._person_ending(i) is not None:
                return Clue(self._text(title), complement, self._person_ending(i), former=former)
            elif token.lower_ in ("his", "her", "their", "its"):
                return Clue(self._text(title), complement, own=True, former=former)
            elif not self._modifier(token):
                break
            i -= 1
        return Clue(self._text(title), complement, former=former)

    def _former_before(self, i: int) -> bool:
        before = [t.lower_ for t in self.doc[max(0, i - 2) : i]]
        return any(word in self.offices.former for word in before)

    def _modifier(self, token: Token) -> bool:
        """Whether a token may stand between a nationality and its title."""
        if token.lower_ in ("'s", "’s", "'", "’", "-", "and", "&"):
            return True
        if token.is_punct or token.is_space:
            return False
        if token.pos_:
            return token.pos_ in ("ADJ", "NOUN", "PROPN", "ADV", "PART") or token.tag_ in (
                "VBN", "VBG",
            )  # fmt: skip
        return token.is_alpha and not token.is_stop

    def _possessed(self, title: Hit) -> bool:
        """Whether a title before a comma announces a name: "Ruritania's envoy, A. Berg"."""
        i = title.start - 1
        while i >= 0 and title.start - i <= _REACH and self._modifier(self.doc[i]):
            if self.doc[i].lower_ in ("'s", "’s", "'", "’"):
                return True
            if i in self._ent:
                return self._ent[i].label_ in ("NORP", "GPE", "ORG")
            i -= 1
        return i >= 0 and self.doc[i].lower_ in ("his", "her", "their", "the")

    def _possessive(self, i: int) -> bool:
        return i < len(self.doc) and self.doc[i].lower_ in ("'s", "’s", "'", "’")

    def _person_ending(self, i: int) -> Span | None:
        """Return the person whose name ends right before a token."""
        name = self._ent.get(i - 1)
        return name if name is not None and name.label_ == "PERSON" else None

    # After the name

    def _after(self, ent: Span) -> Clue | None:
        i = ent.end
        if i + 1 >= len(self.doc):
            return None
        if self.doc[i].text == "(":
            return self._bracket(i + 1)
        if self.doc[i].text not in (",", "—", "–", "-"):
            return None
        return self._apposition(i + 1)

    def _bracket(self, i: int) -> Clue | None:
        """Read "(Finance, Liberal Party)"."""
        for j in range(i, min(i + 10, len(self.doc))):
            if self.doc[j].text == ")":
                break
            if j in self._ent and self._ent[j].label_ in ("ORG", "GPE", "NORP"):
                return Clue("member", self._ent[j])
        return None

    def _apposition(self, i: int) -> Clue | None:
        """Read ", the Ruritanian minister", ", deputy head of the Bank of Ruritania,"."""
        title: Hit | None = None
        name: Span | None = None
        former, under = False, ""
        end = min(i + _APPOSITION, len(self.doc))
        while i < end:
            token = self.doc[i]
            found = self._ent.get(i)
            if i in self._starts and (found is None or found.start == i) and title is None:
                title = self._starts[i]
                i = title.end
                continue
            if i in self._starts and title is not None and not under:
                under = self._text(self._starts[i])
            if found is not None:
                if found.label_ == "PERSON" and not self._possessive(found.end):
                    break
                if found.label_ != "LOC" and name is None and not self._posted(title, i):
                    name = found
                i = found.end
                continue
            if token.lower_ in self.offices.former:
                former = True
            elif self._closes(token):
                break
            i += 1
        if title is None and name is not None and self.doc[name.start - 1].lower_ in ("of", "the"):
            return Clue("member", name) if self._follows_of(name) else None
        return Clue(self._text(title), name, former=former, under=under) if title else None

    def _closes(self, token: Token) -> bool:
        """Whether an apposition is over: at a stop, a line end, a finite verb."""
        verb = token.pos_ == "VERB" and token.tag_ not in ("VBN", "VBG")
        return verb or token.is_space or token.text in (",", ".", ";", ")", "—")

    def _follows_of(self, name: Span) -> bool:
        return any(
            t.lower_ in ("of", "from") for t in self.doc[max(0, name.start - 2) : name.start]
        )

    def _posted(self, title: Hit | None, i: int) -> bool:
        """Whether a name is where an envoy is sent, not whom the envoy serves."""
        if title is None or self._text(title) not in self.offices.posted_to:
            return False
        return any(t.lower_ == "to" for t in self.doc[title.end : i])

    def _text(self, title: Hit) -> str:
        return self.doc[title.start : title.end].text.lower()
