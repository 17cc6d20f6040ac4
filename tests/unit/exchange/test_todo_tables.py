"""Lists of other apps, as they export them."""

from calendar import month_abbr
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.errors import Invalid
from pgc_lib.exchange import todo_days
from pgc_lib.exchange.todo_rows import Rows
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
TODOIST_DAYS = """\
TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,DURATION_UNIT,DEADLINE,DEADLINE_LANG
task,Repot the basil,,3,1,Kai (1),,Oct 5 2027,en,Africa/Cairo,,None,Oct 9 2027,en
task,Post the parcel,,4,1,Kai (1),,Oct 9 2027 10:00,en,Africa/Cairo,,,,
task,Water the ferns,,4,1,Kai (1),,ev! 3 days at 9am,en,Asia/Shanghai,,,,
task,Club,,4,1,Kai (1),,every 2nd monday 19:30 until dec 1 2027,en,Asia/Shanghai,,,,
task,Tax,,4,1,Kai (1),,every 31 may,en,,,,,
task,周会,,4,1,Kai (1),,每周一 9:00,zh,Asia/Shanghai,,,,
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
TICKTICK_MORE = """\
"Date: 2026-11-20+0000"
"Version: 7.2"
"Status: \n0 Normal\n-1 Abandoned \n2 Completed"
"Folder Name","List Name","Title","Kind","Tags","Content","Is Check list","Start Date","Due Date","Reminder","Repeat","Priority","Status","Created Time","Completed Time","Order","Timezone","Is All Day","Is Floating","Column Name","Column Order","View Mode","taskId","parentId","projectKind"
"旅游计划","杭州行","收拾行李","CHECKLIST","旅行","别忘了\n▪护照\n▫雨伞","Y","2027-08-03T16:00:00+0000","2027-08-03T16:00:00+0000","P0DT9H0M0S\n-P0DT15H0M0S","FREQ=YEARLY","5","0","2026-07-17T03:58:11+0000","","0","Asia/Shanghai","true","false","出发前","0","kanban","1","","TASK"
"","📥Inbox","理发","TEXT","","","N","2027-09-06T10:00:00+0000","2027-09-06T10:00:00+0000","-PT60M\nPT0S","RRULE:FREQ=MONTHLY;BYMONTHDAY=13","1","0","2026-07-07T02:41:48+0000","","10","Asia/Shanghai","false","false",,,"list","2","","TASK"
"","生活","自定义","TEXT","","","N","2027-08-01T16:00:00+0000","2027-08-01T16:00:00+0000","","ERULE:NAME=CUSTOM;BYDATE=20270903","0","0","2026-07-07T02:41:49+0000","","20","Asia/Shanghai","true","false",,,"list","3","","TASK"
"","生活","起床","TEXT","","","N","","2027-08-01T11:00:00+0000","","","0","0","2026-07-07T02:41:50+0000","","20","Europe/Berlin","false","true",,,"list","4","","TASK"
"","生活","","TEXT","","","N","","","","","0","0","","","20","","","",,,"list","5","","TASK"
"""
OUTLOOK = """\
"Subject","Start Date","Due Date","Reminder On/Off","Reminder Date","Reminder Time","Date Completed","% Complete","Total Work","Actual Work","Billing Information","Categories","Companies","Contacts","Mileage","Notes","Priority","Private","Role","Schedule+ Priority","Sensitivity","Status"
"Send the invoice","11/25/2026","11/30/2026","False",,,,"0","0","0",,"money;work",,,,"twice","High","False",,,"Normal","Not Started"
"Order paper",,"12/1/2026","False",,,"11/20/2026","100","0","0",,,,,,,"Normal","False",,,"Normal","Completed"
"Answer of the bank",,,"False",,,,"0","0","0",,,,,,,"Low","False",,,"Normal","Waiting on someone else"
"""
OUTLOOK_CHINESE = """\
"主题","开始日期","截止日期","提醒打开/关闭","提醒日期","提醒时间","完成日期","% 完成","总工作量","类别","便笺","优先级","状态"
"寄发票","2027/11/25","2027/11/30","True","2027/11/28","9:00:00","","0","0","钱;工作","两份","高","未开始"
"订纸",,"2027/12/1","False",,,"2026/11/20","100","0",,,"普通","已完成"
"银行的答复",,,"False",,,,"0","0",,,"低","正在等待其他人"
"""
THINGS = """\
uuid;type;title;status;area;area_title;project;project_title;heading;heading_title;notes;tags;start;start_date;deadline;reminder_time;stop_date;created;modified
C1;checklist-item;Passport;completed;;;;;;;;;;;;;2026-11-20 10:00:00;2026-11-01 09:00:00;2026-11-20 10:00:00
C2;checklist-item;Umbrella;incomplete;;;;;;;;;;;;;;2026-11-01 09:00:00;2026-11-01 09:00:00
T1;to-do;Pack;incomplete;;;P1;Holiday;H1;Before;"warm
things";"['Errand', '家']";Anytime;2027-07-01;2027-07-05;;;2026-11-01 09:00:00;2026-11-01 09:00:00
P1;project;Holiday;incomplete;A1;Family;;;;;;;Anytime;;;;;2026-11-01 09:00:00;2026-11-01 09:00:00
T2;to-do;Book the train;completed;A1;Family;;;;;;;Anytime;2026-11-02;;;2026-11-03 18:30:00;2026-11-01 09:00:00;2026-11-03 18:30:00
T3;to-do;Fly;canceled;;;P1;Holiday;;;;;Anytime;;;;2026-11-03 18:30:00;2026-11-01 09:00:00;2026-11-03 18:30:00
T4;to-do;Call;incomplete;;;;;;;;;Upcoming;2027-07-02;;08:15;;2026-11-01 09:00:00;2026-11-01 09:00:00
T4;to-do;Call;incomplete;;;;;;;;;Upcoming;2027-07-02;;08:15;;2026-11-01 09:00:00;2026-11-01 09:00:00
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


