"""CalDAV servers as processes on a port of their own, and a person with another client there.

Radicale and Xandikos are Python packages. Cyrus, which sends invitations by itself, is used where the system has it
(Debian: cyrus-caldav and cyrus-imapd), never one that is running already.
"""

from __future__ import annotations

import contextlib
import imaplib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
import requests

from blocker.values.intervals import Interval

USER, PASSWORD = "anna", "correct horse"
KINDS = ("radicale", "xandikos")
CYRUS = Path("/usr/lib/cyrus/bin")
PATIENCE = 30.0  # seconds to be ready
OURS = "@calendar-blocker.ics"
_MKCALENDAR = (
    '<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
    '<d:displayname>{name}</d:displayname><c:supported-calendar-component-set><c:comp name="{kind}"/>'
    "</c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>"
)

_ALL = (
    '<?xml version="1.0"?><c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
    '<d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>'
)


class CalDavServer:
    """A server that is running; ``root`` is its address, ``home`` where the user's calendars are."""

    def __init__(self, kind: str, root: str, home: str, user: str, password: str) -> None:
        self.kind, self.root, self.home, self.user, self.password = kind, root, home, user, password
        self.pid = 0  # of its process

    def apart(self) -> CalDavServer:
        """The same server for a person whose other calendars are in nobody's way."""
        return self

    def make_calendar(self, name: str = "", kind: str = "VEVENT") -> str:
        """The path of a new calendar."""
        path = f"{self.home}{uuid4().hex[:12]}/"
        body = _MKCALENDAR.format(name=name or "Work", kind=kind)
        done = self.ask("MKCALENDAR", path, body.encode(), **{"Content-Type": "application/xml"})
        assert done.status_code == 201, done.text
        return path

    def ask(self, method: str, path: str, body: bytes = b"", **head: str) -> requests.Response:
        auth = (self.user, self.password) if self.user else None
        return requests.request(method, f"{self.root}{path}", data=body, headers=head, auth=auth, timeout=300)

    def etags(self, path: str) -> dict[str, str]:
        """The etags of all that is in a calendar, by path."""
        body = '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>'
        return self._listed("PROPFIND", path, body, "{DAV:}getetag")

    def objects(self, path: str) -> dict[str, str]:
        """The text of all that is in a calendar, by path."""
        return self._listed("REPORT", path, _ALL, "{urn:ietf:params:xml:ns:caldav}calendar-data")

    def _listed(self, method: str, path: str, body: str, wanted: str) -> dict[str, str]:
        """One property of everything in a calendar, by path."""
        head = {"Depth": "1", "Content-Type": "application/xml"}
        listed = self.ask(method, path, body.encode(), **head)
        assert listed.status_code == 207, listed.text
        found = {}
        for response in ET.fromstring(listed.content).iter("{DAV:}response"):
            href = unquote(response.findtext("{DAV:}href") or "")
            if href.endswith(".ics"):
                found[href] = response.findtext(f".//{wanted}") or ""
        return found


