"""Tools that people open a lake with: pgcli, tokio-postgres, Apache Superset. All but the first take minutes to fetch, so they are
slow tests."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import lake as lakes
import pytest

from postgres import free_port

pytestmark = pytest.mark.clients

CLIENTS = lakes.REPO / "tests" / "clients"
PGCLI = lakes.REPO / ".venv-pgcli" / "bin" / "pgcli"
SUPERSET = lakes.REPO / ".venv-superset" / "bin" / "superset"


def test_pgcli(ports, tmp_path):
    """Its queries, its lists, and what it says of a table and an error."""
    settings = tmp_path / "pgclirc"
    settings.write_text("[main]\npager = cat\ntiming = False\n")
    commands = ["select level, count(*) from songplays group by level order by level", "\\dt silver.song*", "\\dn silver", "\\d songplays",
                "select * from nothing", "\\l"]

    def said(port):
        answers = []
        for command in commands:
            done = subprocess.run([PGCLI, "--pgclirc", settings, "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "lake",
                                   "--less-chatty", "-c", command], capture_output=True, text=True, timeout=60,
                                  env=os.environ | {"HOME": str(tmp_path), "PAGER": "cat", "TERM": "dumb"})
            answers.append((command, done.stdout, done.returncode))
        return answers

    ours, theirs = map(said, ports)
    assert [answer for answer in ours if answer[0] != "\\l"] == [answer for answer in theirs if answer[0] != "\\l"]
    assert "| free  |" in ours[0][1] and "lake" in ours[-1][1]


@pytest.mark.slow
def test_tokio_postgres(ports, tmp_path_factory):
    if not shutil.which("cargo"):
        pytest.skip("no cargo to build tokio-postgres with")
    home = lakes.DEPS / "drivers" / "tokio"
    built = subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--target-dir", home], cwd=CLIENTS / "tokio",
                           capture_output=True, text=True, timeout=900)
    assert built.returncode == 0, built.stderr

    def said(port):
        done = subprocess.run([home / "release" / "probe", str(port)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    ours, theirs = map(said, ports)
    assert ours == theirs
    assert "57014" in ours[-1]


class Superset:
    """A server with an administrator, its own database in a folder."""

    def __init__(self, folder: Path):
        self.base = f"http://127.0.0.1:{free_port()}"
        config = folder / "superset_config.py"
        config.write_text(f"SECRET_KEY = '{'x' * 42}'\nSQLALCHEMY_DATABASE_URI = 'sqlite:///{folder}/superset.db'\n"
                          "WTF_CSRF_ENABLED = False\nTALISMAN_ENABLED = False\n")
        self.environment = os.environ | {"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(folder), "FLASK_APP": "superset"}
        self.run("db", "upgrade")
        self.run("fab", "create-admin", "--username", "admin", "--firstname", "A", "--lastname", "B", "--email", "a@example.com",
                 "--password", "admin")
        self.run("init")
        self.log = (folder / "log").open("wb")
        self.server = subprocess.Popen([SUPERSET, "run", "-p", self.base.rsplit(":", 1)[1]], env=self.environment, stdout=self.log,
                                       stderr=self.log)
        self.token = None
        deadline = time.monotonic() + 120
        while self.ask("GET", "/health") is None:
            if self.server.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError((folder / "log").read_text()[-3000:])
            time.sleep(1)
        self.token = self.ask("POST", "/api/v1/security/login",
                              {"username": "admin", "password": "admin", "provider": "db", "refresh": True})["access_token"]

    def run(self, *words):
        done = subprocess.run([SUPERSET, *words], env=self.environment, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stderr[-3000:]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Content-Type": "application/json"})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                text = answer.read().decode()
                return json.loads(text) if text.startswith("{") else text
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()[:2000]}") from error
        except urllib.error.URLError:
            return None

    def stop(self):
        self.server.terminate()
        self.server.wait()
        self.log.close()


@pytest.mark.slow
def test_superset(wire, sample_lake, tmp_path):
    """Connect, browse, a dataset, a chart by day with a filter, in Chromium: its numbers are the lake's."""
    superset = Superset(tmp_path)
    try:
        address = f"postgresql+psycopg2://postgres@127.0.0.1:{wire.port}/lake"
        database = superset.ask("POST", "/api/v1/database/", {"sqlalchemy_uri": address, "database_name": "lake"})["id"]
        assert {"gold", "silver"} <= set(superset.ask("GET", f"/api/v1/database/{database}/schemas/")["result"])
        tables = superset.ask("GET", f"/api/v1/database/{database}/tables/?q=(schema_name:silver)")["result"]
        assert {"songplays", "users"} <= {table["value"] for table in tables}
        about = superset.ask("GET", f"/api/v1/database/{database}/table_metadata/?name=songplays&schema=silver")
        assert about["comment"].startswith("the plays of songs")
        # Superset 6.1 itself shows no primary key: it turns each list of one into nothing.
        assert {key["referred_table"] for key in about["foreignKeys"]} == {"users", "songs", "artists", "time"}
        dataset = superset.ask("POST", "/api/v1/dataset/", {"database": database, "schema": "silver", "table_name": "songplays"})["id"]
        count = {"expressionType": "SQL", "sqlExpression": "count(*)", "label": "plays"}
        settings = {"datasource": f"{dataset}__table", "viz_type": "table", "query_mode": "aggregate", "groupby": ["start_time"],
                    "time_grain_sqla": "P1D", "temporal_columns_lookup": {"start_time": True}, "metrics": [count],
                    "table_timestamp_format": "%Y-%m-%d", "row_limit": 1000, "server_page_length": 0,
                    "adhoc_filters": [{"clause": "WHERE", "subject": "level", "operator": "==", "comparator": "paid",
                                       "expressionType": "SIMPLE"}]}
        chart = superset.ask("POST", "/api/v1/chart/", {"slice_name": "Paid plays by day", "viz_type": "table", "datasource_id": dataset,
                                                        "datasource_type": "table", "params": json.dumps(settings)})["id"]
        tools = os.environ | {"CADENZA_BROWSER_TOOLS": str(lakes.DEPS / "browser")}
        done = subprocess.run(["node", CLIENTS / "superset.mjs", superset.base, str(chart)], capture_output=True, text=True, timeout=240,
                              env=tools)
        assert done.returncode == 0, done.stderr
        shown = {day: int(plays.replace(",", "")) for day, plays in json.loads(done.stdout)}
        own = lakes.query(sample_lake, "select strftime(start_time, '%Y-%m-%d') as day, count(*) as plays from songplays "
                                       "where level = 'paid' group by 1")
        assert shown == {row["day"]: row["plays"] for row in own} != {}
    finally:
        superset.stop()
