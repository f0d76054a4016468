"""PostgreSQL clients read the lake: psql, drivers, and a real PostgreSQL 15 with the same rows as the judge."""

import asyncio
import contextlib
import decimal
import socket
import struct
import subprocess
import time
from datetime import timezone

import lake as lakes
import psycopg
import pytest
from psycopg.rows import tuple_row

from postgres import Wire

pytestmark = pytest.mark.clients


@pytest.fixture
def client(wire):
    with wire.connect(autocommit=True) as connection:
        yield connection


def test_psql_lists_and_describes(wire):
    listed = wire.psql("-c", r"\dt silver.*").stdout
    assert "songplays" in listed and "6 rows" not in listed.split("songplays")[0]
    described = wire.psql("-c", r"\d+ silver.songplays").stdout
    assert "songplay_id" in described and "timestamp with time zone" in described
    assert '"songplays_pkey" PRIMARY KEY, btree (songplay_id)' in described
    assert "listener; NULL where the log has none" in described


def test_psql_shows_references(wire):
    described = wire.psql("-c", r"\d+ silver.songplays").stdout
    assert "FOREIGN KEY (user_id) REFERENCES users(user_id)" in described


@pytest.mark.parametrize("command", [
    r"\l", r"\dn", r"\dn+", r"\dt", r"\dt+", r"\d", r"\d users", r"\d+ users", r"\dv", r"\di", r"\ds", r"\df", r"\du", r"\dT",
    r"\dp", r"\dd", r"\db", r"\dx", r"\dL", r"\dO", r"\dc", r"\dA", r"\det", r"\des", r"\dF", r"\do", r"\dS pg_class", r"\conninfo",
    r"\encoding", r"\drds", r"\ddp", r"\dy", r"\dRp",
])
def test_psql_commands_answer(wire, command):
    answer = wire.psql("-c", command)
    assert "ERROR" not in answer.stderr, answer.stderr


def test_psql_counts_as_the_lake_does(wire, sample_lake):
    expected = lakes.query(sample_lake, "select count(*) as n from songplays")[0]["n"]
    assert wire.psql("-At", "-c", "select count(*) from songplays").stdout.strip() == str(expected)


