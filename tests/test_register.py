"""The knowledge files of agreements: what is checked on load, and what must be in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.components.agreements import knowledge
from pipeline.components.agreements.ids import build
from pipeline.resources import KnowledgeError

HEADER = "id,type,name,aliases,about,parties,signed,in_force,status,source\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("terms.yaml", "types.yaml", "register.csv"):
        shutil.copy(knowledge.FOLDER / name, tmp_path / name)
    return tmp_path


def test_the_register_is_large_and_sourced() -> None:
    register = knowledge.load().register
    assert len(register) >= 250
    assert all(entry.source for entry in register)
    assert [entry.id for entry in register] == sorted(entry.id for entry in register)


@pytest.mark.parametrize(
    ("agreement_id", "signed", "in_force"),
    [
        ("DEU-JPN:ACSA", "2024-01-29", "2024-07-12"),
        ("DEU-JPN:ISA", "2021-03-22", "2021-03-22"),
        ("DEU-JPN:DETT", "2017-07-17", ""),
        ("AUS-JPN:RAA", "2022-01-06", "2023-08-13"),
        ("GBR-JPN:RAA", "2023-01-11", "2023-10-15"),
        ("NATO-SOFA", "1951-06-19", "1953-08-23"),
        ("UN-CHARTER", "1945-06-26", "1945-10-24"),
        ("NPT", "1968-07-01", "1970-03-05"),
        ("NEW-START", "2010-04-08", "2011-02-05"),
        ("DEU-FRA:ELYSEE", "1963-01-22", "1963-07-02"),
        ("CPTPP", "2018-03-08", "2018-12-30"),
    ],
)
def test_well_known_dates(agreement_id: str, signed: str, in_force: str) -> None:
    (entry,) = [e for e in knowledge.load().register if e.id == agreement_id]
    assert (entry.signed, entry.in_force) == (signed, in_force)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("jpn-usa:acsa,ACSA,N,,,JPN; USA,,,,S", "id: neither"),
        ("JPN-USA:ACSA,ACSA,N,,,JPN,,,,S", "parties: differ"),
        ("JPX-USA:ACSA,ACSA,N,,,JPX; USA,,,,S", "'JPX' is no ISO"),
        ("USA-JPN:ACSA,ACSA,N,,,USA; JPN,,,,S", "parties: not sorted"),
        ("JPN-USA:ACSA,FOO,N,,,JPN; USA,,,,S", "type: 'FOO'"),
        ("JPN-USA:ACSA:1996,ACSA,N,,,JPN; USA,1997,,,S", "signed: not in the year"),
        ("XYZ,XYZ,N,,,,April 1996,,,S", "signed: 'April 1996' is no EDTF"),
        ("XYZ,XYZ,N,,,,1996-05,1996-04,,S", "in_force: before signed"),
        ("XYZ,XYZ,,,,,,,,S", "name, source: empty"),
        ("XYZ,XYZ,N,,,,,,dead,S", "status: 'dead'"),
        ("XYZ,XYZ,N,,,,,,,S\nXYZ,XYZ,M,,,,,,,S", "id: stands twice"),
        ("XYZ,XYZ,Same Pact,,,,,,,S\nABC,ABC,Same Pact,,,,,,,S", "name of XYZ, ABC"),
    ],
)
def test_mistakes_in_the_register(folder: Path, row: str, problem: str) -> None:
    (folder / "register.csv").write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"^register\.csv: ") as error:
        knowledge.load(folder)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("types.yaml", "- type: RAA", "- type: raa", "type: not in capitals"),
        ("types.yaml", "- type: ACSA", "- type: RAA", "type: stands twice"),
        ("types.yaml", "  field: defense\n", "  feld: defense\n", "field: missing"),
        ("types.yaml", "parties: 2", "parties: 3", "parties: neither"),
        ("types.yaml", '"cross ?servicing"', '"cross (servicing"', "about: "),
        ("terms.yaml", "bare: always", "bare: ever", "bare: 'ever'"),
        ("terms.yaml", "topics: [", "topic: [", "topics: is no list"),
        ("terms.yaml", "no, any", "true, any", "indefinite: is no list of words"),
    ],
)
def test_mistakes_in_types_and_terms(
    folder: Path, file: str, old: str, new: str, problem: str
) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        knowledge.load(folder)
    assert str(error.value).startswith(f"{file}: ")
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("kind", "parties", "year", "expected"),
    [
        ("ACSA", ["JPN", "DEU"], "", "DEU-JPN:ACSA"),
        ("ACSA", ["JPN", "USA"], "", "JPN-USA:ACSA"),
        ("ACSA", ["USA", "JPN"], "1996", "JPN-USA:ACSA:1996"),
        ("ACSA", ["USA", "JPN"], "2011", "JPN-USA:ACSA"),
        ("PEACE", ["IND", "PAK"], "", "IND-PAK:PEACE"),
        ("CEASEFIRE", ["COD"], "", "COD:CEASEFIRE"),
        ("RAA", [], "", ""),
        ("", ["DEU", "JPN"], "", ""),
    ],
)
def test_building_an_id(kind: str, parties: list[str], year: str, expected: str) -> None:
    assert build(knowledge.load(), kind, parties, year).agreement_id == expected
