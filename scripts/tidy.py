#!/usr/bin/env python3
"""Runs clang-tidy over what the build compiles but its tests, and leaves out what it passed as it is.

A unit is what one object is compiled from: mostly several files of a folder. What its verdict rests on is its
fingerprint: all files and headers that its object was compiled with, the flags, .clang-tidy and the version of
clang-tidy. Only verdicts without a finding are kept, as empty files named by the fingerprint, in a folder that
clones share.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

CHECKER = "clang-tidy-19"
# As in CMakeLists.txt for clang.
CLANG_FLAGS = [f"--extra-arg={flag}" for flag in (
    "-Wno-deprecated-declarations", "-DBOOST_ASIO_HAS_CO_AWAIT=1", "-DBOOST_ASIO_HAS_STD_COROUTINE=1")]
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


class Fingerprints:
    def __init__(self, root, build):
        self.root, self.build = root, build
        commands = json.loads((build / "compile_commands.json").read_text())
        # Unit tests are left to the compiler's warnings: they would take a third of the time.
        self.commands = {os.path.relpath(entry["file"], root): entry["command"] for entry in commands
                         if "_test.dir/" not in entry["command"] and is_ours(pathlib.Path(entry["file"]), build)}
        self.dependencies = dependencies(build)
        version = subprocess.run([CHECKER, "--version"], check=True, capture_output=True, text=True).stdout
        self.common = version + digest(root / ".clang-tidy")

    def of(self, file):
        """None where it is not known what the file includes."""
        command = self.commands[file]
        target = re.search(r" -o (\S+)", command)
        inputs = self.dependencies.get(target.group(1)) if target else None
        paths = [self.build / name for name in inputs or [] if name]
        if not paths or len(paths) < len(inputs) or not all(path.is_file() for path in paths):
            return None
        parts = [self.common, command.replace(str(self.root), "."), file, *sorted(digest(path) for path in paths)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def check(root, build, file):
    """(whether there is nothing to say, what was said)"""
    command = [CHECKER, "-p", str(build), "--quiet", "--warnings-as-errors=*", *CLANG_FLAGS, file]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    said = "".join(line for line in done.stdout.splitlines(keepends=True) if not NOISE.search(line))
    return done.returncode == 0, said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    prints = Fingerprints(options.root, options.build)
    files = sorted(prints.commands)
    fingerprints = {file: prints.of(file) for file in files}
    is_known = {file: mark is not None and (options.cache / mark).exists() for file, mark in fingerprints.items()}
    to_check = [file for file in files if not is_known[file]]
    print(f"{len(to_check)} of {len(files)} units to check, the others passed as they are", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        verdicts = workers.map(lambda file: check(options.root, options.build, file), to_check)
        for file, (passed, said) in zip(to_check, verdicts):
            print(said, end="", flush=True)
            if not passed:
                failed += 1
            elif fingerprints[file]:
                (options.cache / fingerprints[file]).touch()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
