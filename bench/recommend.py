"""cadenza recommend against implicit 0.7 and Spark MLlib: an iteration of ALS, lists of 100, and quality, in one run on one matrix."""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # implicit has threads of its own

import implicit
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp
from implicit.cpu import _als
from implicit.cpu.topk import topk

import recommend_scenes

ROOT = Path(__file__).resolve().parent.parent
SPEED = ROOT / "build/src/recommend/recommend_speed"
PROGRAM = ROOT / "build/cadenza"
SPARK_PYTHON = ROOT / ".venv-spark/bin/python"


def listening(users, items, pairs, styles=24, seed=1):
    """Listeners of very different activity, songs by a power law, hidden styles."""
    draw = np.random.default_rng(seed)
    activity = draw.lognormal(0, 1, users)
    popularity = (np.arange(items) + 20.0) ** -0.9
    draw.shuffle(popularity)
    style = draw.integers(0, styles, items)
    taste = draw.exponential(1, (users, styles)) ** 3
    taste /= taste.sum(1, keepdims=True)
    user = draw.choice(users, int(pairs * 1.25), p=activity / activity.sum())
    drawn = (np.cumsum(taste, 1)[user] < draw.random(len(user))[:, None]).sum(1).clip(0, styles - 1)
    item, at = np.empty(len(user), np.int64), draw.random(len(user))
    for s in range(styles):
        own = np.where(style == s)[0]
        shares = np.cumsum(popularity[own])
        chosen = drawn == s
        item[chosen] = own[np.searchsorted(shares / shares[-1], at[chosen]).clip(0, len(own) - 1)]
    matrix = sp.csr_matrix((np.ones(len(user), np.float32), (user, item)), shape=(users, items))
    matrix.sum_duplicates()
    matrix.sort_indices()
    return matrix


def objective(matrix, users, items, weight):
    gram = items.T.astype(float) @ items
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    products = np.einsum("ij,ij->i", users[rows], items[matrix.indices])
    data = matrix.data
    return float((users.astype(float) @ gram * users).sum() + (data - 2 * data * products + (data - 1) * products**2).sum()
                 + weight * ((users**2).sum() + (items**2).sum()))


def cpu(work):
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


def spark_iteration(weights, factors, threads, folder):
    """Seconds of the wall of one iteration of Spark MLlib's ALS."""
    pairs = weights.tocoo()
    path = Path(folder) / "pairs.parquet"
    pq.write_table(pa.table({"user": pairs.row.astype(np.int32), "item": pairs.col.astype(np.int32), "value": pairs.data}), path)
    words = [str(SPARK_PYTHON), str(ROOT / "bench" / "peer_als.py"), str(path), "--factors", str(factors), "--iterations", "2",
             "--threads", str(threads)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])["iteration"]


def speed(matrix, factors, iterations, threads, folder):
    weights = matrix.copy()
    weights.data = (1 + 10 * np.log1p(weights.data)).astype(np.float32)
    draw = np.random.default_rng(3)
    users = draw.random((weights.shape[0], factors), dtype=np.float32) * 0.01
    items = draw.random((weights.shape[1], factors), dtype=np.float32) * 0.01
    path = Path(folder) / "matrix"
    with open(path, "wb") as file:
        for part in (np.array([*weights.shape, weights.nnz], np.int64), weights.indptr.astype(np.int64),
                     weights.indices.astype(np.int32), weights.data, users, items):
            part.tofile(file)
    done = subprocess.run([SPEED, path, str(factors), str(iterations), str(threads)], capture_output=True, check=True)
    ours = json.loads(done.stdout)
    by_item = weights.T.tocsr()
    theirs = []
    for _ in range(iterations):
        def iterate():
            _als.least_squares_cg(weights, users, items, 1.0, num_threads=threads, cg_steps=3)
            _als.least_squares_cg(by_item, items, users, 1.0, num_threads=threads, cg_steps=3)
        theirs.append(cpu(iterate)[0])

    def lists():
        for begin in range(0, weights.shape[0], 1000):
            topk(items, users[begin:begin + 1000], 100, filter_query_items=weights[begin:begin + 1000],
                 num_threads=threads)
    their_lists = cpu(lists)[0]
    ours_each, theirs_each = np.median(ours["iterations"]), np.median(theirs)
    print(f"{factors:4} factors: an iteration {ours_each:.3f} s CPU, implicit {theirs_each:.3f}: {ours_each / theirs_each:.2f}x;"
          f" objective {ours['objective'] / objective(weights, users, items, 1.0):.4f} of implicit's")
    print(f"     lists of 100: {ours['top']:.2f} s CPU, bare product {ours['bare']:.2f}: {ours['top'] / ours['bare']:.2f}x;"
          f" implicit {their_lists:.2f}: {ours['top'] / their_lists:.2f}x")
    if SPARK_PYTHON.exists():
        spark = spark_iteration(weights, factors, threads, folder)
        print(f"     on the clock: an iteration {ours['wall']:.3f} s, Spark MLlib {spark:.1f}: {spark / ours['wall']:.0f} times as long")
    else:
        print("     Spark MLlib was left out: there is no .venv-spark")


