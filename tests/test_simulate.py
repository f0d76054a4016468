"""cadenza simulate: raw files as real ones look, the same each time, and any reader can take them."""

import json
import re
import subprocess
import sys
import time

import pytest

import lake as lakes
from simulation import day_start_ms, events, hashes, log_bytes, log_files, simulate, songs, tables

KEYS = """artist auth firstName gender itemInSession lastName length level location method page registration
sessionId song status ts userAgent userId""".split()
DAY_MS = 86_400_000
START_MS = 1_541_030_400_000
FEEDBACK = {"Thumbs Up", "Thumbs Down", "Add to Playlist", "Add Friend", "Roll Advert"}


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    folder = tmp_path_factory.mktemp("month")
    summary = simulate("--out", folder / "raw", "--truth", folder / "truth", "--users", 300, "--songs", 200,
                       "--growth", "30%")
    return folder, summary


@pytest.fixture(scope="module")
def churn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("churn")
    simulate("--out", folder / "raw", "--truth", folder / "truth", "--like", "churn", "--users", 100, "--days", 20,
             "--songs", 500, "--songs-a-file", 200)
    return folder


def test_lines_have_the_raw_schema(month):
    found = events(month[0] / "raw")
    assert found and all(list(event) == KEYS for event in found)
    played = [event for event in found if event["page"] == "NextSong"]
    assert len(played) > len(found) / 2
    for event in found:
        assert isinstance(event["userId"], str) and type(event["ts"]) is int
        assert (event["song"] is None) == (event["page"] != "NextSong") == (event["length"] is None)
        assert event["level"] in ("free", "paid") and event["method"] in ("GET", "PUT")


def test_visitors_have_no_id_and_no_name(month):
    found = events(month[0] / "raw")
    visitors = [event for event in found if event["auth"] in ("Logged Out", "Guest")]
    assert visitors and all(event["userId"] == "" and event["firstName"] is None for event in visitors)
    members = [event for event in found if event["auth"] in ("Logged In", "Cancelled")]
    assert len(members) + len(visitors) == len(found)
    assert all(event["userId"].isdigit() and event["registration"] < event["ts"] for event in members)


def test_text_is_written_as_in_real_logs(month):
    text = b"\n".join(log_bytes(path) for path in log_files(month[0] / "raw"))
    assert text.isascii() and b"\\u00" in text and b"\\/5.0" in text and b'"userAgent":"\\"Mozilla' in text
    assert re.search(rb'"registration":15[34]\d{10}\.0,', text)
    doubly = [name for event in events(month[0] / "raw") for name in (event["artist"], event["song"])
              if name and "Ã" in name]
    assert doubly and all(name.encode("latin-1").decode() for name in doubly)


def test_files_are_daily_and_end_without_a_line_end(month):
    files = log_files(month[0] / "raw")
    assert len(files) == 30 == month[1]["log_files"]
    assert str(files[0].relative_to(month[0] / "raw")) == "log_data/2018/11/2018-11-01-events.json"
    for path in files:
        start = day_start_ms(path)
        lines = log_bytes(path).splitlines()
        times = [json.loads(line)["ts"] for line in lines]
        assert times == sorted(times) and start <= times[0] and times[-1] < start + DAY_MS
        assert not log_bytes(path).endswith(b"\n")


def test_keys_are_unique_and_items_count_up(month):
    found = events(month[0] / "raw")
    natural = {(e["ts"], e["userId"], e["sessionId"], e["itemInSession"], e["page"]) for e in found}
    assert len(natural) == len(found) == month[1]["log_lines"]
    items = {}
    for event in found:
        assert event["itemInSession"] == items.setdefault(event["sessionId"], 0)
        items[event["sessionId"]] += 1


def test_a_song_is_followed_by_the_next_when_it_ends(month):
    sessions = {}
    for event in events(month[0] / "raw"):
        sessions.setdefault(event["sessionId"], []).append(event)
    gaps = [(b["ts"] - a["ts"]) / 1000 - int(a["length"]) for session in sessions.values()
            for a, b in zip(session, session[1:]) if a["page"] == b["page"] == "NextSong"]
    assert len(gaps) > 1000 and set(gaps) == {0}


def test_levels_change_by_the_pages_that_change_them(month):
    levels, changes = {}, 0
    for event in events(month[0] / "raw"):
        user = event["userId"]
        before = levels.get(user, event["level"])
        assert event["level"] == before
        if event["page"] == "Submit Upgrade":
            assert before == "free"
        if event["page"] == "Submit Downgrade":
            assert before == "paid"
        changed = event["page"] in ("Submit Upgrade", "Submit Downgrade")
        levels[user] = {"free": "paid", "paid": "free"}[before] if changed else before
        changes += changed
        if user == "":
            levels.pop(user)
    assert changes > 5


def test_new_listeners_register(month):
    found = events(month[0] / "raw")
    assert sum(e["page"] == "Submit Registration" for e in found) >= 80
    assert month[1]["users"] == 390


