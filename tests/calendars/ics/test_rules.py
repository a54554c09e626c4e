"""The dates of recurrence rules, judged by the letter of RFC 5545; and that none keeps anybody waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blocker.calendars.ics.rrule import parse_rule
from blocker.calendars.ics.rrule_dates import Steps, TooDenseError, occurrences
from tests.tools.oracle_rules import judged

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
YEARS = timedelta(days=366)


def numbers(low: int, high: int, most: int = 3) -> st.SearchStrategy[str]:
    some = st.lists(st.integers(low, high).filter(bool), min_size=1, max_size=most, unique=True)
    return some.map(lambda chosen: ",".join(map(str, chosen)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Any rule, parts that mean nothing beside its frequency included."""
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"]))
    interval = draw(st.one_of(st.integers(0, 5), st.integers(1, 2_000)))
    if frequency == "MINUTELY":
        interval = interval * 7 + 55
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}", f"WKST={draw(st.sampled_from(DAYS))}"]
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    if draw(st.booleans()):
        numbered = st.builds(
            "{}{}".format, st.sampled_from([1, 2, 5, 20, 53, -1, -2, -53]), st.sampled_from(DAYS)
        )
        days = st.one_of(st.sampled_from(DAYS), numbered)
        parts.append("BYDAY=" + ",".join(draw(st.lists(days, min_size=1, max_size=4, unique=True))))
    optional = {
        "BYMONTH": numbers(1, 12),
        "BYMONTHDAY": numbers(-31, 31),
        "BYYEARDAY": numbers(-366, 366),
        "BYWEEKNO": numbers(-53, 53),
        "BYHOUR": numbers(1, 23),
        "BYMINUTE": numbers(1, 59, 2),
        "BYSECOND": numbers(1, 59, 2),
        "BYSETPOS": numbers(-4, 4, 2),
    }
    for name, values in optional.items():
        if draw(st.integers(0, 4)) == 0:
            parts.append(f"{name}={draw(values)}")
    return ";".join(parts)


STARTS = st.integers(0, 12 * 365 * 24 * 12).map(lambda n: datetime(2015, 1, 1) + n * timedelta(minutes=5))  # noqa: DTZ001 - wall times


@settings(max_examples=200, deadline=None)
@given(rules(), STARTS, st.integers(-100, 800), st.integers(1, 300))
@example("FREQ=WEEKLY;BYSETPOS=1;WKST=SU;BYDAY=SU,FR", datetime(2026, 1, 7, 9), 0, 30)  # noqa: DTZ001
@example("FREQ=YEARLY;BYDAY=53MO,-53TU,SU;BYMONTH=12", datetime(2026, 12, 31, 9), 0, 400)  # noqa: DTZ001
def test_rules_say_what_rfc_5545_says(text: str, start: datetime, offset: int, days: int) -> None:
    rule = parse_rule(text)
    if rule.frequency > 3:
        offset, days = offset // 10, days // 10
    low = start + timedelta(days=offset)
    high = low + timedelta(days=days)
    found = list(occurrences(rule, start, low, high, Steps()))
    assert found == judged(rule, start, low, high)


@pytest.mark.parametrize(
    ("start", "text", "days"),
    [
        ("2026-01-31", "FREQ=MONTHLY;SKIP=BACKWARD", "01-31 02-28 03-31 04-30 05-31 06-30"),
        ("2026-01-31", "FREQ=MONTHLY;SKIP=FORWARD", "01-31 03-01 03-31 05-01 05-31 07-01"),
        ("2026-01-31", "FREQ=MONTHLY;SKIP=OMIT", "01-31 03-31 05-31"),
        ("2026-01-31", "FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=1,31;COUNT=5", "01-31 02-01 03-01 03-31 04-01"),
        ("2026-01-30", "FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=30,31;COUNT=4", "01-30 01-31 02-28 03-30"),
        ("2026-01-31", "FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=31;BYMONTH=2,4", "03-01 05-01"),
        ("2026-01-31", "FREQ=YEARLY;SKIP=BACKWARD;BYMONTHDAY=31,-1;BYMONTH=2,4", "02-28 04-30"),
        ("2024-02-29", "FREQ=YEARLY;SKIP=FORWARD", "03-01"),
        ("2024-02-29", "FREQ=YEARLY;SKIP=BACKWARD", "02-28"),
        ("2026-01-30", "FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=30,31;BYSETPOS=1;COUNT=3", "01-30 02-28 03-30"),
        ("2026-01-30", "FREQ=MONTHLY;SKIP=BACKWARD;BYDAY=-1FR;COUNT=2", "01-30 02-27"),
        ("2026-01-01", "FREQ=WEEKLY;INTERVAL=2;SKIP=BACKWARD;BYDAY=TH;COUNT=2", "01-01 01-15"),
    ],
)
def test_a_day_that_a_month_lacks_goes_where_skip_says(start: str, text: str, days: str) -> None:
    low, high = datetime(2026, 1, 1), datetime(2026, 7, 15)  # noqa: DTZ001 - wall times
    rule = parse_rule(f"RSCALE=GREGORIAN;{text}")
    found = list(occurrences(rule, datetime.fromisoformat(start), low, high, Steps()))
    assert " ".join(f"{moment:%m-%d}" for moment in found) == days
    if rule.at_most is None:  # from the middle on, the same
        middle = datetime(2026, 3, 1)  # noqa: DTZ001 - a wall time
        later = list(occurrences(rule, datetime.fromisoformat(start), middle, high, Steps()))
        assert later == [moment for moment in found if moment >= middle]


