"""Windows from Kafka topics: a real broker, which ./dev kafka fetches."""

import json
import os
import random
import signal
import subprocess
import time

import pytest

import lake as lakes
from s3_servers import free_port
from test_stream import batch_model, made_events, table, wait_for, windows

JARS = lakes.REPO / ".deps" / "kafka" / "lib"
PRODUCE = lakes.REPO / "build" / "src" / "stream" / "kafka_produce"

pytestmark = pytest.mark.kafka


def java(*arguments, **options):
    return ["java", "-Xmx512m", "-cp", f"{JARS}/*", *arguments]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """host:port of a broker in KRaft mode; topics have two partitions."""
    folder = tmp_path_factory.mktemp("kafka")
    port, controller = free_port(), free_port()
    (folder / "server.properties").write_text(f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={folder}/logs
num.partitions=2
offsets.topic.replication.factor=1
""")
    identity = "4L6g3nShT-eMCtK--X86sw"
    subprocess.run(java("kafka.tools.StorageTool", "format", "-t", identity, "-c", folder / "server.properties"),
                   check=True, capture_output=True)
    with open(folder / "broker.log", "wb") as log:
        process = subprocess.Popen(java("kafka.Kafka", folder / "server.properties"), stdout=log, stderr=log)
    address = f"127.0.0.1:{port}"
    try:
        wait_for(lambda: subprocess.run([PRODUCE, address, "ready", "0"], input=b"1\n").returncode == 0, 60)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def send(broker, topic, events, partition=0):
    lines = "".join(e if isinstance(e, str) else json.dumps(e) + "\n" for e in events)
    subprocess.run([PRODUCE, broker, topic, str(partition)], input=lines.encode(), check=True)


def stream(broker, topic, lake, *flags, code=0):
    outcome = lakes.run("stream", "--source", f"kafka://{broker}/{topic}", "--lake", lake, "--json", "--quiet", *flags)
    assert outcome.code == code, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def test_messages_of_all_partitions_are_taken_once(broker, tmp_path):
    events = made_events(21)
    random.Random(21).shuffle(events)
    pieces = [events[:100], events[100:150], events[150:]]
    for number, piece in enumerate(pieces):
        send(broker, "plays", piece[::2], 0)
        send(broker, "plays", piece[1::2], 1)
        summary = stream(broker, "plays", tmp_path / "lake", "--once")
        assert summary["events"] == len(piece), number
    assert stream(broker, "plays", tmp_path / "lake", "--once")["batches"] == 0
    assert windows(tmp_path / "lake") == batch_model(events)
    taken = {}
    for row in sorted(table(tmp_path / "lake", "stream_files"), key=lambda row: row["batch"]):
        assert row["first_offset"] == taken.get(row["_file"], 0)
        taken[row["_file"]] = row["end_offset"]
    assert taken == {"kafka:plays/0": 200, "kafka:plays/1": 200}


def test_late_and_bad_messages_have_their_offsets(broker, tmp_path):
    events = made_events(22, count=60)
    newest = max(events, key=lambda e: e["ts"])
    send(broker, "bad", [newest])
    stream(broker, "bad", tmp_path / "lake", "--once", "--watermark", "1m")
    send(broker, "bad", [*events[:10], "nonsense\n", *events[10:]])
    summary = stream(broker, "bad", tmp_path / "lake", "--once", "--watermark", "1m")
    assert (summary["events"], summary["quarantined"]) == (60, 1)
    (bad,) = table(tmp_path / "lake", "quarantine")
    assert (bad["_file"], bad["_offset"], bad["raw"]) == ("kafka:bad/0", 11, "nonsense")
    sent = [newest, *events[:10], None, *events[10:]]
    late = table(tmp_path / "lake", "late_events")
    assert late
    for row in late:
        assert int(row["event_time"].timestamp() * 1000) == sent[row["_offset"]]["ts"]


@pytest.mark.crash
def test_killed_it_takes_up_at_its_own_offsets(broker, tmp_path):
    dice = random.Random(23)
    events = made_events(23, count=2000)
    dice.shuffle(events)
    send(broker, "killed", events[::2], 0)
    send(broker, "killed", events[1::2], 1)
    flags = ["stream", "--source", f"kafka://{broker}/killed", "--lake", tmp_path / "lake", "--quiet"]
    for number in range(int(os.environ.get("CADENZA_KILLS", "20"))):
        process = lakes.start(*flags)
        more = made_events(1000 + number, count=50)
        send(broker, "killed", more, number % 2)
        events += more
        time.sleep(dice.uniform(0.05, 1.2))
        process.kill()
        process.communicate()
    stream(broker, "killed", tmp_path / "lake", "--once")
    assert windows(tmp_path / "lake") == batch_model(events)


def test_what_is_not_there_is_named(broker, tmp_path):
    outcome = lakes.run("stream", "--source", "kafka://nothing", "--lake", tmp_path / "lake", "--once")
    assert outcome.code == 2 and "kafka://nothing" in outcome.err
    outcome = lakes.run("stream", "--source", f"kafka://{broker}/t", "--lake", tmp_path / "lake", "--once", "--kafka",
                        "colour=red")
    assert outcome.code == 2 and "colour" in outcome.err
