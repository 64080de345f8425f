"""What follows in a row from one edit, and what is wrong with a row.

A reviewer changes one cell; the cells that depend on it (the quad class of a type, the days of a
date, the codes of the actors) follow here, once, on the server. The decision in the log holds all
of them, so replaying it needs no gazetteer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from pipeline.resources import items
from pipeline.review import edtf
from pipeline.review.choices import choices
from pipeline.review.suggestions import Names
from pipeline.review.tables import EVENT_COLUMNS, coded
from pipeline.review.texts import Text
from pipeline.tables.schema import Row, join

EDITABLE = (
    *("event_type", "mode", "context", "factuality", "actors", "actor_codes"),
    *("recipients", "recipient_codes", "date", "date_text", "date_from"),
    *("place", "place_text", "place_country", "place_from"),
    *("agreement_id", "agreement_text", "agreement_type", "agreement_stage"),
    *("same_as", "cluster_id"),
)
ROLES = {
    "actor": "actors",
    "recipient": "recipients",
    "date": "date",
    "place": "place",
    "agreement": "agreement_id",
    "trigger": "trigger",
}
BY_HAND = "reviewer"  # the rule_id of an event that a reviewer added
_END = re.compile(r"""[.!?]+["”’)]*(?=\s|$)|\n+""")
_TITLE = re.compile(r"(?:^|[\s.(])[A-Z][a-z]{0,2}$")  # Mr. Gen. U.S.: no end of a sentence


class EditError(ValueError):
    """An edit cannot be made; the message is for the reviewer, ``status`` for their browser."""

    status = 422


class RequestError(EditError):
    """A request is not of the form that the page sends."""

    status = 400


def follow(cells: Row, column: str, value: str, names: Names) -> Row:
    """The cells that change when a reviewer gives one cell a new value.

    Parameters
    ----------
    cells : Row
        The row as it stands.
    column : str
        One of :data:`EDITABLE`.
    value : str
        The new value; empty clears the cell and what depends on it.
    names : Names
        The entities, places and agreements known in document, run and gazetteers.

    Returns
    -------
    Row
        The changed cells, ``column`` among them.

    Raises
    ------
    EditError
        The cell cannot hold the value.
    """
    value = " ".join(value.split())
    if column not in EDITABLE:
        raise EditError(f"{column} cannot be edited")
    if column == "event_type":
        return _event_type(cells, value)
    if column in ("actors", "recipients"):
        codes = "actor_codes" if column == "actors" else "recipient_codes"
        parties = list(dict.fromkeys(items(value)))
        return {column: join(parties), codes: _codes(cells, column, codes, parties, names)}
    if column == "date":
        return _date(cells, value)
    if column == "place":
        return _place(cells, value, names)
    if column == "place_country":
        return _placed(names.place(cells["doc_id"], cells["place"], value), value)
    if column == "agreement_id":
        return _agreement(cells, value)
    return {column: value}


def _event_type(cells: Row, value: str) -> Row:
    kind = choices().types.get(value)
    if kind is None:
        raise EditError(f"{value or 'nothing'} is no event type")
    mode = cells["mode"] if cells["mode"] in kind.modes else ""
    return {"event_type": value, "quad_class": kind.quad_class, "mode": mode}


def _codes(cells: Row, column: str, codes: str, parties: list[str], names: Names) -> str:
    standing = dict(coded(cells, column, codes))
    found = [standing.get(name) or names.code(cells["doc_id"], name) for name in parties]
    return join(found) if any(found) else ""


def _date(cells: Row, value: str) -> Row:
    if not value:
        blank = ("date", "date_text", "date_start", "date_end", "date_precision", "date_from")
        return dict.fromkeys(blank, "")
    try:
        reading = edtf.read(value)
    except edtf.EdtfError as error:
        raise EditError(str(error)) from None
    return {
        "date": value,
        "date_start": reading.start,
        "date_end": reading.end,
        "date_precision": reading.precision,
        "date_from": cells["date_from"] or "context",
    }


def _place(cells: Row, value: str, names: Names) -> Row:
    if not value:
        return _placed({}, "") | {"place": "", "place_text": "", "place_from": ""}
    found = names.place(cells["doc_id"], value)
    return _placed(found, found.get("place_country", "")) | {
        "place": value,
        "place_from": cells["place_from"] or "context",
    }


def _placed(found: Row, country: str) -> Row:
    spot = {c: found.get(c, "") for c in ("latitude", "longitude", "geonames_id")}
    return {"place_country": country, **spot}


def _agreement(cells: Row, value: str) -> Row:
    if not value:
        columns = ("agreement_id", "agreement_text", "agreement_type", "agreement_stage")
        return dict.fromkeys(columns, "")
    return {"agreement_id": value, "agreement_type": agreement_type(value)}


