"""Models of a user's own: from a folder of .sql files to tables of the lake."""

import json
import re
import shutil
from pathlib import Path

import pytest

import lake as lakes
from samples import log_bytes

FAVOURITES = """-- favourites: how often a listener played each song.
-- grain: one row per listener and song
-- refresh: whole
-- columns:
--   user_id VARCHAR: listener
--   song_id VARCHAR: song
--   plays BIGINT: how often

SELECT user_id, song_id, count(*) AS plays
FROM silver.songplays
WHERE user_id IS NOT NULL AND song_id IS NOT NULL
GROUP BY user_id, song_id
"""
FANS = """-- fans: listeners by the plays of their favourites.
-- grain: one row per listener
-- refresh: whole
-- columns:
--   user_id VARCHAR: listener
--   plays BIGINT: of all favourites

SELECT user_id, CAST(sum(plays) AS BIGINT) AS plays FROM favourites GROUP BY user_id
"""
AUDIT = "-- favourites_are_played: a favourite was played.\n-- table: favourites\nSELECT * FROM favourites WHERE plays < {least}\n"
EXPECTED = """select user_id, song_id, count(*) as plays from songplays
              where user_id is not null and song_id is not null group by all order by all"""


@pytest.fixture
def lake(sample_lake, tmp_path) -> Path:
    return Path(shutil.copytree(sample_lake, tmp_path / "lake"))


@pytest.fixture
def folder(tmp_path) -> Path:
    return write(tmp_path / "models", favourites=FAVOURITES, fans=FANS)


def write(folder, **models) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in models.items():
        (folder / f"{name}.sql").write_text(text)
    return folder


def refresh(lake, *flags, code=0):
    outcome = lakes.run("refresh", "--lake", lake, "--json", "--no-progress", *flags)
    assert outcome.code == code, outcome.err + outcome.out
    return outcome


def states(outcome) -> dict:
    return {name: model["state"] for name, model in outcome.json["models"].items()}


def favourites(lake) -> list[dict]:
    return lakes.query(lake, "select * from favourites order by all")


def new_plays(tmp_path, sample) -> Path:
    """A listener nobody knew, who plays what others played before."""
    lines = [line for path in sorted(sample.logs.rglob("*.json")) for line in path.read_text().splitlines()]
    heard = [json.loads(line) for line in lines if '"NextSong"' in line][:60]
    again = [record | {"userId": "4711", "sessionId": 990_001, "itemInSession": n} for n, record in enumerate(heard)]
    logs = tmp_path / "more"
    logs.mkdir()
    (logs / "more.json").write_bytes(log_bytes(again))
    return logs


def test_from_the_file_to_the_answer(lake, folder):
    outcome = refresh(lake, "--models", folder)
    assert states(outcome) == {"favourites": "written", "fans": "written"}
    assert favourites(lake) == lakes.query(lake, EXPECTED) != []
    fans = lakes.query(lake, "select sum(plays) as n from fans")
    assert fans == lakes.query(lake, "select sum(plays) as n from favourites")
    assert states(refresh(lake, "--models", folder)) == {"favourites": "unchanged", "fans": "unchanged"}


def test_the_table_is_seen_everywhere(lake, folder):
    refresh(lake, "--models", folder)
    assert "favourites" in lakes.run("tables", "--lake", lake).out
    described = lakes.run("describe", "--lake", lake, "favourites").out
    assert "made of: songplays" in described and "how often" in described
    assert "### favourites" in lakes.run("dictionary", "--lake", lake).out
    assert "### favourites" not in lakes.run("dictionary").out
    graph = lakes.run("models", "--lake", lake, "--json").json
    assert next(node["reads"] for node in graph if node["table"] == "fans") == ["favourites"]