@pytest.mark.parametrize(
    "parts",
    ["BYDAY=5MO;BYMONTHDAY=31", "BYMONTHDAY=-31", "BYYEARDAY=366", "BYWEEKNO=53"],
)
@pytest.mark.parametrize("skip", ["FORWARD", "BACKWARD"])
def test_a_skip_that_cannot_be_followed_is_said(parts: str, skip: str) -> None:
    with pytest.raises(ValueError, match=f"its rule has SKIP={skip} beside"):
        parse_rule(f"RSCALE=GREGORIAN;FREQ=YEARLY;{parts};SKIP={skip}")


def test_skip_without_a_scale_has_no_meaning() -> None:
    assert parse_rule("FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD") == parse_rule("FREQ=MONTHLY;BYMONTHDAY=31")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYYEARDAY=-1;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=MONTHLY;BYWEEKNO=20;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO"),
        ("FREQ=WEEKLY;BYMONTHDAY=13;BYDAY=FR", "FREQ=WEEKLY;BYDAY=FR"),
        ("FREQ=DAILY;BYYEARDAY=1;BYWEEKNO=1", "FREQ=DAILY"),
        ("FREQ=HOURLY;BYWEEKNO=1", "FREQ=HOURLY"),
        ("FREQ=WEEKLY;BYDAY=2MO", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=2MO", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"),
    ],
)
def test_what_means_nothing_is_passed_over(text: str, same: str) -> None:
    assert parse_rule(text) == parse_rule(same)


