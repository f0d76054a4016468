"""Tables as sources that change between runs: any increments end in the lake of one full run."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

import engagement_source as engagement
import lake as lakes
import samples
from samples import START_MS


def plays(session, **more) -> pa.Table:
    return pa.table({"ts": [START_MS + item + 1000 * session for item in range(3)], "userId": ["1"] * 3, "page": ["NextSong"] * 3,
                     "sessionId": [session] * 3, "itemInSession": [0, 1, 2]} | more)


def sessions_of(lake) -> list:
    return sorted(row["session_id"] for row in lakes.rows(lake, "events"))


NAMES = [("a[1].parquet", "a1.parquet"), ("b*.parquet", "bb.parquet"), ("c?.parquet", "cc.parquet"), ("x[1]/p.parquet", "x1/p.parquet")]


@pytest.mark.parametrize("odd, other", NAMES)
def test_names_like_patterns_mean_themselves(odd, other, tmp_path):
    for session, name in enumerate((odd, other), 1):
        (tmp_path / "logs" / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(plays(session), tmp_path / "logs" / name)
    lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"])
    assert sessions_of(tmp_path / "lake") == [1, 1, 1, 2, 2, 2]
    ledger = lakes.query(tmp_path / "lake", "SELECT good_lines AS good FROM ledger")
    assert ledger == [{"good": 3}, {"good": 3}]
    outcome = lakes.run("stream", "--source", tmp_path / "logs", "--lake", tmp_path / "windows", "--once", "--json", "--quiet")
    assert outcome.code == 0 and outcome.json["events"] == 6, outcome.err
    (row,) = lakes.run("sql", f"SELECT sum(sessionId) AS n FROM '{tmp_path}/logs/{odd.split('/')[0]}'", "--format", "json").json
    assert row["n"] == 3


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_names_like_patterns_mean_themselves_in_kpi(ending, tmp_path):
    source = engagement.generate(seed=6)
    for name, rows in source.tables().items():
        cut = len(rows) // 3
        engagement.write_rows(tmp_path / "source" / name / f"p[1].{ending}", rows[:cut])
        engagement.write_rows(tmp_path / "source" / name / f"p1.{ending}", rows[cut:])
    summary = engagement.kpi(tmp_path / "lake", source=tmp_path / "source")
    assert engagement.values(summary) == engagement.expected_kpis(source)
    assert summary["inputs"]["sessions"]["repeated"] == 0


def test_a_version_that_is_not_there_is_an_error(tmp_path):
    write_deltalake(tmp_path / "plays", plays(1))
    lake = tmp_path / "lake"
    for flags in ((), ("--full-refresh",)):
        lakes.etl(lake, [], [tmp_path / "plays"])
        outcome = lakes.run(*lakes.etl_arguments(lake, [], [f"{tmp_path}/plays@v99"], *flags))
        assert outcome.code == 1 and "plays@v" in outcome.err and "99" in outcome.err
        assert sessions_of(lake) == [1, 1, 1]


def test_a_column_that_a_later_version_adds_changes_no_earlier_row(tmp_path):
    write_deltalake(tmp_path / "plays", plays(1))
    lakes.etl(tmp_path / "lake", [], [tmp_path / "plays"])
    write_deltalake(tmp_path / "plays", plays(2, extra=["a", None, "c"]), mode="append", schema_mode="merge")
    for lake in ("lake", "full"):
        lakes.etl(tmp_path / lake, [], [tmp_path / "plays"])
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "full", lakes.SILVER)
    assert sessions_of(tmp_path / "lake") == sessions_of(tmp_path / "full") == [1, 1, 1, 2, 2, 2]
    rows = sorted(lakes.rows(tmp_path / "lake", "events"), key=lambda row: row["ts_ms"])
    assert [row["_rescued"] for row in rows] == [None] * 3 + ['{"extra":"a"}', None, '{"extra":"c"}']
    assert not any(row["is_conflict"] for row in rows)


def test_a_table_that_is_made_anew_is_read(tmp_path):
    write_deltalake(tmp_path / "plays", plays(1))
    lakes.etl(tmp_path / "lake", [], [tmp_path / "plays"])
    assert lakes.etl(tmp_path / "lake", [], [tmp_path / "plays"])["status"] == "unchanged"
    shutil.rmtree(tmp_path / "plays")
    write_deltalake(tmp_path / "plays", plays(2))
    lakes.etl(tmp_path / "lake", [], [tmp_path / "plays"])
    assert sessions_of(tmp_path / "lake") == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("unit", ["s", "auto"])
@pytest.mark.parametrize("name", ["ts", "TS", "Ts"])
def test_times_of_a_column_in_capitals_have_their_unit(name, unit, tmp_path):
    pq.write_table(plays(1, ts=[START_MS // 1000 + item for item in range(3)]).rename_columns([name, "userId", "page", "sessionId", "itemInSession"]),
                   samples.write_file(tmp_path / "a.parquet", b""))
    lakes.etl(tmp_path / "lake", [], [tmp_path / "a.parquet"], "--ts-unit", unit)
    assert sorted(row["ts_ms"] for row in lakes.rows(tmp_path / "lake", "events")) == [START_MS + item * 1000 for item in range(3)]


def test_an_id_that_is_not_a_number_is_none(tmp_path):
    pq.write_table(plays(1, userId=[39.0, float("nan"), None]), samples.write_file(tmp_path / "a.parquet", b""))
    lakes.etl(tmp_path / "lake", [], [tmp_path / "a.parquet"])
    assert [row["user_id"] for row in lakes.rows(tmp_path / "lake", "users")] == ["39"]
    assert sorted(row["user_id"] or "" for row in lakes.rows(tmp_path / "lake", "events")) == ["", "", "39"]


def skipped(lake) -> list:
    return sorted((row["_file"].rsplit("/", 1)[1], row["reason"]) for row in lakes.query(lake, "SELECT _file, reason FROM skipped_files"))


def test_skipped_files_do_not_depend_on_how_files_are_delivered(tmp_path):
    logs, line = tmp_path / "logs", samples.log_line(samples.play(START_MS))
    samples.write_file(logs / "a.json", line)
    samples.write_file(logs / "late.json", b"")
    lakes.etl(tmp_path / "lake", [], [logs], "--allow-damaged")
    assert [name for name, _ in skipped(tmp_path / "lake")] == ["late.json"]
    for name, data in (("c.parquet", b"PAR1garbagePAR1"), ("d.json", b""), ("notes.csv", b"a,b")):
        samples.write_file(logs / name, data)
    assert lakes.etl(tmp_path / "lake", [], [logs], "--allow-damaged")["status"] == "done"
    assert lakes.etl(tmp_path / "lake", [], [logs], "--allow-damaged")["status"] == "unchanged"
    assert len(skipped(tmp_path / "lake")) == 4
    samples.write_file(logs / "late.json", samples.log_line(samples.play(START_MS + 1, item=1)))
    lakes.etl(tmp_path / "lake", [], [logs], "--allow-damaged")
    lakes.etl(tmp_path / "full", [], [logs], "--allow-damaged")
    assert skipped(tmp_path / "lake") == skipped(tmp_path / "full")
    assert [name for name, _ in skipped(tmp_path / "lake")] == ["c.parquet", "d.json", "notes.csv"]
