"""What other implementations of Delta read in the lakes: rows, statistics, partitions, checkpoints."""

import json
import shutil
import subprocess
from datetime import datetime, timedelta
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lake as lakes
import samples
from row_checksum import row_checksum

EXTENSION = lakes.REPO / ".deps" / "duckdb" / "extensions" / "delta.duckdb_extension"
SPARK = lakes.REPO / ".venv-spark" / "bin" / "python"
SPARK_READER = lakes.REPO / "tests" / "judges" / "spark_reader.py"
ODD_TITLES = [
    "a/b", "c d", "é=ü", "50%", "50%25", "x:y", 'q"t', "h#sh?", "plus+", "[br]{ac}", "tilde~", "ends.", "a\\b", "'",
]


@pytest.fixture(scope="module")
def judge():
    if not EXTENSION.exists():
        pytest.skip(f"DuckDB's delta extension is not installed (./dev build): {EXTENSION}")
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{EXTENSION}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def judged(judge, lake, name):
    path = lakes.table_path(lake, name)
    return judge.execute(f"SELECT * FROM delta_scan('{path}')").to_arrow_table()


def assert_judges_agree(judge, lake, name):
    ours, theirs = lakes.arrow(lake, name), judged(judge, lake, name)
    assert lakes.only_in_one(ours, theirs) == [[], []]
    assert ours.num_rows == theirs.num_rows


@pytest.fixture(scope="module")
def ugly_lake(sample, tmp_path_factory):
    """Two runs with quarantine, skipped files and rescued fields, so that no table is empty."""
    folder = tmp_path_factory.mktemp("judged")
    high = [samples.play(samples.START_MS, item=i, extra=i, song="\U0010ffff" * 40 + str(i)) for i in range(5)]
    samples.write_file(folder / "more" / "bad.json", samples.log_bytes(high) + b"\n[]\n{")
    samples.write_file(folder / "more" / ".DS_Store", b"\x00")
    for logs in (sample.logs, folder / "more"):
        lakes.etl(folder / "lake", [sample.songs], [logs])
    return folder / "lake"


@pytest.mark.parametrize("name", lakes.TABLES)
def test_duckdb_and_delta_rs_read_the_same_rows(name, judge, ugly_lake):
    assert_judges_agree(judge, ugly_lake, name)
    assert lakes.arrow(ugly_lake, name).num_rows > 0


@pytest.mark.parametrize("name", lakes.TABLES)
def test_cadenza_reads_what_the_judges_read(name, ugly_lake):
    (own,) = lakes.query(ugly_lake, f"SELECT count(*) AS n FROM {name}")
    assert own["n"] == lakes.arrow(ugly_lake, name).num_rows


def add_actions(lake, name) -> list[dict]:
    return pa.table(lakes.delta(lake, name).get_add_actions(flatten=True)).to_pylist()


def comparable(value):
    """Text in the order of its bytes, instants without their zone."""
    if isinstance(value, str):
        return value.encode()
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def assert_bounds(action, column, values):
    """Bounds hold every value. Only those of text may be wide, because they may be cut."""
    known = sorted(comparable(value) for value in values if value is not None)
    low, high = (comparable(action.get(f"{bound}.{column}")) for bound in ("min", "max"))
    if not known:
        assert (low, high) == (None, None), column
    elif isinstance(known[0], bytes):
        assert low is not None and low <= known[0], column
        assert high is None or high >= known[-1], column
    elif isinstance(known[0], datetime):
        slack = timedelta(milliseconds=1)  # statistics have whole milliseconds
        assert low <= known[0] < low + slack and abs(high - known[-1]) < slack, column
    elif not isinstance(known[0], bool):
        assert (low, high) == (known[0], known[-1]), column


@pytest.mark.parametrize("name", lakes.TABLES)
def test_statistics_are_those_of_the_files(name, ugly_lake):
    actions = add_actions(ugly_lake, name)
    for action in actions:
        file = pq.ParquetFile(lakes.table_path(ugly_lake, name) / unquote(action["path"])).read()
        assert action["num_records"] == file.num_rows
        for column in file.column_names:
            assert action[f"null_count.{column}"] == file[column].null_count, column
            assert_bounds(action, column, file[column].to_pylist())
    assert sum(action["num_records"] for action in actions) == lakes.arrow(ugly_lake, name).num_rows


def test_statistics_serve_to_skip_files(judge, ugly_lake):
    (row,) = lakes.select(ugly_lake, "SELECT max(ts_ms) AS last FROM events")
    path = lakes.table_path(ugly_lake, "events")
    (found,) = judge.execute(f"SELECT count(*) FROM delta_scan('{path}') WHERE ts_ms >= {row['last']}").fetchone()
    assert found >= 1


