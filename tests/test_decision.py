"""Rule and reader propose, the decision decides: on hand-made Docs, the reader being numbers."""

from __future__ import annotations

import random
from math import exp

import numpy as np
import pytest
import spacy
from marked_docs import marked_doc

from pipeline.components.events.candidates import Candidates
from pipeline.components.events.decision import Decision, features, load_decision
from pipeline.components.events.evidence import LIKELY_ACTOR, POSSIBLE, READER, Evidence
from pipeline.components.events.rules import load_rules
from pipeline.components.events.slots import Slots
from pipeline.components.factuality import Factuality
from pipeline.components.reader.labels import CATEGORIES, FACTUALITY
from pipeline.evaluation.calibration import Case
from pipeline.evaluation.deciding import Article, Choice, Party, fit, fit_parties, to_json
from pipeline.language.extensions import register
from pipeline.records import Entity, Event, Zone
from pipeline.resources import KnowledgeError

register()
VOCAB = spacy.blank("en").vocab
CHAD, MALI = (Entity(name, "GPE", code, "GOV") for name, code in (("Chad", "TCD"), ("Mali", "MLI")))
BOOK, FACTS = load_rules(), Factuality()
SIDES = {"reader": 1.0, "rule": 9.0, "rule names others": -9.0}
EVEN = Decision({"bias": 0.0, "record": 0.0, "reader: category": 1.0}, {}, {}, 0.4)


class Told:
    """A reading made of numbers: shares by word, roles by word of the candidate."""

    def __init__(self, doc, shares, roles=(), factuality="actual"):
        self.shares = np.zeros((len(doc), len(CATEGORIES)), np.float32)
        self.shares[:, 0] = 1
        for word, categories in shares.items():
            row = self.shares[next(t.i for t in doc if t.text == word)]
            row[:] = 0
            for category, share in categories.items():
                row[CATEGORIES.index(category)] = share
            row[0] = 1 - sum(categories.values())
        self._roles, self._factuality = dict(roles), factuality

    def share(self, token, category):
        return float(self.shares[token.i, CATEGORIES.index(category)])

    def best(self, token, count=1):
        row = self.shares[token.i]
        order = sorted(range(1, len(CATEGORIES)), key=lambda i: (-row[i], i))
        return [(CATEGORIES[i], float(row[i])) for i in order[:count]]

    def likely_factuality(self, token):
        assert self._factuality in FACTUALITY
        return self._factuality

    def roles(self, trigger, category, candidates):
        return [self._roles.get(one.text, (0.0, 0.0)) for one in candidates]


def told(text, shares, roles=(), factuality="actual"):
    """A Doc of a marked text, whose names mean Chad and Mali, and the reader's view of it."""
    doc = marked_doc(VOCAB, text)
    for token in doc:
        token.tag_ = token.tag_ or {"VERB": "VBD"}.get(token.pos_, "NN")
        token._.referents = tuple(e for e in (CHAD, MALI) if e.name == token.text)
    slots = Slots.of(doc, BOOK, FACTS)
    return doc, Evidence(doc, BOOK, slots, Told(doc, shares, roles, factuality), (SIDES, SIDES))


RAID = "[Chad/PROPN/nsubj>1|GPE] zorbled/VERB/ROOT#zorble [Mali/PROPN/obj>1|GPE]"
HOSTILE = {"zorbled": {"ASSAULT": 0.9}}


def event(doc, word, category, rule="some-rule", **slots):
    token = next(t for t in doc if t.text == word)
    span = token.idx, token.idx + len(token)
    return Event(category, span, (0, len(doc.text)), rule, **slots)


def test_an_act_that_no_rule_knows_comes_from_the_reader():
    doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.1), "Mali": (0.1, 0.8)})
    (found,) = EVEN.decide(doc, [], evidence)
    assert (found.event_type, found.rule_id, found.factuality) == ("ASSAULT", READER, "actual")
    assert (found.actors, found.recipients) == ([CHAD], [MALI])
    assert found.confidence == pytest.approx(0.9, abs=0.01)
    assert "ASSAULT 0.90" in found.reasons["event_type"]


def test_what_is_unlikely_does_not_stand():
    doc, evidence = told(RAID, {"zorbled": {"ASSAULT": 0.3}}, {"Chad": (0.9, 0.1)})
    assert EVEN.decide(doc, [], evidence) == []
    by_rule = event(doc, "zorbled", "ASSAULT", actors=[CHAD])
    assert EVEN.decide(doc, [by_rule], evidence) == []


def test_a_rule_that_the_reader_reads_otherwise_gets_the_likelier_category():
    doc, evidence = told(RAID, {"zorbled": {"ASSAULT": 0.1, "COERCE": 0.8}})
    by_rule = event(doc, "zorbled", "ASSAULT", mode="aerial", actors=[CHAD])
    (found,) = EVEN.decide(doc, [by_rule], evidence)
    assert (found.event_type, found.rule_id, found.mode) == ("COERCE", READER, "")
    assert found.actors == [CHAD]


