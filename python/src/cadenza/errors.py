"""What can go wrong, by the program's exit code."""

from __future__ import annotations

import re
from typing import Any, List, Optional


_LINE = re.compile(r"(?P<file>[^\s:,]+\.(?:sql|toml|json|jsonl|csv|cfg|ini|txt)):(?P<line>\d+)(?=[:\s]|$)"
                   r"|(?P<named>[^\n:,]+\.\w+)(?:, line | at line |: .* in line |, row )(?P<number>\d+)"
                   r"|(?P<holder>[^\s:,]+) at byte (?P<byte>\d+)")
_ADVICE = re.compile(r"; did you mean [^\n]*\?$|\nTry: [^\n]*$")


def place_in(message: str) -> "tuple[Optional[str], Optional[int]]":
    """File and line that a message of the program names.

    >>> place_in("feat/a.sql:6: a feature model may not call this function: now")
    ('feat/a.sql', 6)
    >>> place_in("cadenza.toml, line 3: no such setting: thread")
    ('cadenza.toml', 3)
    >>> place_in("cannot listen on example.org:25")
    (None, None)
    """
    found = _LINE.search(message)
    if not found:
        return None, None
    line = found.group("line") or found.group("number")
    return found.group("file") or found.group("named") or found.group("holder"), int(line) if line else None


def value_in(message: str) -> Optional[str]:
    """The value at fault: messages of the program end with it, before any advice.

    >>> value_in("--max-bad takes a share such as 0.1% or 0.001, not: x")
    'x'
    >>> value_in("no such table: songplay; did you mean songplays?")
    'songplay'
    >>> value_in("'a' is no whole number")
    'a'
    """
    text = _ADVICE.sub("", _ADVICE.sub("", message.strip()))
    told = re.search(r"(?:.*: |.*, not )(?P<value>.+)$", text, re.DOTALL)
    tail = told.group("value").strip() if told else text
    if re.search(r" at byte \d+$", tail):  # the reason why a line is no row; the line itself is in quarantine
        return None
    quoted = re.findall(r"'([^'\n]*)'", tail) if not told or tail.endswith("'") else []
    if quoted:
        return str(quoted[-1])
    return tail if told else None


class CadenzaError(Exception):
    """The program ended with an error.

    `message` is what it said and `kind` what kind of mistake it is, in a word; `file`, `line` and `value` are the
    place and the value at fault where the message names them, else None. `exit_code` is the program's, `command` the
    command line without secrets, `summary` the `--json` summary of a job.
    """

    kind = "failed"

    def __init__(self, message: str, *, exit_code: int = 1, command: Optional[List[str]] = None,
                 summary: Optional[Any] = None) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.command = command or []
        self.summary = summary
        self.file, self.line = place_in(message)
        self.value = value_in(message)


class Failed(CadenzaError):
    """Exit code 1: the job failed and nothing was committed, or the query is wrong."""


class UsageError(CadenzaError):
    """Exit code 2: something was asked for that cannot be. The message names the flag and the value."""

    kind = "usage"


class UnknownKeyword(UsageError, TypeError):
    """A keyword argument that is no flag of the command; nothing ran."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exit_code=2)


class NeedsALook(CadenzaError):
    """Exit code 3: done and committed, and something needs a look. Raised only where `strict=True`."""

    kind = "needs a look"


class Interrupted(CadenzaError, KeyboardInterrupt):
    """Exit code 130: Ctrl-C; nothing was committed."""

    kind = "interrupted"


class NotInstalled(CadenzaError):
    """The program was not found."""

    kind = "not installed"


def error_for(exit_code: int, message: str, command: List[str], summary: Optional[Any] = None) -> CadenzaError:
    kinds = {1: Failed, 2: UsageError, 3: NeedsALook, 130: Interrupted}
    return kinds.get(exit_code, Failed)(message, exit_code=exit_code, command=command, summary=summary)
