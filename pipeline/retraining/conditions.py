"""Conditions that tell the right events of a trigger from its false alarms.

A condition is a test of the rule language on a slot (``object: [agreement]``). One slot of
``when`` is chosen that right events meet and false alarms do not, then exceptions (``unless``)
that false alarms meet and no right event does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Token

    from pipeline.components.events.rules import Rulebook
    from pipeline.components.events.slots import Slots

SLOTS = (
    *("object", "subject", "complement", "of", "on", "to", "with", "for", "in", "from", "by"),
    *("against", "between", "modifier", "carrier", "owner"),
)
GENERAL = ("actor", "agreement", "any", "none")
LEAST_EXCEPTIONS = 2
"""False alarms that an exception for a single word needs."""

Conditions = tuple[tuple[str, tuple[str, ...]], ...]


class Learnt(NamedTuple):
    """Conditions for ``when`` and ``unless``."""

    when: Conditions
    unless: Conditions


def learn(
    right: Sequence[Token],
    wrong: Sequence[Token],
    kind: str,
    slots: Mapping[Token, Slots],
    book: Rulebook,
) -> Learnt | None:
    """Learn conditions under which a trigger is right more often than wrong.

    Parameters
    ----------
    right, wrong : sequence of Token
        Triggers of right events and of false alarms.
    kind : str
        Verb, noun or adjective.
    slots : mapping
        The slots of the article of each trigger.
    book : Rulebook
        For its word classes.

    Returns
    -------
    Learnt or None
        None where no condition helps.
    """
    met = {t: _tests(t, kind, slots[t], book) for t in chain(right, wrong)}
    when = _when([met[t] for t in right], [met[t] for t in wrong])
    if when is not None:
        slot, tests = when
        right = [t for t in right if met[t].get(slot, set()) & set(tests)]
        wrong = [t for t in wrong if met[t].get(slot, set()) & set(tests)]
    unless = _unless([met[t] for t in right], [met[t] for t in wrong])
    if when is None and not unless:
        return None
    return Learnt((when,) if when else (), unless)


def exceptions(
    right: Sequence[Token],
    wrong: Sequence[Token],
    kind: str,
    slots: Mapping[Token, Slots],
    book: Rulebook,
) -> Conditions:
    """Learn only exceptions (``unless``); arguments as for :func:`learn`."""
    met = {t: _tests(t, kind, slots[t], book) for t in chain(right, wrong)}
    return _unless([met[t] for t in right], [met[t] for t in wrong])


def meets(token: Token, kind: str, conditions: Conditions, slots: Slots, book: Rulebook) -> bool:
    """Whether a trigger meets one of the tests."""
    met = _tests(token, kind, slots, book)
    return any(met[slot] & set(tests) for slot, tests in conditions)


def _tests(token: Token, kind: str, slots: Slots, book: Rulebook) -> dict[str, set[str]]:
    """All tests that a trigger meets, by slot."""
    from pipeline.language.syntax import conjuncts

    met: dict[str, set[str]] = {}
    for slot in SLOTS:
        heads = slots.fill(token, kind, slot)
        if not heads:
            met[slot] = {"none"}
            continue
        words = [word for head in heads for word in conjuncts(head)]
        tests = {"any"} | {word.lemma_.lower() for word in words if not word.ent_type_}
        tests |= {
            f"${name}"
            for name, members in book.classes.items()
            if tests & members and name != "particle"
        }
        if slots.entities(heads):
            tests.add("actor")
        if any(slots.is_agreement(word) for word in words):
            tests.add("agreement")
        met[slot] = tests
    return met


def _when(
    right: Sequence[dict[str, set[str]]], wrong: Sequence[dict[str, set[str]]]
) -> tuple[str, tuple[str, ...]] | None:
    """The slot and tests with the best F1 over right events; None where they do not help."""
    best: tuple[float, str, tuple[str, ...]] = (_f1(len(right), len(wrong), len(right)), "", ())
    for slot in SLOTS:
        covering: set[str] = set()
        offered = sorted(set().union(*(met[slot] for met in right)), key=_generality)
        for test in offered:
            tried = covering | {test}
            hits = sum(bool(met[slot] & tried) for met in right)
            false = sum(bool(met[slot] & tried) for met in wrong)
            score = _f1(hits, false, len(right))
            if score > best[0] + 1e-9:
                best = (score, slot, tuple(sorted(tried, key=_generality)))
                covering = tried
    return (best[1], best[2]) if best[1] else None


def _unless(
    right: Sequence[dict[str, set[str]]], wrong: Sequence[dict[str, set[str]]]
) -> Conditions:
    """Exceptions that take away false alarms and nothing else."""
    chosen: dict[str, list[str]] = {}
    left = list(wrong)
    for slot in SLOTS:
        spared = set().union(*(met[slot] for met in right)) if right else set()
        offered = sorted(set().union(*(met[slot] for met in left)) - spared, key=_generality)
        for test in offered:
            hit = [met for met in left if test in met[slot]]
            general = test in GENERAL or test.startswith("$")
            if test != "any" and len(hit) >= (
                1 if general and len(right) > 1 else LEAST_EXCEPTIONS
            ):
                chosen.setdefault(slot, []).append(test)
                left = [met for met in left if test not in met[slot]]
    return tuple((slot, tuple(tests)) for slot, tests in chosen.items())


def _generality(test: str) -> tuple[int, str]:
    """General tests first, so that they are preferred among equals."""
    if test in GENERAL:
        return GENERAL.index(test), test
    return (len(GENERAL) if test.startswith("$") else len(GENERAL) + 1), test


def _f1(hits: int, false: int, wanted: int) -> float:
    size = hits + false + wanted
    return 2 * hits / size if size else 0.0
