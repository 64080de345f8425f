"""Reading articles: what is found, decoded and said about them."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import time
from pathlib import Path

import pytest

from pipeline import resources
from pipeline.articles import Fields, InputError, Source, find, read
from pipeline.articles import published as publication
from pipeline.articles.decoding import decode
from pipeline.articles.languages import recognise
from pipeline.articles.reading import MAX_CHARACTERS, read_metadata

CORPUS = Path(__file__).parent.parent / "corpus"
ENGLISH = "The ministers of both countries met in the capital and agreed to meet again in spring. "


def texts(*paths, fields=None):
    return {s.doc_id: read(s).text for s in find(paths, fields or Fields())}


# Files and folders ---------------------------------------------------------------------------


def test_corpus_is_read_with_its_metadata():
    metadata = read_metadata(CORPUS / "documents.csv")
    articles = {s.doc_id: read(s, metadata) for s in find([CORPUS / "articles"])}
    expected = {
        "german-japanese-government-consultations": ("2023-03-18", "metadata"),
        "germany-japan-operational-partnership": ("None", ""),
        "japan-germany-sign-acsa": ("2024-02-08", "metadata"),
        "japan-germany-strategic-dialogue": ("2025-08-18", "metadata"),
        "pistorius-proposes-raa-yokosuka": ("2026-03-24", "metadata"),
    }
    assert {k: (str(a.published), a.published_from) for k, a in articles.items()} == expected
    for doc_id, article in articles.items():
        path = CORPUS / "articles" / f"{doc_id}.txt"
        assert article.text == path.read_bytes().decode("utf-8")
        assert (article.status, article.language, article.message) == ("ok", "en", "")


def test_text_says_itself_when_it_was_published():
    found = {s.doc_id: read(s) for s in find([CORPUS / "articles"])}
    stamped = found["japan-germany-sign-acsa"]
    assert (stamped.published, stamped.published_from) == (datetime.date(2024, 2, 8), "text")
    # The dateline is the day of the event; the line at the end says when it was first reported.
    reported = found["pistorius-proposes-raa-yokosuka"]
    assert (reported.published, reported.published_from) == (datetime.date(2026, 3, 24), "text")
    assert found["japan-germany-strategic-dialogue"].published is None


def test_folder_glob_and_gz(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.txt").write_text("b")
    (tmp_path / "sub" / "a.md").write_text("a")
    (tmp_path / "c.v1.txt.gz").write_bytes(gzip.compress(b"c"))
    (tmp_path / ".hidden.txt").write_text("no")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    assert texts(tmp_path) == {"b": "b", "c.v1": "c", "a": "a"}
    assert texts(str(tmp_path / "*.txt")) == {"b": "b"}


def test_line_ends_and_blanks_are_kept(tmp_path):
    raw = "One.\r\n\r\nTwo\t\u00a0three.\rFour.\u2028Five.\n"
    (tmp_path / "a.txt").write_bytes(raw.encode())
    assert texts(tmp_path) == {"a": raw}


def test_standard_input(monkeypatch):
    class Stdin:
        buffer = io.BytesIO(b"From a pipe.")

    monkeypatch.setattr("sys.stdin", Stdin)
    assert texts("-") == {"stdin": "From a pipe."}


def test_same_names_get_ids_of_their_own(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "news.txt").write_text(f"In {folder}.")
    found = list(find([tmp_path]))
    assert [s.doc_id for s in found] == ["news", "news-2"]
    assert read(found[1]).message.startswith("the id news was taken")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("missing.txt", "does not exist"), ("*.nothing", "matches nothing")],
)
def test_wrong_paths(tmp_path, name, problem):
    with pytest.raises(InputError, match=problem):
        list(find([tmp_path / name]))


# Containers ----------------------------------------------------------------------------------

ROWS = [
    {"doc_id": "one", "text": "First.", "published": "2021-05-06", "title": "T1"},
    {"doc_id": "two", "text": 'Second, with "quotes"\nand a line.', "published": "", "title": ""},
]


def _write(path: Path, rows) -> Path:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows))
    elif path.suffix == ".csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        pandas = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        pandas.DataFrame(rows).to_parquet(path)
    return path


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "parquet"])
def test_containers(tmp_path, kind):
    path = _write(tmp_path / f"articles.{kind}", ROWS)
    found = [read(source) for source in find([path])]
    assert [a.doc_id for a in found] == ["one", "two"]
    assert [a.text for a in found] == [row["text"] for row in ROWS]
    assert found[0].published == datetime.date(2021, 5, 6)
    assert (found[0].published_from, found[0].title) == ("metadata", "T1")
    assert (found[1].published, found[1].published_from) == (None, "")


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "parquet"])
def test_named_columns(tmp_path, kind):
    rows = [{"nr": 7, "body_en": "Words.", "when": "6 May 2021", "head": "H"}]
    path = _write(tmp_path / f"articles.{kind}", rows)
    [source] = find([path], Fields(text="body_en", id="nr", date="when", title="head"))
    article = read(source)
    assert (article.doc_id, article.text, article.title) == ("7", "Words.", "H")
    assert article.published == datetime.date(2021, 5, 6)


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "parquet"])
def test_wrong_column_name(tmp_path, kind):
    path = _write(tmp_path / f"articles.{kind}", ROWS)
    with pytest.raises(InputError, match=r"no column 'wrong'; there are: doc_id, text"):
        list(find([path], Fields(text="wrong")))


def test_rows_without_id_are_numbered(tmp_path):
    path = _write(tmp_path / "a.jsonl", [{"text": "One."}, {"text": "Two."}])
    assert [s.doc_id for s in find([path])] == ["a-000001", "a-000002"]


def test_one_json_object_is_one_article(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"content": "Words.", "headline": "H"}))
    [article] = map(read, find([tmp_path]))
    assert (article.doc_id, article.text, article.title) == ("a", "Words.", "H")


BROKEN_CSV = [
    # file, texts that must still come out, number of broken records
    ('doc_id,text\na,one\nb,"open quote\nc,three\n', ["one", "three"], 1),
    ("doc_id,text\na,one\nb,two,extra\nc,three\n", ["one", "three"], 1),
    ('doc_id,text\na,"he said "no" again"\nb,two\n', ["two"], 1),
    ('doc_id,text\na,"a 5"" gun\nover lines"\nb,two\n', ['a 5" gun\nover lines', "two"], 0),
    ('doc_id,text\na,a 5" gun\nb,two\n', ['a 5" gun', "two"], 0),
    ("\ufeffdoc_id,text\r\na,one\r\n\r\nb,two\r\n", ["one", "two"], 0),
]


@pytest.mark.parametrize(("content", "good", "broken"), BROKEN_CSV)
def test_broken_csv_loses_only_the_broken_record(tmp_path, content, good, broken):
    (tmp_path / "a.csv").write_bytes(content.encode())
    found = [read(source) for source in find([tmp_path / "a.csv"])]
    assert [a.text for a in found if a.status != "failed"] == good
    failures = [a.message for a in found if a.status == "failed"]
    assert len(failures) == broken
    assert all("broken quoting" in message for message in failures)


def test_bad_json_line_loses_only_itself(tmp_path):
    lines = ['{"text": "One."}', "{broken", "[1]", '{"text": "Two."}', '{"other": 1}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    found = [read(source) for source in find([tmp_path])]
    assert [a.status for a in found] == ["ok", "failed", "failed", "ok", "failed"]
    assert "line 2 is not JSON" in found[1].message
    assert "line 3 is not a JSON object" in found[2].message
    assert "no text column" in found[4].message


def test_utf16_json_lines(tmp_path):
    (tmp_path / "a.jsonl").write_bytes('{"text": "Öl"}\n{"text": "Gas"}\n'.encode("utf-16"))
    assert list(texts(tmp_path).values()) == ["Öl", "Gas"]


# Encodings -----------------------------------------------------------------------------------

SAMPLE = ENGLISH + "The café’s owner said “no” to Mr Müller – twice. " + ENGLISH


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (SAMPLE.encode(), SAMPLE, ""),
        (SAMPLE.encode("utf-8-sig"), SAMPLE, ""),
        (SAMPLE.encode("utf-16"), SAMPLE, "utf-16"),
        (SAMPLE.encode("utf-16-le"), SAMPLE, "utf-16-le"),
        (SAMPLE.encode("utf-16-be"), SAMPLE, "utf-16-be"),
        (SAMPLE.encode("utf-32"), SAMPLE, "utf-32"),
        (SAMPLE.encode("cp1252"), SAMPLE, "cp1252"),
        ("Zoë and José met.".encode("latin-1"), "Zoë and José met.", "cp1252"),
        ("São Tomé, Ségolène, Genève.".encode("cp1252"), "São Tomé, Ségolène, Genève.", "cp1252"),
    ],
)
def test_encodings(data, text, note):
    decoded, remark = decode(data)
    assert decoded == text
    assert note in remark
    assert bool(note) == bool(remark)


def test_broken_utf8_is_repaired_not_misread():
    data = SAMPLE.encode().replace("é".encode(), b"\xc3", 1)
    text, note = decode(data)
    assert text == SAMPLE.replace("é", "\ufffd", 1)
    assert note == "1 broken UTF-8 characters replaced"


def test_other_scripts_are_detected():
    text, _ = decode(("日本とドイツは防衛協力を深めることで合意した。" * 20).encode("shift_jis"))
    assert text.startswith("日本とドイツ")


# Markup --------------------------------------------------------------------------------------

PAGE = f"""<html><head><title>Pact signed | Example News</title>
<meta property="og:title" content="Pact signed">
<meta property="article:published_time" content="2022-03-04T10:00:00Z"></head>
<body><nav>Home World</nav><article><h1>Pact signed</h1><p>{ENGLISH * 3}</p>
<p>They spoke on 1 January 1999 of trade. {ENGLISH * 2}</p></article>
<footer>Cookies</footer></body></html>"""


def test_html(tmp_path):
    pytest.importorskip("trafilatura")
    (tmp_path / "page.html").write_text(PAGE)
    [article] = map(read, find([tmp_path]))
    assert article.text.startswith("Pact signed\n")
    assert "They spoke on" in article.text
    assert "Cookies" not in article.text
    assert (article.title, str(article.published)) == ("Pact signed", "2022-03-04")


def test_html_without_date_has_none(tmp_path):
    pytest.importorskip("trafilatura")
    (tmp_path / "page.html").write_text(PAGE.replace("2022-03-04T10:00:00Z", ""))
    [article] = map(read, find([tmp_path]))
    assert article.published is None


def test_markdown_front_matter(tmp_path):
    text = f"---\ntitle: A pact\ndate: 2020-02-03\n---\n# Head\n\n{ENGLISH}"
    (tmp_path / "a.md").write_text(text)
    [article] = map(read, find([tmp_path]))
    assert article.text == text
    assert (article.title, str(article.published)) == ("A pact", "2020-02-03")
    assert text[article.zones[0].end :].startswith("\n# Head")


# Metadata, dates, languages ------------------------------------------------------------------


def test_precedence_of_dates(tmp_path):
    metadata = tmp_path / "documents.csv"
    metadata.write_text("doc_id,published\na,2001-01-01\nb,\n")
    known = read_metadata(metadata)
    row = {"text": "Rome, 4 April 2004\n" + ENGLISH, "id": "", "date": "2002-02-02", "title": ""}
    option = datetime.date(2003, 3, 3)
    undated = {**row, "date": ""}
    cases = [
        (Source("a", "", "csv", row=row), option, "2001-01-01", "metadata"),
        (Source("b", "", "csv", row=row), option, "2002-02-02", "metadata"),
        (Source("b", "", "csv", row=undated), option, "2003-03-03", "option"),
        (Source("b", "", "csv", row=undated), None, "2004-04-04", "text"),
        (Source("b", "", "csv", row={**undated, "text": ENGLISH}), None, "None", ""),
    ]
    for source, given, published, origin in cases:
        article = read(source, known, given)
        assert (str(article.published), article.published_from) == (published, origin)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("name,published\na,2001-01-01\n", "no column doc_id"),
        ("name,published\na,2001-01-01\n", "there are: name, published"),
    ],
)
def test_wrong_metadata(tmp_path, content, problem):
    path = tmp_path / "m.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=problem):
        read_metadata(path)


def test_missing_metadata(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_metadata(tmp_path / "none.csv")


def _published_examples():
    return [
        pytest.param(example["text"], example["published"], id=rule["id"])
        for rule in resources.document("articles/published.yaml")["lines"]
        for example in rule["examples"]
    ]


@pytest.mark.parametrize(("text", "published"), _published_examples())
def test_published_examples(text, published):
    assert str(publication.from_text(text) or "") == published


@pytest.mark.parametrize(
    "text",
    [
        "The treaty was signed on 4 April 1949 in Washington.",
        "On March 3, 2024, ministers met.",
        ENGLISH * 9 + "\nOn 3 May 2021 they met.\n" + ENGLISH,
        "Talks of 31 February 2021",
    ],
)
def test_dates_inside_sentences_are_not_publication_dates(text):
    assert publication.from_text(text) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-02-08", "2024-02-08"),
        ("2024-02-08T10:00:00+09:00", "2024-02-08"),
        ("Feb. 8, 2024", "2024-02-08"),
        ("8 February 2024 at noon", "2024-02-08"),
        ("2024/2/8", "2024-02-08"),
        ("Wed, 08 May 2024 23:59:59 GMT", "2024-05-08"),
        ("Wed May 08 2024 10:00:00 GMT+0000", "2024-05-08"),
        ("20240508", "2024-05-08"),
        ("20240508T101500Z", "2024-05-08"),
        ("08-May-24", "2024-05-08"),
        ("08.05.2024", "2024-05-08"),
        ("13/5/2024", "2024-05-13"),
        ("1715126400", "2024-05-08"),
        ("1715126400000", "2024-05-08"),
        ("8/5/2024", "None"),
        ("", "None"),
        ("last week", "None"),
        ("2024-13-45", "None"),
    ],
)
def test_parsing_dates(value, expected):
    assert str(publication.parse(value)) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        ("Deutschland und Japan wollen bei Rohstoffen enger zusammenarbeiten als bisher.", "de"),
        ("日本とドイツの両政府は首都で会談し、防衛協力を深めることで合意した。", "ja"),
        ("Les deux gouvernements ont signé un accord de défense à Paris hier soir.", "fr"),
        ("", ""),
        ("12 34 {}", ""),
        ("Berlin", ""),
    ],
)
def test_languages(text, language):
    assert recognise(text) == language


def test_other_languages_are_skipped():
    text = "Deutschland und Japan wollen bei Rohstoffen enger zusammenarbeiten. " * 3
    article = read(Source("a", "a.txt", "text", data=text.encode()))
    assert (article.status, article.language) == ("skipped", "de")
    assert article.message == "not English: de"


def test_too_long_a_text_fails():
    article = read(Source("a", "a.txt", "text", data=b"word " * (MAX_CHARACTERS // 5 + 1)))
    assert article.status == "failed"
    assert "the limit is 1,000,000" in article.message


# What people really feed it ------------------------------------------------------------------


@pytest.mark.parametrize("value", ["soon", "2001-02-30", "8/5/2024"])
def test_dates_that_are_not_understood_are_said(tmp_path, value):
    path = tmp_path / "m.csv"
    path.write_text(f"doc_id,published\na,{value}\n")
    row = {"text": ENGLISH, "date": "", "title": ""}
    article = read(Source("a", "", "csv", row=row), read_metadata(path))
    assert article.published is None
    assert article.message.startswith(f"the date '{value}' was not understood")
    article = read(Source("b", "", "csv", row={**row, "date": value}))
    assert article.message.startswith(f"the date '{value}' was not understood")


def test_metadata_as_spreadsheets_write_it(tmp_path):
    path = tmp_path / "m.csv"
    title = "A title\u2028with\x85signs\x0cof other line ends" + "x" * 200_000
    rows = [f"\ufeffDoc_ID;Published;Title\r\na;13/5/2024;{title}\r\n", "b;5/8/2024;\r\n" * 2]
    path.write_text("".join(rows), newline="")
    known = read_metadata(path)
    assert str(known["a"].published) == "2024-05-13"
    assert known["a"].title == title
    assert str(known["b"].published) == "2024-08-05"
    assert known["b"].note == "its id stands twice in the metadata; the last row counts"


@pytest.mark.parametrize(
    ("values", "value", "date"),
    [
        (["5/8/2024", "13/8/2024"], "5/8/2024", "2024-08-05"),
        (["5/8/2024", "8/13/2024"], "5/8/2024", "2024-05-08"),
        (["5/8/2024", "13/8/2024", "8/13/2024"], "5/8/2024", "None"),
        (["45420", "45421"], "45420", "2024-05-08"),
        (["45420", "2024-05-09"], "45420", "None"),
    ],
)
def test_columns_of_dates_tell_how_each_is_written(values, value, date):
    assert str(publication.parse(value, publication.order_of(values))) == date


def _dates(path, **options):
    return [(str(a.published), a.message) for a in map(read, find([path], **options))]


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "parquet"])
@pytest.mark.parametrize(
    ("values", "dates"),
    [
        (["5/8/2024", "13/8/2024"], ["2024-08-05", "2024-08-13"]),
        (["5/8/2024", "8/13/2024"], ["2024-05-08", "2024-08-13"]),
        (["45420", "45421.5", ""], ["2024-05-08", "2024-05-09", "None"]),
    ],
)
def test_dates_of_a_container_are_read_by_its_other_dates(tmp_path, kind, values, dates):
    rows = [{"doc_id": str(n), "text": ENGLISH, "published": v} for n, v in enumerate(values)]
    found = _dates(_write(tmp_path / f"a.{kind}", rows))
    assert found == [(date, "") for date in dates]


def test_dates_that_contradict_each_other_stay_open(tmp_path):
    values = ["5/8/2024", "13/8/2024", "8/13/2024", "45420"]
    rows = [{"text": ENGLISH, "published": value} for value in values]
    path = _write(tmp_path / "a.jsonl", rows)
    found = _dates(path)
    assert [date for date, _ in found] == ["None", "2024-08-13", "2024-08-13", "None"]
    assert found[0][1] == (
        "the date '5/8/2024' was not understood: 2024-05-08 or 2024-08-05 (--date-order)"
    )
    assert found[3][1] == "the date '45420' was not understood (YYYY-MM-DD is)"
    assert _dates(path, date_order="MDY")[0] == ("2024-05-08", "")
    assert _dates(path, date_order="DMY")[0] == ("2024-08-05", "")


def test_the_order_of_dates_as_an_option(tmp_path):
    metadata = tmp_path / "metadata"
    metadata.write_text("doc_id,published\na,5/8/2024\n")
    assert str(read_metadata(metadata, "MDY")["a"].published) == "2024-05-08"
    (tmp_path / "a.md").write_text(f"---\ndate: 5/8/2024\n---\n{ENGLISH}")
    (tmp_path / "b.txt").write_text(f"5/8/2024\n{ENGLISH}")
    found = _dates(tmp_path, date_order="DMY")
    assert [date for date, _ in found] == ["2024-08-05", "2024-08-05"]


def test_a_file_is_looked_through_for_its_dates_once(tmp_path, monkeypatch):
    rows = [{"text": ENGLISH, "published": "5/8/2024"} for _ in range(50)]
    path = _write(tmp_path / "a.jsonl", rows)
    asked = []
    order_of = publication.order_of
    monkeypatch.setattr(publication, "order_of", lambda v: asked.append(1) or order_of(v))
    assert len(_dates(path)) == 50
    assert len(asked) == 1


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_separators_and_capitals(tmp_path, mark):
    rows = [["Doc_ID", "Published", "Text"], ["a", "2024-05-08", '"Mali met\nChad."']]
    (tmp_path / "a.csv").write_text("\n".join(mark.join(row) for row in rows))
    [article] = map(read, find([tmp_path / "a.csv"]))
    assert (article.doc_id, article.text) == ("a", "Mali met\nChad.")
    assert str(article.published) == "2024-05-08"


def test_a_column_that_holds_no_text_says_so(tmp_path):
    path = _write(tmp_path / "a.jsonl", [{"text": 5}, {"text": "Words."}])
    first, second = map(read, find([path]))
    assert first.message == "the column 'text' holds no text but int"
    assert second.status == "ok"


def test_many_articles_of_one_id_cost_little(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "a"}\n' * 20_000)
    start = time.process_time()
    ids = [source.doc_id for source in find([tmp_path / "a.jsonl"])]
    assert len(set(ids)) == 20_000
    assert ids[-1] == "x-20000"
    assert time.process_time() - start < 10


def test_what_a_library_stumbles_over_is_one_row(tmp_path, monkeypatch):
    from pipeline.articles import containers

    def stumble(*_):
        raise OverflowError("a value out of range")

    (tmp_path / "a.jsonl").write_text('{"text": "a"}')
    (tmp_path / "b.txt").write_text(ENGLISH)
    monkeypatch.setattr(containers, "records", stumble)
    first, second = map(read, find([tmp_path]))
    assert first.message == "cannot be read: a value out of range"
    assert second.status == "ok"


@pytest.mark.parametrize("block", ["date: 2024-02-31", "a: " + "[" * 5000])
def test_broken_front_matter_is_text(tmp_path, block):
    (tmp_path / "a.md").write_text(f"---\n{block}\n---\n{ENGLISH}")
    [article] = map(read, find([tmp_path]))
    assert article.status == "ok"
