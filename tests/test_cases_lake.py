"""What real files do to a lake: names and paths, what others write. One test a kind of fault; the inputs of tests/cases/lake
first, and variants of each beside them."""

import json
import os
import shutil
import subprocess
import urllib.parse
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.schema import PrimitiveType

import lake as lakes
import samples
from test_s3 import moto  # noqa: F401

CASES = Path(__file__).parent / "cases" / "lake"


@pytest.fixture
def case(request, tmp_path):
    """A copy of the case that the test is named for."""
    name = request.node.get_closest_marker("case").args[0]
    shutil.copytree(CASES / name, tmp_path / "in")
    return tmp_path / "in"


def rows(lake, text) -> list[tuple]:
    return [tuple(row.values()) for row in lakes.query(lake, text)]


def raw(text, cwd=None) -> list[tuple]:
    outcome = lakes.run("sql", "--format", "json", text, cwd=cwd)
    assert outcome.code == 0, outcome.err
    return [tuple(row.values()) for row in outcome.json]


def ok(*arguments, **options) -> lakes.Outcome:
    outcome = lakes.run(*arguments, **options)
    assert outcome.code == 0, f"{arguments}: {outcome.code}: {outcome.err}"
    return outcome


def log_table(first) -> pa.Table:
    """Three events whose items tell the table from its neighbours."""
    return pa.table({
        "ts": [samples.START_MS + first + n for n in range(3)], "userId": ["7"] * 3,
        "itemInSession": pa.array([first + n for n in range(3)], pa.int64()), "page": ["Home"] * 3,
        "sessionId": pa.array([1] * 3, pa.int64()), "level": ["free"] * 3,
    })


def some(values, fast):
    """All of them, of which a normal run takes those that are `fast`."""
    return [value if value in fast else pytest.param(value, marks=pytest.mark.slow) for value in values]


# 1. Bytes taken for letters, paths taken for URLs, folders taken for columns

ODD_FOLDERS = ["läke", "日本", "my%20logs", "a%b", "level=paid", "user_id=7", "month=9", "year=2018/month=11", "a b", "q?x", "[x]",
               "a*b", "back\\slash", "it's", 'quo"te', "event_date=2031-01-01", "a#b", "a+b", "%41", "NULL", "page=Home"]
NEIGHBOURS = {"my%20logs": "my logs", "a%b": "ab", "q?x": "qyx", "[x]": "x", "a*b": "aab", "%41": "A"}


@pytest.mark.case("letters_in_the_path")
def test_letters_in_the_path(case, tmp_path):
    lake = tmp_path / "läke"
    lakes.etl(lake, [], [case / "logs"])
    for command in (["forget", "--user", "8"], ["rectify", "--user", "8", "--set", "last_name=Q"]):
        ok(*command, "--lake", lake, "--dry-run")
    found = {}
    for name in ("lake", "läke"):
        source, windows = tmp_path / f"s_{name}", tmp_path / f"w_{name}"
        source.mkdir()
        for n in range(4):
            shutil.copy(case / "in" / f"{n}.json", source)
            ok("stream", "--source", source, "--lake", windows, "--once", "--quiet", "--watermark", "10h")
        found[name] = rows(windows, "select count(*) as windows, sum(events) as events from events_5m")
    assert found["lake"] == found["läke"]
    assert found["lake"][0][0] > 0


@pytest.mark.case("percent_in_the_path")
@pytest.mark.parametrize("name", ["my%20logs", "logsé", "a%b"])
def test_percent_in_the_path(case, tmp_path, name):
    assert sorted(raw(f"select itemInSession from '{name}'", cwd=case)) == [(0,), (1,), (2,)]
    lake = tmp_path / f"lake_{name}"
    lakes.etl(lake, [], [name], cwd=case)
    assert sorted(rows(lake, "select item_in_session from events")) == [(0,), (1,), (2,)]


@pytest.mark.case("lake_below_key_value")
def test_lake_below_key_value(case, tmp_path):
    for path in ("plain", "level=paid", "user_id=7", "month=9", "year=2018/month=11"):
        lake = tmp_path / path / "lake"
        lakes.etl(lake, [], [case / "logs"])
        assert rows(lake, "select user_id, level from users") == [("8", "free")], path
        stored = DeltaTable(str(lake / "silver" / "users")).to_pyarrow_table().to_pylist()
        assert [(row["user_id"], row["level"]) for row in stored] == [("8", "free")], path


@pytest.mark.parametrize("folder", some(ODD_FOLDERS, ["日本", "level=paid", "[x]", "a%b"]))
def test_a_lake_is_the_same_under_any_path(tmp_path, sample, folder):
    """Two runs, a rewrite, a deletion and a correction; a neighbour lies where a pattern or an escape would lead."""
    lake = tmp_path / folder / "lake"
    plain = tmp_path / "plain" / "lake"
    if folder in NEIGHBOURS:
        lakes.etl(tmp_path / NEIGHBOURS[folder] / "lake", [], [samples.write_file(
            tmp_path / "other.json", samples.log_line(samples.play(samples.START_MS, user="666")))])
    logs = sorted(sample.logs.rglob("*.json"))
    for where in (lake, plain):
        lakes.etl(where, [sample.songs], logs[::2])
        lakes.etl(where, [], logs[1::2])
        ok("optimize", "--lake", where, "--no-progress")
        ok("forget", "--lake", where, "--user", "3", "--no-progress")
        ok("rectify", "--lake", where, "--user", "4", "--set", "last_name=Q", "--no-progress")
    for table in ("events", "songplays", "users", "songs", "time"):
        select = f"select * exclude ({'_file' if table == 'events' else 'run'}) from {table} order by all"
        select = select.replace("exclude (run) ", "") if table != "events" else select
        assert rows(lake, select) == rows(plain, select), table


@pytest.mark.parametrize("folder", some(ODD_FOLDERS, ["my%20logs", "level=paid", "q?x", "year=2018/month=11"]))
def test_a_source_is_the_same_under_any_path(tmp_path, folder):
    """As a Delta table, as Parquet and as JSON."""
    source = tmp_path / folder
    for at, first in ((source, 0), (tmp_path / NEIGHBOURS.get(folder, "neighbour"), 100)):
        write_deltalake(str(tmp_path / "made"), log_table(first), mode="overwrite")
        shutil.copytree(tmp_path / "made", at / "delta")
        shutil.rmtree(tmp_path / "made")
        (at / "files").mkdir()
        pq.write_table(log_table(first + 10), at / "files" / "a.parquet")
        samples.write_file(at / "json" / "a.json", samples.log_bytes(
            samples.event(samples.START_MS + n, item=n) for n in range(first + 20, first + 23)))
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [source / part for part in ("delta", "files", "json")])
    want = [(0,), (1,), (2,), (10,), (11,), (12,), (20,), (21,), (22,)]
    found = rows(lake, "select item_in_session from events order by 1")
    assert found == want
    level = rows(lake, "select distinct level from events where item_in_session < 20")
    assert level == [("free",)]
    quoted = str(source / "delta").replace("'", "''")
    assert sorted(raw(f"select itemInSession from '{quoted}'")) == want[:3]


def test_a_name_that_is_no_utf8_is_refused_before_anything_is_written(tmp_path, sample):
    lake = os.fsencode(tmp_path) + b"/l\xe4ke"
    process = subprocess.run(
        [lakes.program(), b"etl", b"--logs", os.fsencode(sample.logs), b"--out", lake, b"--no-progress"], capture_output=True,
        env=lakes.environment())
    assert process.returncode == 2
    assert b"UTF-8" in process.stderr
    assert not os.path.exists(lake)


@pytest.mark.s3
@pytest.mark.parametrize("prefix", ["plain", "q?x", "back\\slash", "[x]", "my%20logs", "level=paid", "a b", "ä", "a#b", "a+b", "a*b"])
def test_odd_s3_prefix(moto, tmp_path, prefix):  # noqa: F811
    bucket = moto.bucket(f"odd-{os.getpid()}-{abs(hash(prefix)) % 10**8}")
    for name in ("a.json", "a.parquet"):
        moto.put(f"{bucket}/{prefix}/{name}", (CASES / "odd_s3_prefix" / name).read_bytes())
    lake = f"{bucket}/lakes/{prefix}"
    outcome = lakes.run("etl", "--logs", f"{bucket}/{prefix}", "--out", lake, "--no-progress", env=moto.env())
    if outcome.code:
        assert outcome.code in (1, 2) and moto.keys(f"{bucket}/lakes/") == [], outcome.err
        return
    answer = ok("sql", "--format", "csv", "--lake", lake, "select count(*) as n from events", env=moto.env())
    skipped = ok("sql", "--format", "csv", "--lake", lake, "select _file, reason from skipped_files", env=moto.env())
    assert answer.out.split() == ["n", "3"], skipped.out


