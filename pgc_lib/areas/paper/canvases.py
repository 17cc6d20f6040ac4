"""Canvases name the files on them by their paths: these follow a move, and not another byte of the file changes."""

import hashlib
import json
import re
from uuid import UUID

from pgc_lib.areas.paper import filing
from pgc_lib.areas.paper.linking import Index
from pgc_lib.areas.paper.records import File
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session

ENDING = ".canvas"
_LARGEST = 20 * 2**20
_FILE = re.compile(r'("file"\s*:\s*)("(?:[^"\\]|\\.)*")')


def relinked(session: Session, owner: UUID, before: Index, after: Index, batch: UUID) -> int:
    """Write the paths of what moved anew in every canvas; how many canvases that were."""
    moved = {
        place.path: after.places[id].path
        for id, place in before.places.items()
        if after.places[id].path != place.path
    }
    files = Collection(session, File)
    done = 0
    for id, place in before.places.items():
        if place.is_doc or not place.name.lower().endswith(ENDING) or not moved:
            continue
        with filing.opened(session, id) as stream:
            old = stream.read(_LARGEST + 1)
        new = with_paths(old, moved) if len(old) <= _LARGEST else old
        if new == old:
            continue
        file = files.update(id, size=len(new), sha256=hashlib.sha256(new).hexdigest())
        session.attachments.add(
            File.spec.kind, new, id=new_id(), record=id, name=filing.attachable(file.name), batch=batch,
            owner=None if owner == session.person else owner,
        )  # fmt: skip
        done += 1
    return done


def with_paths(canvas: bytes, moved: dict[str, str]) -> bytes:
    """A canvas with other paths; one that is no text stays as it is."""
    try:
        text = canvas.decode("utf-8")
    except UnicodeDecodeError:
        return canvas

    def put(found: re.Match[str]) -> str:
        try:
            path = json.loads(found[2])
        except ValueError:
            return found.group()
        new = moved.get(path)
        return found.group() if new is None else found[1] + json.dumps(new, ensure_ascii=False)

    return _FILE.sub(put, text).encode()
