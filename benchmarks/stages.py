"""A calendar that a person and the program share: a file, a folder, a CalDAV server, or Google's as the test server
plays it."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocker.calendars.addresses import open_calendar
from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.calendars.marks import instant_text
from blocker.calendars.port import Surroundings
from blocker.calendars.servers import Pace
from blocker.values.intervals import Interval
from tests.tools.caldav_proxy import Proxy, bad_weather, proxy_to
from tests.tools.caldav_servers import Person, running

ZONE = ZoneInfo("Europe/Berlin")
ME, COLLEAGUE = "lead@example.org", "ann@example.org"
DAILY = (("11:00", "12:00"), ("13:30", "15:00"), ("15:00", "16:30"))  # from Monday to Friday, all year
EVERY_WORKDAY = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
BUILD_UP = timedelta(weeks=14)  # the weeks that a level is judged by


@dataclass(frozen=True, slots=True)
class Seen:
    """A block of ours as it stands."""

    id: str
    key: str
    title: str
    when: Interval


class Stage(Protocol):
    """What a person can do, and what everybody can see."""

    address: str

    def blocks(self) -> list[Seen]: ...
    def theirs(self) -> object:
        """Everything that is not ours; equal as long as nothing of it changed."""

    def meet(self, when: Interval, title: str) -> None: ...
    def cancel(self, title: str) -> None: ...
    def move(self, block: Seen, when: Interval) -> None: ...
    def retitle(self, block: Seen, title: str) -> None: ...
    def delete(self, block: Seen) -> None: ...
    def weather(self, rate: float, seed: int) -> None: ...
    def faults(self) -> int: ...


class FileStage:
    """An ``.ics`` file, edited by hand."""

    def __init__(self, folder: Path, first: date) -> None:
        self._path = folder / "calendar.ics"
        self.address = f"ics:{self._path}"
        head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//else//EN\r\nX-WR-TIMEZONE:Europe/Berlin\r\n"
        self._path.write_bytes((head + "".join(_dailies(first)) + "END:VCALENDAR\r\n").encode())

    def blocks(self) -> list[Seen]:
        window = Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC))
        calendar = open_calendar(self.address, zone=None, me=())
        return [
            Seen(b.ref.id, b.key, b.title, b.when) for b in calendar.read(window).blocks if b.dates is None
        ]

    def theirs(self) -> object:
        return [part for part in self._parts() if b"X-BLOCKER-KEY" not in part]

    def meet(self, when: Interval, title: str) -> None:
        start, end = (f":{instant_text(instant)}" for instant in (when.start, when.end))
        *rest, last = self._parts()
        self._path.write_bytes(b"".join([*rest, _component(title, title, start, end).encode(), last]))

    def cancel(self, title: str) -> None:
        self._change(title, lambda part: b"")

    def move(self, block: Seen, when: Interval) -> None:
        def moved(part: bytes) -> bytes:
            for name, instant in ((b"DTSTART", when.start), (b"DTEND", when.end)):
                line = name + b":" + instant_text(instant).encode()
                part = re.sub(rb"(?m)^%s\b[^\r\n]*" % name, line, part, count=1)
            return part

        self._change(block.id, moved)

    def retitle(self, block: Seen, title: str) -> None:
        line = b"SUMMARY:" + title.encode()
        self._change(
            block.id, lambda part: re.sub(rb"(?m)^SUMMARY[^\r\n]*(?:\r\n [^\r\n]*)*", line, part, count=1)
        )

    def delete(self, block: Seen) -> None:
        self._change(block.id, lambda part: b"")

    def weather(self, rate: float, seed: int) -> None:
        """A file has none of its own: its writes fail by fate."""

    def faults(self) -> int:
        return 0

    def _parts(self) -> list[bytes]:
        """The file cut at its components: head, each event, tail."""
        return [
            part
            for part in re.split(
                rb"(BEGIN:VEVENT\r\n.*?END:VEVENT\r\n)", self._path.read_bytes(), flags=re.DOTALL
            )
            if part
        ]

    def _change(self, uid: str, change: Any) -> None:
        line = b"\r\nUID:" + uid.encode() + b"\r\n"
        parts = self._parts()
        found = [number for number, part in enumerate(parts) if line in part]
        assert len(found) == 1, (uid, found)  # noqa: S101 - the simulation itself went wrong
        parts[found[0]] = change(parts[found[0]])
        self._path.write_bytes(b"".join(parts))


class FolderStage(FileStage):
    """A folder with one file an event, in which a person's program puts new files in place of old ones."""

    def __init__(self, folder: Path, first: date) -> None:
        super().__init__(folder, first)
        self._folder = folder / "calendar"
        self._folder.mkdir()
        self._head, *events, self._tail = self._parts()
        for number, event in enumerate(events):
            self._put(f"daily-{number}.ics", event)
        self.address = f"dir:{self._folder}"

    def theirs(self) -> object:
        files = {path.name: path.read_bytes() for path in self._folder.glob("[!.]*")}
        return {name: content for name, content in files.items() if b"X-BLOCKER-KEY" not in content}

    def meet(self, when: Interval, title: str) -> None:
        start, end = (f":{instant_text(instant)}" for instant in (when.start, when.end))
        self._put(f"{title}.ics", _component(title, title, start, end).encode())

    def _put(self, name: str, event: bytes) -> None:
        fresh = self._folder / f".{name}.tmp"
        fresh.write_bytes(self._head + event + self._tail)
        fresh.replace(self._folder / name)

    def _change(self, uid: str, change: Any) -> None:
        line = b"\r\nUID:" + uid.encode() + b"\r\n"
        (file,) = [path for path in self._folder.glob("[!.]*") if line in path.read_bytes()]
        content = file.read_bytes()
        event = change(content[content.index(b"BEGIN:VEVENT") : content.index(b"END:VCALENDAR")])
        if event:
            self._put(file.name, event)
        else:
            file.unlink()


