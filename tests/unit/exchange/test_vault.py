"""Vaults in and out: every byte comes back, every trap is named, nothing is lost and nothing is executed."""

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.areas.docs import Docs
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.exchange import archives, trees
from pgc_lib.exchange.preview import Preview
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.settings import Secret
from pgc_lib.stores.mongo_people import provision
from tests.support.lab import House, Person
from tests.support.mongo import Mongo, mongo  # noqa: F401

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CANVAS = json.dumps({"nodes": [{"id": "1", "type": "file", "file": "a/Note.md"}], "edges": []}).encode()  # fmt: skip

GOLDEN: dict[str, bytes] = {
    "Welcome.md": "# 欢迎 Welcome\n\n[[Note|a note]] ![[img/p.png]] [[a/Note#Part]]\n".encode(),
    "a/Note.md": "---\r\ntags: [x, 家]\r\naliases:\r\n  - other\r\n---\r\nWindows\r\nlines  \r\n".encode(),
    "a/bom.md": b"\xef\xbb\xbf---\ntitle: t\n---\nbom",
    "a/空 格 (1).MD": b"no end of line",
    "a/b/c/deep.markdown": b"---\nunclosed: [\n---\n[[Welcome]]\n\n- [ ] task #t\n",
    "a/empty.md": b"",
    "a/only front.md": b"---\na: 1\n---\n",
    "a/replaced.md": "it holds \ufffd itself\n".encode(),
    "a/strange 'name' #1 [x] & %20.md": b"[q](<strange 'name' %231 [x] & %2520.md>)",
    "img/p.png": PNG,
    "plan.canvas": CANVAS,
    "data.base": b"views:\n  - type: table\n",
    "latin.md": "Grüße".encode("latin-1"),
    "nul.md": b"a\0b",
    "no ending": b"\x00\x01",
}


@pytest.fixture
def lab(house: House, person: Person) -> Iterator[Lab]:
    """An empty lab, in English."""
    with in_lang("en"):
        yield house.lab(person("mei"))


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Files in a folder."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """Files in a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def content(folder: Path) -> dict[str, bytes]:
    """What is in a folder."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def unzipped(path: Path) -> dict[str, bytes]:
    """What is in a zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def places(seen: Preview) -> str:
    """Every problem in one text."""
    return "\n".join(map(str, seen.problems))


@pytest.mark.parametrize("by", ["folder", "zip"])
def test_a_vault_comes_back_to_the_byte(lab: Lab, tmp_path: Path, by: str) -> None:
    """Documents, files, canvases, folders in which nothing is; hidden settings are left out and named."""
    hidden = {".obsidian/app.json": b"{}", ".obsidian/plugins/x/main.js": b"x", "a/.DS_Store": b"x"}
    source = write(tmp_path / "My vault", GOLDEN | hidden)
    (source / "nothing here" / "in it").mkdir(parents=True)
    if by == "zip":
        packed = zipped(
            tmp_path / "packed.zip",
            {f"My vault/{name}": data for name, data in (GOLDEN | hidden).items()},
        )
        with zipfile.ZipFile(packed, "a") as archive:
            archive.writestr("My vault/nothing here/in it/", b"")
        source = packed
    seen = lab.import_file(source)
    assert (
        lab.docs.items.count() == 0
        and seen.told["Left out because hidden"] == ".obsidian (2), a/.DS_Store (1)"
    )
    assert "latin.md: it is no UTF-8" in places(seen) and "nul.md: it holds NUL" in places(seen)
    assert "a/b/c/deep.markdown: front matter, line 3" in places(seen)
    done = seen.accept()
    assert done.refused == 0 and done.problems == ()
    docs: Docs = lab.docs
    assert docs.items.count() == 9 and docs.files.count() == 6
    assert docs.doc("a/Note").tags == ["x", "家"] and "nothing here/in it" in docs.folders()
    assert [link.target for link in docs.unresolved()] == []
    written = docs.export_vault(tmp_path / "out")
    assert (
        content(tmp_path / "out") == GOLDEN
        and (tmp_path / "out" / "nothing here" / "in it").is_dir()
    )
    assert (written.documents, written.files, written.problems) == (9, 6, [])
    docs.export_vault(tmp_path / "out.zip")
    assert unzipped(tmp_path / "out.zip") == GOLDEN
    with pytest.raises(Conflict, match="there already"):
        docs.export_vault(tmp_path / "out")
    again = lab.import_file(tmp_path / "out.zip")
    second = again.accept()
    assert (second.added, second.updated) == (0, 0) and docs.items.count() == 9
    lab.history.undo_batch(done.batch)
    assert (docs.items.count(), docs.files.count(), docs.kept_folders.count()) == (0, 0, 0)


