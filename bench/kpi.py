#!/usr/bin/env python3
"""./dev bench kpi: the three KPIs of an engagement source, ours and hand-written SQL of DuckDB.

The source is made: sessions in files of 10 million, in the order of time, ids as text like the published ones. Ours is
`cadenza kpi` in one process from its start: reading, checks for repeated sessions, audits, commit of the gold tables.
DuckDB answers one query per KPI set, from after its imports: as the KPIs are defined (distinct sessions), and trusting
that no session comes twice. Contenders take turns and have the same threads and memory. Prints a table, and writes
build/bench/kpi.json.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys

import duckdb

from etl import PROGRAM, ROOT, Failure, commit, last_json, machine_facts, measured, plain_table

FILE_ROWS = 10_000_000
FIRST, LAST, DAYS = "2025-07-01", "2025-08-31", 62
CONTENDERS = {
    "ours, the three KPIs": ["--only", "kpi_summary"],
    "ours, all of gold": [],
    "DuckDB, distinct sessions": ["distinct"],
    "DuckDB, rows as sessions": ["rows"],
}


def source(millions, sessions_a_customer=104):
    """Nine of ten customers have sessions, some far more than others; half of them pay."""
    folder = ROOT / "build/bench-data" / f"kpi-{millions:g}m"
    if folder.exists():
        return folder
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "sessions").mkdir(parents=True)
    rows = round(millions * 1e6)
    customers = max(10, rows // sessions_a_customer)
    active = customers * 9 // 10
    make = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    make.execute("set preserve_insertion_order = true")
    for number, begin in enumerate(range(0, rows, FILE_ROWS)):
        make.execute(f"""
            copy (select format('S{{:09d}}', i) as session_id,
                         format('CUST{{:07d}}', cast(floor({active} * pow(u, 1.3)) as bigint)) as customer_id,
                         timestamp '{FIRST}' + to_microseconds(i * ({DAYS} * 86400000000 // {rows})) as start_timestamp,
                         cast(30 + hash(i) % 5000 as integer) as duration_seconds
                  from (select i, (hash(i * 7919 + 1) % 1000003) / 1000003.0 as u
                        from range({begin}, {min(begin + FILE_ROWS, rows)}) as r(i)) as made)
            to '{part}/sessions/part-{number:03d}.parquet' (format parquet)""")
    make.execute(f"""copy (select format('CUST{{:07d}}', i) as customer_id, date '2024-06-01' + cast(i % 300 as integer) as
                     signup_date, ['DE', 'US', 'FR', 'IN'][1 + i % 4] as country from range({customers}) as r(i))
                     to '{part}/customers.parquet' (format parquet)""")
    make.execute(f"""copy (select format('CUST{{:07d}}', i) as customer_id, date '2025-01-01' as effective_start_date,
                     case when i % 5 = 0 then date '2025-03-01' end as effective_end_date,
                     case when i % 3 = 0 then 'Free' else 'Premium' end as subscription_type,
                     case when i % 3 = 0 then 0.0 else 9.99 end as amount_paid, 'active' as status
                     from range({customers}) as r(i)) to '{part}/subscriptions.parquet' (format parquet)""")
    part.rename(folder)
    return folder


def run(name, data, out, args):
    limits = [f"--threads={args.threads}", f"--memory={args.memory}"]
    if name.startswith("ours"):
        text, used = measured([PROGRAM, "kpi", "--source", data, "--lake", out, "--from", FIRST, "--to", LAST, "--json",
                               "--no-progress", *limits, *CONTENDERS[name]])
        kpis = {name: [kpi["numerator"], kpi["denominator"]] for name, kpi in last_json(text)["kpis"].items()}
        return used | {"kpis": kpis, "stages": last_json(text).get("seconds")}
    python = ROOT / ".venv-tests/bin/python"
    text, used = measured([python, ROOT / "bench/peer_kpi.py", *CONTENDERS[name], data, FIRST, LAST, *limits,
                           f"--spill={out}"])
    return used | last_json(text)


def check(results):
    (first, *others) = [runs[-1]["kpis"] for runs in results.values()]
    for name, runs in results.items():
        if runs[-1]["kpis"] != first:
            raise Failure(f"{name} has other KPIs: {runs[-1]['kpis']}, not {first}")
    return first


def main():
    parser = argparse.ArgumentParser(prog="./dev bench kpi", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=float, default=100, help="sessions (%(default)s million; 1.5 GB of disk)")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--contenders", default=";".join(CONTENDERS), help="separated by ; (default: all)")
    args = parser.parse_args()
    data = source(args.millions)
    for path in data.rglob("*.parquet"):
        path.read_bytes()
    machine = machine_facts()
    work = ROOT / "build/bench" / f"kpi-{os.getpid()}"
    work.mkdir(parents=True)
    names = args.contenders.split(";")
    results = {name: [] for name in names}
    try:
        for turn in range(args.runs):
            for number, name in enumerate(names):
                used = run(name, data, work / f"{turn}-{number}", args)
                results[name].append(used)
                print(f"run {turn + 1}: {name}: {used['wall_s']:.2f} s, {used['cpu_s']:.2f} CPU-s, {used['peak_rss_mb']} MB",
                      flush=True)
        kpis = check(results)
    finally:
        shutil.rmtree(work)
    rows = [("contender", "best s", "CPU-s", "peak MB", "M sessions/s")]
    for name, runs in results.items():
        best = min(runs, key=lambda used: used["wall_s"])
        rows.append((name, f"{best['wall_s']:.2f}", f"{min(used['cpu_s'] for used in runs):.2f}", str(best["peak_rss_mb"]),
                     f"{args.millions / best['wall_s']:.1f}"))
    (ROOT / "build/bench/kpi.json").write_text(json.dumps(
        {"commit": commit(), "machine": machine, "millions": args.millions, "results": results}, indent=1) + "\n")
    print("\n" + plain_table(rows) + f"\n\n{args.millions:g} M sessions; KPIs: {kpis}\n"
          f"{machine['cpu']}, {machine['cores']} cores, load before {machine['load_before']}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"bench: {failure}")
