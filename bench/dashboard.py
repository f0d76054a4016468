"""./dev bench dashboard [--lake LAKE | --users N | --customer-days N] [--keep FOLDER] [--minutes 60]: how fast the page and
the report are, against what issue 4 asks."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CADENZA = os.environ.get("CADENZA", str(ROOT / "build" / "cadenza"))
TOOLS = Path(os.environ.get("CADENZA_DEPS", ROOT / ".deps")) / "browser"
FILTERS = ("country", "plan", "platform", "device")
LIMITS = {
    "first_contentful_paint_ms": 1000, "overview_drawn_ms": 2000, "growth_of_live_mb": 20, "report_ms": 5000, "report_kb": 1024,
    **{f"{one}_to_last_tile_ms": 300 for one in FILTERS}, **{f"{one}_answers_median_ms": 100 for one in FILTERS},
}
LEAST = {"frames_a_second_of_10000_rows": 50}


def make_lake(folder, users):
    """Two months of so many listeners, logs and KPIs."""
    run = lambda *command: subprocess.run([CADENZA, *map(str, command)], check=True, stdout=subprocess.DEVNULL)  # noqa: E731
    run("simulate", "--out", folder / "raw", "--engagement", folder / "source", "--users", users, "--days", 62,
        "--start", "2025-07-01", "--gz", "--no-progress")
    run("etl", "--songs", folder / "raw" / "song_data", "--logs", folder / "raw" / "log_data", "--out", folder / "lake",
        "--no-progress")
    shutil.rmtree(folder / "raw")
    run("kpi", "--source", folder / "source", "--lake", folder / "lake", "--json")
    done = subprocess.run([CADENZA, "sql", "--lake", str(folder / "lake"), "--format", "csv",
                           "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM songplays), (SELECT count(*) FROM customer_days)"],
                          check=True, capture_output=True, text=True)
    events, plays, days = map(int, done.stdout.splitlines()[1].split(","))
    print(f"{users:,} listeners, 62 days: {events:,} events, {plays:,} plays, {days:,} customer-days", flush=True)
    return folder / "lake"


def make_lake_of_sessions(folder, customers, customer_days):
    """The lake of `./dev bench serve`: sessions of a year without an event log."""
    from serve import make_source
    make_source(folder / "source", customers, customer_days, 365)
    subprocess.run([CADENZA, "kpi", "--source", folder / "source", "--lake", folder / "lake"], check=True, stdout=subprocess.DEVNULL)
    print(f"{customers:,} customers, {customer_days:,} sessions of 365 days", flush=True)
    return folder / "lake"


def wait_for_index(base):
    while json.load(urllib.request.urlopen(f"{base}/api/v1/metrics/paid_share"))["counted_by"] != "index":
        time.sleep(0.1)


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def serve(lake, port):
    server = subprocess.Popen([CADENZA, "serve", "--lake", str(lake), "--listen", f"127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").read()
            return server
        except OSError:
            if server.poll() is not None:
                sys.exit("cadenza serve ended")
            time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path)
    parser.add_argument("--users", type=int, default=20_000, help="listeners of the lake that is made (20000)")
    parser.add_argument("--customer-days", type=int, default=0, help="of a lake as bench serve makes it, e.g. 43000000, in place of --users")
    parser.add_argument("--keep", type=Path, help="folder that the lake is made in, and stays in for --lake FOLDER/lake")
    parser.add_argument("--minutes", type=int, default=60, help="of live updates, one each five seconds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = given.keep or Path(work)
        lake = given.lake or (make_lake_of_sessions(folder, max(1, given.customer_days // 43), given.customer_days)
                              if given.customer_days else make_lake(folder, given.users))
        port = free_port()
        server = serve(lake, port)
        try:
            wait_for_index(f"http://127.0.0.1:{port}")
            span = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/tiles"))["span"]
            done = subprocess.run(["node", ROOT / "tests" / "browser" / "figures.mjs", f"http://127.0.0.1:{port}"],
                                  capture_output=True, text=True,
                                  env=os.environ | {"CADENZA_BROWSER_TOOLS": str(TOOLS), "CADENZA_LIVE_MINUTES": str(given.minutes)})
            if done.returncode:
                sys.exit(done.stderr)
            figures = json.loads(done.stdout)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
        began = time.monotonic()
        report = subprocess.run([CADENZA, "report", "--lake", str(lake), "--from", span["from"], "--to", span["to"],
                                 "--partial", "--out", "-"], check=True, capture_output=True).stdout
        figures["report_ms"] = round(1000 * (time.monotonic() - began))
        figures["report_kb"] = len(report) // 1024
    for name, value in figures.items():
        limit = LIMITS.get(name)
        least = LEAST.get(name)
        wanted = f"  at most {limit}: {value / limit:.2f} of it" if limit else f"  at least {least}: {value / least:.2f} of it" if least else ""
        print(f"{name:34} {value:>9}{wanted}")


main()
