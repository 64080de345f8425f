"""Tables as pandas data frames with the right types."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.tables.reading import dict_reader
from pipeline.tables.schema import BOOLEAN, DATE, FLOAT, INTEGER, LIST, Row, Table, typed

if TYPE_CHECKING:
    import pandas as pd

_DTYPES = {INTEGER: "Int64", FLOAT: "Float64", BOOLEAN: "boolean", DATE: "datetime64[s]"}


def frame(table: Table, rows: Iterable[Row]) -> pd.DataFrame:
    """Make a data frame of rows.

    Returns
    -------
    pandas.DataFrame
        Columns in the order of the schema: strings (``str`` dtype, missing where empty), lists as
        Python lists, nullable integers, floats and booleans, days as ``datetime64[s]``.
    """
    import pandas as pd

    values = [typed(table, row) for row in rows]
    columns = {}
    for column, kind in table.types.items():
        cells = [row[column] for row in values]
        if kind == LIST:
            columns[column] = pd.Series(cells, dtype=object)
        else:
            columns[column] = pd.Series(cells, dtype=_DTYPES.get(kind, "str"))
    return pd.DataFrame(columns, columns=list(table.columns))


def read_csv(table: Table, folder: Path) -> pd.DataFrame:
    """Read a table written as CSV. The text ``NA`` stays a text (it is a country code)."""
    with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        return frame(table, dict_reader(file))
