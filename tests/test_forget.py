"""A listener who asks to be forgotten: out of every table, of quarantine, and of history after vacuum."""

import json
import os
import random
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import engagement_source as engagement
import lake as lakes
import samples
from samples import START_MS, event, log_bytes, log_line, play
from test_care import care
from test_judges import SPARK, assert_judges_agree, judge, spark_reading  # noqa: F401 (a fixture)

ROUNDS = int(os.environ.get("CADENZA_KILLS", "20")) // 5
NOW = ["--retain", "0h", "--allow-short-retention"]
NAMES = {"firstName": "Xanthippe", "lastName": "Quillfeather", "registration": 1_540_000_000_777}


def of_user(number) -> dict:
    return NAMES | {"userId": str(number)}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The sample, in which user 3 has a name that nobody else has, with lines that cannot be read."""
    folder = tmp_path_factory.mktemp("forget")
    made = samples.write(folder, seed=8)
    for path in sorted(made.logs.rglob("*.json")):
        records = [json.loads(line) for line in path.read_text().splitlines()]
        records = [r | of_user(3) if r["userId"] == "3" else r for r in records]
        path.write_bytes(log_bytes(records))
    samples.write_file(made.logs / "bad.json", b"\n".join(BAD_OF_THE_USER + BAD_OF_OTHERS) + b"\n")
    return made


WHOLE = log_line(event(START_MS) | of_user(3))
ELSE = log_line(event(START_MS) | {"firstName": "Xanthippe", "lastName": "Other", "userId": "4"})
BAD_OF_THE_USER = [
    WHOLE[:-1],                                                    # the end is missing
    WHOLE + b"x",
    WHOLE.replace(b'"userId":"3"', b'"userId": 3.0') + b"}",
    WHOLE.replace(b'"userId":"3"', b'"userId":"\\u0033"')[:-1],
    WHOLE[: WHOLE.index(b'"sessionId"')],                          # names and registration, no id
    WHOLE[: WHOLE.index(b'"registration"') + 20],                  # names only
    WHOLE[: WHOLE.index(b'"userId":"3"') + len(b'"userId":"3')],   # the id itself is cut
    b'{"registration":1540000000777,"userId":',                    # registration only
]
BAD_OF_OTHERS = [
    ELSE[:-1],
    ELSE.replace(b'"userId":"4"', b'"userId":"33"')[:-1],
    WHOLE.replace(b'"userId":"3"', b'"userId":"5"')[:-1],          # another id decides
    b'{"ts":1541',
    b"[3]",
]


def without(records_of) -> bytes:
    kept = [line for line in records_of.splitlines() if b'"userId":"3"' not in line and line not in BAD_OF_THE_USER]
    return b"\n".join(kept)


@pytest.fixture(scope="module")
def never(source, tmp_path_factory):
    """The lake of the same files in which the listener never was."""
    folder = tmp_path_factory.mktemp("never")
    for path in source.logs.rglob("*.json"):
        samples.write_file(folder / "log_data" / path.relative_to(source.logs), without(path.read_bytes()))
    lakes.etl(folder / "lake", [source.songs], [folder / "log_data"])
    return folder / "lake"


@pytest.fixture(scope="module")
def filled(source, tmp_path_factory):
    return lakes.etl_in_two_runs(tmp_path_factory.mktemp("filled") / "lake", source.songs, source.logs)


@pytest.fixture
def lake(filled, tmp_path):
    return shutil.copytree(filled, tmp_path / "lake")


def forget(lake, *flags, user="3") -> dict:
    return care("forget", lake, "--user", user, *flags)


def assert_as_if_never_there(lake, never):
    lakes.assert_lakes_equal(lake, never, lakes.SILVER)
    lakes.assert_same_events(lake, never)
    raws = [sorted(row["raw"] for row in lakes.rows(x, "quarantine")) for x in (lake, never)]
    assert raws[0] == raws[1] == sorted(line.decode() for line in BAD_OF_OTHERS)


def texts_in(path) -> str:
    """All that a file says: Parquet's values and statistics, which are compressed on disk, as text."""
    if path.suffix == ".parquet":
        table = pq.read_table(path, partitioning=None)
        return repr(table.to_pylist()) + repr(pq.ParquetFile(path).metadata.to_dict())
    return path.read_text(errors="replace")


