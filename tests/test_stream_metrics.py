"""cadenza stream --metrics: what Prometheus' own parser reads of a stream that runs."""

import signal
import time
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

import lake as lakes
from test_stream import made_events, wait_for, write_lines

WATERMARK_S = 60


def scrape(url) -> dict:
    answer = urllib.request.urlopen(url, timeout=10)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(answer.read().decode())}


def value(url, name):
    """Of the one stream that the endpoint tells of; None before there is anything to tell."""
    samples = scrape(url)[name].samples
    assert len(samples) <= 1 and all(s.labels == {"stream": "live"} for s in samples)
    return samples[0].value if samples else None


@pytest.fixture
def running(tmp_path):
    (tmp_path / "in").mkdir()
    process = lakes.start("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--name", "live", "--settle",
                          "0.1", "--watermark", f"{WATERMARK_S}s", "--metrics", "127.0.0.1:0", "--quiet")
    try:
        line = process.stderr.readline().decode().strip()
        assert line.startswith("metrics at http://127.0.0.1:"), line
        yield tmp_path, line.removeprefix("metrics at ")
    finally:
        process.send_signal(signal.SIGTERM)
        assert lakes.finish(process).code == 0


def test_metrics_of_a_running_stream(running):
    folder, url = running
    before = time.time()
    events = sorted(made_events(41, count=120), key=lambda e: e["ts"])
    write_lines(folder / "in" / "0.json", events[20:])
    wait_for(lambda: value(url, "cadenza_stream_events") == 100)
    families = scrape(url)
    assert {name: family.type for name, family in families.items()} == {
        "cadenza_stream_batches": "counter", "cadenza_stream_events": "counter", "cadenza_stream_late": "counter",
        "cadenza_stream_quarantined": "counter", "cadenza_stream_retries": "counter",
        "cadenza_stream_events_per_second": "gauge", "cadenza_stream_lag_seconds": "gauge",
        "cadenza_stream_watermark_seconds": "gauge", "cadenza_stream_last_success_seconds": "gauge"}
    assert all(family.documentation for family in families.values())
    assert value(url, "cadenza_stream_late") == value(url, "cadenza_stream_quarantined") == 0
    # Behind the watermark, and a line that is none.
    write_lines(folder / "in" / "1.json", events[:20])
    (folder / "in" / "bad.part").write_text("nonsense\n")
    (folder / "in" / "bad.part").rename(folder / "in" / "2.json")
    wait_for(lambda: value(url, "cadenza_stream_events") == 120 and value(url, "cadenza_stream_quarantined") == 1)
    assert value(url, "cadenza_stream_batches") in (2, 3)
    assert value(url, "cadenza_stream_events_per_second") >= 0
    newest = events[-1]["ts"] / 1000
    assert value(url, "cadenza_stream_watermark_seconds") == newest - WATERMARK_S
    late = [row for row in lakes.query(folder / "lake", "select event_time from late_events")]
    assert value(url, "cadenza_stream_late") == len(late) > 0
    assert value(url, "cadenza_stream_lag_seconds") == pytest.approx(time.time() - newest, abs=30)
    assert before <= value(url, "cadenza_stream_last_success_seconds") <= time.time()
    assert value(url, "cadenza_stream_retries") == 0


def test_health_says_ok_and_other_addresses_are_not_there(running):
    folder, url = running
    # A stream that is stopped before its first look at the source says that it was interrupted.
    write_lines(folder / "in" / "0.json", made_events(42, count=5))
    wait_for(lambda: value(url, "cadenza_stream_events") == 5)
    root = url.removesuffix("/metrics")
    assert urllib.request.urlopen(root + "/healthz", timeout=10).read() == b"ok\n"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(root + "/", timeout=10)


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:http", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_named(address, tmp_path):
    (tmp_path / "in").mkdir()
    outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--metrics", address, "--once")
    assert outcome.code == 2 and address in outcome.err
    assert not (tmp_path / "lake").exists()
