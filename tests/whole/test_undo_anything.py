"""Whatever was said before: a command that wrote, and ``undo`` after it, leave the file as it was to the byte.

Somebody else edits the file in between. Then undo takes back what nobody touched, and every other byte,
theirs and ours, is where it was.
"""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from blocker.cli import main
from blocker.commands.sample import sample_calendar
from blocker.ledger.runs import CHECKPOINTS

MONDAY = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
WEEKS = st.sampled_from(["this", "next", "2026-W47", "2026-W48"])
EVENT = re.compile(rb"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).*\r\n)*END:VEVENT\r\n")
CONFIGS = (
    "",
    'protect = "graded"\n',
    'shift = "inside"\n',
    '[blocks.strategic]\ntitle = "Think: {theme}"\n',
    '[texts]\nshift = "Close the mail."\n',
)


@dataclass(frozen=True)
class Written:
    """A command that changed the file: what was there before and after it."""

    before: bytes
    after: bytes


def events(content: bytes) -> dict[bytes, bytes]:
    """The components by UID, folded lines and all."""
    found = EVENT.findall(content)
    return {re.search(rb"^UID:(.*)\r\n", chunk, re.MULTILINE)[1]: chunk for chunk in found}  # type: ignore[index]


def is_block(chunk: bytes) -> bool:
    return b"X-BLOCKER-KEY" in chunk


def without_blocks(content: bytes) -> bytes:
    return EVENT.sub(lambda found: b"" if is_block(found[0]) else found[0], content)


class Sayings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._place = TemporaryDirectory()
        folder = Path(self._place.name)
        self.path, self.config = folder / "c.ics", folder / "config.toml"
        self.config.write_text("")
        self.path.write_bytes(sample_calendar(date(2026, 11, 2)))
        self.now = MONDAY
        self.written: list[Written] = []
        self.number = 0
        self._environ = dict(os.environ)
        os.environ["BLOCKER_STATE_DIR"] = str(folder / "state")

    def teardown(self) -> None:
        os.environ.clear()
        os.environ.update(self._environ)
        self._place.cleanup()

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    def call(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        out, err = io.StringIO(), io.StringIO()
        options = ["-c", str(self.config), "--calendar", f"ics:{self.path}", "--now", self.now.isoformat()]
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*options, *words])
        assert code in codes, (words, code, out.getvalue(), err.getvalue())
        return out.getvalue()

    def write(self, *words: str) -> None:
        """A command that may write; noted where it did."""
        before = self.content
        self.call(*words)
        assert without_blocks(self.content) == without_blocks(before), (
            f"{words} changed somebody else's bytes"
        )
        if self.content != before:
            self.written.append(Written(before, self.content))

    def blocks(self) -> list[bytes]:
        return sorted(uid for uid, chunk in events(self.content).items() if is_block(chunk))

    def replace(self, uid: bytes, old: bytes, new: bytes) -> None:
        chunk = events(self.content)[uid]
        self.path.write_bytes(
            self.content.replace(chunk, re.sub(old, new, chunk, count=1, flags=re.MULTILINE))
        )

    # What is said to the program

    @rule()
    def run(self) -> None:
        self.write("run", "-y")

    @rule(week=WEEKS)
    def rebalance(self, week: str) -> None:
        self.write("rebalance", week, "-y")

    @rule(week=WEEKS)
    def skip_a_week(self, week: str) -> None:
        self.write("skip", week)

    @precondition(lambda self: self.blocks())
    @rule(data=st.data())
    def skip_a_block(self, data: st.DataObject) -> None:
        chunk = events(self.content)[data.draw(st.sampled_from(self.blocks()))]
        self.write("skip", re.search(rb"^X-BLOCKER-KEY:(.*)\r\n", chunk, re.MULTILINE)[1].decode())  # type: ignore[index]

    @rule(words=st.sampled_from([
        ("pause", "--until", "2026-12-31"), ("resume",), ("park", "What for?"), ("park", "And why?", "--from", "Dana"),
        ("parked", "done", "1"), ("parked", "drop", "2"), ("busy", "6", "next"), ("busy", "0", "next"), ("plan",),
    ]))  # fmt: skip
    def say_what_writes_nothing(self, words: tuple[str, ...]) -> None:
        before = self.content
        self.call(*words, codes=(0, 2))  # a question may not be there
        assert self.content == before

    @rule(config=st.sampled_from(CONFIGS))
    def change_the_config(self, config: str) -> None:
        self.config.write_text(config)

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    # What somebody else does to the file

    @rule(day=st.integers(0, 30), hour=st.integers(8, 15))
    def a_meeting_comes(self, day: int, hour: int) -> None:
        self.number += 1
        start = MONDAY.replace(hour=hour, minute=0) + timedelta(days=day)
        lines = [
            "BEGIN:VEVENT", f"UID:new-{self.number}@example.org", "DTSTAMP:20261101T000000Z",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + timedelta(hours=2):%Y%m%dT%H%M%SZ}",
            "SUMMARY:New meeting", "END:VEVENT", "END:VCALENDAR",
        ]  # fmt: skip
        fresh = "".join(f"{line}\r\n" for line in lines).encode()
        self.path.write_bytes(self.content.replace(b"END:VCALENDAR\r\n", fresh))

    @precondition(lambda self: self.blocks())
    @rule(data=st.data(), how=st.sampled_from(["title", "time", "note", "delete"]))
    def a_block_is_edited(self, data: st.DataObject, how: str) -> None:
        uid = data.draw(st.sampled_from(self.blocks()))
        if how == "title":
            self.replace(uid, rb"^SUMMARY:.*\r\n(?: .*\r\n)*", b"SUMMARY:Mine\r\n")
        elif how == "note":
            self.replace(uid, rb"^DESCRIPTION:", b"DESCRIPTION:My note\\\\n\\\\n")
        elif how == "time":
            self.replace(uid, rb"^(DTSTART:\d{8}T)\d{6}Z", rb"\g<1>053000Z")
        else:
            self.path.write_bytes(self.content.replace(events(self.content)[uid], b""))

    # And undo

    @rule()
    def undo(self) -> None:
        before = self.content
        said = self.call("undo", codes=(0, 3))
        if not self.written:
            assert "nothing to undo" in said
            assert self.content == before
            return
        last = self.written.pop()
        if before == last.after:
            assert self.content == last.before, "undo is not what was there before"
            return
        assert without_blocks(self.content) == without_blocks(before), "undo changed somebody else's bytes"
        ours, then = events(last.after), events(self.content)
        for uid, chunk in events(before).items():
            if is_block(chunk) and ours.get(uid) != chunk and last.before != chunk:
                assert then.get(uid) == chunk, f"undo touched {uid!r}, which somebody changed"

    @rule(
        words=st.sampled_from(
            [("run", "-y"), ("rebalance", "next", "-y"), ("skip", "2026-W47"), ("skip", "next")]
        )
    )
    def a_command_and_undo(self, words: tuple[str, ...]) -> None:
        before, number = self.content, len(self.written)
        self.write(*words)
        if len(self.written) > number:
            self.undo()
            assert self.content == before


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(6, 15), pytest.param(60, CHECKPOINTS * 4, marks=[pytest.mark.long, pytest.mark.timeout(3600)])],
)
def test_undo_after_anything(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Sayings, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )
