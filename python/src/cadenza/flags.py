"""The flags of the program's commands as keyword arguments: names, types and help as the program itself lists them.

`flags.json` is what `cadenza completion json` prints; a test holds it against the program.
"""

from __future__ import annotations

import difflib
import inspect
import json
import os
from functools import lru_cache
from keyword import iskeyword
from typing import Any, Callable, Dict, List, TypeVar

from cadenza.errors import UnknownKeyword

Method = TypeVar("Method", bound=Callable[..., Any])

# What the methods say themselves, and what makes no sense where nobody sits at a terminal.
_OWN = {"help", "lake", "out", "json", "no-progress", "once"}


@lru_cache(maxsize=1)
def table() -> Dict[str, List[Dict[str, Any]]]:
    """By command: each flag with `flag`, `help`, `type` (empty where it has no value), `is_repeatable`, `words`."""
    with open(os.path.join(os.path.dirname(__file__), "flags.json"), encoding="utf-8") as file:
        found: Dict[str, List[Dict[str, Any]]] = json.load(file)
    return found


def keyword(flag: str) -> str:
    """The keyword argument of a flag.

    >>> keyword("max-bad"), keyword("from")
    ('max_bad', 'from_')
    """
    return flag + "_" if iskeyword(flag) else flag.replace("-", "_")


def keywords(command: str) -> Dict[str, Dict[str, Any]]:
    """The flags of a command by their keyword arguments."""
    return {keyword(flag["flag"]): flag for flag in table()[command] if flag["flag"] not in _OWN}


def _annotation(flag: Dict[str, Any]) -> Any:
    if not flag["type"]:
        return "bool"
    value = {"INT": "int", "UINT": "int", "N": "int", "FLOAT": "float"}.get(flag["type"], "str")
    if value == "str" and flag["type"] in ("FILE", "FOLDER", "PATH"):
        value = "str | os.PathLike"
    return f"{value} | Sequence[{value}]" if flag["is_repeatable"] else value


def of_command(command: str) -> Callable[[Method], Method]:
    """Gives a method the signature that its command has, and its help behind the docstring."""

    def dress(method: Method) -> Method:
        signature = inspect.signature(method)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        named = {parameter.name for parameter in own}
        flags = {name: flag for name, flag in sorted(keywords(command).items()) if name not in named}
        made = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(flag))
                for name, flag in flags.items()]
        strict = inspect.Parameter("strict", inspect.Parameter.KEYWORD_ONLY, default=False, annotation="bool")
        setattr(method, "__signature__", signature.replace(parameters=[*own, *made, strict]))
        lines = [f"        {name}: {flag['help']}" for name, flag in flags.items()]
        method.__doc__ = "\n".join([inspect.cleandoc(method.__doc__ or ""), "", f"Flags of `cadenza {command}`:", *lines])
        return method

    return dress


def check(command: str, given: Dict[str, Any]) -> None:
    """An error for a keyword argument that is no flag of the command, with the one that was meant.

    >>> check("etl", {"max_bda": "1%"})
    Traceback (most recent call last):
    cadenza.errors.UnknownKeyword: cadenza etl has no such flag: max_bda; did you mean max_bad?
    """
    known = {keyword(flag["flag"]) for flag in table()[command]}
    for name in given:
        if name in known or name.rstrip("_") in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        raise UnknownKeyword(f"cadenza {command} has no such flag: {name}" + (f"; did you mean {near[0]}?" if near else ""))
