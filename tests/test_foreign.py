"""Tables and files that other programs wrote: read by sql, and taken as sources of events and songs."""

import datetime
import io
import json
import subprocess
from pathlib import Path

import deltalake
import engagement_source as engagement
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lake as lakes
import samples
from row_checksum import row_checksum
from samples import START_MS, log_bytes, play
from test_judges import SPARK

WRITER = lakes.REPO / "tests" / "judges" / "spark_writer.py"


def ask(text, cwd=None) -> list:
    outcome = lakes.run("sql", "--format", "json", text, cwd=cwd)
    assert outcome.code == 0, outcome.err
    return outcome.json


def refused(text) -> str:
    outcome = lakes.run("sql", text)
    assert outcome.code == 1, outcome.out
    return outcome.err


def arrow_of(text):
    """The answer as Arrow, which keeps the types."""
    done = subprocess.run([lakes.program(), "sql", "--format", "parquet", text], capture_output=True, env=lakes.environment())
    assert done.returncode == 0, done.stderr.decode()
    return pq.read_table(io.BytesIO(done.stdout))


@pytest.fixture(scope="module")
def spark(sample, tmp_path_factory):
    if not SPARK.exists():
        pytest.skip(f"Spark is not installed (./dev spark up): {SPARK}")
    folder = tmp_path_factory.mktemp("spark")
    command = [SPARK, WRITER, folder, sample.logs, sample.songs]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return folder, {line["table"]: line for line in lines}


DELTA = [
    "deletion_vectors", "column_mapping", "column_mapping_by_id", "column_mapping_in_folders", "v2_checkpoints",
    "type_widening", "everything", "logs_in_delta",
]
LOGS = ["logs_with_int96", "logs_in_folders", "logs_in_delta"]


@pytest.mark.spark
@pytest.mark.parametrize("name", DELTA + ["logs_with_int96", "logs_in_folders", "songs"])
def test_sql_reads_of_spark_what_spark_reads(name, spark):
    folder, said = spark
    table = arrow_of(f"SELECT * FROM '{folder}/{name}'")
    assert (table.num_rows, row_checksum(table)) == (said[name]["rows"], said[name]["checksum"])


@pytest.mark.spark
@pytest.mark.parametrize("name", DELTA)
def test_earlier_versions_of_tables_of_spark(name, spark):
    folder, said = spark
    for version, rows in said[name]["counts"].items():
        (found,) = ask(f"SELECT count(*) AS n FROM '{folder}/{name}' AT (VERSION => {version})")
        assert found["n"] == rows, version


@pytest.mark.spark
@pytest.mark.parametrize("logs", LOGS)
def test_tables_of_spark_are_a_source(logs, spark, sample_lake, tmp_path):
    folder, _ = spark
    lake = tmp_path / "lake"
    summary = lakes.etl(lake, [folder / "songs"], [folder / logs])
    assert summary["events"]["quarantined"] == summary["song_records"]["quarantined"] == 0
    lakes.assert_lakes_equal(lake, sample_lake, lakes.SILVER)
    assert_balanced(lake)
    assert lakes.etl(lake, [folder / "songs"], [folder / logs])["events"]["lines"] == 0, "known"
    assert_traces_lead_to_the_plays(lake)


def assert_balanced(lake):
    sums = "good_bytes + duplicate_bytes + quarantined_bytes + blank_bytes + bom_bytes"
    assert lakes.query(lake, f"SELECT count(*) AS n FROM ledger WHERE {sums} <> size_bytes") == [{"n": 0}]


def assert_traces_lead_to_the_plays(lake, every=31):
    for row in lakes.rows(lake, "songplays")[::every]:
        outcome = lakes.run("trace", "--lake", lake, "songplays", row["songplay_id"])
        assert outcome.code == 0 and " at byte " in outcome.err and "cannot be read" not in outcome.err, outcome.err
        record = json.loads(outcome.out)
        assert (record["userId"] or None, record["sessionId"]) == (row["user_id"], row["session_id"])
        ts = record["ts"] if "ts" in record else record["ts_ms"]
        assert ts == row["start_time"].timestamp() * 1000


# The same without Spark: what it writes, written by Arrow and delta-rs.

