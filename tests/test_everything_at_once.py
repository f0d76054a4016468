"""All jobs at one lake at once, killed at random: afterwards the lake is that of the same files in one run.

CADENZA_STORM_SECONDS: how long; ./dev bench crash takes five minutes.
"""

import os
import random
import shutil
import threading
import time

import pytest

import lake as lakes
import samples

SECONDS = float(os.environ.get("CADENZA_STORM_SECONDS", "20"))
# What tells of runs, of batches and of when; and windows, which keep what was counted before it was forgotten.
OF_RUNS = {"runs", "audits", "maintenance", "kpi_inputs", "forgotten", "late_events", "events_5m", "sessions_alerts",
           "alert_checks", "deliveries"}
# What a job says that comes before the first events or windows.
NOTHING_YET = ("nothing to compute from", "there is no lake", "has no table of windows")

pytestmark = pytest.mark.crash


class Storm:
    def __init__(self, folder):
        self.folder, self.lake = folder, folder / "lake"
        self.songs, self.logs = folder / "songs", folder / "logs"
        self.catalogue = samples.catalogue(seed=5, count=24)
        self.asked, self.kills, self.runs, self.failures = set(), 0, {}, []
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.deliveries = 0

    def deliver(self):
        """Each file takes its name when it is whole, and never changes: who reads may meet it at any moment."""
        self.deliveries += 1
        number = self.deliveries
        self.deliver_songs(min(4 + number, 24))
        events = [e | {"sessionId": e["sessionId"] + 1000 * number}
                  for e in samples.events(seed=number, songs=self.catalogue, days=2, sessions_a_day=4)]
        part = self.folder / f"{number:04d}.part"
        samples.write_file(part, samples.log_bytes(events) + b"no json\n")
        self.logs.mkdir(exist_ok=True)
        part.rename(self.logs / f"{number:04d}.json")

    def deliver_songs(self, count):
        whole = samples.write_songs(self.folder / "song_parts", self.catalogue[:count])
        for part in sorted(whole.rglob("*.json")):
            song = self.songs / part.relative_to(whole)
            song.parent.mkdir(parents=True, exist_ok=True)
            if not song.exists():
                part.rename(song)

    def commands(self, lake):
        quiet = ("--json", "--no-progress")
        return {
            "etl": lakes.etl_arguments(lake, [self.songs], [self.logs]),
            "stream": ["stream", "--source", self.logs, "--lake", lake, "--once", "--no-flush", "--json", "--quiet"],
            "kpi": ["kpi", "--lake", lake, *quiet],
            "alerts": ["alerts", "check", "--lake", lake, "--json"],
            "optimize": ["optimize", "--lake", lake, *quiet],
            "vacuum": ["vacuum", "--lake", lake, *quiet],
        }

    def work(self, name, seed):
        dice = random.Random(seed)
        while not self.over.is_set():
            command = self.commands(self.lake)[name] if name != "forget" else self.forget(dice)
            process = lakes.start(*command)
            if dice.random() < 0.3:
                time.sleep(dice.uniform(0, 0.8))
                process.kill()
            outcome = lakes.finish(process, timeout=120)
            with self.lock:
                self.kills += outcome.code == -9
                self.runs[name] = self.runs.get(name, 0) + (outcome.code in (0, 3))
                there_is_nothing_yet = any(words in outcome.err for words in NOTHING_YET)
                if outcome.code not in (0, 3, -9) and not there_is_nothing_yet:
                    self.failures.append((name, outcome.code, outcome.err[-500:]))
            time.sleep(dice.uniform(0, 1.5 if name in ("forget", "vacuum", "optimize") else 0.3))

    def forget(self, dice):
        # In five minutes all would be forgotten, and nothing would be left to compare.
        user = str(dice.randrange(1, 30, 4))
        with self.lock:
            self.asked.add(user)
        return ["forget", "--lake", self.lake, "--user", user, "--even-if-unknown", "--json", "--no-progress"]

    def rage(self):
        jobs = ["etl", "etl", "stream", "kpi", "alerts", "optimize", "vacuum", "forget"]
        threads = [threading.Thread(target=self.work, args=(name, seed)) for seed, name in enumerate(jobs)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            self.deliver()
            time.sleep(SECONDS / 20)
        self.over.set()
        for thread in threads:
            thread.join()

    def settle(self, lake):
        """One quiet run of each; events first, else nobody knows who is to be forgotten."""
        commands = self.commands(lake)
        users = [part for user in sorted(self.asked) for part in ("--user", user)]
        commands["stream"].remove("--no-flush")
        everything = [commands["etl"], commands["stream"],
                      ["forget", "--lake", lake, *users, "--even-if-unknown", "--json", "--no-progress"],
                      commands["kpi"], commands["alerts"], commands["optimize"], commands["vacuum"]]
        for command in everything:
            if command[0] == "forget" and not users:
                continue
            outcome = lakes.run(*command)
            assert outcome.code in (0, 3), f"{command}: {outcome.code} {outcome.err}"


def test_everything_at_once(tmp_path):
    storm = Storm(tmp_path)
    storm.deliver()
    storm.rage()
    assert not storm.failures, storm.failures
    assert storm.kills > 0 and storm.runs["etl"] > 1 and storm.runs["stream"] > 0, (storm.kills, storm.runs)
    storm.settle(storm.lake)
    fresh = tmp_path / "fresh"
    storm.settle(fresh)
    tables = [path.name for layer in ("bronze", "silver", "gold", "ops") for path in (fresh / layer).glob("*")]
    compared = [name for name in tables if name not in OF_RUNS and not name.startswith("stream_")]
    assert {"events", "songplays", "ledger", "quarantine", "kpi_summary"} <= set(compared)
    lakes.assert_lakes_equal(storm.lake, fresh, compared)
    (balance,) = lakes.query(storm.lake, "SELECT sum(events) AS events, sum(late) AS late, count(*) AS batches, "
                                         "count(DISTINCT batch) AS numbers FROM stream_batches")
    assert balance["batches"] == balance["numbers"]
    files = lakes.query(storm.lake, "SELECT count(*) AS n, count(DISTINCT _file) AS own FROM stream_files")[0]
    assert files["n"] == files["own"] == storm.deliveries, (files, storm.deliveries)
    (windows,) = lakes.query(storm.lake, "SELECT sum(events) AS n FROM events_5m")
    assert windows["n"] == balance["events"], (windows, balance)
    keys = lakes.query(storm.lake, "SELECT count(*) AS n FROM (SELECT songplay_id FROM songplays GROUP BY 1 HAVING count(*) > 1)")
    assert keys == [{"n": 0}]
    shutil.rmtree(fresh)
