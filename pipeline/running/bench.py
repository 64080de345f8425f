"""How fast, how large: ``python -m pipeline.running.bench ARTICLES.jsonl``.

One process and one pass each. The ratio of the whole to the model's own pass is what Pacta adds to
the trained pipeline it stands on; absolute figures depend on the machine and its load, so every
time is processor time except where workers are compared.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.records import Article

if TYPE_CHECKING:
    from spacy.language import Language

_WORSE = 1.1
_LOWER_IS_BETTER = ("seconds", "ratio", "_mb")


def main() -> None:
    """Measure, print, and write a JSON file that later runs compare against."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path, help="JSON Lines with text and published")
    parser.add_argument("--count", type=int, default=400, help="articles for the timings")
    parser.add_argument("--memory", type=int, default=2000, help="articles for the peak memory")
    parser.add_argument("--output", "-o", type=Path, help="JSON file to write")
    parser.add_argument("--compare", type=Path, help="JSON file of an earlier run")
    options = parser.parse_args()
    figures = measure(options.articles, options.count, options.memory)
    earlier = json.loads(options.compare.read_text()) if options.compare else {}
    for name, value in figures.items():
        print(f"{name:32} {value:>12} {_change(name, value, earlier.get(name))}".rstrip())
    if options.output:
        from pipeline.tables.writing import write_whole

        write_whole(options.output, json.dumps(figures, indent=1) + "\n")


def measure(path: Path, count: int, memory: int) -> dict[str, float]:
    """Measure everything; names end in their unit."""
    figures: dict[str, float] = {"import_seconds": _import_time()}
    articles = list(_articles(path, count))
    figures |= _passes(articles)
    with tempfile.TemporaryDirectory() as folder:
        figures |= _runs(path, count, memory, Path(folder))
    return {name: round(value, 3) for name, value in figures.items()}


def _articles(path: Path, count: int) -> Iterator[Article]:
    from pipeline.articles import find, read

    for number, source in enumerate(find([path])):
        if number == count:
            return
        article = read(source)
        if article.status == "ok":
            yield article


def _passes(articles: list[Article]) -> dict[str, float]:
    """Time the tokenizer, the model alone, and each component of the whole."""
    import spacy

    from pipeline import language
    from pipeline.running.shard import process_articles

    model = spacy.load(language.model_path())
    texts = [article.text for article in articles]
    words = sum(len(text.split()) for text in texts)
    for _ in model.pipe(texts[:5]):
        pass
    tokenizer, _ = _timed(lambda: [model.make_doc(text) for text in texts])
    alone, _ = _timed(lambda: sum(1 for _ in model.pipe(texts)))
    nlp = language.load()
    process_articles(nlp, articles[:5])
    whole, results = _timed(lambda: process_articles(nlp, articles))
    figures = {
        "articles": float(len(articles)),
        "failed": float(sum(result.document["status"] == "failed" for result in results)),
        "words": float(words),
        "tokenizer_seconds": tokenizer,
        "model_seconds": alone,
        "whole_seconds": whole,
        "whole_to_model_ratio": whole / alone,
        "words_per_second": words / whole,
    }
    return figures | _shares(nlp, articles)


def _shares(nlp: Language, articles: list[Article]) -> dict[str, float]:
    """Return each component's share of the time of all."""
    from pipeline.running.shard import rows_of

    seconds: dict[str, float] = {}
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


def _docs(nlp: Language, articles: list[Article]) -> list[Any]:
    docs = []
    for article in articles:
        doc = nlp.make_doc(article.text)
        doc._.published, doc._.zones = article.published, article.zones
        docs.append(doc)
    return docs


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _import_time() -> float:
    code = "import time; t = time.process_time(); import pipeline; print(time.process_time() - t)"
    return min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(3)
    )


def _runs(path: Path, count: int, memory: int, folder: Path) -> dict[str, float]:
    """Run the command: start-up to the first row, one worker and two, memory at two sizes."""
    one, few, many = (
        _head(path, folder / f"{number}.jsonl", number) for number in (1, count, memory)
    )
    single, double = _run(few, folder / "w1", 1), _run(few, folder / "w2", 2)
    large = _run(many, folder / "large", 1)
    same = all(
        (folder / "w1" / name).read_bytes() == (folder / "w2" / name).read_bytes()
        for name in single["outputs"]
    )
    return {
        "first_row_seconds": _run(one, folder / "first", 1)["wall"],
        "one_worker_seconds": single["seconds"],
        "two_workers_seconds": double["seconds"],
        "two_workers_speedup": single["seconds"] / double["seconds"],
        "two_workers_same_bytes": float(same),
        f"worker_at_{count}_mb": single["peak_memory_mb"]["worker"],
        f"worker_at_{memory}_mb": large["peak_memory_mb"]["worker"],
        f"parent_at_{count}_mb": single["peak_memory_mb"]["parent"],
        f"parent_at_{memory}_mb": large["peak_memory_mb"]["parent"],
    }


def _head(path: Path, target: Path, lines: int) -> Path:
    with path.open("rb") as source, target.open("wb") as sink:
        for number, line in enumerate(source):
            if number == lines:
                break
            sink.write(line)
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


def _change(name: str, value: float, before: float | None) -> str:
    if not before:
        return ""
    mark = ""
    if name.endswith(_LOWER_IS_BETTER) and value > _WORSE * before:
        mark = "  worse"
    return f"  was {before}{mark}"


if __name__ == "__main__":
    main()
