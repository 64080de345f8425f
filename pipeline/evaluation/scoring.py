"""Hold what was found against gold: tallies per layer, label, type, slot, rule, and every error.

The definitions are those of the project's reference scorer: exact span and label for mentions,
overlap for dates, agreements and triggers, one-to-one matching that takes the pair with the most
agreeing slots first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, NamedTuple, TypeVar

from pipeline.evaluation.found import FoundDocument, FoundEvent, FoundMention
from pipeline.evaluation.gold import GoldDocument, GoldEvent, GoldMention

SLOTS = ("factuality", "actors", "recipients", "date", "place", "agreement", "stage")
COUNTRY_LABELS = ("PERSON", "ORG", "GPE", "NORP")

G = TypeVar("G")
F = TypeVar("F")
Kind = Literal["f1", "share", "precision", "count"]


class Measure(NamedTuple):
    """One figure: its layer, what of the layer, and how hits become a number.

    ``f1`` is 2·hit / (found + gold); ``share`` hit / gold; ``precision`` hit / found; ``count``
    is the number of hits itself.
    """

    layer: str
    name: str
    kind: Kind


@dataclass(slots=True)
class Tally:
    """Counts of a measure: what agrees, what was found, what gold holds."""

    hit: int = 0
    found: int = 0
    gold: int = 0

    def add(self, hit: int = 0, found: int = 0, gold: int = 0) -> None:
        """Add to the counts."""
        self.hit += hit
        self.found += found
        self.gold += gold


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One disagreement between gold and what was found.

    ``error`` is missed, extra or wrong; ``slot`` names the cell that is wrong (``span`` where the
    whole record is missed or extra).
    """

    doc_id: str
    layer: str
    error: str
    label: str
    slot: str
    text: str
    start: int
    end: int
    gold: str
    found: str
    sentence: str = ""
    rule: str = ""
    gold_id: str = ""
    found_id: str = ""


@dataclass(slots=True)
class DocumentScore:
    """Tallies and errors of one article; ``pairs`` are its matched events."""

    doc_id: str
    tallies: dict[Measure, Tally] = field(default_factory=lambda: defaultdict(Tally))
    errors: list[ErrorRow] = field(default_factory=list)
    pairs: list[tuple[GoldEvent, FoundEvent]] = field(default_factory=list)


def score(
    gold: Iterable[GoldDocument],
    found: Mapping[str, FoundDocument],
    texts: Mapping[str, str] | None = None,
) -> list[DocumentScore]:
    """Score every gold document; what was found in other documents is no matter.

    Parameters
    ----------
    gold : iterable of GoldDocument
        The annotation.
    found : mapping
        Documents found, by ``doc_id``.
    texts : mapping, optional
        Articles by ``doc_id``; with them offsets of what was found are checked.
    """
    return [
        score_document(document, found.get(document.doc_id), (texts or {}).get(document.doc_id))
        for document in gold
    ]


def score_document(
    gold: GoldDocument, found: FoundDocument | None, text: str | None = None
) -> DocumentScore:
    """Score one document; ``found`` is None where the run knows nothing of it."""
    scored = DocumentScore(gold.doc_id)
    missing = found is None or not found.listed
    scored.tallies[Measure("documents", "missing", "count")].add(hit=missing)
    if missing:
        scored.errors.append(
            ErrorRow(gold.doc_id, "documents", "missed", "", "document", "", 0, 0, gold.doc_id, "")
        )
    found = found or FoundDocument(gold.doc_id)
    _check_spans(gold, found, text, scored)
    if gold.has_mentions:
        _score_mentions(gold, found, scored)
        _score_values(gold, found, scored, "DATE", "dates", _date_agrees, "value", "date")
        _score_values(
            gold, found, scored, "AGREEMENT", "agreements", _id_agrees, "agreement", "agreement"
        )
    _score_events(gold, found, scored)
    return scored


def total(scores: Iterable[DocumentScore]) -> dict[Measure, Tally]:
    """Tallies summed over documents, in the order of first appearance."""
    summed: dict[Measure, Tally] = defaultdict(Tally)
    for scored in scores:
        for measure, tally in scored.tallies.items():
            summed[measure].add(tally.hit, tally.found, tally.gold)
    return summed


# ------------------------------------------------------------------------------------ spans


