"""One file call fails, as a broken disk has it: what a job says of itself is what the lake holds.

Exit code 0 or 3: everything is there. 1: nothing changed. The next run, undisturbed, leaves what it always leaves.
CADENZA_FAILURES: how many of a job's calls fail, one a run; 0 for all of them.
"""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import lake as lakes
import samples

FAILURES = int(os.environ.get("CADENZA_FAILURES", "6"))
USER = "8"
# What tells one run from another.
RUN_TABLES = lakes.RUN_TABLES | {"maintenance"}

pytestmark = pytest.mark.crash


@pytest.fixture(scope="session")
def failing_call(tmp_path_factory):
    library = tmp_path_factory.mktemp("library") / "failing_call.so"
    source = Path(__file__).parent / "failing_call.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


class Place:
    """A folder with sources, the lake that a job works on, and room for what it puts aside."""

    def __init__(self, folder, library):
        self.folder, self.library = folder, library
        self.lake, self.spool, self.log = folder / "lake", folder / "spool", folder / "calls"
        self.base = folder / "base"
        self.songs, self.logs = folder / "songs", folder / "logs"
        self.catalogue = samples.catalogue(seed=5, count=24)

    def deliver(self, seed, days=3):
        """More songs, more events, two bad lines."""
        samples.write_songs(self.songs, self.catalogue[: 4 * seed])
        events = [e | {"sessionId": e["sessionId"] + 1000 * seed}
                  for e in samples.events(seed=seed, songs=self.catalogue, days=days, sessions_a_day=4)]
        samples.write_file(self.logs / f"{seed:03d}.json", samples.log_bytes(events) + b"no json\n{\"ts\":\"x\"}\n")

    def fresh(self):
        """The lake as it was before the job."""
        for folder in (self.lake, self.spool):
            shutil.rmtree(folder, ignore_errors=True)
        self.spool.mkdir()
        if self.base.exists():
            shutil.copytree(self.base, self.lake, symlinks=True)

    def keep(self):
        """What the job will start from."""
        shutil.copytree(self.lake, self.base, symlinks=True)

    def run(self, command, call=None):
        """`call`: the number of the call that fails."""
        extra = {"TMPDIR": self.spool}
        if call is not None:
            self.log.unlink(missing_ok=True)
            extra |= {"LD_PRELOAD": self.library, "FAIL_CALL": call, "FAIL_LOG": self.log,
                      "FAIL_UNDER": f"{self.lake}:{self.spool}"}
        return lakes.run(*command, env=extra)

    def calls(self):
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def tables(self):
        return sorted(path.name for layer in ("bronze", "silver", "gold", "ops")
                      for path in (self.lake / layer).glob("*") if path.name not in RUN_TABLES)

    def state(self):
        """Number and checksum of the rows of each table, as a reader of the newest run sees them."""
        if not any((self.lake / "_cadenza" / "runs").glob("*")):
            return {}
        names = {row["table_name"] for row in
                 lakes.query(self.lake, "SELECT table_name FROM information_schema.tables WHERE table_type = 'VIEW'")}
        kept = ("COLUMNS(c -> c NOT IN ('run', 'modified_ms', 'committed_at', 'seconds', 'salt', 'user_hash', "
                "'mark_hash', 'forgotten_at'))")
        parts = [f"SELECT '{name}' AS name, count(*) AS n, coalesce(sum(hash(t)::HUGEINT), 0)::VARCHAR AS sum "
                 f"FROM (SELECT {kept} FROM {name}) t" for name in self.tables() if name in names]
        assert parts, f"of {self.tables()} nothing is read"
        return {row["name"]: (row["n"], row["sum"]) for row in lakes.query(self.lake, " UNION ALL ".join(parts))}

    def leftovers(self):
        found = [str(path.relative_to(self.folder)) for path in self.spool.rglob("*") if path.is_file()]
        return found + [str(path.relative_to(self.folder)) for path in self.lake.rglob("*")
                        if path.is_file() and (".tmp" in path.name or "staging" in str(path))]


def etl(form):
    return lambda place: ["etl", "--songs", place.songs, "--logs", place.logs, "--out", place.lake, "--json",
                          "--no-progress", "--format", form]


def stream(place):
    return ["stream", "--source", place.logs, "--lake", place.lake, "--once", "--json", "--quiet", "--no-flush"]


def prepared_etl(form):
    def prepare(place):
        place.deliver(1)
        lakes.etl(place.lake, [place.songs], [place.logs], "--format", form)
        place.keep()
        place.deliver(2)
    return prepare


def prepared_first(place):
    place.deliver(1)


def prepared_stream(place):
    place.deliver(1)
    outcome = lakes.run(*stream(place))
    assert outcome.code in (0, 3), outcome.err
    place.keep()
    place.deliver(2)


def prepared_care(place):
    for seed in (1, 2, 3):
        place.deliver(seed)
        lakes.etl(place.lake, [place.songs], [place.logs])
    place.keep()


def maintenance(*command):
    return lambda place: [*command, "--lake", place.lake, "--json", "--no-progress"]


JOBS = {
    "first etl": (prepared_first, etl("delta")),
    "etl delta": (prepared_etl("delta"), etl("delta")),
    "etl parquet": (prepared_etl("parquet"), etl("parquet")),
    "stream": (prepared_stream, stream),
    "forget": (prepared_care, maintenance("forget", "--user", USER, "--even-if-unknown")),
    "optimize": (prepared_care, maintenance("optimize")),
    "vacuum": (prepared_care, maintenance("vacuum", "--retain", "0h", "--allow-short-retention")),
}

KEEPS_ROWS = {"optimize", "vacuum"}


def fault(place, command, call, before, after):
    """What is wrong where call `call` fails; None when nothing is."""
    place.fresh()
    outcome = place.run(command, call)
    line = place.calls()[call - 1] if len(place.calls()) >= call else "not reached"
    told = f"{line}: exit code {outcome.code}: {outcome.err.strip()[:300]}"
    if outcome.code not in (0, 1, 3):
        return told
    state = place.state()
    if state != (before if outcome.code == 1 else after):
        differing = {n for n in {*state, *after, *before} if state.get(n) != (before if outcome.code == 1 else after).get(n)}
        return f"{told}; differing: {sorted(differing)}"
    again = place.run(command)
    if again.code not in (0, 3):
        return f"{told}; the next run: exit code {again.code}: {again.err.strip()[:300]}"
    if place.state() != after:
        state = place.state()
        return f"{told}; after the next run: {sorted(n for n in {*state, *after} if state.get(n) != after.get(n))}"
    return f"{told}; left: {place.leftovers()}" if place.leftovers() else None


@pytest.mark.parametrize("job", JOBS)
def test_one_call_fails(job, tmp_path, failing_call):
    prepare, arguments = JOBS[job]
    place = Place(tmp_path, failing_call)
    prepare(place)
    command = arguments(place)
    place.fresh()
    before = place.state()
    outcome = place.run(command, 0)
    assert outcome.code in (0, 3), outcome.err
    after, calls = place.state(), len(place.calls())
    assert calls > 20, "the library is not asked"
    assert after and (job in KEEPS_ROWS) == (after == before), f"{before} {after}"
    numbers = range(1, calls + 1)
    if FAILURES:
        numbers = sorted(random.Random(7).sample(numbers, min(FAILURES, calls)))
    faults = list(filter(None, (fault(place, command, number, before, after) for number in numbers)))
    assert not faults, f"{len(faults)} of {len(numbers)}\n" + json.dumps(faults, indent=1)
