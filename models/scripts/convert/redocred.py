"""Re-DocRED, development and test part: Wikipedia introductions with entity mentions."""

import collections
import json
from collections.abc import Iterator
from pathlib import Path

from .names import body_type, group_type, names, place_type, strip_the
from .text import detokenise


def convert(sources: Path) -> Iterator[dict]:
    """One record a document; all of it trains."""
    for part in ("dev", "test"):
        path = sources / f"Re-DocRED/data/{part}_revised.json"
        for number, document in enumerate(json.loads(path.read_text(encoding="utf8"))):
            text, ents = _document(document)
            yield {
                "id": f"redocred-{part}-{number}",
                "doc": document["title"],
                "text": text,
                "ents": ents,
                "source": "redocred",
                "split": "train",
            }


def _document(document: dict) -> tuple[str, list[tuple]]:
    mentions = collections.defaultdict(set)
    for entity in document["vertexSet"]:
        for mention in entity:
            mentions[mention["sent_id"]].add((*mention["pos"], mention["type"]))
    text, ents = "", []
    for number, tokens in enumerate(document["sents"]):
        sentence, offsets = detokenise(
            [token.replace("\xa0", " ").strip() or "_" for token in tokens], join_hyphens=True
        )
        text += " " if text else ""
        for first, last, label in sorted(mentions[number]):
            start, end = offsets[first][0], offsets[min(last, len(offsets)) - 1][1]
            name = sentence[start:end]
            if name == name.strip():
                ents.append((len(text) + start, len(text) + end, label, _label(label, name)))
        text += sentence
    return text, ents


def _label(label: str, name: str) -> str | None:
    if label in {"ORG", "PER"} and strip_the(name) in names().groups:
        return "NORP"
    if label == "PER":
        return "PERSON"
    kinds = {"ORG": body_type, "LOC": place_type, "MISC": group_type}
    return kinds[label](name) if label in kinds else None
