"""Several etl, a stream, kpi, alerts, optimize, vacuum and forget at one lake, killed at random: after one quiet run of each
the lake equals one that was made of the same files and requests in peace."""

import os
import random
import threading
import time

import pytest

import lake as lakes
import samples

# `./dev bench crash` goes on for five minutes.
SECONDS = float(os.environ.get("CADENZA_CHAOS_SECONDS", "8"))
FORGOTTEN = ["3", "5"]

pytestmark = pytest.mark.crash


def session_line(number) -> bytes:
    minute = number % 50
    return (b'{"customer_id":"%d","session_id":"s%d","start_time":"2025-07-%02dT10:%02d:00Z","end_time":"2025-07-%02dT10:%02d:30Z"}\n'
            % (number % 9, number, 1 + number // 200, minute, 1 + number // 200, minute))


class Deliveries(threading.Thread):
    """Files that arrive while the jobs run: complete from the moment on that they have their names."""

    def __init__(self, folder, sample):
        super().__init__()
        self.logs, self.sessions, self.songs = folder / "logs", folder / "sessions", sample.songs
        self.logs.mkdir()
        self.sessions.mkdir()
        self.count = max(12, int(SECONDS))
        self.waiting = []
        for number in range(self.count):
            events = [samples.play(samples.START_MS + number * 40_000_000 + n * 1000, session=number, item=n, user=str(n % 8))
                      for n in range(12)]
            bad = b"\n{broken" if number % 3 == 0 else b""
            self.waiting.append((self.logs / f"{number:03d}.json", samples.log_bytes(events) + bad))
            lines = b"".join(session_line(number * 20 + n) for n in range(20))
            self.waiting.append((self.sessions / f"{number:03d}.jsonl", lines))
        self.deliver(4)

    def deliver(self, count):
        for path, data in self.waiting[:count]:
            aside = path.with_name("." + path.name)
            aside.write_bytes(data)
            aside.rename(path)
        del self.waiting[:count]

    def run(self):
        begin = time.monotonic()
        while self.waiting:
            time.sleep(SECONDS / self.count / 3)
            self.deliver(2 if time.monotonic() - begin < SECONDS else len(self.waiting))

    def etl(self, lake):
        return ["etl", "--songs", self.songs, "--logs", self.logs, "--lake", lake, "--no-progress", "--threads", "1"]

    def stream(self, lake):
        return ["stream", "--once", "--quiet", "--source", self.sessions, "--lake", lake, "--settle", "0"]

    def forget(self, lake):
        users = [part for user in FORGOTTEN for part in ("--user", user)]
        return ["forget", *users, "--even-if-unknown", "--lake", lake, "--no-progress"]

    def jobs(self, lake) -> list:
        return [
            self.etl(lake), self.etl(lake), self.stream(lake), self.stream(lake), self.forget(lake),
            ["optimize", "--lake", lake, "--no-progress"],
            ["vacuum", "--retain", "0h", "--allow-short-retention", "--lake", lake, "--no-progress"],
            ["kpi", "--lake", lake, "--only", "stickiness", "--no-progress"],
            ["alerts", "check", "--lake", lake],
        ]


def worker(dice, jobs, until, codes):
    while time.monotonic() < until:
        command = dice.choice(jobs)
        process = lakes.start(*command)
        try:
            process.communicate(timeout=dice.uniform(0.05, 1.5) if dice.random() < 0.4 else 120)
        except Exception:
            process.kill()
            process.communicate()
        codes.append((command[0], process.returncode))


def quiet(lake, deliveries):
    for command in deliveries.jobs(lake):
        outcome = lakes.run(*command, timeout=300)
        assert outcome.code in (0, 3), f"{command}: {outcome.code}: {outcome.err}"


def test_everything_at_once(tmp_path, sample):
    deliveries = Deliveries(tmp_path, sample)
    lake = tmp_path / "lake"
    lakes.run(*deliveries.etl(lake))
    codes, until = [], time.monotonic() + SECONDS
    workers = [threading.Thread(target=worker, args=(random.Random(seed), deliveries.jobs(lake), until, codes)) for seed in range(4)]
    deliveries.start()
    for thread in workers:
        thread.start()
    for thread in [*workers, deliveries]:
        thread.join()
    assert all(code in (0, 1, 3, -9) for _, code in codes), codes
    quiet(lake, deliveries)

    (ledger,) = lakes.query(lake, "select count(*) as files, count(distinct _file) as names, bool_and(good_bytes + duplicate_bytes + "
                                  "quarantined_bytes + blank_bytes + bom_bytes = size_bytes) as balanced from ledger where source = 'logs'")
    assert ledger == {"files": deliveries.count, "names": deliveries.count, "balanced": True}
    for table, key in (("songplays", "songplay_id"), ("users", "user_id"), ("events", "(ts_ms, user_id, session_id, item_in_session)")):
        assert lakes.query(lake, f"select count(*) - count(distinct {key}) as twice from {table}") == [{"twice": 0}], table
    (windows,) = lakes.query(lake, "select sum(sessions) as sessions from sessions_5m")
    gone = 0
    assert windows["sessions"] == deliveries.count * 20 - gone
    fresh = tmp_path / "fresh"
    lakes.run(*deliveries.etl(fresh))
    quiet(fresh, deliveries)
    for table, kept in (("events", "* exclude (_file)"), ("songplays", "*"), ("users", "*"), ("user_levels", "*"), ("time", "*"),
                        ("songs", "*"), ("artists", "*"), ("quarantine", "_offset, _length, reason, raw"), ("sessions_5m", "*")):
        select = f"select {kept} from {table} order by all"
        assert lakes.query(lake, select) == lakes.query(fresh, select), table
