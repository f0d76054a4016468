"""cadenza kpi: the published numbers, every shape of a source, and each metric counted by hand."""

import shutil
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone

import pyarrow.parquet as pq
import pytest

import engagement_source as engagement
import expected
import lake as lakes
from engagement_source import FIRST, LAST, kpi, percent, values

PUBLISHED = {
    "session_adoption_rate": (89.93, 10_791, 12_000),
    "engaged_users": (76.69, 8_276, 10_791),
    "paid_share": (61.12, 6_595, 10_791),
}


@pytest.fixture(scope="module")
def source():
    return engagement.generate(seed=4)


@pytest.fixture(scope="module")
def made(source, tmp_path_factory):
    """The generated source as text in Parquet, and the lake of its metrics."""
    folder = tmp_path_factory.mktemp("engagement")
    engagement.write(folder / "source", source)
    summary = kpi(folder / "lake", source=folder / "source")
    return folder, summary


def rows(folder, text) -> list[dict]:
    return lakes.select(folder / "lake", text)


# The published numbers --------------------------------------------------------------------------

@pytest.fixture(scope="module")
def published(shared_data, tmp_path_factory):
    if not (shared_data / "engagement").is_dir():
        pytest.skip("shared data is absent: engagement")
    lake = tmp_path_factory.mktemp("published") / "lake"
    return lake, kpi(lake, "--as-published", source=shared_data / "engagement")


def test_published_kpis(published):
    lake, summary = published
    assert values(summary) == PUBLISHED
    assert summary["window"] == {"start": "2025-07-01", "end": "2025-08-31", "covered_from": "2025-07-12",
                                 "covered_to": "2025-08-11"}
    stored = lakes.rows(lake, "kpi_summary")
    assert {row["metric"]: (row["value"], row["numerator"], row["denominator"]) for row in stored} == PUBLISHED
    assert {(row["window_start"], row["window_end"]) for row in stored} == {(date(2025, 7, 1), date(2025, 8, 31))}
    assert [audit for audit in summary["audits"] if audit["failures"]] == []


def test_published_kpis_with_their_defects(published):
    lake, summary = published
    assert values(summary, "as_published") == PUBLISHED | {"paid_share": (63.90, 6_895, 10_791)}
    assert len(lakes.rows(lake, "kpi_as_published")) == 3


# Shapes of a source -----------------------------------------------------------------------------

FORMS = ["text", "text with zone", "text epoch", "timestamp", "naive", "s", "ms", "us", "ns"]
SHAPES = [("parquet", form, 1) for form in FORMS] + [
    ("parquet", "us", 3), ("csv", "text", 1), ("csv", "ms", 2), ("csv.gz", "s", 1), ("json", "text", 1),
    ("jsonl", "ns", 1), ("jsonl.gz", "text with zone", 2)]


@pytest.mark.parametrize("ending, form, parts", SHAPES)
def test_every_shape_gives_the_same_tables(ending, form, parts, source, made, tmp_path):
    engagement.write(tmp_path / "source", source, ending, form, parts)
    summary = kpi(tmp_path / "lake", source=tmp_path / "source")
    assert values(summary) == engagement.expected_kpis(source)
    assert summary["warnings"] == []
    assert summary["inputs"]["sessions"]["used"] == len(source.sessions)
    # Whole seconds cut the milliseconds off, nothing else.
    lakes.assert_lakes_equal(tmp_path / "lake", made[0] / "lake", ["customer_engagement", "lifecycle", "retention"])


def test_part_files_may_differ_in_their_unit(source, tmp_path):
    folder = engagement.write(tmp_path / "source", source)
    (folder / "sessions.parquet").unlink()
    for part, unit in enumerate(("s", "ms", "us")):
        rows = [row | {"start_timestamp": engagement.time_as(unit, row["start_timestamp"])}
                for row in source.sessions[part::3]]
        engagement.write_rows(folder / "sessions" / f"part-{part}.parquet", rows)
    summary = kpi(tmp_path / "lake", source=folder)
    assert values(summary) == engagement.expected_kpis(source)
    assert summary["inputs"]["sessions"]["units"] == "start_time=ms+s+us"