def test_a_rule_confirmed_by_the_reader_keeps_its_name_and_mode():
    doc, evidence = told(RAID, HOSTILE)
    by_rule = event(doc, "zorbled", "ASSAULT", mode="aerial", actors=[CHAD])
    (found,) = EVEN.decide(doc, [by_rule], evidence)
    assert (found.rule_id, found.mode) == ("some-rule", "aerial")


def test_a_rules_record_moves_the_decision():
    doc, evidence = told(RAID, {"zorbled": {"ASSAULT": 0.3}})
    trusted = Decision(EVEN.weights | {"record": 1.0}, {"some-rule": 3.0}, {"ASSAULT": -3.0}, 0.4)
    by_rule = event(doc, "zorbled", "ASSAULT", actors=[CHAD])
    assert trusted.decide(doc, [by_rule], evidence) == [by_rule]
    unknown = event(doc, "zorbled", "ASSAULT", rule="new-rule", actors=[CHAD])
    assert trusted.decide(doc, [unknown], evidence) == []


def test_the_reader_leaves_the_parties_of_rules_alone():
    doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.0), "Mali": (0.1, 0.9)})
    by_rule = event(doc, "zorbled", "ASSAULT", actors=[MALI])
    (found,) = EVEN.decide(doc, [by_rule], evidence)
    assert (found.actors, found.recipients) == ([MALI], [])


def test_actors_that_nothing_else_tells_come_from_the_reader():
    doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.0), "Mali": (0.1, 0.9)})
    empty = event(doc, "zorbled", "ASSAULT", recipients=[MALI])
    evidence.find_actors(empty)
    assert (empty.actors, empty.recipients) == ([CHAD], [MALI])
    assert "actors" in empty.reasons


def test_to_whom_a_rule_reads_it_done_does_not_do_it():
    doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.0), "Mali": (0.1, 0.9)})
    by_rule = event(doc, "zorbled", "ASSAULT", recipients=[CHAD])
    evidence.find_actors(by_rule)
    assert (by_rule.actors, by_rule.recipients) == ([], [CHAD])


def test_a_town_that_acts_is_its_state():
    doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.0), "Mali": (0.1, 0.9)})
    (name,) = [ent for ent in doc.ents if ent.text == "Chad"]
    for token in name:
        token._.referents = (Entity("Lima", "GPE", "PER"),)
    empty = event(doc, "zorbled", "ASSAULT")
    evidence.find_actors(empty)
    assert empty.actors == [Entity("Peru", "GPE", "PER", "GOV")]


def test_recipients_that_nothing_else_tells_come_from_the_reader():
    doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.9), "Mali": (0.1, 0.8)})
    empty = event(doc, "zorbled", "ASSAULT", actors=[CHAD])
    evidence.fill_recipients(empty)
    assert empty.recipients == [MALI]
    assert empty.reasons["recipients"] == "likeliest by the reader"
    filled = event(doc, "zorbled", "ASSAULT", actors=[MALI], recipients=[CHAD])
    evidence.fill_recipients(filled)
    assert (filled.recipients, filled.reasons) == ([CHAD], {})


@pytest.mark.parametrize(
    ("chad", "mali", "actors"),
    [
        (LIKELY_ACTOR + 0.01, LIKELY_ACTOR + 0.01, [CHAD, MALI]),
        (LIKELY_ACTOR + 0.01, POSSIBLE, [CHAD]),
        (POSSIBLE + 0.01, 0.1, [CHAD]),
        (POSSIBLE - 0.05, 0.1, []),
    ],
)
def test_all_likely_actors_count_else_the_likeliest_possible_one(chad, mali, actors):
    _doc, evidence = told(RAID, HOSTILE, {"Chad": (chad, 0.0), "Mali": (mali, 0.0)})
    (found,) = evidence.proposals([])
    assert found.actors == actors


def test_nobody_receives_from_himself():
    _doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.9), "Mali": (0.1, 0.1)})
    (found,) = evidence.proposals([])
    assert (found.actors, found.recipients) == ([CHAD], [])


def test_what_is_agreed_is_still_to_come():
    doc, evidence = told(RAID, {"zorbled": {"AGREE": 0.9}}, {"Chad": (0.9, 0.0)})
    (found,) = EVEN.decide(doc, [], evidence)
    assert found.factuality == "planned"


def test_words_of_a_zone_and_words_of_rules_are_not_proposed():
    doc, evidence = told(RAID, HOSTILE, {"Chad": (0.9, 0.0)})
    assert evidence.proposals([event(doc, "zorbled", "COERCE")]) == []
    doc._.zones = [Zone("boilerplate", 0, len(doc.text))]
    assert evidence.proposals([]) == []