def files_that_say(folder, text) -> list:
    return [str(p.relative_to(folder)) for p in sorted(folder.rglob("*")) if p.is_file() and text in texts_in(p)]


def test_all_tables_are_as_if_the_listener_never_was(lake, never, judge):  # noqa: F811
    assert files_that_say(lake, "Xanthippe")
    done = forget(lake)
    assert_as_if_never_there(lake, never)
    for name in ("events", "songplays", "users", "quarantine", "forgotten"):
        path = lake / (lakes.TABLES.get(name) or "ops") / name
        found = judge.execute(f"SELECT count(*) FROM delta_scan('{path}')").fetchone()[0]
        assert found == lakes.DeltaTable(str(path)).to_pyarrow_table().num_rows, name
    assert_judges_agree(judge, lake, "songplays")
    assert done["tables"]["users"] | {"bytes_rewritten": 0} == {
        "rows_removed": 1, "rows_changed": 0, "files_rewritten": 1, "files_written": 1, "bytes_rewritten": 0,
    }
    assert done["tables"]["quarantine"]["rows_removed"] == len(BAD_OF_THE_USER)
    assert (done["listeners_found"], done["listeners_listed"]) == (1, 1)


def test_figures_are_those_of_the_tables(lake, filled):
    planned = forget(lake, "--dry-run")
    assert lakes.versions(lake) == lakes.versions(filled)
    assert not (lake / "ops" / "forgotten").exists()
    done = forget(lake)
    for name, table in done["tables"].items():
        before, after = (lakes.arrow(x, name).num_rows for x in (filled, lake))
        assert before - after == table["rows_removed"] == planned["tables"][name]["rows_removed"] > 0, name
        assert table["files_rewritten"] == planned["tables"][name]["files_rewritten"] > 0
    journal = lakes.query(lake, "SELECT table_name, rows_removed FROM maintenance WHERE command = 'forget'")
    assert {r["table_name"]: r["rows_removed"] for r in journal} == {n: t["rows_removed"] for n, t in done["tables"].items()}
    (history,) = lakes.run("history", "--lake", lake, "users", "--limit", "1", "--json").json
    assert history["operation"] == "DELETE"


def test_source_files_that_hold_the_listener_are_named(lake, source):
    holding = {str(p) for p in source.logs.rglob("*.json") if p.name != "bad.json" and b'"userId":"3"' in p.read_bytes()}
    assert set(forget(lake)["source_files"]) == holding


def test_nothing_tells_of_the_listener_after_vacuum(lake, never):
    assert care("vacuum", lake)["listeners_pending"] == 0
    earlier = f"SELECT count(*) AS n FROM users AT (VERSION => {lakes.delta(lake, 'users').version()}) WHERE user_id = '3'"
    forget(lake)
    assert lakes.query(lake, earlier) == [{"n": 1}]
    early = care("vacuum", lake)
    assert (early["listeners_gone"], early["listeners_pending"]) == (0, 1)
    assert files_that_say(lake, "Xanthippe"), "history of a week"
    late = care("vacuum", lake, *NOW)
    assert (late["listeners_gone"], late["listeners_pending"]) == (1, 0)
    said = files_that_say(lake, "Quillfeather")
    assert said == [p for p in said if "quarantine" in p], "of another id, but with these names"
    assert files_that_say(lake, "1540000000777") == said
    assert files_that_say(lake / "bronze", "Xanthippe") == files_that_say(lake / "silver", "Xanthippe") == []
    assert_as_if_never_there(lake, never)
    outcome = lakes.run("sql", "--lake", lake, earlier)
    assert outcome.code == 1 and "cleaned up" in outcome.err
    (row,) = lakes.query(lake, "SELECT count(*) AS n, count(history_gone_at) AS gone FROM forgotten")
    assert row["n"] == row["gone"] > 0
    care("vacuum", lake, *NOW)  # the list itself was written anew
    assert care("vacuum", lake, *NOW)["run"] == 0


