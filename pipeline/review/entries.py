"""The events as a reviewer sees them: the run's rows with what the decisions make of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.review import matching
from pipeline.review.book import Book, EventState
from pipeline.review.query import SORTS
from pipeline.review.tables import EVENT_COLUMNS
from pipeline.tables.schema import Row

WATCHED = (*matching.SLOTS, "event_type")


@dataclass(slots=True)
class Entry:
    """One event as a reviewer sees it.

    ``cells`` are the values that stand; ``machine`` is the row of the latest run, None where it
    has none (added by hand, or no longer found). ``position`` is the document's place in the run,
    ``start`` the trigger's; ``assigned`` holds the reviewers whom its document is for; ``text`` is
    filled when it is first searched.
    """

    uid: str
    cells: Row
    machine: Row | None
    state: EventState | None
    position: int
    start: int
    confidence: float
    assigned: tuple[str, ...] = ()
    text: str = ""

    @property
    def status(self) -> str:
        """One of :data:`pipeline.review.book.STATUSES`."""
        return self.state.status if self.state else "undecided"

    @property
    def decided(self) -> bool:
        """Whether a verdict was passed; one who is unsure passed none."""
        return self.state is not None and self.state.decided

    @property
    def second_look(self) -> str:
        """Why a decided event wants a second look after a re-run; empty where it does not."""
        state = self.state
        if state is None or state.status == "withdrawn":
            return ""
        if self.machine is None:
            return "" if state.added or state.kept else "gone"
        if state.decided and not state.added:
            moved = (c for c in WATCHED if self.machine[c] != state.row.get(c, ""))
            if any(self.machine[c] != self.cells[c] for c in moved):
                return "changed"
        return ""

    @property
    def haystack(self) -> str:
        """What full-text search looks through: every cell and the comment, in lower case."""
        if not self.text:
            comment = self.state.comment if self.state else ""
            self.text = "\n".join([*self.cells.values(), comment]).lower()
        return self.text


@dataclass(slots=True)
class View:
    """What one reviewer sees: the book that counts and the events it leads to."""

    book: Book
    entries: dict[str, Entry] = field(default_factory=dict)
    by_document: dict[str, set[str]] = field(default_factory=dict)
    _orders: dict[tuple[str, bool], list[Entry]] = field(default_factory=dict)
    _reading_order: list[Entry] = field(default_factory=list)

    def put(self, fresh: Entry) -> None:
        """Add an event, or bring the one of that uid up to date."""
        self._orders.clear()
        entry = self.entries.get(fresh.uid)
        if entry is None or _stands(entry) != _stands(fresh):
            self.drop(fresh.uid)
            self.entries[fresh.uid] = fresh
            self.by_document.setdefault(fresh.cells["doc_id"], set()).add(fresh.uid)
            return
        entry.cells, entry.machine, entry.state = fresh.cells, fresh.machine, fresh.state
        entry.confidence, entry.text = fresh.confidence, ""

    def drop(self, uid: str) -> None:
        """Take an event out, if it is there."""
        self._orders.clear()
        self._reading_order.clear()
        entry = self.entries.pop(uid, None)
        if entry is not None:
            self.by_document[entry.cells["doc_id"]].discard(uid)

    def ordered(self, sort: str, descending: bool = False) -> list[Entry]:
        """All events in an order; ties in document order."""
        if not self._reading_order:
            self._reading_order = sorted(
                self.entries.values(), key=lambda e: (e.position, e.start, e.uid)
            )
        if (sort, descending) not in self._orders:
            self._orders[sort, descending] = sorted(
                self._reading_order, key=SORTS[sort], reverse=descending
            )
        return self._orders[sort, descending]


def _stands(entry: Entry) -> tuple[str, int, int]:
    return entry.cells["doc_id"], entry.position, entry.start


def standing(machine: Row | None, state: EventState | None) -> Row:
    """The values that stand for an event: the run's until a verdict froze them, then edits."""
    if state is None:
        assert machine is not None
        return machine
    base = machine if machine is not None and not state.decided else state.row
    return {**dict.fromkeys(EVENT_COLUMNS, ""), **base, **state.cells}
