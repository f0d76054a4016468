"""How far a job is, where somebody looks: the program's own line on a terminal, a bar in a notebook."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
from typing import Any, Iterator, List, Optional


class Progress:
    """On a terminal the program writes its line itself, and its errors too."""

    @contextlib.contextmanager
    def stderr(self) -> Iterator[Optional[int]]:
        """What the program gets as standard error, None for our own."""
        yield None

    def said(self) -> bytes:
        """What it wrote there that was no progress and that nobody has seen yet."""
        return b""


def share_in(line: str) -> Optional[float]:
    """How far a line of progress says that a job is, from 0 to 1; None where it does not say.

    >>> share_in("logs  40 %  80 of 200 MB  400 MB/s  0 s left")
    0.4
    >>> share_in("songplays …") is None
    True
    """
    found = re.search(r"(\d+) %", line)
    return min(int(found.group(1)), 100) / 100 if found else None


class Bar(Progress):
    """In a notebook: reads the line that the program would write on a terminal, and draws it.

    `display` is IPython's, or whatever takes the same arguments.
    """

    def __init__(self, display: Any) -> None:
        self._display, self._handle = display, None
        self._kept: List[str] = []
        self._drawn = ""

    @contextlib.contextmanager
    def stderr(self) -> Iterator[Optional[int]]:
        master, slave = os.openpty()  # the program shows progress on terminals alone
        reader = threading.Thread(target=self._read, args=(master,), daemon=True)
        reader.start()
        try:
            yield slave
        finally:
            os.close(slave)
            reader.join()
            os.close(master)
            self._draw("")

    def said(self) -> bytes:
        return "\n".join(self._kept).encode()

    def _read(self, master: int) -> None:
        line = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the last one who could write has closed it
                return
            line += piece
            while True:
                end = re.search(rb"\r?\n|\r\x1b\[K", line)
                if not end:
                    break
                text = line[:end.start()].decode("utf-8", "replace")
                line = line[end.end():]
                if not end.group(0).endswith(b"\n"):
                    self._draw(text)
                elif text.strip():
                    self._kept.append(text)
            # What stands there and may still be replaced.
            self._draw(line.rstrip(b"\r\x1b[").decode("utf-8", "ignore"))

    def _draw(self, line: str) -> None:
        if line == self._drawn:
            return
        self._drawn = line
        import html

        share = share_in(line)
        where = "" if share is None else f' value="{share}"'
        drawn = f"<progress{where}></progress> {html.escape(line)}" if line else ""
        shown = {"text/html": drawn, "text/plain": line}
        if self._handle is None:
            self._handle = self._display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)


def here() -> Optional[Progress]:
    """Who shows progress: a notebook, a terminal, or nobody. `CADENZA_NO_PROGRESS=1` silences both."""
    if os.environ.get("CADENZA_NO_PROGRESS", "").lower() in ("1", "true", "yes", "on"):
        return None
    if "ipykernel" in sys.modules:
        from IPython import get_ipython
        from IPython.display import display

        if getattr(get_ipython(), "kernel", None) is not None:
            return Bar(display)
    return Progress() if sys.stderr is not None and sys.stderr.isatty() else None
