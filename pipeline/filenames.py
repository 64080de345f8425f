"""Names of files that are made of data.

The id of a document comes from outside and may be anything: a URL, a path, a headline of 300
characters. Wherever it becomes the name of a file, it does so here; the id itself stands inside
the file.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# File systems take 255 bytes; an ending and the mark of a file in the making come on top.
_BYTES, _READABLE = 200, 60
_SAFE = re.compile(r"\w(?:[\w .-]*\w)?")
_UNSAFE = re.compile(r"[^\w.-]+")


def file_stem(id: str) -> str:
    """A file name without its ending that stands for an id; it never leads out of its folder.

    An id of letters, digits, ``_``, ``.``, ``-`` and spaces inside it is its own name. Of any other
    the readable part is kept and a hash of the whole follows after ``~``, which no safe id holds,
    so that two ids never share a name.

    Examples
    --------
    >>> file_stem("2024-03-22 Tokyo"), file_stem("../../etc/passwd")
    ('2024-03-22 Tokyo', 'etc-passwd~3f600893bc')
    """
    safe = (
        _SAFE.fullmatch(id)
        and len(id.encode("utf-8", "surrogatepass")) <= _BYTES
        and unicodedata.is_normalized("NFC", id)
    )
    return id if safe else _hashed(id)


def file_stems(ids: Iterable[str]) -> dict[str, str]:
    """The names of files that stand in one folder, by id.

    As :func:`file_stem`, but ids that differ in case alone get the hash too: some file systems
    take their names for one.
    """
    different = list(dict.fromkeys(ids))
    taken = Counter(file_stem(id).casefold() for id in different)
    return {
        id: stem if taken[(stem := file_stem(id)).casefold()] == 1 else _hashed(id)
        for id in different
    }


def _hashed(id: str) -> str:
    readable = _UNSAFE.sub("-", unicodedata.normalize("NFC", id))[:_READABLE].strip("-.")
    digest = hashlib.blake2s(id.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
    # Some letters take four bytes: what remains is short enough in any script.
    return f"{readable}~{digest}"
