"""cadenza serve: tables, metrics, events and SQL of a lake over HTTP, and who may ask for them."""

import csv
import io
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import threading
import time
import urllib.parse
from datetime import date, timedelta

import pyarrow as pa
import pytest

import engagement_source as engagement
import lake as lakes
from engagement_source import kpi
from served import serving, wait_for


@pytest.fixture(scope="module")
def lake(sample, tmp_path_factory):
    """Events, and the KPIs of a source beside them."""
    folder = tmp_path_factory.mktemp("served")
    lakes.etl(folder / "lake", [sample.songs], [sample.logs])
    engagement.write(folder / "source", engagement.generate(seed=4))
    kpi(folder / "lake", source=folder / "source")
    return folder / "lake"


@pytest.fixture(scope="module")
def server(lake):
    with serving(lake) as served:
        yield served


# Reading ----------------------------------------------------------------------------------------

def test_health_and_what_a_run_is(server, lake):
    assert server.get("/healthz").body == b"ok\n"
    health = server.get("/api/v1/health").json
    assert (health["status"], health["trouble"]) == ("ok", None)
    as_of = health["as_of"]
    assert as_of["run"] == 2 and as_of["committed_at"].endswith("Z") and as_of["data_until"]
    assert server.get("/nothing").error == "not_found"
    assert server.ask("DELETE", "/api/v1/tables").headers["allow"] == "GET"


def test_tables_and_their_meanings(server, lake):
    tables = {table["table"]: table for table in server.get("/api/v1/tables").json["tables"]}
    assert {"silver.songplays", "gold.kpi_summary", "ops.ledger"} <= tables.keys()
    summary = tables["gold.kpi_summary"]
    assert summary["rows"] == 3 and summary["grain"] == "one row per metric"
    assert {column["name"]: column["meaning"] for column in summary["columns"]}["numerator"] == "customers"


def test_rows_equal_sql(server, lake):
    answer = server.get("/api/v1/tables/silver.users", columns="user_id,level", order="-user_id", limit=5).json
    expected = lakes.query(lake, "select user_id, level from users order by user_id desc limit 5")
    assert [dict(zip(("user_id", "level"), row)) for row in answer["rows"]] == expected
    assert server.get("/api/v1/tables/users", limit=1).status == 200, "the layer may be left out"
    some = server.get("/api/v1/tables/users", where="level = 'paid' and user_id <> '8'", columns="level").json["rows"]
    assert {row[0] for row in some} == {"paid"}


