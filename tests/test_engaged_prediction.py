"""Who will be engaged, told from the first days: measures, calibration and leaks."""

import random
from datetime import date, timedelta

import pytest

import engagement_source as engagement
import lake as lakes
from engagement_source import FIRST, kpi

CUTOFF = date(2025, 7, 15)
FLAGS = ("--only", "engaged_scores", "--from", "2025-07-01", "--to", "2025-08-31")


def generate(seed, customers=1200) -> engagement.Source:
    """Half of them fade out within two weeks, however busy their beginning."""
    dice = random.Random(seed)
    source = engagement.Source()
    for number in range(customers):
        customer = f"C{number:04d}"
        source.customers.append({"customer_id": customer})
        rate, fading = dice.uniform(0.5, 3), dice.random() < 0.5
        for day in range(62):
            today = rate * (max(0, 1 - day / 15) * 2 if fading else 1)
            for _ in range(int(today) + (dice.random() < today % 1)):
                source.sessions.append({
                    "customer_id": customer, "session_id": str(len(source.sessions)),
                    "start_time": FIRST + timedelta(days=day, seconds=dice.randrange(86_400))})
    return source


@pytest.fixture(scope="module")
def source():
    return generate(seed=3)


@pytest.fixture(scope="module")
def predicted(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("engaged")
    engagement.write(folder / "source", source, form="timestamp")
    return folder / "lake", kpi(folder / "lake", *FLAGS, source=folder / "source")


def held_out(lake) -> list[dict]:
    return [row for row in lakes.rows(lake, "engaged_scores") if row["is_held_out"]]


def test_models_are_measured_on_customers_held_out(predicted):
    lake, summary = predicted
    models = {row["model"]: row for row in lakes.rows(lake, "engaged_models")}
    assert list(sorted(models)) == ["early_threshold", "gradient_boosting", "logistic_regression", "published_threshold"]
    rows = held_out(lake)
    boosted = models["gradient_boosting"]
    assert boosted["test_customers"] == len(rows) > 150
    counts = [sum(row["predicted_engaged"] == p and row["is_engaged"] == e for row in rows)
              for p, e in ((True, True), (True, False), (False, False), (False, True))]
    names = ("true_positives", "false_positives", "true_negatives", "false_negatives")
    assert [boosted[name] for name in names] == counts
    tp, fp, tn, fn = counts
    assert boosted["accuracy"] == pytest.approx((tp + tn) / len(rows), abs=1e-6)
    assert boosted["precision"] == pytest.approx(tp / (tp + fp), abs=1e-6)
    assert boosted["recall"] == pytest.approx(tp / (tp + fn), abs=1e-6)
    assert boosted["f1"] == pytest.approx(2 * tp / (2 * tp + fp + fn), abs=1e-6)
    assert summary["engaged_models"]["gradient_boosting"]["true_positives"] == tp


@pytest.mark.parametrize("model, score", [("logistic_regression", "logistic_score"), ("gradient_boosting", "boosted_score")])
def test_order_and_calibration(model, score, predicted):
    lake, _ = predicted
    rows = held_out(lake)
    stored = next(row for row in lakes.rows(lake, "engaged_models") if row["model"] == model)
    yes = [row[score] for row in rows if row["is_engaged"]]
    no = [row[score] for row in rows if not row["is_engaged"]]
    ordered = sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))
    assert stored["roc_auc"] == pytest.approx(ordered, abs=1e-3)
    brier = sum((row[score] - row["is_engaged"]) ** 2 for row in rows) / len(rows)
    assert stored["brier_score"] == pytest.approx(brier, abs=1e-5)
    bins = [row for row in lakes.rows(lake, "engaged_calibration") if row["model"] == model]
    assert len(bins) == 10 and sum(row["customers"] for row in bins) == len(rows)
    engaged = sum(row["engaged_share"] * row["customers"] for row in bins if row["customers"])
    assert engaged == pytest.approx(len(yes), abs=1e-2)


def test_the_models_beat_the_threshold_where_behaviour_tells_more(predicted):
    models = predicted[1]["engaged_models"]
    threshold = models["early_threshold"]
    for model in ("logistic_regression", "gradient_boosting"):
        assert models[model]["f1"] > threshold["f1"] + 0.03
        assert models[model]["roc_auc"] > threshold["roc_auc"]


