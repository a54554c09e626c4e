"""The cells of a week's grid: for each half hour of each day what is to be seen there."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from blocker.showing.picture import Line, Piece, fit, wrap
from blocker.showing.plan_text import number
from blocker.showing.week_view import DayView, Item
from blocker.values.kinds import AWAY, FRONTLINE, LEARNING, OFFSITE, OPERATIONAL, PERSONAL, STRATEGIC

HALF_HOUR = 30
BLOCK_KINDS = (STRATEGIC, FRONTLINE, LEARNING, OFFSITE)
LEGEND = {
    OPERATIONAL: "operational",
    STRATEGIC: "your own thinking",
    FRONTLINE: "your own front line",
    LEARNING: "your own learning",
    PERSONAL: "personal",
    AWAY: "away",
}
SIGN_WORDS = {"+": "new", "~": "moved here", "-": "removed", "=": "stays", "!": "overlaps something"}


class Glyphs(Struct, frozen=True):
    """The signs of a grid, for terminals that can show more than ASCII, or not."""

    full: str
    empty: str
    mark: str
    away: str
    lunch: str
    double: str
    more: str
    dash: str
    begins: str  # the first half hour of a meeting, so that two in a row are two
    now: str
    kinds: dict[str, str]
    time_width: int = 6

    def gutter(self, kind: str) -> str:
        return self.kinds.get(kind, self.kinds[OPERATIONAL])


_RICH = Glyphs(
    "█", "░", "┃", "╱", "·", "‖", "…", "–", "▛", "▸",
    {OPERATIONAL: "▌", STRATEGIC: "◆", FRONTLINE: "●", LEARNING: "▲", PERSONAL: "┊", AWAY: "╱"},
)  # fmt: skip
_PLAIN = Glyphs(
    "#", ".", "|", "/", ".", "H", "~", "-", "[", ">",
    {OPERATIONAL: "|", STRATEGIC: "*", FRONTLINE: "o", LEARNING: "^", PERSONAL: ":", AWAY: "/"},
)  # fmt: skip


def glyphs(unicode: bool) -> Glyphs:
    return _RICH if unicode else _PLAIN


def header_lines(days: Sequence[DayView], width: int, signs: Glyphs) -> list[Line]:
    """The days' names, and each day's operational hours."""
    names: list[Piece] = [Piece(" " * signs.time_width)]
    hours: list[Piece] = [Piece(fit("load", signs.time_width), "quiet")]
    for day in days:
        name = f"{day.date:%a} {day.date.day}" + (f" {day.date:%b}" if width > 10 else "")
        if day.now is not None:
            name = f"{signs.now}{name}{' today' if width > 16 else ''}"
        load = "" if day.away else f"{number(day.operational_minutes / 60)} h"
        names.append(Piece(fit(name, width), "strong" if day.now is None else "today"))
        hours.append(Piece(fit(load, width), "quiet"))
    return [names, hours]


def row_lines(days: Sequence[DayView], width: int, signs: Glyphs) -> list[Line]:
    """The grid itself, from the first working half hour to the last; what lies outside is counted."""
    first, last = bounds(days)
    starts = range(first, last, HALF_HOUR)
    columns = [_column(day, starts, width - 1, signs) for day in days]
    lines: list[Line] = []
    lines += _outside(days, "before", 0, first, width, signs)
    for n, start in enumerate(starts):
        time = f"{start // 60:02d}:{start % 60:02d} " if start % 60 == 0 else " " * signs.time_width
        row: list[Piece] = [Piece(time, "quiet")]
        if any(day.now is not None and start <= day.now < start + HALF_HOUR for day in days):
            row = [Piece(fit(f"now {signs.now}", signs.time_width), "today")]
        for column in columns:
            row += [*column[n], Piece(" ")]
        lines.append(row)
    return lines + _outside(days, "later", last, 24 * 60, width, signs)


def bounds(days: Sequence[DayView]) -> tuple[int, int]:
    """First and last minute of the grid, on half hours: the hours of work, and every block."""
    times = [part for day in days for part in day.hours]
    times += [(item.start, item.end) for day in days for item in day.items if item.sign]
    times = times or [(item.start, item.end) for day in days for item in day.items]
    first, last = min((a for a, _ in times), default=540), max((b for _, b in times), default=1020)
    return first // HALF_HOUR * HALF_HOUR, -(-last // HALF_HOUR) * HALF_HOUR


def _outside(
    days: Sequence[DayView], word: str, start: int, end: int, width: int, signs: Glyphs
) -> list[Line]:
    """How much of the day's load lies before or after the grid."""
    counts = [
        sum(item.kind == OPERATIONAL and item.end > start and item.start < end for item in day.items)
        - sum(item.kind == OPERATIONAL and item.start < start < item.end for item in day.items) * bool(start)
        - sum(item.kind == OPERATIONAL and item.start < end < item.end for item in day.items) * (not start)
        for day in days
    ]
    if not any(counts):
        return []
    row = [Piece(fit(word, signs.time_width), "quiet")]
    return [[*row, *(Piece(fit(f"+{count}" if count else "", width), "quiet") for count in counts)]]


