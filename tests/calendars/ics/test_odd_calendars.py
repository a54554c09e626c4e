"""Odd and hostile calendars: read as far as they can be, or refused in one clear sentence; never a hang.

The files that real parsers stumbled over lie beside the repository and aren't part of it; where they
are missing, those tests are skipped. The ones made here always run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.calendars.addresses import open_calendar
from blocker.calendars.ics.lexer import scan
from blocker.values.errors import Refused, Unreadable
from blocker.values.events import Snapshot
from blocker.values.intervals import Interval, interval
from tests.tools.contract import block
from tests.tools.google_days import call
from tests.tools.places import CORPUS, REAL_CALENDARS

OUTSIDE = REAL_CALENDARS
ODD = (
    sorted(OUTSIDE.glob("odd/*/*.ics"))
    + sorted(OUTSIDE.glob("real/**/*.ics"))
    + sorted(OUTSIDE.glob("busy/*.ics"))
)
FILES = sorted(CORPUS.glob("*.ics"))

# What never ends is ended with its process, since hypothesis would try it again and again. Most take a tenth of a second.
pytestmark = pytest.mark.timeout(120, method="thread")


def years(first: int, end: int) -> Interval:
    return interval(datetime(first, 1, 1, tzinfo=UTC), datetime(end, 1, 1, tzinfo=UTC))


WINDOWS = [years(1996, 1999), years(2014, 2017), years(2019, 2021), interval(
    datetime(2026, 8, 24, tzinfo=UTC), datetime(2027, 4, 3, tzinfo=UTC)
)]  # fmt: skip


def read(path: Path, window: Interval = WINDOWS[-1]) -> Snapshot | None:
    """What is in the file, every part of it checked; None if it was refused."""
    try:
        snapshot = open_calendar(f"ics:{path}", zone="Europe/Berlin", me=()).read(window)
    except Unreadable as caught:
        refusal = caught.message
    else:
        refusal = ""
    if refusal:
        assert str(path) in refusal
        assert "\n" not in refusal
        return None
    for event in snapshot.events:
        assert event.when.start < event.when.end
        assert event.when.overlaps(window)
        assert event.uid
    for item in snapshot.skipped:
        assert re.match(r"line \d+|further on", item.where)
        assert item.why
        assert "\n" not in item.why
        assert len(item.why) < 300
    return snapshot


def test_the_odd_files_are_there() -> None:
    if not ODD:
        pytest.skip(f"no calendars in {OUTSIDE}: the files that other parsers stumbled over aren't tried")


@pytest.mark.parametrize("path", ODD, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_odd_file(path: Path, tmp_path: Path) -> None:
    for window in WINDOWS:
        read(path, window)
    content = path.read_bytes()
    copy = tmp_path / "copy.ics"
    copy.write_bytes(content)
    before = read(copy)
    if before is None:
        return
    calendar = open_calendar(f"ics:{copy}", zone="Europe/Berlin", me=())
    if not before.complete and b"END:VCALENDAR" not in content.upper():
        with pytest.raises(Refused, match="END:VCALENDAR"):
            calendar.create(block())
    elif scan(content).insert_at is not None:
        ref = calendar.create(block())
        during = read(copy)
        assert during is not None
        assert [b.ref for b in during.blocks] == [ref]
        assert during.events == before.events
        calendar.delete(ref)
    assert copy.read_bytes() == content


EVENT = (
    "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20261124T090000Z\r\nDTEND:20261124T100000Z\r\n{more}END:VEVENT\r\n"
)


def calendar_of(*bodies: str) -> str:
    return "BEGIN:VCALENDAR\r\n" + "".join(bodies) + "END:VCALENDAR\r\n"


def many(count: int, more: str = "", event: str = EVENT) -> str:
    return "".join(event.format(n=n, more=more) for n in range(count))


HOSTILE: dict[str, Callable[[], str]] = {
    "a description of 10 MB": lambda: calendar_of(EVENT.format(n=1, more=f"DESCRIPTION:{'x' * 10_000_000}\r\n")),
    "a title of 10 MB": lambda: calendar_of(EVENT.format(n=1, more=f"SUMMARY:{'x, ' * 3_000_000}\r\n")),
    "a million lines": lambda: calendar_of(EVENT.format(n=1, more="X-LINE:1\r\n" * 1_000_000)),
    "a million folds": lambda: calendar_of(EVENT.format(n=1, more="DESCRIPTION:x\r\n" + " x\r\n" * 1_000_000)),
    "a million blank lines": lambda: calendar_of("\r\n" * 1_000_000, EVENT.format(n=1, more="")),
    "a line of a million colons": lambda: calendar_of(EVENT.format(n=1, more=f"ATTENDEE{':' * 1_000_000}\r\n")),
    "a million quotes": lambda: calendar_of(EVENT.format(n=1, more="ATTENDEE;CN=" + '"' * 999_999 + ":x\r\n")),
    "a parameter without end": lambda: calendar_of(EVENT.format(n=1, more=f"DTSTAMP;{'X=1;' * 250_000}\r\n")),
    "twenty thousand broken events": lambda: calendar_of(many(20_000).replace("DTSTART:2026", "DTSTART:soon")),
    "fifty thousand without an end": lambda: calendar_of("BEGIN:VEVENT\r\nUID:1\r\n" * 50_000),
    "a hundred thousand levels": lambda: calendar_of("BEGIN:X\r\n" * 100_000, "END:Y\r\n" * 100_000),
    "a hundred thousand calendars": lambda: calendar_of() * 100_000,
    "alarms a hundred thousand deep": lambda: calendar_of(EVENT.format(n=1, more="BEGIN:VALARM\r\n" * 100_000)),
    "every second, a thousand times": lambda: calendar_of(many(1_000, "RRULE:FREQ=SECONDLY\r\n")),
    "never, a thousand times": lambda: calendar_of(
        many(1_000, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n")
    ),
    "counted from the year 1": lambda: calendar_of(
        many(200, "RRULE:FREQ=DAILY;COUNT=99999999\r\n").replace("T:2026", "T:0002")
    ),
    "every day of 5,000 years": lambda: calendar_of(
        many(500, "RRULE:FREQ=DAILY;UNTIL=70000101T000000Z\r\n").replace(":2026", ":1026")
    ),
    "a thousand years, every day": lambda: calendar_of(
        many(500, "RRULE:FREQ=DAILY\r\n").replace("DTSTART:2026", "DTSTART:1026")
    ),
    "a thousand rules": lambda: calendar_of(EVENT.format(n=1, more="RRULE:FREQ=HOURLY;BYMONTH=2\r\n" * 1_000)),
    "a rule of a million days": lambda: calendar_of(
        EVENT.format(n=1, more=f"RRULE:FREQ=DAILY;BYMONTHDAY={','.join(['1'] * 500_000)}\r\n")
    ),
    "a hundred thousand exceptions": lambda: calendar_of(
        EVENT.format(n=1, more="RRULE:FREQ=DAILY\r\nEXDATE:" + ",".join(["20261125T090000Z"] * 100_000) + "\r\n")
    ),
    "ten thousand changes, ten thousand exceptions": lambda: calendar_of(
        many(10_000, "RECURRENCE-ID:20261124T090000Z\r\n").replace("UID:", "UID:a\r\nSEQUENCE:"),
        EVENT.format(n="a", more="SEQUENCE:99999\r\nRRULE:FREQ=DAILY\r\n" + "EXDATE:20261125T090000Z\r\n" * 10_000),
    ),
    "all later ones, five hundred times": lambda: calendar_of(
        "".join(
            EVENT.format(n="a", more=f"RECURRENCE-ID;RANGE=THISANDFUTURE:2026{9 + n // 28:02}{1 + n % 28:02}T{n % 24:02}0000Z\r\n")
            for n in range(112)
        ),
        EVENT.format(n="a", more="RRULE:FREQ=HOURLY\r\n").replace("DTSTART:2026", "DTSTART:2020"),
    ),
    "two thousand series with one identity": lambda: calendar_of(
        "".join(
            EVENT.format(n="a", more=f"RRULE:FREQ=DAILY;COUNT={n + 2}\r\nX-N:{n}\r\n") for n in range(2_000)
        ),
        many(2_000, "RECURRENCE-ID:20261124T090000Z\r\n").replace("UID:", "UID:a\r\nSEQUENCE:"),
    ),
    "five thousand zones that don't exist": lambda: calendar_of(
        "".join(EVENT.format(n=n, more="").replace("DTSTART:", f"DTSTART;TZID=No/Zone{n}:") for n in range(5_000))
    ),
    "a zone of a hundred thousand parts": lambda: calendar_of(
        "BEGIN:VTIMEZONE\r\nTZID:a\r\n", "BEGIN:STANDARD\r\nTZOFFSETTO:+0100\r\n" * 100_000, "END:VTIMEZONE\r\n",
        EVENT.format(n=1, more="").replace("DTSTART:", "DTSTART;TZID=a:").replace("0Z", "0"),
    ),
    "a zone that changes every second": lambda: calendar_of(
        "BEGIN:VTIMEZONE\r\nTZID:a\r\n",
        "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\n"
        + "RRULE:FREQ=SECONDLY\r\n" * 1_000
        + "END:STANDARD\r\nEND:VTIMEZONE\r\n",
        EVENT.format(n=1, more="").replace("DTSTART:", "DTSTART;TZID=a:").replace("0Z", "0"),
    ),
    "a hundred thousand guests": lambda: calendar_of(EVENT.format(n=1, more="ATTENDEE:mailto:a@example.org\r\n" * 100_000)),
    "nothing but marks": lambda: calendar_of(many(5_000, "X-BLOCKER-KEY:strategic/2026-W48/1\r\n")),
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_file(make: Callable[[], str], tmp_path: Path) -> None:
    path = tmp_path / "hostile.ics"
    path.write_text(make(), encoding="utf-8", newline="")
    read(path)


def test_broken_parts_are_all_counted_and_the_first_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.ics"
    path.write_text(HOSTILE["twenty thousand broken events"](), encoding="utf-8", newline="")
    snapshot = read(path)
    assert snapshot is not None
    assert snapshot.components == 20_000
    assert snapshot.skipped[0].where == "line 2, UID 0"
    assert snapshot.skipped[199].where == "line 997, UID 199"
    assert snapshot.skipped[200].why == "19800 more parts have something wrong"
    assert len(snapshot.skipped) == 201


# Files that were fine until something bit them

WORDS = st.sampled_from(
    [
        *(b"\r\n", b"\n ", b":", b";", b"=", b'"', b",", b"\0", b"\xff", b"T", b"Z", b"9", b"-", b"P", b"/"),
        *(b"BEGIN:VEVENT", b"END:VEVENT", b"\r\nEND:VCALENDAR\r\n", b"INTERVAL=0", b"RRULE:FREQ=SECONDLY"),
        *(b"99991231T235959Z", b"00010101"),
    ]
)


@settings(max_examples=300)
@given(st.data())
def test_any_damage_is_survived(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(FILES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 12))
        content[at : at + cut] = data.draw(st.one_of(WORDS, st.binary(max_size=4)))
    path = tmp_path_factory.mktemp("damaged") / "me.ics"
    path.write_bytes(bytes(content))
    read(path)


def test_events_with_two_flaws_each_are_counted_once(tmp_path: Path) -> None:
    """More things wrong than there are events: what is counted are the events."""
    path = tmp_path / "broken.ics"
    broken = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nX-BLOCKER-KEY:strategic/2026-W46/{number}\r\nDTSTART:2026\r\nRRULE:FREQ=NEVER\r\n"
        "END:VEVENT\r\n"
        for number in range(12)
    )
    cut = (
        "BEGIN:VEVENT\r\nUID:cut\r\nBEGIN:VEVENT\r\nUID:inner\r\nDTSTART:20261103T090000Z\r\nEND:VEVENT\r\n"
        * 20
    )
    path.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{broken}{cut}END:VCALENDAR\r\n")
    said = call("run", "-y", now="2026-11-02T06:30", calendar=f"ics:{path}")
    assert said.code == 4, said
    match = re.search(r"can't be read: (\d+) of (\d+) events", said.err)
    assert match is not None, said.err
    assert int(match[1]) <= int(match[2])
