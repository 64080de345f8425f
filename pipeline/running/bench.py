"""How fast, how large: ``python -m pipeline.running.bench ARTICLES.jsonl``.

One process and one pass each. The ratio of the whole to the model's own pass is what Pacta adds to
the trained pipeline it stands on. Figures go into a JSON file; the next run says what changed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from pipeline.running import measures
from pipeline.running.measures import Figures

TARGETS = {
    "import_seconds": 0.3,
    "first_row_seconds": 3.0,
    "whole_to_model_ratio": 1.5,
    "ten_times_the_rules_ratio": 1.1,
    "two_workers_speedup": 1.7,
    "two_workers_same_bytes": 1.0,
    "worker_memory_ratio": 1.1,
}
_WORSE = 1.1
_HIGHER_IS_BETTER = ("per_second", "speedup", "same_bytes")
_LOWER_IS_BETTER = ("_seconds", "_ratio", "_mb", "_kb_per_article")


def main() -> None:
    """Measure, print beside targets and earlier figures, write; fail where memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path, help="JSON Lines, or a folder that holds one")
    parser.add_argument("--count", type=int, default=400, help="articles for the timings")
    parser.add_argument("--many", type=int, default=2000, help="articles for the peak memory")
    parser.add_argument("--memory", action="store_true", help="only the memory of the workers")
    parser.add_argument("--output", "-o", type=Path, help="JSON file to compare with and to write")
    options = parser.parse_args()
    path = _file(options.articles)
    known = options.output is not None and options.output.exists()
    earlier = json.loads(options.output.read_text()) if known else {}
    figures = measure(path, options.count, options.many, options.memory)
    for name, value in figures.items():
        line = f"{name:32} {value:>12,} {_against_target(name, value):20}"
        print(f"{line} {_change(name, value, earlier.get(name))}".rstrip())
    if options.output:
        from pipeline.tables.writing import write_whole

        write_whole(options.output, json.dumps(earlier | figures, indent=1) + "\n")
    if figures["worker_memory_ratio"] > TARGETS["worker_memory_ratio"]:
        sys.exit("the memory of a worker grows with the number of articles")


def measure(path: Path, count: int, many: int, only_memory: bool = False) -> Figures:
    """Measure everything, or only the memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {} if only_memory else measures.start_up(path, folder)
        if not only_memory:
            figures |= measures.speed(path, count)
            figures |= measures.rules(path, count // 4, folder)
            figures |= measures.workers(path, count, folder)
        figures |= measures.memory(path, count, many, folder)
        if not only_memory:
            figures |= measures.scale(folder)
            figures |= measures.driver(path, many)
    return {name: round(value, 4 if value < 1 else 2) for name, value in figures.items()}


def _file(path: Path) -> Path:
    """Return the file of articles: the path itself, or the one JSON Lines file in a folder."""
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.jsonl"))
    if len(found) != 1:
        sys.exit(f"{path} holds {len(found)} files .jsonl; name one")
    return found[0]


def _against_target(name: str, value: float) -> str:
    if name not in TARGETS:
        return ""
    target = TARGETS[name]
    higher = name.endswith(_HIGHER_IS_BETTER)
    met = value >= target if higher else value <= target
    return f"{'≥' if higher else '≤'} {target:g}: {'met' if met else 'MISSED'}"


def _change(name: str, value: float, before: float | None) -> str:
    if not before or value == before:
        return ""
    worse = (name.endswith(_LOWER_IS_BETTER) and value > _WORSE * before) or (
        name.endswith(_HIGHER_IS_BETTER) and value * _WORSE < before
    )
    return f"was {before:,}{'  worse' if worse else ''}"


if __name__ == "__main__":
    main()
