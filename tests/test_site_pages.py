"""Pages that the site makes of other things than Markdown. The modules need nothing but Python's own library."""

import importlib
import json
import sys

import pytest

import lake as lakes


@pytest.fixture
def module(monkeypatch):
    monkeypatch.syspath_prepend(lakes.REPO / "scripts" / "site")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return importlib.import_module


def code(source, *outputs) -> dict:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def test_a_notebook_is_shown_with_what_is_stored_in_it(module):
    table = '<style scoped>\n.x {}\n</style>\n<table border="1" class="dataframe">\n\n<tr style="a"><td>7</td></tr></table>'
    cells = [{"cell_type": "markdown", "source": ["# Title\n", "text"]},
             code("print('```')", {"output_type": "stream", "text": ["```\n"]}),
             code("%%cadenza\nselect 7", {"output_type": "execute_result", "data": {"text/html": table, "text/plain": "7"}}),
             code("plot()", {"output_type": "display_data", "data": {"image/png": "iVBO\nRw==\n", "text/plain": "<Figure size>"}}),
             code("1/0", {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero"}), code("")]
    text = module("notebook_page").page(json.dumps({"cells": cells}))
    assert text.startswith("# Title\ntext\n\n````python\nprint('```')\n````\n\n````text\n```\n````\n")
    assert '```sql\n%%cadenza\nselect 7\n```\n\n<div class="output">\n<table>\n<tr><td>7</td></tr></table>\n</div>' in text
    assert "![Figure size](data:image/png;base64,iVBORw==)" in text
    assert text.endswith("```text\nZeroDivisionError: division by zero\n```\n")


def test_the_graph_has_a_box_for_each_joined_table_and_a_line_for_each_reading(module):
    models = [{"table": name, "layer": "gold", "reads": reads} for name, reads in
              {"a": [], "b": ["a"], "c": ["a", "b"], "alone": []}.items()]
    graph = module("model_graph")
    assert graph.depths(models) == {"a": 0, "b": 1, "c": 2, "alone": 0}
    drawn = graph.drawn(models, "d.html")
    assert (drawn.count("<rect"), drawn.count('class="edge"')) == (3, 3)
    assert 'href="d.html#c"' in drawn and "alone" not in drawn
