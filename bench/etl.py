#!/usr/bin/env python3
"""./dev bench etl: raw logs and songs to the star schema, ours and the peers', and decoding alone.

Every run is a fresh process with a fresh output folder; the contenders take turns, so that a slow minute of
the machine meets all of them. Peers count from after their imports, ours from the start of the process.
Prints a table, and writes build/bench/etl.json and etl.md.
"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
PROGRAM = pathlib.Path(os.environ.get("CADENZA", ROOT / "build/cadenza"))
STAR = ["songs", "artists", "users", "time", "songplays"]
COLUMNS = ["artist", "auth", "first_name", "gender", "item_in_session", "last_name", "length", "level", "location",
           "method", "page", "registration", "session_id", "song", "status", "ts_ms", "user_agent", "user_id"]
DECODED = {3: "sum(length), sum(ts_ms), count(distinct user_id)", 18: ", ".join(f"count({name})" for name in COLUMNS)}
UNLISTED_SONGS = 20_000
PEERS = ["duckdb", "polars", "pyspark", "pyspark-classic"]


@dataclasses.dataclass
class Line:
    """One line of the table: what is done, with which options of ours and of a peer."""
    title: str
    decode: int = 0
    ours: tuple = ()
    peer: tuple = ()


LINES = {
    "decode-3": Line("decode 3 columns", decode=3),
    "decode-18": Line("decode 18 columns", decode=18),
    "star": Line("ETL, songs in one file", ours=("--partition", "songs="), peer=("--no-song-partitions",)),
    "star-partitioned": Line("ETL, songs by year, artist_id"),
    # We always write all events; a peer only does when asked.
    "events": Line("the same, peers with all events", peer=("--with-events",)),
}
# The same tables of ours are measured as Delta; no peer of ours writes them so.
DELTA_LINES = {"star", "star-partitioned"}


class Failure(Exception):
    pass


def measured(command, keeps_output=True):
    """Runs a command; what it used is the kernel's account of that one process."""
    before = time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen([str(part) for part in command], stderr=errors, text=True,
                                   stdout=subprocess.PIPE if keeps_output else subprocess.DEVNULL)
        out = process.stdout.read() if keeps_output else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        complaint = errors.read()[-2000:]
    if process.returncode != 0:
        raise Failure(f"exit code {process.returncode}: {' '.join(map(str, command))}\n{complaint}")
    return out, {"wall_s": round(time.monotonic() - before, 3), "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
                 "peak_rss_mb": round(usage.ru_maxrss / 1024)}


def last_json(text):
    return json.loads([line for line in text.splitlines() if line.startswith(("{", "["))][-1])


def run_ours(line, data, out, form):
    if line.decode:
        query = f"select count(*) as n, {DECODED[line.decode]} from '{data}/log_data/**/*.json'"
        text, used = measured([PROGRAM, "sql", "--format", "csv", query])
        return used | {"rows": {"events": int(text.splitlines()[1].split(",")[0])}}
    _, used = measured([PROGRAM, "etl", "--songs", data / "song_data", "--logs", data / "log_data", "--out", out,
                        "--format", form, "--json", *line.ours])
    return used | {"rows": rows_of_lake(out)}


def rows_of_lake(lake):
    counts = ", ".join(f"(select count(*) from {name}) as {name}" for name in STAR)
    text, _ = measured([PROGRAM, "sql", "--lake", lake, "--format", "csv", f"select {counts}"])
    names, values = text.splitlines()[:2]
    return dict(zip(names.split(","), map(int, values.split(","))))


def run_peer(name, line, data, out):
    kind, _, variant = name.partition("-")
    python = ROOT / (".venv-spark" if kind == "pyspark" else ".venv-tests") / "bin/python"
    options = ["--decode", line.decode] if line.decode else list(line.peer)
    if variant:
        options.append(f"--{variant}")
    text, _ = measured([python, BENCH / f"peer_{kind}.py", data, out, *options])
    return last_json(text)


