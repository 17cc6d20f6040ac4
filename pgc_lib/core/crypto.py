"""Sensitive fields: encrypted before they leave the process, with a key that is never in the database.

AES-256-GCM, a fresh nonce each time. What a value belongs to (owner, kind, record, field) is bound into
the seal, so a ciphertext copied to another row or person does not open.
"""

import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pgc_lib.errors import SettingError, StoreError
from pgc_lib.i18n import _
from pgc_lib.settings import Secret

_MARK = "pgc1:"
_NONCE = 12


class Cipher:
    """Seals and opens the texts of one person."""

    def __init__(self, key: Secret) -> None:
        try:
            raw = b64decode(key.reveal(), validate=True)
            if len(raw) != 32:
                raise ValueError(len(raw))
        except (Base64Error, ValueError) as error:
            raise SettingError(
                _("The encryption key cannot be used: it must be 32 bytes in base64."),
                next_step=_("Set PGC_ENCRYPTION_KEY to the key with which the data was written."),
            ) from error
        self._aead = AESGCM(raw)

    def seal(self, text: str, *, owner: UUID, kind: str, record: UUID, field: str) -> str:
        """The text encrypted for one place."""
        nonce = os.urandom(_NONCE)
        sealed = self._aead.encrypt(nonce, text.encode(), _place(owner, kind, record, field))
        return _MARK + b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, owner: UUID, kind: str, record: UUID, field: str) -> str:
        """The text again; a seal from another place or key is an error."""
        try:
            raw = b64decode(sealed.removeprefix(_MARK), validate=True)
            plain = self._aead.decrypt(
                raw[:_NONCE], raw[_NONCE:], _place(owner, kind, record, field)
            )
        except (InvalidTag, Base64Error, ValueError) as error:
            raise StoreError(
                _(
                    "The field {field} of {kind} {id} cannot be decrypted.",
                    field=field,
                    kind=kind,
                    id=record,
                ),
                next_step=_("Set PGC_ENCRYPTION_KEY to the key with which the data was written."),
            ) from error
        return plain.decode()


def is_sealed(text: str) -> bool:
    """Whether a text is a seal; only what `seal` made begins like one."""
    return text.startswith(_MARK)


def new_key() -> str:
    """A new key, as the setting takes it."""
    return b64encode(AESGCM.generate_key(256)).decode()


def _place(owner: UUID, kind: str, record: UUID, field: str) -> bytes:
    return f"{owner.hex}/{kind}/{record.hex}/{field}".encode()
