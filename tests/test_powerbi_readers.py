"""Who reads a Power BI project: Microsoft's reader of TMDL, its parser of Power Query, and the SQL that DirectQuery sends."""

import json
import os
import re
import shutil
import subprocess
import urllib.request

import lake as lakes
import psycopg
import pytest

from postgres import Wire

pytestmark = pytest.mark.clients

READER = lakes.REPO / "tests" / "judges" / "tmdl_reader.py"
PYTHON = lakes.REPO / ".venv-powerbi" / "bin" / "python"
DRIVERS = lakes.DEPS / "drivers"


@pytest.fixture(scope="module")
def definition(engagement_lake, tmp_path_factory):
    out = tmp_path_factory.mktemp("project") / "powerbi"
    outcome = lakes.run("powerbi", "--lake", engagement_lake, "--out", out, "--server", "127.0.0.1:5439")
    assert outcome.code == 0, outcome.err
    return out / "Cadenza.SemanticModel" / "definition"


@pytest.fixture(scope="module")
def wire(engagement_lake):
    server = Wire(engagement_lake)
    yield server
    server.stop()


def read(*folders) -> list[dict]:
    done = subprocess.run([PYTHON, READER, *map(str, folders)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def model(definition):
    [model] = read(definition)
    return model


# TMDL ---------------------------------------------------------------------------------------------

def test_the_model_is_valid(model):
    assert model["errors"] == []
    assert model["parameters"] == ["Database", "Server"]


def test_tables_and_columns_are_those_of_gold(model, wire):
    types = {"bigint": "Int64", "integer": "Int64", "double precision": "Double", "boolean": "Boolean", "date": "DateTime",
             "timestamp with time zone": "DateTime", "character varying": "String", "text": "String", "numeric": "Decimal"}
    with wire.connect() as connection:
        columns = connection.execute(
            "select c.relname, a.attname, format_type(a.atttypid, null), col_description(c.oid, a.attnum) from pg_class c "
            "join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid "
            "where n.nspname = 'gold' and c.relkind = 'r' and a.attnum > 0 order by 1, a.attnum").fetchall()
    wanted = {}
    for table, column, kind, description in columns:
        wanted.setdefault(table, {})[column] = (types[kind], description)
    got = {name: {column: (each["type"], each["description"]) for column, each in table["columns"].items()}
           for name, table in model["tables"].items() if name not in ("Measures",)}
    assert got.keys() <= wanted.keys() and len(got) >= 15
    assert got == {name: wanted[name] for name in got}


def test_each_table_asks_the_server(model):
    for name, table in model["tables"].items():
        if name == "Measures":
            continue
        assert table["modes"] == ["DirectQuery"] and table["description"]
        assert f'[Schema="gold",Item="{name}"]' in table["sources"][0]


def test_measures_and_relations(model):
    titles = [re.search(r"^-- title: (.*)$", path.read_text(), re.MULTILINE).group(1)
              for path in sorted((lakes.REPO / "models" / "metrics").glob("*.sql"))]
    assert set(titles) <= set(model["tables"]["Measures"]["measures"])
    assert model["relations"] == [["customer_days", "customer_id", "customer_engagement", "customer_id"],
                                  ["customer_days", "session_date", "days", "date"]]


DAMAGES = {
    "unknown property": ("tables/days.tmdl", "summarizeBy: none", "sumarizeBy: none"),
    "unknown type": ("tables/days.tmdl", "dataType: boolean", "dataType: perhaps"),
    "unknown mode": ("tables/days.tmdl", "mode: directQuery", "mode: sometimes"),
    "unknown summary": ("tables/customer_days.tmdl", "summarizeBy: none", "summarizeBy: whatever"),
    "spaces for tabs": ("tables/days.tmdl", "\tcolumn date", "  column date"),
    "a relation to no table": ("relationships.tmdl", "toColumn: days.date", "toColumn: dayz.date"),
    "a relation to no column": ("relationships.tmdl", "toColumn: days.date", "toColumn: days.dates"),
    "a quote that stays open": ("tables/Measures.tmdl", "measure 'Paid share'", "measure 'Paid share"),
    "a column twice": ("tables/days.tmdl", "column month", "column date"),
    "text where an object begins": ("model.tmdl", "model Model", "modell Model"),
}


def test_each_damaged_model_is_refused(definition, tmp_path):
    folders = []
    for number, (path, old, new) in enumerate(DAMAGES.values()):
        folder = tmp_path / str(number)
        shutil.copytree(definition, folder)
        text = (folder / path).read_text()
        assert old in text, (path, old)
        (folder / path).write_text(text.replace(old, new, 1))
        folders.append(folder)
    said = dict(zip(DAMAGES, read(*folders), strict=True))
    assert [damage for damage, answer in said.items() if "refused" not in answer and not answer["errors"]] == []


def test_names_of_all_kinds_survive(engagement_lake, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    (models / "grosse.sql").write_text(
        "-- grosse: the \"größte\" of Ana's — ünd 'so' weiter.\n-- grain: one row per customer_id\n-- refresh: whole\n-- columns:\n"
        "--   customer_id VARCHAR: a \"customer\", Müller's\n--   longest BIGINT: in ms // not much\n"
        "SELECT customer_id, max(duration_ms) AS longest FROM customer_days GROUP BY customer_id\n")
    lake = tmp_path / "lake"
    shutil.copytree(engagement_lake, lake)
    done = lakes.run("refresh", "--lake", lake, "--models", models)
    assert done.code == 0, done.err
    out = tmp_path / "out"
    done = lakes.run("powerbi", "--lake", lake, "--out", out, "--database", "Jürgen's \"lake\"")
    assert done.code == 0, done.err
    [model] = read(out / "Cadenza.SemanticModel" / "definition")
    assert model["errors"] == []
    assert 'expression Database = "Jürgen\'s ""lake""" meta [' in (out / "Cadenza.SemanticModel/definition/expressions.tmdl").read_text()
    assert model["tables"]["grosse"]["description"] == "the \"größte\" of Ana's — ünd 'so' weiter."
    assert model["tables"]["grosse"]["columns"]["longest"]["description"] == "in ms // not much"


# Power Query --------------------------------------------------------------------------------------

def test_sources_are_power_query(model):
    sources = [source for table in model["tables"].values() for source in table["sources"]]
    damaged = sources[0].replace("in\n", "inn\n", 1)
    assert damaged != sources[0]
    environment = os.environ | {"CADENZA_NODE_DRIVERS": str(DRIVERS / "node")}
    done = subprocess.run(["node", lakes.REPO / "tests" / "judges" / "power_query.mjs"], input=json.dumps([*sources, damaged]),
                          capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True] * len(sources) + [False]


# DirectQuery: one query for each picture, in the shapes that it has been seen to send --------------

def window_of(wire) -> tuple[str, str]:
    with wire.connect() as connection:
        return connection.execute("select min(window_start)::text, max(window_end)::text from gold.customer_engagement").fetchone()


def tile(wire, name, query):
    with urllib.request.urlopen(f"{wire.base}/api/v1/tiles/{name}?{query}") as reply:
        answer = json.load(reply)
    names = [column["name"] for column in answer["columns"]]
    return [dict(zip(names, row, strict=True)) for row in answer["rows"]]


def asked(wire, query):
    """As Npgsql asks: prepared without a name, in binary."""
    with wire.connect(autocommit=True) as connection, connection.cursor(binary=True) as cursor:
        cursor.execute("discard all")
        return cursor.execute(query, prepare=True).fetchall()


DAYS = """(select "$Outer"."c3", "$Inner"."session_date", "$Inner"."customer_id", "$Inner"."sessions"
   from (select "_"."customer_id", "_"."session_date", "_"."sessions" from "gold"."customer_days" "_") "$Inner"
   inner join (select "_"."date" as "c3", "_"."month" from "gold"."days" "_"
     where "_"."date" >= date '{first}' and "_"."date" < date '{last}' + 1) "$Outer"
   on "$Inner"."session_date" = "$Outer"."c3")"""


def test_sessions_and_customers_by_day(wire):
    first, last = window_of(wire)
    rows = asked(wire, f"""select "_"."c3", "_"."a0", "_"."a1" from (
        select "rows"."c3" as "c3", sum("rows"."sessions") as "a0",
          count(distinct "rows"."customer_id") + max(case when "rows"."customer_id" is null then 1 else 0 end) as "a1"
        from {DAYS.format(first=first, last=last)} "rows" group by "c3") "_"
        where not "_"."a0" is null order by "_"."c3" limit 1000001""")
    tiles = [(row["day"], row["sessions"], row["listeners"]) for row in tile(wire, "sessions_by_day", f"from={first}&to={last}")]
    assert [(str(day), int(sessions), int(listeners)) for day, sessions, listeners in rows] == [row for row in tiles if row[1]]
    assert len(rows) > 10


def test_sessions_by_month(wire):
    first, last = window_of(wire)
    rows = asked(wire, f"""select "_"."month", "_"."a0" from (
        select "rows"."month", sum("rows"."sessions") as "a0" from (
          select "$Inner"."sessions", "$Outer"."month"
          from (select "_"."session_date", "_"."sessions" from "gold"."customer_days" "_"
            where "_"."session_date" >= timestamp '{first} 00:00:00' and "_"."session_date" < timestamp '{last} 00:00:00' + interval '1 day') "$Inner"
          left outer join (select "_"."date", "_"."month" from "gold"."days" "_") "$Outer" on "$Inner"."session_date" = "$Outer"."date") "rows"
        group by "rows"."month") "_" where not "_"."a0" is null order by 1 limit 1000001""")
    months = {row["month"]: row["sessions"] for row in tile(wire, "sessions_by_month", f"from={first}&to={last}")}
    assert {str(month)[:7]: int(sessions) for month, sessions in rows} == {str(month)[:7]: count for month, count in months.items() if count}


def test_cards(wire):
    first, last = window_of(wire)
    sessions = f"""(select "$Outer"."customer_id", "$Outer"."is_paid", coalesce(sum("$Inner"."sessions"), 0) as "a0"
        from (select "_"."customer_id", "_"."is_paid" from "gold"."customer_engagement" "_"
          where "_"."window_start" = date '{first}' and "_"."window_end" = date '{last}') "$Outer"
        left outer join {DAYS.format(first=first, last=last)} "$Inner" on "$Outer"."customer_id" = "$Inner"."customer_id"
        group by "$Outer"."customer_id", "$Outer"."is_paid") "rows" """
    [(customers, active, paid)] = asked(wire, f"""select count(1) as "a0",
        sum(case when cast("rows"."a0" as decimal) > cast(0 as decimal) then 1 else 0 end) as "a1",
        sum(case when cast("rows"."a0" as decimal) > cast(0 as decimal) and "rows"."is_paid" = true then 1 else 0 end) as "a2"
        from {sessions} limit 1000001""")
    cards = {row["metric"]: (row["numerator"], row["denominator"]) for row in tile(wire, "kpi_cards", f"from={first}&to={last}")}
    assert cards["session_adoption_rate"] == (int(active), int(customers))
    assert cards["paid_share"] == (int(paid), int(active))


@pytest.mark.parametrize("query", [
    'select "_"."level" from (select distinct "_"."period" as "level" from "gold"."kpi_trend" "_") "_" order by "_"."level" limit 101',
    'select min("rows"."date") as "a0", max("rows"."date") as "a1" from "gold"."days" "rows"',
    'select count(*) from "gold"."days" "_" where "_"."date" in (date \'2025-07-01\', date \'2025-07-02\')',
    'select "t0"."a" as "x" from (select 1 as "a") as "t0" where "t0"."a" is not null and not ("t0"."a" = 2) limit 1000001',
])
def test_slicers_and_other_shapes(wire, query):
    assert asked(wire, query)


def test_what_npgsql_asks_when_it_connects(wire):
    """The types as versions 4.0 (which Power BI ships) and 5 load them, tables, columns, keys and references."""
    with psycopg.connect(wire.address(), autocommit=True) as connection:
        types = connection.execute("""
            SELECT ns.nspname, a.typname, a.oid, a.typrelid, a.typbasetype,
              CASE WHEN pg_proc.proname='array_recv' THEN 'a' ELSE a.typtype END AS type,
              CASE WHEN pg_proc.proname='array_recv' THEN a.typelem WHEN a.typtype='r' THEN rngsubtype ELSE 0 END AS elemoid,
              CASE WHEN pg_proc.proname IN ('array_recv','oidvectorrecv') THEN 3 WHEN a.typtype='r' THEN 2 WHEN a.typtype='d' THEN 1 ELSE 0 END AS ord
            FROM pg_type AS a JOIN pg_namespace AS ns ON (ns.oid = a.typnamespace) JOIN pg_proc ON pg_proc.oid = a.typreceive
            LEFT OUTER JOIN pg_class AS cls ON (cls.oid = a.typrelid) LEFT OUTER JOIN pg_type AS b ON (b.oid = a.typelem)
            LEFT OUTER JOIN pg_class AS elemcls ON (elemcls.oid = b.typrelid) LEFT OUTER JOIN pg_range ON (pg_range.rngtypid = a.oid)
            WHERE a.typtype IN ('b', 'r', 'e', 'd') OR (a.typtype = 'c' AND cls.relkind='c')
              OR (pg_proc.proname='array_recv' AND (b.typtype IN ('b', 'r', 'e', 'd') OR (b.typtype = 'p' AND b.typname IN ('record', 'void'))
              OR (b.typtype = 'c' AND elemcls.relkind='c'))) OR (a.typtype = 'p' AND a.typname IN ('record', 'void')) ORDER BY ord""").fetchall()
        assert {("int4", 23), ("timestamptz", 1184), ("_text", 1009), ("float8", 701)} <= {row[1:3] for row in types}
        assert connection.execute("""
            SELECT ns.nspname, typ_and_elem_type.*,
              CASE WHEN typtype IN ('b', 'e', 'p') THEN 0 WHEN typtype = 'r' THEN 1 WHEN typtype = 'c' THEN 2
                WHEN typtype = 'd' THEN 3 WHEN typtype = 'a' THEN 4 END AS ord
            FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind,
                elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind,
                CASE WHEN elemproc.proname = 'array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype
              FROM (SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid,
                  CASE WHEN proc.proname = 'array_recv' THEN 'a' ELSE typ.typtype END AS typtype,
                  CASE WHEN proc.proname = 'array_recv' THEN typ.typelem WHEN typ.typtype = 'r' THEN rngsubtype WHEN typ.typtype = 'd' THEN typ.typbasetype END AS elemtypid
                FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid)
                LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid)) AS typ
              LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemtypid LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid)
              LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive) AS typ_and_elem_type
            JOIN pg_namespace AS ns ON (ns.oid = typnamespace)
            WHERE typtype IN ('b', 'r', 'e', 'd') OR (typtype = 'c' AND relkind = 'c') OR (typtype = 'p' AND typname IN ('record', 'void'))
              OR (typtype = 'a' AND (elemtyptype IN ('b', 'r', 'e', 'd') OR (elemtyptype = 'p' AND elemtypname IN ('record', 'void'))
              OR (elemtyptype = 'c' AND elemrelkind = 'c'))) ORDER BY ord""").fetchall()
        tables = connection.execute("""select TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE from INFORMATION_SCHEMA.tables
            where TABLE_SCHEMA not in ('information_schema', 'pg_catalog') order by TABLE_SCHEMA, TABLE_NAME""").fetchall()
        assert ("gold", "kpi_summary", "BASE TABLE") in tables
        columns = connection.execute("""select COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE, case when (data_type like '%unsigned%') then DATA_TYPE || ' unsigned' else DATA_TYPE end as DATA_TYPE
            from INFORMATION_SCHEMA.columns where TABLE_SCHEMA = 'gold' and TABLE_NAME = 'customer_days'
            order by TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION""").fetchall()
        assert [column[0] for column in columns][:2] == ["customer_id", "session_date"]
        keys = connection.execute("""select i.CONSTRAINT_SCHEMA || '_' || i.CONSTRAINT_NAME as INDEX_NAME, ii.COLUMN_NAME, ii.ORDINAL_POSITION,
              case when i.CONSTRAINT_TYPE = 'PRIMARY KEY' then 'Y' else 'N' end as PRIMARY_KEY
            from INFORMATION_SCHEMA.table_constraints i inner join INFORMATION_SCHEMA.key_column_usage ii
              on i.CONSTRAINT_SCHEMA = ii.CONSTRAINT_SCHEMA and i.CONSTRAINT_NAME = ii.CONSTRAINT_NAME
              and i.TABLE_SCHEMA = ii.TABLE_SCHEMA and i.TABLE_NAME = ii.TABLE_NAME
            where i.TABLE_SCHEMA = 'gold' and i.TABLE_NAME = 'customer_days' and i.CONSTRAINT_TYPE in ('PRIMARY KEY', 'UNIQUE')
            order by i.CONSTRAINT_SCHEMA || '_' || i.CONSTRAINT_NAME, ii.TABLE_SCHEMA, ii.TABLE_NAME, ii.ORDINAL_POSITION""").fetchall()
        assert {key[1] for key in keys} == {"customer_id", "session_date"} and {key[3] for key in keys} == {"Y"}
        references = connection.execute("""select pkcol.COLUMN_NAME as PK_COLUMN_NAME, fkcol.TABLE_SCHEMA AS FK_TABLE_SCHEMA,
              fkcol.TABLE_NAME AS FK_TABLE_NAME, fkcol.COLUMN_NAME as FK_COLUMN_NAME, fkcol.ORDINAL_POSITION as ORDINAL,
              fkcon.CONSTRAINT_SCHEMA || '_' || fkcol.TABLE_NAME || '_' || 'customers' || '_' || fkcon.CONSTRAINT_NAME as FK_NAME
            from (select distinct constraint_catalog, constraint_schema, unique_constraint_schema, constraint_name, unique_constraint_name
              from INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS) fkcon
            inner join INFORMATION_SCHEMA.KEY_COLUMN_USAGE fkcol on fkcon.CONSTRAINT_SCHEMA = fkcol.CONSTRAINT_SCHEMA and fkcon.CONSTRAINT_NAME = fkcol.CONSTRAINT_NAME
            inner join INFORMATION_SCHEMA.KEY_COLUMN_USAGE pkcol on fkcon.UNIQUE_CONSTRAINT_SCHEMA = pkcol.CONSTRAINT_SCHEMA and fkcon.UNIQUE_CONSTRAINT_NAME = pkcol.CONSTRAINT_NAME
            where fkcol.TABLE_SCHEMA in ('gold', 'silver') and fkcol.ORDINAL_POSITION = pkcol.ORDINAL_POSITION
            order by FK_NAME, fkcol.ORDINAL_POSITION""").fetchall()
        assert ("customer_id", "gold", "customer_days", "customer_id", 1) in [reference[:5] for reference in references]
