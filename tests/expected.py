"""What a lake must hold, computed from raw records without the program."""

import hashlib
import json
import unicodedata
from collections import defaultdict
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def read_events(folder) -> list[dict]:
    files = sorted(folder.rglob("*.json"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines() if line.strip()]


def read_songs(folder) -> list[dict]:
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".json", ".jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def plays(events) -> list[dict]:
    return [event for event in events if event["page"] == "NextSong"]


def moment(ts_ms) -> datetime:
    return EPOCH + timedelta(milliseconds=ts_ms)


def songplay_id(event) -> str:
    parts = (event["ts"], event["userId"] or None, event["sessionId"], event["itemInSession"])
    text = "|".join(r"\N" if part is None else str(part) for part in parts)
    return hashlib.md5(text.encode()).hexdigest()


def time_row(ts_ms) -> dict:
    at = moment(ts_ms)
    return {
        "start_time": at,
        "hour": at.hour,
        "day": at.day,
        "week": at.isocalendar().week,
        "month": at.month,
        "year": at.year,
        "weekday": at.isoweekday(),
    }


def order(event):
    return event["ts"], event["sessionId"], event["itemInSession"], event["level"]


def by_user(events) -> dict:
    """Events of each known user, in order."""
    found = defaultdict(list)
    for event in sorted(events, key=order):
        if event["userId"]:
            found[event["userId"]].append(event)
    return found


def users(events) -> dict:
    return {user: found[-1] for user, found in by_user(events).items()}


def level_spans(events) -> dict:
    """By user: (level, ts of its first event) for each stretch of one level."""
    return {user: stretches(found) for user, found in by_user(events).items()}


def stretches(found) -> list[tuple]:
    spans = []
    for event in found:
        if not spans or spans[-1][0] != event["level"]:
            spans.append((event["level"], event["ts"]))
    return spans


def repaired(text) -> str:
    """Undoes UTF-8 that was read as Latin-1 or Windows-1252 and encoded once more, or more often."""
    for wrong in ("cp1252", "latin-1"):
        try:
            before = text.encode(wrong).decode("utf-8")
            return text if before == text else repaired(before)
        except UnicodeError:
            continue
    return text


def match_text(text) -> str:
    return " ".join(unicodedata.normalize("NFKC", repaired(text)).casefold().split())


class Catalogue:
    """Ranked song match: raw title and artist first, then their normalised text; nearest length wins."""

    def __init__(self, songs):
        self.raw, self.text = defaultdict(list), defaultdict(list)
        for song in songs:
            title, artist = song["title"], song["artist_name"]
            self.raw[title, artist].append(song)
            self.text[match_text(title), match_text(artist)].append(song)

    def match(self, play) -> tuple:
        """(match_quality, song_id, artist_id), or three None."""
        title, artist = play["song"], play["artist"]
        for prefix, found in (
            ("", self.raw.get((title, artist))),
            ("text_", self.text.get((match_text(title), match_text(artist)))),
        ):
            if found:
                return nearest(prefix, found, play["length"])
        return None, None, None


def nearest(prefix, songs, length) -> tuple:
    song = min(songs, key=lambda s: (abs(s["duration"] - length), s["song_id"]))
    gap = abs(song["duration"] - length)
    quality = "exact" if gap == 0 else "close" if gap <= 2 else "edition"
    return prefix + quality, song["song_id"], song["artist_id"]