def contenders(key, peers):
    ours = ["ours"] + ["ours-delta"] * (key in DELTA_LINES)
    return ours + peers


def run(name, key, data, out):
    line = LINES[key]
    if name.startswith("ours"):
        return run_ours(line, data, out, "delta" if name == "ours-delta" else "parquet")
    return run_peer(name, line, data, out)


def measure(args, data):
    """{line: {contender: [one dict a run]}}"""
    outputs = ROOT / "build/bench" / f"output-{os.getpid()}"
    outputs.mkdir(parents=True)
    results = {key: {name: [] for name in contenders(key, args.peers)} for key in args.lines}
    try:
        for turn in range(args.runs):
            for key in args.lines:
                for name in results[key]:
                    os.sync()
                    result = run(name, key, data, outputs / f"{turn}-{key}-{name}")
                    results[key][name].append(result)
                    print(f"run {turn + 1}: {LINES[key].title}: {name} {result['wall_s']:.2f} s, "
                          f"{result['cpu_s']:.2f} CPU-s, {result['peak_rss_mb']} MB", flush=True)
    finally:
        # Only now: ext4 is slow at making files for a while after many were deleted.
        shutil.rmtree(outputs)
    return results


def check_rows(results):
    """Contenders that made different tables cannot be compared."""
    wrong = []
    for key, line in results.items():
        want = line["ours"][0]["rows"]
        for name, runs in line.items():
            for got in runs:
                wrong += [f"{key}: {name} has {got['rows'][table]} rows of {table}, ours {count}"
                          for table, count in want.items() if got["rows"][table] != count]
    return sorted(set(wrong))


def figures(key, runs, log_bytes):
    """What a line shows: lower is better for seconds, higher for GB per CPU-second."""
    walls, cpus = [r["wall_s"] for r in runs], [r["cpu_s"] for r in runs]
    shown = {"min_s": min(walls), "median_s": statistics.median(walls), "median_cpu_s": statistics.median(cpus),
             "peak_rss_mb": max(r["peak_rss_mb"] for r in runs)}
    if LINES[key].decode:
        shown |= {"best_gb_per_cpu_s": log_bytes / 1e9 / min(cpus),
                  "median_gb_per_cpu_s": log_bytes / 1e9 / statistics.median(cpus)}
    return shown


def summarize(results, log_bytes):
    summary = {key: {name: figures(key, runs, log_bytes) for name, runs in line.items()}
               for key, line in results.items()}
    for key, line in summary.items():
        best, middle = ("best_gb_per_cpu_s", "median_gb_per_cpu_s") if LINES[key].decode else ("min_s", "median_s")
        for name, shown in line.items():
            for kind, field in (("best", best), ("median", middle)):
                ratio = line["ours"][field] / shown[field]
                shown[f"ours_is_faster_{kind}"] = round(ratio if LINES[key].decode else 1 / ratio, 2)
    return summary


def table(summary):
    rows = [("what", "contender", "best", "median", "CPU-s", "peak MB", "ours is faster: best, median")]
    for key, line in summary.items():
        for name, f in line.items():
            if LINES[key].decode:
                times = f"{f['best_gb_per_cpu_s']:.2f} GB/CPU-s", f"{f['median_gb_per_cpu_s']:.2f} GB/CPU-s"
            else:
                times = f"{f['min_s']:.2f} s", f"{f['median_s']:.2f} s"
            faster = "" if name == "ours" else f"{f['ours_is_faster_best']:.2f}x, {f['ours_is_faster_median']:.2f}x"
            rows.append((LINES[key].title, name, *times, f"{f['median_cpu_s']:.2f}", str(f["peak_rss_mb"]), faster))
    return rows


