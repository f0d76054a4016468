"""The command line: help, exit codes, messages, the summary, interruption."""

import re
import signal
import time

import pytest

import lake as lakes
import samples
from samples import START_MS, log_line, play

COMMANDS = [
    "init", "run", "etl", "kpi", "churn", "recommend", "stream", "alerts", "sql", "serve", "share", "powerbi", "tables", "describe", "history", "trace", "simulate", "optimize", "vacuum", "upgrade", "forget",
    "rectify", "report", "models", "refresh", "dictionary", "manual", "completion",
]
BAD = b'{"ts":1541'


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command):
    outcome = lakes.run(command, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    examples = outcome.out.split("Examples:")[1]
    assert f"cadenza {command} " in examples


def test_help_names_every_command():
    outcome = lakes.run("--help")
    assert outcome.code == 0
    assert [command for command in COMMANDS if not re.search(rf"^\s+{command}\b", outcome.out, re.MULTILINE)] == []


def test_help_of_etl_says_what_parquet_lacks():
    assert "time travel" in lakes.run("etl", "--help").out


@pytest.mark.parametrize("arguments", [["--version"], ["-v"], ["version"]])
def test_version(arguments):
    outcome = lakes.run(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(r"cadenza \d+\.\d+\.\d+\n", outcome.out)


def test_help_of_a_command_is_its_flag():
    assert lakes.run("help") == lakes.run("--help")
    assert lakes.run("help", "etl") == lakes.run("etl", "--help")
    wrong = lakes.run("help", "elt")
    assert (wrong.code, wrong.out) == (2, "") and "did you mean etl?" in wrong.err


@pytest.mark.parametrize("arguments, meant", [
    (["ekpi"], "kpi"),
    (["optimise", "--lake", "LAKE"], "optimize"),
    (["sql", "--lkae", "LAKE", "select 1"], "--lake"),
    (["etl", "--max-bda=1%"], "--max-bad"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_a_slip_is_told_what_was_meant(arguments, meant):
    outcome = lakes.run(*arguments)
    assert outcome.code == 2 and outcome.out == ""
    assert f"did you mean {meant}?" in outcome.err
    assert len(outcome.err.splitlines()) == 2


def test_a_mistyped_setting_is_told_what_was_meant(tmp_path):
    (tmp_path / "cadenza.toml").write_text("[sql]\nthraeds = 2\n")
    outcome = lakes.run("sql", "select 1", cwd=tmp_path)
    assert outcome.code == 2 and "[sql] thraeds; did you mean threads?" in outcome.err


@pytest.mark.parametrize("arguments, culprit", [
    (["etl", "--sngs", "x"], "--sngs"),
    (["etl", "--songs", "x", "--logs", "x"], "--out"),
    (["etl", "--threads", "many"], "many"),
    (["etl", "--format", "avro"], "avro"),
    (["etl", "--ts-unit", "weeks"], "weeks"),
    (["etl", "--max-bad", "lots"], "lots"),
    (["etl", "--max-line-bytes", "-5"], "-5"),
    (["etl", "--partition", "nonsense"], "nonsense"),
    (["etl", "--partition", "songs=colour"], "colour"),
    (["etl", "--threads", "-1"], "-1"),
    (["etl", "--memory", "1MB"], "1MB"),
    (["etl", "--memory", "99999999999GB"], "99999999999GB"),
    (["frobnicate"], "frobnicate"),
    (["sql", "--rows", "-1", "select 1"], "-1"),
    (["sql", "--threads", "-2", "select 1"], "-2"),
    (["sql", "--memory", "63MB", "select 1"], "63MB"),
    (["history", "--limit", "-3", "--lake", "LAKE", "songplays"], "-3"),
    (["sql", "--lake"], "--lake"),
    (["describe", "--lake", "LAKE"], "TABLE"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_wrong_usage_names_the_culprit(arguments, culprit, sample, tmp_path):
    if arguments[0] == "etl" and culprit not in ("--sngs", "--out"):
        arguments = [*arguments, "--songs", sample.songs, "--logs", sample.logs, "--out", tmp_path / "lake"]
    outcome = lakes.run(*arguments)
    assert outcome.code == 2
    assert culprit.lower() in outcome.err.lower()
    assert not (tmp_path / "lake").exists()


def test_wrong_usage_names_the_command_and_its_help(sample, tmp_path):
    outcome = lakes.run("etl", "--sngs", "x")
    assert outcome.err.startswith("cadenza etl: ") and "cadenza etl --help" in outcome.err


def test_a_list_takes_one_value_at_a_time(sample, tmp_path):
    outcome = lakes.run("etl", "--logs", sample.logs, "stray.json", "--out", tmp_path / "lake")
    assert outcome.code == 2 and "stray.json" in outcome.err
    config = samples.write_file(tmp_path / "a.toml", b"rows = 5\n")
    assert "42" in lakes.run("sql", "--config", config, "--config", config, "select 40 + 2").out


@pytest.mark.parametrize("text, culprit", [
    ("[etl]\nthraeds = 2\n", "thraeds"), ("thraeds = 2\n", "thraeds"), ("[etll]\nthreads = 2\n", "etll"),
    ("[etl]\nrows = 2\n", "rows"), ("[etl.sql]\nrows = 2\n", "sql"), ("sql = 2\n", "sql"),
    ("threads = -2\n", "-2"), ("partition = 7\n", "7"),
], ids=repr)
def test_wrong_setting_names_the_file(text, culprit, sample, tmp_path):
    config = samples.write_file(tmp_path / "my.toml", text.encode())
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [sample.songs], [sample.logs], "--config", config))
    assert outcome.code == 2
    assert culprit in outcome.err and (culprit == "7" or "my.toml" in outcome.err)
    assert not (tmp_path / "lake").exists()


def test_settings_of_all_commands_in_one_file(sample, tmp_path):
    text = f"""
        rows = 3
        lake = "{tmp_path / 'lake'}"
        [etl]
        logs = ["{sample.logs}"]
        songs = ["{sample.songs}"]
        out = "{tmp_path / 'lake'}"
        no-progress = true
        [etl.partition]
        songs = "year"
        [sql]
        format = "csv"
    """
    samples.write_file(tmp_path / "cadenza.toml", text.encode())
    outcome = lakes.run("etl", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert lakes.delta(tmp_path / "lake", "songs").metadata().partition_columns == ["year"]
    outcome = lakes.run("sql", "select 1 as one, 2 as two", cwd=tmp_path)
    assert outcome.out == "one,two\n1,2\n", outcome.err
    assert lakes.run("tables", cwd=tmp_path).code == 0


def test_swapped_sources_get_a_hint(sample, tmp_path):
    outcome = lakes.run("etl", "--songs", sample.logs, "--logs", sample.songs, "--out", tmp_path / "lake")
    assert outcome.code == 1 and "Are --songs and --logs swapped?" in outcome.err
    # The songs alone, as logs: nothing was swapped for them.
    outcome = lakes.run("etl", "--logs", sample.songs, "--out", tmp_path / "lake")
    assert outcome.code == 1 and "swapped" not in outcome.err
    summary = lakes.etl(tmp_path / "lake", [sample.logs], [sample.songs], "--max-bad", "100%")
    hints = [text for text in summary["warnings"] if "swapped" in text]
    assert len(hints) == 2 and "--logs" in hints[0]


@pytest.mark.parametrize("given", ["--songs", "--logs"])
def test_full_refresh_of_one_source_is_refused(given, sample, tmp_path):
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs])
    before = lakes.versions(tmp_path / "lake")
    source = {"--songs": sample.songs, "--logs": sample.logs}[given]
    outcome = lakes.run("etl", given, source, "--out", tmp_path / "lake", "--full-refresh")
    assert outcome.code == 2
    assert {"--songs": "--logs", "--logs": "--songs"}[given] in outcome.err
    assert lakes.versions(tmp_path / "lake") == before


def test_full_refresh_of_one_source_of_a_lake_with_that_alone(sample, tmp_path):
    lakes.etl(tmp_path / "lake", [], [sample.logs])
    lakes.etl(tmp_path / "lake", [], [sample.logs], "--full-refresh")


def test_summary_for_people_reads_well(sample, tmp_path):
    log = samples.write_file(tmp_path / "a day.json", b"\n".join([log_line(play(START_MS)), BAD]))
    command = ["etl", "--songs", sample.songs, "--logs", log, "--out", "my lake", "--ts-unit", "auto"]
    out = lakes.run(*command, cwd=tmp_path).out
    assert "--lake 'my lake'" in out
    assert re.search(r" 1 file\b", out) and "1 files" not in out
    assert re.search(r"ts taken as ms +in 1 file\b", out)


def test_matches_are_in_the_order_of_their_rank(sample, tmp_path):
    outcome = lakes.run("etl", "--songs", sample.songs, "--logs", sample.logs, "--out", tmp_path / "lake")
    (line,) = [line for line in outcome.out.splitlines() if "songs found for plays" in line]
    ranks = ["exact", "close", "edition", "text_exact", "text_close", "text_edition", "unmatched"]
    shown = re.findall(r"\d+ (\w+)", line)
    assert len(shown) > 1 and shown == sorted(shown, key=ranks.index)


def test_no_command_is_wrong_usage():
    outcome = lakes.run()
    assert outcome.code == 2 and "etl" in outcome.out + outcome.err


@pytest.mark.parametrize("arguments", [
    ["sql", "--lake", "{}", "SELECT 1"], ["tables", "--lake", "{}"], ["history", "--lake", "{}", "songplays"],
], ids=lambda arguments: arguments[0])
def test_missing_lake_is_named(arguments, tmp_path):
    outcome = lakes.run(*[str(part).format(tmp_path / "no-lake") for part in arguments])
    assert outcome.code == 1
    assert "no-lake" in outcome.err
    assert not (tmp_path / "no-lake").exists()


@pytest.mark.parametrize(
    "arguments", [["describe", "nosuch"], ["history", "nosuch"], ["trace", "nosuch", "1"]], ids=lambda a: a[0]
)
def test_missing_table_is_named(arguments, sample_lake):
    outcome = lakes.run(arguments[0], "--lake", sample_lake, *arguments[1:])
    assert outcome.code in (1, 2)
    assert "nosuch" in outcome.err


def test_broken_settings_file_is_named(sample, tmp_path):
    config = samples.write_file(tmp_path / "broken.toml", b"[etl\nthreads == 2\n")
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [sample.songs], [sample.logs], "--config", config))
    assert outcome.code in (1, 2)
    assert "broken.toml" in outcome.err


def test_json_is_all_that_is_on_standard_output(sample, tmp_path):
    command = ["etl", "--songs", sample.songs, "--logs", sample.logs, "--out", tmp_path / "lake", "--json"]
    summary = lakes.run(*command).json
    assert (summary["status"], summary["format"], summary["run"]) == ("done", "delta", 1)
    assert summary["seconds"]["total"] > 0
    assert set(summary["tables"]) >= set(lakes.TABLES) - {"runs", "audits"}


def test_summary_adds_up(sample, tmp_path):
    lines = [BAD, b"", log_line(play(START_MS)), log_line(play(START_MS))]
    samples.write_file(tmp_path / "more" / "bad.json", b"\n".join(lines))
    summary = lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs, tmp_path / "more"])
    events, size = summary["events"], summary["bytes"]
    assert events["lines"] == events["good"] + events["duplicate"] + events["quarantined"] + events["blank"]
    assert (events["duplicate"], events["quarantined"], events["blank"]) == (1, 1, 1)
    assert size["in"] == sum(size[part] for part in ("good", "duplicate", "quarantined", "blank", "bom"))
    assert sum(summary["matches"].values()) == summary["tables"]["songplays"]["rows"]
    for name, table in summary["tables"].items():
        if name in lakes.TABLES:
            assert table["rows"] == lakes.arrow(tmp_path / "lake", name).num_rows
            assert table["version"] == lakes.delta(tmp_path / "lake", name).version()
            assert table["files"] == len(lakes.delta(tmp_path / "lake", name).file_uris())


def test_summary_for_people_ends_with_the_next_command(sample, tmp_path):
    outcome = lakes.run("etl", "--songs", sample.songs, "--logs", sample.logs, "--out", tmp_path / "lake")
    assert outcome.code == 0
    assert "songplays" in outcome.out + outcome.err
    assert "cadenza sql" in outcome.out + outcome.err
    assert "\x1b[" not in outcome.out, "no terminal, no colours"


def test_visitors_are_counted(sample, tmp_path):
    log = samples.write_file(tmp_path / "day.json", log_line(play(START_MS, user="")))
    assert lakes.etl(tmp_path / "lake", [sample.songs], [log])["plays_without_user"] == 1


def bad_source(folder, good=199):
    lines = [log_line(play(START_MS + i, item=i)) for i in range(good)]
    lines.insert(2, BAD)
    return samples.write_file(folder / "bad-day.json", b"\n".join(lines)), len(lines[0]) + len(lines[1]) + 2


def test_max_bad_fails_before_anything_is_written(sample, tmp_path):
    log, offset = bad_source(tmp_path)
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [sample.songs], [log], "--max-bad", "0.1%"))
    assert outcome.code == 1
    assert "bad-day.json" in outcome.err and str(offset) in outcome.err and "truncated" in outcome.err
    assert outcome.json["status"] == "failed" and "bad-day.json" in outcome.json["error"]
    assert not list((tmp_path / "lake").rglob("*.json")) and not list((tmp_path / "lake").rglob("*.parquet"))


