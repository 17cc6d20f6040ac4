"""Every setting of PGC in one table.

A setting is read from the environment (`PGC_NAME`, or `PGC_NAME_FILE` naming a file that holds the value,
as container secrets do), then from `pgc.toml`, then from its default. A variable that is empty counts as
not set, as in a compose file with `${PGC_NAME:-}`. `pgc settings` prints this table, and a test fails when a
setting is missing from the manual.
"""

import os
from functools import cache

from pgc_lib.i18n import prefer
from pgc_lib.settings.kinds import MASK, NOTHING, Secret, Setting
from pgc_lib.settings.reading import (
    Resolved,
    Settings,
    Survey,
    default_data_folder,
    read_config,
    resolve,
    survey,
    unknown_variables,
)
from pgc_lib.settings.table import SETTINGS

__all__ = [
    "MASK",
    "NOTHING",
    "SETTINGS",
    "Resolved",
    "Secret",
    "Setting",
    "Settings",
    "Survey",
    "default_data_folder",
    "read_config",
    "resolve",
    "settings",
    "survey",
    "unknown_variables",
]


@cache
def settings() -> Settings:
    """The settings of this process, read once; tests and the CLI call `settings.cache_clear()`."""
    found = resolve(os.environ)
    prefer(found.lang)
    return found
