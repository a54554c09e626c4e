"""Reading iCalendar: a corpus of small files, each named for the fact it holds, and general laws.

``corpus/<fact>.expected`` says what is read from ``corpus/<fact>.ics``. Lines that begin with ``#`` set
the window (first day, day after the last), the user's zone or addresses. Then come the calendar's zone,
the user if known, ``incomplete`` if it is, one line per occurrence (UTC; dates if all-day) with what is
unusual about it, and one line with ``!`` for each thing that was skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tzlocal.windows_tz import win_tz

from blocker.calendars.ics import reading as _reading
from blocker.calendars.ics.lexer import (
    Component,
    Layout,
    escape,
    fold,
    properties,
    scan,
    text_list,
    unescape,
    unfolded,
    writable,
)
from blocker.calendars.ics.moments import read_duration, read_moment
from blocker.calendars.ics.reading import read_calendar
from blocker.calendars.ics.vtimezone import read_definition
from blocker.calendars.ics.zones import Zones, iana_zone
from blocker.values.events import Event, Snapshot
from blocker.values.intervals import Interval, interval
from tests.tools.places import CORPUS

FACTS = sorted(CORPUS.glob("*.ics"))


def read(content: bytes, window: Interval, zone: str | None = None, me: tuple[str, ...] = ()) -> Snapshot:
    return read_calendar(scan(content), window, calendar="ics:test", zone=zone, me=me)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def settings_of(expected: str) -> tuple[Interval, str | None, tuple[str, ...]]:
    given = dict(re.findall(r"^# (\w+) (.*)$", expected, re.MULTILINE))
    first, end = given.get("window", "2026-11-16 2026-12-14").split()
    me = tuple(given["me"].split()) if "me" in given else ()
    return interval(instant(first), instant(end)), given.get("zone"), me


def shown(snapshot: Snapshot) -> Iterator[str]:
    yield f"zone {snapshot.zone or '-'}"
    if snapshot.me:
        yield f"me {' '.join(snapshot.me)}"
    if not snapshot.complete:
        yield "incomplete"
    yield from sorted(map(shown_event, snapshot.events))
    for item in snapshot.skipped:
        yield f"! {item.where}: {item.why}"


def shown_event(event: Event) -> str:
    times = [str(day) for day in event.dates or ()]
    if not event.dates:
        times = [re.sub(r"(:00)?\+00:00$", "", t.isoformat()) for t in (event.when.start, event.when.end)]
    organizer = "me" if event.organizer_is_me else event.organizer
    unusual = (
        event.status if event.status != "confirmed" else "",
        {None: "", True: "free", False: "busy"}[event.transparent],
        {"none": "", "tentative": "tentative-answer"}.get(event.response, event.response),
        event.event_type if event.event_type != "default" else "",
        "private" if event.private else "",
        "recurring" if event.recurring else "",
        f"by:{organizer}" if organizer else "",
        f"with:{','.join(event.attendees)}" if event.attendees else "",
        f"in:{'|'.join(event.categories)}" if event.categories else "",
        f"color:{event.color}" if event.color else "",
    )
    return " ".join(filter(None, (*times, event.title, *unusual)))


def expected_of(path: Path) -> str:
    return path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FACTS, ids=lambda p: p.stem)
def test_fact(path: Path) -> None:
    expected = expected_of(path)
    found = read(path.read_bytes(), *settings_of(expected))
    assert list(shown(found)) == [line for line in expected.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("path", FACTS, ids=lambda p: p.stem)
def test_all_day_events_are_midnight_to_midnight(path: Path) -> None:
    window, zone, me = settings_of(expected_of(path))
    home = ZoneInfo(zone or "UTC")
    for event in read(path.read_bytes(), window, zone or "UTC", me).events:
        assert event.when.overlaps(window)
        if event.dates:
            assert event.when == interval(
                *(datetime(d.year, d.month, d.day, tzinfo=home) for d in event.dates)
            )


# Other ways to write the same file


@pytest.mark.parametrize("path", FACTS, ids=lambda p: p.stem)
@pytest.mark.parametrize("line_end", [b"\r\n", b"\r", b"\r\r\n"])
def test_line_ends_change_nothing(path: Path, line_end: bytes) -> None:
    content, how = path.read_bytes(), settings_of(expected_of(path))
    other = read(b"\xef\xbb\xbf" + content.replace(b"\n", line_end), *how)
    assert without_lines(other) == without_lines(read(content, *how))


@pytest.mark.parametrize("path", FACTS, ids=lambda p: p.stem)
@pytest.mark.parametrize("width", [1, 7, 30])
def test_folds_anywhere_change_nothing(path: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even inside names and characters; only BEGIN and END lines are left whole."""
    monkeypatch.setattr(_reading, "may_touch", all_events)  # it reports less, where nothing is folded
    content, how = path.read_bytes(), settings_of(expected_of(path))
    lines = unfolded(content).split(b"\n")
    folded = b"\n".join(
        line
        if line.upper().startswith((b"BEGIN", b"END:"))
        else b"\n ".join(line[i : i + width] for i in range(0, len(line), width))
        for line in lines
    )
    plain = read(content, *how)
    # The calendar's own zone and user are looked for without unfolding, so they are given here.
    other = read(folded, how[0], how[1] or plain.zone, plain.me or ("nobody@example.org",))
    assert without_head(other) == without_head(plain)


