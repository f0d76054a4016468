"""`--format parquet` holds the same rows as `--format delta`."""

import json

import pyarrow.parquet as pq
import pytest

import lake as lakes


@pytest.fixture(scope="module")
def parquet_lake(sample, tmp_path_factory):
    lake = tmp_path_factory.mktemp("parquet") / "lake"
    summary = lakes.etl(lake, [sample.songs], [sample.logs], "--format", "parquet")
    assert summary["format"] == "parquet"
    return lake


def content(lake, name):
    found = lakes.query(lake, f"SELECT * FROM {name}")
    kept = [{k: v for k, v in row.items() if k not in lakes.RUN_COLUMNS} for row in found]
    return sorted(json.dumps(row, sort_keys=True) for row in kept)


@pytest.mark.parametrize("name", sorted(set(lakes.TABLES) - lakes.RUN_TABLES))
def test_same_rows_as_delta(name, parquet_lake, sample_lake):
    assert content(parquet_lake, name) == content(sample_lake, name)


def test_files_are_plain_parquet(parquet_lake):
    assert not list(parquet_lake.rglob("_delta_log"))
    files = list((parquet_lake / "silver" / "users").rglob("*.parquet"))
    assert sum(pq.read_metadata(file).num_rows for file in files) == len(content(parquet_lake, "users"))


def test_second_run_changes_nothing(sample, parquet_lake):
    before = sorted(parquet_lake.rglob("*.parquet"))
    summary = lakes.etl(parquet_lake, [sample.songs], [sample.logs], "--format", "parquet")
    assert summary["status"] == "unchanged"
    assert sorted(parquet_lake.rglob("*.parquet")) == before


def test_increments_equal_a_full_run(sample, sample_lake, tmp_path):
    for log in sorted(sample.logs.rglob("*.json"), reverse=True):
        lakes.etl(tmp_path / "lake", [sample.songs], [log], "--format", "parquet")
    for name in sorted(set(lakes.TABLES) - lakes.RUN_TABLES):
        assert content(tmp_path / "lake", name) == content(sample_lake, name), name


def test_format_of_a_lake_cannot_change(sample, tmp_path):
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs])
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [sample.songs], [sample.logs], "--format", "parquet"))
    assert outcome.code in (1, 2)
    assert "delta" in outcome.err.lower()
