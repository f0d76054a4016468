"""What the pages show is what the program prints. `CADENZA_PAGES=store` writes it into the pages instead of comparing."""

import os

import pytest

import lake as lakes
import pages

PAGES = ["README.md", "docs/TUTORIAL.md", "docs/ENGINEER.md", "docs/ANALYST.md", "docs/SCIENTIST.md", "docs/SIDE_BY_SIDE.md"]


@pytest.mark.parametrize("name", PAGES)
def test_page_shows_what_is_printed(name, tmp_path):
    path = lakes.REPO / name
    text, shell = path.read_text(), pages.Shell(tmp_path)
    assert pages.blocks(text), f"no command in {name}"
    if os.environ.get("CADENZA_PAGES") == "store":
        path.write_text(pages.again(text, shell))
        return
    found = pages.faults(text, shell)
    assert not found, "CADENZA_PAGES=store writes what is printed now:\n" + "\n\n".join(found)


def test_commands_of_a_block():
    first, second, third = pages.commands('$ cadenza sql "select 1\n  from x" --lake l\na │ 1\n\n# later\n$ cat \\\n  y\n# z\nw\n$ true\n')
    assert (first.text, first.expected) == ('cadenza sql "select 1\n  from x" --lake l', ["a │ 1", ""])
    assert (second.before, second.text, second.expected) == ("# later\n", "cat \\\n  y", ["# z", "w"])
    assert (third.text, third.expected) == ("true", [])


def test_what_is_printed_is_compared_but_for_times():
    assert pages.agrees(["took  0.5 s, peak memory 9.1 MB", "a", "...", "z"], ["took 12.5 s, peak memory 10.0 MB", "a", "b", "c", "z"])
    assert not pages.agrees(["took 0.5 s, 3 rows"], ["took 0.5 s, 4 rows"])
    assert not pages.agrees(["a"], ["a", "b"])
    assert not pages.agrees([], ["a"])
    assert not pages.agrees(["a", "...", "b"], ["a", "c"])


def test_numbers_that_differ_by_processor_have_to_be_near():
    assert pages.agrees(["AUC 0.615, 381 of them"], ["AUC 0.613, 379 of them"], is_rough=True)
    assert not pages.agrees(["AUC 0.615"], ["AUC 0.715"], is_rough=True)
    assert not pages.agrees(["AUC 0.615"], ["lift 0.615"], is_rough=True)
    text = pages.ROUGHLY + "```\n$ a\n1\n```\n```\n$ b\n1\n```\n"
    assert [command.is_rough for block in pages.blocks(text) for command in block] == [True, False]


def test_a_page_that_says_something_else_is_found(tmp_path):
    shell = pages.Shell(tmp_path)
    assert pages.faults("```\n$ echo 1\n1\n$ echo 2\n3\n```\n", shell) == ["$ echo 2\n2\n-- the page has --\n3"]
    assert pages.again("```\n$ echo 1\n1\n$ echo 2\n3\n```\n", shell) == "```\n$ echo 1\n1\n$ echo 2\n2\n```\n"
    with pytest.raises(AssertionError, match="exit code 1"):
        pages.faults("```\n$ false\n```\n", shell)
