"""`cadenza churn --engine spark` on the cluster of ./dev spark up: features, model and scores are those of the embedded engine."""

import json
import os
import random
import shutil

import pytest

import lake as lakes

pytestmark = [pytest.mark.spark, pytest.mark.slow]  # minutes: many small steps on the cluster
ADDRESS = f"sc://127.0.0.1:{os.environ.get('CADENZA_SPARK_CONNECT_PORT', '25002')}"
ON_SPARK = ("--engine", "spark", "--spark", ADDRESS)
TABLES = ("listener_days", "churn_features", "churn_labels", "churn_scores", "churn_reasons", "churn_models", "churn_tests")


def write_log(path):
    """160 listeners over four weeks, of whom 80 cancel; few events, because the cluster takes its time for each step anyway."""
    dice = random.Random(7)
    pages = ["NextSong"] * 8 + ["Thumbs Up", "Thumbs Down", "Roll Advert", "Home", "Add Friend", "Error", "Downgrade", "Help"]
    start = 1_541_030_400_000

    def event(listener, day, number, hour, page):
        plays = page == "NextSong"
        return json.dumps({
            "artist": f"A{dice.randrange(9)}" if plays else None, "song": f"S{dice.randrange(6)}" if plays else None,
            "length": dice.uniform(100, 300) if plays else None, "auth": "Logged In", "firstName": "A", "lastName": "B",
            "gender": "FM"[listener % 2], "level": "paid" if listener % 3 else "free", "location": "X, CA", "method": "PUT",
            "page": page, "registration": 1_538_352_117_000, "status": 200, "userAgent": "iPhone", "userId": str(listener),
            "sessionId": listener * 100 + day, "itemInSession": number,
            "ts": start + day * 86_400_000 + hour * 3_600_000 + number * 200_000}) + "\n"

    with path.open("w") as log:
        for listener in range(160):
            leaves = dice.randrange(9, 28) if listener < 80 else 99
            for day in range(min(28, leaves + 1)):
                events = dice.randrange(1, 7) if dice.random() < 0.6 else 0
                for number in range(events):
                    log.write(event(listener, day, number, 23 if day == 27 else dice.randrange(20), dice.choice(pages)))
            if leaves < 28:
                log.write(event(listener, leaves, 9, 22, "Cancellation Confirmation"))


def churn(lake, *flags, part=()) -> dict:
    outcome = lakes.run("churn", *part, "--lake", lake, "--page", lake.parent / f"{lake.name}.html", "--json", "--no-progress", *flags, timeout=500)
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def test_both_engines_make_the_same(tmp_path):
    write_log(tmp_path / "log.json")
    here, there = tmp_path / "here", tmp_path / "there"
    lakes.etl(here, [], [tmp_path / "log.json"])
    shutil.copytree(here, there)
    ours, theirs = churn(here), churn(there, *ON_SPARK)
    assert theirs["trained"] and theirs["model"] == ours["model"], "the same features to the bit, so the same bytes of the model"
    for name in TABLES:
        tables = [lakes.arrow(lake, name) for lake in (here, there)]
        assert lakes.only_in_one(*tables) == [[], []], name
        assert tables[0].num_rows > 0, name
    # Two cut-offs are summed up each by itself, more of them in one run through the days.
    few = ("--every", "60d", "--cut-off", "2018-11-20")
    churn(here, *few, part=["features"])
    churn(there, *few, *ON_SPARK, part=["features"])
    tables = [lakes.arrow(lake, "churn_features") for lake in (here, there)]
    assert lakes.only_in_one(*tables) == [[], []] and len(set(tables[0]["cut_off"].to_pylist())) == 2
    churn(here)
    churn(there, *ON_SPARK)
    commit = lakes.delta(there, "churn_features").history()[0]
    assert commit["engineInfo"].startswith("Apache-Spark/")
    assert churn(there)["status"] == "unchanged", "the embedded engine takes up where Spark left off"
