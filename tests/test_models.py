"""Models as data: tests/models/*.test give rows, run a model over them, and say what has to come out.

    # a sentence: what the model must do
    given events
    ts_ms         | user_id | page
    1541106106796 | 8       | NextSong

    when users
    then
    user_id | level
    8       | NULL

A relation that is not given is computed from its model. Columns that are not given are NULL, false where they say yes or
no; event_time and event_date of events follow from ts_ms. Types are those of the model's header; where it has none, a
name tells (…_time, …_date, day, …_ms, is_…; else text), or `name:TYPE` says it. kpi_settings has the window 2025-07-01 to
2025-08-31 and the defaults of `cadenza kpi`, unless it is given. Only the columns named under `then` are compared, in any
order of rows.
"""

import re
from functools import cache
from pathlib import Path

import pytest

import lake as lakes

FOLDER = lakes.REPO / "tests" / "models"
FILES = sorted(FOLDER.glob("*.test"))
PLACE = re.compile(r"(?:\bFROM|\bJOIN|,)\s+(?:\w+\.)?(\w+)", re.IGNORECASE)
SETTINGS = """SELECT *, CAST(window_start AS TIMESTAMP WITH TIME ZONE) AS window_start_time,
  CAST(window_end + 1 AS TIMESTAMP WITH TIME ZONE) AS window_end_time,
  CAST(window_end AS TIMESTAMP WITH TIME ZONE) AS last_midnight, CAST(window_end - window_start + 1 AS BIGINT) AS window_days
  FROM (SELECT DATE '2025-07-01' AS window_start, DATE '2025-08-31' AS window_end, CAST(80 AS BIGINT) AS engaged_sessions,
  'free' AS free_word, CAST(30 AS BIGINT) AS retention_days, CAST(30000 AS BIGINT) AS stream_ms, CAST(14 AS BIGINT) AS early_days,
  CAST(100 AS BIGINT) AS top_rows, false AS first_paid_converts, 'UTC' AS zone) AS given"""
STATUSES = "SELECT status FROM (VALUES ('active'), ('trialing')) AS given(status)"
DERIVED = {"event_time": "timestamp_millis(ts_ms)", "event_date": "CAST(utc_clock(timestamp_millis(ts_ms)) AS DATE)"}


class Model:
    def __init__(self, path):
        text = path.read_text()
        self.name = path.stem
        header = [line[3:] for line in text.splitlines() if line.startswith("--")]
        self.select = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
        if "rows: distinct" in header:
            self.select = f"SELECT DISTINCT * FROM ({self.select}) AS all_rows"
        typed = [re.match(r"  (\w+) ([A-Z ]+): ", line) for line in header]
        self.types = {match[1]: match[2] for match in typed if match}
        self.listed = next((line.partition(":")[2].strip() for line in header if line.startswith("columns:")), "")

    @property
    def columns(self) -> list[str]:
        like = re.match(r"those of (\w+)", self.listed)
        if like:
            return models()[like[1]].columns
        return list(self.types) or re.findall(r"\w+", re.sub(r"\(.*?\)", "", self.listed))


@cache
def models() -> dict:
    paths = [path for path in (lakes.REPO / "models").rglob("*.sql") if path.parent.name != "audits"]
    return {path.stem: Model(path) for path in paths}


def type_of(name) -> str:
    ends = {"_time": "TIMESTAMP WITH TIME ZONE", "_date": "DATE", "_day": "DATE", "_ms": "BIGINT", "_start": "DATE", "_end": "DATE"}
    if name.startswith("is_"):
        return "BOOLEAN"
    named = {"day": "DATE", "sessions": "BIGINT", "amount_paid": "DOUBLE"}
    if name in named:
        return named[name]
    return next((kind for end, kind in ends.items() if name.endswith(end)), "VARCHAR")


def literal(text) -> str:
    return "NULL" if text == "NULL" else "'" + text.replace("'", "''") + "'"


