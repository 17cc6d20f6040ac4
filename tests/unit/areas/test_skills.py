"""Skills, end to end on the real engine: found, practised, proved, assessed; the tree, roles, git."""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from dulwich.repo import Repo

from pgc_lib.areas.skills import Skills
from pgc_lib.core.history import History
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound, StoreError
from pgc_lib.i18n import in_lang
from tests.support.lab import House, Person, share

DAY = date(2026, 3, 2)


@pytest.fixture
def me(house: House, person: Person) -> Session:
    """A new person."""
    del house
    return person()


@pytest.fixture
def skills(me: Session) -> Skills:
    """The skills of a new person."""
    return Skills(me)


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_skill_is_found_however_it_is_written(skills: Skills) -> None:
    """By its name in any case, by an alias, by its id, by itself."""
    python = skills.add(name="Python", aliases=["蟒蛇", "py"])
    for called in ("Python", " python ", "PY", "蟒蛇", python.id, python):
        assert skills.skill(called) == python
    skills.add(name="PYTHON")
    assert skills.skill("Python") == python, "the exact name decides"
    with pytest.raises(Conflict, match="2 skills"):
        skills.skill("python")


def test_a_name_that_is_not_there_suggests_the_nearest(skills: Skills) -> None:
    """And makes nothing, unless it is said to."""
    for name in ("Python", "数据可视化", "Spanish"):
        skills.add(name=name)
    for called, meant in (("Pyton", "Python"), ("可视化", "数据可视化"), ("spanisch", "Spanish")):
        with pytest.raises(NotFound, match=meant) as caught:
            skills.log(called, 1)
        assert "create=True" in caught.value.next_step
    with pytest.raises(NotFound) as caught:
        skills.log("Zz", 1)
    assert "Did you mean" not in caught.value.next_step
    assert (skills.count(), skills.practice.count()) == (3, 0)
    logged = skills.log("Cello", hours=1.5, evidence="…", create=True)
    assert skills.skill("cello").id == logged.skill and logged.hours == 1.5
    assert skills.log("cello", 1, create=True).skill == logged.skill


def test_what_is_wrong_with_practice_makes_no_skill(skills: Skills) -> None:
    """The hours are looked at before a skill is made for them."""
    for hours in (0, -1, 25, float("nan")):
        with pytest.raises(Invalid, match="Hours"):
            skills.log("New", hours, create=True)
    with pytest.raises(Invalid, match="Day"):
        skills.log("New", 1, day="2026-02-30", create=True)
    assert skills.count() == 0


def test_practice_is_of_the_persons_today(skills: Skills) -> None:
    """Unless a day is named."""
    days = []
    for place in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart: never the same day
        set_zone(place)
        before = datetime.now(ZoneInfo(place)).date()
        days.append(skills.log("x", 1, create=True).day)
        assert before <= days[-1] <= datetime.now(ZoneInfo(place)).date()
    assert days[0] > days[1]
    assert skills.log("x", 1, day="2026-03-02").day == DAY


# ── levels and evidence ──────────────────────────────────────────────────────────────────────────────


def test_levels_have_criteria_and_are_reached(skills: Skills) -> None:
    """The usual five, or one's own; a level beyond them is refused."""
    skills.add(name="Guitar")
    skills.assess("Guitar", 2.5, day=DAY)
    skills.assess("Guitar", 2, day=DAY - timedelta(9), by="coach")
    assert skills.level("Guitar") == 2.5
    assert [level.reached for level in skills.levels("Guitar")] == [True, True, False, False, False]
    with pytest.raises(Invalid, match="at most 5"):
        skills.assess("Guitar", 6)
    skills.set_levels("Guitar", ["开放和弦", "横按", "指弹一首"])
    assert [level.criterion for level in skills.levels("Guitar")][2] == "指弹一首"
    with pytest.raises(Invalid, match="at most 3"):
        skills.assess("Guitar", 4)
    with pytest.raises(Invalid, match="at most 10 levels"):
        skills.set_levels("Guitar", list("abcdefghijk"))
    skills.set_levels("Guitar")
    assert len(skills.levels("Guitar")) == 5


