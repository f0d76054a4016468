"""Inputs of tests/cases/kpi, each an example of a kind of fault in what real files hold, with its right answer."""

import gzip
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lake as lakes
import samples
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
    counted = table.partition("_")[0]
    rows = lakes.query(lake, f"select strftime(window_start, '%H:%M') as at, {counted} as counted, customers from {table} "
                             "order by window_start")
    return [(row["at"], row["counted"], row["customers"]) for row in rows]


def paid(summary):
    return values(summary)["paid_share"][1:]


def changes(lake) -> list:
    rows = lakes.select(lake, "select customer_id, change_date, change from subscription_changes order by all")
    return [(row["customer_id"], row["change_date"].strftime("%m-%d"), row["change"]) for row in rows]


def files_of(lake) -> list:
    """What a run left behind: one that committed nothing may leave empty folders, and no file."""
    return [path for path in lake.rglob("*") if path.is_file()]


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


@pytest.fixture
def outage(tmp_path):
    """What the rule says of two weeks with an outage of a day."""
    file = tmp_path / "w.csv"
    file.write_bytes(gzip.decompress((CASES / "after_an_outage_of_24h" / "w.csv.gz").read_bytes()))
    done = lakes.run("alerts", "replay", "--windows", file, "--rule", "seasonal", "--json")
    assert done.code in (0, 3), done.err
    (rule,) = done.json["rules"]
    return rule


def test_an_outage_is_one_incident(outage):
    assert outage["incidents"] == 1, outage["alerts"]

    (opened,) = [alert for alert in outage["alerts"] if alert["state"] == "opened"]
    assert opened["kind"] == "missing" and opened["window_start"].startswith("2026-03-23T12:00")


# Variants of the kinds ---------------------------------------------------------------------------

SESSIONS = "customer_id,session_id,start_timestamp\n" + "".join(
    f"c{n},s{n},2025-07-{9 + n:02d} 12:00:00\n" for n in (1, 2, 3))


