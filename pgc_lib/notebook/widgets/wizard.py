"""Taking in a file: drop it, look at what it would bring, correct what is read wrongly, keep it, undo it.

lab.imports.wizard()
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.collection import Added
from pgc_lib.core.naming import KINDS
from pgc_lib.errors import Invalid, PgcError
from pgc_lib.exchange.archives import Wanted, unpacked
from pgc_lib.exchange.importing import Desk
from pgc_lib.exchange.mapping import MappedTable, Sheet
from pgc_lib.exchange.preview import Preview
from pgc_lib.i18n import _, n_
from pgc_lib.lab import Lab
from pgc_lib.notebook.live import Html, Part, Upload, deed
from pgc_lib.notebook.widgets.wizard_repair import repaired
from pgc_lib.notebook.widgets.working import Work

if TYPE_CHECKING:
    from pgc_lib.exchange.records import Imports

_EARLIER = 5
_NAME = 120


class Wizard(Part):
    """One file after another, from dropping it to undoing it."""

    look = "pgc-wizard"

    def __init__(self, imports: "Imports", *paths: Path | str) -> None:
        self.named = _("Bring in a file")
        self.lab = Lab(imports.session)
        self.imports = imports
        self.queue: list[tuple[str, Path]] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._number = 0
        self._clear()
        for path in map(Path, paths):
            self.queue.append((path.name, path.expanduser()))
        if self.queue:
            self._next()

    def _clear(self) -> None:
        self.name = ""
        self.path: Path | None = None
        self.preview: Preview | None = None
        self.sheet: Sheet | None = None
        self.result: Added | None = None
        self.trouble = ""
        self.password = ""
        self.locked = False
        """Whether it waits for a password."""
        self.kind: str | None = None
        self.mapping: dict[str, str] | None = None
        self.habits: dict[str, str] = {}
        self.work: Work | None = None
        self.keeping = False
        self.typed: dict[tuple[str, int], dict[str, Any]] = {}
        """What was filled in for wrong rows, by kind and line."""

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The step one is at."""
        from pgc_lib.notebook.widgets import wizard_view

        return wizard_view.draw(self)

    @property
    def step(self) -> int:
        """0: choosing a file, 1: looking at it, 2: done."""
        if self.result is not None:
            return 2
        return 1 if self.path is not None else 0

    def earlier(self) -> Sequence[Any]:
        """The files that were taken in lately."""
        return self.imports.runs.find(owner=self.lab.person, limit=_EARLIER)

    def waiting(self) -> int:
        """How many rows of all files wait to be corrected."""
        return self.imports.failing.count(owner=self.lab.person)

    def kinds(self) -> list[str]:
        """The kinds of records that a table may be of."""
        found = []
        for kind in KINDS:
            if kind == "tag" or kind.startswith("graph."):
                continue
            fields = self.lab.collection_of(kind).spec.fields.values()
            if not any(each.required and each.type.name == "link" for each in fields):
                found.append(kind)
        return found

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────

    @deed
    def take(self, files: Sequence[Upload] = ()) -> None:
        """Files were dropped or chosen; they are looked at one after another."""
        for file in files:
            path = self._kept(file)
            self.queue.append((path.name, path))
        if self.path is None or self.result is not None:
            self._next()

    @deed
    def unlock(self, password: str = "") -> None:
        """Try a password."""
        self.password = password
        self._look()

    @deed
    def of_kind(self, value: str) -> None:
        """The table is of another kind; its columns are matched anew."""
        self.kind = value or None
        self.mapping = None
        self._read_sheet()

    @deed
    def read_so(self, **said: Any) -> None:
        """Read it as the person says: `c0`, `c1`, … name the field of each column."""
        if self.sheet is None:
            return
        self.mapping = {
            column: str(said.get(f"c{number}", ""))
            for number, column in enumerate(self.sheet.columns)
        }
        self.kind = self.kind or self.sheet.layout.kind
        asked = {
            name: str(said.get(name, "")).strip()
            for name in ("order", "mark", "encoding", "account")
        }
        self.habits = {name: value for name, value in asked.items() if value}
        self._look()

    @deed
    def amend(self, field: str, value: Any, line: int, kind: str, **_more: Any) -> None:
        """Something was filled in for a wrong row; how it is understood is said beside it."""
        self.typed.setdefault((kind, int(line)), {})[field] = value

    @deed
    def repair(self, line: int = 0, kind: str = "", **values: Any) -> None:
        """A wrong row was corrected: it joins the others, or says what is still wrong."""
        import polars as pl

        if self.preview is None or self.preview.kept is not None:
            return
        failing = self.preview.failing.filter(pl.col("line") == int(line), pl.col("kind") == kind)
        if failing.is_empty():
            return
        given = {
            name.removeprefix("f_"): value
            for name, value in values.items()
            if name.startswith("f_")
        }
        typed = self.typed.setdefault((kind, int(line)), {})
        typed |= given
        spec = self.lab.collection_of(kind).spec
        before = self.preview.wrong
        row = repaired(spec, failing.row(0, named=True), typed)
        self.preview.repair(pl.DataFrame([row], strict=False))
        if self.preview.wrong < before:
            self.say(_("Line {n} is right now.", n=line))

    @deed
    def keep(self, doubles: bool = False) -> None:
        """Keep what is new, as one step that can be undone."""
        preview = self.preview
        if preview is None or self.result is not None or self.busy:
            return
        self.keeping = True

        def do(work: Work) -> None:
            try:
                self.result = preview.accept(doubles=doubles, on_progress=work.tell)
            finally:
                self.keeping = False

        self.work = Work(self, do)

    @deed
    def undo(self, batch: str = "") -> None:
        """Take an import back, this one or an earlier one."""
        wanted = UUID(batch) if batch else self.result.batch if self.result else None
        if wanted is None:
            return
        self.lab.history.undo_batch(wanted)
        self.say(_("The import was taken back: everything is as before it."))
        if self.result is not None and self.result.batch == wanted:
            self._clear()

    @deed
    def another(self) -> None:
        """Leave this file and go on with the next, if one waits."""
        self.stop()
        self._next()

    @deed
    def stop(self) -> None:
        """End what is being done; nothing of it is kept."""
        if self.work is not None and self.work.running:
            self.work.stop()
            self.work.wait(10)

    @property
    def busy(self) -> bool:
        """Whether something goes on beside the page."""
        return self.work is not None and self.work.running

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _next(self) -> None:
        self._clear()
        if self.queue:
            self.name, self.path = self.queue.pop(0)
            self._look()

    def _look(self) -> None:
        path = self.path
        if path is None:
            return
        self.stop()
        self.trouble, self.locked, self.preview = "", False, None
        self.typed = {}

        def do(work: Work) -> None:
            options: dict[str, Any] = {}
            if self.mapping is not None:
                options = {"mapping": self.mapping, "kind": self.kind, **self.habits}
            try:
                # An empty password says that nobody is to be asked in the terminal.
                self.preview = self.lab.import_file(
                    path, password=self.password, on_progress=work.tell, **options
                )
            except Wanted:
                self.locked = True
            except Invalid as error:
                self.trouble = "\n".join(
                    [error.message, *(f"· {each}" for each in error.problems[:8])]
                )
            except PgcError as error:
                self.trouble = str(error)
            if not self.locked and (self.preview is None or self.preview.importer == "table"):
                self._read_sheet()

        self.work = Work(self, do)

    def _read_sheet(self) -> None:
        """The columns of a plain table, so that the person can say what they are."""
        self.sheet = None
        if self.path is None or not self.path.is_file():
            return
        desk = Desk(self.lab.session, self.lab.collection_of, self.imports)
        # What cannot be read as a table has no columns to speak of; why it cannot be read is told already.
        with suppress(Invalid, OSError), unpacked(self.path, self.password) as member:
            table = MappedTable(desk, self.kind, self.mapping)
            self.sheet = table.sheet(member, self.habits.get("encoding"))

    def _kept(self, file: Upload) -> Path:
        """The file under its own name, which importers look at; the name leads nowhere."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="pgc-import-")
        self._number += 1
        bare = file.name.replace("\\", "/").rpartition("/")[2].replace("\0", "").strip(". ")
        stem, dot, ending = bare.rpartition(".")
        name = f"{stem[:_NAME]}{dot}{ending[:16]}" if dot else bare[:_NAME]
        while len(name.encode()) > 240:
            name = name[1:]
        path = Path(self._folder.name) / str(self._number) / (name or "file")
        path.parent.mkdir()
        try:
            os.link(file.path, path)
        except OSError:
            shutil.copyfile(file.path, path)
        return path

    def close(self) -> None:
        """The page went: what was going on ends, and the uploaded files go."""
        self.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __repr__(self) -> str:
        if self.preview is not None:
            return repr(self.preview)
        return n_("{n} file waits", "{n} files wait", len(self.queue))
