"""optimize and vacuum: the same rows in fewer files, and nothing deleted that somebody may read."""

import json
import os
import shutil
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lake as lakes
import samples
from test_judges import assert_judges_agree, judge  # noqa: F401 (a fixture)

CARE = ["--json", "--no-progress"]


def care(command, lake, *flags) -> dict:
    outcome = lakes.run(command, "--lake", lake, *CARE, *flags)
    assert outcome.code == 0, outcome.err
    return outcome.json


def all_rows(lake, tables=lakes.TABLES) -> dict:
    return {name: sorted(map(repr, lakes.rows(lake, name))) for name in tables}


def age(lake, days):
    """Files as if they had been written so long ago."""
    past = time.time() - days * 86_400
    for path in lake.rglob("*.parquet"):
        os.utime(path, (past, past))


@pytest.fixture(scope="module")
def sliced(sample, tmp_path_factory):
    """Each log in a run of its own, as an hourly job leaves it; the songs of the last run are new."""
    lake = tmp_path_factory.mktemp("sliced") / "lake"
    for log in sorted(sample.logs.rglob("*.json")):
        lakes.etl(lake, [sample.songs], [log])
    return lake


@pytest.fixture
def copied(sliced, tmp_path):
    return shutil.copytree(sliced, tmp_path / "lake")


def test_optimize_brings_small_files_together_and_changes_no_row(copied, judge):  # noqa: F811
    before, versions = all_rows(copied), lakes.versions(copied)
    planned = care("optimize", copied, "--dry-run")
    assert lakes.versions(copied) == versions, "a dry run changes nothing"
    done = care("optimize", copied)
    for name, table in done["tables"].items():
        for figure in ("files_before", "files_after", "files_read", "rows"):
            assert table[figure] == planned["tables"][name][figure], (name, figure)
    assert done["tables"]["songplays"]["files_before"] > done["tables"]["songplays"]["files_after"] == 1
    assert len(lakes.delta(copied, "songplays").file_uris()) == 1
    assert all_rows(copied) == before
    for name in ("events", "songplays", "ledger"):
        assert_judges_agree(judge, copied, name)
    history = lakes.run("history", "--lake", copied, "songplays", "--json").json
    assert history[0]["operation"] == "OPTIMIZE"
    assert lakes.delta(copied, "songplays").history(1)[0]["operation"] == "OPTIMIZE"


def test_optimize_again_finds_nothing(copied):
    assert care("optimize", copied)["run"] > 0
    assert care("optimize", copied)["run"] == 0
    assert "Nothing to do" in lakes.run("optimize", "--lake", copied).out


def test_optimized_lake_goes_on_as_any_other(sample, copied, tmp_path):
    care("optimize", copied)
    more = samples.write_file(tmp_path / "more.json", samples.log_line(samples.play(samples.START_MS, session=900)))
    lakes.etl(copied, [sample.songs], [more])
    full = tmp_path / "full"
    lakes.etl(full, [sample.songs], [sample.logs, more])
    lakes.assert_lakes_equal(copied, full, lakes.SILVER)


def test_cluster_sorts_each_partition_by_the_columns(copied, judge):  # noqa: F811
    before = all_rows(copied, ["songplays"])
    flags = ("--table", "songplays", "--cluster", "songplays=user_id,start_time")
    assert list(care("optimize", copied, *flags)["tables"]) == ["songplays"]
    for uri in lakes.delta(copied, "songplays").file_uris():
        rows = pq.read_table(uri, columns=["user_id", "start_time"], partitioning=None).to_pylist()
        keys = [(row["user_id"] is not None, row["user_id"] or "", row["start_time"]) for row in rows]
        assert keys == sorted(keys)
    assert all_rows(copied, ["songplays"]) == before
    assert_judges_agree(judge, copied, "songplays")
    assert care("optimize", copied, *flags)["run"] == 0, "sorted already"


