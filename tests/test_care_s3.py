"""optimize, vacuum, forget and kpi on lakes and sources on S3: they end as on disk."""

import json

import pytest

import engagement_source as engagement
import lake as lakes
import samples
from engagement_source import kpi
from fault_proxy import FaultProxy, one_in
from test_care import CARE
from test_forget import files_that_say, of_user
from test_s3 import Names, assert_equal, bucket, etl, moto, query, run, server  # noqa: F401 (fixtures)

pytestmark = pytest.mark.s3
NOW = ["--retain", "0h", "--allow-short-retention"]


class Sliced:
    """Each log in a run of its own, on S3 and on disk, with a listener whose name nobody else has."""

    def __init__(self, server, bucket, folder):
        sample = samples.write(folder / "source", seed=23)
        for path in sorted(sample.logs.rglob("*.json")):
            records = [json.loads(line) for line in path.read_text().splitlines()]
            path.write_bytes(samples.log_bytes([r | of_user(3) if r["userId"] == "3" else r for r in records]))
        self.env, self.songs, self.logs = server.env(), sample.songs, sample.logs
        self.there, self.here = f"{bucket}/some/lake", folder / "lake"
        for log in sorted(sample.logs.rglob("*.json"))[:4]:
            for lake in (self.there, self.here):
                etl(self.env, lake, [sample.songs], [log])

    def care(self, command, lake, *flags, env=None) -> dict:
        outcome = run(env or self.env, command, "--lake", lake, *CARE, *flags)
        assert outcome.code == 0, outcome.err
        return outcome.json

    def both(self, command, *flags) -> dict:
        """The summary on S3, whose figures are those on disk."""
        there, here = (self.care(command, lake, *flags) for lake in (self.there, self.here))
        assert figures(there) == figures(here)
        return there


def figures(summary) -> dict:
    """What is counted in rows and files; bytes differ with the names of the sources."""
    return {name: {key: value for key, value in table.items() if key.startswith(("rows", "files_"))}
            for name, table in summary["tables"].items()}


@pytest.fixture
def sliced(server, bucket, tmp_path):  # noqa: F811
    return Sliced(server, bucket, tmp_path)


def data_keys(server, lake) -> set:  # noqa: F811
    keys = [key for key in server.keys(lake) if key.endswith(".parquet")]
    return {key for key in keys if "/_delta_log/" not in key and "/maintenance/" not in key}


def test_optimize_and_vacuum(server, sliced):  # noqa: F811
    planned = sliced.care("optimize", sliced.there, "--dry-run")
    done = sliced.both("optimize")
    assert figures(done).keys() == figures(planned).keys()
    assert done["tables"]["songplays"]["files_before"] > done["tables"]["songplays"]["files_after"] == 1
    assert_equal(server, sliced.there, sliced.here)
    assert len(server.delta(sliced.there, "songplays").file_uris()) == 1
    assert sliced.care("optimize", sliced.there)["run"] == 0
    sliced.both("optimize", "--cluster", "songplays=user_id")
    assert_equal(server, sliced.there, sliced.here)

    server.put(f"{sliced.there}/silver/songplays/stray.parquet", b"x")
    before = data_keys(server, sliced.there)
    assert sliced.care("vacuum", sliced.there)["tables"]["songplays"]["files_deleted"] == 0
    assert data_keys(server, sliced.there) == before
    gone = sliced.care("vacuum", sliced.there, *NOW)
    live = sum(len(server.delta(sliced.there, name).file_uris()) for name in lakes.TABLES)
    assert len(data_keys(server, sliced.there)) == live
    assert sum(table["files_deleted"] for table in gone["tables"].values()) == len(before) - live > 1
    assert_equal(server, sliced.there, sliced.here)
    late = run(sliced.env, "sql", "--lake", sliced.there, "SELECT count(*) FROM songplays AT (VERSION => 1)")
    assert late.code == 1 and "cannot be read any more" in late.err


def test_forget(server, sliced, tmp_path):  # noqa: F811
    done = sliced.both("forget", "--user", "3")
    assert done["tables"]["users"]["rows_removed"] == 1
    assert_equal(server, sliced.there, sliced.here, but=("ledger",))
    sliced.care("vacuum", sliced.there, *NOW)
    for key in server.keys(sliced.there):
        path = tmp_path / "copy" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        server.client.download_file(sliced.there.split("/")[2], key, str(path))
    assert len(list((tmp_path / "copy").rglob("*.parquet"))) >= len(lakes.TABLES)
    assert files_that_say(tmp_path / "copy", "Quillfeather") == []
    for lake in (sliced.there, sliced.here):
        etl(sliced.env, lake, [sliced.songs], [sliced.logs])
    assert query(sliced.env, sliced.there, "SELECT count(*) AS n FROM users WHERE user_id = '3'") == [{"n": 0}]
    assert_equal(server, sliced.there, sliced.here, but=("ledger",))


