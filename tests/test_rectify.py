"""A listener who has something corrected: in every table, in later runs, and in history after vacuum."""

import json
import os
import random
import shutil
import time

import pytest

import lake as lakes
import samples
from samples import START_MS, log_bytes, log_line, play
from test_care import care
from test_forget import NAMES, NOW, files_that_say, forget, of_user
from test_judges import assert_judges_agree, judge  # noqa: F401 (a fixture)

ROUNDS = int(os.environ.get("CADENZA_KILLS", "20")) // 5
NEW = {"firstName": "Ana", "lastName": "Quill"}
SET = ["--set", "first_name=Ana", "--set", "last_name=Quill"]
UNREAD = log_line(play(START_MS) | of_user(3))[:-1]
UNREAD_NAME = json.dumps({"firstName": NAMES["firstName"], "lastName": NAMES["lastName"]}).encode() + b"x"


def write_logs(folder, made, names):
    """The sample, in which user 3 has these names, and lines that cannot be read."""
    for path in sorted(made.logs.rglob("*.json")):
        records = [json.loads(line) for line in path.read_text().splitlines()]
        records = [r | of_user(3) | names if r["userId"] == "3" else r for r in records]
        samples.write_file(folder / path.relative_to(made.logs), log_bytes(records))
    samples.write_file(folder / "bad.json", UNREAD + b"\n" + UNREAD_NAME + b"\n")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return samples.write(tmp_path_factory.mktemp("rectify"), seed=8)


@pytest.fixture(scope="module")
def logs(made, tmp_path_factory):
    return write_logs(tmp_path_factory.mktemp("said") / "log_data", made, {})


@pytest.fixture(scope="module")
def right(made, tmp_path_factory):
    """The lake of the same files in which the names were right from the beginning."""
    folder = tmp_path_factory.mktemp("right")
    lakes.etl(folder / "lake", [made.songs], [write_logs(folder / "log_data", made, NEW)])
    return folder / "lake"


@pytest.fixture(scope="module")
def filled(made, logs, tmp_path_factory):
    return lakes.etl_in_two_runs(tmp_path_factory.mktemp("filled") / "lake", made.songs, logs)


@pytest.fixture
def lake(filled, tmp_path):
    return shutil.copytree(filled, tmp_path / "lake")


def rectify(lake, *flags, user="3") -> dict:
    return care("rectify", lake, "--user", user, *flags)


def assert_as_if_always_right(lake, right):
    lakes.assert_lakes_equal(lake, right, lakes.SILVER)
    lakes.assert_same_events(lake, right)


def test_all_tables_are_as_if_it_had_always_been_right(lake, right, judge):  # noqa: F811
    done = rectify(lake, *SET)
    assert_as_if_always_right(lake, right)
    assert_judges_agree(judge, lake, "events")
    assert set(done["tables"]) == {"events", "users"}
    assert (done["tables"]["users"]["rows_changed"], done["values_listed"]) == (1, 2)
    rows = lakes.query(lake, "SELECT count(*) AS n FROM events WHERE user_id = '3'")
    assert done["tables"]["events"]["rows_changed"] == rows[0]["n"] > 0
    assert {row["raw"] for row in lakes.rows(lake, "quarantine")} == {UNREAD.decode(), UNREAD_NAME.decode()}
    (history,) = lakes.run("history", "--lake", lake, "users", "--limit", "1", "--json").json
    assert history["operation"] == "UPDATE"


def test_a_dry_run_says_the_same_and_changes_nothing(lake, filled):
    planned = rectify(lake, *SET, "--dry-run")
    assert lakes.versions(lake) == lakes.versions(filled)
    done = rectify(lake, *SET)
    for name, table in done["tables"].items():
        assert planned["tables"][name]["rows_changed"] == table["rows_changed"], name
    assert planned["values_listed"] == done["values_listed"]


def test_once_more_changes_nothing(lake):
    rectify(lake, *SET)
    before = lakes.versions(lake)
    assert rectify(lake, *SET) | {"seconds": 0, "lake": "", "variants": 0} == {
        "run": 0, "values_listed": 0, "variants": 0, "tables": {}, "history_gone": "nothing to delete", "seconds": 0, "status": "done",
        "lake": "", "dry_run": False}
    assert lakes.versions(lake) == before


