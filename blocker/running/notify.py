"""Messages to addresses of the person's choice, through Apprise (which is installed beside blocker).

Addresses hold secrets. They come from a file that only its owner can read, or from a command.
"""

from __future__ import annotations

import logging
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from blocker.files.secrets import printed_by, secret_text
from blocker.values.errors import BlockerError, ConfigError
from blocker.values.settings import Settings

INSTALL = "install it beside blocker: pip install apprise, or with pipx: pipx inject calendar-blocker apprise"


def addresses(settings: Settings) -> tuple[str, ...]:
    """The notification addresses, one a line; lines that begin with ``#`` are left out. Raises ConfigError."""
    if settings.notify_file:
        text = _from_file(Path(settings.notify_file).expanduser())
    elif settings.notify_command:
        text = printed_by(
            settings.notify_command,
            "the notification addresses",
            "run what notify_command in the config says by hand",
        )
    else:
        return ()
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def send(settings: Settings, title: str, body: str) -> None:
    """Tell the person. Raises BlockerError if a message could not be handed over; never names an address."""
    targets = addresses(settings)
    if not targets:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other people's old code
        _hand_over(targets, title, body)


def _hand_over(targets: tuple[str, ...], title: str, body: str) -> None:
    messenger = _apprise()
    wrong = [number for number, target in enumerate(targets, 1) if not messenger.add(target)]
    if wrong:
        raise ConfigError(
            f"notification address {wrong[0]} is not one that Apprise knows", "see its list of services"
        )
    if not messenger.notify(title=title, body=body):
        raise BlockerError(
            "a notification could not be sent", "are the addresses right, and is their service up?"
        )


def _apprise() -> Any:
    """Apprise's messenger. What it logs names addresses: it is kept from doing so."""
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    logging.getLogger("apprise").propagate = False
    try:
        apprise: Any = import_module("apprise")
    except ImportError:
        raise BlockerError("notifications need Apprise, which is not installed", INSTALL) from None
    return apprise.Apprise()


def _from_file(path: Path) -> str:
    try:
        return secret_text(path)
    except FileNotFoundError:
        raise ConfigError(
            f"there is no file {path} with notification addresses",
            "make it, or take notify_file out of the config",
        ) from None
    except OSError as problem:
        raise ConfigError(f"the notification addresses in {path} can't be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"the notification addresses in {path} can't be read: they are not UTF-8 text",
            "save the file as UTF-8 in your editor",
        ) from None
