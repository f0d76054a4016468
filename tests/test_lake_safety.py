"""What a kill, another program or an unusual layout must not do to a lake."""

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

import lake as lakes
import samples
from samples import START_MS, log_line, play


@pytest.fixture
def source(tmp_path):
    return samples.write(tmp_path / "source", seed=5)


def parquet_files(lake):
    return sorted(path for path in lake.rglob("*.parquet"))


def add_a_log(source, name, minute):
    samples.write_file(source.logs / name, log_line(play(START_MS + minute * 60_000, session=990)) + b"\n")


def test_parquet_lake_survives_a_kill_right_after_the_manifest(source, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [source.songs], [source.logs], "--format", "parquet")
    before = parquet_files(lake)
    prefix = before[0].name[: len("part-") + 36]
    # As the killed run leaves it: all is committed, and the note of its file names is still there.
    (lake / "_cadenza" / "running").write_text(prefix)
    add_a_log(source, "more.json", 7)
    lakes.etl(lake, [source.songs], [source.logs], "--format", "parquet")
    lost = [path for path in before if not path.exists() and "/songs/" in str(path)]
    assert lost == []
    full = tmp_path / "full"
    lakes.etl(full, [source.songs], [source.logs])
    counted = lakes.query(lake, "SELECT count(*) AS n FROM events")
    assert counted == lakes.query(full, "SELECT count(*) AS n FROM events")


@pytest.mark.parametrize(
    "layout", ["songplays=", "songplays=year", "time=", "time=hour", "songs=year", "songs=", "users=level", "artists=name"]
)
def test_any_layout_holds_the_same_rows(layout, source, tmp_path):
    table, columns = layout.split("=")
    lake = tmp_path / "lake"
    lakes.etl(lake, [source.songs], [source.logs], "--partition", layout)
    add_a_log(source, "more.json", 7)
    lakes.etl(lake, [source.songs], [source.logs])
    full = tmp_path / "full"
    lakes.etl(full, [source.songs], [source.logs])
    lakes.assert_lakes_equal(lake, full)
    assert lakes.delta(lake, table).metadata().partition_columns == [c for c in columns.split(",") if c]


def test_log_whose_days_run_into_each_other(source, tmp_path):
    """A daily file holds a few events of its neighbours' days, as real ones do."""
    lines = [log_line(play(START_MS + hour * 3_600_000, session=700 + hour)) for hour in range(-3, 30)]
    samples.write_file(source.logs / "spilling.json", b"\n".join(lines) + b"\n")
    lake = tmp_path / "lake"
    summary = lakes.etl(lake, [source.songs], [source.logs])
    assert summary["events"]["duplicate"] + summary["events"]["good"] == summary["events"]["lines"]
    found = lakes.select(
        lake, "SELECT ts_ms, event_date = CAST(make_timestamp(ts_ms * 1000) AS DATE) AS right_day FROM events WHERE session_id >= 697"
    )
    assert len([row for row in found if row["ts_ms"] % 3_600_000 == START_MS % 3_600_000]) >= len(lines)
    assert all(row["right_day"] for row in found)


def test_folders_of_a_failed_first_run_are_gone(source, tmp_path):
    samples.write_file(source.logs / "bad.json", b"{ not json\n" * 3)
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [source.songs], [source.logs], "--max-bad", "0"))
    assert outcome.code == 1
    assert [path for path in (tmp_path / "lake").rglob("*=*")] == []


# What other programs left in the logs -------------------------------------------------------------

def checkpoint_without_json_statistics(path):
    """As Delta allows: the statistics are in columns of the checkpoint, and Cadenza reads those of JSON."""
    table = DeltaTable(str(path))
    table.alter.set_table_properties({"delta.checkpoint.writeStatsAsJson": "false", "delta.checkpoint.writeStatsAsStruct": "true"})
    DeltaTable(str(path)).create_checkpoint()


