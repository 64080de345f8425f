"""Which states stand around a mention of an agreement: in its name, beside it, in its clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from pipeline import gazetteers
from pipeline.components.agreements.knowledge import Terms
from pipeline.components.agreements.text import HYPHENS, QUOTES

_STATE_SECTORS = ("", "GOV", "MIL", "LEG", "JUD", "SPY")
_BEFORE_PLACE = ("in", "at", "near", "across", "throughout", "inside", "around")
_REACH = 28  # tokens after a mention in which "between A and B" may name its parties


@dataclass(frozen=True, slots=True)
class State:
    """A mention of a state or of somebody who acts for it: tokens, ISO3 code, whether a place."""

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
        self.states = [state for ent in doc.ents if (state := _state(ent)) is not None]
        self.at = {i: state for state in self.states for i in range(state.start, state.end)}
        self.bounds = _sentences(doc)

    def sentence(self, i: int) -> tuple[int, int]:
        """Return the token bounds of the sentence around token ``i``."""
        return self.bounds[i]

    def before(self, start: int) -> list[str]:
        """Return the states in front of a name: "Germany-Japan", "Japan's", "the Iran"."""
        codes: list[str] = []
        i = start - 1
        floor = self.sentence(start)[0]
        while i >= floor:
            state = self.at.get(i)
            word = self.doc[i].lower_
            if state is not None:
                if state.label in ("PERSON", "ORG") and not codes and i == start - 1:
                    return []
                codes.append(state.code)
                i = state.start - 1
                continue
            joins = self.doc[i].text in HYPHENS or word in (
                "/",
                "and",
                "&",
                ",",
                "'s",
                "’s",
                "’",
                "'",
            )
            if (joins and (codes or word not in ("and", "&", ","))) or (not codes and (
                self.terms.has("not_part", word)
                or self.doc[i].text in QUOTES
                or self.doc[i].text[:1].isdigit()
            )):
                i -= 1
            else:
                break
        # Only a tight group or a single owner counts: "Japan said Germany-..." stops at the verb.
        return _unique(reversed(codes))

    def after(self, end: int) -> Named:
        """Return the states named by "between A and B", "with A" after a mention."""
        stop = min(self.sentence(max(0, end - 1))[1], end + _REACH)
        i = self._link(end, stop)
        if i is None:
            return Named()
        codes, last = self._group(i, stop)
        return Named(tuple(codes), self.doc[i - 1].lower_, last)

    def _link(self, end: int, stop: int) -> int | None:
        """Return the token after the preposition that introduces the parties."""
        i, depth = end, 0
        while i < stop and i - end < 12:
            token = self.doc[i]
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
            elif depth:
                pass
            elif token.lower_ in ("between", "among", "with", "by"):
                passive = token.lower_ == "by" and "signed" in (self.doc[i - 1].lower_,)
                if token.lower_ != "by" or passive:
                    return i + 1
                return None
            elif (token.text in ",;:.—" and token.text not in QUOTES) or (token.lower_ in ("and", "or") and i == end) or self.at.get(i) is not None:
                return None
            i += 1
        return None

    def _group(self, i: int, stop: int) -> tuple[list[str], int]:
        """Return the coordinated states from token ``i`` on and the token after the last one."""
        codes: list[str] = []
        last = i
        gap = 0
        depth = 0
        while i < stop:
            token = self.doc[i]
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
            elif not depth:
                state = self.at.get(i)
                if state is not None:
                    codes.append(state.code)
                    i = last = state.end
                    gap = 0
                    continue
                if token.text in ".;" or self.terms.has("party_stops", token.lower_):
                    break
                if token.pos_ in ("VERB", "AUX"):
                    break
                gap += token.is_lower and token.lower_ not in ("and", "the", "of")
                if gap > (1 if codes else 4):
                    break
            i += 1
        return _unique(codes), last

    def clause(self, start: int, end: int) -> list[str]:
        """Return the states in the sentence of a mention that may be its parties.

        Places ("in Tokyo") do not count. More than two are narrowed to the last ones before the
        mention that are joined by "and" or commas.
        """
        first, last = self.sentence(start)
        inside = [s for s in self.states if first <= s.start < last and not s.place]
        codes = _unique(s.code for s in inside)
        if len(codes) <= 2:
            return codes
        left = [s for s in inside if s.end <= start]
        return self._last_group(left)

    def together(self, start: int) -> list[str]:
        """Return the last states before a mention, in its sentence, that stand together."""
        first = self.sentence(start)[0]
        return self._last_group(
            [s for s in self.states if first <= s.start < start and not s.place]
        )

    def reacts(self, start: int) -> bool:
        """Whether the sentence up to a mention is somebody's reaction: "X welcomes the truce"."""
        first = self.sentence(start)[0]
        return any(self.terms.has("reacting", t.lower_) for t in self.doc[first:start])

    def theatre(self, without: list[str]) -> list[str]:
        """Return the state that the document names most as a place, else most at all."""
        places = Counter(
            s.code for s in self.states if s.place and s.label == "GPE" and s.code not in without
        )
        if places:
            return [places.most_common(1)[0][0]]
        return [code for code in self.ranking() if code not in without][:1]

    def _last_group(self, states: list[State]) -> list[str]:
        """Return the codes of the last states joined by "and" or a comma."""
        group: list[State] = []
        for state in reversed(states):
            if group:
                between = self.doc[state.end : group[-1].start]
                if not all(
                    t.lower_ in ("and", "the", ",", "&") or t.text in HYPHENS for t in between
                ):
                    if len(group) > 1:
                        break
                    group = []
            group.append(state)
        return _unique(s.code for s in reversed(group))

    def places_after(self, end: int) -> list[str]:
        """Return states named as the place after a mention: "ceasefire in eastern Congo"."""
        last = self.sentence(max(0, end - 1))[1]
        codes: list[str] = []
        for state in self.states:
            if end <= state.start < last and state.label in ("GPE", "NORP"):
                i = state.start - 1
                while i >= end and self.doc[i].lower_ not in _BEFORE_PLACE and state.start - i < 4:
                    i -= 1
                if i >= end - 1 and self.doc[i].lower_ in _BEFORE_PLACE:
                    codes.append(state.code)
        return _unique(codes)

    def _counts(self) -> Counter[str]:
        """Return how much the document speaks of each state; its beginning counts twice."""
        counts: Counter[str] = Counter()
        for state in self.states:
            weight = 1 if state.label in ("PERSON", "ORG") else 2
            counts[state.code] += weight * (2 if state.start < 60 else 1)
        return counts

    def ranking(self) -> list[str]:
        """Return the states of the document, the most spoken of first."""
        counts = self._counts()
        order = {state.code: -i for i, state in reversed(list(enumerate(self.states)))}
        return sorted(counts, key=lambda code: (counts[code], order[code]), reverse=True)

    def dyad(self) -> list[str]:
        """Return the two states a document is about; fewer where a third rivals the second."""
        counts = self._counts()
        ranking = self.ranking()
        if len(ranking) > 2 and counts[ranking[2]] * 4 > counts[ranking[1]] * 3:
            return ranking[:1]
        return ranking[:2]

    def is_town(self, i: int) -> bool:
        """Whether the name at token ``i`` is that of a town that stands for no state."""
        text = self.doc[i].text
        return gazetteers.country_by_capital(text) is not None or self.doc[i].ent_type_ == "GPE"