class GoogleStage:
    """The primary calendar on the test server."""

    address = "google:primary"

    def __init__(self, server: Any, first: date) -> None:
        self._server = server
        for start, end in DAILY:
            body = _body(f"Daily {start}", _slot(first - BUILD_UP, start, end)) | {
                "recurrence": [f"RRULE:{EVERY_WORKDAY}"]
            }
            for side in ("start", "end"):
                body[side]["timeZone"] = ZONE.key
            server.put_event("primary", body)

    def blocks(self) -> list[Seen]:
        return [
            Seen(e["id"], e["extendedProperties"]["private"]["blockerKey"], e.get("summary", ""), _when(e))
            for e in self._server.events()
            if _ours(e) and "dateTime" in e["start"]
        ]

    def theirs(self) -> object:
        return {
            e["id"]: e["etag"] for e in self._server.events(deleted=True) if not e["id"].startswith("blk0")
        }

    def meet(self, when: Interval, title: str) -> None:
        self._server.put_event("primary", _body(title, when))

    def cancel(self, title: str) -> None:
        (found,) = [e for e in self._server.events() if e.get("summary") == title]
        self._server.remove("primary", found["id"])

    def move(self, block: Seen, when: Interval) -> None:
        body = _body("", when)
        self._server.edit("primary", block.id, {side: body[side] for side in ("start", "end")})

    def retitle(self, block: Seen, title: str) -> None:
        self._server.edit("primary", block.id, {"summary": title})

    def delete(self, block: Seen) -> None:
        self._server.remove("primary", block.id)

    def weather(self, rate: float, seed: int) -> None:
        self._server.faults.random(rate, seed)

    def faults(self) -> int:
        return sum(entry.fault is not None for entry in self._server.log)


class ServerStage:
    """A calendar on a real CalDAV server, with a proxy between it and the program that fails now and then."""

    def __init__(self, person: Person, proxy: Proxy, first: date) -> None:
        self._person, self._proxy = person, proxy
        self.address = f"caldav:{proxy.root}{person.path}"
        head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//else//EN\r\n"
        person.load((head + "".join(_dailies(first)) + "END:VCALENDAR\r\n").encode())

    def blocks(self) -> list[Seen]:
        found = [_properties(text) for text in self._person.blocks().values()]
        return [
            Seen(
                b["UID"],
                b["X-BLOCKER-KEY"],
                b["SUMMARY"],
                Interval(_instant(b["DTSTART"]), _instant(b["DTEND"])),
            )
            for b in found
            if "T" in b["DTSTART"]
        ]

    def theirs(self) -> object:
        return self._person.others()

    def meet(self, when: Interval, title: str) -> None:
        self._person.add(title, when, uid=title)

    def cancel(self, title: str) -> None:
        self._person.remove(title)

    def move(self, block: Seen, when: Interval) -> None:
        self._person.move(block.id, when)

    def retitle(self, block: Seen, title: str) -> None:
        self._person.retitle(block.id, title)

    def delete(self, block: Seen) -> None:
        self._person.remove(block.id)

    def weather(self, rate: float, seed: int) -> None:
        bad_weather(self._proxy, rate, random.Random(seed))  # noqa: S311 - weather, no secret

    def faults(self) -> int:
        return self._proxy.faults