def test_folders_as_spark_leaves_them(source, tmp_path):
    folder = engagement.write(tmp_path / "source", source)
    table = pq.read_table(folder / "sessions.parquet")
    (folder / "sessions.parquet").unlink()
    spark = folder / "sessions.parquet"
    (spark / "country=DE").mkdir(parents=True)
    pq.write_table(table, spark / "country=DE" / "part-00000.snappy.parquet", use_deprecated_int96_timestamps=True)
    pq.write_table(table.slice(0, 0), spark / "country=DE" / "part-00001.snappy.parquet")
    (spark / "_SUCCESS").touch()
    (spark / "country=DE" / ".part-00000.snappy.parquet.crc").write_bytes(b"crc")
    summary = kpi(tmp_path / "lake", source=folder)
    assert values(summary) == engagement.expected_kpis(source)
    assert summary["inputs"]["sessions"]["files"] == 2


def test_int96_timestamps(source, tmp_path):
    folder = engagement.write(tmp_path / "source", source, form="naive")
    table = pq.read_table(folder / "sessions.parquet")
    pq.write_table(table, folder / "sessions.parquet", use_deprecated_int96_timestamps=True)
    assert values(kpi(tmp_path / "lake", source=folder)) == engagement.expected_kpis(source)


def test_other_column_names_are_mapped(source, tmp_path):
    folder = engagement.write(tmp_path / "source", source)
    table = pq.read_table(folder / "sessions.parquet").rename_columns(
        {"start_timestamp": "Begun At", "session_id": "visit", "customer_id": "who"})
    pq.write_table(table, folder / "sessions.parquet")
    unmapped = lakes.run("kpi", "--source", folder, "--lake", tmp_path / "lake")
    assert unmapped.code == 1 and "--map sessions.customer_id=COLUMN" in unmapped.err and "who" in unmapped.err
    mapped = kpi(tmp_path / "lake", "--map", "sessions.customer_id=who", "--map", "session_id=visit",
                 "--map", "start_time=Begun At", source=folder)
    assert values(mapped) == engagement.expected_kpis(source)


def test_tables_named_one_by_one(source, tmp_path):
    folder = engagement.write(tmp_path / "source", source)
    (folder / "sessions.parquet").rename(tmp_path / "visits.parquet")
    summary = kpi(tmp_path / "lake", "--table", f"sessions={tmp_path}/v*.parquet", source=folder)
    assert values(summary) == engagement.expected_kpis(source)


def test_numbers_as_ids_are_their_text(source, tmp_path):
    """39, 39.0 and "39" are one customer."""
    folder = tmp_path / "source"
    engagement.write_rows(folder / "customers.csv", [{"customer_id": text} for text in ("39", "40", "7.0")])
    start = "2025-07-03T10:00:00"
    engagement.write_rows(folder / "sessions.jsonl", [
        {"customer_id": customer, "session_id": n, "start_time": start} for n, customer in enumerate([39, 39.0, "39", 7])])
    engagement.write_rows(folder / "subscriptions.parquet", [
        {"customer_id": 39.0, "start_date": "2025-01-01", "type": "Premium"}])
    summary = kpi(tmp_path / "lake", "--engaged-sessions", "3", source=folder)
    assert values(summary) == {"session_adoption_rate": (66.67, 2, 3), "engaged_users": (50.0, 1, 2), "paid_share": (50.0, 1, 2)}


def test_a_zone_for_times_without_one(tmp_path):
    folder = tmp_path / "source"
    engagement.write_rows(folder / "sessions.csv", [
        {"customer_id": "a", "session_id": "1", "start_time": "2025-07-02 01:30:00"},
        {"customer_id": "a", "session_id": "2", "start_time": "2025-07-02T01:30:00Z"}])
    kpi(tmp_path / "lake", "--source-timezone", "Europe/Berlin", source=folder)
    days = lakes.select(tmp_path / "lake", "SELECT period_start FROM active_listeners WHERE period = 'day' ORDER BY 1")
    assert [row["period_start"] for row in days] == [date(2025, 7, 1), date(2025, 7, 2)]


