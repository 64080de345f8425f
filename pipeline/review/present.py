"""Events, documents and the history as the page gets them: plain data for JSON."""

from __future__ import annotations

from typing import Any

from pipeline.review import article
from pipeline.review.book import Book
from pipeline.review.desk import Desk
from pipeline.review.edits import checks
from pipeline.review.entries import Entry, View
from pipeline.review.reasons import reasons
from pipeline.review.store import Decision
from pipeline.review.tables import zones
from pipeline.tables.schema import Row

LINE = (
    *("doc_id", "event_type", "mode", "factuality", "trigger", "actors", "recipients", "date"),
    *("place", "agreement_id", "agreement_stage", "rule_id", "confidence", "same_as"),
    "cluster_id",
)


# Cells that follow from another one; the history leaves them out.
FOLLOWING = (
    *("quad_class", "actor_codes", "recipient_codes", "date_start", "date_end"),
    *("date_precision", "latitude", "longitude", "geonames_id", "place_country"),
)


def line(entry: Entry) -> dict[str, Any]:
    """An event as a row of the table."""
    return {
        "uid": entry.uid,
        "status": entry.status,
        "second_look": entry.second_look,
        "comment": bool(entry.state and entry.state.comment),
        **{column: entry.cells[column] for column in LINE},
    }


def event(desk: Desk, view: View, entry: Entry) -> dict[str, Any]:
    """An event as the form shows it: cells, reasons, roles, checks, history, neighbours."""
    state = entry.state
    doc_id = entry.cells["doc_id"]
    mentions = desk.mentions(view, doc_id)
    base = entry.machine if entry.machine is not None else state.row if state else entry.cells
    return {
        "uid": entry.uid,
        "status": entry.status,
        "second_look": entry.second_look,
        "cells": entry.cells,
        "machine": entry.machine,
        "edited": sorted(c for c, v in entry.cells.items() if v != base.get(c, "")),
        "comment": state.comment if state else "",
        "reviewer": state.reviewer if state else "",
        "at": state.at if state else "",
        "reasons": reasons(entry, mentions, desk.reasons(doc_id)),
        "checks": checks(entry.cells),
        "roles": article.roles(entry, mentions),
        "same_as": _neighbours(view, entry, "same_as"),
        "cluster": _neighbours(view, entry, "cluster_id"),
        "history": [
            decision_line(view.book, decision) for decision in view.book.history(entry.uid)
        ],
    }


def _neighbours(view: View, entry: Entry, column: str) -> list[dict[str, Any]]:
    """The other events of the same group or cluster."""
    name, doc_id = entry.cells[column], entry.cells["doc_id"]
    if not name:
        return []
    return [
        line(other)
        for other in view.ordered("document")
        if other.cells[column] == name
        and other.uid != entry.uid
        and (column == "cluster_id" or other.cells["doc_id"] == doc_id)
    ]


def document(desk: Desk, view: View, doc_id: str) -> dict[str, Any]:
    """A document as the left pane shows it."""
    facts = desk.tables.documents.get(doc_id, {})
    text = desk.texts.get(doc_id)
    mentions = desk.mentions(view, doc_id)
    entries = [e for e in desk.of_document(view, doc_id) if e.status != "withdrawn"]
    return {
        "doc_id": doc_id,
        "title": facts.get("title", ""),
        "published": facts.get("published", ""),
        "notice": text.notice,
        "pieces": article.pieces(text, mentions, entries, zones(facts.get("zones", ""))),
        "mentions": [_mention(m["key"], m["status"], m["cells"]) for m in mentions],
        "events": [
            {
                "uid": e.uid,
                "status": e.status,
                "trigger": e.cells["trigger"],
                "event_type": e.cells["event_type"],
                "start": e.start,
            }
            for e in entries
        ],
        "done": desk.document_done(view, doc_id),
    }


def _mention(key: str, status: str, cells: Row) -> dict[str, Any]:
    shown = (
        *("label", "text", "start", "end", "entity", "country", "sector", "sense", "date"),
        *("agreement_id", "agreement_type", "generic"),
    )
    return {"key": key, "status": status, **{column: cells.get(column, "") for column in shown}}


def decision_line(book: Book, decision: Decision) -> dict[str, Any]:
    """A decision as the history shows it."""
    return {
        "id": decision.id,
        "at": decision.at,
        "reviewer": decision.reviewer,
        "action": decision.action,
        "doc_id": decision.doc_id,
        "subject": decision.subject,
        "what": what(decision),
        "undone": decision.id in book.undone,
        "reversible": decision.action not in ("undo", "redo"),
    }


def what(decision: Decision) -> str:
    """What a decision did, in one line."""
    payload = decision.payload
    row = payload.get("row", {})
    match decision.action:
        case "accept" | "reject" | "unsure":
            return f"{row['event_type']} “{row['trigger']}”"
        case "edit":
            before, cells = payload.get("before", {}), payload["cells"]
            told = [column for column in cells if column not in FOLLOWING] or list(cells)
            return "; ".join(
                f"{column}: {before.get(column) or '∅'} → {cells[column] or '∅'}" for column in told
            )
        case "bulk":
            return f"{payload['verdict']} {len(payload['rows'])} events: {payload['told']}"
        case "comment":
            return payload["text"] or "comment removed"
        case "add_event":
            return f"{row['event_type']} “{row['trigger']}” at {row['trigger_start']}"
        case "group":
            names = sorted({value or "alone" for value in payload["value"].values()})
            return f"{payload['column']} of {len(payload['value'])} events: {', '.join(names)}"
        case "mention":
            verb = "struck" if payload.get("rejected") else "added" if payload.get("added") else ""
            cells = "; ".join(f"{c}: {v or '∅'}" for c, v in payload.get("cells", {}).items())
            return f"“{row['text']}” {row['label']} {verb} {cells}".strip()
        case "document":
            return "read to the end" if payload["done"] else "open again"
        case "undo" | "redo":
            return f"decision {decision.subject}"
    return ""
