"""The log of decisions: an SQLite file in the output folder that only ever grows.

A decision is never changed or deleted; taking one back is a decision too (``undo``, ``redo``).
What a reviewer sees is the log replayed (:mod:`pipeline.review.book`), so the history is complete
and any state can be reached again. A decision is on disk before the reviewer is told so
(WAL, ``synchronous=FULL``).
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.review.validation import InvalidError, check

NAME = "review.sqlite"
VERSION = 1

SCHEMA = """
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    action TEXT NOT NULL,
    doc_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX decisions_subject ON decisions (subject);
CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'a decision is never changed; undo it'); END;
CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'a decision is never deleted; undo it'); END;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_SELECT = "SELECT id, client_id, at, reviewer, action, doc_id, subject, payload FROM decisions"


class StoreError(RuntimeError):
    """The file of decisions cannot be opened; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the log.

    ``action`` is one of :data:`pipeline.review.book.ACTIONS`; ``subject`` the event, mention or
    decision it is about; ``at`` UTC, ISO 8601; ``client_id`` chosen by the sender, so that a
    decision sent twice is stored once.
    """

    id: int
    client_id: str
    at: str
    reviewer: str
    action: str
    doc_id: str
    subject: str
    payload: dict[str, Any]


class Store:
    """The log of decisions of one output folder.

    Parameters
    ----------
    folder : Path
        The output folder; the file is made there when it is missing.

    Raises
    ------
    StoreError
        The file cannot be made or is no file of decisions.

    Attributes
    ----------
    aside : dict
        Rows of the log that cannot be replayed, by id: why not. They stay in the file and count
        for nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.aside: dict[int, str] = {}
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(
                self.path, timeout=10, check_same_thread=False, isolation_level=None
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._create()
            self._db.execute(f"{_SELECT} LIMIT 0")
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: {error}") from None

    def _create(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _statements(SCHEMA):
                self._db.execute(statement)
            self._db.execute("INSERT INTO settings VALUES ('review_id', ?)", (uuid.uuid4().hex,))
            self._db.execute(f"PRAGMA user_version = {VERSION}")
        self._db.execute("COMMIT")
        if version > VERSION:
            raise StoreError(f"{self.path} was written by a newer Pacta (format {version})")

    def add(
        self,
        reviewer: str,
        action: str,
        doc_id: str,
        subject: str,
        payload: dict[str, Any],
        client_id: str = "",
    ) -> int:
        """Write one decision and return its id; it is on disk when this returns.

        A ``client_id`` that is already in the log writes nothing and returns the id it has.
        """
        client_id = client_id or uuid.uuid4().hex
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        with self._lock:
            cursor = self._db.execute(
                "INSERT INTO decisions (client_id, at, reviewer, action, doc_id, subject, payload)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (client_id) DO NOTHING",
                (client_id, at, reviewer, action, doc_id, subject, body),
            )
            if cursor.rowcount:
                return int(cursor.lastrowid or 0)
            row = self._db.execute("SELECT id FROM decisions WHERE client_id = ?", (client_id,))
            return int(row.fetchone()[0])

    def since(self, last: int = 0) -> list[Decision]:
        """The decisions with an id above ``last``, oldest first; bad rows are set aside."""
        with self._lock:
            rows = self._db.execute(
                f"{_SELECT} WHERE id > ? ORDER BY id",
                (last,),
            ).fetchall()
        return [decision for row in rows if (decision := self._checked(row)) is not None]

    def _checked(self, row: tuple) -> Decision | None:
        try:
            return _decision(row)
        except (InvalidError, ValueError, RecursionError) as error:
            self.aside[row[0]] = str(error)
            return None

    def find(self, client_id: str) -> Decision | None:
        """The decision that was sent under an id, None where there is none."""
        with self._lock:
            row = self._db.execute(
                f"{_SELECT} WHERE client_id = ?",
                (client_id,),
            ).fetchone()
        return self._checked(row) if row else None

    def setting(self, name: str) -> str:
        """A setting of this review, or an empty string."""
        with self._lock:
            row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def set(self, name: str, value: str) -> None:
        """Keep a setting of this review (``mode``)."""
        with self._lock:
            self._db.execute(
                "INSERT INTO settings VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def close(self) -> None:
        """Close the file; what was added is on disk already."""
        with self._lock:
            self._db.close()


def _decision(row: tuple) -> Decision:
    number, client_id, at, reviewer, action, doc_id, subject, payload = row
    if not all(isinstance(cell, str) for cell in row[1:]):
        raise InvalidError("a column of it is no text")
    content = json.loads(payload)
    check(action, doc_id, subject, content)
    return Decision(number, client_id, at, reviewer, action, doc_id, subject, content)


def _statements(script: str) -> list[str]:
    """Split a script into statements (a trigger's body holds semicolons of its own)."""
    out, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            out.append(current)
            current = ""
    return out
