"""Retraining on a small scale: what is taken away comes back, bad gold writes nothing."""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from pipeline.cli.retrain import retrain as command
from pipeline.components.events.rules import load_rules
from pipeline.evaluation import formats
from pipeline.evaluation.reading import read, rules_of, without
from pipeline.language import model_path
from pipeline.retraining import conditions, names, output, page, rehearsal
from pipeline.retraining.book import Count, Trial, gain, with_rules
from pipeline.retraining.derivation import Kin
from pipeline.retraining.experiments import curve, recovery
from pipeline.retraining.folds import folds
from pipeline.retraining.induction import induce
from pipeline.retraining.names import Names
from pipeline.retraining.repairs import learn_repairs
from pipeline.retraining.retrain import Retrained
from pipeline.retraining.selection import learn_rules
from pipeline.retraining.shapes import Word
from pipeline.retraining.writing import proposals_yaml, repairs_yaml

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def nlp():
    from pipeline.language import load

    return load(reader=False)


@pytest.fixture(scope="module")
def trial(nlp) -> Trial:
    gold, texts = formats.read_gold([CORPUS / "gold"])
    return Trial(list(read(nlp, gold, texts)), rules_of(nlp)[1])


@pytest.fixture(scope="module")
def cut(nlp, trial):
    """The rules without those that make most of the corpus's consultations and signings."""
    book, _ = rules_of(nlp)
    gone = {
        m.row.rule for m in trial.made(book) if m.gold and m.gold.type in ("CONSULT", "SUPPORT")
    }
    assert len(gone) > 3
    return without(book, gone)


@pytest.fixture(scope="module")
def learnt(trial, cut):
    return learn_rules(trial, cut, seed=1)


def test_what_was_taken_away_comes_back(trial, cut, learnt):
    before, after = trial.whole(cut), trial.whole(with_rules(cut, [p.rule for p in learnt]))
    assert after.hits > before.hits + 5
    assert trial.f1(after) > trial.f1(before) + 0.05
    assert after.precision > before.precision - 0.05


def test_learning_twice_gives_the_same_bytes(trial, cut, learnt, nlp):
    again = learn_rules(trial, cut, seed=1)
    assert proposals_yaml(again) == proposals_yaml(learnt)


def test_proposals_are_rules_that_load_with_provenance_and_examples(
    trial, cut, learnt, nlp, tmp_path
):
    events = nlp.get_pipe("pacta_events")
    book, events.book = events.book, with_rules(cut, [p.rule for p in learnt])
    try:
        text = proposals_yaml(learnt, nlp)
    finally:
        events.book = book
    (tmp_path / "learnt.yaml").write_text(text, encoding="utf-8")
    loaded = load_rules(tmp_path)
    assert all(p.rule.id in loaded.rules for p in learnt)
    assert text.count("# Learnt from ") == sum(p.support > 0 for p in learnt) > 0
    assert "Learnt from 0" not in text
    assert ("# Kin to triggers" in text) == any(
        not own.seeds for p in learnt for own in p.draft.lemmas.values()
    )
    assert "articles left out" in text
    written = [rule for rule in yaml.safe_load(text) if rule.get("examples")]
    assert written
    for rule in written:
        for example in rule["examples"]:
            assert example["trigger"] in example["text"]


def test_the_experiment_takes_a_third_of_the_rules_away(nlp, trial):
    book, _ = rules_of(nlp)
    (draw,) = recovery(trial, book, [2])
    assert draw.lost > 0
    assert draw.cut.hits < draw.full.hits
    assert draw.gold == trial.gold
    assert curve(trial, book, [2]).keys() == {0}


def test_a_proposal_that_gains_nowhere_else_is_dropped(trial, cut):
    """One article alone cannot show that what it teaches holds elsewhere."""
    single, _ = trial.split({trial.readings[0].gold.doc_id})
    assert induce(single, cut)
    assert learn_rules(single, cut, seed=1) == []


@pytest.mark.parametrize(
    ("word", "type"),
    [
        (Word("bombardment", "noun"), "ASSAULT"),
        (Word("renegotiation", "noun"), "CONSULT"),
        (Word("condemn", "verb"), "ACCUSE"),
        (Word("teapot", "noun"), None),
        (Word("american", "adjective"), None),
    ],
)
def test_kin_of_a_trigger_have_its_category(word, type):
    shape = Kin(load_rules()).shape(word)
    assert (shape.type if shape else None) == type
    assert shape is None or shape.kind == word.kind


