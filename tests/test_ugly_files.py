"""Input that is ugly as a whole file, or only under certain flags."""

import gzip
import json
import zlib

import pytest

import expected
import lake as lakes
import samples
from samples import START_MS, log_line, play


@pytest.fixture
def ingest(tmp_path):
    """Runs one log file of the given bytes; answers the lake's rows of it by table."""

    def of(data, *flags, name="day.json", tables=("ledger", "quarantine", "events")):
        file = samples.write_file(tmp_path / "logs" / name, data)
        songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
        lakes.etl(tmp_path / "lake", [songs], [file], "--allow-damaged", *flags)
        return {table: ordered(lakes.rows(tmp_path / "lake", table), str(file)) for table in tables}

    return of


def ordered(rows, file):
    return sorted((row for row in rows if row["_file"] == file), key=lambda row: row.get("_offset", 0))


def assert_balanced(ledger, size, lines):
    parts = [ledger[f"{part}_bytes"] for part in ("good", "duplicate", "quarantined", "blank", "bom")]
    counts = [ledger[f"{part}_lines"] for part in ("good", "duplicate", "quarantined", "blank")]
    assert (sum(parts), ledger["size_bytes"], sum(counts)) == (size, size, lines)


def joined(*lines) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def test_oversized_line_is_cut_and_its_neighbours_stay(ingest):
    long = log_line(play(START_MS, item=1, userAgent="x" * 100_000))
    data = joined(log_line(play(START_MS)), long, log_line(play(START_MS, item=2)))
    found = ingest(data, "--max-line-bytes", "2000")
    (row,) = found["quarantine"]
    wanted = ("oversized", found["events"][0]["_length"], len(long) + 1)
    assert (row["reason"], row["_offset"], row["_length"]) == wanted
    assert row["raw_cut"] and len(row["raw"]) < len(long) and long.decode().startswith(row["raw"])
    assert [event["item_in_session"] for event in found["events"]] == [0, 2]
    assert found["ledger"][0]["quarantined_bytes"] == len(long) + 1
    assert_balanced(found["ledger"][0], len(data), 3)


def test_line_within_the_limit_is_no_oversized_one(ingest):
    found = ingest(joined(log_line(play(START_MS, userAgent="x" * 100_000))), "--max-line-bytes", "200000")
    assert found["quarantine"] == []
    assert len(found["events"][0]["user_agent"]) == 100_000


def test_oversized_last_line_without_end(ingest):
    data = joined(log_line(play(START_MS))) + b'{"artist":"' + b"y" * 3_000_000
    found = ingest(data, "--max-line-bytes", "2000")
    assert [row["reason"] for row in found["quarantine"]] == ["oversized"]
    assert_balanced(found["ledger"][0], len(data), 2)


ODD = {
    "deep list": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"," + log_line(play(START_MS, item=1))[1:],
    "deep list that never ends": b'{"a":' + b"[" * 5000,
    "lone surrogate": log_line(play(START_MS, item=1)).replace(b"Amber", b"\\ud800"),
    "escaped NUL": log_line(play(START_MS, item=1)).replace(b"Amber", b"a\\u0000b"),
    "only NULs": b"\x00" * 300,
    "number beyond 64 bits": log_line(play(START_MS, item=10**30)),
    "number beyond double": log_line(play(START_MS, item=1)).replace(b"200.5", b"1e999"),
    "BOM inside the file": b"\xef\xbb\xbf" + log_line(play(START_MS, item=1)),
    "carriage return inside the line": log_line(play(START_MS, item=1)).replace(b",", b"\r,", 1),
    "20,000 keys": b"{" + b"".join(b'"k%d":1,' % i for i in range(20_000)) + log_line(play(START_MS, item=1))[1:],
    "empty object": b"{}",
}


@pytest.mark.parametrize("case", ODD)
def test_odd_line_is_counted_once_and_spares_its_neighbours(case, ingest):
    """Whether such a line is kept or not is the decoder's choice; losing it is not."""
    data = joined(log_line(play(START_MS)), ODD[case], log_line(play(START_MS, item=2)))
    found = ingest(data)
    assert_balanced(found["ledger"][0], len(data), 3)
    offsets = sorted(row["_offset"] for row in found["events"] + found["quarantine"])
    first = len(log_line(play(START_MS))) + 1
    assert offsets == [0, first, first + len(ODD[case]) + 1]
    assert {0, offsets[2]} <= {row["_offset"] for row in found["events"]}