def test_a_file_that_another_writer_moved_is_read_as_the_log_has_it(tmp_path, sample):
    """The folders of a Delta table say nothing: not the month, not the level."""
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    before = rows(lake, "select * from songplays order by all")
    table = lake / "silver" / "songplays"
    log = table / "_delta_log" / "00000000000000000000.json"
    lines = []
    for number, line in enumerate(log.read_text().splitlines()):
        action = json.loads(line)
        if "add" in action:
            target = ["flat.parquet", "month=1/odd.parquet", "year=1999/month=null/x.parquet"][number % 3].replace(".", f"{number}.")
            (table / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(table / urllib.parse.unquote(action["add"]["path"]), table / target)
            action["add"]["path"] = target
        lines.append(json.dumps(action))
    log.write_text("\n".join(lines) + "\n")
    assert rows(lake, "select * from songplays order by all") == before
    ok("forget", "--lake", lake, "--user", "3", "--no-progress")
    left = rows(lake, "select count(*) from songplays where user_id = '3'")
    assert left == [(0,)]
    others = len(rows(lake, "select * from songplays where user_id is distinct from '3'"))
    assert others == rows(lake, "select count(*) from songplays")[0][0]


@pytest.mark.parametrize("value", some(
    ["null", "NULL", "Null", "__HIVE_DEFAULT_PARTITION__x", "a=b", "a/b", "%41", "é", "a b", "x" * 300], ["NULL", "a=b", "x" * 300]))
def test_the_text_of_a_partition_is_that_of_the_log(tmp_path, value):
    """An artist whose id is such a text, in the layout by (year, artist_id); and it survives a rewrite."""
    songs = tmp_path / "songs.json"
    songs.write_text("".join(json.dumps(samples.song(n, f"T{n}", "The Birch", 200.5, artist_id=value)) + "\n" for n in range(3)))
    logs = samples.write_file(tmp_path / "a.json", samples.log_line(samples.play(samples.START_MS)))
    lake = tmp_path / "lake"
    lakes.etl(lake, [songs], [logs], "--partition", "songs=year,artist_id")
    want = [(value, "T0"), (value, "T1"), (value, "T2")]
    assert rows(lake, "select artist_id, title from songs order by title") == want
    lakes.etl(lake, [songs], [logs], "--full-refresh")
    assert rows(lake, "select artist_id, title from songs order by title") == want
    stored = DeltaTable(str(lake / "silver" / "songs")).to_pyarrow_table().to_pylist()
    assert {row["artist_id"] for row in stored} == {value}


# 2. Schema wider than the files

@pytest.mark.case("column_added_by_others")
def test_column_added_by_others(case, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [case / "logs"])
    DeltaTable(str(lake / "bronze" / "events")).alter.add_columns([Field("ip", PrimitiveType("string"))])
    assert rows(lake, "select count(*), count(ip) from events") == [(2, 0)]
    lakes.etl(lake, [], [case / "logs", case / "b"])
    assert rows(lake, "select count(*) from events") == [(3,)]
    lakes.etl(lake, [], [case / "logs", case / "b"], "--full-refresh")
    ok("optimize", "--lake", lake, "--no-progress")
    ok("forget", "--lake", lake, "--user", "8", "--no-progress")
    assert rows(lake, "select user_id, ip from events") == [("9", None)]


@pytest.mark.parametrize("table", some(lakes.TABLES, ["users", "songplays"]))
def test_every_table_may_be_wider(tmp_path, sample, table):
    """A column of a nested type, added to one table after the other, with rows that have it."""
    lake, plain = tmp_path / "lake", tmp_path / "plain"
    logs = sorted(sample.logs.rglob("*.json"))
    for where in (lake, plain):
        lakes.etl(where, [sample.songs], logs[:-2])
    path = lake / lakes.TABLES[table] / table
    if not (path / "_delta_log").exists():
        pytest.skip("this run made no such table")
    DeltaTable(str(path)).alter.add_columns([
        Field("added", PrimitiveType("string")), Field("amount", PrimitiveType("decimal(12,3)"))])
    for where in (lake, plain):
        lakes.etl(where, [sample.songs], logs)
        lakes.etl(where, [sample.songs], logs, "--full-refresh")
        ok("forget", "--lake", where, "--user", "2", "--no-progress")
        ok("optimize", "--lake", where, "--no-progress")
    for name in lakes.SILVER:
        exclude = " exclude (added, amount)" if name == table else ""
        assert rows(lake, f"select *{exclude} from {name} order by all") == rows(plain, f"select * from {name} order by all")


# 3. A hint is no fact

def foreign(tmp_path, commits=12):
    """A Delta table of delta-rs with a checkpoint in the middle of its log."""
    path = tmp_path / "foreign"
    for n in range(commits):
        write_deltalake(str(path), log_table(10 * n), mode="append")
        if n == commits // 2 and commits > 2:
            DeltaTable(str(path)).create_checkpoint()
    return path, commits * 3


def checkpoint_of(table) -> Path:
    return next(Path(table, "_delta_log").glob("*.checkpoint.parquet"))


def damage(kind, table):
    log, checkpoint = Path(table, "_delta_log"), checkpoint_of(table)
    if kind == "cut":
        checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    elif kind == "empty":
        checkpoint.write_bytes(b"")
    elif kind == "other bytes":
        checkpoint.write_bytes(b"PAR1 not at all")
    elif kind == "gone":
        checkpoint.unlink()
    elif kind == "stale hint":
        (log / "_last_checkpoint").write_text('{"version":3,"size":5}')
    elif kind == "hint beyond":
        (log / "_last_checkpoint").write_text('{"version":99,"size":5}')
    elif kind == "hint damaged":
        (log / "_last_checkpoint").write_text('{"version":')
    elif kind == "hint empty":
        (log / "_last_checkpoint").write_text('')
    elif kind == "parts besides":
        shutil.copy(checkpoint, str(checkpoint).replace(".checkpoint.", ".checkpoint.0000000001.0000000002."))
    elif kind == "rows lost":
        part = pq.read_table(checkpoint)
        pq.write_table(part.slice(0, part.num_rows - 2), checkpoint)


@pytest.mark.parametrize("kind", some(
    ["cut", "empty", "other bytes", "gone", "stale hint", "hint beyond", "hint damaged", "hint empty", "parts besides", "rows lost"],
    ["cut", "gone", "hint beyond", "rows lost"]))
def test_a_checkpoint_that_is_no_good_is_passed_over(tmp_path, kind):
    path, want = foreign(tmp_path)
    damage(kind, path)
    assert raw(f"select count(*) from '{path}'") == [(want,)]
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [path])
    assert rows(lake, "select count(*) from events") == [(want,)]


