"""One run at a time in an output folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO


class FolderInUseError(RuntimeError):
    """Another run is writing into the folder."""


class Lock:
    """A lock on a folder that the system gives back when its owner ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("a+", encoding="utf-8")
        if not _take(self._file):
            self._file.seek(0)
            owner = self._file.read().strip()
            self._file.close()
            raise FolderInUseError(f"another run (process {owner or 'unknown'}) is writing there")
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def close(self) -> None:
        """Give the lock back."""
        self._file.close()


def _take(file: IO[str]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has no fcntl and no fork; runs there are not guarded.
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
