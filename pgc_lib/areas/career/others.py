"""What others may see of a career: views, their previews and files, and links that end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID

from pgc_lib.areas.career import pages, resume, sharing
from pgc_lib.areas.career.ahead import ShareLink, View
from pgc_lib.areas.career.belonging import names_of
from pgc_lib.areas.career.composing import compose
from pgc_lib.areas.career.kept import KeptCareer
from pgc_lib.areas.career.records import Achievement, Project
from pgc_lib.areas.career.sharing import Shared
from pgc_lib.areas.career.showing import Portrait, everything, portrait
from pgc_lib.core.record import Record
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import _, in_lang, normal
from pgc_lib.i18n import lang as language_in_force
from pgc_lib.stores.filters import col


@dataclass(frozen=True)
class Preview:
    """What a recipient sees, in a frame of its own without scripts."""

    html: str

    def _repr_html_(self) -> str:
        style = "width:100%;height:40em;border:1px solid #8888"
        return f'<iframe sandbox="" style="{style}" srcdoc="{escape(self.html)}"></iframe>'

    def __repr__(self) -> str:
        return f"<page of {len(self.html)} characters>"


class ForOthers(KeptCareer, name="anchor", main="achievements"):
    """Views, files and links."""

    def view(self, name: str) -> View:
        """A view by its name."""
        found = self.views.find(name=name, owner=self.session.person)
        if not found:
            raise NotFound(
                _("There is no view “{name}”.", name=name),
                next_step=_(
                    "`lab.anchor.views.add(name=…, sections=[…], contacts=[…])` makes one."
                ),
            )
        return found[0]

    def shown(
        self,
        view: View | str | None = None,
        *,
        lang: str = "",
        content: str = "",
        extras: bool = False,
    ) -> Portrait:
        """What a view shows; without one, what a résumé does, with all contacts."""
        chosen = self.view(view) if isinstance(view, str) else view or _resume()
        if lang or content:
            changed = {"language": normal(lang) if lang else chosen.language, "content": normal(content) if content else ("" if lang else chosen.content)}  # fmt: skip
            chosen = chosen.model_copy(update=changed)
        records = self._records()
        language = chosen.language or language_in_force()
        names = names_of(self.session, _skills_of(records))
        with in_lang(language):
            return portrait(
                records,
                chosen,
                lang=language,
                photo=self._photo() if "photo" in chosen.contacts else b"",
                names=lambda pointer: names.get(pointer, ""),
                more=self._more(records, chosen.content or language),
                levels=self._levels(records),
                extras=extras,
            )

    def preview(self, view: View | str | None = None, *, layout: str = "") -> Preview:
        """A view exactly as its recipient sees it."""
        chosen = self.view(view) if isinstance(view, str) else view or _resume()
        return Preview(pages.html(compose(self.shown(chosen)), layout or chosen.layout))

    def export(
        self,
        path: Path | str,
        *,
        view: View | str | None = None,
        layout: str = "",
        lang: str = "",
        content: str = "",
    ) -> Path:
        """Write the career, or what a view shows of it, as HTML, PDF, Markdown or JSON Resume, by the ending.

        Headings are in `lang`; what I wrote is in `content` where it is translated, or else in that language too.
        """
        target = Path(path).expanduser()
        ending = target.suffix.lower()
        chosen = self.view(view) if isinstance(view, str) else view or _resume()
        layout = layout or chosen.layout
        if ending not in (*pages.ENDINGS, ".json") or layout not in pages.LAYOUTS:
            known = ", ".join((*pages.ENDINGS, ".json") if layout in pages.LAYOUTS else pages.LAYOUTS)  # fmt: skip
            raise Invalid(
                _("This file cannot be written: {path}", path=target.name),
                [Problem(target.name, _("known are {names}", names=known))],
                next_step=_("Choose one of these."),
            )
        if chosen.until is not None and chosen.until < today():
            raise Conflict(
                _("The view “{name}” ended on {day}.", name=chosen.name, day=chosen.until),
                next_step=_("`lab.anchor.views.update(view, until=…)` lets it go on."),
            )
        shown = self.shown(chosen, lang=lang, content=content)
        if ending == ".json":
            made = resume.dumped(resume.of_portrait(shown)).encode()
        else:
            made = pages.written(compose(shown), ending, layout)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made)
        return target

    def json_resume(self, *, content: str = "") -> dict[str, Any]:
        """Everything that JSON Resume can hold, also what a file from elsewhere brought along."""
        view = everything(content=normal(content) if content else "")
        return resume.of_portrait(self.shown(view, extras=True))

    def share(
        self, view: View | str, *, days: int = 30, until: datetime | str | None = None, note: str = ""
    ) -> Shared:  # fmt: skip
        """Make a link to a view for a hub, for so many days. Its token is shown now and never again."""
        chosen = self.view(view) if isinstance(view, str) else view
        token = sharing.new_token(self.session.person)
        made = self.links.new(
            view=chosen.id,
            token_hash=sharing.hash_of(token),
            until=until or datetime.now(UTC) + timedelta(days=max(0, min(days, 3660))),
            note=note,
        )
        if made.until <= datetime.now(UTC):
            raise Invalid(
                _("This link would never open."),
                [Problem(_("Until"), _("this is over already"), made.until)],
                next_step=_("Choose a day that is still to come."),
            )
        kept = self.links.add(made)
        return Shared(token, kept.until, chosen.name)

    def shared(self) -> Listing[ShareLink]:
        """Every link that was made, with its visits."""
        return self.links.find(owner=self.session.person, order="-created_at")

    def revoke(self, link: ShareLink | View | str) -> int:
        """Take back a link, or every link to a view; says how many are closed now."""
        if isinstance(link, ShareLink):
            found = [self.links.get(link.id)]
        else:
            view = self.view(link) if isinstance(link, str) else link
            found = list(self.links.find(view=view.id, owner=self.session.person))
        open_links = [each for each in found if each.revoked_at is None]
        for each in open_links:
            self.links.update(each.id, revoked_at=datetime.now(UTC))
        return len(open_links)

    def opened(self, token: str) -> str:
        """The page behind a token, for whoever serves it; each visit is counted. `NotFound` for any that is not open."""
        now = datetime.now(UTC)
        if sharing.person_of(token) != self.session.person:
            raise sharing.closed()
        found = self.links.find(token_hash=sharing.hash_of(token), owner=self.session.person)
        views = self.views.find(col("id") == found[0].view) if found else ()
        if not found or not views or not sharing.is_open(found[0], views[0], today(), now):
            raise sharing.closed()
        if sharing.is_new_visit(found[0], now):
            self._count(found[0].id, now)
        return pages.html(compose(self.shown(views[0])), views[0].layout)

    def _count(self, link: UUID, now: datetime) -> None:
        """One visit more, whoever else opens it at the same moment."""
        from sqlalchemy import text

        count = text("update anchor.links set visits = visits + 1, seen_at = :now where id = :id")
        with self.session.writing() as connection:
            connection.execute(count, {"now": now, "id": link})


def _resume() -> View:
    """What a résumé shows, to the person."""
    return everything().model_copy(update={"sections": []})


def _skills_of(records: Mapping[str, Sequence[Record]]) -> list[str]:
    return [
        pointer
        for section in ("achievements", "projects")
        for each in records[section]
        if isinstance(each, Achievement | Project)
        for pointer in each.skills
    ]