def test_max_bad_leaves_the_lake_as_it_was(sample, sample_lake, tmp_path):
    log, _ = bad_source(tmp_path)
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs])
    before = lakes.versions(tmp_path / "lake")
    assert lakes.run(*lakes.etl_arguments(tmp_path / "lake", [], [log], "--max-bad", "0.1%")).code == 1
    assert lakes.versions(tmp_path / "lake") == before
    lakes.assert_lakes_equal(tmp_path / "lake", sample_lake)


@pytest.mark.parametrize("limit", ["5%", "1%"])
def test_max_bad_within_the_limit_passes(limit, sample, tmp_path):
    log, _ = bad_source(tmp_path)
    assert lakes.etl(tmp_path / "lake", [sample.songs], [log], "--max-bad", limit)["events"]["quarantined"] == 1


def test_thousands_of_tiny_files_get_a_warning(sample, tmp_path):
    songs = [samples.song(i, f"T{i}", f"A{i}", 10.0 + i) for i in range(2500)]
    lines = samples.write_file(tmp_path / "songs.jsonl", samples.log_bytes(songs))
    summary = lakes.etl(tmp_path / "lake", [lines], [sample.logs], "--partition", "songs=year,artist_id")
    about_songs = [text for text in map(str, summary["warnings"]) if "songs" in text and re.search(r"2[,' ]?500", text)]
    assert about_songs and "--partition" in about_songs[0]
    assert lakes.arrow(tmp_path / "lake", "songs").num_rows == 2500


