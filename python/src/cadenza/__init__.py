"""Cadenza in Python: a lake's tables as frames, and its jobs as calls.

The package drives the program `cadenza` and reads the Arrow that it writes; it computes nothing itself.

>>> import cadenza
>>> lake = cadenza.open("lake")                                       # doctest: +SKIP
>>> lake.sql("select level, count(*) as plays from songplays group by all").df()   # doctest: +SKIP
"""

from __future__ import annotations

from cadenza.errors import (CadenzaError, Failed, Interrupted, NeedsALook, NotInstalled, UsageError)
from cadenza.lake import Lake, open, simulate, sql
from cadenza.result import Result
from cadenza.summary import Summary

__all__ = [
    "CadenzaError", "Failed", "Interrupted", "Lake", "NeedsALook", "NotInstalled", "Result", "Summary", "UsageError",
    "open", "simulate", "sql",
]
__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """`%load_ext cadenza`: see `cadenza.magic`."""
    from cadenza.magic import load

    load(shell)
