"""The life of each agreement over a run: a row for each stage that a document reports.

A stage that nobody has reached yet has a row, too, where a document plans or proposes it; its
``factuality`` says so. The register of known treaties names an agreement's parties and contradicts
dates; it never adds a stage. What disagrees is written, not smoothed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline import resources
from pipeline.linking.acts import ONCE, order
from pipeline.linking.days import When, plain, read
from pipeline.tables.schema import AGREEMENTS, SEPARATOR, Row, join

STAGES = (
    "proposed",
    "negotiating",
    "concluded",
    "signed",
    "ratified",
    "in_force",
    "applied",
    "amended",
    "suspended",
    "terminated",
)
"""In the order in which an agreement reaches them."""
FOLLOWS = {
    "negotiating": ("proposed",),
    "concluded": ("proposed", "negotiating"),
    "signed": ("proposed", "negotiating", "concluded"),
    "ratified": ("proposed", "negotiating", "concluded", "signed"),
    "in_force": ("proposed", "negotiating", "concluded", "signed", "ratified"),
    "applied": ("proposed", "negotiating", "concluded", "signed"),
    "amended": ("concluded", "signed"),
    "suspended": ("concluded", "signed"),
    "terminated": ("concluded", "signed"),
}
"""The stages that cannot come later than a stage. An agreement can be applied before it is in
force, and amended, suspended or ended without ever having been."""
BEFORE_SIGNING = FOLLOWS["signed"]
AHEAD = frozenset({"proposed", "negotiating"})
"""Stages that are reached by a proposal or a plan; the others only by an act that took place."""
REAL = ("actual", "planned", "proposed")
"""How real a stage is, the most real first; one denied or depending on a condition is none."""


@dataclass(slots=True)
class Stage:
    """A stage of an agreement: its events in the order of their documents, and its date.

    Of a stage that somebody reached the events that only plan it are none; ``factuality`` is the
    most real of its events.
    """

    rows: list[Row]
    when: When | None
    factuality: str
    reached: bool

    @property
    def documents(self) -> list[str]:
        """The documents that report it."""
        return list(dict.fromkeys(row["doc_id"] for row in self.rows))


def agreement_rows(events: Iterable[Row], register: Mapping[str, Row]) -> list[Row]:
    """Make agreements.csv from the event rows of a run.

    Parameters
    ----------
    events : iterable of dict
        Rows of events.csv, in any order, with the years that their clusters gave them.
    register : mapping
        The rows of ``knowledge/agreements/register.csv`` by id.

    Returns
    -------
    list of dict
        Sorted by agreement and stage. The date of a stage reached once is the one that most
        documents support (whose dates it meets), of those the most specific, then the earliest;
        of a stage that recurs (proposals, rounds of negotiation) the earliest. Only what was
        reached can be in conflict.
    """
    told: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in events:
        stage, factuality = row["agreement_stage"], row["factuality"]
        if row["agreement_id"] and stage in STAGES and factuality in REAL:
            told[row["agreement_id"]][stage].append(row)
    return [row for name in sorted(told) for row in _life(name, told[name], register)]


def _is_reached(row: Row) -> bool:
    return row["agreement_stage"] in AHEAD or row["factuality"] == "actual"


def _life(name: str, found: dict[str, list[Row]], register: Mapping[str, Row]) -> list[Row]:
    known = register.get(name)
    stages = {stage: _stage(stage, found[stage]) for stage in STAGES if stage in found}
    reached = {stage: one for stage, one in stages.items() if one.reached}
    return [_row(name, stage, one, reached, known) for stage, one in stages.items()]


def _stage(stage: str, told: list[Row]) -> Stage:
    """Take from the events of a stage those that reached it, else all that plan or propose it."""
    reached = [row for row in told if _is_reached(row)]
    rows = sorted(reached or told, key=order)
    factuality = min((row["factuality"] for row in rows), key=REAL.index)
    return Stage(rows, _date(stage, rows), factuality, bool(reached))


def _row(name: str, stage: str, here: Stage, reached: dict[str, Stage], known: Row | None) -> Row:
    types = [row["agreement_type"] for row in here.rows if row["agreement_type"]]
    row = dict.fromkeys(AGREEMENTS.columns, "")
    row |= {
        "agreement_id": name,
        "agreement_type": min(types, key=lambda t: (-types.count(t), t), default=""),
        "parties": join(_parties(name, known)),
        "stage": stage,
        "factuality": here.factuality,
        "documents": join(here.documents),
        "event_ids": join([event["event_id"] for event in here.rows]),
        "conflict": SEPARATOR.join(_conflicts(stage, reached, known) if here.reached else ()),
    }
    if here.when is not None:
        told = next(r for r in here.rows if r["date"] == here.when.edtf)
        row |= {cell: told[cell] for cell in ("date", "date_start", "date_end")}
    return row


def _parties(name: str, known: Row | None) -> list[str]:
    if known is not None and known["parties"]:
        return resources.items(known["parties"])
    first, colon, _ = name.partition(":")
    return first.split("-") if colon else []


def _date(stage: str, rows: list[Row]) -> When | None:
    told = _told(rows)
    if stage not in ONCE:
        start = min((when.first for when in told if when.known), default=0)
        earliest = [w for w in told if w.known and w.first == start] or list(told)
        told = {w: told[w] for w in told if any(w.meets(other) for other in earliest)}
    return min(told, key=lambda w: (-_support(w, told), *_vague(w)), default=None)


def _told(rows: list[Row]) -> dict[When, set[str]]:
    """Return the dates of a stage with the documents that give them."""
    told: dict[When, set[str]] = defaultdict(set)
    for row in rows:
        when = read(row["date"], row["date_start"], row["date_end"])
        if when is not None:
            told[when].add(row["doc_id"])
    return told


def _support(when: When, told: dict[When, set[str]]) -> int:
    """Count the documents that give the date or one that it meets."""
    return len({doc for other, docs in told.items() if when.meets(other) for doc in docs})


def _vague(when: When) -> tuple[bool, int, int, str]:
    return not when.known, when.length, when.first, when.edtf


def _conflicts(stage: str, stages: dict[str, Stage], known: Row | None) -> list[str]:
    here = stages[stage]
    return [
        *_disagreeing(stage, here),
        *_out_of_order(stage, stages),
        *_unsigned(stage, stages, known),
        *(_against_register(stage, here, known) if known is not None else ()),
    ]


def _disagreeing(stage: str, here: Stage) -> list[str]:
    """Return what speaks against dates that cannot be one; a stage that recurs may have several."""
    told = _told(here.rows)
    apart = here.when is not None and any(not here.when.meets(other) for other in told)
    if stage not in ONCE or not apart:
        return []
    listed = [
        f"{when.edtf} ({', '.join(sorted(told[when]))})" for when in sorted(told, key=_in_time)
    ]
    return [f"dates differ: {' / '.join(listed)}"]


def _in_time(when: When) -> tuple[bool, int, int, str]:
    return not when.known, when.first, when.length, when.edtf


def _out_of_order(stage: str, stages: dict[str, Stage]) -> list[str]:
    here = stages[stage].when
    before = [(s, stages[s].when) for s in FOLLOWS.get(stage, ()) if s in stages]
    return [
        f"{stage} {here.edtf} before {earlier} {when.edtf}"
        for earlier, when in before
        if here and when and _ends_before(here, when)
    ]


def _ends_before(one: When | None, other: When | None) -> bool:
    return bool(one and other and one.known and other.known and one.last < other.first)


def _unsigned(stage: str, stages: dict[str, Stage], known: Row | None) -> list[str]:
    signed = "signed" in stages or "ratified" in stages or (known and known["signed"])
    return ["in force, but nothing says signed"] if stage == "in_force" and not signed else []


def _against_register(stage: str, here: Stage, known: Row) -> list[str]:
    """Return what the register of treaties excludes: dates of its own, the order around signing."""
    when, signed = here.when, plain(known["signed"])
    given = known[stage] if stage in ("signed", "in_force") else ""
    expected, source = plain(given), f"the register ({known['source']})"
    wrong = []
    if when and expected and not when.meets(expected):
        wrong.append(f"{stage} {when.edtf}, but {given} in {source}")
    elif when and stage in BEFORE_SIGNING and _ends_before(signed, when):
        wrong.append(f"{stage} {when.edtf} after the signature {known['signed']} in {source}")
    elif when and "signed" in FOLLOWS.get(stage, ()) and _ends_before(when, signed):
        wrong.append(f"{stage} {when.edtf} before the signature {known['signed']} in {source}")
    if stage == "in_force" and known["status"] == "not_in_force":
        wrong.append(f"not in force in {source}")
    return wrong
