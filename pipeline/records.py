"""The records that travel from stage to stage: what each stage makes and the next one takes.

All offsets are character offsets (Unicode code points) into the article's text exactly as it was
read, end exclusive: ``text[start:end]`` is the quoted string.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from pipeline.categories import acts, categories


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of an article that is no part of its body.

    ``kind`` is ``boilerplate`` or ``duplicate``.
    """

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class Article:
    """One input article with its metadata, as the reader hands it on.

    ``published_from`` is ``metadata``, ``text``, ``option`` or empty; ``status`` is ``ok``,
    ``skipped`` or ``failed``, and ``message`` says why or notes a near-duplicate.
    """

    doc_id: str
    text: str
    path: str = ""
    title: str = ""
    published: datetime.date | None = None
    published_from: str = ""
    language: str = ""
    zones: list[Zone] = field(default_factory=list)
    status: str = "ok"
    message: str = ""


@dataclass(frozen=True, slots=True)
class DateValue:
    """What a date expression denotes.

    ``edtf`` is an EDTF (ISO 8601-2) string with ``X`` for what cannot be known. ``start`` and
    ``end`` are the first and last day it can mean (``YYYY-MM-DD``), empty where the year is not
    known or an end is open. ``precision`` is day, week, month, quarter, season, year, decade or
    interval. ``direction`` is ``past``, ``future`` or empty (where the tense points). ``anchor``
    says what resolved a relative expression: ``publication``, ``text`` (another date of the
    article), or empty for an expression that stands by itself. ``rule`` is the rule that read it.
    """

    edtf: str
    start: str = ""
    end: str = ""
    precision: str = ""
    direction: str = ""
    anchor: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place as resolved: name, ISO 3166-1 alpha-3 country (or empty), WGS 84 coordinates."""

    name: str
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    geonames_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, body, state, group or region of a document, shared by all its mentions.

    ``type`` is PERSON, ORG, GPE, LOC or NORP; ``country`` an ISO 3166-1 alpha-3 code or IGO, UNO,
    EUR, NGO, MNC; ``sector`` a PLOVER sector; both empty where not known.
    """

    name: str
    type: str
    country: str = ""
    sector: str = ""

    @property
    def code(self) -> str:
        """``DEU.GOV``, ``IGO``, or empty where the country is not known."""
        return f"{self.country}.{self.sector}" if self.country and self.sector else self.country


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement that a mention refers to (ids as in the annotation guideline, section 3).

    ``parties`` are sorted ISO3 codes, ``generic`` marks a class of agreement spoken of in general
    (no id). ``rule`` tells how it was read.
    """

    agreement_id: str = ""
    agreement_type: str = ""
    parties: tuple[str, ...] = ()
    generic: bool = False
    rule: str = ""


@dataclass(slots=True)
class Event:
    """One event mention: the row of events.csv before it is written.

    ``trigger``, ``evidence``, ``date_span``, ``place_span`` and ``agreement_span`` are
    ``(start, end)`` character offsets. ``date_from`` and ``place_from`` are ``clause``,
    ``context`` or empty. ``act`` names the kind of act across word classes (*sign*, *signing*), by
    which mentions of one act find each other. ``reasons`` maps a slot to the words that say why
    it holds its value.
    """

    event_type: str
    trigger: tuple[int, int]
    evidence: tuple[int, int]
    rule_id: str
    act: str = ""
    mode: str = ""
    contexts: tuple[str, ...] = ()
    factuality: str = "actual"
    actors: list[Entity] = field(default_factory=list)
    recipients: list[Entity] = field(default_factory=list)
    date: DateValue | None = None
    date_span: tuple[int, int] | None = None
    date_from: str = ""
    place: Place | None = None
    place_span: tuple[int, int] | None = None
    place_from: str = ""
    agreement: Agreement | None = None
    agreement_span: tuple[int, int] | None = None
    agreement_stage: str = ""
    same_as: str = ""
    confidence: float = 0.0
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def is_said(self) -> bool:
        """Whether the act is one of words: a pledge, an appeal, a criticism."""
        return self.event_type in categories("said") and self.act not in acts("done")
