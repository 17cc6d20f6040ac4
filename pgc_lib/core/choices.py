"""What the choices of fields are called by people: a definition keeps `open`, a person reads “open” or “进行中”."""

from collections.abc import Mapping

from pgc_lib.i18n import N_, _

_NOTHING = N_("not said")
_CHOICES: Mapping[str, str] = {
    "given": N_("was written"), "skipped": N_("was skipped"), "active": N_("under way"), "someday": N_("some day"),
    "done": N_("over and done"), "dropped": N_("let go"), "yearly": N_("every year"), "monthly": N_("every month"),
    "before": N_("the day before"), "after": N_("the day after"), "skip": N_("leave it out"), "new": N_("fresh"),
    "snoozed": N_("put off"), "waiting": N_("waiting"), "sent": N_("sent"), "failed": N_("did not work"),
    "transfer": N_("between own accounts"), "refund": N_("money back"), "cash": N_("cash"), "bank": N_("bank account"),
    "wallet": N_("wallet on the phone"), "card": N_("credit card"), "savings": N_("savings"),
    "investment": N_("investment"), "loan": N_("loan"), "property": N_("property"), "other": N_("something else"),
    "annuity": N_("equal payments"), "linear": N_("equal principal"), "nothing": N_("nothing"),
    "left": N_("what is left"), "everything": N_("what is left or lacking"), "any": N_("both"),
    "out": N_("money going out"), "in": N_("money coming in"), "day": N_("a single day"), "week": N_("a whole week"),
    "month": N_("a whole month"), "quarter": N_("a whole quarter"), "year": N_("a whole year"), "span": N_("a stretch of time"),
    "years": N_("several years"), "life": N_("a whole life"), "draft": N_("a draft"), "final": N_("final"),
    "running": N_("running"), "better": N_("better"), "worse": N_("worse"), "same": N_("the same"),
    "unknown": N_("unknown"), "accepted": N_("agreed to"), "edited": N_("taken with changes"), "rejected": N_("refused"),
    "project": N_("a project"), "certificate": N_("a certificate"), "commits": N_("commits"), "review": N_("a review"),
    "self": N_("myself"), "coach": N_("a coach"), "peer": N_("a colleague or friend"), "exam": N_("an exam"),
    "female": N_("female"), "male": N_("male"), "parent": N_("a parent"), "partner": N_("partners"),
    "guardian": N_("a guardian"), "godparent": N_("a godparent"), "friend": N_("friends"), "birth": N_("by birth"),
    "adoption": N_("by adoption"), "step": N_("as a stepchild"), "marriage": N_("married"),
    "partnership": N_("living together"), "foster": N_("as a foster child"), "divorce": N_("divorce"),
    "separation": N_("separation"), "annulment": N_("annulment"), "death": N_("death"), "visit": N_("a visit"),
    "call": N_("a call"), "message": N_("a message"), "letter": N_("a letter"), "help": N_("some help"),
    "open": N_("still open"), "reached": N_("reached"), "curious": N_("curious about it"), "trying": N_("trying it"),
    "regular": N_("doing it regularly"), "resting": N_("resting"), "continue": N_("go on"), "later": N_("later"),
    "stop": N_("stop"), "conflict": N_("in conflict"), "merged": N_("merged"), "randomised": N_("days drawn by lot"),
    "before_after": N_("before and after"), "achievement": N_("an achievement"), "award": N_("an award"),
    "publication": N_("a publication"), "work": N_("paid work"), "education": N_("education"),
    "volunteer": N_("voluntary work"), "skill": N_("a skill"), "interest": N_("an interest"), "paused": N_("paused"),
    "profile": N_("who I am"), "focus": N_("what I work on now"), "plans": N_("what I plan"),
    "achievements": N_("what went well"), "projects": N_("what I made"), "skills": N_("what I can do"),
    "interests": N_("what I like"), "values": N_("what matters to me"), "references": N_("what others say"),
    "zh-CN": "中文", "en": "English", "classic": N_("classic"), "modern": N_("modern"), "cosine": N_("angle"),
    "l2": N_("distance"), "ip": N_("inner product"), "flat": N_("exact"), "ivf": "IVF", "hnsw": "HNSW",
    "postgresql": "PostgreSQL", "milvus": "Milvus", "question": N_("question and answer"),
    "cloze": N_("a text with gaps"), "learning": N_("being learned"), "relearning": N_("being learned again"),
    "again": N_("forgotten"), "hard": N_("hard"), "good": N_("good"), "easy": N_("easy"), "inbox": N_("just caught"),
    "settled": N_("settled"), "outdated": N_("outdated"), "related": N_("is related to"), "supports": N_("supports"),
    "contradicts": N_("contradicts"), "part_of": N_("is part of"), "example_of": N_("is an example of"),
    "follows": N_("follows from"), "adopt": N_("adopt it"), "adjust": N_("adjust it"), "abandon": N_("abandon it"),
    "birthday": N_("a birthday"), "wedding": N_("a wedding day"), "memorial": N_("a day of remembrance"),
    "occasion": N_("an occasion"), "practice": N_("practice"), "level": N_("a new level"), "held": N_("still held"),
    "even": N_("on time"), "ahead": N_("ahead of time"), "behind": N_("behind"), "income": N_("Income"),
    "spending": N_("Spending"), "mail": N_("mail"), "own": N_("noted by myself"), "me": N_("myself"), "learned": N_("learned from corrections"),
    "do": N_("do it now"), "plan": N_("plan it"), "quickly": N_("do it quickly or hand it on"),
}  # fmt: skip


def choice_title(value: str) -> str:
    """A choice as a person reads it; one without a word of ours as it is kept."""
    if value == "":
        return _(_NOTHING)
    word = _CHOICES.get(value)
    return _(word) if word is not None else value.replace("_", " ")


def word_of_ours(value: str) -> str:
    """A choice or an area by its word; anything else, such as a person's own word, as it is."""
    from pgc_lib.core.naming import AREAS

    if value in _CHOICES:
        return choice_title(value)
    return _(AREAS[value]) if value in AREAS else value
