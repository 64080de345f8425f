"""Whose ceasefire, peace or exchange of prisoners it is: those who fought, no go-between.

Such an agreement has states and others as parties; the others are left out of its id
(``SDN:CEASEFIRE``). Who mediates, welcomes or reports it is no party. Texts name the parties once
and speak of "the truce" ever after, so that the surest naming of the article counts for all.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from spacy.tokens import Token

from pipeline import gazetteers
from pipeline.components.agreements.parties import Parties, State, unique
from pipeline.components.agreements.reading import Mention
from pipeline.components.agreements.text import HYPHENS

_NEAR = 3  # tokens from somebody to the verb that says what they do
_TITLE = 4  # tokens from "role of" to a name: "of Prime Minister"
_NOUNS = 2  # lower-case nouns between two parties: "Sudan's army and the rebels"


class Belligerents:
    """Who fought in an article, as far as its words around ceasefires tell.

    Parameters
    ----------
    parties : Parties
        Of the same document.
    """

    def __init__(self, parties: Parties) -> None:
        self.parties = parties
        self.doc = parties.doc
        self.terms = parties.terms
        self.outsiders = unique(code for s in parties.acting if (code := self._outside(s)))

    def named(self, m: Mention) -> list[str]:
        """Return the parties that the sentence of a mention surely names, or nothing."""
        if len(m.explicit) > 1:
            return m.explicit
        start, end = m.span.start, m.span.end
        before = [s for s in self._acting_before(start) if not self._reacts(s, start)]
        if m.explicit and self.parties.after(end).codes:
            # "agreed a truce with Chad": whoever agreed it is the other party.
            return [*m.explicit, *[s.code for s in before if s.code][-1:]]
        if m.explicit:
            return m.explicit
        return self._together(before) or self._theatre_after(start, end)

    def likely(self, m: Mention) -> list[str]:
        """Return the one state that a sentence leaves, else the one that the article is about."""
        clause = [code for code in self.parties.clause(m.span.start) if code not in self.outsiders]
        first = self.parties.sentence(m.span.start)[0]
        onlookers = unique(
            s.code
            for s in self.parties.states_in(first, m.span.start)
            if self._reacts(s, m.span.start)
        )
        involved = [code for code in clause if code not in onlookers]
        if len(involved) == 1:
            return involved
        told_before = self._together(self._acting_before(first)) if first and not clause else []
        return told_before or self._theatre(without=[*onlookers, *self.outsiders])

    def _acting_before(self, start: int) -> list[State]:
        """Return who acts before a token in its sentence: no mediator or speaker."""
        first = self.parties.sentence(max(0, start - 1))[0]
        return [
            s
            for s in self.parties.acting_in(first, start)
            if not s.place and (not s.code or s.code not in self.outsiders) and not self._speaks(s)
        ]

    def _together(self, acting: list[State]) -> list[str]:
        """Return the states among the last parties that stand together, others included."""
        group: list[State] = []
        for state in reversed(acting):
            if group and not self._joined(state, group[-1]):
                if len(group) > 1:
                    break
                group = []
            group.append(state)
        return unique(s.code for s in reversed(group) if s.code) if len(group) > 1 else []

    def _joined(self, left: State, right: State) -> bool:
        between = self.doc[left.end : right.start]
        nouns = sum(self._is_noun(token) for token in between)
        return (
            nouns <= _NOUNS
            and all(
                token.text in HYPHENS
                or token.lower_ == "the"
                or self.terms.has("joins", token.lower_)
                or self.terms.has("possessives", token.lower_)
                or self._is_noun(token)
                for token in between
            )
            and any(t.text in HYPHENS or self.terms.has("joins", t.lower_) for t in between)
        )

    def _is_noun(self, token: Token) -> bool:
        return token.pos_ == "NOUN" and token.is_lower

    def _theatre_after(self, start: int, end: int) -> list[str]:
        """Return the land named as the place of a ceasefire: "the truce in eastern Congo".

        The town in which it was signed is not where it holds.
        """
        first, last = self.parties.sentence(start)
        made = any(self.terms.has("making", t.lower_) for t in self.doc[first:last])
        for state in self.parties.states_in(end, last):
            near = self.doc[max(end, state.start - 4) : state.start]
            inside = any(self.terms.has("before_places", token.lower_) for token in near)
            town = made and not self._is_land(state)
            if state.label in ("GPE", "NORP") and inside and not town:
                return [state.code]
        return []

    def _theatre(self, without: list[str]) -> list[str]:
        """Return the land that the document names most as a place, else most at all."""
        ranked = (*self._lands, *self.parties.ranking())
        return [code for code in ranked if code not in without][:1]

    @cached_property
    def _lands(self) -> list[str]:
        """The countries named as places, most named first."""
        lands = Counter(
            s.code
            for s in self.parties.states
            if (s.label == "LOC" or (s.place and s.label == "GPE")) and not self._is_capital(s)
        )
        return [code for code, _ in lands.most_common()]

    def _is_land(self, state: State) -> bool:
        """Whether a name is that of a whole country rather than of a town in it."""
        text = self.doc[state.start : state.end].text
        country = gazetteers.country_by_name(text) or gazetteers.country_by_demonym(text)
        return country is not None

    def _is_capital(self, state: State) -> bool:
        return gazetteers.country_by_capital(self.doc[state.start : state.end].text) is not None

    # Who is no party

    def _outside(self, state: State) -> str:
        """Return the code of somebody who mediates.

        "Mediated by Oman", "Oman brokered a truce", "the mediating role of the Sultan of Oman".
        """
        for i in range(state.end, min(state.end + _NEAR, len(self.doc))):
            if self.terms.has("mediating", self.doc[i].lower_):
                passive = self.doc[i + 1 : i + 2].text.lower() == "by"
                return "" if passive else state.code
        return state.code if self._has_role(state) or self._mediated_by(state) else ""

    def _has_role(self, state: State) -> bool:
        """Whether "mediating role of" or "mediation of" leads to somebody, past a title."""
        for token in reversed(self.doc[max(0, state.start - _TITLE) : state.start]):
            if token.lower_ == "of":
                role = self.doc[max(0, token.i - 2) : token.i]
                return any(self.terms.has("mediating", t.lower_) for t in role)
        return False

    def _mediated_by(self, state: State) -> bool:
        """Whether "brokered by" leads to somebody, alone or in a list."""
        first = self.parties.sentence(state.start)[0]
        for token in reversed(self.doc[first : state.start]):
            if token.lower_ == "by":
                return token.i > 0 and self.terms.has("mediating", self.doc[token.i - 1].lower_)
            word = token.lower_
            listed = self.terms.has("joins", word) or self.terms.has("party_words", word)
            if not listed and token.i not in self.parties.at:
                return False
        return False

    def _speaks(self, state: State) -> bool:
        """Whether somebody only reports: "Oman said", "according to Oman", '", said Oman'."""
        behind = self.doc[state.end : state.end + 1]
        before = self.doc[max(0, state.start - 2) : state.start]
        inverted = len(before) == 2 and (before[0].is_punct or before[1].lower_ == "to")
        told = [*behind, *(before if inverted else ())]
        return any(self.terms.has("saying", token.lower_) for token in told)

    def _reacts(self, state: State, start: int) -> bool:
        """Whether a verb between somebody and a mention only reacts to it: "Oman welcomed"."""
        return any(
            self.terms.has("reacting", token.lower_) and not token.ent_type_
            for token in self.doc[state.end : start]
        )
