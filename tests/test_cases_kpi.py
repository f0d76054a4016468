"""Inputs of tests/cases/kpi, each an example of a kind of fault in what real files hold, with its right answer."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

import lake as lakes
from engagement_source import kpi, values

CASES = Path(__file__).resolve().parent / "cases" / "kpi"
WINDOW = ("--from", "2025-07-01", "--to", "2025-08-31")


def of(case, lake, *flags) -> dict:
    return kpi(lake, *(flags or WINDOW), source=CASES / case)


def run_kpi(source, lake, *flags):
    return lakes.run("kpi", "--source", source, "--lake", lake, "--json", "--no-progress", *flags)


def stream(source, lake, *flags, **options):
    return lakes.run("stream", "--once", "--source", source, "--lake", lake, "--json", "--quiet", *flags, **options)


def windows(lake, table="sessions_5m") -> list:
    rows = lakes.query(lake, f"select strftime(window_start, '%H:%M') as at, sessions, customers from {table} "
                             "order by window_start")
    return [(row["at"], row["sessions"], row["customers"]) for row in rows]


def paid(summary):
    return values(summary)["paid_share"][1:]


def changes(lake) -> list:
    rows = lakes.select(lake, "select customer_id, change_date, change from subscription_changes order by all")
    return [(row["customer_id"], row["change_date"].strftime("%m-%d"), row["change"]) for row in rows]


def says(outcome, *words):
    """The error or warning names all of these."""
    return all(word in outcome.err for word in words)


def test_a_key_that_comes_late_is_read(tmp_path):
    summary = of("json_key_after_20480", tmp_path / "lake")
    assert paid(summary) == (0, 1)


def test_a_named_zone_is_that_of_its_own_row(tmp_path):
    of("named_zone_leaks", tmp_path / "lake", "--from", "2025-07-01", "--to", "2025-07-31")
    rows = lakes.select(tmp_path / "lake", "select distinct first_session_date as day from customer_engagement")
    assert [str(row["day"]) for row in rows] == ["2025-07-02"]


def test_parts_with_and_without_a_zone(tmp_path):
    of("naive_and_zoned_parquet", tmp_path / "lake", *WINDOW, "--source-timezone", "Europe/Berlin")
    rows = lakes.select(tmp_path / "lake", "select customer_id, first_session_date as day from customer_engagement")
    assert {row["customer_id"]: str(row["day"]) for row in rows} == {"a": "2025-07-01", "b": "2025-07-02"}


def test_parts_with_and_without_a_zone_in_a_stream(tmp_path):
    done = stream(CASES / "naive_and_zoned_parquet_stream", tmp_path / "lake", "--source-timezone", "Europe/Berlin")
    assert done.code == 0, done.err
    assert windows(tmp_path / "lake") == [("10:00", 1, 1), ("12:00", 1, 1)]


def test_a_decimal_comma(tmp_path):
    done = run_kpi(CASES / "decimal_comma", tmp_path / "lake", *WINDOW)
    if done.code == 0 and paid(done.json) == (1, 2):
        return
    assert says(done, "9,99", "subscriptions.csv", "2")


def test_an_end_that_cannot_be_read_is_not_no_end(tmp_path):
    done = run_kpi(CASES / "unreadable_end", tmp_path / "lake", *WINDOW)
    if done.code == 0 and paid(done.json) == (0, 3):
        return
    assert says(done, "31.01.2024", "subscriptions.csv")


def test_overlapping_subscriptions(tmp_path):
    of("overlapping_subscriptions", tmp_path / "lake")
    assert changes(tmp_path / "lake") == [
        ("a", "01-01", "converted"), ("a", "12-31", "cancelled"),
        ("b", "07-05", "converted"), ("b", "08-05", "downgraded"),
        ("c", "01-01", "converted"), ("c", "12-31", "cancelled"),
        ("d", "07-01", "converted"), ("d", "08-01", "downgraded"),
        ("e", "07-01", "converted"), ("e", "08-20", "cancelled")]


def test_a_day_of_25_hours(tmp_path):
    of("day_of_25_hours", tmp_path / "lake", *WINDOW, "--source-timezone", "Europe/Berlin")
    of_c = [change for change in changes(tmp_path / "lake") if change[0] == "c"]
    assert [change[2] for change in of_c] == ["converted"]
    assert not any(change[1].startswith("10") for change in of_c)


def test_one_row_of_the_future_does_not_move_the_window(tmp_path):
    done = run_kpi(CASES / "future_row", tmp_path / "lake")
    assert done.code == 0, done.err
    assert done.json["window"] == {"start": "2025-07-01", "end": "2025-08-31"} | {
        key: value for key, value in done.json["window"].items() if key not in ("start", "end")}
    assert says(done, "2031-05-17")


def test_events_that_come_twice(tmp_path):
    of("events_twice", tmp_path / "lake")
    songs = lakes.select(tmp_path / "lake", "select title, plays from top_songs order by title")
    assert [(row["title"], row["plays"]) for row in songs] == [("One", 1), ("Two", 1)]
    inputs = lakes.select(tmp_path / "lake", "select repeated from kpi_inputs where source_table = 'events'")
    assert inputs == [{"repeated": 2}]


def test_a_skip_in_the_second_of_its_play(tmp_path):
    of("skip_in_the_same_second", tmp_path / "lake")
    found = lakes.select(tmp_path / "lake", "select plays, skipped_plays from listening where period = 'month'")
    assert found == [{"plays": 3, "skipped_plays": 1}]


def test_names_of_events(tmp_path):
    done = run_kpi(CASES / "event_names", tmp_path / "lake", *WINDOW)
    assert done.code == 0, done.err
    found = lakes.select(tmp_path / "lake", "select plays, skipped_plays from listening where period = 'month'")
    assert found == [{"plays": 1, "skipped_plays": 1}]


def test_one_customer_under_four_spellings_of_an_id(tmp_path):
    assert stream(CASES / "ids_stream", tmp_path / "lake").code == 0
    assert windows(tmp_path / "lake") == [("10:00", 4, 1)]


def test_blanks_around_ids_of_parquet(tmp_path):
    assert values(of("ids_parquet_blanks", tmp_path / "lake"))["session_adoption_rate"][1:] == (2, 2)


def test_one_folder_under_four_paths(tmp_path):
    shutil.copytree(CASES / "path_spelling" / "incoming", tmp_path / "incoming")
    for source in ("incoming", f"{tmp_path}/incoming", "./incoming", f"{tmp_path}//incoming"):
        assert stream(source, tmp_path / "lake", cwd=tmp_path).code == 0
    assert [row[1] for row in windows(tmp_path / "lake")] == [1]


@pytest.mark.parametrize("flags", [("--source-timezone", "Asia/Tokyo"), ("--map", "customer_id=session_id"),
                                   ("--ts-unit", "s")])
def test_settings_belong_to_a_stream(tmp_path, flags):
    folder = CASES / "settings_not_guarded"
    assert stream(folder / "a.jsonl", tmp_path / "lake").code == 0
    refused = stream(folder / "b.jsonl", tmp_path / "lake", *flags)
    assert refused.code == 2
    assert says(refused, "was begun with", flags[0])


@pytest.mark.parametrize("case", ["trailing_delimiter", "unnamed_column", "empty_array"])
def test_edges_of_a_format(case, tmp_path):
    summary = of(case, tmp_path / "lake")
    assert paid(summary) == ((0, 1) if case == "empty_array" else (1, 1))


def test_names_of_columns_in_json(tmp_path):
    assert stream(CASES / "json_names", tmp_path / "lake").code == 0
    assert windows(tmp_path / "lake") == [("10:00", 1, 1)]


def test_a_stream_that_quarantines_everything_says_so(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.jsonl").write_text('{"who": "u1", "when": "2025-07-01T10:00:00Z"}\n')
    done = stream(tmp_path / "in", tmp_path / "lake")
    assert done.code != 0
    assert says(done, "quarantine", "x.jsonl")


def test_an_outage_is_one_incident(tmp_path):
    file = tmp_path / "w.csv"
    file.write_bytes(gzip.decompress((CASES / "after_an_outage_of_24h" / "w.csv.gz").read_bytes()))
    done = lakes.run("alerts", "replay", "--windows", file, "--rule", "seasonal", "--json")
    assert done.code in (0, 3), done.err
    (rule,) = done.json["rules"]
    assert rule["incidents"] == 1, rule["alerts"]
