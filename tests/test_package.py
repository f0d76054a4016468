"""What ./dev package made runs where nothing is installed: in a bare Debian, without compiler, npm, pip or network
libraries. Run by ./dev test --all, or after ./dev package with: pytest -m package."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest

import bare_root
import lake as lakes
import s3_servers as servers
import samples

pytestmark = pytest.mark.package

PACKAGES = Path(os.environ.get("CADENZA_PACKAGES", lakes.REPO / "build" / "package"))
ROOTS = Path(os.environ.get("CADENZA_BARE_ROOTS", lakes.REPO / ".deps" / "bare-root"))


def version() -> str:
    return lakes.run("--version").out.split()[1]


def the_one(pattern) -> Path:
    found = sorted(PACKAGES.glob(pattern))
    assert len(found) == 1, f"./dev package makes one {pattern} in {PACKAGES}, not {found}"
    return found[0]


@pytest.fixture(scope="module")
def tarball():
    return the_one("cadenza-*.tar.gz")


@pytest.fixture(scope="module")
def deb():
    return the_one("cadenza_*.deb")


def root_of(name, folder):
    obstacle = bare_root.obstacle()
    if obstacle:
        pytest.skip(f"no bare root can be made here: {obstacle}")
    return bare_root.BareRoot(ROOTS / name, folder)


class Installed:
    """A root with the program in it, and raw files beside it."""

    def __init__(self, root, program):
        self.root, self.program = root, program

    def run(self, *args, env=None) -> lakes.Outcome:
        return self.root.run(self.program, *args, env=env)


@pytest.fixture(scope="module")
def moved(tarball, tmp_path_factory):
    """The tarball, unpacked in a folder that no build has heard of."""
    root = root_of("bare.tar", tmp_path_factory.mktemp("tarball") / "root")
    with tarfile.open(tarball) as archive:
        archive.extractall(root.path("/srv"), filter="fully_trusted")
    os.rename(root.path(f"/srv/{tarball.name.removesuffix('.tar.gz')}"), root.path("/srv/another place"))
    yield Installed(root, "/srv/another place/bin/cadenza")
    root.stop()


@pytest.fixture(scope="module")
def installed(deb, tmp_path_factory):
    """The .deb, where there is what it asks for and nothing else."""
    root = root_of("libraries.tar", tmp_path_factory.mktemp("deb") / "root")
    root.copy(deb, "/tmp/cadenza.deb")
    outcome = root.run("dpkg", "--install", "/tmp/cadenza.deb")
    assert outcome.code == 0, outcome.err
    yield Installed(root, "/usr/bin/cadenza")
    root.stop()


@pytest.fixture(scope="module", params=["moved", "installed"])
def there(request, sample):
    installation = request.getfixturevalue(request.param)
    installation.root.copy(sample.songs, "/data/song_data")
    installation.root.copy(sample.logs, "/data/log_data")
    return installation


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    started = servers.start_moto(tmp_path_factory.mktemp("moto"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def server_with_https(tmp_path_factory):
    started, certificate = servers.start_moto_with_https(tmp_path_factory.mktemp("https"))
    yield started, certificate
    started.stop()


def test_the_root_is_bare(there):
    for tool in ("cc", "gcc", "npm", "node", "pip", "pip3", "python3", "curl"):
        assert there.root.run("sh", "-c", f"command -v {tool}").code != 0, f"{tool} is there"


def test_version_and_help(there):
    assert there.run("--version").out == f"cadenza {version()}\n"
    assert there.run("etl", "--help").out == lakes.run("etl", "--help").out


def test_a_link_to_the_program_will_do(moved):
    moved.root.run("ln", "-s", moved.program, "/usr/local/bin/cadenza")
    assert moved.root.run("/usr/local/bin/cadenza", "--version").out == f"cadenza {version()}\n"


def test_a_lake_is_made_and_asked(there, sample_lake):
    there.root.run("rm", "-rf", "/lake")
    outcome = there.run("etl", "--songs", "/data/song_data", "--logs", "/data/log_data", "--out", "/lake", "--json")
    assert outcome.code == 0, outcome.err
    text = "SELECT match_quality, count(*) AS plays, count(DISTINCT user_id) AS listeners FROM songplays GROUP BY ALL"
    rows = there.run("sql", "--lake", "/lake", "--format", "json", text)
    assert rows.code == 0, rows.err
    assert sorted(map(str, rows.json)) == sorted(map(str, lakes.select(sample_lake, text)))
    assert {row["table"] for row in there.run("tables", "--lake", "/lake", "--json").json} >= set(lakes.TABLES)


def test_delta_tables_of_others_by_the_extension_of_the_package(there, tmp_path):
    deltalake.write_deltalake(tmp_path / "table", pa.table({"number": [1, 2, 3]}))
    there.root.run("rm", "-rf", "/data/table")
    there.root.copy(tmp_path / "table", "/data/table")
    answer = there.run("sql", "--format", "json", "select sum(number) as n from '/data/table'")
    assert answer.code == 0, answer.err
    assert [int(row["n"]) for row in answer.json] == [6]


def test_s3_by_the_extension_of_the_package(there, server, sample, sample_lake):
    root = server.bucket(f"bare-{there.program.split('/')[1]}")
    server.upload(sample.songs, f"{root}/song_data")
    server.upload(sample.logs, f"{root}/log_data")
    outcome = there.run("etl", "--songs", f"{root}/song_data", "--logs", f"{root}/log_data", "--out", f"{root}/lake",
                        "--json", env=server.env())
    assert outcome.code == 0, outcome.err
    text = "SELECT count(*) AS n, count(song_id) AS found FROM songplays"
    rows = there.run("sql", "--lake", f"{root}/lake", "--format", "json", text, env=server.env())
    assert rows.code == 0, rows.err
    assert rows.json == lakes.select(sample_lake, text)


def test_the_classifier_of_kpi(there):
    """It is another library's: XGBoost, with its threads."""
    there.root.run("rm", "-rf", "/kpi", "/source")
    made = there.run("simulate", "--engagement", "/source", "--discard", "--users", "600", "--days", "62", "--start",
                     "2025-07-01", "--songs", "50", "--no-progress")
    assert made.code == 0, made.err
    outcome = there.run("kpi", "--source", "/source", "--lake", "/kpi", "--engaged-sessions", "10", "--json")
    assert outcome.code == 0, outcome.err
    models = there.run("sql", "--lake", "/kpi", "--format", "json", "SELECT model, test_customers FROM engaged_models").json
    assert {row["model"]: row["test_customers"] for row in models}["gradient_boosting"] > 50