QUERIES = [
    "select 7/2, -7/2, 7%3, 7.0/2 > 3, 2^10",
    "select 1, 'a', null, true, 1.5::float8, 1e100::float8, 1e15::float8, 1e14::float8, 0.1::float8, 1e-5::float8",
    "select 'NaN'::float8, 'Infinity'::float8, '-Infinity'::float8",
    "select 1.5::real, 1000000::real, 123456::real",
    "select 12.50::numeric(10,2), 0::numeric(5,2), -3.07::numeric(10,2)",
    "select date '2024-02-29', date '0001-01-01', timestamp '2024-01-01 10:00:00.5', timestamptz '2024-01-01 10:00:00+02'",
    "select interval '1 year 2 months 3 days 04:05:06', interval '-1 day', interval '0'",
    "select time '10:11:12.123456', '\\x00ff'::bytea",
    "select array[1,2,3], array['a','b c','d,e','', 'NULL'], array[true,false], array[1.5::float8]",
    "select count(*), sum(year), min(level), max(start_time) from songplays",
    "select level, count(*) from songplays group by level order by level",
    "select user_id from songplays order by user_id desc, songplay_id limit 5",
    "select user_id, count(*) from songplays group by 1 order by 2 desc, 1 limit 10",
    "select * from users order by user_id limit 20",
    "select u.level, count(distinct p.song_id) from songplays p join users u using (user_id) group by 1 order by 1",
    "select upper('paid'), lower('ABC'), length('äöü'), substring('hello' from 2 for 3), position('l' in 'hello'), trim('  x ')",
    "select coalesce(song_id, 'none'), nullif(level, 'paid') from songplays order by songplay_id limit 10",
    "select case when level = 'paid' then 1 else 0 end from songplays order by songplay_id limit 5",
    "select level ~ 'ai', level !~ 'ai', level ~* 'AI', level like 'p%', level ilike 'P%' from users order by user_id limit 5",
    "select extract(year from start_time)::int, date_part('month', start_time)::int from songplays order by songplay_id limit 5",
    "select date_trunc('day', start_time), count(*) from songplays group by 1 order by 1 limit 5",
    "select 1 where 1 in (1,2) and 1 = any(array[1,2]) and 3 <> all(array[1,2])",
    "select 'a' = any('{a,b}'::text[])",
    "with t as (select level, count(*) as n from songplays group by level) select * from t order by level",
    "select row_number() over (order by songplay_id), level from songplays order by songplay_id limit 5",
    "select exists (select 1 from users), (select count(*) from users)",
    "values (1, 'a'), (2, 'b')",
    "select * from (values (1, 'a'), (2, 'b')) as t",
    "select g from generate_series(1, 3) as g",
    "select generate_series from generate_series(1, 3)",
    "select level from users union select 'x' order by 1",
    "select current_schema(), current_database()",
    "select greatest(1,2), least(1,2), abs(-3), round(2.5::numeric), ceil(1.2::float8), floor(-1.2::float8)",
    "select string_agg(level, ',' order by level) from (select distinct level from users) as l",
    "select concat('a', 1, null), 'a' || 'b', left('abc', 2), right('abc', 2), repeat('a', 3), replace('abc', 'b', 'x')",
    "select distinct level from users order by level desc",
    "select first_name as \"First Name\", 1 as \"Ünit\" from users order by user_id limit 2",
    "select * from users where false",
    "select count(*) filter (where level = 'paid') from users",
    "select bool_and(true), bool_or(false), every(true)",
    "select split_part('a,b', ',', 2), md5('a'), reverse('abc'), initcap('hello world')",
    "select user_id::bigint from users where user_id is not null order by 1 limit 3",
    "select min(start_time)::date from songplays",
    "select to_timestamp('2025-07-10 01:02:03.045600', 'YYYY-MM-DD HH24:MI:SS.US'), to_timestamp(1.5), to_date('2024-02', 'YYYY-MM')",
    "select to_char(timestamp '2024-02-29 13:04:05.067', 'YYYY-MM-DD HH24:MI:SS.MS'), to_char(date '2024-02-29', 'DDD IW Dy')",
    "SELECT DATE_TRUNC('hour', start_time) AS start_time, COUNT(*) AS \"COUNT(*)\" FROM silver.songplays WHERE start_time >= "
    "TO_TIMESTAMP('2001-07-10 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') GROUP BY DATE_TRUNC('hour', start_time) "
    "ORDER BY \"COUNT(*)\" DESC, 1 LIMIT 10",
    "SELECT DATE_TRUNC('minute', start_time) AS start_time, COUNT(DISTINCT user_id) AS c FROM silver.songplays "
    "WHERE user_id ILIKE '%1%' GROUP BY DATE_TRUNC('minute', start_time) ORDER BY 1 LIMIT 10",
    "select timestamp '2024-01-01' + interval '1 day', date '2024-01-02' - date '2024-01-01'",
]


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize("query", QUERIES)
def test_answers_as_postgres_does(wire, oracle, query, binary):
    def answer(address):
        with psycopg.connect(address, autocommit=True) as connection, connection.cursor(binary=binary) as cursor:
            cursor.execute(query)
            # NaN differs from itself
            rows = [tuple("NaN" if value != value else value for value in row) for row in cursor]
            return [column.name for column in cursor.description], rows

    assert answer(wire.address()) == answer(oracle.address())


def selects() -> list[str]:
    lines = (lakes.REPO / "tests" / "pgwire_selects.sql").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("--")]


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
def test_selects_answer_as_postgres_does(wire, oracle, binary):
    def answers(address):
        with psycopg.connect(address, autocommit=True) as connection, connection.cursor(binary=binary) as cursor:
            for query in selects():
                cursor.execute(query)
                yield query, [column.name for column in cursor.description], [
                    tuple("NaN" if value != value else value for value in row) for row in cursor]

    assert len(selects()) >= 400
    different = [(ours, theirs[1:]) for ours, theirs in zip(answers(wire.address()), answers(oracle.address()), strict=True) if ours != theirs]
    assert different == []


def test_patterns_without_words_here_are_refused(client):
    """Rather than answered with another text."""
    for query in ["select to_char(12, '000')", "select to_char(now(), 'YYYY WW')", "select format('%1$s', 'a')",
                  "select regexp_matches('ab', 'a', 'g')", "select 'a' similar to 'b' || '%'"]:
        with pytest.raises(psycopg.Error, match="not supported|SIMILAR TO takes"):
            client.execute(query)