def agreement_type(agreement_id: str) -> str:
    """The type in an id: ``DEU-JPN:RAA`` and ``JPN-USA:ACSA:1996`` hold it after the parties."""
    parts = agreement_id.split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def from_selection(
    cells: Row,
    role: str,
    start: int,
    end: int,
    text: Text,
    mentions: list[dict[str, Any]],
    names: Names,
    sentences: Iterable[tuple[int, int]] = (),
) -> Row:
    """The cells that change when a reviewer selects text and gives it a role in the event.

    A selection that touches a mention stands for what the mention stands for; any other is taken
    by its words.

    Raises
    ------
    EditError
        The role is none of :data:`ROLES`, or nothing is selected.
    """
    quote = text.quote(start, end)
    if role not in ROLES or not quote or not quote.strip():
        raise EditError("select some text first")
    if role == "trigger":
        return trigger(text, start, end, sentences)
    touched = _touched(mentions, start, end, role)
    inside = _inside(cells, start)
    if role in ("actor", "recipient"):
        name = (touched or {}).get("entity") or quote.strip()
        return follow(cells, ROLES[role], join([*items(cells[ROLES[role]]), name]), names)
    if role == "date":
        if touched and touched["date"]:
            changed = follow(cells, "date", touched["date"], names)
        else:
            changed = {}
        return {**changed, "date_text": quote, "date_from": inside}
    if role == "place":
        name = (touched or {}).get("entity") or quote.strip()
        return {**follow(cells, "place", name, names), "place_text": quote, "place_from": inside}
    agreement_id = (touched or {}).get("agreement_id", "")
    changed = follow(cells, "agreement_id", agreement_id, names) if agreement_id else {}
    return {**changed, "agreement_text": quote}


def _touched(mentions: list[dict[str, Any]], start: int, end: int, role: str) -> Row | None:
    wanted = {"date": ("DATE",), "agreement": ("AGREEMENT",), "place": ("GPE", "LOC")}
    labels = wanted.get(role, ("PERSON", "ORG", "GPE", "NORP", "LOC"))
    for mention in mentions:
        cells = mention["cells"]
        if mention["status"] == "rejected" or cells["label"] not in labels:
            continue
        if int(cells["start"]) < end and start < int(cells["end"]):
            return cells
    return None


def _inside(cells: Row, start: int) -> str:
    first, last = cells["evidence_start"], cells["evidence_end"]
    inside = bool(first and last) and int(first) <= start < int(last)
    return "clause" if inside else "context"


def trigger(text: Text, start: int, end: int, known: Iterable[tuple[int, int]] = ()) -> Row:
    """The trigger cells and the evidence around them, for a span of an article.

    ``known`` are spans that the run took for sentences: one that holds the trigger is the
    evidence.

    Raises
    ------
    EditError
        The span holds no word.
    """
    quote = text.quote(start, end) or ""
    start, end = start + len(quote) - len(quote.lstrip()), end - len(quote) + len(quote.rstrip())
    if not quote.strip():
        raise EditError("select the word that expresses the event")
    holding = (span for span in known if span[0] <= start and end <= span[1])
    first, last = next(holding, None) or sentence(text, start, end)
    return {
        "trigger": quote.strip(),
        "trigger_start": str(start),
        "trigger_end": str(end),
        "evidence": text.quote(first, last) or "",
        "evidence_start": str(first),
        "evidence_end": str(last),
    }


def sentence(text: Text, start: int, end: int) -> tuple[int, int]:
    """The sentence around a span, by its punctuation and line ends."""
    for first, whole in text.pieces:
        if not (first <= start and end <= first + len(whole)):
            continue
        low, high = 0, len(whole)
        for found in _END.finditer(whole):
            if found[0].startswith(".") and _TITLE.search(whole, 0, found.start()):
                continue
            if found.end() <= start - first:
                low = found.end()
            elif found.end() >= end - first:
                high = found.end()
                break
        lead = len(whole[low:high]) - len(whole[low:high].lstrip())
        return first + low + lead, first + low + len(whole[low:high].rstrip())
    return start, end


def new_event(doc_id: str, published: str, event_type: str, span: Row, token: str) -> Row:
    """The row of an event that a reviewer adds; all it does not know yet is empty.

    ``token`` makes its event_id unique and is the same when the request is sent twice.
    """
    kind = choices().types.get(event_type)
    if kind is None:
        raise EditError(f"{event_type or 'nothing'} is no event type")
    digest = hashlib.blake2s(f"{doc_id}\n{token}".encode(), digest_size=6).hexdigest()
    return {
        **dict.fromkeys(EVENT_COLUMNS, ""),
        **span,
        "event_id": f"r{digest}",
        "doc_id": doc_id,
        "published": published,
        "event_type": event_type,
        "quad_class": kind.quad_class,
        "factuality": "planned" if event_type == "AGREE" else "actual",
        "rule_id": BY_HAND,
    }


def checks(cells: Row) -> list[dict[str, str]]:
    """What in a row cannot be right by the guideline: ``{"column", "message"}`` each."""
    lists = choices().lists
    kind = choices().types.get(cells["event_type"])
    found = []
    if kind is None:
        found.append(("event_type", f"{cells['event_type'] or 'an empty cell'} is no event type"))
    elif cells["mode"] and cells["mode"] not in kind.modes:
        found.append(("mode", f"{cells['event_type']} has no mode {cells['mode']}"))
    if cells["factuality"] not in lists["factualities"]:
        found.append(("factuality", "one of " + ", ".join(lists["factualities"])))
    elif (cells["event_type"], cells["factuality"]) == ("AGREE", "actual"):
        found.append(("factuality", "an AGREE event is planned or proposed, never actual"))
    if not cells["actors"]:
        found.append(("actors", "an event without an actor is no event"))
    if cells["mode"] == "multilateral" and len(items(cells["actors"])) < 3:
        found.append(("mode", "multilateral is for three parties or more"))
    if cells["date"]:
        try:
            edtf.read(cells["date"])
        except edtf.EdtfError as error:
            found.append(("date", str(error)))
    stage = cells["agreement_stage"]
    if stage and stage not in lists["stages"]:
        found.append(("agreement_stage", "one of " + ", ".join(lists["stages"])))
    if stage and not cells["agreement_id"] and not cells["agreement_text"]:
        found.append(("agreement_id", "there is a stage, but no agreement"))
    return [{"column": column, "message": message} for column, message in found]