def test_https_says_which_certificates_it_lacks(there, server_with_https):
    """A bare root has none; what the .deb recommends is not installed there either."""
    server, certificate = server_with_https
    bucket = server.bucket(f"https-{there.program.split('/')[1]}")
    server.put(f"{bucket}/one.csv", b"number\n42\n")
    query = ["sql", "--format", "json", f"select * from '{bucket}/one.csv'"]
    for command in (["tables", "--lake", f"{bucket}/lake"], query):
        outcome = there.run(*command, env=server.env())
        assert outcome.code == 1
        assert "ca-certificates" in outcome.err and "AWS_CA_BUNDLE" in outcome.err
    there.root.copy(certificate, "/data/own.pem")
    answer = there.run(*query, env=server.env(AWS_CA_BUNDLE="/data/own.pem"))
    assert answer.code == 0, answer.err
    assert answer.json == [{"number": 42}]


def test_man_page_and_completions_are_in_their_places(moved, installed):
    for root, prefix in ((moved.root, "/srv/another place"), (installed.root, "/usr")):
        for command in lakes.run("manual", "--list").out.split():
            own = gzip.decompress(root.path(f"{prefix}/share/man/man1/cadenza-{command}.1.gz").read_bytes()).decode()
            assert own == lakes.run("manual", command).out
            assert all(f".SH {title}\n" in own for title in ("EXIT STATUS", "ENVIRONMENT", "FILES"))
        page = gzip.decompress(root.path(f"{prefix}/share/man/man1/cadenza.1.gz").read_bytes()).decode()
        assert page == lakes.run("manual").out
        for shell, place in (("bash", "bash-completion/completions/cadenza"), ("zsh", "zsh/vendor-completions/_cadenza"),
                             ("fish", "fish/vendor_completions.d/cadenza.fish")):
            assert root.path(f"{prefix}/share/{place}").read_text() == lakes.run("completion", shell).out


def test_only_the_c_library_is_the_machines(moved):
    """Of what the program loads nothing but glibc comes from outside of the folder."""
    loaded = moved.root.run("sh", "-c", "LD_TRACE_LOADED_OBJECTS=1 '/srv/another place/bin/cadenza'").out
    assert "not found" not in loaded
    outside = [line.split()[0] for line in loaded.splitlines() if "=>" in line and "another place" not in line]
    assert [name for name in outside if not re.match(r"lib(c|m|dl|pthread|resolv|rt)\.so\.\d+$", name)] == []