# Rows that cannot be used -----------------------------------------------------------------------

def test_rows_that_cannot_be_used_are_counted(source, tmp_path):
    folder = engagement.write(tmp_path / "source", source, "csv")
    with open(folder / "sessions.csv", "a") as file:
        file.write("X1,C003,not a time,10,web\nX2,,2025-07-05T10:00:00,10,web\nX3,C003,2150-01-01T00:00:00,10,web\n")
        file.write("X4,C999,2025-07-05T10:00:00,10,web\n")
    outcome = lakes.run("kpi", "--source", folder, "--lake", tmp_path / "lake", "--json")
    assert outcome.code == 0, outcome.err
    sessions = outcome.json["inputs"]["sessions"]
    assert (sessions["without_ids"], sessions["without_time"]) == (1, 2)
    assert "not a time" in outcome.err or "2150" in outcome.err
    assert "1 customers have sessions but are not in customers" in outcome.err
    assert values(outcome.json) == engagement.expected_kpis(source)
    stored = {row["source_table"]: row for row in lakes.rows(tmp_path / "lake", "kpi_inputs")}
    assert stored["sessions"]["source_rows"] == stored["sessions"]["used_rows"] + 3


def test_a_session_that_comes_twice_is_one(source, tmp_path):
    doubled = engagement.Source(source.customers, source.sessions + source.sessions[:500], source.subscriptions)
    summary = kpi(tmp_path / "lake", source=engagement.write(tmp_path / "source", doubled))
    assert values(summary) == engagement.expected_kpis(source)
    assert summary["inputs"]["sessions"]["repeated"] == 500


@pytest.mark.parametrize("flags, culprit", [
    (["--map", "nonsense"], "nonsense"),
    (["--map", "sessions.colour=x"], "colour"),
    (["--map", "sessions.start_time=no_such_column"], "no_such_column"),
    (["--table", "listeners=x"], "listeners=x"),
    (["--only", "users"], "users"),
    (["--from", "yesterday"], "yesterday"),
    (["--from", "2025-08-31", "--to", "2025-07-01"], "2025-07-01"),
    (["--engaged-sessions", "0"], "0"),
])
def test_wrong_usage_names_the_culprit(flags, culprit, made, tmp_path):
    outcome = lakes.run("kpi", "--source", made[0] / "source", "--lake", tmp_path / "lake", *flags)
    assert (outcome.code, culprit in outcome.err) == (2, True), outcome.err
    assert not (tmp_path / "lake" / "gold").exists()


def test_a_source_without_sessions_says_so(tmp_path):
    (tmp_path / "source").mkdir()
    outcome = lakes.run("kpi", "--source", tmp_path / "source", "--lake", tmp_path / "lake")
    assert outcome.code == 1 and "no sessions" in outcome.err


def test_an_empty_lake_has_nothing_to_compute_from(tmp_path):
    assert lakes.run("kpi", "--lake", tmp_path / "lake").code == 1, "it is not even there"
    (tmp_path / "lake").mkdir()
    outcome = lakes.run("kpi", "--lake", tmp_path / "lake")
    assert outcome.code == 2 and "--source" in outcome.err


# Definitions ------------------------------------------------------------------------------------

def test_kpis_of_the_generated_source(source, made):
    assert values(made[1]) == engagement.expected_kpis(source)


def test_the_same_again_changes_nothing(made):
    folder, summary = made
    before = {name: lakes.delta(folder / "lake", name).version() for name in summary["tables"]}
    again = kpi(folder / "lake", source=folder / "source")
    assert (again["status"], again["run"]) == ("unchanged", summary["run"])
    assert {name: lakes.delta(folder / "lake", name).version() for name in again["tables"]} == before


