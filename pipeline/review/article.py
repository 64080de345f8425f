"""An article as the page shows it: pieces of text, each with what covers it.

The server cuts the text wherever a mention, trigger or zone begins or ends, so that the page only
has to put each piece, as text, into an element. Offsets are code points, as in the tables.
"""

from __future__ import annotations

import itertools
from typing import Any

from pipeline.resources import items
from pipeline.review.entries import Entry
from pipeline.review.texts import GAP, Text

Piece = dict[str, Any]
ROLES = ("actor", "recipient", "date", "place", "agreement")


def pieces(
    text: Text, mentions: list[dict[str, Any]], entries: list[Entry], zones: list[dict[str, Any]]
) -> list[Piece]:
    """Cut an article into pieces.

    Parameters
    ----------
    text : Text
        The article, or the parts of it that are known.
    mentions : list of dict
        As from :meth:`pipeline.review.desk.Desk.mentions`.
    entries : list of Entry
        The document's events.
    zones : list of dict
        ``kind``, ``start``, ``end``: what is no part of the body.

    Returns
    -------
    list of dict
        ``start``, ``text``, and where they apply ``mention`` (its key), ``label``, ``events``
        (uids whose trigger it is), ``sentences`` (uids whose evidence holds it), ``zone``; a gap
        has ``start`` -1.
    """
    spans: list[tuple[int, int, str, str]] = []
    for mention in mentions:
        if mention["status"] != "rejected":
            cells = mention["cells"]
            spans.append((int(cells["start"]), int(cells["end"]), "mention", mention["key"]))
    for entry in entries:
        cells = entry.cells
        spans.append((entry.start, int(cells["trigger_end"]), "events", entry.uid))
        evidence = (cells["evidence_start"], cells["evidence_end"])
        if all(evidence):
            spans.append((int(evidence[0]), int(evidence[1]), "sentences", entry.uid))
    spans += [(zone["start"], zone["end"], "zone", zone["kind"]) for zone in zones]
    labels = {m["key"]: m["cells"]["label"] for m in mentions}
    out: list[Piece] = []
    for number, (first, whole) in enumerate(text.pieces):
        if number:
            out.append({"start": -1, "text": GAP})
        out += _cut(first, whole, spans, labels)
    return out


def _cut(
    first: int, whole: str, spans: list[tuple[int, int, str, str]], labels: dict[str, str]
) -> list[Piece]:
    last = first + len(whole)
    inside = [s for s in spans if s[0] < last and s[1] > first and s[0] < s[1]]
    starts = sorted(inside)
    cuts = sorted({first, last} | {min(max(p, first), last) for s in inside for p in s[:2]})
    out: list[Piece] = []
    upcoming, active = 0, list[tuple[int, int, str, str]]()
    for start, end in itertools.pairwise(cuts):
        while upcoming < len(starts) and starts[upcoming][0] <= start:
            active.append(starts[upcoming])
            upcoming += 1
        active = [span for span in active if span[1] > start]
        piece: Piece = {"start": start, "text": whole[start - first : end - first]}
        for _, _, kind, value in active:
            if kind in ("events", "sentences"):
                piece.setdefault(kind, []).append(value)
            elif kind == "mention":
                piece.setdefault("mention", value)
                piece.setdefault("label", labels[value])
            else:
                piece.setdefault(kind, value)
        out.append(piece)
    return out


def roles(entry: Entry, mentions: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Which mentions play which part in an event.

    Returns
    -------
    dict
        Mention key -> ``{"role", "reach"}``; ``reach`` is ``sentence`` for a mention inside the
        evidence and ``document`` for one outside (an actor named elsewhere, a date from context).
    """
    cells = entry.cells
    first, last = (int(cells[c] or 0) for c in ("evidence_start", "evidence_end"))
    actors, recipients = items(cells["actors"]), items(cells["recipients"])
    out: dict[str, dict[str, str]] = {}
    for mention in mentions:
        found = mention["cells"]
        inside = first <= int(found["start"]) < last
        if mention["status"] == "rejected":
            continue
        role = ""
        if found["label"] == "DATE":
            if cells["date_text"] and found["text"] == cells["date_text"]:
                role = "date"
        elif found["label"] == "AGREEMENT":
            same = cells["agreement_id"] and found["agreement_id"] == cells["agreement_id"]
            quoted = cells["agreement_text"] and found["text"] == cells["agreement_text"]
            if same or (quoted and inside):
                role = "agreement"
        elif found["label"] in ("GPE", "LOC") and _is_place(cells, found):
            role = "place"
        elif found["entity"] in actors:
            role = "actor"
        elif found["entity"] in recipients:
            role = "recipient"
        if role:
            out[mention["key"]] = {"role": role, "reach": "sentence" if inside else "document"}
    return out


def _is_place(cells: dict[str, str], mention: dict[str, str]) -> bool:
    if not cells["place"] or mention["entity"] != cells["place"]:
        return False
    named = items(cells["actors"]) + items(cells["recipients"])
    return mention["sense"] == "place" or cells["place"] not in named
