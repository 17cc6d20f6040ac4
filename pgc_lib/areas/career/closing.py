"""Contact data of a profile: sealed, also what stood in the open before, in the profile and in its history.

Phone, mail and address once lay in the open. They are sealed by their owner's lab, which alone has the key: each value that history
holds gets a seal of its own, so that going back in time and undoing still find it.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pgc_lib.areas.career.records import CLOSED, Profile
from pgc_lib.core.session import Session

_OPEN = " or ".join(f"{{0}} ->> '{name}' not like 'pgc1:%'" for name in (*CLOSED, "reach"))
_ROWS = f"select id, to_jsonb(p) as said from anchor.profile p where owner = :me and ({_OPEN.format('to_jsonb(p)')}) for update"
_PAST = (
    "select change, record, before as said from pgc.images "
    f"where kind = 'anchor.profile' and owner = :me and ({_OPEN.format('before')} or not before ? 'reach')"
)
_CLOSE = (
    f"update anchor.profile set {', '.join(f'{name} = :{name}' for name in (*CLOSED, 'reach'))}, "
    "translations = cast(:translations as jsonb) where id = :id"
)
_CLOSE_PAST = "select pgc.close_contacts(:change, :record, cast(:sealed as jsonb))"


def seal(session: Session) -> int:
    """Seal one's own contact data wherever they stand in the open; of how many profiles."""
    from sqlalchemy import text

    me = {"me": session.person}
    with session.writing() as connection:
        rows = connection.execute(text(_ROWS), me).all()
        for id, said in rows:
            closed = _sealed(session, id, said)
            open_words = {lang: _without(told) for lang, told in said["translations"].items()}
            connection.execute(text(_CLOSE), closed | {"id": id, "translations": json.dumps(open_words, ensure_ascii=False)})  # fmt: skip
        # What the trigger has just kept of the rows above is among it.
        for change, record, said in connection.execute(text(_PAST), me).all():
            sealed = json.dumps(_sealed(session, record, said))
            connection.execute(
                text(_CLOSE_PAST), {"change": change, "record": record, "sealed": sealed}
            )
    return len(rows)


def _sealed(session: Session, id: UUID, said: Mapping[str, Any]) -> dict[str, str]:
    """The closed fields of a profile as they are kept; what is sealed stays as it is."""
    from pgc_lib.core.crypto import Cipher, is_sealed

    words = {name: said.get(name) or "" for name in (*CLOSED, "reach")}
    if not is_sealed(words["reach"]):
        words["reach"] = moved(words["reach"], said.get("translations") or {})
    cipher = Cipher(session.encryption_key)

    def closed(name: str) -> str:
        return cipher.seal(words[name], owner=session.person, kind="anchor.profile", record=id, field=name)  # fmt: skip

    return {name: word if is_sealed(word) else closed(name) for name, word in words.items()}


def moved(reach: str, translations: Mapping[str, Any]) -> str:
    """What `reach` says with the contacts that stand among open translations."""
    found: dict[str, dict[str, Any]] = json.loads(reach) if reach else {}
    for language, told in translations.items():
        if inner := {name: value for name, value in told.items() if name in CLOSED}:
            found[language] = found.get(language, {}) | inner
    return json.dumps(found, ensure_ascii=False) if found else ""


def _without(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in CLOSED}


def parted(values: Mapping[str, Any], known: Profile | None) -> dict[str, Any]:
    """Values as they are kept: contacts said in another language go where they are sealed."""
    given = values.get("translations")
    if not isinstance(given, dict) or not all(isinstance(each, dict) for each in given.values()):
        return dict(values)  # what is wrong with it is said by the record
    reach = values.get("reach", known.reach if known else "")
    inside = {lang: _without(told) for lang, told in given.items()}
    if inside == given or (reach and not _is_object(reach)):
        return dict(values)
    return {**values, "translations": inside, "reach": moved(reach, given)}


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
