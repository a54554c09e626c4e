"""The kinds of time, and the levels of a week."""

from __future__ import annotations

# Kinds of time. Blocks may have further kinds, made in the config alone.
OPERATIONAL = "operational"
STRATEGIC = "strategic"
FRONTLINE = "frontline"
LEARNING = "learning"
PERSONAL = "personal"
AWAY = "away"
IGNORED = "ignored"
EVENT_KINDS = (OPERATIONAL, STRATEGIC, FRONTLINE, LEARNING, PERSONAL, AWAY, IGNORED)
NO_TIME = frozenset((IGNORED, AWAY))  # what takes no working time: the one is nothing, the other leaves none
# Kinds that only blocks have.
OFFSITE = "offsite"
TEAM = "team"  # a learning team: booked only when a person asks for it
NOTE = "note"
THINKING = (STRATEGIC, OFFSITE)  # what parked questions wait for
BLOCK_NAMES = {
    STRATEGIC: "thinking block",
    FRONTLINE: "front-line block",
    OFFSITE: "half day",
    TEAM: "learning team",
}
LEVELS = ("calm", "amber", "red")


def block_name(kind: str) -> str:
    """What people call a block of a kind, such as ``thinking block``; the kinds of the config by their own names."""
    return BLOCK_NAMES.get(kind, f"{kind} block")