def as_parquet(folder, records, **columns):
    """Two parts of rows, one without, one that is not finished, and what Hadoop leaves beside them."""
    table = pa.Table.from_pylist(records)
    for name, column in columns.items():
        table = table.set_column(table.column_names.index(name), name, column)
    half = table.num_rows // 2
    parts = (table.slice(0, half), table.slice(half), table.slice(0, 0))
    unfinished = folder / "_temporary" / "0" / "task_1"
    unfinished.mkdir(parents=True)
    pq.write_table(table, unfinished / "part-00009.snappy.parquet")
    for number, part in enumerate(parts):
        path = folder / f"part-0000{number}-c000.snappy.parquet"
        pq.write_table(part, path, use_deprecated_int96_timestamps=True)
        (folder / f".{path.name}.crc").write_bytes(b"crc")
    pq.write_metadata(table.schema, folder / "_common_metadata.parquet")
    (folder / "part-00003-c000.snappy.parquet").write_bytes(b"")
    (folder / "_SUCCESS").write_bytes(b"")
    return folder


def times(records):
    return pa.array([datetime.datetime.fromtimestamp(r["ts"] / 1000, datetime.timezone.utc) for r in records])


@pytest.fixture(scope="module")
def parquet_logs(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")
    return as_parquet(folder / "logs", sample.events, ts=times(sample.events))


@pytest.fixture(scope="module")
def delta_logs(sample, tmp_path_factory):
    """Three versions: half of the events, all of them, and wrong ones that were deleted."""
    folder = str(tmp_path_factory.mktemp("delta") / "plays")
    table = pa.Table.from_pylist(sample.events)
    half = table.num_rows // 2
    wrong = pa.Table.from_pylist([play(START_MS + n, session=9999, item=n) for n in range(5)])
    for part in (table.slice(0, half), table.slice(half), wrong.select(table.column_names).cast(table.schema)):
        deltalake.write_deltalake(folder, part, mode="append", partition_by=["level"])
    deltalake.DeltaTable(folder).delete("sessionId = 9999")
    return folder


def test_int96_and_parts_without_rows_are_a_source(sample, sample_lake, parquet_logs, tmp_path):
    songs = as_parquet(tmp_path / "songs", sample.catalogue)
    lake = tmp_path / "lake"
    summary = lakes.etl(lake, [songs], [parquet_logs])
    assert (summary["events"]["good"], summary["events"]["quarantined"]) == (len(sample.events), 0)
    lakes.assert_lakes_equal(lake, sample_lake, lakes.SILVER)
    files = {row["_file"].rsplit("/", 1)[-1]: row for row in lakes.rows(lake, "ledger")}
    assert files["part-00002-c000.snappy.parquet"]["size_bytes"] == 0
    reasons = {row["_file"].rsplit("/", 1)[-1]: row["reason"] for row in lakes.rows(lake, "skipped_files")}
    assert reasons["_temporary"] == reasons["_common_metadata.parquet"] == reasons["_SUCCESS"] == "junk"
    assert reasons["part-00003-c000.snappy.parquet"] == "zero bytes"
    assert_balanced(lake)
    assert lakes.etl(lake, [songs], [parquet_logs])["events"]["lines"] == 0, "known"
    assert_traces_lead_to_the_plays(lake)


def test_parquet_and_json_of_the_same_events_are_duplicates(sample, parquet_logs, tmp_path):
    summary = lakes.etl(tmp_path / "lake", [], [sample.logs, parquet_logs])
    assert summary["events"]["good"] == summary["events"]["duplicate"] == len(sample.events)
    assert_balanced(tmp_path / "lake")


def test_the_order_of_increments_of_parquet_does_not_matter(sample, sample_lake, parquet_logs, tmp_path):
    for part in sorted(parquet_logs.glob("part-0000[012]*"), reverse=True):
        lakes.etl(tmp_path / "lake", [sample.songs], [part])
    lakes.assert_lakes_equal(tmp_path / "lake", sample_lake, lakes.SILVER)


def test_the_log_of_a_delta_table_was_taken_for_events(sample, sample_lake, delta_logs, tmp_path):
    """Each line of _delta_log/*.json went to quarantine, and no row was read."""
    lake = tmp_path / "lake"
    summary = lakes.etl(lake, [sample.songs], [delta_logs])
    assert (summary["events"]["good"], summary["events"]["quarantined"]) == (len(sample.events), 0)
    lakes.assert_lakes_equal(lake, sample_lake, lakes.SILVER)
    (entry,) = lakes.query(lake, "SELECT _file, good_lines FROM ledger WHERE source = 'logs'")
    assert entry == {"_file": f"{delta_logs}@v0000000003", "good_lines": len(sample.events)}
    assert_balanced(lake)
    assert_traces_lead_to_the_plays(lake)


def test_a_delta_source_is_read_again_when_it_has_a_new_version(sample, sample_lake, delta_logs, tmp_path):
    lake = tmp_path / "lake"
    first = lakes.etl(lake, [sample.songs], [f"{delta_logs}@v0"])["events"]
    assert first["good"] == len(sample.events) // 2
    then = lakes.etl(lake, [], [delta_logs])["events"]
    assert then["good"] + first["good"] == len(sample.events)
    assert then["duplicate"] == first["good"]
    lakes.assert_lakes_equal(lake, sample_lake, lakes.SILVER)
    assert lakes.etl(lake, [], [delta_logs])["events"]["lines"] == 0
    assert_balanced(lake)
    assert_traces_lead_to_the_plays(lake)


@pytest.mark.parametrize("inside", ["_delta_log", "_delta_log/00000000000000000000.json", "level=free"])
def test_parts_of_a_delta_table_are_no_source(inside, delta_logs, tmp_path):
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [], [f"{delta_logs}/{inside}"]))
    assert outcome.code == 2 and "a part of a Delta table" in outcome.err and delta_logs in outcome.err


