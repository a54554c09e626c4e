"""What a command is handed to speak with, and what it says in the end."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from blocker.calendars.port import Prompt
from blocker.files.places import config_path
from blocker.showing.picture import Picture

if TYPE_CHECKING:
    from blocker.running.session import Setup


class Answer(Struct, frozen=True):
    """What a command has to say: lines for people, a document for programs, and the exit code.

    ``changed`` is False if a quiet caller (``-q``, cron) need not hear of it. ``picture`` is what a
    terminal shows in place of the lines; it is drawn only there. Lines longer than the screen are wrapped,
    unless they are ``verbatim``: there to be pasted or read by a program.
    """

    lines: Sequence[str]
    document: Mapping[str, Any] | None = None
    exit_code: int = 0
    changed: bool = True
    picture: Picture | None = None
    verbatim: bool = False
    news: Sequence[str] = ()  # what a person who is not looking should hear
    logged: Mapping[str, Any] | None = field(default_factory=dict)  # more for the log; None: no line at all


class Talk(Struct, frozen=True):
    """How a command speaks while it works. ``ask`` and ``prompt`` are None where nobody can answer.

    ``show`` puts a whole answer before the person, to be asked about next. ``choose`` asks for one of the answers,
    each a word by its letter, until it gets one; "" if there is none to come. Both raise Interrupted.
    ``width`` is that of the screen, in cells.
    ``typed`` gives a line of standard input, waited for so many seconds: None where none came, "" at its end.
    """

    say: Callable[[str], None]
    ask: Callable[[Sequence[str], str], bool] | None
    show: Callable[[Answer], None] | None = None
    choose: Callable[[str, Mapping[str, str]], str] | None = None
    width: int = 80
    typed: Callable[[float], str | None] | None = None
    prompt: Prompt | None = None


def pasteable(setup: Setup, *words: str) -> str:
    """A command that a person can paste, such as ``blocker run -y``, with the calendar and the config file where this call's options named them."""
    config = setup.config
    options: list[str] = []
    if config.path is not None and config.path != config_path(setup.environ):
        options += ["-c", str(config.path)]
    if config.origins.get("calendar") == "flag":
        options += ["--calendar", config.settings.calendar]
    return shlex.join(["blocker", *options, *words])
