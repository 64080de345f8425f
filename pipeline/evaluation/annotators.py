"""How far two annotations of the same articles agree: pairwise F1 and Cohen's kappa."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.evaluation.figures import value
from pipeline.evaluation.found import FoundDocument, found_in_gold
from pipeline.evaluation.gold import GoldDocument, GoldError
from pipeline.evaluation.scoring import SLOTS, Measure, Tally, match, overlap, score, total

NOTHING = "O"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One figure of agreement over ``items`` units; the value is None where it is undefined."""

    layer: str
    measure: str
    value: float | None
    items: int


@dataclass(frozen=True, slots=True)
class AnnotatorAgreement:
    """All figures over the articles that both annotated."""

    documents: int
    rows: list[Agreement]


def agreement(
    first: Iterable[GoldDocument],
    second: Iterable[GoldDocument],
    texts: Mapping[str, str] | None = None,
) -> AnnotatorAgreement:
    """Compare two annotations of the same articles.

    Parameters
    ----------
    first, second : iterable of GoldDocument
        The annotations; articles that only one of them holds are left out.
    texts : mapping, optional
        Articles by ``doc_id``; with them kappa is given over words too, which counts what one
        annotator left out, not only how both labelled what both marked.

    Raises
    ------
    GoldError
        No article is annotated in both.
    """
    others = {document.doc_id: document for document in second}
    pairs = [(document, others[document.doc_id]) for document in first if document.doc_id in others]
    if not pairs:
        raise GoldError("gold", "", "no article is annotated in both folders")
    found = {other.doc_id: found_in_gold(other) for _, other in pairs}
    tallies = total(score([document for document, _ in pairs], found))

    def figure(measure: Measure, label: str) -> Agreement:
        tally = tallies.get(measure, Tally())
        return Agreement(measure.layer, label, value(measure, tally), max(tally.gold, tally.found))

    rows = [figure(Measure("mentions", "all", "f1"), "F1, span and label")]
    rows += _kappas(pairs, found, texts or {})
    rows += [figure(Measure("dates", "value", "f1"), "F1, value")]
    rows += [figure(Measure("agreements", "id", "f1"), "F1, id")]
    rows += [figure(Measure("events", "all", "f1"), "F1, trigger and type")]
    rows += [figure(Measure("triggers", "all", "f1"), "F1, trigger")]
    rows += [figure(Measure("slots", "all", "f1"), "F1, all slots")]
    rows += [figure(Measure("slots", slot, "share"), f"same {slot}") for slot in SLOTS]
    return AnnotatorAgreement(len(pairs), rows)


def kappa(labels: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two annotators over the same units (Cohen 1960).

    None where there is no unit, or where both use one and the same label throughout, so that
    chance alone explains all agreement.
    """
    if not labels:
        return None
    size = len(labels)
    observed = sum(a == b for a, b in labels) / size
    ours, theirs = Counter(a for a, _ in labels), Counter(b for _, b in labels)
    chance = sum(ours[label] * theirs[label] for label in ours) / size**2
    return None if chance == 1 else round((observed - chance) / (1 - chance), 4)


def _kappas(
    pairs: Sequence[tuple[GoldDocument, GoldDocument]],
    found: Mapping[str, FoundDocument],
    texts: Mapping[str, str],
) -> list[Agreement]:
    marked, types, factualities, words = [], [], [], []
    for one, other in pairs:
        events = found[one.doc_id].events
        spans = {(m.start, m.end): m.label for m in other.mentions}
        marked += [
            (m.label, spans[m.start, m.end]) for m in one.mentions if (m.start, m.end) in spans
        ]
        for i, j in match(
            one.events,
            events,
            overlap,
            lambda a, b: 2 * (a.type == b.type) + (a.mode == b.mode),
        ):
            types.append((one.events[i].type, events[j].type))
            factualities.append((one.events[i].factuality, events[j].factuality))
        if one.doc_id in texts:
            text = texts[one.doc_id]
            words += list(zip(_word_labels(text, one), _word_labels(text, other), strict=True))
    rows = [
        Agreement("mentions", "kappa, label of spans both marked", kappa(marked), len(marked)),
        Agreement("triggers", "kappa, type of triggers both marked", kappa(types), len(types)),
        Agreement("triggers", "kappa, factuality", kappa(factualities), len(factualities)),
    ]
    if words:
        rows.append(Agreement("triggers", "kappa over all words", kappa(words), len(words)))
    return rows


def _word_labels(text: str, document: GoldDocument) -> list[str]:
    """For each word of the body the event type whose trigger it is, or none."""
    labels = []
    for word in re.finditer(r"\w+", text):
        if any(start <= word.start() < end for _, start, end in document.zones):
            labels.append(NOTHING)
            continue
        types = {e.type for e in document.events if e.start < word.end() and word.start() < e.end}
        labels.append("+".join(sorted(types)) or NOTHING)
    return labels
