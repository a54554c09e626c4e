"""Settings that a calendar file can't carry out: they do no harm there, and no good."""

from __future__ import annotations

from collections.abc import Iterator

from blocker.commands.foresight import Finding
from blocker.values.settings import Settings

FOCUS = "focus time is for Google calendars; in a file the blocks are ordinary busy events"


def beyond_files(settings: Settings) -> Iterator[Finding]:
    """A note for each of them, where the calendar that is written is a file."""
    if not settings.calendar.startswith("ics:"):
        return
    if settings.protect == "decline":
        yield "config", "note", f'protect = "decline" declines nothing here: {FOCUS}'
    if settings.native_focus:
        yield "config", "note", f"native_focus = true does nothing here: {FOCUS}"
    colored = [name for name, kind in settings.blocks.items() if kind.color]
    if colored:
        words = "is written into the file, and few calendar programs show it"
        yield "config", "note", f"color of {', '.join(colored)} {words}"
