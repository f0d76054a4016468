#!/usr/bin/env python3
"""Writes what the packages are made of as CycloneDX 1.5 JSON: the same inputs, the same bytes.

usage: bill_of_materials.py VERSION PINS PROGRAM ARCHIVES OUT
  PINS: scripts/pins; PROGRAM: the built one; ARCHIVES: a file with the static libraries in it, one a line
"""

import json
import os
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path


def lines_of(*command) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def owner_of(path: str) -> str:
    """The Debian package; /lib is a link to /usr/lib, and packages name either."""
    for name in (path, f"/usr{path}", path.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True).stdout
        if found:
            return found.split(":")[0]
    return ""


def debian_packages(program: Path, archives: list[str]):
    """Of the libraries that the program loads, and of those that are linked into it: name, version, where it stands."""
    loaded = [match.group(1) for line in lines_of("ldd", program) if (match := re.search(r"=> (/\S+)", line))]
    scopes = {}
    for path, scope in [*((path, "loaded") for path in loaded), *((path, "linked in") for path in archives)]:
        owner = owner_of(path)
        if owner and owner != "libgtest-dev":
            scopes.setdefault(owner, set()).add(scope)
    for name in sorted(scopes):
        version, source = lines_of("dpkg-query", "-W", "-f", "${Version}\n${source:Package}\n", name)[:2]
        yield {"type": "library", "bom-ref": f"deb:{name}", "name": name, "version": version,
               "purl": f"pkg:deb/debian/{name}@{version}", "properties": [
                   {"name": "cadenza:use", "value": " and ".join(sorted(scopes[name]))},
                   {"name": "cadenza:source-package", "value": source}]}


def fetched(pins: Path):
    """The engine with its extensions, by their checksums, and the packages that the dashboard stands on."""
    version = re.search(r"(?m)^\w*version=v?([0-9][0-9.]*)", (pins.parent / "engine.sh").read_text()).group(1)
    for line in (pins / "engine.sha256").read_text().splitlines():
        digest, name = line.split()
        if not name.endswith(".h"):
            yield {"type": "library", "bom-ref": f"engine:{Path(name).name}", "name": Path(name).name, "version": version,
                   "purl": f"pkg:github/duckdb/duckdb@v{version}", "hashes": [{"alg": "SHA-256", "content": digest}]}
    parts = re.search(r"dashboard_packages=\(([^)]*)\)", (pins.parent / "dashboard_parts.sh").read_text()).group(1)
    for part in parts.split():
        name, _, version = part.rpartition("@")
        yield {"type": "library", "bom-ref": f"npm:{name}", "name": name, "version": version,
               "purl": f"pkg:npm/{name.replace('@', '%40')}@{version}"}


def main(version: str, pins: Path, program: Path, archives: Path, out: Path) -> None:
    moment = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))
    components = [*debian_packages(program, archives.read_text().split()), *fetched(pins)]
    serial = uuid.uuid5(uuid.NAMESPACE_OID, version + json.dumps(components))
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{serial}", "version": 1,
            "metadata": {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
                         "component": {"type": "application", "bom-ref": "cadenza", "name": "cadenza", "version": version,
                                       "licenses": [{"license": {"id": "Apache-2.0"}}]}},
            "components": components,
            "dependencies": [{"ref": "cadenza", "dependsOn": [component["bom-ref"] for component in components]}]}
    out.write_text(json.dumps(bill, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
