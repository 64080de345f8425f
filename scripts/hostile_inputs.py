"""A table of every hostile input of the tests: what came of it, seconds, peak memory.

    python scripts/hostile_inputs.py TABLE.csv

Runs the tests that feed Pacta what was made to break it, one row an input: its name, the result
that the test has seen (a status, a message, or that it holds), processor seconds, and how many MB
the process had at most while it was worked on (Linux only; commands in a process of their own are
not in it).
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent.parent / "tests"
FILES = ("test_bad_input.py", "test_knowledge_hostile.py", "test_review_hostile.py")
LEFT_OUT = "not fuzz"  # any number of inputs, none of them named
COLUMNS = ("input", "result", "seconds", "peak_mb")


class Recorder:
    """A pytest plugin that keeps a row for each test."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Measure one input."""
        reset_peak()
        started = time.process_time()
        result = "failed"
        try:
            yield
            told = dict(item.user_properties).get("result", "holds")
            result = " ".join(str(told).split())
        finally:
            seconds = round(time.process_time() - started, 2)
            row = (item.nodeid.rpartition("::")[2], result, seconds, round(peak()))
            self.rows.append(dict(zip(COLUMNS, row, strict=True)))


def reset_peak() -> None:
    """Forget the peak memory of this process, where the system can."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5", encoding="ascii")


def peak() -> float:
    """Peak resident memory of this process in MB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def main(target: str) -> int:
    """Run the tests and write the table; return 0 if every input came out as it must."""
    recorder = Recorder()
    given = ["-q", "-p", "no:cacheprovider", "-k", LEFT_OUT]
    code = pytest.main([*given, *(str(TESTS / name) for name in FILES)], plugins=[recorder])
    with open(target, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(recorder.rows)
    slowest = sorted(recorder.rows, key=lambda row: -row["seconds"])[:5]
    print(f"{len(recorder.rows)} inputs in {target}; slowest:")
    for row in slowest:
        print(f"  {row['seconds']:6.2f} s  {row['peak_mb']:5.0f} MB  {row['input']}")
    return int(code)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