def test_later_runs_apply_it(made, logs, lake, right, tmp_path):
    rectify(lake, *SET)
    again = tmp_path / "delivered-again"
    shutil.copytree(logs, again)
    summary = lakes.etl(lake, [made.songs], [logs, again])
    assert summary["events"]["duplicate"] > 0 == summary["events"]["good"]
    assert_as_if_always_right(lake, right)
    lakes.etl(lake, [made.songs], [logs], "--full-refresh")
    assert_as_if_always_right(lake, right)


def test_another_value_later_and_one_that_is_emptied(lake):
    rectify(lake, *SET, "--set", "location=Nowhere, ZZ")
    rectify(lake, "--set", "first_name=Anna", "--set", "gender=")
    (row,) = lakes.query(lake, "SELECT first_name, last_name, gender FROM users WHERE user_id = '3'")
    assert row == {"first_name": "Anna", "last_name": "Quill", "gender": None}
    for table in ("events", "songplays"):
        found = lakes.query(lake, f"SELECT DISTINCT location FROM {table} WHERE user_id = '3'")
        assert found == [{"location": "Nowhere, ZZ"}], table
    listed = {row["column_name"]: row["value"] for row in lakes.query(lake, "SELECT * FROM rectifications WHERE ended_at IS NULL")}
    assert listed == {"first_name": "Anna", "last_name": "Quill", "location": "Nowhere, ZZ", "gender": None}


def test_withdrawn_the_sources_speak_again(made, logs, lake, tmp_path):
    rectify(lake, *SET)
    assert rectify(lake, "--withdraw")["values_listed"] == 2
    assert rectify(lake, "--withdraw")["run"] == 0
    lakes.etl(lake, [made.songs], [logs], "--full-refresh")
    lakes.etl(tmp_path / "full", [made.songs], [logs])
    lakes.assert_lakes_equal(lake, tmp_path / "full", [*lakes.SILVER, "events"])


def test_history_loses_the_former_values_with_vacuum(lake, right):
    rectify(lake, *SET)
    early = care("vacuum", lake)
    assert (early["rectified_gone"], early["rectified_pending"]) == (0, 1)
    assert files_that_say(lake / "silver", "Xanthippe"), "history of a week"
    late = care("vacuum", lake, *NOW)
    assert (late["rectified_gone"], late["rectified_pending"], late["listeners_gone"]) == (1, 0, 0)
    said = files_that_say(lake, "Xanthippe")
    assert said == [path for path in said if "quarantine" in path]
    assert_as_if_always_right(lake, right)
    care("vacuum", lake, *NOW)  # the list itself was written anew
    assert care("vacuum", lake, *NOW)["run"] == 0


def test_history_ends_for_each_of_several_runs(lake):
    """The second run changes other tables, and the third none that the first one changed."""
    rectify(lake, "--set", "last_name=Quill")
    rectify(lake, "--set", "last_name=Quill", "--set", "location=Nowhere, ZZ")
    rectify(lake, "--set", "location=Nowhere, ZY")
    assert care("vacuum", lake, *NOW)["rectified_gone"] == 1
    for name in ("events", "users"):
        assert files_that_say(lakes.table_path(lake, name), "Quillfeather") == [], name
    assert files_that_say(lakes.table_path(lake, "songplays"), "Nowhere, ZZ") == []
    care("vacuum", lake, *NOW)
    assert files_that_say(lake, "Nowhere, ZZ") == [], "the list's own history"


def test_withdrawn_history_ends_all_the_same(made, logs, lake):
    rectify(lake, *SET)
    rectify(lake, "--withdraw")
    assert care("vacuum", lake, *NOW)["rectified_gone"] == 1
    assert files_that_say(lake / "silver", "Xanthippe") == []
    forget(lake)
    assert lakes.query(lake, "SELECT count(*) AS n FROM quarantine") == [{"n": 0}], "known by the former name"
    care("vacuum", lake, *NOW)
    care("vacuum", lake, *NOW)
    assert files_that_say(lake, "Quill") == []
    lakes.etl(lake, [made.songs], [logs], "--full-refresh")
    assert lakes.query(lake, "SELECT count(*) AS n FROM quarantine") == [{"n": 0}]


