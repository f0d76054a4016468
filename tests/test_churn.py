"""Who will cancel or downgrade: features that cannot peek, honest measures, scores and reasons."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
import xgboost

import lake as lakes
from simulation import simulate

USERS, DAYS = 1_500, 61
OWN_FEATURES = """-- mine: a feature of one's own.
-- kind: feature
-- reads: history 14 days
-- columns:
--   events_at_night_14 BIGINT: events from 0 to 6 o'clock UTC
SELECT user_id, cut_off, sum(night_events) AS events_at_night_14 FROM history GROUP BY user_id, cut_off
"""


def churn(lake, *flags, action=None, code=0):
    """The summary of a run, which has to end as expected."""
    words = [action] if action else []
    page = Path(lake).parent / "churn.html"
    outcome = lakes.run("churn", *words, "--lake", lake, "--page", page, "--json", "--no-progress", *flags, timeout=300)
    assert outcome.code == code, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("churn")
    simulate("--like", "churn", "--users", USERS, "--days", DAYS, "--seed", 3, "--songs", 50, "--out", folder / "raw",
             "--truth", folder / "truth")
    lakes.etl(folder / "lake", [], [folder / "raw" / "log_data"])
    return folder


@pytest.fixture(scope="module")
def learned(raw):
    return raw / "lake", churn(raw / "lake", "--truth", raw / "truth")


def features(lake, cut_offs) -> list:
    days = ", ".join(f"date '{day}'" for day in cut_offs)
    return lakes.query(lake, f"select * from churn_features where cut_off in ({days}) order by cut_off, user_id")


def test_the_summary_says_what_was_made(learned):
    lake, summary = learned
    assert summary["status"] == "done" and summary["trained"] and summary["features"] >= 60
    assert summary["span"] == {"first_day": "2018-11-01", "end": "2019-01-01"}
    assert summary["cancellations"] > 200 and summary["cut_offs"] == 8
    page = (lake.parent / "churn.html").read_text()
    assert page.count("<svg") >= 7
    cells = re.findall(r"<td class=\"n\">([^<]*)</td>", page)
    assert len(cells) > 100 and not [cell for cell in cells if re.search(r"\.\d{5}", cell)], "numbers are for people"
    assert "<td>yes</td>" in page and "<td>true</td>" not in page


def test_the_same_again_changes_nothing(learned):
    lake, summary = learned
    again = churn(lake)
    assert again["status"] == "unchanged" and again["run"] == summary["run"] and again["model"] == summary["model"]


def test_outcomes_are_those_of_the_log(learned, raw):
    """Counted again by other means: straight from the events."""
    lake, _ = learned
    for page, outcome in (("Cancellation Confirmation", "cancel"), ("Submit Downgrade", "downgrade")):
        payers = "" if outcome == "cancel" else "where l.pays and (cancel_day is null or e.day <= cancel_day)"
        wrong = lakes.query(lake, f"""
            with e as (select user_id, event_date, l.cut_off, min(datediff('day', l.cut_off, event_date) + 1) as day
                       from churn_labels as l join events using (user_id)
                       where page = '{page}' and event_date >= l.cut_off and event_date < date '2019-01-01' group by all),
                 firsts as (select user_id, cut_off, min(day) as day from e group by all)
            select count(*) as n from (
              select user_id, cut_off, day from firsts e join churn_labels l using (user_id, cut_off) {payers}
              except select user_id, cut_off, {outcome}_day from churn_labels) """)
        assert wrong == [{"n": 0}], outcome
    (row,) = lakes.query(lake, "select count(*) as n from churn_labels where observed_days <> datediff('day', cut_off, date '2019-01-01')")
    assert row["n"] == 0


def test_who_has_left_is_not_at_risk(learned):
    lake, _ = learned
    (row,) = lakes.query(lake, """select count(*) as n from churn_labels l join
        (select user_id, max(event_date) as gone from events where page = 'Cancellation Confirmation' group by 1) using (user_id)
        where cut_off > gone""")
    assert row["n"] == 0


def test_a_lake_cut_at_a_cut_off_has_the_same_features(learned, raw, tmp_path):
    """The strongest test of the firewall: what comes later cannot change a bit of a feature."""
    whole, _ = learned
    logs = tmp_path / "logs"
    logs.mkdir()
    for path in (raw / "raw" / "log_data").rglob("*.json"):
        if path.name[:10] < "2018-11-22":
            shutil.copy(path, logs / path.name)
    lakes.etl(tmp_path / "lake", [], [logs])
    churn(tmp_path / "lake", action="features")
    cut_offs = ["2018-11-08", "2018-11-15", "2018-11-22"]
    assert features(tmp_path / "lake", cut_offs) == features(whole, cut_offs) != []


@pytest.mark.slow
def test_days_that_come_later_give_the_same_as_all_at_once(learned, raw, tmp_path):
    whole, _ = learned
    files = sorted((raw / "raw" / "log_data").rglob("*.json"))
    parts = [tmp_path / "first", tmp_path / "late"]
    late = {files[20].name} | {path.name for path in files[40:]}
    for path in files:
        part = parts[path.name in late]
        part.mkdir(exist_ok=True)
        shutil.copy(path, part / path.name)
    for part in parts:
        lakes.etl(tmp_path / "lake", [], [part])
        churn(tmp_path / "lake", action="features")
    for table in ("listener_days", "churn_labels", "churn_features"):
        tables = [lakes.arrow(x, table) for x in (tmp_path / "lake", whole)]
        assert lakes.only_in_one(*tables) == [[], []], table


def test_as_known_leaves_out_what_a_later_run_brought(raw, tmp_path):
    """A log of four weeks, of which a day comes a week late, then the rest: for cut-offs that the log had reached, the day
    is as if it had never come; for later ones it counts."""
    files = sorted(path for path in (raw / "raw" / "log_data").rglob("*.json") if path.name[:10] < "2018-11-29")
    (late,) = [path for path in files if path.name.startswith("2018-11-12")]
    parts = {"first": [path for path in files if path.name[:10] < "2018-11-22" and path != late], "late": [late],
             "rest": [path for path in files if path.name[:10] >= "2018-11-22"]}
    never = tmp_path / "never"
    for name in ("first", "late", "rest"):
        for path in parts[name]:
            (tmp_path / name).mkdir(exist_ok=True)
            shutil.copy(path, tmp_path / name / path.name)
    lakes.etl(never, [], [tmp_path / "first"])
    churn(never, action="features")
    lake = tmp_path / "lake"
    for name in ("first", "late", "rest"):
        lakes.etl(lake, [], [tmp_path / name])
        if name != "late":
            churn(lake, "--as-known", action="features")
    before, after = ["2018-11-08"], ["2018-11-15", "2018-11-22"]
    known = features(lake, before + after)
    assert known == features(never, before + after) != []
    last = features(lake, ["2018-11-29"])
    assert churn(lake, "--as-known", action="features")["status"] == "unchanged"
    summary = churn(lake, action="features")
    assert summary["status"] == "done" and summary["notes"] == []
    assert features(lake, before) == known[:len(features(lake, before))] and features(lake, ["2018-11-29"]) == last
    assert features(lake, after) != features(never, after)
    whole = tmp_path / "whole"
    lakes.etl(whole, [], [tmp_path / name for name in parts])
    churn(whole, action="features")
    for table in ("listener_days", "churn_labels", "churn_features"):
        assert lakes.only_in_one(lakes.arrow(lake, table), lakes.arrow(whole, table)) == [[], []], table
    (note,) = churn(lake, "--as-known", action="features")["notes"]
    assert note == "features leave out events that came later, at 2 of 4 cut-offs"
    assert features(lake, before + after) == known


@pytest.mark.slow
def test_settings_are_searched_among_those_who_are_learned_from(raw, tmp_path):
    shutil.copytree(raw / "lake", tmp_path / "lake")
    summary = churn(tmp_path / "lake", "--retrain", "--search", 1, action="train")
    (told,) = [note for note in summary["notes"] if "settings that were tried" in note]
    assert told.startswith("of 1 settings")
    trees = model_of(tmp_path / "lake", summary)["trees"]
    assert f"{trees['rounds']} trees of depth {trees['depth']}" in told


@pytest.mark.slow
def test_threads_change_no_bit(learned, raw, tmp_path):
    shutil.copytree(raw / "lake", tmp_path / "lake")
    one = churn(tmp_path / "lake", "--retrain", "--threads", 1)
    assert one["model"] == learned[1]["model"], "same data and seed, same bytes"


def test_columns_of_the_whole_log_are_named_with_what_they_knew_before(raw, tmp_path):
    lake, file = tmp_path / "lake", tmp_path / "table.parquet"
    shutil.copytree(raw / "lake", lake)
    churn(lake, "--as-published", action="features")
    table = lakes.arrow_of("--lake", lake, """select p.user_id as person, p.next_song, p.tenure_days * 24 as hours_with_us, p.churn,
        hash(p.user_id) % 1000 / 7.0 as noise, f.* exclude (user_id, cut_off) from churn_published p
        left join churn_features f on f.user_id = p.user_id and f.cut_off = date '2018-11-29'""")
    pq.write_table(table, file)
    outcome = lakes.run("churn", "audit", file, "--label", "churn", "--id", "person", "--lake", lake, "--json")
    assert outcome.code == 3, outcome.err
    found = outcome.json["whole_log"]
    assert found["days"] == 10 and found["cut_off"] == "2018-12-22"
    assert found["at_risk"] > found["cancelled"] >= 10
    named = {column["column"]: column for column in found["columns"]}
    assert set(named) == {"next_song", "hours_with_us"}
    hours = named["hours_with_us"]
    assert (hours["quantity"], round(hours["factor"], 4)) == ("tenure_days", 24)
    assert hours["auc"] > 0.75 > hours["auc_before"], hours
    # The same by the tables: of who was at risk ten days before the end.
    (before,) = lakes.query(lake, "select count(distinct user_id) as n from listener_days where event_date < '2018-12-22' and user_id "
                                  "not in (select user_id from listener_days where cancellations > 0 and event_date < '2018-12-22')")
    assert found["at_risk"] == before["n"]
    text = lakes.run("churn", "audit", file, "--label", "churn", "--id", "person", "--lake", lake).out
    assert "hours_with_us" in text and "tenure_days x 24" in text
    nobody = lakes.run("churn", "audit", file, "--label", "churn", "--id", "noise", "--lake", lake, "--json")
    assert "the lake knows 0" in nobody.json["not_held_against_the_log"]


def test_measures_follow_from_the_tests(learned):
    lake, _ = learned
    rows = lakes.query(lake, "select * from churn_models")
    assert {row["model"] for row in rows} >= {"hazard", "boosting", "random_forest", "logistic_regression", "events_so_far",
                                               "oracle", "attainable"}
    tests = lakes.query(lake, "select * from churn_tests where model = 'hazard'")
    for row in rows:
        if row["model"] != "hazard" or row["outcome"] != "cancel":
            continue
        column = f"cancel_{row['horizon_days']}d"
        pairs = [(t[column], t[column + "_happened"]) for t in tests if t[column] is not None]
        p, y = np.array(pairs, dtype=float).T
        assert len(p) == row["test_rows"] and y.sum() == row["positives"]
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
        assert row["log_loss"] == pytest.approx(loss, abs=1e-9)
        assert row["brier_score"] == pytest.approx(((p - y) ** 2).mean(), abs=1e-9)
        rank = np.argsort(np.argsort(p, kind="stable")) + 1
        auc = (rank[y == 1].sum() - y.sum() * (y.sum() + 1) / 2) / (y.sum() * (len(y) - y.sum()))
        assert row["auc"] == pytest.approx(auc, abs=2e-3)
        assert row["auc_low"] < row["auc"] < row["auc_high"]


def test_nobody_is_in_two_folds(learned):
    lake, _ = learned
    (row,) = lakes.query(lake, "select count(*) as n from (select user_id from churn_tests group by 1 having count(distinct fold) > 1)")
    assert row["n"] == 0
    (row,) = lakes.query(lake, "select count(distinct fold) as n from churn_tests")
    assert row["n"] == 5


def test_models_tell_something_and_not_more_than_can_be_known(learned):
    lake, _ = learned
    rows = {row["model"]: row for row in
            lakes.query(lake, "select * from churn_models where outcome = 'cancel' and horizon_days = 10")}
    assert rows["hazard"]["auc"] > 0.55
    assert rows["hazard"]["auc_low"] < rows["oracle"]["auc_high"]
    assert rows["hazard"]["calibration_error"] < 0.03


def test_horizons_agree(learned):
    lake, _ = learned
    (row,) = lakes.query(lake, """select count(*) as n from churn_scores where not (0 < cancel_5d and cancel_5d <= cancel_10d
        and cancel_10d <= cancel_30d and cancel_30d < 1) or downgrade_5d > downgrade_10d or downgrade_10d > downgrade_30d""")
    assert row["n"] == 0
    (row,) = lakes.query(lake, """select count(*) as n, count(distinct rank) as ranks, max(rank) as last, min(cut_off)::varchar as day,
        count(downgrade_10d) as payers, max(decile) as deciles from churn_scores""")
    assert row["n"] == row["ranks"] == row["last"] and row["day"] == "2019-01-01" and row["deciles"] == 10
    assert 0 < row["payers"] < row["n"]


def model_of(lake, summary) -> dict:
    return json.loads((lake / "_cadenza" / "models" / f"churn-{summary['model']}.json").read_text())


def test_another_library_reads_the_model(learned):
    """XGBoost of Python makes of the boosters the scores of the table."""
    lake, summary = learned
    model = model_of(lake, summary)
    assert model["seed"] == 1 and "user_id" not in model["features"] and len(model["feature_sha256"]) == 64
    booster = xgboost.Booster()
    booster.load_model(bytearray(json.dumps(model["boosters"]["cancel"]).encode()))
    rows = features(lake, ["2019-01-01"])
    scores = {row["user_id"]: row["cancel_10d"] for row in lakes.query(lake, "select user_id, cancel_10d from churn_scores")}
    names = model["features"]
    x = np.array([[np.nan if row[name] is None else row[name] for name in names] for row in rows], dtype=np.float32)
    stays = np.ones(len(rows))
    for first, last in model["spans"][:3]:
        span = np.column_stack([x, np.full(len(rows), last, dtype=np.float32)])
        stays *= 1 - booster.predict(xgboost.DMatrix(span, feature_names=[*names, "span_last_day"]))
    told = 1 - stays
    if "cancel" in model["calibration"]:
        line = model["calibration"]["cancel"]
        told = 1 / (1 + np.exp(-(line["slope"] * np.log(told / (1 - told)) + line["shift"])))
    assert np.allclose(told, [scores[row["user_id"]] for row in rows], atol=1e-5)


def test_reasons_are_in_words(learned):
    lake, _ = learned
    rows = lakes.query(lake, "select * from churn_reasons")
    assert rows and {row["place"] for row in rows} == {1, 2, 3}
    assert all(row["contribution"] > 0 and "{" not in row["text"] and "|" not in row["text"] for row in rows)
    (row,) = lakes.query(lake, "select count(*) as n from churn_scores where user_id not in (select user_id from churn_reasons)")
    assert row["n"] < USERS / 20


@pytest.mark.parametrize("sql, name", [
    ("SELECT user_id, cut_off, count(*) AS x FROM events, cut_offs GROUP BY ALL", "events"),
    ("SELECT user_id, cut_off, 1 AS x FROM history JOIN users USING (user_id)", "users"),
    ("SELECT user_id, cut_off, 1 AS x FROM history WHERE now() > event_date", "now"),
    ("SELECT user_id, cut_off, random() AS x FROM history", "random"),
    ("SELECT user_id, cut_off, 1 AS x FROM read_csv('x.csv')", "read_csv"),
])
def test_a_model_that_could_peek_is_refused(raw, tmp_path, sql, name):
    text = OWN_FEATURES.split("SELECT")[0].replace("events_at_night_14", "x") + sql
    (tmp_path / "mine.sql").write_text(text)
    outcome = lakes.run("churn", "features", "--lake", raw / "lake", "--features", tmp_path)
    assert outcome.code == 1
    assert f"{tmp_path}/mine.sql:6: " in outcome.err and name in outcome.err


@pytest.mark.slow
def test_features_of_ones_own_are_learned_from(raw, tmp_path):
    shutil.copytree(raw / "lake", tmp_path / "lake")
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "mine.sql").write_text(OWN_FEATURES)
    summary = churn(tmp_path / "lake", "--features", tmp_path / "features", "--retrain")
    assert "events_at_night_14" in model_of(tmp_path / "lake", summary)["features"]


def test_a_listener_who_is_forgotten_is_gone_from_all_tables(raw, learned, tmp_path):
    shutil.copytree(raw / "lake", tmp_path / "lake")
    (user,) = [row["user_id"] for row in lakes.query(tmp_path / "lake", "select user_id from churn_scores where rank = 1")]
    outcome = lakes.run("forget", "--user", user, "--lake", tmp_path / "lake")
    assert outcome.code == 0, outcome.err
    for table in ("listener_days", "churn_features", "churn_labels", "churn_scores", "churn_reasons", "churn_tests"):
        (row,) = lakes.query(tmp_path / "lake", f"select count(*) as n from {table} where user_id = '{user}'")
        assert row["n"] == 0, table
    again = churn(tmp_path / "lake", action="score")
    (row,) = lakes.query(tmp_path / "lake", f"select count(*) as n from churn_scores where user_id = '{user}'")
    assert row["n"] == 0 and again["status"] == "done"


def test_too_few_outcomes_are_no_model(tmp_path):
    simulate("--like", "churn", "--users", 60, "--days", 20, "--songs", 20, "--out", tmp_path / "raw")
    lakes.etl(tmp_path / "lake", [], [tmp_path / "raw" / "log_data"])
    summary = churn(tmp_path / "lake")
    assert summary["model"] is None and "at least 50" in summary["why_not"]
    assert lakes.query(tmp_path / "lake", "select count(*) as n from churn_features")[0]["n"] > 0
    assert churn(tmp_path / "lake", action="train", code=1)["why_not"]
    assert lakes.run("churn", "explore", "--lake", tmp_path / "lake", "--page", tmp_path / "e.html").code == 0
    assert "<svg" in (tmp_path / "e.html").read_text()


@pytest.mark.parametrize("flags, words", [
    (["--horizons", "5,x"], "--horizons"), (["--every", "36h"], "--every"), (["--cut-off", "soon"], "--cut-off"),
    (["--from", "never"], "--from"), (["--cut-off", "2017-01-01"], "--cut-off"), (["--truth", "nowhere"], "--truth"),
])
def test_wrong_usage_names_flag_and_value(raw, flags, words):
    outcome = lakes.run("churn", "features", "--lake", raw / "lake", *flags)
    assert outcome.code == 2 and words in outcome.err and flags[1] in outcome.err


def test_horizons_that_the_log_does_not_cover_decide_nothing(learned):
    lake, _ = learned
    assert "none of the horizons" in churn(lake, "--horizons", "80,200", action="train", code=1)["why_not"]
    outcome = lakes.run("churn", "score", "--lake", lake, "--horizons", "80,200")
    assert outcome.code == 2 and "80,200" in outcome.err


def test_a_lake_without_events_says_so(tmp_path):
    outcome = lakes.run("churn", "--lake", tmp_path / "nothing")
    assert outcome.code == 1 and "there is no lake" in outcome.err
    (tmp_path / "empty").mkdir()
    outcome = lakes.run("churn", "--lake", tmp_path / "empty")
    assert outcome.code == 2 and "events" in outcome.err


def write_table(path, rows=600, leak=None):
    """Listeners with honest columns that tell a little, and perhaps one that tells the label."""
    dice = np.random.default_rng(5)
    churned = dice.random(rows) < 0.25
    noise = {f"n{k}": dice.normal(size=rows) for k in range(4)}
    columns = {"user_id": np.arange(rows), **noise, "weak": dice.normal(size=rows) + 0.4 * churned,
               "churned": churned.astype(int)}
    if leak == "count":
        columns["cancel_pages"] = np.where(churned, dice.integers(1, 3, rows), 0)
    if leak == "length":
        columns["tenure_days"] = np.where(churned, dice.uniform(0, 60, rows), dice.uniform(55, 61, rows))
    if leak == "missing":
        columns["last_seen"] = np.where(churned, np.nan, dice.normal(size=rows))
    duckdb.from_arrow(__import__("pyarrow").table(columns)).write_csv(str(path))
    return path


@pytest.mark.parametrize("leak, column", [("count", "cancel_pages"), ("length", "tenure_days"), ("missing", "last_seen")])
def test_the_audit_finds_leaks(tmp_path, leak, column):
    outcome = lakes.run("churn", "audit", write_table(tmp_path / "t.csv", leak=leak), "--label", "churned", "--json")
    assert outcome.code == 3, outcome.err + outcome.out
    assert [c["column"] for c in outcome.json["columns"] if c["verdict"] == "leak"] == [column]


def test_the_audit_of_an_honest_table_is_quiet(tmp_path):
    outcome = lakes.run("churn", "audit", write_table(tmp_path / "t.csv"), "--label", "churned", "--json")
    assert outcome.code == 0 and {c["verdict"] for c in outcome.json["columns"]} == {"fine"}


def test_the_order_of_the_rows_changes_nothing_in_an_audit(tmp_path):
    table = write_table(tmp_path / "t.csv", leak="length")
    head, *rows = table.read_text().splitlines()
    (tmp_path / "back").mkdir()
    back = tmp_path / "back" / "t.csv"
    back.write_text("\n".join([head, *reversed(rows)]) + "\n")
    told = [lakes.run("churn", "audit", "t.csv", "--label", "churned", "--json", cwd=file.parent).json for file in (table, back)]
    assert told[0] == told[1]


def test_the_audit_says_what_it_does_not_judge(tmp_path):
    rows = [f"{n},7,,{'nan' if n % 3 else n},{n % 2}" for n in range(100)] + ["100,7,,1,", "101,7,,1,"]
    (tmp_path / "t.csv").write_text("\n".join(["id,same,none,odd,churned", *rows]) + "\n")
    outcome = lakes.run("churn", "audit", tmp_path / "t.csv", "--label", "churned", "--json")
    assert outcome.code == 0, outcome.err
    assert [column["column"] for column in outcome.json["columns"]] == ["odd"] and outcome.json["rows"] == 100
    assert set(outcome.json["not_judged"]) == {"same: the same value in all rows", "none: no value at all", "2 rows without a label",
                                               "odd: 66 values that are infinite or no number count as missing"}


def test_too_few_rows_are_not_judged(tmp_path):
    """A column that is the label itself would not be found: so nothing is said to be fine."""
    rows = [f"{n},{n % 2},{n % 2}" for n in range(30)]
    (tmp_path / "t.csv").write_text("\n".join(["id,leak,churned", *rows]) + "\n")
    outcome = lakes.run("churn", "audit", tmp_path / "t.csv", "--label", "churned")
    assert outcome.code == 1 and "15 are positive" in outcome.err and outcome.out == ""


def test_the_audit_sees_who_is_in_both_files(tmp_path):
    table = write_table(tmp_path / "t.csv")
    outcome = lakes.run("churn", "audit", table, "--label", "churned", "--test", table, "--json")
    assert outcome.code == 3 and outcome.json["test"]["shared_listeners"] == 600


def test_a_table_cannot_be_told_from_itself(tmp_path):
    table = write_table(tmp_path / "t.csv")
    outcome = lakes.run("churn", "audit", table, "--label", "churned", "--test", table, "--json")
    assert 0.4 < outcome.json["test"]["adversarial_auc"] < 0.6


@pytest.mark.parametrize("text, words", [
    ("id,x,churned\n1,2,1\n2,3,1\n", "same value"), ("id,x,churned\n1,2,maybe\n2,3,1\n", "maybe"),
    ("id,x\n1,2\n", "--label"), ("", "t.csv"),
])
def test_labels_that_are_none_are_named(tmp_path, text, words):
    (tmp_path / "t.csv").write_text(text)
    outcome = lakes.run("churn", "audit", tmp_path / "t.csv", "--label", "churned")
    assert outcome.code in (1, 2) and words in outcome.err, outcome.err
