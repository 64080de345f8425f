"""The custom attributes that Pacta's components read and write on Docs and Spans.

=====================  ==========================================  =========================
attribute              value                                       written by
=====================  ==========================================  =========================
``doc._.published``    ``datetime.date`` or None                   the caller
``doc._.zones``        list of :class:`~pipeline.records.Zone`     the caller
``doc._.plain``        :class:`~pipeline.articles.plain.Plain`     the caller
                       or None where the doc's text is the
                       article's
``doc._.entities``     list of :class:`~pipeline.records.Entity`   ``pacta_actors``
``doc._.events``       list of :class:`~pipeline.records.Event`    ``pacta_events``
``doc._.reading``      :class:`~pipeline.components.       ``pacta_reader``
                       reader.Reading` or None
``doc._.principals``   tuple of the two                            ``pacta_coreference``
                       :class:`~pipeline.records.Entity` that the
                       article is about; empty where it is not
                       about two states
``token._.referents``  tuple of                                    ``pacta_coreference``
                       :class:`~pipeline.records.Entity`
``span._.date``        :class:`~pipeline.records.DateValue`        ``pacta_dates``
``span._.place``       :class:`~pipeline.records.Place` or None    ``pacta_places``
``span._.sense``       ``actor`` or ``place`` (GPE only)           ``pacta_places``
``span._.entity``      :class:`~pipeline.records.Entity` or None   ``pacta_actors``
``span._.agreement``   :class:`~pipeline.records.Agreement`        ``pacta_agreements``
=====================  ==========================================  =========================

Spans: names (PERSON, ORG, GPE, LOC, NORP) are ``doc.ents``; dates are ``doc.spans["dates"]``
(label DATE), parts of a day that are no dates ``doc.spans["hours"]``; the date lines of a live blog
or chronology ``doc.spans["posts"]`` (label POST with a time of day, DAY without), which may lie in
a zone; agreements ``doc.spans["agreements"]`` (label AGREEMENT); titles of persons
``doc.spans["titles"]`` (label OFFICE, or ADDRESS for *Mr.* and the like). The referents of a token
are whom it means, be it part of a name, a pronoun or the head of a noun phrase ("both ministers");
of a coordination each head has its own. Empty where it is nobody or the text does not settle who.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right

from spacy.tokens import Doc, Span, Token

DATES = "dates"
POSTS = "posts"
HOURS = "hours"
AGREEMENTS = "agreements"
TITLES = "titles"


def register() -> None:
    """Make the attributes known to spaCy; calling it again changes nothing."""
    for name in ("zones", "entities", "events"):
        if not Doc.has_extension(name):
            # A method-less default list would be shared between documents, so spaCy copies it.
            Doc.set_extension(name, default=[])
    for name in ("published", "plain", "reading"):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)
    if not Doc.has_extension("principals"):
        Doc.set_extension("principals", default=())
    if not Token.has_extension("referents"):
        Token.set_extension("referents", default=())
    for name in ("date", "place", "entity", "agreement"):
        if not Span.has_extension(name):
            Span.set_extension(name, default=None)
    if not Span.has_extension("sense"):
        Span.set_extension("sense", default="")


def in_zone(doc: Doc, start_char: int) -> bool:
    """Whether a character offset of a doc lies in a zone, outside the article's body."""
    return any(zone.start <= start_char < zone.end for zone in doc._.zones)


def dateline(doc: Doc, start_char: int) -> Span | None:
    """Return the date line under which a character offset stands; None under the first one."""
    lines = doc.spans.get(POSTS, ())
    above = bisect_right(range(len(lines)), start_char, key=lambda n: lines[n].start_char)
    return lines[above - 1] if above else None


def written_on(doc: Doc, start_char: int) -> datetime.date | None:
    """Return the day on which a place of the text was written: its post's, or the publication."""
    line = dateline(doc, start_char)
    return datetime.date.fromisoformat(line._.date.edtf) if line else doc._.published
