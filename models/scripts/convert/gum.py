"""GUM, openly licensed documents: the entity layer, reduced to named entities.

GUM marks every noun phrase. A mention counts as a name when its head is a proper noun (or a
linked, capitalised noun); the span is the core of the name, not the whole phrase.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .names import Entity, add_groups, body_type, names, place_type, strip_the, without_overlaps

_SMALL_PARTS = re.compile(r"al-|bin|de|van|von|iP")
_NO_NAME = re.compile(r", (?:which|who|that|by)\b| licensed ")


@dataclass
class Sentence:
    """The words of a sentence with their offsets in its text; heads are indices, -1 for the
    root."""

    sent_id: str
    text: str
    rows: list[list[str]]
    offsets: list[tuple[int, int]]

    def __post_init__(self) -> None:
        self.forms = [row[1] for row in self.rows]
        self.pos = [row[3] for row in self.rows]
        self.heads = [int(row[6]) - 1 for row in self.rows]
        self.deps = [row[7] for row in self.rows]


@dataclass
class Mention:
    """A noun phrase of GUM: token span, entity type, tokens of its minimal span, link."""

    start: int
    end: int
    kind: str
    core: list[int]
    link: str


def convert(sources: Path, licences: Path) -> Iterator[dict]:
    """Records of the documents that ``licences`` (gum_docs_licence.tsv) calls open."""
    with licences.open(encoding="utf8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["in_gum_open"] == "yes"]
    for row in rows:
        for sentence in _sentences(sources / f"gum/dep/{row['doc']}.conllu"):
            ents = [ent for m in _mentions(sentence) if (ent := _entity(sentence, m))]
            yield {
                "id": sentence.sent_id,
                "doc": row["doc"],
                "text": sentence.text,
                "ents": add_groups(sentence.text, without_overlaps(ents)),
                "source": "gum-open",
                "split": row["split"],
            }


def _sentences(path: Path) -> Iterator[Sentence]:
    for block in path.read_text(encoding="utf8").strip().split("\n\n"):
        sent_id = text = ""
        rows: list[list[str]] = []
        for line in block.split("\n"):
            if line.startswith("# text = "):
                text = line[9:]
            elif line.startswith("# sent_id = "):
                sent_id = line[12:]
            elif not line.startswith("#") and "." not in line.split("\t")[0]:
                rows.append(line.split("\t"))
        try:
            words, offsets = _lay_out(text, rows)
        except ValueError:
            continue
        if words:
            yield Sentence(sent_id, text, words, offsets)


def _lay_out(text: str, rows: list[list[str]]) -> tuple[list[list[str]], list[tuple[int, int]]]:
    """Words with their offsets; the words of a multiword token share out its characters."""
    words, offsets, at, i = [], [], 0, 0
    while i < len(rows):
        start = text.index(rows[i][1], at)
        if text[at:start].strip():
            raise ValueError(rows[i][1])
        end = start + len(rows[i][1])
        if "-" in rows[i][0]:
            first, last = map(int, rows[i][0].split("-"))
            parts = rows[i + 1 : i + 2 + last - first]
            cut = start
            for k, part in enumerate(parts):
                stop = end if k == len(parts) - 1 else min(cut + len(part[1]), end)
                words.append(part)
                offsets.append((cut, stop))
                cut = stop
            i += len(parts)
        else:
            words.append(rows[i])
            offsets.append((start, end))
        at = end
        i += 1
    return words, offsets


def _mentions(sentence: Sentence) -> Iterator[Mention]:
    """Mentions of the bracket notation "(12-person-giv:act-..." in the MISC column."""
    opened: list[tuple[int, list[str]]] = []
    for i, row in enumerate(sentence.rows):
        layer = re.search(r"(?:^|\|)Entity=([^|]+)", row[9])
        for part in re.findall(r"\([^()]+\)?|[^()]+\)", layer.group(1)) if layer else ():
            if part.startswith("("):
                opened.append((i, part.strip("()").split("-", 7)))
                if not part.endswith(")"):
                    continue
                found = len(opened) - 1
            else:
                same = [k for k, (_, fields) in enumerate(opened) if fields[0] == part[:-1]]
                if not same:
                    continue
                found = same[-1]
            start, fields = opened.pop(found)
            if len(fields) >= 6:
                core = [start + int(n) - 1 for n in fields[5].split(",") if n.isdigit()]
                core = [k for k in core if k <= i] or list(range(start, i + 1))
                yield Mention(start, i + 1, fields[1], core, fields[7] if len(fields) > 7 else "")


def _entity(sentence: Sentence, mention: Mention) -> Entity | None:
    s, kind = sentence, mention.kind
    heads = [k for k in mention.core if s.heads[k] not in mention.core]
    head = heads[0] if heads else mention.core[0]
    linked = (
        mention.link
        and s.pos[head] in {"NOUN", "ADJ"}
        and s.forms[head][:1].isupper()
        and kind in {"organization", "place", "event"}
        and s.forms[head].lower() in mention.link.replace("_", " ").lower()
    )
    if s.pos[head] != "PROPN" and not linked:
        return None
    start, end = _core(sentence, mention)
    if start >= end:
        return None
    first, last = s.offsets[start][0], s.offsets[end - 1][1]
    name = s.text[first:last]
    if not re.search("[A-Z]", name) or len(name.split()) > 8 or _NO_NAME.search(name):
        return None
    label = _label(kind, name)
    return (first, last, kind, label) if label else None


def _core(sentence: Sentence, mention: Mention) -> tuple[int, int]:
    """The name itself: head with its compounds, without determiners, titles and punctuation."""
    s = sentence
    start, end = min(mention.core), max(mention.core) + 1
    while (
        start - 1 >= mention.start
        and s.pos[start - 1] == "PROPN"
        and start <= s.heads[start - 1] < end
        and s.deps[start - 1] in {"compound", "flat", "amod"}
        and mention.kind != "person"
    ):
        start -= 1
    while (
        end < mention.end
        and s.pos[end] == "PROPN"
        and start <= s.heads[end] < end
        and s.deps[end] in {"flat", "compound"}
    ):
        end += 1
    while start < end and (
        s.pos[start] in {"DET", "ADP", "PUNCT", "PRON", "CCONJ"}
        or (s.forms[start][:1].islower() and not _SMALL_PARTS.match(s.forms[start]))
    ):
        start += 1
    if mention.kind == "person":
        while start < end - 1 and s.forms[start].rstrip(".") in names().titles:
            start += 1
    while end > start and (
        (s.pos[end - 1] in {"PUNCT", "ADP", "CCONJ"} and s.forms[end - 1] != ".")
        or s.forms[end - 1] in {"'s", "’s"}
    ):
        end -= 1
    return start, end


def _label(kind: str, name: str) -> str | None:
    if kind == "person" and name in names().addresses:
        return None
    if kind == "place":
        return place_type(name)
    if kind in {"person", "organization", "abstract"} and strip_the(name) in names().groups:
        return "NORP"
    if kind == "organization":
        return body_type(name)
    return "PERSON" if kind == "person" else None
