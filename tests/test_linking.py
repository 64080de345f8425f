"""Linking across documents: acts, the years they give each other, the life of agreements."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture
from spacy.language import Language

from pipeline.components.acts.grouping import link_document
from pipeline.linking import Linked, link_run
from pipeline.linking.agreements import agreement_rows
from pipeline.linking.days import iso, plain, read
from pipeline.records import Entity, Event
from pipeline.tables.schema import EVENTS, Row, join

CODES = {
    "Germany": "DEU.GOV",
    "Japan": "JPN.GOV",
    "France": "FRA.GOV",
    "NATO": "IGO",
    "Ada Linden": "DEU.GOV",
    "Bert Ohm": "DEU.GOV",
    "Federal Ministry of Defence": "DEU.GOV",
    "Kenji Sato": "JPN.GOV",
    "Green Party": "DEU.PTY",
    "Cato Nemo": "",
    "Nemo Cato Ltd": "",
}
RULES = {
    "CONSULT": "consult-meet",
    "SUPPORT": "support-sign",
    "AGREE": "agree-offer",
    "REQUEST": "request-urge",
}


def event(doc: str, type_: str = "CONSULT", start: int = 10, **cells: str) -> Row:
    """Make a row of events.csv; ``who`` and ``whom`` are names joined by ``; ``."""
    who, whom = cells.pop("who", "Germany; Japan"), cells.pop("whom", "")
    date = cells.pop("date", "")
    row = dict.fromkeys(EVENTS.columns, "")
    row |= {
        "event_id": f"{doc}:{type_}:{start}",
        "doc_id": doc,
        "event_type": type_,
        "factuality": "actual",
        "actors": who,
        "actor_codes": codes(who),
        "recipients": whom,
        "recipient_codes": codes(whom),
        "trigger_start": str(start),
        "rule_id": RULES.get(type_, type_.lower()),
        "confidence": "0.5",
        **cells,
    }
    return row | dated(date)


def codes(names: str) -> str:
    return "; ".join(CODES[name] for name in names.split("; ")) if names else ""


def dated(date: str) -> Row:
    """Make the date cells of an EDTF date, an interval or a date without its year."""
    first, _, last = date.partition("/")
    ends = [plain(first), plain(last or first)]
    cells = {"date": date, "date_from": "clause" if date else ""}
    if ends[0] and ends[1]:
        cells["date_start"] = iso(ends[0].first)
        cells["date_end"] = iso(ends[1].last)
    return cells


def signing(doc: str, agreement: str = "DEU-JPN:ACSA", stage: str = "signed", **cells: str) -> Row:
    type_ = cells.pop("type_", "SUPPORT")
    kind = agreement.split(":")[1]
    cells = {"agreement_id": agreement, "agreement_type": kind, "agreement_stage": stage, **cells}
    return event(doc, type_, **cells)


def offer(doc: str, **cells: str) -> Row:
    cells = {"who": "Germany", "whom": "Japan", "factuality": "proposed", **cells}
    return signing(doc, "DEU-JPN:RAA", "proposed", type_="AGREE", **cells)


def groups(linked: Linked) -> list[list[str]]:
    """Return the clusters as sorted lists of documents."""
    return sorted(sorted(row["documents"].split("; ")) for row in linked.clusters)


TOKYO = {"place": "Tokyo", "place_country": "JPN"}
KYOTO = {"place": "Kyoto", "place_country": "JPN"}
JAPAN = {"place": "Japan", "place_country": "JPN"}

CONTEXT = {"date_from": "context"}
SENTENCE = "Germany and Japan urged the parties to come back to the table."


def visit(doc: str, **cells: str) -> Row:
    cells = {**JAPAN, "mode": "visit", "rule_id": "consult-visit", **cells}
    return event(doc, who="Germany", whom="Japan", **cells)


def planned(doc: str, who: str = "Germany", **cells: str) -> Row:
    cells = {**JAPAN, "rule_id": "consult-visit", "factuality": "planned", **cells}
    return event(doc, "AGREE", who=who, whom="Japan", **cells)


def copied(doc: str, **cells: str) -> Row:
    return event(doc, "REQUEST", evidence=SENTENCE, trigger="urged", **cells)


def attack(doc: str, trigger: str, **cells: str) -> Row:
    cells = {
        "trigger": trigger,
        "evidence": f"It was the {trigger} that began on that day.",
        **cells,
    }
    return event(doc, "ASSAULT", who="France", whom="Japan", **JAPAN, **cells)


MERGED = {
    "same day": (event("a", date="2025-03-22"), event("b", date="2025-03-22")),
    "a date without year": (event("a", date="XXXX-03-22"), event("b", date="2025-03-22")),
    "a month and its day, in the country of the place": (
        event("a", date="2025-03", **JAPAN),
        event("b", date="2025-03-22", **TOKYO),
    ),
    "a visit in a month and on its day, by the same person": (
        event("a", who="Ada Linden", whom="Japan", date="2025-03", rule_id="consult-visit"),
        event("b", who="Ada Linden", whom="Japan", date="2025-03-22", rule_id="consult-visit"),
    ),
    "one year": (event("a", date="2021"), event("b", date="2021")),
    "overlapping stretches": (
        event("a", date="2025-03-20/2025-03-22"),
        event("b", date="2025-03-22"),
    ),
    "ministers and countries": (
        event("a", who="Ada Linden; Kenji Sato", date="2025-03-22"),
        event("b", date="2025-03-22"),
    ),
    "minister and ministry": (
        event("a", who="Ada Linden; Japan", date="2025-03-22"),
        event("b", who="Federal Ministry of Defence; Japan", date="2025-03-22"),
    ),
    "the fuller name of the place": (
        event("a", date="2025-03-22", place="Washington, D.C.", place_country="USA"),
        event("b", date="2025-03-22", place="Washington", place_country="USA"),
    ),
    "one has no place": (event("a", date="2025-03-22", **TOKYO), event("b", date="2025-03-22")),
    "city and country": (
        event("a", date="2025-03-22", **TOKYO),
        event("b", date="2025-03-22", **JAPAN),
    ),
    "mode told once": (event("a", date="2025-03-22", mode="phone"), event("b", date="2025-03-22")),
    "a year and a day, by the same persons": (
        event("a", who="Ada Linden; Kenji Sato", date="2025"),
        event("b", who="Ada Linden; Kenji Sato", date="2025-03-22"),
    ),
    "news without date, of a day": (
        event("a", who="Ada Linden; Japan", published="2025-03-23"),
        event("b", who="Ada Linden; Kenji Sato", date="2025-03-22"),
    ),
    "news twice without date": (
        event("a", who="Ada Linden; Japan", published="2025-03-23"),
        event("b", who="Ada Linden; Kenji Sato", published="2025-03-22"),
    ),
    "a visit without date": (
        visit("a", published="2025-03-25"),
        visit("b", published="2025-03-01", date="2025-03-24/2025-03-25"),
    ),
    "a plan without date, of the same person": (
        planned("a", who="Ada Linden", published="2025-03-20"),
        planned("b", who="Ada Linden", published="2025-03-01", date="2025-03-24/2025-03-25"),
    ),
    "a meeting told as its hosting, of the same persons": (
        event("a", who="Ada Linden; Kenji Sato", date="2025-03"),
        event("b", who="Ada Linden; Kenji Sato", date="2025-03", rule_id="consult-host"),
    ),
    "somebody of no known country beside the parties": (
        event("a", who="Germany; Japan; Cato Nemo", date="2025-03-22"),
        event("b", date="2025-03-22"),
    ),
    "the same sentence": (
        copied("a", published="2025-03-22"),
        copied("b", published="2025-03-23"),
    ),
    "what was said on a day": (
        event("a", "REQUEST", who="Germany", whom="Japan", date="2025-03-22"),
        event("b", "REQUEST", who="Germany", whom="Japan", date="2025-03-22"),
    ),
    "a war that began on a day": (
        attack("a", "invasion", date="2025-03-22"),
        attack("b", "invasion", date="2025-03-22"),
    ),
    "a treaty signed without date": (signing("a"), signing("b", date="2024-01-29")),
    "a treaty and one unnamed": (
        signing("a", date="2024-01-29"),
        event("b", "SUPPORT", date="2024-01-29"),
    ),
    "attacks in one town on one day": (
        event("a", "ASSAULT", who="France", whom="Japan", date="2025-03-22", **TOKYO),
        event("b", "ASSAULT", who="France", whom="Japan", date="2025-03-22", **TOKYO),
    ),
}
APART = {
    "two rounds of yearly talks": (event("a", date="2024-03"), event("b", date="2025-03")),
    "talks without date": (event("a"), event("b", date="2025-03-22")),
    "talks both without date": (event("a"), event("b")),
    "two days": (event("a", date="2025-03-22"), event("b", date="2025-03-23")),
    "another day without year": (event("a", date="XXXX-03-21"), event("b", date="2025-03-22")),
    "a month and its day": (event("a", date="2025-03"), event("b", date="2025-03-22")),
    "news of another week": (
        event("a", who="Ada Linden; Japan", published="2025-03-31"),
        event("b", who="Ada Linden; Kenji Sato", date="2025-03-22"),
    ),
    "news of the week between states": (
        event("a", published="2025-03-23"),
        event("b", date="2025-03-22"),
    ),
    "plans of states without date": (
        planned("a", published="2025-03-20"),
        planned("b", published="2025-03-01", date="2025-03-24/2025-03-25"),
    ),
    "plans without date, of more persons": (
        planned("a", who="Ada Linden", published="2025-03-20"),
        planned("b", who="Ada Linden; Bert Ohm", date="2025-03-24/2025-03-25"),
    ),
    "what was said on the day of publication": (
        event("a", "REQUEST", who="Germany", whom="Japan", date="2025-03-22") | CONTEXT,
        event("b", "REQUEST", who="Germany", whom="Japan", date="2025-03-22"),
    ),
    "other targets of no known country": (
        event("a", "SANCTION", who="Germany; Japan", whom="Cato Nemo", date="2025-03-22"),
        event("b", "SANCTION", who="Germany; Japan", whom="Nemo Cato Ltd", date="2025-03-22"),
    ),
    "packages of a year": (
        event("a", "SANCTION", who="Germany", whom="Japan", date="2025"),
        event("b", "SANCTION", who="Germany", whom="Japan", date="2025"),
    ),
    "strikes of a day, in other words": (
        attack("a", "strike", date="2025-03-22"),
        attack("b", "shelling", date="2025-03-22"),
    ),
    "the same sentence, a month later": (
        copied("a", published="2025-03-22"),
        copied("b", published="2025-04-22"),
    ),
    "journeys of one person, told by their year": (
        event("a", who="Ada Linden", date="2025", rule_id="consult-visit"),
        event("b", who="Ada Linden", date="2025-03-22", rule_id="consult-visit"),
    ),
    "drafts without date": (
        signing("a", stage="concluded", published="2024-06-02"),
        signing("b", stage="concluded", published="2025-03-06"),
    ),
    "a whole year and a day": (event("a", date="2025"), event("b", date="2025-03-22")),
    "two decades": (event("a", date="2001/2010"), event("b", date="2001/2010", start="9")),
    "other parties": (
        event("a", date="2025-03-22"),
        event("b", who="Germany; France", date="2025-03-22"),
    ),
    "two ministers": (
        event("a", who="Ada Linden; Japan", date="2025-03-22"),
        event("b", who="Bert Ohm; Japan", date="2025-03-22"),
    ),
    "two cities": (
        event("a", date="2025-03-22", **TOKYO),
        event("b", date="2025-03-22", **KYOTO),
    ),
    "reversed roles": (
        event("a", "AGREE", who="Germany", whom="Japan", date="2025-03-22"),
        event("b", "AGREE", who="Japan", whom="Germany", date="2025-03-22"),
    ),
    "a party is not the state": (
        event("a", who="Green Party; Japan", date="2025-03-22"),
        event("b", date="2025-03-22"),
    ),
    "another kind of act": (
        event("a", date="2025-03-22"),
        event("b", date="2025-03-22", rule_id="consult-visit"),
    ),
    "another type": (event("a", date="2025-03-22"), event("b", "SUPPORT", date="2025-03-22")),
    "denied": (event("a", date="2025-03-22"), event("b", date="2025-03-22", factuality="negated")),
    "other modes": (
        event("a", date="2025-03-22", mode="phone"),
        event("b", date="2025-03-22", mode="multilateral"),
    ),
    "one partner not known": (
        event("a", who="Germany", date="2025-03-22"),
        event("b", who="Germany", date="2025-03-22"),
    ),
    "two treaties": (
        signing("a", date="2024-01-29"),
        signing("b", "DEU-JPN:ISA", date="2024-01-29"),
    ),
    "two stages": (signing("a"), signing("b", stage="in_force")),
    "two dates of one signature": (
        signing("a", date="2024-01-29"),
        signing("b", date="2024-02-05"),
    ),
    "rounds of negotiation": (
        signing("a", stage="negotiating", type_="CONSULT"),
        signing("b", stage="negotiating", type_="CONSULT"),
    ),
    "two attacks of a day": (
        event("a", "ASSAULT", who="France", whom="Japan", date="2025-03-22"),
        event("b", "ASSAULT", who="France", whom="Japan", date="2025-03-22"),
    ),
    "one document": (event("a", date="2025-03-22"), event("a", date="2025-03-22", start="50")),
}


@pytest.mark.parametrize("pair", MERGED.values(), ids=MERGED)
def test_one_act(pair: tuple[Row, Row]) -> None:
    assert groups(link_run(pair)) == [["a", "b"]]


@pytest.mark.parametrize("pair", APART.values(), ids=APART)
def test_two_acts(pair: tuple[Row, Row]) -> None:
    linked = link_run(pair)
    assert len(linked.clusters) == 2
    assert linked.events[0]["cluster_id"] != linked.events[1]["cluster_id"]


def test_a_group_of_one_document_stays_together() -> None:
    rows = [
        event("a", date="2025-03-22", same_as="talks-1"),
        event("a", start=70, same_as="talks-1"),
        event("a", start=90, same_as="talks-2"),
        event("b", date="2025-03-22"),
    ]
    ids = [row["cluster_id"] for row in link_run(rows).events]
    assert ids[0] == ids[1] == ids[3] != ids[2]


def test_what_could_be_either_of_two_acts_joins_neither() -> None:
    rows = [
        event("a", date="2024-03-22"),
        event("b", date="2025-03-22"),
        event("c", date="XXXX-03-22"),
    ]
    linked = link_run(rows)
    assert groups(linked) == [["a"], ["b"], ["c"]]
    assert linked.events[2]["date"] == "XXXX-03-22"


@pytest.mark.parametrize(
    ("type_", "party", "taken_from", "kept"),
    [
        ("AGREE", Entity("Norway", "GPE", "NOR"), "", True),
        ("AGREE", Entity("Norway", "GPE", "NOR"), "another mention", False),
        ("PROTEST", Entity("Norway", "GPE", "NOR"), "another mention", True),
        ("ASSAULT", Entity("Iron Guard", "ORG"), "", False),
    ],
)
def test_only_a_state_meets_itself(
    nlp: Language, type_: str, party: Entity, taken_from: str, kept: bool
) -> None:
    doc, peru = nlp("They did it again."), Entity("Peru", "GPE", "PER")
    spans = {"trigger": (5, 8), "evidence": (0, 18), "rule_id": type_.lower()}
    own = Entity(party.name, party.type, party.country, "GOV")
    reasons = {"recipients": taken_from} if taken_from else {}
    act = Event(type_, **spans, actors=[own], recipients=[party, peru], reasons=reasons)
    (linked,) = link_document([act], doc)
    assert linked.recipients == ([party, peru] if kept else [peru])


@pytest.mark.parametrize(
    ("stretch", "together"), [("2025-03-21/2025-03-23", True), ("2025-03-20/2025-03-25", False)]
)
def test_few_days_make_one_act_many_do_not(stretch: str, together: bool) -> None:
    rows = [event("a", date=stretch), event("b", date="2025-03-22")]
    assert groups(link_run(rows)) == ([["a", "b"]] if together else [["a"], ["b"]])


def test_actors_are_asked_for_only_where_nothing_in_the_text_gives_them(nlp: Language) -> None:
    doc, peru = nlp("They did it again."), Entity("Peru", "GPE", "PER", "GOV")
    spans = {"trigger": (5, 8), "evidence": (0, 18), "rule_id": "some"}
    told, untold = Event("ASSAULT", **spans, actors=[peru]), Event("ACCUSE", **spans)
    asked = []

    def find(event: Event) -> None:
        asked.append(event.event_type)
        event.actors = [Entity("Chad", "GPE", "TCD", "GOV")]

    assert [e.event_type for e in link_document([told, untold], doc)] == ["ASSAULT"]
    kept = link_document([told, untold], doc, (), find)
    assert [e.event_type for e in kept] == ["ASSAULT", "ACCUSE"]
    assert asked == ["ACCUSE"]


def test_a_document_never_joins_two_acts_of_another() -> None:
    rows = [
        event("a", date="2025-03-22", **TOKYO),
        event("a", date="2025-03-22", start=50, **KYOTO),
        event("b", date="2025-03-22"),
    ]
    assert groups(link_run(rows)) == [["a"], ["a"], ["b"]]


def test_more_evidence_decides_between_two_acts() -> None:
    rows = [
        event("a", date="2025-03-22", **TOKYO),
        event("a", date="2025-03-22", start=50, **KYOTO),
        event("b", date="2025-03-22", **KYOTO),
    ]
    assert groups(link_run(rows)) == [["a"], ["a", "b"]]


@pytest.mark.parametrize(
    ("own", "other", "completed"),
    [
        ("XXXX-03-22", "2026-03-22", ("2026-03-22", "2026-03-22", "2026-03-22", "cluster")),
        ("XXXX-03", "2026-03-22", ("2026-03", "2026-03-01", "2026-03-31", "cluster")),
        ("2026-03", "2026-03-22", ("2026-03", "2026-03-01", "2026-03-31", "clause")),
        ("XXXX-03-22", "XXXX-03-22", ("XXXX-03-22", "", "", "clause")),
        ("XXXX-02-29", "2026-03-22", ("XXXX-02-29", "", "", "clause")),
    ],
)
def test_a_year_comes_from_the_cluster(own: str, other: str, completed: tuple[str, ...]) -> None:
    before = offer("a", date=own)
    row = link_run([before, offer("b", date=other)]).events[0]
    assert (row["date"], row["date_start"], row["date_end"], row["date_from"]) == completed
    assert before["date"] == own, "the input rows are not changed"


def test_an_act_without_date_takes_none() -> None:
    row = link_run([signing("a"), signing("b", date="2024-01-29")]).events[0]
    assert (row["date"], row["date_from"]) == ("", "")


def test_the_row_of_a_cluster() -> None:
    rows = [
        event("b", who="Ada Linden; Kenji Sato", date="2025-03-22", confidence="0.8", **TOKYO),
        event("a", date="2025-03", confidence="0.5", **JAPAN),
        event("a", date="2025-03", start=40, same_as="", confidence="0.4", rule_id="other"),
        event("c", date="XXXX-03-22", confidence="0.5"),
    ]
    found = link_run(rows).clusters[0]
    assert found["documents"] == "a; b; c"
    assert found["event_ids"] == "a:CONSULT:10; b:CONSULT:10; c:CONSULT:10"
    assert (found["date"], found["date_start"]) == ("2025-03-22", "2025-03-22")
    assert (found["place"], found["place_country"]) == ("Tokyo", "JPN")
    assert (found["actors"], found["actor_codes"]) == ("Germany; Japan", "DEU.GOV; JPN.GOV")
    assert found["mentions"] == "3"
    assert found["confidence"] == "0.95", "1 - 0.2 · 0.5 · 0.5"


def test_no_events() -> None:
    assert link_run([]) == Linked([], [], [])


DATES = ("", "2025", "2025-03", "2025-03-22", "2024-03-22", "XXXX-03-22", "XXXX-03", "2020/2025")
EVENT = st.builds(
    lambda doc, start, type_, who, date, place, same, agreement: event(
        doc,
        type_,
        start,
        who=who,
        date=date,
        same_as=same and f"{type_}-{same}",
        **place,
        **agreement,
    ),
    st.sampled_from("abcde"),
    st.integers(0, 9999),
    st.sampled_from(["CONSULT", "SUPPORT"]),
    st.sampled_from(["Germany; Japan", "Ada Linden; Japan", "Bert Ohm; Kenji Sato", "Germany"]),
    st.sampled_from(DATES),
    st.sampled_from([{}, TOKYO, KYOTO, JAPAN]),
    st.sampled_from(["", "", "1"]),
    st.sampled_from([
        {},
        {"agreement_id": "DEU-JPN:ACSA", "agreement_type": "ACSA", "agreement_stage": "signed"},
    ]),
)  # fmt: skip
EVENT_SETS = st.lists(EVENT, max_size=12, unique_by=lambda row: row["event_id"])


@settings(max_examples=150, deadline=None)
@given(EVENT_SETS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(rows: list[Row], chance: random.Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    one, other = link_run(rows), link_run(shuffled)
    assert by(one.events, "event_id") == by(other.events, "event_id")
    assert by(one.clusters, "cluster_id") == by(other.clusters, "cluster_id")
    assert one.agreements == other.agreements


@settings(max_examples=150, deadline=None)
@given(EVENT_SETS)
def test_what_always_holds(rows: list[Row]) -> None:
    linked = link_run(rows)
    assert [row["event_id"] for row in linked.events] == [row["event_id"] for row in rows]
    members = [name for row in linked.clusters for name in row["event_ids"].split("; ")]
    assert sorted(members) == sorted(row["event_id"] for row in rows)
    groups: dict[tuple[str, str], set[str]] = {}
    units: dict[tuple[str, str], set[str]] = {}
    for row in linked.events:
        unit = row["same_as"] or row["event_id"]
        groups.setdefault((row["doc_id"], unit), set()).add(row["cluster_id"])
        units.setdefault((row["doc_id"], row["cluster_id"]), set()).add(unit)
    assert all(len(ids) == 1 for ids in groups.values()), "a group has one cluster"
    assert all(len(names) == 1 for names in units.values()), "a cluster, one group a document"


def by(rows: Sequence[Row], column: str) -> dict[str, Row]:
    return {row[column]: row for row in rows}


def test_linking_is_fast() -> None:
    rows = synthetic(50_000)
    link_run(rows[:10])
    started = time.process_time()
    linked = link_run(rows)
    assert time.process_time() - started < 15
    assert 10_000 < len(linked.clusters) < 50_000


def synthetic(count: int) -> list[Row]:
    """Make events of a busy world: few pairs have most of the acts, half of those in a month."""
    chance = random.Random(6)
    names = list(CODES)[:3]
    rows = []
    for number in range(count):
        month = chance.choice(
            ["2025-03", f"{chance.randint(2000, 2025)}-{chance.randint(1, 12):02}"]
        )
        date = chance.choice(
            [f"{month}-{chance.randint(1, 28):02}"] * 6
            + [month, month[:4], "", f"XXXX-{month[5:]}-11"]
        )
        who = "; ".join(chance.sample(names, 2))
        type_ = chance.choice(["CONSULT", "SUPPORT", "ASSAULT"])
        rows.append(event(f"d{number // 5:06}", type_, number, who=who, date=date,
                          **chance.choice([{}, TOKYO, KYOTO, JAPAN])))  # fmt: skip
    return rows


def known(parties: str, signed: str, in_force: str, status: str) -> Row:
    row = {"parties": parties, "signed": signed, "in_force": in_force, "status": status}
    return row | {"source": "S"}


KNOWN = {
    "DEU-JPN:ACSA": known("DEU; JPN", "2024-01-29", "2024-07", "in_force"),
    "DEU-JPN:ISA": known("DEU; JPN", "", "", "not_in_force"),
}


def conflicts(rows: list[Row], register: dict[str, Row] = {}) -> dict[str, str]:  # noqa: B006
    return {row["stage"]: row["conflict"] for row in agreement_rows(rows, register)}


def test_the_life_of_an_agreement() -> None:
    rows = [
        signing("a", stage="in_force", date="2024-07"),
        signing("b", date="2024-01-29"),
        signing("a", start=40),
        signing("c", stage="negotiating", type_="CONSULT", date="2023-09"),
        signing("b", stage="concluded", start=60, date="2023-12"),
        signing("c", stage="negotiating", start=50, type_="CONSULT", date="2023-09/2023-12"),
    ]
    life = agreement_rows(rows, {})
    assert [(row["stage"], row["date"], row["documents"]) for row in life] == [
        ("negotiating", "2023-09", "c"),
        ("concluded", "2023-12", "b"),
        ("signed", "2024-01-29", "a; b"),
        ("in_force", "2024-07", "a"),
    ]
    assert life[2]["event_ids"] == "a:SUPPORT:40; b:SUPPORT:10"
    assert {row["parties"] for row in life} == {"DEU; JPN"}
    assert not any(row["conflict"] for row in life)


@pytest.mark.parametrize(
    ("stage", "factuality", "listed"),
    [
        ("signed", "actual", True),
        ("in_force", "planned", True),
        ("concluded", "proposed", True),
        ("proposed", "proposed", True),
        ("negotiating", "planned", True),
        ("signed", "negated", False),
        ("proposed", "hypothetical", False),
        ("", "actual", False),
    ],
)
def test_which_stages_an_agreement_has(stage: str, factuality: str, listed: bool) -> None:
    rows = agreement_rows([signing("a", stage=stage, factuality=factuality)], {})
    assert [row["factuality"] for row in rows] == ([factuality] if listed else [])


@pytest.mark.parametrize(
    ("told", "factuality", "documents", "date"),
    [
        (["planned 2024-03", "actual 2024-01-29"], "actual", "b", "2024-01-29"),
        (["proposed 2024", "planned 2024-03"], "planned", "a; b", "2024-03"),
        (["proposed 2024-05", "proposed 2024-07"], "proposed", "a; b", "2024-05"),
    ],
)
def test_a_stage_that_was_reached_is_not_planned(
    told: list[str], factuality: str, documents: str, date: str
) -> None:
    cells = [dict(zip(("factuality", "date"), one.split(), strict=True)) for one in told]
    rows = [signing(doc, **given) for doc, given in zip("ab", cells, strict=True)]
    [row] = agreement_rows(rows, {})
    assert (row["factuality"], row["documents"], row["date"]) == (factuality, documents, date)


def test_what_is_only_planned_contradicts_nothing() -> None:
    rows = [
        signing("a", stage="ratified", date="2023", factuality="planned"),
        signing("b", date="2024-01-29"),
        signing("c", stage="in_force", date="2023-12", factuality="planned"),
    ]
    assert conflicts(rows, {"DEU-JPN:ACSA": KNOWN["DEU-JPN:ACSA"]}) == {
        "signed": "", "ratified": "", "in_force": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "chosen"),
    [
        (["2024", "2024-01", "2024-01-29"], "2024-01-29"),
        (["2024-01-29", "2024-02-05", "2024-02-05"], "2024-02-05"),
        (["2024-01-29", "2024-02-05", "2024-02"], "2024-02-05"),
        (["2024-01-29", "2024-02-05"], "2024-01-29"),
        (["", "2024"], "2024"),
        (["XXXX-01-29", ""], "XXXX-01-29"),
    ],
)
def test_the_best_supported_date(dates: list[str], chosen: str) -> None:
    rows = [signing(f"d{number}", date=date) for number, date in enumerate(dates)]
    assert agreement_rows(rows, {})[0]["date"] == chosen


def test_the_earliest_proposal_counts() -> None:
    rows = [offer("a", date="2026-03-22"), offer("b", date="2025"), offer("c", date="2025-06")]
    row = agreement_rows(rows, {})[0]
    assert (row["date"], row["conflict"]) == ("2025-06", "")


def test_conflicts_are_written() -> None:
    assert conflicts([signing("a", date="2024-01-29"), signing("b", date="2024-02")]) == {
        "signed": "dates differ: 2024-01-29 (a) / 2024-02 (b)"
    }
    assert conflicts([signing("a", date="2023"), signing("b", stage="concluded", date="2024")]) == {
        "concluded": "",
        "signed": "signed 2023 before concluded 2024",
    }
    assert conflicts([signing("a", stage="in_force")]) == {
        "in_force": "in force, but nothing says signed"
    }
    assert conflicts([signing("a", stage="in_force"), signing("b")])["in_force"] == ""


@pytest.mark.parametrize(
    ("agreement", "stage", "date", "conflict"),
    [
        ("ACSA", "signed", "2024-01-29", ""),
        ("ACSA", "signed", "2024", ""),
        ("ACSA", "signed", "", ""),
        ("ACSA", "signed", "2023-12", "signed 2023-12, but 2024-01-29 in the register (S)"),
        ("ACSA", "in_force", "2024-08", "in_force 2024-08, but 2024-07 in the register (S)"),
        ("ACSA", "in_force", "2024-07-12", ""),
        (
            "ACSA",
            "proposed",
            "2026",
            "proposed 2026 after the signature 2024-01-29 in the register (S)",
        ),
        (
            "ACSA",
            "ratified",
            "2023",
            "ratified 2023 before the signature 2024-01-29 in the register (S)",
        ),
        (
            "ISA",
            "in_force",
            "",
            "in force, but nothing says signed; not in force in the register (S)",
        ),
        ("ISA", "signed", "2021", ""),
    ],
)
def test_the_register_contradicts(agreement: str, stage: str, date: str, conflict: str) -> None:
    rows = [signing("a", f"DEU-JPN:{agreement}", stage, date=date)]
    assert conflicts(rows, KNOWN) == {stage: conflict}


def test_the_register_adds_no_stage_and_names_the_parties() -> None:
    signed = event("a", "SUPPORT", agreement_id="T", agreement_stage="signed")
    rows = agreement_rows([signed], {"T": known("DEU; FRA", "1990", "1991", "")})
    assert [(row["stage"], row["date"], row["parties"]) for row in rows] == [
        ("signed", "", "DEU; FRA")
    ]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("XXXX-03-22", "2026-03-22", True),
        ("XXXX-03", "2026-03-22", True),
        ("XXXX-03-22", "XXXX-03", True),
        ("XXXX-03-22", "XXXX-03-23", False),
        ("XXXX-02-29", "2023", False),
        ("XXXX-02-29", "2024", True),
        ("2025-12-30/2026-01-02", "XXXX-01-01", True),
        ("2024", "2025", False),
    ],
)
def test_dates_that_meet(one: str, other: str, meet: bool) -> None:
    cells = [dated(date) for date in (one, other)]
    first, second = (read(c["date"], c.get("date_start", ""), c.get("date_end", "")) for c in cells)
    assert first is not None
    assert second is not None
    assert first.meets(second) is second.meets(first) is meet


@pytest.mark.parametrize(
    "cells", [("", "", ""), ("XXXX-XX-XX", "", ""), ("-0043", "-0043-01-01", "")]
)
def test_dates_that_compare_with_nothing(cells: tuple[str, str, str]) -> None:
    assert read(*cells) is None


def gold_rows(path: Path) -> list[Row]:
    """Make event rows of an annotated article, to link what a reader found in it."""
    article = json.loads(path.read_text(encoding="utf-8"))
    entities = article["entities"]

    def listed(names: list[str]) -> Row:
        parts = [(entities[n].get("country", ""), entities[n].get("sector", "GOV")) for n in names]
        return {"names": join(names), "codes": join([".".join(filter(None, p)) for p in parts])}

    rows = []
    for number, found in enumerate(article["events"]):
        who, whom = listed(found["actors"]), listed(found.get("recipients") or [])
        place = found.get("place") or ""
        row = dict.fromkeys(EVENTS.columns, "")
        row |= {
            "event_id": f"{article['doc_id']}:{number:03}",
            "doc_id": article["doc_id"],
            "event_type": found["type"],
            "mode": found.get("mode") or "",
            "factuality": found["factuality"],
            "actors": who["names"],
            "actor_codes": who["codes"],
            "recipients": whom["names"],
            "recipient_codes": whom["codes"],
            "place": place,
            "place_country": entities[place].get("country", "") if place else "",
            "agreement_id": found.get("agreement") or "",
            "agreement_type": (found.get("agreement") or "").rpartition(":")[2],
            "agreement_stage": found.get("stage") or "",
            "trigger_start": str(found["trigger"]["start"]),
            "same_as": found.get("same_as") or "",
        }
        rows.append(row | dated(found.get("date") or ""))
    return rows


def test_the_corpus_as_annotated(corpus: Path, file_regression: FileRegressionFixture) -> None:
    files = sorted((corpus / "gold").glob("*.json"))
    linked = link_run([row for path in files for row in gold_rows(path)])
    shared = [row for row in linked.clusters if "; " in row["documents"]]
    lines = [
        *("|".join(row[c] for c in ("event_type", "mode", "actors", "recipients", "date", "place",
                                    "agreement_id", "agreement_stage", "documents", "mentions"))
          for row in shared),
        "",
        *("|".join(row.values()) for row in linked.agreements),
    ]  # fmt: skip
    file_regression.check("\n".join(lines) + "\n", basename="corpus_linked")


def test_the_proposal_of_the_corpus_is_one_act(corpus: Path, nlp: Language) -> None:
    from pipeline.articles import find
    from pipeline.articles.reading import read as read_article
    from pipeline.articles.reading import read_metadata
    from pipeline.running.shard import process_articles

    metadata = read_metadata(corpus / "documents.csv")
    articles = [read_article(s, metadata) for s in find([corpus / "articles"])]
    linked = link_run([row for result in process_articles(nlp, articles) for row in result.events])

    both = ["germany-japan-operational-partnership", "pistorius-proposes-raa-yokosuka"]
    offers = [row for row in linked.events if row["agreement_id"] == "DEU-JPN:RAA" and
              row["agreement_stage"] == "proposed"]  # fmt: skip
    assert {row["doc_id"] for row in offers} == set(both)
    assert len({row["cluster_id"] for row in offers}) == 1
    assert {row["date"] for row in offers} == {"2026-03-22"}
    assert {row["date_from"] for row in offers if row["doc_id"] == both[0]} == {"cluster"}
    life = {(row["agreement_id"], row["stage"]): row for row in linked.agreements}
    assert life["DEU-JPN:RAA", "proposed"]["documents"].split("; ") == both
    assert life["DEU-JPN:ISA", "signed"]["date"] == "2021"
    assert life["DEU-JPN:ACSA", "concluded"]["date"] == "2023-12"
    assert life["DEU-JPN:ACSA", "in_force"]["date"] == "2024-07"
    assert life["DEU-JPN:ACSA", "signed"]["documents"] == "japan-germany-sign-acsa"
