"""What ``google:`` means: a calendar at Google, by its id, or the account's own."""

from __future__ import annotations

from pathlib import Path

from blocker.calendars import BACKENDS
from blocker.calendars.google.identity import SPELT, identity_known, settle
from blocker.calendars.port import COLORS, NATIVE_FOCUS, About, Arguments

ROOT = BACKENDS["google"].root_variable


def _connect_arguments(command: Arguments) -> None:
    how = command.one_of()
    how.add_argument(
        "--credentials",
        type=Path,
        metavar="FILE",
        help="Google's JSON for your desktop app (credentials.json)",
    )
    how.add_argument("--token", type=Path, metavar="FILE", help="a sign-in that was made on another machine")
    how.add_argument("--service-account", type=Path, metavar="FILE", help="the key of a service account")
    command.add_argument(
        "--hours", action="store_true", help="also ask for your working hours in Google Calendar"
    )
    command.add_argument(
        "--calendars", action="store_true", help="also ask for the list of your calendars, to name them"
    )
    command.add_argument(
        "--account", metavar="WHO", help="sign in as another account, whose calendars also_read names"
    )
    command.add_argument("--subject", metavar="WHO", help="the address for which the service account acts")
    command.add_argument(
        "--headless", action="store_true", help="this machine has no browser: say what to do"
    )


ABOUT = About(
    title="Google Calendar",
    example="google:team@group.calendar.google.com",
    own=SPELT,
    at_once=True,
    settle=settle,
    identity=lambda address, around: identity_known(address.partition(":")[2], around),
    capabilities=frozenset((NATIVE_FOCUS, COLORS)),
    connect_arguments=_connect_arguments,
    packages=("google-api-python-client",),
)
