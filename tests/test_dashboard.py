"""The dashboard in Chromium, on a server of the program; and reports. What a check does stands in tests/browser/."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

import engagement_source as engagement
import lake as lakes
import samples
from receivers import MailServer, free_port

pytestmark = pytest.mark.browser

TOOLS = lakes.DEPS / "browser"
CHECKS = lakes.REPO / "tests" / "browser" / "dashboard.mjs"
EVIL = "<x-evil onclick=\"hit=1\">'&\u202eabc\U0001f3b5</x-evil><script>hit=1</script>"


class Server:
    """`cadenza serve` on a lake, at a port that is free."""

    def __init__(self, lake, *flags, port=0):
        self.lake, self.flags, self.port = lake, flags, port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.start()
        return self

    def start(self):
        self.process = lakes.start("serve", "--lake", self.lake, "--listen", f"127.0.0.1:{self.port}", *self.flags)
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.get("/healthz")
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None, self.process.communicate()
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def get(self, address):
        """The answer's body."""
        with urllib.request.urlopen(self.base + address, timeout=60) as reply:
            return reply.read()

    def json(self, address):
        return json.loads(self.get(address))


def browse(check, base, timeout=240, checks=CHECKS, **extra):
    """Runs a check; what it printed."""
    if not (TOOLS / "playwright-core").is_dir():
        pytest.fail(f"no playwright-core in {TOOLS}: ./dev test --all fetches it")
    done = subprocess.run(["node", checks, check, base], capture_output=True, text=True, timeout=timeout,
                          env=os.environ | {"CADENZA_BROWSER_TOOLS": str(TOOLS)} | extra)
    assert done.returncode == 0, done.stderr
    return done.stdout


def converse(check, base, **acts):
    """Runs a check of traps.mjs; a line `@name` of it asks for an act, and the check goes on when that is done."""
    process = subprocess.Popen(["node", CHECKS.with_name("traps.mjs"), check, base], text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=os.environ | {"CADENZA_BROWSER_TOOLS": str(TOOLS)})
    asked = []
    try:
        for line in process.stdout:
            if line.startswith("@"):
                asked.append(line[1:].strip())
                acts[asked[-1]]()
                process.stdin.write("done\n")
                process.stdin.flush()
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert asked == list(acts)


@pytest.fixture(scope="module")
def lake(shared_data, tmp_path_factory):
    """The published data, logs of the sample and live windows in one lake."""
    if not (shared_data / "engagement").is_dir():
        pytest.skip("shared data is absent: engagement")
    folder = tmp_path_factory.mktemp("dashboard")
    engagement.kpi(folder / "lake", source=shared_data / "engagement")
    sample = samples.write(folder / "raw", seed=3)
    lakes.etl(folder / "lake", [sample.songs], [sample.logs])
    (folder / "incoming").mkdir()
    shutil.copy(shared_data / "engagement" / "sessions.parquet", folder / "incoming")
    done = lakes.run("stream", "--source", folder / "incoming", "--lake", folder / "lake", "--once")
    assert done.code == 0, done.err
    done = lakes.run("alerts", "check", "--lake", folder / "lake")
    assert done.code == 0, done.err
    return folder / "lake"


@pytest.fixture(scope="module")
def server(lake):
    with Server(lake) as one:
        yield one


@pytest.mark.parametrize("check", ["values", "published", "incomplete", "keyboard", "axe", "tabs", "history", "filter",
                                   "trouble", "extremes", "long", "wire", "widths", "shift", "sql"])
def test_page(server, check):
    browse(check, server.base)


@pytest.mark.parametrize("accepted, packed", [("gzip, deflate", True), ("gzip;q=0.5", True), ("gzip;q=0", False),
                                              ("identity", False), (None, False)])
