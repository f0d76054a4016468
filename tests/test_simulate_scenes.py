"""A world of scenes: who hears and likes what follows from the truth, by the formulas of docs/SIMULATOR.md."""

import collections
import datetime

import numpy as np
import pytest

from simulation import events, hashes, simulate, songs, tables

DAY = 86_400_000


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    simulate("--out", folder / "raw", "--truth", folder / "truth", "--like", "churn", "--world", "scenes", "--users", 180,
             "--days", 28, "--songs", 500, "--unlisted-songs", 100)
    return folder


def km(a_latitude, a_longitude, b_latitude, b_longitude):
    a_latitude, a_longitude, b_latitude, b_longitude = map(np.radians, (a_latitude, a_longitude, b_latitude, b_longitude))
    part = (np.sin((b_latitude - a_latitude) / 2) ** 2
            + np.cos(a_latitude) * np.cos(b_latitude) * np.sin((b_longitude - a_longitude) / 2) ** 2)
    return 2 * 6371 * np.arcsin(np.sqrt(part))


class Formula:
    """Rows are listeners, columns songs."""

    def __init__(self, truth):
        rows = tables(truth, """select user_id, exploration, openness, latitude, longitude, taste, favourites
            from truth_users join truth_homes using (user_id)
            join (select user_id, list({'style': style, 'weight': weight}) as taste from truth_taste group by 1) using (user_id)
            join (select user_id, list({'artist': artist_id, 'share': share}) as favourites from truth_favourites group by 1)
            using (user_id) order by user_id""")
        self.songs = tables(truth, """select title, artist_name, artist_id, popularity, truth_artists.style, latitude, longitude,
            truth_songs.style as own_style, epoch_ms(released_at) as released
            from truth_songs join truth_artists using (artist_id) order by song_id""")
        assert all(song["style"] == song["own_style"] for song in self.songs)
        self.users = [row["user_id"] for row in rows]
        column = lambda name: np.array([row[name] for row in rows])[:, None]
        of_song = lambda name: np.array([song[name] for song in self.songs])
        self.explores, self.openness = 0.25 + 0.75 * column("exploration"), column("openness")
        self.near = np.exp(-km(column("latitude"), column("longitude"), of_song("latitude"), of_song("longitude")) / 3000)
        self.style, self.artist = of_song("style"), of_song("artist_id")
        taste = np.zeros((len(rows), 16))
        self.favoured = np.zeros((len(rows), len(self.songs)))
        for u, row in enumerate(rows):
            for each in row["taste"]:
                taste[u, each["style"]] = each["weight"]
            for each in row["favourites"]:
                self.favoured[u, self.artist == each["artist"]] = each["share"]
        self.taste = taste[:, self.style]
        fit = self.taste / taste.max(1, keepdims=True)
        plain = fit * (self.near + (1 - self.near) * self.openness)
        self.liking = np.where(self.favoured > 0, 0.5 + 0.5 * plain, plain)
        assert np.allclose(taste.sum(1), 1)

    def weights(self, moment):
        released = np.array([song["released"] or 0 for song in self.songs], dtype=float)
        fresh = np.where(released > 0, 1 + 10 * np.exp(-np.maximum(moment - released, 0) / DAY / 14), 1)
        return np.array([song["popularity"] for song in self.songs]) * fresh * (released <= moment)

    def expected(self, moment, returns=0.6, near=None):
        near = self.near if near is None else near
        w = self.weights(moment)
        by_style = np.array([w[self.style == k].sum() for k in range(16)])[self.style]
        sums = {artist: w[self.artist == artist].sum() for artist in set(self.artist)}
        by_artist = np.array([sums[artist] for artist in self.artist])
        near_all = (w * near).sum(1, keepdims=True)
        near_style = np.stack([(w * near)[:, self.style == k].sum(1) for k in range(16)], axis=1)[:, self.style]
        charts = 0.5 * w / w.sum() + 0.5 * w * near / near_all
        favourites = self.favoured * w / np.maximum(by_artist, 1e-30)
        taste = self.taste * (self.openness * w / by_style + (1 - self.openness) * w * near / near_style)
        across = self.explores * charts + (1 - self.explores) * (0.2 * favourites + 0.8 * taste)
        plays = across / (1 - returns * self.liking)
        return plays / plays.sum(1, keepdims=True)


@pytest.fixture(scope="module")
def formula(world):
    return Formula(world / "truth")


@pytest.fixture(scope="module")
def logged(world):
    return sorted(events(world / "raw"), key=lambda event: event["ts"])


