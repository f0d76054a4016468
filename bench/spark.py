#!/usr/bin/env python3
"""Measures the Spark Connect client against pyspark's, on the cluster of ./dev spark up. Use ./dev bench spark.

Fetching rows (ours as Parquet to /dev/null, and as CSV, against pyspark's toPandas), and one job whose
result is a row (what the client adds to the cluster's own time), and the KPIs on both engines. Contenders take turns, each a fresh process. Times
are of the whole process, and without the start of the process and the session (pyspark's import alone is a second).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from etl import PROGRAM, ROOT, Failure, last_json, measured

FETCH = """select id, id % 1000 as small, cast(id as double) / 7 as ratio, concat('user-', id % 100000) as user,
  timestamp_millis(1541106106796 + id) as at from range({rows})"""
JOB = "select sum(hash(id) % 1000) as s, count(distinct id % 100000) as n from range({job_rows})"


def peer(query, kind, port):
    """One run of pyspark in this process: seconds of the query, and rows."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    session.sql("select 1").collect()
    begun = time.perf_counter()
    frame = session.sql(query)
    rows = len(frame.toPandas()) if kind == "pandas" else len(frame.toArrow()) if kind == "arrow" else len(frame.collect())
    seconds = time.perf_counter() - begun
    session.stop()
    print(json.dumps({"query": seconds, "rows": rows}))


def ours(query, form, port):
    base = [PROGRAM, "sql", "--engine", "spark", "--spark", f"sc://127.0.0.1:{port}", "--format", form]
    _, start = measured([*base, "select 1 as one"], keeps_output=False)
    _, whole = measured([*base, query], keeps_output=False)
    return whole | {"query": whole["wall_s"] - start["wall_s"]}


def theirs(query, kind, port):
    text, whole = measured([ROOT / ".venv-spark/bin/python", __file__, "--port", port, "--peer", kind, "--query", query])
    return whole | last_json(text)


def engines(users, port):
    """The same KPIs on both engines, of a simulated engagement source."""
    with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as folder:
        measured([PROGRAM, "simulate", "--users", str(users), "--days", "60", "--discard", "--out", f"{folder}/raw",
                        "--engagement", f"{folder}/source", "--no-progress"], keeps_output=False)
        size = sum(path.stat().st_size for path in Path(folder, "source").rglob("*") if path.is_file())
        print(f"\n`kpi` of {users:,} simulated listeners, {size / 1e6:.0f} MB of Parquet, one run each\n\n"
              "| engine | whole process | CPU here |\n|---|---|---|")
        for name, flags in {"embedded": [], "spark": ["--engine", "spark", "--spark", f"sc://127.0.0.1:{port}"]}.items():
            _, took = measured([PROGRAM, "kpi", "--source", f"{folder}/source", "--lake", f"{folder}/{name}", "--no-progress",
                                *flags], keeps_output=False)
            print(f"| {name} | {took['wall_s']:.1f} s | {took['cpu_s']:.1f} s |", flush=True)


def compare(name, contenders, repeats):
    runs = {label: [] for label in contenders}
    for _ in range(repeats):
        for label, run in contenders.items():
            runs[label].append(run())
    print(f"\n{name}, {repeats} runs each, medians\n\n| who | query | whole process | CPU of the client |\n|---|---|---|---|")
    middle = {}
    for label, found in runs.items():
        figures = {key: statistics.median(run[key] for run in found) for key in ("query", "wall_s", "cpu_s")}
        middle[label] = figures
        print(f"| {label} | {figures['query']:.2f} s | {figures['wall_s']:.2f} s | {figures['cpu_s']:.2f} s |", flush=True)
    return middle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows to fetch")
    parser.add_argument("--job-rows", type=int, default=100_000_000, help="rows of the job")
    parser.add_argument("--kpi-users", type=int, nargs="*", default=[1_000, 10_000], help="listeners of the KPIs")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--port", type=int, default=int(os.environ.get("CADENZA_SPARK_CONNECT_PORT", "25002")))
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--query", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        return peer(args.query, args.peer, args.port)
    fetch, job = FETCH.format(rows=args.rows), JOB.format(job_rows=args.job_rows)
    ours(job.replace(str(args.job_rows), "1000"), "csv", args.port)
    found = compare(f"Fetching {args.rows:,} rows of 5 columns", {
        "cadenza, Parquet": lambda: ours(fetch, "parquet", args.port),
        "cadenza, CSV": lambda: ours(fetch, "csv", args.port),
        "pyspark toPandas": lambda: theirs(fetch, "pandas", args.port),
        "pyspark toArrow": lambda: theirs(fetch, "arrow", args.port),
    }, args.repeats)
    speed = found["pyspark toPandas"]["query"] / found["cadenza, Parquet"]["query"]
    print(f"\ntoPandas / ours as Parquet: {speed:.2f} (target 2 or more)")
    found = compare(f"One job over {args.job_rows:,} rows", {
        "cadenza": lambda: ours(job, "csv", args.port),
        "pyspark": lambda: theirs(job, "collect", args.port),
    }, args.repeats)
    overhead = found["cadenza"]["query"] / found["pyspark"]["query"] - 1
    print(f"\noverhead over pyspark: {100 * overhead:+.1f} % (target at most 5 %)", flush=True)
    for users in args.kpi_users:
        engines(users, args.port)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
