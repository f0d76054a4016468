"""Runs the program, and reads the lakes that it writes with delta-rs and DuckDB."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

REPO = Path(__file__).resolve().parent.parent
DEPS = Path(os.environ.get("CADENZA_DEPS", REPO / ".deps"))  # what ./dev fetches

TABLES = {
    "events": "bronze",
    "song_records": "bronze",
    "songplays": "silver",
    "users": "silver",
    "user_levels": "silver",
    "songs": "silver",
    "artists": "silver",
    "artist_names": "silver",
    "time": "silver",
    "quarantine": "ops",
    "ledger": "ops",
    "skipped_files": "ops",
    "runs": "ops",
    "audits": "ops",
}
GOLD = {
    name: "gold" for name in (
        "kpi_summary", "kpi_as_published", "kpi_trend", "customer_engagement", "active_listeners", "stickiness",
        "lifecycle", "retention", "subscription_changes", "subscription_funnel", "conversion_trend", "listening",
        "top_songs", "top_artists", "engagement_by_segment", "engaged_scores", "engaged_models", "engaged_pr_curve",
        "engaged_calibration", "sessions_alerts", "tracks", "listener_tracks", "track_factors", "track_neighbours",
        "track_trends", "recommendations", "recommender_scores", "new_releases", "playlists", "similar_tracks", "similar_artists",
        "customer_days", "session_days", "days", "session_hours", "paid_spans", "held_spans",
        "customer_plays", "kpi_window")
} | {name: "gold" for name in (
    "listener_days", "churn_features", "churn_labels", "churn_scores", "churn_reasons", "churn_models", "churn_calibration",
    "churn_lift", "churn_segments", "churn_tests", "churn_explore", "churn_audit", "churn_published")
} | {"churn_inputs": "ops", "recommender_models": "ops", "kpi_inputs": "ops", "alert_checks": "ops", "deliveries": "ops"}
SILVER = [name for name, layer in TABLES.items() if layer == "silver"]

# What tells one run from another is no part of the equality of two lakes.
RUN_TABLES = {"runs", "audits"}
RUN_COLUMNS = {"run", "modified_ms"}


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def program() -> str:
    return os.environ.get("CADENZA", str(REPO / "build" / "cadenza"))


def environment(**extra) -> dict:
    """No zone of the machine and no setting of the user may leak into a result."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CADENZA_", "AWS_"))}
    return kept | {"TZ": "America/St_Johns"} | {k: str(v) for k, v in extra.items()}


def start(*args, cwd=None, env=None) -> subprocess.Popen:
    return start_program(program(), *args, cwd=cwd, env=env)


def start_program(*command, cwd=None, env=None) -> subprocess.Popen:
    command = list(map(str, command))
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, cwd=cwd, env=environment(**env or {}))


def finish(process: subprocess.Popen, timeout=120) -> Outcome:
    out, err = process.communicate(timeout=timeout)
    return Outcome(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def run(*args, cwd=None, env=None, timeout=120) -> Outcome:
    return finish(start(*args, cwd=cwd, env=env), timeout)


def etl_arguments(lake, songs=(), logs=(), *flags) -> list:
    sources = [part for path in songs for part in ("--songs", path)]
    sources += [part for path in logs for part in ("--logs", path)]
    return ["etl", *sources, "--out", lake, "--json", "--no-progress", *flags]


def etl(lake, songs=(), logs=(), *flags, **options) -> dict:
    """A run that must succeed: its summary."""
    outcome = run(*etl_arguments(lake, songs, logs, *flags), **options)
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def etl_in_two_runs(lake, songs, logs):
    """Every other file first, so that partitions have several files and tables several versions."""
    files = sorted(Path(logs).rglob("*.json"))
    for part in (files[::2], files[1::2]):
        etl(lake, [songs], part)
    return lake


def query(lake, text) -> list[dict]:
    """Rows of a query that the program itself answers."""
    outcome = run("sql", "--lake", lake, "--format", "json", text)
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.err}"
    return outcome.json


def kill_after(seconds, *command) -> bool:
    """True when the program was still running and is dead now."""
    process = start(*command)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    return process.returncode == -signal.SIGKILL


def assert_same_events(lake, other):
    """Wherever the lines stand."""
    tables = [arrow(x, "events").drop_columns(["_file", "_offset", "_length"]) for x in (lake, other)]
    assert only_in_one(*tables) == [[], []]


def arrow_of(*arguments) -> pa.Table:
    """What `sql --format arrow` writes."""
    done = subprocess.run([program(), "sql", "--format", "arrow", *map(str, arguments)], capture_output=True, timeout=60,
                          env=environment())
    assert done.returncode == 0, done.stderr
    with pa.ipc.open_stream(done.stdout) as stream:
        table = stream.read_all()
    table.validate(full=True)
    return table


def table_path(lake, name) -> Path:
    return Path(lake) / (TABLES | GOLD)[name] / name


def delta(lake, name, version=None) -> DeltaTable:
    return DeltaTable(str(table_path(lake, name)), version=version)


def arrow(lake, name, version=None):
    return delta(lake, name, version).to_pyarrow_table()


def rows(lake, name) -> list[dict]:
    return arrow(lake, name).to_pylist()


def select(lake, text) -> list[dict]:
    """Rows of a query that DuckDB answers over what delta-rs read: the program has no part in it."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name in [*TABLES, *GOLD]:
        if name in text and table_path(lake, name).is_dir():
            connection.register(name, arrow(lake, name))
    return connection.execute(text).to_arrow_table().to_pylist()


def versions(lake) -> dict:
    return {name: delta(lake, name).version() for name in TABLES}


def differences(lake, other, tables=TABLES) -> dict:
    """By table: the first rows that only one of the two lakes has. Empty when they are equal."""
    found = {}
    for name in tables:
        if name not in RUN_TABLES:
            left, right = only_in_one(arrow(lake, name), arrow(other, name))
            if left or right:
                found[name] = {"only in the first": left, "only in the second": right}
    return found


def only_in_one(left, right, shown=5):
    connection = duckdb.connect()
    connection.register("a", left)
    connection.register("b", right)
    assert sorted(left.column_names) == sorted(right.column_names)
    columns = ", ".join(f'"{c}"' for c in left.column_names if c not in RUN_COLUMNS)
    texts = [f"SELECT {columns} FROM {x} EXCEPT ALL SELECT {columns} FROM {y}" for x, y in ("ab", "ba")]
    return [connection.execute(text).to_arrow_table().slice(0, shown).to_pylist() for text in texts]


def lakes_equal(lake, other) -> bool:
    return not differences(lake, other)


def assert_lakes_equal(lake, other, tables=TABLES):
    found = differences(lake, other, tables)
    assert not found, json.dumps(found, indent=1, default=str)
