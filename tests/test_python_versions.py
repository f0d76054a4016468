"""The Python package on each Python from 3.9 on that is here, with the newest pandas that pip has for it. Minutes of pip, so
it is one of the slow tests."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import lake as lakes

JUDGE = Path(__file__).parent / "judges" / "python_package.py"
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
pytestmark = pytest.mark.slow


def interpreter(version):
    """On the PATH, or where pyenv keeps it; one that runs."""
    homes = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}.*/bin/python3")
    found = [shutil.which(f"python{version}"), *map(str, sorted(homes))]
    return next((python for python in found if python and runs(python, "-c", "").returncode == 0), None)


def runs(python, *arguments):
    return subprocess.run([python, *map(str, arguments)], capture_output=True, text=True, timeout=500)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("pandas", ["pandas<3", "pandas>=3"])
def test_the_package(version, pandas, sample_lake, tmp_path):
    found = interpreter(version)
    if not found:
        pytest.skip(f"no Python {version} here")
    assert runs(found, "-m", "venv", tmp_path / "venv").returncode == 0
    python = tmp_path / "venv" / "bin" / "python"
    installed = runs(python, "-m", "pip", "install", "-q", "pyarrow", pandas)
    if "No matching distribution found for pandas" in installed.stderr:
        pytest.skip(f"no {pandas} for Python {version}")
    assert installed.returncode == 0, installed.stderr
    runs(python, "-m", "pip", "install", "-q", "polars")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(lakes.REPO / "python" / "src"), "CADENZA": lakes.program()}
    done = subprocess.run([python, JUDGE, sample_lake], capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(told["python"], "pyarrow", told["pyarrow"], "pandas", told["pandas"][0], "polars", told["polars"])
    own = lakes.query(sample_lake, "select user_id, count(*) as n from songplays where level = 'paid' group by user_id order by user_id")
    assert told["rows"] == [[row["user_id"], row["n"]] for row in own] != []
    assert told["batches"] == told["arrow"] == told["pandas"][1] == len(own)
    assert told["pandas"][2] == "UTC" and told["polars"] in (None, [told["polars"] and told["polars"][0], len(own)])
    assert told["error"] == [1, "nothing_like_it"]
