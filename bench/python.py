"""./dev bench python: the Python package. --help lists the sizes.

Rows to a frame, beside DuckDB's own Python over the same Parquet file; the import; the first small query of a lake.
Each measurement is a process of its own, the sides take turns, and the best of the rounds counts.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
SOURCE = REPO / "python" / "src"
PROGRAM = os.environ.get("CADENZA", str(REPO / "build" / "cadenza"))
COLUMNS = "user_id, level, song_id, session_id, start_time, length, location"


def make_plays(path: Path, rows: int) -> None:
    """Plays as a star has them: ids of the real lengths, few levels and places, a twentieth of the songs unknown."""
    import duckdb

    duckdb.connect().execute(f"""
        copy (select (hash(i) % 100000)::varchar as user_id, if(hash(i + 1) % 5 = 0, 'free', 'paid') as level,
                     if(hash(i + 2) % 20 = 0, null, 'SO' || lpad((hash(i + 3) % 50000)::varchar, 16, 'A')) as song_id,
                     (i // 25)::bigint as session_id,
                     (timestamp '2025-01-01' + to_milliseconds(i * 400))::timestamptz as start_time,
                     (60 + hash(i + 4) % 300000 / 1000.0)::double as length,
                     'City ' || (hash(i + 5) % 200) || ', ST' as location
              from range({rows}) t(i)) to '{path}' (format parquet)""")


def by_cadenza(path: str, form: str):
    import cadenza

    result = cadenza.sql(f"select {COLUMNS} from '{path}'")
    return {"pandas": result.df, "arrow": result.arrow, "polars": result.polars}[form]()


def by_duckdb(path: str, form: str):
    import duckdb

    result = duckdb.sql(f"select {COLUMNS} from '{path}'")
    return {"pandas": result.df, "arrow": result.to_arrow_table, "polars": result.pl}[form]()


def one(side: str, form: str, path: str) -> None:
    import pandas  # noqa: F401, its import is not what is measured
    import polars  # noqa: F401
    import pyarrow  # noqa: F401

    # What each library needs once is not what ten million rows cost.
    fetch = {"cadenza": by_cadenza, "duckdb": by_duckdb}[side]
    started = time.perf_counter()
    frame = fetch(path, form)
    print(time.perf_counter() - started, len(frame))


def child(*words) -> list[str]:
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "CADENZA": PROGRAM, "CADENZA_NO_PROGRESS": "1"}
    done = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout.split()


def frames(path: Path, rows: int, rounds: int) -> None:
    print(f"{rows:,} rows of 7 columns, {path.stat().st_size / 1e6:.0f} MB of Parquet, to a frame; best of {rounds}")
    for form in ("pandas", "arrow", "polars"):
        best = {}
        for _ in range(rounds):
            for side in ("cadenza", "duckdb"):
                seconds, count = child(__file__, "--one", side, form, path)
                assert int(count) == rows, f"{side} gave {count} rows"
                best[side] = min(best.get(side, float("inf")), float(seconds))
        print(f"  {form:<7} cadenza {best['cadenza']:6.2f} s   duckdb {best['duckdb']:6.2f} s   "
              f"ratio {best['duckdb'] / best['cadenza']:.2f} (above 1: faster)", flush=True)


IMPORT = "import time; t = time.perf_counter(); import cadenza; print(time.perf_counter() - t)"
FIRST = """
import sys, time, cadenza
t = time.perf_counter()
lake = cadenza.open(sys.argv[1])
print(time.perf_counter() - t)
for _ in range(3):
    t = time.perf_counter()
    lake.sql("select level, count(*) as n from users group by all").arrow()
    print(time.perf_counter() - t)
"""


def start(folder: Path, rounds: int) -> None:
    best = min(float(child("-c", IMPORT)[0]) for _ in range(2 * rounds))
    print(f"import cadenza: {best * 1000:.0f} ms (at most 150)")
    raw, lake = folder / "raw", folder / "lake"
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([PROGRAM, "simulate", "--out", raw, "--users", "100", "--songs-a-file", "1000", "--no-progress"], **quiet)
    subprocess.run([PROGRAM, "etl", "--logs", raw / "log_data", "--songs", raw / "song_data", "--out", lake, "--no-progress"], **quiet)
    times = [list(map(float, child("-c", FIRST, lake))) for _ in range(rounds)]
    opening, first = min(row[0] for row in times), min(row[1] for row in times)
    later = min(min(row[2:]) for row in times)
    print(f"opening: {opening * 1000:.0f} ms; first small query after it: {first * 1000:.0f} ms; later ones {later * 1000:.0f} ms (at most 50)")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench python", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the frame (default: 10 million)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts (default: 3)")
    parser.add_argument("--one", nargs=3, metavar=("SIDE", "FORM", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(*options.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        start(Path(folder), options.rounds)
        plays = Path(folder) / "plays.parquet"
        make_plays(plays, options.rows)
        frames(plays, options.rows, options.rounds)


if __name__ == "__main__":
    main()
