#!/usr/bin/env python3
"""Makes benchmark input of real shape: daily event logs, and a catalogue of one-record song files.

The same flags and seed give the same bytes. The folder must be new: on ext4, creating thousands of
files soon after thousands were deleted is many times slower, and would be measured as someone's fault.
"""

import argparse
import datetime
import json
import pathlib
import sys

import numpy as np

DAY_MS = 86_400_000
FIRST_DAY = datetime.date(2018, 11, 1)
FIRST_MS = 1_541_030_400_000
# Shares of the real month: 85 % plays, 3.5 % visitors who are not logged in.
PLAYS, VISITORS = 0.85, 0.035
# Of the plays, this share is of songs in the catalogue, with its exact title, artist and duration.
IN_CATALOGUE = 0.7
OTHER_TITLES = 20_000

WORDS = """amber anchor april arrow autumn beacon birch blue bridge candle cedar cinder circle cloud coast
copper coral crimson crow dawn delta desert drift dust ember falcon fern field fog forest frost garden
ghost glass golden granite harbor hollow indigo iris island ivory juniper kite lantern lark lemon light
lily lunar maple marble meadow mirror moth north oak olive opal orchid paper pearl pine quiet raven reed
river rose ruby sable sail salt shadow silver slate snow spark stone storm summer thistle thunder tide
velvet violet willow winter wren""".split()
FIRST_NAMES = """Ada Bruno Carla Dmitri Elena Farid Greta Hana Ivo Júlia Kofi Lena Mateo Nadia Otto Priya
Quinn Rosa Søren Tomas Uma Vera Wanda Xenia Yusuf Zoë""".split()
LAST_NAMES = """Abbott Baker Castillo Dvořák Eriksen Fischer García Hughes Ito Jansen Kowalski Larsen Moreau
Novak O'Neill Petrov Quist Ruiz Sato Tanaka Underhill Varga Weiss Young Zielinski""".split()
PLACES = """Atlanta-Sandy Springs-Roswell, GA|Boston-Cambridge-Newton, MA-NH|Denver-Aurora-Lakewood, CO
Eugene, OR|Houston-The Woodlands-Sugar Land, TX|Madison, WI|Milwaukee-Waukesha-West Allis, WI
Nashville-Davidson--Murfreesboro--Franklin, TN|Phoenix-Mesa-Scottsdale, AZ|Seattle-Tacoma-Bellevue, WA
Washington-Arlington-Alexandria, DC-VA-MD-WV""".replace("\n", "|").split("|")
AGENTS = [
    '"Mozilla/5.0 (Windows NT 6.3; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/37.0.2062.94 Safari/537.36"',
    '"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) AppleWebKit/537.77.4 (KHTML, like Gecko) Version/7.0.5 Safari/537.77.4"',
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:31.0) Gecko/20100101 Firefox/31.0",
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
]
PAGES = ["Home", "About", "Downgrade", "Settings", "Save Settings", "Upgrade", "Help", "Logout"]
VISITOR = (
    '{"artist":null,"auth":"Logged Out","firstName":null,"gender":null,"itemInSession":%d,"lastName":null,'
    '"length":null,"level":"free","location":null,"method":"GET","page":"Home","registration":null,'
    '"sessionId":%d,"song":null,"status":200,"ts":%d,"userAgent":null,"userId":""}'
)


def quoted(text):
    """A JSON string as the real logs have it: ASCII only, slashes escaped."""
    return json.dumps(text).replace("/", "\\/")


def phrases(rng, count, words):
    picks = rng.integers(0, len(WORDS), (count, words))
    return [" ".join(WORDS[i].capitalize() for i in row) for row in picks.tolist()]


def durations(rng, count):
    return np.round(rng.uniform(60, 480, count), 5).tolist()


class Catalogue:
    """The songs, four to an artist; 40 % without a year, which gives about 0.79 (year, artist) pairs a song."""

    def __init__(self, rng, songs):
        artists = max(1, songs // 4)
        self.artist_names = [f"{name} {i}" for i, name in enumerate(phrases(rng, artists, 2))]
        self.latitudes = np.round(rng.uniform(-50, 60, artists), 5).tolist()
        self.longitudes = np.round(rng.uniform(-120, 120, artists), 5).tolist()
        self.artist_of = rng.integers(0, artists, songs).tolist()
        self.titles = phrases(rng, songs, 3)
        self.durations = durations(rng, songs)
        self.years = np.where(rng.random(songs) < 0.4, 0, rng.integers(1960, 2011, songs)).tolist()

    def record(self, i):
        artist = self.artist_of[i]
        placed = artist % 3 != 0
        return {
            "num_songs": 1,
            "artist_id": f"AR{artist:07X}1187B9",
            "artist_latitude": self.latitudes[artist] if placed else None,
            "artist_longitude": self.longitudes[artist] if placed else None,
            "artist_location": PLACES[artist % len(PLACES)] if placed else "",
            "artist_name": self.artist_names[artist],
            "song_id": f"SO{i:07X}12A8C13",
            "title": self.titles[i],
            "duration": self.durations[i],
            "year": self.years[i],
        }

    def write(self, folder):
        """One file a record, as TR + three letters: TRABC… is at A/B/C/TRABC….json."""
        for i in range(len(self.titles)):
            a, b, c = (chr(65 + n) for n in (i % 2, i // 2 % 26, i // 52 % 26))
            home = folder / a / b / c
            home.mkdir(parents=True, exist_ok=True)
            (home / f"TR{a}{b}{c}{i:05X}128F42.json").write_text(json.dumps(self.record(i)))


class Fragments:
    """Ready pieces of lines; joining them is what makes a gigabyte in half a minute."""

    def __init__(self, rng, catalogue, users):
        others = phrases(rng, OTHER_TITLES, 4)
        bands = [f"{name} Band" for name in phrases(rng, OTHER_TITLES, 2)]
        artists = [catalogue.artist_names[a] for a in catalogue.artist_of] + bands
        self.artist = ['{"artist":' + quoted(name) for name in artists]
        self.length = [f'"length":{seconds}' for seconds in catalogue.durations + durations(rng, OTHER_TITLES)]
        self.song = [f'"song":{quoted(title)}' for title in catalogue.titles + others]
        self.before_item, self.last_name, self.place, self.registration, self.agent = [], [], [], [], []
        for u in range(users):
            first, gender = FIRST_NAMES[u % len(FIRST_NAMES)], "FM"[u * 7 // 3 % 2]
            self.before_item.append(
                f'"auth":"Logged In","firstName":{quoted(first)},"gender":"{gender}","itemInSession":'
            )
            self.last_name.append(f'"lastName":{quoted(LAST_NAMES[u * 11 % len(LAST_NAMES)])}')
            self.place.append(f'"location":{quoted(PLACES[u % len(PLACES)])}')
            self.registration.append(f'"registration":{1_540_000_000_000 + u * 104_729}.0')
            self.agent.append(f'"userAgent":{quoted(AGENTS[u % len(AGENTS)])},"userId":"{u + 2}"}}')


def places_in_session(sessions):
    """0, 1, 2, … within each session, in time order: this makes (session, item) a unique key."""
    order = np.argsort(sessions, kind="stable")
    ordered = sessions[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    items = np.empty(len(sessions), dtype=np.int64)
    items[order] = np.arange(len(ordered)) - np.repeat(starts, lengths)
    return items


def played_songs(rng, count, songs):
    """Some songs are played far more often than others; 30 % of the plays are not in the catalogue."""
    weights = 1 / np.arange(1, songs + 1) ** 0.7
    known = rng.choice(songs, count, p=weights / weights.sum())
    other = songs + rng.integers(0, OTHER_TITLES, count)
    return np.where(rng.random(count) < IN_CATALOGUE, known, other)


def day_lines(rng, pieces, day, count, songs, users, upgrade_day):
    times = FIRST_MS + day * DAY_MS + np.sort(rng.integers(0, DAY_MS, count))
    # Few users make most of the events; a visitor has sessions of his own, beyond those of the users.
    user = (rng.random(count) ** 1.7 * users).astype(np.int64)
    kind = rng.random(count)
    visitor = kind >= 1 - VISITORS
    session = np.where(visitor, (users + user) * 32 + day, user * 32 + day)
    columns = (times, user, kind, visitor, session, places_in_session(session),
               played_songs(rng, count, songs), upgrade_day[user] <= day)
    lines = []
    for ts, u, k, is_visitor, s, item, song, paid in zip(*(column.tolist() for column in columns)):
        if is_visitor:
            lines.append(VISITOR % (item, s, ts))
            continue
        level = "paid" if paid else "free"
        if k < PLAYS:
            head, length, title = pieces.artist[song], pieces.length[song], pieces.song[song]
            method, page = "PUT", "NextSong"
        else:
            head, length, title = '{"artist":null', '"length":null', '"song":null'
            method, page = "GET", PAGES[item % len(PAGES)]
        lines.append(
            f'{head},{pieces.before_item[u]}{item},{pieces.last_name[u]},{length},"level":"{level}",'
            f'{pieces.place[u]},"method":"{method}","page":"{page}",{pieces.registration[u]},"sessionId":{s},'
            f'{title},"status":200,"ts":{ts},{pieces.agent[u]}'
        )
    return lines


def write_logs(rng, folder, catalogue, megabytes, days, users):
    pieces = Fragments(rng, catalogue, users)
    upgrade_day = rng.random(users) * days * 2
    target = megabytes * 1e6 / days
    line_bytes, total_lines, total_bytes = 470.0, 0, 0
    for day in range(days):
        date = FIRST_DAY + datetime.timedelta(days=day)
        lines = day_lines(rng, pieces, day, max(1, int(target / line_bytes)), len(catalogue.titles), users, upgrade_day)
        text = "\n".join(lines).encode()
        home = folder / f"{date:%Y}" / f"{date:%m}"
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{date}-events.json").write_bytes(text)
        line_bytes = len(text) / len(lines)
        total_lines, total_bytes = total_lines + len(lines), total_bytes + len(text)
    return total_lines, total_bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="a new folder, for log_data and song_data")
    parser.add_argument("--mb", type=float, default=1000, help="size of the logs in 10^6 bytes (%(default)s)")
    parser.add_argument("--days", type=int, default=30, help="daily files (%(default)s)")
    parser.add_argument("--songs", type=int, default=15_000, help="song files (%(default)s)")
    parser.add_argument("--users", type=int, default=5_000, help="users (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(%(default)s)")
    args = parser.parse_args()
    if args.folder.exists():
        sys.exit(f"generate.py: the folder must be new: {args.folder}")
    rng = np.random.default_rng(args.seed)
    catalogue = Catalogue(rng, args.songs)
    catalogue.write(args.folder / "song_data")
    lines, size = write_logs(rng, args.folder / "log_data", catalogue, args.mb, args.days, args.users)
    facts = {"seed": args.seed, "log_files": args.days, "log_lines": lines, "log_bytes": size,
             "song_files": args.songs, "song_partitions": len(set(zip(catalogue.years, catalogue.artist_of)))}
    (args.folder / "facts.json").write_text(json.dumps(facts) + "\n")
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
