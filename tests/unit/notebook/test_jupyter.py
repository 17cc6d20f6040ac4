"""How JupyterLab is set up: its own folders, our defaults, no secret where others can read it."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from pgc_lib.i18n import LANGUAGES
from pgc_lib.notebook import jupyter, serving
from pgc_lib.notebook.jupyter import SETTINGS, Place

_READ_DEFAULTS = """
import json
from jupyterlab_server.settings_utils import _get_overrides
overrides, error = _get_overrides("/nowhere")
print(json.dumps([overrides, str(error)]))
"""

_READ_DESK = """
from jupyter_core.paths import jupyter_path
from jupyterlab_server.config import get_federated_extensions
print(get_federated_extensions(jupyter_path("labextensions"))["pgc-desk"]["jupyterlab"])
"""


def test_another_jupyter_is_neither_read_nor_changed(tmp_path: Path) -> None:
    """What the person set up for their other Jupyter must not reach this one, nor the other way."""
    mine = {
        "JUPYTER_CONFIG_DIR": "/mine",
        "JUPYTER_TOKEN": "t",
        "IPYTHONDIR": "/mine",
        "HOME": "/h",
    }
    made = jupyter.environment(Place(tmp_path), "en", mine)
    assert "/mine" not in made.values() and "JUPYTER_TOKEN" not in made
    assert made["HOME"] == "/h"
    folders = [name for name in made if name.endswith("_DIR") or name == "IPYTHONDIR"]
    assert len(folders) == 6
    assert all(made[name].startswith(str(tmp_path / "jupyter")) for name in folders)


def test_kernels_find_this_lab_in_this_language(tmp_path: Path) -> None:
    """`pgc.open()` in a notebook opens the lab that JupyterLab was started for."""
    made = jupyter.environment(Place(tmp_path), "zh-CN", {"PGC_DATA": "/other", "PGC_LANG": "en"})
    assert (made["PGC_DATA"], made["PGC_LANG"]) == (str(tmp_path), "zh-CN")


def test_the_command_line_carries_no_secret() -> None:
    """Every user of the machine can read command lines; the token comes by a file."""
    place = Place(Path("/data"))
    assert not any("token" in word for word in jupyter.command(place, 8888))
    made = jupyter.environment(place, "en", {})
    assert made["JUPYTER_TOKEN_FILE"] == str(place.token)


def test_a_start_asks_nothing_of_node(tmp_path: Path) -> None:
    """A machine with Node.js opens its lab as soon as one without."""
    node = tmp_path / "node"
    node.write_text('#!/bin/sh\n: > "$(dirname "$0")/asked"\n')
    node.chmod(0o755)
    command = jupyter.command(Place(tmp_path), 8888)
    done = subprocess.run(
        [*command[: command.index("jupyterlab") + 1], "--version"],
        env=os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == version("jupyterlab") and not (tmp_path / "asked").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_jupyterlab_takes_our_defaults(tmp_path: Path, language: str) -> None:
    """Read by JupyterLab's own code: the language, the system's light or dark, no news, no update check."""
    done = subprocess.run(
        [sys.executable, "-c", _READ_DEFAULTS],
        env=jupyter.environment(Place(tmp_path), language, os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    overrides, error = json.loads(done.stdout)
    assert error == ""
    locale = overrides["@jupyterlab/translation-extension:plugin"]["locale"]
    assert locale == {"zh-CN": "zh_CN", "en": "en"}[language]
    assert overrides["@jupyterlab/apputils-extension:themes"]["adaptive-theme"] is True
    news = overrides["@jupyterlab/apputils-extension:notification"]
    assert news == {"fetchNews": "false", "checkForUpdates": False}


def test_every_default_names_a_setting_that_jupyterlab_has() -> None:
    """A renamed setting would silently lose its default."""
    schemas = Path(sys.prefix, "share", "jupyter", "lab", "schemas")
    for path in SETTINGS.rglob("labconfig/*.json"):
        for plugin, values in json.loads(path.read_text(encoding="utf-8")).items():
            package, _colon, name = plugin.partition(":")
            schema = json.loads((schemas / package / f"{name}.json").read_text(encoding="utf-8"))
            known = {*schema.get("properties", {}), "enabled"}
            assert set(values) <= known, (path, plugin)


@pytest.mark.parametrize(
    "note",
    ["", "{", "[]", '{"pid": 1}', f'{{"pid": {os.getpid()}, "port": 1, "token": "t"}}'],
    ids=["empty", "half", "list", "no port", "another program"],
)
def test_a_stale_note_is_no_running_lab(tmp_path: Path, note: str) -> None:
    """After a crash the note of the server stays, and its process id may belong to anyone."""
    place = Place(tmp_path)
    place.runtime.mkdir(parents=True)
    (place.runtime / f"jpserver-{os.getpid()}.json").write_text(note)
    assert serving.running(place) is None


def test_labs_do_not_take_each_other_for_themselves(tmp_path: Path) -> None:
    """One folder's path may begin like another's."""
    assert Place(tmp_path / "lab").mark != Place(tmp_path / "lab2").mark


def test_an_address_survives_any_file_name() -> None:
    """The welcome notebook has a Chinese name; a person's file may have a space or a question mark."""
    running = serving.Running(1, 8888, "t&t")
    assert running.address() == "http://127.0.0.1:8888/lab?token=t%26t"
    address = running.address(Path("notes/欢迎 ?.ipynb"))
    assert (
        address == "http://127.0.0.1:8888/lab/tree/notes/%E6%AC%A2%E8%BF%8E%20%3F.ipynb?token=t%26t"
    )


def test_kernels_know_the_magics(tmp_path: Path) -> None:
    """Without a line of the person's; and what they configured themselves stays."""
    place = Place(tmp_path)
    jupyter.prepare_kernels(place)
    config = place.home / "ipython" / "profile_default" / "ipython_config.py"
    assert '["pgc_lib.notebook.magics"]' in config.read_text("utf-8")
    config.write_text("mine")
    jupyter.prepare_kernels(place)
    assert config.read_text("utf-8") == "mine"


def test_jupyterlab_finds_the_desk(tmp_path: Path) -> None:
    """Read by JupyterLab's own code, from the folder that the environment names."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            _READ_DESK,
        ],
        env=jupyter.environment(Place(tmp_path), "en", os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "static/entry.js" in done.stdout
