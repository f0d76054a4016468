"""`cadenza kpi --engine spark` on the real cluster of ./dev spark up: the tables are those of the embedded engine."""

import os
import random
import shutil
from datetime import timedelta

import pyarrow as pa
import pytest
from deltalake import write_deltalake

import engagement_source as engagement
import lake as lakes
from engagement_source import FIRST, kpi

pytestmark = pytest.mark.spark
ADDRESS = f"sc://127.0.0.1:{os.environ.get('CADENZA_SPARK_CONNECT_PORT', '25002')}"
ON_SPARK = ("--engine", "spark", "--spark", ADDRESS)
WINDOW = ("--from", "2025-07-01", "--to", "2025-08-31", "--engaged-sessions", "40")


def generate(seed, customers=500) -> engagement.Source:
    """All six tables; NULLs, ties and texts beyond ASCII in what is sorted and grouped; enough customers to learn from."""
    dice = random.Random(seed)
    source = engagement.generate(seed, customers=40)
    for number in range(40, customers):
        customer = f"K{number:04d}'ö\\"
        source.customers.append({"customer_id": customer, "signup_date": None, "country": dice.choice(["DE", None])})
        rate, fading = dice.uniform(0.3, 1.5), dice.random() < 0.5
        for day in range(62):
            today = rate * (max(0, 1 - day / 15) * 2 if fading else 1)
            for _ in range(int(today) + (dice.random() < today % 1)):
                source.sessions.append({
                    "session_id": f"S{len(source.sessions):06d}", "customer_id": customer,
                    "start_timestamp": FIRST + timedelta(days=day, milliseconds=dice.randrange(86_400_000)),
                    "duration_seconds": dice.choice([None, 18, 3618, 5000]), "platform": dice.choice(["ios", None])})
    for number in range(30):
        source.tracks.append({"track_id": f"T{number}", "title": dice.choice(["One", "Zwei", "été", None]),
                              "artist_name": dice.choice(["X", "Ünder"]), "duration_ms": 1000 * dice.randrange(60, 400)})
    for session in source.sessions[::20]:
        for step in range(dice.randrange(1, 6)):
            source.events.append({
                "customer_id": session["customer_id"], "session_id": session["session_id"],
                "event_timestamp": session["start_timestamp"] + timedelta(seconds=40 * step),
                "event_type": dice.choice(["play", "Play", "skip", "like", "pause"]), "track_id": f"T{dice.randrange(32)}"})
    return source


@pytest.fixture(scope="module")
def lakes_of_both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("both")
    engagement.write(folder / "source", generate(seed=5), form="us", parts=2)
    here = kpi(folder / "here", *WINDOW, "--as-published", source=folder / "source")
    there = kpi(folder / "there", *WINDOW, "--as-published", *ON_SPARK, source=folder / "source", timeout=500)
    return folder, here, there


def tables_of(lake) -> list[str]:
    return [name for name in lakes.GOLD if lakes.table_path(lake, name).is_dir()]


def test_every_table_is_equal(lakes_of_both):
    folder, here, there = lakes_of_both
    tables = tables_of(folder / "here")
    assert tables == tables_of(folder / "there") and len(tables) >= 19
    lakes.assert_lakes_equal(folder / "here", folder / "there", tables)
    for name in tables:
        assert len(lakes.rows(folder / "here", name)) > 0, name
        left, right = (lakes.arrow(folder / lake, name).schema for lake in ("here", "there"))
        assert {f.name: f.type for f in left} == {f.name: f.type for f in right}, name
    assert engagement.values(here) == engagement.values(there)
    assert here["inputs"] == there["inputs"] and here["warnings"] == there["warnings"]
    assert lakes.rows(folder / "there", "runs")[0]["engine"] == "spark"
    assert [audit for audit in there["audits"] if audit["failures"]] == []


def test_spark_wrote_the_tables(lakes_of_both):
    folder, _, _ = lakes_of_both
    commit = lakes.delta(folder / "there", "kpi_trend").history()[0]
    assert commit["engineInfo"].startswith("Apache-Spark/") and "Delta-Lake" in commit["engineInfo"]


def test_in_turn_on_one_lake(lakes_of_both):
    folder, _, _ = lakes_of_both
    lake, source = folder / "there", folder / "source"
    version = lakes.delta(lake, "kpi_summary").version()
    assert kpi(lake, *WINDOW, "--as-published", source=source)["status"] == "unchanged"
    july = ("--from", "2025-07-01", "--to", "2025-07-31", "--only", "kpi_summary")
    assert kpi(lake, *july, source=source)["status"] == "done"
    assert lakes.delta(lake, "kpi_summary").version() == version + 1
    august = ("--from", "2025-08-01", "--to", "2025-08-31", "--only", "kpi_summary")
    assert kpi(lake, *august, *ON_SPARK, source=source, timeout=300)["status"] == "done"
    assert lakes.delta(lake, "kpi_summary").version() == version + 2
    assert kpi(lake, *august, source=source)["status"] == "unchanged"
    kpi(folder / "august", *august, source=source)
    lakes.assert_lakes_equal(lake, folder / "august", ["kpi_summary", "customer_engagement"])
    assert lakes.query(lake, "select count(*) as n from kpi_summary") == [{"n": 3}]


