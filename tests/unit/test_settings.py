"""Settings: where each comes from, what is refused and how it is said, and secrets that stay secret."""

import copy
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from pgc_lib import i18n
from pgc_lib.errors import SettingError
from pgc_lib.i18n import in_lang, lang
from pgc_lib.settings import (
    SETTINGS,
    Secret,
    default_data_folder,
    read_config,
    resolve,
    settings,
    survey,
    unknown_variables,
)

CANARY = "canary-in-the-mine"


@pytest.fixture
def data(tmp_path: Path) -> dict[str, str]:
    """An environment with a data folder, and nothing else."""
    return {"PGC_DATA": str(tmp_path)}


def toml(data: dict[str, str], text: str) -> Path:
    path = Path(data["PGC_DATA"]) / "pgc.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sources(environment: dict[str, str]) -> dict[str, str]:
    return {one.setting.name: one.source for one in resolve(environment)}


def test_the_table_is_sound() -> None:
    """Each name once, each default usable, each with a help text, each secret without a default."""
    names = [setting.name for setting in SETTINGS]
    assert len(names) == len(set(names))
    for setting in SETTINGS:
        assert setting.name.isidentifier() and setting.name.islower()
        assert setting.help and setting.allowed
        assert not (setting.secret and setting.default)
        setting.parse(setting.default)
    assert {name for name in names if "key" in name or name.endswith("_url")} - {
        "model_url",
        "hub_api_url",
        "hub_public_url",
    } <= {setting.name for setting in SETTINGS if setting.secret}


def test_defaults(data: dict[str, str]) -> None:
    """Without anything set, everything has a value of its type."""
    found = resolve(data)
    assert (found.data, found.port, found.lang) == (Path(data["PGC_DATA"]), 8888, "")
    assert found.database_url == Secret("") and not found.database_url
    assert set(sources(data).values()) == {"PGC_DATA", "default"}
    with pytest.raises(AttributeError):
        _ = found.nonsense


def test_the_order_of_sources(data: dict[str, str], tmp_path: Path) -> None:
    """A variable wins over a variable's file, that over `pgc.toml`, that over the default; each is told."""
    file = tmp_path / "port"
    file.write_text("3\n")
    config = toml(data, "port = 4")
    layers = [{"PGC_PORT": "2"}, {"PGC_PORT_FILE": str(file)}]
    values = []
    for skipped in range(3):
        environment = dict(data)
        for layer in layers[skipped:]:
            environment |= layer
        values.append((resolve(environment).port, sources(environment)["port"]))
    config.unlink()
    values.append((resolve(data).port, sources(data)["port"]))
    assert values == [(2, "PGC_PORT"), (3, "PGC_PORT_FILE"), (4, str(config)), (8888, "default")]


def test_an_empty_variable_is_not_set(data: dict[str, str]) -> None:
    """A compose file passes `${PGC_PORT:-}` as empty; that must neither fail nor hide what is set elsewhere."""
    toml(data, "port = 4")
    assert resolve(data | {"PGC_PORT": "", "PGC_PORT_FILE": "", "PGC_LANG": ""}).port == 4


def test_types_in_the_file(data: dict[str, str]) -> None:
    """Numbers and texts as TOML has them; a list, a table or a time is no value of ours, and is not shown."""
    toml(data, 'port = 9000\nmodel_name = "qwen"\nlang = "zh-CN"')
    found = resolve(data)
    assert (found.port, found.model_name, found.lang) == (9000, "qwen", "zh-CN")
    for wrong in (f'["{CANARY}"]', f'{{a = "{CANARY}"}}', "2026-11-20", "true", "88.5", '"x"'):
        toml(data, f"port = {wrong}")
        with pytest.raises(SettingError, match="The setting port") as caught:
            resolve(data)
        assert CANARY not in str(caught.value)
    toml(data, f'redis_url = ["{CANARY}"]')
    with pytest.raises(SettingError) as caught:
        resolve(data)
    assert CANARY not in str(caught.value)


