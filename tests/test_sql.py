"""`cadenza sql`: formats, raw files, time travel, read only."""

import csv
import gzip
import io
import json
import os
import pty
import select
import shutil
import subprocess
import time
from datetime import datetime, time as dtime, timezone
from decimal import Decimal

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


def test_arrow(sample_lake, answer):
    found = lakes.arrow_of("--lake", sample_lake, TEXT).to_pylist()
    assert [(r["user_id"], r["plays"]) for r in found] == [(r["user_id"], r["plays"]) for r in answer]


def test_arrow_of_every_type():
    table = lakes.arrow_of("""
        SELECT * FROM (VALUES
            (1::TINYINT, 2::USMALLINT, -3, 4::UBIGINT, 99999999999999999999999999999999999999::HUGEINT, 1.5::FLOAT,
             -0.25, 12.30::DECIMAL(9, 2), 'héé', true, DATE '2018-11-01', TIMESTAMPTZ '2018-11-01 21:01:46.796001+00',
             TIMESTAMP '2018-11-01 21:01:46', TIME '01:02:03', [1, NULL, 3], {'x': 1, 'y': 'z'}, MAP {'k': 1.5::DOUBLE},
             'a\\xff'::BLOB, NULL, 'longer than what stands in place'),
            (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
             '')) AS given(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)""")
    when = datetime(2018, 11, 1, 21, 1, 46)
    first, second = table.to_pylist()
    assert first == {
        "a": 1, "b": 2, "c": -3, "d": 4, "e": 99999999999999999999999999999999999999, "f": 1.5,
        "g": Decimal("-0.25"), "h": Decimal("12.30"), "i": "héé", "j": True, "k": when.date(),
        "l": when.replace(microsecond=796001, tzinfo=timezone.utc), "m": when, "n": dtime(1, 2, 3), "o": [1, None, 3],
        "p": {"x": 1, "y": "z"}, "q": [("k", 1.5)], "r": b"a\xff", "s": None, "t": "longer than what stands in place"}
    assert second == {name: None for name in first} | {"t": ""}


def test_arrow_of_no_rows_has_the_columns():
    table = lakes.arrow_of("SELECT 1 AS one, 'x' AS word WHERE false")
    assert (table.num_rows, table.schema.names) == (0, ["one", "word"])


def test_arrow_of_many_rows_is_what_parquet_has():
    text = "SELECT i, CASE WHEN i % 7 > 0 THEN repeat('ab', i % 11) END AS word, i % 3 = 0 AS flag FROM range(100_000) t(i)"
    command = [lakes.program(), "sql", "--format", "parquet", text]
    done = subprocess.run(command, capture_output=True, timeout=60, env=lakes.environment())
    table = lakes.arrow_of(text)
    assert table.sort_by("i").equals(pq.read_table(io.BytesIO(done.stdout)).sort_by("i").cast(table.schema))


@pytest.mark.parametrize("text, said", [
    ("SELECT 'a'::ENUM('a', 'b') AS chosen", "chosen"), ("SELECT ['a'::ENUM('a')] AS chosen", "chosen.l"),
    ("SELECT '101'::BIT AS bits", "bits"), ("SELECT [TIME '12:00:00+02'::TIMETZ] AS at", "column at"),
    ("SELECT 1 +", "ends too early"), ("SELECT error('x' || i) FROM range(9) t(i)", "x0"),
])
def test_arrow_of_what_does_not_go(text, said):
    outcome = lakes.run("sql", "--format", "arrow", text)
    assert outcome.code == 1 and said in outcome.err


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


@pytest.mark.parametrize("text, rows", [
    ("SELECT count(p.user_id) AS n FROM songplays AT (VERSION => 0) AS p", 1),
    ("SELECT count(p.user_id) AS n FROM songplays at(version=>0) p", 1),
    ('SELECT count(p.user_id) AS n FROM "songplays"\n at\t( version /* => 1 */ => 0 ) "p"', 1),
    ("SELECT count(songplays.user_id) AS n FROM silver.songplays at (version => 0) WHERE true", 1),
    ("SELECT p.level FROM songplays at (version => 0) p JOIN songplays at (version => 0) AS q "
     "ON p.songplay_id = q.songplay_id LIMIT 2", 2),
    ("SELECT 1 FROM songplays at (timestamp => timestamp '2999-01-01') LIMIT 3", 3),
])
def test_time_travel_with_a_name(text, rows, two_runs):
    assert len(lakes.query(two_runs[0], text)) == rows


@pytest.mark.parametrize("text", ["songplays at (version => 0)", "from 'x.json'", "it''s from 'x.json'"])
def test_texts_and_comments_are_left_alone(text, sample_lake):
    quoted = text.replace("'", "''")
    (row,) = lakes.query(sample_lake, f"SELECT '{quoted}' AS a, $${text}$$ AS b /* {text} */ -- {text}\n")
    assert row == {"a": text, "b": text}


