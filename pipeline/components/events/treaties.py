"""Which agreement an act is about, and what becomes of an act on several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spacy.tokens import Span, Token

from pipeline.categories import acts
from pipeline.components.agreements import agreement_for
from pipeline.components.events.matching import Match
from pipeline.components.events.rules import Rule
from pipeline.components.events.slots import Slots
from pipeline.language import syntax
from pipeline.records import Agreement, Entity, Event

ABOUT = (
    *("self", "object", "of", "on", "from", "out", "subject", "to", "for", "in"),
    *("about", "over", "regarding", "concerning", "towards", "toward", "head"),
)
"""Slots of an act in which the agreement stands that it is about, in order of preference."""
PHRASE = frozenset({"nmod", "nmod:poss", "compound", "amod", "conj"})
"""Relations inside a noun phrase."""
THIRD_PARTY = "third-party"
"""The mode of those who mediate."""
LISTING = frozenset({",", "and", "as", "well", "the", "a", "an", "&"})
BETWEEN = 3
"""The most tokens between two agreements of a list."""
LISTED = 32
"""The most further agreements of a list."""


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
    """Whether an act is about several agreements without a name: ``signed pacts with``."""
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
        for span in slots.dates_in(doc[ent.end : ent.end + 2]):
            if span.start == ent.end + 1:
                event.date, event.date_from = span._.date, "clause"
                event.date_span = (span.start_char, span.end_char)


def subject_matter(
    match: Match, by_token: dict[int, Match], slots: Slots
) -> tuple[list[Span], str]:
    """Return the agreement that an act is about, and the stage that other words than its own name.

    ``Agreed to sign the pact``, ``refused to ratify it``, ``talks to finalise the treaty``: what is
    promised or aimed at says which stage is meant. ``Suspended all treaty obligations`` is about
    the treaty, too.
    """
    token, rule = match.token, match.trigger.rule
    if rule.governs or slots.is_a(token, "negotiating"):
        spans, stage = _promised(match, by_token, slots)
        if spans:
            return spans, stage
    spans = agreements_of(token, slots)
    if not spans and rule.stage and not rule.governs:
        spans = _inside_arguments(match, slots)
    return spans, ""


def set_agreement(
    event: Event, match: Match, spans: list[Span], slots: Slots, stage: str = ""
) -> None:
    """Attach the agreement that the act is about, where it says at what stage that is.

    Parameters
    ----------
    event : Event
        With its parties; changed in place.
    match : Match
        The rule that read it.
    spans : list of Span
        Mentions of agreements that the act is about; the first counts.
    slots : Slots
        Those of the document, for its states.
    stage : str
        The stage that the act names in other words than its own (*agreed to ratify*).
    """
    rule = match.trigger.rule
    stage = stage or rule.stage or _stage_of(event, rule)
    if not spans or not stage:
        return
    span = spans[0]
    mediates = rule.mode == THIRD_PARTY
    own = [] if mediates else event.actors + event.recipients
    agreement = agreement_for(span, tuple(sorted({e.country for e in own if e.country})))
    if agreement.generic:
        return
    event.agreement = agreement
    event.agreement_span = (span.start_char, span.end_char)
    event.agreement_stage = stage
    if not mediates:
        _complete_parties(event, agreement, slots.governments)


def _stage_of(event: Event, rule: Rule) -> str:
    """Return the stage of an agreement that is talked about, put forward or turned down."""
    if rule.act in acts("negotiation"):
        return "negotiating"
    put_forward = rule.type == "AGREE" and event.factuality == "proposed"
    return "proposed" if put_forward or rule.type == "REJECT" else ""


def _complete_parties(event: Event, agreement: Agreement, states: Mapping[str, Entity]) -> None:
    """Let the parties of the agreement stand in where the sentence does not name them all."""
    named = {e.country for e in event.actors}
    missing = [states[code] for code in agreement.parties if code in states and code not in named]
    if event.event_type == "AGREE" and event.factuality == "proposed":
        if event.actors and len(missing) == 1:
            event.recipients = missing
    elif event.event_type == "SANCTION" and event.actors:
        event.recipients = event.recipients or missing
    elif not event.actors or (len(event.actors) == 1 and not event.recipients):
        event.actors = event.actors + missing


def _promised(match: Match, by_token: dict[int, Match], slots: Slots) -> tuple[list[Span], str]:
    """Return the first agreement among the words that say what is promised, and its stage there."""
    waiting = _promised_words(match.token)
    while waiting:
        word = waiting.pop(0)
        spans = agreements_of(word, slots)
        if spans:
            inner = by_token.get(word.i)
            return spans, _stage_named(inner) if inner is not None else ""
        waiting += _promised_words(word)
    return [], ""


def _promised_words(word: Token) -> list[Token]:
    clauses = syntax.children(word, "xcomp", "ccomp", "acl", "advcl")
    return [c for c in clauses if syntax.is_infinitive(c)] + list(syntax.children(word, "obj"))


def _stage_named(match: Match) -> str:
    rule = match.trigger.rule
    return rule.stage or ("negotiating" if rule.act in acts("negotiation") else "")


def _inside_arguments(match: Match, slots: Slots) -> list[Span]:
    """Return the agreement in the phrase of an argument: *suspended the pact's obligations*."""
    for relation in ("object", "of", "from"):
        for head in slots.fill(match.token, match.trigger.kind, relation):
            phrase = [w for w in head.subtree if all(d.dep_ in PHRASE for d in _up_to(w, head))]
            spans = [slots.agreement_at[w.i] for w in phrase if w.i in slots.agreement_at]
            if spans:
                return _distinct(spans)
    return []


def _up_to(word: Token, head: Token) -> list[Token]:
    """Return the words from one up to a word above it, without that."""
    found = []
    while word != head:
        found.append(word)
        word = word.head
    return found


def agreements_of(token: Token, slots: Slots) -> list[Span]:
    """Return the AGREEMENT mentions among the arguments of a trigger, or the trigger itself."""
    kind = "verb" if syntax.is_verbal(token) else "noun"
    found: dict[int, Span] = {}
    for relation in ABOUT:
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
    first = slots.agreements_before(found[-1].end) if found else len(slots.agreements)
    for span in slots.agreements[first : first + LISTED]:
        between = span.doc[found[-1].end : span.start]
        if len(between) > BETWEEN:
            break
        if between and all(t.lower_ in LISTING for t in between):
            found.append(span)
    return found


def _last_agreement(token: Token, slots: Slots) -> list[Span]:
    """Return the agreement named last before a word, in its sentence or the one before.

    Where the text before it speaks of one agreement alone, it may stand further off.
    """
    start = token.sent.start
    if start > 0:
        start = token.doc[start - 1].sent.start
    before = slots.agreements_before(token.i)
    last = slots.agreements[before - 1 : before] if before else []
    near = bool(last) and start <= last[0].start
    return last if near or slots.agreements_told[before] == 1 else []


def _distinct(spans: Iterable[Span]) -> list[Span]:
    """Keep one mention of each agreement (``the Reciprocal Access Agreement (RAA)``)."""
    kept: dict[str, Span] = {}
    for span in spans:
        kept.setdefault(span._.agreement.agreement_id if span._.agreement else "", span)
    return list(kept.values())
