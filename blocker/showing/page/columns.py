"""Days → columns of boxes in real proportions; what overlaps stands side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from blocker.showing.page.blocks import Names
from blocker.showing.page.values import Band, Box, Column
from blocker.showing.week_view import AFTER, DayView, Item, WeekView
from blocker.values.kinds import OPERATIONAL

HOUR = 60
EARLIEST, LATEST = 6 * HOUR, 22 * HOUR  # nothing of the page is spent on the night
MOST_LANES = 4  # narrower ones could not be read
SHORTEST = 15  # minutes that a box is drawn with at least

Name = Callable[[Item], str]


def clock_range(views: Iterable[WeekView]) -> tuple[int, int]:
    """From when to when the days are shown: working hours, and the events around them, by whole hours."""
    days = [day for view in views for day in view.days]
    hours = [part for day in days for part in day.hours]
    first = min((start for start, _ in hours), default=9 * HOUR)
    last = max((end for _, end in hours), default=17 * HOUR)
    for item in (item for day in days for item in day.items):
        if item.end > EARLIEST and item.start < LATEST:
            first, last = min(first, max(EARLIEST, item.start)), max(last, min(LATEST, item.end))
    return first // HOUR * HOUR, -(-last // HOUR) * HOUR


def columns(
    view: WeekView,
    today: date,
    clock: tuple[int, int],
    names: Names,
    numbers: Mapping[str, int],
    coarse: bool,
) -> tuple[Column, ...]:
    """A week's columns, as they will be. ``numbers`` are those of the blocks' lines; ``coarse`` draws crowds as one box each."""
    return tuple(_column(day, today, clock, names, numbers, coarse) for day in view.shown_days())


def _column(
    day: DayView, today: date, clock: tuple[int, int], names: Names, numbers: Mapping[str, int], coarse: bool
) -> Column:
    items = [item for item in day.side(AFTER) if item.end > clock[0] and item.start < clock[1]]
    return Column(
        name=f"{day.date:%a}",
        date=f"{day.date.day}",
        away=names.away(day),
        today=day.date == today,
        lunch=_band(*day.lunch, clock) if day.lunch else None,
        off=tuple(_band(a, b, clock) for a, b in _gaps(day.hours, clock)),
        boxes=tuple(
            _box(item, lane, lanes, clock, names.item, numbers)
            for item, lane, lanes in lay_out(items, names.item, coarse)
        ),
    )


def lay_out(items: Sequence[Item], name: Name, coarse: bool = False) -> list[tuple[Item, int, int]]:
    """Items with their lane and the number of lanes where they stand; a crowd becomes one item.

    Items that overlap, directly or through others, form a cluster and share its lanes.
    """
    placed: list[tuple[Item, int, int]] = []
    cluster: list[tuple[Item, int]] = []
    ends: list[int] = []  # of each lane
    for item in sorted((_drawn(item) for item in items), key=lambda i: (i.start, -i.end)):
        if cluster and item.start >= max(ends) + (SHORTEST if coarse else 0):
            placed += _close(cluster, len(ends), name, coarse)
            cluster, ends = [], []
        lane = next((n for n, end in enumerate(ends) if end <= item.start), len(ends))
        ends[lane : lane + 1] = [item.end]
        cluster.append((item, lane))
    return placed + _close(cluster, len(ends), name, coarse)


def _drawn(item: Item) -> Item:
    return replace(item, end=max(item.end, item.start + SHORTEST))


def _close(
    cluster: Sequence[tuple[Item, int]], lanes: int, name: Name, coarse: bool
) -> list[tuple[Item, int, int]]:
    events = [item for item, _ in cluster if not item.sign]
    crowd = lanes > MOST_LANES or (coarse and len(events) > 1)
    if not crowd or not events:
        return [(item, lane, lanes) for item, lane in cluster]
    blocks = [item for item, _ in cluster if item.sign]
    merged = Item(
        min(item.start for item in events),
        max(item.end for item in events),
        OPERATIONAL,
        f"{len(events)} events: " + ", ".join(dict.fromkeys(name(item) for item in events[:3])),
    )
    lanes = len(blocks) + 1
    return [(merged, 0, lanes), *((block, n + 1, lanes) for n, block in enumerate(blocks))]


def _box(
    item: Item, lane: int, lanes: int, clock: tuple[int, int], name: Name, numbers: Mapping[str, int]
) -> Box:
    band = _band(item.start, item.end, clock)
    place = f"top:{band.top}%;height:{band.height}%"
    if lanes > 1:
        place += f";left:{100 * lane / lanes:.2f}%;width:{100 / lanes:.2f}%"
    size = " xs" if item.minutes <= 20 else " s" if item.minutes <= 40 else ""
    return Box(
        place=place,
        look=f"k-{item.kind}{size}",
        title=name(item),
        start=_clock(item.start),
        end=_clock(item.end),
        sign=item.sign,
        block=numbers.get(item.key, 0) if item.sign else 0,
    )


def _band(start: int, end: int, clock: tuple[int, int]) -> Band:
    first, last = clock
    start, end = max(start, first), min(end, last)
    return Band(
        round(100 * (start - first) / (last - first), 2), round(100 * (end - start) / (last - first), 2)
    )


def _gaps(hours: Sequence[tuple[int, int]], clock: tuple[int, int]) -> Iterable[tuple[int, int]]:
    """What of the range is no working time."""
    at = clock[0]
    for start, end in sorted(hours):
        if start > at:
            yield at, min(start, clock[1])
        at = max(at, end)
    if at < clock[1]:
        yield at, clock[1]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