def test_evidence_with_a_file(skills: Skills, tmp_path: Path) -> None:
    """A certificate is attached whole; a link that is none is refused."""
    (tmp_path / "certificate.pdf").write_bytes(b"%PDF-1.7 demo")
    skills.add(name="SQL")
    kept = skills.prove(
        *("SQL", "Certificate", "certificate"),
        weight=2,
        level=3,
        url="https://example.org/x",
        file=tmp_path / "certificate.pdf",
    )
    (attached,) = skills.evidence.attachments(kept)
    with skills.evidence.attached(attached) as stream:
        assert stream.read() == b"%PDF-1.7 demo"
    for url in ("javascript:alert(1)", "https://", "x y"):
        with pytest.raises(Invalid, match="Link"):
            skills.prove("SQL", "x", url=url)
    with pytest.raises(Invalid, match="must be one of"):
        skills.prove("SQL", "x", how="rumour")  # type: ignore[arg-type]


# ── the tree ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_tree_with_several_parents(skills: Skills) -> None:
    """Depth, what it needs, and whether it can be begun."""
    for name in ("Python", "Maths", "ML", "DL"):
        skills.add(name=name)
    skills.require("ML", "Python", level=2)
    skills.require("ML", "Maths")
    skills.require("DL", "ML", level=3)
    skills.assess("Python", 2, day=DAY)
    rows = {row["name"]: row for row in skills.tree().to_dicts()}
    assert [(name, row["depth"], row["open"]) for name, row in rows.items()] == [
        ("Maths", 0, True),
        ("Python", 0, True),
        ("ML", 1, False),
        ("DL", 2, False),
    ]
    assert sorted(rows["ML"]["needs"]) == ["Maths", "Python"]
    edges = skills.edges().select("name", "needs_name", "level", "met").rows()
    assert edges == [
        ("DL", "ML", 3.0, False),
        ("ML", "Maths", 1.0, False),
        ("ML", "Python", 2.0, True),
    ]
    skills.assess("Maths", 1, day=DAY)
    assert skills.tree().filter(name="ML")["open"].to_list() == [True]
    assert skills.require("ML", "Python", level=4).level == 4
    assert skills.links.count() == 3
    assert skills.unrequire("ML", "Python") and not skills.unrequire("ML", "Python")


def test_a_circle_is_refused_and_named(skills: Skills) -> None:
    """The whole way round, in both languages; nothing was changed."""
    for name in ("乐理", "吉他", "指弹"):
        skills.add(name=name)
    skills.require("吉他", "乐理")
    skills.require("指弹", "吉他")
    with in_lang("zh-CN"), pytest.raises(Invalid, match="循环：乐理 → 指弹 → 吉他 → 乐理"):
        skills.require("乐理", "指弹")
    with pytest.raises(Invalid, match="吉他 → 吉他"):
        skills.require("吉他", "吉他")
    assert skills.links.count() == 2


def test_the_database_refuses_circles_too(me: Session, skills: Skills) -> None:
    """In bulk, by an update, and from any other client."""
    ids = [skills.add(name=name).id for name in "abc"]
    a, b, c = ids
    skills.links.add_many([{"skill": a, "needs": b}, {"skill": b, "needs": c}])
    for rows in ([{"skill": c, "needs": a}], [{"skill": c, "needs": b}]):
        with pytest.raises(StoreError, match="would need itself"):
            skills.links.add_many(rows)
    d, e = uuid4(), uuid4()
    with pytest.raises(StoreError, match="would need itself"):
        skills.links.add_many([{"skill": d, "needs": e}, {"skill": e, "needs": d}])
    with (
        psycopg.connect(me.database.reveal()) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match=r"'[ab]' would need itself"),
    ):
        connection.execute("update skills.links set needs = %s where skill = %s", [a, b])
    assert skills.links.count() == 2


