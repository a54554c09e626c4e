"""A company's proxy on loopback: it lets encrypted connections through by CONNECT, to whoever signs in at it."""

from __future__ import annotations

import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast


class Tunnels(ThreadingTCPServer):
    """``asked`` are the hosts that a tunnel was asked for. ``login`` is ``user:password``; "" lets everybody through."""

    daemon_threads = True

    def __init__(self, login: str) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.login, self.asked = login, list[str]()
        self.host = f"127.0.0.1:{self.server_address[1]}"


class _Tunnel(StreamRequestHandler):
    def handle(self) -> None:
        proxy = cast("Tunnels", self.server)
        where = self.rfile.readline().decode().split()[1]
        head = dict(line.split(": ", 1) for line in iter(lambda: self.rfile.readline().decode().strip(), ""))
        proxy.asked.append(where)
        given = b64decode(head.get("Proxy-Authorization", "").removeprefix("Basic ")).decode()
        if proxy.login not in ("", given):
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        host, _, port = where.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as there:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pour, args=(there, self.connection))
            back.start()
            _pour(self.connection, there)
            back.join()


def _pour(one: socket.socket, other: socket.socket) -> None:
    """All that comes from one into the other, until either ends."""
    with suppress(OSError):
        while some := one.recv(65_536):
            other.sendall(some)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


@contextmanager
def tunnels(login: str = "") -> Iterator[Tunnels]:
    with Tunnels(login) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
