"""Which tables and columns can stand where the cursor is in a query."""

from __future__ import annotations

import re
from typing import Dict, List, Mapping, Sequence, Tuple

Catalogue = Mapping[str, Sequence[str]]
"""The columns of each table, whose name may have its layer before it: `silver.users`."""

_NAMED = re.compile(r"\b(?:from|join)\s+(?P<table>\w+(?:\.\w+)?)(?:\s+(?:as\s+)?(?P<alias>\w+))?", re.IGNORECASE)
_NO_ALIAS = {"on", "using", "where", "group", "order", "join", "left", "right", "full", "inner", "cross", "limit", "at",
             "union", "having", "natural", "asof", "qualify", "window", "as"}


def tables_in(query: str, catalogue: Catalogue) -> Dict[str, str]:
    """The tables of a query by the names that columns can have before them.

    >>> lake = {"users": ["user_id", "level"], "songs": ["title"]}
    >>> tables_in("select * from users u join songs where", lake)
    {'users': 'users', 'u': 'users', 'songs': 'songs'}
    """
    found: Dict[str, str] = {}
    for match in _NAMED.finditer(query):
        table = match.group("table")
        if table in catalogue:
            found[table.split(".")[-1]] = table
            alias = match.group("alias")
            if alias and alias.lower() not in _NO_ALIAS:
                found[alias] = table
    return found


def complete(query: str, cursor: int, catalogue: Catalogue) -> Tuple[int, List[str]]:
    """Where the word at the cursor begins, and what it can become.

    Behind a table's name or alias and a dot come its columns; behind from and join tables; else the columns of the
    query's tables, then tables.

    >>> lake = {"users": ["user_id", "level"], "user_levels": ["user_id", "since"], "songs": ["title"]}
    >>> complete("select l from users", 8, lake)
    (7, ['level'])
    >>> complete("select u. from users u", 9, lake)
    (9, ['user_id', 'level'])
    >>> complete("select * from us", 16, lake)
    (14, ['users', 'user_levels'])
    """
    word = re.search(r"[\w.]*$", query[:cursor])
    typed = word.group(0) if word else ""
    start = cursor - len(typed)
    named = tables_in(query, catalogue)
    owner, dot, part = typed.rpartition(".")
    if dot and owner in named:
        return start + len(owner) + 1, _beginning(part, catalogue[named[owner]])
    tables = _beginning(typed, [*catalogue])
    if dot or re.search(r"\b(?:from|join)\s+$", query[:start], re.IGNORECASE):
        return start, tables
    columns = [column for table in named.values() for column in catalogue[table]]
    return start, [*_beginning(typed, [*dict.fromkeys(columns)]), *tables]


def _beginning(typed: str, words: Sequence[str]) -> List[str]:
    return [word for word in words if word.lower().startswith(typed.lower())]
