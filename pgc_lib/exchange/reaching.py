"""Further numbers and addresses of family members, which files brought: sealed, where they once stood in the open.

What a vCard or GEDCOM says beyond the fields of a member was kept word for word in `more`. Lines that tell where somebody can
be reached now go to `reach`, which is encrypted; those of members from before are moved by the owner, who alone has the key.
"""

from pgc_lib.areas.kin.records import Member
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.together import together
from pgc_lib.exchange import gedcom_lines, vcard
from pgc_lib.exchange.gedcom_lines import Line, as_text, of_text
from pgc_lib.stores.filters import col

_WORDS = sorted(gedcom_lines.REACHING | vcard.REACHING)


def parted(text: str) -> tuple[str, str]:
    """What a file said more, and of that what tells where somebody can be reached."""
    lines = of_text(text)
    return as_text(each for each in lines if not _reaches(each)), as_text(filter(_reaches, lines))


def seal(session: Session) -> int:
    """Move such lines of one's own members to where they are encrypted, as one batch; of how many members."""
    suspect = col("more").contains(_WORDS[0])
    for word in _WORDS[1:]:
        suspect |= col("more").contains(word)
    found = Collection(session, Member).find(suspect, owner=session.person)
    moves = [(member, *parted(member.more)) for member in found]
    open_ones = [(member, more, reach) for member, more, reach in moves if reach]
    if not open_ones:
        return 0
    with together(session, new_id()) as joined:
        members = Collection(joined, Member)
        for member, more, reach in open_ones:
            whole = "\n".join(filter(None, (member.reach, reach)))
            members.update(member, more=more, reach=whole)
    return len(open_ones)


def _reaches(line: Line) -> bool:
    if line.tag == vcard.KEPT:
        return vcard.named(line.text) in vcard.REACHING
    return gedcom_lines.reaching(line)
