"""`cadenza stream --engine spark` on the real cluster: final windows are those of the embedded engine, each once."""

import json
import os
import random
import signal
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

import lake as lakes
import samples
import spark_server

pytestmark = pytest.mark.spark
ADDRESS = f"sc://127.0.0.1:{os.environ.get('CADENZA_SPARK_CONNECT_PORT', '25002')}"
ON_SPARK = ("--engine", "spark", "--spark", ADDRESS)
NO_CLUSTER = ("--engine", "spark", "--spark", "sc://127.0.0.1:1")
HERE = ("--late", "drop", "--no-flush")
BEGIN = datetime(2025, 7, 1, tzinfo=timezone.utc)
DAY_S = 86_400


def made_sessions(seed, first_hour, hours, count=400) -> list[dict]:
    """Out of order; some of before `first_hour`, of which a part is behind the watermark."""
    dice = random.Random(seed)
    rows = []
    for _ in range(count):
        seconds = dice.choice([dice.uniform(first_hour, first_hour + hours), dice.gauss(first_hour, 1)]) * 3600
        rows.append({"start_timestamp": BEGIN + timedelta(milliseconds=int(seconds * 1000)),
                     "customer_id": dice.choice([None, *(f"K{n}'ö" for n in range(12))]),
                     "platform": dice.choice(["ios", "Wéb", None])})
    return rows