def test_a_mark_of_windows_editors_is_no_error(data: dict[str, str]) -> None:
    """Notepad puts a byte order mark in front."""
    toml(data, "\ufeffport = 9000")
    assert resolve(data).port == 9000


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("PGC_PORT", "many", "a port from 0 to 65535"),
        ("PGC_PORT", "-1", "a port from 0 to 65535"),
        ("PGC_PORT", "65536", "a port from 0 to 65535"),
        ("PGC_PORT", "9" * 5000, "a port from 0 to 65535"),
        ("PGC_ENGINES_IDLE_STOP", "1.5", "a whole number from 0"),
        ("PGC_LANG", "fr", "zh-CN, en or empty"),
        ("PGC_DATA", "~nobody-of-that-name/pgc", "a folder or file"),
    ],
)
def test_bad_values_are_told(data: dict[str, str], variable: str, value: str, allowed: str) -> None:
    """The setting, its source, the value, and what is allowed, in the person's language."""
    environment = data | {variable: value}
    name = variable.removeprefix("PGC_").lower()
    with pytest.raises(SettingError) as caught:
        resolve(environment)
    assert f"The setting {name} (from {variable}) is {value!r}" in caught.value.message
    assert caught.value.next_step == f"Give {allowed}."
    with in_lang("zh-CN"), pytest.raises(SettingError) as caught:
        resolve(environment)
    assert caught.value.message.startswith(
        f"设置 {name}（来自 {variable}）"
    ) and allowed not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "language"),
    [("zh-CN", "zh-CN"), ("zh", "zh-CN"), ("zh_TW.UTF-8", "zh-CN"), ("en", "en"), ("en_GB", "en")],
)
def test_languages_as_systems_write_them(data: dict[str, str], given: str, language: str) -> None:
    """Everyone writes them a little differently."""
    assert resolve(data | {"PGC_LANG": given}).lang == language


def test_unknown_names_in_the_file(data: dict[str, str]) -> None:
    """A slip is named, with what was probably meant; so is what the file cannot say about itself."""
    path = toml(data, "prot = 1\nredis_ur = 2\nxyzzy = 3")
    with pytest.raises(SettingError) as caught:
        resolve(data)
    assert caught.value.message == f"{path} names unknown settings: prot, redis_ur, xyzzy."
    assert caught.value.next_step == "Did you mean port, redis_url?"
    for name in ("data", "config"):
        toml(data, f'{name} = "/elsewhere"')
        with pytest.raises(SettingError, match=f"unknown settings: {name}") as caught:
            resolve(data)
        assert "pgc settings" in caught.value.next_step
    with in_lang("zh-CN"), pytest.raises(SettingError, match="未知的设置"):
        resolve(data)


def test_unknown_variables() -> None:
    """They are no error, since other programs may use the prefix, but can be listed with what was meant."""
    names = [
        "PGC_PROT",
        "PGC_XYZZY",
        "PGC_PORT",
        "PGC_PORT_FILE",
        "PGC_TEST_MONGO_URL",
        "PGC_REQUIRE",
        "PATH",
    ]
    assert unknown_variables(dict.fromkeys(names, "1")) == {"PGC_PROT": "PGC_PORT", "PGC_XYZZY": ""}


def test_broken_files(data: dict[str, str], tmp_path: Path) -> None:
    """The path and the reason, and never the content."""
    toml(data, f'redis_url = "{CANARY}\nport = 1')
    with pytest.raises(SettingError, match=r"pgc\.toml cannot be read.*line 1") as caught:
        resolve(data)
    assert CANARY not in str(caught.value)
    path = Path(data["PGC_DATA"]) / "pgc.toml"
    path.write_bytes(b"port = \xff")
    with pytest.raises(SettingError, match="cannot be read"):
        resolve(data)
    path.unlink()
    path.mkdir()
    with pytest.raises(SettingError, match="cannot be read: Is a directory"):
        resolve(data)


