"""The career anchor: one overview that stays true, and others see only what one lets them see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pgc_lib.areas.anchor import Anchor
from pgc_lib.areas.career.sections import CONTACTS, SECTIONS
from pgc_lib.areas.career.sharing import person_of
from pgc_lib.areas.goals import Goals
from pgc_lib.areas.skills import Skills
from pgc_lib.areas.todos import Todos
from pgc_lib.core.pointer import point
from pgc_lib.core.zone import set_zone, today, zone
from pgc_lib.errors import Conflict, Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.settings import Secret
from tests.support.lab import House, Person, share

SECRET = ("secret@example.org", "+86 138 0013 8000", "12 Hidden Lane")


@pytest.fixture
def anchor(person: Person) -> Iterator[Anchor]:
    """The career of a new person, in English and in Shanghai."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield Anchor(person("mei"))
    set_zone(before)


def introduced(anchor: Anchor) -> Anchor:
    """With a profile that has something to hide."""
    anchor.introduce(
        name="Mei Lin",
        headline="Data engineer",
        summary=f"Reach me at {SECRET[0]} or {SECRET[1]}.",
        email=SECRET[0],
        phone=SECRET[1],
        address=SECRET[2],
        city="Hangzhou",
        country="CN",
        links=[{"network": "GitHub", "username": "mei", "url": "https://example.org/mei"}],
        languages=[{"language": "Chinese", "fluency": "Native"}],
        translations={"zh-CN": {"name": "林梅", "headline": "数据工程师"}},
    )
    return anchor


def test_one_introduces_oneself_once(anchor: Anchor) -> None:
    """Saying more changes the one profile; what is no address or language is refused with its reason."""
    assert anchor.me() is None and "introduce" in anchor.overview()._repr_html_()
    first = anchor.introduce(name="Mei Lin")
    second = anchor.introduce(headline="Engineer")
    assert first.id == second.id and (second.name, second.headline) == ("Mei Lin", "Engineer")
    assert anchor.profile.count() == 1
    for wrong in (
        {"email": "nobody"},
        {"url": "javascript:alert(1)"},
        {"country": "China"},
        {"links": [{"username": "x"}]},
        {"languages": [{"language": 1}]},
        {"translations": {"fr": {}}},
        {"translations": {"en": {"name": 1}}},
    ):
        with pytest.raises(Invalid):
            anchor.introduce(**wrong)


def test_achievements_show_skills_and_evidence(anchor: Anchor) -> None:
    """Skills by name, evidence as records or addresses; times as exact as they are known."""
    skills = Skills(anchor.session)
    python = skills.items.add(name="Python")
    proof = skills.prove("Python", "Talk")
    made = anchor.achieve(
        "Faster reports", result="From a day to an hour", number=96, unit="%", begin="2025", end="2026-03",
        skills=["Python", python], evidence=[proof, "https://example.org/talk"],
    )  # fmt: skip
    assert made.skills == [point(python)]
    assert made.evidence == ["https://example.org/talk", point(proof)]
    for wrong in (
        {"begin": "2025-13"},
        {"end": "2026-02-30"},
        {"begin": "2026-04", "end": "2026-03"},
        {"begin": "2026-05-01", "end": "2026-04"},
        {"evidence": ["trust me"]},
        {"within": "nothing"},
    ):
        with pytest.raises(Invalid):
            anchor.achievements.add(title="x", **wrong)
    assert anchor.achievements.add(title="x", begin="2026-05-20", end="2026-05").end == "2026-05"


