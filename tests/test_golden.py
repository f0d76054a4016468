"""The real 30 days: the published numbers, and every row recomputed from the raw records."""

from collections import Counter

import pytest

import expected
import lake as lakes


@pytest.fixture(scope="module")
def events(shared_data):
    return expected.read_events(shared_data / "log_data")


@pytest.fixture(scope="module")
def songs(shared_data):
    return expected.read_songs(shared_data / "song_data")


@pytest.fixture(scope="module")
def catalogue(shared_data):
    return expected.Catalogue(expected.read_songs(shared_data / "song_data_10k"))


def count(lake, text):
    return list(lakes.select(lake, f"SELECT {text}")[0].values())[0]


def test_summary_counts_what_came_in(real_run, shared_data):
    summary = real_run[1]
    size = sum(f.stat().st_size for kind in ("log_data", "song_data") for f in (shared_data / kind).rglob("*.json"))
    assert summary["status"] == "done"
    assert (summary["files"]["logs"], summary["files"]["songs"]) == (30, 71)
    assert summary["files"]["already_ingested"] == 0
    clean = {"duplicate": 0, "quarantined": 0, "blank": 0}
    assert {k: summary["events"][k] for k in ("lines", "good", *clean)} == {"lines": 8056, "good": 8056, **clean}
    assert {k: summary["song_records"][k] for k in ("lines", "good", *clean)} == {"lines": 71, "good": 71, **clean}
    assert summary["bytes"] == {"in": size, "good": size, "bom": 0, **clean}
    assert summary["plays_without_user"] == 0
    assert all(audit["failures"] == 0 for audit in summary["audits"])
    assert summary["matches"] == {
        "exact": 1, "close": 0, "edition": 0,
        "text_exact": 0, "text_close": 0, "text_edition": 0, "unmatched": 6819,
    }


@pytest.mark.parametrize("table, rows", [
    ("events", 8056), ("song_records", 71), ("songplays", 6820), ("users", 97),
    ("songs", 71), ("artists", 69), ("time", 6813), ("quarantine", 0), ("ledger", 101),
])
def test_row_counts(real_run, table, rows):
    lake, summary = real_run
    assert count(lake, f"count(*) FROM {table}") == rows
    assert summary["tables"][table]["rows"] == rows


def test_events_are_as_delivered(real_lake, events):
    names = {
        "ts_ms": "ts", "artist": "artist", "auth": "auth", "first_name": "firstName", "gender": "gender",
        "item_in_session": "itemInSession", "last_name": "lastName", "length": "length", "level": "level",
        "location": "location", "method": "method", "page": "page", "registration": "registration",
        "session_id": "sessionId", "song": "song", "status": "status", "user_agent": "userAgent",
    }
    wanted = Counter((*(e[key] for key in names.values()), e["userId"] or None) for e in events)
    text = f"SELECT {', '.join(names)}, user_id FROM events"
    assert Counter(tuple(row.values()) for row in lakes.select(real_lake, text)) == wanted


def test_event_time_is_the_utc_instant(real_lake):
    for row in lakes.rows(real_lake, "events"):
        assert row["event_time"] == expected.moment(row["ts_ms"])
        assert row["event_date"] == row["event_time"].date()


def test_each_play_is_kept_with_its_stable_id(real_lake, events):
    wanted = {
        expected.songplay_id(e): (
            expected.moment(e["ts"]), e["userId"], e["level"], e["sessionId"], e["location"],
            e["userAgent"], expected.moment(e["ts"]).year, expected.moment(e["ts"]).month,
        )
        for e in expected.plays(events)
    }
    columns = "start_time, user_id, level, session_id, location, user_agent, year, month"
    found = lakes.select(real_lake, f"SELECT songplay_id, {columns} FROM songplays")
    assert len(wanted) == len(found) == 6820
    assert {row.pop("songplay_id"): tuple(row.values()) for row in found} == wanted