def test_forgetting_again_changes_nothing(lake):
    forget(lake)
    before = lakes.versions(lake)
    again = forget(lake)
    assert (again["run"], again["tables"], again["listeners_listed"]) == (0, {}, 0)
    assert lakes.versions(lake) == before


def test_the_list_holds_no_id_and_no_name(lake):
    forget(lake)
    rows = lakes.DeltaTable(str(lake / "ops" / "forgotten")).to_pyarrow_table().to_pylist()
    assert sorted(row["kind"] for row in rows) == ["name", "person", "registration", "user_id"]
    assert all(len(row["mark_hash"]) == 64 for row in rows)
    assert len({row["salt"] for row in rows}) == 1
    assert files_that_say(lake / "ops" / "forgotten", "Xanthippe") == []


def test_later_runs_do_not_take_the_listener_in_again(source, lake, never, tmp_path):
    forget(lake)
    again = tmp_path / "delivered-again"
    shutil.copytree(source.logs, again)
    summary = lakes.etl(lake, [source.songs], [source.logs, again])
    assert summary["events"]["forgotten"] > 0
    assert_no_trace_in_tables(lake)
    lakes.assert_lakes_equal(lake, never, lakes.SILVER)


def test_full_refresh_does_not_take_the_listener_in_again(source, lake, never):
    forget(lake)
    summary = lakes.etl(lake, [source.songs], [source.logs], "--full-refresh")
    assert summary["events"]["forgotten"] == sum(e["userId"] == "3" for e in source.events)
    assert_as_if_never_there(lake, never)
    (balance,) = lakes.query(
        lake, "SELECT count(*) AS n FROM ledger WHERE good_bytes + duplicate_bytes + quarantined_bytes + blank_bytes"
        " + bom_bytes <> size_bytes")
    assert balance["n"] == 0


def assert_no_trace_in_tables(lake):
    for name in lakes.TABLES:
        for row in lakes.rows(lake, name):
            said = repr(row)
            assert "Quillfeather" not in said or "userId\":\"5\"" in said, (name, row)
            assert row.get("user_id") != "3", (name, row)


def test_readmitted_listeners_come_back_with_a_full_refresh(source, lake, tmp_path):
    forget(lake)
    assert forget(lake, "--readmit")["listeners_listed"] == 1
    assert forget(lake, "--readmit")["run"] == 0
    lakes.etl(lake, [source.songs], [source.logs], "--full-refresh")
    lakes.etl(tmp_path / "full", [source.songs], [source.logs])
    lakes.assert_lakes_equal(lake, tmp_path / "full", [*lakes.SILVER, "events", "quarantine"])


def test_events_without_user_id_that_name_the_listener(tmp_path):
    named = {k: v for k, v in of_user(3).items() if k != "userId"} | {"userId": ""}
    lines = [
        play(START_MS, user="3", item=0) | of_user(3),
        play(START_MS + 1, item=1) | named,
        play(START_MS + 2, item=2) | named | {"registration": None},
        play(START_MS + 3, item=3) | named | {"registration": 17},       # a namesake
        play(START_MS + 4, item=4) | named | {"firstName": None, "lastName": None},
        play(START_MS + 5, item=5) | {"firstName": None, "lastName": None, "registration": None, "userId": ""},
    ]
    samples.write_file(tmp_path / "logs" / "a.json", log_bytes(lines))
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [tmp_path / "logs"])
    done = forget(lake)["tables"]
    assert {name: done[name]["rows_removed"] for name in ("events", "songplays", "time")} == {
        "events": 4, "songplays": 4, "time": 4}
    assert [row["ts_ms"] - START_MS for row in lakes.rows(lake, "events")] == [3, 5]
    again = lakes.etl(lake, [], [tmp_path / "logs"], "--full-refresh")
    assert again["events"]["forgotten"] == 4
    assert [row["ts_ms"] - START_MS for row in lakes.rows(lake, "events")] == [3, 5]


