"""The truth beside the logs: it says what really drove the listeners."""

import re

import numpy as np
import pytest

import lake as lakes
from simulation import events, simulate, tables


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """Many listeners for two months; only the truth of them is kept."""
    folder = tmp_path_factory.mktemp("truth")
    simulate("--discard", "--truth", folder, "--like", "churn", "--users", 12_000, "--days", 61, "--songs", 300)
    return folder


@pytest.fixture(scope="module")
def outcomes(truth):
    """Each oracle's probability with what happened, as far as the logs reach."""
    return tables(truth, """select horizon_days as horizon, probability as p,
        cancelled_at is not null and cancelled_at < cut_off + to_days(horizon_days) as left_in_time
        from truth_hazard join truth_users using (user_id)
        where cut_off + to_days(horizon_days) <= timestamptz '2019-01-01' order by all""")


def test_cut_offs_are_weekly_and_horizons_three(truth):
    found = tables(truth, """select cut_off::date::varchar as day, list(distinct horizon_days order by horizon_days) as h
        from truth_hazard group by cut_off order by cut_off""")
    assert [row["day"] for row in found][:3] == ["2018-11-08", "2018-11-15", "2018-11-22"] and len(found) == 8
    assert all(row["h"] == [5, 10, 30] for row in found)
    gone = tables(truth, "select count(*) as n from truth_hazard join truth_users using (user_id) where cancelled_at < cut_off")
    assert gone[0]["n"] == 0


@pytest.mark.parametrize("horizon", [5, 10, 30])
def test_oracle_is_calibrated(horizon, outcomes):
    """In each tenth of the probabilities as many leave as it says, within four standard errors and 0.02."""
    rows = [(row["p"], row["left_in_time"]) for row in outcomes if row["horizon"] == horizon]
    assert len(rows) > 10_000
    p, left = np.array(sorted(rows), dtype=float).T
    for said, happened in zip(np.array_split(p, 10), np.array_split(left, 10)):
        error = np.sqrt(said.mean() * (1 - said.mean()) / len(said))
        assert abs(said.mean() - happened.mean()) < 4 * error + 0.05 * said.mean(), (said.mean(), happened.mean())


@pytest.mark.parametrize("horizon, least", [(5, 0.70), (30, 0.66)])
def test_oracle_tells_who_leaves(horizon, least, outcomes):
    p, left = np.array([(row["p"], row["left_in_time"]) for row in outcomes if row["horizon"] == horizon], dtype=float).T
    rank = np.argsort(np.argsort(p, kind="stable")) + 1
    left_count = left.sum()
    auc = (rank[left == 1].sum() - left_count * (left_count + 1) / 2) / (left_count * (len(left) - left_count))
    assert auc > least


def test_adverts_and_bad_songs_make_people_leave(truth):
    (row,) = tables(truth, """select corr((cancelled_at is not null)::int, bad_song_weight) as songs,
        corr((cancelled_at is not null)::int, base_hazard) as base,
        corr((cancelled_at is not null)::int, advert_weight) filter (first_level = 'free') as adverts
        from truth_users""")
    assert min(row.values()) > 0.05, row


def test_about_a_fifth_leaves_in_two_months(truth):
    (row,) = tables(truth, "select avg((cancelled_at is not null)::int) as share from truth_users")
    assert 0.17 < row["share"] < 0.28


def test_listeners_follow_their_taste(tmp_path):
    simulate("--out", tmp_path / "raw", "--truth", tmp_path / "truth", "--users", 60, "--days", 20, "--like", "churn",
             "--songs", 400, "--unlisted-songs", 0)
    weights = tables(tmp_path / "truth", "select user_id, sum(weight) as w, max_by(style, weight) as style from truth_taste group by 1")
    assert all(abs(row["w"] - 1) < 1e-9 for row in weights)
    favourite = {row["user_id"]: row["style"] for row in weights}
    styles = {}
    for row in tables(tmp_path / "truth", "select title, artist_name, style from truth_songs"):
        if (row["title"] + row["artist_name"]).isascii():
            styles[row["title"], row["artist_name"]] = row["style"]
    own = others = 0
    for event in events(tmp_path / "raw"):
        style = styles.get((event.get("song"), event.get("artist")))
        if style is not None and event["userId"] in favourite:
            own += style == favourite[event["userId"]]
            others += style != favourite[event["userId"]]
    assert own / (own + others) > 0.3


def test_half_of_the_listeners_get_the_variant(tmp_path):
    simulate("--out", tmp_path / "raw", "--truth", tmp_path / "truth", "--users", 400, "--days", 10, "--like",
             "churn", "--songs", 50, "--experiment", "adverts*0.2")
    tags = {row["user_id"]: row["variant"] for row in tables(tmp_path / "truth", "select user_id, variant from truth_users")}
    adverts, plays = {"A": 0, "B": 0}, {"A": 0, "B": 0}
    for event in events(tmp_path / "raw"):
        if event["userId"]:
            assert event["tag"] == tags[event["userId"]]
            adverts[event["tag"]] += event["page"] == "Roll Advert"
            plays[event["tag"]] += event["page"] == "NextSong" and event["level"] == "free"
    assert 0.1 < (adverts["B"] / plays["B"]) / (adverts["A"] / plays["A"]) < 0.3


