"""Finds the program and runs it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from cadenza.errors import CadenzaError, NotInstalled, error_for

# Values of these flags are not repeated in errors.
_SECRET = {"--secret-access-key", "--session-token", "--access-key-id", "--webhook", "--smtp-password"}


def path() -> str:
    """The program: `$CADENZA`, the one inside this package, else the one on the PATH."""
    named = os.environ.get("CADENZA")
    if named:
        return named
    inside = Path(__file__).parent / "program" / "bin" / "cadenza"
    if inside.exists():
        return str(inside)
    found = shutil.which("cadenza")
    if found:
        return found
    raise NotInstalled("the program cadenza is neither in this package nor on the PATH, and $CADENZA does not name it")


def flags(settings: Dict[str, Any]) -> List[str]:
    """Keyword arguments as flags: `max_bad="0.1%"` is `--max-bad 0.1%`, True a flag alone, a list one flag a value.

    A trailing underscore is dropped, for names that Python keeps for itself: `from_`.

    >>> flags({"logs": ["a", "b"], "full_refresh": True, "json": False, "from_": "2025-07-01"})
    ['--logs', 'a', '--logs', 'b', '--full-refresh', '--from', '2025-07-01']
    """
    words: List[str] = []
    for name, value in settings.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
            continue
        values = value if isinstance(value, (list, tuple)) else [value]
        for one in values:
            words += [flag, os.fspath(one) if isinstance(one, os.PathLike) else str(one)]
    return words


def shown(command: Sequence[str]) -> List[str]:
    """The command without secrets."""
    return ["…" if before in _SECRET else word for before, word in zip(["", *command], command)]


def message_of(stderr: str) -> str:
    lines = [line for line in stderr.replace("\r", "\n").splitlines() if line.strip()]
    for at, line in enumerate(lines):
        if line.startswith("cadenza"):
            return "\n".join([line.split(": ", 1)[-1], *lines[at + 1:]])
    return "\n".join(lines)


def run(words: Sequence[str], *, text_input: Optional[str] = None, show_progress: bool = False) -> "subprocess.CompletedProcess[bytes]":
    """Runs the program to its end. Ctrl-C is passed on, and waits for it to leave things whole."""
    command = [path(), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE if text_input is not None else subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=None if show_progress else subprocess.PIPE)
    data = text_input.encode() if text_input is not None else None
    while True:
        try:
            out, err = process.communicate(data)
            break
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            data = None
    return subprocess.CompletedProcess(command, process.returncode, out, err or b"")


def output_of(words: Sequence[str], *, show_progress: bool = False) -> bytes:
    """Standard output; an exception for every other exit code than 0 and 3."""
    done = run(words, show_progress=show_progress)
    if done.returncode in (0, 3):
        return done.stdout
    raise failure(done)


def failure(done: "subprocess.CompletedProcess[bytes]") -> CadenzaError:
    import json

    text = done.stdout.decode("utf-8", "replace").strip()
    summary: Any = None
    message = message_of(done.stderr.decode("utf-8", "replace"))
    try:
        summary = json.loads(text) if text.startswith("{") else None
    except ValueError:
        summary = None
    if not message and isinstance(summary, dict):
        message = str(summary.get("error", ""))
    if done.returncode < 0:
        message = message or f"ended by signal {-done.returncode}"
    return error_for(done.returncode, message or f"exit code {done.returncode}", shown(done.args[1:]), summary)


def is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
