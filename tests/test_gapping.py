"""Acts whose verb is left out behind the first: a party and a day each."""

from __future__ import annotations

import pytest

from pipeline import extract

COLUMNS = ["actors", "recipients", "date"]
CASES = [
    ("Peru thanked Chile on Monday and Bolivia on Tuesday.", ["Chile 06-03", "Bolivia 06-04"]),
    ("Chad attacked Mali in 2019 and Niger in 2021.", ["Mali 2019", "Niger 2021"]),
    ("Mali will host Niger on 23 December and Chad on 24 December.", ["Niger 12-23", "Chad 12-24"]),
    ("Japan signed treaties with Peru in 2022 and Chile in 2021.", ["Peru 2022", "Chile 2021"]),
    (
        "Japan signed a treaty with Peru in 2022 and one with Chile in 2021.",
        ["Peru 2022", "Chile 2021"],
    ),
    ("Peru met Chile in Lima on Monday and Mali on Tuesday.", ["Chile 06-03", "Mali 06-04"]),
    # Nothing is left out where another verb, subject, place or only another day follows.
    ("Peru thanked Chile on Monday and Bolivia thanked Peru on Tuesday.", ["Chile 06-03"]),
    ("Peru met Chile in Lima on Monday and in Quito on Tuesday.", ["Chile 06-03"]),
    ("Peru met Chile on Monday and Tuesday.", ["Chile 06-03"]),
    ("Peru thanked Chile and Bolivia on Monday.", ["Bolivia; Chile 06-03"]),
]


@pytest.mark.parametrize(("text", "wanted"), CASES, ids=lambda value: str(value)[:60])
def test_a_party_and_a_day_behind_the_first(text, wanted, nlp):
    events = extract([{"text": text, "published": "2024-06-06"}], nlp).events
    first = text.split()[0]
    found = []
    for row in events[COLUMNS].to_dict("records"):
        if first in row["actors"]:
            others = sorted({*row["actors"], *row["recipients"]} - {first})
            found.append(f"{'; '.join(others)} {row['date'].removeprefix('2024-')}")
    assert found == wanted


def test_the_place_of_the_first_is_its_own(nlp):
    text = "Peru met Chile in Lima on Monday and Mali on Tuesday."
    events = extract([{"text": text, "published": "2024-06-06"}], nlp).events
    assert list(events["place"].isna()) == [False, True]
