"""Running over any number of articles: shards, worker processes, resume, the result tables.

shard.process    the sources of a shard  -> their results; the one function every engine runs
pool.Pool        shards                  -> results, on worker processes that may die
store.Store      results on disk by content hash: what a killed run had done is not lost
local.run        paths                   -> the tables in a folder
cluster          the same on many machines, from shared storage to shared storage
"""

from pipeline.running.local import Options, RunError, State, Summary, run

__all__ = ["Options", "RunError", "State", "Summary", "run"]
