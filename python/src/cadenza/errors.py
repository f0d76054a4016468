"""What can go wrong, by the program's exit code."""

from __future__ import annotations

import re
from typing import Any, List, Optional


class CadenzaError(Exception):
    """The program ended with an error.

    `message` is what it said, `exit_code` its exit code, `command` the command line without secrets. `file` and
    `line` are those that the message names, else None.
    """

    def __init__(self, message: str, *, exit_code: int = 1, command: Optional[List[str]] = None,
                 summary: Optional[Any] = None) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.command = command or []
        self.summary = summary
        place = re.search(r"(?P<file>[^\s:,]+\.[A-Za-z0-9]+)(?:, line |:)(?P<line>\d+)", message)
        self.file: Optional[str] = place.group("file") if place else None
        self.line: Optional[int] = int(place.group("line")) if place else None


class Failed(CadenzaError):
    """Exit code 1: the job failed and nothing was committed, or the query is wrong."""


class UsageError(CadenzaError):
    """Exit code 2: something was asked for that cannot be. The message names the flag and the value."""


class NeedsALook(CadenzaError):
    """Exit code 3: done and committed, and something needs a look. Raised only where `strict=True`."""


class Interrupted(CadenzaError, KeyboardInterrupt):
    """Exit code 130: Ctrl-C; nothing was committed."""


class NotInstalled(CadenzaError):
    """The program was not found."""


def error_for(exit_code: int, message: str, command: List[str], summary: Optional[Any] = None) -> CadenzaError:
    kinds = {1: Failed, 2: UsageError, 3: NeedsALook, 130: Interrupted}
    return kinds.get(exit_code, Failed)(message, exit_code=exit_code, command=command, summary=summary)
