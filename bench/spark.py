#!/usr/bin/env python3
"""Measures the Spark Connect client against pyspark's, on the cluster of ./dev spark up. Use ./dev bench spark.

Fetching rows (ours as Parquet to /dev/null, and as CSV, against pyspark's toPandas), and one job whose
result is a row (what the client adds to the cluster's own time); then the KPIs and the ETL on both engines, by size.
Contenders take turns, each a fresh process. Times are of the whole process, and without those of a process that asks for
one row only (pyspark's import alone is a second).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from etl import PROGRAM, ROOT, Failure, measured

FETCH = """select id, id % 1000 as small, cast(id as double) / 7 as ratio, concat('user-', id % 100000) as user,
  timestamp_millis(1541106106796 + id) as at from range({rows})"""
# As the fact table of plays has them: ids are texts.
PLAYS = """select timestamp_millis(1541106106796 + id) as start_time, concat('', id % 100000) as user_id,
  if(id % 5 = 0, 'free', 'paid') as level, concat('SO', lpad(id % 15000, 16, '0')) as song_id,
  concat('AR', lpad(id % 3000, 16, '0')) as artist_id, id % 1000000 as session_id from range(0, {rows}, 1, 16)"""
JOB = "select sum(hash(id) % 1000) as s, count(distinct id % 100000) as n from range({job_rows})"


def peer(query, kind, port):
    """One run of pyspark in this process, or of ours whose rows it reads."""
    if kind.startswith("frame"):
        import pandas
        import pyarrow
        address = f"sc://127.0.0.1:{port}"
        command = [PROGRAM, "sql", "--engine", "spark", "--spark", address, "--format", "arrow", query]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as cadenza:
            rows = pyarrow.ipc.open_stream(cadenza.stdout).read_all()
        rows.to_pandas(types_mapper=pandas.ArrowDtype if kind == "frame-arrow" else None)
        return
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    frame = session.sql(query)
    frame.toPandas() if kind == "pandas" else frame.toArrow() if kind == "arrow" else frame.collect()
    session.stop()


def beyond_start(command_of, query):
    """One run, and what the query adds to a process that starts a session and asks for one row."""
    _, start = measured(command_of("select 1 as one"), keeps_output=False)
    _, whole = measured(command_of(query), keeps_output=False)
    return whole | {"query": whole["wall_s"] - start["wall_s"]}


def ours(query, form, port):
    base = [PROGRAM, "sql", "--engine", "spark", "--spark", f"sc://127.0.0.1:{port}", "--format", form]
    return beyond_start(lambda text: [*base, text], query)


def theirs(query, kind, port):
    base = [ROOT / ".venv-spark/bin/python", __file__, "--port", port, "--peer", kind, "--query"]
    return beyond_start(lambda text: [*base, text], query)


def on_both(title, command, out_flag, port):
    """One command on both engines, each into a lake of its own; seconds by engine."""
    print(f"\n{title}, one run each\n\n| engine | whole process | CPU here |\n|---|---|---|", flush=True)
    seconds = {}
    with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as folder:
        for name, flags in {"embedded": [], "spark": ["--engine", "spark", "--spark", f"sc://127.0.0.1:{port}"]}.items():
            _, took = measured([PROGRAM, *command, out_flag, f"{folder}/{name}", "--no-progress", *flags], keeps_output=False)
            print(f"| {name} | {took['wall_s']:.1f} s | {took['cpu_s']:.1f} s |", flush=True)
            seconds[name] = took["wall_s"]
    print(f"\nthe cluster takes {seconds['spark'] / seconds['embedded']:.1f} times as long", flush=True)


def bytes_below(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def kpis(users, port):
    with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as folder:
        measured([PROGRAM, "simulate", "--users", str(users), "--days", "60", "--out", f"{folder}/raw",
                        "--engagement", f"{folder}/source", "--no-progress"], keeps_output=False)
        title = f"`kpi` of {users:,} simulated listeners, {bytes_below(f'{folder}/source') / 1e6:.0f} MB of Parquet"
        on_both(title, ["kpi", "--source", f"{folder}/source"], "--lake", port)


def etl(mb, port):
    with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as folder:
        measured([PROGRAM, "simulate", f"--size={mb}MB", "--days=30", "--songs=5000", "--out", folder, "--no-progress"],
                 keeps_output=False)
        title = f"`etl` of {bytes_below(f'{folder}/log_data') / 1e6:.0f} MB of logs, {mb} MB in 30 days"
        on_both(title, ["etl", "--songs", f"{folder}/song_data", "--logs", f"{folder}/log_data", "--partition", "songs="],
                "--out", port)


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


def fetching(title, query, args):
    found = compare(title, {
        "cadenza, Arrow": lambda: ours(query, "arrow", args.port),
        "cadenza, Arrow, read into pandas": lambda: theirs(query, "frame", args.port),
        "cadenza, Arrow, read into pandas with Arrow's types": lambda: theirs(query, "frame-arrow", args.port),
        "cadenza, Parquet": lambda: ours(query, "parquet", args.port),
        "cadenza, CSV": lambda: ours(query, "csv", args.port),
        "pyspark toPandas": lambda: theirs(query, "pandas", args.port),
        "pyspark toArrow": lambda: theirs(query, "arrow", args.port),
    }, args.repeats)
    for form in ("Arrow", "Arrow, read into pandas", "Arrow, read into pandas with Arrow's types", "Parquet"):
        speed = found["pyspark toPandas"]["query"] / found[f"cadenza, {form}"]["query"]
        print(f"\ntoPandas / ours as {form}: {speed:.2f} (target 2 or more)")


def beside_pyspark(args):
    job = JOB.format(job_rows=args.job_rows)
    ours(job.replace(str(args.job_rows), "1000"), "csv", args.port)
    for what, query in {"plays, 6 columns": PLAYS, "rows, 5 columns, one of them a text": FETCH}.items():
        fetching(f"Fetching {args.rows:,} {what}", query.format(rows=args.rows), args)
    found = compare(f"One job over {args.job_rows:,} rows", {
        "cadenza": lambda: ours(job, "csv", args.port),
        "pyspark": lambda: theirs(job, "collect", args.port),
    }, args.repeats)
    overhead = found["cadenza"]["query"] / found["pyspark"]["query"] - 1
    print(f"\noverhead over pyspark: {100 * overhead:+.1f} % (target at most 5 %)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows to fetch")
    parser.add_argument("--job-rows", type=int, default=100_000_000, help="rows of the job")
    parser.add_argument("--kpi-users", type=int, nargs="*", default=[1_000, 10_000], help="listeners of the KPIs")
    parser.add_argument("--etl-mb", type=int, nargs="*", default=[10, 200, 1000], help="logs of the ETL")
    parser.add_argument("--only-engines", action="store_true", help="leave the comparison with pyspark out")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--port", type=int, default=int(os.environ.get("CADENZA_SPARK_CONNECT_PORT", "25002")))
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--query", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        return peer(args.query, args.peer, args.port)
    if not args.only_engines:
        beside_pyspark(args)
    for users in args.kpi_users:
        kpis(users, args.port)
    for mb in args.etl_mb:
        etl(mb, args.port)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
