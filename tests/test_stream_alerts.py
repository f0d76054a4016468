"""cadenza stream --alerts: what became final is judged after the batch, and told once."""

import json

from deltalake import DeltaTable

import lake as lakes
import samples

MINUTE_MS = 60_000
QUIET, RUSH = 10, 100  # events in a window


def write_windows(path, counts, first_window):
    lines = []
    for number, count in enumerate(counts):
        start = samples.START_MS + (first_window + number) * 5 * MINUTE_MS
        lines += [samples.event(start + i, session=(first_window + number) * 1000 + i, user=str(i)) for i in range(count)]
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(line) + "\n" for line in lines))
    part.rename(path)


def run(tmp_path, *flags):
    settings = tmp_path / "cadenza.toml"
    told = tmp_path / "told.jsonl"
    settings.write_text(f'[alerts]\nrule = ["published"]\nexclude_current = true\nsilent_after = "0"\n'
                        f'deliver_within = "100000d"\ncommand = "cat >> {told}; echo >> {told}"\n')
    outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--no-flush",
                        "--alerts", "--config", settings, *flags)
    assert outcome.code == 0, outcome.err
    return outcome, [json.loads(line) for line in told.read_text().splitlines() if line] if told.exists() else []


def alerts_of(tmp_path) -> list[dict]:
    return DeltaTable(str(tmp_path / "lake" / "gold" / "sessions_alerts")).to_pyarrow_table().to_pylist()


def test_a_spike_is_told_once_when_its_window_is_final(tmp_path):
    (tmp_path / "in").mkdir()
    write_windows(tmp_path / "in" / "0.json", [QUIET] * 20 + [RUSH], 0)
    _, told = run(tmp_path)
    assert told == []  # the rush is not final: the watermark is an hour behind
    write_windows(tmp_path / "in" / "1.json", [QUIET] * 20, 21)
    outcome, told = run(tmp_path)
    assert "alert opened" in outcome.err
    (spike,) = [row for row in alerts_of(tmp_path) if row["state"] == "opened"]
    assert spike["sessions"] == RUSH and spike["kind"] == "spike"
    assert [alert["state"] for alert in told].count("opened") == 1
    again, told_again = run(tmp_path)
    assert told_again == told and "alert" not in again.err


def test_a_channel_that_fails_leaves_the_windows_and_is_told(tmp_path):
    (tmp_path / "in").mkdir()
    write_windows(tmp_path / "in" / "0.json", [QUIET] * 20 + [RUSH] + [QUIET] * 20, 0)
    settings = tmp_path / "cadenza.toml"
    settings.write_text('[alerts]\nrule = ["published"]\nexclude_current = true\nsilent_after = "0"\n'
                        'deliver_within = "100000d"\ncommand = "exit 3"\nretry_pause = "0.01s"\n')
    outcome = lakes.run("stream", "--source", tmp_path / "in", "--lake", tmp_path / "lake", "--once", "--alerts",
                        "--config", settings)
    assert outcome.code == 0 and "warning" in outcome.err
    (row,) = lakes.query(tmp_path / "lake", "select count(*) as n from events_5m")
    assert row["n"] == 41
