"""Functions over tasks on a Ray cluster, where workers may die.

Plain Ray tasks and no actors: an actor that holds a processor while another waits for one is how
such a run comes to hang.
"""

from __future__ import annotations

import itertools
import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.articles.errors import InputError
from pipeline.running.local import RunError
from pipeline.running.pool import Lost

_AHEAD = 2
"""Tasks given out for each processor, so that none waits for the driver."""
_LOOK = 5.0
"""Seconds after which the driver looks whether the cluster has grown."""
_ANSWER = 10.0
"""Seconds that a cluster has to answer."""


class RayTasks:
    """A connection to a Ray cluster; a context manager.

    Parameters
    ----------
    address : str
        ``auto``, ``HOST:PORT``, or empty to start Ray on this machine for this run.
    workers : int
        At most so many tasks at once; 0 for as many as there are processors.
    """

    def __init__(self, address: str = "", workers: int = 0) -> None:
        try:
            import ray
        except ImportError:
            raise InputError("--engine ray needs Ray: pip install 'pacta[cluster]'") from None
        self._ray, self._address, self._workers = ray, address, workers
        self._is_connected = self._is_ours = False

    def __enter__(self) -> RayTasks:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_connected:
            self._ray.shutdown()

    def run(
        self,
        work: Callable[[Any, Any], Any],
        setup: Any,
        tasks: Iterable[Any],
        retries: int = 0,
    ) -> Iterator[tuple[Any, Any]]:
        """Yield each task with the result of ``work(setup, task)``, as they are done.

        Tasks are taken from the iterable as processors become free. A task whose worker died is
        given out again up to ``retries`` times; then its result is a
        :class:`~pipeline.running.pool.Lost`.

        Raises
        ------
        RunError
            The work raised an exception.
        """
        source = iter(tasks)
        first = next(source, None)
        if first is None:
            return
        self._connect()
        yield from self._run(work, setup, itertools.chain([first], source), retries)

    def _run(
        self, work: Callable[[Any, Any], Any], setup: Any, source: Iterator[Any], retries: int
    ) -> Iterator[tuple[Any, Any]]:
        errors = self._ray.exceptions
        dead = (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError)
        gone = (*dead, errors.ObjectLostError, errors.LocalRayletDiedError)
        remote = self._ray.remote(num_cpus=1, max_retries=retries)(work)
        shared = self._ray.put(setup)
        waiting: dict[Any, Any] = {}
        while True:
            while len(waiting) < self._room():
                task = next(source, None)
                if task is None:
                    break
                waiting[remote.remote(shared, task)] = task
            if not waiting:
                return
            for ref in self._ray.wait(list(waiting), num_returns=1, timeout=_LOOK)[0]:
                task = waiting.pop(ref)
                try:
                    result = self._ray.get(ref)
                except gone as error:
                    result = Lost(f"its worker process died ({type(error).__name__})")
                except errors.RayTaskError as error:
                    cause = error.cause or error
                    raise RunError(f"{type(cause).__name__}: {_first_line(cause)}") from None
                yield task, result

    def _connect(self) -> None:
        if self._ray.is_initialized():
            return
        self._knock()
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        known: dict[str, Any] = {"address": self._address or "local"}
        if not self._address:
            known |= {"include_dashboard": False, "num_cpus": self._workers or None}
        try:
            self._ray.init(log_to_driver=False, logging_level=logging.ERROR, **known)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise RunError(f"no Ray cluster at {self._address}: {_first_line(error)}") from None
        self._is_connected, self._is_ours = True, not self._address

    def _knock(self) -> None:
        """Make sure that somebody answers at the address: Ray itself would try for minutes."""
        host, _, port = self._address.rpartition("://")[2].rpartition(":")
        if not host:
            return
        try:
            socket.create_connection((host, int(port)), _ANSWER).close()
        except (OSError, ValueError) as error:
            raise RunError(f"no Ray cluster at {self._address}: {_first_line(error)}") from None

    def _room(self) -> int:
        """Return how many tasks may be given out at once; the cluster may have grown."""
        if self._workers and not self._is_ours:
            return self._workers
        return _AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
