"""The Python package: what it reads is what the program says."""

import doctest
import importlib
import json
import os
import sys
import datetime

import pytest

import lake as lakes

SOURCE = lakes.REPO / "python" / "src"


@pytest.fixture(scope="module")
def cadenza():
    sys.path.insert(0, str(SOURCE))
    os.environ["CADENZA"] = lakes.program()
    yield importlib.import_module("cadenza")
    sys.path.remove(str(SOURCE))


@pytest.mark.parametrize("module", ["lake", "program", "summary", "errors", "result", "completion", "progress", "flags"])
def test_examples_in_the_documentation(cadenza, module):
    failures, tried = doctest.testmod(importlib.import_module(f"cadenza.{module}"))
    assert failures == 0 and tried > 0


def test_rows_come_in_every_form(cadenza, sample_lake):
    query = cadenza.open(sample_lake).sql("select level, count(*) as plays from songplays group by all order by level")
    rows = query.rows()
    assert [row["level"] for row in rows] == ["free", "paid"]
    assert query.polars().to_dicts() == rows
    assert query.arrow().to_pylist() == rows
    assert [row for batch in query for row in batch.to_pylist()] == rows


@pytest.mark.parametrize("value", [
    "O'Hara", "a; drop table users --", "?", "$a", "ü 日本", "", 39, -1, 2**62, 1.5, float("inf"), True, None,
    datetime.date(2024, 3, 1), datetime.datetime(2024, 3, 1, 12, 30, tzinfo=datetime.timezone.utc), [1, 2], ["a'b"],
])
def test_a_parameter_comes_back_as_it_is(cadenza, value):
    got = cadenza.sql("select ? as v", [value]).value()
    assert got == value


def test_parameters_that_do_not_fit_are_told(cadenza):
    with pytest.raises(ValueError, match="more \\?"):
        cadenza.sql("select ?, ?", [1])
    with pytest.raises(ValueError, match="not in the query"):
        cadenza.sql("select $a", {"a": 1, "b": 2})
    with pytest.raises(ValueError, match="\\$b"):
        cadenza.sql("select $b", {"a": 1})
    with pytest.raises(TypeError):
        cadenza.sql("select ?", [object()])


def test_errors_carry_what_the_program_said(cadenza, sample_lake):
    lake = cadenza.open(sample_lake)
    with pytest.raises(cadenza.Failed) as told:
        lake.sql("select nope from songplays").arrow()
    assert "nope" in told.value.message and told.value.exit_code == 1
    with pytest.raises(cadenza.UsageError) as told:
        lake.etl(logz="raw")
    assert "logz" in told.value.message


@pytest.mark.parametrize("query, value", [
    ("select nope from songplays", "nope"), ("select * from songplay", "songplay"), ("select 'a b'::int", "a b"),
])
def test_an_error_of_a_query_carries_its_value(cadenza, sample_lake, query, value):
    with pytest.raises(cadenza.Failed) as told:
        cadenza.open(sample_lake).sql(query).arrow()
    assert (told.value.kind, told.value.value) == ("failed", value)


def test_an_error_of_a_job_carries_kind_and_value(cadenza, sample, tmp_path):
    lake = cadenza.open(tmp_path / "lake")
    with pytest.raises(cadenza.UsageError) as told:
        lake.etl(logs=sample.logs, max_bad="half")
    assert (told.value.kind, told.value.value, told.value.file, told.value.line) == ("usage", "half", None, None)
    with pytest.raises(cadenza.Failed) as told:
        lake.etl(logs=tmp_path / "nothing here")
    assert (told.value.kind, told.value.value) == ("failed", str(tmp_path / "nothing here"))


def test_an_error_of_a_file_carries_the_place(cadenza, sample, sample_lake, tmp_path):
    lake = cadenza.open(sample_lake)
    settings = tmp_path / "my settings.toml"
    settings.write_text("[etl]\nmax-bad = 3%\n")
    with pytest.raises(cadenza.UsageError) as told:
        lake.etl(config=settings, logs=sample.logs)
    assert (told.value.file, told.value.line) == (str(settings), 2)
    model = tmp_path / "features" / "clock.sql"
    model.parent.mkdir()
    model.write_text("-- clock: what time it is.\n-- kind: feature\n-- reads: history 30 days\n-- columns:\n"
                     "--   clock BIGINT: now\nSELECT user_id, cut_off, now() AS clock FROM history\n")
    with pytest.raises(cadenza.CadenzaError) as told:
        lake.churn(features=model.parent)
    assert (told.value.file, told.value.line, told.value.value) == (str(model), 6, "now")
    bad = tmp_path / "bad.json"
    bad.write_text('{"page": "Ho')
    with pytest.raises(cadenza.Failed) as told:
        cadenza.open(tmp_path / "lake").etl(logs=bad)
    assert told.value.file == str(bad)


def test_a_lake_that_is_not_there(cadenza, tmp_path):
    with pytest.raises(cadenza.CadenzaError, match="nowhere"):
        cadenza.open(tmp_path / "nowhere").sql("select * from songplays").arrow()


def test_leaving_the_batches_early_ends_the_query(cadenza, sample_lake):
    for batch in cadenza.open(sample_lake).sql("select * from range(100000000)"):
        assert batch.num_rows > 0
        break