@pytest.mark.parametrize("kind", ["cut", "rows lost"])
def test_a_damaged_checkpoint_of_an_own_table_is_held_against_the_hint(tmp_path, kind):
    """With the log whole it is passed over; without, the table is refused, never read in part."""
    lake = tmp_path / "lake"
    for n in range(12):
        lakes.etl(lake, [], [samples.write_file(tmp_path / f"{n}.json", samples.log_line(samples.play(samples.START_MS + n * 86_400_000)))])
    events = lake / "bronze" / "events"
    damage(kind, events)
    assert rows(lake, "select count(*) from events") == [(12,)]
    for version in range(5):
        (events / "_delta_log" / f"{version:020}.json").unlink()
    outcome = lakes.run("sql", "--lake", lake, "select count(*) from events")
    assert outcome.code == 1 and "checkpoint" in outcome.err


def test_void_columns_are_null(tmp_path):
    path, want = foreign(tmp_path, 2)
    log = path / "_delta_log" / "00000000000000000000.json"
    text = log.read_text().replace('{\\"name\\":\\"level\\",\\"type\\":\\"string\\"', '{\\"name\\":\\"nothing\\",\\"type\\":\\"void\\",\\"nullable\\":true,\\"metadata\\":{}},{\\"name\\":\\"level\\",\\"type\\":\\"string\\"')
    assert "void" in text
    log.write_text(text)
    assert raw(f"select count(*), count(nothing), count(level) from '{path}'") == [(want, 0, want)]
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [path])
    assert rows(lake, "select count(*) from events") == [(want,)]


