"""What a document tells of its agreements: the mentions, the states, who fought whom.

What holds for the whole document is worked out once, and a mention is compared with those around
it alone, so that the time grows with the length of a text, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pipeline.components.agreements.belligerents import Belligerents
from pipeline.components.agreements.parties import Parties
from pipeline.components.agreements.reading import Mention

REACH = 100
"""How many mentions before and behind one may tell what it means: three times as many as the
article with most of them has."""


class Told:
    """The mentions of agreements in one document, while they are being resolved.

    Parameters
    ----------
    mentions : list of Mention
        In text order; read, not yet resolved.
    parties : Parties
        The states of the document.
    """

    def __init__(self, mentions: list[Mention], parties: Parties) -> None:
        self.mentions = mentions
        self.parties = parties
        self._number = {id(m): n for n, m in enumerate(mentions)}
        self._fighting: dict[int, list[str]] = {}

    @cached_property
    def belligerents(self) -> Belligerents:
        """Who fought in the article."""
        return Belligerents(self.parties)

    def around(self, m: Mention) -> list[Mention]:
        """Return the mentions around one, itself among them, in text order."""
        at = self._number[id(m)]
        return self.mentions[max(0, at - REACH) : at + REACH + 1]

    def before(self, m: Mention) -> Iterator[Mention]:
        """Yield the mentions before one whose agreement is known, the nearest first."""
        at = self._number[id(m)]
        return (o for o in reversed(self.mentions[max(0, at - REACH) : at]) if is_settled(o))

    def fighting(self, m: Mention) -> list[str]:
        """Return the parties that the sentence of a mention surely names."""
        at = self._number[id(m)]
        if at not in self._fighting:
            self._fighting[at] = self.belligerents.named(m)
        return self._fighting[at]


def is_settled(m: Mention) -> bool:
    """Whether the agreement of a mention is known."""
    return m.result is not None and bool(m.result.agreement_id)
