#!/usr/bin/env python3
"""./dev bench scale: how time and memory of the main job grow, and what a new day costs.

For each size the same listeners are simulated for more days. A lake is made without the last day and without
100 of the song files; then come that day, those songs (which match earlier plays), and a run with nothing new.
Prints a table, and writes build/bench/scale.json. Takes 2.2 times --gb of disk at the largest size.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys

from etl import PROGRAM, ROOT, Failure, commit, last_json, machine_facts, measured, plain_table

DAYS_A_GB = 36.5
SONGS_LATER = 100


def link(files, source, target):
    for path in files:
        to = target / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, to)


def listed(folder):
    return sorted(path for path in folder.rglob("*.json") if path.is_file())


def measure(gigabytes, args, work):
    raw, days = work / "raw", round(DAYS_A_GB * gigabytes)
    subprocess.run([PROGRAM, "simulate", "--out", raw, f"--size={round(gigabytes * 1e9)}", f"--days={days}",
                    f"--songs={args.songs}", f"--users={args.users}", "--unlisted-songs=20000", "--json"],
                   check=True, stdout=subprocess.DEVNULL)
    logs, songs = listed(raw / "log_data"), listed(raw / "song_data")
    seen = work / "seen"
    later = songs[:: max(1, len(songs) // SONGS_LATER)][:SONGS_LATER]
    link(logs[:-1], raw, seen)
    link(sorted(set(songs) - set(later)), raw, seen)
    result = {"gb": gigabytes, "days": days, "log_bytes": sum(path.stat().st_size for path in logs)}

    def run(step):
        os.sync()
        text, used = measured([PROGRAM, "etl", "--songs", seen / "song_data", "--logs", seen / "log_data",
                               "--out", work / "lake", "--json", *args.etl])
        result[step] = used | {"summary": last_json(text)}
        print(f"{gigabytes:g} GB: {step}: {used['wall_s']:.2f} s, {used['cpu_s']:.2f} CPU-s, {used['peak_rss_mb']} MB",
              flush=True)

    run("all but a day")
    link(logs[-1:], raw, seen)
    run("the new day")
    link(later, raw, seen)
    run("100 new songs")
    run("nothing new")
    return result


def main():
    parser = argparse.ArgumentParser(prog="./dev bench scale", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gb", type=lambda text: [float(part) for part in text.split(",")], default=[1.0, 10.0],
                        help="sizes of the logs in 10^9 bytes, with commas (1,10)")
    parser.add_argument("--songs", type=int, default=15_000, help="(%(default)s)")
    parser.add_argument("--users", type=int, default=5_000, help="(%(default)s)")
    parser.add_argument("etl", nargs="*", help="after --: flags for cadenza etl")
    args = parser.parse_args()
    machine, results = machine_facts(), []
    for gigabytes in args.gb:
        work = ROOT / "build/bench" / f"scale-{os.getpid()}"
        try:
            results.append(measure(gigabytes, args, work))
        finally:
            shutil.rmtree(work, ignore_errors=True)
    steps = ["all but a day", "the new day", "100 new songs", "nothing new"]
    rows = [("logs", "days", *steps, "a new day / all", "time / GB, against the first")]
    first = results[0]
    for result in results:
        base = result[steps[0]]
        per_gb = base["wall_s"] / result["log_bytes"] / (first[steps[0]]["wall_s"] / first["log_bytes"])
        rows.append((f"{result['log_bytes'] / 1e9:.1f} GB", str(result["days"]),
                     *(f"{result[step]['wall_s']:.2f} s, {result[step]['peak_rss_mb']} MB" for step in steps),
                     f"{result[steps[1]]['wall_s'] / base['wall_s']:.1%}", f"{per_gb:.2f}"))
    facts = {"date": datetime.date.today().isoformat(), "commit": commit(), "machine": machine, "results": results}
    report = ROOT / "build/bench/scale.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(facts, indent=1) + "\n")
    print("\n" + plain_table(rows) + f"\n\nalso in {report}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