@pytest.mark.slow  # a whole kpi of two engines again
def test_forgotten_listeners_and_predictions_that_cannot_be_made(lakes_of_both, tmp_path):
    """Listeners who were forgotten come back with no engine; predictions of a longer window stay with none."""
    folder, _, _ = lakes_of_both
    short = ("--from", "2025-07-01", "--to", "2025-07-03")
    summaries = {}
    for name, flags in (("here", ()), ("there", ON_SPARK)):
        shutil.copytree(folder / name, tmp_path / name)
        outcome = lakes.run("forget", "--lake", tmp_path / name, "--user", "C003", "--user", "K0100'ö\\")
        assert outcome.code == 0, outcome.err
        summaries[name] = kpi(tmp_path / name, *short, *flags, source=folder / "source", timeout=500)
    here, there = summaries["here"], summaries["there"]
    assert here["kpis"] == there["kpis"] and here["inputs"] == there["inputs"]
    assert here["inputs"]["customers"]["forgotten"] == 2
    assert sorted(here["notes"]) == sorted(there["notes"])
    names = tables_of(tmp_path / "here")
    assert "engaged_scores" in names
    lakes.assert_lakes_equal(tmp_path / "here", tmp_path / "there", names)
    assert lakes.rows(tmp_path / "there", "engaged_scores") == []
    assert "C003" not in repr(lakes.rows(tmp_path / "there", "customer_engagement"))


@pytest.mark.parametrize("form", ["csv", "delta"])
def test_other_forms_of_sources(form, tmp_path):
    source = engagement.generate(seed=6, customers=60)
    if form == "csv":
        engagement.write(tmp_path / "source", source, ending="csv", form="text")
    else:
        for name, rows in source.tables().items():
            write_deltalake(str(tmp_path / "source" / name), pa.Table.from_pylist(rows))
    only = ("--only", "customer_engagement", "--only", "subscription_changes")
    here = kpi(tmp_path / "here", *WINDOW, *only, source=tmp_path / "source")
    there = kpi(tmp_path / "there", *WINDOW, *only, *ON_SPARK, source=tmp_path / "source", timeout=300)
    assert engagement.values(here) == engagement.values(there) and here["inputs"] == there["inputs"]
    assert here["inputs"]["sessions"]["format"] == form
    lakes.assert_lakes_equal(tmp_path / "here", tmp_path / "there", tables_of(tmp_path / "here"))


def test_a_missing_cluster_is_named_and_nothing_is_written(lakes_of_both, tmp_path):
    folder, _, _ = lakes_of_both
    outcome = lakes.run("kpi", "--source", folder / "source", "--lake", tmp_path / "lake", "--engine", "spark",
                        "--spark", "sc://127.0.0.1:1", "--json")
    assert outcome.code == 1 and "127.0.0.1:1" in outcome.err
    missing = lakes.run("kpi", "--source", folder / "source", "--lake", tmp_path / "lake", "--engine", "spark")
    assert missing.code == 2 and "--spark" in missing.err
    assert not (tmp_path / "lake" / "gold").exists()


def test_events_of_a_lake(sample_lake, tmp_path):
    """Sessions, levels and plays from bronze and silver, which the embedded engine wrote."""
    for name in ("here", "there"):
        shutil.copytree(sample_lake, tmp_path / name)
    only = ("--only", "customer_engagement", "--only", "subscription_changes", "--only", "top_songs")
    here = kpi(tmp_path / "here", *only)
    there = kpi(tmp_path / "there", *only, *ON_SPARK, timeout=300)
    assert engagement.values(here) == engagement.values(there)
    lakes.assert_lakes_equal(tmp_path / "here", tmp_path / "there", tables_of(tmp_path / "here"))
    assert lakes.rows(tmp_path / "there", "top_songs")


def test_auto_says_what_it_took_and_why(lakes_of_both, tmp_path):
    folder, _, _ = lakes_of_both
    outcome = lakes.run("kpi", "--source", folder / "source", "--lake", tmp_path / "lake", "--only", "kpi_summary",
                        "--engine", "auto", "--spark", ADDRESS)
    assert outcome.code == 0 and "engine: embedded, because the sources are about 0.0 GB" in outcome.err, outcome.err
    assert lakes.rows(tmp_path / "lake", "runs")[0]["engine"] == "duckdb"
