"""Why a cell holds its value, or why it holds none: one sentence for each, made from the tables.

Nothing is guessed: a reason names the text and offsets a value was read from, the rule that fired,
where in the article it stands, or who set it; a blank names what was there to be used and was not.
"""

from __future__ import annotations

from typing import Any

from pipeline.components.events.evidence import READER
from pipeline.resources import items
from pipeline.review.choices import choices
from pipeline.review.edits import BY_HAND
from pipeline.review.entries import Entry
from pipeline.review.rulebook import purposes
from pipeline.tables.schema import Row

FROM = {
    "clause": "in the clause of the trigger",
    "context": "from the context of the article",
    "cluster": "from another document that reports the same act",
}
COLUMNS = (
    *("event_type", "mode", "factuality", "actors", "recipients"),
    *("date", "place", "agreement_id", "agreement_stage"),
)


def reasons(
    entry: Entry, mentions: list[dict[str, Any]], given: dict[str, dict[str, str]]
) -> dict[str, str]:
    """A reason for each cell of the form.

    Parameters
    ----------
    entry : Entry
        The event.
    mentions : list of dict
        The mentions of its document (:meth:`pipeline.review.desk.Desk.mentions`).
    given : dict
        What the run itself says of slots, by event id (:meth:`pipeline.review.desk.Desk.reasons`).

    Returns
    -------
    dict
        Column -> sentence.
    """
    standing = [m["cells"] for m in mentions if m["status"] != "rejected"]
    made = {
        "event_type": _event_type,
        "mode": _mode,
        "factuality": _factuality,
        "actors": _actors,
        "recipients": _recipients,
        "date": _date,
        "place": _place,
        "agreement_id": _agreement,
        "agreement_stage": _stage,
    }
    out = {column: made[column](entry.cells, standing) for column in COLUMNS}
    own = given.get(entry.machine["event_id"], {}) if entry.machine is not None else {}
    for column, why in own.items():
        if column in out and entry.machine is not None:
            out[column] = f"{out[column]} Why: {why}."
    state = entry.state
    if state is not None and not state.added:
        for column in COLUMNS:
            if column in state.cells and state.cells[column] != state.row.get(column, ""):
                was = state.row.get(column) or "nothing"
                out[column] = f"Set by {state.reviewer} ({state.at[:16]} UTC); Pacta had {was}."
    return out


def _event_type(cells: Row, mentions: list[Row]) -> str:
    if cells["rule_id"] == BY_HAND:
        return "Added by a reviewer."
    if cells["rule_id"] == READER:
        return f"No rule: the reader took “{cells['trigger']}” for it{_sure(cells)}."
    purpose = purposes().get(cells["rule_id"], "")
    rule = cells["rule_id"] or "(none given)"
    return f"Rule {rule} fired on “{cells['trigger']}”{_sure(cells)}." + (
        f" {purpose}" if purpose else ""
    )


def _sure(cells: Row) -> str:
    return f", confidence {cells['confidence']}" if cells["confidence"] else ""


def _source(cells: Row) -> str:
    return "the reader" if cells["rule_id"] == READER else f"rule {cells['rule_id']}"


def _mode(cells: Row, mentions: list[Row]) -> str:
    kind = choices().types.get(cells["event_type"])
    if cells["mode"]:
        return f"Given by {_source(cells)}."
    if kind is not None and not kind.modes:
        return f"{cells['event_type']} has no modes."
    return "The rule gives no mode."


def _factuality(cells: Row, mentions: list[Row]) -> str:
    return f"Read from {_source(cells)} and the words around “{cells['trigger']}”."


def _inside(cells: Row, mention: Row) -> bool:
    first, last = cells["evidence_start"], cells["evidence_end"]
    if not first or not last:
        return False
    return int(first) <= int(mention["start"]) < int(last)


def _quoted(mentions: list[Row], limit: int = 4) -> str:
    texts = list(dict.fromkeys(m["text"] for m in mentions))
    more = f" and {len(texts) - limit} more" if len(texts) > limit else ""
    return ", ".join(f"“{text}”" for text in texts[:limit]) + more


