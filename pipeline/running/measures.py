"""What a benchmark measures, each figure in one pass; names end in their unit.

Figures of passes are processor time, which other programs on the machine disturb little; figures
of whole commands (``first_row_seconds``, ``two_workers_speedup``) are what the clock says.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.records import Article

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.running.shard import Result

Figures = dict[str, float]


def speed(path: Path, count: int) -> Figures:
    """Time reading, the tokenizer, the model alone, and each component of the whole."""
    import spacy

    from pipeline import language
    from pipeline.articles import find, read
    from pipeline.running.shard import process_articles

    sources = list(itertools.islice(find([path]), count))
    read(sources[0])
    reading, found = _timed(lambda: [read(source) for source in sources])
    articles = [article for article in found if article.status == "ok"]
    model = spacy.load(language.model_path())
    texts = [article.text for article in articles]
    words = sum(len(text.split()) for text in texts)
    list(model.pipe(texts[:5]))
    tokenizer, _ = _timed(lambda: [model.make_doc(text) for text in texts])
    alone, _ = _timed(lambda: sum(1 for _ in model.pipe(texts)))
    nlp = language.load()
    process_articles(nlp, articles[:5])
    annotating, results = _timed(lambda: process_articles(nlp, articles))
    whole = reading + annotating
    figures = {
        "articles": len(articles),
        "failed": sum(result.document["status"] == "failed" for result in results),
        "words": words,
        "tokenizer_seconds": tokenizer,
        "model_seconds": alone,
        "whole_seconds": whole,
        "whole_to_model_ratio": whole / alone,
        "model_words_per_second": words / alone,
        "words_per_second": words / whole,
        "articles_per_second": len(articles) / whole,
    }
    return figures | _shares(nlp, articles, reading)


def _shares(nlp: Language, articles: list[Article], reading: float) -> Figures:
    """Return each component's share of the time of all."""
    from pipeline.running.shard import rows_of

    seconds = {"reading": reading}
    seconds["tokenizer"], docs = _timed(lambda: _docs(nlp, articles))
    for name, component in nlp.pipeline:
        pipe = getattr(component, "pipe", None)

        def run(component: Any = component, pipe: Any = pipe, docs: Any = docs) -> list[Any]:
            return list(pipe(docs)) if pipe else [component(doc) for doc in docs]

        seconds[name], docs = _timed(run)
    pairs = list(zip(articles, docs, strict=True))
    seconds["rows"], _ = _timed(lambda: [rows_of(article, doc) for article, doc in pairs])
    total = sum(seconds.values())
    return {f"share_{name}": value / total for name, value in seconds.items()}


def rules(path: Path, count: int, folder: Path) -> Figures:
    """Compare the time that finding events takes with the packaged rules and with many more."""
    from pipeline import language
    from pipeline.articles import find, read
    from pipeline.components.events.rules import load_rules

    packaged = len(load_rules().rules)
    invented = (f"- {{id: more-{n}, type: AID, verbs: [zorble{n}]}}\n" for n in range(9 * packaged))
    more = folder / "rules"
    more.mkdir()
    (more / "more.yaml").write_text("".join(invented), encoding="utf-8")
    articles = [read(source) for source in itertools.islice(find([path]), count)]
    few, many = (_finding_events(language.load(rules=own), articles) for own in (None, more))
    return {"rules": packaged, "ten_times_the_rules_ratio": many / few}


def _finding_events(nlp: Language, articles: list[Article]) -> float:
    from pipeline import language

    with nlp.select_pipes(disable="pacta_events"):
        docs = [doc for _, doc in language.annotate(nlp, articles)]
    find = nlp.get_pipe("pacta_events")
    find(docs[0].copy())
    # The least of five: one pass takes under a second, and the first finds cold caches.
    return min(_timed(lambda: [find(doc) for doc in docs])[0] for _ in range(5))


def _docs(nlp: Language, articles: list[Article]) -> list[Any]:
    docs = []
    for article in articles:
        doc = nlp.make_doc(article.text)
        doc._.published, doc._.zones = article.published, article.zones
        docs.append(doc)
    return docs


def start_up(path: Path, folder: Path) -> Figures:
    """Time ``import pipeline``, and the command on one article from start to end."""
    code = "import time; t = time.process_time(); import pipeline; print(time.process_time() - t)"
    imported = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    first = _run(_head(path, folder, 1), folder / "first", 1)
    return {"import_seconds": min(imported), "first_row_seconds": first["wall"]}


