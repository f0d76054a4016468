"""What a kill, another program or an unusual layout must not do to a lake."""

import pytest

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
