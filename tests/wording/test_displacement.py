"""What meetings cost is the gap that would be there without them; checked by hand and by trying everything."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.measuring.classify import classify
from blocker.measuring.days import build_days
from blocker.values.events import Event, Ref, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.settings import Settings
from blocker.wording.displacement import (
    Displaced,
    displaced,
    focus_minutes,
    is_own,
    items_by_day,
    overruns,
)
from tests.tools.calendars_by_hand import MONDAY, at, meeting, slot, workweek
from tests.tools.command_line import CommandLine, sample

WORK = workweek()


def recurring(*spans: tuple[str, str, str], day: date = MONDAY) -> list[Event]:
    return [replace(meeting(day, start, end, title=title), recurring=True) for title, start, end in spans]


def found(events: list[Event], *days: date) -> list[Displaced]:
    laid = build_days(WORK, days or (MONDAY,), classify(events, Settings()))
    return list(displaced(laid.values()))


def test_half_an_hour_in_a_free_morning_costs_the_morning() -> None:
    """09:00–12:30 is free but for 10:30–11:00, lunch is 12:30–13:30, the afternoon is full."""
    events = recurring(("Call", "10:30", "11:00"), ("Board", "13:30", "17:30"), ("Noon", "11:30", "12:30"))
    assert found(events) == [
        Displaced("Board", (MONDAY,), 240, 240, 240),
        Displaced("Call", (MONDAY,), 150, 150, 30),
    ]


def test_a_meeting_beside_a_long_gap_costs_nothing() -> None:
    assert found(recurring(("Early", "09:00", "09:30"))) == []


def test_the_most_frequent_comes_first() -> None:
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    events = [
        e for day in days for e in recurring(("Daily", "10:30", "11:00"), ("Noon", "11:30", "12:30"), day=day)
    ]
    events += recurring(("Board", "13:30", "17:30"))
    first = found(events, *days)[0]
    assert (first.title, len(first.days)) == ("Daily", 3)


def test_a_gap_may_open_where_lunch_was() -> None:
    """Lunch goes where the meeting was, and the gap is elsewhere."""
    events = recurring(("Early", "09:00", "11:00"), ("Talk", "12:30", "13:30"), ("Board", "14:00", "17:30"))
    assert all(one.gap_minutes >= 120 for one in found(events))


@pytest.mark.parametrize(
    "change", [{"private": True}, {"recurring": False}, {"transparent": True}, {"status": "cancelled"}]
)
def test_only_named_recurring_load_is_blamed(change: dict[str, object]) -> None:
    events = recurring(("Call", "10:30", "11:00"), ("Board", "13:30", "17:30"))
    assert "Call" not in [one.title for one in found([replace(events[0], **change), *events[1:]])]  # type: ignore[arg-type]


def test_a_double_booking_is_nobodys_fault_alone() -> None:
    events = recurring(("One", "10:30", "11:00"), ("Two", "10:30", "11:00"), ("Board", "13:30", "17:30"))
    assert [one.title for one in found(events)] == ["Board"]


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(-4, 40), st.integers(1, 12), st.booleans()), min_size=1, max_size=9
    )  # quarters of an hour from 08:00, length, recurring
)
def test_it_is_what_the_day_without_it_says(spans: list[tuple[int, int, bool]]) -> None:
    events = [
        replace(
            meeting(MONDAY, "08:00", "08:15", title=f"M{n}"),
            when=Interval(start, start + timedelta(minutes=15 * length)),
            recurring=again,
        )
        for n, (first, length, again) in enumerate(spans)
        for start in [at(MONDAY, "08:00") + timedelta(minutes=15 * first)]
    ]
    items = classify(events, Settings())
    day = build_days(WORK, [MONDAY], items)[MONDAY]
    gains = {}
    for event in events:
        without = build_days(WORK, [MONDAY], [item for item in items if item.event is not event])[MONDAY]
        gain = focus_minutes(without) - focus_minutes(day)
        if event.recurring and gain >= 120 and day.is_working:
            gains[event.title] = gain
    assert {one.title: one.gain_minutes for one in found(events)} == gains


def test_what_lay_on_past_blocks_is_named() -> None:
    span = slot(MONDAY, "09:00", "11:00")
    block = StandingBlock("strategic/2026-W45/1", "strategic", span, span, "S", "", Ref("s", "1"))
    events = [*recurring(("Escalation", "10:00", "11:30")), replace(meeting(MONDAY, "09:00", "09:30", title="Secret"), private=True)]  # fmt: skip
    items = items_by_day(classify(events, Settings()), (MONDAY,), WORK)
    window = WORK.span(MONDAY, MONDAY + timedelta(days=7))
    [over] = overruns([block], items, window, at(MONDAY, "12:00"), WORK)
    assert (over.title, over.day, over.minutes) == ("Escalation", MONDAY, 60)
    assert overruns([block], items, window, at(MONDAY, "10:30"), WORK) == ()


# What if


def test_whose_meeting_it_is() -> None:
    event = meeting(MONDAY, "09:00", "10:00")
    assert is_own(event)
    assert is_own(
        replace(event, organizer="me@example.org", organizer_is_me=True, attendees=("a@example.org",))
    )
    assert not is_own(replace(event, attendees=("a@example.org",)))
    assert not is_own(replace(event, organizer="boss@example.org"))


def test_the_command_moves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    before = cli.content
    document = cli.document("rebalance", "next", "--what-if", "240")
    assert document["week"] == "2026-W46"
    assert document["minutes"] == 240
    assert document["move"]
    said = cli.call("rebalance", "next", "--what-if", "240").out
    assert all(event["title"] in said for event in document["move"])
    assert "No day of 2026-W46 has 500 minutes" in cli.call("rebalance", "next", "--what-if", "500").out
    assert cli.call("rebalance", "--what-if", "0").code == 2
    assert cli.content == before


def test_what_if_knows_the_days_and_hours_that_are_for_such_blocks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, config = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30"), tmp_path / "config.toml"
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    words = ("rebalance", "next", "--what-if", "90")
    for day, number in (("tue", 1), ("thu", 3)):
        config.write_text(
            f'[blocks.strategic]\ndays = ["{day}"]\nbetween = ["13:00-17:00"]\n', encoding="utf-8"
        )
        slot = cli.document(*words)["slot"]
        start, end = datetime.fromisoformat(slot["start"]), datetime.fromisoformat(slot["end"])
        assert start.weekday() == number
        assert (start.hour, end.hour) >= (13, 14)
        assert (end.hour, end.minute) <= (17, 0)
    config.write_text('quiet = ["11-09..11-15"]\n', encoding="utf-8")
    assert cli.document(*words)["slot"] is None