def _at(mention: Row) -> str:
    return f"“{mention['text']}” ({mention['start']}–{mention['end']})"


def _party(name: str, cells: Row, mentions: list[Row]) -> str:
    named = [m for m in mentions if m["entity"] == name]
    here = [m for m in named if _inside(cells, m)]
    if here:
        return f"{name}: {_at(here[0])} in the sentence"
    if named:
        start = int(cells["trigger_start"])
        nearest = min(named, key=lambda m: abs(int(m["start"]) - start))
        return f"{name}: not named in the sentence; nearest mention {_at(nearest)}"
    return f"{name}: no mention of it in the document"


def _unused(cells: Row, mentions: list[Row], labels: tuple[str, ...]) -> list[Row]:
    used = {*items(cells["actors"]), *items(cells["recipients"]), cells["place"]}
    return [
        m
        for m in mentions
        if m["label"] in labels and _inside(cells, m) and m["entity"] not in used
    ]


def _actors(cells: Row, mentions: list[Row]) -> str:
    parties = items(cells["actors"])
    if parties:
        return "; ".join(_party(name, cells, mentions) for name in parties) + "."
    return "None set." + _left(cells, mentions)


def _recipients(cells: Row, mentions: list[Row]) -> str:
    parties = items(cells["recipients"])
    if parties:
        return "; ".join(_party(name, cells, mentions) for name in parties) + "."
    if len(items(cells["actors"])) > 1:
        return "Blank: an act done together has all parties as actors."
    return "Blank: the rule found none." + _left(cells, mentions)


def _left(cells: Row, mentions: list[Row]) -> str:
    left = _unused(cells, mentions, ("PERSON", "ORG", "GPE", "NORP"))
    return f" Named in the sentence and not used: {_quoted(left)}." if left else ""


def _blank(cells: Row, mentions: list[Row], labels: tuple[str, ...], what: str) -> str:
    known = [m for m in mentions if m["label"] in labels]
    here = [m for m in known if _inside(cells, m)]
    if here:
        return f"Blank: {_quoted(here)} in the sentence was not attached to this event."
    if known:
        return f"Blank: no {what} in the sentence; the article has {_quoted(known, 3)}."
    return f"Blank: no {what} in the article."


def _date(cells: Row, mentions: list[Row]) -> str:
    if not cells["date"]:
        if cells["date_text"]:
            return f"“{cells['date_text']}” is marked, but has no value yet."
        return _blank(cells, mentions, ("DATE",), "date")
    where = FROM.get(cells["date_from"], "")
    words = f"“{cells['date_text']}”" if cells["date_text"] else "No words of its own"
    published = f"; published {cells['published']}" if cells["published"] else ""
    return f"{words}{', ' + where if where else ''}{published}."


def _place(cells: Row, mentions: list[Row]) -> str:
    if not cells["place"]:
        return _blank(cells, mentions, ("GPE", "LOC"), "place")
    where = FROM.get(cells["place_from"], "")
    words = f"“{cells['place_text']}”" if cells["place_text"] else cells["place"]
    spot = f" at {cells['latitude']}, {cells['longitude']}" if cells["latitude"] else ""
    return f"{words}{', ' + where if where else ''}{spot}."


def _agreement(cells: Row, mentions: list[Row]) -> str:
    if cells["agreement_id"]:
        words = cells["agreement_text"]
        return f"“{words}” read as {cells['agreement_id']}." if words else "From the context."
    if cells["agreement_text"]:
        return f"“{cells['agreement_text']}” is marked, but has no id yet."
    return _blank(cells, mentions, ("AGREEMENT",), "agreement")


def _stage(cells: Row, mentions: list[Row]) -> str:
    if cells["agreement_stage"]:
        return f"Given by {_source(cells)}."
    if not cells["agreement_id"]:
        return "Blank: no agreement, no stage."
    return "Blank: the rule gives no stage."
