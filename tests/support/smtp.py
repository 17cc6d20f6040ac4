"""A real mail server for tests: STARTTLS with a certificate of its own, a login, and an address that it refuses.

def test_something(mail_server, monkeypatch):
    mail_settings(monkeypatch, mail_server)
    …
    assert mail_server.mails()[0]["Subject"] == "…"

`tls_mail_server` is the same with TLS from the first byte. `pause` and `go_on` take it away and bring it back.
"""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.settings import settings

PASSWORD = "the mail password"


@dataclass
class Server:
    """What came, and how."""

    port: int
    certificate: Path
    contents: list[bytes] = field(default_factory=list)
    logged_in: list[str] = field(default_factory=list)
    encrypted: bool = False
    tls_at_once: bool = False
    connections: int = 0
    _running: Any = field(default=None, repr=False)
    _key: Path = Path()

    def mails(self) -> list[EmailMessage]:
        """The mails as whoever gets them reads them."""
        return [message_from_bytes(content, policy=policy.default) for content in self.contents]

    def go_on(self) -> None:
        """Listen, at the same port as before."""
        from aiosmtpd.controller import Controller

        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self._key)
        how: dict[str, Any] = {"tls_context": context, "require_starttls": True}
        if self.tls_at_once:
            how = {"ssl_context": context, "auth_require_tls": False}
        self.port = self.port or _free_port()
        self._running = Controller(
            self, hostname="127.0.0.1", port=self.port, authenticator=self.authenticate, auth_required=True, **how
        )  # fmt: skip
        self._running.start()

    def pause(self) -> None:
        """Nobody answers at the port."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    # What aiosmtpd asks.

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, name: str, responses: Any) -> Any:  # noqa: N802  # fmt: skip
        session.host_name = name
        self.connections += 1
        return responses

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  # fmt: skip
        if address.startswith("nobody@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.contents.append(envelope.content)
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> Any:
        """Whether name and password are right."""
        from aiosmtpd.smtp import AuthResult

        right = (data.login, data.password) == (b"me", PASSWORD.encode())
        if right:
            self.logged_in.append(data.login.decode())
        return AuthResult(success=right, handled=right)


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[Server]:
    """A mail server on a port of its own."""
    yield from _served(tmp_path, tls_at_once=False)


@pytest.fixture
def tls_mail_server(tmp_path: Path) -> Iterator[Server]:
    """One that speaks TLS from the first byte, as port 465 does."""
    yield from _served(tmp_path, tls_at_once=True)


def _served(folder: Path, *, tls_at_once: bool) -> Iterator[Server]:
    certificate, key = _certificate(folder)
    server = Server(0, certificate, tls_at_once=tls_at_once, _key=key)
    server.go_on()
    yield server
    server.pause()
    settings.cache_clear()


def mail_settings(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Let the lab send by this server, whose certificate it trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    security = "ssl" if server.tls_at_once else "starttls"
    set_mail(
        monkeypatch, HOST="localhost", PORT=str(server.port), SECURITY=security, USER="me", PASSWORD=PASSWORD, FROM="lab@example.org"
    )  # fmt: skip


def set_mail(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Change settings of mail; an empty one is as if it were not set."""
    for name, value in values.items():
        monkeypatch.setenv(f"PGC_SMTP_{name}", value)
    settings.cache_clear()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
