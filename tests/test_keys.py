"""The keys and references that the models name hold in every lake that the other tests read."""

import re

import lake as lakes
import pytest

MODELS = lakes.REPO / "models"


def header(path, name) -> list[str]:
    return re.findall(rf"^-- {name}: (.*)$", path.read_text(), re.MULTILINE)


def keys() -> dict:
    """Of the tables, by their headers and, of silver, by the audits."""
    named = {path.stem: header(path, "unique")[0] for path in MODELS.glob("*/*.sql")
             if path.parent.name != "audits" and header(path, "unique")}
    audited = {header(path, "table")[0]: header(path, "unique")[0] for path in (MODELS / "audits").glob("*.sql") if header(path, "unique")}
    return audited | named


def references() -> list[tuple]:
    return [(path.stem, *re.fullmatch(r"(\w+) in (\w+)\.(\w+)", line).groups())
            for path in sorted(MODELS.glob("*/*.sql")) for line in header(path, "references")]


@pytest.fixture(scope="module")
def churn_lake(tmp_path_factory):
    """All jobs of a lake of events."""
    folder = tmp_path_factory.mktemp("keys")
    done = lakes.run("simulate", "--like", "churn", "--users", 300, "--days", 40, "--seed", 3, "--songs", 300, "--out", folder / "raw")
    assert done.code == 0, done.err
    lake = folder / "lake"
    lakes.etl(lake, [folder / "raw" / "song_data"], [folder / "raw" / "log_data"])
    for job in ("kpi", "churn", "recommend"):
        done = lakes.run(job, "--lake", lake)
        assert done.code in (0, 3), (job, done.err)
    return lake


@pytest.mark.parametrize("name", ["churn_lake", "engagement_lake", "real_lake"])
def test_keys_and_references_hold(name, request):
    lake = request.getfixturevalue(name)
    there = {row["table_name"] for row in lakes.query(lake, "select table_name from information_schema.tables")}
    repeated, dangling, looked_at = [], [], 0
    for table, key in keys().items():
        if table not in there:
            continue
        looked_at += 1
        nulls = " or ".join(f"{column.strip()} is null" for column in key.split(","))
        row = lakes.query(lake, f"select count(*) - count(distinct row({key})) as more, count(*) filter (where {nulls}) as nulls from {table}")[0]
        if row["more"] or row["nulls"]:
            repeated.append((table, key, row))
    for table, column, target, key in references():
        if table in there and target in there:
            lost = lakes.query(lake, f"select count(*) as n from {table} t where {column} is not null and not exists (select 1 from {target} o where o.{key} = t.{column})")
            if lost[0]["n"]:
                dangling.append((table, column, lost[0]["n"]))
    assert looked_at > 4
    assert repeated == []
    assert dangling == []
