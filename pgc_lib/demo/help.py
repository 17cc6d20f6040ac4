"""The demo's own pages of the help library: what this family has agreed upon, in both languages."""

from typing import TYPE_CHECKING

from pgc_lib.areas.kin.help_library import SECTIONS

if TYPE_CHECKING:
    from pgc_lib.areas.help import Help
    from pgc_lib.lab import Lab

DEMO = "demo"

# name, topic, fits when, language, title, tags, opening, one list a section
PAGES: tuple[tuple[str, str, list[str], str, str, list[str], str, tuple[list[str], ...]], ...] = (
    (
        "grandma-does-not-answer", "elders", ["silence", "age"], "zh-CN", "外婆不接电话时，我们家的顺序",
        ["外婆", "电话", "钥匙"], "上次虚惊一场：手机掉在沙发缝里。从那以后我们说好了先后，谁也不用慌。",
        (
            ["十分钟后再打一次，再打座机。", "打给对门的周阿姨，她有钥匙。", "小舅离得最近，骑车二十分钟。"],
            ["一家人同时打，把线占满。", "过后数落她不带手机。"],
            ["“外婆，我们就是想听听您的声音。”"],
            ["周阿姨敲门没人应、钥匙打不开：110请民警上门，同时打120。"],
        ),
    ),
    (
        "grandma-does-not-answer", "elders", ["silence", "age"], "en", "Grandma does not answer: our order",
        ["grandmother", "telephone", "key"],
        "Last time the phone lay in the sofa. Since then we know who does what, and nobody has to panic.",
        (
            ["Ring again after ten minutes, then the landline.", "Mrs Zhou opposite has a key.", "Uncle lives nearest, twenty minutes by bicycle."],
            ["All of us ringing at once.", "Scolding her afterwards."],
            ["“Grandma, we only wanted to hear your voice.”"],
            ["Nobody opens and the key does not turn: the police to look in (in mainland China 110), and an ambulance (120)."],
        ),
    ),
    (
        "xiaoman-and-the-tablet", "screens", [], "zh-CN", "小满的平板约定", ["小满", "平板", "约定"],
        "小满自己写的，我们都签了名，贴在冰箱上，开学以后再谈一次。",
        (
            ["写完作业半小时，周末一小时。", "关掉的人是小满，不是我们。", "吃饭时大人的手机也放门口。"],
            ["一局打到一半拔线。"],
            ["“这一局打完，你来关。”"],
            ["有陌生人要照片、要钱：马上告诉我们，不会挨骂。"],
        ),
    ),
    (
        "xiaoman-and-the-tablet", "screens", [], "en", "Xiaoman's tablet agreement", ["Xiaoman", "tablet", "agreement"],
        "Written by Xiaoman, signed by all of us, on the fridge until we talk again after the holidays.",
        (
            ["Half an hour after homework, an hour at weekends.", "Xiaoman switches off, not we.", "At meals adults' phones lie at the door, too."],
            ["Pulling the plug in the middle of a match."],
            ["“After this match you switch it off.”"],
            ["A stranger wants pictures or money: tell us at once. Nobody will scold."],
        ),
    ),
)  # fmt: skip


def load(lab: "Lab") -> int:
    """Keep the demo's own pages unless they are there already."""
    help: Help = lab.help
    if any(DEMO in each.tags for each in help.own):
        return 0
    return help.own.add_many(
        [
            {
                "name": name, "lang": language, "title": title, "topic": topic, "when": when,
                "tags": [*tags, DEMO], "body": _body(language, opening, sections),
            }
            for name, topic, when, language, title, tags, opening, sections in PAGES
        ],
        on_conflict="skip",
    ).added  # fmt: skip


def _body(language: str, opening: str, sections: tuple[list[str], ...]) -> str:
    parts = (
        f"## {heading}\n\n" + "\n".join(f"- {line}" for line in lines)
        for heading, lines in zip(SECTIONS[language], sections, strict=True)
    )
    return "\n\n".join((opening, *parts))