def test_a_vault_into_mongodb(house: House, person: Person, mongo: Mongo, tmp_path: Path) -> None:  # noqa: F811
    """As it lies there on a hub: the same bytes come back, and it is undone as one."""
    session = person("mei")
    provision(mongo.admin, session.person, "their-password")
    kept = replace(session, mongo_url=Secret(mongo.url_of(session.person)))
    with in_lang("en"):
        lab = house.lab(kept)
        done = lab.import_file(write(tmp_path / "v", GOLDEN)).accept()
        lab.docs.export_vault(tmp_path / "out")
        assert content(tmp_path / "out") == GOLDEN
        write(tmp_path / "v", {"Welcome.md": b"new", "img/p.png": PNG + b"x"})
        assert lab.import_file(tmp_path / "v").accept().updated == 2
        assert lab.docs.doc("Welcome").text == "new"
        lab.history.undo_batch(done.batch, force=True)
        assert lab.docs.items.count() == 0
    kept.close()


def test_what_changed_is_a_version_and_a_draft_where_it_changed_here_too(
    lab: Lab, tmp_path: Path
) -> None:
    """Nothing that was written here is overwritten."""
    files = {"A.md": b"a\nb\nc\n", "B.md": b"a\nb\nc\n", "C.md": b"same\n", "p.png": PNG}
    lab.import_file(write(tmp_path / "v", files)).accept()
    docs: Docs = lab.docs
    docs.write("B", "a\nb\nOURS\n")
    docs.write("C", "mine\n")
    write(
        tmp_path / "v",
        {"A.md": b"a\nnew\nc\n", "B.md": b"THEIRS\nb\nc\n", "p.png": PNG + b"x", "D.md": b"d"},
    )
    done = lab.import_file(tmp_path / "v").accept()
    assert (done.added, done.updated) == (1, 3) and "draft" in str(done.problems[0])
    assert docs.doc("A").text == "a\nnew\nc\n" and len(docs.versions("A")) == 2
    assert docs.doc("B").text == "a\nb\nOURS\n" and docs.doc("C").text == "mine\n"
    (draft,) = docs.drafts.find()
    docs.merge(draft)
    assert docs.doc("B").text == "THEIRS\nb\nOURS\n"
    (file,) = docs.files.find()
    assert docs.bytes_of(file) == PNG + b"x"
    assert lab.import_file(tmp_path / "v").accept().updated == 0


