"""A calendar with more in it than can be planned on is refused in words, by what is counted; the limits are lowered here."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocker.calendars import port
from blocker.calendars.addresses import open_calendar
from blocker.calendars.ics import events, reading
from blocker.calendars.ics.rrule_dates import Steps
from blocker.values.errors import Unreadable
from blocker.values.events import Snapshot
from blocker.values.intervals import Interval

WINDOW = Interval(datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))


def read(folder: Path, *components: str) -> Snapshot:
    path = folder / "full.ics"
    held = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:S\n{lines}\nEND:VEVENT\n" for n, lines in enumerate(components)
    )
    path.write_text(f"BEGIN:VCALENDAR\n{held}END:VCALENDAR\n", "utf-8")
    return open_calendar(f"ics:{path}", zone="UTC", me=()).read(WINDOW)


def meeting(day: int, until: int, *more: str, month: int = 11) -> str:
    return "\n".join(
        [f"DTSTART:2026{month:02}{day:02}T090000Z", f"DTEND:2026{month:02}{until:02}T100000Z", *more]
    )


def test_only_what_may_matter_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "MAX_EVENTS", 3)
    past = [meeting(day, day, month=1) for day in range(1, 20)]
    assert len(read(tmp_path, *past, *(meeting(day, day) for day in (3, 4, 5))).events) == 3
    with pytest.raises(
        Unreadable, match="has more than 3 events that may matter from 2026-11-02 to 2026-11-30"
    ):
        read(tmp_path, *(meeting(day, day) for day in (3, 4, 5, 6)))


def test_each_occurrence_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "MAX_EVENTS", 28)
    assert len(read(tmp_path, meeting(1, 1, "RRULE:FREQ=DAILY", month=1)).events) == 28
    monkeypatch.setattr(port, "MAX_EVENTS", 27)
    with pytest.raises(Unreadable, match="has more than 27 events"):
        read(tmp_path, meeting(1, 1, "RRULE:FREQ=DAILY", month=1))


def test_each_day_of_a_long_event_counts_inside_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "MAX_DAYS", 2 + 29)
    endless = "DTSTART:20200101T090000Z\nDTEND:20300101T090000Z"
    assert len(read(tmp_path, meeting(3, 4), endless).events) == 2
    with pytest.raises(Unreadable, match="fill more than 31 days in all from 2026-11-02"):
        read(tmp_path, meeting(3, 4), endless, meeting(5, 5))


def test_a_component_that_lists_too_much_is_passed_over_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_LISTED", 40)
    people = [f"ATTENDEE:mailto:p{n}@example.org" for n in range(3)]
    found = read(tmp_path, meeting(3, 3, *people), meeting(4, 4, people[0]))
    assert [event.uid for event in found.events] == ["1"]
    assert found.skipped[0].why == "it lists more dates or people than can be followed"


def test_a_component_larger_than_any_mail_is_passed_over_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_COMPONENT", 2 * 2**20)
    monkeypatch.setattr(events, "MAX_LINES", 1000)
    large, long = meeting(3, 3, "ATTACH:" + "A" * (2 * 2**20)), meeting(3, 3, *["X-A:A"] * 1000)
    found = read(tmp_path, large, long, meeting(4, 4, "ATTACH:" + "A\n " * 1001))
    assert [event.uid for event in found.events] == ["2"]
    assert {part.why for part in found.skipped} == {"it is larger than 2 MB or 1,000 lines"}


def test_a_calendar_is_not_read_by_half_where_its_series_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "Steps", lambda: Steps(105))
    daily = meeting(3, 3, "RRULE:FREQ=DAILY;COUNT=20")
    assert len(read(tmp_path, *[daily] * 5).events) == 100
    with pytest.raises(Unreadable, match="has more series than can be followed"):
        read(tmp_path, *[daily] * 6)
