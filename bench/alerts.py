#!/usr/bin/env python3
"""Measures the rules of `cadenza alerts replay`: false alarms on pure noise, and how soon incidents are seen.

Worlds of 5-minute windows are made here (tests/windows.py); the program judges them as files. Each line is the sum
over all seeds.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import numpy  # noqa: E402

import windows  # noqa: E402

LEARNING_DAYS = 14
NOISE = {
    "160 a window, always": {"flat": True},
    "160 a window, by day and week": {},
    "the same, bunched (variance 4.2 x mean)": {"overdispersion": 0.02},
    "8 a window": {"mean": 8.0},
    "0.7 a window": {"mean": 0.7},
    "4,000 a window, bunched": {"mean": 4000.0, "overdispersion": 0.002},
    "a million a window": {"mean": 1e6},
}
# name: kind, minutes, factor, mean
INCIDENTS = {
    "three times as many, 20 min": ("spike", 20, 3.0, 160.0),
    "nothing, 30 min": ("missing", 30, 0.0, 160.0),
    "half, 60 min": ("drop", 60, 0.5, 160.0),
    "a fifth less, 2 h": ("drop", 120, 0.8, 160.0),
    "nothing, 60 min, of 8 a window": ("missing", 60, 0.0, 8.0),
    "half, 4 h, of 8 a window": ("drop", 240, 0.5, 8.0),
    "nothing, 6 h": ("missing", 6 * 60, 0.0, 160.0),
    "nothing, 24 h": ("missing", 24 * 60, 0.0, 160.0),
    "nothing, 48 h": ("missing", 48 * 60, 0.0, 160.0),
    "30 % more, for good": ("spike", 8 * 24 * 60, 1.3, 160.0),
}


def replay(program, sessions, folder, alarms) -> dict:
    path = windows.write(Path(folder) / "windows.parquet", windows.table(sessions))
    command = [program, "alerts", "replay", "--json", "--windows", str(path), "--alarms-per-week", str(alarms)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return {rule["rule"]: rule for rule in json.loads(done.stdout)["rules"]}


def upper_bound(count, confidence=0.95) -> float:
    """Exact one-sided bound of a Poisson mean."""
    low, high = 0.0, 10.0 + 3 * count
    while high - low > 1e-6:
        mean = (low + high) / 2
        chance = sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))
        low, high = (mean, high) if chance > 1 - confidence else (low, mean)
    return high


def measure_noise(program, folder, seeds, weeks, alarms):
    days = LEARNING_DAYS + 7 * weeks
    print(f"False alarms: {seeds} worlds of {weeks} judged weeks without any incident; "
          f"the budget of `seasonal` is {alarms:g} a week\n")
    print("| noise | `published` a day | `published-past` a day | `seasonal` a week | at most, 95 % | spikes, drops, missing |")
    print("|---|---|---|---|---|---|")
    for name, traffic in NOISE.items():
        fired = {"published": 0, "published-past": 0, "seasonal": 0}
        judged = dict.fromkeys(fired, 0.0)
        kinds = numpy.zeros(3, dtype=int)
        for seed in range(1, seeds + 1):
            rules = replay(program, windows.counts(days, seed, **traffic), folder, alarms)
            for rule, count in fired.items():
                fired[rule] = count + rules[rule]["fired"]
                judged[rule] += rules[rule]["judged_days"]
            kinds += [rules["seasonal"][kind] for kind in ("spikes", "drops", "missing")]
        weeks_judged = judged["seasonal"] / 7
        print(f"| {name} | {fired['published'] / judged['published']:.1f} "
              f"| {fired['published-past'] / judged['published-past']:.1f} "
              f"| {fired['seasonal'] / weeks_judged:.2f} | {upper_bound(fired['seasonal']) / weeks_judged:.2f} "
              f"| {', '.join(map(str, kinds))} |", flush=True)


def measure_incidents(program, folder, seeds, alarms):
    print(f"\nIncidents: {seeds} worlds each, one incident at a random time of the fifth week\n")
    print("| incident | seen | windows until it is told, median | most | over, windows after its end, median "
          "| incidents told from its begin on, a world |")
    print("|---|---|---|---|---|---|")
    for name, (kind, minutes, factor, mean) in INCIDENTS.items():
        length, delays, ends, told = minutes // 5, [], [], 0
        for seed in range(1, seeds + 1):
            first = 28 * 288 + int(numpy.random.default_rng(seed + 1000).integers(0, 6 * 288))
            sessions = windows.counts(36, seed, mean, incidents=[(first, length, factor)])
            alerts = replay(program, sessions, folder, alarms)["seasonal"]["alerts"]
            at = [(windows.index_of(a["window_start"][:16].replace("T", " ")), a) for a in alerts]
            seen = [i for i, a in at if a["kind"] == kind and a["state"] == "opened" and first <= i < first + length + 12]
            over = [i for i, a in at if a["kind"] == kind and a["state"] == "closed" and i >= first]
            told += sum(a["state"] == "opened" and i >= first for i, a in at)
            if seen:
                delays.append(seen[0] - first + 1)
                ends.append(over[0] - first - length + 1 if over else math.inf)
        if not delays:
            print(f"| {name} | 0 of {seeds} | | | | {told / seeds:.2f} |", flush=True)
            continue
        print(f"| {name} | {len(delays)} of {seeds} | {numpy.median(delays):g} | {max(delays)} "
              f"| {'never' if math.isinf(numpy.median(ends)) else format(numpy.median(ends), 'g')} | {told / seeds:.2f} |",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="worlds a line (20)")
    parser.add_argument("--weeks", type=int, default=8, help="judged weeks of noise in each (8)")
    parser.add_argument("--alarms-per-week", type=float, default=0.5, help="the budget (0.5)")
    parser.add_argument("--program", default=str(ROOT / "build" / "cadenza"))
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        measure_noise(arguments.program, folder, arguments.seeds, arguments.weeks, arguments.alarms_per_week)
        measure_incidents(arguments.program, folder, arguments.seeds, arguments.alarms_per_week)
    print(f"\n{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
