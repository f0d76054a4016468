"""What goes wrong on purpose: a correct reader ends with exactly the ledger that the simulator says."""

import collections
import json

import pytest

import lake as lakes
from simulation import day_start_ms, events, log_bytes, log_files, simulate, tables

PARTS = ["size_bytes"] + [f"{fate}_{what}" for fate in ("good", "duplicate", "quarantined") for what in ("bytes", "lines")]
ALL = ["--late", "2%", "--reordered", "5%", "--duplicated", "1%", "--malformed", "1%", "--unit-flips", "0.5%",
       "--drift-at", "2000", "--clock-skew", "5%", "--gz", "--cut-gz", "2"]


def faulty(folder, *flags, users=200, days=6):
    simulate("--out", folder / "raw", "--truth", folder / "truth", "--users", users, "--days", days, "--songs", 20,
             "--activity", 3, *flags)
    lakes.etl(folder / "lake", [folder / "raw" / "song_data"], [folder / "raw" / "log_data"], "--allow-damaged")
    return expected(folder), found(folder)


def expected(folder) -> dict:
    lines = (folder / "truth" / "expected_ledger.jsonl").read_text().splitlines()
    return {entry["file"]: {part: entry[part] for part in PARTS} for entry in map(json.loads, lines)}


def found(folder) -> dict:
    rows = lakes.select(folder / "lake", "select * from ledger where source = 'logs'")
    raw = str(folder / "raw") + "/"
    assert all(row["blank_bytes"] == row["bom_bytes"] == 0 for row in rows)
    return {row["_file"].removeprefix(raw): {part: row[part] for part in PARTS} for row in rows}


def total(ledger, part):
    return sum(entry[part] for entry in ledger.values())


@pytest.mark.parametrize("flags", [
    [], ["--duplicated", "3%"], ["--malformed", "3%"], ["--unit-flips", "3%"], ["--late", "5%"], ["--reordered", "5%"],
    ["--drift-at", "2000"], ["--clock-skew", "5%"], ["--gz", "--cut-gz", "2"], ALL, ["--like", "churn", *ALL],
], ids=lambda flags: " ".join(flags)[:40] or "none")
def test_etl_ends_with_the_expected_ledger(flags, tmp_path):
    wanted, got = faulty(tmp_path, *flags)
    assert got == wanted
    if "--duplicated" in flags:
        assert total(wanted, "duplicate_lines") > 10
    if {"--malformed", "--unit-flips"} & set(flags):
        assert total(wanted, "quarantined_lines") > 10


def test_reasons_are_those_of_the_faults(tmp_path):
    faulty(tmp_path, "--malformed", "3%", "--unit-flips", "2%")
    wanted = collections.Counter()
    for line in (tmp_path / "truth" / "expected_ledger.jsonl").read_text().splitlines():
        wanted.update(json.loads(line)["reasons"])
    rows = lakes.select(tmp_path / "lake", "select reason, count(*) as n from quarantine group by all")
    assert {row["reason"]: row["n"] for row in rows} == wanted
    assert set(wanted) == {"truncated", "malformed", "not_utf8", "not_an_object", "ts_out_of_range"}


def test_events_are_those_without_faults_that_only_delay(tmp_path):
    """Late and reordered lines are the same lines, elsewhere."""
    flags = ["--users", 100, "--days", 5, "--songs", 5]
    simulate("--out", tmp_path / "plain", *flags)
    simulate("--out", tmp_path / "late", *flags, "--late", "10%", "--reordered", "10%", "--late-by", "12h")
    lines = [[line for path in log_files(tmp_path / name) for line in log_bytes(path).splitlines()]
             for name in ("plain", "late")]
    assert lines[0] != lines[1] and sorted(lines[0]) == sorted(lines[1])
    other_day = [path for path in log_files(tmp_path / "late") for line in log_bytes(path).splitlines()
                 if json.loads(line)["ts"] < day_start_ms(path)]
    assert len(other_day) > len(lines[0]) * 0.01


def test_schema_drifts_at_the_row(tmp_path):
    simulate("--out", tmp_path, "--users", 100, "--days", 5, "--songs", 5, "--drift-at", 301)
    found = events(tmp_path)
    assert len(found) > 400
    assert not any("appVersion" in event for event in found[:300])
    for event in found[300:]:
        assert event["appVersion"] == "2.0.0"
        assert event["userId"] == "" or (type(event["userId"]) is int and type(event["registration"]) is int)
    lakes.etl(tmp_path / "lake", [tmp_path / "song_data"], [tmp_path / "log_data"])
    (row,) = lakes.select(tmp_path / "lake", "select count(*) as n, count(_rescued) as rescued from events")
    assert (row["n"], row["rescued"]) == (len(found), len(found) - 300)


def test_clocks_are_wrong_by_what_the_truth_says(tmp_path):
    flags = ["--users", 60, "--days", 3, "--songs", 5]
    simulate("--out", tmp_path / "right", *flags)
    simulate("--out", tmp_path / "wrong", *flags, "--clock-skew", "30%", "--truth", tmp_path / "truth")
    skews = {row["user_id"]: row["skew"] for row in tables(
        tmp_path / "truth", "select user_id, clock_skew_seconds as skew from truth_users")}
    assert 5 < sum(skew != 0 for skew in skews.values()) < 40
    key = lambda event: (event["sessionId"], event["itemInSession"])
    right = {key(event): event for event in events(tmp_path / "right")}
    for event in events(tmp_path / "wrong"):
        if event["userId"]:
            assert event["ts"] - right[key(event)]["ts"] == skews[event["userId"]] * 1000
