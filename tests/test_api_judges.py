"""The description of the API is valid, and requests made from it at random get what it promises."""

import subprocess

import pytest

import lake as lakes
import samples
from served import serving

HOME = lakes.REPO / ".venv-api" / "bin"
# A statement of SQL may be wrong whatever its schema says, so a refusal (400) of one that fits the schema is no fault.
LEFT_OUT = "positive_data_acceptance"

pytestmark = [pytest.mark.clients]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    if not HOME.exists():
        pytest.fail("no .venv-api: ./dev test --all makes it")
    folder = tmp_path_factory.mktemp("api")
    songs = samples.catalogue(seed=5, count=20)
    samples.write_songs(folder / "songs", songs)
    samples.write_file(folder / "logs" / "1.json", samples.log_bytes(samples.events(seed=5, songs=songs, days=3, sessions_a_day=5)))
    lakes.etl(folder / "lake", [folder / "songs"], [folder / "logs"])
    lakes.run("kpi", "--lake", folder / "lake")
    with serving(folder / "lake") as server:
        yield server


def judge(folder, *command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, cwd=folder)


def test_the_description_is_valid(served, tmp_path):
    (tmp_path / "openapi.json").write_bytes(served.get("/openapi.json").body)
    done = judge(tmp_path, HOME / "python", "-m", "openapi_spec_validator", tmp_path / "openapi.json")
    assert done.returncode == 0, done.stdout + done.stderr


def test_random_requests_get_what_the_description_promises(served, tmp_path):
    address = f"http://{served.host}:{served.port}/openapi.json"
    done = judge(tmp_path, HOME / "schemathesis", "run", address, "--checks", "all", "--exclude-checks", LEFT_OUT, "--max-examples", 20,
                 "--generation-deterministic", "--no-color")
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Tested: 15" in done.stdout, done.stdout[-3000:]
    assert served.get("/healthz").status == 200
