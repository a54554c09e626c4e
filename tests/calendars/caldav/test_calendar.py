"""The contract on two real servers, and what a write sends there."""

from __future__ import annotations

from tests.tools.contract import CalendarContract


class TestCalDavCalendar(CalendarContract):
    """On Radicale and on Xandikos: see the fixture ``world``."""
