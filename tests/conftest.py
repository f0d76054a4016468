import os
from pathlib import Path

import pytest

import engagement_source
import lake as lakes
import s3_servers
import samples
from postgres import Oracle, Wire


@pytest.fixture(scope="session", autouse=True)
def program():
    path = lakes.program()
    if not os.access(path, os.X_OK):
        pytest.exit(f"no program to test: build it or set CADENZA: {path}", returncode=3)
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    beside = lakes.REPO.parent / "shared" / "data"
    folder = Path(os.environ.get("CADENZA_SHARED_DATA", beside))
    if not (folder / "log_data").is_dir():
        pytest.skip(f"shared data is absent (set CADENZA_SHARED_DATA): {folder}")
    return folder


@pytest.fixture(scope="session")
def real_run(shared_data, tmp_path_factory):
    """The lake of the 30 days and 71 songs, and the summary of the run that made it."""
    lake = tmp_path_factory.mktemp("real") / "lake"
    summary = lakes.etl(lake, [shared_data / "song_data"], [shared_data / "log_data"])
    return lake, summary


@pytest.fixture(scope="session")
def real_lake(real_run):
    return real_run[0]


@pytest.fixture(scope="session")
def catalogue_lake(shared_data, tmp_path_factory):
    """The same 30 days against the catalogue of 10,000 songs."""
    lake = tmp_path_factory.mktemp("catalogue") / "lake"
    lakes.etl(lake, [shared_data / "song_data_10k"], [shared_data / "log_data"])
    return lake


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> samples.Sample:
    """Generated songs and logs on disk. Read only: a test that changes files makes its own."""
    return samples.write(tmp_path_factory.mktemp("sample"), seed=1)


@pytest.fixture(scope="session")
def sample_lake(sample, tmp_path_factory):
    """Read only as well."""
    lake = tmp_path_factory.mktemp("sample_lake") / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    return lake


@pytest.fixture(scope="session")
def wire(sample_lake):
    """A server for PostgreSQL's clients over it."""
    server = Wire(sample_lake)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def oracle(wire):
    """A PostgreSQL 15 with the same rows."""
    postgres = Oracle.beside(wire)
    yield postgres
    postgres.stop()


@pytest.fixture(scope="session")
def ports(wire, oracle):
    return wire.port, oracle.port


@pytest.fixture(scope="session")
def engagement_lake(tmp_path_factory):
    """A generated engagement source, with its KPIs. Read only as well."""
    folder = tmp_path_factory.mktemp("engagement")
    engagement_source.write(folder / "source", engagement_source.generate(1))
    engagement_source.kpi(folder / "lake", source=folder / "source")
    return folder / "lake"


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    """An S3 server that checks signatures, those of addresses too."""
    if not s3_servers.gateway_path():
        pytest.skip("no versitygw (./dev s3 builds it, with Go 1.25 or later)")
    server = s3_servers.start_gateway(tmp_path_factory.mktemp("versitygw"))
    yield server
    server.stop()
