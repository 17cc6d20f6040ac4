"""Notices by mail, over SMTP with the settings `smtp_…`. The password leaves only over an encrypted connection."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
        return no_address(preferences) or no_server()

    def send(self, message: Message, preferences: Preferences) -> None:
        """Hand it to the mail server."""
        with line() as server:
            hand(server, composed(message, preferences.mail_to), preferences.mail_to)


def no_address(preferences: Preferences) -> str:
    """That nobody knows where to send it; empty when one does."""
    if preferences.mail_to:
        return ""
    return _("no mail address is set: lab.reminders.prefer(mail_to='me@example.org')")


def no_server() -> str:
    """What the settings of the mail server still need; empty when nothing."""
    given = settings()
    if not given.smtp_host:
        return _("no mail server is set (PGC_SMTP_HOST)")
    if given.smtp_security not in _SECURITY:
        return _("PGC_SMTP_SECURITY is one of {names}", names=", ".join(_SECURITY))
    if given.smtp_security == "none" and given.smtp_password and given.smtp_host not in _OWN:
        return _("the mail password is not sent over a connection that anyone can read: set PGC_SMTP_SECURITY to starttls or ssl")  # fmt: skip
    return ""


def sender() -> str:
    """The address that mail comes from; empty where the settings name none."""
    given = settings()
    return given.smtp_from or (given.smtp_user if "@" in given.smtp_user else "")


@contextmanager
def line() -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, logged in; `NotCarried` when there is none to be had."""
    try:
        server = _connected()
    except smtplib.SMTPAuthenticationError as error:
        # What the server says may repeat what it was given.
        raise NotCarried(
            _("The mail server refuses the name or the password."), away=True
        ) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotCarried(_not_sent(error), away=True) from error
    try:
        yield server
    finally:
        # It has what it was given; a goodbye that gets lost changes nothing of that.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def hand(server: smtplib.SMTP, mail: EmailMessage, to: str) -> None:
    """Give one mail to the server; `NotCarried` when it does not take it."""
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _said in error.recipients.values()]
        raise NotCarried(
            _("The mail server refuses the address {address}.", address=to),
            final=all(500 <= code < 600 for code in codes),
        ) from error
    except (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError) as error:
        raise NotCarried(_not_sent(error)) from error  # this mail; another may be taken
    except (smtplib.SMTPException, OSError) as error:
        raise NotCarried(_not_sent(error), away=True) from error


def composed(message: Message, to: str) -> EmailMessage:
    """A message as a mail. Its identifier is the same at every try."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.title.split())[:200]
    mail["From"] = sender() or settings().smtp_user or to
    mail["To"] = to
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{message.key}@pgc.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.urgent:
        mail["Importance"] = "high"
    mail.set_content(message.text)
    return mail


def _connected() -> smtplib.SMTP:
    given = settings()
    host, port = given.smtp_host, int(given.smtp_port)
    if given.smtp_security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=_trusted())
    else:
        server = smtplib.SMTP(host, port, timeout=_SECONDS)
    try:
        if given.smtp_security == "starttls":
            server.starttls(context=_trusted())
        if given.smtp_user and given.smtp_password:
            server.login(given.smtp_user, given.smtp_password.reveal())
    except BaseException:
        server.close()
        raise
    return server


def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _not_sent(error: Exception) -> str:
    return _("The mail was not sent: {reason}", reason=_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {words}"[:300]
    return str(error)[:300] or type(error).__name__
