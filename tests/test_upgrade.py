"""What earlier releases wrote is read and brought up to date; what a newer one wrote is refused by its name."""

import json
import tarfile
from pathlib import Path

import pytest

import lake as lakes
from samples import START_MS, log_line, play

EARLIER = sorted((Path(__file__).parent / "lakes").glob("*.tar.gz"))


@pytest.fixture(params=EARLIER, ids=lambda path: path.name.removesuffix(".tar.gz"))
def earlier(request, tmp_path):
    """A lake of an earlier commit, and what that program said was in it."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "lake", json.loads((tmp_path / "told.json").read_text())


def tables_of(lake):
    return {table["table"]: table["rows"] for table in lakes.run("tables", "--lake", lake, "--json").json}


def test_there_are_lakes_of_earlier_commits():
    assert len(EARLIER) >= 2


def test_a_lake_of_an_earlier_release_is_read(earlier):
    lake, told = earlier
    assert tables_of(lake) == told["rows"]
    assert lakes.query(lake, "select metric, numerator, denominator from kpi_summary order by metric") == told["kpis"]
    assert lakes.query(lake, told["query"]["sql"]) == told["query"]["rows"]


def test_it_is_written_on(earlier, tmp_path):
    lake, told = earlier
    (tmp_path / "more.json").write_bytes(log_line(play(START_MS)) + b"\n")
    done = lakes.run("etl", "--logs", tmp_path / "more.json", "--out", lake, "--json", "--format", told["format"])
    assert done.code == 0, done.err
    assert tables_of(lake)["events"] == told["rows"]["events"] + 1
    for command in (["kpi"], ["stream", "--source", tmp_path / "more.json", "--once", "--quiet"], ["recommend"], ["optimize"], ["vacuum"]):
        outcome = lakes.run(*command, "--lake", lake)
        assert outcome.code in (0, 3), (command, outcome.err)
    last = lakes.query(lake, "select job from ops.runs order by run desc limit 1")
    assert last[0]["job"] is not None
    assert lakes.query(lake, "select count(*) as n from ops.runs where job is null")[0]["n"] == told["rows"]["runs"]


def test_upgrade_says_first_and_does_it_once(earlier):
    lake, told = earlier
    dry = lakes.run("upgrade", "--lake", lake, "--dry-run", "--json")
    assert dry.code == 0, dry.err
    assert (dry.json["format_version_before"], dry.json["format_version"]) == (0, 1)
    if told["format"] == "delta":  # a Parquet table has no schema of its own
        assert {"job", "parent"} <= set(dry.json["columns_gained"]["ops.runs"])
    assert tables_of(lake) == told["rows"], "a dry run changes nothing"
    done = lakes.run("upgrade", "--lake", lake, "--json")
    assert done.code == 0 and done.json["run"] > 0, done.err
    assert tables_of(lake) == told["rows"] | {"runs": told["rows"]["runs"] + 1}
    again = lakes.run("upgrade", "--lake", lake)
    assert (again.code, again.out.splitlines()[0]) == (0, "format_version 1 is this release's: nothing to do")


def test_what_a_newer_release_wrote_is_refused_by_name(sample, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs])
    streamed = ["stream", "--source", sample.logs, "--lake", lake, "--once", "--quiet"]
    assert lakes.run(*streamed).code == 0
    manifest = max((lake / "_cadenza" / "runs").glob("*.json"))
    text = json.loads(manifest.read_text())
    assert text["format_version"] == 1
    manifest.write_text(json.dumps(text | {"format_version": 2}))
    before = {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()}
    for command in (["sql", "--lake", lake, "select 1 from songs"], ["etl", "--logs", sample.logs, "--out", lake], ["kpi", "--lake", lake],
                    ["upgrade", "--lake", lake], ["tables", "--lake", lake], streamed):
        outcome = lakes.run(*command)
        assert outcome.code == 1, command
        assert "format_version 2" in outcome.err and "a newer release of Cadenza" in outcome.err and manifest.name in outcome.err
    assert {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()} == before


def test_settings_of_a_newer_release(tmp_path):
    settings = tmp_path / "cadenza.toml"
    settings.write_text("format_version = 1\n")
    assert lakes.run("sql", "select 1", cwd=tmp_path).code == 0
    settings.write_text("format_version = 2\nsomething_new = true\n")
    refused = lakes.run("sql", "select 1", cwd=tmp_path)
    assert refused.code in (1, 2) and "cadenza.toml has format_version 2" in refused.err
