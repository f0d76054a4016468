"""docs/WRONG_INPUTS.md says what the program says to wrong inputs. `CADENZA_PAGES=store` writes what it says now into the page."""

import os
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import lake as lakes
from test_cli import COMMANDS

PAGE = lakes.REPO / "docs" / "WRONG_INPUTS.md"
CODE = re.compile(r"(?<!`)(?:`([^`]+)`|`` (.+?) ``)(?!`)")
ENGINE_WORDS = re.compile(
    r"(?i)\b(binder|catalog|parser|conversion|invalid input|io|internal|fatal|out of range) error\b|std::|toml::|cli::|duckdb"
    r"|deltakernel|librdkafka|exception|stack trace|assert|varchar|int64|candidate bindings|line 1:|errno|magic bytes|sniff|_literal|int32|argument types|all addresses|parse error|json\.")


@dataclass
class Row:
    line: str
    command: str
    said: str
    code: int


def code_of(cell) -> list[str]:
    return [plain or with_ticks for plain, with_ticks in CODE.findall(cell)]


def cells_below(heading) -> list[list[str]]:
    """Of the table under a heading, without its own first two lines."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[line, *line.strip("|").split(" | ")] for line in lines[2:]]


def rows() -> list[Row]:
    return [Row(line, "".join(code_of(command)), "\n".join(code_of(said)), int(code))
            for line, command, said, code in cells_below("What it says")]


def files() -> dict:
    return {"".join(code_of(name)): "\n".join(code_of(text)) + "\n" for _, name, text in cells_below("The files")}


def marked(text) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def store(row, said, code):
    assert code in (1, 2), said
    line = f"| {marked(row.command)} | {'<br>'.join(map(marked, said.splitlines()))} | {code} |"
    PAGE.write_text(PAGE.read_text().replace(row.line, line))


def contents(folder) -> dict:
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(Path(folder).rglob("*"))}


@pytest.fixture
def folder(sample, sample_lake, tmp_path) -> Path:
    """What the commands of the page name."""
    for name, source in {"lake": sample_lake, "logs": sample.logs, "songs": sample.songs}.items():
        shutil.copytree(source, tmp_path / name)
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ["junk.json", "junk.zip"]:
        (tmp_path / name).write_bytes(bytes(range(256)) * 8)
    (tmp_path / "empty").mkdir()
    (tmp_path / ".bin").mkdir()
    (tmp_path / ".bin" / "cadenza").symlink_to(Path(lakes.program()).resolve())
    return tmp_path


@pytest.fixture(scope="module")
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


def typed(command, folder, port) -> tuple[str, int]:
    """What a shell in the folder shows on standard error, and the exit code."""
    environment = lakes.environment(PATH=f"{folder}/.bin:{os.environ['PATH']}", HOME=folder, LC_ALL="C.UTF-8")
    done = subprocess.run(["bash", "-c", command.replace("PORT", port)], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.replace(f"{folder}/", "").replace(f":{port}", ":PORT").strip("\n"), done.returncode


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.command)
def test_a_wrong_input_is_told_what_the_page_says(row, folder, taken_port):
    before = contents(folder / "lake")
    said, code = typed(row.command, folder, taken_port)
    if os.environ.get("CADENZA_PAGES") == "store":
        store(row, said, code)
        return
    assert (said, code) == (row.said, row.code)
    assert contents(folder / "lake") == before, "a wrong input changed the lake"
    assert not (folder / "new").exists(), "a wrong input began a lake"


def test_the_page_has_forty_wrong_inputs():
    commands = [row.command for row in rows()]
    assert len(commands) >= 40
    assert len(set(commands)) == len(commands)


def test_every_command_has_a_wrong_input():
    tried = {word for row in rows() for word in re.findall(r"\bcadenza (\w+)", row.command)}
    assert [command for command in COMMANDS if command not in tried] == []


def test_a_wrong_input_is_wrong_usage_or_a_failure():
    assert {row.code for row in rows()} == {1, 2}
    assert [row.command for row in rows() if "Try: " in row.said and row.code != 2] == []


def test_no_message_has_words_of_the_engine():
    assert [row.said for row in rows() if ENGINE_WORDS.search(row.said)] == []


def test_every_message_begins_with_the_command():
    assert [row.said for row in rows() if not re.match(r"cadenza( \w+)?: \S", row.said)] == []


def test_every_file_of_the_page_is_named_by_a_command():
    commands = " ".join(row.command for row in rows())
    assert [name for name in files() if Path(name).parts[0] not in commands] == []
