"""Sources and lakes on S3, against real servers: moto always, versitygw (strict signatures) where it is built."""

import gzip
import io
import json
import os
import random
import signal
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lake as lakes
import s3_servers as servers
import samples
from fault_proxy import FaultProxy, one_in
from s3_servers import KEY_ID, SECRET

pytestmark = pytest.mark.s3


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    server = servers.start_moto(tmp_path_factory.mktemp("moto"))
    yield server
    server.stop()


@pytest.fixture(scope="session", params=["moto", "gateway"])
def server(request):
    return request.getfixturevalue(request.param)


class Names:
    """Buckets that no other test has."""
    number = 0

    @classmethod
    def next(cls) -> str:
        cls.number += 1
        return f"bucket-{os.getpid()}-{cls.number}"


@pytest.fixture
def bucket(server):
    return server.bucket(Names.next())


def run(env, *args, timeout=120) -> lakes.Outcome:
    """The program's answer, which must not hold the secret, whatever it is."""
    outcome = lakes.run(*args, env=env, timeout=timeout)
    assert SECRET not in outcome.out + outcome.err
    return outcome


def etl(env, lake, songs=(), logs=(), *flags) -> dict:
    outcome = run(env, *lakes.etl_arguments(lake, songs, logs, *flags))
    assert outcome.code == 0, f"exit code {outcome.code}: {outcome.err}{outcome.out}"
    return outcome.json


def query(env, lake, text) -> list[dict]:
    outcome = run(env, "sql", *(["--lake", lake] if lake else []), "--format", "json", text)
    assert outcome.code == 0, outcome.err
    return outcome.json


def assert_equal(server, lake, local, but=()):
    """The lake on S3, as delta-rs reads it, has the rows of a lake on disk."""
    for name in lakes.TABLES:
        if name in lakes.RUN_TABLES or name in but:
            continue
        left, right = lakes.only_in_one(server.arrow(lake, name), lakes.arrow(local, name))
        assert not left and not right, (name, left, right)


class Sources:
    """A sample on S3, and the lakes on disk that it must make."""

    def __init__(self, server, folder):
        self.env, self.sample = server.env(), samples.write(folder / "source", seed=21)
        root = server.bucket(Names.next())
        self.songs = server.upload(self.sample.songs, f"{root}/song_data")
        self.logs = server.upload(self.sample.logs, f"{root}/log_data")
        self.whole = folder / "whole"
        etl(self.env, self.whole, [self.songs], [self.logs])


@pytest.fixture(scope="session")
def sources(server, tmp_path_factory):
    return Sources(server, tmp_path_factory.mktemp("sources"))


def test_a_lake_on_s3_is_the_lake_on_disk(server, sources, bucket):
    lake = f"{bucket}/some/prefix"
    assert etl(sources.env, lake, [sources.songs], [f"{sources.logs}/2018/11/2018-11-01*"])["run"] == 1
    summary = etl(sources.env, lake, [sources.songs], [sources.logs])
    assert summary["run"] == 2
    assert etl(sources.env, lake, [sources.songs], [sources.logs])["status"] == "unchanged"
    assert_equal(server, lake, sources.whole)
    assert [key for key in server.keys(bucket) if "/_cadenza/tickets/" in key or key.endswith("running")] == []


def test_rows_do_not_depend_on_where_the_sources_are(sources, sample_lake, tmp_path):
    etl(sources.env, tmp_path / "lake", [sources.sample.songs], [sources.sample.logs])
    lakes.assert_lakes_equal(sources.whole, tmp_path / "lake", lakes.SILVER)


def test_commands_read_a_lake_on_s3(server, sources, bucket):
    lake, env = f"{bucket}/lake", sources.env
    etl(env, lake, [sources.songs], [sources.logs])
    (row,) = query(env, lake, "SELECT count(*) AS n, count(song_id) AS found FROM songplays")
    (want,) = lakes.select(sources.whole, "SELECT count(*) AS n, count(song_id) AS found FROM songplays")
    assert row == want
    assert len(query(env, lake, "SELECT * FROM songs")) == len(sources.sample.catalogue)
    tables = {row["table"]: row for row in run(env, "tables", "--lake", lake, "--json").json}
    assert tables["songplays"]["rows"] == want["n"]
    assert run(env, "describe", "--lake", lake, "users", "--json").json[0]["column"] == "user_id"
    assert [c["version"] for c in run(env, "history", "--lake", lake, "events", "--json").json] == [0]
    (play,) = query(env, lake, "SELECT songplay_id FROM songplays ORDER BY start_time LIMIT 1")
    line = run(env, "trace", "--lake", lake, "songplays", play["songplay_id"])
    first = min((e for e in sources.sample.events if e["page"] == "NextSong"), key=lambda e: e["ts"])
    assert line.out.strip().encode() == samples.log_line(first)
    assert sources.logs in line.err