def test_days_of_todoist(lab: Lab, tmp_path: Path) -> None:
    """Days with and without a year, times on the clock beside them, rules in words, deadlines, Chinese."""
    taken(lab, tmp_path / "Days.csv", TODOIST_DAYS, "todoist", 6)
    assert not lab.import_file(tmp_path / "Days.csv").problems
    found = {each.title: each for each in lab.todos.find()}
    basil, parcel = found["Repot the basil"], found["Post the parcel"]
    assert (basil.start, basil.due, basil.priority) == (date(2027, 10, 5), date(2027, 10, 9), 3)
    assert (parcel.due, parcel.at, parcel.zone) == (date(2027, 10, 9), "10:00", "Africa/Cairo")
    ferns, club = found["Water the ferns"], found["Club"]
    assert (ferns.rule, ferns.from_done, ferns.at) == ("FREQ=DAILY;INTERVAL=3", True, "09:00")
    assert (club.rule, club.at) == ("FREQ=MONTHLY;UNTIL=20271201;BYDAY=2MO", "19:30")
    assert found["Tax"].rule == "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=31"
    weekly = found["周会"]
    assert (weekly.rule, weekly.at, weekly.due and weekly.due.weekday()) == ("FREQ=WEEKLY;BYDAY=MO", "09:00", 0)  # fmt: skip


