"""The object store on S3: its unit tests run against real servers, and large objects whose parts get lost."""

import os
import subprocess

import pytest

import lake as lakes
from fault_proxy import FaultProxy
from test_s3 import Names, bucket, moto, server  # noqa: F401 (fixtures)

pytestmark = pytest.mark.s3


def store_tests(env, root, only="*"):
    """The unit tests of the object store, run against a server."""
    program = os.path.join(os.path.dirname(os.path.realpath(lakes.program())), "src", "storage", "s3_store_test")
    return subprocess.run([program, f"--gtest_filter={only}"], env=lakes.environment(CADENZA_TEST_S3=root, **env),
                          capture_output=True, text=True, timeout=120)


def test_the_store_keeps_its_contract(server, bucket):
    done = store_tests(server.env(), f"{bucket}/store")
    assert done.returncode == 0 and "SKIPPED" not in done.stdout, done.stdout + done.stderr


def test_large_objects_whose_answers_are_lost_are_put_once(moto):
    """Each part, and the word that all are there, is done and its answer never comes."""
    bucket, seen = moto.bucket(Names.next()), set()

    def lose_the_first(method, path, _):
        if "uploadId=" not in path or method == "DELETE" or path in seen:
            return None
        seen.add(path)
        return "lost"

    with FaultProxy(moto.endpoint, lose_the_first) as proxy:
        done = store_tests(moto.env(AWS_ENDPOINT_URL=proxy.endpoint), f"{bucket}/store", "*LargeObjects*")
        assert done.returncode == 0 and proxy.requests["DELETE"] == 0, done.stdout + done.stderr
    assert len([path for path in seen if "partNumber" not in path]) == 4, "objects completed"


def test_a_large_object_that_cannot_be_completed_is_given_up(moto):
    bucket = moto.bucket(Names.next())

    def never(method, path, _):
        return "500" if method == "POST" and "uploadId=" in path else None

    with FaultProxy(moto.endpoint, never) as proxy:
        done = store_tests(moto.env(AWS_ENDPOINT_URL=proxy.endpoint), f"{bucket}/store", "*LargeObjects*")
        assert done.returncode == 1 and "failed" in done.stdout and proxy.requests["DELETE"] >= 1
