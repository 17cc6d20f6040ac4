"""Knowledge: what one knows, where it belongs, how it hangs together, and reviewing it before it is forgotten.

lab.knowledge.add("Spacing effect", "…[[Memory]]…", topic="心理学/记忆", tags=["学习"], sources=["《记忆》 p. 12"])
lab.knowledge.topics.tree();  lab.knowledge.tags.rename("学习", "learning");  lab.knowledge.neighbours("Memory")
lab.knowledge.learn("Memory", deck="心理学");  lab.knowledge.due();  lab.knowledge.rate(card, "good")
lab.knowledge.export_anki("cards.apkg", deck="心理学")
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pgc_lib.areas.learning import linking, making
from pgc_lib.areas.learning.cards import Cards
from pgc_lib.areas.learning.linking import Loose, Neighbour
from pgc_lib.areas.learning.making import Made
from pgc_lib.areas.learning.records import Card, Entry, EntryState, Link, LinkKind, Topic
from pgc_lib.areas.learning.reviewing import Reviewing
from pgc_lib.areas.learning.sources import same_work, told
from pgc_lib.areas.learning.topics import Topics, Which
from pgc_lib.core.area import Kept, KeptAs
from pgc_lib.core.collection import Collection
from pgc_lib.core.faces import face
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing
from pgc_lib.core.tagging import Tagging, clean
from pgc_lib.core.together import together
from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.learning.anki_write import Packed

What: TypeAlias = str | UUID | Entry


class Knowledge(Reviewing, name="knowledge", main="entries"):
    """What one knows."""

    entries: Kept[Entry] = Kept(Entry)
    topics: KeptAs[Topic, Topics] = KeptAs(Topic, Topics)
    links: Kept[Link] = Kept(Link)

    # ── entries ──────────────────────────────────────────────────────────────────────────────────────

    def add(
        self,
        title: str,
        body: str = "",
        *,
        topic: Which | None = None,
        tags: Sequence[str] = (),
        **values: Any,
    ) -> Entry:
        """Keep an entry; a topic is named by its path and made where it is missing."""
        made = self.entries.new(title=title, body=body, tags=_clean(tags), **values)
        place = self.topics.at(topic, create=True).id if topic is not None else None
        return self.entries.add(made.model_copy(update={"topic": place}))

    def entry(self, what: What) -> Entry:
        """An entry by its title, by what else it is called, or by id."""
        if isinstance(what, Entry):
            return what
        if isinstance(what, UUID):
            return self.entries.get(what)
        found = self.entries.find(title=what, order="created_at", limit=1)
        if not found:
            found = self.entries.find(col("also").has(what), order="created_at", limit=1)
        if not found:
            wanted = linking.named(what)
            longest = max(wanted.split(), key=len, default=wanted)
            among = self.entries.find(col("title").contains(longest), limit=1000)
            found = Listing(each for each in among if linking.named(each.title) == wanted)
        if not found:
            raise NotFound(
                _("There is no entry “{title}”.", title=what[:200]),
                next_step=_("`lab.knowledge.find()` shows all; `lab.knowledge.add(title, text)` keeps one."),
            )  # fmt: skip
        return found[0]

    def place(self, what: What, topic: Which | None) -> Entry:
        """Put an entry under a topic; under None it lies under none."""
        known = self.entry(what)
        place = self.topics.at(topic, create=True).id if topic is not None else None
        return self.entries.update(known, topic=place)

    def rename(self, what: What, title: str) -> Entry:
        """Give an entry another title; links in other texts that lead to it get it too, all in one batch."""
        known = self.entry(what)
        names, naming = self._names(known.owner), self._perhaps_naming(known)
        with together(self.session, new_id()) as joined:
            mine = Collection(joined, Entry)
            for other in naming:
                text = linking.relinked(other.body, known.id, names, title)
                if text != other.body and other.id != known.id:
                    mine.update(other, body=text)
            body = linking.relinked(known.body, known.id, names, title)
            return mine.update(known, title=title, body=body)

    def remove(self, what: What) -> UUID:
        """Take an entry away with its links and cards; the batch brings all of it back by `lab.history.undo_batch`."""
        known = self.entry(what)
        batch = new_id()
        with together(self.session, batch) as joined:
            for link in self.links.find((col("one") == known.id) | (col("other") == known.id)):
                Collection(joined, Link).remove(link.id)
            for card in self.cards.find(entry=known.id, owner=known.owner):
                Cards(joined, Card).remove(card.id)
            Collection(joined, Entry).remove(known)
        return batch

    def overview(self, *, owner: UUID | None = None) -> "pl.DataFrame":
        """Every entry with its place and state, when it is to be checked, and how well its cards are remembered."""
        import polars as pl

        whose = owner or self.session.person
        tree = self.topics.all(owner=whose)
        paths = {id.hex: tree.path(id) for id in tree.topics}
        entries = self.entries.frame(
            columns=["id", "title", "topic", "tags", "state", "check_on", "updated_at"],
            owner=whose, order="title",
        )  # fmt: skip
        now = datetime.now(UTC)
        cards = (
            self.memory(owner=whose)
            .filter(pl.col("entry").is_not_null() & ~pl.col("suspended"))
            .group_by("entry")
            .agg(
                (pl.col("due") <= now).sum().cast(pl.Int64).alias("due"),
                pl.col("retrievability").mean().round(3).alias("remembered"),
            )
        )
        counted = self.cards.frame(col("entry").is_not_null(), columns=["entry"], owner=whose)
        counts = counted.group_by("entry").agg(pl.len().cast(pl.Int64).alias("cards"))
        path = pl.col("topic").replace_strict(paths, default="", return_dtype=pl.String)
        return (
            entries.with_columns(path.alias("topic"))
            .join(counts, left_on="id", right_on="entry", how="left", maintain_order="left")
            .join(cards, left_on="id", right_on="entry", how="left", maintain_order="left")
            .with_columns(pl.col("cards", "due").fill_null(0))
            .rename({"id": "entry"})
        )

    def under(self, topic: Which, *, below: bool = True) -> Listing[Entry]:
        """The entries of a topic, and of those below it."""
        known = self.topics.at(topic)
        ids = self.topics.all(owner=known.owner).within(known.id) if below else [known.id]
        return self.entries.find(col("topic").is_in(ids))

    def tree_view(self) -> Any:
        """The topics with their entries as a tree to open, walk and rearrange."""
        return face("knowledge.tree")(self)

    def to_check(self, days: int = 0) -> Listing[Entry]:
        """The entries that are to be looked at again, today or within some days, the longest overdue first."""
        last = today() + timedelta(days=days)
        return self.entries.find(col("check_on") <= last, order="check_on")

    def checked(
        self, what: What, *, state: EntryState = "settled", again_in: int | None = 365
    ) -> Entry:
        """Note that an entry was looked at again; it comes back after so many days, or no more."""
        if again_in is not None and not 1 <= again_in <= 36_500:
            raise Invalid(
                _("This cannot be:"),
                [Problem("again_in", _("possible are 1 to 36500 days"), again_in)],
            )
        next_time = today() + timedelta(days=again_in) if again_in is not None else None
        return self.entries.update(self.entry(what), state=state, check_on=next_time)

    @property
    def tags(self) -> Tagging:
        """The tags of entries and cards: counted, renamed, merged or removed everywhere at once."""
        return Tagging(self.session, [self.entries, self.cards])

    def sources(self, *, owner: UUID | None = None) -> "pl.DataFrame":
        """Every work that entries name as a source, with the pages and how many entries name it."""
        import polars as pl

        works: dict[str, dict[str, Any]] = {}
        for entry in self.entries.find(owner=owner or self.session.person):
            for parts in entry.sources:
                key = same_work(parts)
                line = works.setdefault(
                    key,
                    {"source": told({**parts, "page": None}), "pages": set(), "entries": set(), "url": parts.get("url")},
                )  # fmt: skip
                line["entries"].add(entry.title)
                line["pages"] |= {parts["page"]} if parts.get("page") else set()
        lines = [
            {**line, "pages": sorted(line["pages"]), "entries": sorted(line["entries"]), "times": len(line["entries"])}
            for line in works.values()
        ]  # fmt: skip
        return pl.DataFrame(
            lines,
            schema={
                "source": pl.String, "pages": pl.List(pl.String), "entries": pl.List(pl.String),
                "url": pl.String, "times": pl.Int64,
            },
        ).sort("times", "source", descending=[True, False])  # fmt: skip

    def html(self, what: What) -> str:
        """The text of an entry as HTML that is safe to show, whoever wrote it."""
        from pgc_lib.core.markdown.rendering import html

        return html(self.entry(what).body)

    # ── links ────────────────────────────────────────────────────────────────────────────────────────

    def link(self, one: What, other: What, how: LinkKind = "related", note: str = "") -> Link:
        """Say what an entry has to do with another; said again, the note is renewed."""
        here, there = self.entry(one), self.entry(other)
        made = self.links.new(one=here.id, other=there.id, how=how, note=note)
        found = self.links.find(one=here.id, other=there.id, how=how, owner=self.session.person)
        return self.links.update(found[0], note=note) if found else self.links.add(made)

    def unlink(self, one: What, other: What) -> int:
        """Take back what was said between two entries, in either direction; how many links that were."""
        pair = [self.entry(one).id, self.entry(other).id]
        found = self.links.find(col("one").is_in(pair), col("other").is_in(pair))
        return sum(self.links.remove(each) for each in found)

    def neighbours(self, what: What) -> Listing[Neighbour]:
        """Everything an entry has to do with: what was said, what its text names, and whose texts name it."""
        known = self.entry(what)
        names = self._names(known.owner)
        links = self.links.find((col("one") == known.id) | (col("other") == known.id))
        return Listing(
            [
                *linking.said(links, known.id, names),
                *linking.written(known, names),
                *linking.naming(known.id, self._perhaps_naming(known), names),
            ]
        )

    def _names(self, owner: UUID | None) -> linking.Names:
        frame = self.entries.frame(
            columns=["id", "title", "also"], owner=owner, order=["created_at", "id"]
        )
        return linking.Names((UUID(id), title, also or ()) for id, title, also in frame.iter_rows())

    def _perhaps_naming(self, entry: Entry) -> Listing[Entry]:
        """The entries in whose texts a link and the longest word of one of its names stand."""
        words = [max(linking.named(name).split(), key=len, default="") for name in (entry.title, *entry.also)]  # fmt: skip
        condition = col("body").contains(words[0])
        for word in words[1:]:
            condition |= col("body").contains(word)
        return self.entries.find(condition, col("body").contains("[["), owner=entry.owner)

    def backlinks(self, what: What) -> Listing[Neighbour]:
        """The entries whose texts name this one."""
        return Listing(each for each in self.neighbours(what) if each.written and not each.out)

    def loose_links(self) -> Listing[Loose]:
        """Links in texts that lead to no entry yet."""
        mine = self.session.person
        texts = self.entries.find(col("body").contains("[["), owner=mine, order="created_at")
        return Listing(linking.loose(texts, self._names(mine)))

    # ── cards ────────────────────────────────────────────────────────────────────────────────────────

    def card(
        self, front: str, back: str = "", *, deck: str = "", entry: What | None = None, tags: Sequence[str] = ()
    ) -> Listing[Card]:  # fmt: skip
        """Make a card of a question and its answer; a text with gaps such as {{c1::…}} makes one for each gap."""
        known = self.entry(entry).id if entry is not None else None
        gaps = making.gaps_of(front)
        if not gaps and not back.strip():
            raise Invalid(
                _("This makes no card."),
                [Problem("back", _("a question needs an answer, or the text a gap: {{c1::…}}"))],
                next_step=_("Give both sides: `lab.knowledge.card(question, answer)`."),
            )
        first = self.cards.new(
            front=front, back=back, deck=deck, entry=known, tags=_clean(tags),
            style="cloze" if gaps else "question", part=gaps[0] if gaps else 0,
        )  # fmt: skip
        rows = [{**first.values(), "part": part} for part in gaps or [0]]
        self.cards.add_many(rows, on_conflict="skip")
        return self.cards.find(guid=first.guid, owner=self.session.person, order="part")

    def learn(self, what: What, *, deck: str | None = None) -> Made:
        """Make cards of what an entry asks (Q:/A:, 问：/答：, `word :: meaning`, gaps), and bring earlier ones up to its text."""
        known = self.entry(what)
        kept = self.cards.find(entry=known.id, owner=self.session.person)
        found = making.matched(kept, making.drafted(known.id, known.body))
        name = deck if deck is not None else (kept[0].deck if kept else self._deck_of(known))
        batch = new_id()
        with together(self.session, batch) as joined:
            mine = Cards(joined, Card)
            for card, draft in found.changed:
                mine.update(card.id, front=draft.front, back=draft.back, guid=draft.guid, suspended=False)  # fmt: skip
            for card in (*found.gone, *found.back):
                mine.update(card.id, suspended=card in found.gone)
            if deck is not None:
                for card in kept:
                    if card.deck != deck:
                        mine.update(card.id, deck=deck)
            if found.new:
                mine.add_many(
                    [
                        {"style": draft.style, "front": draft.front, "back": draft.back, "part": draft.part,
                         "guid": draft.guid, "deck": name, "entry": known.id, "tags": known.tags}
                        for draft in found.new
                    ],
                    batch=batch,
                )  # fmt: skip
        return Made(batch, len(found.new), len(found.changed) + len(found.back), len(found.gone))

    def _deck_of(self, entry: Entry) -> str:
        """A deck named after the entry's topic."""
        if entry.topic is None:
            return ""
        return self.topics.all(owner=entry.owner).path(entry.topic).replace("/", "::")[:300]

    def export_anki(
        self, path: Path | str, deck: str | None = None, *, progress: bool = True
    ) -> "Packed":
        """Write cards as a package that Anki opens, with pictures and sounds, and with what was learned already."""
        from pgc_lib.areas.learning.anki_out import export

        return export(self, Path(path).expanduser(), deck, progress=progress)


def _clean(tags: Sequence[str]) -> list[str]:
    given = [tags] if isinstance(tags, str) else tags
    return list(dict.fromkeys(clean(tag) for tag in given))


__all__ = ["Card", "Entry", "Knowledge", "Link", "Topic"]
