"""Windows of event time from files that arrive: any order, any split, any kill ends in the batch model's table."""

import json
import os
import random
import signal
import subprocess
import time
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

import lake as lakes
import samples

MINUTE_MS = 60_000
KILLS = int(os.environ.get("CADENZA_KILLS", "20"))
PLATFORMS = ["ios", "android", "web", None]


def made_events(seed, count=400, hours=30, users=25) -> list[dict]:
    """Bursts and silences, visitors without a user, a field that no column knows."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        hour = dice.choice([dice.uniform(0, hours), 5 + dice.random()])
        ts = samples.START_MS + int(hour * 3_600_000)
        user = dice.choice(["", *map(str, range(users))])
        extra = {"platform": platform} if (platform := dice.choice(PLATFORMS)) else {}
        found.append(samples.event(ts, session=number, user=user) | extra)
    return found


def write_lines(path, events):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(e) + "\n" for e in events))
    part.rename(path)


def instant(ms) -> datetime:
    return datetime.fromtimestamp(ms / 1000, timezone.utc)


def batch_model(events, size=5, slide=None, group=None) -> dict:
    """By (start, group): sessions and distinct customers, counted by hand."""
    size_ms, slide_ms = size * MINUTE_MS, (slide or size) * MINUTE_MS
    rows, users = defaultdict(int), defaultdict(set)
    for event in events:
        start = event["ts"] // slide_ms * slide_ms
        while start + size_ms > event["ts"]:
            key = (instant(start), event.get(group) if group else None)
            rows[key] += 1
            if event["userId"]:
                users[key].add(event["userId"])
            start -= slide_ms
    return {key: (rows[key], len(users[key])) for key in rows}


def session_model(events, gap, group=None) -> dict:
    by_group = defaultdict(list)
    for event in events:
        by_group[event.get(group) if group else None].append(event)
    found = {}
    for name, members in by_group.items():
        members.sort(key=lambda e: e["ts"])
        begin = 0
        for at in range(1, len(members) + 1):
            if at < len(members) and members[at]["ts"] - members[at - 1]["ts"] < gap * MINUTE_MS:
                continue
            piece = members[begin:at]
            begin = at
            users = {e["userId"] for e in piece if e["userId"]}
            end = piece[-1]["ts"] + gap * MINUTE_MS
            found[(instant(piece[0]["ts"]), instant(end), name)] = (len(piece), len(users))
    return found


def table(lake, name) -> list[dict]:
    layer = "ops" if name.startswith("stream_") or name in ("quarantine",) else "gold"
    return DeltaTable(str(Path(lake) / layer / name)).to_pyarrow_table().to_pylist()


def counted(row) -> int:
    """Log lines are counted as events, sessions as sessions."""
    assert ("events" in row) != ("sessions" in row), row
    return row["events"] if "events" in row else row["sessions"]


def windows(lake, name=None, group=None) -> dict:
    rows = table(lake, name or next((Path(lake) / "gold").glob("*_5m")).name)
    found = {(row["window_start"], row[group] if group else None): (counted(row), row["customers"]) for row in rows}
    assert len(found) == len(rows), "a window is there twice"
    return found


def stream(lake, source, *flags, code=0) -> dict:
    outcome = lakes.run("stream", "--source", source, "--lake", lake, "--json", "--quiet", *flags)
    assert outcome.code == code, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def split(dice, events, most=6) -> list[list[dict]]:
    cuts = sorted(dice.sample(range(1, len(events)), dice.randrange(1, most)))
    return [events[a:b] for a, b in zip([0, *cuts], [*cuts, len(events)])]


def test_one_run_is_the_batch_model_and_the_next_changes_nothing(tmp_path):
    events = made_events(1)
    write_lines(tmp_path / "in" / "a.json", events)
    summary = stream(tmp_path / "lake", tmp_path / "in", "--once")
    assert (summary["events"], summary["files"], summary["late"]) == (len(events), 1, 0)
    assert windows(tmp_path / "lake") == batch_model(events)
    newest = max(e["ts"] for e in events)
    for row in table(tmp_path / "lake", "events_5m"):
        assert row["is_final"] == (row["window_end"] <= instant(newest) - timedelta(hours=1))
        assert row["window_end"] - row["window_start"] == timedelta(minutes=5)
        assert row["events_per_min"] == round(row["events"] / 5, 2)
    before = sorted(path.name for path in (tmp_path / "lake").rglob("*") if path.suffix in (".parquet", ".json"))
    assert stream(tmp_path / "lake", tmp_path / "in", "--once")["batches"] == 0
    after = sorted(path.name for path in (tmp_path / "lake").rglob("*") if path.suffix in (".parquet", ".json"))
    assert after == before, "an empty batch wrote something"


@pytest.mark.parametrize("engine", [(), ("--engine", "spark", "--spark", "sc://127.0.0.1:1")], ids=["embedded", "spark"])
def test_nothing_to_take_leaves_nothing(tmp_path, engine):
    (tmp_path / "in").mkdir()
    assert stream(tmp_path / "lake", tmp_path / "in", "--once", *engine)["batches"] == 0
    assert not (tmp_path / "lake").exists()


def test_a_new_stream_on_a_server_that_is_not_there_leaves_nothing(tmp_path):
    write_lines(tmp_path / "in" / "a.json", made_events(1, hours=1))
    outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once",
                        "--engine", "spark", "--spark", "sc://127.0.0.1:1")
    assert outcome.code == 1 and "127.0.0.1:1" in outcome.err, outcome.err
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_split_end_in_the_same_table(seed, tmp_path):
    dice = random.Random(seed)
    events = made_events(seed, hours=dice.choice([3, 30, 200]))
    arrivals = events[:]
    dice.shuffle(arrivals)
    for number, part in enumerate(split(dice, arrivals)):
        write_lines(tmp_path / "in" / f"{dice.randrange(10**6)}-{number}.json", part)
        if dice.random() < 0.7:
            flags = dice.choice([["--no-flush"], [], ["--batch-size", "20KB"]])
            stream(tmp_path / "lake", tmp_path / "in", "--once", "--watermark", "30m", *flags)
    stream(tmp_path / "lake", tmp_path / "in", "--once", "--watermark", "30m")
    assert windows(tmp_path / "lake") == batch_model(events)
    late = table(tmp_path / "lake", "late_events")
    assert all(row["corrected"] for row in late)
    assert sum(row["late"] for row in table(tmp_path / "lake", "stream_batches")) == len(late)
    taken = table(tmp_path / "lake", "stream_files")
    assert sum(row["good_lines"] for row in taken) == len(events)
    assert len({row["_file"] for row in taken}) == len(taken)


@pytest.mark.parametrize("window", ["5m", "10m/5m", "session:20m"])
def test_dropped_events_are_those_in_late_events(window, tmp_path):
    dice = random.Random(7)
    events = made_events(7, hours=40)
    arrivals = events[:]
    dice.shuffle(arrivals)
    for number, part in enumerate(split(dice, arrivals)):
        write_lines(tmp_path / "in" / f"{number}.json", part)
        stream(tmp_path / "lake", tmp_path / "in", "--once", "--late", "drop", "--window", window, "--table", "w",
               "--name", "s")
    late = table(tmp_path / "lake", "late_events")
    assert late and not any(row["corrected"] for row in late)
    in_windows = sum(counted(row) for row in table(tmp_path / "lake", "w"))
    assert in_windows + len(late) == len(events) * (2 if window == "10m/5m" else 1)
    if window == "5m":
        by_place = {row["_offset"]: row for row in late if row["_file"].endswith("1.json")}
        lines = (tmp_path / "in" / "1.json").read_bytes()
        for offset, row in by_place.items():
            event = json.loads(lines[offset:].split(b"\n", 1)[0])
            assert instant(event["ts"]) == row["event_time"] and row["delay_seconds"] > 0
            assert row["customer_id"] == (event["userId"] or None)


@pytest.mark.parametrize("group", [None, "platform", "level"])
def test_hopping_windows_and_groups(group, tmp_path):
    events = made_events(3)
    flags = ["--window", "15m/5m", *(["--group", group] if group else [])]
    arrivals = events[:]
    random.Random(3).shuffle(arrivals)
    for number in range(3):
        write_lines(tmp_path / "in" / f"{number}.json", arrivals[number::3])
        name = stream(tmp_path / "lake", tmp_path / "in", "--once", *flags)["table"].split(".")[1]
    assert name == "events_15m_every_5m" + (f"_by_{group}" if group else "")
    assert windows(tmp_path / "lake", name, group) == batch_model(events, 15, 5, group)
    (row,) = lakes.query(tmp_path / "lake", f"select sum(events) as n from {name}")
    assert row["n"] == 3 * len(events), "the program itself does not find the table"


@pytest.mark.parametrize("group", [None, "platform"])
def test_session_windows_grow_together(group, tmp_path):
    events = made_events(4, hours=80)
    arrivals = events[:]
    random.Random(4).shuffle(arrivals)
    flags = ["--window", "session:20m", *(["--group", group] if group else [])]
    for number in range(4):
        write_lines(tmp_path / "in" / f"{number}.json", arrivals[number::4])
        stream(tmp_path / "lake", tmp_path / "in", "--once", *flags)
    name = "events_gap_20m" + (f"_by_{group}" if group else "")
    found = {(row["window_start"], row["window_end"], row[group] if group else None):
             (counted(row), row["customers"]) for row in table(tmp_path / "lake", name)}
    assert found == session_model(events, 20, group)


@pytest.mark.parametrize("flags", [("--late", "drop"), ("--late", "drop", "--mode", "update"), ("--correct-within", "1h", "--mode", "update"), ()])
def test_a_long_session_loses_no_event_when_its_beginning_is_old(flags, tmp_path):
    """State is merged every eight batches: what is older than the watermark is of a session that still grows."""
    events = [samples.event(samples.START_MS + number * 20 * MINUTE_MS, session=number, user=str(number)) for number in range(20)]
    for number, event in enumerate(events):
        write_lines(tmp_path / "in" / f"{number:02}.json", [event])
    summary = stream(tmp_path / "lake", tmp_path / "in", "--once", "--window", "session:30m", "--batch-size", "1", *flags)
    assert (summary["batches"], summary["late"]) == (20, 0)
    found = {(row["window_start"], row["window_end"], None): (counted(row), row["customers"]) for row in table(tmp_path / "lake", "events_gap_30m")}
    assert found == session_model(events, 30)


def test_no_backfill_of_an_empty_folder_leaves_nothing_aside(tmp_path):
    (tmp_path / "in").mkdir()
    flags = ("--once", "--no-backfill")
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    write_lines(tmp_path / "in" / "a.json", events := made_events(17))
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    assert windows(tmp_path / "lake") == batch_model(events)
    write_lines(tmp_path / "other" / "a.json", events)
    stream(tmp_path / "left", tmp_path / "other", *flags)
    write_lines(tmp_path / "other" / "b.json", more := made_events(18))
    stream(tmp_path / "left", tmp_path / "other", *flags)
    assert windows(tmp_path / "left") == batch_model(more)


@pytest.mark.parametrize("groups", [["Sessions"], ["WINDOW_START"], ["platform", "Platform"]])
def test_groups_that_differ_in_case_alone_are_refused(groups, tmp_path):
    write_lines(tmp_path / "in" / "a.json", made_events(1))
    flags = [part for group in groups for part in ("--group", group)]
    outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", *flags)
    assert outcome.code == 2 and groups[-1].lower() in outcome.err.lower() and not (tmp_path / "lake").exists()


@pytest.mark.parametrize("kind", ["number", "text", "exponent", "parquet"])
def test_fractions_of_a_second_stay_in_their_window(kind, tmp_path):
    moments = [1751328299.7, 1751328299.999999, 1751328300.0]
    if kind == "parquet":
        (tmp_path / "in").mkdir()
        pq.write_table(pa.table({"start_time": moments, "customer_id": ["a", "b", "c"], "session_id": ["1", "2", "3"]}), tmp_path / "in" / "a.parquet")
    else:
        shown = {"number": lambda m: m, "text": str, "exponent": lambda m: f"{m:.15e}"}[kind]
        write_lines(tmp_path / "in" / "a.json", [{"start_time": shown(m), "customer_id": str(n)} for n, m in enumerate(moments)])
    stream(tmp_path / "lake", tmp_path / "in", "--once", "--kind", "sessions")
    assert {start.timestamp(): count for (start, _), (count, _) in windows(tmp_path / "lake").items()} == {1751328000: 2, 1751328300: 1}


def test_times_without_seconds_before_a_zone(tmp_path):
    times = ["2025-06-30T12:00Z", "2025-06-30T14:00+02:00", "2025-06-30 12:00+00", "2025-06-30T12:00"]
    write_lines(tmp_path / "in" / "a.json", [{"start_time": time, "customer_id": "a"} for time in times])
    stream(tmp_path / "lake", tmp_path / "in", "--once", "--kind", "sessions")
    assert list(windows(tmp_path / "lake").values()) == [(4, 1)]


def test_customers_of_json_under_the_names_of_the_lake(tmp_path):
    """`user_id` and `session_id` are columns of events under other keys, and are fields all the same."""
    lines = [{"start_time": "2025-07-01T00:00:00Z", "user_id": user, "session_id": user * 2} for user in "aab"]
    write_lines(tmp_path / "in" / "a.json", lines)
    stream(tmp_path / "lake", tmp_path / "in", "--once", "--group", "session_id", "--table", "w")
    assert sorted((row["session_id"], row["sessions"], row["customers"]) for row in table(tmp_path / "lake", "w")) == [
        ("aa", 2, 1), ("bb", 1, 1)]


def test_append_writes_final_windows_only_and_update_all(tmp_path):
    events = sorted(made_events(5), key=lambda e: e["ts"])
    write_lines(tmp_path / "in" / "a.json", events[:200])
    for mode in ("append", "update"):
        stream(tmp_path / mode, tmp_path / "in", "--once", "--no-flush", "--mode", mode)
    assert all(row["is_final"] for row in table(tmp_path / "append", "events_5m"))
    assert windows(tmp_path / "update") == batch_model(events[:200])
    assert not all(row["is_final"] for row in table(tmp_path / "update", "events_5m"))
    write_lines(tmp_path / "in" / "b.json", events[200:])
    for mode in ("append", "update"):
        stream(tmp_path / mode, tmp_path / "in", "--once", "--mode", mode)
        assert windows(tmp_path / mode) == batch_model(events)


def test_bad_lines_go_to_quarantine_and_every_byte_is_accounted_for(tmp_path):
    events = made_events(6, count=50)
    lines = [json.dumps(e).encode() for e in events]
    text = b"\n".join([*lines[:20], b'{"ts":1541', b"", *lines[20:], b'{"ts":null}']) + b"\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(text)
    summary = stream(tmp_path / "lake", tmp_path / "in", "--once")
    assert (summary["events"], summary["quarantined"]) == (50, 2)
    bad = {row["_offset"]: row for row in table(tmp_path / "lake", "quarantine")}
    assert sorted(bad) == [text.index(b'{"ts":1541\n'), text.index(b'{"ts":null}')]
    (row,) = table(tmp_path / "lake", "stream_files")
    assert row["good_bytes"] + row["quarantined_bytes"] + row["blank_bytes"] + row["bom_bytes"] == len(text)
    (tmp_path / "in" / "b.json").write_bytes(b"nonsense\n")
    failed = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--max-bad", "50%")
    assert failed.code == 1 and "b.json" in failed.err


@pytest.mark.parametrize("first", ["stream", "etl"])
def test_a_bad_line_that_the_stream_and_etl_read_stands_in_quarantine_once(tmp_path, first):
    lake, logs = tmp_path / "lake", tmp_path / "in"
    write_lines(logs / "a.json", made_events(6, count=20))
    (logs / "a.json").write_text((logs / "a.json").read_text() + "no json\n")
    for job in (first, "etl" if first == "stream" else "stream"):
        if job == "stream":
            stream(lake, logs, "--once")
        else:
            lakes.etl(lake, [], [logs])
        assert [row["raw"] for row in table(lake, "quarantine")] == ["no json"], job


def test_a_table_of_windows_says_what_it_counts(tmp_path):
    write_lines(tmp_path / "logs" / "a.json", made_events(6, count=20))
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "s.json").write_text(json.dumps({"start_time": samples.START_MS, "customer_id": "a"}) + "\n")
    for source, counts in (("logs", "events"), ("sessions", "sessions")):
        lake = tmp_path / f"{source}-lake"
        assert stream(lake, tmp_path / source, "--once")["table"] == f"gold.{counts}_5m"
        assert list(table(lake, f"{counts}_5m")[0]) == ["window_start", "window_end", counts, "customers",
                                                        f"{counts}_per_min", "is_final"]
        assert f"windows of {counts}_5m" in lakes.run("alerts", "check", "--lake", lake).out
    named = stream(tmp_path / "named", tmp_path / "logs", "--once", "--table", "live", "--group", "level")
    assert named["table"] == "gold.live" and "events" in table(tmp_path / "named", "live")[0]


def test_a_stream_of_before_tables_said_what_they_count_goes_on(tmp_path):
    write_lines(tmp_path / "in" / "a.json", made_events(6, count=20))
    stream(tmp_path / "new", tmp_path / "in", "--once")
    written = Path("_cadenza/streams/sessions_5m/definition.json")
    definition = json.loads((tmp_path / "new" / written).read_text())
    assert definition.pop("counts") == "events"
    (tmp_path / "old" / written).parent.mkdir(parents=True)
    (tmp_path / "old" / written).write_text(json.dumps(definition | {"table": "sessions_5m"}))
    assert stream(tmp_path / "old", tmp_path / "in", "--once")["table"] == "gold.sessions_5m"
    assert windows(tmp_path / "old", "sessions_5m") == windows(tmp_path / "new")
    assert "sessions" in table(tmp_path / "old", "sessions_5m")[0]


def test_sessions_as_json_lines_and_as_parquet_are_one(tmp_path):
    dice = random.Random(8)
    rows = [{"session_id": f"s{n}", "customer_id": dice.choice([None, "a", "b", "c"]), "device": dice.choice("xy"),
             "start_timestamp": (instant(samples.START_MS) + timedelta(seconds=dice.randrange(9000))).isoformat()}
            for n in range(200)] + [{"session_id": "bad", "customer_id": "a", "start_timestamp": "soon", "device": "x"}]
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "s.json").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (tmp_path / "parquet").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "parquet" / "s.parquet")
    tables = []
    for kind in ("json", "parquet"):
        summary = stream(tmp_path / f"{kind}-lake", tmp_path / kind, "--once", "--group", "device")
        assert (summary["events"], summary["quarantined"]) == (200, 1), kind
        assert table(tmp_path / f"{kind}-lake", "quarantine")[0]["reason"] == "ts_missing"
        tables.append(windows(tmp_path / f"{kind}-lake", "sessions_5m_by_device", "device"))
    assert tables[0] == tables[1]
    assert sum(sessions for sessions, _ in tables[0].values()) == 200


def test_schema_fail_names_the_line_and_rescue_counts(tmp_path):
    events = made_events(9, count=40)
    write_lines(tmp_path / "in" / "a.json", events)
    unknown = sum("platform" in e for e in events)
    assert stream(tmp_path / "rescue", tmp_path / "in", "--once", "--schema", "rescue")["rescued"] == unknown
    failed = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "fail", "--once", "--schema", "fail")
    assert failed.code == 1 and "a.json at byte" in failed.err and "platform" in failed.err
    assert not (tmp_path / "fail" / "gold").exists()


def test_schema_modes_know_the_columns_of_the_first_parquet_file(tmp_path):
    """Also when the new column comes in a later batch, to another process."""
    def put(number, **more):
        row = {"start_timestamp": samples.START_MS + number, "customer_id": "a"} | more
        (tmp_path / "in").mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / "in" / f"{number}.parquet")

    put(0, device="x")
    for mode in ("add", "rescue", "fail"):
        stream(tmp_path / mode, tmp_path / "in", "--once", "--schema", mode)
    put(1)
    put(2, device="y", colour="red")
    assert stream(tmp_path / "add", tmp_path / "in", "--once", "--schema", "add")["events"] == 2
    assert stream(tmp_path / "rescue", tmp_path / "in", "--once", "--schema", "rescue")["rescued"] == 1
    failed = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "fail", "--once", "--schema", "fail")
    assert failed.code == 1 and "2.parquet" in failed.err and "colour" in failed.err
    assert sum(sessions for sessions, _ in windows(tmp_path / "fail").values()) == 1
    assert sum(sessions for sessions, _ in windows(tmp_path / "rescue").values()) == 3


def test_other_settings_need_another_name(tmp_path):
    write_lines(tmp_path / "in" / "a.json", made_events(10, count=40))
    stream(tmp_path / "lake", tmp_path / "in", "--once", "--name", "one")
    outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--name", "one",
                        "--where", "level = 'paid'")
    assert outcome.code == 2 and "--where" in outcome.err and "level = 'paid'" in outcome.err
    summary = stream(tmp_path / "lake", tmp_path / "in", "--once", "--name", "two", "--where", "session_id < 20",
                     "--table", "few")
    assert summary["events"] == 20


@pytest.mark.parametrize("flags, culprit", [
    (["--window", "5x"], "5x"), (["--window", "5m/10m"], "5m/10m"), (["--watermark", "0s"], "0s"),
    (["--group", "sessions"], "sessions"), (["--name", "a/b"], "a/b"), (["--max-bad", "lots"], "lots"),
    (["--late", "drop", "--correct-within", "1d"], "1d"), (["--mode", "complete"], "complete"),
])
def test_wrong_usage_names_the_culprit(flags, culprit, tmp_path):
    outcome = lakes.run("stream", "--source", tmp_path, "--lake", tmp_path / "lake", "--once", *flags)
    assert outcome.code == 2 and culprit in outcome.err
    assert not (tmp_path / "lake").exists()


def test_the_commit_records_the_batch_as_a_transaction(tmp_path):
    for number in range(2):
        write_lines(tmp_path / "in" / f"{number}.json", made_events(number, count=30))
        stream(tmp_path / "lake", tmp_path / "in", "--once", "--name", "live")
    for name in ("gold/events_5m", "ops/stream_batches"):
        log = sorted((tmp_path / "lake" / name / "_delta_log").glob("*.json"))[-1].read_text()
        actions = [json.loads(line) for line in log.splitlines()]
        assert {a["txn"]["appId"]: a["txn"]["version"] for a in actions if "txn" in a}["cadenza.stream.live"] == 2


def test_other_jobs_of_the_lake_and_its_care_go_on_beside_a_stream(tmp_path, sample):
    events = made_events(11)
    half = len(events) // 2
    write_lines(tmp_path / "in" / "0.json", events[:half])
    flags = ["--once", "--group", "platform"]
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs])
    write_lines(tmp_path / "in" / "1.json", events[half:])
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    for command in (["optimize"], ["vacuum"]):
        outcome = lakes.run(*command, "--lake", tmp_path / "lake", "--json")
        assert outcome.code == 0, outcome.err
    write_lines(tmp_path / "in" / "2.json", made_events(12))
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    assert windows(tmp_path / "lake", "events_5m_by_platform", "platform") == \
        batch_model(events + made_events(12), group="platform")
    assert lakes.query(tmp_path / "lake", "select count(*) as n from users")[0]["n"] > 0


def test_a_first_file_that_is_damaged_begins_no_stream(tmp_path):
    (tmp_path / "bad.parquet").write_text("no Parquet file, but as long as the least of them")
    outcome = lakes.run("stream", "--source", tmp_path / "bad.parquet", "--lake", tmp_path / "lake", "--once")
    assert outcome.code == 3 and "it is no Parquet file" in outcome.err
    assert not (tmp_path / "lake").exists()


def test_a_field_that_the_first_files_lack_may_come_later(tmp_path):
    """Only what looks like a slip is refused: a name near to one that is there, or a key that no line has."""
    write_lines(tmp_path / "in" / "1.json", [samples.event(samples.START_MS)])
    arguments = ["stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--quiet"]
    assert lakes.run(*arguments, "--group", "campaign").code == 0
    assert lakes.run(*arguments, "--name", "b", "--table", "b", "--group", "gendr").code == 2
    assert lakes.run(*arguments, "--name", "c", "--table", "c", "--key", "campaign").code == 2


def test_report_of_a_stream_that_there_is_not(tmp_path):
    write_lines(tmp_path / "in" / "1.json", [samples.event(samples.START_MS)])
    assert lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--name", "plays").code == 0
    outcome = lakes.run("stream", "--lake", tmp_path / "lake", "--report", "--name", "play")
    assert (outcome.code, "no such stream (there are plays): play" in outcome.err) == (1, True), outcome.err


def test_report_says_what_a_shorter_watermark_would_lose(tmp_path):
    base = samples.START_MS + 12 * 3_600_000
    write_lines(tmp_path / "in" / "0.json", [samples.event(base)])
    stream(tmp_path / "lake", tmp_path / "in", "--once")
    behind = [samples.event(base - minutes * MINUTE_MS) for minutes in (7, 18, 18, 100)]
    write_lines(tmp_path / "in" / "1.json", behind)
    stream(tmp_path / "lake", tmp_path / "in", "--once")
    outcome = lakes.run("stream", "--lake", tmp_path / "lake", "--report", "--json")
    late = {row["delay_seconds"]: row["late"] for row in outcome.json}
    # A window has to have ended so long before the newest event: 12:00 less 11:55, 11:45 and 10:25.
    assert (late[0], late[300], late[900], late[3600]) == (4, 4, 3, 1)
    assert 7200 not in late and {row["events"] for row in outcome.json} == {5}


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("did not happen in time")


def read_windows(lake):
    log = Path(lake) / "gold" / "events_5m" / "_delta_log"
    return windows(lake) if any(log.glob("0*.json")) else None


def test_left_running_it_takes_what_arrives_and_stops_when_told(tmp_path):
    events = made_events(15)
    (tmp_path / "in").mkdir()
    process = lakes.start("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--json", "--mode", "update",
                          "--settle", "0.1")
    try:
        for number in range(3):
            write_lines(tmp_path / "in" / "deep" / f"{number}.json", events[: 100 * (number + 1)][-100:])
            done = batch_model(events[: 100 * (number + 1)])
            wait_for(lambda: read_windows(tmp_path / "lake") == done)
        # The windows are seen before the heartbeat that tells of them.
        beat = tmp_path / "lake/_cadenza/streams/sessions_5m/heartbeat.json"
        wait_for(lambda: json.loads(beat.read_text())["events"] == 300)
        assert json.loads(beat.read_text())["batch"] >= 3
        second = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once")
        assert second.code == 1 and "sessions_5m" in second.err
    finally:
        process.send_signal(signal.SIGTERM)
        outcome = lakes.finish(process)
    assert outcome.code == 0, outcome.err
    assert outcome.json["status"] == "stopped" and outcome.json["events"] == 300
    assert "batch 1: 1 file, 100 events" in outcome.err


@pytest.mark.parametrize("pattern", ["", "*.json"])
def test_a_running_stream_ends_where_its_folder_is_empty(pattern, tmp_path):
    """Before the first file, and when whoever put files there takes them away."""
    (tmp_path / "in").mkdir()
    events = made_events(17, count=90)
    process = lakes.start("stream", "--source", tmp_path / "in" / pattern, "--lake", tmp_path / "lake", "--settle", "0",
                          "--mode", "update", "--quiet")
    try:
        assert b"waiting" in process.stderr.readline()
        for number in range(3):
            write_lines(tmp_path / "in" / f"{number}.json", events[number::3])
            done = batch_model([e for n in range(number + 1) for e in events[n::3]])
            wait_for(lambda: read_windows(tmp_path / "lake") == done)
            (tmp_path / "in" / f"{number}.json").unlink()
            time.sleep(0.3)
    finally:
        process.send_signal(signal.SIGTERM)
        assert lakes.finish(process).code == 0
    assert stream(tmp_path / "other", tmp_path / "in", "--once")["batches"] == 0
    assert not (tmp_path / "other").exists()
    assert lakes.run("stream", "--source", tmp_path / "inn", "--lake", tmp_path / "other").code == 1


@pytest.mark.crash
def test_killed_at_any_moment_it_goes_on_as_if_nothing_had_been(tmp_path):
    dice = random.Random(16)
    events = made_events(16, count=3000)
    dice.shuffle(events)
    for number in range(20):
        write_lines(tmp_path / "in" / f"{number:02}.json", events[number::20])
    flags = ["--batch-size", "100KB", "--watermark", "10m"]
    begin = time.monotonic()
    stream(tmp_path / "whole", tmp_path / "in", "--once", *flags)
    seconds = time.monotonic() - begin
    killed = 0
    while killed < KILLS:
        process = lakes.start("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--no-flush",
                              *flags)
        try:
            process.communicate(timeout=dice.uniform(0, seconds / 4))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
        else:
            # All was taken: begin again with more to take.
            more = made_events(100 + len(events), count=200)
            write_lines(tmp_path / "in" / f"more-{len(events)}.json", more)
            events += more
    stream(tmp_path / "whole", tmp_path / "in", "--once", "--watermark", "10m")
    committed = stream(tmp_path / "lake", tmp_path / "in", "--once", *flags)["last_batch"]
    print(f"{killed} kills, {committed} batches committed between and after them, {len(events)} events")
    assert windows(tmp_path / "lake") == windows(tmp_path / "whole") == batch_model(events)
    for name in ("events_5m", "stream_files"):
        assert_equal_but_for_batches(tmp_path, name)


def assert_equal_but_for_batches(folder, name):
    connection = duckdb.connect()
    for lake in ("whole", "lake"):
        layer = "gold" if name == "events_5m" else "ops"
        connection.register(lake, DeltaTable(str(folder / lake / layer / name)).to_pyarrow_table())
    columns = [c for (c, *_) in connection.execute("describe whole").fetchall() if c not in ("batch", "is_final")]
    for a, b in (("whole", "lake"), ("lake", "whole")):
        rest = connection.execute(f"select {', '.join(columns)} from {a} except all "
                                  f"select {', '.join(columns)} from {b}").fetchall()
        assert rest == [], f"{name}: only in {a}"


def test_the_recorded_window_of_the_real_sessions(shared_data, tmp_path):
    source = shared_data / "engagement" / "sessions.parquet"
    summary = stream(tmp_path / "lake", source, "--once")
    expected = duckdb.execute(f"""
        select time_bucket(interval 5 minutes, start_timestamp::timestamp) as window_start, count(*) as sessions,
               count(distinct customer_id) as customers from '{source}' group by all""").fetchall()
    found = {(row["window_start"].replace(tzinfo=None), row["sessions"], row["customers"])
             for row in table(tmp_path / "lake", "sessions_5m")}
    assert found == set(expected)
    assert summary["events"] == sum(sessions for _, sessions, _ in expected)
    # Published with 161 customers: its distinct count was a sketch.
    assert {(s, c) for start, s, c in found if start == datetime(2025, 8, 11, 22, 50)} == {(163, 162)}


def test_the_real_log_in_one_piece_and_day_by_day(shared_data, tmp_path):
    days = sorted((shared_data / "log_data").rglob("*.json"))
    stream(tmp_path / "whole", shared_data / "log_data", "--once")
    (tmp_path / "in").mkdir()
    for number, day in enumerate(reversed(days)):
        (tmp_path / "in" / day.name).write_bytes(day.read_bytes())
        if number % 7 == 0 or number == len(days) - 1:
            stream(tmp_path / "lake", tmp_path / "in", "--once")
    assert windows(tmp_path / "lake") == windows(tmp_path / "whole")
    assert sum(sessions for sessions, _ in windows(tmp_path / "lake").values()) == 8056
