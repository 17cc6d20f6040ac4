"""The doctor: a table of small checks, none of which can keep the others from running."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pgc_lib.errors import PgcError
from pgc_lib.i18n import N_, _
from pgc_lib.ops import machine, servers
from pgc_lib.ops.finding import LEVELS, Case, Finding, Level

__all__ = ["CHECKS", "TITLES", "Case", "Check", "Finding", "examine", "worst"]


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table: what is looked at, and by which function."""

    name: str
    look: Callable[[Case], Iterator[Finding]]


CHECKS: tuple[Check, ...] = (
    Check("python", machine.python),
    Check("packages", machine.packages),
    Check("settings", machine.configuration),
    Check("disk", machine.disk),
    Check("rights", machine.rights),
    Check("clock", machine.clock),
    Check("language", machine.language),
    Check("engines", servers.engines),
    Check("database", servers.database),
    Check("redis", servers.redis),
    Check("mongodb", servers.documents),
    Check("jupyterlab", servers.jupyter),
    Check("browser", machine.browser),
)

TITLES = {
    "python": "Python",
    "packages": N_("Packages"),
    "settings": N_("Settings"),
    "disk": N_("Disk"),
    "rights": N_("Access rights"),
    "clock": N_("Clock"),
    "language": N_("Language"),
    "fonts": N_("Fonts"),
    "engines": N_("Engines"),
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
    "database": N_("Database"),
    "extensions": N_("Extensions"),
    "migrations": N_("Migrations"),
    "database clock": N_("Database clock"),
    "events": N_("Events"),
    "redis": "Redis",
    "mongodb": "MongoDB",
    "jupyterlab": "JupyterLab",
    "browser": N_("Browser"),
}
"""What each finding is called for a person."""


def examine(case: Case, checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    """Every finding, as soon as it is known."""
    for check in checks:
        try:
            yield from check.look(case)
        except PgcError as error:
            yield Finding(check.name, "failure", error.message, error.next_step)
        except Exception as error:  # noqa: BLE001 (whatever is broken, the other checks must still run)
            yield Finding(
                check.name,
                "failure",
                _(
                    "This could not be checked: {error}",
                    error=f"{type(error).__name__}: {' '.join(str(error).split())}",
                ),
                _("Mend what is said above and below first, then run `pgc doctor` again."),
            )


def worst(findings: list[Finding]) -> Level:
    """The heaviest level among them."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")
