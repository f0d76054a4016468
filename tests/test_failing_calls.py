"""Each single file call of a job fails once: what the exit code says is so, and the next run makes up for it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import lake as lakes
import samples

# "all" tries each call; a normal run some, spread over the job.
CALLS = os.environ.get("CADENZA_CALLS", "5")
TABLES = ["events", "songplays", "users", "quarantine", "ledger", "song_records", "songs"]


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("library") / "fail_one_call.so"
    source = Path(__file__).with_name("fail_one_call.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"], check=True)
    return path


class Job:
    """A command, what has to be there before it, and what it changes."""

    def __init__(self, folder, sample, name):
        self.folder, self.name = folder, name
        self.logs = sorted(sample.logs.rglob("*.json"))
        self.bad = samples.write_file(folder / "more" / "bad.json", samples.log_bytes(
            [samples.play(samples.START_MS + 77, session=990, user="3")]) + b"\n{broken\nno json\n")
        self.before = folder / "before"
        flags = ["--format", "parquet"] if name == "etl parquet" else []
        lakes.etl(self.before, [sample.songs], self.logs[:-1], *flags)
        if name in ("optimize", "vacuum"):
            lakes.etl(self.before, [], self.logs[-1:])
        if name == "vacuum":
            lakes.etl(self.before, [sample.songs], self.logs, "--full-refresh")
        self.sessions = samples.write_file(folder / "stream" / "s.jsonl", b"".join(
            b'{"customer_id":"%d","session_id":"s%d","start_time":"2025-07-01T10:%02d:00Z","end_time":"2025-07-01T10:%02d:30Z"}\n'
            % (n % 3, n, n, n) for n in range(20)))

    def command(self, lake) -> list:
        quiet = ["--no-progress", "--threads", "1"]
        return {
            "etl": ["etl", "--logs", self.logs[-1], "--logs", self.bad, "--lake", lake, *quiet],
            "etl parquet": ["etl", "--format", "parquet", "--logs", self.logs[-1], "--logs", self.bad, "--lake", lake, *quiet],
            "stream": ["stream", "--once", "--quiet", "--source", self.sessions.parent, "--lake", lake, "--threads", "1"],
            "forget": ["forget", "--user", "3", "--lake", lake, *quiet],
            "optimize": ["optimize", "--lake", lake, *quiet],
            "vacuum": ["vacuum", "--retain", "0h", "--allow-short-retention", "--lake", lake, *quiet],
        }[self.name]

    def state(self, lake):
        """What a reader sees, without what tells one run from another."""
        names = {row["name"] for row in lakes.query(lake, "select table_name as name from information_schema.tables")}
        found = {}
        for table in TABLES + ["sessions_5m"]:
            if table not in names:
                continue
            columns = [row["column_name"] for row in lakes.query(lake, f"describe {table}")]
            kept = [f'"{c}"' for c in columns if c not in ("run", "modified_ms", "_file")]
            found[table] = lakes.query(lake, f"select {', '.join(kept)} from {table} order by all")
        return found


@pytest.mark.crash
@pytest.mark.parametrize("name", ["etl", "etl parquet", "stream", "forget", "optimize", "vacuum"])
def test_one_call_fails(library, sample, tmp_path, name):
    job = Job(tmp_path, sample, name)
    scratch = tmp_path / "tmp"
    before = job.state(job.before)

    def run(lake, call):
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        return lakes.run(*job.command(lake), env={
            "LD_PRELOAD": library, "FAIL_CALL": call, "FAIL_BELOW": f"{lake}:{scratch}", "FAIL_COUNT": tmp_path / "count",
            "FAIL_TELL": tmp_path / "told", "TMPDIR": scratch})

    lake = tmp_path / "lake"
    shutil.copytree(job.before, lake)
    assert run(lake, 0).code in (0, 3)
    after = job.state(lake)
    count = int((tmp_path / "count").read_text())
    assert count > 50, "the library met no calls"
    step = 1 if CALLS == "all" else max(1, count // int(CALLS))
    for call in range(1 + step // 2, count + 1, step):
        shutil.rmtree(lake)
        shutil.copytree(job.before, lake)
        (tmp_path / "told").unlink(missing_ok=True)
        outcome = run(lake, call)
        told = (tmp_path / "told").read_text() if (tmp_path / "told").exists() else "none"
        assert outcome.code in (0, 1, 3), f"{told}: {outcome.code} {outcome.err}"
        state = job.state(lake)
        assert state == (before if outcome.code == 1 else after), f"{told}: exit code {outcome.code}: {outcome.err}"
        again = lakes.run(*job.command(lake))
        assert again.code in (0, 3), f"{told}: {again.err}"
        assert job.state(lake) == after, f"{told}: the next run does not make up for it"
        left = [path for path in lake.rglob(".cadenza-*.tmp")]
        assert left == [], told
