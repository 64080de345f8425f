"""Worker processes that may die.

The parent loads the model once and forks, so that workers share its memory. A task is a list of
items. A worker that dies, hangs or takes too much memory costs nothing but time: a task of several
items is given out again item by item, and the one on which a worker ends a second time is reported
as lost.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

Task = Sequence[Any]
Work = Callable[[Task], list[Any]]
MEMORY_LIMIT = 1500.0
"""Megabytes that a worker may take beyond the loaded pipeline: several times what any article of
a newspaper takes."""
_LOOK = 0.2  # seconds between two looks at the memory of the workers
_KEPT = 0.5  # a worker that holds this share of the limit after a task is replaced


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: Task | None = None
    deadline: float = 0.0


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for the result of an item on which a worker died; ``reason`` says how."""

    reason: str


class Pool:
    """Runs a function over tasks on several processes.

    Parameters
    ----------
    prepare : callable
        Called once, when the first task is there; loads what the work needs and returns the work:
        a function that takes a task and returns one result an item. The work runs in forked
        processes, which share the memory of what was loaded.
    count : int
        Number of processes.
    time_limit : float
        Seconds a task may take (0: no limit).
    memory_limit : float
        Megabytes a worker may take beyond what is loaded (0: no limit; only where the system
        tells, which is on Linux).
    inherited : sequence of objects with ``close``
        What children must not keep open (the lock of the output folder).
    """

    def __init__(
        self,
        prepare: Callable[[], Work],
        count: int,
        time_limit: float = 0,
        memory_limit: float = 0,
        inherited: Sequence[Any] = (),
    ) -> None:
        self._prepare, self._count, self._limit = prepare, count, time_limit
        self._memory_limit = memory_limit if own_memory() else 0
        self._inherited = inherited
        self._work: Work | None = None
        self._workers: list[_Worker] = []

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, list[Any]]]:
        """Yield each task with its results, as they are done.

        Tasks are taken from the iterable one at a time as workers become free.
        """
        if "fork" not in multiprocessing.get_all_start_methods():
            for task in tasks:
                yield task, self._loaded()(task)
            return
        waiting: deque[Task] = deque()
        source = iter(tasks)
        try:
            while True:
                while self._has_room():
                    if waiting:
                        self._give(waiting.popleft())
                    elif following := next(source, ()):
                        self._give(following)
                    else:
                        break
                busy = [worker for worker in self._workers if worker.task is not None]
                if not busy:
                    return
                for worker in self._ready(busy):
                    yield from self._collect(worker, waiting)
        finally:
            self.close()

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.connection.close()
            worker.process.kill()
            worker.process.join()
        self._workers = []

    def _loaded(self) -> Work:
        if self._work is None:
            self._work = self._prepare()
            # What is loaded is never looked at by the collector again, or every child would copy
            # the pages of the model.
            gc.collect()
            gc.freeze()
        return self._work

    def _has_room(self) -> bool:
        busy = sum(worker.task is not None for worker in self._workers)
        return busy < self._count

    def _start(self) -> _Worker:
        work, context = self._loaded(), multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        foreign = [*self._inherited, ours, *(worker.connection for worker in self._workers)]
        process = context.Process(target=_serve, args=(theirs, work, foreign), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _give(self, task: Task) -> None:
        idle = (worker for worker in self._workers if worker.task is None)
        worker = next(idle, None) or self._start()
        worker.task = task
        worker.deadline = time.monotonic() + self._limit if self._limit else 0
        # If it died while idle, collecting its answer will notice.
        with contextlib.suppress(OSError):
            worker.connection.send(task)

    def _ready(self, busy: list[_Worker]) -> list[_Worker]:
        """Wait for workers that have answered, died, or run out of time or memory."""
        now = time.monotonic()
        deadlines = [worker.deadline - now for worker in busy if worker.deadline]
        looks = [_LOOK] if self._memory_limit else []
        timeout = max(0.0, min(deadlines + looks)) if deadlines or looks else None
        answered = set(map(id, wait([worker.connection for worker in busy], timeout)))
        now = time.monotonic()
        return [
            worker
            for worker in busy
            if id(worker.connection) in answered
            or (worker.deadline and now >= worker.deadline)
            or self._takes(worker) > 1
        ]

    def _takes(self, worker: _Worker) -> float:
        """The share of the memory limit that a worker takes; 0 where there is none."""
        if not self._memory_limit:
            return 0.0
        return own_memory(worker.process.pid) / self._memory_limit

    def _collect(self, worker: _Worker, waiting: deque[Task]) -> Iterator[tuple[Task, list[Any]]]:
        task = worker.task
        assert task is not None
        try:
            if worker.connection.poll():
                results = worker.connection.recv()
                worker.task = None
                if self._takes(worker) > _KEPT:
                    self._discard(worker)
                yield task, results
                return
            if self._takes(worker) > 1:
                reason = f"took more than {self._memory_limit:,.0f} MB of memory"
            else:
                reason = f"took longer than {self._limit:g} seconds"
        except (EOFError, OSError):
            worker.process.join()
            reason = f"its worker process died ({_death(worker.process.exitcode)})"
        self._discard(worker)
        if len(task) == 1:
            yield task, [Lost(reason)]
        else:
            waiting.extend([item] for item in task)

    def _discard(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.kill()
        worker.process.join()


def _serve(connection: Connection, work: Work, foreign: list[Any]) -> None:
    """Answer tasks until the parent closes its end or dies."""
    # An end of a pipe that a child keeps open would hide the parent's death from its siblings.
    for thing in foreign:
        thing.close()
    try:
        while True:
            connection.send(work(connection.recv()))
    except (EOFError, OSError, KeyboardInterrupt):
        return


def own_memory(process: int | None = None) -> float:
    """Megabytes of a process that no other shares, by default of this one; 0 where nobody tells.

    A forked worker shares the loaded pipeline with its parent: what it has written since is its
    own, however much the parent held when it began.
    """
    try:
        rollup = Path(f"/proc/{process or 'self'}/smaps_rollup").read_text(encoding="ascii")
        line = next(line for line in rollup.splitlines() if line.startswith("Private_Dirty:"))
    except (OSError, StopIteration):
        return 0.0
    return int(line.split()[1]) / 1024


def _death(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