def test_a_glob_into_a_delta_table_leaves_its_files_out(delta_logs, tmp_path):
    samples.write_file(tmp_path / "logs" / "a.json", log_bytes([play(START_MS)]))
    (tmp_path / "logs" / "plays").symlink_to(delta_logs)
    for pattern in ("**/*.json", "**/*.parquet"):
        outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [], [f"{tmp_path}/logs/{pattern}"]))
        assert outcome.code == 0, outcome.err
    assert lakes.arrow(tmp_path / "lake", "events").num_rows == 1
    reasons = {row["reason"] for row in lakes.rows(tmp_path / "lake", "skipped_files")}
    assert reasons and all(reason.startswith("a part of a Delta table") for reason in reasons)


def test_bronze_of_another_lake_is_a_source(sample_lake, sample, tmp_path):
    lakes.etl(tmp_path / "lake", [sample_lake / "bronze" / "song_records"], [sample_lake / "bronze" / "events"])
    lakes.assert_lakes_equal(tmp_path / "lake", sample_lake, lakes.SILVER)


def test_names_of_the_lake_and_of_hive_are_understood(tmp_path):
    table = pa.table({"ts_ms": [START_MS], "user_id": ["3"], "sessionid": [7], "item_in_session": [1], "extra": ["kept"],
                      "registration": [1540919166796.0]})
    folder = tmp_path / "logs" / "level=paid" / "page=NextSong" / "batch=09" / "status=200" / "artist=a%2Fb" / "song=551"
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "a.parquet")
    nowhere = tmp_path / "logs" / "level=__HIVE_DEFAULT_PARTITION__"
    nowhere.mkdir()
    pq.write_table(table.drop_columns("extra"), nowhere / "b.parquet")
    lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"], "--ts-unit", "us")
    (bare, row) = sorted(lakes.rows(tmp_path / "lake", "events"), key=lambda r: r["page"] or "")
    names = ("ts_ms", "user_id", "session_id", "item_in_session", "level", "page", "registration", "status", "artist", "song")
    assert {name: row[name] for name in names} == {
        "ts_ms": START_MS, "user_id": "3", "session_id": 7, "item_in_session": 1, "level": "paid", "page": "NextSong",
        "registration": 1540919166796, "status": 200, "artist": "a/b", "song": "551"}
    assert json.loads(row["_rescued"]) == {"extra": "kept", "batch": "09"}
    assert (bare["level"], bare["_rescued"]) == (None, None)


def test_every_type_of_parquet_becomes_a_line(tmp_path):
    row = {
        "ts": datetime.datetime(2018, 11, 1, 0, 0, 0, 999),
        "userId": 39.0,
        "sessionId": 2**40,
        "length": 0.1,
        "song": b"bytes \xc3\xa9",
        "nested": {"a": [1, None], "b": {"c": "\n\""}},
        "day": datetime.date(2018, 11, 1),
        "never": float("nan"),
    }
    schema = pa.schema([("ts", pa.timestamp("us")), ("userId", pa.float64()), ("sessionId", pa.int64()), ("length", pa.float32()),
                        ("song", pa.binary()), ("nested", pa.struct([("a", pa.list_(pa.int32())), ("b", pa.struct([("c", pa.string())]))])),
                        ("day", pa.date32()), ("never", pa.float64())])
    pq.write_table(pa.Table.from_pylist([row], schema=schema), tmp_path / "a.parquet")
    lakes.etl(tmp_path / "lake", [], [tmp_path / "a.parquet"])
    (found,) = lakes.rows(tmp_path / "lake", "events")
    assert (found["ts_ms"], found["user_id"], found["session_id"]) == (START_MS, "39", 2**40)
    assert (found["length"], found["song"]) == (0.1, "bytes é")
    assert json.loads(found["_rescued"]) == {
        "nested": {"a": [1, None], "b": {"c": "\n\""}}, "day": "2018-11-01", "never": "nan"}


