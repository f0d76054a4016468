"""cadenza alerts check: each alert is recorded once and delivered, whatever happens in between."""

import os
import random
import signal
import time

import pytest
from deltalake import DeltaTable, write_deltalake

import lake as lakes
import s3_servers
import windows
from receivers import MailServer, WebhookServer, free_port
from samples import START_MS, log_line, play

RUSH = windows.index_of("2026-07-01 12:00")
NOW = "2026-07-01T13:00"


def grow(lake, sessions, begin, end, final=None, table="sessions_5m"):
    """The windows from `begin` to `end` are appended, as another program would."""
    made = [n if begin <= i < end else 0 for i, n in enumerate(sessions)]
    write_deltalake(str(lake / "gold" / table), windows.table(made, final=final), mode="append")


def check(lake, *arguments, now=NOW, silent="0", **options) -> dict:
    outcome = lakes.run("alerts", "check", "--lake", lake, "--now", now, "--json", "--silent-after", silent,
                        "--retry-pause", "0.05s", *arguments, **options)
    assert outcome.code == 0, outcome.err
    return outcome.json


def alerts_of(lake) -> list[dict]:
    rows = DeltaTable(str(lake / "gold" / "sessions_alerts")).to_pyarrow_table().to_pylist()
    return sorted(({k: v for k, v in row.items() if k != "judged_at"} for row in rows),
                  key=lambda row: (row["window_start"], row["alert_id"], row["state"]))


def deliveries_of(lake) -> list[tuple]:
    rows = DeltaTable(str(lake / "ops" / "deliveries")).to_pyarrow_table().to_pylist()
    return sorted((row["alert_id"], row["state"], row["attempt"], row["result"]) for row in rows)


@pytest.fixture(scope="module")
def rush():
    """Thirty quiet days, then three times as many for 20 minutes at noon, and what follows."""
    return windows.counts(32, seed=21, incidents=[(RUSH, 4, 3.0)])


@pytest.fixture
def lake(tmp_path, rush):
    """Up to the middle of the rush; what was before has been checked."""
    path = tmp_path / "lake"
    grow(path, rush, 0, RUSH)
    check(path)
    grow(path, rush, RUSH, RUSH + 2)
    return path


def test_an_alert_opens_once_and_closes(lake, rush):
    first = check(lake)
    assert first["status"] == "done"
    assert [(a["kind"], a["state"], a["window_start"]) for a in first["alerts"]] == [
        ("spike", "opened", "2026-07-01T12:00:00Z")]
    again = check(lake)
    assert again["status"] == "unchanged" and again["alerts"] == []
    version = DeltaTable(str(lake / "gold" / "sessions_alerts")).version()
    grow(lake, rush, RUSH + 2, RUSH + 24)
    last = check(lake)
    assert [(a["kind"], a["state"]) for a in last["alerts"]] == [("spike", "closed")]
    rows = [row for row in alerts_of(lake) if row["opened_at"].day == 1 and row["opened_at"].month == 7]
    assert [row["state"] for row in rows] == ["opened", "closed"]
    assert len({row["alert_id"] for row in rows}) == 1
    assert rows[0]["sessions"] > 3 * rows[0]["expected"] * 0.7 and rows[0]["low"] < rows[0]["expected"] < rows[0]["high"]
    assert DeltaTable(str(lake / "gold" / "sessions_alerts")).version() == version + 1
    assert lakes.query(lake, "select count(*) as n from gold.sessions_alerts where kind = 'spike'")[0]["n"] >= 2


@pytest.mark.parametrize("rule", [["seasonal"], ["published", "seasonal"]], ids=" ".join)
def test_checks_in_any_steps_find_what_one_check_finds(rule, tmp_path):
    sessions = windows.counts(33, seed=22, incidents=[(windows.index_of("2026-06-29 09:00"), 9, 2.0),
                                                      (windows.index_of("2026-07-02 20:00"), 30, 0.4)])
    flags = [part for name in rule for part in ("--rule", name)]
    whole = tmp_path / "whole"
    grow(whole, sessions, 0, len(sessions))
    check(whole, *flags)
    steps, at, dice = tmp_path / "steps", 0, random.Random(1)
    while at < len(sessions):
        size = dice.randrange(1, 400) if at > 28 * 288 else 28 * 288 + 17
        end = min(at + size, len(sessions))
        grow(steps, sessions, at, end)
        check(steps, *flags)
        at = end
    assert alerts_of(steps) == alerts_of(whole)
    assert len(alerts_of(whole)) >= 4
    replayed = lakes.run("alerts", "replay", "--lake", whole, "--json").json["rules"]
    wanted = {"published", "seasonal"} & set(rule)
    expected = {(a["alert_id"], a["state"]) for r in replayed if r["rule"] in wanted for a in r["alerts"]}
    assert {(row["alert_id"], row["state"]) for row in alerts_of(whole)} == expected