def test_a_file_of_ones_own(data: dict[str, str], tmp_path: Path) -> None:
    """`PGC_CONFIG` names it; one that is named must be there."""
    other = tmp_path / "other.toml"
    other.write_text("port = 7")
    toml(data, "port = 6")
    assert resolve(data | {"PGC_CONFIG": str(other)}).port == 7
    with pytest.raises(SettingError, match=r"nowhere\.toml does not exist.*\n→.*PGC_CONFIG"):
        resolve(data | {"PGC_CONFIG": str(tmp_path / "nowhere.toml")})
    assert read_config(tmp_path / "nowhere.toml") == {}


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Root's home is closed to the engines; elsewhere the system's own rules hold."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_folder() == Path("/var/lib/pgc")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_data_folder({}) == tmp_path / ".local" / "share" / "pgc"
    assert default_data_folder({"XDG_DATA_HOME": "/x"}) == Path("/x/pgc")
    assert default_data_folder({"XDG_DATA_HOME": "x"}) == tmp_path / ".local" / "share" / "pgc"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_data_folder({}) == tmp_path / "Library" / "Application Support" / "pgc"


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As containers have; the way out is named, and is one."""

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(SettingError, match=r"no home folder.*\n→ Name a folder in PGC_DATA"):
        resolve({})
    assert resolve({"PGC_DATA": "/x"}).data == Path("/x")


def test_secrets_never_show(data: dict[str, str], tmp_path: Path) -> None:
    """Not when printed, formatted, listed or compared, and not in a traceback with its error."""
    secrets = [setting for setting in SETTINGS if setting.secret]
    environment = data | {setting.variable: CANARY for setting in secrets}
    found = resolve(environment)
    for setting in secrets:
        value = getattr(found, setting.name)
        assert value.reveal() == CANARY and value == Secret(CANARY) != Secret("other")
        shown = f"{value} {value!r} {value!s} {[value]} {vars(found)} {list(found)}"
        assert CANARY not in shown and "••••••" in shown
        assert not hasattr(value, "__dict__")
        with pytest.raises(TypeError):
            _ = value + ""
    assert repr(Secret("")) == "—" and not Secret("")
    file = tmp_path / "secret"
    file.write_text(f"{CANARY}\n")
    assert resolve(data | {"PGC_MODEL_KEY_FILE": str(file)}).model_key.reveal() == CANARY
    (tmp_path / "binary").write_bytes(b"\xff" + CANARY.encode())
    for named, mark in (
        (str(tmp_path / "binary"), str(tmp_path)),
        (str(tmp_path / "none"), "No such file"),
        (CANARY, "••••••"),
        (f"redis://u:{CANARY}@h/0", "••••••"),
    ):
        with pytest.raises(SettingError) as caught:
            resolve(data | {"PGC_MODEL_KEY_FILE": named})
        shown = "".join(traceback.format_exception(caught.value))
        assert CANARY not in shown and mark in shown
        assert "PGC_MODEL_KEY_FILE" in str(caught.value)


def test_a_file_for_what_is_no_secret(data: dict[str, str]) -> None:
    """Its name is shown, because seeing it is the quickest way to the slip."""
    with pytest.raises(
        SettingError, match=r"PGC_PORT_FILE names nowhere, .*No such file"
    ) as caught:
        resolve(data | {"PGC_PORT_FILE": "nowhere"})
    assert caught.value.next_step == "Name a readable file, or unset PGC_PORT_FILE."


def test_a_survey_goes_on_where_something_is_wrong(data: dict[str, str]) -> None:
    """`pgc settings` must be able to show what is wrong, all of it."""
    path = toml(data, "nonsense = 1")
    seen = survey(data | {"PGC_PORT": "x", "PGC_LANG": "fr", "PGC_MODEL_NAME": "qwen"})
    assert len(seen.errors) == 3 and seen.file == path
    values = {one.setting.name: one.value for one in seen.found}
    assert len(values) == len(SETTINGS)
    assert (values["port"], values["lang"], values["model_name"]) == (8888, "", "qwen")


def test_they_are_read_once_and_can_be_copied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process has one set; worker processes may be handed it."""
    monkeypatch.setenv("PGC_DATA", str(tmp_path))
    settings.cache_clear()
    try:
        first = settings()
        monkeypatch.setenv("PGC_PORT", "9")
        assert settings() is first and first.port == 8888
        assert copy.copy(first).data == tmp_path
        assert pickle.loads(pickle.dumps(first)).data == tmp_path
    finally:
        settings.cache_clear()


def test_the_language_in_the_file_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By every thread, unless the environment or the program asks for another."""
    (tmp_path / "pgc.toml").write_text('lang = "zh-CN"')
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "PGC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PGC_DATA", str(tmp_path))
    settings.cache_clear()
    try:
        assert lang() == "en"
        settings()
        assert lang() == "zh-CN"
        monkeypatch.setenv("PGC_LANG", "en")
        assert lang() == "en"
        with in_lang("zh-CN"):
            assert lang() == "zh-CN"
    finally:
        i18n.prefer("")
        settings.cache_clear()


def test_reading_settings_is_quick() -> None:
    """Every command and kernel does it first, so nothing heavy may come along."""
    code = "import sys, pgc_lib.settings as s; s.settings(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"pydantic", "polars", "sqlalchemy", "typer", "rich", "redis", "asyncio"}
    assert not heavy & set(loaded.stdout.split())