LONG = "1234567890123456789"


@pytest.mark.parametrize("user, line", [
    (LONG, b'{"ts":1541030400000,"userId":' + LONG.encode() + b',"page":"Home","sessionId":1'),
    ("C7", b'{"start_time":"2018-11-01","customer_id":"C7","userId":"device-1","session_id":1'),
    ("39", json.dumps(json.dumps(event(START_MS, user="39"))).encode()),
    ("39", json.dumps({"event": json.dumps({"event": json.dumps(event(START_MS, user="39"))})}).encode()),
    ("39", repr(event(START_MS, user="39") | {"userAgent": "none"}).encode()),
    ("39", b'{"ts":1541030400000,"User_ID":"39","page":"Home"'),
])
def test_quarantined_lines_with_the_id_in_other_forms(user, line, tmp_path):
    lines = [log_line(event(START_MS, user=user) | of_user(3) | {"userId": user}), line, line.replace(user.encode(), b"88")]
    samples.write_file(tmp_path / "logs" / "a.json", b"\n".join(lines) + b"\n")
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [tmp_path / "logs"])
    assert lakes.arrow(lake, "quarantine").num_rows == 2
    forget(lake, user=user)
    assert [row["raw"] for row in lakes.rows(lake, "quarantine")] == [lines[2].decode()]
    lakes.etl(lake, [], [tmp_path / "logs"], "--full-refresh")
    assert [row["raw"] for row in lakes.rows(lake, "quarantine")] == [lines[2].decode()]
    assert lakes.arrow(lake, "events").num_rows == 0


def test_events_whose_id_was_rescued_only(tmp_path):
    nameless = {"firstName": None, "lastName": None, "registration": None}
    events = [play(START_MS + n, user="", item=n) | nameless | {"user_id": user, "email": "ines@x.org"}
              for n, user in enumerate(("39", 39, "40"))]
    for record in events:
        del record["userId"]
    samples.write_file(tmp_path / "logs" / "a.json", log_bytes(events))
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [tmp_path / "logs"])
    assert forget(lake, user="39")["tables"]["events"]["rows_removed"] == 2
    assert lakes.etl(lake, [], [tmp_path / "logs"], "--full-refresh")["events"]["forgotten"] == 2
    (row,) = lakes.rows(lake, "events")
    assert '"40"' in row["_rescued"] and lakes.arrow(lake, "songplays").num_rows == 1