def test_suggested_partition_silences_the_warning(sample, tmp_path):
    songs = [samples.song(i, f"T{i}", f"A{i}", 10.0 + i) for i in range(2500)]
    lines = samples.write_file(tmp_path / "songs.jsonl", samples.log_bytes(songs))
    summary = lakes.etl(tmp_path / "lake", [lines], [sample.logs], "--partition", "songs=year")
    assert summary["warnings"] == []
    assert lakes.delta(tmp_path / "lake", "songs").metadata().partition_columns == ["year"]


def test_full_refresh_keeps_the_partition_that_a_table_was_made_with(sample, tmp_path):
    lake = tmp_path / "lake"
    lakes.etl(lake, [sample.songs], [sample.logs], "--partition", "songs=year")
    before = lakes.arrow(lake, "songs").num_rows
    lakes.etl(lake, [sample.songs], [sample.logs], "--full-refresh")
    assert lakes.arrow(lake, "songs").num_rows == before
    assert lakes.delta(lake, "songs").metadata().partition_columns == ["year"]


def test_ordinary_run_has_no_warning(sample, tmp_path):
    assert lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs])["warnings"] == []


def interrupted(arguments, sign):
    """The outcome of a Ctrl-C once a file has appeared by which the program shows that it is at work."""
    process = lakes.start(*arguments)
    deadline = time.monotonic() + 30
    while not sign.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    return lakes.finish(process, timeout=30)


