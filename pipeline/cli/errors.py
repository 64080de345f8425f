"""What is said of an error: for a person, without the numbers of the operating system."""

from __future__ import annotations


def reason(error: Exception) -> str:
    """Return the reason of an error in words.

    Examples
    --------
    >>> reason(FileNotFoundError(2, "No such file or directory", "gold"))
    'gold: No such file or directory'
    >>> reason(ValueError("no date"))
    'no date'
    """
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