def test_page_is_packed_only_for_who_can_unpack_it(server, accepted, packed):
    headers = {"Accept-Encoding": accepted} if accepted else {}
    with urllib.request.urlopen(urllib.request.Request(server.base + "/", headers=headers)) as reply:
        body = reply.read()
        assert reply.headers.get("Content-Encoding") == ("gzip" if packed else None)
    text = gzip.decompress(body) if packed else body
    assert text.lower().startswith(b"<!doctype html>"), text[:80]


def test_screens_are_as_stored(server, tmp_path):
    """Overview, live and listeners at 1440 pixels; CADENZA_PICTURES=store keeps new ones of all, after a look at each."""
    stored = lakes.REPO / "docs" / "dashboard"
    done = subprocess.run(["node", CHECKS.parent / "pictures.mjs", server.base, tmp_path, stored], capture_output=True,
                          text=True, timeout=240, env=os.environ | {"CADENZA_BROWSER_TOOLS": str(TOOLS)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(path.stat().st_size <= 200_000 for path in stored.glob("*.png"))


# Tiles --------------------------------------------------------------------------------------------

WINDOWS = ["", "from=2025-07-15&to=2025-08-05", "from=2025-07-12&to=2025-07-31&grain=day"]


def test_every_tile_answers(server):
    tiles = server.json("/api/v1/tiles")["tiles"]
    assert len(tiles) > 25
    for tile in tiles:
        for window in WINDOWS:
            answer = server.json(f"/api/v1/tiles/{tile['name']}?{window}")
            assert answer["tile"] == tile["name"] and answer["tells"]
            assert answer["as_of"]["run"] > 0
            assert all(column["meaning"] for column in answer["columns"]), (tile["name"], answer["columns"])
            assert all(len(row) == len(answer["columns"]) for row in answer["rows"])
            assert answer["state"] == ("ok" if answer["rows"] else "empty")
            assert answer["reason"] or answer["rows"], tile["name"]


def test_tiles_say_what_the_tables_say(server, lake):
    cards = server.json("/api/v1/tiles/kpi_cards")
    at = [column["name"] for column in cards["columns"]]
    got = {row[at.index("metric")]: [row[at.index(name)] for name in ("value", "numerator", "denominator")]
           for row in cards["rows"]}
    assert got == {"session_adoption_rate": [89.93, 10791, 12000], "engaged_users": [76.69, 8276, 10791],
                   "paid_share": [61.12, 6595, 10791]}
    for window, first, last in (("", "2025-07-01", "2025-08-31"), (WINDOWS[1], "2025-07-15", "2025-08-05")):
        days = server.json(f"/api/v1/tiles/sessions_by_day?{window}")["rows"]
        wanted = lakes.query(lake, f"""select cast(period_start as varchar) as day, sessions, listeners, is_complete
            from active_listeners where period = 'day' and period_start between '{first}' and '{last}' order by day""")
        assert days == [list(row.values()) for row in wanted] and days


# Of a customer c, and a row s of session_days where a platform is asked for, else of customer_days.
FILTERS = {
    "country=DE": "c.country = 'DE'",
    "plan=paid": "paid.customer_id is not null",
    "plan=free&country=US": "paid.customer_id is null and c.country = 'US'",
    "platform=ios": "s.platform = 'ios'",
    "platform=android&device=unknown&plan=paid": "s.platform = 'android' and s.device = 'unknown' and paid.customer_id is not null",
}


each_filter = pytest.mark.parametrize("filters", FILTERS)
each_window = pytest.mark.parametrize("window", [("2025-07-01", "2025-08-31"), ("2025-07-15", "2025-08-05")])


def table_for(filters) -> str:
    return "session_days" if "platform" in filters else "customer_days"


def paid_in(first, last) -> str:
    """The customers who pay at some time of the window, as a step of SQL."""
    return f"""paid as (select distinct customer_id from paid_spans where start_time < timestamptz '{last}' + interval 1 day
        and (end_time is null or end_time >= timestamptz '{first}'))"""


@each_filter
@each_window
def test_filtered_tiles_say_what_the_tables_say(server, lake, filters, window):
    first, last = window
    table = table_for(filters)
    kept = f"""with {paid_in(first, last)}
        select s.*, c.country from {{}} s join customer_engagement c using (customer_id) left join paid using (customer_id)
        where session_date between '{first}' and '{last}' and {FILTERS[filters]}"""
    (sums,) = lakes.query(lake, f"""select sum(sessions)::bigint as sessions, count(distinct customer_id) as listeners,
        count(distinct (customer_id, session_date)) as days from ({kept.format(table)})""")
    by_platform = lakes.query(lake, f"""select platform, count(distinct customer_id) as listeners, sum(sessions)::bigint as sessions
        from ({kept.format('session_days')}) group by platform order by listeners desc, platform""")
    ask = lambda tile: server.json(f"/api/v1/tiles/{tile}?from={first}&to={last}&{filters}")
    days, months, platforms, countries = map(ask, ("sessions_by_day", "sessions_by_month", "listeners_by_platform",
                                                   "listeners_by_country"))
    for answer in (days, months, platforms, countries):
        assert answer["filters"]["not_applied"] == [], answer["tile"]
    assert sum(row[1] for row in days["rows"]) == sum(row[1] for row in months["rows"]) == sums["sessions"] > 0
    assert sum(row[2] for row in days["rows"]) == sums["days"]
    assert [row[:3] for row in platforms["rows"]] == [list(row.values()) for row in by_platform] != []
    assert sum(row[1] for row in countries["rows"]) == sums["listeners"]


def answer_rows(server, tile, query, *columns):
    """The columns of a tile's rows, and that no filter was left out."""
    answer = server.json(f"/api/v1/tiles/{tile}?{query}")
    assert answer["filters"]["not_applied"] == [], tile
    at = [[column["name"] for column in answer["columns"]].index(name) for name in columns]
    return [[row[i] for i in at] for row in answer["rows"]]


def listed(rows):
    return [list(row.values()) for row in rows]


@each_filter
@each_window
def test_listeners_follow_the_filters(server, lake, filters, window):
    """Retention, lifecycle and stickiness counted customer by customer, over all days of those whom the filters leave."""
    first, last = window
    table = table_for(filters)
    kept = f"""with {paid_in(first, last)},
        kept as (select distinct s.customer_id, s.session_date as day from {table} s join customer_engagement c using (customer_id)
        left join paid using (customer_id) where {FILTERS[filters]}),
        firsts as (select customer_id, min(day) as day from kept group by customer_id),
        weeks as (select distinct customer_id, date_trunc('week', day)::date as week from kept)"""
    query = f"from={first}&to={last}&{filters}"

    wanted = lakes.query(lake, f"""{kept} select date_trunc('week', firsts.day)::date::varchar as cohort, n,
        count(kept.customer_id) as retained, count(*) as cohort_size
        from firsts cross join range(31) as numbers(n)
        left join kept on kept.customer_id = firsts.customer_id and kept.day = firsts.day + n::integer
        where firsts.day between '{first}' and '{last}' and firsts.day + n::integer <= (select max(date) from days)
        group by all order by 1, 2""")
    assert answer_rows(server, "retention_cohorts", query, "cohort", "day_number", "retained", "cohort_size") == listed(wanted)
    assert wanted or window != ("2025-07-01", "2025-08-31")

    wanted = lakes.query(lake, f"""{kept} select now.week::varchar as week,
        count(*) filter (where before.week is not null) as returning,
        count(*) filter (where date_trunc('week', firsts.day) = now.week) as new,
        count(*) filter (where before.week is null and date_trunc('week', firsts.day) < now.week) as resurrected
        from weeks as now join firsts using (customer_id)
        left join weeks as before on before.customer_id = now.customer_id and before.week = now.week - 7
        where now.week + 6 >= '{first}' and now.week <= '{last}' group by now.week order by now.week""")
    assert answer_rows(server, "lifecycle_by_period", query, "period_start", "returning", "new", "resurrected") == listed(wanted) != []

    wanted = lakes.query(lake, f"""{kept} select date::varchar as day, count(distinct customer_id) filter (where kept.day = date),
        count(distinct customer_id) from days left join kept on kept.day between date - 27 and date
        where date between '{first}' and '{last}' group by date order by date""")
    assert answer_rows(server, "stickiness_by_day", query, "day", "listeners", "listeners_28_days") == listed(wanted) != []


@each_filter
@each_window
def test_subscriptions_follow_the_filters(server, lake, filters, window):
    """Who came on the platform that is asked for counts, with all their subscriptions."""
    first, last = window
    table = table_for(filters)
    of = re.sub(r"\bs\.[a-z]+ = '[a-z]+'( and )?", "", FILTERS[filters]) or "true"
    of_sessions = " and ".join(re.findall(r"s\.[a-z]+ = '[a-z]+'", FILTERS[filters])) or "true"
    base = f"""with {paid_in(first, last)},
        active as (select distinct customer_id from {table} s where session_date between '{first}' and '{last}' and {of_sessions}),
        chosen as (select c.customer_id, paid.customer_id is not null as is_paid, active.customer_id is not null as is_active
        from customer_engagement c left join paid using (customer_id) left join active using (customer_id)
        where {of} and ({of_sessions == 'true'} or active.customer_id is not null)),
        paying as (select distinct date, held_spans.customer_id from held_spans join days on start_time < date::timestamptz
        and (end_time is null or end_time >= date::timestamptz)),
        at_start as (select distinct customer_id from held_spans where start_time < timestamptz '{first}'
        and (end_time is null or end_time >= timestamptz '{first}'))"""
    query = f"from={first}&to={last}&grain=day&{filters}"

    wanted = lakes.query(lake, f"""{base} select date::varchar as day,
        (select count(distinct customer_id) from subscription_changes join chosen using (customer_id)
         where change = 'converted' and change_date = date
         and customer_id not in (select customer_id from paying where paying.date = days.date)),
        (select count(distinct customer_id) from subscription_changes join chosen using (customer_id)
         where change = 'downgraded' and change_date = date),
        (select count(distinct customer_id) from subscription_changes join chosen using (customer_id)
         where change = 'cancelled' and change_date = date)
        from days where date between '{first}' and '{last}' order by date""")
    assert answer_rows(server, "conversion", query, "period_start", "converted", "downgraded", "cancelled") == listed(wanted) != []

    (one,) = lakes.query(lake, f"""{base}, changed as (select customer_id, change from subscription_changes
        where change_date between '{first}' and '{last}')
        select count(*) as customers, count(*) filter (where is_active) as active,
        count(*) filter (where customer_id not in (from at_start)) as "free at start",
        count(*) filter (where customer_id not in (from at_start) and customer_id in
                         (select customer_id from changed where change = 'converted')) as converted,
        count(*) filter (where is_paid) as paid,
        count(*) filter (where is_paid and customer_id in (select customer_id from changed where change = 'downgraded')) as downgraded,
        count(*) filter (where customer_id in (select customer_id from changed where change = 'cancelled')) as cancelled from chosen""")
    assert answer_rows(server, "funnel", query, "step", "customers") == [[step, count] for step, count in one.items()]
    assert one["active"] > 0


def test_without_filters_the_tables_of_gold_answer(server, lake):
    window = "from=2025-07-01&to=2025-08-31"
    funnel = lakes.query(lake, "select replace(step, '_', ' ') as step, customers, percent, of_step from subscription_funnel order by step_number")
    for query in ("", window):
        assert answer_rows(server, "funnel", query, "step", "customers", "percent", "of_step") == listed(funnel)
    stickiness = lakes.query(lake, "select day::varchar as day, stickiness_percent, is_complete from stickiness order by day")
    assert answer_rows(server, "stickiness_by_day", window, "day", "stickiness_percent", "is_complete") == listed(stickiness)


def test_counts_in_memory_are_those_of_the_models(server, lake):
    """Without the index of customers each answer is by SQL."""
    deadline = time.monotonic() + 60
    while server.json("/api/v1/metrics/paid_share")["counted_by"] != "index":
        assert time.monotonic() < deadline, "no index"
        time.sleep(0.05)
    with Server(lake, "--index-memory", "0") as by_sql:
        for tile in ("retention_cohorts", "lifecycle_by_period", "stickiness_by_day", "sessions_by_day", "sessions_by_month",
                     "listeners_by_country", "listeners_by_platform", "listeners_by_device"):
            for query in ("country=DE", "plan=paid&grain=day", "plan=free&country=US&grain=month&from=2025-07-20&to=2025-08-20", "country=nowhere",
                          "platform=ios", "device=unknown&plan=paid&from=2025-08-01", "platform=android&country=DE&to=2025-08-02"):
                one, other = (each.json(f"/api/v1/tiles/{tile}?{query}") for each in (server, by_sql))
                assert one["rows"] == other["rows"] and one["columns"] == other["columns"], (tile, query)
                assert one["rows"] or "nowhere" in query or tile == "retention_cohorts"


@pytest.fixture(scope="module")
def log_server(tmp_path_factory):
    """A lake of an event log alone, with its metrics."""
    folder = tmp_path_factory.mktemp("log_dashboard")
    sample = samples.write(folder / "raw", seed=11)
    lakes.etl(folder / "lake", [sample.songs], [sample.logs])
    done = lakes.run("kpi", "--lake", folder / "lake", "--json")
    assert done.code == 0, done.err
    with Server(folder / "lake") as one:
        yield one


PLAYS = {
    "": "true",
    "plan=paid": "user_id in (from paid)",
    "plan=free": "user_id is null or user_id not in (from paid)",
    "platform=linux": "user_agent like '%Linux%'",
    "platform=windows&device=desktop&plan=free": "user_agent like '%Windows%' and (user_id is null or user_id not in (from paid))",
    "device=phone": "false",
}


@pytest.mark.parametrize("filters", PLAYS)
def test_plays_of_the_log_follow_the_filters(log_server, filters):
    lake = log_server.lake
    (days,) = lakes.query(lake, """select min(start_time)::date::varchar as first, (min(start_time)::date + 9)::varchar as last from songplays""")
    first, last = days["first"], days["last"]
    kept = f"""with paid as (select distinct user_id from user_levels where level = 'paid' and valid_from < timestamptz '{last}' + interval 1 day
        and (valid_to is null or valid_to >= timestamptz '{first}')),
        kept as (select * from songplays where start_time::date between '{first}' and '{last}' and ({PLAYS[filters]}))"""
    query = f"from={first}&to={last}&{filters}"
    artists = lakes.query(lake, f"""{kept} select name, count(*) as plays, count(distinct user_id) as listeners, count(distinct song_id) as songs
        from kept join artists using (artist_id) group by artist_id, name order by plays desc, name""")
    assert answer_rows(log_server, "artists_of_logs", query, "artist", "plays", "listeners", "songs") == listed(artists)
    hours = lakes.query(lake, f"""{kept} select hour(start_time) as hour, dayname(start_time) as weekday, count(*) as plays from kept
        group by all order by isodow(any_value(start_time)), hour""")
    assert [row for row in answer_rows(log_server, "plays_by_hour", query, "hour", "weekday", "plays") if row[2]] == listed(hours)
    states = lakes.query(lake, f"""{kept} select nullif(regexp_extract(location, ', ([A-Z]{{2}})', 1), '') as state, count(*) as plays,
        count(distinct user_id) as listeners from kept group by 1 order by plays desc, state""")
    assert answer_rows(log_server, "state_table", query, "state", "plays", "listeners") == listed(states)
    assert answer_rows(log_server, "plays_by_state", query, "state", "plays") == [row[:2] for row in listed(states) if row[0]]
    assert bool(states) == (filters != "device=phone")


@pytest.mark.parametrize("plan", ["paid", "free"])
def test_listening_follows_the_plan(log_server, plan):
    (days,) = lakes.query(log_server.lake, "select min(start_time)::date::varchar as first, max(start_time)::date::varchar as last from songplays")
    wanted = lakes.query(log_server.lake, f"""with paid as (select distinct customer_id from paid_spans
        where start_time < timestamptz '{days["last"]}' + interval 1 day and (end_time is null or end_time >= timestamptz '{days["first"]}'))
        select start_time::date::varchar as day, count(*) as plays from songplays left join paid on customer_id = user_id
        where user_id is not null and customer_id is {"not" if plan == "paid" else ""} null group by all order by day""")
    query = f"from={days['first']}&to={days['last']}&grain=day"
    some = answer_rows(log_server, "plays_by_period", f"{query}&plan={plan}", "period_start", "plays")
    assert [row for row in some if row[1]] == listed(wanted) != []
    every = answer_rows(log_server, "plays_by_period", query, "period_start", "plays", "streams")
    both = [answer_rows(log_server, "plays_by_period", f"{query}&plan={one}", "plays", "streams") for one in ("paid", "free")]
    assert [row[1:] for row in every] == [[a + b for a, b in zip(*rows)] for rows in zip(*both)]
    assert answer_rows(log_server, "completion_and_skips", f"{query}&plan={plan}", "completion_percent") != answer_rows(
        log_server, "completion_and_skips", query, "completion_percent")


def test_what_a_filter_cannot_reach_is_named(server, log_server):
    for one, tile, query, missed in (
            (server, "songs_most_played", "country=DE&plan=paid", ["country", "plan"]), (server, "plays_by_period", "platform=ios&plan=paid", ["platform"]),
            (log_server, "artists_of_logs", "country=DE", ["country"]), (server, "live_windows", "device=phone", ["device"])):
        assert one.json(f"/api/v1/tiles/{tile}?{query}")["filters"]["not_applied"] == missed, tile


def test_places_in_the_analysis_window_are_those_of_the_table(server, lake):
    for tile, dimension in (("listeners_by_country", "country"), ("listeners_by_platform", "platform"), ("listeners_by_device", "device")):
        wanted = lakes.query(lake, "select segment, listeners, sessions, engaged_percent, paid_percent from engagement_by_segment "
                                   f"where dimension = '{dimension}' order by listeners desc, segment")
        assert server.json(f"/api/v1/tiles/{tile}")["rows"] == [list(row.values()) for row in wanted] and wanted


def test_months_that_the_window_cuts_are_not_complete(server):
    answer = server.json("/api/v1/tiles/sessions_by_month")
    names = [column["name"] for column in answer["columns"]]
    # The data begin on 12 July and end on 11 August.
    assert [row[names.index("is_complete")] for row in answer["rows"]] == [False, False]


@pytest.mark.parametrize("query", ["from=2025-13-01", "from=yesterday", "from=2025-08-01&to=2025-07-01", "grain=hour",
                                   "colour=red", "to=2025-02-30"])
def test_parameters_that_cannot_be_are_refused(server, query):
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.get(f"/api/v1/tiles/sessions_by_day?{query}")
    assert refused.value.code == 400
    assert json.loads(refused.value.read())["error"]["message"]


def test_values_are_no_sql(server):
    answer = server.json("/api/v1/tiles/sessions_by_day?country=%27%3B%20drop%20table%20x%3B--")
    assert answer["filters"]["not_applied"] == ["country"] or answer["filters"]["applied"] == ["country"]
    assert server.json("/api/v1/tiles/sessions_by_day")["rows"]


def test_tables_that_are_not_there_are_named_with_the_command(sample_lake):
    with Server(sample_lake) as server:
        answer = server.json("/api/v1/tiles/kpi_trends")
        assert answer["state"] == "empty"
        assert "kpi_window" in answer["reason"] and "`cadenza kpi" in answer["reason"]
        assert server.json("/api/v1/tiles/plays_by_hour")["state"] == "ok"
        browse("axe", server.base)


def test_names_are_text(tmp_path):
    """Each text column of the sources holds markup."""
    sample = samples.write(tmp_path / "raw", seed=5)
    for path in [*Path(sample.logs).rglob("*.json"), *Path(sample.songs).rglob("*.json")]:
        lines = []
        for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                lines.append(line)
                continue
            for key in ("artist", "song", "firstName", "lastName", "location", "userAgent", "artist_name", "title",
                        "artist_location"):
                if isinstance(record, dict) and record.get(key):
                    record[key] = EVIL + str(record[key])
            lines.append(json.dumps(record))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogateescape")
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    done = lakes.run("kpi", "--lake", lake, "--json")
    assert done.code == 0, done.err
    with Server(lake) as server:
        browse("injection", server.base)


# Traps ---------------------------------------------------------------------------------------------

TRAPS = CHECKS.with_name("traps.mjs")


def test_a_day_whose_last_windows_are_missing(tmp_path):
    source = engagement.generate(6)
    source.sessions = [row for row in source.sessions if row["start_timestamp"] < engagement.FIRST + timedelta(days=41, hours=14)]
    engagement.write(tmp_path / "source", source)
    engagement.kpi(tmp_path / "lake", source=tmp_path / "source")
    (tmp_path / "incoming").mkdir()
    shutil.copy(tmp_path / "source" / "sessions.parquet", tmp_path / "incoming")
    done = lakes.run("stream", "--source", tmp_path / "incoming", "--lake", tmp_path / "lake", "--once")
    assert done.code == 0, done.err
    with Server(tmp_path / "lake") as server:
        browse("lastday", server.base, checks=TRAPS)


def test_a_whole_july_beside_eleven_days_of_august(tmp_path):
    source = engagement.generate(5)
    end = engagement.FIRST + timedelta(days=42)
    source.sessions = [row for row in source.sessions if row["start_timestamp"] < end]
    # The last hour of 11 August has a session: the day is whole, and the month is not.
    source.sessions.append(source.sessions[-1] | {"session_id": "last", "start_timestamp": end - timedelta(minutes=5)})
    engagement.write(tmp_path / "source", source)
    engagement.kpi(tmp_path / "lake", source=tmp_path / "source")
    with Server(tmp_path / "lake") as server:
        browse("months", server.base, checks=TRAPS)


def test_an_empty_lake(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.json").write_text("\n")
    lakes.etl(tmp_path / "lake", [], [tmp_path / "logs"])
    with Server(tmp_path / "lake") as server:
        browse("empty", server.base, checks=TRAPS)


def test_a_table_that_cannot_be_read(lake, tmp_path):
    broken = tmp_path / "lake"
    shutil.copytree(lake, broken)
    with Server(broken) as server:
        for path in lakes.table_path(broken, "stickiness").rglob("*.parquet"):
            path.unlink()
        browse("unreadable", server.base, checks=TRAPS)


def test_a_server_that_goes_and_comes_back(lake):
    with Server(lake) as server:
        converse("gone", server.base, stop=server.stop, start=server.start)


def test_a_run_in_the_middle_of_a_click(tmp_path):
    sample = samples.write(tmp_path / "raw", seed=7)
    files = sorted(Path(sample.logs).rglob("*.json"))
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], files[:-1])
    done = lakes.run("kpi", "--lake", lake)
    assert done.code == 0, done.err
    with Server(lake) as server:
        converse("midrun", server.base, run=lambda: lakes.etl(lake, [sample.songs], files[-1:]))


def test_names_of_an_engagement_source_are_text(tmp_path):
    source = engagement.generate(8)
    for row in source.customers:
        row["country"] = EVIL + str(row["country"])
    for number, row in enumerate(source.sessions):
        row |= {"platform": EVIL + row["platform"], "device": EVIL + "phone"}
    for row in source.subscriptions:
        row["subscription_type"] = row["subscription_type"] and EVIL + row["subscription_type"]
    for number in range(6):
        source.tracks.append({"track_id": f"{EVIL}{number}", "title": f"{EVIL} song {number}", "artist_name": f"{EVIL} {number}",
                              "duration_ms": 200_000})
    for number, row in enumerate(source.sessions[:300]):
        source.events.append({"event_id": f"E{number}", "customer_id": row["customer_id"], "session_id": row["session_id"],
                              "event_timestamp": row["start_timestamp"] + timedelta(seconds=1), "event_type": "play",
                              "track_id": source.tracks[number % 6]["track_id"]})
    engagement.write(tmp_path / "source", source)
    engagement.kpi(tmp_path / "lake", source=tmp_path / "source")
    with Server(tmp_path / "lake") as server:
        browse("names", server.base, checks=TRAPS)


def test_a_viewer_logs_in_and_sees_no_single_listener(lake, tmp_path):
    users = tmp_path / "users.toml"
    done = subprocess.run([lakes.program(), "serve", "user", "add", "vera", "--role", "viewer", "--users", users],
                          input="a long password\n", capture_output=True, text=True, env=lakes.environment())
    assert done.returncode == 0, done.stderr
    with Server(lake, "--users", users) as server:
        browse("login", server.base, CADENZA_LOGIN="vera:a long password")


# Reports ------------------------------------------------------------------------------------------

REPORT = ("report", "--from", "2025-07-13", "--to", "2025-08-10")


@pytest.fixture(scope="module")
def report(lake, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "august.html"
    done = lakes.run(*REPORT, "--lake", lake, "--out", path)
    assert done.code == 0, done.err
    return path


def test_report_stands_alone(report):
    text = report.read_text()
    assert len(text) <= 1 << 20
    assert "http" not in text and "<script" not in text and "src=" not in text and not re.search(r"url\((?!#)", text)
    assert "13 Jul 2025 to 10 Aug 2025" in text


def test_report_in_a_browser(lake, tmp_path):
    path = tmp_path / "whole.html"
    done = lakes.run("report", "--lake", lake, "--from", "2025-07-01", "--to", "2025-08-31", "--partial", "--out", path)
    assert done.code == 0, done.err
    browse("report", path.as_uri(), CADENZA_PDF=str(tmp_path / "report.pdf"))
    assert "not complete" in path.read_text()


def test_the_same_report_has_the_same_bytes(lake, report):
    again = lakes.run(*REPORT, "--lake", lake, "--out", "-")
    assert again.code == 0 and again.out == report.read_text()


def test_a_window_without_data_is_refused(lake, tmp_path):
    done = lakes.run("report", "--lake", lake, "--from", "2025-07-01", "--to", "2025-08-31", "--out", tmp_path / "a.html")
    assert done.code == 1 and "days are not covered" in done.err and "--partial" in done.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("flags", [[], ["--from", "2025-07-01"], ["--from", "2025-08-01", "--to", "2025-07-01"],
                                   ["--last", "month", "--from", "2025-07-01"], ["--from", "x", "--to", "y"]])
def test_wrong_use_of_report(lake, tmp_path, flags):
    done = lakes.run("report", "--lake", lake, *flags, "--out", tmp_path / "a.html")
    assert done.code == 2, done.err
    assert not list(tmp_path.iterdir())


def test_report_by_mail(lake):
    with MailServer() as mail:
        done = lakes.run(*REPORT, "--lake", lake, "--mail-to", "team@example.com", "--mail-from", "lake@example.com",
                         "--smtp", mail.url)
        assert done.code == 0, done.err
        message = mail.messages[0][2]
    parts = list(message.walk())
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    assert len(pages) == 2 and "<svg" not in pages[0].get_content() and "<svg" in pages[1].get_content()
    assert "89.93" in pages[0].get_content() or "Session adoption" in pages[0].get_content()
    assert re.fullmatch(r"cadenza_2025-07-13_2025-08-10\.html", pages[1].get_filename())