def test_files_without_statistics_have_rows_all_the_same(sample, tmp_path):
    """They counted as empty: rectify, forget and a full refresh deleted whole tables with exit code 0."""
    lake = lakes.etl_in_two_runs(tmp_path / "lake", sample.songs, sample.logs)
    before = {name: lakes.arrow(lake, name).num_rows for name in lakes.TABLES}
    for name in lakes.TABLES:
        checkpoint_without_json_statistics(lakes.table_path(lake, name))
    lines = [[cell.strip() for cell in line.split("│")] for line in lakes.run("tables", "--lake", lake).out.splitlines() if "│" in line]
    shown = {line[1]: line[2] for line in lines}
    assert {name: shown[name] for name in before} == {name: str(rows) for name, rows in before.items()}
    refused = lakes.run(*lakes.etl_arguments(lake, [], [sample.logs], "--full-refresh"))
    assert refused.code == 2 and "--songs" in refused.err
    user = lakes.rows(lake, "users")[0]["user_id"]
    for command in (["rectify", "--user", user, "--set", "gender=X"], ["optimize"]):
        outcome = lakes.run(*command, "--lake", lake)
        assert outcome.code == 0, outcome.err
    counted = [name for name in before if name not in ("runs", "audits", "maintenance", "rectifications")]
    assert {name: lakes.arrow(lake, name).num_rows for name in counted} == {name: before[name] for name in counted}
    outcome = lakes.run("forget", "--lake", lake, "--user", user)
    assert outcome.code == 0, outcome.err
    assert lakes.arrow(lake, "users").num_rows == before["users"] - 1


@pytest.mark.parametrize("after", [0, 1])
def test_commits_of_others_before_a_run_that_did_not_finish_stay(after, sample, tmp_path):
    """Killed between its tables and its manifest, which is as if the manifest had never been written."""
    lake = tmp_path / "lake"
    files = sorted(sample.logs.rglob("*.json"))
    lakes.etl(lake, [sample.songs], files[:2])
    events = lakes.arrow(lake, "events")
    for name in ("x1", "x2"):
        row = events.slice(0, 1).to_pylist()[0] | {"user_id": name}
        write_deltalake(str(lakes.table_path(lake, "events")), pa.Table.from_pylist([row], schema=events.schema), mode="append")
    lakes.etl(lake, [sample.songs], files[2:4])
    max((lake / "_cadenza" / "runs").glob("*.json")).unlink()

    def others() -> list:
        return [row["user_id"] for row in lakes.query(lake, "SELECT user_id FROM events WHERE user_id LIKE 'x_' ORDER BY 1")]

    assert others() == ["x1", "x2"]
    lakes.etl(lake, [sample.songs], files[2:] if after else files[:2])
    assert others() == ["x1", "x2"]
    lakes.etl(lake, [sample.songs], files)
    assert others() == ["x1", "x2"]
    lakes.etl(tmp_path / "full", [sample.songs], files)
    assert lakes.arrow(lake, "events").num_rows == lakes.arrow(tmp_path / "full", "events").num_rows + 2


def test_an_append_only_table_is_refused_before_anything_is_committed(sample, tmp_path):
    lake, files = tmp_path / "lake", sorted(sample.logs.rglob("*.json"))
    lakes.etl(lake, [sample.songs], files[:2])
    DeltaTable(str(lakes.table_path(lake, "users"))).alter.set_table_properties({"delta.appendOnly": "true"})
    before = lakes.versions(lake)
    outcome = lakes.run(*lakes.etl_arguments(lake, [sample.songs], files))
    assert outcome.code == 1 and "silver/users is append-only" in outcome.err and "delta.appendOnly" in outcome.err
    assert lakes.versions(lake) == before
    DeltaTable(str(lakes.table_path(lake, "users"))).alter.set_table_properties({"delta.appendOnly": "false"})
    lakes.etl(lake, [sample.songs], files)
    lakes.etl(tmp_path / "full", [sample.songs], files)
    lakes.assert_same_events(lake, tmp_path / "full")
    lakes.assert_lakes_equal(lake, tmp_path / "full", lakes.SILVER)
