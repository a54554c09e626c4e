"""``page``: the week on a page of this machine, to approve, skip, move, park and pause without a terminal."""

from __future__ import annotations

import webbrowser
from argparse import Namespace

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser, whole_number
from blocker.files.lock import only_run
from blocker.running.session import Setup, known_identity
from blocker.values.errors import BlockerError

LIBRARIES = ("starlette", "uvicorn")
INSTALL = "install it beside blocker: pip install 'calendar-blocker[page]', or with pipx: pipx inject calendar-blocker starlette uvicorn"


def add_page(command: Parser) -> None:
    command.add_argument(
        "--port",
        type=whole_number,
        default=0,
        metavar="N",
        help="the port on this machine; default: a free one",
    )
    command.add_argument("--no-open", action="store_true", help="only print the address; open no browser")
    command.set_defaults(work=page)


def page(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Serve the page until Ctrl-C, or until nobody has looked at it for half an hour."""
    try:
        from blocker.commands.page import app, deeds, door, serving
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in LIBRARIES:
            raise
        raise BlockerError("the page needs Starlette and uvicorn, which are not installed", INSTALL) from None
    with (
        only_run(setup.state_dir, f"the page of {known_identity(setup).name}"),
        serving.bound(args.port) as there,
    ):
        desk = app.Desk(deeds.Deeds(args, setup, talk))
        entrance = door.Door(desk.app, there.getsockname()[1])
        desk.form_token = entrance.form_token

        def opened() -> None:
            talk.say(f"Your week is at {entrance.address}")
            talk.say("The address works once, in this browser alone. Ctrl-C ends the page.")
            if not args.no_open:
                webbrowser.open(entrance.address)

        serving.serve(entrance, there, opened)
    return Answer(["The page is closed."])
