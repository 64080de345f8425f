"""Titles, lists, pronouns, nominals and speakers, on Docs made by hand (tests/data/coreference)."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
import yaml
from marked_docs import marked_doc

from pipeline.components.actors import make_actors
from pipeline.components.coreference import Coreference
from pipeline.components.coreference.coordination import Lists
from pipeline.components.coreference.titled import titled

DATA = Path(__file__).parent / "data" / "coreference"


@pytest.fixture(scope="module")
def actors():
    return make_actors(spacy.blank("en"), "pacta_actors")


def cases(name):
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def doc_of(actors, text):
    return actors(marked_doc(actors.titles._matcher.vocab, text))


@pytest.mark.parametrize("case", cases("titles.yaml"), ids=lambda case: case["text"])
def test_a_title_reaches_as_far_as_its_words(actors, case):
    doc = doc_of(actors, case["text"])
    found = titled(doc)
    assert " ".join(doc[i].text for i in sorted(found)) == case["title"]
    assert {person.text.split()[-1] for person in found.values()} <= {"Lee"}


@pytest.mark.parametrize("case", cases("lists.yaml"), ids=lambda case: case["text"])
def test_a_person_with_his_titles_is_one_member_of_a_list(actors, case):
    doc = doc_of(actors, case["text"])
    token = next(t for t in doc if t.text == case["asked"])
    assert [t.text for t in Lists(doc).beside(token)] == case["beside"]


@pytest.mark.parametrize(
    "case", [*cases("referents.yaml"), *cases("speakers.yaml")], ids=lambda case: case["text"]
)
def test_whom_a_word_means(actors, case):
    doc = Coreference()(doc_of(actors, case["text"]))
    token = next(t for t in doc if t.text == case["asked"])
    assert [entity.name for entity in token._.referents] == case["means"]


def test_every_word_of_a_title_is_the_person(actors):
    doc = doc_of(actors, "[U.S./PROPN|GPE] Secretary/PROPN of/ADP State/PROPN [Lee/PROPN|PERSON]")
    assert {Lists(doc).called(token).text for token in doc} == {"Lee"}


@pytest.mark.parametrize(
    ("text", "actors", "recipients"),
    [
        (
            "Foreign Minister Ann Lee met today with President Bo Berg of Chad on the margins of "
            "the G20 Summit in Rio de Janeiro.",
            ["Ann Lee", "Bo Berg"],
            [],
        ),
        (
            "Mr. Mubarak met with Egyptian Prime Minister Ahmed Nazif and several other "
            "government ministers.",
            ["Hosni Mubarak", "Ahmed Nazif"],
            [],
        ),
        (
            "Peru discussed trade with Chile in the shadow of Bolivia's elections.",
            ["Peru", "Chile"],
            [],
        ),
    ],
)  # fmt: skip
def test_who_meets(nlp, text, actors, recipients):
    (event,) = [e for e in nlp(text)._.events if e.event_type == "CONSULT"]
    assert [actor.name for actor in event.actors] == actors
    assert [recipient.name for recipient in event.recipients] == recipients


def test_what_is_discussed_is_no_recipient(nlp):
    events = nlp(
        "Chad and Mali met on Monday. Chad's president discussed the war in Sudan."
    )._.events
    assert {r.name for e in events if e.event_type == "CONSULT" for r in e.recipients} == set()


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        (
            "Chad thanked Mali, Niger praised Togo and Benin condemned Ghana.",
            [("Chad", "Mali"), ("Niger", "Togo"), ("Benin", "Ghana")],
        ),
        ("Iran attacked Iraq and Oman attacked Qatar.", [("Iran", "Iraq"), ("Oman", "Qatar")]),
        ("Texas sued Colorado.", [("Texas", "Colorado")]),
        ("Moldova has Romania's promise of aid.", [("Romania", "Moldova")]),
        ("Moldova was given assurances by Romania.", [("Romania", "Moldova")]),
        (
            '"We will expel the Iranian envoy," said Ada Berg, the Swedish minister.',
            [("Sweden", "Iran")],
        ),
        ('"Rwanda invaded us," Kenya\'s minister told reporters.', [("Rwanda", "Kenya")]),
        ("France, along with Britain, urged Chad to wait.", [("France; United Kingdom", "Chad")]),
    ],
)
def test_who_does_it_to_whom(nlp, text, acts):
    found = [
        ("; ".join(a.name for a in e.actors), "; ".join(r.name for r in e.recipients))
        for e in nlp(text)._.events
    ]
    assert found == acts


def test_staff_of_a_person_are_not_the_person(nlp):
    events = nlp("Macron's bodyguard was arrested by Rwanda.")._.events
    assert all(r.name != "Emmanuel Macron" for e in events for r in e.recipients)


def test_a_murder_is_done_to_its_owner(nlp):
    text = "Syria killed a man. Mr. Rafik Hariri's murder shocked Lebanon."
    assert all(a.name != "Rafic Hariri" for e in nlp(text)._.events for a in e.actors)


def test_who_goes_on_about_a_meeting_goes_on_with_all_who_met(nlp):
    text = "Foreign Minister Ann Lee met President Bo Berg. Ms. Lee also discussed trade."
    (_, event) = nlp(text)._.events
    assert [a.name for a in event.actors] == ["Ann Lee", "Bo Berg"]
    assert event.reasons["actors"] == "goes on with the meeting told before"


def test_the_raid_that_kills_is_of_whoever_made_it(nlp):
    (event, *_) = nlp("The missiles of Chad killed nine people in Mali.")._.events
    assert [a.name for a in event.actors] == ["Chad"]
