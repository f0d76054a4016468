"""Lakes on S3 over https, and the certificates against which the server is checked."""

import pytest

import lake as lakes
import s3_servers as servers

pytestmark = pytest.mark.s3


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    server, certificate = servers.start_moto_with_https(tmp_path_factory.mktemp("https"))
    yield server, certificate
    server.stop()


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_lake_over_https(certified, sample, sample_lake, variable):
    """Our own client writes, and the engine reads with its own."""
    server, certificate = certified
    root = server.bucket(f"lake-{variable.replace('_', '-').lower()}")
    logs = server.upload(sample.logs, f"{root}/log_data")
    env = server.env(**{variable: str(certificate)})
    lakes.etl(f"{root}/lake", [sample.songs], [logs], env=env)
    text = "SELECT count(*) AS n FROM events WHERE page = 'NextSong'"
    outcome = lakes.run("sql", "--lake", f"{root}/lake", "--format", "json", text, env=env)
    assert outcome.code == 0, outcome.err
    assert outcome.json == lakes.select(sample_lake, text)


def test_a_certificate_that_nobody_knows_is_refused_at_once(certified):
    server, _ = certified
    bucket = server.bucket("refused")
    outcome = lakes.run("tables", "--lake", f"{bucket}/lake", env=server.env(), timeout=20)
    assert outcome.code == 1
    assert "certificate" in outcome.err and "AWS_CA_BUNDLE names another file" in outcome.err


def test_a_bundle_that_is_not_there_is_named(certified):
    server, _ = certified
    outcome = lakes.run("tables", "--lake", "s3://some/lake", env=server.env(AWS_CA_BUNDLE="/no/such.pem"), timeout=20)
    assert outcome.code == 1 and "/no/such.pem" in outcome.err
