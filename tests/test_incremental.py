"""Any number of runs, in any order of arrival, ends in the lake of one full run."""

import os
import random
import shutil

import pytest

import expected
import lake as lakes
import samples
from samples import START_MS, log_line, play, song

CASES = 6


@pytest.fixture
def source(tmp_path):
    """A sample of its own, with the lake that it made in one run."""
    made = samples.write(tmp_path / "source", seed=3)
    lakes.etl(tmp_path / "lake", [made.songs], [made.logs])
    return made


def again(source, tmp_path, *flags):
    return lakes.etl(tmp_path / "lake", [source.songs], [source.logs], *flags)


def full(source, tmp_path):
    lakes.etl(tmp_path / "full", [source.songs], [source.logs])
    return tmp_path / "full"


def first_log(source):
    return min(path for path in source.logs.rglob("*.json"))


def test_second_run_changes_nothing_and_says_so(source, tmp_path):
    before = lakes.versions(tmp_path / "lake")
    summary = again(source, tmp_path)
    assert summary["status"] == "unchanged"
    assert summary["files"]["already_ingested"] == len(list((tmp_path / "source").rglob("*.json")))
    assert not any(table["changed"] for table in summary["tables"].values())
    assert lakes.versions(tmp_path / "lake") == before


def test_second_run_tells_a_person(source, tmp_path):
    outcome = lakes.run("etl", "--songs", source.songs, "--logs", source.logs, "--out", tmp_path / "lake")
    assert outcome.code == 0
    words = (outcome.out + outcome.err).lower()
    assert "nothing new" in words or "unchanged" in words or "up to date" in words


def test_new_files_are_added(source, tmp_path):
    later = [
        event | {"ts": event["ts"] + 9 * samples.DAY_MS, "sessionId": event["sessionId"] + 500}
        for event in samples.events(seed=4, songs=source.catalogue, days=1)
    ]
    samples.write_logs(source.logs, later)
    summary = again(source, tmp_path)
    assert (summary["status"], summary["events"]["good"]) == ("done", len(later))
    assert summary["tables"]["songplays"]["changed"] and not summary["tables"]["songs"]["changed"]
    lakes.assert_lakes_equal(tmp_path / "lake", full(source, tmp_path))


def test_full_refresh_rebuilds_the_same(source, tmp_path):
    shutil.copytree(tmp_path / "lake", tmp_path / "before")
    summary = again(source, tmp_path, "--full-refresh")
    assert summary["status"] == "done"
    assert summary["files"]["already_ingested"] == 0
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "before")


def test_full_refresh_forgets_what_is_gone(source, tmp_path):
    first_log(source).unlink()
    again(source, tmp_path, "--full-refresh")
    lakes.assert_lakes_equal(tmp_path / "lake", full(source, tmp_path))


def test_touched_file_adds_nothing(source, tmp_path):
    shutil.copytree(tmp_path / "lake", tmp_path / "before")
    os.utime(first_log(source), (2_000_000_000, 2_000_000_000))
    again(source, tmp_path)
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "before")


def test_file_that_grew_adds_its_new_lines(source, tmp_path):
    log = first_log(source)
    with log.open("ab") as file:
        file.writelines(b"\n" + log_line(play(START_MS + i, session=900)) for i in (5, 6))
    before = len(lakes.rows(tmp_path / "lake", "events"))
    again(source, tmp_path)
    assert len(lakes.rows(tmp_path / "lake", "events")) == before + 2
    lakes.assert_lakes_equal(tmp_path / "lake", full(source, tmp_path))


def test_line_that_was_half_written_is_completed(source, tmp_path):
    line = log_line(play(START_MS + 5, session=900))
    log = samples.write_file(source.logs / "live.json", line[:90])
    assert again(source, tmp_path)["events"]["quarantined"] == 1
    log.write_bytes(line + b"\n")
    again(source, tmp_path)
    assert lakes.rows(tmp_path / "lake", "quarantine") == []
    lakes.assert_lakes_equal(tmp_path / "lake", full(source, tmp_path))


def test_file_that_is_gone_keeps_its_rows(source, tmp_path):
    shutil.copytree(tmp_path / "lake", tmp_path / "before")
    first_log(source).unlink()
    again(source, tmp_path)
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "before")


def test_song_that_arrives_after_its_plays_matches_them(tmp_path):
    logs = samples.write_logs(tmp_path / "logs", [play(START_MS, "Amber", "The Birch", 200.5)])
    songs = samples.write_songs(tmp_path / "songs", [song(1, "Other", "Nobody", 10.0)])
    lakes.etl(tmp_path / "lake", [songs], [logs])
    assert [row["match_quality"] for row in lakes.rows(tmp_path / "lake", "songplays")] == [None]
    for number, length, quality in ((2, 240.5, "edition"), (3, 201.5, "close"), (4, 200.5, "exact")):
        samples.write_songs(songs, [song(number, "Amber", "The Birch", length)])
        lakes.etl(tmp_path / "lake", [songs], [logs])
        (row,) = lakes.rows(tmp_path / "lake", "songplays")
        assert (row["song_id"], row["match_quality"]) == (f"SO{number:08d}", quality)


