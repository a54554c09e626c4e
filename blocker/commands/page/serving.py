"""The page's server: on this machine alone, one at a time, and it ends by itself when nobody looks at it any more."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from blocker.values.errors import UsageError

HOST = "127.0.0.1"
IDLE_MINUTES = 30
_LOOK_SECONDS = 1.0


def bound(port: int) -> socket.socket:
    """A socket on this machine's own address; port 0 takes a free one. Raises UsageError where it is taken."""
    there = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        there.bind((HOST, port))
    except OSError as problem:
        there.close()
        raise UsageError(
            f"port {port} can't be had: {problem.strerror}", "leave out --port for a free one"
        ) from None
    return there


def serve(app: ASGIApp, there: socket.socket, opened: Callable[[], None]) -> None:
    """Serve until Ctrl-C, or until nobody has asked for anything for half an hour. ``opened`` is called once it answers."""
    server = _Server(
        uvicorn.Config(_Watched(app), log_config=None, access_log=False, server_header=False, lifespan="off")
    )
    server.opened = opened
    with suppress(KeyboardInterrupt):  # Ctrl-C is how a person ends it
        asyncio.run(server.serve(sockets=[there]))


class _Watched:
    """Knows when it was last asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.asked = monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked = monotonic()
        await self._app(scope, receive, send)


class _Server(uvicorn.Server):
    """Ends by itself, and says when it begins."""

    opened: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.opened()

    async def on_tick(self, counter: int) -> bool:
        watched = self.config.app
        idle = isinstance(watched, _Watched) and monotonic() - watched.asked > IDLE_MINUTES * 60
        return idle or await super().on_tick(counter)
