#!/usr/bin/env python3
"""Runs clang-tidy over what the build compiles but its tests, and leaves out what it passed as it is.

What a unit's verdict rests on is its fingerprint: all files and headers that its objects were compiled with, the
flags, .clang-tidy and the version of clang-tidy. Only verdicts without a finding are kept, as empty files named by
the fingerprint, in a folder that clones share.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

CHECKER = "clang-tidy-19"
# As in CMakeLists.txt for clang.
CLANG_FLAGS = ["-Wno-unknown-warning-option", "-Wno-deprecated-declarations", "-DBOOST_ASIO_HAS_CO_AWAIT=1",
               "-DBOOST_ASIO_HAS_STD_COROUTINE=1"]
NOISE = re.compile(r"warnings generated|^Suppressed .* warnings|^Use -header-filter")


@functools.cache
def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def dependencies(build):
    """By object: what it was compiled from, as the build remembers it."""
    listed = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in listed.splitlines():
        if line.startswith("    "):
            found[target].append(line.strip())
        elif line:
            target, _, state = line.partition(": #deps")
            found[target] = []
            if "VALID" not in state:
                found[target].append("")  # no such file: no fingerprint
    return found


def is_ours(file, build):
    """Not generated from the schema of a protocol."""
    return file.parent.name == "Unity" or not file.is_relative_to(build)


class Units:
    """What is checked at once: a file, or all files of a folder that the build compiles several at a time, since most
    of the time goes to the headers."""

    def __init__(self, root, build):
        self.root, self.build = root, build
        self.entries = {}  # by unit
        for entry in json.loads((build / "compile_commands.json").read_text()):
            file = pathlib.Path(entry["file"])
            # Unit tests are left to the compiler's warnings: they would take a third of the time.
            if "_test.dir/" in entry["command"] or not is_ours(file, build):
                continue
            unit = file.parent.parent.name.removesuffix(".dir") if file.parent.name == "Unity" else file
            self.entries.setdefault(str(unit), []).append(entry)
        self.dependencies = dependencies(build)
        version = subprocess.run([CHECKER, "--version"], check=True, capture_output=True, text=True).stdout
        self.common = version + digest(root / ".clang-tidy")

    def fingerprint(self, unit):
        """None where it is not known what the unit includes."""
        parts = [self.common, os.path.relpath(unit, self.root)]
        for entry in self.entries[unit]:
            command = entry["command"]
            target = re.search(r" -o (\S+)", command)
            inputs = self.dependencies.get(target.group(1)) if target else None
            paths = [self.build / name for name in inputs or [] if name]
            if not paths or len(paths) < len(inputs) or not all(path.is_file() for path in paths):
                return None
            parts += [command.replace(str(self.root), "."), *sorted(digest(path) for path in paths)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def command(self, unit):
        entries = self.entries[unit]
        flags = re.sub(r"^.*?c\+\+\S* ", "", entries[0]["command"])
        flags = re.sub(r" -(MT|MF|o|c) \S+| -MD", "", flags)
        file = entries[0]["file"]
        if len(entries) > 1:
            file = self.build / "tidy" / f"{unit}.cxx"
            file.parent.mkdir(exist_ok=True)
            file.write_text("".join(f'#include "{entry["file"]}"\n' for entry in entries))
        return [CHECKER, "--quiet", "--warnings-as-errors=*", f"--config-file={self.root}/.clang-tidy", str(file), "--",
                *CLANG_FLAGS, *shlex.split(flags)]


def check(units, unit):
    """(whether there is nothing to say, what was said)"""
    done = subprocess.run(units.command(unit), cwd=units.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    said = "".join(line for line in done.stdout.splitlines(keepends=True) if not NOISE.search(line))
    return done.returncode == 0, said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    units = Units(options.root, options.build)
    fingerprints = {unit: units.fingerprint(unit) for unit in units.entries}
    is_known = {unit: mark is not None and (options.cache / mark).exists() for unit, mark in fingerprints.items()}
    # The long ones first, so that no core is left with one at the end.
    to_check = sorted((unit for unit in units.entries if not is_known[unit]),
                      key=lambda unit: -len(units.entries[unit]))
    print(f"{len(to_check)} of {len(is_known)} units to check, the others passed as they are", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        verdicts = workers.map(lambda unit: check(units, unit), to_check)
        for unit, (passed, said) in zip(to_check, verdicts):
            print(said, end="", flush=True)
            if not passed:
                failed += 1
            elif fingerprints[unit]:
                (options.cache / fingerprints[unit]).touch()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
