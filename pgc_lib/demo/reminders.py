"""The demo family's reminders: by the clock, by rules, by the moon; and what of it waits in the inbox."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today

if TYPE_CHECKING:
    from pgc_lib.areas.reminders import Reminders
    from pgc_lib.lab import Lab

DEMO = "demo"
# title, days from today, clock, rule, before, urgent
OWN: tuple[tuple[str, int, str, str | None, tuple[str, ...], bool], ...] = (
    ("外公吃药 Grandpa's pills", -400, "08:00", "FREQ=DAILY", ("0m",), True),
    ("倒垃圾 Take the bins out", -200, "20:30", "FREQ=WEEKLY;BYDAY=TU,FR", ("0m",), False),
    ("交房贷 Pay the mortgage", -900, "10:00", "FREQ=MONTHLY;BYMONTHDAY=-1", ("3d", "0m"), False),
    ("牙医 Dentist", 5, "15:30", None, ("1d", "2h"), False),
    ("小满家长会 Parents' evening", 12, "18:30", None, ("1w", "1d", "2h"), False),
)


def load(lab: "Lab") -> int:
    """Keep the demo's reminders unless they are there already."""
    reminders: Reminders = lab.reminders
    if reminders.items.count(note=DEMO):
        return 0
    rows: list[dict[str, Any]] = [
        {"title": title, "day": today() + timedelta(ago), "clock": clock, "rule": rule, "before": list(before), "urgent": urgent, "note": DEMO}
        for title, ago, clock, rule, before, urgent in OWN
    ]  # fmt: skip
    added = reminders.items.add_many(rows).added
    reminders.lunar("初一上香 Incense on the first of the moon", day=1, clock="07:30", note=DEMO)
    reminders.lunar("中秋团圆 Mid-autumn together", month=8, day=15, before=["1w", "0m"], note=DEMO)
    now = datetime.now(UTC)
    reminders.notices.add(
        occurrence="demo/bread@1-0m", source="own", title="面团醒好了 The dough has risen", note=DEMO,
        at=now - timedelta(minutes=20), fires=now - timedelta(minutes=20),
    )  # fmt: skip
    return added + 3
