"""From a path to a preview: which importer knows the file, what it reads, what the lab makes of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.core.session import Session
from pgc_lib.core.shown import card
from pgc_lib.errors import NotFound
from pgc_lib.exchange.preview import Preview, preview
from pgc_lib.exchange.registry import Importer, importers, recognise, recognise_tree, unknown
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.collection import Collection
    from pgc_lib.core.progress import Progress
    from pgc_lib.exchange.reading import Reading
    from pgc_lib.exchange.records import Imports


@dataclass(frozen=True)
class Desk:
    """What an import needs of a lab."""

    session: Session
    collection_of: "Callable[[str], Collection[Any]]"
    """The collection of a kind."""
    imports: "Imports"
    """What the person's earlier imports left behind: mappings, importers, rows to repair."""
    improve: "Callable[[str, pl.DataFrame], pl.DataFrame] | None" = None


def look(
    desk: Desk,
    path: Path,
    importer: str | None = None,
    *,
    mapping: Mapping[str, str] | None = None,
    kind: str | None = None,
    password: str | None = None,
    on_progress: "Progress | None" = None,
    **options: Any,
) -> Preview:
    """Recognise a file and show what it would bring; nothing is kept."""
    from pgc_lib.exchange import archives

    if mapping is None and kind is None and (whole := _whole(path, importer)) is not None:
        reading = whole.read(path, password=password, on_progress=on_progress, **options)
        return _seen(desk, path, whole, reading, on_progress)
    if not path.is_file():
        raise _no_file(path)
    with archives.unpacked(path, password) as member:
        if mapping is not None or kind is not None:
            from pgc_lib.exchange.mapping import MappedTable

            chosen: Importer = MappedTable(desk, kind, mapping)
        else:
            chosen = _chosen(desk, member, importer)
        reading = chosen.read(member, on_progress=on_progress, **options)
        return _seen(desk, member, chosen, reading, on_progress)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file is, known from its beginning."""

    importer: str
    title: str
    """What kind of file it is, for a person."""
    taken: datetime | None = None
    """When this very file was taken in before."""

    def _shown_(self) -> dict[str, Any]:
        return {_("Recognised as"): self.title, _("Taken in before"): self.taken}

    def _repr_html_(self) -> str:
        return card(self._shown_())


def recognition(desk: Desk, path: Path, *, password: str | None = None) -> Recognition:
    """Recognise a file without reading its rows; nothing is kept."""
    from pgc_lib.exchange import archives

    if (whole := _whole(path, None)) is not None:
        return _recognised(desk, path, whole)
    if not path.is_file():
        raise _no_file(path)
    with archives.unpacked(path, password) as member:
        return _recognised(desk, member, _chosen(desk, member, None))


def _recognised(desk: Desk, path: Path, chosen: Importer) -> Recognition:
    return Recognition(chosen.name, _(chosen.title), desk.imports.taken(_digest(path)))


def _no_file(path: Path) -> NotFound:
    return NotFound(
        _("There is no file {path}.", path=path), next_step=_("Check its name and folder.")
    )


def _seen(
    desk: Desk, path: Path, chosen: Importer, reading: "Reading", on_progress: "Progress | None"
) -> Preview:
    if reading.among is not None:
        reading = reading.among(desk.session)
    digest = _digest(path)
    return preview(
        path,
        _(chosen.title),
        reading,
        desk.collection_of,
        desk.session,
        on_progress=on_progress,
        importer=chosen.name,
        improve=desk.improve,
        digest=digest,
        told=desk.imports.said_of(digest),
        after=desk.imports.note,
    )


def _whole(path: Path, name: str | None) -> Importer | None:
    """The importer that takes a folder or an archive as it is, with all that is in it."""
    if not path.exists():
        return None
    found = recognise_tree(path)
    return found if found is not None and name in (None, found.name) else None


def _chosen(desk: Desk, path: Path, name: str | None) -> Importer:
    saved = desk.imports.usable()
    if name is not None:
        known = {**importers(), **{one.name: one for one in saved}}
        if name not in known:
            raise NotFound(
                _("There is no importer “{name}”.", name=name),
                next_step=_("There are: {names}.", names=", ".join(known)),
            )
        return known[name]
    fitting = recognise(path, _all(saved))
    if fitting:
        return fitting[0].importer
    from pgc_lib.exchange.mapping import MappedTable

    guessed = MappedTable(desk)
    if guessed.sniff(path, b""):
        return guessed
    raise unknown(path, guessed.reason(path))


def _all(saved: Iterable[Importer]) -> list[Importer]:
    return [*saved, *importers().values()]


def _digest(path: Path) -> str:
    digest = sha256()
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            known = each.lstat()
            digest.update(
                f"{each.relative_to(path)}\0{known.st_size}\0{known.st_mtime_ns}\n".encode(
                    errors="replace"
                )
            )
        return digest.hexdigest()
    with path.open("rb") as file:
        while piece := file.read(1 << 22):
            digest.update(piece)
    return digest.hexdigest()
