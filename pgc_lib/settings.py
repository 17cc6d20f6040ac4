"""Every setting of PGC in one table.

A setting is read from the environment (`PGC_NAME`, or `PGC_NAME_FILE` naming a file that holds the value,
as container secrets do), then from `pgc.toml`, then from its default. `pgc settings` prints this table,
and a test fails when a setting is missing from the manual.
"""

import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pgc_lib.errors import SettingError
from pgc_lib.i18n import LANGUAGES, N_, _


class Secret:
    """A value that never shows itself: not in a log, a traceback, a notebook or `pgc settings`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "••••••" if self._value else "—"


NOTHING = Secret("")
"""No value at all."""


def _text(raw: str) -> str:
    return raw


def _secret(raw: str) -> Secret:
    return Secret(raw)


def _path(raw: str) -> Path:
    return Path(raw).expanduser().absolute() if raw else Path()


def _whole(raw: str) -> int:
    value = int(raw)
    if value < 0:
        raise ValueError(raw)
    return value


def _switch(raw: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False, "": False}
    return known[raw.strip().lower()]


def _language(raw: str) -> str:
    if raw not in ("", *LANGUAGES):
        raise ValueError(raw)
    return raw


_ALLOWED: dict[Callable[[str], Any], str] = {
    _text: N_("any text"),
    _secret: N_("any text"),
    _path: N_("a folder or file"),
    _whole: N_("a whole number from 0"),
    _switch: N_("yes or no"),
    _language: N_("zh-CN, en or empty"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: its name, how its text is read, the text of its default, and its purpose."""

    name: str
    parse: Callable[[str], Any]
    default: str
    help: str

    @property
    def variable(self) -> str:
        return f"PGC_{self.name.upper()}"

    @property
    def secret(self) -> bool:
        return self.parse is _secret

    @property
    def allowed(self) -> str:
        return _(_ALLOWED[self.parse])


SETTINGS: tuple[Setting, ...] = (
    Setting("data", _path, "", N_("The folder that holds everything of this lab.")),
    Setting("config", _path, "", N_("The file read as pgc.toml instead of the one in the folder.")),
    Setting("lang", _language, "", N_("The language of messages; empty follows the system.")),
    Setting(
        "port", _whole, "8888", N_("The port JupyterLab asks for; the next free one is taken.")
    ),
    Setting(
        "database_url",
        _secret,
        "",
        N_("PostgreSQL with the person's own login; empty starts the embedded engine."),
    ),
    Setting(
        "admin_database_url",
        _secret,
        "",
        N_("PostgreSQL as the owner of the lab, for migrations and new persons on a server."),
    ),
    Setting("redis_url", _secret, "", N_("Redis or Valkey with the person's own login.")),
    Setting(
        "admin_redis_url", _secret, "", N_("Redis or Valkey as administrator, for new persons.")
    ),
    Setting("mongo_url", _secret, "", N_("MongoDB for documents; empty keeps them in PostgreSQL.")),
    Setting("admin_mongo_url", _secret, "", N_("MongoDB as administrator, for new persons.")),
    Setting(
        "attachments_url",
        _secret,
        "",
        N_(
            "An S3-compatible bucket for attachments (s3://bucket/prefix); empty keeps them in the store."
        ),
    ),
    Setting(
        "encryption_key",
        _secret,
        "",
        N_(
            "The key for sensitive fields (base64, 32 bytes); empty uses the one in the secrets folder."
        ),
    ),
    Setting(
        "model_url",
        _text,
        "",
        N_("A language model's address (OpenAI-compatible, ends in /v1); empty uses the registry."),
    ),
    Setting("model_name", _text, "", N_("The name of that model at its provider.")),
    Setting("model_key", _secret, "", N_("The key or token for that model.")),
    Setting(
        "engines_idle_stop",
        _whole,
        "0",
        N_("Stop the embedded engines after so many minutes without a client; 0 never does."),
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A setting with the value in force and where it came from."""

    setting: Setting
    value: Any
    source: str


class Settings:
    """The values in force, one attribute a setting."""

    def __init__(self, resolved: Mapping[str, Resolved]) -> None:
        self._resolved = dict(resolved)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._resolved[name].value
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Any:
        return iter(self._resolved.values())


@cache
def settings() -> Settings:
    """The settings of this process, read once; tests and the CLI call `settings.cache_clear()`."""
    return resolve(os.environ)


def resolve(environment: Mapping[str, str]) -> Settings:
    """Read every setting from an environment and the configuration file that it leads to."""
    found = {name: _early(name, environment) for name in ("data", "config")}
    config = found["config"].value
    path = config if config != Path() else found["data"].value / "pgc.toml"
    table = read_config(path)
    for setting in SETTINGS:
        if setting.name not in found:
            found[setting.name] = _resolve(setting, environment, table, path)
    return Settings({setting.name: found[setting.name] for setting in SETTINGS})


def read_config(path: Path) -> dict[str, Any]:
    """The settings in a TOML file; a missing file is empty, a broken or unknown one is an error."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(
            _("The configuration file {path} cannot be read: {error}", path=path, error=error),
            next_step=_("Correct the file or move it away; `pgc settings` lists what it may hold."),
        ) from error
    # Where the data is cannot be said by a file inside the data.
    unknown = [name for name in table if name not in _BY_NAME or name in ("data", "config")]
    if unknown:
        raise SettingError(
            _("{path} names unknown settings: {names}.", path=path, names=", ".join(unknown)),
            next_step=_("Correct the file or move it away; `pgc settings` lists what it may hold."),
        )
    return table


def default_data_folder() -> Path:
    """Where a lab lives when nobody says otherwise; root's home is closed to the engines' user."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/pgc")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pgc"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pgc"


def _early(name: str, environment: Mapping[str, str]) -> Resolved:
    """`data` and `config` lead to the file, so they cannot come from it."""
    found = _resolve(_BY_NAME[name], environment, {}, Path())
    if name == "data" and found.value == Path():
        return Resolved(found.setting, default_data_folder(), "default")
    return found


def _resolve(
    setting: Setting, environment: Mapping[str, str], table: Mapping[str, Any], path: Path
) -> Resolved:
    variable = setting.variable
    if variable in environment:
        return _parse(setting, environment[variable], variable)
    if (file := environment.get(f"{variable}_FILE")) is not None:
        return _parse(setting, _read_secret(setting, file), f"{variable}_FILE")
    if setting.name in table:
        value = table[setting.name]
        return _parse(
            setting,
            str(value).lower() if value is True or value is False else str(value),
            str(path),
        )
    return _parse(setting, setting.default, "default")


def _read_secret(setting: Setting, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            _(
                "{variable}_FILE names {file}, which cannot be read: {error}",
                variable=setting.variable,
                file=file,
                error=error,
            ),
            next_step=_(
                "Name a readable file, or unset {variable}_FILE.", variable=setting.variable
            ),
        ) from error


def _parse(setting: Setting, raw: str, source: str) -> Resolved:
    try:
        return Resolved(setting, setting.parse(raw), source)
    except (ValueError, KeyError):
        shown = "••••••" if setting.secret else repr(raw)
        raise SettingError(
            _(
                "The setting {name} (from {source}) is {value}, which cannot be used.",
                name=setting.name,
                source=source,
                value=shown,
            ),
            next_step=_("Give {allowed}.", allowed=setting.allowed),
        ) from None
