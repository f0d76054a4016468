"""What a user is told: suggestions of what is there, no words of the engine, nothing of data that moves a terminal."""

import os
import pty
import re
import subprocess

import pytest

import lake as lakes
import samples

ENGINE_WORDS = re.compile(
    r"(Binder|Catalog|Parser|IO|Conversion|Invalid Input|INTERNAL) Error|INSTALL|LOAD |duckdb_|pg_|Candidate|LINE 1|DeltaKernel|"
    r"read_parquet|read_events|terminate called|std::|json\.exception|search_path|memory\.main")


def told(*arguments, code=1, **options) -> str:
    outcome = lakes.run("sql", *arguments, **options)
    assert outcome.code == code, outcome.err
    assert not ENGINE_WORDS.search(outcome.err), outcome.err
    return outcome.err


@pytest.mark.parametrize("query, words", [
    ("select * from songplay", ["songplay", "did you mean songplays?"]),
    ("select * from silver.songplay", ["silver.songplay"]),
    ("select * from user_level", ["did you mean user_levels?"]),
    ("select * from nothing_like_it", ["no such table: nothing_like_it"]),
    ("selct * from songplays", ["selct", "did you mean select"]),
    ("select * form songplays", ["did you mean 'from' instead of 'form'?"]),
    ("select count(distint level) from songplays", ["did you mean 'distinct' instead of 'distint'?"]),
    ("select leval from songplays", ["leval", "did you mean level?"]),
    ("select s.leval from songplays s", ["leval", "did you mean level?"]),
    ("select foo(1)", ["no such function: foo"]),
    ("select st_point(1, 2)", ["no such function"]),
    ("select * from st_read('x')", ["no such function: st_read"]),
    ("select * from iceberg_scan('x')", ["no such function: iceberg_scan"]),
    ("select * from songplays where", ["ends too early"]),
    ("select * from songplays where session_id = 'x'", ["'x'"]),
    ("select sum(level) from songplays", ["sum"]),
    ("select level, count(*) from songplays", ["level", "GROUP BY"]),
    ("select * from 'nowhere.xlsx'", ["nowhere.xlsx"]),
    ("select * from 'http://localhost/x.parquet'", ["http://localhost/x.parquet"]),
    ("select nope", ["nope"]),
])
def test_errors_speak_of_what_is_there(sample_lake, query, words):
    text = told("--lake", sample_lake, query)
    for word in words:
        assert word in text, text


def test_without_a_lake_there_are_no_tables():
    text = told("select * from songplays")
    assert "--lake" in text and "did you mean" not in text


@pytest.mark.parametrize("point", ["version as of 0", "for version as of 0", "VERSION AS OF '0'", "timestamp as of '2100-01-01'",
                                   "timestamp as of timestamp '2100-01-01 00:00'"])
def test_time_travel_as_in_spark(sample_lake, point):
    outcome = lakes.run("sql", "--lake", sample_lake, "--format", "csv", f"select count(*) > 0 as some from songplays {point}")
    assert (outcome.code, outcome.out.split()) == (0, ["some", "true"]), outcome.err


def test_a_version_that_is_not_there(sample_lake):
    assert "99" in told("--lake", sample_lake, "select * from songplays version as of 99")


EVIL = "\x1b[31mred\x07\x9b31m\u202egpj.exe\u2066"


def test_control_characters_of_data_do_not_reach_the_terminal(tmp_path):
    source = tmp_path / "evil\x1b[31m\u202e.json"
    samples.write_file(source, samples.log_bytes([samples.play(samples.START_MS, title=EVIL)]) + b"\n{broken\x1b[2J\n")
    lake = tmp_path / "lake"
    outcomes = [
        lakes.run("etl", "--logs", source, "--lake", lake),
        lakes.run("sql", "--lake", lake, f"select song, '{EVIL}' as \"{EVIL}\", _file from events"),
        lakes.run("sql", "--lake", lake, "select _file, raw, detail from quarantine"),
        lakes.run("sql", "--lake", lake, f"select * from \"{EVIL}\""),
        lakes.run("sql", f"select * from '{EVIL}.json'"),
        lakes.run("etl", "--logs", tmp_path / EVIL, "--lake", lake),
    ]
    for outcome in outcomes:
        for character in "\x1b\x07\x9b\u202e\u2066":
            assert character not in outcome.out + outcome.err, repr(outcome.out + outcome.err)


def test_the_progress_line_leaves_nothing_behind(tmp_path, sample):
    main, worker = pty.openpty()
    process = subprocess.Popen([lakes.program(), "etl", "--logs", sample.logs, "--lake", tmp_path / "lake"], stdout=worker, stderr=worker,
                               env=lakes.environment())
    os.close(worker)
    text = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    assert process.wait(60) == 0
    lines = [line.split(b"\r\x1b[K")[-1] for line in text.split(b"\n")]
    assert any(line.startswith(b"Run 1 into") for line in lines), text


def test_forget_of_somebody_whom_nobody_knows(tmp_path, sample):
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    before = lakes.query(lake, "select count(*) as runs from runs")
    for extra in ([], ["--dry-run"], ["--user", "3"]):
        outcome = lakes.run("forget", "--lake", lake, "--user", "99999", *extra)
        assert outcome.code == 1 and "99999" in outcome.err and "--even-if-unknown" in outcome.err
        assert lakes.query(lake, "select count(*) as runs from runs") == before
    assert lakes.query(lake, "select count(*) > 0 as here from events where user_id = '3'") == [{"here": True}]
    outcome = lakes.run("forget", "--lake", lake, "--user", "99999", "--even-if-unknown", "--json")
    assert outcome.code == 0 and outcome.json["listeners_listed"] == 1
    assert lakes.run("forget", "--lake", lake, "--user", "99999").code == 0


def test_the_layout_of_songs_is_a_choice_that_can_change(tmp_path, sample):
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    want = lakes.query(lake, "select * from songs order by all")
    assert lakes.delta(lake, "songs").metadata().partition_columns == []
    layout = ["--partition", "songs=year,artist_id"]
    outcome = lakes.run(*lakes.etl_arguments(lake, [sample.songs], [sample.logs], *layout))
    assert outcome.code == 2 and "--full-refresh" in outcome.err
    for flags, columns in ((layout, ["year", "artist_id"]), ([], ["year", "artist_id"]), (["--partition", "songs="], [])):
        lakes.etl(lake, [sample.songs], [sample.logs], "--full-refresh", *flags)
        assert lakes.delta(lake, "songs").metadata().partition_columns == columns
        assert lakes.query(lake, "select * from songs order by all") == want
        assert len(lakes.delta(lake, "songs").to_pyarrow_table()) == len(want)