ERRORS = [
    "select * from nothing", "select nothing from users", "selec 1", "select 1/0", "select 'a'::int", "select nofunction(1)",
    "select count(*), level from users", "insert into users values ('a')", "create table t (a int)", "drop table users",
    "select 1; selec", "delete from users", "select date '2024-02-30'", "set nothing = 1", "fetch all from nothing",
    "execute nothing", "copy users from stdin", "select 'x'::regclass", "select x.level from users",
    "select u.level from users u, songplays p where level = 'paid'", "select upper(1, 2)", "select 'x'::numeric",
    "select 99999999999::int", "select level from users limit -1", "select * from users order by 9",
    "select 1 union select 1, 2", "select (select 1 union select 2)", "select level from users where count(*) > 1",
    "rollback to nothing",
]


@pytest.mark.parametrize("query", ERRORS)
def test_errors_have_their_state(wire, oracle, query):
    def failure(address, read_only):
        with psycopg.connect(address, autocommit=True) as connection:
            if read_only:
                connection.execute("set default_transaction_read_only = on")
            with pytest.raises(psycopg.Error) as error:
                connection.execute(query, prepare=False)
            return error.value.sqlstate

    assert failure(wire.address(), False) == failure(oracle.address(), True)


def test_nulls_sort_last_and_first(client):
    rows = client.execute("select x from (values (1), (null), (2)) as t (x) order by x").fetchall()
    assert rows == [(1,), (2,), (None,)]
    rows = client.execute("select x from (values (1), (null), (2)) as t (x) order by x desc").fetchall()
    assert rows == [(None,), (2,), (1,)]


def test_sum_of_bigint_is_numeric(client):
    cursor = client.execute("select sum(session_id) from songplays")
    assert cursor.description[0].type_code == 1700
    assert isinstance(cursor.fetchone()[0], decimal.Decimal)


def test_a_plan_is_a_column_of_lines(wire, oracle):
    for server in (wire, oracle):
        with psycopg.connect(server.address()) as connection:
            for query, values in (("explain select level, count(*) from silver.users group by 1", None),
                                  ("explain select * from silver.users where user_id = %s order by level", ("8",))):
                cursor = connection.execute(query, values)
                assert [(column.name, column.type_code) for column in cursor.description] == [("QUERY PLAN", 25)]
                assert len(cursor.fetchall()) > 1


def test_columns_tell_their_table(client):
    cursor = client.execute("select level, count(*) from users group by level", prepare=False)
    oid = client.execute("select 'silver.users'::regclass::oid").fetchone()[0]
    assert cursor.pgresult.ftable(0) == oid and cursor.pgresult.ftablecol(0) == 5
    assert cursor.pgresult.ftable(1) == 0


def test_parameters_of_all_kinds(client):
    row = client.execute("select %s::int, %s, %s::bytea, %s::date, %b::float8, %b::bigint",
                         (1, "a", b"\x00\xff", "2024-01-01", 2.5, 7)).fetchone()
    assert row[:3] == (1, "a", b"\x00\xff")
    assert str(row[3]) == "2024-01-01" and row[4:] == (2.5, 7)
    count = client.execute("select count(*) from users where level = %s and user_id = any(%s)", ("paid", ["1", "2"])).fetchone()
    assert count[0] >= 0


def test_array_beside_other_parameters(client):
    row = client.execute("select %s::int, %s, %s::text[], %s::bytea, %s::date, %b::float8, %b::bigint",
                         (1, "a", ["x", None], b"\x00\xff", "2024-01-01", 2.5, 7)).fetchone()
    assert row[2] == ["x", None]


def test_array_parameter(client):
    assert client.execute("select %s::text[]", (["x", None],)).fetchone() == (["x", None],)


def test_numeric_parameter(client):
    assert client.execute("select %s::numeric", (decimal.Decimal("1.5"),)).fetchone() == (decimal.Decimal("1.5"),)


def test_transactions_read_one_run_and_refuse_writes(wire):
    with wire.connect() as connection:
        connection.execute("select 1")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("create table t (a int)")
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            connection.execute("select 1")
        connection.rollback()
        with connection.transaction():
            assert connection.execute("select 1").fetchone() == (1,)


def test_server_side_cursor(wire):
    with wire.connect() as connection, connection.cursor("c", row_factory=tuple_row) as cursor:
        cursor.itersize = 3
        cursor.execute("select songplay_id from songplays order by songplay_id")
        first = cursor.fetchmany(5)
        assert len(first) == 5
        assert connection.execute("select 1").fetchone() == (1,)  # between two fetches
        rest = cursor.fetchall()
        assert len(first) + len(rest) == connection.execute("select count(*) from songplays").fetchone()[0]