def test_a_variant_that_only_the_listener_contradicted_is_told_of(tmp_path):
    ours = play(START_MS, user="", item=1) | {k: v for k, v in of_user(3).items() if k != "userId"}
    other = play(START_MS, user="", item=1) | {"firstName": "Ann", "lastName": "Other"}
    lines = [play(START_MS + 9, user="3", item=9) | of_user(3), ours, other]
    samples.write_file(tmp_path / "logs" / "a.json", log_bytes(lines))
    lake = tmp_path / "lake"
    lakes.etl(lake, [], [tmp_path / "logs"])
    assert forget(lake, "--dry-run")["variants_left"] == forget(lake)["variants_left"] == 1
    lakes.etl(lake, [], [tmp_path / "logs"], "--full-refresh")
    (row,) = lakes.rows(lake, "events")
    assert (row["first_name"], row["is_conflict"]) == ("Ann", False)
    assert lakes.arrow(lake, "songplays").num_rows == 1


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_kpis_of_a_source_leave_the_listener_out(ending, tmp_path):
    source = engagement.generate(seed=5)
    engagement.write(tmp_path / "source", source, ending)
    lake = tmp_path / "lake"
    engagement.kpi(lake, source=tmp_path / "source")
    gone = "C003"
    assert forget(lake, user=gone)["tables"]["customer_engagement"]["rows_removed"] == 1
    summary = engagement.kpi(lake, source=tmp_path / "source")
    left = engagement.Source(**{
        name: [row for row in rows if row.get("customer_id") != gone] for name, rows in vars(source).items()})
    engagement.write(tmp_path / "left", left, ending)
    other = engagement.kpi(tmp_path / "other", source=tmp_path / "left")
    assert summary["kpis"] == other["kpis"]
    for name, rows in source.tables().items():
        table = summary["inputs"][name]
        assert table["forgotten"] == sum(row.get("customer_id") == gone for row in rows)
        assert table | {"forgotten": 0} == other["inputs"][name]
    assert any("forgotten" in note for note in summary["notes"])
    for name in summary["tables"]:
        rows = lakes.select(lake, f"SELECT * FROM {name} ORDER BY ALL")
        assert rows == lakes.select(tmp_path / "other", f"SELECT * FROM {name} ORDER BY ALL"), name
        assert gone not in repr(rows)
    assert engagement.kpi(lake, source=tmp_path / "source")["status"] == "unchanged"


def test_a_time_stays_while_somebody_else_played_then(tmp_path):
    lines = [play(START_MS, user="3"), play(START_MS, user="4"), play(START_MS + 1, user="3")]
    samples.write_file(tmp_path / "logs" / "a.json", log_bytes(lines))
    lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"])
    assert forget(tmp_path / "lake")["tables"]["time"]["rows_removed"] == 1
    assert lakes.arrow(tmp_path / "lake", "time").num_rows == 1


def test_several_at_once_from_a_file(lake, tmp_path):
    users = {row["user_id"] for row in lakes.rows(lake, "users")}
    samples.write_file(tmp_path / "requests.txt", b"\xef\xbb\xbf3\n\n  5 \r\nnobody\n")
    done = care("forget", lake, "--users-from", tmp_path / "requests.txt", "--even-if-unknown")
    assert (done["listeners_found"], done["listeners_listed"]) == (2, 3)
    assert {row["user_id"] for row in lakes.rows(lake, "users")} == users - {"3", "5"}


def test_findings_that_name_the_listener_lose_the_text(lake):
    name_in_audits(lake, {1: "user_id=3 level=paid", 2: "user_id=33", 3: "a=1 user_id=3", 4: "song_id=3", 5: None})
    done = forget(lake)["tables"]["audits"]
    assert (done["rows_removed"], done["rows_changed"]) == (0, 2)
    texts = {row["failures"]: row["sample"] for row in lakes.rows(lake, "audits") if row["failures"]}
    assert "user_id" not in texts[1] + texts[3]
    assert (texts[2], texts[4], texts[5]) == ("user_id=33", "song_id=3", None)


def name_in_audits(lake, samples_by_failures):
    """Puts findings into the table, as another writer would."""
    from deltalake import write_deltalake
    path = str(lakes.table_path(lake, "audits"))
    rows = [{"run": 1, "audit": "a", "table_name": "t", "failures": f, "sample": s} for f, s in samples_by_failures.items()]
    schema = lakes.arrow(lake, "audits").schema
    write_deltalake(path, pa.Table.from_pylist(rows, schema=schema), mode="append")


@pytest.mark.parametrize("flags, said", [([], "--user"), (["--user", ""], "empty"), (["--users-from", "nowhere"], "nowhere")])
def test_wrong_usage(flags, said, filled):
    outcome = lakes.run("forget", "--lake", filled, *flags)
    assert outcome.code == 2 and said in outcome.err


