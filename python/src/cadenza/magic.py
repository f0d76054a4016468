"""`%load_ext cadenza`, then `%cadenza lake` and cells that begin with `%%cadenza`.

    %cadenza lake
    %%cadenza plays
    select level, count(*) as n from songplays group by all

shows the rows and keeps them as the DataFrame `plays`. Tab completes tables and columns (IPython 8.6 or later).
`{name}` in a cell is not replaced: use parameters in Python where values come from variables.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from cadenza import completion
from cadenza.errors import CadenzaError
from cadenza.lake import Lake, open as open_lake

_COLUMNS = """select table_schema, table_name, column_name from information_schema.columns
              order by table_name, ordinal_position"""


class Cells:
    """The lake of a notebook, and what is in it."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._lake = Lake()
        self._catalogue: Optional[Dict[str, List[str]]] = None

    def cadenza(self, line: str, cell: Optional[str] = None) -> Any:
        """`%cadenza LAKE` opens a lake; `%%cadenza [NAME]` runs a cell as SQL and keeps the rows as NAME."""
        words = line.split()
        self._catalogue = None  # jobs may have made tables since it was read
        if cell is None:
            if len(words) != 1:
                raise ValueError("usage: %cadenza LAKE")
            self._lake = open_lake(words[0])
            return self._lake
        if len(words) > 1:
            raise ValueError("usage: %%cadenza [NAME]")
        frame = self._lake.sql(cell).df()
        if words:
            self._shell.user_ns[words[0]] = frame
        return frame

    def catalogue(self) -> Dict[str, List[str]]:
        """The columns of each table of the lake; nothing where it cannot be read."""
        if self._catalogue is None:
            self._catalogue = {}
            try:
                rows = self._lake.sql(_COLUMNS).rows() if self._lake.root is not None else []
            except CadenzaError:  # a completion is no place to complain
                rows = []
            for row in rows:
                self._catalogue.setdefault(row["table_name"], []).append(row["column_name"])
            for row in rows:
                self._catalogue[f"{row['table_schema']}.{row['table_name']}"] = self._catalogue[row["table_name"]]
        return self._catalogue

    def match(self, context: Any) -> Any:
        """What IPython's completer asks for: completions in cells of SQL, and there nothing else."""
        from IPython.core.completer import SimpleCompletion

        first, newline, query = context.full_text.partition("\n")
        before = sum(len(line) + 1 for line in context.full_text.split("\n")[:context.cursor_line])
        cursor = before + context.cursor_position - len(first) - 1
        if first.split()[:1] != ["%%cadenza"] or not newline or cursor < 0:
            return {"completions": []}
        start, words = completion.complete(query, cursor, self.catalogue())
        return {"completions": [SimpleCompletion(word, type="sql") for word in words],
                "matched_fragment": query[start:cursor], "suppress": True}


def load(shell: Any) -> None:
    """Registers the magic and its completion with IPython."""
    cells = Cells(shell)
    shell.register_magic_function(cells.cadenza, magic_kind="line_cell", magic_name="cadenza")
    try:
        from IPython.core.completer import context_matcher
    except ImportError:
        return

    @context_matcher()  # type: ignore[untyped-decorator,unused-ignore]
    def cadenza_matcher(context: Any) -> Any:
        return cells.match(context)

    shell.Completer.custom_matchers.append(cadenza_matcher)
