"""Notices by mail, over SMTP with the settings `smtp_…`. The password leaves only over an encrypted connection."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from pgc_lib.areas.reminding.carrying import Message, NotCarried
from pgc_lib.areas.reminding.records import Preferences
from pgc_lib.i18n import _
from pgc_lib.settings import settings

_SECONDS = 20
_SECURITY = ("starttls", "ssl", "none")
_OWN = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Mail:
    """The carrier of mail."""

    name: str = "mail"

    def trouble(self, preferences: Preferences) -> str:
        """What is still to be set."""
        given = settings()
        if not preferences.mail_to:
            return _("no mail address is set: lab.reminders.prefer(mail_to='me@example.org')")
        if not given.smtp_host:
            return _("no mail server is set (PGC_SMTP_HOST)")
        if given.smtp_security not in _SECURITY:
            return _("PGC_SMTP_SECURITY is one of {names}", names=", ".join(_SECURITY))
        if given.smtp_security == "none" and given.smtp_password and given.smtp_host not in _OWN:
            return _("the mail password is not sent over a connection that anyone can read: set PGC_SMTP_SECURITY to starttls or ssl")  # fmt: skip
        return ""

    def send(self, message: Message, preferences: Preferences) -> None:
        """Hand it to the mail server."""
        mail = composed(message, preferences.mail_to)
        try:
            with _connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _said in error.recipients.values()]
            raise NotCarried(
                _("The mail server refuses the address {address}.", address=preferences.mail_to),
                final=all(500 <= code < 600 for code in codes),
            ) from error
        except smtplib.SMTPAuthenticationError as error:
            # What the server says may repeat what it was given.
            raise NotCarried(_("The mail server refuses the name or the password.")) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise NotCarried(_("The mail was not sent: {reason}", reason=_reason(error))) from error


def composed(message: Message, to: str) -> EmailMessage:
    """A message as a mail. Its identifier is the same at every try."""
    given = settings()
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.title.split())[:200]
    mail["From"] = given.smtp_from or given.smtp_user or to
    mail["To"] = to
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{message.key}@pgc.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.urgent:
        mail["Importance"] = "high"
    mail.set_content(message.text)
    return mail


class _connected:  # noqa: N801 - reads as what it gives
    """A connection to the mail server, logged in."""

    def __enter__(self) -> smtplib.SMTP:
        given = settings()
        host, port = given.smtp_host, int(given.smtp_port)
        if given.smtp_security == "ssl":
            self._server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=_trusted())  # fmt: skip
        else:
            self._server = smtplib.SMTP(host, port, timeout=_SECONDS)
        try:
            if given.smtp_security == "starttls":
                self._server.starttls(context=_trusted())
            if given.smtp_user and given.smtp_password:
                self._server.login(given.smtp_user, given.smtp_password.reveal())
        except BaseException:
            self._server.close()
            raise
        return self._server

    def __exit__(self, *_exception: object) -> None:
        # It has what it was given; a goodbye that gets lost changes nothing of that.
        with suppress(smtplib.SMTPException, OSError):
            self._server.quit()
        self._server.close()


def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {words}"[:300]
    return str(error)[:300] or type(error).__name__
