"""`cadenza etl --engine spark` on the real cluster of ./dev spark up: every table is that of the embedded engine."""

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

import lake as lakes
import samples
from samples import START_MS, log_line, play

pytestmark = pytest.mark.spark
ADDRESS = f"sc://127.0.0.1:{os.environ.get('CADENZA_SPARK_CONNECT_PORT', '25002')}"
ON_SPARK = ("--engine", "spark", "--spark", ADDRESS)
# What the two runs count alike, whatever the engine.
COUNTED = ("files", "events", "song_records", "bytes", "matches", "plays_without_user", "ts_units")


def etl(lake, songs, logs, *flags) -> dict:
    return lakes.etl(lake, songs, logs, *ON_SPARK, *flags, timeout=300)


def assert_same(here, there, *summaries):
    lakes.assert_lakes_equal(here, there)
    for name in lakes.TABLES:
        left, right = (lakes.arrow(lake, name).schema for lake in (here, there))
        assert {f.name: f.type for f in left} == {f.name: f.type for f in right}, name
    if summaries:
        left, right = ({name: summary[name] for name in COUNTED} for summary in summaries)
        assert left == right
    assert not (there / "_cadenza" / "cluster").exists()


def odd_lines() -> bytes:
    """Whatever JSON writers, copies and damage leave behind; good lines between them."""
    clean = log_line(play(START_MS + 5, session=900))
    number = iter(range(1, 1000))

    def good(**changes):
        return log_line(play(START_MS + 1000 * next(number), session=901, **changes))

    def with_text(old, new):
        line = good()
        assert old in line
        return line.replace(old, new, 1)

    lines = [
        clean, clean,                                                    # a copy
        log_line(play(START_MS + 5, session=900, title="Other")),        # a conflict
        b"", b"  \t ", b"\r", b"{", b"}", b"[]", b"null", b'"text"', b"17",
        b"\x00", b"\x0b", b"\xef\xbb\xbf", b"\xef\xbb\xbf" + good(), good() + b"\xef\xbb\xbf",
        good()[:-1], good()[: len(clean) // 2], good() + b"}", good() + b" x", good() + good(), b" \t" + good() + b"\r  ",
        with_text(b'"song":"Amber"', b'"song":"Amb\xffer"'),
        with_text(b'"song":"Amber"', b'"song":"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"'),
        with_text(b'"song":"Amber"', b'"song":"\xed\xa0\x80"'),          # a surrogate in UTF-8
        with_text(b'"song":"Amber"', rb'"song":"\u00e9 \ud83d\ude00 \\ \/ \b\f\n\r\t \""'),
        with_text(b'"song":"Amber"', rb'"song":"\ud83d"'), with_text(b'"song":"Amber"', rb'"song":"\ude00\ud83d"'),
        with_text(b'"song":"Amber"', rb'"song":"a\u0000b"'), with_text(b'"song":"Amber"', rb'"song":"\x41"'),
        with_text(b'"song":"Amber"', rb'"song":"\u12"'), with_text(b'"song":"Amber"', b'"song":"a\x01b"'),
        with_text(b'"song":"Amber"', b'"song":"a\tb"'), with_text(b'"song":"Amber"', rb'"song":"a\u001fb"'),
        with_text(b'"song":"Amber"', b'"song":"' + rb"\"" * 300 + b'"'),
        with_text(b'"song":"Amber"', b'"song":7'), with_text(b'"song":"Amber"', b'"song":true'),
        with_text(b'"song":"Amber"', b'"song":{"a":[1,"x"]}'), with_text(b'"song":"Amber"', b'"song":"\\"userId\\":5"'),
        with_text(b'"song":"Amber"', b'"song":"Amber","song":"Birch"'),  # a key twice
        with_text(b'"song":"Amber"', b'"song":null,"song":"Birch"'),
        with_text(b'"song":"Amber"', b'"song":"Amber","extra":{"deep":[1,2.50,"\xc3\xa9"]}'),
        with_text(b'"song":"Amber"', b'"song":"Amber","Song":"x"'), with_text(b'"song":"Amber"', rb'"\u0073ong":"Amber"'),
        with_text(b'"song":"Amber"', b'"song" : "Amber" '), with_text(b'"song":"Amber",', b'"song":"Amber",,'),
        with_text(b'"song":"Amber",', b'"song":"Amber" '), with_text(b"{", b"{ "), with_text(b"}", b",}"),
        *(with_text(b'"userId":"7"', b'"userId":' + text) for text in (
            b"7", b"7.0", b"7.000", b"12345678.0", b"7.5", b"-7", b"0", b"007", b"7e1", b'""', b"null", b'"7.0"', b'"E.on"',
            b'" 7 "', b"9007199254740993", b"123456789012345678901", b"true", b"[]", b'"\\u0037"')),
        *(with_text(b'"length":200.5', b'"length":' + text) for text in (
            b"200", b"0", b"0.0", b"-1.5", b"-0", b"1e2", b"1E-2", b"1e999", b"0.1", b"123456789.123456789", b"200.50000", b'"200.5"',
            b"1.", b".5", b"01", b"NaN", b"277.8901600000000001", b"9007199254740993", b"0.000001", b"12345678.5")),
        *(with_text(b'"status":200', b'"status":' + text) for text in (
            b"200.0", b"2147483648", b"999999999", b"1999999999", b"-1", b"200.5", b'"200"', b"null")),
        *(with_text(b'"sessionId":901', b'"sessionId":' + text) for text in (
            b"901.0", b"1e3", b"999999999999999999", b"9223372036854775807", b"9223372036854775808", b'"901"', b"null", b"-5")),
        *(with_text(b'"itemInSession":0', b'"itemInSession":' + text) for text in (b"0.0", b"1.5", b"00", b"1000")),
        *(log_line(play(ts, session=902)) for ts in (
            0, -1, 631_151_999_999, 631_152_000_000, 4_102_444_799_999, 4_102_444_800_000, 1_541_030_400_000.0, 1_541_030_400_000.5,
            "1541030400000", None, True, 10**19, 15_410_304_000_000_000_000)),
        log_line({k: v for k, v in play(START_MS).items() if k != "ts"}), b"{}", b'{"ts":1541030400001}', b'{"ts": 1541030400002 }',
        json.dumps(play(START_MS + 77, session=903)).encode(), json.dumps(play(START_MS + 78, session=903), indent=1).encode(),
        log_line(play(START_MS + 79, session=904, title="x" * 300_000)), log_line(play(START_MS + 80, session=904, title="x" * 1_200_000)),
        log_line(play(START_MS + 81, session=904, location="a" * 999_500)), b" " * 1_100_000,
        log_line(samples.event(START_MS + 82, session=905, user="", page=None)), log_line(samples.event(START_MS + 82, session=905, user=None)),
    ]
    return b"\n".join(lines)


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Files with the odd lines: unended, ended by CRLF, behind a mark of the byte order, packed; and one that a task cannot read alone."""
    folder = tmp_path_factory.mktemp("odd")
    logs = folder / "logs" / "a=1"
    logs.mkdir(parents=True)
    lines = odd_lines()
    (logs / "unended.json").write_bytes(lines)
    (logs / "bad end\r.json").write_bytes(lines[:5000] + b"\n{ \r")
    (logs / "ended [x] {y} %41+é.json").write_bytes(lines.replace(b"\n", b"\r\n") + b"\r\n")
    (logs / "marked.json").write_bytes(b"\xef\xbb\xbf" + lines + b"\n")
    (logs / "mark.json").write_bytes(b"\xef\xbb\xbf")
    (logs / "blank.json").write_bytes(b"\n \n\n")
    (logs / "nothing.json").write_bytes(b" ")
    (logs / "packed.json.gz").write_bytes(gzip.compress(lines + b"\n"))
    (logs / "packed_marked.json.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + lines))
    (logs / "packed_twice.json.gz").write_bytes(gzip.compress(lines[:70_001]) + gzip.compress(lines[70_001:] + b"\n"))
    dice = random.Random(3)
    with (folder / "logs" / "large.json").open("wb") as large:
        for number in range(24_000):
            large.write(log_line(play(START_MS + 40 * number, session=dice.randrange(500), item=number, title="Y" * dice.randrange(200))))
            large.write(dice.choice([b"\n", b"\n", b"\r\n", b"\n\n", b"\n{\n"]))
    samples.write_songs(folder / "songs", samples.catalogue(seed=2))
    return folder


@pytest.fixture(scope="module")
def lakes_of_both(odd, tmp_path_factory):
    folder = tmp_path_factory.mktemp("both")
    here = lakes.etl(folder / "here", [odd / "songs"], [odd / "logs"])
    there = etl(folder / "there", [odd / "songs"], [odd / "logs"])
    return folder, here, there


def test_odd_lines_are_equal_to_the_byte(lakes_of_both):
    folder, here, there = lakes_of_both
    assert_same(folder / "here", folder / "there", here, there)
    reasons = {row["reason"] for row in lakes.rows(folder / "there", "quarantine")}
    assert {"malformed", "truncated", "trailing_content", "not_an_object", "not_utf8", "oversized", "ts_missing",
            "ts_out_of_range"} <= reasons
    assert any(row["is_conflict"] for row in lakes.rows(folder / "there", "events"))
    assert any(row["_rescued"] for row in lakes.rows(folder / "there", "events"))
    assert [row["engine"] for row in lakes.rows(folder / "there", "runs")] == ["spark"]
    assert here["audits"] == there["audits"]
    # Not all was left to the decoder of this machine.
    assert "odd_lines" not in here and 0 < there["odd_lines"] < there["events"]["good"] / 2
    commit = lakes.delta(folder / "there", "songplays").history()[0]
    assert commit["engineInfo"].startswith("Apache-Spark/") and "Delta-Lake" in commit["engineInfo"]


def test_the_same_again_writes_nothing(lakes_of_both, odd):
    folder, _, _ = lakes_of_both
    versions = lakes.versions(folder / "there")
    assert etl(folder / "there", [odd / "songs"], [odd / "logs"])["status"] == "unchanged"
    assert lakes.versions(folder / "there") == versions


def test_trace_finds_the_line(lakes_of_both):
    folder, _, _ = lakes_of_both
    (row,) = lakes.query(folder / "there", "select songplay_id from songplays where session_id = 903 order by 1 limit 1")
    outcome = lakes.run("trace", "songplays", row["songplay_id"], "--lake", folder / "there")
    assert outcome.code == 0 and '"sessionId": 903' in outcome.out, outcome.err + outcome.out


@pytest.mark.slow  # test_spark_s3 does it on S3
def test_in_turn_on_one_lake_is_a_full_run(tmp_path):
    """Embedded, Spark, embedded, Spark; copies, late days, conflicts and songs come in between."""
    songs, logs = tmp_path / "songs", tmp_path / "logs"
    catalogue = samples.catalogue(seed=4)
    events = samples.events(seed=4, songs=catalogue, days=12, sessions_a_day=12)
    dice = random.Random(4)
    parts = [[e for e in events if dice.randrange(4) == n] for n in range(4)]
    parts[1] += parts[0][::7]
    parts[2] += [e | {"auth": "Other"} for e in parts[0][::9]]
    parts[3] = [e | {"auth": "Another"} for e in parts[0][::9]] + parts[1][::5]
    lake = tmp_path / "lake"
    for number, part in enumerate(parts):
        name = f"{9 - number}.json" if number % 2 else f"{number}.json"
        samples.write_file(logs / name, samples.log_bytes(part))
        samples.write_songs(songs, catalogue[: 15 if number < 2 else 40])
        run = etl if number % 2 else lakes.etl
        assert run(lake, [songs], [logs])["status"] == "done"
    lakes.etl(tmp_path / "full", [songs], [logs])
    assert_same(tmp_path / "full", lake)
    assert [row["engine"] for row in sorted(lakes.rows(lake, "runs"), key=lambda row: row["run"])] == ["duckdb", "spark"] * 2
    # A changed file is read again, forgotten listeners stay away, and other months keep their files.
    later = [e | {"ts": e["ts"] + 90 * samples.DAY_MS} for e in parts[0]]
    samples.write_file(logs / "0.json", samples.log_bytes(later) + b'\n{"userId":"3"\n')
    for request in (["forget", "--user", "3"], ["rectify", "--user", "4", "--set", "last_name=Quill"]):
        outcome = lakes.run(*request, "--lake", lake)
        assert outcome.code == 0, outcome.err
    copy = tmp_path / "copy"
    shutil.copytree(lake, copy)
    before = set(lakes.delta(lake, "songplays").file_uris())
    here, there = lakes.etl(copy, [songs], [logs]), etl(lake, [songs], [logs])
    assert before < set(lakes.delta(lake, "songplays").file_uris())
    assert there["events"]["forgotten"] > 0
    assert_same(copy, lake, here, there)
    assert not [row for row in lakes.rows(lake, "events") if row["user_id"] == "3"]
    assert {row["last_name"] for row in lakes.rows(lake, "events") if row["user_id"] == "4"} == {"Quill"}


@pytest.mark.slow  # over a minute; without a cluster test_crash has it
def test_a_killed_run_is_undone(sample, tmp_path):
    lake = tmp_path / "lake"
    days = sorted(path for path in sample.logs.rglob("*") if path.is_file())
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(days[0], first)
    lakes.etl(lake, [sample.songs], [first])
    seen = lakes.query(lake, "select count(*) as n from songplays")
    process = lakes.start(*lakes.etl_arguments(lake, [sample.songs], [sample.logs], *ON_SPARK))
    committed = lakes.table_path(lake, "events") / "_delta_log" / f"{lakes.delta(lake, 'events').version() + 1:020d}.json"
    end = time.monotonic() + 120
    while not committed.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    assert committed.exists()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert lakes.query(lake, "select count(*) as n from songplays") == seen
    summary = etl(lake, [sample.songs], [sample.logs])
    assert summary["status"] == "done"
    lakes.etl(tmp_path / "whole", [sample.songs], [first])
    lakes.etl(tmp_path / "whole", [sample.songs], [sample.logs])
    assert_same(tmp_path / "whole", lake)


def test_real_data(shared_data, catalogue_lake, tmp_path):
    there = etl(tmp_path / "lake", [shared_data / "song_data_10k"], [shared_data / "log_data"], "--partition", "songs=year")
    assert there["status"] == "done" and there["matches"]["exact"] > 0 and there["odd_lines"] == 0
    assert_same(catalogue_lake, tmp_path / "lake")


def test_what_a_cluster_does_not_read_is_refused_by_name(sample, tmp_path):
    def refused(*arguments):
        outcome = lakes.run(*arguments, *ON_SPARK, "--out", tmp_path / "lake", "--json")
        assert not (tmp_path / "lake" / "bronze").exists()
        return outcome.code, json.loads(outcome.out)["error"] if outcome.out else outcome.err

    (tmp_path / "packed.log").write_bytes(gzip.compress(samples.log_bytes(sample.events[:3])))
    code, error = refused("etl", "--logs", tmp_path / "packed.log")
    assert code == 2 and "packed.log" in str(error) and "without --engine spark" in str(error)
    code, error = refused("etl", "--logs", sample.logs, "--format", "parquet")
    assert code == 2 and "--format parquet" in str(error)
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(samples.log_bytes(sample.events))[:-40])
    code, error = refused("etl", "--logs", tmp_path / "cut.json.gz")
    assert code == 1
    samples.write_file(tmp_path / "bad.json", samples.log_bytes(sample.events[:9]) + b"\n{\n")
    code, error = refused("etl", "--logs", tmp_path / "bad.json", "--max-bad", "1%")
    assert code == 1 and "bad.json at byte" in str(error) and "truncated" in str(error)


def test_units_of_time(sample, tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    for name, factor in {"s": 1 / 1000, "us": 1000, "ns": 1_000_000}.items():
        events = [e | {"ts": int(e["ts"] * factor) + (7 if factor > 1 else 0)} for e in sample.events[:30]]
        (logs / f"{name}.json").write_bytes(samples.log_bytes(events) + b"\n")
    here = lakes.etl(tmp_path / "here", (), [logs], "--ts-unit", "auto")
    there = etl(tmp_path / "there", (), [logs], "--ts-unit", "auto")
    assert there["ts_units"] and there["events"]["good"] > 30
    assert_same(tmp_path / "here", tmp_path / "there", here, there)


def test_auto_says_what_it_took_and_why(sample, tmp_path):
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [sample.songs], [sample.logs], "--engine", "auto", "--spark", ADDRESS))
    assert outcome.code == 0 and "engine: embedded, because the sources are about 0.0 GB" in outcome.err, outcome.err


def test_auto_asks_the_cluster_for_its_cores(sample, tmp_path):
    """A log of 6 GB by its size, of which nothing is read."""
    (tmp_path / "logs").mkdir()
    with open(tmp_path / "logs" / "large.json", "wb") as log:
        log.truncate(6_000_000_000)
    arguments = lakes.etl_arguments(tmp_path / "lake", [sample.songs], [tmp_path / "logs"], "--engine", "auto", "--spark", ADDRESS)
    with subprocess.Popen([lakes.program(), *map(str, arguments)], stderr=subprocess.PIPE, text=True) as running:
        said = running.stderr.readline()
        running.kill()
    assert "engine: embedded, because the sources are about 6.0 GB unpacked" in said
    assert "s for the cluster's 2," in said
