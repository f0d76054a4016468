#!/usr/bin/env python3
"""Runs notebooks from top to bottom in a fresh kernel each and writes them, with what came out, into a folder.

usage: execute.py OUT NOTEBOOK...    OUT: a folder; `notebooks` itself stores the outputs anew

The program is the one that $CADENZA names. The first cell that fails ends it with exit code 1.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SOURCE = Path(__file__).resolve().parent.parent / "python" / "src"


def execute(path: Path, out: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False,
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    # What tells one machine from another is not kept.
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"]}
    nbformat.write(notebook, out / path.name)


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    os.environ.update(PYTHONPATH=str(SOURCE), CADENZA_NO_PROGRESS="1", MPLBACKEND="module://matplotlib_inline.backend_inline",
                      PYDEVD_DISABLE_FILE_VALIDATION="1")
    for name in sys.argv[2:]:
        try:
            execute(Path(name), Path(sys.argv[1]))
        except CellExecutionError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
