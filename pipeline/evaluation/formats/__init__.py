"""Gold in the forms that annotation tools keep it: read into one kind of record, written from it.

Each format is a module with ``recognise(path)``, ``read(path)`` and ``write(documents, texts,
path)``; reading gives the documents and those article texts that the format itself carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pipeline.evaluation.gold import (
    GoldDocument,
    GoldError,
    check_offsets,
    check_texts,
    check_unique,
)

FORMATS = ("standoff", "brat", "reviewed", "doccano", "labelstudio")


def read_gold(
    sources: Iterable[Path], articles: Path | None = None
) -> tuple[list[GoldDocument], dict[str, str]]:
    """Read gold from one or several sources and hold its offsets against the articles.

    Parameters
    ----------
    sources : iterable of Path
        Files or folders; the format of each is recognised.
    articles : Path, optional
        Folder with ``<doc_id>.txt``. Without it, articles are taken from the format where it
        carries them, and from a folder ``articles`` beside the source where there is one.

    Returns
    -------
    documents, texts
        The gold in the order of the sources, and the articles by ``doc_id`` as far as known.

    Raises
    ------
    GoldError
        A source is of no known format or wrong in itself, an article is annotated twice, is
        missing from ``articles``, or does not stand at the offsets given.
    """
    documents: list[GoldDocument] = []
    texts: dict[str, str] = {}
    for source in sources:
        read, carried = _format(source).read(source)
        for document in read:
            if document.doc_id in carried:
                check_offsets(document, carried[document.doc_id])
        documents += read
        check_unique(documents)
        texts |= carried
        beside = source.resolve().parent / "articles"
        if articles is not None:
            texts |= check_texts(read, articles)
        elif beside.is_dir():
            texts |= check_texts((d for d in read if d.doc_id not in carried), beside)
    return documents, texts


def need_texts(documents: Iterable[GoldDocument], texts: Mapping[str, str]) -> None:
    """Raise :class:`GoldError` where the article of a gold document is not known."""
    for document in documents:
        if document.doc_id not in texts:
            raise GoldError(
                document.source, document.doc_id, "the article is missing (give --articles)"
            )


def write_gold(
    documents: Iterable[GoldDocument], texts: Mapping[str, str], path: Path, form: str
) -> None:
    """Write gold in a format by its name: one of :data:`FORMATS`, or ``docbin`` (write only)."""
    import_module(f"{__name__}.{form}").write(documents, texts, path)


def is_gold(path: Path) -> bool:
    """Whether a path holds gold rather than the output of a run."""
    return not (path / "events.csv").is_file() and _recognised(path) is not None


def _format(path: Path) -> ModuleType:
    if not path.exists():
        raise GoldError(path, "", f"{path} does not exist")
    module = _recognised(path)
    if module is None:
        raise GoldError(path, "", f"no gold annotation here (known formats: {', '.join(FORMATS)})")
    return module


def _recognised(path: Path) -> ModuleType | None:
    modules = (import_module(f"{__name__}.{name}") for name in FORMATS)
    return next((module for module in modules if module.recognise(path)), None)