def test_cursors_end_with_what_opened_them(wire):
    with wire.connect() as connection:
        connection.execute("declare before cursor for select 1")
        connection.execute("savepoint s")
        connection.execute("declare behind cursor for select 2")
        connection.execute("rollback to s")
        assert connection.execute("fetch before").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.InvalidCursorName):
            connection.execute("fetch behind")
    with wire.connect(autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("begin; declare held cursor with hold for select 1/0; fetch held")
        connection.execute("rollback")
        connection.execute("begin; declare held cursor with hold for select 3; commit")
        assert connection.execute("fetch held").fetchall() == [(3,)]


@pytest.mark.parametrize("options", ["", "(format csv, header)", "(format binary)"])
def test_copy_out_is_as_of_postgres(wire, oracle, options):
    def copied(address):
        with psycopg.connect(address) as connection, connection.cursor() as cursor:
            with cursor.copy(f"copy (select * from users order by user_id) to stdout {options}") as rows:
                return b"".join(bytes(piece) for piece in rows)

    assert copied(wire.address()) == copied(oracle.address())


def test_several_statements_and_the_empty_one(wire):
    done = wire.psql("-At", "-c", "begin; select 1; select 2; commit")
    assert done.stdout.split() == ["BEGIN", "1", "2", "COMMIT"]
    with wire.connect(autocommit=True) as connection:
        assert connection.execute("").statusmessage in (None, "")


def test_settings(client):
    client.execute("set application_name = 'x'")
    assert client.execute("show application_name").fetchone() == ("x",)
    assert client.info.parameter_status("integer_datetimes") == "on"
    assert client.info.parameter_status("standard_conforming_strings") == "on"
    assert client.info.server_version == 150018
    client.execute("set search_path = silver")
    assert client.execute("select current_schema()").fetchone() == ("silver",)
    client.execute("discard all")
    assert client.execute("show application_name").fetchone() == ("",)


def test_cancel_ends_the_query(wire):
    with wire.connect(autocommit=True) as connection:
        slow = "select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a * b % 7 = 3"
        import threading
        timer = threading.Timer(0.3, connection.cancel)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute(slow)
        assert connection.execute("select 1").fetchone() == (1,)


def test_wrong_key_cancels_nothing(wire):
    with socket.create_connection(("127.0.0.1", wire.port)) as raw:
        raw.sendall(struct.pack("!iiii", 16, 80877102, 1, 12345))
        assert raw.recv(1) == b""


def test_users_log_in_and_roles_bound_them(sample_lake, tmp_path):
    users = tmp_path / "users.toml"
    for name, role in (("ana", "analyst"), ("vera", "viewer")):
        done = subprocess.run([lakes.program(), "serve", "user", "add", name, "--role", role, "--users", str(users)],
                              input=b"correct horse\n", capture_output=True)
        assert done.returncode == 0, done.stderr
    server = Wire(sample_lake, "--users", users)
    try:
        def ask(query, **login):
            with psycopg.connect(server.address(**login)) as connection:
                return connection.execute(query).fetchone()[0]

        assert ask("select count(*) from silver.users", user="ana", password="'correct horse'") > 0
        for login in ({"user": "ana", "password": "wrong"}, {"user": "nobody", "password": "wrong"}):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                ask("select 1", **login)
        assert ask("select count(*) from silver.songs", user="vera", password="'correct horse'") > 0
        with pytest.raises(psycopg.errors.UndefinedTable):
            ask("select count(*) from silver.users", user="vera", password="'correct horse'")
        listed = ask("select count(*) from pg_class where relname = 'users'", user="vera", password="'correct horse'")
        assert listed == 0
    finally:
        server.stop()


@pytest.mark.parametrize("packet", [
    b"", b"\x00", b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"GET / HTTP/1.0\r\n\r\n", struct.pack("!ii", 8, 196608),
    struct.pack("!ii", 9, 196608) + b"\x00", struct.pack("!ii", 8, 131072), struct.pack("!ii", 8, 80877103) * 6,
])
def test_wrong_starts_end_alone(wire, packet):
    with socket.create_connection(("127.0.0.1", wire.port)) as raw:
        with contextlib.suppress(OSError):  # the server may be gone before we are done
            raw.sendall(packet)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass
    with wire.connect() as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_sqlalchemy_reflects(wire):
    import sqlalchemy
    engine = sqlalchemy.create_engine(f"postgresql+psycopg://postgres@127.0.0.1:{wire.port}/lake")
    inspector = sqlalchemy.inspect(engine)
    assert {"gold", "silver", "bronze", "ops"} <= set(inspector.get_schema_names())
    assert "songplays" in inspector.get_table_names("silver")
    columns = {column["name"]: column for column in inspector.get_columns("songplays", "silver")}
    assert columns["start_time"]["type"].timezone
    assert columns["user_id"]["comment"].startswith("listener")
    assert inspector.get_pk_constraint("users", "silver")["constrained_columns"] == ["user_id"]
    targets = {key["referred_table"] for key in inspector.get_foreign_keys("songplays", "silver")}
    assert targets == {"users", "songs", "artists", "time"}
    assert inspector.get_table_comment("users", "silver")["text"]
    table = sqlalchemy.Table("users", sqlalchemy.MetaData(), schema="silver", autoload_with=engine)
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.select(table.c.level, sqlalchemy.func.count()).group_by(table.c.level)).all()
        assert sum(row[1] for row in rows) > 0
    engine.dispose()