def test_cluster_makes_files_of_the_size_with_separate_ranges(tmp_path):
    lake = tmp_path / "lake"
    start, count = samples.START_MS, 300_000
    lines = [f'{{"ts":{start + i},"userId":"{i * 7919 % 100_003}","itemInSession":{i}}}' for i in range(count)]
    samples.write_file(tmp_path / "logs" / "a.json", "\n".join(lines).encode())
    lakes.etl(lake, [], [tmp_path / "logs"])
    flags = ("--table", "events", "--cluster", "events=user_id", "--file-size", "1MB")
    done = care("optimize", lake, *flags)["tables"]["events"]
    assert done["files_after"] >= 2
    actions = lakes.delta(lake, "events").get_add_actions(flatten=True)
    files = pa.table(actions).to_pylist()
    ranges = sorted((file["min.user_id"], file["max.user_id"]) for file in files)
    assert all(left[1] <= right[0] for left, right in zip(ranges, ranges[1:])), ranges
    assert sum(file["num_records"] for file in files) == count
    for uri in lakes.delta(lake, "events").file_uris():
        users = pq.read_table(uri, columns=["user_id"], partitioning=None)["user_id"].to_pylist()
        assert users == sorted(users)
    assert care("optimize", lake, *flags)["run"] == 0


@pytest.mark.parametrize("flags, said", [
    (["--table", "nothing"], "no such table"),
    (["--cluster", "songplays=nothing"], "nothing"),
    (["--cluster", "songplays"], "songplays"),
    (["--cluster", "users=user_id", "--table", "songplays"], "users"),
    (["--file-size", "0"], "0"),
])
def test_wrong_usage_of_optimize(flags, said, sliced):
    outcome = lakes.run("optimize", "--lake", sliced, *flags)
    assert outcome.code == 2 and said in outcome.err


def data_files(lake) -> set:
    """Without those of the journal, to which each command adds one."""
    apart = {"_delta_log", "maintenance"}
    return {str(p.relative_to(lake)) for p in lake.rglob("*.parquet") if not apart & set(p.parts)}


def test_vacuum_keeps_a_week_of_versions(copied):
    care("optimize", copied)
    files = data_files(copied)
    first = lakes.query(copied, "SELECT count(*) AS n FROM songplays AT (VERSION => 0)")
    summary = care("vacuum", copied)
    assert data_files(copied) == files
    assert summary["tables"]["songplays"]["files_deleted"] == 0 < summary["tables"]["songplays"]["files_kept"]
    assert lakes.query(copied, "SELECT count(*) AS n FROM songplays AT (VERSION => 0)") == first


def test_vacuum_refuses_a_short_retention(copied):
    outcome = lakes.run("vacuum", "--lake", copied, "--retain", "167h")
    assert outcome.code == 2 and "--allow-short-retention" in outcome.err


@pytest.mark.parametrize("text", ["", "1w", "-1h", "h", "99999999999d"])
def test_vacuum_refuses_what_is_no_time(text, copied):
    outcome = lakes.run("vacuum", "--lake", copied, "--retain", text)
    assert outcome.code == 2 and "--retain" in outcome.err


