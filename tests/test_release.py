"""./dev release: what it refuses before it begins, and the notes that it takes from the changelog."""

import os
import subprocess

import lake as lakes
import pytest

GIT = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def run(folder, *command):
    return subprocess.run([str(part) for part in command], cwd=folder, env=os.environ | GIT, capture_output=True, text=True,
                          timeout=60, check=False)


@pytest.fixture
def clone(tmp_path):
    """The scripts of this tree in a repository of their own, committed."""
    for name in ["dev", "CMakeLists.txt", "CHANGELOG.md", "scripts"]:
        run(lakes.REPO, "cp", "-r", lakes.REPO / name, tmp_path / name)
    for command in ["git init -q", "git add -A", "git commit -qm first"]:
        assert run(tmp_path, *command.split()).returncode == 0
    return tmp_path


def version():
    return next(line.split()[2] for line in (lakes.REPO / "CMakeLists.txt").read_text().splitlines() if line.startswith("project("))


def test_what_is_not_committed_is_not_released(clone):
    (clone / "new.txt").write_text("x")
    refused = run(clone, "./dev", "release")
    assert refused.returncode == 1 and "not committed" in refused.stderr


def test_a_version_is_released_once(clone):
    run(clone, "git", "tag", f"v{version()}")
    refused = run(clone, "./dev", "release", "--dry-run")
    assert refused.returncode == 1 and "released already" in refused.stderr


@pytest.mark.parametrize("text, said", [("# Changelog\n", "no heading"), (f"## {version()} (not released)\n\n## 0.0.1 (2020-01-01)\n- x\n", "tells no change")])
def test_a_release_has_notes(clone, text, said):
    (clone / "CHANGELOG.md").write_text(text)
    run(clone, "git", "commit", "-qam", "second")
    refused = run(clone, "./dev", "release")
    assert refused.returncode == 1 and said in refused.stderr
    assert run(clone, "git", "log", "-1", "--format=%s").stdout.strip() == "second"


def test_notes_are_those_of_the_version(clone):
    (clone / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version()} (not released)\n- new\n  and more\n\n## 0.0.1 (2020-01-01)\n- old\n")
    script = 'root=$PWD; source scripts/release.sh; release_notes "$(planned_version)"'
    assert run(clone, "bash", "-c", script).stdout.strip() == "- new\n  and more"


def released(clone, package):
    script = f'root=$PWD; package_home=$root/build/package; die() {{ echo "dev: $*" >&2; exit 1; }}; source scripts/release.sh; package() {{ {package}; }}; release'
    return run(clone, "bash", "-euo", "pipefail", "-c", script)


def test_a_release_is_committed_tagged_and_summed_up(clone):
    failed = released(clone, "die 'no packages today'")
    assert failed.returncode == 1 and "no packages today" in failed.stderr
    assert run(clone, "git", "tag").stdout == ""
    done = released(clone, "mkdir -p build/package && echo x > build/package/cadenza.deb")
    assert done.returncode == 0, done.stderr
    assert run(clone, "git", "log", "-2", "--format=%s").stdout.split("\n")[0] == f"Release {version()}"
    assert run(clone, "git", "rev-list", "--count", "HEAD").stdout.strip() == "2"
    assert run(clone, "git", "tag").stdout.strip() == f"v{version()}"
    assert "(not released)" not in (clone / "CHANGELOG.md").read_text()
    sums = run(clone / "build" / "release", "sha256sum", "-c", "SHA256SUMS")
    assert set(sums.stdout.splitlines()) == {"NOTES.md: OK", "cadenza.deb: OK"}


def test_wrong_use(clone):
    assert run(clone, "./dev", "release", "--dry").returncode == 2
