"""./dev bench wire: PostgreSQL's own clients on Cadenza's server and on a PostgreSQL 15 with the same rows, in turn.

A million rows of six columns to psycopg (binary) and to ADBC, grouping of all rows, 100 clients of pgbench, and a new session.
Ratios above 1: Cadenza is faster. --help lists the sizes.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import psycopg

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO / "tests"), str(REPO / "bench")]

import lake as lakes  # noqa: E402
import serve  # noqa: E402
from postgres import BINARIES, Oracle, Wire  # noqa: E402

TABLE = "gold.customer_days"
GROUPING = f"select session_date, count(*) as customers, sum(sessions) as sessions from {TABLE} group by session_date order by 1"
STATEMENT = "select metric, value, numerator from gold.kpi_summary where metric = 'paid_share';\n"


def make_lake(folder: Path, customers: int, rows: int) -> Path:
    serve.make_source(folder / "source", customers, rows, 365)
    done = lakes.run("kpi", "--source", folder / "source", "--lake", folder / "lake", "--no-progress", timeout=600)
    if done.code not in (0, 3):
        sys.exit(done.err)
    return folder / "lake"


def by_psycopg(port: int, sql: str) -> int:
    with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=lake") as connection:
        return len(connection.cursor(binary=True).execute(sql).fetchall())


def by_adbc(port: int, sql: str) -> int:
    with adbc.connect(f"postgresql://postgres@127.0.0.1:{port}/lake") as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetch_arrow_table().num_rows


def new_session(port: int) -> int:
    with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=lake"):
        return 1


def compare(name: str, ports: dict, rounds: int, work) -> None:
    """The sides take turns; the best of the rounds counts."""
    best, counts = {}, {}
    for _ in range(rounds):
        for side, port in ports.items():
            began = time.perf_counter()
            counts[side] = work(port)
            best[side] = min(best.get(side, float("inf")), time.perf_counter() - began)
    assert len(set(counts.values())) == 1, counts
    print(f"{name}: cadenza {best['cadenza'] * 1000:.1f} ms, postgresql {best['postgresql'] * 1000:.1f} ms, "
          f"ratio {best['postgresql'] / best['cadenza']:.2f}", flush=True)


def pgbench(side: str, port: int, folder: Path, clients: int, seconds: int) -> None:
    script, log = folder / "statement.sql", folder / f"pgbench-{side}"
    script.write_text(STATEMENT)
    done = subprocess.run([BINARIES / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", script,
                           "-l", f"--log-prefix={log}", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "lake"],
                          capture_output=True, text=True)
    took = sorted(int(line.split()[2]) / 1000 for file in folder.glob(f"{log.name}.*") for line in file.read_text().splitlines())
    failed = next((line for line in done.stdout.splitlines() if "failed" in line), done.stderr.strip()[-300:])
    print(f"pgbench -M prepared, {clients} clients, {side}: {len(took)} statements in {seconds} s, p50 {statistics.median(took):.1f} ms, "
          f"p99 {took[int(len(took) * 0.99)]:.1f} ms; {failed}; exit code {done.returncode}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench wire", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--rows", type=int, default=10_000_000, help="about; of the table that is grouped")
    parser.add_argument("--fetched", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as temporary:
        folder = Path(temporary)
        os.chmod(folder, 0o755)
        wire = Wire(make_lake(folder, options.customers, options.rows), "--memory", "2GB")
        oracle = Oracle()
        try:
            oracle.take(wire.address(), [TABLE, "gold.kpi_summary"])
            oracle_ready(oracle)
            ports = {"cadenza": wire.port, "postgresql": oracle.port}
            days = round(365 * options.fetched / options.rows)
            fetch = f"select * from {TABLE} where session_date < date '2025-01-01' + {days}"
            compare(f"about {options.fetched:,} rows to psycopg, binary", ports, options.rounds, lambda port: by_psycopg(port, fetch))
            compare(f"about {options.fetched:,} rows to ADBC", ports, options.rounds, lambda port: by_adbc(port, fetch))
            compare(f"about {options.rows:,} rows grouped by day", ports, options.rounds, lambda port: by_psycopg(port, GROUPING))
            compare("a new session", ports, 20 * options.rounds, new_session)
            for side, port in ports.items():
                pgbench(side, port, folder, options.clients, options.seconds)
        finally:
            oracle.stop()
            wire.stop()


def oracle_ready(oracle: Oracle) -> None:
    """As a careful owner leaves it: analysed, and with an index where pgbench looks."""
    with psycopg.connect(oracle.address(), autocommit=True) as connection:
        connection.execute("create index on gold.kpi_summary (metric)")
        connection.execute("vacuum analyze")


if __name__ == "__main__":
    main()
