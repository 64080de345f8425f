"""Label Studio: the JSON export of a project with labels, relations and texts per region.

A task is a document: regions of type ``labels`` for mentions, triggers and zones, relations
``actor`` and ``recipient`` from triggers to mentions, and one ``textarea`` per region and field.
:data:`CONFIGURATION` is the labelling interface to paste into the project's settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.evaluation.formats.spans import (
    LABELS,
    ROLES,
    LabelledSpan,
    counted_in_characters,
    from_spans,
    to_spans,
)
from pipeline.evaluation.gold import GoldDocument, GoldError

FIELDS = (
    *("entity", "type", "country", "sector", "sense", "value", "alternatives", "agreement"),
    *("generic", "factuality", "mode", "actors", "recipients", "date", "date_from", "place"),
    *("place_from", "stage", "same_as", "status"),
)
CONFIGURATION = "\n".join(
    [
        "<View>",
        "  <Relations>{}</Relations>".format("".join(f'<Relation value="{r}"/>' for r in ROLES)),
        '  <Labels name="label" toName="text">',
        *(f'    <Label value="{label}"/>' for label in LABELS),
        "  </Labels>",
        '  <Text name="text" value="$text"/>',
        *(
            f'  <TextArea name="{name}" toName="text" perRegion="true" editable="true" '
            f'displayMode="region-list" placeholder="{name}"/>'
            for name in FIELDS
        ),
        "</View>",
    ]
)


def recognise(path: Path) -> bool:
    """Whether a path is a JSON file."""
    return path.is_file() and path.suffix == ".json"


def read(path: Path) -> tuple[list[GoldDocument], dict[str, str]]:
    """Read an export with its texts; cancelled annotations are left out.

    Raises
    ------
    GoldError
        The file is no export, or a task holds more than one annotation: which one counts is the
        annotators' decision, not the program's.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise GoldError(path, "file", f"no readable JSON ({error})") from None
    if not isinstance(tasks, list):
        raise GoldError(path, "file", "no Label Studio export (a list of tasks)")
    documents, texts = [], {}
    for number, task in enumerate(tasks, start=1):
        try:
            data = task["data"]
            doc_id, text = str(data.get("doc_id") or task["id"]), data["text"]
            results = [a["result"] for a in task["annotations"] if not a.get("was_cancelled")]
            if len(results) > 1:
                raise GoldError(path, f"task {number}", f"{len(results)} annotations of {doc_id}")
            spans = _spans(results[0], text) if results else None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, GoldError):
                raise
            raise GoldError(path, f"task {number}", f"no Label Studio task ({error!r})") from None
        if spans is not None:
            documents.append(from_spans(doc_id, spans, path.name, data.get("published", "")))
            texts[doc_id] = text
    return documents, texts


def write(documents: Iterable[GoldDocument], texts: Mapping[str, str], path: Path) -> None:
    """Write an export, and the labelling interface beside it as ``<name>.xml``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tasks = [
        {
            "id": number,
            "data": {
                "text": texts[document.doc_id],
                "doc_id": document.doc_id,
                "published": document.published,
            },
            "annotations": [{"id": number, "result": _result(document, texts[document.doc_id])}],
        }
        for number, document in enumerate(documents, start=1)
    ]
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".xml").write_text(CONFIGURATION + "\n", encoding="utf-8")


def _result(document: GoldDocument, text: str) -> list[dict[str, Any]]:
    spans = to_spans(document, text)
    result: list[dict[str, Any]] = []
    for span in spans:
        region = {"start": span.start, "end": span.end, "text": span.text}
        common = {"id": span.id, "to_name": "text"}
        labels = {"value": region | {"labels": [span.label]}}
        result.append(common | {"from_name": "label", "type": "labels"} | labels)
        for name, value in span.fields.items():
            field = {"value": region | {"text": [value]}}
            result.append(common | {"from_name": name, "type": "textarea"} | field)
    for span in spans:
        for role, target in span.links:
            ends = {"from_id": span.id, "to_id": target, "direction": "right"}
            result.append({"type": "relation", "labels": [role]} | ends)
    return result


def _spans(result: Iterable[dict[str, Any]], text: str) -> list[LabelledSpan]:
    spans: dict[str, LabelledSpan] = {}
    items = list(result)
    regions = [item for item in items if item["type"] == "labels"]
    rest = [item for item in items if item["type"] != "labels"]
    values = [item["value"] for item in regions]
    given = [(int(v["start"]), int(v["end"]), v.get("text", "")) for v in values]
    for item, (start, end) in zip(regions, counted_in_characters(given, text), strict=True):
        (label,) = item["value"]["labels"]
        quote = item["value"].get("text", text[start:end])
        spans[item["id"]] = LabelledSpan(item["id"], label, start, end, quote)
    for item in rest:
        if item["type"] == "relation":
            (role,) = item["labels"]
            spans[item["from_id"]].links.append((role, spans[item["to_id"]].id))
        elif item["type"] == "textarea":
            spans[item["id"]].fields[item["from_name"]] = " ".join(item["value"]["text"])
    return list(spans.values())