@pytest.mark.case("shallow_clone")
@pytest.mark.parametrize("form", ["file://{}", "file:{}", "{}"])
def test_shallow_clone(case, tmp_path, form):
    origin, clone = case / "origin", case / "clone"
    (clone / "_delta_log").mkdir(parents=True)
    lines = [json.loads(line) for line in (origin / "_delta_log" / "00000000000000000000.json").read_text().splitlines()]
    for action in lines:
        if "add" in action:
            action["add"]["path"] = form.format(urllib.parse.quote(str(origin / action["add"]["path"])))
    (clone / "_delta_log" / "00000000000000000000.json").write_text("".join(json.dumps(action) + "\n" for action in lines))
    assert raw("select count(*) from 'clone'", cwd=case) == [(2,)]
    lake = tmp_path / "lake"
    lakes.etl(lake, [], ["clone"], cwd=case)
    assert rows(lake, "select count(*) from events") == [(2,)]


# 4. A place is no identity

def trace(lake, songplay) -> lakes.Outcome:
    return lakes.run("trace", "--lake", lake, "songplays", songplay)


def test_trace_shows_no_line_of_another_event(tmp_path):
    """The file was rotated in place: other lines stand where the event's stood."""
    log = samples.write_file(tmp_path / "a.json", samples.log_bytes(
        samples.play(samples.START_MS + n, item=n, user="7") for n in range(3)))
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [log])
    (play,) = rows(lake, "select songplay_id from songplays order by start_time limit 1 offset 1")[0]
    assert '"itemInSession":1' in trace(lake, play).out
    log.write_text(log.read_text().replace('itemInSession":1', 'itemInSession":4'))
    after = trace(lake, play)
    assert '"itemInSession":4' not in after.out
    assert "changed" in after.out + after.err


# 5. Lost by name

@pytest.mark.case("zip_member_twice")
def test_zip_member_twice(case, tmp_path):
    lake = tmp_path / "lake"
    summary = lakes.etl(lake, [], [case / "logs.zip"])
    assert rows(lake, "select count(*) from events") == [(5,)]
    files = rows(lake, "select _file, good_lines from ledger order by 1")
    assert len({file for file, _ in files}) == 2 and sorted(lines for _, lines in files) == [2, 3]
    again = lakes.etl(lake, [], [case / "logs.zip"])
    assert again["status"] == "unchanged"


@pytest.mark.case("long_partition_value")
@pytest.mark.parametrize("flags", [[], ["--partition", "songs=year,artist_id"], ["--partition", "songs=year,artist_id", "--format", "parquet"]])
def test_long_partition_value(case, tmp_path, flags):
    lake = tmp_path / "lake"
    lakes.etl(lake, [case / "songs.json"], [case / "logs"], *flags)
    found = rows(lake, "select length(artist_id), count(*) from songs group by all order by all")
    want = {}
    for line in (case / "songs.json").read_text().splitlines():
        size = len(json.loads(line)["artist_id"])
        want[size] = want.get(size, 0) + 1
    assert found == sorted(want.items())


@pytest.mark.case("nulls_in_rescued")
def test_nulls_in_rescued(case, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [case / "a.parquet"])
    rescued = [json.loads(text) for (text,) in rows(lake, "select _rescued from events")]
    assert any(item.get("tags") == {"k": 1, "k2": None} for item in rescued), rescued


@pytest.mark.case("nothing_readable")
def test_nothing_readable(case, tmp_path):
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "strict", [], [case / "logs"], "--max-bad", "0.1%"))
    assert outcome.code == 1 and not list((tmp_path / "strict" / "_cadenza" / "runs").glob("*"))
    outcome = lakes.run("etl", "--logs", case / "logs", "--out", tmp_path / "lake", "--no-progress")
    assert outcome.code in (1, 3)
    assert "bss.parquet" in outcome.out + outcome.err and "plain.json.gz" in outcome.out + outcome.err


# 6. Numbers of the pinned engine and kernel

def test_times_of_a_partition_with_an_offset(tmp_path):
    path, _ = foreign(tmp_path, 1)
    log = path / "_delta_log" / "00000000000000000000.json"
    lines = []
    for line in log.read_text().splitlines():
        action = json.loads(line)
        if "metaData" in action:
            schema = json.loads(action["metaData"]["schemaString"])
            schema["fields"].append({"name": "moment", "type": "timestamp", "nullable": True, "metadata": {}})
            action["metaData"]["schemaString"] = json.dumps(schema)
            action["metaData"]["partitionColumns"] = ["moment"]
        if "add" in action:
            action["add"]["partitionValues"] = {"moment": "2020-01-01T10:00:00+02:00"}
            action["add"].pop("stats", None)
        lines.append(json.dumps(action))
    log.write_text("\n".join(lines) + "\n")
    assert raw(f"select distinct epoch_ms(moment) from '{path}'") == [(1577865600000,)]


