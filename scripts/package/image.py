#!/usr/bin/env python3
"""Makes an OCI image of the program, as a tar of the image layout: the same inputs, the same bytes. No registry is asked.

usage: image.py TREE VERSION OUT    TREE: what the tarball holds, with bin/, lib/ and share/

One layer: the tree in /usr, the C library of this machine, the certificates that this machine trusts, and an empty /work of
the user cadenza (10001). There is no shell in it. `podman load -i FILE` and `docker load -i FILE` read it.
"""

import gzip
import hashlib
import io
import json
import os
import platform
import re
import subprocess
import sys
import tarfile
import time
from pathlib import Path

USER = 10001
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
LICENCE = Path("/usr/share/doc/libc6/copyright")


def c_library(program: Path):
    """Paths under which the loader looks, and the loader itself."""
    for line in subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.splitlines():
        found = re.search(r"(?:=> )?(/\S*/(?:lib(?:c|m|dl|pthread|resolv|rt)|ld-linux\S*)\.so\.\d+) ", line)
        if found:
            yield found.group(1)


class Layer:
    """A tar whose entries have one time and no owner but who is told."""

    def __init__(self, moment: int):
        self.bytes, self.moment, self.folders = io.BytesIO(), moment, {""}
        self.tar = tarfile.open(fileobj=self.bytes, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name: str, data=None, mode=0o644, owner=0):
        entry = tarfile.TarInfo(name)
        entry.mtime, entry.mode, entry.uid, entry.gid = self.moment, mode, owner, owner
        if data is None:
            entry.type = tarfile.DIRTYPE
            self.tar.addfile(entry)
            return
        entry.size = len(data)
        self.tar.addfile(entry, io.BytesIO(data))

    def folder(self, name: str, mode=0o755, owner=0):
        if name in self.folders:
            return
        self.folder(name.rpartition("/")[0])
        self.folders.add(name)
        self.add(name, mode=mode, owner=owner)

    def file(self, name: str, data: bytes, mode=0o644):
        self.folder(name.rpartition("/")[0])
        self.add(name, data, mode)

    def take(self) -> bytes:
        self.tar.close()
        return self.bytes.getvalue()


def make_layer(tree: Path, moment: int) -> bytes:
    layer = Layer(moment)
    layer.file("etc/passwd", f"root:x:0:0::/:/sbin/nologin\ncadenza:x:{USER}:{USER}::/work:/sbin/nologin\n".encode())
    layer.file("etc/group", f"root:x:0:\ncadenza:x:{USER}:\n".encode())
    if CERTIFICATES.exists():
        layer.file(str(CERTIFICATES).lstrip("/"), CERTIFICATES.read_bytes())
    layer.folder("tmp", 0o1777)
    layer.folder("work", 0o755, USER)
    for path in sorted(set(c_library(tree / "bin" / "cadenza"))):
        layer.file(path.lstrip("/"), Path(path).read_bytes(), 0o755)
    layer.file("usr/share/doc/libc6/copyright", LICENCE.read_bytes())
    for path in sorted(tree.rglob("*")):
        if path.is_file():
            layer.file(f"usr/{path.relative_to(tree).as_posix()}", path.read_bytes(), path.stat().st_mode & 0o777)
    return layer.take()


def main(tree: Path, version: str, out: Path) -> None:
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    blobs = {}

    def described(data: bytes, media: str) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"mediaType": f"application/vnd.oci.image.{media}", "digest": f"sha256:{digest}", "size": len(data)}

    layer = make_layer(tree, moment)
    labels = {"org.opencontainers.image.title": "cadenza", "org.opencontainers.image.version": version,
              "org.opencontainers.image.licenses": "Apache-2.0", "org.opencontainers.image.created": created}
    config = {"created": created, "architecture": machine, "os": "linux",
              "config": {"User": f"{USER}:{USER}", "WorkingDir": "/work", "Entrypoint": ["/usr/bin/cadenza"], "Cmd": ["--help"],
                         "Env": ["PATH=/usr/bin", "TMPDIR=/tmp"], "Labels": labels},
              "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
              "history": [{"created": created, "created_by": "./dev package"}]}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": described(json.dumps(config).encode(), "config.v1+json"),
                "layers": [described(gzip.compress(layer, 6, mtime=0), "layer.v1.tar+gzip")]}
    named = described(json.dumps(manifest).encode(), "manifest.v1+json")
    named["annotations"] = {"org.opencontainers.image.ref.name": version, "io.containerd.image.name": f"localhost/cadenza:{version}"}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [named]}
    layout = Layer(moment)
    layout.file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    layout.file("index.json", json.dumps(index).encode())
    for digest in sorted(blobs):
        layout.file(f"blobs/sha256/{digest}", blobs[digest])
    (out / f"cadenza-{version}-oci-{machine}.tar").write_bytes(layout.take())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
