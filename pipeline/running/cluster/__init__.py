"""A run on many machines: the same shard function, from shared storage to shared storage.

Three passes, each a function that any worker can run on its own (:mod:`.work`):

extract    the articles of a shard            -> their results, an object of its own: the checkpoint
link       the events of a block              -> acts; a block shares no act with another one
write      the results of a partition         -> its part of each table

:mod:`.driver` deals the tasks out and carries between the passes what they need of each other;
:mod:`.shuffle` holds that on the driver's disk; :mod:`.ray_tasks` is all that knows of Ray.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.running import Options, Summary
    from pipeline.running.local import Progress

__all__ = ["run_on_ray"]


def run_on_ray(options: Options, address: str, progress: Progress) -> Summary:
    """Run the pipeline on a Ray cluster.

    Parameters
    ----------
    options : Options
        ``output`` may be the URL of a folder on shared storage; ``model`` and ``rules`` are paths
        that every worker can read. The tables are Parquet.
    address : str
        Of the cluster (``auto``, ``HOST:PORT``); empty to start one on this machine.
    progress : callable
        Told as articles are done.

    Returns
    -------
    Summary
        Counts; ``lost`` shards were done again article by article, because their worker died.

    Raises
    ------
    InputError
        A path, a column or the metadata is wrong, or Ray is not installed; nothing was written.
    RunError
        The output cannot be written, or is in use; or the workers run another program.
    """
    from pipeline.running.cluster.driver import run
    from pipeline.running.cluster.ray_tasks import RayTasks

    with RayTasks(address, options.workers) as tasks:
        return run(options, tasks, progress)