def test_settings_change_the_definitions(source, made, tmp_path):
    summary = kpi(tmp_path / "lake", "--from", "2025-07-10", "--to", "2025-07-20", "--engaged-sessions", "5",
                  source=made[0] / "source")
    assert values(summary) == engagement.expected_kpis(source, date(2025, 7, 10), date(2025, 7, 20), threshold=5)


def test_the_paid_rule_is_a_setting(tmp_path):
    folder = tmp_path / "source"
    engagement.write_rows(folder / "sessions.csv", [
        {"customer_id": c, "session_id": c, "start_time": "2025-07-02 01:30:00"} for c in "abc"])
    engagement.write_rows(folder / "subscriptions.csv", [
        {"customer_id": "a", "start_date": "2025-01-01", "type": "Gratis", "status": "ACTIVE"},
        {"customer_id": "b", "start_date": "2025-01-01", "type": "Gold", "status": "paused"},
        {"customer_id": "c", "start_date": "2025-01-01", "type": "Gold", "status": "active"}])
    usual = kpi(tmp_path / "lake", source=folder)
    assert values(usual)["paid_share"] == (66.67, 2, 3)
    other = kpi(tmp_path / "lake", "--free-word", "GRATIS", "--paid-status", "paused", source=folder)
    assert values(other)["paid_share"] == (33.33, 1, 3)


def test_the_published_defects_show(tmp_path):
    """The window ends at midnight before its last day; who pays counts, active or not."""
    folder = tmp_path / "source"
    engagement.write_rows(folder / "customers.csv", [{"customer_id": c} for c in "abcd"])
    engagement.write_rows(folder / "sessions.csv", [
        {"customer_id": "a", "session_id": "1", "start_time": "2025-07-02 10:00:00"},
        {"customer_id": "b", "session_id": "2", "start_time": "2025-08-31 12:00:00"},
        {"customer_id": "c", "session_id": "3", "start_time": "2025-09-01 00:00:00"}])
    engagement.write_rows(folder / "subscriptions.csv", [
        {"customer_id": "b", "start_date": "2025-08-31 06:00:00", "type": "Premium"},
        {"customer_id": "d", "start_date": "2025-01-01", "type": "Premium"}])
    summary = kpi(tmp_path / "lake", "--from", "2025-07-01", "--to", "2025-08-31", "--engaged-sessions", "1",
                  "--as-published", source=folder)
    assert values(summary) == {"session_adoption_rate": (50.0, 2, 4), "engaged_users": (100.0, 2, 2), "paid_share": (50.0, 1, 2)}
    assert values(summary, "as_published") == {
        "session_adoption_rate": (25.0, 1, 4), "engaged_users": (100.0, 1, 1), "paid_share": (100.0, 1, 1)}


def test_nobody_active_is_no_division_by_zero(made, tmp_path):
    done = lakes.run("kpi", "--source", made[0] / "source", "--lake", tmp_path / "lake", "--json", "--from", "2020-01-01",
                     "--to", "2020-01-31")
    assert done.code == 3, "done, but there are no data in the window"
    assert values(done.json)["engaged_users"] == (None, 0, 0)


def test_only_computes_what_is_asked(made, tmp_path):
    summary = kpi(tmp_path / "lake", "--only", "stickiness", source=made[0] / "source")
    # What it reads follows, so that it stands on the same window.
    assert set(summary["tables"]) == {"kpi_summary", "customer_engagement", "stickiness", "customer_days", "paid_spans"}


# The detail tables, by brute force --------------------------------------------------------------

def whole(start, period):
    """The generated data cover 1 July to 31 August."""
    end = period_end(start, period)
    return FIRST.date() <= start and end <= LAST.date()


