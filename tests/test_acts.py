"""Mentions of one act inside one document, on Docs made by hand: no model decides here."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from pipeline.components.acts.grouping import STORY, link_document
from pipeline.components.acts.retelling import can_be_retold
from pipeline.language.extensions import register
from pipeline.records import Agreement, DateValue, Entity, Event, Place

CHAD = Entity("Chad", "GPE", "TCD", "GOV")
NIGER = Entity("Niger", "GPE", "NER", "GOV")
ADA, BEN = (Entity(name, "PERSON", "TCD", "GOV") for name in ("Ada Abo", "Ben Bello"))


def text(*sentences: tuple[str, ...]) -> Doc:
    """Make a Doc of sentences of words written ``word/TAG``; far apart ones hold a filler.

    A determiner or numeral hangs on the next noun, a noun behind a verb is its object.
    """
    register()
    words, tags, heads, deps, starts = [], [], [], [], []
    for sentence in sentences:
        first = len(words)
        for n, piece in enumerate(sentence):
            word, _, tag = piece.partition("/")
            following = next(
                (first + k for k in range(n + 1, len(sentence)) if "NOUN" in sentence[k]), first + n
            )
            verb = next((first + k for k in range(n) if "VERB" in sentence[k]), first + n)
            relation = {"DET": ("det", following), "NUM": ("nummod", following)}
            dep, head = relation.get(tag, ("obj", verb) if tag == "NOUN" else ("dep", first + n))
            words.append(word)
            tags.append(tag or "X")
            heads.append(head)
            deps.append("ROOT" if head == first + n else dep)
            starts.append(n == 0)
    plural = [tag == "NOUN" and word.endswith("s") for word, tag in zip(words, tags, strict=True)]
    fine = ["NNS" if is_plural else "" for is_plural in plural]
    blank = spacy.blank("en")
    return Doc(
        blank.vocab,
        words,
        pos=tags,
        tags=fine,
        heads=heads,
        deps=deps,
        sent_starts=starts,
        lemmas=words,
    )


def event(doc: Doc, word: int, type_: str = "ASSAULT", **cells: object) -> Event:
    token = doc[word]
    given = {"actors": [CHAD], "recipients": [NIGER], "act": "act"} | cells
    spans = {
        "trigger": (token.idx, token.idx + len(token)),
        "evidence": (token.sent.start_char, token.sent.end_char),
    }
    return Event(type_, **spans, rule_id="rule", **given)


def day(value: str) -> dict[str, object]:
    return {"date": DateValue(value, value, value, "day"), "date_from": "clause"}


def at(name: str) -> dict[str, object]:
    return {"place": Place(name, "NER", kind="city"), "place_from": "clause"}


RAIDS = text(("raid/NOUN",), ("the/DET", "raid/NOUN"))
MONDAY, TUESDAY = day("2024-05-06"), day("2024-05-07")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        (MONDAY, MONDAY, True),
        (MONDAY, TUESDAY, False),
        (at("Diffa"), at("Diffa"), True),
        (at("Diffa"), at("Agadez"), False),
        (at("Diffa"), at("Diffa City"), True),
        ({"recipients": [CHAD]}, {}, False),
        ({"factuality": "planned"}, {}, False),
        ({"act": "kill"}, {"act": "raid"}, True),
        ({"actors": [ADA]}, {"actors": [CHAD]}, True),
        ({"actors": [ADA]}, {"actors": [BEN]}, False),
    ],
)
def test_what_contradicts_nothing_is_one_act(one: dict, other: dict, same: bool) -> None:
    linked = link_document([event(RAIDS, 0, **one), event(RAIDS, 2, **other)], RAIDS)
    assert (linked[0].same_as == linked[1].same_as != "") is same


def test_talks_that_name_no_agreement_are_about_that_of_the_talks_before() -> None:
    doc = text(("talks/NOUN",), ("the/DET", "talks/NOUN"))
    pact = Agreement("NER-TCD:BORDER", "BORDER", ("NER", "TCD"))
    parties = {"actors": [CHAD, NIGER], "recipients": [], "act": "talks"}
    named = event(doc, 0, "CONSULT", agreement=pact, agreement_stage="negotiating", **parties)
    linked = link_document([named, event(doc, 2, "CONSULT", **parties)], doc)
    assert [e.agreement for e in linked] == [pact, pact]
    assert [e.agreement_stage for e in linked] == ["negotiating"] * 2


def test_a_stage_is_told_of_a_known_agreement_alone() -> None:
    doc = text(("signed/VERB",))
    nameless = event(doc, 0, "SUPPORT", agreement=Agreement(), agreement_stage="signed")
    (linked,) = link_document([nameless], doc)
    assert linked.agreement_stage == ""


@pytest.mark.parametrize(
    ("type_", "words", "actors"),
    [
        ("PROTEST", 10, [[CHAD], [CHAD]]),
        ("PROTEST", STORY // 4, [[CHAD]]),
        ("ASSAULT", 10, [[CHAD]]),
        ("CONSULT", 10, [[CHAD]]),
    ],
)
def test_a_protest_goes_on_and_other_acts_lend_no_parties(type_, words, actors) -> None:
    doc = text(("marched/VERB", *["word/X"] * words), ("marched/VERB",))
    bare = event(doc, words + 1, type_, actors=[], recipients=[], **TUESDAY)
    told = event(doc, 0, type_, **MONDAY)
    assert [e.actors for e in link_document([told, bare], doc)] == actors


def test_both_sides_of_a_fight_act() -> None:
    doc = text(("raided/VERB",), ("the/DET", "fighting/NOUN"))
    told = event(doc, 0, **MONDAY)
    fight = event(doc, 2, act="fight", actors=[], recipients=[])
    assert [(e.actors, e.recipients) for e in link_document([told, fight], doc)] == [
        ([CHAD], [NIGER]),
        ([CHAD, NIGER], []),
    ]


def test_talks_are_between_the_two_states_of_an_article_that_acted_together() -> None:
    doc = text(("signed/VERB",), ("talks/NOUN",))
    talks = event(doc, 1, "CONSULT", act="talks", actors=[], recipients=[])
    for actors, found in (([CHAD, NIGER], [CHAD, NIGER]), ([CHAD], None)):
        signed = event(doc, 0, "SUPPORT", actors=actors, recipients=[])
        talks.actors = []
        linked = link_document([signed, talks], doc, [CHAD, NIGER])
        assert [e.actors for e in linked[1:]] == ([found] if found else [])


def test_a_state_meets_itself_where_its_clause_names_both_sides() -> None:
    doc = text(("urged/VERB", "lawmakers/NOUN"))
    for reasons, recipients in (({}, [CHAD]), ({"recipients": "told before"}, [])):
        urged = event(doc, 0, "REQUEST", recipients=[CHAD], reasons=dict(reasons))
        (linked,) = link_document([urged], doc)
        assert linked.recipients == recipients


def test_what_happens_in_an_outbreak_has_the_day_and_place_of_the_lead() -> None:
    doc = text(("raided/VERB",), ("arrested/VERB",), ("marched/VERB",))
    lead = event(doc, 0, **MONDAY, **at("Diffa"))
    later = event(doc, 1, "COERCE", actors=[NIGER], recipients=[CHAD])
    linked = link_document([lead, later], doc)
    assert [(e.date.edtf, e.place.name) for e in linked] == [("2024-05-06", "Diffa")] * 2
    spoken = [event(doc, 2, "ACCUSE", act=f"say-{n}", actors=[NIGER]) for n in range(4)]
    lead, later = event(doc, 0, **MONDAY), event(doc, 1, "COERCE", actors=[NIGER])
    linked = link_document([lead, *spoken, later], doc)
    assert linked[-1].date is None


@pytest.mark.parametrize(
    ("earlier", "between", "later", "retold"),
    [
        (("raided/VERB", "town/NOUN"), 1, ("shelled/VERB", "base/NOUN"), True),
        (("raided/VERB", "town/NOUN"), 120, ("shelled/VERB", "base/NOUN"), False),
        (("raided/VERB", "town/NOUN"), 120, ("a/DET", "raid/NOUN"), False),
        (("raided/VERB", "town/NOUN"), 120, ("the/DET", "raid/NOUN"), True),
        (("raided/VERB", "town/NOUN"), 1, ("raids/NOUN",), False),
        (("raids/NOUN",), 1, ("raids/NOUN",), True),
        (("raids/NOUN",), 120, ("raids/NOUN",), False),
        (("killed/VERB", "2/NUM", "men/NOUN"), 1, ("killed/VERB", "9/NUM", "men/NOUN"), False),
        (("killed/VERB", "2/NUM", "men/NOUN"), 1, ("killed/VERB", "2/NUM", "men/NOUN"), True),
    ],
)
def test_an_act_is_told_again_nearby_or_taken_up(
    earlier: tuple[str, ...], between: int, later: tuple[str, ...], retold: bool
) -> None:
    opening = ("word/X",) * 100
    doc = text(opening, earlier, ("word/X",) * between, later)
    first = event(doc, len(opening))
    trigger = next(n for n, piece in enumerate(later) if piece.split("/")[1] in ("VERB", "NOUN"))
    second = event(doc, len(doc) - len(later) + trigger)
    assert can_be_retold(first, second, doc) is retold


def test_what_happens_far_below_the_lead_is_another_act() -> None:
    doc = text(("raided/VERB", "town/NOUN"), ("word/X",) * 120, ("shelled/VERB", "base/NOUN"))
    assert not can_be_retold(event(doc, 0), event(doc, 122), doc)


def test_a_named_person_is_killed_once_however_far_apart_it_is_told() -> None:
    doc = text(("killed/VERB",), ("word/X",) * 120, ("shot/VERB",))
    for victims, retold in (([[ADA], [ADA]], True), ([[ADA], [BEN]], False), ([[], []], False)):
        told = (event(doc, n, recipients=one) for n, one in zip((0, 121), victims, strict=True))
        assert can_be_retold(*told, doc) is retold


@pytest.mark.parametrize(
    ("category", "act", "anew"),
    [
        ("REQUEST", "appeal", True),
        ("SUPPORT", "praise", True),
        ("AGREE", "pledge", True),
        ("ACCUSE", "blame", True),
        ("SUPPORT", "treaty", False),
        ("AGREE", "talks", False),
        ("AGREE", "offer", False),
        ("SANCTION", "sanction", False),
    ],
)
def test_what_is_said_is_said_anew_unless_about_the_same_thing(
    category: str, act: str, anew: bool
) -> None:
    doc = text(
        ("urged/VERB", "talks/NOUN"), ("urged/VERB", "talks/NOUN"), ("urged/VERB", "calm/NOUN")
    )
    first, again, other = (event(doc, n, category, act=act) for n in (0, 2, 4))
    assert can_be_retold(first, again, doc)
    assert can_be_retold(first, other, doc) is not anew


PERU = Entity("Peru", "GPE", "PER", "GOV")
UNION = Entity("African Union", "ORG", "IGO", "")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([CHAD, NIGER], [CHAD, NIGER], True),
        ([CHAD, NIGER], [CHAD, NIGER, UNION], True),
        ([CHAD, NIGER], [CHAD, NIGER, PERU], False),
        ([CHAD], [CHAD, NIGER, PERU], True),
        ([ADA, NIGER], [CHAD, NIGER], True),
    ],
)
def test_who_meets_one_state_does_not_meet_two(
    one: list[Entity], other: list[Entity], same: bool
) -> None:
    doc = text(("met/VERB",), ("spoke/VERB",))
    told = [
        event(doc, n, "CONSULT", actors=list(actors), recipients=[])
        for n, actors in enumerate((one, other))
    ]
    assert (link_document(told, doc)[0].same_as != "") is same


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ((("trial/NOUN",), ("the/DET", "trial/NOUN")), True),
        ((("trial/NOUN",), ("a/DET", "trial/NOUN")), False),
        ((("trial/NOUN",), ("the/DET", "inquiry/NOUN")), False),
    ],
)
def test_a_noun_taken_up_is_the_same_act_whoever_is_said_to_do_it(
    words: tuple[tuple[str, ...], ...], same: bool
) -> None:
    doc = text(*words)
    told = [event(doc, 0, "REJECT", act="a"), event(doc, 2, "REJECT", act="b", actors=[PERU])]
    assert (link_document(told, doc)[0].same_as != "") is same


def test_a_release_goes_by_many_names() -> None:
    doc = text(("freed/VERB",), ("the/DET", "release/NOUN"))
    told = [event(doc, n, "RETREAT", act=f"act-{n}") for n in (0, 2)]
    assert link_document(told, doc)[0].same_as != ""
