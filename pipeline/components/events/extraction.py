"""From rule matches to events: parties, factuality, setting and agreement of each act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from spacy.tokens import Doc, Span, Token

from pipeline.components.agreements import agreement_for
from pipeline.components.events import setting, syntax
from pipeline.components.events.matching import Match, matches
from pipeline.components.events.quotations import continued
from pipeline.components.events.rules import Rulebook
from pipeline.components.events.slots import Slots
from pipeline.components.factuality import Factuality, Reading
from pipeline.gazetteers import country
from pipeline.language.extensions import AGREEMENTS, DATES
from pipeline.records import Agreement, Entity, Event

FUTURE_AS_AGREE = frozenset({"CONSULT", "SUPPORT", "COOPERATE", "AID"})
SPEECH = frozenset({"AGREE", "REQUEST", "THREATEN", "REJECT"})
ASIDE = frozenset(
    {
        "in",
        "at",
        "during",
        "after",
        "before",
        "following",
        "since",
        "amid",
        "near",
        "by",
        "via",
        "according",
    }
)
OCCASION = frozenset({"after", "amid", "before", "during", "following", "since"})
PAST = frozenset({"VBD", "VBN"})
LISTING = frozenset({",", "and", "as", "well", "the", "a", "an", "&"})
DETERMINING = frozenset({"det", "nmod:poss", "nummod"})


def extract(
    doc: Doc, book: Rulebook, factuality: Factuality, slots: Slots | None = None
) -> list[Event]:
    """Return the events of one document in text order.

    Events whose actors the sentence does not give are returned with empty ``actors``: a later
    stage may know them from another mention of the same act, and drops them otherwise. ``slots``
    are those of an earlier extraction from the document with other rules, to save their work.
    """
    slots = slots or Slots.of(doc, book, factuality)
    found = list(matches(doc, book, slots))
    by_token = {match.token.i: match for match in found}
    events: list[Event] = []
    for match in found:
        reading = _reading(match, factuality, slots)
        if _only_carries(match, by_token, book, slots) or _only_meets(match, by_token):
            continue
        if reading is None or _is_governed(match.token, by_token, book) or _is_topic(match, book):
            continue
        events.extend(_events(doc, match, reading, slots))
        _inherit_setting(events, match.token)
        _aim_at_deed(events, match, book, slots)
        if not events[-1].actors:
            events[-1].actors = _clause_parties(match, slots, events[-1])
            if _is_generic(match) or _is_somebody_else(match):
                events.pop()
                continue
        alone = match.trigger.rule.needs_partner and _is_alone(events[-1])
        if alone or _is_of_own_deed(events[-1], match, slots):
            events.pop()
    return sorted([*events, *continued(doc, events, book, slots)], key=lambda e: e.trigger)


def _inherit_setting(events: list[Event], token: Token) -> None:
    """Let what one travels to do take place where and when one travels: *flew there to meet*."""
    event = events[-1]
    if token.dep_ not in ("advcl", "xcomp", "conj") or event.place is not None:
        return
    for earlier in events[:-1]:
        if earlier.trigger[0] == token.head.idx and earlier.place is not None:
            event.place, event.place_span = earlier.place, earlier.place_span
            event.place_from = "clause" if token.dep_ != "conj" else "context"


def _is_generic(match: Match) -> bool:
    """Tell whether a noun without parties names a kind of act and not one act.

    ``Regular consultations`` and ``such visits`` do; ``the talks``, ``a raid``, ``after lengthy
    negotiations`` and the nouns of headlines, which drop their articles, do not.
    """
    token = match.token
    if match.trigger.kind != "noun" or _is_told(token):
        return False
    if token.dep_ == "compound":
        token = token.head
    if any(child.dep_ == "cop" for child in token.children):
        return False
    marks = [child for child in token.children if child.dep_ in DETERMINING]
    if marks:
        return any(child.lower_ == "such" for child in marks)
    return not syntax.is_headline(token.sent) and syntax.preposition(token) not in OCCASION


def _is_somebody_else(match: Match) -> bool:
    """Tell an act of a speaker or listener who is not known: *you suggest*, *our visit*."""
    token = match.token
    who = syntax.possessor(token) if match.trigger.kind == "noun" else syntax.agent(token)
    return any(word.morph.get("Person", []) in (["1"], ["2"]) for word in who)


def _is_told(noun: Token) -> bool:
    """Tell whether the past is told of a noun (*discussions included trade*)."""
    return noun.dep_ in syntax.SUBJECTS and noun.head.tag_ == "VBD"


def _clause_parties(match: Match, slots: Slots, event: Event) -> list[Entity]:
    """Return who acts in the clause of a noun that names no parties of its own."""
    if match.trigger.kind != "noun" or syntax.possessor(match.token):
        return []
    verb = syntax.clause_head(match.token)
    carried = slots.is_a(verb, "light_verb") or match.trigger.rule.frame != "force"
    if slots.is_a(verb, "reporting_verb") or not carried:
        return []
    found = slots.entities(syntax.agent(verb))
    found = [entity for entity in found if entity not in event.recipients]
    return [] if match.trigger.frame.joint and len(found) < 2 else found


def _aim_at_deed(events: list[Event], match: Match, book: Rulebook, slots: Slots) -> None:
    """Let praise or blame of ``the move`` meet whoever did what was told before."""
    event = events[-1]
    if event.recipients or match.trigger.rule.frame not in ("criticism", "praise"):
        return
    kind = match.trigger.kind
    objects = [word for slot in ("object", "of") for word in slots.fill(match.token, kind, slot)]
    if not any(word.lemma_.lower() in book.classes["deed"] for word in objects):
        return
    doers = Counter(
        doer
        for earlier in events[:-1]
        for doer in earlier.actors
        if earlier.event_type != event.event_type and doer not in event.actors
    )
    if doers:
        event.recipients = [doers.most_common(1)[0][0]]
        event.reasons["recipients"] = "who did most of what was told before"


def _only_meets(match: Match, by_token: dict[int, Match]) -> bool:
    """Tell a meeting whose verb tells it too: of *the summit meets* only the verb counts."""
    verb = by_token.get(match.token.head.i)
    return (
        match.token.dep_ == "nsubj"
        and match.trigger.rule.type == "CONSULT"
        and verb is not None
        and verb.trigger.rule.type == "CONSULT"
    )


def _is_of_own_deed(event: Event, match: Match, slots: Slots) -> bool:
    """Tell what one says of one's own act: *defended his decision* is nobody else's praise."""
    if match.trigger.rule.frame not in ("criticism", "praise") or not event.actors:
        return False
    objects = slots.fill(match.token, match.trigger.kind, "object")
    owners = slots.entities(owner for thing in objects for owner in syntax.possessor(thing))
    return bool(owners) and set(owners) <= set(event.actors)


def _only_carries(match: Match, by_token: dict[int, Match], book: Rulebook, slots: Slots) -> bool:
    """Tell a verb whose noun tells the same act: of *imposed sanctions* only the noun counts."""
    if match.trigger.kind != "verb" or not slots.is_a(match.token, "light_verb"):
        return False
    carried = [by_token.get(word.i) for word in slots.words(match.token, "verb", "object")]
    return any(
        other is not None
        and other.trigger.kind == "noun"
        and other.trigger.rule.type == match.trigger.rule.type
        and not _is_governed(other.token, by_token, book)
        and not _is_topic(other, book)
        for other in carried
    )


def _reading(match: Match, factuality: Factuality, slots: Slots) -> Reading | None:
    """Return the factuality of an act, or None where the text reports no act at all."""
    nominal = match.trigger.kind == "noun"
    reading = factuality.of(match.token, nominal=nominal)
    if reading.purpose or reading.value == "hypothetical" or _serves(match.token):
        return None
    rule = match.trigger.rule
    if rule.factuality and (reading.value != "negated" or "factuality" in rule.when):
        return Reading(rule.factuality, reading.cue)
    if nominal and reading.value == "actual" and rule.type in FUTURE_AS_AGREE:
        return _ahead(match.token, factuality, slots) or reading
    return reading


def _serves(token: Token) -> bool:
    """Tell a use from an act: *a line for sharing intelligence*."""
    return token.tag_ == "VBG" and any(
        child.dep_ == "mark" and child.lower_ == "for" for child in token.children
    )


def _ahead(noun: Token, factuality: Factuality, slots: Slots) -> Reading | None:
    """Read a meeting still to come: *will travel for talks*, *talks will focus*."""
    while noun.dep_ == "nmod" and slots.is_a(noun.head, "container"):
        noun = noun.head
    verb = syntax.governor(noun)
    if verb is None:
        return None
    held = noun.dep_ == "obj" and slots.is_a(verb, "light_verb")
    aim = noun.dep_ == "obl" and syntax.preposition(noun) == "for"
    if not (held or aim or noun.dep_ in syntax.SUBJECTS):
        return None
    reading = factuality.of(verb)
    return reading if reading.value == "planned" and not reading.purpose else None


def _is_governed(token: Token, by_token: dict[int, Match], book: Rulebook) -> bool:
    """Tell whether a speech act speaks of this one, so that only the speech act counts."""
    below = token
    for above in syntax.ancestors(token):
        if below.dep_ == "acl" and below.lemma_.lower() in book.classes["aiming"]:
            return True
        if below.dep_ == "acl:relcl" or (below.dep_ == "acl" and below.tag_ == "VBN"):
            return False
        if below.dep_ in ("obl", "nmod") and syntax.preposition(below) in ASIDE:
            return False
        if below.dep_ == "ccomp" and above.lemma_.lower() in book.classes["quoting"]:
            return False
        match = by_token.get(above.i)
        if match is not None and match.trigger.rule.governs and _speaks_of(match, below):
            return True
        below = above
    return False


def _speaks_of(match: Match, below: Token) -> bool:
    """Tell whether what hangs on a speech act by this word is what the act is about."""
    category = match.trigger.rule.type
    if below.dep_ in ("obj", "obl", "nmod"):
        return category in ("AGREE", "REQUEST", "THREATEN", "CONSULT")
    if category == "CONSULT":
        return False
    if below.dep_ in ("xcomp", "ccomp"):
        return True
    behind = below.i > match.token.i
    return category in SPEECH and (below.dep_ == "acl" or (below.dep_ == "advcl" and behind))


def _is_topic(match: Match, book: Rulebook) -> bool:
    """Tell whether a noun only names what something is about, for or part of."""
    token = match.token
    if token.pos_ not in ("NOUN", "PROPN"):
        return False
    if _is_part_of_name(token) or _is_in_title(token, book):
        return True
    if any(
        c.dep_ == "amod" and c.lemma_.lower() in book.classes["enabling"] for c in token.children
    ):
        return True
    if token.dep_ == "compound":
        return token.head.lemma_.lower() not in book.classes["act_carrier"]
    verb = syntax.governor(token)
    permitted = verb is not None and verb.lemma_.lower() in book.classes["enabling"]
    aimed = token.dep_ in ("obj", "conj", "nsubj:pass") or (verb is not None and verb.dep_ == "acl")
    if permitted and aimed:
        return True
    nominal = token
    while nominal.dep_ == "conj" and nominal.head != nominal:
        nominal = nominal.head
    word = syntax.preposition(nominal)
    aim = word == "for" and match.trigger.rule.type != "CONSULT"
    return aim or word in book.classes["topic_preposition"]


def _is_part_of_name(token: Token) -> bool:
    """Tell whether a capitalised noun ends a proper name: ``the Iran–Iraq War``."""
    sentence = token.sent
    if token.is_lower or token.i <= sentence.start + 1:
        return False
    headline = sum(t.is_title or t.is_upper for t in sentence) > len(sentence) / 2
    before = token.nbor(-1)
    return not headline and before.is_title and before.dep_ in ("compound", "amod", "flat")


def _is_in_title(noun: Token, book: Rulebook) -> bool:
    """Tell whether a noun only describes inside the title of an agreement."""
    return noun.lemma_.lower() not in book.classes["agreement_noun"] and any(
        span.start <= noun.i < span.end - 1 for span in noun.doc.spans.get(AGREEMENTS, [])
    )


def _events(doc: Doc, match: Match, reading: Reading, slots: Slots) -> list[Event]:
    """Return the acts under one trigger: several where it carries several agreements."""
    event = _event(match, reading, slots)
    token = match.token
    _set_date(event, token)
    _set_place(event, match, slots)
    _expect(event, match, doc)
    if match.trigger.rule.frame != "treaty":
        _set_agreement(event, match, _agreements_of(token, slots)[:1])
        return [event]
    found = []
    for partners, span in _distributed(match, event, slots):
        single = replace(event, actors=partners)
        _set_agreement(single, match, [span] if span is not None else [])
        _set_partner_date(single, partners, doc)
        found.append(single)
    return found


def _expect(event: Event, match: Match, doc: Doc) -> None:
    """Plan what the present tense or a noun puts on a day after publication: *meets in May*."""
    ahead = (
        event.factuality == "actual"
        and event.date is not None
        and doc._.published is not None
        and event.date.start > doc._.published.isoformat()
    )
    if ahead and match.token.tag_ not in PAST and match.trigger.rule.type in FUTURE_AS_AGREE:
        event.factuality = "planned"
        event.event_type = match.trigger.rule.planned_as or "AGREE"
        event.mode = ""


def _event(match: Match, reading: Reading, slots: Slots) -> Event:
    """Return the event with its parties, without date, place and agreement."""
    token, trigger = match.token, match.trigger
    rule, frame = trigger.rule, trigger.frame
    verbal = trigger.kind != "noun"
    order = frame.verb_actors if verbal else frame.noun_actors
    actors = parties(token, trigger.kind, order, slots, frame.joint)
    if rule.frame == "joint" and trigger.kind == "noun" and _is_half(actors, token, slots):
        actors = []
    recipients: list[Entity] = []
    if not frame.joint:
        order = frame.verb_recipients if verbal else frame.noun_recipients
        recipients = parties(token, trigger.kind, order, slots, False, exclude=actors)
    if frame.joint and (rule.governs or rule.needs_partner) and len(actors) == 1:
        recipients = _first_named(token, "content", slots, actors)
    elif verbal and not recipients and not frame.joint:
        recipients = _first_named(token, "belonging", slots, actors)
        if not recipients:
            recipients = _first_named(token, "content", slots, actors)
    elif not recipients and rule.frame in ("sanction", "criticism"):
        recipients = _first_named(token, "content", slots, actors)
    event_type, value = rule.type, reading.value
    if value in ("planned", "proposed"):
        event_type = rule.planned_as or ("AGREE" if rule.type in FUTURE_AS_AGREE else rule.type)
    if event_type == "AGREE" and value == "actual":
        value = "planned"
    event = Event(
        event_type=event_type,
        trigger=(token.idx, token.idx + len(token)),
        evidence=_trimmed(token.sent),
        rule_id=rule.id,
        act=rule.act or rule.id,
        mode=rule.mode if event_type == rule.type else "",
        contexts=tuple(rule.context),
        factuality=value,
        actors=actors,
        recipients=_states(recipients) if rule.frame == "visit" else recipients,
    )
    if frame.joint and event_type == "CONSULT" and not event.mode and _many(actors):
        event.mode = "multilateral"
    return event


def _distributed(
    match: Match, event: Event, slots: Slots
) -> list[tuple[list[Entity], Span | None]]:
    """Split an act on agreements into one for each agreement, or each partner of a bilateral one.

    ``Signed the pacts with Chile and Peru`` are two signings, ``signed X and Y with Chile`` too.
    """
    spans = _agreements_of(match.token, slots) or _last_agreement(match.token)
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


def _set_partner_date(event: Event, partners: list[Entity], doc: Doc) -> None:
    """Prefer a date in brackets right behind the partner's name: ``with Peru (2022)``."""
    for ent in doc.ents:
        bracketed = (
            ent._.entity in partners
            and event.evidence[0] <= ent.start_char < event.evidence[1]
            and ent.end + 1 < len(doc)
            and doc[ent.end].text == "("
        )
        for span in doc.spans.get(DATES, []) if bracketed else []:
            if span.start == ent.end + 1:
                event.date, event.date_from = span._.date, "clause"
                event.date_span = (span.start_char, span.end_char)


