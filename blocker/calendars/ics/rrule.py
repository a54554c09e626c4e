"""What a recurrence rule (RRULE) says.

A part that RFC 5545 gives no meaning beside the rule's frequency (the table in section 3.3.10 says "N/A")
is passed over, as the big calendars do, and an INTERVAL of 0 is read as 1.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from dateutil.rrule import DAILY, HOURLY, MINUTELY, MONTHLY, SECONDLY, WEEKLY, YEARLY
from msgspec import Struct
from msgspec.structs import replace

Frequency = Literal[0, 1, 2, 3, 4, 5, 6]  # as dateutil counts them
FREQUENCIES: dict[str, Frequency] = {
    "YEARLY": YEARLY,
    "MONTHLY": MONTHLY,
    "WEEKLY": WEEKLY,
    "DAILY": DAILY,
    "HOURLY": HOURLY,
    "MINUTELY": MINUTELY,
    "SECONDLY": SECONDLY,
}
OMIT, BACKWARD, FORWARD = "OMIT", "BACKWARD", "FORWARD"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

MAX_RULE_LENGTH = 2_000  # characters
MAX_INTERVAL = 1_000_000

_BY_DAY = r"(?a)([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)"
_NUMBER = r"(?a)[+-]?\d{1,9}"


class Rule(Struct, frozen=True):
    """A parsed RRULE. Empty tuples mean that the part is absent; ``until`` is as written.

    ``skip`` says where a day goes that its month lacks (RFC 7529), ``shift`` by how many days its dates
    are before those meant.
    """

    frequency: Frequency
    interval: int = 1
    at_most: int | None = None
    until: str = ""
    week_start: int = 0
    by_month: tuple[int, ...] = ()
    by_week: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()  # (n, weekday); n 0 means every such weekday
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_position: tuple[int, ...] = ()
    skip: str = OMIT
    shift: int = 0

    @property
    def at_one_time(self) -> bool:
        """True if every occurrence has the wall time of the first."""
        return self.frequency <= DAILY and not (self.by_hour or self.by_minute or self.by_second)


# part → field, lowest and highest magnitude, whether it may be negative
_LISTS = {
    "BYMONTH": ("by_month", 1, 12, False),
    "BYWEEKNO": ("by_week", 1, 53, True),
    "BYYEARDAY": ("by_year_day", 1, 366, True),
    "BYMONTHDAY": ("by_month_day", 1, 31, True),
    "BYHOUR": ("by_hour", 0, 23, False),
    "BYMINUTE": ("by_minute", 0, 59, False),
    "BYSECOND": ("by_second", 0, 60, False),
    "BYSETPOS": ("by_position", 1, 366, True),
}
# Parts that mean nothing beside a frequency.
_MEANINGLESS = {
    MONTHLY: ("BYWEEKNO", "BYYEARDAY"),
    WEEKLY: ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"),
    DAILY: ("BYWEEKNO", "BYYEARDAY"),
    HOURLY: ("BYWEEKNO",),
    MINUTELY: ("BYWEEKNO",),
    SECONDLY: ("BYWEEKNO",),
}
_PARTS = frozenset((*_LISTS, "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "RSCALE", "SKIP"))


def parse_rule(text: str) -> Rule:
    """Read the value of an RRULE. Raises ValueError with a sentence for a person."""
    if len(text) > MAX_RULE_LENGTH:
        raise ValueError("its rule is too long to be meant")
    parts: dict[str, str] = {}
    for part in text.replace("\\", "").strip().split(";"):  # some escape what is no text
        name, equals, value = part.partition("=")
        if part.strip() and not equals:
            raise ValueError(f"its rule has a part without a value: {part.strip()[:40]!r}")
        if name.strip():
            # A rule with a part that nobody knows may end or repeat in a way that nobody sees.
            if name.strip().upper() not in _PARTS and not name.strip().upper().startswith("X-"):
                raise ValueError(f"its rule has an unknown part: {name.strip()[:40]!r}")
            parts[name.strip().upper()] = value.strip().upper()
    if parts.get("FREQ", "") not in FREQUENCIES:
        raise ValueError(f"its rule repeats in an unknown way: FREQ={parts.get('FREQ', '')[:40]!r}")
    frequency = FREQUENCIES[parts["FREQ"]]
    lists: dict[str, Any] = {}
    for name, (field, low, high, signed) in _LISTS.items():
        if name in parts:
            numbers = _numbers(name, parts[name], low, high, signed)
            if name == "BYSECOND":  # there is no leap second on this clock
                numbers = tuple(sorted({min(n, 59) for n in numbers}))
            if name not in _MEANINGLESS.get(frequency, ()):
                lists[field] = numbers
    week_start = parts.get("WKST", "MO")
    if week_start not in WEEKDAYS:
        raise ValueError(f"its rule names no weekday: WKST={week_start[:40]!r}")
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise ValueError(f"its rule counts in another calendar: RSCALE={parts['RSCALE'][:40]!r}")
    count = None
    if parts.get("COUNT", "-1") != "-1":  # Confluence writes -1 for no limit
        count = _numbers("COUNT", parts["COUNT"], 1, 10**9, False)[0]
    rule = Rule(
        frequency=frequency,
        interval=_numbers("INTERVAL", parts.get("INTERVAL", "1"), 0, MAX_INTERVAL, False)[0] or 1,
        at_most=count,
        until=parts.get("UNTIL", ""),
        week_start=WEEKDAYS.index(week_start),
        by_day=_days(parts["BYDAY"], frequency, "BYWEEKNO" in parts) if "BYDAY" in parts else (),
        **lists,
    )
    # Without RSCALE, SKIP has no meaning; in a rule of weeks or shorter, every day exists.
    if "RSCALE" in parts and frequency <= MONTHLY and parts.get("SKIP", OMIT) != OMIT:
        return replace(rule, skip=_skip(rule, parts["SKIP"]))
    return rule


def _skip(rule: Rule, skip: str) -> str:
    """What SKIP comes to in a rule of months or years. Raises ValueError where that isn't known here."""
    if skip not in (BACKWARD, FORWARD):
        raise ValueError(f"its rule skips in an unknown way: SKIP={skip[:40]!r}")
    late = any(abs(n) > 28 for n in rule.by_month_day)
    if not (rule.by_day or rule.by_week or rule.by_year_day):
        if min(rule.by_month_day, default=1) >= -28:
            return skip
    elif (rule.by_day or rule.by_month_day) and not (late or rule.by_week or rule.by_year_day):
        return OMIT  # every day that it names exists
    raise ValueError(f"its rule has SKIP={skip} beside parts with which it can't be followed")


