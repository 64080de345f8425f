"""A run on one machine: from paths to the tables in a folder."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.articles import Fields, InputError, find
from pipeline.articles.published import UNREAD
from pipeline.articles.reading import Metadata, read_metadata
from pipeline.articles.sources import STDIN, Meter, list_files
from pipeline.running import fingerprint, similar
from pipeline.running.locking import FolderInUseError, Lock
from pipeline.running.pool import MEMORY_LIMIT, Lost, Pool, Task, Work
from pipeline.running.shard import Item, Result, failed, mark, process
from pipeline.running.store import RESULTS, WORK, Store
from pipeline.tables import FolderWriter, Row
from pipeline.tables.writing import is_table, without_surrogates, write_whole

_SHARD_ITEMS, _FIRST_SHARD, _SHARD_SIZE = 64, 8_000, 80_000
_SHOWN = 12


class RunError(RuntimeError):
    """A run cannot start or go on; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is told.

    ``output`` is a folder, for a cluster also the URL of one; ``published`` is the date of articles
    whose metadata has none; ``workers`` 0 means the cores; ``format`` is one of
    :data:`pipeline.tables.FORMATS`; ``time_limit`` is in seconds for one article, 0 for none;
    ``rules`` is a folder of the user's own rules, ``model`` one with another trained pipeline;
    ``date_order`` is ``DMY`` or ``MDY`` for dates in numbers, empty where they tell themselves;
    ``reader`` says whether the learned reader reads too, ``min_confidence`` how likely an event
    must be to be written.
    """

    paths: tuple[str, ...]
    output: str | Path
    metadata: Path | None = None
    published: datetime.date | None = None
    fields: Fields = field(default_factory=Fields)
    workers: int = 0
    format: str = "csv"
    time_limit: float = 120.0
    rules: Path | None = None
    model: Path | None = None
    reader: bool = True
    min_confidence: float = 0.0
    date_order: str = ""

    @property
    def folder(self) -> Path:
        """The output folder of a run on one machine."""
        return Path(self.output)


@dataclass(slots=True)
class State:
    """How far a run has come; ``share`` of the input is done, None where its size is not known.

    ``reused`` articles had their result from an earlier run.
    """

    articles: int = 0
    reused: int = 0
    failed: int = 0
    share: float | None = None
    stage: str = "articles"


Progress = Callable[[State], None]
"""Told how far a run has come, as articles are done."""


@dataclass(slots=True)
class Summary:
    """What came of a run: counts, the first failure, a few events, what was left aside.

    ``lost`` counts the shards whose worker died on a cluster; their articles were done again.
    ``undated`` articles have no date of publication, ``unread_dates`` were given one that was not
    understood; ``unmatched`` are the ids of the metadata that no article has, of ``metadata``.
    """

    articles: int = 0
    ok: int = 0
    skipped: int = 0
    failed: int = 0
    mentions: int = 0
    events: int = 0
    reused: int = 0
    lost: int = 0
    undated: int = 0
    unread_dates: int = 0
    metadata: int = 0
    unmatched: list[str] = field(default_factory=list)
    up_to_date: bool = False
    first_failure: str = ""
    ignored: dict[str, int] = field(default_factory=dict)
    shown: list[Row] = field(default_factory=list)

    def add(self, document: Row) -> None:
        """Count an article."""
        self.articles += 1
        setattr(self, document["status"], getattr(self, document["status"]) + 1)
        self.mentions += int(document["mentions"])
        self.events += int(document["events"])
        self.undated += document["status"] == "ok" and not document["published"]
        self.unread_dates += UNREAD in document["message"]
        if document["status"] == "failed" and not self.first_failure:
            self.first_failure = f"{document['path']}: {document['message']}"

    def match(self, metadata: Iterable[str], articles: Container[str]) -> None:
        """Note which ids of the metadata no article has."""
        ids = list(metadata)
        self.metadata, self.unmatched = len(ids), [one for one in ids if one not in articles]


def run(options: Options, progress: Progress = lambda state: None) -> Summary:
    """Run the pipeline over all articles of some paths and write the tables.

    What an earlier run into the same folder did, even one that was killed, is used again as far
    as article, options, program, model and rules are the same.

    Parameters
    ----------
    options : Options
        What to read and where to write.
    progress : callable
        Told as articles are done.

    Returns
    -------
    Summary
        Counts; ``up_to_date`` if there was nothing to do.

    Raises
    ------
    InputError
        A path, a column or the metadata is wrong; nothing was written.
    RunError
        The output folder cannot be written, or is in use.
    """
    started = time.monotonic()
    ignored = look(options.paths)
    metadata = read_metadata(options.metadata, options.date_order) if options.metadata else {}
    try:
        engine = fingerprint.engine(
            options.rules, options.model, options.reader, options.min_confidence
        )
        with ExitStack() as stack:
            lock = take_lock(options.folder)
            stack.callback(lock.close)
            store = stack.enter_context(closing(Store(options.folder / WORK / RESULTS)))
            current = _Run(options, engine, metadata, store, lock, progress)
            summary = current.execute()
            summary.ignored = ignored
            summary.match(metadata, {source["doc_id"] for source in current.inputs})
            if not summary.up_to_date:
                current.write_report(summary, time.monotonic() - started)
            return summary
    except FileNotFoundError as error:
        raise RunError(str(error)) from None
    except FolderInUseError as error:
        raise RunError(f"{options.output}: {error}") from None
    except sqlite3.Error as error:
        raise RunError(f"{options.output}: {error}") from None
    except OSError as error:
        raise RunError(f"{error.filename or options.output}: {error.strerror or error}") from None


def look(paths: Sequence[str]) -> dict[str, int]:
    """Make sure that paths hold articles; return the endings of the files left aside, counted.

    Raises
    ------
    InputError
        There is nothing to read.
    """
    listing = list_files(paths)
    ignored = dict(sorted(listing.ignored.items()))
    if not listing.files and STDIN not in paths:
        others = ", ".join(f"{count} {ending}" for ending, count in ignored.items())
        only = f" (only {others})" if others else ""
        raise InputError(f"no articles in {', '.join(paths)}{only}")
    return ignored


def take_lock(output: Path) -> Lock:
    """Lock an output folder for this process; make it where it is missing.

    Raises
    ------
    FolderInUseError
        Another run is writing there.
    """
    work = output / WORK
    work.mkdir(parents=True, exist_ok=True)
    # The folder may stand in somebody's repository; what is kept here does not belong into it.
    ignore = work / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return Lock(work / "lock")


class _Run:
    """One run with the things it holds open."""

    def __init__(
        self,
        options: Options,
        engine: dict[str, str],
        metadata: dict[str, Metadata],
        store: Store,
        lock: Lock,
        progress: Progress,
    ) -> None:
        self.options, self.engine, self.metadata = options, engine, metadata
        self.store, self.lock, self.progress = store, lock, progress
        self.engine_hash = fingerprint.combined(engine)
        self.digest = hashlib.sha256(f"{self.engine_hash} {options.format}".encode())
        self.inputs: list[dict[str, str]] = []
        self.meter, self.state = Meter(), State()
        self.sizes: dict[bytes, int] = {}

    def execute(self) -> Summary:
        """Work on every article that has no result yet, then write the tables."""
        count, limit = _workers(self.options), self._task_limit()
        pool = Pool(self._prepare, count, limit, MEMORY_LIMIT, [self.lock])
        for task, results in pool.run(self._shards()):
            done = [
                failed(item, result.reason) if isinstance(result, Lost) else result
                for (_, item), result in zip(task, results, strict=True)
            ]
            self.store.put((key, result) for (key, _), result in zip(task, done, strict=True))
            self._advance(task, sum(result.document["status"] == "failed" for result in done))
        if not self.store.count():
            raise InputError(f"no articles in {', '.join(self.options.paths)}")
        summary = self._summary() if self._is_written() else self._write_tables()
        summary.reused = self.state.reused
        return summary

    def _advance(self, task: Task, failed: int = 0) -> None:
        self.state.articles += len(task)
        self.state.failed += failed
        self.meter.done += sum(self.sizes.pop(key, 0) for key, _ in task)
        self.state.share = self.meter.share
        self.progress(self.state)

    def _task_limit(self) -> float:
        """Give the worker time to notice an article that takes too long before it is killed."""
        return 2 * self.options.time_limit + 10 if self.options.time_limit else 0

    def _prepare(self) -> Work:
        from pipeline import language

        nlp = language.load(
            self.options.model,
            self.options.rules,
            self.options.reader,
            self.options.min_confidence,
        )
        limit = self.options.time_limit

        def work(task: Task) -> list[Result]:
            return process(nlp, [item for _, item in task], limit)

        return work

    def _shards(self) -> Iterator[list[tuple[bytes, Item]]]:
        """Bundle the articles without a result; the first shards are small, to show rows soon.

        A shard never exceeds the limit but for a single article that does, so that the memory of
        a worker does not depend on how many articles there are.
        """
        shard: list[tuple[bytes, Item]] = []
        size, limit = 0, _FIRST_SHARD
        for key, item in self._missing():
            length = len(item.source.data) or len(str(item.source.row))
            if shard and (size + length > limit or len(shard) == _SHARD_ITEMS):
                yield shard
                shard, size, limit = [], 0, min(_SHARD_SIZE, limit * 2)
            shard.append((key, item))
            size += length
        if shard:
            yield shard

    def _missing(self) -> Iterator[tuple[bytes, Item]]:
        before = 0
        given, order = self.options, self.options.date_order
        for source in find(given.paths, given.fields, self.meter, date_order=order):
            item = Item(source, self.metadata.get(source.doc_id), self.options.published)
            key = fingerprint.key(item, self.engine_hash)
            self.digest.update(key)
            self._note_input(item)
            self.sizes[key], before = self.meter.read - before, self.meter.read
            if self.store.list(key):
                self.state.reused += 1
                self._advance([(key, item)])
            else:
                yield key, item

    def _note_input(self, item: Item) -> None:
        source = item.source
        content = source.data or json.dumps(source.row, sort_keys=True, default=str).encode()
        digest = hashlib.sha256(content).hexdigest() if not source.error else ""
        self.inputs.append({"doc_id": source.doc_id, "path": source.path, "sha256": digest})

    def _is_written(self) -> bool:
        """Whether the folder holds the tables of exactly these results."""
        try:
            report = json.loads((self.options.folder / "run.json").read_text(encoding="utf-8"))
            return report["digest"] == self.digest.hexdigest() and all(
                is_table(name) and _file_hash(self.options.folder / name) == known
                for name, known in report["outputs"].items()
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def _summary(self) -> Summary:
        summary = Summary(up_to_date=True)
        for result in self.store.results():
            summary.add(result.document)
            summary.shown.extend(result.events[: _SHOWN - len(summary.shown)])
        return summary

    def _write_tables(self) -> Summary:
        from pipeline.linking import link_run

        self.store.prune()
        summary, events = Summary(), list[Row]()
        aside = self.options.folder / WORK / "new"
        with (
            FolderWriter(self.options.folder, aside, self.options.format) as tables,
            closing(similar.Index()) as index,
        ):
            for result in self.store.results():
                document = mark(result, index)
                summary.add(document)
                tables.write("documents", document)
                for row in result.mentions:
                    tables.write("mentions", row)
                events.extend(result.events)
            linked = link_run(events)
            for name in ("events", "clusters", "agreements"):
                for row in getattr(linked, name):
                    tables.write(name, row)
        self._remove_old(tables.files)
        self.outputs = {name: _file_hash(self.options.folder / name) for name in tables.files}
        summary.shown = _sample(linked.events)
        return summary

    def _remove_old(self, files: list[str]) -> None:
        """Remove the tables that an earlier run wrote here in another format."""
        try:
            report = json.loads((self.options.folder / "run.json").read_text(encoding="utf-8"))
            old = {name for name in report["outputs"] if isinstance(name, str)}
        except (OSError, ValueError, KeyError, TypeError):
            return
        for name in sorted(old - set(files)):
            # run.json may have been written by anybody: no other file is ever removed.
            if is_table(name):
                (self.options.folder / name).unlink(missing_ok=True)

    def write_report(self, summary: Summary, seconds: float) -> None:
        """Write run.json: everything about the run that the tables must not depend on."""
        counts = {
            name: getattr(summary, name)
            for name in ("articles", "ok", "skipped", "failed", "reused", "mentions", "events")
        }
        report = {
            "engine": self.engine,
            "options": {
                name: _plain(value) for name, value in dataclasses.asdict(self.options).items()
            },
            "counts": counts,
            "seconds": round(seconds, 2),
            "peak_memory_mb": _peak_memory(),
            "digest": self.digest.hexdigest(),
            "outputs": self.outputs,
            "inputs": self.inputs,
        }
        text = json.dumps(report, indent=1, ensure_ascii=False)
        write_whole(self.options.folder / "run.json", without_surrogates(text) + "\n")


def _workers(options: Options) -> int:
    if options.workers:
        return options.workers
    cores = getattr(os, "sched_getaffinity", None)
    return len(cores(0)) if cores else os.cpu_count() or 1


def _sample(events: list[Row]) -> list[Row]:
    """Choose a few events to show: the first of each document, then the second, and so on."""
    rank: Counter[str] = Counter()
    order = []
    for number, row in enumerate(events):
        order.append((rank[row["doc_id"]], number))
        rank[row["doc_id"]] += 1
    chosen = sorted(number for _, number in sorted(order)[:_SHOWN])
    return [events[number] for number in chosen]


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Path | datetime.date):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _peak_memory() -> dict[str, float]:
    """Peak resident memory in MB: of the parent, and of the largest worker."""
    try:
        import resource
    except ImportError:
        return {}
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"parent": round(_own_peak(), 1), "worker": round(children, 1)}


def _own_peak() -> float:
    """Peak resident memory of this process in MB.

    Where the system says so, since the program started: ``getrusage`` counts from before.
    """
    import resource

    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
