"""Running on many machines: the same rows as on one, whatever dies on the way.

Most tests run the driver and the functions of the workers in this process, on storage in memory.
Those at the end start a Ray of two workers and are skipped where it is not installed.
"""

# ruff: noqa: E402  (what the extra ``cluster`` installs is asked for first)

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
from running_fakes import ENGLISH, use_fakes

arrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'pacta[cluster]'")
fsspec = pytest.importorskip("fsspec", reason="needs fsspec: pip install 'pacta[cluster]'")

from pyarrow import parquet

from pipeline.articles import InputError
from pipeline.linking import blocks, link_run
from pipeline.running import Options, RunError, run, similar
from pipeline.running.cluster import driver, run_on_ray, work
from pipeline.running.cluster.lease import Lease
from pipeline.running.cluster.shuffle import Groups, Shuffle
from pipeline.running.pool import Lost
from pipeline.storage import Folder
from pipeline.tables import TABLES, typed


class Here:
    """Runs tasks in this process; those that ``dies`` picks out lose their worker."""

    def __init__(self, dies=lambda function, task: False):
        self.dies, self.calls = dies, []

    def run(self, function, setup, tasks, retries=0):
        tasks = list(tasks)
        random.Random(len(tasks)).shuffle(tasks)
        for task in tasks:
            self.calls.append(function.__name__)
            yield task, Lost("died") if self.dies(function, task) else function(setup, task)


@pytest.fixture
def memory():
    storage = fsspec.filesystem("memory")
    storage.store.clear()
    yield storage
    storage.store.clear()


@pytest.fixture
def small(monkeypatch):
    for name, value in {"SHARD": 4, "SHARD_LEAST": 2, "SHARD_MOST": 12}.items():
        monkeypatch.setattr(driver, name, value)
    monkeypatch.setattr(driver, "PARTITION", 20)
    monkeypatch.setattr(driver, "BLOCK", 10)
    monkeypatch.setattr(driver, "SKETCHES", 25)


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(70):
        text = f"Number {number} of many. " + ENGLISH * (1 + number % 4)
        (folder / f"a{number:02d}.txt").write_text(text)
    (folder / "more.jsonl").write_text(
        "".join(json.dumps({"id": f"j{n}", "text": ENGLISH * n}) + "\n" for n in range(1, 40))
        + "broken\n"
    )
    return folder


def parts(folder, table):
    """Return the rows of a table from its parts, as typed rows, in order."""
    folder = Folder(str(folder))
    names = [n for n in folder.names(table) if n.endswith(".parquet")]
    return [
        row
        for name in names
        for row in parquet.read_table(io.BytesIO(folder.read(name))).to_pylist()
    ]


def rows(folder, table):
    """Return the rows of a table written as CSV, typed."""
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [typed(TABLES[table], row) for row in csv.DictReader(file)]


def options(paths, output, **changes):
    paths = [paths] if isinstance(paths, str | Path) else paths
    return Options(tuple(map(str, paths)), **({"output": output, "time_limit": 30.0} | changes))


# The same rows -------------------------------------------------------------------------------


def test_same_rows_as_on_one_machine(tmp_path, articles, memory, small, monkeypatch):
    use_fakes(monkeypatch, tmp_path)
    monkeypatch.setattr("pipeline.linking.link_run", link_run)
    run(options(articles, tmp_path / "one", workers=1))
    summary = driver.run(options(articles, "memory://out"), Here())
    assert (summary.articles, summary.failed, summary.lost) == (110, 1, 0)
    _assert_same(tmp_path / "one", "memory://out")
    out = Folder("memory://out")
    assert len(out.names("events")) > 2
    report = json.loads(out.read("run.json"))
    assert report["counts"]["articles"] == 110
    assert sorted(name for table in TABLES for name in out.names(table)) == report["outputs"]
    assert not out.names(".pacta/sketches")