def test_a_particle_that_seeds_share_is_learnt(nlp, trial):
    """Several senses and particles of one word are tried, each by itself."""
    from pipeline.retraining.shapes import Candidate, Seed, SlotsOf, candidates

    book, _ = rules_of(nlp)
    reading = trial.readings[0]
    event = reading.gold.events[0]
    doc = nlp("Chad called on Mali to stop. Togo called on Benin to go. Peru called for a vote.")
    calls = [token for token in doc if token.lower_ == "called"]
    seeds = [Seed(reading, event, token, Word("call", "verb")) for token in calls]
    offered: list[Candidate] = list(candidates(seeds, "", SlotsOf(trial, book), book))
    words = {(c.word.lemma, len(c.seeds)) for c in offered}
    assert words == {("call", 3), ("call on", 2), ("call for", 1)}
    assert {c.shape.type for c in offered} == {event.type}
    few: list[Candidate] = list(candidates(seeds[1:], "", SlotsOf(trial, book), book))
    assert {c.word.lemma for c in few} == {"call"}


def test_a_planned_act_has_the_category_of_its_kin(nlp, trial):
    from pipeline.retraining.shapes import Seed, SlotsOf, candidates

    book, _ = rules_of(nlp)
    events = [(r, e) for r in trial.readings for e in r.gold.events if e.type == "AGREE"]
    [token] = [t for t in nlp("Chad will host a parley with Mali.") if t.text == "parley"]
    seeds = [Seed(reading, event, token, Word("parley", "noun")) for reading, event in events]
    for kin, type in (("CONSULT", "CONSULT"), ("ASSAULT", "AGREE"), ("", "AGREE")):
        offered = candidates(seeds, kin, SlotsOf(trial, book), book)
        assert {candidate.shape.type for candidate in offered} == {type}


def test_verbs_of_saying_and_several_events_on_a_word_do_not_count_as_telling(nlp, trial):
    book, _ = rules_of(nlp)
    drafts = induce(trial, without(book, list(book.rules)))
    evidence = {
        (lemma, draft.shape.kind): own for draft in drafts for lemma, own in draft.lemmas.items()
    }
    assert evidence
    assert not any(kind == "verb" and lemma in book.classes["quoting"] for lemma, kind in evidence)
    assert all(own.expected < 1 for own in evidence.values())


def test_a_rule_that_only_errs_is_retired(trial, cut, tmp_path):
    from pipeline.components.events.rules import Rule

    bad = Rule(
        id="bad-say", type="ACCUSE", verbs=["say", "be", "have", "stand"], nouns=["minister"]
    )
    spoilt = with_rules(cut, [bad])
    false = [m for m in trial.made(spoilt) if m.row.rule == "bad-say" and m.gold is None]
    assert len(false) > 3
    repairs = {repair.rule.id: repair for repair in learn_repairs(trial, spoilt, seed=1)}
    assert repairs["bad-say"].rule.off
    (tmp_path / "repaired.yaml").write_text(repairs_yaml([repairs["bad-say"]]), encoding="utf-8")
    assert "bad-say" not in load_rules(tmp_path).rules
    repaired = with_rules(spoilt, [repairs["bad-say"].rule])
    assert "bad-say" not in repaired.rules
    assert trial.f1(trial.whole(repaired)) > trial.f1(trial.whole(spoilt))


def test_exceptions_spare_what_is_right(nlp):
    """A test is an exception where false alarms meet it and no right event does."""
    book, factuality = rules_of(nlp)
    from pipeline.components.events.slots import Slots

    def triggers(texts):
        found = {}
        for text in texts:
            doc = nlp(text)
            token = next(t for t in doc if t.lemma_.lower() == "sign")
            found[token] = Slots.of(doc, book, factuality)
        return found

    right = triggers(["Chile signed the treaty with Peru.", "Ghana signed an agreement with Togo."])
    wrong = triggers(["Chile signed the law.", "Ghana signed the bill.", "Togo signed the law."])
    found = dict(conditions.exceptions(list(right), list(wrong), "verb", right | wrong, book))
    assert "$law" in found["object"]
    both = conditions.learn(list(right), list(wrong), "verb", right | wrong, book)
    assert both is not None
    assert dict(both.when)["object"][0] == "agreement"


@pytest.mark.parametrize(
    ("change", "gains"),
    [(Count(10, 9), True), (Count(10, 1), False), (Count(0, 0), False), (Count(4, 2), True)],
)
def test_gain_is_that_of_f1(change, gains):
    assert (gain(Count(100, 60), change, 120) > 0) == gains


def test_folds_are_disjoint_and_do_not_depend_on_order():
    ids = [f"d{n}" for n in range(11)]
    parts = folds(ids, 3)
    assert sorted(i for part in parts for i in part) == sorted(ids)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    random.Random(0).shuffle(ids)
    assert folds(ids, 3) == parts
    assert len(folds(["a", "b"], 1)) == 2


