"""One process of the program that stays open for a lake, so that a small query costs milliseconds."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import signal
import struct
import subprocess
import tempfile
import threading
import weakref
from typing import IO, TYPE_CHECKING, Any, Iterator, List, Optional

from cadenza import program
from cadenza.errors import CadenzaError, error_for

if TYPE_CHECKING:
    import pyarrow


class _Gone(Exception):
    """The process has ended, or never began."""


# What the pipe holds: both sides run on while the other does. The number is Linux's own; Python 3.9 has no name for it.
_PIPE_BYTES, _SET_PIPE_SIZE = 1 << 20, 1031


class _Answer(io.RawIOBase):
    """The Arrow stream of one answer. `ended`: all of it was read; `failure`: why there is no more."""

    def __init__(self, out: IO[bytes]) -> None:
        # Without the buffer between: rows go from the pipe to where Arrow keeps them.
        self._out: io.RawIOBase = out.raw  # type: ignore[attr-defined]
        self.left = 0
        self.ended, self.failure = False, ""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> Any:
        """So many bytes, fewer at the end alone."""
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        data = bytearray(size)
        count = self.readinto(data)
        return data if count == size else bytes(data[:count])

    def readinto(self, buffer: Any, /) -> int:
        view, at = memoryview(buffer), 0
        while at < len(view) and not self.ended:
            if self.left == 0:
                self.next_piece()
                continue
            count = self._fill(view[at:at + self.left])
            at, self.left = at + count, self.left - count
        return at

    def next_piece(self) -> None:
        kind, size = struct.unpack("<cI", self._whole(5))
        if kind == b"P":
            self.left = size
            return
        rest = self._whole(size)
        self.ended = True
        if kind == b"F":
            self.failure = rest.decode("utf-8", "replace")

    def _whole(self, size: int) -> bytes:
        data = bytearray(size)
        view, at = memoryview(data), 0
        while at < size:
            at += self._fill(view[at:])
        return bytes(data)

    def _fill(self, view: memoryview) -> int:
        count = self._out.readinto(view)
        if not count:
            raise _Gone
        return count


class Session:
    """The process, started when it is first needed. Queries take turns: `stream` is for who holds `lock`."""

    def __init__(self, words: List[str]) -> None:
        self.lock = threading.Lock()
        self._words = ["sql", *words, "--format", "arrow", "--session"]
        self._process: "Optional[subprocess.Popen[bytes]]" = None
        self._errors: Optional[IO[bytes]] = None
        self._owner = 0

    def start(self) -> "subprocess.Popen[bytes]":
        """Begins the process if there is none that runs; after a fork each process has one of its own."""
        process = self._running()
        if process is None:
            self.close()
            self._errors = tempfile.TemporaryFile()
            # Ctrl-C in a terminal goes to the whole group; the query that runs is told by stream().
            process = subprocess.Popen([program.path(), *self._words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=self._errors, start_new_session=True)
            assert process.stdout
            with contextlib.suppress(OSError):  # more than this user may have
                fcntl.fcntl(process.stdout, _SET_PIPE_SIZE, _PIPE_BYTES)
            self._process, self._owner = process, os.getpid()
            self._end = weakref.finalize(self, _end, process, self._errors, self._owner)
        return process

    def close(self) -> None:
        """Ends the process; the next query begins another."""
        if self._process is not None:
            self._end()
        self._process = None

    @contextlib.contextmanager
    def stream(self, query: str) -> "Iterator[pyarrow.RecordBatchStreamReader]":
        """The rows of a query."""
        import pyarrow

        answer: Optional[_Answer] = None
        try:
            answer = self._ask(query)
            yield pyarrow.ipc.open_stream(pyarrow.PythonFile(answer, mode="r"))
        except KeyboardInterrupt:
            self.start().send_signal(signal.SIGINT)
            self.close()
            raise
        except _Gone:
            raise self._why_gone() from None
        except (pyarrow.ArrowInvalid, OSError):
            if answer is None or not answer.failure:
                raise
        finally:
            if answer is not None and not answer.ended:
                self._finish(answer)
        if answer.failure:  # the stream ends where the query failed
            told = json.loads(answer.failure)
            raise error_for(int(told["exit_code"]), program.message_of("cadenza sql: " + told["message"]),
                            program.shown(self._words))

    def _running(self) -> "Optional[subprocess.Popen[bytes]]":
        process = self._process
        return process if process is not None and process.poll() is None and self._owner == os.getpid() else None

    def _ask(self, query: str) -> _Answer:
        """The answer, of which the first piece is there. One that ran before, and ended meanwhile, is replaced."""
        while True:
            is_new = self._running() is None
            process = self.start()
            assert process.stdin and process.stdout
            answer = _Answer(process.stdout)
            try:
                process.stdin.write(json.dumps({"sql": query}).encode() + b"\n")
                process.stdin.flush()
                answer.next_piece()
                return answer
            except (BrokenPipeError, _Gone):
                if is_new:
                    raise _Gone from None
                self.close()

    def _why_gone(self) -> CadenzaError:
        process, errors = self._process, self._errors
        assert process and errors
        code = process.wait()
        errors.seek(0)
        message = program.message_of(errors.read().decode("utf-8", "replace"))
        self.close()
        return error_for(code if code > 0 else 1, message or f"exit code {code}", program.shown(self._words))

    def _finish(self, answer: _Answer) -> None:
        """What comes behind the last batch; who left a query in the middle ends its process."""
        if answer.left == 0:
            with contextlib.suppress(_Gone, ValueError):  # closed already
                answer.next_piece()
        if not answer.ended:
            self.close()


def _end(process: "subprocess.Popen[bytes]", errors: IO[bytes], owner: int) -> None:
    if owner != os.getpid():
        return
    # Whoever waits for a reader of the rest learns first that there is none.
    for pipe in (process.stdout, process.stdin, errors):
        with contextlib.suppress(OSError):
            if pipe:
                pipe.close()
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
