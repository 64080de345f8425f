"""Files on shared storage, by URL: ``s3://``, ``gs://``, ``memory://`` and what else fsspec knows.

Plain paths are the business of :mod:`os` everywhere in Pacta; only what :func:`is_url` accepts
comes here, and :class:`Folder`, in which a cluster works, takes both.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipeline.articles.errors import InputError


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a listing; ``stamp`` changes when its content does."""

    url: str
    size: int
    stamp: str


def is_url(path: str) -> bool:
    """Whether a path is a URL."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and scheme.replace("+", "").isalnum()


def open_url(url: str) -> BinaryIO:
    """Open a file for reading.

    Raises
    ------
    OSError
        It is not there or cannot be read, whatever the storage calls that.
    """
    filesystem, path = _resolve(url)
    with _as_os_error(url):
        return cast(BinaryIO, filesystem.open(path, "rb"))


def listing(url: str) -> list[Entry]:
    """List the file of a URL, the files below it, or those that match it as a pattern.

    Returns
    -------
    list of Entry
        In the order of their names.

    Raises
    ------
    InputError
        There is nothing there, or the storage cannot be reached.
    """
    filesystem, path = _resolve(url)
    try:
        if any(sign in path for sign in "*?["):
            found = filesystem.glob(path, detail=True)
        else:
            found = filesystem.find(path, detail=True)
    except Exception as error:
        raise InputError(f"{url} cannot be listed: {_reason(error)}") from None
    files = [info for info in found.values() if info["type"] == "file"]
    if not files:
        raise InputError(f"{url} does not exist or holds nothing")
    entries = (
        Entry(filesystem.unstrip_protocol(info["name"]), info.get("size") or 0, _stamp(info))
        for info in files
    )
    return sorted(entries, key=lambda entry: entry.url)


class Folder:
    """A folder on a disk or a shared storage, with files that are written whole or not at all.

    Parameters
    ----------
    url : str
        A path or a URL.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._files, self._root = _resolve(url)
        self._is_local = "file" in self._files.protocol

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises
        ------
        OSError
            It cannot be read.
        """
        with _as_os_error(self._path(name)):
            return cast(bytes, self._files.cat_file(self._path(name)))

    def write(self, name: str, data: bytes) -> None:
        """Write a file: an object of a storage appears whole; on a disk it is renamed."""
        path = self._path(name)
        with _as_os_error(path):
            if self._is_local:
                from pipeline.tables.writing import write_whole

                Path(path).parent.mkdir(parents=True, exist_ok=True)
                write_whole(Path(path), data)
            else:
                self._files.pipe_file(path, data)

    def remove(self, name: str) -> None:
        """Remove a file."""
        with _as_os_error(self._path(name)):
            self._files.rm_file(self._path(name))

    def names(self, below: str = "") -> list[str]:
        """Return the names of all files below a part of the folder, sorted; parts end in ``/``."""
        self._files.invalidate_cache()
        start = self._path(below)
        with _as_os_error(start):
            found = self._files.find(start) if self._files.exists(start) else []
        return sorted(path[len(self._root) + 1 :] for path in found)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")


def _resolve(url: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise InputError(f"{url} needs fsspec: pip install 'pacta[cluster]'") from None
    try:
        filesystem, path = fsspec.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise InputError(f"{url}: {_reason(error)}") from None
    return filesystem, path.rstrip("/")


def _stamp(info: dict[str, Any]) -> str:
    """Return what a storage tells of a file's content: a hash where it has one, else its age."""
    known = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "updated", "created")
    value = next((info[name] for name in known if info.get(name)), "")
    return f"{info.get('size')} {value}"


@contextlib.contextmanager
def _as_os_error(path: str) -> Iterator[None]:
    """Turn what a storage raises into the error that a disk would raise."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(errno.EIO, _reason(error), path) from None


def _reason(error: Exception) -> str:
    first = (str(error) or type(error).__name__).splitlines()[0]
    return first.strip()
