"""What the lake says about itself: tables, describe, history, trace."""

import json
import re
import zipfile

import expected
import lake as lakes
import samples
from samples import START_MS, log_line, play


def test_tables_lists_every_table_with_its_rows(sample_lake):
    shown = lakes.run("tables", "--lake", sample_lake)
    listed = lakes.run("tables", "--lake", sample_lake, "--json")
    assert (shown.code, listed.code) == (0, 0)
    assert [name for name in lakes.TABLES if not re.search(rf"\b{name}\b", shown.out)] == []
    for row in listed.json:
        assert row["rows"] == lakes.arrow(sample_lake, row["table"].split(".")[-1]).num_rows


def test_describe_lists_columns_and_types(sample_lake):
    outcome = lakes.run("describe", "--lake", sample_lake, "songplays")
    assert outcome.code == 0
    columns = lakes.arrow(sample_lake, "songplays").schema.names
    assert [name for name in columns if not re.search(rf"\b{name}\b", outcome.out)] == []


def test_describe_shows_the_whole_meaning(sample_lake):
    meanings = [row["meaning"] for row in lakes.run("describe", "--lake", sample_lake, "songplays", "--json").json]
    shown = lakes.run("describe", "--lake", sample_lake, "songplays").out
    assert max(map(len, meanings)) > 60
    assert [meaning for meaning in meanings if meaning not in shown] == []


def test_history_has_a_row_for_each_commit(sample_lake):
    commits = lakes.run("history", "--lake", sample_lake, "songplays", "--json").json
    last = lakes.delta(sample_lake, "songplays").version()
    assert sorted(commit["version"] for commit in commits) == list(range(last + 1))
    assert lakes.run("history", "--lake", sample_lake, "songplays").code == 0


def test_trace_prints_the_raw_line(sample, sample_lake):
    raw = {line for log in sample.logs.rglob("*.json") for line in log.read_text().splitlines()}
    for row in lakes.rows(sample_lake, "songplays")[:5]:
        outcome = lakes.run("trace", "--lake", sample_lake, "songplays", row["songplay_id"])
        found = raw & set(outcome.out.splitlines())
        assert outcome.code == 0 and len(found) == 1
        assert json.loads(found.pop())["sessionId"] == row["session_id"]


def test_trace_into_archives(tmp_path):
    line = log_line(play(START_MS, song="In a zip")) + b"\n"
    songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
    archive = tmp_path / "logs.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("day.json", log_line(play(START_MS, item=9)) + b"\n" + line)
    lakes.etl(tmp_path / "lake", [songs], [archive])
    outcome = lakes.run("trace", "--lake", tmp_path / "lake", "songplays", expected.songplay_id(play(START_MS)))
    assert line.decode().strip() in outcome.out.splitlines()


def test_trace_of_a_file_that_is_gone_shows_the_stored_row(tmp_path):
    songs = samples.write_songs(tmp_path / "songs", samples.catalogue(seed=2, count=3))
    log = samples.write_file(tmp_path / "gone.json", log_line(play(START_MS, song="Vanished")))
    lakes.etl(tmp_path / "lake", [songs], [log])
    log.unlink()
    outcome = lakes.run("trace", "--lake", tmp_path / "lake", "songplays", expected.songplay_id(play(START_MS)))
    assert "gone.json" in outcome.out + outcome.err
    assert "Vanished" in outcome.out
    names = [line.split(" = ")[0] for line in outcome.out.splitlines()]
    assert set(names) == set(lakes.arrow(tmp_path / "lake", "events").schema.names) and len(names) == len(set(names))


def test_trace_of_an_unknown_row(sample_lake):
    outcome = lakes.run("trace", "--lake", sample_lake, "songplays", "0" * 32)
    assert outcome.code == 1
    assert "0" * 32 in outcome.err
