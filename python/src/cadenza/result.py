"""Rows of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Optional

if TYPE_CHECKING:  # these cost start-up time
    import pandas
    import polars
    import pyarrow


class Result:
    """The rows of one query, which runs when they are first asked for, and again each time.

    `.arrow()` and `.df()` hold all rows; iterating gives record batches, of which one at a time is in memory.
    """

    def __init__(self, lake: Any, query: str) -> None:
        self._lake, self.query = lake, query

    def batches(self) -> Iterator["pyarrow.RecordBatch"]:
        """Record batches in the order of the query, with bounded memory."""
        with self._lake._stream(self.query) as reader:
            for batch in reader:
                yield batch

    __iter__ = batches

    def arrow(self) -> "pyarrow.Table":
        """All rows as an Arrow table. Times are timestamp[us, UTC]."""
        with self._lake._stream(self.query) as reader:
            table: "pyarrow.Table" = reader.read_all()
            return table

    def df(self) -> "pandas.DataFrame":
        """All rows as a pandas DataFrame; NULL is NaN, None or NaT, as pandas has it."""
        frame: "pandas.DataFrame" = self.arrow().to_pandas()
        return frame

    def polars(self) -> "polars.DataFrame":
        """All rows as a Polars DataFrame."""
        import polars

        frame = polars.from_arrow(self.arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def rows(self) -> "list[dict[str, Any]]":
        """All rows as dictionaries of Python's own values."""
        found: "list[dict[str, Any]]" = self.arrow().to_pylist()
        return found

    def value(self) -> Any:
        """The one value of a query of one row and one column."""
        table = self.arrow()
        if table.num_rows != 1 or table.num_columns != 1:
            raise ValueError(f"one value was asked for; there are {table.num_rows} rows of {table.num_columns} columns")
        return table.column(0)[0].as_py()

    def __repr__(self) -> str:
        return f"<cadenza.Result of {self.query!r}>"

    def _repr_html_(self) -> Optional[str]:
        """The first rows, in a notebook."""
        shown = Result(self._lake, f"select * from ({self.query.rstrip().rstrip(';')}\n) as shown limit 50")
        html: str = shown.df().to_html(index=False, escape=True)
        return html
