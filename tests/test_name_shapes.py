"""Names whose parts are countries, titles, auxiliaries or degrees; spellings of one name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import spacy
import yaml
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pipeline.components.actors import shapes
from pipeline.components.actors.lexicon import packaged, sound
from pipeline.components.actors.surfaces import Hit

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


@pytest.mark.parametrize(
    ("words", "names", "found"),
    [
        ("in Salt Lake City .", [(1, 3, "LOC")], [(1, 4)]),
        ("in Kansas City .", [(1, 2, "GPE")], [(1, 3)]),
        ("in Lima Airport .", [(1, 2, "GPE")], [(1, 2)]),
        ("in Cambridge , Massachusetts .", [(3, 4, "GPE")], [(1, 2), (3, 4)]),
        ("in Salt Lake City , Utah .", [(5, 6, "GPE")], [(1, 4), (5, 6)]),
        # No gazetteer knows it, it is a party, or no division follows.
        ("in Sorrow , Massachusetts .", [(3, 4, "GPE")], [(3, 4)]),
        ("met Cambridge , Massachusetts .", [(3, 4, "GPE")], [(3, 4)]),
        ("in Cambridge , Peru .", [(3, 4, "GPE")], [(3, 4)]),
    ],
)
def test_towns_are_whole(words: str, names: list, found: list) -> None:
    tokens = words.split()
    doc = Doc(
        spacy.blank("en").vocab,
        words=tokens,
        tags=["IN" if w == "in" else "NNP" if w[0].isupper() else "VBD" for w in tokens],
        pos=["PROPN" if w[0].isupper() else "X" for w in tokens],
    )
    hits = shapes.towns(doc, [Hit(*name, "model") for name in names])
    assert [(hit.start, hit.end) for hit in hits] == found
