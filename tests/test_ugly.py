"""Ugly lines, one corpus file a case: what the ledger, the quarantine and the tables make of each."""

import json
from dataclasses import dataclass

import pytest

import expected
import lake as lakes
import samples
from samples import log_line, play, START_MS

REASONS = {
    "malformed", "truncated", "trailing_content", "not_an_object", "not_utf8", "oversized",
    "missing_key", "ts_missing", "ts_out_of_range",
}


@dataclass
class Piece:
    """A stretch of a corpus file and where its bytes must end: good, duplicate, blank, bom or a reason."""

    data: bytes
    end: str

    @property
    def column(self):
        return "quarantined" if self.end in REASONS else self.end


def good(data=None, ending=b"\n", end="good", **changes):
    if data is None:
        data = log_line(play(**{"ts": START_MS} | changes))
    return Piece(data + ending, end)


def bad(data, reason, ending=b"\n"):
    return Piece(data + ending, reason)


def plain(**changes) -> bytes:
    return log_line(play(**{"ts": START_MS} | changes))


def with_text(old, new, **changes) -> bytes:
    line = plain(**changes)
    assert old in line
    return line.replace(old, new, 1)


def without(key, **changes) -> bytes:
    record = play(**{"ts": START_MS} | changes)
    del record[key]
    return log_line(record)


def otherwise(record) -> bytes:
    """The same content: keys in another order, blanks, nothing escaped."""
    return json.dumps(dict(reversed(record.items())), ensure_ascii=False).encode()


def between(*pieces):
    """The pieces of a case among good neighbours, which must not suffer."""
    return [good(item=1000), *pieces, good(item=1001)]


BOM = Piece(b"\xef\xbb\xbf", "bom")