def test_rectify(server, sliced):  # noqa: F811
    done = sliced.both("rectify", "--user", "3", "--set", "last_name=Quill")
    assert done["tables"]["users"]["rows_changed"] == 1
    for flags in ([], ["--full-refresh"]):
        assert_equal(server, sliced.there, sliced.here, but=("ledger",))
        assert query(sliced.env, sliced.there, "SELECT last_name FROM users WHERE user_id = '3'") == [{"last_name": "Quill"}]
        for lake in (sliced.there, sliced.here):
            etl(sliced.env, lake, [sliced.songs], [sliced.logs], *flags)


def test_care_where_one_request_in_fifteen_fails(moto, tmp_path):  # noqa: F811
    sliced = Sliced(moto, moto.bucket(Names.next()), tmp_path)
    with FaultProxy(moto.endpoint, one_in(15, seed=5)) as proxy:
        env = moto.env(AWS_ENDPOINT_URL=proxy.endpoint)
        for command, *flags in (("optimize",), ("forget", "--user", "3"), ("vacuum", *NOW)):
            sliced.care(command, sliced.there, *flags, env=env)
            sliced.care(command, sliced.here, *flags)
        assert sum(proxy.faults.values()) > 0
    assert_equal(moto, sliced.there, sliced.here, but=("ledger",))


@pytest.fixture(scope="module")
def source():
    return engagement.generate(seed=5)


def gold_rows(lake, env) -> dict:
    """Of every table that kpi makes from the generated source."""
    names = ("kpi_summary", "kpi_trend", "customer_engagement", "active_listeners", "lifecycle", "retention",
             "subscription_changes", "engagement_by_segment")
    return {name: sorted(map(str, query(env, lake, f"SELECT * FROM {name}"))) for name in names}


@pytest.mark.parametrize("ending, form, parts", [
    ("parquet", "timestamp", 1), ("csv.gz", "text", 1), ("json", "ms", 1), ("csv", "us", 3),
])
def test_kpis_of_files_on_s3(server, bucket, source, ending, form, parts, tmp_path):  # noqa: F811
    engagement.write(tmp_path / "source", source, ending, form, parts)
    server.put(f"{bucket}/source/_SUCCESS", b"")
    server.put(f"{bucket}/source/notes.txt", b"no table")
    uri = server.upload(tmp_path / "source", f"{bucket}/source")
    there = kpi(f"{bucket}/lake", source=uri, env=server.env())
    here = kpi(tmp_path / "lake", source=tmp_path / "source")
    assert engagement.values(there) == engagement.values(here)
    assert gold_rows(f"{bucket}/lake", server.env()) == gold_rows(tmp_path / "lake", server.env())
    assert kpi(f"{bucket}/lake", source=uri, env=server.env())["kpis"] == there["kpis"]


def test_tables_named_one_by_one_on_s3(server, bucket, source, tmp_path):  # noqa: F811
    engagement.write(tmp_path / "source", source, "csv", "text", 2)
    server.upload(tmp_path / "source", f"{bucket}/crm")
    named = ["--table", f"sessions={bucket}/crm/sessions/*.csv", "--table", f"customers={bucket}/crm/customers",
             "--table", f"subscriptions={bucket}/crm/subscriptions/part-00000.csv",
             "--table", f"subscriptions={bucket}/crm/subscriptions/part-00001.csv"]
    there = kpi(tmp_path / "lake", *named, env=server.env())
    assert engagement.values(there) == engagement.values(kpi(tmp_path / "other", source=tmp_path / "source"))


def test_kpis_of_the_lakes_own_events_on_s3(server, sliced):  # noqa: F811
    there = kpi(sliced.there, "--engaged-sessions", "2", env=sliced.env)
    here = kpi(sliced.here, "--engaged-sessions", "2")
    assert engagement.values(there) == engagement.values(here)
    assert gold_rows(sliced.there, sliced.env) == gold_rows(sliced.here, sliced.env)


def test_a_source_that_is_not_there_is_named(server, bucket, tmp_path):  # noqa: F811
    for flags, said in ((["--source", f"{bucket}/nothing"], "no such folder"),
                        (["--table", f"sessions={bucket}/none.csv"], "none.csv"),
                        (["--table", f"sessions={bucket}/x*.csv"], "x*.csv")):
        outcome = run(server.env(), "kpi", *flags, "--lake", tmp_path / "lake")
        assert outcome.code == 1 and said in outcome.err, outcome.err
