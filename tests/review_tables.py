"""Output tables for the tests of the review page: made from gold, or synthetic and large."""

from __future__ import annotations

import csv
import json
import os
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


def reference_scorer() -> Path | None:
    """The reference scorer, where PACTA_SHARED says it is."""
    shared = os.environ.get("PACTA_SHARED")
    path = Path(shared, "tools", "score.py") if shared else None
    return path if path and path.exists() else None


HOSTILE = (
    'Ministers <script>alert("x")</script> met in <img src=x onerror=alert(1)> Paris.\n'
    'Germany & Japan signed the "<b>treaty</b>" 🤝 in Tokyo on 2 May 2024.\n'
)


def hostile(folder: Path) -> Path:
    """An article with markup in title, body and metadata, and characters beyond 16 bits."""
    out = folder / "hostile"
    out.mkdir()
    name = "<img src=x onerror=alert(2)>"
    (folder / "hostile.txt").write_text(HOSTILE, encoding="utf-8", newline="")
    document = {
        "doc_id": name,
        "path": str(folder / "hostile.txt"),
        "title": '<script>alert("title")</script>',
        "published": "2024-05-03",
        "characters": str(len(HOSTILE)),
        "zones": "<i>:0-5",
        "status": "ok",
    }
    event = dict.fromkeys(EVENT_COLUMNS, "") | {
        "event_id": "e1",
        "doc_id": name,
        "event_type": "CONSULT",
        "quad_class": "verbal cooperation",
        "factuality": "actual",
        "actors": '<script>alert("actor")</script>',
        "actor_codes": "<b>.GOV",
        "date": "2024-05-02",
        "date_start": "2024-05-02",
        "date_end": "2024-05-02",
        "place": "<img src=x onerror=alert(3)>",
        "latitude": "48.85",
        "longitude": "2.35",
        "agreement_id": "<b>x</b>",
        "agreement_stage": "signed",
        "trigger": "met",
        "trigger_start": str(HOSTILE.index("met")),
        "trigger_end": str(HOSTILE.index("met") + 3),
        "evidence": HOSTILE.split("\n")[0],
        "evidence_start": "0",
        "evidence_end": str(HOSTILE.index("\n")),
        "rule_id": "<script>",
        "confidence": "0.5",
    }
    tokyo = HOSTILE.index("Tokyo")
    mention = dict.fromkeys(MENTION_COLUMNS, "") | {
        "mention_id": "m1", "doc_id": name, "label": "GPE", "text": "Tokyo", "entity": "Tokyo",
        "start": str(tokyo), "end": str(tokyo + 5), "country": "JPN", "sense": "place",
    }  # fmt: skip
    write(out / "documents.csv", DOCUMENT_COLUMNS, [document])
    write(out / "mentions.csv", MENTION_COLUMNS, [mention])
    write(out / "events.csv", EVENT_COLUMNS, [event])
    return out


def large(folder: Path, documents: int, events: int) -> Path:
    """A big output folder: short articles of generated sentences, ``events`` a document."""
    out = folder / "large"
    articles = folder / "articles"
    out.mkdir()
    articles.mkdir()
    types = list(choices().types)
    states = ("Germany", "Japan", "France", "Norway", "Chile", "Kenya", "Canada", "India")
    document_rows, mention_rows, event_rows = [], [], []
    for number in range(documents):
        doc_id = f"doc-{number:05}"
        sentences, offset = [], 0
        for n in range(events):
            actor, other = states[(number + n) % 8], states[(number * 3 + n + 1) % 8]
            trigger = f"talked{n}"
            line = f"The minister of {actor} {trigger} with {other} about talks on 2 May 2024."
            for name in (actor, other):
                start = offset + line.index(name)
                mention_rows.append(
                    {
                        "mention_id": f"{doc_id}:{start}", "doc_id": doc_id, "label": "GPE",
                        "text": name, "start": str(start), "end": str(start + len(name)),
                        "entity": name, "country": name[:3].upper(), "sector": "GOV",
                        "sense": "actor",
                    }
                )  # fmt: skip
            start = offset + line.index(trigger)
            event_rows.append(
                {
                    "event_id": f"{doc_id}-{n}", "doc_id": doc_id, "published": "2024-05-03",
                    "event_type": types[(number + n) % len(types)], "factuality": "actual",
                    "actors": actor, "actor_codes": f"{actor[:3].upper()}.GOV",
                    "recipients": other, "recipient_codes": f"{other[:3].upper()}.GOV",
                    "date": f"20{number % 20 + 5:02}-05-02", "date_text": "2 May 2024",
                    "place": other, "trigger": trigger, "trigger_start": str(start),
                    "trigger_end": str(start + len(trigger)), "evidence": line,
                    "evidence_start": str(offset), "evidence_end": str(offset + len(line)),
                    "rule_id": f"rule-{n}", "confidence": f"{(number * 7 + n) % 97 / 97:.4f}",
                    "cluster_id": f"c{number % 900}",
                }
            )  # fmt: skip
            sentences.append(line)
            offset += len(line) + 1
        text = "\n".join(sentences)
        path = articles / f"{doc_id}.txt"
        path.write_text(text, encoding="utf-8", newline="")
        document_rows.append(
            {"doc_id": doc_id, "path": str(path), "title": f"Article {number}", "status": "ok",
             "characters": str(len(text)), "published": "2024-05-03"}
        )  # fmt: skip
    write(out / "documents.csv", DOCUMENT_COLUMNS, document_rows)
    write(out / "mentions.csv", MENTION_COLUMNS, mention_rows)
    write(out / "events.csv", EVENT_COLUMNS, event_rows)
    return out
