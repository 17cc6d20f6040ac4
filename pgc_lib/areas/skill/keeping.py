"""Finding a skill by what a person calls it, and taking in what a git repository tells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.skill.git import Log, Told
from pgc_lib.areas.skill.records import Skill
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing, card
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.areas.skills import Skills

_SHOWN = 3


def named(skills: Iterable[Skill], name: str) -> Skill | None:
    """The skill of this name or alias, however it is written; `Conflict` when several are meant."""
    folded = name.strip().casefold()
    known = list(skills)
    for level in (
        [one for one in known if one.name == name],
        [one for one in known if one.name.casefold() == folded],
        [one for one in known if folded in map(str.casefold, one.aliases)],
    ):
        if len(level) == 1:
            return level[0]
        if level:
            raise Conflict(
                _("{n} skills are called “{name}”.", n=len(level), name=name),
                next_step=_("Pass the skill itself, or give one of them another name."),
            )
    return None


def nearest(skills: Iterable[Skill], name: str) -> list[str]:
    """Names that look like this one, the most alike first."""
    called = {each.casefold(): one.name for one in skills for each in (one.name, *one.aliases)}
    folded = name.strip().casefold()
    close = get_close_matches(folded, called, n=_SHOWN, cutoff=0.6)
    inside = [
        each for each in called if folded and (folded in each or (len(each) > 1 and each in folded))
    ]
    return list(dict.fromkeys(called[each] for each in (*close, *inside)))[:_SHOWN]


def unknown(skills: Iterable[Skill], name: str) -> NotFound:
    """The error that names what may have been meant, and how to have a new skill."""
    alike = nearest(skills, name)
    return NotFound(
        _("There is no skill “{name}”.", name=name),
        next_step=_(
            "Did you mean {names}? A new skill is made with `create=True`.",
            names=_(", ").join(alike),
        )
        if alike
        else _("A new skill is made with `create=True`, or by `lab.skills.add(name=…)`."),
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What of a repository was kept, in one batch that can be undone as one."""

    batch: UUID
    days: int
    evidence: int
    skills: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Skills"): list(self.skills),
            _("Days of practice"): self.days,
            _("Evidence"): self.evidence,
            _("Left out"): list(self.left_out),
            _("Batch"): self.batch,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_())


class Repository:
    """A repository that was read; nothing of it is kept before `accept()`."""

    def __init__(self, log: Log, area: "Skills", find: Callable[[str], Skill | None]) -> None:
        self.log = log
        self._area = area
        self._find = find

    @property
    def languages(self) -> Listing[Told]:
        """Each language with its commits, hours and days."""
        return Listing(self.log.told)

    def accept(
        self,
        languages: Mapping[str, str] | Sequence[str] | None = None,
        *,
        create: bool = False,
        weight: float = 1.0,
    ) -> Taken:
        """Keep practice by day and one piece of evidence a language; read again, it is renewed, not doubled.

        Languages whose skill there is are taken, with `create` also the others; `languages` limits them,
        or says which skill each of them is.
        """
        asked = dict(languages) if isinstance(languages, Mapping) else None
        only = set(languages) if languages is not None else None
        batch = new_id()
        skills: dict[str, Skill] = {}
        left_out = []
        for told in self.log.told:
            if only is not None and told.language not in only:
                continue
            name = asked[told.language] if asked else told.language
            skill = self._find(name)
            if skill is None and create:
                skill = self._area.items.add(name=name, batch=batch)
            if skill is None:
                left_out.append(told.language)
            else:
                skills[told.language] = skill
        if not skills:
            raise NotFound(
                _(
                    "None of the languages is one of your skills: {names}.",
                    names=_(", ").join(left_out),
                ),
                next_step=_(
                    "`accept(create=True)` makes them; `accept({{…}})` says which is which."
                ),
            )
        kept = [told for told in self.log.told if told.language in skills]
        return self._keep(kept, skills, batch, weight, tuple(left_out))

    def _keep(
        self,
        told: Sequence[Told],
        skills: Mapping[str, Skill],
        batch: UUID,
        weight: float,
        left_out: tuple[str, ...],
    ) -> Taken:
        source = f"git {self.log.identity[:16]}"
        note = _("estimated from the times of commits")
        days = [
            {
                "skill": skills[each.language].id,
                "day": day,
                "hours": max(round(hours, 3), 0.001),
                "evidence": self.log.name,
                "note": note,
                "reference": f"{source} {each.language}",
            }
            for each in told
            for day, hours in sorted(each.by_day.items())
        ]
        proofs = [
            {
                "skill": skills[each.language].id,
                "title": _(
                    "{repository}: {n} commits in {language}",
                    repository=self.log.name,
                    n=each.commits,
                    language=each.language,
                ),
                "how": "commits",
                "day": each.last,
                "weight": weight,
                "note": each.span,
                "reference": f"{source} {each.language}",
            }
            for each in told
        ]
        practice = self._area.practice.add_many(days, on_conflict="update", batch=batch)
        evidence = self._area.evidence.add_many(proofs, on_conflict="update", batch=batch)
        return Taken(
            batch,
            practice.added + practice.updated,
            evidence.added + evidence.updated,
            tuple(dict.fromkeys(skill.name for skill in skills.values())),
            left_out,
        )

    def _repr_html_(self) -> str:
        return self.log._repr_html_()

    def __repr__(self) -> str:
        return f"<{self.log.name}: {', '.join(told.language for told in self.log.told)}>"


def text_from(source: Path | str) -> tuple[str, str]:
    """The text of a file, or the text itself; and the ending of the file."""
    if isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("{", "[")):
        return source, ""
    path = Path(source).expanduser()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFound(
            _("Cannot open {path}.", path=path),
            next_step=_("Give the path of a TOML, JSON or CSV file, or its text."),
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), path.suffix.lower().removeprefix(".")
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace"), path.suffix.lower().removeprefix(".")
