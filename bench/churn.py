"""./dev bench churn: what `cadenza churn` costs on a large log, how near it comes to what is attainable, that it finds
nothing where nothing is to be found, and Spark ML beside it."""

import argparse
import datetime
import json
import os
import random
import resource
import subprocess
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("CADENZA", str(REPO / "build" / "cadenza"))
SPARK_PYTHON = REPO / ".venv-spark" / "bin" / "python"
DAYS = 61
FIRST = datetime.datetime(2018, 11, 1, tzinfo=datetime.timezone.utc)


def run(*words) -> tuple[str, float, float]:
    """Its output, seconds and CPU-seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise SystemExit(f"cadenza {' '.join(map(str, words))}: {done.stderr}{done.stdout}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def query(lake, sql) -> list[dict]:
    return json.loads(run("sql", "--lake", lake, "--format", "json", sql)[0])


def simulate(folder, users, seed):
    run("simulate", "--like", "churn", "--users", users, "--days", DAYS, "--seed", seed, "--out", folder / "raw", "--truth", folder / "truth")


def print_models(lake):
    print("\n| model | outcome | days | AUC | 95 % | of the attainable | log loss | of the attainable gain | calibration error | lift 10 % |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    share = lambda value: "" if value is None else f"{100 * value:.1f} %"
    for row in query(lake, "select * from churn_models where horizon_days = 10 or model in ('hazard', 'oracle', 'attainable') "
                           "order by outcome, horizon_days, auc desc"):
        print(f"| {row['model']} | {row['outcome']} | {row['horizon_days']} | {row['auc']:.4f} | {row['auc_low']:.3f} to {row['auc_high']:.3f} "
              f"| {share(row['auc_share'])} | {row['log_loss']:.5f} | {share(row['loss_share'])} | {row['calibration_error']:.4f} "
              f"| {row['lift_10']:.2f} |")


def measure_large(folder, users, memory):
    simulate(folder, users, 3)
    # The last day comes later, to see what one more day costs.
    *_, last = sorted((folder / "raw" / "log_data").rglob("*.json"))
    later = last.rename(folder / last.name)
    etl = ("etl", "--logs", folder / "raw" / "log_data", "--lake", folder / "lake", "--json")
    _, seconds, cpu = run(*etl)
    events = query(folder / "lake", "select count(*) as n from events")[0]["n"]
    print(f"{users} listeners, {DAYS - 1} days, {events:,} events; cadenza etl: {seconds:.0f} s, {cpu:.0f} CPU-s", flush=True)
    flags = ("--lake", folder / "lake", "--page", folder / "churn.html", "--memory", memory, "--json")
    _, whole, cpu = run("churn", "features", *flags)
    print(f"cadenza churn features: {whole:.1f} s, {cpu:.1f} CPU-s", flush=True)
    later.rename(last)
    _, seconds, cpu = run(*etl)
    print(f"one more day, cadenza etl: {seconds:.1f} s, {cpu:.1f} CPU-s", flush=True)
    _, seconds, cpu = run("churn", "features", *flags)
    print(f"one more day, cadenza churn features: {seconds:.1f} s, {cpu:.1f} CPU-s: {100 * seconds / whole:.0f} % of all (wanted: 15)",
          flush=True)
    _, seconds, cpu = run("churn", *flags, "--truth", folder / "truth")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"cadenza churn (models, test, scores, page): {seconds:.1f} s, {cpu:.1f} CPU-s; {most:.2f} GB at most", flush=True)
    _, seconds, _ = run("churn", *flags, "--truth", folder / "truth")
    print(f"the same again, nothing to do: {seconds:.1f} s")
    print_models(folder / "lake")


def draw_by_lot(source, target, share=0.25, seed=1):
    """The log of those who never cancelled, of whom some cancel now: who and when is drawn."""
    files = sorted((source / "log_data").rglob("*.json"))
    leaving, listeners = set(), set()
    for path in files:
        with path.open() as lines:
            for line in lines:
                event = json.loads(line)
                listeners.add(event["userId"])
                if event["page"] == "Cancellation Confirmation":
                    leaving.add(event["userId"])
    draw = random.Random(seed)
    stayed = sorted(listeners - leaving - {"", None}, key=str)
    moments = {user: int((FIRST.timestamp() + draw.random() * DAYS * 86400) * 1000) for user in stayed if draw.random() < share}
    last = {}
    target.mkdir()
    for path in files:
        with path.open() as lines, (target / path.name).open("w") as kept:
            for line in lines:
                event = json.loads(line)
                user = event["userId"]
                if user not in leaving and event["ts"] < moments.get(user, 1 << 62):
                    kept.write(line)
                    if user in moments:
                        last[user] = event
    with (target / "cancellations.json").open("w") as kept:
        for number, (user, event) in enumerate(last.items()):
            # In a session of its own: else who is seen often would leave sooner, or sessions would be days long.
            page = {"sessionId": 10_000_000 + number, "itemInSession": 0, "page": "Cancellation Confirmation", "ts": moments[user],
                    "song": None, "artist": None, "length": None, "auth": "Cancelled", "method": "GET", "status": 200}
            kept.write(json.dumps(event | page) + "\n")
    return len(stayed), len(last)


def measure_lot(folder, users):
    simulate(folder, users, 4)
    stayed, drawn = draw_by_lot(folder / "raw", folder / "lot")
    run("etl", "--logs", folder / "lot", "--lake", folder / "lake")
    run("churn", "--lake", folder / "lake", "--page", folder / "churn.html", "--as-published")
    print(f"\nCancellations by lot: {drawn} of {stayed} listeners, and the moment of each, are drawn; nothing can be foretold.\n")
    print("| model | days | AUC | 95 % | holds 0.5 |")
    print("|---|---|---|---|---|")
    for row in query(folder / "lake", "select * from churn_models where outcome = 'cancel' and (horizon_days = 10 or model = 'hazard') "
                                      "order by model, horizon_days"):
        print(f"| {row['model']} | {row['horizon_days']} | {row['auc']:.3f} | {row['auc_low']:.3f} to {row['auc_high']:.3f} "
              f"| {'yes' if row['auc_low'] <= 0.5 <= row['auc_high'] else 'NO'} |")
    for row in query(folder / "lake", "select * from churn_audit where file = 'churn_published' order by auc_alone desc limit 1"):
        print(f"\nThe published table on the same log: {row['column_name']} alone has an AUC of {row['auc_alone']:.3f} "
              f"({row['verdict']}: {row['why']})")


def measure_peer(folder, users):
    """Spark ML learns from the same features, in the same folds: one outcome and horizon, and no hazard."""
    simulate(folder, users, 3)
    lake = folder / "lake"
    run("etl", "--logs", folder / "raw" / "log_data", "--lake", lake)
    flags = ("--lake", lake, "--page", folder / "churn.html", "--json", "--no-progress")
    run("churn", "features", *flags)
    out, seconds, _ = run("churn", *flags)
    ours = json.loads(out)
    (path,) = (lake / "_cadenza" / "models").glob("churn-*.json")
    trees = json.loads(path.read_text())["trees"]
    # What was known at the first cut-off of the test is learned from; who is in which fold is in churn_tests.
    table = folder / "table.parquet"
    query_of_table = """
        with test as (select min(cut_off) as first_day, max(cut_off) as last_day from churn_tests where model = 'boosting'
                      and cancel_10d is not null),
             folds as (select user_id, min(fold) as fold from churn_tests where model = 'hazard' group by user_id)
        select features.*, coalesce(fold, -1) as fold,
               coalesce(cancel_day, 99) <= 10 as label, features.cut_off >= first_day as is_test
        from churn_features as features join churn_labels as labels using (user_id, cut_off) cross join test
        left join folds using (user_id)
        where features.cut_off <= first_day - 10 or (features.cut_off between first_day and last_day)"""
    with table.open("wb") as file:
        subprocess.run([PROGRAM, "sql", "--lake", str(lake), "--format", "parquet", query_of_table], stdout=file, check=True)
    words = [str(SPARK_PYTHON), str(REPO / "bench" / "peer_churn.py"), str(table), "--rounds", str(trees["rounds"]),
             "--depth", str(trees["depth"]), "--rate", str(trees["learning_rate"]), "--features-share", str(trees["features_share"])]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {done.stderr[-3000:]}")
    theirs = json.loads(done.stdout.splitlines()[-1])
    auc = {row["model"]: row["auc"][0] for row in ours["models"] if (row["outcome"], row["horizon_days"]) == ("cancel", 10)}
    learning = theirs["seconds"]["logistic_regression"] + theirs["seconds"]["boosting"]
    print(f"\nSpark ML beside it, {users} listeners, {theirs['rows']} rows, {ours['features']} features:\n")
    print("| | seconds | AUC of boosting | AUC of logistic regression |")
    print("|---|---|---|---|")
    print(f"| cadenza churn: two outcomes, three horizons, five kinds of models, intervals, scores, page | {seconds:.1f} "
          f"({ours['seconds']['learning']:.1f} learning) | {auc['boosting']:.3f} | {auc['logistic_regression']:.3f} |")
    print(f"| Spark ML: one outcome, one horizon, boosting and logistic regression, without the start of Spark | {learning:.1f} "
          f"({theirs['seconds']['boosting']:.1f} and {theirs['seconds']['logistic_regression']:.1f}) "
          f"| {theirs['auc']['boosting']:.3f} | {theirs['auc']['logistic_regression']:.3f} |")
    print(f"\nSpark ML takes {learning / seconds:.1f} times as long for a part of the work (bar: 10).")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench churn", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=22278, help="listeners of the large log (22278: 26.3 M events, 12 GB of disk)")
    parser.add_argument("--lot-users", type=int, default=3000, help="listeners of the log with cancellations by lot (3000)")
    parser.add_argument("--spark-users", type=int, default=3000, help="listeners of the log that Spark ML learns from too (3000)")
    parser.add_argument("--only", choices=("large", "lot", "spark"), help="one of the three measurements")
    parser.add_argument("--memory", default="3GB", help="of the engine (3GB)")
    options = parser.parse_args()
    measures = {"large": (measure_large, (options.users, options.memory)), "lot": (measure_lot, (options.lot_users,)),
                "spark": (measure_peer, (options.spark_users,))}
    for measure, flags in [measures[options.only]] if options.only else measures.values():
        with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as folder:
            measure(Path(folder), *flags)


if __name__ == "__main__":
    main()