def test_interrupt_leaves_no_half_run(sample, tmp_path):
    lake, log = tmp_path / "lake", tmp_path / "big.json"
    lakes.etl(lake, [sample.songs], [sample.logs])
    before = lakes.versions(lake)
    samples.write_file(log, samples.many_lines(300_000, session=7000))
    outcome = interrupted(lakes.etl_arguments(lake, [], [log]), sign=lake / "_cadenza" / "running")
    assert outcome.code == 130
    assert "interrupted; nothing was committed" in outcome.err
    assert lakes.query(lake, "SELECT count(*) AS n FROM events") == [{"n": len(sample.events)}]
    assert lakes.versions(lake) == before
    lakes.etl(lake, [], [log])
    assert lakes.query(lake, "SELECT count(*) AS n FROM events") == [{"n": len(sample.events) + 300_000}]


def test_audits_are_recorded_and_clean(sample, tmp_path):
    summary = lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs])
    recorded = {(row["audit"], row["table_name"]): row["failures"] for row in lakes.rows(tmp_path / "lake", "audits")}
    assert recorded == {(audit["audit"], audit["table"]): 0 for audit in summary["audits"]}
    audited = {table for _, table in recorded}
    assert {"songplays", "users", "songs", "artists", "time"} <= audited


def test_no_zone_of_the_machine_gets_in(sample, sample_lake, tmp_path):
    lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs], env={"TZ": "Pacific/Kiritimati"})
    lakes.assert_lakes_equal(tmp_path / "lake", sample_lake)