NEVER = [
    *(f"FREQ={f};BYMONTH=2;BYMONTHDAY=30" for f in ("YEARLY", "MONTHLY", "DAILY")),
    *("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=6", "FREQ=DAILY;BYSETPOS=2", "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-3,300"),
    *("FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1", "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1", "FREQ=MONTHLY;BYDAY=6MO"),
    *("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "FREQ=YEARLY;BYMONTH=2;BYDAY=53SU"),
    *("FREQ=HOURLY;INTERVAL=24;BYHOUR=3", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;INTERVAL=20871;BYMONTH=1"),
    *("FREQ=MINUTELY;INTERVAL=30;BYMINUTE=1", "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3;BYMINUTE=5;BYSECOND=7;BYDAY=SU"),
    *("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9"),
]  # fmt: skip


@pytest.mark.parametrize("text", NEVER)
def test_a_rule_that_never_matches_takes_few_steps(text: str) -> None:
    """dateutil would look for its next date up to the year 9999."""
    start, steps = datetime(2025, 11, 18, 9), Steps()  # noqa: DTZ001 - a Tuesday's wall time
    assert list(occurrences(parse_rule(text), start, start, start + YEARS, steps)) == []
    assert Steps().left - steps.left < 20_000


SECONDS = ",".join(map(str, range(60)))
EVERY_SECOND = f"BYHOUR={','.join(map(str, range(24)))};BYMINUTE={SECONDS};BYSECOND={SECONDS}"


@pytest.mark.parametrize(
    "frequency",
    ["YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "MONTHLY;BYSETPOS=-1", "WEEKLY", "DAILY;INTERVAL=900", "HOURLY"],
)
def test_the_times_of_a_day_are_not_made_where_they_are_too_many(frequency: str) -> None:
    start, steps = datetime(2025, 11, 18, 9), Steps()  # noqa: DTZ001 - a wall time
    with pytest.raises(TooDenseError):
        list(occurrences(parse_rule(f"FREQ={frequency};{EVERY_SECOND}"), start, start, start + YEARS, steps))


@pytest.mark.parametrize("year", [1, 9998, 9999])
@pytest.mark.parametrize(
    "frequency", ["YEARLY;BYWEEKNO=1", "MONTHLY", "WEEKLY;WKST=SU", "DAILY", "HOURLY;INTERVAL=9"]
)
def test_the_edges_of_the_calendar_are_reached_or_said_to_be_out_of_range(year: int, frequency: str) -> None:
    start, end = datetime(year, 1, 2, 9), datetime(year, 12, 31, 23)  # noqa: DTZ001 - wall times
    try:
        found = list(occurrences(parse_rule(f"FREQ={frequency}"), start, start, end, Steps()))
    except TooDenseError as problem:
        assert str(problem) == "it repeats beyond the end of the calendar"
    else:
        assert all(start <= moment <= end for moment in found)
        assert len(found) >= 1


@pytest.mark.parametrize(
    "text",
    [
        *("FREQ=WEEKLY;BYDAY=0MO", "FREQ=WEEKLY;BYDAY=54MO", "FREQ=YEARLY;BYMONTH=13", "FREQ=DAILY;COUNT=0"),
        *(
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;INTERVAL=1000000000",
            "FREQ=DAILY;WKST=XX",
        ),
        *(
            "FREQ=DAILY;BYMONTHDAY=0",
            "FREQ=DAILY;BYSETPOS=",
            "BYDAY=MO",
            "",
            "FREQ",
            "FREQ=DAILY;RSCALE=CHINESE",
        ),
        "FREQ=DAILY;BYDAY=" + ",".join(["MO"] * 2000),
    ],
)
def test_what_is_no_rule(text: str) -> None:
    with pytest.raises(ValueError, match="its rule"):
        parse_rule(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", ["2020-12-28", "2026-12-28"]),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU;COUNT=2", ["2021-01-03", "2022-01-02"]),
        ("FREQ=YEARLY;BYWEEKNO=1", ["2020-01-02", "2021-01-07", "2022-01-06", "2023-01-05", "2024-01-04", "2025-01-02", "2026-01-01"]),
        ("FREQ=YEARLY;BYYEARDAY=-1;INTERVAL=3", ["2020-12-31", "2023-12-31", "2026-12-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,1TU;BYMONTH=1;COUNT=6", ["2020-01-06", "2020-01-07", "2020-01-13", "2020-01-20", "2020-01-27", "2021-01-04"]),
        ("FREQ=YEARLY;BYDAY=20MO", ["2020-05-18", "2021-05-17", "2022-05-16", "2023-05-15", "2024-05-13", "2025-05-19", "2026-05-18"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2020-02-29", "2024-02-29"]),
    ],
)  # fmt: skip
def test_rules_that_dateutil_reads_otherwise_or_rarely(text: str, days: list[str]) -> None:
    """A week's rule without a weekday is about the weekday of DTSTART; a plain weekday and a counted one add up."""
    start, end = datetime(2020, 1, 2, 9), datetime(2026, 12, 31, 9)  # noqa: DTZ001 - wall times
    found = occurrences(parse_rule(text), start, start, end, Steps())
    assert [f"{moment:%Y-%m-%d}" for moment in found] == days


def test_a_rule_reaches_as_far_back_as_a_century_and_no_further() -> None:
    low, high = datetime(2026, 11, 16), datetime(2026, 11, 17)  # noqa: DTZ001 - wall times
    counted = parse_rule("FREQ=DAILY;COUNT=1000000")
    assert len(list(occurrences(counted, datetime(1926, 11, 16), low, high, Steps()))) == 2  # noqa: DTZ001 - wall times
    with pytest.raises(TooDenseError):
        list(occurrences(counted, datetime(1, 1, 1), low, high, Steps()))  # noqa: DTZ001 - wall times
    endless = parse_rule("FREQ=DAILY")
    assert len(list(occurrences(endless, datetime(1, 1, 1), low, high, Steps()))) == 2  # noqa: DTZ001 - wall times
