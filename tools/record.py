"""Run notebooks and keep their outputs: ``python -m tools.record [NOTEBOOK …]`` (none named: all of them).

Each runs from its first cell to its last on a fresh practice account. Only cells tagged ``raises-exception`` may fail.
What is kept is the outputs and nothing of the machine: no timings, no paths.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from kmscourse.course import SECTIONS
from kmscourse.sandbox import client as sandbox_client

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [ROOT / "notebooks" / section.notebook for section in SECTIONS]
CHALLENGE = ROOT / "notebooks" / "challenge.ipynb"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET = "application/vnd.jupyter.widget-view+json"  # points into the run, which is over; its HTML stays
CELL_TIMEOUT = 120  # seconds


def run(notebook: nbformat.NotebookNode, home: Path) -> None:
    """Execute a notebook in place with its account in the folder ``home``. Raises CellExecutionError."""
    os.environ.update(KMSCOURSE_HOME=str(home), KMSCOURSE_TARGET="sandbox")
    shown: dict[int, list[nbformat.NotebookNode]] = {}

    def keep(cell: nbformat.NotebookNode, cell_index: int, **_: object) -> None:
        shown[cell_index] = copy.deepcopy(cell.get("outputs", []))

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        on_cell_executed=keep,
        resources={"metadata": {"path": str(home)}},
    )
    client.execute()
    for index, outputs in shown.items():  # a prediction as it is asked: a later cell puts the answer there
        notebook.cells[index].outputs = outputs


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Leave in the notebook what a reader needs, and nothing of the run that made it."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = nbformat.from_dict({"tags": tags} if (tags := cell.metadata.get("tags")) else {})
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)


def joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The outputs with neighbouring pieces of printed text made one, however the kernel happened to send them."""
    found: list[nbformat.NotebookNode] = []
    for output in outputs:
        last = found[-1] if found else None
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            found.append(output)
    return found


def main() -> int:
    """Record the notebooks named on the command line; returns 1 where one of them failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.record", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "notebooks", nargs="*", type=Path, default=[*NOTEBOOKS, CHALLENGE], metavar="NOTEBOOK"
    )
    failed = 0
    for path in parser.parse_args().notebooks:
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory(prefix="kmscourse-") as home:
            try:
                run(notebook, Path(home))
            except CellExecutionError as error:
                print(
                    f"{path.name}: a cell failed, the notebook is left as it was.\n{error}", file=sys.stderr
                )
                failed = 1
                continue
            finally:
                sandbox_client.stop(Path(home))
        tidy(notebook)
        nbformat.write(notebook, path)
        print(f"{path.name}: recorded {sum(cell.cell_type == 'code' for cell in notebook.cells)} code cells")
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