def test_the_plain_parquet_form_on_s3(server, sources, bucket):
    lake = f"{bucket}/parquet"
    etl(sources.env, lake, [sources.songs], [f"{sources.logs}/2018/11/2018-11-01*"], "--format", "parquet")
    etl(sources.env, lake, [sources.songs], [sources.logs], "--format", "parquet")
    (row,) = query(sources.env, lake, "SELECT (SELECT count(*) FROM events) AS e, (SELECT count(*) FROM users) AS u")
    (want,) = lakes.select(sources.whole, "SELECT (SELECT count(*) FROM events) AS e, (SELECT count(*) FROM users) AS u")
    assert row == want


def test_forms_of_sources(server, bucket, tmp_path):
    """Named files, prefixes, globs, gzip and zip; junk and empty objects are passed over."""
    lines = [samples.log_line(samples.play(samples.START_MS + i * 1000, session=i)) for i in range(12)]
    server.put(f"{bucket}/logs/a b+ü=%20.json", b"\n".join(lines[:3]))
    server.put(f"{bucket}/logs/deep/er/b.json.gz", gzip.compress(b"\n".join(lines[3:6])))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/c.json", b"\n".join(lines[6:9]))
    server.put(f"{bucket}/logs/c.zip", packed.getvalue())
    server.put(f"{bucket}/logs/__MACOSX/d.json", lines[9])
    server.put(f"{bucket}/logs/_SUCCESS", b"")
    server.put(f"{bucket}/logs/empty.json", b"")
    server.put(f"{bucket}/logs-elsewhere/e.json", lines[10])
    server.put(f"{bucket}/log", lines[11])
    counts = {
        f"{bucket}/logs": 9, f"{bucket}/logs/": 9, f"{bucket}/logs/**": 9, f"{bucket}/log": 1,
        f"{bucket}/logs/deep": 3, f"{bucket}/logs/*.json": 3, f"{bucket}/logs/*/*/b.json.gz": 3,
        f"{bucket}/**/[bc].*": 6, f"{bucket}/logs/a b+ü=%20.json": 3, f"{bucket}/logs/c.zip": 3, f"{bucket}/l*": 10,
    }
    for source, count in counts.items():
        (row,) = query(server.env(), None, f"SELECT count(*) AS n, count(_error) AS bad FROM read_events('{source}')")
        assert (row["n"], row["bad"]) == (count, 0), source
    summary = etl(server.env(), tmp_path / "lake", [], [f"{bucket}/logs"])
    assert summary["events"]["good"] == 9
    names = {row["_file"] for row in lakes.rows(tmp_path / "lake", "events")}
    assert names == {f"{bucket}/logs/a b+ü=%20.json", f"{bucket}/logs/deep/er/b.json.gz", f"{bucket}/logs/c.zip!x/c.json"}
    skipped = {row["_file"]: row["reason"] for row in lakes.rows(tmp_path / "lake", "skipped_files")}
    assert skipped == {
        f"{bucket}/logs/__MACOSX": "junk", f"{bucket}/logs/_SUCCESS": "junk", f"{bucket}/logs/empty.json": "zero bytes",
    }
    missing = run(server.env(), "etl", "--logs", f"{bucket}/nothing", "--out", tmp_path / "other")
    assert missing.code == 1 and f"no files found: {bucket}/nothing" in missing.err


def test_parquet_on_s3_is_read_by_the_engine(server, sources, bucket):
    etl(sources.env, f"{bucket}/lake", [sources.songs], [])
    (row,) = query(sources.env, None, f"SELECT count(*) AS n FROM '{bucket}/lake/bronze/song_records/*.parquet'")
    assert row["n"] == len(sources.sample.catalogue)


