"""What docs/SIDE_BY_SIDE.md says of lines, of excerpts and of the real month; tests/test_pages.py runs its commands."""

import ast
import re

import duckdb
import pytest

import lake as lakes

PAGE = lakes.REPO / "docs" / "SIDE_BY_SIDE.md"
PEERS = lakes.REPO / "bench" / "side_by_side"


def code_lines(text, comment) -> int:
    return sum(bool(line.strip()) and not line.strip().startswith(comment) for line in text.splitlines())


def function_lines(path, names) -> int:
    text = path.read_text()
    found = {part.name: part for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)}
    return sum(code_lines("\n".join(text.splitlines()[found[name].lineno - 1:found[name].end_lineno]), "#") for name in names)


def row(title) -> list[str]:
    (line,) = re.findall(rf"^\| {re.escape(title)} \|(.*)\|$", PAGE.read_text(), re.MULTILINE)
    return [cell.strip() for cell in line.split("|")]


def test_lines_of_the_star_schema():
    sql = {name: code_lines((PEERS / f"{name}.sql").read_text(), "--") for name in ("duckdb", "published")}
    spark = function_lines(lakes.REPO / "bench" / "peer_pyspark.py",
                           ["start_time", "session", "read", "songs", "artists", "users", "times", "songplays", "write", "star_schema"])
    assert row("lines to write, star schema") == ["1", str(sql["duckdb"]), str(spark), f"{sql['published']} in SQL"]


def test_lines_of_windows_and_kpis():
    windows = lakes.REPO / "bench" / "peer_windows.py"
    _, others, _ = row("5-minute windows with distinct customers, 1 GB of logs")
    assert f"DuckDB, a batch: {function_lines(windows, ['duckdb_job'])} lines" in others
    assert f"Streaming: {function_lines(windows, ['spark_job'])} lines" in others
    sql = re.search(r'execute\(f"""\n(.*?)"""', (lakes.REPO / "bench" / "peer_kpi.py").read_text(), re.DOTALL)[1]
    assert f"DuckDB: {code_lines(sql, '--')} lines" in row("the three KPIs, 100 M sessions")[1]


def test_excerpts_are_of_the_files_that_they_name():
    excerpts = re.findall(r"from \[[\w.]+\]\((\S+)\):\n\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(excerpts) == 3
    assert [name for name, text in excerpts if text not in (PAGE.parent / name).read_text()] == []


def tables(name, logs, songs):
    """(rows of songplays, of them with a song, rows of users) by the SQL of a peer."""
    text = (PEERS / f"{name}.sql").read_text()
    text = text.replace("raw/log_data/**/*.json", f"{logs}/**/*.json").replace("raw/song_data/**/*.json", str(songs))
    connection = duckdb.connect()
    connection.execute(text)
    return connection.execute("select count(*), count(song_id), (select count(*) from users) from songplays").fetchone()


@pytest.mark.parametrize("title, songs, lake", [("71 songs", "song_data", "real_lake"), ("10,000 songs", "song_data_10k", "catalogue_lake")])
def test_the_real_month(title, songs, lake, shared_data, request):
    (ours,) = lakes.query(request.getfixturevalue(lake), "select count(*) as plays, count(song_id) as found, (select count(*) from users) as users from songplays")
    files = shared_data / songs / "*" if songs == "song_data_10k" else shared_data / songs / "**" / "*.json"
    counted = [tuple(ours.values()), *(tables(name, shared_data / "log_data", files) for name in ("duckdb", "published"))]
    plays, found = re.search(rf"^\| rows of `songplays`, {title} \|(.*)\|\n\| of them with a song \|(.*)\|$", PAGE.read_text(), re.MULTILINE).groups()
    shown = [[int(cell.replace(",", "")) for cell in line.split("|")] for line in (plays, found)] + [[int(cell) for cell in row("rows of `users`")]]
    assert [tuple(values) for values in zip(*shown)] == counted