def test_nothing_comes_after_a_cancellation(churn):
    gone = {}
    for event in events(churn / "raw"):
        assert event["userId"] == "" or event["userId"] not in gone, event
        if event["page"] == "Cancellation Confirmation":
            assert event["auth"] == "Cancelled"
            gone[event["userId"]] = event["ts"]
    truth = tables(churn / "truth", "select user_id, epoch_ms(cancelled_at) as cancelled from truth_users")
    assert gone and {row["user_id"]: row["cancelled"] for row in truth if row["cancelled"]} == gone


def test_churn_has_feedback_and_leaves_out_empty_keys(churn):
    found = events(churn / "raw")
    assert FEEDBACK <= {event["page"] for event in found}
    assert not any(value is None for event in found for value in event.values())
    assert all(type(event.get("registration", 0)) is int for event in found)
    assert {event["level"] for event in found if event["page"] == "Roll Advert"} == {"free"}


def test_month_has_feedback_only_when_asked(month, tmp_path):
    assert not FEEDBACK & {event["page"] for event in events(month[0] / "raw")}
    simulate("--out", tmp_path, "--users", 200, "--days", 5, "--pages", "all")
    assert FEEDBACK <= {event["page"] for event in events(tmp_path)}


def test_song_files_have_the_schema_of_the_catalogue(month, churn):
    keys = """num_songs artist_id artist_latitude artist_longitude artist_location artist_name song_id title duration
    year""".split()
    one_each, many = songs(month[0] / "raw"), songs(churn / "raw")
    assert len(one_each) == 200 and len(many) == 500
    assert len(list((churn / "raw" / "song_data").rglob("*.json"))) == 3
    for record in one_each + many:
        assert list(record) == keys and record["num_songs"] == 1
    assert len({record["song_id"] for record in many}) == 500
    assert any(record["year"] == 0 for record in many) and any(record["artist_latitude"] is None for record in many)


def test_new_songs_are_not_played_before_they_come_out(churn):
    coming = tables(churn / "truth", """select title, artist_name, epoch_ms(released_at) as released from truth_songs
        where released_at is not null""")
    titles = {}
    for row in tables(churn / "truth", "select title, artist_name from truth_songs"):
        titles[row["title"]] = titles.get(row["title"], 0) + 1
    released = {row["title"]: row["released"] for row in coming if titles[row["title"]] == 1 and row["title"].isascii()}
    played = [event for event in events(churn / "raw") if event.get("song") in released]
    assert released and played
    assert all(event["ts"] >= released[event["song"]] for event in played)


def test_etl_reads_it_all(month, tmp_path):
    raw = month[0] / "raw"
    lakes.etl(tmp_path, [raw / "song_data"], [raw / "log_data"])
    (row,) = lakes.select(tmp_path, """select count(*) as n, count(song_id) as found, count(distinct user_id) as users
        from songplays""")
    assert row["n"] == sum(event["page"] == "NextSong" for event in events(raw))
    # Seven in ten plays are of songs with a record.
    assert 0.6 < row["found"] / row["n"] < 0.8
    assert lakes.select(tmp_path, "select count(*) as n from quarantine")[0]["n"] == 0
    assert lakes.select(tmp_path, "select count(*) as n from events where _rescued is not null or is_conflict")[0]["n"] == 0


def test_same_flags_make_the_same_bytes_on_any_number_of_threads(tmp_path):
    flags = ["--users", 2000, "--days", 3, "--songs", 30, "--gz", "--late", "1%", "--malformed", "1%", "--growth", "1"]
    for threads in (1, 2, 3):
        folder = tmp_path / str(threads)
        simulate("--out", folder / "raw", "--truth", folder / "truth", "--threads", threads, *flags)
    assert hashes(tmp_path / "1") == hashes(tmp_path / "2") == hashes(tmp_path / "3")
    simulate("--out", tmp_path / "4" / "raw", "--seed", 2, *flags)
    assert hashes(tmp_path / "4" / "raw") != hashes(tmp_path / "1" / "raw")


def test_standard_output_has_the_logs_of_the_files(tmp_path):
    flags = ["--users", 50, "--days", 3]
    simulate("--out", tmp_path, *flags)
    outcome = lakes.run("simulate", "--out", "-", *flags)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.encode() == b"".join(log_bytes(path) + b"\n" for path in log_files(tmp_path))


def test_size_is_about_what_was_asked_for(tmp_path):
    for flags in (["--like", "month"], ["--users", 200]):
        summary = simulate("--discard", "--size", "40MB", *flags)
        assert 0.85 < summary["log_bytes"] / (40 << 20) < 1.15, summary


def test_size_counts_with_those_who_leave(tmp_path):
    """More listeners than are tried, for two months in which a fifth of them leaves."""
    summary = simulate("--discard", "--size", "5GB", "--like", "churn", "--days", 61)
    assert 0.95 < summary["log_bytes"] / (5 << 30) < 1.05, summary