def songs_in_two_runs(tmp_path, table, first, second, flags, more_flags=()):
    """A table of the catalogue, partitioned its own way, after two runs and after one of both."""
    log = samples.write_file(tmp_path / "logs" / "0.json", log_line(play(START_MS)))
    songs = samples.write_songs(tmp_path / "songs", first)
    lakes.etl(tmp_path / "lake", [songs], [log], *flags)
    samples.write_songs(songs, second)
    lakes.etl(tmp_path / "lake", [songs], [log], *flags, *more_flags)
    lakes.etl(tmp_path / "full", [songs], [log], *flags, *more_flags)
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "full")
    return lakes.rows(tmp_path / "lake", table)


def test_year_zero_that_becomes_null_between_runs_doubles_no_song(tmp_path):
    first = [song(1, "Amber", "The Birch", 200.5), song(2, "Cedar", "The Birch", 100.5, year=1999)]
    rows = songs_in_two_runs(tmp_path, "songs", first, [song(3, "Delta", "The Ember", 90.5)], (), ("--year-zero-as-null",))
    assert sorted((row["song_id"], row["year"]) for row in rows) == [
        ("SO00000001", None), ("SO00000002", 1999), ("SO00000003", None),
    ]


@pytest.mark.parametrize("places", [("", None, "Oslo"), (None, "", "Oslo"), ("Oslo", "", None), ("Oslo", None, "")])
def test_partition_by_a_text_knows_empty_and_null_as_one(places, tmp_path):
    songs = [song(n, f"Song {n}", f"Artist {n}", 100.5 + n, artist_location=place) for n, place in enumerate(places)]
    rows = songs_in_two_runs(tmp_path, "artists", songs[:2], songs[2:], ("--partition", "artists=location"))
    assert sorted(row["artist_id"] for row in rows) == [record["artist_id"] for record in songs]


def test_partition_by_a_text_that_becomes_empty_moves_its_row(tmp_path):
    first = [song(n, f"Song {n}", f"Artist {n}", 100.5, artist_location="Oslo") for n in range(3)]
    second = [song(9, "Later", "Artist 1", 90.5, artist_id="AR00000001", artist_location="")]
    rows = songs_in_two_runs(tmp_path, "artists", first, second, ("--partition", "artists=location"))
    assert len(rows) == 3


def test_level_that_arrives_late_is_put_in_its_place(tmp_path):
    songs = samples.write_songs(tmp_path / "songs", [song(1, "Other", "Nobody", 10.0)])
    levels = [("free", 0), ("paid", 3), ("free", 2), ("paid", 1)]
    for level, hour in levels:
        line = log_line(play(START_MS + hour * 3_600_000, session=hour, level=level))
        log = samples.write_file(tmp_path / "logs" / f"{hour}.json", line)
        lakes.etl(tmp_path / "lake", [songs], [log])
    spans = sorted(lakes.rows(tmp_path / "lake", "user_levels"), key=lambda row: row["valid_from"])
    starts = [expected.moment(START_MS + hour * 3_600_000) for hour in range(4)]
    assert [row["level"] for row in spans] == ["free", "paid", "free", "paid"]
    assert [row["valid_from"] for row in spans] == starts
    assert [row["valid_to"] for row in spans] == [*starts[1:], None]
    assert [row["level"] for row in lakes.rows(tmp_path / "lake", "users")] == ["paid"]


def daily_etl(tmp_path, days, *flags):
    """A run for each day, and one of all days: the lakes of both."""
    songs = samples.write_songs(tmp_path / "songs", [song(1, "Amber", "The Birch", 200.5)])
    for number, records in enumerate(days):
        log = samples.write_file(tmp_path / "logs" / f"{number}.json", samples.log_bytes(records))
        lakes.etl(tmp_path / "lake", [songs], [log], *flags)
    lakes.etl(tmp_path / "full", [songs], [tmp_path / "logs"], *flags)
    return tmp_path / "lake", tmp_path / "full"


@pytest.mark.parametrize("level", [None, "free", "paid"])
def test_levels_of_one_moment_stay_in_order_when_a_day_follows(level, tmp_path):
    moment = [play(START_MS, session=1, level="paid"), play(START_MS, session=2, level="free")]
    later = play(START_MS + samples.DAY_MS, session=3, level=level)
    lake, full = daily_etl(tmp_path, [moment, [later]])
    open_levels = [row["level"] for row in lakes.rows(lake, "user_levels") if row["valid_to"] is None]
    assert open_levels == [level or "free"]
    lakes.assert_lakes_equal(lake, full)


