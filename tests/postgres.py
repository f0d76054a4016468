"""A PostgreSQL 15 of the tests, and the server of Cadenza that is compared with it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import lake as lakes
import psycopg
import pytest
from psycopg import sql

STAR = ["silver.songplays", "silver.users", "silver.songs", "silver.artists", "silver.time", "silver.artist_names"]
BINARIES = Path("/usr/lib/postgresql/15/bin")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def bare(table: str) -> str:
    return table.split(".")[-1]


class Oracle:
    """A real PostgreSQL 15 on a free port, with its data in a temporary folder."""

    @classmethod
    def beside(cls, wire):
        """One that holds the star's tables of another server, with their keys, references and comments."""
        if not BINARIES.is_dir():
            pytest.fail("PostgreSQL 15 is not installed: ./dev test --all installs it")
        postgres = cls()
        postgres.take(wire.address(), STAR)
        postgres.describe(wire.address(), STAR)
        return postgres

    def __init__(self):
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="cadenza-postgres-", dir="/tmp"))
        self.as_user = []
        if os.geteuid() == 0:  # PostgreSQL does not run as root
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self.as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        self.run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c timezone=UTC"
        self.run("pg_ctl", "-D", self.folder / "data", "-o", options, "-l", self.folder / "log", "-w", "start")
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute("create database lake")
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute("alter database lake set search_path = gold, silver, bronze, ops")
            for schema in ("gold", "silver", "bronze", "ops"):
                connection.execute(f"create schema {schema}")

    def run(self, program, *arguments):
        subprocess.run([*self.as_user, str(BINARIES / program), *map(str, arguments)], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def address(self, database="lake") -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def take(self, source: str, tables: list[str]):
        """Makes the tables and their rows as the other server shows them."""
        with psycopg.connect(source) as theirs, psycopg.connect(self.address(), autocommit=True) as ours:
            for table in tables:
                columns = theirs.execute(
                    "select attname, format_type(atttypid, atttypmod) from pg_attribute "
                    "where attrelid = %s::text::regclass and attnum > 0 order by attnum", (table,)).fetchall()
                ours.execute(f"create table {table} ({', '.join(f'{c} {t}' for c, t in columns)})")
                with theirs.cursor() as reader, ours.cursor() as writer:
                    with reader.copy(f"copy {table} to stdout") as rows, writer.copy(f"copy {table} from stdin") as sink:
                        for piece in rows:
                            sink.write(piece)

    def describe(self, source: str, tables: list[str]):
        """Gives the tables that were taken the keys, references and comments that the other server tells."""
        with psycopg.connect(source) as theirs, psycopg.connect(self.address(), autocommit=True) as ours:
            keys = theirs.execute(
                "select conrelid::regclass::text, conname, pg_get_constraintdef(k.oid) from pg_constraint k "
                "join pg_class own on own.oid = conrelid left join pg_class other on other.oid = confrelid "
                "where own.relname = any(%s) and (contype = 'p' or other.relname = any(%s)) "
                "order by contype desc, conname", ([bare(table) for table in tables],) * 2).fetchall()
            for table, name, definition in keys:
                ours.execute(f"alter table {table} add constraint {name} {definition}")
            for table in tables:
                comments = theirs.execute(
                    "select attnum, attname, col_description(attrelid, attnum) from pg_attribute "
                    "where attrelid = %s::text::regclass and attnum > 0", (table,)).fetchall()
                for _, column, text in comments:
                    ours.execute(sql.SQL("comment on column {} is {}").format(
                        sql.Identifier(*table.split("."), column), sql.Literal(text)))
                text = theirs.execute("select obj_description(%s::text::regclass, 'pg_class')", (table,)).fetchone()[0]
                ours.execute(sql.SQL("comment on table {} is {}").format(sql.Identifier(*table.split(".")), sql.Literal(text)))
            ours.execute("alter database lake set default_transaction_read_only = on")

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class Wire:
    """Cadenza's server for PostgreSQL clients over a lake."""

    def __init__(self, lake, *options):
        self.process = lakes.start("serve", "--lake", lake, "--listen", "127.0.0.1:0", "--pg", "127.0.0.1:0",
                                   "--index-memory", "0", *options)
        lines = [self.process.stdout.readline().decode() for _ in range(2)]
        if not lines[1].startswith("postgresql://"):
            raise RuntimeError(self.process.stderr.read().decode())
        self.base = lines[0].strip()
        self.port = int(lines[1].rsplit(":", 1)[1].split("/")[0])

    def address(self, **more) -> str:
        values = {"host": "127.0.0.1", "port": self.port, "user": "postgres", "dbname": "lake"} | more
        return " ".join(f"{key}={value}" for key, value in values.items())

    def connect(self, **options):
        return psycopg.connect(self.address(), **options)

    def psql(self, *arguments, check=True):
        done = subprocess.run(
            ["psql", "-X", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "lake", *arguments],
            capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise AssertionError(done.stderr)
        return done

    def stop(self):
        self.process.terminate()
        _, complaint = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, complaint
