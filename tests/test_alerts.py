"""cadenza alerts replay: when each rule would have fired on past windows."""

import csv
import io

import duckdb
import numpy
import pyarrow.parquet
import pytest
from deltalake import write_deltalake

import lake as lakes
import windows


def replay(*arguments, **options) -> dict:
    outcome = lakes.run("alerts", "replay", "--json", *arguments, **options)
    assert outcome.code == 0, outcome.err
    return {rule["rule"]: rule for rule in outcome.json["rules"]} | {"": outcome.json}


def opened(rule, kind=None) -> list[dict]:
    return [a for a in rule["alerts"] if a["state"] == "opened" and kind in (None, a["kind"])]


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """Six weeks without any incident."""
    return windows.write(tmp_path_factory.mktemp("noise") / "windows.parquet", windows.table(windows.counts(42, seed=1)))


def test_on_noise_the_published_rule_fires_daily_and_ours_keeps_its_budget(noise):
    rules = replay("--windows", noise)
    assert rules[""]["windows"] == 42 * 288
    assert rules["published"]["judged_windows"] == 42 * 288 - 11
    assert 19 < rules["published"]["a_day"] < 30
    assert rules["published-past"]["a_day"] > 19
    assert rules["seasonal"]["judged_days"] == 28
    assert rules["seasonal"]["incidents"] <= 4 + 6, "four weeks at one a week, with six by bad luck"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("mean", [1e4, 1e6])
def test_the_budget_holds_for_large_counts_with_loud_weekends(mean, seed, tmp_path):
    """The noise of counts alone: a window that is weighed down must not bend what is usual at its time of day."""
    usual = windows.usual(42, mean)
    drawn = numpy.random.default_rng(seed).normal(usual, numpy.sqrt(usual))
    path = windows.write(tmp_path / "windows.parquet", windows.table(numpy.rint(drawn).astype(numpy.int64)))
    assert replay("--windows", path, "--rule", "seasonal")["seasonal"]["incidents"] <= 4 + 6


def test_on_noise_without_trend_the_published_rule_fires_24_times_a_day(tmp_path):
    path = windows.write(tmp_path / "windows.parquet", windows.table(windows.counts(28, seed=3, flat=True)))
    assert 22 < replay("--windows", path)["published"]["a_day"] < 25, "one window in twelve, without ties"


def spikes(sessions, with_current) -> int:
    """The published rule in whole numbers: of 12 counts in order, 95 % lie below a10 + 0.45 * (a11 - a10)."""
    found = 0
    for i in range(11 if with_current else 12, len(sessions)):
        recent = sorted(sessions[i - 11:i + 1] if with_current else sessions[i - 12:i])
        found += 100 * sessions[i] > 55 * recent[10] + 45 * recent[11]
    return int(found)


def test_published_rule_is_exact(noise):
    sessions = pyarrow.parquet.read_table(noise)["sessions"].to_pylist()
    rules = replay("--windows", noise)
    assert rules["published"]["fired"] == spikes(sessions, True)
    assert rules["published-past"]["fired"] == spikes(sessions, False)


def test_incidents_are_seen_at_once_and_close(tmp_path):
    rush, outage, half = (windows.index_of(f"2026-07-{day} {at}") for day, at in
                          (("02", "12:00"), ("05", "18:30"), ("08", "20:00")))
    made = windows.counts(42, seed=2, incidents=[(rush, 4, 3), (outage, 6, 0), (half, 12, 0.5)])
    path = windows.write(tmp_path / "windows.csv", windows.table(made))
    found = opened(replay("--windows", path)["seasonal"])
    expected = {("spike", "2026-07-02T12:00:00Z"), ("missing", "2026-07-05T18:30:00Z"), ("drop", "2026-07-08T20:00:00Z")}
    assert expected <= {(a["kind"], a["window_start"]) for a in found}
    assert len(found) <= len(expected) + 4
    closed = {a["alert_id"]: a for a in replay("--windows", path)["seasonal"]["alerts"] if a["state"] == "closed"}
    for alert in found:
        assert closed[alert["alert_id"]]["window_start"] > alert["window_start"]