def test_nothing_names_the_machine_that_built_it(moved):
    program = moved.root.path("/srv/another place/bin/cadenza").read_bytes()
    assert str(lakes.REPO).encode() not in program
    assert b"/.deps/duckdb" not in program


def test_the_wheel_brings_the_program(tmp_path):
    wheel = the_one("cadenza-*.whl")
    home = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", home, wheel], check=True)
    script = ("import cadenza, cadenza.program as p; assert p.path().startswith({0!r}), p.path(); "
              "print(cadenza.sql('select 6 * ? as n', [7]).value())").format(str(home))
    env = {k: v for k, v in os.environ.items() if not k.startswith("CADENZA")} | {"PYTHONPATH": str(home)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr


@pytest.fixture(scope="module")
def image():
    return the_one("cadenza-*-oci-*.tar")


def blob(archive, described):
    data = archive.extractfile(f"blobs/{described['digest'].replace(':', '/')}").read()
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (described["digest"].removeprefix("sha256:"), described["size"])
    return data


@pytest.fixture(scope="module")
def pulled(image, tmp_path_factory):
    """The image's root, as a container engine makes it, and what it is to run there."""
    folder = tmp_path_factory.mktemp("image")
    with tarfile.open(image) as archive:
        assert json.load(archive.extractfile("oci-layout")) == {"imageLayoutVersion": "1.0.0"}
        manifest = json.loads(blob(archive, json.load(archive.extractfile("index.json"))["manifests"][0]))
        config = json.loads(blob(archive, manifest["config"]))
        (layer,) = manifest["layers"]
        packed = blob(archive, layer)
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(gzip.decompress(packed)).hexdigest()]
    (folder / "layer.tar.gz").write_bytes(packed)
    obstacle = bare_root.obstacle()
    if obstacle:
        pytest.skip(f"no bare root can be made here: {obstacle}")
    root = bare_root.BareRoot(folder / "layer.tar.gz", folder / "root")
    yield root, config["config"]
    root.stop()


def test_the_image_runs_in_a_bare_root_as_its_own_user(pulled, sample, sample_lake):
    root, config = pulled
    assert config["User"] == "10001:10001" and not root.path("/bin/sh").exists()
    for folder in ("/proc", "/dev"):
        root.path(folder).mkdir(exist_ok=True)
    root.copy(sample.songs, "/work/song_data")
    root.copy(sample.logs, "/work/log_data")

    def run(*arguments):
        # As a container engine does it: /proc and /dev are there, and the user is set.
        enter = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot --userspec "$1" "$0" "${@:2}"'
        inside = ["unshare", "--mount", "bash", "-c", enter, root.folder, config["User"], *config["Entrypoint"], *arguments]
        done = subprocess.run(bare_root.as_root("env", *config["Env"][1:], *inside), capture_output=True, text=True, timeout=120)
        return lakes.Outcome(done.returncode, done.stdout, done.stderr)

    assert run(*config["Cmd"]).out == lakes.run("--help").out
    made = run("etl", "--songs", "/work/song_data", "--logs", "/work/log_data", "--out", "/work/lake", "--json")
    assert made.code == 0, made.err
    text = "SELECT match_quality, count(*) AS plays FROM songplays GROUP BY ALL"
    rows = run("sql", "--lake", "/work/lake", "--format", "json", text)
    assert rows.code == 0, rows.err
    assert sorted(map(str, rows.json)) == sorted(map(str, lakes.select(sample_lake, text)))


def test_the_bill_of_materials_names_what_is_inside(tarball):
    bill = json.loads(the_one("cadenza-*.cdx.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"], bill["metadata"]["component"]["version"]) == ("CycloneDX", "1.5", version())
    named = {component["name"]: component["version"] for component in bill["components"]}
    assert {"libduckdb.so", "libcurl4", "echarts", "libsimdjson14"} <= set(named) and all(named.values())
    with tarfile.open(tarball) as archive:
        licences = {Path(name).name for name in archive.getnames() if "/licences/" in name}
    assert licences - {"echarts-notice", "inter"} <= set(named) | {"inter"}, "what has a licence in the package is in the bill"


def test_sums_are_beside_the_packages(tarball, deb, image):
    for path in (tarball, deb, image):
        line = Path(f"{path}.sha256").read_text()
        assert line == f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        assert version() in path.name