def test_windows_that_are_not_final_wait(lake, rush):
    """Only spikes can be told early; the final window does not tell them again."""
    grow(lake, rush, RUSH + 2, RUSH + 4, final=RUSH + 2)
    opened = check(lake)["alerts"]
    assert [a["is_final"] for a in opened] == [True]
    other = lake.parent / "early"
    grow(other, rush, 0, RUSH + 4, final=RUSH)
    assert not [a for a in check(other)["alerts"] if a["window_start"] >= "2026-07-01T12"]
    early = check(other, "--provisional")["alerts"]
    assert [(a["kind"], a["state"], a["is_final"]) for a in early] == [("spike", "opened", False)]
    assert check(other, "--provisional")["status"] == "unchanged"


def test_silence_is_told_once(lake, rush):
    grow(lake, rush, RUSH + 2, RUSH + 24)
    check(lake)
    assert check(lake, silent="2h", now="2026-07-01T15:30")["alerts"] == []
    told = check(lake, silent="2h", now="2026-07-01T16:10")["alerts"]
    assert [(a["kind"], a["state"], a["window_start"]) for a in told] == [("missing", "opened", "2026-07-01T14:00:00Z")]
    assert check(lake, silent="2h", now="2026-07-01T19:00")["status"] == "unchanged"
    grow(lake, rush, RUSH + 24, RUSH + 80)
    back = check(lake, silent="2h", now="2026-07-01T19:30")["alerts"]
    assert ("missing", "closed") in {(a["kind"], a["state"]) for a in back}


def test_webhook_gets_slack_json_once(lake):
    with WebhookServer() as hook:
        done = check(lake, "--webhook", hook.url)
        assert [d["result"] for d in done["deliveries"]] == ["delivered"]
        check(lake, "--webhook", hook.url)
        assert len(hook.requests) == 1
        headers, body = hook.requests[0]
        assert headers["Content-Type"].startswith("application/json")
        assert hook.keys == ["seasonal-spike-20260701T1200Z:opened"]
        assert body["text"].startswith("Cadenza: spike of sessions: ")
        assert body["blocks"][0]["text"]["type"] == "mrkdwn"
    assert deliveries_of(lake) == [("seasonal-spike-20260701T1200Z", "opened", 1, result) for result in ("begun", "delivered")]


def test_old_alerts_are_recorded_and_not_delivered(tmp_path, rush):
    with WebhookServer() as hook:
        path = tmp_path / "lake"
        grow(path, rush, 0, RUSH + 24)
        assert check(path, "--webhook", hook.url, now="2026-07-09T00:00")["alerts"]
        assert hook.requests == []


def test_a_webhook_that_fails_is_tried_again_now_and_later(lake):
    with WebhookServer(statuses=[503, 500, 429] + [503] * 3) as hook:
        failed = check(lake, "--webhook", hook.url)
        assert [d["result"] for d in failed["deliveries"]] == ["failed"] * 3
        assert failed["deliveries"][0]["detail"] == "HTTP 503"
        assert "was not delivered" in failed["warnings"][0]
        assert check(lake, "--webhook", hook.url)["deliveries"] == [], "its pause is not over"
        assert len(check(lake, "--webhook", hook.url, now="2026-07-01T13:05")["deliveries"]) == 3
        done = check(lake, "--webhook", hook.url, now="2026-07-01T15:05")
        assert [(d["attempt"], d["result"]) for d in done["deliveries"]] == [(7, "delivered")]
        assert len(set(hook.keys)) == 1
        assert check(lake, "--webhook", hook.url, now="2026-07-01T18:00")["status"] == "unchanged"


def test_a_channel_that_does_not_answer_is_waited_for_once_a_check(tmp_path):
    """Three alerts, and a port where nobody listens; the command beside it gets all three."""
    starts = [windows.index_of(f"2026-07-01 {at}") for at in ("03:00", "08:00", "13:00")]
    sessions = windows.counts(31, seed=23, incidents=[(start, 2, 4.0) for start in starts])
    lake = tmp_path / "lake"
    grow(lake, sessions, 0, starts[0])
    check(lake)
    grow(lake, sessions, starts[0], starts[2] + 1)
    nobody = f"http://127.0.0.1:{free_port()}/"
    done = check(lake, "--webhook", nobody, "--command", f"cat >> {tmp_path}/told", now="2026-07-01T15:00")
    spikes = [a for a in done["alerts"] if a["kind"] == "spike" and a["state"] == "opened"]
    assert len(spikes) >= 3
    tried = [d["detail"] for d in done["deliveries"] if d["channel"].startswith("webhook")]
    assert sum("connect" in detail for detail in tried) == 3, "one alert, three tries"
    assert sum(detail.startswith("put off") for detail in tried) == len(done["alerts"]) - 1
    assert len((tmp_path / "told").read_text().splitlines()) == len(done["alerts"])


