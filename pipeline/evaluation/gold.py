"""Gold annotation: the records of one annotated article, read, checked and written as JSON.

The stand-off format (one ``<doc_id>.json`` an article) is the one of ``corpus/gold``: zones,
entities by name, mentions and events with character offsets into the article's text, end
exclusive. A mistake in it ends in one line that names the file, the record and what is wrong.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.filenames import file_stem, file_stems
from pipeline.tables.writing import write_whole

MENTION_LABELS = ("PERSON", "ORG", "GPE", "LOC", "NORP", "DATE", "AGREEMENT")
ENTITY_LABELS = MENTION_LABELS[:5]
EVENT_TYPES = (
    *("AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST"),
    *("ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"),
)
FACTUALITIES = ("actual", "planned", "proposed", "hypothetical", "negated")
STAGES = (
    *("proposed", "negotiating", "concluded", "signed", "ratified"),
    *("in_force", "applied", "amended", "suspended", "terminated"),
)
ZONE_KINDS = ("boilerplate", "duplicate")


class GoldError(ValueError):
    """Gold annotation is wrong; the message names file, record and problem."""

    def __init__(self, file: Path | str, record: str, problem: str) -> None:
        name = file.name if isinstance(file, Path) else file
        super().__init__(f"{name}: {record}: {problem}" if record else f"{name}: {problem}")


@dataclass(slots=True)
class GoldEntity:
    """An entity of a document; ``country`` and ``sector`` are empty where there is none.

    ``forms`` are names under which it stands in the text, where no mentions tell them.
    """

    name: str
    type: str = ""
    country: str = ""
    sector: str = ""
    forms: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """``DEU.GOV``, ``IGO``, or empty where the country is not known."""
        return f"{self.country}.{self.sector}" if self.country and self.sector else self.country


@dataclass(slots=True)
class GoldMention:
    """An annotated span: ``entity`` names its entity, ``value`` is EDTF, ``agreement`` an id."""

    id: str
    label: str
    start: int
    end: int
    text: str
    entity: str = ""
    sense: str = ""
    value: str = ""
    alternatives: tuple[str, ...] = ()
    agreement: str = ""
    generic: bool = False


@dataclass(slots=True)
class GoldEvent:
    """An annotated event: trigger offsets, PLOVER type, and the slots of the guideline."""

    id: str
    type: str
    start: int
    end: int
    text: str
    factuality: str = "actual"
    mode: str = ""
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    date: str = ""
    alternatives: tuple[str, ...] = ()
    date_from: str = ""
    place: str = ""
    place_from: str = ""
    agreement: str = ""
    stage: str = ""
    same_as: str = ""


@dataclass(slots=True)
class GoldDocument:
    """One annotated article.

    ``has_mentions`` is false for gold that annotates events alone (a reviewed events table):
    mentions are then not scored. ``rejected`` holds what a reviewer struck out: no events, but
    negative examples for retraining. ``source`` is the file it was read from, for messages.
    """

    doc_id: str
    published: str = ""
    zones: list[tuple[str, int, int]] = field(default_factory=list)
    entities: dict[str, GoldEntity] = field(default_factory=dict)
    mentions: list[GoldMention] = field(default_factory=list)
    events: list[GoldEvent] = field(default_factory=list)
    rejected: list[GoldEvent] = field(default_factory=list)
    has_mentions: bool = True
    source: str = ""

    def code(self, name: str) -> str:
        """PLOVER code of an entity by name, empty where it is not known."""
        entity = self.entities.get(name)
        return entity.code if entity else ""


def read_standoff(folder: Path) -> list[GoldDocument]:
    """Read every ``*.json`` of a folder, ordered by file name.

    Raises
    ------
    GoldError
        A file is no JSON, lacks a field, holds an unknown label, a span that no entity
        explains, or annotates an article that another file annotates already.
    """
    documents = [_document(path) for path in sorted(folder.glob("*.json"))]
    if not documents:
        raise GoldError(folder, "", "no gold annotation (*.json) in this folder")
    return documents


def check_unique(documents: Iterable[GoldDocument]) -> None:
    """Raise :class:`GoldError` where two annotations stand for one article."""
    sources: dict[str, str] = {}
    for document in documents:
        if document.doc_id in sources:
            first = sources[document.doc_id]
            raise GoldError(
                document.source, document.doc_id, f"the article is annotated in {first} already"
            )
        sources[document.doc_id] = document.source


def check_texts(documents: Iterable[GoldDocument], articles: Path) -> dict[str, str]:
    """Read the articles that gold annotates and hold every offset against them.

    Parameters
    ----------
    documents : iterable of GoldDocument
        The gold.
    articles : Path
        Folder with ``<doc_id>.txt``, the id as a file name
        (:func:`pipeline.filenames.file_stem`).

    Returns
    -------
    dict
        Text by ``doc_id``, exactly as it stands in the file.

    Raises
    ------
    GoldError
        An article is missing, or an offset does not give the quoted text.
    """
    texts = {}
    for document in documents:
        path = articles / f"{file_stem(document.doc_id)}.txt"
        if not path.is_file():
            raise GoldError(document.source, document.doc_id, f"the article {path} is missing")
        with path.open(encoding="utf-8", newline="") as file:
            texts[document.doc_id] = file.read()
        check_offsets(document, texts[document.doc_id])
    return texts


def check_offsets(document: GoldDocument, text: str) -> None:
    """Raise :class:`GoldError` at the first span that does not quote ``text``."""
    for span in spans(document):
        found = text[span.start : span.end]
        if found != span.text:
            raise GoldError(
                document.source,
                f"{document.doc_id}: {span.id}",
                f"offsets {span.start}-{span.end} give {found!r}, not {span.text!r}",
            )


def spans(document: GoldDocument) -> Iterator[GoldMention | GoldEvent]:
    """All records of a document that quote its text."""
    yield from document.mentions
    yield from document.events
    yield from document.rejected


def write_standoff(documents: Iterable[GoldDocument], folder: Path) -> None:
    """Write each document as a JSON file in the form that :func:`read_standoff` reads.

    The file is named ``<doc_id>.json``, as far as the id can be a name
    (:func:`pipeline.filenames.file_stem`).
    """
    documents = list(documents)
    stems = file_stems(document.doc_id for document in documents)
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        content = json.dumps(to_json(document), ensure_ascii=False, indent=1)
        write_whole(folder / f"{stems[document.doc_id]}.json", content + "\n")


def to_json(document: GoldDocument) -> dict[str, Any]:
    """The stand-off form of a document; fields that hold nothing are left out."""
    return {
        "doc_id": document.doc_id,
        "published": document.published,
        "guideline": 1,
        "zones": [{"kind": k, "start": s, "end": e} for k, s, e in document.zones],
        "entities": {entity.name: _entity_json(entity) for entity in document.entities.values()},
        "mentions": [_mention_json(mention) for mention in document.mentions],
        "events": [_event_json(event) for event in document.events],
        **({"rejected": [_event_json(e) for e in document.rejected]} if document.rejected else {}),
        **({} if document.has_mentions else {"events_only": True}),
    }


def _entity_json(entity: GoldEntity) -> dict[str, Any]:
    sector = {"sector": entity.sector} if entity.sector or entity.type in ("PERSON", "ORG") else {}
    forms = {"forms": list(entity.forms)} if entity.forms else {}
    return {"type": entity.type, "country": entity.country, **sector, **forms}


def _mention_json(mention: GoldMention) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": mention.id,
        "label": mention.label,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
    }
    if mention.label == "DATE":
        record["value"] = mention.value
        if mention.alternatives:
            record["alternatives"] = list(mention.alternatives)
    elif mention.label == "AGREEMENT":
        record["agreement"] = mention.agreement
        if mention.generic:
            record["generic"] = True
    else:
        record["entity"] = mention.entity
        if mention.label == "GPE":
            record["sense"] = mention.sense
    return record


def _event_json(event: GoldEvent) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": event.id,
        "trigger": {"start": event.start, "end": event.end, "text": event.text},
        "type": event.type,
        "factuality": event.factuality,
        "actors": list(event.actors),
    }
    optional: dict[str, Any] = {
        "mode": event.mode,
        "recipients": list(event.recipients),
        "date": event.date,
        "alternatives": list(event.alternatives),
        "date_from": event.date_from,
        "place": event.place,
        "place_from": event.place_from,
        "agreement": event.agreement,
        "stage": event.stage,
        "same_as": event.same_as,
    }
    return record | {name: value for name, value in optional.items() if value}


def _document(path: Path) -> GoldDocument:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise GoldError(path, "file", f"no readable JSON ({error})") from None
    return from_json(data, path)


def from_json(data: Any, path: Path | str) -> GoldDocument:
    """Make a document of stand-off JSON; ``path`` is named in messages.

    Raises
    ------
    GoldError
        See :func:`read_standoff`.
    """
    if not isinstance(data, dict):
        raise GoldError(path, "file", "is no JSON object")
    record = _Record(path, "document", data)
    document = GoldDocument(
        doc_id=record.text("doc_id"),
        published=record.text("published", ""),
        # Earlier versions wrote the layers that are annotated.
        has_mentions=not record.get("events_only", False, bool)
        and "mentions" in record.get("layers", ["mentions"], list),
        source=path.name if isinstance(path, Path) else path,
    )
    for number, zone in enumerate(record.records("zones", "zone")):
        zone.where = f"zone {number + 1}"
        document.zones.append((zone.choice("kind", ZONE_KINDS), *zone.span()))
    for name, fields in record.get("entities", {}, dict).items():
        entity = _Record(path, f"entity {name!r}", fields)
        document.entities[name] = GoldEntity(
            name,
            entity.choice("type", ("", *ENTITY_LABELS)),
            entity.text("country", ""),
            entity.text("sector", ""),
            entity.texts("forms"),
        )
    document.mentions = [_mention(m, document) for m in record.records("mentions", "mention")]
    document.events = [_event(e, document) for e in record.records("events", "event")]
    document.rejected = [_event(e, document) for e in record.records("rejected", "event")]
    twice = [id_ for id_, n in Counter(span.id for span in spans(document)).items() if n > 1]
    if twice:
        raise GoldError(path, twice[0], "the id stands twice")
    return document


def _mention(record: _Record, document: GoldDocument) -> GoldMention:
    label = record.choice("label", MENTION_LABELS)
    start, end = record.span()
    mention = GoldMention(record.text("id"), label, start, end, record.text("text"))
    if label == "DATE":
        mention.value = record.text("value")
        mention.alternatives = record.texts("alternatives")
    elif label == "AGREEMENT":
        mention.agreement = record.text("agreement", "")
        mention.generic = record.get("generic", False, bool)
    else:
        mention.entity = record.entity("entity", document)
        mention.sense = record.choice("sense", ("", "actor", "place"), "")
    return mention


def _event(record: _Record, document: GoldDocument) -> GoldEvent:
    trigger = _Record(record.path, f"{record.where}: trigger", record.get("trigger", None, dict))
    start, end = trigger.span()
    return GoldEvent(
        id=record.text("id"),
        type=record.choice("type", EVENT_TYPES),
        start=start,
        end=end,
        text=trigger.text("text"),
        factuality=record.choice("factuality", FACTUALITIES),
        mode=record.text("mode", ""),
        actors=record.entities("actors", document),
        recipients=record.entities("recipients", document),
        date=record.text("date", ""),
        alternatives=record.texts("alternatives"),
        date_from=record.text("date_from", ""),
        place=record.entity("place", document) if record.text("place", "") else "",
        place_from=record.text("place_from", ""),
        agreement=record.text("agreement", ""),
        stage=record.choice("stage", ("", *STAGES), ""),
        same_as=record.text("same_as", ""),
    )


_REQUIRED: Any = object()


class _Record:
    """One JSON object under check: every field is taken through it, or named in an error."""

    def __init__(self, path: Path | str, where: str, data: Any) -> None:
        self.path, self.where, self.data = path, where, data
        if not isinstance(data, dict):
            raise self.error("is no JSON object")

    def error(self, problem: str) -> GoldError:
        return GoldError(self.path, self.where, problem)

    def get(self, name: str, default: Any, kind: type) -> Any:
        value = self.data.get(name, default)
        if value is _REQUIRED or value is None:
            raise self.error(f"field {name} is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"field {name} is {value!r}, not of type {kind.__name__}")
        return value

    def text(self, name: str, default: Any = _REQUIRED) -> str:
        return self.get(name, default, str)

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.get(name, [], list)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"field {name} must hold texts")
        return tuple(values)

    def choice(self, name: str, allowed: Iterable[str], default: Any = _REQUIRED) -> str:
        value, allowed = self.text(name, default), tuple(allowed)
        if value not in allowed:
            known = ", ".join(filter(None, allowed))
            raise self.error(f"unknown {name} {value!r} (known: {known})")
        return value

    def span(self) -> tuple[int, int]:
        start, end = self.get("start", _REQUIRED, int), self.get("end", _REQUIRED, int)
        if not 0 <= start < end:
            raise self.error(f"offsets {start}-{end} are no span")
        return start, end

    def entity(self, name: str, document: GoldDocument) -> str:
        return self._known(name, self.text(name), document)

    def entities(self, name: str, document: GoldDocument) -> tuple[str, ...]:
        return tuple(self._known(name, value, document) for value in self.texts(name))

    def _known(self, name: str, value: str, document: GoldDocument) -> str:
        if value not in document.entities:
            raise self.error(f"{name} {value!r} is no entity of the document")
        return value

    def records(self, name: str, kind: str) -> list[_Record]:
        values = self.get(name, [], list)
        return [
            _Record(self.path, f"{kind} {_id(value, number)}", value)
            for number, value in enumerate(values, start=1)
        ]


def _id(value: Any, number: int) -> str:
    return str(value.get("id", number)) if isinstance(value, dict) else str(number)