def test_csv_parquet_and_delta_are_the_same(noise, tmp_path):
    made = windows.table(windows.counts(42, seed=1))
    write_deltalake(str(tmp_path / "lake" / "gold" / "sessions_5m"), made)
    text = windows.write(tmp_path / "windows.csv", made)
    rules = [replay("--windows", noise), replay("--windows", text), replay("--lake", tmp_path / "lake")]
    for other in rules[1:]:
        assert [other[name] for name in ("published", "seasonal")] == [rules[0][n] for n in ("published", "seasonal")]


def test_groups_are_added_up_or_judged_alone(tmp_path):
    made = windows.counts(35, seed=4)
    outage = windows.index_of("2026-07-01 15:00")
    other = windows.counts(35, seed=5, incidents=[(outage, 12, 0)])
    path = tmp_path / "windows.parquet"
    connection = duckdb.connect()
    connection.register("de", windows.table(made))
    connection.register("fr", windows.table(other))
    connection.execute(
        f"COPY (SELECT *, 'DE' AS country FROM de UNION ALL SELECT *, 'FR' FROM fr) TO '{path}' (FORMAT parquet)")
    together = replay("--windows", path)
    assert together[""]["series"] == 1
    assert "drop" in {a["kind"] for a in opened(together["seasonal"]) if a["window_start"] >= "2026-07-01T15"}
    alone = replay("--windows", path, "--by", "country")
    assert alone[""]["series"] == 2
    missing = opened(alone["seasonal"], "missing")
    assert [(a["series"], a["window_start"]) for a in missing] == [("country=FR", "2026-07-01T15:00:00Z")]


def test_the_time_of_day_is_that_of_the_zone(tmp_path):
    """Windows over the end of summer time: by the clocks of the listeners the evening does not move."""
    days = 42
    random = numpy.random.default_rng(6)
    begin = windows.BEGIN.replace(month=10, day=1)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    local = connection.execute(
        "SELECT hour(t AT TIME ZONE 'Europe/Berlin') FROM range(TIMESTAMPTZ '2026-10-01', "
        f"TIMESTAMPTZ '2026-10-01' + INTERVAL {days} DAY, INTERVAL 5 MINUTE) AS r(t)").fetchnumpy()
    hours = next(iter(local.values()))
    made = random.poisson(numpy.where((hours >= 18) & (hours < 23), 300, 100))
    path = windows.write(tmp_path / "windows.parquet", windows.table(made, begin=begin))
    assert len(opened(replay("--windows", path, "--timezone", "Europe/Berlin")["seasonal"])) <= 8
    in_utc = opened(replay("--windows", path)["seasonal"])
    assert {"2026-10-25T16:00:00Z", "2026-10-25T21:00:00Z"} <= {a["window_start"] for a in in_utc}


def test_windows_that_are_not_final_show_spikes_only_when_asked(tmp_path):
    made = windows.counts(30, seed=7)
    made[-3:] = [5, 900, 5]
    path = windows.write(tmp_path / "windows.parquet", windows.table(made, final=len(made) - 3))
    assert not [a for a in opened(replay("--windows", path)["seasonal"]) if not a["is_final"]]
    early = [a for a in opened(replay("--windows", path, "--provisional")["seasonal"]) if not a["is_final"]]
    assert [(a["kind"], a["sessions"]) for a in early] == [("spike", 900)]


def test_table_and_csv_on_the_screen(noise):
    shown = lakes.run("alerts", "replay", "--windows", noise, "--first", "2")
    assert shown.code == 0, shown.err
    assert "published-past" in shown.out and "seasonal" in shown.out and "a week" in shown.out
    text = lakes.run("alerts", "replay", "--windows", noise, "--format", "csv", "--rule", "published", "--exclude-current")
    rows = list(csv.DictReader(io.StringIO(text.out)))
    assert {row["rule"] for row in rows} == {"published-past"}
    assert len({(row["alert_id"], row["state"]) for row in rows}) == len(rows)