@pytest.mark.parametrize("point, culprit", [
    ("version => -1", "-1"), ("version => 'one'", "one"), ("version => 1.5", "1.5"), ("timestamp => 'soon'", "soon"),
])
def test_wrong_point_in_time_is_named(point, culprit, sample_lake):
    outcome = sql(sample_lake, f"SELECT * FROM songplays at ({point}) p")
    assert outcome.code == 2
    assert outcome.err.strip().endswith(culprit)


def test_show_tables_lists_the_lake(sample_lake):
    assert {row["name"] for row in lakes.query(sample_lake, "show tables")} == set(lakes.TABLES)


@pytest.mark.parametrize("text", ["describe songplays", "summarize songplays", "show songplays"])
@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_statements_about_tables_in_each_format(form, text, sample_lake):
    assert "songplay_id" in succeeded(sql(sample_lake, text, "--format", form))


def test_plan(sample_lake):
    assert "PROJECTION" in succeeded(sql(sample_lake, "explain select 1"))
    outcome = sql(sample_lake, "explain select 1", "--format", "json")
    assert outcome.code == 2 and outcome.err.strip().endswith("json")


def test_pragma_is_refused(sample_lake):
    assert "read only" in sql(sample_lake, "pragma table_info('songplays')").err


@pytest.mark.parametrize("source", [
    "'log_data/'", "'log_data/**/*.json'", "(SELECT 1) AS one, 'log_data/'", "'log_data/' AS a", "'packed/*.gz'",
    "read_events('log_data')",
])
def test_raw_files_in_a_from_clause(source, sample, sample_lake, tmp_path):
    shutil.copytree(sample.logs, tmp_path / "log_data")
    for log in sample.logs.rglob("*.json"):
        samples.write_file(tmp_path / "packed" / (log.name + ".gz"), gzip.compress(log.read_bytes()))
    outcome = sql(sample_lake, f"SELECT count(session_id) AS n FROM {source}", "--format", "json", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert outcome.json == [{"n": len(sample.events)}]


def test_what_looks_like_a_raw_file_and_is_none(sample_lake):
    text = """
        SELECT trim(both 'n' FROM 'n.json') AS a, 'x.json' IS DISTINCT FROM 'y.json' AS b,
               concat('a', 'b.json') AS c FROM (SELECT 1, 'd.json')"""
    assert lakes.query(sample_lake, text) == [{"a": ".jso", "b": True, "c": "ab.json"}]


def ask_at_a_terminal(steps, *arguments):
    """What a prompt shows: each step is (what to wait for, what to type then)."""
    program, terminal = pty.fork()
    if program == 0:
        os.execve(lakes.program(), [lakes.program(), "sql", *map(str, arguments)], lakes.environment(TERM="xterm"))
    shown = ""
    for wanted, typed in steps:
        fresh = ""
        while wanted not in fresh:
            ready, _, _ = select.select([terminal], [], [], 20)
            assert ready, f"no {wanted!r} after: {shown + fresh}"
            fresh += os.read(terminal, 4096).decode("utf-8", "replace")
        shown += fresh
        time.sleep(0.3)
        os.write(terminal, typed)
    _, status = os.waitpid(program, 0)
    os.close(terminal)
    return shown, os.waitstatus_to_exitcode(status)


def test_interrupts_at_the_prompt():
    shown, code = ask_at_a_terminal([
        ("cadenza> ", b"select 'half a"),
        ("half a", b"\x03"),
        ("cadenza> ", b"select 20 + 22 as answer;\n"),
        ("42", b"select count(*) from range(100000000000) a, range(100000) b;\n"),
        ("range(100000) b", b"\x03"),
        ("interrupted", b"select 6 * 9 as answer;\n"),
        ("54", b"\x04"),
    ])
    assert code == 0, shown


def test_query_from_standard_input_when_none_is_given(sample_lake):
    process = subprocess.Popen(
        [lakes.program(), "sql", "--lake", sample_lake, "--format", "csv"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=lakes.environment(),
    )
    out, _ = process.communicate(b"SELECT 40 + 2 AS answer;\n", timeout=60)
    assert process.returncode == 0
    assert b"42" in out


def test_json_has_null_where_a_number_is_none(sample_lake):
    text = """SELECT 'nan'::DOUBLE AS a, ['inf'::DOUBLE, -1, '-inf'::DOUBLE] AS b, {'x': 'nan'::FLOAT, 'y': 'NaN "Infinity'} AS c"""
    outcome = sql(sample_lake, text, "--format", "json")
    assert json.loads(outcome.out, parse_constant=pytest.fail) == [
        {"a": None, "b": [None, -1.0, None], "c": {"x": None, "y": 'NaN "Infinity'}}]


def test_json_names_columns_of_one_name_as_csv_does(sample_lake):
    text = "SELECT a.level, b.level, 3 AS \"LEVEL\", a.level AS kept FROM users AS a JOIN users AS b USING (user_id) ORDER BY user_id DESC LIMIT 5"
    rows = sql(sample_lake, text, "--format", "json").json
    lines = sql(sample_lake, text, "--format", "csv").out.splitlines()
    assert [",".join(str(value) for value in row.values()) for row in rows] == lines[1:]
    assert list(rows[0]) == lines[0].split(",") == ["level", "level_1", "LEVEL_2", "kept"]