def test_pages_are_of_one_run(server, lake):
    rows, cursor = [], None
    while True:
        page = server.get("/api/v1/tables/silver.songplays", limit=7, columns="songplay_id", order="songplay_id",
                          **({"cursor": cursor} if cursor else {})).json
        rows += [row[0] for row in page["rows"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert rows == [row["songplay_id"] for row in lakes.query(lake, "select songplay_id from songplays order by 1")]
    first = server.get("/api/v1/tables/silver.songplays", limit=7).json["next_cursor"]
    assert server.get("/api/v1/tables/silver.users", cursor=first).error == "bad_cursor"
    assert server.get("/api/v1/tables/silver.songplays", cursor="x").error == "bad_cursor"


@pytest.mark.parametrize("query, code, position", [
    ({"where": "level = "}, "bad_filter", 8),
    ({"where": "level = (select 1)"}, "bad_filter", 8),
    ({"where": "1=1; drop table x"}, "bad_filter", 0),
    ({"columns": "nothing"}, "bad_request", None),
    ({"order": "level sideways"}, "bad_request", None),
    ({"limit": "0"}, "bad_request", None),
    ({"limit": "10001"}, "bad_request", None),
    ({"limit": "x"}, "bad_request", None),
])
def test_wrong_questions_of_a_table(server, query, code, position):
    answer = server.get("/api/v1/tables/users", **query)
    assert answer.status == 400
    assert (answer.error, answer.json["error"]["position"]) == (code, position)


def test_values_keep_what_they_say(server):
    rows = server.sql("select 9007199254740993::bigint as big, 'nan'::double as nan, 'inf'::double as inf, null as n, "
                      "timestamptz '2025-07-01 12:00:00.5+02' as t, 1.5::decimal(9,2) as d, [1, 2] as l").json
    assert rows["rows"] == [["9007199254740993", None, None, None, "2025-07-01T10:00:00.5Z", 1.5, "[1, 2]"]]
    assert len(rows["notes"]) == 2


def test_unchanged_answers_are_not_sent_again(server):
    first = server.get("/api/v1/tables/users", limit=3)
    again = server.get("/api/v1/tables/users", limit=3, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    other = server.get("/api/v1/tables/users", limit=4, headers={"If-None-Match": first.headers["etag"]})
    assert other.status == 200


# Metrics ----------------------------------------------------------------------------------------

def test_metrics_equal_the_summary(server, lake):
    wait_for(lambda: server.get("/api/v1/metrics/paid_share").json["counted_by"] == "index")
    for row in lakes.query(lake, "select * from kpi_summary"):
        answer = server.get(f"/api/v1/metrics/{row['metric']}").json
        value = answer["values"][0]
        assert (value["value"], value["numerator"], value["denominator"]) == (row["value"], row["numerator"], row["denominator"])
        assert (value["from"], value["to"]) == (row["window_start"], row["window_end"])
    window = lakes.query(lake, "select window_start as a, window_end as b from kpi_window")[0]
    assert lakes.query(lake, f"select * from kpi('{window['a']}', '{window['b']}')") == lakes.query(
        lake, "select metric, value, numerator, denominator, window_start, window_end from kpi_summary")
    names = [metric["metric"] for metric in server.get("/api/v1/metrics").json["metrics"]]
    assert names == ["session_adoption_rate", "engaged_users", "paid_share"]
    assert server.get("/api/v1/metrics/nothing").error == "no_such_metric"


def test_metrics_by_period_equal_the_trend(server, lake):
    for grain in ("day", "week", "month"):
        trend = lakes.query(lake, f"select * from kpi_trend where period = '{grain}' and metric = 'engaged_users' "
                                  "and is_complete order by period_start")
        first, last = trend[0]["period_start"], trend[-1]["period_end"]
        values = server.get("/api/v1/metrics/engaged_users", from_=first, to=last, grain=grain).json["values"]
        assert [(v["from"], v["numerator"], v["denominator"], v["value"]) for v in values] == [
            (row["period_start"], row["numerator"], row["denominator"], row["value"]) for row in trend]


WINDOWS = 500
METRICS = ("session_adoption_rate", "engaged_users", "paid_share")


def random_windows(lake, count):
    """Of days around the data, each with up to two filters."""
    draw = random.Random(7)
    span = lakes.query(lake, "select min(session_date) as a, max(session_date) as b from customer_days")[0]
    first, last = date.fromisoformat(span["a"]), date.fromisoformat(span["b"])
    values = {"plan": ["paid", "free"]}
    values["country"] = [row["c"] for row in lakes.query(lake, "select distinct coalesce(country, 'unknown') as c from customer_engagement")]
    for name in ("platform", "device"):
        values[name] = [row["c"] for row in lakes.query(lake, f"select segment as c from engagement_by_segment where dimension = '{name}'")]
    for _ in range(count):
        ends = sorted(first + timedelta(draw.randrange(-5, (last - first).days + 5)) for _ in range(2))
        filters = draw.sample(sorted(values), draw.randrange(3))
        yield {"from_": ends[0], "to": ends[1]} | {name: draw.choice(values[name]) for name in filters}


def test_a_lake_that_is_made_anew_is_not_answered_from_the_one_before(tmp_path):
    """Its tables have the same runs and versions."""
    lake = tmp_path / "lake"

    def make(seed):
        shutil.rmtree(lake, ignore_errors=True)
        engagement.write(tmp_path / f"source-{seed}", engagement.generate(seed=seed, customers=20 + seed))
        kpi(lake, source=tmp_path / f"source-{seed}")

    make(5)
    with serving(lake) as server:
        def counted():
            metric = server.get("/api/v1/metrics/session_adoption_rate").json
            months = server.get("/api/v1/tiles/sessions_by_month", from_="2025-07-01", to="2025-08-31").json
            return metric["counted_by"], metric["values"][0]["denominator"], [row[1] for row in months["rows"]]

        def wanted():
            rows = lakes.query(lake, "select sum(sessions)::bigint as n from customer_days group by month order by month")
            return "index", lakes.query(lake, "select count(*) as n from customer_engagement")[0]["n"], [row["n"] for row in rows]

        wait_for(lambda: counted() == wanted())
        make(9)
        wait_for(lambda: counted() == wanted())


def test_more_platforms_than_the_index_keeps_are_counted_by_sql(tmp_path):
    source = engagement.generate(seed=5, customers=12)
    for number, session in enumerate(source.sessions):
        session["platform"] = f"set-top box {number % 70}"
    engagement.write(tmp_path / "source", source)
    kpi(tmp_path / "lake", source=tmp_path / "source")
    with serving(tmp_path / "lake") as server:
        ask = lambda **filters: server.get("/api/v1/metrics/session_adoption_rate", **filters).json  # noqa: E731
        wait_for(lambda: ask()["counted_by"] == "index")
        answer = ask(platform="set-top box 69")
        assert (answer["counted_by"], answer["why"]) == ("sql", "platforms and devices are not in the index")
        assert answer["values"][0]["numerator"] > 0


def test_random_windows_in_memory_by_sql_and_by_the_function(server, lake):
    wait_for(lambda: server.get("/api/v1/metrics/paid_share").json["counted_by"] == "index")
    plain = []
    with serving(lake, "--index-memory", "0") as by_sql:
        for number, window in enumerate(random_windows(lake, WINDOWS)):
            metric = METRICS[number % len(METRICS)]
            answers = [each.get(f"/api/v1/metrics/{metric}", **window).json for each in (server, by_sql)]
            assert [answer["counted_by"] for answer in answers] == ["index", "sql"]
            assert answers[0]["values"] == answers[1]["values"], (metric, window)
            assert answers[0]["adds_up"] is False
            if len(window) == 2:
                plain.append((metric, window, answers[0]["values"][0]))
        assert "--index-memory" in by_sql.get("/api/v1/metrics/paid_share").json["why"]
    assert len(plain) > WINDOWS / 5
    calls = " union all ".join(f"select {n} as n, numerator, denominator, value from kpi('{window['from_']}', '{window['to']}') "
                               f"where metric = '{metric}'" for n, (metric, window, _) in enumerate(plain))
    rows = lakes.query(lake, f"from ({calls}) order by n")
    assert [(row["numerator"], row["denominator"], row["value"]) for row in rows] == [
        (value["numerator"], value["denominator"], value["value"]) for _, _, value in plain]


def test_changes_are_told_only_where_both_windows_are_covered(server, lake):
    days = [row["date"] for row in lakes.query(lake, "select date from days where is_complete order by date")]
    middle = len(days) // 2
    inside = server.get("/api/v1/metrics/session_adoption_rate", from_=days[middle], to=days[-1], compare="previous").json["values"][0]
    assert inside["is_complete"]
    outside = server.get("/api/v1/metrics/session_adoption_rate", from_=days[1], to=days[-1], compare="previous").json["values"][0]
    assert (outside["is_comparable"], outside["change"]) == (False, None)
    short = server.get("/api/v1/metrics/session_adoption_rate", from_=days[2], to=days[2], compare="previous").json["values"][0]
    assert short["is_comparable"] and short["change"] == pytest.approx(short["value"] - short["previous"]["value"])


@pytest.mark.parametrize("query", [{"from_": "2025-02-30"}, {"from_": "x"}, {"from_": "2025-08-01", "to": "2025-07-01"},
                                   {"grain": "year"}, {"plan": "gold"}, {"compare": "next"}])
def test_wrong_questions_of_a_metric(server, query):
    assert server.get("/api/v1/metrics/paid_share", **query).status == 400


def test_a_metric_is_defined_once():
    names = {path.stem for path in (lakes.REPO / "models" / "metrics").glob("*.sql")}
    assert names
    for path in (lakes.REPO / "models").rglob("*.sql"):
        # The published ones have their defects, to compare with.
        if path.parent.name == "metrics" or path.stem == "kpi_as_published":
            continue
        text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("--"))
        assert not any(re.search(rf"\b{name}\b", text) for name in names), path


# SQL --------------------------------------------------------------------------------------------

def test_sql_in_each_form(server, lake):
    text = "select user_id, level from users order by user_id limit 3"
    expected = lakes.query(lake, text)
    assert [dict(zip(("user_id", "level"), row)) for row in server.sql(text).json["rows"]] == expected
    lines = server.sql(text, accept="application/x-ndjson").body.decode().splitlines()
    assert [json.loads(line) for line in lines] == expected
    assert list(csv.DictReader(io.StringIO(server.sql(text, accept="text/csv").body.decode()))) == expected
    arrow = server.sql(text, accept="application/vnd.apache.arrow.stream")
    assert pa.ipc.open_stream(arrow.body).read_all().to_pylist() == expected
    assert int(arrow.headers["x-cadenza-run"]) == 2
    assert server.sql(text, accept="image/png").status == 406


def test_sql_with_parameters(server):
    assert server.sql("select ? + 1, ?, $2", params=[41, "it's"]).json["rows"] == [[42, "it's", "it's"]]
    assert server.sql("select $a", params={"a": None}).json["rows"] == [[None]]
    assert server.sql("select ?", params=[1, 2]).status == 400
    assert server.sql("select ?").status == 400


def test_faults_of_sql_have_their_place(server):
    for text, position in (("select x from users", 7), ("selec 1", 0), ("select 1 from\nnothing", None)):
        answer = server.sql(text)
        assert (answer.status, answer.error) == (400, "bad_sql"), answer.body
        if position is not None:
            assert answer.json["error"]["position"] == position, answer.body
    assert server.sql("explain select 1").json["rows"]
    for body in ("", "{", "[]", '{"sql": 1}', '{"sql": "select 1", "more": 1}'):
        assert server.ask("POST", "/api/v1/sql", body).status == 400


REFUSED = [
    "select 1; select 2", "create table x as select 1", "drop view users", "insert into users values (1)", "attach 'x.db'",
    "copy users to '/tmp/x.csv'", "export database '/tmp/x'", "install httpfs", "load httpfs", "set threads = 99",
    "pragma database_list", "call enable_logging()", "select * from enable_logging(storage = 'file', storage_path = '/tmp/x')",
    "explain analyze select 1", "begin", "vacuum", "checkpoint", "use memory", "detach memory", "prepare x as select 1",
    "select * from read_csv('/etc/passwd')", "select * from read_text('/etc/passwd')", "select * from read_blob('/etc/passwd')",
    "select * from read_parquet('/etc/passwd')", "select * from read_json('/etc/passwd')", "select * from '/etc/passwd'",
    "select * from '/etc/*.csv'", "select * from glob('/etc/*')", "select * from sniff_csv('/etc/passwd')",
    "select * from parquet_metadata('/etc/passwd')", "select * from parquet_schema('x')", "from parquet_scan('x')",
    "select * from query('select 1')", "select * from query_table('users')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select * from duckdb_settings()", "select * from duckdb_views()", "select * from duckdb_secrets()",
    "select * from duckdb_logs()", "select * from duckdb_prepared_statements()", "select * from pragma_database_list()",
    "select * from information_schema.tables", "select * from pg_catalog.pg_class", "select * from sqlite_master",
    "select * from which_secret('s3://x', 's3')", "select getenv('HOME')", "select current_setting('threads')",
    "select nextval('x')", "select setseed(0.5)", "select write_log('x')", "select sleep_ms(1000)", "select getvariable('x')",
    "select * from forbidden.users", "select * from users at (version => 99)",
    "select * from (select * from read_csv('/etc/passwd'))", "with x as (from read_text('/etc/passwd')) select * from x",
    "select (select content from read_text('/etc/passwd'))", "select exists(from glob('/*'))",
    "select * from users where user_id in (select content from read_text('/etc/passwd'))",
    "select * from users union all select * from read_csv('/etc/passwd')", "from users, read_text('/etc/passwd')",
    "select * from users join read_text('/etc/passwd') on true", "select * from users order by (select content from read_text('/x'))",
    "select * from cadenza_event_scan(0)", "select cadenza_write_rows(0)", "select * from read_events('/etc/passwd')",
    "select * from read_songs('/etc/passwd')", "from delta_scan('/etc')", "from iceberg_scan('/etc')", "from postgres_scan('x')",
    "pivot users on level using count(*)", "summarize '/etc/passwd'", "describe '/etc/passwd'", "select * from seq_scan('users')",
    "select * from test_all_types()", "select * from checkpoint()", "select * from force_checkpoint()",
    "select * from duckdb_memory()", "select * from duckdb_temporary_files()", "select * from pragma_storage_info('users')",
    "select * from truncate_duckdb_logs()", "select * from enable_profiling()", "select * from pragma_user_agent()",
    "select * from read_duckdb('x.db')", "select * from arrow_scan(1,2,3)", "select * from icu_calendar_names()", "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_statement_may_not_do(server, text):
    answer = server.sql(text)
    assert answer.status == 400, answer.body
    assert server.sql("select count(*) from users").status == 200, "it harmed others"


def test_eighty_attempts_at_least():
    assert len(REFUSED) >= 80


ONE_FENCE = os.path.join(os.path.dirname(os.path.realpath(lakes.program())), "src", "serve", "one_fence")


def with_one_fence(fence, lake, folder, statements) -> list[dict]:
    """What comes of the statements where one fence stands alone."""
    folder.mkdir()
    done = subprocess.run([ONE_FENCE, lake, folder, fence], input="".join(json.dumps(text) + "\n" for text in statements),
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(statements)
    return answers


def outside_of(lake, folder) -> list[str]:
    """Statements that read or write what is not the lake's, or ask the machine; %s is a file outside."""
    secret, new = folder / "secret" / "s.csv", folder / "secret" / "new"
    reads = ["read_csv('%s')", "read_text('%s')", "read_blob('%s')", "read_parquet('%s')", "read_json('%s')", "'%s'", "sniff_csv('%s')",
             "parquet_metadata('%s')", "parquet_schema('%s')", "read_csv(['%s'])", "read_text('{lake}/../secret/s.csv')",
             "read_csv('{lake}/silver/../../secret/s.csv')", "read_text('/etc/passwd')", "read_text('/proc/self/environ')",
             "read_text('{lake}/_cadenza/secret.txt')", "read_text('{lake}/silver/link')"]
    found = [f"select * from {read.replace('%s', str(secret)).replace('{lake}', str(lake))}" for read in reads]
    found += [f"select count(*) from users where user_id in (select content from read_text('{secret}'))",
              f"select (select content from read_text('{secret}'))", f"with x as (from read_text('{secret}')) select * from x",
              f"select * from users union all by name select * from read_csv('{secret}')"]
    found += [f"copy (select 1) to '{new}'", f"copy users to '{new}' (format parquet)", f"export database '{new}'",
              f"attach '{new}' as x", f"attach '{secret}' as y (type sqlite)", f"load '{secret}'", "install httpfs",
              f"copy (select 1) to '{lake}/silver/new.csv'", f"set secret_directory = '{new}'",
              f"select * from enable_logging(storage = 'file', storage_path = '{new}')"]  # the process may die of it
    return found


@pytest.mark.parametrize("fence", ["list", "kernel", "engine"])
def test_each_fence_alone_keeps_the_rest_of_the_machine_out(fence, sample, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.csv").write_text("a\nthe secret\n")
    (lake / "_cadenza" / "secret.txt").write_text("the secret")
    (lake / "silver" / "link").symlink_to(tmp_path / "secret" / "s.csv")
    attempts = outside_of(lake, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    answers = with_one_fence(fence, lake, tmp_path / "spill", ["select count(*) as n from users", *attempts])
    assert json.loads(answers[0]["answer"])["n"] > 0, answers[0]
    for text, answer in zip(attempts, answers[1:]):
        # A folder that may not be listed looks empty.
        assert "refused" in answer or answer["answer"] == "", (text, answer)
        assert "the secret" not in answer.get("refused", ""), (text, answer)
    made = set(tmp_path.rglob("*")) - set(before) - set((tmp_path / "spill").rglob("*")) - {tmp_path / "spill"}
    assert not made


@pytest.mark.parametrize("fence", ["list"])
def test_the_list_alone_refuses_each_statement(fence, lake, tmp_path):
    for text, answer in zip(REFUSED, with_one_fence(fence, lake, tmp_path / "spill", REFUSED)):
        assert "refused" in answer, (text, answer)


def test_a_child_that_dies_costs_its_own_queries_only(server):
    wait_for(lambda: len(server.children()) >= os.cpu_count())
    answers = []
    slow = "select count(*) from range(3000000000) t(i) where i % 7 = 3"
    threads = [threading.Thread(target=lambda: answers.append(server.sql(slow, timeout=120))) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    for child in server.children():
        os.kill(child, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {503}
    wait_for(lambda: server.sql("select 1").status == 200, seconds=5)


def test_hundred_clients_of_sql(server):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(server.sql("select count(*) from songplays").status))
               for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 100


# Events -----------------------------------------------------------------------------------------

def test_new_runs_are_told(sample, tmp_path):
    days = sorted(sample.logs.rglob("*.json"))
    lakes.etl(tmp_path / "lake", [sample.songs], days[:1])
    with serving(tmp_path / "lake") as served:
        import http.client
        connection = http.client.HTTPConnection(served.host, served.port, timeout=20)
        connection.request("GET", "/api/v1/events")
        stream = connection.getresponse()
        assert stream.headers["Content-Type"] == "text/event-stream"

        def next_event():
            lines = {}
            while line := stream.readline().decode().rstrip("\n"):
                key, _, value = line.partition(": ")
                lines[key] = value
            return lines
        assert json.loads(next_event()["data"])["run"] == 1
        before = served.get("/api/v1/tables/users", limit=1)
        lakes.etl(tmp_path / "lake", [sample.songs], days)
        event = next_event()
        assert (event["event"], event["id"]) == ("run", "2")
        assert "silver.songplays" in json.loads(event["data"])["tables"]
        after = served.get("/api/v1/tables/users", limit=1, headers={"If-None-Match": before.headers["etag"]})
        assert (after.status, after.json["as_of"]["run"]) == (200, 2)
        served.process.terminate()
        assert next_event()["event"] == "end"
        connection.close()


def test_pages_of_a_run_that_is_gone(sample, tmp_path):
    days = sorted(sample.logs.rglob("*.json"))
    lakes.etl(tmp_path / "lake", [sample.songs], days[:1])
    with serving(tmp_path / "lake") as served:
        page = served.get("/api/v1/tables/songplays", limit=2).json
        lakes.etl(tmp_path / "lake", [sample.songs], days)
        wait_for(lambda: served.get("/api/v1/health").json["as_of"]["run"] == 2)
        old = served.get("/api/v1/tables/songplays", limit=2, cursor=page["next_cursor"]).json
        assert old["as_of"]["run"] == 1, "pages keep their run"
        user = lakes.query(tmp_path / "lake", "select user_id from users limit 1")[0]["user_id"]
        assert lakes.run("forget", "--lake", tmp_path / "lake", "--user", user).code == 0
        wait_for(lambda: served.get("/api/v1/health").json["as_of"]["run"] == 3)
        gone = served.get("/api/v1/tables/songplays", limit=2, cursor=page["next_cursor"])
        assert (gone.status, gone.error) == (410, "run_gone"), "nothing of a run before somebody was forgotten"
        assert served.get(f"/api/v1/listeners/{user}").status == 404


# Who may ----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def users(tmp_path_factory):
    path = tmp_path_factory.mktemp("users") / "users.toml"
    tokens = {}
    for role in ("viewer", "analyst"):
        outcome = lakes.run("serve", "token", "add", f"t-{role}", "--role", role, "--users", path)
        assert outcome.code == 0, outcome.err
        tokens[role] = outcome.out.strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(token in path.read_text() for token in tokens.values())
    return path, tokens


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_roles(lake, users):
    path, tokens = users
    with serving(lake, "--users", path) as served:
        assert served.get("/api/v1/tables").status == 401
        assert served.get("/healthz").status == 200
        viewer, analyst = bearer(tokens["viewer"]), bearer(tokens["analyst"])
        seen = {t["table"] for t in served.get("/api/v1/tables", headers=viewer).json["tables"]}
        assert "gold.kpi_summary" in seen and not {"silver.users", "gold.customer_days", "ops.forgotten"} & seen
        assert "silver.users" in {t["table"] for t in served.get("/api/v1/tables", headers=analyst).json["tables"]}
        assert served.get("/api/v1/tables/silver.users", headers=viewer).status == 404
        assert served.get("/api/v1/metrics/paid_share", headers=viewer).status == 200
        assert served.get("/api/v1/listeners/1", headers=viewer).status == 403
        for text in ("select * from users", "select * from gold.customer_days", "with x as (from users) from x",
                     "select * from (select * from customer_engagement)"):
            assert served.sql(text, headers=viewer).status == 400
            assert served.sql(text, headers=analyst).status == 200
        assert served.sql("select * from kpi_summary", headers=viewer).status == 200
        assert served.get("/api/v1/tables", headers=bearer("cdz_wrong")).status == 401
        assert lakes.run("serve", "token", "remove", "t-viewer", "--users", path).code == 0
        wait_for(lambda: served.get("/api/v1/tables", headers=viewer).status == 401)


def test_a_password_and_its_cookie(lake, tmp_path):
    path = tmp_path / "users.toml"
    process = lakes.subprocess.run([lakes.program(), "serve", "user", "add", "ana", "--role", "analyst", "--users", str(path)],
                                   input=b"correct horse\n", capture_output=True, env=lakes.environment())
    assert process.returncode == 0, process.stderr
    assert "ana  analyst" in lakes.run("serve", "user", "list", "--users", path).out
    with serving(lake, "--users", path) as served:
        wrong = served.ask("POST", "/api/v1/login", json.dumps({"user": "ana", "password": "wrong"}))
        assert (wrong.status, wrong.error) == (401, "wrong_password")
        page = served.get("/api/v1/tables", headers={"Accept": "text/html"})
        assert (page.status, page.headers["location"]) == (303, "/login?next=%2Fapi%2Fv1%2Ftables")
        form = urllib.parse.urlencode({"user": "ana", "password": "correct horse", "next": "/api/v1/tables"})
        inside = served.ask("POST", "/login", form)
        assert (inside.status, inside.headers["location"]) == (303, "/api/v1/tables")
        cookie = inside.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        headers = {"Cookie": cookie.split(";")[0]}
        assert served.get("/api/v1/me", headers=headers).json == {"user": "ana", "role": "analyst"}
        assert served.sql("select 1", headers=headers).status == 403, "no Origin"
        own = headers | {"Origin": served.url}
        assert served.sql("select 1", headers=own).status == 200
        assert served.sql("select 1", headers=headers | {"Origin": "http://evil.example"}).status == 403


def test_a_foreign_name_does_not_reach_it(server):
    assert server.get("/api/v1/tables", headers={"Host": "evil.example"}).status == 421
    assert server.ask("POST", "/api/v1/sql", '{"sql":"select 1"}', {"Origin": "http://evil.example"}).status == 403


@pytest.mark.parametrize("flags, code, named", [
    ([], 1, "there is no lake"),
    (["--listen", "0.0.0.0:0"], 2, "--users"),
    (["--listen", "0.0.0.0:0", "--users", "{users}"], 2, "--tls-cert"),
    (["--listen", "nonsense"], 2, "nonsense"),
    (["--tls-cert", "x"], 2, "--tls-key"),
    (["--users", "{open}"], 1, "chmod 0600"),
    (["--users", "{missing}"], 1, "missing.toml"),
    (["--tls-cert", "{missing}", "--tls-key", "{missing}"], 1, "missing.toml"),
])
def test_refused_at_start(lake, users, tmp_path, flags, code, named):
    (tmp_path / "open.toml").write_text("")
    (tmp_path / "open.toml").chmod(0o644)
    places = {"users": users[0], "open": tmp_path / "open.toml", "missing": tmp_path / "missing.toml"}
    flags = [flag.format(**places) for flag in flags]
    where = lake if flags else tmp_path / "nothing"
    outcome = lakes.run("serve", "--lake", where, *(flags if "--listen" in flags else ["--listen", "127.0.0.1:0", *flags]))
    assert outcome.code == code, outcome.err
    assert named in outcome.err


def test_a_users_file_in_the_lake_is_refused(sample, tmp_path):
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs])
    assert lakes.run("serve", "token", "add", "x", "--users", tmp_path / "lake" / "users.toml").code == 0
    outcome = lakes.run("serve", "--lake", tmp_path / "lake", "--users", tmp_path / "lake" / "users.toml", "--listen", "127.0.0.1:0")
    assert outcome.code == 1 and "lies in the lake" in outcome.err
    assert lakes.run("serve", "user", "add", "x", "--role", "king", "--users", tmp_path / "u.toml").code == 2


def test_a_port_that_is_taken(server, lake):
    outcome = lakes.run("serve", "--lake", lake, "--listen", f"127.0.0.1:{server.port}")
    assert outcome.code == 1 and str(server.port) in outcome.err


# The wire ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("request_line", [b"GET /../etc HTTP/1.1", b"GET /%2e%2e/x HTTP/1.1", b"GET /a%2fb HTTP/1.1",
                                          b"GET /a%00 HTTP/1.1", b"GET /a\x00 HTTP/1.1", b"GET a HTTP/1.1"])
def test_addresses_that_are_none(server, request_line):
    assert server.raw(request_line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("headers, status", [
    (b"Content-Length: 1\r\nContent-Length: 1", 400), (b"Content-Length: 1\r\nTransfer-Encoding: chunked", 400),
    (b"Content-Length: 2000000", 413), (b"X: " + b"x" * 20_000, 431)])
def test_bodies_and_headers_that_are_none(server, headers, status):
    answer = server.raw(b"POST /api/v1/sql HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\nConnection: close\r\n\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d" % status), answer[:200]


def test_its_description(server):
    document = server.get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert {"/api/v1/tables/{table}", "/api/v1/metrics/{name}", "/api/v1/sql", "/api/v1/events"} <= document["paths"].keys()
    page = server.get("/docs")
    assert page.headers["content-type"].startswith("text/html") and b"/api/v1/sql" in page.body
    assert "script-src 'self'" in page.headers["content-security-policy"]