def test_a_word_that_a_rule_of_the_category_knows_has_its_act_and_mode():
    text = "[Chad/PROPN/nsubj>1|GPE] executed/VERB/ROOT#execute prisoners/NOUN/obj>1"
    _, evidence = told(text, {"executed": {"ASSAULT": 0.9}}, {"Chad": (0.9, 0.0)})
    kin = next(
        (t.rule for t in BOOK.candidates("execute", "verb") if t.rule.type == "ASSAULT"), None
    )
    (found,) = evidence.proposals([])
    assert found.mode == (kin.mode if kin else "")
    assert found.act == ((kin.act or kin.id) if kin else "assault-execute")


def test_candidates_stand_in_the_sentence_and_the_two_before():
    doc = marked_doc(
        VOCAB,
        " ‖ ".join(["[Chad/PROPN/nsubj>1|GPE] left/VERB/ROOT"] * 4),
    )
    for token in doc:
        token._.referents = (CHAD,) if token.text == "Chad" else ()
    near = Candidates([list(sentence) for sentence in doc.sents]).near(doc[7])
    assert [one.token.i for one in near] == [2, 4, 6]


def test_a_name_is_one_candidate_however_many_words_it_has():
    doc = marked_doc(VOCAB, "[Ann/PROPN/nsubj>2 Lee/PROPN/flat>0|PERSON] left/VERB/ROOT")
    for token in doc[:2]:
        token._.referents = (CHAD,)
    near = Candidates([list(doc)]).near(doc[2])
    assert [one.token.text for one in near] == ["Ann"]


def test_quotations_and_rivals_are_features():
    doc, evidence = told(RAID, {"zorbled": {"ASSAULT": 0.5, "COERCE": 0.4}})
    one = event(doc, "zorbled", "ASSAULT")
    values = features(one, doc[1], evidence, ["COERCE"])
    assert values["rule"] == values["rule: another category"] == values["no actor"] == 1
    assert values["reader: best other category"] < 0
    assert "quoted" not in values


def test_the_weights_of_parties_follow_reader_and_rule():
    rng, parties = random.Random(3), []
    for _ in range(400):
        by_rule, odds = rng.random() < 0.3, rng.gauss(-1, 2)
        right = rng.random() < 1 / (1 + exp(-(odds + 2 * by_rule)))
        parties.append(Party(0, right, {"bias": 1.0, "reader": odds, "rule": float(by_rule)}))
    recipients = [Party(1, right, {"bias": 1.0}) for right in (True, False)]
    actors, _ = fit_parties([Article("d", (), 0, tuple(parties + recipients))])
    assert actors["reader"] == pytest.approx(1, abs=0.35)
    assert actors["rule"] == pytest.approx(2, abs=0.8)


def drawn(articles, seed=5):
    """Articles whose events are as likely as their reader's log odds and rule say."""
    rng = random.Random(seed)
    made = []
    for number in range(articles):
        choices = []
        for _ in range(12):
            odds, by_rule = rng.gauss(-0.5, 2), rng.random() < 0.5
            rule = rng.choice(["good", "bad"]) if by_rule else READER
            score = odds + {"good": 2.0, "bad": -2.0, READER: 0.0}[rule]
            right = rng.random() < 1 / (1 + exp(-score))
            values = {"reader: category": odds, "rule": float(by_rule)}
            case = Case(f"d{number}", rule, "AGREE", right, values)
            choices.append(Choice(f"d{number}", (case,)))
        gold = sum(choice.cases[0].right for choice in choices)
        sides = tuple(Party(role, bool(number % 2), {"bias": 1.0}) for role in (0, 1))
        made.append(Article(f"d{number}", tuple(choices), gold, sides))
    return made


def test_the_fit_learns_from_reader_and_rule_and_its_probabilities_hold():
    fitted = fit(drawn(60))
    weights, records = fitted.decision.weights, fitted.decision.records
    assert weights["reader: category"] > 0.5
    assert records["good"] > 0 > records["bad"]
    assert fitted.f1 > 0.7
    stated = sum(probability for probability, _ in fitted.stands) / len(fitted.stands)
    assert stated == pytest.approx(sum(r for _, r in fitted.stands) / len(fitted.stands), abs=0.05)


def test_the_fit_is_the_same_every_time_and_survives_storing(tmp_path):
    text = to_json(fit(drawn(20)).decision)
    assert text == to_json(fit(drawn(20)).decision)
    path = tmp_path / "decision.json"
    path.write_text(text, encoding="utf-8")
    assert to_json(load_decision(path)) == text


def test_nothing_is_learnt_from_one_article_or_from_no_mistakes():
    with pytest.raises(ValueError, match="two articles"):
        fit(drawn(1))


def test_a_damaged_decision_is_named(tmp_path):
    path = tmp_path / "decision.json"
    path.write_text('{"weights": {}}', encoding="utf-8")
    with pytest.raises(KnowledgeError, match="no stored decision"):
        load_decision(path)