def _check_spans(
    gold: GoldDocument, found: FoundDocument, text: str | None, scored: DocumentScore
) -> None:
    zones, offsets = (
        scored.tallies[Measure("spans", name, "count")] for name in ("in zone", "bad offsets")
    )
    rows: list[FoundMention | FoundEvent] = [*found.mentions, *found.events]
    for row in rows:
        if text is not None and text[row.start : row.end] != row.text:
            offsets.add(hit=1)
            there = text[row.start : row.end]
            scored.errors.append(_span_error(gold.doc_id, row, "offsets", there, row.text))
        if any(start <= row.start < end for _, start, end in gold.zones):
            zones.add(hit=1)
            scored.errors.append(_span_error(gold.doc_id, row, "zone", "", row.text))


# --------------------------------------------------------------------------------- mentions


def _score_mentions(gold: GoldDocument, found: FoundDocument, scored: DocumentScore) -> None:
    wanted = {(m.start, m.end, m.label): m for m in gold.mentions}
    got = {(m.start, m.end, m.label): m for m in found.mentions}
    tallies = scored.tallies
    for key in wanted:
        tallies[Measure("mentions", "all", "f1")].add(gold=1)
        tallies[Measure("mentions", key[2], "f1")].add(gold=1)
    for key in got:
        tallies[Measure("mentions", "all", "f1")].add(found=1)
        tallies[Measure("mentions", key[2], "f1")].add(found=1)
    for key, mention in wanted.items():
        if key in got:
            tallies[Measure("mentions", "all", "f1")].add(hit=1)
            tallies[Measure("mentions", key[2], "f1")].add(hit=1)
            _score_entity(mention, got[key], gold, scored)
        else:
            scored.errors.append(_mention_error(gold.doc_id, "missed", mention))
    for key, row in got.items():
        if key not in wanted:
            scored.errors.append(_mention_error(gold.doc_id, "extra", row))


def _score_entity(
    mention: GoldMention, row: FoundMention, gold: GoldDocument, scored: DocumentScore
) -> None:
    checks = []
    if mention.label in COUNTRY_LABELS:
        checks.append(("country", gold.entities[mention.entity].country, row.country))
    if mention.label == "GPE":
        checks.append(("sense", mention.sense, row.sense))
    for name, want, have in checks:
        scored.tallies[Measure("entities", name, "share")].add(hit=want == have, gold=1)
        if want != have:
            scored.errors.append(_wrong(gold.doc_id, "entities", mention, row, name, want, have))


def _score_values(
    gold: GoldDocument,
    found: FoundDocument,
    scored: DocumentScore,
    label: str,
    layer: str,
    agrees: Callable[[GoldMention, FoundMention], bool],
    gold_field: str,
    found_field: str,
) -> None:
    """Score what mentions of a label mean: those that overlap are paired, longest overlap first."""
    wanted = [m for m in gold.mentions if m.label == label]
    got = [m for m in found.mentions if m.label == label]
    pairs = match(wanted, got, overlap, overlap)
    correct = 0
    for i, j in pairs:
        mention, row = wanted[i], got[j]
        correct += agrees(mention, row)
        if not agrees(mention, row):
            want, have = getattr(mention, gold_field), getattr(row, found_field)
            name = "value" if label == "DATE" else "id"
            scored.errors.append(_wrong(gold.doc_id, layer, mention, row, name, want, have))
    name = "value" if label == "DATE" else "id"
    scored.tallies[Measure(layer, "found", "share")].add(hit=len(pairs), gold=len(wanted))
    scored.tallies[Measure(layer, f"{name} of found", "share")].add(hit=correct, gold=len(pairs))
    scored.tallies[Measure(layer, name, "f1")].add(correct, len(got), len(wanted))


def _date_agrees(mention: GoldMention, row: FoundMention) -> bool:
    return row.date == mention.value or row.date in mention.alternatives


def _id_agrees(mention: GoldMention, row: FoundMention) -> bool:
    return row.agreement == mention.agreement


# ----------------------------------------------------------------------------------- events