def test_tables_of_others_on_s3(server, sources, bucket, tmp_path):
    """A Delta table with a deleted row, and Parquet as Spark leaves it: for sql and as sources."""
    events = sources.sample.events
    table = pa.Table.from_pylist(events)
    deltalake.write_deltalake(tmp_path / "plays", table, partition_by=["level"])
    deltalake.DeltaTable(tmp_path / "plays").delete("sessionId = 1")
    part = io.BytesIO()
    pq.write_table(table.drop_columns("level"), part)
    files = {f"plays/{path.relative_to(tmp_path / 'plays')}": path.read_bytes()
             for path in (tmp_path / "plays").rglob("*") if path.is_file()}
    files |= {"spark/level=free/part-0.parquet": part.getvalue(), "spark/_SUCCESS": b"",
              "spark/_temporary/0/part-1.parquet": part.getvalue()}
    for name, content in files.items():
        server.put(f"{bucket}/data/{name}", content)
    left = sum(event["sessionId"] != 1 for event in events)
    counts = {"plays": left, "plays/": left, "spark": len(events), "spark/": len(events)}
    for name, count in counts.items():
        assert query(sources.env, None, f"SELECT count(*) AS n FROM '{bucket}/data/{name}'") == [{"n": count}]
    assert query(sources.env, None, f"SELECT count(*) AS n FROM '{bucket}/data/plays' AT (VERSION => 0)") == [{"n": len(events)}]
    summary = etl(sources.env, tmp_path / "lake", [sources.songs], [f"{bucket}/data/plays"])
    assert (summary["events"]["good"], summary["events"]["quarantined"]) == (left, 0)
    summary = etl(sources.env, tmp_path / "lake", [], [f"{bucket}/data"])
    assert (summary["events"]["lines"], summary["events"]["quarantined"]) == (len(events), 0), "the Delta table is known"
    for inside in ("level=free", "_delta_log", "_delta_log/00000000000000000000.json"):
        refused = run(sources.env, "etl", "--logs", f"{bucket}/data/plays/{inside}", "--out", tmp_path / "other")
        assert refused.code == 2 and "a part of a Delta table" in refused.err, inside
    (row,) = lakes.rows(tmp_path / "lake", "songplays")[:1]
    traced = run(sources.env, "trace", "--lake", tmp_path / "lake", "songplays", row["songplay_id"])
    assert traced.code == 0, traced.err
    assert json.loads(traced.out)["sessionId"] == row["session_id"], traced


def thousand_songs(server, bucket, folder) -> int:
    made = [samples.song(n, f"Song {n}", f"Singer {n}", 200.5) for n in range(1050)]
    server.upload(samples.write_songs(folder / "songs", made), f"{bucket}/songs")
    return len(made)


@pytest.mark.slow
def test_more_than_a_thousand_keys(gateway, tmp_path):
    """As sources, and as the files of a table."""
    bucket = gateway.bucket(Names.next())
    count = thousand_songs(gateway, bucket, tmp_path)
    assert etl(gateway.env(), f"{bucket}/lake", [f"{bucket}/songs"], [])["files"]["songs"] == count
    assert gateway.arrow(f"{bucket}/lake", "songs").num_rows == count
    assert len(query(gateway.env(), f"{bucket}/lake", "SELECT DISTINCT song_id FROM song_records")) == count


@pytest.mark.slow
def test_more_than_a_thousand_keys_of_moto(moto, tmp_path):
    bucket = moto.bucket(Names.next())
    count = thousand_songs(moto, bucket, tmp_path)
    (row,) = query(moto.env(), None, f"SELECT count(DISTINCT song_id) AS n FROM read_songs('{bucket}/songs')")
    assert row["n"] == count


@pytest.mark.slow
def test_a_large_object_is_read_in_ranges(server, bucket, tmp_path):
    data = samples.many_lines(40_000, session=3)
    assert len(data) > 3 * 4 * 1024 * 1024
    server.put(f"{bucket}/large.json", data)
    summary = etl(server.env(), tmp_path / "lake", [], [f"{bucket}/large.json"])
    assert (summary["events"]["good"], summary["events"]["quarantined"]) == (40_000, 0)


