"""cadenza simulate writes to S3 what it writes to a folder."""

import pytest

import lake as lakes
import s3_servers as servers
from simulation import hashes, simulate

pytestmark = pytest.mark.s3
FLAGS = ["--users", 60, "--days", 3, "--songs", 75, "--malformed", "1%"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = servers.start_moto(tmp_path_factory.mktemp("moto"))
    yield started
    started.stop()


def contents(server, uri, folder) -> dict:
    """The hashes of a bucket's objects, brought into a folder."""
    bucket = uri.removeprefix("s3://")
    for key in server.keys(uri):
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        server.client.download_file(bucket, key, str(folder / key))
    return hashes(folder)


def test_a_bucket_gets_what_a_folder_gets(server, tmp_path):
    uri = server.bucket("simulated")
    simulate("--out", f"{uri}/raw", "--truth", f"{uri}/truth", "--engagement", f"{uri}/source", *FLAGS, env=server.env())
    here = tmp_path / "here"
    simulate("--out", here / "raw", "--truth", here / "truth", "--engagement", here / "source", *FLAGS)
    assert contents(server, uri, tmp_path / "there") == hashes(here)
    again = lakes.run("simulate", "--out", f"{uri}/raw", *FLAGS, env=server.env())
    assert again.code == 2 and "give a new folder" in again.err


def test_etl_reads_it_from_the_bucket(server, tmp_path):
    uri = server.bucket("simulated-for-etl")
    summary = simulate("--out", uri, *FLAGS, env=server.env())
    lakes.etl(tmp_path, [f"{uri}/song_data"], [f"{uri}/log_data"], env=server.env())
    (row,) = lakes.select(tmp_path, "select sum(good_lines)::bigint as n from ledger where source = 'logs'")
    assert row["n"] == summary["good_lines"] > 0


@pytest.mark.parametrize("flags", [["--gz"], ["--songs-a-file", 20, "--file-every", "6h"], ["--pace", 200_000]],
                         ids=["gz", "few files", "at a pace"])
def test_other_forms_are_the_same_too(server, flags, tmp_path):
    uri = server.bucket("forms-" + flags[0].strip("-"))
    simulate("--out", uri, *FLAGS, *flags, env=server.env())
    simulate("--out", tmp_path / "here", *FLAGS, *flags)
    assert contents(server, uri, tmp_path / "there") == hashes(tmp_path / "here")


def test_a_missing_bucket_is_named(server):
    outcome = lakes.run("simulate", "--out", "s3://no-such-bucket/raw", *FLAGS, env=server.env())
    assert outcome.code == 1 and "no-such-bucket" in outcome.err