@given(
    day=st.dates(date(2027, 1, 1), date(2030, 12, 31)), clock=st.none() | st.times(),
    form=st.sampled_from(["{m} {d} {y}", "{d} {m} {y}", "{m} {d}, {y}", "{y}-{n:02}-{d:02}", "{y}年{n}月{d}日"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_a_day_said_is_the_day_meant(day: date, clock: time | None, form: str) -> None:
    """However it is written, and with a time of day behind it."""
    text = form.format(m=month_abbr[day.month], n=day.month, d=day.day, y=day.year)
    at = f"{clock:%H:%M}" if clock else ""
    rows = Rows("said")
    values = todo_days.said(f"{text} {at}".strip(), "line 1", rows, zone_name="Asia/Shanghai")
    assert (values.get("due"), values.get("at") or "") == (day, at) and not rows.problems


@given(text=st.text(max_size=60) | st.lists(st.sampled_from(["every", "ev!", "until", "starting", "at", "5", "9am", "mon", "1st", "oct", "last", ".", "2027", "12:00"]), max_size=9).map(" ".join))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_day_or_told(text: str) -> None:
    """Nothing raises; what is not understood is told and changes nothing."""
    rows = Rows("said")
    values = todo_days.said(text, "line 1", rows)
    assert bool(values) or not text.strip() or rows.problems
    assert not values or isinstance(values["due"], date)


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


def test_more_of_ticktick(lab: Lab, tmp_path: Path) -> None:
    """Points of a checklist are steps, columns are tags, reminders come along; a rule of its own kind is told."""
    path = tmp_path / "滴答清单.csv"
    taken(lab, path, TICKTICK_MORE, "ticktick", 6)
    found = {each.title: each for each in lab.todos.find()}
    packing, hair = found["收拾行李"], found["理发"]
    assert (packing.note, packing.project, packing.tags) == ("别忘了", "杭州行", ["旅行", "出发前"])
    assert (packing.due, packing.rule, packing.remind) == (date(2027, 8, 4), "FREQ=YEARLY", ["0m", "1d"])  # fmt: skip
    assert [(found[name].parent, found[name].done) for name in ("护照", "雨伞")] == [(packing.id, True), (packing.id, False)]  # fmt: skip
    assert (hair.project, hair.at, hair.rule, hair.remind) == ("", "18:00", "FREQ=MONTHLY;BYMONTHDAY=13", ["0m", "60m"])  # fmt: skip
    assert (found["起床"].at, found["起床"].zone) == ("13:00", "")
    assert found["自定义"].rule is None
    assert any("ERULE" in str(problem.value) for problem in lab.import_file(path).problems)


def test_what_goes_out_as_a_backup_comes_in_the_same(
    lab: Lab, house: House, person: Person, tmp_path: Path
) -> None:
    """All that the other app has a column for; steps stay with what they belong to, formulas are none."""
    trip = lab.todos.add(
        title="=旅行, “trip”", due="2027-12-01", at="09:00", zone="Europe/Berlin", start="2027-11-25", priority=2,
        tags=["b", "家"], remind=["1d", "30m"], note="- one\n“two”", project="p", contexts=["电脑", "at home, 50%"],
        waiting="妈妈 and “Bob”: #1",
    )  # fmt: skip
    lab.todos.add(title="浇花", due="2027-03-28", rule="FREQ=WEEKLY;BYDAY=SU", parent=trip.id)
    lab.todos.complete(lab.todos.add(title="done"))
    path = lab.export(tmp_path / "mine.ticktick.csv", "todos.items")
    assert "\"'=旅行" in path.read_text("utf-8-sig")
    other = house.lab(person("other"))
    seen = other.import_file(path)
    assert (seen.importer, seen.new, seen.wrong, list(seen.problems)) == ("ticktick", 3, 0, [])
    seen.accept()
    theirs = {each.title: each for each in other.todos.find()}
    same = ("due", "at", "zone", "start", "priority", "tags", "remind", "note", "project", "rule", "done", "contexts", "waiting")  # fmt: skip
    for mine in lab.todos.find():
        for name in same:
            assert getattr(theirs[mine.title], name) == getattr(mine, name), (mine.title, name)
    assert theirs["浇花"].parent == theirs["=旅行, “trip”"].id
    assert (
        lab.export(tmp_path / "plain.csv", "todos.items")
        .read_text("utf-8-sig")
        .startswith("title,")
    )


def test_what_goes_out_to_todoist_comes_in_the_same(
    lab: Lab, house: House, person: Person, tmp_path: Path
) -> None:
    """A project as a table, all of them as a backup: steps below what they belong to, rules in words where it has some."""
    trip = lab.todos.add(title="=旅行 @home \\@x", due="2027-12-01", start="2027-11-25", priority=2, tags=["b", "a b"],
                         note="- one\n“two”", project="p", minutes=45, waiting="妈妈 and Bob")  # fmt: skip
    lab.todos.add(title="浇花", due="2027-03-28", at="09:00", zone="Europe/Berlin", rule="FREQ=WEEKLY;BYDAY=SU", parent=trip.id, project="p")  # fmt: skip
    lab.todos.add(title="pay", due="2027-03-31", rule="FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", note="note", project="p")  # fmt: skip
    lab.todos.add(title="filter", due="2027-03-30", rule="FREQ=DAILY;INTERVAL=3", from_done=True, project="p")  # fmt: skip
    lab.todos.complete(lab.todos.add(title="done"))
    (tmp_path / "table").mkdir()
    table = lab.export(tmp_path / "table" / "p.todoist.csv", "todos.items", project="p")
    lab.todos.add(title="loose", due="2027-02-01", at="10:00")
    assert table.read_text("utf-8-sig").splitlines()[0] == TODOIST.splitlines()[0]
    with pytest.raises(Invalid, match="one project"):
        lab.export(tmp_path / "all.todoist.csv", "todos.items")
    backup = lab.export(tmp_path / "all.todoist.zip", "todos.items")
    for path, importer, n in ((table, "todoist", 4), (backup, "todoist_backup", 5)):
        other = house.lab(person("other"))
        seen = other.import_file(path)
        assert (seen.importer, seen.new, seen.wrong, list(seen.problems)) == (importer, n, 0, [])
        seen.accept()
        assert other.import_file(path).new == 0
        theirs = {each.title: each for each in other.todos.find()}
        same = ("due", "at", "zone", "start", "priority", "tags", "note", "project", "rule", "from_done", "minutes", "waiting")  # fmt: skip
        for title, found in theirs.items():
            mine = lab.todos.find(title=title)[0]
            for name in same:
                assert getattr(found, name) == getattr(mine, name), (title, name)
        assert theirs["浇花"].parent == theirs[trip.title].id


def test_things(lab: Lab, tmp_path: Path) -> None:
    """Points stand above what they belong to; what is listed twice is one; projects and areas are names."""
    taken(lab, tmp_path / "things.csv", THINGS, "things", 5)
    found = {each.title: each for each in lab.todos.find()}
    pack, train, call = found["Pack"], found["Book the train"], found["Call"]
    assert (pack.start, pack.due, pack.project) == (date(2027, 7, 1), date(2027, 7, 5), "Holiday")
    assert (pack.tags, pack.note) == (["Errand", "家", "Before"], "warm\nthings")
    assert [(found[name].parent, found[name].done) for name in ("Passport", "Umbrella")] == [(pack.id, True), (pack.id, False)]  # fmt: skip
    assert train.done and train.project == "Family"
    assert (call.due, call.at, call.remind) == (date(2027, 7, 2), "08:15", ["0m"])
    assert "Fly" not in found and "Holiday" not in found


def test_outlook_in_chinese(lab: Lab, tmp_path: Path) -> None:
    """The same columns under other names, in the encoding of the machine."""
    path = tmp_path / "任务.csv"
    path.write_bytes(OUTLOOK_CHINESE.encode("gb18030"))
    seen = lab.import_file(path)
    assert (seen.importer, seen.new, seen.wrong) == ("outlook_tasks", 3, 0)
    seen.accept()
    found = {each.title: each for each in lab.todos.find()}
    invoice = found["寄发票"]
    assert (invoice.due, invoice.start, invoice.priority) == (date(2027, 11, 30), date(2027, 11, 25), 1)  # fmt: skip
    assert (invoice.tags, invoice.note, invoice.remind) == (["钱", "工作"], "两份", ["2d"])
    assert found["订纸"].done and found["银行的答复"].waiting and found["银行的答复"].priority == 3


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