def test_like_articles_of_any_partition_are_noted(tmp_path, memory, small, monkeypatch):
    use_fakes(monkeypatch, tmp_path)
    folder = tmp_path / "like"
    folder.mkdir()
    told = [f"On day {n} the minister of state {n} spoke of the harvest there." for n in range(30)]
    for number in range(60):
        text = " ".join(told[number % 3 :: 3]) if number % 2 else " ".join(told[number % 5 :])
        (folder / f"a{number:02d}.txt").write_text(text)
    run(options(folder, tmp_path / "one", workers=1))
    driver.run(options(folder, "memory://out"), Here())
    noted = [row["message"] or "" for row in parts("memory://out", "documents")]
    assert noted == [row["message"] or "" for row in rows(tmp_path / "one", "documents")]
    assert sum("same text as a" in message for message in noted) == 52


def test_articles_are_compared_by_the_workers_bucket_by_bucket(memory):
    """What the buckets say together is what an index of all articles says, one after the other."""
    chance = random.Random(5)
    texts = [[chance.random() for _ in range(40)] for _ in range(12)]
    sketches = [
        [number, *sorted({hash(w) % 2**32 for w in texts[number % 12]} | {number})]
        for number in range(60)
    ]
    setup = work.Setup("memory://out", "")
    for number in range(3):
        dealt = [[n, f"d{number}-{n}", s] for n, s in enumerate(sketches[number::3])]
        work._deal_out(setup, work.Partition(number, [], 4), dealt)
    likest = {}
    for number in range(4):
        for place, likeness in work.compare(setup, work.Bucket(number, 4, 3)):
            likest[place] = min(likeness, likest.get(place, likeness))
    with closing(similar.Index()) as index:
        one_by_one = {
            (number, n): note
            for number in range(3)
            for n, sketch in enumerate(sketches[number::3])
            if (note := index.note(f"d{number}-{n}", sketch))
        }
    assert len(one_by_one) == 48
    assert {place: likeness.note for place, likeness in likest.items()} == one_by_one


def test_a_bucket_compares_by_its_own_hashes_alone(memory):
    """Of articles with one hash only the first fifty count, wherever a later one stands, too."""
    common = list(range(100, 156))
    crowd = [[n, 2, *range(n, n + 140, 2)] for n in range(1000, 1000 + 150 * similar.MOST, 150)]
    late = [1, 2, *range(90_001, 90_015, 2), *common]
    new = [3, 2, *range(95_001, 95_015, 2), *common]
    dealt = [[n, f"d{n}", s] for n, s in enumerate([*crowd, late, new])]
    setup = work.Setup("memory://out", "")
    work._deal_out(setup, work.Partition(0, [], 2), dealt)
    found = [work.compare(setup, work.Bucket(number, 2, 1)) for number in range(2)]
    assert found == [[], []]
    with closing(similar.Index()) as index:
        assert not any(index.note(doc_id, sketch) for _, doc_id, sketch in dealt)


def _assert_same(one, many):
    for table in ("documents", "mentions", "events", "agreements"):
        assert parts(many, table) == rows(one, table), table
    clusters = [{row["cluster_id"]: row for row in found} for found in _clusters(one, many)]
    assert clusters[0] == clusters[1]


def _clusters(one, many):
    return rows(one, "clusters"), parts(many, "clusters")


def test_blocks_have_no_act_in_common():
    """Linking the blocks one by one gives what linking everything at once gives."""
    events = _random_events(random.Random(3), 1500)
    together = link_run(events)
    groups, keys = Groups(), []
    for name in dict.fromkeys(row["doc_id"] for row in events):
        keys += blocks.keys([row for row in events if row["doc_id"] == name])
    groups.join((group, stage) for group, stage in keys if stage)
    of = groups.of(np.array([group for group, _ in keys])).tolist()
    sizes = Counter(of)
    assert len(sizes) > 20
    assert max(sizes.values()) < len(events) / 4
    apart = [link_run([row for row, at in zip(events, of, strict=True) if at == g]) for g in sizes]
    clusters = {row["cluster_id"]: row for part in apart for row in part.clusters}
    assert clusters == {row["cluster_id"]: row for row in together.clusters}
    linked = {row["event_id"]: row for part in apart for row in part.events}
    assert [linked[row["event_id"]] for row in events] == together.events
    assert any(";" in row["documents"] for row in together.clusters)