def test_bad_rows_of_parquet_go_to_quarantine(tmp_path):
    pq.write_table(pa.table({"ts": [START_MS, None, 5], "userId": ["1", "2", "3"]}), tmp_path / "a.parquet")
    summary = lakes.etl(tmp_path / "lake", [], [tmp_path / "a.parquet"])
    assert (summary["events"]["good"], summary["events"]["quarantined"]) == (1, 2)
    reasons = sorted(row["reason"] for row in lakes.rows(tmp_path / "lake", "quarantine"))
    assert reasons == ["ts_missing", "ts_out_of_range"]


def damaged(good: bytes) -> dict:
    return {
        "cut.parquet": good[: len(good) // 2],
        "tail.parquet": good[:-9] + b"\xff\xff\xff\x7fPAR1",
        "none.parquet": b"nothing of the kind",
        "magic.parquet": b"PAR1PAR1",
        "secret.parquet": good[:-4] + b"PARE",
        "other.parquet": None,
    }


def test_damaged_parquet_files_are_listed_and_disturb_no_others(sample, parquet_logs, tmp_path):
    good = (parquet_logs / "part-00001-c000.snappy.parquet").read_bytes()
    for name, content in damaged(good).items():
        samples.write_file(tmp_path / "logs" / name, content or b"")
    pq.write_table(pa.table({"x": [1]}), tmp_path / "logs" / "other.parquet")
    samples.write_file(tmp_path / "logs" / "zz.parquet", good)
    summary = lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"], "--allow-damaged")
    assert summary["events"]["good"] == len(sample.events) - len(sample.events) // 2
    reasons = {row["_file"].rsplit("/", 1)[-1]: row["reason"] for row in lakes.rows(tmp_path / "lake", "skipped_files")}
    assert set(reasons) == set(damaged(good))
    assert reasons["other.parquet"] == "no column is ts"
    assert all("cannot be read" in reason for name, reason in reasons.items() if name != "other.parquet"), reasons
    for name in reasons:
        outcome = lakes.run(*lakes.etl_arguments(tmp_path / "alone", [], [tmp_path / "logs" / name]))
        assert outcome.code == 1 and name in outcome.err


def test_damage_within_a_parquet_file_is_quarantined_and_disturbs_no_others(sample, parquet_logs, tmp_path):
    good = bytearray((parquet_logs / "part-00001-c000.snappy.parquet").read_bytes())
    samples.write_file(tmp_path / "logs" / "zz.parquet", bytes(good))
    good[4:600] = b"\xff" * 596
    samples.write_file(tmp_path / "logs" / "bad.parquet", bytes(good))
    summary = lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"], "--allow-damaged")
    assert [Path(file["file"]).name for file in summary["damaged"]] == ["bad.parquet"]
    assert summary["events"]["good"] == len(sample.events) - len(sample.events) // 2
    (bad,) = lakes.rows(tmp_path / "lake", "quarantine")
    assert bad["_file"].endswith("bad.parquet") and "cannot be read" in bad["detail"]
    assert_balanced(tmp_path / "lake")


def test_folders_of_parquet_in_sql(sample, parquet_logs):
    for path in (parquet_logs, f"{parquet_logs}/", f"{parquet_logs}/*.parquet"):
        (found,) = ask(f"SELECT count(*) AS n, epoch_ms(max(ts)) AS last FROM '{path}'")
        assert found == {"n": len(sample.events), "last": max(e["ts"] for e in sample.events)}


def test_parts_of_parquet_with_other_columns_in_sql(tmp_path):
    for level, table in (("free", pa.table({"a": [1]})), ("paid", pa.table({"b": ["x"], "a": [2]}))):
        (tmp_path / "t" / f"level={level}").mkdir(parents=True)
        pq.write_table(table, tmp_path / "t" / f"level={level}" / "part.parquet")
    assert ask("SELECT * FROM t.level ORDER BY a".replace("t.level", f"'{tmp_path}/t'")) == [
        {"a": 1, "b": None, "level": "free"}, {"a": 2, "b": "x", "level": "paid"}]


def test_delta_tables_by_their_folder_in_sql(sample_lake):
    folder = lakes.table_path(sample_lake, "songplays")
    (found,) = ask(f"SELECT count(*) AS n FROM '{folder}'")
    assert found["n"] == lakes.arrow(sample_lake, "songplays").num_rows
    same = f"SELECT count(songplays.songplay_id) AS n FROM '{folder.name}/' AT (VERSION => 0)"
    assert ask(same, cwd=folder.parent) == [found]
    assert ask(f"SELECT count(*) AS n FROM '{folder}' AT (TIMESTAMP => '2100-01-01') AS p JOIN '{folder}' q USING (songplay_id)") == [found]
    assert lakes.query(sample_lake, f"SELECT count(*) AS n FROM songplays JOIN '{folder}' q USING (songplay_id)") == [found]


def test_earlier_versions_of_delta_tables_in_sql(sample, delta_logs):
    half = len(sample.events) // 2
    counts = [ask(f"SELECT count(*) AS n FROM '{delta_logs}' AT (VERSION => {v})")[0]["n"] for v in range(4)]
    assert counts == [half, len(sample.events), len(sample.events) + 5, len(sample.events)]
    times = [entry["timestamp"] for entry in reversed(deltalake.DeltaTable(delta_logs).history())]
    for version, ms in enumerate(times[:2]):
        at = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")
        assert ask(f"SELECT count(*) AS n FROM '{delta_logs}' AT (TIMESTAMP => '{at}')")[0]["n"] == counts[version]


def test_what_cannot_be_read_of_a_delta_table_is_named(delta_logs, parquet_logs, tmp_path):
    assert delta_logs in refused(f"SELECT * FROM '{delta_logs}' AT (VERSION => 77)")
    assert delta_logs in refused(f"SELECT * FROM '{delta_logs}' AT (TIMESTAMP => '1999-01-01')")
    assert "only a Delta table has earlier versions" in refused(f"SELECT * FROM '{parquet_logs}' AT (VERSION => 0)")
    log = tmp_path / "strange" / "_delta_log"
    log.mkdir(parents=True)
    schema = json.dumps({"type": "struct", "fields": [{"name": "a", "type": "long", "nullable": True, "metadata": {}}]})
    metadata = {"id": "1", "format": {"provider": "parquet", "options": {}}, "schemaString": schema, "partitionColumns": [],
                "configuration": {}}
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["telepathy"], "writerFeatures": ["telepathy"]}
    lines = [{"protocol": protocol}, {"metaData": metadata}]
    (log / "00000000000000000000.json").write_text("\n".join(map(json.dumps, lines)))
    told = refused(f"SELECT * FROM '{tmp_path}/strange'")
    assert "strange" in told and "telepathy" in told
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [], [tmp_path / "strange"]))
    assert outcome.code == 1 and "strange" in outcome.err and "telepathy" in outcome.err