@pytest.mark.parametrize("form", ["delta", "parquet"])
def test_a_table_that_is_partitioned_by_the_listener(form, source, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [source.songs], [source.logs], "--partition", "songplays=user_id", "--partition", "users=level", "--format", form)
    forget(lake)
    assert lakes.query(lake, "SELECT count(*) AS n FROM songplays WHERE user_id = '3'") == [{"n": 0}]
    time.sleep(0.01)
    care("vacuum", lake, *NOW)
    assert not list((lake / "silver" / "songplays").rglob("user_id=3"))
    assert list((lake / "silver" / "songplays").rglob("user_id=4"))


def test_parquet_lakes_forget_too(source, never, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [source.songs], [source.logs], "--format", "parquet")
    forget(lake)
    care("vacuum", lake, *NOW)
    for name in lakes.SILVER:
        text = f"SELECT * FROM {name} ORDER BY ALL"
        assert lakes.query(lake, text) == lakes.query(never, text), name
    said = files_that_say(lake, "Quillfeather")
    assert said == [p for p in said if "quarantine" in p or p.startswith("_cadenza/runs/")]
    for path in said:
        if path.startswith("_cadenza"):
            assert_only_of_quarantine(lake / path)
    lakes.etl(lake, [source.songs], [source.logs], "--format", "parquet", "--full-refresh")
    assert lakes.query(lake, "SELECT count(*) AS n FROM events WHERE user_id = '3'") == [{"n": 0}]


def assert_only_of_quarantine(manifest):
    tables = json.loads(manifest.read_text())["tables"]
    assert [name for name, table in tables.items() if "Quillfeather" in json.dumps(table)] == ["quarantine"]


def state_of(lake) -> tuple:
    counts = ", ".join(f"(SELECT count(*) FROM {t}) AS {t}" for t in ("events", "songplays", "users", "quarantine"))
    (row,) = lakes.query(lake, f"SELECT {counts}")
    return tuple(row.values())


@pytest.mark.crash
def test_killed_at_any_moment_the_same_call_completes(filled, never, tmp_path):
    dice = random.Random(3)
    before = state_of(filled)
    copied = shutil.copytree(filled, tmp_path / "timed")
    begin = time.monotonic()
    forget(copied)
    seconds, after = time.monotonic() - begin, state_of(copied)
    assert before != after
    killed = 0
    for round_ in range(ROUNDS):
        lake = shutil.copytree(filled, tmp_path / f"lake{round_}")
        killed += lakes.kill_after(seconds * (0.3 + 0.7 * dice.random()), "forget", "--lake", lake, "--user", "3", "--json")
        assert state_of(lake) in (before, after), "half of it was seen"
        forget(lake)
        assert state_of(lake) == after
        assert_as_if_never_there(lake, never)
        care("vacuum", lake, *NOW)
        assert files_that_say(lake / "silver", "Xanthippe") == files_that_say(lake / "bronze", "Xanthippe") == []
        shutil.rmtree(lake)
    assert killed > ROUNDS // 4


@pytest.mark.crash
def test_killed_vacuum_goes_on(lake, never):
    forget(lake)
    for part in (0.05, 0.1, 0.15, 0.2):
        lakes.kill_after(part, "vacuum", "--lake", lake, *NOW)
        assert_as_if_never_there(lake, never)
    care("vacuum", lake, *NOW)
    assert_as_if_never_there(lake, never)
    assert files_that_say(lake / "silver", "Xanthippe") == files_that_say(lake / "bronze", "Xanthippe") == []


@pytest.mark.slow  # a Spark of its own
@pytest.mark.spark
def test_spark_reads_what_is_left(lake, never):
    if not Path(SPARK).exists():
        pytest.skip(f"Spark is not installed (./dev spark up): {SPARK}")
    care("optimize", lake)
    forget(lake)
    care("vacuum", lake, *NOW)
    found, wanted = spark_reading(lake), spark_reading(never)
    for name in lakes.SILVER:
        assert (found[name]["rows"], found[name]["checksum"]) == (wanted[name]["rows"], wanted[name]["checksum"]), name
