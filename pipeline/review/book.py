"""The log of decisions replayed: what they make of each event, mention and document.

Replaying is a pure function of the log: same decisions, same state. One :class:`Book` holds the
decisions of everybody, or in double coding those of one reviewer alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from pipeline.review.store import Decision
from pipeline.tables.schema import Row

VERDICTS = ("accept", "reject", "unsure")
EVENT_ACTIONS = (*VERDICTS, "reopen", "edit", "comment", "add_event")
ACTIONS = (*EVENT_ACTIONS, "bulk", "group", "mention", "document", "undo", "redo")
STATUSES = ("undecided", "unsure", "accepted", "corrected", "rejected", "added", "withdrawn")


@dataclass(slots=True)
class EventState:
    """What the decisions make of one event.

    ``first`` is the row that the first decision was taken on: what matching goes by. ``row`` is
    the program's row that the last verdict was passed on and ``cells`` what the reviewer put in
    place of its values. ``kept`` marks a verdict passed although the run no longer has the event.
    """

    uid: str
    doc_id: str
    first: Row
    row: Row
    verdict: str = ""
    cells: Row = field(default_factory=dict)
    comment: str = ""
    reviewer: str = ""
    at: str = ""
    added: bool = False
    kept: bool = False

    @property
    def status(self) -> str:
        """One of :data:`STATUSES`."""
        if self.added:
            return "withdrawn" if self.verdict == "reject" else "added"
        if self.verdict == "reject":
            return "rejected"
        if self.verdict == "accept":
            changed = any(self.row.get(name, "") != value for name, value in self.cells.items())
            return "corrected" if changed else "accepted"
        return self.verdict or "undecided"

    @property
    def decided(self) -> bool:
        """Whether a verdict was passed (an added event is decided by adding it)."""
        return self.status not in ("undecided", "unsure")


@dataclass(slots=True)
class MentionState:
    """What the decisions make of one mention: its cells, or that it is none."""

    key: str
    doc_id: str
    row: Row
    cells: Row = field(default_factory=dict)
    added: bool = False
    rejected: bool = False
    reviewer: str = ""
    at: str = ""


@dataclass(slots=True)
class DocumentState:
    """Whether a reviewer has read a document to its end and found nothing missed."""

    done: bool
    reviewer: str
    at: str


def subjects(decision: Decision) -> list[str]:
    """The events that a decision is about (a grouping or a bulk verdict is about several)."""
    if decision.action == "group":
        return list(decision.payload["value"])
    if decision.action == "bulk":
        return list(decision.payload["rows"])
    return [decision.subject] if decision.action in EVENT_ACTIONS else []


class Book:
    """The state that a log of decisions leads to.

    Parameters
    ----------
    reviewer : str, optional
        Count the decisions of this reviewer alone (double coding); empty: everybody's.
    """

    def __init__(self, reviewer: str = "") -> None:
        self.reviewer = reviewer
        self.version = 0
        self.events: dict[str, EventState] = {}
        self.mentions: dict[str, dict[str, MentionState]] = defaultdict(dict)
        self.documents: dict[str, DocumentState] = {}
        self.undone: set[int] = set()
        self._log: dict[int, Decision] = {}
        self._by_event: dict[str, list[Decision]] = defaultdict(list)
        self._by_mention: dict[tuple[str, str], list[Decision]] = defaultdict(list)
        self._by_document: dict[str, list[Decision]] = defaultdict(list)

    def replay(self, decisions: Iterable[Decision]) -> set[str]:
        """Take in further decisions, oldest first; return the events that they touched."""
        touched: set[str] = set()
        for decision in decisions:
            self.version = decision.id
            if self.reviewer and decision.reviewer != self.reviewer:
                continue
            self._log[decision.id] = decision
            if decision.action in ("undo", "redo"):
                target = self._log.get(int(decision.subject))
                if target is None:
                    continue
                (self.undone.add if decision.action == "undo" else self.undone.discard)(target.id)
                touched.update(self._refold(target))
            else:
                self._file(decision)
                touched.update(self._refold(decision))
        return touched

    def history(self, subject: str = "") -> list[Decision]:
        """The decisions on one event, or all of them, oldest first."""
        return list(self._by_event.get(subject, [])) if subject else list(self._log.values())

    def last_of(self, reviewer: str, action: str = "undo") -> Decision | None:
        """The decision that ``undo`` or ``redo`` of a reviewer would be about, or None.

        Undo takes back the reviewer's latest decision that stands. Redo brings back what the
        latest undo took away, until a new decision is made.
        """
        own = [d for d in self._log.values() if d.reviewer == reviewer]
        if action == "undo":
            standing = (
                d for d in reversed(own) if d.action not in ("undo", "redo") and self._stands(d)
            )
            return next(standing, None)
        redone: set[int] = set()
        for decision in reversed(own):
            if decision.action == "redo":
                redone.add(int(decision.subject))
            elif decision.action == "undo":
                target = int(decision.subject)
                if target in self.undone and target not in redone:
                    return self._log[target]
            else:
                return None
        return None

    def recent(self, reviewer: str, most: int) -> list[Decision]:
        """The latest decisions of a reviewer, latest first."""
        own = (d for d in reversed(self._log.values()) if d.reviewer == reviewer)
        return list(islice(own, most))

    def decision(self, number: int) -> Decision | None:
        """One decision by its id."""
        return self._log.get(number)

    def _stands(self, decision: Decision) -> bool:
        return decision.id not in self.undone

    def _file(self, decision: Decision) -> None:
        for uid in subjects(decision):
            self._by_event[uid].append(decision)
        if decision.action == "mention":
            self._by_mention[decision.doc_id, decision.subject].append(decision)
        elif decision.action == "document":
            self._by_document[decision.doc_id].append(decision)

    def _refold(self, decision: Decision) -> list[str]:
        touched = subjects(decision)
        for uid in touched:
            state = fold_event(uid, filter(self._stands, self._by_event[uid]))
            if state is None:
                self.events.pop(uid, None)
            else:
                self.events[uid] = state
        if decision.action == "mention":
            self._refold_mention(decision.doc_id, decision.subject)
        elif decision.action == "document":
            standing = [d for d in self._by_document[decision.doc_id] if self._stands(d)]
            self.documents.pop(decision.doc_id, None)
            if standing:
                last = standing[-1]
                self.documents[decision.doc_id] = DocumentState(
                    bool(last.payload["done"]), last.reviewer, last.at
                )
        return touched

    def _refold_mention(self, doc_id: str, key: str) -> None:
        self.mentions[doc_id].pop(key, None)
        for decision in filter(self._stands, self._by_mention[doc_id, key]):
            payload = decision.payload
            state = self.mentions[doc_id].get(key)
            if state is None:
                state = MentionState(key, doc_id, payload["row"], added=bool(payload.get("added")))
                self.mentions[doc_id][key] = state
            state.cells.update(payload.get("cells", {}))
            state.rejected = bool(payload.get("rejected"))
            state.reviewer, state.at = decision.reviewer, decision.at


def fold_event(uid: str, decisions: Iterable[Decision]) -> EventState | None:
    """Fold the standing decisions on one event, oldest first; None where there are none."""
    state: EventState | None = None
    for decision in decisions:
        payload = decision.payload
        row = payload["rows"][uid] if "rows" in payload else payload["row"]
        if state is None:
            state = EventState(uid, decision.doc_id, first=row, row=row)
        state.reviewer, state.at = decision.reviewer, decision.at
        match decision.action:
            case "accept" | "reject" | "unsure":
                state.verdict = decision.action
                state.row, state.cells = row, dict(payload.get("cells", {}))
                state.kept = bool(payload.get("kept"))
            case "bulk":
                state.verdict = payload["verdict"]
                state.row, state.cells = row, dict(payload["cells"].get(uid, {}))
                state.kept = uid in payload["kept"]
            case "reopen":
                state.verdict, state.kept = "", False
            case "edit":
                state.cells.update(payload["cells"])
            case "comment":
                state.comment = payload["text"]
            case "group":
                state.cells[payload["column"]] = payload["value"][uid]
            case "add_event":
                state.added = True
    return state
