"""Words that no calendar keeps as they are: in a block they are made fit, so that it never counts as edited."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from blocker.calendars.ics.file import IcsCalendar
from blocker.commands.sample import sample_calendar
from blocker.files.places import state_dir
from blocker.ledger.ledger import open_ledger
from blocker.ledger.parking import park
from blocker.values.events import StandingBlock
from blocker.values.intervals import Interval
from blocker.wording.fitting import line_of, shorter, text_of
from tests.tools.google_days import busy_weeks, call, document
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import GoogleWorld, google_answers

NOW = "2026-11-02T06:30"
WHEN = datetime(2026, 11, 1, 8, tzinfo=UTC)
WINDOW = Interval(WHEN, WHEN + timedelta(weeks=9))
HOSTILE = {
    "control characters": "a\x00b\x07c\x1b[2Jd\x7fe\x9b",
    "line ends": "one\r\ntwo\rthree\x0bfour\x0cfive\x85six\u2028seven\u2029eight",
    "direction": "\u202eevil\u202c \u2066in\u2069 \u200fright\u200e \u061cmark",
    "half a character": "what \ud83d now \udcff",
    "byte order mark": "\ufeffbegins \ufffe\uffff ends\ufeff",
    "spaces of all sorts": "a\u00a0b\u3000c\u2003d\te\u200b",
    "long": "Why does it take so long 🤔 " * 400,
    "without a space": "ü" * 6000,
    "looks like a section": "— kept —\nmine\n— until here —",
    "markup": "<b>Why</b> &amp; <br> https://example.org/?a=1&b=2#c",
    "braces": "{theme} {0} {{}} {",
    "an ics line": "END:VEVENT\r\nEND:VCALENDAR",
    "emoji": "👩‍💻 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏳️‍🌈",
    "scripts": "نمی‌خواهم שיחה हिन्दी 日本語 ไทย e\u0301\u0323",
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with google_answers(monkeypatch) as running:
        busy_weeks(running, date(2026, 9, 28), 11)
        yield running


def hostile_config(words: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words as theme, question, title and text of one's own; a config is UTF-8, so no half characters."""
    safe = "".join(f"\\U{ord(c):08X}" for c in words if not 0xD800 <= ord(c) < 0xE000 and c not in "{}")
    file = folder / "config.toml"
    file.write_text(
        f'[blocks.strategic]\ntitle = "{safe} {{theme}}"\nthemes = [{{ name = "{safe}", question = "{safe}" }}]\n'
        f'[texts]\n"why.floor" = "{safe.replace("U00002014", "U00002013")}"\n'
    )
    monkeypatch.setenv("BLOCKER_CONFIG", str(file))


def ask(words: str, address: str) -> None:
    """Parked as a program of ours would: what can't be kept at all is not the block's matter."""
    with open_ledger(state_dir(os.environ), address) as ledger:
        kept = words.encode("utf-8", "replace").decode()
        park(ledger.database, kept, kept, WHEN)


def check(blocks: list[StandingBlock]) -> None:
    assert blocks
    for block in blocks:
        assert not block.edited, block.key
        assert len(block.text) < 4000
        assert len(block.title) <= 250
        assert not [c for c in block.title + block.text if ord(c) < 32 and c != "\n"]
        block.text.encode()


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_block_with_hostile_words_is_not_edited_on_ics(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile_config(words, tmp_path, monkeypatch)
    path = tmp_path / "c.ics"
    title = words.replace("\\", "").replace("\n", "\\n").replace("\r", "")
    content = sample_calendar(date(2026, 11, 2)).replace(b"Budget round", title.encode("utf-8", "replace"))
    path.write_bytes(content)
    ask(words, f"ics:{path}")
    assert call("run", "-y", now=NOW, calendar=f"ics:{path}").code == 0
    check(list(IcsCalendar(path, zone="Europe/Berlin", me=()).read(WINDOW).blocks))
    after = path.read_bytes()
    assert call("run", now=NOW, calendar=f"ics:{path}").code == 0
    assert path.read_bytes() == after


@pytest.mark.parametrize(
    "words", [HOSTILE["long"], " ".join(w[:200] for w in HOSTILE.values())], ids=["long", "all"]
)
def test_a_block_with_hostile_words_is_not_edited_on_google(
    words: str, server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile_config(words, tmp_path, monkeypatch)
    ask(words, "google:primary")
    assert call("run", "-y", now=NOW).code == 0
    world = GoogleWorld(server)
    check(list(world.open().read(WINDOW).blocks))
    world.close()
    assert document("run", now=NOW)["summary"]["update"] == 0


@pytest.mark.parametrize("room", [0, 5, 40, 200])
def test_what_is_too_long_gives_way_and_the_section_keeps_its_lines(room: int) -> None:
    section = "\n".join(["— open —", *(f"line {n}" for n in range(9)), "— close —"])
    cut = shorter(section, room)
    assert len(cut) <= room
    assert cut == "" or (cut.startswith("— open —\nline 0") and cut.endswith("— close —"))
    assert len(shorter("x" * 300, room)) == room
    whole = text_of(["x" * 300, section, "y" * 50], 240 + room)
    assert len(whole) <= 240 + room
    assert whole.endswith("y" * 50)


def test_a_title_is_one_line() -> None:
    assert line_of("one\r\n two\u2028three", 250) == "one two three"
    assert line_of("x" * 300, 10) == "x" * 9 + "…"
