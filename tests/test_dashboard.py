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
from pathlib import Path

import pytest

import engagement_source as engagement
import lake as lakes
import samples
from receivers import MailServer, free_port

pytestmark = pytest.mark.browser

TOOLS = Path(os.environ.get("CADENZA_DEPS", lakes.REPO / ".deps")) / "browser"
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


def browse(check, base, timeout=240, **extra):
    """Runs a check; what it printed."""
    if not (TOOLS / "playwright-core").is_dir():
        pytest.fail(f"no playwright-core in {TOOLS}: ./dev test --all fetches it")
    done = subprocess.run(["node", CHECKS, check, base], capture_output=True, text=True, timeout=timeout,
                          env=os.environ | {"CADENZA_BROWSER_TOOLS": str(TOOLS)} | extra)
    assert done.returncode == 0, done.stderr
    return done.stdout


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


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("window", [("2025-07-01", "2025-08-31"), ("2025-07-15", "2025-08-05")])
def test_filtered_tiles_say_what_the_tables_say(server, lake, filters, window):
    first, last = window
    table = "session_days" if "platform" in filters else "customer_days"
    kept = f"""with paid as (
        select distinct customer_id from paid_spans where start_time < timestamptz '{last}' + interval 1 day
        and (end_time is null or end_time >= timestamptz '{first}'))
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


def test_a_run_refreshes_what_it_changed(server, lake, tmp_path):
    """And a server that comes back is found again."""
    browse("long", server.base)
    server.stop()
    server.start()
    assert server.json("/api/v1/tiles/kpi_cards")["state"] == "ok"


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
