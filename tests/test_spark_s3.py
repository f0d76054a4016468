"""The cluster of ./dev spark up with sources and lakes on S3, through Hadoop's s3a: as on disk, and in turn with the embedded engine."""

import os

import pytest

import lake as lakes
import samples
from s3_servers import gateway_path, start_gateway, start_moto
from test_s3 import assert_equal, etl, query, run

pytestmark = pytest.mark.spark
ON_SPARK = ("--engine", "spark", "--spark", f"sc://127.0.0.1:{os.environ.get('CADENZA_SPARK_CONNECT_PORT', '25002')}")
# The cluster is told of this port and of the keys when it starts.
PORT = int(os.environ.get("CADENZA_SPARK_S3_PORT", "25003"))


class Music:
    """A sample on S3, and its lake there, which both engines wrote in turn."""

    def __init__(self, server, folder):
        self.server, self.env = server, server.env()
        sample = samples.write(folder / "source", seed=29)
        bucket = server.bucket("music")
        self.songs = server.upload(sample.songs, f"{bucket}/song_data")
        self.logs = server.upload(sample.logs, f"{bucket}/log_data")
        self.lake = f"{bucket}/some/lake"
        days = sorted(f"s3://music/{key}" for key in server.keys(self.logs))
        assert len(days) >= 4
        for number, flags in enumerate([ON_SPARK, (), ON_SPARK]):
            read = etl(self.env, self.lake, [self.songs], days[number::3], *flags)
            assert read["run"] == number + 1


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    folder = tmp_path_factory.mktemp("s3")
    server = start_gateway(folder, PORT) if gateway_path() else start_moto(folder, PORT)
    yield Music(server, folder)
    server.stop()


@pytest.mark.slow  # 50 s; on disk test_spark_kpi has the two in turn
def test_both_engines_in_turn_make_the_lake_that_one_makes_on_disk(music, tmp_path):
    etl(music.env, tmp_path / "lake", [music.songs], [music.logs])
    assert_equal(music.server, music.lake, tmp_path / "lake")
    assert etl(music.env, music.lake, [music.songs], [music.logs], *ON_SPARK)["run"] == 3
    assert not music.server.keys(f"{music.lake}/_cadenza/cluster")


def test_a_query_there_reads_the_lake(music):
    plays = "select level, count(*) as plays from songplays group by level order by level"
    outcome = run(music.env, "sql", "--lake", music.lake, *ON_SPARK, "--format", "json", plays)
    assert outcome.code == 0, outcome.err
    assert outcome.json == query(music.env, music.lake, plays) and outcome.json[0]["plays"] > 0


def test_kpis_of_the_lake(music, tmp_path):
    etl(music.env, tmp_path / "lake", [music.songs], [music.logs])
    for lake, flags in ((music.lake, ON_SPARK), (tmp_path / "lake", ())):
        outcome = run(music.env, "kpi", "--lake", lake, "--only", "kpi_summary", *flags)
        assert outcome.code == 0, outcome.err
    summary = "select * from kpi_summary order by metric"
    assert query(music.env, music.lake, summary) == query(music.env, tmp_path / "lake", summary) != []


def test_a_stream_reads_and_writes_there(music, tmp_path):
    window = "select * from events_5m order by all"
    for lake, flags in ((f"{music.lake}-live", ON_SPARK), (tmp_path / "lake", ("--late", "drop", "--no-flush"))):
        outcome = run(music.env, "stream", "--source", music.logs, "--lake", lake, "--once", *flags, timeout=240)
        assert outcome.code == 0, outcome.err
    assert query(music.env, f"{music.lake}-live", window) == query(music.env, tmp_path / "lake", window) != []


def test_auto_counts_objects(music):
    """Their sizes are those of the listing."""
    music.server.put("s3://music/engagement/customers.csv", b"customer_id\n" + b"1234567\n" * 10_000_000)
    outcome = run(music.env, "kpi", "--source", "s3://music/engagement", "--lake", f"{music.lake}-auto", "--engine", "auto", *ON_SPARK[2:])
    assert "engine: embedded, because the sources are about 0.1 GB unpacked" in outcome.err, outcome.err