CASES = {
    "truncated": between(bad(plain(item=1)[:-60], "truncated")),
    "truncated in a number": between(bad(b'{"ts":1541105', "truncated")),
    "truncated last line": [good(item=1), bad(plain(item=2)[:100], "truncated", b"")],
    "only a brace": between(bad(b"{", "truncated")),
    "missing comma": between(bad(with_text(b',"auth"', b'"auth"'), "malformed")),
    "single quotes": between(bad(b"{'ts': 1541105830796}", "malformed")),
    "no json": between(bad(b"connection reset by peer", "malformed")),
    "bare word as value": between(bad(with_text(b'"level":"free"', b'"level":free'), "malformed")),
    "NUL in a text": between(bad(with_text(b"Amber", b"Am\x00ber"), "malformed")),
    "two objects": between(bad(plain(item=1) + plain(item=2), "trailing_content")),
    "comma at the end": between(bad(plain(item=1) + b",", "trailing_content")),
    "words at the end": between(bad(plain(item=1) + b" # note", "trailing_content")),
    "array": between(bad(b"[" + plain(item=1) + b"]", "not_an_object")),
    "empty array": between(bad(b"[]", "not_an_object")),
    "number": between(bad(b"42", "not_an_object")),
    "text": between(bad(b'"NextSong"', "not_an_object")),
    "null": between(bad(b"null", "not_an_object")),
    "Latin-1": between(bad(with_text(b"Amber", b"Am\xe9r"), "not_utf8")),
    "cut UTF-8": between(bad(with_text(b'Amber"', b'Am\xc3"'), "not_utf8")),
    "surrogate in UTF-8": between(bad(with_text(b"Amber", b"\xed\xa0\x80"), "not_utf8")),
    "ts null": between(bad(plain(ts=None), "ts_missing")),
    "ts absent": between(bad(without("ts"), "ts_missing")),
    "ts words": between(bad(plain(ts="yesterday"), "ts_missing")),
    "ts number as text": between(bad(plain(ts=str(START_MS)), "ts_missing")),
    "ts zero": between(bad(plain(ts=0), "ts_out_of_range")),
    "ts negative": between(bad(plain(ts=-START_MS), "ts_out_of_range")),
    "ts of 1989": between(bad(plain(ts=631151999999), "ts_out_of_range")),
    "ts of 1990": between(good(ts=631152000000)),
    "ts of 2101": between(bad(plain(ts=4133980800000), "ts_out_of_range")),
    "ts in seconds among ms": between(bad(plain(ts=START_MS // 1000), "ts_out_of_range")),
    "byte order mark": [BOM, *between()],
    "byte order mark alone": [BOM],
    "CRLF mixed with LF": [good(item=1, ending=b"\r\n"), good(item=2), good(item=3, ending=b"\r\n")],
    "CRLF after a bad line": between(bad(b"[]", "not_an_object", b"\r\n")),
    "blank lines": between(Piece(b"\n", "blank"), Piece(b"\r\n", "blank"), Piece(b" \t \n", "blank")),
    "only blank lines": [Piece(b"\n", "blank")] * 3,
    "blank first and last": [Piece(b"\n", "blank"), good(), Piece(b"\n", "blank"), Piece(b"  ", "blank")],
    "no newline at the end": [good(item=1), good(item=2, ending=b"")],
    "spaces around the object": between(good(b"  " + plain(item=1) + b"  ")),
    "same line twice": between(good(item=1), good(item=1, end="duplicate")),
    "same line thrice": [good(), good(end="duplicate"), good(end="duplicate", ending=b"")],
    "same content written otherwise": between(
        good(item=1, artist="A/B Ünit"),
        good(otherwise(play(START_MS, item=1, artist="A/B Ünit")), end="duplicate"),
    ),
    "same time, other item": between(good(item=1), good(item=2)),
    "same key, other content": between(good(item=1), good(item=1, song="Other")),
    "conflict and duplicate": between(good(item=1), good(item=1, song="Other"), good(item=1, end="duplicate")),
    "visitors differ by page": between(good(item=1, user=""), good(item=1, user="", page="Help")),
    "null session and item": between(good(session=None, item=None)),
    "good after many bad": [*[bad(b"x", "malformed")] * 50, good()],
}


def in_own_session(piece, session):
    """Cases must never meet in a key."""
    for form in (b'"sessionId":%d,', b'"sessionId": %d,'):
        piece = Piece(piece.data.replace(form % 1, form % session), piece.end)
    return piece


CORPUS = {
    case: [in_own_session(piece, session) for piece in pieces]
    for session, (case, pieces) in enumerate(CASES.items(), start=100)
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The folder of the corpus, a file a case, with the lake beside it."""
    folder = tmp_path_factory.mktemp("ugly")
    for case, pieces in CORPUS.items():
        samples.write_file(file_of(case, folder), b"".join(piece.data for piece in pieces))
    songs = samples.write_songs(folder / "songs", samples.catalogue(seed=2, count=3))
    lakes.etl(folder / "lake", [songs], [folder / "logs"])
    return folder


def file_of(case, folder):
    return folder / "logs" / f"{case.replace(' ', '-')}.json"


def of_file(lake, table, file):
    found = [row for row in lakes.rows(lake, table) if row["_file"] == str(file)]
    return sorted(found, key=lambda row: row.get("_offset", 0))


def placed(pieces):
    """(offset, piece) of each."""
    offsets = [sum(len(piece.data) for piece in pieces[:n]) for n in range(len(pieces))]
    return list(zip(offsets, pieces))


def ledger_of(pieces) -> dict:
    row = {"size_bytes": sum(len(piece.data) for piece in pieces)}
    for column in ("good", "duplicate", "quarantined", "blank", "bom"):
        of_column = [piece for piece in pieces if piece.column == column]
        row[f"{column}_bytes"] = sum(len(piece.data) for piece in of_column)
        row[f"{column}_lines"] = len(of_column)
    del row["bom_lines"]
    return row


@pytest.mark.parametrize("case", CORPUS)
def test_ledger(case, corpus):
    (row,) = of_file(corpus / "lake", "ledger", file_of(case, corpus))
    wanted = ledger_of(CORPUS[case])
    assert {key: row[key] for key in wanted} == wanted
    assert (row["source"], row["ts_unit"]) == ("logs", "ms")


@pytest.mark.parametrize("case", CORPUS)
def test_quarantine(case, corpus):
    found = of_file(corpus / "lake", "quarantine", file_of(case, corpus))
    wanted = [
        (offset, len(piece.data), piece.end)
        for offset, piece in placed(CORPUS[case]) if piece.column == "quarantined"
    ]
    assert [(row["_offset"], row["_length"], row["reason"]) for row in found] == wanted
    assert all(row["detail"] and row["source"] == "logs" and not row["raw_cut"] for row in found)


@pytest.mark.parametrize("case", CORPUS)
def test_quarantine_keeps_the_raw_line(case, corpus):
    found = of_file(corpus / "lake", "quarantine", file_of(case, corpus))
    pieces = [piece for piece in CORPUS[case] if piece.column == "quarantined"]
    for row, piece in zip(found, pieces, strict=True):
        raw = piece.data.rstrip(b"\r\n")
        assert row["raw"] and (piece.end == "not_utf8" or row["raw"] == raw.decode())


@pytest.mark.parametrize("case", CORPUS)
def test_good_rows(case, corpus):
    found = of_file(corpus / "lake", "events", file_of(case, corpus))
    wanted = [(offset, len(piece.data)) for offset, piece in placed(CORPUS[case]) if piece.end == "good"]
    assert [(row["_offset"], row["_length"]) for row in found] == wanted
    assert all(row["_rescued"] is None for row in found)


def test_only_conflicts_are_marked(corpus):
    marked = {row["_file"] for row in lakes.rows(corpus / "lake", "events") if row["is_conflict"]}
    cases = ("same key, other content", "conflict and duplicate")
    assert marked == {str(file_of(case, corpus)) for case in cases}


@pytest.mark.parametrize("case", ["same key, other content", "conflict and duplicate"])
def test_conflict_is_one_row_in_silver(case, corpus):
    variants = [row for row in of_file(corpus / "lake", "events", file_of(case, corpus)) if row["is_conflict"]]
    assert sorted(row["song"] for row in variants) == ["Amber", "Other"]
    session = variants[0]["session_id"]
    found = [row for row in lakes.rows(corpus / "lake", "songplays") if row["session_id"] == session]
    assert len(found) == 1 + len([piece for piece in CORPUS[case] if b'"itemInSession":100' in piece.data])


def test_visitors_stay_in_songplays_without_user(corpus):
    file = file_of("visitors differ by page", corpus)
    session = of_file(corpus / "lake", "events", file)[1]["session_id"]
    found = [row for row in lakes.rows(corpus / "lake", "songplays") if row["session_id"] == session]
    assert [row["user_id"] for row in found].count(None) == 1
    assert None not in [row["user_id"] for row in lakes.rows(corpus / "lake", "users")]


def test_null_session_and_item_are_part_of_the_key(corpus):
    (row,) = [row for row in lakes.rows(corpus / "lake", "songplays") if row["session_id"] is None]
    record = play(START_MS, session=None, item=None)
    assert row["songplay_id"] == expected.songplay_id(record)
