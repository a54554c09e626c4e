"""How often a server is asked again, and how long it is waited for in between: the same for every server."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from msgspec import Struct

ATTEMPTS = 6
SHORTEST_STEP, LONGEST_STEP = 1.0, 32.0  # seconds; the steps double in between
PATIENCE = 90.0  # seconds; a server that asks for more is left alone until the next run
IN_ALL = 600.0  # seconds, for all that one command asks: its run holds the calendar's lock meanwhile


class Pace(Struct, frozen=True):
    """How often a request is tried, and how the time in between passes."""

    sleep: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.SystemRandom().random
    attempts: int = ATTEMPTS
    clock: Callable[[], float] = time.monotonic


def retry_after(head: Mapping[str, Any]) -> float | None:
    """The seconds that a server asks to wait. A date is measured against the answer's own ``Date``."""
    text = str(head.get("retry-after", "")).strip()
    if text.isdecimal():
        return float(text)
    try:
        until, sent = parsedate_to_datetime(text), parsedate_to_datetime(str(head.get("date", "")))
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError):
        return None
