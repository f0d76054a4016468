"""A small seeded music service: a catalogue, listeners, and their raw logs as services write them."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

START_MS = 1_541_030_400_000  # 2018-11-01 00:00 UTC
DAY_MS = 86_400_000
AGENTS = [
    '"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"',
    "Mozilla/5.0 (Windows NT 6.1; rv:31.0) Gecko/20100101 Firefox/31.0",
]
PLACES = ["Tromsø, NO", "Portland-South Portland, ME", "San José, CA", ""]
WORDS = "amber birch cedar delta ember fjord grove haze iris jade kelp loam".split()
NAMES = ["Åse", "Bo", "Chloé", "Dai", "Eve", "Finn", "Gül", "Hugo", "Iris", "Jan"]


@dataclass
class Sample:
    songs: Path
    logs: Path
    catalogue: list[dict]
    events: list[dict]


def song(number, title, artist, duration, **changes) -> dict:
    record = {
        "num_songs": 1,
        "artist_id": f"AR{number:08d}",
        "artist_latitude": None,
        "artist_longitude": None,
        "artist_location": "",
        "artist_name": artist,
        "song_id": f"SO{number:08d}",
        "title": title,
        "duration": duration,
        "year": 0,
    }
    return record | changes


def catalogue(seed, count=40) -> list[dict]:
    """Distinct titles; every fourth song shares its artist with the one before."""
    dice = random.Random(seed)
    return [numbered_song(dice, number) for number in range(count)]


def numbered_song(dice, number) -> dict:
    title = f"{dice.choice(WORDS).title()} No. {number}"
    artist_number = number - 1 if number % 4 == 3 else number
    placed = {"artist_latitude": 60.5 + artist_number % 29, "artist_longitude": -10.25}
    return song(
        number,
        title,
        f"The {WORDS[artist_number % len(WORDS)].title()} {artist_number}",
        round(dice.uniform(90, 400), 5),
        artist_id=f"AR{artist_number:08d}",
        artist_location=PLACES[artist_number % len(PLACES)],
        year=dice.choice([0, 1969, 2004]),
        **(placed if artist_number % 2 else {}),
    )


def event(ts, session=1, item=0, user="7", **changes) -> dict:
    record = {
        "artist": None,
        "auth": "Logged In",
        "firstName": "Bo",
        "gender": "F",
        "itemInSession": item,
        "lastName": "Sund",
        "length": None,
        "level": "free",
        "location": "Tromsø, NO",
        "method": "GET",
        "page": "Home",
        "registration": 1540919166796.0,
        "sessionId": session,
        "song": None,
        "status": 200,
        "ts": ts,
        "userAgent": AGENTS[0],
        "userId": user,
    }
    return record | changes


def play(ts, title="Amber", artist="The Birch", length=200.5, **changes) -> dict:
    heard = {"page": "NextSong", "method": "PUT", "song": title, "artist": artist, "length": length}
    return event(ts, **heard | changes)


def events(seed, songs, users=12, days=4, sessions_a_day=6) -> list[dict]:
    """In the order of time. Listeners change level, some visitors have no user id."""
    dice = random.Random(seed)
    found = []
    for number in range(days * sessions_a_day):
        start = START_MS + number // sessions_a_day * DAY_MS + dice.randrange(DAY_MS - 7_200_000)
        found += session_events(dice, songs, start, number + 1, dice.randrange(users))
    return sorted(found, key=lambda e: (e["ts"], e["sessionId"], e["itemInSession"]))


def session_events(dice, songs, ts, session, user) -> list[dict]:
    if user == 0:
        return [visitor_event(ts, session)]
    level = dice.choice(["free", "free", "paid"])
    person = {
        "user": str(user),
        "session": session,
        "level": level,
        "firstName": NAMES[user % len(NAMES)],
        "gender": "FM"[user % 2],
        "location": PLACES[user % len(PLACES)],
        "userAgent": AGENTS[user % len(AGENTS)],
    }
    found = [event(ts, **person)]
    for item in range(1, dice.randrange(3, 9)):
        ts += dice.randrange(20_000, 300_000)
        found.append(play(ts, *heard(dice, songs), item=item, **person))
    return found


def heard(dice, songs):
    """Half of what is played is not in the catalogue; lengths are exact, close or far."""
    if dice.random() < 0.5:
        return f"Unknown {dice.randrange(9)}", "Nobody", 111.25
    found = dice.choice(songs)
    return found["title"], found["artist_name"], found["duration"] + dice.choice([0, 0, 1.5, 40])


def visitor_event(ts, session) -> dict:
    absent = {key: None for key in ("firstName", "lastName", "gender", "location", "registration")}
    return event(ts, session, user="", auth="Logged Out", userAgent=None, **absent)


def log_line(record) -> bytes:
    """As the real logs have it: no blanks, non-ASCII and slashes escaped."""
    return json.dumps(record, separators=(",", ":")).replace("/", "\\/").encode()


def log_bytes(records) -> bytes:
    """No newline after the last line, as in the real logs."""
    return b"\n".join(log_line(record) for record in records)


def write_file(path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def write_songs(folder, records) -> Path:
    for record in records:
        write_file(folder / "A" / "B" / f"{record['song_id']}.json", json.dumps(record).encode())
    return folder


def write_logs(folder, records) -> Path:
    days = {}
    for record in records:
        days.setdefault((record["ts"] - START_MS) // DAY_MS + 1, []).append(record)
    for day, found in days.items():
        write_file(folder / "2018" / "11" / f"2018-11-{day:02d}-events.json", log_bytes(found))
    return folder


def write(folder, seed, **size) -> Sample:
    songs = catalogue(seed)
    records = events(seed, songs, **size)
    return Sample(
        write_songs(folder / "song_data", songs),
        write_logs(folder / "log_data", records),
        songs,
        records,
    )


def many_lines(count, session) -> bytes:
    """Quickly made plays, one a second, for runs that must last a while."""
    line = log_line(play(0, session=session, item=-1)).decode()
    line = line.replace('"ts":0', '"ts":%d').replace('"itemInSession":-1', '"itemInSession":%d')
    return b"".join(b"%s\n" % (line % (i, START_MS + i * 1000)).encode() for i in range(count))
