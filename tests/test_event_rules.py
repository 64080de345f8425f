"""Every event rule proves itself: its examples are read as it says, its counterexamples not."""

from __future__ import annotations

import pytest

from pipeline.components.events import rules
from pipeline.components.events.rules import load_rules
from pipeline.resources import KnowledgeError

RULES = load_rules().rules.values()
EXAMPLES = [(rule.id, example) for rule in RULES for example in rule.examples]
COUNTEREXAMPLES = [(rule.id, text) for rule in RULES for text in rule.counterexamples]


def events_of(nlp, text):
    doc = nlp(text)
    return [(doc.text[slice(*event.trigger)], event) for event in doc._.events]


@pytest.mark.parametrize(
    ("rule_id", "example"), EXAMPLES, ids=lambda v: v if isinstance(v, str) else v.text
)
def test_example(nlp, rule_id, example):
    found = {(word, event.rule_id): event for word, event in events_of(nlp, example.text)}
    assert (example.trigger, rule_id) in found
    event = found[example.trigger, rule_id]
    if example.actors:
        assert [actor.name for actor in event.actors] == example.actors
    if example.recipients:
        assert [recipient.name for recipient in event.recipients] == example.recipients
    if example.factuality:
        assert event.factuality == example.factuality
    if example.stage and event.agreement is not None:
        assert event.agreement_stage == example.stage


@pytest.mark.parametrize(("rule_id", "text"), COUNTEREXAMPLES)
def test_counterexample(nlp, rule_id, text):
    assert rule_id not in [event.rule_id for _, event in events_of(nlp, text)]


@pytest.mark.parametrize(
    ("text", "type", "actors"),
    [
        ("The United States and Peru concluded a Mutual Defense Treaty.", "SUPPORT", 2),
        ("Cuba said it was ready to hold talks with the United States.", "AGREE", 2),
        ("Clashes between Israel and Hezbollah continued on Monday.", "ASSAULT", 2),
        ("The African Union called on the junta in Gabon to hand over power.", "REQUEST", 1),
        ("Canada today imposed sanctions on four Haitian nationals.", "SANCTION", 1),
        ("The Ethiopian army retook the town of Lalibela.", "ASSAULT", 1),
        ("Kuwait airlifted medical supplies to Gaza.", "AID", 1),
        (
            "Norway issued a statement praising the king's decision to reject the plan "
            "and urged Chad to wait.",
            "REQUEST",
            1,
        ),
    ],
)
def test_what_tagger_and_parser_misread_is_read(nlp, text, type, actors):
    """Objects taken for subjects, verbs for nouns or participles, plurals left as they stand."""
    found = [len(event.actors) for _, event in events_of(nlp, text) if event.event_type == type]
    assert found == [actors]


@pytest.mark.parametrize(
    ("text", "type", "actors", "recipients"),
    [
        # blame meets who acts, not who suffers
        ("Norway condemned Russia's invasion of Ukraine.", "ACCUSE", "Norway", "Russia"),
        ("Norway condemned the Russian invasion of Ukraine.", "ACCUSE", "Norway", "Russia"),
        ("Norway condemned the invasion of Ukraine by Russia.", "ACCUSE", "Norway", "Russia"),
        ("Norway condemned the attack on Ukraine.", "ACCUSE", "Norway", ""),
        ("Norway criticised Chad's launch of a missile over Japan.", "ACCUSE", "Norway", "Chad"),
        # each act has its own target
        ("Chad deplored Mali's raid on Niger and the attack on Togo.", "ASSAULT", "Mali", "Niger"),
        # who is blamed, thanked or punished for it does it, not who blames
        ("Norway punished Iran over its attack on Israel.", "ASSAULT", "Iran", "Israel"),
        ("Norway criticised China over its raid on Lima.", "ASSAULT", "China", "Peru"),
        ("Norway supports Ukraine in its war against Russia.", "ASSAULT", "Ukraine", "Russia"),
        ("Chad deplored Mali's raid on Togo and its attack on Niger.", "ASSAULT", "Mali", "Niger"),
        # what is to come unless somebody gives way is a threat
        ("Chad said it would boycott the talks unless Libya left.", "THREATEN", "Chad", ""),
        # former states act; people in a town act for its state
        ("The Soviet Union invaded Czechoslovakia.", "ASSAULT", "Soviet Union", "Czechoslovakia"),
        ("Demonstrators in Lima stormed the Swedish embassy.", "PROTEST", "Peru", "Sweden"),
        ("Police in Lima and Quito arrested two editors.", "COERCE", "Peru Ecuador", "Peru"),
        # an article and a past tense that the parse misread
        ("Thousands of people marched in Lima, burning Chadian flags.", "PROTEST", "Peru", "Chad"),
        ("Tanzania broke off relations with Chad in 1965.", "SANCTION", "Tanzania", "Chad"),
        # whoever issues a text speaks in it
        ("Norway issued a statement praising Chad.", "SUPPORT", "Norway", "Chad"),
        ("Norway's parliament adopted a resolution condemning Chad.", "ACCUSE", "Norway", "Chad"),
        # who speaks is told at the head; a title means whom the text calls by it
        (
            "We, the ministers of Chad and Niger, condemn Mali. We call on Mali to wait.",
            "REQUEST",
            "Chad Niger",
            "Mali",
        ),
        (
            "Secretary of State Antony Blinken met Foreign Minister Mevlüt Çavuşoğlu. "
            "The Secretary thanked Turkey.",
            "SUPPORT",
            "Antony Blinken",
            "Turkey",
        ),
    ],
)
def test_parties_of_an_act(nlp, text, type, actors, recipients):
    found = [
        (" ".join(a.name for a in event.actors), " ".join(r.name for r in event.recipients))
        for _, event in events_of(nlp, text)
        if event.event_type == type
    ]
    assert (actors, recipients) in found


