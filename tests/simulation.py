"""Runs `cadenza simulate`, and reads what it made without the program's help."""

import datetime
import gzip
import hashlib
import json
from pathlib import Path

import duckdb

import lake as lakes


def simulate(*flags, **options) -> dict:
    """A run that must succeed: its summary."""
    outcome = lakes.run("simulate", *flags, "--json", "--no-progress", **options)
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def log_files(folder) -> list[Path]:
    return sorted(path for path in (Path(folder) / "log_data").rglob("*") if path.is_file())


def log_bytes(path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def day_start_ms(path) -> int:
    """The beginning of the day that a log file is named for."""
    return int(datetime.datetime.fromisoformat(path.name[:10] + "+00:00").timestamp()) * 1000


def events(folder) -> list[dict]:
    return [json.loads(line) for path in log_files(folder) for line in log_bytes(path).splitlines()]


def songs(folder) -> list[dict]:
    paths = sorted((Path(folder) / "song_data").rglob("*.json"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def hashes(folder) -> dict:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in Path(folder).rglob("*") if path.is_file()}


def tables(folder, query) -> list[dict]:
    """Rows of a query over the Parquet tables of a folder, by their names."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
    for table in Path(folder).iterdir():
        if table.is_dir() and table.name in query:
            connection.execute(f"CREATE VIEW {table.name} AS FROM read_parquet('{table}/*.parquet')")
    return connection.execute(query).to_arrow_table().to_pylist()