def _column(day: DayView, starts: range, width: int, signs: Glyphs) -> list[Line]:
    """One day: a line per half hour, each ``width`` cells wide."""
    owners = [_owner(day, start) for start in starts]
    lines: list[Line] = []
    at, shaded = 0, True
    while at < len(owners):
        owner, rows = owners[at], 1
        while at + rows < len(owners) and owners[at + rows] is owner:
            rows += 1
        if owner is None:
            shaded = True  # the next meeting is in the usual shade
            lines += [
                [_free(day, start, at + n, width, signs)] for n, start in enumerate(starts[at : at + rows])
            ]
        else:
            doubled = [_crowded(day, start) for start in starts[at : at + rows]]
            shaded = not shaded and not owner.sign
            lines += _filled(owner, doubled, width, signs, shaded)
        at += rows
    return lines


def _owner(day: DayView, start: int) -> Item | None:
    """Who is seen in a half hour: a block before an event, then the one that takes most of it."""
    found = [
        (
            item.sign not in ("", "-"),
            item.sign == "",
            min(item.end, start + HALF_HOUR) - max(item.start, start),
            -n,
            item,
        )
        for n, item in enumerate(day.items)
        if item.start < start + HALF_HOUR and start < item.end
    ]
    found = [entry for entry in found if entry[2] > 5]  # a sliver hides nothing
    return max(found, key=lambda entry: entry[:4])[4] if found else None


def double_booked(days: Sequence[DayView]) -> bool:
    """True if a half hour of the grid holds two events that overlap."""
    return any(_crowded(day, start) for day in days for start in range(*bounds(days), HALF_HOUR))


def _crowded(day: DayView, start: int) -> bool:
    """True if two events overlap each other within the half hour."""
    here = [
        item for item in day.items if item.sign == "" and item.start < start + HALF_HOUR and start < item.end
    ]
    return any(a.start < b.end and b.start < a.end for n, a in enumerate(here) for b in here[n + 1 :])


def _filled(
    item: Item, doubled: Sequence[bool], width: int, signs: Glyphs, other: bool = False
) -> list[Line]:
    """The rows of one event or block: gutter, and its title broken over them. ``other``: in the other shade."""
    rows = len(doubled)
    words: list[str] = []
    if item.sign:
        long = f"{_clock(item.start)}{signs.dash}{_clock(item.end)}"
        words.append(long if len(long) < width else _clock(item.start))
    title = item.title.removeprefix("Think: ") if item.sign and width < 20 else item.title
    space = " " if item.sign and width > 11 else ""
    words += wrap(title, width - 1 - len(space), rows - len(words), signs.more)
    style = f"event.{item.kind}"
    if item.sign:
        style = (
            f"block.{item.sign if item.sign in '-!' else item.kind if item.kind in BLOCK_KINDS else 'other'}"
        )
    gutters = [
        item.sign + space if item.sign else signs.double if more else signs.gutter(item.kind)
        for more in doubled
    ]
    edge = style if item.sign else f"edge.{item.kind}"
    if not item.sign and item.kind == OPERATIONAL:
        style += ".2" if other else ""
        gutters[0] = signs.begins if gutters[0] == signs.gutter(item.kind) else gutters[0]
    lines: list[Line] = []
    for n, gutter in enumerate(gutters):
        text = fit(words[n] if n < len(words) else "", width - len(gutter), signs.more)
        lines.append(
            [Piece(gutter, edge), Piece(text, style)] if edge != style else [Piece(gutter + text, style)]
        )
    return lines


def _free(day: DayView, start: int, row: int, width: int, signs: Glyphs) -> Piece:
    """A half hour that nothing takes: away, lunch, free, or no working time."""
    if day.away:
        words = wrap(day.away, width - 2, 3, signs.more)
        if row < len(words):
            return Piece(fit(f"{signs.away} {words[row]}", width, signs.more), "away")
        return Piece(signs.away * width, "away")
    if day.lunch and day.lunch[0] < start + HALF_HOUR and start < day.lunch[1]:
        label = " lunch" if start <= day.lunch[0] else ""
        return Piece(fit(signs.lunch + label, width, signs.more), "lunch")
    return Piece(" " * width)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
