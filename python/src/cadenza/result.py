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
        """Record batches in the order of the query, with bounded memory.

        >>> import cadenza
        >>> sum(batch.num_rows for batch in cadenza.sql("select * from range(5000)"))
        5000
        """
        with self._lake._stream(self.query) as reader:
            for batch in reader:
                yield batch

    __iter__ = batches

    def arrow(self) -> "pyarrow.Table":
        """All rows as an Arrow table of shape (rows, columns). Times are UTC in microseconds, lengths of songs seconds.

        >>> import cadenza
        >>> table = cadenza.sql("select to_timestamp(0) as start_time, 215.1 as length from range(3)").arrow()
        >>> table.shape, str(table.schema.field("start_time").type)
        ((3, 2), 'timestamp[us, tz=UTC]')
        """
        with self._lake._stream(self.query) as reader:
            table: "pyarrow.Table" = reader.read_all()
            return table

    def df(self) -> "pandas.DataFrame":
        """All rows as a pandas DataFrame of shape (rows, columns); NULL is NaN, None or NaT, as pandas has it.

            lake.sql("select user_id, level from users").df().shape      # (96, 2)
        """
        frame: "pandas.DataFrame" = self.arrow().to_pandas()
        return frame

    def polars(self) -> "polars.DataFrame":
        """All rows as a Polars DataFrame of shape (rows, columns).

        >>> import cadenza
        >>> cadenza.sql("select 1 as a, 'x' as b union all select 2, null").polars().shape
        (2, 2)
        """
        import polars

        frame = polars.from_arrow(self.arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def rows(self) -> "list[dict[str, Any]]":
        """All rows as dictionaries of Python's own values.

        >>> import cadenza
        >>> cadenza.sql("select ? as user_id, [1, 2] as plays", ["39"]).rows()
        [{'user_id': '39', 'plays': [1, 2]}]
        """
        found: "list[dict[str, Any]]" = self.arrow().to_pylist()
        return found

    def value(self) -> Any:
        """The one value of a query of one row and one column.

        >>> import cadenza
        >>> cadenza.sql("select count(*) from range(7)").value()
        7
        """
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
