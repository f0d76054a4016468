"""`cadenza sql`: formats, raw files, time travel, read only."""

import csv
import io
import subprocess
from datetime import datetime, timezone

import pyarrow.parquet as pq
import pytest

import lake as lakes
import samples
from samples import START_MS, log_line, play


def sql(lake, text, *flags, **options):
    return lakes.run("sql", "--lake", lake, *flags, text, **options)


def succeeded(outcome):
    assert outcome.code == 0, outcome.err
    return outcome.out


TEXT = """
    SELECT user_id, count(*) AS plays, NULL AS nothing
    FROM songplays WHERE user_id IS NOT NULL GROUP BY user_id ORDER BY user_id"""


@pytest.fixture(scope="module")
def answer(sample_lake):
    return lakes.select(sample_lake, TEXT)


def test_json(sample_lake, answer):
    assert lakes.query(sample_lake, TEXT) == answer


def test_csv(sample_lake, answer):
    found = list(csv.DictReader(io.StringIO(succeeded(sql(sample_lake, TEXT, "--format", "csv")))))
    assert found == [{"user_id": r["user_id"], "plays": str(r["plays"]), "nothing": ""} for r in answer]


def test_csv_quotes(sample_lake):
    out = succeeded(sql(sample_lake, "SELECT 'a,\"b\"' AS x, 'c' || chr(10) || 'd' AS y", "--format", "csv"))
    assert list(csv.reader(io.StringIO(out))) == [["x", "y"], ['a,"b"', "c\nd"]]


def test_parquet(sample_lake, answer):
    command = [lakes.program(), "sql", "--lake", sample_lake, "--format", "parquet", TEXT]
    done = subprocess.run(command, capture_output=True, timeout=60, env=lakes.environment())
    assert done.returncode == 0, done.stderr
    found = pq.read_table(io.BytesIO(done.stdout)).to_pylist()
    assert [(r["user_id"], r["plays"]) for r in found] == [(r["user_id"], r["plays"]) for r in answer]


def test_table_shows_every_value(sample_lake, answer):
    out = succeeded(sql(sample_lake, TEXT))
    lines = [[cell.strip() for cell in line.replace("│", "|").split("|")] for line in out.splitlines()]
    for row in answer:
        assert any(row["user_id"] in cells and str(row["plays"]) in cells for cells in lines)


def test_json_of_no_rows_is_an_empty_array(sample_lake):
    assert lakes.query(sample_lake, "SELECT * FROM songplays WHERE false") == []


def test_layer_may_be_named(sample_lake):
    text = """
        SELECT (SELECT count(*) FROM silver.songplays) = (SELECT count(*) FROM songplays) AS same,
               (SELECT count(*) FROM ops.ledger) AS files"""
    assert lakes.query(sample_lake, text) == [{"same": True, "files": 44}]


@pytest.mark.parametrize("name", lakes.TABLES)
def test_every_table_is_there_by_name(name, sample_lake):
    (found,) = lakes.query(sample_lake, f"SELECT count(*) AS n FROM {name}")
    assert found["n"] == lakes.arrow(sample_lake, name).num_rows


def test_time_is_shown_in_utc(sample_lake):
    text = "SELECT CAST(min(start_time) AS VARCHAR) AS first FROM songplays"
    first = min(row["start_time"] for row in lakes.rows(sample_lake, "songplays"))
    assert lakes.query(sample_lake, text)[0]["first"].startswith(first.strftime("%Y-%m-%d %H:%M:%S"))


@pytest.mark.parametrize("text", [
    "DROP TABLE songplays", "DROP VIEW songplays", "DELETE FROM songs",
    "INSERT INTO users SELECT * FROM users", "UPDATE users SET level = 'paid'",
    "CREATE TABLE songplays AS SELECT 1", "COPY (SELECT 1) TO 'stolen.csv'",
    "ATTACH 'other.db'", "EXPORT DATABASE 'folder'", "SELECT 1; DROP TABLE users",
])
def test_writing_is_refused(text, sample_lake, tmp_path):
    before = lakes.versions(sample_lake)
    outcome = sql(sample_lake, text, cwd=tmp_path)
    assert outcome.code == 1
    assert outcome.err.strip()
    assert list(tmp_path.iterdir()) == []
    assert lakes.versions(sample_lake) == before


def test_wrong_query_shows_what_is_wrong(sample_lake):
    outcome = sql(sample_lake, "SELECT colour FROM songplays")
    assert outcome.code == 1 and "colour" in outcome.err
    outcome = sql(sample_lake, "SELECT * FROM songplay")
    assert outcome.code == 1 and "songplay" in outcome.err and outcome.out == ""


