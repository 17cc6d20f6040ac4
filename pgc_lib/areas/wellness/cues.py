"""What experiments remind of: which arm it is today, at the time of day that the person chose."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pgc_lib.areas.wellness.records import Adherence, Experiment
from pgc_lib.areas.wellness.trying import arm
from pgc_lib.core.collection import Collection
from pgc_lib.core.pointer import point
from pgc_lib.core.session import Session
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.reminding.due import Cue

_AROUND = timedelta(days=2)


def experiments(
    session: Session, start: datetime, end: datetime, _preferences: object
) -> "Iterator[Cue]":
    """The arm of each day between two moments that is not noted yet; only experiments with a time of day."""
    from pgc_lib.areas.reminding.due import Cue

    first, last = (start - _AROUND).date(), (end + _AROUND).date()
    running = Collection(session, Experiment).find(
        col("clock") > "", col("start") <= last, ended=None, owner=session.person
    )
    if not running:
        return
    noted = Collection(session, Adherence).find(col("day") >= first, owner=session.person)
    known = {(each.experiment, each.day) for each in noted}
    for each in running:
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            today = arm(each, day)
            if today and (each.id, day) not in known:
                told = each.a if today == "A" else each.b
                yield Cue(
                    f"wellbeing.experiments/{each.id}", "experiments", each.title, day, each.clock,
                    note=_("Today {arm}: {told}", arm=today, told=told), about=point(each), since=each.created_at,
                )  # fmt: skip
