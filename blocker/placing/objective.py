"""What makes one plan better than another: the tiers, and the points of a single slot.

``docs/objective.md`` says the same in words. Times are whole seconds since 1970 (UTC), points are
integers. Every term but ``spread`` looks at one block and at things that no plan changes, so that
points add up and a dynamic programme over days is exact.
"""

from __future__ import annotations

from msgspec import Struct

from blocker.values.plan import Term

Span = tuple[int, int]

# The order in which plans are compared: a later entry counts only where all before it are equal.
VALUE = (
    "floors",
    "floors within the manners",
    "offsite",
    "standing blocks moved for these (minus)",
    "conflicts solved, first the most pressing",
    "floor",
    "red",
    "amber",
    "debt",
    "frontline",
    "learning",
    "other",
    "minutes",
    "squared minutes (minus)",
    "offsite in its best weeks",
    "operational minutes on the offsite's day (minus)",
    "offsite's start (minus)",
    "points",
)
FLOORS, WITHIN, OFFSITE, DISTURBED, SOLVED, FIRST_TIER = 0, 1, 2, 3, 4, 5
MINUTES, SQUARES, BAND, LIGHTNESS, EARLINESS, POINTS = 12, 13, 14, 15, 16, 17
DEMAND_TIERS = ("floor", "red", "amber", "debt", "frontline", "learning", "other")
NOTHING = (0,) * len(VALUE)

QUARTER_HOUR = 900  # seconds
HEAVY_MINUTES = 120  # operational time back to back that calls for a pause …
PAUSE_MINUTES = 30  # … of this length
BREATH_MINUTES = 10  # a shorter gap is none: design 4.2, back-to-back

# Points. A good slot is worth about 40; the scale is ours and only differences matter.
PART_OF_DAY, PARTLY = 40, 20
BUSIEST_QUARTER = -5  # for each quarter hour inside the busiest hour, so at most -20
NO_PAUSE = -20
SLIVER, REST = -10, -5  # a rest of 15 minutes, of 30 or 45: too short to be of use
RESTS = (0, SLIVER, REST, REST)  # by quarter hours
OVER_LUNCH = -60
WEEKDAY = 1  # for each day that it is earlier than Sunday
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SPREAD = -25  # for each pair of neighbouring days with strategic time, and for a day that has it twice
STAY = 20  # rebalance only: for each block that stays exactly where it is


class Scenery(Struct, frozen=True):
    """What the points of a slot depend on: one day as no plan can change it.

    ``gaps`` is working time less busy events and fixed blocks with their buffers; ``noon`` the
    instant of 12:00; ``busiest`` the user's busiest hour on that day; ``heavy_ends`` the ends of
    operational runs of at least ``HEAVY_MINUTES``.
    """

    weekday: int
    noon: int
    gaps: tuple[Span, ...]
    lunch: Span | None
    busiest: Span | None
    heavy_ends: tuple[int, ...]


def part_of_day(prefer: str, start: int, end: int, noon: int) -> int:
    """Wholly in the preferred half of the day, partly, or not."""
    if prefer == "morning":
        return PART_OF_DAY if end <= noon else PARTLY if start < noon else 0
    if prefer == "afternoon":
        return PART_OF_DAY if start >= noon else PARTLY if end > noon else 0
    return 0


def busiest_hour(start: int, end: int, busiest: Span | None) -> int:
    """Meetings will be asked for where they usually are."""
    if busiest is None:
        return 0
    shared = min(end, busiest[1]) - max(start, busiest[0])
    return BUSIEST_QUARTER * (shared // QUARTER_HOUR) if shared > 0 else 0


def pause(start: int, heavy_ends: tuple[int, ...]) -> int:
    """Thinking does not begin right after two hours of meetings."""
    for end in heavy_ends:
        if 0 <= start - end < PAUSE_MINUTES * 60:
            return NO_PAUSE
    return 0


def slivers(start: int, end: int, gaps: tuple[Span, ...]) -> int:
    """Whole quarter hours left free before and after, where they are too few to be of use."""
    for low, high in gaps:
        if low <= start and end <= high:
            before, after = (start - low) // QUARTER_HOUR, (high - end) // QUARTER_HOUR
            return (RESTS[before] if before < 4 else 0) + (RESTS[after] if after < 4 else 0)
    return 0


def over_lunch(start: int, end: int, lunch: Span | None) -> int:
    """Lunch may give way inside its window, but rather not."""
    return OVER_LUNCH if lunch is not None and start < lunch[1] and lunch[0] < end else 0


def weekday(day: int) -> int:
    """Earlier in the week is better: what fails can still be made good."""
    return WEEKDAY * (6 - day)


def points(scenery: Scenery, prefer: str, start: int, end: int) -> int:
    """The points of one block, its share of ``spread`` and ``stay`` left out."""
    found = (
        part_of_day(prefer, start, end, scenery.noon)
        + slivers(start, end, scenery.gaps)
        + weekday(scenery.weekday)
    )
    # Asked only where they can say something: this is asked for every slot of every day.
    if scenery.heavy_ends:
        found += pause(start, scenery.heavy_ends)
    if scenery.busiest is not None and start < scenery.busiest[1]:
        found += busiest_hour(start, end, scenery.busiest)
    if scenery.lunch is not None and start < scenery.lunch[1]:
        found += over_lunch(start, end, scenery.lunch)
    return found


def terms(scenery: Scenery, prefer: str, start: int, end: int, neighbours: int) -> tuple[Term, ...]:
    """The same by name; ``neighbours`` says how often ``spread`` is laid to this block."""
    part = part_of_day(prefer, start, end, scenery.noon)
    how = {PART_OF_DAY: f"in the {prefer}", PARTLY: f"partly in the {prefer}"}.get(
        part, f"not in the {prefer}"
    )
    busy = busiest_hour(start, end, scenery.busiest)
    rests = slivers(start, end, scenery.gaps)
    named = [
        Term("part of day", part, "any part of the day will do" if prefer == "any" else how),
        Term("busiest hour", busy, "in your busiest hour" if busy else "clear of your busiest hour"),
        Term("pause", pause(start, scenery.heavy_ends), "right after two hours of meetings"),
        Term("slivers", rests, "leaves a rest too short to use" if rests else "leaves no useless rest"),
        Term("lunch", over_lunch(start, end, scenery.lunch), "lunch has to give way"),
        Term("spread", SPREAD * neighbours, "strategic time on the same day or on one beside it as well"),
        Term(
            "weekday", weekday(scenery.weekday), f"on a {WEEKDAYS[scenery.weekday]}, the earlier the better"
        ),
    ]
    return tuple(term for term in named if term.points or (term.name == "part of day" and prefer != "any"))