def test_a_refusal_is_final(lake):
    with WebhookServer(statuses=[404]) as hook:
        assert [d["result"] for d in check(lake, "--webhook", hook.url)["deliveries"]] == ["refused"]
        assert check(lake, "--webhook", hook.url, now="2026-07-01T20:00")["deliveries"] == []
        assert len(hook.requests) == 1


def test_the_address_of_a_webhook_is_shown_nowhere(lake, tmp_path):
    with WebhookServer(statuses=[503]) as hook:
        settings = tmp_path / "cadenza.toml"
        settings.write_text(f'[alerts]\nwebhook = "{hook.url}"\n')
        outcome = lakes.run("alerts", "check", "--lake", lake, "--now", NOW, "--tries", "1", cwd=tmp_path)
        assert outcome.code == 0 and len(hook.requests) == 1
        shown = outcome.out + outcome.err
        assert "webhook 127.0.0.1" in shown and "SECRET-PART" not in shown
    # Nobody listens any more.
    outcome = lakes.run("alerts", "check", "--lake", lake, "--now", "2026-07-01T14:00", cwd=tmp_path)
    assert "connect" in outcome.err and "SECRET-PART" not in outcome.err + outcome.out
    bad = lakes.run("alerts", "test", env={"CADENZA_WEBHOOK": "hooks.example.org/SECRET-PART"})
    assert bad.code == 2 and "SECRET-PART" not in bad.err
    written = [path for path in lake.rglob("*") if path.is_file()]
    assert written and not [path for path in written if b"SECRET-PART" in path.read_bytes()]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_mail_through_a_real_server(lake):
    with MailServer(password="opensesame") as server:
        flags = ["--smtp", server.url, "--mail-from", "lake@example.org", "--mail-to", "a@example.org", "--mail-to",
                 "b@example.org", "--smtp-user", "cadenza"]
        denied = check(lake, *flags, "--smtp-password", "wrong", "--tries", "1")
        assert server.messages == []
        assert [(d["result"], "535" in d["detail"]) for d in denied["deliveries"]] == [("refused", True)]
        sent = lakes.run("alerts", "test", *flags, env={"CADENZA_SMTP_PASSWORD": "opensesame"})
        assert sent.code == 0, sent.out
        sender, to, message = server.messages[0]
        assert (sender, to) == ("lake@example.org", ["a@example.org", "b@example.org"])
        assert message["Subject"] == "Cadenza: a test of cadenza alerts"


def test_mail_of_an_alert_after_a_busy_server(lake):
    with MailServer(refuse=["451 later"]) as server:
        flags = ["--smtp", server.url, "--mail-from", "lake@example.org", "--mail-to", "ops@example.org"]
        done = check(lake, *flags)
        assert [d["result"] for d in done["deliveries"]] == ["failed", "delivered"]
        _, _, message = server.messages[0]
        assert message["Subject"].startswith("Cadenza: spike of sessions: ")
        assert "seasonal-spike-20260701T1200Z" in message.get_content()
        assert message["Message-ID"] and message["Date"]
        check(lake, *flags)
        assert len(server.messages) == 1


def test_a_mailbox_that_does_not_exist_is_refused(lake):
    with MailServer(refuse=["550 no such user"]) as server:
        done = check(lake, "--smtp", server.url, "--mail-from", "lake@example.org", "--mail-to", "x@example.org")
        assert [(d["result"]) for d in done["deliveries"]] == ["refused"]
        assert "550" in done["deliveries"][0]["detail"]


def test_a_command_gets_the_alert_on_standard_input(lake, tmp_path):
    done = check(lake, "--command", f"cat >> {tmp_path}/told; echo noise")
    assert [d["result"] for d in done["deliveries"]] == ["delivered"]
    lines = (tmp_path / "told").read_text().splitlines()
    assert len(lines) == 1 and '"alert_id":"seasonal-spike-20260701T1200Z"' in lines[0]
    failing = check(lake, "--command", "exit 3", "--tries", "1")
    assert failing["deliveries"][0]["detail"] == "exit code 3"


