"""Packages of Anki (.apkg): their cards with pictures and sounds, as one batch.

What was learned comes along where Anki reviewed by FSRS too; a card of the older way begins as new.
"""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.learning.anki_read import COLLECTIONS, Package
from pgc_lib.exchange.reading import Part, Reading
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from uuid import UUID

    from pgc_lib.core.collection import Added
    from pgc_lib.core.session import Session


@dataclass(frozen=True)
class AnkiImporter:
    """The importer of packages."""

    name: str = "anki"
    title: str = N_("Anki package")

    def sniff(self, path: Path, head: bytes) -> int:
        """How well it fits a file."""
        if head[:4] != b"PK\x03\x04":
            return 0
        try:
            with zipfile.ZipFile(path) as package:
                names = set(package.namelist())
        except (zipfile.BadZipFile, OSError):
            return 80 if path.suffix.lower() in (".apkg", ".colpkg") else 0
        return 95 if names & set(COLLECTIONS) else 0

    def read(self, path: Path, *, progress: bool = True, **_options: Any) -> Reading:
        """The cards of a package; one that is known by its identifier stays as it is. Without `progress` all are new."""
        with Package(path) as package:
            found = list(package.cards())
            rows = [
                {
                    "guid": card.guid, "part": card.part, "style": card.style, "front": card.front,
                    "back": card.back, "deck": card.deck, "tags": card.tags, "suspended": card.suspended,
                    **(card.memory if progress else {}),
                }
                for card in found
            ]  # fmt: skip
            problems = list(package.problems)
        if not rows:
            return Reading(problems=problems)
        files = {(card.guid, card.part): card.files for card in found if card.files}
        return Reading(
            [Part("knowledge.cards", rows, on_conflict="skip")],
            problems,
            told={
                _("Pictures and sounds"): len({name for names in files.values() for name in names}),
                _("Learned already"): sum(bool(card.memory) for card in found) if progress else 0,
            },
            keep=lambda session, batch: _attach(session, batch, path, files),
        )


def _attach(
    session: "Session", batch: "UUID", path: Path, files: dict[tuple[str, int], tuple[str, ...]]
) -> "Iterable[Added]":
    """Hang the media on the cards that came with this batch."""
    from pgc_lib.areas.learning.cards import Cards
    from pgc_lib.areas.learning.records import Card

    cards = Cards(session, Card)
    with Package(path) as package:
        for card in cards.find(batch=batch):
            for name in files.get((card.guid or "", card.part), ()):
                data = package.media(name)
                if data is not None:
                    cards.attach(card, data, name=name)
    return ()


IMPORTER = AnkiImporter()
