#!/usr/bin/env python3
"""The star schema of a simulated month by Cadenza, by SQL for DuckDB and by the rules of the published projects, each held
against the truth: docs/SIDE_BY_SIDE.md.

Run in a folder with raw/ and truth/ of `cadenza simulate`. An answer that is not the truth's is marked with an x.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time
from collections import Counter

import duckdb

BENCH = pathlib.Path(__file__).resolve().parent
COMMAND = "cadenza etl --songs raw/song_data --logs raw/log_data --out lake"
PLAYS = "select user_id, session_id, epoch_ms(start_time) as ms, song_id from songplays"
USERS = "select user_id, level from users"
PROGRAM = os.environ.get("CADENZA", "cadenza")


def code_lines(text):
    return sum(bool(line.strip()) and not line.strip().startswith("--") for line in text.splitlines())


def repaired(text):
    """Texts whose UTF-8 was taken for Latin-1 and encoded again, once or more, as they were meant; without strays of spaces."""
    while not text.isascii():
        try:
            text = text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            break
    return text.strip()


def good_events():
    """What was logged, each event once, read by Python and not by any contender: the sums are those of the simulator."""
    found, lines = {}, 0
    for path in sorted(pathlib.Path("raw/log_data").rglob("*.json")):
        for line in path.read_bytes().splitlines():
            try:
                event = json.loads(line.decode("utf-8"))
            except ValueError:
                continue
            if isinstance(event, dict):
                found[json.dumps(event, sort_keys=True)] = event
                lines += 1
    return list(found.values())


def truth():
    """(answers, {play: its song in the catalogue})"""
    events = good_events()
    ledger = [json.loads(line) for line in pathlib.Path("truth/expected_ledger.jsonl").read_text().splitlines()]
    logs = [entry for entry in ledger if entry["file"].startswith("log_data")]
    if len(events) != sum(entry["good_lines"] for entry in logs):
        raise SystemExit(f"{len(events)} events in raw, {sum(entry['good_lines'] for entry in logs)} in the simulator's ledger")
    rows = duckdb.sql("select artist_name, title, song_id, listed from 'truth/truth_songs/*.parquet'").fetchall()
    songs = {(artist, title): song if listed else None for artist, title, song, listed in rows}
    # A name that two songs share tells neither.
    shared = {name for name, count in Counter((artist, title) for artist, title, _, _ in rows).items() if count > 1}
    plays = {(event["userId"] or None, event["sessionId"], event["ts"]):
             songs.get((repaired(event["artist"]), repaired(event["song"])))
             for event in events if event["page"] == "NextSong"
             and (repaired(event["artist"]), repaired(event["song"])) not in shared}
    last = {event["userId"]: event["level"] for event in sorted(events, key=lambda event: event["ts"]) if event["userId"]}
    answers = {
        "plays": sum(event["page"] == "NextSong" for event in events),
        "listeners": len(last),
        "listeners who pay": sum(level == "paid" for level in last.values()),
        "plays with their song": sum(song is not None for song in plays.values()),
        "plays with another song": 0,
        "bad lines told of": sum(entry["quarantined_lines"] for entry in logs),
    }
    return answers, plays


def judged(plays, users, told, known):
    """The same answers from tables: rows of songplays and of users."""
    found = [(known[play[:3]], play[3]) for play in plays if play[3] is not None and play[:3] in known]
    return {
        "plays": len(plays),
        "listeners": len(users),
        "listeners who pay": sum(level == "paid" for _, level in users),
        "plays with their song": sum(want == song for want, song in found),
        "plays with another song": sum(want != song for want, song in found),
        "bad lines told of": told,
    }


def by_cadenza(known, lake):
    def ask(query):
        command = [PROGRAM, "sql", "--lake", lake, "--format", "json", query]
        return [tuple(row.values()) for row in json.loads(subprocess.run(command, capture_output=True, check=True).stdout)]

    started = time.monotonic()
    subprocess.run([PROGRAM, *COMMAND.split()[1:-1], lake, "--json"], check=True, capture_output=True)
    seconds = time.monotonic() - started
    told = ask("select count(*) from quarantine")[0][0]
    return judged(ask(PLAYS), ask(USERS), told, known), seconds, 1


def by_sql(name, known):
    text = (BENCH / "side_by_side" / f"{name}.sql").read_text()
    connection = duckdb.connect()
    started = time.monotonic()
    connection.execute(text)
    seconds = time.monotonic() - started
    answers = judged(connection.execute(PLAYS).fetchall(), connection.execute(USERS).fetchall(), 0, known)
    return answers, seconds, code_lines(text)


def shown(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip()
                     for row in rows)


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    answers, known = truth()
    with tempfile.TemporaryDirectory() as folder:
        results = {"Cadenza": by_cadenza(known, str(pathlib.Path(folder) / "lake")),
                   "DuckDB SQL": by_sql("duckdb", known), "as published": by_sql("published", known)}
    rows = [["", "truth", *results]]
    for name, value in answers.items():
        cells = [f"{found[name]}{'  ' if found[name] == value else ' x'}" for found, _, _ in results.values()]
        rows.append([name, str(value), *cells])
    rows.append(["lines to write", "", *(f"{lines}  " for _, _, lines in results.values())])
    print(shown(rows))


if __name__ == "__main__":
    main()
