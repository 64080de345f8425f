"""Which agreement an act is about, and what becomes of an act on several of them."""

from __future__ import annotations

from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from pipeline.components.agreements import agreement_for
from pipeline.components.events.matching import Match
from pipeline.components.events.slots import Slots
from pipeline.language import syntax
from pipeline.language.extensions import DATES
from pipeline.records import Agreement, Entity, Event

LISTING = frozenset({",", "and", "as", "well", "the", "a", "an", "&"})


def distributed(match: Match, event: Event, slots: Slots) -> list[tuple[list[Entity], Span | None]]:
    """Split an act on agreements into one for each agreement, or each partner of a bilateral one.

    ``Signed the pacts with Chile and Peru`` are two signings, ``signed X and Y with Chile`` too.
    """
    spans = agreements_of(match.token, slots) or _last_agreement(match.token, slots)
    if len(spans) > 1:
        return [(list(event.actors), span) for span in spans]
    span = spans[0] if spans else None
    kind = match.trigger.kind
    heads = slots.fill(match.token, kind, "with")
    if span is not None and not heads:
        heads = list(syntax.prepositional(span.root, frozenset({"with"})))
    partners = slots.entities(heads)
    ours = [actor for actor in event.actors if actor not in partners]
    if partners and not ours:
        ours = _clause_subject(match.token, slots, partners)
    several = span is not None or _carries_agreements(match.token, kind, slots)
    if not several or len(partners) < 2 or len(ours) != 1:
        return [(list(dict.fromkeys([*ours, *event.actors])) or partners, span)]
    return [([*ours, partner], span) for partner in partners]


def _carries_agreements(token: Token, kind: str, slots: Slots) -> bool:
    """Tell whether an act is about several agreements without a name: ``signed pacts with``."""
    words = [w for slot in ("object", "of") for w in slots.words(token, kind, slot)]
    return any(word.tag_ == "NNS" and slots.is_a(word, "agreement_noun") for word in words)


def _clause_subject(token: Token, slots: Slots, partners: list[Entity]) -> list[Entity]:
    """Return who acts in the clause of a noun, for the party that its phrase leaves out."""
    subject = syntax.surface_subject(syntax.clause_head(token))
    return [entity for entity in slots.entities(subject) if entity not in partners][:1]


def set_partner_date(event: Event, partners: list[Entity], sentence: Span, slots: Slots) -> None:
    """Prefer a date in brackets right behind the partner's name: ``with Peru (2022)``."""
    doc = sentence.doc
    for ent in slots.names_in(sentence):
        if ent._.entity not in partners or ent.end + 1 >= len(doc) or doc[ent.end].text != "(":
            continue
        for span in doc.spans.get(DATES, []):
            if span.start == ent.end + 1:
                event.date, event.date_from = span._.date, "clause"
                event.date_span = (span.start_char, span.end_char)


def set_agreement(event: Event, match: Match, spans: list[Span]) -> None:
    """Attach the agreement that the act is about, where the rule is about agreements."""
    rule = match.trigger.rule
    about = rule.stage or rule.type == "AGREE" or rule.act == "talks"
    if not spans or not about:
        return
    span = spans[0]
    parties = tuple(sorted({e.country for e in event.actors + event.recipients if e.country}))
    agreement = agreement_for(span, parties)
    if agreement is None or agreement.generic:
        return
    event.agreement = agreement
    event.agreement_span = (span.start_char, span.end_char)
    event.agreement_stage = rule.stage or _stage_of(event, rule.type)
    _complete_parties(event, agreement, span.doc)


def _stage_of(event: Event, rule_type: str) -> str:
    if rule_type == "CONSULT":
        return "negotiating"
    return "proposed" if event.factuality == "proposed" else ""


def _complete_parties(event: Event, agreement: Agreement, doc: Doc) -> None:
    """Let the parties of the agreement stand in where the sentence does not name them all."""
    states = {e.country: e for e in doc._.entities if e.type == "GPE" and e.sector == "GOV"}
    named = {e.country for e in event.actors}
    missing = [states[code] for code in agreement.parties if code in states and code not in named]
    if event.event_type == "AGREE" and event.factuality == "proposed":
        if event.actors and len(missing) == 1:
            event.recipients = missing
    elif event.event_type == "SANCTION" and event.actors:
        event.recipients = event.recipients or missing
    elif not event.actors or (len(event.actors) == 1 and not event.recipients):
        event.actors = event.actors + missing


def agreements_of(token: Token, slots: Slots) -> list[Span]:
    """Return the AGREEMENT mentions among the arguments of a trigger, or the trigger itself."""
    kind = "verb" if syntax.is_verbal(token) else "noun"
    found: dict[int, Span] = {}
    for relation in ("self", "object", "of", "on", "subject", "to", "for", "in", "head"):
        heads = [] if relation == "self" else slots.fill(token, kind, relation)
        for word in [token, *(w for head in heads for w in syntax.conjuncts(head))]:
            span = slots.agreement_at.get(word.i)
            if span is not None:
                found[span.start] = span
        if found:
            break
    return _distinct(_with_listed([found[start] for start in sorted(found)], slots))


def _with_listed(spans: list[Span], slots: Slots) -> list[Span]:
    """Add the agreements that a list goes on to name, wherever the parse hangs them."""
    found = list(spans)
    for span in slots.agreements if found else []:
        last = found[-1]
        between = last.doc[last.end : span.start] if span.start >= last.end else None
        if (
            between is not None
            and 0 < len(between) <= 3
            and all(t.lower_ in LISTING for t in between)
        ):
            found.append(span)
    return found


def _last_agreement(token: Token, slots: Slots) -> list[Span]:
    """Return the agreement named last before a word, in its sentence or the one before."""
    start = token.sent.start
    if start > 0:
        start = token.doc[start - 1].sent.start
    before = [s for s in slots.agreements if start <= s.start < token.i]
    return before[-1:]


def _distinct(spans: Iterable[Span]) -> list[Span]:
    """Keep one mention of each agreement (``the Reciprocal Access Agreement (RAA)``)."""
    kept: dict[str, Span] = {}
    for span in spans:
        kept.setdefault(span._.agreement.agreement_id if span._.agreement else "", span)
    return list(kept.values())