def _state(ent: Span) -> State | None:
    code = ""
    entity = ent._.entity
    if entity is not None:
        acts = ent.label_ in ("GPE", "NORP") or entity.sector in _STATE_SECTORS
        code = entity.country if acts else ""
    elif ent.label_ in ("GPE", "NORP"):
        found = gazetteers.country_by_name(ent.text) or gazetteers.country_by_demonym(ent.text)
        code = found.sovereign if found else ""
    if not code or gazetteers.country(code) is None:
        return None
    place = ent._.sense == "place" or (
        ent.label_ == "GPE" and ent.start > 0 and ent.doc[ent.start - 1].lower_ in _BEFORE_PLACE
    )
    return State(ent.start, ent.end, code, ent.label_, place)


def _sentences(doc: Doc) -> list[tuple[int, int]]:
    """Return for each token the bounds of its sentence; a line break always ends one."""
    marked = doc.has_annotation("SENT_START")
    starts = [0]
    for token in doc[1:]:
        before = doc[token.i - 1]
        new_line = (before.is_space and "\n" in before.text) or before.text_with_ws.endswith("\n")
        ended = token.is_sent_start if marked else before.text in (".", "!", "?")
        if new_line or ended:
            starts.append(token.i)
    starts.append(len(doc))
    bounds: list[tuple[int, int]] = []
    for first, last in zip(starts, starts[1:], strict=False):
        bounds.extend([(first, last)] * (last - first))
    return bounds


def _unique(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
