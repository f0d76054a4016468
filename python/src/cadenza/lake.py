"""A lake: its tables, and the jobs that fill it."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Union

from cadenza import program, progress
from cadenza.errors import NotInstalled, error_for
from cadenza.flags import check, of_command
from cadenza.result import Result
from cadenza.session import Session
from cadenza.summary import Summary

if TYPE_CHECKING:
    import pyarrow

Parameters = Union[Sequence[Any], Mapping[str, Any], None]


def literal(value: Any) -> str:
    """A Python value as SQL: texts are quoted, so that no value can become SQL.

    >>> literal("O'Hara"), literal(None), literal(True), literal([1, 2])
    ("'O''Hara'", 'NULL', 'true', '[1, 2]')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if value == value and abs(value) != float("inf") else f"'{value}'::DOUBLE"
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc) if value.tzinfo else value
        return f"TIMESTAMPTZ '{utc.replace(tzinfo=None).isoformat(sep=' ')}+00'"
    if isinstance(value, datetime.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text with a NUL cannot be a parameter")
        return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"a parameter is text, number, date, time, list or None; not {type(value).__name__}")


# A piece of SQL in which ? and $name mean nothing: texts, names in quotes, comments.
_OPAQUE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)


def bind(query: str, parameters: Parameters) -> str:
    """The query with its parameters: `?` one by one, `$name` by name.

    >>> bind("select * from users where user_id = ? and '?' <> level", ["39"])
    "select * from users where user_id = '39' and '?' <> level"
    >>> bind("select $a + $b", {"a": 1, "b": 2})
    'select 1 + 2'
    """
    if parameters is None:
        return query
    by_name: Mapping[str, Any] = parameters if isinstance(parameters, Mapping) else {}
    waiting: List[Any] = [] if isinstance(parameters, Mapping) else list(parameters)
    used = set()

    def fill(piece: str) -> str:
        if isinstance(parameters, Mapping):
            def named(match: "re.Match[str]") -> str:
                name = match.group(1)
                if name not in by_name:
                    raise ValueError(f"there is no parameter ${name}")
                used.add(name)
                return literal(by_name[name])

            return re.sub(r"\$([A-Za-z_]\w*)", named, piece)

        def next_value(_: "re.Match[str]") -> str:
            if not waiting:
                raise ValueError("the query has more ? than there are parameters")
            return literal(waiting.pop(0))

        return re.sub(r"\?", next_value, piece)

    text, at = "", 0
    for opaque in _OPAQUE.finditer(query):
        text += fill(query[at:opaque.start()]) + opaque.group(0)
        at = opaque.end()
    text += fill(query[at:])
    left = len(waiting) + len(set(by_name) - used)
    if left:
        raise ValueError(f"{left} of the parameters are not in the query")
    return text


def job(words: List[str], flags: Dict[str, Any]) -> Summary:
    """Runs a command to its end. `strict=True` makes exit code 3, done but needs a look, an exception."""
    import json

    strict = bool(flags.pop("strict", False))
    check(words[0], flags)
    words = [*words, *program.flags(flags), "--json"]
    done = program.run(words, progress=progress.here())
    if done.returncode not in (0, 3):
        raise program.failure(done)
    text = done.stdout.decode("utf-8", "replace").strip().splitlines()
    summary = Summary(json.loads(text[-1]) if text else {})
    summary.exit_code = done.returncode
    if strict and done.returncode == 3:
        raise error_for(3, "done, and something needs a look: see the summary", program.shown(words), summary)
    return summary