class Person:
    """Somebody with a client of their own, on one calendar."""

    def __init__(self, server: CalDavServer, path: str) -> None:
        self.server, self.path = server, path

    def href(self, uid: str) -> str:
        return f"{self.path}{uid}.ics"

    def add(self, title: str, when: Interval, *more: str, uid: str = "") -> str:
        uid = uid or f"{uuid4().hex}@example.org"
        lines = [
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a person//EN", "BEGIN:VEVENT", f"UID:{uid}"),
            *(
                "DTSTAMP:20261101T000000Z",
                *times(when),
                f"SUMMARY:{title}",
                *more,
                "END:VEVENT",
                "END:VCALENDAR",
            ),
        ]
        self.put(self.href(uid), "\r\n".join(lines) + "\r\n")
        return uid

    def text(self, uid: str) -> str:
        return self.server.ask("GET", self.href(uid)).content.decode()

    def put(self, href: str, text: str) -> None:
        done = self.server.ask("PUT", href, text.encode(), **{"Content-Type": "text/calendar; charset=utf-8"})
        assert done.status_code in (200, 201, 204), (done.status_code, done.text)

    def move(self, uid: str, when: Interval) -> None:
        text = re.sub(r"(?m)^(DTSTART|DTEND|DURATION)[:;].*\r?\n", "", self.text(uid))
        self.put(self.href(uid), text.replace("END:VEVENT", "\r\n".join([*times(when), "END:VEVENT"])))

    def retitle(self, uid: str, title: str) -> None:
        self.put(self.href(uid), re.sub(r"(?m)^SUMMARY:.*(\r?\n .*)*", f"SUMMARY:{title}", self.text(uid)))

    def remove(self, uid: str) -> None:
        self.remove_at(self.href(uid))

    def remove_at(self, href: str) -> None:
        assert self.server.ask("DELETE", href).status_code in (200, 204)

    def load(self, calendar: bytes) -> None:
        """Put all that a calendar file holds there, each series as an object with all zones."""
        if self.server.kind == "radicale":  # takes it in one piece
            self.put(self.path, calendar.decode())
            return
        text = calendar.decode()
        zones = re.findall(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE\r?\n", text, re.DOTALL)
        series: dict[str, list[str]] = {}
        for event in re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r?\n", text, re.DOTALL):
            uid = re.search(r"(?m)^UID:(.*?)\r?$", event)
            assert uid is not None
            series.setdefault(uid[1], []).append(event)
        for uid, events in series.items():
            head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a person//EN\r\n"
            self.put(self.href(uid), "".join((head, *zones, *events, "END:VCALENDAR\r\n")))

    def others(self) -> dict[str, str]:
        """Everything that is not ours, with its etag: not one of them may change."""
        return {path: etag for path, etag in self.server.etags(self.path).items() if OURS not in path}

    def all(self) -> dict[str, str]:
        """Every object as stored, by its path."""
        return self.server.objects(self.path)

    def blocks(self) -> dict[str, str]:
        """Our blocks as stored, by their path."""
        return {path: text for path, text in self.all().items() if OURS in path}


def times(when: Interval) -> tuple[str, str]:
    return tuple(  # type: ignore[return-value]
        f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        for name, moment in (("DTSTART", when.start), ("DTEND", when.end))
    )


def is_installed(kind: str) -> bool:
    if kind == "cyrus":
        return all((CYRUS / name).exists() for name in ("master", "httpd", "imapd"))
    return importlib.util.find_spec(kind) is not None


def version_of(kind: str) -> str:
    if kind != "cyrus":
        return version(kind)
    said = subprocess.run([CYRUS / "master", "-V"], capture_output=True, text=True, check=True).stdout
    return said.split()[1].partition("-")[0]


@contextlib.contextmanager
def running(kind: str, folder: Path) -> Iterator[CalDavServer]:
    """A server of this kind; skips the test where it isn't installed."""
    if not is_installed(kind):
        how = (
            "apt-get install cyrus-caldav cyrus-imapd"
            if kind == "cyrus"
            else f"pip install {kind} (it is in the extra test)"
        )
        pytest.skip(f"{kind} is not installed: {how}")
    if kind == "cyrus":
        with _cyrus() as server:
            yield server
        return
    command, server = (_radicale if kind == "radicale" else _xandikos)(_free_port(), folder)
    log = (folder / "log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=log, stderr=log, cwd=folder)
    try:
        server.pid = process.pid
        _wait(process, server, folder / "log")
        yield server
    finally:
        process.kill()  # it finishes what it is doing otherwise, however long that takes
        process.wait()
        log.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


_CYRUS = """configdirectory: {folder}/conf
partition-default: {folder}/spool
defaultpartition: default
cyrus_user: {user}
admins: admin
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN
allowplaintext: yes
httpmodules: caldav
caldav_allowscheduling: on
calendar_user_address_set: example.org
unixhierarchysep: yes
altnamespace: yes
tls_server_cert: disabled
tls_server_key: disabled
"""
_SERVICES = """SERVICES {{
  http cmd="httpd -C {folder}/imapd.conf" listen="127.0.0.1:{http}"
  imap cmd="imapd -C {folder}/imapd.conf" listen="127.0.0.1:{imap}"
}}
START {{
  recover cmd="ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
"""


@contextlib.contextmanager
def _cyrus() -> Iterator[Cyrus]:
    """Cyrus, on ports and in folders of its own."""
    root = os.geteuid() == 0  # as whom it refuses to serve
    with TemporaryDirectory(prefix="cyrus-") as place:
        folder, http, imap = Path(place), _free_port(), _free_port()
        words = {
            "folder": folder,
            "user": "cyrus" if root else os.environ["USER"],
            "http": http,
            "imap": imap,
        }
        (folder / "imapd.conf").write_text(_CYRUS.format(**words))
        (folder / "cyrus.conf").write_text(_SERVICES.format(**words))
        for made in (folder, folder / "conf", folder / "spool"):
            made.mkdir(exist_ok=True)
            if root:
                shutil.chown(made, "cyrus", "mail")
        command = [
            CYRUS / "master",
            "-C",
            folder / "imapd.conf",
            "-M",
            folder / "cyrus.conf",
            "-p",
            folder / "pid",
        ]
        who = {"user": "cyrus", "group": "mail", "extra_groups": []} if root else {}
        process = subprocess.Popen(command, cwd=folder, start_new_session=True, **who)
        try:
            _wait_for(process, imap)
            yield Cyrus(f"http://127.0.0.1:{http}", imap).person(USER)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None
        with contextlib.suppress(OSError), imaplib.IMAP4("127.0.0.1", port):
            return
        assert time.monotonic() < until
        time.sleep(0.1)


class Cyrus(CalDavServer):
    """A server on which an identity is unique over all calendars of a person, and any password is right."""

    def __init__(self, root: str, imap: int, user: str = USER) -> None:
        super().__init__("cyrus", root, f"/dav/calendars/user/{user}/", user, PASSWORD)
        self._imap = imap

    def apart(self) -> CalDavServer:
        return self.person(f"p{uuid4().hex[:8]}")

    def person(self, name: str) -> Cyrus:
        with imaplib.IMAP4("127.0.0.1", self._imap) as admin:
            admin.login("admin", PASSWORD)
            assert admin.create(f"user/{name}")[0] == "OK"
        return Cyrus(self.root, self._imap, name)


def _radicale(port: int, folder: Path) -> tuple[list[str], CalDavServer]:
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\nhtpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder / 'data'}\n"
    )
    server = CalDavServer("radicale", f"http://127.0.0.1:{port}", f"/{USER}/", USER, PASSWORD)
    return ["radicale", "--config", str(folder / "config")], server


def _xandikos(port: int, folder: Path) -> tuple[list[str], CalDavServer]:
    words = ["serve", "--no-detect-systemd", "-l", "127.0.0.1", "-p", str(port), "-d", str(folder / "data")]
    words += ["--state-dir", str(folder / "own"), "--defaults"]
    return ["xandikos", *words], CalDavServer(
        "xandikos", f"http://127.0.0.1:{port}", "/user/calendars/", "", ""
    )


def _wait(process: subprocess.Popen[bytes], server: CalDavServer, log: Path) -> None:
    """Until it answers as what it is; it is never taken for another that may listen there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(requests.ConnectionError):
            body = b'<d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/></d:prop></d:propfind>'
            head = {"Depth": "0", "Content-Type": "application/xml"}
            if server.ask("PROPFIND", "/", body, **head).status_code == 207:
                assert process.poll() is None, log.read_text()
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())
