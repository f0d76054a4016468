#!/usr/bin/env python3
"""./dev bench simulate: how fast the simulator is, and what memory it takes.

Every run is a fresh process; CPU seconds and peak memory are the kernel's account of it.
Prints a Markdown table, and writes build/bench/simulate.md.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/cadenza"


def run(*flags):
    began = time.monotonic()
    process = subprocess.Popen([PROGRAM, "simulate", "--json", *map(str, flags)], stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"bench: exit code {process.returncode}: {flags}")
    summary = json.loads(out) if out else {}
    return {"wall": time.monotonic() - began, "cpu": usage.ru_utime + usage.ru_stime,
            "mb": usage.ru_maxrss / 1024, "lines": summary["log_lines"], "bytes": summary["log_bytes"]}


def best(runs, *flags):
    return min((run(*flags) for _ in range(runs)), key=lambda found: found["cpu"])


def row(what, found):
    return (f"| {what} | {found['lines'] / 1e6:.2f} M | {found['bytes'] / 1e9:.2f} GB | {found['wall']:.2f} s | "
            f"{found['cpu']:.2f} | {found['lines'] / found['cpu'] / 1e6:.2f} M | {found['mb']:.0f} MB |")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench simulate", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=50_000, help="of the runs to disk and nowhere (%(default)s)")
    parser.add_argument("--size", default="12GB", help="of the large run (%(default)s)")
    parser.add_argument("--runs", type=int, default=2, help="best of (%(default)s)")
    args = parser.parse_args()

    rows = ["| what | events | logs | wall | CPU-s | events/s a core | peak memory |", "|---|---|---|---|---|---|---|"]
    for threads in (1, 2):
        found = best(args.runs, "--discard", "--users", args.users, "--threads", threads)
        rows.append(row(f"month, {args.users:,} listeners, nowhere, {threads} thread{'s' * (threads - 1)}", found))
    def to_disk(*flags):
        folder = pathlib.Path(tempfile.mkdtemp(dir=ROOT / "build"))
        try:
            return run("--out", folder / "raw", "--users", args.users, "--songs-a-file", 1000, *flags)
        finally:
            shutil.rmtree(folder)
    rows.append(row("the same to files, 1 thread (and one that writes)", to_disk("--threads", 1)))
    rows.append(row("the same to files, 2 threads", to_disk("--threads", 2)))
    rows.append(row("the same to files in gzip, 2 threads", to_disk("--threads", 2, "--gz")))
    rows.append(row(f"churn, 61 days, {args.size}, nowhere, 2 threads",
                    run("--discard", "--like", "churn", "--days", 61, "--size", args.size, "--threads", 2)))
    for days in (10, 100, 1000):
        rows.append(row(f"month, 3,000 listeners, {days:,} days, 2 threads",
                        run("--discard", "--users", 3000, "--days", days, "--threads", 2)))
    text = "\n".join(rows)
    (ROOT / "build/bench").mkdir(exist_ok=True)
    (ROOT / "build/bench/simulate.md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
