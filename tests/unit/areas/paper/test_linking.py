"""Where links lead, and that they still do after a move."""

from dataclasses import replace
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.paper.linking import Index, Place, derived, relinked, unsettled
from pgc_lib.areas.paper.paths import relative, resolved
from pgc_lib.core.markdown.reading import read


def doc(path: str, text: str = "") -> Place:
    """A document as links see it."""
    folder, _slash, name = path.rpartition("/")
    said = derived(read(text))
    return Place(uuid4(), folder, name, ".md", tuple(said["links"]), tuple(said["paths"]))


def test_a_name_finds_the_nearest() -> None:
    """A path from the top first, then from the own folder, then any of the name: the same folder, then the shortest."""
    places = [
        doc("Note"),
        doc("a/Note"),
        doc("a/b/Note"),
        doc("a/b/note"),
        doc("c/Other"),
        Place(uuid4(), "img", "p.png"),
    ]
    index = Index(places)
    top, a, ab, lower, other, image = places
    assert index.of_wiki("Note", "") == top and index.of_wiki("Note", "c") == top
    assert index.of_wiki("a/Note", "c") == a and index.of_wiki("b/Note", "a") == ab
    assert index.of_wiki("a/b/note", "") == lower and index.of_wiki("Note.md", "") == top
    assert index.of_wiki("OTHER", "a") == other and index.of_wiki("p.png", "a/b") == image
    assert index.of_wiki("nothing", "") is None and index.of_wiki("", "") is None
    assert index.of_path("../c/Other.md", "a") == other and index.of_path("img/p.png", "a") == image
    assert index.of_path("../../../etc/passwd", "a") is None


def test_only_the_target_of_a_link_is_written_anew() -> None:
    """Heading, alias, brackets and ending stay; a name is enough where it is clear."""
    text = "[[Old#Part|x]] ![[Old]] [a](Old.md#p) [b](<Old.md>) [[f/Old.md]] `[[Old]]` [[gone]]"
    here, old = doc("Here", text), doc("Old")
    index = Index([here, old])
    after = index.with_changed({old.id: replace(old, folder="f g", name="New name")})
    assert unsettled(index, after) == [here.id]
    new = relinked(text, here.id, index, after)
    assert new == (
        "[[New name#Part|x]] ![[New name]] [a](f%20g/New%20name.md#p) [b](<f g/New name.md>) [[f/Old.md]] `[[Old]]` [[gone]]"
    )


def test_a_document_that_moves_takes_its_own_links_along() -> None:
    """Those that are written from its folder."""
    text = "[x](img/p.png) [[../a/Sibling]] [[Sibling]]"
    here, sibling, image = doc("a/Here", text), doc("a/Sibling"), Place(uuid4(), "a/img", "p.png")
    index = Index([here, sibling, image])
    after = index.with_changed({here.id: replace(here, folder="z/y")})
    new = relinked(text, here.id, index, after)
    assert new == "[x](../../a/img/p.png) [[a/Sibling]] [[Sibling]]"


def test_a_new_namesake_takes_no_links_over() -> None:
    """A link that would suddenly lead elsewhere is written with its folder."""
    text = "[[Note]]"
    here, note, other = doc("x/Here", text), doc("a/Note"), doc("b/Else")
    index = Index([here, note, other])
    after = index.with_changed({other.id: replace(other, folder="x", name="Note")})
    assert relinked(text, here.id, index, after) == "[[a/Note]]"


NAMES = st.sampled_from(["A", "a", "B b", "p.q", "笔记"])
FOLDERS = st.sampled_from(["", "f", "f/g", "文 件"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(FOLDERS, NAMES), min_size=2, max_size=6, unique=True),
    st.integers(0, 5),
    FOLDERS,
    NAMES,
)
def test_whatever_moves_every_link_leads_where_it_led(
    paths: list[tuple[str, str]], n: int, folder: str, name: str
) -> None:
    """Links by name, by path and from the own folder."""
    moved = n % len(paths)
    if (folder, name) in paths:
        return
    texts = {}
    places = []
    for own, title in paths:
        text = "".join(
            f"[[{other}]] [[{where}/{other}]] [x](<{relative(f'{where}/{other}.md'.strip('/'), own)}>)\n"
            for where, other in paths
        )
        said = derived(read(text))
        place = Place(uuid4(), own, title, ".md", tuple(said["links"]), tuple(said["paths"]))
        places.append(place)
        texts[place.id] = text
    before = Index(places)
    after = before.with_changed(
        {places[moved].id: replace(places[moved], folder=folder, name=name)}
    )
    for place in places:
        new = relinked(texts[place.id], place.id, before, after)
        assert _led(texts[place.id], place, before) == _led(new, after.places[place.id], after)


def _led(text: str, place: Place, index: Index) -> list[UUID | None]:
    parsed = read(text)
    found = [index.of_wiki(link.target, place.folder) for link in parsed.wiki_links]
    found += [index.of_path(link.path, place.folder) for link in parsed.links]
    return [each.id if each else None for each in found]


def test_paths_do_not_lead_out() -> None:
    """However they are written."""
    assert (
        resolved("../x", "a") == "x"
        and resolved("../../x", "a") == ""
        and resolved("/x", "a") == "x"
    )
    assert relative("a/b.md", "c") == "../a/b.md" and relative("a/b.md", "a") == "b.md"
