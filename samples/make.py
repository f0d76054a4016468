#!/usr/bin/env python3
"""Makes the raw files of a small music service: what ./dev demo loads.

Ten days of logs and a catalogue of sixty songs, in the raw schema and with the ugliness of real files:
registration as a float, visitors without userId, escaped slashes, quotes inside userAgent, one bad line,
a file delivered twice, a gzipped day, listeners who upgrade, and plays whose title or length is not quite
that of the catalogue. The same seed gives the same bytes.
"""

import argparse
import datetime
import gzip
import json
import pathlib
import random
import sys

FIRST_DAY = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)
DAYS, USERS, SONGS, ARTISTS = 10, 40, 60, 24
SESSIONS_A_DAY = 1.1

ARTIST_NAMES = """The Lantern Keepers|Mira Valdés|Copper & Rain|Nordlicht|Åsa Lindqvist|Paper Boats|Kofi Mensah Trio
Los Faroles|Blue Hour Radio|Tideline|Ein Haus am See|Señor Otoño|The 9:15 to Halden|Marguerite Noël|Glass Orchard
DJ Halfmoon|Sparrow/Hawk|Old Ferry Road|Zeynep Işık|551|Velvet Antler|Quiet Parade|Ivory Coastline|Juniper Vale"""
TITLE_STARTS = "Slow|Northern|Paper|Every|Last|Burning|Second|Hollow|Little|Golden|Midnight|Borrowed".split("|")
TITLE_ENDS = "Light|Ferry|Garden|Letter|Season|Signal|Weather|Harbour|Window|Waltz|Map|Café".split("|")
PLACES = """Portland, OR|Lincoln, NE|Boulder, CO|New Haven-Milford, CT|Winston-Salem, NC|Santa Fe, NM|Duluth, MN-WI
Burlington-South Burlington, VT"""
FIRST_NAMES = """Amara Björn Celeste Dario Edda Femi Gita Hector Ines Jonas Kaia Liam Maeve Nils Oona Pablo Qadira
Rafe Sunniva Theo""".split()
LAST_NAMES = "Albright Bellweather Castellan Duarte Eklund Fairbairn Grünwald Holloway Imani Jessop O'Dea".split()
AGENTS = [
    '"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Safari/605.1.15"',
    '"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36"',
    "Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Gecko/20100101 Firefox/123.0",
]
OTHER_PAGES = ["Home", "Home", "Home", "About", "Settings", "Help", "Downgrade", "Logout"]


def listed(text):
    return text.replace("\n", "|").split("|")


def catalogue(dice):
    names, places = listed(ARTIST_NAMES), listed(PLACES)
    titles = [f"{start} {end}" for start in TITLE_STARTS for end in TITLE_ENDS]
    dice.shuffle(titles)
    songs = []
    for number in range(SONGS):
        artist = dice.randrange(ARTISTS)
        placed = artist % 3 == 0
        songs.append({
            "num_songs": 1,
            "artist_id": f"AR{artist:05d}LANTERN",
            "artist_latitude": round(30 + artist * 0.73, 5) if placed else None,
            "artist_longitude": round(-70 - artist * 1.31, 5) if placed else None,
            "artist_location": places[artist % len(places)] if placed else "",
            "artist_name": names[artist],
            "song_id": f"SO{number:05d}SAMPLES",
            "title": titles[number],
            "duration": round(dice.uniform(120, 360), 5),
            "year": dice.choice([0, 0, 1987, 1999, 2008, 2016, 2023]),
        })
    return songs


class Listener:
    """A user, and the events of his sessions."""

    def __init__(self, dice, number):
        self.dice, self.number = dice, number
        self.first_name, self.gender = FIRST_NAMES[number % len(FIRST_NAMES)], dice.choice("FM")
        self.last_name = dice.choice(LAST_NAMES)
        self.place, self.agent = dice.choice(listed(PLACES)), dice.choice(AGENTS)
        self.registered = int(FIRST_DAY.timestamp() * 1000) - dice.randrange(90 * 86_400_000)
        self.level = "paid" if number % 5 == 0 else "free"
        self.upgrade_day = dice.randrange(2, DAYS) if number % 7 == 3 else None

    def event(self, ts, session, item, page, method="GET", status=200, play=(None, None, None)):
        artist, length, song = play
        return {
            "artist": artist, "auth": "Logged In", "firstName": self.first_name, "gender": self.gender,
            "itemInSession": item, "lastName": self.last_name, "length": length, "level": self.level,
            "location": self.place, "method": method, "page": page, "registration": float(self.registered),
            "sessionId": session, "song": song, "status": status, "ts": ts, "userAgent": self.agent,
            "userId": str(self.number),
        }

    def session(self, day, number, songs):
        ts = day_start_ms(day) + self.dice.randrange(6 * 3_600_000, 22 * 3_600_000)
        events = [self.event(ts, number, 0, "Home")]
        if self.upgrade_day == day and self.level == "free":
            events.append(self.event(ts + 9_000, number, 1, "Submit Upgrade", "PUT", 307))
            self.level = "paid"
        for item in range(len(events), len(events) + self.dice.randrange(2, 14)):
            ts += self.dice.randrange(20_000, 260_000)
            if self.dice.random() < 0.85:
                events.append(self.event(ts, number, item, "NextSong", "PUT", 200, played(self.dice, songs)))
            else:
                events.append(self.event(ts, number, item, self.dice.choice(OTHER_PAGES)))
        return events


def played(dice, songs):
    """(artist, length, title) of a play; most are of the catalogue, some of those not letter by letter."""
    song = dice.choice(songs)
    artist, length, title = song["artist_name"], song["duration"], song["title"]
    kind = dice.random()
    if kind < 0.25:
        return dice.choice(["Someone Else", "An Unknown Band"]), round(dice.uniform(90, 400), 5), f"{title} (Live)"
    if kind < 0.30:
        return artist, round(length + 0.8, 5), title
    if kind < 0.35:
        return artist, round(length + 41.5, 5), title
    if kind < 0.40:
        return f" {artist.upper()}", length, title.lower()
    if kind < 0.44:
        return artist.encode().decode("latin-1"), length, title
    return artist, length, title


def visitor(dice, day, session):
    return {
        "artist": None, "auth": "Logged Out", "firstName": None, "gender": None, "itemInSession": 0,
        "lastName": None, "length": None, "level": "free", "location": None, "method": "PUT", "page": "Login",
        "registration": None, "sessionId": session, "song": None, "status": 307,
        "ts": day_start_ms(day) + dice.randrange(86_400_000), "userAgent": None, "userId": "",
    }


def day_start_ms(day):
    return int(FIRST_DAY.timestamp() * 1000) + day * 86_400_000


def day_events(dice, listeners, day, songs):
    session = day * 1000
    events = []
    for listener in listeners:
        for _ in range(int(dice.random() + SESSIONS_A_DAY)):
            session += 1
            events += listener.session(day, session, songs)
    events += [visitor(dice, day, session + n) for n in range(1, dice.randrange(4, 9))]
    return sorted(events, key=lambda event: event["ts"])


def line(event):
    return json.dumps(event, separators=(",", ":")).replace("/", "\\/")


def write_songs(folder, songs):
    for number, song in enumerate(songs):
        letters = "ABC"[number % 3], "ABCD"[number // 3 % 4], "ABCDE"[number // 12 % 5]
        home = folder.joinpath(*letters)
        home.mkdir(parents=True, exist_ok=True)
        (home / f"TR{''.join(letters)}{number:04d}.json").write_text(json.dumps(song))


def write_day(folder, day, events):
    date = (FIRST_DAY + datetime.timedelta(days=day)).date()
    home = folder / f"{date:%Y}" / f"{date:%m}"
    home.mkdir(parents=True, exist_ok=True)
    lines = [line(event) for event in events]
    if day == 3:
        # Cut off in the middle, as by a full disk.
        lines.insert(len(lines) // 2, lines[7][:120])
    text = "\n".join(lines).encode()
    if day == 5:
        (home / f"{date}-events.json.gz").write_bytes(gzip.compress(text, mtime=0))
        return
    (home / f"{date}-events.json").write_bytes(text)
    if day == 7:
        (home / f"{date}-events-Copy1.json").write_bytes(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="gets log_data and song_data")
    parser.add_argument("--seed", type=int, default=1, help="(%(default)s)")
    args = parser.parse_args()
    if (args.folder / "log_data").exists():
        sys.exit(f"make.py: there are logs already: {args.folder / 'log_data'}")
    dice = random.Random(args.seed)
    songs = catalogue(dice)
    write_songs(args.folder / "song_data", songs)
    listeners = [Listener(dice, number) for number in range(1, USERS + 1)]
    count = 0
    for day in range(DAYS):
        events = day_events(dice, listeners, day, songs)
        write_day(args.folder / "log_data", day, events)
        count += len(events)
    print(f"made {count} events of {DAYS} days and {SONGS} songs in {args.folder}")


if __name__ == "__main__":
    main()
