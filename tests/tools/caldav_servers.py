"""Radicale and Xandikos as processes on a port of their own, and a person with another client there."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
import requests

from blocker.values.intervals import Interval

USER, PASSWORD = "anna", "correct horse"
KINDS = ("radicale", "xandikos")
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


@contextlib.contextmanager
def running(kind: str, folder: Path) -> Iterator[CalDavServer]:
    """A server of this kind; skips the test where it isn't installed."""
    if importlib.util.find_spec(kind) is None:
        pytest.skip(f"{kind} is not installed: pip install {kind} (it is in the extra test)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, server = (_radicale if kind == "radicale" else _xandikos)(port, folder)
    log = (folder / "log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=log, stderr=log, cwd=folder)
    try:
        _wait(process, server, folder / "log")
        yield server
    finally:
        process.kill()  # it finishes what it is doing otherwise, however long that takes
        process.wait()
        log.close()


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
