"""`cadenza sql --engine spark` and the Spark Connect client on the real cluster of ./dev spark up."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import time

import pytest

import lake as lakes
import spark_server

pytestmark = pytest.mark.spark
PORT = int(os.environ.get("CADENZA_SPARK_CONNECT_PORT", "25002"))
ADDRESS = f"sc://127.0.0.1:{PORT}"
ON_SPARK = ("--engine", "spark", "--spark", ADDRESS)
PYTHON = lakes.REPO / ".venv-spark" / "bin" / "python"
JUDGES = lakes.REPO / "tests" / "judges"


def sql(*arguments, address=ADDRESS, **options):
    return lakes.run("sql", "--engine", "spark", "--spark", address, *arguments, **options)


def rows(*arguments, **options) -> list[dict]:
    outcome = sql("--format", "json", *arguments, **options)
    assert outcome.code == 0, outcome.err
    return outcome.json


def live_test(address, folder, filter):
    program = lakes.REPO / "build" / "src" / "spark" / "spark_live_test"
    ran = subprocess.run([program, f"--gtest_filter={filter}", address, folder], capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0 and "[  PASSED  ]" in ran.stdout, ran.stdout + ran.stderr


class Cutter:
    """The proxy of judges/spark_cutter.py; after the block `did` says what it did."""

    def __init__(self, mode, *arguments, port=PORT):
        self.command = [PYTHON, JUDGES / "spark_cutter.py", str(port), mode, *arguments]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = f"sc://127.0.0.1:{int(self.process.stdout.readline())}"
        return self

    def __exit__(self, *_):
        out, _ = self.process.communicate("", timeout=20)
        self.did = json.loads(out)


def test_select_one_in_every_format():
    assert sql("select 1 as one").out.split() == ["one", "───", "1"]
    assert rows("select 1 as one") == [{"one": 1}]
    assert sql("--format", "csv", "select 1 as one, null as none").out == "one,none\n1,\n"
    assert sql("--format", "parquet", "select 1").out.startswith("PAR1")
    assert rows("select 1 as one where false") == []
    table = lakes.arrow_of(*ON_SPARK, "select id, concat('user-', id) as word, if(id % 2 = 0, null, id) as odd from range(30000)").sort_by("id")
    assert table.to_pylist()[::9999] == [{"id": i, "word": f"user-{i}", "odd": i if i % 2 else None} for i in range(0, 30000, 9999)]
    assert (table.num_rows, lakes.arrow_of(*ON_SPARK, "select 1 as one where false").schema.names) == (30000, ["one"])


def test_values_of_every_type():
    select = """select cast(1 as tinyint) a, cast(-2 as smallint) b, 3 c, 4000000000 d, cast(1.5 as float) e, double('-0.25') f,
        cast('12.30' as decimal(9,2)) g, cast('-1234567890123456789012345678.9' as decimal(38,1)) h, 'héé' i, true j,
        date'2018-11-01' k, timestamp'2018-11-01 21:01:46.796001' l, timestamp_ntz'2018-11-01 21:01:46' m,
        array(1, null, 3) n, named_struct('x', 1, 'y', 'z') o, map('k', 1.5D) p, cast(null as string) q, null r,
        unhex('ff00') s, interval '1' day t"""
    assert rows(select) == [{
        "a": 1, "b": -2, "c": 3, "d": 4000000000, "e": 1.5, "f": -0.25, "g": 12.3, "h": -1.2345678901234568e27, "i": "héé",
        "j": True, "k": "2018-11-01", "l": "2018-11-01 21:01:46.796001+00", "m": "2018-11-01 21:01:46", "n": [1, None, 3],
        "o": {"x": 1, "y": "z"}, "p": {"k": 1.5}, "q": None, "r": None, "s": "\\xFF\\x00", "t": "24:00:00"}]


def test_many_rows_in_order():
    out = sql("--format", "csv", "select id, id % 7 = 0 as seventh, if(id % 3 = 0, null, concat('t', id)) as text "
              "from range(300000) order by id").out
    lines = list(csv.reader(io.StringIO(out)))
    assert lines[0] == ["id", "seventh", "text"] and len(lines) == 300001
    for number, line in enumerate(lines[1:]):
        assert line == [str(number), str(number % 7 == 0).lower(), "" if number % 3 == 0 else f"t{number}"]


def test_tables_of_the_lake(sample_lake):
    query = "select level, count(*) as plays from songplays group by level order by level"
    assert rows("--lake", sample_lake, query) == lakes.query(sample_lake, query)
    query = "select count(*) as n from silver.users u join silver.songplays p on u.user_id = p.user_id"
    assert rows("--lake", sample_lake, query) == lakes.query(sample_lake, query)
    views = {row["viewName"] for row in rows("--lake", sample_lake, "show views")}
    assert {"songplays", "users", "ledger"} <= views


def test_a_table_as_it_was(sample, tmp_path):
    lake = tmp_path / "lake"
    logs = sorted(path for path in sample.logs.rglob("*") if path.is_file())
    lakes.etl(lake, [sample.songs], logs[:1])
    before = lakes.query(lake, "select count(*) as n from events")
    lakes.etl(lake, [sample.songs], logs)
    now = lakes.query(lake, "select count(*) as n from events")
    assert before != now
    assert rows("--lake", lake, "select count(*) as n from events at (version => 0)") == before
    assert rows("--lake", lake, "select count(*) as n from events") == now


def test_a_lake_of_parquet_is_refused(sample, tmp_path):
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs], "--format", "parquet")
    outcome = sql("--lake", tmp_path / "lake", "select count(*) from songplays")
    assert outcome.code == 2 and "Parquet" in outcome.err


def test_a_lake_that_the_cluster_cannot_see(sample_lake, tmp_path):
    """The program runs where another folder is mounted over the lake's path, as on another machine."""
    hidden = tmp_path / "seen_here_only"
    hidden.mkdir()
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        shutil.copytree(sample_lake, hidden, dirs_exist_ok=True)
        shutil.rmtree(hidden / "silver" / "songplays" / "_delta_log")
        pytest.fail("unshare -m is not permitted here")
    command = f"mount --bind '{sample_lake}' '{hidden}' && exec '{lakes.program()}' sql --engine spark --spark '{ADDRESS}' " \
              f"--lake '{hidden}' 'select count(*) from songplays'"
    ran = subprocess.run(["unshare", "-m", "sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert "the Spark cluster cannot read songplays at file://" in ran.stderr and "under this path" in ran.stderr


def test_errors_are_the_servers_with_class_and_state():
    outcome = sql("select no_such_column from range(3)")
    assert outcome.code == 1 and outcome.out == ""
    assert "[UNRESOLVED_COLUMN" in outcome.err and "no_such_column" in outcome.err and "SQLSTATE: 42703" in outcome.err
    outcome = sql("select 1 / id from range(3)")
    assert outcome.code == 1 and "DIVIDE_BY_ZERO" in outcome.err and "22012" in outcome.err
    assert "\tat org.apache" not in outcome.err


@pytest.mark.parametrize("statement", [
    "insert into delta.`{}` values (2)", "with x as (select 2) insert into delta.`{}` select * from x",
    "from (select 2) insert into delta.`{}` select *", "delete from delta.`{}`", "drop table delta.`{}`",
    "select 1) ; delete from delta.`{}` --", "create or replace table delta.`{}` (n int) using delta",
])
def test_nothing_but_queries_run(statement, tmp_path):
    from deltalake import DeltaTable, write_deltalake
    import pyarrow

    table = tmp_path / "table"
    write_deltalake(table, pyarrow.table({"n": [1]}))
    outcome = sql(statement.format(table))
    assert outcome.code == 1 and "PARSE_SYNTAX_ERROR" in outcome.err, outcome.out + outcome.err
    assert DeltaTable(table).version() == 0 and DeltaTable(table).to_pyarrow_table().to_pylist() == [{"n": 1}]


def test_plans_and_descriptions():
    assert "Physical Plan" in sql("explain select 1").out
    assert "bigint" in sql("describe query select id from range(1)").out


def test_ctrl_c_ends_the_job_on_the_cluster():
    process = lakes.start("sql", "--engine", "spark", "--spark", ADDRESS,
                          "select sum(a.id * b.id % 7) from range(10000000) a, range(1000000) b")
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    outcome = lakes.finish(process, 20)
    assert outcome.code == 130 and "interrupted" in outcome.err
    assert time.monotonic() - begun < 5
    assert rows("select count(*) as n from range(1000)") == [{"n": 1000}]
    assert time.monotonic() - begun < 15


def test_unknown_host_and_closed_port_within_seconds():
    for address in ("sc://no-such-host.invalid:15002", "sc://127.0.0.1:1"):
        begun = time.monotonic()
        outcome = sql("select 1", address=address)
        assert time.monotonic() - begun < 12
        assert outcome.code == 1 and address.removeprefix("sc://") in outcome.err, outcome.err


def test_addresses_come_from_settings_and_secrets_stay_there(tmp_path):
    (tmp_path / "cadenza.toml").write_text(f'[sql]\nengine = "spark"\nspark = "{ADDRESS}/;token=hunter2"\n')
    # The token goes as it is to a server on this machine, which takes any here.
    assert lakes.run("sql", "--format", "csv", "select 1 as one", cwd=tmp_path).out == "one\n1\n"
    bad = lakes.run("sql", "select 1", cwd=tmp_path, env={"CADENZA_SPARK": "sc://h/;token=hunter2;use_ssl=false"})
    assert bad.code == 2 and "TLS" in bad.err and "hunter2" not in bad.err
    missing = lakes.run("sql", "--engine", "spark", "select 1")
    assert missing.code == 2 and "--spark" in missing.err


@pytest.mark.parametrize("mode", [pytest.param("each", marks=pytest.mark.slow), "first", "lost"])
def test_cut_streams(mode, tmp_path):
    """Results whole and writes once, whatever is cut."""
    with Cutter(mode) as cutter:
        live_test(cutter.address, tmp_path, "Live.Each*")
    assert cutter.did["cuts"] >= 5 and cutter.did["calls"]["ReattachExecute"] >= 5, cutter.did


def test_reset_connections(tmp_path):
    with Cutter("bytes") as cutter:
        live_test(cutter.address, tmp_path, "Live.EachRowOnce")
    assert cutter.did["cuts"] >= 5, cutter.did


def test_the_client_without_faults(tmp_path):
    live_test(ADDRESS, tmp_path, "Live.SettingsAndSchema:Live.ProgressIsReported:Live.StopEndsTheJobAtOnce")


@pytest.fixture
def guarded(tmp_path):
    """A server of our own, which may be stopped, and which wants a token."""
    with spark_server.SparkServer(tmp_path / "server", token="right") as server:
        yield server


def test_tokens_tls_and_a_restart(guarded, tmp_path):
    """One test for all that needs a server of its own: each start costs ten seconds."""
    address = f"sc://127.0.0.1:{guarded.port}"
    for wrong in ("", "/;token=hunter2"):
        begun = time.monotonic()
        refused = sql("select 1", address=address + wrong)
        assert refused.code == 1 and "refuses" in refused.err and "hunter2" not in refused.err, refused.err
        assert time.monotonic() - begun < 12
    assert rows("select 1 as one", address=address + "/;token=right") == [{"one": 1}]

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    with Cutter("tls", key, certificate, port=guarded.port) as proxy:
        secure = proxy.address.replace("127.0.0.1", "localhost") + "/;use_ssl=true;token=right"
        trusting = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(certificate)}
        assert rows("select 2 as two", address=secure, env=trusting) == [{"two": 2}]
        begun = time.monotonic()
        assert sql("select 2 as two", address=secure).code == 1  # a certificate that nobody vouches for
        assert time.monotonic() - begun < 12

    process = lakes.start("sql", "--engine", "spark", "--spark", address + "/;token=right",
                          "select sum(a.id * b.id % 7) from range(10000000) a, range(1000000) b")
    time.sleep(5)
    guarded.stop()
    guarded.start()
    begun = time.monotonic()
    outcome = lakes.finish(process, 60)
    assert outcome.code == 1 and "restarted" in outcome.err and "may or may not" in outcome.err, outcome.err
    assert time.monotonic() - begun < 30
    assert rows("select 3 as three", address=address + "/;token=right") == [{"three": 3}]
