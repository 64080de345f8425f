"""Pacta: who did what to whom, when, where and under which agreement, read from news articles.

    import pipeline

    nlp = pipeline.load()                      # a spaCy Language; doc._.events, doc.spans, doc.ents
    tables = pipeline.extract(["Germany and Japan signed the agreement on Monday."])
    tables.events                              # a pandas data frame, columns as in docs/tables.md

Importing the package costs nothing: spaCy and pandas are imported when they are first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.extraction import Tables, extract
    from pipeline.language import load

__version__ = "0.2.0"
__all__ = ["Tables", "__version__", "extract", "load"]

_PUBLIC = {"Tables": "extraction", "extract": "extraction", "load": "language"}


def __getattr__(name: str) -> Any:
    """Import the public functions when they are first asked for."""
    import importlib

    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    """List the public functions, too, before they are first asked for."""
    return sorted({*globals(), *__all__})
