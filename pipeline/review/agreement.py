"""How far reviewers agree, where two have judged the same events without seeing each other.

Cohen's kappa (Cohen 1960, A coefficient of agreement for nominal scales) and F1 for the verdict,
the event type and each slot. Figures only: no decision of another reviewer is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.resources import items
from pipeline.review.book import Book, EventState
from pipeline.review.desk import Desk
from pipeline.review.entries import standing
from pipeline.tables.schema import Row

NO_EVENT = "no event"
SLOTS = (
    *("factuality", "mode", "actors", "recipients", "date", "place"),
    *("agreement_id", "agreement_stage"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """Agreement of two reviewers on one question.

    ``kappa`` is None where it is not defined: nothing judged by both, or both gave one and the
    same answer throughout. ``f1`` takes what one reviewer keeps as found and what the other keeps
    as right, which of the two does not matter: events, their types, the parties or the one value
    in a slot; None where neither keeps any.
    """

    question: str
    judged: int
    same: int
    kappa: float | None
    f1: float | None = None

    @property
    def observed(self) -> float | None:
        """Share of the answers that are the same, None where there are none."""
        return self.same / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers and how far they agree, question by question."""

    first: str
    second: str
    figures: list[Figure]


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa of two raters over the same items; None where it is not defined.

    Examples
    --------
    >>> kappa([("yes", "yes"), ("no", "no"), ("yes", "no"), ("no", "no")])
    0.5
    """
    total = len(pairs)
    if not total:
        return None
    observed = sum(a == b for a, b in pairs) / total
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[c] * second[c] for c in first) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def f1(pairs: Iterable[tuple[Collection[Hashable], Collection[Hashable]]]) -> float | None:
    """F1 of what two raters keep of the same items; None where neither keeps anything.

    Examples
    --------
    >>> f1([({"Chad"}, {"Chad", "Mali"}), ({"Peru"}, set())])
    0.5
    """
    same = kept = 0
    for one, other in pairs:
        same += len(set(one) & set(other))
        kept += len(one) + len(other)
    return 2 * same / kept if kept else None


def between_all(desk: Desk) -> list[Pair]:
    """The agreement of every two reviewers of an output folder, by name."""
    log = desk.everybody().history()
    names = sorted({decision.reviewer for decision in desk.store.since()})
    if not log:
        return []
    books = {}
    for name in names:
        books[name] = Book(name)
        books[name].replay(desk.store.since())
    rows = desk.named_rows()
    return [Pair(a, b, _figures(books[a], books[b], rows)) for a, b in combinations(names, 2)]


def _figures(first: Book, second: Book, rows: dict[str, Row]) -> list[Figure]:
    both = [
        (a, second.events[uid], rows.get(uid))
        for uid, a in sorted(first.events.items())
        if uid in second.events and a.decided and second.events[uid].decided
    ]
    kept = [item for item in both if _is_event(item[0]) and _is_event(item[1])]
    out = [
        _figure("event or not", [(_verdict(a), _verdict(b)) for a, b, _ in both]),
        _figure("event type", [(_type(a, row), _type(b, row)) for a, b, row in both]),
    ]
    for slot in SLOTS:
        answers = [(standing(row, a)[slot], standing(row, b)[slot]) for a, b, row in kept]
        out.append(_figure(slot, answers))
    out.append(_found(first, second))
    return out


def _verdict(state: EventState) -> str:
    return "event" if _is_event(state) else NO_EVENT


def _found(first: Book, second: Book) -> Figure:
    """Missed events: how many of those that either added the other added too.

    Kappa is not defined for them: nobody counts the places where both saw no event.
    """
    added = [
        {
            (
                s.doc_id,
                s.row["trigger_start"],
                s.row["trigger_end"],
                {**s.row, **s.cells}["event_type"],
            )
            for s in book.events.values()
            if s.status == "added"
        }
        for book in (first, second)
    ]
    one, other = added
    return Figure(
        "missed events added", len(one | other), len(one & other), None, f1([(one, other)])
    )


def _figure(question: str, pairs: Sequence[tuple[str, str]]) -> Figure:
    kept = [(_kept(a), _kept(b)) for a, b in pairs]
    return Figure(question, len(pairs), sum(a == b for a, b in pairs), kappa(pairs), f1(kept))


def _kept(answer: str) -> list[str]:
    return [] if answer == NO_EVENT else items(answer)


def _is_event(state: EventState) -> bool:
    return state.status not in ("rejected", "withdrawn")


def _type(state: EventState, row: Row | None) -> str:
    return standing(row, state)["event_type"] if _is_event(state) else NO_EVENT