@pytest.mark.parametrize(
    "text",
    [
        "Norway praised the decision to expel diplomats.",
        "Norway condemned plans to attack Chad.",
    ],
)
def test_whoever_judges_an_act_does_not_do_it(nlp, text):
    assert len([event for _, event in events_of(nlp, text) if event.actors]) == 1


@pytest.mark.parametrize(
    ("text", "type", "actors"),
    [
        ("Two editors were arrested in Lima on Monday.", "COERCE", ["Peru"]),
        ("Kenya jailed Ann Lee in May. She was released on Friday.", "RETREAT", ["Kenya"]),
        ("He was beaten up in the street.", "ASSAULT", []),
    ],
)
def test_a_state_arrests_and_releases_where_nobody_is_named(nlp, text, type, actors):
    found = [
        e for _, event in events_of(nlp, text) if event.event_type == type for e in event.actors
    ]
    assert [entity.name for entity in found] == actors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Chad and Niger met in Oslo on 22 March.", {"met"}),
        ("Norway voiced concern over the raid by Niger.", {"voiced", "raid"}),
        ("Chad blamed Niger for the raid on Abéché.", {"blamed", "raid"}),
        ("Chad called on Niger to end its attack on Abéché.", {"called", "attack"}),
        ("Chad called on Niger to attack Abéché.", {"called"}),
    ],
)
def test_what_counts_beside_a_speech_act(nlp, text, words):
    """Force told of before counts; what is only asked for, and the words of a date, do not."""
    assert {word for word, _ in events_of(nlp, text)} == words


@pytest.mark.parametrize(
    "text",
    [
        "The United States, by contrast, lifted sanctions on Myanmar.",
        "Canada is lifting sanctions on three former officials of Iran.",
        "Washington lifted a series of sanctions on Iran.",
        "Sanctions on Iran were eased by Washington.",
        "Canada announced it was easing its embargo on Cuba.",
    ],
)
def test_what_is_lifted_is_not_imposed(nlp, text):
    """Whatever stands between, and whatever the parser makes of the verb."""
    assert [event.event_type for _, event in events_of(nlp, text)] == ["RETREAT"]


@pytest.mark.parametrize(
    ("text", "word", "type", "factuality"),
    [
        ("If talks fail, Russia will withdraw its troops.", "withdraw", "RETREAT", "hypothetical"),
        ("Iran may withdraw its troops from Syria.", "withdraw", "RETREAT", "hypothetical"),
        ("Lawmakers in Spain voted to send troops to Chad.", "voted", "MOBILIZE", "planned"),
        ("Lawmakers in Spain voted to condemn Chad.", "voted", "ACCUSE", "actual"),
        ("Ghana released two spies ahead of talks with Togo.", "talks", "AGREE", "planned"),
    ],
)
def test_acts_that_are_not_done_yet(nlp, text, word, type, factuality):
    found = {(found, e.event_type, e.factuality) for found, e in events_of(nlp, text)}
    assert (word, type, factuality) in found


def test_every_rule_has_examples():
    bare = [rule.id for rule in RULES if not (rule.examples and rule.counterexamples)]
    assert bare == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: x, type: NOTHING, verbs: [go]}", "rule x, field type"),
        ("- {id: x, type: AID}", "needs verbs, nouns or adjectives"),
        ("- {id: x, type: AID, verbs: [Go]}", "rule x, field verbs"),
        ("- {id: x, type: AID, verbs: [go], frame: nowhere}", "no frame 'nowhere'"),
        ("- {id: x, type: AID, verbs: [go], when: {object: [$nothing]}}", "no word class"),
        ("- {id: x, type: AID, verbs: [go], colour: red}", "rule x, field colour"),
        ("- {id: x, type: AID, verbs: [go]}\n- {id: x, type: AID, verbs: [go]}", "twice"),
        ("- !!python/object/apply:os.getcwd []", "line 1"),
        ("rules: [", "line"),
        ("just words", "must be a list of rules"),
    ],
)
def test_mistakes_name_file_rule_and_field(tmp_path, text, message):
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"mine\.yaml") as error:
        load_rules(tmp_path)
    assert message in str(error.value)


def test_a_frame_names_slots_that_there_are(monkeypatch):
    read = rules.document

    def broken(name, folder):
        found = read(name, folder)
        return found | {"joint": {"places": ["nowhere"]}} if name == "frames.yaml" else found

    monkeypatch.setattr(rules, "document", broken)
    with pytest.raises(KnowledgeError, match=r"frames\.yaml: joint: no slot 'nowhere'"):
        load_rules()


def test_user_rules_override_and_switch_off(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "- {id: consult-meet, off: true}\n- {id: my-rule, type: AID, verbs: [succour]}", "utf-8"
    )
    book = load_rules(tmp_path)
    assert "consult-meet" not in book.rules
    assert book.candidates("succour", "verb")[0].rule.id == "my-rule"