def by_days_alone(rule: Rule) -> Rule:
    """The rule for an all-day series. Raises ValueError if it repeats within the day."""
    if rule.frequency > DAILY:
        raise ValueError("its rule repeats within a day, but it is all-day")
    return replace(rule, by_hour=(), by_minute=(), by_second=())


def _numbers(name: str, text: str, low: int, high: int, signed: bool) -> tuple[int, ...]:
    numbers = set()
    for part in text.split(","):
        part = part.strip()
        if not re.fullmatch(_NUMBER, part):
            raise ValueError(f"its rule has {name}={text[:40]!r}, which is not a number")
        number = int(part)
        if not low <= (abs(number) if signed else number) <= high:
            raise ValueError(f"its rule has {name}={text[:40]!r}, which is out of range")
        numbers.add(number)
    return tuple(sorted(numbers))


def _days(text: str, frequency: Frequency, of_weeks: bool) -> tuple[tuple[int, int], ...]:
    """The weekdays of BYDAY; their numbers mean something in months and years only, and not beside BYWEEKNO."""
    counted = frequency == MONTHLY or (frequency == YEARLY and not of_weeks)
    days = []
    for part in text.split(","):
        match = re.fullmatch(_BY_DAY, part.strip())
        if match is None or (match[1] and not 1 <= abs(int(match[1])) <= 53):
            raise ValueError(f"its rule has BYDAY={text[:40]!r}, which names no weekday")
        days.append((int(match[1] or 0) if counted else 0, WEEKDAYS.index(match[2])))
    return tuple(days)
