"""Where input may lie and how it may be packed: always the same tables."""

import gzip
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

import lake as lakes
import samples

ACCESS_KEY, SECRET_KEY = "AKIATESTTESTTEST1234", "wJalrXUtnFEMIsecretK7MDENGbPxRfiCY"


def files_below(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def zipped(folder, archive, prefix):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in files_below(folder):
            target.write(path, Path(prefix) / path.relative_to(folder))
    return archive


def assert_same_star(lake, other):
    """Equal silver tables: `_file` differs when the input lies elsewhere."""
    lakes.assert_lakes_equal(lake, other, lakes.SILVER)


def nested(sample, folder):
    return [sample.songs], [sample.logs]


def flat(sample, folder):
    for kind in (sample.songs, sample.logs):
        for path in files_below(kind):
            samples.write_file(folder / kind.name / path.name, path.read_bytes())
    return [folder / "song_data"], [folder / "log_data"]


def globs(sample, folder):
    return [sample.songs / "*" / "*" / "*.json"], [sample.logs / "**" / "*-events.json"]


def single_files(sample, folder):
    return files_below(sample.songs), files_below(sample.logs)


def zip_archives(sample, folder):
    songs = zipped(sample.songs, folder / "song-data.zip", "song_data")
    return [songs], [zipped(sample.logs, folder / "log-data.zip", "")]


def folder_with_zips(sample, folder):
    for kind in (sample.songs, sample.logs):
        (folder / kind.name).mkdir()
        zipped(kind, folder / kind.name / "all.zip", "")
    return [folder / "song_data"], [folder / "log_data"]


def gzipped(sample, folder):
    for path in files_below(sample.logs):
        samples.write_file(folder / "logs" / f"{path.name}.gz", gzip.compress(path.read_bytes()))
    return [sample.songs], [folder / "logs"]


def gzip_of_two_members(sample, folder):
    for path in files_below(sample.logs):
        data = path.read_bytes()
        packed = gzip.compress(data[:1000]) + gzip.compress(data[1000:])
        samples.write_file(folder / "logs" / f"{path.name}.gz", packed)
    return [sample.songs], [folder / "logs"]


def songs_one_a_line(sample, folder):
    lines = "\n".join(json.dumps(record) for record in sample.catalogue)
    return [samples.write_file(folder / "songs.jsonl", lines.encode())], [sample.logs]


def songs_pretty_printed(sample, folder):
    for record in sample.catalogue:
        text = json.dumps(record, indent=4) + "\n"
        samples.write_file(folder / "songs" / f"{record['song_id']}.json", text.encode())
    return [folder / "songs"], [sample.logs]


def logs_with_keys_in_other_order(sample, folder):
    lines = [json.dumps(dict(reversed(event.items())), ensure_ascii=False) for event in sample.events]
    return [sample.songs], [samples.write_file(folder / "events.json", "\n".join(lines).encode())]


@pytest.mark.parametrize("layout", [
    nested, flat, globs, single_files, zip_archives, folder_with_zips, gzipped, gzip_of_two_members,
    songs_one_a_line, songs_pretty_printed, logs_with_keys_in_other_order,
], ids=lambda layout: layout.__name__)
def test_layout(layout, sample, sample_lake, tmp_path):
    songs, logs = layout(sample, tmp_path)
    summary = lakes.etl(tmp_path / "lake", songs, logs)
    assert summary["events"]["good"] == len(sample.events)
    assert summary["tables"]["song_records"]["rows"] == len(sample.catalogue)
    assert_same_star(tmp_path / "lake", sample_lake)


def test_every_layout_balances_in_decompressed_bytes(sample, tmp_path):
    (log,) = files_below(sample.logs)[:1]
    packed = samples.write_file(tmp_path / "day.json.gz", gzip.compress(log.read_bytes()))
    lakes.etl(tmp_path / "lake", [sample.songs], [packed])
    (row,) = [row for row in lakes.rows(tmp_path / "lake", "ledger") if row["source"] == "logs"]
    assert row["_file"].endswith("day.json.gz")
    assert row["size_bytes"] == row["good_bytes"] == log.stat().st_size
    assert row["stored_bytes"] == packed.stat().st_size


def test_zip_member_is_named_after_the_archive(sample, tmp_path):
    songs, logs = zip_archives(sample, tmp_path)
    lakes.etl(tmp_path / "lake", songs, logs)
    found = {row["_file"] for row in lakes.rows(tmp_path / "lake", "ledger")}
    assert f"{tmp_path}/log-data.zip!2018/11/2018-11-01-events.json" in found
    assert f"{tmp_path}/song-data.zip!song_data/A/B/SO00000000.json" in found


JUNK = [
    ".DS_Store", "__MACOSX/2018-11-01-events.json", "._2018-11-01-events.json", ".part.json.crc",
    "_SUCCESS", ".ipynb_checkpoints/2018-11-01-events-checkpoint.json",
]


def is_listed(name, skipped):
    """A junk folder may be listed itself or by its files."""
    return any(f"/{name}" in path or path.rstrip("/").endswith(f"/{name.split('/')[0]}") for path in skipped)


def test_junk_is_passed_over_and_listed(sample, sample_lake, tmp_path):
    logs = shutil.copytree(sample.logs, tmp_path / "logs")
    for name in JUNK:
        samples.write_file(logs / name, b"\x00\x05\x16\x07 no JSON")
    summary = lakes.etl(tmp_path / "lake", [sample.songs], [logs])
    skipped = {row["_file"]: row["reason"] for row in lakes.rows(tmp_path / "lake", "skipped_files")}
    assert [name for name in JUNK if not is_listed(name, skipped)] == []
    assert all(skipped.values())
    assert summary["files"]["skipped"] == len(skipped)
    assert summary["events"]["quarantined"] == 0
    assert_same_star(tmp_path / "lake", sample_lake)


def test_junk_inside_a_zip_is_listed(sample, sample_lake, tmp_path):
    songs, logs = zip_archives(sample, tmp_path)
    with zipfile.ZipFile(logs[0], "a") as archive:
        archive.writestr("__MACOSX/._2018-11-01-events.json", b"\x00\x05")
        archive.writestr("2018/.DS_Store", b"\x00\x05")
    lakes.etl(tmp_path / "lake", songs, logs)
    skipped = [row["_file"] for row in lakes.rows(tmp_path / "lake", "skipped_files")]
    assert any("log-data.zip!__MACOSX" in name for name in skipped)
    assert any(name.endswith("log-data.zip!2018/.DS_Store") for name in skipped)
    assert_same_star(tmp_path / "lake", sample_lake)


def test_damaged_zip_in_a_folder_is_listed_and_the_rest_is_read(sample, sample_lake, tmp_path):
    logs = shutil.copytree(sample.logs, tmp_path / "logs")
    (logs / "cut.zip").write_bytes(zipped(sample.logs, tmp_path / "whole.zip", "").read_bytes()[:-100])
    summary = lakes.etl(tmp_path / "lake", [sample.songs], [logs], "--allow-damaged")
    assert summary["files"]["skipped"] == 1
    skipped = lakes.rows(tmp_path / "lake", "skipped_files")
    assert skipped[0]["_file"] == str(logs / "cut.zip") and "archive" in skipped[0]["reason"]
    assert_same_star(tmp_path / "lake", sample_lake)
    # Named, it is what the user wants to be read.
    outcome = lakes.run(*lakes.etl_arguments(tmp_path / "other", [sample.songs], [logs / "cut.zip"]))
    assert outcome.code == 1 and "cut.zip" in outcome.err


def test_copies_are_read_and_end_as_duplicates(sample, sample_lake, tmp_path):
    logs = shutil.copytree(sample.logs, tmp_path / "logs")
    original = files_below(logs)[0]
    copy = original.with_name(original.stem + "-Copy1.json")
    shutil.copy(original, copy)
    lines = len(original.read_bytes().splitlines())
    summary = lakes.etl(tmp_path / "lake", [sample.songs], [logs])
    assert summary["events"]["duplicate"] == lines
    assert summary["bytes"]["duplicate"] == copy.stat().st_size
    assert_same_star(tmp_path / "lake", sample_lake)
    ledger = {row["_file"]: row for row in lakes.rows(tmp_path / "lake", "ledger")}
    kept, duplicate = sorted((str(original), str(copy)))
    assert (ledger[kept]["good_lines"], ledger[kept]["duplicate_lines"]) == (lines, 0)
    assert (ledger[duplicate]["good_lines"], ledger[duplicate]["duplicate_lines"]) == (0, lines)


def test_song_copies_add_no_song(sample, sample_lake, tmp_path):
    songs = shutil.copytree(sample.songs, tmp_path / "songs")
    for path in files_below(songs)[:11]:
        shutil.copy(path, path.with_name(path.stem + "-Copy1.json"))
    summary = lakes.etl(tmp_path / "lake", [songs], [sample.logs])
    assert (summary["song_records"]["good"], summary["song_records"]["duplicate"]) == (40, 11)
    assert_same_star(tmp_path / "lake", sample_lake)


def test_same_file_named_twice_is_read_once(sample, tmp_path):
    summary = lakes.etl(tmp_path / "lake", [sample.songs], [sample.logs, sample.logs / "2018"])
    assert summary["events"]["lines"] == len(sample.events)
    assert summary["events"]["duplicate"] == 0


def test_empty_file_adds_nothing(sample, sample_lake, tmp_path):
    logs = shutil.copytree(sample.logs, tmp_path / "logs")
    samples.write_file(logs / "empty.json", b"")
    lakes.etl(tmp_path / "lake", [sample.songs], [logs])
    assert_same_star(tmp_path / "lake", sample_lake)
    ledger = lakes.rows(tmp_path / "lake", "ledger")
    assert all(row["size_bytes"] == 0 for row in ledger if "empty.json" in row["_file"])


def predecessor_settings(folder) -> Path:
    text = (
        f"[AWS]\nAWS_ACCESS_KEY_ID={ACCESS_KEY}\nAWS_SECRET_ACCESS_KEY={SECRET_KEY}\n"
        "S3_BUCKET=nobody-has-this-bucket\n\n[PROJECT]\nMODE=LOCAL\n"
    )
    return samples.write_file(folder / "dl.cfg", text.encode())


@pytest.mark.parametrize("place", ["data", "."])
def test_local_mode_of_the_predecessor(place, sample, sample_lake, tmp_path):
    config = predecessor_settings(tmp_path / "project")
    archives = tmp_path / "project" / place
    archives.mkdir(exist_ok=True)
    zipped(sample.songs, archives / "song-data.zip", "song_data")
    zipped(sample.logs, archives / "log-data.zip", "")
    lakes.etl(tmp_path / "lake", [], [], "--config", config)
    assert_same_star(tmp_path / "lake", sample_lake)


def test_predecessors_own_archives(shared_data, real_lake, tmp_path):
    config = predecessor_settings(tmp_path)
    (tmp_path / "data").mkdir()
    for name in ("song-data.zip", "log-data.zip"):
        (tmp_path / "data" / name).symlink_to(shared_data / "zips" / name)
    summary = lakes.etl(tmp_path / "lake", [], [], "--config", "dl.cfg", cwd=tmp_path)
    assert (summary["files"]["logs"], summary["files"]["songs"]) == (30, 71)
    assert config.exists()
    assert_same_star(tmp_path / "lake", real_lake)


def holds_credential(data: bytes) -> bool:
    return ACCESS_KEY.encode() in data or SECRET_KEY.encode() in data


def test_credentials_are_never_written(sample, tmp_path):
    config = predecessor_settings(tmp_path)
    zipped(sample.songs, tmp_path / "song-data.zip", "song_data")
    zipped(sample.logs, tmp_path / "log-data.zip", "")
    for flags in ((), ("--json",), ("--threads", "many")):
        outcome = lakes.run("etl", "--config", config, "--out", tmp_path / "lake", *flags)
        assert not holds_credential((outcome.out + outcome.err).encode())
    assert files_below(tmp_path / "lake")
    assert [path for path in files_below(tmp_path / "lake") if holds_credential(path.read_bytes())] == []


def test_credentials_are_not_in_the_error_when_the_archives_are_missing(tmp_path):
    outcome = lakes.run("etl", "--config", predecessor_settings(tmp_path), "--out", tmp_path / "lake")
    assert outcome.code in (1, 2)
    assert "song-data.zip" in outcome.err
    assert not holds_credential((outcome.out + outcome.err).encode())


@pytest.mark.parametrize("kind", ["--songs", "--logs"])
@pytest.mark.parametrize("name", ["nowhere", "nowhere.zip", "nowhere/*.json"])
def test_missing_path_is_named(kind, name, sample, tmp_path):
    there = {"--songs": sample.songs, "--logs": sample.logs} | {kind: tmp_path / name}
    flags = [part for pair in there.items() for part in pair]
    outcome = lakes.run("etl", *flags, "--out", tmp_path / "lake")
    assert outcome.code in (1, 2)
    assert str(tmp_path / name) in outcome.err
    assert not (tmp_path / "lake" / "silver").exists()


def test_unreadable_archive_is_named(sample, tmp_path):
    broken = samples.write_file(tmp_path / "broken.zip", b"PK\x03\x04 this is no archive")
    outcome = lakes.run("etl", "--songs", sample.songs, "--logs", broken, "--out", tmp_path / "lake")
    assert outcome.code == 1
    assert "broken.zip" in outcome.err


def test_paths_relative_to_the_working_folder(sample, sample_lake, tmp_path):
    lake = os.path.relpath(tmp_path / "lake", sample.songs.parent)
    lakes.etl(lake, ["song_data"], ["log_data"], cwd=sample.songs.parent)
    assert_same_star(tmp_path / "lake", sample_lake)