def parties(
    token: Token,
    kind: str,
    order: list[str],
    slots: Slots,
    joint: bool,
    exclude: Iterable[Entity] = (),
) -> list[Entity]:
    """Return the actors in the relations of a frame: of all for joint acts, else of the first."""
    left_out = set(exclude)
    found: dict[Entity, None] = {}
    for relation in order:
        for entity in slots.entities(slots.fill(token, kind, relation)):
            if entity not in left_out:
                found[entity] = None
        if found and not joint:
            break
    return list(found)


def _is_alone(event: Event) -> bool:
    return not event.recipients and len(event.actors) < 2


def _is_half(actors: list[Entity], noun: Token, slots: Slots) -> bool:
    """Tell whether a noun like *talks* names one state or person only, and nobody who holds them.

    The other side may be known from another mention; a body (*the G7 summit*) meets by itself.
    """
    return len(actors) == 1 and actors[0].type != "ORG" and not slots.holder(noun)


def _first_named(token: Token, relation: str, slots: Slots, actors: list[Entity]) -> list[Entity]:
    """Return the first other party among the words of a relation, with those listed beside it."""
    states = {country_of(actor) for actor in actors}
    for word in slots.fill(token, "verb", relation):
        found = [
            entity
            for entity in slots.entities([word])
            if entity not in actors
            and (entity.type == "PERSON" or country_of(entity) not in states)
        ]
        if found:
            return found
    return []


