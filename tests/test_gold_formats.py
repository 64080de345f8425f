"""Gold in the formats of annotation tools: there and back without loss, and clear messages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_tables import write_tables
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.figures import summary
from pipeline.evaluation.formats import brat, docbin, is_gold, read_gold, write_gold
from pipeline.evaluation.found import found_in_gold, read_output
from pipeline.evaluation.gold import (
    GoldDocument,
    GoldEntity,
    GoldError,
    GoldEvent,
    GoldMention,
    from_json,
    to_json,
)
from pipeline.evaluation.scoring import entity_forms, score
from pipeline.tables.spreadsheet import harmless, restore

CORPUS = Path(__file__).parent.parent / "corpus"
TEXT = "Foxland praised Owlia.\r\nNewer\nOwlia News: Owlia 'thanked' Foxland on 3 May, RAA aside.\n"
WHERE = {
    "brat": "brat",
    "doccano": "gold.jsonl",
    "labelstudio": "gold.json",
    "reviewed": "events.csv",
    "standoff": "gold",
}


def at(quote: str, nth: int = 0) -> tuple[int, int, str]:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(quote, start + 1)
    return start, start + len(quote), quote


@pytest.fixture
def document() -> GoldDocument:
    """A document with everything that gold may hold."""
    return GoldDocument(
        "fox",
        "2024-05-06",
        zones=[("boilerplate", TEXT.index("News"), TEXT.index(": "))],
        entities={
            "Foxland": GoldEntity("Foxland", "GPE", "FOX", "GOV"),
            "Owlia": GoldEntity("Owlia", "GPE", "OWL"),
            "Unnamed Front": GoldEntity("Unnamed Front", "ORG", "OWL", "REB"),
        },
        mentions=[
            GoldMention("T1", "GPE", *at("Foxland"), entity="Foxland", sense="actor"),
            GoldMention("T2", "NORP", *at("Owlia"), entity="Owlia"),
            GoldMention("T3", "GPE", *at("Newer\nOwlia"), entity="Owlia", sense="place"),
            GoldMention("T4", "GPE", *at("Owlia", 2), entity="Owlia", sense="actor"),
            GoldMention("T5", "GPE", *at("Foxland", 1), entity="Foxland", sense="actor"),
            GoldMention("T6", "DATE", *at("3 May"), value="2024-05-03", alternatives=("2024-05",)),
            GoldMention("T7", "AGREEMENT", *at("RAA"), generic=True),
        ],
        events=[
            GoldEvent("E1", "SUPPORT", *at("praised"), actors=("Foxland",), recipients=("Owlia",)),
            GoldEvent(
                "E2", "AGREE", *at("thanked"), "planned", "visit", ("Owlia", "Foxland"), (),
                "2024-05-03", ("2024-05", "2024"), "clause", "Owlia", "context",
                "FOX-OWL:RAA", "signed", "one",
            ),
            GoldEvent("E3", "AGREE", *at("thanked"), actors=("Unnamed Front",)),
        ],
        rejected=[GoldEvent("E4", "REJECT", *at("aside"), actors=("Owlia",))],
    )  # fmt: skip


def without_ids(document: GoldDocument) -> GoldDocument:
    """Tools give ids of their own; nothing else may change."""
    return replace(
        document,
        source="",
        mentions=[replace(m, id="") for m in document.mentions],
        events=[replace(e, id="") for e in document.events],
        rejected=[replace(e, id="") for e in document.rejected],
    )


@pytest.mark.parametrize("form", ["standoff", "brat", "doccano", "labelstudio"])
def test_there_and_back(form, document, tmp_path):
    path = tmp_path / WHERE[form]
    write_gold([document], {"fox": TEXT}, path, form)
    assert is_gold(path)
    (read,), texts = read_gold([path])
    assert without_ids(read) == without_ids(document)
    assert texts == ({} if form == "standoff" else {"fox": TEXT})


@pytest.mark.parametrize("form", ["brat", "doccano", "labelstudio"])
def test_the_corpus_there_and_back(form, tmp_path):
    gold, texts = read_gold([CORPUS / "gold"])
    write_gold(gold, texts, tmp_path / WHERE[form], form)
    read, carried = read_gold([tmp_path / WHERE[form]], CORPUS / "articles")
    assert carried == texts
    assert [without_ids(d) for d in read] == sorted(map(without_ids, gold), key=lambda d: d.doc_id)


def test_a_reviewed_table_keeps_the_events(document, tmp_path):
    document.events[1].alternatives = ()
    write_gold([document], {"fox": TEXT}, tmp_path / "events.csv", "reviewed")
    (read,), _ = read_gold([tmp_path / "events.csv"])
    assert without_ids(read).events == without_ids(document).events
    assert without_ids(read).rejected == without_ids(document).rejected
    assert read.code("Unnamed Front") == "OWL.REB"
    assert not read.has_mentions


def test_accepted_as_it_is_the_output_is_perfect(tmp_path):
    gold, texts = read_gold([CORPUS / "gold"])
    for document in gold:
        for event in document.events:
            event.alternatives = ()
    output = write_tables([found_in_gold(d) for d in gold], tmp_path / "out")
    write_gold(gold, texts, tmp_path / "events.csv", "reviewed")
    read, _ = read_gold([tmp_path / "events.csv"], CORPUS / "articles")
    figures = summary(score(read, read_output(output)))
    assert figures["events"]["f1"] == figures["slot"]["f1"] == 1.0
    assert figures["events"]["gold"] == 92


def row_with(document, path, **cells):
    """A reviewed table in which the cells of the first row are changed."""
    write_gold([document], {"fox": TEXT}, path, "reviewed")
    lines = path.read_text(encoding="utf-8").split("\n")
    header = lines[0].split(",")
    row = lines[1].split(",")
    for name, value in cells.items():
        row[header.index(name)] = value
    path.write_text("\n".join([lines[0], ",".join(row), *lines[2:]]), encoding="utf-8")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"status": "perhaps"}, "unknown status 'perhaps'"),
        ({"status": "undecided"}, "no document is reviewed to its end"),
        ({"event_type": "PRAISE"}, "unknown event_type 'PRAISE'"),
        ({"trigger_start": "x"}, "trigger_start: 'x' is no integer"),
        ({"actor_codes": "OWL"}, "Foxland is FOX here, OWL elsewhere"),
        ({"date": "06/05/2024"}, "date: '06/05/2024' is no date in EDTF (2024-05-08); if a"),
        ({"published": "08/05/2024"}, "published: '08/05/2024' is no date; if a spreadsheet"),
        ({"latitude": "0.7.2"}, "latitude: '0.7.2' is no float; if a spreadsheet"),
        ({"trigger": "praises"}, "offsets 8-15 give 'praised', not 'praises'"),
    ],
)
def test_a_bad_reviewed_table_is_named(cells, message, document, tmp_path):
    path = tmp_path / "events.csv"
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "fox.txt").write_bytes(TEXT.encode())
    row_with(document, path, **cells)
    with pytest.raises(GoldError) as raised:
        read_gold([path])
    assert str(raised.value).startswith("events.csv: ")
    assert message in str(raised.value)


@given(st.text())
def test_cells_are_harmless_and_come_back(cell):
    written = harmless(cell)
    assert restore(written) == cell
    assert written[:1] not in ("=", "@", "\t", "\r")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tCITY 0 7\tFoxland", "fox: T1: unknown label 'CITY'"),
        ("T1\tGPE 0 8\tFoxland", "line 1: offsets 0-8 give 'Foxland ', not 'Foxland'"),
        ("T1\tGPE 0 3;4 7\tFoxland", "line 1: a span in several pieces"),
        ("T1\tGPE x 7\tFoxland", "line 1: invalid literal"),
        ("E1\tAGREE:T9", "line 1: refers to 'T9', which is not there"),
        ("T1\tAGREE 8 15\tpraised\nE1\tAGREE:T1 actor:T4", "line 2: refers to 'T4'"),
        (
            "T1\tAGREE 8 15\tpraised\nE1\tAGREE:T1 actor:T1",
            "its actor T1 is no mention of an entity",
        ),
        ("T1\tGPE 0 7\tFoxland\n#1\tAnnotatorNotes T1\tcheck", "line 2: note 'check' is no JSON"),
        ("#1\tAnnotatorNotes T1\t{}", "line 1: note on T1, which is not there"),
        ("T1\tDATE 0 7\tFoxland", "fox: T1: a DATE needs a value"),
        ("?", "line 1: unknown kind of line '?'"),
    ],
)
def test_bad_brat_is_named(line, message, tmp_path):
    (tmp_path / "fox.txt").write_bytes(TEXT.encode())
    (tmp_path / "fox.ann").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(GoldError) as raised:
        read_gold([tmp_path])
    assert str(raised.value).startswith("fox.ann: ")
    assert message in str(raised.value)


def test_brat_without_a_text(tmp_path):
    (tmp_path / "fox.ann").write_text("", encoding="utf-8")
    with pytest.raises(GoldError, match=r"fox\.ann: article: no file fox\.txt"):
        read_gold([tmp_path])


def test_brat_leaves_other_annotation_aside(tmp_path):
    (tmp_path / "fox.txt").write_bytes(TEXT.encode())
    lines = "T1\tGPE 0 7\tFoxland\nA1\tSure T1\nN1\tReference T1 Wiki:1\tFoxland\n\n"
    (tmp_path / "fox.ann").write_text(lines, encoding="utf-8")
    ((document,), _) = read_gold([tmp_path])
    assert document.entities == {"Foxland": GoldEntity("Foxland", "GPE")}


def test_brat_configuration_names_every_label(document, tmp_path):
    brat.write([document], {"fox": TEXT}, tmp_path)
    configuration = (tmp_path / "annotation.conf").read_text(encoding="utf-8")
    assert "AGREEMENT" in configuration
    assert "COERCE actor*:<ENTITY>, recipient*:<ENTITY>" in configuration


def test_plain_doccano_labels(tmp_path):
    path = tmp_path / "plain.jsonl"
    record = {"id": 7, "text": TEXT, "label": [[0, 7, "GPE"], [8, 15, "SUPPORT"]]}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    (document,), texts = read_gold([path])
    assert document.doc_id == "7"
    assert [(m.text, m.entity) for m in document.mentions] == [("Foxland", "Foxland")]
    assert [e.text for e in document.events] == ["praised"]
    assert texts == {"7": TEXT}


EMOJI = "🐟🧭 Foxland praised Owlia. 👍 Owlia thanked Foxland."


def _units(word, at=0):
    """The span of a word as a browser counts it."""
    start = len(EMOJI[: EMOJI.index(word, at)].encode("utf-16-le")) // 2
    return start, start + len(word)


def _emoji_gold(form, path, spans):
    if form == "doccano":
        record = {"id": 7, "text": EMOJI, "label": [[*span, "GPE"] for span in spans]}
        path = path / "a.jsonl"
    else:
        values = [{"start": s, "end": e, "labels": ["GPE"]} for s, e in spans]
        if form == "quoted":
            values = [v | {"text": "Foxland"} for v in values]
        regions = [{"id": str(n), "type": "labels", "value": v} for n, v in enumerate(values)]
        record = [{"id": 7, "data": {"text": EMOJI}, "annotations": [{"result": regions}]}]
        path = path / "a.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["doccano", "plain", "quoted"])
@pytest.mark.parametrize("count", ["characters", "units"])
def test_offsets_that_a_browser_counted(form, count, tmp_path):
    starts = [EMOJI.index("Foxland"), EMOJI.rindex("Foxland")]
    spans = [(s, s + 7) if count == "characters" else _units("Foxland", s) for s in starts]
    (document,), _ = read_gold([_emoji_gold(form, tmp_path, spans)])
    assert [(m.start, m.end, m.text) for m in document.mentions] == [
        (start, start + 7, "Foxland") for start in starts
    ]


@pytest.mark.parametrize("form", ["doccano", "plain", "quoted"])
@pytest.mark.parametrize("span", [(2, 9), (5, 99), (1, 3)])
def test_offsets_that_fit_in_no_way_of_counting(form, span, tmp_path):
    with pytest.raises(GoldError, match="neither counted in characters nor in UTF-16 units"):
        read_gold([_emoji_gold(form, tmp_path, [span])])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", '{"text": 3}', r"a\.jsonl: line 1: no doccano record"),
        ("a.jsonl", '{"id": 1, "text": "ab", "label": [[0, 9, "GPE"]]}\n' * 2, "annotated in"),
        ("a.json", "{}", r"a\.json: file: no Label Studio export"),
        ("a.json", '[{"data": 1}]', r"a\.json: task 1: no Label Studio task"),
        (
            "a.json",
            '[{"id": 1, "data": {"text": "ab"}, "annotations": [{"result": []}, {"result": []}]}]',
            "task 1: 2 annotations of 1",
        ),
        ("a.txt", "x", "no gold annotation here"),
    ],
)
def test_other_bad_files_are_named(name, content, message, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        read_gold([tmp_path / name])


def test_mentions_that_disagree_about_an_entity(document, tmp_path):
    path = tmp_path / "gold.json"
    write_gold([document], {"fox": TEXT}, path, "labelstudio")
    tasks = json.loads(path.read_text(encoding="utf-8"))
    fields = [r for r in tasks[0]["annotations"][0]["result"] if r.get("from_name") == "country"]
    fields[0]["value"]["text"] = ["CAT"]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    with pytest.raises(GoldError, match="country of 'Foxland' is FOX here, CAT elsewhere"):
        read_gold([path])


def test_two_sources_may_not_annotate_one_article(document, tmp_path):
    for name in ("one", "two"):
        write_gold([document], {"fox": TEXT}, tmp_path / name, "standoff")
    with pytest.raises(GoldError, match="annotated in fox"):
        read_gold([tmp_path / "one", tmp_path / "two"])


def test_docbin(document, tmp_path):
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    (doc,) = docbin.to_docs([document], {"fox": TEXT}, nlp)
    bin_ = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (doc,) = DocBin().from_bytes(bin_).get_docs(nlp.vocab)
    assert [(e.text, e.label_) for e in doc.ents][:2] == [("Foxland", "GPE"), ("Owlia", "NORP")]
    assert [(s.text, s.label_) for s in doc.spans["dates"]] == [("3 May", "DATE")]
    assert [s.label_ for s in doc.spans["events"]] == ["SUPPORT", "AGREE", "AGREE"]
    assert doc.user_data["published"] == "2024-05-06"
    zone = next(t for t in doc if t.text == "News")
    assert zone.ent_iob_ == ""
    docbin.write([document], {"fox": TEXT}, tmp_path / "gold.spacy")
    assert (tmp_path / "gold.spacy").stat().st_size > 0


@pytest.mark.parametrize("form", [*WHERE, "docbin"])
def test_the_command_writes_every_format(form, tmp_path):
    import typer
    from typer.testing import CliRunner

    from pipeline.cli.gold import convert

    app = typer.Typer()
    app.command()(convert)
    path = tmp_path / WHERE.get(form, "gold.spacy")
    arguments = [str(CORPUS / "gold"), "--to", form, "-o", str(path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    if form != "docbin":
        read, _ = read_gold([path], CORPUS / "articles")
        assert sum(len(d.events) for d in read) == 92


def test_gold_of_events_alone_tells_under_which_forms_its_parties_stand(tmp_path):
    data = {
        "doc_id": "d",
        "events_only": True,
        "entities": {"Chad": {"type": "GPE", "country": "TCD", "forms": ["N'Djamena"]}},
        "events": [],
    }
    document = from_json(data, "d.json")
    assert not document.has_mentions
    assert entity_forms(document) == {"Chad": {"chad", "n djamena"}}
    assert to_json(document)["events_only"] is True
    assert from_json(to_json(document), "d.json") == document
