"""Running: workers, resume, failures, the lock, what a run writes."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_fakes import ENGLISH, use_fakes

from pipeline.articles import InputError
from pipeline.running import Options, RunError, run, similar
from pipeline.running.locking import Lock
from pipeline.running.pool import Lost, Pool

TABLES = ("events.csv", "mentions.csv", "agreements.csv", "clusters.csv", "documents.csv")


@pytest.fixture(autouse=True)
def fakes(monkeypatch, tmp_path):
    use_fakes(monkeypatch, tmp_path)


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(30):
        text = f"Number {number} of many. " + ENGLISH * (1 + number % 4)
        (folder / f"a{number:02d}.txt").write_text(text)
    return folder


def options(tmp_path, articles, **changes):
    settings = {"output": tmp_path / "out", "workers": 2, "time_limit": 30.0} | changes
    return Options((str(articles),), **settings)


def tables(tmp_path, out="out"):
    return {name: (tmp_path / out / name).read_bytes() for name in TABLES}


def documents(tmp_path, out="out"):
    with (tmp_path / out / "documents.csv").open(newline="", encoding="utf-8") as file:
        return {row["doc_id"]: row for row in csv.DictReader(file)}


# Tables of a run -----------------------------------------------------------------------------


def test_every_article_has_its_rows(tmp_path, articles):
    summary = run(options(tmp_path, articles))
    assert (summary.articles, summary.ok, summary.failed) == (30, 30, 0)
    assert list(documents(tmp_path)) == [f"a{number:02d}" for number in range(30)]
    with (tmp_path / "out" / "events.csv").open(newline="") as file:
        events = list(csv.DictReader(file))
    # The fake finds one event in each article: what repeats itself word for word is a zone.
    assert len(events) == 30
    for row in events:
        text = (articles / f"{row['doc_id']}.txt").read_text()
        assert text[int(row["trigger_start"]) : int(row["trigger_end"])] == "signed"
    assert len({row["event_id"] for row in events}) == len(events)


def test_same_bytes_for_any_number_of_workers(tmp_path, articles):
    for workers in (1, 2, 3):
        run(options(tmp_path, articles, workers=workers, output=tmp_path / str(workers)))
    assert tables(tmp_path, "1") == tables(tmp_path, "2") == tables(tmp_path, "3")


def test_event_ids_do_not_depend_on_other_articles(tmp_path, articles):
    run(options(tmp_path, articles))
    run(options(tmp_path, articles / "a07.txt", output=tmp_path / "alone"))
    every = (tmp_path / "out" / "events.csv").read_text()
    alone = (tmp_path / "alone" / "events.csv").read_text()
    assert all(line in every for line in alone.splitlines())


def test_report(tmp_path, articles):
    run(options(tmp_path, articles))
    report = json.loads((tmp_path / "out" / "run.json").read_text())
    assert report["counts"]["articles"] == 30
    assert len(report["inputs"]) == 30
    assert all(len(entry["sha256"]) == 64 for entry in report["inputs"])
    assert set(report["engine"]) == {
        *("version", "program", "model", "rules", "reader", "min_confidence"),
    }
    assert set(report["outputs"]) == set(TABLES)
    assert report["seconds"] > 0
    assert report["peak_memory_mb"]["worker"] > 10


@pytest.mark.parametrize("again", [False, True])
def test_dates_and_metadata_that_came_to_nothing(tmp_path, again):
    articles = tmp_path / "articles"
    articles.mkdir()
    for name in "abc":
        (articles / f"{name}.txt").write_text(ENGLISH)
    metadata = tmp_path / "metadata.csv"
    metadata.write_text("doc_id,published\na,soon\nb,2024-05-08\nx,\ny,2024-05-08\n")
    given = options(tmp_path, articles, metadata=metadata)
    summary = run(given)
    if again:
        summary = run(given)
        assert summary.up_to_date
    assert (summary.undated, summary.unread_dates) == (2, 1)
    assert (summary.metadata, summary.unmatched) == (4, ["x", "y"])


def test_near_identical_articles_are_marked_and_extracted(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    long = " ".join(f"Sentence {n} of the statement speaks of matter {n * 7}." for n in range(40))
    (folder / "a.txt").write_text(ENGLISH + long)
    (folder / "b.txt").write_text((ENGLISH + long).replace("\n", " ").upper())
    (folder / "c.txt").write_text(ENGLISH + long.replace("matter 21", "nothing"))
    (folder / "d.txt").write_text(ENGLISH + "Another text altogether follows here. " * 3)
    run(options(tmp_path, folder))
    rows = documents(tmp_path)
    assert [rows[name]["message"] for name in "abcd"] == [
        "",
        "same text as a",
        "near-identical to a",
        "",
    ]
    assert [rows[name]["status"] for name in "abcd"] == ["ok"] * 4


@pytest.mark.parametrize("format", ["jsonl", "parquet", "plover"])
def test_another_format_replaces_the_tables(tmp_path, articles, format):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    run(options(tmp_path, articles))
    summary = run(options(tmp_path, articles, format=format))
    assert summary.reused == 30
    ending = "parquet" if format == "parquet" else "jsonl"
    names = sorted(path.name for path in (tmp_path / "out").iterdir() if path.name[0] != ".")
    assert names == sorted([name.replace("csv", ending) for name in TABLES] + ["run.json"])


# Going on where it stopped -------------------------------------------------------------------


def test_a_finished_run_does_nothing(tmp_path, articles):
    run(options(tmp_path, articles))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("[a-z]*")}
    summary = run(options(tmp_path, articles))
    assert (summary.up_to_date, summary.reused, summary.articles) == (True, 30, 30)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("[a-z]*")} == before


def test_only_what_changed_is_done_again(tmp_path, articles):
    run(options(tmp_path, articles))
    (articles / "a03.txt").write_text("Changed. " + ENGLISH)
    (articles / "a04.txt").unlink()
    (articles / "new.txt").write_text("New. " + ENGLISH)
    summary = run(options(tmp_path, articles))
    assert (summary.articles, summary.reused, summary.up_to_date) == (30, 28, False)
    after = tables(tmp_path)
    run(options(tmp_path, articles, output=tmp_path / "fresh"))
    assert after == tables(tmp_path, "fresh")


def test_a_changed_model_or_option_is_noticed(tmp_path, articles, monkeypatch):
    run(options(tmp_path, articles))
    (tmp_path / "model" / "config.cfg").write_text("changed")
    assert run(options(tmp_path, articles)).reused == 0
    metadata = tmp_path / "m.csv"
    metadata.write_text("doc_id,published\na05,2020-01-01\n")
    assert run(options(tmp_path, articles, metadata=metadata)).reused == 29


def test_changed_rules_are_noticed(tmp_path, articles):
    from pipeline.running import fingerprint

    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.yaml").write_text("rules: []")
    one = fingerprint.engine(rules)
    (rules / "own.yaml").write_text("rules: [] # changed")
    two = fingerprint.engine(rules)
    assert one["rules"] != two["rules"]
    assert one["program"] == two["program"]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("program/knowledge/rules.yaml", ["rules"]),
        ("program/knowledge/map/shapes.geojson", []),
        ("program/report/charts.py", []),
        ("program/world.py", []),
        ("program/linking/acts.py", ["program"]),
        ("model/config.cfg", ["model"]),
        ("model/reader/model.onnx", ["reader"]),
    ],
)
def test_a_file_changes_one_hash_or_none(tmp_path, name, changed):
    from pipeline.running import fingerprint

    before = fingerprint.engine()
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    after = fingerprint.engine()
    assert [part for part in before if before[part] != after[part]] == changed


def test_a_damaged_table_is_written_again(tmp_path, articles):
    run(options(tmp_path, articles))
    good = tables(tmp_path)
    (tmp_path / "out" / "events.csv").write_text("broken")
    (tmp_path / "out" / "mentions.csv").unlink()
    summary = run(options(tmp_path, articles))
    assert (summary.reused, summary.up_to_date) == (30, False)
    assert tables(tmp_path) == good


RUN_SLOWLY = """
import sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
import pytest
from running_fakes import use_fakes
from pipeline.running import Options, run
use_fakes(pytest.MonkeyPatch(), Path({tmp!r}))
run(Options(({articles!r},), Path({out!r}), workers=2, time_limit=30.0))
"""


def _start(tmp_path, articles, out):
    code = RUN_SLOWLY.format(
        tests=str(Path(__file__).parent),
        tmp=str(tmp_path),
        articles=str(articles),
        out=str(tmp_path / out),
    )
    return subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent.parent)


def _stored(database):
    import sqlite3

    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as data:
            return data.execute("SELECT COUNT(*) FROM results").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize("enough", [1, 12])
def test_killed_runs_go_on_to_the_same_bytes(tmp_path, articles, enough):
    for path in articles.iterdir():
        path.write_text(path.read_text() + "ZZSLOW " + "Padding. " * 300)
    process = _start(tmp_path, articles, "killed")
    database = tmp_path / "killed" / ".pacta" / "results.sqlite"
    deadline = time.monotonic() + 60
    while _stored(database) < enough and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    done = _stored(database)
    assert enough <= done < 30
    assert not (tmp_path / "killed" / "events.csv").exists()
    # Its workers notice that it is gone and do not hold the lock.
    summary = run(options(tmp_path, articles, output=tmp_path / "killed"))
    assert summary.reused >= done
    run(options(tmp_path, articles, output=tmp_path / "undisturbed"))
    assert tables(tmp_path, "killed") == tables(tmp_path, "undisturbed")


def test_workers_end_with_their_parent(tmp_path, articles):
    (articles / "a00.txt").write_text("ZZSLOW " + ENGLISH)
    process = _start(tmp_path, articles, "out")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("needs /proc")
    deadline = time.monotonic() + 60
    workers = []
    while not workers and process.poll() is None and time.monotonic() < deadline:
        workers = [int(pid) for pid in children.read_text().split()]
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while any(map(_runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_runs, workers))


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# What goes wrong -----------------------------------------------------------------------------


def _with(articles, name, text):
    (articles / name).write_text(text + " " + ENGLISH)


def test_poison_articles_cost_themselves_only(tmp_path, articles):
    _with(articles, "kill.txt", "ZZKILL")
    _with(articles, "raise.txt", "ZZRAISE")
    summary = run(options(tmp_path, articles))
    rows = documents(tmp_path)
    assert (summary.articles, summary.ok, summary.failed) == (32, 30, 2)
    assert rows["kill"]["message"] == "its worker process died (signal 9)"
    assert rows["raise"]["message"] == "ValueError: no good"
    assert run(options(tmp_path, articles)).up_to_date


@pytest.mark.parametrize("trouble", ["ZZHANG", "ZZREGEX"])
def test_an_article_that_takes_too_long_fails(tmp_path, articles, trouble):
    _with(articles, "hang.txt", trouble)
    summary = run(options(tmp_path, articles, time_limit=0.5))
    assert (summary.articles, summary.failed) == (31, 1)
    assert documents(tmp_path)["hang"]["message"] == "took longer than 0.5 seconds"


def test_a_second_run_into_the_folder_is_refused(tmp_path, articles):
    run(options(tmp_path, articles))
    before = tables(tmp_path)
    lock = Lock(tmp_path / "out" / ".pacta" / "lock")
    with pytest.raises(RunError, match=rf"another run \(process {os.getpid()}\) is writing"):
        run(options(tmp_path, articles))
    lock.close()
    assert tables(tmp_path) == before
    assert run(options(tmp_path, articles)).up_to_date


def test_output_that_is_a_file(tmp_path, articles):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(RunError, match="Not a directory"):
        run(options(tmp_path, articles))
    assert (tmp_path / "out").read_text() == "mine"


def test_read_only_file_system(tmp_path, articles):
    if not Path("/proc/sys").is_dir():
        pytest.skip("needs a file system that refuses folders")
    with pytest.raises(RunError, match="/proc/sys"):
        run(options(tmp_path, articles, output=Path("/proc/sys/pacta")))


def test_disk_full(tmp_path, articles, monkeypatch):
    run(options(tmp_path, articles))
    before = tables(tmp_path)

    def full(path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("pipeline.tables.writing.sync", full)
    (articles / "a03.txt").write_text("Changed. " + ENGLISH)
    with pytest.raises(RunError, match="No space left on device"):
        run(options(tmp_path, articles))
    assert tables(tmp_path) == before
    monkeypatch.undo()
    use_fakes(monkeypatch, tmp_path)
    assert run(options(tmp_path, articles)).articles == 30


@pytest.mark.parametrize("make", ["empty folder", "other files", "empty list"])
def test_nothing_to_read(tmp_path, make):
    folder = tmp_path / "articles"
    folder.mkdir()
    if make == "other files":
        (folder / "a.pdf").write_bytes(b"%PDF-")
    if make == "empty list":
        (folder / "a.json").write_text("[]")
        assert run(options(tmp_path, folder)).failed == 1
        return
    problem = r"no articles in .*\(only 1 \.pdf\)" if make == "other files" else "no articles in"
    with pytest.raises(InputError, match=problem):
        run(options(tmp_path, folder))
    assert not (tmp_path / "out").exists()


# The pool ------------------------------------------------------------------------------------


KEPT = []


def _double(task):
    for item in task:
        if item == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if item == "exit":
            os._exit(3)
        if item == "sleep":
            time.sleep(60)
        if item == "eat":
            eaten = [bytearray(50_000_000) for _ in range(14)]
            time.sleep(60)
            eaten.clear()
        if item == "keep":
            KEPT.append(bytearray(200_000_000))
        if item == "pid":
            return [os.getpid()]
    return [item * 2 for item in task]


def _pooled(tasks, count=2, limit=0.0):
    pool = Pool(lambda: _double, count, limit)
    return {
        item: result
        for task, results in pool.run(tasks)
        for item, result in zip(task, results, strict=True)
    }


def test_pool_reports_the_item_on_which_a_worker_dies():
    found = _pooled([["a", "die", "b"], ["c"], ["exit"], ["d", "e"]])
    assert found == {
        "a": "aa",
        "b": "bb",
        "c": "cc",
        "d": "dd",
        "e": "ee",
        "die": Lost("its worker process died (signal 9)"),
        "exit": Lost("its worker process died (exit code 3)"),
    }


def test_pool_kills_a_worker_that_hangs():
    found = _pooled([["a", "sleep"], ["b"]], limit=1.0)
    assert found == {"a": "aa", "b": "bb", "sleep": Lost("took longer than 1 seconds")}


def test_pool_replaces_a_worker_that_takes_too_much_memory():
    pool = Pool(lambda: _double, 1, 30.0, memory_limit=500.0)
    found = {task[0]: result for task, [result] in pool.run([["a"], ["eat"], ["b"]])}
    assert found == {"a": "aa", "b": "bb", "eat": Lost("took more than 500 MB of memory")}


def test_pool_replaces_a_worker_that_does_not_give_memory_back():
    for limit, count in ((10_000.0, 1), (300.0, 2)):
        pool = Pool(lambda: _double, 1, memory_limit=limit)
        found = [result for _, [result] in pool.run([["pid"], ["keep"], ["pid"]])]
        assert found[1] == "keepkeep"
        assert len({found[0], found[2]}) == count


def test_pool_takes_tasks_only_as_workers_become_free():
    taken = []

    def tasks():
        for number in range(50):
            taken.append(number)
            yield [str(number)]

    done = 0
    for _ in Pool(lambda: _double, 2).run(tasks()):
        done += 1
        assert len(taken) <= done + 2
    assert done == 50


def test_pool_loads_nothing_without_tasks():
    def prepare():
        raise AssertionError

    assert list(Pool(prepare, 2).run([])) == []


# Near-identical articles ---------------------------------------------------------------------


def test_similarity_is_estimated_well():
    words = [f"w{n}" for n in range(900)]
    one = sorted({hash_ for hash_ in _hashes(words)})[:64]
    for share in (0.9, 0.5, 0.1):
        cut = int(len(words) * (1 - share) / (1 + share))
        other = sorted(_hashes(words[cut:] + [f"x{n}" for n in range(cut)]))[:64]
        assert similar.similarity(one, other) == pytest.approx(share, abs=0.15)


def test_the_same_text_is_likest_then_the_nearest_then_the_first():
    new = [1, *range(100, 120)]
    near = similar.Earlier((0,), "near", [2, *range(100, 119), 500])
    first, second = (similar.Earlier((n,), f"equal-{n}", [3, *new[1:]]) for n in (1, 2))
    same = similar.Earlier((3,), "same", new)
    far = similar.Earlier((4,), "far", [4, *range(100, 110), *range(600, 610)])
    notes = [
        found.note if (found := similar.likest(new, earlier)) else ""
        for earlier in ([far], [far, near], [second, near, first], [first, near, same])
    ]
    assert notes == ["", "near-identical to near", "near-identical to equal-1", "same text as same"]


def _hashes(words):
    import zlib

    return {zlib.crc32(" ".join(words[i : i + 5]).encode()) for i in range(len(words) - 4)}
