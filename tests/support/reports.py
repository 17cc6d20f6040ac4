"""Report notebooks for tests, made of a few lines."""

from pathlib import Path

import nbformat


def report(folder: Path, name: str, *cells: str, parameters: str = "") -> Path:
    """A report of these cells; `parameters` are the lines of its tagged cell."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    if parameters:
        tagged = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
        made.cells.insert(0, tagged)
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"
