"""The output tables (docs/tables.md): their columns, the rows of an article, writing and reading.

A row is a dict of strings, exactly the cells of the CSV file; typed formats (Parquet, JSON Lines,
data frames) are made from it by the column types of :mod:`pipeline.tables.schema`.
"""

from pipeline.tables.rows import document_row, event_reasons, event_rows, mention_rows
from pipeline.tables.schema import TABLES, Row, Table, typed
from pipeline.tables.writing import FORMATS, FolderWriter

__all__ = [
    "FORMATS",
    "TABLES",
    "FolderWriter",
    "Row",
    "Table",
    "document_row",
    "event_reasons",
    "event_rows",
    "mention_rows",
    "typed",
]
