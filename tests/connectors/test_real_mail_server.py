"""Mail through a real Exim, with STARTTLS and a login, into a maildir on disk."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from syndicate.connectors.contract import Connector
from syndicate.connectors.suite.copy import Copy, accepted, refused
from syndicate.connectors.suite.sendings import a_correction, a_retraction, a_sending
from syndicate.connectors.suite.site import PUBLISHER, means
from syndicate.connectors.table import build
from syndicate.model.declarations import PartnerDeclaration
from syndicate.net.mail import MailServer, SMTPMailer
from tests.connectors.mailboxes import CERTIFICATE, PASSWORD, USER

EXIM = shutil.which("exim4", path="/usr/sbin:/usr/bin")
TRUSTING = ssl.create_default_context(cafile=str(CERTIFICATE))
CONFIGURATION = """
exim_path = EXIM
primary_hostname = mail.test
spool_directory = FOLDER/spool
log_file_path = FOLDER/%slog
keep_environment =
domainlist local_domains = gazette.example
local_interfaces = <; 127.0.0.1.PORT
tls_advertise_hosts = *
tls_certificate = FOLDER/localhost.pem
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = check_recipient
acl_smtp_data = check_message

begin acl
check_recipient:
  deny message = log in first
       !authenticated = *
  accept domains = +local_domains
         local_parts = desk
  deny message = no such mailbox here
check_message:
  deny message = a line is too long
       condition = ${if >{$max_received_linelength}{998}}
  deny message = the header is not as it must be
       !verify = header_syntax
  accept

begin routers
here:
  driver = accept
  transport = to_maildir

begin transports
to_maildir:
  driver = appendfile
  directory = FOLDER/maildir
  maildir_format
  user = OWNER

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${if and{{eq{$auth2}{USER}}{eq{$auth3}{PASSWORD}}}}
"""


@dataclass(frozen=True)
class Exim:
    port: int
    maildir: Path

    async def messages(self, count: int) -> list[EmailMessage]:
        """Wait until so many messages stand in the mailbox; in the order of their dates of arrival."""
        async with asyncio.timeout(10):
            while len(files := sorted(self.maildir.glob("new/*"), key=lambda file: file.stat().st_mtime_ns)) < count:
                await asyncio.sleep(0.05)
        parsed = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [each for each in parsed if isinstance(each, EmailMessage)]


@pytest.fixture
def folder() -> Iterator[Path]:
    # Exim gives root's rights up where it is told another configuration, and could not enter pytest's folders.
    made = Path(tempfile.mkdtemp(prefix="exim-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
async def exim(folder: Path, unused_tcp_port: int) -> AsyncIterator[Exim]:
    if EXIM is None:
        pytest.skip("needs exim4 (Debian: exim4-daemon-light)")
    owner = "Debian-exim" if os.geteuid() == 0 else getpass.getuser()
    values = {"FOLDER": str(folder), "PORT": str(unused_tcp_port), "EXIM": EXIM, "OWNER": owner}
    text = CONFIGURATION
    for name, value in (values | {"USER": USER, "PASSWORD": PASSWORD}).items():
        text = text.replace(name, value)
    (folder / "exim.conf").write_text(text, "utf-8")
    shutil.copy(CERTIFICATE, folder)
    for path in (folder, folder / CERTIFICATE.name):
        shutil.chown(path, owner)
    with subprocess.Popen([EXIM, "-C", str(folder / "exim.conf"), "-bdf"], stderr=subprocess.DEVNULL) as server:
        try:
            await _until_open(unused_tcp_port)
            yield Exim(unused_tcp_port, folder / "maildir")
        finally:
            server.terminate()


async def _until_open(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def a_connector(
    exim: Exim, *, password: str = PASSWORD, to: str = "desk@gazette.example"
) -> AsyncIterator[Connector]:
    server = MailServer("localhost", exim.port, "starttls", "syndicate@harbour.example", USER, password)
    declared = PartnerDeclaration.model_validate({"name": "gazette", "connector": "email", "options": {"to": to}})
    async with means() as made:
        mailer = SMTPMailer(server, made.dialer, tls=TRUSTING)
        yield build(declared, PUBLISHER, {}, replace(made, mailer=mailer))


@pytest.mark.system
async def test_an_article_its_correction_and_its_withdrawal_reach_a_mailbox_as_one_thread(exim: Exim) -> None:
    long = {"body_html": f"<p>.</p><p>{'Größe ' * 2_000}</p>", "title": "العبّارة تبحر " * 30}
    async with a_connector(exim) as connector:
        copy = Copy(connector)
        accepted(await copy.send(a_sending(article=long)))
        accepted(await copy.send(a_correction("New ferry sails at ten")))
        accepted(await copy.send(a_retraction()))
    first, *others = await exim.messages(3)
    assert [each["References"] for each in others] == [first["Message-ID"]] * 2
    assert [str(each["Subject"]) for each in others] == [
        f"[{mark}] New ferry sails at ten" for mark in ("Correction", "Withdrawn")
    ]
    text = first.get_body(("plain",))
    assert text is not None
    assert "Größe " * 1_999 in text.get_content()


@pytest.mark.system
async def test_a_wrong_password_and_an_unknown_mailbox_are_told_apart(exim: Exim) -> None:
    async with a_connector(exim, password="not-this-one") as connector:
        assert refused(await connector.send(a_sending())).unauthorised
    async with a_connector(exim, to="nobody@gazette.example") as connector:
        outcome = refused(await connector.send(a_sending()))
    assert (outcome.status, outcome.permanent, outcome.answer) == (550, True, "no such mailbox here")
