"""Tables and decisions together: the events a reviewer sees, filtered, ordered, stepped through.

A :class:`Desk` belongs to one output folder and serves all reviewers of one process. It follows
the log (other processes may write to it too) and the tables (a run may rewrite them).
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pipeline.resources import items
from pipeline.review import matching, tables
from pipeline.review.book import Book, EventState
from pipeline.review.store import Store
from pipeline.review.tables import Tables
from pipeline.review.texts import Texts
from pipeline.tables.schema import Row

UNSURE = 2.0  # sorts after every probability: added by hand, or no confidence given
NOBODY = "\0"  # in double coding, who has no name yet sees no decision
WATCHED = (*matching.SLOTS, "event_type")


@dataclass(slots=True)
class Entry:
    """One event as a reviewer sees it.

    ``cells`` are the values that stand; ``machine`` is the row of the latest run, None where it
    has none (added by hand, or no longer found). ``position`` is the document's place in the run,
    ``start`` the trigger's; ``text`` is filled when it is first searched.
    """

    uid: str
    cells: Row
    machine: Row | None
    state: EventState | None
    position: int
    start: int
    confidence: float
    text: str = ""

    @property
    def status(self) -> str:
        """One of :data:`pipeline.review.book.STATUSES`."""
        return self.state.status if self.state else "undecided"

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


@dataclass(frozen=True, slots=True)
class Query:
    """Which events to show, and in what order.

    Empty fields filter nothing. ``actor`` and ``other`` look at both sides; ``low`` and ``high``
    bound the confidence; ``day`` is the beginning of an EDTF date (``2026-03``); ``q`` holds words
    that must all occur somewhere in the row.
    """

    doc: str = ""
    type: str = ""
    status: str = ""
    agreement: str = ""
    stage: str = ""
    actor: str = ""
    other: str = ""
    place: str = ""
    rule: str = ""
    cluster: str = ""
    group: str = ""
    day: str = ""
    low: float | None = None
    high: float | None = None
    q: str = ""
    sort: str = "confidence"
    descending: bool = False

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Query:
        """Read a query from request parameters; what cannot be read filters nothing."""
        known: dict[str, Any] = {}
        for name in (f.name for f in fields(cls)):
            value = values.get(name, "").strip()
            if not value:
                continue
            if name in ("low", "high"):
                try:
                    known[name] = float(value)
                except ValueError:
                    continue
            else:
                known[name] = value == "true" if name == "descending" else value
        if known.get("sort") not in SORTS:
            known.pop("sort", None)
        return cls(**known)

    def test(self) -> Callable[[Entry], bool]:
        """The predicate that an event must pass."""
        tests: list[Callable[[Entry], bool]] = []
        for value, column in (
            (self.doc, "doc_id"),
            (self.type, "event_type"),
            (self.agreement, "agreement_id"),
            (self.stage, "agreement_stage"),
            (self.place, "place"),
            (self.rule, "rule_id"),
            (self.cluster, "cluster_id"),
            (self.group, "same_as"),
        ):
            if value:
                tests.append(_cell_test(column, value))
        tests += [_party_test(name) for name in (self.actor, self.other) if name]
        if self.day:
            tests.append(lambda e: e.cells["date"].startswith(self.day))
        if self.low is not None or self.high is not None:
            low, high = self.low or 0.0, 1.0 if self.high is None else self.high
            tests.append(lambda e: low <= e.confidence <= high)
        if self.status:
            tests.append(_status_test(self.status))
        words = self.q.lower().split()
        if words:
            tests.append(lambda e: all(word in e.haystack for word in words))
        return lambda entry: all(test(entry) for test in tests)


def _cell_test(column: str, value: str) -> Callable[[Entry], bool]:
    return lambda e: e.cells[column] == value


def _party_test(name: str) -> Callable[[Entry], bool]:
    return lambda e: name in items(e.cells["actors"]) + items(e.cells["recipients"])


def _status_test(status: str) -> Callable[[Entry], bool]:
    if status == "second look":
        return lambda e: bool(e.second_look)
    if status == "decided":
        return lambda e: e.status != "undecided"
    if status == "commented":
        return lambda e: bool(e.state and e.state.comment)
    return lambda e: e.status == status


def _at_end(value: str) -> tuple[bool, str]:
    return (not value, value)


SORTS: dict[str, Callable[[Entry], Any]] = {
    "confidence": lambda e: e.confidence,
    "document": lambda e: 0,
    "date": lambda e: _at_end(e.cells["date_start"] or e.cells["date"]),
    "type": lambda e: e.cells["event_type"],
    "trigger": lambda e: e.cells["trigger"].lower(),
    "actors": lambda e: _at_end(e.cells["actors"].lower()),
    "place": lambda e: _at_end(e.cells["place"].lower()),
    "agreement": lambda e: _at_end(e.cells["agreement_id"]),
    "rule": lambda e: _at_end(e.cells["rule_id"]),
    "status": lambda e: e.status,
    "reviewed": lambda e: _at_end(e.state.at if e.state else ""),
}


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
        if entry is None or (entry.position, entry.start) != (fresh.position, fresh.start):
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


class Desk:
    """The events of an output folder under review.

    Parameters
    ----------
    folder : Path
        The output folder of a run.
    articles : Path, optional
        Where the articles are, if not where documents.csv says.
    double_coding : bool, optional
        Whether reviewers see their own decisions only; None: as this review was begun.

    Raises
    ------
    pipeline.review.tables.OutputError, pipeline.review.store.StoreError
        The folder is no output folder, or decisions cannot be kept in it.
    """

    def __init__(
        self, folder: Path, articles: Path | None = None, double_coding: bool | None = None
    ) -> None:
        self._articles = articles
        self._folder = folder
        self._lock = threading.RLock()
        self._load(tables.read(folder))
        self.store = Store(folder)
        if double_coding is not None:
            self.store.set("mode", "double" if double_coding else "shared")
        self.double_coding = self.store.setting("mode") == "double"
        self._everybody = Book()
        self._views: dict[str, View] = {}
        self._follow()
        self._match()

    def _load(self, read: Tables) -> None:
        self.tables = read
        self.texts = Texts(read, self._articles)

    def _match(self) -> None:
        """Name the rows of the tables: the uids that the log knows, fresh ones for the rest."""
        named = matching.match(self.tables.events, self._everybody.events.values())
        self._rows = {named[n]: row for n, row in enumerate(self.tables.events)}
        self._views.clear()

    def _follow(self) -> None:
        """Take in what was added to the log since the last look."""
        decisions = self.store.since(self._everybody.version)
        if not decisions:
            return
        self._everybody.replay(decisions)
        for view in self._views.values():
            for uid in view.book.replay(decisions):
                self._place(view, uid)

    def refresh(self) -> None:
        """Follow the log, and read the tables again if a run has rewritten them.

        A run that is just writing leaves tables that do not fit together: the old ones are kept
        until the new ones can be read.
        """
        with self._lock:
            self._follow()
            if tables.stamp(self._folder) != self.tables.stamp:
                try:
                    self._load(tables.read(self._folder))
                except tables.OutputError:
                    return
                self._match()

    @property
    def version(self) -> str:
        """Changes with every decision and every re-run."""
        return f"{self._everybody.version}.{zlib.crc32(repr(self.tables.stamp).encode())}"

    def view(self, reviewer: str) -> View:
        """What a reviewer sees: everybody's decisions, or in double coding their own alone."""
        return self.only(self.whose(reviewer))

    def whose(self, reviewer: str) -> str:
        """Whose decisions a reviewer sees: a name, or empty for everybody's."""
        return (reviewer or NOBODY) if self.double_coding else ""

    def only(self, name: str) -> View:
        """What the decisions of one reviewer lead to, brought up to date; empty: everybody's."""
        with self._lock:
            self.refresh()
            if name not in self._views:
                view = View(Book(name))
                view.book.replay(self.store.since())
                for uid in {**self._rows, **view.book.events}:
                    self._place(view, uid)
                self._views[name] = view
            return self._views[name]

    def everybody(self) -> Book:
        """All decisions of all reviewers, for the agreement between them."""
        with self._lock:
            self.refresh()
            return self._everybody

    def named_rows(self) -> dict[str, Row]:
        """The events of the latest run by uid."""
        return self._rows

    def _place(self, view: View, uid: str) -> None:
        machine, state = self._rows.get(uid), view.book.events.get(uid)
        if machine is None and state is None:
            view.drop(uid)
            return
        cells = standing(machine, state)
        view.put(
            Entry(
                uid,
                cells,
                machine,
                state,
                self.tables.order.get(cells["doc_id"], len(self.tables.order)),
                int(cells["trigger_start"]),
                _probability(cells["confidence"]),
            )
        )

    def of_document(self, view: View, doc_id: str) -> list[Entry]:
        """The events of one document, in the order of their triggers."""
        found = [view.entries[uid] for uid in view.by_document.get(doc_id, ())]
        return sorted(found, key=lambda e: (e.start, e.uid))

    def mentions(self, view: View, doc_id: str) -> list[dict[str, Any]]:
        """The mentions of one document that stand: the run's, corrected, and those added.

        Each is ``{"key", "status", "cells"}``; struck ones are left in with status ``rejected``.
        """
        states = dict(view.book.mentions.get(doc_id, {}))
        out: list[dict[str, Any]] = []
        for row in self.tables.mentions.get(doc_id, ()):
            key = mention_key(row)
            state = states.pop(key, None)
            status = "undecided"
            if state is not None:
                status = "rejected" if state.rejected else "corrected"
            cells = {**row, **state.cells} if state else row
            out.append({"key": key, "status": status, "cells": cells})
        for key, state in states.items():
            status = "rejected" if state.rejected else "added" if state.added else "gone"
            out.append({"key": key, "status": status, "cells": {**state.row, **state.cells}})
        out.sort(key=lambda m: (int(m["cells"]["start"]), int(m["cells"]["end"]), m["key"]))
        return out

    def document_done(self, view: View, doc_id: str) -> bool:
        """Whether a document is reviewed: marked as read, or all its events are decided."""
        state = view.book.documents.get(doc_id)
        if state is not None:
            return state.done
        entries = self.of_document(view, doc_id)
        return bool(entries) and all(e.status != "undecided" for e in entries)

    def find(self, view: View, query: Query) -> list[Entry]:
        """The events that a query selects, in its order."""
        with self._lock:
            return list(filter(query.test(), view.ordered(query.sort, query.descending)))

    def step(self, view: View, query: Query, uid: str, move: str) -> Entry | None:
        """The event that ``move`` leads to from ``uid``, or None at the end.

        ``move`` is ``next``, ``previous``, ``undecided`` (the next one without a verdict, from
        the top again if there is none below), ``next-document`` or ``previous-document``. The
        event it starts from need not pass the filter (a verdict may just have taken it out).
        """
        with self._lock:
            order = view.ordered(query.sort, query.descending)
            passes = query.test()
            here = next((i for i, e in enumerate(order) if e.uid == uid), -1)
            back = move.startswith("previous")
            if here < 0:
                path: Iterable[Entry] = order
            elif back:
                path = reversed(order[:here])
            elif move == "undecided":
                path = order[here + 1 :] + order[: here + 1]
            else:
                path = order[here + 1 :]
            doc_id = order[here].cells["doc_id"] if here >= 0 else ""
            for entry in path:
                if move == "undecided" and entry.status != "undecided":
                    continue
                if move.endswith("-document") and entry.cells["doc_id"] == doc_id:
                    continue
                if passes(entry):
                    return entry
            return None

    def progress(self, view: View) -> dict[str, int]:
        """How many events stand at each status, and how many want a second look."""
        with self._lock:
            counts = Counter(entry.status for entry in view.entries.values())
            decided = (e for e in view.entries.values() if e.state is not None)
            counts["second look"] = sum(bool(entry.second_look) for entry in decided)
            return dict(counts)


def standing(machine: Row | None, state: EventState | None) -> Row:
    """The values that stand for an event: the run's until a verdict froze them, then edits."""
    if state is None:
        assert machine is not None
        return machine
    base = machine if machine is not None and not state.decided else state.row
    return {**dict.fromkeys(tables.EVENT_COLUMNS, ""), **base, **state.cells}


def mention_key(row: Row) -> str:
    """What a mention is known by within its document: its span and label."""
    return f"{row['start']}-{row['end']}:{row['label']}"


def _probability(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return UNSURE
