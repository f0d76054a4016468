"""Catalogue files as they should not be."""

import json

import pytest

import lake as lakes
import samples
from samples import song


def line(record) -> bytes:
    return json.dumps(record).encode()


def nameless(number) -> bytes:
    record = song(number, "T", "A", 10.0)
    del record["song_id"]
    return line(record)


BAD_LINES = {
    "missing_key": nameless(1),
    "malformed": b'{"song_id" "SO1"}',
    "trailing_content": line(song(1, "T", "A", 10.0)) + b" and more",
    "not_an_object": b'["SO1"]',
    "not_utf8": line(song(1, "T", "A", 10.0)).replace(b'"T"', b'"\xff"'),
}


@pytest.fixture
def ingest(tmp_path):
    """Runs one catalogue file beside a day of plays; answers the lake."""
    logs = samples.write_logs(tmp_path / "logs", [samples.play(samples.START_MS, "Good", "Artist", 20.0)])

    def of(data, *more):
        file = samples.write_file(tmp_path / "songs" / "songs.json", data)
        lakes.etl(tmp_path / "lake", [file, *more], [logs], "--max-bad", "100%")
        return tmp_path / "lake"

    return of


def ledger(lake):
    (row,) = [row for row in lakes.rows(lake, "ledger") if row["_file"].endswith("/songs.json")]
    return row


@pytest.mark.parametrize("reason", BAD_LINES)
def test_bad_line_goes_to_quarantine(reason, ingest):
    first, last = line(song(2, "Good", "Artist", 20.0)), line(song(3, "Fine", "Artist", 30.0))
    data = b"\n".join([first, BAD_LINES[reason], last])
    lake = ingest(data)
    (row,) = lakes.rows(lake, "quarantine")
    wanted = (len(first) + 1, len(BAD_LINES[reason]) + 1, reason, "songs")
    assert (row["_offset"], row["_length"], row["reason"], row["source"]) == wanted
    counted = ledger(lake)
    assert (counted["good_bytes"], counted["quarantined_bytes"]) == (len(data) - wanted[1], wanted[1])
    assert (counted["good_lines"], counted["quarantined_lines"]) == (2, 1)
    assert {row["song_id"] for row in lakes.rows(lake, "songs")} == {"SO00000002", "SO00000003"}
    assert [row["match_quality"] for row in lakes.rows(lake, "songplays")] == ["exact"]


def test_pretty_printed_record_that_ends_in_the_middle(ingest):
    data = json.dumps(song(2, "Good", "Artist", 20.0), indent=2).encode()[:-30]
    lake = ingest(data)
    (row,) = lakes.rows(lake, "quarantine")
    assert (row["reason"], row["_offset"], row["_length"]) == ("truncated", 0, len(data))
    assert ledger(lake)["quarantined_bytes"] == ledger(lake)["size_bytes"] == len(data)


def test_pretty_printed_record_with_byte_order_mark_and_blank_end(ingest):
    text = json.dumps(song(2, "Good", "Artist", 20.0), indent=2).replace("\n", "\r\n").encode()
    lake = ingest(b"\xef\xbb\xbf" + text + b"\r\n\r\n")
    row = ledger(lake)
    assert row["bom_bytes"] == 3
    assert row["good_bytes"] + row["blank_bytes"] == len(text) + 4
    assert row["good_bytes"] >= len(text)
    assert [row["title"] for row in lakes.rows(lake, "songs")] == ["Good"]


def test_unknown_and_mistyped_fields_are_rescued(ingest):
    lake = ingest(line(song(2, "Good", "Artist", 20.0, year="MMIV", genre="polka")))
    (row,) = lakes.rows(lake, "song_records")
    assert row["year"] is None
    assert json.loads(row["_rescued"]) == {"year": "MMIV", "genre": "polka"}


def test_record_that_comes_again_otherwise_is_a_conflict(ingest, tmp_path):
    one, other = song(2, "Good", "Artist", 20.0), song(2, "Better", "Artist", 21.0)
    lake = ingest(line(one) + b"\n" + line(other) + b"\n" + line(one))
    assert [row["is_conflict"] for row in lakes.rows(lake, "song_records")] == [True, True]
    assert ledger(lake)["duplicate_lines"] == 1
    (chosen,) = lakes.rows(lake, "songs")
    assert chosen["title"] in ("Good", "Better")
    (tmp_path / "songs" / "songs.json").unlink()
    reverse = [samples.write_file(tmp_path / "b" / f"{i}.json", line(r)) for i, r in enumerate([other, one])]
    lakes.etl(tmp_path / "lake2", reverse, [tmp_path / "logs"])
    assert lakes.rows(tmp_path / "lake2", "songs") == [chosen]


def test_null_coordinates_stay_null(ingest):
    at_zero = song(3, "Zero", "Equator", 9.0, artist_latitude=0, artist_longitude=0)
    lake = ingest(line(song(2, "Good", "Artist", 20.0)) + b"\n" + line(at_zero))
    found = {row["name"]: (row["latitude"], row["longitude"]) for row in lakes.rows(lake, "artists")}
    assert found == {"Artist": (None, None), "Equator": (0.0, 0.0)}


def test_year_zero_is_kept(ingest):
    assert [row["year"] for row in lakes.rows(ingest(line(song(2, "Good", "Artist", 20.0))), "songs")] == [0]
