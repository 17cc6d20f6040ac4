"""A vault as Obsidian and others keep it, a folder or a zip of it, into `lab.docs`; a single Markdown file too.

What is Markdown becomes a document, word by word; every other file (images, canvases, PDFs) is kept as it is, and so
are folders in which nothing is. What cannot be a document, because it is too long or no UTF-8, is kept as a file.
Taken in again, what changed in the vault becomes a new version, and a draft where it changed here as well.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pgc_lib.areas.paper.keeping import split
from pgc_lib.areas.paper.linking import Index, Place, derived
from pgc_lib.areas.paper.paths import joined
from pgc_lib.areas.paper.records import LONGEST_BYTES, LONGEST_TEXT, fits
from pgc_lib.core.collection import Added
from pgc_lib.core.markdown.masking import masked
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.session import Session
from pgc_lib.errors import Problem
from pgc_lib.exchange import trees, vault_keeping
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.exchange.trees import Member, Tree
from pgc_lib.i18n import N_, _
from pgc_lib.stores.attachments import MAX_SIZE

ENDINGS = (".md", ".markdown")
_AT_ONCE = 200
_MOST_TOLD = 200
_EXECUTES = re.compile(
    r"<(?:script|iframe|object|embed)\b|<[^<>]{0,2000}\son[a-z]{3,20}\s*=|\]\(\s*(?:javascript|vbscript|data:text/html)\s*:?|=[\"']?\s*javascript:",
    re.IGNORECASE,
)


@dataclass
class Seen:
    """What was found in a vault."""

    tree: Tree
    texts: dict[str, Member] = field(default_factory=dict)
    """What becomes a document, by its path without the ending."""
    digests: dict[str, str] = field(default_factory=dict)
    files: list[Member] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    apart: set[str] = field(default_factory=set)
    """Documents that a table of rows would take for damaged; they are kept one by one."""
    _embeds: dict[str, list[str]] = field(default_factory=dict)

    def look(self) -> "Seen":
        """Go over everything once; nothing is kept but names and checksums."""
        self.problems += self.tree.problems
        for member in self.tree.members:
            stem = _stem(member)
            if stem is None:
                self._take_file(member)
            elif stem in self.texts:
                self._say(member.path, _("a document of this name was there before; it is kept as a file"))  # fmt: skip
                self._take_file(member)
            else:
                self._look_at(member, stem)
        for circle in _circles(self._embeds, self.files):
            self._say(circle[0], _("documents show one another in a circle: {circle}", circle=" → ".join(circle[:8])))  # fmt: skip
        return self

    def _look_at(self, member: Member, stem: str) -> None:
        if member.size > LONGEST_BYTES:
            self._too_long(member)
            return
        content = member.bytes()
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            self._say(member.path, _("it is no UTF-8 (byte {n}); it is kept as a file", n=error.start))  # fmt: skip
            self._take_file(member)
            return
        if not fits(text):
            self._too_long(member)
            return
        if "\0" in text:
            self._say(member.path, _("it holds NUL, which is no text; it is kept as a file"))
            self._take_file(member)
            return
        parsed = read(text)
        if "\ufffd" in text:
            self.apart.add(stem)
        self.texts[stem] = member
        self.digests[stem] = hashlib.sha256(content).hexdigest()
        self._embeds[stem] = [link.target for link in parsed.embeds]
        for each in parsed.problems:
            self._say(f"{member.path}: {each.place}", each.reason)
        if _EXECUTES.search(text) and _EXECUTES.search(masked(text)):
            self._say(member.path, _("it holds a script or what starts one; it is kept as text and never executed"))  # fmt: skip

    def _too_long(self, member: Member) -> None:
        self._say(
            member.path,
            _("it is too long for a document ({n} characters at most); it is kept as a file", n=LONGEST_TEXT),
        )  # fmt: skip
        self._take_file(member)

    def _take_file(self, member: Member) -> None:
        if member.size > MAX_SIZE:
            self._say(member.path, _("it is larger than {n} MB and was left out", n=MAX_SIZE >> 20))
        else:
            self.files.append(member)

    def _say(self, place: str, reason: str) -> None:
        self.problems.append(Problem(place, reason))

    def rows(self) -> Iterator[Any]:
        """The documents as frames."""
        import polars as pl

        held: list[dict[str, Any]] = []
        for n, (stem, member) in enumerate(self.texts.items(), 1):
            if stem in self.apart:
                continue
            held.append({**self.row(stem, member), LINE: n})
            if len(held) == _AT_ONCE:
                yield pl.DataFrame(held, schema=_schema())
                held = []
        if held:
            yield pl.DataFrame(held, schema=_schema())

    def row(self, stem: str, member: Member) -> dict[str, Any]:
        """A document under the names of its fields."""
        text = member.bytes().decode("utf-8")
        title = stem.rpartition("/")[2]
        return {
            "title": title,
            "folder": member.folder,
            **split(text),
            **derived(read(text)),
            "ending": member.name[len(title) :],
            "imported": self.digests[stem],
            "message": _("Imported from {name}", name=self.tree.name)[:1000],
        }

    def told(self) -> dict[str, Any]:
        """What the person should know before accepting."""
        hidden = [f"{name} ({n})" for name, n in sorted(self.tree.hidden.items())]
        return {
            _("Documents"): len(self.texts),
            _("Files"): len(self.files),
            _("Empty folders"): len(self.tree.folders),
            **({_("Left out because hidden"): ", ".join(hidden[:20])} if hidden else {}),
        }

    def keep(self, session: Session, batch: UUID) -> Iterable[Added]:
        """What the rows cannot say: changes, files and folders."""
        yield vault_keeping.renew(session, batch, self)
        yield vault_keeping.keep_files(session, batch, self.files)
        yield vault_keeping.keep_folders(session, batch, self.tree.folders)

    def reading(self) -> Reading:
        """As the preview takes it."""
        problems = self.problems[:_MOST_TOLD]
        if len(self.problems) > _MOST_TOLD:
            more = _("… and {n} more.", n=len(self.problems) - _MOST_TOLD)
            problems.append(Problem("", more))
        parts = []
        if len(self.texts) > len(self.apart):
            parts.append(Part("docs.items", self.rows(), same=("folder", "title")))
        return Reading(parts, problems, self.told(), self.keep)


def _schema() -> Mapping[str, Any]:
    import polars as pl

    texts = pl.List(pl.String())
    names = dict.fromkeys(("title", "folder", "front", "body"), pl.String())
    lists = dict.fromkeys(("tags", "links", "paths"), texts)
    return {**names, **lists, **dict.fromkeys(("ending", "imported", "message"), pl.String()), LINE: pl.Int64()}  # fmt: skip


def _stem(member: Member) -> str | None:
    """The path without the ending, of what is Markdown."""
    for ending in ENDINGS:
        if member.name.lower().endswith(ending) and len(member.name) > len(ending):
            return joined(member.folder, member.name[: -len(ending)])
    return None


def _circles(embeds: dict[str, list[str]], files: list[Member]) -> Iterator[list[str]]:
    """Documents that show one another in a circle, each circle once."""
    places = {
        stem: Place(uuid4(), *_parted(stem), ".md") for stem, targets in embeds.items() if targets
    }
    if not places:
        return
    index = Index([*places.values(), *(Place(uuid4(), file.folder, file.name) for file in files)])
    stems = {place.id: stem for stem, place in places.items()}
    shows: dict[str, list[str]] = {}
    for stem, place in places.items():
        found = (index.of_wiki(target, place.folder) for target in embeds[stem] if target)
        shows[stem] = [stems[each.id] for each in found if each is not None and each.id in stems]
    done: set[str] = set()
    for start in shows:
        way: list[str] = []
        at: dict[str, int] = {}
        todo: list[Iterator[str]] = [iter([start])]
        while todo:
            step = next(todo[-1], None)
            if step is None:
                todo.pop()
                if way:
                    gone = way.pop()
                    at.pop(gone)
                    done.add(gone)
            elif step in at:
                yield [*way[at[step] :], step]
            elif step not in done:
                at[step] = len(way)
                way.append(step)
                todo.append(iter(shows[step]))


def _parted(path: str) -> tuple[str, str]:
    folder, _slash, name = path.rpartition("/")
    return folder, name


@dataclass(frozen=True)
class VaultImporter:
    """The importer of whole vaults."""

    name: str = "vault"
    title: str = N_("Vault of Markdown files (Obsidian)")

    def sniff(self, path: Path, head: bytes) -> int:  # noqa: ARG002 (the same as for others)
        """A single file is none."""
        return 0

    def sniff_tree(self, path: Path) -> int:
        """How well it fits a folder or an archive as a whole."""
        from pgc_lib.exchange.archives import is_archive, members

        if path.is_dir():
            return 80 if (path / ".obsidian").is_dir() or _has_markdown(path) else 0
        if path.is_file() and is_archive(path):
            return 80 if any(name.lower().endswith(ENDINGS) for name in members(path)) else 0
        return 0

    def read(self, path: Path, *, password: str | None = None, **_options: Any) -> Reading:
        """Everything in a vault; nothing is kept yet."""
        tree = trees.of_folder(path) if path.is_dir() else trees.of_zip(path, password)
        return Seen(tree).look().reading()


def _has_markdown(path: Path, most: int = 5_000) -> bool:
    return any(
        file.suffix.lower() in ENDINGS and file.is_file() for file in islice(path.rglob("*"), most)
    )


@dataclass(frozen=True)
class MarkdownImporter:
    """The importer of a single Markdown file."""

    name: str = "markdown"
    title: str = N_("Markdown file")

    def sniff(self, path: Path, head: bytes) -> int:
        """How well it fits a file."""
        return 60 if path.suffix.lower() in ENDINGS and b"\0" not in head[:4096] else 0

    def read(self, path: Path, *, folder: str = "", **_options: Any) -> Reading:
        """The document that a file is; `folder` says where it goes."""
        tree = Tree(path.name)
        tree.take(
            joined(folder.strip("/"), path.name), path.stat().st_size, lambda: path.open("rb")
        )
        return Seen(tree).look().reading()


IMPORTERS = (VaultImporter(), MarkdownImporter())
