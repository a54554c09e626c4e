"""The commands, one module for each group that ``blocker --help`` shows. None of them prints."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocker.session import Setup


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has to say: lines for people, a document for programs, and the exit code.

    ``changed`` is False if a quiet caller (``-q``, cron) need not hear of it.
    """

    lines: Sequence[str]
    document: Mapping[str, Any] | None = None
    exit_code: int = 0
    changed: bool = True


@dataclass(frozen=True, slots=True)
class Talk:
    """How a command speaks while it works. ``ask`` is None where nobody can answer."""

    say: Callable[[str], None]
    ask: Callable[[Sequence[str], str], bool] | None


Command = Callable[[Namespace, Setup, Talk], Answer]
