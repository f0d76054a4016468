"""The notebooks run from top to bottom and say what is stored in them. Run by ./dev test --all, or, where
.venv-notebooks is, with: pytest -m notebooks."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import lake as lakes

pytestmark = pytest.mark.notebooks

FOLDER = lakes.REPO / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PYTHON = lakes.REPO / ".venv-notebooks" / "bin" / "python"
# What is learned depends on the processor in its last digits, and so does the order of what is nearly alike: of these
# notebooks the shape of each output is compared.
LEARNED = {"churn_and_recommendations"}
# Pictures depend on fonts and libraries; that there is one is all that is compared.
TEXTS = ("text/plain", "text/html")


@pytest.fixture(scope="module")
def python() -> Path:
    if not PYTHON.exists():
        pytest.fail("no .venv-notebooks: ./dev test --all makes it")
    return PYTHON


def cells(path) -> list[dict]:
    return [cell for cell in json.loads(Path(path).read_text())["cells"] if cell["cell_type"] == "code"]


def said(output) -> dict:
    if output["output_type"] == "stream":
        return {output["name"]: "".join(output["text"])}
    data = output["data"]
    return {kind: "".join(data[kind]) for kind in TEXTS if kind in data} | {"pictures": "image/png" in data}


def shape(output) -> dict:
    return {kind: text.count("\n") if isinstance(text, str) else text for kind, text in said(output).items()}


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["churn_and_recommendations", "engagement_and_a_live_day", "raw_logs_to_star"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_again_what_is_stored_in_it(python, path, tmp_path):
    done = subprocess.run([python, FOLDER / "execute.py", tmp_path, path], capture_output=True, text=True, timeout=600,
                          env=lakes.environment(CADENZA=lakes.program()))
    assert done.returncode == 0, done.stderr
    compared = shape if path.stem in LEARNED else said
    for stored, fresh in zip(cells(path), cells(tmp_path / path.name), strict=True):
        assert [compared(output) for output in fresh["outputs"]] == [compared(output) for output in stored["outputs"]], (
            f"{''.join(stored['source'])}\nagain with: ./dev notebooks")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_is_whole_and_has_pictures(path):
    outputs = [output for cell in cells(path) for output in cell["outputs"]]
    assert sum(said(output).get("pictures", False) for output in outputs) >= 3
    assert not any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs)
    text = path.read_text()
    assert "/tmp/" not in text and os.sep + "home" + os.sep not in text
    assert "shared/data" not in text


def test_the_notebooks_are_small():
    assert sum(path.stat().st_size for path in NOTEBOOKS) < 1_500_000


def test_the_first_page_and_the_page_of_python_link_them():
    for document, before in (("README.md", "notebooks/"), ("docs/PYTHON.md", "../notebooks/")):
        text = (lakes.REPO / document).read_text()
        assert all(f"({before}{path.name})" in text for path in NOTEBOOKS), document


def test_types_are_strict(python, tmp_path):
    done = subprocess.run([python, "-m", "mypy", "--cache-dir", tmp_path], cwd=lakes.REPO / "python", capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


IN_A_KERNEL = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "cadenza")
shell.run_line_magic("cadenza", sys.argv[1])
for text in sys.argv[2:]:
    offset = text.index("|")
    from IPython.core.completer import provisionalcompleter
    with provisionalcompleter():
        found = [one.text for one in shell.Completer.completions(text.replace("|", ""), offset)]
    print(" ".join(sorted(found)))
frame = shell.run_cell_magic("cadenza", "plays", "select count(*) as n from songplays")
print(frame.shape, shell.user_ns["plays"].n[0] > 0)
"""


def test_a_cell_of_sql_completes_tables_and_columns(python, sample_lake):
    done = subprocess.run(
        [python, "-c", IN_A_KERNEL, sample_lake, "%%cadenza\nselect * from song|", "%%cadenza rows\nselect u.lev| from users u",
         "%%cadenza\nselect match_q| from songplays", "songpl|"],
        capture_output=True, text=True, timeout=120,
        env=lakes.environment(CADENZA=lakes.program(), PYTHONPATH=lakes.REPO / "python" / "src", IPYTHONDIR=sample_lake.parent / "ipython"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "song_records songplays songs"
    assert lines[1] == "level"
    assert lines[2] == "match_quality"
    assert "songplays" not in lines[3]  # outside a cell of SQL Python completes as ever
    assert lines[4] == "(1, 1) True"