@pytest.mark.parametrize("text, said", [
    ("songplays=start_time", "start_time is a time"), ("time=start_time", "start_time is a time"), ("songs=year,year", "year is there twice"),
])
def test_partitions_that_make_no_sense_are_refused_before_anything_is_written(text, said, sample, tmp_path):
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "lake", [sample.songs], [sample.logs], "--partition", text))
    assert outcome.code == 2 and said in outcome.err and not (tmp_path / "lake").exists()


@pytest.mark.parametrize("flag, value", [("--seed", "-1"), ("--seed", "18446744073709551616"), ("--seed", "1.5"), ("--activity", "nan")])
def test_numbers_that_are_none_are_refused_by_simulate(flag, value, tmp_path):
    outcome = lakes.run("simulate", "--out", tmp_path / "world", flag, value)
    assert outcome.code == 2 and value in outcome.err and flag in outcome.err and not (tmp_path / "world").exists()


@pytest.mark.parametrize("arguments, flag", [
    (["kpi", "--source", "source", "--lake", "lake", "--source-timezone"], "--source-timezone"),
    (["stream", "--source", "source", "--lake", "lake", "--once", "--source-timezone"], "--source-timezone"),
    (["alerts", "replay", "--windows", "w.parquet", "--timezone"], "--timezone"),
])
def test_a_zone_that_there_is_not_is_named_with_its_flag(arguments, flag, tmp_path):
    (tmp_path / "source").mkdir()
    outcome = lakes.run(*arguments, "Mars/Olympus", cwd=tmp_path)
    assert outcome.code == 2 and f"{flag}: no such time zone: Mars/Olympus" in outcome.err
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("threads", ["100000", "-1", "many"])
def test_numbers_of_threads_that_no_machine_has_are_refused(threads, tmp_path):
    outcome = lakes.run("sql", "SELECT 1", "--threads", threads)
    assert outcome.code == 2 and threads in outcome.err
