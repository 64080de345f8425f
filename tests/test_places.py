"""Places in context, senses, and what the loaders say of broken tables."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import resources
from pipeline.components.places import candidates, resolve, sense
from pipeline.components.places.names import place_key
from pipeline.language import extensions
from pipeline.records import Zone

DATA = Path(__file__).parent / "data" / "places"
BRACKETS = re.compile(r"\[([^\]]*)\]")


def bracketed(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the brackets out of a text; return it with the offsets of what stood in them."""
    plain, spans, position = "", [], 0
    for match in BRACKETS.finditer(text):
        plain += text[position : match.start()]
        spans.append((len(plain), len(plain) + len(match[1])))
        plain += match[1]
        position = match.end()
    return plain + text[position:], spans


def cells(row: dict[str, str], column: str) -> list[str]:
    return [item.strip() for item in row[column].split(";")]


CONTEXTS = list(csv.DictReader((DATA / "contexts.csv").open(encoding="utf-8", newline="")))


@pytest.fixture(scope="module")
def resolver() -> resolve.Resolver:
    return resolve.Resolver(candidates.gazetteer(), resolve.Words.read())


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("pacta_places")
    return nlp


def annotated(nlp: spacy.Language, text: str, spans: list[tuple[int, int]], label: str = "GPE"):
    doc = nlp.make_doc(text)
    doc.ents = [doc.char_span(a, b, label=label, alignment_mode="expand") for a, b in spans]
    return nlp.get_pipe("pacta_places")(doc)


def test_there_are_enough_contexts():
    assert len(CONTEXTS) >= 80


@pytest.mark.parametrize("row", CONTEXTS, ids=lambda row: row["text"][:60])
def test_place_in_context(resolver, row):
    text, spans = bracketed(row["text"])
    places = resolver.resolve(text, [(start, end, "GPE") for start, end in spans])
    assert [place.country for place in places] == cells(row, "countries")
    if row["names"]:
        assert [place.name for place in places] == cells(row, "names")


def examples(wanted: str) -> list[str]:
    return resources.document("places/sense.yaml")["examples"][wanted]


@pytest.mark.parametrize(
    ("wanted", "text"), [(s, t) for s in (sense.ACTOR, sense.PLACE) for t in examples(s)]
)
def test_sense(nlp, wanted, text):
    doc = annotated(nlp, *bracketed(text))
    assert [ent._.sense for ent in doc.ents] == [wanted] * len(doc.ents)


def test_loc_has_a_place_and_no_sense(nlp):
    doc = annotated(nlp, *bracketed("They crossed the [Black Sea]."), label="LOC")
    assert doc.ents[0]._.place.name == "Black Sea"
    assert doc.ents[0]._.sense == ""


def test_zones_are_left_alone(nlp):
    doc = nlp.make_doc("Paris. Related news: Tokyo.")
    doc._.zones = [Zone("boilerplate", 7, 27)]
    doc.ents = [doc.char_span(0, 5, label="GPE"), doc.char_span(21, 26, label="GPE")]
    doc = nlp.get_pipe("pacta_places")(doc)
    assert [ent._.place is None for ent in doc.ents] == [False, True]


def test_unknown_disturbs_no_other(resolver):
    text, spans = bracketed("From [Kyiv] by way of [Qzxqzx] to [Lima].")
    places = resolver.resolve(text, [(a, b, "GPE") for a, b in spans])
    assert [p.country for p in places] == ["UKR", "", "PER"]
    assert places[1].latitude is None
    assert places[1].geonames_id == ""


def test_the_order_of_articles_does_not_matter(resolver):
    text, spans = bracketed("[Paris], [Texas]")
    both = [(a, b, "GPE") for a, b in spans]
    first = resolver.resolve(text, both)
    resolver.resolve("Paris and Lyon in France", [(0, 5, "GPE"), (10, 14, "GPE"), (18, 24, "GPE")])
    assert resolver.resolve(text, both) == first


WORDS = st.sampled_from(
    ("Paris", "Texas", ",", "Georgia", "in", "the", "(", ")", "and", "'s", "\n\n", "Kyiv", "Ga.",
     "North", "Korea", "river", "of", "St.", "’s", "Ö", "東京", "x-y", "/", "state", "city")
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, cuts=st.lists(st.integers(0, 200), max_size=12), label=st.booleans())
def test_any_text_any_spans(nlp, text, cuts, label):
    doc = nlp.make_doc(text)
    ends = sorted({min(cut, len(doc)) for cut in cuts})
    pairs = zip(ends[::2], ends[1::2], strict=False)
    doc.ents = [
        spacy.tokens.Span(doc, a, b, label="GPE" if label else "LOC")
        for a, b in pairs
        if doc[a:b].text.strip() and not doc[a].is_space and not doc[b - 1].is_space
    ]
    doc = nlp.get_pipe("pacta_places")(doc)
    for ent in doc.ents:
        assert ent._.place.name
        assert ent._.sense in (("actor", "place") if label else ("",))


@given(st.text(max_size=60))
def test_keys_are_stable(text):
    assert place_key(place_key(text)) == place_key(text)


