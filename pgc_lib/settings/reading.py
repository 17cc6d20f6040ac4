"""Where settings come from: variables, files that variables name, `pgc.toml`, defaults, in this order."""

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pgc_lib.errors import SettingError
from pgc_lib.i18n import _
from pgc_lib.settings.kinds import MASK, Setting
from pgc_lib.settings.table import SETTINGS

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_NOT_IN_FILE = ("data", "config")
"""Where the data and the file are cannot be said inside the file."""
_OTHER_VARIABLES = ("PGC_PYTHON", "PGC_REQUIRE", "PGC_CHROMIUM")
"""Variables that are read elsewhere, before there are settings; besides those that begin with PGC_TEST_."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A setting with the value in force and where it came from."""

    setting: Setting
    value: Any
    source: str


class Settings:
    """The values in force, one attribute a setting; iterate for where each came from."""

    def __init__(self, resolved: Mapping[str, Resolved]) -> None:
        self._resolved = dict(resolved)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # asked for by copy and pickle before there is anything
            raise AttributeError(name)
        try:
            return self._resolved[name].value
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[Resolved]:
        return iter(self._resolved.values())


@dataclass(frozen=True, slots=True)
class Survey:
    """All settings as far as they can be read, and what is wrong with the others."""

    found: tuple[Resolved, ...]
    """One for each setting; one that cannot be used stands at its default."""
    errors: tuple[SettingError, ...]
    file: Path
    """The configuration file that counts, whether it is there or not."""


def resolve(environment: Mapping[str, str]) -> Settings:
    """Read every setting from an environment and the configuration file that it leads to."""
    seen = survey(environment)
    if seen.errors:
        raise seen.errors[0]
    return Settings({one.setting.name: one for one in seen.found})


def survey(environment: Mapping[str, str]) -> Survey:
    """Read every setting, and go on where one cannot be used."""
    errors: list[SettingError] = []
    found = {name: _try(name, environment, {}, Path(), errors) for name in _NOT_IN_FILE}
    if found["data"].value == Path():
        found["data"] = _try_default_folder(found["data"], environment, errors)
    named = found["config"].value != Path()
    file: Path = found["config"].value if named else found["data"].value / "pgc.toml"
    table: dict[str, Any] = {}
    try:
        table = read_config(file, must_exist=named)
    except SettingError as error:
        errors.append(error)
    for setting in SETTINGS:
        if setting.name not in found:
            found[setting.name] = _try(setting.name, environment, table, file, errors)
    in_order = tuple(found[setting.name] for setting in SETTINGS)
    return Survey(in_order, tuple(errors), file)


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that look like settings and are none, each with the one that was probably meant, or ""."""
    known = {setting.variable for setting in SETTINGS}
    known |= {f"{variable}_FILE" for variable in known} | set(_OTHER_VARIABLES)
    unknown = (
        name
        for name in sorted(environment)
        if name.startswith("PGC_") and name not in known and not name.startswith("PGC_TEST_")
    )
    return {name: _nearest(name, known) for name in unknown}


def read_config(path: Path, *, must_exist: bool = False) -> dict[str, Any]:
    """The settings in a TOML file; a missing file is empty, a broken or unknown one is an error."""
    advice = _("Correct the file or move it away; `pgc settings` lists what it may hold.")
    try:
        # Editors on Windows put a mark in front that TOML does not know.
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError) as error:
        if not must_exist:
            return {}
        raise SettingError(
            _("The configuration file {path} does not exist.", path=path),
            next_step=_("Write it, or unset PGC_CONFIG."),
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(
            _(
                "The configuration file {path} cannot be read: {error}",
                path=path,
                error=_reason(error),
            ),
            next_step=advice,
        ) from error
    allowed = set(_BY_NAME) - set(_NOT_IN_FILE)
    unknown = {name: _nearest(name, allowed) for name in table if name not in allowed}
    if unknown:
        near = ", ".join(name for name in unknown.values() if name)
        raise SettingError(
            _("{path} names unknown settings: {names}.", path=path, names=", ".join(unknown)),
            next_step=_("Did you mean {names}?", names=near) if near else advice,
        )
    return table


def default_data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where a lab lives when nobody says otherwise; root's home is closed to the engines' user."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/pgc")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pgc"
    base = Path(environment.get("XDG_DATA_HOME", ""))
    # The specification says that a relative path there is to be ignored.
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "pgc"


def _try(
    name: str,
    environment: Mapping[str, str],
    table: Mapping[str, Any],
    path: Path,
    errors: list[SettingError],
) -> Resolved:
    setting = _BY_NAME[name]
    try:
        return _resolve(setting, environment, table, path)
    except SettingError as error:
        errors.append(error)
        return _parse(setting, setting.default, "default")


def _try_default_folder(
    found: Resolved, environment: Mapping[str, str], errors: list[SettingError]
) -> Resolved:
    try:
        return Resolved(found.setting, default_data_folder(environment), "default")
    except RuntimeError:  # a user without a home, as containers have
        errors.append(
            SettingError(
                _("There is no home folder for the data of this lab."),
                next_step=_("Name a folder in PGC_DATA."),
            )
        )
        return found


def _resolve(
    setting: Setting, environment: Mapping[str, str], table: Mapping[str, Any], path: Path
) -> Resolved:
    variable = setting.variable
    if raw := environment.get(variable):
        return _parse(setting, raw, variable)
    if file := environment.get(f"{variable}_FILE"):
        return _parse(setting, _read_secret(setting, file), f"{variable}_FILE")
    if setting.name in table:
        return _parse(setting, _in_toml(table[setting.name]), str(path))
    return _parse(setting, setting.default, "default")


def _in_toml(value: Any) -> str | None:
    """A value as a variable would have it; None for lists, tables and times, which no setting takes."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def _read_secret(setting: Setting, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        # Whoever mixed up the two variables has put the secret itself here.
        is_path = not setting.secret or ("/" in file and "://" not in file)
        raise SettingError(
            _(
                "{variable}_FILE names {file}, which cannot be read: {error}",
                variable=setting.variable,
                file=file if is_path else MASK,
                error=_reason(error),
            ),
            next_step=_(
                "Name a readable file, or unset {variable}_FILE.", variable=setting.variable
            ),
        ) from None


def _parse(setting: Setting, raw: str | None, source: str) -> Resolved:
    try:
        if raw is None or "\0" in raw:
            raise ValueError(source)
        return Resolved(setting, setting.parse(raw), source)
    except (ValueError, KeyError, RuntimeError):
        shown = MASK if setting.secret or raw is None else repr(raw)
        raise SettingError(
            _(
                "The setting {name} (from {source}) is {value}, which cannot be used.",
                name=setting.name,
                source=source,
                value=shown,
            ),
            next_step=_("Give {allowed}.", allowed=setting.allowed),
        ) from None


def _nearest(name: str, known: set[str]) -> str:
    return next(iter(get_close_matches(name, sorted(known), 1, 0.7)), "")


def _reason(error: Exception) -> str:
    """Why a file cannot be read, without its name and content."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return error.reason if isinstance(error, UnicodeDecodeError) else str(error)
