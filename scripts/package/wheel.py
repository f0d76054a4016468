#!/usr/bin/env python3
"""Makes the wheel of the Python package, with the program inside: the same inputs, the same bytes.

usage: wheel.py SOURCE PROGRAM VERSION OUT    SOURCE: python/src/cadenza; PROGRAM: a folder with bin/ and lib/
"""

import base64
import hashlib
import os
import platform
import stat
import sys
import time
import zipfile
from pathlib import Path


def platform_tag() -> str:
    """The oldest C library that will do is the one that the program was built with."""
    name, version = platform.libc_ver()
    major, minor = version.split(".")[:2]
    assert name == "glibc", f"wheels are made with glibc, not {name}"
    return f"manylinux_{major}_{minor}_{platform.machine()}"


def files_below(folder: Path):
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path, path.relative_to(folder).as_posix()


def metadata(version: str) -> str:
    readme = "See docs/PYTHON.md of the project.\n"
    return (f"Metadata-Version: 2.1\nName: cadenza\nVersion: {version}\n"
            "Summary: The data platform of a music-streaming service: its lake in Python\n"
            "License: Apache-2.0\nRequires-Python: >=3.9\nRequires-Dist: pyarrow>=14\n"
            "Provides-Extra: pandas\nRequires-Dist: pandas>=2; extra == 'pandas'\n"
            "Provides-Extra: polars\nRequires-Dist: polars>=0.20; extra == 'polars'\n"
            "Provides-Extra: notebook\nRequires-Dist: ipython>=8; extra == 'notebook'\n\n" + readme)


def main(source: Path, program: Path, version: str, out: Path) -> None:
    tag = f"py3-none-{platform_tag()}"
    info = f"cadenza-{version}.dist-info"
    moment = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")), 315532800))[:6]
    entries = [(f"cadenza/{name}", path.read_bytes(), 0o644) for path, name in files_below(source)]
    for part in ("bin", "lib"):
        for path, name in files_below(program / part):
            mode = 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644
            entries.append((f"cadenza/program/{part}/{name}", path.read_bytes(), mode))
    entries.append((f"{info}/METADATA", metadata(version).encode(), 0o644))
    entries.append((f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: cadenza\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(), 0o644))
    record = "".join(f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
                     for name, data, _ in entries)
    entries.append((f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode(), 0o644))
    with zipfile.ZipFile(out / f"cadenza-{version}-{tag}.whl", "w", zipfile.ZIP_DEFLATED, compresslevel=6) as wheel:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name, moment)
            entry.external_attr = (stat.S_IFREG | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