def test_the_job_that_changes_what_it_reads_computes_it(lake, folder, sample, tmp_path):
    refresh(lake, "--models", folder)
    summary = lakes.etl(lake, [sample.songs], [new_plays(tmp_path, sample)])
    assert {name: model["state"] for name, model in summary["own_models"].items()} == {
        "favourites": "written", "fans": "written"}
    assert [row for row in favourites(lake) if row["user_id"] == "4711"] != []
    assert favourites(lake) == lakes.query(lake, EXPECTED)
    assert "own_models" not in lakes.etl(lake, [sample.songs], [sample.logs])


def test_a_first_run_makes_the_models_too(sample, folder, tmp_path):
    lake = tmp_path / "new"
    summary = lakes.etl(lake, [sample.songs], [sample.logs], "--models", folder)
    assert summary["own_models"]["favourites"]["rows"] == len(favourites(lake))


def test_forget_covers_it(lake, folder):
    refresh(lake, "--models", folder)
    user = favourites(lake)[0]["user_id"]
    outcome = lakes.run("forget", "--lake", lake, "--user", user)
    assert outcome.code == 0, outcome.err
    assert [row for row in favourites(lake) if row["user_id"] == user] == []


WRONG = {
    "no grain": (FAVOURITES.replace("-- grain: one row per listener and song\n", ""), ":1:", "grain"),
    "no refresh": (FAVOURITES.replace("-- refresh: whole\n", ""), ":1:", "refresh"),
    "no columns": (FAVOURITES.split("-- columns")[0] + "SELECT 1 AS a", "favourites.sql", "without columns"),
    "line of the header": (FAVOURITES.replace("plays BIGINT: how often", "plays"), ":7:", "plays"),
    "unknown table": (FAVOURITES.replace("silver.songplays", "songplais"), ":9:", "songplais"),
    "wrong layer": (FAVOURITES.replace("silver.songplays", "gold.songplays"), ":9:", "gold.songplays"),
    "unknown column": (FAVOURITES.replace("WHERE user_id", "WHERE listener"), ":11:", "listener"),
    "no SQL": (FAVOURITES.replace("SELECT user_id", "SELEKT user_id"), ":9:", "SELEKT"),
    "a column less": (FAVOURITES.replace(", count(*) AS plays", ""), ":9:", "plays"),
    "a column more": (FAVOURITES.replace("count(*) AS plays", "count(*) AS plays, 1 AS extra"), ":9:", "extra"),
    "another type": (FAVOURITES.replace("count(*) AS plays", "'many' AS plays"), ":9:", "VARCHAR"),
    "a file": (FAVOURITES.replace("silver.songplays", "read_csv('x.csv')"), ":9:", "read_csv"),
    "itself": (FAVOURITES.replace("silver.songplays", "favourites"), ":9:", "circle"),
    "another name": (FAVOURITES.replace("-- favourites:", "-- favorites:"), ":1:", "favorites"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_before_anything_runs(lake, tmp_path, wrong):
    text, place, word = WRONG[wrong]
    before = lakes.run("tables", "--lake", lake).out
    outcome = refresh(lake, "--models", write(tmp_path / "models", favourites=text, fans=FANS), code=2)
    assert "favourites.sql" in outcome.err and place in outcome.err and word in outcome.err, outcome.err
    assert lakes.run("tables", "--lake", lake).out == before


def test_a_circle_and_a_taken_name(lake, tmp_path):
    circle = write(tmp_path / "circle", favourites=FAVOURITES.replace("silver.songplays", "fans"), fans=FANS)
    assert "circle" in refresh(lake, "--models", circle, code=2).err
    taken = write(tmp_path / "taken", users=FANS.replace("-- fans:", "-- users:"))
    assert "silver.users" in refresh(lake, "--models", taken, code=2).err
    both = ["--models", write(tmp_path / "a", fans=FANS), "--models", write(tmp_path / "b", fans=FANS)]
    assert str(tmp_path / "a") in refresh(lake, *both, code=2).err


def test_one_that_fails_leaves_the_others_alone(lake, folder):
    refresh(lake, "--models", folder)
    before = favourites(lake)
    write(folder, favourites=FAVOURITES.replace("count(*) AS plays", "CAST(error('broken') AS BIGINT) AS plays"),
          others=FAVOURITES.replace("favourites", "others"))
    outcome = refresh(lake, "--models", folder, code=1)
    assert states(outcome) == {"favourites": "failed", "fans": "waits", "others": "written"}
    assert "broken" in outcome.err and favourites(lake) == before


def test_audits_of_ones_own(lake, folder):
    write(folder / "audits", favourites_are_played=AUDIT.format(least=1))
    assert states(refresh(lake, "--models", folder))["favourites"] == "written"
    audits = lakes.query(lake, "select failures from audits where audit = 'favourites_are_played'")
    assert audits == [{"failures": 0}]
    write(folder / "audits", favourites_are_played=AUDIT.format(least=1000))
    outcome = refresh(lake, "--models", folder, code=1)
    assert states(outcome)["favourites"] == "failed" and "favourites_are_played" in outcome.err


def test_what_is_gone_from_the_folder_is_dropped_only_when_asked(lake, folder):
    refresh(lake, "--models", folder)
    (folder / "fans.sql").unlink()
    kept = refresh(lake, "--models", folder)
    assert "fans" in kept.err and "--drop" in kept.err and kept.json["gone"] == ["fans"]
    assert lakes.query(lake, "select count(*) as n from fans") != []
    assert states(refresh(lake, "--models", folder, "--drop"))["fans"] == "dropped"
    assert lakes.run("sql", "--lake", lake, "select * from fans").code == 1
    assert not (lake / "gold" / "fans").exists()
    write(folder, fans=FANS)
    assert states(refresh(lake, "--models", folder))["fans"] == "written"


def test_a_changed_text_writes_the_table_anew(lake, folder):
    refresh(lake, "--models", folder)
    write(folder, favourites=FAVOURITES.replace("WHERE", "WHERE user_id > '5' AND"))
    assert states(refresh(lake, "--models", folder)) == {"favourites": "written", "fans": "written"}
    assert all(row["user_id"] > "5" for row in favourites(lake))
    write(folder, favourites=re.sub(r"\bplays\b", "times", FAVOURITES), fans=FANS.replace("sum(plays)", "sum(times)"))
    assert "another name" in refresh(lake, "--models", folder, code=1).err


def test_a_model_waits_for_its_table(lake, tmp_path):
    text = FANS.replace("FROM favourites", "FROM (SELECT customer_id AS user_id, sessions AS plays FROM customer_engagement)")
    outcome = refresh(lake, "--models", write(tmp_path / "models", fans=text))
    assert states(outcome) == {"fans": "waits"} and "cadenza kpi" in outcome.err


def test_new_writes_a_beginning_that_works(lake, tmp_path):
    outcome = lakes.run("models", "new", "my_first", cwd=tmp_path)
    assert outcome.code == 0 and "models/my_first.sql" in outcome.out
    assert states(refresh(lake, "--models", tmp_path / "models")) == {"my_first": "written"}
    assert lakes.run("models", "new", "my_first", cwd=tmp_path).code == 2
    assert lakes.run("models", "new", "users", cwd=tmp_path).code == 2
    assert lakes.run("models", "new", "No Name", cwd=tmp_path).code == 2


def test_the_graph_of_the_program():
    nodes = {node["table"]: node for node in lakes.run("models", "--json").json}
    assert nodes["songplays"] | {"holds": ""} == {
        "layer": "silver", "table": "songplays", "job": "etl", "refresh": "months", "holds": "",
        "reads": ["events", "song_records"]}
    text = lakes.run("models").out
    assert re.search(r"silver\.users +etl +whole +events", text)
    assert "  events --> songplays" in lakes.run("models", "--mermaid").out
    assert lakes.run("models", "--json", "--mermaid").code == 2