def tables_of(tmp_path: Path, file: str, row: str) -> Path:
    for name in candidates.TABLES:
        columns = ",".join(candidates.COLUMNS)
        extra = ",prior" if name == "cities.csv" else ""
        (tmp_path / name).write_text(f"{columns}{extra}\n", encoding="utf-8")
    with (tmp_path / file).open("a", encoding="utf-8") as out:
        out.write(row + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("land.csv", ",,island,GRC,1,2,", "land.csv: line 2 (): name: empty"),
        ("land.csv", "A,,isle,GRC,1,2,", "land.csv: line 2 (A): kind: 'isle' is not in"),
        ("land.csv", "A,,island,GRX,1,2,", "land.csv: line 2 (A): country: 'GRX' is not in"),
        ("land.csv", "A,,island,GRC,x,2,", "land.csv: line 2 (A): latitude: 'x' is no number"),
        ("land.csv", "A,,island,GRC,1,200,", "land.csv: line 2 (A): longitude: 200.0 is outside"),
        ("land.csv", "A,,island,GRC,1", "land.csv: line 2: wrong number of cells"),
        ("cities.csv", "A,,city,GRC,1,2,,big", "cities.csv: line 2 (A): prior: 'big' is no number"),
    ],
)
def test_a_broken_table_says_where(tmp_path, file, row, message):
    folder = tables_of(tmp_path, file, row)
    with pytest.raises(resources.KnowledgeError, match=re.escape(message)):
        candidates.read_tables(candidates.read_kinds(), folder)


def test_a_broken_word_list_says_where(tmp_path):
    (tmp_path / "sense.yaml").write_text("where: [in, at]\n", encoding="utf-8")
    with pytest.raises(resources.KnowledgeError, match=r"sense.yaml: where: missing, or not"):
        sense.SenseRules.read(tmp_path)


def test_a_missing_word_list_says_so(tmp_path):
    (tmp_path / "resolution.yaml").write_text("kinds: {}\n", encoding="utf-8")
    with pytest.raises(resources.KnowledgeError, match=r"resolution.yaml: parts: missing"):
        resolve.Words.read(tmp_path)


def test_a_rule_with_an_unknown_kind_says_so(tmp_path):
    rules = resources.document("places/resolution.yaml")
    rules["suffixes"][0]["kinds"] = ["province"]
    import yaml

    (tmp_path / "resolution.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    with pytest.raises(resources.KnowledgeError, match=r"suffixes: province.*no kind 'province'"):
        resolve.Words.read(tmp_path)


def test_a_broken_kind_says_where(tmp_path):
    (tmp_path / "resolution.yaml").write_text("kinds: {city: {weight: x, label: GPE}}\n")
    with pytest.raises(resources.KnowledgeError, match=r"resolution.yaml: kinds: city: needs"):
        candidates.read_kinds(tmp_path)


def test_a_broken_extract_says_so(tmp_path):
    with pytest.raises(resources.KnowledgeError, match=r"places.xz: file: missing"):
        candidates.Extract.read(tmp_path / "places.xz")
    (tmp_path / "places.xz").write_bytes(b"no archive")
    with pytest.raises(resources.KnowledgeError, match=r"places.xz: file: no xz archive"):
        candidates.Extract.read(tmp_path / "places.xz")


def test_the_extract_finds_its_first_and_last_names():
    extract = candidates.Extract(
        b"\naa\tc\t\tFRA\t\t1.00\t2.00\t5000\t1\nbb\t=aa\tFRAc\nzz\t1\tZ\tFRA\t\t1.00\t2.00\t50\t\n"
    )
    assert [c.name for c in extract.find("aa")] == ["Aa"]
    assert [c.name for c in extract.find("bb")] == ["Aa"]
    assert [(c.name, c.kind) for c in extract.find("zz")] == [("Z", "division")]
    assert extract.find("ab") == extract.find("a") == extract.find("zzz") == []


def test_every_table_has_its_kinds_and_countries():
    tables, abbreviations = candidates.read_tables(candidates.read_kinds())
    assert len(tables) > 1500
    assert abbreviations["Ga."].name == "Georgia"


@pytest.mark.parametrize("file", candidates.TABLES)
def test_tables_name_no_place_twice(file):
    """One name twice in a table is a slip unless the countries differ (two Punjabs)."""
    seen: dict[tuple[str, str], str] = {}
    for row in resources.table(f"places/{file}", candidates.COLUMNS):
        for name in [row["name"], *resources.items(row["aliases"])]:
            key = (place_key(name), row["country"])
            assert seen.setdefault(key, row["name"]) == row["name"], f"{name} in {file}"


def test_attributes_exist_once_the_component_is_built(nlp):
    extensions.register()
    assert spacy.tokens.Span.has_extension("place")


def test_towns_named_again_are_not_compared_again(monkeypatch, resolver):
    calls = 0
    measured = resolve.distance

    def counted(a, b):
        nonlocal calls
        calls += 1
        return measured(a, b)

    monkeypatch.setattr(resolve, "distance", counted)
    counts = []
    for times in (10, 40):
        text = "They met in Bonn, Cologne and Lima. " * times
        spans = [(m.start(), m.end(), "GPE") for m in re.finditer("Bonn|Cologne|Lima", text)]
        calls = 0
        resolver.resolve(text, spans)
        counts.append(calls / times)
    assert counts[0] > 1
    assert counts[1] < counts[0] * 1.5