def _random_events(chance, count):
    states = [(f"State {n}", f"S{n:02d}") for n in range(12)]
    made = []
    for number in range(count):
        row = dict.fromkeys(TABLES["events"].columns, "")
        names, codes = zip(*sorted(chance.sample(states, 2)), strict=True)
        day = f"2024-{chance.randint(1, 3):02d}-{chance.randint(1, 9):02d}"
        row |= {"doc_id": f"d{number // 5}", "event_id": f"e{number}", "confidence": "0.5"}
        row |= {"event_type": chance.choice(["CONSULT", "SUPPORT"]), "rule_id": "r"}
        row |= {"factuality": "actual", "trigger_start": str(number)}
        row |= {"actors": "; ".join(names), "actor_codes": "; ".join(codes)}
        if chance.random() < 0.7:
            row |= {"date": day, "date_start": day, "date_end": day}
        if chance.random() < 0.1:
            row |= {"agreement_id": f"{codes[0]}:T", "agreement_stage": "signed"}
        made.append(row)
    return made


def test_groups():
    groups = Groups()
    groups.join([(1, 2), (5, 6), (2, 9), (7, 7)])
    found = groups.of(np.array([1, 2, 9, 5, 6, 7, 8])).tolist()
    assert found == [1, 1, 1, 5, 5, 7, 8]


def test_shuffle():
    schema = arrow.schema([("value", arrow.int64())])
    with closing(Shuffle(schema, 3)) as shuffle:
        for start in (0, 10):
            values = np.arange(start, start + 10)
            shuffle.add(arrow.table({"value": values}), values % 3)
        shuffle.add(schema.empty_table(), np.array([], dtype=np.int64))
        found = [shuffle.table(bucket)["value"].to_pylist() for bucket in range(3)]
    assert found == [[n for n in range(20) if n % 3 == bucket] for bucket in range(3)]


# Going on where it stopped -------------------------------------------------------------------


@pytest.fixture
def faked(monkeypatch, tmp_path, memory, small):
    use_fakes(monkeypatch, tmp_path)


def everything(url):
    folder = Folder(url)
    return {name: folder.read(name) for name in folder.names() if name != "run.json"}


class StopsError(Exception):
    """Ends a run in the middle."""


@pytest.mark.parametrize(
    ("name", "times"), [("extract", 2), ("extract", 3), ("gather", 2), ("link", 1), ("write", 2)]
)
def test_a_stopped_run_goes_on_to_the_same_bytes(faked, articles, name, times):
    seen = []

    def stop(function, task):
        seen.append(function.__name__)
        if seen.count(name) == times:
            raise StopsError
        return False

    with pytest.raises(StopsError):
        driver.run(options(articles, "memory://stopped"), Here(stop))
    assert "run.json" not in Folder("memory://stopped").names()
    tasks = Here()
    summary = driver.run(options(articles, "memory://stopped"), tasks)
    assert summary.reused > 0
    if name != "extract":
        assert "extract" not in tasks.calls
    driver.run(options(articles, "memory://whole"), Here())
    assert everything("memory://stopped") == everything("memory://whole")


def test_a_finished_run_does_nothing(faked, articles):
    driver.run(options(articles, "memory://out"), Here())
    before = Folder("memory://out").read("run.json")
    tasks = Here()
    summary = driver.run(options(articles, "memory://out"), tasks)
    assert (summary.up_to_date, summary.reused, summary.articles) == (True, 110, 110)
    assert tasks.calls == []
    assert Folder("memory://out").read("run.json") == before


def test_only_the_shards_that_changed_are_done_again(faked, articles):
    first = Here()
    driver.run(options(articles, "memory://out"), first)
    (articles / "a60.txt").write_text("Changed. " + ENGLISH)
    (articles / "a00.txt").unlink()
    second = Here()
    driver.run(options(articles, "memory://out"), second)
    assert 0 < second.calls.count("extract") < first.calls.count("extract")
    driver.run(options(articles, "memory://fresh"), Here())
    assert everything("memory://out") == everything("memory://fresh")


def test_a_missing_part_is_written_again(faked, articles):
    driver.run(options(articles, "memory://out"), Here())
    before = everything("memory://out")
    Folder("memory://out").remove("events/part-00001.parquet")
    tasks = Here()
    driver.run(options(articles, "memory://out"), tasks)
    assert "extract" not in tasks.calls
    assert everything("memory://out") == before


# What dies -----------------------------------------------------------------------------------


