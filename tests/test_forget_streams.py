"""What streams keep of a listener who is forgotten, and what they must not lose of others."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lake as lakes
import samples
from test_stream import MINUTE_MS, batch_model, made_events, session_model, stream, table, windows, write_lines

HOUR_MS = 3_600_000
NOON = samples.START_MS + 12 * HOUR_MS


def forget(lake, *users, flags=()):
    outcome = lakes.run("forget", "--lake", lake, "--even-if-unknown", "--json", *(part for user in users for part in ("--user", user)), *flags)
    assert outcome.code == 0, outcome.err
    return outcome.json["tables"]


def texts(lake, *names) -> str:
    return repr([table(lake, name) for name in names])


def test_a_forgotten_listener_leaves_state_and_late_events(tmp_path):
    events = made_events(13)
    for number in range(2):
        write_lines(tmp_path / "in" / f"{number}.json", events[1 - number::2])
        stream(tmp_path / "lake", tmp_path / "in", "--once", "--watermark", "1m")
    assert any(row["customer_id"] == "7" for row in table(tmp_path / "lake", "stream_state"))
    outcome = lakes.run("forget", "--lake", tmp_path / "lake", "--user", "7")
    assert outcome.code == 0, outcome.err
    for name in ("stream_state", "late_events"):
        assert not any(row["customer_id"] == "7" for row in table(tmp_path / "lake", name))
    more = made_events(14)
    write_lines(tmp_path / "in" / "9.json", more)
    summary = stream(tmp_path / "lake", tmp_path / "in", "--once", "--watermark", "1m")
    assert summary["events"] == sum(e["userId"] != "7" for e in more)


def test_sessions_of_others_hold_together_when_a_listener_is_forgotten(tmp_path):
    """The listener's events joined those of others; a late event must not cut the session in two."""
    base = samples.START_MS + 12 * 3_600_000
    lake, arrivals = tmp_path / "lake", tmp_path / "in"
    first = [samples.event(base + minute * MINUTE_MS, session=minute, user=user)
             for minute, user in ((0, "4"), (15, "7"), (30, "5"), (600, "6"))]
    write_lines(arrivals / "0.json", first)
    flags = ("--once", "--window", "session:20m")
    stream(lake, arrivals, *flags)
    before = {(row["window_start"], row["window_end"]): row["events"] for row in table(lake, "events_gap_20m")}
    assert sorted(before.values()) == [1, 3]
    assert lakes.run("forget", "--lake", lake, "--user", "7").code == 0
    assert not any(row["customer_id"] == "7" for row in table(lake, "stream_state"))
    write_lines(arrivals / "1.json", [samples.event(base + 5 * MINUTE_MS, session=99, user="8")])
    stream(lake, arrivals, *flags)
    after = {(row["window_start"], row["window_end"]): (row["events"], row["customers"])
             for row in table(lake, "events_gap_20m")}
    assert after.keys() == before.keys()
    assert sorted(after.values()) == [(1, 1), (4, 3)]


def test_windows_by_listener_go_with_the_listener(tmp_path):
    events = made_events(15)
    write_lines(tmp_path / "in" / "0.json", events[::2])
    flags = ("--once", "--window", "session:20m", "--group", "userId", "--watermark", "1m", "--table", "by_listener")
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    write_lines(tmp_path / "in" / "1.json", events[1::2])
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    assert lakes.run("forget", "--lake", tmp_path / "lake", "--user", "7").code == 0
    left = [row["userId"] for row in table(tmp_path / "lake", "by_listener")]
    assert "7" not in left and len(set(left)) > 20
    assert not any("7" in (row["group_1"], row["customer_id"]) for row in table(tmp_path / "lake", "stream_state"))
    assert not any("7" in row["group_values"] for row in table(tmp_path / "lake", "late_events") if row["group_values"] == '["7"]')
    write_lines(tmp_path / "in" / "2.json", more := made_events(16))
    stream(tmp_path / "lake", tmp_path / "in", *flags)
    found = {(row["window_start"], row["window_end"], row["userId"]): (row["events"], row["customers"])
             for row in table(tmp_path / "lake", "by_listener")}
    others = [event | {"userId": event["userId"] or None} for event in events + more if event["userId"] != "7"]
    assert found == session_model(others, 20, "userId")