def test_the_truth_is_not_among_the_logs(tmp_path):
    simulate("--out", tmp_path / "raw", "--truth", tmp_path / "truth", "--users", 50, "--days", 1, "--songs", 2)
    assert {path.name for path in (tmp_path / "raw").iterdir()} == {"log_data", "song_data"}


def test_engagement_source_is_the_same_world(tmp_path):
    flags = ["--users", 300, "--days", 8, "--like", "churn", "--songs", 50, "--growth", "1"]
    simulate("--out", tmp_path / "raw", "--engagement", tmp_path / "source", *flags)
    found = events(tmp_path / "raw")
    (row,) = tables(tmp_path / "source", """select
        (select count(*) from customers) as customers, (select count(*) from dates) as dates,
        (select count(*) from sessions) as sessions,
        (select count(*) from sessions anti join customers using (customer_id)) as strangers,
        (select count(*) from events where event_type = 'songPlay') as plays,
        (select count(*) from events where event_type = 'songLike') as likes,
        (select count(*) from events where event_type = 'songSkip') as skips,
        (select count(*) from events anti join sessions using (session_id)) as lost,
        (select count(*) from events anti join tracks using (track_id) where track_id is not null) as untracked,
        (select count(*) from tracks anti join artists using (artist_id)) as orphans,
        (select min(start_timestamp) from sessions) as first_start,
        (select count(*) from subscriptions anti join customers using (customer_id)) as unknown""")
    assert (row["customers"], row["dates"]) == (380, 8)
    assert row["sessions"] == len({event["sessionId"] for event in found})
    assert row["plays"] == sum(event["page"] == "NextSong" for event in found)
    assert row["likes"] == sum(event["page"] == "Thumbs Up" for event in found) > 0
    assert row["skips"] > 0
    assert row["strangers"] == row["lost"] == row["untracked"] == row["orphans"] == row["unknown"] == 0
    assert row["first_start"].startswith("2018-11-01T") and len(row["first_start"]) == 23
    # A customer has one subscription after the other, and one at the end unless he cancelled.
    (row,) = tables(tmp_path / "source", """select count(*) filter (n_open > 1) as twice,
        count(*) filter (n_open = 0 and not left_us) as none, count(*) filter (paid > 0) as paying from
        (select customer_id, count(*) filter (effective_end_date is null) as n_open,
                bool_or(status = 'cancelled') as left_us, count(*) filter (amount_paid > 0) as paid
         from subscriptions group by 1)""")
    assert row["twice"] == row["none"] == 0 and row["paying"] > 50


def test_profile_is_within_the_limits_of_the_real_month(shared_data, tmp_path):
    outcome = lakes.run("simulate", "--compare", shared_data / "log_data", "--json", "--plots", tmp_path)
    assert outcome.code == 0, outcome.err
    found = {figure["figure"]: figure for figure in outcome.json["figures"]}
    assert outcome.json["real_events"] == 8056 and outcome.json["real_users"] == 97
    ks = ["events_per_user", "session_events", "session_minutes", "song_length"]
    for name in ks + ["page", "hour", "level"]:
        assert found[name]["measure"] == ("ks" if name in ks else "tv")
        assert found[name]["distance"] <= (0.08 if name in ks else 0.05) == found[name]["limit"], found[name]
        assert 0 < found[name]["spread_median"] < found[name]["spread_95"] < 0.2
    assert_documented(found.values(), tmp_path)


def assert_documented(figures, plots):
    """docs/SIMULATOR.md has these figures, in their order, and these pictures."""
    again = "make them again: cadenza simulate --compare LOG --plots docs/simulator, and put its table into SIMULATOR.md"
    text = (lakes.REPO / "docs" / "SIMULATOR.md").read_text()
    shown = re.findall(r"(KS|TV) +(\d\.\d{4}) .* (\d\.\d{4}) to (\d\.\d{4})$", text, re.MULTILINE)
    wanted = [(figure["measure"].upper(), *(f"{figure[name]:.4f}" for name in ("distance", "spread_median", "spread_95")))
              for figure in figures]
    assert shown == wanted, again
    for figure in figures:
        name = f"{figure['figure']}.svg"
        assert (lakes.REPO / "docs" / "simulator" / name).read_bytes() == (plots / name).read_bytes(), again


def test_comparison_sees_a_log_that_is_another(shared_data):
    """The other profile is far from the month, so the figures can tell."""
    outcome = lakes.run("simulate", "--compare", shared_data / "log_data", "--like", "churn", "--users", 500, "--json")
    far = {figure["figure"] for figure in outcome.json["figures"] if figure["distance"] > figure["limit"]}
    assert {"events_per_user", "session_events", "page"} <= far


def test_comparison_draws_its_figures(month_sample, tmp_path):
    outcome = lakes.run("simulate", "--compare", month_sample / "log_data", "--plots", tmp_path, "--users", 300)
    assert outcome.code == 0 and "events per user" in outcome.out
    plots = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert plots == [f"{name}.svg" for name in (
        "events_per_user", "hour", "level", "page", "session_events", "session_minutes", "song_length")]
    assert all(path.read_text().startswith("<svg") and path.read_text().endswith("</svg>\n") for path in tmp_path.glob("*.svg"))


@pytest.fixture
def month_sample(tmp_path):
    simulate("--out", tmp_path / "sample", "--users", 50, "--songs", 5)
    return tmp_path / "sample"