def test_files_of_a_delta_table_can_be_named_in_sql_as_they_are(sample, delta_logs):
    (found,) = ask(f"SELECT count(*) AS n FROM '{delta_logs}/**/*.parquet'")
    assert found["n"] > len(sample.events), "with what was deleted"


def test_deleted_rows_of_a_delta_table_were_counted_by_kpi(tmp_path):
    """The Parquet files of a table were read without its log."""
    source = engagement.generate(seed=4)
    folder = engagement.write(tmp_path / "source", source)
    sessions = pq.read_table(folder / "sessions.parquet")
    (folder / "sessions.parquet").unlink()
    deltalake.write_deltalake(folder / "sessions", sessions)
    wrong = sessions.set_column(sessions.column_names.index("session_id"), "session_id",
                                pa.array([f"wrong {n}" for n in range(sessions.num_rows)]))
    deltalake.write_deltalake(folder / "sessions", wrong, mode="append")
    deltalake.DeltaTable(folder / "sessions").delete("session_id like 'wrong%'")
    summary = engagement.kpi(tmp_path / "lake", source=folder)
    assert engagement.values(summary) == engagement.expected_kpis(source)
    assert summary["inputs"]["sessions"]["format"] == "delta"


def test_a_folder_of_several_kinds_is_not_guessed(delta_logs, parquet_logs, tmp_path):
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "delta").symlink_to(delta_logs)
    (tmp_path / "all" / "parquet").symlink_to(parquet_logs)
    assert "name one table" in refused(f"SELECT * FROM '{tmp_path}/all'")
