"""Notes in notebooks: how soon a saved notebook's notes are in the lab, and what a save itself costs."""

import json
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.figures import Bench, Measured, figure

_SECONDS = 0.3


def _cells(n: int, turn: int) -> list[str]:
    """Notes with headings, links, tags and to-dos; each turn says something else in all of them."""
    return [
        f"## Note {cell}\n\nIn turn {turn} 今天去公园散步 see [[Note {cell - 1}]]. #tag{cell % 9} #散步\n\n- [ ] do {cell}\n"
        for cell in range(n)
    ]  # fmt: skip


def _write(path: Path, texts: list[str]) -> None:
    cells = [
        {"cell_type": "markdown", "id": f"cell-{n}", "metadata": {}, "source": text}
        for n, text in enumerate(texts)
    ]
    path.write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )


def _against_the_goal(bench: Bench, n: int, changed: int) -> Measured:
    from pgc_lib.notebook.harvest.harvester import Harvester

    times = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        work.mkdir()
        harvester = Harvester(bench.lab.session, work, Path(folder) / "state")
        texts = _cells(n, 0)
        for turn in range(bench.n(9, 4)):
            name = f"{changed or 'new'}-{turn if not changed else 0}-{time.time_ns() if not changed else ''}"
            path = work / f"{name}.ipynb"
            for place in range(changed):
                texts[(turn * changed + place) % n] += f"\nmore {turn}"
            _write(path, texts)
            began = time.perf_counter()
            tally = harvester.take(path.name)
            times.append(time.perf_counter() - began)
            assert tally.read == 1 and not tally.problems, tally
        if changed:
            times = times[1:]  # the first one was new
        for each in work.glob("*.ipynb"):
            harvester_gone = each.name
            each.unlink()
            harvester.removed(harvester_gone)
    return Measured(median(times), _SECONDS, n)


@figure(
    "harvest_new",
    peer="0.3 s",
    unit="s",
    goal="<= 1",
    help="A notebook of 200 Markdown cells that nobody has seen: documents, tags, links and 200 to-dos",
)
def harvest_new(bench: Bench) -> Measured:
    return _against_the_goal(bench, 200, 0)


@figure(
    "harvest_saved",
    peer="0.3 s",
    unit="s",
    goal="<= 1",
    help="The same notebook saved again with three cells changed",
)
def harvest_saved(bench: Bench) -> Measured:
    return _against_the_goal(bench, 200, 3)