def test_psycopg2(wire):
    import psycopg2
    with psycopg2.connect(wire.address()) as connection, connection.cursor() as cursor:
        cursor.execute("select level, start_time from songplays where level = %s order by songplay_id limit 1", ("paid",))
        level, start = cursor.fetchone()
        assert level == "paid" and start.utcoffset().total_seconds() == 0


def test_asyncpg(wire):
    import asyncpg

    async def run():
        connection = await asyncpg.connect(host="127.0.0.1", port=wire.port, user="postgres", database="lake")
        try:
            row = await connection.fetchrow("select $1::int + 1 as n, $2::text[] as t, now() as at", 41, ["a", "b"])
            assert row["n"] == 42 and row["t"] == ["a", "b"] and row["at"].tzinfo == timezone.utc
            async with connection.transaction():
                seen = [r["songplay_id"] async for r in connection.cursor("select songplay_id from songplays", prefetch=7)]
            assert len(seen) == await connection.fetchval("select count(*) from songplays")
        finally:
            await connection.close()

    asyncio.run(run())


def test_adbc_reads_by_binary_copy(wire):
    import adbc_driver_postgresql.dbapi
    with adbc_driver_postgresql.dbapi.connect(f"postgresql://postgres@127.0.0.1:{wire.port}/lake") as connection:
        with connection.cursor() as cursor:
            cursor.execute("select user_id, level, start_time, session_id from silver.songplays")
            table = cursor.fetch_arrow_table()
            cursor.execute("select count(*) from silver.songplays")
            assert table.num_rows == cursor.fetchone()[0]


def test_catalogue_queries_are_quick(client):
    query = ("select n.nspname, c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
             "join pg_attribute a on a.attrelid = c.oid where n.nspname = 'silver' and attnum > 0")
    client.execute(query)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        assert client.execute(query).fetchall()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.2  # 20 ms on a quiet machine


FENCED = [
    "select * from read_csv('/etc/passwd')", "select * from '/etc/passwd'", "select * from \"/etc/passwd\"", "select getenv('HOME')",
    "select * from duckdb_settings()", "select * from query('select 1')", "select nextval('a')", "from read_text('/etc/passwd')",
    "with \"/etc/passwd\" as (select 1) select 1", "select * from pg_read_file('/etc/passwd')", "copy users to '/tmp/x'",
    "attach '/tmp/x' as x", "select * from memory.main.x", "select * from information_schema.nothing", "pragma database_list",
    "select * from glob('/*')", "call enable_logging()", "load httpfs", "select * from pg_authid", "select * from sqlite_master",
    "select * from lake_1.silver.users", "select * from pgs.pgc.pg_type", "select pgf_name_regclass() = 1",
    "select pgf_name_regx()::oid", "select pgf_text(1)", "select \"GETENV\"('HOME')", "select \"CURRENT_SETTING\"('threads')",
    "select \"Read_Text\"('/etc/passwd')",
]


@pytest.mark.parametrize("query", FENCED)
def test_nothing_but_the_lake_can_be_read(client, query):
    with pytest.raises(psycopg.Error):
        client.execute(query, prepare=False)


def test_a_new_session_is_quick(wire):
    wire.connect().close()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        wire.connect().close()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1  # 10 ms on a quiet machine