def workers(path: Path, count: int, folder: Path) -> Figures:
    """Compare one worker with two."""
    few = _head(path, folder, count)
    one, two = (_run(few, folder / f"workers-{number}", number) for number in (1, 2))
    same = all(
        (folder / "workers-1" / name).read_bytes() == (folder / "workers-2" / name).read_bytes()
        for name in one["outputs"]
    )
    return {
        "one_worker_seconds": one["seconds"],
        "two_workers_seconds": two["seconds"],
        "two_workers_speedup": one["seconds"] / two["seconds"],
        "two_workers_same_bytes": float(same),
    }


def memory(path: Path, count: int, many: int, folder: Path) -> Figures:
    """Compare the peak memory of a worker, and of its parent, at two numbers of articles."""
    small = _run(_head(path, folder, count), folder / "small", 1)["peak_memory_mb"]
    large = _run(_head(path, folder, many), folder / "large", 1)["peak_memory_mb"]
    return {
        f"worker_at_{count}_mb": small["worker"],
        f"worker_at_{many}_mb": large["worker"],
        "worker_memory_ratio": large["worker"] / small["worker"],
        f"parent_at_{count}_mb": small["parent"],
        f"parent_at_{many}_mb": large["parent"],
    }


def scale(folder: Path) -> Figures:
    """Measure what a large run needs besides its workers, on the results of the memory run."""
    from pipeline.linking import link_run
    from pipeline.running import similar
    from pipeline.running.shard import mark
    from pipeline.running.store import Store
    from pipeline.tables import TABLES
    from pipeline.tables.writing import parquet_file

    with closing(Store(folder / "large" / ".pacta" / "results.sqlite")) as store:
        packed = store.size()
        results = list(store.everything())
    count = len(results)
    events = [row for result in results for row in result.events]
    with closing(similar.Index()) as index:
        comparing, _ = _timed(lambda: [mark(result, index) for result in results])
    linking, linked = _timed(lambda: link_run(events))
    rows = {
        "documents": [result.document for result in results],
        "mentions": [row for result in results for row in result.mentions],
        **{name: getattr(linked, name) for name in ("events", "clusters", "agreements")},
    }
    size = sum(len(parquet_file(TABLES[name], rows[name])) for name in rows)
    return {
        "events_per_article": len(events) / count,
        "comparing_articles_per_second": count / comparing,
        "linking_events_per_second": len(events) / linking,
        "largest_block_share": _largest_block(results) / len(events),
        "checkpoint_kb_per_article": packed / count / 1000,
        "tables_kb_per_article": size / count / 1000,
    }


def _largest_block(results: list[Result]) -> int:
    import numpy as np

    from pipeline.linking.blocks import keys
    from pipeline.running.cluster.shuffle import Groups

    groups = Groups()
    found = [pair for result in results for pair in keys(result.events)]
    groups.join((group, stage) for group, stage in found if stage)
    return max(Counter(groups.of(np.array([group for group, _ in found])).tolist()).values())


def driver(path: Path, count: int) -> Figures:
    """Time what the driver of a cluster does with each article: find it and hash it."""
    from pipeline.articles import find
    from pipeline.running import fingerprint
    from pipeline.running.shard import Item

    def look() -> int:
        found = itertools.islice(find([path]), count)
        return sum(1 for source in found if fingerprint.key(Item(source), ""))

    seconds, articles = _timed(look)
    return {"driver_articles_per_second": articles / seconds}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _head(path: Path, folder: Path, count: int) -> Path:
    """Write the first articles of a file into one of their own."""
    target = folder / f"{count}.jsonl"
    with path.open("rb") as source:
        lines: Iterator[bytes] = itertools.islice(source, count)
        target.write_bytes(b"".join(lines))
    return target


def _run(path: Path, output: Path, workers: int) -> dict[str, Any]:
    """Run the command in a process of its own; return its report with the wall time added."""
    code = "import sys; from pipeline.cli import app; app(sys.argv[1:])"
    arguments = ["run", path, "-o", output, "--workers", workers, "--time-limit", 0]
    start = time.monotonic()
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the run failed: {done.stderr.strip()}")
    wall = time.monotonic() - start
    return json.loads((output / "run.json").read_text()) | {"wall": wall}
