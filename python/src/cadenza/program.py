"""Finds the program and runs it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import Any, Dict, List, Optional, Sequence

from cadenza.errors import CadenzaError, NotInstalled, error_for
from cadenza.progress import Progress

# Values of these flags are not repeated in errors.
_SECRET = {"--secret-access-key", "--session-token", "--access-key-id", "--webhook", "--smtp-password"}


def path() -> str:
    """The program: `$CADENZA`, the one inside this package, else the one on the PATH."""
    named = os.environ.get("CADENZA")
    if named:
        return named
    inside = os.path.join(os.path.dirname(__file__), "program", "bin", "cadenza")
    if os.path.exists(inside):
        return inside
    import shutil  # costs start-up time, as others do that are imported where they are needed

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


def run(words: Sequence[str], *, progress: Optional[Progress] = None) -> "subprocess.CompletedProcess[bytes]":
    """Runs the program to its end, with a progress line where there is a `progress` that shows it.

    Ctrl-C is passed on, and the program leaves things whole before it ends.
    """
    command = [path(), *words]
    with contextlib.ExitStack() as ended:
        errors = ended.enter_context(progress.stderr()) if progress else subprocess.PIPE
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        while True:
            try:
                out, err = process.communicate()
                break
            except KeyboardInterrupt:
                process.send_signal(signal.SIGINT)
    said = progress.said() if progress else err
    return subprocess.CompletedProcess(command, process.returncode, out, said)


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

