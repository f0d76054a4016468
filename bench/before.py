#!/usr/bin/env python3
"""./dev bench before PROGRAM: etl, kpi and stream of this program and of an earlier one, in turn.

Both do each job on the same data, each time into a fresh lake. Prints the medians, and the ratio of this program to the
earlier one for each pair: below 1 it became faster. Writes build/bench/before.json.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import sys
import tempfile

import kpi
from etl import PROGRAM, ROOT, Failure, bench_data, commit, machine_facts, measured, plain_table


def jobs(args):
    logs, _ = bench_data(args)
    source = kpi.source(args.kpi_millions)
    return {
        f"etl, {args.mb:g} MB": lambda program, out: [
            program, "etl", "--songs", logs / "song_data", "--logs", logs / "log_data", "--out", out, "--json"],
        f"kpi, {args.kpi_millions:g} M sessions": lambda program, out: [
            program, "kpi", "--source", source, "--lake", out, "--from", kpi.FIRST, "--to", kpi.LAST, "--json", "--no-progress"],
        f"stream, {args.mb:g} MB": lambda program, out: [
            program, "stream", "--source", logs / "log_data", "--lake", out, "--once", "--json", "--quiet"],
    }


def run_all(args):
    results = {}
    with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as folder:
        for name, command in jobs(args).items():
            runs = results[name] = {"now": [], "before": []}
            for turn in range(args.runs + 1):  # the first one warms up
                for which, program in (("now", PROGRAM), ("before", args.program)):
                    out = pathlib.Path(folder) / "lake"
                    _, used = measured(command(program, out))
                    shutil.rmtree(out)
                    if turn > 0:
                        runs[which].append(used)
                print(f"{name}: turn {turn} of {args.runs}", file=sys.stderr)
    return results


def rows_of(results):
    rows = [["job", "now", "before", "wall, now / before", "CPU, now / before", "peak memory"]]
    for name, runs in results.items():
        def median(which, key):
            return statistics.median(run[key] for run in runs[which])

        def ratio(key):
            pairs = [now[key] / before[key] for now, before in zip(runs["now"], runs["before"])]
            return f"{statistics.median(pairs):.2f} ({min(pairs):.2f} to {max(pairs):.2f})"

        rows.append([name, f"{median('now', 'wall_s'):.2f} s", f"{median('before', 'wall_s'):.2f} s", ratio("wall_s"), ratio("cpu_s"),
                     f"{median('now', 'peak_rss_mb'):.0f} and {median('before', 'peak_rss_mb'):.0f} MB"])
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev bench before", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path, help="the earlier program")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--mb", type=float, default=1000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--songs", type=int, default=10_000)
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--kpi-millions", type=float, default=10)
    args = parser.parse_args()
    results = run_all(args)
    report = ROOT / "build/bench/before.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"commit": commit(), "machine": machine_facts(), "results": results}, indent=1))
    print(plain_table(rows_of(results)))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench before: {failure}")
