"""The driver of a run on many machines: deals out tasks, and carries between the passes."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Protocol

from pipeline.articles import InputError, find
from pipeline.articles.reading import Metadata, read_metadata
from pipeline.articles.sources import Meter
from pipeline.running import fingerprint, similar
from pipeline.running.cluster import work
from pipeline.running.cluster.lease import Lease
from pipeline.running.cluster.shuffle import Groups, Shuffle
from pipeline.running.cluster.work import Block, Bucket, Partition, Setup, Shard
from pipeline.running.local import Options, Progress, RunError, State, Summary, look, take_lock
from pipeline.running.locking import FolderInUseError
from pipeline.running.pool import Lost
from pipeline.running.shard import Item, Result
from pipeline.storage import Folder, is_url

SHARD, SHARD_LEAST, SHARD_MOST, SHARD_SIZE = 32, 8, 128, 400_000
"""Articles of a shard: on average, at least, at most; and bytes."""
PARTITION = 2_000
"""Articles of a partition, at least: the shards whose rows go into one part of each table."""
SKETCHES = 25_000
"""Articles of a run for each bucket of sketches that one task compares."""
BLOCK, MOST_BLOCKS = 50_000, 500
"""Events that are linked in one task, on average; and the number of files open while they are dealt
out."""
RETRIES = 2


class Tasks(Protocol):
    """What runs functions over tasks; see :class:`.ray_tasks.RayTasks`."""

    def run(
        self, work: Callable[[Any, Any], Any], setup: Any, tasks: Iterable[Any], retries: int = 0
    ) -> Iterator[tuple[Any, Any]]:
        """Yield each task with its result, or with :class:`~pipeline.running.pool.Lost`."""


def run(options: Options, tasks: Tasks, progress: Progress = lambda state: None) -> Summary:
    """Run the pipeline; see :func:`pipeline.running.cluster.run_on_ray`."""
    started = time.monotonic()
    ignored = look(options.paths)
    metadata = read_metadata(options.metadata, options.date_order) if options.metadata else {}
    output = str(options.output)
    try:
        engine = fingerprint.engine(
            options.rules, options.model, options.reader, options.min_confidence
        )
        with ExitStack() as stack:
            folder = Folder(output)
            lock = Lease(folder) if is_url(output) else take_lock(Path(output))
            stack.callback(lock.close)
            current = _Run(options, engine, metadata, folder, tasks, progress)
            summary = current.execute(started)
            summary.ignored = ignored
            summary.match(metadata, current.known)
            return summary
    except FolderInUseError as error:
        raise RunError(f"{output}: {error}") from None
    except OSError as error:
        raise RunError(f"{error.filename or output}: {error.strerror or error}") from None


class _Run:
    """One run with what it knows."""

    def __init__(
        self,
        options: Options,
        engine: dict[str, str],
        metadata: dict[str, Metadata],
        folder: Folder,
        tasks: Tasks,
        progress: Progress,
    ) -> None:
        self.options, self.engine, self.metadata = options, engine, metadata
        self.folder, self.tasks = folder, tasks
        self.progress, self.state, self.meter = progress, State(), Meter()
        self.setup = Setup(
            str(options.output),
            fingerprint.combined(engine),
            options.model,
            options.rules,
            options.time_limit,
            options.reader,
            options.min_confidence,
        )
        self.summary = Summary()
        self.known: set[str] = set()
        self.shards: list[tuple[str, int]] = []

    def execute(self, started: float) -> Summary:
        self._extract()
        if not self.shards:
            raise InputError(f"no articles in {', '.join(self.options.paths)}")
        digest = hashlib.sha256("".join(name for name, _ in self.shards).encode()).hexdigest()
        if before := self._finished(digest):
            return before
        with ExitStack() as stack:
            self.stack = stack
            events = self._gather()
            notes = self._compare()
            files, cells = self._link(events)
            files += self._write(notes, cells)
        self._tidy(files)
        self._report(digest, files, time.monotonic() - started)
        return self.summary

    # The first pass --------------------------------------------------------------------------

    def _extract(self) -> None:
        """Work on every shard that has no results yet."""
        self._stage("articles")
        lost: list[Shard] = []
        for shard, result in self.tasks.run(work.extract, self.setup, self._missing()):
            if isinstance(result, Lost):
                lost.append(shard)
            else:
                self._advance(*result)
        self.summary.lost = len(lost)
        for shard in lost:
            self._advance(*work.keep(self.setup, shard, self._one_by_one(shard)))

    def _one_by_one(self, shard: Shard) -> list[Result | None]:
        numbered = {id(item): number for number, item in enumerate(shard.items)}
        results: list[Result | None] = [None] * len(shard.items)
        for item, result in self.tasks.run(work.extract_one, self.setup, shard.items, RETRIES):
            results[numbered[id(item)]] = None if isinstance(result, Lost) else result
        return results

    def _missing(self) -> Iterator[Shard]:
        done = {Path(name).name.partition(".")[0] for name in self.folder.names(work.RESULTS)}
        for shard in self._cut():
            self.shards.append((shard.name, len(shard.items)))
            if shard.name in done:
                self.state.reused += len(shard.items)
                self._advance(len(shard.items), 0)
            else:
                yield shard

    def _cut(self) -> Iterator[Shard]:
        """Bundle the articles.

        A shard ends where the hash of an article says so, not by count: one more or one less
        article then changes its own shard and not all that follow.
        """
        keys: list[bytes] = []
        items: list[Item] = []
        size = 0
        for item in self._items():
            key = fingerprint.key(item, self.setup.engine)
            keys.append(key)
            items.append(item)
            size += len(item.source.data) or len(str(item.source.row or ""))
            is_end = len(items) >= SHARD_LEAST and int.from_bytes(key[:4], "big") % SHARD == 0
            if is_end or len(items) == SHARD_MOST or size > SHARD_SIZE:
                yield Shard(work.shard_name(keys), items)
                keys, items, size = [], [], 0
        if items:
            yield Shard(work.shard_name(keys), items)

    def _items(self) -> Iterator[Item]:
        """List the articles; ``known`` are those that the metadata names."""
        given, order = self.options, self.options.date_order
        for source in find(given.paths, given.fields, self.meter, True, order):
            known = self.metadata.get(source.doc_id)
            if known is not None:
                self.known.add(source.doc_id)
            yield Item(source, known, given.published)

    # The second pass -------------------------------------------------------------------------

    def _gather(self) -> Shuffle:
        """Return all events; the sketches of the articles lie in the output folder then."""
        self._stage("gathering")
        events = self._shuffle(work.compared_schema(), 1)
        for documents, table in self._in_order(work.gather, self._partitions()):
            events.add(table)
            for row in documents:
                self.summary.add(row)
        return events

    def _compare(self) -> dict[int, dict[int, str]]:
        """Return the notes on articles that are like an earlier one, by partition and place."""
        self._stage("comparing")
        partitions = sum(1 for _ in self._partitions())
        likest: dict[tuple[int, int], similar.Likeness] = {}
        count = self._sketch_buckets()
        buckets = (Bucket(number, count, partitions) for number in range(count))
        for found in self._in_order(work.compare, buckets):
            for place, likeness in found:
                likest[place] = min(likeness, likest.get(place, likeness))
        notes: dict[int, dict[int, str]] = defaultdict(dict)
        for (partition, place), likeness in likest.items():
            notes[partition][place] = likeness.note
        return notes

    def _sketch_buckets(self) -> int:
        return sum(count for _, count in self.shards) // SKETCHES + 1

    def _link(self, events: Shuffle) -> tuple[list[str], Shuffle]:
        """Link the events; return the files written, and the linked cells by partition."""
        self._stage("linking")
        files = []
        linked = work.linked_schema()
        cells = self._shuffle(linked.empty_table().select(_CELLS).schema, MOST_BLOCKS)
        named = self._shuffle(linked, self._buckets())
        for name, table in self._in_order(work.link, self._blocks(self._dealt(events))):
            files.append(name)
            cells.add(table.select(_CELLS), table["part"].to_numpy() % cells.buckets)
            named.add(*_by_agreement(table, named.buckets))
        rows = [
            row for part in self._in_order(work.agreements, self._blocks(named)) for row in part
        ]
        # The stages of one agreement come from one block, in their order.
        rows.sort(key=lambda row: row["agreement_id"])
        return [*files, work.write_agreements(self.setup, rows)], cells

    def _dealt(self, events: Shuffle) -> Shuffle:
        """Deal the events out to blocks that have no act in common."""
        groups = Groups()
        for table in events.tables():
            named = table.filter(table["stage"].to_numpy() != 0).select(["group", "stage"])
            groups.join(zip(*(column.to_pylist() for column in named.columns), strict=True))
        dealt = self._shuffle(work.compared_schema(), self._buckets())
        for table in events.tables():
            dealt.add(table, groups.of(table["group"].to_numpy()) % dealt.buckets)
        events.close()
        return dealt

    def _blocks(self, dealt: Shuffle) -> Iterator[Block]:
        number = 0
        for bucket in range(dealt.buckets):
            table = dealt.table(bucket)
            if table.num_rows:
                yield Block(number, table)
                number += 1

    def _buckets(self) -> int:
        return min(MOST_BLOCKS, self.summary.events // BLOCK + 1)

    # The third pass --------------------------------------------------------------------------

    def _write(self, notes: dict[int, dict[int, str]], cells: Shuffle) -> list[str]:
        """Write the parts of the tables that have a row for each article, mention and event."""
        self._stage("writing")
        files: list[str] = []
        for names, shown in self._in_order(work.write, self._filled(notes, cells)):
            files += names
            self.summary.shown += shown[: _SHOWN - len(self.summary.shown)]
        return files

    def _filled(self, notes: dict[int, dict[int, str]], cells: Shuffle) -> Iterator[Partition]:
        import pyarrow.compute as compute

        for partition in self._partitions():
            table = cells.table(partition.number % cells.buckets)
            own = table.filter(compute.field("part") == partition.number).sort_by("row")
            yield dataclasses.replace(
                partition,
                notes=notes.get(partition.number, {}),
                links=own.select(list(work.LINKED)),
            )

    # What passes have in common --------------------------------------------------------------

    def _partitions(self) -> Iterator[Partition]:
        buckets = self._sketch_buckets()
        names: list[str] = []
        articles, number = 0, 0
        for name, count in self.shards:
            names.append(name)
            articles += count
            if articles >= PARTITION:
                yield Partition(number, names, buckets)
                names, articles, number = [], 0, number + 1
        if names:
            yield Partition(number, names, buckets)

    def _in_order(self, function: Callable[[Setup, Any], Any], tasks: Iterable[Any]) -> Iterator:
        """Yield the results of tasks in the order of their numbers."""
        ready: dict[int, Any] = {}
        following = 0
        for task, result in self.tasks.run(function, self.setup, tasks, RETRIES):
            if isinstance(result, Lost):
                raise RunError(f"{self.state.stage}: {result.reason}; the same command goes on")
            ready[task.number] = result
            self.progress(self.state)
            while following in ready:
                yield ready.pop(following)
                following += 1

    def _shuffle(self, schema: Any, buckets: int) -> Shuffle:
        return self.stack.enter_context(closing(Shuffle(schema, buckets)))

    def _stage(self, name: str) -> None:
        self.state.stage = name
        self.progress(self.state)

    def _advance(self, articles: int, failed: int) -> None:
        self.state.articles += articles
        self.state.failed += failed
        self.state.share = self.meter.read / self.meter.total if self.meter.total else None
        self.progress(self.state)

    def _finished(self, digest: str) -> Summary | None:
        """Return what an earlier run reported, where its tables are those of this run."""
        try:
            report = json.loads(self.folder.read(_REPORT))
            if report["digest"] != digest or not set(report["outputs"]) <= set(self.folder.names()):
                return None
            counts = report["counts"] | {"reused": self.state.reused, "lost": self.summary.lost}
            return Summary(**counts, up_to_date=True, first_failure=report["first_failure"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _tidy(self, files: Sequence[str]) -> None:
        """Remove what an earlier run left here that this one has no use for."""
        known = {*files, *(work.result_name(name) for name, _ in self.shards)}
        folders = (f"{work.RESULTS}/", f"{work.SKETCHES}/", *(f"{table}/" for table in work.TABLES))
        for name in self.folder.names():
            if name not in known and name.startswith(folders):
                with contextlib.suppress(FileNotFoundError):
                    self.folder.remove(name)

    def _report(self, digest: str, files: list[str], seconds: float) -> None:
        self.summary.reused = self.state.reused
        counts = (
            *("articles", "ok", "skipped", "failed", "reused", "lost", "mentions", "events"),
            *("undated", "unread_dates"),
        )
        report = {
            "engine": self.engine,
            "options": {
                name: value if isinstance(value, int | float | dict) else str(value)
                for name, value in dataclasses.asdict(self.options).items()
            },
            "counts": {name: getattr(self.summary, name) for name in counts},
            "first_failure": self.summary.first_failure,
            "seconds": round(seconds, 2),
            "shards": len(self.shards),
            "digest": digest,
            "outputs": sorted(files),
        }
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        self.folder.write(_REPORT, text.encode())


_REPORT, _SHOWN = "run.json", 12
_CELLS = ["part", "row", *work.LINKED]


def _by_agreement(table: Any, buckets: int) -> tuple[Any, Any]:
    """Return the events that are about an agreement, and the bucket of each."""
    import numpy as np
    import pyarrow.compute as compute

    named = table.filter(compute.field("agreement_id") != "")
    hashes = (hashlib.sha256(name.encode()).digest() for name in named["agreement_id"].to_pylist())
    numbers = [int.from_bytes(digest[:4], "big") % buckets for digest in hashes]
    return named, np.array(numbers, dtype=np.int64)
