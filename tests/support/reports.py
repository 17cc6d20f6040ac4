"""Report notebooks for tests, made of a few lines."""

import json
from pathlib import Path
from typing import Any


def report(folder: Path, name: str, *cells: str, parameters: str = "") -> Path:
    """A report of these cells; `parameters` are the lines of its tagged cell."""
    made = [_cell(number, source) for number, source in enumerate(cells, 1)]
    if parameters:
        made.insert(0, _cell(0, parameters, "parameters"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": made,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def _cell(number: int, source: str, *tags: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": f"cell-{number}",
        "metadata": {"tags": list(tags)} if tags else {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }
