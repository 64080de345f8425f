"""Which states stand around a mention of an agreement: in its name, beside it, in its clause."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from spacy.tokens import Doc, Span, Token

from pipeline import gazetteers
from pipeline.components.agreements.knowledge import Terms
from pipeline.components.agreements.text import HYPHENS, QUOTES, state_code

_PARTIES = ("GPE", "NORP", "ORG", "PERSON", "LOC")
_STATE_SECTORS = ("", "GOV", "MIL", "LEG", "JUD", "SPY")  # who acts for a state (PLOVER)
_LINK_REACH = 12  # tokens after a mention in which "between" or "with" may follow
_GROUP_REACH = 28  # tokens after a mention in which its parties are named
_OPENING = 60  # first tokens of a document, whose states count twice


@dataclass(frozen=True, slots=True)
class State:
    """A mention of a state or of somebody who acts for it: tokens, ISO3 code, whether a place.

    Of a rebel group or another party that is no state the code is empty.
    """

    start: int
    end: int
    code: str
    label: str
    place: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Parties named after a mention: codes, the preposition, the token after the last of them."""

    codes: tuple[str, ...] = ()
    link: str = ""
    end: int = 0


class Parties:
    """The states of a document and where they stand.

    Parameters
    ----------
    doc : Doc
        With entities; ``ent._.entity`` and ``ent._.sense`` are used where they are set, else the
        country table.
    terms : Terms
    """

    def __init__(self, doc: Doc, terms: Terms) -> None:
        self.doc = doc
        self.terms = terms
        self.acting = [s for ent in doc.ents if (s := _acting(ent, terms)) is not None]
        self._acting_at = [s.start for s in self.acting]
        self.states = [s for s in self.acting if s.code]
        self._states_at = [s.start for s in self.states]
        self.at = {i: state for state in self.states for i in range(state.start, state.end)}
        self.bounds = _sentences(doc)

    def sentence(self, i: int) -> tuple[int, int]:
        """Return the token bounds of the sentence around token ``i``."""
        return self.bounds[i]

    def states_in(self, first: int, last: int) -> list[State]:
        """Return the states named from a token on to before another."""
        return self.states[bisect_left(self._states_at, first) : bisect_left(self._states_at, last)]

    def acting_in(self, first: int, last: int) -> list[State]:
        """Return the states and others named from a token on to before another."""
        return self.acting[bisect_left(self._acting_at, first) : bisect_left(self._acting_at, last)]

    # Beside the mention

    def before(self, start: int) -> list[str]:
        """Return the states in front of a name: "Germany-Japan", "Japan's", "the Iran"."""
        codes: list[str] = []
        i = start - 1
        while i >= self.sentence(start)[0]:
            state = self.at.get(i)
            if state is not None:
                if state.label in ("PERSON", "ORG") and i == start - 1:
                    return []  # "the Obama agreement" names no party
                codes.append(state.code)
                i = state.start
            elif not self._joins(self.doc[i], bool(codes)):
                break
            i -= 1
        return unique(reversed(codes))

    def _joins(self, token: Token, begun: bool) -> bool:
        """Whether a token may stand between a name and its parties, or between these."""
        if token.text in HYPHENS or self.terms.has("possessives", token.lower_):
            return True
        if begun:
            return self.terms.has("joins", token.lower_)
        modifier = self.terms.has("not_part", token.lower_) or token.text[:1].isdigit()
        return modifier or token.text in QUOTES

    def after(self, end: int) -> Named:
        """Return the states named by "between A and B", "with A" after a mention."""
        stop = min(self.sentence(max(0, end - 1))[1], end + _GROUP_REACH)
        link = self._link(end, stop)
        if link is None:
            return Named()
        codes, last = self._group(link + 1, stop)
        return Named(tuple(codes), self.doc[link].lower_, last)

    def _link(self, end: int, stop: int) -> int | None:
        """Return the preposition that introduces the parties."""
        for token in self._outside_brackets(end, min(stop, end + _LINK_REACH)):
            word = token.lower_
            if self.terms.has("party_links", word):
                return token.i
            if word == "by":
                signed = token.i > 0 and self.doc[token.i - 1].lower_ == "signed"
                return token.i if signed else None
            joined = token.i == end and self.terms.has("joins", word)
            if joined or token.text in ",;:.—" or token.i in self.at:
                return None
        return None

    def _group(self, begin: int, stop: int) -> tuple[list[str], int]:
        """Return the coordinated states from a token on and the token after the last one."""
        codes: list[str] = []
        last, gap = begin, 0
        for token in self._outside_brackets(begin, stop):
            state = self.at.get(token.i)
            if state is not None:
                codes.append(state.code)
                last, gap = state.end, 0
                continue
            if token.text in ".;" or token.pos_ in ("VERB", "AUX"):
                break
            if self.terms.has("party_stops", token.lower_):
                break
            # "the Government of the Kingdom of": capitals are names, other words soon end the list
            gap += token.is_lower and not self.terms.has("party_words", token.lower_)
            if gap > (1 if codes else 4):
                break
        return unique(codes), last

    def _outside_brackets(self, begin: int, stop: int) -> Iterator[Token]:
        depth = 0
        for token in self.doc[begin:stop]:
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
            elif depth <= 0:
                yield token

    # In the clause

    def clause(self, start: int) -> list[str]:
        """Return the states in the sentence of a mention that may be its parties.

        Places ("in Tokyo") do not count. More than two are narrowed to the last ones before the
        mention that are joined by "and" or commas.
        """
        first, last = self.sentence(start)
        codes = unique(s.code for s in self.states_in(first, last) if not s.place)
        return codes if len(codes) <= 2 else self.together(start)

    def together(self, start: int) -> list[str]:
        """Return the last states before a mention, in its sentence, that stand together."""
        first = self.sentence(start)[0]
        group: list[State] = []
        for state in reversed([s for s in self.states_in(first, start) if not s.place]):
            if group and not self._coordinated(state, group[-1]):
                if len(group) > 1:
                    break
                group = []
            group.append(state)
        return unique(state.code for state in reversed(group))

    def _coordinated(self, left: State, right: State) -> bool:
        return all(
            token.text in HYPHENS or token.lower_ == "the" or self.terms.has("joins", token.lower_)
            for token in self.doc[left.end : right.start]
        )

    # In the document

    def ranking(self) -> list[str]:
        """Return the states of the document, the most spoken of first."""
        return [code for code, _ in self._ranked]

    def dyad(self) -> list[str]:
        """Return the two states a document is about; fewer where a third rivals the second."""
        ranked = self._ranked[:3]
        rival = len(ranked) == 3 and ranked[2][1] * 4 > ranked[1][1] * 3
        return [code for code, _ in ranked[: 1 if rival else 2]]

    @cached_property
    def _ranked(self) -> list[tuple[str, int]]:
        """How much the document speaks of each state, of most first; its beginning counts twice."""
        counts: Counter[str] = Counter()
        for state in self.states:
            weight = 1 if state.label in ("PERSON", "ORG") else 2
            counts[state.code] += weight * (2 if state.start < _OPENING else 1)
        return counts.most_common()

    def is_town(self, i: int) -> bool:
        """Whether the name at token ``i`` is that of a town rather than of a state."""
        token = self.doc[i]
        return gazetteers.country_by_capital(token.text) is not None or token.ent_type_ == "GPE"


