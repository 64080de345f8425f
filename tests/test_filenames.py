"""Any id becomes the name of a file in the folder it belongs to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.formats import brat
from pipeline.evaluation.gold import GoldDocument, check_texts, read_standoff, write_standoff
from pipeline.filenames import file_stem, file_stems

HOSTILE = [
    "/somewhere/name", "../../name", "..", ".", "", " ", ".hidden", "-rf", "a/b", "a\\b", "a\0b",
    "C:\\name", "https://example.org/news?id=1&x=<2>", "x" * 300, "é" * 150, "日本" * 90, "a\nb",
    "a\u202eb", "e\u0301", "name.", "name ", "~name", "file~0123456789", "\ud800", "🤝" * 80,
    "con:aux", "$(touch x)", "`x`", "a;b", "a|b", "%2e%2e%2fname", "*", "?",
]  # fmt: skip
USUAL = ["pistorius-proposes-raa-yokosuka", "2024-03-22 Tokyo", "A.1_b", "Zürich", "42", "東京-1"]


@pytest.mark.parametrize("id", USUAL)
def test_a_usual_id_is_its_own_name(id):
    assert file_stem(id) == id


def test_the_readable_part_of_any_other_is_kept():
    assert file_stem("../../etc/passwd") == "etc-passwd~3f600893bc"


@pytest.mark.parametrize("id", HOSTILE)
def test_any_other_gets_a_name_inside_the_folder(id, tmp_path):
    path = tmp_path / f"{file_stem(id)}.json"
    path.write_text("{}")
    assert path.resolve().parent == tmp_path.resolve()
    assert list(tmp_path.iterdir()) == [path]


@given(st.lists(st.text() | st.sampled_from([*HOSTILE, *USUAL]), unique=True))
def test_no_two_ids_share_a_name(ids):
    stems = file_stems(ids)
    assert list(stems) == ids
    assert len({stem.casefold() for stem in stems.values()}) == len(ids)
    assert all(len(stem.encode("utf-8")) <= 250 for stem in stems.values())
    assert not any(set("/\\\0\n") & set(stem) for stem in stems.values())


def test_ids_that_differ_in_case_alone_are_told_apart():
    stems = file_stems(["Name", "name", "other"])
    assert stems["other"] == "other"
    assert len({stem.lower() for stem in stems.values()}) == 3


def test_gold_of_any_ids_comes_back_and_stays_in_its_folder(tmp_path):
    documents = [GoldDocument(id, "2024-03-22") for id in HOSTILE[:-8] if id != "\ud800"]
    folder = tmp_path / "deep" / "in" / "gold"
    write_standoff(documents, folder)
    assert {d.doc_id for d in read_standoff(folder)} == {d.doc_id for d in documents}
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != folder] == []
    for path in folder.iterdir():
        assert "doc_id" in json.loads(path.read_text())


def test_brat_of_any_ids_comes_back(tmp_path):
    texts = {id: f"Text of {number}." for number, id in enumerate(["a,b", "../x", "Fox", "fox"])}
    folder = tmp_path / "brat"
    brat.write([GoldDocument(id, "2024-03-22") for id in texts], texts, folder)
    documents, read = brat.read(folder)
    assert read == texts
    assert {(d.doc_id, d.published) for d in documents} == {(id, "2024-03-22") for id in texts}
    assert {path.parent for path in tmp_path.rglob("*.txt")} == {folder}


def test_an_article_is_looked_for_in_its_folder_alone(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / f"{file_stem('../secret')}.txt").write_text("public")
    assert check_texts([GoldDocument("../secret", "")], articles) == {"../secret": "public"}