@pytest.mark.parametrize("path", FACTS, ids=lambda p: p.stem)
def test_the_order_of_components_changes_nothing(path: Path) -> None:
    content, how = path.read_bytes(), settings_of(expected_of(path))
    layout = scan(content)
    if layout.problems or layout.calendars > 1 or path.stem == "two_events_with_one_identity_both_count":
        pytest.skip("the order says something here")
    spans = [(c.start, c.end) for c in layout.components]
    head = content[: spans[0][0]]
    turned = head + b"".join(content[a:b] for a, b in reversed(spans)) + content[spans[-1][1] :]
    assert sorted(without_lines(read(turned, *how))) == sorted(without_lines(read(content, *how)))


@pytest.mark.parametrize("path", FACTS, ids=lambda p: p.stem)
def test_the_filter_drops_nothing_that_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, (window, zone, me) = path.read_bytes(), settings_of(expected_of(path))
    day = timedelta(days=1)
    windows = [Interval(window.start + n * 3 * day, window.start + n * 3 * day + day) for n in range(10)]
    filtered = [read(content, w, zone, me).events for w in windows]
    monkeypatch.setattr(_reading, "may_touch", all_events)
    assert filtered == [read(content, w, zone, me).events for w in windows]


def all_events(layout: Layout, _: Interval) -> list[Component]:
    return [c for c in layout.components if c.name == "VEVENT"]


def without_head(snapshot: Snapshot) -> list[str]:
    return [line for line in without_lines(snapshot) if not line.startswith(("zone ", "me "))]


DATES = st.integers(0, 1500).map(lambda n: datetime(2024, 1, 1) + n * timedelta(days=1))  # noqa: DTZ001 - wall times


@st.composite
def components(draw: st.DrawFn) -> str:
    """An event of any length, in any zone, with or without a rule, of one of three identities."""
    start = draw(DATES) + timedelta(minutes=15 * draw(st.integers(0, 95)))
    length = timedelta(minutes=15 * draw(st.one_of(st.integers(0, 8), st.integers(0, 96 * 60))))
    zone = draw(st.sampled_from(["", "Z", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"]))
    head, tail = (f";TZID={zone}", "") if "/" in zone else ("", zone)
    if all_day := draw(st.integers(0, 3)) == 0:
        head, tail = ";VALUE=DATE", ""

    def written(moment: datetime) -> str:
        return f"{moment:%Y%m%d}" if all_day else f"{moment:%Y%m%dT%H%M%S}{tail}"

    lines = [f"UID:{draw(st.sampled_from('abc'))}", f"SEQUENCE:{draw(st.integers(0, 2))}"]
    lines.append(f"DTSTART{head}:{written(start)}")
    if draw(st.booleans()):
        lines.append(f"DTEND{head}:{written(start + length)}")
    elif draw(st.booleans()):
        lines.append(f"DURATION:P{length.days}DT{length.seconds // 60}M")
    if draw(st.integers(0, 3)) == 0:
        until = draw(st.one_of(st.none(), DATES))
        lines.append(
            f"RRULE:FREQ=WEEKLY;INTERVAL={draw(st.integers(1, 3))}"
            + (f";UNTIL={until:%Y%m%d}" if until else "")
        )
        if draw(st.booleans()):
            lines.append(f"EXDATE{head}:{written(start + timedelta(days=7))}")
    elif draw(st.integers(0, 2)) == 0:
        later = ";RANGE=THISANDFUTURE" if draw(st.integers(0, 2)) == 0 else ""
        lines.append(f"RECURRENCE-ID{later}{head}:{written(draw(DATES))}")
    elif draw(st.integers(0, 4)) == 0:
        lines.append(f"RDATE{head}:{written(draw(DATES))}")
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


@settings(max_examples=150)
@given(
    st.lists(components(), max_size=6), DATES, st.integers(1, 90), st.sampled_from(["UTC", "Asia/Kolkata"])
)
def test_the_filter_never_drops_anything_that_counts(
    parts: list[str], first: datetime, days: int, zone: str
) -> None:
    content = "".join(["BEGIN:VCALENDAR\r\n", *parts, "END:VCALENDAR\r\n"]).encode()
    window = interval(first.replace(tzinfo=UTC), first.replace(tzinfo=UTC) + timedelta(days=days))
    filtered = read(content, window, zone, ("me@example.org",)).events
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_reading, "may_touch", all_events)
        assert filtered == read(content, window, zone, ("me@example.org",)).events


ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
    ]
)


