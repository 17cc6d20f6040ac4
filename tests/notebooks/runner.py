"""Executes the notebooks that come with PGC, one after another, in one process: `runner.py zh-CN en+templates`.

Prints a line of JSON a notebook: what failed, what complained, which cells gave no answer. A kernel for each would cost a second
and a half of processor apiece; a shell that is emptied between them executes the same cells in the same way.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from pgc_lib.notebook.extension.desk_templates import IMPORT, create, templates

_NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
_PARTS = {"zh-CN": "zh", "en": "en"}
_BILL = "日期,金额,商户,备注\n2026-11-02,-12.50,面包房,面包\n2026-11-03,-abc,菜市场,?\n"


def main(*wanted: str) -> None:
    """The handbook in each language, and with `+templates` a new notebook of each template."""
    InteractiveShell.instance().run_line_magic("load_ext", "pgc_lib")  # as a lab's kernels do
    for word in wanted:
        language, _plus, templates_too = word.partition("+")
        os.environ["PGC_LANG"] = language
        curated = sorted((_NOTEBOOKS / _PARTS[language]).glob("*.ipynb"))
        with tempfile.TemporaryDirectory() as folder:
            made = list(_made(Path(folder))) if templates_too else []
            for path in [*curated, *made]:
                name = f"{_PARTS[language]}/{path.name if path in curated else path.stem + '*'}"
                told = json.dumps({"notebook": name, **_run(path)})
                sys.stdout.write(f"{told}\n")
                sys.stdout.flush()


def _made(workspace: Path) -> Iterator[Path]:
    """A new notebook of each template, and what they are about."""
    (workspace / "inbox").mkdir()
    (workspace / "inbox" / "bill.csv").write_text(_BILL, encoding="utf-8")
    for name in templates(workspace):
        given = {"file": str(workspace / "inbox" / "bill.csv")} if name == IMPORT else {}
        yield workspace / create(workspace, name, "", date(2026, 11, 21), given)


def _run(path: Path) -> dict[str, Any]:
    shell = InteractiveShell.instance()
    told: dict[str, Any] = {"failed": [], "complaints": [], "silent": []}
    began = time.process_time()
    with contextlib.chdir(path.parent):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            source = "".join(cell["source"])
            out, err = io.StringIO(), io.StringIO()
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                warnings.catch_warnings(record=True) as said,
            ):
                warnings.simplefilter("default")
                result = shell.run_cell(source)
            error = result.error_before_exec or result.error_in_exec
            if error:
                told["failed"].append(f"{source}\n{type(error).__name__}: {error}")
                break
            ours = [str(each.message) for each in said if "pgc" in each.filename]
            told["complaints"] += [f"{source}\n{each}" for each in [err.getvalue(), *ours] if each]
            if result.result is None and not out.getvalue():
                told["silent"].append(source)
    if lab := shell.user_ns.get("lab"):
        lab.close()
    shell.reset(new_session=True)
    return {**told, "seconds": round(time.process_time() - began, 2)}


if __name__ == "__main__":
    main(*sys.argv[1:])
