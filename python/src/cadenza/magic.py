"""`%load_ext cadenza`, then `%cadenza lake` and cells that begin with `%%cadenza`.

    %cadenza lake
    %%cadenza plays
    select level, count(*) as n from songplays group by all

shows the rows and keeps them as the DataFrame `plays`. `{name}` in a cell is not replaced: use parameters in Python
where values come from variables.
"""

from __future__ import annotations

from typing import Any, Optional

from cadenza.lake import Lake, open as open_lake


def load(shell: Any) -> None:
    """Registers the magic with IPython."""
    state: "dict[str, Optional[Lake]]" = {"lake": None}

    def cadenza(line: str, cell: Optional[str] = None) -> Any:
        words = line.split()
        if cell is None:
            if len(words) != 1:
                raise ValueError("usage: %cadenza LAKE")
            state["lake"] = open_lake(words[0])
            return state["lake"]
        if len(words) > 1:
            raise ValueError("usage: %%cadenza [NAME]")
        lake = state["lake"] or Lake()
        frame = lake.sql(cell).df()
        if words:
            shell.user_ns[words[0]] = frame
        return frame

    shell.register_magic_function(cadenza, magic_kind="line_cell", magic_name="cadenza")
