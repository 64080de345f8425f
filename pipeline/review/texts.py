"""The text of an article, exactly as the run read it, or as much of it as the tables hold.

The offsets of the tables count into the text that the run read. A text is shown only if it is
that text: it has the length documents.csv gives and every quoted string stands where the tables
say. Otherwise the evidence sentences are shown at their places, with gaps between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.filenames import file_stem
from pipeline.review.tables import Tables
from pipeline.tables.schema import Row

GAP = " […] "


@dataclass(frozen=True, slots=True)
class Text:
    """Pieces of an article: ``(start, text)`` in order, the whole of it in one where possible.

    ``notice`` says why the article is not whole; empty where it is.
    """

    pieces: tuple[tuple[int, str], ...]
    notice: str = ""

    def quote(self, start: int, end: int) -> str | None:
        """The text between two offsets, or None where it is not held in one piece."""
        for first, text in self.pieces:
            if first <= start <= end <= first + len(text):
                return text[start - first : end - first]
        return None


class Texts:
    """Finds and checks the texts of the articles of an output folder.

    Parameters
    ----------
    tables : Tables
        Says where each article was read from; no other path is ever opened.
    articles : Path, optional
        A folder to look in first, where the articles have moved.
    """

    def __init__(self, tables: Tables, articles: Path | None = None) -> None:
        self._tables = tables
        self._articles = articles
        self._events: dict[str, list[Row]] = {}
        for row in tables.events:
            self._events.setdefault(row["doc_id"], []).append(row)
        self.get = lru_cache(maxsize=64)(self._get)

    def _get(self, doc_id: str) -> Text:
        document = self._tables.documents.get(doc_id)
        if document is None:
            return self._evidence(doc_id, "This document is not in the latest run.")
        tried = False
        for path in self._candidates(document):
            for text in _texts(path, doc_id):
                tried = True
                if self._is_the_text(document, text):
                    return Text(((0, text),))
        if tried:
            why = "The article has changed since the run read it; only the evidence is shown."
        else:
            why = (
                f"The article is not to be found at {document['path'] or doc_id}; only the "
                "evidence is shown. Say where the articles are: pacta review OUTPUT --articles DIR"
            )
        return self._evidence(doc_id, why)

    def _candidates(self, document: Row) -> list[Path]:
        path = Path(document["path"])
        out = []
        if self._articles is not None:
            stem = file_stem(document["doc_id"])
            out = [self._articles / path.name, self._articles / f"{stem}.txt"]
        if document["path"]:
            folder = self._tables.folder.resolve()
            out += [path, folder / path, folder.parent / path]
        return out

    def _is_the_text(self, document: Row, text: str) -> bool:
        if document["characters"] != str(len(text)):
            return False
        doc_id = document["doc_id"]
        spans = [
            (row["start"], row["end"], row["text"]) for row in self._tables.mentions.get(doc_id, ())
        ] + [
            (row["trigger_start"], row["trigger_end"], row["trigger"])
            for row in self._events.get(doc_id, ())
        ]
        return all(text[int(start) : int(end)] == quote for start, end, quote in spans)

    def _evidence(self, doc_id: str, notice: str) -> Text:
        spans = sorted(
            {
                (int(row["evidence_start"]), row["evidence"])
                for row in self._events.get(doc_id, ())
                if len(row["evidence"]) == int(row["evidence_end"]) - int(row["evidence_start"])
            }
        )
        pieces, last = [], -1
        for start, sentence in spans:
            if start >= last:
                pieces.append((start, sentence))
                last = start + len(sentence)
        return Text(tuple(pieces), notice)


def _texts(path: Path, doc_id: str) -> Iterator[str]:
    """The texts in a file as a run reads them, that of the document first; none on any error.

    A plain file is read as it stands first: that is quick, and what it nearly always takes.
    """
    try:
        if not path.is_file():
            return
    except OSError:  # a name that no file can have
        return
    with suppress(OSError, UnicodeDecodeError):
        yield path.read_bytes().decode("utf-8")
    from pipeline.articles.errors import InputError
    from pipeline.articles.reading import read
    from pipeline.articles.sources import find

    with suppress(OSError, InputError):
        others = []
        for source in find([path]):
            if source.doc_id == doc_id:
                yield read(source).text
            else:
                others.append(source)
        for source in others:
            yield read(source).text