@contextmanager
def open_stage(backend: str, folder: Path, first: date) -> Iterator[Stage]:
    """The stage of one simulation, with the program's own places inside ``folder``."""
    kept = {
        name: os.environ.get(name)
        for name in ("BLOCKER_GOOGLE_ROOT", "BLOCKER_STATE_DIR", "BLOCKER_CONFIG", "TZ")
    }
    config = folder / "config.toml"
    config.write_text('timezone = "Europe/Berlin"\n', encoding="utf-8")
    os.environ |= {"BLOCKER_STATE_DIR": str(folder / "state"), "BLOCKER_CONFIG": str(config), "TZ": "UTC"}
    try:
        if backend == "google":
            from tests.tools.google_server import GoogleServer

            clock = datetime.combine(first, time(), UTC)
            with GoogleServer(page_size=250, empty_pages=True, clock=lambda: clock) as server, _no_waiting():
                os.environ["BLOCKER_GOOGLE_ROOT"] = server.root_url
                yield GoogleStage(server, first)
        elif backend == "caldav":
            with running("radicale", folder) as server, proxy_to(server.root) as proxy, _no_waiting():
                keep(SignIn(proxy.root, server.user, server.password), Surroundings(folder, config, config))
                yield ServerStage(Person(server, server.make_calendar()), proxy, first)
        else:
            yield {"ics": FileStage, "dir": FolderStage}[backend](folder, first)
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _no_waiting() -> Iterator[None]:
    """Between two attempts no time passes."""
    from blocker.calendars.caldav import server as caldav
    from blocker.calendars.google import calendar as google

    google.Pace = caldav.Pace = lambda **more: Pace(sleep=lambda seconds: None, **more)  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        google.Pace = caldav.Pace = Pace  # type: ignore[misc]


def _dailies(first: date) -> list[str]:
    """The series of every working day."""
    return [
        _component(
            f"daily-{start}", f"Daily {start}", *_local(first - BUILD_UP, start, end), rule=EVERY_WORKDAY
        )
        for start, end in DAILY
    ]


def _properties(text: str) -> dict[str, str]:
    """The first value of each property of an event that stands alone, whatever the zones beside it say."""
    event = re.sub(r"\r?\n[ \t]", "", text).partition("BEGIN:VEVENT")[2]
    found: dict[str, str] = {}
    for name, value in re.findall(r"(?m)^([A-Z-]+)[^:\r\n]*:([^\r\n]*)", event):
        found.setdefault(name, value)
    return found


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _component(uid: str, title: str, start: str, end: str, rule: str = "") -> str:
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20200101T000000Z", f"DTSTART{start}", f"DTEND{end}"]
    lines += [f"RRULE:{rule}"] if rule else []
    lines += [
        f"SUMMARY:{title}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ME}",
        f"ATTENDEE:mailto:{COLLEAGUE}",
        "END:VEVENT",
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _local(day: date, start: str, end: str) -> list[str]:
    return [f";TZID={ZONE.key}:{day:%Y%m%d}T{clock.replace(':', '')}00" for clock in (start, end)]


def _slot(day: date, start: str, end: str) -> Interval:
    return Interval(*(datetime.combine(day, time.fromisoformat(clock), ZONE) for clock in (start, end)))


def _body(title: str, when: Interval) -> dict[str, Any]:
    times = (("start", when.start), ("end", when.end))
    sides = {side: {"dateTime": instant.isoformat()} for side, instant in times}
    return {
        "summary": title,
        "attendees": [{"email": ME, "responseStatus": "accepted"}, {"email": COLLEAGUE}],
        **sides,
    }


def _ours(event: dict[str, Any]) -> bool:
    return "blockerKey" in event.get("extendedProperties", {}).get("private", {})


def _when(event: dict[str, Any]) -> Interval:
    start, end = (
        datetime.fromisoformat(event[side]["dateTime"]).astimezone(UTC) for side in ("start", "end")
    )
    return Interval(start, end)