def period_end(start, period):
    if period == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return start + timedelta(days=6 if period == "week" else 0)


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_active_listeners(period, source, made):
    active = engagement.active_by_period(source, period)
    sessions = defaultdict(int)
    for row in source.sessions:
        sessions[engagement.begin_of(period, row["start_timestamp"].date())] += 1
    wanted = [{"period_start": start, "period_end": period_end(start, period), "listeners": len(active[start]),
               "sessions": sessions[start], "is_complete": whole(start, period)}
              for start in engagement.periods_of(period, FIRST.date(), LAST.date())]
    assert rows(made[0], f"""SELECT period_start, period_end, listeners, sessions, is_complete FROM active_listeners
                             WHERE period = '{period}' ORDER BY 1""") == wanted


def test_stickiness(source, made):
    active = engagement.active_by_period(source, "day")
    wanted = []
    for start in engagement.periods_of("day", FIRST.date(), LAST.date()):
        def seen(days):
            return set().union(*(active[start - timedelta(days=n)] for n in range(days)))
        wanted.append((start, len(seen(1)), len(seen(7)), len(seen(28)), percent(len(seen(1)), len(seen(28))),
                       start >= FIRST.date() + timedelta(days=27)))
    assert [tuple(row.values()) for row in rows(made[0], "SELECT * FROM stickiness ORDER BY day")] == wanted


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_lifecycle(period, source, made):
    active = engagement.active_by_period(source, period)
    before, known, wanted = set(), set(), []
    for start in engagement.periods_of(period, FIRST.date(), LAST.date()):
        now = active[start]
        wanted.append((start, len(now), len(now - known), len(now & before), len((now & known) - before),
                       len(before - now), len(before)))
        before, known = now, known | now
    found = rows(made[0], f"""
        SELECT period_start, listeners, new_listeners, returning_listeners, resurrecting_listeners, dormant_listeners,
               listeners_before FROM lifecycle WHERE period = '{period}' ORDER BY 1""")
    assert [tuple(row.values()) for row in found] == wanted
    assert sum(row[4] for row in wanted) > 0 or period == "month"