def _acting(ent: Span, terms: Terms) -> State | None:
    entity, code = ent._.entity, ""
    if ent.label_ not in _PARTIES:
        return None
    if entity is not None:
        acts = ent.label_ in ("GPE", "NORP") or entity.sector in _STATE_SECTORS
        code = entity.country if acts else ""
    elif ent.label_ in ("GPE", "NORP"):
        code = state_code(ent.text)
    if gazetteers.country(code) is None:
        code = ""
    before = ent.doc[ent.start - 1].lower_ if ent.start else ""
    place = ent._.sense == "place" or (ent.label_ == "GPE" and terms.has("before_places", before))
    return State(ent.start, ent.end, code, ent.label_, place)


def _sentences(doc: Doc) -> list[tuple[int, int]]:
    """Return for each token the bounds of its sentence; a line break always ends one."""
    marked = doc.has_annotation("SENT_START")
    starts = [0]
    for before, token in pairwise(doc):
        new_line = before.is_space and "\n" in before.text
        ended = token.is_sent_start if marked else before.text in (".", "!", "?")
        if new_line or ended:
            starts.append(token.i)
    bounds: list[tuple[int, int]] = []
    for first, last in pairwise([*starts, len(doc)]):
        bounds.extend([(first, last)] * (last - first))
    return bounds


def unique(codes: Iterable[str]) -> list[str]:
    """Return codes without those that came before."""
    return list(dict.fromkeys(codes))