@pytest.mark.parametrize("field, flags, forget", [
    ("customer_id", [], []), ("userId", [], []), ("account_id", [], []),
    ("who is it?", ["--map", "sessions.customer_id=who is it?"], ["--id-field", "who is it?"]),
])
def test_bad_lines_of_sessions_go_with_the_listener(field, flags, forget, tmp_path):
    lines = [{"start_time": "2025-07-01T00:00:00Z", field: user, "session_id": number}
             for number, user in enumerate(["C7", "C8", "C7", 7])]
    texts = [json.dumps(line) for line in lines]
    arrivals = tmp_path / "in"
    samples.write_file(arrivals / "0.json", "\n".join([*texts, texts[0][:-1], texts[1][:-1], texts[3][:-1]]).encode() + b"\n")
    stream(tmp_path / "lake", arrivals, "--once", "--kind", "sessions", *flags)
    assert len(table(tmp_path / "lake", "quarantine")) == 3
    outcome = lakes.run("forget", "--lake", tmp_path / "lake", "--user", "C7", "--user", "7", *forget)
    assert outcome.code == 0, outcome.err
    assert [row["raw"] for row in table(tmp_path / "lake", "quarantine")] == [texts[1][:-1]]
    samples.write_file(arrivals / "1.json", (texts[2][:-1] + "\n" + texts[1][:-2] + "\n").encode())
    stream(tmp_path / "lake", arrivals, "--once", "--kind", "sessions", *flags, code=3)
    assert sorted(row["raw"] for row in table(tmp_path / "lake", "quarantine")) == sorted([texts[1][:-1], texts[1][:-2]])


def test_other_streams_keep_values_that_only_look_like_the_id(tmp_path):
    """User 7 is forgotten; item 7 and session 7 are nobody."""
    lake, arrivals = tmp_path / "lake", tmp_path / "in"
    of = [("4", 7), ("5", 7), ("6", 8), ("7", 1)]
    write_lines(arrivals / "0.json", [samples.event(NOON + n, session=item, item=item, user=user) for n, (user, item) in enumerate(of)])
    flags = {
        "u": ["--group", "userId", "--table", "by_user"],
        "i": ["--group", "itemInSession", "--table", "by_item"],
        "k": ["--key", "sessionId", "--table", "keyed"],
    }
    for name, more in flags.items():
        stream(lake, arrivals, "--once", "--no-flush", "--window", "1d", "--watermark", "1m", "--name", name, *more)
    write_lines(arrivals / "1.json", [samples.event(NOON + 2 * samples.DAY_MS, session=9, item=9, user="9")])
    for name, more in flags.items():
        stream(lake, arrivals, "--once", "--no-flush", "--window", "1d", "--watermark", "1m", "--name", name, *more)
    write_lines(arrivals / "2.json", [samples.event(NOON + 9, session=7, item=7, user="4")])
    for name, more in flags.items():
        stream(lake, arrivals, "--once", "--no-flush", "--window", "1d", "--watermark", "1m", "--name", name, *more)
    late = len(table(lake, "late_events"))
    done = forget(lake, "7")
    assert done["by_user"]["rows_removed"] == 1
    assert "late_events" not in done and len(table(lake, "late_events")) == late == 3
    write_lines(arrivals / "3.json", [samples.event(NOON + 10, session=7, item=7, user="6")])
    for name, more in flags.items():
        stream(lake, arrivals, "--once", "--no-flush", "--window", "1d", "--watermark", "1m", "--name", name, *more)
    items = {row["itemInSession"]: (row["events"], row["customers"]) for row in table(lake, "by_item")}
    assert items["7"] == (4, 3) and items["1"] == (1, 0)
    (keyed,) = [row for row in table(lake, "keyed") if row["window_start"].day == 1]
    assert (keyed["events"], keyed["customers"]) == (6, 3)  # sessions 7, 8 and 1


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_what_key_counts_does_not_hide_the_listener(kind, tmp_path):
    lake, arrivals = tmp_path / "lake", tmp_path / "in"

    def deliver(number, rows):
        if kind == "json":
            return write_lines(arrivals / f"{number}.json", rows)
        arrivals.mkdir(exist_ok=True)
        schema = pa.schema([("start_time", pa.string()), ("customer_id", pa.string()), ("session_id", pa.string())])
        return pq.write_table(pa.Table.from_pylist(rows, schema=schema), arrivals / f"{number}.parquet")

    flags = ["--once", "--kind", "sessions", "--key", "session_id", "--group", "customer_id", "--table", "w"]
    begun = "2025-07-01T00:00:00Z"
    deliver(0, [{"start_time": begun, "customer_id": user, "session_id": session} for user, session in (("C7", "1"), ("C8", "2"))])
    stream(lake, arrivals, *flags)
    forget(lake, "C7", "3")
    deliver(1, [{"start_time": begun, "customer_id": "C7", "session_id": "8"}, {"start_time": None, "customer_id": "C7", "session_id": "9"},
                {"start_time": begun, "customer_id": "C8", "session_id": "3"}, {"start_time": None, "customer_id": "C8", "session_id": "4"}])
    stream(lake, arrivals, *flags)
    assert "C7" not in texts(lake, "w", "stream_state", "quarantine")
    assert [(row["customer_id"], row["sessions"], row["customers"]) for row in table(lake, "w")] == [("C8", 2, 2)]
    assert len(table(lake, "quarantine")) == 1