@pytest.fixture(scope="module")
def heard(logged, formula):
    """Plays by week, listener and song, and the thumbs that followed; a song whose name is not told for sure is -1."""
    places = collections.defaultdict(list)
    for s, song in enumerate(formula.songs):
        if (song["title"] + song["artist_name"]).isascii():
            places[song["title"], song["artist_name"]].append(s)
    number = {user: u for u, user in enumerate(formula.users)}
    start = int(datetime.datetime(2018, 11, 1, tzinfo=datetime.timezone.utc).timestamp()) * 1000
    plays, thumbs, last = [], [], {}
    for event in logged:
        if event["page"] == "NextSong":
            found = places.get((event["song"], event["artist"]), [])
            last[event["userId"]] = number[event["userId"]], found[0] if len(found) == 1 else -1
            plays.append(((event["ts"] - start) // (7 * DAY), *last[event["userId"]]))
        elif event["page"] in ("Thumbs Up", "Thumbs Down"):
            thumbs.append((event["page"] == "Thumbs Up", *last[event["userId"]]))
    return start, np.array(plays), np.array(thumbs)


def compared(formula, heard, **formula_is):
    """What was expected and seen of pairs that are alike in what the formula looks at."""
    start, plays, _ = heard
    told = np.zeros(len(formula.songs), bool)
    told[np.unique(plays[plays[:, 2] >= 0, 2])] = True
    expected, seen = np.zeros_like(formula.liking), np.zeros_like(formula.liking)
    for week in range(4):
        of_week = plays[plays[:, 0] == week]
        counts = np.bincount(of_week[:, 1], minlength=len(formula.users))
        expected += counts[:, None] * formula.expected(start + week * 7 * DAY, **formula_is)
        known = of_week[of_week[:, 2] >= 0]
        np.add.at(seen, (known[:, 1], known[:, 2]), 1)
    bins = lambda values, edges: np.digitize(values, edges)
    popularity = np.array([song["popularity"] for song in formula.songs])
    cell = (bins(formula.near, [0.1, 0.3, 0.9]) + 4 * bins(formula.taste, [0.02, 0.1, 0.3]) + 16 * (formula.favoured > 0)
            + 32 * bins(np.broadcast_to(formula.openness, formula.near.shape), [0.3, 0.7])
            + 96 * bins(np.broadcast_to(popularity, formula.near.shape), np.quantile(popularity, [0.5])))
    of_cell = lambda values: np.bincount(cell[:, told].ravel(), values[:, told].ravel(), minlength=192)
    return of_cell(expected), of_cell(seen)


def test_expected_plays_are_what_listeners_play(formula, heard):
    wanted, seen = compared(formula, heard)
    assert seen.sum() > 30_000 and (wanted > 100).sum() > 30
    off = np.abs(wanted - seen).sum() / seen.sum()
    # Plays of one song come in groups, so that their deviation is more than that of counts.
    within = np.abs(wanted - seen) < 5 * np.sqrt(3 * wanted + 1) + 0.05 * wanted
    assert off < 0.06 and within.all(), (off, [(round(w), int(s)) for w, s, ok in zip(wanted, seen, within) if not ok])
    for wrong in ({"returns": 0}, {"near": np.ones_like(formula.near)}):
        wanted, seen = compared(formula, heard, **wrong)
        assert np.abs(wanted - seen).sum() / seen.sum() > 2 * off, wrong


def test_thumbs_follow_liking(formula, heard):
    _, plays, thumbs = heard
    plays, thumbs = plays[plays[:, 2] >= 0], thumbs[thumbs[:, 2] >= 0]
    liking, thumbed = formula.liking[plays[:, 1], plays[:, 2]], formula.liking[thumbs[:, 1], thumbs[:, 2]]
    edges = np.quantile(liking, [0.2, 0.4, 0.6, 0.8])
    of_fifth = lambda values, weights=None: np.bincount(np.digitize(values, edges), weights, minlength=5)
    # A listener whose session ends at the song gives no thumb: rates are up to one factor.
    for is_up, rate in ((1, 0.09 * liking), (0, 0.1 * (1 - liking) * 0.3)):
        wanted, seen = of_fifth(liking, rate), of_fifth(thumbed[thumbs[:, 0] == is_up])
        wanted *= seen.sum() / wanted.sum()
        assert seen.sum() > 300 and (np.abs(wanted - seen) < 4 * np.sqrt(wanted)).all(), (is_up, wanted, seen)


def test_artists_come_from_cities_and_listeners_live_in_them(world, logged):
    places = {(song["artist_latitude"], song["artist_longitude"]): song["artist_location"] for song in songs(world / "raw")
              if song["artist_latitude"] is not None}
    true = {(row["latitude"], row["longitude"]): row["place"]
            for row in tables(world / "truth", "select distinct place, latitude, longitude from truth_artists")}
    assert len(places) > 20 and {at: true[at] for at in places} == places
    homes = {row["user_id"]: row["place"] for row in tables(world / "truth", "select user_id, place from truth_homes")}
    lived = {(event["userId"], event["location"]) for event in logged if event["userId"]}
    assert len(lived) > 100 and all(homes[user] == location for user, location in lived)
    (row,) = tables(world / "truth", "select count(distinct (style, place)) as scenes, count(distinct style) as styles from truth_artists")
    assert row["styles"] == 16 and 60 < row["scenes"] <= 80


def test_the_usual_world_tells_nothing_of_scenes(tmp_path):
    flags = ["--users", 30, "--days", 3, "--songs", 40]
    simulate("--out", tmp_path / "a", "--truth", tmp_path / "truth", *flags)
    simulate("--out", tmp_path / "b", "--world", "styles", *flags)
    simulate("--out", tmp_path / "c", "--world", "scenes", *flags)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b") != hashes(tmp_path / "c")
    assert not [path.name for path in (tmp_path / "truth").iterdir() if path.name in ("truth_homes", "truth_artists")]


def test_threads_change_nothing_in_a_world_of_scenes(tmp_path):
    for threads in (1, 3):
        simulate("--out", tmp_path / str(threads), "--world", "scenes", "--users", 200, "--days", 9, "--songs", 40, "--threads", threads)
    assert hashes(tmp_path / "1") == hashes(tmp_path / "3")
