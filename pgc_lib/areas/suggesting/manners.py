"""How loudly suggestions may speak: a switch, a number a day, and quiet hours, for each topic or for all.

The queue itself stays whole: `waiting()` shows everything that waits. `now()` is what may be brought up unasked: on
a dashboard, in the inbox, by mail.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import model_validator

from pgc_lib.areas.suggesting.suggestion import Suggestion
from pgc_lib.core.quiet import Quiet
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import Listing
from pgc_lib.i18n import N_, _

ALL = "*"
"""The topic of the manners that hold where a topic has none of its own."""
_CLOCK = r"^(([01]\d|2[0-3]):[0-5]\d)?$"


class Manner(Record, kind="suggestions.manners", key=["topic"], sort=["topic"]):
    """What suggestions of a topic may do."""

    topic: str = field(
        title=N_("Topic"),
        help=N_("Such as finance.category; finance means all of it, * everything."),
        pattern=r"^(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*)$",
        max_length=100,
    )
    on: bool = field(True, title=N_("Switched on"), help=N_("When off, none are made."))
    most_a_day: int | None = field(
        None, title=N_("Most a day"), help=N_("So many are brought up on one day."), ge=0, le=10_000
    )
    quiet_from: str = field("", title=N_("Quiet from"), help=N_("Such as 22:00."), pattern=_CLOCK)
    quiet_until: str = field("", title=N_("Quiet until"), help=N_("Such as 07:30."), pattern=_CLOCK)

    @model_validator(mode="after")
    def _both(self) -> "Manner":
        if bool(self.quiet_from) != bool(self.quiet_until):
            raise ValueError(_("quiet hours need a beginning and an end"))
        return self

    def is_quiet(self, moment: datetime) -> bool:
        """Whether a local time lies in the quiet hours, which may go past midnight."""
        quiet = Quiet.read(self.quiet_from, self.quiet_until)
        return quiet is not None and moment.time() in quiet


class Manners:
    """The manners of every topic: its own, else those of the topic above it, else those of all."""

    def __init__(self, known: Iterable[Manner]) -> None:
        self._known: Mapping[str, Manner] = {each.topic: each for each in known}

    def of(self, topic: str) -> Manner | None:
        """What holds for a topic."""
        name = topic
        while name:
            if name in self._known:
                return self._known[name]
            name = name.rpartition(".")[0]
        return self._known.get(ALL)

    def is_on(self, topic: str) -> bool:
        """Whether suggestions of a topic are wanted at all."""
        found = self.of(topic)
        return found is None or found.on

    def brought_up(
        self, waiting: Sequence[Suggestion], decided_today: Iterable[str], local: datetime
    ) -> Listing[Suggestion]:
        """What may be brought up at a local time, in its order, after what was decided on this day already."""
        left: dict[str, int] = {}
        spent = Counter(self._counted(topic) for topic in decided_today)
        chosen: Listing[Suggestion] = Listing()
        for each in waiting:
            manner = self.of(each.topic)
            if manner is not None:
                if not manner.on or manner.is_quiet(local):
                    continue
                if manner.most_a_day is not None:
                    name = self._counted(each.topic)
                    room = left.setdefault(name, manner.most_a_day - spent[name])
                    if room <= 0:
                        continue
                    left[name] = room - 1
            chosen.append(each)
        return chosen

    def _counted(self, topic: str) -> str:
        """Under which name a topic is counted: that of the manners that hold for it."""
        found = self.of(topic)
        return topic if found is None or found.topic == ALL else found.topic
