"""How single values of a log line become typed columns, and what is rescued."""

import json

import pytest

import lake as lakes
import samples
from samples import START_MS, log_line, play


def changed(**changes) -> bytes:
    return log_line(play(**{"ts": START_MS} | changes))


def replaced(old, new, **changes) -> bytes:
    line = changed(**changes)
    assert old in line
    return line.replace(old, new, 1)


def absent(key) -> bytes:
    record = play(START_MS)
    del record[key]
    return log_line(record)


# case: the line, columns as they must be, what must be rescued
CASES = {
    "user as text": (changed(userId="39"), {"user_id": "39"}, None),
    "user as integer": (changed(userId=39), {"user_id": "39"}, None),
    "user as float": (changed(userId=39.0), {"user_id": "39"}, None),
    "user as large integer": (changed(userId=9007199254740993), {"user_id": "9007199254740993"}, None),
    "user with leading zero": (changed(userId="007"), {"user_id": "007"}, None),
    "user empty": (changed(userId=""), {"user_id": None}, None),
    "user null": (changed(userId=None), {"user_id": None}, None),
    "user absent": (absent("userId"), {"user_id": None}, None),
    "user as object": (changed(userId={"id": 39}), {"user_id": None}, {"userId": {"id": 39}}),
    "registration as float": (changed(registration=1540919166796.0), {"registration": 1540919166796}, None),
    "registration as integer": (changed(registration=1540919166796), {"registration": 1540919166796}, None),
    "registration as power": (
        replaced(b"1540919166796.0", b"1.540919166796E12"), {"registration": 1540919166796}, None,
    ),
    "registration null": (changed(registration=None), {"registration": None}, None),
    "registration absent": (absent("registration"), {"registration": None}, None),
    "ts as whole float": (changed(ts=float(START_MS)), {"ts_ms": START_MS}, None),
    "length as integer": (changed(length=200), {"length": 200.0}, None),
    "status as words": (changed(status="OK"), {"status": None}, {"status": "OK"}),
    "item as words": (changed(itemInSession="third"), {"item_in_session": None}, {"itemInSession": "third"}),
    "length as words": (changed(length="long"), {"length": None}, {"length": "long"}),
    "artist as list": (changed(artist=["A", "B"]), {"artist": None}, {"artist": ["A", "B"]}),
    "unknown key": (changed(mood="blue"), {"song": "Amber"}, {"mood": "blue"}),
    "unknown keys": (changed(a=1, b={"c": [True, None]}), {"song": "Amber"}, {"a": 1, "b": {"c": [True, None]}}),
    "unknown key that is null": (changed(mood=None), {"song": "Amber"}, {"mood": None}),
    "key in other case": (changed(Artist="X"), {"artist": "The Birch"}, {"Artist": "X"}),
    "key written with an escape": (replaced(b'"userId"', b'"us\\u0065rId"', userId="39"), {"user_id": "39"}, None),
    "keys absent": (b'{"ts":%d,"page":"NextSong"}' % START_MS, {"artist": None, "level": None, "status": None}, None),
    "artist named 551": (changed(artist="551"), {"artist": "551"}, None),
    "song named Infinity": (changed(song="Infinity"), {"song": "Infinity"}, None),
    "song named null": (changed(song="null"), {"song": "null"}, None),
    "empty text is no null": (changed(location=""), {"location": ""}, None),
    "escapes": (replaced(b"Amber", rb'\u00c5s\u0065 \"\/\\ \n\t'), {"song": 'Åse "/\\ \n\t'}, None),
    "emoji in two escapes": (replaced(b"Amber", rb"\ud83c\udfb5"), {"song": "🎵"}, None),
    "raw UTF-8": (replaced(b"Amber", "Jóga 🎵".encode()), {"song": "Jóga 🎵"}, None),
    "double encoding kept": (changed(artist="BjÃ¶rk"), {"artist": "BjÃ¶rk"}, None),
    "spaces kept": (changed(song=" Amber "), {"song": " Amber "}, None),
    "quotes in the agent": (changed(userAgent='"Mozilla/5.0"'), {"user_agent": '"Mozilla/5.0"'}, None),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """By case: the one event of its file. Each case has its own session."""
    folder = tmp_path_factory.mktemp("values")
    for number, (line, _, _) in enumerate(CASES.values()):
        line = line.replace(b'"sessionId":1,', b'"sessionId":%d,' % (number + 100))
        samples.write_file(folder / "logs" / f"{number:03d}.json", line)
    songs = samples.write_songs(folder / "songs", samples.catalogue(seed=2, count=3))
    lakes.etl(folder / "lake", [songs], [folder / "logs"])
    by_file = {row["_file"]: row for row in lakes.rows(folder / "lake", "events")}
    return {case: by_file[str(folder / "logs" / f"{number:03d}.json")] for number, case in enumerate(CASES)}


@pytest.mark.parametrize("case", CASES)
def test_value(case, found):
    _, columns, rescued = CASES[case]
    row = found[case]
    assert {name: row[name] for name in columns} == columns
    assert (row["_rescued"] and json.loads(row["_rescued"])) == rescued


def test_key_given_twice_keeps_one_of_the_values(tmp_path):
    line = changed().replace(b'"song":"Amber"', b'"song":"Amber","song":"Birch"')
    file = samples.write_file(tmp_path / "day.json", line)
    songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
    lakes.etl(tmp_path / "lake", [songs], [file])
    (row,) = lakes.rows(tmp_path / "lake", "events")
    assert row["song"] in ("Amber", "Birch")
    assert row["_length"] == len(line)


def test_songplay_id_of_the_contract(tmp_path):
    file = samples.write_file(tmp_path / "day.json", log_line(play(1541106106796, session=139, user="8")))
    songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
    lakes.etl(tmp_path / "lake", [songs], [file])
    found = [row["songplay_id"] for row in lakes.rows(tmp_path / "lake", "songplays")]
    assert found == ["c15d4c62e4638011f04db3455afa9b12"]


COLUMN_TYPES = {
    "ts_ms": "int64", "event_date": "date32[day]", "item_in_session": "int64", "length": "double",
    "registration": "int64", "session_id": "int64", "status": "int32", "is_conflict": "bool",
    "_offset": "int64", "_length": "int64",
}


def test_types_of_events(sample_lake):
    schema = lakes.arrow(sample_lake, "events").schema
    assert {name: str(schema.field(name).type) for name in COLUMN_TYPES} == COLUMN_TYPES
    assert str(schema.field("event_time").type) == "timestamp[us, tz=UTC]"
    texts = set(schema.names) - set(COLUMN_TYPES) - {"event_time"}
    assert {str(schema.field(name).type) for name in texts} <= {"string", "large_string", "string_view"}
