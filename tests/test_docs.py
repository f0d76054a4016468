"""Documents and program name the same flags and columns."""

import re

import pytest

import lake as lakes
from test_cli import COMMANDS

FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")


def flags_of_help(command) -> set:
    return set(FLAG.findall(lakes.run(command, "--help").out))


def documents() -> str:
    paths = [lakes.REPO / "README.md", *sorted((lakes.REPO / "docs").rglob("*.md"))]
    return "\n".join(path.read_text() for path in paths)


def command_lines(text) -> list[str]:
    """Lines that call the program, with their continuations."""
    return re.findall(r"^[^\n]*\bcadenza (?:%s)\b[^\n]*" % "|".join(COMMANDS), text.replace("\\\n", " "), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_is_documented(command):
    named = set(FLAG.findall(documents()))
    assert flags_of_help(command) - named - {"--help"} == set()


def test_flags_of_the_readme_exist():
    lines = command_lines((lakes.REPO / "README.md").read_text())
    assert lines, "the README shows no call of the program"
    for line in lines:
        command = re.search(r"cadenza (\w+)", line).group(1)
        assert set(FLAG.findall(line)) <= flags_of_help(command), line


@pytest.mark.parametrize("flag", [
    "--songs", "--logs", "--out", "--format", "--config", "--full-refresh", "--max-bad", "--max-line-bytes",
    "--ts-unit", "--partition", "--threads", "--json", "--no-progress",
])
def test_help_of_etl_has_the_flag(flag):
    assert flag in flags_of_help("etl")


def sections_on(table, text) -> list[str]:
    """From each heading that names the table to the next heading."""
    return re.findall(rf"^#+ [^\n]*\b{table}\b[^\n]*\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)


def missing(columns, section) -> list[str]:
    return [name for name in columns if not re.search(rf"(?<!\w){name}(?!\w)", section)]


@pytest.mark.parametrize("table", lakes.GOLD)
def test_data_dictionary_has_the_tables_of_gold(table):
    assert sections_on(table, (lakes.REPO / "docs" / "data_dictionary.md").read_text()), f"no heading names {table}"


@pytest.mark.parametrize("table", lakes.TABLES)
def test_data_dictionary_lists_every_column(table, sample_lake):
    sections = sections_on(table, (lakes.REPO / "docs" / "data_dictionary.md").read_text())
    assert sections, f"no heading names {table}"
    columns = lakes.arrow(sample_lake, table).schema.names
    assert min((missing(columns, section) for section in sections), key=len) == []


def test_data_dictionary_is_what_the_program_says():
    outcome = lakes.run("dictionary")
    assert outcome.code == 0, outcome.err
    again = "again with: cadenza dictionary > docs/data_dictionary.md"
    assert (lakes.REPO / "docs" / "data_dictionary.md").read_text() == outcome.out, again


def test_sections_end_at_the_next_heading():
    text = "# Tables\n## `silver.users`\n| `user_id` |\n## silver.user_levels\n| `level` |\n"
    assert sections_on("users", text) == ["| `user_id` |\n"]
    assert missing(["user_id", "level"], sections_on("users", text)[0]) == ["level"]


def test_example_of_the_predecessors_settings_is_there():
    text = (lakes.REPO / "dl.cfg.example").read_text()
    assert "[AWS]" in text and "MODE" in text
    assert not re.search(r"AKIA[0-9A-Z]{16}", text)
