"""Documents: how soon one sees what changed between two large versions, and how fast Markdown is read."""

import random
from difflib import SequenceMatcher

from tests.bench.figures import Bench, Measured, figure

_CHINESE = ("我们", "家庭", "今天", "去", "公园", "散步", "天气", "很好", "孩子", "高兴", "晚上", "一起", "做饭", "学习", "编程", "工作", "总结", "计划", "明天", "出发", "记得", "电话")  # fmt: skip
_ENGLISH = ("the", "family", "reads", "every", "evening", "and", "writes", "down", "what", "was", "learned", "while", "a", "plan", "for", "tomorrow", "grows", "slowly")  # fmt: skip


def _sentence(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return "".join(chance.choices(_CHINESE, k=12)) + "。"
    return " ".join(chance.choices(_ENGLISH, k=12)) + ". "


def versions(size: int, share: float) -> tuple[str, str]:
    """Two texts of so many bytes; of each hundred sentences some are changed, some gone and some new."""
    chance = random.Random(5)
    one: list[str] = []
    length = 0
    while length < size:
        one.append(_sentence(chance) + ("\n" if chance.random() < 0.3 else ""))
        length += len(one[-1].encode())
    other = []
    for sentence in one:
        dice = chance.random()
        if dice < share / 10:
            continue
        if dice > 1 - share / 10:
            other.append(_sentence(chance))
        if share / 10 <= dice < share:
            cut = chance.randrange(len(sentence))
            other.append(sentence[:cut] + chance.choice(_CHINESE) + sentence[cut + 2 :])
        else:
            other.append(sentence)
    return "".join(one), "".join(other)


@figure(
    "docs_diff",
    peer="1 s",
    unit="s",
    goal="<= 1",
    help="Differences word by word of two versions of a megabyte, Chinese and English, a twentieth of the sentences changed",
)
def docs_diff(bench: Bench) -> Measured:
    from pgc_lib.areas.paper.differing import diff

    n = bench.n(1_000_000, 1_000_000)
    one, other = versions(n, 0.05)
    diff(one[:10_000], other[:10_000])  # the dictionary is loaded once a process
    seconds, _nothing = bench.in_turns(lambda: diff(one, other), lambda: None, rounds=5)
    found = diff(one, other)
    assert found.before() == one and found.after() == other and found.changed
    return Measured(seconds, 1.0, n)


@figure(
    "docs_diff_peer",
    peer="difflib on the same words",
    unit="s",
    goal="<= 0.2",
    help="The same difference against Python's difflib on the same words (of a smaller text, since difflib takes minutes for a megabyte)",
)
def docs_diff_peer(bench: Bench) -> Measured:
    from pgc_lib.areas.paper.differing import diff
    from pgc_lib.core.words import spans

    n = bench.n(30_000, 10_000)
    one, other = versions(n, 0.05)

    def theirs() -> int:
        words = [[text[start:end] for start, end in spans(text)] for text in (one, other)]
        return len(SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes())

    ours, difflib = bench.in_turns(lambda: diff(one, other), theirs, rounds=bench.n(3, 2))
    return Measured(ours, difflib, n)


@figure(
    "markdown_read",
    peer="markdown-it-py, parsing alone",
    unit="s",
    goal="<= 0.5",
    help="Links, tags, headings and to-dos of a megabyte of Markdown, against parsing it into tokens",
)
def markdown_read(bench: Bench) -> Measured:
    from markdown_it import MarkdownIt

    from pgc_lib.core.markdown.reading import read

    n = bench.n(1_000_000, 200_000)
    chance = random.Random(3)
    pieces = ["---\ntags: [x]\n---\n"]
    while len(pieces) * 160 < n:
        text = "".join(_sentence(chance) for _n in range(3))
        pieces.append(
            f"## {text[:20]}\n\n{text} [[{text[:6]}]] [a](b.md) #tag `code`\n\n- [ ] {text[:30]}\n\n"
        )
    source = "".join(pieces)
    parser = MarkdownIt("commonmark")
    ours, theirs = bench.in_turns(lambda: read(source), lambda: parser.parse(source), rounds=3)
    assert len(read(source).wiki_links) == len(pieces) - 1
    return Measured(ours, theirs, len(source))
