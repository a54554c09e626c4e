"""What ``slate:`` means: calendars in memory, by name."""

from __future__ import annotations

from blocker.calendars.port import About, Arguments


def _arguments(command: Arguments) -> None:
    command.add_argument("--chalk", metavar="COLOUR", help="what to write with")


ABOUT = About(
    title="a slate on the wall",
    example="slate:kitchen",
    connect_arguments=_arguments,
)
