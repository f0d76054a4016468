"""./dev bench pgwire: the wire against PostgreSQL 15 on the same rows, as ratios in one run."""

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import lake as lakes  # noqa: E402
from postgres import BINARIES, Oracle, Wire  # noqa: E402

COLUMNS = "user_id, level, session_id, start_time, song_id, year"


def best(work, times=3):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def read_by_psycopg(address, rows):
    def work():
        with psycopg.connect(address) as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(f"select {COLUMNS} from silver.songplays limit {rows}")
            assert len(cursor.fetchall()) > 0
    return work


def read_by_adbc(address, rows):
    import adbc_driver_postgresql.dbapi

    def work():
        with adbc_driver_postgresql.dbapi.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(f"select {COLUMNS} from silver.songplays limit {rows}")
            assert cursor.fetch_arrow_table().num_rows > 0
    return work


def group(address):
    def work():
        with psycopg.connect(address) as connection:
            connection.execute("select user_id, level, count(*), max(start_time) from silver.songplays group by 1, 2").fetchall()
    return work


def pgbench(port, user="postgres"):
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("\\set n random(1, 100)\nselect count(*) from silver.users where user_id = :n::text;\n")
        script.flush()
        done = subprocess.run([BINARIES / "pgbench", "-h", "127.0.0.1", "-p", str(port), "-U", user, "-n", "-M", "prepared", "-c", "100",
                               "-j", "2", "-T", "10", "-l", "--log-prefix=/tmp/cadenza-pgbench", "-f", script.name, "lake"],
                              capture_output=True, text=True)
    logs = list(Path("/tmp").glob("cadenza-pgbench.*"))
    latencies = sorted(int(line.split()[2]) / 1000 for path in logs for line in path.read_text().splitlines())
    for path in logs:
        path.unlink()
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    return latencies, failed.group(1) if failed else done.stderr.strip()[:200]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    rows = options.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        outcome = lakes.run("simulate", "--help")
        assert outcome.code == 0
        outcome = lakes.run("simulate", "--events", str(rows * 5 // 4), "--out", str(Path(folder) / "raw"), timeout=900)
        assert outcome.code == 0, outcome.err
        lakes.etl(lake, [Path(folder) / "raw" / "song_data"], [Path(folder) / "raw" / "log_data"], timeout=900)
        wire, oracle = Wire(lake), Oracle()
        try:
            oracle.take(wire.address(), ["silver.songplays", "silver.users"])
            addresses = {"cadenza": wire.address(), "postgres": oracle.address()}
            urls = {"cadenza": f"postgresql://postgres@127.0.0.1:{wire.port}/lake",
                    "postgres": f"postgresql://postgres@127.0.0.1:{oracle.port}/lake"}
            for name, make, where in (("psycopg, binary", lambda a: read_by_psycopg(a, rows), addresses),
                                      ("ADBC", lambda a: read_by_adbc(a, rows), urls), ("grouping", group, addresses)):
                seconds = {who: best(make(address)) for who, address in where.items()}
                print(f"{name:16} cadenza {seconds['cadenza']:.2f} s, PostgreSQL {seconds['postgres']:.2f} s: "
                      f"{seconds['postgres'] / seconds['cadenza']:.1f}x")
            session = best(lambda: psycopg.connect(wire.address()).close(), 20)
            print(f"new session      {session * 1000:.1f} ms")
            latencies, failed = pgbench(wire.port)
            print(f"pgbench, 100 clients: {failed} failed, p50 {statistics.median(latencies):.1f} ms, "
                  f"p99 {latencies[int(len(latencies) * 0.99)]:.1f} ms")
        finally:
            wire.stop()
            oracle.stop()


if __name__ == "__main__":
    main()