def test_two_tables_that_fire_at_once_are_both_told_of(lake, rush, tmp_path):
    grow(lake, rush, 0, RUSH, table="plays_5m")
    check(lake, "--table", "plays_5m")
    grow(lake, rush, RUSH, RUSH + 2, table="plays_5m")
    for table, name in (("sessions_5m", "seasonal-spike-20260701T1200Z"), ("plays_5m", "seasonal-spike-20260701T1200Z-plays_5m")):
        for deliveries in (1, 0):
            done = check(lake, "--table", table, "--command", f"cat >> {tmp_path}/told")
            assert [d["alert_id"] for d in done["deliveries"]] == [name] * deliveries
    assert len((tmp_path / "told").read_text().splitlines()) == 2
    assert [(row["windows_table"], row["alert_id"]) for row in alerts_of(lake) if "20260701T1200Z" in row["alert_id"]] == [
        ("sessions_5m", "seasonal-spike-20260701T1200Z"), ("plays_5m", "seasonal-spike-20260701T1200Z-plays_5m")]


def test_a_check_that_is_killed_while_it_delivers_is_made_up_for(lake):
    with WebhookServer(pause_s=3) as hook:
        process = lakes.start("alerts", "check", "--lake", lake, "--now", NOW, "--silent-after", "0", "--webhook", hook.url)
        deadline = time.monotonic() + 30
        while not hook.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        lakes.finish(process)
        hook.pause_s = 0
        assert check(lake, "--webhook", hook.url)["deliveries"] == [], "it could still be at work"
        check(lake, "--webhook", hook.url, now="2026-07-01T13:11")
        assert hook.keys == ["seasonal-spike-20260701T1200Z:opened"] * 2, "at least once, under one key"
        assert [row["state"] for row in alerts_of(lake) if row["alert_id"] == "seasonal-spike-20260701T1200Z"] == ["opened"]


@pytest.mark.crash
def test_checks_that_are_killed_anywhere_find_what_one_finds(tmp_path):
    kills = min(int(os.environ.get("CADENZA_KILLS", 10)), 40)
    sessions = windows.counts(32, seed=24, incidents=[(windows.index_of(f"2026-07-01 {hour:02}:00"), 4, 3.0)
                                                      for hour in range(0, 24, 3)])
    whole, killed, dice = tmp_path / "whole", tmp_path / "killed", random.Random(2)
    grow(whole, sessions, 0, len(sessions))
    check(whole)
    begin = windows.index_of("2026-07-01 00:00")
    grow(killed, sessions, 0, begin)
    check(killed)
    size = (len(sessions) - begin) // kills + 1
    for at in range(begin, len(sessions), size):
        grow(killed, sessions, at, min(at + size, len(sessions)))
        process = lakes.start("alerts", "check", "--lake", killed, "--now", NOW, "--silent-after", "0")
        time.sleep(dice.uniform(0, 0.25))
        process.kill()
        lakes.finish(process)
    check(killed)
    assert alerts_of(killed) == alerts_of(whole)
    assert len(alerts_of(whole)) >= 16


def test_checks_at_the_same_time_tell_once(lake):
    with WebhookServer(pause_s=0.2) as hook:
        running = [lakes.start("alerts", "check", "--lake", lake, "--now", NOW, "--silent-after", "0", "--webhook", hook.url)
                   for _ in range(4)]
        outcomes = [lakes.finish(process) for process in running]
        assert [outcome.code for outcome in outcomes] == [0] * 4, [outcome.err for outcome in outcomes]
        assert len(hook.requests) == 1
    assert len([row for row in alerts_of(lake) if row["alert_id"] == "seasonal-spike-20260701T1200Z"]) == 1


@pytest.mark.s3
def test_a_lake_on_s3_is_checked_as_one_on_disk(rush, tmp_path):
    local = tmp_path / "lake"
    grow(local, rush, 0, RUSH + 24)
    server = s3_servers.start_moto(tmp_path)
    try:
        uri = server.upload(local, server.bucket("alerts") + "/lake")
        check(local)
        assert check(uri, env=server.env())["status"] == "done"
        assert check(uri, env=server.env())["status"] == "unchanged"
        remote = server.delta_at(uri + "/gold/sessions_alerts").to_pyarrow_table().to_pylist()
    finally:
        server.stop()
    assert len(remote) == len(alerts_of(local)) >= 2
    assert {(row["alert_id"], row["state"]) for row in remote} == {(r["alert_id"], r["state"]) for r in alerts_of(local)}