# 9. Another program at the lake

def test_rows_that_another_program_deleted_are_told(tmp_path, sample):
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    want = rows(lake, "select * from songplays order by all")
    DeltaTable(str(lake / "silver" / "songplays")).delete("user_id = '3'")
    extra = samples.write_file(tmp_path / "more" / "a.json", samples.log_line(samples.play(samples.START_MS + 5, session=990, user="3")))
    outcome = lakes.run(*lakes.etl_arguments(lake, [sample.songs], [sample.logs, extra]))
    assert outcome.code == 1
    assert "silver/songplays" in outcome.err and "another program" in outcome.err and "--full-refresh" in outcome.err
    lakes.etl(lake, [sample.songs], [sample.logs], "--full-refresh")
    assert rows(lake, "select * from songplays order by all") == want


@pytest.mark.parametrize("table", ["silver/users", "bronze/events", "ops/ledger"])
@pytest.mark.parametrize("what", ["folder", "first log"])
def test_a_full_refresh_heals_a_table_that_is_gone(tmp_path, sample, table, what):
    lake = tmp_path / "lake"
    logs = sorted(sample.logs.rglob("*.json"))
    lakes.etl(lake, [sample.songs], logs[:2])
    lakes.etl(lake, [sample.songs], logs)
    want = rows(lake, "select * from songplays order by all")
    if what == "folder":
        shutil.rmtree(lake / table)
    else:
        (lake / table / "_delta_log" / "00000000000000000000.json").unlink()
    lakes.etl(lake, [sample.songs], logs, "--full-refresh")
    assert rows(lake, "select * from songplays order by all") == want
    assert rows(lake, "select count(*) from users")[0][0] > 0
    lakes.etl(lake, [sample.songs], logs)


def test_other_ways_to_name_a_place(tmp_path, sample):
    lake = tmp_path / "my lake"
    place = "file://" + urllib.parse.quote(str(lake))
    lakes.etl(place, [f"file://{sample.songs}"], [f"file:{sample.logs}"])
    assert rows(lake, "select count(*) from events") == rows(place, "select count(*) from events")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my lake"]


@pytest.mark.s3
def test_s3a_is_s3(moto, tmp_path, sample):  # noqa: F811
    bucket = moto.bucket(f"s3a-{os.getpid()}")
    moto.upload(sample.logs, f"{bucket}/logs")
    place = bucket.replace("s3://", "s3a://")
    ok("etl", "--logs", f"{place}/logs", "--lake", f"{place}/lake", "--no-progress", env=moto.env())
    count = ok("sql", "--format", "csv", "--lake", f"{bucket}/lake", "select count(*) > 0 as some from events", env=moto.env())
    assert count.out.split() == ["some", "true"]
    ok("sql", "--format", "csv", f"select count(*) from '{place}/logs'", env=moto.env())


# 7. Shown shorter than compared

def test_the_time_that_history_prints_selects_that_version(tmp_path, sample):
    lake = tmp_path / "lake"
    logs = sorted(sample.logs.rglob("*.json"))
    for number in range(3):
        lakes.etl(lake, [sample.songs], logs[:number + 1])
    history = ok("history", "--lake", lake, "events").out.splitlines()[2:]
    assert len(history) == 3
    for line in history:
        version, time = (cell.strip() for cell in line.split("│")[:2])
        then = rows(lake, f"select count(*) from events at (timestamp => '{time}')")
        assert then == rows(lake, f"select count(*) from events at (version => {version})"), line


# 6 and 1. What stands above a source is no column, and what the engine reads wrongly is refused

def test_only_folders_below_a_source_are_columns(tmp_path):
    for page in ("Home", "NextSong"):
        folder = tmp_path / "year=2020" / "page=Nowhere" / "plays" / f"page={page}"
        folder.mkdir(parents=True)
        pq.write_table(log_table(0 if page == "Home" else 10).drop_columns(["page"]), folder / "a.parquet")
    source = tmp_path / "year=2020" / "page=Nowhere" / "plays"
    want = [("Home", 3), ("NextSong", 3)]
    assert raw(f"select page, count(*) from '{source}' group by all order by all") == want
    assert raw(f"select page, count(*) from '{source}/**/*.parquet' group by all order by all") == want
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [source])
    assert rows(lake, "select page, count(*) from events group by all order by all") == want
    assert rows(lake, "select distinct _rescued from events") == [(None,)]


