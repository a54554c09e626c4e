"""What ``caldav:`` means: a calendar on a CalDAV server, by its address there."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote

from blocker.calendars.caldav import urls
from blocker.calendars.caldav.sign_in import sign_in_for
from blocker.calendars.port import About, Arguments, Surroundings
from blocker.values.errors import SignInNeeded
from blocker.values.memory import Identity


def _connect_arguments(command: Arguments) -> None:
    command.add_argument("--user", metavar="NAME", help="your user name at the server")
    command.add_argument(
        "--password-command", metavar="COMMAND", help="a command that prints the password, run each time"
    )


def identity_of(address: str, around: Surroundings) -> Identity:
    """The server, the calendar's path there, and the user. Without a sign-in it is called as it is spelt."""
    url = address.partition(":")[2]
    user = urls.user_in(url)
    with suppress(SignInNeeded):
        found = sign_in_for(url, around)
        user = found.user if found else user
    scheme, _, rest = urls.without_user(url).partition("://")
    name = f"caldav:{scheme}://{quote(user, safe='')}@{rest}" if user else f"caldav:{scheme}://{rest}"
    return Identity(name, lambda other: other == f"caldav:{scheme}://{rest}")


def _is_server(text: str) -> bool:
    return text.startswith(("https://", "http://")) and "dav" in text


ABOUT = About(
    title="a calendar on a CalDAV server: Nextcloud, iCloud, Fastmail and others",
    example="caldav:https://cloud.example.org/remote.php/dav/calendars/anna/personal/",
    settle=lambda rest, base: urls.settled(rest),
    identity=identity_of,
    is_meant=_is_server,
    connect_arguments=_connect_arguments,
    asks=True,
)
