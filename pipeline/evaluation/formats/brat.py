"""brat: a folder with ``<doc_id>.txt`` and ``<doc_id>.ann`` (https://brat.nlplab.org/standoff.html).

Mentions, triggers and zones are text-bound annotations, events are events with the arguments
``actor`` and ``recipient``, and the fields of a record are a JSON object in its annotator's note.
``annotation.conf`` makes brat show them; ``documents.csv`` keeps the publication dates, and the
name of the files where an id cannot be one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.evaluation.formats.spans import (
    ROLES,
    LabelledSpan,
    from_spans,
    parse_fields,
    to_spans,
)
from pipeline.evaluation.gold import (
    EVENT_TYPES,
    MENTION_LABELS,
    ZONE_KINDS,
    GoldDocument,
    GoldError,
)
from pipeline.filenames import file_stems
from pipeline.tables.writing import write_whole

_ONE_LINE = str.maketrans("\n\r", "  ")
_IGNORED = ("A", "M", "N", "R", "*")


def recognise(path: Path) -> bool:
    """Whether a path is a folder of brat annotation."""
    return path.is_dir() and any(path.glob("*.ann"))


def read(path: Path) -> tuple[list[GoldDocument], dict[str, str]]:
    """Read the folder with its texts.

    Attributes, normalisations and relations are left aside: Pacta writes none.

    Raises
    ------
    GoldError
        A line is not of the format, refers to what is not there, or quotes what the text does
        not hold; a ``.txt`` is missing.
    """
    known = _known(path)
    documents, texts = [], {}
    for file in sorted(path.glob("*.ann")):
        doc_id, published = known.get(file.stem, (file.stem, ""))
        article = file.with_name(f"{file.stem}.txt")
        if not article.is_file():
            raise GoldError(file, "article", f"no file {article.name} beside it")
        with article.open(encoding="utf-8", newline="") as stream:
            texts[doc_id] = stream.read()
        spans = _spans(file, texts[doc_id])
        documents.append(from_spans(doc_id, spans, file.name, published))
    return documents, texts


def write(documents: Iterable[GoldDocument], texts: Mapping[str, str], path: Path) -> None:
    """Write the documents with their texts into the folder ``path``."""
    documents = list(documents)
    stems = file_stems(document.doc_id for document in documents)
    path.mkdir(parents=True, exist_ok=True)
    write_whole(path / "annotation.conf", _configuration())
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("doc_id", "published", "file"))
    for document in documents:
        stem, text = stems[document.doc_id], texts[document.doc_id]
        write_whole(path / f"{stem}.txt", text)
        write_whole(path / f"{stem}.ann", "".join(_lines(to_spans(document, text))))
        writer.writerow((document.doc_id, document.published, stem))
    write_whole(path / "documents.csv", table.getvalue())


def _known(path: Path) -> dict[str, tuple[str, str]]:
    """Id and publication date by the name of the files; a table of ours before 0.2 has no names."""
    table = path / "documents.csv"
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as file:
        return {
            row.get("file") or row["doc_id"]: (row["doc_id"], row["published"])
            for row in csv.DictReader(file)
        }


def _configuration() -> str:
    roles = ", ".join(f"{role}*:<ENTITY>" for role in ROLES)
    return "\n".join(
        [
            *("[entities]", *MENTION_LABELS, *ZONE_KINDS),
            *("[relations]", "[attributes]", "[events]"),
            *(f"{kind} {roles}" for kind in EVENT_TYPES),
            "",
        ]
    )


def _lines(spans: list[LabelledSpan]) -> Iterable[str]:
    """The lines of an .ann file; brat wants ids of its own form, T1 and E1."""
    ids: dict[str, str] = {}
    events = 0
    for number, span in enumerate(spans, start=1):
        ids[span.id] = f"T{number}"
        quote = span.text.translate(_ONE_LINE)
        yield f"T{number}\t{span.label} {span.start} {span.end}\t{quote}\n"
        if span.is_event:
            events += 1
            arguments = [f" {role}{n}:{ids[target]}" for n, role, target in _numbered(span.links)]
            yield f"E{events}\t{span.label}:T{number}{''.join(arguments)}\n"
        note = f"E{events}" if span.is_event else f"T{number}"
        if span.fields:
            fields = json.dumps(span.fields, ensure_ascii=False)
            yield f"#{number}\tAnnotatorNotes {note}\t{fields}\n"


def _numbered(links: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str, str]]:
    """Arguments of one role are actor, actor2, actor3 in brat."""
    seen: dict[str, int] = {}
    for role, target in links:
        seen[role] = seen.get(role, 0) + 1
        yield ("" if seen[role] == 1 else str(seen[role])), role, target


def _spans(file: Path, text: str) -> list[LabelledSpan]:
    bound: dict[str, LabelledSpan] = {}
    events: dict[str, LabelledSpan] = {}
    notes: list[tuple[int, str, str]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        parts = line.split("\t")
        if not line.strip() or line.startswith(_IGNORED):
            continue
        try:
            if line.startswith("T"):
                bound[parts[0]] = _bound(parts, text)
            elif line.startswith("E"):
                events[parts[0]] = _event(parts, bound)
            elif line.startswith("#"):
                notes.append((number, parts[1].split(" ")[1], parts[2]))
            else:
                raise ValueError(f"unknown kind of line {parts[0]!r}")
        except (ValueError, IndexError, KeyError) as error:
            problem = (
                f"refers to {error}, which is not there" if isinstance(error, KeyError) else error
            )
            raise GoldError(file, f"line {number}", str(problem)) from None
    for number, target, note in notes:
        span = events.get(target) or bound.get(target)
        if span is None:
            raise GoldError(file, f"line {number}", f"note on {target}, which is not there")
        span.fields = parse_fields(note, file.name, f"line {number}")
    return [*(s for s in bound.values() if not s.is_event), *events.values()]


def _bound(parts: list[str], text: str) -> LabelledSpan:
    label, _, offsets = parts[1].partition(" ")
    if ";" in offsets:
        raise ValueError("a span in several pieces is not supported")
    start, end = map(int, offsets.split())
    there = text[start:end]
    if there.translate(_ONE_LINE) != parts[2]:
        raise ValueError(f"offsets {start}-{end} give {there!r}, not {parts[2]!r}")
    return LabelledSpan(parts[0], label, start, end, there)


def _event(parts: list[str], bound: Mapping[str, LabelledSpan]) -> LabelledSpan:
    trigger, *arguments = parts[1].split()
    label, _, target = trigger.partition(":")
    span = bound[target]
    links = [
        (role.rstrip("0123456789"), id_) for role, _, id_ in (a.partition(":") for a in arguments)
    ]
    for _, id_ in links:
        bound[id_]
    return LabelledSpan(parts[0], label, span.start, span.end, span.text, links=links)
