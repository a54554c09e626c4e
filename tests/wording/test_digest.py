"""The week behind a block and the heavy weeks ahead: counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from blocker.rules.survey import take_survey
from blocker.showing.report_text import report_text
from blocker.values.events import Event, Ref, StandingBlock
from blocker.values.request import Request
from blocker.wording.digest import WEEK as SEVEN_DAYS
from blocker.wording.digest import Digest, digest, heaviest_week, series_by_hours, week_behind
from blocker.wording.digest_words import facts, hours_line, series_lines
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, slot, workweek

MON, TUE, WED, THU, FRI = (MONDAY - timedelta(days=7 - n) for n in range(5))  # the week before


def series(*events: Event) -> list[Event]:
    return [replace(event, recurring=True, uid=event.title) for event in events]


def behind(asked: Request, day: date = MONDAY) -> Digest:
    return week_behind(day, asked, take_survey(asked))


def said(found: Digest) -> list[str]:
    return facts(found, workweek(), {})


def series_said(*events: Event) -> list[str]:
    return list(series_lines(behind(request(series(*events))), {}, 6))


WEEK = [
    *series(
        meeting(MON, "09:00", "10:00", title="Leadership team"),
        meeting(WED, "09:00", "10:00", title="Leadership team"),
        meeting(TUE, "14:00", "14:30", title="Budget round"),
        meeting(THU, "17:00", "18:30", title="Late call"),
    ),
    meeting(FRI, "09:00", "17:30", title="Workshop"),
    meeting(TUE, "09:00", "10:30", title="Site visit: depot"),
]


def test_the_hours_are_those_of_the_seven_days_before() -> None:
    found = behind(request(WEEK))
    assert (found.first, found.last, found.weeks) == (MON, MONDAY - timedelta(days=1), 1)
    assert found.held["operational_hours"] == 2 + 0.5 + 0.5 + 8.5
    assert found.held["meetings"] == 5
    assert found.frontline_minutes == 90
    assert [(one.title, one.times, one.minutes) for one in found.series] == [
        ("Leadership team", 2, 120), ("Budget round", 1, 30), ("Late call", 1, 30),
    ]  # fmt: skip
    assert found.longest == slot(MON, "12:30", "17:30")


def test_a_block_in_the_middle_of_a_week_looks_back_seven_days() -> None:
    wednesday = MONDAY + timedelta(days=2)
    found = behind(request([*WEEK, meeting(MONDAY, "09:00", "10:00", title="New")]), wednesday)
    assert (found.first, found.last) == (wednesday - timedelta(days=7), wednesday - timedelta(days=1))
    assert found.held["meetings"] == 4  # Wednesday, Thursday, Friday, and Monday to come


def test_it_does_not_depend_on_now() -> None:
    early, late = (request(WEEK, now=at(MONDAY - timedelta(days=n), "06:30")) for n in (3, 0))
    assert behind(early) == behind(late)


def test_the_two_facts_are_what_meetings_took_and_what_cost_most() -> None:
    assert said(behind(request(WEEK))) == [
        "The week before had 11.5 h of meetings.",
        "“Leadership team” cost you a free stretch on 2 days.",
    ]
    once = series(meeting(TUE, "14:00", "14:30", title="Budget round"))
    assert said(behind(request(once)))[1] == "“Budget round” cost you a free stretch of 5 h on Tue."
    assert said(behind(request([meeting(MON, "09:00", "17:00")])))[1] == (
        "The longest free stretch was 5 h, on Tue."
    )


def test_a_meeting_on_the_last_block_is_the_fact() -> None:
    span = slot(WED, "14:00", "15:30")
    past = StandingBlock("strategic/2026-W44/1", "strategic", span, span, "", "", Ref("p", "1"))
    on_it = [*WEEK, meeting(WED, "14:00", "15:00", title="Board call")]
    assert said(behind(request(on_it, [past])))[1] == "“Board call” took 1 h of your block on Wed 28 Oct."
    hidden = [replace(event, private=True) for event in on_it]
    assert "Board" not in " ".join(said(behind(request(hidden, [past]))))


def test_many_meetings_of_the_same_length_share_a_line() -> None:
    same = [
        meeting(day, "09:00", "10:00", title=f"Call {n}")
        for n, day in enumerate((MON, TUE, WED, THU, FRI, MON, TUE))
    ]
    assert "• 1 h each: Call 0, Call 1, Call 2, Call 3, Call 4, Call 5 and 1 more" in series_said(*same)


def test_an_empty_week_and_a_week_away_are_said_so() -> None:
    assert said(behind(request()))[0] == "The week before had not one meeting."
    leave = Event("v", "memory:", "Annual leave", workweek().span(MON, MONDAY), dates=(MON, MONDAY))
    assert said(behind(request([leave]))) == ["You were away the week before."]


def test_private_events_count_and_are_never_named() -> None:
    open_, private = (behind(request([replace(e, private=hidden) for e in WEEK])) for hidden in (False, True))
    assert open_.held == private.held
    assert private.series == ()
    assert private.displaced == ()
    assert not any(e.title in line for e in WEEK for line in said(private))


def test_front_line_blocks_that_are_past_count() -> None:
    span = slot(MON, "10:00", "11:00")
    past = StandingBlock("frontline/2026-W44/1", "frontline", span, span, "F", "", Ref("f", "1"))
    assert behind(request([], [past])).frontline_minutes == 60
    ahead = replace(past, when=slot(MONDAY, "15:00", "16:00"))
    assert behind(request([], [ahead]), MONDAY + timedelta(days=1)).frontline_minutes == 0


def test_several_weeks_are_means_a_week() -> None:
    asked = request([meeting(MON - timedelta(weeks=n), "09:00", "11:00", title="Call") for n in range(6)])
    found = digest(MONDAY - 4 * SEVEN_DAYS, MONDAY, asked, take_survey(asked))
    assert found.weeks == 4
    line = hours_line(found, {})
    assert line.startswith("2 h of ")
    assert line.endswith("in about one meeting a week.")


def test_a_line_of_meetings_of_one_length_names_three_at_least() -> None:
    longer = [
        meeting(day, "09:00", f"{10 + n}:30", title=f"Long {n}")
        for n, day in enumerate((MON, TUE, WED, THU, FRI))
    ]
    short = [
        meeting(day, "16:00", "17:00", title=f"Call {n}") for n, day in enumerate((MON, TUE, WED, THU, FRI))
    ]
    assert "• 1 h each: Call 0, Call 1, Call 2 and 2 more" in series_said(*longer, *short)


def test_series_are_told_by_title() -> None:
    seen = take_survey(request(series(meeting(MON, "09:00", "10:00", title="1:1  Amira"), meeting(TUE, "09:00", "10:00", title="1:1 amira"))))  # fmt: skip
    [one] = series_by_hours(seen.classified, [slot(MON, "09:00", "17:30"), slot(TUE, "09:00", "17:30")])
    assert (one.title, one.times, one.minutes) == ("1:1 Amira", 2, 120)


def test_days_outside_what_was_read_are_left_out() -> None:
    asked = request(WEEK)
    found = digest(MON - timedelta(weeks=40), MONDAY, asked, take_survey(asked))
    assert found.held["operational_hours"] == 11.5


# Weeks ahead


def test_the_heaviest_week_of_the_next_two_months() -> None:
    ahead = [MONDAY + timedelta(weeks=n) for n in range(1, 13)]
    events = [meeting(ahead[n], "09:00", f"{9 + n % 7 + 1:02d}:00", title=f"Review {n}") for n in range(12)]
    asked = request(events)
    found = heaviest_week(MONDAY, asked, take_survey(asked))
    assert found is not None
    assert (found.first, found.minutes, found.title) == (ahead[6], 420, "Review 6")
    later = heaviest_week(ahead[6] + timedelta(days=2), asked, take_survey(asked))
    assert later is not None
    assert later.first > ahead[6], "one that is over when the block comes asks nothing of anybody"
    assert heaviest_week(MONDAY, request(), take_survey(request())) is None


def test_what_is_on_every_week_needs_no_mention() -> None:
    usual = [replace(meeting(MONDAY + timedelta(weeks=n), "09:00", "12:00", title="Usual"), recurring=True) for n in range(-4, 3)]  # fmt: skip
    special = meeting(MONDAY + timedelta(weeks=2, days=1), "09:00", "10:00", title="Audit")
    hidden = replace(
        meeting(MONDAY + timedelta(weeks=1, days=1), "09:00", "11:00", title="Secret"), private=True
    )
    for events, title in (([*usual, special], "Audit"), ([*usual, hidden], "")):
        found = heaviest_week(MONDAY, request(events), take_survey(request(events)))
        assert found is not None
        assert found.title == title


# The report


def test_the_report_names_what_costs_most_and_can_leave_out_names() -> None:
    asked = request(WEEK)
    text = "\n".join(report_text(asked, take_survey(asked)))
    assert "Budget round: one day; without it" in text
    plain = "\n".join(report_text(asked, take_survey(asked), titles=False))
    assert not any(event.title in plain for event in WEEK)
    assert "a recurring meeting (1)" in plain


@pytest.mark.parametrize("titles", [True, False])
def test_a_report_of_nothing_says_so(titles: bool) -> None:
    text = "\n".join(report_text(request(), take_survey(request()), titles))
    assert "No recurring meeting breaks up" in text