def test_names_that_lead_out_stay_within(lab: Lab, tmp_path: Path) -> None:
    """They are kept under what is left of them, named, and written nowhere else."""
    files = {
        "../../up.md": b"up",
        "/abs/x.md": b"abs",
        "a/../../b.md": b"b",
        "ok.md": b"[x](../../../etc/passwd)",
        "bad\nname.md": b"n",
        "x" * 300 + ".md": b"long",
        "..": b"dots",
    }
    with zipfile.ZipFile(tmp_path / "v.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
        windows = zipfile.ZipInfo("back\\slash.md")
        windows.create_system = 0
        archive.writestr(windows, b"w")
        link = zipfile.ZipInfo("link.md")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    seen = lab.import_file(tmp_path / "v.zip")
    told = places(seen)
    assert "../../up.md: its path leads out of the vault; it is kept as up.md" in told
    assert "/abs/x.md: its path leads out" in told and "link.md: it is a link" in told
    assert "cannot be a name" in told
    seen.accept()
    paths = sorted(doc.path for doc in lab.docs.items.find())
    assert paths[:5] == ["a/b", "abs/x", "back/slash", "bad_name", "ok"] and len(paths) == 7
    lab.docs.export_vault(tmp_path / "deep" / "out")
    assert {each.name for each in tmp_path.iterdir()} == {"v.zip", "deep"}
    assert content(tmp_path / "deep" / "out")["up.md"] == b"up"


def test_links_of_the_file_system_are_not_followed(lab: Lab, tmp_path: Path) -> None:
    """Neither files nor folders, nor a circle of them; a pipe is left out too."""
    (tmp_path / "secret.md").write_text("secret")
    vault = write(tmp_path / "v", {"a.md": b"a"})
    (vault / "s.md").symlink_to(tmp_path / "secret.md")
    (vault / "loop").symlink_to(vault)
    os.mkfifo(vault / "pipe.md")
    seen = lab.import_file(vault)
    assert "s.md: it is a link of the file system to" in places(
        seen
    ) and "loop: it is a link" in places(seen)
    assert "pipe.md: it is no plain file" in places(seen)
    seen.accept()
    assert [doc.title for doc in lab.docs.items.find()] == ["a"]


def test_names_that_differ_only_in_case_are_both_kept(lab: Lab, tmp_path: Path) -> None:
    """And named; a name that comes twice gets a number; where a disk cannot tell them apart, so does the second file."""
    with zipfile.ZipFile(tmp_path / "v.zip", "w") as archive:
        for name, data in (
            ("Note.md", b"1"),
            ("note.md", b"2"),
            ("Caf\u00e9.md", b"3"),
            ("Cafe\u0301.md", b"4"),
        ):
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("Note.md", b"5")
    seen = lab.import_file(tmp_path / "v.zip")
    assert places(seen).count("only in case or accents") == 2 and "kept as Note (2).md" in places(
        seen
    )
    seen.accept()
    assert sorted(doc.text for doc in lab.docs.items.find()) == ["1", "2", "3", "4", "5"]
    written = lab.docs.export_vault(tmp_path / "out.zip")
    assert len(unzipped(tmp_path / "out.zip")) == 5 and len(written.problems) == 2


def test_a_disk_that_does_not_tell_case_gets_other_names(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of Macs and Windows."""
    from pgc_lib.areas.paper import vaulting

    lab.docs.add(title="Note", body="1")
    lab.docs.add(title="note", body="2")
    monkeypatch.setattr(vaulting, "_tells_case", lambda _folder: False)
    written = lab.docs.export_vault(tmp_path / "out")
    assert sorted(content(tmp_path / "out").values()) == [b"1", b"2"]
    assert {name.casefold() for name in content(tmp_path / "out")} == {"note.md", "note (2).md"}
    assert any("written as" in each.reason for each in written.problems)


def test_bombs_are_refused_before_they_unpack(lab: Lab, tmp_path: Path) -> None:
    """One large member, many that add up, and one that lies about its size."""
    zeros = b"\0" * (70 << 20)
    bomb = zipped(tmp_path / "bomb.zip", {"a.md": b"x", "b.bin": zeros})
    with pytest.raises(Invalid, match="made to do harm"):
        lab.import_file(bomb)
    many = zipped(tmp_path / "many.zip", {f"{n}.md": b"\0" * (8 << 20) for n in range(12)})
    with pytest.raises(Invalid, match="made to do harm"):
        lab.import_file(many)
    lying = trees._Counted(io.BytesIO(zeros), tmp_path / "x.zip", 100, 10)
    with pytest.raises(Invalid, match="made to do harm"):
        lying.read()
    (tmp_path / "cut.zip").write_bytes(bomb.read_bytes()[:-200])
    with pytest.raises(Invalid, match="damaged"):
        lab.import_file(tmp_path / "cut.zip")
    assert lab.docs.items.count() == 0 and archives.is_archive(bomb)


def test_a_text_of_fifty_megabytes_is_kept_as_a_file(lab: Lab, tmp_path: Path) -> None:
    """Named clearly, and all of it comes back."""
    huge = b"# \xe5\xad\x97 words\n" * 4_200_000
    vault = write(tmp_path / "v", {"huge.md": huge, "small.md": b"[[huge.md]]"})
    assert len(huge) > 50_000_000
    seen = lab.import_file(vault)
    assert "huge.md: it is too long for a document" in places(seen)
    seen.accept()
    assert [file.name for file in lab.docs.files.find()] == [
        "huge.md"
    ] and lab.docs.unresolved() == []
    lab.docs.export_vault(tmp_path / "out")
    assert (tmp_path / "out" / "huge.md").read_bytes() == huge


def test_circles_and_scripts_are_named(lab: Lab, tmp_path: Path) -> None:
    """They are kept as text; pages show neither endlessly nor dangerously."""
    vault = write(
        tmp_path / "v",
        {
            "a.md": b"![[b]]",
            "b.md": b"![[c]] ![[none]]",
            "c.md": b"![[a]]",
            "self.md": b"![[self]]",
            "fine.md": b"![[a]] [[fine]]",
            "evil.md": b"<script>alert(1)</script>\n<img src=x onerror='alert(1)'>\n[x](javascript:alert(1))",
            "code.md": b"```html\n<script>fine</script>\n```\n`<img onerror='x'>`",
            "bomb.md": b"---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n---\n",
        },
    )  # fmt: skip
    seen = lab.import_file(vault)
    told = places(seen)
    assert told.count("in a circle") == 2 and "a → b → c → a" in told and "self → self" in told
    assert "evil.md: it holds a script" in told and "code.md" not in told and "aliases" in told
    seen.accept()
    for doc in lab.docs.items.find():
        page = lab.docs.show(doc)
        assert not re.search(r"<script|<[^>]*(?:onerror|javascript:)", page.body)
    assert lab.docs.doc("evil").text.startswith("<script>")


def test_a_single_file_goes_where_it_shall(lab: Lab, tmp_path: Path) -> None:
    """Into the folder that one names."""
    (tmp_path / "笔记.md").write_bytes("# 标题\n[[x]]".encode())
    lab.import_file(tmp_path / "笔记.md", folder="inbox").accept()
    assert lab.docs.doc("inbox/笔记").links == ["x"]
    with pytest.raises(NotFound):
        lab.import_file(tmp_path / "nothing")
    (tmp_path / "no vault").mkdir()
    with pytest.raises(NotFound):
        lab.import_file(tmp_path / "no vault")


def test_attachments_of_one_document_lie_beside_it(lab: Lab, tmp_path: Path) -> None:
    """So that nothing is missing from an export."""
    doc = lab.docs.add(title="A", folder="f", body="![[p.png]]")
    lab.docs.attach(doc, PNG, name="p.png")
    lab.docs.add(title="B", folder="g")
    written = lab.docs.export_vault(tmp_path / "out", folder="f")
    assert content(tmp_path / "out") == {"f/A.md": b"![[p.png]]", "f/attachments/p.png": PNG}
    assert (written.documents, written.files) == (1, 1) and "out" in written._repr_html_()


def test_a_vault_with_a_password(lab: Lab, tmp_path: Path) -> None:
    """Asked for, and told when it is wrong."""
    from pyzipper import WZ_AES, AESZipFile

    with AESZipFile(tmp_path / "v.zip", "w", encryption=WZ_AES) as archive:
        archive.setpassword(b"right")
        archive.writestr("a.md", b"kept")
    for wrong in ({}, {"password": "wrong"}):
        options: dict[str, Any] = wrong
        with pytest.raises(Invalid, match="password"):
            lab.import_file(tmp_path / "v.zip", **options)
    lab.import_file(tmp_path / "v.zip", password="right").accept()
    assert lab.docs.doc("a").text == "kept"


def test_problems_are_values() -> None:
    """With their place."""
    tree = trees.Tree("x")
    tree.take("../a", 0, io.BytesIO)
    assert tree.problems == [Problem("../a", tree.problems[0].reason)]