def test_settings_of_the_table_alerts(noise, tmp_path):
    (tmp_path / "cadenza.toml").write_text(f'[alerts]\nwindows = "{noise}"\nalarms_per_week = 20\nrule = ["seasonal"]\n')
    rules = replay(cwd=tmp_path)
    assert set(rules) == {"", "seasonal"}
    assert rules[""]["alarms_per_week"] == 20
    assert rules["seasonal"]["incidents"] > 4


def test_real_windows(shared_data, tmp_path):
    """The window that was published: 163 sessions, average 162.9167, p95 174.9, no spike."""
    path = tmp_path / "windows.parquet"
    sessions = shared_data / "engagement" / "sessions.parquet"
    if not sessions.exists():
        pytest.skip(f"shared data is absent: {sessions}")
    duckdb.connect().execute(f"""
        COPY (SELECT window_start, window_start + INTERVAL 5 MINUTE AS window_end, count(*) AS sessions,
                     count(DISTINCT customer_id) AS customers
              FROM (SELECT time_bucket(INTERVAL 5 MINUTE, start_timestamp::TIMESTAMP) AS window_start, customer_id
                    FROM '{sessions}') GROUP BY 1) TO '{path}' (FORMAT parquet)""")
    rules = replay("--windows", path)
    assert rules[""]["windows"] == 31 * 288
    published = rules["published"]
    made = pyarrow.parquet.read_table(path).sort_by("window_start")
    at = [str(t)[:16] for t in made["window_start"].to_pylist()].index("2025-08-11 22:50")
    recent = made["sessions"].to_pylist()[at - 11:at + 1]
    assert recent[-1] == 163 and round(sum(recent) / 12, 4) == 162.9167
    assert not [a for a in opened(published) if a["window_start"] == "2025-08-11T22:50:00Z"]
    raised = made["sessions"].to_pylist()
    raised[at] = 180
    path = windows.write(tmp_path / "raised.parquet", made.set_column(2, "sessions", pyarrow.array(raised)))
    spike, = [a for a in opened(replay("--windows", path)["published"]) if a["window_start"] == "2025-08-11T22:50:00Z"]
    assert round(spike["recent_p95"], 4) == 177.8 and round(spike["recent_avg"], 4) == round((1955 + 17) / 12, 4)
    assert 20 < published["a_day"] < 30
    assert rules["seasonal"]["judged_days"] == 17
    assert rules["seasonal"]["incidents"] <= 6
    # The published counts end at 22:55; what follows was made up and does not fall at night.
    assert "2025-08-11T23" in {a["window_start"][:13] for a in opened(rules["seasonal"], "spike")}


@pytest.mark.parametrize("arguments, culprit", [
    (["replay"], "--windows"),
    (["replay", "--windows", "nowhere.csv"], "nowhere.csv"),
    (["replay", "--windows", "windows.xlsx"], "windows.xlsx"),
    (["replay", "--windows", "bare.csv"], "window_end"),
    (["replay", "--windows", "odd.csv"], "2026-06-01 00:07"),
    (["replay", "--lake", "empty"], "sessions_5m"),
    (["replay", "--windows", "odd.csv", "--alarms-per-week", "0"], "0"),
    (["replay", "--windows", "odd.csv", "--by", "planet"], "planet"),
    (["look"], "look"),
])
def test_errors_name_the_culprit(arguments, culprit, tmp_path):
    (tmp_path / "windows.xlsx").write_text("")
    (tmp_path / "bare.csv").write_text("window_start,sessions\n2026-06-01 00:00:00,1\n")
    (tmp_path / "odd.csv").write_text("window_start,window_end,sessions\n" + "".join(
        f"2026-06-01 00:{a}:00,2026-06-01 00:{b}:00,1\n" for a, b in (("00", "05"), ("05", "10"), ("07", "12"))))
    (tmp_path / "empty").mkdir()
    outcome = lakes.run("alerts", *arguments, cwd=tmp_path)
    assert outcome.code in (1, 2)
    assert culprit in outcome.err


def test_a_history_that_can_never_be_long_enough_is_refused(noise):
    outcome = lakes.run("alerts", "replay", "--windows", noise, "--min-history-days", "30")
    assert outcome.code == 2 and "--min-history-days 30" in outcome.err and "--history-days 28" in outcome.err