def test_the_published_rule_is_circular(predicted):
    published = predicted[1]["engaged_models"]["published_threshold"]
    assert (published["knows"], published["f1"]) == ("whole window", 1.0)


def test_the_curve_ends_at_full_recall(predicted):
    lake, summary = predicted
    for model in summary["engaged_models"]:
        curve = [row for row in lakes.rows(lake, "engaged_pr_curve") if row["model"] == model]
        curve.sort(key=lambda row: -row["threshold"])
        assert 2 <= len(curve) <= 100 and curve[-1]["recall"] == 1.0
        assert [row["recall"] for row in curve] == sorted(row["recall"] for row in curve)


def test_scores_are_of_all_who_came_early(source, predicted):
    lake, _ = predicted
    early, counts = {}, {}
    for row in source.sessions:
        counts[row["customer_id"]] = counts.get(row["customer_id"], 0) + 1
        if row["start_time"].date() < CUTOFF:
            early[row["customer_id"]] = early.get(row["customer_id"], 0) + 1
    rows = lakes.rows(lake, "engaged_scores")
    assert {row["customer_id"]: row["early_sessions"] for row in rows} == early
    assert {row["customer_id"]: row["is_engaged"] for row in rows} == {c: counts[c] >= 80 for c in early}
    assert {row["cutoff_date"] for row in rows} == {CUTOFF}


def test_nothing_after_the_cut_off_enters_a_score(source, predicted, tmp_path):
    """Without what some held-out customers did later no model changes, and neither does any score."""
    lake, _ = predicted
    tested = set(sorted(row["customer_id"] for row in held_out(lake))[::2])
    kept = [row for row in source.sessions if row["customer_id"] not in tested or row["start_time"].date() < CUTOFF]
    assert len(kept) < len(source.sessions)
    changed = engagement.Source(source.customers, kept)
    kpi(tmp_path / "lake", *FLAGS, source=engagement.write(tmp_path / "source", changed, form="timestamp"))

    def scores(of):
        return {row["customer_id"]: (row["logistic_score"], row["boosted_score"]) for row in lakes.rows(of, "engaged_scores")}

    assert scores(tmp_path / "lake") == scores(lake)
    assert not any(row["is_engaged"] for row in held_out(tmp_path / "lake") if row["customer_id"] in tested)


def test_the_same_again_gives_the_same_scores(predicted):
    lake, summary = predicted
    again = kpi(lake, *FLAGS, source=lake.parent / "source")
    assert (again["status"], again["run"]) == ("unchanged", summary["run"])


def test_too_little_to_learn_from_is_said(tmp_path):
    small = generate(seed=1, customers=20)
    summary = kpi(tmp_path / "lake", *FLAGS, source=engagement.write(tmp_path / "source", small, form="timestamp"))
    assert "too few" in summary["notes"][0]
    assert "engaged_scores" not in summary["tables"]
    short = kpi(tmp_path / "lake", *FLAGS, "--early-days", "70", source=tmp_path / "source")
    assert "first days" in short["notes"][0]


def test_predictions_of_another_window_do_not_stay(source, tmp_path):
    """A window that nothing can be told of: the tables are empty, and a later one fills them again."""
    engagement.write(tmp_path / "source", source, form="timestamp")
    lake = tmp_path / "lake"
    kpi(lake, "--to", "2025-08-31", source=tmp_path / "source")
    tables = ("engaged_scores", "engaged_models", "engaged_pr_curve", "engaged_calibration")
    filled = {name: lakes.arrow(lake, name).num_rows for name in tables}
    assert all(filled.values())
    summary = kpi(lake, "--from", "2025-07-01", "--to", "2025-07-03", source=tmp_path / "source")
    assert any("no prediction" in note for note in summary["notes"])
    assert {name: lakes.arrow(lake, name).num_rows for name in tables} == dict.fromkeys(tables, 0)
    assert all(summary["tables"][name]["changed"] for name in tables)
    kpi(lake, "--to", "2025-08-31", source=tmp_path / "source")
    assert {name: lakes.arrow(lake, name).num_rows for name in tables} == filled