def test_the_one_match_among_71_songs(real_lake):
    matched = lakes.select(real_lake, """
        SELECT song_id, artist_id, match_quality, user_id, session_id
        FROM songplays WHERE song_id IS NOT NULL OR artist_id IS NOT NULL OR match_quality IS NOT NULL""")
    assert matched == [{
        "song_id": "SOZCTXZ12AB0182364", "artist_id": "AR5KOSW1187FB35FF4",
        "match_quality": "exact", "user_id": "15", "session_id": 818,
    }]


def test_match_qualities_against_the_catalogue(catalogue_lake):
    found = lakes.select(catalogue_lake, "SELECT match_quality AS q, count(*) AS n FROM songplays GROUP BY q")
    wanted = {"exact": 120, "close": 9, "edition": 49, "text_exact": 2, "text_edition": 3, None: 6637}
    assert {row["q"]: row["n"] for row in found} == wanted


def test_each_match_against_the_catalogue(catalogue_lake, events, catalogue):
    wanted = {expected.songplay_id(e): catalogue.match(e) for e in expected.plays(events)}
    found = lakes.select(catalogue_lake, "SELECT songplay_id, match_quality, song_id, artist_id FROM songplays")
    assert len(found) == 6820
    assert {row.pop("songplay_id"): tuple(row.values()) for row in found} == wanted


def test_users_are_in_their_latest_state(real_lake, events):
    wanted = {
        user: (e["firstName"], e["lastName"], e["gender"], e["level"])
        for user, e in expected.users(events).items()
    }
    found = lakes.select(real_lake, "SELECT user_id, first_name, last_name, gender, level FROM users")
    assert len(found) == 97
    assert {row.pop("user_id"): tuple(row.values()) for row in found} == wanted


def test_users_by_level(real_lake):
    levels = "SELECT level, count(*) AS n FROM users {} GROUP BY level"
    who_play = "WHERE user_id IN (SELECT user_id FROM songplays)"
    everyone = lakes.select(real_lake, levels.format(""))
    players = lakes.select(real_lake, levels.format(who_play))
    assert {row["level"]: row["n"] for row in everyone} == {"free": 75, "paid": 22}
    assert {row["level"]: row["n"] for row in players} == {"free": 74, "paid": 22}


def test_eight_users_change_level(real_lake):
    changed = lakes.select(real_lake, """
        SELECT user_id, max_by(level, valid_from) AS level FROM user_levels GROUP BY user_id HAVING count(*) > 1""")
    assert {row["user_id"] for row in changed} == {"15", "16", "29", "36", "49", "80", "85", "88"}
    assert {row["level"] for row in changed} == {"paid"}


def test_user_levels_are_the_stretches_of_one_level(real_lake, events):
    wanted = sorted(
        (user, level, expected.moment(ts))
        for user, spans in expected.level_spans(events).items() for level, ts in spans
    )
    found = lakes.select(real_lake, "SELECT user_id, level, valid_from FROM user_levels")
    assert sorted(tuple(row.values()) for row in found) == wanted


def test_user_levels_join_without_a_gap(real_lake):
    broken = lakes.select(real_lake, """
        SELECT * FROM (
            SELECT user_id, valid_to, lead(valid_from) OVER (PARTITION BY user_id ORDER BY valid_from) AS next
            FROM user_levels)
        WHERE valid_to IS DISTINCT FROM next""")
    assert broken == []


def test_user_levels_end_in_the_level_of_users(real_lake):
    found = lakes.select(real_lake, """
        SELECT users.user_id FROM users LEFT JOIN user_levels
        ON users.user_id = user_levels.user_id AND valid_to IS NULL
        WHERE user_levels.level IS DISTINCT FROM users.level""")
    assert found == []