# Who may, and where -------------------------------------------------------------------------


def test_wrong_credentials_are_refused_at_once(gateway):
    bucket = gateway.bucket(Names.next())
    wrong = {"AWS_ACCESS_KEY_ID": "AKIASOMEBODYELSE"}, {"AWS_SECRET_ACCESS_KEY": "wr0ng/" + SECRET[::-1]}
    for change in wrong:
        for command in (["tables", "--lake", f"{bucket}/lake"], ["etl", "--logs", bucket, "--out", f"{bucket}/lake"]):
            started = time.monotonic()
            outcome = run(gateway.env(**change), *command)
            assert outcome.code == 1 and time.monotonic() - started < 3
            assert "S3 refuses GET" in outcome.err and "credentials from the environment" in outcome.err
            assert all(value not in outcome.err for value in change.values())


def test_no_credentials_at_all(moto):
    env = moto.env(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    outcome = run(env, "tables", "--lake", "s3://some-bucket/lake")
    assert outcome.code == 2 and "no credentials for S3" in outcome.err and "AWS_ACCESS_KEY_ID" in outcome.err


def test_missing_bucket(server, sources, tmp_path):
    for command in (
        ["tables", "--lake", "s3://no-such-bucket/lake"],
        ["etl", "--logs", "s3://no-such-bucket/logs", "--out", tmp_path / "lake"],
        ["etl", "--logs", sources.logs, "--out", "s3://no-such-bucket/lake"],
    ):
        outcome = run(server.env(), *command)
        assert outcome.code == 1 and "there is no bucket no-such-bucket" in outcome.err, outcome.err


def test_nobody_listens():
    env = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{servers.free_port()}", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    outcome = run(env, "tables", "--lake", "s3://some-bucket/lake")
    assert outcome.code == 1 and "connect" in outcome.err and env["AWS_ENDPOINT_URL"] in outcome.err


@pytest.mark.parametrize("bad", ["s3://", "s3:///lake", "s3://a/lake", "s3://bu$ket/lake", "s3://key:secret@bucket/lake"])
def test_addresses_that_cannot_be(bad):
    outcome = run({}, "tables", "--lake", bad)
    assert outcome.code == 2 and "secret@" not in outcome.err, outcome.err


def test_flags_settings_and_profile_name_the_credentials(gateway, sample, tmp_path):
    """In the order of their right: flags, environment, settings file, profile. Wrong ones show who won."""
    bucket = gateway.bucket(Names.next())
    etl(gateway.env(), f"{bucket}/lake", [sample.songs], [])
    (tmp_path / "credentials").write_text(
        f"[default]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n"
        f"[right]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"
    )
    (tmp_path / "config").write_text(f"[profile right]\nregion = us-east-1\nendpoint_url = {gateway.endpoint}\n")
    files = {"AWS_SHARED_CREDENTIALS_FILE": tmp_path / "credentials", "AWS_CONFIG_FILE": tmp_path / "config"}
    (tmp_path / "right.toml").write_text(f'access_key_id = "{KEY_ID}"\nsecret_access_key = "{SECRET}"\n')
    (tmp_path / "wrong.toml").write_text('access_key_id = "wrong"\nsecret_access_key = "wrong"\n')
    endpoint = {"AWS_ENDPOINT_URL": gateway.endpoint}
    right = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    wrong = {"AWS_ACCESS_KEY_ID": "wrong", "AWS_SECRET_ACCESS_KEY": "wrong"}
    cases = [
        (files, ["--profile", "right"], 0),  # endpoint and region too
        (files | wrong, ["--profile", "right"], 0),
        (files | {"AWS_PROFILE": "right"}, [], 0),
        (files | endpoint, [], 1),
        (files | endpoint | right, [], 0),
        (files | endpoint, ["--config", tmp_path / "right.toml"], 0),
        (files | endpoint | wrong, ["--config", tmp_path / "right.toml"], 1),
        (files | endpoint | right, ["--config", tmp_path / "wrong.toml"], 0),
        (endpoint | right, ["--access-key-id", "wrong", "--secret-access-key", "wrong"], 1),
        (right, ["--endpoint", gateway.endpoint], 0),
        (right | {"CADENZA_ENDPOINT": gateway.endpoint, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, [], 0),
        (endpoint | {"AWS_PROFILE": "absent"} | files, [], 2),
    ]
    for env, flags, code in cases:
        command = ["sql", "--lake", f"{bucket}/lake", *flags, "SELECT count(*) FROM songs"]
        outcome = run({"HOME": "/nonexistent"} | env, *command)
        assert outcome.code == code, (env.keys(), flags, outcome.err)


class Metadata:
    """The metadata services of AWS: what instances (IMDSv2) and containers ask for credentials."""

    def __init__(self):
        metadata, self.asked = self, []

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                self.reply("a-token" if self.headers["X-aws-ec2-metadata-token-ttl-seconds"] else "")

            def do_GET(self):
                metadata.asked.append(self.path)
                keys = f'{{"AccessKeyId":"{KEY_ID}","SecretAccessKey":"{SECRET}","Expiration":"2199-01-01T00:00:00Z"}}'
                if self.headers["Authorization"] == "for the container":
                    return self.reply(keys)
                if self.headers["X-aws-ec2-metadata-token"] != "a-token":
                    return self.send_error(401)
                self.reply("a-role" if self.path.endswith("/") else keys)

            def reply(self, text):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_metadata_services_give_credentials(gateway, sample):
    bucket, metadata = gateway.bucket(Names.next()), Metadata()
    etl(gateway.env(), f"{bucket}/lake", [sample.songs], [])
    env = {"AWS_ENDPOINT_URL": gateway.endpoint, "HOME": "/nonexistent"}
    instance = env | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url}
    container = env | {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": metadata.url + "/role", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "for the container",
    }
    tables = ["tables", "--lake", f"{bucket}/lake"]
    assert run(instance, *tables).code == 2 and metadata.asked == [], "it is not asked unless told"
    assert run(instance, *tables, "--instance-metadata").code == 0
    assert metadata.asked[-1].endswith("/security-credentials/a-role")
    assert run(container, *tables).code == 0
    elsewhere = run(container | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/role"}, *tables)
    assert elsewhere.code == 2 and "192.0.2.1" in elsewhere.err
    metadata.server.shutdown()


def test_session_token_is_sent_and_signed(moto, sample):
    bucket, seen = moto.bucket(Names.next()), []

    def look(method, path, headers):
        signed = headers.get("Authorization", "").partition("SignedHeaders=")[2].partition(",")[0].split(";")
        seen.append((headers.get("x-amz-security-token"), "x-amz-security-token" in signed))

    with FaultProxy(moto.endpoint, look) as proxy:
        env = moto.env(AWS_ENDPOINT_URL=proxy.endpoint, AWS_SESSION_TOKEN="a-long/token==")
        etl(env, f"{bucket}/lake", [sample.songs], [])
        assert query(env, f"{bucket}/lake", "SELECT count(*) AS n FROM songs")[0]["n"] == len(sample.catalogue)
    assert set(seen) == {("a-long/token==", True)}


def test_url_styles(gateway, sample):
    bucket = gateway.bucket(Names.next())
    etl(gateway.env(), f"{bucket}/lake", [sample.songs], [], "--url-style", "path")
    local = gateway.endpoint.replace("127.0.0.1", "localhost")
    env = gateway.env(AWS_ENDPOINT_URL=local)
    for style in ("path", "virtual"):
        outcome = run(env, "tables", "--lake", f"{bucket}/lake", "--url-style", style, "--json")
        assert outcome.code == 0 and outcome.json, (style, outcome.err)


def test_dl_cfg_in_mode_s3(gateway, sample, tmp_path):
    bucket = gateway.bucket(Names.next())
    gateway.upload(sample.songs, f"{bucket}/song_data")
    gateway.upload(sample.logs, f"{bucket}/log_data")
    (tmp_path / "dl.cfg").write_text(
        f"[AWS]\nAWS_ACCESS_KEY_ID='{KEY_ID}'\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
        f"S3_BUCKET={bucket.removeprefix('s3://')}\n[PROJECT]\nMODE=S3\n"
    )
    env = {"AWS_ENDPOINT_URL": gateway.endpoint, "HOME": "/nonexistent"}
    outcome = run(env, "etl", "--config", tmp_path / "dl.cfg", "--out", f"{bucket}/lake", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["files"]["songs"] == len(sample.catalogue)
    assert gateway.arrow(f"{bucket}/lake", "events").num_rows == len(sample.events)


# Faults -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def moto_sources(moto, tmp_path_factory):
    return Sources(moto, tmp_path_factory.mktemp("moto_sources"))


def commits(server, lake) -> dict:
    return {name: server.delta(lake, name).version() for name in lakes.TABLES}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_five_percent_of_requests_fail(moto, moto_sources, seed):
    """500, 503, cut connections, half answers, delays and lost answers: the same tables, each committed once."""
    bucket, sources = moto.bucket(Names.next()), moto_sources
    with FaultProxy(moto.endpoint, one_in(20, seed)) as proxy:
        env = moto.env(AWS_ENDPOINT_URL=proxy.endpoint)
        etl(env, f"{bucket}/lake", [sources.songs], [f"{sources.logs}/2018/11/2018-11-01*"])
        etl(env, f"{bucket}/lake", [sources.songs], [sources.logs])
        (row,) = query(env, f"{bucket}/lake", "SELECT count(*) AS n FROM events")
        assert sum(proxy.faults.values()) >= 8 and len(proxy.faults) >= 4, proxy.faults
    assert row["n"] == len(sources.sample.events)
    assert_equal(moto, f"{bucket}/lake", sources.whole)
    etl(moto.env(), f"{bucket}/clean", [sources.songs], [f"{sources.logs}/2018/11/2018-11-01*"])
    etl(moto.env(), f"{bucket}/clean", [sources.songs], [sources.logs])
    assert commits(moto, f"{bucket}/lake") == commits(moto, f"{bucket}/clean")


def test_lost_answers_of_commits_are_no_conflicts(moto, moto_sources):
    """Each commit, ticket and manifest is stored, its answer never comes, and the next try finds it there."""
    bucket, seen = moto.bucket(Names.next()), set()

    def lose_the_first(method, path, headers):
        conditional = method == "PUT" and headers.get("If-None-Match") == "*" and headers.get("Content-Length") != "2"
        if not conditional or path in seen:
            return None
        seen.add(path)
        return "lost"

    with FaultProxy(moto.endpoint, lose_the_first) as proxy:
        etl(moto.env(AWS_ENDPOINT_URL=proxy.endpoint), f"{bucket}/lake", [moto_sources.songs], [moto_sources.logs])
    assert len([path for path in seen if "_delta_log" in path]) == len(lakes.TABLES)
    assert any("_cadenza/runs/" in path for path in seen) and any("_cadenza/tickets/" in path for path in seen)
    assert set(commits(moto, f"{bucket}/lake").values()) == {0}
    assert_equal(moto, f"{bucket}/lake", moto_sources.whole)


@pytest.mark.slow
def test_a_server_that_stays_down_ends_the_run(moto, moto_sources):
    bucket = moto.bucket(Names.next())
    with FaultProxy(moto.endpoint, lambda method, path, headers: "503" if "silver/users" in path else None) as proxy:
        env = moto.env(AWS_ENDPOINT_URL=proxy.endpoint)
        started = time.monotonic()
        outcome = run(env, *lakes.etl_arguments(f"{bucket}/lake", [moto_sources.songs], [moto_sources.logs]))
        assert outcome.code == 1 and "503" in outcome.err and "10 times" in outcome.err, outcome.err
        assert time.monotonic() - started > 1, "no back-off"
    etl(moto.env(), f"{bucket}/lake", [moto_sources.songs], [moto_sources.logs])
    assert_equal(moto, f"{bucket}/lake", moto_sources.whole)


def test_a_server_without_conditional_writes_is_refused(moto, sample):
    bucket = moto.bucket(Names.next())
    with FaultProxy(moto.endpoint, lambda method, path, headers: "unconditional") as proxy:
        outcome = run(moto.env(AWS_ENDPOINT_URL=proxy.endpoint), *lakes.etl_arguments(f"{bucket}/lake", [sample.songs], []))
    assert outcome.code == 1 and "If-None-Match" in outcome.err
    assert [key for key in moto.keys(bucket) if "_delta_log" in key] == []


def test_ctrl_c_while_waiting_for_the_server(moto, sample):
    bucket = moto.bucket(Names.next())
    with FaultProxy(moto.endpoint, lambda method, path, headers: "503" if "_delta_log" in path else None) as proxy:
        process = lakes.start(*lakes.etl_arguments(f"{bucket}/lake", [sample.songs], []),
                              env=moto.env(AWS_ENDPOINT_URL=proxy.endpoint))
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        outcome = lakes.finish(process, timeout=5)
    assert outcome.code == 130, outcome.err


# Kills and many writers ---------------------------------------------------------------------


def kill_runs(server, sources, lake, moments):
    for moment in moments:
        process = lakes.start(*lakes.etl_arguments(lake, [sources.songs], [sources.logs]), env=sources.env)
        time.sleep(moment)
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_killed_runs_are_undone_and_completed(moto, moto_sources, tmp_path):
    bucket, sources = moto.bucket(Names.next()), moto_sources
    started = time.monotonic()
    etl(sources.env, f"{bucket}/first", [sources.songs], [sources.logs])
    seconds = time.monotonic() - started
    dice = random.Random(7)
    kill_runs(moto, sources, f"{bucket}/lake", [seconds * dice.uniform(0.1, 1) for _ in range(8)])
    etl(sources.env, f"{bucket}/lake", [sources.songs], [sources.logs])
    assert_equal(moto, f"{bucket}/lake", sources.whole)
    listed = {f"{lakes.TABLES[name]}/{name}/{path}" for name in lakes.TABLES
              for path in moto.delta(f"{bucket}/lake", name).to_pyarrow_dataset().files}
    data = {key.removeprefix("lake/") for key in moto.keys(f"{bucket}/lake/") if key.endswith(".parquet")}
    assert {key for key in data if "_delta_log" not in key} == listed, "files that nobody refers to"
    assert [key for key in moto.keys(f"{bucket}/lake/") if "/tickets/" in key] == []


def start_writers(server, lake, sources, files):
    for file, folder in files:
        yield lakes.start(*lakes.etl_arguments(lake, [sources.songs], [file]), env=server.env(TMPDIR=folder))


@pytest.mark.slow
@pytest.mark.parametrize("machines", [1, 4])
def test_writers_at_once_on_s3_end_as_one(moto, moto_sources, tmp_path, machines):
    """A temporary folder of its own makes a process a machine of its own: then the tickets alone order them."""
    bucket, sources = moto.bucket(Names.next()), moto_sources
    folders = [tmp_path / str(number) for number in range(machines)]
    for folder in folders:
        folder.mkdir()
    keys = moto.keys(sources.logs)
    files = [(f"s3://{sources.logs.split('/')[2]}/{key}", folders[n % machines]) for n, key in enumerate(keys)]
    writers = list(start_writers(moto, f"{bucket}/lake", sources, files))
    outcomes = [lakes.finish(process) for process in writers]
    assert [outcome.err for outcome in outcomes if outcome.code != 0] == []
    assert sorted(outcome.json["run"] for outcome in outcomes) == list(range(1, len(files) + 1))
    assert_equal(moto, f"{bucket}/lake", sources.whole)


@pytest.mark.slow
def test_no_wait_says_that_another_run_writes(moto, moto_sources, tmp_path):
    bucket, sources = moto.bucket(Names.next()), moto_sources
    with FaultProxy(moto.endpoint, lambda method, path, headers: "delay" if method == "PUT" else None) as proxy:
        slow = lakes.start(*lakes.etl_arguments(f"{bucket}/lake", [sources.songs], [sources.logs]),
                           env=moto.env(AWS_ENDPOINT_URL=proxy.endpoint))
        while not any("/tickets/" in key for key in moto.keys(bucket)):
            time.sleep(0.02)
        arguments = lakes.etl_arguments(f"{bucket}/lake", [sources.songs], [sources.logs], "--no-wait")
        held = run(sources.env, *arguments)
        elsewhere = run(sources.env | {"TMPDIR": tmp_path}, *arguments)
        for outcome in (held, elsewhere):
            assert outcome.code == 1 and "another run is writing" in outcome.err
        assert lakes.finish(slow).code == 0