def test_one_process_answers_query_after_query(cadenza, sample_lake):
    with_close = cadenza.open(sample_lake)
    first = with_close._session.start().pid
    assert with_close.sql("select 1").value() == 1
    for query in ("select nope from songplays", "select error('late') from range(3000000) where range = 2900000"):
        with pytest.raises(cadenza.CadenzaError) as failed:
            with_close.sql(query).df()
        assert failed.value.exit_code == 1 and ("nope" in str(failed.value) or "late" in str(failed.value))
    assert with_close.sql("select 2").value() == 2
    assert with_close._session.start().pid == first
    batches = iter(with_close.sql("select * from range(30000000)"))
    assert next(batches).num_rows > 0
    assert with_close.sql("select 3").value() == 3, "beside one that is not done"
    batches.close()
    with_close._session.start().kill()
    assert with_close.sql("select 4").value() == 4, "the process died meanwhile"
    batches = iter(with_close.sql("select repeat('x', 200) from range(30000000)"))
    next(batches)
    with_close._session.start().kill()
    with pytest.raises(cadenza.CadenzaError, match="exit code"):
        list(batches)
    with_close.close()
    assert with_close.sql("select 5").value() == 5
    with_close.close()


def test_a_query_sees_what_was_committed_meanwhile(cadenza, sample, tmp_path):
    lake = cadenza.open(tmp_path / "lake")  # not there yet
    days = sorted(sample.logs.rglob("*.json"))
    counts = []
    for part in (days[:1], days):
        lake.etl(songs=[sample.songs], logs=part)
        counts.append(lake.sql("select count(*) from songplays").value())
    assert 0 < counts[0] < counts[1]


def test_jobs_answer_with_their_summary(cadenza, sample, tmp_path):
    lake = cadenza.open(tmp_path / "lake")
    first = lake.etl(logs=sample.logs, songs=sample.songs)
    assert first.run == 1 and first.files.logs > 0 and first.exit_code == 0
    plays = lake.table("songplays").arrow().num_rows
    assert plays == lake.sql("select count(*) from songplays").value() > 0
    assert lake.table("songplays", version=0).arrow().num_rows == plays
    with pytest.raises(ValueError):
        lake.table("songplays; select 1")


def test_secrets_are_not_in_errors(cadenza, tmp_path):
    lake = cadenza.open("s3://nowhere/x", endpoint="http://127.0.0.1:1", access_key_id="AKIAX", secret_access_key="hush")
    with pytest.raises(cadenza.CadenzaError) as told:
        lake.sql("select * from songplays").arrow()
    assert "hush" not in repr(told.value.command) + str(told.value)


def test_a_simulated_world_is_the_same_again(cadenza, tmp_path):
    for name in ("one", "two"):
        made = cadenza.simulate(tmp_path / name, users=5, days=2, songs=20, songs_a_file=20, seed=4)
        assert made.users == 5 and made.log_lines > 0
    files = [sorted(path for path in (tmp_path / name).rglob("*.json")) for name in ("one", "two")]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


class Shown:
    """Stands in for IPython's display."""

    def __init__(self):
        self.drawn = []

    def __call__(self, shown, raw, display_id):
        self.update(shown, raw)
        return self

    def update(self, shown, raw):
        self.drawn.append(shown["text/html"])


def test_a_bar_draws_what_the_program_shows_on_a_terminal(cadenza, tmp_path, monkeypatch):
    stand_in = tmp_path / "cadenza"
    stand_in.write_text("#!/bin/sh\n[ -t 2 ] || exit 9\nprintf '\\r\\033[Klogs  40 %%  2 of 5 MB' >&2\n"
                        "printf '\\r\\033[K' >&2\necho 'cadenza etl: <b> is no file: x' >&2\necho '{}'\nexit 1\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("CADENZA", str(stand_in))
    shown = Shown()
    bar = importlib.import_module("cadenza.progress").Bar(shown)
    done = importlib.import_module("cadenza.program").run(["etl"], progress=bar)
    assert done.returncode == 1 and done.stderr == b"cadenza etl: <b> is no file: x"
    assert '<progress value="0.4"></progress> logs  40 %  2 of 5 MB' in shown.drawn
    assert shown.drawn[-1] == ""  # nothing of it stays in the notebook


def test_a_job_shows_progress_and_answers_with_json(cadenza, sample, tmp_path):
    shown = Shown()
    bar = importlib.import_module("cadenza.progress").Bar(shown)
    words = ["etl", "--logs", str(sample.logs), "--songs", str(sample.songs), "--out", str(tmp_path / "lake"), "--json"]
    done = importlib.import_module("cadenza.program").run(words, progress=bar)
    assert done.returncode == 0 and done.stdout.startswith(b"{")
    assert any("progress" in drawn for drawn in shown.drawn)


def test_keyword_arguments_are_the_programs_own_flags(cadenza):
    import inspect

    from cadenza import flags

    assert flags.table() == json.loads(lakes.run("completion", "json").out), "make it with: cadenza completion json > flags.json"
    signature = inspect.signature(cadenza.Lake.etl)
    assert {"songs", "logs", "max_bad", "full_refresh", "strict"} <= set(signature.parameters)
    assert signature.parameters["full_refresh"].annotation == "bool"
    assert "from_" in inspect.signature(cadenza.Lake.kpi).parameters
    assert "max_bad: " in cadenza.Lake.etl.__doc__ and "Flags of `cadenza etl`" in cadenza.Lake.etl.__doc__


def test_a_keyword_that_is_no_flag_is_told_before_anything_runs(cadenza, tmp_path):
    lake = cadenza.Lake(str(tmp_path / "lake"))
    with pytest.raises(TypeError, match="no such flag: max_bda; did you mean max_bad") as told:
        lake.etl(logs="nowhere", max_bda="1%")
    assert isinstance(told.value, cadenza.UsageError) and told.value.value == "max_bda"
    assert not (tmp_path / "lake").exists()
