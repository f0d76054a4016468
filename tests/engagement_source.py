"""A small seeded engagement source in any shape, and its metrics counted by hand from the rows."""

import csv
import gzip
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import lake as lakes

FIRST = datetime(2025, 7, 1, tzinfo=timezone.utc)
LAST = datetime(2025, 8, 31, 23, 59, 59, tzinfo=timezone.utc)


@dataclass
class Source:
    customers: list[dict] = field(default_factory=list)
    sessions: list[dict] = field(default_factory=list)
    subscriptions: list[dict] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)
    tracks: list[dict] = field(default_factory=list)

    def tables(self) -> dict:
        return {name: rows for name, rows in vars(self).items() if rows}


def generate(seed, customers=40) -> Source:
    """Two months; customers differ in how often they come; some never, some with gaps of weeks."""
    dice = random.Random(seed)
    source = Source()
    # One session in the first hour of the first day and one in the last of the last: whole data.
    edges = [FIRST + timedelta(minutes=3), LAST - timedelta(minutes=3)]
    for number in range(customers):
        customer = f"C{number:03d}"
        source.customers.append({"customer_id": customer, "signup_date": date(2024, 1 + number % 12, 5),
                                 "country": ["DE", "US", None][number % 3]})
        share = [0, 0.03, 0.3, 0.9][number % 4]
        starts = [FIRST + timedelta(days=day, seconds=dice.randrange(86_400), milliseconds=dice.randrange(1000))
                  for day in range(62) for _ in range(2) if dice.random() < share]
        if number % 4 == 3:
            starts += edges
        for start in starts:
            source.sessions.append({
                "session_id": f"S{len(source.sessions):06d}", "customer_id": customer, "start_timestamp": start,
                "duration_seconds": dice.randrange(20, 5000), "platform": dice.choice(["ios", "web"])})
        if number % 2:
            source.subscriptions.append({
                "customer_id": customer, "effective_start_date": date(2025, dice.randrange(1, 10), 1),
                "effective_end_date": dice.choice([None, date(2025, 6, 30), date(2025, 7, 31), date(2026, 1, 1)]),
                "subscription_type": dice.choice(["Premium", "Free plan", None]),
                "amount_paid": dice.choice([0.0, 9.99]), "status": dice.choice(["active", "trialing", "expired", None])})
    return source


def epoch(moment, unit) -> int:
    microseconds = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)
    return {"s": microseconds // 1_000_000, "ms": microseconds // 1000, "us": microseconds, "ns": microseconds * 1000}[unit]


def time_as(form, moment):
    """The same instant as text, epoch (s, ms, us, ns) or timestamp; None stays None."""
    if moment is None or form == "timestamp":
        return moment
    if form == "naive":
        return moment.replace(tzinfo=None)
    if form == "text":
        return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
    if form == "text with zone":
        return moment.astimezone(timezone(timedelta(hours=-7))).isoformat(timespec="milliseconds")
    if form == "text epoch":
        return str(epoch(moment, "ms"))
    return epoch(moment, form)


def write(folder, source, ending="parquet", form="text", parts=1) -> Path:
    """Each table as a file, or as a folder of part files."""
    folder = Path(folder)
    for name, rows in source.tables().items():
        shown = [{key: time_as(form, value) if isinstance(value, datetime) else value for key, value in row.items()}
                 for row in rows]
        if parts == 1:
            write_rows(folder / f"{name}.{ending}", shown)
            continue
        for part in range(parts):
            write_rows(folder / name / f"part-{part:05d}.{ending}", shown[part::parts])
    return folder


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(rows), path)
        return
    text = csv_text(rows) if ".csv" in name else json_text(rows, ".jsonl" in name)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)


def csv_text(rows) -> str:
    import io
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows)
    return out.getvalue()


def json_text(rows, by_line) -> str:
    if by_line:
        return "".join(json.dumps(row, default=str) + "\n" for row in rows)
    return json.dumps(rows, default=str)


def kpi(lake, *flags, source=None, **options) -> dict:
    """A run that must succeed: its summary."""
    named = ["--source", source] if source else []
    outcome = lakes.run("kpi", *named, "--lake", lake, "--json", "--no-progress", *flags, **options)
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def values(summary, name="kpis") -> dict:
    return {metric: (kpi["value"], kpi["numerator"], kpi["denominator"]) for metric, kpi in summary[name].items()}


def percent(numerator, denominator):
    """Half up, as the contract has it."""
    if denominator == 0:
        return None
    return float((Decimal(100 * numerator) / denominator).quantize(Decimal("0.01"), ROUND_HALF_UP))


def share(numerator, denominator):
    return percent(numerator, denominator), numerator, denominator


# What the metrics must be, by brute force -------------------------------------------------------

def days_of(source) -> dict:
    days = defaultdict(set)
    for row in source.sessions:
        days[row["customer_id"]].add(row["start_timestamp"].date())
    return days


def pays(row, start, end) -> bool:
    """The paid rule of the contract, days inclusive."""
    if row["effective_start_date"] > end or (row["effective_end_date"] or end) < start:
        return False
    if row["status"] not in ("active", "trialing", None):
        return False
    kind = row["subscription_type"]
    return row["amount_paid"] > 0 if kind is None else "free" not in kind.lower()


def expected_kpis(source, start=FIRST.date(), end=LAST.date(), threshold=80) -> dict:
    counts = defaultdict(set)
    for row in source.sessions:
        if start <= row["start_timestamp"].date() <= end:
            counts[row["customer_id"]].add(row["session_id"])
    paying = {row["customer_id"] for row in source.subscriptions if pays(row, start, end)}
    engaged = [customer for customer, sessions in counts.items() if len(sessions) >= threshold]
    return {
        "session_adoption_rate": share(len(counts), len(source.customers)),
        "engaged_users": share(len(engaged), len(counts)),
        "paid_share": share(len(paying & counts.keys()), len(counts)),
    }


def begin_of(period, day) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def periods_of(period, first, last) -> list[date]:
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return sorted({begin_of(period, day) for day in span})


def active_by_period(source, period) -> dict:
    active = defaultdict(set)
    for customer, days in days_of(source).items():
        for day in days:
            active[begin_of(period, day)].add(customer)
    return active
