"""JSON Resume: what leaves fits the official schema, what comes in is taken whole, and both ways lose nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgc_lib.areas.anchor import Anchor
from pgc_lib.areas.career import resume
from pgc_lib.areas.skills import Skills
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.errors import Invalid
from pgc_lib.exchange.jsonresume import IMPORTER, MOST
from pgc_lib.exchange.registry import recognise
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

DATA = Path(__file__).parents[4] / "shared" / "data" / "jsonresume"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no reference data: ../shared/data/jsonresume")  # fmt: skip

FULL: dict[str, Any] = {
    "$schema": resume.SCHEMA,
    "basics": {
        "name": "Ada Example", "label": "Engineer", "email": "ada@example.org", "phone": "+1 555 0100", "url": "https://example.org/ada",
        "summary": "Builds <things>.", "location": {"city": "Paris", "countryCode": "FR", "postalCode": "75000"},
        "profiles": [{"network": "GitHub", "username": "ada", "url": "https://example.org/code"}], "nickname": "A",
    },
    "work": [
        {"name": "Works", "position": "Lead", "startDate": "2020-03", "summary": "s", "highlights": ["one", "two"], "team": 4},
        {"name": "Before", "startDate": "2016", "endDate": "2020-02-29", "location": "Lyon", "description": "d", "url": "https://example.org"},
    ],
    "volunteer": [{"organization": "Club", "position": "Teacher", "startDate": "2019"}],
    "education": [{"institution": "School", "area": "Maths", "studyType": "BSc", "score": "1.0", "courses": ["Algebra"], "endDate": "2015"}],
    "awards": [{"title": "Prize", "date": "2021-05-01", "awarder": "Town", "summary": "for it"}],
    "certificates": [{"name": "Driver", "date": "2010", "issuer": "State", "url": "https://example.org/c"}],
    "publications": [{"name": "Paper", "publisher": "Press", "releaseDate": "2022-02", "url": "https://example.org/p", "summary": "about"}],
    "skills": [{"name": "Python", "level": "Master", "keywords": ["asyncio"]}],
    "languages": [{"language": "French", "fluency": "Native"}],
    "interests": [{"name": "Chess", "keywords": ["blitz"]}],
    "references": [{"name": "Bob", "reference": "Great."}],
    "projects": [{"name": "Tool", "description": "does", "highlights": ["h"], "keywords": ["k"], "startDate": "2021", "roles": ["Author"], "entity": "Self", "type": "application", "url": "https://example.org/t"}],
    "meta": {"version": "v1.0.0", "theme": "plain"},
}  # fmt: skip


@pytest.fixture
def lab(house: House, person: Person) -> Iterator[Lab]:
    """The lab of a new person, in English."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield house.lab(person("ada"))
    set_zone(before)


def written(path: Path, made: Any) -> Path:
    """A file with an object."""
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def plain(made: Any) -> Any:
    """Without what says nothing, and lists whose order is ours in one order."""
    if isinstance(made, dict):
        values = {name: plain(value) for name, value in made.items()}
        return {name: value for name, value in values.items() if value not in ("", None, [], {})}
    if isinstance(made, list):
        values_of = [plain(each) for each in made]
        return sorted(values_of, key=str) if values_of and isinstance(values_of[0], dict) else values_of  # fmt: skip
    return made