def write(folder, **texts) -> Path:
    """Files by their names, with "__" for a dot: sessions__csv='...'."""
    folder.mkdir(exist_ok=True)
    for name, content in texts.items():
        data = content.encode() if isinstance(content, str) else content
        name = name.replace("__", ".")
        (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder


def parquet(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)


def test_json_keys_that_differ_in_case_are_one_field(tmp_path):
    source = write(tmp_path / "source", sessions__jsonl=(
        '{"customer_id":"c1","session_id":"s1","startTime":"2025-07-10 12:00:00"}\n'
        '{"customerId":"c2","session_id":"s2","start_time":"2025-07-10 12:00:00"}\n'
        '{"CustomerID":3.0,"Session Id":"s3","start_time":"2025-07-10 12:00:00"}\n'))
    summary = kpi(tmp_path / "lake", *WINDOW, source=source)
    assert summary["inputs"]["sessions"]["used"] == 3
    rows = lakes.select(tmp_path / "lake", "select customer_id from customer_engagement order by all")
    assert [row["customer_id"] for row in rows] == ["3", "c1", "c2"]


def test_json_files_with_other_keys(tmp_path):
    source = write(tmp_path / "source")
    write(source / "sessions", a__jsonl='{"user_id":1,"id":"s1","ts":1752148800}\n',
          b__json='[{"customer_id":"2","session_id":"s2","start_time":"2025-07-10T12:00:00Z"}]', c__json="[]")
    assert kpi(tmp_path / "lake", *WINDOW, source=source)["inputs"]["sessions"]["used"] == 2


@pytest.mark.parametrize("ids", [[1, "1", 1.0], ["1", 1, " 1"], [1.0, 1.0, "1.0"]])
def test_parquet_parts_with_ids_of_other_types(ids, tmp_path):
    for n, one in enumerate(ids):
        parquet(tmp_path / "source" / "sessions" / f"part-{n}.parquet",
                [{"customer_id": one, "session_id": f"s{n}", "start_timestamp": "2025-07-10 12:00:00"}])
        parquet(tmp_path / "in" / f"part-{n}.parquet", [{"customer_id": one, "start_time": f"2025-07-10 12:00:0{n}"}])
    kpi(tmp_path / "lake", *WINDOW, source=tmp_path / "source")
    rows = lakes.select(tmp_path / "lake", "select customer_id from customer_engagement")
    assert [row["customer_id"] for row in rows] == ["1"]
    assert stream(tmp_path / "in", tmp_path / "lake2").code == 0
    assert windows(tmp_path / "lake2") == [("12:00", 3, 1)]


def test_a_number_that_is_none_is_no_id(tmp_path):
    parquet(tmp_path / "source" / "sessions.parquet",
            [{"customer_id": float(n) if n else float("nan"), "session_id": f"s{n}",
              "start_timestamp": "2025-07-10 12:00:00"} for n in range(3)])
    summary = kpi(tmp_path / "lake", *WINDOW, source=tmp_path / "source")
    assert (summary["inputs"]["sessions"]["used"], summary["inputs"]["sessions"]["without_ids"]) == (2, 1)


@pytest.mark.parametrize("amount, paying", [("$9.99", 1), ("1,234.50", 1), ("9,99 EUR", 1), ("0,00", 0), ("0.00", 0)])
def test_amounts_as_people_write_them(amount, paying, tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS.splitlines()[0] + "\nc1,s1,2025-07-10 12:00:00\n",
                   subscriptions__csv=f'customer_id,start_date,amount_paid\nc1,2025-07-01,"{amount}"\n')
    assert paid(kpi(tmp_path / "lake", *WINDOW, source=source)) == (paying, 1)


def test_an_amount_that_cannot_be_read_is_told(tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS,
                   subscriptions__csv="customer_id,start_date,amount_paid\nc1,2025-07-01,9\nc2,2025-07-01,nine\n")
    done = run_kpi(source, tmp_path / "lake", *WINDOW)
    assert done.code == 0 and says(done, "amount_paid", "nine", "line 3", "subscriptions.csv"), done.err
    assert done.json["inputs"]["subscriptions"]["unread_values"] == 1


@pytest.mark.parametrize("null", ["NULL", r"\N", "NaN", "None", "n/a", "null", ""])
def test_spellings_of_null(null, tmp_path):
    source = write(
        tmp_path / "source", sessions__csv=SESSIONS + f"{null},s9,2025-07-10 12:00:00\n",
        subscriptions__csv=f"customer_id,start_date,end_date,type,amount_paid,status\nc1,2024-01-01,{null},{null},9,{null}\n")
    done = run_kpi(source, tmp_path / "lake", *WINDOW)
    assert done.code == 0, done.err
    assert paid(done.json) == (1, 3)
    assert done.json["inputs"]["sessions"]["without_ids"] == 1
    assert "cannot be read" not in done.err


def test_null_as_the_user_spells_it(tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS + "-,s9,2025-07-10 12:00:00\n")
    assert kpi(tmp_path / "a", *WINDOW, source=source)["kpis"]["session_adoption_rate"]["denominator"] == 4
    assert kpi(tmp_path / "b", *WINDOW, "--null", "-", source=source)["kpis"]["session_adoption_rate"]["denominator"] == 3


@pytest.mark.parametrize("line, bad", [("c9,s9", "c9,s9"), ("c9,s9,2025-07-10 12:00:00,9,99", "c9,s9,"),
                                       (b"c9,\xff\xfe,2025-07-10 12:00:00", "")])
def test_a_ragged_line_is_told_with_its_place(line, bad, tmp_path):
    data = line if isinstance(line, bytes) else line.encode()
    source = write(tmp_path / "source", sessions__csv=SESSIONS.encode() + data + b"\nc4,s4,2025-07-10 12:00:00\n")
    done = run_kpi(source, tmp_path / "lake", *WINDOW)
    assert done.code == 0, done.err
    assert says(done, "line 5", "sessions.csv", bad), done.err
    assert done.json["inputs"]["sessions"]["rejected_lines"] == 1
    assert done.json["inputs"]["sessions"]["used"] == 4
    assert run_kpi(source, tmp_path / "lake2", *WINDOW, "--max-bad", "1%").code == 1
    assert not (tmp_path / "lake2" / "gold").exists()


def test_a_line_that_is_no_json_object(tmp_path):
    source = write(tmp_path / "source", sessions__jsonl=(
        '{"customer_id":"c1","session_id":"s1","start_time":"2025-07-10 12:00:00"}\n{"customer_id":"c2","sess\n[1]\n'
        '{"customer_id":"c3","session_id":"s3","start_time":"2025-07-10 12:00:00"}\n'))
    done = run_kpi(source, tmp_path / "lake", *WINDOW)
    assert done.code == 0 and says(done, "line 2", "sessions.jsonl"), done.err
    assert (done.json["inputs"]["sessions"]["rejected_lines"], done.json["inputs"]["sessions"]["used"]) == (2, 2)


@pytest.mark.parametrize("text", ["sep=;\ncustomer_id;session_id;start_timestamp\nc1;s1;2025-07-10 12:00:00\n",
                                  "\ncustomer_id,session_id,start_timestamp\nc1,s1,2025-07-10 12:00:00\n",
                                  "customer_id,session_id,start_timestamp\nc1,s1,2025-07-10 12:00:00,\n",
                                  "Customer_ID,customer_id,session_id,start_timestamp\nc1,x,s1,2025-07-10 12:00:00\n",
                                  " customer_id , session_id , start_timestamp \nc1,s1,2025-07-10 12:00:00\n"])
def test_odd_headers(text, tmp_path):
    source = write(tmp_path / "source", sessions__csv=text)
    assert kpi(tmp_path / "lake", *WINDOW, source=source)["inputs"]["sessions"]["used"] == 1


def test_an_empty_part_in_gzip(tmp_path):
    source = write(tmp_path / "source")
    write(source / "sessions", a__csv__gz=SESSIONS, b__csv__gz="")
    assert kpi(tmp_path / "lake", *WINDOW, source=source)["inputs"]["sessions"]["used"] == 3


def test_nothing_but_bad_lines_is_no_source(tmp_path):
    source = write(tmp_path / "source", sessions__csv="customer_id,session_id,start_timestamp\nthis is\nno log\n")
    assert run_kpi(source, tmp_path / "lake", *WINDOW).code == 1


def test_copies_of_customers_and_subscriptions_are_counted(tmp_path):
    subscription = "c1,2025-07-01,Premium\n"
    source = write(tmp_path / "source", sessions__csv=SESSIONS, customers__csv="customer_id\nc1\nc2\nc1\n c1\n",
                   subscriptions__csv="customer_id,start_date,type\n" + 3 * subscription)
    inputs = kpi(tmp_path / "lake", *WINDOW, source=source)["inputs"]
    assert (inputs["customers"]["repeated"], inputs["subscriptions"]["repeated"]) == (2, 2)


EVENTS = "customer_id,session_id,event_time,event_type,track_id\n"


@pytest.mark.parametrize("play, skip", [("playback_started", "song.skip"), ("song.play", "Skip Track"),
                                        ("TRACK_PLAY", "track skipped"), ("Stream Started", "skip-forward")])
def test_usual_names_of_events(play, skip, tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS,
                   events__csv=EVENTS + f"c1,s1,2025-07-10 12:00:00,{play},t1\nc1,s1,2025-07-10 12:00:20,{skip},t1\n")
    kpi(tmp_path / "lake", *WINDOW, source=source)
    found = lakes.select(tmp_path / "lake", "select plays, skipped_plays from listening where period = 'month'")
    assert found == [{"plays": 1, "skipped_plays": 1}]


def test_kinds_of_events_that_nobody_knows(tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS, events__csv=EVENTS + (
        "c1,s1,2025-07-10 12:00:00,Heard It,t1\nc1,s1,2025-07-10 12:01:00,Heard It,t2\nc1,s1,2025-07-10 12:02:00,zap,t1\n"))
    done = run_kpi(source, tmp_path / "lake", *WINDOW)
    assert says(done, "Heard It (2)", "zap (1)", "--event"), done.err
    kpi(tmp_path / "lake", *WINDOW, "--event", "Heard It=play", source=source)
    found = lakes.select(tmp_path / "lake", "select plays from listening where period = 'month'")
    assert found == [{"plays": 2}]
    assert run_kpi(source, tmp_path / "lake", "--event", "zap=eat").code == 2


def test_the_order_of_events_in_a_file_plays_no_part(tmp_path):
    lines = (CASES / "skip_in_the_same_second" / "events.csv").read_text().splitlines(keepends=True)
    found = []
    for n, order in enumerate(([1, 2, 3, 4], [4, 3, 2, 1], [2, 1, 4, 3])):
        source = tmp_path / f"source{n}"
        shutil.copytree(CASES / "skip_in_the_same_second", source)
        (source / "events.csv").write_text(lines[0] + "".join(lines[i] for i in order))
        kpi(tmp_path / f"lake{n}", *WINDOW, source=source)
        found.append(lakes.select(tmp_path / f"lake{n}", "select * from listening order by all"))
    assert found[0] == found[1] == found[2]


def test_a_skip_that_ends_one_song_as_the_next_begins(tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS, events__csv=EVENTS + (
        "c1,s1,2025-07-10 12:00:00,play,t2\nc1,s1,2025-07-10 12:00:30,skip,t2\nc1,s1,2025-07-10 12:00:30,play,t1\n"))
    kpi(tmp_path / "lake", *WINDOW, source=source)
    found = lakes.select(tmp_path / "lake", "select plays, skipped_plays from listening where period = 'month'")
    assert found == [{"plays": 2, "skipped_plays": 1}]


def test_lengths_that_cannot_be_cancel_no_others(tmp_path):
    source = write(tmp_path / "source", sessions__csv=(
        "customer_id,session_id,start_timestamp,duration_seconds\nc1,s1,2025-07-10 12:00:00,3600\n"
        "c1,s2,2025-07-10 13:00:00,-3600\nc1,s3,2025-07-10 14:00:00,99999999\n"))
    summary = kpi(tmp_path / "lake", *WINDOW, source=source)
    assert summary["inputs"]["sessions"]["odd"] == 2
    hours = lakes.select(tmp_path / "lake", "select session_hours from active_listeners where period = 'month'")
    assert hours == [{"session_hours": 1.0}]


def test_ids_of_sessions_that_start_anew(tmp_path):
    source = write(tmp_path / "source", sessions__csv="customer_id,session_id,start_timestamp\n" + "".join(
        f"c1,{n},2025-07-{day} 1{n}:00:00\n" for day in (10, 11, 12) for n in (1, 2)))
    done = run_kpi(source, tmp_path / "lake", *WINDOW)
    assert says(done, "--daily-session-ids"), done.err
    kpi(tmp_path / "lake", *WINDOW, "--daily-session-ids", source=source)
    assert lakes.select(tmp_path / "lake", "select sessions from customer_engagement") == [{"sessions": 6}]


@pytest.mark.parametrize("window, covered, code", [
    (("2025-07-01", "2025-07-31"), ("2025-07-10", "2025-07-12"), 0), (("2025-07-11", "2025-07-11"), ("2025-07-11",) * 2, 0),
    (("2024-01-01", "2024-01-31"), (None, None), 3), (("2026-01-01", "2026-01-31"), (None, None), 3)])
def test_what_the_data_cover_of_the_window(window, covered, code, tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS)
    done = run_kpi(source, tmp_path / "lake", "--from", window[0], "--to", window[1])
    assert done.code == code, done.err
    assert (done.json["window"]["covered_from"], done.json["window"]["covered_to"]) == covered
    rows = lakes.select(tmp_path / "lake", "select distinct covered_from, covered_to from kpi_summary")
    assert [tuple(str(day) if day else None for day in row.values()) for row in rows] == [covered]


def test_a_stray_of_the_past_moves_nothing(tmp_path):
    source = write(tmp_path / "source", sessions__csv=SESSIONS + "c1,s9,1999-01-01 00:00:00\n")
    done = run_kpi(source, tmp_path / "lake")
    assert says(done, "1999-01-01"), done.err
    days = lakes.select(tmp_path / "lake", "select count(*) as days from active_listeners where period = 'day'")
    assert days == [{"days": 3}]


def test_artists_whose_name_was_encoded_twice_are_one(tmp_path):
    logs = samples.write_file(tmp_path / "logs" / "a.json", samples.log_bytes(
        [samples.play(samples.START_MS + n * 1000, item=n, artist=name, title=title) for n, (name, title) in enumerate(
            [("BjÃ¶rk", "Jóga"), ("Björk", "JÃ³ga"), (" björk", "Jóga"), ("Nobody", "It")])]))
    lakes.etl(tmp_path / "lake", [], [logs.parent])
    kpi(tmp_path / "lake")
    artists = lakes.select(tmp_path / "lake", "select artist_name, plays from top_artists order by rank")
    assert [(row["artist_name"], row["plays"]) for row in artists] == [("Björk", 3), ("Nobody", 1)]
    songs = lakes.select(tmp_path / "lake", "select title, plays from top_songs order by rank")
    assert [(row["title"], row["plays"]) for row in songs] == [("Jóga", 3), ("It", 1)]


def test_names_of_columns_in_a_stream_of_json(tmp_path):
    source = write(tmp_path / "in", a__jsonl=(
        '{"USER ID": 7, "Started-At": "2025-07-01T10:00:00Z"}\n{"Customer Id": "7.0", "start time": 1751364060}\n'
        '{"customer_id": "NULL", "ts": 1751364120000}\n'))
    assert stream(source, tmp_path / "lake").code == 0
    assert windows(tmp_path / "lake") == [("10:00", 3, 1)]


def test_a_named_zone_in_a_stream(tmp_path):
    source = write(tmp_path / "in", a__jsonl="".join(
        f'{{"customer_id": "{n}", "start_time": "{text}"}}\n' for n, text in enumerate(
            ["2025-07-02 01:00:00", "2025-07-02 03:00:00 Europe/Berlin", "2025-07-02 01:00:00", "2025-07-02T03:00+02:00"])))
    assert stream(source, tmp_path / "lake").code == 0
    assert windows(tmp_path / "lake") == [("01:00", 4, 4)]


def test_a_linked_folder_is_the_same(tmp_path):
    shutil.copytree(CASES / "path_spelling" / "incoming", tmp_path / "incoming")
    os.symlink(tmp_path / "incoming", tmp_path / "link")
    for source in (tmp_path / "link", tmp_path / "incoming", f"{tmp_path}/*coming/*.jsonl"):
        assert stream(source, tmp_path / "lake").code == 0
    assert [row[1] for row in windows(tmp_path / "lake")] == [1]


# Damaged deliveries -------------------------------------------------------------------------------

@pytest.fixture
def cut_logs(tmp_path):
    """One whole file and one that was cut while it was copied."""
    logs = tmp_path / "logs"
    whole = samples.log_bytes([samples.play(samples.START_MS + n * 1000, item=n) for n in range(50)])
    samples.write_file(logs / "good.json", samples.log_bytes([samples.play(samples.START_MS, session=9)]))
    packed = gzip.compress(whole)
    samples.write_file(logs / "cut.json.gz", packed[: len(packed) // 2])
    return logs, packed


def test_a_cut_file_is_told_and_what_it_has_is_taken(cut_logs, tmp_path):
    logs, packed = cut_logs
    command = ["etl", "--logs", logs, "--out", tmp_path / "lake", "--json", "--no-progress"]
    done = lakes.run(*command)
    assert done.code == 3, done.err
    assert [Path(file["file"]).name for file in done.json["damaged"]] == ["cut.json.gz"]
    assert done.json["damaged"][0]["read_bytes"] > 0
    (entry,) = [row for row in lakes.rows(tmp_path / "lake", "ledger") if row["_file"].endswith("cut.json.gz")]
    assert entry["stored_bytes"] == len(packed) // 2
    assert lakes.run(*command[:4], tmp_path / "lake2", "--max-bad", "50%").code == 1
    assert files_of(tmp_path / "lake2") == []
    assert lakes.run(*command[:4], tmp_path / "lake3", "--max-bad", "50%", "--allow-damaged").code == 0
    (logs / "cut.json.gz").write_bytes(packed)
    repaired = lakes.run(*command)
    assert repaired.code == 0, repaired.err
    fresh = lakes.run(*command[:4], tmp_path / "fresh")
    assert fresh.code == 0
    assert len(lakes.rows(tmp_path / "lake", "songplays")) == 51


def test_a_parquet_file_that_cannot_be_read_is_damaged(tmp_path):
    logs = tmp_path / "logs"
    samples.write_file(logs / "good.json", samples.log_bytes([samples.play(samples.START_MS)]))
    samples.write_file(logs / "bad.parquet", b"PAR1" + bytes(100) + b"PAR1")
    done = lakes.run("etl", "--logs", logs, "--out", tmp_path / "lake", "--json", "--no-progress")
    assert done.code == 3, done.err
    assert [Path(file["file"]).name for file in done.json["damaged"]] == ["bad.parquet"]


def test_songs_given_as_logs_are_refused(sample, tmp_path):
    done = lakes.run("etl", "--logs", sample.songs, "--out", tmp_path / "lake", "--no-progress")
    assert done.code == 1
    assert says(done, "--max-bad 100%")
    assert files_of(tmp_path / "lake") == []