def place(path, write):
    """A file is complete when it gets its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{path.name}.part"
    write(part)
    part.rename(path)


def write_parquet(path, rows, unit="us", zone="UTC"):
    moment = pa.timestamp(unit, zone)
    schema = pa.schema([("start_timestamp", moment), ("customer_id", pa.string()), ("platform", pa.string())])
    kept = [row | {"start_timestamp": row["start_timestamp"] if zone else row["start_timestamp"].replace(tzinfo=None)}
            for row in rows]
    place(path, lambda part: pq.write_table(pa.Table.from_pylist(kept, schema=schema), part))


def write_lines(path, lines):
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    place(path, lambda part: part.write_text("".join(text + "\n" for text in texts)))


def stream(lake, source, *flags, code=0, timeout=240) -> dict:
    outcome = lakes.run("stream", "--source", source, "--lake", lake, "--json", *flags, timeout=timeout)
    assert outcome.code == code, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json | {"said": outcome.err}


def windows(lake, name) -> pa.Table:
    table = DeltaTable(str(Path(lake) / "gold" / name)).to_pyarrow_table()
    return table.sort_by([(column, "ascending") for column in table.column_names])


def assert_same(folder, name, least=5):
    there, here = windows(folder / "there", name), windows(folder / "here", name)
    assert there.schema.names == here.schema.names and there.schema.types == here.schema.types
    assert there.to_pylist() == here.to_pylist()
    assert len(there) >= least
    (row,) = lakes.query(folder / "there", f"select count(*) as n, bool_and(is_final) as final from {name}")
    assert row == {"n": len(there), "final": True}, "the program reads another table than Spark wrote"


def test_parquet_in_two_runs_with_late_events(tmp_path):
    """Nanoseconds without a zone, as pandas writes them; an hour of watermark; the second file comes late."""
    first, second = made_sessions(1, 0, 6), made_sessions(2, 5, 6)
    write_parquet(tmp_path / "in" / "a.parquet", first, "ns", None)
    there = stream(tmp_path / "there", tmp_path / "in", "--once", *ON_SPARK)
    here = stream(tmp_path / "here", tmp_path / "in", "--once", *HERE)
    assert_same(tmp_path, "sessions_5m")
    assert "drops late events" in there["said"] and there["open_windows"] > 0 and there["late"] == 0
    for key in ("events", "files", "quarantined", "windows", "watermark", "max_event_time", "stream", "table"):
        assert there[key] == here[key], key
    write_parquet(tmp_path / "in" / "deep" / "b.parquet", second, "ns", None)
    there = stream(tmp_path / "there", tmp_path / "in", "--once", *ON_SPARK)
    here = stream(tmp_path / "here", tmp_path / "in", "--once", *HERE)
    assert_same(tmp_path, "sessions_5m")
    assert there["files"] == 1 and there["events"] == here["events"] == len(second)
    assert there["late"] > 0 and here["late"] > 0
    assert there["watermark"] == here["watermark"]
    batches = lakes.query(tmp_path / "there", "select * from stream_batches order by batch")
    assert [row["batch"] for row in batches] == list(range(1, len(batches) + 1))
    assert sum(row["events"] for row in batches) == len(first) + len(second)
    assert sum(row["windows"] for row in batches) == len(windows(tmp_path / "there", "sessions_5m"))
    # One engine owns the stream, and one stream the table.
    for lake, flags in (("there", HERE), ("here", NO_CLUSTER)):
        outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / lake, "--once", *flags)
        assert outcome.code == 2 and "is one of --engine" in outcome.err, outcome.err
        outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / lake, "--once", "--name", "other", *flags)
        assert outcome.code == 2 and "sessions_5m is written by the stream" in outcome.err, outcome.err


def test_event_logs_with_bad_lines_hops_and_groups(tmp_path):
    dice = random.Random(3)
    events = []
    for number in range(500):
        ts = samples.START_MS + int(dice.uniform(0, 6) * 3_600_000)
        event = samples.event(ts, session=number, user=dice.choice(["", "7", 8, 9.0, None]))
        events.append(event | {"page": dice.choice(["NextSong", "Home"]), "length": dice.choice([None, 99, 250.5]),
                               "level": dice.choice(["free", "paid", None])})
    events[3]["ts"] = float(events[3]["ts"])
    lines = [*events[:100], '{"ts":1541106106796,"us', "", '{"ts":null}', '{"ts":12}', *events[100:]]
    write_lines(tmp_path / "in" / "a.json", lines)
    flags = ("--once", "--window", "15m/5m", "--group", "level", "--where", "page = 'NextSong' and length > 100")
    there = stream(tmp_path / "there", tmp_path / "in", *flags, *ON_SPARK)
    here = stream(tmp_path / "here", tmp_path / "in", *flags, *HERE)
    assert_same(tmp_path, "events_15m_every_5m_by_level")
    assert there["events"] == here["events"] > 50 and there["quarantined"] == here["quarantined"] == 3


def test_any_json_in_session_windows(tmp_path):
    """Times as text with zones and as epochs; ids under another name; sessions that are one gap apart are two."""
    rows = made_sessions(4, 0, 30, count=250)
    lines = []
    for number, row in enumerate(rows):
        at = row["start_timestamp"]
        text = [at.isoformat(), at.strftime("%Y-%m-%d %H:%M:%S.%f"), int(at.timestamp() * 1000),
                at.astimezone(timezone(timedelta(hours=2))).isoformat()][number % 4]
        lines.append({"begun": text, "user_id": row["customer_id"], "platform": row["platform"]})
    edge = BEGIN + timedelta(hours=40)
    lines += [{"begun": (edge + timedelta(minutes=minutes)).isoformat(), "user_id": "e", "platform": "edge"}
              for minutes in (0, 20, 39, 400)]
    write_lines(tmp_path / "in" / "a.ndjson", [*lines, {"begun": "soon", "user_id": "x"}])
    flags = ("--once", "--window", "session:20m", "--map", "sessions.start_time=begun", "--group", "platform")
    there = stream(tmp_path / "there", tmp_path / "in", *flags, *ON_SPARK)
    here = stream(tmp_path / "here", tmp_path / "in", *flags, *HERE)
    assert_same(tmp_path, "sessions_gap_20m_by_platform")
    edges = [row for row in windows(tmp_path / "there", "sessions_gap_20m_by_platform").to_pylist() if row["platform"] == "edge"]
    assert [row["sessions"] for row in edges] == [1, 2]
    assert there["quarantined"] == here["quarantined"] == 1


def wait_for(process, lake, count, seconds=150):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, lakes.finish(process).err
        try:
            if sum(windows(lake, "sessions_5m")["sessions"].to_pylist()) >= count:
                return
        except Exception:  # not there yet
            pass
        time.sleep(0.3)
    process.kill()
    raise AssertionError(lakes.finish(process).err)


def test_killed_stopped_and_started_again_no_row_is_there_twice(tmp_path):
    parts = [made_sessions(5, 0, 3, 200), made_sessions(6, 3, 3, 200), made_sessions(7, 30, 1, 20)]
    counted = []
    for number, rows in enumerate(parts):
        write_parquet(tmp_path / "all" / f"{number}.parquet", rows)
        stream(tmp_path / "here", tmp_path / "all", "--once", *HERE)
        counted.append(sum(windows(tmp_path / "here", "sessions_5m")["sessions"].to_pylist()))
    flags = ("stream", "--source", tmp_path / "in", "--lake", tmp_path / "there", "--json", *ON_SPARK)
    write_parquet(tmp_path / "in" / "0.parquet", parts[0])
    watcher = lakes.start(*flags)
    wait_for(watcher, tmp_path / "there", counted[0])
    watcher.kill()
    watcher.wait()
    write_parquet(tmp_path / "in" / "1.parquet", parts[1])
    watcher = lakes.start(*flags)
    wait_for(watcher, tmp_path / "there", counted[1])
    time.sleep(1)
    watcher.send_signal(signal.SIGINT)
    outcome = lakes.finish(watcher)
    assert outcome.code == 0 and outcome.json["status"] == "stopped", outcome.err
    beat = json.loads((tmp_path / "there/_cadenza/streams/sessions_5m/heartbeat.json").read_text())
    assert beat["doing"] == "stopped" and beat["batch"] == outcome.json["last_batch"]
    write_parquet(tmp_path / "in" / "2.parquet", parts[2])
    stream(tmp_path / "there", tmp_path / "in", "--once", *ON_SPARK)
    assert_same(tmp_path, "sessions_5m")
    (noted,) = lakes.query(tmp_path / "there", "select sum(windows) as windows, sum(files) as files from stream_batches")
    assert noted == {"windows": len(windows(tmp_path / "there", "sessions_5m")), "files": 3}


@pytest.mark.slow  # two cold starts of a server
def test_a_server_that_is_restarted_is_waited_for(tmp_path):
    parts = [made_sessions(9, 0, 3, 100), made_sessions(10, 3, 3, 100)]
    for number, rows in enumerate(parts):
        write_parquet(tmp_path / "all" / f"{number}.parquet", rows)
        stream(tmp_path / "here", tmp_path / "all", "--once", *HERE)
    write_parquet(tmp_path / "in" / "0.parquet", parts[0])
    with spark_server.SparkServer(tmp_path / "server", token="right", with_delta=True) as server:
        watcher = lakes.start("stream", "--source", tmp_path / "in", "--lake", tmp_path / "there", "--json", "--engine", "spark",
                              "--spark", f"sc://127.0.0.1:{server.port}/;token=right")
        wait_for(watcher, tmp_path / "there", 1)
        server.stop()
        write_parquet(tmp_path / "in" / "1.parquet", parts[1])
        server.start()
        wait_for(watcher, tmp_path / "there", sum(windows(tmp_path / "here", "sessions_5m")["sessions"].to_pylist()))
        watcher.send_signal(signal.SIGINT)
        outcome = lakes.finish(watcher)
    assert outcome.code == 0 and "started again" in outcome.err, outcome.err
    assert_same(tmp_path, "sessions_5m")


def test_what_fails_on_the_cluster_ends_with_the_servers_message(tmp_path):
    write_parquet(tmp_path / "in" / "a.parquet", made_sessions(8, 0, 1, 20))
    where = stream_error(tmp_path, "--where", "no_such = 1")
    assert "no_such" in where, where
    other = pa.table({"start_timestamp": pa.array([BEGIN], pa.timestamp("us", "UTC")), "customer_id": [7]})
    place(tmp_path / "in" / "b.parquet", lambda part: pq.write_table(other, part))
    mistyped = stream_error(tmp_path, "--name", "d", "--table", "d")
    assert "failed on the cluster" in mistyped and "b.parquet" in mistyped, mistyped


def stream_error(folder, *flags) -> str:
    outcome = lakes.run("stream", "--source", folder / "in", "--lake", folder / "lake", "--once", *ON_SPARK, *flags)
    assert outcome.code == 1, outcome.err
    return outcome.err


@pytest.mark.parametrize("flags, word", [
    (("--mode", "update"), "--mode update"), (("--late", "correct"), "--late correct"),
    (("--correct-within", "2d"), "--late correct"), (("--schema", "fail"), "--schema"), (("--max-bad", "1%"), "--max-bad"),
    (("--no-backfill",), "--no-backfill"), (("--settle", "3"), "--settle"),
    (("--source", "kafka://127.0.0.1:9/topic"), "connector")])
def test_what_spark_has_not_is_refused(flags, word, tmp_path):
    source = () if "--source" in flags else ("--source", tmp_path)
    outcome = lakes.run("stream", *source, "--lake", tmp_path / "lake", *NO_CLUSTER, *flags)
    assert outcome.code == 2 and word in outcome.err, outcome.err
    assert not (tmp_path / "lake").exists()


def test_sources_that_spark_cannot_read_are_named(tmp_path):
    write_lines(tmp_path / "in" / "a.json", [samples.event(samples.START_MS, session=1)])
    samples_zip = tmp_path / "zip" / "a.zip"
    import zipfile
    samples_zip.parent.mkdir()
    with zipfile.ZipFile(samples_zip, "w") as archive:
        archive.write(tmp_path / "in" / "a.json", "a.json")
    for source, word in ((samples_zip, "zip"), (tmp_path / "**" / "*.json", "**")):
        outcome = lakes.run("stream", "--source", source, "--lake", tmp_path / "lake", "--once", *ON_SPARK)
        assert outcome.code == 2 and word in outcome.err, outcome.err
    missing = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--engine", "spark")
    assert missing.code == 2 and "--spark" in missing.err
    nobody = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", *NO_CLUSTER)
    assert nobody.code == 1 and "127.0.0.1:1" in nobody.err, nobody.err