def _score_events(gold: GoldDocument, found: FoundDocument, scored: DocumentScore) -> None:
    forms = entity_forms(gold)

    def same_type(want: GoldEvent, got: FoundEvent) -> bool:
        return want.type == got.type

    def same_trigger(want: GoldEvent, got: FoundEvent) -> bool:
        return same_type(want, got) and overlap(want, got) > 0

    def same_sentence(want: GoldEvent, got: FoundEvent) -> bool:
        return same_type(want, got) and got.evidence_start <= want.start < got.evidence_end

    def agreeing(want: GoldEvent, got: FoundEvent) -> int:
        return sum(slots_agreeing(want, got, gold, forms).values())

    size = {"found": len(found.events), "gold": len(gold.events)}
    pairs = match(gold.events, found.events, same_trigger, agreeing)
    by_sentence = match(gold.events, found.events, same_sentence, agreeing)
    by_trigger = match(gold.events, found.events, overlap, same_type)
    tallies = scored.tallies
    tallies[Measure("events", "all", "f1")].add(len(pairs), **size)
    tallies[Measure("sentence events", "all", "f1")].add(len(by_sentence), **size)
    tallies[Measure("triggers", "all", "f1")].add(len(by_trigger), **size)
    for event in gold.events:
        tallies[Measure("events", event.type, "f1")].add(gold=1)
        tallies[Measure("slots", "all", "f1")].add(gold=len(filled_slots(event)))
    for row in found.events:
        tallies[Measure("events", row.type, "f1")].add(found=1)
        tallies[Measure("rules", row.rule, "precision")].add(found=1)
        tallies[Measure("slots", "all", "f1")].add(found=len(filled_cells(row)))
    for i, j in pairs:
        _score_pair(gold.events[i], found.events[j], gold, forms, scored)
    _score_sameness([(gold.events[i], found.events[j]) for i, j in pairs], scored)
    hit_gold, hit_found = {i for i, _ in pairs}, {j for _, j in pairs}
    for i, event in enumerate(gold.events):
        if i not in hit_gold:
            scored.errors.append(_missed_event(gold, event))
    for j, row in enumerate(found.events):
        if j not in hit_found:
            scored.errors.append(_extra_event(gold, row))


def _score_pair(
    event: GoldEvent,
    row: FoundEvent,
    gold: GoldDocument,
    forms: Mapping[str, set[str]],
    scored: DocumentScore,
) -> None:
    scored.pairs.append((event, row))
    scored.tallies[Measure("events", event.type, "f1")].add(hit=1)
    scored.tallies[Measure("rules", row.rule, "precision")].add(hit=1)
    filled = filled_slots(event)
    for slot, agrees in slots_agreeing(event, row, gold, forms).items():
        scored.tallies[Measure("slots", slot, "share")].add(hit=agrees, gold=1)
        if agrees and slot in filled:
            scored.tallies[Measure("slots", "all", "f1")].add(hit=1)
        if not agrees:
            want, have = _cell(getattr(event, slot)), _cell(getattr(row, slot))
            scored.errors.append(_wrong(gold.doc_id, "slots", event, row, slot, want, have))
    scored.tallies[Measure("modes", "all", "share")].add(hit=event.mode == row.mode, gold=1)
    if event.mode != row.mode:
        scored.errors.append(_wrong(gold.doc_id, "modes", event, row, "mode", event.mode, row.mode))


def _score_sameness(pairs: Sequence[tuple[GoldEvent, FoundEvent]], scored: DocumentScore) -> None:
    """Score which two of the matched events of a document are told to be one act.

    Pairwise precision and recall, as of record linkage: of events that were not found at all
    nothing can be said.
    """
    tally = scored.tallies[Measure("same act", "all", "f1")]
    for (one, found_one), (other, found_other) in combinations(pairs, 2):
        wanted = bool(one.same_as) and one.same_as == other.same_as
        told = bool(found_one.same_as) and found_one.same_as == found_other.same_as
        tally.add(hit=wanted and told, found=told, gold=wanted)


def normalise(name: str) -> str:
    """A name for comparison: lower case, runs of other signs than letters and digits as blanks."""
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def entity_forms(gold: GoldDocument) -> dict[str, set[str]]:
    """The forms by which each entity may be named: its name, its longest mention, its forms."""
    longest: dict[str, str] = {}
    for mention in gold.mentions:
        if len(mention.text) > len(longest.get(mention.entity, "")):
            longest[mention.entity] = mention.text
    return {
        name: {normalise(form) for form in (name, longest.get(name, name), *entity.forms)}
        for name, entity in gold.entities.items()
    }


def slots_agreeing(
    event: GoldEvent, row: FoundEvent, gold: GoldDocument, forms: Mapping[str, set[str]]
) -> dict[str, bool]:
    """For each slot of an event whether the found row says the same as gold.

    A side (actors, recipients) agrees where its names are those of gold, or its countries are.
    """
    return {
        "factuality": event.factuality == row.factuality,
        "actors": _side_agrees(event.actors, row.actors, row.actor_codes, gold, forms),
        "recipients": _side_agrees(
            event.recipients, row.recipients, row.recipient_codes, gold, forms
        ),
        "date": row.date == event.date or row.date in event.alternatives,
        "place": normalise(row.place) in forms[event.place] if event.place else not row.place,
        "agreement": event.agreement == row.agreement,
        "stage": event.stage == row.stage,
    }


