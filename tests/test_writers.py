"""Many writers at once, on disk and on S3: no commit is lost, none is there twice."""

import json
import os
import threading

import pytest
from deltalake import DeltaTable

import lake as lakes
import s3_servers as servers
import samples
from test_s3 import moto  # noqa: F401

WRITERS = 8
# The whole form is 100; a normal run has time for less.
COMMITS = int(os.environ.get("CADENZA_COMMITS", "12"))
RUNS = int(os.environ.get("CADENZA_RUNS", "3"))


@pytest.fixture(params=["disk", pytest.param("s3", marks=pytest.mark.s3)])
def place(request, tmp_path):
    """Where the table or the lake is, the environment to reach it, and how delta-rs opens a table there."""
    if request.param == "disk":
        return str(tmp_path / "place"), {}, lambda uri: DeltaTable(uri)
    server = request.getfixturevalue("moto")
    root = server.bucket(f"writers-{os.getpid()}-{abs(hash(request.node.name)) % 10**6}")
    return f"{root}/place", server.env(), lambda uri: server.delta_at(uri)


def commit_loop() -> str:
    return os.path.join(os.path.dirname(os.path.realpath(lakes.program())), "src", "lake", "commit_loop")


@pytest.mark.slow
def test_commits_to_one_table(place):
    """Half of the writers append, half read, replace and resolve their conflicts."""
    root, env, open_table = place
    processes = [lakes.start_program(commit_loop(), root, writer, COMMITS, env=env) for writer in range(WRITERS)]
    outcomes = [lakes.finish(process, timeout=600) for process in processes]
    assert [outcome.err for outcome in outcomes if outcome.code != 0] == []
    versions = [int(line) for outcome in outcomes for line in outcome.out.split("\n")[:COMMITS]]
    assert sorted(versions) == list(range(1, WRITERS * COMMITS + 1)), "each commit has a version of its own"
    table = open_table(root)
    assert table.version() == WRITERS * COMMITS
    history = table.history(WRITERS * COMMITS + 1)
    made = sorted(tuple(map(int, entry["commit"].split("-"))) for entry in history if "commit" in entry)
    assert made == [(writer, n) for writer in range(WRITERS) for n in range(1, COMMITS + 1)]
    appended = {f"part-{w}-{n}.parquet" for w in range(0, WRITERS, 2) for n in range(1, COMMITS + 1)}
    replaced = {f"part-{w}-{COMMITS}.parquet" for w in range(1, WRITERS, 2)}
    files = {os.path.basename(path) for path in table.file_uris()}
    assert files == appended | replaced
    assert sum(int(outcome.out.split()[-1]) for outcome in outcomes) > 0, "nobody met a conflict: no test"


class Writer(threading.Thread):
    """One run after the other, each with a log file of its own."""

    def __init__(self, number, folder, lake, env):
        super().__init__()
        self.lake, self.env, self.outcomes = lake, env, []
        self.files = [
            samples.write_file(folder / f"{number}-{turn}.json", samples.log_line(
                samples.play(samples.START_MS + (number * 1000 + turn) * 1000, session=number * 1000 + turn, user=str(number))))
            for turn in range(RUNS)
        ]

    def run(self):
        for file in self.files:
            self.outcomes.append(lakes.run(*lakes.etl_arguments(self.lake, [], [file]), env=self.env, timeout=900))


@pytest.mark.slow
def test_runs_into_one_lake(place, tmp_path):
    lake, env, open_table = place
    writers = [Writer(number, tmp_path / "logs", lake, env) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    outcomes = [outcome for writer in writers for outcome in writer.outcomes]
    assert [outcome.err for outcome in outcomes if outcome.code != 0] == []
    assert sorted(outcome.json["run"] for outcome in outcomes) == list(range(1, WRITERS * RUNS + 1))
    events = open_table(f"{lake}/bronze/events").to_pyarrow_table(columns=["session_id"]).column(0).to_pylist()
    plays = open_table(f"{lake}/silver/songplays").to_pyarrow_table(columns=["session_id"]).column(0).to_pylist()
    want = sorted(number * 1000 + turn for number in range(WRITERS) for turn in range(RUNS))
    assert sorted(events) == want and sorted(plays) == want
    runs = open_table(f"{lake}/ops/runs").to_pyarrow_table(columns=["run"]).column(0).to_pylist()
    assert sorted(runs) == list(range(1, WRITERS * RUNS + 1))
