#!/usr/bin/env python3
"""./dev bench stream: 5-minute windows with exact distinct customers, ours and the peers'.

Ours is the whole stream (state, positions, Delta commit) in one process from its start; DuckDB and Polars a batch
query; Spark Structured Streaming (`availableNow`) where .venv-spark is there. Contenders take turns; each run has a
fresh output. Prints events a second, and writes build/bench/stream.json.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import duckdb

from etl import PROGRAM, ROOT, Failure, commit, last_json, machine_facts, measured, plain_table

COPIES = 5  # of a month of events, each a month later, for Parquet


def inputs(args):
    logs = ROOT / "build/bench-data" / f"{args.mb:g}mb-30days-15000songs-5000users"
    if not (logs / "facts.json").exists():
        if logs.exists():
            raise Failure(f"half-made benchmark data, remove it first: {logs}")
        made = subprocess.run([PROGRAM, "simulate", "--out", logs, f"--size={round(args.mb * 1e6)}", "--days=30",
                               "--songs=15000", "--users=5000", "--unlisted-songs=20000", "--json"],
                              check=True, stdout=subprocess.PIPE)
        (logs / "facts.json").write_bytes(made.stdout)
    sessions = logs / "sessions_parquet"
    if not sessions.exists():
        part = sessions.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        source = (f"read_json('{logs}/log_data/**/*.json', format = 'newline_delimited', "
                  "columns = {'ts': 'BIGINT', 'userId': 'VARCHAR'})")
        for copy in range(COPIES):
            duckdb.execute(f"copy (select make_timestamptz((ts + {copy} * 2592000000) * 1000) as start_timestamp, "
                           f"nullif(userId, '') as customer_id from {source}) to '{part}/{copy}.parquet'")
        part.rename(sessions)
    for path in [*logs.glob("log_data/**/*.json"), *sessions.glob("*")]:
        path.read_bytes()
    return {"ndjson": logs / "log_data", "parquet": sessions}


def ours(form, data, out, threads):
    text, used = measured([PROGRAM, "stream", "--source", data, "--lake", out, "--once", "--json", "--quiet",
                           f"--threads={threads}"])
    return used | {"events": last_json(text)["events"], "windows": f"{out}/gold/*_5m/*.parquet"}


def peer(name, form, data, out):
    python = ROOT / (".venv-spark" if name == "spark" else ".venv-tests") / "bin/python"
    text, used = measured([python, ROOT / "bench/peer_windows.py", name, form, data, out])
    return used | {"process_s": used["wall_s"]} | last_json(text) | {"windows": f"{out}/*.parquet" if name == "spark" else str(out)}


def check(results):
    """Equal windows; of Spark those that its append released."""
    connection = duckdb.connect()
    for form, contenders in results.items():
        counted = "events" if form == "ndjson" else "sessions"
        want = f"select epoch(window_start::timestamptz) as w, {counted} as sessions, customers from read_parquet('{contenders['ours'][-1]['windows']}')"
        for name, runs in contenders.items():
            got = f"select epoch(window_start::timestamptz) as w, sessions, customers from read_parquet('{runs[-1]['windows']}')"
            extra = connection.execute(f"select count(*) from ({got} except all {want})").fetchone()[0]
            missing = connection.execute(f"select count(*) from ({want} except all {got})").fetchone()[0]
            if extra or missing > (13 if name == "spark" else 0):
                raise Failure(f"{form}: {name} has {extra} other windows, and lacks {missing}")


def rows_of(results, events):
    rows = [("input", "contender", "best s", "median s", "CPU-s", "peak MB", "events/s", "ours is faster", "with its start",
             "CPU-s of ours")]
    for form, contenders in results.items():
        ours_best = min(run["wall_s"] for run in contenders["ours"])
        ours_cpu = statistics.median(run["cpu_s"] for run in contenders["ours"])
        for name, runs in contenders.items():
            walls = [run["wall_s"] for run in runs]
            rate = events[form] / (statistics.median(run["cpu_s"] for run in runs) if name == "ours, 1 thread" else min(walls))
            rows.append((form, name, f"{min(walls):.2f}", f"{statistics.median(walls):.2f}",
                         f"{statistics.median(run['cpu_s'] for run in runs):.2f}",
                         str(max(run["peak_rss_mb"] for run in runs)),
                         f"{rate / 1e6:.2f} M" + ("/CPU-s" if name == "ours, 1 thread" else ""),
                         "" if name == "ours" else f"{min(walls) / ours_best:.1f}x",
                         "" if name != "spark" else f"{min(run['process_s'] for run in runs) / ours_best:.1f}x",
                         f"{statistics.median(run['cpu_s'] for run in runs) / ours_cpu:.1f}x"))
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev bench stream", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=float, default=1000, help="logs, in 10^6 bytes (%(default)s)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--forms", default="ndjson,parquet")
    parser.add_argument("--peers", default="duckdb,polars,spark" if (ROOT / ".venv-spark/bin").exists() else "duckdb,polars")
    args = parser.parse_args()
    data = inputs(args)
    machine = machine_facts()
    outputs = ROOT / "build/bench" / f"stream-{os.getpid()}"
    outputs.mkdir(parents=True)
    results, events = {}, {}
    try:
        for form in args.forms.split(","):
            names = ["ours", "ours, 1 thread", *filter(None, args.peers.split(","))]
            results[form] = {name: [] for name in names}
            for turn in range(args.runs):
                for name in names:
                    if name == "spark" and turn > 0:
                        continue  # a minute each
                    out = outputs / f"{form}-{turn}-{name.replace(', ', '-').replace(' ', '-')}"
                    run = ours(form, data[form], out, 1 if "1 thread" in name else 0) if name.startswith("ours") \
                        else peer(name, form, data[form], out)
                    events[form] = run.get("events", events.get(form))
                    results[form][name].append(run)
                    print(f"{form} run {turn + 1}: {name} {run['wall_s']:.2f} s, {run['cpu_s']:.2f} CPU-s", flush=True)
        check(results)
    finally:
        shutil.rmtree(outputs)
    rows = rows_of(results, events)
    (ROOT / "build/bench/stream.json").write_text(json.dumps(
        {"commit": commit(), "machine": machine, "events": events, "results": results}, indent=1) + "\n")
    print("\n" + plain_table(rows) + f"\n\n{machine['cpu']}, {machine['cores']} cores, load before {machine['load_before']}; "
          f"events: {', '.join(f'{n:,} {form}' for form, n in events.items())}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
