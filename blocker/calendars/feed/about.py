"""What ``feed:`` means: a calendar behind a published link. The link is its password."""

from __future__ import annotations

from blocker.calendars.feed.links import SCHEMES, fingerprint, link_in, settled, shown
from blocker.calendars.port import About, Surroundings
from blocker.values.memory import Identity

READ_ONLY = (
    "a published link can only be read, so blocks need another calendar: set calendar to one that can be written, "
    "and put this one into also_read"
)


def _identity(address: str, around: Surroundings) -> Identity:
    """The link itself, wherever it stands, without saying it."""
    return Identity(f"feed:{fingerprint(link_in(address.partition(':')[2]))[:32]}")


def _exposed(rest: str) -> str:
    """A link that leaves this machine is a secret; what is on a command line anybody here can see."""
    if not rest.startswith("https:"):
        return ""
    return "a published link is a secret, and commands can be seen by others: write it into the config, or its file as feed:@FILE"


ABOUT = About(
    title="a published link (Outlook, Google, iCloud, Nextcloud; read only)",
    example="feed:https://outlook.office365.com/owa/calendar/…/calendar.ics",
    links=SCHEMES,
    read_only=READ_ONLY,
    settle=settled,
    shown=shown,
    exposed=_exposed,
    identity=_identity,
)