def country_of(entity: Entity) -> str:
    """Return what two entities of one state share: the country code, else the name."""
    return entity.country or entity.name


def _many(actors: list[Entity]) -> bool:
    return len({actor.country or actor.name for actor in actors}) > 2


def _states(entities: list[Entity]) -> list[Entity]:
    """Replace towns by their states: who visits Lima visits Peru."""
    found: dict[Entity, None] = {}
    for entity in entities:
        state = country(entity.country) if entity.type == "GPE" else None
        found[Entity(state.name, "GPE", state.iso3, "GOV") if state else entity] = None
    return list(found)


def _trimmed(sentence: Span) -> tuple[int, int]:
    text = sentence.text
    start = sentence.start_char + len(text) - len(text.lstrip())
    return start, sentence.start_char + len(text.rstrip())


def _set_date(event: Event, token: Token) -> None:
    span = setting.governing_date(token)
    if span is not None:
        event.date = span._.date
        event.date_span = (span.start_char, span.end_char)
        event.date_from = "clause"


def _set_place(event: Event, match: Match, slots: Slots) -> None:
    """Attach where the act takes place: named in its clause, or the party it goes to or hits."""
    span = setting.governing_place(match.token) or _goal(match, slots)
    if span is not None:
        event.place = span._.place
        event.place_span = (span.start_char, span.end_char)
        event.place_from = "clause"


