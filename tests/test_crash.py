"""Killed at any moment, the next run completes the work, and nobody ever sees half a run."""

import os
import random
import time

import pytest

import expected
import lake as lakes
import samples

KILLS = int(os.environ.get("CADENZA_KILLS", "20"))

pytestmark = pytest.mark.crash


class GrowingSource:
    """Songs and logs that gain files with every step, and what a whole run over them must count."""

    def __init__(self, folder):
        self.songs, self.logs = folder / "songs", folder / "logs"
        self.catalogue = samples.catalogue(seed=5, count=24)
        self.events, self.steps = [], 0
        self.whole = {}  # counts of a whole run -> step

    def grow(self):
        session, self.steps = self.steps * 100, self.steps + 1
        new = [e | {"sessionId": e["sessionId"] + session} for e in self.made()]
        self.events += new
        samples.write_songs(self.songs, self.catalogue[: 4 + self.steps])
        samples.write_file(self.logs / f"{self.steps:03d}.json", samples.log_bytes(new))
        self.whole[self.counts()] = self.steps

    def made(self):
        return samples.events(seed=self.steps, songs=self.catalogue, days=20, sessions_a_day=20)

    def counts(self) -> tuple:
        plays = expected.plays(self.events)
        songs = min(4 + self.steps, len(self.catalogue))
        return len(self.events), len(plays), len(expected.users(self.events)), songs

    def command(self, lake):
        return lakes.etl_arguments(lake, [self.songs], [self.logs])


def seen_by_a_reader(lake) -> tuple:
    tables = ("events", "songplays", "users", "songs")
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in tables)
    (row,) = lakes.query(lake, f"SELECT {counts}")
    return tuple(row[table] for table in tables)


def undisturbed(source, lake) -> float:
    begin = time.monotonic()
    lakes.etl(lake, [source.songs], [source.logs])
    return time.monotonic() - begin


@pytest.fixture
def source(tmp_path):
    made = GrowingSource(tmp_path / "source")
    made.grow()
    return made


def test_kills_leave_whole_runs_and_the_next_run_completes(source, tmp_path):
    dice, killed, last = random.Random(11), 0, 1
    seconds = undisturbed(source, tmp_path / "lake")
    while killed < KILLS:
        if dice.random() < 0.5 and source.steps < 12:
            source.grow()
        if lakes.kill_after(dice.uniform(0, seconds), *source.command(tmp_path / "lake")):
            killed += 1
        else:
            source.grow()
        step = source.whole.get(seen_by_a_reader(tmp_path / "lake"))
        assert step is not None and step >= last, "a reader saw half a run, or an older one"
        last = step
    lakes.etl(tmp_path / "lake", [source.songs], [source.logs])
    undisturbed(source, tmp_path / "full")
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "full")


def test_kill_of_the_very_first_run(source, tmp_path):
    seconds = undisturbed(source, tmp_path / "full")
    for part in (0.2, 0.5, 0.8, 0.95):
        lakes.kill_after(seconds * part, *source.command(tmp_path / "lake"))
    lakes.etl(tmp_path / "lake", [source.songs], [source.logs])
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "full")


def test_kill_of_a_full_refresh_keeps_the_old_lake_readable(source, tmp_path):
    seconds = undisturbed(source, tmp_path / "lake")
    for part in (0.3, 0.6, 0.9):
        lakes.kill_after(seconds * part, *source.command(tmp_path / "lake"), "--full-refresh")
        assert seen_by_a_reader(tmp_path / "lake") == source.counts()
    lakes.etl(tmp_path / "lake", [source.songs], [source.logs])
    undisturbed(source, tmp_path / "full")
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "full")
