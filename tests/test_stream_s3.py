"""A stream whose files arrive on S3, into a lake on S3."""

import json

import pytest

import lake as lakes
import s3_servers as servers
from test_stream import batch_model, made_events

pytestmark = pytest.mark.s3


@pytest.fixture(scope="module", params=["moto", "gateway"])
def server(request, tmp_path_factory):
    if request.param == "gateway" and not servers.gateway_path():
        pytest.skip("no versitygw (./dev s3 builds it, with Go 1.25 or later)")
    start = servers.start_moto if request.param == "moto" else servers.start_gateway
    running = start(tmp_path_factory.mktemp(request.param))
    yield running
    running.stop()


def stream(server, *flags):
    outcome = lakes.run("stream", "--json", "--quiet", "--once", *flags, env=server.env())
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def windows(server, lake, counts="events"):
    rows = server.delta_at(f"{lake}/gold/{counts}_5m").to_pyarrow_table().to_pylist()
    return {(row["window_start"], None): (row[counts], row["customers"]) for row in rows}


def test_objects_are_taken_once_and_late_ones_correct(server, tmp_path):
    root = server.bucket("streams")
    events = made_events(31)
    flags = ["--source", f"{root}/in", "--lake", f"{root}/lake", "--watermark", "10m"]
    for number in range(3):
        lines = "".join(json.dumps(e) + "\n" for e in events[number::3])
        server.put(f"{root}/in/day/{number}.json", lines.encode())
        summary = stream(server, *flags)
        assert summary["files"] == 1
    assert summary["late"] > 0
    assert stream(server, *flags)["batches"] == 0
    assert windows(server, f"{root}/lake") == batch_model(events)
    taken = server.delta_at(f"{root}/lake/ops/stream_files").to_pyarrow_table().to_pylist()
    assert sorted(row["_file"] for row in taken) == [f"{root}/in/day/{n}.json" for n in range(3)]


def test_parquet_objects(server, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    root = server.bucket("parquet")
    events = made_events(32, count=100)
    rows = [{"start_timestamp": e["ts"], "customer_id": e["userId"] or None} for e in events]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    server.put(f"{root}/in/a.parquet", (tmp_path / "a.parquet").read_bytes())
    stream(server, "--source", f"{root}/in", "--lake", f"{root}/lake")
    assert windows(server, f"{root}/lake", "sessions") == batch_model(events)