def test_rehearsal_sentences_hold_their_names():
    pairs = list(rehearsal.sentences(80, seed=5))
    assert [text for _, text in pairs] == [text for _, text in rehearsal.sentences(80, seed=5)]
    labels = set()
    for document, text in pairs:
        for mention in document.mentions:
            assert text[mention.start : mention.end] == mention.text
            labels.add(mention.label)
    assert labels == {"PERSON", "ORG", "GPE", "NORP", "LOC"}


def run(*arguments):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_the_command_writes_a_folder_and_changes_nothing_else(tmp_path):
    from pipeline.components.events.rules import FOLDER

    before = {p: p.read_bytes() for p in sorted(FOLDER.rglob("*")) if p.is_file()}
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        result = run("--gold", CORPUS / "gold", "-o", folder, "--no-names")
        assert result.exit_code == 0, result.output + str(result.exception)
    assert before == {p: p.read_bytes() for p in sorted(FOLDER.rglob("*")) if p.is_file()}
    written = [{p.name: p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in folders]
    assert written[0] == written[1]
    first = folders[0]
    assert {"report.html", "events_diff.csv", "figures.csv", "terms.csv"} <= set(written[0])
    assert "confidence.json" not in written[0], "81 events are too few to tell how sure one is"
    assert "confidence stays as it is: 5 articles with" in result.stdout
    with (first / "figures.csv").open(newline="", encoding="utf-8") as file:
        figures = {(r["when"], r["layer"], r["name"]): r for r in csv.DictReader(file)}
    assert float(figures["after", "events", "all"]["value"]) > 0
    assert "<script" not in (first / "report.html").read_text(encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A copy of the installed rules and model that a test may change."""
    from pipeline.components.events import rules

    knowledge, model = tmp_path / "installed" / "events", tmp_path / "installed" / "model"
    shutil.copytree(rules.FOLDER, knowledge)
    shutil.copytree(model_path(), model)
    monkeypatch.setattr(rules, "FOLDER", knowledge)
    monkeypatch.setattr("pipeline.language.model_path", lambda: model)
    return knowledge, model


@pytest.fixture
def quick(monkeypatch):
    """Names trained on for a moment only."""
    for name, value in (("EPOCHS", 1), ("REHEARSED", 24), ("KEPT_BACK", 24), ("FOLDS", 2)):
        monkeypatch.setattr(names, name, value)


def always_accepted(monkeypatch):
    monkeypatch.setattr(Names, "accepted", property(lambda self: True))


def test_names_trained_twice_have_the_same_bytes_and_the_pipeline_keeps_its_own(
    nlp, quick, monkeypatch
):
    always_accepted(monkeypatch)
    gold, texts = formats.read_gold([CORPUS / "gold"])
    nlp("Lima")  # puts the dropout of the training to rest
    before = names.weights_of(nlp)
    first, second = (names.train_names(nlp, gold[:2], texts, seed=1) for _ in range(2))
    assert first == second
    assert first.weights is not None
    assert first.weights != before
    assert names.weights_of(nlp) == before


def test_names_that_gain_nothing_bring_no_weights(nlp, quick, monkeypatch):
    monkeypatch.setattr(names, "LEARN_RATE", 0.0)
    gold, texts = formats.read_gold([CORPUS / "gold"])
    result = names.train_names(nlp, gold[:2], texts, seed=1)
    assert result.before > 0.5
    assert (result.after, result.rehearsed_after) == (result.before, result.rehearsed_before)
    assert not result.accepted
    assert result.weights is None


@pytest.mark.parametrize(
    ("figures", "accepted"),
    [
        ((0.80, 0.85, 0.95, 0.96), True),
        ((0.80, 0.85, 0.95, 0.945), True),
        ((0.80, 0.85, 0.95, 0.93), False),  # forgets
        ((0.80, 0.80, 0.95, 0.95), False),  # gains nothing
        ((0.80, 0.75, 0.95, 0.99), False),
    ],
)
def test_names_are_accepted_that_gain_and_do_not_forget(figures, accepted):
    assert Names(*figures, weights=None).accepted == accepted


def test_what_is_forgotten_shows_on_the_rehearsal_sentences(nlp, quick, monkeypatch):
    """Trained on articles whose names are all called something else, the model forgets."""
    gold, texts = formats.read_gold([CORPUS / "gold"])
    for document in gold[:2]:
        for mention in document.mentions:
            mention.label = "PERSON"
    for name, value in (("MIX", 1.0), ("LEARN_RATE", 0.005), ("EPOCHS", 4), ("REHEARSED", 0)):
        monkeypatch.setattr(names, name, value)
    result = names.train_names(nlp, gold[:2], texts, seed=1)
    assert result.rehearsed_after < result.rehearsed_before - names.MOST_LOST
    assert not result.accepted


def test_apply_takes_the_result_into_the_installed_rules_and_model(
    nlp, learnt, installed, quick, monkeypatch, tmp_path
):
    import spacy

    always_accepted(monkeypatch)
    knowledge, model = installed
    rules_before, model_before = contents(knowledge), contents(model)
    gold, texts = formats.read_gold([CORPUS / "gold"])
    trained = names.train_names(nlp, gold[:2], texts, seed=1)
    folder = tmp_path / "retrained"
    output.write(Retrained(5, proposals=learnt, names=trained), nlp, folder)
    assert contents(knowledge) == rules_before
    assert contents(model) == model_before

    written = output.apply(folder)
    assert [path.name for path in written] == ["zz-learnt-001.yaml", "ner"]
    added = contents(knowledge).keys() - rules_before.keys()
    assert added == {"rules/zz-learnt-001.yaml"}
    assert all(proposal.rule.id in load_rules().rules for proposal in learnt)
    changed = {
        name for name, data in contents(model).items() if data != model_before.get(name, b"")
    }
    assert changed == {"ner/model"}
    assert names.weights_of(spacy.load(model)) == trained.weights
    assert not list(tmp_path.rglob("*.new"))
    # the rules of a second retraining come after those of the first
    assert output.apply(folder)[0].name == "zz-learnt-002.yaml"


def test_apply_to_an_installation_that_may_not_be_written_is_one_line(
    installed, monkeypatch, tmp_path
):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", "rules")

    monkeypatch.setattr("pipeline.cli.retrain._retrain", lambda *_: Retrained(5))
    monkeypatch.setattr(output, "apply", refuse)
    result = run("--gold", CORPUS / "gold", "-o", tmp_path / "out", "--apply")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "not applied" in result.stderr


def test_ctrl_c_leaves_what_was_there(monkeypatch, tmp_path):
    """While it learns, and while it writes."""

    def interrupted(*_):
        raise KeyboardInterrupt

    folder = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.cli.retrain._retrain", interrupted)
        result = run("--gold", CORPUS / "gold", "-o", folder)
        assert result.exit_code == 130
        assert result.stderr.count("\n") == 1
        assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("pipeline.cli.retrain._retrain", lambda *_: Retrained(5))
    assert run("--gold", CORPUS / "gold", "-o", folder).exit_code == 0
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    before = contents(folder)
    monkeypatch.setattr(page, "render", interrupted)
    assert run("--gold", CORPUS / "gold", "-o", folder).exit_code == 130
    assert contents(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_second_retraining_leaves_nothing_of_the_first(nlp, learnt, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    output.write(Retrained(5, proposals=learnt), nlp, tmp_path)
    assert "rules/learnt.yaml" in contents(tmp_path)
    output.write(Retrained(5), nlp, tmp_path)
    assert contents(tmp_path).keys() == {
        *("notes.txt", "terms.csv", "events_diff.csv", "figures.csv", "report.html")
    }


def test_two_annotations_of_one_article_end_in_one_line(tmp_path):
    gold, texts = formats.read_gold([CORPUS / "gold"])
    again = tmp_path / "again"
    formats.write_gold(gold[:1], texts, again, "standoff")
    result = run("--gold", CORPUS / "gold", "--gold", again, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert gold[0].doc_id in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("trouble", ["offset", "label", "article"])
def test_bad_gold_ends_in_one_line_and_writes_nothing(trouble, tmp_path):
    gold, texts = formats.read_gold([CORPUS / "gold"])
    gold_folder, articles = tmp_path / "gold", tmp_path / "articles"
    formats.write_gold(gold, texts, gold_folder, "standoff")
    articles.mkdir()
    for doc_id, text in texts.items():
        (articles / f"{doc_id}.txt").write_bytes(text.encode())
    path = gold_folder / f"{gold[0].doc_id}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    if trouble == "offset":
        data["events"][0]["trigger"]["start"] += 1
    elif trouble == "label":
        data["mentions"][0]["label"] = "TOWN"
    else:
        (articles / f"{gold[0].doc_id}.txt").unlink()
    path.write_text(json.dumps(data), encoding="utf-8")
    result = run("--gold", gold_folder, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert path.name in result.stderr
    assert not (tmp_path / "out").exists()
