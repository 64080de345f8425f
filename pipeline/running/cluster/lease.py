"""One run at a time in a folder on shared storage, which has no locks.

The run writes an object and renews it; an object that nobody has renewed for a while is that of a
run that was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
import uuid

from pipeline.running.locking import FolderInUseError
from pipeline.storage import Folder

NAME = ".pacta/lock"
RENEWED, EXPIRED = 20.0, 90.0


class Lease:
    """The right to write into a folder, until closed or for 90 seconds after its owner died.

    Raises
    ------
    FolderInUseError
        Another run has it.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder, self._run = folder, uuid.uuid4().hex
        other = self._read()
        age = time.time() - other.get("time", 0)
        if age < EXPIRED:
            raise FolderInUseError(
                f"another run ({other['machine']}, process {other['process']}) wrote there "
                f"{age:.0f} seconds ago; if it was killed, wait until {EXPIRED:.0f} have passed"
            )
        self._write()
        if self._read().get("run") != self._run:
            raise FolderInUseError("another run has just started there")
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the right back."""
        self._closed.set()
        self._thread.join()
        with contextlib.suppress(OSError):
            self._folder.remove(NAME)

    def _renew(self) -> None:
        while not self._closed.wait(RENEWED):
            # A storage that is away for a moment is no reason to give up.
            with contextlib.suppress(OSError):
                self._write()

    def _read(self) -> dict:
        try:
            return json.loads(self._folder.read(NAME))
        except (OSError, ValueError):
            return {}

    def _write(self) -> None:
        owner = {"run": self._run, "machine": platform.node(), "process": os.getpid()}
        self._folder.write(NAME, json.dumps(owner | {"time": time.time()}).encode())
