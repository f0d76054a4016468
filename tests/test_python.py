"""The Python package: what it reads is what the program says."""

import doctest
import importlib
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


@pytest.mark.parametrize("module", ["lake", "program", "summary", "errors", "result"])
def test_examples_in_the_documentation(cadenza, module):
    failures, tried = doctest.testmod(importlib.import_module(f"cadenza.{module}"))
    assert failures == 0


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


def test_a_lake_that_is_not_there(cadenza, tmp_path):
    with pytest.raises(cadenza.CadenzaError, match="nowhere"):
        cadenza.open(tmp_path / "nowhere").sql("select * from songplays").arrow()


def test_leaving_the_batches_early_ends_the_query(cadenza, sample_lake):
    for batch in cadenza.open(sample_lake).sql("select * from range(100000000)"):
        assert batch.num_rows > 0
        break


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
