"""The lexical layer of iCalendar (RFC 5545): components as byte spans, lines, values, and writing.

The ``icalendar`` package isn't used here, for three reasons. Importing it costs 66 ms over a bare
start, which is more than a whole plan; one broken component makes expansion of the whole calendar
fail; and it keeps no byte spans, without which other people's components could not stay as they are
byte for byte. It is the judge of this reader in the tests.

Nothing here decides what a component means, and nothing raises on a malformed file: what is wrong
is said in ``Layout.problems``. All offsets are bytes from the start of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct

BOM = b"\xef\xbb\xbf"
LINE_OCTETS = 75  # RFC 5545, 3.1: longer lines are folded
CALENDAR, EVENT, ZONE = b"VCALENDAR", b"VEVENT", b"VTIMEZONE"
REPORTED = frozenset((CALENDAR, EVENT, ZONE))  # what else is broken takes no time and is no matter
CHILDREN = {
    name.encode(): name for name in ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY")
}

_BORDER = re.compile(rb"\n(BEGIN|END)[ \t]*:[ \t]*([A-Z0-9-]+)[ \t]*(?=(\r?\n)|\Z)")
# What few files need is compiled on use, as compiling takes as long as reading some events.
_BLANK_LINES = rb"\n(?:\r?\n)+"
_LONE_CR = rb"\r(?!\n)"
_TIMES = frozenset(("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"))
_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)\s*=\s*((?:"[^"]*"|[^";])*)')
_BEFORE_A_DATE = r"(?a):(?=\s*\d{4}-?\d\d-?\d\d)"
_HEAD = r'(?:"[^"]*"|[^":])*'


class Component(Struct, frozen=True, gc=False):
    """A component in a VCALENDAR, or beside one where it should be inside: ``data[start:end]``, whole lines.

    ``calendar`` is the number of the VCALENDAR, from 1; what is before the first has 0.
    """

    name: str
    start: int
    end: int
    calendar: int = 1


class Problem(Struct, frozen=True, gc=False):
    """Something wrong with the structure, at a byte offset; ``end`` bounds what it spoils."""

    start: int
    end: int
    why: str


class Layout(Struct, frozen=True):
    """Where everything is in a file.

    ``text`` is ``data`` with lone CRs made LFs (same length), ``upper`` the same in capitals with one
    LF put before it, so that each line in it begins with an LF and its offset is that of the LF.
    ``insert_at`` is the offset of the last END:VCALENDAR, None where the file is cut off.
    """

    data: bytes
    text: bytes
    upper: bytes
    components: tuple[Component, ...]
    calendars: int
    insert_at: int | None
    line_end: bytes
    problems: tuple[Problem, ...]


class Property(Struct, frozen=True, gc=False):
    """One content line: its name in capitals, its parameters as written, its value."""

    name: str
    head: str
    value: str

    def param(self, name: str) -> str:
        """A parameter without its quotes; "" if it isn't there."""
        return _parameters(self.head).get(name, "") if self.head else ""


@lru_cache(maxsize=512)
def _parameters(head: str) -> Mapping[str, str]:
    """The parameters by name in capitals, the first of each; a calendar says the same ones on many lines."""
    found: dict[str, str] = {}
    for parameter in _PARAMETER.finditer(head):
        found.setdefault(parameter[1].upper(), parameter[2].strip().replace('"', ""))
    return found


def scan(data: bytes) -> Layout:
    """Find the components of a file, in a few passes over its bytes."""
    text = data
    if b"\r" in data:
        text = re.sub(_LONE_CR, b"\n", data)
    upper = b"\n" + text.upper()
    if data.startswith(BOM):
        upper = b"\n\n\n\n" + upper[4:]
    found = _Found()
    innermost: tuple[bytes, int] | None = None  # begun last, and not yet told to ``found``
    for border in _BORDER.finditer(upper):
        kind, name, line_end = border.groups(b"")
        # The LF put in front makes an offset in ``upper`` that of the line in ``data``.
        at = border.start()
        if kind == b"BEGIN":
            if innermost is not None:
                found.begin(*innermost)
            innermost = name, at
            continue
        after = border.end() - 1 + len(line_end)
        if innermost is not None and innermost[0] == name and found.takes(name):
            found.components.append(Component(CHILDREN[name], innermost[1], after, found.calendars))
        else:
            if innermost is not None:
                found.begin(*innermost)
            found.end(name, at, after)
        innermost = None
    if innermost is not None:
        found.begin(*innermost)
    found.abandon(0, len(data))
    return Layout(
        data,
        text,
        upper,
        tuple(found.components),
        found.calendars,
        found.insert_at,
        _line_end(data),
        tuple(found.problems),
    )


