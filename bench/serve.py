"""./dev bench serve: how soon a server answers, and what it bears. --help lists the sizes."""

import argparse
import asyncio
import json
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import duckdb

REPO = Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("CADENZA", str(REPO / "build" / "cadenza"))
METRICS = ("session_adoption_rate", "engaged_users", "paid_share")


def make_source(folder: Path, customers: int, customer_days: int, days: int):
    """Sessions spread evenly, which is the worst case for an index by day."""
    folder.mkdir(parents=True)
    engine = duckdb.connect()
    start = "timestamp '2025-01-01'"
    engine.execute(f"""copy (select 'c' || i as customer_id, ['DE', 'FR', 'US', 'BR'][i % 4 + 1] as country,
        {start} as signup_date from range({customers}) t(i)) to '{folder}/customers.parquet'""")
    engine.execute(f"""copy (select 's' || i as session_id, 'c' || (hash(i) % {customers}) as customer_id,
        {start} + to_seconds((hash(i + 1000000007) % {days * 86400})::bigint) as start_timestamp,
        ['ios', 'android', 'web', 'windows', 'macos'][(hash(i + 7) % 5)::int + 1] as platform,
        ['phone', 'tablet', 'desktop'][(hash(i + 11) % 3)::int + 1] as device
        from range({customer_days}) t(i)) to '{folder}/sessions.parquet'""")
    engine.execute(f"""copy (select 'c' || i as customer_id, date '2024-12-01' + (i % 300)::integer as effective_start_date,
        null::date as effective_end_date, 'premium' as subscription_type, 9.99 as amount_paid, 'active' as status
        from range(0, {customers}, 2) t(i)) to '{folder}/subscriptions.parquet'""")


def percentile(times, share) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def report(name, times, failures=()):
    """The failures by their status; 0: the connection broke."""
    kinds = "".join(f", {count} with {status}" for status, count in sorted(Counter(failures).items()))
    print(f"{name}: {len(times)} answers, {len(failures)} errors{kinds}, p50 {percentile(times, .5):.1f} ms, "
          f"p99 {percentile(times, .99):.1f} ms, most {max(times) * 1000:.1f} ms", flush=True)


class Client:
    def __init__(self, port):
        self.port = port

    async def ask(self, path, method="GET", body=b"") -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await asyncio.wait_for(reader.read(), 120)
            return int(answer[9:12] or 0), answer.partition(b"\r\n\r\n")[2]
        finally:
            writer.close()


def random_metric(draw) -> str:
    first, length = draw.randrange(0, 300), draw.randrange(1, 60)
    day = lambda n: time.strftime("%Y-%m-%d", time.gmtime(1735689600 + n * 86400))
    return f"/api/v1/metrics/{draw.choice(METRICS)}?from={day(first)}&to={day(first + length)}"


async def timed(client, times, failures, path, method="GET", body=b""):
    began = time.perf_counter()
    try:
        status, _ = await client.ask(path, method, body)
    except (OSError, asyncio.TimeoutError):
        status = 0
    times.append(time.perf_counter() - began)
    if status != 200:
        failures.append(status)


async def listener(client, number, seconds, times, failures):
    """A browser: an event stream, and a tile every five seconds."""
    draw = random.Random(number)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"\n\n")
    until = time.monotonic() + seconds
    await asyncio.sleep(draw.random() * 5)
    while time.monotonic() < until:
        await timed(client, times, failures, random_metric(draw))
        await asyncio.sleep(5)
    writer.close()


async def sql_client(client, seconds, times, failures):
    until = time.monotonic() + seconds
    body = json.dumps({"sql": "select metric, value from kpi_summary"}).encode()
    while time.monotonic() < until:
        await timed(client, times, failures, "/api/v1/sql", "POST", body)


async def crowd(client, count):
    """More connections than the server takes: how soon the surplus is refused."""
    refused, held = [], []
    for _ in range(count):
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        try:
            head = await asyncio.wait_for(reader.read(12), 0.02 if len(held) < 1000 else 1)
            if head.startswith(b"HTTP/1.1 503"):
                refused.append(time.perf_counter() - began)
                writer.close()
                continue
        except asyncio.TimeoutError:
            pass
        held.append(writer)
    for writer in held:
        writer.close()
    return refused


async def measure(options, port):
    client, draw = Client(port), random.Random(1)
    times, failures = [], []
    for _ in range(200):
        await timed(client, times, failures, random_metric(draw))
    report("a metric of a random window, alone", times, failures)
    times, failures = [], []
    await asyncio.gather(*(listener(client, n, options.seconds, times, failures) for n in range(options.streams)))
    report(f"{options.streams} event streams with a metric every 5 s", times, failures)
    times, failures, sql_times, sql_failures = [], [], [], []
    await asyncio.gather(*(listener(client, n, options.seconds, times, failures) for n in range(options.streams)),
                         *(sql_client(client, options.seconds, sql_times, sql_failures) for _ in range(options.sql_clients)))
    report(f"the same beside {options.sql_clients} clients of SQL", times, failures)
    report("their statements", sql_times, sql_failures)
    refused = await crowd(client, options.connections)
    if refused:
        report(f"{options.connections} connections: the surplus is refused", refused)
    await asyncio.sleep(5)
    times, failures = [], []
    for _ in range(100):
        await timed(client, times, failures, random_metric(draw))
    report("5 s after the crowd", times, failures)


def resident_mb(pid) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def main():
    parser = argparse.ArgumentParser(prog="./dev bench serve", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--customer-days", type=int, default=4_000_000, help="about; 43000000 for the published figure")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--sql-clients", type=int, default=100)
    parser.add_argument("--connections", type=int, default=1500)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cadenza-bench-") as folder:
        make_source(Path(folder) / "source", options.customers, options.customer_days, options.days)
        began = time.monotonic()
        subprocess.run([PROGRAM, "kpi", "--source", f"{folder}/source", "--lake", f"{folder}/lake"], check=True,
                       stdout=subprocess.DEVNULL)
        print(f"cadenza kpi: {time.monotonic() - began:.1f} s", flush=True)
        began = time.monotonic()
        server = subprocess.Popen([PROGRAM, "serve", "--lake", f"{folder}/lake", "--listen", "127.0.0.1:0"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = int(server.stdout.readline().strip().rpartition(":")[2])
        print(f"answers after {time.monotonic() - began:.1f} s", flush=True)
        while json.loads(asyncio.run(Client(port).ask("/api/v1/metrics/paid_share"))[1])["counted_by"] != "index":
            time.sleep(0.1)
        print(f"index after {time.monotonic() - began:.1f} s, {resident_mb(server.pid)} MB resident", flush=True)
        asyncio.run(measure(options, port))
        print(f"{resident_mb(server.pid)} MB resident at the end")
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