def test_a_dead_worker_costs_time_only(faked, articles, tmp_path):
    died = []

    def dies(function, task):
        if function.__name__ == "extract" and len(died) < 2:
            died.append(task.name)
            return True
        return False

    summary = driver.run(options(articles, "memory://out"), Here(dies))
    assert (summary.lost, summary.articles, summary.failed) == (2, 110, 1)
    driver.run(options(articles, "memory://whole"), Here())
    assert everything("memory://out") == everything("memory://whole")


def test_a_poison_article_costs_itself(faked, articles):
    def dies(function, task):
        items = {"extract": lambda: task.items, "extract_one": lambda: [task]}
        wanted = items.get(function.__name__, list)()
        return any(item.source.doc_id == "a33" for item in wanted)

    summary = driver.run(options(articles, "memory://out"), Here(dies))
    assert (summary.lost, summary.articles, summary.failed) == (1, 110, 2)
    documents = {row["doc_id"]: row for row in parts("memory://out", "documents")}
    assert documents["a33"]["message"] == "its worker process died, or hung"
    assert documents["a32"]["status"] == documents["a34"]["status"] == "ok"


def test_a_second_pass_that_cannot_be_done_ends_in_one_line(faked, articles):
    tasks = Here(lambda function, task: function.__name__ == "link")
    with pytest.raises(RunError, match="linking: died; the same command goes on"):
        driver.run(options(articles, "memory://out"), tasks)
    assert driver.run(options(articles, "memory://out"), Here()).reused == 110


def test_a_worker_with_another_program_is_refused(faked, articles, monkeypatch):
    monkeypatch.setattr("pipeline.running.fingerprint.combined", lambda parts: str(time.time_ns()))
    with pytest.raises(RuntimeError, match="has another version of pacta, its model or its rules"):
        driver.run(options(articles, "memory://out"), Here())


def test_two_runs_into_one_folder(faked, articles, tmp_path, monkeypatch):
    lease = Lease(Folder("memory://out"))
    with pytest.raises(RunError, match=r"memory://out: another run .* seconds ago"):
        driver.run(options(articles, "memory://out"), Here())
    # Its owner is killed, and time passes.
    lease._closed.set()
    monkeypatch.setattr("pipeline.running.cluster.lease.EXPIRED", 0.0)
    assert driver.run(options(articles, "memory://out"), Here()).articles == 110
    assert ".pacta/lock" not in Folder("memory://out").names()


# Shared storage ------------------------------------------------------------------------------


@pytest.fixture
def stored(memory):
    folder = Folder("memory://in")
    folder.write("b.txt", b"Second. " + ENGLISH.encode())
    folder.write("a.txt.gz", gzip.compress(b"First. " + ENGLISH.encode()))
    folder.write("c.jsonl", b'{"id": "row", "text": "Third. ' + ENGLISH.encode() + b'"}\n{\n')
    folder.write("sub/d.txt", b"")
    folder.write("sub/e.pdf", b"%PDF-")
    table = arrow.table({"id": ["p"], "text": ["Fourth. " + ENGLISH]})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    folder.write("sub/f.parquet", buffer.getvalue())


def test_articles_on_shared_storage(stored, tmp_path, monkeypatch):
    use_fakes(monkeypatch, tmp_path)
    summary = driver.run(options("memory://in", "memory://out"), Here())
    assert summary.ignored == {".pdf": 1}
    documents = {row["doc_id"]: row for row in parts("memory://out", "documents")}
    assert {name: row["status"] for name, row in documents.items()} == {
        "a": "ok",
        "b": "ok",
        "row": "ok",
        "c-000002": "failed",
        "d": "failed",
        "p": "ok",
    }
    assert documents["a"]["path"] == "memory:///in/a.txt.gz"
    assert summary.events == 4
    run(options("memory://in", tmp_path / "one", workers=1))
    assert rows(tmp_path / "one", "documents") == parts("memory://out", "documents")


def test_patterns_and_single_files_on_shared_storage(stored, tmp_path, monkeypatch):
    use_fakes(monkeypatch, tmp_path)
    paths = ["memory://in/sub/*.parquet", "memory://in/b.txt"]
    summary = driver.run(options(paths, tmp_path / "out"), Here())
    assert [row["doc_id"] for row in parts(tmp_path / "out", "documents")] == ["p", "b"]
    assert summary.articles == 2