class Lake:
    """A lake, or raw files alone where `root` is None. Thread-safe.

    Queries are answered by one process of the program that stays open; queries at the same time have processes of
    their own. Each reads the lake as it is then.
    """

    def __init__(self, root: Optional[str] = None, **settings: Any) -> None:
        self.root, self.settings = root, settings
        self._session = Session(self._words())

    def _words(self) -> List[str]:
        lake = [] if self.root is None else ["--lake", self.root]
        return [*lake, *program.flags(self.settings)]

    def sql(self, query: str, parameters: Parameters = None) -> Result:
        """One SELECT over the lake's tables or raw files. `?` and `$name` take `parameters`."""
        return Result(self, bind(query, parameters))

    def table(self, name: str, *, version: Optional[int] = None,
              at: Union[str, datetime.datetime, None] = None) -> Result:
        """A table as it is, at a version of its own, or as it was at a time (UTC)."""
        if not re.fullmatch(r"\w+(\.\w+)?", name):
            raise ValueError(f"a table is named songplays or silver.songplays, not {name!r}")
        travel = ""
        if version is not None:
            travel = f" at (version => {int(version)})"
        elif at is not None:
            moment = at.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(at, datetime.datetime) else at
            travel = f" at (timestamp => {literal(moment)})"
        return Result(self, f"select * from {name}{travel}")

    def tables(self) -> Result:
        """The names of the tables, a row each: shape (tables, 1)."""
        return Result(self, "show tables")

    # -- jobs: keyword arguments are the flags of the command, with _ for -, as help() of each lists them

    @of_command("etl")
    def etl(self, **flags: Any) -> Summary:
        """`cadenza etl`: event logs and song files into the star schema. `songs=`, `logs=`: paths or lists."""
        return self._job(["etl", "--out", self._root()], flags)

    @of_command("kpi")
    def kpi(self, **flags: Any) -> Summary:
        """`cadenza kpi`: engagement KPIs and cohorts into gold. `source=`, `from_=`, `to=` (dates, inclusive)."""
        return self._job(["kpi", "--lake", self._root()], flags)

    @of_command("stream")
    def stream(self, **flags: Any) -> Summary:
        """`cadenza stream --once`: windows of what has arrived. `source=`."""
        return self._job(["stream", "--once", "--lake", self._root()], flags)

    @of_command("alerts")
    def alerts(self, **flags: Any) -> Summary:
        """`cadenza alerts check`: judges the new windows and delivers. `now=`: as at this time (UTC)."""
        return self._job(["alerts", "check", "--lake", self._root()], flags)

    @of_command("alerts")
    def replay(self, **flags: Any) -> Summary:
        """`cadenza alerts replay`: when each rule would have fired on the windows that there are."""
        return self._job(["alerts", "replay", "--lake", self._root()], flags)

    @of_command("churn")
    def churn(self, *words: str, **flags: Any) -> Summary:
        """`cadenza churn`: who will cancel or downgrade, and why. `words`: `"train"`, or `"audit", "table.csv"`.

        In the summary a probability is a share of 1, and a measure is [value, lower end, upper end] of its 95 % interval.
        An audit that finds a leak has the exit code 3.
        """
        return self._job(["churn", *words, "--lake", self._root()], flags)

    @of_command("recommend")
    def recommend(self, *words: str, **flags: Any) -> Summary:
        """`cadenza recommend`: personal lists, new releases, similar music. `words`: `"for", "39"`, `"evaluate"`."""
        return self._job(["recommend", *words, "--lake", self._root()], flags)

    @of_command("run")
    def run(self, **flags: Any) -> Summary:
        """`cadenza run`: all jobs that the settings name. `only=`, `config=`, `dry_run=`."""
        return self._job(["run", "--lake", self._root()], flags)

    @of_command("optimize")
    def optimize(self, **flags: Any) -> Summary:
        """`cadenza optimize`: small files brought together."""
        return self._job(["optimize", "--lake", self._root()], flags)

    @of_command("vacuum")
    def vacuum(self, **flags: Any) -> Summary:
        """`cadenza vacuum`: deletes what no version within `retain=` needs."""
        return self._job(["vacuum", "--lake", self._root()], flags)

    @of_command("forget")
    def forget(self, user: Union[str, Sequence[str]], **flags: Any) -> Summary:
        """`cadenza forget`: removes all that the lake holds of a listener."""
        return self._job(["forget", "--lake", self._root()], {"user": user, **flags})

    def _root(self) -> str:
        if self.root is None:
            raise ValueError("no lake is open: cadenza.open(\"lake\")")
        return self.root

    def _job(self, words: List[str], flags: Dict[str, Any]) -> Summary:
        return job(words, {**self.settings, **flags})

    def close(self) -> None:
        """Ends the process that answers queries; the next query begins another."""
        self._session.close()

    @contextlib.contextmanager
    def _stream(self, query: str) -> "Iterator[pyarrow.RecordBatchStreamReader]":
        """By the process that stays open, or while that one answers by another."""
        session = self._session
        is_idle = session.lock.acquire(blocking=False)
        if not is_idle:
            session = Session(self._words())
        try:
            with session.stream(query) as reader:
                yield reader
        finally:
            if is_idle:
                session.lock.release()
            else:
                session.close()

    def __repr__(self) -> str:
        return f"<cadenza.Lake {self.root}>"


def open(root: Union[str, "os.PathLike[str]"], **settings: Any) -> Lake:
    """A lake: a folder or `s3://bucket/prefix`. `settings` are flags that all commands get, e.g. `endpoint=`."""
    lake = Lake(os.fspath(root), **settings)
    with contextlib.suppress(OSError, NotInstalled):
        lake._session.start()  # it is warm when the first query comes,
    with contextlib.suppress(ImportError):
        import pyarrow  # noqa: F401  # and so is what reads its answers: both start at the same time
    return lake


def sql(query: str, parameters: Parameters = None) -> Result:
    """One SELECT over raw files: `cadenza.sql("select page, count(*) from 'logs/**/*.json' group by all")`."""
    return Lake().sql(query, parameters)


@of_command("simulate")
def simulate(out: Union[str, "os.PathLike[str]"], **flags: Any) -> Summary:
    """`cadenza simulate`: logs and song files of any size, in `out`; the same `seed=` gives the same bytes.

    `users=`, `days=`, `truth=` (a folder that gets what drove each listener), `engagement=` (likewise, Parquet).
    """
    return job(["simulate", "--out", os.fspath(out)], flags)
