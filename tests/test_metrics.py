"""What the server of src/http says is what Prometheus reads: its own parser is the judge."""

import socket
import subprocess
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

import lake as lakes

SAMPLE = lakes.REPO / "build" / "src" / "http" / "metrics_sample"


@pytest.fixture
def served():
    if not SAMPLE.exists():
        pytest.skip(f"not built: {SAMPLE}")
    process = subprocess.Popen([SAMPLE, "127.0.0.1:0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_prometheus_reads_it(served):
    answer = urllib.request.urlopen(served + "/metrics", timeout=10)
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
    windows = families["cadenza_windows"]
    assert (windows.type, windows.documentation) == ("counter", "Windows written.")
    assert [(s.labels, s.value) for s in windows.samples] == [({"table": "sessions_5m"}, 42)]
    lag = families["cadenza_lag_seconds"]
    assert (lag.type, lag.documentation) == ("gauge", "A \\ and\na second line.")
    assert {s.labels["source"]: s.value for s in lag.samples} == {'C:\\new "folder"\nline {a="b"} é': 0.1, "": 1e-300}


def test_health_and_what_is_not_there(served):
    assert urllib.request.urlopen(served + "/healthz", timeout=10).read() == b"ok\n"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(served + "/lake", timeout=10)


def test_a_taken_port_is_an_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        outcome = subprocess.run([SAMPLE, address], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10)
    assert outcome.returncode == 1 and address in outcome.stderr