def _side_agrees(
    want: Sequence[str],
    names: Sequence[str],
    codes: Sequence[str],
    gold: GoldDocument,
    forms: Mapping[str, set[str]],
) -> bool:
    got = [normalise(name) for name in names]
    every_found = all(any(g in forms[w] for w in want) for g in got)
    every_wanted = all(any(g in forms[w] for g in got) for w in want)
    if len(got) == len(want) and every_found and every_wanted:
        return True
    if bool(want) != bool(codes):
        return False
    return _countries(gold.code(w) or normalise(w) for w in want) == _countries(codes or got)


def _countries(codes: Iterable[str]) -> list[str]:
    return sorted(code.split(".")[0] for code in codes)


def filled_slots(event: GoldEvent) -> list[str]:
    """The slots of a gold event that count for recall; the first two always do."""
    return [slot for slot in SLOTS if slot in SLOTS[:2] or getattr(event, slot)]


def filled_cells(row: FoundEvent) -> list[str]:
    """The slots of a found event that count for precision."""
    return [slot for slot in SLOTS if getattr(row, slot)]


# ---------------------------------------------------------------------- matching and errors


def overlap(a: GoldMention | GoldEvent, b: FoundMention | FoundEvent) -> int:
    """Number of characters that two spans share."""
    return max(0, min(a.end, b.end) - max(a.start, b.start))


def match(
    gold: Sequence[G],
    found: Sequence[F],
    compatible: Callable[[G, F], object],
    weight: Callable[[G, F], int],
) -> list[tuple[int, int]]:
    """Pair items one to one: heaviest pair first, then by position in gold, then in found."""
    candidates = sorted(
        (-weight(g, f), i, j)
        for i, g in enumerate(gold)
        for j, f in enumerate(found)
        if compatible(g, f)
    )
    pairs: list[tuple[int, int]] = []
    taken_gold: set[int] = set()
    taken_found: set[int] = set()
    for _, i, j in candidates:
        if i not in taken_gold and j not in taken_found:
            taken_gold.add(i)
            taken_found.add(j)
            pairs.append((i, j))
    return pairs


def _cell(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "; ".join(value)


def _span_error(
    doc_id: str, row: FoundMention | FoundEvent, slot: str, gold: str, found: str
) -> ErrorRow:
    label, rule = (row.type, row.rule) if isinstance(row, FoundEvent) else (row.label, "")
    span = (row.text, row.start, row.end)
    return ErrorRow(
        doc_id, "spans", "wrong", label, slot, *span, gold, found, rule=rule, found_id=row.id
    )


def _mention_error(doc_id: str, error: str, mention: GoldMention | FoundMention) -> ErrorRow:
    in_gold = isinstance(mention, GoldMention)
    return ErrorRow(
        doc_id,
        "mentions",
        error,
        mention.label,
        "span",
        mention.text,
        mention.start,
        mention.end,
        gold=mention.text if in_gold else "",
        found="" if in_gold else mention.text,
        gold_id=mention.id if in_gold else "",
        found_id="" if in_gold else mention.id,
    )


def _wrong(
    doc_id: str,
    layer: str,
    want: GoldMention | GoldEvent,
    got: FoundMention | FoundEvent,
    slot: str,
    gold: str,
    found: str,
) -> ErrorRow:
    return ErrorRow(
        doc_id,
        layer,
        "wrong",
        want.type if isinstance(want, GoldEvent) else want.label,
        slot,
        want.text,
        want.start,
        want.end,
        gold,
        found,
        rule=got.rule if isinstance(got, FoundEvent) else "",
        gold_id=want.id,
        found_id=got.id,
    )


def _missed_event(gold: GoldDocument, event: GoldEvent) -> ErrorRow:
    return ErrorRow(
        gold.doc_id,
        "events",
        "missed",
        event.type,
        "span",
        event.text,
        event.start,
        event.end,
        gold=_sides(event),
        found="",
        gold_id=event.id,
    )


def _extra_event(gold: GoldDocument, row: FoundEvent) -> ErrorRow:
    return ErrorRow(
        gold.doc_id,
        "events",
        "extra",
        row.type,
        "span",
        row.text,
        row.start,
        row.end,
        gold="",
        found=_sides(row),
        sentence=row.evidence,
        rule=row.rule,
        found_id=row.id,
    )


def _sides(event: GoldEvent | FoundEvent) -> str:
    actors, recipients = _cell(event.actors), _cell(event.recipients)
    return f"{actors} → {recipients}" if recipients else actors
