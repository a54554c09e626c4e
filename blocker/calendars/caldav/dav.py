"""The XML of WebDAV and CalDAV: what is asked, and what an answer says. Knows no network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from msgspec import Struct

from blocker.calendars.caldav.urls import joined
from blocker.values.intervals import Interval

D, C, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
XML = "application/xml; charset=utf-8"  # some servers refuse any other type
_NAMES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/"'
_WHAT = {
    "collection": (
        "d:resourcetype d:displayname d:current-user-principal d:current-user-privilege-set d:sync-token cs:getctag "
        "c:calendar-home-set c:supported-calendar-component-set c:calendar-timezone"
    ),
    "etags": "d:getetag",
}
# Another object has the same UID: in the same calendar (RFC 4791), or in any of the person's (RFC 6638; Cyrus, Fastmail).
UID_TAKEN = frozenset(("no-uid-conflict", "unique-scheduling-object-resource"))
_WRITE = {f"{D}all", f"{D}write", f"{D}write-content"}


class NonsenseError(ValueError):
    """No answer of a CalDAV server; the message says what it is instead."""


class Resource(Struct, frozen=True):
    """What an answer says of one address. ``status`` is 200 unless all of it is refused; ``found`` are its properties."""

    url: str
    status: int
    found: dict[str, ET.Element]

    def text(self, name: str) -> str:
        element = self.found.get(name)
        return (element.text or "").strip() if element is not None else ""

    def hrefs(self, name: str) -> list[str]:
        """The addresses in a property. Those that make no sense are left out."""
        found = []
        element = self.found.get(name)
        for href in element.iter(f"{D}href") if element is not None else ():
            try:
                found.append(joined(self.url, href.text or ""))
            except ValueError:
                continue
        return found

    @property
    def is_calendar(self) -> bool:
        kind = self.found.get(f"{D}resourcetype")
        return kind is not None and kind.find(f"{C}calendar") is not None

    @property
    def holds_events(self) -> bool:
        """False where the server says that other things are kept there alone, such as tasks."""
        named = self.found.get(f"{C}supported-calendar-component-set")
        kinds = (
            {kind.get("name", "").upper() for kind in named.iter(f"{C}comp")} if named is not None else set()
        )
        return not kinds or "VEVENT" in kinds

    @property
    def can_be_written(self) -> bool:
        """False where the server says so."""
        rights = self.found.get(f"{D}current-user-privilege-set")
        return rights is None or not _WRITE.isdisjoint(element.tag for element in rights.iter())

    @property
    def state(self) -> str:
        """Changes whenever anything in the collection does; "" where the server does not say."""
        parts = (self.text(f"{CS}getctag"), self.text(f"{D}sync-token"))
        return "\n".join(parts) if any(parts) else ""


def propfind(what: str) -> str:
    wanted = "".join(f"<{name}/>" for name in _WHAT[what].split())
    return (
        f'<?xml version="1.0" encoding="utf-8"?><d:propfind {_NAMES}><d:prop>{wanted}</d:prop></d:propfind>'
    )


def query(window: Interval) -> str:
    """Events that touch the window, their series unexpanded. Days and floating times are in a zone of the server's:
    one day more is asked for on both sides."""
    day = timedelta(days=1)
    span = f'start="{_instant(window.start - day)}" end="{_instant(window.end + day)}"'
    inner = f'<c:comp-filter name="VEVENT"><c:time-range {span}/></c:comp-filter>'
    return _report(
        "calendar-query", f'<c:filter><c:comp-filter name="VCALENDAR">{inner}</c:comp-filter></c:filter>'
    )


def multiget(paths: Iterable[str]) -> str:
    return _report("calendar-multiget", "".join(f"<d:href>{escape(path)}</d:href>" for path in paths))


def _report(name: str, rest: str) -> str:
    wanted = "<d:prop><d:getetag/><c:calendar-data/></d:prop>"
    return f'<?xml version="1.0" encoding="utf-8"?><c:{name} {_NAMES}>{wanted}{rest}</c:{name}>'


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def resources(body: bytes, url: str) -> list[Resource]:
    """What a 207 says, address by address. Raises NonsenseError."""
    root = _parsed(body)
    if root.tag != f"{D}multistatus":
        raise NonsenseError("another document")
    return list(_resources(root, url))


def conditions(body: bytes) -> frozenset[str]:
    """The preconditions that a refusal names, such as ``no-uid-conflict``; none where it names none."""
    try:
        return frozenset(element.tag.rpartition("}")[2] for element in _parsed(body).iter())
    except NonsenseError:
        return frozenset()


def _resources(root: ET.Element, url: str) -> Iterator[Resource]:
    for response in root.iter(f"{D}response"):
        found = {
            element.tag: element
            for stat in response.iter(f"{D}propstat")
            if _status(stat.findtext(f"{D}status")) == 200
            for prop in stat.iter(f"{D}prop")
            for element in prop
        }
        status = _status(response.findtext(f"{D}status"))
        for href in response.findall(f"{D}href"):
            try:
                yield Resource(joined(url, href.text or ""), status, found)
            except ValueError:
                raise NonsenseError("a list with addresses that are none") from None


def _status(line: str | None) -> int:
    """``HTTP/1.1 404 Not Found`` → 404; 200 where nothing is said."""
    match = re.search(r"\b(\d{3})\b", line or "")
    return int(match[1]) if match else 200


def _parsed(body: bytes) -> ET.Element:
    """An XML document without a declaration of its own: what it declares could be made to explode. Raises NonsenseError."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NonsenseError("no text") from None
    first = re.search(r"<[A-Za-z_]", text)
    if first is None:
        raise NonsenseError("an empty answer" if not text.strip() else "no document")
    head = text[: first.start()].lower()
    if "<!doctype html" in head or re.match(r"(?i)<html", text[first.start() :]):
        raise NonsenseError("a web page, such as a sign-in page")
    if "<!" in head:
        raise NonsenseError("a document with declarations of its own, which are not followed")
    try:
        return ET.fromstring(text)  # noqa: S314 - without declarations there is nothing to expand
    except ET.ParseError:
        raise NonsenseError("half a document") from None
    except ValueError:
        raise NonsenseError("no document") from None
