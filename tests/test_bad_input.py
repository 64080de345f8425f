"""Bad input: each kind gives a row or a clear line, never a traceback, never a lost article.

Every case stands in a folder with a good article before and after it, which must come out as if
the bad one were not there.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_fakes import ENGLISH, use_fakes

from pipeline.articles import find, read
from pipeline.articles.decoding import MAX_BYTES
from pipeline.running import Options, run

GERMAN = "Deutschland und Japan wollen bei Rohstoffen enger zusammenarbeiten als bisher. " * 3
JAPANESE = "日本とドイツの両政府は首都で会談し、防衛協力を深めることで合意した。" * 3
SENTENCE = "Both sides signed the pact. "


def _page(depth):
    return (
        "<html><body>" + "<div>" * depth + f"<p>{ENGLISH}</p>" + "</div>" * depth + "</body></html>"
    )


def _bomb():
    return gzip.compress(b"a" * (MAX_BYTES + 1000), 9)


def _csv(rows):
    return ("doc_id,text\n" + rows).encode()


# name of the file, its bytes, {doc_id: (status, start of the message)}
CASES = [
    ("empty.txt", b"", {"empty": ("failed", "empty")}),
    ("twice.txt.gz.gz", gzip.compress(gzip.compress(b"x")), {}),
    (
        "lines.jsonl.gz",
        gzip.compress(b"\n" * 300_000_000, 9),
        {"lines-000001": ("failed", "line 1")},
    ),
    (
        "objects.json",
        b"[" + b"{}," * 5_000_000 + b"{}]",
        {"objects": ("failed", "more than 1,000")},
    ),
    (
        "numbers.json",
        b"[" + b"1," * 999 + b"1]",
        {f"numbers-{n:06d}": ("failed", "not a JSON object") for n in range(1, 1001)},
    ),
    (
        "title.csv",
        f"doc_id,text,title\na,{ENGLISH},{'x' * 200_000}\n".encode(),
        {"a": ("ok", "")},
    ),
    ("blank.txt", b" \n\t \r\n", {"blank": ("failed", "empty")}),
    ("huge.txt", ENGLISH.encode() * 31_000, {"huge": ("failed", "5,")}),
    ("line.txt", (SENTENCE * 7_150).encode(), {"line": ("ok", "")}),
    ("binary.txt", bytes(range(256)) * 40, {"binary": ("failed", "not text: binary data")}),
    ("report.txt", b"%PDF-1.7\n" + bytes(range(256)), {"report": ("failed", "not text: a PDF")}),
    ("utf16.txt", ENGLISH.encode("utf-16"), {"utf16": ("ok", "read as utf-16")}),
    ("latin.txt", ("Café. " + ENGLISH).encode("latin-1"), {"latin": ("ok", "read as cp1252")}),
    (
        "broken.txt",
        ("Café, naïve, Zoë. " + ENGLISH).encode().replace(b"\xc3\xa9", b"\xc3"),
        {"broken": ("ok", "1 broken UTF-8")},
    ),
    ("nul.txt", ENGLISH.encode() + b"\x00\x00 " + ENGLISH.encode(), {"nul": ("ok", "")}),
    ("rtl.txt", f"\u202e{ENGLISH}\u202c\u200b\u200d{ENGLISH}".encode(), {"rtl": ("ok", "")}),
    ("emoji.txt", ("🤝🇩🇪🇯🇵👩‍👩‍👧 " * 50 + ENGLISH).encode(), {"emoji": ("ok", "")}),
    ("only-emoji.txt", "🤝🇩🇪🇯🇵".encode() * 50, {"only-emoji": ("ok", "")}),
    ("brackets.txt", b"[" * 500_000 + b"]" * 500_000, {"brackets": ("ok", "")}),
    ("combining.txt", ("a" + "\u0301" * 5_000 + " " + ENGLISH).encode(), {"combining": ("ok", "")}),
    ("nested.html", _page(100_000).encode(), {"nested": ("failed", "HTML nested deeper")}),
    ("no-article.html", b"<html><body></body></html>", {"no-article": ("failed", "no article")}),
    ("bomb.txt.gz", _bomb(), {"bomb": ("failed", "larger than 64 MB")}),
    (
        "damaged.txt.gz",
        gzip.compress(bytes(range(99)))[:50],
        {"damaged": ("failed", "damaged gzip")},
    ),
    ("no-gzip.txt.gz", b"text", {"no-gzip": ("failed", "damaged gzip")}),
    (
        "quotes.csv",
        _csv(f'a,"{ENGLISH}"\nb,"open\nc,{ENGLISH}\n'),
        {"a": ("ok", ""), "quotes-000002": ("failed", "line 3: broken"), "c": ("ok", "")},
    ),
    ("header.csv", b"name,words\na,b\n", {"header-000001": ("failed", "no text column")}),
    ("tail.parquet", b"\0\0\0\0PAR1", {"tail": ("failed", "")}),
    (
        "column.csv",
        b'"a\nb"\nx\n',
        {"column-000001": ("failed", "no text column (--text-field); there are: a\ufffdb")},
    ),
    ("empty.csv", b"", {"empty": ("failed", "empty")}),
    (
        "lines.jsonl",
        (json.dumps({"id": "j1", "text": ENGLISH}) + '\n{"id": "j2", "te\n').encode(),
        {"j1": ("ok", ""), "lines-000002": ("failed", "line 2 is not JSON")},
    ),
    (
        "twins.jsonl",
        (json.dumps({"id": "t", "text": ENGLISH}) + "\n").encode() * 2,
        {"t": ("ok", ""), "t-2": ("ok", "the id t was taken")},
    ),
    ("deep.json", b"[" * 100_000, {"deep": ("failed", "not JSON")}),
    (
        "number.json",
        b'{"text": 12}',
        {"number": ("failed", "the column 'text' holds no text but int")},
    ),
    ("surrogate.json", b'{"text": "a \\ud800 b"}', {"surrogate": ("ok", "")}),
    ("no.parquet", b"PAR1 not really", {"no": ("failed", "not a Parquet file")}),
    ("deutsch.txt", GERMAN.encode(), {"deutsch": ("skipped", "not English: de")}),
    ("nihongo.txt", JAPANESE.encode(), {"nihongo": ("skipped", "not English: ja")}),
    ("sjis.txt", JAPANESE.encode("shift_jis"), {"sjis": ("skipped", "read as")}),
]


@pytest.fixture(autouse=True)
def fakes(monkeypatch, tmp_path):
    use_fakes(monkeypatch, tmp_path)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "0-first.txt").write_text("Before. " + ENGLISH)
    (folder / "zz-last.txt").write_text("After. " + ENGLISH)
    return folder


def _documents(tmp_path, folder, **changes):
    settings = {"output": tmp_path / "out", "workers": 1, "time_limit": 60.0} | changes
    summary = run(Options((str(folder),), **settings))
    with (tmp_path / "out" / "documents.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["doc_id"]: row for row in csv.DictReader(file)}
    assert summary.articles == len(rows)
    first, last = rows.pop("0-first"), rows.pop("zz-last")
    assert (first["status"], first["events"], last["status"], last["events"]) == ("ok", "1") * 2
    return rows


@pytest.mark.parametrize(("name", "data", "expected"), CASES, ids=[case[0] for case in CASES])
def test_bad_file(tmp_path, folder, name, data, expected, record_property):
    if name.endswith(".html"):
        pytest.importorskip("trafilatura")
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    (folder / name).write_bytes(data)
    rows = _documents(tmp_path, folder)
    came = [f"{row['status']}: {row['message']}".strip(": ") for row in rows.values()]
    record_property("result", " | ".join(came[:3]))
    assert {doc_id: row["status"] for doc_id, row in rows.items()} == {
        doc_id: status for doc_id, (status, _) in expected.items()
    }
    for doc_id, (_, message) in expected.items():
        assert rows[doc_id]["message"].startswith(message)
        assert "\n" not in rows[doc_id]["message"]


def test_a_container_that_holds_nothing_for_long(tmp_path):
    (tmp_path / "none.jsonl").write_bytes(b"{}\n" * 5_000_000)
    (tmp_path / "some.jsonl").write_text(("{}\n" * 9_999 + '{"text": "a"}\n') * 2)
    started = time.process_time()
    *_, last = find([tmp_path / "none.jsonl"])
    assert last.error == "10,000 records in a row without text; the rest is not read"
    assert time.process_time() - started < 10
    assert sum(not source.error for source in find([tmp_path / "some.jsonl"])) == 2


def test_a_table_that_unpacks_to_far_more_than_its_size(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    column = arrow.DictionaryArray.from_arrays([0] * 64, ["x" * 15_000_000])
    parquet.write_table(arrow.table({"text": column}), tmp_path / "a.parquet", compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < 3_000
    *rows, last = find([tmp_path / "a.parquet"])
    assert len(rows) == 4
    assert last.error == "unpacks to more than 200 times its size; the rest is not read"


def test_reading_has_the_time_limit_of_its_article(tmp_path, folder, monkeypatch):
    from pipeline.articles import zones

    find_zones = zones.find

    def slow(text, preface=0):
        if "ZZREADING" in text:
            time.sleep(30)
        return find_zones(text, preface)

    monkeypatch.setattr(zones, "find", slow)
    (folder / "slow.txt").write_text("ZZREADING " + ENGLISH)
    rows = _documents(tmp_path, folder, time_limit=1.0)
    assert (rows["slow"]["status"], rows["slow"]["message"]) == (
        "failed",
        "took longer than 1 seconds",
    )


def test_a_name_that_is_not_utf8(tmp_path, folder):
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text(ENGLISH)
    [row] = _documents(tmp_path, folder).values()
    assert row["status"] == "ok"
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["inputs"]


def test_many_articles_of_one_id_cost_no_more_than_others(tmp_path):
    path = tmp_path / "same.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": "a-3", "text": "x"}\n' * 20_000)
    started = time.process_time()
    ids = [source.doc_id for source in find([path])]
    assert len(set(ids)) == len(ids) == 40_000
    assert ids[:5] == ["a", "a-3", "a-2", "a-3-2", "a-4"]
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", ["../../precious", "/tmp/precious", "precious", "run.json", 5])
def test_run_json_of_anybody_removes_and_reads_nothing_else(tmp_path, folder, name):
    out = tmp_path / "a" / "b" / "out"
    out.mkdir(parents=True)
    precious = [tmp_path / "a" / "precious", out / "precious"]
    for path in precious:
        path.write_text("x")
    (out / "run.json").write_text(json.dumps({"digest": "x", "outputs": {name: "y"}}))
    run(Options((str(folder),), output=out, workers=1))
    assert all(path.exists() for path in precious)
    assert (out / "events.csv").exists()


def test_offsets_hold_in_odd_texts(tmp_path, folder):
    for name, data, _ in CASES:
        if name.endswith(".txt") and len(data) < 100_000:
            (folder / name).write_bytes(data)
    texts = {source.doc_id: read(source).text for source in find([folder])}
    _documents(tmp_path, folder)
    with (tmp_path / "out" / "events.csv").open(newline="", encoding="utf-8") as file:
        events = list(csv.DictReader(file))
    assert len(events) > 5
    for row in events:
        text = texts[row["doc_id"]]
        assert text[int(row["trigger_start"]) : int(row["trigger_end"])] == row["trigger"]


def test_links_that_lead_nowhere_or_in_a_circle(tmp_path, folder):
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "sub" / "inside.txt").write_text(ENGLISH)
    rows = _documents(tmp_path, folder)
    assert {doc_id: row["status"] for doc_id, row in rows.items()} == {
        "loop": "failed",
        "gone": "failed",
        "inside": "ok",
    }
    assert rows["gone"]["message"] == "cannot be read: No such file or directory"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_does_not_block(tmp_path, folder):
    os.mkfifo(folder / "pipe.txt")
    rows = _documents(tmp_path, folder)
    assert rows["pipe"]["status"] == "failed"
    assert rows["pipe"]["message"].startswith("no regular file")


def test_a_file_that_vanishes(tmp_path, folder, monkeypatch):
    (folder / "ghost.txt").write_text(ENGLISH)
    from pipeline.articles import sources

    listed = sources.list_files

    def list_and_delete(paths):
        found = listed(paths)
        (folder / "ghost.txt").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(sources, "list_files", list_and_delete)
    monkeypatch.setattr("pipeline.running.local.list_files", listed)
    rows = _documents(tmp_path, folder)
    assert rows["ghost"]["message"] == "cannot be read: No such file or directory"


def test_names_of_files_that_tables_cannot_hold(tmp_path, folder):
    (folder / "a;b\nc.txt").write_text(ENGLISH)
    rows = _documents(tmp_path, folder)
    assert list(rows) == ["a_b_c"]


def test_rows_of_other_types(tmp_path, folder):
    lines = ["null", '"text"', "17", "[]", '{"text": null}', '{"text": ["a"]}', '{"text": {}}']
    (folder / "odd.jsonl").write_text("\n".join(lines))
    rows = _documents(tmp_path, folder)
    assert [row["status"] for row in rows.values()] == ["failed"] * len(lines)


# The command line ----------------------------------------------------------------------------


def pacta(*arguments, stdin=None):
    """Run the command as a user does; its model is never loaded in these cases."""
    code = "import sys; from pipeline.cli import app; app(sys.argv[1:], prog_name='pacta')"
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        input=stdin,
        env=environment,
        cwd=Path(__file__).parent.parent,
        timeout=120,
        check=False,
    )


def _refused(result, message, code=None):
    error = result.stderr.decode()
    assert result.returncode == code if code else result.returncode != 0
    assert "Traceback" not in error
    [line] = error.strip().splitlines()
    assert line.startswith("pacta: ")
    assert message in line


def test_one_clear_line_before_anything_is_written(tmp_path):
    out = tmp_path / "out"
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.pdf").write_bytes(b"%PDF-")
    (tmp_path / "a.txt").write_text(ENGLISH)
    (tmp_path / "a.csv").write_text("doc_id,text\na,b\n")
    (tmp_path / "m.csv").write_text("id,published\n")
    cases = [
        ([tmp_path / "missing.txt"], "missing.txt does not exist"),
        ([tmp_path / "a.txt", tmp_path / "missing.txt"], "missing.txt does not exist"),
        ([tmp_path / "*.nope"], "*.nope matches nothing"),
        ([tmp_path / "folder"], "(only 1 .pdf)"),
        ([tmp_path / "a.txt", "--metadata", tmp_path / "none.csv"], "none.csv cannot be read"),
        ([tmp_path / "a.txt", "--metadata", tmp_path / "m.csv"], "has no column doc_id"),
        ([tmp_path / "a.txt", "--published", "soon"], "'soon' is no date"),
        ([tmp_path / "a.txt", "--date-order", "YMD"], "'YMD' is none of DMY, MDY"),
        ([tmp_path / "a.txt", "--format", "xls"], "'xls' is none of csv, parquet, jsonl, plover"),
        ([tmp_path / "a.txt", "--rules", tmp_path / "none"], "--rules: "),
        ([tmp_path / "a.txt", "--rules", tmp_path / "folder"], "holds no *.yaml"),
        ([tmp_path / "a.txt", "--model", tmp_path / "folder"], "holds no config.cfg"),
        ([tmp_path / "a.txt", "--engine", "dask"], "'dask' is none of local, ray"),
        ([tmp_path / "a.txt", "--engine", "ray", "--format", "csv"], "'csv' is none of parquet"),
    ]
    for arguments, message in cases:
        _refused(pacta("run", *arguments, "-o", out), message, 2)
        assert not out.exists(), message


def test_tables_on_shared_storage_need_a_cluster(tmp_path):
    (tmp_path / "a.txt").write_text(ENGLISH)
    result = pacta("run", tmp_path / "a.txt", "-o", "s3://bucket/folder")
    _refused(result, "a URL for the tables needs --engine ray", 2)
    assert not Path("s3:").exists()


def test_wrong_column_name(tmp_path):
    (tmp_path / "a.csv").write_text("doc_id,text\na,b\n")
    result = pacta("run", tmp_path / "a.csv", "--text-field", "body", "-o", tmp_path / "out")
    _refused(result, "a.csv: no column 'body'; there are: doc_id, text", 2)


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02" * 500])
def test_a_single_unreadable_file(tmp_path, data):
    (tmp_path / "a.txt").write_bytes(data)
    result = pacta("run", tmp_path / "a.txt", "-o", tmp_path / "out")
    error = result.stderr.decode()
    assert result.returncode == 1
    assert "Traceback" not in error
    assert "pacta: nothing could be read" in error
    assert "failed" in (tmp_path / "out" / "documents.csv").read_text()


def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "a.txt").write_text(ENGLISH)
    (tmp_path / "file").write_text("mine")
    _refused(pacta("run", tmp_path / "a.txt", "-o", tmp_path / "file"), "Not a directory", 1)


RULE = "- {id: mine, type: AID, verbs: ["
BAD_RULES = {
    "a tag that asks for an object": (
        '- !!python/object/apply:os.system ["touch owned"]',
        "line 1",
    ),
    "broken YAML": ("- {id: [", "line"),
    "no list": ("hello", "must be a list of rules"),
    "lists that double and double": (
        "- &a [x, x]\n"
        + "".join(f"- &{chr(97 + n)} [*{chr(96 + n)}, *{chr(96 + n)}]\n" for n in range(1, 25)),
        "mine.yaml",
    ),
    "binary": ("\x00\x01", "mine.yaml: file: unacceptable character"),
    "Latin-1": ("- {id: café}".encode("latin-1"), "mine.yaml: file: 'utf-8' codec can't decode"),
    "an unknown category": ("- {id: mine, type: WAR, verbs: [go]}", "rule mine, field type"),
}


@pytest.mark.parametrize("name", BAD_RULES)
def test_bad_rule_files(tmp_path, name, record_property):
    content, message = BAD_RULES[name]
    (tmp_path / "rules").mkdir()
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "rules" / "mine.yaml").write_bytes(data)
    (tmp_path / "a.txt").write_text(ENGLISH)
    arguments = [tmp_path / "a.txt", "--rules", tmp_path / "rules", "-o", tmp_path / "out"]
    result = pacta("run", *arguments)
    record_property("result", result.stderr.decode())
    _refused(result, message, 2)
    assert not list((tmp_path / "out").glob("*.csv"))
    assert not Path("owned").exists()


def test_words_of_a_rule_are_no_regular_expressions(tmp_path):
    """An expression that takes exponential time is a word that never occurs."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text(RULE + '"(a+)+$"]}')
    (tmp_path / "a.txt").write_text("a" * 60 + "b. " + ENGLISH)
    arguments = [tmp_path / "a.txt", "--rules", tmp_path / "rules", "-o", tmp_path / "out"]
    assert pacta("run", *arguments).returncode == 0


def test_a_second_command_is_refused_while_the_first_runs(tmp_path):
    from pipeline.running.locking import Lock

    (tmp_path / "a.txt").write_text(ENGLISH)
    (tmp_path / "out" / ".pacta").mkdir(parents=True)
    lock = Lock(tmp_path / "out" / ".pacta" / "lock")
    _refused(pacta("run", tmp_path / "a.txt", "-o", tmp_path / "out"), "another run", 1)
    lock.close()
