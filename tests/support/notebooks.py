"""Notebooks with notes for tests, made of a few texts."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def markdown(text: str, id: str = "") -> dict[str, Any]:
    """A Markdown cell; without an identifier as older programs write it."""
    named = {"id": id} if id else {}
    return {"cell_type": "markdown", **named, "metadata": {}, "source": text.splitlines(keepends=True)}  # fmt: skip


def code(text: str, id: str, output: str = "") -> dict[str, Any]:
    """A code cell, with what it printed."""
    outputs = [{"name": "stdout", "output_type": "stream", "text": output}] if output else []
    return {
        "cell_type": "code", "id": id, "metadata": {}, "execution_count": 1, "outputs": outputs, "source": text,
    }  # fmt: skip


def notebook(*cells: dict[str, Any] | str) -> dict[str, Any]:
    """A notebook; a text is a Markdown cell with an identifier of its own."""
    made = [markdown(cell, f"cell-{n}") if isinstance(cell, str) else cell for n, cell in enumerate(cells)]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def save(path: Path, *cells: dict[str, Any] | str) -> Path:
    """Write one as Jupyter does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = json.dumps(notebook(*cells), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(made + "\n", encoding="utf-8")
    return path


def sources(path: Path) -> list[str]:
    """What its cells say now."""
    cells: Sequence[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells]
