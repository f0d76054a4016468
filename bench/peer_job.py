"""What the peers have in common: the raw columns, the arguments, and the closing line of JSON.

A peer is one process for one run: decode (--decode 3|18), or the whole star schema. It is given a new
folder for its output, times its steps and prints one line that bench/etl.py reads.
"""

import argparse
import contextlib
import json
import pathlib
import resource
import time

THREADS = 2
LOG_COLUMNS = {
    "artist": "text", "auth": "text", "firstName": "text", "gender": "text", "itemInSession": "integer",
    "lastName": "text", "length": "real", "level": "text", "location": "text", "method": "text", "page": "text",
    "registration": "real", "sessionId": "integer", "song": "text", "status": "integer", "ts": "integer",
    "userAgent": "text", "userId": "text",
}
# What the star schema needs of an event; reading only this is the peers' right as it is ours.
STAR_COLUMNS = ["artist", "firstName", "gender", "itemInSession", "lastName", "length", "level", "location",
                "page", "sessionId", "song", "ts", "userAgent", "userId"]
SONG_COLUMNS = {
    "num_songs": "integer", "artist_id": "text", "artist_latitude": "real", "artist_longitude": "real",
    "artist_location": "text", "artist_name": "text", "song_id": "text", "title": "text", "duration": "real",
    "year": "integer",
}
TABLES = ["songs", "artists", "users", "time", "songplays"]


class Job:
    """One run: its arguments, its clock and what it counted."""

    def __init__(self, description, add_options=lambda parser: None):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("data", type=pathlib.Path, help="a folder of `cadenza simulate`")
        parser.add_argument("out", type=pathlib.Path, help="a new folder")
        parser.add_argument("--decode", type=int, choices=(3, 18), help="read this many columns, write nothing")
        parser.add_argument("--no-song-partitions", action="store_true", help="songs as one file")
        parser.add_argument("--with-events", action="store_true", help="write all events too, by day")
        add_options(parser)
        self.options = parser.parse_args()
        self.logs = str(self.options.data / "log_data/*/*/*.json")
        self.songs = str(self.options.data / "song_data/*/*/*/*.json")
        self.out = self.options.out
        self.out.mkdir(parents=True)
        self.tables = TABLES + ["events"] * self.options.with_events
        self.steps, self.facts = {}, {}
        self.started, self.started_cpu = time.monotonic(), time.process_time()

    @contextlib.contextmanager
    def step(self, name):
        before = time.monotonic()
        yield
        self.steps[name] = round(time.monotonic() - before, 3)

    def close(self, **facts):
        """Called after the work, before rows are counted. Starting Python and its imports do not count."""
        peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self.facts = {"wall_s": round(time.monotonic() - self.started, 3),
                      "cpu_s": round(time.process_time() - self.started_cpu, 3),
                      "peak_rss_mb": round(peak_kb / 1024), **facts}

    def report(self, **counts):
        print(json.dumps({**self.facts, "steps": self.steps, **counts}))