def test_memory_does_not_grow_with_the_days():
    """Measured by the kernel for each run alone."""
    def peak(days):
        code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        flags = ["simulate", "--discard", "--users", "3000", "--threads", "2", "--no-progress", "--days", str(days)]
        command = [sys.executable, "-c", code, lakes.program(), *flags]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout)
    short, long = peak(20), peak(100)
    # In KB. The 80 days more are hundreds of MB of log; how much of them is under way at a moment depends on
    # how the threads are scheduled.
    assert long < short + 24 * 1024, (short, long)


def test_surges_and_outages_are_where_they_should_be(tmp_path):
    flags = ["--users", 4000, "--days", 2, "--truth", tmp_path / "truth"]
    simulate("--out", tmp_path / "raw", *flags, "--incident", "surge@2018-11-01T15:00/1h*6",
             "--incident", "outage@2018-11-02T15:00/2h")
    hours = {}
    for event in events(tmp_path / "raw"):
        hour = (event["ts"] - START_MS) // 3_600_000
        hours.setdefault(hour, set()).add(event["sessionId"])
    assert len(hours[15]) > 2.5 * len(hours[14])
    assert 39 not in hours and 40 not in hours and len(hours[38]) > 50 and len(hours[41]) > 50
    found = tables(tmp_path / "truth", "select kind, epoch_ms(start_time) as began, factor from truth_incidents order by 2")
    assert [(row["kind"], row["began"], row["factor"]) for row in found] == [
        ("surge", START_MS + 15 * 3_600_000, 6), ("outage", START_MS + 39 * 3_600_000, 0)]


def test_files_appear_at_the_pace(tmp_path):
    """A day in about four seconds, a file every six hours."""
    process = lakes.start("simulate", "--out", tmp_path, "--users", 300, "--days", 1, "--pace", 21_600,
                          "--file-every", "6h")
    seen = []
    while process.poll() is None:
        names = [path.name for path in log_files(tmp_path) if not path.name.startswith("._")]
        if names and (not seen or seen[-1] != names):
            seen.append(names)
        time.sleep(0.05)
    assert lakes.finish(process).code == 0
    assert [len(names) for names in seen][:3] == [1, 2, 3]
    assert [path.name for path in log_files(tmp_path)] == [
        f"2018-11-01T{hour:02}-00-00-events.json" for hour in (0, 6, 12, 18)]


def test_starting_now_has_nothing_of_before(tmp_path):
    before = time.time() * 1000
    simulate("--out", tmp_path, "--users", 500, "--days", 2, "--start", "now", "--file-every", "1h")
    times = [event["ts"] for event in events(tmp_path)]
    assert times and min(times) >= before


def test_interrupted_run_leaves_no_partial_file(tmp_path):
    process = lakes.start("simulate", "--out", tmp_path, "--users", 300, "--pace", 100, "--songs", 3)
    deadline = time.monotonic() + 20
    while not list((tmp_path / "log_data").rglob("._*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(2)
    assert lakes.finish(process).code == 130
    assert log_files(tmp_path) == []


@pytest.mark.parametrize("flags, culprit", [
    (["--out", "OUT", "--late", "lots"], "lots"),
    (["--out", "OUT", "--late", "120%"], "120%"),
    (["--out", "OUT", "--users", "0"], "users"),
    (["--out", "OUT", "--start", "2018-13-01"], "2018-13-01"),
    (["--out", "OUT", "--start", "2018-11-01T12:00"], "12:00"),
    (["--out", "OUT", "--file-every", "7m"], "7m"),
    (["--out", "OUT", "--file-every", "soon"], "soon"),
    (["--out", "OUT", "--incident", "flood@2018-11-01/1h"], "flood"),
    (["--out", "OUT", "--experiment", "adverts"], "adverts"),
    (["--out", "OUT", "--like", "year"], "year"),
    (["--out", "OUT", "--cut-gz", "2"], "--gz"),
    (["--out", "OUT", "--size", "big"], "big"),
    (["--out", "OUT", "--plots", "x"], "--compare"),
    (["--out", "-", "--pace", "1"], "--out"),
    ([], "--out"),
], ids=" ".join)
def test_wrong_usage_names_the_culprit(flags, culprit, tmp_path):
    outcome = lakes.run("simulate", *[tmp_path / "out" if flag == "OUT" else flag for flag in flags])
    assert outcome.code == 2 and culprit in outcome.err, outcome.err
    assert not (tmp_path / "out").exists()


def test_two_worlds_do_not_share_a_folder(tmp_path):
    simulate("--out", tmp_path, "--users", 5, "--days", 1, "--songs", 2)
    made = hashes(tmp_path)
    outcome = lakes.run("simulate", "--out", tmp_path, "--users", 5, "--days", 1, "--songs", 2)
    assert outcome.code == 2 and "give a new folder" in outcome.err
    assert hashes(tmp_path) == made
