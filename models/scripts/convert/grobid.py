"""grobid-ner: four long Wikipedia articles in 27 classes. The Reuters parts of that repository are
not used."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from .names import Entity, add_groups, body_type, names, place_type, strip_the
from .text import detokenise

_BODIES = frozenset(("INSTITUTION", "ORGANISATION", "BUSINESS", "MEDIA", "SPORT_TEAM"))
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SENTENCE = re.compile(r"<sentence[^>]*>(.*?)</sentence>", re.DOTALL)
_LIST_JOINT = re.compile(r", and |, | and ")


def convert(sources: Path) -> Iterator[dict]:
    """One record a sentence; all of it trains."""
    folder = sources / "grobid-ner/resources/dataset/ner/corpus/xml/final"
    for path in sorted(folder.glob("*ikipedia*.xml")):
        xml = _COMMENT.sub("", path.read_text(encoding="utf8"))
        for number, match in enumerate(_SENTENCE.finditer(xml)):
            text, spans = _read(match.group(1))
            if not text.strip():
                continue
            if "ner26" in path.name:
                text, spans = _close_up(text, spans)
            lead = len(text) - len(text.lstrip())
            text = text.strip()
            ents = [
                (start - lead, end - lead, label, ours)
                for start, end, label, ours in _entities(" " * lead + text, spans)
                if start >= lead and end - lead <= len(text) and ours
            ]
            yield {
                "id": f"grobid-{path.stem}-{number}",
                "doc": path.name,
                "text": text,
                "ents": add_groups(text, ents),
                "source": "grobid",
                "split": "train",
            }


def _read(xml: str) -> tuple[str, list[tuple[int, int, str]]]:
    text, spans, opened = "", [], None
    for part in re.split(r"(<[^>]+>)", xml):
        if part.startswith("<ENAMEX"):
            kind = re.search(r'type="([^"]*)"', part)
            opened = (len(text), kind.group(1) if kind else "")
        elif part.startswith("</ENAMEX"):
            if opened:
                spans.append((opened[0], len(text), opened[1]))
            opened = None
        elif not part.startswith("<"):
            text += re.sub(r"\s+", " ", html.unescape(part))
    return text, spans


def _close_up(
    text: str, spans: list[tuple[int, int, str]]
) -> tuple[str, list[tuple[int, int, str]]]:
    """Detokenise a text whose tokens are set apart by blanks."""
    tokens = list(re.finditer(r"\S+", text))
    closed, offsets = detokenise([token.group() for token in tokens], join_hyphens=True)
    out = []
    for start, end, label in spans:
        inside = [i for i, t in enumerate(tokens) if t.start() >= start and t.end() <= end]
        if inside:
            out.append((offsets[inside[0]][0], offsets[inside[-1]][1], label))
    return closed, out


def _entities(text: str, spans: list[tuple[int, int, str]]) -> Iterator[Entity]:
    for start, end, label in spans:
        while start < end and text[start] in " \"'“(":
            start += 1
        while end > start and text[end - 1] in " ,;:\"'”":
            end -= 1
        name = text[start:end]
        if label == "PERSON":
            while " " in name and name.split(" ")[0].rstrip(".") in names().titles:
                start += name.index(" ") + 1
                name = text[start:end]
        parts = _list_parts(name) if label in {"LOCATION", "INSTITUTION", "ORGANISATION"} else []
        if parts:
            for first, last in parts:
                yield start + first, start + last, label, place_type(name[first:last])
        elif name.strip() and label not in {"", "O"}:
            yield start, end, label, _label(label, name)


def _list_parts(name: str) -> list[tuple[int, int]]:
    """Offsets of the names in "Poland, Denmark and Norway"; empty for a single name."""
    known = names()
    joints = list(_LIST_JOINT.finditer(name))
    if not joints or name in known.governed:
        return []
    starts = [0, *(joint.end() for joint in joints)]
    ends = [*(joint.start() for joint in joints), len(name)]
    parts = [
        (start, end) for start, end in zip(starts, ends, strict=True) if name[start:end].strip()
    ]
    places = known.governed | known.cities | known.locations
    return parts if all(strip_the(name[start:end]) in places for start, end in parts) else []


def _label(label: str, name: str) -> str | None:
    if not re.search("[A-Z]", name):
        return None
    if label == "NATIONAL" or strip_the(name) in names().groups:
        return "NORP"
    if label == "LOCATION":
        return place_type(name)
    if label in _BODIES:
        return body_type(name)
    return {"INSTALLATION": "FAC", "PERSON": "PERSON"}.get(label)
