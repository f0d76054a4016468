"""A Debian with nothing but the base packages, in a folder, and commands run inside of it."""

import os
import shutil
import subprocess
from pathlib import Path

import lake as lakes

# A mount namespace of its own: the mounts go when the command ends, whatever becomes of the test.
INSIDE = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" /usr/bin/env -i "$@"'


def as_root(*command) -> list[str]:
    return [*([] if os.geteuid() == 0 else ["sudo", "-n"]), *map(str, command)]


def obstacle() -> str:
    """Why no root can be made here; empty when one can."""
    try:
        done = subprocess.run(as_root("unshare", "--mount", "true"), capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip()


class BareRoot:
    """Unpacked from a tar that ./dev made; stop() removes it."""

    def __init__(self, tar, folder: Path):
        self.folder = folder
        folder.mkdir()
        # Devices are the machine's own, by a mount.
        subprocess.run(as_root("tar", "-C", folder, "--exclude=./dev/*", "-xf", tar), check=True)

    def path(self, inside) -> Path:
        return self.folder / str(inside).lstrip("/")

    def copy(self, source, inside):
        """Files of the test, put where commands inside find them."""
        subprocess.run(as_root("mkdir", "-p", self.path(inside).parent), check=True)
        subprocess.run(as_root("cp", "-r", source, self.path(inside)), check=True)

    def run(self, *command, env=None, timeout=120) -> lakes.Outcome:
        """With an environment of its own: neither HOME nor a language is set."""
        settings = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"} | (env or {})
        words = [f"{key}={value}" for key, value in settings.items()]
        unshared = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", INSIDE, self.folder]
        done = subprocess.run(as_root(*unshared, *words, *command), capture_output=True, timeout=timeout)
        return lakes.Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    def stop(self):
        if os.geteuid() == 0:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            subprocess.run(as_root("rm", "-rf", self.folder), check=False)
