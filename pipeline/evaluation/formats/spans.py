"""A gold document as labelled spans with fields and links: what annotation tools know.

Mentions, triggers and zones are spans; the label of a trigger is its event type, that of a zone
its kind. An event links to mentions of its actors and recipients; whatever else a record holds is
a field, a text under a name. The tool formats differ only in how they write these down.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pipeline.evaluation.gold import (
    ENTITY_LABELS,
    EVENT_TYPES,
    FACTUALITIES,
    MENTION_LABELS,
    STAGES,
    ZONE_KINDS,
    GoldDocument,
    GoldEntity,
    GoldError,
    GoldEvent,
    GoldMention,
)

_IN_WORD = re.compile(r"\w\w")
ROLES = ("actor", "recipient")
LABELS = (*MENTION_LABELS, *EVENT_TYPES, *ZONE_KINDS)
_EVENT_FIELDS = ("mode", "date", "date_from", "place_from", "agreement", "stage", "same_as")


@dataclass(slots=True)
class LabelledSpan:
    """A span under a label; ``links`` are (role, id of a span)."""

    id: str
    label: str
    start: int
    end: int
    text: str
    fields: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_event(self) -> bool:
        """Whether the span is the trigger of an event."""
        return self.label in EVENT_TYPES


def counted_in_characters(
    spans: Sequence[tuple[int, int, str]], text: str
) -> list[tuple[int, int]]:
    """Return offsets in characters, whichever way a tool in a browser has counted.

    JavaScript counts UTF-16 units: an emoji before a span moves it by one.

    Parameters
    ----------
    spans : sequence of (int, int, str)
        Start, end and, if the tool gives it, the text of each span.
    text : str
        The document.

    Returns
    -------
    list of (int, int)
        Offsets in characters: as they are where these fit, else shifted where UTF-16 units do. A
        span fits where it has the text given, without one where it cuts no word.

    Raises
    ------
    ValueError
        Some spans fit in neither way.
    """
    given = [(start, end) for start, end, _ in spans]
    if text.isascii() or max(text, default="") <= "\uffff":
        return given
    characters = {0: 0}
    units = 0
    for number, char in enumerate(text, start=1):
        units += 1 + (char > "\uffff")
        characters[units] = number
    shifted = [(characters.get(start, -1), characters.get(end, -1)) for start, end in given]
    quoted = [quote for _, _, quote in spans]
    for offsets in (given, shifted):
        if all(_fits(text, *span, quote) for span, quote in zip(offsets, quoted, strict=True)):
            return offsets
    raise ValueError(
        "offsets fit the text neither counted in characters nor in UTF-16 units, as browsers do"
    )


def _fits(text: str, start: int, end: int, quote: str) -> bool:
    if not 0 <= start < end <= len(text):
        return False
    if quote:
        return text[start:end] == quote
    cuts = (text[max(0, at - 1) : at + 1] for at in (start, end))
    return text[start:end].strip() == text[start:end] and not any(map(_IN_WORD.fullmatch, cuts))


def to_spans(document: GoldDocument, text: str = "") -> list[LabelledSpan]:
    """Write a document down as spans; ``text`` gives zones their wording."""
    zones = [
        LabelledSpan(f"Z{number}", kind, start, end, text[start:end])
        for number, (kind, start, end) in enumerate(document.zones, start=1)
    ]
    mentions = [
        LabelledSpan(m.id, m.label, m.start, m.end, m.text, _mention_fields(m, document))
        for m in document.mentions
    ]
    events = [_event_span(event, document) for event in document.events]
    for rejected in document.rejected:
        span = _event_span(rejected, document)
        events.append(replace(span, fields=span.fields | {"status": "rejected"}))
    return [*zones, *mentions, *events]


def from_spans(
    doc_id: str, spans: Sequence[LabelledSpan], source: str, published: str = ""
) -> GoldDocument:
    """Read a document back from spans; the reverse of :func:`to_spans`.

    A mention without an ``entity`` field names itself, as in a tool where it was only marked.

    Raises
    ------
    GoldError
        A label or value is not known, a link leads nowhere or to no mention of an entity, or two
        mentions disagree about an entity.
    """
    document = GoldDocument(doc_id, published, source=source)
    for span in spans:
        if span.label not in LABELS:
            raise GoldError(source, f"{doc_id}: {span.id}", f"unknown label {span.label!r}")
        if not 0 <= span.start < span.end:
            raise GoldError(
                source, f"{doc_id}: {span.id}", f"offsets {span.start}-{span.end} are no span"
            )
        if span.label in ZONE_KINDS:
            document.zones.append((span.label, span.start, span.end))
        elif span.label in MENTION_LABELS:
            document.mentions.append(_mention(span, document))
    for span in spans:
        if span.is_event:
            rejected = span.fields.get("status") == "rejected"
            (document.rejected if rejected else document.events).append(_event(span, document))
    return document


def _mention_fields(mention: GoldMention, document: GoldDocument) -> dict[str, str]:
    if mention.label == "DATE":
        fields = {"value": mention.value, "alternatives": _joined(mention.alternatives)}
    elif mention.label == "AGREEMENT":
        fields = {"agreement": mention.agreement, "generic": "true" if mention.generic else ""}
    else:
        entity = document.entities[mention.entity]
        fields = {
            "entity": entity.name,
            "type": entity.type if entity.type != mention.label else "",
            "country": entity.country,
            "sector": entity.sector,
            "sense": mention.sense,
        }
    return {name: value for name, value in fields.items() if value}


def _event_span(event: GoldEvent, document: GoldDocument) -> LabelledSpan:
    fields = {"factuality": event.factuality, "alternatives": _joined(event.alternatives)}
    fields |= {name: getattr(event, name) for name in _EVENT_FIELDS}
    if event.place:
        fields["place"] = _entity_text(document, event.place)
    links: list[tuple[str, str]] = []
    for role, names in zip(ROLES, (event.actors, event.recipients), strict=True):
        nearest = [_nearest(document, name, event.start) for name in names]
        if None in nearest:
            fields[f"{role}s"] = _joined(_entity_text(document, name) for name in names)
        else:
            links += [(role, mention.id) for mention in nearest if mention]
    kept = {name: value for name, value in fields.items() if value}
    return LabelledSpan(event.id, event.type, event.start, event.end, event.text, kept, links)


def _nearest(document: GoldDocument, name: str, offset: int) -> GoldMention | None:
    """The mention of an entity that stands nearest to an offset."""
    mentions = [m for m in document.mentions if m.entity == name]
    return min(mentions, key=lambda m: abs(m.start - offset), default=None)


def _entity_text(document: GoldDocument, name: str) -> str:
    """An entity in words, for a field: ``Germany [GPE DEU.GOV]``, each part where it is known."""
    entity = document.entities[name]
    known = " ".join(filter(None, (entity.type, entity.code)))
    return f"{name} [{known}]" if known else name


def _entity_of(words: str, document: GoldDocument) -> str:
    """Take an entity in the words of :func:`_entity_text` into the document; return its name."""
    name, _, rest = words.removesuffix("]").partition(" [")
    known = rest.split()
    kind = known.pop(0) if known and known[0] in ENTITY_LABELS else ""
    country, _, sector = (known[0] if known else "").partition(".")
    document.entities.setdefault(name, GoldEntity(name, kind, country, sector))
    return name


def _mention(span: LabelledSpan, document: GoldDocument) -> GoldMention:
    fields = span.fields
    mention = GoldMention(span.id, span.label, span.start, span.end, span.text)
    if span.label == "DATE":
        mention.value = fields.get("value", "")
        mention.alternatives = _parts(fields.get("alternatives", ""))
        if not mention.value:
            raise _error(span, document, "a DATE needs a value")
    elif span.label == "AGREEMENT":
        mention.agreement = fields.get("agreement", "")
        mention.generic = fields.get("generic") == "true"
    else:
        name = fields.get("entity", span.text)
        _unite(span, name, document)
        mention.entity = name
        mention.sense = fields.get("sense", "")
    return mention


def _unite(span: LabelledSpan, name: str, document: GoldDocument) -> None:
    """Take what a mention says of its entity into the document; mentions must not disagree."""
    entity = document.entities.setdefault(name, GoldEntity(name))
    entity.type = entity.type or span.fields.get("type", span.label)
    for attribute in ("country", "sector"):
        here, elsewhere = span.fields.get(attribute, ""), getattr(entity, attribute)
        if here and elsewhere and here != elsewhere:
            problem = f"{attribute} of {name!r} is {here} here, {elsewhere} elsewhere"
            raise _error(span, document, problem)
        setattr(entity, attribute, elsewhere or here)


def _event(span: LabelledSpan, document: GoldDocument) -> GoldEvent:
    fields = span.fields
    entities = {m.id: m.entity for m in document.mentions}
    sides: dict[str, list[str]] = {}
    for role in ROLES:
        sides[role] = [_entity_of(w, document) for w in _parts(fields.get(f"{role}s", ""))]
    for role, target in span.links:
        if role not in ROLES:
            raise _error(span, document, f"unknown role {role!r} (known: {', '.join(ROLES)})")
        if not entities.get(target):
            raise _error(span, document, f"its {role} {target} is no mention of an entity")
        if entities[target] not in sides[role]:
            sides[role].append(entities[target])
    for name, allowed in (("factuality", FACTUALITIES), ("stage", STAGES)):
        if fields.get(name) and fields[name] not in allowed:
            known = ", ".join(allowed)
            raise _error(span, document, f"unknown {name} {fields[name]!r} (known: {known})")
    return GoldEvent(
        id=span.id,
        type=span.label,
        start=span.start,
        end=span.end,
        text=span.text,
        factuality=fields.get("factuality", "actual"),
        actors=tuple(sides["actor"]),
        recipients=tuple(sides["recipient"]),
        place=_entity_of(fields["place"], document) if fields.get("place") else "",
        alternatives=_parts(fields.get("alternatives", "")),
        **{name: fields.get(name, "") for name in _EVENT_FIELDS},
    )


def _error(span: LabelledSpan, document: GoldDocument, problem: str) -> GoldError:
    return GoldError(document.source, f"{document.doc_id}: {span.id}", problem)


def _joined(values: Iterable[str]) -> str:
    return "; ".join(values)


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split("; ") if part)


def parse_fields(value: str, source: str, record: str) -> dict[str, str]:
    """Fields from the JSON object in which a tool keeps them as a note.

    Raises
    ------
    GoldError
        It is no JSON object of texts.
    """
    try:
        fields = json.loads(value)
    except json.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict) or not all(isinstance(v, str) for v in fields.values()):
        raise GoldError(source, record, f"note {value!r} is no JSON object of texts")
    return fields