def test_time_has_a_row_for_each_start(real_lake, events):
    starts = {e["ts"] for e in expected.plays(events)}
    wanted = {expected.moment(ts): expected.time_row(ts) for ts in starts}
    found = lakes.select(real_lake, "SELECT start_time, hour, day, week, month, year, weekday FROM time")
    assert len(found) == 6813
    assert {row["start_time"]: row for row in found} == wanted


def test_songs_are_as_delivered(real_lake, songs):
    columns = ("song_id", "title", "artist_id", "year", "duration")
    wanted = sorted(tuple(song[c] for c in columns) for song in songs)
    found = lakes.select(real_lake, f"SELECT {', '.join(columns)} FROM songs")
    assert sorted(tuple(row.values()) for row in found) == wanted


def test_unknown_stays_unknown(real_lake):
    assert count(real_lake, "count(*) FROM songs WHERE year = 0") == 43
    nowhere = "artist_latitude IS NULL AND artist_longitude IS NULL"
    assert count(real_lake, f"count(*) FROM song_records WHERE {nowhere}") == 40
    assert count(real_lake, "count(*) FROM song_records WHERE artist_location = ''") == 28
    assert count(real_lake, "count(*) FROM artists WHERE latitude = 0 OR longitude = 0") == 0


def test_artists_are_among_their_records(real_lake, songs):
    delivered = {
        (s["artist_id"], s["artist_name"], s["artist_location"], s["artist_latitude"], s["artist_longitude"])
        for s in songs
    }
    found = lakes.select(real_lake, "SELECT artist_id, name, location, latitude, longitude FROM artists")
    assert {tuple(row.values()) for row in found} <= delivered
    assert len({row["artist_id"] for row in found}) == len(found) == 69


def catalogue_names(shared_data):
    """By artist: how many songs carry each name."""
    names = {}
    for song in expected.read_songs(shared_data / "song_data_10k"):
        names.setdefault(song["artist_id"], Counter())[song["artist_name"]] += 1
    return names


def test_artist_names_of_the_catalogue(catalogue_lake, shared_data):
    names = catalogue_names(shared_data)
    wanted = {(artist, name, n) for artist, found in names.items() for name, n in found.items()}
    found = lakes.select(catalogue_lake, "SELECT artist_id, name, songs FROM artist_names")
    assert len(found) == len(wanted)
    assert {tuple(row.values()) for row in found} == wanted
    assert sum(len(found) > 1 for found in names.values()) == 440


def test_artists_have_their_most_frequent_name(catalogue_lake, shared_data):
    wanted = {
        artist: min(found, key=lambda name: (-found[name], name.encode()))
        for artist, found in catalogue_names(shared_data).items()
    }
    found = lakes.select(catalogue_lake, "SELECT artist_id, name FROM artists")
    assert len(found) == len(wanted) == 3888
    assert {row["artist_id"]: row["name"] for row in found} == wanted


def test_double_encoded_plays_stay_as_delivered(real_lake):
    found = lakes.select(real_lake, "SELECT artist, song FROM events WHERE page = 'NextSong'")
    damaged = [row for row in found if any(expected.repaired(t) != t for t in row.values())]
    padded = [row for row in found if any(t.strip() != t for t in row.values())]
    assert (len(damaged), len(padded)) == (326, 7)


def test_every_file_balances(real_lake):
    assert count(real_lake, """
        count(*) FROM ledger WHERE good_bytes + duplicate_bytes + quarantined_bytes + blank_bytes + bom_bytes
        != size_bytes OR good_bytes != size_bytes""") == 0


def test_a_row_points_at_its_bytes(real_lake):
    for row in lakes.select(real_lake, "SELECT _file, _offset, _length, ts_ms FROM events ORDER BY ts_ms LIMIT 200"):
        with open(row["_file"], "rb") as file:
            file.seek(row["_offset"])
            raw = file.read(row["_length"])
        assert raw.startswith(b"{") and b'"ts":%d,' % row["ts_ms"] in raw and raw.rstrip(b"\n").endswith(b"}")
