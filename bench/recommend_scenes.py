"""Lists for listeners of a world of scenes, of which the truth is known: paired against implicit's models, and what the
discovery dial does for music by artists whom they did not know."""

import csv
import datetime
import io
import json
import subprocess
from pathlib import Path

import implicit
import numpy as np
import scipy.sparse as sp

START, DAYS, TEST_DAYS = datetime.date(2018, 11, 1), 61, 14


class Lakes:
    """One world twice: all its days, and those before the test."""

    def __init__(self, program, folder, seed, world):
        self.program, self.folder = program, Path(folder)
        raw = self.folder / "raw"
        self._run("simulate", "--like", "churn", "--world", "scenes", "--days", DAYS, "--seed", seed, *world, "--out", raw,
                  "--truth", self.folder / "truth")
        self.test_start = START + datetime.timedelta(days=DAYS - TEST_DAYS)
        for path in sorted((raw / "log_data").rglob("*.json")):
            if path.name[:10] < self.test_start.isoformat():
                to = self.folder / "before" / path.relative_to(raw)
                to.parent.mkdir(parents=True, exist_ok=True)
                to.hardlink_to(path)
        for name, logs in (("all", raw), ("known", self.folder / "before")):
            self._run("etl", "--songs", raw / "song_data", "--logs", logs / "log_data", "--out", self.folder / name)
            # Makes the table of who heard what.
            self._run("recommend", "--lake", self.folder / name, "--no-progress")

    def _run(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"cadenza {arguments[0]}: {done.stderr}")
        return done.stdout

    def rows(self, lake, query):
        return list(csv.reader(io.StringIO(self._run("sql", "--lake", self.folder / lake, "--format", "csv", query))))[1:]

    def scores(self):
        """Of `recommend evaluate` with the truth, which knows nothing of these lakes' division."""
        found = json.loads(self._run("recommend", "evaluate", "--lake", self.folder / "all", "--truth", self.folder / "truth",
                                     "--json", "--no-progress"))
        return {(s["model"], s["metric"]): s["value"] for s in found["scores"] if s["task"] == "unheard"}

    def lists(self, *flags):
        """Of every listener, learned from the days before the test, and nothing else."""
        self._run("recommend", "--lake", self.folder / "known", "--top", 100, "--per-artist", 1000, "--no-progress", *flags)
        lists = {}
        for user, track in self.rows("known", "SELECT user_id, track_id FROM recommendations ORDER BY user_id, rank"):
            lists.setdefault(user, []).append(track)
        return lists


def ndcg(lists, wanted):
    total = []
    for user, relevant in wanted.items():
        gain = sum(1 / np.log2(place + 2) for place, track in enumerate(lists.get(user, [])[:100]) if track in relevant)
        total.append(gain / sum(1 / np.log2(place + 2) for place in range(min(100, len(relevant)))))
    return np.array(total)


def theirs(pairs, wanted, threads):
    """Lists by implicit's two models; of each the settings that are best for these very listeners."""
    users, tracks = ({one: number for number, one in enumerate(sorted({pair[place] for pair in pairs}))} for place in (0, 1))
    names = sorted(tracks)
    at = [users[user] for user, _, _ in pairs], [tracks[track] for _, track, _ in pairs]
    counts = np.array([float(plays) for _, _, plays in pairs], np.float32)
    rows = np.array([users[user] for user in wanted if user in users])
    by_row = sorted(users)
    best = {}
    matrix_of = lambda values: sp.csr_matrix((values, at), shape=(len(users), len(tracks)))

    def judge(kind, settings, model, matrix):
        model.fit(matrix, show_progress=False)
        ids, _ = model.recommend(rows, matrix[rows], N=100, filter_already_liked_items=True)
        value = ndcg({by_row[row]: [names[i] for i in found if i >= 0] for row, found in zip(rows, ids)}, wanted)
        if kind not in best or value.mean() > best[kind][0].mean():
            best[kind] = value, settings

    for factors in (32, 64):
        for weight in (1.0, 10.0):
            for alpha in (1.0, 5.0):
                judge("ALS", f"{factors} factors, regularization {weight}, alpha {alpha}, log counts",
                      implicit.als.AlternatingLeastSquares(factors=factors, regularization=weight, alpha=alpha, iterations=15,
                                                           random_state=3, num_threads=threads),
                      matrix_of(np.log2(1 + counts).astype(np.float32)))
    for neighbours in (200, 1000):
        for name, model in (("cosine", implicit.nearest_neighbours.CosineRecommender), ("BM25", implicit.nearest_neighbours.BM25Recommender),
                            ("TF-IDF", implicit.nearest_neighbours.TFIDFRecommender)):
            judge("item-item", f"{name}, {neighbours} neighbours", model(K=neighbours, num_threads=threads),
                  matrix_of(np.log2(1 + counts).astype(np.float32)).tocsr())
    return best


def paired(ours, other):
    gap = ours - other
    return f"{gap.mean():+.4f} +- {1.96 * gap.std(ddof=1) / np.sqrt(len(gap)):.4f}"


def measure(program, folder, seed, world, threads):
    lakes = Lakes(program, folder, seed, world)
    pairs = lakes.rows("known", "SELECT user_id, track_id, plays - skipped FROM listener_tracks WHERE weight > 0")
    wanted = {}
    for user, track in lakes.rows("all", "SELECT user_id, track_id FROM listener_tracks WHERE weight > 0 AND first_played >= "
                                         f"DATE '{lakes.test_start}'"):
        wanted.setdefault(user, set()).add(track)
    known = {user for user, _, _ in pairs}
    wanted = {user: relevant for user, relevant in sorted(wanted.items()) if user in known}
    print(f"scenes, seed {seed}: {len(pairs)} pairs before the test, {len(wanted)} listeners with unheard tracks in its {TEST_DAYS} days")
    best = theirs(pairs, wanted, threads)
    for name, flags in (("the dial off", ("--discovery-cost", "0")), ("the default dial", ())):
        ours = ndcg(lakes.lists(*flags), wanted)
        print(f"         {name}: NDCG@100 {ours.mean():.4f}; against implicit, its best settings for these very listeners: "
              + "; ".join(f"{kind} ({settings}) {value.mean():.4f}, paired {paired(ours, value)}"
                          for kind, (value, settings) in best.items()))
    scores = lakes.scores()
    off, on = ({metric: scores[model, metric] for metric in ("ndcg_100", "liking_20", "new_artist_liking_20", "new_artist_share_20",
                                                             "top_100_share_20", "far_share_20")} for model in ("taste", "discovery"))
    print(f"         recommend evaluate --truth: NDCG@100 {off['ndcg_100'] / scores['attainable', 'ndcg_100']:.1%} of the attainable;"
          f" the default dial {on['ndcg_100'] / off['ndcg_100'] - 1:+.1%}")
    print("         what the dial does: true liking of songs by new artists "
          f"{off['new_artist_liking_20']:.3f} -> {on['new_artist_liking_20']:.3f} ({on['new_artist_liking_20'] / off['new_artist_liking_20'] - 1:+.0%});"
          f" of all songs {off['liking_20']:.3f} -> {on['liking_20']:.3f}; share of the Top 100 {off['top_100_share_20']:.1%} ->"
          f" {on['top_100_share_20']:.1%} ({on['top_100_share_20'] / off['top_100_share_20'] - 1:+.0%}); new artists"
          f" {off['new_artist_share_20']:.0%} -> {on['new_artist_share_20']:.0%}; far away {off['far_share_20']:.0%} -> {on['far_share_20']:.0%}",
          flush=True)
