"""One-line entries in a notebook: `%todo`, `%log`, `%%note`, `%%ask`. Each shows what was understood and a way back.

    %load_ext pgc_lib
    %todo 写周报 @fri #工作 30m          %log 跑步 30m 7/10          %log -38.5 瑞幸 餐饮          %%note 季度复盘 #理财

What goes wrong is two sentences and no traceback. `%log?` explains itself in the person's language.
"""

import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

_FIRST_WORDS = ("mood", "skill", "hobby", "exercise", "spent", "earned")
_FIRST_CHINESE = ("心情", "技能", "爱好", "运动", "花了", "收入")


@cache
def _lab() -> "Lab":
    """The lab of this kernel, opened once."""
    import pgc_lib as pgc

    return pgc.open()


def register(shell: Any) -> None:
    """Give the magics to a notebook's shell, and let it show our things."""
    from IPython.core.magic import no_var_expand

    from pgc_lib.notebook.display import register as show_our_things

    for name, kind, made, told in (
        ("todo", "line", _todo, _about_todo()),
        ("log", "line", _log, _about_log()),
        ("note", "cell", _note, _about_note()),
        ("ask", "line_cell", _ask, _about_ask()),
    ):
        # What a person writes is a text: `{…}` and `$…` in it are never evaluated.
        magic = no_var_expand(_of_its_own(made))  # type: ignore[no-untyped-call, unused-ignore]
        magic.__doc__ = told
        shell.register_magic_function(magic, kind, name)
    shell.set_hook("complete_command", _completed, re_key=r"%?log\b")
    show_our_things(shell)


def load_ipython_extension(shell: Any) -> None:
    """How a lab's kernels load this: under a name of its own, so that `%load_ext pgc_lib` in a notebook says nothing."""
    register(shell)
    if (kernel := getattr(shell, "kernel", None)) is not None:
        from pgc_lib.notebook.live.control import answer_pages

        answer_pages(kernel.comm_manager)


def _of_its_own(made: Callable[..., Any]) -> Callable[..., Any]:
    """A function that can be described in this kernel's language without changing ours."""

    def magic(line: str, cell: str | None = None) -> Any:
        with _Readable():
            return made(line) if cell is None else made(line, cell)
        return None

    return magic


def _todo(line: str) -> Any:
    """Keep a to-do, or show what is due."""
    from pgc_lib.core.ids import new_id
    from pgc_lib.notebook.lines.answer import Noted
    from pgc_lib.notebook.lines.keeping import Done

    lab = _lab()
    if not line.strip():
        return lab.todos.today()
    batch = new_id()
    kept = lab.todos.add(line.strip(), batch=batch)
    told = _("to-do “{line}”", line=lab.todos.line(kept))
    return Noted(lab, Done(kept, batch, told), problems=[str(each) for each in kept._told])


def _log(line: str) -> Any:
    """Keep practice, mood or money; show what else the line could mean, and keep nothing then."""
    from pgc_lib.core.zone import today
    from pgc_lib.notebook.lines.answer import Noted, Unsure
    from pgc_lib.notebook.lines.grammar import read
    from pgc_lib.notebook.lines.keeping import keep, known_to

    if not line.strip():
        sys.stdout.write(_about_log() + "\n")
        return None
    lab = _lab()
    reading = read(line, known_to(lab), today())
    if reading.clear is not None:
        return Noted(lab, keep(lab, reading.clear))
    return Unsure(lab, reading, keep)


def _note(line: str, cell: str) -> Any:
    """Keep the cell's text as a document."""
    from pgc_lib.notebook.lines.answer import Noted
    from pgc_lib.notebook.lines.notes import keep_note, note_of

    note = note_of(line, cell)
    lab = _lab()
    return Noted(lab, keep_note(lab, note))


def _ask(line: str, cell: str = "") -> None:
    """Ask about one's own data; the answer is written as it comes."""
    from IPython.display import Markdown, display

    question = "\n".join(filter(None, [line.strip(), cell.strip()]))
    if not question:
        sys.stdout.write(_about_ask() + "\n")
        return
    answer = _lab().ask(question)
    notes = [f"[{each.number}] `{each.query}` → {each.rows}" for each in answer.sources]
    if notes:
        display(Markdown("\n\n".join(notes)))  # type: ignore[no-untyped-call]


class _Readable:
    """Show an error of ours as its two sentences, not as a traceback."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, PgcError):
            sys.stdout.write(f"{error}\n")
            return True
        return False


# ── help ─────────────────────────────────────────────────────────────────────────────────────────────────


def _about_todo() -> str:
    return _(
        "Keep a to-do in one line; alone it shows what is due today.\n"
        "\n"
        "    %todo Write the report @fri 3pm #work 30m +application\n"
        "\n"
        "#tag  +project  @context or day  !1 priority  30m estimate  every mon repeats"
    )


def _about_log() -> str:
    return _(
        "Note practice, mood or money in one line.\n"
        "\n"
        "    %log Piano 30m 7/10               a skill or hobby, how long, how it went\n"
        "    %log mood 4 tired #work           1 to 10, what there is to say, tags\n"
        "    %log -38.50 Luckin Dining         spent (-) or received (+), to whom, category\n"
        "    %log +9000 Salary #Income         a category is also marked with #\n"
        "\n"
        'A day may be added: yesterday, 2026-11-20. Names with blanks: "Blue Bottle".\n'
        "skill, hobby or exercise before a name says which is meant; new skill makes one.\n"
        "What could mean two things is not kept: it shows the lines to choose from."
    )


def _about_note() -> str:
    return _(
        "Keep the text of this cell as a document; running it again writes a new version.\n"
        "\n"
        "    %%note Quarterly review #money @finance\n"
        "    # Quarterly review\n"
        "    …\n"
        "\n"
        "The title is the one in the line, else the first heading. @ names the folder, such as an area."
    )


def _about_ask() -> str:
    return _(
        "Ask about your own data; the answer names the rows it comes from.\n"
        "\n"
        "    %ask Where did my money go last month?\n"
        "\n"
        "Longer questions: %%ask, with the text below."
    )


def _completed(_shell: Any, event: Any) -> Iterable[str]:
    """After `%log`: the words that begin a line, and the names that this person has."""
    from pgc_lib.i18n import lang

    names: list[str] = list(_FIRST_CHINESE if lang() == "zh-CN" else _FIRST_WORDS)
    if _lab.cache_info().currsize:  # a key that is pressed opens no lab
        lab = _lab()
        try:
            names += [each.name for each in lab.skills.items.find(owner=lab.person)]
            names += [each.name for each in lab.hobbies.interests.find(owner=lab.person)]
        except PgcError:
            pass  # completing is a help, and says nothing when there is none
    begun = str(getattr(event, "symbol", ""))
    return [name if " " not in name else f'"{name}"' for name in names if name.startswith(begun)]