def test_retention(source, made):
    days = engagement.days_of(source)
    cohorts = defaultdict(list)
    for customer, seen in days.items():
        cohorts[min(seen)].append(customer)
    wanted = []
    for cohort, members in sorted(cohorts.items()):
        for n in range(31):
            day = cohort + timedelta(days=n)
            if day > LAST.date():
                break
            retained = sum(day in days[m] for m in members)
            within = sum(any(cohort < d <= day for d in days[m]) for m in members)
            wanted.append((cohort, n, len(members), retained, within, percent(retained, len(members)), True))
    found = rows(made[0], "SELECT * FROM retention ORDER BY cohort_date, day_number")
    assert [tuple(row.values()) for row in found] == wanted


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_trend(period, source, made):
    wanted = {}
    for start in engagement.periods_of(period, FIRST.date(), LAST.date()):
        end = period_end(start, period)
        days = (end - start).days + 1
        # The threshold in proportion: 80 sessions in 62 days.
        threshold = -(-80 * days // 62)
        for metric, found in engagement.expected_kpis(source, start, end, threshold).items():
            wanted[metric, start] = found
    found = rows(made[0], f"SELECT * FROM kpi_trend WHERE period = '{period}'")
    assert {(row["metric"], row["period_start"]): (row["value"], row["numerator"], row["denominator"])
            for row in found} == wanted


def test_segments(source, made):
    counts, active = defaultdict(int), defaultdict(set)
    country = {row["customer_id"]: row["country"] or "unknown" for row in source.customers}
    for row in source.sessions:
        for segment in (("platform", row["platform"]), ("country", country[row["customer_id"]]), ("device", "unknown")):
            counts[segment] += 1
            active[segment].add(row["customer_id"])
    found = rows(made[0], "SELECT dimension, segment, listeners, sessions FROM engagement_by_segment")
    assert {(row["dimension"], row["segment"]): (row["listeners"], row["sessions"]) for row in found} == {
        segment: (len(active[segment]), counts[segment]) for segment in counts}


# Plays and subscriptions, by hand ---------------------------------------------------------------

@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    """One customer's evening and the subscriptions of some."""
    folder = tmp_path_factory.mktemp("listening")
    start = datetime(2025, 7, 3, 20, 0, tzinfo=timezone.utc)

    def event(seconds, kind, track, session="s1", customer="a"):
        return {"customer_id": customer, "session_id": session, "event_type": kind, "track_id": track, "platform": "tv",
                "event_time": start + timedelta(seconds=seconds)}

    source = engagement.Source(
        customers=[{"customer_id": c} for c in "abcde"],
        sessions=[{"customer_id": c, "session_id": f"s{n}", "start_time": start} for n, c in enumerate("abcde", start=1)],
        subscriptions=[
            {"customer_id": "a", "start_date": date(2025, 1, 1), "end_date": date(2025, 7, 10), "plan": "Free"},
            {"customer_id": "a", "start_date": date(2025, 7, 10), "end_date": None, "plan": "Premium"},
            {"customer_id": "b", "start_date": date(2025, 1, 1), "end_date": date(2025, 7, 5), "plan": "Premium"},
            {"customer_id": "b", "start_date": date(2025, 7, 5), "end_date": None, "plan": "free tier"},
            {"customer_id": "c", "start_date": date(2025, 2, 1), "end_date": date(2025, 7, 20), "plan": "Premium"},
            {"customer_id": "d", "start_date": date(2025, 7, 7), "end_date": None, "plan": "Premium"}],
        events=[
            event(0, "songPlay", "t1"), event(10, "songLike", "t1"),      # heard to the end: 200 of 200 s
            event(200, "songPlay", "t2"), event(240, "songSkip", "t2"),   # 40 of 100 s, skipped: a stream
            event(240, "songPlay", "t1"), event(260, "songPlay", "t2"),   # 20 of 200 s; the last one: unknown
            event(0, "songSkip", "t2", "s2", "b"),                        # nothing known but the skip
        ],
        tracks=[{"track_id": "t1", "title": "One", "artist_name": "X", "duration_ms": 200_000},
                {"track_id": "t2", "title": "Two", "artist_name": "Y", "duration_ms": 100_000}])
    engagement.write(folder / "source", source, form="timestamp")
    kpi(folder / "lake", "--from", "2025-07-01", "--to", "2025-07-31", source=folder / "source")
    return folder


def test_plays_and_their_ends(listening):
    found = rows(listening, "SELECT * FROM listening WHERE period = 'month'")
    wanted = {"plays": 5, "ends_known": 4, "streams": 2, "completed_plays": 1, "skipped_plays": 2,
              "completion_percent": 25.0, "skip_percent": 40.0, "listening_hours": round(260 / 3600, 2)}
    assert [{key: row[key] for key in wanted} for row in found] == [wanted]


def test_top_songs_and_artists(listening):
    songs = rows(listening, "SELECT rank, title, artist_name, plays, listeners, streams FROM top_songs ORDER BY rank")
    assert [tuple(row.values()) for row in songs] == [(1, "Two", "Y", 3, 2, 1), (2, "One", "X", 2, 1, 1)]
    artists = rows(listening, "SELECT rank, artist_name, plays, listeners, streams FROM top_artists ORDER BY rank")
    assert [tuple(row.values()) for row in artists] == [(1, "Y", 3, 2, 1), (2, "X", 2, 1, 1)]


def test_platforms_come_from_the_events_where_sessions_have_none(listening):
    found = rows(listening, "SELECT segment, listeners, sessions FROM engagement_by_segment WHERE dimension = 'platform'")
    assert found == [{"segment": "tv", "listeners": 2, "sessions": 2}]


def test_changes_of_subscriptions(listening):
    found = rows(listening, "SELECT customer_id, change_date, change FROM subscription_changes WHERE change_date >= '2025-07-01'")
    assert sorted(tuple(row.values()) for row in found) == [
        ("a", date(2025, 7, 10), "converted"), ("b", date(2025, 7, 5), "downgraded"),
        ("c", date(2025, 7, 20), "cancelled"), ("d", date(2025, 7, 7), "converted")]


def test_funnel(listening):
    found = rows(listening, "SELECT step, customers, percent FROM subscription_funnel ORDER BY step_number")
    assert [tuple(row.values()) for row in found] == [
        ("customers", 5, 100.0), ("active", 5, 100.0), ("free_at_start", 3, 60.0), ("converted", 2, 66.67),
        ("paid", 4, 80.0), ("downgraded", 1, 25.0), ("cancelled", 1, 20.0)]


# The events of a lake ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def log_lake(real_lake, tmp_path_factory):
    lake = tmp_path_factory.mktemp("log") / "lake"
    shutil.copytree(real_lake, lake)
    return lake, kpi(lake, "--engaged-sessions", "20", "--as-published")


def test_kpis_of_an_event_log(log_lake, shared_data):
    events = [e for e in expected.read_events(shared_data / "log_data") if e["userId"]]
    sessions = defaultdict(set)
    for event in events:
        sessions[event["userId"]].add(event["sessionId"])
    paid = {event["userId"] for event in events if event["level"] == "paid"}
    engaged = [user for user, seen in sessions.items() if len(seen) >= 20]
    assert log_lake[1]["window"] == {
        "start": "2018-11-01", "end": "2018-11-30", "covered_from": "2018-11-01", "covered_to": "2018-11-30"}
    assert values(log_lake[1]) == {
        "session_adoption_rate": (100.0, 97, 97),
        "engaged_users": engagement.share(len(engaged), 97),
        "paid_share": engagement.share(len(paid), 97)}
    assert (len(paid), len(engaged) > 0) == (22, True)


def test_listening_of_an_event_log(log_lake):
    lake, _ = log_lake
    month = lakes.select(lake, "SELECT plays, is_complete FROM listening WHERE period = 'month'")
    # The log begins in the evening of its first day: the month is not complete.
    assert month == [{"plays": 6820, "is_complete": False}]
    changes = lakes.select(lake, "SELECT change, count(*) AS n FROM subscription_changes GROUP BY change ORDER BY 1")
    assert changes == [{"change": "converted", "n": 8}, {"change": "downgraded", "n": 1}]


def test_a_second_run_of_an_event_log_changes_nothing(log_lake):
    lake, summary = log_lake
    again = kpi(lake, "--engaged-sessions", "20", "--as-published")
    assert (again["status"], again["run"]) == ("unchanged", summary["run"])


def test_summary_for_people(made, tmp_path):
    outcome = lakes.run("kpi", "--source", made[0] / "source", "--lake", tmp_path / "lake")
    assert outcome.code == 0
    for text in ("KPIs from 2025-07-01 to 2025-08-31", "session_adoption_rate", "engaged_users", "paid_share", "lifecycle"):
        assert text in outcome.out


# Subscriptions that follow, overlap and nest ------------------------------------------------------

def of_subscriptions(spans) -> engagement.Source:
    """Customers with a session on every second day of two months and these paid spans, last days included."""
    source = engagement.Source()
    for customer, days in spans.items():
        source.customers.append({"customer_id": customer})
        source.subscriptions += [{"customer_id": customer, "effective_start_date": start, "effective_end_date": end,
                                  "subscription_type": "Premium", "amount_paid": 9.99, "status": "active"} for start, end in days]
        source.sessions += [{"session_id": f"{customer}{day}", "customer_id": customer, "start_timestamp": FIRST + timedelta(days=day, minutes=5)}
                            for day in range(0, 62, 2)]
    return source


def test_who_pays_by_the_month_pays_at_its_start(tmp_path):
    months = [(date(2025, m, 1), date(2025, m + 1, 1) - timedelta(days=1)) for m in (5, 6, 7, 8)]
    engagement.write(tmp_path / "source", of_subscriptions({"A": months, "B": months[2:], "C": months[:2]}))
    kpi(tmp_path / "lake", source=tmp_path / "source")
    trend = {row["period_start"]: row for row in lakes.rows(tmp_path / "lake", "conversion_trend") if row["period"] == "month"}
    july, august = trend[date(2025, 7, 1)], trend[date(2025, 8, 1)]
    assert (july["free_customers"], july["converted"]) == (2, 1)
    assert (august["free_customers"], august["converted"]) == (1, 0)


def test_overlapping_subscriptions_end_once(tmp_path):
    def day(month, number):
        return date(2025, month, number)
    engagement.write(tmp_path / "source", of_subscriptions({
        "B": [(day(7, 1), day(12, 31)), (day(7, 10), day(7, 20))],
        "C": [(day(6, 15), day(8, 20)), (day(7, 10), day(7, 20)), (day(8, 1), day(8, 5))],
        "D": [(day(6, 15), None), (day(7, 10), day(7, 20))],
        "E": [(day(6, 1), day(6, 10)), (day(7, 10), day(7, 20)), (day(7, 15), day(8, 2))],
    }))
    kpi(tmp_path / "lake", source=tmp_path / "source")
    found = sorted((row["customer_id"], row["change_date"], row["change"]) for row in lakes.rows(tmp_path / "lake", "subscription_changes"))
    assert found == [
        ("B", day(7, 1), "converted"), ("B", day(12, 31), "cancelled"),
        ("C", day(6, 15), "converted"), ("C", day(8, 20), "cancelled"),
        ("D", day(6, 15), "converted"),
        ("E", day(6, 1), "converted"), ("E", day(6, 10), "cancelled"), ("E", day(7, 10), "converted"), ("E", day(8, 2), "cancelled"),
    ]


@pytest.mark.parametrize("form", ["text", "date"])
def test_days_of_the_calendar_stay_in_every_zone(form, tmp_path):
    source = of_subscriptions({"A": [(date(2025, 5, 1), date(2025, 7, 1))], "D": [(date(2025, 8, 1), None)]})
    for row in source.customers:
        row["signup_date"] = date(2025, 7, 5)
    if form == "text":
        for row in source.subscriptions + source.customers:
            row.update({key: value.isoformat() for key, value in row.items() if isinstance(value, date)})
    engagement.write(tmp_path / "source", source)
    for zone in ("Europe/Berlin", "America/New_York"):
        lake = tmp_path / zone.replace("/", "_")
        kpi(lake, "--source-timezone", zone, "--from", "2025-07-01", "--to", "2025-07-31", source=tmp_path / "source")
        rows = {row["customer_id"]: row for row in lakes.rows(lake, "customer_engagement")}
        assert {name: (row["is_paid"], row["signup_date"]) for name, row in rows.items()} == {
            "A": (True, date(2025, 7, 5)), "D": (False, date(2025, 7, 5))}
        assert {row["change_date"] for row in lakes.rows(lake, "subscription_changes")} == {
            date(2025, 5, 1), date(2025, 7, 1), date(2025, 8, 1)}


def test_plays_after_the_last_session_began_have_their_day(tmp_path):
    source = of_subscriptions({"A": []})
    source.sessions = [{"session_id": f"s{n}", "customer_id": "A", "start_timestamp": start}
                       for n, start in enumerate((FIRST, FIRST + timedelta(days=1, hours=23, minutes=50)))]
    source.events = [{"customer_id": "A", "session_id": "s1", "event_timestamp": FIRST + timedelta(days=1, hours=23, minutes=51 + n),
                      "event_type": "play", "track_id": "t"} for n in (0, 14, 19)]
    engagement.write(tmp_path / "source", source)
    kpi(tmp_path / "lake", source=tmp_path / "source")
    rows = lakes.rows(tmp_path / "lake", "listening")
    sums = {period: sum(row["plays"] for row in rows if row["period"] == period) for period in ("day", "week", "month")}
    assert sums == {"day": 3, "week": 3, "month": 3}
    last = max((row for row in rows if row["period"] == "day"), key=lambda row: row["period_start"])
    assert (last["period_start"], last["period_end"], last["plays"], last["is_complete"]) == (date(2025, 7, 3), date(2025, 7, 3), 2, False)