@pytest.mark.parametrize("flags", [(), ("--partition", "songplays="), ("--partition", "time=")])
def test_play_of_a_moment_that_the_lake_knows_is_no_fault(flags, tmp_path):
    month = 32 * samples.DAY_MS
    days = [[play(START_MS), play(START_MS + month)], [play(START_MS, user="8", session=2)], [play(START_MS + month + 1)]]
    lakes.assert_lakes_equal(*daily_etl(tmp_path, days, *flags))


def coarse(record, dice):
    """Many events of one listener in the same moment, and some without a level."""
    changes = {"ts": record["ts"] - record["ts"] % 3_600_000}
    return record | changes | ({"level": None} if dice.random() < 0.2 else {})


@pytest.mark.parametrize("seed", range(CASES))
def test_coarse_days_in_order_equal_one_full_run(seed, tmp_path):
    dice = random.Random(seed)
    days = {}
    for record in samples.events(seed, samples.catalogue(seed, count=16), users=4, days=5, sessions_a_day=8):
        days.setdefault(record["ts"] // samples.DAY_MS, []).append(coarse(record, dice))
    lakes.assert_lakes_equal(*daily_etl(tmp_path, days.values()))


class Delivery:
    """Files of a small service, with all that makes the order of arrival matter, dealt into batches."""

    def __init__(self, folder, seed):
        self.dice = random.Random(seed)
        self.folder = folder
        self.files = {**self.song_files(seed), **self.log_files(seed)}

    def song_files(self, seed):
        songs = self.catalogue = samples.catalogue(seed, count=16)
        renamed = [songs[0] | {"title": "Renamed"}, songs[1] | {"year": 1999}]
        files = {f"songs/{n}.json": [record] for n, record in enumerate(songs + renamed + songs[2:4])}
        return {name: samples.log_bytes(records) for name, records in files.items()}

    def log_files(self, seed):
        self.events = samples.events(seed, self.catalogue, users=6, days=3, sessions_a_day=4)
        dealt = {f"logs/{n}.json": [] for n in range(8)}
        for record in self.events + self.copies() + self.variants():
            dealt[self.dice.choice(list(dealt))].append(log_line(record))
        dealt["logs/0.json"].append(b'{"ts":15410')
        dealt["logs/1.json"].append(b"[]\n\n")
        return {name: b"\n".join(lines) for name, lines in dealt.items()}

    def copies(self):
        return self.dice.choices(self.events, k=12)

    def variants(self):
        return [event | {"location": "Elsewhere"} for event in self.dice.sample(self.events, k=5)]

    def batches(self):
        """All files in a random order, cut at random places."""
        names = list(self.files)
        self.dice.shuffle(names)
        cuts = sorted(self.dice.sample(range(1, len(names)), k=3))
        return [names[a:b] for a, b in zip([0, *cuts], [*cuts, len(names)])]

    def write(self, names):
        paths = [samples.write_file(self.folder / name, self.files[name]) for name in names]
        return [p for p in paths if "/songs/" in str(p)], [p for p in paths if "/logs/" in str(p)]


def deliver(delivery, lake):
    for batch in delivery.batches():
        songs, logs = delivery.write(batch)
        lakes.etl(lake, songs, logs)


def check_delivery(tmp_path, seed):
    delivery = Delivery(tmp_path / "source", seed)
    deliver(delivery, tmp_path / "lake")
    lakes.etl(tmp_path / "full", [tmp_path / "source" / "songs"], [tmp_path / "source" / "logs"])
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "full")
    plays = {expected.songplay_id(event) for event in expected.plays(delivery.events)}
    found = [row["songplay_id"] for row in lakes.rows(tmp_path / "lake", "songplays")]
    assert sorted(found) == sorted(plays)
    assert len([row for row in lakes.rows(tmp_path / "lake", "events") if row["is_conflict"]]) == 10


@pytest.mark.parametrize("seed", range(CASES))
def test_increments_equal_one_full_run(seed, tmp_path):
    check_delivery(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_increments_equal_one_full_run(seed, tmp_path):
    check_delivery(tmp_path, seed)


def test_growing_folder_equals_one_full_run(tmp_path):
    delivery = Delivery(tmp_path / "source", seed=77)
    delivery.write(["songs/0.json", "logs/0.json"])
    for batch in delivery.batches():
        delivery.write(batch)
        lakes.etl(tmp_path / "lake", [tmp_path / "source" / "songs"], [tmp_path / "source" / "logs"])
    lakes.etl(tmp_path / "full", [tmp_path / "source" / "songs"], [tmp_path / "source" / "logs"])
    lakes.assert_lakes_equal(tmp_path / "lake", tmp_path / "full")


def test_number_of_threads_changes_nothing(sample, sample_lake, tmp_path):
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs], "--threads", "1")
    lakes.assert_lakes_equal(tmp_path / "lake", sample_lake)
