"""Tables and decisions together: the events a reviewer sees, filtered, ordered, stepped through.

A :class:`Desk` belongs to one output folder and serves all reviewers of one process. It follows
the log (other processes may write to it too) and the tables (a run may rewrite them).
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.review import assignments, matching, tables
from pipeline.review.book import VERDICTS, Book
from pipeline.review.entries import Entry, View, standing
from pipeline.review.query import Query
from pipeline.review.store import Store
from pipeline.review.tables import Tables
from pipeline.review.texts import Texts
from pipeline.running.store import RESULTS, WORK, kept
from pipeline.tables.schema import Row

UNSURE = 2.0  # sorts after every probability: added by hand, or no confidence given
RECENT, ENOUGH = 60, 5  # decisions that the pace is taken from; verdicts it needs at least
PAUSE = 300.0  # seconds; a longer time between two decisions was spent elsewhere
NOBODY = "\0"  # in double coding, who has no name yet sees no decision


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
        The folder is no output folder, its assignments cannot be read, or decisions cannot be kept
        in it.
    """

    def __init__(
        self, folder: Path, articles: Path | None = None, double_coding: bool | None = None
    ) -> None:
        self._articles = articles
        self._folder = folder
        self._assigned = assignments.read(folder)
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
        self.reasons = lru_cache(maxsize=64)(self._reasons)

    def _reasons(self, doc_id: str) -> dict[str, dict[str, str]]:
        """Why the run gave events of a document what their clauses do not say, as it kept it."""
        number = self.tables.order.get(doc_id, -1) + 1
        result = kept(self._folder / WORK / RESULTS, number)
        return result.reasons if result and result.document["doc_id"] == doc_id else {}

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
                self._assigned.get(cells["doc_id"], ()),
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
        return bool(entries) and all(e.decided for e in entries)

    def find(self, view: View, query: Query) -> list[Entry]:
        """The events that a query selects, in its order."""
        with self._lock:
            return list(filter(query.test(), view.ordered(query.sort, query.descending)))

    def step(self, view: View, query: Query, uid: str, move: str) -> Entry | None:
        """The event that ``move`` leads to from ``uid``, or None at the end.

        ``move`` is ``next``, ``previous``, ``undecided`` (the next one to decide),
        ``next-document`` or ``previous-document``. The event it starts from need not pass the
        filter (a verdict may just have taken it out).
        """
        with self._lock:
            order = view.ordered(query.sort, query.descending)
            passes = query.test()
            here = next((i for i, e in enumerate(order) if e.uid == uid), -1)
            if move == "undecided":
                return next(filter(passes, self._undecided(view, order, here, query.sort)), None)
            if here < 0:
                path: Iterable[Entry] = order
            elif move.startswith("previous"):
                path = reversed(order[:here])
            else:
                path = order[here + 1 :]
            doc_id = order[here].cells["doc_id"] if here >= 0 else ""
            for entry in path:
                if move.endswith("-document") and entry.cells["doc_id"] == doc_id:
                    continue
                if passes(entry):
                    return entry
            return None

    def _undecided(self, view: View, order: list[Entry], here: int, sort: str) -> Iterator[Entry]:
        """The events to decide from one on, whatever the order: first the rest of its article.

        So an article is read once. After it comes the article that follows, or in any order but
        the documents' the first event left.
        """
        path, uid = list(order), ""
        if here >= 0:
            at = order[here]
            uid = at.uid
            article = self.of_document(view, at.cells["doc_id"])
            below = [e for e in article if (e.start, e.uid) > (at.start, at.uid)]
            others = order[here + 1 :] + order[:here] if sort == "document" else order
            path = [*below, *article, *others]
        yield from (entry for entry in path if entry.status == "undecided")
        # What one was unsure of returns at the end, but not at once.
        yield from (entry for entry in path if entry.status == "unsure" and entry.uid != uid)

    def progress(self, view: View) -> dict[str, int]:
        """How many events stand at each status, and how many want a second look."""
        with self._lock:
            counts = Counter(entry.status for entry in view.entries.values())
            decided = (e for e in view.entries.values() if e.state is not None)
            counts["second look"] = sum(bool(entry.second_look) for entry in decided)
            return dict(counts)

    def pace(self, view: View, reviewer: str) -> dict[str, int]:
        """How far and how fast a reviewer is.

        Returns
        -------
        dict
            ``done``: events whose standing verdict is theirs; ``left``: events to decide, of those
            assigned to them if any are; ``hourly``: events an hour over their latest decisions,
            pauses of more than :data:`PAUSE` left out, 0 where too few were made to say.
        """
        with self._lock:
            entries = view.entries.values()
            done = sum(
                e.decided and e.state is not None and e.state.reviewer == reviewer for e in entries
            )
            open_ = [e for e in entries if not e.decided and e.status != "withdrawn"]
            own = [e for e in open_ if reviewer in e.assigned]
            left = own if reviewer in self.assignees else open_
            return {"done": done, "left": len(left), "hourly": _hourly(view.book, reviewer)}

    @property
    def assignees(self) -> set[str]:
        """The reviewers whom documents are assigned to."""
        return {name for names in self._assigned.values() for name in names}


def _hourly(book: Book, reviewer: str) -> int:
    """Events decided an hour, by the times between the latest decisions of a reviewer."""
    latest = book.recent(reviewer, RECENT)
    times = [datetime.fromisoformat(decision.at) for decision in reversed(latest)]
    judged = [decision.action in (*VERDICTS, "add_event") for decision in reversed(latest)]
    seconds, events = 0.0, 0
    for (before, now), is_verdict in zip(pairwise(times), judged[1:], strict=True):
        gap = (now - before).total_seconds()
        if gap <= PAUSE:
            seconds += gap
            events += is_verdict
    return round(events / seconds * 3600) if events >= ENOUGH and seconds else 0


def mention_key(row: Row) -> str:
    """What a mention is known by within its document: its span and label."""
    return f"{row['start']}-{row['end']}:{row['label']}"


def _probability(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return UNSURE
