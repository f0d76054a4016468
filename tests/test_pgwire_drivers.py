"""The drivers that people's tools are built on: each shows the same of the lake as of a PostgreSQL 15 with the same rows."""

import datetime
import decimal
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import lake as lakes
import pytest

pytestmark = pytest.mark.clients

DRIVERS = lakes.DEPS / "drivers"
CLIENTS = lakes.REPO / "tests" / "clients"
ODBC = Path("/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so")


def said(*command) -> list[str]:
    environment = os.environ | {"CADENZA_NODE_DRIVERS": str(DRIVERS / "node"), "TZ": "UTC", "PGTZ": "UTC"}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(("mode", "threshold"), [("extended", "5"), ("extended", "-1"), ("simple", "5")],
                         ids=["text", "binary", "simple"])
def test_jdbc(ports, mode, threshold):
    ours, theirs = (said("java", "-cp", DRIVERS / "postgresql-42.7.14.jar", CLIENTS / "Jdbc.java", port, mode, threshold)
                    for port in ports)
    assert ours == theirs
    assert any(line.startswith("== timeout") for line in ours)


def test_node(ports):
    ours, theirs = (said("node", CLIENTS / "node.mjs", port) for port in ports)
    assert ours == theirs
    assert ours[-1] == 'cancelled {"code":"57014","severity":"ERROR"}'


def test_pgx(ports):
    if not (DRIVERS / "pgx").exists():
        pytest.skip("no Go 1.25 or later to build pgx with")
    ours, theirs = (said(DRIVERS / "pgx", port) for port in ports)
    assert ours == theirs
    assert ours[-1].startswith("database/sql ")


def odbc_answers(port: int, options: str) -> list[str]:
    import pyodbc
    answers = []

    def show(name, ask, is_catalogue=False):
        try:
            cursor = ask()
            columns = [(column[0], column[1].__name__, column[3], column[5]) for column in cursor.description]
            rows = [tuple(row) for row in cursor.fetchall()]
        except pyodbc.Error as error:
            columns, rows = None, [error.args[0]]
        answers.append((name, columns, sorted(rows, key=str) if is_catalogue else rows))

    address = f"Driver={ODBC};Server=127.0.0.1;Port={port};Database=lake;Uid=postgres;{options}"
    connection = pyodbc.connect(address, autocommit=True)
    cursor = connection.cursor
    songplays = {"table": "songplays", "schema": "silver"}
    show("tables", lambda: cursor().tables(table="song%", schema="silver"), True)
    show("primary keys", lambda: cursor().primaryKeys(**songplays), True)
    show("foreign keys", lambda: cursor().foreignKeys(foreignTable="songplays", foreignSchema="silver"), True)
    show("procedures", lambda: cursor().procedures(schema="silver"), True)
    answers.append([tuple(row[:12]) for row in cursor().columns(**songplays)])
    answers.append([(row[5], row[8]) for row in cursor().statistics(**songplays)])
    for query in (
            "select * from silver.songplays order by songplay_id limit 3",
            "select 1::int2, 1::int4, 1::int8, 1.5::float4, 1.5::float8, 1.50::numeric(10,2), true, 'a'::text, 'b'::varchar, null",
            "select date '2024-02-29', timestamp '2024-01-01 10:00:00.5', time '10:11:12', '\\x00ff'::bytea, 'x'",
            "select level, count(*), sum(session_id) from silver.songplays group by level order by level",
            "select {fn ucase('a')}, {d '2024-02-29'}, {ts '2024-02-29 10:00:00'}, {fn length('abc')}",
            "select count(*) from silver.songplays where start_time >= {ts '2001-11-05 00:00:00'}",
            "select * from nothing", "selec", "select 1/0", "{call nothing()}", "select 1", "insert into silver.users values ('1')"):
        show(query, lambda query=query: cursor().execute(query))
    show("parameters", lambda: cursor().execute(
        "select ?::int, ?, ?::date, ?::numeric, ?::bool, ?::float8, ?::timestamp, ?::bytea", 1, "a'b",
        datetime.date(2024, 2, 29), decimal.Decimal("1.5"), True, 2.5, datetime.datetime(2024, 1, 1, 10), b"\0\xff"))
    show("where", lambda: cursor().execute(
        "select user_id, count(*) from silver.songplays where level = ? and session_id > ? and start_time >= ? "
        "group by 1 order by 2 desc, 1 limit 3", "paid", 1, datetime.datetime(2001, 11, 5)))
    connection.close()
    with pyodbc.connect(address) as transaction:
        inside = transaction.cursor()
        inside.execute("select songplay_id from silver.songplays")
        count = 0
        while rows := inside.fetchmany(7):
            count += len(rows)
        show("fails inside", lambda: inside.execute("select 1/0"))
        show("goes on inside", lambda: inside.execute("select 1"))
        transaction.rollback()
        show("after the rollback", lambda: inside.execute("select 1"))
    return [*answers, count]


@pytest.mark.parametrize("options", ["", "UseDeclareFetch=1;Fetch=7", "UseServerSidePrepare=0", "Protocol=7.4-1;ReadOnly=1"],
                         ids=["whole", "declared cursors", "values in the text", "savepoints"])
def test_odbc(ports, options):
    ours, theirs = (odbc_answers(port, options) for port in ports)
    assert ours == theirs


def test_extension_of_duckdb(ports, tmp_path):
    """It copies a table out in ranges of pages, in binary."""
    package = Path(importlib.util.find_spec("duckdb_extension_postgres").origin).parent
    extension = shutil.copy(next(package.glob("extensions/*/postgres.duckdb_extension")), tmp_path / "postgres_scanner.duckdb_extension")

    def answers(port):
        connection = duckdb.connect()
        connection.execute(f"load '{extension}'")
        connection.execute(f"attach 'host=127.0.0.1 port={port} user=postgres dbname=lake' as lake (type postgres, read_only)")
        return [connection.execute(query).fetchall() for query in (
            "select count(*) from lake.silver.songplays",
            "select level, count(*) from lake.silver.songplays where start_time >= '2001-11-05' group by 1 order by 1",
            "select * from lake.silver.users order by user_id limit 5",
            "select typeof(start_time), typeof(session_id) from lake.silver.songplays limit 1",
            "select * from postgres_query('lake', 'select level, count(*) as n from silver.songplays group by 1 order by 1')")]

    ours, theirs = map(answers, ports)
    assert ours == theirs
    assert ours[0][0][0] > 0
