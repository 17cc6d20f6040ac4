"""Files beside records: a receipt to a payment, a photo to a day, a certificate to a skill."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing

if TYPE_CHECKING:
    import io

    from pgc_lib.core.record import Record, Spec
    from pgc_lib.core.session import Session
    from pgc_lib.stores.attachments import Attachment, Source


class Attaching:
    """What a collection can do with files."""

    session: "Session"

    @property
    def spec(self) -> "Spec":
        raise NotImplementedError  # the collection knows

    def get(self, id: UUID | str) -> "Record":
        raise NotImplementedError  # the collection knows

    def attach(
        self,
        record: "Record | UUID",
        source: "Source | str",
        /,
        *,
        name: str = "",
        media_type: str = "",
    ) -> "Attachment":
        """Attach a file, given by its path, as bytes or as an open stream; it is there whole or not at all."""
        self.session.refuse_in_the_past()
        kept = self.get(record) if isinstance(record, UUID) else record
        return self.session.attachments.add(
            self.spec.kind,
            Path(source) if isinstance(source, str) else source,
            id=new_id(),
            record=kept.id,
            name=name,
            media_type=media_type,
            owner=kept.owner,
        )

    def attachments(self, record: "Record | UUID", /) -> "Listing[Attachment]":
        """The files of a record, oldest first."""
        id = record if isinstance(record, UUID) else record.id
        return Listing(self.session.attachments.of(self.spec.kind, id))

    @contextmanager
    def attached(self, attachment: "Attachment | UUID", /) -> "Iterator[io.BufferedReader]":
        """The bytes of a file, to be read in a `with`."""
        id = attachment if isinstance(attachment, UUID) else attachment.id
        with self.session.attachments.open(self.spec.kind, id) as stream:
            yield stream

    def save_attached(self, attachment: "Attachment | UUID", target: Path | str, /) -> int:
        """Copy a file out, checked to be what was put in; the number of its bytes."""
        from pgc_lib.stores.attachments import save

        id = attachment if isinstance(attachment, UUID) else attachment.id
        return save(self.session.attachments, self.spec.kind, id, Path(target))

    def detach(self, attachment: "Attachment | UUID", /) -> bool:
        """Take a file away; its bytes stay for a while, so that it can be restored."""
        self.session.refuse_in_the_past()
        id = attachment if isinstance(attachment, UUID) else attachment.id
        return self.session.attachments.delete(self.spec.kind, id)

    def restore_attached(self, attachment: "Attachment | UUID", /) -> bool:
        """Bring back a file that was taken away."""
        self.session.refuse_in_the_past()
        id = attachment if isinstance(attachment, UUID) else attachment.id
        return self.session.attachments.restore(self.spec.kind, id)