def test_the_overview_brings_everything_together(anchor: Anchor) -> None:
    """What was done, what is being done with its to-dos, what is planned with its pace, and nothing is markup."""
    introduced(anchor)
    skills, todos, goals = Skills(anchor.session), Todos(anchor.session), Goals(anchor.session)
    python = skills.items.add(name="Python <b>")
    goal = goals.add(title="Save for the course", target=1000, unit="CNY")
    linked = todos.add(title="Read chapter one")
    todos.add(title="Write", project="Course")
    todos.complete(todos.add(title="Enrol", project="Course"))
    todos.add(title="Other", project="Home")
    anchor.achieve("<script>alert(1)</script>", number=12.5, unit="hours", skills=[python])
    anchor.stations.add(organisation="Cloud & Sons", position="Engineer", begin="2024")
    anchor.stations.add(organisation="Left", position="Gone", begin="2020", end="2023")
    anchor.focus.add(title="Learning Rust", todo_project="Course", links=[point(linked), point(python), point(goal)])  # fmt: skip
    anchor.focus.add(title="Long ago", until=today() - timedelta(days=1))
    plan = anchor.plan(
        "Lead a team", horizon="years", why="To help others grow", success=["five people"],
        begin=today() - timedelta(days=50), due=today() + timedelta(days=49),
        milestones=["Mentor somebody", ("Run a project", today() + timedelta(days=10))], todo_project="Course",
    )  # fmt: skip
    step = anchor.milestones.find(title="Mentor somebody")[0]
    anchor.reach(step)
    seen = anchor.overview()
    assert [each.title for each in seen.focus] == ["Learning Rust"]
    assert [each.organisation for each in seen.stations] == ["Cloud & Sons"]
    belongs = seen.belongs[seen.focus[0].id]
    assert (belongs.open, belongs.finished) == (2, 1)
    assert belongs.skills == ("Python <b>",) and belongs.goals == ("Save for the course",)
    assert seen.with_numbers == 1 and seen.stale == []
    (known, pace) = seen.plans[0]
    assert known.id == plan.id and (pace.share, pace.expected, pace.standing) == (0.5, 0.5, "even")
    assert pace.next == "Run a project" and pace.likely == today() + timedelta(days=50)
    html = seen._repr_html_()
    for part in ("12.5 hours", "to-dos: 2 open, 1 finished", "next: Run a project", "Cloud &amp; Sons", "on course"):  # fmt: skip
        assert part in html, part
    assert "<script>" not in html and "Python <b>" not in html and "Left" not in html
    with in_lang("zh-CN"):
        chinese = anchor.overview()._repr_html_()
    assert "我做过的事" in chinese and "2 项未完成" in chinese
    todos.add(title="Ask for a mentor", links=[point(plan)])
    frame = anchor.pace()
    assert frame["todos_open"].to_list() == [2] and frame["standing"].to_list() == ["even"]
    anchor.reach(plan)
    assert anchor.pace()["share"].to_list() == [1.0] and not anchor.overview().plans


def test_an_empty_career_has_an_overview(anchor: Anchor) -> None:
    """With nothing in it, and a frame with its columns."""
    seen = anchor.overview()
    assert not seen.achievements and seen.stale == [] and "Nothing." in seen._repr_html_()
    assert anchor.pace().is_empty() and "standing" in anchor.pace().columns
    assert all(each.true_on is None for each in anchor.freshness())


def test_each_section_says_when_it_was_last_true(anchor: Anchor) -> None:
    """Confirmed weighs more than changed; whatever nobody has looked at for long is named."""
    anchor.focus.add(title="Now")
    by_name = {each.section: each for each in anchor.freshness()}
    assert by_name["focus"].true_on == today() and not by_name["focus"].stale
    anchor.confirm("focus", day=today() - timedelta(days=31))
    anchor.confirm("plans", day=today() - timedelta(days=900))  # an empty section is never stale
    seen = anchor.overview()
    assert (
        seen.stale == ["focus"] and "To be looked at again: What I am doing" in seen._repr_html_()
    )
    anchor.confirm("focus", day=today() - timedelta(days=31), days=60)
    assert anchor.overview().stale == []
    anchor.confirm("focus")
    assert anchor.confirmations.count(section="focus") == 1
    with pytest.raises(Invalid):
        anchor.confirm("nonsense")


def test_a_plan_is_kept_with_its_milestones_or_not_at_all(anchor: Anchor) -> None:
    """A milestone that cannot be kept takes the plan with it."""
    with pytest.raises(Invalid):
        anchor.plan("Half", milestones=["fine", ("wrong", "someday")])
    assert anchor.plans.count() == 0 and anchor.milestones.count() == 0
    with pytest.raises(Invalid, match="end before"):
        anchor.plan("Backwards", begin="2026-02-01", due="2026-01-01")


