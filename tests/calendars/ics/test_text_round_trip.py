"""What is written into a block comes back to the letter, by our own reader and by another program's."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.calendars.ics.file import IcsCalendar
from blocker.values.events import Block, Event, StandingBlock
from blocker.values.fingerprint import hash_of_text, parts_of_text, with_section
from blocker.values.intervals import Interval, interval
from blocker.values.memory import Memory, ParkedQuestion
from blocker.wording.texts import plain
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, week_days
from tests.wording.test_brief import sources, text_of

EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"
START = datetime(2026, 11, 3, 8, tzinfo=UTC)
SLOT = interval(START, START + timedelta(hours=2))
WINDOW = Interval(START - timedelta(days=1), START + timedelta(days=1))

TITLES = {
    "emoji": "Denken 🤔 und 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈",
    "right to left": "שיחה עם דנה: מה הלאה?",
    "both directions": "1:1 محمد & Dana (weekly)",
    "long": "Ein sehr langer Titel, " * 60 + "Ende",
    "long without a space": "ü" * 700,
    "escapes": r"a\b; c, d: e\n f \\ \; \, \N",
    "quotes and carets": "\"quoted\" ^n ^^ ^' 'single'",
    "markup": '<b>Sync</b> &amp; <a href="https://example.org?a=1&b=2">link</a>',
    "folds at the edge": "x" * 66 + "é" + "y" * 80,
    "looks like a property": "END:VEVENT",
    "only spaces around": "  spaced  ",
    "combining": "e\u0301\u0323 Zalgo\u0336\u0337",
}


def block_of(title: str, text: str) -> Block:
    return Block("strategic/2026-W45/1", "strategic", SLOT, title, text, START)


def written(title: str, text: str, line_end: bytes = b"\r\n") -> tuple[StandingBlock, icalendar.Event, bytes]:
    """The block as our reader and as icalendar sees it, and the file."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "c.ics")
        path.write_bytes(EMPTY.replace(b"\r\n", line_end))
        IcsCalendar(path, zone="UTC", me=()).create(block_of(title, text))
        [there] = IcsCalendar(path, zone="UTC", me=()).read(WINDOW).blocks
        content = path.read_bytes()
    [event] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return there, event, content


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_titles_and_texts_of_every_kind_come_back(title: str, line_end: bytes) -> None:
    text = f"{title}\n\n• {title}\n\n— kept —\n{title}\n— until here —\n{title}"
    there, event, content = written(title, text, line_end)
    assert (there.title, there.text) == (title, text)
    assert not there.edited
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (title, text)
    assert all(len(line) <= 75 for line in content.split(line_end))
    content.decode("utf-8")


PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)


@given(PRINTABLE, st.lists(PRINTABLE, max_size=8).map("\n".join))
@settings(max_examples=150, deadline=None)
@example("", "")
@example("\u2028", "a\u2029b")
@example("\ufeff", "\ufeff")
def test_any_words_come_back(title: str, text: str) -> None:
    there, event, content = written(title, text)
    assert (there.title, there.text) == (title, text)
    assert str(event["SUMMARY"]) == title
    assert str(event.get("DESCRIPTION", "")) == text
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for line in content.split(b"\r\n"):
        line.decode("utf-8")  # no letter is cut in two


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_other_peoples_titles_go_through_a_brief_and_back(title: str) -> None:
    """A meeting's title and a parked question end up in a block's text, on one line, and survive the trip."""
    days = [day for week in range(-4, 1) for day in week_days(MONDAY + timedelta(weeks=week))]
    events: list[Event] = [
        replace(meeting(day, "10:30", "11:30", title=title), recurring=True) for day in days
    ]
    asked = request(events, memory=Memory(parked=(ParkedQuestion(1, title, title, at(MONDAY, "05:00")),)))
    text = text_of(asked)
    assert plain(title)[:40].rstrip() in text
    there, event, _ = written("T", text)
    assert there.text == text
    assert str(event["DESCRIPTION"]) == text
    assert parts_of_text(text)[1]
    assert len(text) < 4000
    assert sources(asked)


@given(st.lists(PRINTABLE, max_size=5))
@settings(max_examples=100, deadline=None)
def test_no_question_breaks_the_section(questions: list[str]) -> None:
    when = at(MONDAY, "05:00")
    kept = tuple(ParkedQuestion(n, f"— {text} —", text, when) for n, text in enumerate(questions, 1))
    text = text_of(request(memory=Memory(parked=kept)))
    around, section = parts_of_text(text)
    bare, empty = parts_of_text(text_of(request()))
    assert around == bare
    assert section.split("\n")[0] == empty.split("\n")[0]
    assert section.split("\n")[-1] == empty.split("\n")[-1]


def test_it_reads_the_same_where_a_calendar_shows_html() -> None:
    """Google's event view takes descriptions for HTML: without tags and entities it shows what stands there."""
    events = [replace(meeting(MONDAY, "10:30", "11:30", title="<script>x</script> a <b"), recurring=True)]
    text = text_of(
        request(events, memory=Memory(parked=(ParkedQuestion(1, "1 < 2 <br>", "", at(MONDAY, "05:00")),)))
    )
    assert html.unescape(text) == text
    assert "<" not in text
    assert ">" not in text


def test_lines_are_paragraphs_and_nothing_is_lined_up_by_spaces() -> None:
    text = text_of(request([replace(meeting(MONDAY, "10:30", "11:30"), recurring=True)]))
    assert "  " not in text
    assert "\t" not in text
    assert not [line for line in text.split("\n") if line != line.strip()]


CLIENTS = {
    "outlook's line ends": lambda text: text.replace("\n", "\r\n"),
    "trailing blanks": lambda text: "\n".join(f"{line}  " for line in text.split("\n")) + "\n\n",
    "double spacing kept": lambda text: text.replace("\n\n", "\n\n\n"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_what_clients_do_to_white_space_is_no_edit(client: object) -> None:
    assert callable(client)
    text = text_of(request())
    changed = client(text)
    assert hash_of_text("T", changed) == hash_of_text("T", text)
    assert parts_of_text(changed)[1]
    assert "NEW" in with_section(changed, "— a —\nNEW\n— b —")


def test_an_edit_in_googles_editor_makes_html_of_it_and_counts_as_one() -> None:
    text = text_of(request())
    edited = "<p>" + html.escape(text).replace("\n", "<br>") + "</p>"
    assert hash_of_text("T", edited)[8:] != hash_of_text("T", text)[8:]
    assert parts_of_text(edited)[1] == ""
