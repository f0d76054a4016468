"""No link of README.md and docs/ leads nowhere, nor one of the site that ./dev docs builds from them."""

import json
import re
import subprocess

import pytest

import lake as lakes
import links
from test_cli import COMMANDS

DOCUMENTS = sorted([lakes.REPO / "README.md", lakes.REPO / "CHANGELOG.md", lakes.REPO / "bench" / "README.md",
                    *(lakes.REPO / "docs").rglob("*.md")])
TOOLS = lakes.DEPS / "browser"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(lakes.REPO)))
def test_links_of_a_document_lead_somewhere(path):
    assert links.dead_markdown_links(path, lakes.REPO) == []


def test_dead_links_of_a_document_are_found(tmp_path):
    (tmp_path / "b.md").write_text("# Two `words`, and more\n## Same\n## Same\n```\n# no heading\n```\n")
    page = tmp_path / "a.md"
    page.write_text("# A\n[1](b.md#two-words-and-more) [2](b.md#same-1) [3](#a) [4](https://example.com/x) `[5](code.md)`\n"
                    "[6](c.md) [7](b.md#no-heading) [8](#b) [9](../../etc/passwd) ![10](picture.png)\n```\n[11](fenced.md)\n```\n")
    assert links.dead_markdown_links(page, tmp_path) == ["c.md", "b.md#no-heading", "#b", "../../etc/passwd", "picture.png"]


def test_readme_is_short():
    assert len((lakes.REPO / "README.md").read_text().splitlines()) <= 100


def test_dead_links_of_a_site_are_found(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text('<h1 id="x">X</h1>')
    (tmp_path / "a.html").write_text('<a href="b/#x">1</a> <a href="b/index.html#y">2</a> <a href="c.html">3</a> <img src="d.png"/>'
                                     '<script src="https://example.com/e.js"></script> <a href="https://example.com">4</a>')
    site = links.Site(tmp_path)
    assert site.dead() == [("a.html", "b/index.html#y"), ("a.html", "c.html"), ("a.html", "d.png")]
    assert site.fetched_elsewhere() == [("a.html", "https://example.com/e.js")]


@pytest.fixture(scope="module")
def site() -> links.Site:
    folder = lakes.REPO / "build" / "site"
    assert (folder / "index.html").is_file(), "no site: ./dev docs"
    return links.Site(folder)


@pytest.mark.site
def test_links_of_the_site_lead_somewhere(site):
    assert len(site.pages) > len(DOCUMENTS)
    assert site.dead() == []


@pytest.mark.site
def test_the_site_fetches_nothing_from_other_hosts(site):
    assert site.fetched_elsewhere() == []
    for path in site.folder.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^)\"']*", path.read_text()) == [], path


@pytest.mark.site
def test_reference_is_what_the_program_says(site):
    reference = site.folder / "reference"
    assert {path.stem for path in (reference / "commands").iterdir()} == set(COMMANDS)
    settings = "".join(site.pages[reference / "settings.html"].text)
    for command in COMMANDS:
        text = lakes.run(command, "--help").out
        assert text.strip() in "".join(site.pages[reference / "commands" / f"{command}.html"].text), command
        named = set(re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]+)", text.partition("Examples:")[0], re.MULTILINE))
        assert [flag for flag in named - {"--help"} if flag not in settings] == [], command


@pytest.mark.site
def test_graph_shows_what_is_made_of_what(site):
    models = json.loads(lakes.run("models", "--json").out)
    text = (site.folder / "reference" / "models.html").read_text()
    assert text.count('class="edge"') == sum(len(model["reads"]) for model in models) > 0
    assert [model["table"] for model in models if f"data_dictionary.html#{model['table']}" not in text] == []


@pytest.mark.site
def test_the_site_can_be_read_from_a_folder(site, tmp_path):
    """In Chromium, without a server and without a host: a page opens, and the search finds."""
    script = lakes.REPO / "tests" / "browser" / "site.mjs"
    outcome = subprocess.run(["node", script, (site.folder / "index.html").as_uri()], capture_output=True, text=True,
                             env=lakes.environment(CADENZA_BROWSER_TOOLS=TOOLS), timeout=120, check=False)
    assert outcome.returncode == 0, outcome.stderr