def check(made: Any) -> None:
    """Against the official schema."""
    import jsonschema

    schema = json.loads((DATA / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(made)


def test_a_resume_goes_in_and_comes_out_the_same(lab: Lab, tmp_path: Path) -> None:
    """Also what we have no field for; a second import adds nothing; one undo takes it all back."""
    path = written(tmp_path / "cv.json", FULL)
    assert recognise(path)[0].importer.name == "jsonresume"
    Skills(lab.session).items.add(name="python")
    done = lab.import_file(path).accept()
    anchor: Anchor = lab.anchor
    assert plain(anchor.json_resume()) == plain(FULL)
    assert anchor.stations.count() == 4 and anchor.achievements.count() == 3
    strength = anchor.strengths.find(name="Python")[0]
    assert strength.skill and strength.skill.startswith("skills.items/")
    lab.import_file(path).accept()
    assert anchor.stations.count() == 4 and anchor.profile.count() == 1
    lab.history.undo_batch(done.batch)
    assert anchor.me() is None and anchor.stations.count() == 0


def test_a_profile_that_is_there_is_completed_not_overwritten(lab: Lab, tmp_path: Path) -> None:
    """What I said of myself stays; what was missing is filled in."""
    lab.anchor.introduce(name="My own name", city="Rome")
    lab.import_file(written(tmp_path / "cv.json", FULL)).accept()
    me = lab.anchor.me()
    assert (me.name, me.city, me.headline, me.country) == ("My own name", "Rome", "Engineer", "FR")


@needs_data
def test_the_official_sample(lab: Lab, tmp_path: Path) -> None:
    """It is recognised, nothing of it is refused, and it comes back the same and valid."""
    path = DATA / "sample.resume.json"
    preview = lab.import_file(path)
    assert not IMPORTER.read(path).problems
    preview.accept()
    made = lab.anchor.json_resume()
    check(made)
    assert plain(made) == plain(json.loads(path.read_text(encoding="utf-8")))
    check(json.loads(lab.anchor.export(tmp_path / "out.json").read_text(encoding="utf-8")))


@needs_data
def test_our_own_records_fit_the_schema(lab: Lab, tmp_path: Path) -> None:
    """An achievement travels as a project that other tools can show, and comes back as what it was."""
    anchor: Anchor = lab.anchor
    anchor.introduce(name="Mei", country="CN", city="Hangzhou", email="mei@example.org")
    anchor.achieve("Faster", situation="Slow", action="Rewrote it", result="Quick", number=96, unit="%", begin="2025", end="2026-03")  # fmt: skip
    anchor.stations.add(organisation="Works", begin="2020-01")
    anchor.values.add(name="Honesty")
    anchor.plan("Secret plan")
    made = anchor.json_resume()
    check(made)
    check(FULL)
    told = made["projects"][0]
    assert told["highlights"] == ["Quick (96%)"] and told["type"] == "achievement"
    assert "Secret plan" not in json.dumps(made)
    row = resume.read(made).rows["anchor.achievements"][0]
    assert (row["situation"], row["action"], row["number"], row["unit"]) == ("Slow", "Rewrote it", 96, "%")  # fmt: skip


def test_what_does_not_fit_is_named_and_the_rest_taken() -> None:
    """Wrong dates, addresses and shapes; never a crash, never a silent gap."""
    with in_lang("en"):
        found = resume.read(
            {
                "basics": {"name": "X", "email": "nobody", "location": {"countryCode": "Narnia"}, "profiles": ["x", {"username": "u"}]},
                "work": [{"name": "A", "startDate": "spring"}, {"name": "B", "startDate": "2020", "endDate": "2010"}, 7],
                "education": {"institution": "no list"},
                "awards": [{"date": "2020"}],
                "skills": [{"name": 5}],
                "languages": None,
            }
        )  # fmt: skip
    assert found.profile == {"name": "X"}
    assert [row["organisation"] for row in found.rows["anchor.stations"]] == ["A", "B"]
    assert "anchor.achievements" not in found.rows and "anchor.strengths" not in found.rows
    places = " ".join(problem.place for problem in found.problems)
    for place in ("basics", "work[0]", "work[1]", "work[2]", "education", "awards[0]", "skills[0]", "basics.profiles[0]"):  # fmt: skip
        assert place in places, place
    assert resume.read([]).problems and not resume.read({}).rows


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "startDate", "endDate", "highlights", "url", "type", "keywords", "profiles", "location", "email", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["basics", "work", "projects", "education", "awards", "skills", "languages", "meta"]), _JSON, max_size=4))  # fmt: skip
def test_whatever_is_in_the_file(made: Any) -> None:
    """Any object is read: what is left can be kept, as its own kind says."""
    from pgc_lib.areas.career.records import Achievement, Profile, Project, Station, Strength

    found = resume.read(made)
    if found.profile:
        Profile(**found.profile)
    kinds = {each.spec.kind: each for each in (Achievement, Project, Station, Strength)}
    for kind, rows in found.rows.items():
        for row in rows:
            kinds[kind](**row)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"basics": NaN}', "[" * 100_000], ids=["empty", "half", "list", "nan", "deep"]
)  # fmt: skip
def test_broken_files(tmp_path: Path, text: str) -> None:
    """They say what is wrong; a list is a problem, not a crash."""
    path = tmp_path / "cv.json"
    path.write_text(text)
    with in_lang("en"):
        if text == "[1]":
            assert IMPORTER.read(path).problems
        else:
            with pytest.raises(Invalid, match="cannot be read"):
                IMPORTER.read(path)
    assert IMPORTER.sniff(path, text.encode()[:65536]) in (0, 80)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """It is refused before it is read."""
    path = tmp_path / "cv.json"
    with path.open("wb") as file:
        file.truncate(MOST + 1)
    with in_lang("en"), pytest.raises(Invalid, match="larger than"):
        IMPORTER.read(path)


def test_other_json_is_not_taken_for_a_resume(tmp_path: Path) -> None:
    """By its content, not by its ending."""
    for text in (b'{"rows": []}', b'[{"basics": 1}]', b"basics,work", b'"basics"'):
        assert IMPORTER.sniff(tmp_path / "x.json", text) == 0