def test_gz_that_was_cut_off_keeps_its_whole_lines(ingest):
    lines = [log_line(play(START_MS + i * 7919, item=i, song=f"Song {i * i % 977}")) for i in range(3000)]
    packed = gzip.compress(joined(*lines))
    packed = packed[: len(packed) * 2 // 3]
    readable = zlib.decompressobj(wbits=31).decompress(packed)
    whole = readable.count(b"\n")
    assert 0 < whole < 3000 and not readable.endswith(b"\n")
    found = ingest(packed, name="day.json.gz")
    assert [row["item_in_session"] for row in found["events"]] == list(range(whole))
    (row,) = found["quarantine"]
    assert (row["reason"], row["_offset"]) == ("truncated", readable.rindex(b"\n") + 1)
    assert_balanced(found["ledger"][0], len(readable), whole + 1)


def test_new_key_in_the_last_of_many_lines_is_rescued(ingest):
    data = samples.many_lines(20_000, session=1)
    last = log_line(play(START_MS, item=20_000, mood="blue", device={"os": "x", "n": [1, None]}))
    found = ingest(data + joined(last))
    assert len(found["events"]) == 20_001
    rescued = [row for row in found["events"] if row["_rescued"] is not None]
    assert [row["_offset"] for row in rescued] == [len(data)]
    assert json.loads(rescued[0]["_rescued"]) == {"mood": "blue", "device": {"os": "x", "n": [1, None]}}
    assert_balanced(found["ledger"][0], len(data) + len(last) + 1, 20_001)


UNITS = {"s": 1 / 1000, "ms": 1, "us": 1000, "ns": 1_000_000}


def test_file_whose_unit_is_guessed_keeps_it_when_it_grows(tmp_path):
    """Most of the new lines are in another unit: those become quarantine, the earlier rows stay."""
    log = tmp_path / "logs" / "a.json"
    seconds = [log_line(play(START_MS // 1000 + n, item=n)) for n in range(3)]
    millis = [log_line(play(START_MS + n * 1000, item=n)) for n in range(10, 20)]
    samples.write_file(log, b"\n".join(seconds) + b"\n")
    lakes.etl(tmp_path / "lake", [], [log], "--ts-unit", "auto")
    samples.write_file(log, b"\n".join(seconds + millis) + b"\n")
    summary = lakes.etl(tmp_path / "lake", [], [log], "--ts-unit", "auto")
    assert summary["ts_units"] == {str(log): "s"}
    assert sorted(row["ts_ms"] for row in lakes.rows(tmp_path / "lake", "events")) == [START_MS + n * 1000 for n in range(3)]
    assert lakes.arrow(tmp_path / "lake", "quarantine").num_rows == 10
    samples.write_file(log, b"\n".join(millis) + b"\n")  # another file of that name is guessed anew
    summary = lakes.etl(tmp_path / "lake", [], [log], "--ts-unit", "auto")
    assert summary["ts_units"] == {str(log): "ms"}
    assert lakes.arrow(tmp_path / "lake", "quarantine").num_rows == 0


@pytest.mark.parametrize("asked", ["its own", "auto"])
@pytest.mark.parametrize("unit", UNITS)
def test_unit_of_time(unit, asked, ingest):
    instants = [START_MS + i * 60_000 for i in range(3)]
    lines = [log_line(play(int(at * UNITS[unit]), item=i)) for i, at in enumerate(instants)]
    found = ingest(joined(*lines), "--ts-unit", unit if asked == "its own" else "auto")
    assert [row["event_time"] for row in found["events"]] == [expected.moment(at) for at in instants]
    assert [row["ts_unit"] for row in found["ledger"]] == [unit]
    assert found["quarantine"] == []


def test_unit_is_decided_for_each_file(tmp_path):
    songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
    for unit, factor in UNITS.items():
        line = log_line(play(int(START_MS * factor), session=len(unit) * 100 + ord(unit[0])))
        samples.write_file(tmp_path / "logs" / f"{unit}.json", line)
    lakes.etl(tmp_path / "lake", [songs], [tmp_path / "logs"], "--ts-unit", "auto")
    assert {row["start_time"] for row in lakes.rows(tmp_path / "lake", "songplays")} == {expected.moment(START_MS)}
    units = {row["_file"]: row["ts_unit"] for row in lakes.rows(tmp_path / "lake", "ledger") if row["source"] == "logs"}
    assert units == {str(tmp_path / "logs" / f"{unit}.json"): unit for unit in UNITS}


def test_wrong_unit_is_quarantined(ingest):
    found = ingest(joined(log_line(play(START_MS))), "--ts-unit", "s", "--max-bad", "100%")
    assert [row["reason"] for row in found["quarantine"]] == ["ts_out_of_range"]
    assert found["events"] == []


def conflicting(*songs):
    return [log_line(play(START_MS, song=song)) for song in songs]


def test_conflict_across_files_ends_the_same_in_every_order(tmp_path):
    songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
    files = [
        samples.write_file(tmp_path / "logs" / name, joined(line))
        for name, line in zip("abc", conflicting("Amber", "Birch", "Cedar"))
    ]
    for number, order in enumerate([(0, 1, 2), (2, 1, 0), (1, 2, 0)]):
        for position in order:
            lakes.etl(tmp_path / f"lake{number}", [songs], [files[position]])
    for number in (1, 2):
        lakes.assert_lakes_equal(tmp_path / "lake0", tmp_path / f"lake{number}")
    assert [row["is_conflict"] for row in lakes.rows(tmp_path / "lake0", "events")] == [True] * 3
    assert len(lakes.rows(tmp_path / "lake0", "songplays")) == 1


def test_chosen_variant_depends_on_content_alone(tmp_path):
    songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
    agents = [f"Agent {n}" for n in range(6)]
    for name, order in (("up", agents), ("down", agents[::-1])):
        lines = [log_line(play(START_MS, userAgent=agent)) for agent in order]
        log = samples.write_file(tmp_path / f"{name}.json", joined(*lines))
        lakes.etl(tmp_path / name, [songs], [log])
    lakes.assert_lakes_equal(tmp_path / "up", tmp_path / "down", lakes.SILVER)
