"""Makes 5-minute windows: traffic by day and week with noise, and incidents in it."""

import datetime
from pathlib import Path

import numpy
import pyarrow
import pyarrow.csv
import pyarrow.parquet

UTC = datetime.timezone.utc
BEGIN = datetime.datetime(2026, 6, 1, tzinfo=UTC)
STEP = datetime.timedelta(minutes=5)


def usual(days, mean=160.0, begin=BEGIN, flat=False) -> numpy.ndarray:
    """Of each window: nights are quieter, with a jump at 8, weekends louder. `flat`: always the same."""
    if flat:
        return numpy.full(days * 288, mean)
    minutes = numpy.arange(days * 288) * 5
    hour = minutes / 60 % 24
    level = mean * (1 + 0.4 * numpy.sin((hour - 9) / 24 * 2 * numpy.pi)) * numpy.where(hour < 8, 0.7, 1)
    weekday = (begin.weekday() + minutes // 1440) % 7
    return level * numpy.where(weekday >= 5, 1.3, 1)


def counts(days, seed, mean=160.0, overdispersion=0.0, incidents=(), flat=False) -> numpy.ndarray:
    """incidents: (first window, windows, factor)."""
    random = numpy.random.default_rng(seed)
    expected = usual(days, mean, flat=flat)
    for first, windows, factor in incidents:
        expected[first:first + windows] *= factor
    if overdispersion:
        expected = random.gamma(1 / overdispersion, expected * overdispersion)
    return random.poisson(expected)


def table(sessions, begin=BEGIN, final=None) -> pyarrow.Table:
    """As gold.sessions_5m; a window without sessions has no row. `final`: windows that are."""
    kept = [i for i, n in enumerate(sessions) if n > 0]
    starts = [begin + i * STEP for i in kept]
    moment = pyarrow.timestamp("us", tz="UTC")
    return pyarrow.table({
        "window_start": pyarrow.array(starts, moment),
        "window_end": pyarrow.array([s + STEP for s in starts], moment),
        "sessions": pyarrow.array([int(sessions[i]) for i in kept], pyarrow.int64()),
        "customers": pyarrow.array([int(sessions[i]) for i in kept], pyarrow.int64()),
        "sessions_per_min": pyarrow.array([round(int(sessions[i]) / 5, 2) for i in kept]),
        "is_final": pyarrow.array([final is None or i < final for i in kept]),
    })


def write(path, made) -> Path:
    writer = pyarrow.parquet.write_table if Path(path).suffix == ".parquet" else pyarrow.csv.write_csv
    writer(made, str(path))
    return Path(path)


def index_of(text) -> int:
    """The window that starts at, e.g., 2026-07-02 12:00."""
    return int((datetime.datetime.fromisoformat(text).replace(tzinfo=UTC) - BEGIN) / STEP)
