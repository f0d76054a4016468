"""Several runs at once on one lake, with readers among them."""

import re
import threading

import lake as lakes
import samples

WRITERS = 4
HELD = re.compile(r"another run|in use|locked|holds|is running", re.IGNORECASE)


def dealt(sample) -> list:
    """Disjoint log files, one list a writer."""
    files = sorted(sample.logs.rglob("*.json"))
    return [files[number::WRITERS] for number in range(WRITERS)]


def start_all(sample, lake):
    return [lakes.start(*lakes.etl_arguments(lake, [sample.songs], logs)) for logs in dealt(sample)]


def settle(outcomes, sample, lake):
    """Who did not succeed must say that somebody else holds the lake, and succeeds afterwards."""
    for outcome, logs in zip(outcomes, dealt(sample)):
        assert outcome.code == 0 or HELD.search(outcome.err), outcome.err
        if outcome.code != 0:
            lakes.etl(lake, [sample.songs], logs)


class Reader(threading.Thread):
    """Counts plays again and again until told to stop."""

    def __init__(self, lake):
        super().__init__(daemon=True)
        self.lake, self.over = lake, threading.Event()
        self.counts, self.failures = [], []

    def run(self):
        while not self.over.is_set():
            outcome = lakes.run("sql", "--lake", self.lake, "--format", "json", "SELECT count(*) AS n FROM songplays")
            if outcome.code == 0:
                self.counts.append(outcome.json[0]["n"])
            else:
                self.failures.append(outcome.err)


def test_writers_at_once_end_as_one_after_the_other(tmp_path):
    sample = samples.write(tmp_path / "source", seed=6, days=12)
    settle([lakes.finish(p) for p in start_all(sample, tmp_path / "lake")], sample, tmp_path / "lake")
    for logs in dealt(sample):
        lakes.etl(tmp_path / "serial", [sample.songs], logs)
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "serial")


def test_same_run_twice_at_once_counts_once(sample, sample_lake, tmp_path):
    command = lakes.etl_arguments(tmp_path / "lake", [sample.songs], [sample.logs])
    outcomes = [lakes.finish(process) for process in [lakes.start(*command) for _ in range(3)]]
    assert all(outcome.code == 0 or HELD.search(outcome.err) for outcome in outcomes)
    assert any(outcome.code == 0 for outcome in outcomes)
    lakes.assert_lakes_equal(tmp_path / "lake", sample_lake)


def test_readers_never_fail_while_runs_are_written(tmp_path):
    sample = samples.write(tmp_path / "source", seed=7, days=12)
    first = samples.write_file(tmp_path / "first.json", samples.log_line(samples.play(samples.START_MS, session=9999)))
    lakes.etl(tmp_path / "lake", [sample.songs], [first])
    readers = [Reader(tmp_path / "lake") for _ in range(2)]
    for reader in readers:
        reader.start()
    outcomes = [lakes.finish(process) for process in start_all(sample, tmp_path / "lake")]
    settle(outcomes, sample, tmp_path / "lake")
    for reader in readers:
        reader.over.set()
        reader.join()
        assert reader.failures == []
        assert reader.counts == sorted(reader.counts)
    assert any(reader.counts for reader in readers)
