"""How a play finds its song, on a catalogue made for it."""

import pytest

import lake as lakes
import samples
from samples import play, song

CATALOGUE = [
    song(1, "Amber", "The Birch", 200.5),
    song(2, "Cedar", "Delta", 100.0),
    song(3, "Cedar", "Delta", 150.0),
    song(4, "Cedar", "Delta", 300.0),
    song(5, "Jóga", "Björk", 305.0),
    song(6, "Ember  Light", "Fjord", 90.0),
    song(7, "ﬁre", "Éclat", 80.0),
    song(8, "551", "Infinity", 70.0),
    song(9, "Grove", "Haze", 60.0, artist_id="AR00000005"),
]

DOUBLE_ENCODED = "Björk".encode().decode("cp1252"), "Jóga".encode().decode("cp1252")

CASES = {
    "exact": (("Amber", "The Birch", 200.5), "exact", 1),
    "close": (("Amber", "The Birch", 202.5), "close", 1),
    "just not close": (("Amber", "The Birch", 202.6), "edition", 1),
    "exact among editions": (("Cedar", "Delta", 150.0), "exact", 3),
    "nearest edition above": (("Cedar", "Delta", 260.0), "edition", 4),
    "nearest edition below": (("Cedar", "Delta", 160.0), "edition", 3),
    "title of another artist": (("Amber", "Somebody", 200.5), None, None),
    "artist with another title": (("Birch", "The Birch", 200.5), None, None),
    "length of another song": (("Nothing", "Nobody", 200.5), None, None),
    "double-encoded": ((DOUBLE_ENCODED[1], DOUBLE_ENCODED[0], 305.0), "text_exact", 5),
    "other case": (("AMBER", "the birch", 201.5), "text_close", 1),
    "stray spaces": ((" Ember Light ", "Fjord", 10.0), "text_edition", 6),
    "ligature and accented capital": (("fire", "éCLAT", 80.0), "text_exact", 7),
    "title that is a number": (("551", "Infinity", 70.0), "exact", 8),
    "own artist name of the record": (("Grove", "Haze", 60.0), "exact", 9),
    "no length": (("Amber", "The Birch", None), "edition", 1),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By case number: the one row of the fact table."""
    folder = tmp_path_factory.mktemp("matching")
    plays = [play(samples.START_MS + i, *heard, item=i) for i, (heard, _, _) in enumerate(CASES.values())]
    songs = samples.write_songs(folder / "songs", CATALOGUE)
    logs = samples.write_logs(folder / "logs", plays)
    lakes.etl(folder / "lake", [songs], [logs])
    plays = lakes.select(folder / "lake", "SELECT * FROM songplays ORDER BY start_time")
    assert len(plays) == len(CASES), "one row a play, matched or not"
    return dict(zip(CASES, plays))


@pytest.mark.parametrize("case", [case for case in CASES if case != "no length"])
def test_match(found, case):
    _, quality, number = CASES[case]
    row = found[case]
    assert row["match_quality"] == quality
    assert row["song_id"] == (f"SO{number:08d}" if number else None)


def test_play_without_length_is_an_edition_at_best(found):
    assert found["no length"]["match_quality"] in ("edition", None)


def test_artist_is_that_of_the_song(found):
    assert found["own artist name of the record"]["artist_id"] == "AR00000005"
    assert found["title of another artist"]["artist_id"] is None


def test_two_editions_at_the_same_distance_are_one_row(tmp_path):
    songs = samples.write_songs(tmp_path / "songs", [song(1, "A", "B", 10.0), song(2, "A", "B", 20.0)])
    logs = samples.write_logs(tmp_path / "logs", [play(samples.START_MS, "A", "B", 15.0)])
    lakes.etl(tmp_path / "lake", [songs], [logs])
    assert [row["match_quality"] for row in lakes.rows(tmp_path / "lake", "songplays")] == ["edition"]
