"""doccano: JSON Lines of a sequence labelling project with relations (doccano 1.8).

A line is a document: ``text``, ``entities`` with ids and offsets, ``relations`` from triggers to
mentions. ``doc_id``, ``published`` and ``fields`` travel as metadata, which doccano keeps. It
gives new ids to spans, so fields are kept by ``start-end-label``; a span that was moved or
relabelled loses them. The plain form ``label: [[start, end, label]]`` is read too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.evaluation.formats.spans import (
    LabelledSpan,
    counted_in_characters,
    from_spans,
    to_spans,
)
from pipeline.evaluation.gold import GoldDocument, GoldError


def recognise(path: Path) -> bool:
    """Whether a path is a JSON Lines file."""
    return path.is_file() and path.suffix == ".jsonl"


def read(path: Path) -> tuple[list[GoldDocument], dict[str, str]]:
    """Read the file with its texts.

    Raises
    ------
    GoldError
        A line is no JSON or no document of doccano; the message names file and line.
    """
    documents, texts = [], {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
                doc_id = str(_kept(data, "doc_id") or data["id"])
                text, spans = data["text"], _spans(data)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise GoldError(path, f"line {number}", f"no doccano record ({error!r})") from None
            published = str(_kept(data, "published") or "")
            documents.append(from_spans(doc_id, spans, path.name, published))
            texts[doc_id] = text
    return documents, texts


def write(documents: Iterable[GoldDocument], texts: Mapping[str, str], path: Path) -> None:
    """Write one line a document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, document in enumerate(documents, start=1):
            record = _record(number, document, texts[document.doc_id])
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _record(number: int, document: GoldDocument, text: str) -> dict[str, Any]:
    spans = to_spans(document, text)
    ids = {span.id: n for n, span in enumerate(spans, start=1)}
    links = [(ids[s.id], ids[target], role) for s in spans for role, target in s.links]
    fields: dict[str, list[dict[str, str]]] = {}
    for span in spans:
        fields.setdefault(_key(span.start, span.end, span.label), []).append(span.fields)
    return {
        "id": number,
        "text": text,
        "entities": [
            {"id": ids[s.id], "label": s.label, "start_offset": s.start, "end_offset": s.end}
            for s in spans
        ],
        "relations": [
            {"id": n, "from_id": source, "to_id": target, "type": role}
            for n, (source, target, role) in enumerate(links, start=1)
        ],
        "doc_id": document.doc_id,
        "published": document.published,
        "fields": {key: kept for key, kept in fields.items() if any(kept)},
    }


def _spans(data: dict[str, Any]) -> list[LabelledSpan]:
    text = data["text"]
    if "entities" in data:
        marked = [
            (str(e["id"]), e["label"], int(e["start_offset"]), int(e["end_offset"]))
            for e in data["entities"]
        ]
    else:
        marked = [(str(n), label, s, e) for n, (s, e, label) in enumerate(data["label"], start=1)]
    offsets = counted_in_characters([(start, end, "") for _, _, start, end in marked], text)
    fields = {key: list(kept) for key, kept in (_kept(data, "fields") or {}).items()}
    spans = {}
    for (id_, label, _, _), (start, end) in zip(marked, offsets, strict=True):
        kept = fields.get(_key(start, end, label))
        spans[id_] = LabelledSpan(
            f"T{id_}", label, start, end, text[start:end], kept.pop(0) if kept else {}
        )
    for relation in data.get("relations") or []:
        source, target = spans[str(relation["from_id"])], spans[str(relation["to_id"])]
        source.links.append((relation["type"], target.id))
    return list(spans.values())


def _kept(data: dict[str, Any], name: str) -> Any:
    """A value that doccano carries as metadata, at the top or under ``meta``."""
    return data[name] if name in data else (data.get("meta") or {}).get(name)


def _key(start: int, end: int, label: str) -> str:
    return f"{start}-{end}-{label}"