def test_circles_of_others_are_no_concern(person: Person) -> None:
    """The same identifiers in another person's links close no circle in mine."""
    mama, papa = Skills(person()), Skills(person())
    a, b = uuid4(), uuid4()
    mama.links.add(skill=a, needs=b)
    papa.links.add(skill=b, needs=a)
    share(mama.session, papa.session, "skills", "edit")
    papa.links.add(skill=a, needs=uuid4())


# ── roles ────────────────────────────────────────────────────────────────────────────────────────────

ROLE = (
    "role,skill,level,weight\nEngineer,python,4,2\nEngineer,SQL,3,\nEngineer,Go,2,\nPoet,Rhyme,1,\n"
)


def test_roles_are_imported_as_one_batch(me: Session, skills: Skills, tmp_path: Path) -> None:
    """From a text or file; again renews, undone as one."""
    (tmp_path / "roles.csv").write_text(ROLE, encoding="utf-8")
    done = skills.import_roles(tmp_path / "roles.csv")
    assert done.added == 4 and skills.roles.count() == 2
    again = skills.import_roles(ROLE.replace("SQL,3", "SQL,4"))
    assert (again.added, again.updated, skills.roles.count()) == (0, 1, 2)
    assert skills.export_roles("Poet") == "role,skill,level,weight,note\nPoet,Rhyme,1,1,\n"
    exported = skills.export_roles()
    History(me).undo_batch(again.batch)
    History(me).undo_batch(done.batch)
    assert skills.roles.count() == skills.requirements.count() == 0
    assert skills.import_roles(exported).added == 4


def test_a_role_with_mistakes_is_taken_whole_or_not_at_all(skills: Skills, tmp_path: Path) -> None:
    """With the places; what is right is kept only when it is said to."""
    text = "role,skill,level\nx,a,1\nx,b,many\n"
    with pytest.raises(Invalid, match="line 3"):
        skills.import_roles(text)
    assert skills.roles.count() == 0
    done = skills.import_roles(text, keep_valid=True)
    assert (done.added, done.refused, len(done.problems)) == (1, 1, 1)
    (tmp_path / "gb.csv").write_bytes("角色,技能,等级\n诗人,押韵,2\n".encode("gb18030"))
    skills.import_roles(tmp_path / "gb.csv")
    assert skills.gap("诗人")["skill"].to_list() == ["押韵"]
    with pytest.raises(NotFound, match=r"none\.csv"):
        skills.import_roles("none.csv")


def test_the_gap_to_a_role(skills: Skills) -> None:
    """What is there beside what is asked for; skills by any name; the largest gap first."""
    skills.add(name="Python", aliases=["py"])
    skills.assess("Python", 3, day=DAY)
    skills.set_role("Engineer", {"PY": 4, "SQL": 3})
    gap = skills.gap("Engineer")
    assert gap.select("skill", "known", "wanted", "level", "missing", "met").rows() == [
        ("SQL", False, 3.0, 0.0, 3.0, False),
        ("Python", True, 4.0, 3.0, 1.0, False),
    ]
    assert skills.readiness("Engineer") == pytest.approx(3 / 7)
    skills.set_role("Engineer", {"SQL": 0, "py": 2}, aim=False, due=DAY)
    assert skills.role("Engineer").aim is False and skills.requirements.count() == 2
    skills.set_role("Engineer", {"PY": 0})
    assert skills.readiness("Engineer") == 1
    with pytest.raises(NotFound, match="Engineer"):
        skills.gap("Painter")
    with pytest.raises(Invalid, match="Level"):
        skills.set_role("Engineer", {"Go": 99})
    assert skills.set_role("Empty", {}).name == "Empty" and skills.gap("Empty").height == 0


