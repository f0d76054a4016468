#!/usr/bin/env python3
"""./dev bench stream-scale: what a stream costs when it is large, wide, or left running.

latency   files of 1,000 events are renamed into the folder of a running stream; until the Delta commit with their windows
memory    10, 30 and 100 million events in Parquet, in batches, late ones among them: peak memory, events a CPU-second
wide      10 million events of 10 million customers in one window
kills     1,000 kills at random moments, then the tables against those of an undisturbed run (tests/test_stream.py)

Prints each part, and writes build/bench/stream-scale.json. Takes 3 GB of disk.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

import duckdb
from deltalake import DeltaTable

from etl import PROGRAM, ROOT, Failure, commit, last_json, machine_facts, measured

PARTS = ["latency", "memory", "wide", "kills"]
FILE_ROWS = 10_000_000
START = "2025-07-01"


def stream(data, lake, *flags):
    text, used = measured([PROGRAM, "stream", "--source", data, "--lake", lake, "--once", "--json", "--quiet", *flags])
    return used | last_json(text)


def windows_of(lake):
    """How many windows, their sessions and their customers."""
    rows = DeltaTable(str(lake / "gold/sessions_5m")).to_pyarrow_table(columns=["sessions", "customers"]).to_pydict()
    return len(rows["sessions"]), sum(rows["sessions"]), sum(rows["customers"])


def costs(used, *more):
    return {key: used[key] for key in ("wall_s", "cpu_s", "peak_rss_mb", "events", *more)}


# Latency -----------------------------------------------------------------------------------------

def lines(number, begin_ms):
    return "".join(json.dumps({"start_timestamp": begin_ms + i * 50, "customer_id": f"c{random.randrange(5000)}",
                               "session_id": f"{number}-{i}"}) + "\n" for i in range(1000))


def latency(work, args):
    """The table is looked at every 5 ms: a commit file that is newer than the arrival."""
    found = {}
    for settle in ("1", "0"):
        folder, lake = work / f"in-{settle}", work / f"lake-{settle}"
        folder.mkdir()
        log = lake / "gold/sessions_5m/_delta_log"
        process = subprocess.Popen([PROGRAM, "stream", "--source", folder, "--lake", lake, "--mode", "update", "--quiet",
                                    "--settle", settle], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = []
        try:
            for number in range(args.files):
                (folder / "part").write_text(lines(number, 1_751_328_000_000 + number * 60_000))
                known = len(list(log.glob("0*.json")))
                arrived = time.monotonic()
                (folder / "part").rename(folder / f"{number:05d}.json")
                while len(list(log.glob("0*.json"))) == known:
                    time.sleep(0.005)
                    if time.monotonic() - arrived > 60 or process.poll() is not None:
                        raise Failure(f"file {number} is in no window after a minute")
                if number > 0:  # the first makes the lake
                    seconds.append(time.monotonic() - arrived)
                time.sleep(random.uniform(0.2, 1))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        _, events, _ = windows_of(lake)
        if events != 1000 * args.files:
            raise Failure(f"{events} events in the windows of {args.files} files")
        seconds.sort()
        found[f"settle {settle} s"] = {"files": len(seconds), "median_s": round(statistics.median(seconds), 3),
                                       "p95_s": round(seconds[int(len(seconds) * 0.95)], 3), "most_s": round(seconds[-1], 3)}
    return found


# Memory ------------------------------------------------------------------------------------------

def events(folder, files, late_share=0.001):
    """A file is ten days of 100,000 customers; of each a thousandth comes up to two days late, in the file after."""
    folder.mkdir()
    for number in range(files):
        duckdb.execute(f"""
            copy (select timestamp '{START}' + to_microseconds(
                           (({number} * {FILE_ROWS} + i) * 86400
                            - case when hash(i, {number}) % {round(1 / late_share)} = 0 then hash(i) % 172800000000 else 0 end)::bigint)
                         as start_timestamp,
                         'c' || (hash(i, {number}, 1) % 100000) as customer_id
                  from range({FILE_ROWS}) as r(i)) to '{folder}/{number:03d}.parquet' (format parquet)""")


def resident(lake, samples, done):
    """Samples what the one program that writes the lake has in memory, in MB, until it is done."""
    while not done.wait(0.05):
        for status in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError, IndexError):
                if str(lake).encode() in status.read_bytes():
                    samples.append(int(status.with_name("statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20)


def memory(work, args):
    found = {}
    data = work / "events"
    events(data, args.millions // 10)
    for millions in (10, 30, args.millions):
        name, source = f"{millions} M", work / f"first-{millions}"
        source.mkdir()
        for number in range(millions // 10):
            os.link(data / f"{number:03d}.parquet", source / f"{number:03d}.parquet")
        lake = work / f"lake-{name.replace(' ', '')}"
        samples, done = [], threading.Event()
        watch = threading.Thread(target=resident, args=(lake, samples, done))
        watch.start()
        try:
            used = stream(source, lake)
        finally:
            done.set()
            watch.join()
        _, counted, _ = windows_of(lake)
        if counted != used["events"]:
            raise Failure(f"{counted} events in the windows of {used['events']}")
        quarters = [samples[len(samples) * q // 4:len(samples) * (q + 1) // 4] for q in range(4)]
        found[name] = costs(used, "batches", "late") | {
            "resident_mb_by_quarter_of_the_run": [round(statistics.median(quarter)) for quarter in quarters if quarter]}
        print(f"memory {name}: {found[name]}", flush=True)
        shutil.rmtree(lake)
    shutil.rmtree(data)
    return found


# Wide --------------------------------------------------------------------------------------------

def wide(work, args):
    data = work / "wide"
    data.mkdir()
    duckdb.execute(f"""copy (select timestamp '{START}' + to_microseconds(i * 29) as start_timestamp,
                                    format('customer-{{:08d}}', i) as customer_id
                             from range({FILE_ROWS}) as r(i)) to '{data}/a.parquet' (format parquet)""")
    used = stream(data, work / "lake-wide")
    if (found := windows_of(work / "lake-wide")) != (1, FILE_ROWS, FILE_ROWS):
        raise Failure(f"windows, sessions, customers: {found}")
    costs_of = {"one batch": costs(used)}
    # And the same customers once more: the window is corrected, everybody in it is looked at again.
    duckdb.execute(f"copy (select * from '{data}/a.parquet') to '{data}/b.parquet' (format parquet)")
    used = stream(data, work / "lake-wide")
    if (found := windows_of(work / "lake-wide")) != (1, 2 * FILE_ROWS, FILE_ROWS):
        raise Failure(f"windows, sessions, customers after the correction: {found}")
    return costs_of | {"corrected": costs(used)}


# Kills -------------------------------------------------------------------------------------------

def kills(work, args):
    begin = time.monotonic()
    outcome = subprocess.run(
        [ROOT / ".venv-tests/bin/python", "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-m", "crash and not kafka",
         "tests/test_stream.py"], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"CADENZA": str(PROGRAM), "CADENZA_KILLS": str(args.kills)})
    if outcome.returncode != 0:
        raise Failure(outcome.stdout[-3000:])
    told = next(line for line in outcome.stdout.splitlines() if " kills, " in line).lstrip(".")
    return {"told": told, "seconds": round(time.monotonic() - begin), "differences": 0}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench stream-scale", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--files", type=int, default=60, help="of the latency")
    parser.add_argument("--millions", type=int, default=100)
    parser.add_argument("--kills", type=int, default=1000)
    args = parser.parse_args()
    machine = machine_facts()
    work = ROOT / "build/bench" / f"stream-scale-{os.getpid()}"
    work.mkdir(parents=True)
    path = ROOT / "build/bench/stream-scale.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    try:
        for part in args.parts.split(","):
            results[part] = globals()[part](work, args) | {"load_before": machine["load_before"], "commit": commit()}
            print(f"{part}: {json.dumps(results[part])}", flush=True)
            path.write_text(json.dumps(results, indent=1) + "\n")
    finally:
        shutil.rmtree(work)
    print(f"\n{machine['cpu']}, {machine['cores']} cores, load before {machine['load_before']}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