def changed(layout: Layout, start: int, end: int, fresh: bytes) -> Layout:
    """What ``scan`` finds once ``fresh``, an event or nothing, is in place of the one at ``start`` to ``end``.

    Where both are ``insert_at`` it is a new event. Of a large file that takes a tenth of a scan's time.
    """
    data = layout.data[:start] + fresh + layout.data[end:]
    if layout.problems or re.search(_LONE_CR, fresh):
        return scan(data)
    number = bisect_left(layout.components, start, key=attrgetter("start"))
    calendar = layout.components[number].calendar if end > start else layout.calendars
    by, at = len(fresh) - (end - start), layout.insert_at
    return Layout(
        data,
        data if layout.text is layout.data else layout.text[:start] + fresh + layout.text[end:],
        layout.upper[: start + 1] + fresh.upper() + layout.upper[end + 1 :],
        (
            *layout.components[:number],
            *((Component(CHILDREN[EVENT], start, start + len(fresh), calendar),) if fresh else ()),
            *(
                Component(each.name, each.start + by, each.end + by, each.calendar)
                for each in layout.components[number + (end > start) :]
            ),
        ),
        layout.calendars,
        at if at is None or at < start else at + by,
        layout.line_end,
        (),
    )


def _line_end(data: bytes) -> bytes:
    """How the first line ends."""
    cr, lf = data.find(b"\r"), data.find(b"\n")
    if cr < 0 or 0 <= lf < cr:
        return b"\n" if lf >= 0 else b"\r\n"
    return b"\r\n" if lf == cr + 1 else b"\r"


class _Found:
    """What a walk over the BEGIN and END lines has come to: what is open, and what is complete."""

    def __init__(self) -> None:
        self.open: list[tuple[bytes, int]] = []
        self.names: Counter[bytes] = Counter()  # of what is open, so that a stray END costs no search
        self.components: list[Component] = []
        self.problems: list[Problem] = []
        self.calendars = 0
        self.insert_at: int | None = None

    def takes(self, name: bytes) -> bool:
        """True if a component that begins and ends here, with none in it, is one of a calendar's own."""
        return len(self.open) == 1 and self.open[0][0] == CALENDAR and name in CHILDREN

    def begin(self, name: bytes, at: int) -> None:
        if name == CALENDAR:
            self.abandon(0, at)
            self.calendars += 1
            self.insert_at = None
        elif name in CHILDREN:
            # Such a component is never inside another one: what is still open lost its END.
            self.abandon(1 if self.open and self.open[0][0] == CALENDAR else 0, at)
        self.open.append((name, at))
        self.names[name] += 1

    def end(self, name: bytes, at: int, after: int) -> None:
        if not self.names[name]:
            if name in REPORTED:
                self.problems.append(Problem(at, after, f"END:{_ascii(name)} without its BEGIN"))
            return
        depth = len(self.open) - 1
        while self.open[depth][0] != name:
            depth -= 1
        self.abandon(depth + 1, at)
        _, start = self.open.pop()
        self.names[name] -= 1
        if name == CALENDAR:
            self.insert_at = at
        elif name in CHILDREN and (depth == 0 or (depth == 1 and self.open[0][0] == CALENDAR)):
            self.components.append(Component(CHILDREN[name], start, after, self.calendars))

    def abandon(self, depth: int, at: int) -> None:
        """Give up what is open from ``depth`` on; an inner part of a component spoils only itself."""
        while len(self.open) > depth:
            name, start = self.open.pop()
            self.names[name] -= 1
            if name in REPORTED:
                # A calendar that is cut off spoils no more than what is open in it.
                end = start if name == CALENDAR else at
                self.problems.append(Problem(start, end, f"BEGIN:{_ascii(name)} without its END"))


def _ascii(name: bytes) -> str:
    return name.decode("ascii")


def unfolded(chunk: bytes) -> bytes:
    """The same with continuation lines joined to what they continue.

    Lines that end in CR CR LF, from a file converted twice, look like blank lines by now: they go first.
    """
    cr = b"\r" in chunk
    if b"\n\n" in chunk or (cr and b"\n\r\n" in chunk):
        chunk = re.sub(_BLANK_LINES, b"\n", chunk)
    for blank in (b" ", b"\t"):
        if b"\n" + blank in chunk:
            chunk = chunk.replace(b"\r\n" + blank, b"") if cr else chunk
            chunk = chunk.replace(b"\n" + blank, b"")
    return chunk