def test_a_view_shows_what_it_names_and_nothing_else(anchor: Anchor, tmp_path: Path) -> None:
    """Contacts, sections and entries that are not chosen are in no form of the page, not even in running text."""
    introduced(anchor)
    kept = anchor.achieve("Shown", situation=f"Ask {SECRET[0]}", result="Good")
    hidden = anchor.achieve("Concealed deed")
    chosen = anchor.stations.add(organisation="Chosen works", position="Boss", begin="2020")
    anchor.stations.add(organisation="Other works", position="Worker", begin="2019")
    anchor.values.add(name="Privatevalue")
    anchor.references.add(name="Somebody", text="Call +86 138-0013-8000")
    anchor.views.add(
        name="recruiter", contacts=["place"], without=[point(hidden)], only=[point(chosen)],
        sections=["profile", "achievements", "work", "references"],
    )  # fmt: skip
    pypdf = pytest.importorskip("pypdf")
    for ending in (".html", ".md", ".json", ".pdf"):
        path = anchor.export(tmp_path / f"cv{ending}", view="recruiter")
        if ending == ".pdf":
            text = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
        else:
            text = path.read_text(encoding="utf-8")
        for there in ("Mei Lin", "Shown", "Hangzhou", "Boss"):
            assert there in text, (ending, there)
        gone = ("Concealed", "Other works", "Privatevalue", "example.org/mei", "13800138000", "138 0013", "138-0013", *SECRET)  # fmt: skip
        for secret in gone:
            assert secret not in text, (ending, secret)
        assert str(kept.id) not in text and kept.id.hex not in text
    page = anchor.preview("recruiter")
    assert "sandbox" in page._repr_html_() and SECRET[0] not in page.html
    assert "<script" not in page.html and "default-src 'none'" in page.html
    with pytest.raises(NotFound, match=r"views\.add"):
        anchor.preview("nobody")
    with pytest.raises(Invalid, match="none of"):
        anchor.views.add(name="x", sections=["diary"])
    ended = anchor.views.add(name="ended", until=today() - timedelta(days=1))
    with pytest.raises(Conflict, match="ended on"):
        anchor.export(tmp_path / "x.html", view=ended)
    with pytest.raises(Invalid, match="docx"):
        anchor.export(tmp_path / "x.docx")
    with pytest.raises(Invalid, match="classic"):
        anchor.export(tmp_path / "x.pdf", layout="baroque")


def test_headings_and_content_have_languages_of_their_own(anchor: Anchor, tmp_path: Path) -> None:
    """What is translated follows the language asked for; the rest stays as it was written."""
    introduced(anchor)
    anchor.stations.add(organisation="云图", position="工程师", begin="2024", translations={"en": {"position": "Engineer"}})  # fmt: skip
    english = anchor.export(tmp_path / "en.md", lang="en").read_text(encoding="utf-8")
    chinese = anchor.export(tmp_path / "zh.md", lang="zh").read_text(encoding="utf-8")
    mixed = anchor.export(tmp_path / "mixed.md", lang="en", content="zh").read_text(
        encoding="utf-8"
    )
    assert "## Work" in english and "Engineer" in english and "Mei Lin" in english
    assert "2024 – today" in english and "2024 – 至今" in chinese
    assert "## 工作经历" in chinese and "工程师" in chinese and "林梅" in chinese
    assert "## Work" in mixed and "工程师" in mixed and "林梅" in mixed


def test_a_photo_is_in_the_page_itself(anchor: Anchor, tmp_path: Path) -> None:
    """As data, so that the page asks nobody; only where the view shows it. What is no photo is refused."""
    introduced(anchor)
    from tests.unit.core.test_typeset import pictures_in, png

    (tmp_path / "me.png").write_bytes(png(20, 20))
    (tmp_path / "me.svg").write_text("<svg onload='alert(1)'/>")
    anchor.photo(tmp_path / "me.png")
    anchor.photo(tmp_path / "me.png")
    me = anchor.me()
    assert me is not None and len(anchor.profile.attachments(me)) == 1
    with pytest.raises(Invalid, match="no photo"):
        anchor.photo(tmp_path / "me.svg")
    assert "data:image/png;base64," in anchor.preview().html
    assert "data:image" not in anchor.preview(anchor.views.add(name="plain")).html
    for layout in ("classic", "modern"):
        made = anchor.export(tmp_path / "cv.pdf", layout=layout)
        assert pictures_in(made.read_bytes()) == 1


def test_a_link_opens_until_it_ends(anchor: Anchor, person: Person) -> None:
    """The token is kept nowhere; what ended, was taken back or never was looks the same; visits are counted."""
    introduced(anchor)
    view = anchor.views.add(name="coach")
    shared = anchor.share(view, days=7)
    assert "Mei Lin" in anchor.opened(shared.token)
    anchor.opened(shared.token)
    link = anchor.shared()[0]
    assert link.visits == 1 and link.seen_at is not None and shared.token not in repr(shared)
    assert shared.token.partition(".")[2] not in repr(link) + str(link.values())
    anchor.links.update(link.id, seen_at=datetime.now(UTC) - timedelta(minutes=2))
    anchor.opened(shared.token)
    assert anchor.shared()[0].visits == 2
    other = anchor.share("coach")
    stranger = Anchor(person("stranger"))
    answers = set()
    for career, token in (
        (anchor, shared.token[:-1] + ("A" if shared.token[-1] != "A" else "B")),
        (anchor, "x"),
        (anchor, shared.token + "\n"),
        (stranger, shared.token),
        (stranger, stranger.session.person.hex + shared.token[32:]),
    ):
        with pytest.raises(NotFound) as told:
            career.opened(token)
        answers.add(str(told.value))
    assert anchor.revoke(anchor.links.get(link.id)) == 1 and anchor.revoke("coach") == 1
    for token in (shared.token, other.token):
        with pytest.raises(NotFound) as told:
            anchor.opened(token)
        answers.add(str(told.value))
    third = anchor.share("coach")
    anchor.views.update(view.id, until=today() - timedelta(days=1))
    with pytest.raises(NotFound) as told:
        anchor.opened(third.token)
    answers.add(str(told.value))
    anchor.views.update(view.id, until=None)
    assert anchor.opened(third.token)
    anchor.views.remove(view.id)
    with pytest.raises(NotFound) as told:
        anchor.opened(third.token)
    assert len(answers | {str(told.value)}) == 1
    with pytest.raises(Invalid, match="never open"):
        anchor.share(anchor.views.add(name="short"), days=0)


