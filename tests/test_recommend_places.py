"""cadenza recommend in a world of scenes: lists of music from somewhere, and what listeners would like."""

import math

import pytest

import lake as lakes
from simulation import tables


def recommend(*arguments):
    outcome = lakes.run("recommend", *arguments, "--json", "--no-progress")
    assert outcome.code == 0, outcome.err
    return outcome.json


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    outcome = lakes.run("simulate", "--like", "churn", "--world", "scenes", "--users", 120, "--days", 24, "--songs", 300,
                        "--unlisted-songs", 60, "--out", folder / "raw", "--truth", folder / "truth")
    assert outcome.code == 0, outcome.err
    lakes.etl(folder / "lake", [folder / "raw/song_data"], [folder / "raw/log_data"])
    return folder, recommend("--lake", folder / "lake")


@pytest.fixture(scope="module")
def listener(world):
    """Somebody with a list of taste, the whole order of all tracks, and where home is."""
    folder, summary = world
    user = summary["example"]["user_id"]
    everything = recommend("for", user, "--lake", folder / "lake", "--top", 1000, "--per-artist", 1000)["list"]
    (home,) = tables(folder / "truth", f"select latitude, longitude from truth_homes where user_id = '{user}'")
    places = {row["place"]: row for row in lakes.query(folder / "lake", "SELECT DISTINCT place, latitude, longitude FROM tracks"
                                                                       " WHERE latitude IS NOT NULL")}
    return user, everything, home, places


def names(rows):
    return [(row["title"], row["artist_name"]) for row in rows]


def km(a, b):
    latitudes, longitudes = [math.radians(x["latitude"]) for x in (a, b)], [math.radians(x["longitude"]) for x in (a, b)]
    part = (math.sin((latitudes[1] - latitudes[0]) / 2) ** 2
            + math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin((longitudes[1] - longitudes[0]) / 2) ** 2)
    return 2 * 6371 * math.asin(math.sqrt(part))


def test_a_list_from_a_place_is_the_whole_order_without_the_rest(world, listener):
    lake, (user, everything, _, places) = world[0] / "lake", listener
    some = [place for place in places if place in {row["place"] for row in everything}][:6]
    assert len(some) == 6
    for place in some:
        for name in (place, place.split(",")[0].upper()):
            found = recommend("for", user, "--lake", lake, "--place", name, "--per-artist", 1000)["list"]
            assert found and {row["place"] for row in found} == {place}
            assert names(found) == names(row for row in everything if row["place"] == place)[:50]
    both = recommend("for", user, "--lake", lake, "--place", some[0], "--place", some[1], "--per-artist", 1000)["list"]
    assert names(both) == names(row for row in everything if row["place"] in some[:2])[:50]


def test_distances_are_from_the_place_or_from_home(world, listener):
    lake, (user, everything, home, places) = world[0] / "lake", listener
    centre = next(row["place"] for row in everything if row["place"])
    away = sorted(km(places[row["place"]], home) for row in everything if row["place"] in places)
    near, far = round(away[len(away) // 3]) + 1, round(away[2 * len(away) // 3]) - 1
    for flags, holds in (
            (["--place", centre, "--within", 2500], lambda at: km(at, places[centre]) <= 2500),
            (["--within", near], lambda at: km(at, home) <= near),
            (["--beyond", far], lambda at: km(at, home) >= far),
            (["--within", far + 2, "--beyond", near - 2], lambda at: near - 2 <= km(at, home) <= far + 2)):
        wanted = [row for row in everything if row["place"] in places and holds(places[row["place"]])]
        found = recommend("for", user, "--lake", lake, "--per-artist", 1000, "--top", 1000, *flags)["list"]
        assert names(found) == names(wanted) and 0 < len(wanted) < len(everything), flags


def test_a_name_is_whole_words_whatever_their_accents(world):
    folder, summary = world
    user = summary["example"]["user_id"]
    places = {row["place"] for row in lakes.query(folder / "lake", "SELECT DISTINCT place FROM tracks WHERE place IS NOT NULL")}
    found = False
    for place in places:
        plain = {"Bogotá, Colombia": "bogota", "Montréal, Canada": "montreal", "Reykjavík, Iceland": "REYKJAVIK iceland"}.get(place)
        if plain:
            rows = recommend("for", user, "--lake", folder / "lake", "--place", plain)["list"]
            assert {row["place"] for row in rows} <= {place}
            found = True
    assert found
    for name in ("Atlantis", "Kin", ",", ""):
        outcome = lakes.run("recommend", "for", user, "--lake", folder / "lake", "--place", name)
        assert outcome.code == 2 and "--place" in outcome.err, (name, outcome.out, outcome.err)


@pytest.mark.parametrize("arguments, said", [
    (["similar", "Björk", "--lake", "x", "--place", "Oslo"], "--place"),
    (["evaluate", "--lake", "x", "--beyond", "10"], "--beyond"),
    (["for", "39", "--lake", "x", "--within", "-1"], "--within"),
    (["--interactions", "a.csv", "--out", "b.csv", "--place", "Oslo"], "--place"),
])
def test_wrong_usage(arguments, said, tmp_path):
    outcome = lakes.run("recommend", *arguments, cwd=tmp_path)
    assert (outcome.code, said in outcome.err) == (2, True), outcome.err


def test_the_table_and_playlists_keep_to_the_place(world):
    folder, summary = world
    place = lakes.query(folder / "lake", "SELECT place FROM tracks WHERE place IS NOT NULL GROUP BY place"
                                         " ORDER BY count(*) DESC, place LIMIT 1")[0]["place"]
    recommend("--lake", folder / "lake", "--place", place)
    found = lakes.query(folder / "lake", "SELECT DISTINCT place FROM recommendations")
    assert found == [{"place": place}]
    new = lakes.query(folder / "lake", "SELECT DISTINCT t.place FROM playlists AS p JOIN tracks AS t USING (track_id)"
                                       " WHERE NOT p.is_known")
    assert new == [{"place": place}]
    assert recommend("--lake", folder / "lake")["tables"]["recommendations"] == summary["tables"]["recommendations"]


def test_lists_are_measured_against_the_truth_of_scenes(world):
    folder, _ = world
    found = recommend("evaluate", "--lake", folder / "lake", "--truth", folder / "truth")
    scores = {(s["model"], s["metric"]): s["value"] for s in found["scores"] if s["task"] == "unheard"}
    assert scores["attainable", "ndcg_100"] > scores["taste", "ndcg_100"]
    assert scores["attainable", "ndcg_100"] > 1.3 * scores["popularity", "ndcg_100"]
    for metric in ("liking_20", "new_artist_liking_20"):
        assert 0 < scores["popularity", metric] < scores["attainable", metric] < 1, metric
