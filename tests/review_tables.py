"""Output tables for the tests of the review page: made from gold, or synthetic and large."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from pipeline.review.choices import choices
from pipeline.review.edits import sentence
from pipeline.review.edtf import read as read_date
from pipeline.review.tables import EVENT_COLUMNS, MENTION_COLUMNS, Row
from pipeline.review.texts import Text

DOCUMENT_COLUMNS = (
    *("doc_id", "path", "title", "published", "published_from", "language", "characters"),
    *("words", "body_characters", "zones", "mentions", "events", "status", "message"),
)
COORDINATES = {"Yokosuka": ("35.28", "139.67"), "Tokyo": ("35.69", "139.69")}


def write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def from_gold(gold: Path, articles: Path, folder: Path) -> Path:
    """Write the tables that a run would write that found exactly what the gold holds."""
    folder.mkdir(parents=True, exist_ok=True)
    documents, mentions, events = [], [], []
    for path in sorted(gold.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        article = articles / f"{record['doc_id']}.txt"
        text = article.read_bytes().decode("utf-8")
        documents.append(_document(record, article, text))
        mentions += [_mention(record, m) for m in record["mentions"]]
        found = sorted(record["events"], key=lambda e: e["trigger"]["start"])
        events += [_event(record, e, text, n) for n, e in enumerate(found)]
    write(folder / "documents.csv", DOCUMENT_COLUMNS, documents)
    write(folder / "mentions.csv", MENTION_COLUMNS, mentions)
    write(folder / "events.csv", EVENT_COLUMNS, events)
    return folder


def _document(record: dict, article: Path, text: str) -> Row:
    return {
        "doc_id": record["doc_id"],
        "path": str(article),
        "title": text.split("\n", 1)[0],
        "published": record["published"] or "",
        "characters": str(len(text)),
        "zones": "; ".join(f"{z['kind']}:{z['start']}-{z['end']}" for z in record["zones"]),
        "status": "ok",
    }


def _mention(record: dict, mention: dict) -> Row:
    entity = record["entities"].get(mention.get("entity", ""), {})
    row = {
        "mention_id": f"{record['doc_id']}:{mention['id']}",
        "doc_id": record["doc_id"],
        **{c: str(mention[c]) for c in ("label", "start", "end", "text")},
        "entity": mention.get("entity", ""),
        "country": entity.get("country", ""),
        "sector": entity.get("sector", ""),
        "sense": mention.get("sense", ""),
        "date": mention.get("value", ""),
        "agreement_id": mention.get("agreement", ""),
        "agreement_type": mention.get("agreement", "").rpartition(":")[2],
        "confidence": "0.9",
    }
    if mention["label"] == "AGREEMENT":
        row["generic"] = str(mention.get("generic", False)).lower()
    return row


def _code(record: dict, name: str) -> str:
    entity = record["entities"].get(name, {})
    return ".".join(filter(None, (entity.get("country"), entity.get("sector"))))


def _event(record: dict, event: dict, text: str, number: int) -> Row:
    start, end = event["trigger"]["start"], event["trigger"]["end"]
    first, last = sentence(Text(((0, text),)), start, end)
    date = event.get("date", "")
    reading = read_date(date) if date else None
    place = event.get("place", "")
    latitude, longitude = COORDINATES.get(place, ("", ""))
    here = [m for m in record["mentions"] if first <= m["start"] < last]
    dates = [m["text"] for m in here if m.get("value") == date]
    places = [m["text"] for m in here if m.get("entity") == place]
    treaties = [m["text"] for m in here if m.get("agreement") == event.get("agreement")]
    return {
        **dict.fromkeys(EVENT_COLUMNS, ""),
        "event_id": f"{record['doc_id']}:{event['id']}",
        "doc_id": record["doc_id"],
        "published": record["published"] or "",
        "event_type": event["type"],
        "mode": event.get("mode", ""),
        "quad_class": choices().types[event["type"]].quad_class,
        "factuality": event["factuality"],
        "actors": "; ".join(event["actors"]),
        "actor_codes": "; ".join(_code(record, a) for a in event["actors"]),
        "recipients": "; ".join(event.get("recipients", [])),
        "recipient_codes": "; ".join(_code(record, a) for a in event.get("recipients", [])),
        "date": date,
        "date_text": dates[0] if date and dates else "",
        "date_start": reading.start if reading else "",
        "date_end": reading.end if reading else "",
        "date_precision": reading.precision if reading else "",
        "date_from": event.get("date_from", "clause" if date else ""),
        "place": place,
        "place_text": places[0] if place and places else "",
        "place_country": record["entities"].get(place, {}).get("country", ""),
        "latitude": latitude,
        "longitude": longitude,
        "place_from": event.get("place_from", "clause" if place else ""),
        "agreement_id": event.get("agreement", ""),
        "agreement_text": treaties[0] if event.get("agreement") and treaties else "",
        "agreement_type": event.get("agreement", "").rpartition(":")[2],
        "agreement_stage": event.get("stage", ""),
        "trigger": event["trigger"]["text"],
        "trigger_start": str(start),
        "trigger_end": str(end),
        "evidence": text[first:last],
        "evidence_start": str(first),
        "evidence_end": str(last),
        "same_as": event.get("same_as", ""),
        "rule_id": f"{event['type'].lower()}-{event['trigger']['text'].lower()}",
        "confidence": f"{0.35 + (number * 37 % 61) / 100:.2f}",
    }