def test_raw_files_by_glob(sample, sample_lake):
    text = "SELECT page, count(*) AS n FROM 'log_data/**/*.json' GROUP BY page"
    outcome = sql(sample_lake, text, "--format", "json", cwd=sample.logs.parent)
    wanted = {}
    for event in sample.events:
        wanted[event["page"]] = wanted.get(event["page"], 0) + 1
    assert {row["page"]: row["n"] for row in outcome.json} == wanted


def test_raw_files_show_errors_and_rescued_fields(sample_lake, tmp_path):
    lines = [log_line(play(START_MS, mood="blue")), b"[]", log_line(play(START_MS, userId=39))]
    file = samples.write_file(tmp_path / "raw.json", b"\n".join(lines))
    text = f"SELECT user_id, _rescued, _error, _file, _offset FROM '{file}' ORDER BY _offset"
    found = lakes.query(sample_lake, text)
    assert [row["_offset"] for row in found] == [0, len(lines[0]) + 1, len(lines[0]) + 4]
    assert [row["user_id"] for row in found] == ["7", None, "39"]
    assert [bool(row["_rescued"]) for row in found] == [True, False, False]
    assert [bool(row["_error"]) for row in found] == [False, True, False]
    assert "not_an_object" in found[1]["_error"]
    assert {row["_file"] for row in found} == {str(file)}


def test_raw_files_join_the_lake(sample, sample_lake):
    log = min(sample.logs.rglob("*.json"))
    text = f"SELECT count(*) AS n FROM '{log}' r JOIN users u ON u.user_id = r.user_id"
    users = sum(line.count(b'"userId":""') == 0 for line in log.read_bytes().splitlines())
    assert lakes.query(sample_lake, text) == [{"n": users}]


def test_csv_and_parquet_files(sample_lake, tmp_path):
    table = samples.write_file(tmp_path / "x.csv", b"a,b\n1,2\n3,4\n")
    assert lakes.query(sample_lake, f"SELECT CAST(sum(a) AS BIGINT) AS s FROM '{table}'") == [{"s": 4}]
    (file,) = lakes.delta(sample_lake, "users").file_uris()
    path = file.removeprefix("file://")
    (found,) = lakes.query(sample_lake, f"SELECT count(*) AS n FROM '{path}'")
    assert found["n"] == lakes.arrow(sample_lake, "users").num_rows


def test_raw_file_that_is_missing_is_named(sample_lake):
    outcome = sql(sample_lake, "SELECT * FROM 'nowhere/*.json'")
    assert outcome.code == 1 and "nowhere" in outcome.err


@pytest.fixture(scope="module")
def two_runs(sample, tmp_path_factory):
    """A lake with a second run, and the count of plays after each, by version of songplays."""
    folder = tmp_path_factory.mktemp("two_runs")
    counts = {}
    extra = samples.write_file(folder / "more.json", log_line(play(START_MS, session=4242)))
    for logs in (sample.logs, extra):
        summary = lakes.etl(folder / "lake", [sample.songs], [logs])["tables"]["songplays"]
        counts[summary["version"]] = summary["rows"]
    return folder / "lake", counts


def test_time_travel_by_version(two_runs):
    lake, counts = two_runs
    assert len(set(counts.values())) == 2
    for version, rows in counts.items():
        assert lakes.query(lake, f"SELECT count(*) AS n FROM songplays AT (VERSION => {version})") == [{"n": rows}]


def test_time_travel_by_time(two_runs):
    lake, counts = two_runs
    first, second = counts
    stamps = {c["version"]: c["timestamp"] for c in lakes.delta(lake, "songplays").history()}
    assert stamps[first] < stamps[second]
    for version in counts:
        at = datetime.fromtimestamp(stamps[version] / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        text = f"SELECT count(*) AS n FROM songplays AT (TIMESTAMP => '{at}')"
        assert lakes.query(lake, text) == [{"n": counts[version]}]


@pytest.mark.parametrize("point", ["VERSION => 999", "TIMESTAMP => '1999-01-01'"])
def test_time_travel_to_nowhere_is_an_error(point, two_runs):
    outcome = sql(two_runs[0], f"SELECT * FROM songplays AT ({point})")
    assert outcome.code == 1
    assert "999" in outcome.err


def test_query_from_standard_input_when_none_is_given(sample_lake):
    process = subprocess.Popen(
        [lakes.program(), "sql", "--lake", sample_lake, "--format", "csv"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=lakes.environment(),
    )
    out, _ = process.communicate(b"SELECT 40 + 2 AS answer;\n", timeout=60)
    assert process.returncode == 0
    assert b"42" in out
