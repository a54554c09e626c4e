"""How a plan's time and memory grow with the number of events, for each sort that once grew faster than that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.processes import run
from benchmarks.tables import Table

NOW = "2026-11-23T06:30"
MONDAY = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - a wall time
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAILY_SINCE = datetime(2000, 1, 3, 9)  # noqa: DTZ001
MOST_SECONDS, MOST_MEGABYTES = 10, 512


def bounds(folder: Path, sizes: Sequence[int]) -> Table:
    """One line for each sort of calendar, one column for each size; what is refused says so."""
    rows = [[words, *(_measured(folder, event, size) for size in sizes)] for words, event in SORTS.items()]
    return Table(
        "Bounds: `plan` on calendars of one sort of event",
        ("events", *(f"{size:,}" for size in sizes)),
        rows,
        (
            (
                "Seconds of the processor and the most memory of the whole process. “Refused”: exit 1 with the reason, as "
                f"the calendar holds more than can be planned on in {MOST_SECONDS} seconds and {MOST_MEGABYTES} MB."
            ),
        ),
    )


def _measured(folder: Path, event: Callable[[int], str], size: int) -> str:
    path = folder / "full.ics"
    with path.open("w", encoding="utf-8") as file:
        file.write("BEGIN:VCALENDAR\nVERSION:2.0\nX-WR-TIMEZONE:Europe/Berlin\n")
        file.writelines(map(event, range(size)))
        file.write("END:VCALENDAR\n")
    state = {"BLOCKER_STATE_DIR": str(folder / "state-full")}
    try:
        found = run(["-m", "blocker", "--calendar", f"ics:{path}", "--now", NOW, "plan"], state)
    except AssertionError as problem:
        said = " ".join(str(problem).split())  # as it was wrapped
        if "more than can be planned on" not in said and "than can be followed" not in said:
            raise
        return "refused"
    return f"{found.seconds:.1f} s, {found.megabytes:.0f} MB"


def _event(uid: object, start: datetime, length: timedelta, *more: str) -> str:
    return "".join(
        f"{line}\n"
        for line in (
            "BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{start:%Y%m%dT%H%M%S}", f"DTEND:{start + length:%Y%m%dT%H%M%S}",
            f"SUMMARY:Meeting {uid}", *more, "END:VEVENT",
        )
    )  # fmt: skip


def _around(n: int) -> datetime:
    """A start in the 200 days around now."""
    return MONDAY + (n % 200 - 80) * DAY + n % 32 * timedelta(minutes=15)


def _past(n: int) -> str:
    return _event(n, datetime(2010, 1, 4, 9) + n % 3000 * DAY, HOUR)  # noqa: DTZ001


def _in_the_window(n: int) -> str:
    return _event(n, _around(n), HOUR)


def _long(n: int) -> str:
    return _event(n, _around(n), (3 + n % 20) * DAY)


def _weekly(n: int) -> str:
    return _event(n, _around(n) - 364 * DAY, HOUR, "RRULE:FREQ=WEEKLY;COUNT=60")


def _weekdays_of_months(n: int) -> str:
    rule = f"RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={-1 - n % 3}"
    return _event(n, _around(n) - 728 * DAY, HOUR, rule)


def _called_off(n: int) -> str:
    """The instances of one daily series, the first event."""
    if n == 0:
        return _event("daily", DAILY_SINCE, HOUR, "RRULE:FREQ=DAILY")
    start = DAILY_SINCE + n % 9900 * DAY
    return _event("daily", start, HOUR, f"RECURRENCE-ID:{start:%Y%m%dT%H%M%S}", "STATUS:CANCELLED")


def _on_one_day(n: int) -> str:
    return _event(n, MONDAY + n % 400 * timedelta(minutes=1), HOUR / 4)


SORTS = {
    "in the years before": _past,
    "single, in the 200 days around now": _in_the_window,
    "on one day": _on_one_day,
    "3 to 22 days long": _long,
    "weekly series": _weekly,
    "instances of one series, called off": _called_off,
    "series on the n-th working day of months": _weekdays_of_months,
}