def test_a_failed_job_is_told_where_it_is_asked_for(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "day.json").write_bytes(log_line(play(START_MS)) + b'\n{"ts":1\n')
    with WebhookServer() as hook:
        (tmp_path / "cadenza.toml").write_text(f'[alerts]\non_failure = true\nwebhook = "{hook.url}"\n')
        arguments = ["etl", "--logs", logs, "--out", tmp_path / "lake", "--no-progress"]
        good = lakes.run(*arguments, cwd=tmp_path)
        assert good.code == 0 and hook.requests == []
        (logs / "next.json").write_bytes(b'{"ts":1\n')
        bad = lakes.run(*arguments, "--max-bad", "1%", cwd=tmp_path)
        assert bad.code == 1
        assert len(hook.requests) == 1
        assert hook.requests[0][1]["text"] == "Cadenza: cadenza etl failed"
        assert "1 of 1 lines are bad" in hook.requests[0][1]["blocks"][0]["text"]["text"]
        assert "SECRET-PART" not in bad.err
        (_, state, attempt, result), = deliveries_of(tmp_path / "lake")
        assert (state, attempt, result) == ("failed", 1, "delivered")
        assert lakes.run(*arguments, "--max-bad", "lots", cwd=tmp_path).code == 2
        assert len(hook.requests) == 1, "wrong usage is the caller's own affair"
        assert lakes.run("etl", "--logs", tmp_path / "nowhere", "--out", tmp_path / "typo", cwd=tmp_path).code == 1
        assert hook.requests.pop() and not (tmp_path / "typo" / "ops").exists(), "a failure makes no lake"
        kpi = lakes.run("kpi", "--source", tmp_path / "nowhere", "--lake", tmp_path / "other", cwd=tmp_path)
        assert kpi.code != 0 and len(hook.requests) == (2 if kpi.code == 1 else 1)
        (tmp_path / "cadenza.toml").write_text(f'[alerts]\nwebhook = "{hook.url}"\n')
        told = len(hook.requests)
        assert lakes.run(*arguments, "--max-bad", "1%", cwd=tmp_path).code == 1
        assert len(hook.requests) == told, "on_failure is off"


@pytest.mark.parametrize("arguments", [["etl", "--logs", "nowhere", "--out", "lkae"], ["kpi", "--source", "nowhere", "--lake", "lkae"],
                                       ["stream", "--source", "nowhere", "--lake", "lkae", "--once"], ["kpi", "--lake", "lkae"]],
                         ids=lambda arguments: " ".join(arguments))
@pytest.mark.parametrize("on_failure", ["true", "false"])
def test_a_mistyped_lake_is_left_behind_as_an_empty_folder(arguments, on_failure, tmp_path):
    told = tmp_path / "told"
    (tmp_path / "cadenza.toml").write_text(f'[alerts]\non_failure = {on_failure}\ncommand = "cat >> {told}"\n')
    outcome = lakes.run(*arguments, cwd=tmp_path)
    assert outcome.code in (1, 2) and not (tmp_path / "lkae").exists()
    assert told.exists() == (on_failure == "true" and outcome.code == 1)


def test_a_webhook_over_https_is_checked_against_the_certificates_of_the_machine(tmp_path):
    """Not against those of the machine that the program was built on, and not against those of a private store."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    s3_servers.make_certificate(certificate, key)
    with WebhookServer(secured=(certificate, key)) as hook:
        arguments = ["alerts", "test", "--webhook", hook.url, "--tries", "1"]
        known = lakes.run(*arguments, env={"SSL_CERT_FILE": certificate})
        assert known.code == 0 and len(hook.requests) == 1, known.err
        for env in ({}, {"AWS_CA_BUNDLE": certificate}, {"SSL_CERT_FILE": "/no/such.pem"}):
            unknown = lakes.run(*arguments, env=env)
            assert unknown.code == 1 and len(hook.requests) == 1
            said = unknown.out + unknown.err
            assert "SSL_CERT_FILE" in said and env.get("SSL_CERT_FILE", "") in said and "SECRET-PART" not in said


@pytest.mark.parametrize("arguments, culprit", [
    (["check"], "--lake"),
    (["check", "--lake", "nowhere"], "sessions_5m"),
    (["check", "--lake", "nowhere", "--silent-after", "soon"], "soon"),
    (["check", "--lake", "nowhere", "--mail-to", "ops"], "mail"),
    (["test"], "--webhook"),
    (["test", "--mail-to", "a@b.c", "--smtp", "http://x"], "smtp://"),
])
def test_errors_name_the_culprit(arguments, culprit, tmp_path):
    outcome = lakes.run("alerts", *arguments, cwd=tmp_path)
    assert outcome.code in (1, 2)
    assert culprit in outcome.err
