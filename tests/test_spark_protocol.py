"""The protocol that the program was compiled from is a part of Spark's own."""

import subprocess

import pytest

import lake as lakes

PYTHON = lakes.REPO / ".venv-spark" / "bin" / "python"
JUDGES = lakes.REPO / "tests" / "judges"


@pytest.mark.spark
def test_the_protocol_is_sparks_own(tmp_path):
    descriptors = tmp_path / "ours.pb"
    subprocess.run(["protoc", "-I", lakes.REPO / "proto", f"--descriptor_set_out={descriptors}", "spark_connect.proto"], check=True)
    ran = subprocess.run([PYTHON, JUDGES / "spark_protocol.py", descriptors], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(ran.stdout.split()[-4]) > 100, ran.stdout
