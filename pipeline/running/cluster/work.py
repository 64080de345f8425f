"""What a worker of a cluster does: functions of a setup and a task, which know nothing of Ray."""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import json
import os
import platform
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.running import similar
from pipeline.running.shard import Item, Result, failed, noted, process
from pipeline.storage import Folder
from pipeline.tables.schema import CLUSTERS, EVENTS, TABLES, Row

if TYPE_CHECKING:
    from spacy.language import Language

RESULTS = ".pacta/results"
SKETCHES = ".pacta/sketches"
LINKED = ("cluster_id", "date", "date_start", "date_end", "date_from")
"""Columns of events that linking fills."""
COMPARED = tuple(column for column in EVENTS.columns if column != "cluster_id")
"""Columns of events that linking may read."""
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Setup:
    """What every task of a run is told; ``engine`` is the hash of program, model and rules."""

    output: str
    engine: str
    model: Path | None = None
    rules: Path | None = None
    time_limit: float = 0
    reader: bool = True
    min_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Shard:
    """Articles that are worked on together; ``name`` is a hash of all their result depends on."""

    name: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Partition:
    """Shards whose rows go into one part of each table.

    For gathering: the number of buckets to which the sketches of its articles are dealt out. For
    writing: by its place the note on an article that is like an earlier one, and a table of
    :data:`LINKED` cells in the order of the events.
    """

    number: int
    shards: Sequence[str]
    buckets: int = 1
    notes: Mapping[int, str] = field(default_factory=dict)
    links: Any = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """The sketches of all articles that have one of the hashes of a bucket.

    ``buckets`` says how many there are, ``partitions`` how many dealt out their articles.
    """

    number: int
    buckets: int
    partitions: int

    def own(self, sketch: list[int]) -> list[int]:
        """Return the hashes of a sketch that belong to this bucket."""
        return [hash for hash in similar.indexed(sketch) if hash % self.buckets == self.number]


@dataclass(frozen=True, slots=True)
class Block:
    """Events that share no act with those of another block (a table of :data:`COMPARED`)."""

    number: int
    events: Any


def extract(setup: Setup, shard: Shard) -> tuple[int, int]:
    """Annotate the articles of a shard and keep their results; count articles and failures."""
    limit = setup.time_limit
    with _last_resort(2 * limit + 10 if limit else 0):
        results = process(_pipeline(setup), shard.items, limit)
    return keep(setup, shard, results)


def extract_one(setup: Setup, item: Item) -> Result:
    """Annotate one article."""
    limit = setup.time_limit
    with _last_resort(2 * limit + 10 if limit else 0):
        return process(_pipeline(setup), [item], limit)[0]


def keep(setup: Setup, shard: Shard, results: Sequence[Result | None]) -> tuple[int, int]:
    """Write the results of a shard as one object, which says that the shard is done.

    None stands for an article on which a worker died, alone, time and again.
    """
    reason = "its worker process died, or hung"
    whole = [r or failed(item, reason) for item, r in zip(shard.items, results, strict=True)]
    text = json.dumps([asdict(result) for result in whole], ensure_ascii=True)
    Folder(setup.output).write(result_name(shard.name), zlib.compress(text.encode("ascii"), 3))
    return len(whole), sum(result.document["status"] == "failed" for result in whole)


def result_name(shard: str) -> str:
    """Return the name of a shard's object."""
    return f"{RESULTS}/{shard[:2]}/{shard}.json.z"


def gather(setup: Setup, partition: Partition) -> tuple[list[Row], Any]:
    """Return what the driver needs of a partition, and keep its sketches for :func:`compare`.

    Returns
    -------
    list of dict
        The row of each article.
    pyarrow.Table
        Its events, see :func:`compared_schema`.
    """
    import pyarrow as arrow

    from pipeline.linking.blocks import keys

    documents: list[Row] = []
    rows: list[dict[str, Any]] = []
    sketches: list[list[Any]] = []
    for result in _results(setup, partition):
        for event, (group, stage) in zip(result.events, keys(result.events), strict=True):
            place = {"part": partition.number, "row": len(rows), "group": group, "stage": stage}
            rows.append({column: event[column] for column in COMPARED} | place)
        if result.sketch:
            sketches.append([len(documents), result.document["doc_id"], result.sketch])
        documents.append(result.document)
    _deal_out(setup, partition, sketches)
    return documents, arrow.Table.from_pylist(rows, compared_schema())


def _deal_out(setup: Setup, partition: Partition, sketches: list[list[Any]]) -> None:
    """Write the sketches of a partition, each to the buckets of its hashes."""
    dealt: list[list[list[Any]]] = [[] for _ in range(partition.buckets)]
    for row in sketches:
        for bucket in {value % partition.buckets for value in similar.indexed(row[2])}:
            dealt[bucket].append(row)
    for bucket, rows in enumerate(dealt):
        packed = zlib.compress(json.dumps(rows).encode("ascii"), 1)
        Folder(setup.output).write(_sketches_name(bucket, partition.number), packed)


def _sketches_name(bucket: int, partition: int) -> str:
    return f"{SKETCHES}/{bucket:05d}/{partition:05d}.json.z"


