"""Shells complete the command line, and the manual page says what --help says."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

import lake as lakes
from test_cli import COMMANDS

FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")


def needs(program):
    if not shutil.which(program):
        pytest.skip(f"no {program} here (./dev test --all installs it)")


def flags(command) -> set:
    """Those that --help lists, at the beginning of a line; its examples may name flags of others."""
    text = lakes.run(*command, "--help").out.split("Examples:")[0]
    return {flag for line in re.findall(r"^  (?:-\w,)?(--[^ ]+)", text, re.MULTILINE) for flag in line.split(",")}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completions")
    for shell, name in (("bash", "cadenza"), ("zsh", "_cadenza"), ("fish", "cadenza.fish")):
        outcome = lakes.run("completion", shell)
        assert (outcome.code, outcome.err) == (0, "")
        (folder / name).write_text(outcome.out)
    return folder


@pytest.fixture
def bash(scripts, tmp_path):
    """What bash offers for the last of the words, in a folder with a few files."""
    (tmp_path / "lake").mkdir()
    (tmp_path / "late.json").write_text("")

    def complete(*words):
        code = f"""source '{scripts}/cadenza'
                   COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
                   $(complete -p cadenza | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                   printf '%s\\n' "${{COMPREPLY[@]}}" """
        done = subprocess.run(["bash", "-uc", code, "bash", "cadenza", *words], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()
    return complete


def test_bash_offers_the_commands(bash):
    assert sorted(bash("")) == sorted(COMMANDS)
    assert bash("op") == ["optimize"]
    assert set(bash("-")) == {"-h", "--help", "-v", "--version"}


@pytest.mark.parametrize("command", COMMANDS)
def test_bash_offers_every_flag_of_the_help(bash, command):
    assert set(bash(command, "--")) == flags([command]) >= {"--help"}


def test_bash_offers_values(bash):
    assert bash("sql", "--format", "") == ["table", "csv", "json", "parquet", "arrow"]
    assert bash("etl", "--format", "p") == ["parquet"]
    assert bash("etl", "--format", "=") == ["delta", "parquet"]
    assert bash("etl", "--format", "=", "d") == ["delta"]
    assert bash("etl", "--threads", "") == []
    assert bash("completion", "") == ["bash", "zsh", "fish", "json"]
    assert bash("describe", "--lake", "lake", "user") == ["user_levels", "users"]


def test_bash_offers_folders_and_files(bash):
    assert bash("sql", "--lake", "la") == ["lake"]
    assert sorted(bash("etl", "--logs", "la")) == ["lake", "late.json"]


def test_shells_take_their_scripts(scripts):
    assert subprocess.run(["bash", "-n", scripts / "cadenza"]).returncode == 0


@pytest.mark.package
def test_fish_offers_the_same(scripts):
    needs("fish")

    def complete(line):
        code = f"source {scripts}/cadenza.fish; complete -C '{line}'"
        done = subprocess.run(["fish", "--no-config", "-c", code], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return [offer.split("\t")[0] for offer in done.stdout.splitlines()]
    assert sorted(complete("cadenza ")) == sorted(COMMANDS)
    for command in COMMANDS:
        assert set(complete(f"cadenza {command} --")) == flags([command]), command
    assert sorted(complete("cadenza sql --format ")) == ["arrow", "csv", "json", "parquet", "table"]
    assert complete("cadenza describe user_") == ["user_levels"]


class Zsh:
    """An interactive zsh at a terminal, since its completion is part of the line editor."""

    def __init__(self, scripts):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", PS1="> ")
            os.execvp("zsh", ["zsh", "-f", "-i"])
        self.type(f"PS1='> '; fpath=({scripts} $fpath); autoload -Uz compinit && compinit -D; echo re''ady\n")
        self.until("ready")

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, wanted, seconds=20) -> str:
        text, end = "", time.monotonic() + seconds
        while wanted not in text:
            assert time.monotonic() < end, f"zsh did not say {wanted!r}: {text!r}"
            if select.select([self.terminal], [], [], 0.2)[0]:
                text += os.read(self.terminal, 65536).decode("utf-8", "replace")
        return text

    def stop(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.mark.package
def test_zsh_completes(scripts):
    needs("zsh")
    zsh = Zsh(scripts)
    try:
        zsh.type("cadenza opt\t")
        zsh.until("imize")
        zsh.type("--dry\t")
        zsh.until("-run")
        zsh.type("\x15cadenza sql --form\tpar\t")
        zsh.until("quet")
        zsh.type("\x15cadenza describe user_\t")
        zsh.until("levels")
        zsh.type("\x15cadenza etl --par\x04")
        zsh.until("TABLE=column,column of a silver table")
    finally:
        zsh.stop()


def words(text) -> str:
    """Without the line breaks and the marks of a layout."""
    return re.sub(r"\s+", " ", text)


def unescaped(page) -> str:
    lines = [line for line in page.splitlines() if not line.startswith(".")]
    return words("\n".join(lines).replace("\\fB", "").replace("\\fI", "").replace("\\fR", "").replace("\\&", "")
                 .replace("\\-", "-").replace("\\e", "\\"))


def lines_of_help(command) -> list[str]:
    text = lakes.run(*command, "--help").out
    usage = text.split("Usage:")[1].split("\n", 1)
    return [line.strip() for line in usage[1].splitlines() if line.strip()]


@pytest.mark.parametrize("command", COMMANDS)
def test_manual_has_every_sentence_of_the_help(command):
    """But the headings, and the flags for S3, which it describes once."""
    page = unescaped(lakes.run("manual").out)
    flags_of_s3 = set(lines_of_help(["etl"])[-200:]) & set(lines_of_help([command]))
    missing = [line for line in lines_of_help([command])
               if words(line) not in page and line not in flags_of_s3 and line not in ("Options:", "Positionals:")]
    assert missing == []


@pytest.mark.package
def test_man_renders_the_page(tmp_path):
    needs("man")
    (tmp_path / "cadenza.1").write_text(lakes.run("manual").out)
    done = subprocess.run(["man", "--warnings=w", "-l", tmp_path / "cadenza.1"], capture_output=True, text=True,
                          env=os.environ | {"MANWIDTH": "120", "LC_ALL": "C.UTF-8", "MANROFFOPT": "-ww"})
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.sub(".\b", "", done.stdout)
    assert [flag for command in COMMANDS for flag in flags([command]) if flag not in shown] == []
    assert words("read event logs and song files into a lake: the star schema") in words(shown)