def test_decimals_that_the_engine_reads_wrongly_are_refused(tmp_path):
    from decimal import Decimal
    file = tmp_path / "d" / "a.parquet"
    file.parent.mkdir()
    table = log_table(0).append_column("price", pa.array([Decimal("1.5")] * 3, pa.decimal256(50, 2)))
    pq.write_table(table, file)
    for name in (file, file.parent, f"{file.parent}/*.parquet"):
        outcome = lakes.run("sql", f"select price from '{name}'")
        assert outcome.code == 1 and "50 digits" in outcome.err and "price" in outcome.err, outcome.err
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [], [file]))
    assert outcome.code == 1 and "50 digits" in outcome.err


SESSIONS = {
    "session_id": ["a", "b"],
    "customer_id": [1, 2],
    "start_time": ["2025-07-02 03:00:00", "2025-07-03 03:00:00"],
    "duration_seconds": [60, 70],
}


@pytest.mark.parametrize("fault", ["digits", "encoding"])
def test_parquet_that_the_engine_misreads_is_refused_by_name(tmp_path, fault):
    from decimal import Decimal
    source = tmp_path / "source"
    source.mkdir()
    file = source / "sessions.parquet"
    table = pa.table(SESSIONS)
    if fault == "digits":
        ids = pa.array([Decimal(1), Decimal(2)], pa.decimal256(50, 0))
        pq.write_table(table.set_column(1, "customer_id", ids), file)
        word = "50 digits"
    else:
        pq.write_table(table, file, use_dictionary=False, column_encoding={"customer_id": "BYTE_STREAM_SPLIT"})
        word = "BYTE_STREAM_SPLIT"
    (source / "customers.csv").write_text("customer_id,created_at\n1,2024-01-01\n2,2024-01-01\n")
    columns = "user=customer_id,item=session_id,value=duration_seconds"
    lists = ["--columns", columns, "--out", tmp_path / "lists.parquet"]
    window = ["--from", "2025-07-01", "--to", "2025-07-31"]
    for command in (
        ["kpi", "--source", source, "--lake", tmp_path / "lake", *window],
        ["stream", "--once", "--source", source, "--lake", tmp_path / "stream"],
        ["churn", "audit", file, "--label", "duration_seconds"],
        ["recommend", "--interactions", file, *lists],
        ["sql", f"select customer_id from '{file}'"],
    ):
        outcome = lakes.run(*[str(part) for part in command])
        assert outcome.code != 0, (command, outcome.out)
        assert all(told in outcome.err for told in (str(file), "customer_id", word)), (command, outcome.err)


def test_times_of_a_partition_keep_their_offset(tmp_path):
    folder = tmp_path / "plays"
    (folder / "_delta_log").mkdir(parents=True)
    fields = [{"name": name, "type": kind, "nullable": True, "metadata": {}} for name, kind in (("v", "long"), ("p", "timestamp"))]
    schema = json.dumps({"type": "struct", "fields": fields})
    metadata = {"id": "x", "format": {"provider": "parquet", "options": {}}, "configuration": {}, "createdTime": 1}
    actions = [
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {"metaData": {**metadata, "schemaString": schema, "partitionColumns": ["p"]}},
    ]
    hours = {
        "2024-01-01 00:00:00": 0,
        "2024-01-01T00:00:00.000000Z": 0,
        "2024-01-01 00:00:00+02:00": -2,
        "2024-01-01T00:00:00-0330": 3.5,
    }
    for number, time in enumerate(hours):
        file = folder / f"{number}.parquet"
        pq.write_table(pa.table({"v": [number]}), file)
        add = {"path": file.name, "partitionValues": {"p": time}, "size": file.stat().st_size}
        actions.append({"add": {**add, "modificationTime": 1, "dataChange": True}})
    (folder / "_delta_log" / f"{0:020}.json").write_text("\n".join(map(json.dumps, actions)))
    off = "(epoch_ms(p) - epoch_ms(timestamptz '2024-01-01 00:00:00+00')) / 3600000.0"
    found = raw(f"select {off} from '{folder}' order by v")
    assert [float(hour) for (hour,) in found] == list(hours.values())
