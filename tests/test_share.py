"""Delta Sharing: the field's own client reads what the lake has, and nothing more than its profile says."""

import json
import re
import stat
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

import lake as lakes
import s3_servers as servers
import samples
from served import serving, wait_for

SHARE = "/delta-sharing/shares/lake"


def profile(folder, name, port, *flags):
    outcome = lakes.run("share", "profile", name, "--users", folder / "users.toml", "--out", folder / f"{name}.share",
                        "--endpoint", f"http://127.0.0.1:{port}", *flags)
    assert outcome.code == 0, outcome.err
    assert stat.S_IMODE((folder / f"{name}.share").stat().st_mode) == 0o600
    return json.loads((folder / f"{name}.share").read_text())


def bearer(made):
    return {"Authorization": f"Bearer {made['bearerToken']}"}


def lines(answer):
    assert answer.status == 200, answer.body
    return [json.loads(line) for line in answer.body.splitlines()]


def query(served, made, table, body=None, **headers):
    layer, name = table.split(".")
    return served.ask("POST", f"{SHARE}/schemas/{layer}/tables/{name}/query", json.dumps(body or {}), bearer(made) | headers)


def place(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A lake of two runs, its server, and profiles of a viewer, an analyst, and of two tables."""
    folder = tmp_path_factory.mktemp("share")
    songs = samples.catalogue(seed=3, count=20)
    samples.write_songs(folder / "songs", songs)
    for day in (1, 2):
        events = [e | {"sessionId": e["sessionId"] + 1000 * day} for e in samples.events(seed=day, songs=songs, days=3, sessions_a_day=5)]
        samples.write_file(folder / "logs" / f"{day}.json", samples.log_bytes(events))
        lakes.etl(folder / "lake", [folder / "songs"], [folder / "logs"])
    lakes.run("kpi", "--lake", folder / "lake")
    first = profile(folder, "first", 1)
    with serving(folder / "lake", "--users", folder / "users.toml", "--share") as served:
        made = {"first": first, "viewer": profile(folder, "viewer", served.port, "--tables", "gold.*"),
                "analyst": profile(folder, "analyst", served.port, "--role", "analyst"),
                "two": profile(folder, "two", served.port, "--role", "analyst", "--tables", "silver.songs, gold.days")}
        wait_for(lambda: served.get("/delta-sharing/shares", headers=bearer(made["two"])).status == 200)
        yield folder, served, made


def test_a_share_is_what_the_role_and_the_profile_say(shared):
    _, served, made = shared
    assert served.get("/delta-sharing/shares").status == 401
    items = served.get("/delta-sharing/shares", headers=bearer(made["viewer"])).json["items"]
    assert [item["name"] for item in items] == ["lake"]

    def tables(who):
        found = served.get(f"{SHARE}/all-tables", headers=bearer(made[who])).json["items"]
        return {f"{t['schema']}.{t['name']}" for t in found}

    assert tables("two") == {"silver.songs", "gold.days"}
    assert "gold.kpi_summary" in tables("viewer") and all(t.startswith("gold.") for t in tables("viewer"))
    assert "gold.customer_days" not in tables("viewer"), "a viewer reads no listeners"
    assert {"silver.users", "gold.customer_days"} <= tables("analyst")
    assert query(served, made["two"], "silver.users").status == 404
    # A profile is for sharing alone.
    for path in ("/api/v1/tables", "/api/v1/health", "/", "/delta-sharingx"):
        assert served.get(path, headers=bearer(made["analyst"])).status == 403, path


def test_lists_come_in_pages(shared):
    _, served, made = shared
    found, token = [], ""
    for _ in range(100):
        page = served.get(f"{SHARE}/all-tables", headers=bearer(made["analyst"]), maxResults=3, pageToken=token).json
        found += [t["name"] for t in page["items"]]
        assert len(page["items"]) <= 3
        token = page.get("nextPageToken")
        if not token:
            break
    everything = served.get(f"{SHARE}/all-tables", headers=bearer(made["analyst"])).json["items"]
    assert found == [t["name"] for t in everything] and len(found) > 6
    for wrong in ({"pageToken": "x"}, {"maxResults": "many"}):
        assert served.get(f"{SHARE}/all-tables", headers=bearer(made["analyst"]), **wrong).status == 400


def test_the_protocol(shared):
    folder, served, made = shared
    version = served.get(f"{SHARE}/schemas/silver/tables/songplays/version", headers=bearer(made["analyst"]))
    assert version.headers["delta-table-version"] == str(lakes.delta(folder / "lake", "songplays").version())
    protocol, about, *files = lines(query(served, made["analyst"], "silver.songplays"))
    assert protocol == {"protocol": {"minReaderVersion": 1}}
    assert about["metaData"]["partitionColumns"] == ["year", "month"]
    assert about["metaData"]["numFiles"] == len(files)
    assert sum(json.loads(f["file"]["stats"])["numRecords"] for f in files) == len(lakes.rows(folder / "lake", "songplays"))
    ended = query(served, made["analyst"], "silver.songplays", **{"delta-sharing-capabilities": "responseformat=delta;includeendstreamaction=true"})
    assert ended.headers["delta-sharing-capabilities"] == "responseformat=delta;includeendstreamaction=true"
    assert "endStreamAction" in lines(ended)[-1] and "deltaProtocol" in lines(ended)[0]["protocol"]
    hint = {"op": "equal", "children": [{"op": "column", "name": "month", "valueType": "int"},
                                        {"op": "literal", "value": "1", "valueType": "int"}]}
    assert len(lines(query(served, made["analyst"], "silver.songplays", {"jsonPredicateHints": json.dumps(hint)}))) == 2
    # Of statistics, too: no play has a time of 2031.
    late = {"op": "greaterThan", "children": [{"op": "column", "name": "start_time", "valueType": "timestamp"},
                                              {"op": "literal", "value": "2031-01-01T00:00:00Z", "valueType": "timestamp"}]}
    kept = {op: len(lines(query(served, made["analyst"], "silver.songplays", {"jsonPredicateHints": json.dumps(hint)})))
            for op, hint in (("late", late), ("not late", {"op": "not", "children": [late]}))}
    assert kept == {"late": 2, "not late": 2 + len(files)}
    for body in ({"version": -1}, {"version": "x"}, {"version": 10**6}, {"timestamp": "yesterday"}, {"limitHint": -4}):
        refused = query(served, made["analyst"], "silver.songplays", body)
        assert (refused.status, "errorCode" in refused.json) == (400, True), body
    for path in (f"{SHARE}x/schemas", f"{SHARE}/schemas/x/tables", f"{SHARE}/schemas/silver/tables/x/metadata"):
        assert served.get(path, headers=bearer(made["analyst"])).status == 404


@pytest.mark.parametrize("hints", [
    '{"op":5}', '{"op":"equal","children":[{"op":"column"},{"op":"literal"}]}', '{"op":"and","children":{"a":1}}',
    '{"op":"equal","children":[{"op":"column","name":7},{"op":"literal","value":null}]}', '[1]', '"x"', 'no json',
    '{"op":"and","children":[3,null]}',
    '{"op":"equal","children":[{"op":"column","name":"month"},{"op":"literal","value":"1","valueType":[]}]}',
    '{"op":"not","children":' + "[" * 100_000,
])
def test_hints_that_say_nothing_prune_nothing(shared, hints):
    _, served, made = shared
    whole = lines(query(served, made["analyst"], "silver.songplays"))
    found = lines(query(served, made["analyst"], "silver.songplays", {"jsonPredicateHints": hints}))
    assert len(found) == len(whole)


@pytest.mark.parametrize("body", ["[", "[1]", '{"version":' + "[" * 100_000 + "]" * 100_000 + "}", '{"limitHint":{}}'])
def test_bodies_that_are_no_query(shared, body):
    _, served, made = shared
    answer = served.ask("POST", f"{SHARE}/schemas/silver/tables/songs/query", body, bearer(made["analyst"]))
    assert (answer.status, answer.json["errorCode"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_profile_is_for_its_owners_eyes_also_where_a_file_was(tmp_path):
    (tmp_path / "bob.share").write_text("old")
    (tmp_path / "bob.share").chmod(0o644)
    assert "endpoint" in profile(tmp_path, "bob", 1)


def test_files_by_their_addresses_alone(shared):
    folder, served, made = shared
    url = lines(query(served, made["two"], "silver.songs"))[2]["file"]["url"]
    (path,) = (folder / "lake/silver/songs").glob("*.parquet")
    whole = path.read_bytes()
    assert served.ask("GET", place(url)).body == whole
    head = served.ask("HEAD", place(url))
    assert (head.status, head.body, int(head.headers["content-length"])) == (200, b"", len(whole))
    part = served.ask("GET", place(url), headers={"Range": "bytes=4-99"})
    assert (part.status, part.body, part.headers["content-range"]) == (206, whole[4:100], f"bytes 4-99/{len(whole)}")
    assert served.ask("GET", place(url), headers={"Range": "bytes=-8"}).body == whole[-8:]
    assert served.ask("GET", place(url), headers={"Range": f"bytes={len(whole)}-"}).status == 416
    other = re.sub("Signature=.", "Signature=!", place(url))
    for wrong in (other, place(url)[:-1], place(url).replace("/files/", "/files/A"), place(url).split("?")[0]):
        assert served.ask("GET", wrong).status in (400, 403), wrong


def test_a_profile_that_is_withdrawn_ends_at_once(shared):
    folder, served, made = shared
    gone = profile(folder, "gone", served.port)
    wait_for(lambda: served.get("/delta-sharing/shares", headers=bearer(gone)).status == 200)
    url = lines(query(served, gone, "silver.songs"))[2]["file"]["url"]
    assert "gone  viewer" in lakes.run("share", "list", "--users", folder / "users.toml").out
    assert lakes.run("share", "withdraw", "gone", "--users", folder / "users.toml").code == 0
    wait_for(lambda: served.get("/delta-sharing/shares", headers=bearer(gone)).status == 401)
    assert served.ask("GET", place(url)).status == 403


def test_changes_are_commits_that_only_add(shared):
    _, served, made = shared
    path = f"{SHARE}/schemas/bronze/tables/events/changes"
    found = lines(served.get(path, headers=bearer(made["analyst"]), startingVersion=0, endingVersion=1))
    assert {line["add"]["version"] for line in found[2:]} == {0, 1}
    assert len(lines(served.get(path, headers=bearer(made["analyst"]), startingVersion=1))) < len(found)
    refused = served.get(f"{SHARE}/schemas/silver/tables/users/changes", headers=bearer(made["analyst"]), startingVersion=0)
    assert refused.status == 400 and "version 1 of users took files out" in refused.json["message"]
    for wrong in ({}, {"startingVersion": "x"}, {"startingVersion": 9}, {"startingVersion": 1, "endingVersion": 0}):
        assert served.get(path, headers=bearer(made["analyst"]), **wrong).status == 400, wrong
    assert served.ask("POST", f"{SHARE}/schemas/gold/tables/days/temporary-table-credentials", "{}", bearer(made["analyst"])).status == 400


def test_earlier_versions_until_somebody_is_forgotten(tmp_path, sample):
    files = sorted(sample.logs.rglob("*.json"))
    for part in (files[::2], files):
        lakes.etl(tmp_path / "lake", [sample.songs], part)
    with serving(tmp_path / "lake", "--share") as served:
        def ask(body):
            return served.ask("POST", f"{SHARE}/schemas/bronze/tables/events/query", json.dumps(body))

        now, before = lines(ask({})), lines(ask({"version": 0}))
        assert len(before) < len(now)
        old = before[2]["file"]["url"]
        user = lakes.query(tmp_path / "lake", "select user_id from users limit 1")[0]["user_id"]
        assert lakes.run("forget", "--lake", tmp_path / "lake", "--user", user).code == 0
        wait_for(lambda: ask({"version": 0}).status == 400)
        assert "forgotten" in ask({"version": 0}).json["message"]
        held = next(line["file"]["url"] for line in lines(ask({})) if "file" in line)
        assert served.ask("GET", place(held)).status == 200
        gone = [place(line["file"]["url"]) for line in now[2:]]
        assert {served.ask("GET", url).status for url in [*gone, place(old)]} & {403, 404, 410}


@pytest.mark.parametrize("arguments, said", [
    ([], "ACTION"),
    (["profile", "x", "--users", "u.toml"], "--out"),
    (["profile", "x", "--out", "x.share"], "--users"),
    (["profile", "--users", "u.toml", "--out", "x.share"], "name"),
    (["profile", "x", "--users", "u.toml", "--out", "x.share", "--endpoint", "lake.example"], "lake.example"),
    (["profile", "x", "--users", "u.toml", "--out", "x.share", "--role", "king"], "king"),
    (["withdraw", "x", "--users", "u.toml"], "u.toml"),
])
def test_wrong_use(arguments, said, tmp_path):
    outcome = lakes.run("share", *arguments, cwd=tmp_path)
    assert outcome.code in (1, 2) and said.lower() in outcome.err.lower(), outcome.err


def test_tables_that_nobody_makes_are_told(tmp_path):
    tables = "gold.*, silver.songs,glod.*,gold.kpi_sumary"
    outcome = lakes.run("share", "profile", "bob", "--users", tmp_path / "users.toml", "--out", tmp_path / "bob.share", "--tables", tables)
    assert outcome.code == 0
    assert outcome.err.splitlines() == [
        "warning: --tables: no table that Cadenza makes is called glod.*; did you mean gold.*?",
        "warning: --tables: no table that Cadenza makes is called gold.kpi_sumary; did you mean gold.kpi_summary?"]


def test_a_profile_that_cannot_be_written_leaves_no_token(tmp_path):
    outcome = lakes.run("share", "profile", "bob", "--users", tmp_path / "u.toml", "--out", tmp_path / "no" / "bob.share")
    assert (outcome.code, "no/bob.share" in outcome.err) == (2, True), outcome.err
    assert not (tmp_path / "u.toml").exists()


@pytest.mark.clients
def test_the_fields_own_client_reads_the_same_rows(shared):
    folder, _, _ = shared
    python, judge = lakes.REPO / ".venv-sharing" / "bin" / "python", Path(__file__).parent / "judges" / "sharing_client.py"
    done = subprocess.run([python, judge, folder / "analyst.share"], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"silver.songplays", "silver.users", "gold.kpi_summary", "bronze.events"} <= set(found["tables"])
    for table, both in found["tables"].items():
        (own,) = lakes.query(folder / "lake", f"select count(*) as n from {table}")
        columns = sorted(row["column_name"] for row in lakes.query(folder / "lake", f"select column_name from (describe {table})"))
        assert both == [{"rows": own["n"], "columns": columns}] * 2, table
    plays = lakes.rows(folder / "lake", "songplays")
    assert found["songplays"] == sorted([r["songplay_id"], r["start_time"].isoformat(), r["month"]] for r in plays)
    assert found["limited"] == 3 and found["kinds"] == ["insert"]
    assert found["first"] + found["changes"] == len(lakes.rows(folder / "lake", "events"))


def fetch(url, **headers):
    """Status and bytes, from wherever the address leads."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, b""


@pytest.fixture(scope="module")
def lake_on_s3(gateway, sample):
    lake = gateway.bucket("share-1") + "/läke %20x"
    outcome = lakes.run(*lakes.etl_arguments(lake, [sample.songs], [sample.logs]), env=gateway.env())
    assert outcome.code == 0, outcome.err
    return lake


def shared_songs(served):
    return lines(served.ask("POST", f"{SHARE}/schemas/silver/tables/songs/query", "{}"))


@pytest.mark.s3
def test_files_on_s3_have_signed_addresses_of_the_storage(gateway, lake_on_s3):
    with serving(lake_on_s3, "--share", env=gateway.env()) as served:
        found = shared_songs(served)[2]["file"]
        url = found["url"]
        assert url.startswith(gateway.endpoint + "/") and servers.SECRET not in url
        status, whole = fetch(url)
        assert status == 200 and whole[:4] == whole[-4:] == b"PAR1" and len(whole) == found["size"]
        assert fetch(url, Range="bytes=4-9") == (206, whole[4:10])
        hour = 3_600_000
        assert abs(found["expirationTimestamp"] - (time.time() * 1000 + hour)) < 60_000
    bare, mark = url.split("?")
    for wrong in (bare, url[:-1] + ("0" if url[-1] != "0" else "1"), url.replace("Expires=3600", "Expires=7200"),
                  bare.replace(".parquet", ".json") + "?" + mark):
        assert fetch(wrong)[0] in (400, 403, 404), wrong


@pytest.mark.s3
def test_files_on_s3_pass_through_the_server_where_it_is_asked_to(gateway, lake_on_s3):
    with serving(lake_on_s3, "--share", "--share-through-server", env=gateway.env()) as served:
        found = shared_songs(served)[2]["file"]
        url = place(found["url"])
        whole = served.ask("GET", url).body
        assert whole[:4] == whole[-4:] == b"PAR1" and len(whole) == found["size"]
        part = served.ask("GET", url, headers={"Range": "bytes=4-9"})
        assert (part.status, part.body) == (206, whole[4:10])
