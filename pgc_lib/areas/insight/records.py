"""What is kept of insights: what a person does not want to hear again, and how many hours a week there are."""

from datetime import date

from pgc_lib.core.record import Record, field
from pgc_lib.i18n import N_


class Dismissal(Record, kind="insights.dismissals", kept_in="documents", key=["rule", "subject"], sort=["rule"]):  # fmt: skip
    """That an insight is not to be shown: until a day, or for good; either way only while its facts are the same."""

    rule: str = field(title=N_("Rule"), max_length=200)
    subject: str = field(title=N_("About"), max_length=500)
    title: str = field("", title=N_("Insight"), max_length=1000)
    fingerprint: str = field(title=N_("Facts"), max_length=64)
    until: date | None = field(None, title=N_("Until"), help=N_("Empty for good."))
    reason: str = field("", title=N_("Reason"), max_length=2000)


class Capacity(Record, kind="insights.capacity", kept_in="documents", key=["since"], sort=["-since"]):  # fmt: skip
    """How many hours a week there are for to-dos, from a day on."""

    since: date = field(title=N_("From the day"))
    hours: float = field(title=N_("Hours a week"), unit=N_("hours"), gt=0, le=168)