def test_an_article_that_vanishes_from_shared_storage(stored, tmp_path, monkeypatch):
    use_fakes(monkeypatch, tmp_path)

    def vanish(function, task):
        if "b.txt" in Folder("memory://in").names():
            Folder("memory://in").remove("b.txt")
        return False

    driver.run(options("memory://in", "memory://out"), Here(vanish))
    documents = {row["doc_id"]: row for row in parts("memory://out", "documents")}
    assert documents["b"]["message"].startswith("cannot be read")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://nothing", "does not exist or holds nothing"),
        ("nonsense://bucket/a.txt", "nonsense"),
        ("memory://in/*.nope", "does not exist or holds nothing"),
    ],
)
def test_nothing_on_shared_storage(stored, url, message):
    with pytest.raises(InputError, match=message):
        driver.run(options(url, "memory://out"), Here())
    assert Folder("memory://out").names() == []


# Ray -----------------------------------------------------------------------------------------


@pytest.fixture
def ray_workers(monkeypatch, tmp_path):
    """Make a Ray that the test starts run the tiny pipeline in its workers."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'pacta[cluster]'")
    use_fakes(monkeypatch, tmp_path)
    monkeypatch.setattr("pipeline.linking.link_run", link_run)
    tests = Path(__file__).parent
    paths = [str(tests / "ray_worker"), str(tests.parent)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("PACTA_FAKES", str(tmp_path))
    return f"PACTA_FAKES={tmp_path}"


def _kill_a_worker(mark):
    """Kill one process of this test's Ray that is at work on a shard."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            at_work = process.joinpath("cmdline").read_bytes().startswith(b"ray::extract")
            if at_work and mark.encode() in process.joinpath("environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
                return True
    return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_worker_of_ray_is_killed_on_the_way(ray_workers, tmp_path, articles):
    for path in articles.glob("*.txt"):
        path.write_text(path.read_text() + "ZZSLOW " + "Padding. " * 300)
    killed = []

    def progress(state):
        if state.articles and not killed and _kill_a_worker(ray_workers):
            killed.append(state.articles)

    output = tmp_path / "out"
    summary = run_on_ray(options(articles, output, workers=2), "", progress)
    assert killed
    assert (summary.lost, summary.articles, summary.failed) == (1, 110, 1)
    run(options(articles, tmp_path / "one", workers=2))
    _assert_same(tmp_path / "one", output)


def test_a_poison_article_on_ray(ray_workers, tmp_path):
    folder = tmp_path / "few"
    folder.mkdir()
    for name, text in {"a": "", "b": "ZZKILL ", "c": "ZZRAISE ", "d": ""}.items():
        (folder / f"{name}.txt").write_text(text + ENGLISH)
    summary = run_on_ray(options(folder, tmp_path / "out", workers=2), "", lambda state: None)
    assert (summary.lost, summary.ok, summary.failed) == (1, 2, 2)
    messages = [row["message"] for row in parts(tmp_path / "out", "documents")]
    assert messages[1:3] == ["its worker process died, or hung", "ValueError: no good"]


def test_no_cluster_at_the_address(ray_workers, tmp_path, articles):
    with pytest.raises(RunError, match=r"no Ray cluster at 127\.0\.0\.1:1"):
        run_on_ray(options(articles, tmp_path / "out"), "127.0.0.1:1", lambda state: None)


def test_the_command_on_the_corpus(tmp_path, corpus):
    """The trained pipeline in two workers of Ray: the rows of the command on one machine."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'pacta[cluster]'")
    code = "import sys; from pipeline.cli import app; app(sys.argv[1:], prog_name='pacta')"
    given = ["run", corpus / "articles", "--metadata", corpus / "documents.csv", "--workers", "2"]
    for more in (["-o", tmp_path / "one"], ["-o", tmp_path / "many", "--engine", "ray"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, given + more)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parent.parent,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "5 articles" in done.stdout
        assert done.stderr == "1 article without a date of publication\n"
    _assert_same(tmp_path / "one", tmp_path / "many")
    assert len(rows(tmp_path / "one", "events")) > 20