@pytest.mark.parametrize("name, ids, shown", [
    ("UserId", ["C7", "C8", None], "C7"), ("CUSTOMER ID", ["C7", "C8", None], "C7"), ("user_id", [7.0, 8.0, None], "7"),
])
def test_ids_of_parquet_under_any_spelling_and_type(name, ids, shown, tmp_path):
    lake, arrivals = tmp_path / "lake", tmp_path / "in"
    arrivals.mkdir()
    begun = ["2025-07-01T00:00:00Z"] * 3
    pq.write_table(pa.table({"start_time": begun, name: ids, "session_id": ["1", "2", "3"]}), arrivals / "0.parquet")
    flags = ["--once", "--group", name, "--table", "w"]
    stream(lake, arrivals, *flags)
    untimed = pa.table({"start_time": pa.array([None] * 3, pa.string()), name: ids, "session_id": ["4", "5", "6"]})
    pq.write_table(untimed, arrivals / "1.parquet")
    stream(lake, arrivals, *flags, code=3)
    assert len(table(lake, "w")) == len(table(lake, "quarantine")) == 3
    forget(lake, shown)
    assert sorted(row[name] or "" for row in table(lake, "w")) == ["", str(ids[1]).removesuffix(".0")]
    assert shown not in {row["customer_id"] for row in table(lake, "stream_state")} | {row["group_1"] for row in table(lake, "stream_state")}
    assert len(table(lake, "quarantine")) == 2


def test_a_field_named_by_the_user_means_no_table_of_the_program(tmp_path):
    songs = samples.write_songs(tmp_path / "songs", [samples.song(1, "Amber", "Cher", 200.5)])
    logs = samples.write_logs(tmp_path / "logs", [samples.play(samples.START_MS, "Amber", "Cher", 200.5)])
    lake, arrivals = tmp_path / "lake", tmp_path / "in"
    lakes.etl(lake, [songs], [logs])
    write_lines(arrivals / "0.json", [{"start_time": "2025-07-01T00:00:00Z", "name": name, "session_id": name} for name in ("Cher", "Ann")])
    stream(lake, arrivals, "--once", "--kind", "sessions", "--map", "sessions.customer_id=name", "--group", "name", "--table", "w")
    assert set(forget(lake, "Cher", flags=["--id-field", "name"])) == {"w", "stream_state"}
    assert [row["name"] for row in table(lake, "w")] == ["Ann"]
    assert lakes.arrow(lake, "artists").num_rows == 1


def test_alerts_of_a_listener_go_with_the_windows(tmp_path):
    lake, arrivals, name = tmp_path / "lake", tmp_path / "in", "u/7 ö"
    rows = []
    for slot in range(8 * 288):
        for user in (name, "other"):
            burst = 60 if slot in (2200, 2201) else 2 + (slot * 7 + len(user)) % 3
            rows += [{"start_time": samples.START_MS + slot * 5 * MINUTE_MS + n * 1000, "customer_id": user, "session_id": len(rows) + n}
                     for n in range(burst)]
    write_lines(arrivals / "0.json", rows)
    stream(lake, arrivals, "--once", "--kind", "sessions", "--group", "customer_id", "--table", "by_customer", "--watermark", "1m")
    outcome = lakes.run("alerts", "check", "--lake", lake, "--table", "by_customer", "--by", "customer_id", "--rule", "published",
                        "--now", "2018-11-09T00:00", "--command", f"cat >> {tmp_path}/told", "--deliver-within", "9d", "--json")
    assert outcome.code == 0, outcome.err + outcome.out
    names = ["sessions_alerts", "alert_checks", "deliveries"]
    before = {each: lakes.query(lake, f"SELECT * FROM {each}") for each in names}
    assert all("u/7" in repr(before[each]) or "u%2F7" in repr(before[each]) for each in names)
    forget(lake, name)
    after = {each: lakes.query(lake, f"SELECT * FROM {each}") for each in names}
    assert not any("u/7" in repr(after[each]) or "u%2F7" in repr(after[each]) for each in names)
    for each in names:
        others = [row for row in before[each] if "other" in repr(row)]
        assert others and sorted(map(repr, after[each])) == sorted(map(repr, others)), each
