"""What the process has for its connectors: ways out, pictures, mail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from syndicate.actions.picture_files import PictureFiles
from syndicate.actions.pictures import PictureStorage
from syndicate.app.outgoing import guard_of
from syndicate.connectors.means import Clock, Means
from syndicate.media.storage import DirectoryStorage
from syndicate.net.client import Client
from syndicate.net.dialer import Dialer
from syndicate.net.mail import MailServer, SMTPMailer
from syndicate.settings.loading import Loaded
from syndicate.settings.sections import Settings


def storage_of(settings: Settings) -> DirectoryStorage:
    """Return where pictures are kept."""
    return DirectoryStorage(Path(settings.media.url.removeprefix("file:")))


def means_of(loaded: Callable[[], Loaded], storage: PictureStorage, client: Client, clock: Clock) -> Means:
    """Put together what connectors work with; `loaded` is the configuration in force."""
    settings = loaded().settings
    pictures = PictureFiles(
        storage, client, lambda: loaded().declarations.publisher.root, max_bytes=settings.limits.picture_bytes
    )
    dialer = Dialer(guard_of(settings))
    return Means(client=client, dialer=dialer, pictures=pictures, clock=clock, mailer=mailer_of(loaded(), dialer))


def mailer_of(loaded: Loaded, dialer: Dialer) -> SMTPMailer | None:
    """Return the mail server that [smtp] names."""
    smtp = loaded.settings.smtp
    if smtp.host is None or smtp.sender is None:
        return None
    password = next(iter(loaded.secrets.option("smtp", "password")), "")
    server = MailServer(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        sender=smtp.sender,
        user=smtp.user,
        password=password,
    )
    return SMTPMailer(server, dialer)