def test_the_next_best_skill_has_its_reasons(skills: Skills) -> None:
    """From the tree, the roles one aims at, and what fades."""
    for name in ("Python", "ML", "French", "Piano"):
        skills.add(name=name)
    skills.require("ML", "Python", level=3)
    skills.set_role("Scientist", {"ML": 3, "R": 1})
    skills.set_role("Pianist", {"Piano": 5}, aim=False)
    skills.assess("French", 4, day=DAY - timedelta(900))
    with in_lang("zh-CN"):
        found = skills.next_best()
        assert [one.name for one in found] == ["Python", "French", "R"]
        assert found[0].reasons[0] == "ML 被要求，且以它达到 3 级为前提"
        assert "没有练习" in found[1].reasons[0]
        assert "您还没有这项技能" in found._repr_html_()
    assert [one.name for one in skills.next_best("Pianist")] == ["Piano", "French", "Python"]
    assert len(skills.next_best(limit=1)) == 1


# ── git ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two languages on two days."""
    folder = tmp_path / "lab"
    repo = Repo.init(str(folder), mkdir=True)
    worktree = repo.get_worktree()
    for n, name in enumerate(("a.py", "b.py", "c.sql")):
        (folder / name).write_text(str(n))
        worktree.stage([name])
        worktree.commit(
            message=b"x",
            author=b"Me <me@example.org>",
            committer=b"Me <me@example.org>",
            author_timestamp=1_772_000_000 + n * 40_000,
            author_timezone=0,
            commit_timestamp=1_772_000_000 + n * 40_000,
            commit_timezone=0,
        )
    return folder


def test_a_repository_becomes_practice_and_evidence(
    me: Session, skills: Skills, repository: Path
) -> None:
    """Looked at first; what has a skill is kept, in one batch; read again it is not doubled."""
    found = skills.from_git(repository, author="me@example.org")
    assert [told.language for told in found.languages] == ["Python", "SQL"]
    assert skills.practice.count() == 0
    with pytest.raises(NotFound, match="Python, SQL"):
        found.accept()
    skills.add(name="py", aliases=["Python"])
    kept = found.accept()
    assert (kept.skills, kept.left_out, kept.days, kept.evidence) == (("py",), ("SQL",), 1, 1)
    (proof,) = skills.evidence.find()
    assert proof.how == "commits" and proof.note.count("..") == 1 and "lab" in proof.title
    History(me).undo_batch(kept.batch)
    assert skills.practice.count() == skills.evidence.count() == 0
    for _time in range(2):
        kept = skills.from_git(repository).accept(create=True)
        assert kept.skills == ("py", "SQL")
        assert (skills.practice.count(), skills.evidence.count()) == (2, 2)
    assert skills.from_git(repository).accept({"SQL": "py"}).skills == ("py",)
    assert "SQL" in found._repr_html_() and "Batch" in kept._repr_html_()


# ── others ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_coach_sees_and_writes_what_was_granted(person: Person) -> None:
    """Numbers of one person are never mixed with another's; a stranger sees nothing."""
    pupil, coach, stranger = person("pupil"), person("coach"), person("stranger")
    theirs, mine = Skills(pupil), Skills(coach)
    guitar = theirs.add(name="Guitar")
    theirs.log("Guitar", 2, day=DAY)
    mine.log("Guitar", 5, day=DAY, create=True)
    share(pupil, coach, "skills", "see")
    assert mine.hours()["hours"].to_list() == [5.0]
    assert mine.hours(owner=pupil.person)["hours"].to_list() == [2.0]
    assert mine.decay(owner=pupil.person)["name"].to_list() == ["Guitar"]
    assert mine.skill("Guitar").owner == coach.person
    with pytest.raises(Denied):
        mine.assess(guitar, 3, by="coach")
    share(pupil, coach, "skills", "edit")
    assert mine.assess(guitar, 3, by="coach").owner == pupil.person
    assert mine.log(guitar.id, 1).owner == pupil.person
    assert theirs.level("Guitar") == 3
    assert Skills(stranger).decay(owner=pupil.person).height == 0
    with pytest.raises(NotFound):
        Skills(stranger).skill(guitar.id)


def test_one_does_not_write_for_others_without_a_right(person: Person) -> None:
    """Practice under somebody else's name is refused by the database."""
    mine, other = Skills(person()), person()
    with pytest.raises(Denied):
        mine.practice.add(skill=UUID(int=1), day=DAY, hours=1, owner=other.person)