def _goal(match: Match, slots: Slots) -> Span | None:
    """Return the place among the words to which the frame says that the act goes."""
    places = [e for e in match.token.sent.ents if e.label_ in ("GPE", "LOC") and e._.place]
    for relation in match.trigger.frame.places:
        for head in slots.fill(match.token, match.trigger.kind, relation):
            for span in places:
                if span.start <= head.i < span.end:
                    return span
    return None


def _set_agreement(event: Event, match: Match, spans: list[Span]) -> None:
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


def _agreements_of(token: Token, slots: Slots) -> list[Span]:
    """Return the AGREEMENT mentions among the arguments of a trigger, or the trigger itself."""
    kind = "verb" if syntax.is_verbal(token) else "noun"
    found: dict[int, Span] = {}
    for relation in ("self", "object", "of", "on", "subject", "to", "for", "in", "head"):
        heads = [] if relation == "self" else slots.fill(token, kind, relation)
        for word in [token, *(w for head in heads for w in syntax.conjuncts(head))]:
            for span in token.doc.spans.get(AGREEMENTS, []):
                if span.start <= word.i < span.end:
                    found[span.start] = span
        if found:
            break
    return _distinct(_with_listed([found[start] for start in sorted(found)]))


def _with_listed(spans: list[Span]) -> list[Span]:
    """Add the agreements that a list goes on to name, wherever the parse hangs them."""
    everywhere = spans[0].doc.spans[AGREEMENTS] if spans else []
    found = list(spans)
    for span in everywhere:
        last = found[-1]
        between = last.doc[last.end : span.start] if span.start >= last.end else None
        if (
            between is not None
            and 0 < len(between) <= 3
            and all(t.lower_ in LISTING for t in between)
        ):
            found.append(span)
    return found


def _last_agreement(token: Token) -> list[Span]:
    """Return the agreement named last before a word, in its sentence or the one before."""
    start = token.sent.start
    if start > 0:
        start = token.doc[start - 1].sent.start
    before = [s for s in token.doc.spans.get(AGREEMENTS, []) if start <= s.start < token.i]
    return before[-1:]


def _distinct(spans: Iterable[Span]) -> list[Span]:
    """Keep one mention of each agreement (``the Reciprocal Access Agreement (RAA)``)."""
    kept: dict[str, Span] = {}
    for span in spans:
        kept.setdefault(span._.agreement.agreement_id if span._.agreement else "", span)
    return list(kept.values())
