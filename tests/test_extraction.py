"""What pipeline.extract takes, and what it says of what it cannot take."""

import datetime
from pathlib import Path

import pandas as pd
import pytest

import pipeline
from pipeline.articles import InputError, find, read

TEXT = "Germany and Japan signed the agreement in Tokyo on Monday."
OTHER = "Ministers of Peru visited Chile on Tuesday."
DAY = datetime.date(2024, 5, 8)


def documents(articles, nlp):
    return pipeline.extract(articles, nlp).documents


def published(table):
    return [None if pd.isna(day) else day.date() for day in table["published"]]


@pytest.mark.parametrize(
    ("doc_id", "text", "date", "title"),
    [
        ("doc_id", "text", "published", "title"),
        ("id", "text", "date", "title"),
        ("ID", " Text ", "Published", "Headline"),
        ("id", "body", "publication_date", "headline"),
    ],
)
@pytest.mark.parametrize("make", [pd.DataFrame, list], ids=["frame", "dicts"])
def test_fields_have_the_names_they_have_in_files(nlp, make, doc_id, text, date, title):
    row = {doc_id: "pact", text: TEXT, date: "2024-05-08", title: "A pact", "section": "World"}
    tables = pipeline.extract(make([row]), nlp)
    made = tables.documents.iloc[0]
    assert (made["doc_id"], made["title"], made["status"]) == ("pact", "A pact", "ok")
    assert published(tables.documents) == [DAY]
    assert tables.events["trigger"].tolist() == ["signed"]


@pytest.mark.parametrize(
    "articles",
    [TEXT, [TEXT], (TEXT,), iter([TEXT]), pd.Series([TEXT]), pd.DataFrame({"text": [TEXT]})],
    ids=["one text", "list", "tuple", "iterator", "series", "frame"],
)
def test_texts_alone_are_numbered(nlp, articles):
    tables = pipeline.extract(articles, nlp)
    assert tables.documents["doc_id"].tolist() == ["article-000001"]
    assert tables.events["trigger"].tolist() == ["signed"]


def test_cells_of_a_frame_may_be_missing(nlp):
    frame = pd.DataFrame(
        {
            "id": [7, None, 9],
            "text": [TEXT, OTHER, None],
            "published": [pd.Timestamp(DAY), pd.NaT, pd.NaT],
            "title": [float("nan"), "A visit", pd.NA],
        },
        index=[5, 5, 5],
    )
    made = documents(frame, nlp)
    assert made["doc_id"].tolist() == ["7", "article-000002", "9"]
    assert made["status"].tolist() == ["ok", "ok", "failed"]
    assert published(made) == [DAY, None, None]
    assert made["message"].fillna("").tolist() == ["", "", "empty"]
    assert made["title"].fillna("").tolist() == ["", "A visit", ""]


def test_missing_values_of_dicts_are_missing(nlp):
    row = {"id": float("nan"), "text": TEXT, "published": pd.NaT, "title": pd.NA}
    made = documents([row], nlp)
    assert made["doc_id"].tolist() == ["article-000001"]
    assert made["message"].fillna("").tolist() == [""]


@pytest.mark.parametrize(
    "day", [DAY, datetime.datetime(2024, 5, 8, 23, 30), pd.Timestamp(DAY), "8 May 2024"], ids=str
)
def test_a_date_may_be_an_object(nlp, day):
    assert published(documents([{"text": TEXT, "published": day}], nlp)) == [DAY]


def test_a_bad_date_is_told_as_on_the_command_line(nlp, tmp_path):
    file = tmp_path / "articles.csv"
    file.write_text(f"doc_id,published,text\na,soon,{TEXT}\n", encoding="utf-8")
    (source,) = find([file])
    message = read(source).message
    assert "'soon' was not understood" in message
    row = {"doc_id": "a", "published": "soon", "text": TEXT}
    for articles in ([row], pd.DataFrame([row])):
        made = documents(articles, nlp)
        assert made["status"].tolist() == ["ok"]
        assert made["message"].tolist() == [message]


def test_dates_in_numbers_are_read_as_the_others_of_their_column(nlp):
    rows = [{"text": "Chad met Mali.", "date": date} for date in ("5/8/2024", "13/8/2024")]
    for given in (rows, pd.DataFrame(rows)):
        days = [datetime.date(2024, 8, day) for day in (5, 13)]
        assert published(documents(given, nlp)) == days


def test_ids_are_unique_whatever_they_come_from(nlp, tmp_path):
    file = tmp_path / "pact.txt"
    file.write_text(OTHER, encoding="utf-8")
    made = documents([{"id": "pact", "text": TEXT}, file, {"id": "pact", "text": TEXT}], nlp)
    assert made["doc_id"].tolist() == ["pact", "pact-2", "pact-3"]
    assert made["message"].tolist()[1:] == ["the id pact was taken"] * 2


def test_a_dict_that_cannot_be_read_costs_itself_only(nlp):
    made = documents([{"txt": TEXT}, {"text": 5}, {"text": b"\x00\x01\x02" * 9}, TEXT], nlp)
    assert made["status"].tolist() == ["failed"] * 3 + ["ok"]
    assert "no text column" in made["message"][0]
    assert "holds no text but int" in made["message"][1]
    assert made["message"][2]


def test_a_frame_without_a_text_column_names_its_columns(nlp):
    with pytest.raises(InputError, match=r"no text column.*id, story"):
        pipeline.extract(pd.DataFrame({"id": [1], "story": [TEXT]}), nlp)


@pytest.mark.parametrize("articles", [[], pd.DataFrame({"text": []})], ids=["list", "frame"])
def test_no_articles_give_empty_tables(nlp, articles):
    tables = pipeline.extract(articles, nlp)
    assert tables.documents.empty
    assert tables.events.empty


@pytest.mark.parametrize(
    ("articles", "named"),
    [
        (None, "this is NoneType"),
        (7, "this is int"),
        (TEXT.encode(), "this is bytes"),
        ({"text": TEXT}, "this is dict"),
        (Path("articles"), "this is PosixPath"),
        ([TEXT, 7], "number 2 is int"),
        ([None], "number 1 is NoneType"),
        ([[TEXT]], "number 1 is list"),
    ],
    ids=str,
)
def test_anything_else_is_a_type_error_that_says_what_is_wanted(articles, named):
    with pytest.raises(TypeError, match=f"wants a pandas DataFrame .* or one text; {named}"):
        pipeline.extract(articles)


def test_dir_shows_what_is_imported_later():
    assert {"Tables", "extract", "load"} <= set(dir(pipeline))