def plain_table(rows):
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def markdown(rows, facts):
    head = "| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0])
    body = "\n".join("| " + " | ".join(row) + " |" for row in rows[1:])
    data, machine = facts["data"], facts["machine"]
    return (f"`./dev bench etl`, {facts['date']}: {facts['runs']} runs in turn, commit {facts['commit']}.\n"
            f"Machine: {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, load before "
            f"{machine['load_before']}, after {machine['load_after']}.\n"
            f"Data: {data['log_bytes'] / 1e6:.0f} MB of logs ({data['log_lines']:,} lines, {data['log_files']} files), "
            f"{data['song_files']:,} song files, {data['song_partitions']:,} (year, artist_id) pairs; warm cache.\n"
            f"Versions: {facts['versions']}.\n\n{head}\n{body}\n")


def machine_facts():
    cpu = [text.split(":")[1].strip() for text in open("/proc/cpuinfo") if text.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": cpu[0] if cpu else platform.processor(), "cores": os.cpu_count(),
            "memory_gb": round(memory / 2**30), "kernel": platform.release(), "load_before": round(os.getloadavg()[0], 2)}


def versions(peers):
    pins = "".join((ROOT / f"scripts/pins/{name}.txt").read_text() for name in ("tests", "spark"))
    wanted = {peer.partition("-")[0] for peer in peers}
    return ", ".join(sorted({pin.replace("==", " ") for pin in pins.split() if pin.partition("==")[0] in wanted}))


def commit():
    done = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def bench_data(args):
    """The input, made once for each size; all of it is read, so that every run finds a warm cache."""
    folder = ROOT / "build/bench-data" / f"{args.mb:g}mb-{args.days}days-{args.songs}songs-{args.users}users"
    if not (folder / "facts.json").exists():
        if folder.exists():
            raise Failure(f"half-made benchmark data, remove it first: {folder}")
        sizes = [f"--{name}={getattr(args, name)}" for name in ("days", "songs", "users")]
        made = subprocess.run([PROGRAM, "simulate", "--out", folder, f"--size={round(args.mb * 1e6)}", *sizes,
                               f"--unlisted-songs={UNLISTED_SONGS}", "--json"], check=True, stdout=subprocess.PIPE)
        (folder / "facts.json").write_bytes(made.stdout)
    for path in folder.rglob("*.json"):
        path.read_bytes()
    return folder, json.loads((folder / "facts.json").read_text())


def names(known):
    def parse(text):
        chosen = [name for name in text.split(",") if name]
        if unknown := set(chosen) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
        return chosen
    return parse


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench etl", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=names(PEERS), default=["duckdb", "polars"], help=f"of {', '.join(PEERS)}")
    parser.add_argument("--lines", type=names(LINES), default=list(LINES), help=f"of {', '.join(LINES)}")
    parser.add_argument("--runs", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--mb", type=float, default=1000, help="logs, in 10^6 bytes (%(default)s)")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--songs", type=int, default=15_000)
    parser.add_argument("--users", type=int, default=5_000, help="they are as active as --mb asks (%(default)s)")
    return parser.parse_args()


def main():
    args = arguments()
    data, data_facts = bench_data(args)
    machine = machine_facts()
    results = measure(args, data)
    machine["load_after"] = round(os.getloadavg()[0], 2)
    summary = summarize(results, data_facts["log_bytes"])
    facts = {"date": datetime.date.today().isoformat(), "commit": commit(), "runs": args.runs, "machine": machine,
             "data": data_facts, "versions": versions(args.peers)}
    rows = table(summary)
    report = ROOT / "build/bench"
    (report / "etl.json").write_text(json.dumps({**facts, "summary": summary, "results": results}, indent=1) + "\n")
    (report / "etl.md").write_text(markdown(rows, facts))
    print("\n" + plain_table(rows) + f"\n\nalso in {report / 'etl.json'} and etl.md")
    if wrong := check_rows(results):
        raise Failure("not the same tables:\n  " + "\n  ".join(wrong))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
