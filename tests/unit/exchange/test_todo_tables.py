"""Lists of other apps, as they export them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pgc_lib.lab import Lab
from tests.support.lab import House, Person

TODOIST = """\
TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,DURATION_UNIT,DEADLINE,DEADLINE_LANG
meta,view_style=list,,,,,,,,,,,,
section,Planning,,,,,,,,,,,,
task,Write the report @work @deep,first draft,1,1,Mei (1),,2026-12-01,en,Asia/Shanghai,45,minute,,
task,Collect the numbers,,4,2,Mei (1),,every monday,en,Asia/Shanghai,,,,
note,from the shared folder,,,,Mei (1),,,,,,,,
task,Call grandma,,2,1,Mei (1),,when it rains,en,Asia/Shanghai,,,,
"""
TICKTICK = """\
"Date: 2026-11-20+0000"
"Version: 7.1"
"Status:
0 Normal
1 Completed
2 Archived"
"Folder Name","List Name","Title","Kind","Tags","Content","Is Check list","Start Date","Due Date","Reminder","Repeat","Priority","Status","Created Time","Completed Time","Order","Timezone","Is All Day","Is Floating","Column Name","Column Order","View Mode","taskId","parentId"
"","工作","写周报","TEXT","report, 周","要点\r数字","N","2026-11-26T16:00:00+0000","2026-11-26T16:00:00+0000","","FREQ=WEEKLY;INTERVAL=1","5","0","2026-11-01T01:00:00+0000","","-1","Asia/Shanghai","true","false",,"","list","1",""
"","工作","收集数据","TEXT","","","N","2026-11-27T01:30:00+0000","2026-11-27T01:30:00+0000","","","1","2","2026-11-01T01:01:00+0000","2026-11-20T12:00:00+0000","-2","Asia/Shanghai","false","false",,"","list","2","1"
"","工作","不做了","TEXT","","","N","","","","","0","-1","2026-11-01T01:02:00+0000","","-3","Asia/Shanghai","","false",,"","list","3",""
"""
OUTLOOK = """\
"Subject","Start Date","Due Date","Reminder On/Off","Reminder Date","Reminder Time","Date Completed","% Complete","Total Work","Actual Work","Billing Information","Categories","Companies","Contacts","Mileage","Notes","Priority","Private","Role","Schedule+ Priority","Sensitivity","Status"
"Send the invoice","11/25/2026","11/30/2026","False",,,,"0","0","0",,"money;work",,,,"twice","High","False",,,"Normal","Not Started"
"Order paper",,"12/1/2026","False",,,"11/20/2026","100","0","0",,,,,,,"Normal","False",,,"Normal","Completed"
"Answer of the bank",,,"False",,,,"0","0","0",,,,,,,"Low","False",,,"Normal","Waiting on someone else"
"""
OMNIFOCUS = """\
Task ID,Type,Name,Status,Project,Context,Start Date,Due Date,Completion Date,Duration,Flagged,Notes,Tags
1,Project,House,active,,,,,,,,,
1.1,Action,Paint the door,,House,Home,,2026-12-01 09:00:00 +0000,,1h 30m,1,blue,"diy, home"
1.1.1,Action,Buy paint,,House,Shops,,,2026-11-20 09:00:00 +0000,30m,0,,
"""


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab."""
    return house.lab(person("lists"))


def taken(lab: Lab, path: Path, text: str, importer: str, n: int) -> None:
    """Recognised, taken in, and not twice."""
    path.write_bytes(text.encode())
    seen = lab.import_file(path)
    assert (seen.importer, seen.new, seen.wrong) == (importer, n, 0)
    seen.accept()
    assert lab.import_file(path).new == 0


def test_todoist(lab: Lab, tmp_path: Path) -> None:
    """Labels, sections, indents, comments, spoken days; what cannot be read is told."""
    taken(lab, tmp_path / "Work [123].csv", TODOIST, "todoist", 3)
    report, numbers, call = (lab.todos.find(title=name)[0] for name in ("Write the report", "Collect the numbers", "Call grandma"))  # fmt: skip
    assert (report.tags, report.priority, report.minutes, report.project) == (["work", "deep", "Planning"], 1, 45, "Work")  # fmt: skip
    assert (report.due, report.note) == (date(2026, 12, 1), "first draft")
    assert (numbers.parent, numbers.rule, numbers.priority) == (
        report.id,
        "FREQ=WEEKLY;BYDAY=MO",
        None,
    )
    assert numbers.note == "from the shared folder" and call.due is None
    assert any("when it rains" in str(problem.value) for problem in lab.import_file(tmp_path / "Work [123].csv").problems)  # fmt: skip


def test_ticktick(lab: Lab, tmp_path: Path) -> None:
    """All-day things are days where they were written; times keep theirs; what was given up is told."""
    taken(lab, tmp_path / "TickTick-backup.csv", TICKTICK, "ticktick", 2)
    report, data = lab.todos.find(title="写周报")[0], lab.todos.find(title="收集数据")[0]
    assert (report.due, report.at, report.rule, report.priority) == (date(2026, 11, 27), "", "FREQ=WEEKLY", 1)  # fmt: skip
    assert (report.project, report.tags, report.note) == ("工作", ["report", "周"], "要点\n数字")
    assert (data.due, data.at, data.parent, data.priority) == (
        date(2026, 11, 27),
        "09:30",
        report.id,
        3,
    )
    assert data.done_at == datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_outlook_and_microsoft_to_do(lab: Lab, tmp_path: Path) -> None:
    """American days are told from the column; waiting is waiting."""
    taken(lab, tmp_path / "tasks.csv", OUTLOOK, "outlook_tasks", 3)
    invoice, paper, bank = (lab.todos.find(title=name)[0] for name in ("Send the invoice", "Order paper", "Answer of the bank"))  # fmt: skip
    assert (invoice.due, invoice.start, invoice.priority, invoice.tags) == (date(2026, 11, 30), date(2026, 11, 25), 1, ["money", "work"])  # fmt: skip
    assert paper.done and paper.done_at and paper.done_at.date() == date(2026, 11, 20)
    assert bank.waiting and bank.priority == 3


def test_omnifocus(lab: Lab, tmp_path: Path) -> None:
    """Numbers say what belongs to what."""
    taken(lab, tmp_path / "omnifocus.csv", OMNIFOCUS, "omnifocus", 2)
    door, paint = lab.todos.find(title="Paint the door")[0], lab.todos.find(title="Buy paint")[0]
    assert (door.project, door.contexts, door.minutes, door.priority) == ("House", ["Home"], 90, 1)
    assert (door.due, door.at, door.tags) == (date(2026, 12, 1), "17:00", ["diy", "home"])
    assert paint.parent == door.id and paint.done


def test_hostile_cells_harm_nobody(lab: Lab, tmp_path: Path) -> None:
    """Endless titles, impossible numbers, formulas, control characters: told or kept as text."""
    path = tmp_path / "x.csv"
    head = TODOIST.splitlines()[0]
    cells = ["=cmd|' /C calc'!A0", "x" * 5000, "{}[]<script>", "9" * 400, "@"]
    lines = [f'task,"{cell}",,{cell[:9]!r},{cell[:9]!r},,,{cell[:50]!r},,,,,,' for cell in cells]
    path.write_text("\n".join([head, *lines]), "utf-8")
    seen = lab.import_file(path)
    seen.accept()
    assert lab.todos.count() == len(cells) and seen.problems
