"""A folder of src includes only what stands above it in the layer table of docs/DESIGN.md."""

import re

import pytest

from lake import REPO

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
SOURCES = {".h", ".hpp", ".cc", ".cpp"}


def layers(text) -> list[str]:
    """First column of the table below the heading with "Layers", bottom layer first."""
    section = re.split(r"^#+ .*Layers.*$", text, maxsplit=1, flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\|\s*`([\w/]+)/`", section, re.MULTILINE)


def layer_of(path, order):
    """The most exact entry that holds the path, if any."""
    fitting = [folder for folder in order if path.startswith(folder + "/")]
    return max(fitting, key=len, default=None)


def wrong_includes(files, order) -> list[str]:
    """files: path below src -> text."""
    wrong = []
    for path, text in sorted(files.items()):
        own = layer_of(path, order)
        for included in INCLUDE.findall(text):
            target = layer_of(included, order)
            if own and target and order.index(target) > order.index(own):
                wrong.append(f"{path} includes {included}: {own}/ stands below {target}/")
    return wrong


@pytest.fixture(scope="module")
def order():
    return layers((REPO / "docs" / "DESIGN.md").read_text())


@pytest.fixture(scope="module")
def files():
    source = REPO / "src"
    found = (path for path in source.rglob("*") if path.suffix in SOURCES)
    return {path.relative_to(source).as_posix(): path.read_text() for path in found}


def test_includes_point_upwards_only(files, order):
    assert files
    assert wrong_includes(files, order) == []


def test_every_folder_is_in_the_table(files, order):
    assert order and len(order) == len(set(order))
    folders = {path.split("/")[0] for path in files if "/" in path}
    assert folders - {folder.split("/")[0] for folder in order} == set()


def test_every_folder_in_the_table_exists(order):
    assert [folder for folder in order if not (REPO / "src" / folder).is_dir()] == []


def test_includes_of_own_folders_name_the_folder(files):
    folders = {path.rsplit("/", 1)[0] for path in files if "/" in path}
    names = {path.rsplit("/", 1)[1] for path in files if "/" in path and path.endswith(".h")}
    bare = [
        f"{path} includes {included}"
        for path, text in files.items() for included in INCLUDE.findall(text)
        if "/" not in included and included in names and included != "duckdb.h"
    ]
    assert folders and bare == []


def test_a_wrong_include_is_found():
    rows = "".join(f"| `{folder}/` | what |\n" for folder in ("base", "delta", "cli"))
    order = layers(f"## Layers\n| folder | |\n|---|---|\n{rows}## Next\n| `no/` | |\n")
    assert order == ["base", "delta", "cli"]
    files = {"base/a.h": '#include "delta/b.h"\n', "delta/b.h": '#include "base/a.h"\n#include "delta/c.h"\n'}
    assert wrong_includes(files, order) == ["base/a.h includes delta/b.h: base/ stands below delta/"]