def test_vacuum_deletes_what_is_not_live(copied, judge):  # noqa: F811
    care("optimize", copied)
    (copied / "silver" / "songplays" / "stray.parquet").write_bytes(b"x")
    before, short = all_rows(copied), ["--retain", "0h", "--allow-short-retention"]
    planned = care("vacuum", copied, *short, "--dry-run")
    assert planned["tables"]["songplays"]["files_deleted"] > 1
    files = data_files(copied)
    done = care("vacuum", copied, *short)
    assert done["tables"] == planned["tables"]
    live = {name: len(lakes.delta(copied, name).file_uris()) for name in lakes.TABLES}
    left = {name: len(list(lakes.table_path(copied, name).rglob("*.parquet"))) for name in lakes.TABLES}
    logs = {name: len(list((lakes.table_path(copied, name) / "_delta_log").glob("*.parquet"))) for name in lakes.TABLES}
    assert {name: left[name] - logs[name] for name in left} == live
    assert sum(t["files_deleted"] for t in done["tables"].values()) == len(files) - sum(live.values())
    assert all_rows(copied) == before
    assert_judges_agree(judge, copied, "songplays")
    folders = [path for path in (copied / "silver").rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert folders == []
    assert care("vacuum", copied, *short)["run"] == 0
    journal = lakes.query(copied, "SELECT command, sum(files_removed) AS files FROM maintenance GROUP BY command")
    assert {row["command"]: row["files"] for row in journal}["vacuum"] == len(files) - sum(live.values())


def test_time_travel_to_what_was_vacuumed_says_so(copied):
    care("optimize", copied)
    care("vacuum", copied, "--retain", "0h", "--allow-short-retention")
    outcome = lakes.run("sql", "--lake", copied, "SELECT count(*) FROM songplays AT (VERSION => 1)")
    assert outcome.code == 1
    assert "version 1 of songplays cannot be read any more" in outcome.err and "vacuum" in outcome.err


def test_vacuum_leaves_files_of_a_writer_that_has_not_committed(copied):
    """Another program writes its files first and commits them later."""
    age(copied, days=30)
    young = copied / "silver" / "songplays" / "young.parquet"
    old = copied / "silver" / "songplays" / "old.parquet"
    for path in (young, old):
        path.write_bytes(b"x")
    past = time.time() - 8 * 86_400
    os.utime(old, (past, past))
    care("vacuum", copied)
    assert young.exists() and not old.exists()


def test_vacuum_of_a_parquet_lake_deletes_what_the_manifest_does_not_name(sample, tmp_path):
    lake = tmp_path / "lake"
    logs = sorted(sample.logs.rglob("*.json"))
    for part in (logs[:2], logs[2:]):
        lakes.etl(lake, [sample.songs], part, "--format", "parquet")
    counts = "SELECT (SELECT count(*) FROM events) AS e, (SELECT count(*) FROM songplays) AS p, (SELECT count(*) FROM songs) AS s"
    before = lakes.query(lake, counts)
    stray = lake / "silver" / "users" / "run-000099" / "stray.parquet"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    age(lake, days=8)
    done = care("vacuum", lake)
    assert done["tables"]["users"]["files_deleted"] == 1 and not stray.parent.exists()
    assert lakes.query(lake, counts) == before
    assert care("optimize", lake)["tables"]["songplays"]["files_after"] == 1
    assert lakes.query(lake, counts) == before
    assert lakes.etl(lake, [sample.songs], [sample.logs], "--format", "parquet")["events"]["good"] == 0


def test_log_is_cleaned_behind_a_checkpoint(sample, tmp_path, judge):  # noqa: F811
    """Commits of two months ago go; what is younger stays readable."""
    lake = tmp_path / "lake"
    for number in range(13):
        log = samples.write_file(tmp_path / f"{number}.json", samples.log_line(samples.play(samples.START_MS + number)))
        lakes.etl(lake, [sample.songs], [log])
    log = lakes.table_path(lake, "songplays") / "_delta_log"
    for commit in sorted(log.glob("*.json"))[:11]:
        make_older(commit, days=60)
    done = care("vacuum", lake)["tables"]
    assert (done["songplays"]["oldest_version"], done["songplays"]["log_files_deleted"]) == (10, 10)
    assert done["events"]["oldest_version"] == 0
    assert sorted(path.name for path in log.glob("*.json"))[0] == f"{10:020d}.json"
    for version, rows in ((10, 11), (11, 12), (12, 13)):
        assert lakes.arrow(lake, "songplays", version).num_rows == rows
        assert lakes.query(lake, f"SELECT count(*) AS n FROM songplays AT (VERSION => {version})") == [{"n": rows}]
    assert_judges_agree(judge, lake, "songplays")
    outcome = lakes.run("sql", "--lake", lake, "SELECT count(*) FROM songplays AT (VERSION => 3)")
    assert outcome.code == 1 and "the oldest version that can be read is 10" in outcome.err
    outcome = lakes.run("sql", "--lake", lake, "SELECT count(*) FROM songplays AT (TIMESTAMP => '2001-01-01')")
    assert outcome.code == 1 and "cleaned up" in outcome.err
    more = samples.write_file(tmp_path / "more.json", samples.log_line(samples.play(samples.START_MS + 99)))
    lakes.etl(lake, [sample.songs], [more])
    assert lakes.arrow(lake, "songplays").num_rows == 14


def make_older(commit, days):
    lines = [json.loads(line) for line in commit.read_text().splitlines()]
    for line in lines:
        if "commitInfo" in line:
            line["commitInfo"]["timestamp"] -= days * 86_400_000
    commit.write_text("".join(json.dumps(line) + "\n" for line in lines))
