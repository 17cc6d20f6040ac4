"""Drafts: a text written beside its document, and brought together with what became of that meanwhile.

Nothing is ever lost on the way. A conflict leaves document and draft as they are and is kept with all its sides until
somebody decides; a text that was written on an old version becomes a draft before anybody is told to look.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pgc_lib.areas.paper import versions
from pgc_lib.areas.paper.keeping import Papers, split
from pgc_lib.areas.paper.merging import Choice, Merged, Part, has_marks, merge
from pgc_lib.areas.paper.records import Doc, Draft
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.errors import Conflict, Invalid, Problem
from pgc_lib.i18n import _


def begin(
    session: Session, doc: Doc, name: str, *, text: str | None = None, base: int | None = None, **values: Any
) -> Draft:  # fmt: skip
    """A draft of a document, with its text unless another is given."""
    return Collection(session, Draft).add(
        doc=doc.id,
        name=name or _("Draft"),
        base=base if base is not None else doc.version,
        text=doc.text if text is None else text,
        changed=datetime.now(UTC),
        owner=None if doc.owner == session.person else doc.owner,
        **values,
    )


def compared(session: Session, draft: Draft, doc: Doc) -> Merged:
    """The draft and what became of the document, brought together in thought."""
    base = doc.text
    if draft.base != doc.version:
        base = versions.version_of(session, doc.id, draft.base).text if draft.base else ""
    return merge(base, doc.text, draft.text)


def bring_in(session: Session, draft: Draft, message: str = "") -> Draft:
    """Merge a draft; where both sides changed the same, nothing is changed and the draft shows both."""
    _refuse_merged(draft)
    drafts = Collection(session, Draft)
    doc = Papers(session, Doc).get(draft.doc)
    merged = compared(session, draft, doc)
    if merged.clean:
        return _settle(session, draft, doc, merged.text(), message)
    return drafts.update(
        draft,
        state="conflict",
        against=doc.version,
        parts=[part.as_values() for part in merged.conflicts],
        changed=datetime.now(UTC),
    )


def conflicts_of(draft: Draft) -> Listing[Part]:
    """Where a draft and its document say something different, all sides of it."""
    return Listing(map(Part.of_values, draft.parts))


def marked(session: Session, draft: Draft) -> str:
    """The whole text, with both sides of each conflict between marks."""
    return compared(session, draft, Papers(session, Doc).get(draft.doc)).text()


def resolve(
    session: Session, draft: Draft, choices: "Sequence[Choice | str] | Choice | str", message: str = ""
) -> Draft:  # fmt: skip
    """Decide: one word for all conflicts, one for each, or the whole text as it shall be."""
    _refuse_merged(draft)
    doc = Papers(session, Doc).get(draft.doc)
    if draft.state != "conflict":
        raise Invalid(
            _("There is nothing to decide in this draft."),
            [Problem("draft", _("it is not in conflict"), draft.name)],
            next_step=_("Merge it: lab.docs.merge(draft)."),
        )
    now = compared(session, draft, doc)
    parts = [part.as_values() for part in now.conflicts]
    if draft.against != doc.version or parts != draft.parts:
        bring_in(session, draft)
        raise Conflict(
            _("The document or the draft was changed since the conflict was shown."),
            next_step=_("Look at both sides again (lab.docs.conflicts()), then decide."),
        )
    return _settle(session, draft, doc, _decided(now, choices), message)


def _decided(merged: Merged, choices: "Sequence[Choice | str] | Choice | str") -> str:
    wanted = len(merged.conflicts)
    if isinstance(choices, str):
        if choices not in ("ours", "theirs", "both", "base"):
            if has_marks(choices):
                raise Invalid(
                    _("There are marks of a conflict left in this text."),
                    [Problem("text", _("a line begins with <<<<<<< or >>>>>>>"))],
                    next_step=_("Decide for one side there, and take the marks out."),
                )
            return choices
        choices = [choices] * wanted
    if len(choices) != wanted:
        raise Invalid(
            _("Each conflict needs one decision."),
            [Problem("choices", _("{n} conflicts, {m} decisions", n=wanted, m=len(choices)))],
            next_step=_("Give for each one of ours, theirs, both or base, or a text."),
        )
    return merged.resolved(choices)


def _settle(session: Session, draft: Draft, doc: Doc, text: str, message: str) -> Draft:
    """Document and draft change together; a document that moved on at this moment is a conflict."""
    said = message or draft.message or _("Merged “{draft}”", draft=draft.name)
    with together(session, new_id()) as joined:
        done = Collection(joined, Draft).update(
            draft, state="merged", parts=[], changed=datetime.now(UTC)
        )
        if text != doc.text:
            Papers(joined, Doc).update(doc, message=said[:1000], **split(text))
    return done


def _refuse_merged(draft: Draft) -> None:
    if draft.state == "merged":
        raise Conflict(
            _("The draft “{name}” is merged already.", name=draft.name),
            next_step=_("Begin another one: lab.docs.branch(doc, name)."),
        )


def save(session: Session, doc: Doc, text: str, message: str) -> Doc:
    """Write a whole text; what somebody else wrote since it was read stays in it.

    Where both changed the same, the text is kept as a draft in conflict before `Conflict` says so.
    """
    papers = Papers(session, Doc)
    try:
        return papers.update(doc, message=message, **split(text))
    except Conflict:
        current = papers.get(doc.id)
        merged = merge(doc.text, current.text, text)
        if merged.clean:
            return papers.update(current, message=message, **split(merged.text()))
        draft = begin(session, doc, _("Text that was not saved"), text=text, message=message)
        bring_in(session, draft)
        raise Conflict(
            _("Somebody changed the same place of “{title}” meanwhile.", title=doc.title),
            next_step=_(
                "Your text is kept as a draft: lab.docs.conflicts() shows both sides, lab.docs.resolve(draft, …) decides."
            ),
        ) from None
