"""Names whose parts are countries, titles, auxiliaries or degrees; spellings of one name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pipeline.components.actors import shapes
from pipeline.components.actors.lexicon import packaged, sound

CASES = yaml.safe_load((Path(__file__).parent / "data/name_shapes.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda case: str(case[0])[:50]
)
def test_names(case: list[Any], nlp: Language) -> None:
    text, names = case
    assert [f"{ent.label_} {ent.text}" for ent in nlp(text).ents] == names


def test_a_modal_in_a_name_is_part_of_it() -> None:
    doc = Doc(
        Vocab(),
        words=["Elaine", "May", "visited", "Oslo"],
        tags=["NNP", "MD", "VBN", "NNP"],
        pos=["PROPN", "AUX", "VERB", "PROPN"],
        heads=[2, 2, 2, 2],
        deps=["nsubj", "aux", "ROOT", "obj"],
    )
    shapes.straighten(Span(doc, 0, 2, label="PERSON"))
    assert [(t.tag_, t.dep_, t.head.i) for t in doc[1:3]] == [
        ("NNP", "flat", 0),
        ("VBD", "ROOT", 2),
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zelenskyy", "Selenskyj", True),
        ("Zelenskyy", "Zelensky", True),
        ("Mohamad bin Salman", "Mohammed bin Salman", True),
        ("Abdel Fattah al-Sissi", "Abdel Fattah al-Sisi", True),
        ("Khashoggi", "Kashoggi", True),
        ("Salman", "Suleiman Said", False),
        ("Lavrov", "Larsen", False),
    ],
)
def test_spellings_of_one_name(one: str, other: str, same: bool) -> None:
    assert (sound(one) == sound(other)) is same


@pytest.mark.parametrize(
    ("name", "holder"),
    [
        ("mohamad bin salman", "Mohammed bin Salman"),
        ("volodymyr selenskyj", "Volodymyr Zelenskyy"),
        ("yi wang", "Wang Yi"),
        ("salman", ""),
    ],
)
def test_office_holders_however_spelled(name: str, holder: str) -> None:
    found = {term.name for term in packaged().holders(name.split())}
    assert found == ({holder} if holder else set())


def test_a_part_of_a_double_name_is_no_surname() -> None:
    assert all(
        term.name != "Michèle Alliot-Marie" for term in packaged().by_surname.get("marie", [])
    )
    assert [t.country for t in packaged().by_surname["alliot marie"]][:1] == ["FRA"]


@pytest.mark.parametrize(
    ("text", "surname", "entity"),
    [
        ("Anton Zelenskyy visited Oslo. Zelensky thanked Norway.", "Zelensky", "Anton Zelenskyy"),
        ("Luis Vega Molina visited Peru. Vega thanked Peru.", "Vega", "Luis Vega Molina"),
        (
            "Omar Karim Nasser of Yemen visited Oman. Karim Nasser thanked it.",
            "Karim Nasser",
            "Omar Karim Nasser",
        ),
    ],
)
def test_short_forms_mean_the_person(text: str, surname: str, entity: str, nlp: Language) -> None:
    named = [ent for ent in nlp(text).ents if ent.text == surname]
    assert [ent._.entity.name for ent in named] == [entity]
