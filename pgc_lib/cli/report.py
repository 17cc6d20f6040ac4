"""What `pgc status` shows: read from the lab without starting or changing anything."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pgc_lib.home import name_at
from pgc_lib.i18n import N_, _
from pgc_lib.notebook import serving
from pgc_lib.notebook.jupyter import Place
from pgc_lib.settings import settings
from pgc_lib.stores import embedded
from pgc_lib.stores.engines import process

_STATES = {
    "running": N_("running"),
    "stopped": N_("stopped"),
    "broken": N_("there, but lets nobody in"),
}
_TITLES = {"postgres": "PostgreSQL", "valkey": "Valkey"}
_UNITS = ("B", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class LabStatus:
    """The JupyterLab that runs."""

    address: str
    pid: int
    port: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """A lab as it is now."""

    person: str | None
    """None before the first start."""
    data: Path
    lab: LabStatus | None
    relay: int | None
    """The process that carries changes to the event streams."""
    database: str
    """`embedded`, or the server's host and port."""
    engines: tuple[embedded.EngineStatus, ...]


def look(data: Path) -> Status:
    """How the lab in a folder is."""
    place = Place(data)
    found = serving.running(place)
    lab = LabStatus(found.address(), found.pid, found.port, found.since) if found else None
    served = settings().database_url
    return Status(
        person=None if served else name_at(data),
        data=data,
        lab=lab,
        relay=_relay(place, lab),
        database=_host(served.reveal()) if served else "embedded",
        engines=() if served else embedded.status(data),
    )


def as_json(status: Status) -> str:
    """For programs; sizes in bytes, times in UTC."""
    return json.dumps(asdict(status), default=_plain, ensure_ascii=False, indent=2)


def show(status: Status) -> None:
    """Print it for a person."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    facts = Table.grid(padding=(0, 2))
    facts.add_row(_("Person"), status.person or ("—" if status.engines else status.database))
    facts.add_row(_("Data folder"), str(status.data))
    facts.add_row("JupyterLab", status.lab.address if status.lab else _("stopped"))
    if not status.engines:
        facts.add_row(_("Database"), status.database)
    console.print(facts, soft_wrap=True)
    if not status.engines:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in (_("Engine"), _("State"), _("Version"), _("Process"), _("Port"), _("Size")):
        table.add_column(title)
    table.add_column(_("Since"))
    for engine in status.engines:
        table.add_row(
            _TITLES.get(engine.name, engine.name),
            _(_STATES[engine.state]),
            engine.version,
            str(engine.pid or "—"),
            str(engine.port or "—"),
            readable(engine.size),
            engine.since.astimezone().strftime("%Y-%m-%d %H:%M") if engine.since else "—",
        )
    console.print()
    console.print(table)


def readable(size: int) -> str:
    """Bytes as a person reads them."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit < 3 else f"{amount:.1f} {_UNITS[unit]}"


def _relay(place: Place, lab: LabStatus | None) -> int | None:
    others = (pid for pid in process.all_bearing([place.mark]) if lab is None or pid != lab.pid)
    return next((pid for pid in others if " worker" in process.command_line(pid)), None)


def _host(url: str) -> str:
    from sqlalchemy.engine import make_url

    parts = make_url(url)
    return f"{parts.host or 'localhost'}:{parts.port or 5432}"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
