"""The country table: codes, names, demonyms, capitals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import gazetteers, resources


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("U.S.", "USA"), ("US", "USA"), ("USA", "USA"), ("U.S.A.", "USA"), ("America", "USA"),
        ("the United States", "USA"), ("United States of America", "USA"), ("UK", "GBR"),
        ("U.K.", "GBR"), ("Britain", "GBR"), ("Great Britain", "GBR"), ("ROK", "KOR"),
        ("Republic of Korea", "KOR"), ("DPRK", "PRK"), ("PRC", "CHN"), ("R.O.C.", "TWN"),
        ("People’s Republic of China", "CHN"), ("UAE", "ARE"), ("Türkiye", "TUR"),
        ("Turkiye", "TUR"), ("Burma", "MMR"), ("Czechia", "CZE"), ("CHINA", "CHN"),
        ("Côte d’Ivoire", "CIV"), ("Cote d'Ivoire", "CIV"), ("FSM", "FSM"), ("RMI", "MHL"),
        ("Kosovo", "XKX"), ("Holland", "NLD"), ("the Hague", None), ("us", None), ("car", None),
        ("CAR", "CAF"), ("Guinea-Bissau", "GNB"), ("Guinea Bissau", "GNB"), ("Swaziland", "SWZ"),
        ("", None), ("the", None),
    ],
)  # fmt: skip
def test_by_name(text, code):
    found = gazetteers.country_by_name(text)
    assert (found.iso3 if found else None) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("German", "DEU"), ("Germans", "DEU"), ("British", "GBR"), ("Briton", "GBR"),
        ("Britons", "GBR"), ("Scottish", "GBR"), ("French", "FRA"), ("Dutch", "NLD"),
        ("Emirati", "ARE"), ("Palestinian", "PSE"), ("Taiwanese", "TWN"), ("Congolese", "COD"),
        ("Dominican", "DOM"), ("Korean", "KOR"), ("North Korean", "PRK"), ("Nigerien", "NER"),
        ("Nigerian", "NGA"), ("Soviet", "RUS"), ("Afghan", "AFG"), ("Danes", "DNK"),
        ("Swiss", "CHE"), ("Kosovar", "XKX"), ("Filipino", "PHL"), ("polish", "POL"),
        ("European", None), ("Western", None),
    ],
)  # fmt: skip
def test_by_demonym(text, code):
    found = gazetteers.country_by_demonym(text)
    assert (found.iso3 if found else None) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Washington", "USA"), ("Moscow", "RUS"), ("Beijing", "CHN"), ("Kiev", "UKR"),
        ("Kyiv", "UKR"), ("The Hague", "NLD"), ("Tel Aviv", "ISR"), ("Pristina", "XKX"),
        ("San Juan", None), ("Munich", None),
    ],
)  # fmt: skip
def test_by_capital(text, code):
    found = gazetteers.country_by_capital(text)
    assert (found.iso3 if found else None) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("Soviet Union", "RUS"), ("East Germany", "DEU"), ("Yugoslavia", ""), ("Czechoslovakia", "")],
)
def test_former_states_keep_their_name(name, code):
    found = gazetteers.country_by_name(name)
    assert (found.name, found.status, found.sovereign) == (name, "former", code)


def test_codes_are_of_today():
    assert gazetteers.country("DEU").name == "Germany"
    assert gazetteers.country("GRL").sovereign == "DNK"
    assert gazetteers.country("SUN") is None


def test_the_table_is_whole():
    today = [c for c in gazetteers.countries() if c.status != "former"]
    assert len(today) == len({c.iso3 for c in today}) == len({c.iso2 for c in today}) == 250
    codes = {c.iso3 for c in today} | {""}
    assert all(c.sovereign in codes for c in gazetteers.countries())
    states = [c for c in today if c.status == "state"]
    assert {c.iso3 for c in states if not c.demonyms} == {"COG", "DMA", "VAT"}
    assert {c.iso3 for c in states if not c.capitals} == {"SGP"}


ROW = "ABC,AB,Abcland,,Abcs,Abc City,state,ABC,1,2,"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROW.replace("Abcland", "")], "line 2 (): name: empty"),
        ([ROW.replace("ABC,AB", ",AB")], "line 2 (Abcland): iso3: empty"),
        ([ROW.replace("state", "realm")], "line 2 (Abcland): status: 'realm' is none of state"),
        ([ROW.replace(",ABC,1", ",Abc,1")], "line 2 (Abcland): sovereign: 'Abc' is no alpha-3"),
        ([ROW.replace(",1,2", ",north,2")], "line 2 (Abcland): latitude: 'north' is no number"),
        ([ROW.replace(",1,2", ",1,181")], "line 2 (Abcland): longitude: 181.0 is outside ±180"),
        ([ROW, ROW.replace("Abcland", "Other")], "line 3 (Other): demonyms: 'Abcs' is Abcland too"),
    ],
)
def test_a_broken_table_says_where(tmp_path: Path, rows, message):
    lines = [",".join(gazetteers.COLUMNS), *rows]
    (tmp_path / "countries.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(resources.KnowledgeError, match=re.escape(f"countries.csv: {message}")):
        gazetteers.load(tmp_path)


@given(st.text(max_size=40))
def test_any_text_is_looked_up(text):
    for look_up in (
        gazetteers.country_by_name,
        gazetteers.country_by_demonym,
        gazetteers.country_by_capital,
    ):
        found = look_up(text)
        assert found is None or found.name


@pytest.mark.parametrize("source", [{}, {"a": "x"}, {"a": ["x", 1]}, {"a": [True]}, [], None])
def test_a_list_of_words_that_is_none(source):
    with pytest.raises(resources.KnowledgeError, match=r"own\.yaml: a: must be a list of words"):
        resources.words(source, "a", "own.yaml")
