"""What a reviewer can do: each verb turns a request into one decision for the log.

A verb checks the request, works out what follows from it, and returns the record to be written;
it writes nothing itself. Requests may come late (a page that was cut off sends its decisions
when it is back), so an event that the run no longer has is taken as the reviewer saw it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.review import edits, matching
from pipeline.review.choices import choices
from pipeline.review.desk import Desk, mention_key
from pipeline.review.edits import EditError, RequestError
from pipeline.review.entries import Entry, View
from pipeline.review.query import Query
from pipeline.review.suggestions import Names
from pipeline.review.tables import EVENT_COLUMNS, MENTION_COLUMNS, is_offset
from pipeline.review.validation import PLACE, InvalidError, check, check_cells, is_text
from pipeline.tables.schema import EVENTS, MENTIONS, Row

GROUPS = ("same_as", "cluster_id")
MENTION_EDITABLE = (
    *("label", "entity", "country", "sector", "sense", "date"),
    *("agreement_id", "agreement_type", "generic"),
)
OWN = ("event_id", "doc_id", "published", "rule_id", "confidence")
"""What only a run can say of an event: no decision changes it."""
MAX_COMMENT = 4000
NEAREST = 3
MAX_BULK = 5_000


@dataclass(frozen=True, slots=True)
class Record:
    """A decision before it is written (see :class:`pipeline.review.store.Decision`)."""

    action: str
    doc_id: str
    subject: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A reviewer's request: who, what they see, and the fields they sent."""

    desk: Desk
    view: View
    names: Names
    reviewer: str
    body: dict[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        """A field that must be a string."""
        value = self.body.get(name, default)
        if not isinstance(value, str):
            raise EditError(f"the request has no {name}")
        return value

    def number(self, name: str) -> int | None:
        """A field that must be a whole number, if it is there."""
        value = self.body.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise RequestError(f"{name} is no number")
        return value

    def span(self) -> tuple[int, int]:
        """The selected stretch of text."""
        start, end = self.number("start"), self.number("end")
        if start is None or end is None or not 0 <= start < end:
            raise EditError("select some text first")
        return start, end

    def entry(self) -> Entry:
        """The event that the request is about.

        One that is not in the tables any more is made of what the reviewer saw.
        """
        uid = self.text("uid")
        known = self.view.entries.get(uid)
        if known is not None:
            return known
        if self.body.get("seen") is None:
            raise EditError("the event is not in the tables any more")
        seen = dict.fromkeys(EVENT_COLUMNS, "") | _seen_cells(self.body["seen"])
        if not uid.startswith(f"{seen['doc_id']}:") or not is_offset(seen["trigger_start"]):
            raise RequestError("the request does not hold the row that was seen")
        return Entry(uid, seen, None, None, 0, int(seen["trigger_start"]), 0.0)

    def seen(self, entry: Entry) -> Row:
        """The values of an event that the reviewer saw, or those that stand now.

        Raises
        ------
        pipeline.review.edits.RequestError
            They cannot be values of this event: a column or an event type that does not exist, a
            cell of the wrong form, a place in the text where it never stood.
        """
        if self.body.get("seen") is None:
            return entry.cells
        sent = entry.cells | _seen_cells(self.body["seen"])
        state = entry.state
        known = [entry.cells, entry.machine or {}, *([state.first, state.row] if state else ())]
        if not any(all(sent[c] == row.get(c, "") for c in PLACE) for row in known):
            raise RequestError("the event that was seen stands elsewhere; load the page again")
        if sent["event_type"] not in (entry.cells["event_type"], *choices().types):
            raise RequestError(f"{sent['event_type'] or 'nothing'} is no event type")
        return sent | {column: entry.cells[column] for column in OWN}


def decide(request: Request) -> Record:
    """Turn a request into the decision that it asks for.

    Raises
    ------
    pipeline.review.edits.EditError
        The request cannot be carried out; nothing has been written.
    """
    verb = VERBS.get(request.text("action"))
    if verb is None:
        raise EditError("no such action")
    record = verb(request)
    try:
        check(record.action, record.doc_id, record.subject, record.payload)
    except InvalidError as error:
        raise RequestError(f"this decision could not be read again: {error}") from None
    return record


def _seen_cells(sent: object) -> Row:
    try:
        return check_cells(EVENTS, sent)
    except InvalidError as error:
        raise RequestError(f"the request does not hold the row that was seen: {error}") from None


def _base(entry: Entry) -> Row:
    """The program's row that a decision is about."""
    if entry.machine is not None:
        return entry.machine
    return entry.state.row if entry.state is not None else entry.cells


def _verdict(request: Request) -> Record:
    entry = request.entry()
    base, cells = _base(entry), request.seen(entry)
    payload: dict[str, Any] = {
        "row": base,
        "cells": {c: v for c, v in cells.items() if v != base.get(c, "")},
    }
    if entry.machine is None and entry.state is not None:
        payload["kept"] = True
    return _about(entry, request.text("action"), payload)


def _bulk(request: Request) -> Record:
    """One verdict on all that is marked, or on all undecided events that a filter shows."""
    verdict = request.text("verdict")
    if verdict not in ("accept", "reject"):
        raise RequestError("events are accepted or rejected together")
    if "uids" in request.body:
        members, told = _members(request), "marked"
    else:
        members, told = _filtered(request)
    if not members:
        raise EditError("no undecided event is shown")
    if len(members) > MAX_BULK:
        raise EditError(f"at most {MAX_BULK:,} events at once; narrow the filter")
    expected = request.number("expected")
    if expected is not None and expected != len(members):
        raise EditError(f"there are {len(members)} events now, not {expected}; look again")
    rows = {entry.uid: _base(entry) for entry in members}
    changed = {
        entry.uid: {c: v for c, v in entry.cells.items() if v != rows[entry.uid].get(c, "")}
        for entry in members
    }
    payload = {
        "verdict": verdict,
        "rows": rows,
        "cells": {uid: cells for uid, cells in changed.items() if cells},
        "kept": [e.uid for e in members if e.machine is None and e.state is not None],
        "told": told,
    }
    return _about(members[0], "bulk", payload)


def _filtered(request: Request) -> tuple[list[Entry], str]:
    """The undecided events that a filter shows, and the filter in words."""
    sent = request.body.get("query")
    if not isinstance(sent, dict) or not all(is_text(v) for pair in sent.items() for v in pair):
        raise RequestError("the request says neither events nor a filter")
    query = Query.of(sent)
    if not query.filters:
        raise EditError("set a filter first, or mark events")
    shown = request.desk.find(request.view, query)
    told = ", ".join(f"{name} {value}" for name, value in query.filters.items())
    return [entry for entry in shown if entry.status == "undecided"], told


def _about(entry: Entry, action: str, payload: dict[str, Any]) -> Record:
    return Record(action, entry.cells["doc_id"], entry.uid, payload)


def _reopen(request: Request) -> Record:
    entry = request.entry()
    return _about(entry, "reopen", {"row": _base(entry)})


def _comment(request: Request) -> Record:
    entry = request.entry()
    text = request.text("text").strip()
    if len(text) > MAX_COMMENT:
        raise EditError(f"a comment has {MAX_COMMENT} characters at most")
    return _about(entry, "comment", {"row": _base(entry), "text": text})


def _edited(entry: Entry, cells: Row) -> Record:
    changed = {c: v for c, v in cells.items() if entry.cells[c] != v}
    if not changed:
        raise EditError("nothing changes")
    before = {column: entry.cells[column] for column in changed}
    return _about(entry, "edit", {"row": _base(entry), "cells": changed, "before": before})


def _edit(request: Request) -> Record:
    entry = request.entry()
    cells = edits.follow(entry.cells, request.text("column"), request.text("value"), request.names)
    return _edited(entry, cells)


def _select(request: Request) -> Record:
    entry = request.entry()
    doc_id = entry.cells["doc_id"]
    cells = edits.from_selection(
        entry.cells,
        request.text("role"),
        *request.span(),
        request.desk.texts.get(doc_id),
        request.desk.mentions(request.view, doc_id),
        request.names,
        _sentences(request, doc_id),
    )
    return _edited(entry, cells)


def _sentences(request: Request, doc_id: str) -> list[tuple[int, int]]:
    """The sentences that the run took as evidence in a document."""
    rows = (entry.cells for entry in request.desk.of_document(request.view, doc_id))
    spans = ((row["evidence_start"], row["evidence_end"]) for row in rows)
    return [(int(first), int(last)) for first, last in spans if first and last]


def _document_of(request: Request) -> Row:
    document = request.desk.tables.documents.get(request.text("doc_id"))
    if document is None:
        raise EditError("no such document")
    return document


def _add_event(request: Request) -> Record:
    document = _document_of(request)
    doc_id, token = document["doc_id"], request.text("id")
    span = edits.trigger(
        request.desk.texts.get(doc_id), *request.span(), _sentences(request, doc_id)
    )
    row = edits.new_event(doc_id, document["published"], request.text("event_type"), span, token)
    row |= edits.follow(row, "actors", request.text("actors", ""), request.names)
    if not row["actors"]:
        near = request.names.nearest(doc_id, int(span["trigger_start"]))[:NEAREST]
        names = f"; the nearest names: {', '.join(near)}" if near else ""
        raise EditError(f"an event without an actor is no event{names}")
    return Record("add_event", doc_id, matching.uid(row, 0) + row["event_id"], {"row": row})


def _members(request: Request) -> list[Entry]:
    uids = request.body.get("uids")
    if not isinstance(uids, list) or not uids:
        raise EditError("mark some events first")
    found = [request.view.entries.get(uid) for uid in uids if isinstance(uid, str)]
    members = [entry for entry in found if entry is not None]
    if len(members) != len(uids):
        raise EditError("one of the marked events is not in the tables any more")
    return members


def _merge(request: Request) -> Record:
    column = _group_column(request)
    members = _members(request)
    if len(members) < 2:
        raise EditError("mark two events or more to merge them")
    if column == "same_as" and len({e.cells["doc_id"] for e in members}) > 1:
        raise EditError("same_as joins mentions within one document; merge their clusters")
    old = {e.cells[column] for e in members if e.cells[column]}
    name = next((e.cells[column] for e in members if e.cells[column]), _fresh(request))
    together = {e.uid: e for e in members}
    for entry in request.view.entries.values():
        same_scope = column == "cluster_id" or entry.cells["doc_id"] == members[0].cells["doc_id"]
        if entry.cells[column] in old and same_scope:
            together[entry.uid] = entry
    return _group(column, {uid: name for uid in together}, together)


def _split(request: Request) -> Record:
    column = _group_column(request)
    members = {e.uid: e for e in _members(request)}
    alone = {
        uid: "" if column == "same_as" else f"{_fresh(request)}{number or ''}"
        for number, uid in enumerate(members)
    }
    return _group(column, alone, members)


def _group_column(request: Request) -> str:
    column = request.text("column")
    if column not in GROUPS:
        raise EditError("groups are same_as and cluster_id")
    return column


def _fresh(request: Request) -> str:
    """A group name that nothing else has and that a repeated request gets again."""
    return "r" + hashlib.blake2s(request.text("id").encode(), digest_size=5).hexdigest()


def _group(column: str, value: dict[str, str], entries: dict[str, Entry]) -> Record:
    changed = {u: v for u, v in value.items() if entries[u].cells[column] != v}
    if not changed:
        raise EditError("nothing changes")
    first = entries[next(iter(changed))]
    payload = {
        "column": column,
        "value": changed,
        "before": {uid: entries[uid].cells[column] for uid in changed},
        "rows": {uid: _base(entries[uid]) for uid in changed},
    }
    return _about(first, "group", payload)


def _mention(request: Request) -> Record:
    """Add a mention (``start``, ``end``), correct one (``key``), or strike it (``rejected``)."""
    document = _document_of(request)
    doc_id = document["doc_id"]
    cells = _mention_cells(request.body.get("cells", {}))
    mentions = request.desk.mentions(request.view, doc_id)
    if "key" in request.body:
        key = request.text("key")
        known = next((m for m in mentions if m["key"] == key), None)
        if known is None:
            raise EditError("no such mention")
        row = known["cells"]
        payload: dict[str, Any] = {"row": row, "cells": _dated(cells)}
        if request.body.get("rejected"):
            payload = {"row": row, "rejected": True}
        return Record("mention", doc_id, key, payload)
    return _new_mention(request, doc_id, cells, mentions)


def _mention_cells(sent: object) -> Row:
    try:
        cells = check_cells(MENTIONS, sent)
    except InvalidError as error:
        raise RequestError(f"the request does not hold the cells of a mention: {error}") from None
    for column, name in (("label", "labels"), ("sector", "sectors"), ("sense", "senses")):
        if cells.get(column) and cells[column] not in choices().lists[name]:
            raise EditError(f"{cells[column]} is no {column}")
    return {c: v for c, v in cells.items() if c in MENTION_EDITABLE}


def _new_mention(
    request: Request, doc_id: str, cells: Row, mentions: list[dict[str, Any]]
) -> Record:
    start, end = request.span()
    quote = request.desk.texts.get(doc_id).quote(start, end) or ""
    start += len(quote) - len(quote.lstrip())
    quote = quote.strip()
    label = cells.get("label", "")
    if not quote or label not in choices().lists["labels"]:
        raise EditError("a mention needs some text and a label")
    for mention in mentions:
        row = mention["cells"]
        overlap = int(row["start"]) < start + len(quote) and start < int(row["end"])
        if mention["status"] != "rejected" and overlap:
            raise EditError(f"“{row['text']}” is a mention already; mentions do not overlap")
    row = {
        **dict.fromkeys(MENTION_COLUMNS, ""),
        **_known(request, doc_id, quote, label),
        "doc_id": doc_id,
        "label": label,
        "text": quote,
        "start": str(start),
        "end": str(start + len(quote)),
    }
    row["mention_id"] = f"r{doc_id}:{row['start']}"
    payload = {"row": row, "cells": _dated(cells), "added": True}
    return Record("mention", doc_id, mention_key(row), payload)


def _known(request: Request, doc_id: str, quote: str, label: str) -> Row:
    """What the same words stand for elsewhere in the document, else the words themselves."""
    carried = ("entity", "country", "sector", "sense", "latitude", "longitude", "geonames_id")
    for row in request.desk.tables.mentions.get(doc_id, ()):
        if row["text"] == quote and row["label"] == label:
            return {c: row[c] for c in (*carried, "date", "agreement_id", "agreement_type")}
    if label in ("DATE", "AGREEMENT"):
        return {"generic": "false"} if label == "AGREEMENT" else {}
    code = request.names.code(doc_id, quote)
    country, _, sector = code.partition(".")
    sense = {"sense": "actor"} if label == "GPE" else {}
    return {"entity": quote, "country": country, "sector": sector, **sense}


def _dated(cells: Row) -> Row:
    """The cells of a mention, those that follow from its date or agreement id among them."""
    out = dict(cells)
    if out.get("date"):
        try:
            reading = edits.edtf.read(out["date"])
        except edits.edtf.EdtfError as error:
            raise EditError(str(error)) from None
        out |= {
            "date_start": reading.start,
            "date_end": reading.end,
            "date_precision": reading.precision,
        }
    if out.get("agreement_id") and not out.get("agreement_type"):
        out["agreement_type"] = edits.agreement_type(out["agreement_id"])
    return out


def _document(request: Request) -> Record:
    doc_id = _document_of(request)["doc_id"]
    return Record("document", doc_id, doc_id, {"done": bool(request.body.get("done", True))})


def _take_back(request: Request) -> Record:
    """Undo or redo: the reviewer's latest, or any decision of theirs by number."""
    action = request.text("action")
    book = request.view.book
    number = request.number("decision")
    if number is None:
        target = book.last_of(request.reviewer, action)
    else:
        target = book.decision(number)
        if target is not None and (
            target.action in ("undo", "redo") or (target.id in book.undone) == (action == "undo")
        ):
            target = None
    if target is None:
        raise EditError(f"there is nothing to {action}")
    return Record(action, target.doc_id, str(target.id), {})


VERBS: dict[str, Callable[[Request], Record]] = {
    "accept": _verdict,
    "reject": _verdict,
    "unsure": _verdict,
    "bulk": _bulk,
    "reopen": _reopen,
    "comment": _comment,
    "edit": _edit,
    "select": _select,
    "add_event": _add_event,
    "merge": _merge,
    "split": _split,
    "mention": _mention,
    "document": _document,
    "undo": _take_back,
    "redo": _take_back,
}