def compare(setup: Setup, bucket: Bucket) -> list[tuple[tuple[int, int], similar.Likeness]]:
    """Return the articles of a bucket that are like an earlier one by its hashes, and like which.

    An article stands in several buckets, and each compares it by its own hashes alone; the likest
    of their answers is the one that :class:`~pipeline.running.similar.Index` gives, which sees all
    articles one after the other.
    """
    folder = Folder(setup.output)
    with_hash: dict[int, list[similar.Earlier]] = defaultdict(list)
    found = []
    for number in range(bucket.partitions):
        text = zlib.decompress(folder.read(_sketches_name(bucket.number, number)))
        for row, doc_id, sketch in json.loads(text):
            article = similar.Earlier((number, row), doc_id, array("q", sketch))
            groups = [with_hash[value] for value in bucket.own(sketch)]
            earlier = {one.place: one for group in groups for one in group}
            likeness = similar.likest(sketch, earlier.values())
            if likeness is not None:
                found.append(((number, row), likeness))
            for group in groups:
                if len(group) < similar.MOST:
                    group.append(article)
    return found


def compared_schema() -> Any:
    """Return the columns of events on their way to linking.

    ``part`` and ``row`` say where an event stands, ``group`` and ``stage`` are the keys of
    :func:`pipeline.linking.blocks.keys`.
    """
    import pyarrow as arrow

    numbers = [("part", arrow.int32()), ("row", arrow.int32())]
    hashes = [("group", arrow.int64()), ("stage", arrow.int64())]
    return arrow.schema([*numbers, *hashes, *((column, arrow.string()) for column in COMPARED)])


def link(setup: Setup, block: Block) -> tuple[str, Any]:
    """Link the events of a block and write its acts; return the file's name and the events."""
    import pyarrow as arrow

    from pipeline.linking import link_acts

    rows = block.events.to_pylist()
    rows.sort(key=lambda row: (row["part"], row["row"]))
    events, clusters = link_acts(rows)
    name = _write_part(setup, CLUSTERS.name, block.number, clusters)
    return name, arrow.Table.from_pylist(events, linked_schema())


def linked_schema() -> Any:
    """Return the columns of linked events."""
    import pyarrow as arrow

    return compared_schema().append(arrow.field("cluster_id", arrow.string()))


def agreements(setup: Setup, block: Block) -> list[Row]:
    """Make the rows of all agreements that the events of a block are about."""
    from pipeline.linking import link_agreements

    return link_agreements(block.events.to_pylist())


def write(setup: Setup, partition: Partition) -> tuple[list[str], list[Row]]:
    """Write a partition's part of each table; return the names of the files and a few events."""
    rows: dict[str, list[Row]] = {"documents": [], "mentions": [], "events": []}
    for place, result in enumerate(_results(setup, partition)):
        rows["documents"].append(noted(result.document, partition.notes.get(place, "")))
        rows["mentions"] += result.mentions
        rows["events"] += result.events
    cells = partition.links.to_pylist()
    rows["events"] = [row | link for row, link in zip(rows["events"], cells, strict=True)]
    names = [_write_part(setup, name, partition.number, rows[name]) for name in rows]
    return names, rows["events"][:_SHOWN]


def part_name(table: str, number: int) -> str:
    """Return the name of a part of a table."""
    return f"{table}/part-{number:05d}.parquet"


def write_agreements(setup: Setup, rows: Sequence[Row]) -> str:
    """Write the table of agreements, which is one part."""
    return _write_part(setup, "agreements", 0, rows)


def _write_part(setup: Setup, table: str, number: int, rows: Sequence[Row]) -> str:
    from pipeline.tables.writing import parquet_file

    Folder(setup.output).write(part_name(table, number), parquet_file(TABLES[table], rows))
    return part_name(table, number)


def _results(setup: Setup, partition: Partition) -> Iterator[Result]:
    folder = Folder(setup.output)
    for shard in partition.shards:
        for cells in json.loads(zlib.decompress(folder.read(result_name(shard)))):
            yield Result(**cells)


def _pipeline(setup: Setup) -> Language:
    return _load(setup.model, setup.rules, setup.reader, setup.min_confidence, setup.engine)


@cache
def _load(
    model: Path | None, rules: Path | None, reader: bool, min_confidence: float, engine: str
) -> Language:
    """Load the pipeline, once in each process; it must be the one that the driver has.

    Raises
    ------
    RuntimeError
        The program, the model or the rules of this machine differ from those of the driver.
    """
    from pipeline import language
    from pipeline.running import fingerprint

    if fingerprint.combined(fingerprint.engine(rules, model, reader, min_confidence)) != engine:
        raise RuntimeError(
            f"{platform.node()} has another version of pacta, its model or its rules than the "
            "machine that the run was started on"
        )
    return language.load(model, rules, reader, min_confidence)


@contextlib.contextmanager
def _last_resort(seconds: float) -> Iterator[None]:
    """End the process where even its interpreter hangs, so that nothing waits for it for ever."""
    if not seconds:
        yield
        return
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def shard_name(keys: Sequence[bytes]) -> str:
    """Return the name of a shard of articles with these keys."""
    return hashlib.sha256(b"".join(keys)).hexdigest()