def relation_of(name, rows) -> str:
    """SQL of the rows given, the first of which names the columns."""
    model = models().get(name)
    known = model.types if model else {}
    given = dict((column.split(":") + [None])[:2] for column in rows[0])
    types = {column: kind or known.get(column) or type_of(column) for column, kind in given.items()}
    values = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in rows[1:]) or None
    names = ", ".join(f'"{column}"' for column in given)
    source = f"(VALUES {values}) AS v({names})" if values else f"(SELECT {', '.join(f'NULL AS {n}' for n in given)}) AS v WHERE false"
    cells = [f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in types.items()]
    select = f"SELECT {', '.join(cells)} FROM {source}"
    missing = [column for column in (model.columns if model else []) if column not in given]
    if not missing:
        return select
    more = []
    for column in missing:
        kind = known.get(column) or type_of(column)
        default = DERIVED.get(column) if name == "events" else None
        more.append(f'CAST({default or ("false" if kind == "BOOLEAN" else "NULL")} AS {kind}) AS "{column}"')
    return f"SELECT *, {', '.join(more)} FROM ({select}) AS given"


def with_all(name, given) -> list:
    """(name, SQL) of a relation and of all that it reads, each after what it reads."""
    ordered = {}

    def visit(relation):
        if relation in ordered:
            return
        if relation in given:
            ordered[relation] = relation_of(relation, given[relation])
            return
        if relation in ("kpi_settings", "paid_statuses"):
            ordered[relation] = SETTINGS if relation == "kpi_settings" else STATUSES
            return
        model = models()[relation]
        if not model.select:
            raise AssertionError(f"{relation} has to be given")
        text = re.sub(r"--.*", "", re.sub(r"'[^']*'", "''", model.select))
        for read in PLACE.findall(text):
            if read != relation and (read in models() or read in given or read in ("kpi_settings", "paid_statuses")):
                visit(read)
        ordered[relation] = model.select

    visit(name)
    return list(ordered.items())


def parse(path):
    lines = [line.rstrip() for line in path.read_text().splitlines()]
    assert lines[0].startswith("# "), f"{path.name}: the first line says what the model must do"
    given, when, then, rows = {}, None, [], None
    for line in lines[1:]:
        word, _, rest = line.partition(" ")
        if word == "given":
            rows = given.setdefault(rest, [])
        elif word == "when":
            when, rows = rest, None
        elif line == "then":
            rows = then
        elif line:
            rows.append([cell.strip() for cell in line.split("|")])
    assert when and then, f"{path.name}: when and then are missing"
    return given, when, then


def answer(given, when, columns) -> list:
    parts = ", ".join(f'"{name}" AS ({select}\n)' for name, select in with_all(when, given))
    cells = ", ".join(f'CAST("{column}" AS VARCHAR) AS "{column}"' for column in columns)
    outcome = lakes.run("sql", "--format", "json", f'WITH {parts} SELECT {cells} FROM "{when}"')
    assert outcome.code == 0, outcome.err
    return sorted([["NULL" if row[column] is None else row[column] for column in columns] for row in outcome.json])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_model(path):
    given, when, then = parse(path)
    assert len(path.read_text().splitlines()) <= 50
    assert answer(given, when, then[0]) == sorted(then[1:])


def test_every_table_of_silver_and_gold_has_a_test():
    tested = {parse(path)[1] for path in FILES}
    tables = {name for name, model in models().items() if model.types and model.select and is_of_star_or_gold(name)}
    assert tables - tested == set()


def is_of_star_or_gold(name) -> bool:
    return any((lakes.REPO / "models" / layer / f"{name}.sql").is_file() for layer in ("silver", "gold"))


def test_a_wrong_row_is_found(tmp_path):
    path = FOLDER / "time.test"
    given, when, then = parse(path)
    wrong = [then[1][:1] + ["99"] + then[1][2:]] + then[2:]
    assert answer(given, when, then[0]) != sorted(wrong)