def test_only_whom_one_lets(anchor: Anchor, person: Person, house: House) -> None:
    """A grant of the area shows the records; my overview, views and links stay about myself."""
    introduced(anchor)
    anchor.achieve("Mine")
    coach = Anchor(person("coach"))
    assert coach.achievements.count() == 0
    share(anchor.session, coach.session, "anchor")
    assert [each.title for each in coach.achievements.find()] == ["Mine"]
    assert coach.me() is None and not coach.overview().achievements
    for table in ("profile", "links", "views", "plans"):
        assert house.sql(f"select relforcerowsecurity from pg_class where oid = 'anchor.{table}'::regclass") == [(True,)]  # fmt: skip


def test_a_service_opens_it_in_the_owners_role(anchor: Anchor, house: House) -> None:
    """The token says whose role to take; with it the page is the same, and the visit is noted."""
    introduced(anchor)
    token = anchor.share(anchor.views.add(name="coach", contacts=["email"])).token
    served = replace(anchor.session, database=Secret(house.worker_url), acting_as=person_of(token))
    try:
        page = Anchor(served).opened(token)
        assert "Mei Lin" in page and SECRET[0] in page and SECRET[1] not in page
    finally:
        served.close()
    assert anchor.shared()[0].visits == 1


def test_every_section_can_be_shown(anchor: Anchor, tmp_path: Path) -> None:
    """Plans with their milestones, focus, values and what others say, in both layouts and every form."""
    introduced(anchor)
    skill = Skills(anchor.session).items.add(name="Python")
    Skills(anchor.session).assess(skill, 4)
    anchor.plan("Write a book", milestones=["Outline", ("Draft", "2030-01-01")], success=["printed"], why="For others", translations={"zh-CN": {"title": "写书"}})  # fmt: skip
    anchor.reach(anchor.milestones.find(title="Outline")[0])
    anchor.focus.add(title="Drafting", since=today())
    anchor.values.add(name="Patience", meaning="Again")
    anchor.references.add(name="Bob", text="Splendid")
    anchor.strengths.add(name="Coding", skill=point(skill))
    anchor.strengths.add(name="Chess", sort="interest")
    anchor.projects.add(name="Ledger", roles=["Author"], skills=[point(skill)])
    anchor.stations.add(organisation="Club", sort="volunteer")
    every = anchor.views.add(name="all", sections=list(SECTIONS), contacts=list(CONTACTS))
    for layout in ("classic", "modern"):
        page = anchor.preview(every, layout=layout).html
        for part in ("☑ Outline", "☐ Draft (2030-01-01)", "printed", "Drafting", "Patience", "Splendid", "Chess", "Club", "Proficient", "Ledger"):  # fmt: skip
            assert part in page, part
        assert anchor.export(tmp_path / "all.pdf", view=every, layout=layout).read_bytes()[:4] == b"%PDF"  # fmt: skip
    assert "写书" in anchor.export(tmp_path / "all.md", view=every, lang="zh").read_text(encoding="utf-8")  # fmt: skip
    made = anchor.export(tmp_path / "all.json", view=every).read_text(encoding="utf-8")
    assert "Chess" in made and "Write a book" not in made


def test_the_past_has_its_own_overview(house: House, person: Person) -> None:
    """As it was, counted from that day."""
    lab = house.lab(person("mei"))
    lab.anchor.plan("Then", begin=today() - timedelta(days=9), due=today() + timedelta(days=9))
    moment = datetime.now(UTC)
    lab.anchor.achieve("Now")
    then = lab.at(moment).anchor.overview()
    assert [plan.title for plan, _pace in then.plans] == ["Then"] and not then.achievements
