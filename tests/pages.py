"""Pages whose commands are typed as they stand, and what they print.

A fenced block that begins with `$ ` is a conversation: `$ command` (a text in quotes goes on over lines, as do a line that ends
in a backslash and one with `<<'END'`), then what it prints. Lines that begin with `#` right before a command are remarks. Of what is printed,
`...` stands for any number of lines; times and memory differ from run to run and are not compared. In a block under the
comment <!-- numbers differ a little by processor --> other numbers need only be near. All blocks of a page run in
one folder, in order, by bash. Every command has to end with 0; `; echo $?` shows another code.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import lake as lakes

ROUGHLY = "<!-- numbers differ a little by processor -->\n"
BLOCK = re.compile(rf"^((?:{ROUGHLY})?)```(?:console)?\n(\$ .*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
VARIES = [(re.compile(r"\b\d+(\.\d+)? m?s\b"), "# s"), (re.compile(r"peak memory [\d.]+ MB"), "peak memory # MB"),
          (re.compile(r"[\d.]+ million/s"), "# million/s")]
# What a fresh clone has that pages name.
OF_THE_CLONE = ["samples", "bench", "dl.cfg.example"]


@dataclass
class Command:
    before: str  # blank lines and remarks above it
    text: str
    expected: list[str] = field(default_factory=list)
    is_rough: bool = False


def is_open(text) -> bool:
    """The shell would ask for another line."""
    if here := re.search(r"<<'(\w+)'", text):
        return text.splitlines()[-1] != here[1]
    try:
        shlex.split(text)
    except ValueError:
        return True
    return text.endswith("\\")


def commands(block, is_rough=False) -> list[Command]:
    found, above, lines = [], [], iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            text = line[2:]
            while is_open(text):
                text += "\n" + next(lines)
            found.append(Command("".join(part + "\n" for part in above), text, is_rough=is_rough))
            above = []
        elif line.startswith("# "):
            above.append(line)
        else:
            found[-1].expected += [*above, line]
            above = []
    return found


def blocks(text) -> list[list[Command]]:
    return [commands(match[2], bool(match[1])) for match in BLOCK.finditer(text)]


def comparable(line) -> str:
    for pattern, instead in VARIES:
        line, count = pattern.subn(instead, line)
        if count:
            # A time of more digits moves what is beside it.
            line = re.sub(r" +", " ", line)
    return line.rstrip()


def is_near(expected, printed) -> bool:
    return abs(float(expected) - float(printed)) <= max(0.05, 0.1 * abs(float(expected)))


def agrees_line(expected, printed, is_rough) -> bool:
    expected, printed = comparable(expected), comparable(printed)
    if not is_rough:
        return expected == printed
    words = [re.sub(r"[ ─]+", " ", NUMBER.sub("#", line)) for line in (expected, printed)]
    return words[0] == words[1] and all(map(is_near, NUMBER.findall(expected), NUMBER.findall(printed)))


def agrees(expected, printed, is_rough=False) -> bool:
    """`...` in what is expected stands for any number of lines."""
    if not expected or not printed:
        return not printed and all(line.strip() == "..." for line in expected)
    if expected[0].strip() == "...":
        return agrees(expected[1:], printed, is_rough) or agrees(expected, printed[1:], is_rough)
    return agrees_line(expected[0], printed[0], is_rough) and agrees(expected[1:], printed[1:], is_rough)


class Shell:
    """A folder in which the commands of a page run, as in a fresh clone with `build` and Python on the PATH."""

    def __init__(self, folder):
        self.folder = Path(folder)
        for name in OF_THE_CLONE:
            (self.folder / name).symlink_to(lakes.REPO / name)
        bin_folder = self.folder / ".bin"
        bin_folder.mkdir()
        (bin_folder / "cadenza").symlink_to(Path(lakes.program()).resolve())
        path = f"{bin_folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = lakes.environment(PATH=path, PYTHONPATH=lakes.REPO / "python" / "src", COLUMNS=120, LC_ALL="C.UTF-8")

    def run(self, command) -> list[str]:
        outcome = subprocess.run(["bash", "-c", command.text], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180, check=False)
        assert outcome.returncode == 0, f"$ {command.text}\nexit code {outcome.returncode}\n{outcome.stdout}"
        lines = outcome.stdout.splitlines()
        # A blank line at the end is the page's as well as the program's.
        return lines[:-1] if lines and not lines[-1] else lines


def without_blank_end(lines) -> list[str]:
    return lines[:-1] if lines and not lines[-1].strip() else lines


def faults(text, shell) -> list[str]:
    """What the page says other than the program does."""
    found = []
    for command in (command for block in blocks(text) for command in block):
        printed, expected = shell.run(command), without_blank_end(command.expected)
        if not agrees(expected, printed, command.is_rough):
            found.append("\n".join([f"$ {command.text}", *printed, "-- the page has --", *expected]))
    return found


def again(text, shell) -> str:
    """The page with what the program prints now, where it differs."""
    def block(match) -> str:
        parts = []
        for command in commands(match[2], bool(match[1])):
            printed = shell.run(command)
            is_same = agrees(without_blank_end(command.expected), printed, command.is_rough)
            lines = command.expected if is_same else printed
            parts.append(command.before + f"$ {command.text}\n" + "".join(line.rstrip() + "\n" for line in lines))
        return match[0].replace(match[2], "".join(parts))
    return BLOCK.sub(block, text)
