"""cadenza init and cadenza run: the house in one command."""

import json
import shutil

import pytest

import lake as lakes


@pytest.fixture
def house(sample, tmp_path):
    """A folder with logs and songs, as init finds them."""
    folder = tmp_path / "house"
    folder.mkdir()
    shutil.copytree(sample.logs, folder / "log_data")
    shutil.copytree(sample.songs, folder / "song_data")
    return folder


def run(folder, *args):
    return lakes.run(*args, cwd=folder)


def states(outcome):
    return {job["job"]: job["state"] for job in outcome.json["jobs"]}


def use_jobs(folder, *jobs):
    """The settings with these tables alone."""
    tables = "".join(f"[{job}]\n" for job in jobs)
    (folder / "cadenza.toml").write_text(f'lake = "lake"\n[etl]\nlogs = ["log_data"]\nsongs = ["song_data"]\n{tables}')


def test_init_writes_what_run_can_plan(house):
    outcome = run(house, "init")
    assert (outcome.code, outcome.err) == (0, "")
    text = (house / "cadenza.toml").read_text()
    assert 'logs = ["log_data"]' in text and 'songs = ["song_data"]' in text
    plan = run(house, "run", "--dry-run")
    assert plan.code == 0, plan.err
    assert "cadenza etl --out lake" in plan.out
    assert not (house / "lake").exists(), "a dry run makes nothing"


def test_init_leaves_a_file_that_is_there(house):
    (house / "cadenza.toml").write_text("# mine\n")
    outcome = run(house, "init")
    assert outcome.code == 2 and "--force" in outcome.err and "cadenza.toml" in outcome.err
    assert (house / "cadenza.toml").read_text() == "# mine\n"


def test_init_of_an_empty_folder_says_what_it_looked_for(tmp_path):
    outcome = run(tmp_path, "init")
    assert outcome.code == 2 and "--logs" in outcome.err
    assert not (tmp_path / "cadenza.toml").exists()


def test_run_does_the_jobs_once_and_then_only_what_is_new(house):
    use_jobs(house, "kpi")
    first = run(house, "run", "--json")
    assert first.code == 0, first.err + first.out
    assert states(first) == {"etl": "done", "kpi": "done", "optimize": "skipped", "vacuum": "skipped"}
    again = run(house, "run", "--json")
    assert states(again) == {"etl": "unchanged", "kpi": "skipped", "optimize": "skipped", "vacuum": "skipped"}
    # Other settings are other inputs.
    settings = house / "cadenza.toml"
    settings.write_text(settings.read_text() + "engaged_sessions = 2\n")
    assert states(run(house, "run", "--json"))["kpi"] == "done"
    assert states(run(house, "run", "--json", "--again"))["kpi"] in ("done", "unchanged")


def test_the_lake_says_which_run_each_job_belongs_to(house):
    use_jobs(house, "kpi", "recommend")
    whole = run(house, "run", "--json")
    assert whole.code == 0, whole.err + whole.out
    told = lakes.query(house / "lake", "select run, job, parent from ops.runs order by run")
    made = {job["run"]: job["job"] for job in whole.json["jobs"] if "run" in job}
    assert {row["run"]: row["job"] for row in told} == made
    assert {row["parent"] for row in told} == {whole.json["id"]}
    shutil.copy(next((house / "log_data").rglob("*.json")), house / "log_data" / "once_more.json")
    assert run(house, "etl", "--songs", "song_data", "--logs", "log_data", "--out", "lake").code == 0
    last = lakes.query(house / "lake", "select job, parent from ops.runs order by run desc limit 1")
    assert last == [{"job": "etl", "parent": None}], "a command of its own has no parent"


def test_a_failing_job_stops_only_what_stands_on_it(house):
    use_jobs(house, "kpi")
    assert run(house, "run").code == 0
    shutil.rmtree(house / "log_data")
    text = (house / "cadenza.toml").read_text()
    (house / "cadenza.toml").write_text(text.replace('["song_data"]', '["nowhere"]'))
    outcome = run(house, "run", "--json")
    assert outcome.code == 1
    assert states(outcome)["etl"] == "failed" and states(outcome)["kpi"] == "not run"
    assert states(outcome)["optimize"] == "skipped", "what does not stand on it is asked"
    failed = outcome.json["jobs"][0]
    assert failed["detail"] and failed["exit_code"] in (1, 2)


@pytest.mark.parametrize("args, named", [
    (["--only", "nope"], "nope"),
    (["--from", "vacum"], "vacum"),
    (["--jobs", "elt"], "elt"),
])
def test_a_wrong_name_of_a_job_is_told(house, args, named):
    use_jobs(house)
    outcome = run(house, "run", *args)
    assert outcome.code == 2 and named in outcome.err and "etl" in outcome.err


def test_settings_without_a_job_say_what_to_do(tmp_path):
    (tmp_path / "cadenza.toml").write_text('lake = "lake"\n')
    outcome = run(tmp_path, "run")
    assert outcome.code == 2 and "cadenza init" in outcome.err


def test_a_setting_that_is_none_fails_its_job_with_its_name(house):
    use_jobs(house)
    settings = house / "cadenza.toml"
    settings.write_text(settings.read_text().replace("[etl]", "[etl]\nmax_badd = 1"))
    outcome = run(house, "run", "--json", "--jobs", "etl")
    assert outcome.code == 1
    assert json.loads(outcome.out)["jobs"][0]["state"] == "failed"
    assert "max_badd" in outcome.err