def test_variants_of_an_event_are_told(tmp_path):
    lines = [play(START_MS, user="3", song=song) | of_user(3) for song in ("One", "Two")]
    samples.write_file(tmp_path / "logs" / "a.json", log_bytes(lines))
    lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"])
    assert rectify(tmp_path / "lake", *SET)["variants"] == 2
    lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"], "--full-refresh")
    assert lakes.query(tmp_path / "lake", "SELECT count(*) AS n FROM songplays") == [{"n": 1}]


def test_windows_of_streams_stay(logs, tmp_path):
    lake = tmp_path / "lake"
    flags = ["--source", logs, "--lake", lake, "--kind", "logs", "--once", "--group", "user_id", "--group", "location",
             "--table", "windows"]
    outcome = lakes.run("stream", *flags)
    assert outcome.code == 0, outcome.err
    lakes.etl(lake, [], [logs])
    before = lakes.query(lake, "SELECT * FROM windows ORDER BY ALL")
    rectify(lake, "--set", "location=Nowhere, ZZ")
    assert lakes.query(lake, "SELECT * FROM windows ORDER BY ALL") == before


def test_forget_knows_the_listener_by_the_former_names(made, logs, lake):
    rectify(lake, *SET)
    care("vacuum", lake, *NOW)
    forget(lake)
    assert lakes.rows(lake, "quarantine") == lakes.query(lake, "SELECT * FROM rectifications") == []
    lakes.etl(lake, [made.songs], [logs], "--full-refresh")
    assert lakes.rows(lake, "quarantine") == []
    care("vacuum", lake, *NOW)
    care("vacuum", lake, *NOW)
    assert files_that_say(lake, "Xanthippe") == files_that_say(lake, "Quill") == []


def test_tables_that_are_partitioned_by_what_changes(made, logs, right, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [made.songs], [logs], "--partition", "users=last_name", "--partition", "songplays=location")
    rectify(lake, *SET)
    lakes.assert_lakes_equal(lake, right, ["users"])
    rectify(lake, "--set", "location=")
    found = lakes.query(lake, "SELECT location, count(*) > 0 AS any FROM songplays WHERE user_id = '3' GROUP BY ALL")
    assert found == [{"location": None, "any": True}]
    assert lakes.arrow(lake, "songplays").num_rows == lakes.arrow(right, "songplays").num_rows


def test_parquet_lakes_too(made, logs, right, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [made.songs], [logs], "--format", "parquet")
    rectify(lake, *SET)
    lakes.etl(lake, [made.songs], [logs], "--format", "parquet", "--full-refresh")
    text = "SELECT * FROM users ORDER BY ALL"
    assert lakes.query(lake, text) == lakes.query(right, text)


@pytest.mark.parametrize("flags, said", [
    ([], "--user"), (["--user", "3"], "--set"), (["--user", "3", "--set", "level=paid"], "level=paid"),
    (["--user", "3", "--set", "first_name"], "first_name"), (["--user", "3", *SET, "--withdraw"], "--withdraw"),
    (["--user", "3", *SET, "--set", "first_name=B"], "twice"), (["--user", "nobody", *SET], "nobody"),
])
def test_wrong_usage(flags, said, filled):
    before = lakes.versions(filled)
    outcome = lakes.run("rectify", "--lake", filled, *flags)
    assert outcome.code == 2 and said in outcome.err
    assert lakes.versions(filled) == before


@pytest.mark.crash
def test_killed_at_any_moment_the_same_call_completes(filled, right, tmp_path):
    dice = random.Random(3)
    names = "SELECT (SELECT last_name FROM users WHERE user_id = '3') AS a, " \
            "(SELECT max(last_name) FROM events WHERE user_id = '3') AS b"
    begin = time.monotonic()
    rectify(shutil.copytree(filled, tmp_path / "timed"), *SET)
    seconds = time.monotonic() - begin
    killed = 0
    for round_ in range(ROUNDS):
        lake = shutil.copytree(filled, tmp_path / f"lake{round_}")
        killed += lakes.kill_after(seconds * (0.3 + 0.7 * dice.random()), "rectify", "--lake", lake, "--user", "3", *SET)
        (row,) = lakes.query(lake, names)
        assert row["a"] == row["b"], "half of it was seen"
        rectify(lake, *SET)
        assert_as_if_always_right(lake, right)
        shutil.rmtree(lake)
    assert killed > ROUNDS // 4