@given(DATES, st.integers(0, 12), st.data(), ZONES, st.booleans(), st.booleans())
def test_days_written_as_local_midnights_in_utc_are_those_days(
    first: datetime, count: int, data: st.DataObject, zone: str, by_date: bool, named: bool
) -> None:
    """UNTIL, EXDATE, RDATE and RECURRENCE-ID alike, of a series of dates and of one of midnights."""
    day = timedelta(days=1)
    gone, more, moved = (first + data.draw(st.integers(1, 20)) * day for _ in range(3))

    def midnight(wall: datetime) -> str:
        return f":{wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def start(wall: datetime) -> str:
        dates = f"DTSTART;VALUE=DATE:{wall:%Y%m%d}\n"
        times = f"DTSTART{midnight(wall)}\nDTEND{midnight(wall + day)}\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n"
        return dates if by_date else times

    series = f"RRULE:FREQ=DAILY;UNTIL={midnight(first + count * day)[1:]}\nEXDATE{midnight(gone)}\nRDATE{midnight(more)}\n"
    change = f"RECURRENCE-ID{midnight(moved)}\n{start(first + 40 * day)}"
    content = "".join(
        f"BEGIN:VEVENT\nUID:a@x\n{lines}END:VEVENT\n" for lines in (start(first) + series, change)
    )
    head = f"X-WR-TIMEZONE:{zone}\n" if named else ""
    span = interval(first.replace(tzinfo=UTC) - 3 * day, first.replace(tzinfo=UTC) + 60 * day)
    found = read(
        f"BEGIN:VCALENDAR\n{head}{content}END:VCALENDAR\n".encode(), span, None if named else zone, ("me@x",)
    )
    days = {first + n * day for n in range(count + 1)} | {more}
    expected = sorted({*(days - {gone, moved}), first + 40 * day})
    assert [event.dates and event.dates[0] for event in found.events] == [wall.date() for wall in expected]


def without_lines(snapshot: Snapshot) -> list[str]:
    """What is read, but not where in the file; a missing identity is made from the bytes."""
    return [re.sub(r"^! line \d+", "!", line) for line in shown(snapshot)]


# Bytes that aren't UTF-8


def test_latin_1_is_read_for_display() -> None:
    content = (
        (CORPUS / "a_time_in_utc.ics")
        .read_bytes()
        .replace(b"Meeting", "Besprechung für Zoë".encode("latin-1"))
    )
    (event,) = read(content, *settings_of("")).events
    assert event.title == "Besprechung für Zoë"


def test_a_fold_inside_a_character() -> None:
    content = (CORPUS / "a_time_in_utc.ics").read_bytes().replace(b"Meeting", b"Caf\xc3\r\n \xa9")
    (event,) = read(content, *settings_of("")).events
    assert event.title == "Café"


# Writing text

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


@given(TEXT)
def test_escaping_comes_back(text: str) -> None:
    escaped = escape(text)
    assert "\n" not in escaped
    assert unescape(escaped) == writable(text)