@pytest.mark.parametrize("name, columns", [
    ("events", ["event_date"]), ("songplays", ["year", "month"]), ("songs", []),
    ("time", ["year", "month"]), ("users", []), ("artists", []),
])
def test_partition_columns(name, columns, ugly_lake):
    assert lakes.delta(ugly_lake, name).metadata().partition_columns == columns


def test_event_time_is_a_utc_timestamp_of_delta(ugly_lake):
    fields = {field.name: str(field.type) for field in lakes.delta(ugly_lake, "events").schema().fields}
    assert "timestamp" in fields["event_time"] and "ntz" not in fields["event_time"].lower()


def test_protocol_stays_at_reader_1_and_writer_2(ugly_lake):
    for name in lakes.TABLES:
        protocol = lakes.delta(ugly_lake, name).protocol()
        assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2), name


@pytest.fixture(scope="module")
def oddly_parted(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    songs = [samples.song(i, title, "A", 10.0 + i) for i, title in enumerate(ODD_TITLES)]
    songs += [samples.song(99, None, "A", 9.0)]
    samples.write_songs(folder / "songs", songs)
    lakes.etl(folder / "lake", [folder / "songs"], [sample.logs], "--partition", "songs=title")
    return folder / "lake"


def test_odd_partition_values_come_back(judge, oddly_parted):
    assert lakes.delta(oddly_parted, "songs").metadata().partition_columns == ["title"]
    wanted = {f"SO{i:08d}": title for i, title in enumerate(ODD_TITLES)} | {"SO00000099": None}
    assert {row["song_id"]: row["title"] for row in lakes.rows(oddly_parted, "songs")} == wanted
    assert_judges_agree(judge, oddly_parted, "songs")
    own = lakes.query(oddly_parted, "SELECT song_id, title FROM songs")
    assert {row["song_id"]: row["title"] for row in own} == wanted


@pytest.fixture(scope="module")
def lake_of_many_runs(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    for number in range(12):
        line = samples.log_line(samples.play(samples.START_MS + number, session=number))
        log = samples.write_file(folder / "logs" / f"{number}.json", line)
        lakes.etl(folder / "lake", [sample.songs], [log])
    return folder / "lake"


@pytest.mark.parametrize("name", ["events", "songplays", "ledger", "runs"])
def test_checkpoint_is_written_and_read(name, judge, lake_of_many_runs):
    log = lakes.table_path(lake_of_many_runs, name) / "_delta_log"
    version = json.loads((log / "_last_checkpoint").read_text())["version"]
    assert lakes.delta(lake_of_many_runs, name).version() >= 11
    assert version >= 10
    actions = pq.read_table(log / f"{version:020d}.checkpoint.parquet")
    assert {"add", "metaData", "protocol"} <= set(actions.column_names)
    assert_judges_agree(judge, lake_of_many_runs, name)


def test_table_is_readable_from_the_checkpoint_alone(judge, lake_of_many_runs, tmp_path):
    """The commits before the checkpoint are not needed any more."""
    copied = copy_of_table(lake_of_many_runs, "events", tmp_path)
    log = copied / "_delta_log"
    version = json.loads((log / "_last_checkpoint").read_text())["version"]
    for commit in log.glob("*.json"):
        if int(commit.stem) <= version:
            commit.unlink()
    (found,) = judge.execute(f"SELECT count(*) FROM delta_scan('{copied}')").fetchone()
    assert found == 12


def copy_of_table(lake, name, folder):
    return shutil.copytree(lakes.table_path(lake, name), folder / name)


def spark_reading(lake) -> dict:
    tables = [str(lakes.table_path(lake, name)) for name in lakes.TABLES]
    done = subprocess.run([SPARK, SPARK_READER, *tables], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["table"].rstrip("/").rsplit("/", 1)[-1]: line for line in lines}


@pytest.mark.spark
def test_spark_reads_the_same_rows(ugly_lake, lake_of_many_runs):
    if not SPARK.exists():
        pytest.skip(f"Spark is not installed (./dev spark up): {SPARK}")
    for lake in (ugly_lake, lake_of_many_runs):
        found = spark_reading(lake)
        for name in lakes.TABLES:
            table = lakes.arrow(lake, name)
            assert (found[name]["rows"], found[name]["checksum"]) == (table.num_rows, row_checksum(table)), name


@pytest.mark.slow  # a Spark of its own
@pytest.mark.spark
def test_spark_sees_that_increments_equal_a_full_run(sample, sample_lake, tmp_path):
    if not SPARK.exists():
        pytest.skip(f"Spark is not installed (./dev spark up): {SPARK}")
    for log in sorted(sample.logs.rglob("*.json"), reverse=True):
        lakes.etl(tmp_path / "lake", [sample.songs], [log])
    one, many = spark_reading(sample_lake), spark_reading(tmp_path / "lake")
    checksums = [{name: found[name]["checksum"] for name in lakes.SILVER} for found in (one, many)]
    assert checksums[0] == checksums[1]