def properties(chunk: bytes, wanted: tuple[str, ...]) -> list[Property]:
    """The wanted properties of a component's own lines, those of parts nested in it left out.

    ``chunk`` is the whole component, BEGIN and END included. They come by name in the order of
    ``wanted``, those of one name as in the file. A wanted line without a colon comes with an empty
    value, so that its absence can be told from its being broken.
    """
    found = properties_by_name(chunk, wanted)
    return [item for name in wanted if name in found for item in found[name]]


def properties_by_name(chunk: bytes, wanted: tuple[str, ...]) -> dict[str, list[Property]]:
    """The same by name; a name that isn't there has no entry."""
    lines = unfolded(b"\n" + chunk)
    upper = lines.upper()
    if upper.count(b"\nBEGIN") > 1:
        lines = _without_parts(lines, upper)
    if b"\r" in lines:
        while b"\r\n" in lines:
            lines = lines.replace(b"\r\n", b"\n")
        lines = lines.rstrip(b"\r")
    found: dict[str, list[Property]] = {}
    for name, rest in _lines_named(wanted).findall(_decoded(lines)):
        if name in found:
            found[name].append(content_line(name, rest))
        elif name.isupper():
            found[name] = [content_line(name, rest)]
        elif (capitals := name.upper()) in wanted:
            found.setdefault(capitals, []).append(content_line(capitals, rest))
    return found


@lru_cache(maxsize=16)
def _lines_named(wanted: tuple[str, ...]) -> re.Pattern[str]:
    """Lines with one of these names in capitals, or with any name that has small letters: name and rest."""
    names = "|".join(wanted)
    return re.compile(rf"\n({names}|[A-Z-]*+[a-z][A-Za-z-]*+)(?=[:; \t\r\n]|\Z)([^\n]*)")


def _without_parts(lines: bytes, upper: bytes) -> bytes:
    """A component without what is nested in it."""
    own, depth, at = [], 0, 0
    for border in _BORDER.finditer(upper):
        if border[1] == b"BEGIN":
            if depth == 1:
                own.append(lines[at : border.start()])
            depth += 1
        else:
            depth -= 1
            if depth == 1:
                at = border.end()
    own.append(lines[at:])
    return b"".join(own)


def _decoded(lines: bytes) -> str:
    """Lines as text; one that isn't UTF-8 is read as Latin-1, for display."""
    try:
        return lines.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(map(_decoded_line, lines.split(b"\n")))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def content_line(name: str, rest: str) -> Property:
    """A line of this name by what follows the name in it."""
    head, _, value = rest.partition(":")
    if name in _TIMES and ":" in value:
        # The name of a zone may hold a colon, and not everybody quotes it; a time has one only where its form is wrong.
        plain_time = re.search(_BEFORE_A_DATE, rest)
        at = plain_time.start() if plain_time else rest.rindex(":")
        head, value = rest[:at], rest[at + 1 :]
    elif '"' in head:  # a colon in quotes ends nothing
        plain = re.match(_HEAD, rest)
        if plain is not None and rest.startswith(":", plain.end()):
            head, value = plain.group(), rest[plain.end() + 1 :]
    return Property(name, head, value)


def unescape(value: str) -> str:
    """A TEXT value as a person wrote it."""
    if "\\" not in value:
        return value
    return re.sub(_ESCAPED, lambda m: "\n" if m[1] in "nN" else m[1], value)


_ESCAPED = r"\\([\\;,nN])"
_COMMA = r"(?:[^\\,]|\\.)+"
_UNWRITABLE = r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]"


def text_list(value: str) -> list[str]:
    """The entries of a comma-separated TEXT value, such as CATEGORIES."""
    return [entry for part in re.findall(_COMMA, value) if (entry := unescape(part).strip())]


def writable(text: str) -> str:
    """What of a text a file can hold: line ends as LF, other control characters and half characters gone."""
    return re.sub(_UNWRITABLE, "", text.replace("\r\n", "\n").replace("\r", "\n"))


def escape(text: str) -> str:
    """A TEXT value for a file."""
    text = writable(text)
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str, line_end: bytes) -> bytes:
    """One content line as bytes, folded at 75 octets and never inside a character."""
    octets = line.encode("utf-8", "replace")
    if len(octets) <= LINE_OCTETS:
        return octets + line_end
    pieces, at, room = [], 0, LINE_OCTETS
    while at < len(octets):
        cut = min(at + room, len(octets))
        while cut < len(octets) and octets[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(octets[at:cut])
        at, room = cut, LINE_OCTETS - 1  # the leading blank of a continuation counts
    return (line_end + b" ").join(pieces) + line_end