@given(st.lists(TEXT.map(str.strip).filter(lambda t: writable(t).strip() == t and t), max_size=5))
def test_lists_come_back(texts: list[str]) -> None:
    assert text_list(",".join(map(escape, texts))) == texts


@given(TEXT, st.sampled_from([b"\r\n", b"\n"]))
def test_folding_comes_back(text: str, line_end: bytes) -> None:
    line = "DESCRIPTION:" + escape(text)
    folded = fold(line, line_end)
    assert all(len(part) <= 75 for part in folded.split(line_end))
    for part in folded.split(line_end):
        part.decode()  # no character is cut
    chunk = b"BEGIN:VEVENT" + line_end + folded + b"END:VEVENT" + line_end
    assert [unescape(p.value) for p in properties(chunk, ("DESCRIPTION",))] == [writable(text)]


def test_the_last_word_of_a_parameter_in_quotes() -> None:
    chunk = b'BEGIN:VEVENT\nDTSTART;X-A="a:b;c\\"; TZID = "Etc/GMT" ;VALUE=DATE-TIME:20261124T090000\nEND:VEVENT\n'
    (found,) = properties(chunk, ("DTSTART",))
    assert (found.param("TZID"), found.param("VALUE"), found.param("X-B")) == ("Etc/GMT", "DATE-TIME", "")
    assert found.value == "20261124T090000"


@pytest.mark.parametrize(
    "text", ["", "2026", "20261124T09", "20261124T0900", "2026-11-24", "20261124T250000Z", "T090000"]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="not a date or time"):
        read_moment(text, None)


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "P1", "PT1D", "P9999999D", "PT1H30"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        read_duration(text)


# Zones


def test_every_windows_zone_is_known() -> None:
    assert len(win_tz) > 130
    for name in win_tz:
        assert iana_zone(name) is not None
    assert iana_zone("W. Europe Standard Time") == ZoneInfo("Europe/Berlin")


DEFINITION = """BEGIN:VTIMEZONE
TZID:Here
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
BERLIN, HERE = ZoneInfo("Europe/Berlin"), read_definition(DEFINITION.encode())


@settings(max_examples=300)
@given(st.datetimes(datetime(1997, 1, 1), datetime(2036, 1, 1)), st.integers(0, 1))  # noqa: DTZ001 - wall times
def test_a_defined_zone_is_as_good_as_the_real_one(wall: datetime, fold: int) -> None:
    wall = wall.replace(microsecond=0, fold=fold)
    assert wall.replace(tzinfo=HERE).utcoffset() == wall.replace(tzinfo=BERLIN).utcoffset()
    here, there = wall.replace(tzinfo=UTC).astimezone(HERE), wall.replace(tzinfo=UTC).astimezone(BERLIN)
    assert (here.replace(tzinfo=None), here.fold) == (there.replace(tzinfo=None), there.fold)


@pytest.mark.parametrize(
    "wall", ["2026-03-29T02:30", "2026-10-25T02:30", "2026-03-29T01:59", "2026-10-25T03:00"]
)
@pytest.mark.parametrize("fold", [0, 1])
def test_a_defined_zone_has_the_same_gaps_and_folds(wall: str, fold: int) -> None:
    moment = datetime.fromisoformat(wall).replace(fold=fold)
    assert moment.replace(tzinfo=HERE).astimezone(UTC) == moment.replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    "change",
    [
        ("TZOFFSETTO:+0100", "TZOFFSETTO:+9900"),
        ("TZOFFSETTO:+0100", "TZOFFSETTO:soon"),
        ("DTSTART:19961027T030000", "DTSTART:never"),
        ("RRULE:FREQ=YEARLY", "RRULE:FREQ=SECONDLY"),
        ("STANDARD", "SOMETHING"),
    ],
)
def test_a_zone_that_cannot_be_read_is_unknown(change: tuple[str, str]) -> None:
    text = DEFINITION.replace(*change)
    if change[0] == "STANDARD":
        text = text.replace("DAYLIGHT", "SOMETHING")
    zones = Zones(lambda: {"Here": text.encode()})
    assert zones.find("Here") is None
    assert zones.unknown == ["Here"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "", "/", "Europe", "Europe/Berlin/../Paris", "x" * 5000, "Zürich", "a\0b"]
)
def test_strange_zone_names_are_unknown(name: str) -> None:
    zones = Zones(dict)
    assert zones.find(name) is None