def peak_bytes(*command):
    """Of one run: the most memory that it had. Started by a small process: a child's peak begins with its parent's."""
    small = "import sys; from etl import measured; print(measured(sys.argv[1:])[1]['peak_rss_mb'])"
    done = subprocess.run([sys.executable, "-c", small, PROGRAM, *map(str, command)], cwd=ROOT / "bench", capture_output=True,
                          text=True, check=True)
    return int(done.stdout) * 2**20


def scale(matrix, folder, threads):
    """Learning from a file of pairs: what a further pair takes, by the difference of two sizes."""
    peaks, pairs = [], []
    for name, rows in (("part", matrix.shape[0] // 4), ("whole", matrix.shape[0])):
        some = matrix[:rows].tocoo()
        pairs.append(some.nnz)
        path = Path(folder) / f"{name}.csv"
        np.savetxt(path, np.column_stack((some.row, some.col, some.data)), "%d", ",", header="user,item,value", comments="")
        peaks.append(peak_bytes("recommend", "--interactions", path, "--top", 10, "--out", Path(folder) / f"{name}-lists.csv",
                                "--threads", threads, "--no-progress"))
    each = (peaks[1] - peaks[0]) / (pairs[1] - pairs[0])
    print(f"     scale: {pairs[1]} pairs of a file learned from in {peaks[1] / 1e9:.2f} GB, {pairs[0]} in {peaks[0] / 1e9:.2f}:"
          f" a pair takes {each:.0f} bytes, so a GB holds {1e3 / each:.0f} million pairs more")


ndcg = recommend_scenes.ndcg


def quality(matrix, folder, threads):
    """A tenth of the users is new to the models; a fifth of what each likes is held out."""
    draw = np.random.default_rng(5)
    new = set(draw.choice(matrix.shape[0], matrix.shape[0] // 10, replace=False).tolist())
    learned, folded, wanted = [], [], {}
    for user in range(matrix.shape[0]):
        items = matrix.indices[matrix.indptr[user]:matrix.indptr[user + 1]]
        plays = matrix.data[matrix.indptr[user]:matrix.indptr[user + 1]]
        out = draw.random(len(items)) < 0.2 if user in new else np.zeros(len(items), bool)
        rows = [(user, int(i), int(p)) for i, p in zip(items[~out], plays[~out])]
        if user in new and out.any() and not out.all():
            wanted[user] = set(items[out].tolist())
            folded += rows
        elif user not in new:
            learned += rows
    for name, rows in (("a", learned), ("b", folded)):
        with open(Path(folder) / f"{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows([("user", "item", "value"), *rows])
    out = Path(folder) / "lists.csv"
    subprocess.run([PROGRAM, "recommend", "--interactions", Path(folder) / "a.csv", "--fold-in", Path(folder) / "b.csv",
                    "--top", "100", "--out", out, "--threads", str(threads), "--no-progress"], check=True)
    ours = {}
    with open(out) as file:
        for row in csv.DictReader(file):
            ours.setdefault(int(row["user"]), []).append(int(row["item"]))
    value = ndcg(ours, wanted)
    shape = matrix.shape
    as_matrix = lambda rows: sp.csr_matrix(
        (np.array([r[2] for r in rows], np.float32), ([r[0] for r in rows], [r[1] for r in rows])), shape=shape)
    train, known = as_matrix(learned), as_matrix(folded)
    print(f"quality: ours NDCG@100 {value.mean():.4f} of {len(wanted)} users")
    best = None
    users = np.array(sorted(wanted))
    for factors in (32, 64, 128):
        for weight in (0.1, 1.0, 10.0):
            for alpha in (1.0, 10.0):
                model = implicit.als.AlternatingLeastSquares(factors=factors, regularization=weight, alpha=alpha,
                                                             iterations=15, random_state=3, num_threads=threads)
                model.fit(train, show_progress=False)
                ids, _ = model.recommend(users, known[users], N=100, recalculate_user=True,
                                         filter_already_liked_items=True)
                theirs = ndcg({int(u): list(map(int, row)) for u, row in zip(users, ids)}, wanted)
                if best is None or theirs.mean() > best[0].mean():
                    best = theirs, f"{factors} factors, regularization {weight}, alpha {alpha}"
    gap = value - best[0]
    error = 1.96 * gap.std(ddof=1) / np.sqrt(len(gap))
    print(f"         implicit, best of 18 settings on these very users ({best[1]}): {best[0].mean():.4f};"
          f" paired {gap.mean():+.4f} +- {error:.4f}")


def simulated(folder):
    """The lists of a simulated world of listeners, measured by the command itself on days that it did not learn from."""
    folder = Path(folder)
    world = ["--like", "churn", "--users", "3000", "--days", "61", "--songs", "8000", "--unlisted-songs", "4000"]
    for command in (["simulate", *world, "--out", folder / "raw"],
                    ["etl", "--songs", folder / "raw/song_data", "--logs", folder / "raw/log_data", "--out", folder / "lake"]):
        subprocess.run([PROGRAM, *command], check=True, capture_output=True)
    start = time.perf_counter()
    done = subprocess.run([PROGRAM, "recommend", "--lake", folder / "lake", "--json", "--no-progress"], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    summary = json.loads(done.stdout)
    scores = {(s["model"], s["task"], s["metric"]): s["value"] for s in summary["scores"]}
    print(f"simulated: {summary['pairs']} pairs, {summary['tracks']} tracks, {seconds:.0f} s for all")
    taste, popular = (scores[model, "unheard", "ndcg_100"] for model in ("taste", "popularity_14d"))
    print(f"         NDCG@100 of unheard tracks {taste:.4f}, {taste / popular:.2f}x the most played of 14 days ({popular:.4f})")
    ours, chance = (scores[model, "new_releases", "recall_5"] for model in ("taste", "random"))
    print(f"         new releases: Recall@5 {ours:.3f}, {ours / chance:.2f}x a random order ({chance:.3f}); by how many like the"
          f" artist {scores['artist_listeners', 'new_releases', 'recall_5']:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--pairs", type=float, default=4e6)
    parser.add_argument("--factors", default="64,256")
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-simulated", action="store_true", help="leave out the simulated world: 3 minutes")
    parser.add_argument("--scenes", type=int, default=3, help="seeds of a world of scenes; 0: none")
    parser.add_argument("--scene-users", type=int, default=1_000)
    parser.add_argument("--no-scale", action="store_true", help="leave out how many pairs a GB holds")
    parser.add_argument("--quality-users", type=int, default=5_000, help="0: speed alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        matrix = listening(arguments.users, arguments.items, int(arguments.pairs))
        print(f"{matrix.shape[0]} users, {matrix.shape[1]} items, {matrix.nnz} pairs, {arguments.threads} threads")
        for factors in map(int, arguments.factors.split(",")):
            speed(matrix, factors, arguments.iterations, arguments.threads, folder)
        if not arguments.no_scale:
            scale(matrix, folder, arguments.threads)
        if not arguments.no_simulated:
            simulated(Path(folder) / "styles")
        for seed in range(1, arguments.scenes + 1):
            users = arguments.scene_users
            recommend_scenes.measure(PROGRAM, Path(folder) / f"scenes-{seed}", seed,
                                     ["--users", users, "--songs", 3 * users, "--unlisted-songs", users], arguments.threads)
        if arguments.quality_users > 0:
            quality(listening(arguments.quality_users, 3000, 60 * arguments.quality_users, seed=2), folder, arguments.threads)


if __name__ == "__main__":
    main()
