"""Sensitive fields of a collection: closed before they are kept, open only for their owner.

A seal is bound to its owner, kind, record and field, so nothing that is closed can be moved elsewhere and opened there.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.record import SEALED
from pgc_lib.errors import Denied, StoreError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.crypto import Cipher
    from pgc_lib.core.record import Spec
    from pgc_lib.core.session import Session


class Sealing:
    """What a collection does with sensitive fields."""

    session: "Session"

    @property
    def spec(self) -> "Spec":
        """What the records are made of."""
        raise NotImplementedError

    @cached_property
    def _cipher(self) -> "Cipher":
        from pgc_lib.core.crypto import Cipher

        return Cipher(self.session.encryption_key)

    def _sealed(self, values: Mapping[str, Any], owner: UUID, id: UUID) -> dict[str, Any]:
        sealed = dict(values)
        for name in self.spec.sensitive:
            if isinstance(sealed.get(name), str):
                if owner != self.session.person:
                    raise Denied(
                        _("Only its owner can write the encrypted field {field}.", field=name),
                        next_step=_("Leave this field out, or ask the owner to fill it in."),
                    )
                sealed[name] = self._cipher.seal(
                    sealed[name], owner=owner, kind=self.spec.kind, record=id, field=name
                )
        return sealed

    def _sealed_frame(
        self, frame: "pl.DataFrame", owner: UUID, ids: Sequence[UUID]
    ) -> "pl.DataFrame":
        """Rows with their identifiers and closed fields."""
        import polars as pl

        open_rows = frame.select(self.spec.sensitive).iter_rows(named=True)
        rows = [self._sealed(row, owner, id) for id, row in zip(ids, open_rows, strict=True)]
        sealed = [
            pl.Series(name, [row[name] for row in rows], dtype=pl.String)
            for name in self.spec.sensitive
        ]
        keys = pl.Series("id", [id.hex for id in ids], dtype=pl.String)
        return frame.with_columns(keys, *sealed)

    def _open(self, row: dict[str, Any]) -> None:
        """Open what may be opened, in place; what is not for this person stays closed."""
        for name in self.spec.sensitive:
            if not isinstance(row.get(name), str):
                continue
            if self.spec.fields[name].meta.was_open and self._in_the_open(row, name):
                continue
            try:
                row[name] = self._cipher.open(
                    row[name], owner=row["owner"], kind=self.spec.kind, record=row["id"], field=name
                )
            except StoreError:
                if row["owner"] == self.session.person:
                    raise
                row[name] = SEALED

    def _in_the_open(self, row: dict[str, Any], name: str) -> bool:
        """Whether a value is not sealed yet; others see even so only that it is there."""
        from pgc_lib.core.crypto import is_sealed

        if is_sealed(row[name]):
            return False
        if row["owner"] != self.session.person and row[name]:
            row[name] = SEALED
        return True
